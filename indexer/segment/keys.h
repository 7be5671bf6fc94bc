// SPDX-License-Identifier: Apache-2.0
// keys.h: ascending arrays of keys, which are symbols or pairs of them (first << 32 | second).
#ifndef GDX_SEGMENT_KEYS_H
#define GDX_SEGMENT_KEYS_H

#include <stddef.h>
#include <stdint.h>

// The index of the first key at or after `key`; `count` when there is none.
static inline size_t keys_find(const uint64_t *keys, size_t count, uint64_t key) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
