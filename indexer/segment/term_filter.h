// SPDX-License-Identifier: Apache-2.0
// term_filter.h: a few bits a term that say of most terms that are not in a segment that they are not.
// docs/format.md, "Term dictionary". Relies on gdx/base.h, layout.h.
#ifndef GDX_SEGMENT_TERM_FILTER_H
#define GDX_SEGMENT_TERM_FILTER_H

#include "gdx/base.h"
#include "layout.h"

// The words of 64 bits of the filter of so many terms.
static inline uint64_t term_filter_words(uint64_t term_count) {
    return (term_count * GDX_TERM_FILTER_BITS + 63) / 64;
}

// The word of a term's bits, below `words`, and the bits in it: two, or one.
typedef struct term_filter_place {
    uint64_t word;
    uint64_t bits;
} term_filter_place;

static inline term_filter_place term_filter_place_of(uint32_t first, uint32_t second, uint64_t words) {
    uint64_t hash = ((uint64_t)first << 32 | second) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 32) * UINT64_C(0xbf58476d1ce4e5b9);
    return (term_filter_place){(hash >> 32) * words >> 32, UINT64_C(1) << (hash >> 26 & 63) | UINT64_C(1)
                                                                                                  << (hash >> 20 & 63)};
}

// Adds a term to a filter of zeros at first.
static inline void term_filter_add(uint8_t *filter, uint64_t words, uint32_t first, uint32_t second) {
    term_filter_place place = term_filter_place_of(first, second, words);
    uint8_t *at = filter + place.word * 8;
    gdx_store_u64(at, gdx_load_u64(at) | place.bits);
}

#endif
