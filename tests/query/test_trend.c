// SPDX-License-Identifier: Apache-2.0
// test_trend.c: documents and occurrences by period, against a sum over all documents.

#include "collection.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

// Dates as gdx_date_of makes them: year << 9 | month << 5 | day.
static const struct written documents[] = {
    {.id = "1", .text = "甲甲乙", .date = (2019 << 9 | 11 << 5 | 2)},
    {.id = "2", .text = "乙", .date = (2019 << 9 | 12 << 5)},
    {.id = "3", .text = "甲", .date = (2022 << 9), .segment = 1},
    {.id = "4", .text = "甲甲甲甲", .segment = 1},
    {.id = "5", .text = "甲", .date = (2019 << 9), .segment = 1, .is_deleted = true},
    {.id = "6", .text = "甲乙", .date = (2020 << 9 | 1 << 5 | 31), .segment = 2},
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

static gdx_trend *trend_of(const char *query, gdx_trend_options options) {
    GDX_AUTO(gdx_query) parsed = collection_parse(query);
    gdx_trend *trend = NULL;
    assert_int_equal(gdx_trend_compute(collection.searcher, collection.snapshot, parsed, &options, NULL, &trend, NULL),
                     GDX_OK);
    return trend;
}

// "period documents/of_documents occurrences/of_symbols", a row a line.
static void expect_limited_rows(const char *query, gdx_trend_options options, const char *expected) {
    GDX_AUTO(gdx_trend) trend = trend_of(query, options);
    char rows[1024] = "", date[GDX_DATE_TEXT_BYTES];
    for (size_t i = 0; i < trend->row_count; i++) {
        const gdx_trend_row *row = &trend->rows[i];
        snprintf(rows + strlen(rows), sizeof rows - strlen(rows), "%s %llu/%llu %llu/%llu\n",
                 gdx_date_format(row->period, date), (unsigned long long)row->documents,
                 (unsigned long long)row->of_documents, (unsigned long long)row->occurrences,
                 (unsigned long long)row->of_symbols);
    }
    assert_string_equal(rows, expected);
}

static void expect_rows(const char *query, gdx_period by, const char *expected) {
    expect_limited_rows(query, (gdx_trend_options){.by = by}, expected);
}

static void empty_years_are_left_out_and_no_date_is_last(void **state) {
    (void)state;
    expect_rows("甲", GDX_BY_YEAR, "2019 1/2 2/4\n2020 1/1 1/2\n2022 1/1 1/1\n 1/1 4/4\n");
}

static void a_year_is_not_a_month(void **state) {
    (void)state;
    expect_rows("甲", GDX_BY_MONTH, "2019-11 1/1 2/3\n2019-12 0/1 0/1\n2020-01 1/1 1/2\n 2/2 5/5\n");
}

static void empty_days_are_left_out(void **state) {
    (void)state;
    expect_rows("甲", GDX_BY_DAY, "2019-11-02 1/1 2/3\n2020-01-31 1/1 1/2\n 2/3 5/6\n");
}

static void rows_start_at_the_first_match_and_go_on_to_the_end(void **state) {
    (void)state;
    expect_rows("甲乙 NOT 甲甲", GDX_BY_YEAR, "2020 1/1 1/2\n2022 0/1 0/1\n 0/1 0/4\n");
    expect_rows("甲甲乙", GDX_BY_MONTH, "2019-11 1/1 1/3\n2019-12 0/1 0/1\n2020-01 0/1 0/2\n 0/2 0/5\n");
    expect_rows("丁", GDX_BY_YEAR, " 0/1 0/4\n");
}

static void a_limit_may_be_longer_or_shorter_than_a_period(void **state) {
    (void)state;
    const gdx_date in_2019 = gdx_date_of(2019, 0, 0), in_december = gdx_date_of(2019, 12, 0),
                   on_a_day = gdx_date_of(2020, 1, 31);
    const struct {
        gdx_trend_options options;
        const char *rows;
    } cases[] = {
        {{GDX_BY_YEAR, in_december, GDX_NO_DATE}, "2019 1/2 2/4\n2020 1/1 1/2\n2022 1/1 1/1\n"},
        {{GDX_BY_YEAR, GDX_NO_DATE, on_a_day}, "2019 1/2 2/4\n2020 1/1 1/2\n"},
        {{GDX_BY_MONTH, in_2019, in_2019}, "2019-11 1/1 2/3\n2019-12 0/1 0/1\n"},
        {{GDX_BY_MONTH, in_december, in_december}, "2019-12 0/1 0/1\n"},
        {{GDX_BY_DAY, on_a_day, on_a_day}, "2020-01-31 1/1 1/2\n"},
        {{GDX_BY_DAY, gdx_date_of(2021, 0, 0), GDX_NO_DATE}, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_limited_rows("甲", cases[i].options, cases[i].rows);
}

static void rows_start_at_the_limit_also_without_a_match(void **state) {
    (void)state;
    const gdx_trend_options options = {.by = GDX_BY_YEAR, .from = gdx_date_of(2020, 0, 0)};
    expect_limited_rows("丁", options, "2020 0/1 0/2\n2022 0/1 0/1\n");
}

static void totals_are_those_of_the_rows(void **state) {
    (void)state;
    GDX_AUTO(gdx_trend) trend = trend_of("甲", (gdx_trend_options){.by = GDX_BY_YEAR, .from = gdx_date_of(2020, 0, 0)});
    assert_int_equal(trend->totals.documents, 2);
    assert_int_equal(trend->totals.occurrences, 2);
}

static void rows_add_up_to_the_totals_of_a_count(void **state) {
    (void)state;
    for (gdx_period period = GDX_BY_YEAR; period <= GDX_BY_DAY; period++) {
        GDX_AUTO(gdx_trend) trend = trend_of("甲 OR 乙", (gdx_trend_options){.by = period});
        gdx_totals counted = collection_count(&collection, "甲 OR 乙"), sum = {0};
        for (size_t i = 0; i < trend->row_count; i++) {
            sum.documents += trend->rows[i].documents;
            sum.occurrences += trend->rows[i].occurrences;
        }
        assert_int_equal(sum.documents, counted.documents);
        assert_int_equal(sum.occurrences, counted.occurrences);
        assert_int_equal(trend->totals.documents, counted.documents);
        assert_int_equal(trend->totals.occurrences, counted.occurrences);
    }
}

static void a_million_symbols_are_those_of_the_period(void **state) {
    (void)state;
    GDX_AUTO(gdx_trend) trend = trend_of("甲", (gdx_trend_options){.by = GDX_BY_YEAR});
    assert_true(trend->rows[0].per_million == 500000);
    assert_true(trend->rows[2].per_million == 1000000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_years_are_left_out_and_no_date_is_last),
        cmocka_unit_test(a_year_is_not_a_month),
        cmocka_unit_test(empty_days_are_left_out),
        cmocka_unit_test(rows_start_at_the_first_match_and_go_on_to_the_end),
        cmocka_unit_test(a_limit_may_be_longer_or_shorter_than_a_period),
        cmocka_unit_test(rows_start_at_the_limit_also_without_a_match),
        cmocka_unit_test(totals_are_those_of_the_rows),
        cmocka_unit_test(rows_add_up_to_the_totals_of_a_count),
        cmocka_unit_test(a_million_symbols_are_those_of_the_period),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
