// SPDX-License-Identifier: Apache-2.0
// budget.c: the check of a run's deadline, flag and memory.

#include "budget.h"

#include "gdx/postings.h"

#include "sort.h"

query_run query_run_of(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop) {
    return (query_run){.searcher = searcher,
                       .snapshot = snapshot,
                       .query = query,
                       .arena = searcher->arena,
                       .stop = stop ? *stop : (gdx_stop){0},
                       .number = ++searcher->run_count,
                       .work_left = searcher->work_limit ? searcher->work_limit : UINT64_MAX};
}

gdx_status query_run_foresee(const query_run *run, uint64_t work, gdx_error *err) {
    if (run->work <= run->work_left && work <= run->work_left - run->work)
        return GDX_OK;
    return gdx_fail(err, GDX_DEADLINE, "the query does more than it may");
}

gdx_status query_run_check(query_run *run, gdx_error *err) {
    gdx_status status = query_run_foresee(run, 0, err);
    if (status == GDX_OK && run->work_left != UINT64_MAX)
        run->work_left -= run->work;
    run->work = 0;
    return status == GDX_OK ? gdx_stop_check(&run->stop, err) : status;
}

// True if this many more bytes stay within the limit. The memory that arenas and lists hold counts.
static bool may_take(const query_run *run, const gdx_arena *arena, size_t bytes) {
    const gdx_searcher *searcher = run->searcher;
    size_t values =
        searcher->positions.capacity + searcher->other.capacity + searcher->third.capacity + searcher->numbers.capacity;
    size_t held = run->held + values * sizeof(uint32_t) + gdx_arena_bytes(run->arena);
    if (arena != run->arena)
        held += gdx_arena_bytes(arena);
    if (searcher->documents != run->arena && searcher->documents != arena)
        held += gdx_arena_bytes(searcher->documents);
    return held <= searcher->memory_limit && bytes <= searcher->memory_limit - held;
}

static gdx_status fail_over_limit(const query_run *run, gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY,
                    "the query's terms occur in too many places for %zu bytes of memory; use fewer or rarer terms",
                    run->searcher->memory_limit);
}

gdx_status query_run_expect(const query_run *run, uint64_t bytes, gdx_error *err) {
    return bytes <= run->searcher->memory_limit ? GDX_OK : fail_over_limit(run, err);
}

void *query_run_take_in(query_run *run, gdx_arena *arena, size_t bytes, gdx_error *err) {
    if (!may_take(run, arena, bytes)) {
        (void)fail_over_limit(run, err);
        return NULL;
    }
    void *memory = gdx_arena_allocate(arena, bytes);
    if (!memory)
        (void)gdx_fail_memory(err, "an answer");
    return memory;
}

void *query_run_take(query_run *run, size_t bytes, gdx_error *err) {
    return query_run_take_in(run, run->arena, bytes, err);
}

gdx_status query_run_reserve(query_run *run, query_list *list, size_t count, gdx_error *err) {
    if (count + GDX_POSTINGS_BLOCK <= list->capacity)
        return GDX_OK;
    if (!may_take(run, run->arena, (count + GDX_POSTINGS_BLOCK - list->capacity) * sizeof *list->values))
        return fail_over_limit(run, err);
    if (gdx_grow(&list->values, &list->capacity, count + GDX_POSTINGS_BLOCK, sizeof *list->values) != GDX_OK)
        return gdx_fail_memory(err, "an answer");
    return GDX_OK;
}

gdx_status query_run_append(query_run *run, query_list *list, const uint32_t *values, size_t count, gdx_error *err) {
    gdx_status status = query_run_reserve(run, list, list->count + count, err);
    if (status != GDX_OK || count == 0)
        return status;
    memcpy(list->values + list->count, values, count * sizeof *values);
    list->count += count;
    return GDX_OK;
}

gdx_status query_run_sort(query_run *run, query_list *list, size_t first, gdx_error *err) {
    size_t count = list->count - first;
    gdx_status status = query_run_reserve(run, &run->searcher->third, count, err);
    if (status != GDX_OK)
        return status;
    query_sort(list->values + first, run->searcher->third.values, count);
    return query_run_spend(run, count * 15, err);
}
