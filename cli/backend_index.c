// SPDX-License-Identifier: Apache-2.0
// backend_index.c: answers from an index opened in this process.
// Relies on gdx/index.h, gdx/query.h, gdx/segment.h. One snapshot serves all queries of a run, so that their answers
// agree.

#include "backend.h"

#include "gdx/index.h"

#include <stdlib.h>

struct index_backend {
    struct backend functions; // first: a backend is this
    gdx_index *index;
    gdx_snapshot *snapshot;
    gdx_searcher *searcher;
    gdx_store_reader *reader; // for get, made when first asked for
};

enum { READER_CACHE_BYTES = 4 << 20 };

static struct index_backend *of(struct backend *backend) {
    return (struct index_backend *)backend;
}

static void finish_info(struct index_backend *self, uint64_t since_ns, struct answer_info *info) {
    info->commit = gdx_snapshot_commit(self->snapshot);
    info->took_ns = gdx_now_ns() - since_ns;
    info->is_complete = true;
}

static gdx_status index_search(struct backend *backend, gdx_slice text, const gdx_search_options *options,
                               gdx_results **out, struct answer_info *info, gdx_error *err) {
    struct index_backend *self = of(backend);
    uint64_t since_ns = gdx_now_ns();
    GDX_AUTO(gdx_query) query = NULL;
    gdx_status status = gdx_query_parse(text, &query, err);
    if (status == GDX_OK)
        status = gdx_search(self->searcher, self->snapshot, query, options, out, err);
    finish_info(self, since_ns, info);
    return status;
}

static gdx_status index_count(struct backend *backend, gdx_slice text, gdx_totals *out, struct answer_info *info,
                              gdx_error *err) {
    struct index_backend *self = of(backend);
    uint64_t since_ns = gdx_now_ns();
    GDX_AUTO(gdx_query) query = NULL;
    const gdx_stop never = {0};
    gdx_status status = gdx_query_parse(text, &query, err);
    if (status == GDX_OK)
        status = gdx_count(self->searcher, self->snapshot, query, &never, out, err);
    finish_info(self, since_ns, info);
    return status;
}

static gdx_status index_trend(struct backend *backend, gdx_slice text, gdx_period period, gdx_trend **out,
                              struct answer_info *info, gdx_error *err) {
    struct index_backend *self = of(backend);
    uint64_t since_ns = gdx_now_ns();
    GDX_AUTO(gdx_query) query = NULL;
    const gdx_stop never = {0};
    gdx_status status = gdx_query_parse(text, &query, err);
    if (status == GDX_OK)
        status = gdx_trend_compute(self->searcher, self->snapshot, query, period, &never, out, err);
    finish_info(self, since_ns, info);
    return status;
}

static gdx_status index_scan(struct backend *backend, gdx_slice text, uint32_t context_symbols,
                             occurrence_visitor *visit, void *context, struct answer_info *info, gdx_error *err) {
    struct index_backend *self = of(backend);
    uint64_t since_ns = gdx_now_ns();
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_scan) scan = NULL;
    const gdx_stop never = {0};
    gdx_status status = gdx_query_parse(text, &query, err);
    if (status == GDX_OK)
        status = gdx_scan_open(self->searcher, self->snapshot, query, context_symbols, &never, &scan, err);
    for (bool has = true; status == GDX_OK && has;) {
        gdx_occurrence occurrence;
        status = gdx_scan_next(scan, &occurrence, &has, err);
        if (status == GDX_OK && has && !visit(context, &occurrence))
            break;
    }
    finish_info(self, since_ns, info);
    return status;
}

static gdx_status read_document(struct index_backend *self, size_t segment, uint32_t document, gdx_document *out,
                                gdx_error *err) {
    if (!self->reader)
        self->reader = gdx_store_reader_new(READER_CACHE_BYTES);
    if (!self->reader)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to read a document");
    return gdx_store_read(self->reader, gdx_snapshot_segment(self->snapshot, segment)->segment, document, out, err);
}

static gdx_status index_get(struct backend *backend, gdx_slice id, gdx_document *out, struct answer_info *info,
                            gdx_error *err) {
    struct index_backend *self = of(backend);
    uint64_t since_ns = gdx_now_ns();
    size_t segment = 0;
    uint32_t document = 0;
    bool has = false;
    gdx_status status = gdx_snapshot_find_id(self->snapshot, id, &segment, &document, &has, err);
    if (status == GDX_OK && !has)
        status = gdx_fail(err, GDX_NOT_FOUND, "%s: no document has the id \"%.*s\"", gdx_index_directory(self->index),
                          GDX_SLICE_ARGUMENTS(id));
    if (status == GDX_OK)
        status = read_document(self, segment, document, out, err);
    finish_info(self, since_ns, info);
    return status;
}

static gdx_status index_stat(struct backend *backend, struct index_figures *out, struct answer_info *info,
                             gdx_error *err) {
    (void)err;
    struct index_backend *self = of(backend);
    uint64_t since_ns = gdx_now_ns();
    struct index_figures figures = {.documents = gdx_snapshot_documents(self->snapshot),
                                    .segments = gdx_snapshot_segment_count(self->snapshot),
                                    .symbols = gdx_snapshot_symbols(self->snapshot),
                                    .bytes = gdx_snapshot_bytes(self->snapshot)};
    for (size_t i = 0; i < figures.segments; i++) {
        const gdx_live_segment *live = gdx_snapshot_segment(self->snapshot, i);
        const gdx_segment_info *of_segment = gdx_segment_info_of(live->segment);
        figures.deleted_documents += live->deleted_count;
        figures.terms += gdx_segment_term_count(live->segment);
        figures.words += gdx_segment_word_count(live->segment);
        figures.text_bytes += of_segment->text_bytes;
    }
    figures.part_count = gdx_snapshot_parts(self->snapshot, figures.parts);
    *out = figures;
    finish_info(self, since_ns, info);
    return GDX_OK;
}

static void index_close(struct backend *backend) {
    struct index_backend *self = of(backend);
    gdx_store_reader_free(self->reader);
    gdx_searcher_free(self->searcher);
    gdx_snapshot_release(self->snapshot);
    gdx_index_close(self->index);
    free(self);
}

gdx_status backend_open_index(const char *directory, struct backend **out, gdx_error *err) {
    GDX_AUTO(gdx_index) index = NULL;
    gdx_status status = gdx_index_open(directory, &index, err);
    if (status != GDX_OK)
        return status;
    GDX_AUTO(gdx_searcher) searcher = gdx_searcher_new();
    struct index_backend *self = calloc(1, sizeof *self);
    if (!searcher || !self) {
        free(self);
        return gdx_fail(err, GDX_NO_MEMORY, "%s: no memory to open the index", directory);
    }
    self->functions = (struct backend){.search = index_search,
                                       .count = index_count,
                                       .trend = index_trend,
                                       .scan = index_scan,
                                       .get = index_get,
                                       .stat = index_stat,
                                       .close = index_close};
    self->snapshot = gdx_index_snapshot(index);
    self->index = index;
    self->searcher = searcher;
    index = NULL; // both handed over
    searcher = NULL;
    *out = &self->functions;
    return GDX_OK;
}
