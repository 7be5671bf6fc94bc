// SPDX-License-Identifier: Apache-2.0
// periods.c: years, quarters, months, ISO weeks and days as groups of dates. Relies on gdx/document.h.

#include "gdx/statistics.h"

#include <assert.h>
#include <stdio.h>

static const char *const group_names[] = {"year", "quarter", "month", "week", "day", "source", "document"};

bool gdx_group_parse(gdx_slice name, gdx_group *out) {
    for (size_t i = 0; i < sizeof group_names / sizeof *group_names; i++)
        if (gdx_slice_equal(name, gdx_slice_of(group_names[i]))) {
            *out = (gdx_group)i;
            return true;
        }
    return false;
}

const char *gdx_group_name(gdx_group group) {
    assert((size_t)group < sizeof group_names / sizeof *group_names);
    return group_names[group];
}

// See Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
int64_t gdx_day_number(gdx_date day) {
    int64_t year = gdx_date_year(day), month = gdx_date_month(day);
    year -= month <= 2;
    int64_t era = year / 400, of_era = year % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + gdx_date_day(day) - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static gdx_date day_of_number(int64_t number) {
    return gdx_date_of_epoch(number * 24 * 60 * 60);
}

static gdx_date monday_of(gdx_date day) {
    int64_t number = gdx_day_number(day);
    int64_t since_monday = (number + 3 + 7 * INT64_C(1000000)) % 7; // 1970-01-01 was a Thursday
    gdx_date monday = day_of_number(number - since_monday);
    return monday == GDX_NO_DATE ? day : monday; // the first of all days
}

gdx_date gdx_period_of(gdx_date date, gdx_group by) {
    unsigned year = gdx_date_year(date), month = gdx_date_month(date);
    switch (by) {
    case GDX_BY_YEAR:
        return gdx_date_of(year, 0, 0);
    case GDX_BY_QUARTER:
        return month ? gdx_date_of(year, (month - 1) / 3 * 3 + 1, 0) : GDX_NO_DATE;
    case GDX_BY_MONTH:
        return month ? gdx_date_of(year, month, 0) : GDX_NO_DATE;
    case GDX_BY_WEEK:
        return gdx_date_day(date) ? monday_of(date) : GDX_NO_DATE;
    default:
        return gdx_date_day(date) ? date : GDX_NO_DATE;
    }
}

gdx_date gdx_period_first_day(gdx_date period, gdx_group by) {
    (void)by;
    return gdx_date_first_day(period);
}

gdx_date gdx_period_last_day(gdx_date period, gdx_group by) {
    if (period == GDX_NO_DATE)
        return GDX_NO_DATE;
    if (by == GDX_BY_QUARTER)
        return gdx_date_last_day(gdx_date_of(gdx_date_year(period), gdx_date_month(period) + 2, 0));
    if (by == GDX_BY_WEEK) {
        gdx_date sunday = day_of_number(gdx_day_number(period) + 6);
        return sunday == GDX_NO_DATE ? gdx_date_of(9999, 12, 31) : sunday;
    }
    return gdx_date_last_day(period);
}

static void format_week(gdx_date monday, char to[GDX_PERIOD_TEXT_BYTES]) {
    int64_t thursday = gdx_day_number(monday) + 3;
    gdx_date day = day_of_number(thursday);
    unsigned year = day == GDX_NO_DATE ? 9999 : gdx_date_year(day);
    int64_t week = (thursday - gdx_day_number(gdx_date_of(year, 1, 1))) / 7 + 1;
    snprintf(to, GDX_PERIOD_TEXT_BYTES, "%04u-W%02u", year % 10000, (unsigned)week % 100);
}

char *gdx_period_format(gdx_date period, gdx_group by, char to[GDX_PERIOD_TEXT_BYTES]) {
    _Static_assert((int)GDX_PERIOD_TEXT_BYTES >= (int)GDX_DATE_TEXT_BYTES, "a day fits");
    if (period != GDX_NO_DATE && by == GDX_BY_WEEK)
        format_week(period, to);
    else if (period != GDX_NO_DATE && by == GDX_BY_QUARTER)
        snprintf(to, GDX_PERIOD_TEXT_BYTES, "%04u-Q%u", gdx_date_year(period) % 10000,
                 (gdx_date_month(period) / 3 + 1) % 10);
    else
        gdx_date_format(period, to);
    return to;
}
