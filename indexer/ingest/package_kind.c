// SPDX-License-Identifier: Apache-2.0
// package_kind.c: which kind of document a zip file is, whatever its name. Relies on package.h.
// OpenDocument and EPUB begin with an entry "mimetype" that is not compressed; Office Open XML has
// "[Content_Types].xml" and a folder of its kind. All names stand in the list at the end of the file; of a file's first
// bytes alone, those of the entries at the start are seen, which suffices for what programs write.

#include "package.h"

#include <strings.h>

enum { LOCAL_BYTES = 30, CENTRAL_BYTES = 46, END_BYTES = 22, MOST_COMMENT = 65535, HEAD_BYTES = 1 << 16 };

struct seen {
    size_t entries;
    bool has_types;
    bool has_word, has_slides, has_sheets, has_binary_sheets;
    bool has_container;
    bool has_content, has_manifest;
    bool has_fiction;
    package_kind by_type; // the entry "mimetype"
};

static bool begins(gdx_slice text, const char *with) {
    size_t bytes = strlen(with);
    return text.bytes >= bytes && strncasecmp(text.data, with, bytes) == 0;
}

static bool is(gdx_slice text, const char *other) {
    return text.bytes == strlen(other) && begins(text, other);
}

static void see_name(struct seen *seen, gdx_slice name) {
    seen->entries++;
    seen->has_types |= is(name, "[Content_Types].xml") || is(name, "_rels/.rels") || begins(name, "docProps/") ||
                       begins(name, "ppt/slides/slide") || begins(name, "xl/worksheets/sheet") ||
                       is(name, "word/document.xml");
    seen->has_word |= begins(name, "word/");
    seen->has_slides |= begins(name, "ppt/");
    seen->has_sheets |= begins(name, "xl/");
    seen->has_binary_sheets |= is(name, "xl/workbook.bin");
    seen->has_container |= is(name, "META-INF/container.xml");
    seen->has_manifest |= is(name, "META-INF/manifest.xml");
    seen->has_content |= is(name, "content.xml");
    seen->has_fiction |= name.bytes > 4 && begins((gdx_slice){name.data + name.bytes - 4, 4}, ".fb2");
}

// The entry "mimetype" holds nothing but a type, and no extra field stands before it.
static void see_type(struct seen *seen, gdx_slice bytes) {
    static const char odf[] = "application/vnd.oasis.opendocument.", epub[] = "application/epub+zip";
    if (bytes.bytes < LOCAL_BYTES)
        return;
    size_t name_bytes = gdx_load_u16(bytes.data + 26),
           before = LOCAL_BYTES + name_bytes + gdx_load_u16(bytes.data + 28);
    if (name_bytes != 8 || bytes.bytes < before || memcmp(bytes.data + LOCAL_BYTES, "mimetype", 8) != 0)
        return;
    gdx_slice type = gdx_trim((gdx_slice){bytes.data + before, bytes.bytes - before});
    if (begins(type, odf))
        seen->by_type = PACKAGE_OPENDOCUMENT;
    else if (begins(type, epub))
        seen->by_type = PACKAGE_EPUB;
}

// False: there is no list at the end, or it is damaged.
static bool see_list(struct seen *seen, gdx_slice bytes) {
    size_t at = bytes.bytes >= END_BYTES ? bytes.bytes - END_BYTES + 1 : 0;
    size_t last = at > MOST_COMMENT ? at - MOST_COMMENT : 0;
    while (at > last && memcmp(bytes.data + at - 1, "PK\5\6", 4) != 0)
        at--;
    if (at == last)
        return false;
    const char *end = bytes.data + at - 1;
    size_t begin = gdx_load_u32(end + 16), count = gdx_load_u16(end + 10);
    for (size_t i = 0; i < count; i++) {
        if (begin > bytes.bytes || bytes.bytes - begin < CENTRAL_BYTES || memcmp(bytes.data + begin, "PK\1\2", 4) != 0)
            return false;
        const char *entry = bytes.data + begin;
        size_t name_bytes = gdx_load_u16(entry + 28);
        if (bytes.bytes - begin - CENTRAL_BYTES < name_bytes)
            return false;
        see_name(seen, (gdx_slice){entry + CENTRAL_BYTES, name_bytes});
        begin += CENTRAL_BYTES + name_bytes + gdx_load_u16(entry + 30) + gdx_load_u16(entry + 32);
    }
    return true;
}

static void see_head(struct seen *seen, gdx_slice bytes) {
    gdx_slice rest = {bytes.data, bytes.bytes < HEAD_BYTES ? bytes.bytes : HEAD_BYTES};
    while (rest.bytes >= LOCAL_BYTES) {
        const char *entry = memmem(rest.data, rest.bytes, "PK\3\4", 4);
        if (!entry)
            return;
        rest = (gdx_slice){entry, rest.bytes - (size_t)(entry - rest.data)};
        size_t name_bytes = rest.bytes >= LOCAL_BYTES ? gdx_load_u16(entry + 26) : rest.bytes;
        if (rest.bytes < LOCAL_BYTES || rest.bytes - LOCAL_BYTES < name_bytes)
            return;
        see_name(seen, (gdx_slice){entry + LOCAL_BYTES, name_bytes});
        rest = (gdx_slice){entry + 4, rest.bytes - 4};
    }
}

static package_kind kind_of(const struct seen *seen, bool is_whole) {
    if (seen->by_type != PACKAGE_NONE)
        return seen->by_type;
    if (seen->has_types && seen->has_binary_sheets)
        return PACKAGE_BINARY_SHEETS;
    if (seen->has_types && seen->has_word + seen->has_slides + seen->has_sheets == 1)
        return seen->has_word ? PACKAGE_WORD : seen->has_slides ? PACKAGE_SLIDES : PACKAGE_SHEETS;
    if (seen->has_container)
        return PACKAGE_EPUB;
    if (seen->has_content && seen->has_manifest)
        return PACKAGE_OPENDOCUMENT;
    return is_whole && seen->has_fiction && seen->entries == 1 ? PACKAGE_FICTIONBOOK : PACKAGE_ZIP;
}

package_kind ingest_package_kind(gdx_slice bytes) {
    struct seen seen = {0};
    if (!ingest_package_is_zip(bytes))
        return PACKAGE_NONE;
    see_type(&seen, bytes);
    bool is_whole = see_list(&seen, bytes);
    if (!is_whole) {
        seen = (struct seen){.by_type = seen.by_type};
        see_head(&seen, bytes);
    }
    return kind_of(&seen, is_whole);
}
