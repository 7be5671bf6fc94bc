// SPDX-License-Identifier: Apache-2.0
// terms_range.c: the terms of a range of first symbols, merged into a chunk. docs/format.md, "Term dictionary".
// Each input's terms are in order and stay so under the new numbers of words. All of its positions come after those of
// the input before, so that a merged list is the inputs' lists one after the other, moved. So are lists of blocks. What
// they do not say is in the plan, when an input has such.

#include "merge_plan.h"
#include "missing_lists.h"

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
    uint64_t key;   // of that term in the merged segment: first << 32 | second
    size_t deleted; // of a merge that knows the terms of deleted documents: the first of them not before the term
};

struct gathered { // the term being merged, of one input
    uint32_t input;
    uint32_t count; // live occurrences; of a merge that does not know the terms of deleted documents: all
    gdx_term term;
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
    struct gathered *gathered;
    size_t gathered_count;
    uint32_t *list; // of the term being merged: positions, or blocks
    size_t list_count;
    size_t list_capacity;
    gdx_frequency *frequencies; // of a symbol in an input
    size_t frequency_capacity;
    gdx_error *err;   // of the range at hand
    size_t unchecked; // postings since the last look
};

gdx_status terms_ranger_new(const merge_plan *merge, terms_ranger **out, gdx_error *err) {
    GDX_AUTO(terms_ranger) ranger = calloc(1, sizeof *ranger);
    if (!ranger)
        return merge_no_memory(merge, "terms", err);
    ranger->merge = merge;
    ranger->walkings = calloc(merge->source_count, sizeof *ranger->walkings);
    ranger->heap = calloc(merge->source_count, sizeof *ranger->heap);
    ranger->gathered = calloc(merge->source_count, sizeof *ranger->gathered);
    if (!ranger->walkings || !ranger->heap || !ranger->gathered)
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
    free(ranger->gathered);
    free(ranger->list);
    free(ranger->frequencies);
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
        uint32_t begin = symbol_of_source(walking->source, low);
        if (walking->source->live_count == 0)
            continue;
        if (ranger->merge->missing)
            walking->deleted = deleted_terms_find(&ranger->merge->missing->sources[i].deleted, (uint64_t)begin << 32);
        status = term_walk_init(&walking->walk, walking->source->segment, begin,
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

static gdx_status grow_list(terms_ranger *ranger, size_t more, gdx_error *err) {
    if (gdx_grow(&ranger->list, &ranger->list_capacity, ranger->list_count + more, sizeof *ranger->list) == GDX_OK)
        return GDX_OK;
    return merge_no_memory(ranger->merge, "postings", err);
}

static gdx_status does_not_decode(const merge_source *source, gdx_error *err) {
    return segment_damaged(source->segment, SECTION_POSTINGS, 0, "a list of postings that does not decode", err);
}

// Appends the live entries of an input's list: positions, or blocks, as they are there.
static gdx_status append_entries(terms_ranger *ranger, const struct gathered *gathered, gdx_error *err) {
    const merge_source *source = &ranger->merge->sources[gathered->input];
    const gdx_term *term = &gathered->term;
    gdx_status status = grow_list(ranger, (size_t)term->entries + GDX_POSTINGS_BLOCK, err);
    if (status != GDX_OK)
        return status;
    uint32_t *entries = ranger->list + ranger->list_count;
    uint32_t limit = term->has_blocks ? segment_list_limit(source->segment) : source->segment->info.position_count;
    if (gdx_postings_decode(term->postings, term->entries, limit, entries) != GDX_OK)
        return does_not_decode(source, err);
    ranger->list_count +=
        merge_move(source, term->has_blocks ? &source->blocks : &source->positions, entries, term->entries, entries);
    return GDX_OK;
}

// How often the term occurs in the live documents of an input.
static gdx_status count_live(const merge_plan *merge, struct walking *walking, uint32_t *out, gdx_error *err) {
    *out = walking->term.count;
    if (!merge->missing)
        return GDX_OK;
    const deleted_terms *deleted = &merge->missing->sources[walking->source - merge->sources].deleted;
    uint64_t key = (uint64_t)walking->term.first << 32 | walking->term.second;
    while (walking->deleted < deleted->count && deleted->keys[walking->deleted] < key)
        walking->deleted++;
    if (walking->deleted == deleted->count || deleted->keys[walking->deleted] != key)
        return GDX_OK;
    if (deleted->counts[walking->deleted] > *out)
        return damaged(walking, "a term that occurs more often in deleted documents than in all", err);
    *out -= deleted->counts[walking->deleted];
    return GDX_OK;
}

// The least term in all inputs that have it, which then stand on their next.
static gdx_status gather_term(terms_ranger *ranger, uint64_t key, gdx_error *err) {
    gdx_status status = GDX_OK;
    ranger->list_count = ranger->gathered_count = 0;
    while (status == GDX_OK && ranger->heap_count && ranger->heap[0].key == key) {
        uint32_t input = ranger->heap[0].input;
        struct walking *walking = &ranger->walkings[input];
        struct gathered *gathered = &ranger->gathered[ranger->gathered_count++];
        bool has = false;
        gathered->input = input;
        gathered->term = walking->term;
        status = count_live(ranger->merge, walking, &gathered->count, err);
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

// ---- terms, when every input lists positions

static gdx_status add_positions(terms_ranger *ranger, uint64_t key, term_chunk *chunk, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < ranger->gathered_count && status == GDX_OK; i++)
        status = append_entries(ranger, &ranger->gathered[i], err);
    if (status != GDX_OK || ranger->list_count == 0)
        return status;
    return chunk_failed(
        ranger->merge,
        term_chunk_add(chunk, (uint32_t)(key >> 32), (uint32_t)key, ranger->list, (uint32_t)ranger->list_count), err);
}

// ---- terms, when some list blocks

static gdx_status other_count(const merge_source *source, gdx_error *err) {
    return segment_damaged(source->segment, SECTION_TERM_BLOCKS, 0,
                           "a term of another number of occurrences than its list has", err);
}

// Appends the positions of an input, which its list has, or the text had.
static gdx_status append_positions(terms_ranger *ranger, uint64_t key, const struct gathered *gathered,
                                   gdx_error *err) {
    const missing_lists *missing = ranger->merge->missing;
    const merge_source *source = &ranger->merge->sources[gathered->input];
    size_t before = ranger->list_count;
    if (!gathered->term.has_blocks) {
        gdx_status status = append_entries(ranger, gathered, err);
        if (status == GDX_OK && ranger->list_count - before != gathered->count)
            status = other_count(source, err);
        return status;
    }
    size_t index = missing_index(&missing->terms, key);
    const missing_term *term = index == MISSING_NONE ? NULL : &missing->sources[gathered->input].terms[index];
    if (!term || term->count != gathered->count)
        return other_count(source, err);
    gdx_status status = grow_list(ranger, term->count, err);
    if (status == GDX_OK && term->count)
        memcpy(ranger->list + before, missing->positions + term->begin, term->count * sizeof *ranger->list);
    ranger->list_count += status == GDX_OK ? term->count : 0;
    return status;
}

// Turns the positions from `begin` of the list on into the blocks that they are in.
static gdx_status turn_into_blocks(terms_ranger *ranger, size_t begin, term_chunk *chunk, gdx_error *err) {
    const uint32_t *blocks;
    uint32_t count;
    gdx_status status = chunk_failed(
        ranger->merge,
        term_chunk_find_blocks(chunk, ranger->list + begin, (uint32_t)(ranger->list_count - begin), &blocks, &count),
        err);
    if (status != GDX_OK)
        return status;
    memcpy(ranger->list + begin, blocks, count * sizeof *blocks);
    ranger->list_count = begin + count;
    return GDX_OK;
}

static gdx_status append_blocks(terms_ranger *ranger, const struct gathered *gathered, term_chunk *chunk,
                                gdx_error *err) {
    const merge_source *source = &ranger->merge->sources[gathered->input];
    size_t before = ranger->list_count;
    gdx_status status = append_entries(ranger, gathered, err);
    size_t count = ranger->list_count - before;
    // A term occurs at least once in a block that lists it, and in no block without one.
    if (status == GDX_OK && (gathered->term.has_blocks ? count > gathered->count || (count == 0 && gathered->count)
                                                       : count != gathered->count))
        status = other_count(source, err);
    return status == GDX_OK && count && !gathered->term.has_blocks ? turn_into_blocks(ranger, before, chunk, err)
                                                                   : status;
}

static gdx_status add_to_compact(terms_ranger *ranger, uint64_t key, term_chunk *chunk, gdx_error *err) {
    gdx_status status = GDX_OK;
    uint32_t first = (uint32_t)(key >> 32), second = (uint32_t)key;
    uint64_t occurrences = 0;
    for (size_t i = 0; i < ranger->gathered_count; i++)
        occurrences += ranger->gathered[i].count;
    if (occurrences > ranger->merge->documents.position)
        return other_count(&ranger->merge->sources[ranger->gathered[0].input], err);
    bool has_positions = shape_has_positions(GDX_SHAPE_COMPACT, (uint32_t)occurrences);
    for (size_t i = 0; i < ranger->gathered_count && status == GDX_OK; i++)
        status = has_positions ? append_positions(ranger, key, &ranger->gathered[i], err)
                               : append_blocks(ranger, &ranger->gathered[i], chunk, err);
    if (status != GDX_OK || occurrences == 0)
        return status;
    status = has_positions ? term_chunk_add(chunk, first, second, ranger->list, (uint32_t)ranger->list_count)
                           : term_chunk_add_blocks(chunk, first, second, ranger->list, (uint32_t)ranger->list_count,
                                                   (uint32_t)occurrences);
    return chunk_failed(ranger->merge, status, err);
}

// Adds what the frequency list of an input says of its live documents.
static gdx_status add_frequencies(terms_ranger *ranger, const merge_source *source, uint32_t symbol, uint32_t *counts) {
    size_t count = 0;
    bool has = false;
    gdx_status status = gdx_segment_frequencies(source->segment, symbol, &ranger->frequencies, &count,
                                                &ranger->frequency_capacity, &has, ranger->err);
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        uint32_t document = ranger->frequencies[i].document;
        if (merge_move(source, &source->documents, &document, 1, &document))
            counts[document] += ranger->frequencies[i].count;
    }
    return status;
}

// How often a symbol of the result occurs by document: what the lists of the inputs say, or their text said.
static gdx_status count_symbol(void *context, uint32_t symbol, uint32_t *counts) {
    terms_ranger *ranger = context;
    const merge_plan *merge = ranger->merge;
    size_t index = missing_index(&merge->missing->symbols, symbol);
    gdx_status status = GDX_OK;
    if (index == MISSING_NONE)
        return other_count(&merge->sources[0], ranger->err);
    for (size_t i = 0; i < merge->source_count && status == GDX_OK; i++) {
        const missing_symbol *missing = &merge->missing->sources[i].symbols[index];
        uint32_t number = missing_source_symbol(&merge->sources[i], symbol);
        for (size_t c = 0; c < missing->count; c++)
            counts[missing->counts[c].document] += missing->counts[c].count;
        if (!missing->is_counted && number != UINT32_MAX && merge->sources[i].live_count)
            status = add_frequencies(ranger, &merge->sources[i], number, counts);
    }
    return status;
}

// ---- the range

static gdx_status check_sometimes(terms_ranger *ranger, gdx_error *err) {
    ranger->unchecked += ranger->list_count + TERM_POSTINGS;
    if (ranger->unchecked < CHECK_POSTINGS)
        return GDX_OK;
    ranger->unchecked = 0;
    return merge_check(ranger->merge, err);
}

gdx_status terms_range_merge(terms_ranger *ranger, uint32_t low, uint32_t high, term_chunk *chunk, gdx_error *err) {
    bool lists_blocks = ranger->merge->missing != NULL;
    ranger->err = err;
    chunk->counter = lists_blocks ? count_symbol : NULL;
    chunk->counter_context = ranger;
    gdx_status status = start_walks(ranger, low, high, err);
    while (status == GDX_OK && ranger->heap_count) {
        uint64_t key = ranger->heap[0].key;
        status = check_sometimes(ranger, err); // counts the term before
        if (status == GDX_OK)
            status = gather_term(ranger, key, err);
        if (status == GDX_OK)
            status = lists_blocks ? add_to_compact(ranger, key, chunk, err) : add_positions(ranger, key, chunk, err);
    }
    return status == GDX_OK ? chunk_failed(ranger->merge, term_chunk_end_group(chunk), err) : status;
}
