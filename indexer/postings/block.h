// SPDX-License-Identifier: Apache-2.0
// block.h: unpack the gaps of one short list or one block. Each has a variant for x86-64-v3 (BMI2), chosen at run time;
// tests hold them equal.
#ifndef GDX_POSTINGS_BLOCK_H
#define GDX_POSTINGS_BLOCK_H

#include "gdx/processor.h"
#include "layout.h"

// A short list: `count` >= 2 gaps from position -1 on, into positions[count]. False when the bytes are not the code of
// so many positions below `limit`. *out_used: the bytes of the code. Reads only bytes[0 .. byte_count).
bool postings_short_plain(const uint8_t *bytes, size_t byte_count, uint32_t count, uint32_t limit, uint32_t *positions,
                          size_t *out_used);
bool postings_short_v3(const uint8_t *bytes, size_t byte_count, uint32_t count, uint32_t limit, uint32_t *positions,
                       size_t *out_used);

// A block of `count` positions: count - 1 gaps from `base` on, then `last`, into positions[count]. False when the code
// is damaged. POSTINGS_STRAY_BYTES must be readable on both sides of block[0 .. block_bytes).
bool postings_block_plain(const uint8_t *block, size_t block_bytes, int64_t base, uint32_t last, uint32_t count,
                          uint32_t *positions);
bool postings_block_v3(const uint8_t *block, size_t block_bytes, int64_t base, uint32_t last, uint32_t count,
                       uint32_t *positions);

static inline bool postings_short(const uint8_t *bytes, size_t byte_count, uint32_t count, uint32_t limit,
                                  uint32_t *positions, size_t *out_used) {
    return gdx_processor_level() >= GDX_PROCESSOR_V3
               ? postings_short_v3(bytes, byte_count, count, limit, positions, out_used)
               : postings_short_plain(bytes, byte_count, count, limit, positions, out_used);
}
static inline bool postings_block(const uint8_t *block, size_t block_bytes, int64_t base, uint32_t last, uint32_t count,
                                  uint32_t *positions) {
    return gdx_processor_level() >= GDX_PROCESSOR_V3
               ? postings_block_v3(block, block_bytes, base, last, count, positions)
               : postings_block_plain(block, block_bytes, base, last, count, positions);
}

#endif
