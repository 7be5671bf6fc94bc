// SPDX-License-Identifier: Apache-2.0
// groups.c: a hash table of sums by key, and sources numbered alike in all segments. Relies on groups.h.

#include "groups.h"

#include <stdlib.h>

// ---- sources

static int by_name(const void *a, const void *b) {
    return gdx_slice_compare(*(const gdx_slice *)a, *(const gdx_slice *)b);
}

static gdx_status read_names(gdx_snapshot *snapshot, gdx_slice *names, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t s = 0, at = 0; s < gdx_snapshot_segment_count(snapshot); s++) {
        const gdx_segment *segment = gdx_snapshot_segment(snapshot, s)->segment;
        for (uint32_t i = 0; i < gdx_segment_source_count(segment) && status == GDX_OK; i++)
            status = gdx_segment_source(segment, i, &names[at++], err);
    }
    return status;
}

static size_t drop_equal(gdx_slice *names, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !gdx_slice_equal(names[kept - 1], names[i]))
            names[kept++] = names[i];
    return kept;
}

static gdx_status number_segment(const gdx_segment *segment, const struct sources *sources, uint32_t *numbers,
                                 gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < gdx_segment_source_count(segment) && status == GDX_OK; i++) {
        gdx_slice name;
        status = gdx_segment_source(segment, i, &name, err);
        if (status != GDX_OK)
            return status;
        const gdx_slice *found = bsearch(&name, sources->names, sources->count, sizeof name, by_name);
        numbers[i] = found ? (uint32_t)(found - sources->names) : 0;
    }
    return status;
}

gdx_status sources_read(gdx_snapshot *snapshot, gdx_arena *arena, struct sources *out, gdx_error *err) {
    size_t segment_count = gdx_snapshot_segment_count(snapshot), count = 0;
    for (size_t s = 0; s < segment_count; s++)
        count += gdx_segment_source_count(gdx_snapshot_segment(snapshot, s)->segment);
    out->names = gdx_arena_allocate(arena, count * sizeof *out->names + 1);
    out->numbers = gdx_arena_allocate(arena, segment_count * sizeof *out->numbers + 1);
    if (!out->names || !out->numbers)
        return gdx_fail_memory(err, "the sources");
    gdx_status status = read_names(snapshot, out->names, err);
    if (status == GDX_OK && count) {
        qsort(out->names, count, sizeof *out->names, by_name);
        out->count = drop_equal(out->names, count);
    }
    for (size_t s = 0; s < segment_count && status == GDX_OK; s++) {
        const gdx_segment *segment = gdx_snapshot_segment(snapshot, s)->segment;
        out->numbers[s] = gdx_arena_allocate(arena, gdx_segment_source_count(segment) * sizeof **out->numbers + 1);
        status =
            out->numbers[s] ? number_segment(segment, out, out->numbers[s], err) : gdx_fail_memory(err, "the sources");
    }
    return status;
}

// ---- sums

static struct group *place_of(const struct groups *groups, uint64_t key) {
    size_t at = (key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (groups->capacity - 1);
    while (groups->rows[at].of_documents && groups->rows[at].key != key)
        at = (at + 1) & (groups->capacity - 1);
    return &groups->rows[at];
}

static gdx_status grow(struct groups *groups, gdx_error *err) {
    struct groups larger = {.capacity = groups->capacity ? groups->capacity * 2 : 64, .count = groups->count};
    larger.rows = calloc(larger.capacity, sizeof *larger.rows);
    if (!larger.rows)
        return gdx_fail_memory(err, "an answer");
    for (size_t i = 0; i < groups->capacity; i++)
        if (groups->rows[i].of_documents)
            *place_of(&larger, groups->rows[i].key) = groups->rows[i];
    free(groups->rows);
    *groups = larger;
    return GDX_OK;
}

gdx_status groups_add(struct groups *groups, uint64_t key, const gdx_tallied *document, gdx_error *err) {
    if (groups->count * 2 >= groups->capacity) {
        gdx_status status = grow(groups, err);
        if (status != GDX_OK)
            return status;
    }
    struct group *group = place_of(groups, key);
    if (group->of_documents == 0) {
        group->key = key;
        groups->count++;
    }
    group->of_documents++;
    group->of_symbols += document->symbols;
    group->documents += document->matches;
    group->occurrences += document->occurrences;
    return GDX_OK;
}

static int by_key(const void *a, const void *b) {
    uint64_t left = ((const struct group *)a)->key, right = ((const struct group *)b)->key;
    return left < right ? -1 : left > right;
}

struct group *groups_sort(struct groups *groups) {
    size_t count = 0;
    for (size_t i = 0; i < groups->capacity; i++)
        if (groups->rows[i].of_documents)
            groups->rows[count++] = groups->rows[i];
    if (count)
        qsort(groups->rows, count, sizeof *groups->rows, by_key);
    return groups->rows;
}

void groups_clear(struct groups *groups) {
    free(groups->rows);
    *groups = (struct groups){0};
}
