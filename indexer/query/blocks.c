// SPDX-License-Identifier: Apache-2.0
// blocks.c: see blocks.h.

#include "blocks.h"

#include "gdx/ngram.h"
#include "gdx/postings.h"

#include "block_phrase.h"
#include "crew.h"

#include <assert.h>

enum {
    SEEK_WORK = 50,      // nanoseconds
    PART_BLOCKS = 512,   // that are read at a time, half a millisecond
    SHARED_BLOCKS = 4096 // that several threads read
};

// Of blocks that ascend; *document moves on to that of each.
static gdx_status read_next(query_run *run, const query_segment *segment, uint32_t number, uint32_t *document,
                            query_block **out, gdx_error *err) {
    gdx_status status = query_block_read(run, segment, number, *document, out, err);
    if (status == GDX_OK)
        *document = (*out)->document;
    return status;
}

// The blocks of a span, [*out_begin, *out_end); none when the segment has no such span.
static void blocks_of(const query_segment *segment, uint32_t span, uint32_t *out_begin, uint32_t *out_end) {
    unsigned shift = segment->columns.span_shift;
    uint64_t count = gdx_segment_block_count(segment->segment), begin = (uint64_t)span << shift;
    uint64_t end = begin + ((uint64_t)1 << shift);
    *out_end = (uint32_t)(end < count ? end : count);
    *out_begin = begin < *out_end ? (uint32_t)begin : *out_end;
}

// ---- the blocks of spans

// Appends what it looks for in a block. *document is one at or before the block's and moves on to that.
typedef gdx_status block_visit(query_run *run, const query_segment *segment, const void *context, uint32_t number,
                               uint32_t *document, query_list *out, gdx_error *err);

struct span_reading {
    const query_segment *segment;
    const query_list *spans; // ascending
    block_visit *visit;
    const void *context; // of visit
};

static gdx_status read_spans(const void *context, query_run *run, size_t begin, size_t end, query_list *out,
                             gdx_error *err) {
    const struct span_reading *reading = context;
    uint32_t document = 0;
    gdx_status status = GDX_OK;
    for (size_t i = begin; i < end && status == GDX_OK; i++) {
        uint32_t number, blocks_end;
        blocks_of(reading->segment, reading->spans->values[i], &number, &blocks_end);
        for (; number < blocks_end && status == GDX_OK; number++)
            status = reading->visit(run, reading->segment, reading->context, number, &document, out, err);
    }
    return status;
}

// Appends what `visit` finds in all blocks of the spans.
static gdx_status append_from_spans(query_run *run, const query_segment *segment, const query_list *spans,
                                    block_visit *visit, const void *context, query_list *out, gdx_error *err) {
    const struct span_reading reading = {segment, spans, visit, context};
    unsigned shift = segment->columns.span_shift;
    const query_finding finding = {.count = spans->count,
                                   .part = 1 + (PART_BLOCKS >> shift),
                                   .shared = SHARED_BLOCKS >> shift,
                                   .find = read_spans,
                                   .context = &reading};
    return query_crew_find(run, &finding, out, err);
}

// ---- terms

bool query_bigram_has_blocks(const query_bigram *bigram) {
    bool has = false;
    for (uint32_t i = 0; i < bigram->list_count; i++)
        has |= bigram->lists[i].has_blocks;
    return has;
}

bool query_plan_has_blocks(const query_plan *plan) {
    bool has = false;
    for (uint32_t i = 0; i < plan->bigram_count; i++)
        has |= query_bigram_has_blocks(&plan->bigrams[i]);
    return has;
}

gdx_status query_block_append_term(query_run *run, const query_segment *segment, query_block *block,
                                   const gdx_term *term, query_list *out, gdx_error *err) {
    uint32_t count = block->end - block->begin;
    gdx_status status = query_run_reserve(run, out, out->count + count, err);
    if (status == GDX_OK && block->symbols[count - 1] == term->first)
        status = query_block_complete(run, segment, block, err);
    if (status != GDX_OK)
        return status;
    for (uint32_t i = 0; i < count; i++) {
        out->values[out->count] = block->begin + i;
        if (block->symbols[i] == term->first)
            out->count += block->symbols[i + 1] == term->second;
    }
    return GDX_OK;
}

// Decodes a list, whatever it has.
static gdx_status append_entries(query_run *run, const query_segment *segment, const gdx_term *term, query_list *out,
                                 gdx_error *err) {
    uint32_t limit = term->has_blocks ? gdx_segment_span_count(segment->segment) : segment->position_count;
    gdx_status status = query_run_reserve(run, out, out->count + term->entries, err);
    if (status != GDX_OK)
        return status;
    if (gdx_postings_decode(term->postings, term->entries, limit, out->values + out->count) != GDX_OK)
        return query_segment_corrupt(segment, err);
    out->count += term->entries;
    return query_run_spend(run, 150 + (uint64_t)term->entries * 2, err);
}

static gdx_status visit_term(query_run *run, const query_segment *segment, const void *context, uint32_t number,
                             uint32_t *document, query_list *out, gdx_error *err) {
    query_block *block = NULL;
    gdx_status status = read_next(run, segment, number, document, &block, err);
    return status == GDX_OK ? query_block_append_term(run, segment, block, context, out, err) : status;
}

gdx_status query_term_append(query_run *run, const query_segment *segment, const gdx_term *term, query_list *out,
                             gdx_error *err) {
    query_list *spans = &run->searcher->numbers;
    if (!term->has_blocks)
        return append_entries(run, segment, term, out, err);
    spans->count = 0;
    gdx_status status = append_entries(run, segment, term, spans, err);
    return status == GDX_OK ? append_from_spans(run, segment, spans, visit_term, term, out, err) : status;
}

gdx_status query_spans_append(query_run *run, const query_segment *segment, const gdx_term *term, query_list *out,
                              gdx_error *err) {
    query_list *positions = &run->searcher->other;
    assert(out != positions);
    if (term->has_blocks)
        return append_entries(run, segment, term, out, err);
    positions->count = 0;
    gdx_status status = append_entries(run, segment, term, positions, err);
    if (status == GDX_OK)
        status = query_run_reserve(run, out, out->count + positions->count, err);
    uint32_t document = 0;
    for (size_t i = 0; i < positions->count && status == GDX_OK; i++) {
        document = gdx_columns_document_at(&segment->columns, positions->values[i], document);
        out->values[out->count++] =
            gdx_columns_block(&segment->columns, document, positions->values[i]) >> segment->columns.span_shift;
    }
    return status == GDX_OK ? query_run_spend(run, positions->count * 5, err) : status;
}

// The symbol at a position of a document, read in the block at hand where it has it.
static gdx_status symbol_at(query_run *run, const query_segment *segment, uint32_t document, uint32_t position,
                            query_block **block, uint32_t *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (!*block || (*block)->document != document || position < (*block)->begin ||
        position - (*block)->begin >= (*block)->known)
        status = query_block_read(run, segment, gdx_columns_block(&segment->columns, document, position), document,
                                  block, err);
    if (status == GDX_OK)
        *out = (*block)->symbols[position - (*block)->begin];
    return status;
}

static bool is_one_of(const query_bigram *bigram, uint32_t first, uint32_t second) {
    bool is = false;
    for (uint32_t i = 0; i < bigram->list_count; i++)
        is |= bigram->lists[i].first == first && bigram->lists[i].second == second;
    return is;
}

gdx_status query_blocks_thin(query_run *run, const query_segment *segment, const query_bigram *bigram, query_list *list,
                             gdx_error *err) {
    query_block *block = NULL;
    size_t kept = 0;
    uint32_t document = 0;
    for (size_t i = 0; i < list->count; i++) {
        uint64_t at = (uint64_t)list->values[i] + bigram->offset;
        document = gdx_columns_document_at(&segment->columns, list->values[i], document);
        if (at + 1 >= segment->columns.begin[document + 1])
            continue;
        uint32_t first, second;
        gdx_status status = symbol_at(run, segment, document, (uint32_t)at, &block, &first, err);
        query_block *next = block;
        if (status == GDX_OK)
            status = symbol_at(run, segment, document, (uint32_t)at + 1, &next, &second, err);
        if (status != GDX_OK)
            return status;
        list->values[kept] = list->values[i];
        kept += is_one_of(bigram, first, second);
    }
    list->count = kept;
    return query_run_spend(run, list->count * 5, err);
}

// ---- phrases

struct list_cursor {
    gdx_cursor cursor;
    bool has_blocks;
};

struct query_block_walk {
    const query_segment *segment;
    const query_plan *plan;
    uint32_t document; // of the last candidate
    uint32_t cursor_count;
    struct list_cursor cursors[]; // of the plan's bigrams, one for each of their lists
};

static gdx_status open_lists(const query_segment *segment, const query_bigram *bigram, struct list_cursor *cursors,
                             gdx_error *err) {
    for (uint32_t i = 0; i < bigram->list_count; i++) {
        const gdx_term *term = &bigram->lists[i];
        uint32_t limit = term->has_blocks ? gdx_segment_span_count(segment->segment) : segment->position_count;
        cursors[i].has_blocks = term->has_blocks;
        if (gdx_cursor_open(&cursors[i].cursor, term->postings, term->entries, limit) != GDX_OK)
            return query_segment_corrupt(segment, err);
    }
    return GDX_OK;
}

gdx_status query_block_walk_open(query_run *run, const query_segment *segment, const query_plan *plan,
                                 query_block_walk **out, gdx_error *err) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->bigram_count; i++)
        count += plan->bigrams[i].list_count;
    query_block_walk *walk = query_run_take(run, sizeof *walk + count * sizeof *walk->cursors, err);
    if (!walk)
        return GDX_NO_MEMORY;
    walk->segment = segment;
    walk->plan = plan;
    for (uint32_t i = 0; i < plan->bigram_count; i++) {
        gdx_status status = open_lists(segment, &plan->bigrams[i], walk->cursors + walk->cursor_count, err);
        if (status != GDX_OK)
            return status;
        walk->cursor_count += plan->bigrams[i].list_count;
    }
    *out = walk;
    return GDX_OK;
}

// The first span from `span` on that the list has something in.
static uint32_t seek_list(const query_block_walk *walk, struct list_cursor *list, uint32_t span) {
    if (list->has_blocks)
        return gdx_cursor_seek(&list->cursor, span);
    const gdx_document_columns *columns = &walk->segment->columns;
    uint32_t document;
    gdx_position_range range = gdx_columns_block_range(columns, span << columns->span_shift, 0, &document);
    uint32_t found = gdx_cursor_seek(&list->cursor, range.begin);
    if (found == GDX_POSITION_END)
        return found;
    return gdx_columns_block(columns, gdx_columns_document_at(columns, found, document), found) >> columns->span_shift;
}

// Of a bigram, whose lists are at `cursors`.
static uint32_t seek(const query_block_walk *walk, const query_bigram *bigram, struct list_cursor *cursors,
                     uint32_t span) {
    uint32_t found = GDX_POSITION_END;
    for (uint32_t i = 0; i < bigram->list_count; i++) {
        uint32_t other = seek_list(walk, &cursors[i], span);
        found = other < found ? other : found;
    }
    return found;
}

// Whether a bigram may stand where it must when that at `offset` is in the span.
static bool may_hold(const query_block_walk *walk, const query_bigram *bigram, struct list_cursor *cursors,
                     uint32_t offset, uint32_t span) {
    unsigned shift = walk->segment->columns.span_shift;
    bool is_after = bigram->offset > offset;
    uint32_t distance = is_after ? bigram->offset - offset : offset - bigram->offset;
    uint32_t blocks = (distance + GDX_BLOCK_SYMBOLS - 1) / GDX_BLOCK_SYMBOLS; // a document's last block is shorter
    uint32_t reach = (blocks + (1u << shift) - 1) >> shift;                   // wherever in its span the first block is
    uint32_t low = is_after ? span : span > reach ? span - reach : 0;
    uint32_t found = seek(walk, bigram, cursors, low);
    return found != GDX_POSITION_END && found <= (is_after ? span + reach : span);
}

// Whether all other bigrams may stand where they must when the first of the plan is in the span.
static bool is_candidate(query_block_walk *walk, uint32_t span) {
    const query_plan *plan = walk->plan;
    struct list_cursor *cursors = walk->cursors + plan->bigrams[0].list_count;
    uint32_t offset = plan->bigrams[0].offset;
    for (uint32_t i = 1; i < plan->bigram_count; cursors += plan->bigrams[i++].list_count)
        if (!may_hold(walk, &plan->bigrams[i], cursors, offset, span))
            return false;
    return true;
}

// Whether a symbol answers at place `index` of the phrase.
static inline bool answers(const query_plan *plan, uint32_t index, uint32_t symbol) {
    uint32_t other = plan->leaf->symbols[index].other;
    return symbol == plan->numbers[index] || (other && symbol == other);
}

// Whether the phrase stands at a position of the block's document.
static gdx_status stands(query_run *run, const query_block_walk *walk, query_block *block, uint32_t position, bool *out,
                         gdx_error *err) {
    const query_plan *plan = walk->plan;
    uint32_t document = block->document, end = walk->segment->columns.begin[document + 1];
    gdx_status status = GDX_OK;
    *out = plan->leaf->symbol_count < end - position;
    for (uint32_t i = 0; *out && i < plan->leaf->symbol_count; i++) {
        uint32_t symbol;
        status = symbol_at(run, walk->segment, document, position + i, &block, &symbol, err);
        if (status != GDX_OK)
            return status;
        *out = answers(plan, i, symbol);
    }
    return GDX_OK;
}

// The phrase's places in [low, high) at which its first bigram of the plan is in the block.
static gdx_status list_block(query_run *run, query_block_walk *walk, uint32_t number, uint32_t low, uint32_t high,
                             query_list *out, gdx_error *err) {
    const query_plan *plan = walk->plan;
    uint32_t offset = plan->bigrams[0].offset;
    query_block *block = NULL;
    bool is_done = false;
    gdx_status status = query_block_phrase_list(run, walk->segment, plan, number, &walk->document,
                                                (gdx_position_range){low, high}, out, &is_done, err);
    if (status == GDX_OK && !is_done)
        status = query_block_read(run, walk->segment, number, walk->document, &block, err);
    if (status != GDX_OK || is_done)
        return status;
    if (answers(plan, offset, block->symbols[block->end - block->begin - 1]))
        status = query_block_complete(run, walk->segment, block, err);
    if (status != GDX_OK)
        return status;
    walk->document = block->document;
    uint32_t begin = block->begin, count = block->end - begin, first = walk->segment->columns.begin[block->document];
    for (uint32_t i = 0; i < count; i++) {
        if (!answers(plan, offset, block->symbols[i]) || !answers(plan, offset + 1, block->symbols[i + 1]))
            continue;
        uint64_t at = (uint64_t)begin + i;
        if (at < (uint64_t)first + offset || at - offset < low || at - offset >= high)
            continue;
        bool is = false;
        status = stands(run, walk, block, (uint32_t)at - offset, &is, err);
        if (status == GDX_OK) // reading others may have let go of it
            status = query_block_read(run, walk->segment, number, walk->document, &block, err);
        if (status == GDX_OK && answers(plan, offset, block->symbols[count - 1]))
            status = query_block_complete(run, walk->segment, block, err);
        if (status == GDX_OK && is)
            status = query_run_append(run, out, &(uint32_t){(uint32_t)at - offset}, 1, err);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

// The same in blocks [begin, end) of a span.
static gdx_status list_blocks(query_run *run, query_block_walk *walk, uint32_t begin, uint32_t end,
                              gdx_position_range within, query_list *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t number = begin; number < end && status == GDX_OK; number++)
        status = list_block(run, walk, number, within.begin, within.end, out, err);
    return status;
}

static gdx_status check_cursors(const query_block_walk *walk, const struct list_cursor *cursors, uint32_t count,
                                gdx_error *err) {
    for (uint32_t i = 0; i < count; i++)
        if (gdx_cursor_status(&cursors[i].cursor) != GDX_OK)
            return query_segment_corrupt(walk->segment, err);
    return GDX_OK;
}

gdx_status query_block_walk_list(query_run *run, query_block_walk *walk, uint32_t low, uint32_t high, query_list *out,
                                 gdx_error *err) {
    const gdx_document_columns *columns = &walk->segment->columns;
    const query_bigram *rarest = &walk->plan->bigrams[0];
    if (low >= high)
        return GDX_OK;
    uint32_t first = gdx_columns_block(columns, gdx_columns_document_at(columns, low, 0), low);
    uint32_t last_document = gdx_columns_document_at(columns, high - 1, 0);
    uint32_t last = gdx_columns_block(columns, last_document, columns->begin[last_document + 1] - 1);
    uint32_t at = first >> columns->span_shift, last_span = last >> columns->span_shift;
    walk->document = 0;
    gdx_status status = GDX_OK;
    while (status == GDX_OK) {
        at = seek(walk, rarest, walk->cursors, at);
        if (at > last_span) // or there is none
            break;
        uint32_t begin, end;
        blocks_of(walk->segment, at, &begin, &end);
        begin = begin > first ? begin : first;
        end = end > last ? last + 1 : end;
        if (is_candidate(walk, at))
            status = list_blocks(run, walk, begin, end, (gdx_position_range){low, high}, out, err);
        if (status == GDX_OK)
            status = query_run_spend(run, SEEK_WORK, err);
        if (at++ == last_span) // the next range may begin in this one
            break;
    }
    return status == GDX_OK ? check_cursors(walk, walk->cursors, walk->cursor_count, err) : status;
}

// ---- a phrase in all of a segment

static gdx_status visit_phrase(query_run *run, const query_segment *segment, const void *context, uint32_t number,
                               uint32_t *document, query_list *out, gdx_error *err) {
    query_block_walk walk = {.segment = segment, .plan = context, .document = *document};
    gdx_status status = list_block(run, &walk, number, 0, segment->position_count, out, err);
    *document = walk.document;
    return status;
}

gdx_status query_blocks_phrase(query_run *run, const query_segment *segment, const query_plan *plan, query_list *out,
                               gdx_error *err) {
    const query_list *candidates = &run->searcher->numbers;
    out->count = 0;
    gdx_status status = query_block_phrase_candidates(run, segment, plan, err);
    return status == GDX_OK ? append_from_spans(run, segment, candidates, visit_phrase, plan, out, err) : status;
}

// ---- symbols

static bool is_in(const query_symbol_range *ranges, uint32_t count, uint32_t symbol) {
    uint32_t low = 0, high = count; // ranges before low begin at or before it
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ranges[middle].low <= symbol)
            low = middle + 1;
        else
            high = middle;
    }
    return low && symbol < ranges[low - 1].high;
}

static gdx_status list_symbols(query_run *run, const query_block *block, const query_symbol_range *ranges,
                               uint32_t count, uint32_t low, uint32_t high, query_list *out, gdx_error *err) {
    uint32_t from = low > block->begin ? low : block->begin, to = high < block->end ? high : block->end;
    if (from >= to)
        return GDX_OK;
    gdx_status status = query_run_reserve(run, out, out->count + (to - from), err);
    for (uint32_t at = from; at < to && status == GDX_OK; at++) {
        uint32_t symbol = block->symbols[at - block->begin];
        bool is = count == 1 ? symbol >= ranges[0].low && symbol < ranges[0].high : is_in(ranges, count, symbol);
        out->values[out->count] = at;
        out->count += is;
    }
    return status;
}

gdx_status query_block_append_symbols(query_run *run, const query_block *block, const query_symbol_range *ranges,
                                      uint32_t count, query_list *out, gdx_error *err) {
    return list_symbols(run, block, ranges, count, block->begin, block->end, out, err);
}

gdx_status query_blocks_symbols_within(query_run *run, const query_segment *segment, const query_symbol_range *ranges,
                                       uint32_t count, uint32_t low, uint32_t high, query_list *out, gdx_error *err) {
    const gdx_document_columns *columns = &segment->columns;
    uint32_t document = low < high ? gdx_columns_document_at(columns, low, 0) : 0;
    gdx_status status = GDX_OK;
    for (uint32_t at = low; at < high && status == GDX_OK;) {
        query_block *block = NULL;
        status = query_block_read(run, segment, gdx_columns_block(columns, document, at), document, &block, err);
        if (status == GDX_OK)
            status = list_symbols(run, block, ranges, count, low, high, out, err);
        if (status == GDX_OK)
            at = block->end;
    }
    return status;
}

struct wanted_symbols {
    const query_symbol_range *ranges;
    uint32_t count;
};

static gdx_status visit_symbols(query_run *run, const query_segment *segment, const void *context, uint32_t number,
                                uint32_t *document, query_list *out, gdx_error *err) {
    const struct wanted_symbols *wanted = context;
    query_block *block = NULL;
    gdx_status status = read_next(run, segment, number, document, &block, err);
    return status == GDX_OK ? query_block_append_symbols(run, block, wanted->ranges, wanted->count, out, err) : status;
}

gdx_status query_spans_symbols(query_run *run, const query_segment *segment, const query_symbol_range *ranges,
                               uint32_t count, const query_list *spans, query_list *out, gdx_error *err) {
    const struct wanted_symbols wanted = {ranges, count};
    return append_from_spans(run, segment, spans, visit_symbols, &wanted, out, err);
}
