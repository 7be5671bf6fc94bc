// SPDX-License-Identifier: Apache-2.0
// merge.h: what the parts of a merge share: the plan, made first and by one thread, which says where each live document
// and each word goes; then nothing of it changes while threads merge terms.
// Relies on reader.h, documents_writer.h, store_writer.h, terms_writer.h.
#ifndef GDX_SEGMENT_MERGE_H
#define GDX_SEGMENT_MERGE_H

#include "documents_writer.h"
#include "reader.h"
#include "store_writer.h"
#include "terms_writer.h"

// Consecutive live documents of one input: its positions [begin, end) go to `to` and on.
typedef struct gdx_live_run {
    uint32_t begin;
    uint32_t end;
    uint32_t to;
} gdx_live_run;

typedef struct gdx_merge_source { // immutable once planned, any thread
    const gdx_segment *segment;
    const uint8_t *deleted;
    gdx_document_columns columns;
    uint32_t live_count;
    gdx_live_run *runs;
    size_t run_count;
    size_t run_capacity;
    // For each word its number in the merged segment; with GDX_MERGE_DEAD added, the number of the word behind it:
    // only deleted documents have it. Ascending without that mark.
    uint32_t *words;
} gdx_merge_source;

#define GDX_MERGE_DEAD ((uint32_t)1 << 31)

typedef struct gdx_merge { // immutable once planned, any thread
    const char *directory;
    const atomic_bool *cancelled;
    int level;
    gdx_merge_source *sources;
    size_t source_count;
    gdx_document_table documents;
    uint64_t coded_bytes; // of all records
    gdx_buffer spellings; // of the words, one after the other
    gdx_slice *words;
    size_t word_count;
    size_t word_capacity;
} gdx_merge;

static inline bool gdx_merge_is_deleted(const gdx_merge_source *source, uint32_t document) {
    return gdx_is_deleted(source->deleted, document);
}
// GDX_CANCELLED when the asker went away.
gdx_status gdx_merge_check(const gdx_merge *merge, gdx_error *err) GDX_MUST_CHECK;
// Takes the pages of all inputs out of memory; whoever still reads brings his own back. Any thread.
void gdx_merge_forget(const gdx_merge *merge);

// -- the plan
// Fills `documents` and the runs of all sources.
gdx_status gdx_merge_plan_documents(gdx_merge *merge, gdx_error *err) GDX_MUST_CHECK;
// Fills `words` and the words of all sources.
gdx_status gdx_merge_plan_words(gdx_merge *merge, gdx_error *err) GDX_MUST_CHECK;

// Positions of a source, ascending, to where they go, those of deleted documents left out; `to` may be `positions`.
// Returns how many.
size_t gdx_merge_move(const gdx_merge_source *source, const uint32_t *positions, size_t count, uint32_t *to);

// -- stored text
gdx_status gdx_merge_store(const gdx_merge *merge, gdx_store_writer *writer, gdx_error *err) GDX_MUST_CHECK;

// -- terms of a range of first symbols: merge_range.c
typedef struct gdx_merge_ranger gdx_merge_ranger; // one thread's own: a walk over each input and room for positions

gdx_status gdx_merge_ranger_new(const gdx_merge *merge, gdx_merge_ranger **out, gdx_error *err) GDX_MUST_CHECK;
void gdx_merge_ranger_free(gdx_merge_ranger *ranger); // NULL is fine
GDX_DEFINE_AUTO(gdx_merge_ranger, gdx_merge_ranger_free)

// The first symbols of the merged segment are below it.
uint32_t gdx_merge_symbol_limit(const gdx_merge *merge);
// Where a range that begins at `low` should end for a chunk of a handy size: more than low, at most the limit.
gdx_status gdx_merge_range_end(const gdx_merge *merge, uint32_t low, uint32_t *out, gdx_error *err) GDX_MUST_CHECK;
// All terms with first symbols in [low, high) into an empty chunk, its last group ended.
gdx_status gdx_merge_range(gdx_merge_ranger *ranger, uint32_t low, uint32_t high, gdx_term_chunk *chunk,
                           gdx_error *err) GDX_MUST_CHECK;

// -- all terms, by threads: merge_terms.c
typedef struct gdx_merge_terms gdx_merge_terms; // the calling thread's

// Starts `threads` threads that merge ahead, a few chunks; none when `threads` is below 2.
gdx_status gdx_merge_terms_start(const gdx_merge *merge, unsigned threads, gdx_merge_terms **out,
                                 gdx_error *err) GDX_MUST_CHECK;
void gdx_merge_terms_free(gdx_merge_terms *terms); // stops and waits for the threads; NULL is fine
GDX_DEFINE_AUTO(gdx_merge_terms, gdx_merge_terms_free)
// Writes all chunks in order.
gdx_status gdx_merge_terms_write(gdx_merge_terms *terms, gdx_terms_writer *writer, gdx_error *err) GDX_MUST_CHECK;

#endif
