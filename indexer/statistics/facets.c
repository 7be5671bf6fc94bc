// SPDX-License-Identifier: Apache-2.0
// facets.c: a query's documents and occurrences by source, by period and by values of metadata. Relies on groups.h,
// values.h. One tally fills a table for each facet.

#include "groups.h"
#include "values.h"

#include <assert.h>
#include <stdlib.h>

struct facet_tally {
    const gdx_facet_by *by;
    size_t count;
    struct groups *groups; // of each facet
    struct values *values; // likewise; of those by a key
    struct sources sources;
    gdx_totals totals;
};

static gdx_status add_values(struct groups *groups, struct values *values, const gdx_tallied *document,
                             gdx_error *err) {
    gdx_status status = values_find(values, document, err);
    for (size_t i = 0; i < values->found_count && status == GDX_OK; i++)
        status = groups_add(groups, values->found[i], document, err);
    return status;
}

static gdx_status add_to_facet(struct facet_tally *tally, size_t number, const gdx_tallied *document, gdx_error *err) {
    gdx_group by = tally->by[number].group;
    struct groups *groups = &tally->groups[number];
    if (by == GDX_BY_KEY)
        return add_values(groups, &tally->values[number], document, err);
    uint32_t key = by == GDX_BY_SOURCE ? tally->sources.numbers[document->segment][document->source]
                                       : period_key(gdx_period_of(document->date, by));
    return groups_add(groups, key, document, err);
}

static gdx_status add_document(void *context, const gdx_tallied *document, gdx_error *err) {
    struct facet_tally *tally = context;
    gdx_status status = GDX_OK;
    if (!document->is_within)
        return GDX_OK;
    tally->totals.documents += document->matches;
    tally->totals.occurrences += document->occurrences;
    for (size_t i = 0; i < tally->count && status == GDX_OK; i++)
        status = add_to_facet(tally, i, document, err);
    return status;
}

static int most_first(const void *a, const void *b, void *names) {
    const struct group *left = a, *right = b;
    if (left->documents != right->documents)
        return left->documents < right->documents ? 1 : -1;
    const gdx_slice *name = names;
    return gdx_slice_compare(name[left->key], name[right->key]);
}

// The names of what is grouped by; NULL: periods.
static gdx_slice *names_of(const struct facet_tally *tally, size_t number) {
    gdx_group by = tally->by[number].group;
    return by == GDX_BY_SOURCE ? tally->sources.names : by == GDX_BY_KEY ? tally->values[number].names : NULL;
}

static gdx_status make_facet(struct facet_tally *tally, size_t number, gdx_facets *facets, gdx_error *err) {
    gdx_facet *facet = &facets->facets[number];
    struct groups *groups = &tally->groups[number];
    struct group *sorted = groups_sort(groups);
    gdx_slice *names = names_of(tally, number);
    facet->by = tally->by[number];
    facet->left_out = tally->values[number].left_out;
    facet->rows = gdx_arena_allocate(facets->arena, (groups->count + 1) * sizeof *facet->rows);
    if (!facet->rows)
        return gdx_fail_memory(err, "an answer");
    if (names && groups->count)
        qsort_r(sorted, groups->count, sizeof *sorted, most_first, names);
    for (size_t i = 0; i < groups->count; i++) {
        const struct group *group = &sorted[i];
        if (group->documents == 0 && !facet->by.with_absent)
            continue;
        gdx_facet_row *row = &facet->rows[facet->row_count++];
        *row = (gdx_facet_row){.documents = group->documents,
                               .occurrences = group->occurrences,
                               .of_documents = group->of_documents,
                               .of_symbols = group->of_symbols,
                               .per_million = per_million(group->occurrences, group->of_symbols)};
        if (!names)
            row->period = period_of_key((uint32_t)group->key);
        else if (gdx_arena_copy(facets->arena, names[group->key], &row->value) != GDX_OK)
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

static void clear(struct facet_tally *tally) {
    for (size_t i = 0; i < tally->count && tally->groups && tally->values; i++) {
        groups_clear(&tally->groups[i]);
        values_clear(&tally->values[i]);
    }
    free(tally->groups);
    free(tally->values);
}

static gdx_status prepare(struct facet_tally *tally, gdx_snapshot *snapshot, gdx_arena *arena, const gdx_stop *stop,
                          gdx_error *err) {
    gdx_status status = sources_read(snapshot, arena, &tally->sources, err);
    for (size_t i = 0; i < tally->count && status == GDX_OK; i++) {
        assert(tally->by[i].group != GDX_BY_DOCUMENT);
        if (tally->by[i].group == GDX_BY_KEY)
            status = values_init(&tally->values[i], tally->by[i].key, snapshot, arena, stop, err);
    }
    return status;
}

gdx_status gdx_facets_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                              const gdx_facet_by *by, size_t count, const gdx_stop *stop, gdx_facets **out,
                              gdx_error *err) {
    struct facet_tally tally = {.by = by,
                                .count = count,
                                .groups = calloc(count + 1, sizeof *tally.groups),
                                .values = calloc(count + 1, sizeof *tally.values)};
    GDX_AUTO(gdx_facets) facets = new_facets(count);
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    gdx_status status = tally.groups && tally.values && facets && arena ? GDX_OK : gdx_fail_memory(err, "an answer");
    if (status == GDX_OK)
        status = prepare(&tally, snapshot, arena, stop, err);
    if (status == GDX_OK)
        status = gdx_tally(searcher, snapshot, query, stop, add_document, &tally, err);
    if (status == GDX_OK)
        status = fill(&tally, facets, err);
    clear(&tally);
    if (status == GDX_OK) {
        facets->commit = gdx_snapshot_commit(snapshot);
        *out = GDX_TAKE(facets);
    }
    return status;
}
