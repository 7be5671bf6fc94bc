// SPDX-License-Identifier: Apache-2.0
// characters.h: what the query's own text and a snippet's need to know of characters: one code point from UTF-8, and
// which ones are blank. The matching rule itself is text's.
#ifndef GDX_QUERY_CHARACTERS_H
#define GDX_QUERY_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The code point that [at, end) begins with; returns its bytes, 0 when they are not valid UTF-8.
static inline size_t query_decode(const char *at, const char *end, uint32_t *out) {
    const uint8_t *byte = (const uint8_t *)at;
    size_t left = (size_t)(end - at);
    if (left == 0)
        return 0;
    if (byte[0] < 0x80) {
        *out = byte[0];
        return 1;
    }
    size_t bytes = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (byte[0] < 0xc2 || byte[0] > 0xf4 || left < bytes)
        return 0;
    uint32_t code = byte[0] & (0xffu >> (bytes + 1));
    for (size_t i = 1; i < bytes; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (byte[i] & 0x3f);
    }
    if (code < least[bytes] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    *out = code;
    return bytes;
}

// White space and control characters: no symbols; they end a word, and a run of a query.
static inline bool query_is_blank(uint32_t code) {
    if (code < 0x80)
        return code <= 0x20 || code == 0x7f;
    return code <= 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 ||
           code == 0x202f || code == 0x205f || code == 0x3000;
}

#endif
