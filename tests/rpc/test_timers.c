// SPDX-License-Identifier: Apache-2.0
// test_timers.c: what happens to a connection as time passes: handshake, keepalive, idleness, age, drain.

#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const none[] = {NULL};
static const uint64_t SECOND = WIRE_SECOND;

static void a_peer_that_says_nothing_is_dropped(void **state) {
    (void)state;
    struct wire *wire = wire_open_bare(NULL);
    wire_feed(wire, "PRI * HTTP", 10);
    wire->now_ns += 9 * SECOND;
    gdx_connection_tick(wire->server, wire->now_ns);
    assert_false(gdx_connection_is_finished(wire->server));
    assert_true(gdx_connection_due_ns(wire->server) <= wire->now_ns + SECOND);
    wire->now_ns += 2 * SECOND;
    gdx_connection_tick(wire->server, wire->now_ns);
    gdx_buffer out = {0};
    assert_int_equal(gdx_connection_pull(wire->server, &out, 1 << 20, wire->now_ns), GDX_OK);
    assert_true(gdx_connection_is_finished(wire->server));
    gdx_buffer_clear(&out);
    wire_close(wire);
}

static void silence_is_probed_by_a_ping_and_an_answer_is_enough(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    wire_tick(wire, 59 * SECOND);
    assert_int_equal(wire->pings, 0);
    wire_tick(wire, 2 * SECOND);
    assert_int_equal(wire->pings, 1);
    wire_tick(wire, 30 * SECOND);
    assert_false(gdx_connection_is_finished(wire->server));
    wire_close(wire);
}

static void a_peer_that_does_not_answer_the_ping_is_lost(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    wire_call(wire, "/test/Hold", none, NULL, 0, true);
    wire->client_reads = false;
    wire_tick(wire, 61 * SECOND);
    wire_tick(wire, 19 * SECOND);
    assert_false(gdx_connection_is_finished(wire->server));
    wire_tick(wire, 2 * SECOND);
    assert_true(gdx_connection_is_finished(wire->server));
    wire_close(wire);
}

static void a_connection_without_calls_drains_when_idle(void **state) {
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    options.idle_ns = 30 * SECOND;
    struct wire *wire = wire_open(&options);
    wire_tick(wire, 20 * SECOND);
    wire_call(wire, "/test/Echo", none, "\0\0\0\0\0", 5, true);
    wire_tick(wire, 20 * SECOND);
    assert_int_equal(wire->goaways, 0);
    assert_true(gdx_connection_due_ns(wire->server) <= wire->now_ns + 10 * SECOND);
    wire_tick(wire, 11 * SECOND);
    assert_int_equal(wire->goaways, 1);
    assert_int_equal(wire->goaway_error, NGHTTP2_NO_ERROR);
    wire_tick(wire, SECOND); // this client answers no PING after a GOAWAY
    assert_true(gdx_connection_is_finished(wire->server));
    wire_close(wire);
}

static void a_drain_lets_calls_end_and_refuses_new_ones(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    int32_t running = wire_call(wire, "/test/Echo", none, "\0\0\0\0\5he", 7, false);
    gdx_connection_drain(wire->server, wire->now_ns);
    gdx_buffer out = {0};
    assert_int_equal(gdx_connection_pull(wire->server, &out, 1 << 20, wire->now_ns), GDX_OK);
    assert_true(nghttp2_session_mem_recv(wire->client, out.data, out.bytes) >= 0);
    gdx_buffer_clear(&out);
    assert_int_equal(wire->goaways, 1);
    assert_int_equal(wire->goaway_last, 0x7fffffff);
    wire_run(wire); // the client's answer to the PING
    assert_int_equal(wire->goaways, 2);
    assert_int_equal(wire->goaway_last, running);
    assert_false(gdx_connection_is_finished(wire->server));
    wire_send(wire, running, "llo", 3, true);
    assert_true(wire_has(wire, running, "grpc-status: 0\n"));
    assert_true(gdx_connection_is_finished(wire->server));
    wire_close(wire);
}

static void a_call_that_crosses_the_first_goaway_is_still_answered(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    gdx_connection_drain(wire->server, wire->now_ns);
    int32_t crossing = wire_call(wire, "/test/Echo", none, "\0\0\0\0\0", 5, true);
    assert_true(wire_has(wire, crossing, "grpc-status: 0\n"));
    assert_int_equal(wire->goaways, 2);
    assert_int_equal(wire->goaway_last, crossing);
    wire_close(wire);
}

static void a_peer_that_does_not_answer_the_drain_gets_the_second_goaway_in_time(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    wire_call(wire, "/test/Hold", none, NULL, 0, true);
    wire->client_reads = false;
    gdx_connection_drain(wire->server, wire->now_ns);
    wire->now_ns += SECOND;
    gdx_connection_tick(wire->server, wire->now_ns);
    wire->client_reads = true;
    wire_run(wire);
    assert_int_equal(wire->goaways, 2);
    wire_close(wire);
}

static void age_drains_and_grace_ends(void **state) {
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    options.age_ns = 100 * SECOND;
    options.age_grace_ns = 10 * SECOND;
    options.keepalive_ns = 0;
    struct wire *wire = wire_open(&options);
    wire_call(wire, "/test/Hold", none, NULL, 0, true);
    wire_tick(wire, 89 * SECOND); // up to a tenth less
    assert_int_equal(wire->goaways, 0);
    wire_tick(wire, 11 * SECOND);
    assert_int_equal(wire->goaways, 2);
    assert_false(gdx_connection_is_finished(wire->server));
    wire_tick(wire, 10 * SECOND);
    assert_true(gdx_connection_is_finished(wire->server));
    wire_close(wire);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_that_says_nothing_is_dropped),
        cmocka_unit_test(silence_is_probed_by_a_ping_and_an_answer_is_enough),
        cmocka_unit_test(a_peer_that_does_not_answer_the_ping_is_lost),
        cmocka_unit_test(a_connection_without_calls_drains_when_idle),
        cmocka_unit_test(a_drain_lets_calls_end_and_refuses_new_ones),
        cmocka_unit_test(a_call_that_crosses_the_first_goaway_is_still_answered),
        cmocka_unit_test(a_peer_that_does_not_answer_the_drain_gets_the_second_goaway_in_time),
        cmocka_unit_test(age_drains_and_grace_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
