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

static gdx_status add_symbols(void *context, const gdx_tallied *document, gdx_error *err) {
    (void)err;
    *(uint64_t *)context += document->symbols;
    return GDX_OK;
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
    uint64_t symbols = 0;
    assert_int_equal(gdx_tally(collection.searcher, collection.snapshot, query, NULL, add_symbols, &symbols, NULL),
                     GDX_OK);
    assert_int_equal(symbols, 8 + 6);
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

// ---- parts

static const gdx_part_place pages[] = {{0, {"page 1", 6}}, {6, {"page 2", 6}}, {15, {"", 0}}};
static const gdx_part parts[] = {
    {.field = GDX_FIELD_FURNITURE, .text = {"关税研究 第3页", 20}},
    {.field = GDX_FIELD_NOTE, .text = {"见关税同盟", 15}, .places = pages, .place_count = 2},
    {.field = GDX_FIELD_TEXT, .text = {"附录：关税表", 18}, .places = pages, .place_count = 3},
    {.field = GDX_FIELD_CAPTION, .text = {"图1 关税", 11}},
    {.field = GDX_FIELD_NOTE, .text = {"", 0}},
    {.field = GDX_FIELD_NOTE, .text = {"同上", 6}},
};
static const struct written with_parts[] = {
    {.id = "a", .title = "贸易", .text = "关税与贸易", .parts = parts, .part_count = 6, .date = 2023 << 9},
    {.id = "b", .title = "贸易", .text = "关税", .date = 2023 << 9},
};

static void a_query_looks_in_all_parts_but_furniture(void **state) {
    (void)state;
    struct collection collection;
    collection_open(&collection, with_parts, 2);
    expect(&collection, "关税", 2, 5);
    expect(&collection, "税", 2, 5);
    expect(&collection, "text:关税", 2, 3);
    expect(&collection, "text:税", 2, 3);
    expect(&collection, "研究", 0, 0);
    expect(&collection, "note:关税", 1, 1);
    expect(&collection, "caption:税", 1, 1);
    expect(&collection, "furniture:关税", 1, 1);
    expect(&collection, "any:关税", 2, 6);
    expect(&collection, "exact:同上", 1, 1);
    expect(&collection, "同上", 1, 1);
    collection_close(&collection);
}

static void no_match_crosses_parts(void **state) {
    (void)state;
    struct collection collection;
    collection_open(&collection, with_parts, 2);
    expect(&collection, "贸易附录", 0, 0);
    expect(&collection, "盟同上", 0, 0);
    expect(&collection, "贸易 NEAR/3 附录", 0, 0);
    expect(&collection, "附录 THEN/9 表", 1, 2);
    expect(&collection, "同盟 NEAR/9 同上", 0, 0);
    collection_close(&collection);
}

static void lengths_leave_furniture_out(void **state) {
    (void)state;
    struct collection collection;
    collection_open(&collection, with_parts, 2);
    // 贸易, 关税与贸易, 附录：关税表, 见关税同盟, 同上, 图 1 关税
    assert_int_equal(gdx_snapshot_symbols(collection.snapshot), 2 + 5 + 6 + 5 + 2 + 4 + 4);
    collection_close(&collection);
}

static void a_match_names_its_part_and_the_bytes_there(void **state) {
    (void)state;
    static const gdx_match expected[] = {
        {GDX_FIELD_TEXT, 0, 0, 6, {"", 0}},
        {GDX_FIELD_TEXT, 1, 9, 15, {"page 2", 6}},
        {GDX_FIELD_NOTE, 0, 3, 9, {"page 1", 6}},
        {GDX_FIELD_CAPTION, 0, 5, 11, {"", 0}},
    };
    struct collection collection;
    collection_open(&collection, with_parts, 2);
    gdx_search_options options = {.limit = 1, .order = GDX_ORDER_ID, .match_limit = 10, .snippet_symbols = 50};
    static const char *const queries[] = {"关税", "税"};
    for (size_t q = 0; q < 2; q++) {
        GDX_AUTO(gdx_results) results = collection_search(&collection, queries[q], &options);
        const gdx_hit *hit = &results->hits[0];
        assert_int_equal(hit->match_count, 4);
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(hit->matches[i].field, expected[i].field);
            assert_int_equal(hit->matches[i].part, expected[i].part);
            assert_int_equal(hit->matches[i].begin, expected[i].begin + 3 * q);
            assert_int_equal(hit->matches[i].end, expected[i].end);
            // The second query's character begins at page 2 in the note.
            gdx_slice page_2 = {"page 2", 6};
            assert_true(gdx_slice_equal(hit->matches[i].place, q && i == 2 ? page_2 : expected[i].place));
        }
        assert_int_equal(hit->snippet_place.bytes, 0);
        assert_int_equal(hit->snippet.bytes, 15);
        assert_memory_equal(hit->snippet.data, "关税与贸易", 15);
    }
    GDX_AUTO(gdx_results) noted = collection_search(&collection, "同上", &options);
    assert_int_equal(noted->hits[0].snippet_field, GDX_FIELD_NOTE);
    assert_int_equal(noted->hits[0].snippet_part, 2);
    assert_memory_equal(noted->hits[0].snippet.data, "同上", 6);
    collection_close(&collection);
}

static void a_snippet_and_an_occurrence_name_the_place_of_the_match(void **state) {
    (void)state;
    static const struct {
        const char *query;
        const char *place;
    } cases[] = {{"附录", "page 1"}, {"：", "page 2"},   {"关税表", "page 2"}, {"text:表", ""},
                 {"见", "page 1"},   {"同盟", "page 2"}, {"title:贸易", ""},   {"同上", ""}};
    struct collection collection;
    collection_open(&collection, with_parts, 1);
    gdx_search_options options = {.limit = 1, .snippet_symbols = 50};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        GDX_AUTO(gdx_results) results = collection_search(&collection, cases[i].query, &options);
        GDX_AUTO(gdx_query) query = collection_parse(cases[i].query);
        GDX_AUTO(gdx_scan) scan = NULL;
        gdx_occurrence occurrence;
        bool has = false;
        assert_true(gdx_slice_equal(results->hits[0].snippet_place, gdx_slice_of(cases[i].place)));
        assert_int_equal(gdx_scan_open(collection.searcher, collection.snapshot, query, 9, NULL, &scan, NULL), GDX_OK);
        assert_int_equal(gdx_scan_next(scan, &occurrence, &has, NULL), GDX_OK);
        assert_true(has && gdx_slice_equal(occurrence.match.place, gdx_slice_of(cases[i].place)));
    }
    collection_close(&collection);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_title_from_the_text_counts_once),
        cmocka_unit_test(lengths_and_totals_leave_a_title_from_the_text_out),
        cmocka_unit_test(a_deleted_document_takes_away_what_it_counted),
        cmocka_unit_test(a_query_looks_in_all_parts_but_furniture),
        cmocka_unit_test(no_match_crosses_parts),
        cmocka_unit_test(lengths_leave_furniture_out),
        cmocka_unit_test(a_match_names_its_part_and_the_bytes_there),
        cmocka_unit_test(a_snippet_and_an_occurrence_name_the_place_of_the_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
