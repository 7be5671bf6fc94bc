// SPDX-License-Identifier: Apache-2.0
// writer.c: opens a directory for writing and gathers changes in memory; nothing is seen by readers before commit.c
// publishes it. Opening is also the recovery: the manifest is the truth, so what it does not name is removed.

#include "writer.h"
#include "clean.h"
#include "directory.h"
#include "lock.h"

#include "gdx/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

// ---- state

// Whether a writer may go from one state (row) to another (column).
static const bool edges[WRITER_STATES][WRITER_STATES] = {
    [WRITER_OPENING] = {[WRITER_COMMITTED] = true, [WRITER_BROKEN] = true},
    [WRITER_COMMITTED] = {[WRITER_COMMITTED] = true, [WRITER_PENDING] = true, [WRITER_BROKEN] = true},
    [WRITER_PENDING] = {[WRITER_COMMITTED] = true, [WRITER_PENDING] = true, [WRITER_BROKEN] = true},
    [WRITER_BROKEN] = {0}, // the next writer finds out which commit it is
};

void writer_change(gdx_index_writer *writer, enum writer_state to) {
    assert(edges[writer->state][to]);
    assert(writer->lock >= 0);
    writer->state = to;
}

gdx_status writer_check(const gdx_index_writer *writer, gdx_error *err) {
    assert(writer->state != WRITER_OPENING);
    assert(writer->lock >= 0);
    if (writer->state == WRITER_BROKEN)
        return gdx_fail_at(err, GDX_IO, writer->directory,
                           "the last commit could not be made durable; open the index anew to go on");
    return GDX_OK;
}

// ---- pending changes

void pending_clear(struct pending *pending) {
    for (size_t i = 0; i < pending->count; i++) {
        gdx_segment_release(pending->segments[i].segment);
        free(pending->segments[i].deleted);
    }
    free(pending->segments);
    *pending = (struct pending){0};
}

static struct pending_segment unchanged(const gdx_live_segment *live) {
    return (struct pending_segment){
        .segment = gdx_segment_retain(live->segment),
        .deleted_count = live->deleted_count,
        .deleted_symbols = live->deleted_symbols,
    };
}

gdx_status pending_init(struct pending *pending, const gdx_snapshot *snapshot) {
    *pending = (struct pending){0};
    gdx_status status =
        gdx_grow(&pending->segments, &pending->capacity, snapshot->count + 1, sizeof *pending->segments);
    if (status != GDX_OK)
        return status;
    for (size_t i = 0; i < snapshot->count; i++)
        pending->segments[i] = unchanged(&snapshot->segments[i].live);
    pending->count = snapshot->count;
    return GDX_OK;
}

// Back to none, without memory: those of the snapshot stand first already.
static void pending_reset(struct pending *pending, const gdx_snapshot *snapshot) {
    for (size_t i = 0; i < pending->count; i++) {
        struct pending_segment *segment = &pending->segments[i];
        free(segment->deleted);
        gdx_segment_release(segment->segment);
        if (i < snapshot->count)
            *segment = unchanged(&snapshot->segments[i].live);
    }
    pending->count = snapshot->count;
}

// ---- open

static gdx_status make_manifest(gdx_index_writer *writer, gdx_error *err) {
    struct directory_content content;
    gdx_status status = directory_survey(writer->directory, &content, err);
    if (status == GDX_OK && content.segments)
        return gdx_fail_at(err, GDX_CORRUPT, writer->directory,
                           "has segments, but no manifest that names them; put it back, or index into a new directory");
    // The process that created this directory may have crashed before syncing it. Ignore a parent we cannot read.
    gdx_error passed_over = {0};
    if (status == GDX_OK)
        (void)!directory_sync_parent(writer->directory, &passed_over);
    struct manifest empty = manifest_of_rule(gdx_rule_current(), 0);
    return status == GDX_OK ? writer_switch_manifest(writer, &empty, err) : status;
}

static gdx_status recover(gdx_index_writer *writer, gdx_error *err) {
    // What the manifest names must outlast a power cut before what it does not name may go: the writer before us may
    // have died between the rename and making it durable.
    gdx_status status = gdx_sync_directory(writer->directory, err);
    if (status == GDX_OK)
        status = snapshot_read(writer->directory, (gdx_index_slice){0, 1}, NULL, NULL, &writer->snapshot, err);
    if (status == GDX_OK)
        status = directory_clean(writer->directory, writer->snapshot, err);
    if (status == GDX_OK && pending_init(&writer->pending, writer->snapshot) != GDX_OK)
        status = gdx_fail_at(err, GDX_NO_MEMORY, writer->directory, "no memory to open it");
    if (status == GDX_OK) {
        writer->keys = *gdx_snapshot_keys(writer->snapshot);
        writer->shape = writer->snapshot->shape;
        writer_change(writer, WRITER_COMMITTED);
    }
    return status;
}

static gdx_status open_directory(gdx_index_writer *writer, gdx_error *err) {
    bool has_manifest;
    gdx_status status = directory_make(writer->directory, NULL, err);
    if (status == GDX_OK)
        status = directory_refuse_foreign(writer->directory, err);
    if (status == GDX_OK)
        status = directory_lock(writer->directory, &writer->lock, err);
    if (status == GDX_OK)
        status = directory_find_manifest(writer->directory, &has_manifest, err);
    if (status == GDX_OK && !has_manifest)
        status = make_manifest(writer, err);
    return status == GDX_OK ? recover(writer, err) : status;
}

gdx_status gdx_index_writer_open(const char *directory, gdx_index_writer **out, gdx_error *err) {
    gdx_index_writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory to open it");
    writer->lock = -1;
    writer->directory = strdup(directory);
    gdx_status status = writer->directory ? open_directory(writer, err)
                                          : gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for its path");
    if (status == GDX_OK)
        *out = writer;
    else
        gdx_index_writer_close(writer);
    return status;
}

void gdx_index_writer_set_rule(gdx_index_writer *writer, const gdx_rule *rule) {
    writer->rule = rule;
}

gdx_status gdx_index_writer_declare(gdx_index_writer *writer, gdx_slice key, gdx_error *err) {
    gdx_status status = writer_check(writer, err);
    if (status == GDX_OK)
        status = gdx_keys_add(&writer->keys, key, err);
    if (status == GDX_OK)
        writer_change(writer, WRITER_PENDING);
    return status;
}

gdx_status gdx_index_writer_set_shape(gdx_index_writer *writer, gdx_shape shape, gdx_error *err) {
    gdx_status status = writer_check(writer, err);
    if (status != GDX_OK || shape == writer->shape)
        return status;
    writer->shape = shape;
    writer_change(writer, WRITER_PENDING);
    return GDX_OK;
}

gdx_shape gdx_index_writer_shape(const gdx_index_writer *writer) {
    return writer->shape;
}

const gdx_keys *gdx_index_writer_keys(const gdx_index_writer *writer) {
    return &writer->keys;
}

void gdx_index_writer_abort(gdx_index_writer *writer) {
    assert(writer->state != WRITER_OPENING);
    if (writer->state == WRITER_BROKEN)
        return; // which of two commits counts is not known: the next writer finds out, and cleans
    pending_reset(&writer->pending, writer->snapshot);
    writer->rule = NULL;
    writer->keys = *gdx_snapshot_keys(writer->snapshot);
    writer->shape = writer->snapshot->shape;
    writer_change(writer, WRITER_COMMITTED);
    gdx_error passed_over = {0}; // likewise
    (void)!directory_clean(writer->directory, writer->snapshot, &passed_over);
}

void gdx_index_writer_close(gdx_index_writer *writer) {
    if (!writer)
        return;
    if (writer->state != WRITER_OPENING)
        gdx_index_writer_abort(writer);
    pending_clear(&writer->pending);
    gdx_snapshot_release(writer->snapshot);
    if (writer->lock >= 0)
        close(writer->lock);
    free(writer->directory);
    free(writer);
}

gdx_snapshot *gdx_index_writer_snapshot(gdx_index_writer *writer) {
    return writer->snapshot;
}

const char *gdx_index_writer_directory(const gdx_index_writer *writer) {
    return writer->directory;
}

// ---- gather

gdx_status gdx_index_writer_add(gdx_index_writer *writer, const gdx_segment_info *info, gdx_error *err) {
    struct pending *pending = &writer->pending;
    gdx_status status = writer_check(writer, err);
    if (status != GDX_OK)
        return status;
    if (info->document_count == 0)
        return gdx_fail_at(err, GDX_INVALID, writer->directory, "a segment without documents cannot be added");
    if (gdx_grow(&pending->segments, &pending->capacity, pending->count + 1, sizeof *pending->segments) != GDX_OK)
        return gdx_fail_at(err, GDX_NO_MEMORY, writer->directory, "no memory for another segment");
    struct pending_segment added = {0};
    status = gdx_segment_open(writer->directory, info->name, &added.segment, err);
    if (status != GDX_OK)
        return status;
    pending->segments[pending->count++] = added;
    writer_change(writer, WRITER_PENDING);
    return GDX_OK;
}

gdx_status gdx_index_writer_segment(gdx_index_writer *writer, size_t segment, gdx_segment **out, gdx_error *err) {
    if (segment >= writer->pending.count)
        return gdx_fail_at(err, GDX_INVALID, writer->directory, "no segment %zu, there are %zu", segment,
                           writer->pending.count);
    *out = writer->pending.segments[segment].segment;
    return GDX_OK;
}

static const uint8_t *committed_bitmap(const gdx_index_writer *writer, size_t segment) {
    return segment < writer->snapshot->count ? writer->snapshot->segments[segment].live.deleted : NULL;
}

// Makes the bitmap and finds the column that a deletion needs.
static gdx_status prepare(gdx_index_writer *writer, size_t segment, gdx_error *err) {
    struct pending_segment *pending = &writer->pending.segments[segment];
    if (!pending->columns.begin) {
        gdx_status status = gdx_segment_columns(pending->segment, &pending->columns, err);
        if (status != GDX_OK)
            return status;
    }
    if (!pending->deleted) {
        size_t bytes = deletions_bitmap_bytes(gdx_segment_info_of(pending->segment)->document_count);
        pending->deleted = calloc(1, bytes);
        if (!pending->deleted)
            return gdx_fail_at(err, GDX_NO_MEMORY, gdx_segment_path(pending->segment), "no memory to delete from it");
        if (committed_bitmap(writer, segment))
            memcpy(pending->deleted, committed_bitmap(writer, segment), bytes);
    }
    return GDX_OK;
}

gdx_status gdx_index_writer_delete(gdx_index_writer *writer, size_t segment, uint32_t document, gdx_error *err) {
    gdx_status status = writer_check(writer, err);
    if (status != GDX_OK)
        return status;
    if (segment >= writer->pending.count)
        return gdx_fail_at(err, GDX_INVALID, writer->directory, "no segment %zu, there are %zu", segment,
                           writer->pending.count);
    struct pending_segment *pending = &writer->pending.segments[segment];
    const gdx_segment_info *info = gdx_segment_info_of(pending->segment);
    if (document >= info->document_count)
        return gdx_fail_at(err, GDX_INVALID, gdx_segment_path(pending->segment),
                           "no document %" PRIu32 ", there are %" PRIu32, document, info->document_count);
    if (gdx_is_deleted(pending->deleted ? pending->deleted : committed_bitmap(writer, segment), document))
        return GDX_OK;
    status = prepare(writer, segment, err);
    if (status != GDX_OK)
        return status;
    uint32_t symbols = gdx_columns_length(&pending->columns, document);
    if (pending->deleted_symbols + symbols > info->symbol_count)
        return gdx_fail_at(err, GDX_CORRUPT, gdx_segment_path(pending->segment),
                           "document %" PRIu32 ": %" PRIu32 " symbols, more than the segment has left", document,
                           symbols);
    gdx_bit_set(pending->deleted, document);
    pending->deleted_count++;
    pending->deleted_symbols += symbols;
    writer_change(writer, WRITER_PENDING);
    return GDX_OK;
}

gdx_status gdx_index_writer_drop(gdx_index_writer *writer, size_t segment, gdx_error *err) {
    gdx_status status = writer_check(writer, err);
    if (status != GDX_OK)
        return status;
    assert(segment < writer->snapshot->count);
    struct pending_segment *pending = &writer->pending.segments[segment];
    const gdx_segment_info *info = gdx_segment_info_of(pending->segment);
    pending->deleted_count = info->document_count; // a commit names no such segment, so no bitmap is looked at
    pending->deleted_symbols = info->symbol_count;
    writer_change(writer, WRITER_PENDING);
    return GDX_OK;
}
