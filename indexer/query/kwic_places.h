// SPDX-License-Identifier: Apache-2.0
// kwic_places.h: occurrences of a whole snapshot as numbers, and the order that a concordance wants of them. Relies on
// gdx/kwic.h, document.h.
#ifndef GDX_QUERY_KWIC_PLACES_H
#define GDX_QUERY_KWIC_PLACES_H

#include "gdx/kwic.h"

#include "budget.h"
#include "document.h"

typedef struct query_place { // an occurrence
    uint32_t segment;        // number in the snapshot
    uint32_t document;       // number in the segment
    uint32_t position;       // of the segment
    uint32_t length : 31;    // in symbols
    uint32_t is_bridged : 1;
} query_place;

typedef struct query_places { // in the order of a scan
    const query_place *list;
    uint32_t count;
    const query_segment *segments; // by number
} query_places;

enum {
    QUERY_KEY_SYMBOLS = 8, // of an occurrence, read and compared at a time
    QUERY_SORT_BYTES = 68  // of memory for each place
};

// Numbers of places in order; of those only [from, to) are sure to be where they belong. In `kept`. Uses the searcher's
// documents, store and document. Keys: options->keys, then the id, then the order of the list.
gdx_status query_places_sort(query_run *run, const query_places *places, const gdx_kwic_options *options, size_t from,
                             size_t to, gdx_arena *kept, uint32_t **out, gdx_error *err) GDX_MUST_CHECK;

// Symbols of its part. GDX_CORRUPT: the document has no such place.
typedef struct query_placed {
    uint32_t part;
    uint32_t begin;
    uint32_t end;
    uint32_t part_length;
} query_placed;
gdx_status query_place_find(const query_document *document, const query_segment *segment, const query_place *place,
                            query_placed *out, gdx_error *err) GDX_MUST_CHECK;

#endif
