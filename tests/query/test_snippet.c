// SPDX-License-Identifier: Apache-2.0
// test_snippet.c: the text around the first match, with the matches marked.

#include "../property/random.h"
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

// ---- long texts, of which no more is read than is shown

enum { LONG_SYMBOLS = 140000, LONG_TEXTS = 5, CHARACTER = 3 };
static const uint32_t lengths[LONG_TEXTS] = {900, 1025, 5000, 20000, LONG_SYMBOLS};

// 甲 is frequent, 乙 stands once in some 3000 symbols, 丙 at the end; the rest is 丁.
static char *long_text(random_state *random, uint32_t symbols) {
    char *text = malloc((size_t)symbols * CHARACTER + 1);
    assert_non_null(text);
    for (uint32_t i = 0; i < symbols; i++) {
        const char *symbol = random_below(random, 3000) == 0 ? "乙" : random_below(random, 40) == 0 ? "甲" : "丁";
        memcpy(text + (size_t)i * CHARACTER, i + 3 >= symbols ? "丙" : symbol, CHARACTER + 1);
    }
    return text;
}

static bool is_one_of(const char *text, uint32_t symbol, const char *sought) {
    for (; *sought; sought += CHARACTER)
        if (memcmp(text + (size_t)symbol * CHARACTER, sought, CHARACTER) == 0)
            return true;
    return false;
}

static void assert_shown(const gdx_hit *hit, const char *text, uint32_t symbols, const char *sought,
                         const gdx_search_options *options) {
    uint32_t first = 0, context = options->snippet_symbols, marked = 0, matched = 0;
    while (!is_one_of(text, first, sought))
        first++;
    uint32_t from = first > context ? first - context : 0;
    uint32_t to = symbols - first - 1 > context ? first + 1 + context : symbols;
    if (context)
        assert_memory_equal(hit->snippet.data, text + (size_t)from * CHARACTER, (size_t)(to - from) * CHARACTER);
    for (uint32_t i = from; i < to && context; i++)
        if (is_one_of(text, i, sought)) {
            assert_true(marked < hit->mark_count);
            assert_int_equal(hit->marks[marked++].begin, (i - from) * CHARACTER);
        }
    assert_int_equal(marked, hit->mark_count);
    for (uint32_t i = 0; i < symbols && matched < options->match_limit; i++)
        if (is_one_of(text, i, sought)) {
            assert_true(matched < hit->match_count);
            assert_int_equal(hit->matches[matched++].begin, (uint64_t)i * CHARACTER);
        }
    assert_int_equal(matched, hit->match_count);
}

static void a_long_text_shows_what_a_whole_reading_shows(void **state) {
    (void)state;
    static const struct {
        const char *query, *sought;
    } asked[] = {{"甲", "甲"}, {"乙", "乙"}, {"丙", "丙"}, {"甲 OR 乙", "甲乙"}, {"乙 丙", "乙丙"}, {"甲 -己", "甲"}};
    static const gdx_search_options shown[] = {{.limit = 9, .snippet_symbols = 30},
                                               {.limit = 9, .snippet_symbols = 700, .match_limit = 3},
                                               {.limit = 9, .snippet_symbols = 3000},
                                               {.limit = 9, .match_limit = 100}};
    random_state random = {20261129};
    struct written long_documents[LONG_TEXTS];
    char ids[LONG_TEXTS][2];
    char *texts[LONG_TEXTS];
    struct collection of;
    for (uint32_t i = 0; i < LONG_TEXTS; i++) {
        texts[i] = long_text(&random, lengths[i]);
        memcpy(ids[i], (char[]){(char)('0' + i), 0}, 2);
        long_documents[i] = (struct written){.id = ids[i], .title = "戊", .text = texts[i]};
    }
    collection_open(&of, long_documents, LONG_TEXTS);
    for (size_t q = 0; q < sizeof asked / sizeof *asked; q++)
        for (size_t o = 0; o < sizeof shown / sizeof *shown; o++) {
            GDX_AUTO(gdx_results) results = collection_search(&of, asked[q].query, &shown[o]);
            for (size_t i = 0; i < results->hit_count; i++) {
                uint32_t number = (uint32_t)(results->hits[i].id.data[0] - '0');
                assert_shown(&results->hits[i], texts[number], lengths[number], asked[q].sought, &shown[o]);
            }
        }
    collection_close(&of);
    for (uint32_t i = 0; i < LONG_TEXTS; i++)
        free(texts[i]);
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
        cmocka_unit_test(a_long_text_shows_what_a_whole_reading_shows),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
