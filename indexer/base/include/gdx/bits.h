// SPDX-License-Identifier: Apache-2.0
// gdx/bits.h: bitmaps: bit i is bit i % 8 of byte i / 8, which in little-endian words is bit i % 64 of word i / 64.
// Relies on gdx/bytes.h. The memory is the caller's, of gdx_bits_bytes or gdx_bits_words. Threads: those of the memory;
// two bits of one byte cannot be set by two threads at once.
#ifndef GDX_BITS_H
#define GDX_BITS_H

#include "gdx/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Memory for `count` bits, as bytes and as words of 64.
static inline size_t gdx_bits_bytes(size_t count) {
    return count / 8 + (count % 8 > 0);
}
static inline size_t gdx_bits_words(size_t count) {
    return count / 64 + (count % 64 > 0);
}

static inline bool gdx_bit(const void *bits, size_t index) {
    return ((const uint8_t *)bits)[index / 8] >> index % 8 & 1;
}
static inline void gdx_bit_set(void *bits, size_t index) {
    ((uint8_t *)bits)[index / 8] |= (uint8_t)(1u << index % 8);
}

// How many of the first `count` bits are set. Reads gdx_bits_bytes(count) bytes.
static inline size_t gdx_bits_count(const void *bits, size_t count) {
    const uint8_t *bytes = bits;
    size_t set = 0, at = 0;
    for (; at + 8 <= count / 8; at += 8)
        set += (size_t)__builtin_popcountll(gdx_load_u64(bytes + at));
    for (; at < count / 8; at++)
        set += (size_t)__builtin_popcount(bytes[at]);
    if (count % 8)
        set += (size_t)__builtin_popcount(bytes[at] & ((1u << count % 8) - 1));
    return set;
}

// The lowest bit of a word that is not 0; `word &= word - 1` removes it.
static inline unsigned gdx_bits_lowest(uint64_t word) {
    return (unsigned)__builtin_ctzll(word);
}

#endif
