// SPDX-License-Identifier: Apache-2.0
// test_cli_kwic.c: `search --all --sort` as people and programs see it, over one page and over several.

#include "program.h"

#include <stdlib.h>

static const char records[] = "{\"id\":\"1\",\"date\":\"2025\",\"text\":\"加征关税政策，对等关税反制\"}\n"
                              "{\"id\":\"2\",\"date\":\"2018\",\"text\":\"下调关税措施\"}\n"
                              "{\"id\":\"3\",\"text\":\"关税\"}\n";

static int make_index(void **state) {
    static struct place place;
    place_make(&place);
    setenv("TERM", "xterm", 1);
    setenv("NO_COLOR", "1", 1);
    struct said said = run_with_input(&place, records, "index", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    *state = &place;
    return 0;
}

static int remove_index(void **state) {
    place_remove(*state);
    return 0;
}

static void expect_lines(struct said said, const char *expected) {
    expect_status(&said, 0);
    assert_string_equal(said_out(&said), expected);
    said_clear(&said);
}

static void expect_wrong_use(struct said said, const char *words) {
    expect_status(&said, 2);
    expect_in(said_err(&said), words);
    said_clear(&said);
}

static void lines_come_in_the_order_asked_for(void **state) {
    struct place *place = *state;
    const char *const rest = "关税";
    expect_lines(run(place, "search", "--all", "--snippet", "2", "--sort", "date,right", "--limit", "2", rest, NULL),
                 "2\ttext:6-12\t下调**关税**措施\n1\ttext:27-33\t对等**关税**反制\n");
    expect_lines(
        run(place, "search", "--all", "--snippet", "1", "--sort", "right", rest, NULL),
        "3\ttext:0-6\t**关税**\n1\ttext:27-33\t等**关税**反\n2\ttext:6-12\t调**关税**措\n1\ttext:6-12\t征**关税**政\n");
    expect_lines(run(place, "search", "--all", "--snippet", "0", "--sort", "left", rest, NULL),
                 "3\ttext:0-6\t**关税**\n1\ttext:6-12\t**关税**\n1\ttext:27-33\t**关税**\n2\ttext:6-12\t**关税**\n");
}

static void options_that_do_not_go_together_are_wrong_use(void **state) {
    expect_wrong_use(run(*state, "search", "--sort", "right", "关税", NULL), "give --all with it");
    expect_wrong_use(run(*state, "search", "--all", "--sample", "5", "关税", NULL), "give --sort with it");
    expect_wrong_use(run(*state, "search", "--all", "--sort", "middle", "关税", NULL), "sort: \"middle\" is no key");
    expect_wrong_use(run(*state, "search", "--all", "--sort", "date,date", "关税", NULL), "sort: found date twice");
    expect_wrong_use(run(*state, "search", "--all", "--sort", "right,", "关税", NULL), "sort: \"\" is no key");
    expect_wrong_use(run(*state, "search", "--all", "--sort", "right", "date:2018", NULL), "query: it has no phrase");
}

static void rows_in_json_are_those_of_a_scan_and_a_summary(void **state) {
    struct said said = run(*state, "search", "--all", "--json", "--sort", "left", "--sample", "3", "关税", NULL);
    expect_status(&said, 0);
    assert_int_equal(line_count(&said), 4);
    json_t *line = json_of_line(&said, 0), *summary = json_of_line(&said, 3);
    assert_string_equal(string_of(line, "type"), "occurrence");
    assert_string_equal(string_of(line, "matched"), "关税");
    assert_string_equal(string_of(summary, "type"), "summary");
    assert_int_equal(integer_of(summary, "occurrences"), 3);
    assert_int_equal(integer_of(summary, "sorted"), 3);
    assert_int_equal(integer_of(summary, "sorted_of"), 4);
    json_decref(line);
    json_decref(summary);
    said_clear(&said);
}

static void a_terminal_shows_a_concordance_and_how_many_were_drawn(void **state) {
    struct said said = run_on_terminal(*state, 80, "search", "--all", "--sort", "right", "--sample", "3", "关税", NULL);
    expect_status(&said, 0);
    expect_in(said_out(&said), "3 occurrences · sample of 4 · ");
    said_clear(&said);
}

// More lines than a page has, of which each is asked for after the other.
static void all_pages_are_printed(void **state) {
    enum { LINES = 2345, BYTES = 64 };
    static char text[LINES * BYTES];
    char id[BYTES];
    (void)state;
    struct place place;
    place_make(&place);
    size_t used = 0;
    for (int i = 0; i < LINES; i++)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "{\"id\":\"%04d\",\"text\":\"关税\"}\n", i * 8 % LINES);
    struct said said = run_with_input(&place, text, "index", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    said = run(&place, "search", "--all", "--sort", "id", "关税", NULL);
    expect_status(&said, 0);
    assert_int_equal(line_count(&said), LINES);
    const char *at = said_out(&said);
    for (int i = 0; i < LINES; i++, at = strchr(at, '\n') + 1) {
        snprintf(id, sizeof id, "%04d\ttext:0-6\t", i);
        if (strncmp(at, id, strlen(id)) != 0)
            fail_msg("line %d is %.20s", i, at);
    }
    said_clear(&said);
    place_remove(&place);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_in_the_order_asked_for),
        cmocka_unit_test(options_that_do_not_go_together_are_wrong_use),
        cmocka_unit_test(rows_in_json_are_those_of_a_scan_and_a_summary),
        cmocka_unit_test(a_terminal_shows_a_concordance_and_how_many_were_drawn),
        cmocka_unit_test(all_pages_are_printed),
    };
    return cmocka_run_group_tests(tests, make_index, remove_index);
}
