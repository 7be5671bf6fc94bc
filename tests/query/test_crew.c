// SPDX-License-Identifier: Apache-2.0
// test_crew.c: several threads answer one query. Its parts are taken in order. It fails where one thread would fail,
// and nowhere else. Its answers are those of one thread. Each method of Search is asked by several threads in
// property/test_shapes.c.

#include "../support/folder.h"
#include "crew.h"
#include "gdx/places.h"

#include "collection.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SEATS = 3, SEGMENTS = 20, IN_SEGMENT = 4, DOCUMENTS = SEGMENTS * IN_SEGMENT, PARTS = 100 };

struct lent { // a collection, asked by one thread and by several
    struct collection collection;
    gdx_searcher *several;
    gdx_executor *executor;
};

static int set_up(void **state) {
    static char ids[DOCUMENTS][8];
    static struct written documents[DOCUMENTS];
    struct lent *lent = calloc(1, sizeof *lent);
    uint32_t random = 7;
    for (size_t i = 0; i < DOCUMENTS; i++) {
        char letters[40] = {0};
        for (size_t at = 0; at + 1 < sizeof letters; at++) {
            random = random * 1664525 + 1013904223;
            letters[at] = (char)('a' + (random >> 24) % 4);
        }
        snprintf(ids[i], sizeof ids[i], "d%02zu", i);
        documents[i] = (struct written){.id = ids[i],
                                        .text = strdup(han(letters)),
                                        .segment = i / IN_SEGMENT,
                                        .date = gdx_date_of(2020, 1, 1 + (unsigned)i % 9),
                                        .is_deleted = i % 11 == 3};
    }
    collection_open(&lent->collection, documents, DOCUMENTS);
    for (size_t i = 0; i < DOCUMENTS; i++)
        free((char *)(uintptr_t)documents[i].text);
    assert_int_equal(gdx_executor_new(SEATS, &lent->executor, NULL), GDX_OK);
    lent->several = gdx_searcher_new();
    assert_non_null(lent->several);
    gdx_searcher_lend_threads(lent->several, lent->executor, 0);
    *state = lent;
    return 0;
}

static int tear_down(void **state) {
    struct lent *lent = *state;
    gdx_searcher_free(lent->several);
    gdx_executor_free(lent->executor);
    collection_close(&lent->collection);
    free(lent);
    return 0;
}

// ---- parts

struct work {
    atomic_uint done;
    size_t fails_at; // part; PARTS: none
    gdx_status failure;
    bool fails_in_helpers_alone;
    const query_run *owner;
    uint64_t candidates; // of each part
    size_t by_owner;
    size_t found[PARTS];
};

static gdx_status work_on(void *context, query_run *run, size_t part, gdx_error *err) {
    struct work *work = context;
    atomic_fetch_add(&work->done, 1);
    usleep((useconds_t)(part % 5 * 100)); // so that they end in another order
    run->candidates += work->candidates;
    if (run == work->owner)
        work->by_owner++;
    else if (!gdx_arena_allocate(run->arena, 1000))
        return GDX_NO_MEMORY;
    if (part == work->fails_at && (run != work->owner || !work->fails_in_helpers_alone))
        return gdx_fail(err, work->failure, "part %zu", part);
    work->found[part] = part + 1;
    return GDX_OK;
}

static query_run run_of(struct lent *lent, struct work *work) {
    *work = (struct work){.fails_at = PARTS};
    return query_run_of(lent->several, lent->collection.snapshot, NULL, NULL);
}

// Takes all parts; *out_taken: how many.
static gdx_status take_all(query_run *run, struct work *work, bool are_kept, size_t *out_taken, gdx_error *err) {
    const query_parts parts = {.count = PARTS, .work = work_on, .context = work, .are_kept = are_kept};
    work->owner = run;
    *out_taken = 0;
    gdx_status status = query_crew_begin(run, &parts, 0, err);
    assert_int_equal(query_crew_places(run), 0); // not within itself
    for (size_t i = 0; i < PARTS && status == GDX_OK; i++) {
        query_run *by;
        status = query_crew_take(run, i, &by, err);
        if (status == GDX_OK)
            assert_int_equal(work->found[i], i + 1);
        *out_taken += status == GDX_OK;
    }
    query_crew_end(run);
    bool holds_parts = are_kept && status == GDX_OK;
    assert_int_equal(query_crew_places(run), holds_parts ? 0 : 2 * SEATS); // other work would take their memory
    query_searcher_reset(run->searcher);
    assert_int_equal(query_crew_places(run), 2 * SEATS);
    return status;
}

static void parts_are_taken_in_order(void **state) {
    struct work work;
    query_run run = run_of(*state, &work);
    size_t taken;
    for (int kept = 0; kept < 2; kept++) {
        run.held = 0;
        assert_int_equal(take_all(&run, &work, kept, &taken, NULL), GDX_OK);
        assert_int_equal(taken, PARTS);
        assert_int_equal(work.by_owner, 0);
        assert_int_equal(run.held >= PARTS * 1000, kept); // what is kept is the query's
    }
    assert_int_equal(work.done, 2 * PARTS);
}

static void the_first_failure_in_order_is_the_querys(void **state) {
    struct work work;
    query_run run = run_of(*state, &work);
    gdx_error err = {0};
    size_t taken;
    work.fails_at = 40;
    work.failure = GDX_CORRUPT;
    assert_int_equal(take_all(&run, &work, false, &taken, &err), GDX_CORRUPT);
    assert_string_equal(err.message, "part 40");
    assert_int_equal(taken, 40);
    assert_true(work.done <= 40 + 2 * SEATS); // what had not begun is dropped
    assert_int_equal(work.by_owner, 0);
}

static void what_a_helper_has_no_memory_for_is_done_again(void **state) {
    static const gdx_status failures[] = {GDX_NO_MEMORY, GDX_TOO_LARGE};
    for (size_t i = 0; i < 2; i++) {
        struct work work;
        query_run run = run_of(*state, &work);
        gdx_error err = {0};
        size_t taken;
        work.fails_at = 40;
        work.failure = failures[i];
        work.fails_in_helpers_alone = true;
        assert_int_equal(take_all(&run, &work, false, &taken, &err), GDX_OK);
        assert_int_equal(taken, PARTS);
        assert_int_equal(work.by_owner, PARTS - 40);
        work.fails_in_helpers_alone = false;
        assert_int_equal(take_all(&run, &work, false, &taken, &err), failures[i]);
        assert_int_equal(taken, 40);
        work.by_owner = 0;
        run.held = 0;
        assert_int_equal(take_all(&run, &work, true, &taken, &err), GDX_NO_MEMORY); // all is to be done again
        assert_int_equal(work.by_owner, 0);
        assert_int_equal(run.held, 0);
    }
}

static void texts_are_counted_over_all_parts(void **state) {
    struct work work;
    query_run run = run_of(*state, &work);
    gdx_error err = {0};
    size_t taken;
    work.candidates = 30000; // the 34th is over a million
    assert_int_equal(take_all(&run, &work, false, &taken, &err), GDX_OK);
    assert_int_equal(work.by_owner, PARTS - 33);
    assert_int_equal(run.candidates, PARTS * 30000); // the owner's work would have refused it
}

// ---- answers

static const char *const queries[] = {"甲",
                                      "甲乙",
                                      "乙丙甲",
                                      "甲乙 AND NOT 丙丁",
                                      "甲乙 NEAR/3 丙",
                                      "丁 THEN/2 (甲 OR 乙丙)",
                                      "exact:\"甲乙\"",
                                      "bridge:\"甲乙丙丁\"",
                                      "date:2020-01-03.. 丙",
                                      "title:甲",
                                      "甲乙丙丁甲乙丙丁甲乙丙丁"};
enum { QUERIES = sizeof queries / sizeof queries[0] };

static void write_hit(const gdx_hit *hit, gdx_buffer *out) {
    assert_int_equal(gdx_buffer_append_format(out, "%.*s %.17g %" PRIu64 " %.*s\n", GDX_SLICE_ARGUMENTS(hit->id),
                                              hit->score, hit->occurrences, GDX_SLICE_ARGUMENTS(hit->snippet)),
                     GDX_OK);
}

static gdx_status write_tallied(void *context, const gdx_tallied *document, gdx_error *err) {
    (void)err;
    return gdx_buffer_append_format(context, "%zu/%u %" PRIu64 "\n", document->segment, document->document,
                                    document->occurrences);
}

static gdx_status write_placed(void *context, const gdx_placed *placed, gdx_error *err) {
    (void)err;
    return gdx_buffer_append_format(context, "%zu/%u at %u of %zu\n", placed->segment, placed->document,
                                    placed->places[0].begin, placed->count);
}

// All that a searcher says of a query.
static void ask(const struct lent *lent, gdx_searcher *searcher, const char *text, gdx_buffer *out) {
    gdx_query *query = collection_parse(text);
    gdx_snapshot *snapshot = lent->collection.snapshot;
    gdx_search_options options = {.limit = 30, .snippet_symbols = 3};
    gdx_totals totals = {0};
    gdx_results *results = NULL;
    gdx_error err = {0};
    out->bytes = 0;
    assert_int_equal(gdx_count(searcher, snapshot, query, NULL, &totals, &err), GDX_OK);
    assert_int_equal(gdx_search(searcher, snapshot, query, &options, &results, &err), GDX_OK);
    assert_int_equal(results->documents, totals.documents);
    assert_int_equal(gdx_buffer_append_format(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", totals.documents,
                                              totals.occurrences, totals.bridged_occurrences),
                     GDX_OK);
    for (size_t i = 0; i < results->hit_count; i++)
        write_hit(&results->hits[i], out);
    assert_int_equal(gdx_tally(searcher, snapshot, query, NULL, write_tallied, out, &err), GDX_OK);
    assert_int_equal(gdx_places(searcher, snapshot, query, NULL, write_placed, out, &err), GDX_OK);
    gdx_results_free(results);
    gdx_query_free(query);
}

static void answers_are_those_of_one_thread(void **state) {
    const struct lent *lent = *state;
    gdx_buffer one = {0}, several = {0};
    size_t found = 0;
    for (size_t i = 0; i < QUERIES; i++) {
        ask(lent, lent->collection.searcher, queries[i], &one);
        ask(lent, lent->several, queries[i], &several);
        if (!gdx_slice_equal(gdx_buffer_slice(&one), gdx_buffer_slice(&several)))
            fail_msg("%s: by one thread\n%.*s\nby several\n%.*s", queries[i],
                     GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&one)), GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&several)));
        found += one.bytes;
    }
    assert_true(found > 20000);
    gdx_buffer_clear(&one);
    gdx_buffer_clear(&several);
}

static void a_stop_ends_it(void **state) {
    const struct lent *lent = *state;
    gdx_query *query = collection_parse("甲乙");
    gdx_stop stop = {.deadline_ns = 1};
    gdx_totals totals = {0};
    gdx_error err = {0};
    assert_int_equal(gdx_count(lent->several, lent->collection.snapshot, query, &stop, &totals, &err), GDX_DEADLINE);
    assert_int_equal(gdx_count(lent->several, lent->collection.snapshot, query, NULL, &totals, &err), GDX_OK);
    assert_true(totals.occurrences > 0);
    gdx_query_free(query);
}

// Whatever the limit, the query fails or has the answer of one thread, which may fail with a little less.
static void memory_is_within_the_limit(void **state) {
    const struct lent *lent = *state;
    gdx_query *query = collection_parse("甲 NEAR/5 乙");
    gdx_totals expected = {0};
    gdx_error err = {0};
    bool has_failed = false;
    assert_int_equal(gdx_count(lent->collection.searcher, lent->collection.snapshot, query, NULL, &expected, &err),
                     GDX_OK);
    for (size_t limit = 1 << 10; limit <= 1 << 24; limit += limit / 2) {
        gdx_totals one = {0}, several = {0};
        gdx_searcher *searcher = gdx_searcher_new(), *lender = gdx_searcher_new();
        gdx_searcher_limit_memory(searcher, limit);
        gdx_searcher_limit_memory(lender, limit);
        gdx_searcher_lend_threads(lender, lent->executor, 0);
        gdx_status alone = gdx_count(searcher, lent->collection.snapshot, query, NULL, &one, &err);
        gdx_status shared = gdx_count(lender, lent->collection.snapshot, query, NULL, &several, &err);
        assert_int_equal(alone, shared);
        assert_true(alone == GDX_NO_MEMORY || (alone == GDX_OK && several.occurrences == expected.occurrences));
        has_failed |= alone != GDX_OK;
        gdx_searcher_free(searcher);
        gdx_searcher_free(lender);
    }
    assert_true(has_failed);
    gdx_query_free(query);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_taken_in_order),
        cmocka_unit_test(the_first_failure_in_order_is_the_querys),
        cmocka_unit_test(what_a_helper_has_no_memory_for_is_done_again),
        cmocka_unit_test(texts_are_counted_over_all_parts),
        cmocka_unit_test(answers_are_those_of_one_thread),
        cmocka_unit_test(a_stop_ends_it),
        cmocka_unit_test(memory_is_within_the_limit),
    };
    return cmocka_run_group_tests_name("query: crew", tests, set_up, tear_down);
}
