// SPDX-License-Identifier: Apache-2.0
// part.c: builds a part. It is built under a name of its own and renamed, so that a part is whole or not there: of
// several runs for one share, a requeued job and the one that was thought lost, the first that is done gives it its
// name, and the others find it there.

#include "gdx/base_folder.h"
#include "gdx/text.h"
#include "record.h"
#include "sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { IDS_SHARE = 8, IDS_BYTES = 16 << 20 }; // of the memory, to sort ids with

struct gdx_part_build { // one owner
    char *path;         // the name that it will have
    char *directory;    // where it is built; NULL: it has its name
    gdx_index_writer *writer;
    gdx_index *unless;
    gdx_snapshot *unless_snapshot;
    struct part_identity identity;
    gdx_part_ids *ids;
    gdx_error of_ids; // what failed within a callback
};

static struct part_identity identity_of(const gdx_part_options *options, const gdx_rule *rule) {
    return (struct part_identity){.shard = options->shard,
                                  .manner = gdx_checksum(options->manner, strlen(options->manner)),
                                  .rule_fingerprint = gdx_rule_checksum(rule),
                                  .rule_number = gdx_rule_number(rule)};
}

// ---- one that is there

static bool is_nothing_there(const char *path) {
    struct stat info;
    return lstat(path, &info) != 0 && errno == ENOENT;
}

static gdx_status refuse_other(const char *path, const char *what, gdx_error *err) {
    return gdx_fail_at(err, GDX_PRECONDITION, path,
                       "is there and was made from another %s; remove it, or give another name", what);
}

static gdx_status check_there(const char *path, const struct part_identity *wanted, const char *base, gdx_error *err) {
    struct part_record record;
    gdx_buffer kept = {0};
    gdx_error why = {0};
    gdx_status status = part_record_read(path, &record, &why);
    if (status == GDX_NOT_FOUND)
        return gdx_fail_at(err, GDX_PRECONDITION, path, "is there and is no part; give another name");
    if (status != GDX_OK)
        return gdx_error_pass(err, &why);
    const char *difference = part_identity_difference(&record.identity, wanted);
    if (!difference && record.identity.shard.index != wanted->shard.index)
        difference = "share of the inputs";
    part_record_clear(&record);
    if (difference)
        return refuse_other(path, difference, err);
    status = gdx_base_folder_find(path, NULL, &kept, err);
    if (status == GDX_OK && base && !gdx_slice_equal(gdx_buffer_slice(&kept), gdx_slice_of(base)))
        status = refuse_other(path, "base folder", err);
    gdx_buffer_clear(&kept);
    return status;
}

static gdx_status read_unless(const char *directory, struct part_identity *identity, gdx_error *err) {
    GDX_AUTO(gdx_index) index = NULL;
    gdx_status status = directory ? gdx_index_open(directory, &index, err) : GDX_OK;
    if (status != GDX_OK || !directory)
        return status;
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    identity->has_unless = true;
    identity->unless_commit = gdx_snapshot_commit(snapshot);
    gdx_snapshot_release(snapshot);
    return GDX_OK;
}

gdx_status gdx_part_is_made(const char *path, const gdx_part_options *options, const char *const *paths,
                            size_t path_count, const gdx_batch_options *batch, bool *out, gdx_error *err) {
    struct part_identity wanted = identity_of(options, gdx_rule_current());
    *out = false;
    if (is_nothing_there(path) || rmdir(path) == 0) // an empty folder is nothing
        return GDX_OK;
    gdx_status status = gdx_batch_list(paths, path_count, batch, &wanted.inputs, err);
    if (status == GDX_OK)
        status = read_unless(options->unless, &wanted, err);
    if (status == GDX_OK)
        status = check_there(path, &wanted, batch->base, err);
    *out = status == GDX_OK;
    return status;
}

// ---- one that is built

static gdx_status open_unless(gdx_part_build *part, const char *directory, gdx_error *err) {
    if (!directory)
        return GDX_OK;
    gdx_status status = gdx_index_open(directory, &part->unless, err);
    if (status != GDX_OK)
        return status;
    part->unless_snapshot = gdx_index_snapshot(part->unless);
    part->identity.has_unless = true;
    part->identity.unless_commit = gdx_snapshot_commit(part->unless_snapshot);
    const gdx_rule *rule = gdx_snapshot_rule(part->unless_snapshot);
    if (!rule || gdx_rule_checksum(rule) != part->identity.rule_fingerprint)
        return gdx_fail_at(err, GDX_PRECONDITION, directory,
                           "is of another matching rule; `gramdex merge --refold` brings it to this program's");
    return GDX_OK;
}

static gdx_status open_writer(gdx_part_build *part, const gdx_part_options *options, gdx_error *err) {
    const gdx_keys *keys = options->keys;
    gdx_status status = gdx_index_writer_open(part->directory, &part->writer, err);
    if (status == GDX_OK)
        status = gdx_index_writer_set_shape(part->writer, options->shape, err);
    for (uint32_t i = 0; keys && i < keys->count && status == GDX_OK; i++)
        status = gdx_index_writer_declare(part->writer, gdx_keys_name(keys, i), err);
    return status;
}

gdx_status gdx_part_build_open(const char *path, const gdx_part_options *options, gdx_part_build **out,
                               gdx_error *err) {
    GDX_AUTO(gdx_part_build) part = calloc(1, sizeof *part);
    if (!part)
        return gdx_fail_memory(err, "a part");
    part->identity = identity_of(options, gdx_rule_current());
    part->path = strdup(path);
    gdx_status status = part->path ? GDX_OK : gdx_fail_memory(err, "a part");
    if (status == GDX_OK)
        status = open_unless(part, options->unless, err);
    if (status == GDX_OK)
        status = building_make(path, &part->directory, err);
    if (status == GDX_OK)
        status = open_writer(part, options, err);
    if (status != GDX_OK)
        return status;
    *out = part;
    part = NULL; // handed over
    return GDX_OK;
}

const char *gdx_part_build_directory(const gdx_part_build *part) {
    return part->directory;
}

gdx_index_writer *gdx_part_build_writer(const gdx_part_build *part) {
    return part->writer;
}

void gdx_part_build_close(gdx_part_build *part) {
    if (!part)
        return;
    gdx_part_ids_free(part->ids);
    if (part->directory)
        building_remove(part->directory);
    gdx_index_writer_close(part->writer); // the lock is let go of last
    gdx_snapshot_release(part->unless_snapshot);
    gdx_index_close(part->unless);
    free(part->directory);
    free(part->path);
    free(part);
}

static gdx_status note_unchanged(void *context, gdx_slice id, gdx_error *err) {
    gdx_part_build *part = context;
    return gdx_part_ids_add(part->ids, gdx_part_id_unchanged(id), err);
}

// The ids of all live documents.
static gdx_status note_documents(gdx_part_build *part, gdx_error *err) {
    const gdx_snapshot *snapshot = gdx_index_writer_snapshot(part->writer);
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < gdx_snapshot_segment_count(snapshot) && status == GDX_OK; i++) {
        const gdx_live_segment *live = gdx_snapshot_segment(snapshot, i);
        uint32_t count = gdx_segment_info_of(live->segment)->document_count;
        for (uint32_t d = 0; d < count && status == GDX_OK; d++) {
            gdx_slice id = {"", 0};
            if (gdx_is_deleted(live->deleted, d))
                continue;
            status = gdx_segment_id(live->segment, d, &id, err);
            if (status == GDX_OK)
                status = gdx_part_ids_add(part->ids, gdx_part_id_of(id, (uint32_t)i, d), err);
        }
        gdx_segment_forget(live->segment);
    }
    return gdx_snapshot_settle(snapshot, status, err);
}

gdx_status gdx_part_build_run(gdx_part_build *part, const char *const *paths, size_t path_count,
                              const gdx_batch_options *batch, gdx_batch_summary *out, gdx_error *err) {
    gdx_batch_options options = *batch;
    size_t memory = batch->memory_bytes / IDS_SHARE;
    options.shard = (gdx_batch_shard){.index = part->identity.shard.index,
                                      .count = part->identity.shard.count,
                                      .unless = part->unless_snapshot,
                                      .on_unchanged = part->unless_snapshot ? note_unchanged : NULL,
                                      .context = part};
    gdx_status status =
        gdx_part_ids_new(part->directory, memory && memory < IDS_BYTES ? memory : IDS_BYTES, &part->ids, err);
    if (status == GDX_OK)
        status = gdx_batch_run(part->writer, paths, path_count, &options, out, err);
    if (status == GDX_OK)
        status = note_documents(part, err);
    part->identity.inputs = out->inputs;
    if (status == GDX_OK)
        status = part_record_write(part->directory, &part->identity, gdx_index_writer_snapshot(part->writer), part->ids,
                                   err);
    gdx_part_ids_free(part->ids);
    part->ids = NULL;
    return status;
}

// ---- its name

static gdx_status sync_parent(const char *path, gdx_error *err) {
    char *parent = gdx_path_join(path, "..");
    gdx_status status = parent ? gdx_sync_directory(parent, err) : gdx_fail_memory(err, "a part's name");
    free(parent);
    return status;
}

// A rename within one folder replaces nothing but an empty folder, so that the first one wins on any file system.
static gdx_status give_name(const gdx_part_build *part, bool *out_is_taken, gdx_error *err) {
    *out_is_taken = false;
    if (rename(part->directory, part->path) == 0)
        return GDX_OK;
    *out_is_taken = errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR;
    return *out_is_taken ? GDX_OK : gdx_fail_at_errno(err, errno, part->path, "cannot be named so");
}

gdx_status gdx_part_build_finish(gdx_part_build *part, bool *out_first, gdx_error *err) {
    gdx_buffer base = {0};
    bool is_taken = false;
    gdx_status status = gdx_base_folder_find(part->directory, NULL, &base, err);
    if (status == GDX_OK)
        status = gdx_buffer_append(&base, "", 1) == GDX_OK ? GDX_OK : gdx_fail_memory(err, "a part's name");
    if (status == GDX_OK)
        status = give_name(part, &is_taken, err);
    if (status == GDX_OK && is_taken)
        status = check_there(part->path, &part->identity, (const char *)base.data, err);
    if (status == GDX_OK && !is_taken) {
        free(part->directory);
        part->directory = NULL;
        status = sync_parent(part->path, err);
    }
    *out_first = !is_taken;
    gdx_buffer_clear(&base);
    return status;
}
