// SPDX-License-Identifier: Apache-2.0
// dispersion.c: how evenly a query's occurrences lie over periods, sources or documents. Relies on groups.h.
// Sums of DP are whole numbers until the last step, so neither the order of documents nor their number costs digits.

#include "groups.h"

#include <math.h>
#include <stdlib.h>

struct dispersion_tally {
    gdx_group by;
    struct groups groups; // empty by document
    struct sources sources;
    gdx_dispersion_part
        *parts; // those with a symbol; key: of the group; of a document: its segment's number, then its own
    size_t part_count, part_capacity;
    uint64_t empty; // parts without a symbol
};

static gdx_status add_part(struct dispersion_tally *tally, uint64_t key, uint64_t occurrences, uint64_t symbols,
                           gdx_error *err) {
    if (symbols == 0) {
        tally->empty++;
        return GDX_OK;
    }
    if (gdx_grow(&tally->parts, &tally->part_capacity, tally->part_count + 1, sizeof *tally->parts) != GDX_OK)
        return gdx_fail_memory(err, "an answer");
    tally->parts[tally->part_count++] = (gdx_dispersion_part){key, occurrences, symbols};
    return GDX_OK;
}

static gdx_status add_document(void *context, const gdx_tallied *document, gdx_error *err) {
    struct dispersion_tally *tally = context;
    if (!document->is_within)
        return GDX_OK;
    if (tally->by == GDX_BY_DOCUMENT)
        return add_part(tally, (uint64_t)document->segment << 32 | document->document, document->occurrences,
                        document->symbols, err);
    uint32_t key = tally->by == GDX_BY_SOURCE ? tally->sources.numbers[document->segment][document->source]
                                              : period_key(gdx_period_of(document->date, tally->by));
    return groups_add(&tally->groups, key, document, err);
}

static gdx_status parts_of_groups(struct dispersion_tally *tally, gdx_error *err) {
    const struct group *sorted = groups_sort(&tally->groups);
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < tally->groups.count && status == GDX_OK; i++)
        status = add_part(tally, sorted[i].key, sorted[i].occurrences, sorted[i].of_symbols, err);
    return status;
}

// ---- measures

static void add_up(const gdx_dispersion_part *parts, size_t count, uint64_t empty, gdx_dispersion *out) {
    out->parts = count + empty;
    for (size_t i = 0; i < count; i++) {
        out->occurrences += parts[i].occurrences;
        out->symbols += parts[i].symbols;
        out->parts_with += parts[i].occurrences > 0;
    }
}

// |v/f - s/n| times f n is a whole number.
static void measure_proportions(const gdx_dispersion_part *parts, size_t count, gdx_dispersion *out) {
    unsigned __int128 sum = 0;
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        const gdx_dispersion_part *part = &parts[i];
        unsigned __int128 seen = (unsigned __int128)part->occurrences * out->symbols;
        unsigned __int128 even = (unsigned __int128)part->symbols * out->occurrences;
        sum += seen > even ? seen - even : even - seen;
        least = part->symbols < least ? part->symbols : least;
    }
    double all = (double)out->occurrences * (double)out->symbols;
    out->dp = (double)sum / all / 2;
    if (count > 1)
        out->dp_norm = out->dp / (1 - (double)least / (double)out->symbols);
}

static void measure_variation(const gdx_dispersion_part *parts, size_t count, gdx_dispersion *out) {
    double many = (double)count, sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)parts[i].occurrences / (double)parts[i].symbols;
    double mean = sum / many;
    for (size_t i = 0; i < count; i++) {
        double apart = (double)parts[i].occurrences / (double)parts[i].symbols - mean;
        squares += apart * apart;
    }
    if (count > 1)
        out->juilland_d = 1 - sqrt(squares / many) / mean / sqrt(many - 1);
}

void gdx_dispersion_measure(const gdx_dispersion_part *parts, size_t count, uint64_t empty, gdx_dispersion *out) {
    add_up(parts, count, empty, out);
    if (out->occurrences == 0)
        return;
    measure_proportions(parts, count, out);
    measure_variation(parts, count, out);
}

// ---- rows

struct named_part {
    const gdx_dispersion_part *part;
    gdx_slice name;
};

static int most_first(const void *a, const void *b) {
    const struct named_part *left = a, *right = b;
    if (left->part->occurrences != right->part->occurrences)
        return left->part->occurrences < right->part->occurrences ? 1 : -1;
    return gdx_slice_compare(left->name, right->name);
}

static gdx_status name_documents(const struct dispersion_tally *tally, gdx_snapshot *snapshot, struct named_part *named,
                                 size_t *out_count, gdx_error *err) {
    *out_count = 0;
    for (size_t i = 0; i < tally->part_count; i++) {
        const gdx_dispersion_part *part = &tally->parts[i];
        if (part->occurrences == 0)
            continue;
        struct named_part *one = &named[(*out_count)++];
        one->part = part;
        const gdx_segment *segment = gdx_snapshot_segment(snapshot, part->key >> 32)->segment;
        gdx_status status = gdx_segment_id(segment, (uint32_t)part->key, &one->name, err);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

static gdx_status add_row(gdx_dispersion *out, const gdx_dispersion_part *part, gdx_slice name, gdx_date period,
                          gdx_error *err) {
    gdx_dispersion_row *row = &out->rows[out->row_count++];
    *row = (gdx_dispersion_row){.period = period,
                                .occurrences = part->occurrences,
                                .symbols = part->symbols,
                                .per_million = per_million(part->occurrences, part->symbols)};
    return gdx_arena_copy(out->arena, name, &row->name) == GDX_OK ? GDX_OK : gdx_fail_memory(err, "an answer");
}

static gdx_status make_document_rows(const struct dispersion_tally *tally, gdx_snapshot *snapshot, size_t limit,
                                     gdx_dispersion *out, gdx_error *err) {
    size_t count = 0;
    struct named_part *named = malloc((out->parts_with + 1) * sizeof *named);
    if (!named)
        return gdx_fail_memory(err, "an answer");
    gdx_status status = name_documents(tally, snapshot, named, &count, err);
    if (status == GDX_OK && count)
        qsort(named, count, sizeof *named, most_first);
    count = count < limit ? count : limit;
    out->rows = gdx_arena_allocate(out->arena, (count + 1) * sizeof *out->rows);
    if (status == GDX_OK && !out->rows)
        status = gdx_fail_memory(err, "an answer");
    for (size_t i = 0; i < count && status == GDX_OK; i++)
        status = add_row(out, named[i].part, named[i].name, GDX_NO_DATE, err);
    free(named);
    return status;
}

static gdx_status make_group_rows(const struct dispersion_tally *tally, gdx_dispersion *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    out->rows = gdx_arena_allocate(out->arena, (tally->part_count + 1) * sizeof *out->rows);
    if (!out->rows)
        return gdx_fail_memory(err, "an answer");
    for (size_t i = 0; i < tally->part_count && status == GDX_OK; i++) {
        const gdx_dispersion_part *part = &tally->parts[i];
        bool is_source = tally->by == GDX_BY_SOURCE;
        status = add_row(out, part, is_source ? tally->sources.names[part->key] : (gdx_slice){"", 0},
                         is_source ? GDX_NO_DATE : period_of_key((uint32_t)part->key), err);
    }
    return status;
}

// ---- the whole

void gdx_dispersion_free(gdx_dispersion *dispersion) {
    if (dispersion)
        gdx_arena_free(dispersion->arena);
    free(dispersion);
}

static gdx_dispersion *new_dispersion(void) {
    gdx_dispersion *dispersion = calloc(1, sizeof *dispersion);
    if (!dispersion)
        return NULL;
    dispersion->dp = dispersion->dp_norm = dispersion->juilland_d = NAN;
    dispersion->arena = gdx_arena_new();
    if (!dispersion->arena)
        gdx_dispersion_free(GDX_TAKE(dispersion));
    return dispersion;
}

static gdx_status fill(struct dispersion_tally *tally, gdx_snapshot *snapshot, size_t limit, gdx_dispersion *out,
                       gdx_error *err) {
    gdx_status status = tally->by == GDX_BY_DOCUMENT ? GDX_OK : parts_of_groups(tally, err);
    if (status != GDX_OK)
        return status;
    gdx_dispersion_measure(tally->parts, tally->part_count, tally->empty, out);
    return tally->by == GDX_BY_DOCUMENT ? make_document_rows(tally, snapshot, limit, out, err)
                                        : make_group_rows(tally, out, err);
}

gdx_status gdx_dispersion_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, gdx_group by,
                                  size_t document_limit, const gdx_stop *stop, gdx_dispersion **out, gdx_error *err) {
    struct dispersion_tally tally = {.by = by};
    GDX_AUTO(gdx_dispersion) dispersion = new_dispersion();
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    gdx_status status = dispersion && arena ? GDX_OK : gdx_fail_memory(err, "an answer");
    if (status == GDX_OK && by == GDX_BY_SOURCE)
        status = sources_read(snapshot, arena, &tally.sources, err);
    if (status == GDX_OK)
        status = gdx_tally(searcher, snapshot, query, stop, add_document, &tally, err);
    if (status == GDX_OK)
        status = fill(&tally, snapshot, document_limit, dispersion, err);
    groups_clear(&tally.groups);
    free(tally.parts);
    if (status == GDX_OK) {
        dispersion->commit = gdx_snapshot_commit(snapshot);
        *out = GDX_TAKE(dispersion);
    }
    return status;
}
