// SPDX-License-Identifier: Apache-2.0
// cover.h: the bigrams by which a phrase of two symbols or more is looked for in one segment.
#ifndef GDX_QUERY_COVER_H
#define GDX_QUERY_COVER_H

#include "plan.h"

// Fills the bigrams of a plan, rarest first: they cover the phrase whose symbols have these numbers. If one of them is
// missing, the plan is nowhere. Looks up no more bigrams than it must, or than pay.
gdx_status query_cover_find(query_run *run, const query_segment *segment, const uint32_t *numbers, query_plan *plan,
                            gdx_error *err) GDX_MUST_CHECK;

#endif
