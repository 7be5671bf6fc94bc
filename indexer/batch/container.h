// SPDX-License-Identifier: Apache-2.0
// container.h: what holds other files: an archive, a compressed file, what a crawler fetched. Relies on gdx/ingest.h,
// gdx/crawl.h. Blocking: for workers. One owner.
#ifndef GDX_BATCH_CONTAINER_H
#define GDX_BATCH_CONTAINER_H

#include "gdx/base.h"
#include "gdx/batch.h"
#include "gdx/crawl.h"
#include "gdx/ingest.h"

struct container {
    gdx_archive *archive; // one of the two
    gdx_crawl *crawl;
    gdx_input_kind kind;
    bool is_wacz;      // an archive: of its entries only those are read that a crawler's records are in
    gdx_buffer bytes;  // of one within another: all of an archive, the first of a crawl
    size_t given;      // of these, to the crawl
    gdx_archive *rest; // where the crawl goes on after them; NULL: they are all
    bool has_failed;   // the rest cannot be read on
    gdx_buffer path;   // "a.zip:b.zip"
    gdx_buffer id;     // "a.zip/b.zip"
};

// One file in a container. The slices are the container's until its next entry.
struct container_entry {
    gdx_slice name;
    const char *sniffed_name; // by which gdx_input_sniff tells its kind; NULL: its name
    const char *left_out;     // it is not read, and counts as this; NULL: it is read
    gdx_slice charset;        // of a page, as its server says
    gdx_slice crawled;        // when a page was fetched
};

// Path and id; the path gets a zero behind its end. GDX_NO_MEMORY.
gdx_status container_name(struct container *container, gdx_slice path, gdx_slice id) GDX_MUST_CHECK;
// Opens what is named. `within`: what the bytes are an entry of; NULL: of none. `bytes` NULL: the path is a file's.
// Else they are taken over, and `goes_on` says that a crawl has more of them in `within`. Errors as of gdx_archive_open
// and gdx_crawl_open; nothing is open then.
gdx_status container_open(struct container *container, gdx_input_kind kind, gdx_buffer *bytes, bool goes_on,
                          const struct container *within, gdx_error *err) GDX_MUST_CHECK;
void container_close(struct container *container); // path and id stay
void container_clear(struct container *container);

// *out_has false: there are no further entries. After a failure of an archive there are none either; of a crawl it
// costs a record, and err->byte says where that is.
gdx_status container_next(struct container *container, struct container_entry *entry, bool *out_has,
                          gdx_error *err) GDX_MUST_CHECK;
gdx_status container_read(struct container *container, size_t limit, gdx_buffer *out, bool *out_end,
                          gdx_error *err) GDX_MUST_CHECK;
// Path and id of an entry, in place of what was there. An archive is to its entries what a folder is to its files: its
// id comes before theirs. A page's id is its URL. Of a compressed file the entry is the file itself.
gdx_status container_name_entry(const struct container *container, gdx_slice name, gdx_buffer *path,
                                gdx_buffer *id) GDX_MUST_CHECK;
uint64_t container_position(const struct container *container); // bytes of the disk, of one that is a file
// What a page is, by all that is known of it; `words` as gdx_input_sniff gives them. No page is a file of records:
// what scripts load is left out, a text stays one. Without bytes it is left out, too.
gdx_input_kind container_kind_of_page(const struct container_entry *entry, size_t bytes, gdx_input_kind kind,
                                      char words[GDX_INPUT_WORDS_BYTES]);
// Counts what a crawl passed over.
void container_count(const struct container *container, gdx_batch_kinds *kinds);

#endif
