// SPDX-License-Identifier: Apache-2.0
// lines.c: white space and lines of valid UTF-8 text.
// Relies on page.h. White space is Unicode's White_Space property, 25 characters that have not changed for years: a
// table of their own keeps this module from needing a character database.

#include "page.h"

size_t ingest_white_bytes(const char *at, const char *end) {
    unsigned char first = (unsigned char)*at;
    if (first <= ' ')
        return first == ' ' || (first >= '\t' && first <= '\r');
    if (first == 0xc2 && end - at >= 2)
        return at[1] == '\x85' || at[1] == '\xa0' ? 2 : 0;
    if (first < 0xe1 || first > 0xe3 || end - at < 3)
        return 0;
    unsigned second = (unsigned char)at[1], third = (unsigned char)at[2];
    bool white = (first == 0xe1 && second == 0x9a && third == 0x80) ||                    // U+1680
                 (first == 0xe2 && second == 0x80 && third >= 0x80 && third <= 0x8a) ||   // U+2000 to U+200A
                 (first == 0xe2 && second == 0x80 && (third == 0xa8 || third == 0xa9)) || // U+2028, U+2029
                 (first == 0xe2 && second == 0x80 && third == 0xaf) ||                    // U+202F
                 (first == 0xe2 && second == 0x81 && third == 0x9f) ||                    // U+205F
                 (first == 0xe3 && second == 0x80 && third == 0x80);                      // U+3000
    return white ? 3 : 0;
}

// Of the white space character that ends at `end`; 0: none does.
static size_t white_bytes_before(const char *begin, const char *end) {
    const char *at = end - 1;
    while (at > begin && end - at < 3 && ((unsigned char)*at & 0xc0) == 0x80)
        at--;
    size_t bytes = ingest_white_bytes(at, end);
    return at + bytes == end ? bytes : 0;
}

gdx_slice ingest_trim(gdx_slice text) {
    if (text.bytes == 0) // whose data may be NULL
        return text;
    const char *at = text.data, *end = at + text.bytes;
    size_t bytes;
    while (at < end && (bytes = ingest_white_bytes(at, end)) > 0)
        at += bytes;
    while (at < end && (bytes = white_bytes_before(at, end)) > 0)
        end -= bytes;
    return (gdx_slice){at, (size_t)(end - at)};
}

bool ingest_take_line(gdx_slice *rest, gdx_slice *out_line) {
    if (rest->bytes == 0)
        return false;
    const char *at = rest->data, *end = at + rest->bytes;
    while (at < end && *at != '\n' && *at != '\r')
        at++;
    *out_line = (gdx_slice){rest->data, (size_t)(at - rest->data)};
    if (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
        at++;
    if (at < end)
        at++;
    *rest = (gdx_slice){at, (size_t)(end - at)};
    return true;
}

gdx_slice ingest_cut_title(gdx_slice title) {
    if (title.bytes <= TITLE_BYTES)
        return title;
    size_t bytes = TITLE_BYTES;
    while (bytes > 0 && ((unsigned char)title.data[bytes] & 0xc0) == 0x80)
        bytes--;
    return (gdx_slice){title.data, bytes};
}

gdx_slice ingest_first_line(gdx_slice text) {
    if (text.bytes == 0)
        return (gdx_slice){"", 0};
    const char *at = text.data, *end = at + text.bytes;
    size_t bytes;
    while (at < end && (bytes = ingest_white_bytes(at, end)) > 0)
        at += bytes;
    gdx_slice rest = {at, (size_t)(end - at)}, line = {at, 0};
    if (!ingest_take_line(&rest, &line))
        return (gdx_slice){"", 0};
    return ingest_cut_title(ingest_trim(line));
}
