// SPDX-License-Identifier: Apache-2.0
// test_trend.c: documents and occurrences by period, against a sum over all documents.

#include "../query/collection.h"
#include "gdx/statistics.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

// Dates as gdx_date_of makes them: year << 9 | month << 5 | day.
static const struct written documents[] = {
    {.id = "1", .source = "b", .text = "甲甲乙", .date = (2019 << 9 | 11 << 5 | 2)},
    {.id = "2", .text = "乙", .date = (2019 << 9 | 12 << 5)},
    {.id = "3", .source = "a", .text = "甲", .date = (2022 << 9), .segment = 1},
    {.id = "4", .text = "甲甲甲甲", .segment = 1},
    {.id = "5", .text = "甲", .date = (2019 << 9), .segment = 1, .is_deleted = true},
    {.id = "6", .source = "b", .text = "甲乙", .date = (2020 << 9 | 1 << 5 | 31), .segment = 2},
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
    char rows[1024] = "", period[GDX_PERIOD_TEXT_BYTES];
    for (size_t i = 0; i < trend->all.row_count; i++) {
        const gdx_trend_row *row = &trend->all.rows[i];
        snprintf(rows + strlen(rows), sizeof rows - strlen(rows), "%s %llu/%llu %llu/%llu\n",
                 gdx_period_format(row->period, options.by, period), (unsigned long long)row->documents,
                 (unsigned long long)row->of_documents, (unsigned long long)row->occurrences,
                 (unsigned long long)row->of_symbols);
    }
    assert_string_equal(rows, expected);
}

static void expect_rows(const char *query, gdx_group by, const char *expected) {
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
        {{.by = GDX_BY_YEAR, .from = in_december, .to = GDX_NO_DATE}, "2019 1/2 2/4\n2020 1/1 1/2\n2022 1/1 1/1\n"},
        {{.by = GDX_BY_YEAR, .from = GDX_NO_DATE, .to = on_a_day}, "2019 1/2 2/4\n2020 1/1 1/2\n"},
        {{.by = GDX_BY_MONTH, .from = in_2019, .to = in_2019}, "2019-11 1/1 2/3\n2019-12 0/1 0/1\n"},
        {{.by = GDX_BY_MONTH, .from = in_december, .to = in_december}, "2019-12 0/1 0/1\n"},
        {{.by = GDX_BY_DAY, .from = on_a_day, .to = on_a_day}, "2020-01-31 1/1 1/2\n"},
        {{.by = GDX_BY_DAY, .from = gdx_date_of(2021, 0, 0)}, ""},
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
    assert_int_equal(trend->all.totals.documents, 2);
    assert_int_equal(trend->all.totals.occurrences, 2);
}

static void rows_add_up_to_the_totals_of_a_count(void **state) {
    (void)state;
    for (gdx_group period = GDX_BY_YEAR; period <= GDX_BY_DAY; period++) {
        GDX_AUTO(gdx_trend) trend = trend_of("甲 OR 乙", (gdx_trend_options){.by = period});
        gdx_totals counted = collection_count(&collection, "甲 OR 乙"), sum = {0};
        for (size_t i = 0; i < trend->all.row_count; i++) {
            sum.documents += trend->all.rows[i].documents;
            sum.occurrences += trend->all.rows[i].occurrences;
        }
        assert_int_equal(sum.documents, counted.documents);
        assert_int_equal(sum.occurrences, counted.occurrences);
        assert_int_equal(trend->all.totals.documents, counted.documents);
        assert_int_equal(trend->all.totals.occurrences, counted.occurrences);
    }
}

static void a_million_symbols_are_those_of_the_period(void **state) {
    (void)state;
    GDX_AUTO(gdx_trend) trend = trend_of("甲", (gdx_trend_options){.by = GDX_BY_YEAR});
    assert_true(trend->all.rows[0].per_million == 500000);
    assert_true(trend->all.rows[2].per_million == 1000000);
}

static void quarters_and_weeks_have_limits_of_whole_periods(void **state) {
    (void)state;
    expect_rows("甲", GDX_BY_QUARTER, "2019-Q4 1/2 2/4\n2020-Q1 1/1 1/2\n 2/2 5/5\n");
    expect_rows("甲", GDX_BY_WEEK, "2019-W44 1/1 2/3\n2020-W05 1/1 1/2\n 2/3 5/6\n");
    const struct {
        gdx_trend_options options;
        const char *rows;
    } cases[] = {
        {{.by = GDX_BY_QUARTER, .from = gdx_date_of(2019, 12, 31)}, "2019-Q4 1/2 2/4\n2020-Q1 1/1 1/2\n"},
        {{.by = GDX_BY_QUARTER, .to = gdx_date_of(2019, 10, 1)}, "2019-Q4 1/2 2/4\n"},
        {{.by = GDX_BY_QUARTER, .from = gdx_date_of(2020, 4, 0)}, ""},
        {{.by = GDX_BY_WEEK, .from = gdx_date_of(2020, 2, 2)}, "2020-W05 1/1 1/2\n"}, // the Sunday of the week
        {{.by = GDX_BY_WEEK, .from = gdx_date_of(2020, 2, 3)}, ""},
        {{.by = GDX_BY_WEEK, .to = gdx_date_of(2019, 10, 28)}, "2019-W44 1/1 2/3\n"}, // its Monday
        {{.by = GDX_BY_WEEK, .to = gdx_date_of(2019, 10, 27)}, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_limited_rows("甲", cases[i].options, cases[i].rows);
}

static void each_source_has_rows_of_its_own(void **state) {
    (void)state;
    GDX_AUTO(gdx_trend) trend = trend_of("甲", (gdx_trend_options){.by = GDX_BY_YEAR, .split_by_source = true});
    const struct {
        const char *source;
        size_t rows;
        uint64_t documents, occurrences;
    } wanted[] = {{"", 1, 1, 4}, {"a", 1, 1, 1}, {"b", 2, 2, 3}};
    assert_int_equal(trend->source_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const gdx_trend_series *series = &trend->sources[i];
        assert_true(gdx_slice_equal(series->source, gdx_slice_of(wanted[i].source)));
        assert_int_equal(series->row_count, wanted[i].rows);
        assert_int_equal(series->totals.documents, wanted[i].documents);
        assert_int_equal(series->totals.occurrences, wanted[i].occurrences);
    }
    assert_int_equal(trend->sources[2].rows[0].of_documents, 1); // of 2019, of b
    assert_int_equal(trend->sources[2].rows[0].of_symbols, 3);
    assert_int_equal(trend->all.row_count, 4);
}

static void a_source_without_a_match_has_no_series(void **state) {
    (void)state;
    GDX_AUTO(gdx_trend) trend = trend_of("乙乙 OR 乙", (gdx_trend_options){.by = GDX_BY_YEAR, .split_by_source = true});
    assert_int_equal(trend->source_count, 2);
    GDX_AUTO(gdx_trend) none = trend_of("丁", (gdx_trend_options){.by = GDX_BY_YEAR, .split_by_source = true});
    assert_int_equal(none->source_count, 0);
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
        cmocka_unit_test(quarters_and_weeks_have_limits_of_whole_periods),
        cmocka_unit_test(each_source_has_rows_of_its_own),
        cmocka_unit_test(a_source_without_a_match_has_no_series),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
