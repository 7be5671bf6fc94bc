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

static bool is_quote(uint32_t mark) {
    return mark == '"' || mark == '\'' || mark == 0x300a || mark == 0x300b || mark == 0x3008 || mark == 0x3009;
}

// A middle dot between two letters.
static bool is_joint(size_t at) {
    return naive.mark[at] == 0xb7 && at && naive.letters[at - 1] && naive.letters[at + 1];
}

// In how many places something may begin where the string does (side 0), or end where it does.
static size_t open_at(const struct naive_string *string, int side) {
    uint32_t edge = string->letters[side ? string->length - 1 : 0];
    size_t open = 0;
    for (uint32_t kind = 0; kind < kinds_count(); kind++) {
        size_t seen = 0;
        for (size_t at = 0; at < naive.count; at++) {
            if (!stands_at(at, string->letters, string->length))
                continue;
            size_t beside = side ? at + string->length : at - 1; // at 0 it is beyond all
            bool is_start = beside >= naive.count;
            if ((is_start ? 0 : naive.letters[beside]) == kind)
                seen += is_start || !is_joint(beside);
        }
        if (kind == 0 || (naive.is_word[kind] && !is_digits(kind)))
            open += seen;
        else if (seen && (side ? is_function(kind) : is_plain_function(kind)))
            open += (side ? pair_association(edge, kind) : pair_association(kind, edge)) < 2 ? seen : 0;
    }
    return naive.is_word[edge] ? string->in_a + string->in_b : open;
}

bool is_cut(const struct naive_string *string) {
    size_t count = string->in_a + string->in_b;
    return open_at(string, 0) * 100 < count * 2 || open_at(string, 1) * 100 < count;
}

bool is_alone(const struct naive_string *string) {
    size_t alone = 0, plain = 0, all = string->in_a + string->in_b;
    for (size_t at = 0; at < naive.count; at++) {
        size_t end = at + string->length;
        if (!stands_at(at, string->letters, string->length) || (at && naive.letters[at - 1]) || naive.letters[end])
            continue;
        alone++;
        plain += !(at && is_quote(naive.mark[at - 1])) && !is_quote(naive.mark[end]);
    }
    return string->length >= 4 && alone * 10 >= all * 9 && plain * 2 >= all;
}

static bool may_grow(const struct naive_string *string, size_t most, uint32_t kind, size_t least, bool was_shed) {
    size_t all = string->in_a + string->in_b;
    if (most * 10 < all * 6 || most < least)
        return false;
    return !is_function(kind) ||
           (!was_shed && log((double)most * (double)naive.all / ((double)often(&kind, 1) * (double)all)) >= 3);
}

// What a name is made of: letters of `to`, of which those from core_begin to core_end are of the head.
struct growing {
    struct naive_string string;
    uint32_t to[GDX_STRING_LETTERS_MOST];
    uint32_t core_begin, core_end;
    bool was_shed, in_refrain;
};

static bool may_end(const struct growing *name) {
    const struct naive_string *string = &name->string;
    size_t all = string->in_a + string->in_b;
    for (int side = 0; side < 2; side++) {
        uint32_t edge = string->letters[side ? string->length - 1 : 0];
        if (side ? name->core_end == string->length : name->core_begin == 0)
            continue;
        if (is_function(edge) || is_digits(edge) || open_at(string, side) * 10 < all)
            return false;
    }
    return true;
}

// `string` and `to` may point anywhere.
static void copy_growing(const struct growing *from, struct growing *to) {
    *to = *from;
    to->string.letters = to->to;
}

// By letters, to the longest form that may end where it does; what reaches the most letters is as it was.
static void grow(struct growing *name) {
    static struct growing start, best;
    size_t least = (name->string.in_a + name->string.in_b + 1) / 2;
    copy_growing(name, &start);
    copy_growing(name, &best);
    bool in_refrain = name->in_refrain || is_alone(&name->string);
    while (name->string.length < GDX_STRING_LETTERS_MOST) {
        uint32_t kinds[2];
        size_t most[2] = {most_beside(&name->string, 0, &kinds[0]), most_beside(&name->string, 1, &kinds[1])};
        int side = most[1] > most[0];
        if (!may_grow(&name->string, most[side], kinds[side], least, name->was_shed))
            break;
        if (side == 0)
            memmove(name->to + 1, name->to, name->string.length * sizeof *name->to);
        name->to[side ? name->string.length : 0] = kinds[side];
        name->core_begin += side == 0;
        name->core_end += side == 0;
        name->string = counted(name->to, name->string.length + 1);
        in_refrain |= is_alone(&name->string);
        if (may_end(name))
            copy_growing(name, &best);
    }
    copy_growing(name->string.length == GDX_STRING_LETTERS_MOST ? &start : &best, name);
    name->in_refrain = in_refrain;
}

// A function symbol at an edge that what is left can do without; two letters of the head stay.
static bool shed(struct growing *name) {
    const struct naive_string *string = &name->string;
    for (int side = 0; side < 2; side++) {
        bool is_core = side ? name->core_end == string->length : name->core_begin == 0;
        struct naive_string less = counted(name->to + !side, string->length - 1);
        if (!is_function(name->to[side ? string->length - 1 : 0]) ||
            (is_core && name->core_end - name->core_begin == 2))
            continue;
        if ((string->in_a + string->in_b) * 10 > (less.in_a + less.in_b) * (string->length < 5 ? 7 : 9) ||
            is_cut(&less))
            continue;
        if (side)
            name->core_end -= is_core;
        else {
            memmove(name->to, name->to + 1, less.length * sizeof *name->to);
            name->core_end -= 1;
            name->core_begin -= !is_core;
        }
        name->string = counted(name->to, less.length);
        name->was_shed = true;
        return true;
    }
    return false;
}

struct naive_string name_of(const struct naive_string *head, uint32_t to[GDX_STRING_LETTERS_MOST],
                            bool *out_in_refrain) {
    struct growing name = {.core_end = head->length};
    memcpy(name.to, head->letters, head->length * sizeof *to);
    name.string = counted(name.to, head->length);
    while (shed(&name))
        ;
    grow(&name);
    while (shed(&name)) {
        while (shed(&name))
            ;
        grow(&name);
    }
    memcpy(to, name.to, sizeof name.to);
    *out_in_refrain = name.in_refrain;
    return counted(to, name.string.length);
}
