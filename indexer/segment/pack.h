// SPDX-License-Identifier: Apache-2.0
// pack.h: short columns of integers in few bits. A column is a width byte, the low `width` bits of every value, and the
// values that do not fit as exceptions. Format: docs/format.md, "Packed columns". Relies on gdx/base.h.
#ifndef GDX_SEGMENT_PACK_H
#define GDX_SEGMENT_PACK_H

#include "gdx/base.h"

enum {
    GDX_PACK_MAX = 128, // values in a column
    GDX_PACK_STEP = 8   // values that are unpacked together
};

// Appends the code of `count` <= GDX_PACK_MAX values; the width is the one that needs the fewest bytes. GDX_NO_MEMORY.
gdx_status pack_append(const uint32_t *values, size_t count, gdx_buffer *out) GDX_MUST_CHECK;

// Reads a column of `count` values from [*at, end) and moves *at past it. False when it is damaged. There is room for
// `count` values, rounded up to GDX_PACK_STEP, the last of which may be written over.
bool pack_read(const uint8_t **at, const uint8_t *end, size_t count, uint32_t *values) GDX_MUST_CHECK;

#endif
