// SPDX-License-Identifier: Apache-2.0
// rule.h: the matching rule for one folded code point: a symbol of its own, part of a word, or nothing.
// Relies on utf8proc for categories and on two generated lists. The program that generates the tables and the program
// that uses them share this file, so that there is one rule.
#ifndef GDX_TEXT_RULE_H
#define GDX_TEXT_RULE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum text_kind {
    TEXT_NOTHING, // white space, control and format characters: no symbol, ends a word
    TEXT_SINGLE,  // one symbol
    TEXT_WORD     // part of a word
} text_kind;

typedef struct text_range { // code points [first, last]
    uint32_t first;
    uint32_t last;
} text_range;

typedef struct text_pair {
    uint32_t traditional;
    uint32_t simplified;
} text_pair;

typedef struct text_lists { // immutable, any thread
    // Ascending. Characters of scripts written without spaces: by script or script extension (Unicode 15, UAX #24).
    const text_range *unspaced;
    uint32_t unspaced_count;
    // Ascending by traditional character: OpenCC's TSCharacters, the first candidate of each.
    const text_pair *pairs;
    uint32_t pair_count;
} text_lists;

text_kind text_kind_of(const text_lists *lists, uint32_t code_point);
// Traditional to simplified, one to one; other characters are their own.
uint32_t text_simplified(const text_lists *lists, uint32_t code_point);

#endif
