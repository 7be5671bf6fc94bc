// SPDX-License-Identifier: Apache-2.0
// slab_build.c: a worker with a slab: records become documents, piece by piece; what is refused is noted with its
// place. Then the worker builds the runs that are closed by it.

#include "assembly.h"
#include "build.h"
#include "stop.h"

#include "gdx/ingest.h"

#include <inttypes.h>

static gdx_status refuse(struct builder *builder, struct built *built, size_t piece, const gdx_piece *input,
                         const gdx_refusal *refusal, gdx_error *err) {
    char reason[GDX_ERROR_TEXT_BYTES];
    const struct build_settings *settings = builder_settings(builder);
    struct refusal kept = refusal_of_source(refusal, input, reason);
    kept.piece = (uint32_t)piece;
    atomic_fetch_add_explicit(settings->refused, 1, memory_order_relaxed);
    if (refusals_add(&built->refusals, &kept) != GDX_OK)
        return builder_no_memory(err);
    return settings->strict ? refusal_fail(&kept, err) : GDX_OK;
}

static gdx_status leave_out(struct built *built, size_t piece, const gdx_piece *input, const gdx_refusal *refusal,
                            gdx_error *err) {
    char reason[GDX_ERROR_TEXT_BYTES];
    struct refusal kept = refusal_of_source(refusal, input, reason);
    kept.piece = (uint32_t)piece;
    kept.class = GDX_BATCH_LEFT_OUT;
    return refusals_add(&built->refusals, &kept) == GDX_OK ? GDX_OK : builder_no_memory(err);
}

static gdx_status refuse_too_large(struct builder *builder, struct built *built, size_t piece, const gdx_piece *input,
                                   const gdx_document *document, gdx_error *err) {
    gdx_refusal refusal = {.path = input->path, .line = gdx_source_lines(builder_source(builder))};
    gdx_fail(&refusal.error, GDX_TOO_LARGE, "document %.*s has %" PRIu64 " symbols, more than fit into a segment",
             GDX_SLICE_ARGUMENTS(document->id), builder_symbols(builder));
    return refuse(builder, built, piece, input, &refusal, err);
}

gdx_status builder_check_stop(const struct builder *builder, gdx_error *err) {
    const struct build_settings *settings = builder_settings(builder);
    if (atomic_load_explicit(settings->failed, memory_order_relaxed))
        return gdx_fail(err, GDX_CANCELLED, "another worker failed");
    return batch_check_stop(&settings->stop, err);
}

static gdx_status note_repairs(struct builder *builder, struct built *built, size_t piece, gdx_slice path,
                               gdx_error *err) {
    const gdx_repairs *repairs = gdx_source_repairs(builder_source(builder));
    if (!gdx_repairs_any(repairs))
        return GDX_OK;
    return refusals_add_repairs(&built->refusals, path, piece, repairs) == GDX_OK ? GDX_OK : builder_no_memory(err);
}

static void count_read(struct built *built, const gdx_piece *piece, uint64_t documents_before) {
    uint64_t count = built->counts.documents - documents_before;
    if (count)
        kinds_add(&built->counts.kinds, GDX_BATCH_READ, gdx_slice_of(gdx_piece_kind_name(piece)), count);
}

// So much was read of the slab that some has to be placed first.
static gdx_status place_kept(struct builder *builder, uint32_t sequence, struct built *built, gdx_error *err) {
    struct assembly *assembly = builder_settings(builder)->assembly;
    struct kept_run *closed = NULL;
    if (!assembly || !assembly_is_full(assembly, *builder_kept(builder)))
        return GDX_OK;
    gdx_status status = assembly_place(assembly, sequence, builder_kept(builder), &closed, err);
    gdx_status of_runs = builder_build_runs(builder, built, closed, err);
    return status == GDX_OK ? of_runs : status;
}

static gdx_status take(struct builder *builder, const struct slab *slab, size_t piece, struct built *built,
                       const gdx_document *document, gdx_error *err) {
    gdx_piece input = slab_piece_at(slab, piece);
    bool fits;
    gdx_status status = builder_add(builder, slab->sequence, built, document, &fits, err);
    if (status == GDX_OK && !fits)
        return refuse_too_large(builder, built, piece, &input, document, err);
    if (status == GDX_OK)
        status = note_repairs(builder, built, piece, input.path, err);
    return status == GDX_OK ? place_kept(builder, slab->sequence, built, err) : status;
}

static gdx_status read_piece(struct builder *builder, struct slab *slab, size_t piece, struct built *built,
                             gdx_error *err) {
    gdx_piece input = slab_piece_at(slab, piece);
    gdx_source *source = builder_source(builder);
    uint64_t documents_before = built->counts.documents;
    gdx_source_begin(source, &input);
    for (;;) {
        gdx_document document = {0};
        gdx_refusal refusal = {0};
        gdx_status status = builder_check_stop(builder, err);
        if (status != GDX_OK)
            return status;
        uint64_t begin = gdx_now_ns();
        gdx_source_step step = gdx_source_next(source, &document, &refusal);
        built->counts.parse_ns += gdx_now_ns() - begin;
        switch (step) {
        case GDX_SOURCE_DOCUMENT:
            status = take(builder, slab, piece, built, &document, err);
            break;
        case GDX_SOURCE_REFUSED:
            status = refuse(builder, built, piece, &input, &refusal, err);
            break;
        case GDX_SOURCE_LEFT_OUT:
            status = leave_out(built, piece, &input, &refusal, err);
            break;
        case GDX_SOURCE_END:
            slab->pieces[piece].lines = gdx_source_lines(source);
            count_read(built, &input, documents_before);
            return GDX_OK;
        case GDX_SOURCE_FAILED:
            return gdx_fail_at(err, refusal.error.status, input.path.data, "%s", refusal.error.message);
        }
        if (status != GDX_OK)
            return status;
    }
}

// Gives what was kept of the slab to the assembly, and builds what that closes.
static gdx_status end_slab(struct builder *builder, const struct slab_build *build, struct built *built,
                           gdx_error *err) {
    struct assembly *assembly = builder_settings(builder)->assembly;
    struct kept *kept = *builder_kept(builder);
    struct kept_run *closed = NULL;
    *builder_kept(builder) = NULL;
    gdx_status status = assembly_end(assembly, build->slab->sequence, kept, build->is_last, &closed, err);
    gdx_status of_runs = builder_build_runs(builder, built, closed, err);
    return status == GDX_OK ? of_runs : status;
}

static gdx_status read_slab(struct builder *builder, struct slab_build *build, gdx_error *err) {
    struct assembly *assembly = builder_settings(builder)->assembly;
    struct slab *slab = build->slab;
    gdx_status status = GDX_OK;
    builder_begin(builder);
    if (assembly)
        status = assembly_begin(assembly, slab->sequence, builder_kept(builder), err);
    for (size_t piece = 0; status == GDX_OK && piece < slab->piece_count; piece++)
        status = read_piece(builder, slab, piece, &build->built, err);
    return status;
}

gdx_status builder_run_on_worker(struct builder *builder, struct slab_build *build, gdx_error *err) {
    gdx_source *source = builder_source(builder);
    struct built *built = &build->built;
    uint64_t mended = gdx_source_mended(source);
    uint64_t replaced = gdx_source_replaced(source);
    if (refusals_init(&built->refusals) != GDX_OK)
        return builder_no_memory(err);
    gdx_status status = read_slab(builder, build, err);
    slab_empty(build->slab);
    built->counts.mended = gdx_source_mended(source) - mended;
    built->counts.replaced_bytes = gdx_source_replaced(source) - replaced;
    if (status == GDX_OK && builder_settings(builder)->assembly)
        status = end_slab(builder, build, built, err);
    if (status != GDX_OK) // the batch is lost: leave nothing half-built
        builder_abandon(builder);
    return status;
}
