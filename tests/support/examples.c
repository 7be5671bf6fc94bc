// SPDX-License-Identifier: Apache-2.0
// examples.c: by the reader of the format's pages.

#include "examples.h"

#include "gdx/utf8.h"

#include "../format/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int examples_check(const char *page, const char *kind, void (*check)(const char *line)) {
    gdx_buffer text = page_read(page);
    gdx_slice rest = gdx_buffer_slice(&text), info, body, line;
    int count = 0;
    while (page_next_fence(&rest, kind, &info, &body)) {
        while (page_next_line(&body, &line)) {
            char *copy = strndup(line.data, line.bytes);
            assert_non_null(copy);
            check(copy);
            free(copy);
            count++;
        }
    }
    gdx_buffer_clear(&text);
    return count;
}

static void append(gdx_buffer *out, const void *bytes, size_t count) {
    assert_int_equal(gdx_buffer_append(out, bytes, count), GDX_OK);
}

gdx_buffer examples_text(const char *start, const char *end) {
    gdx_buffer text = {0};
    for (const char *at = start; at < end;) {
        if (strncmp(at, "\\n", 2) == 0) {
            append(&text, "\n", 1);
            at += 2;
        } else if (strncmp(at, "\\u", 2) == 0) {
            char digits[5] = {at[2], at[3], at[4], at[5], 0};
            uint8_t bytes[GDX_UTF8_BYTES];
            append(&text, bytes, gdx_utf8_encode(bytes, (uint32_t)strtoul(digits, NULL, 16)));
            at += 6;
        } else {
            append(&text, at++, 1);
        }
    }
    return text;
}
