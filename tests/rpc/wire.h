// SPDX-License-Identifier: Apache-2.0
// wire.h: a server's connection object and a scripted HTTP/2 client, joined by memory. The client is libnghttp2's own
// and knows nothing of gRPC, so that a test can send what no honest client sends. Time does not pass unless a test
// moves it.
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include "gdx/protocol.h"

#include <nghttp2/nghttp2.h>

enum { WIRE_STREAMS = 4096, WIRE_SECOND = 1000000000 };

typedef struct wire_stream { // what the client has of a stream
    gdx_buffer headers;      // "name: value\n" of every header list
    gdx_buffer body;
    gdx_buffer to_send;
    size_t sent;
    bool ends;     // END_STREAM after to_send
    bool deferred; // nothing to send just now
    bool closed;
    uint32_t error_code;
    bool has_end;       // END_STREAM came
    bool trailers_only; // in the first headers
} wire_stream;

struct wire {
    gdx_protocol *protocol;
    gdx_connection *server;
    nghttp2_session *client;
    wire_stream streams[WIRE_STREAMS];
    uint64_t now_ns;
    gdx_status fed;    // of the last feed
    bool client_reads; // false: bytes to the client are kept back
    unsigned goaways;
    uint32_t goaway_error;
    int32_t goaway_last;
    char goaway_debug[64];
    unsigned pings;    // from the server, not acknowledgements
    gdx_buffer record; // every byte the client sent
    // what the server's handler saw
    unsigned opened, closed, rooms, messages, plains;
    gdx_grpc_code closed_code;
    bool closed_complete;
    unsigned faults; // told, and the last of them
    char fault[256];
    gdx_call *held; // of /test/Hold
    gdx_call *flood;
    size_t flood_written;
};

struct wire *wire_open(const gdx_protocol_options *options);
// Without the client's preface.
struct wire *wire_open_bare(const gdx_protocol_options *options);
// A client that gives no window back by itself.
struct wire *wire_open_reluctant(const gdx_protocol_options *options);
void wire_close(struct wire *wire);
// Carries bytes both ways until neither side has any.
void wire_run(struct wire *wire);
// Bytes of the test's own making into the server.
void wire_feed(struct wire *wire, const void *bytes, size_t count);
void wire_tick(struct wire *wire, uint64_t pass_ns);

// A request with the usual headers; `more` is a NULL-terminated list of name, value, ..., where a value of "" leaves
// that header out.
int32_t wire_call(struct wire *wire, const char *path, const char *const *more, const void *body, size_t bytes,
                  bool ends);
void wire_send(struct wire *wire, int32_t stream, const void *body, size_t bytes, bool ends);
bool wire_has(const struct wire *wire, int32_t stream, const char *header_line);
// A message with its prefix.
gdx_slice wire_message(gdx_buffer *buffer, const void *bytes, size_t count);

#endif
