// SPDX-License-Identifier: Apache-2.0
// fuzz_postings.c: any bytes as a posting list of any count: refused, or ascending positions below the limit that a
// cursor walks alike. The first eight bytes are count and limit.

#include "gdx/postings.h"

#include <stdlib.h>

enum { COUNT_MAX = 5000 };

static void require(bool holds) {
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static uint32_t positions[COUNT_MAX + GDX_POSTINGS_BLOCK];
    if (bytes < 8)
        return 0;
    uint32_t count = gdx_load_u32(data) % COUNT_MAX + 1, limit = gdx_load_u32(data + 4);
    gdx_slice list = {(const char *)data + 8, bytes - 8};
    size_t length;
    gdx_cursor cursor;
    if (limit == 0)
        return 0;
    if (gdx_postings_length(list, count, limit, &length) == GDX_OK)
        require(length <= list.bytes || count > GDX_POSTINGS_BLOCK);
    bool is_good = gdx_postings_decode(list, count, limit, positions) == GDX_OK;
    for (uint32_t i = 0; is_good && i < count; i++)
        require(positions[i] < limit && (i == 0 || positions[i - 1] < positions[i]));
    if (gdx_cursor_open(&cursor, list, count, limit) != GDX_OK)
        return 0;
    uint32_t walked = 0, before = 0;
    for (uint32_t at = gdx_cursor_position(&cursor); at != GDX_POSITION_END; at = gdx_cursor_next(&cursor)) {
        require(at < limit && (walked == 0 || at > before));
        require(!is_good || (walked < count && at == positions[walked]));
        before = at;
        walked++;
    }
    require(!is_good || (walked == count && gdx_cursor_status(&cursor) == GDX_OK));
    return 0;
}
