// SPDX-License-Identifier: Apache-2.0
// gdx/backup.h: one commit of an index, brought whole into another directory and back. Relies on gdx/base.h,
// gdx/stop.h. Threads: plain functions of their caller's; they may run for as long as a disk takes.
#ifndef GDX_BACKUP_H
#define GDX_BACKUP_H

#include "gdx/base.h"
#include "gdx/stop.h"

typedef struct gdx_backup_options {
    bool links;   // of a backup: hard links, so that it shares its bytes with the index; else copies
    bool updates; // of a backup: one that is there becomes the commit; else it is refused
    gdx_stop stop;
    void (*progress)(void *context, uint64_t done, uint64_t of); // bytes; may be NULL
    void *context;
} gdx_backup_options;

typedef struct gdx_backup_figures {
    uint64_t commit, documents, segments, bytes; // of what is there now
    uint64_t copied_bytes;                       // written
    uint64_t cloned_bytes;                       // copies that share their blocks until one of the two is written to
    uint64_t linked_bytes;
    uint64_t kept_bytes; // there already, and good
    bool is_unchanged;   // it was this commit already
    // What a restore or an update replaced; an index that could not be read counts as replaced.
    bool had_index, was_unreadable;
    uint64_t commit_before, documents_before;
} gdx_backup_figures;

// Brings the last commit into the directory `to`, which appears whole or not at all; it is then an index like any
// other, without a base folder, converted files and a lock. Every page of every file is verified where it came to lie.
// Readers and writers of the index go on meanwhile; files are made in "<to>.partial" first, where the next call goes on
// after a crash.
// With `updates`, a `to` that is an index of an older commit takes over what it lacks; until the last step it is the
// older commit. GDX_PRECONDITION: `to` is there (without `updates`), or of a newer commit. GDX_CORRUPT: a file of the
// index is damaged, with its name. GDX_CANCELLED, GDX_IO, GDX_NO_SPACE: nothing is left but what was there before.
gdx_status gdx_index_backup(const char *directory, const char *to, const gdx_backup_options *options,
                            gdx_backup_figures *out, gdx_error *err) GDX_MUST_CHECK;

// Makes `directory` the commit of the index `from`, which is verified as gdx_index_verify does before anything changes.
// It is a commit: atomic, durable; readers and servers take it up like any other. Files that are in place and good are
// kept; what the index was before is removed afterwards. A directory that is not there is made. Under its lock.
// The commit has the number it had, or one more than the index had if that is larger, so that no number ever means two
// commits. GDX_PRECONDITION, reason INDEX_LOCKED: a writer is at work. On failure the last commit stands.
gdx_status gdx_index_restore(const char *from, const char *directory, const gdx_backup_options *options,
                             gdx_backup_figures *out, gdx_error *err) GDX_MUST_CHECK;

#endif
