// SPDX-License-Identifier: Apache-2.0
// test_rfc9113.c: HTTP/2 to the letter, by raw frames: each row names its section of RFC 9113 (or 7541, HPACK), what is
// sent after the preface, and what must come of it. An error of a stream may be treated as one of the connection
// (5.4.1); an error of the connection must end it.

#include "rfc9113_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static bool has_ended(const struct frames *frames, int code) {
    return frames->goaway == code && frames->goaways == 1 && frames->wire->faults == 1 && // the log has a line
           gdx_connection_is_finished(frames->wire->server);
}

static bool is_as_told(struct frames *frames, const struct row *row) {
    int reset = frames->reset[row->stream];
    switch (row->outcome) {
    case IGNORED:
        return reset < 0 && frames_is_alive(frames);
    case ANSWERED:
        return reset < 0 && frames->answered[row->stream] && frames_is_alive(frames);
    case STREAM:
        return has_ended(frames, row->code) || (reset == row->code && frames_is_alive(frames));
    case EITHER_CLOSED:
        return has_ended(frames, CLOSED) || has_ended(frames, PROTOCOL) || reset == CLOSED;
    default:
        return has_ended(frames, row->code);
    }
}

static void every_row_holds(void **state) {
    (void)state;
    unsigned failed = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct frames frames;
        size_t count = 0;
        while (count < FRAMES_MOST && rows[i].frames[count].payload)
            count++;
        frames_open(&frames, NULL);
        frames_send(&frames, rows[i].frames, count);
        if (!is_as_told(&frames, &rows[i])) {
            failed++;
            fprintf(stderr, "RFC 9113 %s: %s: goaway %d, reset %d, answered %d\n", rows[i].section, rows[i].what,
                    frames.goaway, frames.reset[rows[i].stream], frames.answered[rows[i].stream]);
        }
        frames_close(&frames);
    }
    assert_int_equal(failed, 0);
}

// What comes of bytes must not depend on how they were cut on their way.
static void every_row_holds_when_all_comes_at_once_or_byte_by_byte(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct frames whole, single;
        size_t count = 0;
        while (count < FRAMES_MOST && rows[i].frames[count].payload)
            count++;
        frames_open(&whole, NULL);
        frames_send(&whole, rows[i].frames, count);
        frames_open(&single, NULL);
        for (size_t at = single.wire->record.bytes; at < whole.wire->record.bytes; at++) {
            wire_feed(single.wire, whole.wire->record.data + at, 1);
            frames_take(&single);
        }
        assert_int_equal(single.goaway, whole.goaway);
        assert_memory_equal(single.reset, whole.reset, sizeof whole.reset);
        assert_memory_equal(single.answered, whole.answered, sizeof whole.answered);
        frames_close(&single);
        frames_open(&single, NULL);
        size_t from = single.wire->record.bytes;
        wire_feed(single.wire, whole.wire->record.data + from, whole.wire->record.bytes - from);
        frames_take(&single);
        assert_true(rows[i].outcome != CONNECTION || is_as_told(&single, &rows[i]));
        frames_close(&single);
        frames_close(&whole);
    }
}

// ---- what takes more than a row

static void a_preface_that_is_none_ends_the_connection(void **state) { // 3.4
    (void)state;
    static const char *const wrong[] = {"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n\0\0\0\4\0\0\0\0\0",
                                        "GET / HTTP/1.1\r\nhost: x\r\n\r\n0123456789"};
    for (size_t i = 0; i < 2; i++) {
        struct frames frames = {.goaway = -1, .wire = wire_open_bare(NULL)};
        wire_feed(frames.wire, wrong[i], 33);
        frames_take(&frames);
        assert_true(has_ended(&frames, PROTOCOL));
        frames_close(&frames);
    }
}

static void a_preface_without_settings_ends_the_connection(void **state) { // 3.4
    (void)state;
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x8\6\0\0\0\0\0"
                                  "12345678";
    struct frames frames = {.goaway = -1, .wire = wire_open_bare(NULL)};
    wire_feed(frames.wire, preface, sizeof preface - 1);
    frames_take(&frames);
    assert_true(has_ended(&frames, PROTOCOL));
    frames_close(&frames);
}

static void frames_of_the_largest_size_are_taken_and_no_larger(void **state) { // 4.2
    (void)state;
    enum { LARGEST = 16384 };
    static char payload[LARGEST + 1];
    struct frames frames;
    frames_open(&frames, NULL);
    payload[3] = (char)((LARGEST - 5) >> 8), payload[4] = (char)((LARGEST - 5) & 0xff);
    frames_send(&frames, (const struct frame[]){FRAME(HEADERS, END_HEADERS, 1, REQUEST)}, 1);
    frames_send_one(&frames, DATA, END_STREAM, 1, payload, LARGEST);
    assert_true(frames.answered[1]);
    assert_int_equal(frames.data[1], LARGEST);
    assert_true(frames_is_alive(&frames));
    frames_close(&frames);
    static const unsigned types[] = {DATA, HEADERS, SETTINGS, UNKNOWN};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        frames_open(&frames, NULL);
        frames_send(&frames, (const struct frame[]){FRAME(HEADERS, END_HEADERS, 1, HELD)}, 1);
        frames_send_one(&frames, types[i], 0,
                        types[i] == SETTINGS  ? 0
                        : types[i] == HEADERS ? 3
                                              : 1,
                        payload, LARGEST + 1);
        assert_true(has_ended(&frames, SIZE));
        frames_close(&frames);
    }
}

static void what_had_been_sent_before_our_reset_was_read_is_ignored(void **state) { // 5.1
    (void)state;
    struct frames frames;
    frames_open(&frames, NULL);
    for (unsigned stream = 1; stream < FRAMES_STREAMS - 2; stream += 2) {
        frames_send(&frames,
                    (const struct frame[]){FRAME(HEADERS, END_HEADERS, stream, HELD),
                                           FRAME(WINDOW_UPDATE, 0, stream, "\x7f\xff\xff\xff")},
                    2);
        assert_int_equal(frames.reset[stream], FLOW);
    }
    unsigned before = frames.window_updates;
    static char kilobyte[1024];
    for (unsigned stream = 1; stream < FRAMES_STREAMS - 2; stream += 2) {
        for (int i = 0; i < 100; i++)
            frames_send_one(&frames, DATA, 0, stream, kilobyte, sizeof kilobyte);
        frames_send(&frames, (const struct frame[]){FRAME(WINDOW_UPDATE, 0, stream, "\0\0\0\1"), TRAILERS(stream)}, 2);
        assert_int_equal(frames.goaway, -1);
    }
    assert_true(frames.window_updates > before); // it counts for the connection's window, and is given back
    assert_true(frames_is_alive(&frames));
    frames_close(&frames);
}

static void the_peer_may_not_open_more_streams_than_it_was_told(void **state) { // 5.1.2
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    options.stream_limit = 3;
    for (int acknowledged = 0; acknowledged < 2; acknowledged++) {
        struct frames frames;
        frames_open(&frames, &options);
        if (acknowledged)
            frames_send_one(&frames, SETTINGS, ACK, 0, "", 0);
        for (unsigned stream = 1; stream < 9; stream += 2)
            frames_send_one(&frames, HEADERS, END_HEADERS, stream, HELD, sizeof HELD - 1);
        assert_int_equal(frames.wire->opened, 3);
        assert_true(frames.reset[7] == NGHTTP2_REFUSED_STREAM || has_ended(&frames, PROTOCOL));
        assert_int_equal(frames.wire->faults, 1);
        if (!acknowledged) { // then it may have sent more by now
            frames_send_one(&frames, DATA, END_STREAM, 7, "\0\0\0\0\0", 5);
            assert_true(frames_is_alive(&frames));
        }
        frames_close(&frames);
    }
}

static void settings_are_acknowledged_each(void **state) { // 6.5.3
    (void)state;
    struct frames frames;
    frames_open(&frames, NULL);
    assert_int_equal(frames.settings, 1);
    assert_int_equal(frames.settings_acks, 1);
    for (int i = 0; i < 3; i++)
        frames_send_one(&frames, SETTINGS, 0, 0, "\0\3\0\0\0\x64", 6);
    assert_int_equal(frames.settings_acks, 4);
    frames_close(&frames);
}

static void a_window_of_one_byte_lets_one_byte_go(void **state) { // 6.9.1, 6.9.2
    (void)state;
    struct frames frames;
    frames_open(&frames, NULL);
    frames_send(&frames, (const struct frame[]){FRAME(SETTINGS, 0, 0, "\0\4\0\0\0\1"), WHOLE(1)}, 3);
    assert_int_equal(frames.data[1], 1);
    frames_send_one(&frames, WINDOW_UPDATE, 0, 1, "\0\0\0\2", 4);
    assert_int_equal(frames.data[1], 3);
    frames_send_one(&frames, SETTINGS, 0, 0, "\0\4\0\0\0\0", 6); // the window is -1 now
    frames_send_one(&frames, WINDOW_UPDATE, 0, 1, "\0\0\0\1", 4);
    assert_int_equal(frames.data[1], 3);
    frames_send_one(&frames, WINDOW_UPDATE, 0, 1, "\0\0\0\1", 4);
    assert_int_equal(frames.data[1], 4);
    assert_false(frames.answered[1]);
    frames_send_one(&frames, SETTINGS, 0, 0, "\0\4\0\0\0\x64", 6);
    assert_int_equal(frames.data[1], 7);
    assert_true(frames.answered[1]);
    assert_true(frames_is_alive(&frames));
    frames_close(&frames);
}

static void data_beyond_a_window_is_an_error(void **state) { // 6.9.1
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    static char payload[16384];
    options.stream_window = 20000;
    struct frames frames;
    frames_open(&frames, &options);
    frames_send_one(&frames, SETTINGS, ACK, 0, "", 0);
    frames_send_one(&frames, HEADERS, END_HEADERS, 1, HELD, sizeof HELD - 1);
    frames_send_one(&frames, DATA, 0, 1, payload, sizeof payload);
    assert_true(frames_is_alive(&frames));
    frames_send_one(&frames, DATA, 0, 1, payload, 20000 - sizeof payload);
    assert_true(frames_is_alive(&frames));
    frames_send_one(&frames, DATA, 0, 1, payload, 1);
    assert_true(frames.reset[1] == FLOW || has_ended(&frames, FLOW));
    frames_close(&frames);
}

static void what_comes_after_the_last_goaway_is_ignored(void **state) { // 6.8
    (void)state;
    struct frames frames;
    frames_open(&frames, NULL);
    frames_send_one(&frames, HEADERS, END_HEADERS, 1, HELD, sizeof HELD - 1); // keeps the connection
    gdx_connection_drain(frames.wire->server, frames.wire->now_ns);
    frames_take(&frames);
    frames_send_one(&frames, PING, ACK, 0, "gdxdrain", 8);
    assert_int_equal(frames.goaways, 2);
    frames_send(&frames, (const struct frame[]){FRAME(HEADERS, END_HEADERS, 3, HELD), FRAME(DATA, 0, 3, "x")}, 2);
    frames_send_one(&frames, PING, 0, 0, "alive ok", 8);
    assert_int_equal(frames.ping_acks, 1);
    assert_int_equal(frames.goaway, NGHTTP2_NO_ERROR);
    assert_int_equal(frames.wire->opened, 1);
    assert_int_equal(frames.wire->faults, 0);
    frames_close(&frames);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_holds),
        cmocka_unit_test(every_row_holds_when_all_comes_at_once_or_byte_by_byte),
        cmocka_unit_test(a_preface_that_is_none_ends_the_connection),
        cmocka_unit_test(a_preface_without_settings_ends_the_connection),
        cmocka_unit_test(frames_of_the_largest_size_are_taken_and_no_larger),
        cmocka_unit_test(what_had_been_sent_before_our_reset_was_read_is_ignored),
        cmocka_unit_test(the_peer_may_not_open_more_streams_than_it_was_told),
        cmocka_unit_test(settings_are_acknowledged_each),
        cmocka_unit_test(a_window_of_one_byte_lets_one_byte_go),
        cmocka_unit_test(data_beyond_a_window_is_an_error),
        cmocka_unit_test(what_comes_after_the_last_goaway_is_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
