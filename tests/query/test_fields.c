// SPDX-License-Identifier: Apache-2.0
// test_fields.c: what of a document a query looks in, and what its length counts.

#include "collection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void expect(const struct collection *collection, const char *query, uint64_t documents, uint64_t occurrences) {
    gdx_totals totals = collection_count(collection, query);
    if (totals.documents != documents || totals.occurrences != occurrences)
        fail_msg("%s: %llu in %llu documents, expected %llu in %llu", query, (unsigned long long)totals.occurrences,
                 (unsigned long long)totals.documents, (unsigned long long)occurrences, (unsigned long long)documents);
}

static const struct written titled[] = {
    {.id = "derived", .title = "产业链", .text = "产业链\n在产业链上", .title_from_text = true, .date = 2023 << 9},
    {.id = "own", .title = "产业链", .text = "供应链", .date = 2023 << 9},
};

static void a_title_from_the_text_counts_once(void **state) {
    (void)state;
    struct collection collection;
    collection_open(&collection, titled, 2);
    expect(&collection, "产业链", 2, 3);
    expect(&collection, "链", 2, 4);
    expect(&collection, "title:产业链", 2, 2);
    expect(&collection, "text:产业链", 1, 2);
    expect(&collection, "title:链", 2, 2);
    expect(&collection, "产业链 NEAR/9 供应链", 0, 0);
    expect(&collection, "exact:产业链", 2, 3);
    expect(&collection, "title:(exact:产业链)", 2, 2);
    expect(&collection, "any:(exact:產业链)", 0, 0);
    expect(&collection, "bridge:产业链", 2, 3);
    collection_close(&collection);
}

static void lengths_and_totals_leave_a_title_from_the_text_out(void **state) {
    (void)state;
    struct collection collection;
    collection_open(&collection, titled, 2);
    assert_int_equal(gdx_snapshot_symbols(collection.snapshot), 8 + 6);
    gdx_search_options options = {.limit = 10, .order = GDX_ORDER_ID, .match_limit = 10, .snippet_symbols = 5};
    GDX_AUTO(gdx_results) results = collection_search(&collection, "产业链", &options);
    assert_int_equal(results->hits[0].length, 8);
    assert_int_equal(results->hits[1].length, 6);
    assert_int_equal(results->hits[0].match_count, 2);
    assert_int_equal(results->hits[0].matches[0].field, GDX_FIELD_TEXT);
    assert_int_equal(results->hits[1].matches[0].field, GDX_FIELD_TITLE);
    GDX_AUTO(gdx_query) query = collection_parse("产业链");
    GDX_AUTO(gdx_trend) trend = NULL;
    assert_int_equal(gdx_trend_compute(collection.searcher, collection.snapshot, query,
                                       &(const gdx_trend_options){.by = GDX_BY_YEAR}, NULL, &trend, NULL),
                     GDX_OK);
    assert_int_equal(trend->rows[0].of_symbols, 8 + 6);
    collection_close(&collection);
}

static void a_deleted_document_takes_away_what_it_counted(void **state) {
    (void)state;
    struct written documents[] = {titled[0], titled[1]};
    documents[0].is_deleted = true;
    struct collection collection;
    collection_open(&collection, documents, 2);
    assert_int_equal(gdx_snapshot_symbols(collection.snapshot), 6);
    expect(&collection, "产业链", 1, 1);
    collection_close(&collection);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_title_from_the_text_counts_once),
        cmocka_unit_test(lengths_and_totals_leave_a_title_from_the_text_out),
        cmocka_unit_test(a_deleted_document_takes_away_what_it_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
