// SPDX-License-Identifier: Apache-2.0
// token.c: a page token is base64 of a version byte, commit, offset, and a checksum of these with the query and the order.
// So a token needs no memory here, outlives a restart, and one that was cut, changed or taken to another query is told at once.
// It is no secret: whoever forges one asks for a page that an honest client could have asked for too.

#include "token.h"

#include "gdx/protocol.h"

enum { TOKEN_VERSION = 1, BODY_BYTES = 1 + 8 + 8, TOKEN_BYTES = BODY_BYTES + 8 };

static gdx_status seal(const uint8_t body[BODY_BYTES], gdx_slice query, uint32_t order, uint64_t *out) {
    gdx_buffer all = {0};
    uint8_t order_bytes[4];
    gdx_store_u32(order_bytes, order);
    gdx_status status = gdx_buffer_append(&all, body, BODY_BYTES);
    if (status == GDX_OK)
        status = gdx_buffer_append(&all, order_bytes, sizeof order_bytes);
    if (status == GDX_OK)
        status = gdx_buffer_append(&all, query.data, query.bytes);
    if (status == GDX_OK)
        *out = gdx_checksum(all.data, all.bytes);
    gdx_buffer_clear(&all);
    return status;
}

gdx_status token_write(struct page page, gdx_slice query, uint32_t order, gdx_buffer *out) {
    uint8_t token[TOKEN_BYTES] = {TOKEN_VERSION};
    uint64_t checksum;
    gdx_store_u64(token + 1, page.commit);
    gdx_store_u64(token + 9, page.offset);
    gdx_status status = seal(token, query, order, &checksum);
    if (status != GDX_OK)
        return status;
    gdx_store_u64(token + BODY_BYTES, checksum);
    return gdx_base64_encode((gdx_slice){(const char *)token, TOKEN_BYTES}, out);
}

static gdx_status check(gdx_slice token, gdx_slice query, uint32_t order, struct page *out, gdx_error *err) {
    const uint8_t *bytes = (const uint8_t *)token.data;
    uint64_t checksum;
    if (token.bytes != TOKEN_BYTES || bytes[0] != TOKEN_VERSION)
        return gdx_fail(err, GDX_INVALID, "page_token: not one of this server's, expected next_page_token as it was given");
    gdx_status status = seal(bytes, query, order, &checksum);
    if (status != GDX_OK)
        return gdx_fail(err, status, "no memory to check the page token");
    if (checksum != gdx_load_u64(bytes + BODY_BYTES))
        return gdx_fail(err, GDX_INVALID, "page_token: changed, or of another query or order; expected the same as before");
    *out = (struct page){gdx_load_u64(bytes + 1), gdx_load_u64(bytes + 9)};
    return GDX_OK;
}

gdx_status token_read(gdx_slice token, gdx_slice query, uint32_t order, struct page *out, gdx_error *err) {
    enum { LONGEST = 64 };
    gdx_buffer raw = {0};
    gdx_status status = GDX_INVALID;
    if (token.bytes <= LONGEST)
        status = gdx_base64_decode(token, &raw);
    status = status == GDX_NO_MEMORY ? gdx_fail(err, status, "no memory to check the page token")
                                     : check(status == GDX_OK ? gdx_buffer_slice(&raw) : (gdx_slice){0}, query, order, out, err);
    gdx_buffer_clear(&raw);
    return status;
}
