// SPDX-License-Identifier: Apache-2.0
// gdx/heap.h: the first of many elements, again and again: a binary heap in an array of the caller's.
// Relies on gdx/ordering.h. It merges sources that are each in order, and keeps the best of many. Element 0 comes
// before all others or is equal to them. Threads: one owner.
#ifndef GDX_HEAP_H
#define GDX_HEAP_H

#include "gdx/ordering.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

// Restores the heap after element `at` has changed to one that comes later in the order. A merge calls it for element 0
// after its source has moved on. Cost: two comparisons a level.
GDX_ORDERING_INLINE void gdx_heap_sift(const gdx_ordering *ordering, void *context, void *elements, size_t count,
                                       size_t at) {
    uint8_t *heap = elements;
    const size_t bytes = ordering->element_bytes;
    uint64_t moved[GDX_ELEMENT_BYTES_MAX / sizeof(uint64_t)];
    assert(bytes <= sizeof moved && at < count);
    memcpy(moved, heap + at * bytes, bytes);
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && ordering->is_before(context, heap + (child + 1) * bytes, heap + child * bytes))
            child++;
        if (!ordering->is_before(context, heap + child * bytes, moved))
            break;
        memcpy(heap + at * bytes, heap + child * bytes, bytes);
        at = child;
    }
    memcpy(heap + at * bytes, moved, bytes);
}

// Makes a heap of any `count` elements.
GDX_ORDERING_INLINE void gdx_heap_build(const gdx_ordering *ordering, void *context, void *elements, size_t count) {
    for (size_t at = count / 2; at-- > 0;)
        gdx_heap_sift(ordering, context, elements, count, at);
}

// Removes the first element: swaps it with the last one, then reduces *count by one. *count must be above 0. Repeated
// until *count is 0, this sorts the array in reverse order.
GDX_ORDERING_INLINE void gdx_heap_take(const gdx_ordering *ordering, void *context, void *elements, size_t *count) {
    uint8_t *heap = elements;
    const size_t bytes = ordering->element_bytes;
    uint64_t first[GDX_ELEMENT_BYTES_MAX / sizeof(uint64_t)];
    assert(bytes <= sizeof first && *count > 0);
    uint8_t *last = heap + --*count * bytes;
    memcpy(first, heap, bytes);
    memmove(heap, last, bytes);
    memcpy(last, first, bytes);
    if (*count)
        gdx_heap_sift(ordering, context, heap, *count, 0);
}

#endif
