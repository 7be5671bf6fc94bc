// SPDX-License-Identifier: Apache-2.0
// names.c: names grown letter by letter. Relies on names.h.

#include "names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    BOUND_TENTHS = 6,     // of the places: a letter beside so many is part of the name
    SHED_TENTHS = 7,      // of the places of what is left at most: a function symbol at an edge is shed
    SHED_LONG = 5,        // letters from which a function symbol at an edge begins or ends no word
    SHED_LONG_TENTHS = 9, // of the places then
    OPEN_TENTHS = 1       // of the places at least: what has grown may end there
};

void name_clear(struct name *name) {
    free(name->places);
    *name = (struct name){0};
}

static void swap_names(struct name *a, struct name *b) {
    struct name kept = *a;
    *a = *b;
    *b = kept;
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

static bool is_bound_to(const struct row *row, const struct name *name, uint32_t id, uint32_t both) {
    return both >= name->least && (uint64_t)both * 10 >= (uint64_t)name->count * BOUND_TENTHS &&
           belongs(row, name, id, both);
}

// Adds the letter that it is bound to most; false: to none.
static bool grow(struct edge_counter *counter, const struct row *row, struct name *name) {
    const int64_t steps[] = {-1, name->length};
    uint32_t ids[2], most[2];
    for (size_t i = 0; i < 2; i++)
        most[i] = most_beside(counter, name->places, name->count, steps[i], &ids[i]);
    size_t side = most[1] > most[0];
    if (name->length == GDX_STRING_LETTERS_MOST || !is_bound_to(row, name, ids[side], most[side]))
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
static gdx_status shed(struct edge_counter *counter, const struct string_table *strings, struct name *name, bool at_end,
                       bool *out_has) {
    const struct row *row = edge_counter_row(counter);
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
    less.places = NULL;
    less.capacity = 0;
    gdx_status status = gdx_grow(&less.places, &less.capacity, less.count, sizeof *less.places);
    if (status != GDX_OK)
        return status;
    list_places(row, strings, &less, at, less.length, less.places);
    *out_has = !has_closed_edge(counter, less.places, less.count, less.length);
    if (*out_has) {
        less.was_shed = true;
        less.least = (less.count + 1) / 2;
        swap_names(name, &less);
    }
    name_clear(&less);
    return GDX_OK;
}

static void begin(struct name *name, const uint32_t *places, const struct string_found *string) {
    name->count = name->core.count = string->counts.in_all;
    name->length = name->core.length = string->length;
    name->core.first = string->first;
    name->core.at = 0;
    name->was_shed = name->in_refrain = false;
    name->least = (name->count + 1) / 2;
    memcpy(name->places, places + string->first, name->count * sizeof *places);
}

static gdx_status copy_name(const struct name *from, struct name *to) {
    if (gdx_grow(&to->places, &to->capacity, from->count, sizeof *to->places) != GDX_OK)
        return GDX_NO_MEMORY;
    struct name copy = *from;
    copy.places = to->places;
    copy.capacity = to->capacity;
    *to = copy;
    memcpy(to->places, from->places, from->count * sizeof *to->places);
    return GDX_OK;
}

// May something begin and end where the name has grown to? A function symbol or a number is only on the way.
static bool is_open(struct edge_counter *counter, const struct name *name) {
    const struct row *row = edge_counter_row(counter);
    const struct letter *letters = &row->letters[name->places[0]];
    bool has_begin = name->core.at > 0, has_end = name->core.at + name->core.length < name->length;
    if ((has_begin && row->traits[letters[0].id] & (ROW_FUNCTION | ROW_DIGITS)) ||
        (has_end && row->traits[letters[name->length - 1].id] & (ROW_FUNCTION | ROW_DIGITS)))
        return false;
    struct openings found = openings_of(counter, name->places, name->count, name->length);
    return (!has_begin || found.begins * UINT64_C(10) >= name->count * (uint64_t)OPEN_TENTHS) &&
           (!has_end || found.ends * UINT64_C(10) >= name->count * (uint64_t)OPEN_TENTHS);
}

// The name grown as far as it goes, then the longest form on the way that is open; what grows to the most letters there
// are is a formula, and stays as it was.
static gdx_status grow_open(struct edge_counter *counter, struct name *name) {
    const struct row *row = edge_counter_row(counter);
    struct name start = {0}, open = {0};
    bool in_refrain = name->in_refrain || is_refrain(row, name->places, name->count, name->length);
    gdx_status status = copy_name(name, &start);
    if (status == GDX_OK)
        status = copy_name(name, &open);
    while (status == GDX_OK && grow(counter, row, name)) {
        in_refrain |= is_refrain(row, name->places, name->count, name->length);
        if (is_open(counter, name))
            status = copy_name(name, &open);
    }
    if (status == GDX_OK)
        swap_names(name, name->length == GDX_STRING_LETTERS_MOST ? &start : &open);
    name->in_refrain = in_refrain;
    name_clear(&start);
    name_clear(&open);
    return status;
}

gdx_status name_itself(const struct string_table *strings, const struct string_found *string, struct name *out) {
    gdx_status status = gdx_grow(&out->places, &out->capacity, string->counts.in_all, sizeof *out->places);
    if (status == GDX_OK)
        begin(out, strings_places(strings), string);
    return status;
}

static gdx_status shed_all(struct edge_counter *counter, const struct string_table *strings, struct name *name,
                           bool *out_has) {
    gdx_status status = GDX_OK;
    *out_has = false;
    for (bool has_shed = true; has_shed && status == GDX_OK; *out_has |= has_shed) {
        status = shed(counter, strings, name, false, &has_shed);
        if (status == GDX_OK && !has_shed)
            status = shed(counter, strings, name, true, &has_shed);
    }
    return status;
}

// A shed function symbol does not come back, so that each round but the last has fewer of them: the limit is never met.
gdx_status name_from(struct edge_counter *counter, const struct string_table *strings,
                     const struct string_found *string, struct name *out) {
    gdx_status status = name_itself(strings, string, out);
    bool has_shed = true;
    for (uint32_t round = 0; has_shed && status == GDX_OK; round++) {
        assert(round <= GDX_STRING_LETTERS_MOST);
        status = shed_all(counter, strings, out, &has_shed);
        if (status == GDX_OK && (round == 0 || has_shed))
            status = grow_open(counter, out);
        has_shed |= round == 0;
    }
    return status;
}
