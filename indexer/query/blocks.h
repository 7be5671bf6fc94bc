// SPDX-License-Identifier: Apache-2.0
// blocks.h: positions in a segment whose lists say in which spans of blocks something occurs: these are read in the
// stored text, cut into symbols again and looked through. What asks for positions of bigrams, phrases and symbols comes
// here when a list has blocks; above that no shape is known.
#ifndef GDX_QUERY_BLOCKS_H
#define GDX_QUERY_BLOCKS_H

#include "block_reader.h"
#include "plan.h"

// True: lists of the bigram have blocks, at least one.
bool query_bigram_has_blocks(const query_bigram *bigram);
// True: a bigram of a plan whose bigrams are looked up has.
bool query_plan_has_blocks(const query_plan *plan);

// Appends the positions of a term, ascending, whatever its list has. Uses the searcher's `numbers`.
gdx_status query_term_append(query_run *run, const query_segment *segment, const gdx_term *term, query_list *out,
                             gdx_error *err) GDX_MUST_CHECK;

// Keeps the positions that have the bigram at its offset. Cost: each block that one of them is in.
gdx_status query_blocks_thin(query_run *run, const query_segment *segment, const query_bigram *bigram, query_list *list,
                             gdx_error *err) GDX_MUST_CHECK;

// Appends the spans that a term is in, ascending, as often as it may be told that it is there: in a list of positions
// each time, else once. Uses the searcher's `other`, which `out` is not.
gdx_status query_spans_append(query_run *run, const query_segment *segment, const gdx_term *term, query_list *out,
                              gdx_error *err) GDX_MUST_CHECK;
// Appends the positions of a bigram, given as a term, in a block.
gdx_status query_block_append_term(query_run *run, const query_segment *segment, query_block *block,
                                   const gdx_term *term, query_list *out, gdx_error *err) GDX_MUST_CHECK;

// Appends the positions of symbols in the ranges, which ascend, in a block.
gdx_status query_block_append_symbols(query_run *run, const query_block *block, const query_symbol_range *ranges,
                                      uint32_t count, query_list *out, gdx_error *err) GDX_MUST_CHECK;

// All positions of a phrase, ascending, replacing what is in `out`. Uses the searcher's `numbers`.
gdx_status query_blocks_phrase(query_run *run, const query_segment *segment, const query_plan *plan, query_list *out,
                               gdx_error *err) GDX_MUST_CHECK;

typedef struct query_block_walk query_block_walk; // over the places of a phrase; one owner; in the run's memory
// Of a plan that is complete.
gdx_status query_block_walk_open(query_run *run, const query_segment *segment, const query_plan *plan,
                                 query_block_walk **out, gdx_error *err) GDX_MUST_CHECK;
// Those in [low, high), ascending, appended. Ranges are asked for in ascending order.
gdx_status query_block_walk_list(query_run *run, query_block_walk *walk, uint32_t low, uint32_t high, query_list *out,
                                 gdx_error *err) GDX_MUST_CHECK;

// The positions in [low, high), within one document, of symbols in the ranges, which ascend; appended, ascending. Reads
// all of [low, high).
gdx_status query_blocks_symbols_within(query_run *run, const query_segment *segment, const query_symbol_range *ranges,
                                       uint32_t count, uint32_t low, uint32_t high, query_list *out,
                                       gdx_error *err) GDX_MUST_CHECK;
// The same in these spans, which ascend.
gdx_status query_spans_symbols(query_run *run, const query_segment *segment, const query_symbol_range *ranges,
                               uint32_t count, const query_list *spans, query_list *out, gdx_error *err) GDX_MUST_CHECK;

#endif
