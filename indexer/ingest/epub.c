// SPDX-License-Identifier: Apache-2.0
// epub.c: EPUB 2 and 3 -> one document, its chapters in reading order. Relies on book.h, xhtml.h, flow.h.
// A chapter is a place: its title in the table of contents, of which a file without one belongs to the chapter before.
// The table of contents itself is furniture.

#include "book.h"
#include "xhtml.h"

struct epub {
    package_reader *reader;
    text_flow *flow;
    book_contents book;
    bool has_chapter; // a title is in force
};

static gdx_slice last_step(gdx_slice path) {
    const char *slash = path.bytes ? memrchr(path.data, '/', path.bytes) : NULL;
    size_t folder = slash ? (size_t)(slash + 1 - path.data) : 0;
    return (gdx_slice){path.data + folder, path.bytes - folder};
}

static void place(struct epub *epub, gdx_slice path, gdx_slice name) {
    gdx_slice title = ingest_book_title(&epub->book, path);
    if (title.bytes == 0 && epub->has_chapter)
        return;
    epub->has_chapter = title.bytes > 0;
    if (title.bytes == 0)
        title = last_step(name);
    ingest_flow_place(epub->flow, "%.*s", GDX_SLICE_ARGUMENTS(title));
}

static gdx_status read_chapter(struct epub *epub, const book_item *item, gdx_error *err) {
    gdx_slice path = ingest_book_text(&epub->book, item->path, item->path_bytes);
    ptrdiff_t entry = path.bytes ? ingest_package_find(epub->reader, path) : PACKAGE_NOT_THERE;
    if (entry == PACKAGE_NOT_THERE) {
        ingest_package_lose(epub->reader, path.bytes ? path : ingest_book_text(&epub->book, item->id, item->id_bytes));
        return GDX_OK;
    }
    gdx_error damage = {0};
    place(epub, path, ingest_package_name(epub->reader, entry));
    if (item->is_navigation)
        ingest_flow_part_begin(epub->flow, GDX_FIELD_FURNITURE);
    gdx_status status = ingest_chapter(epub->reader, entry, epub->flow, &damage);
    if (item->is_navigation)
        ingest_flow_part_end(epub->flow);
    if (status == GDX_CORRUPT) {
        ingest_package_lose(epub->reader, path);
        return GDX_OK;
    }
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "%s", damage.message);
}

static gdx_status read_epub(struct epub *epub, gdx_error *err) {
    gdx_status status = ingest_package_open(epub->reader, err);
    if (status == GDX_OK)
        status = ingest_book_read(&epub->book, epub->reader, epub->flow, err);
    uint64_t lost = epub->reader->lost;
    for (size_t i = 0; status == GDX_OK && i < epub->book.spine_count; i++)
        status = read_chapter(epub, &epub->book.spine[i], err);
    if (status == GDX_OK && epub->reader->lost > lost && gdx_draft_total_bytes(epub->flow->draft) == 0)
        return gdx_fail(err, GDX_CORRUPT, "none of its %zu chapters can be read, %s among them", epub->book.spine_count,
                        epub->reader->first_lost);
    return status == GDX_OK ? ingest_flow_finish(epub->flow, true, err) : status;
}

gdx_status ingest_epub(package_reader *reader, gdx_slice bytes, gdx_draft *draft, gdx_error *err) {
    text_flow flow = {0};
    struct epub epub = {.reader = reader, .flow = &flow};
    ingest_package_begin(reader, bytes);
    ingest_flow_begin(&flow, draft);
    gdx_status status = read_epub(&epub, err);
    ingest_book_clear(&epub.book);
    ingest_flow_clear(&flow);
    return status;
}
