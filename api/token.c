// SPDX-License-Identifier: Apache-2.0
// token.c: a page token is base64 of commit, offset, and a checksum of these with the seal and a version: 24 bytes, so
// that each character of the text counts. So a token needs no memory here, outlives a restart, and one that was cut,
// changed or taken to another query is recognised at once. It is no secret: a forged one asks for a page that an honest
// client could have asked for too.

#include "token.h"

#include "gdx/base64.h"

enum { TOKEN_VERSION = 2, BODY_BYTES = 8 + 8, TOKEN_BYTES = BODY_BYTES + 8, TEXT_LONGEST = 64 };

static uint64_t checksum_of(const uint8_t body[BODY_BYTES], uint64_t seal) {
    uint8_t all[BODY_BYTES + 8 + 4];
    memcpy(all, body, BODY_BYTES);
    gdx_store_u64(all + BODY_BYTES, seal);
    gdx_store_u32(all + BODY_BYTES + 8, TOKEN_VERSION);
    return gdx_checksum(all, sizeof all);
}

gdx_status token_write(struct page page, uint64_t seal, gdx_buffer *out) {
    uint8_t token[TOKEN_BYTES];
    gdx_store_u64(token, page.commit);
    gdx_store_u64(token + 8, page.offset);
    gdx_store_u64(token + BODY_BYTES, checksum_of(token, seal));
    return gdx_base64_encode((gdx_slice){(const char *)token, TOKEN_BYTES}, out);
}

static gdx_status check(gdx_slice token, uint64_t seal, struct page *out, gdx_error *err) {
    const uint8_t *bytes = (const uint8_t *)token.data;
    if (token.bytes != TOKEN_BYTES || checksum_of(bytes, seal) != gdx_load_u64(bytes + BODY_BYTES))
        return gdx_fail_field(err, "page_token", GDX_REASON_PAGE_TOKEN_INVALID,
                              "found another one, expected next_page_token of the same query, filter and order");
    *out = (struct page){gdx_load_u64(bytes), gdx_load_u64(bytes + 8)};
    return GDX_OK;
}

gdx_status token_read(gdx_slice token, uint64_t seal, struct page *out, gdx_error *err) {
    gdx_buffer raw = {0};
    gdx_status status = token.bytes <= TEXT_LONGEST ? gdx_base64_decode(token, &raw) : GDX_INVALID;
    status = status == GDX_NO_MEMORY
                 ? gdx_fail_memory(err, "the page token")
                 : check(status == GDX_OK ? gdx_buffer_slice(&raw) : (gdx_slice){0}, seal, out, err);
    gdx_buffer_clear(&raw);
    return status;
}
