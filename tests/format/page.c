// SPDX-License-Identifier: Apache-2.0
// page.c: see page.h.

#include "page.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PAGE_BYTES_MAX = 1 << 20 };

gdx_buffer page_read(const char *name) {
    char path[4096];
    gdx_buffer page = {0};
    gdx_error err = {0};
    snprintf(path, sizeof path, "%s/docs/%s", GDX_SOURCE_ROOT, name);
    if (gdx_read_file(path, PAGE_BYTES_MAX, &page, &err) != GDX_OK)
        fail_msg("%s", err.message);
    return page;
}

bool page_next_line(gdx_slice *rest, gdx_slice *line) {
    if (rest->bytes == 0)
        return false;
    const char *end = memchr(rest->data, '\n', rest->bytes);
    size_t bytes = end ? (size_t)(end - rest->data) : rest->bytes;
    size_t taken = bytes + (end != NULL);
    *line = (gdx_slice){rest->data, bytes};
    *rest = (gdx_slice){rest->data + taken, rest->bytes - taken};
    return true;
}

static bool is_around(char c) {
    return c == ' ' || c == '`';
}

static gdx_slice trim(gdx_slice text) {
    while (text.bytes && is_around(text.data[0]))
        text = (gdx_slice){text.data + 1, text.bytes - 1};
    while (text.bytes && is_around(text.data[text.bytes - 1]))
        text.bytes--;
    return text;
}

size_t page_cells(gdx_slice line, gdx_slice cells[PAGE_CELLS_MAX]) {
    size_t count = 0;
    if (line.bytes == 0 || line.data[0] != '|')
        return 0;
    gdx_slice rest = {line.data + 1, line.bytes - 1};
    for (const char *bar; count < PAGE_CELLS_MAX && (bar = memchr(rest.data, '|', rest.bytes)) != NULL; count++) {
        size_t bytes = (size_t)(bar - rest.data);
        cells[count] = trim((gdx_slice){rest.data, bytes});
        rest = (gdx_slice){bar + 1, rest.bytes - bytes - 1};
    }
    return count;
}

gdx_slice page_next_word(gdx_slice *rest) {
    while (rest->bytes && isspace((unsigned char)rest->data[0]))
        *rest = (gdx_slice){rest->data + 1, rest->bytes - 1};
    size_t bytes = 0;
    while (bytes < rest->bytes && !isspace((unsigned char)rest->data[bytes]))
        bytes++;
    gdx_slice word = {rest->data, bytes};
    *rest = (gdx_slice){rest->data + bytes, rest->bytes - bytes};
    return word;
}

bool page_is(gdx_slice text, const char *word) {
    return gdx_slice_equal(text, gdx_slice_of(word));
}

static bool is_fence(gdx_slice line) {
    return line.bytes >= 3 && memcmp(line.data, "```", 3) == 0;
}

bool page_next_fence(gdx_slice *rest, const char *kind, gdx_slice *info, gdx_slice *body) {
    gdx_slice line;
    while (page_next_line(rest, &line)) {
        if (!is_fence(line))
            continue;
        *info = (gdx_slice){line.data + 3, line.bytes - 3};
        bool is_kind = page_is(page_next_word(info), kind);
        *body = (gdx_slice){rest->data, 0};
        while (page_next_line(rest, &line) && !is_fence(line))
            body->bytes = (size_t)(line.data + line.bytes - body->data);
        if (is_kind)
            return true;
    }
    return false;
}

static unsigned digit_of(char c) {
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

gdx_buffer page_hex(gdx_slice lines, bool *is_cut) {
    gdx_buffer bytes = {0};
    gdx_slice line;
    *is_cut = false;
    while (page_next_line(&lines, &line)) {
        const char *comment = memchr(line.data, ';', line.bytes);
        if (comment)
            line.bytes = (size_t)(comment - line.data);
        for (gdx_slice word; (word = page_next_word(&line)).bytes;) {
            unsigned high = digit_of(word.data[0]);
            unsigned low = word.bytes > 1 ? digit_of(word.data[1]) : 16;
            *is_cut = page_is(word, "...");
            if (*is_cut)
                continue;
            if (word.bytes != 2 || high > 15 || low > 15)
                fail_msg("an example has \"%.*s\", expected two hexadecimal digits", GDX_SLICE_ARGUMENTS(word));
            uint8_t byte = (uint8_t)(high << 4 | low);
            assert_int_equal(gdx_buffer_append(&bytes, &byte, 1), GDX_OK);
        }
    }
    return bytes;
}
