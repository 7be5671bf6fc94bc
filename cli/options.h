// SPDX-License-Identifier: Apache-2.0
// options.h: options that several commands share: which index or server, and JSON.
// Relies on option.h, config.h. A value comes from the command line; else, for --index and --server, from GRAMDEX_INDEX
// or GRAMDEX_SERVER; else from the config file.
#ifndef GRAMDEX_OPTIONS_H
#define GRAMDEX_OPTIONS_H

#include "config.h"
#include "option.h"

// Where the answers come from, and in which form they go out.
struct target {
    const char *index;  // a directory, or
    const char *server; // an address
    const char *token_file;
    const char *tls_authority;
    const char *tls_certificate;
    const char *tls_key;
    const char *aliases; // a file, for an index
    const char *root;    // the leaves of a root, in place of an index (serve alone)
    uint64_t timeout_s;  // of one question to a server; 0: none
    bool tls;
    bool json;
    bool quiet;
    unsigned color; // enum color_when
};

// Tables over a struct target.
extern const struct option_table index_table;    // --index
extern const struct option_table answerer_table; // --index or --server
extern const struct option_table server_table;   // how a server is asked
extern const struct option_table json_table;     // --json, --color, --quiet
extern const struct option_table aliases_table;  // --aliases, of commands that read a query

enum { THREADS_MOST = 1024, LEVEL_MOST = 22 };

// Rows of commands that write an index. `member` is an unsigned or an int in the settings.
#define THREADS_ROW(type, member)                                                                                      \
    NUMBER_ROW(type, member, "threads", "N", 1, THREADS_MOST, "worker threads (as many as processors)", .letter = 't', \
               .needs_index = true)
#define LEVEL_ROW(type, member)                                                                                        \
    NUMBER_ROW(type, member, "level", "N", 1, LEVEL_MOST, "zstd level of the stored text, 1 to 22", .needs_index = true)

// How many rows are printed.
#define LIMIT_ROW(type, member, most_, help_) NUMBER_ROW(type, member, "limit", "N", 1, most_, help_, .letter = 'n')

// The groups of commands that work on a directory, and of those that a server may answer as well. `member` is the
// struct target in the settings.
#define DIRECTORY_GROUPS(type, member)                                                                                 \
    {&index_table, offsetof(type, member)}, {                                                                          \
        &json_table, offsetof(type, member)                                                                            \
    }
#define ANSWERER_GROUPS(type, member)                                                                                  \
    {&answerer_table, offsetof(type, member)}, {&json_table, offsetof(type, member)}, {                                \
        &server_table, offsetof(type, member)                                                                          \
    }

// Finds an option among the shared ones by its whole name; NULL: there is none. `name` of a config file, or given
// before the command.
const struct option *shared_option(gdx_slice name);
const struct option *shared_option_of_letter(char letter);
// The shared option with the nearest name; NULL: none is near.
const char *shared_option_near(gdx_slice name);

// Whether a command takes shared options, which the environment and the config file can set.
bool command_takes_target(const struct command *command);
// Fills what the command line left open, and checks that the options go together. GDX_INVALID: wrong use.
gdx_status target_settle(const struct parsing *parsing, const struct config *config, gdx_error *err) GDX_MUST_CHECK;

#endif
