// SPDX-License-Identifier: Apache-2.0
// test_facets.c: documents by source and by period, and how evenly occurrences lie over them: worked by hand.

#include "../query/collection.h"
#include "gdx/statistics.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

// Dates as gdx_date_of makes them: year << 9 | month << 5 | day.
static const struct written documents[] = {
    {.id = "1", .source = "news", .text = "甲甲乙", .date = (2019 << 9 | 11 << 5 | 2)},
    {.id = "2", .source = "law", .text = "乙", .date = (2019 << 9 | 12 << 5)},
    {.id = "3", .source = "news", .text = "甲", .date = (2022 << 9), .segment = 1},
    {.id = "4", .source = "law", .text = "甲甲甲甲", .segment = 1},
    {.id = "5", .source = "news", .text = "甲", .date = (2019 << 9), .segment = 1, .is_deleted = true},
    {.id = "6", .source = "news", .text = "乙乙", .date = (2020 << 9 | 1 << 5 | 31), .segment = 2},
    {.id = "7", .source = "empty", .text = "", .date = (2020 << 9), .segment = 2},
};
static struct collection collection;

static int set_up(void **state) {
    (void)state;
    collection_open(&collection, documents, sizeof documents / sizeof *documents);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    collection_close(&collection);
    return 0;
}

// "value documents/of_documents occurrences/of_symbols", a row a line.
static void expect_facet(const char *query, gdx_group by, const char *expected) {
    GDX_AUTO(gdx_query) parsed = collection_parse(query);
    GDX_AUTO(gdx_facets) facets = NULL;
    const gdx_facet_by wanted = {.group = by};
    assert_int_equal(
        gdx_facets_compute(collection.searcher, collection.snapshot, parsed, &wanted, 1, NULL, &facets, NULL), GDX_OK);
    char rows[1024] = "", period[GDX_PERIOD_TEXT_BYTES];
    for (size_t i = 0; i < facets->facets[0].row_count; i++) {
        const gdx_facet_row *row = &facets->facets[0].rows[i];
        gdx_slice value = by == GDX_BY_SOURCE ? row->value : gdx_slice_of(gdx_period_format(row->period, by, period));
        snprintf(rows + strlen(rows), sizeof rows - strlen(rows), "%.*s %llu/%llu %llu/%llu\n", (int)value.bytes,
                 value.data ? value.data : "", (unsigned long long)row->documents,
                 (unsigned long long)row->of_documents, (unsigned long long)row->occurrences,
                 (unsigned long long)row->of_symbols);
    }
    assert_string_equal(rows, expected);
}

static void the_source_with_most_documents_is_first(void **state) {
    (void)state;
    expect_facet("甲", GDX_BY_SOURCE, "news 2/3 3/6\nlaw 1/2 4/5\n");
    expect_facet("乙", GDX_BY_SOURCE, "news 2/3 3/6\nlaw 1/2 1/5\n");
    expect_facet("甲乙", GDX_BY_SOURCE, "news 1/3 1/6\n");
    expect_facet("丁", GDX_BY_SOURCE, "");
}

static void periods_ascend_and_no_date_is_last(void **state) {
    (void)state;
    expect_facet("甲", GDX_BY_YEAR, "2019 1/2 2/4\n2022 1/1 1/1\n 1/1 4/4\n");
    expect_facet("甲", GDX_BY_QUARTER, "2019-Q4 1/2 2/4\n 2/3 5/5\n");
}

static void filters_say_of_what_and_phrases_do_not(void **state) {
    (void)state;
    expect_facet("甲 source:news", GDX_BY_YEAR, "2019 1/1 2/3\n2022 1/1 1/1\n");
    expect_facet("甲 date:2019", GDX_BY_SOURCE, "news 1/1 2/3\n");
    expect_facet("甲 NOT source:law", GDX_BY_SOURCE, "news 2/3 3/6\n");
    expect_facet("甲 (source:news OR source:law) date:2019..2022", GDX_BY_SOURCE, "news 2/3 3/6\n");
    expect_facet("甲 (乙 OR source:law)", GDX_BY_SOURCE, "law 1/2 4/5\nnews 1/3 3/6\n"); // it holds a phrase
    expect_facet("source:law", GDX_BY_YEAR, "2019 1/1 0/1\n 1/1 0/4\n");
}

// ---- dispersion

static gdx_dispersion *dispersion_of(const char *query, gdx_group by, size_t limit) {
    GDX_AUTO(gdx_query) parsed = collection_parse(query);
    gdx_dispersion *out = NULL;
    assert_int_equal(
        gdx_dispersion_compute(collection.searcher, collection.snapshot, parsed, by, limit, NULL, &out, NULL), GDX_OK);
    return out;
}

static void expect_near(double found, double expected) {
    if (!(fabs(found - expected) < 1e-12))
        fail_msg("%.15g, expected %.15g", found, expected);
}

// 甲 by source: news 3 of 7 in 6 of 11 symbols, law 4 of 7 in 5 of 11, empty has no symbol.
// DP = (|3/7 - 6/11| + |4/7 - 5/11|) / 2 = 9/77; least share 5/11; rates 1/2 and 4/5: mean 13/20, deviation 3/20.
static void two_sources_by_hand(void **state) {
    (void)state;
    GDX_AUTO(gdx_dispersion) found = dispersion_of("甲", GDX_BY_SOURCE, 0);
    assert_int_equal(found->parts, 3);
    assert_int_equal(found->parts_with, 2);
    assert_int_equal(found->occurrences, 7);
    assert_int_equal(found->symbols, 11);
    expect_near(found->dp, 9.0 / 77);
    expect_near(found->dp_norm, 9.0 / 77 / (6.0 / 11));
    expect_near(found->juilland_d, 1 - 3.0 / 13);
    assert_int_equal(found->row_count, 2);
    assert_true(gdx_slice_equal(found->rows[0].name, gdx_slice_of("law")));
    assert_int_equal(found->rows[0].occurrences, 4);
    assert_int_equal(found->rows[0].symbols, 5);
    expect_near(found->rows[0].per_million, 800000);
}

// 甲 in five documents with symbols: 2/3, 0/1, 1/1, 4/4, 0/2 of 7 and 11.
// Products with 77: 22-21, 0-7, 11-7, 44-28, 0-14: sum of distances 42.
static void documents_by_hand(void **state) {
    (void)state;
    GDX_AUTO(gdx_dispersion) found = dispersion_of("甲", GDX_BY_DOCUMENT, 2);
    assert_int_equal(found->parts, 6);
    assert_int_equal(found->parts_with, 3);
    expect_near(found->dp, 42.0 / 77 / 2);
    expect_near(found->dp_norm, 42.0 / 77 / 2 / (10.0 / 11));
    const double rates[] = {2.0 / 3, 0, 1, 1, 0}, mean = (2.0 / 3 + 2) / 5;
    double squares = 0;
    for (size_t i = 0; i < 5; i++)
        squares += (rates[i] - mean) * (rates[i] - mean);
    expect_near(found->juilland_d, 1 - sqrt(squares / 5) / mean / 2);
    assert_int_equal(found->row_count, 2); // as many as asked for, most occurrences first
    assert_true(gdx_slice_equal(found->rows[0].name, gdx_slice_of("4")));
    assert_true(gdx_slice_equal(found->rows[1].name, gdx_slice_of("1")));
}

static void even_is_0_and_clumped_is_near_1(void **state) {
    (void)state;
    GDX_AUTO(gdx_dispersion) even = dispersion_of("甲 source:news date:2022", GDX_BY_YEAR, 0);
    assert_int_equal(even->parts, 1);
    expect_near(even->dp, 0);
    assert_true(isnan(even->dp_norm) && isnan(even->juilland_d));
    GDX_AUTO(gdx_dispersion) clumped = dispersion_of("甲乙", GDX_BY_DOCUMENT, 9);
    expect_near(clumped->dp, 8.0 / 11);
}

static void without_an_occurrence_nothing_is_measured(void **state) {
    (void)state;
    GDX_AUTO(gdx_dispersion) found = dispersion_of("丁", GDX_BY_MONTH, 0);
    assert_int_equal(found->occurrences, 0);
    assert_true(isnan(found->dp) && isnan(found->dp_norm) && isnan(found->juilland_d));
    assert_int_equal(found->row_count, 4); // 2019-11, 2019-12, 2020-01, no month
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_source_with_most_documents_is_first),
        cmocka_unit_test(periods_ascend_and_no_date_is_last),
        cmocka_unit_test(filters_say_of_what_and_phrases_do_not),
        cmocka_unit_test(two_sources_by_hand),
        cmocka_unit_test(documents_by_hand),
        cmocka_unit_test(even_is_0_and_clumped_is_near_1),
        cmocka_unit_test(without_an_occurrence_nothing_is_measured),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
