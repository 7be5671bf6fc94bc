// SPDX-License-Identifier: Apache-2.0
// test_phrase.c: where a phrase occurs, against a search of every place by strstr.

#include "collection.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct lettered documents[LETTERED];
static struct collection collection;

static int set_up(void **state) {
    (void)state;
    lettered_open(&collection, documents);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    collection_close(&collection);
    return 0;
}

static void expect_count(const char *field, const char *phrase) {
    gdx_totals wanted = {0};
    for (size_t i = 0; i < LETTERED; i++) {
        size_t count = strcmp(field, "text:") ? lettered_count(documents[i].title, phrase) : 0;
        count += strcmp(field, "title:") ? lettered_count(documents[i].text, phrase) : 0;
        count = documents[i].is_deleted ? 0 : count;
        wanted.documents += count > 0;
        wanted.occurrences += count;
    }
    char query[64];
    snprintf(query, sizeof query, "%s%s", field, han(phrase));
    gdx_totals got = collection_count(&collection, query);
    if (got.documents != wanted.documents || got.occurrences != wanted.occurrences)
        fail_msg("%s: %llu in %llu documents, expected %llu in %llu", query, (unsigned long long)got.occurrences,
                 (unsigned long long)got.documents, (unsigned long long)wanted.occurrences,
                 (unsigned long long)wanted.documents);
}

// Every phrase of so many letters: phrase number `n` in base 4.
static void expect_all(const char *field, size_t length) {
    for (size_t n = 0; n < (size_t)1 << 2 * length; n++) {
        char phrase[8] = {0};
        for (size_t i = 0; i < length; i++)
            phrase[i] = (char)('a' + (n >> 2 * i & 3));
        expect_count(field, phrase);
    }
}

static void every_single_symbol_is_counted_as_a_naive_search_does(void **state) {
    (void)state;
    expect_all("", 1);
}

static void every_phrase_of_two_symbols_is_counted_as_a_naive_search_does(void **state) {
    (void)state;
    expect_all("", 2);
}

static void a_phrase_of_odd_length_is_covered_by_bigrams_that_overlap(void **state) {
    (void)state;
    expect_all("", 3);
}

static void longer_phrases_are_counted_as_a_naive_search_does(void **state) {
    (void)state;
    expect_all("", 4);
    expect_count("", "abcda");
    expect_count("", "dddd");
}

static void a_field_limits_a_phrase_to_itself(void **state) {
    (void)state;
    for (size_t length = 1; length <= 3; length++) {
        expect_all("title:", length);
        expect_all("text:", length);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_single_symbol_is_counted_as_a_naive_search_does),
        cmocka_unit_test(every_phrase_of_two_symbols_is_counted_as_a_naive_search_does),
        cmocka_unit_test(a_phrase_of_odd_length_is_covered_by_bigrams_that_overlap),
        cmocka_unit_test(longer_phrases_are_counted_as_a_naive_search_does),
        cmocka_unit_test(a_field_limits_a_phrase_to_itself),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
