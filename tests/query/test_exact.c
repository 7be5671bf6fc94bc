// SPDX-License-Identifier: Apache-2.0
// test_exact.c: exact: against a scan of the texts with white space and the like removed, and the places it must not
// read beyond.

#include "collection.h"

#include "../property/random.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct written documents[] = {
    {.id = "1", .title = "產業鏈", .text = "产业链与產業鏈，著作与着重"},
    {.id = "2", .text = "ＷＴＯ wto WTO WTO规则 ＷＴＯ 规则"},
    {.id = "3", .text = "產\n業　鏈 產\xe2\x80\x8b業\xe2\x80\x8d鏈 產\x01業鏈", .segment = 1},
    {.id = "4", .text = "sup-\nply sup\xc2\xad\nply supply sup\xc2\xadply", .segment = 1},
    {.id = "5", .text = "60—70 60-70 60–70 ㈱株 …。。。", .segment = 1},
    {.id = "6", .text = "產業鏈", .segment = 2, .is_deleted = true},
    {.id = "7", .text = "計畫 计划 計划", .segment = 2},
};

static int set_up(void **state) {
    return collection_set_up(state, documents, sizeof documents / sizeof *documents);
}

static void characters_that_fold_alike_are_told_apart(void **state) {
    expect_totals(*state, "著", 1, 2, 0);
    expect_totals(*state, "exact:著", 1, 1, 0);
    expect_totals(*state, "exact:着", 1, 1, 0);
    expect_totals(*state, "exact:产业链", 1, 1, 0);
    expect_totals(*state, "exact:產業鏈", 2, 5, 0);
    expect_totals(*state, "title:(exact:產業鏈)", 1, 1, 0);
    expect_totals(*state, "exact:產业链", 0, 0, 0);
    expect_totals(*state, "wto", 1, 5, 0);
    expect_totals(*state, "exact:wto", 1, 1, 0);
    expect_totals(*state, "exact:WTO", 1, 2, 0);
    expect_totals(*state, "exact:ＷＴＯ", 1, 2, 0);
    expect_totals(*state, "exact:“ＷＴＯ规则”", 1, 1, 0);
    expect_totals(*state, "exact:60—70", 1, 1, 0);
    expect_totals(*state, "exact:60-70", 1, 1, 0);
    expect_totals(*state, "计划", 1, 3, 0);
    expect_totals(*state, "exact:计划", 1, 1, 0);
    expect_totals(*state, "exact:計划", 1, 1, 0);
}

static void white_space_controls_and_characters_without_shape_are_left_aside(void **state) {
    expect_totals(*state, "exact:\"產 業\xe2\x80\x8b鏈\"", 2, 5, 0);
    expect_totals(*state, "exact:supply", 1, 3, 0); // two with soft hyphens, of which one is at a line end
    expect_totals(*state, "exact:sup-ply", 1, 1, 0);
    expect_totals(*state, "supply", 1, 4, 0);
}

static void an_occurrence_is_whole_characters_of_the_source(void **state) {
    expect_totals(*state, "exact:株", 1, 1, 0);
    expect_totals(*state, "exact:㈱", 1, 1, 0);
    expect_totals(*state, "exact:…", 1, 1, 0);
    expect_totals(*state, "exact:。", 1, 3, 0);
    expect_totals(*state, "exact:。。", 1, 2, 0);
}

static void an_exact_phrase_is_a_phrase_like_any_other(void **state) {
    const struct collection *collection = *state;
    expect_ids(collection, "exact:產業鏈", GDX_ORDER_ID, "1 3");
    expect_ids(collection, "产业链 -exact:产业链", GDX_ORDER_ID, "3");
    expect_ids(collection, "exact:著 NEAR/3 exact:着", GDX_ORDER_ID, "1");
    expect_ids(collection, "exact:着 THEN/9 著", GDX_ORDER_ID, "");
    expect_ids(collection, "exact:wto OR exact:著", GDX_ORDER_ID, "1 2");
    expect_ids(collection, "exact:supply THEN/0 exact:supply", GDX_ORDER_ID, "4");
    gdx_search_options options = {.limit = 10, .snippet_symbols = 3, .match_limit = 10};
    GDX_AUTO(gdx_results) results = collection_search(collection, "exact:着", &options);
    assert_int_equal(results->hit_count, 1);
    assert_int_equal(results->hits[0].match_count, 1);
    assert_int_equal(results->hits[0].matches[0].begin, strlen("产业链与產業鏈，著作与"));
    assert_true(gdx_slice_equal(results->hits[0].snippet, gdx_slice_of("著作与着重")));
}

static void a_scan_gives_the_exact_places(void **state) {
    const struct collection *collection = *state;
    GDX_AUTO(gdx_query) query = collection_parse("exact:產業鏈 OR exact:WTO");
    GDX_AUTO(gdx_scan) scan = NULL;
    gdx_occurrence occurrence;
    bool has = true;
    char places[256] = "";
    assert_int_equal(gdx_scan_open(collection->searcher, collection->snapshot, query, 0, NULL, &scan, NULL), GDX_OK);
    while (gdx_scan_next(scan, &occurrence, &has, NULL) == GDX_OK && has) {
        size_t used = strlen(places);
        snprintf(places + used, sizeof places - used, "%.*s:%u ", GDX_SLICE_ARGUMENTS(occurrence.id),
                 occurrence.position);
        expect_totals(collection, "exact:著", 1, 1, 0); // the searcher answers other queries meanwhile
    }
    assert_string_equal(places, "1:0 1:4 2:2 2:3 3:0 3:3 3:6 ");
}

// ---- random texts

enum { RANDOM_DOCUMENTS = 40, RANDOM_SIGNS = 400, ROUNDS = 200 };
static const char *const signs[] = {"着", "著", "链", "鏈", "西", "⻄"};
static const char *const blanks[] = {" ", "\n", "\xe3\x80\x80", "\xe2\x80\x8b", "\xef\xb8\x8f", "\x02"};

struct random_text {
    char stored[RANDOM_SIGNS * 8];
    char bare[RANDOM_SIGNS * 4];
};

static void make_text(struct random_text *text, random_state *random) {
    char *stored = text->stored, *bare = text->bare;
    for (uint32_t i = random_below(random, RANDOM_SIGNS); i > 0; i--) {
        const char *sign = signs[random_below(random, 6)];
        if (random_below(random, 6) == 0)
            stored = stpcpy(stored, blanks[random_below(random, 6)]);
        stored = stpcpy(stored, sign);
        bare = stpcpy(bare, sign);
    }
}

static void counts_are_those_of_a_scan_of_random_texts(void **state) {
    (void)state;
    enum { SEED = 20261128 };
    static struct random_text texts[RANDOM_DOCUMENTS];
    static struct written written[RANDOM_DOCUMENTS];
    static char ids[RANDOM_DOCUMENTS][4];
    random_state random = {SEED};
    struct collection collection;
    for (size_t i = 0; i < RANDOM_DOCUMENTS; i++) {
        make_text(&texts[i], &random);
        snprintf(ids[i], sizeof ids[i], "%02zu", i % 100);
        written[i] = (struct written){
            .id = ids[i], .text = texts[i].stored, .segment = i / 15, .is_deleted = random_below(&random, 8) == 0};
    }
    collection_open(&collection, written, RANDOM_DOCUMENTS);
    for (int round = 0; round < ROUNDS; round++) {
        char phrase[32] = "", query[48];
        for (uint32_t n = 1 + random_below(&random, 4); n > 0; n--)
            strcat(phrase, signs[random_below(&random, 6)]);
        uint64_t having = 0, occurrences = 0;
        for (size_t i = 0; i < RANDOM_DOCUMENTS; i++) {
            size_t count = written[i].is_deleted ? 0 : lettered_count(texts[i].bare, phrase);
            having += count > 0;
            occurrences += count;
        }
        snprintf(query, sizeof query, "exact:%s", phrase);
        expect_totals(&collection, query, having, occurrences, 0);
    }
    collection_close(&collection);
}

// ---- the limit

static void more_than_a_million_places_are_refused(void **state) {
    (void)state;
    enum { MILLION = 1000000 };
    char *text = malloc(MILLION * 3 + 4);
    assert_non_null(text);
    for (size_t i = 0; i <= MILLION; i++)
        memcpy(text + i * 3, "的", 3);
    text[MILLION * 3 + 3] = '\0';
    struct written many[] = {{.id = "1", .text = text}, {.id = "2", .text = "的确", .segment = 1}};
    struct collection collection;
    collection_open(&collection, many, 2);
    GDX_AUTO(gdx_query) query = collection_parse("exact:的");
    gdx_totals totals;
    gdx_error err = {0};
    assert_int_equal(gdx_count(collection.searcher, collection.snapshot, query, NULL, &totals, &err), GDX_TOO_LARGE);
    assert_string_equal(gdx_status_code_name(err.status), "RESOURCE_EXHAUSTED");
    assert_non_null(strstr(err.message, "1000000 places"));
    expect_totals(&collection, "exact:的确", 1, 1, 0);
    collection_close(&collection);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_that_fold_alike_are_told_apart),
        cmocka_unit_test(white_space_controls_and_characters_without_shape_are_left_aside),
        cmocka_unit_test(an_occurrence_is_whole_characters_of_the_source),
        cmocka_unit_test(an_exact_phrase_is_a_phrase_like_any_other),
        cmocka_unit_test(a_scan_gives_the_exact_places),
        cmocka_unit_test(counts_are_those_of_a_scan_of_random_texts),
        cmocka_unit_test(more_than_a_million_places_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, collection_tear_down);
}
