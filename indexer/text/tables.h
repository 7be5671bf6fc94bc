// SPDX-License-Identifier: Apache-2.0
// tables.h: what make_tables writes: for each code point, what it becomes when it is alone. Relies on rule.h.
//
// The fold of a text is the fold of its clusters, one after the other. A cluster is a character and the characters
// after it that continue it: combining marks, whatever composes with what comes before it, and what folding drops
// (Unicode 15, UAX #15, section 9: a boundary lies before each character that neither reorders nor composes backwards).
// White space is always a cluster of its own, for nothing composes with it. Nearly all clusters are one character,
// whose entry holds everything.
#ifndef GDX_TEXT_TABLES_H
#define GDX_TEXT_TABLES_H

#include "rule.h"

#include <stdint.h>

// An entry: what to add to the code point, modulo 2^21, to have the folded one (so that pages of characters that stay
// what they are look alike and are kept once), and flags. With EXPANDS: the index of a list in text_expansions instead.
enum {
    TEXT_VALUE_MASK = 0x1fffff,
    TEXT_KIND_SHIFT = 21, // two bits: text_kind of the folded code point
    TEXT_KIND_MASK = 3,
    TEXT_CONTINUES = 1 << 23, // belongs to the cluster before it
    TEXT_EXPANDS = 1 << 24    // folds to none or several code points: their count, then an entry of each, to add to 0
};

enum { TEXT_PAGE_BITS = 8, TEXT_PAGE = 1 << TEXT_PAGE_BITS, TEXT_PAGES = 0x110000 / TEXT_PAGE };
// Continuing characters taken into one cluster; more start another. Folding a cluster takes time that grows with the
// square of its length, and UAX #15, section 13, holds 30 to be enough for any real text.
enum { TEXT_CONTINUING_MAX = 128 };

enum { TEXT_PLAIN_COUNT = 0x10000 };

extern const uint16_t text_page_of[TEXT_PAGES];
extern const uint32_t text_entries[][TEXT_PAGE];
extern const uint32_t text_expansions[];
extern const text_lists text_rule_lists;
// The symbol of each character that folds to one symbol of 16 bits and continues nothing, a plain one; of others 0.
// Repeats what the entries say, in half the bytes and with one look-up instead of two.
extern const uint16_t text_plain[TEXT_PLAIN_COUNT];
extern const uint64_t text_tables_checksum; // XXH3-64 over the entries and expansions as integers, in that order

static inline uint32_t text_entry_value(uint32_t entry, uint32_t code_point) {
    return (code_point + entry) & TEXT_VALUE_MASK;
}
static inline text_kind text_entry_kind(uint32_t entry) {
    return (text_kind)(entry >> TEXT_KIND_SHIFT & TEXT_KIND_MASK);
}

static inline uint32_t text_entry(uint32_t code_point) {
    return text_entries[text_page_of[code_point >> TEXT_PAGE_BITS]][code_point & (TEXT_PAGE - 1)];
}

// Of code points below 128; they neither continue nor expand, and fold to ASCII.
static inline const uint32_t *text_entries_of_ascii(void) {
    return text_entries[text_page_of[0]];
}

#endif
