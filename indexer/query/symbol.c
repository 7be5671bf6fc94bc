// SPDX-License-Identifier: Apache-2.0
// symbol.c: positions of single symbols. One bigram starts at every position; the last one of a field ends with the end
// mark. So a symbol occurs where the bigrams that start with it occur. These are adjacent in the dictionary and share
// no position, so their union is a sort (sort.c): few positions are sorted as numbers, many are marked as bits.

#include "symbol.h"

#include "blocks.h"

#include "gdx/postings.h"
#include "sort.h"

#include <stdlib.h>

// ---- unpacking

static gdx_status append_term(query_run *run, const query_segment *segment, const gdx_term *term, query_list *out,
                              gdx_error *err) {
    // The terms share no position, so their total is at most the segment's. A damaged file must not fill all memory.
    if (term->count > segment->position_count - out->count)
        return query_segment_corrupt(segment, err);
    gdx_status status = query_run_reserve(run, out, out->count + term->count, err);
    if (status != GDX_OK)
        return status;
    if (gdx_postings_decode(term->postings, term->count, segment->position_count, out->values + out->count) != GDX_OK)
        return query_segment_corrupt(segment, err);
    out->count += term->count;
    return query_run_spend(run, 150 + (uint64_t)term->count * 2, err);
}

typedef gdx_status (*visit_term)(query_run *run, const query_segment *segment, const gdx_term *term, void *context,
                                 gdx_error *err);

static gdx_status walk_terms(query_run *run, const query_segment *segment, query_symbol_range range, visit_term visit,
                             void *context, gdx_error *err) {
    GDX_AUTO(gdx_term_walk) walk = NULL;
    enum { FIND_WORK = 400 }; // nanoseconds to find and unpack a block of terms
    gdx_status status = gdx_term_walk_open(segment->segment, range.low, range.high, &walk, err);
    if (status == GDX_OK)
        status = query_run_spend(run, FIND_WORK, err);
    while (status == GDX_OK) {
        gdx_term term;
        bool has;
        status = gdx_term_walk_next(walk, &term, &has, err);
        if (status != GDX_OK || !has)
            break;
        status = visit(run, segment, &term, context, err);
    }
    return status;
}

struct visited {
    query_term_visit visit;
    void *context;
};

static gdx_status visit_for(query_run *run, const query_segment *segment, const gdx_term *term, void *context,
                            gdx_error *err) {
    (void)run;
    (void)segment;
    const struct visited *visited = context;
    return visited->visit(visited->context, term, err);
}

static gdx_status visit_whole(query_run *run, const query_segment *segment, const gdx_term *term, void *context,
                              gdx_error *err) {
    return append_term(run, segment, term, context, err);
}

// ---- all together

static gdx_status reserve_marks(gdx_searcher *searcher, gdx_error *err) {
    if (!searcher->marks)
        searcher->marks = calloc(1, sizeof *searcher->marks);
    return searcher->marks ? GDX_OK : gdx_fail_memory(err, "an answer");
}

static gdx_status sort_by_marks(query_run *run, const query_segment *segment, query_list *list, gdx_error *err) {
    enum { VALUE_WORK = 5 };
    gdx_searcher *searcher = run->searcher;
    uint32_t limit = segment->position_count;
    gdx_status status = reserve_marks(searcher, err);
    if (status == GDX_OK && limit >> QUERY_WINDOW_BITS)
        status = query_run_reserve(run, &searcher->third, list->count, err);
    if (status != GDX_OK)
        return status;
    uint64_t work = (uint64_t)list->count * VALUE_WORK;
    list->count = query_sort_by_marks(list->values, searcher->third.values, list->count, limit, searcher->marks);
    return query_run_spend(run, work, err);
}

static gdx_status sort_unique(query_run *run, const query_segment *segment, query_list *list, gdx_error *err) {
    if (query_marks_pay(list->count, segment->position_count))
        return sort_by_marks(run, segment, list, err);
    size_t kept = 0;
    gdx_status status = query_run_sort(run, list, 0, err);
    for (size_t i = 0; i < list->count && status == GDX_OK; i++)
        if (kept == 0 || list->values[kept - 1] != list->values[i])
            list->values[kept++] = list->values[i];
    list->count = status == GDX_OK ? kept : list->count;
    return status;
}

// What the dictionary says of all terms that will be unpacked, for a run that may not do any amount of work. Of many
// ranges their number is work enough.
static gdx_status foresee(query_run *run, const query_segment *segment, const query_plan *plan, gdx_error *err) {
    enum { RANGES_ASKED = 256, LOOK_UP_WORK = 600, POSTING_WORK = 4 };
    uint64_t occurrences = 0, all = 0;
    if (run->work_left == UINT64_MAX)
        return GDX_OK;
    gdx_status status = query_run_foresee(run, plan->range_count * (uint64_t)LOOK_UP_WORK, err);
    for (uint32_t i = 0; i < plan->range_count && i < RANGES_ASKED && status == GDX_OK; i++) {
        const query_symbol_range *range = &plan->ranges[i];
        status = gdx_segment_range_occurrences(segment->segment, range->low, range->high, &occurrences, err);
        all += status == GDX_OK ? occurrences : 0;
    }
    return status == GDX_OK ? query_run_foresee(run, all * POSTING_WORK, err) : status;
}

gdx_status query_symbol_terms(query_run *run, const query_segment *segment, const query_plan *plan,
                              query_term_visit visit, void *context, gdx_error *err) {
    struct visited visited = {visit, context};
    gdx_status status = foresee(run, segment, plan, err);
    for (uint32_t i = 0; i < plan->range_count && status == GDX_OK; i++)
        status = walk_terms(run, segment, plan->ranges[i], visit_for, &visited, err);
    return status;
}

// ---- by blocks

static gdx_status visit_spans(query_run *run, const query_segment *segment, const gdx_term *term, void *context,
                              gdx_error *err) {
    return term->has_blocks ? query_spans_append(run, segment, term, &run->searcher->numbers, err)
                            : append_term(run, segment, term, context, err);
}

// Blocks have all that stands in them, also what a list of positions of another term has.
static gdx_status positions_by_blocks(query_run *run, const query_segment *segment, const query_plan *plan,
                                      query_list *out, gdx_error *err) {
    query_list *numbers = &run->searcher->numbers;
    gdx_status status = GDX_OK;
    numbers->count = 0;
    for (uint32_t i = 0; i < plan->range_count && status == GDX_OK; i++)
        status = walk_terms(run, segment, plan->ranges[i], visit_spans, out, err);
    if (status == GDX_OK)
        status = sort_unique(run, segment, numbers, err);
    if (status == GDX_OK)
        status = query_spans_symbols(run, segment, plan->ranges, plan->range_count, numbers, out, err);
    return status == GDX_OK ? sort_unique(run, segment, out, err) : status;
}

gdx_status query_symbol_positions(query_run *run, const query_segment *segment, const query_plan *plan, query_list *out,
                                  gdx_error *err) {
    gdx_status status = foresee(run, segment, plan, err);
    out->count = 0;
    if (status == GDX_OK && gdx_segment_shape(segment->segment) != GDX_SHAPE_EXACT)
        return positions_by_blocks(run, segment, plan, out, err);
    for (uint32_t i = 0; i < plan->range_count && status == GDX_OK; i++)
        status = walk_terms(run, segment, plan->ranges[i], visit_whole, out, err);
    if (status != GDX_OK)
        return status;
    if (plan->range_count == 0 || out->count == 0)
        return GDX_OK;
    return sort_unique(run, segment, out, err);
}

struct within {
    uint32_t low;
    uint32_t high;
    query_list *out;
};

static gdx_status visit_within(query_run *run, const query_segment *segment, const gdx_term *term, void *context,
                               gdx_error *err) {
    struct within *within = context;
    query_list *out = within->out;
    gdx_cursor cursor;
    if (gdx_cursor_open(&cursor, term->postings, term->count, segment->position_count) != GDX_OK)
        return query_segment_corrupt(segment, err);
    for (uint32_t at = gdx_cursor_seek(&cursor, within->low); at < within->high; at = gdx_cursor_next(&cursor)) {
        gdx_status status = query_run_reserve(run, out, out->count + 1, err);
        if (status != GDX_OK)
            return status;
        out->values[out->count++] = at;
    }
    if (gdx_cursor_status(&cursor) != GDX_OK)
        return query_segment_corrupt(segment, err);
    return query_run_spend(run, 150, err);
}

gdx_status query_symbol_positions_within(query_run *run, const query_segment *segment, const query_plan *plan,
                                         uint32_t low, uint32_t high, query_list *out, gdx_error *err) {
    struct within within = {low, high, out};
    size_t before = out->count;
    gdx_status status = GDX_OK;
    if (gdx_segment_shape(segment->segment) != GDX_SHAPE_EXACT)
        return query_blocks_symbols_within(run, segment, plan->ranges, plan->range_count, low, high, out, err);
    for (uint32_t i = 0; i < plan->range_count && status == GDX_OK; i++)
        status = walk_terms(run, segment, plan->ranges[i], visit_within, &within, err);
    return status == GDX_OK ? query_run_sort(run, out, before, err) : status;
}
