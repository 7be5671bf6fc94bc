// SPDX-License-Identifier: Apache-2.0
// test_cli_wrong_use.c: exit statuses and messages when the program is asked for what it cannot do, and its help.

#include "program.h"

static const char *const commands[] = {"index", "search", "count", "trend", "get", "delete", "stat", "verify", "merge"};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void help_names_every_command(void **state) {
    const char *arguments[] = {"--help", NULL};
    struct said said = run_bare(*state, arguments);
    expect_status(&said, 0);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        char row[32];
        snprintf(row, sizeof row, "\n  %s ", commands[i]);
        assert_non_null(strstr(said_out(&said), row));
    }
    assert_non_null(strstr(said_out(&said), "examples:"));
    said_clear(&said);
}

static void every_command_has_help(void **state) {
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const char *arguments[] = {commands[i], "--help", NULL};
        struct said said = run_bare(*state, arguments);
        expect_status(&said, 0);
        char usage[64];
        snprintf(usage, sizeof usage, "usage: gramdex %s ", commands[i]);
        assert_non_null(strstr(said_out(&said), usage));
        assert_non_null(strstr(said_out(&said), "--index"));
        assert_non_null(strstr(said_out(&said), "--json"));
        assert_string_equal(said_err(&said), "");
        said_clear(&said);
    }
}

static void wrong_use_ends_with_status_2_and_a_hint(void **state) {
    static const char *const cases[][7] = {
        {NULL},
        {"serch", NULL},
        {"--limit", "3", "search", "--index", "x", "产业链", NULL},
        {"--index", NULL},
        {"help", "serch", NULL},
        {"search", "--index", "x", "--json=yes", "产业链", NULL},
        {"stat", "--index", "x", "--server", "y", NULL},
        {"stat", "--index", "x", "--timeout", "3", NULL},
        {"stat", "--server", "y", "--tls-certificate", "c", NULL},
        {"verify", "--server", "y", NULL},
        {"serve", "--index", "x", "--token-all", NULL},
        {"serve", "--index", "x", "--log-format", "xml", NULL},
        {"search", "--index", "x", NULL},
        {"search", "产业链", NULL},
        {"search", "--index", "x", "--no-such-option", "产业链", NULL},
        {"search", "--index", "x", "--order", "random", "产业链", NULL},
        {"search", "--index", "x", "--limit", "many", "产业链", NULL},
        {"search", "--index", "x", "--limit", "-1", "产业链", NULL},
        {"search", "--index", "x", "--queries", "q", "产业链", NULL},
        {"search", "--index", "x", "--all", "--queries", "q", NULL},
        {"trend", "--index", "x", "--by", "fortnight", "产业链", NULL},
        {"get", "--index", "x", "one", "two", NULL},
        {"get", "--index", "x", NULL},
        {"delete", "--index", "x", NULL},
        {"index", "--index", "x", NULL},
        {"index", "--index", "x", "--memory", "lots", "y", NULL},
        {"index", "--index", "x", "--memory", "1M", "y", NULL},
        {"index", "--index", "x", "--threads", "0", "y", NULL},
        {"stat", "--index", "x", "more", NULL},
        {"merge", "--index", "x", "more", NULL},
        {"verify", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct said said = run_bare(*state, cases[i]);
        expect_status(&said, 2);
        assert_string_equal(said_out(&said), "");
        assert_non_null(strstr(said_err(&said), "gramdex"));
        assert_non_null(strstr(said_err(&said), "help"));
        said_clear(&said);
    }
}

static void a_command_that_reads_an_index_s_files_says_so_when_it_is_given_a_server(void **state) {
    static const char *const cases[][5] = {
        {"verify", "--server", "y", NULL}, {"merge", "--server=y", NULL}, {"--server", "y", "verify", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct said said = run_bare(*state, cases[i]);
        expect_status(&said, 2);
        assert_non_null(
            strstr(said_err(&said), "works on an index's files; run it with --index on the server's machine"));
        said_clear(&said);
    }
}

static void a_missing_index_is_reported_and_not_made(void **state) {
    const struct place *place = *state;
    static const char *const asking[] = {"search", "count", "trend", "get", "delete"};
    for (size_t i = 0; i < sizeof asking / sizeof asking[0]; i++) {
        struct said said = run(place, asking[i], "产业链", NULL);
        expect_status(&said, 1);
        assert_non_null(strstr(said_err(&said), place->index));
        said_clear(&said);
    }
    static const char *const others[] = {"stat", "verify", "merge"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct said said = run(place, others[i], NULL);
        expect_status(&said, 1);
        assert_non_null(strstr(said_err(&said), place->index));
        said_clear(&said);
    }
    struct said said = run_shell(place, "test ! -e \"$INDEX\"");
    expect_status(&said, 0);
    said_clear(&said);
}

static void a_failure_is_json_when_json_is_asked_for(void **state) {
    struct said said = run(*state, "count", "--json", "产业链", NULL);
    expect_status(&said, 1);
    json_t *line = json_of_line(&said, 0);
    assert_string_equal(string_of(json_object_get(line, "error"), "code"), "NOT_FOUND");
    assert_string_equal(said_err(&said), "");
    json_decref(line);
    said_clear(&said);
}

static void a_missing_path_is_reported(void **state) {
    struct said said = run(*state, "index", "/no/such/folder", NULL);
    expect_status(&said, 3);
    assert_non_null(strstr(said_err(&said), "/no/such/folder: there is no such file or folder"));
    said_clear(&said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(help_names_every_command, place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(every_command_has_help, place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(wrong_use_ends_with_status_2_and_a_hint, place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(a_command_that_reads_an_index_s_files_says_so_when_it_is_given_a_server,
                                        place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(a_missing_index_is_reported_and_not_made, place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_json_when_json_is_asked_for, place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(a_missing_path_is_reported, place_set_up, place_tear_down),
    };
    return cmocka_run_group_tests_name("cli: wrong use", tests, NULL, NULL);
}
