// SPDX-License-Identifier: Apache-2.0
// gdx/utf8.h: UTF-8: the program's one decoder, its one encoder, and checks of whole texts.
// Relies on gdx/buffer.h and gdx/slice.h. Well-formed is as Unicode 15 says, table 3-7: no overlong forms, no
// surrogates, nothing above U+10FFFF. Threads: any.
#ifndef GDX_UTF8_H
#define GDX_UTF8_H

#include "gdx/buffer.h"
#include "gdx/error.h"
#include "gdx/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GDX_UTF8_BYTES = 4,                 // of the longest sequence
    GDX_CODE_POINTS = 0x110000,         // code points are below
    GDX_REPLACEMENT_CODE_POINT = 0xfffd // what ill-formed bytes become
};
#define GDX_REPLACEMENT       "\xef\xbf\xbd" // the same in UTF-8
#define GDX_REPLACEMENT_BYTES 3
#define GDX_ILL_FORMED        UINT32_MAX // in place of a code point

static inline bool gdx_utf8_continues(uint8_t byte) {
    return (byte & 0xc0) == 0x80;
}

// Bytes of a well-formed sequence, by its first one.
static inline size_t gdx_utf8_sequence_bytes(uint8_t lead) {
    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

// The code point of a sequence of three bytes that is known to be well-formed: for loops over runs of such.
static inline uint32_t gdx_utf8_decode_three(const uint8_t *at) {
    return (uint32_t)(at[0] & 15) << 12 | (uint32_t)(at[1] & 63) << 6 | (at[2] & 63);
}

// The code point of a sequence that is known to be well-formed, and its bytes.
static inline uint32_t gdx_utf8_decode_valid(const uint8_t *at, size_t *out_bytes) {
    if (at[0] < 0x80) {
        *out_bytes = 1;
        return at[0];
    }
    if (at[0] >> 4 == 0xe) {
        *out_bytes = 3;
        return gdx_utf8_decode_three(at);
    }
    if (at[0] < 0xe0) {
        *out_bytes = 2;
        return (uint32_t)(at[0] & 31) << 6 | (at[1] & 63);
    }
    *out_bytes = 4;
    return (uint32_t)(at[0] & 7) << 18 | (uint32_t)(at[1] & 63) << 12 | (uint32_t)(at[2] & 63) << 6 | (at[3] & 63);
}

// The bytes of the well-formed sequence at `at`, or, with *well_formed false, of the maximal ill-formed subsequence
// there: the longest start of a well-formed sequence, else one byte. `bytes` > 0 are left.
static inline size_t gdx_utf8_measure(const uint8_t *at, size_t bytes, bool *well_formed) {
    uint8_t lead = at[0];
    *well_formed = lead < 0x80;
    if (lead < 0xc2 || lead > 0xf4)
        return 1;
    size_t wanted = gdx_utf8_sequence_bytes(lead);
    // The second byte's range bars overlong forms, surrogates and what lies above U+10FFFF.
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    size_t have = 1;
    while (have < wanted && have < bytes && at[have] >= low && at[have] <= high) {
        have++;
        low = 0x80;
        high = 0xbf;
    }
    *well_formed = have == wanted;
    return have;
}

// Reads the code point at `at`, where `bytes` > 0 are left; returns its bytes. If they are ill-formed, *out is
// GDX_ILL_FORMED and the return value is the number of bytes to skip: those that one U+FFFD replaces.
static inline size_t gdx_utf8_decode(const uint8_t *at, size_t bytes, uint32_t *out) {
    bool well_formed;
    size_t measured = gdx_utf8_measure(at, bytes, &well_formed);
    *out = well_formed ? gdx_utf8_decode_valid(at, &measured) : GDX_ILL_FORMED;
    return measured;
}

// Writes a code point; returns its bytes, at most GDX_UTF8_BYTES. Surrogates are written as they are.
static inline size_t gdx_utf8_encode(uint8_t *to, uint32_t code_point) {
    if (code_point < 0x80) {
        to[0] = (uint8_t)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        to[0] = (uint8_t)(0xc0 | code_point >> 6);
        to[1] = (uint8_t)(0x80 | (code_point & 63));
        return 2;
    }
    if (code_point < 0x10000) {
        to[0] = (uint8_t)(0xe0 | code_point >> 12);
        to[1] = (uint8_t)(0x80 | (code_point >> 6 & 63));
        to[2] = (uint8_t)(0x80 | (code_point & 63));
        return 3;
    }
    to[0] = (uint8_t)(0xf0 | code_point >> 18);
    to[1] = (uint8_t)(0x80 | (code_point >> 12 & 63));
    to[2] = (uint8_t)(0x80 | (code_point >> 6 & 63));
    to[3] = (uint8_t)(0x80 | (code_point & 63));
    return 4;
}

// At most the first `limit` bytes of a text, without the start of a character that does not fit.
static inline gdx_slice gdx_utf8_cut(gdx_slice text, size_t limit) {
    if (text.bytes <= limit)
        return text;
    while (limit > 0 && gdx_utf8_continues((uint8_t)text.data[limit]))
        limit--;
    return (gdx_slice){text.data, limit};
}

// True when the bytes are well-formed UTF-8. Cost: about memory speed for ASCII, a few GB/s for Han.
bool gdx_utf8_valid(gdx_slice bytes);
// Appends the bytes to `out` with U+FFFD for each maximal ill-formed subsequence; adds their number to *replaced.
// GDX_NO_MEMORY; `out` keeps the bytes appended before the failure.
gdx_status gdx_utf8_repair(gdx_slice bytes, gdx_buffer *out, uint64_t *replaced) GDX_MUST_CHECK;

#endif
