// SPDX-License-Identifier: Apache-2.0
// base64.c: see gdx/base64.h.

#include "gdx/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

gdx_status gdx_base64_encode(gdx_slice raw, gdx_buffer *out) {
    if (raw.bytes > SIZE_MAX / 2)
        return GDX_NO_MEMORY;
    gdx_status status = gdx_buffer_reserve(out, raw.bytes / 3 * 4 + 4);
    if (status != GDX_OK)
        return status;
    const uint8_t *from = (const uint8_t *)raw.data;
    uint8_t *to = out->data + out->bytes;
    for (size_t left = raw.bytes; left > 0; from += 3, left -= left < 3 ? left : 3) {
        uint32_t three = (uint32_t)from[0] << 16 | (left > 1 ? (uint32_t)from[1] << 8 : 0) | (left > 2 ? from[2] : 0);
        *to++ = (uint8_t)letters[three >> 18];
        *to++ = (uint8_t)letters[three >> 12 & 63];
        if (left > 1)
            *to++ = (uint8_t)letters[three >> 6 & 63];
        if (left > 2)
            *to++ = (uint8_t)letters[three & 63];
    }
    out->bytes = (size_t)(to - out->data);
    return GDX_OK;
}

static int value_of_letter(char letter) {
    if (letter >= 'A' && letter <= 'Z')
        return letter - 'A';
    if (letter >= 'a' && letter <= 'z')
        return letter - 'a' + 26;
    if (letter >= '0' && letter <= '9')
        return letter - '0' + 52;
    return letter == '+' ? 62 : letter == '/' ? 63 : -1;
}

gdx_status gdx_base64_decode(gdx_slice text, gdx_buffer *out) {
    bool padded = text.bytes > 0 && text.bytes % 4 == 0 && text.data[text.bytes - 1] == '=';
    if (padded)
        text.bytes -= text.data[text.bytes - 2] == '=' ? 2 : 1;
    if (text.bytes % 4 == 1)
        return GDX_INVALID;
    gdx_status status = gdx_buffer_reserve(out, text.bytes / 4 * 3 + 3);
    if (status != GDX_OK)
        return status;
    uint32_t bits = 0;
    unsigned count = 0;
    size_t begin = out->bytes;
    for (size_t i = 0; i < text.bytes; i++) {
        int value = value_of_letter(text.data[i]);
        if (value < 0) {
            out->bytes = begin;
            return GDX_INVALID;
        }
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out->data[out->bytes++] = (uint8_t)(bits >> count);
        }
    }
    return GDX_OK;
}
