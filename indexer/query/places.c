// SPDX-License-Identifier: Apache-2.0
// places.c: occurrences without their text, and the text of some places. Relies on gdx/places.h.

#include "gdx/places.h"

#include "document.h"
#include "evaluations.h"
#include "occurrences.h"

#include <stdlib.h>

_Static_assert(QUERY_TITLE_PART == 0 && QUERY_TEXT_PART == 1, "as gdx/places.h numbers parts");

// ---- places

struct placing {
    query_run run;
    gdx_arena *arena; // of the document at hand
    const query_evaluation *evaluation;
    query_walks *walks;
    gdx_places_visit *visit;
    void *context;
};

// Those in what counts by default: furniture and a title from the text are in no statistic.
static size_t keep_counted(const struct placing *placing, uint32_t number, const query_occurrence *all, size_t count,
                           gdx_place *out) {
    gdx_position_range counted = gdx_columns_counted(&placing->evaluation->segment.columns, number);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t at = query_document_begin(placing->run.searcher->shown, all[i].part) + all[i].begin;
        if (at >= counted.begin && at < counted.end)
            out[kept++] = (gdx_place){all[i].part, all[i].begin, all[i].end};
    }
    return kept;
}

static gdx_status place_document(struct placing *placing, size_t segment, uint32_t number, gdx_error *err) {
    enum { DOCUMENT_WORK = 500 };
    query_document *document = placing->run.searcher->shown;
    query_occurrence *all = NULL;
    size_t count = 0;
    gdx_arena_reset(placing->arena);
    gdx_status status = query_run_spend(&placing->run, DOCUMENT_WORK, err);
    if (status == GDX_OK)
        status =
            query_document_locate(document, placing->run.searcher->store, &placing->evaluation->segment, number, err);
    if (status == GDX_OK)
        status = query_walks_list(placing->walks, number, document, placing->arena, &all, &count, err);
    gdx_place *places = status == GDX_OK ? gdx_arena_allocate(placing->arena, (count + 1) * sizeof *places) : NULL;
    if (status != GDX_OK || count == 0)
        return status;
    if (!places)
        return gdx_fail_memory(err, "an answer");
    count = keep_counted(placing, number, all, count, places);
    if (count == 0)
        return GDX_OK;
    gdx_date date = placing->evaluation->segment.columns.dates[number];
    return placing->visit(placing->context, &(gdx_placed){segment, number, date, places, count}, err);
}

static gdx_status place_segment(void *context, query_evaluation *evaluation, gdx_error *err) {
    struct placing *placing = context;
    query_evaluation_include_bridged(evaluation);
    placing->evaluation = evaluation;
    gdx_status status = query_walks_open(&placing->run, evaluation, NULL, &placing->walks, err);
    for (size_t i = 0; status == GDX_OK && i < evaluation->document_count; i++)
        status = place_document(placing, evaluation->segment.index, evaluation->documents[i], err);
    return status;
}

gdx_status gdx_places(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                      gdx_places_visit *visit, void *context, gdx_error *err) {
    struct placing placing = {.run = query_run_of(searcher, snapshot, query, stop), .visit = visit, .context = context};
    placing.arena = gdx_arena_new();
    gdx_status status = placing.arena ? query_run_check(&placing.run, err) : gdx_fail_memory(err, "an answer");
    if (status == GDX_OK && query->ranks) // else nothing occurs
        status = query_evaluations_each(&placing.run, place_segment, &placing, err);
    query_searcher_reset(searcher);
    gdx_arena_free(placing.arena);
    return status;
}

// ---- what stands there

struct gdx_part_reader {
    gdx_snapshot *snapshot;
    gdx_store_reader *store;
    query_document *document;
    query_segment *segments; // opened when first entered: has_opened
    bool *has_opened;
    const gdx_symbols *last; // what was given last
    uint32_t last_first;
    size_t last_count;
    uint64_t symbols;
};

void gdx_part_reader_free(gdx_part_reader *reader) {
    if (!reader)
        return;
    gdx_store_reader_free(reader->store);
    query_document_free(reader->document);
    free(reader->segments);
    free(reader->has_opened);
    free(reader);
}

gdx_status gdx_part_reader_open(gdx_snapshot *snapshot, gdx_part_reader **out, gdx_error *err) {
    enum { CACHE_BYTES = 1 << 20 };
    size_t count = gdx_snapshot_segment_count(snapshot);
    GDX_AUTO(gdx_part_reader) reader = calloc(1, sizeof *reader);
    if (!reader)
        return gdx_fail_memory(err, "the documents");
    *reader = (gdx_part_reader){.snapshot = snapshot,
                                .store = gdx_store_reader_new(CACHE_BYTES),
                                .document = query_document_new(),
                                .segments = calloc(count + 1, sizeof *reader->segments),
                                .has_opened = calloc(count + 1, sizeof *reader->has_opened)};
    if (!reader->store || !reader->document || !reader->segments || !reader->has_opened)
        return gdx_fail_memory(err, "the documents");
    *out = GDX_TAKE(reader);
    return GDX_OK;
}

gdx_status gdx_part_reader_enter(gdx_part_reader *reader, size_t segment, uint32_t document, gdx_error *err) {
    query_segment *opened = &reader->segments[segment];
    gdx_status status =
        reader->has_opened[segment] ? GDX_OK : query_segment_open(reader->snapshot, segment, opened, err);
    reader->has_opened[segment] = status == GDX_OK;
    reader->last = NULL;
    if (status != GDX_OK)
        return status;
    return query_document_locate(reader->document, reader->store, opened, document, err);
}

uint32_t gdx_part_reader_length(const gdx_part_reader *reader, uint32_t part) {
    return query_document_length(reader->document, part);
}

gdx_status gdx_part_reader_read(gdx_part_reader *reader, uint32_t part, uint32_t from, uint32_t to, uint32_t ahead,
                                gdx_part_symbols *out, gdx_error *err) {
    query_view view;
    gdx_status status = query_document_view(reader->document, part, from, to, ahead, &view, err);
    if (status != GDX_OK)
        return status;
    if (reader->last != view.symbols || reader->last_first != view.first || reader->last_count != view.symbols->count)
        reader->symbols += view.symbols->count;
    reader->last = view.symbols;
    reader->last_first = view.first;
    reader->last_count = view.symbols->count;
    *out = (gdx_part_symbols){view.symbols, view.first};
    return GDX_OK;
}

uint64_t gdx_part_reader_symbols(const gdx_part_reader *reader) {
    return reader->symbols;
}
