// SPDX-License-Identifier: Apache-2.0
// terms_range.c: the terms of a range of first symbols, merged into a chunk. docs/format.md, "Term dictionary".
// Each input's terms are in order and stay so under the new numbers of words. All of its positions come after those of
// the input before, so that a merged list is the inputs' lists one after the other, moved.

#include "merge_plan.h"

#include "gdx/heap.h"
#include "terms.h"

#include <stdlib.h>

enum {
    RANGE_POSTINGS = 1 << 19, // about a megabyte of lists
    CHECK_POSTINGS =
        1 << 14,       // postings between two looks at whether the merge is to stop: some tenths of a millisecond
    TERM_POSTINGS = 16 // what a term costs besides its postings, in those
};

struct walking { // the terms of one input
    const merge_source *source;
    gdx_term_walk walk;
    gdx_term term;
    uint64_t key; // of that term in the merged segment: first << 32 | second
};

struct front { // an input's next term, beside others in few cache lines
    uint64_t key;
    uint32_t input;
};

struct terms_ranger { // one thread's own
    const merge_plan *merge;
    struct walking *walkings; // one for each input
    struct front *heap;       // of those that have terms left
    size_t heap_count;
    uint32_t *positions; // of the term being merged
    size_t position_count;
    size_t position_capacity;
    size_t unchecked; // postings since the last look
};

gdx_status terms_ranger_new(const merge_plan *merge, terms_ranger **out, gdx_error *err) {
    GDX_AUTO(terms_ranger) ranger = calloc(1, sizeof *ranger);
    if (!ranger)
        return merge_no_memory(merge, "terms", err);
    ranger->merge = merge;
    ranger->walkings = calloc(merge->source_count, sizeof *ranger->walkings);
    ranger->heap = calloc(merge->source_count, sizeof *ranger->heap);
    if (!ranger->walkings || !ranger->heap)
        return merge_no_memory(merge, "terms", err);
    *out = ranger;
    ranger = NULL; // handed over
    return GDX_OK;
}

void terms_ranger_free(terms_ranger *ranger) {
    if (!ranger)
        return;
    free(ranger->walkings);
    free(ranger->heap);
    free(ranger->positions);
    free(ranger);
}

// ---- ranges

uint32_t terms_symbol_limit(const merge_plan *merge) {
    return GDX_FIRST_WORD + (uint32_t)merge->word_count;
}

// The first symbol of an input whose number in the merged segment is `symbol` or more.
static uint32_t symbol_of_source(const merge_source *source, uint32_t symbol) {
    if (symbol <= GDX_FIRST_WORD)
        return symbol;
    uint32_t low = 0;
    uint32_t high = source->segment->word_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if ((source->words[middle] & ~GDX_MERGE_DEAD) < symbol)
            low = middle + 1;
        else
            high = middle;
    }
    return GDX_FIRST_WORD + low;
}

// About how many postings the inputs have before a first symbol: what the rows of term blocks say.
static gdx_status postings_before(const merge_plan *merge, uint32_t symbol, uint64_t *out, gdx_error *err) {
    *out = 0;
    for (size_t i = 0; i < merge->source_count; i++) {
        const merge_source *source = &merge->sources[i];
        const uint8_t *row;
        uint32_t number;
        if (source->segment->term_count == 0)
            continue;
        gdx_status status = term_block_find(source->segment, symbol_of_source(source, symbol), 0, &number, err);
        if (status == GDX_OK)
            status = segment_row(source->segment, SECTION_TERM_BLOCKS, number, TERM_BLOCK_BYTES, &row, err);
        if (status != GDX_OK)
            return status;
        *out += gdx_load_u32(row + TERM_BLOCK_OCCURRENCES);
    }
    return GDX_OK;
}

gdx_status terms_range_end(const merge_plan *merge, uint32_t low, uint32_t *out, gdx_error *err) {
    uint64_t before;
    uint32_t from = low + 1;
    uint32_t to = terms_symbol_limit(merge);
    gdx_status status = postings_before(merge, low, &before, err);
    while (status == GDX_OK && from < to) {
        uint32_t middle = from + (to - from) / 2;
        uint64_t behind;
        status = postings_before(merge, middle, &behind, err);
        if (behind < before + RANGE_POSTINGS)
            from = middle + 1;
        else
            to = middle;
    }
    *out = from;
    return status;
}

// ---- walking the inputs

static gdx_status damaged(const struct walking *walking, const char *what, gdx_error *err) {
    const gdx_segment *segment = walking->source->segment;
    uint64_t offset = (uint64_t)(walking->walk.next_block - 1) * TERM_BLOCK_BYTES;
    return segment_damaged(segment, SECTION_TERM_BLOCKS, offset, what, err);
}

// The number of an input's symbol in the merged segment; UINT32_MAX when there is no such symbol.
static uint32_t merged_symbol(const merge_source *source, uint32_t symbol) {
    if (symbol < GDX_FIRST_WORD)
        return symbol;
    uint32_t word = symbol - GDX_FIRST_WORD;
    return word < source->segment->word_count ? source->words[word] : UINT32_MAX;
}

// To the next term that is of live words alone. *out_has is false at the end of the range.
static gdx_status advance(struct walking *walking, bool *out_has, gdx_error *err) {
    for (;;) {
        gdx_status status = gdx_term_walk_next(&walking->walk, &walking->term, out_has, err);
        if (status != GDX_OK || !*out_has)
            return status;
        uint32_t first = merged_symbol(walking->source, walking->term.first);
        uint32_t second = merged_symbol(walking->source, walking->term.second);
        if (first == UINT32_MAX || second == UINT32_MAX || first == GDX_SYMBOL_END)
            return damaged(walking, "a term of no symbols", err);
        if ((first | second) & GDX_MERGE_DEAD)
            continue;
        uint64_t key = (uint64_t)first << 32 | second;
        if (key <= walking->key)
            return damaged(walking, "terms out of order", err);
        walking->key = key;
        return GDX_OK;
    }
}

static bool is_before(void *unused, const void *left, const void *right) {
    const struct front *a = left, *b = right;
    (void)unused;
    return a->key < b->key || (a->key == b->key && a->input < b->input);
}

static const gdx_ordering by_key = {sizeof(struct front), is_before};

static gdx_status start_walks(terms_ranger *ranger, uint32_t low, uint32_t high, gdx_error *err) {
    gdx_status status = GDX_OK;
    ranger->heap_count = 0;
    for (uint32_t i = 0; i < ranger->merge->source_count && status == GDX_OK; i++) {
        struct walking *walking = &ranger->walkings[i];
        bool has = false;
        walking->source = &ranger->merge->sources[i];
        walking->key = ((uint64_t)low << 32) - 1;
        status = term_walk_init(&walking->walk, walking->source->segment, symbol_of_source(walking->source, low),
                                symbol_of_source(walking->source, high), err);
        if (status == GDX_OK)
            status = advance(walking, &has, err);
        if (status == GDX_OK && has)
            ranger->heap[ranger->heap_count++] = (struct front){walking->key, i};
    }
    if (status == GDX_OK)
        gdx_heap_build(&by_key, NULL, ranger->heap, ranger->heap_count);
    return status;
}

// ---- lists

// Appends the live positions of an input's term.
static gdx_status append_positions(terms_ranger *ranger, const struct walking *walking, gdx_error *err) {
    const merge_source *source = walking->source;
    const gdx_term *term = &walking->term;
    size_t wanted = ranger->position_count + term->count + GDX_POSTINGS_BLOCK;
    if (gdx_grow(&ranger->positions, &ranger->position_capacity, wanted, sizeof *ranger->positions) != GDX_OK)
        return merge_no_memory(ranger->merge, "postings", err);
    uint32_t *positions = ranger->positions + ranger->position_count;
    if (gdx_postings_decode(term->postings, term->count, source->segment->info.position_count, positions) != GDX_OK)
        return damaged(walking, "a list of postings that does not decode", err);
    ranger->position_count += merge_move_positions(source, positions, term->count, positions);
    return GDX_OK;
}

// The positions of the least term in all inputs that have it, which then stand on their next.
static gdx_status gather_term(terms_ranger *ranger, uint64_t key, gdx_error *err) {
    gdx_status status = GDX_OK;
    ranger->position_count = 0;
    while (status == GDX_OK && ranger->heap_count && ranger->heap[0].key == key) {
        struct walking *walking = &ranger->walkings[ranger->heap[0].input];
        bool has = false;
        status = append_positions(ranger, walking, err);
        if (status == GDX_OK)
            status = advance(walking, &has, err);
        ranger->heap[0].key = walking->key;
        if (status == GDX_OK && has)
            gdx_heap_sift(&by_key, NULL, ranger->heap, ranger->heap_count, 0);
        else if (status == GDX_OK)
            gdx_heap_take(&by_key, NULL, ranger->heap, &ranger->heap_count);
    }
    return status;
}

static gdx_status chunk_failed(const merge_plan *merge, gdx_status status, gdx_error *err) {
    if (status == GDX_OK)
        return status;
    return gdx_fail_at(err, status, merge->directory, "terms cannot be merged: %s", gdx_status_name(status));
}

static gdx_status check_sometimes(terms_ranger *ranger, gdx_error *err) {
    ranger->unchecked += ranger->position_count + TERM_POSTINGS;
    if (ranger->unchecked < CHECK_POSTINGS)
        return GDX_OK;
    ranger->unchecked = 0;
    return merge_check(ranger->merge, err);
}

gdx_status terms_range_merge(terms_ranger *ranger, uint32_t low, uint32_t high, term_chunk *chunk, gdx_error *err) {
    gdx_status status = start_walks(ranger, low, high, err);
    while (status == GDX_OK && ranger->heap_count) {
        uint64_t key = ranger->heap[0].key;
        status = check_sometimes(ranger, err); // counts the term before
        if (status == GDX_OK)
            status = gather_term(ranger, key, err);
        if (status == GDX_OK && ranger->position_count)
            status = chunk_failed(ranger->merge,
                                  term_chunk_add(chunk, (uint32_t)(key >> 32), (uint32_t)key, ranger->positions,
                                                 (uint32_t)ranger->position_count),
                                  err);
    }
    return status == GDX_OK ? chunk_failed(ranger->merge, term_chunk_end_group(chunk), err) : status;
}
