// SPDX-License-Identifier: Apache-2.0
// occurrences.c: where each leaf occurs in one document after another.
// Phrases walk their lists forward with cursors. A single symbol has too many lists for that: the search reads the
// stored text, which is needed for display anyway, unless the document is very long; and only as far as what is shown.

#include "occurrences.h"

#include "cover.h"

#include "fields.h"
#include "near.h"
#include "phrase.h"
#include "symbol.h"

#include <stdlib.h>

enum {
    READ_SYMBOLS_MAX = 1 << 17, // longer documents are not read whole to look for a symbol
    READ_FIRST = 1024           // symbols; then twice as many, and so on, while more must be shown
};

struct leaf_walk {
    bool is_open;
    query_plan plan;
    query_phrase_walk *phrase;
};

struct query_walks {
    query_run *run;
    const query_segment *segment;
    const query_bridges *bridges; // likewise
    const query_plan *exact;      // of the evaluation
    const query_shown *shown;     // NULL: all are
    bool is_shown;                // of the leaf at hand nothing is needed but what is shown
    uint32_t longest;             // symbols of an occurrence; 0: not known yet
    struct leaf_walk *leaves;     // by number
    uint32_t number;              // the document at hand
    query_document *document;
    gdx_arena *arena;
    query_streams found; // in it
};

gdx_status query_walks_open(query_run *run, const query_evaluation *evaluation, const query_shown *shown,
                            query_walks **out, gdx_error *err) {
    query_walks *walks = query_run_take(run, sizeof *walks, err);
    struct leaf_walk *leaves = query_run_take(run, run->query->leaf_count * sizeof *leaves, err);
    if (!walks || !leaves)
        return GDX_NO_MEMORY;
    *walks = (query_walks){.run = run,
                           .segment = &evaluation->segment,
                           .exact = evaluation->exact,
                           .bridges = evaluation->bridges,
                           .shown = shown,
                           .leaves = leaves};
    *out = walks;
    return GDX_OK;
}

// ---- one leaf

static bool is_sought_word(const query_node *leaf, gdx_slice word) {
    gdx_slice wanted = query_is_phrase(leaf) ? leaf->symbols[0].word : leaf->value;
    if (query_is_phrase(leaf) || word.bytes < wanted.bytes)
        return gdx_slice_equal(word, wanted);
    const char *at = leaf->kind == QUERY_WORD_PREFIX ? word.data : word.data + word.bytes - wanted.bytes;
    return memcmp(at, wanted.data, wanted.bytes) == 0;
}

static bool is_sought(const query_node *leaf, const gdx_symbols *symbols, size_t index) {
    uint32_t symbol = symbols->symbols[index];
    if (query_is_phrase(leaf) && leaf->symbols[0].code != GDX_WORD_FLAG)
        return symbol == leaf->symbols[0].code || (leaf->symbols[0].other && symbol == leaf->symbols[0].other);
    return symbol & GDX_WORD_FLAG && is_sought_word(leaf, gdx_symbols_word(symbols, symbol & ~GDX_WORD_FLAG));
}

struct reading { // of one part
    uint32_t part;
    size_t before;    // values of the list that are not of it
    uint32_t differs; // of its occurrences: several symbols of one character have the same bytes
    uint64_t last;    // where the last one begins in bytes; UINT64_MAX: there is none
};

// Symbols [from, to) of a part.
static gdx_status read_stretch(query_walks *walks, const query_node *leaf, struct reading *reading, uint32_t from,
                               uint32_t to, query_list *out, gdx_error *err) {
    query_view view;
    gdx_status status = query_document_view(walks->document, reading->part, from, to, 0, &view, err);
    if (status == GDX_OK)
        status = query_run_reserve(walks->run, out, out->count + (to - from), err);
    if (status != GDX_OK)
        return status;
    uint32_t begin = query_document_begin(walks->document, reading->part);
    for (uint32_t i = from; i < to; i++) {
        out->values[out->count] = begin + i;
        if (!is_sought(leaf, view.symbols, i - view.first))
            continue;
        uint64_t byte = view.first_byte + view.symbols->spans[i - view.first].begin;
        reading->differs += byte != reading->last;
        reading->last = byte;
        out->count++;
    }
    return query_run_spend(walks->run, (uint64_t)(to - from) * 10, err);
}

// Whether a part that has been read up to position `to` has all that is shown.
static bool has_shown(const query_walks *walks, const struct reading *reading, const query_list *list, uint32_t to) {
    const query_shown *shown = walks->shown;
    // Whatever occurrence stands before the first one, what is shown after it has been read.
    return walks->is_shown && reading->part != QUERY_TITLE_PART && list->count > reading->before &&
           to - list->values[reading->before] > (uint64_t)shown->symbols + walks->longest &&
           reading->differs >= shown->matches;
}

// *limit: of symbols to read, 0 when it is reached. *out_has: the part has all that is shown.
static gdx_status read_symbol(query_walks *walks, const query_node *leaf, uint32_t part, uint32_t *limit,
                              query_list *out, bool *out_has, gdx_error *err) {
    uint32_t length = query_document_length(walks->document, part), begin = query_document_begin(walks->document, part);
    uint32_t step = walks->is_shown ? READ_FIRST : length;
    struct reading reading = {.part = part, .before = out->count, .last = UINT64_MAX};
    gdx_status status = GDX_OK;
    *out_has = false;
    for (uint32_t from = 0, to; from < length && *limit && status == GDX_OK && !*out_has; from = to, step *= 2) {
        to = step < length - from ? from + step : length;
        to = *limit < to - from ? from + *limit : to;
        *limit -= to - from;
        status = read_stretch(walks, leaf, &reading, from, to, out, err);
        *out_has = has_shown(walks, &reading, out, begin + to);
    }
    return status;
}

static gdx_status list_symbol(query_walks *walks, const query_node *leaf, uint32_t low, uint32_t high, query_list *out,
                              gdx_error *err) {
    bool is_long = high - low > READ_SYMBOLS_MAX, has = false;
    uint32_t limit = is_long && !walks->is_shown ? 0 : READ_SYMBOLS_MAX;
    size_t before = out->count;
    gdx_status status = GDX_OK;
    for (uint32_t part = 0; part < query_document_part_count(walks->document) && status == GDX_OK && !has; part++) {
        uint32_t begin = query_document_begin(walks->document, part);
        if (begin >= low && begin < high)
            status = read_symbol(walks, leaf, part, &limit, out, &has, err);
    }
    if (status != GDX_OK || has || !is_long || limit)
        return status;
    out->count = before;
    return query_symbol_positions_within(walks->run, walks->segment, &walks->leaves[leaf->leaf].plan, low, high, out,
                                         err);
}

static gdx_status open_leaf(query_walks *walks, const query_node *leaf, gdx_error *err) {
    struct leaf_walk *walk = &walks->leaves[leaf->leaf];
    if (walk->is_open)
        return GDX_OK;
    gdx_status status = GDX_OK;
    if (leaf->kind == QUERY_EXACT)
        walk->plan = walks->exact[leaf->leaf];
    else
        status = query_plan_make(walks->run, walks->segment, leaf, &walk->plan, err);
    if (status == GDX_OK && walk->plan.bigram_count && !walk->plan.is_nowhere)
        status = query_cover_complete(walks->run, walks->segment, &walk->plan, err);
    if (status == GDX_OK && walk->plan.bigram_count && !walk->plan.is_nowhere)
        status = query_phrase_walk_open(walks->run, walks->segment, &walk->plan, &walk->phrase, err);
    walk->is_open = status == GDX_OK;
    return status;
}

// Opens all leaves below the node that are not negated, for the longest occurrence that they may have.
static gdx_status find_longest(query_walks *walks, const query_node *node, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (query_is_leaf(node)) {
        const query_plan *plan = &walks->leaves[node->leaf].plan;
        status = open_leaf(walks, node, err);
        uint32_t longest = plan->broken_count ? plan->broken[plan->broken_count - 1].length : 0;
        longest = node->symbol_count > longest ? node->symbol_count : longest;
        walks->longest = longest > walks->longest ? longest : walks->longest;
    }
    for (uint32_t i = 0; i < node->child_count && node->kind != QUERY_NOT && status == GDX_OK; i++)
        status = find_longest(walks, node->children[i], err);
    return status;
}

// Those of occurrences with broken words that are in [low, high).
static query_stream slice_broken(const query_node *leaf, const query_broken *broken, uint32_t low, uint32_t high) {
    size_t bounds[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        uint32_t wanted = i ? high : low;
        size_t end = broken->count;
        bounds[i] = bounds[0];
        while (bounds[i] < end) {
            size_t middle = bounds[i] + (end - bounds[i]) / 2;
            if (broken->positions[middle] < wanted)
                bounds[i] = middle + 1;
            else
                end = middle;
        }
    }
    return (query_stream){leaf, broken->positions + bounds[0], bounds[1] - bounds[0], broken->length, NULL};
}

static gdx_status positions_in_document(void *context, const query_node *leaf, uint32_t form, query_stream *out,
                                        bool *out_has, gdx_error *err) {
    query_walks *walks = context;
    query_list *list = &walks->run->searcher->positions;
    gdx_status status = open_leaf(walks, leaf, err);
    if (status != GDX_OK)
        return status;
    const struct leaf_walk *walk = &walks->leaves[leaf->leaf];
    gdx_position_range range = query_field_range(walks->segment, leaf->fields, walks->number);
    uint32_t low = range.begin, high = range.end;
    *out_has = form <= walk->plan.broken_count;
    if (form > 0) {
        if (*out_has)
            *out = slice_broken(leaf, &walk->plan.broken[form - 1], low, high);
        return GDX_OK;
    }
    list->count = 0;
    if (!walk->plan.is_nowhere)
        status = walk->phrase ? query_phrase_walk_list(walks->run, walk->phrase, low, high, list, err)
                              : list_symbol(walks, leaf, low, high, list, err);
    *out = (query_stream){leaf, list->values, list->count, leaf->symbol_count, NULL};
    return status;
}

// ---- all of them

static gdx_status add_streams(query_walks *walks, const query_node *node, gdx_error *err) {
    if (query_is_leaf(node) || query_is_pair(node)) {
        query_streams more = {0};
        walks->is_shown = walks->shown && !walks->bridges && query_is_leaf(node);
        gdx_status status =
            query_pairs_find(walks->run, walks->segment, node, positions_in_document, walks, walks->arena, &more, err);
        return status == GDX_OK ? query_streams_add(&walks->found, &more, walks->arena, err) : status;
    }
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < node->child_count && node->kind != QUERY_NOT && status == GDX_OK; i++)
        status = add_streams(walks, node->children[i], err);
    return status;
}

static int in_order(const void *a, const void *b) {
    const query_occurrence *left = a, *right = b;
    if (left->part != right->part)
        return left->part < right->part ? -1 : 1;
    if (left->begin != right->begin)
        return left->begin < right->begin ? -1 : 1;
    return left->end < right->end ? -1 : left->end > right->end;
}

// The bridged places of a leaf in the document at hand.
static size_t bridged_here(const query_walks *walks, uint32_t leaf, const query_bridged **out) {
    const gdx_document_columns *columns = &walks->segment->columns;
    const query_bridged_leaf *bridged = walks->bridges ? &walks->bridges->leaves[leaf] : &(query_bridged_leaf){0};
    size_t first = 0, end = bridged->count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (bridged->places[middle].begin < columns->begin[walks->number])
            first = middle + 1;
        else
            end = middle;
    }
    while (end < bridged->count && bridged->places[end].begin < columns->begin[walks->number + 1])
        end++;
    *out = bridged->places + first;
    return end - first;
}

static size_t count_bridged(const query_walks *walks) {
    size_t count = 0;
    const query_bridged *places;
    for (uint32_t i = 0; walks->bridges && i < walks->run->query->leaf_count; i++)
        count += bridged_here(walks, i, &places);
    return count;
}

// Symbols of the document at hand, by positions of the segment.
static gdx_status place(const query_walks *walks, uint32_t position, uint32_t length, query_occurrence *out,
                        gdx_error *err) {
    uint32_t part = query_document_part_at(walks->document, position);
    uint32_t begin = position - query_document_begin(walks->document, part);
    *out = (query_occurrence){part, begin, begin + length, false};
    return out->end > query_document_length(walks->document, part) ? query_segment_corrupt(walks->segment, err)
                                                                   : GDX_OK;
}

static gdx_status place_all(const query_walks *walks, query_occurrence *all, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t s = 0; s < walks->found.count; s++) {
        const query_stream *stream = &walks->found.streams[s];
        for (size_t i = 0; i < stream->count && status == GDX_OK; i++)
            if (!stream->kept || gdx_bit(stream->kept, i))
                status = place(walks, stream->positions[i], stream->length, all++, err);
    }
    for (uint32_t leaf = 0; walks->bridges && leaf < walks->run->query->leaf_count; leaf++) {
        const query_bridged *places;
        size_t count = bridged_here(walks, leaf, &places);
        for (size_t i = 0; i < count && status == GDX_OK; i++, all++) {
            status = place(walks, places[i].begin, places[i].length, all, err);
            all->is_bridged = true;
        }
    }
    return status;
}

gdx_status query_walks_list(query_walks *walks, uint32_t number, query_document *document, gdx_arena *arena,
                            query_occurrence **out, size_t *out_count, gdx_error *err) {
    walks->number = number;
    walks->document = document;
    walks->arena = arena;
    walks->found = (query_streams){0};
    gdx_status status = GDX_OK;
    if (walks->shown && walks->longest == 0)
        status = find_longest(walks, walks->run->query->root, err);
    if (status == GDX_OK)
        status = add_streams(walks, walks->run->query->root, err);
    if (status != GDX_OK)
        return status;
    size_t count = count_bridged(walks);
    for (size_t s = 0; s < walks->found.count; s++)
        count += query_stream_count(&walks->found.streams[s]);
    query_occurrence *all = gdx_arena_allocate(arena, count * sizeof *all);
    if (!all)
        return gdx_fail_memory(err, "an answer");
    status = place_all(walks, all, err);
    if (status != GDX_OK)
        return status;
    if (count > 1)
        qsort(all, count, sizeof *all, in_order);
    *out = all;
    *out_count = count;
    return GDX_OK;
}
