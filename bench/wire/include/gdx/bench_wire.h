// SPDX-License-Identifier: Apache-2.0
// gdx/bench_wire.h: a server measured over the wire: requests a second, latency, and what they cost the server.
// Relies on gdx/base.h; inside on gdx/protocol.h, libuv, jansson. Threads: one caller, from start to end.
// An answer counts when its grpc-status is OK and it says what is true; any other ends the measurement.
#ifndef GDX_BENCH_WIRE_H
#define GDX_BENCH_WIRE_H

#include "gdx/base.h"

#include <stdio.h>
#include <sys/types.h>

typedef struct gdx_bench_wire_options {
    const char *server;   // host:port; NULL: one is started over `directory`, and stopped in the end
    pid_t server_process; // of `server`, for its processor time; 0: unknown, not reported
    const char *program;  // gramdex itself, to be started as the server
    const char *directory;
    const char *phrases; // as `gramdex bench phrases` writes them; NULL: only the method `empty` can be measured
    const char *methods; // names by comma; NULL: all
    unsigned connections, streams; // 0: 1 x 1, 64 x 1 and 64 x 32
    uint64_t requests;             // of each figure; 0: as many as `duration_ns` has room for
    uint64_t duration_ns;          // after a tenth as much to warm up
    bool json;                     // JSON Lines rather than a table
} gdx_bench_wire_options;

// "empty, count-rare, ...", as option `methods` takes them.
const char *gdx_bench_wire_methods(void);
// GDX_INVALID: no such method, no usable phrase. GDX_UNAVAILABLE: no server. GDX_CORRUPT: an answer that is not true.
// Otherwise what a call was answered in place of OK.
gdx_status gdx_bench_wire(const gdx_bench_wire_options *options, FILE *to, gdx_error *err) GDX_MUST_CHECK;

#endif
