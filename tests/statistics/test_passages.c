// SPDX-License-Identifier: Apache-2.0
// test_passages.c: what two documents have in common, against brute force: every pair of places of two arrays of
// letters is tried, cut by the plain twin of the matching rule. Random collections in one to five segments, before and
// after a merge. GDX_SEED changes the seed, GDX_ROUNDS the number of collections.

#include "../property/corpus.h"
#include "../query/collection.h"
#include "../support/allocations.h"
#include "../support/each_allocation.h"
#include "../support/folder.h"
#include "../support/plain_rule.h"
#include "gdx/letters.h"
#include "gdx/statistics.h"
#include "gdx/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LETTERS_MOST = 100000, RUNS_MOST = 400000, KINDS_MOST = 20000, PAIRS_MOST = 30000000 };

struct naive_letter {
    uint32_t kind; // 0: a part ends
    uint32_t part, begin, end;
};
struct naive_text {
    struct naive_letter letters[LETTERS_MOST];
    size_t count, all;
};
static struct naive_text texts[2];

struct naive_run {
    size_t length, begins[2];
};
static struct naive_run runs[RUNS_MOST];
static size_t run_count;

static gdx_buffer kinds[KINDS_MOST];
static uint32_t kind_count = 1;

static uint32_t kind_of(gdx_slice spelling) {
    for (uint32_t i = 1; i < kind_count; i++)
        if (gdx_slice_equal(gdx_buffer_slice(&kinds[i]), spelling))
            return i;
    assert_true(kind_count < KINDS_MOST);
    assert_int_equal(gdx_buffer_append(&kinds[kind_count], spelling.data, spelling.bytes), GDX_OK);
    return kind_count++;
}

static void forget_kinds(void) {
    while (kind_count > 1)
        gdx_buffer_clear(&kinds[--kind_count]);
}

static void add_letter(struct naive_text *to, gdx_slice spelling, uint32_t part, gdx_span span) {
    assert_true(to->count < LETTERS_MOST);
    struct naive_letter *letter = &to->letters[to->count++];
    letter->kind = spelling.bytes ? kind_of(spelling) : 0;
    letter->part = part;
    letter->begin = span.begin;
    letter->end = span.end;
    to->all += spelling.bytes > 0;
}

static void add_part(struct naive_text *to, gdx_slice text, uint32_t part) {
    static gdx_symbols plain, cut; // the plain twin has no places in the text
    plain_symbols(text, &plain);
    assert_int_equal(gdx_text_symbols(gdx_rule_current(), text, GDX_TEXT_SPANS, &cut), GDX_OK);
    assert_int_equal(plain.count, cut.count);
    for (size_t i = 0; i < plain.count; i++) {
        char spelling[8];
        uint32_t symbol = plain.symbols[i];
        if (symbol & GDX_WORD_FLAG)
            add_letter(to, gdx_symbols_word(&plain, symbol & ~GDX_WORD_FLAG), part, cut.spans[i]);
        else if (gdx_symbol_is_letter(symbol))
            add_letter(to, (gdx_slice){spelling, gdx_utf8_encode((uint8_t *)spelling, symbol)}, part, cut.spans[i]);
    }
    add_letter(to, (gdx_slice){"", 0}, part, (gdx_span){0});
}

static void read_text(struct naive_text *to, const gdx_document *document) {
    uint32_t number = 0;
    to->count = to->all = 0;
    add_part(to, document->text, number++);
    for (uint32_t i = 0; i < document->part_count; i++)
        if (document->parts[i].field == GDX_FIELD_TEXT)
            add_part(to, document->parts[i].text, number++);
}

static bool are_equal(size_t i, size_t j) {
    return texts[0].letters[i].kind && texts[0].letters[i].kind == texts[1].letters[j].kind;
}

static int longest_first(const void *a, const void *b) {
    const struct naive_run *left = a, *right = b;
    if (left->length != right->length)
        return left->length > right->length ? -1 : 1;
    if (left->begins[0] != right->begins[0])
        return left->begins[0] < right->begins[0] ? -1 : 1;
    return left->begins[1] < right->begins[1] ? -1 : 1;
}

static void find_runs(size_t least) {
    run_count = 0;
    for (size_t i = 0; i < texts[0].count; i++)
        for (size_t j = 0; j < texts[1].count; j++) {
            size_t length = 0;
            if (i && j && are_equal(i - 1, j - 1))
                continue;
            while (i + length < texts[0].count && j + length < texts[1].count && are_equal(i + length, j + length))
                length++;
            if (length < least)
                continue;
            assert_true(run_count < RUNS_MOST);
            runs[run_count++] = (struct naive_run){length, {i, j}};
        }
    if (run_count)
        qsort(runs, run_count, sizeof *runs, longest_first);
}

// White space and control characters single, none at the ends.
static void expect_words(gdx_slice words, gdx_slice text, bool *is_cut) {
    gdx_buffer wanted = {0};
    bool is_due = false;
    for (size_t at = 0, bytes; at < text.bytes; at += bytes) {
        uint32_t code = gdx_utf8_decode_valid((const uint8_t *)text.data + at, &bytes);
        bool is_blank = gdx_is_white(code) || gdx_is_control(code);
        if (is_blank)
            is_due = true;
        else if (wanted.bytes && is_due)
            assert_int_equal(gdx_buffer_append(&wanted, " ", 1), GDX_OK);
        if (!is_blank) {
            assert_int_equal(gdx_buffer_append(&wanted, text.data + at, bytes), GDX_OK);
            is_due = false;
        }
    }
    if (wanted.bytes > GDX_PASSAGE_WORDS_BYTES)
        *is_cut = true;
    else
        assert_true(gdx_slice_equal(words, gdx_buffer_slice(&wanted)));
    assert_true(words.bytes <= wanted.bytes && memcmp(words.data, wanted.data, words.bytes) == 0);
    gdx_buffer_clear(&wanted);
}

static gdx_slice part_text(const gdx_document *document, uint32_t number) {
    if (number == 0)
        return document->text;
    for (uint32_t i = 0;; i++)
        if (document->parts[i].field == GDX_FIELD_TEXT && --number == 0)
            return document->parts[i].text;
}

static void check(const gdx_passages *found, const gdx_document *const documents[2], size_t limit) {
    assert_int_equal(found->found, run_count);
    assert_int_equal(found->passage_count, run_count < limit ? run_count : limit);
    for (size_t i = 0; i < found->passage_count; i++) {
        const gdx_passage *passage = &found->passages[i];
        bool is_cut = false;
        assert_int_equal(passage->letters, runs[i].length);
        for (int side = 0; side < 2; side++) {
            const struct naive_letter *first = &texts[side].letters[runs[i].begins[side]];
            const gdx_passage_place *place = &passage->places[side];
            assert_int_equal(place->part, first->part);
            assert_int_equal(place->begin, first->begin);
            assert_int_equal(place->end, first[runs[i].length - 1].end);
            gdx_slice text = part_text(documents[side], first->part);
            expect_words(place->words, (gdx_slice){text.data + place->begin, place->end - place->begin}, &is_cut);
        }
        assert_int_equal(passage->is_cut, is_cut);
    }
    assert_int_equal(found->letters[0], texts[0].all);
    assert_int_equal(found->letters[1], texts[1].all);
}

static void compare(const char *folder, const gdx_document *const documents[2], const gdx_passages_options *options) {
    GDX_AUTO(gdx_index) index = NULL;
    GDX_AUTO(gdx_passages) found = NULL;
    const gdx_slice ids[2] = {documents[0]->id, documents[1]->id};
    gdx_error err = {0};
    assert_int_equal(gdx_index_open(folder, &index, &err), GDX_OK);
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    if (gdx_passages_compute(snapshot, ids, options, NULL, &found, &err) != GDX_OK)
        fail_msg("%s", err.message);
    check(found, documents, options->limit);
    gdx_snapshot_release(snapshot);
}

static const gdx_document *some_live(const struct corpus *corpus, random_state *random) {
    for (;;) {
        const corpus_document *document = &corpus->documents[random_below(random, (uint32_t)corpus->count)];
        if (!document->is_deleted)
            return &document->stored;
    }
}

static void merge(const char *folder) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    const gdx_merge_options options = {.to_one = true};
    assert_int_equal(gdx_index_writer_open(folder, &writer, NULL), GDX_OK);
    assert_int_equal(gdx_index_writer_merge(writer, &options, NULL, NULL), GDX_OK);
}

static size_t live_documents(const struct corpus *corpus) {
    size_t live = 0;
    for (size_t i = 0; i < corpus->count; i++)
        live += !corpus->documents[i].is_deleted;
    return live;
}

static void passages_are_those_of_brute_force(void **state) {
    (void)state;
    const char *seed = getenv("GDX_SEED"), *rounds = getenv("GDX_ROUNDS");
    random_state random = {seed ? strtoull(seed, NULL, 10) : 2708};
    size_t found = 0;
    print_message("seed %llu\n", (unsigned long long)random.state);
    for (int round = 0; round < (rounds ? atoi(rounds) : 30); round++) {
        struct corpus corpus;
        char *folder = folder_new();
        corpus_make(&corpus, &random);
        corpus_write(&corpus, folder);
        for (int pair = 0; pair < 12 && live_documents(&corpus) > 0; pair++) {
            const gdx_document *documents[2] = {some_live(&corpus, &random), some_live(&corpus, &random)};
            const gdx_passages_options options = {4 + random_below(&random, 3), 1 + random_below(&random, 50)};
            for (int side = 0; side < 2; side++)
                read_text(&texts[side], documents[side]);
            if (texts[0].count * texts[1].count > PAIRS_MOST)
                continue;
            find_runs(options.letters_least);
            found += run_count;
            if (pair == 6)
                merge(folder);
            compare(folder, documents, &options);
        }
        forget_kinds();
        corpus_clear(&corpus);
        folder_remove(folder);
    }
    assert_true(found > 250 || rounds);
}

// ---- by hand

#define SAID "全球产业链供应链面临重构，各国应当共同维护稳定畅通"
static const struct written documents[] = {
    {.id = "a", .text = "前言。" SAID "。完"},
    {.id = "b", .text = "他说：全球產業鏈 供應鏈面臨重構——各國應當\n共同維護穩定暢通！", .segment = 1},
    {.id = "c", .text = "无关的文字", .title = SAID, .segment = 2},
    {.id = "long", .text = "", .segment = 2},
    {.id = "gone", .text = SAID, .segment = 2, .is_deleted = true},
};

static int open_it(void **state) {
    return collection_set_up(state, documents, sizeof documents / sizeof *documents);
}

static gdx_status ask(const struct collection *collection, const char *first, const char *second, uint32_t least,
                      gdx_passages **out, gdx_error *err) {
    const gdx_slice ids[2] = {gdx_slice_of(first), gdx_slice_of(second)};
    const gdx_passages_options options = {least, 10};
    return gdx_passages_compute(collection->snapshot, ids, &options, NULL, out, err);
}

static void a_reprint_is_found_through_marks_and_variants(void **state) {
    GDX_AUTO(gdx_passages) found = NULL;
    gdx_error err = {0};
    assert_int_equal(ask(*state, "a", "b", 13, &found, &err), GDX_OK);
    assert_int_equal(found->found, 1);
    assert_int_equal(found->passages[0].letters, 24);
    assert_int_equal(found->passages[0].places[0].begin, strlen("前言。"));
    assert_int_equal(found->passages[0].places[0].end, strlen("前言。" SAID));
    assert_int_equal(found->passages[0].places[1].begin, strlen("他说："));
    gdx_slice words = found->passages[0].places[1].words;
    assert_true(gdx_slice_equal(words, gdx_slice_of("全球產業鏈 供應鏈面臨重構——各國應當 共同維護穩定暢通")));
    assert_false(found->passages[0].is_cut);
}

static void titles_are_not_compared_and_deleted_documents_not_found(void **state) {
    GDX_AUTO(gdx_passages) found = NULL;
    gdx_error err = {0};
    assert_int_equal(ask(*state, "a", "c", 4, &found, &err), GDX_OK);
    assert_int_equal(found->found, 0);
    assert_int_equal(found->letters[1], 5);
    gdx_passages_free(GDX_TAKE(found));
    assert_int_equal(ask(*state, "a", "long", 4, &found, &err), GDX_OK);
    assert_int_equal(found->found + found->letters[1], 0);
    assert_int_equal(ask(*state, "a", "gone", 4, NULL, &err), GDX_NOT_FOUND);
    assert_string_equal(err.message, "no document has the id \"gone\"");
    err = (gdx_error){0};
    assert_int_equal(ask(*state, "none", "a", 4, NULL, &err), GDX_NOT_FOUND);
}

static void a_cancelled_comparison_stops(void **state) {
    const struct collection *collection = *state;
    atomic_bool cancelled = true;
    const gdx_stop stop = {.cancelled = &cancelled};
    const gdx_slice ids[2] = {gdx_slice_of("a"), gdx_slice_of("b")};
    const gdx_passages_options options = {13, 10};
    assert_int_equal(gdx_passages_compute(collection->snapshot, ids, &options, &stop, NULL, NULL), GDX_CANCELLED);
}

static const struct collection *failing;
static gdx_status compare_once(void) {
    GDX_AUTO(gdx_passages) found = NULL;
    return ask(failing, "a", "b", 13, &found, NULL);
}

static void no_allocation_is_taken_for_granted(void **state) {
    failing = *state;
    fail_each_allocation(compare_once, NULL, 5);
}

// Two texts of one letter: every place is like every other.
static void texts_that_repeat_themselves_are_refused(void **state) {
    (void)state;
    enum { LETTERS = 60000 };
    static char same[2][LETTERS * 3 + 1];
    for (size_t i = 0; i < LETTERS; i++)
        for (int side = 0; side < 2; side++)
            memcpy(&same[side][3 * i], "啊", 3);
    const struct written two[] = {{.id = "a", .text = same[0]}, {.id = "b", .text = same[1]}};
    struct collection collection;
    gdx_error err = {0};
    collection_open(&collection, two, 2);
    assert_int_equal(ask(&collection, "a", "b", 13, NULL, &err), GDX_TOO_LARGE);
    assert_non_null(strstr(err.message, "ask for longer passages"));
    collection_close(&collection);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passages_are_those_of_brute_force),
        cmocka_unit_test_setup_teardown(a_reprint_is_found_through_marks_and_variants, open_it, collection_tear_down),
        cmocka_unit_test_setup_teardown(titles_are_not_compared_and_deleted_documents_not_found, open_it,
                                        collection_tear_down),
        cmocka_unit_test_setup_teardown(a_cancelled_comparison_stops, open_it, collection_tear_down),
        cmocka_unit_test_setup_teardown(no_allocation_is_taken_for_granted, open_it, collection_tear_down),
        cmocka_unit_test(texts_that_repeat_themselves_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
