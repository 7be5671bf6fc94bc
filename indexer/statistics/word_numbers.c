// SPDX-License-Identifier: Apache-2.0
// word_numbers.c: a hash table with open places. Relies on word_numbers.h.

#include "word_numbers.h"

#include <stdlib.h>

static uint64_t hash_of(gdx_slice text) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325); // FNV-1a
    for (size_t i = 0; i < text.bytes; i++)
        hash = (hash ^ (uint8_t)text.data[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static struct word_number *place_of(const struct word_numbers *words, gdx_slice word) {
    size_t at = hash_of(word) & (words->capacity - 1);
    while (words->table[at].text.bytes && !gdx_slice_equal(words->table[at].text, word))
        at = (at + 1) & (words->capacity - 1);
    return &words->table[at];
}

static gdx_status grow_table(struct word_numbers *words) {
    struct word_number *old = words->table;
    size_t old_capacity = words->capacity;
    words->capacity = old_capacity ? old_capacity * 2 : 1024;
    words->table = calloc(words->capacity, sizeof *words->table);
    if (!words->table) {
        words->table = old;
        words->capacity = old_capacity;
        return GDX_NO_MEMORY;
    }
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i].text.bytes)
            *place_of(words, old[i].text) = old[i];
    free(old);
    return GDX_OK;
}

gdx_status word_number_of(struct word_numbers *words, gdx_slice word, uint32_t *out) {
    if (words->count * 2 >= words->capacity && grow_table(words) != GDX_OK)
        return GDX_NO_MEMORY;
    struct word_number *place = place_of(words, word);
    if (place->text.bytes == 0) {
        if (gdx_arena_copy(words->arena, word, &place->text) != GDX_OK)
            return GDX_NO_MEMORY;
        place->number = (uint32_t)words->count++;
    }
    *out = FIRST_WORD + place->number;
    return GDX_OK;
}

void word_numbers_clear(struct word_numbers *words) {
    free(words->table);
    *words = (struct word_numbers){.arena = words->arena};
}
