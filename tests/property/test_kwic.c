// SPDX-License-Identifier: Apache-2.0
// test_kwic.c: concordances against brute force. Random collections in one to five segments, with deletions, are asked
// random queries with random keys; all pages together must be every occurrence in the order that comparing whole
// spellings gives, with its bytes and context, before and after all segments are merged into one. Samples must be parts
// of that, a larger one must contain a smaller one, and merging must not change them.
// GDX_SEED changes the seed, GDX_ROUNDS the number of collections; a failure prints the seed of its round and the
// query.

#include "gdx/kwic.h"
#include "gdx/text.h"

#include "../support/folder.h"
#include "../support/sample.h"
#include "corpus.h"
#include "oracle.h"
#include "queries.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { QUERIES = 16, LINES_MOST = 20000 };

struct wanted { // a line
    const struct answer *answer;
    const struct found *found;
};

static struct { // the round at hand
    struct corpus corpus;
    struct oracle *oracle;
    gdx_index *index;
    gdx_snapshot *snapshot;
    gdx_searcher *searcher;
    uint64_t seed;
    gdx_buffer text; // of the query
    gdx_query *query;
    struct answer *answers;
    size_t answer_count;
    gdx_kwic_options options;
    struct wanted lines[LINES_MOST];
    size_t line_count;
    gdx_buffer transcript;
} at;

#define REFUTE(what)                                                                                                   \
    fail_msg("line %d: seed %llu, query %.*s, %u keys, first %d: %s", __LINE__, (unsigned long long)at.seed,           \
             GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&at.text)), at.options.key_count, (int)at.options.keys[0], what)

// ---- the order, by comparing one symbol after the other

static int compare_numbers(size_t left, size_t right) {
    return left < right ? -1 : left > right;
}

// The symbol at a distance from the match, counted from it outwards; empty past the end.
static gdx_slice beside(const struct wanted *line, gdx_kwic_key key, size_t distance,
                        char buffer[ORACLE_SYMBOL_BYTES]) {
    const struct found *found = line->found;
    size_t document = line->answer->document;
    size_t end = key == GDX_KWIC_NODE ? found->end : oracle_slot_length(at.oracle, document, found->slot);
    size_t symbol = (key == GDX_KWIC_RIGHT ? found->end : found->begin) + distance;
    if (key == GDX_KWIC_LEFT && distance >= found->begin)
        return (gdx_slice){"", 0};
    if (key == GDX_KWIC_LEFT)
        symbol = found->begin - 1 - distance;
    else if (symbol >= end)
        return (gdx_slice){"", 0};
    return oracle_spelling(at.oracle, document, found->slot, symbol, buffer);
}

static int compare_beside(const struct wanted *left, const struct wanted *right, gdx_kwic_key key) {
    for (size_t distance = 0;; distance++) {
        char buffers[2][ORACLE_SYMBOL_BYTES];
        gdx_slice a = beside(left, key, distance, buffers[0]), b = beside(right, key, distance, buffers[1]);
        int order = gdx_slice_compare(a, b);
        if (order || a.bytes == 0)
            return order;
    }
}

static const gdx_document *stored(const struct wanted *line) {
    return &at.corpus.documents[line->answer->document].stored;
}

static int compare_keys(const struct wanted *left, const struct wanted *right, gdx_kwic_key key) {
    switch (key) {
    case GDX_KWIC_DATE: // no date last
        return compare_numbers(stored(left)->date - (uint32_t)1, stored(right)->date - (uint32_t)1);
    case GDX_KWIC_SOURCE:
        return gdx_slice_compare(stored(left)->source, stored(right)->source);
    case GDX_KWIC_ID:
        return gdx_slice_compare(stored(left)->id, stored(right)->id);
    default:
        return compare_beside(left, right, key);
    }
}

static int in_order(const void *a, const void *b) {
    const struct wanted *left = a, *right = b;
    int order = 0;
    for (uint32_t i = 0; i < at.options.key_count && order == 0; i++)
        order = compare_keys(left, right, at.options.keys[i]);
    if (order == 0)
        order = gdx_slice_compare(stored(left)->id, stored(right)->id);
    const size_t numbers[2][3] = {{left->found->slot, left->found->begin, left->found->end},
                                  {right->found->slot, right->found->begin, right->found->end}};
    for (size_t i = 0; i < 3 && order == 0; i++)
        order = compare_numbers(numbers[0][i], numbers[1][i]);
    return order;
}

static void list_wanted(void) {
    at.line_count = 0;
    for (size_t i = 0; i < at.answer_count; i++)
        for (size_t j = 0; j < at.answers[i].count; j++) {
            assert_true(at.line_count < LINES_MOST);
            at.lines[at.line_count++] = (struct wanted){&at.answers[i], &at.answers[i].found[j]};
        }
    qsort(at.lines, at.line_count, sizeof *at.lines, in_order);
}

// ---- what is given

static bool is_line(const gdx_occurrence *got, const struct wanted *line) {
    const struct slot *slot = oracle_slot(at.oracle, line->answer->document, line->found->slot);
    return gdx_slice_equal(got->id, stored(line)->id) && got->match.field == slot->field &&
           got->match.part == slot->part && got->position == line->found->begin &&
           got->match.begin == line->found->byte_begin && got->match.end == line->found->byte_end;
}

static void expect_context(const gdx_occurrence *got, const struct wanted *line) {
    const struct found *found = line->found;
    size_t document = line->answer->document, context = at.options.context_symbols;
    size_t length = oracle_slot_length(at.oracle, document, found->slot);
    gdx_buffer whole = {0}, shown = {0};
    oracle_excerpt(at.oracle, document, found->slot, found->begin > context ? found->begin - context : 0,
                   found->end + context < length ? found->end + context : length, &whole);
    const gdx_slice pieces[] = {got->before, got->matched, got->after};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(gdx_buffer_append(&shown, pieces[i].data, pieces[i].bytes), GDX_OK);
    bool is_right = gdx_slice_equal(gdx_buffer_slice(&shown), gdx_buffer_slice(&whole)) &&
                    gdx_slice_equal(got->title, stored(line)->title) &&
                    gdx_slice_equal(got->source, stored(line)->source) && got->date == stored(line)->date;
    gdx_buffer_clear(&whole);
    gdx_buffer_clear(&shown);
    if (!is_right)
        REFUTE("context, title, source or date");
}

static gdx_kwic *compute(void) {
    gdx_kwic *kwic = NULL;
    gdx_error err = {0};
    if (gdx_kwic_compute(at.searcher, at.snapshot, at.query, &at.options, &kwic, &err) != GDX_OK)
        REFUTE(err.message);
    return kwic;
}

static void record(const gdx_occurrence *line) {
    assert_int_equal(gdx_buffer_append(&at.transcript, line->id.data, line->id.bytes), GDX_OK);
    assert_int_equal(gdx_buffer_append_format(&at.transcript, " %u\n", line->position), GDX_OK);
}

static void check_pages(void) {
    size_t seen = 0;
    for (at.options.offset = 0; at.options.offset <= at.line_count; at.options.offset += at.options.limit) {
        GDX_AUTO(gdx_kwic) kwic = compute();
        if (kwic->sorted != at.line_count || kwic->totals.documents != at.answer_count ||
            kwic->totals.occurrences != at.line_count || kwic->totals.bridged_occurrences)
            REFUTE("the totals");
        for (size_t i = 0; i < kwic->line_count; i++, seen++) {
            if (seen >= at.line_count || !is_line(&kwic->lines[i], &at.lines[seen]))
                REFUTE("another line");
            expect_context(&kwic->lines[i], &at.lines[seen]);
        }
    }
    if (seen != at.line_count)
        REFUTE("the pages end early");
}

// Which of all lines a sample has; it is in their order.
static void draw(uint32_t sample, bool *out) {
    at.options.sample = sample;
    GDX_AUTO(gdx_kwic) kwic = compute();
    size_t line = 0;
    for (size_t i = 0; i < kwic->line_count; i++, line++) {
        while (line < at.line_count && !is_line(&kwic->lines[i], &at.lines[line]))
            line++;
        if (line == at.line_count)
            REFUTE("a sample that is no part of all lines in order");
        out[line] = true;
        record(&kwic->lines[i]);
    }
    size_t most = sample < at.line_count ? sample : at.line_count;
    if (kwic->sorted != most || kwic->line_count != most || kwic->totals.occurrences != at.line_count)
        REFUTE("the size of a sample");
}

// Lines that are the same to a reader may change places with each other, so they are counted, not compared.
static void check_samples(random_state *random) {
    enum { DRAWN_MOST = 12 };
    static bool small[LINES_MOST], large[LINES_MOST];
    memset(small, 0, sizeof small);
    memset(large, 0, sizeof large);
    uint32_t sample = 1 + random_below(random, DRAWN_MOST);
    at.options.offset = 0;
    at.options.limit = LINES_MOST;
    draw(sample, small);
    draw(sample + 1 + random_below(random, DRAWN_MOST), large);
    for (size_t i = 0; i < at.line_count; i++)
        if (small[i] && !large[i])
            REFUTE("a larger sample without what a smaller one has");
}

// ---- rounds

static void choose(random_state *random) {
    at.options = (gdx_kwic_options){.context_symbols = random_below(random, 8)};
    uint32_t wanted = random_below(random, 4);
    while (at.options.key_count < wanted) {
        gdx_kwic_key key = (gdx_kwic_key)random_below(random, GDX_KWIC_KEYS);
        bool is_new = true;
        for (uint32_t i = 0; i < at.options.key_count; i++)
            is_new = is_new && at.options.keys[i] != key;
        if (is_new)
            at.options.keys[at.options.key_count++] = key;
    }
}

static void ask(const struct part *part, uint64_t seed) {
    random_state random = {seed};
    at.text.bytes = 0;
    query_write(part, &random, &at.text);
    gdx_error err = {0};
    if (memchr(at.text.data, 0, at.text.bytes)) // of a document's text; no query may have it
        return;
    if (gdx_query_parse(gdx_rule_current(), gdx_buffer_slice(&at.text), &at.query, &err) != GDX_OK)
        REFUTE(err.message);
    at.answers = oracle_ask(at.oracle, part, &at.answer_count);
    choose(&random);
    list_wanted();
    at.options.limit = 1 + (uint32_t)(at.line_count / (1 + random_below(&random, 6)));
    check_pages();
    if (at.line_count)
        check_samples(&random);
    oracle_answers_free(at.answers, at.answer_count);
    gdx_query_free(at.query);
}

static void ask_all(struct part *const *queries, const char *folder) {
    gdx_error err = {0};
    if (gdx_index_open(folder, &at.index, &err) != GDX_OK)
        fail_msg("%s", err.message);
    at.snapshot = gdx_index_snapshot(at.index);
    at.searcher = gdx_searcher_new();
    for (size_t q = 0; q < QUERIES; q++)
        ask(queries[q], at.seed + q);
    gdx_searcher_free(at.searcher);
    gdx_snapshot_release(at.snapshot);
    gdx_index_close(at.index);
}

static bool merge(const char *folder) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_error err = {0};
    gdx_merge_options options = {.level = 1, .to_one = true};
    bool has_live = false;
    for (size_t i = 0; i < at.corpus.count; i++)
        has_live = has_live || !at.corpus.documents[i].is_deleted;
    if (has_live && (gdx_index_writer_open(folder, &writer, &err) != GDX_OK ||
                     gdx_index_writer_merge(writer, &options, NULL, &err) != GDX_OK))
        fail_msg("%s", err.message);
    return has_live;
}

static void play_round(uint64_t seed) {
    random_state random = {seed};
    at.seed = seed;
    corpus_make(&at.corpus, &random);
    char *folder = folder_new();
    corpus_write(&at.corpus, folder);
    at.oracle = oracle_new(&at.corpus);
    struct part *queries[QUERIES];
    for (size_t q = 0; q < QUERIES; q++)
        queries[q] = query_make(&at.corpus, &random);
    at.transcript.bytes = 0;
    ask_all(queries, folder);
    gdx_buffer before = at.transcript;
    at.transcript = (gdx_buffer){0};
    if (merge(folder)) {
        ask_all(queries, folder);
        if (!gdx_slice_equal(gdx_buffer_slice(&before), gdx_buffer_slice(&at.transcript)))
            fail_msg("seed %llu: samples differ before and after a merge", (unsigned long long)seed);
    }
    gdx_buffer_clear(&before);
    gdx_buffer_clear(&at.transcript);
    for (size_t q = 0; q < QUERIES; q++)
        query_clear(queries[q]);
    oracle_free(at.oracle);
    corpus_clear(&at.corpus);
    folder_remove(folder);
}

static void concordances_equal_brute_force_before_and_after_a_merge(void **state) {
    (void)state;
    const struct sample_rounds rounds = sample_rounds_of(20261128, 40, 20);
    for (uint64_t r = 0; r < rounds.count; r++)
        play_round(sample_round_seed(&rounds, r));
    gdx_buffer_clear(&at.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(concordances_equal_brute_force_before_and_after_a_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
