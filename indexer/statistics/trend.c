// SPDX-License-Identifier: Apache-2.0
// trend.c: a query's documents and occurrences by period, beside the totals of each period; on request by source too.
// Relies on groups.h. One tally fills a table of periods, and one of sources and periods.

#include "groups.h"

#include <stdlib.h>

enum { SERIES_ROWS_MAX = 1000000 };

struct trend_tally {
    gdx_group by;
    struct groups periods;
    struct groups series; // by number of the source, then period; empty unless split
    struct sources sources;
};

static gdx_status add_document(void *context, const gdx_tallied *document, gdx_error *err) {
    struct trend_tally *tally = context;
    uint32_t period = period_key(gdx_period_of(document->date, tally->by));
    gdx_status status = groups_add(&tally->periods, period, document, err);
    if (status == GDX_OK && tally->sources.numbers) {
        uint64_t source = tally->sources.numbers[document->segment][document->source];
        status = groups_add(&tally->series, source << 32 | period, document, err);
    }
    return status;
}

// ---- rows

static bool is_within(gdx_date period, const gdx_trend_options *options) {
    if (options->from == GDX_NO_DATE && options->to == GDX_NO_DATE)
        return true;
    if (period == GDX_NO_DATE)
        return false;
    return (options->from == GDX_NO_DATE ||
            gdx_period_last_day(period, options->by) >= gdx_date_first_day(options->from)) &&
           (options->to == GDX_NO_DATE || gdx_period_first_day(period, options->by) <= gdx_date_last_day(options->to));
}

static gdx_trend_row row_of(const struct group *group) {
    return (gdx_trend_row){.period = period_of_key((uint32_t)group->key),
                           .documents = group->documents,
                           .occurrences = group->occurrences,
                           .of_documents = group->of_documents,
                           .of_symbols = group->of_symbols,
                           .per_million = per_million(group->occurrences, group->of_symbols),
                           .share = gdx_interval_of(group->documents, group->of_documents)};
}

// The rows of groups in order. `room` has space for all of them.
static void make_rows(const struct group *groups, size_t count, const gdx_trend_options *options, gdx_trend_row *room,
                      gdx_trend_series *out) {
    out->rows = room;
    for (size_t i = 0; i < count; i++) {
        gdx_trend_row row = row_of(&groups[i]);
        bool is_early =
            options->from == GDX_NO_DATE && out->row_count == 0 && row.documents == 0 && !options->with_absent;
        if (!is_within(row.period, options) || (is_early && row.period != GDX_NO_DATE))
            continue;
        out->rows[out->row_count++] = row;
        out->totals.documents += row.documents;
        out->totals.occurrences += row.occurrences;
    }
}

static gdx_trend_row *rows_for(gdx_trend *trend, size_t count, gdx_error *err) {
    gdx_trend_row *rows = gdx_arena_allocate(trend->arena, (count + 1) * sizeof *rows);
    if (!rows)
        (void)gdx_fail_memory(err, "an answer");
    return rows;
}

static size_t length_of_source(const struct group *groups, size_t count) {
    size_t length = 0;
    while (length < count && groups[length].key >> 32 == groups[0].key >> 32)
        length++;
    return length;
}

static gdx_status make_series(struct trend_tally *tally, const gdx_trend_options *options, gdx_trend *trend,
                              gdx_error *err) {
    size_t count = tally->series.count;
    if (count > SERIES_ROWS_MAX)
        return gdx_fail(err, GDX_TOO_LARGE,
                        "sources and periods make %zu rows, over %d: ask for longer periods or fewer sources", count,
                        SERIES_ROWS_MAX);
    const struct group *groups = groups_sort(&tally->series);
    gdx_trend_row *rows = rows_for(trend, count, err);
    trend->sources = gdx_arena_allocate(trend->arena, (tally->sources.count + 1) * sizeof *trend->sources);
    if (!rows || !trend->sources)
        return gdx_fail_memory(err, "an answer");
    for (size_t at = 0; at < count;) {
        size_t length = length_of_source(groups + at, count - at);
        gdx_trend_series *series = &trend->sources[trend->source_count];
        *series = (gdx_trend_series){0};
        make_rows(groups + at, length, options, rows + at, series);
        gdx_slice name = tally->sources.names[groups[at].key >> 32];
        if (gdx_arena_copy(trend->arena, name, &series->source) != GDX_OK)
            return gdx_fail_memory(err, "an answer");
        trend->source_count += series->totals.documents > 0 || (options->with_absent && series->row_count > 0);
        at += length;
    }
    return GDX_OK;
}

// ---- the whole

void gdx_trend_free(gdx_trend *trend) {
    if (trend)
        gdx_arena_free(trend->arena);
    free(trend);
}

static gdx_trend *new_trend(void) {
    gdx_trend *trend = calloc(1, sizeof *trend);
    if (!trend)
        return NULL;
    trend->arena = gdx_arena_new();
    if (!trend->arena)
        gdx_trend_free(GDX_TAKE(trend));
    return trend;
}

static gdx_status fill(struct trend_tally *tally, const gdx_trend_options *options, gdx_trend *trend, gdx_error *err) {
    gdx_trend_row *rows = rows_for(trend, tally->periods.count, err);
    if (!rows)
        return GDX_NO_MEMORY;
    make_rows(groups_sort(&tally->periods), tally->periods.count, options, rows, &trend->all);
    return options->split_by_source ? make_series(tally, options, trend, err) : GDX_OK;
}

gdx_status gdx_trend_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                             const gdx_trend_options *options, const gdx_stop *stop, gdx_trend **out, gdx_error *err) {
    struct trend_tally tally = {.by = options->by};
    GDX_AUTO(gdx_trend) trend = new_trend();
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    gdx_status status = trend && arena ? GDX_OK : gdx_fail_memory(err, "an answer");
    if (status == GDX_OK && options->split_by_source)
        status = sources_read(snapshot, arena, &tally.sources, err);
    if (status == GDX_OK)
        status = gdx_tally(searcher, snapshot, query, stop, add_document, &tally, err);
    if (status == GDX_OK)
        status = fill(&tally, options, trend, err);
    groups_clear(&tally.periods);
    groups_clear(&tally.series);
    if (status == GDX_OK) {
        trend->commit = gdx_snapshot_commit(snapshot);
        *out = GDX_TAKE(trend);
    }
    return status;
}
