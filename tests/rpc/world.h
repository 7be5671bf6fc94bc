// SPDX-License-Identifier: Apache-2.0
// world.h: the world of a test: a server of the test service on a unix socket, and a client on the same loop. Handlers
// on workers count what they do in `seen`, and wait at a gate that a test opens.
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "../support/patience.h"
#include "gdx/server.h"

#include <stdatomic.h>

enum { BLOCK_BYTES = 64 * 1024 };

extern struct seen {
    atomic_int entered, left, released, produced;
    atomic_bool gate; // closed: handlers wait
    atomic_size_t received;
} seen;

struct world {
    uv_loop_t loop;
    char *folder, address[512];
    gdx_work *work;
    gdx_server *server;
    bool is_open, stopped;
    uv_pipe_t extra; // a second client, if there is one
    uv_connect_t extra_request;
    bool has_extra;
    // the client
    gdx_protocol *protocol;
    gdx_connection *connection;
    uv_pipe_t pipe;
    bool connected, closed;
    char buffer[64 * 1024];
    // what its calls saw
    int messages, ends;
    gdx_grpc_code code;
    char message[256];
    bool reads;
    gdx_call *writing;
    size_t to_write;           // messages of BLOCK_BYTES
    gdx_buffer details, reply; // the last ones
};

// Adds the services; NULL: the test service is added. To be set before a world is opened.
extern void (*world_add)(struct world *world);
// One world at a time.
struct world *open_world(unsigned workers, size_t queue, size_t connections);
void close_world(struct world *world);
// The teardown of each test, also of one that failed: it leaves no thread to the next.
int leave_world(void **state);

void turn(struct world *world);
// Until no worker runs and nothing has moved for many turns.
void run_until_quiet(struct world *world);
#define RUN_UNTIL(world, condition)                                                                                    \
    do {                                                                                                               \
        uint64_t since_ns = gdx_now_ns();                                                                              \
        while (!(condition)) {                                                                                         \
            turn(world);                                                                                               \
            assert_true(patience_since(since_ns));                                                                     \
        }                                                                                                              \
    } while (0)

// The client's.
void close_client(struct world *world);
extern const gdx_call_events call_events;
gdx_call *open_call(struct world *world, const char *method, uint64_t timeout_ns);
gdx_call *ask(struct world *world, const char *method, uint64_t timeout_ns); // with one empty request
// With one request, by "/package.Service/Method".
gdx_call *ask_message(struct world *world, const char *path, const ProtobufCMessage *request);
void write_block(gdx_call *call); // one request of a stream
void write_more(gdx_call *call);  // of a stream of requests

// The server's.
void on_stopped(void *context);
gdx_status wait_message(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err);
gdx_status flood_produce(gdx_exchange *exchange, gdx_step *out_step, gdx_error *err);

#endif
