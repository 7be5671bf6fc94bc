// SPDX-License-Identifier: Apache-2.0
// gdx/reprints.h: which documents are reprints of each other: a table that a writer makes a part of the commit, and
// what it says of the documents of a snapshot. Format: docs/format-index.md, "Reprints". Relies on gdx/index.h.
// The table knows documents by their hashes (gdx_document_hash), so that it outlasts merges and deletions; a document
// that was replaced has another hash, and is a new one. How reprints are found: gdx/statistics.h.
// Threads: as gdx/index.h.
#ifndef GDX_REPRINTS_H
#define GDX_REPRINTS_H

#include "gdx/index.h"

enum { GDX_REPRINT_WHOLE = 1000000 }; // shares are in millionths

typedef struct gdx_reprint_member {
    uint32_t document; // its number in the table; members ascend by it
    uint32_t group;    // from 0, in the order of their first members
    uint32_t jaccard;  // with the member that is most like it
} gdx_reprint_member;

typedef struct gdx_reprint_excerpt { // ascending by document, then by `of`
    uint32_t document;               // numbers in the table
    uint32_t of;                     // the longer one
    uint32_t containment;            // the share of the shorter that stands in the longer
} gdx_reprint_excerpt;

typedef struct gdx_reprint_table {
    uint32_t jaccard;       // from which on two documents are reprints
    uint32_t within_days;   // that their dates are apart at most
    uint32_t count;         // documents that were there
    const uint64_t *hashes; // of them, ascending, none twice
    uint32_t group_count;
    uint32_t member_count;
    const gdx_reprint_member *members;
    uint32_t excerpt_count;
    const gdx_reprint_excerpt *excerpts;
} gdx_reprint_table;

// Writes the table and makes it a part of a new commit: of the same documents, with the next number. Nothing may be
// pending. Same failures as gdx_index_writer_commit.
gdx_status gdx_index_writer_set_reprints(gdx_index_writer *writer, const gdx_reprint_table *table,
                                         gdx_error *err) GDX_MUST_CHECK;

// The snapshot's; NULL: it has none, or a damaged one.
const gdx_reprint_table *gdx_snapshot_reprints(const gdx_snapshot *snapshot);

typedef struct gdx_reprint_place {
    uint32_t segment; // UINT32_MAX: the document is gone
    uint32_t document;
} gdx_reprint_place;

// The table beside the documents that live. Of a group the earliest date is first, of equals the lowest id; documents
// without a date are last.
typedef struct gdx_firsts {
    const gdx_reprint_table *table;
    const gdx_reprint_place *places; // of the documents of the table
    const uint64_t *const *repeats;  // by segment: bit d: document d lives and is not the first of its group
    uint64_t later;                  // living documents that the table does not know
} gdx_firsts;
// The snapshot's, made at the first call; others wait for it as long as `stop` lets them. GDX_INVALID: there is no
// table, and how to make it. GDX_CORRUPT: it is damaged, and what to do. `stop`: NULL never stops. Cost of the first
// call: under 0.5 us a document; 8 bytes a document of the table, and a bit for each other.
gdx_status gdx_snapshot_firsts(gdx_snapshot *snapshot, const gdx_stop *stop, const gdx_firsts **out,
                               gdx_error *err) GDX_MUST_CHECK;

#endif
