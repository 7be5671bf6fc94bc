// SPDX-License-Identifier: Apache-2.0
// test_suggest.c: words by their start, against words counted one by one.

#include "../support/folder.h"
#include "../support/small_index.h"
#include "gdx/query.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct small_document first[] = {
    {"1", "tariff tariffs Tariff 关税 tariff"},
    {"2", "tax TAX taxes"},
    {"3", "tariff zebra"},
};
static const struct small_document second[] = {
    {"3", "taxes tariffs"}, // takes the place of the first one
    {"4", "ＴＡＸＥＳ taxi tar tariff's tá"},
};
// What is live, folded, one word after another.
static const char live[] = " tariff tariffs tariff tariff tax tax taxes taxes tariffs taxes taxi tar tariff s tá ";

struct fixture {
    char *folder;
    gdx_index *index;
    gdx_snapshot *snapshot;
    gdx_searcher *searcher;
};

static void add(gdx_index_writer *writer, uint64_t tag, const struct small_document *documents, size_t count) {
    assert_int_equal(small_add(writer, tag, documents, count, NULL), GDX_OK);
    assert_int_equal(gdx_index_writer_commit(writer, NULL), GDX_OK);
}

static int set_up(void **state) {
    static struct fixture fixture;
    gdx_index_writer *writer = NULL;
    fixture.folder = folder_new();
    assert_int_equal(gdx_index_writer_open(fixture.folder, &writer, NULL), GDX_OK);
    add(writer, 1, first, 3);
    add(writer, 2, second, 2);
    gdx_index_writer_close(writer);
    assert_int_equal(gdx_index_open(fixture.folder, &fixture.index, NULL), GDX_OK);
    fixture.snapshot = gdx_index_snapshot(fixture.index);
    fixture.searcher = gdx_searcher_new();
    assert_non_null(fixture.searcher);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    gdx_searcher_free(fixture->searcher);
    gdx_snapshot_release(fixture->snapshot);
    gdx_index_close(fixture->index);
    folder_remove(fixture->folder);
    return 0;
}

struct suggested { // the caller frees the words
    gdx_suggestion *words;
    size_t count;
};

static struct suggested suggest(struct fixture *fixture, const char *prefix) {
    struct suggested out = {0};
    gdx_error err = {0};
    if (gdx_suggest(fixture->searcher, fixture->snapshot, gdx_slice_of(prefix), NULL, &out.words, &out.count, &err) !=
        GDX_OK)
        fail_msg("%s: %s", prefix, err.message);
    return out;
}

static void expect_words(struct fixture *fixture, const char *prefix, const char *expected) {
    struct suggested suggested = suggest(fixture, prefix);
    gdx_buffer words = {0};
    for (size_t i = 0; i < suggested.count; i++)
        assert_int_equal(gdx_buffer_append_format(&words, "%.*s %llu\n", GDX_SLICE_ARGUMENTS(suggested.words[i].word),
                                                  (unsigned long long)suggested.words[i].occurrences),
                         GDX_OK);
    assert_int_equal(gdx_buffer_append(&words, "", 1), GDX_OK);
    assert_string_equal((const char *)words.data, expected);
    gdx_buffer_clear(&words);
    free(suggested.words);
}

// How often a word of the live documents is this one.
static uint64_t count_in_live(gdx_slice word) {
    uint64_t count = 0;
    for (const char *at = live + 1; *at; at = strchr(at, ' ') + 1)
        count += gdx_slice_equal((gdx_slice){at, (size_t)(strchr(at, ' ') - at)}, word);
    return count;
}

static uint64_t count_starting(const char *prefix) {
    uint64_t count = 0;
    for (const char *at = live + 1; *at; at = strchr(at, ' ') + 1)
        count += strncmp(at, prefix, strlen(prefix)) == 0;
    return count;
}

static void every_prefix_gives_the_words_of_a_naive_count(void **state) {
    static const char *const prefixes[] = {"t",   "ta",   "tar", "tari", "tariff", "tariffs",
                                           "tax", "taxe", "s",   "tá",   "z"};
    for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++) {
        struct suggested suggested = suggest(*state, prefixes[p]);
        uint64_t sum = 0;
        for (size_t i = 0; i < suggested.count; i++) {
            gdx_suggestion word = suggested.words[i];
            if (word.occurrences != count_in_live(word.word))
                fail_msg("%s: %.*s: %llu", prefixes[p], GDX_SLICE_ARGUMENTS(word.word),
                         (unsigned long long)word.occurrences);
            sum += word.occurrences;
        }
        if (sum != count_starting(prefixes[p]))
            fail_msg("%s: %llu", prefixes[p], (unsigned long long)sum);
        free(suggested.words);
    }
}

static void the_most_frequent_word_is_first_and_ties_are_in_order(void **state) {
    expect_words(*state, "ta", "tariff 4\ntaxes 3\ntariffs 2\ntax 2\ntar 1\ntaxi 1\n");
}

static void a_prefix_is_folded_first(void **state) {
    expect_words(*state, "ＴＡＸＥ", "taxes 3\n");
}

static void a_word_of_deleted_documents_alone_is_not_given(void **state) {
    expect_words(*state, "zeb", "");
}

static void what_is_not_the_start_of_one_word_is_refused(void **state) {
    static const char *const prefixes[] = {"", " ", "关", "a b", "a-", "ta\xff"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        gdx_suggestion *words = NULL;
        size_t count = 0;
        gdx_error err = {0};
        assert_int_equal(
            gdx_suggest(fixture->searcher, fixture->snapshot, gdx_slice_of(prefixes[i]), NULL, &words, &count, &err),
            GDX_INVALID);
        assert_int_equal(err.reason, GDX_REASON_OUT_OF_RANGE);
        assert_string_equal(err.field, "prefix");
        assert_null(words);
    }
}

static void a_cancelled_call_stops_and_the_searcher_answers_the_next(void **state) {
    struct fixture *fixture = *state;
    atomic_bool cancelled = true;
    gdx_stop stop = {0, &cancelled};
    gdx_suggestion *words = NULL;
    size_t count = 0;
    assert_int_equal(gdx_suggest(fixture->searcher, fixture->snapshot, gdx_slice_of("ta"), &stop, &words, &count, NULL),
                     GDX_CANCELLED);
    assert_null(words);
    expect_words(fixture, "taxi", "taxi 1\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prefix_gives_the_words_of_a_naive_count),
        cmocka_unit_test(the_most_frequent_word_is_first_and_ties_are_in_order),
        cmocka_unit_test(a_prefix_is_folded_first),
        cmocka_unit_test(a_word_of_deleted_documents_alone_is_not_given),
        cmocka_unit_test(what_is_not_the_start_of_one_word_is_refused),
        cmocka_unit_test(a_cancelled_call_stops_and_the_searcher_answers_the_next),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
