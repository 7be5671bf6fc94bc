// SPDX-License-Identifier: Apache-2.0
// side.c: see side.h.

#include "side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void answer(gdx_call *call, unsigned status, const char *body, size_t bytes) {
    gdx_answer answer = {
        .status = status, .content_type = gdx_slice_of("text/plain"), .body = (gdx_slice){body, bytes}};
    gdx_call_answer(call, &answer);
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    struct side *side = gdx_call_context(call);
    side->closed++;
    side->closed_code = result->code;
    if (side->held == call)
        side->held = NULL;
}

static const gdx_call_events call_events = {.closed = on_closed};

static void on_plain(gdx_call *call, void *context) {
    struct side *side = context;
    gdx_slice path = gdx_call_path(call);
    static char big[BIG_BYTES];
    side->opened++;
    gdx_call_attach(call, &call_events, side);
    if (gdx_slice_equal(path, gdx_slice_of("/hold")))
        side->held = call;
    else if (gdx_slice_equal(path, gdx_slice_of("/big")))
        answer(call, 200, big, sizeof big);
    else if (gdx_slice_equal(path, gdx_slice_of("/none")))
        answer(call, 304, "", 0);
    else if (gdx_slice_equal(path, gdx_slice_of("/cancel")))
        gdx_call_cancel(call);
    else
        answer(call, 200, path.data, path.bytes);
}

// A call gets its messages back.
static void on_message(gdx_call *call, gdx_slice message) {
    assert_int_equal(gdx_call_write(call, message, GDX_COMPRESS_NO), GDX_OK);
    gdx_call_read(call);
}

static void on_ended(gdx_call *call) {
    gdx_call_finish(call, GDX_GRPC_OK, gdx_slice_of(""), gdx_slice_of(""));
}

static const gdx_call_events echo_events = {.message = on_message, .ended = on_ended, .closed = on_closed};

static void on_call(gdx_call *call, void *context) {
    struct side *side = context;
    side->opened++;
    gdx_call_attach(call, &echo_events, side);
    gdx_call_read(call);
}

static void on_fault(const char *what, void *context) {
    struct side *side = context;
    snprintf(side->fault, sizeof side->fault, "%s", what);
}

static const gdx_connection_events events = {.call_opened = on_call, .plain_opened = on_plain, .fault = on_fault};

struct side *open_side(const gdx_protocol_options *options) {
    gdx_protocol_options web = options ? *options : gdx_protocol_options_default();
    web.web = true;
    struct side *side = calloc(1, sizeof *side);
    side->now_ns = SECOND;
    assert_int_equal(gdx_protocol_new(&web, &side->protocol), GDX_OK);
    assert_int_equal(gdx_connection_new(side->protocol, GDX_SERVER, &events, side, side->now_ns, &side->connection),
                     GDX_OK);
    return side;
}

void pull(struct side *side) {
    size_t before;
    do {
        before = side->out.bytes;
        assert_int_equal(gdx_connection_pull(side->connection, &side->out, before + 65536, side->now_ns), GDX_OK);
    } while (side->out.bytes > before);
}

void feed(struct side *side, const char *bytes, size_t count) {
    gdx_error err = {0};
    gdx_status status = gdx_connection_feed(side->connection, (gdx_slice){bytes, count}, side->now_ns, &err);
    assert_true(status == GDX_OK || gdx_connection_is_over(side->connection));
    if (gdx_connection_memory(side->connection) > side->most)
        side->most = gdx_connection_memory(side->connection);
}

void say(struct side *side, const char *bytes) {
    feed(side, bytes, strlen(bytes));
    pull(side);
}

void pass(struct side *side, uint64_t ns) {
    side->now_ns += ns;
    gdx_connection_tick(side->connection, side->now_ns);
    pull(side);
}

void close_side(struct side *side) {
    gdx_connection_free(side->connection);
    assert_int_equal(side->closed, side->opened);
    assert_int_equal(gdx_protocol_memory(side->protocol), 0);
    gdx_protocol_free(side->protocol);
    gdx_buffer_clear(&side->out);
    free(side);
}

// What has come since the last time.
void expect(struct side *side, const char *expected) {
    assert_int_equal(gdx_buffer_append(&side->out, "", 1), GDX_OK);
    assert_string_equal((const char *)side->out.data, expected);
    side->out.bytes = 0;
}

void expect_begin(struct side *side, const char *expected) {
    assert_int_equal(gdx_buffer_append(&side->out, "", 1), GDX_OK);
    if (strncmp((const char *)side->out.data, expected, strlen(expected)) != 0)
        assert_string_equal((const char *)side->out.data, expected);
    side->out.bytes = 0;
}
