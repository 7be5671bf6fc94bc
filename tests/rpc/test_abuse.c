// SPDX-License-Identifier: Apache-2.0
// test_abuse.c: peers that make work for nothing, or send no protocol at all: the connection ends, memory stays
// bounded.

#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const none[] = {NULL};

static void feed_frame(struct wire *wire, uint8_t type, uint8_t flags, uint32_t stream, const void *payload,
                       size_t bytes) {
    uint8_t frame[9 + 16384] = {
        (uint8_t)(bytes >> 16),  (uint8_t)(bytes >> 8),   (uint8_t)bytes,         type,           flags,
        (uint8_t)(stream >> 24), (uint8_t)(stream >> 16), (uint8_t)(stream >> 8), (uint8_t)stream};
    if (bytes)
        memcpy(frame + 9, payload, bytes);
    wire_feed(wire, frame, 9 + bytes);
}

static void assert_calmed(struct wire *wire, const char *debug) {
    wire_run(wire);
    assert_int_not_equal(wire->fed, GDX_OK);
    assert_int_equal(wire->goaways, 1);
    assert_int_equal(wire->goaway_error, NGHTTP2_ENHANCE_YOUR_CALM);
    assert_string_equal(wire->goaway_debug, debug);
    assert_true(gdx_connection_is_finished(wire->server));
}

static void rapid_resets_end_the_connection(void **state) {
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    options.reset_burst = 100;
    struct wire *wire = wire_open(&options);
    for (int i = 0; i < 150 && wire->goaways == 0; i++) {
        int32_t stream = wire_call(wire, "/test/Hold", none, NULL, 0, true);
        (void)!nghttp2_submit_rst_stream(wire->client, 0, stream, NGHTTP2_CANCEL);
        wire_run(wire);
    }
    assert_calmed(wire, "too_many_resets");
    assert_int_equal(wire->opened, 101);
    wire_close(wire);
}

static void resets_at_an_honest_rate_are_no_abuse(void **state) {
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    options.reset_burst = 100;
    struct wire *wire = wire_open(&options);
    for (int i = 0; i < 500; i++) {
        int32_t stream = wire_call(wire, "/test/Hold", none, NULL, 0, true);
        assert_int_equal(nghttp2_submit_rst_stream(wire->client, 0, stream, NGHTTP2_CANCEL), 0);
        wire_run(wire);
        wire->now_ns += WIRE_SECOND / 150;
    }
    assert_int_equal(wire->goaways, 0);
    wire_close(wire);
}

// A window update too large is an error of the stream, which we must answer by a reset of our own (CVE-2025-8671).
static void resets_that_a_peer_provokes_count_like_its_own(void **state) {
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    options.reset_burst = 50;
    struct wire *wire = wire_open(&options);
    for (int i = 0; i < 100 && wire->goaways == 0; i++) {
        int32_t stream = wire_call(wire, "/test/Hold", none, NULL, 0, true);
        feed_frame(wire, NGHTTP2_WINDOW_UPDATE, 0, (uint32_t)stream, "\x7f\xff\xff\xff", 4);
        wire_run(wire);
    }
    assert_int_equal(wire->goaways, 1);
    assert_true(wire->opened <= 52);
    assert_int_equal(wire->closed, wire->opened);
    wire_close(wire);
}

static void pings_in_a_row_get_too_many_pings(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(wire->goaways, 0);
        feed_frame(wire, NGHTTP2_PING, 0, 0, "12345678", 8);
        wire_run(wire);
        wire->now_ns += WIRE_SECOND;
    }
    assert_calmed(wire, "too_many_pings");
    wire_close(wire);
}

static void pings_between_calls_or_seldom_are_welcome(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    for (int i = 0; i < 20; i++) {
        feed_frame(wire, NGHTTP2_PING, 0, 0, "12345678", 8);
        wire_call(wire, "/test/Echo", none, "\0\0\0\0\0", 5, true);
    }
    for (int i = 0; i < 20; i++) {
        feed_frame(wire, NGHTTP2_PING, 0, 0, "12345678", 8);
        wire_run(wire);
        wire->now_ns += 10 * (uint64_t)WIRE_SECOND;
    }
    assert_int_equal(wire->goaways, 0);
    wire_close(wire);
}

static void flood(uint8_t type, uint32_t stream_or_zero, const char *payload, size_t bytes) {
    struct wire *wire = wire_open(NULL);
    if (stream_or_zero)
        assert_int_equal(wire_call(wire, "/test/Hold", none, "\0", 1, false), stream_or_zero);
    int sent = 0;
    for (; sent < 100000 && wire->fed == GDX_OK; sent++)
        feed_frame(wire, type, 0, stream_or_zero, payload, bytes);
    assert_true(sent <= (int)gdx_protocol_options_default().frame_burst + 2);
    assert_true(gdx_connection_memory(wire->server) < 1 << 20);
    wire_run(wire);
    assert_true(gdx_connection_is_finished(wire->server));
    wire_close(wire);
}

static void a_flood_of_settings_ends_the_connection(void **state) {
    (void)state;
    flood(NGHTTP2_SETTINGS, 0, NULL, 0);
}

static void a_flood_of_empty_data_ends_the_connection(void **state) {
    (void)state;
    flood(NGHTTP2_DATA, 1, NULL, 0);
}

static void a_flood_of_priorities_ends_the_connection(void **state) {
    (void)state;
    flood(NGHTTP2_PRIORITY, 1, "\0\0\0\0\1", 5);
}

static void headers_without_end_are_cut_off(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    feed_frame(wire, NGHTTP2_HEADERS, 0, 1, "\x83\x86", 2);
    int sent = 0;
    for (; sent < 1000 && wire->fed == GDX_OK && !gdx_connection_is_finished(wire->server); sent++) {
        feed_frame(wire, NGHTTP2_CONTINUATION, 0, 1,
                   "\x00\x01"
                   "a\x01"
                   "b",
                   5);
        gdx_buffer out = {0};
        assert_int_equal(gdx_connection_pull(wire->server, &out, 1 << 20, wire->now_ns), GDX_OK);
        gdx_buffer_clear(&out);
    }
    assert_true(sent < 20);
    assert_true(gdx_connection_memory(wire->server) < 1 << 20);
    wire_close(wire);
}

// One large entry in the decoder's table, then a byte each for thousands of copies.
static void a_header_bomb_is_counted_and_not_kept(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    uint8_t block[16384];
    size_t bytes = 0;
    static const uint8_t head[] = {0x83, 0x86, 0x40, 0x01, 'x', 0x7f, 0x81, 0x1e}; // x: 4000 bytes, into the table
    memcpy(block, head, sizeof head);
    bytes = sizeof head;
    memset(block + bytes, 'b', 4000);
    bytes += 4000;
    memset(block + bytes, 0xbe, sizeof block - bytes); // entry 62, again and again
    feed_frame(wire, NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, 1, block, sizeof block);
    assert_true(gdx_connection_memory(wire->server) < 1 << 20);
    wire_run(wire);
    assert_int_equal(wire->opened, 0);
    wire_close(wire);
}

static void more_streams_than_allowed_are_refused(void **state) {
    (void)state;
    struct wire *wire = wire_open(NULL);
    unsigned limit = gdx_protocol_options_default().stream_limit;
    for (unsigned i = 0; i < limit; i++)
        wire_call(wire, "/test/Hold", none, NULL, 0, true);
    assert_int_equal(wire->opened, limit);
    int32_t beyond = wire_call(wire, "/test/Hold", none, NULL, 0, true); // the client itself waits
    assert_int_equal(wire->opened, limit);
    assert_false(wire->streams[beyond].closed);
    wire_close(wire);
}

static uint32_t next_random(uint32_t *seed) {
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void garbage_ends_the_connection_and_nothing_else(void **state) {
    (void)state;
    uint32_t seed = 20240917;
    for (int round = 0; round < 300; round++) {
        struct wire *wire = round % 2 ? wire_open(NULL) : wire_open_bare(NULL);
        uint8_t bytes[300];
        for (int part = 0; part < 5; part++) {
            size_t count = 1 + next_random(&seed) % sizeof bytes;
            for (size_t i = 0; i < count; i++)
                bytes[i] = (uint8_t)(next_random(&seed) % (part % 2 ? 256 : 4));
            wire_feed(wire, bytes, count);
            wire_run(wire);
        }
        wire_close(wire);
    }
}

static void http_1_is_answered_by_the_end(void **state) {
    (void)state;
    struct wire *wire = wire_open_bare(NULL);
    static const char request[] = "GET / HTTP/1.1\r\nHost: example\r\n\r\n";
    wire_feed(wire, request, sizeof request - 1);
    assert_int_equal(wire->fed, GDX_CORRUPT);
    gdx_buffer out = {0};
    assert_int_equal(gdx_connection_pull(wire->server, &out, 1 << 20, wire->now_ns), GDX_OK);
    assert_true(gdx_connection_is_finished(wire->server));
    gdx_buffer_clear(&out);
    wire_close(wire);
}

static void record_session(gdx_buffer *out) {
    struct wire *wire = wire_open(NULL);
    int32_t stream =
        wire_call(wire, "/test/Echo", (const char *const[]){"x-raw-bin", "AP8=", "grpc-timeout", "5S", NULL},
                  "\0\0\0\0\5he", 7, false);
    wire_call(wire, "/test/Fail", none, NULL, 0, true);
    wire_send(wire, stream, "llo\0\0\0\0\0", 8, true);
    wire_call(wire, "/test/Unknown", none, "\0\0\0\0\1", 5, false);
    wire_call(wire, "/test/Hold", none, NULL, 0, true);
    *out = wire->record;
    wire->record = (gdx_buffer){0};
    wire_close(wire);
}

static void every_truncation_of_a_valid_session_is_cleaned_up(void **state) {
    (void)state;
    gdx_buffer session = {0};
    record_session(&session);
    assert_true(session.bytes > 200);
    for (size_t bytes = 0; bytes <= session.bytes; bytes++) {
        struct wire *wire = wire_open_bare(NULL);
        wire_feed(wire, session.data, bytes);
        assert_int_equal(wire->fed, GDX_OK);
        gdx_buffer out = {0};
        assert_int_equal(gdx_connection_pull(wire->server, &out, 1 << 16, wire->now_ns), GDX_OK);
        gdx_buffer_clear(&out);
        wire_close(wire); // asserts that no memory is left, and no call unclosed
    }
    gdx_buffer_clear(&session);
}

static void every_byte_of_a_valid_session_changed_is_survived(void **state) {
    (void)state;
    gdx_buffer session = {0};
    record_session(&session);
    for (size_t i = 0; i < session.bytes; i++) {
        struct wire *wire = wire_open_bare(NULL);
        session.data[i] ^= 0xff;
        wire_feed(wire, session.data, session.bytes);
        session.data[i] ^= 0xff;
        gdx_buffer out = {0};
        assert_int_equal(gdx_connection_pull(wire->server, &out, 1 << 16, wire->now_ns), GDX_OK);
        gdx_buffer_clear(&out);
        wire_close(wire);
    }
    gdx_buffer_clear(&session);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rapid_resets_end_the_connection),
        cmocka_unit_test(resets_at_an_honest_rate_are_no_abuse),
        cmocka_unit_test(resets_that_a_peer_provokes_count_like_its_own),
        cmocka_unit_test(pings_in_a_row_get_too_many_pings),
        cmocka_unit_test(pings_between_calls_or_seldom_are_welcome),
        cmocka_unit_test(a_flood_of_settings_ends_the_connection),
        cmocka_unit_test(a_flood_of_empty_data_ends_the_connection),
        cmocka_unit_test(a_flood_of_priorities_ends_the_connection),
        cmocka_unit_test(headers_without_end_are_cut_off),
        cmocka_unit_test(a_header_bomb_is_counted_and_not_kept),
        cmocka_unit_test(more_streams_than_allowed_are_refused),
        cmocka_unit_test(garbage_ends_the_connection_and_nothing_else),
        cmocka_unit_test(http_1_is_answered_by_the_end),
        cmocka_unit_test(every_truncation_of_a_valid_session_is_cleaned_up),
        cmocka_unit_test(every_byte_of_a_valid_session_changed_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
