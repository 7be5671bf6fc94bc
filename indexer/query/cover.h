// SPDX-License-Identifier: Apache-2.0
// cover.h: the bigrams by which a phrase of two symbols or more is looked for in one segment.
#ifndef GDX_QUERY_COVER_H
#define GDX_QUERY_COVER_H

#include "plan.h"

// Fills the bigrams of a plan that has its numbers: they cover the phrase. Those without a count are not looked up yet:
// that is the part of whoever needs them. If one of the others is missing, the plan is nowhere.
gdx_status query_cover_find(query_run *run, const query_segment *segment, query_plan *plan,
                            gdx_error *err) GDX_MUST_CHECK;
// One of the plan's bigrams, given by its offset; its count is 0 when it is missing: then the phrase is nowhere.
gdx_status query_cover_look_up(query_run *run, const query_segment *segment, const query_plan *plan,
                               query_bigram *bigram, gdx_error *err) GDX_MUST_CHECK;
// Looks up all of them; rarest first, unless the plan is nowhere.
gdx_status query_cover_complete(query_run *run, const query_segment *segment, query_plan *plan,
                                gdx_error *err) GDX_MUST_CHECK;

#endif
