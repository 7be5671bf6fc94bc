// SPDX-License-Identifier: Apache-2.0
// test_lies.c: leaves that break their protocol, by each lie of lies.h. The root fails the call and names the slice, or
// asks a replica. It never gives another answer than the index does.

#include "../support/patience.h"
#include "lies.h"
#include "spread.h"

#include <gramdex/v1/search.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { LIED = 1, LOOK_US = 2000 };             // LIED: the slice
static const uint64_t IN_VAIN_NS = 1000000000; // the deadline of who waits for what never comes

static bool is_of_state(const struct row *row) {
    return strcmp(row->lie.method, "State") == 0;
}

// A fake leaf has one thread. On a machine that is too busy to let it answer within 2 s it is lost for a moment, and
// that is not what is tested.
static bool is_lost(const char *text, size_t bytes) {
    static const char words[] = "has not answered for 2 s";
    return memmem(text, bytes, words, sizeof words - 1) != NULL;
}

static bool wait_for_leaf(uint64_t begin_ns) {
    enum { WAIT_US = 500000 };
    return patience_since(begin_ns) && usleep(WAIT_US) == 0;
}

static gdx_status ask(struct root *root, const struct row *row, uint64_t timeout_ns, gdx_buffer *out, gdx_error *err) {
    uint64_t begin_ns = gdx_now_ns();
    gdx_status status;
    do {
        *err = (gdx_error){0};
        status = spread_ask(root->collection, root->session, row->method, timeout_ns, out, err);
    } while (!is_of_state(row) && is_lost(err->message, strlen(err->message)) && wait_for_leaf(begin_ns));
    return status;
}

static void expect_same(const struct row *row, const gdx_buffer *right, const gdx_buffer *given) {
    if (right->bytes != given->bytes || memcmp(right->data, given->data, given->bytes) != 0)
        fail_msg("%s, %s: another answer than the index gives", row->method, row->lie.name);
}

// A leaf that lies of what it has may be the first that is heard of: then others are missing beside it.
static bool names_slice(const struct row *row, const gdx_error *err) {
    return strstr(err->message, is_of_state(row) ? "slice " : "slice 1");
}

static void expect_failure(const struct row *row, const gdx_error *err) {
    bool is_expected = err->status == GDX_UNAVAILABLE || err->status == GDX_CORRUPT || err->status == GDX_INTERNAL ||
                       (row->outcome == LIMITED && err->status == GDX_NO_MEMORY) ||
                       (row->outcome == LIMITED && err->status == GDX_TOO_LARGE) ||
                       (row->outcome == LIMITED && err->status == GDX_BUSY) ||
                       (row->outcome == WAITS && err->status == GDX_DEADLINE);
    if (!is_expected || (row->outcome == FAILS && !names_slice(row, err)))
        fail_msg("%s, %s: %s, \"%s\"", row->method, row->lie.name, gdx_status_name(err->status), err->message);
}

static void tell_alone(const struct spread *spread, const struct row *row, const gdx_buffer *right) {
    const uint64_t timeout_ns = row->outcome == WAITS ? IN_VAIN_NS : patience_ns();
    struct root root = {0};
    gdx_buffer given = {0};
    gdx_error err = {0};
    root_add(&root, spread, 0, NULL);
    root_add(&root, spread, LIED, &row->lie);
    root_open(&root, spread);
    if (!is_of_state(row)) {
        root_wait(&root, 0, 1);
        root_wait(&root, LIED, 1);
    }
    uint64_t begin_ns = gdx_now_ns();
    gdx_status status;
    bool is_heard;
    do {
        status = ask(&root, row, timeout_ns, &given, &err);
        is_heard = !is_of_state(row) || (names_slice(row, &err) && atomic_load(&root.leaves[1].told) > 0);
    } while (!is_heard && patience_since(begin_ns) && usleep(LOOK_US) == 0);
    if (status == GDX_OK)
        fail_msg("%s, %s: an answer all the same%s", row->method, row->lie.name,
                 right->bytes == given.bytes && memcmp(right->data, given.data, given.bytes) == 0 ? ", the right one"
                                                                                                  : "");
    expect_failure(row, &err);
    assert_true(atomic_load(&root.leaves[1].told) > 0);
    gdx_buffer_clear(&given);
    root_close(&root);
}

static unsigned connections_of_honest(struct root *root) {
    return atomic_load(&root->leaves[1].connections) + atomic_load(&root->leaves[2].connections);
}

// Whether one that does not lie was lost since, for who is has another connection before it is known again.
static bool was_honest_lost(struct root *root, const struct row *row, unsigned connections) {
    root_wait(root, 0, 1);
    root_wait(root, LIED, is_of_state(row) ? 1 : 2);
    return connections_of_honest(root) != connections;
}

static void tell_beside(const struct spread *spread, const struct row *row, const gdx_buffer *right) {
    // Where a replica has to answer in place of who never does, it is asked after a tenth of a second.
    const uint64_t timeout_ns = row->outcome != WAITS ? patience_ns()
                                : row->has_way_out    ? patience_ns() / 6
                                                      : IN_VAIN_NS;
    struct root root = {0};
    gdx_buffer given = {0};
    gdx_error err = {0};
    root_add(&root, spread, LIED, &row->lie); // the first of the list is asked first
    root_add(&root, spread, LIED, NULL);
    root_add(&root, spread, 0, NULL);
    root_open(&root, spread);
    root_wait(&root, 0, 1);
    root_wait(&root, LIED, is_of_state(row) ? 1 : 2);
    uint64_t begin_ns = gdx_now_ns();
    for (unsigned answers = 0; answers < 2 || atomic_load(&root.leaves[0].told) == 0;) {
        unsigned connections = connections_of_honest(&root);
        gdx_status status = ask(&root, row, timeout_ns, &given, &err);
        if (status == GDX_OK)
            expect_same(row, right, &given);
        else if (!row->has_way_out)
            expect_failure(row, &err);
        else if (was_honest_lost(&root, row, connections) && patience_since(begin_ns))
            continue;
        else
            fail_msg("%s, %s: there is a replica, but %s, \"%s\"", row->method, row->lie.name,
                     gdx_status_name(err.status), err.message);
        if (++answers > 2)
            usleep(LOOK_US);
        if (atomic_load(&root.leaves[0].told) == 0 && !patience_since(begin_ns))
            fail_msg("%s, %s: nobody asks who tells it", row->method, row->lie.name);
    }
    gdx_buffer_clear(&given);
    root_close(&root);
}

static void for_each_row(void (*tell)(const struct spread *spread, const struct row *row, const gdx_buffer *right)) {
    struct spread spread;
    gdx_buffer right = {0};
    gdx_error err = {0};
    spread_open(&spread);
    gdx_session *session = gdx_session_new(spread.whole);
    for (size_t i = 0; i < lie_count; i++) {
        print_message("%s, %s\n", lies[i].method, lies[i].lie.name);
        if (spread_ask(spread.whole, session, lies[i].method, 0, &right, &err) != GDX_OK)
            fail_msg("%s: %s", lies[i].method, err.message);
        tell(&spread, &lies[i], &right);
    }
    gdx_session_free(session);
    gdx_buffer_clear(&right);
    spread_close(&spread);
}

static void a_lie_costs_the_slice_its_answer(void **state) {
    (void)state;
    for_each_row(tell_alone);
}

static void a_replica_beside_it_answers(void **state) {
    (void)state;
    for_each_row(tell_beside);
}

// The lies are told to a root that is right when nobody lies.
static void honest_leaves_give_the_answers_of_the_index(void **state) {
    (void)state;
    struct spread spread;
    struct root root = {0};
    gdx_buffer right = {0}, given = {0};
    gdx_error err = {0};
    spread_open(&spread);
    root_add(&root, &spread, 0, NULL);
    root_add(&root, &spread, LIED, NULL);
    root_open(&root, &spread);
    root_wait(&root, 0, 1);
    root_wait(&root, LIED, 1);
    gdx_session *session = gdx_session_new(spread.whole);
    for (size_t i = 0; i < SPREAD_METHODS; i++) {
        const struct row row = {.method = spread_methods[i], .lie = {.name = "no lie", .method = ""}};
        if (spread_ask(spread.whole, session, row.method, 0, &right, &err) != GDX_OK ||
            ask(&root, &row, patience_ns(), &given, &err) != GDX_OK)
            fail_msg("%s: %s", row.method, err.message);
        expect_same(&row, &right, &given);
    }
    gdx_session_free(session);
    gdx_buffer_clear(&right);
    gdx_buffer_clear(&given);
    root_close(&root);
    spread_close(&spread);
}

static gdx_status ask_in_part(struct root *root, gdx_buffer *out, gdx_error *err) {
    uint64_t begin_ns = gdx_now_ns();
    gdx_status status;
    do {
        *err = (gdx_error){0};
        out->bytes = 0;
        status = spread_ask_in_part(root->collection, root->session, out, err);
    } while ((is_lost(err->message, strlen(err->message)) || is_lost((const char *)out->data, out->bytes)) &&
             wait_for_leaf(begin_ns)); // a note says of a slice that is left out why it is
    return status;
}

// A slice that lies is left out like one that is not there.
static void with_allow_partial_the_other_slices_answer(void **state) {
    (void)state;
    static const struct lie lie = {.name = "", .method = "Ask", .act = ACT_SEND, .change = counts_too_many_documents};
    struct spread spread;
    struct root root = {0};
    gdx_buffer given = {0};
    gdx_error err = {0};
    spread_open(&spread);
    root_add(&root, &spread, 0, NULL);
    root_add(&root, &spread, LIED, &lie);
    root_open(&root, &spread);
    root_wait(&root, 0, 1);
    root_wait(&root, LIED, 1);
    if (ask_in_part(&root, &given, &err) != GDX_OK)
        fail_msg("%s", err.message);
    Gramdex__V1__CountResponse *reply = gramdex__v1__count_response__unpack(NULL, given.bytes, given.data);
    assert_non_null(reply);
    assert_int_equal(reply->documents, 6);
    assert_false(reply->answer->complete);
    assert_int_equal(reply->answer->n_notes, 1);
    assert_non_null(memmem(reply->answer->notes[0].data, reply->answer->notes[0].len, "slice 1 of 2", 12));
    gramdex__v1__count_response__free_unpacked(reply, NULL);
    gdx_buffer_clear(&given);
    root_close(&root);
    spread_close(&spread);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_leaves_give_the_answers_of_the_index),
        cmocka_unit_test(a_lie_costs_the_slice_its_answer),
        cmocka_unit_test(a_replica_beside_it_answers),
        cmocka_unit_test(with_allow_partial_the_other_slices_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
