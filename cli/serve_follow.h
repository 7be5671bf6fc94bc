// SPDX-License-Identifier: Apache-2.0
// serve_follow.h: a server whose index comes from an object store: it looks for a new generation every few seconds and
// pulls it, on a thread of libuv's pool, because that waits for a network and computes little. The engine takes the new
// commit up by itself, as any other. Relies on libuv, remote.h, serve_log.h. Loop thread only, but for the pull.
#ifndef GRAMDEX_SERVE_FOLLOW_H
#define GRAMDEX_SERVE_FOLLOW_H

#include "remote.h"
#include "serve_log.h"

struct serve_follow { // the caller's struct
    uv_work_t work;   // the pool's while is_pulling, with `bucket`, `err`, `figures` and `has_pulled`
    uv_timer_t timer;
    const struct serve_options *options;
    struct serve_log *log;
    gdx_bucket *bucket;
    gdx_error err;              // of the last look
    gdx_remote_figures figures; // of the last pull
    bool has_pulled;
    bool is_pulling, is_failing;
    uint64_t generation; // the last that was pulled; 0: not known
    uint64_t failures;
    atomic_bool is_closing; // any thread
};

// Before the loop: where there is no index yet, it is pulled, however long that takes. Nothing without --follow.
gdx_status serve_follow_first(const struct serve_options *options, gdx_error *err) GDX_MUST_CHECK;

void serve_follow_init(struct serve_follow *follow, uv_loop_t *loop, const struct serve_options *options,
                       struct serve_log *log);
// Nothing without --follow.
gdx_status serve_follow_start(struct serve_follow *follow, gdx_error *err) GDX_MUST_CHECK;
gdx_status serve_follow_write_metrics(const struct serve_follow *follow, gdx_buffer *out) GDX_MUST_CHECK;
// A pull under way ends within about a second, at the commit that was there; the loop must turn until then.
void serve_follow_close(struct serve_follow *follow);

#endif
