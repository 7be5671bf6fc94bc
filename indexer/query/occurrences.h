// SPDX-License-Identifier: Apache-2.0
// occurrences.h: the occurrences of a query in one document after another of a segment, for hits and scans.
#ifndef GDX_QUERY_OCCURRENCES_H
#define GDX_QUERY_OCCURRENCES_H

#include "document.h"
#include "evaluate.h"

typedef struct query_occurrence { // symbols [begin, end) of a part of its document
    uint32_t part;
    uint32_t begin;
    uint32_t end;
    bool is_bridged;
} query_occurrence;

// What a hit shows of its occurrences: the first of a part that is not the title, with those at most so many symbols
// after it, and the first `matches` that differ in their bytes.
typedef struct query_shown {
    uint32_t symbols;
    uint32_t matches;
} query_shown;

typedef struct query_walks query_walks; // one owner; in the run's memory
// The evaluation must stay where it is. Leaves are planned when first needed; exact phrases have been. `shown`: of a
// document that has more than these, only some of the others may be listed. NULL: all are listed.
gdx_status query_walks_open(query_run *run, const query_evaluation *evaluation, const query_shown *shown,
                            query_walks **out, gdx_error *err) GDX_MUST_CHECK;
// The occurrences of all leaves that are not negated, each as often as it counts, and bridged places: by part, then
// by start and end. The caller asks for documents in ascending order, and `document` is open on the same one. In
// `arena`.
gdx_status query_walks_list(query_walks *walks, uint32_t number, query_document *document, gdx_arena *arena,
                            query_occurrence **out, size_t *out_count, gdx_error *err) GDX_MUST_CHECK;

#endif
