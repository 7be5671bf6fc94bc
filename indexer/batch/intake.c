// SPDX-License-Identifier: Apache-2.0
// intake.c: a batch whose documents are handed over one by one. To the builder and to resolve it looks like a single
// slab, begun anew after every commit; so where segments end, and what is a duplicate, unchanged or replaced, is
// settled by the code of the parallel build.

#include "gdx/intake.h"

#include "build.h"
#include "resolve.h"

#include <stdlib.h>

struct gdx_intake { // one owner at a time
    gdx_index_writer *writer;
    gdx_intake_options options;
    struct build_settings settings;
    struct builder *builder;
    gdx_source *source; // for its rules
    struct seen seen;   // of the writer's snapshot; none between a commit and the next document
    bool is_begun;
    struct spans spans;
    struct built built;
    struct refusals notes;
    gdx_intake_summary summary;
    atomic_bool failed; // never set: nobody else works on this batch
    atomic_ullong documents, refused;
};

gdx_status gdx_intake_open(gdx_index_writer *writer, const gdx_intake_options *options, gdx_intake **out,
                           gdx_error *err) {
    GDX_AUTO(gdx_intake) intake = calloc(1, sizeof *intake);
    if (!intake)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to take documents in");
    intake->writer = writer;
    intake->options = *options;
    intake->summary.commit = gdx_snapshot_commit(gdx_index_writer_snapshot(writer));
    intake->settings = (struct build_settings){.directory = gdx_index_writer_directory(writer),
                                               .rule = gdx_snapshot_rule(gdx_index_writer_snapshot(writer)),
                                               .keys = gdx_index_writer_keys(writer),
                                               .shape = gdx_index_writer_shape(writer),
                                               .level = options->level,
                                               .source = {.document_limit = options->document_limit},
                                               .inverter_bytes = options->memory_bytes,
                                               .spans = &intake->spans,
                                               .seen = &intake->seen,
                                               .failed = &intake->failed,
                                               .documents = &intake->documents,
                                               .refused = &intake->refused};
    gdx_status status = build_check_rule(intake->settings.rule, err);
    if (status == GDX_OK && spans_init(&intake->spans, options->end_bytes) != GDX_OK)
        status = gdx_fail_memory(err, "taking documents in");
    if (status == GDX_OK)
        status = gdx_source_new(&intake->settings.source, &intake->source, err);
    if (status != GDX_OK)
        return status;
    intake->builder = builder_new(&intake->settings, 0, err);
    if (!intake->builder)
        return GDX_NO_MEMORY;
    *out = intake;
    intake = NULL; // handed over
    return GDX_OK;
}

// ---- from one commit to the next

static gdx_status begin(gdx_intake *intake, gdx_error *err) {
    if (intake->is_begun)
        return GDX_OK;
    if (seen_init(&intake->seen, gdx_index_writer_snapshot(intake->writer)) != GDX_OK ||
        refusals_init(&intake->built.refusals) != GDX_OK || refusals_init(&intake->notes) != GDX_OK)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to compare documents with the index");
    builder_begin(intake->builder);
    intake->is_begun = true;
    return GDX_OK;
}

static void end(gdx_intake *intake) {
    seen_clear(&intake->seen);
    built_clear(&intake->built);
    refusals_clear(&intake->notes);
    intake->is_begun = false;
}

gdx_status gdx_intake_add(gdx_intake *intake, const gdx_given *given, bool *out_refused, gdx_error *err) {
    gdx_document document;
    gdx_status status = gdx_source_take(intake->source, given, &document, err);
    *out_refused = status == GDX_INVALID || status == GDX_TOO_LARGE;
    if (status != GDX_OK)
        return *out_refused ? GDX_OK : status;
    bool fits = true;
    status = begin(intake, err);
    if (status == GDX_OK && intake->built.counts.documents == UINT32_MAX)
        return gdx_fail(err, GDX_TOO_LARGE, "4294967295 documents without a commit, that is the limit: commit before");
    if (status == GDX_OK)
        status = builder_add(intake->builder, 0, &intake->built, &document, &fits, err);
    if (status == GDX_OK && !fits) {
        gdx_fail(err, GDX_TOO_LARGE,
                 "the text has more symbols than fit into the memory that documents are taken in with");
        *out_refused = true;
    }
    return status;
}

static gdx_status settle(gdx_intake *intake, gdx_batch_summary *counts, gdx_error *err) {
    const struct resolution resolution = {.writer = intake->writer,
                                          .spans = &intake->spans,
                                          .seen = &intake->seen,
                                          .notes = &intake->notes,
                                          .summary = counts};
    gdx_status status = builder_end(intake->builder, &intake->built, err);
    if (status == GDX_OK)
        status = resolve(&resolution, err);
    return status == GDX_OK ? gdx_index_writer_commit(intake->writer, err) : status;
}

gdx_status gdx_intake_commit(gdx_intake *intake, gdx_error *err) {
    gdx_batch_summary counts = {0};
    if (!intake->is_begun)
        return GDX_OK;
    gdx_status status = settle(intake, &counts, err);
    if (status != GDX_OK)
        return status;
    intake->summary.added += counts.added;
    intake->summary.replaced += counts.replaced;
    intake->summary.duplicates += counts.duplicates;
    intake->summary.unchanged += intake->built.counts.unchanged;
    intake->summary.text_bytes += intake->built.counts.text_bytes;
    intake->summary.commit = gdx_snapshot_commit(gdx_index_writer_snapshot(intake->writer));
    spans_restart(&intake->spans);
    end(intake);
    return GDX_OK;
}

gdx_status gdx_intake_merge(gdx_intake *intake, gdx_error *err) {
    gdx_merge_options merge = {.executor = intake->options.executor,
                               .inverter_bytes = intake->settings.inverter_bytes,
                               .level = intake->options.level,
                               .stop = intake->options.stop,
                               .counts = intake->options.merged};
    return gdx_index_writer_merge(intake->writer, &merge, NULL, err);
}

gdx_intake_summary gdx_intake_summary_of(const gdx_intake *intake) {
    return intake->summary;
}

void gdx_intake_close(gdx_intake *intake) {
    if (!intake)
        return;
    if (intake->is_begun) {
        builder_abandon(intake->builder);
        gdx_index_writer_abort(intake->writer);
    }
    end(intake);
    builder_free(intake->builder);
    gdx_source_free(intake->source);
    spans_clear(&intake->spans);
    free(intake);
}
