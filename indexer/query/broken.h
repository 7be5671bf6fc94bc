// SPDX-License-Identifier: Apache-2.0
// broken.h: occurrences of a leaf in which a word is broken by a hyphen at a line end ("sup-", "ply" for supply).
// docs/matching-rule.md, point 7. Relies on plan.h, phrase.h.
#ifndef GDX_QUERY_BROKEN_H
#define GDX_QUERY_BROKEN_H

#include "plan.h"

// Fills plan->broken, into the run's memory. Cost: nothing for a leaf without words or a segment without broken words;
// else a look-up for each way to break each word, and the lists of those that occur.
gdx_status query_broken_find(query_run *run, const query_segment *segment, query_plan *plan,
                             gdx_error *err) GDX_MUST_CHECK;

#endif
