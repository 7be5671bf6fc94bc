// SPDX-License-Identifier: Apache-2.0
// repair.c: a new commit without what is damaged. Everything is decided and told first; then damaged files get a second
// name, and the manifest is switched. The writer is not opened: it refuses a damaged index, and rightly.

#include "gdx/repair.h"

#include "aside.h"
#include "clean.h"
#include "lock.h"
#include "undelete.h"
#include "verify.h"

#include <stdlib.h>
#include <unistd.h>

struct repair { // one owner
    const char *directory;
    const gdx_repair_options *options;
    gdx_repair_figures *figures;
    struct manifest manifest, next;
    struct examined *segments; // as many as the manifest names
    size_t examined_count;
    gdx_error reprints_why; // status GDX_OK: nothing is wrong
};

static bool segment_is_bad(const struct examined *segment) {
    return segment->segment_why.status != GDX_OK;
}

static bool deletions_are_bad(const struct examined *segment) {
    return segment->deletions_why.status != GDX_OK;
}

static bool is_sound(const struct repair *repair) {
    const gdx_repair_figures *figures = repair->figures;
    return figures->segments_dropped + figures->deletions_dropped + figures->reprints_dropped == 0;
}

// ---- tell

static gdx_status tell_file(const struct repair *repair, const char *name, const gdx_repair_finding *about,
                            gdx_error *err) {
    gdx_repair_finding finding = *about;
    char *file = gdx_path_join(repair->directory, name), *kept = aside_path(repair->directory, name);
    gdx_status status =
        file && kept ? GDX_OK : gdx_fail_at(err, GDX_NO_MEMORY, repair->directory, "no memory for a path");
    finding.file = file;
    finding.kept_as = kept;
    if (status == GDX_OK && repair->options->found)
        status = repair->options->found(repair->options->context, &finding, err);
    free(file);
    free(kept);
    return status;
}

static gdx_status tell_ids(struct repair *repair, const struct examined *bad, gdx_error *err) {
    gdx_segment *segment = examined_segment(bad);
    uint32_t live = bad->record->info.document_count - bad->record->deleted_count, told = 0;
    gdx_status status = GDX_OK;
    for (uint32_t d = 0; segment && d < bad->record->info.document_count && status == GDX_OK; d++) {
        gdx_slice id;
        gdx_error unread = {0};
        if (gdx_is_deleted(examined_bitmap(bad), d) ||
            gdx_segment_settle(segment, gdx_segment_id(segment, d, &id, &unread), &unread) != GDX_OK)
            continue;
        told++;
        if (repair->options->lost)
            status = repair->options->lost(repair->options->context, id, err);
        if (status == GDX_OK)
            status = gdx_stop_check(&repair->options->stop, err);
    }
    repair->figures->ids_unread += told < live ? live - told : 0;
    return status;
}

static gdx_status tell(struct repair *repair, const struct examined *examined, gdx_error *err) {
    const struct manifest_segment *record = examined->record;
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    gdx_status status = GDX_OK;
    if (deletions_are_bad(examined)) {
        const gdx_repair_finding finding = {
            .why = &examined->deletions_why, .is_deletions = true, .documents = record->deleted_count};
        repair->figures->deletions_dropped++;
        status = tell_file(repair, deletions_file_name(record->deletions_name, name), &finding, err);
    }
    if (status == GDX_OK && segment_is_bad(examined)) {
        const gdx_repair_finding finding = {.why = &examined->segment_why,
                                            .documents = record->info.document_count - record->deleted_count};
        repair->figures->segments_dropped++;
        repair->figures->documents_lost += finding.documents;
        status = tell_file(repair, gdx_segment_file_name(record->info.name, name), &finding, err);
        if (status == GDX_OK)
            status = tell_ids(repair, examined, err);
    }
    return status;
}

static gdx_status examine_all(struct repair *repair, gdx_error *err) {
    const gdx_repair_options *options = repair->options;
    gdx_status status = GDX_OK;
    repair->segments = calloc(repair->manifest.count + 1, sizeof *repair->segments);
    if (!repair->segments)
        return gdx_fail_at(err, GDX_NO_MEMORY, repair->directory, "no memory for its segments");
    for (size_t i = 0; i < repair->manifest.count && status == GDX_OK; i++) {
        if (options->progress)
            options->progress(options->context, i, repair->manifest.count);
        status = examine(repair->directory, &repair->manifest, i, &options->stop, &repair->segments[i], err);
        if (status == GDX_OK) {
            repair->examined_count++;
            status = tell(repair, &repair->segments[i], err);
        }
    }
    return status;
}

static gdx_status examine_reprints(struct repair *repair, gdx_error *err) {
    struct reprints *reprints = NULL;
    const struct manifest *manifest = &repair->manifest;
    gdx_error *why = &repair->reprints_why;
    if (manifest->reprints_bytes == 0)
        return GDX_OK;
    gdx_status status =
        reprints_open(repair->directory, manifest->reprints_name, manifest->reprints_bytes, &reprints, why);
    reprints_release(reprints);
    if (status == GDX_OK)
        return GDX_OK;
    if (status != GDX_CORRUPT && status != GDX_UNSUPPORTED && status != GDX_NOT_FOUND)
        return gdx_error_pass(err, why);
    char name[REPRINTS_FILE_NAME_BYTES];
    const gdx_repair_finding finding = {.why = why, .is_reprints = true};
    repair->figures->reprints_dropped++;
    return tell_file(repair, reprints_file_name(manifest->reprints_name, name), &finding, err);
}

// ---- the new commit

static gdx_status next_record(struct repair *repair, size_t i, struct manifest_segment *out, gdx_error *err) {
    const struct examined *segment = &repair->segments[i];
    *out = *segment->record;
    if (!deletions_are_bad(segment))
        return GDX_OK;
    gdx_status status = undelete(repair->directory, repair->segments, repair->manifest.count, i, out, err);
    if (status == GDX_OK && out->deleted_count < segment->record->deleted_count)
        repair->figures->documents_back += segment->record->deleted_count - out->deleted_count;
    return status;
}

static gdx_status make_next(struct repair *repair, gdx_error *err) {
    gdx_status status = GDX_OK;
    repair->next = (struct manifest){.rule_fingerprint = repair->manifest.rule_fingerprint,
                                     .rule_number = repair->manifest.rule_number,
                                     .commit = repair->manifest.commit + 1,
                                     .shape = repair->manifest.shape,
                                     .keys = repair->manifest.keys};
    if (!repair->figures->reprints_dropped) {
        repair->next.reprints_name = repair->manifest.reprints_name;
        repair->next.reprints_bytes = repair->manifest.reprints_bytes;
    }
    for (size_t i = 0; i < repair->manifest.count && status == GDX_OK; i++) {
        struct manifest_segment record;
        if (segment_is_bad(&repair->segments[i]))
            continue;
        status = next_record(repair, i, &record, err);
        if (status == GDX_OK && record.deleted_count < record.info.document_count &&
            manifest_append(&repair->next, &record) != GDX_OK)
            status = gdx_fail_at(err, GDX_NO_MEMORY, repair->directory, "no memory to repair it");
    }
    return status;
}

static gdx_status keep_file(const struct repair *repair, const char *name, gdx_error *err) {
    char *file = gdx_path_join(repair->directory, name), *kept = aside_path(repair->directory, name);
    gdx_status status =
        file && kept ? GDX_OK : gdx_fail_at(err, GDX_NO_MEMORY, repair->directory, "no memory for a path");
    if (status == GDX_OK && *kept)
        status = aside_keep(file, kept, err);
    free(file);
    free(kept);
    return status;
}

static gdx_status keep_bad_files(const struct repair *repair, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < repair->manifest.count && status == GDX_OK; i++) {
        const struct examined *segment = &repair->segments[i];
        char name[GDX_SEGMENT_FILE_NAME_BYTES];
        if (segment_is_bad(segment))
            status = keep_file(repair, gdx_segment_file_name(segment->record->info.name, name), err);
        if (status == GDX_OK && deletions_are_bad(segment))
            status = keep_file(repair, deletions_file_name(segment->record->deletions_name, name), err);
    }
    char name[REPRINTS_FILE_NAME_BYTES];
    if (status == GDX_OK && repair->figures->reprints_dropped)
        status = keep_file(repair, reprints_file_name(repair->manifest.reprints_name, name), err);
    return status;
}

// Deletions written for a commit that did not come about.
static void remove_new_deletions(const struct repair *repair) {
    for (size_t i = 0; i < repair->next.count; i++) {
        const struct manifest_segment *record = &repair->next.segments[i];
        if (record->deleted_count && !manifest_names_deletions(&repair->manifest, record->deletions_name))
            directory_remove_deletions(repair->directory, record->deletions_name);
    }
}

static void take_figures(struct repair *repair, const struct manifest *manifest) {
    repair->figures->commit = manifest->commit;
    repair->figures->documents = manifest_documents(manifest);
    repair->figures->segments = manifest->count;
}

static gdx_status commit(struct repair *repair, gdx_error *err) {
    gdx_snapshot *snapshot = NULL;
    bool named = false;
    gdx_status status = make_next(repair, err);
    if (status == GDX_OK)
        status = snapshot_open(repair->directory, &repair->next, NULL, NULL, 0, &snapshot, err);
    if (status == GDX_OK) // the others were found sound, each for itself
        status = gdx_snapshot_settle(snapshot, snapshot_verify_ids(snapshot, &repair->options->stop, err), err);
    if (status == GDX_OK)
        status = keep_bad_files(repair, err);
    if (status == GDX_OK)
        status = manifest_switch(repair->directory, &repair->next, &named, err);
    gdx_error passed_over = {0}; // the next writer's cleaning makes up for it
    if (status == GDX_OK)
        (void)!directory_clean(repair->directory, snapshot, &passed_over);
    else if (!named)
        remove_new_deletions(repair);
    gdx_snapshot_release(snapshot);
    return status;
}

// Nothing is damaged: what verify checks beyond single segments.
static gdx_status check_whole(const struct repair *repair, gdx_error *err) {
    gdx_snapshot *snapshot = NULL;
    gdx_status status = snapshot_open(repair->directory, &repair->manifest, NULL, NULL, 0, &snapshot, err);
    if (status == GDX_OK)
        status = gdx_snapshot_settle(snapshot, snapshot_verify_ids(snapshot, &repair->options->stop, err), err);
    gdx_snapshot_release(snapshot);
    return status;
}

static gdx_status run(struct repair *repair, gdx_error *err) {
    gdx_error why = {0};
    gdx_status status = manifest_read(repair->directory, &repair->manifest, NULL, &why);
    if (status == GDX_CORRUPT)
        return gdx_fail_at_byte(err, status, why.where, why.byte,
                                "%s; without a manifest nothing says what the index "
                                "is: restore a backup",
                                why.message);
    if (status != GDX_OK)
        return gdx_error_pass(err, &why);
    status = examine_all(repair, err);
    if (status == GDX_OK)
        status = examine_reprints(repair, err);
    if (status == GDX_OK && is_sound(repair))
        status = check_whole(repair, err);
    bool changes = status == GDX_OK && !is_sound(repair) && !repair->options->dry_run;
    if (changes)
        status = commit(repair, err);
    take_figures(repair, changes ? &repair->next : &repair->manifest);
    return status;
}

gdx_status gdx_index_repair(const char *directory, const gdx_repair_options *options, gdx_repair_figures *out,
                            gdx_error *err) {
    int lock = -1;
    struct repair repair = {.directory = directory, .options = options, .figures = out};
    *out = (gdx_repair_figures){0};
    gdx_error why = {0};
    gdx_status status = manifest_read(directory, &repair.manifest, NULL, &why);
    manifest_clear(&repair.manifest);
    if (status == GDX_NOT_FOUND) // so that no lock is made where there is no index
        return gdx_error_pass(err, &why);
    status = directory_lock(directory, &lock, err);
    if (status == GDX_OK)
        status = run(&repair, err);
    for (size_t i = 0; i < repair.examined_count; i++)
        examined_clear(&repair.segments[i]);
    free(repair.segments);
    manifest_clear(&repair.manifest);
    manifest_clear(&repair.next);
    if (lock >= 0)
        close(lock);
    return status;
}
