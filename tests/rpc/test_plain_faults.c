// SPDX-License-Identifier: Apache-2.0
// test_plain_faults.c: requests over HTTP/1.1 while each allocation in turn fails: the connection ends, or answers all,
// and nothing is left.

#include "gdx/protocol.h"

#include "../support/each_allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void on_message(gdx_call *call, gdx_slice message) {
    if (gdx_call_write(call, message, GDX_COMPRESS_NO) != GDX_OK)
        gdx_call_cancel(call);
    gdx_call_read(call);
}

static void on_ended(gdx_call *call) {
    gdx_call_finish(call, GDX_GRPC_NOT_FOUND, gdx_slice_of("no"), gdx_slice_of(""));
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    (void)result;
    unsigned *closed = gdx_call_context(call);
    ++*closed;
}

static const gdx_call_events call_events = {.message = on_message, .ended = on_ended, .closed = on_closed};

static unsigned opened, closed;

static void on_call(gdx_call *call, void *context) {
    (void)context;
    opened++;
    gdx_call_attach(call, &call_events, &closed);
    gdx_call_read(call);
}

static void on_plain(gdx_call *call, void *context) {
    (void)context;
    gdx_call_answer_words(call, 200, GDX_GRPC_OK, NULL, "%s", "here");
}

static const char requests[] =
    "GET /page HTTP/1.1\r\nHost: h\r\n\r\n"
    "POST /a.B/C HTTP/1.1\r\nHost: h\r\nContent-Type: application/connect+proto\r\n"
    "Transfer-Encoding: chunked\r\nX-Y: z\r\n\r\n5\r\n\0\0\0\0\1\r\n1\r\na\r\n0\r\nt: u\r\n\r\n"
    "GET / HTTP/1.1\r\nhost: h\r\n\r\nwhat\r\n";

// Fed in two parts, the second of which waits for a moment.
static gdx_status converse(gdx_connection *connection) {
    gdx_buffer out = {0};
    gdx_error err = {0};
    size_t half = sizeof requests / 2;
    gdx_status status = gdx_connection_feed(connection, (gdx_slice){requests, half}, 1, &err);
    if (status == GDX_OK)
        status = gdx_connection_feed(connection, (gdx_slice){requests + half, sizeof requests - 1 - half}, 1, &err);
    for (int i = 0; i < 8 && status == GDX_OK && !gdx_connection_is_over(connection); i++)
        status = gdx_connection_pull(connection, &out, 1 << 16, 1);
    gdx_buffer_clear(&out);
    return status != GDX_OK || gdx_connection_is_over(connection) ? GDX_NO_MEMORY : GDX_OK;
}

static gdx_status serve(void) {
    static const gdx_connection_events events = {.call_opened = on_call, .plain_opened = on_plain};
    gdx_protocol_options options = gdx_protocol_options_default();
    options.web = true;
    gdx_protocol *protocol;
    gdx_connection *connection;
    if (gdx_protocol_new(&options, &protocol) != GDX_OK)
        return GDX_NO_MEMORY;
    gdx_status status = gdx_connection_new(protocol, GDX_SERVER, &events, NULL, 1, &connection);
    opened = closed = 0;
    if (status == GDX_OK) {
        status = converse(connection);
        gdx_connection_free(connection);
    }
    assert_int_equal(opened, closed);
    assert_int_equal(gdx_protocol_memory(protocol), 0);
    gdx_protocol_free(protocol);
    return status;
}

static void each_allocation_may_fail(void **state) {
    (void)state;
    fail_each_allocation(serve, NULL, 15);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
