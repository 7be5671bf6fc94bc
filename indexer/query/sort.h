// SPDX-License-Identifier: Apache-2.0
// sort.h: arrays of numbers into ascending order. Knows of numbers only.
#ifndef GDX_QUERY_SORT_H
#define GDX_QUERY_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// `space` has room for `count` values and is overwritten.
void query_sort(uint32_t *values, uint32_t *space, size_t count);

enum {
    QUERY_WINDOW_BITS = 23,                             // values that are marked at a time: what a cache holds as bits
    QUERY_WINDOW_WORDS = (1 << QUERY_WINDOW_BITS) / 64, // of bits
    QUERY_SORT_SLACK = 4                                // values after the last one that may be overwritten
};

typedef struct query_marks {                 // all zero between uses
    uint64_t bits[QUERY_WINDOW_WORDS];       // one for each value of a window
    uint64_t words[QUERY_WINDOW_WORDS / 64]; // one for each word of `bits` that has any
} query_marks;

// True if `count` values below `limit` are so many and so dense that marking them is faster than sorting.
bool query_marks_pay(size_t count, uint32_t limit);
// The same as query_sort for values below `limit` that differ: how many they are (of equal ones one stays). The fewer
// ascending lists they come from, the faster. `values` has room for QUERY_SORT_SLACK more. `space` has room for `count`
// where `limit` is more than a window, else it may be NULL. Cost: 4 to 6 ns a value.
size_t query_sort_by_marks(uint32_t *values, uint32_t *space, size_t count, uint32_t limit, query_marks *marks);

#endif
