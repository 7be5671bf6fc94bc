// SPDX-License-Identifier: Apache-2.0
// generate.c: `gramdex generate`: man pages and completions, which the installation puts where they belong.

#include "command.h"
#include "completion.h"
#include "manual.h"
#include "report.h"

struct generate_command {
    struct command_arguments arguments;
};

static void print_manual(FILE *to, const struct command *command) {
    if (command)
        manual_print(to, command);
    else
        manual_print_overview(to);
}

static void print_commands(FILE *to) {
    const struct command *command;
    for (size_t i = 0; (command = command_at(i)); i++)
        fprintf(to, "%s\n", command_name(command));
}

static const struct generated {
    const char *name;
    void (*print)(FILE *to);                                   // one of these two
    void (*print_of)(FILE *to, const struct command *command); // of a command; NULL: of the program as a whole
} generated[] = {
    {"man", NULL, print_manual},
    {"complete-bash", completion_print_bash, NULL},
    {"complete-zsh", completion_print_zsh, NULL},
    {"complete-fish", completion_print_fish, NULL},
    {"commands", print_commands, NULL},
};
enum { GENERATED = sizeof generated / sizeof generated[0] };

static const struct generated *find(const char *name) {
    for (size_t i = 0; i < GENERATED; i++)
        if (strcmp(generated[i].name, name) == 0)
            return &generated[i];
    return NULL;
}

static gdx_status find_command(const struct generated *what, const struct command_arguments *arguments,
                               const struct command **out, gdx_error *err) {
    int words = 0;
    int count = (int)arguments->count - 1;
    *out = NULL;
    if (count == 0)
        return GDX_OK;
    if (!what->print_of)
        return gdx_fail(err, GDX_INVALID, "\"%s\": nothing comes after %s", arguments->items[1], what->name);
    *out = command_find(count, (char *const *)arguments->items + 1, &words);
    if (!*out || words != count)
        return gdx_fail(err, GDX_INVALID, "there is no command \"%s\"", arguments->items[1]);
    return GDX_OK;
}

static gdx_status check(void *settings, gdx_error *err) {
    const struct generate_command *self = settings;
    const struct command *command;
    const struct generated *what = find(self->arguments.items[0]);
    if (!what)
        return gdx_fail(err, GDX_INVALID,
                        "\"%s\": expected man, complete-bash, complete-zsh, complete-fish or commands",
                        self->arguments.items[0]);
    return find_command(what, &self->arguments, &command, err);
}

static int run(const struct command *command, void *settings) {
    const struct generate_command *self = settings;
    gdx_error err = {0};
    const struct command *of = NULL;
    const struct generated *what = find(self->arguments.items[0]);
    if (find_command(what, &self->arguments, &of, &err) != GDX_OK) // check has looked
        return report_failure(command->title, &err, (gdx_slice){0}, false);
    if (what->print_of)
        what->print_of(stdout, of);
    else
        what->print(stdout);
    return EXIT_DONE;
}

const struct command command_generate = {
    .title = "gramdex generate",
    .summary = "man pages and completions of shells",
    .arguments = "man [COMMAND]\ncomplete-bash\ncomplete-zsh\ncomplete-fish\ncommands",
    .description =
        "Print a man page, what a shell completes, or the names of the commands. The installation has pages and "
        "completions in their places; this is for a program that was copied by hand.",
    .examples = (const char *const[]){"gramdex generate man search | man -l -",
                                      "gramdex generate complete-bash > ~/.local/share/bash-completion/completions/"
                                      "gramdex",
                                      "gramdex generate complete-fish > ~/.config/fish/completions/gramdex.fish", NULL},
    .arguments_least = 1,
    .arguments_most = 3,
    .arguments_field = OPTION_FIELD(struct generate_command, arguments),
    .settings_bytes = sizeof(struct generate_command),
    .check = check,
    .run = run,
};
