// SPDX-License-Identifier: Apache-2.0
// token.h: page tokens: where the next page begins, and for what. Free-standing, any thread.
#ifndef ENGINE_TOKEN_H
#define ENGINE_TOKEN_H

#include "gdx/base.h"

struct page { // what a token stands for
    uint64_t commit;
    uint64_t offset; // hits before it
};

// Text of a token for the page, which is good with this query and order alone. Appended.
gdx_status token_write(struct page page, gdx_slice query, uint32_t order, gdx_buffer *out) GDX_MUST_CHECK;
// GDX_INVALID: it is no token, or one of another query or order.
gdx_status token_read(gdx_slice token, gdx_slice query, uint32_t order, struct page *out,
                      gdx_error *err) GDX_MUST_CHECK;

#endif
