// SPDX-License-Identifier: Apache-2.0
// index_trial.c: `gramdex index --dry-run`: everything is read and nothing is changed. Relies on index_command.h,
// gdx/reading.h.

#include "index_command.h"
#include "report.h"

#include "gdx/reading.h"

static gdx_status show_document(struct index_command *self, const gdx_document *document, gdx_error *err) {
    if (self->target.json)
        return json_line(json_pack("{s:s,s:o,s:o,s:o}", "type", "document", "id", gdx_json_text(document->id), "source",
                                   gdx_json_text(document->source), "origin", gdx_json_text(document->origin)),
                         err);
    if (self->verbose) {
        print_clean(stdout, document->id);
        putchar('\n');
    }
    return GDX_OK;
}

// For --shape and --prune. An index that is not there has no shape, and nothing to delete.
static gdx_status compare_with_index(struct index_command *self, gdx_reading *reading, gdx_error *err) {
    gdx_index *index = NULL;
    gdx_error words = {0};
    gdx_status status = gdx_index_open(self->target.index, &index, &words);
    if (status == GDX_NOT_FOUND)
        return GDX_OK;
    if (status != GDX_OK)
        return gdx_error_pass(err, &words);
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    status = index_check_shape(self, snapshot, err);
    if (status == GDX_OK && self->options.prune)
        status = gdx_reading_compare(reading, snapshot, err);
    gdx_snapshot_release(snapshot);
    gdx_index_close(index);
    return status;
}

static gdx_status read_all(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) {
    GDX_AUTO(gdx_reading) reading = NULL;
    gdx_document document;
    bool has = true;
    uint64_t deleted = 0;
    gdx_status status = gdx_reading_open(self->files.paths, self->files.count, &self->options, &reading, err);
    if (status == GDX_OK && (self->options.prune || self->has_shape))
        status = compare_with_index(self, reading, err);
    while (status == GDX_OK && has) {
        status = gdx_reading_next(reading, &document, &has, err);
        if (status == GDX_OK && has)
            status = show_document(self, &document, err);
    }
    if (status == GDX_OK && self->options.prune)
        status = gdx_reading_prune(reading, &deleted, err);
    if (reading)
        gdx_reading_count(reading, summary);
    summary->deleted = deleted;
    return status;
}

gdx_status index_trial(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) {
    gdx_status status = index_find_base(self, self->target.server ? NULL : self->target.index, err);
    if (status == GDX_OK)
        status = index_open_converter(self, err);
    if (status == GDX_OK)
        status = read_all(self, summary, err);
    index_end_findings(self);
    if (status != GDX_OK)
        return status;
    summary->elapsed_ns = gdx_now_ns() - self->since_ns;
    return index_report_trial(self, summary, err);
}
