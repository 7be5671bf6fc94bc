// SPDX-License-Identifier: Apache-2.0
// kinds.h: letters as numbers from 1, in the order in which they are met. For oracles that compare strings letter by
// letter. One table for the program.
#ifndef TEST_KINDS_H
#define TEST_KINDS_H

#include "gdx/base.h"

void kinds_forget(void);
uint32_t kind_of(gdx_slice spelling);
gdx_slice spelling_of(uint32_t kind);
uint32_t kinds_count(void); // one more than the greatest number
bool is_function(uint32_t kind);
bool is_digits(uint32_t kind);
// One that shows that a word begins behind it.
bool is_plain_function(uint32_t kind);
// They are characters that say when, a period among them, end with such, or are an ordinal.
bool says_when(const uint32_t *kinds, uint32_t count);
// The letters as people read them, replacing what is in `out`.
void spell_kinds(const uint32_t *kinds, uint32_t count, gdx_buffer *out);

#endif
