// SPDX-License-Identifier: Apache-2.0
// test_server.c: a server on a unix socket and a client on the same loop: what workers see of deadlines and
// cancellation, what a slow side costs, what a full queue and a stop do.

#include "../support/folder.h"
#include "gdx/server.h"

#include <grpc/testing/test.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { BLOCK_BYTES = 64 * 1024 };

// ---- handlers; counters are written by workers and read by the loop

static struct {
    atomic_int entered, left, released, produced;
    atomic_bool gate; // closed: handlers wait
    atomic_size_t received;
} seen;

static void wait_at_gate(gdx_exchange *exchange) {
    while (!atomic_load(&seen.gate) && !gdx_exchange_is_stopped(exchange)) {
    }
}

static gdx_status wait_message(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    (void)message;
    Grpc__Testing__Empty reply = GRPC__TESTING__EMPTY__INIT;
    atomic_fetch_add(&seen.entered, 1);
    wait_at_gate(exchange);
    atomic_fetch_add(&seen.left, 1);
    return gdx_exchange_reply(exchange, &reply.base, err);
}

static gdx_status flood_produce(gdx_exchange *exchange, gdx_step *out_step, gdx_error *err) {
    static uint8_t block[BLOCK_BYTES];
    Grpc__Testing__Payload payload = GRPC__TESTING__PAYLOAD__INIT;
    payload.body = (ProtobufCBinaryData){sizeof block, block};
    Grpc__Testing__StreamingOutputCallResponse reply = GRPC__TESTING__STREAMING_OUTPUT_CALL_RESPONSE__INIT;
    reply.payload = &payload;
    *out_step = GDX_STEP_MORE;
    atomic_fetch_add(&seen.produced, 1);
    return gdx_exchange_reply_as(exchange, &reply.base, GDX_COMPRESS_NO, err);
}

static gdx_status sink_message(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    (void)err;
    const Grpc__Testing__StreamingInputCallRequest *request = (const Grpc__Testing__StreamingInputCallRequest *)message;
    atomic_fetch_add(&seen.entered, 1);
    wait_at_gate(exchange);
    atomic_fetch_add(&seen.received, request->payload->body.len);
    return GDX_OK;
}

static gdx_status sink_end(gdx_exchange *exchange, gdx_error *err) {
    Grpc__Testing__StreamingInputCallResponse reply = GRPC__TESTING__STREAMING_INPUT_CALL_RESPONSE__INIT;
    reply.aggregated_payload_size = (int32_t)atomic_load(&seen.received);
    return gdx_exchange_reply(exchange, &reply.base, err);
}

static void count_release(gdx_exchange *exchange) {
    (void)exchange;
    atomic_fetch_add(&seen.released, 1);
}

static const gdx_method methods[] = {
    {.name = "EmptyCall", .place = GDX_ON_WORKER, .handler = {.message = wait_message, .release = count_release}},
    {.name = "StreamingOutputCall",
     .place = GDX_ON_WORKER,
     .replies_stream = true,
     .handler = {.produce = flood_produce, .release = count_release}},
    {.name = "StreamingInputCall",
     .place = GDX_ON_WORKER,
     .requests_stream = true,
     .handler = {.message = sink_message, .end = sink_end, .release = count_release}},
};
static const gdx_service service = {&grpc__testing__test_service__descriptor, methods, 3, NULL};

// ---- the world of a test

struct world {
    uv_loop_t loop;
    char *folder, address[512];
    gdx_work *work;
    gdx_server *server;
    bool stopped;
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
    size_t to_write; // messages of BLOCK_BYTES
};

static void flush_client(struct world *world) {
    gdx_buffer out = {0};
    if (world->closed || !world->connected)
        return;
    assert_int_equal(gdx_connection_pull(world->connection, &out, 1 << 20, uv_hrtime()), GDX_OK);
    size_t done = 0;
    while (done < out.bytes) { // the server is on this loop too: let it read
        uv_buf_t rest = uv_buf_init((char *)out.data + done, (unsigned)(out.bytes - done));
        int written = uv_try_write((uv_stream_t *)&world->pipe, &rest, 1);
        if (written > 0)
            done += (size_t)written;
        else if (written != UV_EAGAIN)
            break;
        else
            uv_run(&world->loop, UV_RUN_NOWAIT);
    }
    gdx_buffer_clear(&out);
}

static void on_pipe_closed(uv_handle_t *handle) {
    ((struct world *)handle->data)->closed = true;
}

static void close_client(struct world *world) {
    if (!uv_is_closing((uv_handle_t *)&world->pipe))
        uv_close((uv_handle_t *)&world->pipe, on_pipe_closed);
    while (!world->closed)
        uv_run(&world->loop, UV_RUN_ONCE);
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
    struct world *world = handle->data;
    (void)suggested;
    *out = uv_buf_init(world->buffer, sizeof world->buffer);
}

static void on_bytes(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer) {
    struct world *world = stream->data;
    if (bytes > 0)
        (void)!gdx_connection_feed(world->connection, (gdx_slice){buffer->base, (size_t)bytes}, uv_hrtime(), NULL);
    else if (bytes < 0 && !uv_is_closing((uv_handle_t *)stream))
        uv_close((uv_handle_t *)stream, on_pipe_closed);
}

static void on_connected(uv_connect_t *request, int code) {
    struct world *world = request->data;
    assert_int_equal(code, 0);
    world->connected = true;
    assert_int_equal(uv_read_start((uv_stream_t *)&world->pipe, give_buffer, on_bytes), 0);
}

static void turn(struct world *world) {
    flush_client(world);
    uv_run(&world->loop, UV_RUN_NOWAIT);
}

#define RUN_UNTIL(world, condition)                                                                                    \
    do {                                                                                                               \
        uint64_t begin_ns = uv_hrtime();                                                                               \
        while (!(condition)) {                                                                                         \
            turn(world);                                                                                               \
            assert_true(uv_hrtime() - begin_ns < 60000000000u);                                                        \
        }                                                                                                              \
    } while (0)

static void connect_client(struct world *world) {
    static const gdx_connection_events events = {0};
    uv_connect_t request = {.data = world};
    world->closed = world->connected = false;
    assert_int_equal(uv_pipe_init(&world->loop, &world->pipe, 0), 0);
    world->pipe.data = world;
    assert_int_equal(gdx_connection_new(world->protocol, GDX_CLIENT, &events, world, uv_hrtime(), &world->connection),
                     GDX_OK);
    uv_pipe_connect(&request, &world->pipe, world->address + strlen("unix:"), on_connected);
    RUN_UNTIL(world, world->connected);
}

static void open_world(struct world *world, unsigned workers, size_t queue, size_t connections) {
    gdx_server_options options = gdx_server_options_default();
    gdx_error err = {0};
    memset(world, 0, sizeof *world);
    memset(&seen, 0, sizeof seen);
    options.connection_limit = connections;
    world->reads = true;
    world->folder = folder_new();
    snprintf(world->address, sizeof world->address, "unix:%s/socket", world->folder);
    assert_int_equal(uv_loop_init(&world->loop), 0);
    assert_int_equal(gdx_work_open(&world->loop, workers, queue, &world->work, &err), GDX_OK);
    assert_int_equal(gdx_server_open(&world->loop, world->work, &options, &world->server, &err), GDX_OK);
    assert_int_equal(gdx_server_add(world->server, &service, &err), GDX_OK);
    assert_int_equal(gdx_server_listen(world->server, world->address, NULL, &err), GDX_OK);
    assert_int_equal(gdx_protocol_new(&options.protocol, &world->protocol), GDX_OK);
    connect_client(world);
}

static void on_stopped(void *context) {
    ((struct world *)context)->stopped = true;
}

static void close_world(struct world *world) {
    atomic_store(&seen.gate, true);
    close_client(world);
    gdx_connection_free(world->connection);
    assert_int_equal(gdx_protocol_memory(world->protocol), 0);
    gdx_protocol_free(world->protocol);
    if (!world->stopped) {
        gdx_server_stop(world->server, on_stopped, world);
        while (!world->stopped)
            uv_run(&world->loop, UV_RUN_ONCE);
    }
    gdx_work_close(world->work, NULL, NULL);
    uv_run(&world->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&world->loop), 0);
    folder_remove(world->folder);
}

// ---- the client's calls

static void on_message(gdx_call *call, gdx_slice message) {
    struct world *world = gdx_call_context(call);
    (void)message;
    world->messages++;
    if (world->reads)
        gdx_call_read(call);
}

static void write_more(gdx_call *call) {
    static uint8_t block[BLOCK_BYTES], packed[BLOCK_BYTES + 64];
    struct world *world = gdx_call_context(call);
    Grpc__Testing__Payload payload = GRPC__TESTING__PAYLOAD__INIT;
    payload.body = (ProtobufCBinaryData){sizeof block, block};
    Grpc__Testing__StreamingInputCallRequest request = GRPC__TESTING__STREAMING_INPUT_CALL_REQUEST__INIT;
    request.payload = &payload;
    size_t bytes = grpc__testing__streaming_input_call_request__pack(&request, packed);
    for (; world->to_write > 0 && gdx_call_room(call) > 0; world->to_write--)
        assert_int_equal(gdx_call_write(call, (gdx_slice){(char *)packed, bytes}, GDX_COMPRESS_NO), GDX_OK);
    if (world->to_write == 0)
        gdx_call_end_writing(call);
}

static void on_end(gdx_call *call, const gdx_call_result *result) {
    struct world *world = gdx_call_context(call);
    world->ends++;
    world->code = result->code;
    snprintf(world->message, sizeof world->message, "%.*s", GDX_SLICE_ARGUMENTS(result->message));
}

static const gdx_call_events events = {.message = on_message, .room = write_more, .closed = on_end};

static gdx_call *open_call(struct world *world, const char *method, uint64_t timeout_ns) {
    char path[128];
    gdx_call *call = NULL;
    snprintf(path, sizeof path, "/grpc.testing.TestService/%s", method);
    gdx_call_options options = {
        .path = gdx_slice_of(path), .authority = gdx_slice_of("test"), .scheme = "http", .timeout_ns = timeout_ns};
    assert_int_equal(gdx_call_open(world->connection, &options, &events, world, uv_hrtime(), &call), GDX_OK);
    gdx_call_read(call);
    return call;
}

static gdx_call *ask(struct world *world, const char *method, uint64_t timeout_ns) {
    gdx_call *call = open_call(world, method, timeout_ns);
    assert_int_equal(gdx_call_write(call, (gdx_slice){"", 0}, GDX_COMPRESS_NO), GDX_OK);
    gdx_call_end_writing(call);
    return call;
}

// ---- tests

static void a_call_on_a_worker_is_answered(void **state) {
    (void)state;
    struct world world;
    open_world(&world, 2, 10, 10);
    atomic_store(&seen.gate, true);
    ask(&world, "EmptyCall", 0);
    RUN_UNTIL(&world, world.ends == 1);
    assert_int_equal(world.code, GDX_GRPC_OK);
    assert_int_equal(world.messages, 1);
    assert_int_equal(atomic_load(&seen.released), 1);
    close_world(&world);
}

static void a_worker_sees_that_the_client_went_away(void **state) {
    (void)state;
    struct world world;
    open_world(&world, 1, 10, 10);
    ask(&world, "EmptyCall", 0);
    RUN_UNTIL(&world, atomic_load(&seen.entered) == 1);
    close_client(&world);
    RUN_UNTIL(&world, atomic_load(&seen.released) == 1); // the gate is still closed
    assert_int_equal(atomic_load(&seen.left), 1);
    assert_int_equal(gdx_server_call_count(world.server), 0);
    close_world(&world);
}

static void a_worker_sees_the_deadline(void **state) {
    (void)state;
    struct world world;
    open_world(&world, 1, 10, 10);
    ask(&world, "EmptyCall", 20000000);
    RUN_UNTIL(&world, world.ends == 1 && atomic_load(&seen.released) == 1);
    assert_int_equal(world.code, GDX_GRPC_DEADLINE_EXCEEDED);
    close_world(&world);
}

static void a_call_cancelled_in_the_queue_is_not_begun(void **state) {
    (void)state;
    struct world world;
    open_world(&world, 1, 10, 10);
    ask(&world, "EmptyCall", 0);
    RUN_UNTIL(&world, atomic_load(&seen.entered) == 1);
    gdx_call *queued = ask(&world, "EmptyCall", 0);
    RUN_UNTIL(&world, gdx_work_waiting(world.work) == 1);
    gdx_call_cancel(queued);
    RUN_UNTIL(&world, world.ends == 1);
    for (int i = 0; i < 10; i++)
        turn(&world);
    atomic_store(&seen.gate, true);
    RUN_UNTIL(&world, world.ends == 2 && atomic_load(&seen.released) == 2);
    assert_int_equal(atomic_load(&seen.entered), 1);
    close_world(&world);
}

static void a_full_queue_refuses_and_says_why(void **state) {
    (void)state;
    struct world world;
    open_world(&world, 1, 1, 10);
    ask(&world, "EmptyCall", 0);
    RUN_UNTIL(&world, atomic_load(&seen.entered) == 1);
    ask(&world, "EmptyCall", 0);
    RUN_UNTIL(&world, gdx_work_waiting(world.work) == 1);
    ask(&world, "EmptyCall", 0);
    RUN_UNTIL(&world, world.ends == 1);
    assert_int_equal(world.code, GDX_GRPC_RESOURCE_EXHAUSTED);
    assert_non_null(strstr(world.message, "queue is full"));
    atomic_store(&seen.gate, true);
    RUN_UNTIL(&world, world.ends == 3);
    assert_int_equal(world.code, GDX_GRPC_OK);
    close_world(&world);
}

static void an_endless_stream_waits_for_its_reader(void **state) {
    (void)state;
    struct world world;
    open_world(&world, 1, 10, 10);
    world.reads = false;
    gdx_call *call = ask(&world, "StreamingOutputCall", 0);
    RUN_UNTIL(&world, world.messages == 1);
    for (int i = 0; i < 300; i++)
        turn(&world);
    int before = atomic_load(&seen.produced);
    assert_true(before < 60); // the client's window of 1 MiB, the socket, and the write buffer
    assert_true(gdx_server_memory(world.server) < 4 << 20);
    for (int i = 0; i < 300; i++)
        turn(&world);
    assert_int_equal(atomic_load(&seen.produced), before);
    world.reads = true;
    gdx_call_read(call);
    RUN_UNTIL(&world, world.messages > 500);
    gdx_call_cancel(call);
    RUN_UNTIL(&world, atomic_load(&seen.released) == 1);
    close_world(&world);
}

static void a_stream_of_requests_waits_for_a_slow_worker(void **state) {
    (void)state;
    struct world world;
    open_world(&world, 1, 10, 10);
    world.to_write = 320; // 20 MiB
    gdx_call *call = open_call(&world, "StreamingInputCall", 0);
    write_more(call);
    RUN_UNTIL(&world, atomic_load(&seen.entered) == 1);
    for (int i = 0; i < 300; i++)
        turn(&world);
    assert_true(world.to_write > 200);
    assert_true(gdx_server_memory(world.server) < 4 << 20);
    atomic_store(&seen.gate, true);
    RUN_UNTIL(&world, world.ends == 1);
    assert_int_equal(world.code, GDX_GRPC_OK);
    assert_int_equal(atomic_load(&seen.received), 320 * BLOCK_BYTES);
    close_world(&world);
}

static void a_stop_lets_a_call_end_and_takes_no_other(void **state) {
    (void)state;
    struct world world;
    open_world(&world, 1, 10, 10);
    ask(&world, "EmptyCall", 0);
    RUN_UNTIL(&world, atomic_load(&seen.entered) == 1);
    gdx_server_stop(world.server, on_stopped, &world);
    for (int i = 0; i < 20; i++)
        turn(&world);
    assert_false(world.stopped);
    gdx_call_options options = {.path = gdx_slice_of("/x/y"), .authority = gdx_slice_of("test"), .scheme = "http"};
    gdx_call *refused = NULL;
    assert_int_equal(gdx_call_open(world.connection, &options, &events, &world, uv_hrtime(), &refused),
                     GDX_UNAVAILABLE);
    atomic_store(&seen.gate, true);
    RUN_UNTIL(&world, world.ends == 1);
    assert_int_equal(world.code, GDX_GRPC_OK);
    RUN_UNTIL(&world, world.stopped);
    close_world(&world);
}

static void on_extra(uv_connect_t *request, int code) {
    (void)request, (void)code;
}

static void a_connection_beyond_the_limit_is_closed_and_the_others_live(void **state) {
    (void)state;
    struct world world;
    open_world(&world, 1, 10, 1);
    atomic_store(&seen.gate, true);
    ask(&world, "EmptyCall", 0);
    RUN_UNTIL(&world, world.ends == 1);
    uv_pipe_t extra;
    uv_connect_t request;
    assert_int_equal(uv_pipe_init(&world.loop, &extra, 0), 0);
    uv_pipe_connect(&request, &extra, world.address + strlen("unix:"), on_extra);
    for (int i = 0; i < 20; i++)
        turn(&world);
    assert_int_equal(gdx_server_connection_count(world.server), 1);
    ask(&world, "EmptyCall", 0);
    RUN_UNTIL(&world, world.ends == 2);
    uv_close((uv_handle_t *)&extra, NULL);
    close_world(&world);
}

static void a_method_that_the_descriptor_lacks_is_refused(void **state) {
    (void)state;
    static const gdx_method wrong[] = {{.name = "NoSuchCall"}};
    static const gdx_service unfit = {&grpc__testing__test_service__descriptor, wrong, 1, NULL};
    struct world world;
    gdx_error err = {0};
    open_world(&world, 1, 10, 10);
    assert_int_equal(gdx_server_add(world.server, &unfit, &err), GDX_INVALID);
    assert_non_null(strstr(err.message, "NoSuchCall"));
    close_world(&world);
}

static void addresses_that_cannot_be_listened_on_are_refused_with_a_reason(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "50051", "fd:x", "127.0.0.1:notaport", "unix:/no/such/folder/socket", "fd:9999", "127.0.0.1:70000", "unix:"};
    struct world world;
    open_world(&world, 1, 10, 10);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        gdx_error err = {0};
        assert_int_not_equal(gdx_server_listen(world.server, wrong[i], NULL, &err), GDX_OK);
        assert_non_null(strstr(err.message, wrong[i]));
    }
    char name[200] = "unix:/";
    gdx_error err = {0};
    memset(name + 6, 'n', sizeof name - 7); // longer than a socket's may be
    assert_int_equal(gdx_server_listen(world.server, name, NULL, &err), GDX_INVALID);
    close_world(&world);
}

static void a_server_removes_its_own_socket_and_no_other(void **state) {
    (void)state;
    struct world world;
    for (int taken_over = 0; taken_over < 2; taken_over++) {
        open_world(&world, 1, 10, 10);
        const char *path = world.address + strlen("unix:");
        char *other = gdx_path_join(world.folder, "other");
        if (taken_over) { // by whoever came meanwhile
            fclose(fopen(other, "w"));
            assert_int_equal(rename(other, path), 0);
        }
        close_client(&world);
        gdx_server_stop(world.server, on_stopped, &world);
        while (!world.stopped)
            uv_run(&world.loop, UV_RUN_ONCE);
        assert_int_equal(access(path, F_OK) == 0, taken_over);
        free(other);
        close_world(&world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_on_a_worker_is_answered),
        cmocka_unit_test(a_worker_sees_that_the_client_went_away),
        cmocka_unit_test(a_worker_sees_the_deadline),
        cmocka_unit_test(a_call_cancelled_in_the_queue_is_not_begun),
        cmocka_unit_test(a_full_queue_refuses_and_says_why),
        cmocka_unit_test(an_endless_stream_waits_for_its_reader),
        cmocka_unit_test(a_stream_of_requests_waits_for_a_slow_worker),
        cmocka_unit_test(a_stop_lets_a_call_end_and_takes_no_other),
        cmocka_unit_test(a_connection_beyond_the_limit_is_closed_and_the_others_live),
        cmocka_unit_test(a_method_that_the_descriptor_lacks_is_refused),
        cmocka_unit_test(addresses_that_cannot_be_listened_on_are_refused_with_a_reason),
        cmocka_unit_test(a_server_removes_its_own_socket_and_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
