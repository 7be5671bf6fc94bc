// SPDX-License-Identifier: Apache-2.0
// transfer.h: the files that a manifest names, brought from one directory into another. What is there already and good
// is kept; what is there and bad is replaced. Every file is verified where it came to lie. Backup and restore end it by
// manifest_switch.
#ifndef INDEX_TRANSFER_H
#define INDEX_TRANSFER_H

#include "wanted.h"

#include "gdx/backup.h"

struct transfer {          // one owner
    const char *from, *to; // directories; the lock of `to` is held
    const gdx_backup_options *options;
    gdx_backup_figures *figures;     // of bytes; they add up over calls
    uint64_t done, of;               // bytes, for the progress
    char (*made)[WANTED_NAME_BYTES]; // files that were not there before
    size_t made_count, made_capacity;
};

// Durable when it returns, but for the directory. GDX_NOT_FOUND: a file of the manifest is not in `from`. GDX_CORRUPT:
// one is damaged there. What was placed stays, for another call or transfer_undo.
gdx_status transfer_files(struct transfer *transfer, const struct manifest *manifest, gdx_error *err) GDX_MUST_CHECK;
// Makes `next`, whose files are there, the commit of transfer->to, atomic and durable, and removes what it does not
// name. *out_named: readers see it, even if the last step failed.
gdx_status transfer_finish(const struct transfer *transfer, const struct manifest *next, bool *out_named,
                           gdx_error *err) GDX_MUST_CHECK;
// Removes the files that were made.
void transfer_undo(struct transfer *transfer);
void transfer_clear(struct transfer *transfer);

// Whether the files that two manifests name are the same.
bool transfer_is_same(const struct manifest *one, const struct manifest *other);
// After all: transfer->to named the same files before, and each of them was good.
bool transfer_changed_nothing(const struct transfer *transfer, const struct manifest *before,
                              const struct manifest *next);

#endif
