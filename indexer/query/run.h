// SPDX-License-Identifier: Apache-2.0
// run.h: what one evaluation of a query carries from file to file of this folder: the searcher's scratch, the snapshot,
// when to stop, and the segment at hand. What a run allocates lives in its arena, until it ends or its owner resets it.
#ifndef GDX_QUERY_RUN_H
#define GDX_QUERY_RUN_H

#include "gdx/query.h"
#include "tree.h"

// A growing array of positions or documents; {0} is empty. Kept for its memory, emptied by count = 0.
typedef struct query_list {
    uint32_t *values;
    size_t count;
    size_t capacity;
} query_list;

struct gdx_searcher {     // one owner
    gdx_arena *arena;     // of the query that runs
    gdx_arena *documents; // of the document whose occurrences are being listed
    gdx_store_reader *store;
    query_list positions;       // of the leaf at hand
    query_list other;           // one unpacked list beside it
    query_list third;           // sorting space
    uint64_t *bitmap;           // positions of a segment, all zero between uses
    size_t bitmap_capacity;     // words
    gdx_frequency *frequencies; // of a frequent symbol
    size_t frequency_capacity;
    struct query_document *shown; // see document.h
    size_t memory_limit;          // of a run, in bytes
};

typedef struct query_run { // one owner
    gdx_searcher *searcher;
    gdx_snapshot *snapshot;
    const gdx_query *query;
    gdx_arena *arena;
    gdx_stop stop;
    uint64_t work; // since the stop was looked at, in nanoseconds or so
} query_run;

typedef struct query_segment {
    const gdx_live_segment *live;
    gdx_segment *segment;
    gdx_document_columns columns;
    uint32_t position_count;
} query_segment;

// Gives back what the query at hand took.
void query_end_run(gdx_searcher *searcher);

gdx_status query_segment_at(query_run *run, size_t index, query_segment *out, gdx_error *err) GDX_MUST_CHECK;

// Counts work done and looks at the stop when about a millisecond has come together: GDX_DEADLINE, GDX_CANCELLED.
gdx_status query_spend_slowly(query_run *run, gdx_error *err) GDX_MUST_CHECK;
static inline gdx_status query_spend(query_run *run, uint64_t work, gdx_error *err) {
    run->work += work;
    return run->work < 500000 ? GDX_OK : query_spend_slowly(run, err);
}

// GDX_NO_MEMORY in the words of a reader.
gdx_status query_no_memory(gdx_error *err);
// Postings that passed their checksum and are no code of postings.
gdx_status query_corrupt_postings(const query_segment *segment, gdx_error *err);

// Zeroed memory of the run. NULL, with GDX_NO_MEMORY in err: there is none, or the run would have more than the
// searcher's limit.
void *query_take(query_run *run, size_t bytes, gdx_error *err);
// The same in `arena`, which counts towards the limit too.
void *query_take_in(query_run *run, gdx_arena *arena, size_t bytes, gdx_error *err);
// Room for `count` values in all, and a block more that decoders may scribble on. The list is one of the searcher's.
gdx_status query_list_reserve(query_run *run, query_list *list, size_t count, gdx_error *err) GDX_MUST_CHECK;

#endif
