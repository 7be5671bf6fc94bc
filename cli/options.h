// SPDX-License-Identifier: Apache-2.0
// options.h: options that several commands share, read through argp.
// Relies on gdx/base.h, argp. Wrong use ends the program here with exit status 2 and a hint at --help.
#ifndef GRAMDEX_OPTIONS_H
#define GRAMDEX_OPTIONS_H

#include "gdx/base.h"

#include <argp.h>

// Keys of options without a letter begin here; each command's own at KEY_OWN.
enum {
    KEY_INDEX = 0x100,
    KEY_JSON,
    KEY_QUERIES,
    KEY_SERVER,
    KEY_TIMEOUT,
    KEY_TOKEN_FILE,
    KEY_TLS,
    KEY_TLS_AUTHORITY,
    KEY_TLS_CERTIFICATE,
    KEY_TLS_KEY,
    KEY_OWN = 0x200
};

// Where the answers come from, and in which form they go out. argp children: directory_argp, of commands that work on a
// directory, and answerer_argp, of those that a server may answer as well.
struct target {
    const char *index;  // a directory, or
    const char *server; // an address
    const char *token_file;
    const char *tls_authority;
    const char *tls_certificate;
    const char *tls_key;
    uint64_t timeout_s; // of one question to a server; 0: none
    bool tls;
    bool json;
};
extern const struct argp directory_argp, answerer_argp;

// A number in [low, high], or wrong use.
uint64_t option_number(struct argp_state *state, const char *option, const char *text, uint64_t low, uint64_t high);
// 256M, 2G, 64K, or bytes; powers of 1024.
size_t option_bytes(struct argp_state *state, const char *option, const char *text);

// Parses; false when argp itself failed for want of memory (told).
bool parse_options(const struct argp *argp, int argc, char **argv, void *input);

#endif
