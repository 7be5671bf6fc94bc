// SPDX-License-Identifier: Apache-2.0
// extent.c: strings counted within some documents. Relies on gdx/extent.h, leaf.h, cover.h. A segment that is within as
// a whole, without deleted documents and without symbols that do not count by default, is answered by its dictionary.

#include "gdx/extent.h"

#include "gdx/bits.h"
#include "gdx/letters.h"
#include "gdx/ngram.h"

#include "cover.h"
#include "leaf.h"
#include "phrase.h"

#include <assert.h>
#include <stdlib.h>

struct part { // of a segment
    query_segment segment;
    uint8_t *documents; // a bit each, of live documents; NULL: all of them
    uint64_t symbols;   // that count by default
    bool is_whole;
};

struct gdx_extent {
    gdx_snapshot *snapshot;
    struct part *parts;
    size_t part_count;
    uint64_t documents;
};

void gdx_extent_free(gdx_extent *extent) {
    if (!extent)
        return;
    for (size_t i = 0; i < extent->part_count; i++)
        free(extent->parts[i].documents);
    free(extent->parts);
    free(extent);
}

uint64_t gdx_extent_documents(const gdx_extent *extent) {
    return extent->documents;
}

// ---- which documents

static gdx_status add_document(void *context, const gdx_tallied *document, gdx_error *err) {
    const gdx_extent *extent = context;
    struct part *part = &extent->parts[document->segment];
    (void)err;
    if (!document->is_within)
        return GDX_OK;
    gdx_bit_set(part->documents, document->document);
    part->symbols += document->symbols;
    return GDX_OK;
}

static gdx_status open_parts(gdx_extent *extent, gdx_error *err) {
    size_t count = gdx_snapshot_segment_count(extent->snapshot);
    extent->parts = calloc(count + 1, sizeof *extent->parts);
    if (!extent->parts)
        return gdx_fail_memory(err, "the documents");
    for (; extent->part_count < count; extent->part_count++) {
        struct part *part = &extent->parts[extent->part_count];
        gdx_status status = query_segment_open(extent->snapshot, extent->part_count, &part->segment, err);
        if (status != GDX_OK)
            return status;
        part->documents = calloc(gdx_bits_bytes(part->segment.columns.count) + 1, 1);
        if (!part->documents)
            return gdx_fail_memory(err, "the documents");
    }
    return GDX_OK;
}

// Documents are not asked for one by one where all of them are within.
static void close_parts(gdx_extent *extent) {
    for (size_t i = 0; i < extent->part_count; i++) {
        struct part *part = &extent->parts[i];
        uint32_t count = part->segment.columns.count, within = 0, live = 0;
        for (uint32_t d = 0; d < count; d++) {
            within += gdx_bit(part->documents, d);
            live += !gdx_is_deleted(part->segment.live->deleted, d);
        }
        extent->documents += within;
        part->is_whole = within == count && part->segment.counts_all;
        if (within < live)
            continue;
        free(part->documents);
        part->documents = NULL;
    }
}

gdx_status gdx_extent_make(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                           gdx_extent **out, gdx_error *err) {
    GDX_AUTO(gdx_extent) extent = calloc(1, sizeof *extent);
    if (!extent)
        return gdx_fail_memory(err, "the documents");
    extent->snapshot = snapshot;
    gdx_status status = open_parts(extent, err);
    if (status == GDX_OK)
        status = gdx_tally(searcher, snapshot, query, stop, add_document, extent, err);
    if (status != GDX_OK)
        return status;
    close_parts(extent);
    *out = GDX_TAKE(extent);
    return GDX_OK;
}

// ---- counts

struct counting {
    query_run run;
    query_node leaf;
    query_node *leaves[1];
    gdx_query query; // of the leaf
    query_symbol symbols[GDX_STRING_SYMBOLS_MOST];
};

static void begin_counting(struct counting *counting, const gdx_extent *extent, gdx_searcher *searcher,
                           const gdx_string_symbol *symbols, uint32_t count, const gdx_stop *stop) {
    assert(count <= GDX_STRING_SYMBOLS_MOST);
    for (uint32_t i = 0; i < count; i++)
        counting->symbols[i] =
            (query_symbol){.code = symbols[i].word.bytes ? GDX_WORD_FLAG : symbols[i].code, .word = symbols[i].word};
    counting->leaf = (query_node){.kind = QUERY_PHRASE,
                                  .height = 1,
                                  .fields = QUERY_DEFAULT,
                                  .symbols = counting->symbols,
                                  .symbol_count = count};
    counting->leaves[0] = &counting->leaf;
    counting->query = (gdx_query){.rule = gdx_snapshot_rule(extent->snapshot),
                                  .root = &counting->leaf,
                                  .leaves = counting->leaves,
                                  .leaf_count = 1,
                                  .cover_words = QUERY_COVER_WORDS + count,
                                  .ranks = true};
    counting->run = query_run_of(searcher, extent->snapshot, &counting->query, stop);
}

// A plan without what a query also looks for: broken words, regional forms.
static gdx_status plan_string(struct counting *counting, const query_segment *segment, query_plan *plan,
                              gdx_error *err) {
    query_run *run = &counting->run;
    uint32_t count = counting->leaf.symbol_count;
    uint32_t *numbers = query_run_take(run, count * sizeof *numbers, err);
    *plan = (query_plan){.leaf = &counting->leaf, .numbers = numbers};
    if (!numbers)
        return GDX_NO_MEMORY;
    bool has_all;
    gdx_status status = query_symbols_number(segment, &counting->leaf, numbers, &has_all, err);
    plan->is_nowhere = !has_all;
    if (status != GDX_OK || plan->is_nowhere)
        return status;
    if (count > 1)
        return query_cover_find(run, segment, plan, err);
    plan->ranges = query_run_take(run, sizeof *plan->ranges, err);
    if (!plan->ranges)
        return GDX_NO_MEMORY;
    plan->ranges[plan->range_count++] = (query_symbol_range){numbers[0], numbers[0] + 1};
    return GDX_OK;
}

static gdx_status count_whole(struct counting *counting, const query_segment *segment, uint64_t *out, gdx_error *err) {
    query_run *run = &counting->run;
    uint32_t numbers[2], pairs = 0, bytes;
    uint64_t occurrences = 0;
    query_plan plan;
    bool has_all = true;
    gdx_status status = GDX_OK;
    if (counting->leaf.symbol_count <= 2)
        status = query_symbols_number(segment, &counting->leaf, numbers, &has_all, err);
    if (status != GDX_OK || !has_all)
        return status;
    if (counting->leaf.symbol_count == 1) {
        status = gdx_segment_symbol_occurrences(segment->segment, numbers[0], &occurrences, err);
    } else if (counting->leaf.symbol_count == 2) {
        status = gdx_segment_size_term(segment->segment, numbers[0], numbers[1], &pairs, &bytes, err);
    } else {
        status = plan_string(counting, segment, &plan, err);
        if (status == GDX_OK && !plan.is_nowhere)
            status = query_phrase_positions(run, segment, &plan, &run->searcher->positions, err);
        occurrences = status == GDX_OK && !plan.is_nowhere ? run->searcher->positions.count : 0;
    }
    *out += occurrences + pairs;
    return status == GDX_OK ? query_run_spend(run, 1000, err) : status;
}

static gdx_status count_within(struct counting *counting, const struct part *part, uint64_t *out, gdx_error *err) {
    query_plan plan;
    query_frequencies found;
    gdx_status status = plan_string(counting, &part->segment, &plan, err);
    if (status == GDX_OK)
        status = query_leaf_frequencies(&counting->run, &part->segment, &plan, false, &found, err);
    for (size_t i = 0; status == GDX_OK && i < found.count; i++)
        if (!part->documents || gdx_bit(part->documents, found.documents[i]))
            *out += found.counts[i];
    return status;
}

gdx_status gdx_extent_count(const gdx_extent *extent, gdx_searcher *searcher, const gdx_string_symbol *symbols,
                            uint32_t count, const gdx_stop *stop, uint64_t *out, gdx_error *err) {
    struct counting counting;
    uint64_t found = 0;
    begin_counting(&counting, extent, searcher, symbols, count, stop);
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < extent->part_count && status == GDX_OK; i++) {
        const struct part *part = &extent->parts[i];
        if (part->is_whole)
            status = count_whole(&counting, &part->segment, &found, err);
        else if (part->symbols)
            status = count_within(&counting, part, &found, err);
        gdx_arena_reset(searcher->arena);
    }
    query_searcher_reset(searcher);
    if (status == GDX_OK)
        *out = found;
    return status;
}

// ---- letters

static gdx_status count_mark(const gdx_extent *extent, gdx_searcher *searcher, const struct part *part, uint32_t mark,
                             const gdx_stop *stop, uint64_t *out, gdx_error *err) {
    struct counting counting;
    begin_counting(&counting, extent, searcher, &(gdx_string_symbol){.code = mark}, 1, stop);
    gdx_status status = count_within(&counting, part, out, err);
    query_searcher_reset(searcher);
    return status;
}

// The marks of [from, end) that the segment has, one by one.
static gdx_status count_marks_in(const gdx_extent *extent, gdx_searcher *searcher, const struct part *part,
                                 uint32_t from, uint32_t end, const gdx_stop *stop, uint64_t *out, gdx_error *err) {
    while (from < end) {
        GDX_AUTO(gdx_term_walk) walk = NULL;
        gdx_term term;
        bool has = false;
        gdx_status status = gdx_stop_check(stop, err);
        if (status == GDX_OK)
            status = gdx_term_walk_open(part->segment.segment, from, end, &walk, err);
        if (status == GDX_OK)
            status = gdx_term_walk_next(walk, &term, &has, err);
        if (status != GDX_OK || !has)
            return status;
        from = term.first + 1;
        status = count_mark(extent, searcher, part, term.first, stop, out, err);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

static gdx_status count_marks(const gdx_extent *extent, gdx_searcher *searcher, const struct part *part,
                              const gdx_stop *stop, uint64_t *out, gdx_error *err) {
    uint32_t end = 0;
    gdx_status status = gdx_stop_check(stop, err);
    for (uint32_t from = gdx_marks_next(1, &end); status == GDX_OK && from < GDX_FIRST_WORD;
         from = gdx_marks_next(end, &end)) {
        uint64_t marks = 0;
        if (part->is_whole)
            status = gdx_segment_range_occurrences(part->segment.segment, from, end, &marks, err);
        else
            status = count_marks_in(extent, searcher, part, from, end, stop, &marks, err);
        *out += marks;
    }
    return status;
}

gdx_status gdx_extent_letters(const gdx_extent *extent, gdx_searcher *searcher, const gdx_stop *stop, uint64_t *out,
                              gdx_error *err) {
    uint64_t symbols = 0, marks = 0;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < extent->part_count && status == GDX_OK; i++) {
        symbols += extent->parts[i].symbols;
        if (extent->parts[i].symbols)
            status = count_marks(extent, searcher, &extent->parts[i], stop, &marks, err);
    }
    if (status == GDX_OK && marks > symbols)
        return gdx_fail(err, GDX_CORRUPT, "the index counts more marks than symbols");
    if (status == GDX_OK)
        *out = symbols - marks;
    return status;
}
