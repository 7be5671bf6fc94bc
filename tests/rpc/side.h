// SPDX-License-Identifier: Apache-2.0
// side.h: a server's side of a connection over HTTP/1.1, with a handler that answers by the path, and what a client
// that sends bytes by hand has of the answers. Time does not pass unless a test moves it.
#ifndef TESTS_SIDE_H
#define TESTS_SIDE_H

#include "gdx/protocol.h"

static const uint64_t SECOND = 1000000000;
enum { BIG_BYTES = 1 << 20 }; // of the answer to /big

struct side {
    gdx_protocol *protocol;
    gdx_connection *connection;
    gdx_buffer out; // what the client has of the answers
    gdx_call *held; // of /hold
    unsigned opened, closed;
    gdx_grpc_code closed_code;
    char fault[256];
    uint64_t now_ns;
    size_t most; // memory of the connection
};

struct side *open_side(const gdx_protocol_options *options); // NULL: the default
void close_side(struct side *side);                          // every call is closed, and no memory left

void feed(struct side *side, const char *bytes, size_t count); // from the client
void pull(struct side *side);                                  // to the client, all there is
void say(struct side *side, const char *bytes);                // both
void pass(struct side *side, uint64_t ns);                     // time; then what there is to say
void answer(gdx_call *call, unsigned status, const char *body, size_t bytes);

// What has come since the last time, or how it begins.
void expect(struct side *side, const char *expected);
void expect_begin(struct side *side, const char *expected);

#endif
