// SPDX-License-Identifier: Apache-2.0
// crew.c: see crew.h. There are twice as many helpers as threads, so that none waits while the query's thread works on
// what it has taken. Part n is done by helper n modulo their number: when it is taken, the helper of the part before
// gets its next one.

#include "crew.h"

#include "reading.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    HELPERS_PER_SEAT = 2,
    MEMORY_SHARE = 4 // helpers together may take one of so many parts of what the query may
};

struct helper {    // its thread's while the task is under way, else the crew's owner's
    gdx_task task; // the first member
    query_crew *crew;
    gdx_searcher *searcher;
    query_run run;
    size_t part;
    bool is_under_way; // the task is submitted and not waited for
    gdx_status status;
    gdx_error err;
};

struct query_crew { // the run's owner's, but for is_over
    gdx_executor *executor;
    query_parts parts;
    size_t first; // part
    bool is_begun;
    bool holds_parts;    // of the query, until it ends: helpers can do nothing else
    bool is_alone;       // the query's thread does what is left
    atomic_bool is_over; // what has not started need not be done
    size_t helper_count;
    struct helper helpers[];
};

size_t query_crew_places(const query_run *run) {
    const query_crew *crew = run->searcher->crew;
    unsigned seats = gdx_executor_seats(run->searcher->executor);
    if (crew && (crew->is_begun || crew->holds_parts))
        return 0;
    return seats > 1 ? (size_t)seats * HELPERS_PER_SEAT : 0;
}

void query_crew_free(query_crew *crew) {
    for (size_t i = 0; crew && i < crew->helper_count; i++)
        gdx_searcher_free(crew->helpers[i].searcher);
    free(crew);
}

// The searcher keeps it from query to query.
static query_crew *crew_of(gdx_searcher *searcher, size_t count) {
    if (searcher->crew)
        return searcher->crew;
    query_crew *crew = calloc(1, sizeof *crew + count * sizeof crew->helpers[0]);
    if (!crew)
        return NULL;
    crew->executor = searcher->executor;
    for (; crew->helper_count < count; crew->helper_count++) {
        struct helper *helper = &crew->helpers[crew->helper_count];
        helper->crew = crew;
        helper->searcher = gdx_searcher_new_like(searcher, (unsigned)count * MEMORY_SHARE);
        if (!helper->searcher)
            break;
    }
    if (crew->helper_count == count)
        return searcher->crew = crew;
    query_crew_free(crew);
    return NULL;
}

static void help(gdx_task *task, unsigned seat) {
    struct helper *helper = (struct helper *)task;
    const query_parts *parts = &helper->crew->parts;
    (void)seat;
    helper->run.candidates = 0;
    helper->status = atomic_load(&helper->crew->is_over)
                         ? GDX_CANCELLED
                         : parts->work(parts->context, &helper->run, helper->part, &helper->err);
}

static struct helper *helper_of(query_crew *crew, size_t part) {
    return &crew->helpers[part % crew->helper_count];
}

static void submit(query_crew *crew, size_t part) {
    struct helper *helper = helper_of(crew, part);
    if (part >= crew->parts.count || crew->is_alone)
        return;
    assert(!helper->is_under_way);
    if (!crew->parts.are_kept)
        gdx_arena_reset(helper->run.arena);
    helper->task = (gdx_task){.run = help};
    helper->part = part;
    helper->err = (gdx_error){0};
    helper->is_under_way = true;
    gdx_executor_submit(crew->executor, &helper->task);
}

gdx_status query_crew_begin(query_run *run, const query_parts *parts, size_t first, gdx_error *err) {
    query_crew *crew = crew_of(run->searcher, query_crew_places(run));
    if (!crew)
        return gdx_fail_memory(err, "an answer");
    assert(!crew->is_begun && !crew->holds_parts);
    crew->parts = *parts;
    crew->first = first;
    crew->is_begun = true;
    crew->is_alone = false;
    atomic_store(&crew->is_over, false);
    for (size_t i = 0; i < crew->helper_count; i++) {
        struct helper *helper = &crew->helpers[i];
        helper->run = query_run_of(helper->searcher, run->snapshot, run->query, &run->stop);
        helper->run.wants_totals = run->wants_totals;
    }
    for (size_t i = 0; i < crew->helper_count; i++)
        submit(crew, first + i);
    return GDX_OK;
}

static void wait_for(struct helper *helper) {
    if (helper->is_under_way)
        gdx_executor_wait(helper->crew->executor, &helper->task);
    helper->is_under_way = false;
}

static void stop(query_crew *crew) {
    atomic_store(&crew->is_over, true);
    for (size_t i = 0; i < crew->helper_count; i++)
        wait_for(&crew->helpers[i]);
    crew->is_alone = true;
}

// One thread would fail, too, or has the memory that a helper lacks.
static bool is_for_one(const query_run *run, const struct helper *helper) {
    if (helper->status == GDX_OK)
        return query_reading_is_over(run->candidates + helper->run.candidates);
    return helper->status == GDX_NO_MEMORY || helper->status == GDX_TOO_LARGE;
}

gdx_status query_crew_take(query_run *run, size_t part, query_run **out, gdx_error *err) {
    query_crew *crew = run->searcher->crew;
    struct helper *helper = helper_of(crew, part);
    assert(crew->is_begun);
    if (!crew->is_alone) {
        assert(helper->part == part && (helper->is_under_way || helper->task.state == GDX_TASK_DONE));
        wait_for(helper);
        if (is_for_one(run, helper))
            stop(crew);
    }
    *out = crew->is_alone ? run : &helper->run;
    if (crew->is_alone)
        return crew->parts.are_kept ? gdx_fail_memory(err, "an answer")
                                    : crew->parts.work(crew->parts.context, run, part, err);
    run->candidates += helper->run.candidates;
    if (helper->status != GDX_OK)
        (void)gdx_error_pass(err, &helper->err);
    else if (part > crew->first)
        submit(crew, part - 1 + crew->helper_count);
    return helper->status;
}

void query_crew_end(query_run *run) {
    query_crew *crew = run->searcher->crew;
    assert(crew->is_begun);
    crew->holds_parts = crew->parts.are_kept && !crew->is_alone;
    stop(crew);
    for (size_t i = 0; i < crew->helper_count && crew->parts.are_kept; i++) {
        if (crew->holds_parts)
            run->held += gdx_arena_bytes(crew->helpers[i].run.arena);
        else
            gdx_arena_reset(crew->helpers[i].run.arena);
    }
    crew->is_begun = false;
}

void query_crew_reset(query_crew *crew) {
    if (!crew)
        return;
    for (size_t i = 0; i < crew->helper_count; i++)
        query_searcher_reset(crew->helpers[i].searcher);
    crew->holds_parts = false;
}

// ---- what a list holds

struct finders {
    const query_finding *finding;
    size_t part;
    const query_run *owner;
    query_list *out;
};

// A helper's are in its searcher's `positions`.
static gdx_status find_part(void *context, query_run *run, size_t part, gdx_error *err) {
    const struct finders *finders = context;
    const query_finding *finding = finders->finding;
    query_list *out = run == finders->owner ? finders->out : &run->searcher->positions;
    size_t begin = part * finders->part, left = finding->count - begin;
    if (run != finders->owner)
        out->count = 0;
    return finding->find(finding->context, run, begin, begin + (left < finders->part ? left : finders->part), out, err);
}

gdx_status query_crew_find(query_run *run, const query_finding *finding, query_list *out, gdx_error *err) {
    bool at_once = run->searcher->share_after_ns == 0; // however little it is
    struct finders finders = {finding, at_once ? 1 : finding->part, run, out};
    const query_parts parts = {
        .count = (finding->count + finders.part - 1) / finders.part, .work = find_part, .context = &finders};
    if (finding->count < (at_once ? 2 : finding->shared) || query_crew_places(run) == 0)
        return finding->find(finding->context, run, 0, finding->count, out, err);
    gdx_error passed_over = {0};
    gdx_status status = query_crew_begin(run, &parts, 0, &passed_over);
    if (status != GDX_OK) // one thread needs no memory for helpers
        return finding->find(finding->context, run, 0, finding->count, out, err);
    for (size_t i = 0; i < parts.count && status == GDX_OK; i++) {
        query_run *by;
        status = query_crew_take(run, i, &by, err);
        const query_list *found = &by->searcher->positions;
        if (status == GDX_OK && by != run)
            status = query_run_append(run, out, found->values, found->count, err);
    }
    query_crew_end(run);
    return status;
}
