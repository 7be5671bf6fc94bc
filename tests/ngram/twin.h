// SPDX-License-Identifier: Apache-2.0
// twin.h: the naive twin of the inverter: keeps every symbol in the order added, and sorts all postings by comparison.
#ifndef TEST_NGRAM_TWIN_H
#define TEST_NGRAM_TWIN_H

#include "gdx/text.h"

#include <stdint.h>

enum { TWIN_POSITIONS_MAX = 40000, TWIN_WORD_BYTES = 24, TWIN_END = UINT32_MAX };

typedef struct twin_symbol {
    uint32_t code; // a code point; TWIN_END: an end mark; GDX_WORD_FLAG: a word
    char word[TWIN_WORD_BYTES];
} twin_symbol;

typedef struct twin_posting {
    uint32_t first, second, position;
} twin_posting;

typedef struct twin {
    twin_symbol symbols[TWIN_POSITIONS_MAX];
    uint32_t count;
    // After twin_sort:
    char words[TWIN_POSITIONS_MAX][TWIN_WORD_BYTES]; // distinct, in byte order
    uint32_t word_count;
    twin_posting postings[TWIN_POSITIONS_MAX]; // by first, second, position
    uint32_t posting_count;
} twin;

// Adds one field and the end mark after it. There must be room.
void twin_add(twin *of, const gdx_symbols *symbols);
void twin_sort(twin *of);

#endif
