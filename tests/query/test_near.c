// SPDX-License-Identifier: Apache-2.0
// test_near.c: NEAR and THEN, against a try of every pair of places.

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

struct pair {
    const char *left;
    const char *right;
    size_t distance;
    bool is_ordered; // THEN
};

static bool starts_with(const char *at, const char *phrase) {
    return strncmp(at, phrase, strlen(phrase)) == 0;
}

// Whether `first` at `at` has `second` after it, with at most so many letters between.
static bool has_after(const char *field, size_t at, const char *first, const char *second, size_t distance) {
    size_t end = at + strlen(first);
    for (size_t start = end; start <= end + distance && start < strlen(field); start++)
        if (starts_with(field + start, second))
            return true;
    return false;
}

static bool has_before(const char *field, size_t at, const char *first, size_t distance) {
    for (size_t start = 0; start + strlen(first) <= at; start++)
        if (starts_with(field + start, first) && at - (start + strlen(first)) <= distance)
            return true;
    return false;
}

static size_t naive_pairs(const char *field, const struct pair *pair) {
    size_t count = 0;
    for (size_t at = 0; at < strlen(field); at++) {
        if (starts_with(field + at, pair->left))
            count += has_after(field, at, pair->left, pair->right, pair->distance) ||
                     (!pair->is_ordered && has_before(field, at, pair->right, pair->distance));
        if (starts_with(field + at, pair->right))
            count += has_before(field, at, pair->left, pair->distance) ||
                     (!pair->is_ordered && has_after(field, at, pair->right, pair->left, pair->distance));
    }
    return count;
}

static void expect_pairs(const struct pair *pair) {
    gdx_totals wanted = {0};
    for (size_t i = 0; i < LETTERED; i++) {
        size_t count = naive_pairs(documents[i].title, pair) + naive_pairs(documents[i].text, pair);
        count = documents[i].is_deleted ? 0 : count;
        wanted.documents += count > 0;
        wanted.occurrences += count;
    }
    char query[64];
    snprintf(query, sizeof query, "%s %s/%zu %s", han(pair->left), pair->is_ordered ? "THEN" : "NEAR", pair->distance,
             han(pair->right));
    gdx_totals got = collection_count(&collection, query);
    if (got.documents != wanted.documents || got.occurrences != wanted.occurrences)
        fail_msg("%s: %llu in %llu documents, expected %llu in %llu", query, (unsigned long long)got.occurrences,
                 (unsigned long long)got.documents, (unsigned long long)wanted.occurrences,
                 (unsigned long long)wanted.documents);
}

static void expect_at_all_distances(bool is_ordered) {
    static const char *const sides[] = {"a", "b", "ab", "cd", "ba", "abc"};
    enum { SIDES = sizeof sides / sizeof *sides };
    for (size_t i = 0; i < SIDES * SIDES; i++)
        for (size_t distance = 0; distance < 6; distance++)
            expect_pairs(&(struct pair){sides[i / SIDES], sides[i % SIDES], distance, is_ordered});
}

static void near_counts_the_same_as_a_try_of_every_pair(void **state) {
    (void)state;
    expect_at_all_distances(false);
}

static void then_counts_the_same_as_a_try_of_every_pair(void **state) {
    (void)state;
    expect_at_all_distances(true);
}

static void a_distance_longer_than_every_field_needs_both_sides_in_one_field(void **state) {
    (void)state;
    expect_pairs(&(struct pair){"a", "b", 10000, false});
    expect_pairs(&(struct pair){"ab", "cd", 10000, true});
}

static void an_or_on_one_side_counts_as_either_of_its_phrases(void **state) {
    (void)state;
    uint64_t either = collection_count(&collection, han("(a OR b) THEN/0 cd")).documents;
    uint64_t first = collection_count(&collection, han("a THEN/0 cd")).documents;
    uint64_t second = collection_count(&collection, han("b THEN/0 cd")).documents;
    uint64_t both = collection_count(&collection, han("(a THEN/0 cd) AND (b THEN/0 cd)")).documents;
    assert_true(first > 0 && second > 0);
    assert_int_equal(either, first + second - both);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_counts_the_same_as_a_try_of_every_pair),
        cmocka_unit_test(then_counts_the_same_as_a_try_of_every_pair),
        cmocka_unit_test(a_distance_longer_than_every_field_needs_both_sides_in_one_field),
        cmocka_unit_test(an_or_on_one_side_counts_as_either_of_its_phrases),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
