// SPDX-License-Identifier: Apache-2.0
// gdx/remote.h: commits of an index in an object store, and back. A store is anything that keeps objects under names
// and can make one only if there is none; the caller brings it as functions, so that nothing here knows of a network.
// Objects: docs/format-index.md, "In an object store". Relies on gdx/base.h, gdx/stop.h. Threads: plain functions of
// their caller's; they may run for as long as a network takes.
#ifndef GDX_REMOTE_H
#define GDX_REMOTE_H

#include "gdx/base.h"
#include "gdx/index_slice.h"
#include "gdx/stop.h"

// Where an object goes: its bytes from `at` on to the same place of a file, counted from `offset`.
typedef struct gdx_reception {
    int descriptor;
    uint64_t offset; // in the file, of the object's first byte
    uint64_t bytes;  // of the object
    uint64_t at;     // bytes of it that are in the file. Moves on, also when a call fails: the next goes on there
} gdx_reception;

// The objects under one address. Names have lower-case letters, digits, - and . alone. What the store gives is not to
// be trusted. Each function may try again by itself, stops when the caller who made the functions says so, and may fail
// with GDX_UNAVAILABLE, GDX_DENIED, GDX_CANCELLED, GDX_DEADLINE, GDX_NO_MEMORY. One thread at a time.
typedef struct gdx_objects {
    void *context;
    const char *where; // the address, for messages; without credentials
    // Appends a whole object. GDX_NOT_FOUND; GDX_TOO_LARGE: more than `limit` bytes.
    gdx_status (*read)(void *context, const char *name, size_t limit, gdx_buffer *out, gdx_error *err);
    // GDX_NOT_FOUND; GDX_CORRUPT: the object has another size; GDX_IO, GDX_NO_SPACE.
    gdx_status (*receive)(void *context, const char *name, gdx_reception *reception, gdx_error *err);
    gdx_status (*size)(void *context, const char *name, uint64_t *out_bytes, gdx_error *err); // GDX_NOT_FOUND
    // Makes an object, which appears whole or not at all. `only_new`: GDX_PRECONDITION if there is one of that name,
    // also if this very call has made it and the answer was lost.
    gdx_status (*write)(void *context, const char *name, gdx_slice content, bool only_new, gdx_error *err);
    gdx_status (*remove)(void *context, const char *name, gdx_error *err); // absence is fine
} gdx_objects;

#define GDX_REMOTE_PART_BYTES ((uint64_t)1 << 30)

typedef struct gdx_remote_options {
    uint64_t part_bytes; // files above this are several objects; 0: GDX_REMOTE_PART_BYTES. Others are for tests
    // Of a pull
    uint64_t generation;   // 0: the last one
    gdx_index_slice slice; // its segments alone
    bool trusts;           // files that the directory's manifest names are not read again
    // Of a sweep
    uint64_t keep;                                               // generations that stay, the last ones; at least 1
    bool dry_run;                                                // of a sweep: removes nothing
    gdx_stop stop;                                               // of work on files; `objects` has its own
    void (*progress)(void *context, uint64_t done, uint64_t of); // bytes; of a sweep generations; may be NULL
    void *context;
} gdx_remote_options;

typedef struct gdx_remote_figures {
    uint64_t generation;                         // of the store
    uint64_t commit, documents, segments, bytes; // of what it names
    uint64_t moved_bytes;                        // sent, received; of a sweep: removed
    uint64_t kept_bytes;                         // there already
    bool is_unchanged;                           // a push: the last generation is this commit already. A pull likewise
    // Of a pull: what the index was before; one that could not be read counts as replaced.
    bool had_index, was_unreadable;
    uint64_t commit_before, documents_before;
    uint64_t slice_segments;                                         // of a pull: segments that were brought or kept
    uint64_t generations_removed, generations_kept, objects_removed; // of a sweep
} gdx_remote_figures;

// The number of the last generation. GDX_NOT_FOUND: there is none. `after`: one that is known to be there, 0: none.
gdx_status gdx_remote_last(const gdx_objects *objects, uint64_t after, uint64_t *out, gdx_error *err) GDX_MUST_CHECK;

// Makes the last commit of the index the next generation. No lock of the index is taken; each file is verified before
// it goes. Objects that are there with the right size are not sent again, so a push that was stopped goes on. Nothing
// names what was sent until the generation is made, which is one request. GDX_PRECONDITION: another push made that
// generation first, or the last one is of a newer commit; nothing is published then.
gdx_status gdx_index_push(const char *directory, const gdx_objects *objects, const gdx_remote_options *options,
                          gdx_remote_figures *out, gdx_error *err) GDX_MUST_CHECK;

// Makes `directory` the commit that a generation names. Every page is verified where it came to lie. It is a commit:
// atomic, durable; readers and servers take it up like any other. Files that are in place and good are kept; what a
// pull that failed has received, also of single files, is gone on with by the next. With a slice the directory has the
// whole manifest and the files of one slice. A directory that is not there is made. Under its lock. The number is that
// of the generation's commit, or one more than the index had if that was larger. GDX_NOT_FOUND: no such generation, or
// an object that it names is missing. GDX_CORRUPT, with the object's address. GDX_PRECONDITION, reason INDEX_LOCKED. On
// failure the last commit stands.
gdx_status gdx_index_pull(const gdx_objects *objects, const char *directory, const gdx_remote_options *options,
                          gdx_remote_figures *out, gdx_error *err) GDX_MUST_CHECK;

// Removes all generations but the last ones, and the objects that they alone name, oldest first. It never lists: what
// no generation named stays. When it is stopped the next goes on.
gdx_status gdx_remote_sweep(const gdx_objects *objects, const gdx_remote_options *options, gdx_remote_figures *out,
                            gdx_error *err) GDX_MUST_CHECK;

#endif
