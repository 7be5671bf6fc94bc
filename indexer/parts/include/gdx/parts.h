// SPDX-License-Identifier: Apache-2.0
// gdx/parts.h: one collection built on many machines. Each run of several indexes its share of the inputs into a part,
// which is an index with a record of what it was made from; publishing makes one index of all parts. docs/scale.md.
// Format: docs/format-part.md. Relies on gdx/base.h, gdx/batch.h, gdx/index.h, gdx/segment.h. Threads: one owner; calls
// block on disks.
#ifndef GDX_PARTS_H
#define GDX_PARTS_H

#include "gdx/base.h"
#include "gdx/batch.h"
#include "gdx/index.h"
#include "gdx/segment.h"

// ---- which share

enum { GDX_SHARDS_MOST = 65536 };

typedef struct gdx_shard {
    uint32_t index; // from 0
    uint32_t count;
} gdx_shard;

// "I/N"; "auto/N" takes I, and "auto" both, from the variables that a scheduler sets. `variable` gives a variable's
// value or NULL, as getenv does. GDX_INVALID: written otherwise, out of range, or no scheduler says so; the message
// names what was looked for.
gdx_status gdx_shard_choose(const char *text, char *(*variable)(const char *name), gdx_shard *out,
                            gdx_error *err) GDX_MUST_CHECK;

// ---- building a part

typedef struct gdx_part_build
    gdx_part_build; // one that is being built, under a name of its own beside the one that it will have

typedef struct gdx_part_options {
    gdx_shard shard;
    const char *unless;   // an index: what it has as it is does not go in; NULL: everything does
    const char *manner;   // all that, besides the inputs, decides which documents they are: equal in parts of one index
    const gdx_keys *keys; // of metadata that the part declares; NULL: none
    gdx_shape shape;
} gdx_part_options;

// Whether `path` is the part that such a run would make: of the same shard, inputs, manner, rule and base. Nothing is
// read but names and sizes. *out false: nothing is there. GDX_PRECONDITION: something else is.
gdx_status gdx_part_is_made(const char *path, const gdx_part_options *options, const char *const *paths,
                            size_t path_count, const gdx_batch_options *batch, bool *out,
                            gdx_error *err) GDX_MUST_CHECK;
// Makes "<path>.building-<letters>" and an empty index in it. GDX_PRECONDITION: the index of `unless` is of another
// rule.
gdx_status gdx_part_build_open(const char *path, const gdx_part_options *options, gdx_part_build **out,
                               gdx_error *err) GDX_MUST_CHECK;
const char *gdx_part_build_directory(const gdx_part_build *part); // where it is built
gdx_index_writer *gdx_part_build_writer(const gdx_part_build *part);
// Indexes the shard's inputs, as gdx_batch_run does, and writes the record. The options' shard is set by it; not with
// prune or commit_every.
gdx_status gdx_part_build_run(gdx_part_build *part, const char *const *paths, size_t path_count,
                              const gdx_batch_options *batch, gdx_batch_summary *out, gdx_error *err) GDX_MUST_CHECK;
// Gives it its name. *out_first false: another run was first and made the same part, which stays. GDX_PRECONDITION:
// something else has the name.
gdx_status gdx_part_build_finish(gdx_part_build *part, bool *out_first, gdx_error *err) GDX_MUST_CHECK;
void gdx_part_build_close(gdx_part_build *part); // removes what has no name yet; NULL is fine
GDX_DEFINE_AUTO(gdx_part_build, gdx_part_build_close)

// ---- publishing

typedef struct gdx_publish_options {
    bool adds;           // to what the index holds; else the parts are all that it holds afterwards
    bool expects_commit; // fails unless the index is at `commit`
    uint64_t commit;
    const char *base;    // folder that ids are relative to; NULL: that of the parts, which must be one
    size_t memory_bytes; // to compare ids with, at most; 0: 64 MiB
    gdx_stop stop;
    void (*progress)(void *context, uint64_t done, uint64_t of); // ids compared; may be NULL
    void *context;
} gdx_publish_options;

typedef struct gdx_publish_figures {
    uint64_t commit;
    uint64_t documents; // live afterwards
    size_t segments;
    uint64_t index_bytes;
    uint64_t ids;        // of the parts, compared
    uint64_t superseded; // documents of parts that a later part has too
    uint64_t replaced;   // documents of the index
    uint64_t unchanged;  // documents of parts that the index has as they are
    uint64_t linked_bytes, copied_bytes;
    uint64_t swept;      // what dead runs had left
    bool had_everything; // nothing was changed
} gdx_publish_figures;

// All parts of one build become the content of the index, or are added to it, in one commit. Of equal ids the later
// part's counts. The index keeps its shape; one that is exact and without documents takes that of the parts.
// GDX_PRECONDITION: another writer holds the lock, a part is missing, doubled or of another build, or the index is at
// another commit: nothing is changed. Memory: 4 KiB a part at least, a bit for each document that goes.
gdx_status gdx_parts_publish(const char *directory, const char *const *parts, size_t count,
                             const gdx_publish_options *options, gdx_publish_figures *out,
                             gdx_error *err) GDX_MUST_CHECK;

#endif
