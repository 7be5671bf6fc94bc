// SPDX-License-Identifier: Apache-2.0
// test_client_role.c: both roles of the connection object, joined by memory: what one sends, the other understands.

#include "gdx/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint64_t SECOND = 1000000000;

struct both {
    gdx_protocol *protocol;
    gdx_connection *server, *client;
    uint64_t now_ns;
    bool going_away;
    // what the client's call saw
    unsigned headers, messages, ended, closed;
    bool reads, finished_by_server;
    gdx_buffer received;
    gdx_grpc_code code;
    bool complete;
    char message[256], details[256], echoed[256];
    size_t replies_left;     // of the server's stream
    gdx_call *served, *made; // the last one, by the server and by the client
    gdx_grpc_code served_code;
};

// ---- server: the path says what to do

static void serve_message(gdx_call *call, gdx_slice message) {
    assert_int_equal(gdx_call_write(call, message, GDX_COMPRESS_AUTO), GDX_OK);
    gdx_call_read(call);
}

static void serve_frame(gdx_call *call, gdx_slice frame) {
    gdx_buffer copy = {0};
    bool is_compressed = frame.data[0] == 1;
    assert_int_equal(gdx_message_length((const uint8_t *)frame.data), frame.bytes - GDX_MESSAGE_PREFIX_BYTES);
    assert_int_equal(gdx_call_add_trailer(call, gdx_slice_of("x-came"), gdx_slice_of(is_compressed ? "gzip" : "plain")),
                     GDX_OK);
    assert_int_equal(gdx_buffer_append(&copy, frame.data, frame.bytes), GDX_OK);
    assert_int_equal(gdx_call_write_frames(call, &copy), GDX_OK);
    gdx_buffer_clear(&copy);
    gdx_call_read(call);
}

static void write_stream(gdx_call *call) {
    struct both *both = gdx_call_context(call);
    char block[1000] = {0};
    for (; both->replies_left > 0 && gdx_call_room(call) > 0; both->replies_left--)
        assert_int_equal(gdx_call_write(call, (gdx_slice){block, sizeof block}, GDX_COMPRESS_NO), GDX_OK);
    if (both->replies_left == 0)
        gdx_call_finish(call, GDX_GRPC_OK, (gdx_slice){0}, (gdx_slice){0});
}

static void serve_end(gdx_call *call) {
    gdx_slice path = gdx_call_path(call);
    if (gdx_slice_equal(path, gdx_slice_of("/s/Echo")) || gdx_slice_equal(path, gdx_slice_of("/s/Frame")))
        gdx_call_finish(call, GDX_GRPC_OK, (gdx_slice){0}, (gdx_slice){0});
    else if (gdx_slice_equal(path, gdx_slice_of("/s/Fail")))
        gdx_call_finish(call, GDX_GRPC_ABORTED, gdx_slice_of("why \xe2\x82\xac"), (gdx_slice){"\0\1\2", 3});
    else if (gdx_slice_equal(path, gdx_slice_of("/s/Stream")))
        write_stream(call);
    else if (gdx_slice_equal(path, gdx_slice_of("/s/Reset")))
        gdx_call_cancel(call);
}

static void serve_close(gdx_call *call, const gdx_call_result *result) {
    ((struct both *)gdx_call_context(call))->served_code = result->code;
}

static const gdx_call_events server_events = {
    .message = serve_message, .ended = serve_end, .room = write_stream, .closed = serve_close};

static const gdx_call_events frame_events = {.frame = serve_frame, .ended = serve_end, .closed = serve_close};

static void serve(gdx_call *call, void *context) {
    bool takes_frames = gdx_slice_equal(gdx_call_path(call), gdx_slice_of("/s/Frame"));
    ((struct both *)context)->served = call;
    gdx_call_attach(call, takes_frames ? &frame_events : &server_events, context);
    gdx_call_read(call);
}

// ---- client

static void on_headers(gdx_call *call) {
    struct both *both = gdx_call_context(call);
    both->headers++;
}

static void on_message(gdx_call *call, gdx_slice message) {
    struct both *both = gdx_call_context(call);
    both->messages++;
    assert_int_equal(gdx_buffer_append(&both->received, message.data, message.bytes), GDX_OK);
    if (both->reads)
        gdx_call_read(call);
}

static void on_ended(gdx_call *call) {
    struct both *both = gdx_call_context(call);
    both->ended++;
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    struct both *both = gdx_call_context(call);
    gdx_slice value;
    both->closed++;
    both->code = result->code;
    both->complete = result->complete;
    snprintf(both->message, sizeof both->message, "%.*s", GDX_SLICE_ARGUMENTS(result->message));
    memcpy(both->details, result->details.data ? result->details.data : "", result->details.bytes);
    if (gdx_metadata_find(result->trailers, "x-came", &value))
        snprintf(both->echoed, sizeof both->echoed, "%.*s", GDX_SLICE_ARGUMENTS(value));
}

static void on_going_away(void *context) {
    ((struct both *)context)->going_away = true;
}

static const gdx_call_events client_events = {
    .headers = on_headers, .message = on_message, .ended = on_ended, .closed = on_closed};

static void open_both(struct both *both) {
    static const gdx_connection_events server = {.call_opened = serve}, client = {.going_away = on_going_away};
    gdx_protocol_options options = gdx_protocol_options_default();
    *both = (struct both){.now_ns = SECOND, .reads = true};
    assert_int_equal(gdx_protocol_new(&options, &both->protocol), GDX_OK);
    assert_int_equal(gdx_connection_new(both->protocol, GDX_SERVER, &server, both, SECOND, &both->server), GDX_OK);
    assert_int_equal(gdx_connection_new(both->protocol, GDX_CLIENT, &client, both, SECOND, &both->client), GDX_OK);
}

static bool carry(struct both *both, gdx_connection *from, gdx_connection *to) {
    gdx_buffer out = {0};
    assert_int_equal(gdx_connection_pull(from, &out, 100000, both->now_ns), GDX_OK);
    bool any = out.bytes > 0;
    if (any)
        (void)!gdx_connection_feed(to, gdx_buffer_slice(&out), both->now_ns, NULL);
    gdx_buffer_clear(&out);
    return any;
}

static void run(struct both *both) {
    while ((int)carry(both, both->client, both->server) |
           (int)carry(both, both->server, both->client)) { // both, each time
    }
}

static void close_both(struct both *both) {
    gdx_connection_free(both->client);
    gdx_connection_free(both->server);
    assert_int_equal(gdx_protocol_memory(both->protocol), 0);
    gdx_protocol_free(both->protocol);
    gdx_buffer_clear(&both->received);
}

static gdx_call *call(struct both *both, const char *path, uint64_t timeout_ns, bool gzip) {
    gdx_call_options options = {gdx_slice_of(path), gdx_slice_of("here"), "http", timeout_ns, NULL, gzip};
    gdx_call *made = NULL;
    assert_int_equal(gdx_call_open(both->client, &options, &client_events, both, both->now_ns, &made), GDX_OK);
    return both->made = made;
}

static void a_call_goes_there_and_back(void **state) {
    (void)state;
    struct both both;
    open_both(&both);
    gdx_call *echo = call(&both, "/s/Echo", 0, true);
    assert_int_equal(gdx_call_write(echo, gdx_slice_of("hello"), GDX_COMPRESS_YES), GDX_OK);
    gdx_call_end_writing(echo);
    gdx_call_read(echo);
    run(&both);
    assert_int_equal(both.headers, 1);
    assert_int_equal(both.messages, 1);
    assert_int_equal(both.ended, 1);
    assert_int_equal(both.closed, 1);
    assert_int_equal(both.code, GDX_GRPC_OK);
    assert_true(both.complete);
    assert_memory_equal(both.received.data, "hello", 5);
    close_both(&both);
}

static void a_frame_is_handed_out_and_sent_back_as_it_came(void **state) {
    (void)state;
    struct both both;
    for (int gzip = 0; gzip < 2; gzip++) {
        open_both(&both);
        gdx_call *echo = call(&both, "/s/Frame", 0, true);
        gdx_compress compress = gzip ? GDX_COMPRESS_YES : GDX_COMPRESS_NO;
        assert_int_equal(gdx_call_write(echo, gdx_slice_of("hello"), compress), GDX_OK);
        gdx_call_end_writing(echo);
        gdx_call_read(echo);
        run(&both);
        assert_int_equal(both.code, GDX_GRPC_OK);
        assert_string_equal(both.echoed, gzip ? "gzip" : "plain");
        assert_int_equal(both.received.bytes, 5);
        assert_memory_equal(both.received.data, "hello", 5);
        close_both(&both);
    }
}

static void a_failure_brings_code_message_and_details(void **state) {
    (void)state;
    struct both both;
    open_both(&both);
    gdx_call *failing = call(&both, "/s/Fail", 0, false);
    gdx_call_end_writing(failing);
    gdx_call_read(failing);
    run(&both);
    assert_int_equal(both.closed, 1);
    assert_int_equal(both.code, GDX_GRPC_ABORTED);
    assert_string_equal(both.message, "why \xe2\x82\xac");
    assert_memory_equal(both.details, "\0\1\2", 3);
    close_both(&both);
}

static void messages_wait_for_a_client_that_reads_late_and_the_status_after_them(void **state) {
    (void)state;
    struct both both;
    open_both(&both);
    both.reads = false;
    both.replies_left = 3000;
    gdx_call *stream = call(&both, "/s/Stream", 0, false);
    gdx_call_end_writing(stream);
    run(&both);
    assert_int_equal(both.messages, 0);
    assert_true(both.replies_left > 1000); // held up by the window
    for (unsigned i = 0; i < 10; i++)
        gdx_call_read(stream);
    assert_int_equal(both.messages, 10);
    both.reads = true;
    gdx_call_read(stream);
    run(&both);
    assert_int_equal(both.messages, 3000);
    assert_int_equal(both.closed, 1);
    assert_int_equal(both.code, GDX_GRPC_OK);
    close_both(&both);
}

static void a_client_that_reads_after_the_end_still_gets_all(void **state) {
    (void)state;
    struct both both;
    open_both(&both);
    both.reads = false;
    both.replies_left = 5;
    gdx_call *stream = call(&both, "/s/Stream", 0, false);
    gdx_call_end_writing(stream);
    run(&both);
    assert_int_equal(both.replies_left, 0);
    assert_int_equal(both.closed, 0);
    for (unsigned i = 0; i < 5; i++)
        gdx_call_read(stream);
    assert_int_equal(both.messages, 5);
    assert_int_equal(both.closed, 1);
    assert_int_equal(both.code, GDX_GRPC_OK);
    close_both(&both);
}

static void a_reset_is_translated(void **state) {
    (void)state;
    struct both both;
    open_both(&both);
    gdx_call *reset = call(&both, "/s/Reset", 0, false);
    gdx_call_end_writing(reset);
    gdx_call_read(reset);
    run(&both);
    assert_int_equal(both.closed, 1);
    assert_int_equal(both.code, GDX_GRPC_CANCELLED);
    assert_false(both.complete);
    close_both(&both);
}

// Some servers so stop what a client still sends.
static void a_reset_after_the_whole_answer_leaves_its_status(void **state) {
    (void)state;
    struct both both;
    open_both(&both);
    gdx_call *early = call(&both, "/s/Never", 0, false);
    gdx_call_read(early);
    run(&both);
    gdx_call_finish(both.served, GDX_GRPC_NOT_FOUND, gdx_slice_of("not here"), (gdx_slice){0});
    run(&both);
    assert_int_equal(both.closed, 0);
    gdx_call_cancel(both.served);
    run(&both);
    assert_int_equal(both.closed, 1);
    assert_int_equal(both.code, GDX_GRPC_NOT_FOUND);
    assert_string_equal(both.message, "not here");
    close_both(&both);
}

static void a_deadline_is_kept_by_the_client_too(void **state) {
    (void)state;
    struct both both;
    open_both(&both);
    call(&both, "/s/Never", SECOND, false);
    run(&both);
    both.now_ns += 2 * SECOND;
    gdx_connection_tick(both.client, both.now_ns);
    assert_int_equal(both.closed, 1);
    assert_int_equal(both.code, GDX_GRPC_DEADLINE_EXCEEDED);
    run(&both);
    assert_int_equal(gdx_connection_call_count(both.server), 0);
    close_both(&both);
}

static void a_status_on_its_way_outlives_the_deadline(void **state) {
    (void)state;
    struct both both;
    open_both(&both);
    gdx_call_end_writing(call(&both, "/s/Never", SECOND, false));
    run(&both);
    both.now_ns += SECOND; // a worker's clock may see it before the loop's timer does
    assert_int_equal(gdx_call_write(both.served, gdx_slice_of("half"), GDX_COMPRESS_NO), GDX_OK);
    gdx_call_finish(both.served, GDX_GRPC_DEADLINE_EXCEEDED, gdx_slice_of("by the worker"), (gdx_slice){0});
    gdx_connection_tick(both.server, both.now_ns);
    gdx_call_read(both.made);
    run(&both);
    assert_int_equal(both.code, GDX_GRPC_DEADLINE_EXCEEDED);
    assert_string_equal(both.message, "by the worker");
    close_both(&both);
}

static void a_client_that_does_not_take_its_answer_gets_the_status_at_the_deadline(void **state) {
    (void)state;
    struct both both;
    open_both(&both);
    both.reads = false;
    both.replies_left = 1100; // more than the client's window, and all fit the write buffer
    gdx_call_end_writing(call(&both, "/s/Stream", SECOND, false));
    run(&both);
    assert_int_equal(both.replies_left, 0);
    both.now_ns += SECOND;
    gdx_connection_tick(both.server, both.now_ns);
    run(&both);
    assert_int_equal(gdx_connection_call_count(both.server), 0);
    assert_int_equal(both.served_code, GDX_GRPC_DEADLINE_EXCEEDED);
    close_both(&both);
}

static void a_lost_connection_makes_calls_unavailable(void **state) {
    (void)state;
    struct both both;
    open_both(&both);
    call(&both, "/s/Never", 0, false);
    run(&both);
    gdx_connection_free(both.client);
    both.client = NULL;
    assert_int_equal(both.closed, 1);
    assert_int_equal(both.code, GDX_GRPC_UNAVAILABLE);
    close_both(&both);
}

static void a_server_that_drains_is_noticed(void **state) {
    (void)state;
    struct both both;
    open_both(&both);
    gdx_call *echo = call(&both, "/s/Echo", 0, false);
    run(&both);
    gdx_connection_drain(both.server, both.now_ns);
    run(&both);
    assert_true(both.going_away);
    gdx_call_options options = {gdx_slice_of("/s/Echo"), gdx_slice_of("here"), "http", 0, NULL, false};
    gdx_call *refused = NULL;
    assert_int_equal(gdx_call_open(both.client, &options, &client_events, &both, both.now_ns, &refused),
                     GDX_UNAVAILABLE);
    gdx_call_end_writing(echo);
    gdx_call_read(echo);
    run(&both);
    assert_int_equal(both.code, GDX_GRPC_OK);
    assert_true(gdx_connection_is_finished(both.server));
    close_both(&both);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_goes_there_and_back),
        cmocka_unit_test(a_frame_is_handed_out_and_sent_back_as_it_came),
        cmocka_unit_test(a_failure_brings_code_message_and_details),
        cmocka_unit_test(messages_wait_for_a_client_that_reads_late_and_the_status_after_them),
        cmocka_unit_test(a_client_that_reads_after_the_end_still_gets_all),
        cmocka_unit_test(a_reset_is_translated),
        cmocka_unit_test(a_reset_after_the_whole_answer_leaves_its_status),
        cmocka_unit_test(a_deadline_is_kept_by_the_client_too),
        cmocka_unit_test(a_status_on_its_way_outlives_the_deadline),
        cmocka_unit_test(a_client_that_does_not_take_its_answer_gets_the_status_at_the_deadline),
        cmocka_unit_test(a_lost_connection_makes_calls_unavailable),
        cmocka_unit_test(a_server_that_drains_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
