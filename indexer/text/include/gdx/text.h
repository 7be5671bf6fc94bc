// SPDX-License-Identifier: Apache-2.0
// gdx/text.h: valid UTF-8 -> folded -> symbols: the matching rule, here and nowhere else. docs/matching-rule.md.
// Relies on gdx/base.h, gdx/document.h. A rule is a table in the source tree (data/rule-2.txt), so that every machine
// makes the same symbols. Threads: a gdx_symbols has one owner; rules are immutable.
#ifndef GDX_TEXT_H
#define GDX_TEXT_H

#include "gdx/base.h"
#include "gdx/document.h"

// A matching rule. It has a number, which an index stores.
typedef struct gdx_rule gdx_rule;

const gdx_rule *gdx_rule_current(void);           // the one that new indexes are made by
const gdx_rule *gdx_rule_find(uint32_t number);   // NULL if this program does not have it
uint32_t gdx_rule_number(const gdx_rule *rule);   // at least 2
uint64_t gdx_rule_checksum(const gdx_rule *rule); // of its data

// Two words of two symbols each that are one word in different regions (计画 and 计划).
enum { GDX_REGIONAL_SYMBOLS = 2 };
typedef struct gdx_regional_word {
    uint32_t forms[2][GDX_REGIONAL_SYMBOLS];
} gdx_regional_word;
// All of them; *out_count is their number.
const gdx_regional_word *gdx_rule_words(const gdx_rule *rule, size_t *out_count);

// The symbol of a hyphen at a line end inside a word ("sup-", line end, "ply"). A query for - finds it too, and words
// match across it. It is a surrogate, which no text holds.
enum { GDX_BROKEN_HYPHEN = 0xd82d };

// A symbol is a folded code point, or a word: GDX_WORD_FLAG | w, the w-th word met in this text (words are not
// deduplicated).
#define GDX_WORD_FLAG ((uint32_t)1 << 31)

typedef struct gdx_word {
    uint32_t symbol; // which symbol of the text it is
    uint32_t offset; // its folded UTF-8 in word_text
    uint32_t bytes;
} gdx_word;

// Half-open range of bytes of the source text that a symbol came from. Symbols that one character expands to share its
// range ("…"), and a word reaches over every character that gave it a letter, so that ranges may overlap; neither their
// starts nor their ends descend.
typedef struct gdx_span {
    uint32_t begin;
    uint32_t end;
} gdx_span;

typedef struct gdx_symbols { // one worker's own; {0} is empty; reused from text to text
    uint32_t *symbols;
    size_t count;
    size_t capacity;
    gdx_word *words;
    size_t word_count;
    size_t word_capacity;
    gdx_buffer word_text;
    gdx_span *spans; // filled when asked for: spans[i] of symbols[i]
    size_t span_capacity;
    size_t symbols_before;       // of the caller's: symbols before this text, with which checkpoints are counted
    gdx_checkpoint *checkpoints; // filled when asked for
    size_t checkpoint_count;
    size_t checkpoint_capacity;
    gdx_buffer scratch; // the module's own
} gdx_symbols;

// One checkpoint for each multiple of so many symbols, from those before the text to its end, both included: the first
// place at or after that symbol at which cutting may begin afresh, or the start or end of the text.
enum { GDX_CHECKPOINT_SYMBOLS = 128 };

enum gdx_text_options {
    GDX_TEXT_SPANS = 1,      // fill spans
    GDX_TEXT_CHECKPOINTS = 2 // fill checkpoints
};

void gdx_symbols_clear(gdx_symbols *symbols);
static inline gdx_slice gdx_symbols_word(const gdx_symbols *symbols, size_t word) {
    return (gdx_slice){(const char *)symbols->word_text.data + symbols->words[word].offset, symbols->words[word].bytes};
}

// Replaces the contents of `symbols` by the symbols of `utf8`, which must be valid UTF-8 of less than 2^31 bytes.
// GDX_NO_MEMORY. Cost: 1.5 to 2 ns a symbol of Chinese text, about 3 ns a byte of English.
// Memory: kept for the next text; at least that of 4096 symbols.
// More than 128 combining marks in a row are folded 128 at a time, so that the time stays linear.
gdx_status gdx_text_symbols(const gdx_rule *rule, gdx_slice utf8, unsigned options,
                            gdx_symbols *symbols) GDX_MUST_CHECK;

// True: the symbols of `utf8`, which ends at a checkpoint of a longer text, are the first symbols of that text,
// whatever comes after the checkpoint. False: they may be others, as a hyphen may be that of a broken word. `utf8` is
// valid. Of nearly all Chinese text it is true.
bool gdx_text_is_settled(const gdx_rule *rule, gdx_slice utf8);

#endif
