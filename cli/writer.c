// SPDX-License-Identifier: Apache-2.0
// writer.c: see writer.h.

#include "writer.h"

const char *const shape_choices[] = {"exact", "compact", "archive", NULL};
_Static_assert(sizeof shape_choices / sizeof *shape_choices == GDX_SHAPES + 1, "each shape can be chosen");

gdx_status open_existing(const char *directory, gdx_index_writer **out, gdx_error *err) {
    GDX_AUTO(gdx_index) index = NULL;
    gdx_status status = gdx_index_open(directory, &index, err);
    if (status == GDX_OK)
        status = gdx_index_writer_open(directory, out, err);
    return status;
}
