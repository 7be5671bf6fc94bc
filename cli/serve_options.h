// SPDX-License-Identifier: Apache-2.0
// serve_options.h: what `gramdex serve` is told.
#ifndef GRAMDEX_SERVE_OPTIONS_H
#define GRAMDEX_SERVE_OPTIONS_H

#include "gdx/base.h"

enum { ADDRESSES_MAX = 64 };

enum log_format { LOG_TEXT, LOG_JSON, LOG_NONE };

struct serve_options {
    const char *index;
    const char *addresses[ADDRESSES_MAX]; // "host:port", "unix:/path", "fd:3"
    unsigned address_count;
    unsigned threads; // 0: as many as processors
    unsigned exports;
    size_t connections, streams, queue, message_bytes, memory_bytes, query_bytes, ingest_bytes;
    const char *certificate, *key, *client_authority;
    const char *token_file;
    bool token_all, read_only, create, json;
    unsigned handshake_seconds, stall_seconds, drain_seconds;
    unsigned keepalive_seconds, idle_seconds, age_seconds; // 0: never
    enum log_format log_format;
    const char *metrics; // NULL: none
};

// Parses; false when argp failed for want of memory (told). Ends the program on --help and wrong use.
bool serve_options_parse(struct serve_options *options, int argc, char **argv);

#endif
