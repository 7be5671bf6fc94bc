// SPDX-License-Identifier: Apache-2.0
// options.c: shared options, and numbers given in options.

#include "options.h"
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static error_t parse_target(int key, char *argument, struct argp_state *state) {
    struct target *target = state->input;
    switch (key) {
    case KEY_INDEX:
        target->index = argument;
        return 0;
    case KEY_JSON:
        target->json = true;
        return 0;
    case ARGP_KEY_SUCCESS:
        if (!target->index || !target->index[0])
            argp_error(state, "--index DIR is missing: which index?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp target_argp = {
    .options =
        (const struct argp_option[]){
            {"index", KEY_INDEX, "DIR", 0, "the index, a directory", 0},
            {"json", KEY_JSON, NULL, 0, "answer in JSON Lines", 0},
            {0},
        },
    .parser = parse_target,
};

uint64_t option_number(struct argp_state *state, const char *option, const char *text, uint64_t low, uint64_t high) {
    char *end = NULL;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    bool is_number = text[0] >= '0' && text[0] <= '9' && *end == 0 && errno == 0;
    if (!is_number || value < low || value > high)
        argp_error(state, "--%s %s: expected a number from %llu to %llu", option, text, (unsigned long long)low,
                   (unsigned long long)high);
    return value;
}

size_t option_bytes(struct argp_state *state, const char *option, const char *text) {
    static const char units[] = "KMGT";
    char *end = NULL;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    unsigned shift = 0;
    const char *unit = *end ? strchr(units, *end & ~0x20) : NULL;
    if (unit) {
        shift = 10 * (unsigned)(unit - units + 1);
        end++;
    }
    bool is_number = text[0] >= '0' && text[0] <= '9' && *end == 0 && errno == 0;
    if (!is_number || value == 0 || value > (UINT64_MAX >> 1) >> shift)
        argp_error(state, "--%s %s: expected bytes, as in 256M or 2G", option, text);
    return (size_t)(value << shift);
}

// ---- an argument that begins with - and is no option

static bool is_option_named(const struct argp *argp, int letter, const char *name, const char **out_value) {
    size_t bytes = strcspn(name, "=");
    for (const struct argp_option *at = argp->options; at && (at->name || at->key); at++)
        if (letter ? at->key == letter : at->name && strncmp(at->name, name, bytes) == 0) {
            *out_value = at->arg;
            return true;
        }
    for (const struct argp_child *child = argp->children; child && child->argp; child++)
        if (is_option_named(child->argp, letter, name, out_value))
            return true;
    return false;
}

// Whether `argument` is an option that takes the next argument as its value.
static bool takes_next(const struct argp *argp, const char *argument) {
    const char *value = NULL;
    bool is_long = argument[0] == '-' && argument[1] == '-';
    if (argument[0] != '-' || argument[1] == 0 || (is_long && strchr(argument, '=')) || (!is_long && argument[2]))
        return false;
    return is_option_named(argp, is_long ? 0 : argument[1], is_long ? argument + 2 : "", &value) && value;
}

// getopt would speak of an invalid option and one byte of what was typed.
static const char *find_query_taken_for_option(const struct argp *argp, int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *value;
        if (takes_next(argp, argv[i])) {
            i++;
            continue;
        }
        bool is_short = argv[i][0] == '-' && argv[i][1] != 0 && argv[i][1] != '-';
        if (is_short && !strchr("?V", argv[i][1]) && !is_option_named(argp, argv[i][1], "", &value))
            return argv[i];
    }
    return NULL;
}

bool parse_options(const struct argp *argp, int argc, char **argv, void *input) {
    const char *taken = find_query_taken_for_option(argp, argc, argv);
    if (taken) {
        fprintf(stderr,
                "%s: no option begins like \"%s\"; what begins with - and is none stands behind --, at the end:\n"
                "  %s ... -- '%s'\n"
                "Try `%s --help' for more information.\n",
                argv[0], taken, argv[0], taken, argv[0]);
        exit(EXIT_WRONG_USE);
    }
    error_t error = argp_parse(argp, argc, argv, 0, NULL, input);
    if (error != 0)
        fprintf(stderr, "%s: the options cannot be read: %s\n", argv[0], strerror(error));
    return error == 0;
}
