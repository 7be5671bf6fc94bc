// SPDX-License-Identifier: Apache-2.0
// build.c: the main job, as a worker runs it: a slab's records become documents, documents become symbols, symbols
// become postings, and when the memory is used up or the slab ends, a segment.

#include "build.h"

#include "gdx/ingest.h"
#include "gdx/ngram.h"
#include "gdx/text.h"
#include "stop.h"

#include <inttypes.h>
#include <stdlib.h>

// The position space of a segment, less what ends its fields. What a document of the largest size takes is in the
// budget, so an empty inverter takes any that the position space does.
#define SYMBOLS_MOST ((size_t)UINT32_MAX - 16)

struct builder { // one worker's own
    const struct build_settings *settings;
    uint64_t next_tag; // of segment files: unique among the builders of a batch
    gdx_source *source;
    gdx_inverter *inverter;
    gdx_segment_writer *writer; // of the segment being built; NULL between segments
    gdx_folded *folded;         // the document at hand
    uint32_t number;            // of the next document within the slab
};

gdx_status build_check_rule(const gdx_rule *rule, gdx_error *err) {
    if (rule)
        return GDX_OK;
    return gdx_fail(err, GDX_UNSUPPORTED,
                    "the index was made by a matching rule that this program does not have; `gramdex merge --refold` "
                    "rewrites it by this program's");
}

struct builder *builder_new(const struct build_settings *settings, unsigned worker, gdx_error *err) {
    struct builder *builder = calloc(1, sizeof *builder);
    if (!builder) {
        gdx_fail(err, GDX_NO_MEMORY, "no memory for a worker");
        return NULL;
    }
    builder->settings = settings;
    builder->next_tag = (uint64_t)(worker + 1) << 40;
    builder->inverter = gdx_inverter_new(settings->inverter_bytes);
    builder->folded = gdx_folded_new();
    if (!builder->inverter || !builder->folded)
        gdx_fail(err, GDX_NO_MEMORY, "no memory for an inverter of %zu bytes", settings->inverter_bytes);
    if (!builder->inverter || !builder->folded || gdx_source_new(&settings->source, &builder->source, err) != GDX_OK) {
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
    free(builder);
}

void built_clear(struct built *built) {
    for (size_t i = 0; i < built->segment_count; i++)
        free(built->segments[i].numbers);
    free(built->segments);
    refusals_clear(&built->refusals);
    *built = (struct built){0};
}

// ---- documents the index has already

gdx_status seen_init(struct seen *seen, gdx_snapshot *snapshot) {
    *seen = (struct seen){.snapshot = snapshot};
    size_t segments = gdx_snapshot_segment_count(snapshot);
    size_t documents = 0;
    seen->first = calloc(segments + 1, sizeof *seen->first);
    if (!seen->first)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < segments; i++) {
        seen->first[i] = documents;
        documents += gdx_segment_info_of(gdx_snapshot_segment(snapshot, i)->segment)->document_count;
    }
    seen->first[segments] = documents;
    seen->orders = calloc(documents + 1, sizeof *seen->orders);
    return seen->orders ? GDX_OK : GDX_NO_MEMORY;
}

void seen_clear(struct seen *seen) {
    free(seen->first);
    free((void *)seen->orders);
    *seen = (struct seen){0};
}

void seen_forget(const struct seen *seen) {
    for (size_t i = 0; i < gdx_snapshot_segment_count(seen->snapshot); i++)
        gdx_segment_forget(gdx_snapshot_segment(seen->snapshot, i)->segment);
}

static void see(struct seen *seen, size_t segment, uint32_t document, document_order order) {
    _Atomic uint64_t *at = &seen->orders[seen->first[segment] + document];
    uint64_t before = atomic_load_explicit(at, memory_order_relaxed);
    while (before < order + 1 &&
           !atomic_compare_exchange_weak_explicit(at, &before, order + 1, memory_order_relaxed, memory_order_relaxed)) {
    }
}

// True when the index holds this very document; notes that it was seen.
static gdx_status is_unchanged(struct builder *builder, const gdx_document *document, document_order order, bool *out,
                               gdx_error *err) {
    struct seen *seen = builder->settings->seen;
    *out = false;
    if (!seen || gdx_snapshot_documents(seen->snapshot) == 0)
        return GDX_OK;
    size_t segment;
    uint32_t number;
    uint64_t hash;
    gdx_status status = gdx_snapshot_find_id(seen->snapshot, document->id, &segment, &number, out, err);
    if (status != GDX_OK || !*out)
        return status;
    status = gdx_segment_hash(gdx_snapshot_segment(seen->snapshot, segment)->segment, number, &hash, err);
    if (status != GDX_OK)
        return status;
    *out = hash == gdx_document_hash(document);
    if (*out)
        see(seen, segment, number, order);
    return GDX_OK;
}

// ---- segments

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "no memory to invert documents");
}

static gdx_status begin_segment(struct builder *builder, struct built *built, gdx_error *err) {
    const struct build_settings *settings = builder->settings;
    if (gdx_grow(&built->segments, &built->segment_capacity, built->segment_count + 1, sizeof *built->segments) !=
        GDX_OK)
        return no_memory(err);
    gdx_status status = gdx_segment_writer_open(settings->directory, builder->next_tag++, settings->level,
                                                settings->rule, &builder->writer, err);
    if (status == GDX_OK)
        built->segments[built->segment_count] = (struct built_segment){0};
    return status;
}

gdx_status builder_flush(struct builder *builder, struct built *built, gdx_error *err) {
    if (!builder->writer)
        return GDX_OK;
    uint64_t begin = gdx_now_ns();
    gdx_segment_writer *writer = builder->writer;
    builder->writer = NULL; // the commit frees it, whatever happens
    struct built_segment *segment = &built->segments[built->segment_count++];
    gdx_status status = gdx_inverter_sort(builder->inverter);
    if (status == GDX_OK) {
        status = gdx_segment_writer_commit(writer, builder->inverter, &segment->info, err);
    } else {
        gdx_segment_writer_abort(writer);
        status = no_memory(err);
    }
    gdx_inverter_reset(builder->inverter);
    built->counts.write_ns += gdx_now_ns() - begin;
    return status;
}

// Stores and inverts a document whose symbols are ready, in the segment at hand or a fresh one.
static gdx_status add_document(struct builder *builder, struct built *built, const gdx_document *document,
                               gdx_error *err) {
    gdx_status status = GDX_OK;
    if (!builder->writer)
        status = begin_segment(builder, built, err);
    if (status != GDX_OK)
        return status;
    struct built_segment *segment = &built->segments[built->segment_count];
    if (gdx_grow(&segment->numbers, &segment->number_capacity, segment->number_count + 1, sizeof *segment->numbers) !=
        GDX_OK)
        return no_memory(err);
    uint64_t begin = gdx_now_ns();
    status = gdx_segment_writer_add(builder->writer, document, builder->folded, err);
    uint64_t stored = gdx_now_ns();
    if (status == GDX_OK && gdx_folded_invert(builder->folded, builder->inverter) != GDX_OK)
        status = no_memory(err);
    built->counts.store_ns += stored - begin;
    built->counts.invert_ns += gdx_now_ns() - stored;
    if (status == GDX_OK) {
        segment->numbers[segment->number_count++] = builder->number - 1; // counted on already
        built->counts.symbols += gdx_folded_counted(builder->folded);
    }
    return status;
}

// ---- documents

static gdx_status refuse(struct builder *builder, struct built *built, size_t piece, const gdx_piece *input,
                         const gdx_refusal *refusal, gdx_error *err) {
    char reason[GDX_ERROR_TEXT_BYTES];
    struct refusal kept = refusal_of_source(refusal, input, reason);
    kept.piece = (uint32_t)piece;
    atomic_fetch_add_explicit(builder->settings->refused, 1, memory_order_relaxed);
    if (refusals_add(&built->refusals, &kept) != GDX_OK)
        return no_memory(err);
    return builder->settings->strict ? refusal_fail(&kept, err) : GDX_OK;
}

static gdx_status leave_out(struct built *built, size_t piece, const gdx_piece *input, const gdx_refusal *refusal,
                            gdx_error *err) {
    char reason[GDX_ERROR_TEXT_BYTES];
    struct refusal kept = refusal_of_source(refusal, input, reason);
    kept.piece = (uint32_t)piece;
    kept.class = GDX_BATCH_LEFT_OUT;
    return refusals_add(&built->refusals, &kept) == GDX_OK ? GDX_OK : no_memory(err);
}

static gdx_status refuse_too_large(struct builder *builder, struct built *built, size_t piece, const struct slab *slab,
                                   const gdx_document *document, gdx_error *err) {
    gdx_refusal refusal = {.path = slab->pieces[piece].path, .line = gdx_source_lines(builder->source)};
    gdx_fail(&refusal.error, GDX_TOO_LARGE, "document %.*s has %" PRIu64 " symbols, at most %zu fit into a segment",
             GDX_SLICE_ARGUMENTS(document->id), gdx_folded_positions(builder->folded), SYMBOLS_MOST);
    const gdx_piece input = slab_piece_at(slab, piece);
    return refuse(builder, built, piece, &input, &refusal, err);
}

static gdx_status fold_document(struct builder *builder, struct built *built, const gdx_document *document,
                                gdx_error *err) {
    uint64_t begin = gdx_now_ns();
    gdx_status status = gdx_folded_fold(builder->folded, builder->settings->rule, document);
    built->counts.fold_ns += gdx_now_ns() - begin;
    return status == GDX_OK ? GDX_OK : no_memory(err);
}

gdx_status builder_add(struct builder *builder, uint32_t sequence, struct built *built, const gdx_document *document,
                       bool *out_fits, gdx_error *err) {
    document_order order = (document_order)sequence << 32 | builder->number++;
    bool unchanged;
    *out_fits = true;
    built->counts.documents++;
    built->counts.text_bytes += gdx_document_text_bytes(document);
    atomic_fetch_add_explicit(builder->settings->documents, 1, memory_order_relaxed);
    gdx_status status = is_unchanged(builder, document, order, &unchanged, err);
    if (status != GDX_OK || unchanged) {
        built->counts.unchanged += unchanged;
        return status;
    }
    status = fold_document(builder, built, document, err);
    size_t symbols = (size_t)gdx_folded_positions(builder->folded);
    if (status == GDX_OK && builder->writer && gdx_inverter_is_full(builder->inverter, symbols))
        status = builder_flush(builder, built, err);
    if (status != GDX_OK)
        return status;
    if (symbols > SYMBOLS_MOST) {
        built->counts.documents--;
        *out_fits = false;
        return GDX_OK;
    }
    return add_document(builder, built, document, err);
}

static gdx_status check_stop(const struct build_settings *settings, gdx_error *err) {
    if (atomic_load_explicit(settings->failed, memory_order_relaxed))
        return gdx_fail(err, GDX_CANCELLED, "another worker failed");
    return batch_check_stop(&settings->stop, err);
}

static gdx_status note_repairs(struct builder *builder, struct built *built, size_t piece, gdx_slice path,
                               gdx_error *err) {
    const gdx_repairs *repairs = gdx_source_repairs(builder->source);
    if (!gdx_repairs_any(repairs))
        return GDX_OK;
    return refusals_add_repairs(&built->refusals, path, piece, repairs) == GDX_OK ? GDX_OK : no_memory(err);
}

static void count_read(struct built *built, const gdx_piece *piece, uint64_t documents_before) {
    uint64_t count = built->counts.documents - documents_before;
    if (count)
        kinds_add(&built->counts.kinds, GDX_BATCH_READ, gdx_slice_of(gdx_piece_kind_name(piece)), count);
}

static gdx_status build_piece(struct builder *builder, struct slab *slab, size_t piece, struct built *built,
                              gdx_error *err) {
    gdx_piece input = slab_piece_at(slab, piece);
    uint64_t documents_before = built->counts.documents;
    gdx_source_begin(builder->source, &input);
    for (;;) {
        gdx_document document = {0};
        gdx_refusal refusal = {0};
        gdx_status status = check_stop(builder->settings, err);
        if (status != GDX_OK)
            return status;
        uint64_t begin = gdx_now_ns();
        gdx_source_step step = gdx_source_next(builder->source, &document, &refusal);
        built->counts.parse_ns += gdx_now_ns() - begin;
        bool fits;
        switch (step) {
        case GDX_SOURCE_DOCUMENT:
            status = builder_add(builder, slab->sequence, built, &document, &fits, err);
            if (status == GDX_OK && !fits)
                status = refuse_too_large(builder, built, piece, slab, &document, err);
            else if (status == GDX_OK)
                status = note_repairs(builder, built, piece, input.path, err);
            break;
        case GDX_SOURCE_REFUSED:
            status = refuse(builder, built, piece, &input, &refusal, err);
            break;
        case GDX_SOURCE_LEFT_OUT:
            status = leave_out(built, piece, &input, &refusal, err);
            break;
        case GDX_SOURCE_END:
            slab->pieces[piece].lines = gdx_source_lines(builder->source);
            count_read(built, &input, documents_before);
            return GDX_OK;
        case GDX_SOURCE_FAILED:
            return gdx_fail_at(err, refusal.error.status, input.path.data, "%s", refusal.error.message);
        }
        if (status != GDX_OK)
            return status;
    }
}

void builder_begin(struct builder *builder) {
    builder->number = 0;
}

void builder_abandon(struct builder *builder, struct built *built) {
    if (builder->writer)
        free(built->segments[built->segment_count].numbers);
    gdx_segment_writer_abort(builder->writer);
    builder->writer = NULL;
    gdx_inverter_reset(builder->inverter);
}

gdx_status builder_run_on_worker(struct builder *builder, struct slab *slab, struct built *out, gdx_error *err) {
    uint64_t mended = gdx_source_mended(builder->source);
    uint64_t replaced = gdx_source_replaced(builder->source);
    gdx_status status = refusals_init(&out->refusals);
    if (status != GDX_OK)
        return no_memory(err);
    builder_begin(builder);
    for (size_t piece = 0; status == GDX_OK && piece < slab->piece_count; piece++)
        status = build_piece(builder, slab, piece, out, err);
    if (status == GDX_OK)
        status = builder_flush(builder, out, err);
    if (status != GDX_OK) // the batch is lost: leave nothing half-built
        builder_abandon(builder, out);
    out->counts.mended = gdx_source_mended(builder->source) - mended;
    out->counts.replaced_bytes = gdx_source_replaced(builder->source) - replaced;
    return status;
}
