// SPDX-License-Identifier: Apache-2.0
// option.h: commands and their options as tables. One table gives parsing, -h and --help; option_at walks it, so that
// man pages and completions can be made from it too.
// Relies on gdx/base.h. Parsing prints nothing and ends nothing: wrong use is GDX_INVALID with a message.
// A command lists groups of options; a group is a table and the place of its struct in the command's settings, so that
// several commands share one table.
#ifndef GRAMDEX_OPTION_H
#define GRAMDEX_OPTION_H

#include "gdx/base.h"

#include <stdio.h>

enum {
    OPTION_GROUPS_MOST = 8,
    OPTION_LIST_MOST = 64,   // values of one repeated option
    OPTION_HELP_COLUMNS = 45 // of a help line, so that it fits beside the longest option in 80 columns
};

enum option_kind {
    OPTION_FLAG,    // bool: becomes true
    OPTION_CLEAR,   // bool: becomes false
    OPTION_COUNT,   // unsigned: one more each time
    OPTION_TEXT,    // const char *: the argument itself
    OPTION_LIST,    // struct option_list: each argument
    OPTION_NUMBER,  // 4 or 8 bytes: a number in [least, most]
    OPTION_BYTES,   // size_t: 64K, 256M, 2G or plain bytes, in [least, most]; most 0: no limit
    OPTION_CHOICE,  // an enum: the place of the argument in `choices`
    OPTION_HELP,    // no field: the parser stops and reports that help is wanted
    OPTION_VERSION, // no field: likewise
    OPTION_EXPLAIN, // no field: likewise
};

struct option_list {
    const char *items[OPTION_LIST_MOST];
    unsigned count;
};

// A member of a settings struct; {0}: none.
struct option_field {
    size_t offset;
    size_t bytes;
};
#define OPTION_FIELD(type, member)                                                                                     \
    { offsetof(type, member), sizeof(((type *)0)->member) }

struct option {
    const char *name;     // without dashes; NULL ends a table
    const char *argument; // "N"; NULL: the option takes none
    const char *help;     // one line of at most OPTION_HELP_COLUMNS
    const char *more;     // what --help adds; NULL: nothing
    const char *const *choices;
    const char *environment;   // a variable that is read when the option is not given; NULL: none
    uint64_t least, most;      // of OPTION_NUMBER and OPTION_BYTES
    struct option_field field; // where the value goes
    struct option_field given; // a bool that becomes true with the option; {0}: none
    enum option_kind kind;
    char letter; // 0: none
    bool is_hidden;
    bool needs_index; // wrong use with --server
};

// Rows of a table, by what they take. What follows the help is members by name: .more = "...", .letter = 'n'.
#define OPTION_ROW(type, member, kind_, name_, argument_, ...)                                                         \
    { .kind = kind_, .field = OPTION_FIELD(type, member), .name = name_, .argument = argument_, .help = __VA_ARGS__ }
#define FLAG_ROW(type, member, name_, ...) OPTION_ROW(type, member, OPTION_FLAG, name_, NULL, __VA_ARGS__)
#define TEXT_ROW(type, member, name_, argument_, ...)                                                                  \
    OPTION_ROW(type, member, OPTION_TEXT, name_, argument_, __VA_ARGS__)
#define LIST_ROW(type, member, name_, argument_, ...)                                                                  \
    OPTION_ROW(type, member, OPTION_LIST, name_, argument_, __VA_ARGS__)
#define BYTES_ROW(type, member, name_, argument_, ...)                                                                 \
    OPTION_ROW(type, member, OPTION_BYTES, name_, argument_, __VA_ARGS__)
#define CHOICE_ROW(type, member, name_, argument_, choices_, ...)                                                      \
    OPTION_ROW(type, member, OPTION_CHOICE, name_, argument_, __VA_ARGS__, .choices = choices_)
#define NUMBER_ROW(type, member, name_, argument_, least_, most_, ...)                                                 \
    OPTION_ROW(type, member, OPTION_NUMBER, name_, argument_, __VA_ARGS__, .least = least_, .most = most_)

struct option_table {
    const char *heading; // NULL: none
    const struct option *rows;
};

struct option_group {
    const struct option_table *table; // NULL ends the groups
    size_t offset;                    // of the table's struct in the settings
};

struct command_arguments { // those that are no options, in order; they point into argv
    const char *const *items;
    size_t count;
};

struct asked; // asking.h

// A command's settings are one struct, which main.c copies from `defaults`, fills by the options and hands to `run`.
struct command {
    const char *title;           // "gramdex search"
    const char *summary;         // one line, for the list of commands
    const char *arguments;       // "QUERY"; "": none
    const char *description;     // a paragraph
    const char *const *examples; // lines to paste; NULL ends them. NULL: none
    const char *notes;           // paragraphs after the examples; NULL: none
    const char *explained_in;    // sections of docs/statistics.md for --explain, a line each; NULL: none
    struct option_group groups[OPTION_GROUPS_MOST + 1];
    size_t arguments_least, arguments_most;
    struct option_field arguments_field; // a struct command_arguments; {0}: the command takes none
    size_t settings_bytes;
    const void *defaults;                                // NULL: all zero
    gdx_status (*check)(void *settings, gdx_error *err); // of several options together; NULL: none
    int (*run)(const struct command *command, void *settings);
    // Asks what the settings say of one query, by asked_take or asked_print, for ask_all (asking.h). NULL: none.
    gdx_status (*answer)(const struct asked *asked, gdx_error *err);
};

// "search" of "gramdex search".
const char *command_name(const struct command *command);

// One option and where it belongs. --explain, --help and --version come last, in a group of their own.
struct option_place {
    const struct option *option;
    const struct option_table *table;
    size_t offset;
};
// The index-th option of a command, from 0; false after the last one.
bool option_at(const struct command *command, size_t index, struct option_place *out);
// Asserts that the tables of a command are sound: names unique, help given and short, fields set.
void command_assert_sound(const struct command *command);

enum parsed_as { PARSED_SETTINGS, PARSED_SHORT_HELP, PARSED_HELP, PARSED_VERSION, PARSED_EXPLANATION };

struct parsing {
    const struct command *command;
    void *settings;
    uint64_t given; // bit i: option_at(command, i) was on the command line
    enum parsed_as as;
};
// Reads argv[1] to argv[argc - 1] into the settings, and moves the arguments that are no options to the front of argv.
// GDX_INVALID: wrong use.
gdx_status options_parse(struct parsing *parsing, int argc, char **argv, gdx_error *err) GDX_MUST_CHECK;
bool option_is_given(const struct parsing *parsing, const struct option *option);
// Stores a value as if it were given. `label` names the option in messages: "--limit". `text`: NULL for flags.
gdx_status option_store(const struct option_place *place, void *settings, const char *label, const char *text,
                        gdx_error *err) GDX_MUST_CHECK;
// The option of a command that `name` names, by its long name or the start of it. GDX_INVALID: none or several.
gdx_status option_find(const struct command *command, gdx_slice name, struct option_place *out,
                       gdx_error *err) GDX_MUST_CHECK;
bool option_takes_argument(const struct option *option);

// The whole help, or with `is_short` the usage and the options alone.
void command_print_help(FILE *to, const struct command *command, bool is_short);
// Text broken at spaces into lines of 80 columns. The first line starts at `column`, where the cursor is; the others
// are indented by `indent`. Ends with a line break.
void print_paragraph(FILE *to, const char *text, size_t column, size_t indent);

#endif
