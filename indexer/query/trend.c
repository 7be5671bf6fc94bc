// SPDX-License-Identifier: Apache-2.0
// trend.c: a query's documents and occurrences by year, month or day, beside the totals of each period.
// A hash table keyed by date gathers the periods that have documents. They are sorted, and those outside of what was
// asked for are dropped.

#include "evaluate.h"

#include <stdlib.h>

struct periods { // open addressing; a row with no documents is a free place
    gdx_trend_row *rows;
    size_t capacity; // a power of two
    size_t count;
    gdx_period by;
};

// GDX_NO_DATE where the date is not that precise.
static gdx_date period_of(gdx_date date, gdx_period by) {
    unsigned year = gdx_date_year(date), month = gdx_date_month(date);
    if (by == GDX_BY_YEAR)
        return gdx_date_of(year, 0, 0);
    if (by == GDX_BY_MONTH)
        return month ? gdx_date_of(year, month, 0) : GDX_NO_DATE;
    return gdx_date_day(date) ? date : GDX_NO_DATE;
}

static gdx_trend_row *place_of(const struct periods *periods, gdx_date period) {
    size_t at = (period * UINT32_C(2654435761)) & (periods->capacity - 1);
    while (periods->rows[at].of_documents && periods->rows[at].period != period)
        at = (at + 1) & (periods->capacity - 1);
    return &periods->rows[at];
}

static gdx_status grow_periods(struct periods *periods, gdx_error *err) {
    struct periods larger = {.capacity = periods->capacity ? periods->capacity * 2 : 64, .by = periods->by};
    larger.rows = calloc(larger.capacity, sizeof *larger.rows);
    if (!larger.rows)
        return gdx_fail_memory(err, "an answer");
    for (size_t i = 0; i < periods->capacity; i++)
        if (periods->rows[i].of_documents)
            *place_of(&larger, periods->rows[i].period) = periods->rows[i];
    larger.count = periods->count;
    free(periods->rows);
    *periods = larger;
    return GDX_OK;
}

static gdx_status add_document(struct periods *periods, gdx_date date, uint64_t symbols, bool matches,
                               uint64_t occurrences, gdx_error *err) {
    if (periods->count * 2 >= periods->capacity) {
        gdx_status status = grow_periods(periods, err);
        if (status != GDX_OK)
            return status;
    }
    gdx_trend_row *row = place_of(periods, period_of(date, periods->by));
    if (row->of_documents == 0) {
        row->period = period_of(date, periods->by);
        periods->count++;
    }
    row->of_documents++;
    row->of_symbols += symbols;
    row->documents += matches;
    row->occurrences += occurrences;
    return GDX_OK;
}

static gdx_status add_segment(query_run *run, size_t segment, struct periods *periods, gdx_error *err) {
    query_evaluation evaluation;
    gdx_status status = query_evaluation_make(run, segment, &evaluation, err);
    if (status != GDX_OK)
        return status;
    uint64_t *occurrences = query_run_take(run, evaluation.document_count * sizeof *occurrences, err);
    if (!occurrences)
        return GDX_NO_MEMORY;
    for (uint32_t i = 0; i < run->query->leaf_count && status == GDX_OK; i++)
        if (!run->query->leaves[i]->is_negated)
            status =
                query_evaluation_add_leaf(run, &evaluation, &evaluation.leaves[i], occurrences, NULL, NULL, NULL, err);
    const query_segment *view = &evaluation.segment;
    size_t slot = 0;
    for (uint32_t d = 0; d < view->columns.count && status == GDX_OK; d++) {
        if (gdx_is_deleted(view->live->deleted, d))
            continue;
        bool matches = slot < evaluation.document_count && evaluation.documents[slot] == d;
        uint64_t often = matches ? occurrences[slot++] : 0;
        uint64_t symbols = gdx_columns_length(&view->columns, d);
        status = add_document(periods, view->columns.dates[d], symbols, matches, often, err);
        if (status == GDX_OK && (d & 1023) == 0)
            status = query_run_spend(run, 1024 * 5, err);
    }
    gdx_arena_reset(run->arena);
    return status;
}

// ---- rows in order

static uint32_t in_time(gdx_date period) {
    return period - 1; // no date last
}

static int by_time(const void *a, const void *b) {
    uint32_t left = in_time(((const gdx_trend_row *)a)->period), right = in_time(((const gdx_trend_row *)b)->period);
    return left < right ? -1 : left > right;
}

static bool is_within(gdx_date period, const gdx_trend_options *options) {
    if (options->from == GDX_NO_DATE && options->to == GDX_NO_DATE)
        return true;
    if (period == GDX_NO_DATE)
        return false;
    gdx_date first = gdx_date_first_day(period), last = gdx_date_last_day(period);
    return (options->from == GDX_NO_DATE || last >= gdx_date_first_day(options->from)) &&
           (options->to == GDX_NO_DATE || first <= gdx_date_last_day(options->to));
}

// Drops the rows before the first one to give.
static size_t drop_early(gdx_trend_row *rows, size_t count, const gdx_trend_options *options) {
    size_t first = 0;
    if (options->from == GDX_NO_DATE)
        while (first < count && rows[first].period != GDX_NO_DATE && rows[first].documents == 0)
            first++;
    memmove(rows, rows + first, (count - first) * sizeof *rows);
    return count - first;
}

static gdx_status make_rows(const struct periods *periods, const gdx_trend_options *options, gdx_trend *trend,
                            gdx_error *err) {
    trend->rows = malloc((periods->count + 1) * sizeof *trend->rows);
    if (!trend->rows)
        return gdx_fail_memory(err, "an answer");
    size_t count = 0;
    for (size_t i = 0; i < periods->capacity; i++)
        if (periods->rows[i].of_documents && is_within(periods->rows[i].period, options))
            trend->rows[count++] = periods->rows[i];
    qsort(trend->rows, count, sizeof *trend->rows, by_time);
    trend->row_count = drop_early(trend->rows, count, options);
    for (size_t i = 0; i < trend->row_count; i++) {
        gdx_trend_row *row = &trend->rows[i];
        row->per_million = row->of_symbols ? (double)row->occurrences * 1e6 / (double)row->of_symbols : 0;
        trend->totals.documents += row->documents;
        trend->totals.occurrences += row->occurrences;
    }
    return GDX_OK;
}

void gdx_trend_free(gdx_trend *trend) {
    if (!trend)
        return;
    free(trend->rows);
    free(trend);
}

gdx_status gdx_trend_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                             const gdx_trend_options *options, const gdx_stop *stop, gdx_trend **out, gdx_error *err) {
    query_run run = query_run_of(searcher, snapshot, query, stop);
    struct periods periods = {.by = options->by};
    GDX_AUTO(gdx_trend) trend = calloc(1, sizeof *trend);
    gdx_status status = trend ? query_run_check(&run, err) : gdx_fail_memory(err, "an answer");
    for (size_t s = 0; s < gdx_snapshot_segment_count(snapshot) && status == GDX_OK; s++)
        status = add_segment(&run, s, &periods, err);
    if (status == GDX_OK)
        status = make_rows(&periods, options, trend, err);
    free(periods.rows);
    query_searcher_reset(searcher);
    if (status == GDX_OK) {
        trend->commit = gdx_snapshot_commit(snapshot);
        *out = GDX_TAKE(trend);
    }
    return status;
}
