// SPDX-License-Identifier: Apache-2.0
// phrase.h: positions at which a phrase of two symbols or more occurs, in a whole segment or document by document.
#ifndef GDX_QUERY_PHRASE_H
#define GDX_QUERY_PHRASE_H

#include "plan.h"

// The positions of a bigram, ascending, replacing what is in `out`. Uses the searcher's `third`.
gdx_status query_bigram_unpack(query_run *run, const query_segment *segment, const query_bigram *bigram,
                               query_list *out, gdx_error *err) GDX_MUST_CHECK;
// Keeps the positions that have the bigram at its offset. Uses the searcher's `other` and `third`.
gdx_status query_bigram_thin(query_run *run, const query_segment *segment, const query_bigram *bigram, query_list *list,
                             gdx_error *err) GDX_MUST_CHECK;

// All of them, ascending, replacing what is in `out`. Uses the searcher's `other`.
gdx_status query_phrase_positions(query_run *run, const query_segment *segment, const query_plan *plan, query_list *out,
                                  gdx_error *err) GDX_MUST_CHECK;

typedef struct query_phrase_walk query_phrase_walk; // one owner; in the run's memory
// Of a plan that is complete.
gdx_status query_phrase_walk_open(query_run *run, const query_segment *segment, const query_plan *plan,
                                  query_phrase_walk **out, gdx_error *err) GDX_MUST_CHECK;
// Those in [low, high), appended. Ranges are asked for in ascending order.
gdx_status query_phrase_walk_list(query_run *run, query_phrase_walk *walk, uint32_t low, uint32_t high, query_list *out,
                                  gdx_error *err) GDX_MUST_CHECK;

#endif
