// SPDX-License-Identifier: Apache-2.0
// rank.h: scores by BM25, and the best of the matching documents in a fixed order.
#ifndef GDX_QUERY_RANK_H
#define GDX_QUERY_RANK_H

#include "evaluate.h"

// The snapshot's own figures; the counts are in `arena`.
gdx_status query_figures_make(const query_run *run, const query_evaluation *evaluations, size_t count, gdx_arena *arena,
                              gdx_rank_figures *out, gdx_error *err) GDX_MUST_CHECK;

typedef struct query_candidate {
    uint64_t key; // larger is better
    uint32_t segment;
    uint32_t slot;
    double score;
    uint64_t occurrences;
    gdx_slice id; // fetched when needed; data is NULL before
} query_candidate;

typedef struct query_ranking {
    gdx_order order;
    uint64_t limit;
    const gdx_rank_figures *figures;
} query_ranking;

// The best of the documents that match, of `count` evaluations, best first. In the run's memory.
gdx_status query_candidates_best(query_run *run, const query_evaluation *evaluations, size_t count,
                                 const query_ranking *ranking, query_candidate **out, size_t *out_count,
                                 gdx_error *err) GDX_MUST_CHECK;

#endif
