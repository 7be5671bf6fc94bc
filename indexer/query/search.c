// SPDX-License-Identifier: Apache-2.0
// search.c: a query answered, from segments to hits: gdx_search reads as the table of contents of this folder.

#include "document.h"
#include "evaluations.h"
#include "occurrences.h"
#include "rank.h"
#include "snippet.h"

#include <stdlib.h>

void gdx_results_free(gdx_results *results) {
    if (results)
        gdx_arena_free(results->arena); // in which it lies itself
}

static gdx_status new_results(gdx_snapshot *snapshot, gdx_results **out, gdx_error *err) {
    gdx_arena *arena = gdx_arena_new();
    if (!arena)
        return gdx_fail_memory(err, "an answer");
    gdx_results *results = gdx_arena_allocate(arena, sizeof *results);
    if (!results) {
        gdx_arena_free(arena);
        return gdx_fail_memory(err, "an answer");
    }
    results->arena = arena;
    results->commit = gdx_snapshot_commit(snapshot);
    *out = results;
    return GDX_OK;
}

// ---- hits

struct placed { // a hit, by where its document lies
    const query_candidate *candidate;
    uint32_t document;
    gdx_hit *hit;
};

static int by_place(const void *a, const void *b) {
    const struct placed *left = a, *right = b;
    if (left->candidate->segment != right->candidate->segment)
        return left->candidate->segment < right->candidate->segment ? -1 : 1;
    return left->document < right->document ? -1 : left->document > right->document;
}

static gdx_status copy_head(gdx_arena *arena, const gdx_document *head, gdx_hit *hit, gdx_error *err) {
    hit->date = head->date;
    if (gdx_arena_copy(arena, head->id, &hit->id) != GDX_OK ||
        gdx_arena_copy(arena, head->title, &hit->title) != GDX_OK ||
        gdx_arena_copy(arena, head->source, &hit->source) != GDX_OK ||
        gdx_arena_copy(arena, head->metadata, &hit->metadata) != GDX_OK)
        return gdx_fail_memory(err, "an answer");
    return GDX_OK;
}

static gdx_status fill_hit(query_run *run, query_walks *walks, const query_segment *segment, uint32_t number,
                           const gdx_search_options *options, gdx_arena *arena, gdx_hit *hit, gdx_error *err) {
    query_document *document = run->searcher->shown;
    gdx_status status = query_document_open(document, run->searcher->store, segment, number, err);
    if (status == GDX_OK)
        status = copy_head(arena, query_document_head(document), hit, err);
    if (status == GDX_OK)
        status = query_run_spend(run, QUERY_DOCUMENT_WORK, err);
    if (status != GDX_OK || (options->snippet_symbols == 0 && options->match_limit == 0))
        return status;
    query_occurrence *occurrences = NULL;
    size_t count = 0;
    if (hit->occurrences || run->query->bridges)
        status = query_walks_list(walks, number, document, run->searcher->documents, &occurrences, &count, err);
    if (status == GDX_OK)
        status = query_hit_show(document, occurrences, count, options, arena, hit, err);
    gdx_arena_reset(run->searcher->documents);
    return status;
}

// Hits are filled in the order of their documents, so that posting lists are walked forward and stored blocks met once.
static gdx_status fill_hits(query_run *run, const query_evaluation *evaluations, const query_candidate *best,
                            const gdx_search_options *options, gdx_results *results, gdx_error *err) {
    struct placed *places = query_run_take(run, results->hit_count * sizeof *places, err);
    results->hits = gdx_arena_allocate(results->arena, results->hit_count * sizeof *results->hits);
    if (!places || !results->hits)
        return gdx_fail_memory(err, "an answer");
    for (size_t i = 0; i < results->hit_count; i++) {
        const query_evaluation *evaluation = &evaluations[best[i].segment];
        uint32_t document = evaluation->documents[best[i].slot];
        const gdx_document_columns *columns = &evaluation->segment.columns;
        places[i] = (struct placed){&best[i], document, &results->hits[i]};
        results->hits[i].score = best[i].score;
        results->hits[i].occurrences = best[i].occurrences;
        results->hits[i].bridged = query_evaluation_is_bridged(evaluation, document);
        results->hits[i].length = gdx_columns_length(columns, document);
    }
    if (results->hit_count > 1)
        qsort(places, results->hit_count, sizeof *places, by_place);
    const query_shown shown = {options->snippet_symbols, options->match_limit};
    query_walks *walks = NULL;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < results->hit_count && status == GDX_OK; i++) {
        uint32_t segment = places[i].candidate->segment;
        if (i == 0 || segment != places[i - 1].candidate->segment)
            status = query_walks_open(run, &evaluations[segment], &shown, &walks, err);
        if (status == GDX_OK)
            status = fill_hit(run, walks, &evaluations[segment].segment, places[i].document, options, results->arena,
                              places[i].hit, err);
    }
    return status;
}

// ---- a search

// All segments, with the documents that match by bridged places alone: *out_hits counts them too.
static gdx_status evaluate(query_run *run, query_evaluation **out, gdx_totals *totals, uint64_t *out_hits,
                           gdx_error *err) {
    size_t segment_count = gdx_snapshot_segment_count(run->snapshot);
    gdx_status status = query_run_check(run, err); // a deadline that has passed stops the search at once
    *out_hits = 0;
    if (status == GDX_OK)
        status = query_evaluations_make(run, out, err);
    for (size_t s = 0; s < segment_count && status == GDX_OK; s++) {
        query_evaluation *evaluation = &(*out)[s];
        status = query_evaluation_add_totals(run, evaluation, totals, err);
        query_evaluation_include_bridged(evaluation);
        *out_hits += evaluation->document_count;
    }
    return status;
}

static gdx_status search(query_run *run, const gdx_search_options *options, gdx_results *results, gdx_error *err) {
    size_t segment_count = gdx_snapshot_segment_count(run->snapshot);
    query_evaluation *evaluations = NULL;
    gdx_totals totals = {0};
    gdx_rank_figures own = {0};
    uint64_t hits = 0;
    gdx_status status = evaluate(run, &evaluations, &totals, &hits, err);
    results->documents = totals.documents;
    results->occurrences = totals.occurrences;
    results->bridged_documents = hits - totals.documents;
    results->bridged_occurrences = totals.bridged_occurrences;
    if (status != GDX_OK || options->limit == 0 || options->offset >= hits)
        return status;
    query_candidate *best = NULL;
    size_t best_count = 0;
    query_ranking ranking = {options->order, options->offset + options->limit,
                             options->figures ? options->figures : &own};
    if (!options->figures)
        status = query_figures_make(run, evaluations, segment_count, results->arena, &own, err);
    if (status == GDX_OK)
        status = query_candidates_best(run, evaluations, segment_count, &ranking, &best, &best_count, err);
    if (status != GDX_OK)
        return status;
    results->hit_count = best_count - (size_t)options->offset;
    return fill_hits(run, evaluations, best + options->offset, options, results, err);
}

gdx_status gdx_search(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                      const gdx_search_options *options, gdx_results **out, gdx_error *err) {
    query_run run = query_run_of(searcher, snapshot, query, &options->stop);
    GDX_AUTO(gdx_results) results = NULL;
    gdx_status status = new_results(snapshot, &results, err);
    if (status == GDX_OK)
        status = search(&run, options, results, err);
    query_searcher_reset(searcher);
    if (status == GDX_OK) {
        *out = GDX_TAKE(results);
    }
    return status;
}

struct counting {
    query_run run;
    gdx_totals totals;
};

static gdx_status count_segment(void *context, query_evaluation *evaluation, gdx_error *err) {
    struct counting *counting = context;
    return query_evaluation_add_totals(&counting->run, evaluation, &counting->totals, err);
}

gdx_status gdx_count(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                     gdx_totals *out, gdx_error *err) {
    struct counting counting = {.run = query_run_of(searcher, snapshot, query, stop)};
    counting.run.wants_totals = true;
    gdx_status status = query_run_check(&counting.run, err);
    if (status == GDX_OK)
        status = query_evaluations_each(&counting.run, count_segment, &counting, err);
    query_searcher_reset(searcher);
    if (status == GDX_OK)
        *out = counting.totals;
    return status;
}

gdx_status gdx_rank_figures_find(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                                 const gdx_stop *stop, gdx_arena *arena, gdx_totals *out, uint64_t *out_bridged,
                                 gdx_rank_figures *out_figures, gdx_error *err) {
    query_run run = query_run_of(searcher, snapshot, query, stop);
    query_evaluation *evaluations = NULL;
    gdx_totals totals = {0};
    uint64_t hits = 0;
    gdx_status status = evaluate(&run, &evaluations, &totals, &hits, err);
    if (status == GDX_OK)
        status = query_figures_make(&run, evaluations, gdx_snapshot_segment_count(snapshot), arena, out_figures, err);
    query_searcher_reset(searcher);
    if (status == GDX_OK) {
        *out = totals;
        *out_bridged = hits - totals.documents;
    }
    return status;
}
