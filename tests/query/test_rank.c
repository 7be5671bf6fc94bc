// SPDX-License-Identifier: Apache-2.0
// test_rank.c: BM25 with numbers worked out by hand, and over thousands of documents by a look at each.

#include "../property/random.h"
#include "collection.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

// ---- more documents than are scored at a time

enum { MANY = 3500, BEST = 3000, TEXT_BYTES = 3 * 24 + 1 };

struct many {
    struct written documents[MANY];
    char ids[MANY][8], texts[MANY][TEXT_BYTES];
    unsigned firsts[MANY], seconds[MANY]; // how often each has 甲 and 乙
    double scores[MANY];
};

static void append(char *text, const char *symbol, unsigned times) {
    for (unsigned i = 0; i < times; i++)
        strcat(text, symbol);
}

// Each has 甲 up to 7 times, 乙 up to 5 times, 丁 at least once.
static void make_many(struct many *many) {
    random_state random = {20261129};
    for (size_t d = 0; d < MANY; d++) {
        many->firsts[d] = random_below(&random, 8);
        many->seconds[d] = random_below(&random, 6);
        append(many->texts[d], "甲", many->firsts[d]);
        append(many->texts[d], "乙", many->seconds[d]);
        append(many->texts[d], "丁", 1 + random_below(&random, 10));
        snprintf(many->ids[d], sizeof many->ids[d], "%04zu", d);
        many->documents[d] =
            (struct written){.id = many->ids[d], .text = many->texts[d], .segment = d < 1500 ? 0 : 1 + (d >= 3000)};
    }
}

static double weigh(double idf, double frequency, double length, double mean) {
    return frequency > 0 ? idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / mean)) : 0;
}

// By "甲 OR 乙".
static void score_many(struct many *many) {
    double symbols = 0, having[2] = {0};
    for (size_t d = 0; d < MANY; d++) {
        symbols += (double)strlen(many->texts[d]) / 3;
        having[0] += many->firsts[d] > 0;
        having[1] += many->seconds[d] > 0;
    }
    for (size_t d = 0; d < MANY; d++) {
        double length = (double)strlen(many->texts[d]) / 3;
        for (int i = 0; i < 2; i++)
            many->scores[d] += weigh(log(1 + (MANY - having[i] + 0.5) / (having[i] + 0.5)),
                                     i ? many->seconds[d] : many->firsts[d], length, symbols / MANY);
    }
}

// The best that is not taken yet; of equal ones the first.
static size_t take_best(struct many *many) {
    size_t best = 0;
    for (size_t d = 1; d < MANY; d++)
        if (many->scores[d] > many->scores[best] + 1e-12)
            best = d;
    return best;
}

static void the_best_of_thousands_are_those_that_a_look_at_each_finds(void **state) {
    (void)state;
    struct many *many = calloc(1, sizeof *many);
    assert_non_null(many);
    struct collection all;
    make_many(many);
    score_many(many);
    collection_open(&all, many->documents, MANY);
    gdx_search_options options = {.limit = BEST};
    gdx_results *results = collection_search(&all, "甲 OR 乙", &options);
    assert_int_equal(results->hit_count, BEST);
    for (size_t i = 0; i < BEST; i++) {
        size_t best = take_best(many);
        const gdx_hit *hit = &results->hits[i];
        double off = hit->score - many->scores[best];
        if (!gdx_slice_equal(hit->id, gdx_slice_of(many->ids[best])) || off > 1e-9 || off < -1e-9)
            fail_msg("hit %zu is %.*s with %.12f, expected %s with %.12f", i, GDX_SLICE_ARGUMENTS(hit->id), hit->score,
                     many->ids[best], many->scores[best]);
        assert_int_equal(hit->occurrences, many->firsts[best] + many->seconds[best]);
        many->scores[best] = -1;
    }
    gdx_results_free(results);
    collection_close(&all);
    free(many);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_term_scores_by_its_frequency_and_the_documents_length),
        cmocka_unit_test(title_and_text_count_alike),
        cmocka_unit_test(a_term_that_all_documents_have_still_scores),
        cmocka_unit_test(the_scores_of_terms_add_up),
        cmocka_unit_test(a_negated_term_and_a_filter_do_not_score),
        cmocka_unit_test(the_best_is_first_and_equal_scores_are_by_id),
        cmocka_unit_test(the_best_of_thousands_are_those_that_a_look_at_each_finds),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
