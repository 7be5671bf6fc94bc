// SPDX-License-Identifier: Apache-2.0
// test_cli_statistics.c: facets, dispersion and trends side by side as people see them, and their rows as CSV and TSV.

#include "program.h"

static const char records[] =
    "{\"id\":\"1\",\"source\":\"新闻\",\"date\":\"2019-12-30\",\"text\":\"产业链 关税\"}\n"
    "{\"id\":\"2\",\"source\":\"新闻\",\"date\":\"2020-03-01\",\"text\":\"产业链 产业链\"}\n"
    "{\"id\":\"3\",\"source\":\"=HYPERLINK(\\\"x\\\")\",\"date\":\"2020-12-31\",\"text\":\"产业链 关税 关税 关税\"}\n"
    "{\"id\":\"4\",\"text\":\"产业链 贸易\"}\n"
    "{\"id\":\"5\",\"source\":\"a\\tb\\\"c, d\",\"date\":\"2023-05\",\"text\":\"产业链\"}\n";

static int index_sources(void **state) {
    static struct place place;
    place_make_indexed(&place, records);
    *state = &place;
    return 0;
}

static void expect_out(struct said said, const char *expected) {
    expect_status(&said, 0);
    assert_string_equal(said_out(&said), expected);
    said_clear(&said);
}

static void expect_wrong_use(struct said said, const char *words) {
    expect_status(&said, 2);
    if (!strstr(said_err(&said), words))
        fail_msg("%s: expected \"%s\"", said_err(&said), words);
    said_clear(&said);
}

static void facets_are_a_table_for_each_group(void **state) {
    struct said said = run(*state, "facets", "--by", "source,quarter", "产业链", NULL);
    expect_status(&said, 0);
    static const char *const lines[] = {"source           documents  ",
                                        "新闻                     2  ████████",
                                        "no source                1  ████",
                                        "quarter  documents",
                                        "2019-Q4          1  ",
                                        "no date          1  ",
                                        "5 documents, 6 occurrences · "};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(said_out(&said), lines[i]))
            fail_msg("no \"%s\" in\n%s", lines[i], said_out(&said));
    assert_true(strstr(said_out(&said), "新闻") < strstr(said_out(&said), "no source"));
    said_clear(&said);
    said = run(*state, "facets", "--by", "source", "--limit", "1", "产业链", NULL);
    assert_non_null(strstr(said_out(&said), "\n… and 3 more; --limit shows them\n"));
    said_clear(&said);
}

// Columns give way on a narrow terminal, and no line is longer than it.
static void a_table_fits_the_terminal(void **state) {
    for (unsigned columns = 24; columns < 120; columns += 7) {
        struct said said = run_on_terminal(*state, columns, "facets", "--by", "year", "产业链", NULL);
        expect_status(&said, 0);
        unsigned column = 0, longest = 0;
        for (const char *at = said_out(&said); *at && strncmp(at, "5 documents", 11) != 0; at++) {
            column = *at == '\n' ? 0 : column + (((unsigned char)*at & 0xc0) != 0x80 && *at != '\r');
            longest = column > longest ? column : longest;
        }
        if (longest > columns)
            fail_msg("%u columns on a terminal of %u:\n%s", longest, columns, said_out(&said));
        assert_non_null(strstr(said_out(&said), "2020"));
        if (columns >= 80)
            assert_non_null(strstr(said_out(&said), "per million"));
        said_clear(&said);
    }
}

static void csv_guards_formulas_and_quotes(void **state) {
    expect_out(run(*state, "facets", "--by", "source", "--format", "csv", "产业链", NULL),
               "by,value,documents,occurrences,of_documents,of_symbols,per_million\n"
               "\"source\",\"新闻\",2,3,2,11,272727.272727\n"
               "\"source\",\"\",1,1,1,5,200000\n"
               "\"source\",\"'=HYPERLINK(\"\"x\"\")\",1,1,1,9,111111.111111\n"
               "\"source\",\"a\tb\"\"c, d\",1,1,1,3,333333.333333\n");
}

static void tsv_has_no_tab_in_a_cell(void **state) {
    expect_out(run(*state, "facets", "--by", "source", "--format", "tsv", "--bom", "产业链", NULL),
               "\xef\xbb\xbf"
               "by\tvalue\tdocuments\toccurrences\tof_documents\tof_symbols\tper_million\n"
               "source\t新闻\t2\t3\t2\t11\t272727.272727\n"
               "source\t\t1\t1\t1\t5\t200000\n"
               "source\t'=HYPERLINK(\"x\")\t1\t1\t1\t9\t111111.111111\n"
               "source\ta b\"c, d\t1\t1\t1\t3\t333333.333333\n");
}

// A key that is declared when the index has documents already: answers are right at once, and fast after the run.
static void metadata_is_a_facet_and_a_filter(void **state) {
    (void)state;
    struct place place;
    place_make(&place);
    struct said said = run_with_input(&place,
                                      "{\"id\":\"1\",\"text\":\"链\",\"lang\":\"zh\",\"by\":[\"甲\",\"乙\"]}\n"
                                      "{\"id\":\"2\",\"text\":\"链链\",\"lang\":\"zh\"}\n"
                                      "{\"id\":\"3\",\"text\":\"链\",\"lang\":{\"main\":\"en\"}}\n"
                                      "{\"id\":\"4\",\"text\":\"关\",\"by\":\"甲\"}\n",
                                      "index", "--facet", "by", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    said = run(&place, "facets", "--by", "meta.lang,meta.by", "--format", "csv", "链", NULL);
    assert_non_null(strstr(said_err(&said), "the key lang is not declared"));
    assert_non_null(strstr(said_err(&said), "1 documents have a value of lang that is in no row"));
    expect_out(said, "by,value,documents,occurrences,of_documents,of_symbols,per_million\n"
                     "\"meta.lang\",\"zh\",2,3,2,3,1000000\n"
                     "\"meta.by\",\"\",2,3,2,3,1000000\n"
                     "\"meta.by\",\"乙\",1,1,1,1,1000000\n"
                     "\"meta.by\",\"甲\",1,1,2,2,500000\n");
    said = run(&place, "index", "--facet", "lang", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    said = run(&place, "facets", "--by", "meta.lang", "链", NULL);
    assert_null(strstr(said_err(&said), "not declared"));
    said_clear(&said);
    said = run(&place, "count", "meta.lang:zh NOT meta.by:甲", NULL);
    expect_status(&said, 0);
    assert_non_null(strstr(said_out(&said), "1 document"));
    said_clear(&said);
    said = run(&place, "stat", NULL);
    expect_status(&said, 0);
    assert_non_null(strstr(said_out(&said), "metadata keys        by\n                     lang\n"));
    said_clear(&said);
    expect_wrong_use(run(&place, "index", "--facet", "", NULL), "--facet : it is empty");
    expect_wrong_use(run(&place, "facets", "--by", "meta.", "链", NULL), "by: meta.: it is empty");
    expect_wrong_use(run(&place, "count", "meta.:zh", NULL), "it is empty, expected a key");
    place_remove(&place);
}

static void facets_in_json_are_the_message(void **state) {
    struct said said = run(*state, "facets", "--json", "--by", "year", "关税", NULL);
    json_t *answer = json_of_line(&said, 0), *facet = json_array_get(json_object_get(answer, "facets"), 0);
    assert_string_equal(string_of(answer, "type"), "facets");
    assert_string_equal(string_of(facet, "by"), "year");
    assert_int_equal(json_array_size(json_object_get(facet, "rows")), 2);
    json_decref(answer);
    said_clear(&said);
}

static void options_that_do_not_go_together_are_wrong_use(void **state) {
    expect_wrong_use(run(*state, "facets", "--json", "--format", "csv", "关税", NULL), "either --format or JSON");
    expect_wrong_use(run(*state, "facets", "--bom", "关税", NULL), "--bom goes with --format csv or tsv");
    expect_wrong_use(run(*state, "facets", "--by", "author", "关税", NULL), "by: it names no group");
    expect_wrong_use(run(*state, "facets", "--by", "", "关税", NULL), "by: it names no group");
    expect_wrong_use(run(*state, "facets", "--by", "year,year", "关税", NULL), "by: a group comes twice");
    expect_wrong_use(run(*state, "dispersion", "source:新闻", NULL), "query: it has no phrase");
    expect_wrong_use(run(*state, "dispersion", "--by", "page", "关税", NULL), "by: it names no group");
}

// Sources 新闻: 1 of 4 occurrences in 11 symbols of 28; =HYPERLINK: 3 in 9; the others none in 8.
static void dispersion_shows_its_parts_and_measures(void **state) {
    struct said said = run(*state, "dispersion", "--by", "source", "关税", NULL);
    expect_status(&said, 0);
    static const char *const lines[] = {"part             occurrences", "新闻                       1",
                                        "no source                  0        5          0.0\n",
                                        "DP             0.429  0: even", "2 of 4 parts · 4 occurrences · "};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(said_out(&said), lines[i]))
            fail_msg("no \"%s\" in\n%s", lines[i], said_out(&said));
    said_clear(&said);
    expect_out(run(*state, "dispersion", "--by", "document", "--format", "csv", "关税", NULL),
               "part,occurrences,symbols,per_million\n\"3\",3,9,333333.333333\n\"1\",1,5,200000\n");
    said = run(*state, "dispersion", "没有的词", NULL);
    assert_non_null(strstr(said_out(&said), "DP                 -  0: even"));
    said_clear(&said);
}

static void trends_stand_side_by_side(void **state) {
    struct said said = run(*state, "trend", "--by", "quarter", "--compare", "关税", "产业链", NULL);
    expect_status(&said, 0);
    static const char *const lines[] = {"产业链\ndate ", "2019-Q4 ", "… 2 empty quarters\n", "\n关税\n2019-Q4"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(said_out(&said), lines[i]))
            fail_msg("no \"%s\" in\n%s", lines[i], said_out(&said));
    said_clear(&said);
    expect_out(run(*state, "trend", "--by", "week", "--compare", "关税", "--format", "csv", "--to", "2020",
                   "贸易 OR 产业链", NULL),
               "query,source,period,documents,occurrences,of_documents,of_symbols,per_million,share_low,share_high\n"
               "\"贸易 OR 产业链\",\"\",\"2020-W01\",1,1,1,5,200000,0.206549314377,1\n"
               "\"贸易 OR 产业链\",\"\",\"2020-W09\",1,2,1,6,333333.333333,0.206549314377,1\n"
               "\"贸易 OR 产业链\",\"\",\"2020-W53\",1,1,1,9,111111.111111,0.206549314377,1\n"
               "\"关税\",\"\",\"2020-W01\",1,1,1,5,200000,0.206549314377,1\n"
               "\"关税\",\"\",\"2020-W09\",0,0,1,6,0,0,0.793450685623\n"
               "\"关税\",\"\",\"2020-W53\",1,3,1,9,333333.333333,0.206549314377,1\n");
}

static void empty_weeks_are_counted_over_the_new_year(void **state) {
    struct said said = run(*state, "trend", "--by", "week", "产业链", NULL);
    expect_status(&said, 0);
    static const char *const lines[] = {"2020-W01 ", "… 7 empty weeks\n2020-W09", "… 43 empty weeks\n2020-W53"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(said_out(&said), lines[i]))
            fail_msg("no \"%s\" in\n%s", lines[i], said_out(&said));
    said_clear(&said);
}

static void each_source_has_a_trend(void **state) {
    struct said said = run(*state, "trend", "--split-by-source", "关税", NULL);
    expect_status(&said, 0);
    assert_non_null(strstr(said_out(&said), "\n关税 · 新闻\n"));
    assert_null(strstr(said_out(&said), "no source"));
    said_clear(&said);
    said = run(*state, "trend", "--json", "--split-by-source", "关税", NULL);
    json_t *answer = json_of_line(&said, 0), *series = json_object_get(answer, "series");
    assert_int_equal(json_array_size(series), 2);
    assert_string_equal(string_of(json_array_get(series, 1), "source"), "新闻");
    json_decref(answer);
    said_clear(&said);
}

// ---- strings

// 20 documents of 2024 and 12 of 2025, which alone have 加征关税.
static void make_periods(struct place *place) {
    gdx_buffer records_of_years = {0};
    for (int i = 0; i < 32; i++)
        assert_int_equal(
            gdx_buffer_append_format(&records_of_years,
                                     "{\"id\":\"y%d\",\"date\":\"%d-%02d-11\",\"text\":\"各方%s表示。%s%s，12。\"}\n",
                                     i, i < 20 ? 2024 : 2025, 1 + i % 12, i % 2 ? "再次" : "", i / 2 % 2 ? "市场" : "",
                                     i < 20  ? "平稳"
                                     : i % 2 ? "加征关税"
                                             : "加征关税措施"),
            GDX_OK);
    struct said said = run_with_input(place, (const char *)records_of_years.data, "index", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    gdx_buffer_clear(&records_of_years);
}

static void a_planted_phrase_rises_and_falls(void **state) {
    make_periods(*state);
    struct said said = run(*state, "rising", "--since", "2025", "--before", "1y", NULL);
    expect_status(&said, 0);
    assert_non_null(strstr(said_out(&said), "\n加征关税  12  0 "));
    assert_non_null(strstr(said_out(&said), "\na: 12 documents, b: 20 · "));
    said_clear(&said);
    said = run(*state, "rising", "--since", "2025-01-01", "--before", "52w", "--falling", "--json", NULL);
    json_t *answer = json_of_line(&said, 0), *groups = json_object_get(answer, "groups");
    assert_string_equal(string_of(answer, "type"), "rising");
    assert_string_equal(string_of(json_array_get(groups, 0), "phrase"), "平稳");
    json_decref(answer);
    said_clear(&said);
    said = run(*state, "keyness", "--a", "date:2025", "--b", "date:2024", "--format", "csv", NULL);
    expect_status(&said, 0);
    assert_non_null(strstr(said_out(&said), "\n\"加征关税\",12,0,12,"));
    assert_non_null(strstr(said_out(&said), ",\"2025-01-11\",\"y24\",12,"));
    said_clear(&said);
    said = run(*state, "rising", "--since", "2025", "--where", "没有的词", NULL);
    expect_status(&said, 2);
    assert_non_null(strstr(said_err(&said), "a: no document matches it"));
    said_clear(&said);
}

static void ngrams_are_counted(void **state) {
    struct said said = run(*state, "ngrams", "--where", "date:2024..2025", "--format", "tsv", "-n", "2", NULL);
    expect_status(&said, 0);
    assert_string_equal(said_out(&said), "phrase\tdocuments\toccurrences\n各方\t32\t32\n表示\t32\t32\n");
    said_clear(&said);
    said = run(*state, "ngrams", "--where", "没有的词", NULL);
    expect_status(&said, 0);
    assert_non_null(strstr(said_out(&said), "0 documents, 0 letters"));
    said_clear(&said);
}

// Of 12 documents with 加征关税, 6 go on with 措施; records have 关税 four times more, behind 产业链 or 关税.
static void neighbours_are_counted(void **state) {
    expect_out(run(*state, "neighbours", "--side", "left", "--format", "csv", "关税", NULL),
               "phrase,documents,occurrences\n\"加征\",12,12\n\"业链\",2,2\n\"关税\",1,2\n");
    expect_out(run(*state, "neighbours", "-l", "1", "--format", "tsv", "-n", "1", "关税", NULL),
               "phrase\tdocuments\toccurrences\n措\t6\t6\n");
    struct said said = run(*state, "neighbours", "关税", NULL);
    expect_status(&said, 0);
    assert_non_null(strstr(said_out(&said), "措施            6            6  ████"));
    assert_non_null(strstr(said_out(&said), "\n2 strings · 8 of 16 occurrences have one, in 14 documents · "));
    said_clear(&said);
    said = run(*state, "neighbours", "--json", "--side", "left", "关税", NULL);
    json_t *answer = json_of_line(&said, 0);
    assert_string_equal(string_of(answer, "type"), "neighbours");
    assert_int_equal(json_array_size(json_object_get(answer, "neighbours")), 3);
    json_decref(answer);
    said_clear(&said);
    expect_wrong_use(run(*state, "neighbours", "--length", "9", "关税", NULL), "--length");
    expect_wrong_use(run(*state, "neighbours", "--side", "middle", "关税", NULL), "--side");
    expect_wrong_use(run(*state, "neighbours", "date:2025", NULL), "query: it has no phrase");
}

// By hand: 60 of 324 letters are near, so 12 · 60/324 = 2.2222 of 12 are expected; ll = 2 · 12 ln(12/2.2222) = 40.474,
// mi = log2(5.4), t = (12 - 2.2222)/√12; of 措施, 6 · 60/324 = 1.1111 of 6.
static void collocates_are_weighed(void **state) {
    struct said said = run(*state, "collocates", "关税 date:2024..", NULL);
    expect_status(&said, 0);
    assert_non_null(
        strstr(said_out(&said), "\n加征      12    12         12     12      14.0  40  2.4  2.8  市场加征\n"));
    assert_non_null(
        strstr(said_out(&said), "\n3 strings · 12 occurrences in 12 documents · 60 of 324 letters are near · "));
    said_clear(&said);
    expect_out(run(*state, "collocates", "--format", "csv", "关税 date:2024..", NULL),
               "phrase,near,left,documents,total,log_dice,ll,mi,t,also\n"
               "\"加征\",12,12,12,12,14,40.4735748857,2.43295940728,2.82260131604,\"市场加征\"\n"
               "\"措施\",6,0,6,6,13.4150374993,20.2367874428,2.43295940728,1.99588053116,\"\"\n");
    said = run(*state, "collocates", "--by", "mi", "--json", "关税", NULL);
    json_t *answer = json_of_line(&said, 0);
    assert_string_equal(string_of(answer, "type"), "collocates");
    json_decref(answer);
    said_clear(&said);
    expect_wrong_use(run(*state, "collocates", "--window", "51", "关税", NULL), "--window");
    expect_wrong_use(run(*state, "collocates", "--by", "dice", "关税", NULL), "--by");
    expect_wrong_use(run(*state, "collocates", "date:2025", NULL), "query: it has no phrase");
}

static void contrasts_that_cannot_be_are_wrong_use(void **state) {
    expect_wrong_use(run(*state, "rising", NULL), "--since is missing");
    expect_wrong_use(run(*state, "rising", "--since", "", NULL), "--since: it is empty");
    expect_wrong_use(run(*state, "rising", "--since", "2025", "--until", "2024", NULL), "--until 2024 is before");
    expect_wrong_use(run(*state, "rising", "--since", "2025", "--before", "12", NULL), "--before: '12', expected");
    expect_wrong_use(run(*state, "rising", "--since", "2025", "--before", "9999y", NULL), "before the year 1");
    expect_wrong_use(run(*state, "keyness", NULL), "--a is missing");
    expect_wrong_use(run(*state, "keyness", "--a", "各方", "--b", "表示", NULL), "b: 32 of its documents are in a");
    expect_wrong_use(run(*state, "keyness", "--a", "各方", "--b", "x (", NULL), "b, column 4");
    expect_wrong_use(run(*state, "ngrams", "--min", "5", "--max", "4", NULL), "min_length: 5, expected 2 to 4");
}

// "1" and "2" of one text a day apart, "3" its first half, "4" another.
static void reprints_are_found_and_first_ones_counted(void **state) {
    static const char text[] = "全球产业链供应链正在重构各国企业都在调整布局专家认为这一过程还会持续多年";
    struct place place;
    (void)state;
    place_make(&place);
    char lines[2048];
    snprintf(lines, sizeof lines,
             "{\"id\":\"1\",\"source\":\"a\",\"date\":\"2024-01-01\",\"title\":\"甲\",\"text\":\"%s\"}\n"
             "{\"id\":\"2\",\"source\":\"b\",\"date\":\"2024-01-02\",\"title\":\"乙\",\"text\":\"%s\"}\n"
             "{\"id\":\"3\",\"source\":\"b\",\"date\":\"2024-01-03\",\"text\":\"%.69s\"}\n"
             "{\"id\":\"4\",\"source\":\"b\",\"date\":\"2024-01-03\",\"text\":\"关税\"}\n",
             text, text, text);
    struct said said = run_with_input(&place, lines, "index", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    expect_wrong_use(run(&place, "reprints", NULL), "`gramdex reprints --build` finds them");
    expect_wrong_use(run(&place, "count", "产业链 is:first", NULL), "`gramdex reprints --build` finds them");
    said = run(&place, "reprints", "--build", NULL);
    expect_status(&said, 0);
    assert_non_null(strstr(said_out(&said), "4 documents, 3 distinct: 1 group of reprints, 2 excerpts; commit 2 · "));
    said_clear(&said);
    expect_out(run(&place, "reprints", "--format", "tsv", NULL), "group\tdate\tsource\tjaccard\tid\ttitle\n"
                                                                 "1\t2024-01-01\ta\t1\t1\t甲\n"
                                                                 "1\t2024-01-02\tb\t1\t2\t乙\n");
    expect_out(run(&place, "reprints", "--excerpts", "--format", "tsv", "产业链", NULL),
               "containment\texcerpt_date\texcerpt\tof_date\tof\n"
               "1\t2024-01-03\t3\t2024-01-01\t1\n1\t2024-01-03\t3\t2024-01-02\t2\n");
    said = run(&place, "count", "--json", "产业链 is:first", NULL);
    json_t *answer = json_of_line(&said, 0);
    assert_int_equal(json_integer_value(json_object_get(answer, "documents")), 2);
    json_decref(answer);
    said_clear(&said);
    said = run_with_input(&place, "{\"id\":\"5\",\"text\":\"产业链\"}\n", "index", "-", NULL);
    said_clear(&said);
    said = run(&place, "count", "产业链 is:first", NULL);
    expect_status(&said, 0);
    assert_non_null(strstr(said_err(&said), "1 document was committed after reprints were looked for"));
    said_clear(&said);
    expect_wrong_use(run(&place, "reprints", "--build", "产业链", NULL), "takes no query");
    expect_wrong_use(run(&place, "reprints", "--jaccard", "0.8", NULL), "go with --build");
    expect_wrong_use(run(&place, "passages", "a", NULL), "ID ID: one more is missing after \"a\"");
    expect_wrong_use(run(&place, "reprints", "--build", "--jaccard", "7", NULL), "--jaccard 7: expected a share");
    expect_wrong_use(run(&place, "reprints", "--build", "--within", "x", NULL), "--within x: expected days");
    expect_wrong_use(run(&place, "count", "is:last", NULL), "expected first right after is:");
    void *made = &place;
    place_tear_down(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facets_are_a_table_for_each_group),
        cmocka_unit_test(a_table_fits_the_terminal),
        cmocka_unit_test(csv_guards_formulas_and_quotes),
        cmocka_unit_test(tsv_has_no_tab_in_a_cell),
        cmocka_unit_test(metadata_is_a_facet_and_a_filter),
        cmocka_unit_test(facets_in_json_are_the_message),
        cmocka_unit_test(options_that_do_not_go_together_are_wrong_use),
        cmocka_unit_test(dispersion_shows_its_parts_and_measures),
        cmocka_unit_test(trends_stand_side_by_side),
        cmocka_unit_test(empty_weeks_are_counted_over_the_new_year),
        cmocka_unit_test(each_source_has_a_trend),
        cmocka_unit_test(a_planted_phrase_rises_and_falls),
        cmocka_unit_test(ngrams_are_counted),
        cmocka_unit_test(neighbours_are_counted),
        cmocka_unit_test(collocates_are_weighed),
        cmocka_unit_test(reprints_are_found_and_first_ones_counted),
        cmocka_unit_test(contrasts_that_cannot_be_are_wrong_use),
    };
    return cmocka_run_group_tests_name("cli: statistics", tests, index_sources, place_tear_down);
}
