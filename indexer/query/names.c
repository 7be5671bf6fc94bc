// SPDX-License-Identifier: Apache-2.0
// names.c: an open hash table of names, and their order. A name's passing number has GDX_WORD_FLAG, so that it is no
// code point.

#include "names.h"

#include "gdx/text.h"
#include "gdx/utf8.h"
#include "order.h"

struct name {
    gdx_slice text;
    uint64_t hash;
    uint32_t first; // its first code point; 0: it is empty
    uint32_t number;
};

struct query_names {
    struct name *list; // by passing number
    size_t count, capacity;
    uint32_t *table; // number + 1; 0: free
    size_t table_size;
};

enum { CAPACITY_FIRST = 64 };

// The list and a table twice as large. What was there before stays in the arena until the group is done.
static gdx_status widen_names(query_run *run, struct query_names *names, size_t capacity, gdx_error *err) {
    gdx_arena *arena = run->searcher->documents;
    struct name *list = query_run_take_in(run, arena, capacity * sizeof *list, err);
    uint32_t *table = query_run_take_in(run, arena, capacity * 2 * sizeof *table, err);
    if (!list || !table)
        return GDX_NO_MEMORY;
    if (names->count)
        memcpy(list, names->list, names->count * sizeof *list);
    for (size_t i = 0; i < names->count; i++) {
        size_t at = list[i].hash & (capacity * 2 - 1);
        while (table[at])
            at = (at + 1) & (capacity * 2 - 1);
        table[at] = (uint32_t)i + 1;
    }
    names->list = list;
    names->capacity = capacity;
    names->table = table;
    names->table_size = capacity * 2;
    return query_run_spend(run, capacity * 10, err);
}

gdx_status query_names_new(query_run *run, struct query_names **out, gdx_error *err) {
    struct query_names *names = query_run_take_in(run, run->searcher->documents, sizeof *names, err);
    if (!names)
        return GDX_NO_MEMORY;
    *out = names;
    return widen_names(run, names, CAPACITY_FIRST, err);
}

static gdx_status append_name(query_run *run, struct query_names *names, gdx_slice text, uint64_t hash,
                              gdx_error *err) {
    struct name *name = &names->list[names->count];
    char *copy = query_run_take_in(run, run->searcher->documents, text.bytes + 1, err);
    if (!copy)
        return GDX_NO_MEMORY;
    if (text.bytes)
        memcpy(copy, text.data, text.bytes);
    size_t bytes;
    *name = (struct name){{copy, text.bytes}, hash, 0, (uint32_t)names->count};
    if (text.bytes)
        name->first = gdx_utf8_decode_valid((const uint8_t *)copy, &bytes);
    names->count++;
    return GDX_OK;
}

gdx_status query_names_add(query_run *run, struct query_names *names, gdx_slice name, uint32_t *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (names->count == names->capacity)
        status = widen_names(run, names, names->capacity * 2, err);
    if (status != GDX_OK)
        return status;
    uint64_t hash = gdx_checksum(name.data, name.bytes);
    size_t at = hash & (names->table_size - 1);
    for (; names->table[at]; at = (at + 1) & (names->table_size - 1)) {
        const struct name *found = &names->list[names->table[at] - 1];
        if (found->hash == hash && gdx_slice_equal(found->text, name)) {
            *out = GDX_WORD_FLAG | found->number;
            return GDX_OK;
        }
    }
    status = append_name(run, names, name, hash, err);
    if (status != GDX_OK)
        return status;
    names->table[at] = (uint32_t)names->count;
    *out = GDX_WORD_FLAG | (uint32_t)(names->count - 1);
    return GDX_OK;
}

// ---- order

static bool is_spelled_before(void *context, const void *a, const void *b) {
    (void)context;
    return gdx_slice_compare(((const struct name *)a)->text, ((const struct name *)b)->text) < 0;
}

static const gdx_ordering by_spelling = {sizeof(struct name), is_spelled_before};

// How many of the sorted names begin below a code point.
static uint32_t names_below(const struct name *sorted, size_t count, uint32_t code_point) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle].first < code_point)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

// A code point c becomes c and the number of names that begin below it; name i of the sorted ones, which begins with
// f, becomes f + i + 1. So both are in one order, and no two are the same.
gdx_status query_names_rank(query_run *run, struct query_names *names, uint32_t *values, size_t count, gdx_error *err) {
    if (names->count == 0)
        return GDX_OK;
    gdx_arena *arena = run->searcher->documents;
    struct name *room = query_run_take_in(run, arena, names->count * sizeof *room, err);
    uint32_t *ranks = query_run_take_in(run, arena, names->count * sizeof *ranks, err);
    if (!room || !ranks)
        return GDX_NO_MEMORY;
    void *result = names->list;
    gdx_status status = query_run_order(run, &by_spelling, NULL, &result, room, names->count, 40, err);
    if (status != GDX_OK)
        return status;
    const struct name *sorted = result;
    for (size_t i = 0; i < names->count; i++)
        ranks[sorted[i].number] = sorted[i].first + (uint32_t)i + 1;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        if (values[i] & GDX_WORD_FLAG)
            values[i] = ranks[values[i] & ~GDX_WORD_FLAG];
        else if (values[i])
            values[i] += names_below(sorted, names->count, values[i]);
        if ((i & 4095) == 4095)
            status = query_run_spend(run, 4096 * 10, err);
    }
    return status;
}
