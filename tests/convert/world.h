// SPDX-License-Identifier: Apache-2.0
// world.h: converters of a test: a table of its own rows, a folder for temporary files that has to be empty after each
// conversion, and the sandbox with all its layers or without some.
#ifndef TEST_CONVERT_WORLD_H
#define TEST_CONVERT_WORLD_H

#include "gdx/convert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
// cmocka's header needs those before it.
#include <cmocka.h>

struct world {
    char *folder;          // "temporary" and "libexec" are in it
    const char *temporary; // in static memory
    gdx_converters *table;
    gdx_converter *converter;
    gdx_converter_options options;
    gdx_buffer out;
    gdx_converted what;
    gdx_error err;
    char text[GDX_ERROR_TEXT_BYTES];
};

// `layers`: options of gramdex-sandbox ("--without-landlock"), "" for all layers.
void world_open(struct world *world, const char *layers, const char *rows);
// With other options than the world's first ones; what is open is closed.
void world_reopen(struct world *world);
void world_close(struct world *world);
// Converts, and fails the test when something is left: a file in the temporary folder, a child process.
gdx_status world_convert(struct world *world, const char *kind, const char *input);
// The message has to hold a text.
void world_expect(struct world *world, gdx_status status, gdx_status expected, const char *part);
// Nothing in the temporary folder, no child of this process.
void world_check_nothing_left(const struct world *world);

#endif
