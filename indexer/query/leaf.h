// SPDX-License-Identifier: Apache-2.0
// leaf.h: a leaf in a whole segment, as positions or as frequencies: in which live documents, how often.
#ifndef GDX_QUERY_LEAF_H
#define GDX_QUERY_LEAF_H

#include "plan.h"

typedef struct query_frequencies { // in the run's memory
    uint32_t *documents;           // live ones, ascending
    uint32_t *counts;              // >= 1; NULL: only their sum is known
    size_t count;
    uint64_t sum; // of counts that are not known
} query_frequencies;

// Positions in the leaf's fields, ascending, deleted documents included; without plan->broken.
gdx_status query_leaf_positions(query_run *run, const query_segment *segment, const query_plan *plan, query_list *out,
                                gdx_error *err) GDX_MUST_CHECK;
// Without positions where the segment keeps frequencies. `sum_is_enough`: of counts, their sum will do.
gdx_status query_leaf_frequencies(query_run *run, const query_segment *segment, const query_plan *plan,
                                  bool sum_is_enough, query_frequencies *out, gdx_error *err) GDX_MUST_CHECK;
// Positions, ascending -> frequencies.
gdx_status query_frequencies_count(query_run *run, const query_segment *segment, const uint32_t *positions,
                                   size_t count, query_frequencies *out, gdx_error *err) GDX_MUST_CHECK;

#endif
