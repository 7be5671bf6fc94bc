// SPDX-License-Identifier: Apache-2.0
// cursor.c: walk a list and seek in it. Short lists are unpacked when opened; of long ones one block is unpacked at a
// time. A seek looks at the last positions of blocks first, doubling its step from where it is, and unpacks only
// the block that holds the answer. Relies on list.h.

#include "list.h"

static uint32_t stop(gdx_cursor *cursor, gdx_status status) {
    cursor->status = status;
    cursor->block = cursor->list.block_count;
    cursor->in_block = 0;
    cursor->unpacked_count = 0;
    return GDX_POSITION_END;
}

static bool enter_block(gdx_cursor *cursor, uint32_t block) {
    if (!postings_list_unpack(&cursor->list, block, cursor->unpacked)) {
        stop(cursor, GDX_CORRUPT);
        return false;
    }
    cursor->block = block;
    cursor->in_block = 0;
    cursor->unpacked_count = postings_list_in_block(&cursor->list, block);
    return true;
}

// A list of one block, which is unpacked whole.
static gdx_status open_short(gdx_cursor *cursor, gdx_slice bytes, uint32_t count, uint32_t limit) {
    size_t used;
    bool is_good = count == 1 ? postings_single(bytes, limit, cursor->unpacked)
                              : count > 1 && postings_short((const uint8_t *)bytes.data, bytes.bytes, count, limit,
                                                            cursor->unpacked, &used);
    if (!is_good)
        stop(cursor, GDX_CORRUPT);
    return cursor->status;
}

// False: its header is damaged.
static bool open_long(gdx_cursor *cursor, gdx_slice bytes, uint32_t count, uint32_t limit) {
    bool is_good = postings_list_open(&cursor->list, bytes, count, limit);
    if (!is_good)
        stop(cursor, GDX_CORRUPT);
    return is_good;
}

static void start(gdx_cursor *cursor, uint32_t count) {
    cursor->status = GDX_OK;
    cursor->block = 0;
    cursor->in_block = 0;
    cursor->unpacked_count = count;
    cursor->list.block_count = 1;
}

gdx_status gdx_cursor_open(gdx_cursor *cursor, gdx_slice bytes, uint32_t count, uint32_t limit) {
    start(cursor, count);
    if (count <= GDX_POSTINGS_BLOCK)
        return open_short(cursor, bytes, count, limit);
    if (open_long(cursor, bytes, count, limit))
        enter_block(cursor, 0);
    return cursor->status;
}

uint32_t gdx_cursor_next_run(gdx_cursor *cursor) {
    if (cursor->block >= cursor->list.block_count)
        return GDX_POSITION_END;
    if (cursor->block + 1 == cursor->list.block_count)
        return stop(cursor, cursor->status);
    return enter_block(cursor, cursor->block + 1) ? cursor->unpacked[0] : GDX_POSITION_END;
}

// The first block from `block` on whose last position is >= target, or block_count.
static uint32_t find_block(const gdx_postings_list *list, uint32_t block, uint32_t target) {
    uint32_t low = block; // all blocks before it end before the target
    uint32_t step = 1;
    while (step <= list->block_count - low && postings_list_last(list, low + step - 1) < target) {
        low += step;
        step *= 2;
    }
    uint32_t high = step <= list->block_count - low ? low + step - 1 : list->block_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (postings_list_last(list, middle) < target)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// The first of the unpacked positions from `from` on that is >= target; there is one. No branch depends on the
// positions.
static uint32_t find_in_block(const gdx_cursor *cursor, uint32_t from, uint32_t target) {
    const uint32_t *at = cursor->unpacked + from;
    for (uint32_t left = cursor->unpacked_count - from; left > 1;) {
        uint32_t half = left / 2;
        at += at[half - 1] < target ? half : 0;
        left -= half;
    }
    return (uint32_t)(at - cursor->unpacked);
}

// Enters the first block from `block` on that has a position >= target. False: there is none.
static bool enter_found(gdx_cursor *cursor, uint32_t block, uint32_t target) {
    block = find_block(&cursor->list, block, target);
    if (block < cursor->list.block_count)
        return enter_block(cursor, block);
    stop(cursor, cursor->status);
    return false;
}

gdx_status gdx_cursor_open_at(gdx_cursor *cursor, gdx_slice bytes, uint32_t count, uint32_t limit, uint32_t target) {
    start(cursor, count);
    if (count <= GDX_POSTINGS_BLOCK) {
        if (open_short(cursor, bytes, count, limit) == GDX_OK)
            gdx_cursor_seek(cursor, target);
    } else if (open_long(cursor, bytes, count, limit) && enter_found(cursor, 0, target)) {
        cursor->in_block = find_in_block(cursor, 0, target);
    }
    return cursor->status;
}

// Whether the cursor is now in the block that has the first position >= target.
static bool seek_block(gdx_cursor *cursor, uint32_t target) {
    if (cursor->unpacked[cursor->unpacked_count - 1] >= target)
        return true;
    if (cursor->block + 1 < cursor->list.block_count)
        return enter_found(cursor, cursor->block + 1, target);
    stop(cursor, cursor->status);
    return false;
}

uint32_t gdx_cursor_seek(gdx_cursor *cursor, uint32_t target) {
    if (gdx_cursor_position(cursor) >= target)
        return gdx_cursor_position(cursor);
    if (!seek_block(cursor, target))
        return GDX_POSITION_END;
    cursor->in_block = find_in_block(cursor, cursor->in_block, target);
    return cursor->unpacked[cursor->in_block];
}

const uint32_t *gdx_cursor_seek_run(gdx_cursor *cursor, uint32_t target, uint32_t *out_count) {
    if (gdx_cursor_position(cursor) < target)
        (void)seek_block(cursor, target);
    return gdx_cursor_run(cursor, out_count);
}
