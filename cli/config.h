// SPDX-License-Identifier: Apache-2.0
// config.h: the config file: lines "NAME = VALUE" that set shared options by their long names; # starts a comment.
// Relies on gdx/base.h. docs/cli.md specifies it.
#ifndef GRAMDEX_CONFIG_H
#define GRAMDEX_CONFIG_H

#include "gdx/base.h"

enum { CONFIG_LINES_MOST = 32, CONFIG_PATH_BYTES = 1024 };

struct config_line {
    const char *key;
    const char *value;
    unsigned number; // of the line, from 1
};

struct config {                   // {0} is empty, the same as no file
    char path[CONFIG_PATH_BYTES]; // ""; no file was found
    gdx_buffer text;              // holds the keys and values
    struct config_line lines[CONFIG_LINES_MOST];
    size_t count;
};

// Reads $GRAMDEX_CONFIG, which must be there; else the first that is there of $XDG_CONFIG_HOME/gramdex/config (without
// that variable ~/.config/gramdex/config) and /etc/gramdex/config. None is fine, and GRAMDEX_CONFIG="" means none.
// GDX_INVALID: a line that sets nothing we know, with file and line.
gdx_status config_read(struct config *config, gdx_error *err) GDX_MUST_CHECK;
void config_clear(struct config *config);
// NULL: the file does not set it.
const struct config_line *config_find(const struct config *config, const char *key);

#endif
