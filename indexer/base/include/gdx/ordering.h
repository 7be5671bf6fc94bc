// SPDX-License-Identifier: Apache-2.0
// gdx/ordering.h: the order of elements, for gdx/heap.h and gdx/sort.h.
// Relies on the C library. A `static const gdx_ordering` lets the compiler inline the comparison. Threads: any.
#ifndef GDX_ORDERING_H
#define GDX_ORDERING_H

#include <stdbool.h>
#include <stddef.h>

typedef struct gdx_ordering {
    size_t element_bytes; // at most GDX_ELEMENT_BYTES_MAX
    // Whether element *a comes before element *b; false for equal ones. `context` is the caller's.
    bool (*is_before)(void *context, const void *a, const void *b);
} gdx_ordering;

enum { GDX_ELEMENT_BYTES_MAX = 64 };

// Makes element_bytes and is_before constants where they are used.
#define GDX_ORDERING_INLINE static inline __attribute__((always_inline))

#endif
