// SPDX-License-Identifier: Apache-2.0
// serve_options.h: the settings of `gramdex serve`.
#ifndef GRAMDEX_SERVE_OPTIONS_H
#define GRAMDEX_SERVE_OPTIONS_H

#include "options.h"

enum log_format { LOG_TEXT, LOG_JSON, LOG_NONE };

struct serve_options {
    struct target target;   // its index alone
    const char *slice_text; // "0/3"; NULL: the whole index
    uint32_t slice, slices; // 0 slices: likewise
    const char *writer;     // of a root: where documents go
    const char *leaf_token_file, *leaf_authority;
    bool leaf_tls;
    struct option_list addresses; // "host:port", "unix:/path", "fd:3"
    unsigned threads;
    unsigned exports;
    size_t connections, streams, queue, message_bytes, memory_bytes, query_bytes, ingest_bytes;
    const char *certificate, *key, *client_authority;
    const char *token_file;
    struct option_list allow_hosts, allow_origins;
    bool token_all, read_only, create, no_page, json;
    unsigned handshake_seconds, stall_seconds, drain_seconds;
    unsigned query_seconds;                                                     // 0: any
    unsigned ingest_idle_seconds, keepalive_seconds, idle_seconds, age_seconds; // 0: never
    const char *scrub;                                                          // as it was given; NULL: the default
    double scrub_hours;                                                         // 0: never
    const char *follow;                                                         // an object store; NULL: none
    unsigned follow_seconds;
    enum log_format log_format;
    unsigned log_slow_ms; // 0: no call is slow
    bool log_queries;
    const char *metrics; // NULL: none
};

// The work of the command, in serve.c; its settings are a struct serve_options.
int serve_run(const struct command *command, void *settings);

#endif
