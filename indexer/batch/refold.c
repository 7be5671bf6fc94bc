// SPDX-License-Identifier: Apache-2.0
// refold.c: see gdx/refold.h. The builder of a batch takes the stored documents one by one; the old segments lose all
// of theirs in the same commit.

#include "gdx/refold.h"

#include "gdx/text.h"

#include "build.h"

#include <stdlib.h>

enum { STOP_EVERY = 256, CACHE_BYTES = 8 << 20 };

struct refold { // one owner
    gdx_index_writer *writer;
    const gdx_refold_options *options;
    struct build_settings settings;
    struct builder *builder;
    struct spans spans;
    struct built built;
    gdx_store_reader *store;
    atomic_bool failed;
    atomic_ullong documents, refused;
};

static gdx_status add(struct refold *refold, gdx_segment *segment, uint32_t number, gdx_error *err) {
    gdx_document document;
    bool fits = true;
    gdx_status status = gdx_store_read(refold->store, segment, number, &document, err);
    if (status == GDX_OK)
        status = builder_add(refold->builder, 0, &refold->built, &document, &fits, err);
    if (status == GDX_OK && !fits)
        status = gdx_fail(err, GDX_TOO_LARGE, "document %.*s has more symbols by the new rule than fit into a segment",
                          GDX_SLICE_ARGUMENTS(document.id));
    if (status == GDX_OK && number % STOP_EVERY == 0)
        status = gdx_stop_check(&refold->options->stop, err);
    return status;
}

// The live documents of a segment, which is to lose them.
static gdx_status rewrite(struct refold *refold, size_t index, gdx_error *err) {
    const gdx_live_segment *live = gdx_snapshot_segment(gdx_index_writer_snapshot(refold->writer), index);
    uint32_t count = gdx_segment_info_of(live->segment)->document_count;
    gdx_status status = GDX_OK;
    for (uint32_t d = 0; d < count && status == GDX_OK; d++) {
        if (gdx_is_deleted(live->deleted, d))
            continue;
        status = add(refold, live->segment, d, err);
        if (status == GDX_OK)
            status = gdx_index_writer_delete(refold->writer, index, d, err);
    }
    return status;
}

static gdx_status commit(struct refold *refold, gdx_error *err) {
    gdx_status status = builder_end(refold->builder, &refold->built, err);
    for (size_t i = 0; i < refold->spans.count && status == GDX_OK; i++)
        for (size_t j = 0; j < refold->spans.items[i]->count && status == GDX_OK; j++)
            status = gdx_index_writer_add(refold->writer, &refold->spans.items[i]->runs[j].info, err);
    if (status != GDX_OK)
        return status;
    gdx_index_writer_set_rule(refold->writer, gdx_rule_current());
    return gdx_index_writer_commit(refold->writer, err);
}

static gdx_status rewrite_all(struct refold *refold, gdx_error *err) {
    size_t segments = gdx_snapshot_segment_count(gdx_index_writer_snapshot(refold->writer));
    gdx_status status = GDX_OK;
    builder_begin(refold->builder);
    for (size_t i = 0; i < segments && status == GDX_OK; i++)
        status = rewrite(refold, i, err);
    if (status == GDX_OK)
        status = commit(refold, err);
    if (status != GDX_OK) {
        builder_abandon(refold->builder);
        gdx_index_writer_abort(refold->writer);
    }
    return status;
}

gdx_status gdx_index_refold(gdx_index_writer *writer, const gdx_refold_options *options, uint64_t *out_documents,
                            gdx_error *err) {
    *out_documents = 0;
    if (gdx_snapshot_rule(gdx_index_writer_snapshot(writer)) == gdx_rule_current())
        return GDX_OK;
    struct refold refold = {.writer = writer, .options = options};
    refold.settings = (struct build_settings){.directory = gdx_index_writer_directory(writer),
                                              .level = options->level,
                                              .keys = gdx_index_writer_keys(writer),
                                              .shape = gdx_index_writer_shape(writer),
                                              .rule = gdx_rule_current(),
                                              .inverter_bytes = options->memory_bytes,
                                              .spans = &refold.spans,
                                              .failed = &refold.failed,
                                              .documents = &refold.documents,
                                              .refused = &refold.refused};
    gdx_status status = GDX_OK;
    refold.store = gdx_store_reader_new(CACHE_BYTES);
    if (!refold.store || spans_init(&refold.spans, options->end_bytes) != GDX_OK ||
        refusals_init(&refold.built.refusals) != GDX_OK)
        status = gdx_fail_memory(err, "rewriting the index");
    if (status == GDX_OK && !(refold.builder = builder_new(&refold.settings, 0, err)))
        status = GDX_NO_MEMORY;
    if (status == GDX_OK)
        status = rewrite_all(&refold, err);
    if (status == GDX_OK)
        *out_documents = refold.built.counts.documents;
    builder_free(refold.builder);
    built_clear(&refold.built);
    spans_clear(&refold.spans);
    gdx_store_reader_free(refold.store);
    return status;
}
