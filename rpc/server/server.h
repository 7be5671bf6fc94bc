// SPDX-License-Identifier: Apache-2.0
// server.h: the structs of server/.
//   server.c    open, add services, find methods, stop
//   listen.c    addresses to listening sockets
//   address.c   whose connections they are, for turns in the workers' queue
//   peer.c      one accepted socket: bytes between it and a gdx_connection
//   exchange.c  the life of one call between a gdx_call and its handler, on the loop
//   step.c      what runs of it on the handler's thread, a worker or the loop
//   notes.c     what a handler says of its call, for the log
//   page.c     requests that are no calls: pages, and refusals in words
//   form.c      messages to and from JSON, in the handler's thread
//   details.c   google.rpc.Status
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "gdx/server.h"

#include <netinet/in.h>
#include <sys/types.h>
#include <sys/un.h>

enum {
    READ_BYTES = 64 * 1024,
    PULL_BYTES = 256 * 1024,
    PEER_NAME_BYTES = 64,
    SPARE_EXCHANGES = 4096,
    ADDRESS_BITS = 10
};

struct peer;    // one accepted socket
struct address; // of some of them

struct thread_tools { // one worker's own, or the loop's
    gdx_codec *codec;
    gdx_arena *arena; // the message being handled
    size_t arena_used, arena_limit;
    gdx_buffer packed; // a request after it is inflated, a reply before it is compressed
};

struct route {
    gdx_slice path; // its own memory
    const gdx_service *service;
    const gdx_method *method;
    const ProtobufCMethodDescriptor *descriptor;
};

struct listener {
    union {
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } handle;
    gdx_server *server;
    const gdx_tls *tls;
    struct listener *next;
    char *unix_path; // NULL: none to remove
    dev_t unix_device;
    ino_t unix_inode;
    bool is_starved; // a connection waits to be accepted until there is memory, or room
};

struct gdx_server { // loop thread only
    uv_loop_t *loop;
    gdx_work *work;
    gdx_server_options options;
    gdx_protocol *protocol;
    const gdx_service **services;
    size_t service_count, service_capacity;
    struct route *routes; // sorted by path
    size_t route_count, route_capacity;
    struct thread_tools *tools; // [0] the loop's, then one for each worker
    size_t tool_count;
    struct listener *listeners;
    uv_prepare_t flush; // before each wait: what the turn has produced goes out
    uv_idle_t again;    // active while peers are dirty after that: then the loop does not wait
    uv_timer_t stopping;
    uv_timer_t accepting; // again, when there was no memory
    struct peer *peers, *dirty;
    struct address *addresses[1 << ADDRESS_BITS]; // by a hash
    gdx_buffer spare_out;                         // for the peer that writes next
    gdx_buffer plain;                             // what TLS has decrypted or will encrypt, within one call
    size_t peer_count;
    uint64_t refused_count; // connections over the limit
    gdx_exchange *spares;
    size_t spare_count;
    gdx_exchange *waiting, *waiting_last; // have started, and found the queue full
    size_t exchange_count;
    size_t handles_open; // listeners, flush, again, stopping, accepting
    void (*stopped)(void *context);
    void *stopped_context;
    bool is_stopping, is_closing;
    unsigned port;
    char read_buffer[READ_BYTES];
};

// server.c
const struct route *server_find(const gdx_server *server, gdx_slice path);
void server_check_stopped(gdx_server *server);

// listen.c
void listener_wait(struct listener *listener); // to accept what has come
void listeners_close(gdx_server *server);

// address.c
// The address of a connection that has come; it is left when that ends. NULL: no memory. The server has workers.
struct address *address_enter(gdx_server *server, const struct sockaddr_storage *from);
gdx_line *address_line(const struct address *address);
void address_leave(gdx_server *server, struct address *address); // NULL is fine

// peer.c
void peer_accept(struct listener *listener);
gdx_server *peer_server(const struct peer *peer);
const char *peer_name(const struct peer *peer);
gdx_line *peer_line(const struct peer *peer); // NULL: the server has no workers
void peers_flush(gdx_server *server);
void peers_drain(gdx_server *server);
void peers_close(gdx_server *server);

// exchange.c
void exchange_open(gdx_call *call, void *peer);         // gdx_connection_events.call_opened
void exchange_note_refused(gdx_call *call, void *peer); // gdx_connection_events.call_refused
// Web: the guard's word on a call that is not gRPC over HTTP/2. False: it has been answered.
bool exchange_is_let_in(gdx_call *call, struct peer *peer);
void exchanges_retry(gdx_server *server); // those that wait for the queue

void exchanges_free_spares(gdx_server *server);

// page.c
void page_answer(gdx_call *call, void *peer); // gdx_connection_events.plain_opened

// form.c
// The reply as JSON, in tools->packed.
gdx_status form_write(struct thread_tools *tools, const ProtobufCMessage *reply, gdx_error *err);

// details.c
// The whole google.rpc.Status, appended to `out`: code, message, and what err has for programs: ErrorInfo for its
// reason, BadRequest for its field. Nothing when it has neither. err may be NULL.
gdx_status details_status(gdx_grpc_code code, const char *message, const gdx_error *err, gdx_buffer *out);

#endif
