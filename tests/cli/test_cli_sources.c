// SPDX-License-Identifier: Apache-2.0
// test_cli_sources.c: where the program takes its options from: before and after the command, the environment, the
// config file; which of them counts; and that the examples of every help can be pasted.

#include "program.h"

#include <stdlib.h>
#include <unistd.h>

static const char *const commands[] = {"index", "search", "count",  "trend", "get",
                                       "stat",  "verify", "delete", "merge", "serve"};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

// The index of the place has 1 document, the index "other" has 2. No test changes them, and what a line sets is its
// shell's alone; files that a line needs it makes.
static int make_indexes(void **state) {
    static struct place place;
    place_make(&place);
    struct said said = run_shell(
        &place,
        "cd \"${INDEX%/*}\" && mkdir one two && echo 产业链 > one/a.txt && cp one/a.txt two/a.txt && "
        "cp one/a.txt two/b.txt && \"$GRAMDEX\" index --index index one && \"$GRAMDEX\" index --index other two");
    expect_status(&said, 0);
    said_clear(&said);
    *state = &place;
    return 0;
}

static int remove_indexes(void **state) {
    place_remove(*state);
    return 0;
}

// Runs a line in the folder of the place; fails unless it exits so and says this on standard output, or error.
static void expect(const struct place *place, const char *line, int exit_status, const char *text) {
    char whole[4096];
    snprintf(whole, sizeof whole, "cd \"${INDEX%%/*}\" && %s", line);
    struct said said = run_shell(place, whole);
    if (said.exit_status != exit_status || !strstr(exit_status ? said_err(&said) : said_out(&said), text))
        fail_msg("%s: exit status %d, expected %d and \"%s\"; it said:\n%s%s", line, said.exit_status, exit_status,
                 text, said_out(&said), said_err(&said));
    said_clear(&said);
}

#define COUNT "\"$GRAMDEX\" count 产业链"

static void shared_options_may_come_before_the_command(void **state) {
    const struct place *place = *state;
    expect(place, "\"$GRAMDEX\" --index index count 产业链", 0, "1 document,");
    expect(place, "\"$GRAMDEX\" --json --index=other count 产业链", 0, "\"documents\":2,");
    expect(place, "\"$GRAMDEX\" --index index count --index other 产业链", 0, "2 documents,");
    expect(place, "\"$GRAMDEX\" --index index --limit 3 search 产业链", 2,
           "--limit: this cannot come before the command");
    expect(place, "\"$GRAMDEX\" --idnex index search 产业链", 2, "did you mean --index?");
    expect(place, "\"$GRAMDEX\" --index index --help", 0, "usage: gramdex [OPTION...] COMMAND");
    expect(place, "\"$GRAMDEX\" --index index", 2, "the command is missing");
}

static void an_option_counts_before_the_environment_and_that_before_the_file(void **state) {
    const struct place *place = *state;
    expect(place, "printf 'index = index\\n' > config && GRAMDEX_CONFIG=config " COUNT, 0, "1 document,");
    expect(place, "GRAMDEX_CONFIG=config GRAMDEX_INDEX=other " COUNT, 0, "2 documents,");
    expect(place, "GRAMDEX_CONFIG=config GRAMDEX_SERVER=unix:none GRAMDEX_INDEX= " COUNT, 1, "none");
    expect(place, "GRAMDEX_CONFIG=config GRAMDEX_INDEX=other " COUNT " --index index", 0, "1 document,");
    expect(place, "GRAMDEX_INDEX=other GRAMDEX_SERVER=unix:none " COUNT " --index index", 0, "1 document,");
    expect(place, "GRAMDEX_INDEX=index \"$GRAMDEX\" verify", 0, "sound: 1 document ");
}

static void two_variables_and_no_option_are_wrong_use(void **state) {
    const struct place *place = *state;
    expect(place, "GRAMDEX_INDEX=index GRAMDEX_SERVER=unix:none " COUNT, 2,
           "GRAMDEX_INDEX and GRAMDEX_SERVER are both set");
    expect(place, "printf 'index = index\\nserver = unix:none\\n' > config && GRAMDEX_CONFIG=config " COUNT, 2,
           "config: index and server are both set");
    // A command that only a directory can serve has no choice to make.
    expect(place, "GRAMDEX_INDEX=index GRAMDEX_SERVER=unix:none \"$GRAMDEX\" verify", 0, "sound");
    expect(place, COUNT, 2, "which index?");
}

static void a_config_file_sets_shared_options(void **state) {
    const struct place *place = *state;
    expect(
        place,
        "printf '# ours\\n\\n  index=other \\r\\njson = yes\\ntimeout = 5 \\n' > config && GRAMDEX_CONFIG=config " COUNT,
        0, "\"documents\":2,");
    // How a server is asked does not disturb when a directory is asked, and an option of the command line does.
    expect(place, "GRAMDEX_CONFIG=config " COUNT " --timeout 5", 2, "--timeout goes with --server");
    expect(place, "printf 'server = unix:none\\ntimeout = 0\\n' > config; GRAMDEX_CONFIG=config " COUNT, 2,
           "config:2: timeout = 0: expected a number from 1");
    expect(place, "printf 'index = other\\njson = no\\n' > config; GRAMDEX_CONFIG=config " COUNT, 0, "2 documents,");
}

static void a_config_line_that_sets_nothing_is_named(void **state) {
    const struct place *place = *state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"index = other\\nindx = a\\n", "config:2: there is no setting \"indx\"; did you mean index?"},
        {"limit = 3\\n", "config:1: there is no setting \"limit\""},
        {"\\n\\nindex\\n", "config:3: expected NAME = VALUE"},
        {"index =\\n", "config:1: the value is missing"},
        {"index = a\\nindex = b\\n", "config:2: index is set on line 1 already"},
        {"index = other\\njson = maybe\\n", "config:2: json = maybe: expected yes or no"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[512];
        snprintf(line, sizeof line, "printf '%s' > config; GRAMDEX_CONFIG=config " COUNT, cases[i].text);
        expect(place, line, 2, cases[i].message);
    }
    expect(place, "GRAMDEX_CONFIG=none.config " COUNT, 1, "none.config");
}

static void the_config_file_is_found_where_the_page_says(void **state) {
    const struct place *place = *state;
    expect(place,
           "unset GRAMDEX_CONFIG; mkdir -p home/.config/gramdex xdg/gramdex && "
           "echo 'index = index' > home/.config/gramdex/config && echo 'index = other' > xdg/gramdex/config && "
           "HOME=\"$PWD/home\" " COUNT,
           0, "1 document,");
    expect(place, "unset GRAMDEX_CONFIG; HOME=\"$PWD/home\" XDG_CONFIG_HOME=\"$PWD/xdg\" " COUNT, 0, "2 documents,");
    expect(place, "GRAMDEX_CONFIG= HOME=\"$PWD/home\" XDG_CONFIG_HOME=\"$PWD/xdg\" " COUNT, 2, "which index?");
}

static void names_that_are_misspelt_are_suggested(void **state) {
    const struct place *place = *state;
    expect(place, "\"$GRAMDEX\" serch 产业链", 2, "there is no command \"serch\"; did you mean search?");
    expect(place, "\"$GRAMDEX\" help verfiy", 2, "did you mean verify?");
    expect(place, "\"$GRAMDEX\" frobnicate", 2, "there is no command \"frobnicate\"\n");
    expect(place, "\"$GRAMDEX\" search --ordre id 产业链", 2, "did you mean --order?");
    expect(place, "\"$GRAMDEX\" search --order newst 产业链", 2, "did you mean newest?");
    expect(place, "\"$GRAMDEX\" count --index index -产业链", 2, "gramdex count ... -- '-产业链'");
}

static void help_of_a_command_is_the_same_in_both_forms(void **state) {
    const struct place *place = *state;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        char line[512];
        snprintf(line, sizeof line,
                 "\"$GRAMDEX\" help %s > a && \"$GRAMDEX\" %s --help > b && cmp a b && \"$GRAMDEX\" %s -h > c && "
                 "test $(wc -l < c) -lt $(wc -l < a) && cat a",
                 commands[i], commands[i], commands[i]);
        expect(place, line, 0, "examples:\n  ");
    }
    expect(place, "\"$GRAMDEX\" --version", 0, "gramdex ");
    expect(place, "\"$GRAMDEX\" search -V", 0, "gramdex ");
}

// Each example runs in a folder without that index, where the server can neither start nor answer: it may fail, but it
// must not be wrong use.
static void the_examples_of_help_can_be_pasted(void **state) {
    const struct place *place = *state;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        char line[2048];
        snprintf(line, sizeof line,
                 "rm -rf paste && mkdir paste && cd paste && ln -s \"$GRAMDEX\" gramdex && PATH=\"$PWD:$PATH\" && "
                 "touch withdrawn.txt terms.txt leaves.txt && "
                 "gramdex %s --help | sed -n '/^examples:/,/^$/s/^  //p' | "
                 "awk '/\\\\$/ { sub(/\\\\$/, \"\"); printf \"%%s\", $0; next } { print }' > lines && test -s lines && "
                 "while IFS= read -r example; do\n"
                 "  rm -rf corpus.gdx\n"
                 "  (eval \"$example\") > out 2> err < /dev/null\n"
                 "  status=$?\n"
                 "  if [ $status -eq 2 ] || [ $status -gt 3 ] || grep -q 'describes what is possible' err; then\n"
                 "    echo \"$example: $status\" >&2; cat err >&2; exit 1\n"
                 "  fi\n"
                 "done < lines && echo pasted",
                 commands[i]);
        expect(place, line, 0, "pasted");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_options_may_come_before_the_command),
        cmocka_unit_test(an_option_counts_before_the_environment_and_that_before_the_file),
        cmocka_unit_test(two_variables_and_no_option_are_wrong_use),
        cmocka_unit_test(a_config_file_sets_shared_options),
        cmocka_unit_test(a_config_line_that_sets_nothing_is_named),
        cmocka_unit_test(the_config_file_is_found_where_the_page_says),
        cmocka_unit_test(names_that_are_misspelt_are_suggested),
        cmocka_unit_test(help_of_a_command_is_the_same_in_both_forms),
        cmocka_unit_test(the_examples_of_help_can_be_pasted),
    };
    return cmocka_run_group_tests_name("cli: sources of options", tests, make_indexes, remove_indexes);
}
