// SPDX-License-Identifier: Apache-2.0
// evaluate.h: a query in one segment: which live documents match, and how often each leaf occurs in each document.
#ifndef GDX_QUERY_EVALUATE_H
#define GDX_QUERY_EVALUATE_H

#include "bridge.h"
#include "leaf.h"

typedef struct query_bridged_leaf {
    query_bridged *places; // ascending
    size_t count;
} query_bridged_leaf;

typedef struct query_bridges {  // what bridge: adds
    query_bridged_leaf *leaves; // by number; nothing for other leaves
    uint32_t *documents;        // that match when such places count, ascending: those that match anyway are among them
    size_t document_count;
    uint32_t *plain_documents; // that match without them
    size_t plain_count;
} query_bridges;

typedef struct query_evaluation { // in the run's memory
    query_segment segment;
    query_frequencies *leaves; // by number; below NEAR and THEN only occurrences that have a partner
    query_plan *exact;         // plans of exact phrases, by number of the leaf; NULL: there are none
    uint32_t *documents;       // that match, ascending
    size_t document_count;
    query_bridges *bridges; // NULL: the query has none
} query_evaluation;

gdx_status query_evaluation_make(query_run *run, size_t segment, query_evaluation *out, gdx_error *err) GDX_MUST_CHECK;

// What a leaf adds to a row of matching documents: slots [begin, end), which count them.
typedef double (*query_weigh)(const void *context, uint32_t length, uint32_t frequency);
typedef struct query_slots {
    size_t begin, end;
    uint64_t *occurrences; // of each slot
    double *scores;        // likewise; NULL: they are not asked for
    query_weigh weigh;
    const void *context; // of weigh
} query_slots;
// `at`, the index of the leaf's first document that is not in a slot before, moves to that after the last slot.
gdx_status query_evaluation_add_leaf(query_run *run, const query_evaluation *evaluation, const query_frequencies *leaf,
                                     const query_slots *slots, size_t *at, gdx_error *err) GDX_MUST_CHECK;

// From here on the documents that match by bridged places alone are among evaluation->documents. After the totals.
void query_evaluation_include_bridged(query_evaluation *evaluation);
// True if the document matches by its bridged places alone.
bool query_evaluation_is_bridged(const query_evaluation *evaluation, uint32_t document);

// Adds the documents that match, the bridged places of those that match with them, and the occurrences in them of all
// leaves that are not negated.
gdx_status query_evaluation_add_totals(query_run *run, const query_evaluation *evaluation, gdx_totals *totals,
                                       gdx_error *err) GDX_MUST_CHECK;

#endif
