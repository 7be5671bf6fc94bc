// SPDX-License-Identifier: Apache-2.0
// test_service.c: grpc.testing.TestService as gRPC's interop-test-descriptions.md asks. EmptyCall and the streams from
// the server answer on the loop, the others on workers, so that both ways are tested.

#include "test_service.h"

#include <grpc/testing/test.pb-c.h>
#include <stdlib.h>
#include <uv.h>

enum { PAYLOAD_LIMIT = 8 << 20 };

typedef Grpc__Testing__StreamingOutputCallRequest output_request;

static uv_loop_t *the_loop;

// ---- what all have in common

static gdx_status echo_metadata(gdx_exchange *exchange, gdx_error *err) {
    const gdx_slice initial = gdx_slice_of("x-grpc-test-echo-initial");
    const gdx_slice trailing = gdx_slice_of("x-grpc-test-echo-trailing-bin");
    gdx_slice name, value;
    gdx_status status = GDX_OK;
    for (size_t at = 0; status == GDX_OK && gdx_metadata_next(gdx_exchange_metadata(exchange), &at, &name, &value);) {
        if (gdx_slice_equal(name, initial))
            status = gdx_exchange_add_header(exchange, name, value);
        else if (gdx_slice_equal(name, trailing))
            status = gdx_exchange_add_trailer(exchange, name, value);
    }
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "the metadata cannot be echoed");
}

static gdx_status echo_status(gdx_exchange *exchange, const Grpc__Testing__EchoStatus *wanted, gdx_error *err) {
    if (!wanted || wanted->code == 0)
        return GDX_OK;
    gdx_exchange_set_code(exchange, (gdx_grpc_code)wanted->code);
    return gdx_fail(err, GDX_INTERNAL, "%s", wanted->message);
}

static gdx_status check_compressed(gdx_exchange *exchange, const Grpc__Testing__BoolValue *expected, gdx_error *err) {
    if (!expected || (bool)expected->value == gdx_exchange_message_was_compressed(exchange))
        return GDX_OK;
    return gdx_fail(err, GDX_INVALID, "expected a %s request", expected->value ? "compressed" : "plain");
}

static gdx_compress compress_as(const Grpc__Testing__BoolValue *wanted) {
    return wanted && wanted->value ? GDX_COMPRESS_YES : GDX_COMPRESS_NO; // official clients check that unasked is plain
}

static gdx_status zeros(const char *field, int32_t size, uint8_t **out, gdx_error *err) {
    if (size < 0 || size > PAYLOAD_LIMIT)
        return gdx_fail_field(err, field, GDX_REASON_OUT_OF_RANGE, "a payload of %d bytes, expected 0 to %d", size,
                              PAYLOAD_LIMIT);
    *out = calloc(1, (size_t)size + 1);
    return *out ? GDX_OK : gdx_fail(err, GDX_NO_MEMORY, "no memory for a payload");
}

// ---- unary

static gdx_status empty_call(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    (void)message;
    Grpc__Testing__Empty reply = GRPC__TESTING__EMPTY__INIT;
    gdx_status status = echo_metadata(exchange, err);
    return status == GDX_OK ? gdx_exchange_reply(exchange, &reply.base, err) : status;
}

static gdx_status unary_call(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    const Grpc__Testing__SimpleRequest *request = (const Grpc__Testing__SimpleRequest *)message;
    gdx_status status = echo_metadata(exchange, err);
    if (status == GDX_OK)
        status = check_compressed(exchange, request->expect_compressed, err);
    if (status == GDX_OK)
        status = echo_status(exchange, request->response_status, err);
    uint8_t *body = NULL;
    if (status == GDX_OK)
        status = zeros("response_size", request->response_size, &body, err);
    if (status != GDX_OK)
        return status;
    Grpc__Testing__Payload payload = GRPC__TESTING__PAYLOAD__INIT;
    payload.body = (ProtobufCBinaryData){(size_t)request->response_size, body};
    Grpc__Testing__SimpleResponse reply = GRPC__TESTING__SIMPLE_RESPONSE__INIT;
    reply.payload = &payload;
    status = gdx_exchange_reply_as(exchange, &reply.base, compress_as(request->response_compressed), err);
    free(body);
    return status;
}

// ---- streams of replies, on the loop because of their timers

struct output { // of one call
    uv_timer_t timer;
    gdx_exchange *exchange;
    struct order {
        int32_t size;
        uint64_t wait_ms;
        gdx_compress compress;
    } * orders;
    size_t count, capacity, next;
    bool waited;
    gdx_grpc_code code; // what the call ends with, after its messages
    char *message;
};

static gdx_status output_begin(gdx_exchange *exchange, gdx_error *err) {
    struct output *output = calloc(1, sizeof *output);
    if (!output)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a stream");
    uv_timer_init(the_loop, &output->timer);
    output->timer.data = output;
    output->exchange = exchange;
    gdx_exchange_set_state(exchange, output);
    return echo_metadata(exchange, err);
}

static gdx_status keep_orders(struct output *output, const output_request *request, gdx_error *err) {
    size_t count = output->count + request->n_response_parameters;
    if (gdx_grow(&output->orders, &output->capacity, count, sizeof *output->orders) != GDX_OK)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a stream");
    for (size_t i = 0; i < request->n_response_parameters; i++) {
        const Grpc__Testing__ResponseParameters *wanted = request->response_parameters[i];
        uint64_t wait_us = wanted->interval_us > 0 ? (uint64_t)wanted->interval_us : 0;
        output->orders[output->count++] =
            (struct order){wanted->size, (wait_us + 999) / 1000, compress_as(wanted->compressed)};
    }
    return GDX_OK;
}

static gdx_status send_order(gdx_exchange *exchange, const struct order *order, gdx_error *err) {
    uint8_t *body = NULL;
    gdx_status status = zeros("response_parameters.size", order->size, &body, err);
    if (status != GDX_OK)
        return status;
    Grpc__Testing__Payload payload = GRPC__TESTING__PAYLOAD__INIT;
    payload.body = (ProtobufCBinaryData){(size_t)order->size, body};
    Grpc__Testing__StreamingOutputCallResponse reply = GRPC__TESTING__STREAMING_OUTPUT_CALL_RESPONSE__INIT;
    reply.payload = &payload;
    status = gdx_exchange_reply_as(exchange, &reply.base, order->compress, err);
    free(body);
    return status;
}

static gdx_status output_message(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    const output_request *request = (const output_request *)message;
    struct output *output = gdx_exchange_state(exchange);
    if (request->response_status) {
        output->code = (gdx_grpc_code)request->response_status->code;
        output->message = strdup(request->response_status->message);
        if (!output->message)
            return gdx_fail(err, GDX_NO_MEMORY, "no memory for a status");
    }
    return keep_orders(output, request, err);
}

static gdx_status output_end(gdx_exchange *exchange, const struct output *output, gdx_error *err) {
    Grpc__Testing__EchoStatus wanted = GRPC__TESTING__ECHO_STATUS__INIT;
    wanted.code = (int32_t)output->code;
    wanted.message = output->message;
    return echo_status(exchange, &wanted, err);
}

static void on_waited(uv_timer_t *timer) {
    struct output *output = timer->data;
    output->waited = true;
    gdx_exchange_wake(output->exchange);
}

static gdx_status output_produce(gdx_exchange *exchange, gdx_step *out_step, gdx_error *err) {
    struct output *output = gdx_exchange_state(exchange);
    if (output->next == output->count)
        return output_end(exchange, output, err);
    const struct order *order = &output->orders[output->next];
    *out_step = GDX_STEP_MORE;
    if (order->wait_ms > 0 && !output->waited) {
        uv_timer_start(&output->timer, on_waited, order->wait_ms, 0);
        gdx_exchange_hold(exchange);
        return GDX_OK;
    }
    output->waited = false;
    output->next++;
    return send_order(exchange, order, err);
}

static void free_output(uv_handle_t *handle) {
    struct output *output = handle->data;
    free(output->orders);
    free(output->message);
    free(output);
}

static void output_release(gdx_exchange *exchange) {
    struct output *output = gdx_exchange_state(exchange);
    if (output)
        uv_close((uv_handle_t *)&output->timer, free_output);
}

// ---- both ways: each request is answered when it comes, on a worker

static gdx_status duplex_message(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    const output_request *request = (const output_request *)message;
    gdx_status status = echo_status(exchange, request->response_status, err);
    for (size_t i = 0; i < request->n_response_parameters && status == GDX_OK; i++) {
        const Grpc__Testing__ResponseParameters *wanted = request->response_parameters[i];
        struct order order = {wanted->size, 0, compress_as(wanted->compressed)};
        status = send_order(exchange, &order, err);
    }
    return status;
}

// ---- a stream of requests, on a worker

static gdx_status input_begin(gdx_exchange *exchange, gdx_error *err) {
    int64_t *sum = calloc(1, sizeof *sum);
    gdx_exchange_set_state(exchange, sum);
    return sum ? GDX_OK : gdx_fail(err, GDX_NO_MEMORY, "no memory for a stream");
}

static gdx_status input_message(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    const Grpc__Testing__StreamingInputCallRequest *request = (const Grpc__Testing__StreamingInputCallRequest *)message;
    int64_t *sum = gdx_exchange_state(exchange);
    *sum += request->payload ? (int64_t)request->payload->body.len : 0;
    return check_compressed(exchange, request->expect_compressed, err);
}

static gdx_status input_end(gdx_exchange *exchange, gdx_error *err) {
    const int64_t *sum = gdx_exchange_state(exchange);
    Grpc__Testing__StreamingInputCallResponse reply = GRPC__TESTING__STREAMING_INPUT_CALL_RESPONSE__INIT;
    reply.aggregated_payload_size = (int32_t)*sum;
    return gdx_exchange_reply(exchange, &reply.base, err);
}

static void input_release(gdx_exchange *exchange) {
    free(gdx_exchange_state(exchange));
}

static const gdx_method methods[] = {
    {.name = "EmptyCall", .place = GDX_ON_LOOP, .handler = {.message = empty_call}},
    {.name = "UnaryCall", .place = GDX_ON_WORKER, .handler = {.message = unary_call}},
    {.name = "CacheableUnaryCall", .place = GDX_ON_WORKER, .no_side_effects = true, .handler = {.message = unary_call}},
    {.name = "StreamingOutputCall",
     .place = GDX_ON_LOOP,
     .replies_stream = true,
     .handler =
         {.begin = output_begin, .message = output_message, .produce = output_produce, .release = output_release}},
    {.name = "StreamingInputCall",
     .place = GDX_ON_WORKER,
     .requests_stream = true,
     .handler = {.begin = input_begin, .message = input_message, .end = input_end, .release = input_release}},
    {.name = "FullDuplexCall",
     .place = GDX_ON_WORKER_LONGER,
     .requests_stream = true,
     .replies_stream = true,
     .handler = {.begin = echo_metadata, .message = duplex_message}},
};

static const gdx_service service = {
    .descriptor = &grpc__testing__test_service__descriptor,
    .methods = methods,
    .method_count = sizeof methods / sizeof methods[0],
};

const gdx_service *test_service(uv_loop_t *loop) {
    the_loop = loop;
    return &service;
}
