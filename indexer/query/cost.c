// SPDX-License-Identifier: Apache-2.0
// cost.c: what a query costs, before it is asked, from the dictionaries alone: how often each bigram and symbol occurs,
// and how many bytes its list has. No list is read and no text, so this takes a microsecond a look-up.
// Work is given from above: a list that others thin is taken to stay as long as it is.

#include "document.h"
#include "metadata.h"
#include "plan.h"

#include "gdx/ngram.h"

enum { // nanoseconds
    LOOK_UP_WORK = 600,
    UNPACK_WORK = 3,    // a posting of a bigram, unpacked and merged with
    SEEK_WORK = 150,    // a posting that is looked for in a longer list
    SYMBOL_WORK = 6,    // a posting of a symbol's many lists, unpacked and sorted
    KEPT_WORK = 5,      // a document of the list that is kept of a frequent symbol
    SPREAD_WORK = 2,    // an occurrence, put down to its document
    PARTNER_WORK = 40,  // an occurrence, to find its partners
    PLACE_WORK = 1000,  // a place, read in stored text
    TEXT_WORK = 3000,   // a document, opened
    BLOCK_WORK = 1000,  // a block of text, read for what occurs in it
    LETTER_WORK = 1200, // a place in a word where a line may break it
    FILTER_WORK = 2     // a document, to ask a filter
};
enum { POSTINGS_PER_SEEK = 64, SUFFIX_WORDS = 256 };

struct costing { // of one segment
    query_run *run;
    const query_segment *segment;
    bool lists_positions; // occurrences are needed, and not just how many a document has
    gdx_query_cost *cost;
};

struct size {
    uint64_t count, bytes;
};

static gdx_status spend(struct costing *costing, uint64_t look_ups, gdx_error *err) {
    costing->cost->work_ns += look_ups * LOOK_UP_WORK;
    return query_run_spend(costing->run, look_ups * LOOK_UP_WORK, err);
}

// Text that is read for `count` occurrences, since lists do not say where they are: of each a span, at most all.
static void add_spans(struct costing *costing, uint64_t count) {
    const gdx_segment *segment = costing->segment->segment;
    uint64_t spans = gdx_segment_span_count(segment);
    if (gdx_segment_shape(segment) != GDX_SHAPE_EXACT)
        costing->cost->work_ns +=
            (count < spans ? count : spans) * ((uint64_t)BLOCK_WORK << costing->segment->columns.span_shift);
}

// ---- phrases

static gdx_status size_bigram(struct costing *costing, query_alternatives first, query_alternatives second,
                              struct size *out, gdx_error *err) {
    *out = (struct size){0};
    for (int i = 0; i < QUERY_ALTERNATIVES_MAX; i++) {
        uint32_t left = first.numbers[i & 1], right = second.numbers[i >> 1], count, bytes;
        if (left == GDX_SYMBOL_END || right == GDX_SYMBOL_END)
            continue;
        gdx_status status = gdx_segment_size_term(costing->segment->segment, left, right, &count, &bytes, err);
        if (status == GDX_OK)
            status = spend(costing, 1, err);
        if (status != GDX_OK)
            return status;
        out->count += count;
        out->bytes += bytes;
    }
    return GDX_OK;
}

// The rarest list is unpacked; each of the others is too, or is sought in when it is much longer.
static void add_lists(struct costing *costing, const struct size *sizes, uint32_t count, uint32_t rarest) {
    gdx_query_cost *cost = costing->cost;
    for (uint32_t i = 0; i < count; i++) {
        bool is_sought = sizes[rarest].count * POSTINGS_PER_SEEK < sizes[i].count;
        cost->work_ns += is_sought ? sizes[rarest].count * SEEK_WORK : sizes[i].count * UNPACK_WORK;
        cost->posting_bytes += is_sought ? sizes[rarest].bytes : sizes[i].bytes; // a block each, at the least
    }
}

static gdx_status add_phrase(struct costing *costing, const query_node *leaf, const uint32_t *numbers,
                             uint64_t *out_places, gdx_error *err) {
    uint32_t count = (leaf->symbol_count + 1) / 2, rarest = 0;
    struct size *sizes = query_run_take(costing->run, count * sizeof *sizes, err);
    if (!sizes)
        return GDX_NO_MEMORY;
    *out_places = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t offset = query_bigram_offset(leaf, i);
        gdx_status status = size_bigram(costing, query_alternatives_of(leaf, numbers, offset),
                                        query_alternatives_of(leaf, numbers, offset + 1), &sizes[i], err);
        if (status != GDX_OK || sizes[i].count == 0) // it is nowhere
            return status;
        rarest = sizes[i].count < sizes[rarest].count ? i : rarest;
        *out_places += sizes[i].count;
    }
    add_lists(costing, sizes, count, rarest);
    add_spans(costing, sizes[rarest].count);
    if (leaf->kind != QUERY_BRIDGE) // which reads the places of both halves, too
        *out_places = sizes[rarest].count;
    return GDX_OK;
}

// ---- symbols

static gdx_status add_range(struct costing *costing, uint32_t low, uint32_t high, uint64_t *places, gdx_error *err) {
    uint64_t occurrences = 0;
    gdx_status status = gdx_segment_range_occurrences(costing->segment->segment, low, high, &occurrences, err);
    if (status == GDX_OK)
        status = spend(costing, 2, err);
    *places += occurrences;
    costing->cost->work_ns += occurrences * SYMBOL_WORK;
    add_spans(costing, occurrences);
    costing->cost->posting_bytes += occurrences * 2; // as much as postings of bigrams take, 14 to 15 bits
    return status;
}

static gdx_status add_symbol(struct costing *costing, const query_node *leaf, uint32_t number, uint64_t *out_places,
                             gdx_error *err) {
    uint32_t kept = 0, other = leaf->symbols[0].other;
    *out_places = 0;
    if (leaf->fields == QUERY_DEFAULT && leaf->kind == QUERY_PHRASE && !costing->lists_positions && !other) {
        gdx_status status = gdx_segment_size_frequencies(costing->segment->segment, number, &kept, err);
        if (status != GDX_OK)
            return status;
    }
    if (kept) {
        costing->cost->work_ns += kept * KEPT_WORK;
        costing->cost->posting_bytes += kept;
        return gdx_segment_range_occurrences(costing->segment->segment, number, number + 1, out_places, err);
    }
    gdx_status status = add_range(costing, number, number + 1, out_places, err);
    return status == GDX_OK && other ? add_range(costing, other, other + 1, out_places, err) : status;
}

static gdx_status add_prefix(struct costing *costing, const query_node *leaf, uint64_t *out_places, gdx_error *err) {
    uint32_t low = 0, high = 0;
    *out_places = 0;
    gdx_status status = gdx_segment_word_prefix(costing->segment->segment, leaf->value, &low, &high, err);
    return status == GDX_OK && low < high ? add_range(costing, low, high, out_places, err) : status;
}

// Words by their end lie anywhere. Beyond a number of them their count is work enough.
static gdx_status add_suffix(struct costing *costing, const query_node *leaf, uint64_t *out_places, gdx_error *err) {
    uint32_t low = 0, high = 0, number = 0;
    *out_places = 0;
    gdx_status status = gdx_segment_word_suffix(costing->segment->segment, leaf->value, &low, &high, err);
    for (uint32_t i = low; i < high && i - low < SUFFIX_WORDS && status == GDX_OK; i++) {
        status = gdx_segment_word_reversed(costing->segment->segment, i, &number, err);
        if (status == GDX_OK)
            status = add_range(costing, number, number + 1, out_places, err);
    }
    if (status == GDX_OK && high > low)
        costing->cost->work_ns += (uint64_t)(high - low) * LOOK_UP_WORK;
    return status;
}

// ---- leaves

// Every place where a line may break a word is looked up, in segments that have such words.
static gdx_status add_broken(struct costing *costing, const query_node *leaf, uint64_t *places, gdx_error *err) {
    uint64_t hyphens = 0, letters = query_is_phrase(leaf) ? 0 : leaf->value.bytes;
    for (uint32_t i = 0; i < leaf->symbol_count && query_is_phrase(leaf); i++)
        letters += leaf->symbols[i].code == GDX_WORD_FLAG ? leaf->symbols[i].word.bytes : 0;
    if (letters == 0)
        return GDX_OK;
    gdx_status status = gdx_segment_range_occurrences(costing->segment->segment, GDX_BROKEN_HYPHEN,
                                                      GDX_BROKEN_HYPHEN + 1, &hyphens, err);
    *places += hyphens;
    costing->cost->work_ns += hyphens ? letters * LETTER_WORK : 0;
    return status == GDX_OK ? spend(costing, 2, err) : status;
}

static gdx_status add_whole(struct costing *costing, const query_node *leaf, uint64_t *out_places, gdx_error *err) {
    *out_places = 0;
    if (leaf->kind == QUERY_WORD_PREFIX)
        return add_prefix(costing, leaf, out_places, err);
    if (leaf->kind == QUERY_WORD_SUFFIX)
        return add_suffix(costing, leaf, out_places, err);
    uint32_t *numbers = query_run_take(costing->run, leaf->symbol_count * sizeof *numbers, err);
    bool has_all = false;
    if (!numbers)
        return GDX_NO_MEMORY;
    gdx_status status = query_symbols_number(costing->segment, leaf, numbers, &has_all, err);
    if (status != GDX_OK || !has_all)
        return status;
    return leaf->symbol_count > 1 ? add_phrase(costing, leaf, numbers, out_places, err)
                                  : add_symbol(costing, leaf, numbers[0], out_places, err);
}

struct bounds { // of a node, in the segment, at most
    uint64_t places, documents;
};

static uint64_t smaller(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static gdx_status add_leaf(struct costing *costing, const query_node *leaf, struct bounds *out, gdx_error *err) {
    gdx_query_cost *cost = costing->cost;
    uint64_t places = 0, spread = 0;
    gdx_status status = add_whole(costing, leaf, &places, err);
    spread = smaller(places, costing->segment->columns.count * 2); // of a frequent symbol documents are listed
    if (status == GDX_OK)
        status = add_broken(costing, leaf, &places, err);
    *out = (struct bounds){places, smaller(places, costing->segment->columns.count)};
    if (leaf->kind == QUERY_EXACT || leaf->kind == QUERY_BRIDGE) {
        cost->texts += places;
        cost->work_ns += places * PLACE_WORK + out->documents * TEXT_WORK;
    }
    cost->work_ns += (leaf->symbol_count > 1 || costing->lists_positions ? places : spread) * SPREAD_WORK;
    return status;
}

// ---- the tree

static struct bounds join(const struct costing *costing, const query_node *node, struct bounds so_far,
                          struct bounds child) {
    uint64_t all = costing->segment->columns.count;
    struct bounds joined = {so_far.places + child.places, smaller(so_far.documents + child.documents, all)};
    if (node->kind == QUERY_AND)
        joined.documents = smaller(so_far.documents, child.documents);
    else if (node->kind == QUERY_NOT)
        joined.documents = all;
    return joined;
}

// What a document takes that is asked for a value of metadata.
static gdx_status weigh_metadata(const struct costing *costing, const query_node *node, uint64_t *out, gdx_error *err) {
    bool has = true;
    gdx_status status = gdx_segment_has_keys(costing->segment->segment, node->key, &has, err);
    *out = has ? FILTER_WORK : QUERY_METADATA_STORED_WORK;
    return status;
}

static gdx_status add_node(struct costing *costing, const query_node *node, struct bounds *out, gdx_error *err) {
    uint64_t documents = costing->segment->columns.count;
    *out = (struct bounds){0, query_is_filter(node) || node->kind == QUERY_AND ? documents : 0};
    if (query_is_leaf(node))
        return add_leaf(costing, node, out, err);
    bool listed = costing->lists_positions;
    costing->lists_positions |= query_is_pair(node);
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++) {
        struct bounds child;
        status = add_node(costing, node->children[i], &child, err);
        *out = join(costing, node, *out, child);
    }
    costing->lists_positions = listed;
    uint64_t filter_work = FILTER_WORK;
    if (node->kind == QUERY_META && status == GDX_OK)
        status = weigh_metadata(costing, node, &filter_work, err);
    costing->cost->work_ns += query_is_filter(node) ? documents * filter_work
                              : query_is_pair(node) ? out->places * PARTNER_WORK
                                                    : documents / 16;
    return status;
}

gdx_status gdx_query_weigh(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                           gdx_query_cost *out, gdx_error *err) {
    query_run run = query_run_of(searcher, snapshot, query, stop);
    gdx_query_cost cost = {0};
    gdx_status status = GDX_OK;
    for (size_t s = 0; s < gdx_snapshot_segment_count(snapshot) && status == GDX_OK; s++) {
        query_segment segment;
        struct costing costing = {&run, &segment, false, &cost};
        struct bounds bounds = {0};
        status = query_segment_open(snapshot, s, &segment, err);
        if (status == GDX_OK)
            status = add_node(&costing, query->root, &bounds, err);
        cost.occurrences += bounds.places;
        cost.documents += bounds.documents;
    }
    query_searcher_reset(searcher);
    if (status == GDX_OK)
        *out = cost;
    return status;
}
