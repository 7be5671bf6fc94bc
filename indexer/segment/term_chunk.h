// SPDX-License-Identifier: Apache-2.0
// term_chunk.h: a run of whole first symbols with their terms, encoded in memory: what a flush writes bit by bit and
// what a merging thread hands over. Relies on gdx/postings.h, frequencies.h. One owner.
#ifndef GDX_SEGMENT_TERM_CHUNK_H
#define GDX_SEGMENT_TERM_CHUNK_H

#include "gdx/base.h"
#include "gdx/postings.h"
#include "gdx/segment.h"

typedef struct term_row {
    uint32_t first;
    uint32_t second;
    uint32_t count; // occurrences
    uint32_t spans; // of blocks that they are in; of an exact segment as many as occurrences
    uint32_t bytes; // of their code
} term_row;

typedef struct frequency_list_row {
    uint32_t symbol;
    uint32_t documents;
    uint64_t offset; // of its list in `frequencies`
} frequency_list_row;

// Where a document is: what of the columns the block of a position depends on, in one cache line.
typedef struct term_place {
    uint32_t begin;
    uint32_t text;
    uint32_t title; // its block
} term_place;

// For counting a frequent symbol by document; made when first needed, kept from chunk to chunk.
typedef struct term_scratch {
    uint32_t *counts;   // of each document, zero between groups
    uint32_t *near;     // the document that every so many-th position is in
    term_place *places; // of a compact segment: of each document, and one after the last
    uint32_t *positions;
    size_t position_capacity;
    size_t position_count; // those of the first symbol that is being added, if the segment is not exact
    uint32_t *spans;
    size_t span_capacity;
} term_scratch;

// Adds how often a first symbol occurs in what counts by default of each document.
typedef gdx_status (*term_counter)(void *context, uint32_t symbol, uint32_t *counts);

typedef struct term_chunk { // one owner
    gdx_buffer postings;
    term_row *terms;
    size_t term_count;
    size_t term_capacity;
    gdx_buffer frequencies;
    frequency_list_row *frequency_rows;
    size_t frequency_count;
    size_t frequency_capacity;
    // Of the segment that is being written:
    gdx_shape shape;
    uint32_t position_count;
    uint32_t span_count;          // of an exact one unused
    gdx_document_columns columns; // begin[count] is not looked at
    term_counter counter;         // NULL: symbols are counted by the positions of their terms
    void *counter_context;
    // The first symbol that is being added:
    size_t group_begin;    // its first term
    size_t group_postings; // where its postings begin
    uint64_t group_occurrences;
    term_scratch scratch;
} term_chunk;

void term_scratch_clear(term_scratch *scratch);

// `block_count`: not looked at for an exact segment.
void term_chunk_init(term_chunk *chunk, gdx_shape shape, uint32_t position_count, uint32_t block_count,
                     const gdx_document_columns *columns);
void term_chunk_clear(term_chunk *chunk);
// Forgets what is in it and keeps the memory.
void term_chunk_reset(term_chunk *chunk);
size_t term_chunk_bytes(const term_chunk *chunk); // of memory in use

// The next term in order. GDX_NO_MEMORY, GDX_TOO_LARGE.
gdx_status term_chunk_add(term_chunk *chunk, uint32_t first, uint32_t second, const uint32_t *positions,
                          uint32_t count) GDX_MUST_CHECK;
// The same, of a compact segment, of a term without a list of positions, by its blocks; the chunk has a counter.
gdx_status term_chunk_add_blocks(term_chunk *chunk, uint32_t first, uint32_t second, const uint32_t *blocks,
                                 uint32_t block_count, uint32_t occurrences) GDX_MUST_CHECK;
// The blocks of positions, each once, until the next call of any of these; the chunk is of a compact segment.
gdx_status term_chunk_find_blocks(term_chunk *chunk, const uint32_t *positions, uint32_t count, const uint32_t **out,
                                  uint32_t *out_count) GDX_MUST_CHECK;
// Ends the last first symbol: no more of its terms follow.
gdx_status term_chunk_end_group(term_chunk *chunk) GDX_MUST_CHECK;

#endif
