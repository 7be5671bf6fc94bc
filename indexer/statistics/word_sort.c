// SPDX-License-Identifier: Apache-2.0
// word_sort.c: see word_sort.h.

#include "word_sort.h"

void word_sort_by_byte(const uint64_t *from, uint64_t *to, size_t count, unsigned shift) {
    size_t starts[257] = {0};
    for (size_t i = 0; i < count; i++)
        starts[(from[i] >> shift & 255) + 1]++;
    for (int i = 0; i < 256; i++)
        starts[i + 1] += starts[i];
    for (size_t i = 0; i < count; i++)
        to[starts[from[i] >> shift & 255]++] = from[i];
}

void word_sort_insert(uint64_t *words, size_t count) {
    for (size_t i = 1; i < count; i++) {
        uint64_t held = words[i];
        size_t at = i;
        for (; at > 0 && words[at - 1] > held; at--)
            words[at] = words[at - 1];
        words[at] = held;
    }
}
