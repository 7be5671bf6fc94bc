// SPDX-License-Identifier: Apache-2.0
// budget.h: one run of a query and what it may spend: time until the deadline, memory up to the searcher's limit.
// What a run allocates is in its arena until the run ends or its owner resets it.
#ifndef GDX_QUERY_BUDGET_H
#define GDX_QUERY_BUDGET_H

#include "searcher.h"
#include "segment.h"
#include "tree.h"

typedef struct query_run { // one owner
    gdx_searcher *searcher;
    gdx_snapshot *snapshot;
    const gdx_query *query;
    gdx_arena *arena;
    size_t held; // bytes that count towards the limit besides arenas and lists
    gdx_stop stop;
    bool wants_totals;   // and nothing of single documents: a leaf that is the whole query may count in all only
    uint64_t number;     // of the searcher's runs
    uint64_t candidates; // places that exact: must read, so far
    uint64_t work;       // since the stop was looked at, in nanoseconds, roughly
    uint64_t work_left;  // after that, of what the run may do; UINT64_MAX: any
} query_run;

// A run in the searcher's arena. `stop`, may be NULL, is copied.
query_run query_run_of(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop);

// Looks at the stop: GDX_DEADLINE, GDX_CANCELLED. Costs a look at the clock.
gdx_status query_run_check(query_run *run, gdx_error *err) GDX_MUST_CHECK;
// Counts work done, in nanoseconds, and looks at the stop about once a millisecond.
static inline gdx_status query_run_spend(query_run *run, uint64_t work, gdx_error *err) {
    run->work += work;
    return run->work < 500000 ? GDX_OK : query_run_check(run, err);
}

// GDX_NO_MEMORY, before anything is taken, if the limit is below so many bytes.
gdx_status query_run_expect(const query_run *run, uint64_t bytes, gdx_error *err) GDX_MUST_CHECK;
// Before so much work is done: GDX_DEADLINE if it would be more than the run may do.
gdx_status query_run_foresee(const query_run *run, uint64_t work, gdx_error *err) GDX_MUST_CHECK;

// Zeroed memory of the run. NULL, with GDX_NO_MEMORY in err: there is none, or the run would have more than the
// searcher's limit.
void *query_run_take(query_run *run, size_t bytes, gdx_error *err);
// The same in `arena`, which counts towards the limit too.
void *query_run_take_in(query_run *run, gdx_arena *arena, size_t bytes, gdx_error *err);
// Room for `count` values in all, and a block more that decoders may scribble on. The list is one of the searcher's.
gdx_status query_run_reserve(query_run *run, query_list *list, size_t count, gdx_error *err) GDX_MUST_CHECK;
// Appends positions to a list, which is one of the searcher's.
gdx_status query_run_append(query_run *run, query_list *list, const uint32_t *values, size_t count,
                            gdx_error *err) GDX_MUST_CHECK;
// Sorts values [first, count) of a list. Uses the searcher's `third`.
gdx_status query_run_sort(query_run *run, query_list *list, size_t first, gdx_error *err) GDX_MUST_CHECK;

#endif
