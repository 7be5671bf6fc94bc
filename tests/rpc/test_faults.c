// SPDX-License-Identifier: Apache-2.0
// test_faults.c: a session of both roles, joined by memory, in which one allocation after the other fails: nothing is
// leaked or lost, and each call of the client ends, by a status or with its connection.

#include "../support/allocations.h"
#include "gdx/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { CALLS = 6, LARGE_BYTES = 300000 };
static const uint64_t SECOND = 1000000000;

struct session {
    gdx_protocol *protocol;
    gdx_connection *server, *client;
    uint64_t now_ns;
    unsigned opened, closed, well; // of the client's calls; well: with the status that was asked for
    unsigned taken, released;      // of the server's
    size_t received;
};

// ---- server

static void fail_for_memory(gdx_call *call) {
    gdx_call_finish(call, GDX_GRPC_RESOURCE_EXHAUSTED, gdx_slice_of("no memory"), (gdx_slice){0});
}

static void serve_message(gdx_call *call, gdx_slice message) {
    gdx_slice value;
    gdx_status status = GDX_OK;
    if (gdx_metadata_find(gdx_call_metadata(call), "x-raw-bin", &value))
        status = gdx_call_add_header(call, gdx_slice_of("x-back-bin"), value);
    if (status == GDX_OK)
        status = gdx_call_write(call, message, GDX_COMPRESS_AUTO);
    if (status == GDX_OK)
        gdx_call_read(call);
    else
        fail_for_memory(call);
}

static void serve_end(gdx_call *call) {
    gdx_slice path = gdx_call_path(call);
    if (gdx_slice_equal(path, gdx_slice_of("/s/Fail")))
        gdx_call_finish(call, GDX_GRPC_ABORTED, gdx_slice_of("why \xe2\x82\xac"), (gdx_slice){"\0\1\2", 3});
    else if (gdx_call_add_trailer(call, gdx_slice_of("x-trailer"), gdx_slice_of("it")) == GDX_OK)
        gdx_call_finish(call, GDX_GRPC_OK, (gdx_slice){0}, (gdx_slice){0});
    else
        fail_for_memory(call);
}

static void serve_close(gdx_call *call, const gdx_call_result *result) {
    struct session *session = gdx_call_context(call);
    (void)result;
    session->released++;
}

static const gdx_call_events server_events = {.message = serve_message, .ended = serve_end, .closed = serve_close};

static void serve(gdx_call *call, void *context) {
    struct session *session = context;
    session->taken++;
    gdx_call_attach(call, &server_events, context);
    gdx_call_read(call);
}

// ---- client

static void on_message(gdx_call *call, gdx_slice message) {
    struct session *session = gdx_call_context(call);
    session->received += message.bytes;
    gdx_call_read(call);
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    struct session *session = gdx_call_context(call);
    session->closed++;
    session->well += result->code == GDX_GRPC_OK || result->code == GDX_GRPC_ABORTED;
}

static const gdx_call_events client_events = {.message = on_message, .closed = on_closed};

static void open_call(struct session *session, const char *path, size_t message_bytes, unsigned messages) {
    static const char block[LARGE_BYTES];
    gdx_metadata metadata = {0};
    gdx_call *call;
    gdx_call_options options = {.path = gdx_slice_of(path),
                                .authority = gdx_slice_of("test"),
                                .scheme = "http",
                                .timeout_ns = 1000 * SECOND,
                                .metadata = &metadata,
                                .gzip = messages == 2};
    gdx_status status = gdx_metadata_add(&metadata, gdx_slice_of("x-raw-bin"), (gdx_slice){"\0\xff\1", 3});
    if (status == GDX_OK)
        status = gdx_call_open(session->client, &options, &client_events, session, session->now_ns, &call);
    gdx_metadata_clear(&metadata);
    if (status != GDX_OK)
        return;
    session->opened++;
    gdx_call_read(call);
    for (unsigned i = 0; i < messages && status == GDX_OK; i++)
        status = gdx_call_write(call, (gdx_slice){block, message_bytes}, GDX_COMPRESS_YES);
    if (status == GDX_OK)
        gdx_call_end_writing(call);
    else
        gdx_call_cancel(call);
}

// ---- between them

// False: nothing moved. A side that is over is taken from the other, as a socket would be.
static bool carry(struct session *session, gdx_connection **from, gdx_connection **to) {
    gdx_buffer out = {0};
    if (!*from)
        return false;
    gdx_status status = gdx_connection_pull(*from, &out, 20000, session->now_ns);
    bool moved = out.bytes > 0;
    if (moved && *to && gdx_connection_feed(*to, gdx_buffer_slice(&out), session->now_ns, NULL) != GDX_OK)
        moved = true; // it says so itself by being over
    if (status != GDX_OK || gdx_connection_is_finished(*from)) {
        gdx_connection_free(*from);
        *from = NULL;
        moved = true;
    }
    gdx_buffer_clear(&out);
    return moved;
}

static void run(struct session *session) {
    while ((int)carry(session, &session->client, &session->server) |
           (int)carry(session, &session->server, &session->client)) {
    }
    if (!session->client || !session->server) { // as the end of a socket is seen by the other
        gdx_connection_free(session->client);
        gdx_connection_free(session->server);
        session->client = session->server = NULL;
    }
}

static void pass(struct session *session, uint64_t time_ns) {
    session->now_ns += time_ns;
    if (session->server)
        gdx_connection_tick(session->server, session->now_ns);
    if (session->client)
        gdx_connection_tick(session->client, session->now_ns);
    run(session);
}

static gdx_status open_session(struct session *session, size_t memory_limit) {
    static const gdx_connection_events server = {.call_opened = serve}, client = {0};
    gdx_protocol_options options = gdx_protocol_options_default();
    *session = (struct session){.now_ns = SECOND};
    options.memory_limit = memory_limit;
    gdx_status status = gdx_protocol_new(&options, &session->protocol);
    if (status == GDX_OK)
        status = gdx_connection_new(session->protocol, GDX_SERVER, &server, session, SECOND, &session->server);
    if (status == GDX_OK)
        status = gdx_connection_new(session->protocol, GDX_CLIENT, &client, session, SECOND, &session->client);
    return status;
}

static void play(struct session *session) {
    run(session);
    static const struct {
        const char *path;
        size_t bytes;
        unsigned messages;
    } calls[CALLS] = {{"/s/Echo", 5, 1},           {"/s/Fail", 0, 0}, {"/s/Echo", 10, 50},
                      {"/s/Echo", LARGE_BYTES, 3}, {"/s", 1, 1},      {"/s/Echo", LARGE_BYTES, 2}};
    for (unsigned i = 0; i < CALLS && session->client; i++) {
        open_call(session, calls[i].path, calls[i].bytes, calls[i].messages);
        if (i != 1 && i != 3)
            run(session);
    }
    pass(session, SECOND); // who was answered early and reset
    if (session->server)
        gdx_connection_drain(session->server, session->now_ns);
    run(session);
    pass(session, 2 * SECOND);
}

static void close_session(struct session *session) {
    gdx_connection_free(session->client);
    gdx_connection_free(session->server);
    if (session->protocol)
        assert_int_equal(gdx_protocol_memory(session->protocol), 0);
    gdx_protocol_free(session->protocol);
}

static void each_allocation_of_a_session_may_fail(void **state) {
    (void)state;
    bool met = true;
    for (long before = 0; met; before++) {
        struct session session;
        allocations_fail_after(before, ALL_THREADS);
        if (open_session(&session, SIZE_MAX) == GDX_OK)
            play(&session);
        unsigned closed = session.closed;
        met = allocations_end();
        if (closed != session.opened)
            fail_msg("allocation %ld: %u of %u calls have ended", before, closed,
                     session.opened); // without waiting for a deadline
        close_session(&session);
        assert_int_equal(session.released, session.taken);
        if (!met) {
            assert_int_equal(session.opened, CALLS);
            assert_int_equal(session.well, CALLS - 1);
            assert_int_equal(session.received, 5 + 500 + 5 * LARGE_BYTES);
            assert_true(before > 50);
        }
    }
}

// What a peer can bring about: libnghttp2 is refused memory, too.
static void each_limit_of_memory_may_be_met(void **state) {
    (void)state;
    unsigned well = 0;
    for (size_t limit = 0; limit < 120000; limit += 397) {
        struct session session;
        if (open_session(&session, limit) == GDX_OK)
            play(&session);
        assert_int_equal(session.closed, session.opened);
        close_session(&session);
        assert_int_equal(session.released, session.taken);
        well += session.well;
    }
    assert_true(well > 300);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_of_a_session_may_fail),
        cmocka_unit_test(each_limit_of_memory_may_be_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
