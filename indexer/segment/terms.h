// SPDX-License-Identifier: Apache-2.0
// terms.h: the term dictionary for the readers of this folder: blocks unpacked whole, and a walk without allocation.
// Relies on gdx/postings.h, reader.h. One owner.
#ifndef GDX_SEGMENT_TERMS_H
#define GDX_SEGMENT_TERMS_H

#include "gdx/postings.h"
#include "layout.h"
#include "pack.h"
#include "reader.h"

typedef struct term_block { // one owner
    uint32_t count;
    uint64_t postings;    // where the first term's list begins
    uint32_t occurrences; // of all terms before the block
    uint32_t first[GDX_TERMS_PER_BLOCK + GDX_PACK_STEP];
    uint32_t second[GDX_TERMS_PER_BLOCK + GDX_PACK_STEP];
    uint32_t positions[GDX_TERMS_PER_BLOCK]; // how many; of a compact segment: blocks
    uint32_t bytes[GDX_TERMS_PER_BLOCK];     // of the list
    uint32_t more[GDX_TERMS_PER_BLOCK];      // of a compact segment: occurrences more than blocks
} term_block;

static inline uint64_t term_occurrences(const gdx_segment *segment, const term_block *block, uint32_t index) {
    return (uint64_t)block->positions[index] + (segment->shape != GDX_SHAPE_EXACT ? block->more[index] : 0);
}

uint32_t term_block_count(const gdx_segment *segment);
gdx_status term_block_read(const gdx_segment *segment, uint32_t number, term_block *out, gdx_error *err) GDX_MUST_CHECK;
// The last block that begins at or before the term; 0 when all start after it.
gdx_status term_block_find(const gdx_segment *segment, uint32_t first, uint32_t second, uint32_t *out,
                           gdx_error *err) GDX_MUST_CHECK;

struct gdx_term_walk { // one owner
    const gdx_segment *segment;
    uint32_t first_high;
    uint32_t next_block;
    uint32_t in_block;
    uint64_t postings; // of the next term
    term_block block;
};

gdx_status term_walk_init(gdx_term_walk *walk, const gdx_segment *segment, uint32_t first_low, uint32_t first_high,
                          gdx_error *err) GDX_MUST_CHECK;

#endif
