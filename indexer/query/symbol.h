// SPDX-License-Identifier: Apache-2.0
// symbol.h: where symbols of given numbers occur: phrases of one symbol, and words by their start or end.
#ifndef GDX_QUERY_SYMBOL_H
#define GDX_QUERY_SYMBOL_H

#include "plan.h"

// All positions, ascending, replacing what is in `out`. Uses the searcher's `third`, `numbers` and `marks`.
gdx_status query_symbol_positions(query_run *run, const query_segment *segment, const query_plan *plan, query_list *out,
                                  gdx_error *err) GDX_MUST_CHECK;

// Those in [low, high), ascending, appended. Cost: a seek in every list of the symbols' terms.
gdx_status query_symbol_positions_within(query_run *run, const query_segment *segment, const query_plan *plan,
                                         uint32_t low, uint32_t high, query_list *out, gdx_error *err) GDX_MUST_CHECK;

// Each term that begins with one of the plan's symbols, of which one position is given by one term only.
typedef gdx_status (*query_term_visit)(void *context, const gdx_term *term, gdx_error *err);
gdx_status query_symbol_terms(query_run *run, const query_segment *segment, const query_plan *plan,
                              query_term_visit visit, void *context, gdx_error *err) GDX_MUST_CHECK;

#endif
