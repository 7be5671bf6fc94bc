// SPDX-License-Identifier: Apache-2.0
// test_cli_quote.c: what two documents have in common and what becomes of a text's quotations, as people
// and programs see it; what alias: in a query stands for.

#include "program.h"

#include <stdlib.h>

#define SAID "全球产业链供应链面临重构，各国应当共同维护"
static const char records[] =
    "{\"id\":\"a\",\"date\":\"2024-05-06\",\"text\":\"前言。" SAID "。完\"}\n"
    "{\"id\":\"b\",\"date\":\"2025\",\"text\":\"他说：全球產業鏈供應鏈面臨重構\\n各國應當共同維護！" SAID "\"}\n"
    "{\"id\":\"c\",\"text\":\"无关\"}\n";

static int make_index(void **state) {
    static struct place place;
    place_make(&place);
    setenv("NO_COLOR", "1", 1);
    struct said said = run_with_input(&place, records, "index", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    *state = &place;
    return 0;
}

static void expect_words(struct said said, int exit_status, const char *words) {
    expect_status(&said, exit_status);
    const char *text = exit_status ? said_err(&said) : said_out(&said);
    if (!strstr(text, words))
        fail_msg("%s: expected \"%s\"", text, words);
    said_clear(&said);
}

static void passages_are_a_table(void **state) {
    expect_words(run(*state, "passages", "a", "b", NULL), 0,
                 "letters  begin  other begin  text\n"
                 "     20      9            9  " SAID "\n"
                 "     20      9           73  " SAID "\n"
                 "\n2 of 2 passages · 23 and 42 letters · ");
    expect_words(run(*state, "passages", "-n", "1", "a", "b", NULL), 0, "\n1 of 2 passages");
    expect_words(run(*state, "passages", "a", "c", NULL), 0, "0 of 0 passages · 23 and 2 letters · ");
}

static void passages_as_csv_have_both_texts(void **state) {
    struct said said = run(*state, "passages", "--format", "csv", "a", "b", NULL);
    expect_status(&said, 0);
    assert_string_equal(said_out(&said), "letters,part,begin,end,other_part,other_begin,other_end,text,other_text\n"
                                         "20,0,9,72,0,9,70,\"" SAID "\",\"全球產業鏈供應鏈面臨重構 各國應當共同維護\"\n"
                                         "20,0,9,72,0,73,136,\"" SAID "\",\"" SAID "\"\n");
    said_clear(&said);
}

static void passages_in_json_are_the_message(void **state) {
    struct said said = run(*state, "passages", "--json", "--min", "20", "a", "b", NULL);
    json_t *answer = json_of_line(&said, 0);
    json_t *passage = json_array_get(json_object_get(answer, "passages"), 0);
    assert_string_equal(string_of(answer, "type"), "passages");
    assert_int_equal(json_integer_value(json_object_get(passage, "letters")), 20);
    assert_string_equal(string_of(json_object_get(passage, "other_match"), "field"), "text");
    json_decref(answer);
    said_clear(&said);
}

static void wrong_passages_are_refused(void **state) {
    expect_words(run(*state, "passages", "a", NULL), 2, "ID");
    expect_words(run(*state, "passages", "a", "a", NULL), 2, "other: the same document, expected another one");
    expect_words(run(*state, "passages", "--min", "3", "a", "b", NULL), 2, "--min");
    expect_words(run(*state, "passages", "a", "none", NULL), 1, "no document has the id \"none\"");
}

static const char draft[] = "\xef\xbb\xbf他说“产业链供应链”，“全球產業鏈”，“没有的话”。“好”";

static void quotations_are_listed_with_their_places(void **state) {
    expect_words(run_with_input(*state, draft, "quote", "-", NULL), 0,
                 "exact           产业链供应链\n"
                 "                a · 2024-05-06 · text 15-33\n"
                 "exact           全球產業鏈\n"
                 "                b · 2025 · text 9-24\n"
                 "absent          没有的话\n"
                 "\n2 exact · 1 absent · 1 of fewer than 2 letters passed over · ");
    expect_words(run_with_input(*state, draft, "quote", "--in", "a", "-", NULL), 0,
                 "folded          全球產業鏈\n"
                 "                a · 2024-05-06 · text 9-24\n"
                 "                全球产业链\n");
    expect_words(run_with_input(*state, draft, "quote", "--in", "c", "-", NULL), 0,
                 "other document  产业链供应链\n                a · ");
    expect_words(run_with_input(*state, "", "quote", "-", NULL), 2, "text: it is empty");
    expect_words(run_with_input(*state, "，", "quote", "-", NULL), 0, "1 of fewer than 2 letters passed over");
}

static void quotations_as_tsv_have_their_pieces(void **state) {
    struct said said =
        run_with_input(*state, "全球产业链供应链面临重构各国应当共同维护", "quote", "--format", "tsv", "-", NULL);
    expect_status(&said, 0);
    assert_string_equal(
        said_out(&said),
        "verdict\tpiece\tbegin\tend\tsymbols\ttext\tid\tdate\tsource\tfield\tpart\tsource_begin\tsource_"
        "end\tsource_text\n"
        "folded\t0\t0\t60\t20\t全球产业链供应链面临重构各国应当共同维护\tb\t2025\t\ttext\t0\t9\t70\t"
        "全球產業鏈供應鏈面臨重構 各國應當共同維護\n");
    said_clear(&said);
    said = run_with_input(*state, "“全球产业链供应链；面临重构，各国应当”", "quote", "--format", "tsv", "-", NULL);
    assert_non_null(strstr(said_out(&said),
                           "\nstitched\t0\t3\t57\t18\t全球产业链供应链；面临重构，各国应当\t\t\t\t\t0\t0\t0\t\n"
                           "stitched\t1\t3\t27\t8\t全球产业链供应链\ta\t2024-05-06\t\ttext\t0\t9\t33\t\n"
                           "stitched\t2\t30\t57\t9\t面临重构，各国应当\ta\t2024-05-06\t\ttext\t0\t33\t60\t\n"));
    said_clear(&said);
}

static void quotations_in_json_are_the_message(void **state) {
    struct said said = run_with_input(*state, draft, "quote", "--json", "-", NULL);
    json_t *answer = json_of_line(&said, 0), *first = json_array_get(json_object_get(answer, "quotations"), 0);
    assert_string_equal(string_of(answer, "type"), "quote");
    assert_string_equal(string_of(first, "verdict"), "exact");
    assert_string_equal(string_of(json_object_get(first, "place"), "id"), "a");
    json_decref(answer);
    said_clear(&said);
}

static void wrong_quotations_are_refused(void **state) {
    expect_words(run_with_input(*state, "产\xff业", "quote", "-", NULL), 2, "it is not UTF-8");
    expect_words(run_with_input(*state, draft, "quote", "--in", "none", "-", NULL), 1,
                 "no document has the id \"none\"");
    expect_words(run(*state, "quote", "/no/such/file", NULL), 1, "/no/such/file");
    expect_words(run(*state, "quote", NULL), 2, "FILE");
}

static void aliases_are_of_an_index(void **state) {
    char path[PATH_BYTES], wrong[PATH_BYTES];
    place_write(*state, "aliases", "# one set a line\n没有 = 产业链 = chain\n", path);
    place_write(*state, "wrong", "a = b\n产业链\n", wrong);
    struct said said = run(*state, "count", "--aliases", path, "alias:没有", NULL);
    expect_status(&said, 0);
    assert_non_null(strstr(said_out(&said), "2 documents, 3 occurrences"));
    assert_string_equal(said_err(&said), "note: alias:没有 stands for 没有 OR 产业链 OR chain\n");
    said_clear(&said);
    expect_words(run(*state, "search", "--aliases", path, "--json", "alias:没有", NULL), 0, "\"documents\":2");
    expect_words(run(*state, "facets", "--aliases", path, "alias:没有", NULL), 0, "2 documents, 3 occurrences");
    expect_words(run(*state, "ngrams", "--aliases", path, "--where", "alias:没有", NULL), 0, "2 documents, ");
    expect_words(run(*state, "count", "--aliases", wrong, "产业链", NULL), 2,
                 "line 2, column 4: a set of one name, expected = and another name");
    expect_words(run(*state, "count", "--aliases", "/no/such/file", "产业链", NULL), 1, "/no/such/file");
    const char *const server[] = {"count", "--server", "localhost:1", "--aliases", path, "产业链", NULL};
    expect_words(run_bare(*state, server), 2, "--aliases goes with --index");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passages_are_a_table),
        cmocka_unit_test(passages_as_csv_have_both_texts),
        cmocka_unit_test(passages_in_json_are_the_message),
        cmocka_unit_test(wrong_passages_are_refused),
        cmocka_unit_test(quotations_are_listed_with_their_places),
        cmocka_unit_test(quotations_as_tsv_have_their_pieces),
        cmocka_unit_test(quotations_in_json_are_the_message),
        cmocka_unit_test(wrong_quotations_are_refused),
        cmocka_unit_test(aliases_are_of_an_index),
    };
    return cmocka_run_group_tests_name("cli: quotations", tests, make_index, place_tear_down);
}
