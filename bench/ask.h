// SPDX-License-Identifier: Apache-2.0
// ask.h: one query of a kind, asked of a snapshot and timed, parsing included.
#ifndef GDX_BENCH_ASK_H
#define GDX_BENCH_ASK_H

#include "phrases.h"

#include "gdx/index.h"
#include "gdx/query.h"

enum kind { COUNT, TOP_TEN, BOTH, NEAR, BY_MONTH, KINDS };
const char *kind_name(enum kind kind);

struct asker { // one thread's own
    gdx_snapshot *snapshot;
    gdx_searcher *searcher;
    const struct phrases *phrases;
    gdx_buffer text;
};

gdx_status ask_text(struct asker *asker, gdx_slice text, enum kind kind, uint64_t *out_ns, gdx_totals *out,
                    gdx_error *err) GDX_MUST_CHECK;
// The i-th query of a kind: its phrase, and the one 20 further on, of the same length, where two are needed.
gdx_status ask(struct asker *asker, size_t i, enum kind kind, uint64_t *out_ns, gdx_totals *out,
               gdx_error *err) GDX_MUST_CHECK;

// Queries a second with `threads` threads, each asking every phrase; in throughput.c.
gdx_status throughput(const struct asker *asker, enum kind kind, unsigned threads, double *out_per_second,
                      gdx_error *err) GDX_MUST_CHECK;

#endif
