// SPDX-License-Identifier: Apache-2.0
// names.c: names grown letter by letter. Relies on names.h.

#include "names.h"

#include <stdlib.h>
#include <string.h>

enum {
    BOUND_TENTHS = 6,      // of the places: a letter beside so many is part of the name
    BOUND_INSIDE = 5,      // where a clause hardly ever ends
    INSIDE_HUNDREDTHS = 2, // of the places at most, that have the end of a clause there
    SHED_TENTHS = 5,       // of the places of what is left at most: a function symbol at an edge is shed
    SHED_LONG = 5,         // letters from which a function symbol at an edge begins or ends no word
    SHED_LONG_TENTHS = 9   // of the places then
};

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
    name->core.at += step < 0;
}

// A function symbol belongs to a name only where it stands far more often than by chance, and was not shed.
static bool belongs(const struct row *row, const struct name *name, uint32_t id, uint32_t both) {
    if (row->traits[id] & ROW_FUNCTION && name->was_shed)
        return false;
    return !(row->traits[id] & ROW_FUNCTION) ||
           association(row->letter_count, both, row->occurrences[id], name->count) >= FUNCTION_LEAST;
}

static bool is_bound_to(const struct row *row, const struct name *name, int64_t step, uint32_t id, uint32_t both) {
    uint32_t ends = 0;
    if ((uint64_t)both * 10 >= (uint64_t)name->count * BOUND_TENTHS)
        return belongs(row, name, id, both);
    if ((uint64_t)both * 10 < (uint64_t)name->count * BOUND_INSIDE || row->traits[id] & ROW_FUNCTION)
        return false;
    for (uint32_t i = 0; i < name->count; i++)
        ends += letter_beside(row, name->places[i], step) == 0;
    return (uint64_t)ends * 100 <= (uint64_t)name->count * INSIDE_HUNDREDTHS;
}

// Adds the letter that it is bound to most; false: to none.
static bool grow(struct edge_counter *counter, const struct row *row, struct name *name) {
    const int64_t steps[] = {-1, name->length};
    uint32_t ids[2], most[2];
    for (size_t i = 0; i < 2; i++)
        most[i] = most_beside(counter, name->places, name->count, steps[i], &ids[i]);
    size_t side = most[1] > most[0];
    name->freedom = 1 - (double)most[side] / name->count;
    if (name->length == GDX_STRING_LETTERS_MOST || !is_bound_to(row, name, steps[side], ids[side], most[side]))
        return false;
    take_letter(row, name, steps[side], ids[side]);
    return true;
}

// The core without the letter at an edge, when it has that edge of the name. False: a single letter would be left.
static bool trim_core(const struct string_table *strings, struct name *name, bool at_end) {
    bool is_outside = at_end ? name->core.at + name->core.length < name->length : name->core.at > 0;
    if (!is_outside && name->core.length == 2)
        return false;
    if (!is_outside) {
        size_t at = name->places[0] + name->core.at + !at_end;
        name->core.length--;
        name->core.count = (uint32_t)strings_find(strings, at, name->core.length, &name->core.first);
    } else if (!at_end)
        name->core.at--;
    return true;
}

// Where the letters [at, at + length) stand, by the places of the name's core. to: NULL only counts them.
static uint32_t list_places(const struct row *row, const struct string_table *strings, const struct name *name,
                            size_t at, uint32_t length, uint32_t *to) {
    const uint32_t *core = strings_places(strings) + name->core.first;
    uint32_t count = 0;
    for (uint32_t i = 0; i < name->core.count; i++) {
        int64_t place = (int64_t)core[i] - name->core.at;
        if (place < 0 || !row_is_equal(row, (size_t)place, at, length))
            continue;
        if (to)
            to[count] = (uint32_t)place;
        count++;
    }
    return count;
}

// Takes a function symbol from one edge when what is left mostly stands without it. *out_has: it did.
static gdx_status shed(const struct row *row, const struct string_table *strings, struct name *name, bool at_end,
                       bool *out_has) {
    size_t at = name->places[0], edge = at_end ? at + name->length - 1 : at;
    uint32_t tenths = name->length < SHED_LONG ? SHED_TENTHS : SHED_LONG_TENTHS;
    struct name less = *name;
    *out_has = false;
    if (!(row->traits[row->letters[edge].id] & ROW_FUNCTION) || !trim_core(strings, &less, at_end))
        return GDX_OK;
    at += !at_end;
    less.length--;
    less.count = list_places(row, strings, &less, at, less.length, NULL);
    if (name->count * UINT64_C(10) > less.count * (uint64_t)tenths)
        return GDX_OK;
    gdx_status status = gdx_grow(&less.places, &less.capacity, less.count, sizeof *less.places);
    if (status != GDX_OK)
        return status;
    list_places(row, strings, &less, at, less.length, less.places);
    less.was_shed = true;
    *name = less;
    *out_has = true;
    return GDX_OK;
}

static void begin(struct name *name, const uint32_t *places, const struct string_found *string) {
    name->count = name->core.count = string->counts.in_all;
    name->length = name->core.length = string->length;
    name->core.first = string->first;
    name->core.at = 0;
    name->was_shed = false;
    memcpy(name->places, places + string->first, name->count * sizeof *places);
}

// Up to `longest` letters. Returns the length at which it was freest, of equals the longest.
static uint32_t grow_to(struct edge_counter *counter, struct name *name, uint32_t longest) {
    uint32_t freest = name->length;
    double most = 0;
    while (name->length < longest) {
        uint32_t length = name->length;
        bool has_grown = grow(counter, edge_counter_row(counter), name);
        if (name->freedom >= most) {
            most = name->freedom;
            freest = length;
        }
        if (!has_grown)
            break;
    }
    return freest;
}

gdx_status name_from(struct edge_counter *counter, const struct string_table *strings,
                     const struct string_found *string, struct name *out) {
    gdx_status status = gdx_grow(&out->places, &out->capacity, string->counts.in_all, sizeof *out->places);
    if (status != GDX_OK)
        return status;
    begin(out, strings_places(strings), string);
    uint32_t freest = grow_to(counter, out, GDX_STRING_LETTERS_MOST);
    if (out->length == GDX_STRING_LETTERS_MOST) { // a formula that goes on
        begin(out, strings_places(strings), string);
        grow_to(counter, out, freest);
    }
    for (bool has_shed = true; has_shed && status == GDX_OK;) {
        status = shed(edge_counter_row(counter), strings, out, false, &has_shed);
        if (status == GDX_OK && !has_shed)
            status = shed(edge_counter_row(counter), strings, out, true, &has_shed);
        if (has_shed)
            grow_to(counter, out, GDX_STRING_LETTERS_MOST);
    }
    return status;
}
