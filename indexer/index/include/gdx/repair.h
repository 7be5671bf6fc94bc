// SPDX-License-Identifier: Apache-2.0
// gdx/repair.h: a damaged index goes on without what is damaged. Relies on gdx/base.h, gdx/stop.h.
#ifndef GDX_REPAIR_H
#define GDX_REPAIR_H

#include "gdx/base.h"
#include "gdx/stop.h"

// A file that cannot be used. Valid during the call that tells of it.
typedef struct gdx_repair_finding {
    const char *file;
    const char *kept_as; // where a repair puts it; "" when there is no such file
    const gdx_error *why;
    bool is_deletions;  // it said which documents of a segment are gone
    bool is_reprints;   // it said which documents are reprints; else it is a segment
    uint32_t documents; // of a segment: live ones, which are lost; of deletions: how many it said are gone
} gdx_repair_finding;

typedef struct gdx_repair_options {
    bool dry_run; // tells, and changes nothing
    gdx_stop stop;
    void (*progress)(void *context, size_t done, size_t of); // segments; may be NULL
    // One damaged file, and after it the ids of the documents that are lost with it, as far as they can be read. When
    // its deletions are damaged too, some of them were deleted before. What fails here stops the repair. May be NULL.
    gdx_status (*found)(void *context, const gdx_repair_finding *finding, gdx_error *err);
    gdx_status (*lost)(void *context, gdx_slice id, gdx_error *err);
    void *context;
} gdx_repair_options;

typedef struct gdx_repair_figures {
    uint64_t segments_dropped, documents_lost;
    uint64_t ids_unread; // of documents_lost
    uint64_t deletions_dropped;
    uint64_t reprints_dropped;            // 1: the table is to be built again
    uint64_t documents_back;              // that were deleted, and are live again because nothing says so any more
    uint64_t commit, documents, segments; // of what is left; of a dry run: of what is there
} gdx_repair_figures;

// Verifies every segment as gdx_index_verify does. Those that are damaged or missing are left out of a new commit, so
// that the rest lives; the damaged file is kept under another name. Deletions that are damaged are made anew: what is
// replaced by a later document stays deleted, what was deleted otherwise comes back. A damaged table
// of reprints is left out. An index that is sound is left as
// it is. Under the directory's lock.
// GDX_CORRUPT: the manifest is damaged, or what is wrong is no damage of a file. GDX_PRECONDITION, reason INDEX_LOCKED.
// On failure nothing has changed.
gdx_status gdx_index_repair(const char *directory, const gdx_repair_options *options, gdx_repair_figures *out,
                            gdx_error *err) GDX_MUST_CHECK;

#endif
