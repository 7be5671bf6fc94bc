// SPDX-License-Identifier: Apache-2.0
// evaluations.h: a query in all segments of its snapshot, in order: all at once, or one after another. Once a query has
// taken long, segments that are left are evaluated by several threads, if the searcher was lent some (crew.h).
#ifndef GDX_QUERY_EVALUATIONS_H
#define GDX_QUERY_EVALUATIONS_H

#include "evaluate.h"

// All of them, in the run's memory.
gdx_status query_evaluations_make(query_run *run, query_evaluation **out, gdx_error *err) GDX_MUST_CHECK;

// The visitor may change the evaluation, and use the run: its arena is empty after each visit. Anything but GDX_OK ends
// the visits.
typedef gdx_status query_evaluation_visit(void *context, query_evaluation *evaluation, gdx_error *err);
gdx_status query_evaluations_each(query_run *run, query_evaluation_visit *visit, void *context,
                                  gdx_error *err) GDX_MUST_CHECK;

#endif
