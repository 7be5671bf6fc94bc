// SPDX-License-Identifier: Apache-2.0
// restore.c: an index becomes the commit of a backup. It cannot be opened by a writer first, for it may be damaged:
// that is when backups are needed. So files come to lie beside those of the last commit, or in place of damaged ones of
// the same name, then the manifest is switched, and what it does not name is removed.

#include "gdx/backup.h"
#include "gdx/index.h"

#include "clean.h"
#include "directory.h"
#include "lock.h"
#include "snapshot.h"
#include "transfer.h"

#include <stdlib.h>
#include <unistd.h>

// What the index was. One that cannot be read is replaced like any other.
static gdx_status read_before(const char *directory, gdx_backup_figures *figures, struct manifest *out,
                              gdx_error *err) {
    gdx_error failure = {0};
    gdx_status status = manifest_read(directory, out, NULL, &failure);
    figures->had_index = status != GDX_NOT_FOUND;
    figures->was_unreadable = status == GDX_CORRUPT || status == GDX_UNSUPPORTED;
    if (status == GDX_OK) {
        figures->commit_before = out->commit;
        figures->documents_before = manifest_documents(out);
    }
    return status == GDX_OK || status == GDX_NOT_FOUND || figures->was_unreadable ? GDX_OK
                                                                                  : gdx_error_pass(err, &failure);
}

// A number that the index has had already must not come to mean another commit: page tokens and clients hold it.
static void settle_number(const gdx_backup_figures *figures, const struct manifest *before, struct manifest *next) {
    if (!figures->had_index || figures->was_unreadable)
        return;
    if (transfer_is_same(before, next))
        next->commit = before->commit;
    else if (next->commit <= before->commit)
        next->commit = before->commit + 1;
}

static void take_figures(struct transfer *transfer, const struct manifest *before, const struct manifest *next) {
    gdx_backup_figures *figures = transfer->figures;
    figures->commit = next->commit;
    figures->documents = manifest_documents(next);
    figures->segments = next->count;
    figures->bytes = manifest_file_bytes(next);
    figures->is_unchanged = !figures->was_unreadable && transfer_changed_nothing(transfer, before, next);
}

// Under the lock.
static gdx_status replace(struct transfer *transfer, struct manifest *next, gdx_error *err) {
    struct manifest before = {0};
    bool named = false;
    gdx_status status = read_before(transfer->to, transfer->figures, &before, err);
    if (status == GDX_OK)
        status = transfer_files(transfer, next, err);
    if (status == GDX_OK) {
        settle_number(transfer->figures, &before, next);
        status = transfer_finish(transfer, next, &named, err);
    }
    if (status == GDX_OK)
        take_figures(transfer, &before, next);
    else if (!named)
        transfer_undo(transfer);
    manifest_clear(&before);
    return status;
}

static gdx_status lock_and_replace(struct transfer *transfer, struct manifest *next, gdx_error *err) {
    int lock = -1;
    bool made = false;
    gdx_status status = directory_make(transfer->to, &made, err);
    if (status == GDX_OK)
        status = directory_refuse_foreign(transfer->to, err);
    if (status == GDX_OK)
        status = directory_lock(transfer->to, &lock, err);
    if (status == GDX_OK)
        status = replace(transfer, next, err);
    if (status != GDX_OK && made) {
        char *path = gdx_path_join(transfer->to, "lock");
        if (path)
            unlink(path);
        free(path);
        rmdir(transfer->to); // fails when something is in it
    }
    if (lock >= 0)
        close(lock);
    return status;
}

gdx_status gdx_index_restore(const char *from, const char *directory, const gdx_backup_options *options,
                             gdx_backup_figures *out, gdx_error *err) {
    struct manifest next = {0};
    struct transfer transfer = {.from = from, .to = directory, .options = options, .figures = out};
    *out = (gdx_backup_figures){0};
    if (directory_is_same(from, directory))
        return gdx_fail_at(err, GDX_INVALID, from, "is the index itself");
    gdx_status status = manifest_read(from, &next, NULL, err);
    if (status == GDX_OK)
        status = gdx_index_verify(from, &options->stop, NULL, NULL, err);
    if (status == GDX_OK)
        status = lock_and_replace(&transfer, &next, err);
    transfer_clear(&transfer);
    manifest_clear(&next);
    return status;
}
