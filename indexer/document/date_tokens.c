// SPDX-License-Identifier: Apache-2.0
// date_tokens.c: a text -> the tokens of a date. Relies on date_tokens.h, gdx/white.h.
// Words are in two tables: Latin ones, of which case and a dot after them do not matter, and Chinese ones, found by the
// longest that fits. A word that is in neither is DATE_OTHER, so that nothing is passed over unread.

#include "date_tokens.h"

#include <strings.h>

struct cutter {
    const char *at;
    const char *end;
};

struct word {
    const char *text;
    date_token_kind kind;
    uint64_t value;
};

static const struct word latin_words[] = {
    {"january", DATE_MONTH_NAME, 1},
    {"february", DATE_MONTH_NAME, 2},
    {"march", DATE_MONTH_NAME, 3},
    {"april", DATE_MONTH_NAME, 4},
    {"may", DATE_MONTH_NAME, 5},
    {"june", DATE_MONTH_NAME, 6},
    {"july", DATE_MONTH_NAME, 7},
    {"august", DATE_MONTH_NAME, 8},
    {"september", DATE_MONTH_NAME, 9},
    {"october", DATE_MONTH_NAME, 10},
    {"november", DATE_MONTH_NAME, 11},
    {"december", DATE_MONTH_NAME, 12},
    {"monday", DATE_WEEKDAY, 0},
    {"tuesday", DATE_WEEKDAY, 0},
    {"wednesday", DATE_WEEKDAY, 0},
    {"thursday", DATE_WEEKDAY, 0},
    {"friday", DATE_WEEKDAY, 0},
    {"saturday", DATE_WEEKDAY, 0},
    {"sunday", DATE_WEEKDAY, 0},
    {"sept", DATE_MONTH_NAME, 9},
    {"tues", DATE_WEEKDAY, 0},
    {"thur", DATE_WEEKDAY, 0},
    {"thurs", DATE_WEEKDAY, 0},
    {"am", DATE_HALF_DAY, 0},
    {"pm", DATE_HALF_DAY, 0},
    {"st", DATE_ORDINAL, 0},
    {"nd", DATE_ORDINAL, 0},
    {"rd", DATE_ORDINAL, 0},
    {"th", DATE_ORDINAL, 0},
    {"at", DATE_FILLER, 0},
    {"of", DATE_FILLER, 0},
    {"t", DATE_T, 0},
};

// Zones that dates come with. Which one it is does not matter: a date is read as what it says.
static const char *const zones[] = {
    "z",   "utc", "gmt", "ut",  "cst",  "cdt",  "est",  "edt",  "mst",  "mdt", "pst",     "pdt", "et",
    "ct",  "mt",  "pt",  "bst", "cet",  "cest", "eet",  "wet",  "msk",  "ist", "jst",     "kst", "hkt",
    "sgt", "pht", "wib", "ict", "aest", "aedt", "nzst", "nzdt", "sast", "brt", "beijing", "bjt",
};

static const struct word han_words[] = {
    {"年", DATE_YEAR_UNIT, 0},    {"月份", DATE_MONTH_UNIT, 0},   {"月", DATE_MONTH_UNIT, 0},
    {"日", DATE_DAY_UNIT, 0},     {"号", DATE_DAY_UNIT, 0},       {"號", DATE_DAY_UNIT, 0},
    {"时", DATE_HOUR_UNIT, 0},    {"時", DATE_HOUR_UNIT, 0},      {"点", DATE_HOUR_UNIT, 0},
    {"點", DATE_HOUR_UNIT, 0},    {"分", DATE_MINUTE_UNIT, 0},    {"秒", DATE_SECOND_UNIT, 0},
    {"星期", DATE_WEEKDAY, 1},    {"周", DATE_WEEKDAY, 1},        {"週", DATE_WEEKDAY, 1},
    {"礼拜", DATE_WEEKDAY, 1},    {"禮拜", DATE_WEEKDAY, 1},      {"中華民國", DATE_ERA, 1911},
    {"中华民国", DATE_ERA, 1911}, {"民國", DATE_ERA, 1911},       {"民国", DATE_ERA, 1911},
    {"公元", DATE_ERA, 0},        {"西元", DATE_ERA, 0},          {"上午", DATE_HALF_DAY, 0},
    {"下午", DATE_HALF_DAY, 0},   {"中午", DATE_HALF_DAY, 0},     {"凌晨", DATE_HALF_DAY, 0},
    {"早上", DATE_HALF_DAY, 0},   {"晚上", DATE_HALF_DAY, 0},     {"北京时间", DATE_ZONE, 0},
    {"北京時間", DATE_ZONE, 0},   {"中国标准时间", DATE_ZONE, 0}, {"中國標準時間", DATE_ZONE, 0},
};

// A code point with the width of ASCII: full-width signs, the hyphens and dashes, the ideographic comma's like.
static uint32_t narrow(uint32_t code_point) {
    if (code_point >= 0xff01 && code_point <= 0xff5e)
        return code_point - 0xff01 + '!';
    if ((code_point >= 0x2010 && code_point <= 0x2015) || code_point == 0x2212)
        return '-';
    return code_point;
}

static uint32_t peek(const struct cutter *cutter, size_t *out_bytes) {
    uint32_t code_point;
    *out_bytes = gdx_utf8_decode((const uint8_t *)cutter->at, (size_t)(cutter->end - cutter->at), &code_point);
    return narrow(code_point);
}

// ---- numbers

// The value of a Chinese numeral: a digit, or 10, 20, 30, 100, 1000 for those that multiply or stand for tens; -1:
// none.
static int han_numeral(uint32_t code_point) {
    static const struct {
        uint32_t code_point;
        int value;
    } numerals[] = {{0x3007, 0}, {0x96f6, 0},  {0x25cb, 0},  {0x25ef, 0},  {0x4e00, 1},   {0x4e8c, 2},
                    {0x4e09, 3}, {0x56db, 4},  {0x4e94, 5},  {0x516d, 6},  {0x4e03, 7},   {0x516b, 8},
                    {0x4e5d, 9}, {0x5341, 10}, {0x5eff, 20}, {0x5345, 30}, {0x767e, 100}, {0x5343, 1000}};
    for (size_t i = 0; i < sizeof numerals / sizeof *numerals; i++)
        if (numerals[i].code_point == code_point)
            return numerals[i].value;
    return -1;
}

bool date_is_numeral(uint32_t code_point) {
    code_point = narrow(code_point);
    return (code_point >= '0' && code_point <= '9') || han_numeral(code_point) >= 0;
}

static void read_digits(struct cutter *cutter, date_token *out) {
    size_t bytes;
    for (uint32_t c; cutter->at < cutter->end && (c = peek(cutter, &bytes)) >= '0' && c <= '9'; cutter->at += bytes) {
        out->value = out->digits < 18 ? out->value * 10 + (c - '0') : UINT64_MAX;
        out->digits++;
    }
}

// Within 二〇二三 people also type a zero or an O.
static int han_numeral_after_first(uint32_t c) {
    return c == '0' || c == 'O' || c == 'o' || c == 0x39f || c == 0x41e ? 0 : han_numeral(c);
}

// 二〇二三 is its digits, 二十三 a sum. Both forms end at any other character.
static void read_han_number(struct cutter *cutter, date_token *out) {
    uint64_t sum = 0, digits = 0, last = 0;
    bool is_sum = false;
    size_t bytes;
    for (int value; cutter->at < cutter->end && (value = han_numeral_after_first(peek(cutter, &bytes))) >= 0;
         cutter->at += bytes) {
        out->digits++;
        if (out->digits > 9)
            continue; // no year, and refused by its digits
        is_sum |= value >= 10;
        if (value == 20 || value == 30) {
            sum += (uint64_t)value;
        } else if (value >= 10) {
            sum += (last ? last : 1) * (uint64_t)value;
        } else {
            digits = digits * 10 + (uint64_t)value;
        }
        last = value < 10 ? (uint64_t)value : 0;
    }
    out->value = is_sum ? sum + last : digits;
    if (is_sum) // as it would be written
        out->digits = out->value > 999 ? 4 : out->value > 99 ? 3 : 2;
}

// ---- words

static bool is_letter(uint32_t c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c < 0x80;
}

// The word, or the first three letters of a month or a day of the week.
static bool is_latin(const char *word, size_t bytes, const struct word *full) {
    bool may_be_short = full->kind == DATE_MONTH_NAME || full->kind == DATE_WEEKDAY;
    return (bytes == strlen(full->text) || (may_be_short && bytes == 3)) && memcmp(word, full->text, bytes) == 0;
}

static void read_latin(struct cutter *cutter, date_token *out) {
    char word[16];
    size_t count = 0, bytes;
    for (uint32_t c; cutter->at < cutter->end && is_letter(c = peek(cutter, &bytes)); cutter->at += bytes) {
        if (count < sizeof word)
            word[count] = (char)(c | 0x20);
        count++;
    }
    out->kind = DATE_OTHER;
    if (count > sizeof word)
        return;
    for (size_t i = 0; i < sizeof latin_words / sizeof *latin_words; i++)
        if (is_latin(word, count, &latin_words[i])) {
            out->kind = latin_words[i].kind;
            out->value = latin_words[i].value;
            return;
        }
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strlen(zones[i]) == count && memcmp(word, zones[i], count) == 0)
            out->kind = DATE_ZONE;
}

// "a.m.", "P. M."
static bool read_dotted_half_day(struct cutter *cutter, date_token *out) {
    static const char *const forms[] = {"a.m.", "p.m.", "a. m.", "p. m.", "a.m", "p.m"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t bytes = strlen(forms[i]);
        if ((size_t)(cutter->end - cutter->at) < bytes || strncasecmp(cutter->at, forms[i], bytes) != 0)
            continue;
        cutter->at += bytes;
        out->kind = DATE_HALF_DAY;
        return true;
    }
    return false;
}

static bool starts_with(const struct cutter *cutter, const char *word) {
    size_t bytes = strlen(word);
    return (size_t)(cutter->end - cutter->at) >= bytes && memcmp(cutter->at, word, bytes) == 0;
}

// 星期 needs its day.
static bool read_weekday(struct cutter *cutter, size_t bytes) {
    static const char *const days[] = {"一", "二", "三", "四", "五", "六", "日", "天"};
    struct cutter after = {cutter->at + bytes, cutter->end};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (starts_with(&after, days[i])) {
            cutter->at = after.at + strlen(days[i]);
            return true;
        }
    return false;
}

static bool read_han_word(struct cutter *cutter, date_token *out) {
    for (size_t i = 0; i < sizeof han_words / sizeof *han_words; i++) {
        const struct word *word = &han_words[i];
        if (!starts_with(cutter, word->text))
            continue;
        size_t bytes = strlen(word->text);
        if (word->kind == DATE_WEEKDAY && !read_weekday(cutter, bytes))
            continue;
        if (word->kind != DATE_WEEKDAY)
            cutter->at += bytes;
        out->kind = word->kind;
        out->value = word->value;
        return true;
    }
    return false;
}

static void read_token(struct cutter *cutter, date_token *out) {
    size_t bytes;
    uint32_t c = peek(cutter, &bytes);
    if (c >= '0' && c <= '9') {
        out->kind = DATE_NUMBER;
        read_digits(cutter, out);
    } else if (han_numeral(c) >= 0) {
        out->kind = DATE_NUMBER;
        read_han_number(cutter, out);
    } else if (starts_with(cutter, "元年")) { // the first year of an era
        *out = (date_token){DATE_NUMBER, 1, 1, out->is_spaced, out->at};
        cutter->at += strlen("元");
    } else if (is_letter(c)) {
        if (!read_dotted_half_day(cutter, out))
            read_latin(cutter, out);
    } else if (c && c < 0x80 && strchr("-/.,:+()[]", (int)c)) {
        out->kind = DATE_SIGN;
        out->value = c;
        cutter->at += bytes;
    } else if (!read_han_word(cutter, out)) {
        out->kind = DATE_OTHER;
        cutter->at += bytes;
    }
}

void date_tokens_read(gdx_slice text, date_token out[DATE_TOKENS]) {
    struct cutter cutter = {text.data, text.data + text.bytes};
    for (size_t i = 0; i < DATE_TOKENS - 1; i++) {
        gdx_slice left = {cutter.at, (size_t)(cutter.end - cutter.at)};
        const char *before = cutter.at;
        cutter.at = gdx_trim_start(left).data;
        out[i] = (date_token){.kind = DATE_END, .is_spaced = cutter.at > before, .at = cutter.at};
        if (cutter.at == cutter.end)
            return;
        read_token(&cutter, &out[i]);
    }
    out[DATE_TOKENS - 2].kind = DATE_OTHER;
    out[DATE_TOKENS - 1] = (date_token){.kind = DATE_END, .at = cutter.end};
}
