// SPDX-License-Identifier: Apache-2.0
// build.c: documents become symbols, symbols become postings, and where the spans say so, or when the memory is used
// up, a segment or a run of one. Relies on spans.h, assembly.h.

#include "build.h"

#include "assembly.h"

#include "gdx/ingest.h"
#include "gdx/ngram.h"
#include "gdx/text.h"

#include <assert.h>
#include <stdlib.h>

// The position space of a segment, less what ends its fields. What a document of the largest size takes is in the
// budget, so an empty inverter takes any that the position space does.
#define SYMBOLS_MOST ((size_t)UINT32_MAX - 16)

enum {
    LARGE_DOCUMENT_BYTES = 1 << 28, // begins a run, so that a span whose positions run out can be parted before it
    HUGE_DOCUMENT_BYTES = 1 << 29,  // may have more symbols than a segment takes: a character has at most six a byte
};

struct builder { // one worker's own
    const struct build_settings *settings;
    uint64_t next_tag; // of segment files: unique among the builders of a batch
    gdx_source *source;
    gdx_inverter *inverter; // NULL: made when it is needed
    gdx_folded *folded;     // the document at hand
    uint32_t number;        // of the next document within the slab
    struct kept *kept;      // of the slab at hand

    struct span *span;          // being built; NULL: none
    uint64_t place;             // of the run at hand in it
    gdx_segment_writer *writer; // of the run; NULL: it has no document yet
    uint64_t tag;               // of that writer
    struct orders orders;       // of its documents
    uint64_t run_bytes;         // of them
};

gdx_status builder_no_memory(gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "no memory to invert documents");
}

gdx_status build_check_rule(const gdx_rule *rule, gdx_error *err) {
    if (rule)
        return GDX_OK;
    return gdx_fail(err, GDX_UNSUPPORTED,
                    "the index was made by a matching rule that this program does not have; `gramdex merge --refold` "
                    "rewrites it by this program's");
}

static gdx_status make_inverter(struct builder *builder, gdx_error *err) {
    if (builder->inverter || (builder->inverter = gdx_inverter_new(builder->settings->inverter_bytes)) != NULL)
        return GDX_OK;
    return gdx_fail(err, GDX_NO_MEMORY, "no memory for an inverter of %zu bytes", builder->settings->inverter_bytes);
}

struct builder *builder_new(const struct build_settings *settings, unsigned worker, gdx_error *err) {
    struct builder *builder = calloc(1, sizeof *builder);
    if (!builder) {
        gdx_fail(err, GDX_NO_MEMORY, "no memory for a worker");
        return NULL;
    }
    builder->settings = settings;
    builder->next_tag = (uint64_t)(worker + 1) << 40;
    builder->folded = gdx_folded_new();
    if (!builder->folded)
        gdx_fail(err, GDX_NO_MEMORY, "no memory for a worker");
    if (!builder->folded || make_inverter(builder, err) != GDX_OK ||
        gdx_source_new(&settings->source, &builder->source, err) != GDX_OK) {
        builder_free(builder);
        return NULL;
    }
    return builder;
}

void builder_free(struct builder *builder) {
    if (!builder)
        return;
    gdx_segment_writer_abort(builder->writer);
    gdx_inverter_free(builder->inverter);
    gdx_source_free(builder->source);
    gdx_folded_free(builder->folded);
    kept_free(builder->kept);
    orders_clear(&builder->orders);
    free(builder);
}

gdx_source *builder_source(struct builder *builder) {
    return builder->source;
}

const struct build_settings *builder_settings(const struct builder *builder) {
    return builder->settings;
}

struct kept **builder_kept(struct builder *builder) {
    return &builder->kept;
}

uint64_t builder_symbols(const struct builder *builder) {
    return gdx_folded_positions(builder->folded);
}

void built_clear(struct built *built) {
    refusals_clear(&built->refusals);
    *built = (struct built){0};
}

void builder_begin(struct builder *builder) {
    builder->number = 0;
}

void builder_abandon(struct builder *builder) {
    gdx_segment_writer_abort(builder->writer);
    builder->writer = NULL;
    builder->span = NULL;
    kept_free(builder->kept);
    builder->kept = NULL;
    orders_clear(&builder->orders);
    builder->run_bytes = 0;
    if (builder->inverter)
        gdx_inverter_reset(builder->inverter);
}

// ---- runs

// Writes what is at hand: a segment, when it is all of its span.
static gdx_status write_run(struct builder *builder, struct span_run *run, gdx_error *err) {
    gdx_segment_writer *writer = builder->writer;
    builder->writer = NULL; // freed, whatever happens
    gdx_status status = gdx_segment_writer_end_text(writer, err);
    if (status == GDX_OK && gdx_inverter_sort(builder->inverter) != GDX_OK)
        status = builder_no_memory(err);
    if (status != GDX_OK) {
        gdx_segment_writer_abort(writer);
        return status;
    }
    status = run->is_final ? gdx_segment_writer_commit(writer, builder->inverter, &run->info, err)
                           : gdx_segment_writer_end_run(writer, builder->inverter, &run->info, err);
    run->orders = builder->orders;
    builder->orders = (struct orders){0};
    if (status == GDX_OK && spans_add(builder->settings->spans, builder->span, run) != GDX_OK)
        status = builder_no_memory(err);
    if (status != GDX_OK)
        orders_clear(&run->orders);
    return status;
}

static gdx_status flush(struct builder *builder, struct built *built, bool is_whole, gdx_error *err) {
    if (!builder->writer)
        return GDX_OK;
    uint64_t begin = gdx_now_ns();
    struct span_run run = {.tag = builder->tag, .is_final = is_whole, .place = builder->place++};
    gdx_status status = write_run(builder, &run, err);
    gdx_inverter_reset(builder->inverter);
    builder->run_bytes = 0;
    built->counts.write_ns += gdx_now_ns() - begin;
    return status;
}

static gdx_status stitch(struct builder *builder, struct built *built, struct span *span, gdx_error *err) {
    const struct build_settings *settings = builder->settings;
    const struct stitching stitching = {.directory = settings->directory,
                                        .level = settings->level,
                                        .keys = settings->keys,
                                        .shape = settings->shape,
                                        .stop = &settings->stop,
                                        .next_tag = &builder->next_tag};
    if (span->count > 1) { // its memory is the merge's
        gdx_inverter_free(builder->inverter);
        builder->inverter = NULL;
    }
    bool is_alone = span->count > 1 && settings->stitches_alone;
    uint64_t begin = gdx_now_ns();
    if (is_alone) // one who holds it waits for nobody, and obeys the same stop
        uv_mutex_lock(&settings->spans->alone);
    gdx_status status = span_stitch(span, &stitching, err);
    if (is_alone)
        uv_mutex_unlock(&settings->spans->alone);
    built->counts.write_ns += gdx_now_ns() - begin;
    return status;
}

// Ends the run at hand. `place` counts files of it from where the run began.
static gdx_status end_run(struct builder *builder, struct built *built, bool is_whole, gdx_error *err) {
    struct span *span = builder->span;
    gdx_status status = flush(builder, built, is_whole, err);
    builder->span = NULL;
    if (status == GDX_OK && spans_end_run(builder->settings->spans, span))
        status = stitch(builder, built, span, err);
    return status;
}

static gdx_status begin_writer(struct builder *builder, gdx_error *err) {
    const struct build_settings *settings = builder->settings;
    gdx_status status = make_inverter(builder, err);
    if (status == GDX_OK)
        status = gdx_segment_writer_open(settings->directory, builder->tag = builder->next_tag++, settings->level,
                                         settings->rule, &builder->writer, err);
    if (status == GDX_OK && gdx_segment_writer_set_keys(builder->writer, settings->keys) != GDX_OK)
        status = builder_no_memory(err);
    if (status == GDX_OK)
        gdx_segment_writer_set_shape(builder->writer, settings->shape);
    return status;
}

// ---- documents

static gdx_status fold(struct builder *builder, struct built *built, const gdx_document *document, gdx_error *err) {
    uint64_t begin = gdx_now_ns();
    gdx_status status = gdx_folded_fold(builder->folded, builder->settings->rule, document);
    built->counts.fold_ns += gdx_now_ns() - begin;
    return status == GDX_OK ? GDX_OK : builder_no_memory(err);
}

// Stores and inverts a document whose symbols are ready.
static gdx_status add_folded(struct builder *builder, struct built *built, const gdx_document *document,
                             document_order order, gdx_error *err) {
    gdx_status status = builder->writer ? GDX_OK : begin_writer(builder, err);
    if (status == GDX_OK && orders_add(&builder->orders, order) != GDX_OK)
        status = builder_no_memory(err);
    if (status != GDX_OK)
        return status;
    uint64_t begin = gdx_now_ns();
    status = gdx_segment_writer_add(builder->writer, document, builder->folded, err);
    uint64_t stored = gdx_now_ns();
    if (status == GDX_OK && gdx_folded_invert(builder->folded, builder->inverter) != GDX_OK)
        status = builder_no_memory(err);
    built->counts.store_ns += stored - begin;
    built->counts.invert_ns += gdx_now_ns() - stored;
    built->counts.symbols += gdx_folded_counted(builder->folded);
    return status;
}

static bool is_run_due(const struct builder *builder, const gdx_document *document) {
    size_t most = builder->settings->run_bytes;
    return builder->writer &&
           ((most && builder->run_bytes >= most) || gdx_document_text_bytes(document) >= LARGE_DOCUMENT_BYTES ||
            gdx_inverter_is_full(builder->inverter, (size_t)gdx_folded_positions(builder->folded)));
}

// Into the run at hand; a run that gets too large is several.
static gdx_status add_to_run(struct builder *builder, struct built *built, const gdx_document *document,
                             document_order order, gdx_error *err) {
    gdx_status status = fold(builder, built, document, err);
    if (status == GDX_OK && is_run_due(builder, document))
        status = flush(builder, built, false, err);
    builder->run_bytes += gdx_document_text_bytes(document);
    return status == GDX_OK ? add_folded(builder, built, document, order, err) : status;
}

// A document of a builder that has the spans to itself.
static gdx_status place(struct builder *builder, struct built *built, const gdx_document *document,
                        document_order order, gdx_error *err) {
    struct spans *spans = builder->settings->spans;
    gdx_status status = GDX_OK;
    if (spans_place(spans, gdx_document_text_bytes(document)))
        status = builder_end(builder, built, err);
    if (status == GDX_OK && !builder->span) {
        builder->span = spans_begin(spans);
        builder->place = 0;
        status = builder->span ? GDX_OK : builder_no_memory(err);
    }
    return status == GDX_OK ? add_to_run(builder, built, document, order, err) : status;
}

gdx_status builder_end(struct builder *builder, struct built *built, gdx_error *err) {
    if (!builder->span)
        return GDX_OK;
    spans_close(builder->settings->spans, builder->span);
    return end_run(builder, built, builder->place == 0, err);
}

gdx_status builder_add(struct builder *builder, uint32_t sequence, struct built *built, const gdx_document *document,
                       bool *out_fits, gdx_error *err) {
    document_order order = (document_order)sequence << 32 | builder->number++;
    uint64_t bytes = gdx_document_text_bytes(document);
    bool unchanged = false;
    gdx_status status = GDX_OK;
    *out_fits = true;
    if (bytes >= HUGE_DOCUMENT_BYTES) {
        status = fold(builder, built, document, err);
        *out_fits = gdx_folded_positions(builder->folded) <= SYMBOLS_MOST;
    }
    if (status != GDX_OK || !*out_fits)
        return status;
    built->counts.documents++;
    built->counts.text_bytes += bytes;
    atomic_fetch_add_explicit(builder->settings->documents, 1, memory_order_relaxed);
    if (builder->settings->seen)
        status = seen_is_unchanged(builder->settings->seen, document, order, &unchanged, err);
    built->counts.unchanged += unchanged;
    if (status != GDX_OK || unchanged)
        return status;
    if (!builder->settings->assembly)
        return place(builder, built, document, order, err);
    return kept_add(builder->kept, document, order) == GDX_OK ? GDX_OK : builder_no_memory(err);
}

// ---- runs of the assembly

static gdx_status build_run(struct builder *builder, struct built *built, const struct kept_run *run, gdx_error *err) {
    gdx_status status = GDX_OK;
    builder->span = run->span;
    builder->place = run->place << 32;
    for (size_t i = 0; status == GDX_OK && i < run->piece_count; i++) {
        const struct run_piece *piece = &run->pieces[i];
        for (size_t at = piece->begin; status == GDX_OK && at < piece->end; at++) {
            const struct kept_document *kept = &piece->kept->documents[at];
            status = builder_check_stop(builder, err);
            if (status == GDX_OK)
                status = add_to_run(builder, built, &kept->document, kept->order, err);
        }
    }
    return status == GDX_OK ? end_run(builder, built, run->is_whole && builder->place == run->place << 32, err)
                            : status;
}

gdx_status builder_build_runs(struct builder *builder, struct built *built, struct kept_run *runs, gdx_error *err) {
    gdx_status status = GDX_OK;
    assert(!builder->span);
    while (runs) {
        struct kept_run *run = runs;
        runs = run->next;
        if (status == GDX_OK)
            status = build_run(builder, built, run, err);
        assembly_release(builder->settings->assembly, run);
    }
    return status;
}
