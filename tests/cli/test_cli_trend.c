// SPDX-License-Identifier: Apache-2.0
// test_cli_trend.c: a trend as people see it: where it starts and ends, empty periods in one line, and a plot that fits
// the terminal.

#include "program.h"

// One date is mistyped: 0203 in place of 2023.
static const char records[] = "{\"id\":\"1\",\"date\":\"2010-03-01\",\"text\":\"协定\"}\n"
                              "{\"id\":\"2\",\"date\":\"2019-12-30\",\"text\":\"产业链 关税\"}\n"
                              "{\"id\":\"3\",\"date\":\"2020-03-01\",\"text\":\"协定\"}\n"
                              "{\"id\":\"4\",\"date\":\"2023-03-04\",\"text\":\"产业链 产业链\"}\n"
                              "{\"id\":\"5\",\"date\":\"2023-03-06\",\"text\":\"产业链\"}\n"
                              "{\"id\":\"6\",\"text\":\"产业链\"}\n"
                              "{\"id\":\"7\",\"date\":\"0203-05-06\",\"text\":\"贸易\"}\n"
                              "{\"id\":\"8\",\"date\":\"2023-05\",\"text\":\"贸易\"}\n";

static int index_periods(void **state) {
    static struct place place;
    place_make_indexed(&place, records);
    *state = &place;
    return 0;
}

// The first word of each line after the heading, "empty" lines whole, up to the totals.
static void periods_of(const struct said *said, char to[1024]) {
    const char *line = strchr(said_out(said), '\n');
    to[0] = 0;
    while (line && strncmp(++line, "all", 3) != 0 && *line != '\n') {
        const char *end = strchr(line, '\n');
        bool is_empty = strncmp(line, "…", strlen("…")) == 0, is_undated = strncmp(line, "no date", 7) == 0;
        size_t bytes = is_empty ? (size_t)(end - line) : is_undated ? 7 : strcspn(line, " ");
        snprintf(to + strlen(to), 1024 - strlen(to), "%.*s\n", (int)bytes, line);
        line = end;
    }
}

static void a_trend_starts_at_the_first_hit_and_folds_what_is_empty(void **state) {
    static const struct {
        const char *by, *query, *periods;
    } cases[] = {
        {"year", "产业链", "2019\n2020\n… 2 empty years\n2023\nno date\n"},
        {"month", "产业链",
         "2019-12\n… 2 empty months\n2020-03\n… 35 empty months\n2023-03\n… 1 empty month\n2023-05\nno date\n"},
        {"day", "产业链",
         "2019-12-30\n… 61 empty days\n2020-03-01\n… 1,097 empty days\n2023-03-04\n… 1 empty day\n2023-03-06\nno date\n"},
        {"month", "贸易",
         "0203-05\n… 21,681 empty months\n2010-03\n… 116 empty months\n2019-12\n… 2 empty months\n"
         "2020-03\n… 35 empty months\n2023-03\n… 1 empty month\n2023-05\nno date\n"},
        {"year", "没有的词", "no date\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct said said = run(*state, "trend", "--by", cases[i].by, cases[i].query, NULL);
        char periods[1024];
        expect_status(&said, 0);
        periods_of(&said, periods);
        assert_string_equal(periods, cases[i].periods);
        said_clear(&said);
    }
}

static void from_and_to_limit_a_trend(void **state) {
    static const struct {
        const char *by, *from, *to, *periods, *totals;
    } cases[] = {
        {"year", "--from=2020", "--to=2024", "2020\n… 2 empty years\n2023\n… 1 empty year\n",
         "\nall                 2            3\n"},
        {"month", "--from=2019", "--to=2019", "… 11 empty months\n2019-12\n", "\nall                 1            1\n"},
        {"day", "--from=2023-03-05", "--to=2023-03-07", "… 1 empty day\n2023-03-06\n… 1 empty day\n",
         "\nall                 1            1\n"},
        {"year", "--from=2012", "--to=2013", "… 2 empty years\n", "\nall                 0            0\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct said said = run(*state, "trend", "--by", cases[i].by, cases[i].from, cases[i].to, "产业链", NULL);
        char periods[1024];
        expect_status(&said, 0);
        periods_of(&said, periods);
        assert_string_equal(periods, cases[i].periods);
        assert_non_null(strstr(said_out(&said), cases[i].totals));
        said_clear(&said);
    }
}

static void a_date_that_cannot_be_is_wrong_use(void **state) {
    static const char *const cases[][3] = {
        {"--from=2023-13", "--to=2024", "--from: date '2023-13': month 13, expected 1 to 12"},
        {"--from=2023", "--to=soon", "--to: date 'soon'"},
        {"--from=2024-02", "--to=2023", "--to 2023 is before --from 2024-02"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct said said = run(*state, "trend", cases[i][0], cases[i][1], "产业链", NULL);
        expect_status(&said, 2);
        assert_non_null(strstr(said_err(&said), cases[i][2]));
        said_clear(&said);
    }
}

static void json_leaves_empty_periods_out(void **state) {
    struct said said = run(*state, "trend", "--json", "--by", "month", "--from", "2020", "产业链", NULL);
    expect_status(&said, 0);
    json_t *answer = json_of_line(&said, 0), *rows = json_object_get(answer, "rows");
    static const char *const periods[] = {"2020-03", "2023-03", "2023-05"};
    assert_int_equal(json_array_size(rows), 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(string_of(json_array_get(rows, i), "period"), periods[i]);
    json_decref(answer);
    said_clear(&said);
}

// ---- on a terminal

// All that a trend prints takes one column a character.
static unsigned longest_line(const char *text) {
    unsigned longest = 0, columns = 0;
    for (; *text; text++) {
        bool goes_on = ((unsigned char)*text & 0xc0) == 0x80;
        columns = *text == '\n' ? 0 : columns + !goes_on;
        longest = columns > longest ? columns : longest;
    }
    return longest;
}

static void a_plot_fits_the_terminal_and_fills_it(void **state) {
    for (unsigned columns = 24; columns < 150; columns += columns < 66 ? 1 : 17) {
        struct said said = run_on_terminal(*state, columns, "trend", "--by", "day", "--from", "2019", "产业链", NULL);
        expect_status(&said, 0);
        if (longest_line(said_out(&said)) != columns)
            fail_msg("%u columns on a terminal of %u:\n%s", longest_line(said_out(&said)), columns, said_out(&said));
        assert_non_null(strstr(said_out(&said), "█"));
        said_clear(&said);
    }
}

static void a_narrow_terminal_still_has_the_totals(void **state) {
    struct said said = run_on_terminal(*state, 30, "trend", "产业链", NULL);
    assert_non_null(strstr(said_out(&said), "\n5 occurrences\n"));
    said_clear(&said);
    said = run_on_terminal(*state, 50, "trend", "产业链", NULL);
    assert_non_null(strstr(said_out(&said), "\nall                   5\n"));
    assert_non_null(strstr(said_out(&said), " · 4 documents\n"));
    said_clear(&said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trend_starts_at_the_first_hit_and_folds_what_is_empty),
        cmocka_unit_test(from_and_to_limit_a_trend),
        cmocka_unit_test(a_date_that_cannot_be_is_wrong_use),
        cmocka_unit_test(json_leaves_empty_periods_out),
        cmocka_unit_test(a_plot_fits_the_terminal_and_fills_it),
        cmocka_unit_test(a_narrow_terminal_still_has_the_totals),
    };
    return cmocka_run_group_tests_name("cli: trend", tests, index_periods, place_tear_down);
}
