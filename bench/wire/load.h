// SPDX-License-Identifier: Apache-2.0
// load.h: a load generator: many connections on one loop, each with many calls at once; a call that is answered makes
// room for the next. Relies on gdx/base.h, methods.h, ../measure.h; inside on gdx/protocol.h, libuv.
#ifndef GDX_BENCH_LOAD_H
#define GDX_BENCH_LOAD_H

#include "../measure.h"
#include "methods.h"

struct load_options {
    const char *server; // host:port
    const struct method *method;
    const struct questions *questions;
    unsigned connections, streams;
    uint64_t requests; // after the warm-up; 0: for duration_ns
    uint64_t duration_ns;
    uint64_t warm_ns;
    uint64_t (*processor_ns)(void *context); // the server's, so far; NULL: not known
    void *context;
};

struct load_result { // {0} is empty
    uint64_t requests, took_ns, processor_ns;
    struct samples latencies; // ns
};

// GDX_UNAVAILABLE: cannot connect, or nothing is answered for 10 s. Otherwise as gdx_bench_wire.
gdx_status load_run(const struct load_options *options, struct load_result *out, gdx_error *err) GDX_MUST_CHECK;
void load_result_clear(struct load_result *result);

#endif
