// SPDX-License-Identifier: Apache-2.0
// plan.h: what a leaf of the tree means in one segment: words become numbers, phrases bigrams with their posting lists.
#ifndef GDX_QUERY_PLAN_H
#define GDX_QUERY_PLAN_H

#include "budget.h"

enum { QUERY_ALTERNATIVES_MAX = 4 }; // two symbols, each of which may have another that answers as well

typedef struct query_bigram {
    gdx_term lists[QUERY_ALTERNATIVES_MAX]; // they share no position
    uint32_t list_count;
    uint32_t count;  // occurrences of all of them
    uint32_t offset; // of the bigram within the phrase
    uint32_t block;  // of the dictionary that it is in, if anywhere
    bool is_located; // the block is known; it has one list at most
} query_bigram;

typedef struct query_symbol_range { // of numbers
    uint32_t low;
    uint32_t high;
} query_symbol_range;

// Occurrences of one length that were looked for beforehand. Mostly those in which some word is broken at a line end:
// the word as pieces with hyphens between them. Of an exact phrase: all of them.
typedef struct query_broken {
    uint32_t length;     // symbols of an occurrence
    uint32_t *positions; // in the leaf's fields, ascending
    size_t count;
} query_broken;

typedef struct query_plan {
    const query_node *leaf;
    query_broken *broken; // ascending by length; no occurrence is in two of them or in what follows
    uint32_t broken_count;
    bool is_nowhere;         // the leaf as it stands is not in this segment, and nothing below is filled
    const uint32_t *numbers; // of the symbols of a phrase
    query_bigram
        *bigrams; // of a phrase of two symbols or more: they cover it, the rarest first, or so it was elsewhere
    uint32_t bigram_count;      // the first has been looked up; others without a count have not: cover.h
    query_symbol_range *ranges; // else: any of these symbols; ascending
    uint32_t range_count;
} query_plan;

typedef struct query_alternatives { // numbers of symbols that answer at one place; GDX_SYMBOL_END: none
    uint32_t numbers[2];
} query_alternatives;

// The numbers of a phrase's symbols in the segment; *out_all is false when it lacks one of its words.
gdx_status query_symbols_number(const query_segment *segment, const query_node *leaf, uint32_t *numbers, bool *out_all,
                                gdx_error *err) GDX_MUST_CHECK;
query_alternatives query_alternatives_of(const query_node *leaf, const uint32_t *numbers, uint32_t index);
// Where in a phrase of two symbols or more the bigram of this number stands, of (symbol_count + 1) / 2.
uint32_t query_bigram_offset(const query_node *leaf, uint32_t index);

// The lists of two symbols beside each other; list_count 0 if there are none. Leaves the offset as it is.
gdx_status query_bigram_find(query_run *run, const query_segment *segment, query_alternatives first,
                             query_alternatives second, query_bigram *out, gdx_error *err) GDX_MUST_CHECK;
// True if the symbol of this number occurs in the segment.
gdx_status query_symbol_is_met(query_run *run, const query_segment *segment, uint32_t number, bool *out,
                               gdx_error *err) GDX_MUST_CHECK;

// Into the run's memory. Cost: a look-up in the dictionary for each bigram.
gdx_status query_plan_make(query_run *run, const query_segment *segment, const query_node *leaf, query_plan *out,
                           gdx_error *err) GDX_MUST_CHECK;

#endif
