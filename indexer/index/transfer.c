// SPDX-License-Identifier: Apache-2.0
// transfer.c: see transfer.h. A file comes under a temporary name of ours, so that a crash leaves nothing that the next
// writer of the directory would not remove.

#include "transfer.h"
#include "clean.h"
#include "snapshot.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 1 << 20 }; // bytes of one read, at most

// ---- place

static gdx_status copy_bytes(const struct transfer *transfer, int source, const char *path, gdx_output *output,
                             gdx_error *err) {
    struct stat about; // a manifest or deletions are a few bytes
    bool is_small = fstat(source, &about) == 0 && S_ISREG(about.st_mode) && about.st_size < COPY_BYTES;
    size_t bytes = is_small ? (size_t)about.st_size + 1 : COPY_BYTES;
    uint8_t *buffer = malloc(bytes);
    gdx_status status = buffer ? GDX_OK : gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory to copy it");
    while (status == GDX_OK) {
        ssize_t got = read(source, buffer, bytes);
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
    gdx_status status = gdx_sync_file(temporary, err); // it may be a copy that nobody made durable
    if (status == GDX_OK && rename(temporary, to) != 0)
        status = gdx_fail_at_errno(err, errno, to, "cannot be named so");
    unlink(temporary); // still there when both names were one file
    return status;
}

static gdx_status link_file(const struct transfer *transfer, const struct wanted *wanted, const char *from,
                            const char *to, gdx_error *err) {
    char name[WANTED_NAME_BYTES + 8];
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
        gdx_status status = wanted_check(transfer->from, wanted, &transfer->options->stop, err);
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
    gdx_status status = wanted_check(transfer->to, wanted, &options->stop, &failure);
    if (status == GDX_OK) {
        transfer->figures->kept_bytes += is_made(transfer, wanted) ? 0 : wanted->bytes;
    } else if (status == GDX_NOT_FOUND || status == GDX_CORRUPT || status == GDX_UNSUPPORTED) {
        failure = (gdx_error){0};
        status = place(transfer, wanted, err);
        if (status == GDX_OK)
            status = wanted_check(transfer->to, wanted, &options->stop, &failure);
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
    struct wanted_walk walk = {0};
    struct wanted wanted;
    while (status == GDX_OK && wanted_next(manifest, &walk, &wanted))
        status = bring(transfer, &wanted, err);
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
    if (one->count != other->count || one->shape != other->shape ||
        memcmp(&one->keys, &other->keys, sizeof one->keys) != 0 || one->reprints_name != other->reprints_name ||
        one->rule_number != other->rule_number || one->rule_fingerprint != other->rule_fingerprint)
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
