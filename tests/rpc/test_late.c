// SPDX-License-Identifier: Apache-2.0
// test_late.c: calls that are not done in time. Whatever the client has read of the answer and whatever its windows,
// what it gets last is a status, DEADLINE_EXCEEDED, and not a reset; silence between messages has its limit too.

#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const none[] = {NULL};
static const uint64_t MILLISECOND = WIRE_SECOND / 1000;
#define MORE(...) ((const char *const[]){__VA_ARGS__, NULL})

// From now on the client takes so many bytes of each new stream, and no more.
static void set_window(struct wire *wire, uint32_t bytes) {
    nghttp2_settings_entry entry = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, bytes};
    assert_int_equal(nghttp2_submit_settings(wire->client, NGHTTP2_FLAG_NONE, &entry, 1), 0);
    wire_run(wire);
}

// To the server, and no further.
static void give_window(struct wire *wire, int32_t stream, int32_t bytes) {
    const uint8_t *data;
    assert_int_equal(nghttp2_submit_window_update(wire->client, NGHTTP2_FLAG_NONE, stream, bytes), 0);
    ssize_t count = nghttp2_session_mem_send(wire->client, &data);
    assert_true(count > 0);
    wire_feed(wire, data, (size_t)count);
}

static void assert_late(struct wire *wire, int32_t stream) {
    assert_true(wire_has(wire, stream, "grpc-status: 4\n"));
    assert_true(wire->streams[stream].has_end);
    assert_true(wire->streams[stream].closed);
    assert_int_equal(wire->streams[stream].error_code, NGHTTP2_NO_ERROR);
    assert_int_equal(wire->closed_code, GDX_GRPC_DEADLINE_EXCEEDED);
    assert_int_equal(gdx_connection_call_count(wire->server), 0);
}

// How many whole messages a body holds, and whether another has begun.
static unsigned messages_in(const gdx_buffer *body, bool *out_cut) {
    size_t at = 0;
    unsigned count = 0;
    for (; body->bytes - at >= GDX_MESSAGE_PREFIX_BYTES; count++) {
        size_t bytes = GDX_MESSAGE_PREFIX_BYTES + (size_t)gdx_message_length(body->data + at);
        if (body->bytes - at < bytes)
            break;
        at += bytes;
    }
    *out_cut = at < body->bytes;
    return count;
}

static void a_stream_that_the_client_does_not_take_ends_with_its_status(void **state) {
    (void)state;
    for (uint32_t window = 0; window < 40000; window += 3333) {
        struct wire *wire = wire_open_reluctant(NULL);
        set_window(wire, window);
        int32_t stream = wire_call(wire, "/test/Flood", MORE("grpc-timeout", "100m"), NULL, 0, true);
        assert_int_equal(wire->streams[stream].body.bytes, window);
        wire_tick(wire, 100 * MILLISECOND);
        assert_late(wire, stream);
        assert_int_equal(wire->streams[stream].body.bytes, window);
        wire_close(wire);
    }
}

// The window takes a rest of what has begun, and not what comes after.
static void a_message_that_has_begun_is_finished_when_it_can_be(void **state) {
    (void)state;
    struct wire *wire = wire_open_reluctant(NULL);
    set_window(wire, 25000);
    int32_t stream = wire_call(wire, "/test/Flood", MORE("grpc-timeout", "100m"), NULL, 0, true);
    wire->now_ns += 100 * MILLISECOND;
    give_window(wire, stream, 6000);
    gdx_connection_tick(wire->server, wire->now_ns);
    wire_run(wire);
    assert_late(wire, stream);
    bool cut;
    assert_int_equal(messages_in(&wire->streams[stream].body, &cut), 3);
    assert_false(cut);
    wire_close(wire);
}

static void a_status_needs_no_window(void **state) {
    (void)state;
    struct wire *wire = wire_open_reluctant(NULL);
    set_window(wire, GDX_MESSAGE_PREFIX_BYTES + 4);
    int32_t stream = wire_call(wire, "/test/Hold", none, NULL, 0, true);
    assert_int_equal(gdx_call_write(wire->held, gdx_slice_of("full"), GDX_COMPRESS_NO), GDX_OK);
    wire_run(wire);
    gdx_call_finish(wire->held, GDX_GRPC_OK, (gdx_slice){0}, (gdx_slice){0});
    wire_run(wire);
    assert_true(wire_has(wire, stream, "grpc-status: 0\n"));
    assert_int_equal(wire->streams[stream].error_code, NGHTTP2_NO_ERROR);
    wire_close(wire);
}

static void a_reply_that_is_stuck_gives_way_to_the_status(void **state) {
    (void)state;
    struct wire *wire = wire_open_reluctant(NULL);
    set_window(wire, 3);
    int32_t stream = wire_call(wire, "/test/Hold", MORE("grpc-timeout", "1S"), NULL, 0, true);
    assert_int_equal(gdx_call_write(wire->held, gdx_slice_of("reply"), GDX_COMPRESS_NO), GDX_OK);
    gdx_call_finish(wire->held, GDX_GRPC_OK, (gdx_slice){0}, (gdx_slice){0});
    wire_tick(wire, WIRE_SECOND);
    assert_late(wire, stream);
    wire_close(wire);
}

static void a_reply_on_its_way_has_a_moment_to_leave(void **state) {
    (void)state;
    for (int taken = 0; taken < 2; taken++) {
        struct wire *wire = wire_open_reluctant(NULL);
        int32_t stream = wire_call(wire, "/test/Hold", MORE("grpc-timeout", "1S"), NULL, 0, true);
        assert_int_equal(gdx_call_write(wire->held, gdx_slice_of("reply"), GDX_COMPRESS_NO), GDX_OK);
        gdx_call_finish(wire->held, GDX_GRPC_OK, (gdx_slice){0}, (gdx_slice){0});
        wire->now_ns += WIRE_SECOND;
        gdx_connection_tick(wire->server, wire->now_ns);
        assert_true(gdx_connection_due_ns(wire->server) <= wire->now_ns + 5 * MILLISECOND);
        if (taken)
            wire_run(wire);
        wire->now_ns += 5 * MILLISECOND;
        gdx_connection_tick(wire->server, wire->now_ns);
        wire_run(wire);
        assert_true(wire_has(wire, stream, taken ? "grpc-status: 0\n" : "grpc-status: 4\n"));
        assert_int_equal(wire->streams[stream].error_code, NGHTTP2_NO_ERROR);
        wire_close(wire);
    }
}

static void a_call_that_still_sends_gets_the_status_and_then_the_reset(void **state) {
    (void)state;
    struct wire *wire = wire_open_reluctant(NULL);
    int32_t stream = wire_call(wire, "/test/Hold", MORE("grpc-timeout", "20m"), "\0\0\0\1\0", 5, false);
    wire_tick(wire, 20 * MILLISECOND);
    assert_true(wire_has(wire, stream, "grpc-status: 4\n"));
    assert_false(wire->streams[stream].closed);
    wire_tick(wire, 500 * MILLISECOND);
    assert_late(wire, stream);
    wire_close(wire);
}

// ---- silence

static void silence_between_messages_ends_a_call(void **state) {
    (void)state;
    struct wire *wire = wire_open_reluctant(NULL);
    int32_t stream = wire_call(wire, "/test/Read", none, NULL, 0, false);
    for (int i = 0; i < 5; i++) {
        wire_tick(wire, 59 * (uint64_t)WIRE_SECOND);
        wire_send(wire, stream, "\0\0\0\0\1x", 6, false);
    }
    assert_int_equal(wire->messages, 5);
    assert_int_equal(wire->closed, 0);
    wire_tick(wire, 59 * (uint64_t)WIRE_SECOND);
    assert_int_equal(wire->closed, 0);
    assert_true(gdx_connection_due_ns(wire->server) <= wire->now_ns + WIRE_SECOND);
    wire_tick(wire, WIRE_SECOND);
    assert_int_equal(wire->closed, 1); // at once, though the client still sends
    assert_true(wire_has(wire, stream, "grpc-status: 4\n"));
    wire_tick(wire, WIRE_SECOND);
    assert_late(wire, stream);
    wire_close(wire);
}

static void silence_before_the_first_message_counts(void **state) {
    (void)state;
    struct wire *wire = wire_open_reluctant(NULL);
    int32_t stream = wire_call(wire, "/test/Read", none, NULL, 0, false);
    wire_tick(wire, 60 * (uint64_t)WIRE_SECOND);
    assert_true(wire_has(wire, stream, "grpc-status: 4\n"));
    wire_close(wire);
}

static void a_client_that_has_sent_all_or_is_not_asked_may_be_silent(void **state) {
    (void)state;
    struct wire *wire = wire_open_reluctant(NULL);
    wire_call(wire, "/test/Read", none, "\0\0\0\0\1x", 6, true);
    wire_call(wire, "/test/Hold", none, "\0\0\0\0\1x", 6, false);
    for (int i = 0; i < 20; i++)
        wire_tick(wire, 50 * (uint64_t)WIRE_SECOND);
    assert_int_equal(wire->closed, 0);
    wire_close(wire);
}

static void silence_without_a_limit_is_allowed(void **state) {
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    options.silence_ns = 0;
    struct wire *wire = wire_open_reluctant(&options);
    set_window(wire, 0);
    wire_call(wire, "/test/Read", none, NULL, 0, false);
    wire_call(wire, "/test/Flood", none, NULL, 0, true);
    for (int i = 0; i < 20; i++)
        wire_tick(wire, 50 * (uint64_t)WIRE_SECOND);
    assert_int_equal(wire->closed, 0);
    wire_close(wire);
}

static void a_client_that_takes_nothing_ends_its_call_and_a_slow_one_does_not(void **state) {
    (void)state;
    struct wire *wire = wire_open_reluctant(NULL);
    set_window(wire, 0);
    int32_t stream = wire_call(wire, "/test/Flood", none, NULL, 0, true);
    for (int i = 0; i < 5; i++) {
        wire_tick(wire, 59 * (uint64_t)WIRE_SECOND);
        give_window(wire, stream, 1);
        wire_run(wire);
    }
    assert_int_equal(wire->streams[stream].body.bytes, 5);
    assert_int_equal(wire->closed, 0);
    assert_true(gdx_connection_due_ns(wire->server) <= wire->now_ns + 60 * (uint64_t)WIRE_SECOND);
    wire_tick(wire, 60 * (uint64_t)WIRE_SECOND);
    assert_late(wire, stream);
    wire_close(wire);
}

// ---- any windows, any moment

static void drive_at_random(struct wire *wire, int32_t *streams, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        set_window(wire, (uint32_t)(rand() % 30000));
        const char *path = rand() % 2 ? "/test/Flood" : "/test/Hold";
        streams[i] = wire_call(wire, path, MORE("grpc-timeout", "50m"), NULL, 0, true);
        wire->client_reads = rand() % 4 != 0;
        if (wire->held && strcmp(path, "/test/Hold") == 0 && rand() % 2) {
            static const char block[20000];
            gdx_slice reply = {block, (size_t)(rand() % (int)sizeof block)};
            assert_int_equal(gdx_call_write(wire->held, reply, GDX_COMPRESS_NO), GDX_OK);
            if (rand() % 2)
                gdx_call_finish(wire->held, GDX_GRPC_OK, (gdx_slice){0}, (gdx_slice){0});
        }
        wire_tick(wire, (uint64_t)(rand() % 20) * MILLISECOND);
    }
}

static void every_call_gets_a_status_whatever_the_windows(void **state) {
    (void)state;
    enum { ROUNDS = 300, CALLS = 4 };
    srand(1);
    for (int round = 0; round < ROUNDS; round++) {
        struct wire *wire = wire_open_reluctant(NULL);
        int32_t streams[CALLS];
        drive_at_random(wire, streams, CALLS);
        wire->client_reads = true;
        for (int i = 0; i < 3; i++)
            wire_tick(wire, 50 * MILLISECOND);
        for (int i = 0; i < CALLS; i++) {
            bool cut, good = wire_has(wire, streams[i], "grpc-status: 0\n");
            (void)messages_in(&wire->streams[streams[i]].body, &cut);
            assert_true(good || wire_has(wire, streams[i], "grpc-status: 4\n"));
            assert_false(good && cut);
            assert_true(wire->streams[streams[i]].closed);
            assert_int_equal(wire->streams[streams[i]].error_code, NGHTTP2_NO_ERROR);
        }
        wire_close(wire);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_that_the_client_does_not_take_ends_with_its_status),
        cmocka_unit_test(a_message_that_has_begun_is_finished_when_it_can_be),
        cmocka_unit_test(a_status_needs_no_window),
        cmocka_unit_test(a_reply_that_is_stuck_gives_way_to_the_status),
        cmocka_unit_test(a_reply_on_its_way_has_a_moment_to_leave),
        cmocka_unit_test(a_call_that_still_sends_gets_the_status_and_then_the_reset),
        cmocka_unit_test(silence_between_messages_ends_a_call),
        cmocka_unit_test(silence_before_the_first_message_counts),
        cmocka_unit_test(a_client_that_has_sent_all_or_is_not_asked_may_be_silent),
        cmocka_unit_test(silence_without_a_limit_is_allowed),
        cmocka_unit_test(a_client_that_takes_nothing_ends_its_call_and_a_slow_one_does_not),
        cmocka_unit_test(every_call_gets_a_status_whatever_the_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
