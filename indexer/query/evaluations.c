// SPDX-License-Identifier: Apache-2.0
// evaluations.c: see evaluations.h. The first segment is always the owner's work: it tells a long query from a short
// one, and what no query may do is refused there.

#include "evaluations.h"

#include "gdx/clock.h"

#include "crew.h"

#include <stdlib.h>

// Whether what is left after `next` segments is to be shared out.
static bool is_to_be_shared(const query_run *run, size_t next, uint64_t begun_ns) {
    return next > 0 && next + 1 < gdx_snapshot_segment_count(run->snapshot) && query_crew_places(run) > 0 &&
           gdx_now_ns() - begun_ns >= run->searcher->share_after_ns;
}

static uint64_t begin_ns(const query_run *run) {
    return run->searcher->executor ? gdx_now_ns() : 0;
}

// ---- all

static gdx_status make_one(void *context, query_run *run, size_t segment, gdx_error *err) {
    query_evaluation *all = context;
    return query_evaluation_make(run, segment, &all[segment], err);
}

static gdx_status make_shared(query_run *run, query_evaluation *all, size_t first, gdx_error *err) {
    size_t count = gdx_snapshot_segment_count(run->snapshot);
    const query_parts parts = {.count = count, .work = make_one, .context = all, .are_kept = true};
    query_run *by;
    gdx_status status = query_crew_begin(run, &parts, first, err);
    if (status != GDX_OK)
        return status;
    for (size_t s = first; s < count && status == GDX_OK; s++)
        status = query_crew_take(run, s, &by, err);
    query_crew_end(run);
    return status;
}

// By helpers; if one thread is to do it, by this one.
static gdx_status make_rest(query_run *run, query_evaluation *all, size_t first, gdx_error *err) {
    uint64_t candidates = run->candidates;
    gdx_error failure = {0};
    gdx_status status = make_shared(run, all, first, &failure);
    if (status == GDX_OK)
        return GDX_OK;
    if (status != GDX_NO_MEMORY)
        return gdx_error_pass(err, &failure);
    run->candidates = candidates;
    status = GDX_OK;
    for (size_t s = first; s < gdx_snapshot_segment_count(run->snapshot) && status == GDX_OK; s++)
        status = make_one(all, run, s, err);
    return status;
}

gdx_status query_evaluations_make(query_run *run, query_evaluation **out, gdx_error *err) {
    size_t count = gdx_snapshot_segment_count(run->snapshot);
    uint64_t begun_ns = begin_ns(run);
    query_evaluation *all = query_run_take(run, count * sizeof *all, err);
    gdx_status status = all ? GDX_OK : GDX_NO_MEMORY;
    *out = all;
    for (size_t s = 0; s < count && status == GDX_OK; s++) {
        if (is_to_be_shared(run, s, begun_ns))
            return make_rest(run, all, s, err);
        status = make_one(all, run, s, err);
    }
    return status;
}

// ---- one after another

struct ring { // evaluations of segments that are under way
    query_evaluation *evaluations;
    size_t count;
};

static gdx_status make_in_ring(void *context, query_run *run, size_t segment, gdx_error *err) {
    const struct ring *ring = context;
    return query_evaluation_make(run, segment, &ring->evaluations[segment % ring->count], err);
}

static gdx_status visit_shared(query_run *run, size_t first, query_evaluation_visit *visit, void *context,
                               gdx_error *err) {
    size_t count = gdx_snapshot_segment_count(run->snapshot);
    struct ring ring = {.count = query_crew_places(run)};
    const query_parts parts = {.count = count, .work = make_in_ring, .context = &ring};
    ring.evaluations = calloc(ring.count, sizeof *ring.evaluations);
    gdx_status status =
        ring.evaluations ? query_crew_begin(run, &parts, first, err) : gdx_fail_memory(err, "an answer");
    if (status != GDX_OK) {
        free(ring.evaluations);
        return status;
    }
    for (size_t s = first; s < count && status == GDX_OK; s++) {
        query_run *by;
        status = query_crew_take(run, s, &by, err);
        if (status == GDX_OK)
            status = visit(context, &ring.evaluations[s % ring.count], err);
        gdx_arena_reset(run->arena);
    }
    query_crew_end(run);
    free(ring.evaluations);
    return status;
}

gdx_status query_evaluations_each(query_run *run, query_evaluation_visit *visit, void *context, gdx_error *err) {
    uint64_t begun_ns = begin_ns(run);
    gdx_status status = GDX_OK;
    for (size_t s = 0; s < gdx_snapshot_segment_count(run->snapshot) && status == GDX_OK; s++) {
        query_evaluation evaluation;
        if (is_to_be_shared(run, s, begun_ns))
            return visit_shared(run, s, visit, context, err);
        status = query_evaluation_make(run, s, &evaluation, err);
        if (status == GDX_OK)
            status = visit(context, &evaluation, err);
        gdx_arena_reset(run->arena);
    }
    return status;
}
