// SPDX-License-Identifier: Apache-2.0
// gdx/client.h: calls to a gRPC server, blocking: unary, and streams either way, with deadlines, retries and TLS.
// Relies on gdx/base.h, gdx/tls.h, protobuf-c; inside on libuv and gdx/protocol.h.
// Threads: a client and its streams have one owner. Every call here may block. Programs that write to
// sockets should ignore SIGPIPE.
#ifndef GDX_CLIENT_H
#define GDX_CLIENT_H

#include "gdx/base.h"
#include "gdx/tls.h"

#include <protobuf-c/protobuf-c.h>

typedef struct gdx_client_options {
    const gdx_tls *tls;          // NULL: plain. Must outlive the client
    const char *token;           // sent as "authorization: Bearer <token>"; NULL: none. Copied
    uint64_t timeout_ns;         // of a call, retries included; 0: none
    uint64_t connect_timeout_ns; // of one attempt to connect
    unsigned attempts;           // at connecting, and at a unary call answered UNAVAILABLE; at least 1
    uint64_t backoff_ns;         // between the first two attempts; doubled each time, up to 5 s, shortened by chance
    size_t message_limit;        // of a reply
    bool gzip;                   // compress large requests
} gdx_client_options;

gdx_client_options gdx_client_options_default(void); // no timeout, 4 attempts from 50 ms, replies up to 64 MiB

typedef struct gdx_client gdx_client;
// target: "host:port", "[::1]:50051" or "unix:/path". Connects, with as many attempts as the options say.
// GDX_INVALID: no such form. GDX_UNAVAILABLE: no server answers there. GDX_CORRUPT: no TLS, or not the one expected.
gdx_status gdx_client_open(const char *target, const gdx_client_options *options, gdx_client **out,
                           gdx_error *err) GDX_MUST_CHECK;
void gdx_client_close(gdx_client *client); // its streams must be closed; NULL is fine
GDX_DEFINE_AUTO(gdx_client, gdx_client_close)

// One request, one reply, which the caller frees by protobuf_c_message_free_unpacked. A connection that was lost is
// made anew. What the server answers in place of OK becomes the status and err's message, with err->column for a
// malformed query. GDX_INTERNAL: the service has no such method.
gdx_status gdx_client_call(gdx_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                           const ProtobufCMessage *request, ProtobufCMessage **out_reply,
                           gdx_error *err) GDX_MUST_CHECK;

// A call with a stream on either side. Not retried.
typedef struct gdx_stream gdx_stream;
gdx_status gdx_stream_open(gdx_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                           gdx_stream **out, gdx_error *err) GDX_MUST_CHECK;
// Waits while much is yet to be sent, so that memory stays bounded. An error is the call's end: see gdx_stream_receive.
gdx_status gdx_stream_send(gdx_stream *stream, const ProtobufCMessage *request, gdx_error *err) GDX_MUST_CHECK;
void gdx_stream_end_sending(gdx_stream *stream);
// The next reply, which the caller frees as above; NULL when the server has ended the call with OK. Replies are taken
// from the network as they are asked for: a slow reader slows the server down. GDX_CORRUPT: no message of that type.
gdx_status gdx_stream_receive(gdx_stream *stream, ProtobufCMessage **out_reply, gdx_error *err) GDX_MUST_CHECK;
void gdx_stream_close(gdx_stream *stream); // cancels what has not ended; NULL is fine
GDX_DEFINE_AUTO(gdx_stream, gdx_stream_close)

// What a server has answered in place of OK: the status's message and its details (a google.rpc.Status). Fills an empty
// error with both. For who makes calls by other means than this client.
void gdx_client_take_failure(gdx_status status, gdx_slice message, gdx_slice details, gdx_error *err);

#endif
