// SPDX-License-Identifier: Apache-2.0
// neighbours.c: strings directly before or behind a query. Relies on windows.h. Each occurrence gives one run of as
// many letters; equal runs are found in a table.

#include "windows.h"

#include "gdx/heap.h"
#include "gdx/statistics.h"

#include <stdlib.h>

enum { STOP_EVERY = 1 << 14 }; // strings between two looks at whether it is to stop

struct neighbour {
    uint32_t at; // in the row
    uint32_t last_unit;
    uint64_t occurrences, documents; // 0: a free place of the table
};

struct counted {
    const struct row *row;
    uint32_t length;
    bool with_letters;
    struct neighbour *table;
    size_t capacity, count; // a power of two; distinct strings
};

static uint64_t hash_at(const struct counted *counted, uint32_t at) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (uint32_t i = 0; i < counted->length; i++)
        hash = (hash ^ counted->row->letters[at + i].id) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static void count_run(struct counted *counted, uint32_t at) {
    size_t slot = hash_at(counted, at) & (counted->capacity - 1);
    while (counted->table[slot].occurrences &&
           !row_is_equal(counted->row, counted->table[slot].at, at, counted->length))
        slot = (slot + 1) & (counted->capacity - 1);
    struct neighbour *found = &counted->table[slot];
    uint32_t unit = counted->row->letters[at].unit;
    counted->count += found->occurrences == 0;
    found->documents += found->occurrences == 0 || found->last_unit != unit;
    found->at = found->occurrences ? found->at : at;
    found->occurrences++;
    found->last_unit = unit;
}

// Each run of the row has a border before it and one behind it.
static gdx_status count_runs(struct counted *counted, const gdx_stop *stop, gdx_error *err) {
    size_t stride = (size_t)counted->length + 2, runs = counted->row->count / stride;
    for (counted->capacity = 16; counted->capacity < 2 * runs;)
        counted->capacity *= 2;
    counted->table = calloc(counted->capacity, sizeof *counted->table);
    if (!counted->table)
        return gdx_fail_memory(err, "the strings");
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < runs && status == GDX_OK; i++) {
        count_run(counted, (uint32_t)(i * stride + 1));
        status = i % STOP_EVERY == 0 ? gdx_stop_check(stop, err) : GDX_OK;
    }
    return status;
}

static bool comes_before(const struct counted *counted, const struct neighbour *one, const struct neighbour *other) {
    if (one->occurrences != other->occurrences)
        return one->occurrences > other->occurrences;
    if (one->documents != other->documents)
        return one->documents > other->documents;
    const struct letter *letters = counted->row->letters;
    for (uint32_t i = 0; i < counted->length; i++)
        if (letters[one->at + i].id != letters[other->at + i].id)
            return letters[one->at + i].id < letters[other->at + i].id;
    return false;
}

static bool comes_after(void *counted, const void *a, const void *b) {
    const struct neighbour *const *one = a, *const *other = b;
    return comes_before(counted, *other, *one);
}

static const gdx_ordering last_first = {sizeof(struct neighbour *), comes_after};

// By bytes what is written here sorts as comes_before sorts letters.
static gdx_status spell_letters(const struct counted *counted, uint32_t at, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < counted->length && status == GDX_OK; i++) {
        status = row_spell(counted->row, at + i, 1, out);
        if (status == GDX_OK)
            status = gdx_buffer_append(out, "", 1);
    }
    return status == GDX_OK ? gdx_buffer_append(out, "", 1) : status;
}

static gdx_status write_rows(const struct counted *counted, const struct neighbour *const *ranked, size_t count,
                             gdx_neighbours *out) {
    gdx_buffer text = {0};
    out->rows = gdx_arena_allocate(out->arena, (count + 1) * sizeof *out->rows);
    gdx_status status = out->rows ? GDX_OK : GDX_NO_MEMORY;
    for (; out->row_count < count && status == GDX_OK; out->row_count++) {
        const struct neighbour *from = ranked[out->row_count];
        gdx_ngram_row *row = &out->rows[out->row_count];
        row->occurrences = from->occurrences;
        row->documents = from->documents;
        text.bytes = 0;
        status = counted->with_letters ? spell_letters(counted, from->at, &text) : GDX_OK;
        if (status == GDX_OK)
            status = row_spell(counted->row, from->at, counted->length, &text);
        if (status == GDX_OK)
            status = gdx_arena_copy(out->arena, gdx_buffer_slice(&text), &row->phrase);
    }
    gdx_buffer_clear(&text);
    return status;
}

// The first `most` of all, in a heap whose root is the last of them.
static gdx_status choose(struct counted *counted, const struct neighbour **chosen, size_t most, gdx_neighbours *out,
                         const gdx_stop *stop, gdx_error *err) {
    gdx_status status = GDX_OK;
    size_t count = 0;
    for (size_t i = 0; i < counted->capacity && status == GDX_OK; i++) {
        const struct neighbour *next = &counted->table[i];
        status = i % STOP_EVERY == 0 ? gdx_stop_check(stop, err) : GDX_OK;
        if (next->occurrences == 0)
            continue;
        out->beside += next->occurrences;
        out->distinct++;
        if (count < most) {
            chosen[count++] = next;
            if (count == most)
                gdx_heap_build(&last_first, counted, chosen, count);
        } else if (count && comes_before(counted, next, chosen[0])) {
            chosen[0] = next;
            gdx_heap_sift(&last_first, counted, chosen, count, 0);
        }
    }
    for (size_t left = status == GDX_OK ? count : 0; left > 0;) // `most` or all: a heap
        gdx_heap_take(&last_first, counted, chosen, &left);
    return status;
}

static gdx_status rank(struct counted *counted, size_t limit, gdx_neighbours *out, const gdx_stop *stop,
                       gdx_error *err) {
    size_t most = counted->count < limit ? counted->count : limit;
    const struct neighbour **chosen = malloc((most + 1) * sizeof(struct neighbour *));
    if (!chosen)
        return gdx_fail_memory(err, "an answer");
    gdx_status status = choose(counted, chosen, most, out, stop, err);
    if (status == GDX_OK && write_rows(counted, chosen, most, out) != GDX_OK)
        status = gdx_fail_memory(err, "an answer");
    free(chosen);
    return status;
}

void gdx_neighbours_free(gdx_neighbours *neighbours) {
    if (neighbours)
        gdx_arena_free(neighbours->arena);
    free(neighbours);
}

static gdx_neighbours *new_neighbours(void) {
    gdx_neighbours *out = calloc(1, sizeof *out);
    if (!out)
        return NULL;
    out->arena = gdx_arena_new();
    if (!out->arena)
        gdx_neighbours_free(GDX_TAKE(out));
    return out;
}

gdx_status gdx_neighbours_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                                  const gdx_neighbours_options *options, const gdx_stop *stop, gdx_neighbours **out,
                                  gdx_error *err) {
    const struct windows_options wanted = {.searcher = searcher,
                                           .snapshot = snapshot,
                                           .query = query,
                                           .shape = options->is_left ? WINDOWS_BEFORE : WINDOWS_AFTER,
                                           .letters = options->length,
                                           .executor = options->executor,
                                           .stop = stop};
    struct windows windows = {0};
    struct counted counted = {.row = &windows.row, .length = options->length, .with_letters = options->with_letters};
    GDX_AUTO(gdx_neighbours) made = new_neighbours();
    gdx_status status = made ? windows_read(&wanted, &windows, err) : gdx_fail_memory(err, "an answer");
    if (status == GDX_OK)
        status = count_runs(&counted, stop, err);
    if (status == GDX_OK)
        status = rank(&counted, options->limit, made, stop, err);
    if (status == GDX_OK) {
        made->occurrences = windows.occurrences;
        made->documents = windows.documents;
        made->commit = gdx_snapshot_commit(snapshot);
        *out = GDX_TAKE(made);
    }
    free(counted.table);
    windows_clear(&windows);
    return status;
}
