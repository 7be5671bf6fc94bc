// SPDX-License-Identifier: Apache-2.0
// test_plain.c: a server's connection over HTTP/1.1: one request after the other, whatever their cuts; what ends it,
// in which words; what a peer may make it hold.

#include "side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOST  "Host: h\r\n\r\n"
#define OK(n) "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: " n "\r\n"
#define OPTION(...)                                                                                                    \
    ({                                                                                                                 \
        gdx_protocol_options changed = gdx_protocol_options_default();                                                 \
        __VA_ARGS__;                                                                                                   \
        changed;                                                                                                       \
    })

// ---- requests and answers

static void one_request_after_the_other_is_answered(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "GET /a?b HTTP/1.1\r\n" HOST);
    expect(side, OK("2") "\r\n/a");
    say(side, "POST /bc HTTP/1.1\r\nContent-Length: 4\r\n" HOST "abcd");
    expect(side, OK("3") "\r\n/bc");
    say(side, "HEAD /abc HTTP/1.1\r\n" HOST);
    expect(side, OK("4") "\r\n");
    say(side, "GET /none HTTP/1.1\r\n" HOST);
    expect(side, "HTTP/1.1 304 Not Modified\r\ncontent-type: text/plain\r\n\r\n");
    assert_false(gdx_connection_is_finished(side->connection));
    assert_int_equal(side->closed, 4);
    close_side(side);
}

static void an_old_client_gets_what_it_understands(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    expect(side, OK("2") "connection: keep-alive\r\n\r\n/a");
    say(side, "GET /a HTTP/1.0\r\n\r\n");
    expect(side, OK("2") "connection: close\r\n\r\n/a");
    assert_true(gdx_connection_is_finished(side->connection));
    close_side(side);
}

static void close_is_answered_by_close(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "GET /a HTTP/1.1\r\nConnection: close\r\n" HOST);
    expect(side, OK("2") "connection: close\r\n\r\n/a");
    assert_true(gdx_connection_is_finished(side->connection));
    close_side(side);
}

static void a_large_answer_is_pulled_in_parts(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    feed(side, "GET /big HTTP/1.1\r\n" HOST, 19 + sizeof HOST - 1);
    assert_int_equal(gdx_connection_pull(side->connection, &side->out, 10000, side->now_ns), GDX_OK);
    assert_true(side->out.bytes >= 10000 && side->out.bytes < 11000);
    pull(side);
    assert_int_equal(side->out.bytes, strlen(OK("1048576") "\r\n") + BIG_BYTES);
    close_side(side);
}

static void what_comes_behind_a_request_waits_for_its_answer(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "GET /a HTTP/1.1\r\n" HOST "GET /hold HTTP/1.1\r\n" HOST "GET /c HTTP/1.1\r\n" HOST "GET /d HT");
    expect(side, OK("2") "\r\n/a");
    assert_int_equal(side->opened, 2);
    assert_true(gdx_connection_takes_input(side->connection));
    answer(side->held, 200, "b", 1);
    pull(side);
    expect(side, OK("1") "\r\nb" OK("2") "\r\n/c");
    say(side, "TP/1.1\r\n" HOST);
    expect(side, OK("2") "\r\n/d");
    close_side(side);
}

static void a_go_ahead_is_given_to_those_who_wait_for_it(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "POST /hold HTTP/1.1\r\nContent-Length: 6\r\nExpect: 100-continue\r\n" HOST);
    expect(side, "HTTP/1.1 100 Continue\r\n\r\n");
    feed(side, "\0\0\0\0\1a", 6);
    pull(side);
    answer(side->held, 200, "c", 1);
    pull(side);
    expect(side, OK("1") "\r\nc");
    say(side, "POST /a HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n" HOST);
    expect(side, OK("2") "connection: close\r\n\r\n/a"); // it is answered: no need for the content
    close_side(side);
}

static void an_answer_before_the_request_is_whole_ends_the_connection(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST "2\r\nab\r\n");
    expect(side, OK("2") "connection: close\r\n\r\n/a");
    assert_false(gdx_connection_is_finished(side->connection));
    say(side, "0\r\n\r\n");
    assert_true(gdx_connection_is_finished(side->connection));
    close_side(side);
    side = open_side(NULL);
    say(side, "POST /a HTTP/1.1\r\nContent-Length: 100000000\r\n" HOST);
    side->out.bytes = 0;
    pass(side, SECOND);
    pass(side, SECOND);
    assert_true(gdx_connection_is_finished(side->connection));
    assert_int_equal(side->out.bytes, 0);
    close_side(side);
}

// "5 bytes of prefix, abc" twice, and the end of the stream.
static const char echo[] = "\0\0\0\0\3abc\0\0\0\0\3def";
static const char echoed[] = "\0\0\0\0\3abc\0\0\0\0\3def\2\0\0\0\2{}";

static void append(gdx_buffer *out, const char *bytes, size_t count) {
    assert_int_equal(gdx_buffer_append(out, bytes, count), GDX_OK);
}

// Takes the chunks' frames away.
static void unchunk(const char *at, const char *end, gdx_buffer *out) {
    for (;;) {
        char *data;
        size_t bytes = strtoul(at, &data, 16);
        assert_memory_equal(data, "\r\n", 2);
        assert_true(bytes + 4 <= (size_t)(end - data));
        append(out, data + 2, bytes);
        assert_memory_equal(data + 2 + bytes, "\r\n", 2);
        at = data + bytes + 4;
        if (bytes == 0)
            break;
    }
    assert_ptr_equal(at, end);
}

static void a_stream_goes_in_chunks_however_its_messages_came(void **state) {
    (void)state;
    static const char head[] =
        "POST /a.B/C HTTP/1.1\r\nContent-Type: application/connect+proto\r\nContent-Length: 16\r\n" HOST;
    for (size_t at = 0; at < sizeof echo; at++) {
        struct side *side = open_side(NULL);
        say(side, head);
        feed(side, echo, at);
        pull(side);
        feed(side, echo + at, sizeof echo - 1 - at);
        pull(side);
        gdx_buffer body = {0};
        append(&side->out, "", 1);
        const char *out = (const char *)side->out.data, *begin = strstr(out, "\r\n\r\n");
        assert_non_null(begin);
        assert_non_null(strstr(out, "\r\ntransfer-encoding: chunked\r\n"));
        unchunk(begin + 4, out + side->out.bytes - 1, &body);
        assert_int_equal(body.bytes, sizeof echoed - 1);
        assert_memory_equal(body.data, echoed, body.bytes);
        gdx_buffer_clear(&body);
        assert_int_equal(side->closed_code, GDX_GRPC_OK);
        close_side(side);
    }
}

static void a_stream_to_an_old_client_goes_to_the_end_of_the_connection(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "POST /a.B/C HTTP/1.0\r\nContent-Type: application/connect+proto\r\nContent-Length: 16\r\n" HOST);
    feed(side, echo, sizeof echo - 1);
    pull(side);
    assert_true(gdx_connection_is_finished(side->connection));
    assert_memory_equal(side->out.data + side->out.bytes - sizeof echoed + 1, echoed, sizeof echoed - 1);
    append(&side->out, "", 1);
    assert_null(strstr((const char *)side->out.data, "transfer-encoding"));
    assert_non_null(strstr((const char *)side->out.data, "connection: close\r\n"));
    close_side(side);
}

static void grpc_itself_is_not_spoken(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc\r\nTE: trailers\r\nContent-Length: 0\r\n" HOST);
    expect_begin(side, OK("6")); // it is a plain request, and no call
    close_side(side);
}

static void a_call_that_is_reset_ends_the_connection_in_words(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "GET /cancel HTTP/1.1\r\n" HOST "GET /a HTTP/1.1\r\n" HOST);
    expect_begin(side, "HTTP/1.1 503 Service Unavailable\r\n");
    assert_int_equal(side->opened, 1);
    close_side(side);
}

// ---- faults

static void a_fault_is_answered_told_and_the_last(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "GET /a HTTP/1.1\r\n" HOST "GET /b HTTP/1.1\nHost: h\r\n\r\nGET /c HTTP/1.1\r\n" HOST);
    expect(side, OK("2") "\r\n/a"
                         "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 31\r\n"
                         "connection: close\r\n\r\na line ends with LF without CR\n");
    assert_string_equal(side->fault, "HTTP/1.1: 400: a line ends with LF without CR");
    say(side, "GET /d HTTP/1.1\r\n" HOST); // is dropped
    assert_int_equal(side->out.bytes, 0);
    assert_int_equal(side->opened, 1);
    assert_false(gdx_connection_is_finished(side->connection));
    pass(side, SECOND);
    assert_true(gdx_connection_is_finished(side->connection));
    close_side(side);
}

static void a_fault_in_the_content_ends_its_call(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "POST /hold HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST "x\r\n");
    expect_begin(side, "HTTP/1.1 400 ");
    assert_int_equal(side->closed_code, GDX_GRPC_INTERNAL);
    close_side(side);
}

static void who_sends_on_after_the_last_answer_is_cut_off(void **state) {
    (void)state;
    static char line[65536];
    struct side *side = open_side(NULL);
    memset(line, 'x', sizeof line);
    unsigned times = 0;
    for (; times < 1000 && !gdx_connection_is_finished(side->connection); times++) {
        feed(side, line, sizeof line);
        pull(side);
    }
    assert_true(times > 250 && times < 270); // 16 MiB
    expect_begin(side, "HTTP/1.1 414 ");
    assert_true(side->most < 100000);
    close_side(side);
}

// ---- time

static void a_head_that_does_not_come_is_given_up(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "GET / HTTP/1.1\r\n");
    for (int i = 0; i < 9; i++) {
        pass(side, SECOND);
        say(side, "a: b\r\n");
    }
    assert_int_equal(side->out.bytes, 0);
    pass(side, SECOND);
    expect_begin(side, "HTTP/1.1 408 ");
    pass(side, SECOND);
    assert_true(gdx_connection_is_finished(side->connection));
    close_side(side);
}

static void the_next_head_has_its_own_time(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "GET /a HTTP/1.1\r\n" HOST);
    pass(side, 30 * SECOND);
    assert_false(gdx_connection_is_finished(side->connection));
    say(side, "GET /a");
    side->out.bytes = 0;
    pass(side, 9 * SECOND);
    assert_int_equal(side->out.bytes, 0);
    pass(side, SECOND);
    expect_begin(side, "HTTP/1.1 408 ");
    close_side(side);
}

static void nothing_at_all_is_given_up_too(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    feed(side, "P", 1);
    pass(side, 11 * SECOND);
    assert_true(gdx_connection_is_finished(side->connection));
    close_side(side);
}

static void an_idle_or_old_connection_ends(void **state) {
    (void)state;
    gdx_protocol_options options = OPTION(changed.idle_ns = 20 * SECOND);
    struct side *side = open_side(&options);
    say(side, "GET /a HTTP/1.1\r\n" HOST);
    pass(side, 19 * SECOND);
    assert_false(gdx_connection_is_finished(side->connection));
    pass(side, SECOND);
    assert_true(gdx_connection_is_finished(side->connection));
    close_side(side);
    options = OPTION(changed.age_ns = 20 * SECOND);
    side = open_side(&options);
    for (int i = 0; i < 17; i++) { // a tenth may be taken off
        say(side, "GET /a HTTP/1.1\r\n" HOST);
        pass(side, SECOND);
        assert_false(gdx_connection_is_finished(side->connection));
    }
    pass(side, 3 * SECOND);
    assert_true(gdx_connection_is_finished(side->connection));
    close_side(side);
}

static void a_connection_that_asks_nothing_more_ends(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "GET /a HTTP/1.1\r\n" HOST);
    pass(side, 79 * SECOND);
    say(side, "GET /hold HTTP/1.1\r\n" HOST);
    pass(side, 79 * SECOND);
    pass(side, 79 * SECOND); // a call takes what it takes
    answer(side->held, 200, "a", 1);
    pull(side);
    assert_true(gdx_connection_due_ns(side->connection) <= side->now_ns + 80 * SECOND);
    pass(side, 79 * SECOND);
    assert_false(gdx_connection_is_finished(side->connection));
    pass(side, SECOND);
    assert_true(gdx_connection_is_finished(side->connection));
    close_side(side);
}

static void a_drain_lets_the_call_end_and_says_close(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "GET /hold HTTP/1.1\r\n" HOST "GET /b HTTP/1.1\r\n" HOST);
    gdx_connection_drain(side->connection, side->now_ns);
    pull(side);
    assert_false(gdx_connection_is_finished(side->connection));
    answer(side->held, 200, "a", 1);
    pull(side);
    expect(side, OK("1") "connection: close\r\n\r\na");
    assert_int_equal(side->opened, 1);
    pass(side, SECOND);
    assert_true(gdx_connection_is_finished(side->connection));
    close_side(side);
    side = open_side(NULL);
    say(side, "GET /a HTTP/1.1\r\n" HOST);
    gdx_connection_drain(side->connection, side->now_ns);
    assert_true(gdx_connection_is_finished(side->connection));
    close_side(side);
}

static void a_peer_that_takes_nothing_is_lost(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    feed(side, "GET /big HTTP/1.1\r\n" HOST, 19 + sizeof HOST - 1);
    assert_int_equal(gdx_connection_pull(side->connection, &side->out, 10000, side->now_ns), GDX_OK);
    for (int i = 0; i < 200 && !gdx_connection_is_over(side->connection); i++) {
        side->now_ns += SECOND;
        gdx_connection_tick(side->connection, side->now_ns);
    }
    assert_true(gdx_connection_is_over(side->connection));
    close_side(side);
}

static void a_client_that_goes_away_cancels_its_call(void **state) {
    (void)state;
    struct side *side = open_side(NULL);
    say(side, "GET /hold HTTP/1.1\r\n" HOST);
    assert_non_null(side->held);
    gdx_connection_free(side->connection);
    assert_int_equal(side->closed, 1);
    assert_int_equal(side->closed_code, GDX_GRPC_CANCELLED);
    side->connection = NULL;
    close_side(side);
}

// ---- cuts and floods

static const char exchange[] = "GET /a HTTP/1.1\r\n" HOST "\r\nPOST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST
                               "3\r\nabc\r\n0;x\r\nt: u\r\n\r\nHEAD /c HTTP/1.1\r\n" HOST "GET /d HTTP/1.1\n";

static void answers_do_not_depend_on_cuts(void **state) {
    (void)state;
    for (size_t at = 0; at < sizeof exchange; at++) {
        struct side *side = open_side(NULL);
        feed(side, exchange, at);
        pull(side);
        feed(side, exchange + at, sizeof exchange - 1 - at);
        pull(side);
        assert_int_equal(gdx_buffer_append(&side->out, "", 1), GDX_OK);
        const char *out = (const char *)side->out.data;
        assert_int_equal(strncmp(out, OK("2") "\r\n/a" OK("2"), strlen(OK("2") "\r\n/a" OK("2"))), 0);
        // an answer to a request that is cut says close
        bool closed = strstr(out, "/a" OK("2") "connection: close") != NULL;
        assert_true(closed || strstr(out, "/b" OK("2") "\r\nHTTP/1.1 400 "));
        assert_int_equal(side->opened, closed ? 2 : 3);
        close_side(side);
    }
}

static void ten_thousand_requests_at_once_take_little_memory(void **state) {
    (void)state;
    enum { REQUESTS = 10000 };
    static const char request[] = "GET /a HTTP/1.1\r\n" HOST;
    struct side *side = open_side(NULL);
    gdx_buffer all = {0};
    for (int i = 0; i < REQUESTS; i++)
        assert_int_equal(gdx_buffer_append(&all, request, sizeof request - 1), GDX_OK);
    size_t at = 0, came = 0;
    while (at < all.bytes || gdx_connection_call_count(side->connection) > 0) {
        while (at < all.bytes && gdx_connection_takes_input(side->connection)) {
            size_t part = all.bytes - at < 65536 ? all.bytes - at : 65536;
            feed(side, (const char *)all.data + at, part);
            at += part;
        }
        side->out.bytes = 0;
        assert_int_equal(gdx_connection_pull(side->connection, &side->out, 65536, side->now_ns), GDX_OK);
        came += side->out.bytes;
    }
    do {
        side->out.bytes = 0;
        assert_int_equal(gdx_connection_pull(side->connection, &side->out, 65536, side->now_ns), GDX_OK);
        came += side->out.bytes;
    } while (side->out.bytes > 0);
    assert_int_equal(side->opened, REQUESTS);
    assert_int_equal(came, REQUESTS * strlen(OK("2") "\r\n/a"));
    assert_true(side->most < 256 * 1024);
    gdx_buffer_clear(&all);
    close_side(side);
}

static void a_pipeline_behind_a_call_is_not_read(void **state) {
    (void)state;
    static char line[65536];
    struct side *side = open_side(NULL);
    say(side, "GET /hold HTTP/1.1\r\n" HOST);
    memset(line, 'x', sizeof line);
    feed(side, line, 10000);
    assert_true(gdx_connection_takes_input(side->connection));
    feed(side, line, sizeof line);
    assert_false(gdx_connection_takes_input(side->connection));
    assert_int_equal(side->opened, 1);
    answer(side->held, 200, "a", 1);
    pull(side);
    expect_begin(side, OK("1") "\r\naHTTP/1.1 414 ");
    assert_true(gdx_connection_takes_input(side->connection));
    close_side(side);
}

static void the_limit_of_memory_holds(void **state) {
    (void)state;
    static char line[65536];
    gdx_protocol_options options = OPTION(changed.memory_limit = 200000);
    struct side *side = open_side(&options);
    say(side, "POST /hold HTTP/1.1\r\nContent-Length: 10000000\r\n" HOST);
    for (int i = 0; i < 100 && !gdx_connection_is_over(side->connection); i++) {
        feed(side, line, sizeof line);
        pull(side);
    }
    expect_begin(side, "HTTP/1.1 429 ");
    assert_in_range(side->most, 65536, 200000); // it kept what it could
    close_side(side);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_request_after_the_other_is_answered),
        cmocka_unit_test(an_old_client_gets_what_it_understands),
        cmocka_unit_test(close_is_answered_by_close),
        cmocka_unit_test(a_large_answer_is_pulled_in_parts),
        cmocka_unit_test(what_comes_behind_a_request_waits_for_its_answer),
        cmocka_unit_test(a_go_ahead_is_given_to_those_who_wait_for_it),
        cmocka_unit_test(an_answer_before_the_request_is_whole_ends_the_connection),
        cmocka_unit_test(a_stream_goes_in_chunks_however_its_messages_came),
        cmocka_unit_test(a_stream_to_an_old_client_goes_to_the_end_of_the_connection),
        cmocka_unit_test(grpc_itself_is_not_spoken),
        cmocka_unit_test(a_call_that_is_reset_ends_the_connection_in_words),
        cmocka_unit_test(a_fault_is_answered_told_and_the_last),
        cmocka_unit_test(a_fault_in_the_content_ends_its_call),
        cmocka_unit_test(who_sends_on_after_the_last_answer_is_cut_off),
        cmocka_unit_test(a_head_that_does_not_come_is_given_up),
        cmocka_unit_test(the_next_head_has_its_own_time),
        cmocka_unit_test(nothing_at_all_is_given_up_too),
        cmocka_unit_test(an_idle_or_old_connection_ends),
        cmocka_unit_test(a_connection_that_asks_nothing_more_ends),
        cmocka_unit_test(a_drain_lets_the_call_end_and_says_close),
        cmocka_unit_test(a_peer_that_takes_nothing_is_lost),
        cmocka_unit_test(a_client_that_goes_away_cancels_its_call),
        cmocka_unit_test(answers_do_not_depend_on_cuts),
        cmocka_unit_test(ten_thousand_requests_at_once_take_little_memory),
        cmocka_unit_test(a_pipeline_behind_a_call_is_not_read),
        cmocka_unit_test(the_limit_of_memory_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
