// SPDX-License-Identifier: Apache-2.0
// canonical.c: the one form that documents in their order have, whatever way they came in: segments that end at cuts
// which the documents' positions decide. A window is what lies between two cuts. The first window that is not exactly
// one segment as a merge would write it is written anew, which is a commit; then the next one is looked for. A segment
// that a cut divides stays for the next window, its documents before the cut deleted, so that each commit is whole and
// no more than two windows are on the disk twice. docs/format-index.md, "Canonical form".

#include "clean.h"
#include "layout.h"
#include "merge.h"

#include <assert.h>
#include <stdlib.h>

struct window {      // of documents that become one segment
    size_t first;    // segments [first, first + count)
    size_t count;    //
    uint32_t end;    // of the last one the documents before this; its document count: all
    bool is_divided; // live documents of the last one are left
};

static const gdx_live_segment *live_at(const gdx_index_writer *writer, size_t i) {
    return &writer->snapshot->segments[i].live;
}

static uint32_t documents_of(const gdx_live_segment *live) {
    return gdx_segment_info_of(live->segment)->document_count;
}

// ---- where windows end

// Positions of the live documents. What is deleted is taken document by document: their symbols alone do not tell.
static gdx_status live_positions(const gdx_live_segment *live, uint64_t *out, gdx_error *err) {
    gdx_document_columns columns;
    *out = gdx_segment_info_of(live->segment)->position_count;
    if (live->deleted_count == 0)
        return GDX_OK;
    gdx_status status = gdx_segment_columns(live->segment, &columns, err);
    for (uint32_t d = 0; d < columns.count && status == GDX_OK; d++)
        if (gdx_is_deleted(live->deleted, d))
            *out -= columns.begin[d + 1] - columns.begin[d];
    return status;
}

struct reach { // of a window that is being made up, in live positions of the whole collection
    uint64_t begin;
    uint64_t at;  // those of documents taken so far end here
    uint64_t end; // the cut: documents that begin there or later are not of the window
};

// Takes documents of a segment that reaches beyond the cut. *out_end: the first that is not of the window.
static gdx_status divide(const gdx_live_segment *live, struct reach *reach, uint32_t *out_end, bool *out_is_divided,
                         gdx_error *err) {
    gdx_document_columns columns;
    gdx_status status = gdx_segment_columns(live->segment, &columns, err);
    if (status != GDX_OK)
        return status;
    *out_end = columns.count;
    *out_is_divided = false;
    if (!live->deleted_count && reach->at + columns.begin[columns.count - 1] < reach->end &&
        reach->at + columns.begin[columns.count] - reach->begin <= SEGMENT_POSITIONS_MAX) {
        reach->at += columns.begin[columns.count]; // its last document is the window's last
        return GDX_OK;
    }
    for (uint32_t d = 0; d < columns.count; d++) {
        if (gdx_is_deleted(live->deleted, d))
            continue;
        uint64_t positions = columns.begin[d + 1] - columns.begin[d];
        // One so large that the positions of a segment run out begins another.
        bool fits = reach->at + positions - reach->begin <= SEGMENT_POSITIONS_MAX || reach->at == reach->begin;
        if (reach->at >= reach->end || !fits) {
            *out_end = d;
            *out_is_divided = true;
            return GDX_OK;
        }
        reach->at += positions;
    }
    return GDX_OK;
}

// The window that begins with segment `first`, at position reach->begin.
static gdx_status find_window(const gdx_index_writer *writer, size_t first, struct reach *reach, struct window *out,
                              gdx_error *err) {
    size_t count = writer->snapshot->count;
    gdx_status status = GDX_OK;
    *out = (struct window){.first = first};
    for (size_t i = first; i < count && reach->at < reach->end && !out->is_divided && status == GDX_OK; i++) {
        const gdx_live_segment *live = live_at(writer, i);
        uint64_t positions = 0;
        uint32_t end = documents_of(live);
        uint64_t before = reach->at;
        status = live_positions(live, &positions, err);
        if (status != GDX_OK)
            return status;
        if (reach->at + positions <= reach->end)
            reach->at += positions;
        else
            status = divide(live, reach, &end, &out->is_divided, err);
        if (out->is_divided && reach->at == before) { // all of it belongs to the next window
            out->is_divided = false;
            return status;
        }
        out->end = end;
        out->count++;
    }
    return status;
}

// Whether a merge would write the very segment that is there.
static gdx_status is_written(const gdx_index_writer *writer, const gdx_merge_options *options,
                             const struct window *window, bool *out, gdx_error *err) {
    const gdx_live_segment *live = live_at(writer, window->first);
    bool has_kept = false;
    *out = window->count == 1 && !window->is_divided && live->deleted_count == 0 &&
           gdx_segment_store_level(live->segment) == options->level &&
           gdx_segment_shape(live->segment) == writer->snapshot->shape;
    gdx_status status = *out ? gdx_segment_has_kept_ranges(live->segment, &has_kept, err) : GDX_OK;
    *out = *out && !has_kept;
    return status == GDX_OK && *out ? gdx_segment_has_keys(live->segment, &writer->snapshot->keys, out, err) : status;
}

// The first window to write. `out->count` 0: there is none.
static gdx_status plan(const gdx_index_writer *writer, const gdx_merge_options *options, struct window *out,
                       gdx_error *err) {
    uint64_t cut = options->cut_positions ? options->cut_positions : GDX_INDEX_CUT_POSITIONS;
    struct reach reach = {0};
    gdx_status status = GDX_OK;
    for (size_t first = 0; first < writer->snapshot->count && status == GDX_OK; first += out->count) {
        bool is_done = false;
        reach.begin = reach.at;
        reach.end = (reach.at / cut + 1) * cut;
        status = find_window(writer, first, &reach, out, err);
        assert(status != GDX_OK || out->count > 0); // a first document is always taken
        if (status == GDX_OK)
            status = is_written(writer, options, out, &is_done, err);
        if (status == GDX_OK && !is_done)
            return GDX_OK;
    }
    out->count = 0;
    return status;
}

// ---- a window is written

// A bitmap of the segment's deleted documents and of [begin, end) besides. NULL: no memory.
static uint8_t *bitmap_with(const gdx_live_segment *live, uint32_t begin, uint32_t end) {
    size_t bytes = deletions_bitmap_bytes(documents_of(live));
    uint8_t *bitmap = calloc(1, bytes);
    if (bitmap && live->deleted)
        memcpy(bitmap, live->deleted, bytes);
    for (uint32_t d = begin; bitmap && d < end; d++)
        gdx_bit_set(bitmap, d);
    return bitmap;
}

static gdx_status no_memory(const gdx_index_writer *writer, gdx_error *err) {
    return gdx_fail_at(err, GDX_NO_MEMORY, writer->directory, "no memory to merge");
}

static gdx_status write_window(const gdx_index_writer *writer, const gdx_merge_options *options,
                               const struct window *window, gdx_segment_info *out, gdx_error *err) {
    gdx_merge_input *inputs = malloc(window->count * sizeof *inputs);
    const gdx_live_segment *last = live_at(writer, window->first + window->count - 1);
    uint8_t *of_last = window->is_divided ? bitmap_with(last, window->end, documents_of(last)) : NULL;
    uint64_t documents = 0;
    if (!inputs || (window->is_divided && !of_last)) {
        free(inputs);
        free(of_last);
        return no_memory(writer, err);
    }
    for (size_t i = 0; i < window->count; i++) {
        const gdx_live_segment *live = live_at(writer, window->first + i);
        inputs[i] = (gdx_merge_input){live->segment, live->deleted};
        documents += documents_of(live) - live->deleted_count;
    }
    if (window->is_divided) {
        inputs[window->count - 1].deleted = of_last;
        for (uint32_t d = window->end; d < documents_of(last); d++)
            documents -= !gdx_is_deleted(last->deleted, d);
    }
    gdx_status status = merge_write(writer, options, inputs, window->count, documents, out, err);
    free(inputs);
    free(of_last);
    return status;
}

// What is left of the divided segment, as the manifest names it; its deletions are written.
static gdx_status write_rest(const gdx_index_writer *writer, const struct window *window, struct manifest_segment *out,
                             gdx_error *err) {
    size_t number = window->first + window->count - 1;
    const gdx_live_segment *live = live_at(writer, number);
    gdx_document_columns columns;
    gdx_status status = gdx_segment_columns(live->segment, &columns, err);
    uint8_t *bitmap = status == GDX_OK ? bitmap_with(live, 0, window->end) : NULL;
    if (!bitmap)
        return status == GDX_OK ? no_memory(writer, err) : status;
    *out = (struct manifest_segment){.info = *gdx_segment_info_of(live->segment)};
    for (uint32_t d = 0; d < columns.count; d++) {
        if (!gdx_bit(bitmap, d))
            continue;
        out->deleted_count++;
        out->deleted_symbols += gdx_columns_length(&columns, d);
    }
    status = deletions_write(writer->directory, &out->info, bitmap, out->deleted_count, &out->deletions_name, err);
    free(bitmap);
    return status;
}

// The last commit with the window's segment in place of its documents.
static gdx_status make_manifest(const gdx_index_writer *writer, const struct window *window,
                                const gdx_segment_info *merged, const struct manifest_segment *rest,
                                struct manifest *out, gdx_error *err) {
    const gdx_snapshot *snapshot = writer->snapshot;
    const struct manifest_segment record = {.info = *merged};
    gdx_status status = GDX_OK;
    *out = snapshot_manifest(snapshot);
    for (size_t i = 0; i < window->first && status == GDX_OK; i++) {
        const struct manifest_segment before = snapshot_record(snapshot, i);
        status = manifest_append(out, &before);
    }
    if (status == GDX_OK)
        status = manifest_append(out, &record);
    if (status == GDX_OK && window->is_divided)
        status = manifest_append(out, rest);
    for (size_t i = window->first + window->count; i < snapshot->count && status == GDX_OK; i++) {
        const struct manifest_segment after = snapshot_record(snapshot, i);
        status = manifest_append(out, &after);
    }
    if (status != GDX_OK)
        return gdx_fail_at(err, status, writer->directory, "no memory to commit a merge");
    return manifest_check_names(writer->directory, out, err);
}

static gdx_status merge_window(gdx_index_writer *writer, const gdx_merge_options *options, const struct window *window,
                               gdx_error *err) {
    gdx_segment_info merged = {0};
    struct manifest_segment rest = {0};
    struct manifest next = {0};
    gdx_status status = write_window(writer, options, window, &merged, err);
    if (status != GDX_OK)
        return status;
    if (window->is_divided)
        status = write_rest(writer, window, &rest, err);
    if (status == GDX_OK)
        status = make_manifest(writer, window, &merged, &rest, &next, err);
    if (status == GDX_OK)
        status = writer_publish(writer, &next, NULL, 0, err);
    if (status != GDX_OK) {
        merge_discard(writer, merged.name);
        if (rest.deletions_name && writer->state != WRITER_BROKEN &&
            !snapshot_has_deletions(writer->snapshot, rest.deletions_name))
            directory_remove_deletions(writer->directory, rest.deletions_name);
    }
    manifest_clear(&next);
    return status;
}

gdx_status merge_canonical_step(gdx_index_writer *writer, const gdx_merge_options *options, size_t *out_count,
                                gdx_error *err) {
    struct window window = {0};
    assert(writer->state == WRITER_COMMITTED); // as for any merge
    gdx_status status = plan(writer, options, &window, err);
    if (status == GDX_OK && window.count)
        status = merge_window(writer, options, &window, err);
    *out_count = window.count;
    return status;
}
