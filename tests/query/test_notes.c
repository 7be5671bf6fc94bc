// SPDX-License-Identifier: Apache-2.0
// test_notes.c: what looks like a slip in a query is answered as it stands, with a note; what does not, without one.

#include "collection.h"

#include "gdx/text.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct written documents[] = {
    {.id = "1", .text = "供应链 and 关税", .source = "news", .segment = 0},
    {.id = "2", .text = "供应", .source = "law", .segment = 0},
    {.id = "3", .text = "贸易", .source = "report", .segment = 1},
    {.id = "4", .text = "贸易", .source = "news", .segment = 1},
    {.id = "5", .text = "没有来源", .segment = 1},
};

static int set_up(void **state) {
    return collection_set_up(state, documents, sizeof documents / sizeof *documents);
}

// Fails unless the query's notes, one a line, are these.
static void expect_notes(const struct collection *collection, const gdx_query *query, const char *text,
                         const char *expected) {
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    gdx_slice *notes = NULL;
    size_t count = 0;
    gdx_buffer all = {0};
    assert_non_null(arena);
    assert_int_equal(gdx_query_notes(query, collection->snapshot, arena, &notes, &count, NULL), GDX_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(gdx_buffer_append_format(&all, "%s%.*s", i ? "\n" : "", GDX_SLICE_ARGUMENTS(notes[i])),
                         GDX_OK);
    if (!gdx_slice_equal(gdx_buffer_slice(&all), gdx_slice_of(expected)))
        fail_msg("%s: noted '%.*s', expected '%s'", text, GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&all)), expected);
    gdx_buffer_clear(&all);
}

static void expect_notes_of(void **state, const char *text, const char *expected) {
    GDX_AUTO(gdx_query) query = collection_parse(text);
    expect_notes(*state, query, text, expected);
}

static void a_key_that_is_not_declared_is_noted_and_a_misspelt_meta_too(void **state) {
    static const char note[] = "the key x.y is not declared: the metadata of each document is read, which is slow; "
                               "gramdex index --facet x.y declares it";
    expect_notes_of(state, "meta.x.y:zh", note);
    expect_notes_of(state, "NOT meta.x.y:zh meta.x.y:en", note);
    expect_notes_of(state, "meta:zh", "meta: is part of the phrase; the field is written meta.KEY:");
    expect_notes_of(state, "meta.lang:zh", ""); // the corpus declares it
    expect_notes_of(state, "\"meta.x.y:zh\"", "");
}

static void an_operator_in_other_letters_is_noted(void **state) {
    expect_notes_of(state, "美国 and 关税", "and is searched for as it is; the operator is AND");
    expect_notes_of(state, "美国 Or 关税", "Or is searched for as it is; the operator is OR");
    expect_notes_of(state, "not 关税", "not is searched for as it is; the operator is NOT");
    expect_notes_of(state, "a ＡＮＤ b", "ＡＮＤ is searched for as it is; the operator is AND");
    expect_notes_of(state, "a near/5 b", "near/5 is searched for as it is; the operator is NEAR/5");
    expect_notes_of(
        state, "a and b and c or d",
        "and is searched for as it is; the operator is AND\nor is searched for as it is; the operator is OR");
    static const char *const good[] = {"a AND b",       "a ＯＲ b",    "\"and\"", "“or”", "title:and",
                                       "rock-and-roll", "near and/or", "near/x",  "ands", "a|b"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        expect_notes_of(state, good[i], "");
}

static void a_misspelt_field_is_noted_with_the_nearest_name(void **state) {
    expect_notes_of(state, "soruce:news", "soruce: is part of the phrase; the field is written source:");
    expect_notes_of(state, "关税 titel：供应链", "titel： is part of the phrase; the field is written title:");
    expect_notes_of(state, "Source:news", "Source: is part of the phrase; the field is written source:");
    expect_notes_of(state, "ID:1", "ID: is part of the phrase; the field is written id:");
    expect_notes_of(state, "-dates:2023", "dates: is part of the phrase; the field is written date:");
    static const char *const good[] = {"http://x", "IP:1", "比率:1", "10:30", "\"soruce:news\"", "title:soruce:x", ":"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        expect_notes_of(state, good[i], "");
}

static void a_full_width_parenthesis_inside_a_run_is_noted(void **state) {
    static const char open[] = "（ is part of the phrase; put a space before it to group";
    expect_notes_of(state, "世界贸易组织（WTO）", open);
    expect_notes_of(state, "世界贸易组织（WTO） title:a（b", open);
    expect_notes_of(state, "a）", "） is part of the phrase; no （ is open before it");
    expect_notes_of(state, "（世界贸易组织）", "");
    expect_notes_of(state, "“世界贸易组织（WTO）”", "");
    expect_notes_of(state, "source:news（", "no document has the source \"news（\"; there are law, news, report");
}

static void a_star_beside_a_character_is_left_out_with_a_note(void **state) {
    const struct collection *collection = *state;
    expect_notes_of(state, "供应*", "供应* is answered as 供应; * is for words of letters or digits");
    expect_notes_of(state, "*供应", "*供应 is answered as 供应; * is for words of letters or digits");
    expect_notes_of(state, "and*", "");
    assert_int_equal(collection_count(collection, "供应*").documents, 2);
    assert_int_equal(collection_count(collection, "*应").documents, 2);
}

static void a_source_that_no_document_has_is_noted_with_those_that_are_there(void **state) {
    static const char there[] = "no document has the source \"New\"; there are law, news, report";
    expect_notes_of(state, "关税 source:New", there);
    expect_notes_of(state, "关税 -(source:\"New\" | source:law)", there);
    expect_notes_of(state, "source:news source:law", "");
    expect_notes_of(state, "source:\"\"", "");
    GDX_AUTO(gdx_query) query = collection_parse("关税");
    gdx_slice sources[] = {gdx_slice_of("law"), gdx_slice_of("New")};
    gdx_filter filter = {.sources = sources, .source_count = 2};
    assert_int_equal(gdx_query_narrow(query, &filter, NULL), GDX_OK);
    expect_notes(*state, query, "a filter", there);
}

static void sources_are_named_up_to_ten(void **state) {
    (void)state;
    struct written many[12];
    char names[12][8];
    struct collection collection;
    for (size_t i = 0; i < 12; i++) {
        snprintf(names[i], sizeof names[i], "s%02zu", i);
        many[i] = (struct written){.id = names[i], .text = "a", .source = names[i], .segment = i / 4};
    }
    collection_open(&collection, many, 12);
    GDX_AUTO(gdx_query) query = collection_parse("source:x");
    expect_notes(&collection, query, "source:x",
                 "no document has the source \"x\"; there are s00, s01, s02, s03, s04, s05, s06, s07, s08, s09 and 2 "
                 "more");
    collection_close(&collection);
}

static void an_index_without_sources_names_none(void **state) {
    (void)state;
    static const struct written bare[] = {{.id = "1", .text = "a"}};
    struct collection collection;
    collection_open(&collection, bare, 1);
    GDX_AUTO(gdx_query) query = collection_parse("source:x");
    expect_notes(&collection, query, "source:x", "no document has the source \"x\"");
    collection_close(&collection);
}

static void long_words_are_cut_after_a_character_and_notes_end_at_sixteen(void **state) {
    gdx_buffer text = {0};
    for (size_t i = 0; i < 40; i++)
        assert_int_equal(
            gdx_buffer_append_format(&text, "%s%zu* ", "供应链产业链供应链产业链供应链产业链供应链产业链", i), GDX_OK);
    assert_int_equal(gdx_buffer_append(&text, "", 1), GDX_OK);
    gdx_query *query = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_query_parse(gdx_rule_current(), gdx_slice_of((const char *)text.data), &query, &err),
                     GDX_INVALID); // a word there
    text.bytes = 0;
    for (size_t i = 0; i < 40; i++)
        assert_int_equal(gdx_buffer_append_format(&text, "%zu链产业链供应链产业链供应链产业链供应链产业链* ", i),
                         GDX_OK);
    assert_int_equal(gdx_buffer_append(&text, "", 1), GDX_OK);
    query = collection_parse((const char *)text.data);
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    gdx_slice *notes = NULL;
    size_t count = 0;
    const struct collection *collection = *state;
    assert_int_equal(gdx_query_notes(query, collection->snapshot, arena, &notes, &count, NULL), GDX_OK);
    assert_int_equal(count, 16);
    for (size_t i = 0; i < count; i++)
        assert_true(gdx_utf8_valid(notes[i]) && notes[i].bytes < 200);
    gdx_query_free(query);
    gdx_buffer_clear(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_is_not_declared_is_noted_and_a_misspelt_meta_too),
        cmocka_unit_test(an_operator_in_other_letters_is_noted),
        cmocka_unit_test(a_misspelt_field_is_noted_with_the_nearest_name),
        cmocka_unit_test(a_full_width_parenthesis_inside_a_run_is_noted),
        cmocka_unit_test(a_star_beside_a_character_is_left_out_with_a_note),
        cmocka_unit_test(a_source_that_no_document_has_is_noted_with_those_that_are_there),
        cmocka_unit_test(sources_are_named_up_to_ten),
        cmocka_unit_test(an_index_without_sources_names_none),
        cmocka_unit_test(long_words_are_cut_after_a_character_and_notes_end_at_sixteen),
    };
    return cmocka_run_group_tests(tests, set_up, collection_tear_down);
}
