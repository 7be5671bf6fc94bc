// SPDX-License-Identifier: Apache-2.0
// plan.h: what a leaf of the tree means in one segment: words become numbers, phrases bigrams with their posting lists.
#ifndef GDX_QUERY_PLAN_H
#define GDX_QUERY_PLAN_H

#include "budget.h"

typedef struct query_bigram {
    gdx_slice postings;
    uint32_t count;
    uint32_t offset; // of the bigram within the phrase
} query_bigram;

typedef struct query_symbol_range { // of numbers
    uint32_t low;
    uint32_t high;
} query_symbol_range;

typedef struct query_plan {
    const query_node *leaf;
    bool is_nowhere;       // no occurrence in this segment, and nothing below is filled
    query_bigram *bigrams; // of a phrase of two symbols or more: they cover it; rarest first
    uint32_t bigram_count;
    query_symbol_range *ranges; // else: any of these symbols; ascending
    uint32_t range_count;
} query_plan;

// Into the run's memory. Cost: a look-up in the dictionary for each bigram.
gdx_status query_plan_make(query_run *run, const query_segment *segment, const query_node *leaf, query_plan *out,
                           gdx_error *err) GDX_MUST_CHECK;

#endif
