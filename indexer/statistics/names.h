// SPDX-License-Identifier: Apache-2.0
// names.h: a string as a name for what it was found in: one that ends where words do. Relies on associations.h.
// A string that was cut from a longer one is bound to the rest of it: one letter stands beside it in most places. Its
// name has that letter, too.
#ifndef GDX_STATISTICS_NAMES_H
#define GDX_STATISTICS_NAMES_H

#include "associations.h"

struct name {         // {0} is empty; name_clear frees it
    uint32_t *places; // of A and B
    uint32_t count;
    size_t capacity;
    uint32_t length;
    uint32_t least;  // places that it keeps while it grows
    bool was_shed;   // a function symbol was taken from an edge: it has places that the string has not
    bool in_refrain; // while it grew it was a refrain
    // A string inside whose places are known, [first, first + count) of the sorted ones; every place of the name is one
    // of its places less `at`.
    struct {
        size_t first;
        uint32_t count, length, at;
    } core;
};

// The string without the function symbols at its edges that it can do without, with the letters that it is bound to as
// far as something may begin and end there. At least half of its places have the name. GDX_NO_MEMORY.
gdx_status name_from(struct edge_counter *counter, const struct string_table *strings,
                     const struct string_found *string, struct name *out) GDX_MUST_CHECK;
// The string as it is.
gdx_status name_itself(const struct string_table *strings, const struct string_found *string,
                       struct name *out) GDX_MUST_CHECK;
void name_clear(struct name *name);

#endif
