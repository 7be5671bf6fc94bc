// SPDX-License-Identifier: Apache-2.0
// scan.c: every occurrence of a query, one document after another. What is held at any time: which documents of the
// segment at hand match, and the occurrences of the document at hand.

#include "document.h"
#include "evaluate.h"
#include "occurrences.h"
#include "snippet.h"

#include <stdlib.h>

enum {
    AHEAD_SYMBOLS = 4096, // read at once, when occurrences follow that are near
    NEAR_SYMBOLS = 256,   // as long as reading them is cheaper than finding a place anew
    STORE_CACHE_BYTES = 1 << 20
};

struct gdx_scan { // one owner
    query_run run;
    uint32_t context;
    gdx_store_reader *store; // its own, so that the searcher may be used for other queries meanwhile
    query_document *document;
    gdx_arena *arena;       // of the segment at hand
    gdx_arena *occurrences; // of the document at hand
    gdx_arena *shown;       // of the occurrence at hand
    size_t next_segment;
    query_evaluation evaluation;
    query_walks *walks;
    size_t next_document; // of evaluation.documents
    query_occurrence *all;
    size_t count;
    size_t next;
};

void gdx_scan_close(gdx_scan *scan) {
    if (!scan)
        return;
    gdx_snapshot_release(scan->run.snapshot);
    gdx_store_reader_free(scan->store);
    query_document_free(scan->document);
    gdx_arena_free(scan->arena);
    gdx_arena_free(scan->occurrences);
    gdx_arena_free(scan->shown);
    free(scan);
}

gdx_status gdx_scan_open(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                         uint32_t context_symbols, const gdx_stop *stop, gdx_scan **out, gdx_error *err) {
    GDX_AUTO(gdx_scan) scan = calloc(1, sizeof *scan);
    if (!scan)
        return gdx_fail_memory(err, "an answer");
    scan->arena = gdx_arena_new();
    scan->occurrences = gdx_arena_new();
    scan->shown = gdx_arena_new();
    scan->store = gdx_store_reader_new(STORE_CACHE_BYTES);
    scan->document = query_document_new();
    if (!scan->arena || !scan->occurrences || !scan->shown || !scan->store || !scan->document)
        return gdx_fail_memory(err, "an answer");
    scan->run = query_run_of(searcher, gdx_snapshot_retain(snapshot), query, stop);
    scan->run.arena = scan->arena; // lasts from call to call
    scan->context = context_symbols;
    if (!query->ranks) // filters and negated terms only: no document has occurrences
        scan->next_segment = gdx_snapshot_segment_count(snapshot);
    *out = GDX_TAKE(scan);
    return GDX_OK;
}

static gdx_status enter_segment(gdx_scan *scan, gdx_error *err) {
    gdx_arena_reset(scan->arena);
    scan->next_document = 0;
    gdx_status status = query_evaluation_make(&scan->run, scan->next_segment++, &scan->evaluation, err);
    query_evaluation_include_bridged(&scan->evaluation);
    return status == GDX_OK ? query_walks_open(&scan->run, &scan->evaluation, NULL, &scan->walks, err) : status;
}

static gdx_status enter_document(gdx_scan *scan, gdx_error *err) {
    gdx_arena_reset(scan->occurrences);
    scan->next = scan->count = 0;
    uint32_t number = scan->evaluation.documents[scan->next_document++];
    gdx_status status = query_run_spend(&scan->run, QUERY_DOCUMENT_WORK, err);
    if (status == GDX_OK)
        status = query_document_open(scan->document, scan->store, &scan->evaluation.segment, number, err);
    if (status != GDX_OK)
        return status;
    return query_walks_list(scan->walks, number, scan->document, scan->occurrences, &scan->all, &scan->count, err);
}

// Symbols after `to` that the next occurrences of the part will ask for.
static uint32_t symbols_ahead(const gdx_scan *scan, const query_occurrence *at, uint32_t to) {
    uint64_t reach = to;
    for (size_t i = scan->next + 1; i < scan->count && reach - to < AHEAD_SYMBOLS; i++) {
        const query_occurrence *next = &scan->all[i];
        if (next->part != at->part || next->begin > reach + NEAR_SYMBOLS)
            break;
        uint64_t end = (uint64_t)next->end + scan->context;
        reach = end > reach ? end : reach;
    }
    return reach - to < AHEAD_SYMBOLS ? (uint32_t)(reach - to) : AHEAD_SYMBOLS;
}

static gdx_status show(gdx_scan *scan, const query_occurrence *at, gdx_occurrence *out, gdx_error *err) {
    uint64_t to = (uint64_t)at->end + scan->context;
    uint32_t length = query_document_length(scan->document, at->part);
    uint32_t ahead = symbols_ahead(scan, at, to < length ? (uint32_t)to : length);
    gdx_arena_reset(scan->shown);
    gdx_status status = query_occurrence_show(scan->document, at, scan->context, ahead, scan->shown, out, err);
    return status == GDX_OK ? query_run_spend(&scan->run, 200, err) : status;
}

void gdx_scan_stop_at(gdx_scan *scan, const gdx_stop *stop) {
    scan->run.stop = *stop;
}

gdx_status gdx_scan_next(gdx_scan *scan, gdx_occurrence *out, bool *out_has, gdx_error *err) {
    gdx_status status = GDX_OK;
    while (status == GDX_OK && scan->next == scan->count) {
        if (scan->next_document < scan->evaluation.document_count) {
            status = enter_document(scan, err);
        } else if (scan->next_segment < gdx_snapshot_segment_count(scan->run.snapshot)) {
            status = enter_segment(scan, err);
        } else {
            *out_has = false;
            return GDX_OK;
        }
    }
    if (status == GDX_OK)
        status = show(scan, &scan->all[scan->next], out, err);
    if (status == GDX_OK) {
        scan->next++;
        *out_has = true;
    }
    return status;
}
