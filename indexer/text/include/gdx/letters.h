// SPDX-License-Identifier: Apache-2.0
// gdx/letters.h: what a symbol is: a letter, or a mark between letters. Relies on gdx/text.h. Any thread.
#ifndef GDX_LETTERS_H
#define GDX_LETTERS_H

#include "gdx/text.h"

// True: a word, or a letter, mark or digit of a script that is written without spaces. False: a punctuation mark,
// another sign, a note mark.
bool gdx_symbol_is_letter(uint32_t symbol);
// The symbols that are marks, range by range: the first range [returned, *out_end) that ends after `from`, begun at
// `from` at the earliest. 0x110000: there is none.
uint32_t gdx_marks_next(uint32_t from, uint32_t *out_end);
// A decimal digit of any script.
bool gdx_rule_is_digit(const gdx_rule *rule, uint32_t code_point);

#endif
