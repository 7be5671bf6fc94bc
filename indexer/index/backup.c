// SPDX-License-Identifier: Apache-2.0
// backup.c: one commit of an index brought into another directory. No lock of the index is taken: what its manifest
// names is copied, and when a writer has removed one of these files meanwhile, the next manifest is taken. What was
// copied already is kept, so that only the files of the last commits are copied in a hurry.

#include "gdx/backup.h"

#include "clean.h"
#include "directory.h"
#include "lock.h"
#include "snapshot.h"
#include "transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ATTEMPTS = 64 }; // each failed one means that a writer has committed meanwhile

static void take_figures(gdx_backup_figures *figures, const struct manifest *manifest) {
    figures->commit = manifest->commit;
    figures->documents = manifest_documents(manifest);
    figures->segments = manifest->count;
    figures->bytes = manifest_file_bytes(manifest);
}

// ---- the files

// Reads the manifest that is to be copied, and copies what it names.
static gdx_status transfer_last_commit(struct transfer *transfer, struct manifest *out, gdx_error *err) {
    struct manifest_file read = {.descriptor = -1};
    gdx_error why = {0};
    gdx_status status = GDX_OK;
    bool is_gone = true; // a file that the manifest names
    for (int attempt = 0; is_gone && attempt < ATTEMPTS; attempt++) {
        gdx_error missing = why;
        uint64_t before = read.checksum;
        why = (gdx_error){0};
        manifest_clear(out);
        status = manifest_read(transfer->from, out, &read, &why);
        is_gone = false;
        if (status == GDX_OK && attempt > 0 && read.checksum == before)
            status = gdx_fail_at(&why, GDX_CORRUPT, missing.where, "%s; the manifest names it", missing.message);
        else if (status == GDX_OK) {
            status = transfer_files(transfer, out, &why);
            is_gone = status == GDX_NOT_FOUND;
        }
    }
    manifest_file_close(&read);
    if (is_gone)
        return gdx_fail_at(err, GDX_UNAVAILABLE, transfer->from, "commits come faster than they can be copied");
    return status == GDX_OK ? GDX_OK : gdx_error_pass(err, &why);
}

// What the backup was before, when it is one. It must be older.
static gdx_status read_before(const char *to, const struct manifest *next, gdx_backup_figures *figures,
                              struct manifest *out, gdx_error *err) {
    gdx_status status = directory_find_manifest(to, &figures->had_index, err);
    if (status != GDX_OK || !figures->had_index)
        return status;
    status = manifest_read(to, out, NULL, err);
    if (status != GDX_OK)
        return status;
    figures->commit_before = out->commit;
    figures->documents_before = manifest_documents(out);
    if (out->commit > next->commit)
        return gdx_fail_at(err, GDX_PRECONDITION, to,
                           "holds commit %" PRIu64 ", and the index is at %" PRIu64 ": it is no older backup of it",
                           out->commit, next->commit);
    return GDX_OK;
}

// Under the lock of transfer->to.
static gdx_status bring_commit(struct transfer *transfer, gdx_error *err) {
    struct manifest next = {0}, before = {0};
    bool named = false;
    gdx_status status = manifest_read(transfer->from, &next, NULL, err); // so that a wrong `to` is refused at once
    if (status == GDX_OK)
        status = read_before(transfer->to, &next, transfer->figures, &before, err);
    if (status == GDX_OK)
        status = transfer_last_commit(transfer, &next, err);
    if (status == GDX_OK)
        status = transfer_finish(transfer, &next, &named, err);
    if (status == GDX_OK) {
        take_figures(transfer->figures, &next);
        transfer->figures->is_unchanged =
            next.commit == before.commit && transfer_changed_nothing(transfer, &before, &next);
    } else if (!named) {
        transfer_undo(transfer);
    }
    manifest_clear(&before);
    manifest_clear(&next);
    return status;
}

// ---- the directory

static void remove_lock(const char *directory) {
    char *path = gdx_path_join(directory, "lock");
    if (path)
        unlink(path);
    free(path);
}

static gdx_status rename_to_nothing(const char *partial, const char *to, gdx_error *err) {
    if (renameat2(AT_FDCWD, partial, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return GDX_OK;
    if (errno == EEXIST)
        return gdx_fail_at(err, GDX_PRECONDITION, to, "came into being meanwhile; the backup is not made");
    // A file system without that call: an empty directory may be replaced, nothing else.
    if (errno != EINVAL || rename(partial, to) != 0)
        return gdx_fail_at_errno(err, errno, to, "cannot be named so");
    return GDX_OK;
}

static gdx_status give_name(const char *partial, const char *to, gdx_error *err) {
    char *path = gdx_path_join(partial, "..");
    if (!path)
        return gdx_fail_at(err, GDX_NO_MEMORY, to, "no memory for a path");
    // Opened here, so that once it has its name nothing but the disk itself can fail.
    int parent = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gdx_status status = parent < 0 ? gdx_fail_at_errno(err, errno, path, "cannot be opened") : GDX_OK;
    if (status == GDX_OK)
        status = rename_to_nothing(partial, to, err);
    if (status == GDX_OK && fsync(parent) != 0)
        status = gdx_fail_at_errno(err, errno, to, "is made, but its name cannot be made durable");
    if (parent >= 0)
        close(parent);
    free(path);
    return status;
}

// transfer->to is the directory with a name for now, and the lock is held.
static gdx_status fill(struct transfer *transfer, const char *to, gdx_error *err) {
    gdx_status status = bring_commit(transfer, err);
    remove_lock(transfer->to);
    if (status == GDX_OK)
        status = gdx_sync_directory(transfer->to, err);
    if (status == GDX_OK)
        status = give_name(transfer->to, to, err);
    return status;
}

// Removes what is ours of a directory that did not get its name, and it.
static void discard(const char *partial) {
    struct manifest none = {0};
    gdx_snapshot *empty = NULL;
    gdx_error passed_over = {0};
    char *manifest = gdx_path_join(partial, "manifest");
    if (snapshot_open(partial, &none, NULL, NULL, 0, &empty, &passed_over) == GDX_OK)
        (void)!directory_clean(partial, empty, &passed_over);
    gdx_snapshot_release(empty);
    if (manifest)
        unlink(manifest);
    free(manifest);
    rmdir(partial);
}

static gdx_status make_backup(struct transfer *transfer, const char *to, gdx_error *err) {
    int lock = -1;
    struct stat about;
    bool made = false;
    const char *partial = transfer->to;
    gdx_status status = directory_make(partial, &made, err);
    if (status == GDX_OK && (lstat(partial, &about) != 0 || !S_ISDIR(about.st_mode)))
        status =
            gdx_fail_at(err, GDX_INVALID, partial, "is no directory, and the backup is made under this name first");
    if (status == GDX_OK)
        status = directory_refuse_foreign(partial, err);
    if (status == GDX_OK)
        status = directory_lock(partial, &lock, err);
    if (status != GDX_OK && made)
        rmdir(partial);
    if (status != GDX_OK)
        return status;
    status = fill(transfer, to, err);
    if (status != GDX_OK)
        discard(partial);
    close(lock);
    return status;
}

static gdx_status update_backup(struct transfer *transfer, gdx_error *err) {
    int lock = -1;
    if (directory_is_same(transfer->from, transfer->to))
        return gdx_fail_at(err, GDX_INVALID, transfer->to, "is the index itself");
    gdx_status status = directory_refuse_foreign(transfer->to, err);
    if (status == GDX_OK)
        status = directory_lock(transfer->to, &lock, err);
    if (status != GDX_OK)
        return status;
    status = bring_commit(transfer, err);
    close(lock); // its file stays: somebody may have opened it
    return status;
}

// "<to>.partial" of a name that may end in slashes; the caller frees. NULL: no memory.
static char *partial_name(const char *to) {
    size_t bytes = strlen(to);
    char *name = malloc(bytes + sizeof ".partial");
    while (bytes > 1 && to[bytes - 1] == '/')
        bytes--;
    if (name)
        sprintf(name, "%.*s.partial", (int)bytes, to);
    return name;
}

gdx_status gdx_index_backup(const char *directory, const char *to, const gdx_backup_options *options,
                            gdx_backup_figures *out, gdx_error *err) {
    struct stat about;
    struct transfer transfer = {.from = directory, .to = to, .options = options, .figures = out};
    *out = (gdx_backup_figures){0};
    bool is_there = lstat(to, &about) == 0;
    if (!is_there && errno != ENOENT)
        return gdx_fail_at_errno(err, errno, to, "cannot be examined");
    if (is_there && !options->updates)
        return gdx_fail_at(err, GDX_PRECONDITION, to,
                           "is there already; give another name, or --update to make an older backup this commit");
    char *partial = partial_name(to);
    if (!partial)
        return gdx_fail_at(err, GDX_NO_MEMORY, to, "no memory for its name");
    transfer.to = is_there ? to : partial;
    gdx_status status = is_there ? update_backup(&transfer, err) : make_backup(&transfer, to, err);
    transfer_clear(&transfer);
    free(partial);
    return status;
}
