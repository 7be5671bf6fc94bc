// SPDX-License-Identifier: Apache-2.0
// feed.h: XML that holds many records: RSS, Atom, dumps of wikis, and whatever calls its records item, entry or page.
// Relies on page.h for the HTML in them, on record.h; inside on expat. Threads: one owner.
#ifndef INGEST_FEED_H
#define INGEST_FEED_H

#include "page.h"
#include "position.h"
#include "record.h"

struct XML_ParserStruct;

enum { FEED_DEPTH = 128, FEED_PARTS = 512, FEED_PATH_BYTES = 1024, FEED_URL_BYTES = 1024 };

typedef struct feed_part {        // an element of a record that has a text
    size_t path_at, path_bytes;   // below the record, in `paths`: "title", "revision.text"
    size_t value_at, value_bytes; // in `values`
    bool is_html;                 // the value is HTML: it says so, or had elements within it
    bool is_plain;                // it says that it is none
} feed_part;

typedef struct feed_reader {
    struct XML_ParserStruct *parser;
    gdx_slice text;
    size_t fed;
    bool is_suspended; // within what is fed
    bool is_ended;
    bool is_wiki;
    bool has_records;
    char root[40]; // its name
    page_reader *pages;
    const struct gdx_record_map *map;

    size_t depth;
    size_t record_depth; // of the record at hand; 0: none
    size_t text_depth;   // of the element whose elements are markup; 0: none
    size_t path_ends[FEED_DEPTH + 1];
    gdx_buffer path; // of the open elements below the record
    size_t open;     // the part that character data goes to, FEED_PARTS: none
    bool is_markup;  // its value has had elements
    bool is_redirect;
    bool is_done;             // a record is complete
    stream_position position; // of it
    gdx_buffer paths, values;
    feed_part parts[FEED_PARTS];
    size_t part_count;
    gdx_status status; // of what a callback did
    const char *reason;

    char site[FEED_URL_BYTES]; // what the pages of a wiki have before their titles
    bool is_in_site;
    gdx_buffer id, title, converted;
    gdx_document laid_out; // parts and places of the text at hand, which is the last that was read
} feed_reader;

// The readers stay with the feed to its end. GDX_NO_MEMORY.
gdx_status ingest_feed_begin(feed_reader *feed, gdx_slice text, page_reader *pages, const struct gdx_record_map *map,
                             gdx_error *err) GDX_MUST_CHECK;
stream_step ingest_feed_next(feed_reader *feed, record_reader *records, record *out, gdx_error *err);
void ingest_feed_clear(feed_reader *feed);

// feed_record.c: the elements of the record at hand as its fields. GDX_INVALID, GDX_TOO_LARGE, GDX_NO_MEMORY.
gdx_status ingest_feed_record(feed_reader *feed, record_reader *records, record *out, gdx_error *err) GDX_MUST_CHECK;
// True if the elements within this one, called by its path below the record, are markup of its text.
bool ingest_feed_is_text(const feed_reader *feed, gdx_slice path);

// wikitext.c: what a reader sees of a page of a wiki, appended. GDX_NO_MEMORY.
gdx_status ingest_wikitext(gdx_slice source, gdx_buffer *out) GDX_MUST_CHECK;

#endif
