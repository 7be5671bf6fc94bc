// SPDX-License-Identifier: Apache-2.0
// transfer.c: see transfer.h. A file comes under a temporary name of ours, so that a crash leaves nothing that the next
// writer of the directory would not remove.

#include "transfer.h"
#include "clean.h"
#include "deletions.h"
#include "reprints.h"
#include "snapshot.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { COPY_BYTES = 1 << 20, LOOK_EVERY = 64 }; // bytes of one read; pages between two looks at whether to stop

// A file of a manifest.
struct wanted {
    const struct manifest_segment *record; // NULL: the table of reprints
    bool is_deletions;
    uint64_t reprints;
    uint64_t bytes;
    char name[TRANSFER_NAME_BYTES];
};

_Static_assert((int)TRANSFER_NAME_BYTES == (int)GDX_SEGMENT_FILE_NAME_BYTES &&
                   (int)TRANSFER_NAME_BYTES == (int)DELETIONS_FILE_NAME_BYTES &&
                   (int)TRANSFER_NAME_BYTES == (int)REPRINTS_FILE_NAME_BYTES,
               "one buffer for each");

static struct wanted segment_of(const struct manifest_segment *record) {
    struct wanted wanted = {.record = record, .bytes = record->info.bytes};
    gdx_segment_file_name(record->info.name, wanted.name);
    return wanted;
}

static struct wanted deletions_of(const struct manifest_segment *record) {
    struct wanted wanted = {
        .record = record, .is_deletions = true, .bytes = deletions_file_bytes(record->info.document_count)};
    deletions_file_name(record->deletions_name, wanted.name);
    return wanted;
}

static struct wanted reprints_of(const struct manifest *manifest) {
    struct wanted wanted = {.reprints = manifest->reprints_name, .bytes = manifest->reprints_bytes};
    reprints_file_name(manifest->reprints_name, wanted.name);
    return wanted;
}

// ---- verify

static gdx_status verify_pages(const gdx_segment *segment, const gdx_stop *stop, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t page = 0; page < gdx_segment_page_count(segment) && status == GDX_OK; page++) {
        status = page % LOOK_EVERY == 0 ? gdx_stop_check(stop, err) : GDX_OK;
        if (status == GDX_OK)
            status = gdx_segment_verify_page(segment, page, err);
    }
    return gdx_segment_settle(segment, status, err);
}

// GDX_OK: the file is in the directory, and every page of it is good.
static gdx_status check(const struct transfer *transfer, const char *directory, const struct wanted *wanted,
                        gdx_error *err) {
    if (!wanted->record) {
        struct reprints *reprints = NULL;
        gdx_status status = reprints_open(directory, wanted->reprints, wanted->bytes, &reprints, err);
        reprints_release(reprints);
        return status;
    }
    if (wanted->is_deletions) {
        struct deletions *deletions = NULL;
        gdx_status status = deletions_open(directory, wanted->record, &deletions, err);
        deletions_release(deletions);
        return status;
    }
    gdx_segment *segment = NULL;
    gdx_status status = gdx_segment_open(directory, wanted->record->info.name, &segment, err);
    if (status != GDX_OK)
        return status;
    if (gdx_segment_info_of(segment)->bytes != wanted->bytes)
        status =
            gdx_fail_at(err, GDX_CORRUPT, gdx_segment_path(segment), "its figures differ from those in the manifest");
    else
        status = verify_pages(segment, &transfer->options->stop, err);
    gdx_segment_release(segment);
    return status;
}

// ---- place

static gdx_status copy_bytes(const struct transfer *transfer, int source, const char *path, gdx_output *output,
                             gdx_error *err) {
    uint8_t *buffer = malloc(COPY_BYTES);
    gdx_status status = buffer ? GDX_OK : gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory to copy it");
    while (status == GDX_OK) {
        ssize_t got = read(source, buffer, COPY_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            status = gdx_fail_at_errno(err, errno, path, "cannot be read at byte %llu",
                                       (unsigned long long)gdx_output_offset(output));
        if (got <= 0)
            break;
        status = gdx_output_write(output, buffer, (size_t)got, err);
        if (status == GDX_OK)
            status = gdx_stop_check(&transfer->options->stop, err);
    }
    free(buffer);
    return status;
}

static gdx_status copy_opened(const struct transfer *transfer, int source, const char *path, const char *to,
                              gdx_error *err) {
    GDX_AUTO(gdx_output) output = NULL;
    gdx_status status = gdx_output_open(to, &output, err);
    if (status != GDX_OK)
        return status;
    bool cloned = gdx_output_clone(output, source);
    if (!cloned)
        status = copy_bytes(transfer, source, path, output, err);
    if (status != GDX_OK)
        return status;
    *(cloned ? &transfer->figures->cloned_bytes : &transfer->figures->copied_bytes) += gdx_output_offset(output);
    gdx_output *whole = output;
    output = NULL; // handed over
    return gdx_output_commit(whole, NULL, err);
}

static gdx_status copy(const struct transfer *transfer, const char *from, const char *to, gdx_error *err) {
    int source = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe of that name must not hold us up
    if (source < 0)
        return gdx_fail_at_errno(err, errno, from, "cannot be opened");
    gdx_status status = copy_opened(transfer, source, from, to, err);
    close(source);
    return status;
}

static gdx_status link_under(const char *from, const char *temporary, const char *to, gdx_error *err) {
    unlink(temporary); // left by a crash
    if (link(from, temporary) != 0)
        return errno == EXDEV ? gdx_fail_at(err, GDX_INVALID, from,
                                            "cannot be linked into another file system; without --link it is copied")
                              : gdx_fail_at_errno(err, errno, from, "cannot be linked");
    gdx_status status = rename(temporary, to) == 0 ? GDX_OK : gdx_fail_at_errno(err, errno, to, "cannot be named so");
    unlink(temporary); // still there when both names were one file
    return status;
}

static gdx_status link_file(const struct transfer *transfer, const struct wanted *wanted, const char *from,
                            const char *to, gdx_error *err) {
    char name[TRANSFER_NAME_BYTES + 8];
    snprintf(name, sizeof name, "%s.tmp", wanted->name);
    char *temporary = gdx_path_join(transfer->to, name);
    gdx_status status =
        temporary ? link_under(from, temporary, to, err) : gdx_fail_at(err, GDX_NO_MEMORY, to, "no memory for a path");
    free(temporary);
    if (status == GDX_OK)
        transfer->figures->linked_bytes += wanted->bytes;
    return status;
}

// Notes a file that is about to be made.
static gdx_status note(struct transfer *transfer, const struct wanted *wanted, const char *path, gdx_error *err) {
    if (access(path, F_OK) == 0)
        return GDX_OK;
    if (gdx_grow(&transfer->made, &transfer->made_capacity, transfer->made_count + 1, sizeof *transfer->made) != GDX_OK)
        return gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory to make it");
    memcpy(transfer->made[transfer->made_count++], wanted->name, sizeof wanted->name);
    return GDX_OK;
}

// By an earlier call.
static bool is_made(const struct transfer *transfer, const struct wanted *wanted) {
    for (size_t i = 0; i < transfer->made_count; i++)
        if (strcmp(transfer->made[i], wanted->name) == 0)
            return true;
    return false;
}

static gdx_status place(struct transfer *transfer, const struct wanted *wanted, gdx_error *err) {
    char *from = gdx_path_join(transfer->from, wanted->name), *to = gdx_path_join(transfer->to, wanted->name);
    gdx_status status = from && to ? GDX_OK : gdx_fail_at(err, GDX_NO_MEMORY, transfer->to, "no memory for a path");
    if (status == GDX_OK)
        status = note(transfer, wanted, to, err);
    if (status == GDX_OK)
        status = transfer->options->links ? link_file(transfer, wanted, from, to, err) : copy(transfer, from, to, err);
    free(from);
    free(to);
    return status;
}

// What is wrong with a file that was placed: mostly the fault of the one it came from, which is then named.
static gdx_status blame(const struct transfer *transfer, const struct wanted *wanted, const gdx_error *failure,
                        gdx_error *err) {
    if (failure->status == GDX_CORRUPT) {
        gdx_status status = check(transfer, transfer->from, wanted, err);
        if (status != GDX_OK)
            return status;
    }
    return gdx_error_pass(err, failure);
}

static gdx_status bring(struct transfer *transfer, const struct wanted *wanted, gdx_error *err) {
    const gdx_backup_options *options = transfer->options;
    gdx_error failure = {0};
    if (options->progress)
        options->progress(options->context, transfer->done, transfer->of);
    gdx_status status = check(transfer, transfer->to, wanted, &failure);
    if (status == GDX_OK) {
        transfer->figures->kept_bytes += is_made(transfer, wanted) ? 0 : wanted->bytes;
    } else if (status == GDX_NOT_FOUND || status == GDX_CORRUPT || status == GDX_UNSUPPORTED) {
        failure = (gdx_error){0};
        status = place(transfer, wanted, err);
        if (status == GDX_OK)
            status = check(transfer, transfer->to, wanted, &failure);
    }
    if (failure.status != GDX_OK)
        status = blame(transfer, wanted, &failure, err);
    transfer->done += wanted->bytes;
    return status;
}

gdx_status transfer_files(struct transfer *transfer, const struct manifest *manifest, gdx_error *err) {
    gdx_status status = GDX_OK;
    assert(transfer->from && transfer->to);
    transfer->figures->kept_bytes = 0; // the others count what was done
    transfer->done = 0;
    transfer->of = manifest_file_bytes(manifest);
    for (size_t i = 0; i < manifest->count && status == GDX_OK; i++) {
        const struct manifest_segment *record = &manifest->segments[i];
        struct wanted wanted = segment_of(record);
        status = bring(transfer, &wanted, err);
        if (status == GDX_OK && record->deleted_count) {
            wanted = deletions_of(record);
            status = bring(transfer, &wanted, err);
        }
    }
    if (status == GDX_OK && manifest->reprints_bytes) {
        struct wanted wanted = reprints_of(manifest);
        status = bring(transfer, &wanted, err);
    }
    return status;
}

gdx_status transfer_finish(const struct transfer *transfer, const struct manifest *next, bool *out_named,
                           gdx_error *err) {
    gdx_snapshot *snapshot = NULL;
    *out_named = false;
    gdx_status status = snapshot_open(transfer->to, next, NULL, NULL, 0, &snapshot, err);
    if (status == GDX_OK)
        status = manifest_switch(transfer->to, next, out_named, err);
    gdx_error passed_over = {0}; // the next writer's cleaning makes up for it
    if (status == GDX_OK)
        (void)!directory_clean(transfer->to, snapshot, &passed_over);
    gdx_snapshot_release(snapshot);
    return status;
}

void transfer_undo(struct transfer *transfer) {
    for (size_t i = 0; i < transfer->made_count; i++) {
        char *path = gdx_path_join(transfer->to, transfer->made[i]);
        if (path)
            unlink(path);
        free(path);
    }
    transfer->made_count = 0;
}

void transfer_clear(struct transfer *transfer) {
    free(transfer->made);
    transfer->made = NULL;
    transfer->made_count = transfer->made_capacity = 0;
}

bool transfer_is_same(const struct manifest *one, const struct manifest *other) {
    if (one->count != other->count || memcmp(&one->keys, &other->keys, sizeof one->keys) != 0 ||
        one->reprints_name != other->reprints_name || one->rule_number != other->rule_number ||
        one->rule_fingerprint != other->rule_fingerprint)
        return false;
    for (size_t i = 0; i < one->count; i++) {
        const struct manifest_segment *a = &one->segments[i], *b = &other->segments[i];
        if (a->info.name != b->info.name || a->deleted_count != b->deleted_count ||
            a->deletions_name != b->deletions_name)
            return false;
    }
    return true;
}

bool transfer_changed_nothing(const struct transfer *transfer, const struct manifest *before,
                              const struct manifest *next) {
    const gdx_backup_figures *figures = transfer->figures;
    return figures->had_index && transfer_is_same(before, next) &&
           figures->copied_bytes + figures->cloned_bytes + figures->linked_bytes == 0;
}
