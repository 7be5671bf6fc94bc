// SPDX-License-Identifier: Apache-2.0
// test_faults.c: the client library and, on a thread beside it, a server, in which one allocation after the other
// fails: a call ends by an error, nothing is leaked, and the next client is served.

#include "../interop/test_service.h"
#include "../support/allocations.h"
#include "../support/patience.h"
#include "../support/served.h"
#include "gdx/client.h"

#include <grpc/testing/messages.pb-c.h>
#include <grpc/testing/test.pb-c.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SERVICE (&grpc__testing__test_service__descriptor)

enum { REPLIES = 3, REPLY_BYTES = 20000, REQUEST_BYTES = 10000 };

// ---- a session of the client: each step may fail

static gdx_status ask(gdx_client *client, gdx_error *err) {
    static uint8_t body[REQUEST_BYTES];
    Grpc__Testing__SimpleRequest request = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    Grpc__Testing__Payload payload = GRPC__TESTING__PAYLOAD__INIT;
    payload.body = (ProtobufCBinaryData){sizeof body, body};
    request.payload = &payload;
    request.response_size = REPLY_BYTES;
    ProtobufCMessage *reply = NULL;
    gdx_status status = gdx_client_call(client, SERVICE, "UnaryCall", &request.base, &reply, err);
    if (status == GDX_OK)
        assert_int_equal(((Grpc__Testing__SimpleResponse *)reply)->payload->body.len, REPLY_BYTES);
    if (reply)
        protobuf_c_message_free_unpacked(reply, NULL);
    return status;
}

static gdx_status read_replies(gdx_stream *stream, gdx_error *err) {
    size_t count = 0;
    for (;; count++) {
        ProtobufCMessage *reply = NULL;
        gdx_status status = gdx_stream_receive(stream, &reply, err);
        if (status != GDX_OK || !reply) {
            assert_true(status != GDX_OK || count == REPLIES);
            return status;
        }
        protobuf_c_message_free_unpacked(reply, NULL);
    }
}

static gdx_status stream(gdx_client *client, gdx_error *err) {
    Grpc__Testing__ResponseParameters one = GRPC__TESTING__RESPONSE_PARAMETERS__INIT;
    Grpc__Testing__ResponseParameters *all[REPLIES] = {&one, &one, &one};
    Grpc__Testing__StreamingOutputCallRequest request = GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
    GDX_AUTO(gdx_stream) stream = NULL;
    one.size = REPLY_BYTES;
    request.response_parameters = all;
    request.n_response_parameters = REPLIES;
    gdx_status status = gdx_stream_open(client, SERVICE, "StreamingOutputCall", &stream, err);
    if (status == GDX_OK)
        status = gdx_stream_send(stream, &request.base, err);
    if (status != GDX_OK)
        return status;
    gdx_stream_end_sending(stream);
    return read_replies(stream, err);
}

static gdx_status send_requests(gdx_client *client, gdx_error *err) {
    static uint8_t body[REQUEST_BYTES];
    Grpc__Testing__Payload payload = GRPC__TESTING__PAYLOAD__INIT;
    Grpc__Testing__StreamingInputCallRequest request = GRPC__TESTING__STREAMING_INPUT_CALL_REQUEST__INIT;
    GDX_AUTO(gdx_stream) stream = NULL;
    payload.body = (ProtobufCBinaryData){sizeof body, body};
    request.payload = &payload;
    gdx_status status = gdx_stream_open(client, SERVICE, "StreamingInputCall", &stream, err);
    for (int i = 0; i < REPLIES && status == GDX_OK; i++)
        status = gdx_stream_send(stream, &request.base, err);
    if (status != GDX_OK)
        return status;
    gdx_stream_end_sending(stream);
    ProtobufCMessage *reply = NULL;
    status = gdx_stream_receive(stream, &reply, err);
    if (status == GDX_OK && reply)
        assert_int_equal(((Grpc__Testing__StreamingInputCallResponse *)reply)->aggregated_payload_size,
                         REPLIES * REQUEST_BYTES);
    if (reply)
        protobuf_c_message_free_unpacked(reply, NULL);
    return status;
}

static gdx_status session(const char *address, gdx_error *err) {
    gdx_client_options options = gdx_client_options_default();
    GDX_AUTO(gdx_client) client = NULL;
    options.attempts = 1;
    options.gzip = true;
    options.token = "a.token";
    options.timeout_ns = patience_ns(); // one that is reached fails the test: a caller waited in vain
    gdx_status status = gdx_client_open(address, &options, &client, err);
    if (status == GDX_OK)
        status = ask(client, err);
    if (status == GDX_OK)
        status = stream(client, err);
    return status == GDX_OK ? send_requests(client, err) : status;
}

// ---- tests

// A server of its own for each, so that nothing is at hand from before.
static void fail_each(enum allocations_of whose, long at_least) {
    bool met = true;
    long before = 0;
    for (; met; before++) {
        struct served served;
        gdx_error err = {0};
        gdx_error none = {0};
        served_open(&served);
        assert_int_equal(gdx_server_add(served.server, test_service(&served.loop), &none), GDX_OK);
        served_run(&served);
        allocations_fail_after(before, whose);
        gdx_status status = session(served.address, &err);
        met = allocations_end();
        if (status == GDX_DEADLINE)
            fail_msg("allocation %ld: no answer", before);
        if (status != GDX_OK && (!met || err.status != status || !err.message[0]))
            fail_msg("allocation %ld: %d without a reason, \"%s\"", before, status, err.message);
        if (session(served.address, &none) != GDX_OK)
            fail_msg("after allocation %ld: %s", before, none.message);
        served_stop(&served);
    }
    assert_true(before > at_least);
}

static void each_allocation_of_a_server_may_fail(void **state) {
    (void)state;
    fail_each(OTHER_THREADS, 50);
}

static void each_allocation_of_a_client_may_fail(void **state) {
    (void)state;
    fail_each(THIS_THREAD, 50);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_of_a_server_may_fail),
        cmocka_unit_test(each_allocation_of_a_client_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
