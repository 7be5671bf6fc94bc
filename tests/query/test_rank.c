// SPDX-License-Identifier: Apache-2.0
// test_rank.c: BM25 with numbers worked out by hand.

#include "collection.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

// Lengths 2, 4 and 6: the mean is 4.
static const struct written documents[] = {
    {.id = "1", .text = "甲丁"},
    {.id = "2", .text = "甲甲乙丁", .segment = 1},
    {.id = "3", .title = "乙", .text = "乙丁丁丁丁", .segment = 2},
};
static struct collection collection;

static int set_up(void **state) {
    (void)state;
    collection_open(&collection, documents, sizeof documents / sizeof *documents);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    collection_close(&collection);
    return 0;
}

static void expect_score(const char *query, const char *id, double score) {
    gdx_search_options options = {.limit = 10};
    GDX_AUTO(gdx_results) results = collection_search(&collection, query, &options);
    for (size_t i = 0; i < results->hit_count; i++) {
        double off = results->hits[i].score - score;
        if (!gdx_slice_equal(results->hits[i].id, gdx_slice_of(id)))
            continue;
        if (off > 1e-9 || off < -1e-9)
            fail_msg("%s: document %s scores %.12f, expected %.12f", query, id, results->hits[i].score, score);
        return;
    }
    fail_msg("%s does not find document %s", query, id);
}

// N = 3, n = 2: idf = ln(1 + 1.5 / 2.5) = ln 1.6 = 0.470003629246.
static void a_term_scores_by_its_frequency_and_the_documents_length(void **state) {
    (void)state;
    // tf 1, length 2: idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 4)) = idf * 2.2 / 1.75
    expect_score("甲", "1", 0.470003629246 * 2.2 / 1.75);
    // tf 2, length 4: idf * 4.4 / (2 + 1.2)
    expect_score("甲", "2", 0.470003629246 * 4.4 / 3.2);
}

static void title_and_text_count_alike(void **state) {
    (void)state;
    // tf 2, length 6: idf * 4.4 / (2 + 1.2 * (0.25 + 0.75 * 6 / 4)) = idf * 4.4 / 3.65
    expect_score("乙", "3", 0.470003629246 * 4.4 / 3.65);
}

// n = 3: idf = ln(1 + 0.5 / 3.5) = ln(8 / 7) = 0.133531392624.
static void a_term_that_all_documents_have_still_scores(void **state) {
    (void)state;
    expect_score("丁", "1", 0.133531392624 * 2.2 / 1.75);
}

static void the_scores_of_terms_add_up(void **state) {
    (void)state;
    expect_score("甲 乙", "2", 0.470003629246 * (4.4 / 3.2 + 2.2 / 2.2));
}

static void a_negated_term_and_a_filter_do_not_score(void **state) {
    (void)state;
    expect_score("甲 -乙", "1", 0.470003629246 * 2.2 / 1.75);
    expect_score("甲 id:2", "2", 0.470003629246 * 4.4 / 3.2);
    expect_score("id:2", "2", 0);
}

static void the_best_is_first_and_equal_scores_are_by_id(void **state) {
    (void)state;
    expect_ids(&collection, "甲", GDX_ORDER_RELEVANCE, "2 1");
    expect_ids(&collection, "-戊", GDX_ORDER_RELEVANCE, "1 2 3");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_term_scores_by_its_frequency_and_the_documents_length),
        cmocka_unit_test(title_and_text_count_alike),
        cmocka_unit_test(a_term_that_all_documents_have_still_scores),
        cmocka_unit_test(the_scores_of_terms_add_up),
        cmocka_unit_test(a_negated_term_and_a_filter_do_not_score),
        cmocka_unit_test(the_best_is_first_and_equal_scores_are_by_id),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
