// SPDX-License-Identifier: Apache-2.0
// test_cli_parts.c: documents with parts and places, from JSON Lines to what people and programs see, and back.

#include "program.h"

#include <stdlib.h>

static const char records[] =
    "{\"id\":\"a\",\"title\":\"关税研究\",\"date\":\"2023-05\",\"source\":\"law\",\"text\":\"第一页的关税\\n第二页的供应链\","
    "\"places\":[{\"byte\":0,\"name\":\"page 1\"},{\"byte\":19,\"name\":\"page 2\"}],\"parts\":["
    "{\"field\":\"note\",\"text\":\"见关税同盟\",\"places\":[{\"byte\":0,\"name\":\"page 2\"}]},"
    "{\"field\":\"caption\",\"text\":\"图1 关税\\n\"},{\"field\":\"note\",\"text\":\"\xe2\x80\xae关税表\"},"
    "{\"field\":\"text\",\"text\":\"附录：关税\",\"places\":[{\"byte\":0,\"name\":\"page 9\"}]}],\"k\":[1,2.50]}\n"
    "{\"id\":\"b\",\"text\":\"上海的关税\",\"places\":[\"上海\",\"北京\"],\"parts\":2}\n";

static int make_parts(void **state) {
    static struct place place;
    setenv("NO_COLOR", "1", 1);
    char path[PATH_BYTES];
    place_make(&place);
    struct said said =
        run(&place, "index", "--base", place.directory, place_write(&place, "in.jsonl", records, path), NULL);
    expect_status(&said, 0);
    said_clear(&said);
    *state = &place;
    return 0;
}

static void an_occurrence_names_field_part_and_place(void **state) {
    struct said said = run(*state, "search", "--all", "id:a 关税", NULL);
    expect_status(&said, 0);
    assert_string_equal(said_out(&said), "a\ttitle:0-6\t**关税**研究\n"
                                         "a\ttext:12-18 page 1\t第一页的**关税** 第二页的供应链\n"
                                         "a\ttext[1]:9-15 page 9\t附录：**关税**\n"
                                         "a\tnote:3-9 page 2\t见**关税**同盟\n"
                                         "a\tnote[1]:3-9\t**关税**表\n"
                                         "a\tcaption:5-11\t图1 **关税**\n");
    said_clear(&said);
    said = run(*state, "search", "--all", "--json", "note:同盟", NULL);
    json_t *line = json_of_line(&said, 0), *match = json_object_get(line, "match");
    assert_string_equal(string_of(match, "field"), "note");
    assert_string_equal(string_of(match, "place"), "page 2");
    assert_int_equal(integer_of(match, "part"), 0);
    json_decref(line);
    said_clear(&said);
}

static void a_concordance_shows_the_place_at_its_right(void **state) {
    struct said said = run_on_terminal(*state, 60, "search", "--all", "供应链", NULL);
    expect_in(said_out(&said), "第二页的**供应链** page 2\n");
    said_clear(&said);
    said = run_on_terminal(*state, 20, "search", "--all", "供应链", NULL); // no room for it
    assert_null(strstr(said_out(&said), "page"));
    said_clear(&said);
}

static void a_hit_says_what_the_snippet_is_of_and_its_place(void **state) {
    struct said said = run(*state, "search", "供应链", NULL);
    expect_in(said_out(&said), "a · 2023-05 · law · page 2 · score");
    said_clear(&said);
    said = run(*state, "search", "note:同盟", NULL);
    expect_in(said_out(&said), "a · 2023-05 · law · note · page 2 · score");
    said_clear(&said);
    said = run(*state, "search", "caption:图", NULL);
    expect_in(said_out(&said), "a · 2023-05 · law · caption · score");
    said_clear(&said);
}

static void get_shows_parts_on_a_terminal_and_the_text_alone_elsewhere(void **state) {
    struct said said = run_on_terminal(*state, 80, "get", "a", NULL);
    assert_string_equal(said_out(&said),
                        "第一页的关税\n第二页的供应链\n\ntext[1] · page 9\n附录：关税\n\nnote · page 2\n"
                        "见关税同盟\n\nnote[1]\n<U+202E>关税表\n\ncaption\n图1 关税\n");
    said_clear(&said);
    said = run(*state, "get", "a", NULL);
    assert_string_equal(said_out(&said), "第一页的关税\n第二页的供应链");
    said_clear(&said);
    said = run_on_terminal(*state, 80, "get", "b", NULL);
    assert_string_equal(said_out(&said), "上海的关税");
    said_clear(&said);
}

static void what_get_prints_another_index_takes_as_the_same(void **state) {
    struct said said = run_shell(*state, "printf 'a\\nb\\n' | $GRAMDEX get --index $INDEX --queries - > $INDEX.got && "
                                         "$GRAMDEX index --index $INDEX --json - < $INDEX.got");
    expect_status(&said, 0);
    json_t *summary = json_of_line(&said, 0);
    assert_int_equal(integer_of(summary, "unchanged"), 2);
    json_decref(summary);
    said_clear(&said);
    said =
        run_shell(*state, "$GRAMDEX index --index $INDEX.2 - < $INDEX.got && printf 'a\\nb\\n' | "
                          "$GRAMDEX get --index $INDEX.2 --queries - | sed 's/\"took_us\":[0-9]*//' > $INDEX.2.got && "
                          "sed 's/\"took_us\":[0-9]*//' $INDEX.got | diff - $INDEX.2.got && rm -r $INDEX.*");
    expect_status(&said, 0);
    said_clear(&said);
}

static void other_lists_stay_metadata(void **state) {
    struct said said = run(*state, "get", "--json", "b", NULL);
    expect_in(said_out(&said), "\"metadata\":{\"parts\":2,\"places\":[\"上海\",\"北京\"]}");
    expect_in(said_out(&said), "\"parts\":[],\"places\":[]}");
    said_clear(&said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_occurrence_names_field_part_and_place),
        cmocka_unit_test(a_concordance_shows_the_place_at_its_right),
        cmocka_unit_test(a_hit_says_what_the_snippet_is_of_and_its_place),
        cmocka_unit_test(get_shows_parts_on_a_terminal_and_the_text_alone_elsewhere),
        cmocka_unit_test(what_get_prints_another_index_takes_as_the_same),
        cmocka_unit_test(other_lists_stay_metadata),
    };
    return cmocka_run_group_tests_name("parts and places", tests, make_parts, place_tear_down);
}
