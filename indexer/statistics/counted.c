// SPDX-License-Identifier: Apache-2.0
// counted.c: a table of counts under a lock, which is not held while the index is asked: two threads may ask for one
// string at the same time, and learn the same. Relies on counted.h.

#include "counted.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 4096 };

struct entry { // of the table; length 0: free
    uint32_t ids[GDX_COLLOCATES_LONGEST];
    uint32_t length;
    uint64_t count;
};

struct counted {
    const struct row *row;
    const gdx_extent *extent;
    uint64_t letters;
    pthread_mutex_t lock; // guards what follows
    struct entry *table;
    size_t capacity, count;
};

struct counted *counted_new(const struct row *row, const gdx_extent *extent, uint64_t letters) {
    struct counted *counted = calloc(1, sizeof *counted);
    if (!counted)
        return NULL;
    *counted = (struct counted){.row = row, .extent = extent, .letters = letters, .capacity = FIRST_CAPACITY};
    counted->table = calloc(counted->capacity, sizeof *counted->table);
    if (!counted->table || pthread_mutex_init(&counted->lock, NULL) != 0) {
        free(counted->table);
        free(counted);
        return NULL;
    }
    return counted;
}

void counted_free(struct counted *counted) {
    if (!counted)
        return;
    pthread_mutex_destroy(&counted->lock);
    free(counted->table);
    free(counted);
}

// ---- the table

static struct entry *place_of(const struct entry *table, size_t capacity, const struct entry *wanted) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (uint32_t i = 0; i < wanted->length; i++)
        hash = (hash ^ wanted->ids[i]) * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (hash ^ hash >> 32) & (capacity - 1);
    while (table[at].length && (table[at].length != wanted->length ||
                                memcmp(table[at].ids, wanted->ids, wanted->length * sizeof *wanted->ids) != 0))
        at = (at + 1) & (capacity - 1);
    return (struct entry *)&table[at];
}

static bool find(struct counted *counted, struct entry *wanted) {
    pthread_mutex_lock(&counted->lock);
    const struct entry *found = place_of(counted->table, counted->capacity, wanted);
    bool is_there = found->length > 0;
    wanted->count = found->count;
    pthread_mutex_unlock(&counted->lock);
    return is_there;
}

static gdx_status grow(struct counted *counted) {
    size_t capacity = counted->capacity * 2;
    struct entry *larger = calloc(capacity, sizeof *larger);
    if (!larger)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < counted->capacity; i++)
        if (counted->table[i].length)
            *place_of(larger, capacity, &counted->table[i]) = counted->table[i];
    free(counted->table);
    counted->table = larger;
    counted->capacity = capacity;
    return GDX_OK;
}

static gdx_status keep(struct counted *counted, const struct entry *entry) {
    pthread_mutex_lock(&counted->lock);
    gdx_status status = counted->count * 2 >= counted->capacity ? grow(counted) : GDX_OK;
    if (status == GDX_OK) {
        struct entry *place = place_of(counted->table, counted->capacity, entry);
        counted->count += place->length == 0;
        *place = *entry;
    }
    pthread_mutex_unlock(&counted->lock);
    return status;
}

// ---- asking

static gdx_string_symbol symbol_of(const struct row *row, uint32_t id) {
    gdx_slice spelling = row->spellings[id];
    if (row->traits[id] & ROW_WORD)
        return (gdx_string_symbol){.word = spelling};
    size_t bytes;
    return (gdx_string_symbol){.code = gdx_utf8_decode_valid((const uint8_t *)spelling.data, &bytes)};
}

static gdx_status ask(struct counting *counting, struct entry *entry) {
    const struct counted *counted = counting->counted;
    gdx_string_symbol symbols[GDX_COLLOCATES_LONGEST];
    for (uint32_t i = 0; i < entry->length; i++)
        symbols[i] = symbol_of(counted->row, entry->ids[i]);
    gdx_status status = gdx_stop_check(counting->stop, &counting->err);
    if (status == GDX_OK)
        status = gdx_extent_count(counted->extent, counting->searcher, symbols, entry->length, counting->stop,
                                  &entry->count, &counting->err);
    if (status == GDX_OK && entry->count == 0) // all that is asked for was read in the text
        return gdx_fail(&counting->err, GDX_CORRUPT, "the index does not have a string that its texts have");
    if (status == GDX_OK && keep(counting->counted, entry) != GDX_OK)
        return gdx_fail_memory(&counting->err, "the counts");
    return status;
}

static uint64_t count_of(struct counting *counting, struct entry *entry) {
    if (counting->status == GDX_OK && !find(counting->counted, entry))
        counting->status = ask(counting, entry);
    return counting->status == GDX_OK ? entry->count : 1;
}

static uint64_t string_in(void *context, size_t at, uint32_t length) {
    struct counting *counting = context;
    struct entry entry = {.length = length};
    assert(length <= GDX_COLLOCATES_LONGEST);
    for (uint32_t i = 0; i < length; i++)
        entry.ids[i] = counting->counted->row->letters[at + i].id;
    return count_of(counting, &entry);
}

static uint64_t pair_in(void *context, uint32_t first, uint32_t second) {
    return count_of(context, &(struct entry){.ids = {first, second}, .length = 2});
}

static uint64_t letter_in(void *context, uint32_t id) {
    return count_of(context, &(struct entry){.ids = {id}, .length = 1});
}

struct counts counts_of_index(struct counting *counting) {
    return (struct counts){counting, counting->counted->letters, string_in, pair_in, letter_in};
}
