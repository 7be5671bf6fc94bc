// SPDX-License-Identifier: Apache-2.0
// order.c: sorts indices of byte strings. Each index travels with eight bytes of its string as one big integer, taken
// after what all strings share, so that few comparisons look at the strings themselves.

#include "order.h"

#include "gdx/sort.h"

#include <stdlib.h>

struct entry {
    uint64_t key;
    uint32_t index;
};

struct ordering {
    const gdx_slice *slices;
    size_t shared; // bytes at the start (or end) that all strings have in common
    bool reversed;
};

int order_compare_reversed(gdx_slice a, gdx_slice b) {
    size_t common = a.bytes < b.bytes ? a.bytes : b.bytes;
    for (size_t i = 1; i <= common; i++) {
        uint8_t x = (uint8_t)a.data[a.bytes - i];
        uint8_t y = (uint8_t)b.data[b.bytes - i];
        if (x != y)
            return x < y ? -1 : 1;
    }
    return a.bytes < b.bytes ? -1 : a.bytes > b.bytes;
}

static uint8_t byte_at(gdx_slice slice, size_t i, bool reversed) {
    return (uint8_t)slice.data[reversed ? slice.bytes - 1 - i : i];
}

static size_t shared_bytes(const gdx_slice *slices, uint32_t count, bool reversed) {
    size_t shared = count ? slices[0].bytes : 0;
    for (uint32_t s = 1; s < count && shared; s++) {
        if (slices[s].bytes < shared)
            shared = slices[s].bytes;
        for (size_t i = 0; i < shared; i++)
            if (byte_at(slices[s], i, reversed) != byte_at(slices[0], i, reversed))
                shared = i;
    }
    return shared;
}

static uint64_t key_of(const struct ordering *ordering, gdx_slice slice) {
    uint64_t key = 0;
    size_t bytes = slice.bytes - ordering->shared;
    for (size_t i = 0; i < 8; i++)
        key = key << 8 | (i < bytes ? byte_at(slice, ordering->shared + i, ordering->reversed) : 0);
    return key;
}

// Of equal strings the later one first.
static bool is_before(void *context, const void *left, const void *right) {
    const struct ordering *ordering = context;
    const struct entry *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key;
    gdx_slice x = ordering->slices[a->index];
    gdx_slice y = ordering->slices[b->index];
    int order = ordering->reversed ? order_compare_reversed(x, y) : gdx_slice_compare(x, y);
    return order != 0 ? order < 0 : a->index > b->index;
}

static const gdx_ordering by_string = {sizeof(struct entry), is_before};

gdx_status order_slices(const gdx_slice *slices, uint32_t count, bool reversed, uint32_t **out) {
    struct ordering ordering = {slices, shared_bytes(slices, count, reversed), reversed};
    struct entry *entries = malloc(((size_t)count * 2 + 1) * sizeof *entries);
    uint32_t *order = malloc(((size_t)count + 1) * sizeof *order);
    if (!entries || !order) {
        free(entries);
        free(order);
        return GDX_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++)
        entries[i] = (struct entry){key_of(&ordering, slices[i]), i};
    const struct entry *sorted = gdx_sort(&by_string, &ordering, entries, entries + count, count);
    for (uint32_t i = 0; i < count; i++)
        order[i] = sorted[i].index;
    free(entries);
    *out = order;
    return GDX_OK;
}
