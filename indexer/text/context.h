// SPDX-License-Identifier: Apache-2.0
// context.h: the characters whose symbol depends on their neighbours. Relies on tables.h.
//
//     Ⅱ         a numeral      a note mark beside a digit, else the letters ii
//     ² ³       superscripts   a digit of the word directly after a unit (5m²), else a note mark
//     - ‐ SHY   hyphens        GDX_BROKEN_HYPHEN between a letter and a line end before a lower-case letter
//
// No such character counts as a letter or a digit when the context of another is judged. Characters that folding drops
// are passed over, except that nothing may be between a letter and the hyphen of a broken word.
#ifndef GDX_TEXT_CONTEXT_H
#define GDX_TEXT_CONTEXT_H

#include "tables.h"

typedef struct text_view { // valid UTF-8 under one rule
    const gdx_rule *rule;
    const uint8_t *text;
    size_t end;
} text_view;

typedef enum text_sense {
    TEXT_AS_FOLDED, // what the entry says
    TEXT_AS_MARK,   // one symbol, itself
    TEXT_AS_BROKEN  // GDX_BROKEN_HYPHEN
} text_sense;

// Of the character with TEXT_CONTEXT at byte `at`, which is `bytes` long. Takes time linear in the white space and the
// dropped characters around it.
text_sense text_sense_of(const text_view *view, size_t at, size_t bytes, uint32_t code_point);

#endif
