// SPDX-License-Identifier: Apache-2.0
// snapshot.h: a commit, opened: its segments and their deletions, shared with other snapshots by counted references.
#ifndef INDEX_SNAPSHOT_H
#define INDEX_SNAPSHOT_H

#include "deletions.h"
#include "manifest.h"
#include "reprints.h"

#include "gdx/index.h"

#include <stdatomic.h>

struct snapshot_segment {
    gdx_live_segment live;
    struct deletions *deletions; // under live.deleted; NULL: none
};

struct gdx_snapshot { // immutable after open, any thread
    atomic_size_t references;
    uint64_t rule_fingerprint;
    uint32_t rule_number;
    uint64_t commit;
    gdx_shape shape;
    gdx_keys keys; // declared
    uint64_t documents;
    uint64_t symbols;
    uint64_t bytes;
    gdx_snapshot_whole whole;
    uint64_t reprints_name, reprints_bytes; // of the table that the manifest names; 0 bytes: none
    struct reprints *reprints;              // NULL: none, or a damaged one
    gdx_error reprints_why;                 // what is wrong with it; status GDX_OK: nothing
    struct firsts *firsts;                  // with reprints
    size_t count;
    struct snapshot_segment segments[];
};

// Opens what a manifest names. Segments and deletions that `previous` (may be NULL) or `fresh` already hold are shared,
// not opened again. GDX_NOT_FOUND: a file is missing. A table of reprints that is damaged or missing is no failure: all
// but what asks for it goes on (snapshot_check_reprints).
gdx_status snapshot_open(const char *directory, const struct manifest *manifest, const gdx_snapshot *previous,
                         gdx_segment *const *fresh, size_t fresh_count, gdx_snapshot **out,
                         gdx_error *err) GDX_MUST_CHECK;

// Reads the manifest and opens the commit, or its slice; when a writer removes files meanwhile, because a newer commit
// no longer names them, reads the newer one. `file` as for manifest_read.
gdx_status snapshot_read(const char *directory, gdx_index_slice slice, const gdx_snapshot *previous,
                         struct manifest_file *file, gdx_snapshot **out, gdx_error *err) GDX_MUST_CHECK;

// Looks for good files of the segments that are bad. Returns for how many there was one; then *out is the same commit
// with them.
size_t snapshot_repair(const char *directory, const gdx_snapshot *snapshot, gdx_snapshot **out);

// Fails with what is wrong with the table of reprints, if anything is.
gdx_status snapshot_check_reprints(const gdx_snapshot *snapshot, gdx_error *err) GDX_MUST_CHECK;
// Shares the table of reprints of `from`.
gdx_status snapshot_share_reprints(gdx_snapshot *to, const gdx_snapshot *from) GDX_MUST_CHECK;

// Segment i as a manifest names it.
struct manifest_segment snapshot_record(const gdx_snapshot *snapshot, size_t i);
bool snapshot_has_segment(const gdx_snapshot *snapshot, uint64_t name);
bool snapshot_has_deletions(const gdx_snapshot *snapshot, uint64_t name);
bool snapshot_has_reprints(const gdx_snapshot *snapshot, uint64_t name);
// Rule, commit and reprints of the snapshot, without segments.
struct manifest snapshot_manifest(const gdx_snapshot *snapshot);

#endif
