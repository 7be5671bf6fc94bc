// SPDX-License-Identifier: Apache-2.0
// detect.h: which encoding bytes are in; the module's own.
#ifndef GDX_DECODE_DETECT_H
#define GDX_DECODE_DETECT_H

#include "gdx/base.h"

#include <uchardet/uchardet.h>

typedef struct detected {
    const char *encoding; // constant, or the guesser's until its next use
    size_t mark_bytes;    // of a byte order mark in front
} detected;

// Never fails: without a better idea it is UTF-8. `guesser` may be NULL.
detected detect_encoding(uchardet_t guesser, gdx_slice bytes);

// For text said to be UTF-16 or UTF-32: the byte order by its mark, else by where the zero bytes are.
detected detect_utf16_order(gdx_slice bytes);
detected detect_utf32_order(gdx_slice bytes);

#endif
