// SPDX-License-Identifier: Apache-2.0
// test_scan.c: every occurrence with its context, against a search of every place by strstr.

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

// Symbols [from, to) of a field of letters, as the scan gives them.
static void expect_letters(const char *what, gdx_slice got, const char *field, size_t from, size_t to) {
    char letters[LETTERED_BYTES] = "";
    memcpy(letters, field + from, to - from);
    letters[to - from] = '\0';
    if (!gdx_slice_equal(got, gdx_slice_of(han(letters))))
        fail_msg("%s: %.*s, expected %s", what, GDX_SLICE_ARGUMENTS(got), han(letters));
}

static void expect_next(gdx_scan *scan, size_t document, gdx_field field, size_t at, const char *phrase) {
    enum { CONTEXT = 3 };
    const char *letters = field == GDX_FIELD_TITLE ? documents[document].title : documents[document].text;
    size_t end = at + strlen(phrase), length = strlen(letters);
    gdx_occurrence got;
    char id[8];
    bool has;
    snprintf(id, sizeof id, "%02zu", document);
    assert_int_equal(gdx_scan_next(scan, &got, &has, NULL), GDX_OK);
    assert_true(has);
    if (!gdx_slice_equal(got.id, gdx_slice_of(id)) || got.match.field != field || got.position != at)
        fail_msg("%s: document %.*s, field %d, symbol %u; expected %s, %d, %zu", phrase, GDX_SLICE_ARGUMENTS(got.id),
                 got.match.field, got.position, id, field, at);
    assert_int_equal(got.match.begin, at * 3);
    assert_int_equal(got.match.end, end * 3);
    expect_letters("before", got.before, letters, at < CONTEXT ? 0 : at - CONTEXT, at);
    expect_letters("matched", got.matched, letters, at, end);
    expect_letters("after", got.after, letters, end, length - end < CONTEXT ? length : end + CONTEXT);
}

static void expect_scan(const char *phrase) {
    GDX_AUTO(gdx_query) query = collection_parse(han(phrase));
    GDX_AUTO(gdx_scan) scan = NULL;
    assert_int_equal(gdx_scan_open(collection.searcher, collection.snapshot, query, 3, NULL, &scan, NULL), GDX_OK);
    for (size_t i = 0; i < LETTERED; i++) {
        if (documents[i].is_deleted)
            continue;
        for (const char *at = documents[i].title; (at = strstr(at, phrase)); at++)
            expect_next(scan, i, GDX_FIELD_TITLE, (size_t)(at - documents[i].title), phrase);
        for (const char *at = documents[i].text; (at = strstr(at, phrase)); at++)
            expect_next(scan, i, GDX_FIELD_TEXT, (size_t)(at - documents[i].text), phrase);
    }
    gdx_occurrence beyond;
    bool has = true;
    assert_int_equal(gdx_scan_next(scan, &beyond, &has, NULL), GDX_OK);
    assert_false(has);
}

static void every_occurrence_of_a_symbol_is_reported_once_in_order(void **state) {
    (void)state;
    expect_scan("a");
}

static void every_occurrence_of_a_phrase_is_reported_once_in_order(void **state) {
    (void)state;
    expect_scan("ab");
    expect_scan("aba");
}

static void overlapping_occurrences_are_all_reported(void **state) {
    (void)state;
    expect_scan("aa");
    expect_scan("ccc");
}

static void a_phrase_that_never_occurs_ends_the_scan_at_once(void **state) {
    (void)state;
    expect_scan("h");
}

// Stored text is read in groups of 128 symbols. The word is number 126, the soft hyphen 127, what makes it one 128.
static void a_word_before_a_soft_hyphen_ends_before_it_at_the_end_of_a_group_too(void **state) {
    (void)state;
    enum { BEFORE = 126 };
    char text[BEFORE * 3 + 64] = "";
    for (size_t i = 0; i < BEFORE; i++)
        strcat(text, "甲");
    strcat(text, "sup\xc2\xad\nply 甲甲甲甲");
    const struct written broken = {.id = "1", .text = text};
    struct collection one;
    collection_open(&one, &broken, 1);
    GDX_AUTO(gdx_query) query = collection_parse("甲sup");
    GDX_AUTO(gdx_scan) scan = NULL;
    gdx_occurrence got;
    bool has = false;
    assert_int_equal(gdx_scan_open(one.searcher, one.snapshot, query, 0, NULL, &scan, NULL), GDX_OK);
    assert_int_equal(gdx_scan_next(scan, &got, &has, NULL), GDX_OK);
    assert_true(has);
    assert_int_equal(got.position, BEFORE - 1);
    assert_int_equal(got.match.end - got.match.begin, 6);
    gdx_scan_close(GDX_TAKE(scan));
    collection_close(&one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_occurrence_of_a_symbol_is_reported_once_in_order),
        cmocka_unit_test(every_occurrence_of_a_phrase_is_reported_once_in_order),
        cmocka_unit_test(overlapping_occurrences_are_all_reported),
        cmocka_unit_test(a_phrase_that_never_occurs_ends_the_scan_at_once),
        cmocka_unit_test(a_word_before_a_soft_hyphen_ends_before_it_at_the_end_of_a_group_too),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
