// SPDX-License-Identifier: Apache-2.0
// book.h: the package document of an EPUB: its metadata, its files, their order and their titles.
// Relies on flow.h, package.h.
#ifndef INGEST_BOOK_H
#define INGEST_BOOK_H

#include "flow.h"
#include "package.h"

typedef struct book_item { // of the manifest; all in `names`
    size_t id, id_bytes;
    size_t path, path_bytes; // in the zip file
    bool is_navigation;      // EPUB 3's table of contents
    bool is_ncx;             // EPUB 2's
} book_item;

typedef struct book_title { // of a file, as the table of contents has it
    size_t path, path_bytes;
    size_t title, title_bytes;
} book_title;

typedef struct book_contents { // {0} is empty
    gdx_buffer names;
    book_item *items;
    size_t item_count, item_capacity;
    book_item *spine; // those that are read, in order; one that the manifest does not have has no path
    size_t spine_count, spine_capacity;
    book_title *titles;
    size_t title_count, title_capacity;
} book_contents;

void ingest_book_clear(book_contents *book);
gdx_slice ingest_book_text(const book_contents *book, size_t at, size_t bytes);
// From an open package: the title into flow->declared, date and metadata into its draft. GDX_CORRUPT: no EPUB;
// GDX_UNSUPPORTED: protected against copying.
gdx_status ingest_book_read(book_contents *book, package_reader *reader, text_flow *flow,
                            gdx_error *err) GDX_MUST_CHECK;
// The title of a file; empty when the table of contents does not have it.
gdx_slice ingest_book_title(const book_contents *book, gdx_slice path);

#endif
