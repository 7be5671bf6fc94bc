// SPDX-License-Identifier: Apache-2.0
// option_parse.c: reads a command line by the tables of its command.
// Options and arguments may be mixed; "--" ends the options; "-" is an argument. A long name may be cut short as long
// as one option alone starts so.

#include "option.h"

#include "gdx/nearest.h"
#include "options.h"

#include <assert.h>

enum { LABEL_BYTES = 64 };

// What is left of the command line.
struct line {
    struct parsing *parsing;
    char **argv;
    int argc;
    int at; // the next argument
};

static bool starts_with(const char *name, gdx_slice start) {
    return strncmp(name, start.data, start.bytes) == 0;
}

static gdx_status fail_unknown(const struct command *command, gdx_slice name, gdx_error *err) {
    if (gdx_slice_equal(name, gdx_slice_of("server")) && command_takes_target(command))
        return gdx_fail(
            err, GDX_INVALID,
            "there is no option --server: %s works on an index's files; run it with --index on the server's "
            "machine",
            command->title);
    gdx_nearest nearest = {.wanted = name};
    struct option_place place;
    for (size_t i = 0; option_at(command, i, &place); i++)
        if (!place.option->is_hidden)
            gdx_nearest_try(&nearest, place.option->name);
    if (nearest.name)
        return gdx_fail(err, GDX_INVALID, "there is no option --%.*s; did you mean --%s?", GDX_SLICE_ARGUMENTS(name),
                        nearest.name);
    return gdx_fail(err, GDX_INVALID, "there is no option --%.*s", GDX_SLICE_ARGUMENTS(name));
}

gdx_status option_find(const struct command *command, gdx_slice name, struct option_place *out, gdx_error *err) {
    struct option_place place;
    size_t found = 0;
    const char *first = NULL;
    for (size_t i = 0; option_at(command, i, &place); i++) {
        bool is_whole = gdx_slice_equal(gdx_slice_of(place.option->name), name);
        if (!is_whole && (place.option->is_hidden || name.bytes == 0 || !starts_with(place.option->name, name)))
            continue;
        if (is_whole || found == 0)
            *out = place;
        if (is_whole)
            return GDX_OK;
        if (++found == 1)
            first = place.option->name;
        else if (found == 2)
            (void)gdx_fail(err, GDX_INVALID, "--%.*s may mean --%s or --%s", GDX_SLICE_ARGUMENTS(name), first,
                           place.option->name);
    }
    if (found == 1)
        return GDX_OK;
    return found > 1 ? GDX_INVALID : fail_unknown(command, name, err);
}

static bool find_letter(const struct command *command, char letter, struct option_place *out) {
    for (size_t i = 0; option_at(command, i, out); i++)
        if (out->option->letter == letter)
            return true;
    return false;
}

static void mark_given(struct parsing *parsing, const struct option *option) {
    struct option_place place;
    for (size_t i = 0; option_at(parsing->command, i, &place); i++)
        if (place.option == option)
            parsing->given |= UINT64_C(1) << i;
}

bool option_is_given(const struct parsing *parsing, const struct option *option) {
    struct option_place place;
    for (size_t i = 0; option_at(parsing->command, i, &place); i++)
        if (place.option == option)
            return parsing->given >> i & 1;
    return false;
}

// Help, version and explanation end the parsing; everything else goes into the settings.
static gdx_status take(struct parsing *parsing, const struct option_place *place, const char *label, const char *text,
                       gdx_error *err) {
    mark_given(parsing, place->option);
    if (place->option->kind == OPTION_HELP) {
        bool is_long = strcmp(label, "--help") == 0;
        parsing->as = is_long ? PARSED_HELP : PARSED_SHORT_HELP;
        return GDX_OK;
    }
    if (place->option->kind == OPTION_VERSION || place->option->kind == OPTION_EXPLAIN) {
        parsing->as = place->option->kind == OPTION_VERSION ? PARSED_VERSION : PARSED_EXPLANATION;
        return GDX_OK;
    }
    return option_store(place, parsing->settings, label, text, err);
}

// The value of an option is the rest of its own argument, or the next argument.
static gdx_status take_with_value(struct line *line, const struct option_place *place, const char *label,
                                  const char *rest, gdx_error *err) {
    if (!rest && line->at == line->argc)
        return gdx_fail(err, GDX_INVALID, "%s needs a value: %s %s", label, label, place->option->argument);
    return take(line->parsing, place, label, rest ? rest : line->argv[line->at++], err);
}

static gdx_status take_long(struct line *line, const char *text, gdx_error *err) {
    gdx_slice name = {text + 2, strcspn(text + 2, "=")};
    const char *rest = name.data[name.bytes] == '=' ? name.data + name.bytes + 1 : NULL;
    struct option_place place;
    gdx_status status = option_find(line->parsing->command, name, &place, err);
    if (status != GDX_OK)
        return status;
    char label[LABEL_BYTES];
    snprintf(label, sizeof label, "--%s", place.option->name);
    if (option_takes_argument(place.option))
        return take_with_value(line, &place, label, rest, err);
    if (rest)
        return gdx_fail(err, GDX_INVALID, "%s takes no value, and \"%s\" is given", label, rest);
    return take(line->parsing, &place, label, NULL, err);
}

// An argument that starts with - and is no option: most likely a query, or a long option with one dash.
static gdx_status fail_dash(const struct command *command, const char *text, gdx_error *err) {
    struct option_place place;
    for (size_t i = 0; option_at(command, i, &place); i++)
        if (strcmp(place.option->name, text + 1) == 0)
            return gdx_fail(err, GDX_INVALID, "there is no option %s; did you mean -%s?", text, text);
    if (command->arguments_most == 0)
        return gdx_fail(err, GDX_INVALID, "there is no option %s", text);
    return gdx_fail(err, GDX_INVALID,
                    "no option starts like \"%s\"; an argument that starts with - goes after --, at the end: "
                    "%s ... -- '%s'",
                    text, command->title, text);
}

// -v, -vv, -n10, -n 10, -vn10.
static gdx_status take_letters(struct line *line, const char *text, gdx_error *err) {
    struct option_place place;
    for (const char *at = text + 1; *at && line->parsing->as == PARSED_SETTINGS; at++) {
        if (!find_letter(line->parsing->command, *at, &place))
            return fail_dash(line->parsing->command, text, err);
        const char label[] = {'-', *at, 0};
        if (option_takes_argument(place.option))
            return take_with_value(line, &place, label, at[1] ? at + 1 : NULL, err);
        gdx_status status = take(line->parsing, &place, label, NULL, err);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

static gdx_status keep_arguments(struct parsing *parsing, char **argv, size_t count, gdx_error *err) {
    const struct command *command = parsing->command;
    if (count > command->arguments_most && command->arguments_most == 0)
        return gdx_fail(err, GDX_INVALID, "nothing but options is expected, not \"%s\"", argv[1]);
    if (count > command->arguments_most)
        return gdx_fail(err, GDX_INVALID, "\"%s\" is one argument too many", argv[1 + command->arguments_most]);
    if (count && count < command->arguments_least)
        return gdx_fail(err, GDX_INVALID, "%s: one more is missing after \"%s\"", command->arguments, argv[count]);
    if (count < command->arguments_least)
        return gdx_fail(err, GDX_INVALID, "%s is missing", command->arguments);
    if (command->arguments_field.bytes) {
        struct command_arguments arguments = {(const char *const *)argv + 1, count};
        memcpy((char *)parsing->settings + command->arguments_field.offset, &arguments, sizeof arguments);
    }
    return GDX_OK;
}

gdx_status options_parse(struct parsing *parsing, int argc, char **argv, gdx_error *err) {
    struct line line = {parsing, argv, argc, 1};
    gdx_status status = GDX_OK;
    size_t count = 0;
    bool options_end = false;
    while (line.at < argc && status == GDX_OK && parsing->as == PARSED_SETTINGS) {
        char *text = argv[line.at++];
        if (options_end || text[0] != '-' || text[1] == 0)
            argv[1 + count++] = text; // its place was read already
        else if (strcmp(text, "--") == 0)
            options_end = true;
        else if (text[1] == '-')
            status = take_long(&line, text, err);
        else
            status = take_letters(&line, text, err);
    }
    if (status != GDX_OK || parsing->as != PARSED_SETTINGS)
        return status;
    return keep_arguments(parsing, argv, count, err);
}
