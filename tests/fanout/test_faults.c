// SPDX-License-Identifier: Apache-2.0
// test_faults.c: a root in which one allocation after the other fails, on the thread that asks and merges, and on the
// loop that talks to the leaves: the answer is the right one or an error, nothing is leaked, and the next question is
// answered. The leaves are honest, and have memory.

#include "../support/allocations.h"
#include "../support/each_allocation.h"
#include "../support/folder.h"
#include "../support/patience.h"
#include "spread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static struct spread spread;
static gdx_buffer right[SPREAD_METHODS];

static int open_all(void **state) {
    (void)state;
    gdx_error err = {0};
    fake_leaf_began = allocations_spare_this_thread;
    spread_open(&spread);
    gdx_session *session = gdx_session_new(spread.whole);
    for (size_t i = 0; i < SPREAD_METHODS; i++)
        assert_int_equal(spread_ask(spread.whole, session, spread_methods[i], 0, &right[i], &err), GDX_OK);
    gdx_session_free(session);
    return 0;
}

static int close_all(void **state) {
    (void)state;
    for (size_t i = 0; i < SPREAD_METHODS; i++)
        gdx_buffer_clear(&right[i]);
    spread_close(&spread);
    return 0;
}

static void begin(struct root *root) {
    *root = (struct root){0};
    for (uint32_t slice = 0; slice < SPREAD_SLICES; slice++)
        root_add(root, &spread, slice, NULL);
    root_open(root, &spread);
}

static void wait_for_all(struct root *root) {
    for (uint32_t slice = 0; slice < SPREAD_SLICES; slice++)
        root_wait(root, slice, 1);
}

// By a session of its own: one that is used again has its memory.
static gdx_status ask_once(struct root *root, size_t method, gdx_error *err) {
    gdx_buffer given = {0};
    gdx_session *session = gdx_session_new(root->collection);
    if (!session)
        return gdx_fail_memory(err, "a session");
    // A deadline that is reached fails the test: a caller waited in vain.
    gdx_status status = spread_ask(root->collection, session, spread_methods[method], patience_ns(), &given, err);
    bool is_right = given.bytes == right[method].bytes && memcmp(given.data, right[method].data, given.bytes) == 0;
    gdx_buffer_clear(&given);
    gdx_session_free(session);
    if (status == GDX_OK && !is_right)
        fail_msg("%s: another answer than the index gives", spread_methods[method]);
    return status;
}

// A fake leaf has one thread, and is lost for a moment on a machine that is too busy to let it answer within 2 s.
static gdx_status ask(struct root *root, size_t method, gdx_error *err) {
    enum { WAIT_US = 500000 };
    uint64_t begin_ns = gdx_now_ns();
    gdx_status status;
    do {
        *err = (gdx_error){0};
        status = ask_once(root, method, err);
    } while (strstr(err->message, "has not answered for 2 s") && patience_since(begin_ns) && usleep(WAIT_US) == 0);
    return status;
}

static void each_allocation_of_a_merge_may_fail(void **state) {
    (void)state;
    struct root root;
    long all = 0;
    begin(&root);
    wait_for_all(&root);
    for (size_t method = 0; method < SPREAD_METHODS; method++) {
        bool met = true;
        for (long before = 0; met; before++, all++) {
            gdx_error err = {0};
            allocations_fail_after(before, THIS_THREAD);
            gdx_status status = ask(&root, method, &err);
            met = allocations_end();
            if (status != GDX_OK && (!met || status != GDX_NO_MEMORY || !err.message[0]))
                fail_msg("%s, allocation %ld: %s, \"%s\"", spread_methods[method], before, gdx_status_name(status),
                         err.message);
        }
        gdx_error err = {0};
        if (ask(&root, method, &err) != GDX_OK)
            fail_msg("%s, afterwards: %s", spread_methods[method], err.message);
    }
    print_message("%ld allocations\n", all);
    assert_true(all > 50);
    root_close(&root);
}

static gdx_status ask_soon(struct root *root, size_t method, gdx_error *err) {
    enum { WAIT_US = 10000 };
    uint64_t begin_ns = gdx_now_ns();
    gdx_status status;
    do {
        *err = (gdx_error){0};
        status = ask(root, method, err);
    } while (status != GDX_OK && patience_since(begin_ns) && usleep(WAIT_US) == 0);
    return status;
}

// A connection without memory is closed, so what it was asked is UNAVAILABLE as with any that is lost.
static void each_allocation_of_the_loop_may_fail(void **state) {
    (void)state;
    bool met = true;
    long before = 0;
    for (; met; before += 1 + before / 10) { // all of the first ten, then fewer and fewer
        struct root root;
        gdx_error err = {0};
        gdx_status status = GDX_OK;
        allocations_fail_after(before, OTHER_THREADS);
        begin(&root);
        wait_for_all(&root);
        for (size_t method = 0; method < SPREAD_METHODS; method++) {
            err = (gdx_error){0};
            status = ask(&root, method, &err);
            bool is_exhausted = gdx_grpc_code_of_status(status) == GDX_GRPC_RESOURCE_EXHAUSTED;
            if (status != GDX_OK && status != GDX_UNAVAILABLE && !is_exhausted)
                fail_msg("%s, allocation %ld: %s, \"%s\"", spread_methods[method], before, gdx_status_name(status),
                         err.message);
        }
        met = allocations_end();
        if (ask_soon(&root, 0, &err) != GDX_OK)
            fail_msg("after allocation %ld: %s", before, err.message);
        root_close(&root);
    }
    print_message("%ld allocations\n", before);
    assert_true(before > 30);
}

static gdx_status open_and_close(void) {
    gdx_fanout_options options = {
        .leaves = folder_path(spread.folder, "leaves"), .token = "t", .message_limit = 1 << 20};
    gdx_collection_options defaults = gdx_collection_options_default();
    gdx_fanout *fanout = NULL;
    gdx_collection *collection = NULL;
    gdx_error err = {0};
    gdx_status status = gdx_fanout_open(&options, &fanout, &err);
    if (status == GDX_OK)
        status = gdx_collection_open_root(gdx_fanout_leaves(fanout), NULL, &defaults, &collection, &err);
    gdx_collection_close(collection);
    gdx_fanout_close(fanout);
    return status;
}

static void each_allocation_at_the_start_may_fail(void **state) {
    (void)state;
    folder_write_text(spread.folder, "leaves", "unix:/nowhere/at-all\nunix:/nowhere/else\n");
    fail_each_allocation(open_and_close, NULL, 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_of_a_merge_may_fail),
        cmocka_unit_test(each_allocation_of_the_loop_may_fail),
        cmocka_unit_test(each_allocation_at_the_start_may_fail),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
