// SPDX-License-Identifier: Apache-2.0
// reprints.c: see reprints.h.

#include "reprints.h"

#include "gdx/index.h"
#include "gdx/reprints.h"
#include "gdx/statistics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static gdx_status write_table(void *context, const gdx_reprint_table *table, gdx_error *err) {
    return gdx_index_writer_set_reprints(context, table, err);
}

void reprints_build(const char *folder) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    const gdx_reprints_options options = {
        .jaccard = GDX_REPRINTS_JACCARD, .within_days = 36500, .memory_bytes = 64 << 20};
    gdx_error err = {0};
    if (gdx_index_writer_open(folder, &writer, &err) != GDX_OK ||
        gdx_reprints_find(gdx_index_writer_snapshot(writer), &options, NULL, write_table, writer, &err) != GDX_OK)
        fail_msg("%s", err.message);
}
