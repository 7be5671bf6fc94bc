// SPDX-License-Identifier: Apache-2.0
// test_periods.c: periods of dates, against the C library's calendar day by day; and the interval of a share, against
// published and solved examples.

#include "gdx/statistics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

enum { DAY_SECONDS = 24 * 60 * 60 };

static void expect_text(gdx_date date, gdx_group by, const char *expected) {
    char text[GDX_PERIOD_TEXT_BYTES];
    assert_string_equal(gdx_period_format(gdx_period_of(date, by), by, text), expected);
}

static gdx_date date_of(const struct tm *day) {
    return gdx_date_of((unsigned)day->tm_year + 1900, (unsigned)day->tm_mon + 1, (unsigned)day->tm_mday);
}

static void each_day_is_in_the_week_of_the_calendar(void **state) {
    (void)state;
    struct tm first = {.tm_year = 1890 - 1900, .tm_mon = 0, .tm_mday = 1}, day;
    time_t at = timegm(&first);
    for (int i = 0; i < 366 * 250; i++, at += DAY_SECONDS) {
        char week[32], quarter[32];
        gmtime_r(&at, &day);
        strftime(week, sizeof week, "%G-W%V", &day);
        snprintf(quarter, sizeof quarter, "%d-Q%d", day.tm_year + 1900, day.tm_mon / 3 + 1);
        expect_text(date_of(&day), GDX_BY_WEEK, week);
        expect_text(date_of(&day), GDX_BY_QUARTER, quarter);
    }
}

static void a_period_has_its_first_and_last_day(void **state) {
    (void)state;
    for (gdx_group by = GDX_BY_YEAR; by <= GDX_BY_DAY; by++) {
        struct tm first = {.tm_year = 1999 - 1900, .tm_mon = 0, .tm_mday = 1}, day;
        time_t at = timegm(&first);
        gdx_date before = GDX_NO_DATE, period_before = GDX_NO_DATE;
        for (int i = 0; i < 366 * 8; i++, at += DAY_SECONDS) {
            gdx_date date = date_of(gmtime_r(&at, &day)), period = gdx_period_of(date, by);
            assert_true(gdx_period_first_day(period, by) <= date && date <= gdx_period_last_day(period, by));
            if (period_before != GDX_NO_DATE && period != period_before) {
                assert_true(period > period_before);
                assert_int_equal(gdx_period_last_day(period_before, by), before);
                assert_int_equal(gdx_period_first_day(period, by), date);
            }
            before = date;
            period_before = period;
        }
    }
}

static void a_date_that_is_less_precise_is_in_no_period(void **state) {
    (void)state;
    const gdx_date year = gdx_date_of(2023, 0, 0), month = gdx_date_of(2023, 5, 0);
    expect_text(year, GDX_BY_YEAR, "2023");
    expect_text(year, GDX_BY_QUARTER, "");
    expect_text(year, GDX_BY_WEEK, "");
    expect_text(month, GDX_BY_QUARTER, "2023-Q2");
    expect_text(month, GDX_BY_MONTH, "2023-05");
    expect_text(month, GDX_BY_WEEK, "");
    expect_text(month, GDX_BY_DAY, "");
    for (gdx_group by = GDX_BY_YEAR; by <= GDX_BY_DAY; by++)
        expect_text(GDX_NO_DATE, by, "");
}

static void the_first_and_the_last_days_of_all_have_periods(void **state) {
    (void)state;
    for (gdx_group by = GDX_BY_YEAR; by <= GDX_BY_DAY; by++)
        for (unsigned day = 1; day < 8; day++) {
            const gdx_date first = gdx_date_of(1, 1, day), last = gdx_date_of(9999, 12, 24 + day);
            assert_true(gdx_period_first_day(gdx_period_of(first, by), by) <= first);
            assert_true(gdx_period_last_day(gdx_period_of(last, by), by) >= last);
        }
}

static void groups_have_the_names_of_requests(void **state) {
    (void)state;
    static const char *const names[] = {"year", "quarter", "month", "week", "day", "source", "document"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        gdx_group group = GDX_BY_YEAR;
        assert_true(gdx_group_parse(gdx_slice_of(names[i]), &group));
        assert_int_equal(group, i);
        assert_string_equal(gdx_group_name(group), names[i]);
    }
    gdx_group group;
    static const char *const others[] = {"", "Year", "years", "sourc", "source "};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(gdx_group_parse(gdx_slice_of(others[i]), &group));
}

static void a_share_has_the_interval_of_wilson(void **state) {
    (void)state;
    // R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
    // table I, method 3.
    static const struct {
        uint64_t successes, trials;
        double low, high;
    } published[] = {{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}};
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        gdx_interval found = gdx_interval_of(published[i].successes, published[i].trials);
        assert_true(fabs(found.low - published[i].low) < 0.00006 && fabs(found.high - published[i].high) < 0.00006);
    }
    // Both ends solve (k/n - p)^2 = z^2 p (1 - p) / n.
    for (uint64_t n = 1; n < 60; n++)
        for (uint64_t k = 1; k < n; k++) {
            gdx_interval found = gdx_interval_of(k, n);
            double share = (double)k / (double)n, z = 1.9599639845400545;
            const double ends[] = {found.low, found.high};
            for (size_t i = 0; i < 2; i++)
                assert_true(fabs((share - ends[i]) * (share - ends[i]) - z * z * ends[i] * (1 - ends[i]) / (double)n) <
                            1e-12);
            assert_true(found.low < share && share < found.high);
        }
    gdx_interval none = gdx_interval_of(0, 0);
    assert_true(none.low == 0 && none.high == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_day_is_in_the_week_of_the_calendar),
        cmocka_unit_test(a_period_has_its_first_and_last_day),
        cmocka_unit_test(a_date_that_is_less_precise_is_in_no_period),
        cmocka_unit_test(the_first_and_the_last_days_of_all_have_periods),
        cmocka_unit_test(groups_have_the_names_of_requests),
        cmocka_unit_test(a_share_has_the_interval_of_wilson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
