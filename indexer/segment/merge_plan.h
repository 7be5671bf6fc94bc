// SPDX-License-Identifier: Apache-2.0
// merge_plan.h: what the parts of a merge share: the plan, made first and by one thread, which says where each live
// document and each word goes; then nothing of it changes while tasks merge terms. Relies on reader.h,
// documents_writer.h, group_writer.h, head_writer.h, terms_writer.h.
#ifndef GDX_SEGMENT_MERGE_PLAN_H
#define GDX_SEGMENT_MERGE_PLAN_H

#include "documents_writer.h"
#include "group_writer.h"
#include "head_writer.h"
#include "reader.h"
#include "terms_writer.h"
#include "values_writer.h"

// Of consecutive live documents of one input: what is numbered [begin, end) there goes to `to` and on.
typedef struct live_run {
    uint32_t begin;
    uint32_t end;
    uint32_t to;
} live_run;

typedef struct live_runs { // ascending
    live_run *runs;
    size_t count;
    size_t capacity;
} live_runs;

typedef struct merge_source { // immutable once planned, any thread
    const gdx_segment *segment;
    const uint8_t *deleted;
    gdx_document_columns columns;
    uint32_t live_count;
    live_runs positions;
    live_runs blocks; // of a compact segment
    live_runs documents;
    // For each word its number in the merged segment; with GDX_MERGE_DEAD added, the number of the word after it:
    // only deleted documents have it. Ascending without that mark.
    uint32_t *words;
} merge_source;

#define GDX_MERGE_DEAD ((uint32_t)1 << 31)

typedef struct missing_lists missing_lists; // missing_lists.h

typedef struct merge_plan { // immutable once planned, any thread
    const char *directory;
    int level;
    bool keeps_ranges; // of stored text, if they are long
    gdx_shape shape;   // of the result; that of all sources is exact unless `missing` is there
    gdx_executor *executor;
    const gdx_stop *stop;
    merge_source *sources;
    size_t source_count;
    document_table documents;
    value_table values;
    missing_lists *missing; // what lists of compact sources do not say; NULL: there is no compact source
    uint64_t head_bytes;    // of all heads
    gdx_buffer spellings;   // of the words, one after the other
    gdx_slice *words;
    size_t word_count;
    size_t word_capacity;
} merge_plan;

// Takes the inputs. GDX_INVALID when they were made by different matching rules. Clear it, whatever happens.
gdx_status merge_plan_init(merge_plan *merge, const gdx_merge_input *inputs, size_t count,
                           gdx_error *err) GDX_MUST_CHECK;
void merge_plan_clear(merge_plan *merge);

// Blocks of the result, when it is compact.
static inline uint32_t merge_blocks(const merge_plan *merge) {
    return (uint32_t)merge->documents.groups + merge->documents.count;
}

static inline bool merge_is_deleted(const merge_source *source, uint32_t document) {
    return gdx_is_deleted(source->deleted, document);
}
// GDX_CANCELLED, GDX_DEADLINE: it is to stop.
gdx_status merge_check(const merge_plan *merge, gdx_error *err) GDX_MUST_CHECK;
// Takes the pages of all inputs out of memory; a reader that is not done faults its own back in. Any thread.
void merge_forget(const merge_plan *merge);
gdx_status merge_no_memory(const merge_plan *merge, const char *what, gdx_error *err);

// -- the plan
// Fills `documents` and the runs of all sources.
gdx_status documents_merge(merge_plan *merge, gdx_error *err) GDX_MUST_CHECK;
// Fills `values` with the live documents' values of these keys; NULL: none.
gdx_status values_merge(merge_plan *merge, const gdx_keys *keys, gdx_error *err) GDX_MUST_CHECK;
// Fills `words` and the words of all sources.
gdx_status words_merge(merge_plan *merge, gdx_error *err) GDX_MUST_CHECK;

// Positions, blocks or documents of a source, ascending, to where they go by its runs of them, those of deleted
// documents left out; `to` may be `list`. Returns how many.
size_t merge_move(const merge_source *source, const live_runs *runs, const uint32_t *list, size_t count, uint32_t *to);

// -- stored text
gdx_status store_merge_groups(const merge_plan *merge, group_writer *writer, gdx_error *err) GDX_MUST_CHECK;
gdx_status store_merge_heads(const merge_plan *merge, head_writer *writer, gdx_error *err) GDX_MUST_CHECK;

// -- terms of a range of first symbols: terms_range.c
typedef struct terms_ranger terms_ranger; // one thread's own: a walk over each input and room for positions

gdx_status terms_ranger_new(const merge_plan *merge, terms_ranger **out, gdx_error *err) GDX_MUST_CHECK;
void terms_ranger_free(terms_ranger *ranger); // NULL is fine
GDX_DEFINE_AUTO(terms_ranger, terms_ranger_free)

// The first symbols of the merged segment are below it.
uint32_t terms_symbol_limit(const merge_plan *merge);
// Where a range that begins at `low` should end for a chunk of a handy size: more than low, at most the limit.
gdx_status terms_range_end(const merge_plan *merge, uint32_t low, uint32_t *out, gdx_error *err) GDX_MUST_CHECK;
// All terms with first symbols in [low, high) into an empty chunk, its last group ended.
gdx_status terms_range_merge(terms_ranger *ranger, uint32_t low, uint32_t high, term_chunk *chunk,
                             gdx_error *err) GDX_MUST_CHECK;

// -- all terms, by tasks of the executor: terms_merge.c
typedef struct terms_merge terms_merge; // the writer's

// Submits the first few ranges, so that they are merged while the writer does something else.
gdx_status terms_merge_start(const merge_plan *merge, terms_merge **out, gdx_error *err) GDX_MUST_CHECK;
void terms_merge_free(terms_merge *terms); // stops and waits for the tasks; NULL is fine
GDX_DEFINE_AUTO(terms_merge, terms_merge_free)
// Writes all chunks in order.
gdx_status terms_merge_write(terms_merge *terms, terms_writer *writer, gdx_error *err) GDX_MUST_CHECK;

#endif
