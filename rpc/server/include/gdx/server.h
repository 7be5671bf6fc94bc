// SPDX-License-Identifier: Apache-2.0
// gdx/server.h: gRPC services on sockets. A service is a table of methods; a method says where its handler runs, on the
// loop or on a worker, and the server does the rest: framing, flow control, deadlines, cancellation, queueing. Relies
// on gdx/protocol.h (statuses, metadata), gdx/work.h, libuv and protobuf-c. Threads: everything here is the loop's,
// except inside handlers that run on workers, as said below. Signals: libuv writes to sockets without MSG_NOSIGNAL, so
// the program must ignore SIGPIPE, or a client that goes away ends it; the library leaves signals alone.
#ifndef GDX_SERVER_H
#define GDX_SERVER_H

#include "gdx/protocol.h"
#include "gdx/tls.h"
#include "gdx/work.h"

#include <protobuf-c/protobuf-c.h>
#include <stdatomic.h>

typedef struct gdx_server gdx_server;     // loop thread only
typedef struct gdx_exchange gdx_exchange; // one call as its handler sees it: the handler's thread while a callback runs

// ---- services

typedef enum gdx_place {
    GDX_ON_LOOP,         // answers at once: never waits, never computes
    GDX_ON_WORKER,       // on a worker, in the short lane, until it says that it takes long
    GDX_ON_WORKER_LONGER // on a worker, in the long lane: never takes the last worker
} gdx_place;

typedef enum gdx_step {
    GDX_STEP_DONE, // nothing more to send
    GDX_STEP_MORE  // call again as soon as there is room
} gdx_step;

// The callbacks of one call, in this order, never two at a time, all in the method's place: begin, message (for each
// request), end, produce, and at last, whatever happened, release. Any may be NULL. One that does not return GDX_OK
// ends the call with that status and err's text; the client's program gets err's reason, column and field as
// google.rpc.ErrorInfo and BadRequest. GDX_OK from the last of them ends the call with OK, unless it is held.
typedef struct gdx_handler {
    // Before the first message; may set gdx_exchange_set_state.
    gdx_status (*begin)(gdx_exchange *exchange, gdx_error *err);
    // A request, unpacked; it is freed after return. Exactly one comes unless the method streams requests.
    gdx_status (*message)(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err);
    // All requests have come.
    gdx_status (*end)(gdx_exchange *exchange, gdx_error *err);
    // Replies of a stream, some at a time: reply until gdx_exchange_is_full, then return with GDX_STEP_MORE.
    gdx_status (*produce)(gdx_exchange *exchange, gdx_step *out_step, gdx_error *err);
    // Runs on: the loop, after the last callback, always, once. Frees the state.
    void (*release)(gdx_exchange *exchange);
} gdx_handler;

typedef struct gdx_method {
    const char *name; // as in the .proto: "Count"
    gdx_place place;
    bool requests_stream; // "stream" is written before the request
    bool replies_stream;  // and before the reply
    bool no_side_effects; // "idempotency_level = NO_SIDE_EFFECTS": web clients may ask by GET
    gdx_handler handler;
    const void *context; // the service's own
} gdx_method;

typedef struct gdx_service {                      // immutable
    const ProtobufCServiceDescriptor *descriptor; // what protoc-c generates
    const gdx_method *methods;
    size_t method_count; // methods of the descriptor that are not listed here are UNIMPLEMENTED
    void *context;       // gdx_exchange_service_context
} gdx_service;

// ---- inside a handler, in its own thread

const gdx_method *gdx_exchange_method(const gdx_exchange *exchange);
void *gdx_exchange_service_context(const gdx_exchange *exchange);
void gdx_exchange_set_state(gdx_exchange *exchange, void *state);
void *gdx_exchange_state(const gdx_exchange *exchange);
// Number of the worker, to find what is one worker's own; 0 on the loop.
unsigned gdx_exchange_worker(const gdx_exchange *exchange);
uint64_t gdx_exchange_opened_ns(const gdx_exchange *exchange); // when its head came, of gdx_now_ns
// What must stop the work: the deadline, and a flag that the loop sets when the client goes away or the deadline
// passes.
gdx_stop gdx_exchange_stop(const gdx_exchange *exchange);
bool gdx_exchange_is_stopped(const gdx_exchange *exchange); // either of the two
gdx_lane gdx_exchange_lane(const gdx_exchange *exchange);
// In the short lane: this call takes long. Inside `message`, which must not have replied: `message` is called again
// with the same request in the long lane, after others that are waiting there. Inside another callback, which does its
// work as ever: the next one runs in the long lane.
void gdx_exchange_go_longer(gdx_exchange *exchange);
// What the client sent; unchanging while the exchange lives.
const gdx_metadata *gdx_exchange_metadata(const gdx_exchange *exchange);
bool gdx_exchange_message_was_compressed(const gdx_exchange *exchange); // inside `message`

// The traceparent that came with it (gdx_trace_read); NULL: none. Unchanging while the exchange lives.
const char *gdx_exchange_trace(const gdx_exchange *exchange);

// Says something of the call, for gdx_call_record.notes. At any time; the first of a name counts. A text is cut after
// 1,024 bytes, and notes of more than 4 KiB in all are left out. `name` is a word of letters and _.
void gdx_exchange_note_text(gdx_exchange *exchange, const char *name, gdx_slice text);
void gdx_exchange_note_number(gdx_exchange *exchange, const char *name, uint64_t number);

// Packs a reply and queues it. Large ones are gzipped when the client takes it. GDX_NO_MEMORY, GDX_TOO_LARGE.
gdx_status gdx_exchange_reply(gdx_exchange *exchange, const ProtobufCMessage *reply, gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_exchange_reply_as(gdx_exchange *exchange, const ProtobufCMessage *reply, gdx_compress compress,
                                 gdx_error *err) GDX_MUST_CHECK;
// So much waits to be sent that `produce` should return. On a worker: what this step has queued.
bool gdx_exchange_is_full(const gdx_exchange *exchange);
// Metadata to the client, as gdx_metadata_add: headers before the first reply is sent, trailers at any time.
gdx_status gdx_exchange_add_header(gdx_exchange *exchange, gdx_slice name, gdx_slice value) GDX_MUST_CHECK;
gdx_status gdx_exchange_add_trailer(gdx_exchange *exchange, gdx_slice name, gdx_slice value) GDX_MUST_CHECK;

// The code in place of that of the returned status, for the few that gdx_status does not name.
void gdx_exchange_set_code(gdx_exchange *exchange, gdx_grpc_code code);

// ---- methods on the loop that answer later (a health watch)

// Inside a callback: the call stays open when the callbacks are through, until gdx_exchange_finish or the client goes.
void gdx_exchange_hold(gdx_exchange *exchange);
// Later, on the loop, outside of callbacks, before release: reply with gdx_exchange_reply, then
void gdx_exchange_flush(gdx_exchange *exchange);
void gdx_exchange_finish(gdx_exchange *exchange, gdx_status status, const gdx_error *err); // err may be NULL
// Calls `produce` again, which may hold once more.
void gdx_exchange_wake(gdx_exchange *exchange);

// ---- the server

typedef struct gdx_call_record { // for logs and metrics
    gdx_slice path;
    gdx_dialect dialect;      // PLAIN: a request for a page, or one that is no call; no service, no method
    gdx_slice asked;          // PLAIN: the method of HTTP, "GET"; else empty
    unsigned http_status;     // of HTTP, where the answer has one of its own: PLAIN, Connect unary; else 0
    const gdx_method *method; // NULL: unknown
    const gdx_service *service;
    const char *peer;
    gdx_grpc_code code;
    gdx_slice message;
    uint64_t took_ns;
    uint64_t bytes_in, bytes_out;
    gdx_slice trace_id; // 32 digits; empty: none came
    gdx_slice notes;    // gdx_note_next; also of a call whose handler still runs
} gdx_call_record;

typedef struct gdx_note {
    gdx_slice name;
    bool is_number;
    uint64_t number;
    gdx_slice text; // as the handler gave it: any bytes
} gdx_note;
// Start with *at = 0; false at the end.
bool gdx_note_next(gdx_slice notes, size_t *at, gdx_note *out);

// A request that is no call: GET or HEAD of a path that no method has.
typedef struct gdx_resource_request {
    gdx_slice method, path, query; // the query as it came, without "?"
    gdx_slice host;                // :authority, or Host
    gdx_slice if_none_match;       // as it came; empty: none
    bool takes_gzip;
} gdx_resource_request;

// What is empty is not sent. All slices stay valid until the callback has returned and the server has sent the head;
// so they are constant, or in `owned`.
typedef struct gdx_resource_reply {
    unsigned status; // 0 stands for 200
    gdx_slice content_type, cache_control, etag, content_encoding;
    const char *content_security_policy; // NULL: none. With it also nosniff and no-referrer
    gdx_slice body;                      // not sent for HEAD, nor with 304
    gdx_buffer owned;                    // or this one, which the server frees
} gdx_resource_reply;

typedef struct gdx_server_options {
    gdx_protocol_options protocol;
    size_t connection_limit; // further ones are closed when accepted
    bool connections_wait;   // or are not accepted before another one ends
    size_t read_pause;       // bytes waiting for the socket at which nothing more is read from it
    uint64_t drain_ns;       // what gdx_server_stop waits for calls to end
    // May this call be made? Anything but GDX_GRPC_OK refuses it, with err's message. NULL: all may. Without service
    // and method: there is no such method, and the call is UNIMPLEMENTED if it may be made.
    gdx_grpc_code (*admit)(void *context, const gdx_call *call, const gdx_service *service, const gdx_method *method,
                           gdx_error *err);
    // Web: may this request be answered at all? Asked before everything else of each that is not gRPC over HTTP/2.
    // False: it has been answered (gdx_call_answer). May add headers (gdx_call_add_header) to what the answer will
    // have. NULL: all may.
    bool (*guard)(void *context, gdx_call *call);
    // GET or HEAD of what is no method. False: there is nothing, and the client gets 404. Runs on: the loop. NULL:
    // there is nothing at all.
    bool (*resource)(void *context, const gdx_resource_request *request, gdx_resource_reply *reply);
    // A call is over. May be NULL.
    void (*call_ended)(void *context, const gdx_call_record *record);
    // What a peer did that is no call of its own: it broke HTTP or TLS, or a request was refused before it was a
    // call. May be NULL.
    void (*peer_fault)(void *context, const char *peer, const char *what);
    // draining: true as soon as gdx_server_stop was called, before the first GOAWAY. May be NULL.
    void (*draining)(void *context);
    void *context;
} gdx_server_options;

gdx_server_options gdx_server_options_default(void);

// `work` runs the methods that are not cheap; it must outlive the server's `stopped` callback. NULL: there are none.
gdx_status gdx_server_open(uv_loop_t *loop, gdx_work *work, const gdx_server_options *options, gdx_server **out,
                           gdx_error *err) GDX_MUST_CHECK;
// Before the first listener. The service must outlive the server. GDX_INVALID: a method its descriptor does not have,
// or a row that cannot work: no handler, listed twice, a worker's without workers, produce without a stream of replies.
// Whether streams and side effects are those of the .proto is for gdx_reflection_check: protobuf-c's descriptors do not
// say.
gdx_status gdx_server_add(gdx_server *server, const gdx_service *service, gdx_error *err) GDX_MUST_CHECK;
size_t gdx_server_service_count(const gdx_server *server);
const gdx_service *gdx_server_service(const gdx_server *server, size_t number);
// "host:port" (port 0: one is chosen; "[::1]:50051"), "unix:/path", "fd:3" (a listening socket inherited). tls, which
// must outlive the server, may be NULL. GDX_INVALID, GDX_IO.
gdx_status gdx_server_listen(gdx_server *server, const char *address, const gdx_tls *tls,
                             gdx_error *err) GDX_MUST_CHECK;
// The port of the first TCP listener; 0: none.
unsigned gdx_server_port(const gdx_server *server);
size_t gdx_server_connection_count(const gdx_server *server);
uint64_t gdx_server_refused_count(const gdx_server *server); // connections over the limit, closed as they came
size_t gdx_server_call_count(const gdx_server *server);      // calls that a handler has
size_t gdx_server_memory(const gdx_server *server);          // bytes of all connections
bool gdx_server_is_draining(const gdx_server *server);
// No new connections; GOAWAY to the others; when the last has gone, or drain_ns later at most, `stopped` is called on
// the loop, and the server is freed after it returns. A second call cuts the waiting short.
void gdx_server_stop(gdx_server *server, void (*stopped)(void *context), void *context);

#endif
