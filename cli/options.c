// SPDX-License-Identifier: Apache-2.0
// options.c: shared options, and numbers given in options.

#include "options.h"
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_MOST_S = 86400 };

static void check_answerer(struct argp_state *state, const struct target *target) {
    bool has_server_option = target->token_file || target->tls || target->tls_key || target->timeout_s;
    if (!target->index && !target->server)
        argp_error(state, "which index? --index DIR, or --server HOST:PORT");
    if (target->index && target->server)
        argp_error(state, "either --index or --server, not both");
    if (target->index && has_server_option)
        argp_error(state, "--timeout, --token-file and --tls go with --server");
    if (!target->tls_certificate != !target->tls_key)
        argp_error(state, "--tls-certificate and --tls-key go together");
}

static error_t parse_target(int key, char *argument, struct argp_state *state) {
    struct target *target = state->input;
    switch (key) {
    case KEY_INDEX:
        target->index = argument;
        return 0;
    case KEY_JSON:
        target->json = true;
        return 0;
    case KEY_SERVER:
        target->server = argument;
        return 0;
    case KEY_TIMEOUT:
        target->timeout_s = option_number(state, "timeout", argument, 1, TIMEOUT_MOST_S);
        return 0;
    case KEY_TOKEN_FILE:
        target->token_file = argument;
        return 0;
    case KEY_TLS:
        target->tls = true;
        return 0;
    case KEY_TLS_AUTHORITY:
        target->tls_authority = argument;
        target->tls = true;
        return 0;
    case KEY_TLS_CERTIFICATE:
        target->tls_certificate = argument;
        target->tls = true;
        return 0;
    case KEY_TLS_KEY:
        target->tls_key = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_directory(int key, char *argument, struct argp_state *state) {
    const struct target *target = state->input;
    if (key != ARGP_KEY_SUCCESS)
        return parse_target(key, argument, state);
    if (!target->index)
        argp_error(state, "--index DIR is missing: which index?");
    return 0;
}

static error_t parse_answerer(int key, char *argument, struct argp_state *state) {
    if (key != ARGP_KEY_SUCCESS)
        return parse_target(key, argument, state);
    check_answerer(state, state->input);
    return 0;
}

const struct argp directory_argp = {
    .options =
        (const struct argp_option[]){
            {"index", KEY_INDEX, "DIR", 0, "the index, a directory", 0},
            {"json", KEY_JSON, NULL, 0, "answer in JSON Lines", 0},
            {0},
        },
    .parser = parse_directory,
};

const struct argp answerer_argp = {
    .options =
        (const struct argp_option[]){
            {"index", KEY_INDEX, "DIR", 0, "the index, a directory", 0},
            {"server", KEY_SERVER, "ADDRESS", 0, "or a server that has it: HOST:PORT or unix:/PATH", 0},
            {"json", KEY_JSON, NULL, 0, "answer in JSON Lines", 0},
            {NULL, 0, NULL, 0, "Of a server:", 1},
            {"timeout", KEY_TIMEOUT, "SECONDS", 0, "give up after so long (never)", 0},
            {"token-file", KEY_TOKEN_FILE, "FILE", 0, "holds the bearer token that the server wants", 0},
            {"tls", KEY_TLS, NULL, 0, "speak TLS, with any server the system trusts", 0},
            {"tls-authority", KEY_TLS_AUTHORITY, "FILE", 0, "speak TLS, with servers whose certificate this one signed",
             0},
            {"tls-certificate", KEY_TLS_CERTIFICATE, "FILE", 0, "one's own, for a server that demands it", 0},
            {"tls-key", KEY_TLS_KEY, "FILE", 0, "its key", 0},
            {0},
        },
    .parser = parse_answerer,
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
