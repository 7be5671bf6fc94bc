// SPDX-License-Identifier: Apache-2.0
// test_cli_options.c: the parser of command lines on tables of its own: every form of an option, every kind of value,
// what is refused and with which message, the help.

#include "option.h"
#include "terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
// after the others, as it demands
#include <cmocka.h>

enum colour { RED, GREEN, BLUE };

struct inner {
    const char *name;
};

struct settings {
    struct inner inner;
    uint32_t narrow;
    uint64_t wide;
    size_t bytes;
    enum colour colour;
    unsigned loud;
    bool dry, merge, has_narrow;
    struct option_list list;
    struct command_arguments arguments;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct option_table own_table = {
    NULL,
    (const struct option[]){
        {.name = "narrow",
         .letter = 'n',
         .argument = "N",
         .help = "a number of 32 bits",
         .kind = OPTION_NUMBER,
         .most = UINT32_MAX,
         .field = OPTION_FIELD(struct settings, narrow),
         .given = OPTION_FIELD(struct settings, has_narrow)},
        {.name = "wide",
         .argument = "N",
         .help = "a number from 2",
         .kind = OPTION_NUMBER,
         .least = 2,
         .most = UINT64_MAX,
         .field = OPTION_FIELD(struct settings, wide)},
        {.name = "memory",
         .argument = "BYTES",
         .help = "some bytes",
         .kind = OPTION_BYTES,
         .least = 1 << 20,
         .most = (uint64_t)1 << 40,
         .field = OPTION_FIELD(struct settings, bytes)},
        {.name = "colour",
         .letter = 'c',
         .argument = "COLOUR",
         .help = "a choice",
         .kind = OPTION_CHOICE,
         .choices = colours,
         .field = OPTION_FIELD(struct settings, colour)},
        {.name = "loud",
         .letter = 'v',
         .help = "louder each time",
         .kind = OPTION_COUNT,
         .field = OPTION_FIELD(struct settings, loud)},
        {.name = "dry",
         .letter = 'd',
         .help = "a flag",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct settings, dry)},
        {.name = "dry-run-only",
         .help = "starts like another",
         .more = "A text that is far too long for one line of eighty columns, 它有很多宽字符，所以必须按显示宽度换行 "
                 "而不是按字节换行 ，这样每一行都不会超过八十列。",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct settings, dry)},
        {.name = "no-merge",
         .help = "clears a flag",
         .kind = OPTION_CLEAR,
         .field = OPTION_FIELD(struct settings, merge)},
        {.name = "list",
         .letter = 'l',
         .argument = "ITEM",
         .help = "may be repeated",
         .kind = OPTION_LIST,
         .field = OPTION_FIELD(struct settings, list)},
        {.name = "secret",
         .help = "hidden",
         .kind = OPTION_FLAG,
         .is_hidden = true,
         .field = OPTION_FIELD(struct settings, dry)},
        {0},
    },
};

static const struct option_table inner_table = {
    "Inside:",
    (const struct option[]){
        {.name = "name",
         .argument = "TEXT",
         .help = "a text",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct inner, name)},
        {0},
    },
};

static int run(const struct command *command, void *settings) {
    (void)command;
    (void)settings;
    return 0;
}

static const struct command command = {
    .title = "program try",
    .summary = "a command of this test",
    .arguments = "ITEM...",
    .description = "A command of this test.",
    .examples = (const char *const[]){"program try --dry item", NULL},
    .groups = {{&own_table, 0}, {&inner_table, offsetof(struct settings, inner)}, {0}},
    .arguments_most = 3,
    .arguments_field = OPTION_FIELD(struct settings, arguments),
    .settings_bytes = sizeof(struct settings),
    .run = run,
};

enum { WORDS_MOST = 80, WORD_BYTES = 64 };

// A command line cut at spaces, in memory that the parser may change.
struct tried {
    char words[WORDS_MOST][WORD_BYTES];
    char *argv[WORDS_MOST + 1];
    int argc;
    struct settings settings;
    struct parsing parsing;
    gdx_error err;
};

static gdx_status try_line(struct tried *tried, const char *line) {
    *tried = (struct tried){.settings = {.merge = true}};
    for (const char *at = line; *at;) {
        size_t bytes = strcspn(at, " ");
        assert_true(bytes < WORD_BYTES && tried->argc < WORDS_MOST);
        memcpy(tried->words[tried->argc], at, bytes);
        tried->argv[tried->argc] = tried->words[tried->argc];
        tried->argc++;
        at += bytes + strspn(at + bytes, " ");
    }
    tried->parsing = (struct parsing){.command = &command, .settings = &tried->settings};
    return options_parse(&tried->parsing, tried->argc, tried->argv, &tried->err);
}

static void good(struct tried *tried, const char *line) {
    if (try_line(tried, line) != GDX_OK)
        fail_msg("%s: %s", line, tried->err.message);
}

static void the_tables_of_this_test_are_sound(void **state) {
    (void)state;
    command_assert_sound(&command);
}

static void a_value_may_be_given_in_every_form(void **state) {
    (void)state;
    static const char *const lines[] = {"x --narrow 7", "x --narrow=7", "x -n 7",   "x -n7",
                                        "x -vn7",       "x -dvn 7",     "x --nar 7"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct tried tried;
        good(&tried, lines[i]);
        assert_int_equal(tried.settings.narrow, 7);
        assert_true(tried.settings.has_narrow);
        assert_true(option_is_given(&tried.parsing, &own_table.rows[0]));
        assert_false(option_is_given(&tried.parsing, &own_table.rows[1]));
    }
}

static void every_kind_of_value_is_stored(void **state) {
    (void)state;
    struct tried tried;
    good(&tried, "x --wide 18446744073709551615 --memory 2G -c blue -vv --loud -d --no-merge --name n -l a --list=b");
    const struct settings *settings = &tried.settings;
    assert_true(settings->wide == UINT64_MAX);
    assert_true(settings->bytes == (size_t)2 << 30);
    assert_int_equal(settings->colour, BLUE);
    assert_int_equal(settings->loud, 3);
    assert_true(settings->dry);
    assert_false(settings->merge);
    assert_string_equal(settings->inner.name, "n");
    assert_int_equal(settings->list.count, 2);
    assert_string_equal(settings->list.items[0], "a");
    assert_string_equal(settings->list.items[1], "b");
    assert_false(settings->has_narrow);
}

static void the_last_of_two_values_counts(void **state) {
    (void)state;
    struct tried tried;
    good(&tried, "x -n 1 --narrow 2");
    assert_int_equal(tried.settings.narrow, 2);
}

static void arguments_and_options_may_be_mixed(void **state) {
    (void)state;
    struct tried tried;
    good(&tried, "x one -n 1 - -d -- --two");
    const struct command_arguments *arguments = &tried.settings.arguments;
    assert_int_equal(arguments->count, 3);
    assert_string_equal(arguments->items[0], "one");
    assert_string_equal(arguments->items[1], "-");
    assert_string_equal(arguments->items[2], "--two");
    assert_true(tried.settings.dry);
}

static void a_value_may_look_like_an_option(void **state) {
    (void)state;
    struct tried tried;
    good(&tried, "x --name --dry -l -d");
    assert_string_equal(tried.settings.inner.name, "--dry");
    assert_string_equal(tried.settings.list.items[0], "-d");
    assert_false(tried.settings.dry);
}

static void a_whole_name_is_no_abbreviation_of_a_longer_one(void **state) {
    (void)state;
    struct tried tried;
    good(&tried, "x --dry");
    assert_true(option_is_given(&tried.parsing, &own_table.rows[5]));
    assert_false(option_is_given(&tried.parsing, &own_table.rows[6]));
}

static void help_and_version_end_the_parsing(void **state) {
    (void)state;
    static const struct {
        const char *line;
        enum parsed_as as;
    } cases[] = {
        {"x --help --nonsense", PARSED_HELP},
        {"x --he", PARSED_HELP},
        {"x -h", PARSED_SHORT_HELP},
        {"x -vh", PARSED_SHORT_HELP},
        {"x -?", PARSED_SHORT_HELP},
        {"x a b c d e -V", PARSED_VERSION},
        {"x --version -n many", PARSED_VERSION},
        {"x -n 3 a", PARSED_SETTINGS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tried tried;
        good(&tried, cases[i].line);
        assert_int_equal(tried.parsing.as, cases[i].as);
    }
}

static void wrong_use_is_refused_with_a_message(void **state) {
    (void)state;
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"x --narrow", "--narrow needs a value: --narrow N"},
        {"x -vn", "-n needs a value: -n N"},
        {"x -n many", "-n many: expected a number from 0 to 4294967295"},
        {"x -n 4294967296", "-n 4294967296: expected a number from 0 to 4294967295"},
        {"x --narrow -1", "--narrow -1: expected a number from 0 to 4294967295"},
        {"x --narrow=", "--narrow : expected a number from 0 to 4294967295"},
        {"x --narrow=+1", "--narrow +1: expected a number"},
        {"x --narrow 1x", "--narrow 1x: expected a number"},
        {"x --wide 1", "--wide 1: expected a number from 2 to 18446744073709551615"},
        {"x --wide 18446744073709551616", "expected a number from 2"},
        {"x --memory lots", "--memory lots: expected bytes, as in 256M or 2G"},
        {"x --memory 0", "expected bytes"},
        {"x --memory 1MB", "expected bytes"},
        {"x --memory 99999999T", "expected bytes"},
        {"x --memory 64k", "--memory 64k: at least 1M is needed"},
        {"x --memory 2T", "--memory 2T: at most 1048576M is possible"},
        {"x -c pink", "-c pink: expected red, green or blue"},
        {"x --colour gren", "--colour gren: expected red, green or blue; did you mean green?"},
        {"x --dry=yes", "--dry takes no value, and \"yes\" is given"},
        {"x --nraow 1", "there is no option --nraow; did you mean --narrow?"},
        {"x --verbose", "there is no option --verbose"},
        {"x --secre", "there is no option --secre"},
        {"x --na 1", "--na may mean --narrow or --name"},
        {"x -narrow 1", "-n arrow: expected a number"},
        {"x -memory 1M", "there is no option -memory; did you mean --memory?"},
        {"x -关税",
         "no option starts like \"-关税\"; an argument that starts with - goes after --, at the end: program try "
         "... -- '-关税'"},
        {"x -v关税", "no option starts like \"-v关税\""},
        {"x a b c d", "\"d\" is one argument too many"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tried tried;
        if (try_line(&tried, cases[i].line) != GDX_INVALID || !strstr(tried.err.message, cases[i].message))
            fail_msg("%s: %s", cases[i].line, tried.err.message);
    }
}

static void a_list_that_is_full_is_refused(void **state) {
    (void)state;
    struct tried tried;
    char line[4 * OPTION_LIST_MOST + 16] = "x";
    for (int i = 0; i < OPTION_LIST_MOST; i++)
        strcat(line, " -la");
    good(&tried, line);
    assert_int_equal(tried.settings.list.count, OPTION_LIST_MOST);
    strcat(line, " -la");
    assert_int_equal(try_line(&tried, line), GDX_INVALID);
}

static void arguments_that_are_missing_are_named(void **state) {
    (void)state;
    struct command needy = command;
    needy.arguments_least = 1;
    struct settings settings = {0};
    struct parsing parsing = {.command = &needy, .settings = &settings};
    char name[] = "x";
    char *argv[] = {name, NULL};
    gdx_error err = {0};
    assert_int_equal(options_parse(&parsing, 1, argv, &err), GDX_INVALID);
    assert_string_equal(err.message, "ITEM... is missing");
}

static void every_option_is_enumerated_once(void **state) {
    (void)state;
    static const char *const names[] = {"narrow",   "wide", "memory", "colour", "loud", "dry",   "dry-run-only",
                                        "no-merge", "list", "secret", "name",   "help", "usage", "version"};
    struct option_place place;
    size_t count = 0;
    for (; option_at(&command, count, &place); count++) {
        assert_true(count < sizeof names / sizeof names[0]);
        assert_string_equal(place.option->name, names[count]);
        assert_int_equal(place.offset, 0); // the struct inner comes first
    }
    assert_int_equal(count, sizeof names / sizeof names[0]);
}

static char *help_of(bool is_short) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *to = open_memstream(&text, &bytes);
    assert_non_null(to);
    command_print_help(to, &command, is_short);
    assert_int_equal(fclose(to), 0);
    return text;
}

static void help_stays_within_80_columns(void **state) {
    (void)state;
    char *text = help_of(false);
    bool has_wide = false;
    for (const char *at = text; *at;) {
        size_t bytes = strcspn(at, "\n"), width = text_width((gdx_slice){at, bytes});
        if (width > 80)
            fail_msg("%zu columns: %.*s", width, (int)bytes, at);
        has_wide |= width < bytes && width > 60;
        at += bytes + 1;
    }
    assert_true(has_wide); // lines are counted in columns: bytes would be broken earlier
    free(text);
}

static void short_help_is_the_options_alone(void **state) {
    (void)state;
    char *text = help_of(true), *whole = help_of(false);
    assert_non_null(strstr(text, "usage: program try [OPTION...] ITEM...\n"));
    assert_non_null(strstr(text, "  -n, --narrow N       a number of 32 bits\n"));
    assert_non_null(strstr(text, "\nInside:\n      --name TEXT "));
    assert_null(strstr(text, "secret"));
    assert_null(strstr(text, "examples:"));
    assert_null(strstr(text, "one of:"));
    assert_null(strstr(whole, "secret"));
    assert_non_null(strstr(whole, "A command of this test."));
    assert_non_null(strstr(whole, "examples:\n  program try --dry item\n"));
    assert_non_null(strstr(whole, "one of: red green blue\n"));
    free(whole);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_of_this_test_are_sound),
        cmocka_unit_test(a_value_may_be_given_in_every_form),
        cmocka_unit_test(every_kind_of_value_is_stored),
        cmocka_unit_test(the_last_of_two_values_counts),
        cmocka_unit_test(arguments_and_options_may_be_mixed),
        cmocka_unit_test(a_value_may_look_like_an_option),
        cmocka_unit_test(a_whole_name_is_no_abbreviation_of_a_longer_one),
        cmocka_unit_test(help_and_version_end_the_parsing),
        cmocka_unit_test(wrong_use_is_refused_with_a_message),
        cmocka_unit_test(a_list_that_is_full_is_refused),
        cmocka_unit_test(arguments_that_are_missing_are_named),
        cmocka_unit_test(every_option_is_enumerated_once),
        cmocka_unit_test(help_stays_within_80_columns),
        cmocka_unit_test(short_help_is_the_options_alone),
    };
    return cmocka_run_group_tests_name("cli: options", tests, NULL, NULL);
}
