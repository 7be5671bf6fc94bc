// SPDX-License-Identifier: Apache-2.0
// world.c: see world.h.

#include "world.h"

#include "../support/folder.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

void world_reopen(struct world *world) {
    gdx_converter_free(world->converter);
    world->converter = NULL;
    assert_int_equal(gdx_converter_new(&world->options, &world->converter, &world->err), GDX_OK);
}

void world_open(struct world *world, const char *layers, const char *rows) {
    static char temporary[256], libexec[256];
    char script[512];
    *world = (struct world){.folder = folder_new()};
    assert_int_equal(chmod(world->folder, 0711), 0); // for the user that root's converters run as
    snprintf(temporary, sizeof temporary, "%s/temporary", world->folder);
    snprintf(libexec, sizeof libexec, "%s/libexec", world->folder);
    assert_int_equal(mkdir(temporary, 0711), 0);
    assert_int_equal(mkdir(libexec, 0755), 0);
    snprintf(script, sizeof script, "#!/bin/sh\nexec " GRAMDEX_LIBEXEC "/gramdex-sandbox %s \"$@\"\n", layers);
    folder_write_text(libexec, "gramdex-sandbox", script);
    assert_int_equal(chmod(folder_path(libexec, "gramdex-sandbox"), 0755), 0);
    world->temporary = temporary;
    assert_int_equal(gdx_converters_new(&world->table, &world->err), GDX_OK);
    if (gdx_converters_parse(world->table, "rows", gdx_slice_of(rows), &world->err) != GDX_OK)
        fail_msg("%s", gdx_error_text(&world->err, world->text));
    world->options = (gdx_converter_options){.table = world->table, .libexec = libexec, .temporary = temporary};
    world_reopen(world);
}

void world_close(struct world *world) {
    gdx_converter_free(world->converter);
    gdx_converters_free(world->table);
    gdx_buffer_clear(&world->out);
    folder_remove(world->folder);
}

void world_check_nothing_left(const struct world *world) {
    if (folder_count(world->temporary, "gramdex-") != 0)
        fail_msg("something is left in %s", world->temporary);
    assert_true(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

gdx_status world_convert(struct world *world, const char *kind, const char *input) {
    world->err = (gdx_error){0};
    world->out.bytes = 0;
    gdx_status status =
        gdx_convert(world->converter, kind, gdx_slice_of(input), NULL, &world->out, &world->what, &world->err);
    world_check_nothing_left(world);
    return status;
}

void world_expect(struct world *world, gdx_status status, gdx_status expected, const char *part) {
    gdx_error_text(&world->err, world->text);
    if (status != expected || (part && !strstr(world->text, part)))
        fail_msg("%s (%s), expected %s with \"%s\"", gdx_status_name(status), world->text, gdx_status_name(expected),
                 part ? part : "");
}
