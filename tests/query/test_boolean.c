// SPDX-License-Identifier: Apache-2.0
// test_boolean.c: AND, OR, NOT and filters, against a look at every document.

#include "collection.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

// Dates as gdx_date_of makes them: year << 9 | month << 5 | day.
static const struct written documents[] = {
    {.id = "law/1", .text = "甲乙", .source = "law", .date = (2020 << 9)},
    {.id = "law/2", .text = "乙丙", .source = "law", .date = (2021 << 9 | 3 << 5)},
    {.id = "news/1", .text = "甲丙", .source = "news", .date = (2021 << 9 | 3 << 5 | 7), .segment = 1},
    {.id = "news/2", .text = "甲", .source = "news", .segment = 1},
    {.id = "news/3", .text = "甲乙丙", .source = "news", .segment = 1, .is_deleted = true},
    {.id = "x", .text = "丁", .segment = 2},
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

// Bit 0 for 甲 and so on.
static unsigned letters_of(const struct written *document) {
    unsigned letters = 0;
    for (unsigned i = 0; i < 4; i++)
        letters |= (unsigned)(strstr(document->text, han((const char[]){(char)('a' + i), '\0'})) != NULL) << i;
    return letters;
}

// `truth`: bit n says whether a document with just the letters of n matches.
static void expect_truth(const char *query, unsigned truth) {
    char ids[256] = "";
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        if (!documents[i].is_deleted && (truth >> letters_of(&documents[i]) & 1))
            snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%s", ids[0] ? " " : "", documents[i].id);
    expect_ids(&collection, han(query), GDX_ORDER_ID, ids);
}

// Truth tables over the letters a, b, c, d.
enum { A = 0xaaaa, B = 0xcccc, C = 0xf0f0, D = 0xff00 };

static void every_operator_matches_its_truth_table(void **state) {
    (void)state;
    expect_truth("a", A);
    expect_truth("a AND b", A & B);
    expect_truth("a b c", A & B & C);
    expect_truth("a OR b", A | B);
    expect_truth("a | d", A | D);
    expect_truth("NOT a", (unsigned)~A);
    expect_truth("NOT NOT a", A);
}

static void a_field_that_no_document_has_matches_nothing(void **state) {
    (void)state;
    expect_ids(&collection, "any:甲", GDX_ORDER_ID, "law/1 news/1 news/2");
    expect_ids(&collection, "any:(甲乙 OR 丁)", GDX_ORDER_ID, "law/1 x");
    expect_ids(&collection, "note:甲", GDX_ORDER_ID, "");
    expect_ids(&collection, "caption:(甲乙 OR 丁)", GDX_ORDER_ID, "");
    expect_ids(&collection, "note:(甲 NEAR/1 乙)", GDX_ORDER_ID, "");
    expect_ids(&collection, "甲 -furniture:甲", GDX_ORDER_ID, "law/1 news/1 news/2");
}

static void operators_within_operators_match_their_truth_table(void **state) {
    (void)state;
    expect_truth("a b OR c d", (A & B) | (C & D));
    expect_truth("(a OR b) (c OR d)", (A | B) & (C | D));
    expect_truth("a -b", A & ~B);
    expect_truth("NOT (a b)", ~(unsigned)(A & B));
    expect_truth("NOT (a OR b) OR c", ~(unsigned)(A | B) | C);
    expect_truth("-a -b", ~(unsigned)A & ~B);
}

static void a_source_is_compared_exactly(void **state) {
    (void)state;
    expect_ids(&collection, "source:law", GDX_ORDER_ID, "law/1 law/2");
    expect_ids(&collection, "source:la", GDX_ORDER_ID, "");
    expect_ids(&collection, "source:\"\"", GDX_ORDER_ID, "x");
    expect_ids(&collection, "甲 -source:law", GDX_ORDER_ID, "news/1 news/2");
}

static void an_id_matches_itself_and_a_star_matches_its_prefix(void **state) {
    (void)state;
    expect_ids(&collection, "id:news/1", GDX_ORDER_ID, "news/1");
    expect_ids(&collection, "id:news/*", GDX_ORDER_ID, "news/1 news/2");
    expect_ids(&collection, "id:news/3", GDX_ORDER_ID, "");
    expect_ids(&collection, "甲 id:law/*", GDX_ORDER_ID, "law/1");
    expect_ids(&collection, "id:*", GDX_ORDER_ID, "law/1 law/2 news/1 news/2 x");
}

static void a_date_matches_the_dates_wholly_within_it(void **state) {
    (void)state;
    expect_ids(&collection, "date:2021", GDX_ORDER_ID, "law/2 news/1");
    expect_ids(&collection, "date:2021-03-01..2021-03-20", GDX_ORDER_ID, "news/1");
    expect_ids(&collection, "date:2020..", GDX_ORDER_ID, "law/1 law/2 news/1");
    expect_ids(&collection, "date:..2020", GDX_ORDER_ID, "law/1");
    expect_ids(&collection, "-date:2020..", GDX_ORDER_ID, "news/2 x");
}

static void negated_terms_have_no_occurrences(void **state) {
    (void)state;
    assert_int_equal(collection_count(&collection, "甲 -乙").occurrences, 2);
    assert_int_equal(collection_count(&collection, "-乙").occurrences, 0);
    assert_int_equal(collection_count(&collection, "甲 OR 乙").occurrences, 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operator_matches_its_truth_table),
        cmocka_unit_test(a_field_that_no_document_has_matches_nothing),
        cmocka_unit_test(operators_within_operators_match_their_truth_table),
        cmocka_unit_test(a_source_is_compared_exactly),
        cmocka_unit_test(an_id_matches_itself_and_a_star_matches_its_prefix),
        cmocka_unit_test(a_date_matches_the_dates_wholly_within_it),
        cmocka_unit_test(negated_terms_have_no_occurrences),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
