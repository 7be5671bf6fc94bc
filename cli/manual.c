// SPDX-License-Identifier: Apache-2.0
// manual.c: man pages. man(7) of mandoc describes the macros.

#include "manual.h"

#include "overview.h"

#include <ctype.h>

enum { NAME_MOST = 64 };

// Text that roff prints as it is: a backslash would begin an escape, a hyphen would become another sign, a point or an
// apostrophe that starts a line would be a macro.
static void print_roff(FILE *to, const char *text, bool starts_line) {
    if (starts_line && (text[0] == '.' || text[0] == '\''))
        fputs("\\&", to);
    for (const char *at = text; *at; at++)
        switch (*at) {
        case '\\':
            fputs("\\e", to);
            break;
        case '-':
            fputs("\\-", to);
            break;
        case '`':
            fputs("\\(ga", to);
            break;
        case '\'':
            fputs("\\(aq", to);
            break;
        case '"':
            fputs("\\(dq", to);
            break;
        case '~':
            fputs("\\(ti", to);
            break;
        case '^':
            fputs("\\(ha", to);
            break;
        default:
            putc(*at, to);
        }
}

// A blank line begins a paragraph, another line break a line. `paragraph` is the macro that parts paragraphs.
static void print_text(FILE *to, const char *text, const char *paragraph) {
    char line[4096];
    for (const char *at = text; *at;) {
        size_t bytes = strcspn(at, "\n");
        int printed = bytes < sizeof line ? (int)bytes : (int)sizeof line - 1;
        snprintf(line, sizeof line, "%.*s", printed, at);
        print_roff(to, line, true);
        putc('\n', to);
        at += bytes;
        if (at[0] == '\n' && at[1] == '\n')
            fprintf(to, "%s\n", paragraph);
        else if (at[0] == '\n' && at[1])
            fputs(".br\n", to);
        at += strspn(at, "\n");
    }
}

static void print_upper(FILE *to, const char *text) {
    for (const char *at = text; *at; at++)
        putc(*at == ' ' ? '-' : toupper((unsigned char)*at), to);
}

// "gramdex search" is the page gramdex-search.
static void print_page_name(FILE *to, const char *title) {
    for (const char *at = title; *at; at++)
        fputs(*at == ' ' || *at == '-' ? "\\-" : (const char[]){*at, 0}, to);
}

static void print_head(FILE *to, const char *title, const char *summary) {
    fputs(".TH ", to);
    print_upper(to, title);
    fputs(" 1 \"\" \"gramdex " GRAMDEX_VERSION "\" \"gramdex\"\n.SH NAME\n", to);
    print_page_name(to, title);
    fputs(" \\- ", to);
    print_roff(to, summary, false);
    fputs("\n.SH SYNOPSIS\n", to);
}

static void print_examples(FILE *to, const char *const *examples) {
    if (!examples)
        return;
    fputs(".SH EXAMPLES\n.nf\n", to);
    for (size_t i = 0; examples[i]; i++) {
        print_roff(to, examples[i], true);
        putc('\n', to);
    }
    fputs(".fi\n", to);
}

// ---- options

static void print_names(FILE *to, const struct option *option) {
    fputs(".TP\n", to);
    if (option->letter)
        fprintf(to, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", to);
    print_roff(to, option->name, false);
    fputs("\\fR", to);
    if (option->argument) {
        fputs(" \\fI", to);
        print_roff(to, option->argument, false);
        fputs("\\fR", to);
    }
    putc('\n', to);
}

static void print_option(FILE *to, const struct option *option) {
    print_names(to, option);
    print_text(to, option->help, ".IP");
    if (option->more) {
        fputs(".br\n", to);
        print_text(to, option->more, ".IP");
    }
    if (option->choices) {
        fputs(".br\nOne of:", to);
        for (size_t i = 0; option->choices[i]; i++) {
            fputs(i ? ", \\fB" : " \\fB", to);
            print_roff(to, option->choices[i], false);
            fputs("\\fR", to);
        }
        fputs(".\n", to);
    }
    if (option->environment)
        fprintf(to, ".br\nElse \\fB%s\\fR, else the config file.\n", option->environment);
}

static void print_options(FILE *to, const struct command *command) {
    const struct option_table *table = NULL;
    struct option_place place;
    fputs(".SH OPTIONS\n", to);
    for (size_t i = 0; option_at(command, i, &place); i++) {
        if (place.option->is_hidden)
            continue;
        if (place.table != table && place.table->heading) {
            fputs(".SS ", to);
            print_roff(to, place.table->heading, false);
            putc('\n', to);
        }
        table = place.table;
        print_option(to, place.option);
    }
}

// ---- pages

static void print_see_also(FILE *to, const struct command *left_out) {
    const struct command *command;
    fputs(".SH SEE ALSO\n", to);
    if (left_out)
        fputs(".BR gramdex (1),\n", to);
    for (size_t i = 0; (command = command_at(i)); i++) {
        if (command == left_out || strchr(command_name(command), ' '))
            continue;
        fputs(".BR ", to);
        print_page_name(to, command->title);
        fputs(" (1),\n", to);
    }
    fputs(".BR gramdex\\-query (7)\n", to);
}

void manual_print(FILE *to, const struct command *command) {
    print_head(to, command->title, command->summary);
    for (const char *at = command->arguments;;) {
        char line[NAME_MOST * 4];
        size_t bytes = strcspn(at, "\n");
        snprintf(line, sizeof line, "%.*s", (int)bytes, at);
        fprintf(to, "\\fB%s\\fR [\\fIOPTION\\fR...] \\fI", command->title);
        print_roff(to, line, false);
        fputs("\\fR\n", to);
        if (at[bytes] == 0)
            break;
        fputs(".br\n", to);
        at += bytes + 1;
    }
    fputs(".SH DESCRIPTION\n", to);
    print_text(to, command->description, ".PP");
    print_options(to, command);
    print_examples(to, command->examples);
    if (command->notes) {
        fputs(".SH NOTES\n", to);
        print_text(to, command->notes, ".PP");
    }
    print_see_also(to, command);
}

void manual_print_overview(FILE *to) {
    const struct command *command;
    print_head(to, "gramdex", overview.summary);
    for (size_t i = 0; overview.usage[i]; i++) {
        fputs(i ? ".br\n" : "", to);
        print_roff(to, overview.usage[i], true);
        putc('\n', to);
    }
    fputs(".SH DESCRIPTION\n", to);
    print_text(to, overview.description, ".PP");
    fputs(".SH COMMANDS\n", to);
    for (size_t i = 0; (command = command_at(i)); i++) {
        fprintf(to, ".TP\n\\fB%s\\fR\n", command_name(command));
        print_text(to, command->summary, ".IP");
    }
    fputs(".SH EXAMPLES\n.nf\n", to);
    for (size_t i = 0; i < overview.examples && (command = command_at(i)); i++) {
        print_roff(to, command->examples[0], true);
        putc('\n', to);
    }
    fputs(".fi\n.SH NOTES\n", to);
    print_text(to, overview.notes, ".PP");
    print_see_also(to, NULL);
}
