// SPDX-License-Identifier: Apache-2.0
// fairness.h: what a client notices of another one that asks too much.
#ifndef GDX_BENCH_FAIRNESS_H
#define GDX_BENCH_FAIRNESS_H

#include "load.h"

enum { FAIRNESS_HEAVY_CALLS = 200 };

struct fairness { // nanoseconds
    uint64_t alone_p50, alone_p99;
    uint64_t beside_p50, beside_p99; // while another connection has its heavy calls waiting
};

// `light` is asked on one connection, one call at a time, alone and then beside the heavy calls of another process: 16
// of the most frequent phrases in a chain of NEAR. As load_run; GDX_INVALID: too few phrases.
gdx_status fairness_run(const struct load_options *light, const struct phrases *phrases, struct fairness *out,
                        gdx_error *err) GDX_MUST_CHECK;

#endif
