// SPDX-License-Identifier: Apache-2.0
// gdx/batch.h: the parallel build: drives inputs through ingest, text, ngram and segment to one commit, within a memory
// budget. Relies on gdx/base.h, gdx/index.h; inside on libuv (gdx/work.h), ingest, decode, text, ngram, segment.
// Threads: a batch is run from one thread, which becomes its loop thread until it returns; callbacks run there.
//
// Order: documents keep the order of the inputs as given (folders sorted by name, byte order), whatever the number of
// threads. Of two documents with one id the later wins; the earlier is reported.
#ifndef GDX_BATCH_H
#define GDX_BATCH_H

#include "gdx/base.h"
#include "gdx/index.h"
#include "gdx/ingest.h"

typedef struct gdx_batch_progress {
    uint64_t bytes_total; // of all inputs, as they lie on the disk; 0: unknown (before they are listed; standard input)
    uint64_t bytes_read;  // of these
    uint64_t documents;   // seen so far
    uint64_t skipped;     // refused so far
    const char *stage;    // "reading", "merging", "committing"
} gdx_batch_progress;

typedef struct gdx_batch_refusal {
    const char *path; // file, or "archive.zip:entry", or "-" for standard input
    uint64_t line;    // of a JSON Lines file, from 1; 0: none
    uint64_t byte;    // offset in the file
    bool is_note;     // true: the document was kept, something about it was mended; false: it is not in the index
    const char *reason;
} gdx_batch_refusal;

typedef struct gdx_batch_options {
    unsigned threads;    // workers; 0: as many as processors
    size_t memory_bytes; // budget for everything the batch holds; 0: a quarter of the machine's memory; at least 16 MiB
    const char *encoding;  // of text files; NULL: detected
    const char *source;    // for documents of whole files; NULL: ""
    size_t document_limit; // bytes of text; 0: 64 MiB, never more than a sixteenth of a worker's memory
    int level;             // of zstd for stored text; 0: the default
    bool strict;           // the first refusal ends the batch, nothing is committed
    bool prune;            // documents of earlier whole-file runs below the given folders that are gone are deleted
    bool merge;            // let the merge policy work afterwards (the usual way)
    gdx_stop stop;         // looked at often; GDX_CANCELLED, GDX_DEADLINE
    void (*on_progress)(void *context, const gdx_batch_progress *progress); // may be NULL; about ten times a second
    void (*on_refusal)(void *context, const gdx_batch_refusal *refusal);    // may be NULL; in input order, at the end
    void *context;
} gdx_batch_options;

typedef struct gdx_batch_summary {
    uint64_t files;     // read, archive entries and standard input counted in
    uint64_t documents; // found, refused ones not counted
    uint64_t added;
    uint64_t replaced;
    uint64_t unchanged;
    uint64_t deleted;        // by prune
    uint64_t duplicates;     // of the same id within the batch: earlier ones dropped
    uint64_t refused;        // records and files that are not in the index
    uint64_t mended;         // documents in which undecodable bytes became U+FFFD
    uint64_t replaced_bytes; // how many U+FFFD
    uint64_t input_bytes;    // read, as they lie on the disk
    uint64_t text_bytes;     // titles and texts of the documents found, UTF-8
    uint64_t symbols;        // of documents added or replaced
    uint64_t commit;         // the commit afterwards
    size_t segments;         // live afterwards
    uint64_t index_bytes;    // of all files afterwards
    uint64_t elapsed_ns;
    // Worker time by stage, nanoseconds over all workers; for people who tune.
    uint64_t parse_ns, fold_ns, store_ns, invert_ns, write_ns, merge_ns;
} gdx_batch_summary;

// Indexes files, folders and archives; "-" is JSON Lines on standard input (descriptor 0). The writer's pending changes
// are committed once, at the end. GDX_NOT_FOUND: a path given does not exist (nothing is indexed). With `strict`, the
// first refusal's error. On failure the last commit stands, nothing is pending and no file is left.
gdx_status gdx_batch_run(gdx_index_writer *writer, const char *const *paths, size_t path_count,
                         const gdx_batch_options *options, gdx_batch_summary *out, gdx_error *err) GDX_MUST_CHECK;

#endif
