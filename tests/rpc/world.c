// SPDX-License-Identifier: Apache-2.0
// world.c: see world.h.

#include "world.h"

#include "../support/folder.h"

#include <grpc/testing/test.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

// ---- handlers; counters are written by workers and read by the loop

struct seen seen;
void (*world_add)(struct world *world);

static gdx_status wait_at_gate(gdx_exchange *exchange, gdx_error *err) {
    gdx_stop stop = gdx_exchange_stop(exchange);
    gdx_status status = GDX_OK;
    while (!atomic_load(&seen.gate) && status == GDX_OK)
        status = gdx_stop_check(&stop, err);
    return status;
}

// An Empty message has no fields save those that this build does not know: one that has any takes long.
gdx_status wait_message(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    if (message->n_unknown_fields && gdx_exchange_lane(exchange) == GDX_LANE_SHORT) {
        gdx_exchange_go_longer(exchange);
        return GDX_OK;
    }
    Grpc__Testing__Empty reply = GRPC__TESTING__EMPTY__INIT;
    atomic_fetch_add(&seen.entered, 1);
    gdx_status status = wait_at_gate(exchange, err);
    atomic_fetch_add(&seen.left, 1);
    return status == GDX_OK ? gdx_exchange_reply(exchange, &reply.base, err) : status;
}

gdx_status flood_produce(gdx_exchange *exchange, gdx_step *out_step, gdx_error *err) {
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
    const Grpc__Testing__StreamingInputCallRequest *request = (const Grpc__Testing__StreamingInputCallRequest *)message;
    atomic_fetch_add(&seen.entered, 1);
    gdx_status status = wait_at_gate(exchange, err);
    atomic_fetch_add(&seen.received, request->payload->body.len);
    return status;
}

static gdx_status sink_end(gdx_exchange *exchange, gdx_error *err) {
    Grpc__Testing__StreamingInputCallResponse reply = GRPC__TESTING__STREAMING_INPUT_CALL_RESPONSE__INIT;
    reply.aggregated_payload_size = (int32_t)atomic_load(&seen.received);
    return gdx_exchange_reply(exchange, &reply.base, err);
}

// A reply, and then a failure.
static gdx_status refuse_message(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    (void)message;
    Grpc__Testing__SimpleResponse reply = GRPC__TESTING__SIMPLE_RESPONSE__INIT;
    gdx_status status = gdx_exchange_reply(exchange, &reply.base, err);
    return status == GDX_OK ? gdx_fail_query(err, GDX_REASON_QUERY_SYNTAX, 7, "found a \"") : status;
}

// What is the loop's, called on a worker.
static gdx_status stray_message(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    (void)message, (void)err;
    gdx_exchange_hold(exchange);
    return GDX_OK;
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
    {.name = "UnaryCall", .place = GDX_ON_WORKER, .handler = {.message = refuse_message, .release = count_release}},
    {.name = "FullDuplexCall",
     .place = GDX_ON_WORKER,
     .requests_stream = true,
     .replies_stream = true,
     .handler = {.message = stray_message}},
};
static const gdx_service service = {&grpc__testing__test_service__descriptor, methods,
                                    sizeof methods / sizeof methods[0], NULL};

// ---- the world of a test

static struct world the_world; // static: a test that fails leaves its own frame

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

void close_client(struct world *world) {
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

void turn(struct world *world) {
    flush_client(world);
    uv_run(&world->loop, UV_RUN_NOWAIT);
}

static void connect_client(struct world *world) {
    static const gdx_connection_events no_events = {0};
    uv_connect_t request = {.data = world};
    world->closed = world->connected = false;
    assert_int_equal(uv_pipe_init(&world->loop, &world->pipe, 0), 0);
    world->pipe.data = world;
    assert_int_equal(
        gdx_connection_new(world->protocol, GDX_CLIENT, &no_events, world, uv_hrtime(), &world->connection), GDX_OK);
    uv_pipe_connect(&request, &world->pipe, world->address + strlen("unix:"), on_connected);
    RUN_UNTIL(world, world->connected);
}

struct world *open_world(unsigned workers, size_t queue, size_t connections) {
    struct world *world = &the_world;
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
    if (world_add)
        world_add(world);
    else
        assert_int_equal(gdx_server_add(world->server, &service, &err), GDX_OK);
    assert_int_equal(gdx_server_listen(world->server, world->address, NULL, &err), GDX_OK);
    assert_int_equal(gdx_protocol_new(&options.protocol, &world->protocol), GDX_OK);
    world->is_open = true;
    connect_client(world);
    return world;
}

void on_stopped(void *context) {
    ((struct world *)context)->stopped = true;
}

void close_world(struct world *world) {
    world->is_open = false;
    atomic_store(&seen.gate, true);
    if (world->has_extra)
        uv_close((uv_handle_t *)&world->extra, NULL);
    close_client(world);
    gdx_connection_free(world->connection);
    assert_int_equal(gdx_protocol_memory(world->protocol), 0);
    gdx_protocol_free(world->protocol);
    gdx_buffer_clear(&world->details);
    gdx_buffer_clear(&world->reply);
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

int leave_world(void **state) {
    (void)state;
    if (the_world.is_open)
        close_world(&the_world);
    return 0;
}

void run_until_quiet(struct world *world) {
    enum { QUIET_TURNS = 300 };
    uint64_t begin_ns = gdx_now_ns();
    for (int quiet = 0; quiet < QUIET_TURNS; quiet++) {
        int produced = atomic_load(&seen.produced);
        turn(world);
        if (gdx_work_running(world->work) > 0 || atomic_load(&seen.produced) != produced)
            quiet = 0;
        assert_true(patience_since(begin_ns));
    }
}

// ---- the client's calls

static void on_message(gdx_call *call, gdx_slice message) {
    struct world *world = gdx_call_context(call);
    world->messages++;
    world->reply.bytes = 0;
    assert_int_equal(gdx_buffer_append(&world->reply, message.data, message.bytes), GDX_OK);
    if (world->reads)
        gdx_call_read(call);
}

void write_block(gdx_call *call) {
    static uint8_t block[BLOCK_BYTES], packed[BLOCK_BYTES + 64];
    Grpc__Testing__Payload payload = GRPC__TESTING__PAYLOAD__INIT;
    payload.body = (ProtobufCBinaryData){sizeof block, block};
    Grpc__Testing__StreamingInputCallRequest request = GRPC__TESTING__STREAMING_INPUT_CALL_REQUEST__INIT;
    request.payload = &payload;
    size_t bytes = grpc__testing__streaming_input_call_request__pack(&request, packed);
    assert_int_equal(gdx_call_write(call, (gdx_slice){(char *)packed, bytes}, GDX_COMPRESS_NO), GDX_OK);
}

void write_more(gdx_call *call) {
    struct world *world = gdx_call_context(call);
    for (; world->to_write > 0 && gdx_call_room(call) > 0; world->to_write--)
        write_block(call);
    if (world->to_write == 0)
        gdx_call_end_writing(call);
}

static void on_end(gdx_call *call, const gdx_call_result *result) {
    struct world *world = gdx_call_context(call);
    world->ends++;
    world->code = result->code;
    snprintf(world->message, sizeof world->message, "%.*s", GDX_SLICE_ARGUMENTS(result->message));
    world->details.bytes = 0;
    assert_int_equal(gdx_buffer_append(&world->details, result->details.data, result->details.bytes), GDX_OK);
}

const gdx_call_events call_events = {.message = on_message, .room = write_more, .closed = on_end};

static gdx_call *open_path(struct world *world, const char *path, uint64_t timeout_ns) {
    gdx_call *call = NULL;
    gdx_call_options options = {.path = gdx_slice_of(path),
                                .authority = gdx_slice_of("test"),
                                .scheme = "http",
                                .timeout_ns = timeout_ns,
                                .gzip = true};
    assert_int_equal(gdx_call_open(world->connection, &options, &call_events, world, uv_hrtime(), &call), GDX_OK);
    gdx_call_read(call);
    return call;
}

gdx_call *open_call(struct world *world, const char *method, uint64_t timeout_ns) {
    char path[128];
    snprintf(path, sizeof path, "/grpc.testing.TestService/%s", method);
    return open_path(world, path, timeout_ns);
}

gdx_call *ask_message(struct world *world, const char *path, const ProtobufCMessage *request) {
    gdx_buffer packed = {0};
    gdx_call *call = open_path(world, path, 0);
    assert_int_equal(gdx_buffer_reserve(&packed, protobuf_c_message_get_packed_size(request) + 1), GDX_OK);
    packed.bytes = protobuf_c_message_pack(request, packed.data);
    assert_int_equal(gdx_call_write(call, gdx_buffer_slice(&packed), GDX_COMPRESS_NO), GDX_OK);
    gdx_call_end_writing(call);
    gdx_buffer_clear(&packed);
    return call;
}

gdx_call *ask(struct world *world, const char *method, uint64_t timeout_ns) {
    gdx_call *call = open_call(world, method, timeout_ns);
    assert_int_equal(gdx_call_write(call, (gdx_slice){"", 0}, GDX_COMPRESS_NO), GDX_OK);
    gdx_call_end_writing(call);
    return call;
}
