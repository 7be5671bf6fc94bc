// SPDX-License-Identifier: Apache-2.0
// searcher.h: what a searcher keeps from query to query: scratch arrays, decompressed blocks, the memory limit.
#ifndef GDX_QUERY_SEARCHER_H
#define GDX_QUERY_SEARCHER_H

#include "gdx/query.h"

#include "gdx/executor.h"

// A growing array of positions or documents; {0} is empty. Kept for its memory, emptied by count = 0.
typedef struct query_list {
    uint32_t *values;
    size_t count;
    size_t capacity;
} query_list;

typedef struct query_crew query_crew;

struct gdx_searcher {     // one owner
    gdx_arena *arena;     // of the query that runs
    gdx_arena *documents; // of the document whose occurrences are being listed, or of the NEAR at hand
    gdx_store_reader *store;
    query_list positions; // of the leaf at hand
    query_list other;     // one unpacked list beside it
    query_list third;     // sorting space
    query_list numbers;   // of blocks
    query_list covers;    // what a run remembers of phrases from segment to segment: cover.c
    uint64_t covers_of;   // the number of that run
    uint64_t run_count;
    struct query_marks *marks;  // see sort.h; NULL before the first use
    gdx_frequency *frequencies; // of a frequent symbol
    size_t frequency_capacity;
    gdx_buffer metadata;               // scratch
    struct query_document *shown;      // see document.h
    struct query_block_reader *blocks; // see blocks.h; NULL: none has been read
    size_t memory_limit;               // of a run, in bytes
    uint64_t work_limit;               // of a run, in nanoseconds; 0: any
    gdx_executor *executor;            // borrowed: threads for what takes long; NULL: there are none
    uint64_t share_after_ns;           // of a run
    query_crew *crew;                  // see crew.h; NULL before the first use
};

// Returns what the query at hand took, save scratch of a modest size.
void query_searcher_reset(gdx_searcher *searcher);

#endif
