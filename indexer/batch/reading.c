// SPDX-License-Identifier: Apache-2.0
// reading.c: see gdx/reading.h. One slab is in memory at a time, and its documents are handed out before the next is
// filled. Since slabs come in input order, the lines before a piece are known when it is read.

#include "gdx/reading.h"

#include "filler.h"
#include "inputs.h"
#include "prune.h"
#include "stop.h"

#include <assert.h>
#include <stdlib.h>

enum { DOCUMENT_BYTES = 64 << 20, LINE_KEYS_BYTES = 64 << 10, LARGE_FILES = 4, SLAB_BYTES = 4 << 20 };
static const uint64_t PROGRESS_NS = 100000000;

struct gdx_reading { // one owner
    gdx_batch_options options;
    struct inputs inputs;
    struct filler *filler;
    gdx_source *source;
    struct slab *slab;
    size_t piece;        // of the slab, the one that is read or comes next
    bool is_in_piece;    // the source has it
    bool is_at_end;      // no slab comes after this one
    uint64_t file;       // of the piece
    uint64_t file_lines; // before the piece, in the same file
    gdx_batch_summary counts;
    uint64_t reported_ns;    // the last progress
    struct seen seen;        // of the snapshot it is compared with, if there is one
    struct refusals refused; // with it: for prune
};

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail_memory(err, "reading the inputs; give a smaller --document-limit");
}

// ---- refusals

static gdx_status report(gdx_reading *reading, const struct refusal *refusal, gdx_error *err) {
    if (reading->options.strict && refusal->class == GDX_BATCH_REFUSED)
        return refusal_fail(refusal, err);
    if (reading->seen.snapshot && refusal->class == GDX_BATCH_REFUSED &&
        refusals_add(&reading->refused, refusal) != GDX_OK)
        return no_memory(err);
    const gdx_batch_finding reported = {.path = refusal->path.data,
                                        .line = refusal->line ? refusal->line + reading->file_lines : 0,
                                        .byte = refusal->byte,
                                        .class = refusal->class,
                                        .kind = refusal->kind.data,
                                        .reason = refusal->reason.data};
    if (reading->options.on_finding)
        reading->options.on_finding(reading->options.context, &reported);
    return GDX_OK;
}

// Of a listing or a slab.
static gdx_status report_all(gdx_reading *reading, const struct refusals *refusals, gdx_error *err) {
    reading->counts.refused += refusals_count(refusals, GDX_BATCH_REFUSED);
    reading->counts.left_out += refusals_count(refusals, GDX_BATCH_LEFT_OUT);
    kinds_add_all(&reading->counts.kinds, &refusals->kinds);
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < refusals->count; i++)
        status = report(reading, &refusals->items[i], err);
    return status;
}

static gdx_status report_record(gdx_reading *reading, const gdx_refusal *refusal, gdx_batch_class class,
                                gdx_error *err) {
    char reason[GDX_ERROR_TEXT_BYTES];
    const gdx_piece piece = slab_piece_at(reading->slab, reading->piece);
    struct refusal reported = refusal_of_source(refusal, &piece, reason);
    reported.class = class;
    reading->counts.refused += class == GDX_BATCH_REFUSED;
    reading->counts.left_out += class == GDX_BATCH_LEFT_OUT;
    kinds_add(&reading->counts.kinds, class, reported.kind, 1);
    return report(reading, &reported, err);
}

static gdx_status report_repairs(gdx_reading *reading, gdx_error *err) {
    const gdx_repairs *repairs = gdx_source_repairs(reading->source);
    if (!gdx_repairs_any(repairs))
        return GDX_OK;
    struct refusals warnings;
    gdx_status status = refusals_init(&warnings);
    if (status == GDX_OK)
        status = refusals_add_repairs(&warnings, reading->slab->pieces[reading->piece].path, 0, repairs);
    status = status == GDX_OK ? report_all(reading, &warnings, err) : no_memory(err);
    refusals_clear(&warnings);
    return status;
}

static void report_progress(gdx_reading *reading) {
    uint64_t now_ns = gdx_now_ns();
    if (!reading->options.on_progress || now_ns - reading->reported_ns < PROGRESS_NS)
        return;
    reading->reported_ns = now_ns;
    const gdx_batch_progress progress = {.bytes_total = reading->inputs.is_total_known ? reading->inputs.bytes : 0,
                                         .bytes_read = reading->counts.input_bytes,
                                         .documents = reading->counts.documents,
                                         .refused = reading->counts.refused,
                                         .stage = "sending"};
    reading->options.on_progress(reading->options.context, &progress);
}

// ---- opening

static gdx_status list(gdx_reading *reading, const char *const *paths, size_t path_count, gdx_error *err) {
    struct refusals refusals;
    if (refusals_init(&refusals) != GDX_OK)
        return no_memory(err);
    gdx_status status = inputs_list(&reading->inputs, paths, path_count, &reading->options, &refusals, err);
    if (status == GDX_OK)
        status = report_all(reading, &refusals, err);
    refusals_clear(&refusals);
    return status;
}

gdx_status gdx_reading_open(const char *const *paths, size_t path_count, const gdx_batch_options *options,
                            gdx_reading **out, gdx_error *err) {
    GDX_AUTO(gdx_reading) reading = calloc(1, sizeof *reading);
    if (!reading)
        return no_memory(err);
    reading->options = *options;
    size_t limit = options->document_limit ? options->document_limit : DOCUMENT_BYTES;
    const gdx_source_options source = {.encoding = options->encoding,
                                       .document_limit = limit,
                                       .map = options->map,
                                       .id_from_hash = options->id_from_hash,
                                       .date_from_name = options->date_from_name,
                                       .converter = options->converter,
                                       .stop = &reading->options.stop};
    gdx_status status = list(reading, paths, path_count, err);
    if (status == GDX_OK)
        status = gdx_source_new(&source, &reading->source, err);
    if (status != GDX_OK)
        return status;
    // An escaped character may take twice its bytes.
    const struct filler_limits limits = {
        .file = limit, .large_file = LARGE_FILES * limit, .line = 2 * limit + LINE_KEYS_BYTES};
    reading->filler = filler_new(&reading->inputs, limits, &reading->options);
    if (!reading->filler)
        return no_memory(err);
    *out = reading;
    reading = NULL; // handed over
    return GDX_OK;
}

void gdx_reading_close(gdx_reading *reading) {
    if (!reading)
        return;
    gdx_source_free(reading->source);
    slab_free(reading->slab);
    filler_free(reading->filler);
    inputs_clear(&reading->inputs);
    if (reading->seen.snapshot)
        refusals_clear(&reading->refused);
    gdx_snapshot_release(reading->seen.snapshot);
    seen_clear(&reading->seen);
    free(reading);
}

// ---- documents

static gdx_status fill_slab(gdx_reading *reading, gdx_error *err) {
    slab_free(reading->slab);
    reading->piece = 0;
    reading->slab = slab_new(SLAB_BYTES);
    if (!reading->slab)
        return no_memory(err);
    gdx_status status = filler_fill(reading->filler, reading->slab, SLAB_BYTES, &reading->is_at_end, err);
    reading->counts.files += reading->slab->files;
    reading->counts.input_bytes += reading->slab->disk_bytes;
    return status == GDX_OK ? report_all(reading, &reading->slab->refusals, err) : status;
}

static void begin_piece(gdx_reading *reading) {
    uint64_t file = reading->slab->pieces[reading->piece].file;
    if (file != reading->file)
        reading->file_lines = 0;
    reading->file = file;
    gdx_piece piece = slab_piece_at(reading->slab, reading->piece);
    gdx_source_begin(reading->source, &piece);
    reading->is_in_piece = true;
}

static void end_piece(gdx_reading *reading) {
    reading->file_lines += gdx_source_lines(reading->source);
    reading->piece++;
    reading->is_in_piece = false;
}

// Notes that the snapshot's document of this id is still there.
static gdx_status see(gdx_reading *reading, gdx_slice id, gdx_error *err) {
    const struct seen *seen = &reading->seen;
    size_t segment;
    uint32_t number;
    bool has = false;
    if (!seen->snapshot)
        return GDX_OK;
    gdx_status status = gdx_snapshot_find_id(seen->snapshot, id, &segment, &number, &has, err);
    if (status == GDX_OK && has)
        atomic_store_explicit(&seen->orders[seen->first[segment] + number], 1, memory_order_relaxed);
    return status;
}

// The next document of the piece; *out_has false: none, ask again.
static gdx_status step(gdx_reading *reading, gdx_document *out, bool *out_has, gdx_error *err) {
    gdx_refusal refusal = {0};
    gdx_status status;
    gdx_piece piece = slab_piece_at(reading->slab, reading->piece);
    *out = (gdx_document){0};
    switch (gdx_source_next(reading->source, out, &refusal)) {
    case GDX_SOURCE_DOCUMENT:
        reading->counts.documents++;
        kinds_add(&reading->counts.kinds, GDX_BATCH_READ, gdx_slice_of(gdx_piece_kind_name(&piece)), 1);
        reading->counts.text_bytes += gdx_document_text_bytes(out);
        *out_has = true;
        status = see(reading, out->id, err);
        return status == GDX_OK ? report_repairs(reading, err) : status;
    case GDX_SOURCE_REFUSED:
        return report_record(reading, &refusal, GDX_BATCH_REFUSED, err);
    case GDX_SOURCE_LEFT_OUT:
        return report_record(reading, &refusal, GDX_BATCH_LEFT_OUT, err);
    case GDX_SOURCE_END:
        end_piece(reading);
        return GDX_OK;
    case GDX_SOURCE_FAILED:
        break;
    }
    return gdx_fail_at(err, refusal.error.status, refusal.path.data, "%s", refusal.error.message);
}

gdx_status gdx_reading_next(gdx_reading *reading, gdx_document *out, bool *out_has, gdx_error *err) {
    *out_has = false;
    for (;;) {
        gdx_status status = batch_check_stop(&reading->options.stop, err);
        report_progress(reading);
        if (status == GDX_OK && !reading->is_in_piece) {
            bool has_piece = reading->slab && reading->piece < reading->slab->piece_count;
            if (has_piece)
                begin_piece(reading);
            else if (reading->is_at_end)
                return GDX_OK;
            else
                status = fill_slab(reading, err);
        } else if (status == GDX_OK) {
            status = step(reading, out, out_has, err);
        }
        if (status != GDX_OK || *out_has)
            return status;
    }
}

void gdx_reading_drop(gdx_reading *reading, const gdx_document *document) {
    assert(reading->is_in_piece && reading->counts.documents > 0);
    const gdx_piece piece = slab_piece_at(reading->slab, reading->piece);
    reading->counts.documents--;
    reading->counts.text_bytes -= gdx_document_text_bytes(document);
    kinds_take(&reading->counts.kinds, GDX_BATCH_READ, gdx_slice_of(gdx_piece_kind_name(&piece)));
}

// ---- compared with an index

gdx_status gdx_reading_compare(gdx_reading *reading, gdx_snapshot *snapshot, gdx_error *err) {
    assert(!reading->seen.snapshot);
    if (seen_init(&reading->seen, snapshot) == GDX_OK && refusals_init(&reading->refused) == GDX_OK) {
        gdx_snapshot_retain(snapshot);
        return GDX_OK;
    }
    seen_clear(&reading->seen);
    return no_memory(err);
}

gdx_status gdx_reading_prune(gdx_reading *reading, uint64_t *out_deleted, gdx_error *err) {
    gdx_batch_summary summary = {0};
    const struct resolution resolution = {.refused = &reading->refused,
                                          .seen = &reading->seen,
                                          .pruned = &reading->inputs,
                                          .prune_limit = reading->options.prune_limit,
                                          .summary = &summary};
    gdx_status status = reading->seen.snapshot ? prune(&resolution, err) : GDX_OK;
    if (status == GDX_OK)
        *out_deleted = summary.deleted;
    return status;
}

void gdx_reading_count(const gdx_reading *reading, gdx_batch_summary *out) {
    *out = reading->counts;
    out->mended = gdx_source_mended(reading->source);
    out->replaced_bytes = gdx_source_replaced(reading->source);
}
