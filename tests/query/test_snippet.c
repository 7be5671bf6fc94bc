// SPDX-License-Identifier: Apache-2.0
// test_snippet.c: the text around the first match, with the matches marked.

#include "collection.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct written documents[] = {
    {.id = "1", .title = "丁戊", .text = "乙乙乙甲丙丙丙"},
    {.id = "2", .title = "己庚", .text = "丙 \n\t 丙"},
    {.id = "3", .text = "辛辛辛乙"},
    {.id = "4", .text = "Say  TARIFF,\n please."},
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

// The snippet of the only hit, matches in brackets, "<" and ">" where it starts and ends with its field.
static void expect_snippet(const char *query, uint32_t symbols, const char *expected) {
    gdx_search_options options = {.limit = 10, .snippet_symbols = symbols, .match_limit = 10};
    GDX_AUTO(gdx_results) results = collection_search(&collection, query, &options);
    assert_int_equal(results->hit_count, 1);
    const gdx_hit *hit = &results->hits[0];
    gdx_buffer shown = {0};
    size_t at = 0;
    assert_int_equal(gdx_buffer_append_format(&shown, "%s", hit->snippet_begins ? "<" : ""), GDX_OK);
    for (size_t i = 0; i < hit->mark_count; i++) {
        gdx_mark mark = hit->marks[i];
        assert_int_equal(gdx_buffer_append_format(&shown, "%.*s[%.*s]", (int)(mark.begin - at), hit->snippet.data + at,
                                                  (int)(mark.end - mark.begin), hit->snippet.data + mark.begin),
                         GDX_OK);
        at = mark.end;
    }
    assert_int_equal(gdx_buffer_append_format(&shown, "%.*s%s", (int)(hit->snippet.bytes - at), hit->snippet.data + at,
                                              hit->snippet_ends ? ">" : ""),
                     GDX_OK);
    assert_int_equal(gdx_buffer_append(&shown, "", 1), GDX_OK);
    assert_string_equal((const char *)shown.data, expected);
    gdx_buffer_clear(&shown);
}

static void a_snippet_shows_the_requested_symbols_on_each_side(void **state) {
    (void)state;
    expect_snippet("甲", 1, "乙[甲]丙");
    expect_snippet("甲", 2, "乙乙[甲]丙丙");
    expect_snippet("甲 乙", 2, "<[乙][乙][乙]");
}

static void a_snippet_reports_that_it_is_the_whole_field(void **state) {
    (void)state;
    expect_snippet("甲", 3, "<乙乙乙[甲]丙丙丙>");
    expect_snippet("甲", 4000000000u, "<乙乙乙[甲]丙丙丙>");
}

static void matches_that_overlap_are_one_mark(void **state) {
    (void)state;
    expect_snippet("辛辛", 5, "<[辛辛辛]乙>");
}

static void white_space_is_shown_as_one_space(void **state) {
    (void)state;
    expect_snippet("丙 -甲", 5, "<[丙] [丙]>");
}

static void marks_lie_on_the_original_spelling(void **state) {
    (void)state;
    expect_snippet("tariff", 1, "<Say [TARIFF],");
}

static void a_match_in_the_title_alone_shows_the_title(void **state) {
    (void)state;
    expect_snippet("庚", 5, "<己[庚]>");
}

static void a_filter_shows_the_start_of_the_text(void **state) {
    (void)state;
    expect_snippet("id:3", 1, "<辛辛");
}

static void matches_are_bytes_of_the_field(void **state) {
    (void)state;
    gdx_search_options options = {.limit = 10, .match_limit = 2};
    GDX_AUTO(gdx_results) results = collection_search(&collection, "辛", &options);
    assert_int_equal(results->hits[0].occurrences, 3);
    assert_int_equal(results->hits[0].match_count, 2);
    assert_int_equal(results->hits[0].matches[1].field, GDX_FIELD_TEXT);
    assert_int_equal(results->hits[0].matches[1].begin, 3);
    assert_int_equal(results->hits[0].matches[1].end, 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snippet_shows_the_requested_symbols_on_each_side),
        cmocka_unit_test(a_snippet_reports_that_it_is_the_whole_field),
        cmocka_unit_test(matches_that_overlap_are_one_mark),
        cmocka_unit_test(white_space_is_shown_as_one_space),
        cmocka_unit_test(marks_lie_on_the_original_spelling),
        cmocka_unit_test(a_match_in_the_title_alone_shows_the_title),
        cmocka_unit_test(a_filter_shows_the_start_of_the_text),
        cmocka_unit_test(matches_are_bytes_of_the_field),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
