// SPDX-License-Identifier: Apache-2.0
// date_find.c: a date that stands within a text, as in the name of a file or the line under a heading.
// Relies on date_tokens.h, date_calendar.h. Dates with their numbers in a known shape are matched here rather than
// parsed, since a name goes on after its date: 2023-05-06第3版, 20230506_1. A date begins at a number that no digit
// precedes and ends where no digit follows, so that a long number never holds one.

#include "date_calendar.h"
#include "date_tokens.h"

struct found {
    gdx_date date;
    const date_token *past; // the token after it
};

static bool is_likely(unsigned year, unsigned month, unsigned day) {
    return year >= 1900 && year < 2100 && month <= 12 && day <= 31 && gdx_date_is_valid(gdx_date_of(year, month, day));
}

static bool is_number(const date_token *token, unsigned least, unsigned most) {
    return token->kind == DATE_NUMBER && token->digits >= least && token->digits <= most;
}

static bool keep(struct found *out, unsigned year, unsigned month, unsigned day, const date_token *past) {
    bool goes_on = past->kind == DATE_NUMBER && !past->is_spaced && past[-1].kind == DATE_NUMBER;
    if (!is_likely(year, month, day) || goes_on)
        return false;
    *out = (struct found){gdx_date_of(year, month, day), past};
    return true;
}

// 20230506, and with a time of four or six digits.
static bool match_packed(const date_token *at, struct found *out) {
    if (!(is_number(at, 8, 8) || is_number(at, 12, 12) || is_number(at, 14, 14)))
        return false;
    uint64_t value = at->value;
    for (unsigned digits = at->digits; digits > 8; digits--)
        value /= 10;
    return value / 100 % 100 && value % 100 &&
           keep(out, (unsigned)(value / 10000), (unsigned)(value / 100 % 100), (unsigned)(value % 100), at + 1);
}

// After 年: "5月6日", "5月", nothing.
static bool match_units(unsigned year, const date_token *at, struct found *out) {
    if (!is_number(at, 1, 2) || at[1].kind != DATE_MONTH_UNIT || !is_likely(year, (unsigned)at->value, 0) || !at->value)
        return keep(out, year, 0, 0, at);
    unsigned month = (unsigned)at->value;
    at += 2;
    if (is_number(at, 1, 2) && at->value && at[1].kind == DATE_DAY_UNIT)
        return keep(out, year, month, (unsigned)at->value, at + 2) || keep(out, year, month, 0, at);
    return keep(out, year, month, 0, at);
}

static bool is_separator(const date_token *token) {
    return (token->kind == DATE_SIGN && strchr("-/.", (int)token->value)) ||
           (token->kind == DATE_OTHER && *token->at == '_');
}

static bool is_same_sign(const date_token *a, const date_token *b) {
    return a->kind == b->kind && a->value == b->value && *a->at == *b->at;
}

// After the year: "-05-06"; "-05" where no further number follows.
static bool match_signs(unsigned year, const date_token *at, struct found *out) {
    if (!is_separator(at) || !is_number(at + 1, 1, 2) || !at[1].value)
        return false;
    unsigned month = (unsigned)at[1].value;
    if (is_separator(at + 2) && is_same_sign(at, at + 2) && at[3].kind == DATE_NUMBER)
        return is_number(at + 3, 1, 2) && at[3].value && keep(out, year, month, (unsigned)at[3].value, at + 4);
    return at[1].digits == 2 && keep(out, year, month, 0, at + 2);
}

static bool match_year_first(const date_token *at, struct found *out) {
    bool has_era = at->kind == DATE_ERA;
    unsigned first_year = has_era ? (unsigned)at->value : 0;
    at += has_era;
    if (!is_number(at, first_year ? 1 : 4, first_year ? 3 : 4))
        return false;
    unsigned year = (unsigned)at->value + first_year;
    if (at[1].kind == DATE_YEAR_UNIT)
        return match_units(year, at + 2, out);
    return match_signs(year, at + 1, out);
}

static const date_token *skip_sign(const date_token *at, const char *signs) {
    return at->kind == DATE_SIGN && strchr(signs, (int)at->value) ? at + 1 : at;
}

// May 6, 2023; 6 May 2023; May 2023.
static bool match_names(const date_token *at, struct found *out) {
    unsigned day = 0;
    if (is_number(at, 1, 2) && at->value) {
        day = (unsigned)at++->value;
        at += at->kind == DATE_ORDINAL;
        at = skip_sign(at, "-.");
    }
    if (at->kind != DATE_MONTH_NAME)
        return false;
    unsigned month = (unsigned)at++->value;
    at = skip_sign(at, "-.");
    if (day == 0 && is_number(at, 1, 2) && at->value) {
        day = (unsigned)at++->value;
        at += at->kind == DATE_ORDINAL;
    }
    at = skip_sign(at, ",-");
    return is_number(at, 4, 4) && keep(out, (unsigned)at->value, month, day, at + 1);
}

// Two numbers side by side are one longer number in another script: 二〇二三5.
static bool may_begin(const date_token *tokens, const date_token *at) {
    return at == tokens || at[-1].kind != DATE_NUMBER || at->is_spaced;
}

static bool is_better(gdx_date date, gdx_date than) {
    unsigned precision = !!gdx_date_month(date) + !!gdx_date_day(date);
    return than == GDX_NO_DATE || precision > (unsigned)(!!gdx_date_month(than) + !!gdx_date_day(than));
}

// A stretch of at most DATE_TOKENS tokens. Returns where the next one begins: half of the way, so that no date is cut.
static const char *find_in(gdx_slice text, gdx_slice *out_where, gdx_date *best) {
    date_token tokens[DATE_TOKENS];
    date_tokens_read(text, tokens);
    size_t count = 0;
    while (tokens[count].kind != DATE_END)
        count++;
    bool is_cut = count == DATE_TOKENS - 1;
    size_t last = is_cut ? count / 2 : count;
    for (size_t i = 0; i < last; i++) {
        struct found found;
        bool is_found =
            may_begin(tokens, &tokens[i]) && (match_packed(&tokens[i], &found) ||
                                              match_year_first(&tokens[i], &found) || match_names(&tokens[i], &found));
        if (!is_found || !is_better(found.date, *best))
            continue;
        *best = found.date;
        if (out_where)
            *out_where = gdx_trim((gdx_slice){tokens[i].at, (size_t)(found.past->at - tokens[i].at)});
    }
    return is_cut ? tokens[last].at : text.data + text.bytes;
}

bool gdx_date_find(gdx_slice text, gdx_slice *out_where, gdx_date *out) {
    gdx_date best = GDX_NO_DATE;
    const char *end = text.data + text.bytes;
    while (text.bytes && !gdx_date_day(best)) {
        const char *next = find_in(text, out_where, &best);
        text = (gdx_slice){next, (size_t)(end - next)};
    }
    if (best != GDX_NO_DATE)
        *out = best;
    return best != GDX_NO_DATE;
}
