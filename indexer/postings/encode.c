// SPDX-License-Identifier: Apache-2.0
// encode.c: compress an ascending list. docs/format-postings.md.
// The classes of a block's gaps choose its code: the costs of all 64 are added up side by side, a vector addition a
// gap. The bytes depend on the list alone: the cheapest code, of equals the first.

#include "encode.h"

#include "gdx/processor.h"

#include <assert.h>

#define INLINE static inline __attribute__((always_inline))

enum {
    NARROW_GAPS = 31, // so many costs of at most 8 add up in a byte, POSTINGS_CHOOSING_GAPS in 16 bits with the number
    LIST_HEADER_BYTES_MAX = 2 * GDX_VARINT_BYTES + 1,
};

size_t gdx_postings_bound(uint32_t count) {
    return (size_t)count * 5 + ((size_t)count / GDX_POSTINGS_BLOCK + 1) * 20 + LIST_HEADER_BYTES_MAX + 8;
}

// The gaps of one block or short list.
typedef struct gaps {
    uint32_t count;
    uint32_t gaps[GDX_POSTINGS_BLOCK];
    uint8_t classes[GDX_POSTINGS_BLOCK];
} gaps;

// `before`: the position before the first one, or UINT32_MAX, which is -1.
INLINE void take_gaps(gaps *to, const uint32_t *positions, uint32_t count, uint32_t before) {
    to->count = count;
    if (count)
        to->gaps[0] = positions[0] - before;
    for (uint32_t i = 1; i < count; i++)
        to->gaps[i] = positions[i] - positions[i - 1];
    for (uint32_t i = 0; i < count; i++)
        to->classes[i] = (uint8_t)(31 - __builtin_clz(to->gaps[i]));
}

// The 64 costs as vectors. Narrow ones lie in bytes; to be widened they are split into even and odd codes, which needs
// no shuffle.
enum { LANES = 16, HALVES = POSTINGS_CODES / (2 * LANES), PARTS = 2 * HALVES };
typedef uint8_t narrow_costs __attribute__((vector_size(2 * LANES)));
typedef uint16_t wide_costs __attribute__((vector_size(2 * LANES)));
typedef int16_t cost_keys __attribute__((vector_size(2 * LANES)));

INLINE void keep_smaller(cost_keys *least, const cost_keys *other) {
    cost_keys is_less = *other < *least;
    *least = (*other & is_less) | (*least & ~is_less);
}

// Sums of the even and the odd codes of each half.
INLINE void add_costs(wide_costs sums[PARTS], const uint8_t *classes, uint32_t count) {
    for (uint32_t begin = 0; begin < count; begin += NARROW_GAPS) {
        uint32_t end = begin + NARROW_GAPS < count ? begin + NARROW_GAPS : count;
        narrow_costs narrow[HALVES] = {0};
        for (uint32_t i = begin; i < end; i++) {
            const narrow_costs *costs = (const narrow_costs *)postings_codes.cost[classes[i]];
            for (unsigned half = 0; half < HALVES; half++)
                narrow[half] += costs[half];
        }
        for (unsigned half = 0; half < HALVES; half++) {
            sums[2 * half] += (wide_costs)narrow[half] & 0xff;
            sums[2 * half + 1] += (wide_costs)narrow[half] >> 8;
        }
    }
}

// The cheapest code. Cost and number are compared as one, with the highest bit turned over because signed order is
// faster.
INLINE unsigned choose_code(const gaps *of) {
    static const wide_costs even = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30};
    wide_costs sums[PARTS] = {0};
    add_costs(sums, of->classes, of->count < POSTINGS_CHOOSING_GAPS ? of->count : POSTINGS_CHOOSING_GAPS);
    cost_keys least = {0};
    least += INT16_MAX;
    for (unsigned part = 0; part < PARTS; part++) {
        wide_costs number = even + (uint16_t)(part / 2 * 2 * LANES + part % 2);
        cost_keys keys = (cost_keys)((sums[part] << POSTINGS_CODE_NUMBER_BITS | number) ^ 0x8000);
        keep_smaller(&least, &keys);
    }
    cost_keys other = __builtin_shufflevector(least, least, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    keep_smaller(&least, &other);
    other = __builtin_shufflevector(least, least, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
    keep_smaller(&least, &other);
    other = __builtin_shufflevector(least, least, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
    keep_smaller(&least, &other);
    other = __builtin_shufflevector(least, least, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
    keep_smaller(&least, &other);
    return (unsigned)least[0] & (POSTINGS_CODES - 1);
}

// Bits still to be written, the first one lowest (forward) or highest (backward). Stores eight bytes at a time: those
// beyond what is written become zero.
typedef struct writer {
    uint8_t *at;
    uint64_t bits;
    unsigned count;
} writer;

INLINE void put_forward(writer *to, uint64_t value, unsigned count) {
    to->bits |= value << to->count;
    to->count += count;
    gdx_store_u64(to->at, to->bits);
    to->at += to->count >> 3;
    to->bits >>= to->count & ~7u;
    to->count &= 7;
}

INLINE void put_backward(writer *to, uint64_t value, unsigned count) {
    to->bits |= value << (64 - to->count - count);
    to->count += count;
    gdx_store_u64(to->at - 8, to->bits);
    to->at -= to->count >> 3;
    to->bits <<= to->count & ~7u;
    to->count &= 7;
}

INLINE void put_gap_forward(writer *to, const uint32_t *write, const gaps *from, uint32_t i) {
    unsigned class = from->classes[i];
    unsigned length = write[class] >> (2 * POSTINGS_CODE_BITS);
    uint64_t low = from->gaps[i] ^ (uint32_t)1 << class;
    put_forward(to, (write[class] & ((1 << POSTINGS_CODE_BITS) - 1)) | low << length, length + class);
}

INLINE void put_gap_backward(writer *to, const uint32_t *write, const gaps *from, uint32_t i) {
    unsigned class = from->classes[i];
    unsigned length = write[class] >> (2 * POSTINGS_CODE_BITS);
    uint64_t code = write[class] >> POSTINGS_CODE_BITS & ((1 << POSTINGS_CODE_BITS) - 1);
    uint64_t low = from->gaps[i] ^ (uint32_t)1 << class;
    put_backward(to, code << class | low, length + class);
}

INLINE uint8_t *write_short(uint8_t *to, const uint32_t *positions, uint32_t count) {
    gaps from;
    take_gaps(&from, positions, count, UINT32_MAX);
    unsigned code = choose_code(&from);
    const uint32_t *write = postings_codes.write[code];
    writer stream = {to, 0, 0};
    put_forward(&stream, code, POSTINGS_CODE_NUMBER_BITS);
    for (uint32_t i = 0; i < count; i++)
        put_gap_forward(&stream, write, &from, i);
    return stream.at + (stream.count > 0);
}

// Two streams that meet: the forward one is written first and may have stored zeros ahead; the backward one stores
// zeros over the last bytes of the forward one, which are put back.
INLINE void write_pair(uint8_t *begin, uint8_t *end, const uint32_t *write, const gaps *from, uint32_t first) {
    writer forward = {begin, 0, 0};
    for (uint32_t i = first; i < from->count; i += POSTINGS_STREAMS)
        put_gap_forward(&forward, write, from, i);
    uint64_t tail = gdx_load_u64(forward.at - 7);
    writer backward = {end, 0, 0};
    for (uint32_t i = first + 1; i < from->count; i += POSTINGS_STREAMS)
        put_gap_backward(&backward, write, from, i);
    gdx_store_u64(forward.at - 7, gdx_load_u64(forward.at - 7) | tail);
}

// `count` positions, the last of which is not written: the skip entry has it.
INLINE uint8_t *write_block(uint8_t *to, const uint32_t *positions, uint32_t count, uint32_t before) {
    gaps from;
    take_gaps(&from, positions, count - 1, before);
    if (!from.count)
        return to;
    unsigned code = choose_code(&from);
    const uint8_t *totals = postings_codes.total[code];
    size_t bits[POSTINGS_STREAMS] = {0};
    for (uint32_t i = 0; i < from.count; i++)
        bits[i % POSTINGS_STREAMS] += totals[from.classes[i]];
    size_t first_bytes = (bits[0] + bits[1] + 7) >> 3;
    size_t second_bytes = (bits[2] + bits[3] + 7) >> 3;
    uint8_t *middle = to + POSTINGS_BLOCK_HEADER_BYTES + first_bytes;
    gdx_store_u16(to, (uint16_t)(code | first_bytes << POSTINGS_CODE_NUMBER_BITS));
    write_pair(to + POSTINGS_BLOCK_HEADER_BYTES, middle, postings_codes.write[code], &from, 0);
    write_pair(middle, middle + second_bytes, postings_codes.write[code], &from, 2);
    return middle + second_bytes;
}

// Writes the blocks and, as 32-bit integers to `ends`, where each ends.
INLINE size_t write_blocks(uint8_t *to, uint8_t *ends, const uint32_t *positions, uint32_t count) {
    uint8_t *at = to;
    uint32_t before = UINT32_MAX;
    for (uint32_t begin = 0; begin < count; begin += GDX_POSTINGS_BLOCK, ends += 4) {
        uint32_t in_block = count - begin < GDX_POSTINGS_BLOCK ? count - begin : GDX_POSTINGS_BLOCK;
        at = write_block(at, positions + begin, in_block, before);
        before = positions[begin + in_block - 1];
        gdx_store_u32(ends, (uint32_t)(at - to));
        if (count - begin <= GDX_POSTINGS_BLOCK)
            break;
    }
    return (size_t)(at - to);
}

// The difference between the real end of a block and its end if all blocks were of one size.
static int64_t deviation(const uint8_t *ends, uint64_t block_bytes, uint32_t block_count, uint32_t block) {
    return (int64_t)gdx_load_u32(ends + (size_t)block * 4) -
           (int64_t)postings_even_end(block_bytes, block_count, block);
}

// Fields of fixed width, lowest bit first.
static uint8_t *write_skips(uint8_t *to, const uint8_t *ends, const uint32_t *positions, uint32_t count,
                            uint32_t limit) {
    uint32_t block_count = postings_block_count(count);
    uint64_t block_bytes = gdx_load_u32(ends + (size_t)(block_count - 1) * 4);
    int64_t least = INT64_MAX;
    int64_t most = INT64_MIN;
    for (uint32_t block = 0; block + 1 < block_count; block++) {
        int64_t off = deviation(ends, block_bytes, block_count, block);
        least = off < least ? off : least;
        most = off > most ? off : most;
    }
    unsigned end_bits = most > least ? 64 - (unsigned)__builtin_clzll((uint64_t)(most - least)) : 0;
    to += gdx_varint_write(to, block_bytes);
    to += gdx_varint_write(to, least < 0 ? (uint64_t)-least << 1 | 1 : (uint64_t)least << 1);
    *to++ = (uint8_t)end_bits;
    writer stream = {to, 0, 0};
    for (uint32_t block = 0; block < block_count; block++) {
        size_t last = ((size_t)block + 1) * GDX_POSTINGS_BLOCK - 1;
        put_forward(&stream, positions[last < count ? last : count - 1], postings_position_bits(limit));
    }
    for (uint32_t block = 0; block + 1 < block_count; block++)
        put_forward(&stream, (uint64_t)(deviation(ends, block_bytes, block_count, block) - least), end_bits);
    return stream.at + (stream.count > 0);
}

// Skip entries are first in the list but known last. The blocks are written after room for the largest skip entries,
// then moved up.
INLINE uint8_t *write_long(uint8_t *to, const uint32_t *positions, uint32_t count, uint32_t limit) {
    size_t block_count = postings_block_count(count);
    uint8_t *blocks = to + LIST_HEADER_BYTES_MAX + block_count * 8 + 8;
    uint8_t *ends = to + gdx_postings_bound(count) + block_count * 8 + 8;
    size_t block_bytes = write_blocks(blocks, ends, positions, count);
    to = write_skips(to, ends, positions, count, limit);
    memmove(to, blocks, block_bytes);
    return to + block_bytes;
}

INLINE uint8_t *write_list(uint8_t *to, const uint32_t *positions, uint32_t count, uint32_t limit) {
    if (count == 1) {
        gdx_store_u32(to, positions[0]);
        return to + postings_single_bytes(limit);
    }
    return count <= GDX_POSTINGS_BLOCK ? write_short(to, positions, count) : write_long(to, positions, count, limit);
}

uint8_t *postings_write_plain(uint8_t *to, const uint32_t *positions, uint32_t count, uint32_t limit) {
    return write_list(to, positions, count, limit);
}

GDX_TARGET_V3 uint8_t *postings_write_v3(uint8_t *to, const uint32_t *positions, uint32_t count, uint32_t limit) {
    return write_list(to, positions, count, limit);
}

size_t postings_working_bytes(uint32_t count) {
    return gdx_postings_bound(count) + ((size_t)count / GDX_POSTINGS_BLOCK + 1) * 12 + 8;
}

// Paranoid builds read each list back with the code that queries use.
#ifdef GDX_PARANOID
static void assert_reads_back(gdx_slice code, const uint32_t *positions, uint32_t count, uint32_t limit) {
    gdx_cursor cursor;
    size_t bytes = 0;
    assert(gdx_postings_length(code, count, limit, &bytes) == GDX_OK && bytes == code.bytes);
    assert(gdx_cursor_open(&cursor, code, count, limit) == GDX_OK);
    for (uint32_t i = 0; i < count; i++, gdx_cursor_next(&cursor))
        assert(gdx_cursor_position(&cursor) == positions[i]);
    assert(gdx_cursor_position(&cursor) == GDX_POSITION_END && gdx_cursor_status(&cursor) == GDX_OK);
}
#else
static void assert_reads_back(gdx_slice code, const uint32_t *positions, uint32_t count, uint32_t limit) {
    (void)code, (void)positions, (void)count, (void)limit;
}
#endif

gdx_status gdx_postings_encode(const uint32_t *positions, uint32_t count, uint32_t limit, gdx_buffer *out) {
    assert(count >= 1 && positions[count - 1] < limit);
    gdx_status status = gdx_buffer_reserve(out, postings_working_bytes(count));
    if (status != GDX_OK)
        return status;
    uint8_t *to = out->data + out->bytes;
    uint8_t *end = gdx_processor_level() >= GDX_PROCESSOR_V3 ? postings_write_v3(to, positions, count, limit)
                                                             : postings_write_plain(to, positions, count, limit);
    out->bytes = (size_t)(end - out->data);
    assert_reads_back((gdx_slice){(const char *)to, (size_t)(end - to)}, positions, count, limit);
    return GDX_OK;
}
