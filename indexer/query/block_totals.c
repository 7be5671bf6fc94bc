// SPDX-License-Identifier: Apache-2.0
// block_totals.c: see block_totals.h.
// A list has a block once, however often its term occurs there. If a term has as many occurrences as blocks, each block
// has one, and so the counts of documents are known, too.

#include "block_totals.h"

#include "blocks.h"
#include "fields.h"
#include "symbol.h"

struct totals { // one leaf in one segment
    query_run *run;
    const query_segment *segment;
    const query_plan *plan;
    query_frequencies *out;
    uint64_t sum;     // of all terms
    bool is_each_one; // a block stands in the list as often as the leaf occurs in it
};

static gdx_status gather_term(struct totals *totals, const gdx_term *term, gdx_error *err) {
    totals->sum += term->count;
    totals->is_each_one &= term->count == term->entries;
    return query_spans_append(totals->run, totals->segment, term, &totals->run->searcher->numbers, err);
}

static gdx_status visit_term(void *context, const gdx_term *term, gdx_error *err) {
    return gather_term(context, term, err);
}

// To the searcher's `numbers`, ascending.
static gdx_status gather(struct totals *totals, gdx_error *err) {
    const query_plan *plan = totals->plan;
    query_list *numbers = &totals->run->searcher->numbers;
    gdx_status status = GDX_OK;
    numbers->count = 0;
    if (!plan->bigram_count)
        status = query_symbol_terms(totals->run, totals->segment, plan, visit_term, totals, err);
    for (uint32_t i = 0; plan->bigram_count && i < plan->bigrams[0].list_count && status == GDX_OK; i++)
        status = gather_term(totals, &plan->bigrams[0].lists[i], err);
    bool is_one_list = plan->bigram_count && plan->bigrams[0].list_count == 1;
    return status == GDX_OK && !is_one_list ? query_run_sort(totals->run, numbers, 0, err) : status;
}

// To the searcher's `positions`: where the leaf occurs in the block.
static gdx_status read_block(struct totals *totals, uint32_t number, uint32_t document, gdx_error *err) {
    const query_plan *plan = totals->plan;
    query_list *positions = &totals->run->searcher->positions;
    query_block *block = NULL;
    positions->count = 0;
    gdx_status status = query_block_read(totals->run, totals->segment, number, document, &block, err);
    if (status == GDX_OK && !plan->bigram_count)
        status = query_block_append_symbols(totals->run, block, plan->ranges, plan->range_count, positions, err);
    for (uint32_t i = 0; plan->bigram_count && i < plan->bigrams[0].list_count && status == GDX_OK; i++)
        status =
            query_block_append_term(totals->run, totals->segment, block, &plan->bigrams[0].lists[i], positions, err);
    return status;
}

static size_t count_within(const query_list *positions, gdx_position_range range) {
    size_t count = 0;
    for (size_t i = 0; i < positions->count; i++)
        count += positions->values[i] >= range.begin && positions->values[i] < range.end;
    return count;
}

static void add(query_frequencies *out, uint32_t document, size_t count) {
    bool is_new = out->count == 0 || out->documents[out->count - 1] != document;
    if (is_new) {
        out->documents[out->count] = document;
        out->counts[out->count++] = 0;
    }
    out->counts[out->count - 1] += (uint32_t)count;
}

// A block that stands `times` times in the lists.
static gdx_status add_block(struct totals *totals, uint32_t number, size_t times, uint32_t *document, gdx_error *err) {
    const query_segment *segment = totals->segment;
    const query_list *positions = &totals->run->searcher->positions;
    gdx_position_range range = gdx_columns_block_range(&segment->columns, number, *document, document);
    gdx_position_range counted = query_field_range(segment, totals->plan->leaf->fields, *document);
    if (gdx_is_deleted(segment->live->deleted, *document))
        counted.end = counted.begin;
    if (counted.begin <= range.begin && range.end <= counted.end) {
        add(totals->out, *document, times);
        return GDX_OK;
    }
    gdx_status status = read_block(totals, number, *document, err);
    if (status != GDX_OK)
        return status;
    size_t within = count_within(positions, counted);
    if (positions->count - within > totals->sum) // the file has changed
        return query_segment_corrupt(segment, err);
    totals->sum -= positions->count - within;
    if (within)
        add(totals->out, *document, within);
    return GDX_OK;
}

static gdx_status add_blocks(struct totals *totals, gdx_error *err) {
    query_run *run = totals->run;
    const query_list *numbers = &run->searcher->numbers;
    size_t at_most = numbers->count < totals->segment->columns.count ? numbers->count : totals->segment->columns.count;
    uint32_t *both = query_run_take(run, at_most * 2 * sizeof *both, err);
    uint32_t document = 0;
    gdx_status status = GDX_OK;
    if (!both)
        return GDX_NO_MEMORY;
    *totals->out = (query_frequencies){.documents = both, .counts = both + at_most};
    for (size_t i = 0, end; i < numbers->count && status == GDX_OK; i = end) {
        for (end = i + 1; end < numbers->count && numbers->values[end] == numbers->values[i];)
            end++;
        status = add_block(totals, numbers->values[i], end - i, &document, err);
    }
    return status == GDX_OK ? query_run_spend(run, numbers->count * 10, err) : status;
}

gdx_status query_block_totals(query_run *run, const query_segment *segment, const query_plan *plan, bool sum_is_enough,
                              query_frequencies *out, bool *out_done, gdx_error *err) {
    struct totals totals = {run, segment, plan, out, 0, true};
    *out_done = false;
    // Of a field that is a small part of what is there, most blocks were read.
    if (plan->is_nowhere || plan->broken_count || plan->leaf->fields > QUERY_ANY ||
        (plan->bigram_count && plan->leaf->symbol_count != 2))
        return GDX_OK;
    gdx_status status = gather(&totals, err);
    if (status != GDX_OK || !(totals.is_each_one || sum_is_enough))
        return status;
    status = add_blocks(&totals, err);
    if (status != GDX_OK)
        return status;
    if (!totals.is_each_one)
        out->counts = NULL;
    out->sum = totals.sum;
    *out_done = true;
    return GDX_OK;
}
