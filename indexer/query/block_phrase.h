// SPDX-License-Identifier: Apache-2.0
// block_phrase.h: a phrase in one block of a segment whose lists hold spans, and in all blocks.
#ifndef GDX_QUERY_BLOCK_PHRASE_H
#define GDX_QUERY_BLOCK_PHRASE_H

#include "plan.h"

// Appends the places of a phrase, ascending, in [places.begin, places.end), at which the first bigram of the plan is in
// the block. *document is one at or before the block's and moves on to that. *out_done is false, and nothing is
// appended, for a document of several parts and for a long title. Cost: some 0.6 us.
gdx_status query_block_phrase_list(query_run *run, const query_segment *segment, const query_plan *plan,
                                   uint32_t number, uint32_t *document, gdx_position_range places, query_list *out,
                                   bool *out_done, gdx_error *err) GDX_MUST_CHECK;

// To the searcher's `numbers`: the spans that may have the first bigram of the plan where the phrase stands. Looks up
// what the plan leaves out, while there are many. Uses the searcher's `other` and `third`.
gdx_status query_block_phrase_candidates(query_run *run, const query_segment *segment, const query_plan *plan,
                                         gdx_error *err) GDX_MUST_CHECK;

#endif
