// SPDX-License-Identifier: Apache-2.0
// gdx/sort.h: a stable merge sort: no recursion, no worst case, and the comparison is inlined.
// Relies on gdx/ordering.h. Unlike qsort it needs no memory of its own and keeps equal elements as they were. Threads:
// one owner.
#ifndef GDX_SORT_H
#define GDX_SORT_H

#include "gdx/ordering.h"

#include <stdint.h>
#include <string.h>

// Merges the runs [begin, middle) and [middle, end) of `from` into the same places of `to`.
GDX_ORDERING_INLINE void gdx_sort_merge(const gdx_ordering *ordering, void *context, const uint8_t *from, uint8_t *to,
                                        const size_t bounds[3]) {
    const size_t bytes = ordering->element_bytes, middle = bounds[1], end = bounds[2];
    size_t left = bounds[0], right = middle;
    for (size_t i = left; i < end; i++) {
        bool take_right =
            right < end && (left == middle || ordering->is_before(context, from + right * bytes, from + left * bytes));
        memcpy(to + i * bytes, from + (take_right ? right++ : left++) * bytes, bytes);
    }
}

// Puts `count` elements in order. `room` has space for as many. Returns where the result is: `elements` or `room`; the
// other one is then undefined. Cost: about count * log2(count) comparisons and moves.
GDX_ORDERING_INLINE void *gdx_sort(const gdx_ordering *ordering, void *context, void *elements, void *room,
                                   size_t count) {
    uint8_t *from = elements, *to = room;
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t begin = 0; begin < count; begin += 2 * run) {
            size_t middle = begin + run < count ? begin + run : count;
            size_t end = middle + run < count ? middle + run : count;
            gdx_sort_merge(ordering, context, from, to, (const size_t[]){begin, middle, end});
        }
        uint8_t *sorted = to;
        to = from;
        from = sorted;
    }
    return from;
}

#endif
