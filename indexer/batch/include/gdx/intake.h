// SPDX-License-Identifier: Apache-2.0
// gdx/intake.h: documents that come one by one from a program, into the index by the same code as a batch: the same
// rules refuse them, of equal ids the last counts, what has not changed is passed over. Relies on gdx/base.h,
// gdx/index.h, gdx/ingest.h. Threads: one owner at a time, any thread. Every call may block on a disk.
#ifndef GDX_INTAKE_H
#define GDX_INTAKE_H

#include "gdx/base.h"
#include "gdx/index.h"
#include "gdx/ingest.h"

typedef struct gdx_intake gdx_intake;

typedef struct gdx_intake_options {
    size_t memory_bytes;      // of postings gathered before they are written as a run of a segment
    size_t document_limit;    // bytes of text a document may have; 0: 64 MiB
    int level;                // of zstd for stored text; 0: the default
    uint64_t end_bytes;       // of documents, after each of which a segment ends; 0: GDX_INDEX_END_BYTES
    gdx_executor *executor;   // for merging, its owner is the intake's; NULL: the calling thread merges alone
    gdx_stop stop;            // of a merge
    gdx_merge_counts *merged; // as gdx_merge_options.counts
} gdx_intake_options;

typedef struct gdx_intake_summary { // of all commits so far
    uint64_t added;                 // new ids
    uint64_t replaced;
    uint64_t unchanged;
    uint64_t duplicates; // of the same id within one commit: earlier ones dropped
    uint64_t text_bytes; // titles and texts of the documents taken, unchanged ones counted in
    uint64_t commit;     // the commit that holds them all
} gdx_intake_summary;

// `writer` must outlive the intake and have nothing pending. GDX_NO_MEMORY.
gdx_status gdx_intake_open(gdx_index_writer *writer, const gdx_intake_options *options, gdx_intake **out,
                           gdx_error *err) GDX_MUST_CHECK;
// One document. *out_refused, with the reason in err, when it breaks a rule: the intake goes on without it. Any other
// failure is the end of it: close it.
gdx_status gdx_intake_add(gdx_intake *intake, const gdx_given *given, bool *out_refused, gdx_error *err) GDX_MUST_CHECK;
// What was added since the last commit becomes one, durable when it returns. No change: no new commit.
gdx_status gdx_intake_commit(gdx_intake *intake, gdx_error *err) GDX_MUST_CHECK;
// Lets the merge policy work. Right after a commit only. GDX_CANCELLED, GDX_DEADLINE: it was stopped, nothing is lost.
gdx_status gdx_intake_merge(gdx_intake *intake, gdx_error *err) GDX_MUST_CHECK;
gdx_intake_summary gdx_intake_summary_of(const gdx_intake *intake);
// Drops what is not committed, with its files. NULL is fine.
void gdx_intake_close(gdx_intake *intake);
GDX_DEFINE_AUTO(gdx_intake, gdx_intake_close)

#endif
