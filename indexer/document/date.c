// SPDX-License-Identifier: Apache-2.0
// date.c: dates as people and records write them, to a year, a month or a day, and back to ISO 8601.
// Relies on gdx/base.h alone. A date is read left to right: a year of four digits, then a separator and a month, then a
// separator and a day; what each separator may be is in one table, so that 2023-5-6, 2023/5/6 and 2023年5月6日 are one
// path.

#include "gdx/document.h"

#include <stdio.h>

// The rest to read, for one call.
struct reader {
    const char *at;
    const char *end;
    gdx_slice whole; // for messages
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Skips white space; returns whether there was any.
static bool skip_white(struct reader *reader) {
    gdx_slice left = {reader->at, (size_t)(reader->end - reader->at)};
    const char *before = reader->at;
    reader->at = gdx_trim_start(left).data;
    return reader->at > before;
}

static bool skip_word(struct reader *reader, const char *word) {
    size_t bytes = strlen(word);
    if ((size_t)(reader->end - reader->at) < bytes || memcmp(reader->at, word, bytes) != 0)
        return false;
    reader->at += bytes;
    return true;
}

// Reads at most `digits` digits; returns how many.
static unsigned read_number(struct reader *reader, unsigned digits, unsigned *out) {
    unsigned count = 0;
    unsigned value = 0;
    while (count < digits && reader->at < reader->end && is_digit(*reader->at)) {
        value = value * 10 + (unsigned)(*reader->at++ - '0');
        count++;
    }
    *out = value;
    return count;
}

static unsigned count_digits(const struct reader *reader) {
    unsigned count = 0;
    for (const char *at = reader->at; at < reader->end && is_digit(*at) && count < 99; at++)
        count++;
    return count;
}

static unsigned days_in_month(unsigned year, unsigned month) {
    static const uint8_t days[] = {31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month <= 12 ? month : 0];
}

// Messages show the first bytes of any text, and never half a character.
static int shown_bytes(const char *text, const char *end) {
    enum { SHOWN_BYTES = 40 };
    return (int)gdx_utf8_cut((gdx_slice){text, (size_t)(end - text)}, SHOWN_BYTES).bytes;
}
#define SHOWN(reader) shown_bytes((reader)->whole.data, (reader)->end), (reader)->whole.data

static gdx_status check_ranges(const struct reader *reader, unsigned year, unsigned month, bool has_month, unsigned day,
                               bool has_day, gdx_error *err) {
    if (year == 0)
        return gdx_fail(err, GDX_INVALID, "date '%.*s': year 0, expected 1 to 9999", SHOWN(reader));
    if (has_month && (month < 1 || month > 12))
        return gdx_fail(err, GDX_INVALID, "date '%.*s': month %u, expected 1 to 12", SHOWN(reader), month);
    if (has_day && (day < 1 || day > days_in_month(year, month)))
        return gdx_fail(err, GDX_INVALID, "date '%.*s': day %u, expected 1 to %u", SHOWN(reader), day,
                        days_in_month(year, month));
    return GDX_OK;
}

// A time of day and a zone after a day, which are dropped: digits, and the signs and letters among them.
static bool skip_time(struct reader *reader) {
    bool has_letter = skip_word(reader, "T") || skip_word(reader, "t");
    if (!skip_white(reader) && !has_letter)
        return false;
    if (reader->at == reader->end || !is_digit(*reader->at))
        return false;
    while (reader->at < reader->end && *reader->at && (is_digit(*reader->at) || strchr(":.,+- ZzUTCGM", *reader->at)))
        reader->at++;
    return reader->at == reader->end;
}

// After the year: "-05", "/5", ".5", "年5月", "年". Sets *separator to what must come before the day.
static gdx_status read_month(struct reader *reader, unsigned *month, bool *has_month, const char **separator,
                             gdx_error *err) {
    static const char *const signs[] = {"-", "/", "."};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (skip_word(reader, signs[i])) {
            *separator = signs[i];
            *has_month = true;
            if (read_number(reader, 2, month) == 0)
                return gdx_fail(err, GDX_INVALID, "date '%.*s': expected a month after the year", SHOWN(reader));
            return GDX_OK;
        }
    }
    if (skip_word(reader, "年")) {
        *has_month = read_number(reader, 2, month) > 0;
        if (*has_month && !skip_word(reader, "月"))
            return gdx_fail(err, GDX_INVALID, "date '%.*s': expected 月 after the month", SHOWN(reader));
    }
    return GDX_OK;
}

static gdx_status read_day(struct reader *reader, const char *separator, unsigned *day, bool *has_day, gdx_error *err) {
    if (separator) {
        if (!skip_word(reader, separator))
            return GDX_OK;
        *has_day = true;
        if (read_number(reader, 2, day) == 0)
            return gdx_fail(err, GDX_INVALID, "date '%.*s': expected a day after the month", SHOWN(reader));
        return GDX_OK;
    }
    *has_day = read_number(reader, 2, day) > 0;
    if (*has_day && !skip_word(reader, "日") && !skip_word(reader, "号"))
        return gdx_fail(err, GDX_INVALID, "date '%.*s': expected 日 after the day", SHOWN(reader));
    return GDX_OK;
}

gdx_status gdx_date_parse(gdx_slice text, gdx_date *out, gdx_error *err) {
    text = gdx_trim(text);
    if (text.bytes == 0) {
        *out = GDX_NO_DATE;
        return GDX_OK;
    }
    struct reader reader = {text.data, text.data + text.bytes, text};
    unsigned digits = count_digits(&reader);
    if (digits != 4 && digits != 8)
        return gdx_fail(err, GDX_INVALID, "date '%.*s': expected a year of four digits, or eight digits as in 20230506",
                        SHOWN(&reader));
    unsigned year = 0, month = 0, day = 0;
    bool has_month = digits == 8, has_day = digits == 8;
    const char *separator = NULL;
    gdx_status status = GDX_OK;
    read_number(&reader, 4, &year);
    if (digits == 8) {
        read_number(&reader, 2, &month);
        read_number(&reader, 2, &day);
    } else {
        status = read_month(&reader, &month, &has_month, &separator, err);
        if (status == GDX_OK && has_month)
            status = read_day(&reader, separator, &day, &has_day, err);
    }
    if (status == GDX_OK)
        status = check_ranges(&reader, year, month, has_month, day, has_day, err);
    if (status != GDX_OK)
        return status;
    if (reader.at < reader.end && !(has_day && skip_time(&reader)))
        return gdx_fail(err, GDX_INVALID, "date '%.*s': found '%.*s', expected the end of the date", SHOWN(&reader),
                        shown_bytes(reader.at, reader.end), reader.at);
    *out = gdx_date_of(year, month, day);
    return GDX_OK;
}

bool gdx_date_is_valid(gdx_date date) {
    unsigned year = gdx_date_year(date), month = gdx_date_month(date), day = gdx_date_day(date);
    if (date == GDX_NO_DATE)
        return true;
    return year >= 1 && year <= 9999 && month <= 12 && (month ? day <= days_in_month(year, month) : day == 0);
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
    return gdx_date_of(year, month, day ? day : days_in_month(year, month));
}
