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
    {"3", "taxes tariffs"}, // replaces the first one
    {"4", "ＴＡＸＥＳ taxi tar tariff's tá"},
};
// The live documents' words, folded, one after another.
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

static gdx_suggestions *suggested(struct fixture *fixture, const char *prefix, uint32_t limit) {
    gdx_suggestions *suggestions = NULL;
    gdx_error err = {0};
    if (gdx_suggest(fixture->searcher, fixture->snapshot, gdx_slice_of(prefix), limit, NULL, &suggestions, &err) !=
        GDX_OK)
        fail_msg("%s: %s", prefix, err.message);
    return suggestions;
}

static void expect_words(struct fixture *fixture, const char *prefix, uint32_t limit, const char *expected) {
    GDX_AUTO(gdx_suggestions) suggestions = suggested(fixture, prefix, limit);
    gdx_buffer words = {0};
    for (size_t i = 0; i < suggestions->count; i++)
        assert_int_equal(gdx_buffer_append_format(&words, "%.*s %llu\n",
                                                  GDX_SLICE_ARGUMENTS(suggestions->words[i].word),
                                                  (unsigned long long)suggestions->words[i].occurrences),
                         GDX_OK);
    assert_int_equal(gdx_buffer_append(&words, "", 1), GDX_OK);
    assert_string_equal((const char *)words.data, expected);
    gdx_buffer_clear(&words);
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
        GDX_AUTO(gdx_suggestions) suggestions = suggested(*state, prefixes[p], GDX_SUGGESTIONS_MAX);
        uint64_t sum = 0;
        for (size_t i = 0; i < suggestions->count; i++) {
            gdx_suggestion word = suggestions->words[i];
            if (word.occurrences != count_in_live(word.word))
                fail_msg("%s: %.*s: %llu", prefixes[p], GDX_SLICE_ARGUMENTS(word.word),
                         (unsigned long long)word.occurrences);
            sum += word.occurrences;
        }
        if (sum != count_starting(prefixes[p]))
            fail_msg("%s: %llu", prefixes[p], (unsigned long long)sum);
    }
}

static void the_most_frequent_word_is_first_and_ties_are_in_order(void **state) {
    expect_words(*state, "ta", 10, "tariff 4\ntaxes 3\ntariffs 2\ntax 2\ntar 1\ntaxi 1\n");
}

static void the_limit_bounds_the_number_of_words(void **state) {
    expect_words(*state, "ta", 2, "tariff 4\ntaxes 3\n");
}

static void a_prefix_is_folded_first(void **state) {
    expect_words(*state, "ＴＡＸＥ", 10, "taxes 3\n");
}

static void a_word_of_deleted_documents_only_is_not_reported(void **state) {
    expect_words(*state, "zeb", 10, "");
}

static void expect_refusal(struct fixture *fixture, const char *prefix, uint32_t limit, const char *field) {
    gdx_suggestions *suggestions = NULL;
    gdx_error err = {0};
    assert_int_equal(
        gdx_suggest(fixture->searcher, fixture->snapshot, gdx_slice_of(prefix), limit, NULL, &suggestions, &err),
        GDX_INVALID);
    assert_int_equal(err.reason, GDX_REASON_OUT_OF_RANGE);
    assert_string_equal(err.field, field);
    assert_null(suggestions);
}

static void a_prefix_that_is_not_the_start_of_one_word_is_refused(void **state) {
    static const char *const prefixes[] = {"", " ", "关", "a b", "a-", "ta\xff"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        expect_refusal(*state, prefixes[i], 10, "prefix");
}

static void a_limit_out_of_range_is_refused(void **state) {
    expect_refusal(*state, "ta", 0, "limit");
    expect_refusal(*state, "ta", GDX_SUGGESTIONS_MAX + 1, "limit");
}

static void a_cancelled_call_stops_and_the_searcher_answers_the_next(void **state) {
    struct fixture *fixture = *state;
    atomic_bool cancelled = true;
    gdx_stop stop = {0, &cancelled};
    gdx_suggestions *suggestions = NULL;
    assert_int_equal(
        gdx_suggest(fixture->searcher, fixture->snapshot, gdx_slice_of("ta"), 1, &stop, &suggestions, NULL),
        GDX_CANCELLED);
    assert_null(suggestions);
    expect_words(fixture, "ta", 1, "tariff 4\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prefix_gives_the_words_of_a_naive_count),
        cmocka_unit_test(the_most_frequent_word_is_first_and_ties_are_in_order),
        cmocka_unit_test(the_limit_bounds_the_number_of_words),
        cmocka_unit_test(a_prefix_is_folded_first),
        cmocka_unit_test(a_word_of_deleted_documents_only_is_not_reported),
        cmocka_unit_test(a_prefix_that_is_not_the_start_of_one_word_is_refused),
        cmocka_unit_test(a_limit_out_of_range_is_refused),
        cmocka_unit_test(a_cancelled_call_stops_and_the_searcher_answers_the_next),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
