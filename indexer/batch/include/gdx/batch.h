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
    uint64_t bytes_total; // of all inputs, as they are on the disk; 0: unknown (before they are listed; a pipe)
    uint64_t bytes_read;  // of these
    uint64_t documents;   // seen so far
    uint64_t refused;     // so far
    const char *stage;    // "reading", "merging", "committing"
} gdx_batch_progress;

typedef enum gdx_batch_class {
    GDX_BATCH_READ,     // documents that were read
    GDX_BATCH_WARNING,  // the document is in the index, and something about it was mended or lost
    GDX_BATCH_REFUSED,  // it should hold text and is not in the index
    GDX_BATCH_LEFT_OUT, // it holds no text, or an option leaves it out: no failure
} gdx_batch_class;

typedef struct gdx_batch_finding {
    const char *path; // file, or "archive.zip:entry", or "-" for standard input
    uint64_t line;    // of a JSON Lines file, from 1; 0: none
    uint64_t byte;    // offset in the file
    gdx_batch_class class;
    const char *kind; // what the summary counts it by: ".pdf", "bad record", "hidden name"
    const char *reason;
} gdx_batch_finding;

// How many there were of each kind. Past GDX_BATCH_KINDS_MOST kinds the rest are counted as "other".
enum { GDX_BATCH_KINDS_MOST = 48, GDX_BATCH_KIND_BYTES = 32 };
typedef struct gdx_batch_kinds {
    struct {
        uint64_t count;
        gdx_batch_class class;
        char kind[GDX_BATCH_KIND_BYTES];
    } items[GDX_BATCH_KINDS_MOST + GDX_BATCH_LEFT_OUT + 1];
    size_t count;
} gdx_batch_kinds;

// Counts more of a kind.
void gdx_batch_count(gdx_batch_kinds *kinds, gdx_batch_class class, const char *kind, uint64_t count);

// "20" or "5%": a number, or a part of a whole.
typedef struct gdx_batch_share {
    bool is_given;
    bool is_percent;
    double value;
} gdx_batch_share;
// False: it is written in neither way.
bool gdx_batch_share_parse(const char *text, gdx_batch_share *out);
bool gdx_batch_share_allows(const gdx_batch_share *share, uint64_t part, uint64_t whole);

// Where the work is cut. {0} is right for everybody but tests, which lower them.
typedef struct gdx_batch_cuts {
    uint64_t end_bytes; // of documents, after each of which a segment ends; 0: GDX_INDEX_END_BYTES
    size_t slab_bytes;  // of raw input that a worker reads in one go; no byte of an index depends on it
    size_t run_bytes;   // of documents that are built in one go; likewise
} gdx_batch_cuts;

// What one of several runs takes that together read all inputs. {0}: it is the only one.
typedef struct gdx_batch_shard {
    uint32_t index; // it takes what begins in the index-th of `count` equal shares of the inputs' bytes: lines of JSON
    uint32_t count; // Lines, and other files whole; 0: everything. Not with standard input or pipes
    gdx_snapshot *unless; // what this commit of another index has as it is does not go in; NULL: it plays no part
    // Called at the end for each document that did not, with its id; may be NULL.
    gdx_status (*on_unchanged)(void *context, gdx_slice id, gdx_error *err);
    void *context;
} gdx_batch_shard;

// All inputs, whatever the shard: equal figures are equal lists of paths and sizes.
typedef struct gdx_batch_inputs {
    uint64_t fingerprint; // of their names below the base folder, and their sizes
    uint64_t files;
    uint64_t bytes;
} gdx_batch_inputs;

typedef struct gdx_batch_options {
    unsigned threads;    // workers; 0: gdx_processor_count()
    size_t memory_bytes; // budget for everything the batch holds; 0: a quarter of gdx_memory_allowed(); at least 16 MiB
    const char *encoding;      // of text files; NULL: detected
    const gdx_record_map *map; // which keys and columns of records hold the fields; NULL: those of their names
    bool id_from_hash;         // records without an id get one, see gdx_source_options
    bool date_from_name;       // likewise
    gdx_converter *converter;  // the caller's; NULL: what converters read is refused
    const char *source;        // of all documents; NULL: a record's own, else the name of the folder above the file
    const char *base;          // the place of the folder that ids are relative to; NULL: the working folder
    const char *const *globs;  // only files that one of them matches; none: all
    size_t glob_count;
    const char *const *excludes; // no files and folders that one of them matches
    size_t exclude_count;
    size_t document_limit;       // bytes of text; 0: 64 MiB, never more than a sixteenth of a worker's memory
    int level;                   // of zstd for stored text; 0: the default
    bool strict;                 // the first refusal ends the batch, nothing is committed
    bool prune;                  // documents from files of the given folders that are gone are deleted
    gdx_batch_share prune_limit; // more than this, of those from the folders, fails; not given: 20 % and 10
    uint64_t commit_every;       // documents; 0: one commit at the end
    gdx_batch_cuts cuts;
    gdx_batch_shard shard;
    bool merge;    // let the merge policy work afterwards (the usual way)
    gdx_stop stop; // looked at often; GDX_CANCELLED, GDX_DEADLINE
    void (*on_progress)(void *context, const gdx_batch_progress *progress); // may be NULL; about ten times a second
    void (*on_finding)(void *context, const gdx_batch_finding *finding);    // may be NULL; in input order, at the end
    void *context;
} gdx_batch_options;

typedef struct gdx_batch_summary {
    gdx_batch_inputs inputs; // before they were shared out
    uint64_t files;          // read, archive entries and standard input counted in
    uint64_t documents;      // found, refused ones not counted
    uint64_t added;
    uint64_t replaced;
    uint64_t unchanged;
    uint64_t moved;          // of those replaced: by a document from another file
    uint64_t deleted;        // by prune
    uint64_t duplicates;     // of the same id within the batch: earlier ones dropped
    uint64_t refused;        // records, files and paths that should hold text and are not in the index
    uint64_t left_out;       // files and folders that hold no text, or that an option leaves out
    gdx_batch_kinds kinds;   // in each class, by kind, in input order
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

// The largest text of a document that a run with these options takes; a run may hold a few times as much for each
// worker.
size_t gdx_batch_document_limit(const gdx_batch_options *options);

// The budget of a run with these options, in bytes: what is set, or what stands for 0. Any thread.
size_t gdx_batch_memory(const gdx_batch_options *options);

// Makes malloc use freed buffers up to a part of the budget of such a run again, so that the kernel does not clear
// their pages anew; larger ones go back to the system. With a small budget fewer arrays are on huge pages. Without it a
// run takes more processor time: a library does not tune its caller's malloc by itself. It holds for the whole process
// and from then on: call it once, before the run and before other threads start. What is of malloc holds with glibc
// alone.
void gdx_batch_keep_freed_buffers(const gdx_batch_options *options);

// Lists the inputs of a run without reading any. Errors as of gdx_batch_run.
gdx_status gdx_batch_list(const char *const *paths, size_t path_count, const gdx_batch_options *options,
                          gdx_batch_inputs *out, gdx_error *err) GDX_MUST_CHECK;

// Indexes files, folders and archives; "-" is JSON Lines on standard input (descriptor 0). The writer's pending changes
// are committed once, at the end. A path that does not exist is refused like any other input. With `strict`, the
// first refusal's error, with the reason DOCUMENT_REFUSED. On failure the last commit stands, nothing is pending and no
// file is left.
gdx_status gdx_batch_run(gdx_index_writer *writer, const char *const *paths, size_t path_count,
                         const gdx_batch_options *options, gdx_batch_summary *out, gdx_error *err) GDX_MUST_CHECK;

#endif
