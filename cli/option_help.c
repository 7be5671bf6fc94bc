// SPDX-License-Identifier: Apache-2.0
// option_help.c: prints the help of a command from its tables, in 80 columns as a terminal counts them.

#include "option.h"

#include "terminal.h"

enum { COLUMNS = 80, INDENT = 2, LETTER_COLUMNS = 4, NAME_BYTES = 80, LEFT_MOST = COLUMNS - OPTION_HELP_COLUMNS };

static void print_spaces(FILE *to, size_t count) {
    fprintf(to, "%*s", (int)count, "");
}

// The next word and its width; false at the end of the line of text.
static bool next_word(const char **at, gdx_slice *out) {
    *at += strspn(*at, " ");
    *out = (gdx_slice){*at, strcspn(*at, " \n")};
    *at += out->bytes;
    return out->bytes > 0;
}

void print_paragraph(FILE *to, const char *text, size_t column, size_t indent) {
    bool is_first = true;
    for (const char *at = text; *at;) {
        gdx_slice word;
        while (next_word(&at, &word)) {
            size_t width = text_width(word);
            if (!is_first && column + 1 + width > COLUMNS) {
                putc('\n', to);
                print_spaces(to, indent);
                column = indent;
            } else if (!is_first) {
                putc(' ', to);
                column++;
            }
            fwrite(word.data, 1, word.bytes, to);
            column += width;
            is_first = false;
        }
        if (*at == '\n' && *++at) {
            putc('\n', to);
            if (*at != '\n')
                print_spaces(to, indent);
            column = indent;
            is_first = true;
        }
    }
    putc('\n', to);
}

// "-n, --limit N"; returns its width, all of it ASCII.
static size_t format_name(const struct option *option, char to[NAME_BYTES]) {
    char letter[LETTER_COLUMNS + 1];
    snprintf(letter, sizeof letter, option->letter ? "-%c, " : "    ", option->letter);
    int bytes = snprintf(to, NAME_BYTES, "%s--%s%s%s", letter, option->name, option->argument ? " " : "",
                         option->argument ? option->argument : "");
    return (size_t)bytes;
}

// Where the help lines start: beside the longest option.
static size_t help_column(const struct command *command) {
    size_t most = 0;
    char name[NAME_BYTES];
    struct option_place place;
    for (size_t i = 0; option_at(command, i, &place); i++) {
        size_t width = INDENT + format_name(place.option, name) + 2;
        if (!place.option->is_hidden && width > most)
            most = width;
    }
    return most < LEFT_MOST ? most : LEFT_MOST;
}

static void print_more(FILE *to, const struct option *option, size_t column) {
    if (option->more) {
        print_spaces(to, column);
        print_paragraph(to, option->more, column, column);
    }
    if (option->choices) {
        print_spaces(to, column);
        fputs("one of:", to);
        for (size_t i = 0; option->choices[i]; i++)
            fprintf(to, " %s", option->choices[i]);
        putc('\n', to);
    }
    if (option->environment) {
        print_spaces(to, column);
        fprintf(to, "else %s, else the config file\n", option->environment);
    }
}

static void print_options(FILE *to, const struct command *command, bool is_short) {
    const struct option_table *table = NULL;
    size_t column = help_column(command);
    struct option_place place;
    for (size_t i = 0; option_at(command, i, &place); i++) {
        if (place.option->is_hidden)
            continue;
        enum option_kind kind = place.option->kind;
        bool is_apart = place.table->heading || kind == OPTION_HELP || kind == OPTION_EXPLAIN;
        if (table && place.table != table && is_apart)
            putc('\n', to);
        if (place.table != table && place.table->heading)
            fprintf(to, "%s\n", place.table->heading);
        table = place.table;
        char name[NAME_BYTES];
        size_t width = INDENT + format_name(place.option, name);
        fprintf(to, "  %s", name);
        if (width + 2 > column) {
            putc('\n', to);
            width = 0;
        }
        print_spaces(to, column - width);
        print_paragraph(to, place.option->help, column, column);
        if (!is_short)
            print_more(to, place.option, column);
    }
}

// "build FILE\nmerge FILE" are two ways to call a command, a line each.
static void print_usage(FILE *to, const struct command *command) {
    const char *at = command->arguments;
    for (const char *before = "usage:";; before = "      ") {
        size_t bytes = strcspn(at, "\n");
        fprintf(to, "%s %s [OPTION...]%s%.*s\n", before, command->title, bytes ? " " : "", (int)bytes, at);
        if (at[bytes] == 0)
            break;
        at += bytes + 1;
    }
}

void command_print_help(FILE *to, const struct command *command, bool is_short) {
    print_usage(to, command);
    if (!is_short) {
        putc('\n', to);
        print_paragraph(to, command->description, 0, 0);
    }
    putc('\n', to);
    print_options(to, command, is_short);
    if (is_short)
        return;
    if (command->examples)
        fputs("\nexamples:\n", to);
    for (size_t i = 0; command->examples && command->examples[i]; i++)
        fprintf(to, "  %s\n", command->examples[i]);
    if (command->notes) {
        putc('\n', to);
        print_paragraph(to, command->notes, 0, 0);
    }
}
