// SPDX-License-Identifier: Apache-2.0
// characters.h: characters of a query's text and of a snippet: one code point from UTF-8, and which ones are blank. The
// matching rule itself is in indexer/text.
#ifndef GDX_QUERY_CHARACTERS_H
#define GDX_QUERY_CHARACTERS_H

#include "gdx/utf8.h"
#include "gdx/white.h"

// The code point that [at, end) starts with; returns its bytes, 0 when there are none or they are not valid UTF-8.
static inline size_t query_decode(const char *at, const char *end, uint32_t *out) {
    if (at == end)
        return 0;
    size_t bytes = gdx_utf8_decode((const uint8_t *)at, (size_t)(end - at), out);
    return *out == GDX_ILL_FORMED ? 0 : bytes;
}

// White space and control characters: no symbols; they end a word, and a run of a query.
static inline bool query_is_blank(uint32_t code) {
    return gdx_is_white(code) || gdx_is_control(code);
}

#endif
