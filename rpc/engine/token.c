// SPDX-License-Identifier: Apache-2.0
// token.c: a page token is base64 of commit, offset, and a checksum of these with the query, the order and a version:
// 24 bytes, so that each character of the text counts. So a token needs no memory here, outlives a restart, and one
// that was cut, changed or taken to another query is told at once. It is no secret: whoever forges one asks for a page
// that an honest client could have asked for too.

#include "token.h"

#include "gdx/protocol.h"

enum { TOKEN_VERSION = 1, BODY_BYTES = 8 + 8, TOKEN_BYTES = BODY_BYTES + 8 };

static gdx_status seal(const uint8_t body[BODY_BYTES], gdx_slice query, uint32_t order, uint64_t *out) {
    gdx_buffer all = {0};
    uint8_t head[8];
    gdx_store_u32(head, TOKEN_VERSION);
    gdx_store_u32(head + 4, order);
    gdx_status status = gdx_buffer_append(&all, head, sizeof head);
    if (status == GDX_OK)
        status = gdx_buffer_append(&all, body, BODY_BYTES);
    if (status == GDX_OK)
        status = gdx_buffer_append(&all, query.data, query.bytes);
    if (status == GDX_OK)
        *out = gdx_checksum(all.data, all.bytes);
    gdx_buffer_clear(&all);
    return status;
}

gdx_status token_write(struct page page, gdx_slice query, uint32_t order, gdx_buffer *out) {
    uint8_t token[TOKEN_BYTES];
    uint64_t checksum;
    gdx_store_u64(token, page.commit);
    gdx_store_u64(token + 8, page.offset);
    gdx_status status = seal(token, query, order, &checksum);
    if (status != GDX_OK)
        return status;
    gdx_store_u64(token + BODY_BYTES, checksum);
    return gdx_base64_encode((gdx_slice){(const char *)token, TOKEN_BYTES}, out);
}

static gdx_status check(gdx_slice token, gdx_slice query, uint32_t order, struct page *out, gdx_error *err) {
    const uint8_t *bytes = (const uint8_t *)token.data;
    uint64_t checksum;
    if (token.bytes != TOKEN_BYTES)
        return gdx_fail(err, GDX_INVALID,
                        "page_token: not one of this server's, expected next_page_token as it was given");
    gdx_status status = seal(bytes, query, order, &checksum);
    if (status != GDX_OK)
        return gdx_fail(err, status, "no memory to check the page token");
    if (checksum != gdx_load_u64(bytes + BODY_BYTES))
        return gdx_fail(err, GDX_INVALID,
                        "page_token: changed, or of another query or order; expected the same as before");
    *out = (struct page){gdx_load_u64(bytes), gdx_load_u64(bytes + 8)};
    return GDX_OK;
}

gdx_status token_read(gdx_slice token, gdx_slice query, uint32_t order, struct page *out, gdx_error *err) {
    enum { LONGEST = 64 };
    gdx_buffer raw = {0};
    gdx_status status = GDX_INVALID;
    if (token.bytes <= LONGEST)
        status = gdx_base64_decode(token, &raw);
    status = status == GDX_NO_MEMORY
                 ? gdx_fail(err, status, "no memory to check the page token")
                 : check(status == GDX_OK ? gdx_buffer_slice(&raw) : (gdx_slice){0}, query, order, out, err);
    gdx_buffer_clear(&raw);
    return status;
}
