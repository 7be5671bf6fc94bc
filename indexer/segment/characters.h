// SPDX-License-Identifier: Apache-2.0
// characters.h: a shorter spelling of UTF-8 for stored text, frequent characters in one or two bytes, so that a general
// compressor sees bytes that mean something. For UTF-8 alone. Format: docs/format.md, "Character code".
// Relies on gdx/base.h. Threads: any; the tables are built once.
#ifndef GDX_SEGMENT_CHARACTERS_H
#define GDX_SEGMENT_CHARACTERS_H

#include "gdx/base.h"

enum {
    GDX_CHARACTERS_ONE_BYTE = 64,
    GDX_CHARACTERS_TWO_BYTES = 63 * 256,
    GDX_CHARACTERS_RANKED = GDX_CHARACTERS_ONE_BYTE + GDX_CHARACTERS_TWO_BYTES
};

extern const char character_table_1[]; // the ranked characters in UTF-8, all below U+10000, no ASCII

// Appends the code of the bytes. Codes of pieces that end at character boundaries add up to the code of the whole.
// GDX_INVALID when they are not UTF-8. GDX_NO_MEMORY.
gdx_status characters_encode(gdx_slice bytes, gdx_buffer *out) GDX_MUST_CHECK;

// Appends the bytes that `code` means, which are valid UTF-8 whatever it is. GDX_CORRUPT when it is cut short or
// holds what is no character. GDX_NO_MEMORY.
gdx_status characters_decode(gdx_slice code, gdx_buffer *out) GDX_MUST_CHECK;

#endif
