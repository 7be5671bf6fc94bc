// SPDX-License-Identifier: Apache-2.0
// holds.c: what must be true of the symbols of any text, checked on the cut way in the plainest manner.

#include "holds.h"

#include "gdx/text.h"
#include "gdx/utf8.h"

#include "../support/plain_rule.h"
#include "tables.h"

#include <stdlib.h>

void cut_or_die(gdx_slice utf8, unsigned options, gdx_symbols *symbols) {
    if (gdx_text_symbols(gdx_rule_current(), utf8, options, symbols) != GDX_OK)
        abort();
}

static void append_or_die(gdx_buffer *out, const void *bytes, size_t count) {
    if (gdx_buffer_append(out, bytes, count) != GDX_OK)
        abort();
}

void print_symbols(const gdx_symbols *symbols, gdx_buffer *out) {
    for (size_t i = 0; i < symbols->count; i++) {
        uint32_t symbol = symbols->symbols[i];
        uint8_t bytes[GDX_UTF8_BYTES];
        append_or_die(out, " ", i > 0);
        if (symbol & GDX_WORD_FLAG) {
            gdx_slice word = gdx_symbols_word(symbols, symbol & ~GDX_WORD_FLAG);
            append_or_die(out, "[", 1);
            append_or_die(out, word.data, word.bytes);
            append_or_die(out, "]", 1);
        } else if (symbol == GDX_BROKEN_HYPHEN) {
            append_or_die(out, "-/", 2);
        } else {
            append_or_die(out, bytes, gdx_utf8_encode(bytes, symbol));
        }
    }
    append_or_die(out, "", 1);
}

bool is_same_symbol(const gdx_symbols *a, size_t i, const gdx_symbols *b, size_t j) {
    uint32_t x = a->symbols[i], y = b->symbols[j];
    if (!(x & GDX_WORD_FLAG) || !(y & GDX_WORD_FLAG))
        return x == y;
    return gdx_slice_equal(gdx_symbols_word(a, x & ~GDX_WORD_FLAG), gdx_symbols_word(b, y & ~GDX_WORD_FLAG));
}

// The symbols of `a` from number `from` on are those of `b`.
static bool is_same_from(const gdx_symbols *a, size_t from, const gdx_symbols *b) {
    if (from > a->count || a->count - from != b->count)
        return false;
    for (size_t i = 0; i < b->count; i++)
        if (!is_same_symbol(a, from + i, b, i))
            return false;
    return true;
}

// The first `count` symbols of `a` are those of `b`.
static bool is_begun_by(const gdx_symbols *a, size_t count, const gdx_symbols *b) {
    if (count > a->count || count != b->count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!is_same_symbol(a, i, b, i))
            return false;
    return true;
}

static bool are_words_in_place(const gdx_symbols *symbols) {
    size_t word = 0;
    for (size_t i = 0; i < symbols->count; i++) {
        if (!(symbols->symbols[i] & GDX_WORD_FLAG))
            continue;
        if (word >= symbols->word_count || symbols->symbols[i] != (GDX_WORD_FLAG | word) ||
            symbols->words[word].symbol != i || symbols->words[word].bytes == 0)
            return false;
        word++;
    }
    return word == symbols->word_count;
}

bool has_overlong_cluster(gdx_slice utf8) {
    int in_a_row = 0;
    for (size_t at = 0, bytes; at < utf8.bytes && in_a_row <= TEXT_CONTINUING_MAX; at += bytes) {
        uint32_t code_point = gdx_utf8_decode_valid((const uint8_t *)utf8.data + at, &bytes);
        in_a_row = text_entry(gdx_rule_current(), code_point) & TEXT_CONTINUES ? in_a_row + 1 : 0;
    }
    return in_a_row > TEXT_CONTINUING_MAX;
}

const char *symbols_equal_plain(gdx_slice utf8) {
    static const unsigned options[] = {0, GDX_TEXT_SPANS, GDX_TEXT_CHECKPOINTS, GDX_TEXT_SPANS | GDX_TEXT_CHECKPOINTS};
    gdx_symbols plain = {0}, cut = {0};
    const char *broken = NULL;
    plain_symbols(utf8, &plain);
    for (size_t i = 0; i < sizeof options / sizeof *options && !broken; i++) {
        cut_or_die(utf8, options[i], &cut);
        if (!is_same_from(&cut, 0, &plain))
            broken = "the module gives other symbols than the plain rule";
        else if (!are_words_in_place(&cut) || !are_words_in_place(&plain))
            broken = "the words are not numbered in text order";
    }
    gdx_symbols_clear(&plain);
    gdx_symbols_clear(&cut);
    return broken;
}

static bool is_apart(const gdx_symbols *symbols, size_t i) {
    const gdx_span *spans = symbols->spans;
    return (i == 0 || spans[i - 1].end <= spans[i].begin) &&
           (i + 1 == symbols->count || spans[i].end <= spans[i + 1].begin);
}

// A character that looks at its neighbours gives another symbol without them.
static bool is_where_it_is(gdx_slice utf8, gdx_span span, uint32_t symbol) {
    for (size_t at = span.begin, bytes; at < span.end; at += bytes) {
        uint32_t code_point = gdx_utf8_decode_valid((const uint8_t *)utf8.data + at, &bytes);
        if (code_point == symbol || (plain_is_special(code_point) && !plain_is_lone_mark(code_point)) ||
            text_entry_value(text_entry(gdx_rule_current(), code_point), code_point) == symbol)
            return true;
    }
    return false;
}

static bool has_special(gdx_slice utf8, gdx_span span) {
    for (size_t at = span.begin, bytes; at < span.end; at += bytes)
        if (plain_is_special(gdx_utf8_decode_valid((const uint8_t *)utf8.data + at, &bytes)))
            return true;
    return false;
}

static const char *span_holds(gdx_slice utf8, const gdx_symbols *symbols, size_t i, gdx_symbols *again) {
    gdx_span span = symbols->spans[i];
    if (span.begin >= span.end || span.end > utf8.bytes)
        return "a span is empty or leaves the text";
    if (i && (span.begin < symbols->spans[i - 1].begin || span.end < symbols->spans[i - 1].end))
        return "spans do not ascend";
    uint32_t symbol = symbols->symbols[i];
    if (!(symbol & GDX_WORD_FLAG) && (symbol == GDX_BROKEN_HYPHEN || plain_is_special(symbol)))
        return is_where_it_is(utf8, span, symbol) ? NULL : "a span does not give its mark";
    cut_or_die((gdx_slice){utf8.data + span.begin, span.end - span.begin}, 0, again);
    if (is_apart(symbols, i))
        return again->count == 1 && is_same_symbol(symbols, i, again, 0) ? NULL : "a span gives another symbol";
    for (size_t j = 0; j < again->count; j++)
        if (is_same_symbol(symbols, i, again, j))
            return NULL;
    if (has_special(utf8, span)) // a numeral is a mark here and letters alone, which compose with what follows
        return NULL;
    return "a shared span does not give its symbol";
}

const char *spans_hold(gdx_slice utf8) {
    gdx_symbols symbols = {0}, again = {0};
    const char *broken = NULL;
    cut_or_die(utf8, GDX_TEXT_SPANS, &symbols);
    for (size_t i = 0; i < symbols.count && !broken; i++)
        broken = span_holds(utf8, &symbols, i, &again);
    gdx_symbols_clear(&symbols);
    gdx_symbols_clear(&again);
    return broken;
}

// From a random number of symbols before, one for each multiple of GDX_CHECKPOINT_SYMBOLS.
const char *checkpoints_hold(gdx_slice utf8) {
    gdx_symbols symbols = {.symbols_before = utf8.bytes * 7 % 1000}, rest = {0};
    const char *broken = NULL;
    gdx_checkpoint before = {0, 0};
    size_t due = symbols.symbols_before + GDX_CHECKPOINT_SYMBOLS - 1;
    due -= due % GDX_CHECKPOINT_SYMBOLS; // the first multiple that is not before the text
    cut_or_die(utf8, GDX_TEXT_CHECKPOINTS, &symbols);
    for (size_t i = 0; i < symbols.checkpoint_count && !broken; i++, due += GDX_CHECKPOINT_SYMBOLS) {
        gdx_checkpoint at = symbols.checkpoints[i];
        if (at.byte < before.byte || at.byte > utf8.bytes || symbols.symbols_before + at.symbol < due)
            broken = "a checkpoint is before the one before it, before its symbol, or outside";
        bool is_plain = symbols.symbols_before + at.symbol == due && i % 8;
        before = at;
        gdx_slice head = {utf8.data, at.byte};
        if (!broken && i % 8 == 0 && gdx_text_is_settled(gdx_rule_current(), head)) {
            cut_or_die(head, 0, &rest);
            if (!is_begun_by(&symbols, at.symbol, &rest))
                broken = "what comes after a checkpoint changes symbols that are settled";
        }
        if (broken || is_plain) // cutting the rest from each would take the square of the text
            continue;
        cut_or_die((gdx_slice){utf8.data + at.byte, utf8.bytes - at.byte}, 0, &rest);
        if (!is_same_from(&symbols, at.symbol, &rest))
            broken = "reading from a checkpoint gives other symbols";
    }
    if (!broken && (due <= symbols.symbols_before + symbols.count ||
                    due > symbols.symbols_before + symbols.count + GDX_CHECKPOINT_SYMBOLS))
        broken = "another number of checkpoints";
    gdx_symbols_clear(&symbols);
    gdx_symbols_clear(&rest);
    return broken;
}
