// SPDX-License-Identifier: Apache-2.0
// tables.h: one matching rule as make_tables writes it: for each code point, what it becomes when it is alone, and what
// composing needs. Relies on gdx/text.h. The tables are constants; any thread may read them.
//
// The fold of a text is the fold of its clusters, one after the other. A cluster is a character and the characters
// after it that continue it: combining marks, whatever composes with what comes before it, and what folding drops
// (Unicode 15, UAX #15, section 9: a boundary lies before each character that neither reorders nor composes backwards).
// White space is always a cluster of its own, for nothing composes with it. Nearly all clusters are one character,
// whose entry holds everything.
#ifndef GDX_TEXT_TABLES_H
#define GDX_TEXT_TABLES_H

#include "gdx/text.h"

#include <stdint.h>

typedef enum text_kind {
    TEXT_NOTHING, // white space, control and format characters: no symbol, ends a word
    TEXT_SINGLE,  // one symbol
    TEXT_WORD     // part of a word
} text_kind;

// An entry: what to add to the code point, modulo 2^21, to have the folded one (so that pages of characters that stay
// what they are look alike and are kept once), and flags. With EXPANDS: the index of a list in the rule's expansions
// instead. LETTER and DIGIT speak of the folded code point, LOWER of the code point itself.
enum {
    TEXT_VALUE_MASK = 0x1fffff,
    TEXT_KIND_SHIFT = 21, // two bits: text_kind of the folded code point
    TEXT_KIND_MASK = 3,
    TEXT_CONTINUES = 1 << 23, // belongs to the cluster before it
    TEXT_EXPANDS = 1 << 24,   // folds to none or several code points: their count, then an entry of each, to add to 0
    TEXT_CONTEXT = 1 << 25,   // what it becomes depends on its neighbours: context.h
    TEXT_LETTER = 1 << 26,    // a letter or combining mark of a word
    TEXT_DIGIT = 1 << 27,     // a decimal digit, of any script
    TEXT_LOWER = 1 << 28      // a lower-case letter
};

enum { TEXT_PAGE_BITS = 8, TEXT_PAGE = 1 << TEXT_PAGE_BITS, TEXT_PAGES = 0x110000 / TEXT_PAGE };
// Continuing characters taken into one cluster; more start another. Folding a cluster takes time that grows with the
// square of its length, and UAX #15, section 13, holds 30 to be enough for any real text.
enum { TEXT_CONTINUING_MAX = 128 };

enum { TEXT_PLAIN_COUNT = 0x10000 };
enum { TEXT_UNIT_MAX = 2 }; // code points of the longest unit

typedef struct text_class { // code points [first, last] have this canonical combining class, not 0
    uint32_t first;
    uint32_t last;
    uint32_t value;
} text_class;

typedef struct text_pair { // a canonical decomposition, or seen from the other side a composition
    uint32_t whole;
    uint32_t first;
    uint32_t second; // 0 if it decomposes to one
} text_pair;

struct gdx_rule {
    uint32_t number;
    uint64_t checksum; // XXH3-64 of the rule's file
    const uint16_t *page_of;
    const uint32_t (*entries)[TEXT_PAGE];
    const uint32_t *expansions;
    // The symbol of each character that folds to one symbol of 16 bits and continues nothing, a plain one; of others 0.
    // Repeats what the entries say, in half the bytes and with one look-up instead of two.
    const uint16_t *plain;
    const text_class *classes; // ascending
    uint32_t class_count;
    const text_pair *decompositions; // ascending by whole
    uint32_t decomposition_count;
    const text_pair *compositions; // ascending by first, then second
    uint32_t composition_count;
    const uint32_t (*units)[TEXT_UNIT_MAX]; // after which ² and ³ are digits of the word; 0 pads
    uint32_t unit_count;
    const gdx_regional_word *words;
    uint32_t word_count;
};

static inline uint32_t text_entry_value(uint32_t entry, uint32_t code_point) {
    return (code_point + entry) & TEXT_VALUE_MASK;
}
static inline text_kind text_entry_kind(uint32_t entry) {
    return (text_kind)(entry >> TEXT_KIND_SHIFT & TEXT_KIND_MASK);
}

static inline uint32_t text_entry(const gdx_rule *rule, uint32_t code_point) {
    return rule->entries[rule->page_of[code_point >> TEXT_PAGE_BITS]][code_point & (TEXT_PAGE - 1)];
}

// Of code points below 128; they neither continue nor expand, and fold to ASCII.
static inline const uint32_t *text_entries_of_ascii(const gdx_rule *rule) {
    return rule->entries[rule->page_of[0]];
}

#endif
