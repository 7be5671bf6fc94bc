// SPDX-License-Identifier: Apache-2.0
// test_cli_answers.c: the sample indexed and asked through the program: what people and programs get to see.

#include "program.h"

static int make_sample(void **state) {
    static struct place place;
    place_make(&place);
    struct said said = run(&place, "index", "--base", GDX_EXAMPLES, GDX_EXAMPLES, NULL);
    expect_status(&said, 0);
    said_clear(&said);
    *state = &place;
    return 0;
}

// The answer of `count --json` to a query.
static json_t *count(const struct place *place, const char *query) {
    struct said said = run(place, "count", "--json", "--", query, NULL);
    expect_status(&said, 0);
    json_t *line = json_of_line(&said, 0);
    said_clear(&said);
    return line;
}

static int64_t occurrences(const struct place *place, const char *query) {
    json_t *line = count(place, query);
    int64_t found = integer_of(line, "occurrences");
    json_decref(line);
    return found;
}

// ---- the traps of the matching rule

static void phrases_are_found_across_wrapped_lines(void **state) {
    assert_int_equal(occurrences(*state, "id:article.txt 区域全面经济伙伴关系协定"), 1);
    assert_int_equal(occurrences(*state, "id:article.txt 近岸化"), 3);
    // Each of these has a line break inside.
    static const struct {
        const char *id, *phrase;
    } wrapped[] = {
        {"article.txt", "出现倒退，区域化、近岸化"},
        {"commentary/2020-rcep", "区域全面经济伙伴关系协定"},
    };
    for (size_t i = 0; i < sizeof wrapped / sizeof wrapped[0]; i++) {
        char query[PATH_BYTES];
        snprintf(query, sizeof query, "id:%s %s", wrapped[i].id, wrapped[i].phrase);
        assert_int_equal(occurrences(*state, query), 1);
        struct said said = run(*state, "get", wrapped[i].id, NULL);
        expect_status(&said, 0);
        assert_null(strstr(said_out(&said), wrapped[i].phrase));
        said_clear(&said);
    }
}

static void stray_spaces_are_nothing(void **state) {
    int64_t with_spaces = occurrences(*state, "id:article.txt \"60—70 年代\"");
    assert_true(with_spaces > 0);
    assert_int_equal(with_spaces, occurrences(*state, "id:article.txt 60—70年代"));
}

static void width_and_case_are_nothing(void **state) {
    int64_t found = occurrences(*state, "WTO");
    assert_true(found > 0);
    assert_int_equal(found, occurrences(*state, "ＷＴＯ"));
    assert_int_equal(found, occurrences(*state, "wto"));
}

static void traditional_characters_find_simplified_ones(void **state) {
    int64_t found = occurrences(*state, "产业链");
    assert_true(found > 0);
    assert_int_equal(found, occurrences(*state, "產業鏈"));
}

// ---- each command

static void search_marks_matches_with_stars_where_there_is_no_terminal(void **state) {
    struct said said = run(*state, "search", "--limit", "1", "id:article.txt", "区域全面经济伙伴关系协定", NULL);
    expect_status(&said, 0);
    expect_in(said_out(&said), " 1. 全球产业链重构与全球贸易治理体系变革\n    article.txt · examples · score ");
    expect_in(said_out(&said), "**区域全面经济伙伴关系协定**");
    expect_in(said_out(&said), "\n1 document, 1 occurrence · ");
    assert_null(strchr(said_out(&said), '\x1b'));
    said_clear(&said);
}

static void search_in_json_has_the_names_of_the_service(void **state) {
    struct said said = run(*state, "search", "--json", "--limit", "2", "近岸化", NULL);
    expect_status(&said, 0);
    assert_int_equal(line_count(&said), 1);
    json_t *answer = json_of_line(&said, 0);
    assert_string_equal(string_of(answer, "query"), "近岸化");
    json_t *totals = count(*state, "近岸化");
    assert_int_equal(integer_of(answer, "documents"), integer_of(totals, "documents"));
    assert_int_equal(integer_of(answer, "occurrences"), integer_of(totals, "occurrences"));
    assert_string_equal(string_of(answer, "type"), "search");
    json_t *facts = json_object_get(answer, "answer");
    assert_int_equal(integer_of(facts, "commit"), 1);
    assert_true(integer_of(facts, "took_us") >= 0);
    assert_true(json_is_true(json_object_get(facts, "complete")));
    json_t *hits = json_object_get(answer, "hits");
    assert_int_equal(json_array_size(hits), 2);
    json_t *hit = json_array_get(hits, 0);
    static const char *const strings[] = {"id", "title", "date", "source"};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
        string_of(hit, strings[i]);
    assert_true(json_real_value(json_object_get(hit, "score")) > 0);
    assert_true(integer_of(hit, "occurrences") > 0);
    assert_true(integer_of(hit, "length") > 0);
    json_t *snippet = json_object_get(hit, "snippet");
    json_t *pieces = json_object_get(snippet, "pieces");
    size_t matched = 0, number;
    json_t *piece;
    json_array_foreach(pieces, number, piece) if (json_is_true(json_object_get(piece, "matched"))) {
        assert_string_equal(string_of(piece, "text"), "近岸化");
        matched++;
    }
    assert_true(matched > 0);
    assert_string_equal(string_of(snippet, "field"), "text");
    json_t *match = json_array_get(json_object_get(hit, "matches"), 0);
    assert_string_equal(string_of(match, "field"), "text");
    assert_true(integer_of(match, "end") > integer_of(match, "begin"));
    json_decref(totals);
    json_decref(answer);
    said_clear(&said);
}

static void match_ranges_are_bytes_of_what_get_gives(void **state) {
    struct said text = run(*state, "get", "article.txt", NULL);
    struct said said = run(*state, "search", "--all", "--json", "id:article.txt", "近岸化", NULL);
    expect_status(&said, 0);
    assert_int_equal(line_count(&said), 4);
    for (size_t i = 0; i < 3; i++) {
        json_t *occurrence = json_of_line(&said, i);
        assert_string_equal(string_of(occurrence, "type"), "occurrence");
        json_t *match = json_object_get(occurrence, "match");
        const char *at = said_out(&text) + integer_of(match, "begin");
        assert_memory_equal(at, "近", strlen("近"));
        const char *end = said_out(&text) + integer_of(match, "end");
        assert_memory_equal(end - strlen("化"), "化", strlen("化"));
        json_decref(occurrence);
    }
    said_clear(&said);
    said_clear(&text);
}

static void order_limit_and_offset_page_through_the_same_list(void **state) {
    struct said all = run(*state, "search", "--json", "--order", "oldest", "--limit", "100", "产业链", NULL);
    expect_status(&all, 0);
    json_t *whole = json_of_line(&all, 0);
    json_t *hits = json_object_get(whole, "hits");
    assert_int_equal(json_array_size(hits), integer_of(whole, "documents"));
    const char *before = "";
    for (size_t i = 0; i < json_array_size(hits); i++) {
        const char *date = string_of(json_array_get(hits, i), "date");
        assert_true(*date == 0 || strcmp(before, date) <= 0); // without a date last
        before = *date ? date : "9";
        char offset[24];
        snprintf(offset, sizeof offset, "%zu", i);
        struct said one =
            run(*state, "search", "--json", "--order", "oldest", "--limit", "1", "--offset", offset, "产业链", NULL);
        expect_status(&one, 0);
        json_t *page = json_of_line(&one, 0);
        json_t *hit = json_array_get(json_object_get(page, "hits"), 0);
        assert_string_equal(string_of(hit, "id"), string_of(json_array_get(hits, i), "id"));
        json_decref(page);
        said_clear(&one);
    }
    json_decref(whole);
    said_clear(&all);
}

static void get_gives_the_text_back_byte_for_byte(void **state) {
    struct said said =
        run_shell(*state, "\"$GRAMDEX\" get --index \"$INDEX\" article.txt | cmp - '" GDX_EXAMPLES "/article.txt'");
    expect_status(&said, 0);
    said_clear(&said);
    said = run(*state, "get", "--json", "article.txt", NULL);
    expect_status(&said, 0);
    json_t *answer = json_of_line(&said, 0);
    json_t *document = json_object_get(answer, "document");
    assert_string_equal(string_of(document, "id"), "article.txt");
    assert_string_equal(string_of(document, "title"), "全球产业链重构与全球贸易治理体系变革");
    assert_true(strlen(string_of(document, "text")) > 20000);
    json_decref(answer);
    said_clear(&said);
}

static void trend_rows_add_up_to_the_count(void **state) {
    struct said said = run(*state, "trend", "--json", "--by", "month", "产业链", NULL);
    expect_status(&said, 0);
    json_t *answer = json_of_line(&said, 0);
    json_t *rows = json_object_get(answer, "rows");
    int64_t documents = 0, found = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        string_of(row, "period");
        documents += integer_of(row, "documents");
        found += integer_of(row, "occurrences");
        assert_true(integer_of(row, "of_documents") >= integer_of(row, "documents"));
        assert_true(integer_of(row, "of_symbols") >= integer_of(row, "occurrences"));
        assert_true(json_is_real(json_object_get(row, "per_million")));
    }
    assert_int_equal(documents, integer_of(answer, "documents"));
    assert_int_equal(found, integer_of(answer, "occurrences"));
    assert_int_equal(found, occurrences(*state, "产业链"));
    json_decref(answer);
    said_clear(&said);
    said = run(*state, "trend", "产业链", NULL);
    expect_status(&said, 0);
    expect_in(said_out(&said), "date        documents  occurrences    per million\n");
    expect_in(said_out(&said), "█");
    said_clear(&said);
}

static void stat_parts_add_up_to_the_index(void **state) {
    struct said said = run(*state, "stat", "--json", NULL);
    expect_status(&said, 0);
    json_t *answer = json_of_line(&said, 0);
    json_t *parts = json_object_get(answer, "parts");
    int64_t bytes = 0;
    for (size_t i = 0; i < json_array_size(parts); i++)
        bytes += integer_of(json_array_get(parts, i), "bytes");
    assert_int_equal(bytes, integer_of(answer, "index_bytes"));
    assert_int_equal(integer_of(answer, "deleted"), 0);
    assert_int_equal(integer_of(answer, "segments"), 1);
    assert_true(integer_of(answer, "text_bytes") > 20000);
    json_decref(answer);
    said_clear(&said);
}

// ---- many queries

static void expect_three_answers(const struct said *said) {
    expect_status(said, 1); // one of them is malformed
    assert_int_equal(line_count(said), 3);
    json_t *first = json_of_line(said, 0), *second = json_of_line(said, 1), *third = json_of_line(said, 2);
    assert_string_equal(string_of(first, "query"), "产业链");
    json_t *error = json_object_get(second, "error");
    assert_string_equal(string_of(error, "code"), "INVALID_ARGUMENT");
    assert_int_equal(integer_of(error, "column"), 5); // of the missing )
    assert_string_equal(string_of(third, "query"), "WTO");
    json_decref(first);
    json_decref(second);
    json_decref(third);
}

static void queries_from_a_file_get_one_line_each_also_the_malformed(void **state) {
    char path[PATH_BYTES];
    place_write(*state, "queries", "产业链\n(关税 \nWTO", path);
    struct said said = run(*state, "count", "--queries", path, NULL);
    expect_three_answers(&said);
    said_clear(&said);
    said = run_with_input(*state, "产业链\r\n(关税 \nWTO\n", "count", "--queries", "-", NULL);
    expect_three_answers(&said);
    said_clear(&said);
    said = run_with_input(*state, "article.txt\nno such id\n", "get", "--queries", "-", NULL);
    expect_status(&said, 1);
    json_t *answer = json_of_line(&said, 1);
    assert_string_equal(string_of(json_object_get(answer, "error"), "code"), "NOT_FOUND");
    json_decref(answer);
    said_clear(&said);
}

static void marks_comments_and_blank_lines_of_a_file_of_queries_ask_nothing(void **state) {
    static const char file[] = "\xef\xbb\xbf产业链\r\n\r\n  # 关税\n\xe3\x80\x80\t\n#\nWTO\n\"#\"";
    static const char *const queries[] = {"产业链", "WTO", "\"#\""};
    struct said said = run_with_input(*state, file, "count", "--queries", "-", NULL);
    expect_status(&said, 0);
    assert_int_equal(line_count(&said), 3);
    for (size_t i = 0; i < 3; i++) {
        json_t *line = json_of_line(&said, i);
        assert_string_equal(string_of(line, "query"), queries[i]);
        json_decref(line);
    }
    said_clear(&said);
    said = run_with_input(*state, "\xef\xbb\xbf#1\n\n", "get", "--queries", "-", NULL); // ids have no comments
    expect_status(&said, 1);
    assert_int_equal(line_count(&said), 1);
    said_clear(&said);
    said = run_with_input(*state, "\xef\xbb\xbf", "count", "--queries", "-", NULL);
    expect_status(&said, 0);
    assert_int_equal(line_count(&said), 0);
    said_clear(&said);
    said = run_with_input(*state, "WTO\n\xef\xbb\xbfWTO\n", "count", "--queries", "-", NULL); // a mark elsewhere
    assert_int_equal(line_count(&said), 2);
    said_clear(&said);
}

static void a_file_of_queries_in_utf_16_is_refused(void **state) {
    struct said said = run_with_input(*state, "\xff\xfeW\x01T\x01\n", "count", "--queries", "-", NULL);
    expect_status(&said, 2);
    assert_int_equal(line_count(&said), 1);
    expect_in(said_out(&said), "save the file as UTF-8");
    said_clear(&said);
}

// ---- bridges

static void a_sentence_that_a_caption_divides_is_found_and_labelled(void **state) {
    static const char phrase[] = "全球产业和金融资本与中国的合作", query[] = "bridge:全球产业和金融资本与中国的合作";
    json_t *line = count(*state, phrase);
    assert_int_equal(integer_of(line, "documents") + integer_of(line, "bridged_occurrences"), 0);
    json_decref(line);
    line = count(*state, query);
    assert_int_equal(integer_of(line, "documents"), 0);
    assert_int_equal(integer_of(line, "bridged_occurrences"), 1);
    json_decref(line);
    struct said said = run(*state, "search", query, NULL);
    expect_in(said_out(&said), "article.txt · examples · bridged");
    expect_in(said_out(&said), "0 documents, 0 occurrences · 1 bridged");
    said_clear(&said);
    said = run(*state, "search", "--all", "--json", query, NULL);
    assert_int_equal(line_count(&said), 2);
    line = json_of_line(&said, 0);
    assert_true(json_is_true(json_object_get(line, "bridged")));
    json_decref(line);
    line = json_of_line(&said, 1);
    assert_int_equal(integer_of(line, "occurrences"), 0);
    assert_int_equal(integer_of(line, "bridged_occurrences"), 1);
    json_decref(line);
    said_clear(&said);
}

// ---- notes

static void notes_go_to_standard_error_for_people(void **state) {
    static const char note[] = "note: soruce: is part of the phrase; the field is written source:\n";
    static const char *const commands[] = {"search", "count", "trend"};
    for (size_t i = 0; i < 3; i++) {
        struct said said = run(*state, commands[i], "soruce:news", NULL);
        expect_status(&said, 0);
        assert_string_equal(said_err(&said), note);
        assert_null(strstr(said_out(&said), "note"));
        said_clear(&said);
    }
    struct said said = run(*state, "search", "--all", "soruce:news", NULL);
    expect_status(&said, 0);
    assert_string_equal(said_err(&said), note);
    said_clear(&said);
}

static void expect_note_in_json(const struct said *said, const char *note) {
    expect_status(said, 0);
    json_t *line = json_of_line(said, line_count(said) - 1);
    json_t *notes = json_object_get(json_object_get(line, "answer"), "notes");
    assert_int_equal(json_array_size(notes), note ? 1 : 0);
    if (note)
        assert_string_equal(json_string_value(json_array_get(notes, 0)), note);
    assert_string_equal(said_err(said), "");
    json_decref(line);
}

static void notes_are_in_the_answer_for_programs(void **state) {
    static const char note[] = "产业* is answered as 产业; * is for words of letters or digits";
    static const char *const commands[] = {"search", "count", "trend"};
    for (size_t i = 0; i < 3; i++) {
        struct said said = run(*state, commands[i], "--json", "产业*", NULL);
        expect_note_in_json(&said, note);
        said_clear(&said);
    }
    struct said said = run(*state, "search", "--all", "--json", "产业*", NULL);
    expect_note_in_json(&said, note);
    said_clear(&said);
    said = run(*state, "search", "--all", "--json", "产业", NULL);
    expect_note_in_json(&said, NULL);
    said_clear(&said);
}

// ---- what goes wrong

static void a_malformed_query_is_shown_with_a_caret(void **state) {
    struct said said = run(*state, "search", "产业链 )", NULL);
    expect_status(&said, 2);
    expect_in(said_err(&said), "column 5");
    expect_in(said_err(&said), "\n  产业链 )\n         ^\n"); // two columns each
    said_clear(&said);
}

static void a_query_that_looks_like_an_option_must_come_after_dashes(void **state) {
    static const char *const queries[] = {"-的", "-wto", "-\"一带一路\""};
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct said said = run(*state, "search", "美国", queries[i], NULL);
        expect_status(&said, 2);
        expect_in(said_err(&said), queries[i]);
        expect_in(said_err(&said), " -- ");
        said_clear(&said);
    }
    struct said said = run(*state, "search", "--", "美国", "-的", NULL);
    expect_status(&said, 0);
    said_clear(&said);
}

static void no_match_and_no_document_have_their_own_exit_statuses(void **state) {
    struct said said = run(*state, "search", "没有这样的词语啊", NULL);
    expect_status(&said, 0);
    expect_in(said_out(&said), "no document matches");
    said_clear(&said);
    said = run(*state, "get", "no such id", NULL);
    expect_status(&said, 1);
    assert_string_equal(said_out(&said), "");
    expect_in(said_err(&said), "no such id");
    said_clear(&said);
}

static void a_reader_that_goes_away_is_no_failure(void **state) {
    struct said said =
        run_shell(*state, "(\"$GRAMDEX\" search --index \"$INDEX\" --all 的; echo status $? >&2) | head -n 1 | wc -l");
    expect_status(&said, 0);
    expect_in(said_out(&said), "1");
    assert_string_equal(said_err(&said), "status 0\n");
    said_clear(&said);
}

static void output_that_cannot_be_written_is_a_failure(void **state) {
    static const char *const lines[] = {
        "\"$GRAMDEX\" search --index \"$INDEX\" --all 的 >/dev/full",
        "\"$GRAMDEX\" get --index \"$INDEX\" --json article.txt >/dev/full",
        "\"$GRAMDEX\" count --index \"$INDEX\" 的 >/dev/full",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct said said = run_shell(*state, lines[i]);
        expect_status(&said, 1);
        expect_in(said_err(&said), "standard output");
        said_clear(&said);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrases_are_found_across_wrapped_lines),
        cmocka_unit_test(stray_spaces_are_nothing),
        cmocka_unit_test(width_and_case_are_nothing),
        cmocka_unit_test(traditional_characters_find_simplified_ones),
        cmocka_unit_test(search_marks_matches_with_stars_where_there_is_no_terminal),
        cmocka_unit_test(search_in_json_has_the_names_of_the_service),
        cmocka_unit_test(match_ranges_are_bytes_of_what_get_gives),
        cmocka_unit_test(order_limit_and_offset_page_through_the_same_list),
        cmocka_unit_test(get_gives_the_text_back_byte_for_byte),
        cmocka_unit_test(trend_rows_add_up_to_the_count),
        cmocka_unit_test(stat_parts_add_up_to_the_index),
        cmocka_unit_test(queries_from_a_file_get_one_line_each_also_the_malformed),
        cmocka_unit_test(marks_comments_and_blank_lines_of_a_file_of_queries_ask_nothing),
        cmocka_unit_test(a_file_of_queries_in_utf_16_is_refused),
        cmocka_unit_test(a_sentence_that_a_caption_divides_is_found_and_labelled),
        cmocka_unit_test(notes_go_to_standard_error_for_people),
        cmocka_unit_test(notes_are_in_the_answer_for_programs),
        cmocka_unit_test(a_malformed_query_is_shown_with_a_caret),
        cmocka_unit_test(a_query_that_looks_like_an_option_must_come_after_dashes),
        cmocka_unit_test(no_match_and_no_document_have_their_own_exit_statuses),
        cmocka_unit_test(a_reader_that_goes_away_is_no_failure),
        cmocka_unit_test(output_that_cannot_be_written_is_a_failure),
    };
    return cmocka_run_group_tests_name("cli: answers", tests, make_sample, place_tear_down);
}
