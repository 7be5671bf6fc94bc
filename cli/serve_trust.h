// SPDX-License-Identifier: Apache-2.0
// serve_trust.h: whom a server trusts and what it shows of itself: tokens and certificates, read at the start and again
// at SIGHUP; what is wrong with them goes to the log. Relies on serve_log.h, serve_tokens.h, gdx/tls.h. Loop thread
// only.
#ifndef GRAMDEX_SERVE_TRUST_H
#define GRAMDEX_SERVE_TRUST_H

#include "gdx/aliases.h"
#include "gdx/tls.h"
#include "serve_log.h"
#include "serve_options.h"
#include "serve_tokens.h"

#include <uv.h>

struct serve_trust { // the caller's struct
    const struct serve_options *options;
    struct serve_log *log;
    struct tokens tokens;
    gdx_tls *tls; // NULL: plain
    uv_signal_t hangup;
    // Takes the aliases that were read again, which a thread of libuv does. NULL: nothing does.
    void (*set_aliases)(void *context, gdx_aliases *aliases);
    void *context;
    uv_work_t reading;
    bool is_reading, reads_again; // another SIGHUP came meanwhile
    gdx_aliases *aliases;         // the thread's while it reads, as the error is
    gdx_error aliases_error;
    uv_timer_t daily; // looks at the certificate's last day
};

void serve_trust_init(struct serve_trust *trust, uv_loop_t *loop, const struct serve_options *options,
                      struct serve_log *log);
// Reads what the options name. Errors as of tokens_read and gdx_tls_open.
gdx_status serve_trust_open(struct serve_trust *trust, gdx_error *err) GDX_MUST_CHECK;
void serve_trust_close(struct serve_trust *trust); // the loop must turn once more
void serve_trust_clear(struct serve_trust *trust); // after that turn, and after the server

#endif
