// SPDX-License-Identifier: Apache-2.0
// characters.c: what characters say of the text they are in. Relies on characters.h.
// All of it goes by the first or last characters of a line; no line is walked twice.

#include "characters.h"

#include <string.h>

static uint32_t take(gdx_slice *text) {
    if (text->bytes == 0)
        return 0;
    size_t bytes;
    uint32_t c = gdx_utf8_decode_valid((const uint8_t *)text->data, &bytes);
    text->data += bytes;
    text->bytes -= bytes;
    return c;
}

static uint32_t peek(gdx_slice text) {
    return take(&text);
}

static void skip_blanks(gdx_slice *text) {
    while (text->bytes && gdx_is_white(peek(*text)))
        take(text);
}

static bool skip_word(gdx_slice *text, const char *word) {
    size_t bytes = strlen(word);
    if (text->bytes < bytes || memcmp(text->data, word, bytes) != 0)
        return false;
    text->data += bytes;
    text->bytes -= bytes;
    return true;
}

static bool is_one_of(uint32_t c, const uint32_t *set, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (set[i] == c)
            return true;
    return false;
}
#define IS_ONE_OF(c, ...)                                                                                              \
    is_one_of(c, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

uint32_t layout_first_character(gdx_slice text) {
    return peek(text);
}

uint32_t layout_last_character(gdx_slice text) {
    size_t at = text.bytes;
    while (at > 0 && gdx_utf8_continues((uint8_t)text.data[at - 1]))
        at--;
    return at > 0 ? peek((gdx_slice){text.data + at - 1, text.bytes - at + 1}) : 0;
}

uint32_t layout_count(gdx_slice text) {
    uint32_t count = 0;
    while (text.bytes)
        count += !gdx_is_white(take(&text));
    return count;
}

uint32_t layout_half_widths(gdx_slice text) {
    uint32_t halves = 0;
    while (text.bytes)
        halves += layout_is_wide(take(&text)) ? 2 : 1;
    return halves;
}

// ---- marks of notes

static bool is_circled(uint32_t c) {
    return (c >= 0x2460 && c <= 0x249b) || (c >= 0x24f5 && c <= 0x24fe) || (c >= 0x2776 && c <= 0x2793) ||
           (c >= 0x3251 && c <= 0x325f);
}

static bool is_sign(uint32_t c) {
    return IS_ONE_OF(c, '*', 0x2020, 0x2021, 0xa7, 0x203b, 0xff0a, 0xb9, 0xb2, 0xb3) || (c >= 0x2070 && c <= 0x2079);
}

// One to three digits, more after a comma or a dash; or circled numbers and signs.
static bool skip_numbers(gdx_slice *text) {
    unsigned digits = 0, numbers = 0;
    for (; text->bytes; take(text)) {
        uint32_t c = peek(*text);
        if (layout_is_digit(c)) {
            if (++digits > 3)
                return false;
            numbers++;
        } else if (is_circled(c) || is_sign(c)) {
            digits = 0;
            numbers++;
        } else if (numbers && IS_ONE_OF(c, ',', '-', 0x2013, 0xff0c, 0x3001, 0xff0d)) {
            digits = 0;
        } else {
            break;
        }
    }
    return numbers > 0;
}

enum { MARK_BRACKETED = 1, MARK_CIRCLED = 2, MARK_BARE = 4 };

static int skip_mark(gdx_slice *text) {
    bool named = skip_word(text, "注") || skip_word(text, "註");
    uint32_t open = peek(*text);
    bool bracketed = IS_ONE_OF(open, '[', '(', 0x3014, 0x3010, 0xff08, 0xff3b);
    if (bracketed)
        take(text);
    bool circled = is_circled(peek(*text)) || is_sign(peek(*text));
    if (!skip_numbers(text))
        return 0;
    uint32_t close = peek(*text);
    if (!bracketed)
        return named || circled ? MARK_CIRCLED : MARK_BARE;
    if (!IS_ONE_OF(close, ']', ')', 0x3015, 0x3011, 0xff09, 0xff3d))
        return 0;
    take(text);
    return MARK_BRACKETED;
}

bool layout_is_mark(gdx_slice text) {
    for (bool any = false;; any = true) {
        skip_blanks(&text);
        if (text.bytes == 0)
            return any;
        if (!skip_mark(&text))
            return false;
    }
}

size_t layout_mark_at_start(gdx_slice text, bool bare) {
    gdx_slice rest = text;
    int kind = skip_mark(&rest);
    if (kind == 0 || rest.bytes == 0 || (kind == MARK_BARE && !bare))
        return 0;
    if (kind == MARK_BARE) { // "1 Text", "1.Text", no "1,000", "1.5" or "2023年"
        gdx_slice after = rest;
        uint32_t c = take(&after);
        if (IS_ONE_OF(c, '.', 0xff0e, 0x3001) && !layout_is_digit(peek(after)))
            rest = after;
        else if (!gdx_is_white(c))
            return 0;
    }
    return text.bytes - rest.bytes;
}

bool layout_starts_with_number(gdx_slice text) {
    unsigned digits = 0;
    for (; layout_is_digit(peek(text)) && digits < 4; digits++)
        take(&text);
    uint32_t c = peek(text);
    return digits >= 1 && digits <= 2 &&
           layout_is_wide(c) && // no 年 月 日 号 期 页 卷 章 个 万 亿 时, no comma or stop
           !IS_ONE_OF(c, 0x5e74, 0x6708, 0x65e5, 0x53f7, 0x865f, 0x671f, 0x9875, 0x9801, 0x5377, 0x7ae0, 0x4e2a, 0x500b,
                      0x4e07, 0x842c, 0x4ebf, 0x5104, 0x65f6, 0x6642, 0x3002, 0xff0c, 0xff05, 0x3001, 0xff1b, 0xff09,
                      0x300d, 0x300b);
}

bool layout_ends_sentence(gdx_slice text) {
    uint32_t c = layout_last_character(text);
    return c == 0 || IS_ONE_OF(c, '.', '!', '?', ':', ';', 0x3002, 0xff01, 0xff1f, 0xff1a, 0xff1b, 0x2026, 0xff0e,
                               0xfe12, 0xff61);
}

// ---- captions

size_t layout_caption_start(gdx_slice text) {
    static const char *const words[] = {"图表", "圖表", "附图",  "附圖",  "附表",   "续表",   "續表",
                                        "插图", "照片", "图",    "圖",    "表",     "Figure", "FIGURE",
                                        "Fig.", "Fig",  "Table", "TABLE", "Exhibit"};
    gdx_slice rest = text;
    size_t i = 0;
    while (i < sizeof words / sizeof *words && !skip_word(&rest, words[i]))
        i++;
    if (i == sizeof words / sizeof *words)
        return 0;
    skip_blanks(&rest);
    uint32_t c = take(&rest);
    bool numbered = layout_is_digit(c) || IS_ONE_OF(c, 0x4e00, 0x4e8c, 0x4e09, 0x56db, 0x4e94, 0x516d, 0x4e03, 0x516b,
                                                    0x4e5d, 0x5341, 'A', 'B', 'C', 'D', 'S');
    if (!numbered && !(i == 5 || i == 6))
        return 0;
    while (rest.bytes && (layout_is_digit(peek(rest)) || IS_ONE_OF(peek(rest), '.', '-', 0x2013, 0x2014, 0x2011)))
        take(&rest);
    return text.bytes - rest.bytes;
}

bool layout_is_remark(gdx_slice text) {
    if (!skip_word(&text, "注") && !skip_word(&text, "註") && !skip_word(&text, "Note"))
        return false;
    skip_blanks(&text);
    uint32_t c = peek(text);
    return c == ':' || c == 0xff1a;
}

bool layout_is_source(gdx_slice text) {
    static const char *const words[] = {"资料来源", "資料來源", "数据来源", "數據來源", "图片来源",
                                        "来源：",   "來源：",   "Source:",  "Sources:", "Source："};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (skip_word(&(gdx_slice){text.data, text.bytes}, words[i]))
            return true;
    return false;
}

// ---- page numbers

static bool is_numeral(uint32_t c) {
    return layout_is_digit(c) ||
           IS_ONE_OF(c, 'i', 'v', 'x', 'l', 'I', 'V', 'X', 'L', 0x2160, 0x2161, 0x2162, 0x2163, 0x2164, 0x2165);
}

bool layout_is_page_number(gdx_slice text) {
    unsigned numerals = 0, others = 0;
    while (text.bytes) {
        uint32_t c = peek(text);
        if (skip_word(&text, "Page") || skip_word(&text, "page") || skip_word(&text, "of"))
            continue;
        take(&text);
        if (is_numeral(c))
            numerals++;
        else if (IS_ONE_OF(c, 0x7b2c, 0x9875, 0x9801, 0x5171, '-', 0x2013, 0x2014, 0xb7, 0x2022, '/', '|', '~', 0xff0d,
                           0x2500, '(', ')', '.', 0xff0f))
            others++;
        else if (!gdx_is_white(c))
            return false;
    }
    return numerals >= 1 && numerals <= 8 && others <= 8;
}
