// SPDX-License-Identifier: Apache-2.0
// gather_rows.c: rows of slices added up by name.

#include "gather.h"

#include <stdlib.h>

gdx_status gather_rows_add(gdx_arena *arena, struct gather_rows *rows, struct gather_row row) {
    enum { LEAST = 64 };
    if (rows->count == rows->room) {
        size_t room = rows->room ? 2 * rows->room : LEAST;
        struct gather_row *larger = gdx_arena_allocate(arena, room * sizeof *larger);
        if (!larger)
            return GDX_NO_MEMORY;
        if (rows->count)
            memcpy(larger, rows->rows, rows->count * sizeof *larger);
        rows->rows = larger;
        rows->room = room;
    }
    rows->rows[rows->count++] = row;
    return GDX_OK;
}

static int by_name(const void *a, const void *b) {
    const struct gather_row *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return gdx_slice_compare(slice_of(x->name), slice_of(y->name));
}

static int by_name_and_slice(const void *a, const void *b) {
    const struct gather_row *x = a, *y = b;
    int order = by_name(a, b);
    return order ? order : (x->slice > y->slice) - (x->slice < y->slice);
}

static int by_name_empty_last(const void *a, const void *b) {
    const struct gather_row *x = a, *y = b;
    if (x->group == y->group && !x->name.len != !y->name.len)
        return x->name.len ? -1 : 1;
    return by_name_and_slice(a, b);
}

// A row that comes twice would count twice; sums that do not fit would be small.
static gdx_status check_rows(const struct gather_rows *rows, gdx_error *err) {
    struct gather_row sum = {0};
    for (size_t i = 0; i < rows->count; i++) {
        const struct gather_row *row = &rows->rows[i];
        if (i && by_name_and_slice(row - 1, row) == 0)
            return gdx_fail(err, GDX_CORRUPT, "slice %u: the leaf's answer has a row twice", row->slice);
        if (__builtin_add_overflow(sum.documents, row->documents, &sum.documents) ||
            __builtin_add_overflow(sum.occurrences, row->occurrences, &sum.occurrences) ||
            __builtin_add_overflow(sum.of_documents, row->of_documents, &sum.of_documents) ||
            __builtin_add_overflow(sum.of_symbols, row->of_symbols, &sum.of_symbols))
            return gdx_fail(err, GDX_CORRUPT, "slice %u: the leaf's answer has numbers that no index has", row->slice);
    }
    return GDX_OK;
}

gdx_status gather_rows_join(struct gather_rows *rows, bool empty_last, gdx_error *err) {
    size_t kept = 0;
    if (rows->count > 1)
        qsort(rows->rows, rows->count, sizeof *rows->rows, empty_last ? by_name_empty_last : by_name_and_slice);
    gdx_status status = check_rows(rows, err);
    for (size_t i = 0; i < rows->count; i++) {
        const struct gather_row *row = &rows->rows[i];
        struct gather_row *last = kept ? &rows->rows[kept - 1] : NULL;
        if (!last || by_name(last, row) != 0) {
            rows->rows[kept++] = *row;
            continue;
        }
        last->documents += row->documents;
        last->occurrences += row->occurrences;
        last->of_documents += row->of_documents;
        last->of_symbols += row->of_symbols;
    }
    rows->count = kept;
    return status;
}

static int by_occurrences(const void *a, const void *b) {
    const struct gather_row *x = a, *y = b;
    if (x->occurrences != y->occurrences)
        return x->occurrences < y->occurrences ? 1 : -1;
    if (x->documents != y->documents)
        return x->documents < y->documents ? 1 : -1;
    return by_name(a, b);
}

static int by_documents(const void *a, const void *b) {
    const struct gather_row *x = a, *y = b;
    if (x->documents != y->documents)
        return x->documents < y->documents ? 1 : -1;
    return by_name(a, b);
}

void gather_rows_rank(struct gather_row *rows, size_t count, bool documents) {
    if (count > 1)
        qsort(rows, count, sizeof *rows, documents ? by_documents : by_occurrences);
}
