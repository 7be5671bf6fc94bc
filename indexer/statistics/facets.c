// SPDX-License-Identifier: Apache-2.0
// facets.c: a query's documents and occurrences by source and by period. Relies on groups.h. One tally fills a table
// for each facet.

#include "groups.h"

#include <assert.h>
#include <stdlib.h>

struct facet_tally {
    const gdx_group *by;
    size_t count;
    struct groups *groups; // of each facet
    struct sources sources;
    gdx_totals totals;
};

static gdx_status add_document(void *context, const gdx_tallied *document, gdx_error *err) {
    struct facet_tally *tally = context;
    gdx_status status = GDX_OK;
    if (!document->is_within)
        return GDX_OK;
    tally->totals.documents += document->matches;
    tally->totals.occurrences += document->occurrences;
    for (size_t i = 0; i < tally->count && status == GDX_OK; i++) {
        uint32_t key = tally->by[i] == GDX_BY_SOURCE ? tally->sources.numbers[document->segment][document->source]
                                                     : period_key(gdx_period_of(document->date, tally->by[i]));
        status = groups_add(&tally->groups[i], key, document, err);
    }
    return status;
}

static int most_first(const void *a, const void *b) {
    const struct group *left = a, *right = b;
    if (left->documents != right->documents)
        return left->documents < right->documents ? 1 : -1;
    return left->key < right->key ? -1 : left->key > right->key;
}

static gdx_status make_facet(struct facet_tally *tally, size_t number, gdx_facets *facets, gdx_error *err) {
    gdx_facet *facet = &facets->facets[number];
    struct groups *groups = &tally->groups[number];
    struct group *sorted = groups_sort(groups);
    facet->by = tally->by[number];
    facet->rows = gdx_arena_allocate(facets->arena, (groups->count + 1) * sizeof *facet->rows);
    if (!facet->rows)
        return gdx_fail_memory(err, "an answer");
    if (facet->by == GDX_BY_SOURCE && groups->count)
        qsort(sorted, groups->count, sizeof *sorted, most_first);
    for (size_t i = 0; i < groups->count; i++) {
        const struct group *group = &sorted[i];
        if (group->documents == 0)
            continue;
        gdx_facet_row *row = &facet->rows[facet->row_count++];
        *row = (gdx_facet_row){.documents = group->documents,
                               .occurrences = group->occurrences,
                               .of_documents = group->of_documents,
                               .of_symbols = group->of_symbols,
                               .per_million = per_million(group->occurrences, group->of_symbols)};
        if (facet->by != GDX_BY_SOURCE)
            row->period = period_of_key((uint32_t)group->key);
        else if (gdx_arena_copy(facets->arena, tally->sources.names[group->key], &row->source) != GDX_OK)
            return gdx_fail_memory(err, "an answer");
    }
    return GDX_OK;
}

void gdx_facets_free(gdx_facets *facets) {
    if (facets)
        gdx_arena_free(facets->arena);
    free(facets);
}

static gdx_facets *new_facets(size_t count) {
    gdx_facets *facets = calloc(1, sizeof *facets);
    if (!facets)
        return NULL;
    facets->arena = gdx_arena_new();
    facets->facets = facets->arena ? gdx_arena_allocate(facets->arena, (count + 1) * sizeof *facets->facets) : NULL;
    facets->facet_count = count;
    if (!facets->facets)
        gdx_facets_free(GDX_TAKE(facets));
    return facets;
}

static gdx_status fill(struct facet_tally *tally, gdx_facets *facets, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < tally->count && status == GDX_OK; i++)
        status = make_facet(tally, i, facets, err);
    facets->totals = tally->totals;
    return status;
}

gdx_status gdx_facets_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                              const gdx_group *by, size_t count, const gdx_stop *stop, gdx_facets **out,
                              gdx_error *err) {
    for (size_t i = 0; i < count; i++)
        assert(by[i] != GDX_BY_DOCUMENT);
    struct facet_tally tally = {.by = by, .count = count, .groups = calloc(count + 1, sizeof *tally.groups)};
    GDX_AUTO(gdx_facets) facets = new_facets(count);
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    gdx_status status = tally.groups && facets && arena ? GDX_OK : gdx_fail_memory(err, "an answer");
    if (status == GDX_OK)
        status = sources_read(snapshot, arena, &tally.sources, err);
    if (status == GDX_OK)
        status = gdx_tally(searcher, snapshot, query, stop, add_document, &tally, err);
    if (status == GDX_OK)
        status = fill(&tally, facets, err);
    for (size_t i = 0; tally.groups && i < count; i++)
        groups_clear(&tally.groups[i]);
    free(tally.groups);
    if (status == GDX_OK) {
        facets->commit = gdx_snapshot_commit(snapshot);
        *out = GDX_TAKE(facets);
    }
    return status;
}
