// SPDX-License-Identifier: Apache-2.0
// store_reader.h: what a reader of stored documents keeps from call to call, for the readers of this folder.
// Relies on heads.h, groups.h, store_details.h.
#ifndef GDX_SEGMENT_STORE_READER_H
#define GDX_SEGMENT_STORE_READER_H

#include "groups.h"
#include "heads.h"
#include "store_details.h"

enum { STORE_RANGES_KEPT = 8 };

struct store_range {  // of documents
    uint64_t segment; // its name; 0: none was read
    uint32_t begin;
    uint32_t end;
    const gdx_token_table *table; // the segment's
};

struct gdx_store_reader { // one owner
    head_cache heads;
    group_block block;                            // the lengths read last
    struct store_range ranges[STORE_RANGES_KEPT]; // read last
    uint32_t next_range;                          // to be read anew
    gdx_buffer head;                              // title, metadata and details handed out
    gdx_buffer text;                              // the body handed out
    store_details details;
    const gdx_stop *stop; // NULL: never
    bool has_parts;       // the document at hand has the flag
};

// The table that a document's text is coded by.
gdx_status store_table(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                       const gdx_token_table **out, gdx_error *err) GDX_MUST_CHECK;

#endif
