// SPDX-License-Identifier: Apache-2.0
// serve_log.h: the server's log on standard error: a line for each call, and one for what else happens.
// Loop thread only. Lines are written once a turn of the loop, or at once when there are many. The loop never waits for
// their reader: up to 1 MiB is kept, and lines over that are dropped and counted.
#ifndef GRAMDEX_SERVE_LOG_H
#define GRAMDEX_SERVE_LOG_H

#include "gdx/server.h"
#include "serve_options.h"

#include <uv.h>

struct serve_log { // the caller's struct
    enum log_format format;
    uint64_t slow_ns;   // calls that took as long have all their notes; 0: none
    bool shows_queries; // of each call
    gdx_buffer lines;
    uint64_t lost; // lines
    bool is_file;
    uv_prepare_t turn;
};

void serve_log_init(struct serve_log *log, uv_loop_t *loop, const struct serve_options *options);
// With the format none, slow calls alone.
void serve_log_call(struct serve_log *log, const gdx_call_record *record);
// What a peer did that is no call. Not with the format none.
void serve_log_fault(struct serve_log *log, const char *peer, const char *what);
// Whatever the format: also with none.
void serve_log_event(struct serve_log *log, const char *format, ...) GDX_PRINTF(2, 3);
// Writes what is left; the loop must turn once more. Events may still be logged.
void serve_log_close(struct serve_log *log);
void serve_log_clear(struct serve_log *log); // after that turn

#endif
