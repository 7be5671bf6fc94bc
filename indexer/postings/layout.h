// SPDX-License-Identifier: Apache-2.0
// layout.h: the shape of a list's code, shared by the writer and the readers: widths, and where the skip entries are.
// docs/format-postings.md, "Long lists"; a test (tests/format) compares its constants with POSTINGS_CONSTANTS.
#ifndef GDX_POSTINGS_LAYOUT_H
#define GDX_POSTINGS_LAYOUT_H

#include "codes.h"
#include "gdx/base.h"
#include "gdx/postings.h"

enum {
    POSTINGS_BLOCK_HEADER_BYTES = 2,
    POSTINGS_STREAMS = 4,
    POSTINGS_CHOOSING_GAPS = GDX_POSTINGS_BLOCK - 1, // of a list or block, those that choose its code
    POSTINGS_STREAM_GAPS = GDX_POSTINGS_BLOCK / POSTINGS_STREAMS,
    POSTINGS_BLOCK_BYTES_MAX =
        POSTINGS_BLOCK_HEADER_BYTES + (GDX_POSTINGS_BLOCK * POSTINGS_GAP_BITS_MAX + 7) / 8 + POSTINGS_STREAMS,
    // A damaged block may lead its streams so far outside of it: the longest stream and the load of its last gap.
    POSTINGS_STRAY_BYTES = POSTINGS_STREAM_GAPS * POSTINGS_GAP_BITS_MAX / 8 + 16,
    POSTINGS_FULL_BLOCK_BYTES_MIN = POSTINGS_BLOCK_HEADER_BYTES + (GDX_POSTINGS_BLOCK - 1) / 8 + 1,
};

#define POSTINGS_CONSTANTS(CONSTANT)                                                                                   \
    CONSTANT(GDX_POSTINGS_BLOCK)                                                                                       \
    CONSTANT(POSTINGS_CODES)                                                                                           \
    CONSTANT(POSTINGS_CODE_NUMBER_BITS)                                                                                \
    CONSTANT(POSTINGS_CLASSES)                                                                                         \
    CONSTANT(POSTINGS_CODE_BITS)                                                                                       \
    CONSTANT(POSTINGS_BLOCK_HEADER_BYTES)                                                                              \
    CONSTANT(POSTINGS_STREAMS)                                                                                         \
    CONSTANT(POSTINGS_CHOOSING_GAPS)

// Bits of a position stored as such.
static inline unsigned postings_position_bits(uint32_t limit) {
    return limit > 2 ? 32 - (unsigned)__builtin_clz(limit - 1) : 1;
}

// The code of a list of one.
static inline size_t postings_single_bytes(uint32_t limit) {
    return (postings_position_bits(limit) + 7) / 8;
}

// Up to 7 bytes, those that are missing zero.
static inline uint64_t postings_load_rest(const uint8_t *at, size_t bytes) {
    if (bytes >= 4)
        return gdx_load_u32(at) | (uint64_t)gdx_load_u32(at + bytes - 4) << (8 * (bytes - 4));
    if (bytes >= 2)
        return gdx_load_u16(at) | (uint64_t)gdx_load_u16(at + bytes - 2) << (8 * (bytes - 2));
    return bytes ? *at : 0;
}

// False when it is cut short or not below `limit`.
static inline bool postings_single(gdx_slice bytes, uint32_t limit, uint32_t *position) {
    size_t width = postings_single_bytes(limit);
    if (bytes.bytes < width)
        return false;
    *position = (uint32_t)postings_load_rest((const uint8_t *)bytes.data, width);
    return *position < limit;
}

static inline uint32_t postings_block_count(uint32_t count) {
    return (count - 1) / GDX_POSTINGS_BLOCK + 1;
}

// `width` <= 32 bits at bit `bit`, lowest first. Eight bytes are loaded.
static inline uint32_t postings_bits_at(const uint8_t *bytes, uint64_t bit, unsigned width) {
    return (uint32_t)(gdx_load_u64(bytes + (bit >> 3)) >> (bit & 7) & (((uint64_t)1 << width) - 1));
}

// The end of a block if all blocks were of one size. Skip entries hold the difference from the real end.
static inline uint64_t postings_even_end(uint64_t block_bytes, uint32_t block_count, uint32_t block) {
    return ((block_bytes << 16) / block_count * (block + 1)) >> 16;
}

#endif
