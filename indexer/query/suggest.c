// SPDX-License-Identifier: Apache-2.0
// suggest.c: the most frequent words that start with a prefix.
// A segment's words are sorted, so those of a prefix are a range of numbers. The dictionary knows how often each
// occurs; where documents are deleted, the word's positions in live ones are counted.

#include "characters.h"
#include "gdx/text.h"
#include "symbol.h"

#include <stdlib.h>

struct suggest {
    query_run run;
    gdx_suggestion *words; // of all segments so far, a word once for each segment that has it
    size_t count;
    size_t capacity;
    gdx_buffer spelling; // scratch
};

void gdx_suggestions_free(gdx_suggestions *suggestions) {
    if (suggestions)
        gdx_arena_free(suggestions->arena); // which holds the struct itself
}

static bool is_utf8(gdx_slice text) {
    size_t at = 0, bytes = 1;
    for (uint32_t code; at < text.bytes && bytes; at += bytes)
        bytes = query_decode(text.data + at, text.data + text.bytes, &code);
    return bytes > 0;
}

static gdx_status fold_prefix(gdx_slice prefix, gdx_symbols *symbols, gdx_error *err) {
    bool is_word = is_utf8(prefix);
    if (is_word && gdx_text_symbols(prefix, 0, symbols) != GDX_OK)
        return gdx_fail_memory(err, "a prefix");
    if (is_word && symbols->count == 1 && symbols->symbols[0] & GDX_WORD_FLAG)
        return GDX_OK;
    return gdx_fail_field(err, "prefix", GDX_REASON_OUT_OF_RANGE, "expected the start of one word, letters or digits");
}

static gdx_status count_live(query_run *run, const query_segment *segment, uint32_t symbol, uint64_t *out,
                             gdx_error *err) {
    if (!segment->live->deleted)
        return gdx_segment_symbol_occurrences(segment->segment, symbol, out, err);
    query_symbol_range range = {symbol, symbol + 1};
    query_plan plan = {.ranges = &range, .range_count = 1};
    query_list *list = &run->searcher->positions;
    gdx_status status = query_symbol_positions(run, segment, &plan, list, err);
    uint32_t document = 0;
    for (size_t i = 0; i < list->count && status == GDX_OK; i++) {
        document = gdx_columns_document_at(&segment->columns, list->values[i], document);
        *out += !gdx_is_deleted(segment->live->deleted, document);
    }
    return status;
}

static gdx_status add_word(struct suggest *suggest, const query_segment *segment, uint32_t symbol, gdx_error *err) {
    enum { WORD_WORK = 1000 }; // nanoseconds to count and spell a rare one
    uint64_t occurrences = 0;
    gdx_status status = query_run_spend(&suggest->run, WORD_WORK, err);
    if (status == GDX_OK)
        status = count_live(&suggest->run, segment, symbol, &occurrences, err);
    if (status != GDX_OK || occurrences == 0)
        return status;
    suggest->spelling.bytes = 0;
    status = gdx_segment_word(segment->segment, symbol, &suggest->spelling, err);
    if (status != GDX_OK)
        return status;
    char *copy = query_run_take(&suggest->run, suggest->spelling.bytes, err);
    if (!copy)
        return GDX_NO_MEMORY;
    if (gdx_grow(&suggest->words, &suggest->capacity, suggest->count + 1, sizeof *suggest->words) != GDX_OK)
        return gdx_fail_memory(err, "suggestions");
    memcpy(copy, suggest->spelling.data, suggest->spelling.bytes);
    suggest->words[suggest->count++] = (gdx_suggestion){{copy, suggest->spelling.bytes}, occurrences};
    return GDX_OK;
}

static gdx_status add_segment(struct suggest *suggest, size_t index, gdx_slice prefix, gdx_error *err) {
    query_segment segment;
    uint32_t low = 0, high = 0;
    gdx_status status = query_segment_open(suggest->run.snapshot, index, &segment, err);
    if (status == GDX_OK)
        status = gdx_segment_word_prefix(segment.segment, prefix, &low, &high, err);
    for (; low < high && status == GDX_OK; low++)
        status = add_word(suggest, &segment, low, err);
    return status;
}

static int by_word(const void *a, const void *b) {
    return gdx_slice_compare(((const gdx_suggestion *)a)->word, ((const gdx_suggestion *)b)->word);
}

static int by_occurrences(const void *a, const void *b) {
    uint64_t left = ((const gdx_suggestion *)a)->occurrences, right = ((const gdx_suggestion *)b)->occurrences;
    return left != right ? (left > right ? -1 : 1) : by_word(a, b);
}

// Adds up the entries of one word, then puts the most frequent first.
static void sort_words(struct suggest *suggest) {
    gdx_suggestion *words = suggest->words;
    size_t count = 0;
    if (suggest->count == 0)
        return;
    qsort(words, suggest->count, sizeof *words, by_word);
    for (size_t i = 0; i < suggest->count; i++)
        if (count && gdx_slice_equal(words[count - 1].word, words[i].word))
            words[count - 1].occurrences += words[i].occurrences;
        else
            words[count++] = words[i];
    suggest->count = count;
    qsort(words, count, sizeof *words, by_occurrences);
}

static gdx_status copy_best(const struct suggest *suggest, uint32_t limit, gdx_suggestions **out, gdx_error *err) {
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    size_t count = suggest->count < limit ? suggest->count : limit;
    gdx_suggestions *suggestions = arena ? gdx_arena_allocate(arena, sizeof *suggestions) : NULL;
    gdx_suggestion *words = suggestions ? gdx_arena_allocate(arena, count * sizeof *words) : NULL;
    if (!words)
        return gdx_fail_memory(err, "suggestions");
    for (size_t i = 0; i < count; i++) {
        words[i].occurrences = suggest->words[i].occurrences;
        if (gdx_arena_copy(arena, suggest->words[i].word, &words[i].word) != GDX_OK)
            return gdx_fail_memory(err, "suggestions");
    }
    *suggestions = (gdx_suggestions){words, count, gdx_snapshot_commit(suggest->run.snapshot), arena};
    *out = suggestions;
    arena = NULL; // handed over
    return GDX_OK;
}

gdx_status gdx_suggest(gdx_searcher *searcher, gdx_snapshot *snapshot, gdx_slice prefix, uint32_t limit,
                       const gdx_stop *stop, gdx_suggestions **out, gdx_error *err) {
    if (limit < 1 || limit > GDX_SUGGESTIONS_MAX)
        return gdx_fail_field(err, "limit", GDX_REASON_OUT_OF_RANGE, "%u, expected 1 to %d", limit,
                              GDX_SUGGESTIONS_MAX);
    struct suggest suggest = {.run = query_run_of(searcher, snapshot, NULL, stop)};
    gdx_symbols folded = {0};
    gdx_status status = fold_prefix(prefix, &folded, err);
    if (status == GDX_OK)
        status = query_run_check(&suggest.run, err); // a deadline that has passed stops the call at once
    for (size_t s = 0; s < gdx_snapshot_segment_count(snapshot) && status == GDX_OK; s++)
        status = add_segment(&suggest, s, gdx_symbols_word(&folded, 0), err);
    if (status == GDX_OK) {
        sort_words(&suggest);
        status = copy_best(&suggest, limit, out, err);
    }
    gdx_symbols_clear(&folded);
    gdx_buffer_clear(&suggest.spelling);
    free(suggest.words);
    query_searcher_reset(searcher);
    return status;
}
