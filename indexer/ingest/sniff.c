// SPDX-License-Identifier: Apache-2.0
// sniff.c: what a file is by how it starts, where its name says nothing: pages of .jsp, .php, .aspx and of no
// extension. Relies on page.h. WHATWG MIME Sniffing, section 7.1, for HTML: white space, then a tag; here also a byte
// order mark, an XML declaration and comments before it, as pages have them.

#include "page.h"

#include <strings.h>

// Moves past `open` and everything up to `close`, if the text starts with `open`.
static bool skip_between(gdx_slice *text, const char *open, const char *close) {
    size_t bytes = strlen(open);
    if (text->bytes < bytes || strncasecmp(text->data, open, bytes) != 0)
        return false;
    const char *end = memmem(text->data + bytes, text->bytes - bytes, close, strlen(close));
    if (!end)
        return false;
    size_t skipped = (size_t)(end - text->data) + strlen(close);
    *text = (gdx_slice){text->data + skipped, text->bytes - skipped};
    return true;
}

static void skip_white(gdx_slice *text) {
    while (text->bytes && strchr(" \t\r\n\f", text->data[0]) && text->data[0])
        *text = (gdx_slice){text->data + 1, text->bytes - 1};
}

// The name of a tag or of the document type, with what ends it.
static bool starts_with_tag(gdx_slice text, const char *tag) {
    size_t bytes = strlen(tag);
    return text.bytes > bytes && strncasecmp(text.data, tag, bytes) == 0 &&
           strchr(" \t\r\n\f>/", text.data[bytes]) != NULL && text.data[bytes];
}

bool ingest_is_html(gdx_slice bytes) {
    static const char *const tags[] = {"<!doctype html", "<html", "<head", "<body"};
    gdx_slice text = {bytes.data, bytes.bytes < HTML_LOOK_BYTES ? bytes.bytes : HTML_LOOK_BYTES};
    if (text.bytes >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        text = (gdx_slice){text.data + 3, text.bytes - 3};
    do
        skip_white(&text);
    while (skip_between(&text, "<!--", "-->") || skip_between(&text, "<?xml", "?>") || skip_between(&text, "<%", "%>"));
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (starts_with_tag(text, tags[i]))
            return true;
    return false;
}
