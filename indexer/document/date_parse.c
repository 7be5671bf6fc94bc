// SPDX-License-Identifier: Apache-2.0
// date_parse.c: dates as people, records and programs write them, to a year, a month or a day.
// Relies on date_tokens.h, date_calendar.h. There are five forms, told apart by how they begin: a run of digits
// (20230506), a year first (2023-05-06, 2023年5月6日, 民國112年), a month's name first (May 6, 2023; asctime), a day
// first (6 May 2023, RFC 822), and numbers with the year last. What may follow a day is one loop for all of them: the
// day of the week, a time, a zone. They are read and dropped: a date is what it says where it was written.

#include "date_calendar.h"
#include "date_tokens.h"

#include <inttypes.h>

struct reader {
    const date_token *at;
    gdx_slice whole; // for messages
    unsigned year, month, day;
    bool has_month, has_day;
    bool has_time;
};

// Messages show the first bytes of any text, and never half a character.
static int shown_bytes(const char *text, const char *end) {
    enum { SHOWN_BYTES = 40 };
    return (int)gdx_utf8_cut((gdx_slice){text, (size_t)(end - text)}, SHOWN_BYTES).bytes;
}
#define END_OF(reader) ((reader)->whole.data + (reader)->whole.bytes)
#define SHOWN(reader)  shown_bytes((reader)->whole.data, END_OF(reader)), (reader)->whole.data

static gdx_status expected(const struct reader *reader, const char *what, gdx_error *err) {
    if (reader->at->kind == DATE_END)
        return gdx_fail(err, GDX_INVALID, "date '%.*s': expected %s", SHOWN(reader), what);
    return gdx_fail(err, GDX_INVALID, "date '%.*s': found '%.*s', expected %s", SHOWN(reader),
                    shown_bytes(reader->at->at, END_OF(reader)), reader->at->at, what);
}

static gdx_status no_date(const struct reader *reader, gdx_error *err) {
    return gdx_fail(err, GDX_INVALID,
                    "date '%.*s': expected a year of four digits, or a date like 20230506, 2023年5月6日, 6 May 2023",
                    SHOWN(reader));
}

static bool is_sign(const date_token *token, char sign) {
    return token->kind == DATE_SIGN && token->value == (uint64_t)sign;
}

static bool take_sign(struct reader *reader, char sign) {
    bool is_there = is_sign(reader->at, sign);
    reader->at += is_there;
    return is_there;
}

static bool take_kind(struct reader *reader, date_token_kind kind) {
    bool is_there = reader->at->kind == kind;
    reader->at += is_there;
    return is_there;
}

static bool is_number(const date_token *token, unsigned least, unsigned most) {
    return token->kind == DATE_NUMBER && token->digits >= least && token->digits <= most;
}

static gdx_status take_month_or_day(struct reader *reader, unsigned *out, bool *out_has, const char *what,
                                    gdx_error *err) {
    if (!is_number(reader->at, 1, 2))
        return expected(reader, what, err);
    *out = (unsigned)reader->at++->value;
    *out_has = true;
    return GDX_OK;
}

static gdx_status check_ranges(const struct reader *reader, gdx_error *err) {
    if (reader->year < 1 || reader->year > 9999)
        return gdx_fail(err, GDX_INVALID, "date '%.*s': year %u, expected 1 to 9999", SHOWN(reader), reader->year);
    if (reader->has_month && (reader->month < 1 || reader->month > 12))
        return gdx_fail(err, GDX_INVALID, "date '%.*s': month %u, expected 1 to 12", SHOWN(reader), reader->month);
    unsigned last = date_days_in_month(reader->year, reader->month);
    if (reader->has_day && (reader->day < 1 || reader->day > last))
        return gdx_fail(err, GDX_INVALID, "date '%.*s': day %u, expected 1 to %u", SHOWN(reader), reader->day, last);
    return GDX_OK;
}

// ---- after the day

// 10, 10:20, 10:20:00.123, 10时20分00秒, 10点, 102000. Nothing of it is kept, so nothing is checked.
static bool skip_time(struct reader *reader) {
    if (reader->has_time || !is_number(reader->at, 1, 6))
        return false;
    reader->at++;
    for (int i = 0; i < 4; i++) {
        bool is_unit = take_kind(reader, DATE_HOUR_UNIT) || take_kind(reader, DATE_MINUTE_UNIT) ||
                       take_kind(reader, DATE_SECOND_UNIT);
        if (!is_unit && !(is_sign(reader->at, ':') || is_sign(reader->at, '.') || is_sign(reader->at, ',')))
            break;
        if (!is_unit && (reader->at[1].kind != DATE_NUMBER || reader->at[1].is_spaced))
            break;
        reader->at += !is_unit;
        if (reader->at->kind == DATE_NUMBER && !(is_unit && reader->at->is_spaced && reader->at->digits > 2))
            reader->at++;
    }
    reader->has_time = true;
    return true;
}

// +08:00, and after a time also -0500.
static bool skip_offset(struct reader *reader) {
    bool is_offset = is_sign(reader->at, '+') || (reader->has_time && is_sign(reader->at, '-'));
    if (!is_offset || !is_number(reader->at + 1, 1, 4))
        return false;
    reader->at += 2;
    if (is_sign(reader->at, ':') && is_number(reader->at + 1, 2, 2))
        reader->at += 2;
    return true;
}

// (UTC), [Asia/Shanghai], (中国标准时间), (星期六): up to what closes it.
static bool skip_bracketed(struct reader *reader) {
    char close = is_sign(reader->at, '(') ? ')' : is_sign(reader->at, '[') ? ']' : 0;
    const date_token *at = reader->at;
    while (close && at->kind != DATE_END && !is_sign(at, close))
        at++;
    if (!close || at->kind == DATE_END)
        return false;
    reader->at = at + 1;
    return true;
}

// "T" and "at" need a time after them.
static bool skip_word_before_time(struct reader *reader) {
    if (reader->at->kind != DATE_T && reader->at->kind != DATE_FILLER)
        return false;
    if (reader->at[1].kind != DATE_NUMBER)
        return false;
    reader->at++;
    return true;
}

static void skip_after_day(struct reader *reader) {
    for (bool more = true; more;) {
        more = take_kind(reader, DATE_WEEKDAY) || take_kind(reader, DATE_HALF_DAY) || take_kind(reader, DATE_ZONE) ||
               skip_bracketed(reader) || skip_word_before_time(reader) || skip_offset(reader);
        if (!more && is_sign(reader->at, ',') && reader->at[1].kind != DATE_END)
            more = take_sign(reader, ',');
        bool may_be_time = reader->at->is_spaced || reader->at[-1].kind != DATE_NUMBER;
        if (!more && may_be_time)
            more = skip_time(reader);
    }
}

// ---- the forms

// The digits of packed forms, most significant first.
static unsigned part_of(uint64_t value, unsigned digits_after, unsigned modulus) {
    while (digits_after--)
        value /= 10;
    return (unsigned)(value % modulus);
}

// YYYYMMDD and then `time_digits` of hours, minutes and so on.
static void take_packed(struct reader *reader, unsigned time_digits) {
    uint64_t value = reader->at->value;
    reader->year = part_of(value, time_digits + 4, 10000);
    reader->month = part_of(value, time_digits + 2, 100);
    reader->day = part_of(value, time_digits, 100);
    reader->has_month = reader->has_day = true;
    reader->has_time = time_digits > 0;
}

// Numbers of ten and twelve digits count as a day with its time only where they are a likely one.
static bool is_likely(const struct reader *reader, uint64_t value, unsigned time_digits) {
    bool is_time = part_of(value, time_digits - 2, 100) < 24 && (time_digits < 4 || part_of(value, 0, 100) < 60);
    return is_time && reader->year >= 1900 && reader->year < 2100 && check_ranges(reader, NULL) == GDX_OK;
}

// Since 1973 and before 2100, in seconds, milliseconds, and so on by how many digits there are.
static bool take_epoch(struct reader *reader, unsigned fewest_digits) {
    uint64_t seconds = reader->at->value;
    unsigned digits = reader->at->digits;
    if (digits < fewest_digits || digits > 16)
        return false;
    for (; digits > 10; digits -= 3)
        seconds /= 1000;
    if (seconds < 100000000 || seconds >= 4102444800)
        return false;
    gdx_date date = gdx_date_of_epoch((int64_t)seconds);
    *reader = (struct reader){
        reader->at, reader->whole, gdx_date_year(date), gdx_date_month(date), gdx_date_day(date), true, true, true};
    return true;
}

// A run of digits. Each form has its own number of them, but 10 and 12, which see.
static gdx_status read_packed(struct reader *reader, gdx_error *err) {
    unsigned digits = reader->at->digits;
    bool is_read = digits == 8 || digits == 14 || digits == 17;
    if (is_read || digits == 10 || digits == 12)
        take_packed(reader, digits - 8);
    if (!is_read && (digits == 10 || digits == 12))
        is_read = is_likely(reader, reader->at->value, digits - 8);
    bool is_epoch = !is_read && (digits == 10 || digits == 13) && take_epoch(reader, digits);
    is_read |= is_epoch;
    if (!is_read)
        return no_date(reader, err);
    reader->at++;
    if (is_epoch && is_sign(reader->at, '.') && reader->at[1].kind == DATE_NUMBER)
        reader->at += 2;
    return GDX_OK;
}

// 5, 05, May.
static gdx_status take_month(struct reader *reader, gdx_error *err) {
    if (reader->at->kind != DATE_MONTH_NAME)
        return take_month_or_day(reader, &reader->month, &reader->has_month, "a month after the year", err);
    reader->month = (unsigned)reader->at++->value;
    reader->has_month = true;
    take_sign(reader, '.');
    return GDX_OK;
}

// After 年: nothing, "5月", "5月6日".
static gdx_status read_after_year_unit(struct reader *reader, gdx_error *err) {
    if (reader->at->kind != DATE_NUMBER)
        return GDX_OK;
    gdx_status status = take_month_or_day(reader, &reader->month, &reader->has_month, "a month after the year", err);
    if (status == GDX_OK && !take_kind(reader, DATE_MONTH_UNIT))
        status = expected(reader, "月 after the month", err);
    if (status != GDX_OK || reader->at->kind != DATE_NUMBER)
        return status;
    status = take_month_or_day(reader, &reader->day, &reader->has_day, "a day after the month", err);
    if (status == GDX_OK && !take_kind(reader, DATE_DAY_UNIT))
        status = expected(reader, "日 after the day", err);
    return status;
}

// After the year: 年, "-05", "/5/6", ".5.6", " May 6".
static gdx_status read_after_year(struct reader *reader, gdx_error *err) {
    if (take_kind(reader, DATE_YEAR_UNIT))
        return read_after_year_unit(reader, err);
    char sign = is_sign(reader->at, '-') ? '-' : is_sign(reader->at, '/') ? '/' : is_sign(reader->at, '.') ? '.' : 0;
    if (!sign && reader->at->kind != DATE_MONTH_NAME)
        return GDX_OK;
    reader->at += sign != 0;
    gdx_status status = take_month(reader, err);
    if (status != GDX_OK || (sign ? !take_sign(reader, sign) : reader->at->kind != DATE_NUMBER))
        return status;
    return take_month_or_day(reader, &reader->day, &reader->has_day, "a day after the month", err);
}

static gdx_status take_year(struct reader *reader, gdx_error *err) {
    if (!is_number(reader->at, 4, 4))
        return expected(reader, "a year of four digits", err);
    reader->year = (unsigned)reader->at++->value;
    return GDX_OK;
}

// 23 for 2023, as mail before 2001 and HTTP's oldest dates have it.
static bool take_short_year(struct reader *reader) {
    if (!is_number(reader->at, 2, 2))
        return false;
    reader->year = (unsigned)reader->at++->value;
    reader->year += reader->year < 50 ? 2000 : 1900;
    return true;
}

// May 2023; May 6, 2023; May 6 10:20:00 CST 2023.
static gdx_status read_month_first(struct reader *reader, gdx_error *err) {
    gdx_status status = take_month(reader, err);
    bool has_day = is_number(reader->at, 1, 2);
    if (status == GDX_OK && has_day)
        status = take_month_or_day(reader, &reader->day, &reader->has_day, "a day after the month", err);
    take_kind(reader, DATE_ORDINAL);
    if (is_sign(reader->at, ',') && is_number(reader->at + 1, 4, 4))
        reader->at++;
    if (status == GDX_OK && has_day && !is_number(reader->at, 4, 4) && skip_time(reader)) { // asctime
        while (take_kind(reader, DATE_HALF_DAY) || take_kind(reader, DATE_ZONE) || skip_offset(reader))
            continue;
    }
    return status == GDX_OK ? take_year(reader, err) : status;
}

// 6 May 2023; 06-May-23; 6th of May, 2023.
static gdx_status read_day_first(struct reader *reader, bool may_be_short, gdx_error *err) {
    gdx_status status = take_month_or_day(reader, &reader->day, &reader->has_day, "a day", err);
    take_kind(reader, DATE_ORDINAL);
    take_kind(reader, DATE_FILLER);
    bool has_hyphens = take_sign(reader, '-');
    take_sign(reader, '.');
    if (status == GDX_OK)
        status = take_month(reader, err);
    if (status == GDX_OK && has_hyphens && !take_sign(reader, '-'))
        return expected(reader, "- and a year after the month", err);
    take_sign(reader, ',');
    if (status == GDX_OK && (may_be_short || has_hyphens) && take_short_year(reader))
        return GDX_OK;
    return status == GDX_OK ? take_year(reader, err) : status;
}

// 25/12/2023, 12/25/2023: read where only one order is possible.
static gdx_status read_year_last(struct reader *reader, gdx_error *err) {
    unsigned first = (unsigned)reader->at[0].value, second = (unsigned)reader->at[2].value;
    reader->at += 4;
    gdx_status status = take_year(reader, err);
    bool is_day_first = first > 12 && second <= 12, is_month_first = second > 12 && first <= 12;
    if (status == GDX_OK && !is_day_first && !is_month_first && first != second)
        return gdx_fail(err, GDX_INVALID,
                        "date '%.*s': %u and %u may each be the day or the month, expected 2023-05-06", SHOWN(reader),
                        first, second);
    reader->day = is_month_first ? second : first;
    reader->month = is_month_first ? first : second;
    reader->has_month = reader->has_day = true;
    return status;
}

static bool is_year_last(const date_token *at) {
    return is_number(&at[0], 1, 2) && at[1].kind == DATE_SIGN && strchr("-/.", (int)at[1].value) &&
           is_number(&at[2], 1, 2) && at[3].kind == DATE_SIGN && at[3].value == at[1].value && is_number(&at[4], 4, 4);
}

static bool is_day_first(const date_token *at) {
    if (!is_number(at, 1, 2))
        return false;
    at++;
    at += at->kind == DATE_ORDINAL;
    at += at->kind == DATE_FILLER || is_sign(at, '-') || is_sign(at, '.');
    return at->kind == DATE_MONTH_NAME;
}

// 民國112年5月6日: an era's years have one to three digits, and any of the separators after them.
static gdx_status read_era_year(struct reader *reader, gdx_error *err) {
    unsigned first_year = (unsigned)reader->at++->value;
    if (!is_number(reader->at, 1, first_year ? 3 : 4))
        return expected(reader, "a year", err);
    reader->year = (unsigned)reader->at++->value + first_year;
    return read_after_year(reader, err);
}

static gdx_status read_date(struct reader *reader, gdx_error *err) {
    bool has_weekday = take_kind(reader, DATE_WEEKDAY);
    if (has_weekday && !take_sign(reader, ','))
        take_sign(reader, '.');
    if (reader->at->kind == DATE_ERA)
        return read_era_year(reader, err);
    if (reader->at->kind == DATE_MONTH_NAME)
        return read_month_first(reader, err);
    if (is_day_first(reader->at))
        return read_day_first(reader, has_weekday, err);
    if (is_year_last(reader->at))
        return read_year_last(reader, err);
    if (reader->at->kind == DATE_NUMBER && reader->at->digits > 4)
        return read_packed(reader, err);
    if (!is_number(reader->at, 4, 4))
        return no_date(reader, err);
    reader->year = (unsigned)reader->at++->value;
    return read_after_year(reader, err);
}

// Nearly all dates of records are written so: 2023-05-06.
static bool read_plain(gdx_slice text, gdx_date *out) {
    static const uint8_t places[] = {0, 1, 2, 3, 5, 6, 8, 9};
    unsigned value = 0;
    if (text.bytes != 10 || text.data[4] != '-' || text.data[7] != '-')
        return false;
    for (size_t i = 0; i < sizeof places; i++) {
        unsigned digit = (unsigned char)text.data[places[i]] - (unsigned)'0';
        if (digit > 9)
            return false;
        value = value * 10 + digit;
    }
    unsigned month = value / 100 % 100, day = value % 100;
    gdx_date date = gdx_date_of(value / 10000, month, day);
    if (month == 0 || month > 15 || day == 0 || day > 31 || !gdx_date_is_valid(date))
        return false;
    *out = date;
    return true;
}

// ---- the whole

static gdx_status finish(struct reader *reader, gdx_date *out, gdx_error *err) {
    gdx_status status = check_ranges(reader, err);
    if (status == GDX_OK && reader->has_day)
        skip_after_day(reader);
    if (status == GDX_OK && reader->at->kind != DATE_END)
        status = expected(reader, "the end of the date", err);
    if (status == GDX_OK)
        *out = gdx_date_of(reader->year, reader->month, reader->day);
    return status;
}

gdx_status gdx_date_parse(gdx_slice text, gdx_date *out, gdx_error *err) {
    if (read_plain(text, out))
        return GDX_OK;
    text = gdx_trim(text);
    if (text.bytes == 0) {
        *out = GDX_NO_DATE;
        return GDX_OK;
    }
    date_token tokens[DATE_TOKENS];
    date_tokens_read(text, tokens);
    struct reader reader = {.at = tokens, .whole = text};
    gdx_status status = read_date(&reader, err);
    return status == GDX_OK ? finish(&reader, out, err) : status;
}

gdx_status gdx_date_parse_number(gdx_slice digits, gdx_date *out, gdx_error *err) {
    date_token tokens[DATE_TOKENS];
    date_tokens_read(digits, tokens);
    struct reader reader = {.at = tokens, .whole = digits};
    bool is_alone = tokens[0].kind == DATE_NUMBER && tokens[1].kind == DATE_END;
    gdx_date date;
    if (gdx_date_parse(digits, &date, NULL) == GDX_OK && is_alone) {
        *out = date;
        return GDX_OK;
    }
    if (is_alone && tokens[0].digits >= 9 && take_epoch(&reader, 9)) {
        *out = gdx_date_of(reader.year, reader.month, reader.day);
        return GDX_OK;
    }
    return gdx_fail(err, GDX_INVALID,
                    "date %.*s: expected a year, a day as 20230506, or seconds or milliseconds since 1970 of a day "
                    "from 1973 to 2099",
                    shown_bytes(digits.data, digits.data + digits.bytes), digits.data);
}
