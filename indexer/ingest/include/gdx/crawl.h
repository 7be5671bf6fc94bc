// SPDX-License-Identifier: Apache-2.0
// gdx/crawl.h: the pages of a crawler's file: WARC 1.0 and 1.1, plain or in gzip, and so WET; WACZ is a zip of such.
// Relies on gdx/pull.h; inside on zlib and, for other compressions, on gdx/ingest.h. Memory is bounded whatever the
// file's size: about half a megabyte. Threads: an object has one owner.
//
// A page is a record of type response whose HTTP status is 200, of type resource or of type conversion. Bodies come
// without chunks and without gzip or deflate, whatever the head says and the bytes refute. A record whose length is
// false or that is damaged is refused with its place, and reading goes on at the next record: the next gzip member, or
// the next line that a record starts with.
#ifndef GDX_CRAWL_H
#define GDX_CRAWL_H

#include "gdx/pull.h"

typedef struct gdx_crawl gdx_crawl;

// Slices are the crawl's until the next call of gdx_crawl_next. All are valid UTF-8 without control characters.
typedef struct gdx_crawl_page {
    gdx_slice url;        // WARC-Target-URI; never empty
    gdx_slice media_type; // "text/html", in small letters; "" if nothing says
    gdx_slice charset;    // of the HTTP head's Content-Type, as it stands; "" if none
    gdx_slice date;       // WARC-Date, when it was fetched: no date of publication; "" if none
    uint64_t byte;        // where the record starts in the file, for gzip the member
} gdx_crawl_page;

// Records passed over by their kind. None of them holds a page's text.
typedef struct gdx_crawl_counts {
    uint64_t pages;
    uint64_t revisits;       // the page is as it was in another record
    uint64_t statuses;       // responses with a status that is not 200
    uint64_t by_hundreds[6]; // of these, 4 for 404; 0 for what is no status
    uint64_t others;         // request, metadata, warcinfo, continuation; responses of other protocols (dns:)
    uint64_t refused;        // records that gdx_crawl_next or gdx_crawl_read failed at
} gdx_crawl_counts;

// True if a WARC file starts so; plain, or in gzip as far as the head goes. 4 KiB are enough.
bool gdx_crawl_sniff(gdx_slice head);
// True for an entry of a WACZ file that holds its records: archive/*.warc, archive/*.warc.gz.
bool gdx_crawl_is_of_wacz(gdx_slice entry_name);

// GDX_NOT_FOUND, GDX_IO, GDX_NO_MEMORY, GDX_CORRUPT: it starts like no WARC file.
gdx_status gdx_crawl_open(const char *path, gdx_crawl **out, gdx_error *err) GDX_MUST_CHECK;
// The same over any bytes, plain or in gzip, such as an entry of an archive (gdx_archive_pull). `name` is what errors
// say.
gdx_status gdx_crawl_open_pull(gdx_pull from, const char *name, gdx_crawl **out, gdx_error *err) GDX_MUST_CHECK;
void gdx_crawl_close(gdx_crawl *crawl);
GDX_DEFINE_AUTO(gdx_crawl, gdx_crawl_close)

// The next page; what is left of the present one is passed over. *out_has is false at the end. A failure is that of one
// record (err->byte says where it starts): call again to go on, until *out_has is false. GDX_CORRUPT; GDX_NO_MEMORY and
// GDX_IO end the crawl.
gdx_status gdx_crawl_next(gdx_crawl *crawl, gdx_crawl_page *page, bool *out_has, gdx_error *err) GDX_MUST_CHECK;
// Up to `limit` more bytes of the page, appended; *out_end when it is complete. After a failure the page is lost, also
// what was given of it. GDX_CORRUPT; GDX_UNSUPPORTED: its encoding (br) is not read.
gdx_status gdx_crawl_read(gdx_crawl *crawl, size_t limit, gdx_buffer *out, bool *out_end,
                          gdx_error *err) GDX_MUST_CHECK;
const gdx_crawl_counts *gdx_crawl_counted(const gdx_crawl *crawl);
uint64_t gdx_crawl_position(const gdx_crawl *crawl); // bytes of the file read so far

#endif
