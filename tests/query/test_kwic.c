// SPDX-License-Identifier: Apache-2.0
// test_kwic.c: a concordance worked out by hand, its limits, and what becomes of it without memory or time. That every
// page is right tests/property/test_kwic.c shows, against brute force.

#include "../support/allocations.h"
#include "../support/each_allocation.h"
#include "gdx/kwic.h"

#include "collection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct written documents[] = {
    {.id = "a", .title = "关税", .text = "美国加征关税，反制", .source = "news", .date = 2018 << 9},
    {.id = "b", .text = "对等关税政策 加征关税 关税", .source = "law", .date = 2025 << 9},
    {.id = "c", .text = "Tariffs and 关税 Z 关税 tariffs 关税 TARIFF", .source = "news", .segment = 1},
    {.id = "d", .text = "关税\n一段插入的话，不少于十个字。\n政策", .source = "law", .segment = 2, .date = 2018 << 9},
    {.id = "e", .text = "关税", .segment = 2, .is_deleted = true},
};

static int set_up(void **state) {
    return collection_set_up(state, documents, sizeof documents / sizeof *documents);
}

static gdx_status compute(struct collection *collection, const char *text, const gdx_kwic_options *options,
                          gdx_kwic **out, gdx_error *err) {
    GDX_AUTO(gdx_query) query = collection_parse(text);
    return gdx_kwic_compute(collection->searcher, collection->snapshot, query, options, out, err);
}

// Keys by their first letters (r l n d s i), and the lines as the id and the position of each.
static void expect_lines(void **state, const char *text, const char *keys, const char *wanted) {
    static const char letters[] = "rlndsi";
    gdx_kwic_options options = {.limit = 100, .context_symbols = 2};
    GDX_AUTO(gdx_kwic) kwic = NULL;
    gdx_error err = {0};
    gdx_buffer lines = {0};
    for (; *keys; keys++)
        options.keys[options.key_count++] = (gdx_kwic_key)(strchr(letters, *keys) - letters);
    if (compute(*state, text, &options, &kwic, &err) != GDX_OK)
        fail_msg("%s: %s", text, err.message);
    for (size_t i = 0; i < kwic->line_count; i++)
        assert_int_equal(gdx_buffer_append_format(&lines, "%s%.*s%u%s%s", i ? " " : "",
                                                  GDX_SLICE_ARGUMENTS(kwic->lines[i].id), kwic->lines[i].position,
                                                  kwic->lines[i].match.field == GDX_FIELD_TITLE ? "t" : "",
                                                  kwic->lines[i].bridged ? "b" : ""),
                         GDX_OK);
    assert_int_equal(gdx_buffer_append(&lines, "", 1), GDX_OK);
    if (strcmp((const char *)lines.data, wanted) != 0)
        fail_msg("%s gives %s, expected %s", text, (const char *)lines.data, wanted);
    gdx_buffer_clear(&lines);
}

// Right of 关税: nothing; a comma; tariff, tariffs, z, all folded; 一, 关, 政: in the order of code points.
static void lines_are_sorted_by_what_follows(void **state) {
    expect_lines(state, "关税", "r", "a0t b10 a4 c8 c5 c2 d0 b8 b2");
}

// 征加国美 comes before 征加策政: the nearest symbol decides first.
static void lines_are_sorted_by_what_precedes_the_nearest_first(void **state) {
    expect_lines(state, "关税", "l", "a0t d0 c2 c8 c5 a4 b8 b10 b2");
}

static void the_match_itself_is_a_key(void **state) {
    expect_lines(state, "关税 OR tariff*", "n", "c10 c0 c7 a0t a4 b2 b8 b10 c2 c5 c8 d0");
}

static void documents_without_a_date_come_last(void **state) {
    expect_lines(state, "关税", "d", "a0t a4 d0 b2 b8 b10 c2 c5 c8");
    expect_lines(state, "关税", "dr", "a0t a4 d0 b10 b8 b2 c8 c5 c2");
}

static void several_keys_apply_in_order(void **state) {
    expect_lines(state, "关税", "sr", "b10 d0 b8 b2 a0t a4 c8 c5 c2");
    expect_lines(state, "关税", "", "a0t a4 b2 b8 b10 c2 c5 c8 d0");
    expect_lines(state, "关税", "i", "a0t a4 b2 b8 b10 c2 c5 c8 d0");
}

static void bridged_places_are_lines_too(void **state) {
    expect_lines(state, "bridge:关税政策", "r", "d0b b2");
    expect_lines(state, "没有的词", "r", "");
}

static void a_page_past_the_end_is_empty(void **state) {
    gdx_kwic_options options = {.limit = 5, .offset = 9};
    GDX_AUTO(gdx_kwic) kwic = NULL;
    gdx_error err = {0};
    assert_int_equal(compute(*state, "关税", &options, &kwic, &err), GDX_OK);
    assert_int_equal(kwic->line_count, 0);
    assert_int_equal(kwic->sorted, 9);
}

static void names_of_keys_are_read(void **state) {
    (void)state;
    static const char *const names[] = {"right", "left", "node", "date", "source", "id"};
    gdx_kwic_key key = GDX_KWIC_KEYS;
    for (int i = 0; i < GDX_KWIC_KEYS; i++) {
        assert_true(gdx_kwic_key_parse(gdx_slice_of(names[i]), &key));
        assert_int_equal(key, i);
    }
    assert_false(gdx_kwic_key_parse(gdx_slice_of("righ"), &key));
    assert_false(gdx_kwic_key_parse(gdx_slice_of(""), &key));
}

// ---- limits

static void a_million_occurrences_are_sorted_and_one_more_by_a_sample_alone(void **state) {
    (void)state;
    enum { SYMBOLS = GDX_KWIC_MOST + 1, BYTES = 3 };
    char *text = malloc(SYMBOLS * BYTES + 1);
    assert_non_null(text);
    for (size_t i = 0; i < SYMBOLS; i++)
        memcpy(text + i * BYTES, "甲", BYTES + 1);
    const struct written long_one = {.id = "x", .text = text};
    struct collection collection;
    collection_open(&collection, &long_one, 1);
    gdx_kwic_options options = {.limit = 2, .keys = {GDX_KWIC_DATE}, .key_count = 1};
    GDX_AUTO(gdx_kwic) kwic = NULL;
    gdx_error err = {0};
    assert_int_equal(compute(&collection, "甲", &options, &kwic, &err), GDX_TOO_LARGE);
    assert_non_null(strstr(err.message, "1000001 occurrences"));
    assert_non_null(strstr(err.message, "--sample"));
    options.sample = 1000;
    err = (gdx_error){0};
    assert_int_equal(compute(&collection, "甲", &options, &kwic, &err), GDX_OK);
    assert_int_equal(kwic->sorted, 1000);
    assert_int_equal(kwic->totals.occurrences, SYMBOLS);
    gdx_kwic_free(GDX_TAKE(kwic));
    options.sample = 0;
    assert_int_equal(compute(&collection, "甲甲", &options, &kwic, &err), GDX_OK);
    assert_int_equal(kwic->sorted, GDX_KWIC_MOST);
    assert_int_equal(kwic->lines[1].position, 1);
    gdx_kwic_free(GDX_TAKE(kwic));
    gdx_searcher_limit_memory(collection.searcher, GDX_KWIC_MOST * 80); // it says 84 bytes each
    assert_int_equal(compute(&collection, "甲甲", &options, &kwic, &err), GDX_NO_MEMORY);
    options.sample = 1000;
    err = (gdx_error){0};
    assert_int_equal(compute(&collection, "甲甲", &options, &kwic, &err), GDX_OK);
    collection_close(&collection);
    free(text);
}

static void a_cancelled_call_stops_and_the_searcher_answers_the_next(void **state) {
    atomic_bool cancelled = true;
    gdx_kwic_options options = {.limit = 5, .stop = {.cancelled = &cancelled}};
    GDX_AUTO(gdx_kwic) kwic = NULL;
    gdx_error err = {0};
    assert_int_equal(compute(*state, "关税", &options, &kwic, &err), GDX_CANCELLED);
    assert_null(kwic);
    expect_lines(state, "关税", "r", "a0t b10 a4 c8 c5 c2 d0 b8 b2");
}

static struct collection *asked;
static gdx_query *query;

static gdx_status compute_once(void) {
    GDX_AUTO(gdx_searcher) searcher = gdx_searcher_new();
    GDX_AUTO(gdx_kwic) kwic = NULL;
    gdx_kwic_options options = {
        .limit = 9, .keys = {GDX_KWIC_SOURCE, GDX_KWIC_RIGHT}, .key_count = 2, .sample = 7, .context_symbols = 3};
    gdx_error err = {0};
    if (!searcher)
        return GDX_NO_MEMORY;
    gdx_status status = gdx_kwic_compute(searcher, asked->snapshot, query, &options, &kwic, &err);
    assert_true(status == GDX_OK || (status == GDX_NO_MEMORY && err.message[0]));
    return status;
}

static void a_failed_allocation_is_said(void **state) {
    asked = *state;
    query = collection_parse("关税 OR tariff*");
    fail_each_allocation(compute_once, NULL, 10);
    gdx_query_free(query);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, collection_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(lines_are_sorted_by_what_follows),
        TEST(lines_are_sorted_by_what_precedes_the_nearest_first),
        TEST(the_match_itself_is_a_key),
        TEST(documents_without_a_date_come_last),
        TEST(several_keys_apply_in_order),
        TEST(bridged_places_are_lines_too),
        TEST(a_page_past_the_end_is_empty),
        cmocka_unit_test(names_of_keys_are_read),
        cmocka_unit_test(a_million_occurrences_are_sorted_and_one_more_by_a_sample_alone),
        TEST(a_cancelled_call_stops_and_the_searcher_answers_the_next),
        TEST(a_failed_allocation_is_said),
    };
    return cmocka_run_group_tests_name("query: kwic", tests, NULL, NULL);
}
