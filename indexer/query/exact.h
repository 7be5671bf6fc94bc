// SPDX-License-Identifier: Apache-2.0
// exact.h: exact:"…": places where the source has the very characters of the query, white space, control characters
// and ignorable ones aside. docs/query-language.md.
#ifndef GDX_QUERY_EXACT_H
#define GDX_QUERY_EXACT_H

#include "plan.h"

// Takes the plan of the leaf's phrase, reads the stored text at each of its occurrences, and moves those that have the
// characters into plan->broken; the phrase itself is nowhere after that. Uses the searcher's lists, store and document,
// which must not be in use. GDX_TOO_LARGE: the run has more than 1,000,000 places to read.
// Cost: a document opened for each that has the phrase, its text cut into symbols around each place.
gdx_status query_exact_keep(query_run *run, const query_segment *segment, query_plan *plan,
                            gdx_error *err) GDX_MUST_CHECK;

// Appends the text without what exact: leaves aside. GDX_NO_MEMORY.
gdx_status query_exact_characters(gdx_slice text, gdx_buffer *out) GDX_MUST_CHECK;

#endif
