// SPDX-License-Identifier: Apache-2.0
// crawl_head.c: heads of lines "Name: value", of a record and of HTTP. Relies on crawl_body.h.

#include "crawl_body.h"

#include <strings.h>

size_t crawl_head_bytes(gdx_slice bytes) {
    for (size_t at = 0; at < bytes.bytes;) {
        const char *newline = memchr(bytes.data + at, '\n', bytes.bytes - at);
        if (!newline)
            return 0;
        size_t line = (size_t)(newline - bytes.data) - at;
        bool is_empty = line == 0 || (line == 1 && bytes.data[at] == '\r');
        at += line + 1;
        if (is_empty)
            return at;
    }
    return 0;
}

static gdx_slice trim(gdx_slice text) {
    while (text.bytes && strchr(" \t\r\n", text.data[0]) && text.data[0])
        text = (gdx_slice){text.data + 1, text.bytes - 1};
    while (text.bytes && strchr(" \t\r\n", text.data[text.bytes - 1]) && text.data[text.bytes - 1])
        text.bytes--;
    return text;
}

gdx_slice crawl_field(gdx_slice head, const char *name) {
    gdx_slice value = {"", 0};
    size_t name_bytes = strlen(name);
    for (size_t at = 0; at < head.bytes;) {
        const char *newline = memchr(head.data + at, '\n', head.bytes - at);
        size_t end = newline ? (size_t)(newline - head.data) : head.bytes;
        if (end - at > name_bytes && strncasecmp(head.data + at, name, name_bytes) == 0 &&
            head.data[at + name_bytes] == ':') {
            at += name_bytes + 1;
            while (end + 1 < head.bytes && (head.data[end + 1] == ' ' || head.data[end + 1] == '\t')) { // folded
                newline = memchr(head.data + end + 1, '\n', head.bytes - end - 1);
                end = newline ? (size_t)(newline - head.data) : head.bytes;
            }
            value = trim((gdx_slice){head.data + at, end - at});
        }
        at = end + 1;
    }
    return value;
}

bool crawl_contains(gdx_slice text, const char *word) {
    size_t bytes = strlen(word);
    for (size_t at = 0; at + bytes <= text.bytes; at++)
        if (strncasecmp(text.data + at, word, bytes) == 0)
            return true;
    return false;
}
