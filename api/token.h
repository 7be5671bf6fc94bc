// SPDX-License-Identifier: Apache-2.0
// token.h: page tokens: where the next page starts, and for what. Free-standing, any thread.
#ifndef API_TOKEN_H
#define API_TOKEN_H

#include "gdx/base.h"

struct page { // what a token means
    uint64_t commit;
    uint64_t offset; // hits before it
};

// Text of a token for the page. It is good with the same seal alone: a checksum of what was asked. Appended.
gdx_status token_write(struct page page, uint64_t seal, gdx_buffer *out) GDX_MUST_CHECK;
// GDX_INVALID, reason PAGE_TOKEN_INVALID: it is no token, or one with another seal.
gdx_status token_read(gdx_slice token, uint64_t seal, struct page *out, gdx_error *err) GDX_MUST_CHECK;

#endif
