// SPDX-License-Identifier: Apache-2.0
// postings.c: a plain code for ascending lists: gaps as varints in blocks of 128, each with a skip entry.
// Relies on gdx/base.h. Long lists begin with one (last position, end of the block) pair of 32-bit integers per block.

#include "gdx/postings.h"

enum { BLOCK = GDX_POSTINGS_BLOCK, SKIP_BYTES = 8 };

static uint32_t block_count_of(uint32_t count) {
    return count <= BLOCK ? 1 : (count - 1) / BLOCK + 1;
}

size_t gdx_postings_bound(uint32_t count) {
    return (size_t)count * 5 + (size_t)block_count_of(count) * SKIP_BYTES;
}

gdx_status gdx_postings_encode(const uint32_t *positions, uint32_t count, uint32_t limit, gdx_buffer *out) {
    (void)limit;
    gdx_status status = gdx_buffer_reserve(out, gdx_postings_bound(count));
    if (status != GDX_OK)
        return status;
    uint32_t block_count = block_count_of(count);
    uint8_t *skip = out->data + out->bytes;
    uint8_t *begin = skip + (block_count > 1 ? (size_t)block_count * SKIP_BYTES : 0);
    uint8_t *at = begin;
    uint32_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        at += gdx_varint_write(at, positions[i] - before);
        before = positions[i];
        if (block_count > 1 && (i % BLOCK == BLOCK - 1 || i == count - 1)) {
            gdx_store_u32(skip, before);
            gdx_store_u32(skip + 4, (uint32_t)(at - begin));
            skip += SKIP_BYTES;
        }
    }
    out->bytes = (size_t)(at - out->data);
    return GDX_OK;
}

static gdx_status unpack(const uint8_t **at, const uint8_t *end, uint32_t before, bool is_first, uint32_t count,
                         uint32_t limit, uint32_t *positions) {
    uint64_t position = before;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t gap;
        if (!gdx_varint_read(at, end, &gap) || gap > UINT32_MAX || (gap == 0 && !(is_first && i == 0)))
            return GDX_CORRUPT;
        position += gap;
        if (position >= limit)
            return GDX_CORRUPT;
        positions[i] = (uint32_t)position;
    }
    return GDX_OK;
}

gdx_status gdx_postings_decode(gdx_slice bytes, uint32_t count, uint32_t limit, uint32_t *positions) {
    size_t skip_bytes = count > BLOCK ? (size_t)block_count_of(count) * SKIP_BYTES : 0;
    if (bytes.bytes < skip_bytes)
        return GDX_CORRUPT;
    const uint8_t *at = (const uint8_t *)bytes.data + skip_bytes;
    return unpack(&at, (const uint8_t *)bytes.data + bytes.bytes, 0, true, count, limit, positions);
}

static uint32_t skip_last(const gdx_cursor *cursor, uint32_t block) {
    return gdx_load_u32(cursor->bytes + (size_t)block * SKIP_BYTES);
}

static uint32_t end_at(gdx_cursor *cursor, gdx_status status) {
    if (cursor->status == GDX_OK)
        cursor->status = status;
    cursor->block = cursor->block_count;
    cursor->in_block = 0;
    cursor->unpacked_count = 0;
    return GDX_POSITION_END;
}

static gdx_status load_block(gdx_cursor *cursor, uint32_t block) {
    size_t header = cursor->block_count > 1 ? (size_t)cursor->block_count * SKIP_BYTES : 0;
    uint64_t begin = block ? gdx_load_u32(cursor->bytes + (size_t)(block - 1) * SKIP_BYTES + 4) : 0;
    if (header + begin > cursor->byte_count)
        return GDX_CORRUPT;
    const uint8_t *at = cursor->bytes + header + begin;
    uint32_t count = block + 1 == cursor->block_count ? cursor->count - block * BLOCK : BLOCK;
    cursor->block = block;
    cursor->in_block = 0;
    cursor->unpacked_count = count;
    return unpack(&at, cursor->bytes + cursor->byte_count, block ? skip_last(cursor, block - 1) : 0, block == 0, count,
                  cursor->limit, cursor->unpacked);
}

gdx_status gdx_cursor_open(gdx_cursor *cursor, gdx_slice bytes, uint32_t count, uint32_t limit) {
    cursor->bytes = (const uint8_t *)bytes.data;
    cursor->byte_count = bytes.bytes;
    cursor->count = count;
    cursor->limit = limit;
    cursor->block_count = block_count_of(count);
    cursor->status = GDX_OK;
    if (cursor->block_count > 1 && (size_t)cursor->block_count * SKIP_BYTES > bytes.bytes)
        cursor->status = GDX_CORRUPT;
    else
        cursor->status = load_block(cursor, 0);
    if (cursor->status != GDX_OK)
        end_at(cursor, cursor->status);
    return cursor->status;
}

uint32_t gdx_cursor_next(gdx_cursor *cursor) {
    if (cursor->in_block + 1 < cursor->unpacked_count)
        return cursor->unpacked[++cursor->in_block];
    if (cursor->block + 1 >= cursor->block_count)
        return end_at(cursor, GDX_OK);
    gdx_status status = load_block(cursor, cursor->block + 1);
    return status == GDX_OK ? cursor->unpacked[0] : end_at(cursor, status);
}

uint32_t gdx_cursor_seek(gdx_cursor *cursor, uint32_t target) {
    if (cursor->in_block >= cursor->unpacked_count)
        return GDX_POSITION_END;
    if (cursor->unpacked[cursor->unpacked_count - 1] < target) {
        uint32_t block = cursor->block + 1;
        while (block < cursor->block_count && skip_last(cursor, block) < target)
            block++;
        if (block >= cursor->block_count)
            return end_at(cursor, GDX_OK);
        gdx_status status = load_block(cursor, block);
        if (status != GDX_OK)
            return end_at(cursor, status);
    }
    while (cursor->in_block < cursor->unpacked_count && cursor->unpacked[cursor->in_block] < target)
        cursor->in_block++;
    return cursor->in_block < cursor->unpacked_count ? cursor->unpacked[cursor->in_block] : end_at(cursor, GDX_OK);
}
