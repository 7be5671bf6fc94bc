// SPDX-License-Identifier: Apache-2.0
// main.c: the program `gramdex`: finds the command, fills its settings and runs it.
// Relies on command.h for the commands, on options.h for the options they share. Shared options may also come before
// the command: they are moved after it.

#include "command.h"
#include "explain.h"
#include "interrupt.h"
#include "options.h"
#include "overview.h"
#include "report.h"
#include "table.h"
#include "terminal.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

static int finish_wrong_use(const char *title, const gdx_error *err) {
    char text[GDX_ERROR_TEXT_BYTES];
    fprintf(stderr, "%s: ", title);
    print_clean(stderr, gdx_slice_of(gdx_error_text(err, text)));
    putc('\n', stderr);
    int exit_status = gdx_status_exit(err->status);
    if (exit_status == EXIT_WRONG_USE)
        fprintf(stderr, "`%s --help` describes what is possible.\n", title);
    return exit_status;
}

static int print_version(void) {
    puts("gramdex " GRAMDEX_VERSION);
    return EXIT_DONE;
}

static int print_explanation(const struct command *command) {
    gdx_error err = {0};
    gdx_status status = explain_print(stdout, command->explained_in, &err);
    return status == GDX_OK ? EXIT_DONE : report_failure(command->title, &err, (gdx_slice){0}, false);
}

static int print_query_page(void) {
    gdx_error err = {0};
    gdx_status status = explain_print_queries(stdout, &err);
    int exit_status = status == GDX_OK ? EXIT_DONE : report_failure("gramdex", &err, (gdx_slice){0}, false);
    return finish_output("gramdex", exit_status);
}

// ---- one command

// Everything that decides the settings, in order: command line, environment, config file, and what must go together.
static gdx_status fill(struct parsing *parsing, struct config *config, int argc, char **argv, gdx_error *err) {
    const struct command *command = parsing->command;
    gdx_status status = options_parse(parsing, argc, argv, err);
    if (status != GDX_OK || parsing->as != PARSED_SETTINGS)
        return status;
    if (command_takes_target(command)) {
        status = config_read(config, err);
        if (status == GDX_OK)
            status = target_settle(parsing, config, err);
    }
    if (status == GDX_OK)
        output_settle(parsing);
    return status == GDX_OK && command->check ? command->check(parsing->settings, err) : status;
}

static int run_filled(const struct parsing *parsing) {
    const struct command *command = parsing->command;
    switch (parsing->as) {
    case PARSED_SETTINGS:
        return command->run(command, parsing->settings);
    case PARSED_SHORT_HELP:
    case PARSED_HELP:
        command_print_help(stdout, command, parsing->as == PARSED_SHORT_HELP);
        return EXIT_DONE;
    case PARSED_VERSION:
        return print_version();
    case PARSED_EXPLANATION:
        return print_explanation(command);
    }
    return EXIT_FAILED;
}

// As a shell has it for a program that a signal ended: 130 for Ctrl-C, 143 for SIGTERM.
static int status_after_signal(int exit_status) {
    enum { SIGNAL_STATUS = 128 };
    int number = interrupt_signal();
    return number ? SIGNAL_STATUS + number : exit_status;
}

// argv[0] is not looked at.
static int run_command(const struct command *command, int argc, char **argv) {
    gdx_error err = {0};
    struct config config = {0};
    struct parsing parsing = {.command = command, .settings = calloc(1, command->settings_bytes)};
    int exit_status;
    gdx_status status = parsing.settings ? GDX_OK : gdx_fail_memory(&err, "the options");
    if (status == GDX_OK) {
        if (command->defaults)
            memcpy(parsing.settings, command->defaults, command->settings_bytes);
        status = fill(&parsing, &config, argc, argv, &err);
    }
    if (status == GDX_OK)
        exit_status = status_after_signal(run_filled(&parsing));
    else
        exit_status = finish_wrong_use(command->title, &err);
    free(parsing.settings);
    config_clear(&config);
    return finish_output(command->title, exit_status);
}

// ---- before the command

// How many arguments an option before the command takes: 1, or 2 with its value; 0: it is no shared option.
static int shared_option_arguments(const char *text) {
    bool is_long = text[1] == '-';
    gdx_slice name = {text + 2, is_long ? strcspn(text + 2, "=") : 0};
    const struct option *option = is_long ? shared_option(name) : shared_option_of_letter(text[1]);
    if (!option)
        return 0;
    bool has_value = is_long ? name.data[name.bytes] == '=' : text[2] != 0;
    return option_takes_argument(option) && !has_value ? 2 : 1;
}

static int fail_before_command(const char *text) {
    gdx_error err = {0};
    const char *near = text[1] == '-' ? shared_option_near((gdx_slice){text + 2, strcspn(text + 2, "=")}) : NULL;
    if (near)
        (void)gdx_fail(&err, GDX_INVALID, "%s: this cannot come before the command; did you mean --%s?", text, near);
    else
        (void)gdx_fail(&err, GDX_INVALID,
                       "%s: this cannot come before the command; first the command, then its options", text);
    return finish_wrong_use("gramdex", &err);
}

static int fail_no_command(const char *name) {
    gdx_error err = {0};
    const struct command *near = name ? command_near(name) : NULL;
    if (!name)
        (void)gdx_fail(&err, GDX_INVALID, "the command is missing");
    else if (near)
        (void)gdx_fail(&err, GDX_INVALID, "there is no command \"%s\"; did you mean %s?", name, command_name(near));
    else
        (void)gdx_fail(&err, GDX_INVALID, "there is no command \"%s\"", name);
    return finish_wrong_use("gramdex", &err);
}

static int run_help(int count, char **words) {
    if (count == 1 && strcmp(words[0], "query") == 0)
        return print_query_page();
    int used = 0;
    const struct command *command = command_find(count, words, &used);
    if (count > 0 && !command && strcmp(words[0], "help") != 0)
        return fail_no_command(words[0]);
    if (command)
        command_print_help(stdout, command, false);
    else
        overview_print_help(stdout, false);
    return finish_output("gramdex", EXIT_DONE);
}

static bool is_any_of(const char *text, const char *a, const char *b) {
    return strcmp(text, a) == 0 || strcmp(text, b) == 0;
}

// argv[at] is the first word that is no shared option: a command, or a request for help.
static int run_word(int argc, char **argv, int at) {
    const char *word = argv[at];
    if (is_any_of(word, "help", "--help"))
        return run_help(argc - at - 1, argv + at + 1);
    if (is_any_of(word, "-h", "-?")) {
        overview_print_help(stdout, true);
        return finish_output("gramdex", EXIT_DONE);
    }
    if (is_any_of(word, "--version", "-V"))
        return finish_output("gramdex", print_version());
    if (word[0] == '-' && word[1] != 0)
        return fail_before_command(word);
    int words = 0;
    const struct command *command = command_find(argc - at, argv + at, &words);
    if (!command)
        return fail_no_command(word);
    // The options before the command move to the place of its last word, where its own arguments start.
    memmove(argv + 1 + words, argv + 1, (size_t)(at - 1) * sizeof *argv);
    return run_command(command, argc - words, argv + words);
}

// A reader that goes away and a file that may not grow are errors of a write, reported or ignored like others.
static void ignore_signals_of_writes(void) {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

// glibc reserves 64 MB for each arena, up to eight a processor. Where address space is limited, that would be most of
// it, so all threads share one.
static void share_arena(void) {
    struct rlimit space;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
        mallopt(M_ARENA_MAX, 1);
}

int main(int argc, char **argv) {
    ignore_signals_of_writes();
    share_arena();
    const struct command *command;
    for (size_t i = 0; (command = command_at(i)); i++)
        command_assert_sound(command);
    if (argc < 2) {
        overview_print_help(stderr, false);
        return EXIT_WRONG_USE;
    }
    int at = 1;
    while (at < argc && argv[at][0] == '-') {
        int count = shared_option_arguments(argv[at]);
        if (count == 0)
            break;
        at += count;
    }
    return at < argc ? run_word(argc, argv, at) : fail_no_command(NULL);
}
