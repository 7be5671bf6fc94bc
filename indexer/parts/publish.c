// SPDX-License-Identifier: Apache-2.0
// publish.c: parts become the content of an index, in one commit. Their segments are linked or copied under the names
// that they have, which are those of their contents; documents of ids that a later part has too are deleted; then the
// manifest is renamed. What a crash leaves before is files that the next writer removes. docs/scale.md.

#include "gdx/base_folder.h"
#include "gdx/text.h"
#include "place_file.h"
#include "resolve.h"
#include "sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MEMORY_BYTES = 64 << 20 };

struct publishing { // one owner
    const char *directory;
    const gdx_publish_options *options;
    gdx_publish_figures *figures;
    gdx_index_writer *writer;
    struct part_resolution resolution;
    gdx_buffer base; // of the parts; ends with a zero
};

// ---- the parts

static gdx_status open_part(struct opened_part *part, gdx_error *err) {
    gdx_error why = {0};
    gdx_status status = gdx_index_open(part->path, &part->index, err);
    if (status != GDX_OK)
        return status;
    part->snapshot = gdx_index_snapshot(part->index);
    status = part_record_read(part->path, &part->record, &why);
    if (status == GDX_NOT_FOUND)
        return gdx_fail_at(err, GDX_PRECONDITION, part->path,
                           "is an index and no part: `gramdex index --shard` makes one");
    if (status != GDX_OK)
        return gdx_error_pass(err, &why);
    status = part_record_check(part->path, &part->record, part->snapshot, err);
    if (status != GDX_OK)
        return status;
    size_t count = gdx_snapshot_segment_count(part->snapshot);
    part->segments = calloc(count + 1, sizeof *part->segments);
    if (!part->segments)
        return gdx_fail_memory(err, "a part");
    part->segment_count = count;
    for (size_t i = 0; i < count; i++) {
        const gdx_live_segment *live = gdx_snapshot_segment(part->snapshot, i);
        part->segments[i] = (struct part_segment){.segment = live->segment,
                                                  .deleted = live->deleted,
                                                  .document_count = gdx_segment_info_of(live->segment)->document_count,
                                                  .deleted_count = live->deleted_count};
    }
    return GDX_OK;
}

static int by_share(const void *left, const void *right) {
    const struct opened_part *a = left, *b = right;
    uint32_t of_a = a->record.identity.shard.index, of_b = b->record.identity.shard.index;
    return (of_a > of_b) - (of_a < of_b);
}

// "0, 3 and 5"-like lists would need grammar: the first few numbers and how many there are say enough.
static gdx_status refuse_missing(const struct part_resolution *resolution, uint32_t count, gdx_error *err) {
    char names[160] = "";
    size_t at = 0, missing = 0;
    uint32_t next = 0;
    for (size_t i = 0; i <= resolution->part_count; i++) {
        uint32_t index = i < resolution->part_count ? resolution->parts[i].record.identity.shard.index : count;
        for (; next < index; next++, missing++)
            if (at + 16 < sizeof names)
                at += (size_t)snprintf(names + at, sizeof names - at, "%s%" PRIu32, at ? ", " : "", next);
        next = index + 1;
    }
    return gdx_fail(err, GDX_PRECONDITION, "of %" PRIu32 " parts %zu %s missing: %s", count, missing,
                    missing == 1 ? "is" : "are", names);
}

// All parts of one build, each once.
static gdx_status check_set(struct part_resolution *resolution, gdx_error *err) {
    struct opened_part *parts = resolution->parts;
    for (size_t i = 1; i < resolution->part_count; i++) {
        const char *difference = part_identity_difference(&parts[i].record.identity, &parts[0].record.identity);
        if (difference)
            return gdx_fail_at(err, GDX_PRECONDITION, parts[i].path,
                               "is of another %s than %s; all parts must be of one", difference, parts[0].path);
    }
    qsort(parts, resolution->part_count, sizeof *parts, by_share);
    for (size_t i = 1; i < resolution->part_count; i++)
        if (by_share(&parts[i - 1], &parts[i]) == 0)
            return gdx_fail_at(err, GDX_PRECONDITION, parts[i].path, "is part %" PRIu32 ", and so is %s: each once",
                               parts[i].record.identity.shard.index, parts[i - 1].path);
    uint32_t count = parts[0].record.identity.shard.count;
    return resolution->part_count == count ? GDX_OK : refuse_missing(resolution, count, err);
}

static gdx_status find_base(struct publishing *publishing, gdx_error *err) {
    const struct part_resolution *resolution = &publishing->resolution;
    gdx_buffer other = {0};
    gdx_status status =
        gdx_base_folder_find(resolution->parts[0].path, publishing->options->base, &publishing->base, err);
    for (size_t i = 1; status == GDX_OK && !publishing->options->base && i < resolution->part_count; i++) {
        other.bytes = 0;
        status = gdx_base_folder_find(resolution->parts[i].path, NULL, &other, err);
        if (status == GDX_OK && !gdx_slice_equal(gdx_buffer_slice(&other), gdx_buffer_slice(&publishing->base)))
            status =
                gdx_fail_at(err, GDX_PRECONDITION, resolution->parts[i].path,
                            "is of another base folder than %s; all parts must be of one", resolution->parts[0].path);
    }
    gdx_buffer_clear(&other);
    return status;
}

static gdx_status open_parts(struct publishing *publishing, const char *const *paths, size_t count, gdx_error *err) {
    struct part_resolution *resolution = &publishing->resolution;
    gdx_status status = GDX_OK;
    resolution->parts = calloc(count + 1, sizeof *resolution->parts);
    if (!resolution->parts)
        return gdx_fail_memory(err, "parts");
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        resolution->parts[i].path = paths[i];
        resolution->part_count++;
        status = open_part(&resolution->parts[i], err);
    }
    if (status == GDX_OK)
        status = check_set(resolution, err);
    return status == GDX_OK ? find_base(publishing, err) : status;
}

static void close_parts(struct part_resolution *resolution) {
    for (size_t i = 0; i < resolution->part_count; i++) {
        struct opened_part *part = &resolution->parts[i];
        for (size_t s = 0; s < part->segment_count; s++)
            free(part->segments[s].bitmap);
        free(part->segments);
        part_record_clear(&part->record);
        gdx_snapshot_release(part->snapshot);
        gdx_index_close(part->index);
    }
    free(resolution->parts);
    free(resolution->replaced);
}

// ---- the index

static gdx_status check_index(const struct publishing *publishing, gdx_error *err) {
    const struct part_identity *identity = &publishing->resolution.parts[0].record.identity;
    const gdx_publish_options *options = publishing->options;
    const gdx_snapshot *snapshot = gdx_index_writer_snapshot(publishing->writer);
    uint64_t commit = gdx_snapshot_commit(snapshot);
    if (options->expects_commit && commit != options->commit)
        return gdx_fail_at(err, GDX_PRECONDITION, publishing->directory,
                           "is at commit %" PRIu64 ", and %" PRIu64 " was expected", commit, options->commit);
    if (identity->has_unless && !options->adds)
        return gdx_fail_at(err, GDX_PRECONDITION, publishing->resolution.parts[0].path,
                           "was built with --unless-in, so it lacks what the index has; publish it with --add");
    if (identity->has_unless && commit < identity->unless_commit)
        return gdx_fail_at(err, GDX_PRECONDITION, publishing->directory,
                           "is at commit %" PRIu64 ", and the parts were compared with commit %" PRIu64
                           " (--unless-in): it is another index",
                           commit, identity->unless_commit);
    const gdx_rule *rule = gdx_snapshot_rule(snapshot);
    bool is_other_rule = !rule || gdx_rule_checksum(rule) != identity->rule_fingerprint;
    if (options->adds && gdx_snapshot_documents(snapshot) > 0 && is_other_rule)
        return gdx_fail_at(err, GDX_PRECONDITION, publishing->directory, "is of another matching rule than the parts");
    if (!gdx_snapshot_rule(publishing->resolution.parts[0].snapshot))
        return gdx_fail_at(err, GDX_UNSUPPORTED, publishing->resolution.parts[0].path,
                           "is of a matching rule that this program does not have");
    return GDX_OK;
}

// ---- documents that are there already

struct document_walk {                   // live documents in order
    const struct part_resolution *parts; // of the parts; NULL: of the snapshot
    const gdx_snapshot *snapshot;
    size_t part, segment;
    uint32_t document;
};

// *out_segment NULL: there is none left.
static void next_document(struct document_walk *walk, const gdx_segment **out_segment, uint32_t *out_document) {
    *out_segment = NULL;
    for (;;) {
        const gdx_segment *segment;
        const uint8_t *deleted;
        uint32_t count;
        if (walk->parts) {
            while (walk->part < walk->parts->part_count &&
                   walk->segment == walk->parts->parts[walk->part].segment_count) {
                walk->part++;
                walk->segment = 0;
            }
            if (walk->part == walk->parts->part_count)
                return;
            const struct part_segment *at = &walk->parts->parts[walk->part].segments[walk->segment];
            segment = at->segment;
            deleted = at->bitmap ? at->bitmap : at->deleted;
            count = at->document_count;
        } else {
            if (walk->segment == gdx_snapshot_segment_count(walk->snapshot))
                return;
            const gdx_live_segment *live = gdx_snapshot_segment(walk->snapshot, walk->segment);
            segment = live->segment;
            deleted = live->deleted;
            count = gdx_segment_info_of(live->segment)->document_count;
        }
        while (walk->document < count && gdx_is_deleted(deleted, walk->document))
            walk->document++;
        if (walk->document < count) {
            *out_segment = segment;
            *out_document = walk->document++;
            return;
        }
        gdx_segment_forget(segment);
        walk->segment++;
        walk->document = 0;
    }
}

static gdx_status is_same_document(const gdx_segment *a, uint32_t of_a, const gdx_segment *b, uint32_t of_b, bool *out,
                                   gdx_error *err) {
    uint64_t hash_a = 0, hash_b = 0;
    gdx_slice id_a = {"", 0}, id_b = {"", 0};
    gdx_status status = gdx_segment_hash(a, of_a, &hash_a, err);
    if (status == GDX_OK)
        status = gdx_segment_hash(b, of_b, &hash_b, err);
    *out = hash_a == hash_b;
    if (status != GDX_OK || !*out)
        return status;
    status = gdx_segment_id(a, of_a, &id_a, err);
    if (status == GDX_OK)
        status = gdx_segment_id(b, of_b, &id_b, err);
    *out = gdx_slice_equal(id_a, id_b);
    return status;
}

static bool has_all_keys(const struct publishing *publishing) {
    const gdx_keys *has = gdx_snapshot_keys(gdx_index_writer_snapshot(publishing->writer));
    const gdx_keys *wanted = gdx_snapshot_keys(publishing->resolution.parts[0].snapshot);
    for (uint32_t i = 0; i < wanted->count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < has->count; k++)
            found |= gdx_slice_equal(gdx_keys_name(has, k), gdx_keys_name(wanted, i));
        if (!found)
            return false;
    }
    return true;
}

static uint64_t live_documents(const struct part_resolution *resolution) {
    uint64_t count = 0;
    for (size_t i = 0; i < resolution->part_count; i++)
        for (size_t s = 0; s < resolution->parts[i].segment_count; s++)
            count += resolution->parts[i].segments[s].document_count - resolution->parts[i].segments[s].deleted_count;
    return count;
}

// Whether the index holds the parts' documents, these alone and in their order: published before, and perhaps merged.
static gdx_status has_everything(const struct publishing *publishing, bool *out, gdx_error *err) {
    const gdx_snapshot *snapshot = gdx_index_writer_snapshot(publishing->writer);
    const struct part_resolution *resolution = &publishing->resolution;
    struct document_walk of_index = {.snapshot = snapshot}, of_parts = {.parts = resolution};
    const gdx_rule *rule = gdx_snapshot_rule(snapshot);
    uint64_t left = live_documents(resolution);
    gdx_status status = GDX_OK;
    *out = gdx_snapshot_commit(snapshot) > 0 && gdx_snapshot_documents(snapshot) == left && has_all_keys(publishing) &&
           rule && gdx_rule_checksum(rule) == resolution->parts[0].record.identity.rule_fingerprint;
    for (; *out && left > 0 && status == GDX_OK; left--) {
        const gdx_segment *a, *b;
        uint32_t at_a = 0, at_b = 0;
        next_document(&of_index, &a, &at_a);
        next_document(&of_parts, &b, &at_b);
        if (!a || !b)
            return gdx_fail(err, GDX_INTERNAL, "fewer live documents than the figures say");
        status = is_same_document(a, at_a, b, at_b, out, err);
    }
    return status;
}

// ---- the commit

// A segment with documents left that the index has already, by its name: the two cannot stand in one manifest.
static bool is_live_in_index(const gdx_snapshot *snapshot, const struct part_segment *segment) {
    uint64_t name = gdx_segment_info_of(segment->segment)->name;
    for (size_t i = 0; i < gdx_snapshot_segment_count(snapshot); i++)
        if (gdx_segment_info_of(gdx_snapshot_segment(snapshot, i)->segment)->name == name)
            return true;
    return false;
}

static bool has_conflict(const struct part_resolution *resolution) {
    for (size_t i = 0; i < resolution->part_count; i++)
        for (size_t s = 0; s < resolution->parts[i].segment_count; s++) {
            const struct part_segment *segment = &resolution->parts[i].segments[s];
            if (segment->deleted_count < segment->document_count && is_live_in_index(resolution->added_to, segment))
                return true;
        }
    return false;
}

// What the index has as it is stays there. But where one of a segment's documents has to come back, all of them come
// from the part.
static gdx_status resolve(struct publishing *publishing, gdx_error *err) {
    struct part_resolution *resolution = &publishing->resolution;
    resolution->added_to = publishing->options->adds ? gdx_index_writer_snapshot(publishing->writer) : NULL;
    resolution->keeps_unchanged = true;
    gdx_status status = parts_resolve(resolution, err);
    if (status != GDX_OK || !resolution->added_to || !has_conflict(resolution))
        return status;
    parts_unresolve(resolution);
    resolution->keeps_unchanged = false;
    return parts_resolve(resolution, err);
}

static gdx_status add_segment(struct publishing *publishing, const struct opened_part *part,
                              const struct part_segment *segment, size_t number, gdx_error *err) {
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    const gdx_segment_info *info = gdx_segment_info_of(segment->segment);
    const uint8_t *deleted = segment->bitmap ? segment->bitmap : segment->deleted;
    gdx_publish_figures *figures = publishing->figures;
    gdx_status status =
        parts_place_file(part->path, publishing->directory, gdx_segment_file_name(info->name, name),
                         &publishing->options->stop, &figures->linked_bytes, &figures->copied_bytes, err);
    if (status == GDX_OK)
        status = gdx_index_writer_add(publishing->writer, info, err);
    for (uint32_t d = 0; segment->deleted_count && d < segment->document_count && status == GDX_OK; d++)
        if (gdx_is_deleted(deleted, d))
            status = gdx_index_writer_delete(publishing->writer, number, d, err);
    return status;
}

static gdx_status add_segments(struct publishing *publishing, gdx_error *err) {
    const struct part_resolution *resolution = &publishing->resolution;
    size_t number = gdx_snapshot_segment_count(gdx_index_writer_snapshot(publishing->writer));
    for (size_t i = 0; i < resolution->part_count; i++)
        for (size_t s = 0; s < resolution->parts[i].segment_count; s++) {
            const struct part_segment *segment = &resolution->parts[i].segments[s];
            if (segment->deleted_count == segment->document_count)
                continue;
            gdx_status status = add_segment(publishing, &resolution->parts[i], segment, number++, err);
            if (status != GDX_OK)
                return status;
        }
    return GDX_OK;
}

static gdx_status leave_out_replaced(struct publishing *publishing, gdx_error *err) {
    const struct part_resolution *resolution = &publishing->resolution;
    size_t segments = gdx_snapshot_segment_count(gdx_index_writer_snapshot(publishing->writer));
    gdx_status status = GDX_OK;
    for (size_t i = 0; !publishing->options->adds && i < segments && status == GDX_OK; i++)
        status = gdx_index_writer_drop(publishing->writer, i, err);
    for (size_t i = 0; i < resolution->replaced_count && status == GDX_OK; i++)
        status = gdx_index_writer_delete(publishing->writer, resolution->replaced[i].segment,
                                         resolution->replaced[i].document, err);
    return status;
}

// That of the parts, unless somebody chose another one: an index with documents has one, and so has one that is not
// exact.
static gdx_status take_shape(struct publishing *publishing, gdx_error *err) {
    gdx_shape shape = gdx_snapshot_shape(publishing->resolution.parts[0].snapshot);
    const gdx_snapshot *index = gdx_index_writer_snapshot(publishing->writer);
    bool has_one = gdx_snapshot_segment_count(index) > 0 || gdx_snapshot_shape(index) != GDX_SHAPE_EXACT;
    return has_one ? GDX_OK : gdx_index_writer_set_shape(publishing->writer, shape, err);
}

static gdx_status commit(struct publishing *publishing, gdx_error *err) {
    const gdx_snapshot *part = publishing->resolution.parts[0].snapshot;
    gdx_index_writer *writer = publishing->writer;
    gdx_status status = take_shape(publishing, err);
    gdx_index_writer_set_rule(writer, gdx_snapshot_rule(part));
    for (uint32_t i = 0; i < gdx_snapshot_keys(part)->count && status == GDX_OK; i++)
        status = gdx_index_writer_declare(writer, gdx_keys_name(gdx_snapshot_keys(part), i), err);
    if (status == GDX_OK)
        status = leave_out_replaced(publishing, err);
    if (status == GDX_OK)
        status = add_segments(publishing, err);
    return status == GDX_OK ? gdx_index_writer_commit(writer, err) : status;
}

static void take_figures(struct publishing *publishing, uint64_t commit_before) {
    const gdx_snapshot *snapshot = gdx_index_writer_snapshot(publishing->writer);
    gdx_publish_figures *figures = publishing->figures;
    figures->commit = gdx_snapshot_commit(snapshot);
    figures->documents = gdx_snapshot_documents(snapshot);
    figures->segments = gdx_snapshot_segment_count(snapshot);
    figures->index_bytes = gdx_snapshot_bytes(snapshot);
    figures->had_everything = figures->commit == commit_before;
}

static gdx_status publish(struct publishing *publishing, gdx_error *err) {
    gdx_status status = gdx_index_writer_open(publishing->directory, &publishing->writer, err);
    if (status != GDX_OK)
        return status;
    uint64_t before = gdx_snapshot_commit(gdx_index_writer_snapshot(publishing->writer));
    bool is_there = false;
    status = check_index(publishing, err);
    if (status == GDX_OK)
        status = resolve(publishing, err);
    if (status == GDX_OK && !publishing->options->adds)
        status = has_everything(publishing, &is_there, err);
    if (status == GDX_OK) // before the commit, so that what fails has committed nothing
        status = gdx_base_folder_keep(publishing->directory, gdx_buffer_slice(&publishing->base), err);
    if (status == GDX_OK && !is_there)
        status = commit(publishing, err);
    if (status == GDX_OK)
        take_figures(publishing, before);
    for (size_t i = 0; i < publishing->resolution.part_count && status == GDX_OK; i++)
        publishing->figures->swept += building_sweep(publishing->resolution.parts[i].path);
    return status;
}

gdx_status gdx_parts_publish(const char *directory, const char *const *parts, size_t count,
                             const gdx_publish_options *options, gdx_publish_figures *out, gdx_error *err) {
    struct publishing publishing = {.directory = directory, .options = options, .figures = out};
    *out = (gdx_publish_figures){0};
    publishing.resolution.options = options;
    publishing.resolution.figures = out;
    publishing.resolution.memory_bytes = options->memory_bytes ? options->memory_bytes : MEMORY_BYTES;
    gdx_status status =
        count ? open_parts(&publishing, parts, count, err) : gdx_fail(err, GDX_INVALID, "no parts to publish");
    if (status == GDX_OK)
        status = publish(&publishing, err);
    gdx_index_writer_close(publishing.writer);
    close_parts(&publishing.resolution);
    gdx_buffer_clear(&publishing.base);
    return status;
}
