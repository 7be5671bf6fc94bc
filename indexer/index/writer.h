// SPDX-License-Identifier: Apache-2.0
// writer.h: a writer and its pending changes, shared by writer.c (gathers them), commit.c (publishes them), merge.c.
#ifndef INDEX_WRITER_H
#define INDEX_WRITER_H

#include "snapshot.h"

// A segment as the next commit would have it: one of the last commit's, or an added one.
struct pending_segment {
    gdx_segment *segment; // a reference
    uint8_t *deleted;     // the bitmap with pending deletions; NULL: as it was
    uint32_t deleted_count;
    uint64_t deleted_symbols;
    gdx_document_columns columns; // the segment's, once they were needed
};

struct pending {
    struct pending_segment *segments; // those of the snapshot first, then the added ones
    size_t count;
    size_t capacity;
};

enum writer_state {
    WRITER_OPENING,   // the lock may not be held yet, and the last commit is not known
    WRITER_COMMITTED, // nothing is pending
    WRITER_PENDING,   // changes on top of the last commit
    WRITER_BROKEN,    // a manifest has its name but perhaps not for good: no more changes
    WRITER_STATES
};

struct gdx_index_writer { // one owner
    char *directory;
    int lock;                // the descriptor; -1: not held
    enum writer_state state; // changed by writer_change alone
    gdx_snapshot *snapshot;
    const gdx_rule *rule; // of the next commit; NULL: that of the snapshot
    gdx_keys keys;        // of the next commit
    gdx_shape shape;      // likewise
    struct pending pending;
};

// Pending changes on top of a snapshot: none yet.
gdx_status pending_init(struct pending *pending, const gdx_snapshot *snapshot) GDX_MUST_CHECK;
void pending_clear(struct pending *pending);

// Asserts that the state may become `to`.
void writer_change(gdx_index_writer *writer, enum writer_state to);
// Refuses to go on when the writer is broken. Asserts that it is open and holds the lock.
gdx_status writer_check(const gdx_index_writer *writer, gdx_error *err) GDX_MUST_CHECK;

// manifest_switch. When the last step fails the writer is broken.
gdx_status writer_switch_manifest(gdx_index_writer *writer, const struct manifest *next, gdx_error *err) GDX_MUST_CHECK;

// Makes `next` the commit, atomic and durable, and then removes the files that only the last commit named. `fresh`:
// segments already open that `next` may name. On failure the last commit stays and nothing pending is lost. Under the
// lock.
gdx_status writer_publish(gdx_index_writer *writer, const struct manifest *next, gdx_segment *const *fresh,
                          size_t fresh_count, gdx_error *err) GDX_MUST_CHECK;

#endif
