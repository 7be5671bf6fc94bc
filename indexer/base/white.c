// SPDX-License-Identifier: Apache-2.0
// white.c: see gdx/white.h.

#include "gdx/white.h"

size_t gdx_white_bytes_before(const char *begin, const char *end) {
    const char *at = end - 1;
    while (at > begin && end - at < GDX_UTF8_BYTES && gdx_utf8_continues((uint8_t)*at))
        at--;
    size_t bytes = gdx_white_bytes(at, end);
    return at + bytes == end ? bytes : 0;
}

gdx_slice gdx_trim_start(gdx_slice text) {
    size_t bytes;
    while (text.bytes && (bytes = gdx_white_bytes(text.data, text.data + text.bytes)) > 0)
        text = (gdx_slice){text.data + bytes, text.bytes - bytes};
    return text;
}

gdx_slice gdx_trim(gdx_slice text) {
    text = gdx_trim_start(text);
    size_t bytes;
    while (text.bytes && (bytes = gdx_white_bytes_before(text.data, text.data + text.bytes)) > 0)
        text.bytes -= bytes;
    return text;
}
