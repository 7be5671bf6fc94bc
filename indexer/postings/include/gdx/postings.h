// SPDX-License-Identifier: Apache-2.0
// gdx/postings.h: compress ascending lists of integers, and walk them without unpacking what is skipped.
// Relies on gdx/base.h. Knows nothing of terms, documents or files: it is given bytes.
// Format: docs/format-postings.md. Threads: an encoder and a cursor have one owner; the bytes under a cursor are
// immutable, shared.
#ifndef GDX_POSTINGS_H
#define GDX_POSTINGS_H

#include "gdx/base.h"

enum { GDX_POSTINGS_BLOCK = 128 }; // positions coded together

#define GDX_POSITION_END UINT32_MAX // larger than any position

// Appends the code of `count` >= 1 strictly ascending positions, all < limit (limit <= UINT32_MAX), to `out`.
// The bytes depend on these values alone. GDX_NO_MEMORY. Cost: about 5 ns a position.
gdx_status gdx_postings_encode(const uint32_t *positions, uint32_t count, uint32_t limit,
                               gdx_buffer *out) GDX_MUST_CHECK;

// The code of `count` positions takes at most this many bytes.
size_t gdx_postings_bound(uint32_t count);

// The expected bytes of the code, for files that store a length as its small difference from this. Exact for a single
// position; otherwise computed for evenly spread positions. docs/format-postings.md, "Expected length".
// 1 <= count <= limit.
static inline uint32_t gdx_postings_expected(uint32_t count, uint32_t limit) {
    // A reader adds up dozens of these: no division, and no branch. A list of one is as wide as the largest position.
    uint32_t is_one = count == 1;
    uint32_t most = (limit - is_one) | is_one;
    unsigned shift = (unsigned)__builtin_clz(count) - (unsigned)__builtin_clz(most);
    unsigned bits = shift + (count << shift <= most);                     // of most / count
    return (uint32_t)((6 - 6 * is_one + (uint64_t)count * bits + 7) / 8); // 6: the number of a code
}

// Unpacks a whole list into positions[count]. GDX_CORRUPT when the bytes are not the code of `count` ascending
// positions < limit; positions are then undefined. Bytes after the code are not read. Never reads outside
// `bytes`.
gdx_status gdx_postings_decode(gdx_slice bytes, uint32_t count, uint32_t limit, uint32_t *positions) GDX_MUST_CHECK;

// The length of the code at the start of `bytes`. A list marks its own end, so adjacent lists need no lengths.
// Cost: unpacks lists of up to 128 positions, reads the header of longer ones. GDX_CORRUPT.
gdx_status gdx_postings_length(gdx_slice bytes, uint32_t count, uint32_t limit, size_t *out_bytes) GDX_MUST_CHECK;

// Where the blocks of a list of more than 128 positions are: list.c's own.
typedef struct gdx_postings_list {
    const uint8_t *bytes; // the whole code
    size_t byte_count;
    const uint8_t *skips; // bit columns: last position of each block; deviation of each end but the last
    const uint8_t *blocks;
    uint64_t block_bytes;
    int64_t least_deviation;
    uint32_t block_count;
    uint32_t count; // positions in the list
    uint32_t limit;
    unsigned position_bits;
    unsigned end_bits;
} gdx_postings_list;

// Placed by the caller, not initialised; its inside is cursor.c's. Opening writes a few words, not the array.
typedef struct gdx_cursor {
    uint32_t in_block;       // index of the current position in `unpacked`
    uint32_t unpacked_count; // 0 at the end
    uint32_t block;          // which block is unpacked
    gdx_status status;
    gdx_postings_list list; // of a short list only block_count, 1, is set
    uint32_t unpacked[GDX_POSTINGS_BLOCK];
} gdx_cursor;

// The cursor is at the first position afterwards. GDX_CORRUPT when the list is short and damaged, or its header or
// first block is. Cost: one block is unpacked.
gdx_status gdx_cursor_open(gdx_cursor *cursor, gdx_slice bytes, uint32_t count, uint32_t limit) GDX_MUST_CHECK;

// The same and then a seek: of a long list only the block that has the first position >= target is unpacked.
gdx_status gdx_cursor_open_at(gdx_cursor *cursor, gdx_slice bytes, uint32_t count, uint32_t limit,
                              uint32_t target) GDX_MUST_CHECK;

// The current position, or GDX_POSITION_END.
static inline uint32_t gdx_cursor_position(const gdx_cursor *cursor) {
    return cursor->in_block < cursor->unpacked_count ? cursor->unpacked[cursor->in_block] : GDX_POSITION_END;
}

// The positions from the current one to the end of its block: *out_count of them, 0 at the end. Valid until the cursor
// moves.
static inline const uint32_t *gdx_cursor_run(const gdx_cursor *cursor, uint32_t *out_count) {
    *out_count = cursor->unpacked_count - cursor->in_block;
    return cursor->unpacked + cursor->in_block;
}
// To the first position after that run, or GDX_POSITION_END.
uint32_t gdx_cursor_next_run(gdx_cursor *cursor);

// Moves to the next position. Damage also reads as the end; gdx_cursor_status() distinguishes the two after the loop.
static inline uint32_t gdx_cursor_next(gdx_cursor *cursor) {
    if (cursor->unpacked_count - cursor->in_block > 1)
        return cursor->unpacked[++cursor->in_block];
    return gdx_cursor_next_run(cursor);
}

// The first position >= target, or GDX_POSITION_END. Never moves backwards. Cost: at most one block of 128 decoded,
// and a search over the skip entries that gallops from where it is.
uint32_t gdx_cursor_seek(gdx_cursor *cursor, uint32_t target);

// Moves to the start of the block that has the first position >= target, unless the cursor is in it, and gives the run
// from there: for those who look for several positions at once. *out_count is 0 at the end.
const uint32_t *gdx_cursor_seek_run(gdx_cursor *cursor, uint32_t target, uint32_t *out_count);

static inline gdx_status gdx_cursor_status(const gdx_cursor *cursor) {
    return cursor->status;
}

#endif
