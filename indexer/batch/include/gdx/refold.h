// SPDX-License-Identifier: Apache-2.0
// gdx/refold.h: rewrites an index by this program's matching rule, from its stored documents. Relies on gdx/index.h.
// Threads: one owner; the call may block on a disk for as long as indexing all documents anew takes.
#ifndef GDX_REFOLD_H
#define GDX_REFOLD_H

#include "gdx/base.h"
#include "gdx/index.h"

typedef struct gdx_refold_options {
    size_t memory_bytes; // of postings gathered before they are written as a run of a segment
    uint64_t end_bytes;  // of documents, after each of which a segment ends; 0: GDX_INDEX_END_BYTES
    int level;           // of zstd for stored text; 0: the default
    gdx_stop stop;
} gdx_refold_options;

// All live documents, in their order, become segments of the current rule, which are the next commit. Nothing to do if
// the index is of that rule: *out_documents is 0. It is not needed that this program has the index's old rule.
// `writer` has nothing pending. GDX_CANCELLED, GDX_DEADLINE: the last commit stands.
gdx_status gdx_index_refold(gdx_index_writer *writer, const gdx_refold_options *options, uint64_t *out_documents,
                            gdx_error *err) GDX_MUST_CHECK;

#endif
