// SPDX-License-Identifier: Apache-2.0
// plain_rule.c: reads the rule's file into arrays by code point, and applies it to whole texts step by step.

#include "plain_rule.h"

#include "gdx/utf8.h"
#include "gdx/white.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = GDX_CODE_POINTS, PARTS = 20, LINE = 1024, UNITS = 32, WHOLE = 1 << 30 };

struct point { // one code point
    char kind; // of "nothing letter digit word", the first letter; S: single-digit; 0: single
    bool is_lower, is_mark, is_numeral, is_superscript, is_hyphen, is_folded, composes, is_second;
    uint32_t folding[PARTS];
    uint32_t class, equivalent, first, second;
};

static struct point *points;
static uint32_t units[UNITS][PARTS];
static size_t unit_count;
static uint32_t words[UNITS][PARTS]; // two symbols of one form, then two of the other
static size_t word_count;

static void require(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "%s: %s\n", TEXT_RULE_FILE, what);
    abort();
}

static size_t read_codes(const char *text, uint32_t out[PARTS]) {
    size_t count = 0;
    for (char *end; count < PARTS; text = end) {
        uint32_t code = (uint32_t)strtoul(text, &end, 16);
        if (end == text)
            break;
        out[count++] = code;
    }
    return count;
}

static void read_row(const char *section, struct point *point, const char *rest) {
    if (strcmp(section, "kinds") == 0)
        point->kind = strncmp(rest, "single-digit", 12) == 0 ? 'S' : *rest;
    point->is_lower |= strcmp(section, "lower-case") == 0;
    point->is_mark |= strcmp(section, "marks") == 0;
    point->is_numeral |= strcmp(section, "numerals") == 0;
    point->is_superscript |= strcmp(section, "unit-superscripts") == 0;
    point->is_hyphen |= strcmp(section, "line-end-hyphens") == 0;
    uint32_t codes[PARTS] = {0};
    size_t count = read_codes(rest, codes);
    if (strcmp(section, "folding") == 0) {
        point->is_folded = true;
        memcpy(point->folding, codes, count * sizeof *codes);
    }
    if (strcmp(section, "combining-classes") == 0)
        point->class = (uint32_t)strtoul(rest, NULL, 10);
    if (strcmp(section, "equivalents") == 0)
        point->equivalent = codes[0];
    if (strcmp(section, "decompositions") == 0) {
        point->first = codes[0];
        point->second = codes[1];
        points[codes[1]].is_second |= codes[1] > 0;
        point->composes = strchr(rest, '+') != NULL;
    }
}

static void read_line(const char *section, const char *line) {
    if (strcmp(section, "rule") == 0)
        return;
    if (strcmp(section, "words") == 0) {
        require(word_count < UNITS && strchr(line, '/'), "more words than expected");
        read_codes(line, words[word_count]);
        read_codes(strchr(line, '/') + 1, words[word_count++] + 2);
        return;
    }
    if (strcmp(section, "units") == 0) {
        require(unit_count < UNITS, "more units than expected");
        read_codes(line, units[unit_count++]);
        return;
    }
    char *rest;
    uint32_t first = (uint32_t)strtoul(line, &rest, 16), last = first;
    if (strncmp(rest, "..", 2) == 0)
        last = (uint32_t)strtoul(rest + 2, &rest, 16);
    rest += *rest == ' ';
    for (uint32_t c = first; c <= last && c < POINTS; c++)
        read_row(section, &points[c], rest);
}

static void load(void) {
    if (points)
        return;
    static struct point all[POINTS];
    points = all;
    FILE *file = fopen(TEXT_RULE_FILE, "r");
    require(file != NULL, "cannot be opened");
    char line[LINE], section[LINE] = "";
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (sscanf(line, "[%[^]]", section) != 1 && *line && *line != '#')
            read_line(section, line);
    }
    fclose(file);
}

// ---- lists of code points

typedef struct codes {
    uint32_t *at;
    size_t count;
    size_t capacity;
} codes;

static void add(codes *list, uint32_t code) {
    if (list->count == list->capacity) {
        list->capacity = list->capacity * 2 + 64;
        list->at = realloc(list->at, list->capacity * sizeof *list->at);
        require(list->at != NULL, "no memory");
    }
    list->at[list->count++] = code;
}

static codes decode(gdx_slice utf8) {
    codes list = {0};
    for (size_t at = 0, bytes; at < utf8.bytes; at += bytes)
        add(&list, gdx_utf8_decode_valid((const uint8_t *)utf8.data + at, &bytes));
    return list;
}

// ---- points 6 and 7: marks and broken words

static bool is_dropped(const struct point *point) {
    return point->is_folded && !point->folding[0];
}

static bool looks_around(const struct point *point) {
    return point->is_numeral || point->is_superscript || point->is_hyphen;
}

// The folding of a code point as a list that ends with 0.
static void folding_of(uint32_t code, uint32_t out[PARTS + 1]) {
    memset(out, 0, (PARTS + 1) * sizeof *out);
    if (points[code].is_folded)
        memcpy(out, points[code].folding, sizeof points->folding);
    else
        out[0] = code ? code : WHOLE; // U+0000 folds to itself
}

static size_t length_of(const uint32_t *folded) {
    size_t length = 0;
    while (folded[length])
        length++;
    return length;
}

static uint32_t symbol_of(uint32_t folded) {
    folded &= ~(uint32_t)WHOLE;
    return points[folded].equivalent ? points[folded].equivalent : folded;
}

static bool is_kind(uint32_t folded, const char *kinds) {
    char kind = points[symbol_of(folded)].kind;
    return kind && strchr(kinds, kind);
}

static bool is_letter(uint32_t folded) {
    return is_kind(folded, "l");
}

static bool is_digit_beside(const codes *text, size_t at, int step) {
    for (size_t i = at + (size_t)step; i < text->count; i += (size_t)step) { // wraps below 0
        const struct point *point = &points[text->at[i]];
        if (is_dropped(point))
            continue;
        if (point->is_mark || looks_around(point))
            return false;
        uint32_t folded[PARTS + 1];
        folding_of(text->at[i], folded);
        return is_kind(folded[step < 0 ? length_of(folded) - 1 : 0], "dS");
    }
    return false;
}

static bool is_after_unit(const codes *text, size_t at) {
    uint32_t letters[3 * PARTS + 1] = {0}; // the run before, as it is read, but its tail alone
    size_t count = 0;
    for (size_t i = at; i-- > 0 && count < 3;) {
        if (is_dropped(&points[text->at[i]]))
            continue;
        if (points[text->at[i]].is_mark || looks_around(&points[text->at[i]]))
            break;
        uint32_t folded[PARTS + 1];
        folding_of(text->at[i], folded);
        size_t length = length_of(folded), from = length;
        while (from > 0 && is_letter(folded[from - 1]))
            from--;
        memmove(letters + length - from, letters, count * sizeof *letters);
        memcpy(letters, folded + from, (length - from) * sizeof *letters);
        count += length - from;
        if (from > 0)
            break;
    }
    for (size_t i = 0; i < unit_count; i++)
        if (length_of(units[i]) == count && memcmp(units[i], letters, count * sizeof *letters) == 0)
            return true;
    return false;
}

static bool breaks_word(const codes *text, size_t at) {
    if (at == 0 || points[text->at[at - 1]].is_mark || looks_around(&points[text->at[at - 1]]))
        return false;
    uint32_t before[PARTS + 1];
    folding_of(text->at[at - 1], before);
    if (!before[0] || !is_letter(before[length_of(before) - 1]))
        return false;
    bool has_line_end = false;
    size_t i = at + 1;
    for (; i < text->count && gdx_is_white(text->at[i]); i++) {
        uint32_t c = text->at[i];
        has_line_end |= c == '\n' || c == '\r' || c == '\v' || c == '\f' || c == 0x85 || c == 0x2028 || c == 0x2029;
    }
    return has_line_end && i < text->count && points[text->at[i]].is_lower;
}

// ---- point 2: folding

static void add_decomposed(codes *out, uint32_t code) {
    if (code >= 0xac00 && code <= 0xd7a3) {
        add(out, 0x1100 + (code - 0xac00) / 588);
        add(out, 0x1161 + (code - 0xac00) % 588 / 28);
        if ((code - 0xac00) % 28)
            add(out, 0x11a7 + (code - 0xac00) % 28);
    } else if (code < POINTS && points[code].first) {
        add_decomposed(out, points[code].first);
        if (points[code].second)
            add_decomposed(out, points[code].second);
    } else {
        add(out, code);
    }
}

static codes map(const codes *text) {
    codes out = {0};
    for (size_t i = 0; i < text->count; i++) {
        uint32_t code = text->at[i];
        const struct point *point = &points[code];
        bool beside = point->is_numeral && (is_digit_beside(text, i, -1) || is_digit_beside(text, i, 1));
        if (point->is_hyphen && breaks_word(text, i)) {
            add(&out, WHOLE | GDX_BROKEN_HYPHEN);
        } else if (point->is_mark || beside || (point->is_superscript && !is_after_unit(text, i))) {
            add(&out, WHOLE | code);
        } else {
            uint32_t folded[PARTS + 1];
            folding_of(code, folded);
            for (size_t part = 0; folded[part]; part++)
                add_decomposed(&out, folded[part] == WHOLE ? 0 : folded[part]);
        }
    }
    return out;
}

static uint32_t class_of(uint32_t code) {
    return code < POINTS ? points[code].class : 0;
}

static uint32_t composition_of(uint32_t first, uint32_t second) {
    if (first >= 0x1100 && first <= 0x1112 && second >= 0x1161 && second <= 0x1175)
        return 0xac00 + ((first - 0x1100) * 21 + second - 0x1161) * 28;
    if (first >= 0xac00 && first <= 0xd7a3 && (first - 0xac00) % 28 == 0 && second > 0x11a7 && second <= 0x11c2)
        return first + second - 0x11a7;
    if (second >= POINTS || !points[second].is_second)
        return 0;
    static uint32_t composed[4096];
    static size_t composed_count;
    for (uint32_t c = 0; !composed_count && c < POINTS;) // all of them, once
        for (; c < POINTS; c++)
            if (points[c].composes)
                composed[composed_count++] = c;
    for (size_t i = 0; i < composed_count; i++)
        if (points[composed[i]].first == first && points[composed[i]].second == second)
            return composed[i];
    return 0;
}

static void order(codes *text) {
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t i = 1; i < text->count; i++) {
            uint32_t left = text->at[i - 1], right = text->at[i];
            if (class_of(right) && class_of(left) > class_of(right)) {
                text->at[i - 1] = right;
                text->at[i] = left;
                moved = true;
            }
        }
    }
}

// Each character composes with the starter before it, unless one between them has class 0 or its class or a higher one.
static void compose(codes *text) {
    for (size_t i = 1; i < text->count; i++) {
        size_t starter = i;
        bool blocked = false;
        while (starter-- > 0 && class_of(text->at[starter]))
            blocked |= class_of(text->at[starter]) >= class_of(text->at[i]);
        if (starter == SIZE_MAX || blocked || (!class_of(text->at[i]) && i - starter > 1))
            continue;
        uint32_t whole = text->at[starter] < POINTS ? composition_of(text->at[starter], text->at[i]) : 0;
        if (!whole)
            continue;
        text->at[starter] = whole;
        memmove(text->at + i, text->at + i + 1, (text->count - i - 1) * sizeof *text->at);
        text->count--;
        i--;
    }
}

static codes fold(gdx_slice utf8) {
    load();
    codes text = decode(utf8);
    codes folded = map(&text);
    free(text.at);
    order(&folded);
    compose(&folded);
    return folded;
}

size_t plain_fold(gdx_slice utf8, gdx_buffer *out) {
    codes folded = fold(utf8);
    out->bytes = 0;
    require(gdx_buffer_append(out, folded.at, folded.count * sizeof *folded.at) == GDX_OK, "no memory");
    free(folded.at);
    return folded.count;
}

// ---- points 3 to 5: symbols

static void add_symbol(gdx_symbols *symbols, uint32_t symbol) {
    require(gdx_grow(&symbols->symbols, &symbols->capacity, symbols->count + 1, sizeof symbol) == GDX_OK, "no memory");
    symbols->symbols[symbols->count++] = symbol;
}

static void add_letter(gdx_symbols *symbols, uint32_t letter, bool in_word) {
    if (!in_word) {
        require(gdx_grow(&symbols->words, &symbols->word_capacity, symbols->word_count + 1, sizeof *symbols->words) ==
                    GDX_OK,
                "no memory");
        symbols->words[symbols->word_count] =
            (gdx_word){(uint32_t)symbols->count, (uint32_t)symbols->word_text.bytes, 0};
        add_symbol(symbols, GDX_WORD_FLAG | (uint32_t)symbols->word_count++);
    }
    uint8_t bytes[GDX_UTF8_BYTES];
    size_t count = gdx_utf8_encode(bytes, letter);
    require(gdx_buffer_append(&symbols->word_text, bytes, count) == GDX_OK, "no memory");
    symbols->words[symbols->word_count - 1].bytes += (uint32_t)count;
}

void plain_symbols(gdx_slice utf8, gdx_symbols *symbols) {
    codes folded = fold(utf8);
    bool in_word = false;
    symbols->count = symbols->word_count = symbols->word_text.bytes = symbols->checkpoint_count = 0;
    for (size_t i = 0; i < folded.count; i++) {
        bool is_whole = folded.at[i] & WHOLE;
        uint32_t symbol = is_whole ? folded.at[i] & ~(uint32_t)WHOLE : symbol_of(folded.at[i]);
        char kind = is_whole ? 0 : points[symbol].kind;
        bool is_letter_of_word = kind && strchr("ldw", kind);
        if (is_letter_of_word)
            add_letter(symbols, symbol, in_word);
        else if (kind != 'n')
            add_symbol(symbols, symbol);
        in_word = is_letter_of_word;
    }
    free(folded.at);
}

bool plain_is_lone_mark(uint32_t code_point) {
    load();
    return points[code_point].is_mark;
}

bool plain_is_special(uint32_t code_point) {
    load();
    return points[code_point].is_mark || looks_around(&points[code_point]);
}

uint32_t plain_regional(const uint32_t *symbols, size_t count, size_t at, size_t *out_at) {
    load();
    for (size_t w = 0; w < word_count && at + 1 < count; w++)
        for (size_t form = 0; form < 4; form += 2)
            if (symbols[at] == words[w][form] && symbols[at + 1] == words[w][form + 1]) {
                const uint32_t *other = words[w] + 2 - form;
                size_t differs = other[0] == symbols[at];
                *out_at = at + differs;
                return other[differs];
            }
    return 0;
}
