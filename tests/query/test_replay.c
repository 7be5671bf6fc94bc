// SPDX-License-Identifier: Apache-2.0
// test_replay.c: a count from the stored text. That it is right the property test shows, for every kind of query; here,
// that it does not believe postings, that it stops, and what becomes of it without memory or with a damaged file.

#include "../support/allocations.h"
#include "../support/each_allocation.h"
#include "../support/folder.h"
#include "../support/small_index.h"

#include "gdx/ngram.h"
#include "gdx/replay.h"
#include "gdx/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct {
    char *folder;
    gdx_index *index;
    gdx_snapshot *snapshot;
} place;

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s: %s", gdx_status_name(status), err->where, err->message);
}

static void open_it(void) {
    gdx_error err = {0};
    must(gdx_index_open(place.folder, &place.index, &err), &err);
    place.snapshot = gdx_index_snapshot(place.index);
}

static int make(void **state) {
    (void)state;
    place.folder = folder_new();
    return 0;
}

static int unmake(void **state) {
    (void)state;
    gdx_snapshot_release(place.snapshot);
    gdx_index_close(place.index);
    folder_remove(place.folder);
    place.snapshot = NULL;
    place.index = NULL;
    return 0;
}

static void add_documents(void) {
    const struct small_document documents[] = {
        {"a", "产业链 重构 产业链"}, {"b", "supply chain 产业链"}, {"c", "计畫 sup-\nply"}};
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_error err = {0};
    must(gdx_index_writer_open(place.folder, &writer, &err), &err);
    must(small_add(writer, 1, documents, 3, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    must(small_add(writer, 1, &(struct small_document){"b", "关税"}, 1, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    open_it();
}

static gdx_query *parsed(const char *text) {
    gdx_query *query = NULL;
    gdx_error err = {0};
    must(gdx_query_parse(gdx_snapshot_rule(place.snapshot), gdx_slice_of(text), &query, &err), &err);
    return query;
}

static gdx_totals replayed(const char *text) {
    GDX_AUTO(gdx_query) query = parsed(text);
    gdx_totals totals = {0};
    gdx_error err = {0};
    must(gdx_replay_count(place.snapshot, query, NULL, NULL, NULL, &totals, &err), &err);
    return totals;
}

static gdx_totals counted(const char *text) {
    GDX_AUTO(gdx_query) query = parsed(text);
    GDX_AUTO(gdx_searcher) searcher = gdx_searcher_new();
    gdx_totals totals = {0};
    gdx_error err = {0};
    must(gdx_count(searcher, place.snapshot, query, NULL, &totals, &err), &err);
    return totals;
}

static void it_counts_live_documents(void **state) {
    (void)state;
    static const struct {
        const char *query;
        uint64_t documents, occurrences;
    } rows[] = {
        {"产业链", 1, 2},
        {"supply", 1, 1},
        {"suppl*", 1, 1},
        {"*ply", 1, 1},
        {"计划", 1, 1},
        {"exact:计划", 0, 0},
        {"NOT 产业链", 2, 0},
        {"id:b", 1, 0},
        {"关税", 1, 1},
        {"产业链 NEAR/2 重构", 1, 3},
        {"产业链 THEN/0 重构", 1, 2},
    };
    add_documents();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gdx_totals by_text = replayed(rows[i].query), by_index = counted(rows[i].query);
        if (by_text.documents != rows[i].documents || by_text.occurrences != rows[i].occurrences ||
            by_index.documents != rows[i].documents || by_index.occurrences != rows[i].occurrences)
            fail_msg("%s: %d documents, %d occurrences; by the index %d, %d", rows[i].query, (int)by_text.documents,
                     (int)by_text.occurrences, (int)by_index.documents, (int)by_index.occurrences);
    }
}

// A segment whose postings are of another text than it stores.
static void postings_that_lie_are_found_out(void **state) {
    (void)state;
    const gdx_document stored = {.id = gdx_slice_of("a"), .text = gdx_slice_of("产业链")};
    gdx_document lied = stored;
    GDX_AUTO(gdx_folded) folded = gdx_folded_new();
    GDX_AUTO(gdx_inverter) inverter = gdx_inverter_new(1 << 20);
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_segment_writer *segment = NULL;
    gdx_segment_info info;
    gdx_error err = {0};
    lied.text = gdx_slice_of("供应链");
    must(gdx_index_writer_open(place.folder, &writer, &err), &err);
    must(gdx_segment_writer_open(place.folder, 1, 0, gdx_rule_current(), &segment, &err), &err);
    must(gdx_folded_fold(folded, gdx_rule_current(), &lied), &err);
    must(gdx_segment_writer_add(segment, &stored, folded, &err), &err);
    must(gdx_folded_invert(folded, inverter), &err);
    must(gdx_inverter_sort(inverter), &err);
    must(gdx_segment_writer_commit(segment, inverter, &info, &err), &err);
    must(gdx_index_writer_add(writer, &info, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    must(gdx_index_verify(place.folder, NULL, NULL, NULL, &err), &err); // every checksum is right
    open_it();
    assert_int_equal(counted("供应链").documents, 1);
    assert_int_equal(replayed("供应链").documents, 0);
    assert_int_equal(counted("产业链").documents, 0);
    assert_int_equal(replayed("产业链").documents, 1);
}

static void it_stops_and_refuses_bridges(void **state) {
    (void)state;
    atomic_bool cancelled = true;
    const gdx_stop stop = {.cancelled = &cancelled};
    gdx_totals totals;
    gdx_error err = {0};
    add_documents();
    gdx_query *query = parsed("产业链");
    assert_int_equal(gdx_replay_count(place.snapshot, query, &stop, NULL, NULL, &totals, &err), GDX_CANCELLED);
    gdx_query_free(query);
    err = (gdx_error){0};
    query = parsed("bridge:产业链");
    assert_int_equal(gdx_replay_count(place.snapshot, query, NULL, NULL, NULL, &totals, &err), GDX_INVALID);
    assert_string_equal(err.field, "query");
    gdx_query_free(query);
}

static gdx_query *asked;

static gdx_status replay_once(void) {
    gdx_totals totals;
    gdx_error err = {0};
    return gdx_replay_count(place.snapshot, asked, NULL, NULL, NULL, &totals, &err);
}

static void a_failed_allocation_is_said(void **state) {
    (void)state;
    add_documents();
    asked = parsed("(产业链 OR suppl*) NEAR/5 重构 OR exact:计畫");
    fail_each_allocation(replay_once, NULL, 5);
    gdx_query_free(asked);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(it_counts_live_documents),
        TEST(postings_that_lie_are_found_out),
        TEST(it_stops_and_refuses_bridges),
        TEST(a_failed_allocation_is_said),
    };
    return cmocka_run_group_tests_name("query: replay", tests, NULL, NULL);
}
