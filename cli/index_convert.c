// SPDX-License-Identifier: Apache-2.0
// index_convert.c: the converters of a run of `gramdex index`: the table that ships, then /etc/gramdex/converters, then
// each --converter; and their limits. Relies on index_command.h, gdx/convert.h.

#include "index_command.h"

#include "gdx/convert.h"

#include <stdlib.h>
#include <unistd.h>

// What a converter may give, in largest texts of a document: markup takes more than the text in it, and it is in memory
// beside the text.
enum { OUTPUT_DOCUMENTS = 4 };

static gdx_status add_rows(const struct index_command *self, gdx_converters *table, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (unsigned i = 0; i < self->converters.count && status == GDX_OK; i++)
        status = gdx_converters_parse(table, "--converter", gdx_slice_of(self->converters.items[i]), err);
    return status;
}

gdx_status index_check_converters(const struct index_command *self, gdx_error *err) {
    GDX_AUTO(gdx_converters) table = NULL;
    if (self->converters.count == 0)
        return GDX_OK;
    gdx_status status = gdx_converters_new(&table, err);
    return status == GDX_OK ? add_rows(self, table, err) : status;
}

static gdx_status make_table(struct index_command *self, gdx_error *err) {
    gdx_error ignored = {0};
    gdx_status status = gdx_converters_new(&self->table, err);
    if (status == GDX_OK && access(GDX_CONVERTERS_PATH, F_OK) == 0)
        status = gdx_converters_load(self->table, GDX_CONVERTERS_PATH, &ignored);
    if (status == GDX_NOT_FOUND)
        status = GDX_OK;
    else if (status != GDX_OK && ignored.status != GDX_OK)
        status = gdx_error_pass(err, &ignored);
    return status == GDX_OK ? add_rows(self, self->table, err) : status;
}

// Only in an index that is there: a dry run makes none.
static gdx_status find_cache(const struct index_command *self, char **out, gdx_error *err) {
    const char *directory = self->part_directory ? self->part_directory : self->target.index;
    char *manifest = gdx_path_join(directory, "manifest");
    char *cache = gdx_path_join(directory, "converted");
    gdx_status status = manifest && cache ? GDX_OK : gdx_fail_memory(err, "converters");
    if (status == GDX_OK && (!self->is_dry_run || access(manifest, F_OK) == 0)) {
        *out = cache;
        cache = NULL; // handed over
    }
    free(manifest);
    free(cache);
    return status;
}

gdx_status index_open_converter(struct index_command *self, gdx_error *err) {
    char *cache = NULL;
    gdx_status status = make_table(self, err);
    if (status == GDX_OK && self->target.index)
        status = find_cache(self, &cache, err);
    const gdx_converter_options options = {.table = self->table,
                                           .cache = cache,
                                           .memory = self->converter_memory,
                                           .output_bytes = OUTPUT_DOCUMENTS * gdx_batch_document_limit(&self->options),
                                           .ocr_pages = self->ocr_pages,
                                           .ocr = self->ocr};
    if (status == GDX_OK)
        status = gdx_converter_new(&options, &self->options.converter, err);
    free(cache);
    return status;
}

void index_close_converter(struct index_command *self) {
    gdx_converter_free(self->options.converter);
    gdx_converters_free(self->table);
    self->options.converter = NULL;
    self->table = NULL;
}
