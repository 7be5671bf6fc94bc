// SPDX-License-Identifier: Apache-2.0
// list.c: find and unpack one block of a long list.
// Blocks are unpacked where they lie; only those so near the ends of the list that a damaged one could lead outside of
// it are copied first.

#include "list.h"

bool postings_list_open(gdx_postings_list *list, gdx_slice bytes, uint32_t count, uint32_t limit) {
    const uint8_t *at = (const uint8_t *)bytes.data;
    const uint8_t *end = at + bytes.bytes;
    uint64_t deviation;
    *list = (gdx_postings_list){.bytes = at, .byte_count = bytes.bytes, .count = count, .limit = limit};
    if (!gdx_varint_read(&at, end, &list->block_bytes) || !gdx_varint_read(&at, end, &deviation) || at == end)
        return false;
    list->least_deviation = deviation & 1 ? -(int64_t)(deviation >> 1) : (int64_t)(deviation >> 1);
    list->end_bits = *at++;
    list->block_count = postings_block_count(count);
    list->position_bits = postings_position_bits(limit);
    uint64_t skip_bits =
        (uint64_t)list->block_count * list->position_bits + (uint64_t)(list->block_count - 1) * list->end_bits;
    uint64_t skip_bytes = (skip_bits + 7) >> 3;
    // The first block is full, hence no load of a skip entry reaches past the list.
    if (list->end_bits > 32 || list->block_bytes > UINT32_MAX || list->block_bytes < POSTINGS_FULL_BLOCK_BYTES_MIN ||
        skip_bytes + list->block_bytes > (uint64_t)(end - at))
        return false;
    list->skips = at;
    list->blocks = at + skip_bytes;
    return true;
}

// Offset of the end of a block, or more than block_bytes when it is damaged.
static uint64_t block_end(const gdx_postings_list *list, uint32_t block) {
    if (block + 1 == list->block_count)
        return list->block_bytes;
    uint64_t bit = (uint64_t)list->block_count * list->position_bits + (uint64_t)block * list->end_bits;
    return postings_even_end(list->block_bytes, list->block_count, block) + (uint64_t)list->least_deviation +
           postings_bits_at(list->skips, bit, list->end_bits);
}

static bool unpack_copy(const uint8_t *block, size_t block_bytes, int64_t base, uint32_t last, uint32_t count,
                        uint32_t *positions) {
    uint8_t copy[POSTINGS_STRAY_BYTES + POSTINGS_BLOCK_BYTES_MAX + POSTINGS_STRAY_BYTES] = {0};
    memcpy(copy + POSTINGS_STRAY_BYTES, block, block_bytes);
    return postings_block(copy + POSTINGS_STRAY_BYTES, block_bytes, base, last, count, positions);
}

bool postings_list_unpack(const gdx_postings_list *list, uint32_t block, uint32_t *positions) {
    uint64_t begin = block ? block_end(list, block - 1) : 0;
    uint64_t end = block_end(list, block);
    uint32_t last = postings_list_last(list, block);
    int64_t base = block ? (int64_t)postings_list_last(list, block - 1) : -1;
    if (end > list->block_bytes || begin > end || end - begin > POSTINGS_BLOCK_BYTES_MAX || last >= list->limit)
        return false;
    uint32_t count = postings_list_in_block(list, block);
    const uint8_t *at = list->blocks + begin;
    size_t before = (size_t)(at - list->bytes);
    size_t after = list->byte_count - before - (size_t)(end - begin);
    if (before < POSTINGS_STRAY_BYTES || after < POSTINGS_STRAY_BYTES)
        return unpack_copy(at, (size_t)(end - begin), base, last, count, positions);
    return postings_block(at, (size_t)(end - begin), base, last, count, positions);
}
