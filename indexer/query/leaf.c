// SPDX-License-Identifier: Apache-2.0
// leaf.c: a leaf's positions in its fields, and how they spread over documents.

#include "leaf.h"

#include "block_totals.h"
#include "fields.h"
#include "phrase.h"
#include "symbol.h"

gdx_status query_leaf_positions(query_run *run, const query_segment *segment, const query_plan *plan, query_list *out,
                                gdx_error *err) {
    out->count = 0;
    if (plan->is_nowhere)
        return GDX_OK;
    gdx_status status = plan->bigram_count ? query_phrase_positions(run, segment, plan, out, err)
                                           : query_symbol_positions(run, segment, plan, out, err);
    if (status == GDX_OK)
        query_keep_fields(segment, plan->leaf->fields, out);
    return status;
}

// Adds the occurrences with broken words. No two occurrences start at one position.
static gdx_status add_broken(query_run *run, const query_plan *plan, query_list *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < plan->broken_count && status == GDX_OK; i++)
        status = query_run_append(run, out, plan->broken[i].positions, plan->broken[i].count, err);
    return status == GDX_OK ? query_run_sort(run, out, 0, err) : status;
}

static gdx_status take_frequencies(query_run *run, const query_segment *segment, size_t at_most, query_frequencies *out,
                                   gdx_error *err) {
    if (at_most > segment->columns.count)
        at_most = segment->columns.count;
    uint32_t *both = query_run_take(run, at_most * 2 * sizeof *both, err);
    if (!both)
        return GDX_NO_MEMORY;
    *out = (query_frequencies){.documents = both, .counts = both + at_most};
    return GDX_OK;
}

gdx_status query_frequencies_count(query_run *run, const query_segment *segment, const uint32_t *positions,
                                   size_t count, query_frequencies *out, gdx_error *err) {
    gdx_status status = take_frequencies(run, segment, count, out, err);
    if (status != GDX_OK)
        return status;
    const uint8_t *deleted = segment->live->deleted;
    size_t found = gdx_columns_count(&segment->columns, positions, count, out->documents, out->counts);
    out->count = deleted ? 0 : found;
    for (size_t i = 0; deleted && i < found; i++) {
        out->documents[out->count] = out->documents[i];
        out->counts[out->count] = out->counts[i];
        out->count += !gdx_is_deleted(deleted, out->documents[i]);
    }
    return query_run_spend(run, count * 2, err);
}

// From the list that the segment keeps of a frequent symbol.
static gdx_status take_kept(query_run *run, const query_segment *segment, size_t count, query_frequencies *out,
                            gdx_error *err) {
    gdx_status status = take_frequencies(run, segment, count, out, err);
    const gdx_frequency *kept = run->searcher->frequencies;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        out->documents[out->count] = kept[i].document;
        out->counts[out->count] = kept[i].count;
        out->count += !gdx_is_deleted(segment->live->deleted, kept[i].document);
    }
    return status == GDX_OK ? query_run_spend(run, count * 5, err) : status;
}

gdx_status query_leaf_frequencies(query_run *run, const query_segment *segment, const query_plan *plan,
                                  bool sum_is_enough, query_frequencies *out, gdx_error *err) {
    *out = (query_frequencies){0};
    if (plan->is_nowhere && plan->broken_count == 0)
        return GDX_OK;
    gdx_searcher *searcher = run->searcher;
    bool as_kept = plan->leaf->fields == QUERY_DEFAULT && plan->broken_count == 0;
    if (as_kept && plan->range_count == 1 && plan->ranges[0].high == plan->ranges[0].low + 1) {
        size_t count = 0;
        bool has = false;
        gdx_status status = gdx_segment_frequencies(segment->segment, plan->ranges[0].low, &searcher->frequencies,
                                                    &count, &searcher->frequency_capacity, &has, err);
        if (status != GDX_OK || has)
            return status == GDX_OK ? take_kept(run, segment, count, out, err) : status;
    }
    if (gdx_segment_shape(segment->segment) == GDX_SHAPE_COMPACT) {
        bool is_done = false;
        gdx_status status = query_block_totals(run, segment, plan, sum_is_enough, out, &is_done, err);
        if (status != GDX_OK || is_done)
            return status;
    }
    gdx_status status = query_leaf_positions(run, segment, plan, &searcher->positions, err);
    if (status == GDX_OK && plan->broken_count)
        status = add_broken(run, plan, &searcher->positions, err);
    if (status != GDX_OK)
        return status;
    return query_frequencies_count(run, segment, searcher->positions.values, searcher->positions.count, out, err);
}
