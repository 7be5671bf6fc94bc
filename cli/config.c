// SPDX-License-Identifier: Apache-2.0
// config.c: finds the config file, reads it and cuts it into lines.

#include "config.h"

#include "options.h"

#include <stdlib.h>
#include <unistd.h>

enum { FILE_BYTES_MOST = 64 << 10 };

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

// Cuts blanks off both ends of a text, in place.
static char *trim(char *text) {
    while (is_blank(*text))
        text++;
    size_t bytes = strlen(text);
    while (bytes > 0 && is_blank(text[bytes - 1]))
        bytes--;
    text[bytes] = 0;
    return text;
}

static gdx_status fail_line(const struct config *config, unsigned number, const char *what, gdx_error *err) {
    char where[GDX_WHERE_BYTES];
    snprintf(where, sizeof where, "%.480s:%u", config->path, number);
    return gdx_fail_at(err, GDX_INVALID, where, "%s", what);
}

static gdx_status check_key(const struct config *config, const char *key, unsigned number, gdx_error *err) {
    char what[GDX_MESSAGE_BYTES];
    const struct config_line *before = config_find(config, key);
    const char *near = shared_option_near(gdx_slice_of(key));
    if (before)
        snprintf(what, sizeof what, "%.100s is set on line %u already", key, before->number);
    else if (shared_option(gdx_slice_of(key)))
        return GDX_OK;
    else if (near)
        snprintf(what, sizeof what, "there is no setting \"%.100s\"; did you mean %s?", key, near);
    else
        snprintf(what, sizeof what, "there is no setting \"%.100s\"; docs/cli.md lists them", key);
    return fail_line(config, number, what, err);
}

static gdx_status take_line(struct config *config, char *text, unsigned number, gdx_error *err) {
    text = trim(text);
    if (text[0] == 0 || text[0] == '#')
        return GDX_OK;
    char *equals = strchr(text, '=');
    if (!equals)
        return fail_line(config, number, "expected NAME = VALUE", err);
    *equals = 0;
    const char *key = trim(text), *value = trim(equals + 1);
    gdx_status status = check_key(config, key, number, err);
    if (status == GDX_OK && value[0] == 0)
        return fail_line(config, number, "the value is missing", err);
    if (status == GDX_OK && config->count == CONFIG_LINES_MOST)
        return fail_line(config, number, "too many settings", err);
    if (status == GDX_OK)
        config->lines[config->count++] = (struct config_line){key, value, number};
    return status;
}

static gdx_status read_lines(struct config *config, gdx_error *err) {
    gdx_status status = gdx_read_file(config->path, FILE_BYTES_MOST, &config->text, err);
    if (status == GDX_OK && gdx_buffer_append(&config->text, "", 1) != GDX_OK)
        status = gdx_fail_memory(err, "the config file");
    if (status != GDX_OK)
        return status;
    unsigned number = 1;
    for (char *at = (char *)config->text.data, *next; at && status == GDX_OK; at = next, number++) {
        next = strchr(at, '\n');
        if (next)
            *next++ = 0;
        status = take_line(config, at, number, err);
    }
    return status;
}

// Sets the path; false: it is too long, or no such file is there.
static bool is_there(struct config *config, const char *folder, const char *name) {
    int bytes = snprintf(config->path, sizeof config->path, "%s/%s", folder, name);
    if (bytes > 0 && (size_t)bytes < sizeof config->path && access(config->path, F_OK) == 0)
        return true;
    config->path[0] = 0;
    return false;
}

static bool find_file(struct config *config) {
    const char *home = getenv("HOME"), *folder = getenv("XDG_CONFIG_HOME");
    if (folder && folder[0] == '/') {
        if (is_there(config, folder, "gramdex/config"))
            return true;
    } else if (home && home[0] && is_there(config, home, ".config/gramdex/config")) {
        return true;
    }
    return is_there(config, "/etc", "gramdex/config");
}

gdx_status config_read(struct config *config, gdx_error *err) {
    const char *given = getenv("GRAMDEX_CONFIG");
    if (given && given[0] == 0)
        return GDX_OK;
    if (given && strlen(given) >= sizeof config->path)
        return gdx_fail(err, GDX_INVALID, "GRAMDEX_CONFIG: the path is too long");
    if (given)
        memcpy(config->path, given, strlen(given) + 1);
    else if (!find_file(config))
        return GDX_OK;
    return read_lines(config, err);
}

void config_clear(struct config *config) {
    gdx_buffer_clear(&config->text);
    *config = (struct config){0};
}

const struct config_line *config_find(const struct config *config, const char *key) {
    for (size_t i = 0; i < config->count; i++)
        if (strcmp(config->lines[i].key, key) == 0)
            return &config->lines[i];
    return NULL;
}
