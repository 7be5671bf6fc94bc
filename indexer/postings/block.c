// SPDX-License-Identifier: Apache-2.0
// block.c: unpack the gaps of one short list or one block. docs/format-postings.md, "Streams".
// Each gap waits for the end of the one before it in its stream, some 15 cycles; a block therefore has four streams,
// two of them written backwards so that only the middle of the block need be stored. What bounds it then is the number
// of instructions: about a dozen a gap.

#include "block.h"

#define INLINE  static inline __attribute__((always_inline))
#define TOP_BIT ((uint64_t)1 << 63)

enum { CODE_MASK = (1 << POSTINGS_CODE_BITS) - 1, LOADED_BITS = 57 }; // of 64, when 7 may have been used before

// A gap whose code starts at bit 0 of `window`. Shift counts are taken modulo 64 by the processor, hence the masks cost
// nothing: the bit above the gap's low bits is forced to one, which is the gap's own highest bit.
INLINE uint64_t forward_gap(uint64_t window, uint64_t entry) {
    return ((window << (~(entry >> 6) & 63)) | TOP_BIT) >> (entry & 63);
}

INLINE bool unpack_short(const uint8_t *bytes, size_t byte_count, uint32_t count, uint32_t limit, uint32_t *positions,
                         size_t *out_used) {
    if (!byte_count)
        return false;
    const uint16_t *codes = postings_codes.forward[bytes[0] & (POSTINGS_CODES - 1)];
    size_t bit = POSTINGS_CODE_NUMBER_BITS;
    uint64_t sum = 0; // one more than the position
    uint32_t i = 0;
    while (i < count && (bit >> 3) + 8 <= byte_count) {
        uint64_t window = gdx_load_u64(bytes + (bit >> 3)) >> (bit & 7);
        uint64_t entry = codes[window & CODE_MASK];
        sum += forward_gap(window, entry);
        positions[i++] = (uint32_t)(sum - 1);
        uint64_t total = entry >> 6;
        window >>= total;
        entry = codes[window & CODE_MASK];
        if (total + (entry >> 6) <= LOADED_BITS && i < count) { // nearly always: two gaps a load
            sum += forward_gap(window, entry);
            positions[i++] = (uint32_t)(sum - 1);
            total += entry >> 6;
        }
        bit += total;
    }
    if (i < count) {
        size_t rest = byte_count - (bit >> 3);
        uint64_t window = postings_load_rest(bytes + (bit >> 3), rest) >> (bit & 7);
        for (size_t end = 8 * byte_count; i < count; i++) {
            uint64_t entry = codes[window & CODE_MASK];
            sum += forward_gap(window, entry);
            positions[i] = (uint32_t)(sum - 1);
            window >>= entry >> 6;
            bit += entry >> 6;
            if (bit > end)
                return false;
        }
    }
    *out_used = (bit + 7) >> 3;
    return sum <= limit;
}

// The next gap of a stream; `bit` counts from the start of the block, so that one register addresses all four streams.
INLINE uint64_t next_forward(const uint8_t *block, uint64_t *bit, const uint16_t *codes) {
    uint64_t window = gdx_load_u64(block + (*bit >> 3)) >> (*bit & 7);
    uint64_t entry = codes[window & CODE_MASK];
    *bit += entry >> 6;
    return forward_gap(window, entry);
}

// `bit` is 7 more than where the stream's next bit ends.
INLINE uint64_t next_backward(const uint8_t *block, uint64_t *bit, const uint16_t *codes) {
    // A damaged block leads its streams before its start, hence the signed shift.
    uint64_t window = gdx_load_u64(block + ((int64_t)*bit >> 3) - 8) << (~*bit & 7);
    uint64_t entry = codes[window >> (64 - POSTINGS_CODE_BITS)];
    *bit -= entry >> 10;
    return ((window << (entry >> 6 & 15)) | TOP_BIT) >> (entry & 63);
}

// The gaps' sums on top of `base`; false when the streams do not fit between each other.
INLINE bool unpack_streams(const uint8_t *block, size_t block_bytes, int64_t base, uint32_t gaps, uint32_t *positions,
                           int64_t *out_position) {
    unsigned header = gdx_load_u16(block);
    size_t middle = POSTINGS_BLOCK_HEADER_BYTES + (header >> POSTINGS_CODE_NUMBER_BITS);
    if (middle > block_bytes)
        return false;
    const uint16_t *forward = postings_codes.forward[header & (POSTINGS_CODES - 1)];
    const uint16_t *backward = postings_codes.backward[header & (POSTINGS_CODES - 1)];
    uint64_t bit_a = 8 * POSTINGS_BLOCK_HEADER_BYTES;
    uint64_t bit_b = 8 * middle + 7;
    uint64_t bit_c = 8 * middle;
    uint64_t bit_d = 8 * block_bytes + 7;
    uint64_t position = (uint64_t)base;
    uint32_t *at = positions;
    for (const uint32_t *end = positions + gaps / 4 * 4; at < end; at += 4) {
        at[0] = (uint32_t)(position += next_forward(block, &bit_a, forward));
        at[1] = (uint32_t)(position += next_backward(block, &bit_b, backward));
        at[2] = (uint32_t)(position += next_forward(block, &bit_c, forward));
        at[3] = (uint32_t)(position += next_backward(block, &bit_d, backward));
    }
    if (gaps % 4 > 0)
        at[0] = (uint32_t)(position += next_forward(block, &bit_a, forward));
    if (gaps % 4 > 1)
        at[1] = (uint32_t)(position += next_backward(block, &bit_b, backward));
    if (gaps % 4 > 2)
        at[2] = (uint32_t)(position += next_forward(block, &bit_c, forward));
    *out_position = (int64_t)position;
    return (int64_t)(bit_a + 7) <= (int64_t)bit_b && (int64_t)(bit_c + 7) <= (int64_t)bit_d;
}

INLINE bool unpack_block(const uint8_t *block, size_t block_bytes, int64_t base, uint32_t last, uint32_t count,
                         uint32_t *positions) {
    int64_t position = base;
    uint32_t gaps = count - 1;
    if (gaps && (block_bytes < POSTINGS_BLOCK_HEADER_BYTES ||
                 !unpack_streams(block, block_bytes, base, gaps, positions, &position)))
        return false;
    positions[gaps] = last;
    return position < (int64_t)last;
}

bool postings_short_plain(const uint8_t *bytes, size_t byte_count, uint32_t count, uint32_t limit, uint32_t *positions,
                          size_t *out_used) {
    return unpack_short(bytes, byte_count, count, limit, positions, out_used);
}

bool postings_block_plain(const uint8_t *block, size_t block_bytes, int64_t base, uint32_t last, uint32_t count,
                          uint32_t *positions) {
    return unpack_block(block, block_bytes, base, last, count, positions);
}

GDX_TARGET_V3 bool postings_short_v3(const uint8_t *bytes, size_t byte_count, uint32_t count, uint32_t limit,
                                     uint32_t *positions, size_t *out_used) {
    return unpack_short(bytes, byte_count, count, limit, positions, out_used);
}

GDX_TARGET_V3 bool postings_block_v3(const uint8_t *block, size_t block_bytes, int64_t base, uint32_t last,
                                     uint32_t count, uint32_t *positions) {
    return unpack_block(block, block_bytes, base, last, count, positions);
}
