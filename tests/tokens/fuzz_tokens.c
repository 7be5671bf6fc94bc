// SPDX-License-Identifier: Apache-2.0
// fuzz_tokens.c: any bytes as a table of a segment's own and a group coded by it: refused, or valid UTF-8 that is coded
// and read again as it was. The first two bytes are those of the table.
#include "gdx/tokens.h"

#include <stdlib.h>

static void require(bool holds) {
    if (!holds)
        abort();
}

static void read_group(const gdx_token_table *table, gdx_token_encoder *encoder, gdx_slice coded) {
    gdx_buffer text = {0}, again = {0}, back = {0};
    gdx_token_fetch(table, coded); // reads nothing outside
    gdx_status status = gdx_token_decode(table, coded, SIZE_MAX, &text, NULL);
    require(status == GDX_OK || (status == GDX_CORRUPT && text.bytes == 0));
    gdx_slice slice = gdx_buffer_slice(&text);
    require(gdx_utf8_valid(slice) && text.bytes <= coded.bytes * GDX_TOKEN_EXPANSION);
    if (encoder && text.bytes > 0 && text.bytes <= GDX_TOKEN_GROUP_BYTES) {
        require(gdx_token_encode(encoder, slice, &again, NULL) == GDX_OK && again.bytes <= text.bytes + 1);
        require(gdx_token_decode(table, gdx_buffer_slice(&again), text.bytes, &back, NULL) == GDX_OK);
        require(gdx_slice_equal(gdx_buffer_slice(&back), slice));
    }
    gdx_buffer_clear(&text);
    gdx_buffer_clear(&again);
    gdx_buffer_clear(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static gdx_token_encoder *encoder; // of the built-in table
    if (bytes < 2)
        return 0;
    size_t table_bytes = gdx_load_u16(data) % (bytes - 1);
    gdx_slice group = {(const char *)data + 2 + table_bytes, bytes - 2 - table_bytes};
    GDX_AUTO(gdx_token_table) table = NULL;
    GDX_AUTO(gdx_token_encoder) own = NULL;
    if (!encoder && gdx_token_encoder_new(gdx_token_table_builtin(), &encoder, NULL) != GDX_OK)
        return 0;
    read_group(gdx_token_table_builtin(), encoder, group);
    if (gdx_token_table_read((gdx_slice){(const char *)data + 2, table_bytes}, &table, NULL) != GDX_OK)
        return 0;
    require(gdx_token_encoder_new(table, &own, NULL) == GDX_OK);
    read_group(table, own, group);
    return 0;
}
