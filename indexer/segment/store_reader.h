// SPDX-License-Identifier: Apache-2.0
// store_reader.h: what a reader of stored documents keeps from call to call, for the readers of this folder.
// Relies on heads.h, groups.h, store_details.h.
#ifndef GDX_SEGMENT_STORE_READER_H
#define GDX_SEGMENT_STORE_READER_H

#include "groups.h"
#include "heads.h"
#include "store_details.h"

struct gdx_store_reader { // one owner
    head_cache heads;
    group_block block;    // the lengths read last
    struct {              // of the range of documents read last
        uint64_t segment; // its name; 0: none was
        uint32_t begin;
        uint32_t end;
        const gdx_token_table *table; // the segment's
    } range;
    gdx_buffer head; // title, metadata and details handed out
    gdx_buffer text; // the body handed out
    store_details details;
    const gdx_stop *stop; // NULL: never
    bool has_parts;       // the document at hand has the flag
};

// The table that a document's text is coded by.
gdx_status store_table(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                       const gdx_token_table **out, gdx_error *err) GDX_MUST_CHECK;

#endif
