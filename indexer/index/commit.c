// SPDX-License-Identifier: Apache-2.0
// commit.c: pending changes become the new commit. The order is the whole protocol (docs/format-index.md, "Commit"):
//   1 segments and deletions are written, made durable and named     2 the directory is made durable
//   3 the manifest is written, made durable, and renamed over the old one: from here readers see the new commit
//   4 the directory is made durable: from here the commit outlasts a power cut, and is acknowledged
//   5 files that only the old manifest named are removed
// Everything that can fail for want of memory is done before 3.

#include "clean.h"
#include "layout.h"
#include "writer.h"

#include "gdx/text.h"

#include <assert.h>
#include <stdlib.h>

_Static_assert(INDEX_END_BYTES == GDX_INDEX_END_BYTES, "the format page and those who make segments end them alike");

// ---- publish

static void remove_unnamed(const gdx_index_writer *writer, const struct manifest *manifest) {
    const gdx_snapshot *old = writer->snapshot;
    for (size_t i = 0; old && i < old->count; i++) {
        struct manifest_segment record = snapshot_record(old, i);
        if (!manifest_names_segment(manifest, record.info.name))
            directory_remove_segment(writer->directory, record.info.name);
        if (record.deleted_count && !manifest_names_deletions(manifest, record.deletions_name))
            directory_remove_deletions(writer->directory, record.deletions_name);
    }
    if (old && old->reprints_bytes && manifest->reprints_name != old->reprints_name)
        directory_remove_reprints(writer->directory, old->reprints_name);
    for (size_t i = old ? old->count : 0; i < writer->pending.count; i++) {
        uint64_t name = gdx_segment_info_of(writer->pending.segments[i].segment)->name;
        if (!manifest_names_segment(manifest, name))
            directory_remove_segment(writer->directory, name);
    }
}

gdx_status writer_switch_manifest(gdx_index_writer *writer, const struct manifest *next, gdx_error *err) {
    bool named = false;
    assert(writer->lock >= 0 && writer->state != WRITER_BROKEN);
    gdx_status status = manifest_switch(writer->directory, next, &named, err);
    if (status != GDX_OK && named)
        writer_change(writer, WRITER_BROKEN);
    return status;
}

gdx_status writer_publish(gdx_index_writer *writer, const struct manifest *next, gdx_segment *const *fresh,
                          size_t fresh_count, gdx_error *err) {
    gdx_snapshot *snapshot = NULL;
    struct pending pending = {0};
    gdx_status status = GDX_OK;
    if (next->count > MANIFEST_SEGMENTS_MAX)
        status = gdx_fail_at(err, GDX_TOO_LARGE, writer->directory,
                             "%zu segments, at most %d; merge, or index with more memory", next->count,
                             MANIFEST_SEGMENTS_MAX);
    if (status == GDX_OK)
        status = snapshot_open(writer->directory, next, writer->snapshot, fresh, fresh_count, &snapshot, err);
    if (status == GDX_OK && pending_init(&pending, snapshot) != GDX_OK)
        status = gdx_fail_at(err, GDX_NO_MEMORY, writer->directory, "no memory to commit");
    if (status == GDX_OK && writer->snapshot) // what was decided by reading them
        status = gdx_snapshot_settle(writer->snapshot, status, err);
    if (status == GDX_OK)
        status = gdx_snapshot_settle(snapshot, status, err);
    if (status == GDX_OK)
        status = writer_switch_manifest(writer, next, err);
    if (status != GDX_OK) {
        pending_clear(&pending);
        gdx_snapshot_release(snapshot);
        return status;
    }
    remove_unnamed(writer, next);
    pending_clear(&writer->pending);
    gdx_snapshot_release(writer->snapshot);
    writer->pending = pending;
    writer->snapshot = snapshot;
    writer_change(writer, WRITER_COMMITTED);
    return GDX_OK;
}

// ---- pending changes as a manifest

static bool is_gone(const struct pending_segment *segment) {
    return segment->deleted_count == gdx_segment_info_of(segment->segment)->document_count;
}

// A bitmap alone is no change: the deletion it was made for may have been refused.
static bool has_new_deletions(const gdx_index_writer *writer, size_t i) {
    uint32_t before = i < writer->snapshot->count ? writer->snapshot->segments[i].live.deleted_count : 0;
    return writer->pending.segments[i].deleted_count != before;
}

// Keys are only added.
static bool has_new_ways(const gdx_index_writer *writer) {
    return writer->keys.count != writer->snapshot->keys.count || writer->shape != writer->snapshot->shape;
}

static bool has_changes(const gdx_index_writer *writer) {
    for (size_t i = 0; i < writer->pending.count; i++)
        if (i < writer->snapshot->count ? has_new_deletions(writer, i) : !is_gone(&writer->pending.segments[i]))
            return true;
    return false;
}

// Segment i as the next manifest names it; writes its deletions if they have changed.
static gdx_status make_record(const gdx_index_writer *writer, size_t i, struct manifest_segment *out, gdx_error *err) {
    const struct pending_segment *segment = &writer->pending.segments[i];
    if (!has_new_deletions(writer, i)) {
        *out = i < writer->snapshot->count ? snapshot_record(writer->snapshot, i)
                                           : (struct manifest_segment){.info = *gdx_segment_info_of(segment->segment)};
        return GDX_OK;
    }
    *out = (struct manifest_segment){
        .info = *gdx_segment_info_of(segment->segment),
        .deleted_symbols = segment->deleted_symbols,
        .deleted_count = segment->deleted_count,
    };
    return deletions_write(writer->directory, &out->info, segment->deleted, segment->deleted_count,
                           &out->deletions_name, err);
}

static gdx_status make_manifest(const gdx_index_writer *writer, struct manifest *next, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < writer->pending.count; i++) {
        struct manifest_segment record;
        if (is_gone(&writer->pending.segments[i]))
            continue;
        if (gdx_grow(&next->segments, &next->capacity, next->count + 1, sizeof *next->segments) != GDX_OK)
            return gdx_fail_at(err, GDX_NO_MEMORY, writer->directory, "no memory to commit");
        status = make_record(writer, i, &record, err);
        if (status == GDX_OK)
            next->segments[next->count++] = record;
    }
    if (status == GDX_OK)
        status = manifest_check_names(writer->directory, next, err);
    return status;
}

// Deletions written for a commit that did not come about.
static void remove_deletions_of(const gdx_index_writer *writer, const struct manifest *next) {
    for (size_t i = 0; i < next->count; i++) {
        const struct manifest_segment *record = &next->segments[i];
        if (record->deleted_count && !snapshot_has_deletions(writer->snapshot, record->deletions_name))
            directory_remove_deletions(writer->directory, record->deletions_name);
    }
}

static gdx_status commit_changes(gdx_index_writer *writer, struct manifest *next, gdx_error *err) {
    size_t added = writer->pending.count - writer->snapshot->count;
    gdx_segment **fresh = malloc((added + 1) * sizeof(gdx_segment *));
    if (!fresh)
        return gdx_fail_at(err, GDX_NO_MEMORY, writer->directory, "no memory to commit");
    for (size_t i = 0; i < added; i++)
        fresh[i] = writer->pending.segments[writer->snapshot->count + i].segment;
    gdx_status status = make_manifest(writer, next, err);
    if (status == GDX_OK)
        status = writer_publish(writer, next, fresh, added, err);
    if (status != GDX_OK && writer->state != WRITER_BROKEN)
        remove_deletions_of(writer, next);
    free(fresh);
    return status;
}

// Added segments of which nothing is left: forgets them and removes their files.
static void drop_added(gdx_index_writer *writer) {
    struct pending *pending = &writer->pending;
    while (pending->count > writer->snapshot->count) {
        struct pending_segment *last = &pending->segments[--pending->count];
        uint64_t name = gdx_segment_info_of(last->segment)->name;
        if (!snapshot_has_segment(writer->snapshot, name))
            directory_remove_segment(writer->directory, name);
        gdx_segment_release(last->segment);
        free(last->deleted);
    }
}

static struct manifest next_manifest(const gdx_index_writer *writer) {
    struct manifest next = snapshot_manifest(writer->snapshot);
    if (writer->rule) {
        next.rule_fingerprint = gdx_rule_checksum(writer->rule);
        next.rule_number = gdx_rule_number(writer->rule);
    }
    next.commit += has_changes(writer);
    next.keys = writer->keys;
    next.shape = writer->shape;
    return next;
}

gdx_status gdx_index_writer_commit(gdx_index_writer *writer, gdx_error *err) {
    gdx_status status = writer_check(writer, err);
    if (status != GDX_OK)
        return status;
    if (!has_changes(writer) && !has_new_ways(writer)) {
        drop_added(writer);
        writer_change(writer, WRITER_COMMITTED);
        return GDX_OK;
    }
    struct manifest next = next_manifest(writer);
    status = commit_changes(writer, &next, err);
    manifest_clear(&next);
    return status;
}

// ---- a table of reprints

static gdx_status same_segments(const gdx_index_writer *writer, struct manifest *next, gdx_error *err) {
    for (size_t i = 0; i < writer->snapshot->count; i++) {
        struct manifest_segment record = snapshot_record(writer->snapshot, i);
        if (manifest_append(next, &record) != GDX_OK)
            return gdx_fail_at(err, GDX_NO_MEMORY, writer->directory, "no memory to commit");
    }
    return GDX_OK;
}

gdx_status gdx_index_writer_set_reprints(gdx_index_writer *writer, const gdx_reprint_table *table, gdx_error *err) {
    gdx_status status = writer_check(writer, err);
    if (status != GDX_OK)
        return status;
    assert(writer->state == WRITER_COMMITTED); // as for a merge
    struct manifest next = next_manifest(writer);
    next.commit = writer->snapshot->commit + 1;
    status = same_segments(writer, &next, err);
    if (status == GDX_OK)
        status = reprints_write(writer->directory, table, &next.reprints_name, &next.reprints_bytes, err);
    bool is_new = status == GDX_OK && !snapshot_has_reprints(writer->snapshot, next.reprints_name);
    if (status == GDX_OK)
        status = writer_publish(writer, &next, NULL, 0, err);
    if (status != GDX_OK && is_new && writer->state != WRITER_BROKEN)
        directory_remove_reprints(writer->directory, next.reprints_name);
    manifest_clear(&next);
    return status;
}
