// SPDX-License-Identifier: Apache-2.0
// writer.c: a writer over an index that is there already.

#include "writer.h"

gdx_status open_existing(const char *directory, gdx_index_writer **out, gdx_error *err) {
    GDX_AUTO(gdx_index) index = NULL;
    gdx_status status = gdx_index_open(directory, &index, err);
    if (status == GDX_OK)
        status = gdx_index_writer_open(directory, out, err);
    return status;
}
