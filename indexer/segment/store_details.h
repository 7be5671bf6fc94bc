// SPDX-License-Identifier: Apache-2.0
// store_details.h: what a head holds that most documents do not have: origin, sizes of parts, places.
// Format: docs/format.md, "Heads". Relies on gdx/segment.h. One owner.
#ifndef GDX_SEGMENT_STORE_DETAILS_H
#define GDX_SEGMENT_STORE_DETAILS_H

#include "gdx/segment.h"

typedef struct store_details { // one owner; {0} is empty; reused from head to head
    gdx_part *parts;           // of `read`; the caller, which has the body, fills in their texts
    size_t part_count;
    size_t part_capacity;
    uint64_t *ends; // where in the body the text and each part but the last end: part_count of them
    size_t end_capacity;
    gdx_part_place *places; // of the text, then of each part
    size_t place_count;
    size_t place_capacity;
    uint32_t text_places;
} store_details;

void store_details_clear(store_details *details);
// Nothing when there is none of it.
gdx_status store_details_append(const gdx_document *document, gdx_buffer *out) GDX_MUST_CHECK;
// GDX_CORRUPT: they do not decode, or have not the parts of `rows`. GDX_NO_MEMORY. Strings lie in `coded`.
gdx_status store_details_read(gdx_slice coded, const gdx_part_row *rows, uint32_t row_count, store_details *details,
                              gdx_slice *out_origin) GDX_MUST_CHECK;

// The place in force at a byte of the text (part 0) or of a part; "" for none.
gdx_slice store_details_place(const store_details *details, uint32_t part, uint64_t byte);

#endif
