// SPDX-License-Identifier: Apache-2.0
// number_format.c: number format codes (ECMA-376, part 1, 18.8.31) for numbers, percentages and dates: what a reader of
// the sheet sees and will look for. Relies on number_format.h.
// A code has up to four sections between semicolons: for positive numbers, negative ones, zero, and text.

#include "number_format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { MOST_DECIMALS = 15, MOST_SECTIONS = 3, LAST_SERIAL = 2958465 }; // 9999-12-31

const char *ingest_number_format_of(int64_t id) {
    static const struct {
        int id;
        const char *code;
    } known[] = {
        {1, "0"},
        {2, "0.00"},
        {3, "#,##0"},
        {4, "#,##0.00"},
        {9, "0%"},
        {10, "0.00%"},
        {11, "0.00E+00"},
        {14, "yyyy/m/d"},
        {15, "d-mmm-yy"},
        {16, "d-mmm"},
        {17, "mmm-yy"},
        {18, "h:mm AM/PM"},
        {19, "h:mm:ss AM/PM"},
        {20, "h:mm"},
        {21, "h:mm:ss"},
        {22, "yyyy/m/d h:mm"},
        {27, "yyyy年m月"},
        {28, "m月d日"},
        {29, "m月d日"},
        {30, "m-d-yy"},
        {31, "yyyy年m月d日"},
        {32, "h时mm分"},
        {33, "h时mm分ss秒"},
        {36, "yyyy年m月"},
        {37, "#,##0;-#,##0"},
        {38, "#,##0;-#,##0"},
        {39, "#,##0.00;-#,##0.00"},
        {40, "#,##0.00;-#,##0.00"},
        {41, "#,##0"},
        {42, "#,##0"},
        {43, "#,##0.00"},
        {44, "#,##0.00"},
        {45, "mm:ss"},
        {46, "[h]:mm:ss"},
        {47, "mm:ss"},
        {50, "yyyy年m月"},
        {51, "m月d日"},
        {52, "yyyy年m月"},
        {53, "m月d日"},
        {54, "m月d日"},
        {57, "yyyy年m月"},
        {58, "m月d日"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].id == id)
            return known[i].code;
    return NULL;
}

// ---- reading a code

// One piece of a code: a literal text, a run of one letter, "[...]", or a single sign.
struct token {
    char sign;      // the letter in lower case; '"' for a literal, '[' for brackets
    gdx_slice text; // a literal's or a bracket's inside, a run
};

// Takes the next piece of a section; false at its end.
static bool take(gdx_slice *code, struct token *out) {
    const char *at = code->data, *end = at + code->bytes;
    if (at == end)
        return false;
    const char *stop = at + 1;
    *out = (struct token){.sign = *at, .text = {at, 1}};
    if (*at == '"' || *at == '[') {
        while (stop < end && *stop != (*at == '"' ? '"' : ']'))
            stop++;
        out->text = (gdx_slice){at + 1, (size_t)(stop - at - 1)};
        stop += stop < end;
    } else if (*at == '\\' || *at == '_' || *at == '*' || (uint8_t)*at >= 0x80) {
        const char *character = (uint8_t)*at >= 0x80 ? at : at + 1;
        stop = character < end ? character + 1 : end;
        while (stop < end && gdx_utf8_continues((uint8_t)*stop))
            stop++;
        bool is_shown = *at != '_' && *at != '*'; // those are room as wide as the character, or filling
        out->sign = '"';
        out->text = (gdx_slice){character, is_shown ? (size_t)(stop - character) : 0};
    } else if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z')) {
        while (stop < end && (*stop | 32) == (*at | 32))
            stop++;
        out->sign = (char)(*at | 32);
        out->text = (gdx_slice){at, (size_t)(stop - at)};
    }
    *code = (gdx_slice){stop, (size_t)(end - stop)};
    return true;
}

static size_t split(const char *code, gdx_slice sections[MOST_SECTIONS]) {
    gdx_slice rest = gdx_slice_of(code);
    const char *from = code;
    size_t count = 0;
    struct token token;
    for (const char *at = code; take(&rest, &token); at = rest.data) {
        if (token.sign != ';')
            continue;
        if (count < MOST_SECTIONS)
            sections[count++] = (gdx_slice){from, (size_t)(at - from)};
        from = rest.data;
    }
    if (count < MOST_SECTIONS)
        sections[count++] = (gdx_slice){from, strlen(from)};
    return count;
}

struct shape { // what a section asks for
    bool is_date;
    bool is_plain; // General, text, or what is not known here
    bool has_thousands;
    bool has_exponent;
    bool has_digits;
    int least; // digits before the point
    int decimals;
    int least_decimals;
    int percents;
    int thousands_off; // commas behind the digits: each divides by a thousand
};

static void see_digit(struct shape *shape, char sign, bool is_after_point) {
    shape->has_digits = true;
    shape->has_thousands |= shape->thousands_off > 0 && !is_after_point;
    shape->thousands_off = 0;
    if (!is_after_point) {
        shape->least += sign == '0';
    } else if (shape->decimals < MOST_DECIMALS) {
        shape->decimals++;
        if (sign == '0')
            shape->least_decimals = shape->decimals;
    }
}

static struct shape see(gdx_slice section) {
    struct shape shape = {0};
    bool is_after_point = false;
    struct token token;
    if (section.bytes >= 7 && memmem(section.data, section.bytes, "eneral", 6))
        shape.is_plain = true;
    while (!shape.is_plain && take(&section, &token)) {
        if (token.sign == '0' || token.sign == '#' || token.sign == '?')
            see_digit(&shape, token.sign, is_after_point);
        else if (token.sign == '.')
            is_after_point = shape.has_digits || !shape.is_date;
        else if (token.sign == ',')
            shape.thousands_off += shape.has_digits;
        else if (token.sign == '%')
            shape.percents++;
        else if (token.sign == '@' || (token.sign == '/' && shape.has_digits))
            shape.is_plain = true;
        else if (token.sign == 'e' && shape.has_digits) {
            shape.has_exponent = true;
            break;
        } else if (token.sign >= 'a' && token.sign <= 'z' && strchr("ymdhsea", token.sign))
            shape.is_date = true;
        else if (token.sign == '[' && token.text.bytes && strchr("hmsHMS", token.text.data[0]) && token.text.bytes < 3)
            shape.is_date = true;
    }
    return shape;
}

// ---- numbers

// As a cell of format General shows it: whole numbers as they are, others with ten digits.
static gdx_status show_plain(double value, gdx_buffer *out) {
    if (fabs(value) < 1e15 && value == floor(value))
        return gdx_buffer_append_format(out, "%.0f", value == 0 ? 0.0 : value);
    return gdx_buffer_append_format(out, "%.10g", value);
}

static gdx_status show_digits(double value, const struct shape *shape, gdx_buffer *out) {
    char digits[400];
    value = value * pow(100, shape->percents) / pow(1000, shape->thousands_off);
    if (shape->has_exponent)
        return gdx_buffer_append_format(out, "%.*E", shape->decimals, value);
    // What ends in 5 is seldom a binary number: 2.675 is a little less, and is shown as 2.68.
    snprintf(digits, sizeof digits, "%.*f", shape->decimals, value * (1 + 1e-15));
    size_t bytes = strlen(digits);
    int decimals = shape->decimals;
    while (decimals > shape->least_decimals && bytes && digits[bytes - 1] == '0')
        bytes--, decimals--;
    size_t whole = strcspn(digits, ".");
    if (bytes == whole + 1)
        bytes = whole;
    if (shape->least == 0 && whole == 1 && digits[0] == '0' && bytes > 1)
        whole = 0;
    gdx_status status = GDX_OK;
    for (int i = shape->least; status == GDX_OK && i > (int)whole && i < 40; i--)
        status = gdx_buffer_append(out, "0", 1);
    for (size_t i = 0; status == GDX_OK && i < whole; i++) {
        status = gdx_buffer_append(out, digits + i, 1);
        if (status == GDX_OK && shape->has_thousands && i + 1 < whole && (whole - i - 1) % 3 == 0)
            status = gdx_buffer_append(out, ",", 1);
    }
    size_t point = strcspn(digits, ".");
    return status == GDX_OK && bytes > point ? gdx_buffer_append(out, digits + point, bytes - point) : status;
}

// "[$¥-804]" is the sign before the hyphen; "[Red]" and "[DBNum1]" are nothing.
static gdx_slice sign_of_money(gdx_slice inside) {
    if (inside.bytes == 0 || inside.data[0] != '$')
        return (gdx_slice){"", 0};
    inside = (gdx_slice){inside.data + 1, inside.bytes - 1};
    const char *hyphen = memchr(inside.data, '-', inside.bytes);
    return (gdx_slice){inside.data, hyphen ? (size_t)(hyphen - inside.data) : inside.bytes};
}

static gdx_status show_number(double value, gdx_slice section, const struct shape *shape, gdx_buffer *out) {
    bool is_written = false;
    gdx_status status = GDX_OK;
    struct token token;
    while (status == GDX_OK && take(&section, &token)) {
        bool is_digit = strchr("0#?.,", token.sign) != NULL;
        if (is_digit && !is_written) {
            status = show_digits(value, shape, out);
            is_written = true;
        } else if (token.sign == '[') {
            gdx_slice sign = sign_of_money(token.text);
            status = gdx_buffer_append(out, sign.data, sign.bytes);
        } else if (token.sign == 'e' && shape->has_exponent) {
            break;
        } else if (!is_digit) {
            status = gdx_buffer_append(out, token.text.data, token.text.bytes);
        }
    }
    return status;
}

// ---- dates

struct moment {
    int year, month, day, weekday; // weekday 0: Sunday
    int hour, minute, second;
    double serial;
};

// Days from 1970-01-01 -> year, month, day (Howard Hinnant, chrono-Compatible Low-Level Date Algorithms).
static void set_day(struct moment *at, int64_t days) {
    at->weekday = (int)((days % 7 + 11) % 7);
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097, year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    at->day = (int)(of_year - (153 * month + 2) / 5 + 1);
    at->month = (int)(month < 10 ? month + 3 : month - 9);
    at->year = (int)(year + era * 400 + (at->month <= 2));
}

static struct moment moment_of(double serial, bool from_1904) {
    struct moment at = {.serial = serial};
    double whole = floor(serial);
    int64_t seconds = llround((serial - whole) * 86400), days = (int64_t)whole;
    if (seconds >= 86400) {
        seconds -= 86400;
        days++;
    }
    // Excel takes 1900 for a leap year: its day 60 is a 29 February that never was, and those before count from one
    // day later.
    if (from_1904)
        set_day(&at, days - 24107);
    else
        set_day(&at, days - (days < 60 ? 25568 : 25569));
    at.hour = (int)(seconds / 3600);
    at.minute = (int)(seconds / 60 % 60);
    at.second = (int)(seconds % 60);
    return at;
}

static gdx_status show_name(const char *const names[], int index, size_t bytes, gdx_buffer *out) {
    const char *name = names[index];
    return gdx_buffer_append(out, name, bytes ? bytes : strlen(name));
}

static gdx_status show_day_part(const struct moment *at, struct token token, gdx_buffer *out) {
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    static const char *const days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    static const char *const signs[] = {"日", "一", "二", "三", "四", "五", "六"};
    size_t width = token.text.bytes;
    if (token.sign == 'y' || token.sign == 'e')
        return gdx_buffer_append_format(out, width > 2 || token.sign == 'e' ? "%04d" : "%02d",
                                        width > 2 || token.sign == 'e' ? at->year : at->year % 100);
    if (token.sign == 'a')
        return gdx_buffer_append_format(out, "%s%s", width > 3 ? "星期" : "", signs[at->weekday]);
    if (token.sign == 'm' && width > 2)
        return show_name(months, at->month - 1, width == 3 ? 3 : width == 5 ? 1 : 0, out);
    if (token.sign == 'd' && width > 2)
        return show_name(days, at->weekday, width == 3 ? 3 : 0, out);
    return gdx_buffer_append_format(out, width == 1 ? "%d" : "%02d", token.sign == 'm' ? at->month : at->day);
}

static gdx_status show_elapsed(const struct moment *at, char unit, gdx_buffer *out) {
    double each = unit == 'h' ? 24 : unit == 'm' ? 1440 : 86400;
    return gdx_buffer_append_format(out, "%.0f", floor(at->serial * each + 1e-6));
}

static bool follows(gdx_slice rest, char sign) {
    struct token token;
    while (take(&rest, &token))
        if (token.sign >= 'a' && token.sign <= 'z')
            return token.sign == sign;
    return false;
}

static gdx_status show_time_part(const struct moment *at, struct token token, bool has_halves, gdx_buffer *out) {
    int hour = has_halves ? (at->hour + 11) % 12 + 1 : at->hour;
    int number = token.sign == 'h' ? hour : token.sign == 'm' ? at->minute : at->second;
    return gdx_buffer_append_format(out, token.text.bytes == 1 ? "%d" : "%02d", number);
}

// "AM/PM", "A/P" and "上午/下午" where they begin at *rest; takes them off.
static const char *take_half(gdx_slice *rest, int hour) {
    static const char *const spelled[][3] = {{"AM/PM", "AM", "PM"}, {"A/P", "A", "P"}, {"上午/下午", "上午", "下午"}};
    for (size_t i = 0; i < 3; i++) {
        size_t bytes = strlen(spelled[i][0]);
        if (rest->bytes < bytes || strncasecmp(rest->data, spelled[i][0], bytes) != 0)
            continue;
        *rest = (gdx_slice){rest->data + bytes, rest->bytes - bytes};
        return spelled[i][hour < 12 ? 1 : 2];
    }
    return NULL;
}

static bool has_halves(gdx_slice section) {
    return memmem(section.data, section.bytes, "/P", 2) || memmem(section.data, section.bytes, "/p", 2) ||
           memmem(section.data, section.bytes, "午/", strlen("午/"));
}

static gdx_status show_date(double value, gdx_slice section, bool from_1904, gdx_buffer *out) {
    struct moment at = moment_of(value, from_1904);
    bool halves = has_halves(section), is_after_hour = false;
    gdx_status status = GDX_OK;
    struct token token;
    while (status == GDX_OK) {
        const char *half = take_half(&section, at.hour);
        if (half) {
            status = gdx_buffer_append(out, half, strlen(half));
            continue;
        }
        if (!take(&section, &token))
            break;
        bool is_minute = token.sign == 'm' && token.text.bytes < 3 && (is_after_hour || follows(section, 's'));
        bool is_letter = token.sign >= 'a' && token.sign <= 'z';
        if (token.sign == '[' && token.text.bytes && strchr("hmsHMS", token.text.data[0])) {
            status = show_elapsed(&at, (char)(token.text.data[0] | 32), out);
            is_after_hour = (token.text.data[0] | 32) == 'h';
            continue;
        }
        if (token.sign == 'h' || token.sign == 's' || is_minute)
            status = show_time_part(&at, token, halves, out);
        else if (is_letter && strchr("ymdea", token.sign))
            status = show_day_part(&at, token, out);
        else if (!strchr("[@0?#", token.sign))
            status = gdx_buffer_append(out, token.text.data, token.text.bytes);
        is_after_hour = is_letter ? token.sign == 'h' : is_after_hour;
    }
    return status;
}

gdx_status ingest_number_show(double value, const char *code, bool from_1904, gdx_buffer *out) {
    gdx_slice sections[MOST_SECTIONS];
    if (!code || !isfinite(value))
        return show_plain(value, out);
    size_t count = split(code, sections);
    size_t which = value < 0 && count > 1 ? 1 : value == 0 && count > 2 ? 2 : 0;
    struct shape shape = see(sections[which]);
    if (shape.is_date && value >= 0 && value < LAST_SERIAL + 1)
        return show_date(value, sections[which], from_1904, out);
    if (shape.is_plain || shape.is_date)
        return show_plain(value, out);
    gdx_status status = GDX_OK;
    if (value < 0 && which == 0 && shape.has_digits)
        status = gdx_buffer_append(out, "-", 1);
    return status == GDX_OK ? show_number(fabs(value), sections[which], &shape, out) : status;
}
