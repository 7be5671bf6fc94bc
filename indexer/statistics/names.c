// SPDX-License-Identifier: Apache-2.0
// names.c: names grown letter by letter. Relies on names.h.

#include "names.h"

#include <stdlib.h>
#include <string.h>

enum { BOUND_TENTHS = 6 }; // of the places: a letter beside so many is part of the name

void name_clear(struct name *name) {
    free(name->places);
    *name = (struct name){0};
}

// Keeps the places that have the letter `step` from them.
static void take_letter(const struct row *row, struct name *name, int64_t step, uint32_t id) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < name->count; i++) {
        uint32_t place = name->places[i];
        if (letter_beside(row, place, step) == id)
            name->places[kept++] = step < 0 ? place - 1 : place;
    }
    name->count = kept;
    name->length++;
}

// A function symbol belongs to a name only where it stands far more often than by chance.
static bool belongs(const struct row *row, const struct name *name, uint32_t id, uint32_t both) {
    return !(row->traits[id] & ROW_FUNCTION) ||
           association(row->letter_count, both, row->occurrences[id], name->count) >= FUNCTION_LEAST;
}

// Adds the letter that it is bound to most; false: to none.
static bool grow(struct edge_counter *counter, const struct row *row, struct name *name) {
    const int64_t steps[] = {-1, name->length};
    uint32_t ids[2], most[2];
    for (size_t i = 0; i < 2; i++)
        most[i] = most_beside(counter, name->places, name->count, steps[i], &ids[i]);
    size_t side = most[1] > most[0];
    name->freedom = 1 - (double)most[side] / name->count;
    bool is_bound = (uint64_t)most[side] * 10 >= (uint64_t)name->count * BOUND_TENTHS;
    if (!is_bound || name->length == GDX_STRING_LETTERS_MOST || !belongs(row, name, ids[side], most[side]))
        return false;
    take_letter(row, name, steps[side], ids[side]);
    return true;
}

gdx_status name_from(struct edge_counter *counter, const uint32_t *places, const struct string_found *string,
                     struct name *out) {
    gdx_status status = gdx_grow(&out->places, &out->capacity, string->counts.in_all, sizeof *out->places);
    if (status != GDX_OK)
        return status;
    out->count = string->counts.in_all;
    out->length = string->length;
    memcpy(out->places, places, out->count * sizeof *places);
    while (grow(counter, edge_counter_row(counter), out))
        ;
    if (out->length < GDX_STRING_LETTERS_MOST)
        return GDX_OK;
    out->count = string->counts.in_all; // a formula that goes on: the string itself is as good a name
    out->length = string->length;
    memcpy(out->places, places, out->count * sizeof *places);
    return GDX_OK;
}
