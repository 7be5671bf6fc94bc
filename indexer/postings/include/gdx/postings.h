// SPDX-License-Identifier: Apache-2.0
// gdx/postings.h: compress ascending lists of integers, and walk them without unpacking what is skipped.
// Relies on gdx/base.h. Knows nothing of terms, documents or files: it is given bytes.
// Format: docs/format.md, "Postings". Threads: an encoder and a cursor have one owner; the bytes under a cursor are immutable, shared.
#ifndef GDX_POSTINGS_H
#define GDX_POSTINGS_H

#include "gdx/base.h"

enum { GDX_POSTINGS_BLOCK = 128 }; // positions coded together

#define GDX_POSITION_END UINT32_MAX // larger than any position

// Appends the code of `count` >= 1 strictly ascending positions, all < limit (limit <= UINT32_MAX), to `out`.
// The bytes depend on these values alone. GDX_NO_MEMORY.
gdx_status gdx_postings_encode(const uint32_t *positions, uint32_t count, uint32_t limit, gdx_buffer *out) GDX_MUST_CHECK;

// At most so many bytes does the code of `count` positions take.
size_t gdx_postings_bound(uint32_t count);

// Unpacks a whole list into positions[count]. GDX_CORRUPT when the bytes are not the code of `count` ascending positions < limit.
// `positions` must have room for count + GDX_POSTINGS_BLOCK values (the tail may be scribbled on). Never reads outside `bytes`.
gdx_status gdx_postings_decode(gdx_slice bytes, uint32_t count, uint32_t limit, uint32_t *positions) GDX_MUST_CHECK;

// Placed by the caller; its inside is cursor.c's.
typedef struct gdx_cursor {
    const uint8_t *bytes;
    size_t byte_count;
    uint32_t count;       // positions in the list
    uint32_t limit;
    uint32_t block;       // which block is unpacked
    uint32_t block_count; // how many there are
    uint32_t in_block;    // index of the current position in `unpacked`
    uint32_t unpacked_count;
    gdx_status status;
    uint32_t unpacked[GDX_POSTINGS_BLOCK * 2];
} gdx_cursor;

// Stands on the first position afterwards. GDX_CORRUPT when the header of the list is damaged.
gdx_status gdx_cursor_open(gdx_cursor *cursor, gdx_slice bytes, uint32_t count, uint32_t limit) GDX_MUST_CHECK;

// The position it stands on, or GDX_POSITION_END.
static inline uint32_t gdx_cursor_position(const gdx_cursor *cursor) {
    return cursor->in_block < cursor->unpacked_count ? cursor->unpacked[cursor->in_block] : GDX_POSITION_END;
}

// One further. Damage also reads as the end; gdx_cursor_status() tells the two apart, once, after the loop.
uint32_t gdx_cursor_next(gdx_cursor *cursor);

// The first position >= target, or GDX_POSITION_END. Never moves backwards. Cost: at most one block of 128 decoded,
// and a search over the skip entries that gallops from where it stands.
uint32_t gdx_cursor_seek(gdx_cursor *cursor, uint32_t target);

static inline gdx_status gdx_cursor_status(const gdx_cursor *cursor) {
    return cursor->status;
}

#endif
