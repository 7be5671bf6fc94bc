// SPDX-License-Identifier: Apache-2.0
// frames.h: raw frames into a server's connection, and what comes back, frame by frame. Header blocks are written by
// hand, as HPACK has them, so that a test can send what no library sends. Text has the length that its array has: a
// payload may hold zeros.
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include "wire.h"

enum {
    FRAMES_STREAMS = 64,
    DATA = 0,
    HEADERS,
    PRIORITY,
    RST_STREAM,
    SETTINGS,
    PUSH_PROMISE,
    PING,
    GOAWAY,
    WINDOW_UPDATE,
    CONTINUATION,
    UNKNOWN = 0xe0
};
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4, PADDED = 8, WITH_PRIORITY = 0x20 };

struct frame {
    unsigned type, flags, stream;
    const char *payload;
    size_t bytes;
};
// A frame with a payload of its own.
#define FRAME(type, flags, stream, payload)                                                                            \
    { type, flags, stream, payload, sizeof(payload) - 1 }

// Fields of a request. Numbers are HPACK's (RFC 7541, appendix A).
#define METHOD    "\x83"               // :method: POST
#define SCHEME    "\x86"               // :scheme: http
#define ECHO      "\x04\x0a/test/Echo" // :path
#define HOLD      "\x04\x0a/test/Hold"
#define AUTHORITY "\x01\x04test"
#define TE        "\x00\x02te\x08trailers"
#define TYPE                                                                                                           \
    "\x0f\x10\x10"                                                                                                     \
    "application/grpc"
#define REQUEST METHOD SCHEME ECHO AUTHORITY TE TYPE
#define HELD    METHOD SCHEME HOLD AUTHORITY TE TYPE // stays open on our side

struct frames { // what has come back, and the connection
    struct wire *wire;
    gdx_buffer in;
    int goaway; // its code; -1: none
    unsigned goaways;
    int reset[FRAMES_STREAMS];
    bool answered[FRAMES_STREAMS]; // END_STREAM has come
    size_t data[FRAMES_STREAMS];   // bytes
    unsigned settings, settings_acks, ping_acks, window_updates;
    char ping[8];
};

// A connection after the preface and an empty SETTINGS.
void frames_open(struct frames *frames, const gdx_protocol_options *options);
void frames_close(struct frames *frames);
void frames_send(struct frames *frames, const struct frame *all, size_t count);
void frames_send_one(struct frames *frames, unsigned type, unsigned flags, unsigned stream, const void *payload,
                     size_t bytes);
// Takes what the server has to say.
void frames_take(struct frames *frames);
// Asked by a PING with an answer, and not on its way out.
bool frames_is_alive(struct frames *frames);

#endif
