// SPDX-License-Identifier: Apache-2.0
// reading.h: stored text by places of the index, for leaves that the index cannot decide alone. Places are asked for in
// ascending order, so a document is opened once.
#ifndef GDX_QUERY_READING_H
#define GDX_QUERY_READING_H

#include "budget.h"
#include "document.h"

// Places that a thread reads at a time, half a millisecond's; and with how many threads are asked (query_finding).
enum { QUERY_PLACES_PART = 512, QUERY_PLACES_SHARED = 4096 };

typedef struct query_reading { // one owner; uses the searcher's store and document
    query_run *run;
    const query_segment *segment;
    uint32_t number; // of the document that is open
    bool is_open;
} query_reading;

// The positions of the symbols of the part that a position is in.
gdx_position_range query_part_of(const query_segment *segment, uint32_t number, uint32_t position);

// The symbols at positions [from, to) of one part of document `number`; *out_index is the number of the first in
// out->symbols. `ahead` as for query_document_view. The view is valid until the next call.
gdx_status query_reading_view(query_reading *reading, uint32_t number, uint32_t from, uint32_t to, uint32_t ahead,
                              query_view *out, uint32_t *out_index, gdx_error *err) GDX_MUST_CHECK;
// Adds `count` places to those that the run reads. GDX_TOO_LARGE: they are more than 1,000,000. `what` names the leaf.
gdx_status query_reading_count(query_run *run, const char *what, uint64_t count, gdx_error *err) GDX_MUST_CHECK;
// True: so many in all are too many.
bool query_reading_is_over(uint64_t count);
// The same before any is: `count` places in all.
gdx_status query_reading_expect(const char *what, uint64_t count, gdx_error *err) GDX_MUST_CHECK;

#endif
