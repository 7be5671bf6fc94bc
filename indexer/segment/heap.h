// SPDX-License-Identifier: Apache-2.0
// heap.h: the least of several sources that are each in order, for merging them. A heap of source numbers; equal ones
// come in the order of their numbers. Relies on nothing. One owner.
#ifndef GDX_SEGMENT_HEAP_H
#define GDX_SEGMENT_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether what source `a` stands on comes before what source `b` stands on.
typedef bool (*heap_order)(const void *sources, uint32_t a, uint32_t b);

// Puts heap[at] in its place below; called for the top when its source has moved on.
static inline void heap_sift(uint32_t *heap, size_t count, size_t at, heap_order is_before, const void *sources) {
    uint32_t moved = heap[at];
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && is_before(sources, heap[child + 1], heap[child]))
            child++;
        if (!is_before(sources, heap[child], moved))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
}

static inline void heap_build(uint32_t *heap, size_t count, heap_order is_before, const void *sources) {
    for (size_t at = count / 2; at-- > 0;)
        heap_sift(heap, count, at, is_before, sources);
}

#endif
