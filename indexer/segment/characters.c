// SPDX-License-Identifier: Apache-2.0
// characters.c: the character code of stored text, docs/format.md, "Character code".
// ASCII stays; lead bytes 0x80 to 0xBF are one character each, 0xC0 to 0xFE begin two-byte codes, 0xFF escapes any
// other code point. One table turns a character into its code and one turns a code into UTF-8, and both loops move by a
// length taken from the table instead of a branch: Chinese text mixes lengths at random. Whatever the code, what comes
// out of it is valid UTF-8, on which the cutting of symbols relies.

#include "characters.h"

#include <assert.h>
#include <pthread.h>

enum {
    LEAD_TWO = 0xC0,    // the first lead byte of two-byte codes
    LEAD_ESCAPE = 0xFF, // three bytes follow: a code point, big-endian
    ESCAPE_BYTES = 4,
    PLANE = 0x10000,       // ranked characters lie below
    UTF8_LENGTH_SHIFT = 24 // UTF-8 of a ranked character has at most three bytes; the fourth holds their number
};

static pthread_once_t tables_once = PTHREAD_ONCE_INIT;
static uint16_t code_of[PLANE];                               // as stored; 0: not ranked
static uint32_t utf8_of[LEAD_TWO + GDX_CHARACTERS_TWO_BYTES]; // bytes | length << 24

static uint32_t pack_utf8(uint32_t point) {
    uint8_t bytes[GDX_UTF8_BYTES] = {0};
    uint32_t length = (uint32_t)gdx_utf8_encode(bytes, point);
    return gdx_load_u32(bytes) | length << UTF8_LENGTH_SHIFT;
}

static void build_tables(void) {
    const uint8_t *at = (const uint8_t *)character_table_1;
    const uint8_t *end = at + strlen(character_table_1);
    for (uint32_t byte = 0; byte < 0x80; byte++)
        utf8_of[byte] = pack_utf8(byte);
    for (uint32_t rank = 0; rank < GDX_CHARACTERS_RANKED && at < end; rank++) {
        uint32_t point = 0;
        at += gdx_utf8_decode(at, (size_t)(end - at), &point);
        assert(point < PLANE); // the table has no others
        if (rank < GDX_CHARACTERS_ONE_BYTE) {
            code_of[point] = (uint16_t)(0x80 + rank);
            utf8_of[0x80 + rank] = pack_utf8(point);
        } else {
            uint32_t pair = rank - GDX_CHARACTERS_ONE_BYTE;
            code_of[point] = (uint16_t)((LEAD_TWO + (pair >> 8)) | (pair & 255) << 8);
            utf8_of[LEAD_TWO + pair] = pack_utf8(point);
        }
    }
}

// A character that is not ranked.
static uint8_t *put_escape(uint8_t *to, uint32_t point) {
    to[0] = LEAD_ESCAPE;
    to[1] = (uint8_t)(point >> 16);
    to[2] = (uint8_t)(point >> 8);
    to[3] = (uint8_t)point;
    return to + ESCAPE_BYTES;
}

static inline uint8_t *put_code(uint8_t *to, uint16_t code) {
    gdx_store_u16(to, code);
    return to + 1 + ((code & 255) >= LEAD_TWO);
}

// One character of any kind. NULL: these bytes are none.
static const uint8_t *encode_one(const uint8_t *at, const uint8_t *end, uint8_t **to) {
    uint32_t point;
    size_t length = gdx_utf8_decode(at, (size_t)(end - at), &point);
    if (point == GDX_ILL_FORMED)
        return NULL;
    if (length == 1)
        *(*to)++ = (uint8_t)point;
    else if (point < PLANE && code_of[point])
        *to = put_code(*to, code_of[point]);
    else
        *to = put_escape(*to, point);
    return at + length;
}

// Room in `to`: four bytes for each byte, and 8 more for stores that write ahead. NULL: no UTF-8.
static uint8_t *encode(const uint8_t *at, const uint8_t *end, uint8_t *to) {
    while (end - at >= 8) {
        uint64_t next = gdx_load_u64(at);
        if ((next & 0xC0C0F0) == 0x8080E0) { // three bytes
            uint32_t point = (uint32_t)((next & 15) << 12 | (next >> 8 & 63) << 6 | (next >> 16 & 63));
            if (code_of[point]) { // neither too long a form nor a surrogate is ranked
                to = put_code(to, code_of[point]);
                at += 3;
                continue;
            }
        } else if (!(next & 0x80)) {
            uint64_t high = next & 0x8080808080808080u;
            unsigned ascii = high ? gdx_bits_lowest(high) >> 3 : 8;
            memcpy(to, &next, 8);
            to += ascii;
            at += ascii;
            continue;
        }
        at = encode_one(at, end, &to);
        if (!at)
            return NULL;
    }
    while (at && at < end)
        at = encode_one(at, end, &to);
    return at ? to : NULL;
}

gdx_status characters_encode(gdx_slice bytes, gdx_buffer *out) {
    pthread_once(&tables_once, build_tables);
    if (bytes.bytes == 0)
        return GDX_OK;
    if (bytes.bytes > SIZE_MAX / ESCAPE_BYTES - 8)
        return GDX_NO_MEMORY;
    gdx_status status = gdx_buffer_reserve(out, bytes.bytes * ESCAPE_BYTES + 8);
    if (status != GDX_OK)
        return status;
    const uint8_t *at = (const uint8_t *)bytes.data;
    uint8_t *end = encode(at, at + bytes.bytes, out->data + out->bytes);
    if (!end)
        return GDX_INVALID;
    out->bytes = (size_t)(end - out->data);
    return GDX_OK;
}

// An escape at `at`, all its bytes there. False: it means nothing.
static bool decode_escape(const uint8_t *at, uint8_t **to) {
    uint32_t point = (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
        return false;
    *to += gdx_utf8_encode(*to, point);
    return true;
}

// Room in `to`: three bytes for each byte and 4 more. NULL: damaged.
static uint8_t *decode(const uint8_t *at, const uint8_t *end, uint8_t *to) {
    while (at < end) {
        uint32_t lead = *at;
        if (lead == LEAD_ESCAPE) {
            if (end - at < ESCAPE_BYTES || !decode_escape(at, &to))
                return NULL;
            at += ESCAPE_BYTES;
            continue;
        }
        uint32_t is_two = lead >= LEAD_TWO;
        if (at + is_two >= end)
            return NULL;
        uint32_t pair = LEAD_TWO + ((lead - LEAD_TWO) << 8 | at[is_two]);
        uint32_t packed = utf8_of[is_two ? pair : lead];
        gdx_store_u32(to, packed);
        to += packed >> UTF8_LENGTH_SHIFT;
        at += 1 + is_two;
    }
    return to;
}

gdx_status characters_decode(gdx_slice code, gdx_buffer *out) {
    pthread_once(&tables_once, build_tables);
    if (code.bytes == 0)
        return GDX_OK;
    if (code.bytes > SIZE_MAX / 3 - 4)
        return GDX_NO_MEMORY;
    gdx_status status = gdx_buffer_reserve(out, code.bytes * 3 + 4);
    if (status != GDX_OK)
        return status;
    const uint8_t *at = (const uint8_t *)code.data;
    uint8_t *end = decode(at, at + code.bytes, out->data + out->bytes);
    if (!end)
        return GDX_CORRUPT;
    out->bytes = (size_t)(end - out->data);
    return GDX_OK;
}
