// SPDX-License-Identifier: Apache-2.0
// terms_writer.h: chunks of terms -> postings, term dictionary, frequencies. Format: docs/format.md, "Postings" to
// "Frequencies". Relies on sink.h, term_chunk.h. One owner.
#ifndef GDX_SEGMENT_TERMS_WRITER_H
#define GDX_SEGMENT_TERMS_WRITER_H

#include "gdx/base.h"
#include "layout.h"
#include "sink.h"
#include "term_chunk.h"

typedef struct terms_writer { // one owner
    segment_sink *sink;
    gdx_shape shape;
    uint32_t limit;    // of what lists hold: positions, or blocks
    gdx_buffer blocks; // packed
    gdx_buffer rows;   // of blocks
    gdx_buffer filter;
    term_row pending[GDX_TERMS_PER_BLOCK];
    size_t pending_count;
    uint64_t postings_offset; // of the pending block
    uint64_t occurrences;     // of all terms before it
    uint64_t term_count;
    gdx_buffer frequencies;
    gdx_buffer frequency_rows;
} terms_writer;

// Begins the section POSTINGS, into which chunks are then written. `limit`: of the segment's positions, or
// blocks when it is compact.
gdx_status terms_writer_init(terms_writer *writer, segment_sink *sink, gdx_shape shape, uint32_t limit,
                             gdx_error *err) GDX_MUST_CHECK;
void terms_writer_clear(terms_writer *writer);
// A chunk whose last group is ended.
gdx_status terms_writer_append(terms_writer *writer, const term_chunk *chunk, gdx_error *err) GDX_MUST_CHECK;
// The sections TERMS to FREQUENCY_SYMBOLS.
gdx_status terms_writer_finish(terms_writer *writer, gdx_error *err) GDX_MUST_CHECK;

#endif
