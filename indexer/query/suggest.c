// SPDX-License-Identifier: Apache-2.0
// suggest.c: words by their start: a range of numbers, since a segment's words are sorted. The dictionary knows how
// often each occurs; where documents are deleted or not all symbols count, positions are counted.

#include "fields.h"
#include "gdx/text.h"
#include "symbol.h"

#include <stdlib.h>

struct suggest {
    query_run run;
    gdx_suggestion *words; // of all segments so far, a word once for each segment that has it
    size_t count, capacity;
    gdx_buffer spelling; // scratch
};

static gdx_status count_live(query_run *run, const query_segment *segment, uint32_t symbol, uint64_t *out,
                             gdx_error *err) {
    if (!segment->live->deleted && segment->counts_all)
        return gdx_segment_symbol_occurrences(segment->segment, symbol, out, err);
    query_symbol_range range = {symbol, symbol + 1};
    query_plan plan = {.ranges = &range, .range_count = 1};
    query_list *list = &run->searcher->positions;
    gdx_status status = query_symbol_positions(run, segment, &plan, list, err);
    uint32_t document = 0;
    if (status == GDX_OK)
        query_keep_fields(segment, QUERY_DEFAULT, list);
    for (size_t i = 0; i < list->count && status == GDX_OK; i++) {
        document = gdx_columns_document_at(&segment->columns, list->values[i], document);
        *out += !gdx_is_deleted(segment->live->deleted, document);
    }
    return status;
}

static gdx_status add_word(struct suggest *suggest, const query_segment *segment, uint32_t symbol, gdx_error *err) {
    uint64_t occurrences = 0;
    gdx_status status = query_run_spend(&suggest->run, 1000, err); // nanoseconds to count and spell a rare one
    if (status == GDX_OK)
        status = count_live(&suggest->run, segment, symbol, &occurrences, err);
    if (status != GDX_OK || occurrences == 0)
        return status;
    suggest->spelling.bytes = 0;
    status = gdx_segment_word(segment->segment, symbol, &suggest->spelling, err);
    char *copy = status == GDX_OK ? query_run_take(&suggest->run, suggest->spelling.bytes, err) : NULL;
    if (status != GDX_OK)
        return status;
    if (!copy || gdx_grow(&suggest->words, &suggest->capacity, suggest->count + 1, sizeof *suggest->words) != GDX_OK)
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

// Adds up the entries of one word, then puts the most frequent first. Returns how many words there are.
static size_t sort_words(gdx_suggestion *words, size_t entries) {
    size_t count = 0;
    if (entries == 0)
        return 0;
    qsort(words, entries, sizeof *words, by_word);
    for (size_t i = 0; i < entries; i++)
        if (count && gdx_slice_equal(words[count - 1].word, words[i].word))
            words[count - 1].occurrences += words[i].occurrences;
        else
            words[count++] = words[i];
    qsort(words, count, sizeof *words, by_occurrences);
    return count;
}

gdx_status gdx_suggest(gdx_searcher *searcher, gdx_snapshot *snapshot, gdx_slice prefix, const gdx_stop *stop,
                       gdx_suggestion **out_words, size_t *out_count, gdx_error *err) {
    query_searcher_reset(searcher);
    struct suggest suggest = {.run = query_run_of(searcher, snapshot, NULL, stop)};
    gdx_symbols folded = {0};
    const gdx_rule *rule = gdx_snapshot_rule(snapshot);
    gdx_status status = query_run_check(&suggest.run, err); // a deadline long past needs no millisecond
    if (status == GDX_OK && !rule)
        status = query_rule_refuse(rule, err);
    if (status == GDX_OK && gdx_utf8_valid(prefix) && gdx_text_symbols(rule, prefix, 0, &folded) != GDX_OK)
        status = gdx_fail_memory(err, "a prefix");
    if (status == GDX_OK && (folded.count != 1 || !(folded.symbols[0] & GDX_WORD_FLAG)))
        status = gdx_fail_field(err, "prefix", GDX_REASON_OUT_OF_RANGE, "expected the start of one word");
    for (size_t s = 0; s < gdx_snapshot_segment_count(snapshot) && status == GDX_OK; s++)
        status = add_segment(&suggest, s, gdx_symbols_word(&folded, 0), err);
    gdx_symbols_clear(&folded);
    gdx_buffer_clear(&suggest.spelling);
    if (status == GDX_OK) {
        *out_count = sort_words(suggest.words, suggest.count);
        *out_words = GDX_TAKE(suggest.words);
    }
    free(suggest.words);
    return status;
}
