// SPDX-License-Identifier: Apache-2.0
// wire.h: what calls and the rest of protocol/ ask of the HTTP below them, as a table of functions. HTTP/2 is http2.c
// over libnghttp2, HTTP/1.1 is plain.c; a server's connection that takes both starts with a table of its own
// (connection.c), which lives until the first bytes tell which of the two it is.
//
// What an HTTP/1.1 connection does for a request, in this order:
//   call_new(connection, 1)             one call; `stream` is 1 while the request lives, -1 as soon as it is lost
//   head_take_request(call, name, value)  for ":method", ":path", ":authority" (the value of Host), then for each field
//                                       in lower case, but for those of the connection and of the framing (connection,
//                                       keep-alive, transfer-encoding, upgrade, te, expect, host)
//   head_finish_request(call)           judges, and opens the call or answers it
//   incoming_take(call, data, bytes)    content, unchunked; wire->consume says how much of it was taken
//   incoming_end(call)                  the request is whole
// and for its answer:
//   wire->send_head                     from the header list (protocol->headers, ":status" first): with
//   "content-length"
//                                       in it the body is so long, else its length is not known: chunked
//   outgoing_pull(call, ...)            the body, whenever there is room for more, also after wire->resume
//   call_answered(call)                 when its last byte is in what was pulled
//   call_free(call)                     then, if the request has been read to its end too; or, if the peer is lost
//                                       before, after call->stream = -1 and call_close(call, GDX_GRPC_CANCELLED, "...")
// A malformed request is answered by the connection itself, with no call; it tells the log by connection_tell.
#ifndef PROTOCOL_WIRE_H
#define PROTOCOL_WIRE_H

#include "connection.h"

struct wire {
    // ---- the connection

    // Takes bytes of the peer, all of them; a fault ends the connection (connection_end). The state is
    // CONNECTION_SETTLING until the first request, or HTTP/2's SETTINGS, has come.
    void (*feed)(gdx_connection *connection, gdx_slice bytes);
    // False: the peer's socket should not be read now, for what was fed waits (feed still takes what comes). May be
    // NULL.
    bool (*takes_input)(const gdx_connection *connection);
    // Appends bytes for the peer until `out` holds `limit` or nothing is left. GDX_NO_MEMORY loses the connection.
    gdx_status (*pull)(gdx_connection *connection, gdx_buffer *out, size_t limit);
    // Nothing more to read or to write, while the connection is not over.
    bool (*is_finished)(const gdx_connection *connection);
    // What is due by now_ns, besides deadlines of calls and limits on age: first bytes that do not come, keepalive.
    // Lowers *next_ns to when to come again.
    void (*tick)(gdx_connection *connection, uint64_t *next_ns);
    // connection->drain is DRAIN_ANNOUNCED: no new calls; those under way end as they will, then is_finished is true.
    void (*drain)(gdx_connection *connection);
    // The state is CONNECTION_ENDING now: the last words, with an error code of HTTP/2. What cannot be said any more:
    // connection_lose.
    void (*end)(gdx_connection *connection, uint32_t error_code, const char *debug);
    // After all calls: what the wire has of its own.
    void (*free)(gdx_connection *connection);

    // ---- a call, while call->stream > 0. False: no memory.

    // The header list. `ends`: no body follows.
    bool (*send_head)(gdx_call *call, bool ends);
    // gRPC alone: the header list, after all that outgoing_pull gives. May come before the body was pulled to its end.
    bool (*send_trailers)(gdx_call *call);
    // There is more to pull of a call for which outgoing_pull said PULLED_NOTHING.
    void (*resume)(gdx_call *call);
    // The call ends now, with an error code of HTTP/2, whatever was sent of its answer. NO_ERROR: the answer is whole,
    // and what the peer still sends is not wanted. `closed` comes from a later pull.
    bool (*reset)(gdx_call *call, uint32_t error_code);
    // So many bytes given to incoming_take need no room any more: the peer may send as many. The connection as a whole
    // may not wait for that, unless it has no other calls.
    bool (*consume)(gdx_call *call, size_t bytes);
    // Bytes of the body that the peer, or the connection's buffer, takes at once.
    size_t (*window)(const gdx_call *call);
    // The call has many messages: others go between them. May be NULL.
    bool (*share)(gdx_call *call);
};

// Each gives the connection its wire. False: no memory, and nothing was changed.
bool http2_open(gdx_connection *connection);
bool plain_open(gdx_connection *connection);

// http2.c, besides its wire
void http2_set_callbacks(nghttp2_session_callbacks *callbacks);
gdx_status http2_request(gdx_call *call); // client: the header list, as a new stream

// drain.c, for http2.c
void http2_drain(gdx_connection *connection);
void http2_take_pong(gdx_connection *connection, const uint8_t *opaque); // a PING of ours came back
void http2_tick_drain(gdx_connection *connection, uint64_t *next_ns);

#endif
