// SPDX-License-Identifier: Apache-2.0
// words_merge.c: the second half of a merge's plan: the words of the merged segment, and which of them each input's
// words become. Vocabularies are sorted, so this is one merge. A word that only deleted documents have goes: an input
// with deletions is asked for one live position, or block, of each word, and each place of a word is that of a term it
// begins.

#include "merge_plan.h"

#include "gdx/heap.h"
#include "terms.h"
#include "words.h"

#include <stdlib.h>

enum {
    CHECK_EVERY = 1024, // words between two looks at whether the merge is to stop
    WORDS_MAX = GDX_MERGE_DEAD - GDX_FIRST_WORD
};

// ---- which words are live

static gdx_status has_live_entry(const merge_source *source, const gdx_term *term, bool *out, gdx_error *err) {
    gdx_cursor cursor;
    uint32_t moved[GDX_POSTINGS_BLOCK];
    uint32_t count;
    const uint32_t *run;
    *out = false;
    const live_runs *runs = term->has_blocks ? &source->blocks : &source->positions;
    uint32_t limit = term->has_blocks ? segment_list_limit(source->segment) : source->segment->info.position_count;
    gdx_status status = gdx_cursor_open(&cursor, term->postings, term->entries, limit);
    while (status == GDX_OK && !*out && gdx_cursor_position(&cursor) != GDX_POSITION_END) {
        run = gdx_cursor_run(&cursor, &count);
        *out = merge_move(source, runs, run, count, moved) != 0;
        gdx_cursor_next_run(&cursor);
        status = gdx_cursor_status(&cursor);
    }
    if (status == GDX_OK)
        return GDX_OK;
    return segment_damaged(source->segment, SECTION_POSTINGS, 0, "a list that does not decode", err);
}

// Sets bit w of `live` for each word w that a live document has.
static gdx_status find_live_words(const merge_plan *merge, const merge_source *source, uint8_t *live, gdx_error *err) {
    gdx_term_walk walk;
    gdx_term term;
    bool has = true;
    gdx_status status = term_walk_init(&walk, source->segment, GDX_FIRST_WORD, UINT32_MAX, err);
    for (size_t step = 0; status == GDX_OK && has; step++) {
        if (step % CHECK_EVERY == 0)
            status = merge_check(merge, err);
        if (status == GDX_OK)
            status = gdx_term_walk_next(&walk, &term, &has, err);
        if (status != GDX_OK || !has)
            break;
        uint32_t word = term.first - GDX_FIRST_WORD;
        bool is_live = false;
        if (term.first < GDX_FIRST_WORD || word >= source->segment->word_count)
            status = segment_damaged(source->segment, SECTION_TERMS, 0, "a term of no word", err);
        else if (!gdx_bit(live, word))
            status = has_live_entry(source, &term, &is_live, err);
        if (is_live)
            gdx_bit_set(live, word);
    }
    return status;
}

// ---- the merge

struct reading { // of one vocabulary
    merge_source *source;
    word_block block;
    uint32_t index;
    gdx_slice word; // at that index, the block's
    uint8_t *live;  // NULL: all are
};

static bool is_before(void *readings, const void *left, const void *right) {
    const struct reading *reading = readings;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order = gdx_slice_compare(reading[a].word, reading[b].word);
    return order < 0 || (order == 0 && a < b);
}

static const gdx_ordering by_word = {sizeof(uint32_t), is_before};

// Makes word number `index` the current one. *out_has is false after the last.
static gdx_status seek_word(struct reading *reading, uint32_t index, bool *out_has, gdx_error *err) {
    gdx_status status = GDX_OK;
    reading->index = index;
    *out_has = index < reading->source->segment->word_count;
    if (!*out_has)
        return GDX_OK;
    if (index % GDX_WORDS_PER_BLOCK == 0)
        status = word_block_read(reading->source->segment, index / GDX_WORDS_PER_BLOCK, &reading->block, err);
    if (status == GDX_OK)
        reading->word = word_block_get(&reading->block, index % GDX_WORDS_PER_BLOCK);
    return status;
}

static gdx_status add_word(merge_plan *merge, gdx_slice word, gdx_error *err) {
    if (merge->word_count == WORDS_MAX)
        return gdx_fail_at(err, GDX_TOO_LARGE, merge->directory, "more than %u words in one segment", WORDS_MAX);
    if (gdx_grow(&merge->words, &merge->word_capacity, merge->word_count + 1, sizeof *merge->words) != GDX_OK ||
        gdx_buffer_append(&merge->spellings, word.data, word.bytes) != GDX_OK)
        return merge_no_memory(merge, "words", err);
    merge->words[merge->word_count++] = (gdx_slice){NULL, word.bytes}; // placed when all are there
    return GDX_OK;
}

static gdx_slice last_word(const merge_plan *merge) {
    size_t bytes = merge->words[merge->word_count - 1].bytes;
    return (gdx_slice){(const char *)merge->spellings.data + merge->spellings.bytes - bytes, bytes};
}

static void place_words(merge_plan *merge) {
    const char *at = (const char *)merge->spellings.data;
    for (size_t i = 0; i < merge->word_count; at += merge->words[i++].bytes)
        merge->words[i].data = merge->words[i].bytes ? at : "";
}

static gdx_status out_of_order(const struct reading *reading, gdx_error *err) {
    uint64_t block = reading->index / GDX_WORDS_PER_BLOCK;
    return segment_damaged(reading->source->segment, SECTION_WORD_BLOCKS, block * 4, "words out of order", err);
}

// Gives the current word of a vocabulary its number.
static gdx_status number_word(merge_plan *merge, struct reading *reading, gdx_error *err) {
    uint32_t *number = &reading->source->words[reading->index];
    uint32_t next = GDX_FIRST_WORD + (uint32_t)merge->word_count;
    if (reading->live && !gdx_bit(reading->live, reading->index)) {
        *number = next | GDX_MERGE_DEAD;
        return GDX_OK;
    }
    int order = merge->word_count ? gdx_slice_compare(reading->word, last_word(merge)) : 1;
    if (order < 0 || (order == 0 && reading->index && number[-1] == next - 1))
        return out_of_order(reading, err);
    *number = order ? next : next - 1;
    return order ? add_word(merge, reading->word, err) : GDX_OK;
}

static gdx_status open_reading(const merge_plan *merge, merge_source *source, struct reading *reading, bool *out_has,
                               gdx_error *err) {
    uint32_t count = source->segment->word_count;
    reading->source = source;
    source->words = malloc(((size_t)count + 1) * sizeof *source->words);
    if (!source->words)
        return merge_no_memory(merge, "words", err);
    if (source->live_count < source->columns.count && count) {
        reading->live = calloc(gdx_bits_bytes(count), 1);
        if (!reading->live)
            return merge_no_memory(merge, "words", err);
        gdx_status status = find_live_words(merge, source, reading->live, err);
        if (status != GDX_OK)
            return status;
    }
    return seek_word(reading, 0, out_has, err);
}

static gdx_status merge_words(merge_plan *merge, struct reading *readings, uint32_t *heap, gdx_error *err) {
    size_t count = 0;
    bool has = false;
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < merge->source_count && status == GDX_OK; i++) {
        status = open_reading(merge, &merge->sources[i], &readings[i], &has, err);
        if (status == GDX_OK && has)
            heap[count++] = i;
    }
    gdx_heap_build(&by_word, readings, heap, status == GDX_OK ? count : 0);
    for (size_t step = 0; status == GDX_OK && count; step++) {
        struct reading *reading = &readings[heap[0]];
        if (step % CHECK_EVERY == 0)
            status = merge_check(merge, err);
        if (status == GDX_OK)
            status = number_word(merge, reading, err);
        if (status == GDX_OK)
            status = seek_word(reading, reading->index + 1, &has, err);
        if (status == GDX_OK && has)
            gdx_heap_sift(&by_word, readings, heap, count, 0);
        else if (status == GDX_OK)
            gdx_heap_take(&by_word, readings, heap, &count);
    }
    return status;
}

gdx_status words_merge(merge_plan *merge, gdx_error *err) {
    struct reading *readings = calloc(merge->source_count, sizeof *readings);
    uint32_t *heap = calloc(merge->source_count, sizeof *heap);
    gdx_status status =
        readings && heap ? merge_words(merge, readings, heap, err) : merge_no_memory(merge, "words", err);
    for (size_t i = 0; readings && i < merge->source_count; i++) {
        word_block_clear(&readings[i].block);
        free(readings[i].live);
    }
    free(readings);
    free(heap);
    if (status == GDX_OK)
        place_words(merge);
    return status;
}
