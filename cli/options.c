// SPDX-License-Identifier: Apache-2.0
// options.c: the shared options, and where their values come from when the command line does not give them.

#include "options.h"

#include "gdx/nearest.h"

#include <assert.h>
#include <stdlib.h>

enum { TIMEOUT_MOST_S = 86400 };

#define INDEX_ROW(help_line) TEXT_ROW(struct target, index, "index", "DIR", help_line, .environment = "GRAMDEX_INDEX")

const struct option_table index_table = {NULL, (const struct option[]){INDEX_ROW("the index, a directory"), {0}}};

const struct option_table answerer_table = {
    NULL,
    (const struct option[]){
        INDEX_ROW("ask this index, a directory"),
        TEXT_ROW(struct target, server, "server", "ADDRESS", "or ask this server: HOST:PORT or unix:/PATH",
                 .environment = "GRAMDEX_SERVER"),
        {0},
    },
};

static const char *const color_names[] = {"auto", "always", "never", NULL}; // enum color_when

const struct option_table json_table = {
    NULL,
    (const struct option[]){
        FLAG_ROW(struct target, json, "json", "answer in JSON Lines"),
        CHOICE_ROW(struct target, color, "color", "WHEN", color_names, "auto, always or never (auto)",
                   .more = "auto: on a terminal, unless NO_COLOR is set or TERM is dumb."),
        FLAG_ROW(struct target, quiet, "quiet", "print failures alone", .letter = 'q',
                 .more = "No answer, no summary, no notes, no progress: the exit status tells."),
        {0},
    },
};

const struct option_table aliases_table = {
    NULL,
    (const struct option[]){
        TEXT_ROW(struct target, aliases, "aliases", "FILE", "what alias: in a query stands for",
                 .more = "A set a line: names with = between them, # before a comment. A server has its own file.",
                 .needs_index = true),
        {0},
    },
};

const struct option_table server_table = {
    "With --server:",
    (const struct option[]){
        NUMBER_ROW(struct target, timeout_s, "timeout", "SECONDS", 1, TIMEOUT_MOST_S,
                   "give up after so many seconds (never)"),
        TEXT_ROW(struct target, token_file, "token-file", "FILE", "file with the bearer token the server wants"),
        FLAG_ROW(struct target, tls, "tls", "use TLS, and trust what the system trusts"),
        TEXT_ROW(struct target, tls_authority, "tls-authority", "FILE", "use TLS, and trust this authority (PEM)",
                 .given = OPTION_FIELD(struct target, tls)),
        TEXT_ROW(struct target, tls_certificate, "tls-certificate", "FILE", "the client's own certificate (PEM)",
                 .more = "For a server that demands one; needs --tls-key.", .given = OPTION_FIELD(struct target, tls)),
        TEXT_ROW(struct target, tls_key, "tls-key", "FILE", "the key of that certificate (PEM)"),
        {0},
    },
};

static const struct option_table *const shared_tables[] = {&answerer_table, &json_table, &aliases_table, &server_table};
enum { SHARED_TABLES = sizeof shared_tables / sizeof shared_tables[0] };

const struct option *shared_option(gdx_slice name) {
    for (size_t i = 0; i < SHARED_TABLES; i++)
        for (const struct option *row = shared_tables[i]->rows; row->name; row++)
            if (gdx_slice_equal(gdx_slice_of(row->name), name))
                return row;
    return NULL;
}

const struct option *shared_option_of_letter(char letter) {
    for (size_t i = 0; i < SHARED_TABLES; i++)
        for (const struct option *row = shared_tables[i]->rows; row->name; row++)
            if (row->letter && row->letter == letter)
                return row;
    return NULL;
}

const char *shared_option_near(gdx_slice name) {
    gdx_nearest nearest = {.wanted = name};
    for (size_t i = 0; i < SHARED_TABLES; i++)
        for (const struct option *row = shared_tables[i]->rows; row->name; row++)
            gdx_nearest_try(&nearest, row->name);
    return nearest.name;
}

static bool is_shared(const struct option_table *table) {
    return table == &index_table || table == &answerer_table || table == &json_table || table == &aliases_table ||
           table == &server_table;
}

// The group that names the index or the server: every command that takes shared options has one.
static const struct option_group *target_group(const struct command *command) {
    for (const struct option_group *group = command->groups; group->table; group++)
        if (group->table == &index_table || group->table == &answerer_table)
            return group;
    return NULL;
}

bool command_takes_target(const struct command *command) {
    return target_group(command) != NULL;
}

// ---- which index or server

// One source of values, such as the environment.
struct source {
    const char *index, *server;
    const char *index_name, *server_name; // for messages
};

static const char *environment(const char *name) {
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

// Takes what a source has; *done when it had something.
static gdx_status take_source(struct target *target, bool takes_server, const struct source *source, bool *done,
                              gdx_error *err) {
    if (takes_server && source->index && source->server)
        return gdx_fail(err, GDX_INVALID, "%s and %s are both set; unset one of them, or give --index or --server",
                        source->index_name, source->server_name);
    target->index = source->index;
    target->server = takes_server ? source->server : NULL;
    *done = target->index || target->server;
    return GDX_OK;
}

static gdx_status settle_place(struct target *target, bool takes_server, const struct config *config, gdx_error *err) {
    if (target->index && target->server)
        return gdx_fail(err, GDX_INVALID, "either --index or --server is possible, not both");
    if (target->index && target->root)
        return gdx_fail(err, GDX_INVALID, "either --index or --root is possible, not both");
    if (target->root)
        return GDX_OK;
    bool done = target->index || target->server;
    const struct source variables = {environment("GRAMDEX_INDEX"), environment("GRAMDEX_SERVER"), "GRAMDEX_INDEX",
                                     "GRAMDEX_SERVER"};
    gdx_status status = GDX_OK;
    if (!done)
        status = take_source(target, takes_server, &variables, &done, err);
    if (status != GDX_OK || done)
        return status;
    const struct config_line *index = config_find(config, "index"), *server = config_find(config, "server");
    char index_name[GDX_WHERE_BYTES];
    snprintf(index_name, sizeof index_name, "%.400s: index", config->path);
    const struct source file = {index ? index->value : NULL, server ? server->value : NULL, index_name, "server"};
    status = take_source(target, takes_server, &file, &done, err);
    if (status != GDX_OK || done)
        return status;
    if (takes_server)
        return gdx_fail(err, GDX_INVALID, "which index? Give --index DIR or --server HOST:PORT, or set GRAMDEX_INDEX");
    return gdx_fail(err, GDX_INVALID, "which index? Give --index DIR, or set GRAMDEX_INDEX");
}

// ---- the other shared options

static gdx_status store_from_config(const struct parsing *parsing, const struct option_place *place,
                                    const struct config *config, gdx_error *err) {
    const struct config_line *line = config_find(config, place->option->name);
    if (!line)
        return GDX_OK;
    char label[GDX_WHERE_BYTES];
    snprintf(label, sizeof label, "%.300s:%u: %s =", config->path, line->number, line->key);
    if (option_takes_argument(place->option))
        return option_store(place, parsing->settings, label, line->value, err);
    bool is_yes = strcmp(line->value, "yes") == 0 || strcmp(line->value, "true") == 0;
    if (!is_yes && strcmp(line->value, "no") != 0 && strcmp(line->value, "false") != 0)
        return gdx_fail(err, GDX_INVALID, "%s %s: expected yes or no", label, line->value);
    return is_yes ? option_store(place, parsing->settings, label, NULL, err) : GDX_OK;
}

// A config file may set how a server is asked even where a directory is asked now; a command line may not.
static gdx_status settle_option(const struct parsing *parsing, const struct target *target,
                                const struct option_place *place, const struct config *config, gdx_error *err) {
    bool is_given = option_is_given(parsing, place->option), of_server = place->table == &server_table;
    if (is_given && of_server && !target->server)
        return gdx_fail(err, GDX_INVALID, "--%s goes with --server, and the index %s is asked", place->option->name,
                        target->index);
    if (is_given && place->option->needs_index && target->server)
        return gdx_fail(err, GDX_INVALID, "--%s goes with --index, and the server %s is asked", place->option->name,
                        target->server);
    bool is_place = place->table == &index_table || place->table == &answerer_table;
    if (is_given || is_place || !is_shared(place->table) || (of_server && !target->server))
        return GDX_OK;
    return store_from_config(parsing, place, config, err);
}

gdx_status target_settle(const struct parsing *parsing, const struct config *config, gdx_error *err) {
    const struct option_group *group = target_group(parsing->command);
    assert(group);
    struct target *target = (struct target *)(void *)((char *)parsing->settings + group->offset);
    gdx_status status = settle_place(target, group->table == &answerer_table, config, err);
    struct option_place place;
    for (size_t i = 0; status == GDX_OK && option_at(parsing->command, i, &place); i++)
        status = settle_option(parsing, target, &place, config, err);
    if (status == GDX_OK && !target->tls_certificate != !target->tls_key)
        return gdx_fail(err, GDX_INVALID, "--tls-certificate and --tls-key go together");
    return status;
}
