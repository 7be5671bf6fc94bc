// SPDX-License-Identifier: Apache-2.0
// gdx/ngram.h: symbols -> bigrams with positions, inverted in one worker's own memory.
// Relies on gdx/base.h; inside on gdx/text.h. Threads: an inverter has one owner.
//
// All fields share one position space: each field takes one position a symbol and one more for the end mark after it.
// Position p gives one posting, to the bigram (symbol at p, symbol at p+1). The end mark is never the first symbol.
// Numbers of symbols in the result: GDX_SYMBOL_END, a code point, or GDX_FIRST_WORD + rank of the word among the
// inverter's words in byte order.
#ifndef GDX_NGRAM_H
#define GDX_NGRAM_H

#include "gdx/base.h"

typedef struct gdx_symbols gdx_symbols; // gdx/text.h

enum {
    GDX_SYMBOL_END = 0,       // U+0000 is a control character and never a symbol
    GDX_FIRST_WORD = 0x110000 // above the last code point
};

typedef struct gdx_inverter gdx_inverter;

// `memory_bytes`: the limit of its memory, including the working space of gdx_inverter_sort. NULL: no memory.
gdx_inverter *gdx_inverter_new(size_t memory_bytes);
void gdx_inverter_free(gdx_inverter *inverter);
GDX_DEFINE_AUTO(gdx_inverter, gdx_inverter_free)

// Adds one field and the end mark after it. On failure the inverter is unchanged.
// GDX_NO_MEMORY: the allocator's; GDX_TOO_LARGE: the position space (2^32 - 2) is full.
gdx_status gdx_inverter_add(gdx_inverter *inverter, const gdx_symbols *symbols) GDX_MUST_CHECK;
uint32_t gdx_inverter_positions(const gdx_inverter *inverter); // used so far: where the next field starts
size_t gdx_inverter_bytes(const gdx_inverter *inverter);       // of memory in use, including the space for sorting
// True when another document of `symbol_count` symbols might pass the memory setting or the position space.
bool gdx_inverter_is_full(const gdx_inverter *inverter, size_t symbol_count);

// Sorts. Afterwards the terms are ordered by (first, second), their positions ascend, and nothing more may be added.
gdx_status gdx_inverter_sort(gdx_inverter *inverter) GDX_MUST_CHECK;

typedef struct gdx_inverted_term {
    uint32_t first;
    uint32_t second;
    uint32_t count;
    const uint32_t *positions; // the inverter's, valid until the next call
} gdx_inverted_term;

// After sorting: the next term, or false at the end.
bool gdx_inverter_next(gdx_inverter *inverter, gdx_inverted_term *out);

// After sorting: the words in byte order; word i has the number GDX_FIRST_WORD + i.
uint32_t gdx_inverter_word_count(const gdx_inverter *inverter);
gdx_slice gdx_inverter_word(const gdx_inverter *inverter, uint32_t word);

// Empties it for the next segment, keeping its memory.
void gdx_inverter_reset(gdx_inverter *inverter);

#endif
