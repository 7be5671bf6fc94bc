// SPDX-License-Identifier: Apache-2.0
// overview.c: the general help.

#include "overview.h"

const struct overview overview = {
    .summary = "exact search in document sets, and figures about them",
    .usage = (const char *const[]){"gramdex [OPTION...] COMMAND [OPTION...] [ARGUMENT...]", "gramdex help [COMMAND]",
                                   "gramdex help query", "gramdex --version", NULL},
    .description =
        "gramdex finds every occurrence of exactly what you typed in a set of documents, and nothing else, whatever the "
        "line breaks, widths, letter case or script variant of the source.",
    .notes =
        "--index, --server, --json and the options that go with --server may also come before the command. Where "
        "neither --index nor --server is given, GRAMDEX_INDEX or GRAMDEX_SERVER names it, else the config file: "
        "$GRAMDEX_CONFIG, else ~/.config/gramdex/config, else /etc/gramdex/config.\n"
        "\n"
        "`gramdex COMMAND --help` describes a command, `gramdex COMMAND -h` lists its options, `gramdex help query` "
        "says what a query may be.\n"
        "Exit status: 0 done, 1 failed, 2 wrong use, 3 done but some input was refused (index), 130 and 143 after a "
        "signal.",
    .examples = 4,
};

void overview_print_help(FILE *to, bool is_short) {
    for (size_t i = 0; overview.usage[i]; i++)
        fprintf(to, "%s %s\n", i ? "      " : "usage:", overview.usage[i]);
    putc('\n', to);
    if (!is_short) {
        print_paragraph(to, overview.description, 0, 0);
        putc('\n', to);
    }
    const struct command *command;
    for (size_t i = 0; (command = command_at(i)); i++)
        fprintf(to, "  %-10s  %s\n", command_name(command), command->summary);
    if (is_short)
        return;
    fputs("\nexamples:\n", to);
    for (size_t i = 0; i < overview.examples && (command = command_at(i)); i++)
        fprintf(to, "  %s\n", command->examples[0]);
    putc('\n', to);
    print_paragraph(to, overview.notes, 0, 0);
}
