// SPDX-License-Identifier: Apache-2.0
// word_numbers.h: a number for each different word, in the order in which they are met. Relies on gdx/arena.h.
#ifndef GDX_STATISTICS_WORD_NUMBERS_H
#define GDX_STATISTICS_WORD_NUMBERS_H

#include "gdx/base.h"

// Numbers from here on are words; below it they are code points.
enum { FIRST_WORD = GDX_CODE_POINTS };

struct word_number { // of the table; text.bytes 0: free
    gdx_slice text;  // in the arena
    uint32_t number; // from 0
};

struct word_numbers { // one owner; {0} and an arena, which is the caller's, is empty
    gdx_arena *arena;
    struct word_number *table;
    size_t capacity, count;
};

// FIRST_WORD and the number of the word, which is not empty. GDX_NO_MEMORY.
gdx_status word_number_of(struct word_numbers *words, gdx_slice word, uint32_t *out) GDX_MUST_CHECK;
void word_numbers_clear(struct word_numbers *words);

#endif
