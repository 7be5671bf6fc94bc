// SPDX-License-Identifier: Apache-2.0
// package.h: documents that are zip files with XML inside: their entries by name, within limits, and the readers of
// each kind. Relies on gdx/base.h, gdx/draft.h; inside on libarchive. The other readers' tools are in markup.h, flow.h
// and relations.h.
#ifndef INGEST_PACKAGE_H
#define INGEST_PACKAGE_H

#include "gdx/base.h"
#include "gdx/draft.h"

#include <locale.h>

struct archive;
struct page_reader;

// PACKAGE_STEPS: headers of entries that one document may cost to pass. Entries are read forward; a name that lies
// behind costs a walk from the start, so that a hostile order of many entries would cost the square of their number.
enum { PACKAGE_NAME_BYTES = 1024, PACKAGE_ENTRIES = 1 << 17, PACKAGE_STEPS = 10 * 1000 * 1000 };
#define PACKAGE_UNPACKED_LIMIT ((uint64_t)1 << 30) // bytes that one document may unpack to, unless told otherwise

typedef struct package_entry {
    size_t name; // in names, of name_bytes
    size_t name_bytes;
    size_t number; // of the entry in the order of the zip file
    bool is_encrypted;
} package_entry;

typedef struct package_reader { // one worker's own; used again from document to document
    uint64_t unpacked_limit;
    uint64_t unpacked; // bytes unpacked of this document so far
    uint64_t lost;     // parts that the document names and that are not there or cannot be read
    char first_lost[PACKAGE_NAME_BYTES];
    struct page_reader *pages; // reads chapters that are no XML, as pages of the web; NULL: they are lost
    // The rest is package.c's own.
    gdx_slice bytes;
    struct archive *archive; // NULL: not open
    size_t next;             // number of the entry whose header comes next
    bool is_in_entry;
    uint64_t steps;
    package_entry *entries; // by folded name, then by number
    size_t entry_count;
    size_t entry_capacity;
    gdx_buffer names;
    locale_t locale; // 0: none to be had
} package_reader;

// `unpacked_limit`: 0: PACKAGE_UNPACKED_LIMIT.
void ingest_package_reader_init(package_reader *reader, uint64_t unpacked_limit);
void ingest_package_reader_clear(package_reader *reader);

// Bytes within a buffer that holds many texts.
static inline gdx_slice ingest_slice_at(const gdx_buffer *buffer, size_t at, size_t bytes) {
    return (gdx_slice){bytes ? (const char *)buffer->data + at : "", bytes};
}

// ---- the zip file, for the readers

enum { PACKAGE_NOT_THERE = -1 };
// Begins a document: forgets what was lost. A file that is no zip has no entries and may be read by its bytes alone.
void ingest_package_begin(package_reader *reader, gdx_slice bytes);
bool ingest_package_is_zip(gdx_slice bytes);
// Lists the entries. GDX_CORRUPT, GDX_TOO_LARGE, GDX_NO_MEMORY.
gdx_status ingest_package_open(package_reader *reader, gdx_error *err) GDX_MUST_CHECK;
// The entry of that name, else one whose name differs in the case of its letters alone; of several the first in the
// file. A slash at the start counts for nothing. PACKAGE_NOT_THERE.
ptrdiff_t ingest_package_find(const package_reader *reader, gdx_slice name);
gdx_slice ingest_package_name(const package_reader *reader, ptrdiff_t entry);
// Begins to read an entry; then up to `limit` bytes at a time until *out_bytes is 0. GDX_CORRUPT with libarchive's
// words; GDX_TOO_LARGE past the unpacked limit; GDX_UNSUPPORTED: encrypted; GDX_NO_MEMORY.
gdx_status ingest_package_enter(package_reader *reader, ptrdiff_t entry, gdx_error *err) GDX_MUST_CHECK;
gdx_status ingest_package_read(package_reader *reader, void *to, size_t limit, size_t *out_bytes,
                               gdx_error *err) GDX_MUST_CHECK;
// All of an entry, in place of what was in `out`.
gdx_status ingest_package_read_all(package_reader *reader, ptrdiff_t entry, gdx_buffer *out,
                                   gdx_error *err) GDX_MUST_CHECK;
// A part that the document names is missing or damaged, and the document is read without it.
void ingest_package_lose(package_reader *reader, gdx_slice name);

// ---- what a zip file is: package_kind.c

typedef enum package_kind {
    PACKAGE_NONE, // no zip file
    PACKAGE_ZIP,  // and nothing else
    PACKAGE_WORD,
    PACKAGE_SLIDES,
    PACKAGE_SHEETS,
    PACKAGE_BINARY_SHEETS, // .xlsb: no reader
    PACKAGE_OPENDOCUMENT,  // text, sheets, slides or a drawing
    PACKAGE_EPUB,
    PACKAGE_FICTIONBOOK, // .fb2.zip
} package_kind;
// By the names of its entries and its entry "mimetype". `bytes` are the whole file or its first kilobytes; of those
// alone PACKAGE_FICTIONBOOK is not told. Never fails: what cannot be told is PACKAGE_ZIP.
package_kind ingest_package_kind(gdx_slice bytes);

// ---- the readers. Each writes into a draft that the caller began and finishes. GDX_CORRUPT: damaged, or not what it
// should be; GDX_UNSUPPORTED: encrypted, or protected against copying; GDX_TOO_LARGE; GDX_NO_MEMORY. What the
// document names and does not hold is counted in `lost`.

gdx_status ingest_word(package_reader *reader, gdx_slice bytes, gdx_draft *draft, gdx_error *err) GDX_MUST_CHECK;
gdx_status ingest_slides(package_reader *reader, gdx_slice bytes, gdx_draft *draft, gdx_error *err) GDX_MUST_CHECK;
gdx_status ingest_sheets(package_reader *reader, gdx_slice bytes, gdx_draft *draft, gdx_error *err) GDX_MUST_CHECK;
// Text, sheets and slides, in a zip file or flat.
gdx_status ingest_opendocument(package_reader *reader, gdx_slice bytes, gdx_draft *draft,
                               gdx_error *err) GDX_MUST_CHECK;
gdx_status ingest_epub(package_reader *reader, gdx_slice bytes, gdx_draft *draft, gdx_error *err) GDX_MUST_CHECK;
// Plain or in a zip file.
gdx_status ingest_fictionbook(package_reader *reader, gdx_slice bytes, gdx_draft *draft, gdx_error *err) GDX_MUST_CHECK;

#endif
