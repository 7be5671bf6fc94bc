// SPDX-License-Identifier: Apache-2.0
// gdx/white.h: white space, control and ignorable characters, the program's one table of them.
// Relies on gdx/utf8.h. White space is Unicode's White_Space property, 25 characters that have not changed for years:
// the ideographic and the no-break space are among them. HTML and JSON have narrower rules of their own, which stay
// with their readers. Threads: any.
#ifndef GDX_WHITE_H
#define GDX_WHITE_H

#include "gdx/slice.h"
#include "gdx/utf8.h"

static inline bool gdx_is_white(uint32_t code_point) {
    if (code_point < 0x80)
        return code_point == ' ' || (code_point >= '\t' && code_point <= '\r');
    return code_point == 0x85 || code_point == 0xa0 || code_point == 0x1680 ||
           (code_point >= 0x2000 && code_point <= 0x200a) || code_point == 0x2028 || code_point == 0x2029 ||
           code_point == 0x202f || code_point == 0x205f || code_point == 0x3000;
}

// Unicode's category Cc: U+0000 to U+001F and U+007F to U+009F.
static inline bool gdx_is_control(uint32_t code_point) {
    return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

// Unicode's property Default_Ignorable_Code_Point, reserved code points included: soft hyphens, joiners, marks of
// direction, variation selectors. They have no shape of their own.
static inline bool gdx_is_ignorable(uint32_t code_point) {
    if (code_point < 0x34f)
        return code_point == 0xad;
    if (code_point < 0x2000)
        return code_point == 0x34f || code_point == 0x61c || code_point == 0x115f || code_point == 0x1160 ||
               code_point == 0x17b4 || code_point == 0x17b5 || (code_point >= 0x180b && code_point <= 0x180f);
    if (code_point < 0x10000)
        return (code_point >= 0x200b && code_point <= 0x200f) || (code_point >= 0x202a && code_point <= 0x202e) ||
               (code_point >= 0x2060 && code_point <= 0x206f) || code_point == 0x3164 ||
               (code_point >= 0xfe00 && code_point <= 0xfe0f) || code_point == 0xfeff || code_point == 0xffa0 ||
               (code_point >= 0xfff0 && code_point <= 0xfff8);
    return (code_point >= 0x1bca0 && code_point <= 0x1bca3) || (code_point >= 0x1d173 && code_point <= 0x1d17a) ||
           (code_point >= 0xe0000 && code_point <= 0xe0fff);
}

// Bytes of the white space character at the start of [at, end), or at its end. 0 if there is none. at < end.
static inline size_t gdx_white_bytes(const char *at, const char *end) {
    uint32_t code_point;
    size_t bytes = gdx_utf8_decode((const uint8_t *)at, (size_t)(end - at), &code_point);
    return code_point != GDX_ILL_FORMED && gdx_is_white(code_point) ? bytes : 0;
}
size_t gdx_white_bytes_before(const char *begin, const char *end);

// The text without white space at its start, at its end, or both. Bytes that are not UTF-8 are not white space.
gdx_slice gdx_trim_start(gdx_slice text);
gdx_slice gdx_trim(gdx_slice text);

#endif
