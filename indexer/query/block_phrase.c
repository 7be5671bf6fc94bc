// SPDX-License-Identifier: Apache-2.0
// block_phrase.c: see block_phrase.h.
// The spans of the rarest bigram are thinned by the lists of the others in turn, as positions are. But a list that
// rules out nothing costs more than reading a block or two, so few candidates of one block are read at once. A block is
// cut into symbols and compared as it is: its words are not looked up in the dictionary.

#include "block_phrase.h"

#include "gdx/postings.h"

#include "block_reader.h"
#include "blocks.h"
#include "cover.h"

#include <assert.h>

enum {
    SEEK_WORK = 50, // nanoseconds
    FEW = 4,        // candidates that are read, as the last list ruled out none of them
    MANY = 4        // that are worth looking for a bigram that is no part of the cover
};

// ---- a block

// What is cut of a document, and where a phrase in it must lie.
struct view {
    query_cut cut;
    gdx_position_range part; // without its end mark
};

// Whether a symbol of the text answers at place `index` of the phrase.
static inline bool answers(const query_plan *plan, uint32_t index, const query_cut *cut, uint32_t symbol) {
    const query_symbol *wanted = &plan->leaf->symbols[index];
    if (symbol & GDX_WORD_FLAG)
        return wanted->code == GDX_WORD_FLAG &&
               gdx_slice_equal(wanted->word, gdx_symbols_word(cut->words, symbol & ~GDX_WORD_FLAG));
    return symbol == wanted->code || (wanted->other && symbol == wanted->other);
}

// Whether the phrase may stand at a place of the part: as far as it is cut, its symbols answer.
static bool may_stand(const query_plan *plan, const query_cut *cut, uint32_t place, bool *out_is_cut) {
    uint32_t count = plan->leaf->symbol_count;
    uint32_t from = cut->begin > place ? cut->begin - place : 0;
    uint32_t to = cut->end - place < count ? cut->end - place : count;
    for (uint32_t i = from; i < to; i++)
        if (!answers(plan, i, cut, cut->symbols[place + i - cut->begin]))
            return false;
    *out_is_cut = from == 0 && to == count;
    return true;
}

// The first position from `from` on at which the symbol may be; at or after `to`: none.
static uint32_t next_like(const query_cut *cut, const query_symbol *wanted, uint32_t from, uint32_t to) {
    const uint32_t *symbols = cut->symbols - cut->begin;
    uint32_t code = wanted->code, other = wanted->other ? wanted->other : code;
    if (code == GDX_WORD_FLAG) {
        while (from < to && !(symbols[from] & GDX_WORD_FLAG))
            from++;
        return from;
    }
    while (from < to && symbols[from] != code && symbols[from] != other)
        from++;
    return from;
}

// Appends places in `places` at which symbol `offset` of the phrase is in `block`, which is cut. *out_is_cut is false
// when one of them depends on what is not.
static gdx_status list_places(query_run *run, const query_plan *plan, const struct view *view, gdx_position_range block,
                              gdx_position_range places, query_list *out, bool *out_is_cut, gdx_error *err) {
    const query_cut *cut = &view->cut;
    uint32_t offset = plan->bigrams[0].offset, after = plan->leaf->symbol_count - offset;
    const query_symbol *wanted = &plan->leaf->symbols[offset];
    int64_t least = (int64_t)view->part.begin + offset; // for the phrase to be in the part
    int64_t most = (int64_t)view->part.end - after;
    uint32_t from = least > block.begin ? (uint32_t)(least < block.end ? least : block.end) : block.begin;
    uint32_t to = most + 1 < block.end ? (uint32_t)(most + 1 > from ? most + 1 : from) : block.end;
    gdx_status status = GDX_OK;
    *out_is_cut = true;
    for (uint32_t at = next_like(cut, wanted, from, to); at < to && status == GDX_OK && *out_is_cut;
         at = next_like(cut, wanted, at + 1, to)) {
        uint32_t place = at - offset;
        if (place < places.begin || place >= places.end || !may_stand(plan, cut, place, out_is_cut))
            continue;
        if (*out_is_cut)
            status = query_run_append(run, out, &place, 1, err);
    }
    return status;
}

gdx_status query_block_phrase_list(query_run *run, const query_segment *segment, const query_plan *plan,
                                   uint32_t number, uint32_t *document, gdx_position_range places, query_list *out,
                                   bool *out_done, gdx_error *err) {
    const gdx_document_columns *columns = &segment->columns;
    struct view view;
    uint32_t offset = plan->bigrams[0].offset;
    gdx_position_range block = gdx_columns_block_range(columns, number, *document, document);
    *out_done = block.begin < block.end && query_cut_part(segment, *document, block.begin, &view.part);
    if (!*out_done)
        return GDX_OK;
    if (block.end > view.part.end)
        block.end = view.part.end;
    if (block.begin < view.part.begin) // the columns have changed
        return query_segment_corrupt(segment, err);
    if (block.begin >= block.end)
        return GDX_OK;
    bool is_cut = false;
    size_t before = out->count;
    gdx_status status = query_cut_read(run, segment, *document, block, &view.cut, err);
    if (status == GDX_OK)
        status = list_places(run, plan, &view, block, places, out, &is_cut, err);
    if (status != GDX_OK || is_cut)
        return status;
    gdx_position_range wide = view.part; // all that a phrase may reach over
    uint32_t count = plan->leaf->symbol_count;
    if (block.begin - wide.begin > offset)
        wide.begin = block.begin - offset;
    if (wide.end - block.end > count - offset - 1)
        wide.end = block.end + count - offset - 1;
    out->count = before;
    status = query_cut_read(run, segment, *document, wide, &view.cut, err);
    return status == GDX_OK ? list_places(run, plan, &view, block, places, out, &is_cut, err) : status;
}

// ---- candidates

// The spans of a bigram, ascending, each once.
static gdx_status gather(query_run *run, const query_segment *segment, const query_bigram *bigram, gdx_error *err) {
    query_list *candidates = &run->searcher->numbers;
    gdx_status status = GDX_OK;
    bool is_sorted = bigram->list_count == 1 && bigram->lists[0].has_blocks;
    candidates->count = 0;
    for (uint32_t i = 0; i < bigram->list_count && status == GDX_OK; i++)
        status = query_spans_append(run, segment, &bigram->lists[i], candidates, err);
    if (status != GDX_OK || is_sorted)
        return status;
    if (bigram->list_count > 1)
        status = query_run_sort(run, candidates, 0, err);
    size_t kept = 0;
    for (size_t i = 0; i < candidates->count && status == GDX_OK; i++)
        if (kept == 0 || candidates->values[kept - 1] != candidates->values[i])
            candidates->values[kept++] = candidates->values[i];
    candidates->count = kept;
    return status;
}

// Where another bigram must be when the first of the plan is in a span.
struct distance {
    uint32_t symbols;
    uint32_t spans;
    bool is_after;
};

static struct distance distance_of(const query_segment *segment, const query_plan *plan, uint32_t offset) {
    uint32_t first = plan->bigrams[0].offset;
    bool is_after = offset > first;
    uint32_t symbols = is_after ? offset - first : first - offset;
    uint32_t blocks = (symbols + GDX_BLOCK_SYMBOLS - 1) / GDX_BLOCK_SYMBOLS; // a document's last block is shorter
    unsigned shift = segment->columns.span_shift;
    return (struct distance){symbols, (blocks + (1u << shift) - 1) >> shift, is_after};
}

// A position by that distance, as far as there are positions.
static uint32_t moved(uint32_t position, struct distance distance) {
    if (distance.is_after)
        return position < GDX_POSITION_END - distance.symbols ? position + distance.symbols : GDX_POSITION_END;
    return position > distance.symbols ? position - distance.symbols : 0;
}

// The numbers, as one list has them, among which the bigram must be.
static gdx_position_range window_of(const query_segment *segment, const gdx_term *term, struct distance distance,
                                    uint32_t span, uint32_t *document) {
    uint32_t back = distance.is_after ? 0 : distance.spans;
    if (term->has_blocks) // numbers from 0, and spans that are not there are in no list
        return (gdx_position_range){span > back ? span - back : 0, span + 1 + (distance.spans - back)};
    assert(segment->columns.span_shift == 0); // where lists have positions, a span is a block
    gdx_position_range range = gdx_columns_block_range(&segment->columns, span, *document, document);
    return (gdx_position_range){moved(range.begin, distance), moved(range.end, distance)};
}

static gdx_status open_lists(const query_segment *segment, const query_bigram *bigram, struct distance distance,
                             uint32_t span, gdx_cursor *cursors, gdx_error *err) {
    for (uint32_t i = 0; i < bigram->list_count; i++) {
        const gdx_term *term = &bigram->lists[i];
        uint32_t limit = term->has_blocks ? gdx_segment_span_count(segment->segment) : segment->position_count;
        uint32_t document = 0, target = window_of(segment, term, distance, span, &document).begin;
        if (gdx_cursor_open_at(&cursors[i], term->postings, term->entries, limit, target) != GDX_OK)
            return query_segment_corrupt(segment, err);
    }
    return GDX_OK;
}

// Keeps the candidates whose neighbourhood has the bigram.
static gdx_status thin(query_run *run, const query_segment *segment, const query_plan *plan, const query_bigram *bigram,
                       gdx_error *err) {
    query_list *candidates = &run->searcher->numbers;
    gdx_cursor cursors[QUERY_ALTERNATIVES_MAX];
    struct distance distance = distance_of(segment, plan, bigram->offset);
    size_t kept = 0, count = candidates->count;
    uint32_t document = 0;
    if (count == 0)
        return GDX_OK;
    gdx_status status = open_lists(segment, bigram, distance, candidates->values[0], cursors, err);
    if (status != GDX_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        uint32_t span = candidates->values[i];
        bool may = false;
        for (uint32_t l = 0; l < bigram->list_count && !may; l++) {
            gdx_position_range window = window_of(segment, &bigram->lists[l], distance, span, &document);
            uint32_t found = gdx_cursor_seek(&cursors[l], window.begin);
            may = found < window.end && found != GDX_POSITION_END;
        }
        candidates->values[kept] = span;
        kept += may;
    }
    candidates->count = kept;
    for (uint32_t i = 0; i < bigram->list_count; i++)
        if (gdx_cursor_status(&cursors[i]) != GDX_OK)
            return query_segment_corrupt(segment, err);
    return query_run_spend(run, 150 + count * SEEK_WORK, err);
}

// By a bigram that is looked up.
static gdx_status thin_by_look_up(query_run *run, const query_segment *segment, const query_plan *plan,
                                  query_bigram bigram, gdx_error *err) {
    gdx_status status = query_cover_look_up(run, segment, plan, &bigram, err);
    if (status == GDX_OK && bigram.count == 0)
        run->searcher->numbers.count = 0;
    return status == GDX_OK ? thin(run, segment, plan, &bigram, err) : status;
}

static bool has_offset(const query_plan *plan, uint32_t offset) {
    for (uint32_t i = 0; i < plan->bigram_count; i++)
        if (plan->bigrams[i].offset == offset)
            return true;
    return false;
}

// By bigrams that the cover leaves out, as long as each rules out some candidates: to read a block costs more than to
// look for it in a list. To read a span of many blocks costs more than any look-up.
static gdx_status widen(query_run *run, const query_segment *segment, const query_plan *plan, gdx_error *err) {
    enum { RULED_OUT = 8 }; // one of so many
    const query_list *candidates = &run->searcher->numbers;
    bool is_long = segment->columns.span_shift > 0;
    size_t many = is_long ? 1 : MANY;
    gdx_status status = GDX_OK;
    for (uint32_t offset = 0; offset + 1 < plan->leaf->symbol_count && candidates->count >= many; offset++) {
        size_t before = candidates->count;
        if (has_offset(plan, offset))
            continue;
        status = thin_by_look_up(run, segment, plan, (query_bigram){.offset = offset}, err);
        if (status != GDX_OK || (!is_long && (before - candidates->count) * RULED_OUT < before))
            break;
    }
    return status;
}

gdx_status query_block_phrase_candidates(query_run *run, const query_segment *segment, const query_plan *plan,
                                         gdx_error *err) {
    const query_list *candidates = &run->searcher->numbers;
    bool was_idle = false, is_long = segment->columns.span_shift > 0;
    gdx_status status = gather(run, segment, &plan->bigrams[0], err);
    for (uint32_t i = 1; i < plan->bigram_count && status == GDX_OK; i++) {
        const query_bigram *bigram = &plan->bigrams[i];
        size_t before = candidates->count;
        if (before == 0 || (!is_long && (before == 1 || (before <= FEW && was_idle))))
            return GDX_OK;
        status =
            bigram->count ? thin(run, segment, plan, bigram, err) : thin_by_look_up(run, segment, plan, *bigram, err);
        was_idle = candidates->count == before;
    }
    return status == GDX_OK ? widen(run, segment, plan, err) : status;
}
