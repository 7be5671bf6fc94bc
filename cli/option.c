// SPDX-License-Identifier: Apache-2.0
// option.c: walks the tables of a command, and asserts that they are sound.

#include "option.h"

#include "terminal.h"

#include <assert.h>

static const struct option_table standard_table = {
    NULL,
    (const struct option[]){
        {.name = "explain", .help = "what the figures mean and when to doubt them", .kind = OPTION_EXPLAIN},
        {.name = "help", .letter = 'h', .help = "print this help; -h: the options alone", .kind = OPTION_HELP},
        {.name = "usage", .letter = '?', .help = "print the options alone", .kind = OPTION_HELP, .is_hidden = true},
        {.name = "version", .letter = 'V', .help = "print the version", .kind = OPTION_VERSION},
        {0},
    },
};

const char *command_name(const struct command *command) {
    const char *space = strchr(command->title, ' ');
    return space ? space + 1 : command->title;
}

static bool option_in_table(const struct command *command, const struct option_group *group, size_t *index,
                            struct option_place *out) {
    for (const struct option *row = group->table->rows; row->name; row++) {
        if (row->kind == OPTION_EXPLAIN && !command->explained_in)
            continue;
        if (*index == 0) {
            *out = (struct option_place){row, group->table, group->offset};
            return true;
        }
        --*index;
    }
    return false;
}

bool option_at(const struct command *command, size_t index, struct option_place *out) {
    for (const struct option_group *group = command->groups; group->table; group++)
        if (option_in_table(command, group, &index, out))
            return true;
    const struct option_group standard = {&standard_table, 0};
    return option_in_table(command, &standard, &index, out);
}

bool option_takes_argument(const struct option *option) {
    switch (option->kind) {
    case OPTION_TEXT:
    case OPTION_LIST:
    case OPTION_NUMBER:
    case OPTION_BYTES:
    case OPTION_CHOICE:
        return true;
    case OPTION_FLAG:
    case OPTION_CLEAR:
    case OPTION_COUNT:
    case OPTION_HELP:
    case OPTION_VERSION:
    case OPTION_EXPLAIN:
        return false;
    }
    assert(false && "an option of no kind");
    return false;
}

static size_t field_bytes(const struct option *option) {
    switch (option->kind) {
    case OPTION_FLAG:
    case OPTION_CLEAR:
        return sizeof(bool);
    case OPTION_COUNT:
    case OPTION_CHOICE:
        return sizeof(unsigned);
    case OPTION_TEXT:
        return sizeof(const char *);
    case OPTION_LIST:
        return sizeof(struct option_list);
    case OPTION_BYTES:
        return sizeof(size_t);
    case OPTION_NUMBER:
        return option->field.bytes == sizeof(uint32_t) ? sizeof(uint32_t) : sizeof(uint64_t);
    case OPTION_HELP:
    case OPTION_VERSION:
    case OPTION_EXPLAIN:
        return 0;
    }
    return 0;
}

static void assert_option_is_sound(const struct option *option) {
    assert(option->name[0] && option->help && option->help[0]);
    assert(text_width(gdx_slice_of(option->help)) <= OPTION_HELP_COLUMNS);
    assert(option->field.bytes == field_bytes(option));
    assert(option->given.bytes == 0 || option->given.bytes == sizeof(bool));
    assert((option->argument != NULL) == option_takes_argument(option));
    assert((option->choices != NULL) == (option->kind == OPTION_CHOICE));
    assert(!option->environment || option->kind == OPTION_TEXT);
    assert(option->kind != OPTION_NUMBER || option->least < option->most);
    assert(option->kind != OPTION_NUMBER || option->field.bytes == sizeof(uint64_t) || option->most <= UINT32_MAX);
}

void command_assert_sound(const struct command *command) {
    assert(command->title && command->summary && command->summary[0] && command->arguments && command->description);
    assert((command->arguments_field.bytes == sizeof(struct command_arguments)) == (command->arguments_most > 0));
    assert(command->arguments_least <= command->arguments_most && command->run);
    struct option_place place, other;
    for (size_t i = 0; option_at(command, i, &place); i++) {
        assert(i < 64); // struct parsing has a bit for each
        assert_option_is_sound(place.option);
        assert(place.offset + place.option->field.offset + place.option->field.bytes <= command->settings_bytes ||
               place.option->field.bytes == 0);
        for (size_t j = 0; j < i && option_at(command, j, &other); j++) {
            assert(strcmp(place.option->name, other.option->name) != 0);
            assert(place.option->letter == 0 || place.option->letter != other.option->letter);
        }
    }
}
