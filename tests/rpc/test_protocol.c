// SPDX-License-Identifier: Apache-2.0
// test_protocol.c: what the server side of a connection answers, over memory.

#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const none[] = {NULL};
#define MORE(...) ((const char *const[]){__VA_ARGS__, NULL})

static int32_t call_echo(struct wire *wire, const char *const *more, const char *text) {
    gdx_buffer buffer = {0};
    gdx_slice message = wire_message(&buffer, text, strlen(text));
    int32_t stream = wire_call(wire, "/test/Echo", more, message.data, message.bytes, true);
    gdx_buffer_clear(&buffer);
    return stream;
}

static void a_call_is_answered_by_headers_then_message_then_trailers(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t stream = call_echo(wire, none, "hello");
    assert_true(wire_has(wire, stream, ":status: 200\n"));
    assert_true(wire_has(wire, stream, "content-type: application/grpc\n"));
    assert_true(wire_has(wire, stream, "grpc-status: 0\n"));
    assert_int_equal(wire->streams[stream].body.bytes, 10);
    assert_memory_equal(wire->streams[stream].body.data, "\0\0\0\0\5hello", 10);
    assert_true(wire->streams[stream].closed);
    assert_int_equal(wire->streams[stream].error_code, NGHTTP2_NO_ERROR);
    assert_false(wire->streams[stream].trailers_only);
    assert_true(wire->closed_complete);
    wire_close(wire);
}

static void a_failure_without_a_message_is_one_header_list_with_message_and_details(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t stream = wire_call(wire, "/test/Fail", none, NULL, 0, true);
    assert_true(wire->streams[stream].trailers_only);
    assert_true(wire_has(wire, stream, "grpc-status: 5\n"));
    assert_true(wire_has(wire, stream, "grpc-message: %E6%B2%A1%E6%9C%89 100%25%0A\n"));
    assert_true(wire_has(wire, stream, "grpc-status-details-bin: ZGV0YWlscw\n"));
    wire_close(wire);
}

static void binary_metadata_is_taken_padded_or_not_and_sent_back(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t padded = call_echo(wire, MORE("x-raw-bin", "AP8="), "x");
    int32_t plain = call_echo(wire, MORE("x-raw-bin", "AP8"), "x");
    int32_t joined = call_echo(wire, MORE("x-raw-bin", "AP8= , AQ"), "x");
    int32_t broken = call_echo(wire, MORE("x-raw-bin", "A*8"), "x");
    assert_true(wire_has(wire, joined, "x-back-bin: AP8\n"));
    assert_true(wire_has(wire, padded, "x-back-bin: AP8\n"));
    assert_true(wire_has(wire, plain, "x-back-bin: AP8\n"));
    assert_true(wire_has(wire, broken, "grpc-status: 13\n"));
    wire_close(wire);
}

static void a_client_that_does_not_speak_grpc_gets_an_http_answer(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t json = call_echo(wire, MORE("content-type", "application/json"), "x");
    int32_t web = call_echo(wire, MORE("content-type", "application/grpc-web"), "x");
    int32_t get = wire_call(wire, "/test/Echo", MORE(":method", "GET"), NULL, 0, true);
    int32_t proto = call_echo(wire, MORE("content-type", "application/grpc+proto"), "x");
    int32_t parameter = call_echo(wire, MORE("content-type", "application/grpc;charset=x"), "x");
    assert_true(wire_has(wire, json, ":status: 415\n") && wire->streams[json].body.bytes > 0);
    assert_true(wire_has(wire, web, ":status: 415\n"));
    assert_true(wire_has(wire, get, ":status: 405\n") && wire_has(wire, get, "allow: POST\n"));
    assert_true(wire_has(wire, proto, "grpc-status: 0\n"));
    assert_true(wire_has(wire, parameter, "grpc-status: 0\n"));
    wire_close(wire);
}

static void headers_that_break_grpc_are_refused_with_its_statuses(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    assert_true(wire_has(wire, call_echo(wire, MORE("te", ""), "x"), "grpc-status: 13\n"));
    assert_true(wire_has(wire, call_echo(wire, MORE("grpc-timeout", "soon"), "x"), "grpc-status: 13\n"));
    int32_t snappy = call_echo(wire, MORE("grpc-encoding", "snappy"), "x");
    assert_true(wire_has(wire, snappy, "grpc-status: 12\n"));
    assert_true(wire_has(wire, snappy, "grpc-accept-encoding: identity,gzip\n"));
    assert_true(wire_has(wire, wire_call(wire, "/x", none, NULL, 0, true), "grpc-status: 12\n"));
    assert_int_equal(wire->opened, 0);
    wire_close(wire);
}

static void an_unknown_method_is_answered_before_the_client_has_sent_all(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t stream = wire_call(wire, "/test/Unknown", none, "\0\0\0\0\1", 5, false);
    assert_true(wire_has(wire, stream, "grpc-status: 12\n"));
    assert_true(wire->streams[stream].has_end);
    assert_false(wire->streams[stream].closed);
    wire_tick(wire, WIRE_SECOND);
    assert_true(wire->streams[stream].closed);
    assert_int_equal(wire->streams[stream].error_code, NGHTTP2_NO_ERROR); // the reset that follows
    wire_close(wire);
}

static void what_a_client_sends_after_the_answer_is_soon_stopped(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    size_t bytes = 10 << 20;
    char *body = calloc(1, bytes);
    int32_t stream = wire_call(wire, "/test/Unknown", none, body, bytes, false);
    assert_true(wire->streams[stream].closed);
    assert_true(wire->streams[stream].sent < 2 << 20);
    free(body);
    wire_close(wire);
}

static void a_message_too_large_is_refused_from_its_prefix(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    uint8_t prefix[GDX_MESSAGE_PREFIX_BYTES];
    gdx_message_prefix(prefix, false, (4 << 20) + 1);
    int32_t stream = wire_call(wire, "/test/Echo", none, prefix, sizeof prefix, false);
    assert_true(wire_has(wire, stream, "grpc-status: 8\n"));
    assert_int_equal(wire->messages, 0);
    wire_close(wire);
}

static void a_message_of_the_largest_size_passes_through_windows_smaller_than_it(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    size_t bytes = 4 << 20;
    char *body = calloc(1, bytes);
    gdx_buffer buffer = {0};
    gdx_slice message = wire_message(&buffer, body, bytes);
    int32_t stream = wire_call(wire, "/test/Swallow", none, message.data, message.bytes, true);
    assert_int_equal(wire->messages, 1);
    assert_int_equal(wire->streams[stream].sent, bytes + 5);
    gdx_buffer_clear(&buffer);
    free(body);
    wire_close(wire);
}

static void a_message_may_come_byte_by_byte_and_several_in_one_frame(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    static const char three[] = "\0\0\0\0\1a\0\0\0\0\0\0\0\0\0\2bc";
    int32_t slow = wire_call(wire, "/test/Echo", none, NULL, 0, false);
    for (size_t i = 0; i < sizeof three - 1; i++)
        wire_send(wire, slow, three + i, 1, i + 2 == sizeof three);
    int32_t quick = wire_call(wire, "/test/Echo", none, three, sizeof three - 1, true);
    assert_int_equal(wire->messages, 6);
    assert_int_equal(wire->streams[slow].body.bytes, sizeof three - 1);
    assert_memory_equal(wire->streams[slow].body.data, three, sizeof three - 1);
    assert_memory_equal(wire->streams[quick].body.data, three, sizeof three - 1);
    wire_close(wire);
}

static void a_last_message_cut_short_is_internal(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t stream = wire_call(wire, "/test/Echo", none, "\0\0\0\0\5hell", 9, true);
    assert_true(wire_has(wire, stream, "grpc-status: 13\n"));
    wire_close(wire);
}

static void a_compressed_message_needs_a_named_compression(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    gdx_codec *codec = gdx_codec_new();
    gdx_buffer framed = {0};
    assert_int_equal(gdx_codec_frame(codec, gdx_slice_of("hello"), true, &framed), GDX_OK);
    int32_t named = wire_call(wire, "/test/Echo", MORE("grpc-encoding", "gzip"), framed.data, framed.bytes, true);
    int32_t nameless = wire_call(wire, "/test/Echo", none, framed.data, framed.bytes, true);
    int32_t garbage = wire_call(wire, "/test/Echo", MORE("grpc-encoding", "gzip"), "\1\0\0\0\3abc", 8, true);
    int32_t flag = wire_call(wire, "/test/Echo", none, "\2\0\0\0\0", 5, true);
    assert_memory_equal(wire->streams[named].body.data, "\0\0\0\0\5hello", 10);
    assert_true(wire_has(wire, nameless, "grpc-status: 13\n"));
    assert_true(wire_has(wire, garbage, "grpc-status: 13\n"));
    assert_true(wire_has(wire, flag, "grpc-status: 13\n"));
    gdx_buffer_clear(&framed);
    gdx_codec_free(codec);
    wire_close(wire);
}

static void a_large_reply_is_gzipped_for_a_client_that_takes_it_and_for_no_other(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    char text[8192];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    int32_t takes = call_echo(wire, MORE("grpc-accept-encoding", "identity, deflate,gzip"), text);
    int32_t plain = call_echo(wire, MORE("grpc-accept-encoding", "gzipped"), text);
    int32_t small = call_echo(wire, MORE("grpc-accept-encoding", "gzip"), "x");
    assert_true(wire_has(wire, takes, "grpc-encoding: gzip\n"));
    assert_int_equal(wire->streams[takes].body.data[0], 1);
    assert_true(wire->streams[takes].body.bytes < 200);
    assert_true(wire_has(wire, plain, "grpc-encoding: identity\n"));
    assert_int_equal(wire->streams[plain].body.bytes, sizeof text + 4);
    assert_int_equal(wire->streams[small].body.data[0], 0);
    wire_close(wire);
}

static void a_message_that_inflates_beyond_the_limit_is_refused(void **state) {
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    options.message_limit = 10000;
    struct wire *wire = wire_open(&options);
    static const char zeros[10001];
    gdx_codec *codec = gdx_codec_new();
    gdx_buffer framed = {0};
    assert_int_equal(gdx_codec_frame(codec, (gdx_slice){zeros, sizeof zeros}, true, &framed), GDX_OK);
    int32_t stream = wire_call(wire, "/test/Echo", MORE("grpc-encoding", "gzip"), framed.data, framed.bytes, true);
    assert_true(wire_has(wire, stream, "grpc-status: 8\n"));
    gdx_buffer_clear(&framed);
    gdx_codec_free(codec);
    wire_close(wire);
}

static void headers_beyond_the_limit_are_refused_and_not_kept(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    char value[4000];
    memset(value, 'v', sizeof value);
    value[sizeof value - 1] = '\0';
    int32_t stream = call_echo(wire, MORE("a", value, "b", value, "c", value, "d", value, "e", value), "x");
    assert_true(wire_has(wire, stream, "grpc-status: 8\n"));
    assert_int_equal(wire->opened, 0);
    assert_true(wire_has(wire, call_echo(wire, none, "x"), "grpc-status: 0\n"));
    wire_close(wire);
}

static void headers_far_beyond_the_limit_are_not_even_decoded(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    static char value[4000];
    const char *more[41] = {NULL};
    memset(value, 'v', sizeof value - 1);
    for (int i = 0; i < 40; i += 2) {
        more[i] = "x";
        more[i + 1] = value;
    }
    int32_t stream = wire_call(wire, "/test/Echo", more, NULL, 0, true);
    assert_true(wire->streams[stream].closed);
    assert_int_equal(wire->streams[stream].error_code, NGHTTP2_INTERNAL_ERROR);
    assert_int_equal(wire->opened, 0);
    assert_true(wire_has(wire, call_echo(wire, none, "x"), "grpc-status: 0\n"));
    wire_close(wire);
}

static void a_call_that_was_answered_keeps_its_status_when_the_connection_goes(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    wire_call(wire, "/test/Echo", none, "\2\0\0\0\0", 5, false);
    gdx_connection_free(wire->server);
    wire->server = NULL;
    assert_int_equal(wire->closed_code, GDX_GRPC_INTERNAL);
    assert_true(wire->closed_complete);
    wire_close(wire);
}

static void a_deadline_ends_the_call_with_its_status(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t stream = wire_call(wire, "/test/Hold", MORE("grpc-timeout", "100m"), NULL, 0, true);
    wire_tick(wire, 99000000);
    assert_int_equal(wire->closed, 0);
    assert_true(gdx_connection_due_ns(wire->server) <= wire->now_ns + 1000000);
    wire_tick(wire, 1000000);
    assert_int_equal(wire->closed, 1);
    assert_int_equal(wire->closed_code, GDX_GRPC_DEADLINE_EXCEEDED);
    assert_true(wire_has(wire, stream, "grpc-status: 4\n"));
    wire_close(wire);
}

static void a_reset_by_the_client_closes_the_call_as_cancelled(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t stream = wire_call(wire, "/test/Hold", none, NULL, 0, true);
    assert_int_equal(nghttp2_submit_rst_stream(wire->client, 0, stream, NGHTTP2_CANCEL), 0);
    wire_run(wire);
    assert_int_equal(wire->closed, 1);
    assert_int_equal(wire->closed_code, GDX_GRPC_CANCELLED);
    assert_int_equal(gdx_connection_call_count(wire->server), 0);
    wire_close(wire);
}

static void a_call_that_is_not_read_keeps_its_window_shut_and_no_other(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    size_t bytes = 3 << 20;
    char *body = calloc(1, bytes);
    int32_t held = wire_call(wire, "/test/Hold", none, body, bytes, true);
    size_t window = gdx_protocol_options_default().stream_window;
    assert_int_equal(wire->streams[held].sent, window);
    assert_true(gdx_connection_memory(wire->server) < 3 * window);
    assert_true(wire_has(wire, call_echo(wire, none, "x"), "grpc-status: 0\n"));
    for (unsigned i = 0; i < 1 << 20; i++) // empty messages of five bytes
        gdx_call_read(wire->held), i += 4;
    wire_run(wire);
    assert_true(wire->streams[held].sent > window);
    free(body);
    wire_close(wire);
}

static void a_reader_that_stalls_costs_a_bounded_buffer_and_is_served_when_it_reads(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t stream = (int32_t)nghttp2_session_get_next_stream_id(wire->client);
    wire->client_reads = false;
    assert_int_equal(wire_call(wire, "/test/Flood", none, NULL, 0, true), stream);
    size_t limit = gdx_protocol_options_default().write_buffer;
    assert_true(wire->flood_written >= limit && wire->flood_written < limit + 20000);
    wire->client_reads = true;
    for (int turn = 0; turn < 20; turn++) {
        gdx_buffer out = {0};
        assert_int_equal(gdx_connection_pull(wire->server, &out, 1 << 16, wire->now_ns), GDX_OK);
        assert_true(nghttp2_session_mem_recv(wire->client, out.data, out.bytes) >= 0);
        gdx_buffer_clear(&out);
        const uint8_t *data;
        ssize_t bytes;
        while ((bytes = nghttp2_session_mem_send(wire->client, &data)) > 0)
            wire_feed(wire, data, (size_t)bytes);
    }
    assert_true(wire->rooms > 0);
    assert_true(wire->streams[stream].body.bytes > 500000);
    assert_true(wire->flood_written < wire->streams[stream].body.bytes + 2 * limit);
    assert_true(gdx_connection_memory(wire->server) < 4 * limit);
    wire_close(wire);
}

static void calls_that_hold_too_much_together_are_refused_and_the_rest_lives(void **state) {
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    options.memory_limit = 8 << 20;
    struct wire *wire = wire_open(&options);
    size_t bytes = 3 << 20, refused = 0;
    char *body = calloc(1, bytes + 5);
    gdx_message_prefix((uint8_t *)body, false, (uint32_t)bytes + 1); // the last byte never comes
    int32_t streams[8];
    for (int i = 0; i < 8; i++)
        streams[i] = wire_call(wire, "/test/Swallow", none, body, bytes + 5, false);
    for (int i = 0; i < 8; i++)
        refused += wire_has(wire, streams[i], "grpc-status: 8\n");
    assert_true(refused >= 5 && refused < 8);
    assert_true(gdx_connection_memory(wire->server) <= options.memory_limit);
    assert_true(wire_has(wire, call_echo(wire, none, "x"), "grpc-status: 0\n"));
    free(body);
    wire_close(wire);
}

// Else a peer would hold what it has sent for ever, for a byte a minute.
static void a_message_that_trickles_is_given_up(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t stream = wire_call(wire, "/test/Echo", none, "\0\0\2\0\0", 5, false); // 128 KiB: 60 s and 8
    for (int i = 0; i < 67; i++) {
        wire_tick(wire, WIRE_SECOND);
        wire_send(wire, stream, "x", 1, false);
        assert_false(wire_has(wire, stream, "grpc-status"));
    }
    wire_tick(wire, 2 * (uint64_t)WIRE_SECOND);
    assert_true(wire_has(wire, stream, "grpc-status: 4\n"));
    wire_close(wire);
}

static void each_message_of_a_stream_has_its_own_time(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t stream = wire_call(wire, "/test/Echo", none, "\0\0\0\0\2h", 6, false);
    for (int i = 0; i < 5; i++) {
        wire_tick(wire, 40 * (uint64_t)WIRE_SECOND);
        wire_send(wire, stream, "i\0\0\0\0\2h", 7, false);
    }
    wire_send(wire, stream, "i", 1, true);
    assert_true(wire_has(wire, stream, "grpc-status: 0\n"));
    wire_close(wire);
}

// What we do not ask for is our own delay. A tick that comes again at once would turn the loop without end.
static void a_message_that_is_not_asked_for_does_not_stall(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t stream = wire_call(wire, "/test/Hold", none, "\0\0\0\0\5he", 7, false);
    for (int i = 0; i < 10; i++) {
        wire_tick(wire, 30 * (uint64_t)WIRE_SECOND);
        assert_true(gdx_connection_due_ns(wire->server) > wire->now_ns);
    }
    assert_false(wire_has(wire, stream, "grpc-status"));
    wire_close(wire);
}

static void a_message_that_stalls_is_given_up(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t stream = wire_call(wire, "/test/Echo", none, "\0\0\0\0\5he", 7, false);
    wire_tick(wire, 59 * (uint64_t)WIRE_SECOND);
    assert_false(wire_has(wire, stream, "grpc-status"));
    wire_tick(wire, 2 * (uint64_t)WIRE_SECOND);
    assert_true(wire_has(wire, stream, "grpc-status: 4\n"));
    wire_close(wire);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_answered_by_headers_then_message_then_trailers),
        cmocka_unit_test(a_failure_without_a_message_is_one_header_list_with_message_and_details),
        cmocka_unit_test(binary_metadata_is_taken_padded_or_not_and_sent_back),
        cmocka_unit_test(a_client_that_does_not_speak_grpc_gets_an_http_answer),
        cmocka_unit_test(headers_that_break_grpc_are_refused_with_its_statuses),
        cmocka_unit_test(an_unknown_method_is_answered_before_the_client_has_sent_all),
        cmocka_unit_test(what_a_client_sends_after_the_answer_is_soon_stopped),
        cmocka_unit_test(a_message_too_large_is_refused_from_its_prefix),
        cmocka_unit_test(a_message_of_the_largest_size_passes_through_windows_smaller_than_it),
        cmocka_unit_test(a_message_may_come_byte_by_byte_and_several_in_one_frame),
        cmocka_unit_test(a_last_message_cut_short_is_internal),
        cmocka_unit_test(a_compressed_message_needs_a_named_compression),
        cmocka_unit_test(a_large_reply_is_gzipped_for_a_client_that_takes_it_and_for_no_other),
        cmocka_unit_test(a_message_that_inflates_beyond_the_limit_is_refused),
        cmocka_unit_test(headers_beyond_the_limit_are_refused_and_not_kept),
        cmocka_unit_test(headers_far_beyond_the_limit_are_not_even_decoded),
        cmocka_unit_test(a_call_that_was_answered_keeps_its_status_when_the_connection_goes),
        cmocka_unit_test(a_deadline_ends_the_call_with_its_status),
        cmocka_unit_test(a_reset_by_the_client_closes_the_call_as_cancelled),
        cmocka_unit_test(a_call_that_is_not_read_keeps_its_window_shut_and_no_other),
        cmocka_unit_test(a_reader_that_stalls_costs_a_bounded_buffer_and_is_served_when_it_reads),
        cmocka_unit_test(calls_that_hold_too_much_together_are_refused_and_the_rest_lives),
        cmocka_unit_test(a_message_that_stalls_is_given_up),
        cmocka_unit_test(a_message_that_trickles_is_given_up),
        cmocka_unit_test(each_message_of_a_stream_has_its_own_time),
        cmocka_unit_test(a_message_that_is_not_asked_for_does_not_stall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
