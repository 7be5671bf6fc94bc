// SPDX-License-Identifier: Apache-2.0
// block_totals.h: how often a leaf of one or two symbols occurs in a compact segment, by its lists: the dictionary says
// how often it occurs in all, the blocks in which documents. Text is read only of blocks that do not count whole.
#ifndef GDX_QUERY_BLOCK_TOTALS_H
#define GDX_QUERY_BLOCK_TOTALS_H

#include "leaf.h"

// *out_done false: its lists do not say it, and nothing is filled. `sum_is_enough`: of counts, their sum will do.
// Uses the searcher's `numbers`, `other`, `third` and `positions`.
gdx_status query_block_totals(query_run *run, const query_segment *segment, const query_plan *plan, bool sum_is_enough,
                              query_frequencies *out, bool *out_done, gdx_error *err) GDX_MUST_CHECK;

#endif
