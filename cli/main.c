// SPDX-License-Identifier: Apache-2.0
// main.c: the program `gramdex`: finds the subcommand and hands over.
// Relies on command.h. A new command is one file with its `command_...` function, its prototype there, and one row
// here.

#include "command.h"
#include "report.h"

#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command {
    const char *name;
    command_function *run;
    const char *summary;
} commands[] = {
    {"index", command_index, "add files, folders, archives and JSON Lines to an index"},
    {"search", command_search, "ranked hits, each with the match in its context"},
    {"count", command_count, "how many documents and occurrences"},
    {"trend", command_trend, "the same for each year, month or day, with the rate and a plot"},
    {"get", command_get, "a stored document, byte for byte"},
    {"delete", command_delete, "remove documents by id"},
    {"stat", command_stat, "what is inside and what it costs, by part"},
    {"verify", command_verify, "check every checksum and every structure"},
    {"merge", command_merge, "fewer, larger segments"},
    {"serve", command_serve, "answer queries over gRPC"},
#ifdef GRAMDEX_BENCH
    {"bench", command_bench, "measure indexing, size and queries"},
#endif
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

const char *argp_program_version = "gramdex " GRAMDEX_VERSION;

static void print_help(FILE *to) {
    fputs("gramdex finds every occurrence of exactly what you typed in a set of documents, and nothing else,\n"
          "whatever the line breaks, widths, letter case or script variant of the source.\n"
          "\n"
          "usage: gramdex COMMAND [OPTION...] [ARGUMENT...]\n"
          "\n",
          to);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
    fputs("\n"
          "examples:\n"
          "  gramdex index --index corpus.gdx articles/ news.jsonl.zst    make or update an index\n"
          "  gramdex search --index corpus.gdx '产业链 NEAR/20 重构'      ranked, in context\n"
          "  gramdex trend --index corpus.gdx --by year 友岸外包          how often, since when\n"
          "\n"
          "`gramdex COMMAND --help` tells the rest; docs/query-language.md is the language of queries.\n"
          "Exit status: 0 done, 1 failed, 2 wrong use.\n",
          to);
}

static const struct command *find_command(const char *name) {
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

// `gramdex help search` is `gramdex search --help`.
static int run_command(const struct command *command, int argc, char **argv) {
    char name[64];
    snprintf(name, sizeof name, "gramdex %s", command->name);
    argv[0] = name;
    argp_err_exit_status = EXIT_WRONG_USE;
    return finish_output(name, command->run(argc, argv));
}

static int run_help(int argc, char **argv) {
    const struct command *command = argc > 2 ? find_command(argv[2]) : NULL;
    if (command) {
        char dash_help[] = "--help";
        char *help_argv[] = {NULL, dash_help, NULL};
        return run_command(command, 2, help_argv);
    }
    print_help(stdout);
    return finish_output("gramdex", EXIT_DONE);
}

// A reader that goes away and a file that may not grow are errors of a write, told or passed over like others.
static void ignore_signals_of_writes(void) {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

int main(int argc, char **argv) {
    ignore_signals_of_writes();
    if (argc < 2) {
        print_help(stderr);
        return EXIT_WRONG_USE;
    }
    const char *name = argv[1];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "-?") == 0)
        return run_help(argc, argv);
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        puts(argp_program_version);
        return finish_output("gramdex", EXIT_DONE);
    }
    const struct command *command = find_command(name);
    if (!command) {
        fprintf(stderr, "gramdex: no command \"%s\"; `gramdex --help` lists them\n", name);
        return EXIT_WRONG_USE;
    }
    return run_command(command, argc - 1, argv + 1);
}
