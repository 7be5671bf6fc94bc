// SPDX-License-Identifier: Apache-2.0
// test_web_faults.c: requests in every dialect of the web, in which one allocation after the other fails: nothing is
// leaked, and each call ends.

#include "../support/allocations.h"
#include "gdx/protocol.h"

#include <nghttp2/nghttp2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint64_t SECOND = 1000000000;

// ---- the server: echoes, and fails what asks for it

static unsigned opened, closed;

static void take_message(gdx_call *call, gdx_slice message) {
    if (gdx_call_write(call, message, GDX_COMPRESS_AUTO) != GDX_OK)
        gdx_call_finish(call, GDX_GRPC_RESOURCE_EXHAUSTED, gdx_slice_of("no memory"), (gdx_slice){0});
    else
        gdx_call_read(call);
}

static void take_end(gdx_call *call) {
    static const char details[] = "\x1a\x0c\x0a\6t/x.Y_\x12\2\xff\xfe";
    bool fails = gdx_slice_equal(gdx_call_path(call), gdx_slice_of("/s/Fail"));
    if (gdx_call_add_trailer(call, gdx_slice_of("x-trailer-bin"), gdx_slice_of("it")) != GDX_OK)
        fails = true;
    if (fails)
        gdx_call_finish(call, GDX_GRPC_ABORTED, gdx_slice_of("why \xff"), (gdx_slice){details, sizeof details - 1});
    else
        gdx_call_finish(call, GDX_GRPC_OK, (gdx_slice){0}, (gdx_slice){0});
}

static void take_close(gdx_call *call, const gdx_call_result *result) {
    (void)call, (void)result;
    closed++;
}

static const gdx_call_events call_events = {.message = take_message, .ended = take_end, .closed = take_close};

static void open_call(gdx_call *call, void *context) {
    opened++;
    gdx_call_attach(call, &call_events, context);
    gdx_call_read(call);
}

static void open_plain(gdx_call *call, void *context) {
    opened++;
    gdx_call_attach(call, &call_events, context);
    gdx_call_answer_words(call, 404, GDX_GRPC_NOT_FOUND, NULL, "nothing\n");
}

static const gdx_connection_events events = {.call_opened = open_call, .plain_opened = open_plain};

// ---- what a client sends, made once

struct request {
    const char *method, *type, *path, *body;
    size_t bytes;
};

static const struct request requests[] = {
    {"POST", "application/json", "/s/Echo", "{}", 2},
    {"POST", "application/proto", "/s/Fail", "x", 1},
    {"POST", "application/connect+json", "/s/Echo", "\0\0\0\0\2{}", 7},
    {"POST", "application/connect+proto", "/s/Fail", "\0\0\0\0\1x", 6},
    {"POST", "application/grpc-web", "/s/Echo", "\0\0\0\0\1x", 6},
    {"POST", "application/grpc-web+proto", "/s/Fail", "\0\0\0\0\1x", 6},
    {"GET", "text/plain", "/s/Echo?encoding=proto&base64=1&message=-_8", "", 0},
    {"GET", "text/plain", "/page?q=1", "", 0},
};
enum { REQUESTS = sizeof requests / sizeof requests[0] };

static ssize_t read_body(nghttp2_session *session, int32_t stream, uint8_t *to, size_t room, uint32_t *flags,
                         nghttp2_data_source *source, void *user_data) {
    (void)session, (void)stream, (void)room, (void)user_data;
    const struct request *request = source->ptr;
    if (request->bytes)
        memcpy(to, request->body, request->bytes);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)request->bytes;
}

#define PAIR(name, value)                                                                                              \
    { (uint8_t *)(name), (uint8_t *)(value), strlen(name), strlen(value), 0 }

static gdx_buffer record_client(void) {
    gdx_buffer out = {0};
    nghttp2_session_callbacks *callbacks;
    nghttp2_session *client;
    assert_int_equal(nghttp2_session_callbacks_new(&callbacks), 0);
    assert_int_equal(nghttp2_session_client_new(&client, callbacks, NULL), 0);
    assert_int_equal(nghttp2_submit_settings(client, NGHTTP2_FLAG_NONE, NULL, 0), 0);
    for (size_t i = 0; i < REQUESTS; i++) {
        const struct request *request = &requests[i];
        nghttp2_nv list[] = {PAIR(":method", request->method), PAIR(":scheme", "http"),
                             PAIR(":path", request->path),     PAIR(":authority", "test"),
                             PAIR("x-raw-bin", "AP8"),         PAIR("content-type", request->type),
                             PAIR("connect-timeout-ms", "9"),  PAIR("origin", "http://a")};
        nghttp2_data_provider provider = {.source.ptr = (void *)request, .read_callback = read_body};
        assert_true(nghttp2_submit_request(client, NULL, list, sizeof list / sizeof list[0], &provider, NULL) > 0);
    }
    const uint8_t *data;
    for (ssize_t bytes; (bytes = nghttp2_session_mem_send(client, &data)) > 0;)
        assert_int_equal(gdx_buffer_append(&out, data, (size_t)bytes), GDX_OK);
    nghttp2_session_del(client);
    nghttp2_session_callbacks_del(callbacks);
    return out;
}

// ---- each allocation

static bool serve(const gdx_buffer *record, long before) {
    gdx_protocol_options options = gdx_protocol_options_default();
    options.web = true;
    options.compress_from = 1;
    gdx_protocol *protocol = NULL;
    gdx_connection *connection = NULL;
    gdx_buffer out = {0};
    opened = closed = 0;
    allocations_fail_after(before, ALL_THREADS);
    gdx_status status = gdx_protocol_new(&options, &protocol);
    if (status == GDX_OK)
        status = gdx_connection_new(protocol, GDX_SERVER, &events, NULL, SECOND, &connection);
    if (status == GDX_OK) {
        (void)!gdx_connection_feed(connection, gdx_buffer_slice(record), SECOND, NULL);
        (void)!gdx_connection_pull(connection, &out, 1 << 20, SECOND);
        (void)gdx_connection_tick(connection, 200 * SECOND);
        (void)!gdx_connection_pull(connection, &out, 1 << 20, 200 * SECOND);
    }
    bool failed = allocations_end();
    gdx_connection_free(connection);
    if (protocol)
        assert_int_equal(gdx_protocol_memory(protocol), 0);
    gdx_protocol_free(protocol);
    gdx_buffer_clear(&out);
    assert_int_equal(opened, closed);
    return failed;
}

static void each_allocation_may_fail(void **state) {
    (void)state;
    gdx_buffer record = record_client();
    long count = 0;
    while (serve(&record, count))
        count++;
    assert_true(count > 100);
    assert_int_equal(opened, REQUESTS);
    gdx_buffer_clear(&record);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
