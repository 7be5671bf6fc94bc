// SPDX-License-Identifier: Apache-2.0
// lines.c: see lines.h.

#include "lines.h"

#include "gdx/utf8.h"

#include <string.h>

static void end_line(struct last_lines *lines) {
    size_t blank = 0;
    while (blank < lines->bytes && lines->current[blank] == ' ')
        blank++;
    lines->current[lines->bytes] = 0;
    if (blank < lines->bytes) {
        if (!lines->first[0])
            memcpy(lines->first, lines->current, sizeof lines->first);
        memcpy(lines->last, lines->current, sizeof lines->last);
    }
    lines->bytes = 0;
}

void last_lines_take(struct last_lines *lines, const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte == '\n' || byte == '\r')
            end_line(lines);
        else if (lines->bytes < LINES_BYTES - 1)
            lines->current[lines->bytes++] = byte < ' ' || byte == 0x7f ? ' ' : (char)byte;
    }
}

// Bytes that are not UTF-8 become question marks; a character cut in two at the end goes.
static void clean(const char from[LINES_BYTES], char to[LINES_BYTES]) {
    size_t kept = 0, bytes = strlen(from);
    for (size_t at = 0; at < bytes;) {
        uint32_t point;
        size_t taken = gdx_utf8_decode((const uint8_t *)from + at, bytes - at, &point);
        if (point == GDX_ILL_FORMED && bytes - at < 4 && bytes == LINES_BYTES - 1)
            break;
        if (point == GDX_ILL_FORMED)
            to[kept++] = '?';
        else
            memcpy(to + kept, from + at, taken), kept += taken;
        at += taken;
    }
    to[kept] = 0;
}

void last_lines_end(struct last_lines *lines, char first[LINES_BYTES], char last[LINES_BYTES]) {
    end_line(lines);
    clean(lines->first, first);
    clean(lines->last, last);
}
