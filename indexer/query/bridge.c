// SPDX-License-Identifier: Apache-2.0
// bridge.c: places where a block of whole lines divides a phrase.
// Wherever the block is, one half of the phrase is whole: the first if the block comes after it, else the second. So
// the places of both halves are read, and the text around each is searched for the rest. A block is of whole lines if
// a line ends before its first symbol and after its last.

#include "bridge.h"

#include "characters.h"
#include "crew.h"
#include "leaf.h"
#include "reading.h"

#include <stdlib.h>

struct bridging {
    query_reading reading;
    const query_node *leaf;
    uint32_t half;   // symbols of the first half
    query_list *out; // two numbers a match: where it begins, its length
    query_bridged *found;
    size_t count;
};

static gdx_status add(struct bridging *bridging, uint32_t begin, uint32_t length, gdx_error *err) {
    const uint32_t pair[] = {begin, length};
    return query_run_append(bridging->reading.run, bridging->out, pair, 2, err);
}

struct stretch { // of the text around a place: symbols [low, high) of the view may be looked at
    const query_view *view;
    uint32_t low;
    uint32_t high;
};

static bool is_line_end(uint32_t code) {
    return (code >= '\n' && code <= '\r') || code == 0x85 || code == 0x2028 || code == 0x2029;
}

// True if a line ends between the symbol before `index` and that at it.
static bool is_seam(const struct stretch *text, uint32_t index) {
    if (index <= text->low || index >= text->high)
        return false;
    const gdx_span *spans = text->view->symbols->spans;
    for (size_t at = spans[index - 1].end, bytes; at < spans[index].begin; at += bytes) {
        uint32_t code;
        bytes = gdx_utf8_decode((const uint8_t *)text->view->text.data + at, spans[index].begin - at, &code);
        if (code != GDX_ILL_FORMED && is_line_end(code))
            return true;
    }
    return false;
}

static bool has_symbol(const struct stretch *text, uint32_t index, const query_symbol *wanted) {
    const gdx_symbols *symbols = text->view->symbols;
    uint32_t symbol = symbols->symbols[index];
    if (wanted->code == GDX_WORD_FLAG)
        return symbol & GDX_WORD_FLAG &&
               gdx_slice_equal(gdx_symbols_word(symbols, symbol & ~GDX_WORD_FLAG), wanted->word);
    return symbol == wanted->code || (wanted->other && symbol == wanted->other);
}

// True if symbols [from, to) of the phrase are at `index`.
static bool has_part(const struct stretch *text, uint32_t index, const query_node *leaf, uint32_t from, uint32_t to) {
    if (index < text->low || index + (to - from) > text->high)
        return false;
    while (from < to && has_symbol(text, index, &leaf->symbols[from])) {
        from++;
        index++;
    }
    return from == to;
}

// The first half is at `index`: the shortest block after it, 0 if there is none or the phrase is whole.
static uint32_t block_after(const struct bridging *bridging, const struct stretch *text, uint32_t index) {
    const query_node *leaf = bridging->leaf;
    uint32_t count = leaf->symbol_count, best = 0;
    if (has_part(text, index, leaf, 0, count))
        return 0;
    for (uint32_t split = bridging->half; split < count; split++) {
        if (split > bridging->half && !has_part(text, index + split - 1, leaf, split - 1, split))
            break;
        for (uint32_t block = 1; block <= QUERY_BRIDGE_SYMBOLS && is_seam(text, index + split); block++)
            if ((best == 0 || block < best) && is_seam(text, index + split + block) &&
                has_part(text, index + split + block, leaf, split, count)) {
                best = block;
                break;
            }
    }
    return best;
}

// The phrase is divided at `split`, and its rest starts at `index`: adds the places whose block is before it.
static gdx_status add_blocks_before(struct bridging *bridging, const struct stretch *text, uint32_t index,
                                    uint32_t split, uint32_t position, gdx_error *err) {
    uint32_t count = bridging->leaf->symbol_count;
    gdx_status status = GDX_OK;
    if (!is_seam(text, index))
        return GDX_OK;
    for (uint32_t block = 1; block <= QUERY_BRIDGE_SYMBOLS && status == GDX_OK; block++) {
        if (index < text->low + block + split)
            break;
        uint32_t start = index - block - split;
        if (is_seam(text, start + split) && has_part(text, start, bridging->leaf, 0, split) &&
            !has_part(text, start, bridging->leaf, 0, count))
            status = add(bridging, position - block - split, count + block, err);
    }
    return status;
}

// The second half is at `index`, which is `position`.
static gdx_status add_before(struct bridging *bridging, const struct stretch *text, uint32_t index, uint32_t position,
                             gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t back = 1; back < bridging->half && status == GDX_OK; back++) {
        uint32_t split = bridging->half - back;
        if (index < text->low + back || !has_part(text, index - back, bridging->leaf, split, split + 1))
            break;
        status = add_blocks_before(bridging, text, index - back, split, position - back, err);
    }
    return status;
}

// One place of a half. The text that may matter is the phrase and the block on either side.
static gdx_status read_place(struct bridging *bridging, uint32_t number, uint32_t position, bool is_first_half,
                             gdx_error *err) {
    gdx_position_range part = query_part_of(bridging->reading.segment, number, position);
    uint32_t reach = bridging->leaf->symbol_count + QUERY_BRIDGE_SYMBOLS, index;
    uint32_t from = is_first_half ? position : position - part.begin > reach ? position - reach : part.begin;
    uint32_t to = part.end - position > reach ? position + reach : part.end;
    query_view view;
    gdx_status status = query_reading_view(&bridging->reading, number, from, to, 0, &view, &index, err);
    if (status != GDX_OK)
        return status;
    struct stretch text = {&view, index, index + (to - from)};
    if (!is_first_half)
        return add_before(bridging, &text, index + (position - from), position, err);
    uint32_t block = block_after(bridging, &text, index);
    return block ? add(bridging, position, bridging->leaf->symbol_count + block, err) : GDX_OK;
}

// Moves what was gathered to the run's memory.
static gdx_status take_found(struct bridging *bridging, gdx_error *err) {
    query_run *run = bridging->reading.run;
    const query_list *list = &run->searcher->third;
    query_bridged *all = query_run_take(run, (bridging->count + list->count / 2) * sizeof *all, err);
    if (!all)
        return GDX_NO_MEMORY;
    if (bridging->count)
        memcpy(all, bridging->found, bridging->count * sizeof *all);
    for (size_t i = 0; i < list->count; i += 2)
        all[bridging->count++] = (query_bridged){list->values[i], list->values[i + 1]};
    bridging->found = all;
    return GDX_OK;
}

struct half_reading {
    const struct bridging *bridging;
    const query_list *places;
    bool is_first_half;
};

static gdx_status read_places(const void *context, query_run *run, size_t begin, size_t end, query_list *out,
                              gdx_error *err) {
    const struct half_reading *half = context;
    const query_segment *segment = half->bridging->reading.segment;
    struct bridging bridging = {.reading = {.run = run, .segment = segment},
                                .leaf = half->bridging->leaf,
                                .half = half->bridging->half,
                                .out = out};
    uint32_t number = 0;
    gdx_status status = GDX_OK;
    for (size_t i = begin; i < end && status == GDX_OK; i++) {
        uint32_t place = half->places->values[i];
        number = gdx_columns_document_at(&segment->columns, place, number);
        if (!gdx_is_deleted(segment->live->deleted, number))
            status = read_place(&bridging, number, place, half->is_first_half, err);
    }
    return status;
}

static gdx_status read_half(struct bridging *bridging, bool is_first_half, gdx_error *err) {
    query_run *run = bridging->reading.run;
    const query_segment *segment = bridging->reading.segment;
    query_list *list = &run->searcher->positions;
    query_node half = *bridging->leaf;
    half.kind = QUERY_PHRASE;
    half.symbol_count = is_first_half ? bridging->half : bridging->leaf->symbol_count - bridging->half;
    half.symbols += is_first_half ? 0 : bridging->half;
    query_plan plan;
    gdx_status status = query_plan_make(run, segment, &half, &plan, err);
    if (status == GDX_OK)
        status = query_leaf_positions(run, segment, &plan, list, err);
    if (status == GDX_OK)
        status = query_reading_count(run, "bridge:", list->count, err);
    if (status != GDX_OK)
        return status;
    const struct half_reading reading = {bridging, list, is_first_half};
    const query_finding finding = {.count = list->count,
                                   .part = QUERY_PLACES_PART,
                                   .shared = QUERY_PLACES_SHARED,
                                   .find = read_places,
                                   .context = &reading};
    run->searcher->third.count = 0;
    status = query_crew_find(run, &finding, &run->searcher->third, err);
    return status == GDX_OK ? take_found(bridging, err) : status;
}

static int by_place(const void *a, const void *b) {
    const query_bridged *left = a, *right = b;
    if (left->begin != right->begin)
        return left->begin < right->begin ? -1 : 1;
    return left->length < right->length ? -1 : left->length > right->length;
}

gdx_status query_bridge_find(query_run *run, const query_segment *segment, const query_node *leaf, query_bridged **out,
                             size_t *out_count, gdx_error *err) {
    struct bridging bridging = {
        .reading = {.run = run, .segment = segment}, .leaf = leaf, .half = (leaf->symbol_count + 1) / 2};
    gdx_status status = GDX_OK;
    if (leaf->symbol_count > 1)
        status = read_half(&bridging, true, err);
    if (status == GDX_OK && bridging.half > 1) {
        bridging.reading.is_open = false;
        status = read_half(&bridging, false, err);
    }
    if (status != GDX_OK)
        return status;
    if (bridging.count > 1)
        qsort(bridging.found, bridging.count, sizeof *bridging.found, by_place);
    size_t kept = 0;
    for (size_t i = 0; i < bridging.count; i++)
        if (kept == 0 || bridging.found[i].begin != bridging.found[kept - 1].begin)
            bridging.found[kept++] = bridging.found[i];
    *out = bridging.found;
    *out_count = kept;
    return GDX_OK;
}
