// SPDX-License-Identifier: Apache-2.0
// date.c: the calendar of dates, and dates as ISO 8601 writes them. Relies on gdx/document.h.

#include "date_calendar.h"

#include <stdio.h>

unsigned date_days_in_month(unsigned year, unsigned month) {
    static const uint8_t days[] = {31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month <= 12 ? month : 0];
}

bool gdx_date_is_valid(gdx_date date) {
    unsigned year = gdx_date_year(date), month = gdx_date_month(date), day = gdx_date_day(date);
    if (date == GDX_NO_DATE)
        return true;
    return year >= 1 && year <= 9999 && month <= 12 && (month ? day <= date_days_in_month(year, month) : day == 0);
}

char *gdx_date_format(gdx_date date, char to[GDX_DATE_TEXT_BYTES]) {
    unsigned year = gdx_date_year(date) % 10000, month = gdx_date_month(date), day = gdx_date_day(date);
    to[0] = 0;
    if (date == GDX_NO_DATE)
        return to;
    if (!month)
        snprintf(to, GDX_DATE_TEXT_BYTES, "%04u", year);
    else if (!day)
        snprintf(to, GDX_DATE_TEXT_BYTES, "%04u-%02u", year, month);
    else
        snprintf(to, GDX_DATE_TEXT_BYTES, "%04u-%02u-%02u", year, month, day);
    return to;
}

gdx_date gdx_date_first_day(gdx_date date) {
    if (date == GDX_NO_DATE)
        return GDX_NO_DATE;
    unsigned month = gdx_date_month(date), day = gdx_date_day(date);
    return gdx_date_of(gdx_date_year(date), month ? month : 1, day ? day : 1);
}

gdx_date gdx_date_last_day(gdx_date date) {
    if (date == GDX_NO_DATE)
        return GDX_NO_DATE;
    unsigned year = gdx_date_year(date), month = gdx_date_month(date), day = gdx_date_day(date);
    if (!month)
        month = 12;
    return gdx_date_of(year, month, day ? day : date_days_in_month(year, month));
}

// Days before the first of March of year 0, by years that begin in March, so that the leap day is the last of them.
gdx_date gdx_date_of_epoch(int64_t seconds) {
    int64_t days = seconds / 86400 - (seconds % 86400 < 0) + 719468;
    int64_t era = (days < 0 ? days - 146096 : days) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    unsigned day = (unsigned)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    unsigned month = (unsigned)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    int64_t year = year_of_era + era * 400 + (month <= 2);
    return year >= 1 && year <= 9999 ? gdx_date_of((unsigned)year, month, day) : GDX_NO_DATE;
}
