// SPDX-License-Identifier: Apache-2.0
// test_server.c: a server on a unix socket and a client on the same loop: what workers see of deadlines and
// cancellation, what a slow side costs, what a full queue and a stop do.

#include "world.h"

#include <google/protobuf/any.pb-c.h>
#include <google/rpc/error_details.pb-c.h>
#include <google/rpc/status.pb-c.h>
#include <grpc/testing/test.pb-c.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

// ---- tests

static void unpack_details(const struct world *world, Google__Rpc__Status **out) {
    *out = google__rpc__status__unpack(NULL, world->details.bytes, world->details.data);
    assert_non_null(*out);
    assert_int_equal((*out)->code, world->code);
    assert_string_equal((*out)->message, world->message);
}

static void assert_error_info(const Google__Protobuf__Any *any, const char *reason, const char *column) {
    assert_string_equal(any->type_url, "type.googleapis.com/google.rpc.ErrorInfo");
    Google__Rpc__ErrorInfo *info = google__rpc__error_info__unpack(NULL, any->value.len, any->value.data);
    assert_non_null(info);
    assert_string_equal(info->reason, reason);
    assert_string_equal(info->domain, "gramdex");
    assert_int_equal(info->n_metadata, column != NULL);
    if (column) {
        assert_string_equal(info->metadata[0]->key, "column");
        assert_string_equal(info->metadata[0]->value, column);
    }
    google__rpc__error_info__free_unpacked(info, NULL);
}

static void assert_violation(const Google__Protobuf__Any *any, const char *field, const char *description,
                             const char *reason) {
    assert_string_equal(any->type_url, "type.googleapis.com/google.rpc.BadRequest");
    Google__Rpc__BadRequest *bad = google__rpc__bad_request__unpack(NULL, any->value.len, any->value.data);
    assert_non_null(bad);
    assert_int_equal(bad->n_field_violations, 1);
    assert_string_equal(bad->field_violations[0]->field, field);
    assert_string_equal(bad->field_violations[0]->description, description);
    assert_string_equal(bad->field_violations[0]->reason, reason);
    google__rpc__bad_request__free_unpacked(bad, NULL);
}

// If it does not die, the test's time limit ends it. No failure of its own may look like that death.
static void call_on_the_wrong_thread(void) {
    unsetenv("CMOCKA_TEST_ABORT");
    struct world *world = open_world(1, 10, 10);
    fclose(stderr); // the assertion's line is no news
    ask(world, "FullDuplexCall", 0);
    while (world->ends == 0)
        turn(world);
}

static void a_function_of_the_loop_on_a_worker_dies_at_its_first_line(void **state) {
    (void)state;
    pid_t child = fork(); // before this process has a thread
    assert_true(child >= 0);
    if (child == 0) {
        call_on_the_wrong_thread();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void a_call_on_a_worker_is_answered(void **state) {
    (void)state;
    struct world *world = open_world(2, 10, 10);
    atomic_store(&seen.gate, true);
    ask(world, "EmptyCall", 0);
    RUN_UNTIL(world, world->ends == 1);
    assert_int_equal(world->code, GDX_GRPC_OK);
    assert_int_equal(world->messages, 1);
    assert_int_equal(atomic_load(&seen.released), 1);
}

static void a_worker_sees_that_the_client_went_away(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    ask(world, "EmptyCall", 0);
    RUN_UNTIL(world, atomic_load(&seen.entered) == 1);
    close_client(world);
    RUN_UNTIL(world, atomic_load(&seen.released) == 1); // the gate is still closed
    assert_int_equal(atomic_load(&seen.left), 1);
    assert_int_equal(gdx_server_call_count(world->server), 0);
}

static void a_worker_sees_the_deadline(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    uint64_t timeout_ns = 20000000;
    for (int calls = 1; atomic_load(&seen.entered) == 0; calls++) { // the worker may be too late to begin one
        ask(world, "EmptyCall", timeout_ns);
        timeout_ns *= 2;
        RUN_UNTIL(world, world->ends == calls && atomic_load(&seen.released) == calls);
        assert_int_equal(world->code, GDX_GRPC_DEADLINE_EXCEEDED);
    }
    assert_int_equal(atomic_load(&seen.left), 1);
}

static void a_call_cancelled_in_the_queue_is_not_begun(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    ask(world, "EmptyCall", 0);
    RUN_UNTIL(world, atomic_load(&seen.entered) == 1);
    gdx_call *queued = ask(world, "EmptyCall", 0);
    RUN_UNTIL(world, gdx_work_waiting(world->work) == 1);
    gdx_call_cancel(queued);
    RUN_UNTIL(world, world->ends == 1);
    for (int i = 0; i < 10; i++)
        turn(world);
    atomic_store(&seen.gate, true);
    RUN_UNTIL(world, world->ends == 2 && atomic_load(&seen.released) == 2);
    assert_int_equal(atomic_load(&seen.entered), 1);
}

static void an_error_carries_reason_column_and_field_for_programs(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    ask(world, "UnaryCall", 0);
    RUN_UNTIL(world, world->ends == 1);
    assert_int_equal(world->code, GDX_GRPC_INVALID_ARGUMENT);
    assert_string_equal(world->message, "query, column 7: found a \"");
    assert_int_equal(world->messages, 0); // a call of one reply has that or a failure
    Google__Rpc__Status *whole = NULL;
    unpack_details(world, &whole);
    assert_int_equal(whole->n_details, 2);
    assert_error_info(whole->details[0], "QUERY_SYNTAX", "7");
    assert_violation(whole->details[1], "query", "found a \"", "QUERY_SYNTAX");
    google__rpc__status__free_unpacked(whole, NULL);
}

static void a_full_queue_refuses_and_says_why(void **state) {
    (void)state;
    struct world *world = open_world(1, 1, 10);
    ask(world, "EmptyCall", 0);
    RUN_UNTIL(world, atomic_load(&seen.entered) == 1);
    ask(world, "EmptyCall", 0);
    RUN_UNTIL(world, gdx_work_waiting(world->work) == 1);
    ask(world, "EmptyCall", 0);
    RUN_UNTIL(world, world->ends == 1);
    assert_int_equal(world->code, GDX_GRPC_RESOURCE_EXHAUSTED);
    assert_non_null(strstr(world->message, "queue is full"));
    Google__Rpc__Status *whole = NULL;
    unpack_details(world, &whole);
    assert_int_equal(whole->n_details, 1);
    assert_error_info(whole->details[0], "QUEUE_FULL", NULL);
    google__rpc__status__free_unpacked(whole, NULL);
    atomic_store(&seen.gate, true);
    RUN_UNTIL(world, world->ends == 3);
    assert_int_equal(world->code, GDX_GRPC_OK);
}

static void an_endless_stream_waits_for_its_reader(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    world->reads = false;
    gdx_call *call = ask(world, "StreamingOutputCall", 0);
    RUN_UNTIL(world, world->messages == 1);
    run_until_quiet(world);
    int before = atomic_load(&seen.produced);
    assert_true(before < 60); // the client's window of 1 MiB, the socket, and the write buffer
    assert_true(gdx_server_memory(world->server) < 4 << 20);
    for (int i = 0; i < 300; i++)
        turn(world);
    assert_int_equal(atomic_load(&seen.produced), before);
    world->reads = true;
    gdx_call_read(call);
    RUN_UNTIL(world, world->messages > 500);
    gdx_call_cancel(call);
    RUN_UNTIL(world, atomic_load(&seen.released) == 1);
}

static void a_stream_of_requests_waits_for_a_slow_worker(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    world->to_write = 320; // 20 MiB
    gdx_call *call = open_call(world, "StreamingInputCall", 0);
    write_more(call);
    RUN_UNTIL(world, atomic_load(&seen.entered) == 1);
    for (int i = 0; i < 300; i++)
        turn(world);
    assert_true(world->to_write > 200);
    assert_true(gdx_server_memory(world->server) < 4 << 20);
    atomic_store(&seen.gate, true);
    RUN_UNTIL(world, world->ends == 1);
    assert_int_equal(world->code, GDX_GRPC_OK);
    assert_int_equal(atomic_load(&seen.received), 320 * BLOCK_BYTES);
}

// A stream that has started, with a step due, and a queue without a place: the one worker waits at the gate, and a call
// waits for the worker.
static gdx_call *open_stream_that_is_queued(struct world *world) {
    atomic_store(&seen.gate, true);
    gdx_call *stream = open_call(world, "StreamingInputCall", 0);
    write_block(stream);
    RUN_UNTIL(world, atomic_load(&seen.received) == BLOCK_BYTES);
    RUN_UNTIL(world, gdx_work_running(world->work) == 0);
    atomic_store(&seen.gate, false);
    ask(world, "EmptyCall", 0);
    RUN_UNTIL(world, atomic_load(&seen.entered) == 2);
    ask(world, "EmptyCall", 0);
    RUN_UNTIL(world, gdx_work_is_full(world->work));
    write_block(stream);
    for (int i = 0; i < 100; i++)
        turn(world);
    assert_int_equal(world->ends, 0); // not refused: it has started
    return stream;
}

static void a_stream_that_has_begun_waits_for_a_place_in_the_queue(void **state) {
    (void)state;
    struct world *world = open_world(1, 1, 10);
    gdx_call *stream = open_stream_that_is_queued(world);
    gdx_call_end_writing(stream);
    atomic_store(&seen.gate, true);
    RUN_UNTIL(world, world->ends == 3);
    assert_int_equal(world->code, GDX_GRPC_OK);
    assert_int_equal(atomic_load(&seen.received), 2 * BLOCK_BYTES);
}

static void a_stream_that_goes_away_gives_up_its_place(void **state) {
    (void)state;
    struct world *world = open_world(1, 1, 10);
    gdx_call_cancel(open_stream_that_is_queued(world));
    RUN_UNTIL(world, atomic_load(&seen.released) == 1); // the gate is still closed
    assert_int_equal(gdx_server_call_count(world->server), 2);
    atomic_store(&seen.gate, true);
    RUN_UNTIL(world, world->ends == 3 && atomic_load(&seen.released) == 3);
    assert_int_equal(atomic_load(&seen.received), BLOCK_BYTES);
}

static void a_stop_lets_a_call_end_and_takes_no_other(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    ask(world, "EmptyCall", 0);
    RUN_UNTIL(world, atomic_load(&seen.entered) == 1);
    gdx_server_stop(world->server, on_stopped, world);
    for (int i = 0; i < 20; i++)
        turn(world);
    assert_false(world->stopped);
    gdx_call_options options = {.path = gdx_slice_of("/x/y"), .authority = gdx_slice_of("test"), .scheme = "http"};
    gdx_call *refused = NULL;
    assert_int_equal(gdx_call_open(world->connection, &options, &call_events, world, uv_hrtime(), &refused),
                     GDX_UNAVAILABLE);
    atomic_store(&seen.gate, true);
    RUN_UNTIL(world, world->ends == 1);
    assert_int_equal(world->code, GDX_GRPC_OK);
    RUN_UNTIL(world, world->stopped);
}

static void on_extra(uv_connect_t *request, int code) {
    (void)request, (void)code;
}

static void a_connection_beyond_the_limit_is_closed_and_the_others_live(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 1);
    atomic_store(&seen.gate, true);
    ask(world, "EmptyCall", 0);
    RUN_UNTIL(world, world->ends == 1);
    assert_int_equal(uv_pipe_init(&world->loop, &world->extra, 0), 0);
    world->has_extra = true;
    uv_pipe_connect(&world->extra_request, &world->extra, world->address + strlen("unix:"), on_extra);
    for (int i = 0; i < 20; i++)
        turn(world);
    assert_int_equal(gdx_server_connection_count(world->server), 1);
    ask(world, "EmptyCall", 0);
    RUN_UNTIL(world, world->ends == 2);
}

static void a_method_that_the_descriptor_lacks_is_refused(void **state) {
    (void)state;
    static const gdx_method wrong[] = {{.name = "NoSuchCall"}};
    static const gdx_service unfit = {&grpc__testing__test_service__descriptor, wrong, 1, NULL};
    gdx_error err = {0};
    struct world *world = open_world(1, 10, 10);
    assert_int_equal(gdx_server_add(world->server, &unfit, &err), GDX_INVALID);
    assert_non_null(strstr(err.message, "NoSuchCall"));
}

static void a_row_that_cannot_work_is_refused_with_its_name(void **state) {
    (void)state;
    static const gdx_method no_handler = {.name = "EmptyCall"},
                            no_place = {.name = "EmptyCall", .place = 3, .handler = {.message = wait_message}},
                            no_stream = {.name = "EmptyCall", .handler = {.produce = flood_produce}},
                            fit = {.name = "EmptyCall", .handler = {.message = wait_message}};
    const gdx_method rows[][2] = {{no_handler, fit}, {no_place, fit}, {no_stream, fit}, {fit, fit}};
    struct world *world = open_world(1, 10, 10);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const gdx_service unfit = {&grpc__testing__test_service__descriptor, rows[i], 2, NULL};
        gdx_error err = {0};
        assert_int_equal(gdx_server_add(world->server, &unfit, &err), GDX_INVALID);
        assert_non_null(strstr(err.message, "grpc.testing.TestService/EmptyCall"));
    }
    assert_int_equal(gdx_server_service_count(world->server), 1);
}

static void send_frame(struct world *world, const char *frame, size_t bytes) {
    gdx_buffer framed = {0};
    gdx_call *call = open_call(world, "EmptyCall", 0);
    assert_int_equal(gdx_buffer_append(&framed, frame, bytes), GDX_OK);
    assert_int_equal(gdx_call_write_frames(call, &framed), GDX_OK);
    gdx_call_end_writing(call);
    gdx_buffer_clear(&framed);
}

static void a_compressed_request_is_opened_where_its_handler_runs(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    atomic_store(&seen.gate, true);
    gdx_call *call = open_call(world, "EmptyCall", 0);
    assert_int_equal(gdx_call_write(call, (gdx_slice){"", 0}, GDX_COMPRESS_YES), GDX_OK);
    gdx_call_end_writing(call);
    RUN_UNTIL(world, world->ends == 1);
    assert_int_equal(world->code, GDX_GRPC_OK);
    send_frame(world, "\1\0\0\0\4none", 9);
    RUN_UNTIL(world, world->ends == 2);
    assert_int_equal(world->code, GDX_GRPC_INTERNAL);
    assert_non_null(strstr(world->message, "gzip"));
    send_frame(world, "\0\0\0\0\1\377", 6);
    RUN_UNTIL(world, world->ends == 3);
    assert_int_equal(world->code, GDX_GRPC_INTERNAL);
    assert_int_equal(atomic_load(&seen.entered), 1);
}

static gdx_lane_figures long_lane(const struct world *world) {
    gdx_work_figures figures;
    gdx_work_figures_of(world->work, &figures);
    return figures.lanes[GDX_LANE_LONG];
}

// A worker that finds a request to be long takes its next job before anybody hears of it: once the second was found to
// be long, a worker that might take it would have it.
static void a_request_that_may_take_long_leaves_the_last_worker_to_others(void **state) {
    (void)state;
    struct world *world = open_world(2, 10, 10);
    send_frame(world, "\0\0\0\0\2\170\1", 7); // field 15: 1
    RUN_UNTIL(world, atomic_load(&seen.entered) == 1);
    send_frame(world, "\0\0\0\0\2\170\1", 7);
    RUN_UNTIL(world, long_lane(world).moved == 2);
    assert_int_equal(long_lane(world).running, 1);
    assert_int_equal(long_lane(world).waiting, 1);
    ask(world, "EmptyCall", 0); // a short one overtakes it
    RUN_UNTIL(world, atomic_load(&seen.entered) == 2);
    assert_int_equal(gdx_work_waiting(world->work), 1);
    atomic_store(&seen.gate, true);
    RUN_UNTIL(world, world->ends == 3);
    assert_int_equal(atomic_load(&seen.entered), 3);
}

static void addresses_that_cannot_be_listened_on_are_refused_with_a_reason(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "50051", "fd:x", "127.0.0.1:notaport", "unix:/no/such/folder/socket", "fd:9999", "127.0.0.1:70000", "unix:"};
    struct world *world = open_world(1, 10, 10);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        gdx_error err = {0};
        assert_int_not_equal(gdx_server_listen(world->server, wrong[i], NULL, &err), GDX_OK);
        assert_non_null(strstr(err.message, wrong[i]));
    }
    char name[200] = "unix:/";
    gdx_error err = {0};
    memset(name + 6, 'n', sizeof name - 7); // longer than a socket's may be
    assert_int_equal(gdx_server_listen(world->server, name, NULL, &err), GDX_INVALID);
}

static void a_server_removes_its_own_socket_and_no_other(void **state) {
    (void)state;
    for (int taken_over = 0; taken_over < 2; taken_over++) {
        struct world *world = open_world(1, 10, 10);
        const char *path = world->address + strlen("unix:");
        char *other = gdx_path_join(world->folder, "other");
        if (taken_over) { // by another that came meanwhile
            fclose(fopen(other, "w"));
            assert_int_equal(rename(other, path), 0);
        }
        close_client(world);
        gdx_server_stop(world->server, on_stopped, world);
        while (!world->stopped)
            uv_run(&world->loop, UV_RUN_ONCE);
        assert_int_equal(access(path, F_OK) == 0, taken_over);
        free(other);
        close_world(world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_of_the_loop_on_a_worker_dies_at_its_first_line), // the first: it forks
        cmocka_unit_test_teardown(an_error_carries_reason_column_and_field_for_programs, leave_world),
        cmocka_unit_test_teardown(a_row_that_cannot_work_is_refused_with_its_name, leave_world),
        cmocka_unit_test_teardown(a_compressed_request_is_opened_where_its_handler_runs, leave_world),
        cmocka_unit_test_teardown(a_call_on_a_worker_is_answered, leave_world),
        cmocka_unit_test_teardown(a_worker_sees_that_the_client_went_away, leave_world),
        cmocka_unit_test_teardown(a_worker_sees_the_deadline, leave_world),
        cmocka_unit_test_teardown(a_call_cancelled_in_the_queue_is_not_begun, leave_world),
        cmocka_unit_test_teardown(a_full_queue_refuses_and_says_why, leave_world),
        cmocka_unit_test_teardown(an_endless_stream_waits_for_its_reader, leave_world),
        cmocka_unit_test_teardown(a_stream_of_requests_waits_for_a_slow_worker, leave_world),
        cmocka_unit_test_teardown(a_stream_that_has_begun_waits_for_a_place_in_the_queue, leave_world),
        cmocka_unit_test_teardown(a_stream_that_goes_away_gives_up_its_place, leave_world),
        cmocka_unit_test_teardown(a_stop_lets_a_call_end_and_takes_no_other, leave_world),
        cmocka_unit_test_teardown(a_connection_beyond_the_limit_is_closed_and_the_others_live, leave_world),
        cmocka_unit_test_teardown(a_method_that_the_descriptor_lacks_is_refused, leave_world),
        cmocka_unit_test_teardown(a_request_that_may_take_long_leaves_the_last_worker_to_others, leave_world),
        cmocka_unit_test_teardown(addresses_that_cannot_be_listened_on_are_refused_with_a_reason, leave_world),
        cmocka_unit_test_teardown(a_server_removes_its_own_socket_and_no_other, leave_world),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
