// SPDX-License-Identifier: Apache-2.0
// named.c: see named.h.

#include "named.h"

#include "kinds.h"

#include <math.h>
#include <string.h>

// The letter that most often stands before the string (side 0) or behind it, in A and B; of equals the first by
// spelling.
static size_t most_beside(const struct naive_string *string, int side, uint32_t *out_kind) {
    size_t most = 0;
    *out_kind = 0;
    for (uint32_t kind = 1; kind < kinds_count(); kind++) {
        size_t seen = 0;
        for (size_t at = 0; at < naive.count; at++)
            if (stands_at(at, string->letters, string->length))
                seen += (side ? naive.letters[at + string->length] : at ? naive.letters[at - 1] : 0) == kind;
        if (seen > most || (seen && seen == most && gdx_slice_compare(spelling_of(kind), spelling_of(*out_kind)) < 0)) {
            most = seen;
            *out_kind = kind;
        }
    }
    return most;
}

// How often a clause ends before the string (side 0), or behind it.
static size_t ends_beside(const struct naive_string *string, int side) {
    size_t ends = 0;
    for (size_t at = 0; at < naive.count; at++)
        if (stands_at(at, string->letters, string->length))
            ends += (side ? naive.letters[at + string->length] : at ? naive.letters[at - 1] : 0) == 0;
    return ends;
}

static bool may_grow(const struct naive_string *string, size_t most, uint32_t kind, int side, bool was_shed) {
    size_t all = string->in_a + string->in_b;
    if (most * 10 < all * 6)
        return most * 2 >= all && !is_function(kind) && ends_beside(string, side) * 50 <= all;
    return !is_function(kind) ||
           (!was_shed && log((double)most * (double)naive.all / ((double)often(&kind, 1) * (double)all)) >= 3);
}

// Grows to so many letters at most. Returns the length at which the string was freest, of equals the longest.
static uint32_t grow_to(struct naive_string *string, uint32_t *to, uint32_t longest, bool was_shed,
                        double *out_freedom) {
    uint32_t freest = string->length;
    double best = 0;
    while (string->length < longest) {
        uint32_t kinds[2];
        size_t most[2] = {most_beside(string, 0, &kinds[0]), most_beside(string, 1, &kinds[1])};
        int side = most[1] > most[0];
        *out_freedom = 1 - (double)most[side] / (double)(string->in_a + string->in_b);
        if (*out_freedom >= best) {
            best = *out_freedom;
            freest = string->length;
        }
        if (!may_grow(string, most[side], kinds[side], side, was_shed))
            break;
        if (side == 0)
            memmove(to + 1, to, string->length * sizeof *to);
        to[side ? string->length : 0] = kinds[side];
        *string = counted(to, string->length + 1);
    }
    return freest;
}

// A function symbol at an edge that what is left mostly stands without. core_begin to core_end: of the string that it
// grew from, of which two letters stay.
static bool shed(struct naive_string *string, uint32_t *to, uint32_t *core_begin, uint32_t *core_end) {
    for (int side = 0; side < 2; side++) {
        bool is_core = side ? *core_end == string->length : *core_begin == 0;
        struct naive_string less = counted(to + !side, string->length - 1);
        if (!is_function(to[side ? string->length - 1 : 0]) || (is_core && *core_end - *core_begin == 2))
            continue;
        if ((string->in_a + string->in_b) * 10 > (less.in_a + less.in_b) * (string->length < 5 ? 5 : 9))
            continue;
        if (side)
            *core_end -= is_core;
        else {
            memmove(to, to + 1, less.length * sizeof *to);
            *core_end -= 1;
            *core_begin -= !is_core;
        }
        *string = counted(to, less.length);
        return true;
    }
    return false;
}

// The string with the letters that it is bound to, without function symbols that it can do without; its letters are in
// `to`.
static struct naive_string grown(const struct naive_string *from, uint32_t to[GDX_STRING_LETTERS_MOST],
                                 double *out_freedom, bool *out_was_shed) {
    memcpy(to, from->letters, from->length * sizeof *to);
    struct naive_string string = counted(to, from->length);
    uint32_t freest = grow_to(&string, to, GDX_STRING_LETTERS_MOST, false, out_freedom);
    if (string.length == GDX_STRING_LETTERS_MOST) {
        memcpy(to, from->letters, from->length * sizeof *to);
        string = counted(to, from->length);
        grow_to(&string, to, freest, false, out_freedom);
    }
    uint32_t begin = 0, end;
    while (memcmp(to + begin, from->letters, from->length * sizeof *to) != 0)
        begin++;
    end = begin + from->length;
    *out_was_shed = false;
    while (shed(&string, to, &begin, &end)) {
        *out_was_shed = true;
        uint32_t core[GDX_STRING_LETTERS_MOST], length = end - begin;
        memcpy(core, to + begin, length * sizeof *to);
        grow_to(&string, to, GDX_STRING_LETTERS_MOST, true, out_freedom);
        for (begin = 0; memcmp(to + begin, core, length * sizeof *to) != 0; begin++)
            ;
        end = begin + length;
    }
    return string;
}

struct naive_string name_of(const struct naive_group *group, uint32_t to[GDX_STRING_LETTERS_MOST], bool *out_was_shed) {
    double best, freedom;
    bool was_shed;
    struct naive_string name = grown(group->head, to, &best, out_was_shed);
    for (size_t i = 1; i < group->count && best < .6; i++) {
        const struct naive_string *member = group->members[i];
        uint32_t letters[GDX_STRING_LETTERS_MOST];
        if (!contains(member, group->head) || member->score < .5 * group->head->score ||
            is_function(member->letters[0]) || is_function(member->letters[member->length - 1]))
            continue;
        struct naive_string other = grown(member, letters, &freedom, &was_shed);
        if (freedom > best + (best < .5 ? 0 : .1)) {
            best = freedom;
            *out_was_shed = was_shed;
            memcpy(to, letters, other.length * sizeof *to);
            name = counted(to, other.length);
        }
    }
    return name;
}
