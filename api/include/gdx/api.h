// SPDX-License-Identifier: Apache-2.0
// gdx/api.h: every question that gramdex answers, as messages of proto/gramdex/v1: one table of operations, the
// collection they are asked of, and the steps in which one question is answered.
// Relies on gdx/buffer.h, gdx/stop.h, protobuf-c; inside on proto, query, index, batch. Knows no socket and no loop: it
// runs on whatever thread calls it. What each field means, its defaults and limits: proto/gramdex/v1/.
//
// A new operation is its messages and method in proto/, one file here, and its name in the list of CMakeLists.txt.
#ifndef GDX_API_H
#define GDX_API_H

#include "gdx/buffer.h"
#include "gdx/error.h"
#include "gdx/leaves.h"
#include "gdx/scope.h"
#include "gdx/stop.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The version of libgramdex.so that a program runs with, as "0.2.0". In the shared library alone.
const char *gdx_library_version(void);

// ---- the collection: one index, open

// The current commit and a few superseded ones, so that page tokens made from them stay good; and the one writer.
// Shared and changing, under its own lock: any thread.
typedef struct gdx_collection gdx_collection;

typedef struct gdx_collection_options {
    unsigned kept_commits; // superseded ones that are held, at most 64
    uint64_t kept_ns;      // and for how long
    unsigned export_limit; // streams of replies at once; one more is GDX_BUSY
    size_t query_bytes;    // memory that one query may take; more is GDX_NO_MEMORY. With several threads a quarter more
    unsigned threads;      // that long questions have together, at most 8; 0: as many as processors
    uint64_t share_ns;     // after which a long question takes other threads than its own; 0: at once
    size_t ingest_bytes;   // memory for the postings of one Ingest
    size_t document_limit; // bytes of a document's text; 0: 64 MiB
    uint64_t scrub_ns;     // in which all pages are verified again (gdx_collection_scrub); 0: they are not
    const char *version;   // of the program, for Stat; must outlive the collection
    // 0 slices: the whole index. Else it holds one of them, from 0, and answers its root alone (gramdex.v1.Leaf).
    uint32_t slice, slices;
    const char *aliases; // the file of what `alias:` stands for (gdx/aliases.h); must outlive it; NULL: none
} gdx_collection_options;

gdx_collection_options gdx_collection_options_default(void);

// The index must be there: as gdx_index_open. As gdx_aliases_read. GDX_NO_MEMORY.
gdx_status gdx_collection_open(const char *directory, const gdx_collection_options *options, gdx_collection **out,
                               gdx_error *err) GDX_MUST_CHECK;
// A root: an index whose slices others hold. `leaves` must outlive it. `writer`: who takes documents, for messages;
// NULL: nobody is known. As gdx_aliases_read. GDX_NO_MEMORY.
gdx_status gdx_collection_open_root(const gdx_leaves *leaves, const char *writer, const gdx_collection_options *options,
                                    gdx_collection **out, gdx_error *err) GDX_MUST_CHECK;
bool gdx_collection_is_root(const gdx_collection *collection);
bool gdx_collection_is_leaf(const gdx_collection *collection);
// No question may be open. NULL is fine.
void gdx_collection_close(gdx_collection *collection);
GDX_DEFINE_AUTO(gdx_collection, gdx_collection_close)
// Opens a new commit if there is one, and good files in place of bad ones (gdx_index_refresh). On failure the current
// one is kept, and the figures carry the failure. Touches the disk: not for a loop thread.
gdx_status gdx_collection_refresh(gdx_collection *collection, gdx_error *err) GDX_MUST_CHECK;

typedef struct gdx_aliases gdx_aliases; // gdx/aliases.h
// For questions asked from now on, in place of those of the options' file. Takes the reference.
void gdx_collection_set_aliases(gdx_collection *collection, gdx_aliases *aliases);

// Verifies as many pages again as are due at now_ns, of gdx_now_ns, at most 1 MiB; to be called a few times a second.
// Touches the disk.
void gdx_collection_scrub(gdx_collection *collection, uint64_t now_ns);

typedef struct gdx_collection_work { // what calls of Ingest have done since the collection was opened
    uint64_t documents, bytes;       // that were committed: new and replaced ones; titles and texts that were taken
    uint64_t refused;                // documents
    uint64_t commits;
    uint64_t merged_segments, merged_bytes; // that merges after commits have written
    uint64_t merging_ns;                    // that looking for merges and merging took
} gdx_collection_work;

typedef struct gdx_collection_figures {
    uint64_t commit;
    uint64_t documents;
    uint64_t symbols;
    uint64_t segments;
    uint64_t compact_segments; // of these, not exact; 0 of a root, which does not know
    uint64_t index_bytes;
    uint64_t kept_commits; // superseded, still held
    uint64_t refreshes;    // new manifests opened
    uint64_t refresh_failures;
    unsigned exports;        // under way
    gdx_error refresh_error; // of the last refresh; empty: it went well
    uint64_t bad_segments;   // of the current commit: closed or damaged, as the last refresh found them
    uint64_t repairs;        // segments that were bad and were opened again
    uint64_t scrubbed_pages, scrub_failures, scrub_rounds;
    gdx_error damage;     // of the first bad one; empty: there is none
    uint64_t commit_time; // when the commit was written here, seconds of Unix time; 0: not known, or a root's
    uint64_t disk_free_bytes, disk_bytes; // of the file system of the index, for who is not root; 0: likewise
    gdx_collection_work work;
    unsigned merging;                  // calls of Ingest that merge now
    uint64_t store_hits, store_misses; // blocks of titles and metadata that a worker had, and had to decompress
} gdx_collection_figures;
void gdx_collection_figures_of(gdx_collection *collection, gdx_collection_figures *out);

// ---- a session: what one thread uses again from question to question

// A searcher, a reader of stored documents, an arena for the reply. One owner at a time.
typedef struct gdx_session gdx_session;
gdx_session *gdx_session_new(gdx_collection *collection); // NULL: no memory. The collection must outlive it
void gdx_session_free(gdx_session *session);              // NULL is fine
GDX_DEFINE_AUTO(gdx_session, gdx_session_free)

// ---- operations

typedef struct gdx_question gdx_question;
struct slice_reply; // api's own

typedef enum gdx_effort {
    GDX_EFFORT_SHORT, // a few milliseconds mostly; else it declines or is stopped, and is asked again (may_decline)
    GDX_EFFORT_LONG   // may take seconds: must not hold up short ones
} gdx_effort;

// One row of the table. immutable, any thread.
typedef struct gdx_operation {
    const char *name;                          // as in the proto: "Count"
    const ProtobufCServiceDescriptor *service; // whose method it is
    const ProtobufCMessageDescriptor *request; // filled in when the table is checked
    const ProtobufCMessageDescriptor *reply;   // likewise
    gdx_effort effort;
    bool writes;          // changes the index
    bool finds;           // looks for documents by id: at a root a slice that is missing matters when one is not found
    bool requests_stream; // takes any number of requests, else exactly one
    bool replies_stream;  // gives any number of replies, else exactly one
    // A request; it is freed after return.
    gdx_status (*run)(gdx_question *question, const ProtobufCMessage *request, gdx_error *err);
    // All requests have come. Set if and only if `requests_stream`.
    gdx_status (*finish)(gdx_question *question, gdx_error *err);
    // Some replies; *out_more: call again when there is room. Set if and only if `replies_stream`.
    gdx_status (*produce)(gdx_question *question, bool *out_more, gdx_error *err);
    // Frees question->state, which may take a while (a lock, a disk). Set if the operation keeps a state.
    void (*close)(gdx_question *question);
    // The same at a root, from the answers of leaves: `merge` in place of run, and so on. Or `unmerged`: why a root
    // refuses it, in words that follow "NAME is not answered by a root: ". A method of Search has one of the two.
    gdx_status (*merge)(gdx_question *question, const ProtobufCMessage *request, gdx_error *err);
    gdx_status (*merge_produce)(gdx_question *question, bool *out_more, gdx_error *err);
    void (*merge_close)(gdx_question *question);
    // At a root, of each slice's reply before it is merged: GDX_CORRUPT unless it is one that `run` gives at a leaf.
    // Its numbers and its commit are checked already. NULL: there is nothing else to check. api's own.
    gdx_status (*check)(const struct slice_reply *slice, gdx_error *err);
    const char *unmerged;
} gdx_operation;

// All operations, by service and in the proto's order. The first call checks every row and aborts, naming row and
// field, when one is incomplete or does not fit its method in the proto.
const gdx_operation *gdx_operations(size_t *out_count);
// NULL: there is none of that name in that service.
const gdx_operation *gdx_operation_find(const ProtobufCServiceDescriptor *service, const char *name);

// ---- one question

// One owner at a time. The caller fills it in, then steps: run for each request, finish (for a stream of requests),
// produce until there is no more (for a stream of replies), and close at the end, whatever happened. A step that does
// not return GDX_OK is the last but close. Steps may run on different threads, each with a session of its own.
struct gdx_question {
    const gdx_operation *operation;
    gdx_collection *collection;
    gdx_session *session; // of the thread that runs the next step
    gdx_stop stop;
    uint64_t opened_ns; // when it was asked, of gdx_now_ns
    const char *trace;  // traceparent of W3C Trace Context, for a root to hand on; NULL: none. Must outlive it
    // Takes a reply, which is the session's until the step returns.
    gdx_status (*reply)(void *context, const ProtobufCMessage *reply, gdx_error *err);
    void *context;
    void *state;             // the operation's
    struct leaf_asked *leaf; // a part of a root's question; NULL: it is nobody's part. api's own
    // The caller wants an answer that takes a few milliseconds at most. A question whose plan costs more may set
    // has_declined in `run`: then nothing has been done, no reply was given, and it can be asked again, without haste.
    bool may_decline, has_declined;
};

gdx_status gdx_question_run(gdx_question *question, const ProtobufCMessage *request, gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_question_finish(gdx_question *question, gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_question_produce(gdx_question *question, bool *out_more, gdx_error *err) GDX_MUST_CHECK;
void gdx_question_close(gdx_question *question);

// ---- for logs

// The query that a request asks, appended; nothing if it has none. Of a leaf's question, the one within. GDX_NO_MEMORY.
gdx_status gdx_question_query(const ProtobufCMessage *request, gdx_buffer *out) GDX_MUST_CHECK;

typedef struct gdx_question_plan { // {0}, then cleared
    gdx_buffer tree;   // what the query searches for, as (and (phrase "a") (not (date 2023))); empty at a root
    uint64_t segments; // of the index; 0: the request has no query
    bool is_weighed;   // else, as at a root, what follows is not known
    uint64_t posting_bytes, texts, occurrences, documents, work_ns; // from above, as of gdx_query_weigh
} gdx_question_plan;
// What the query of a request costs at the current commit. Between two steps of the session. GDX_NOT_FOUND: it has no
// query. As the operation's own errors. Cost: the query's look-ups in dictionaries, at most some 20 ms.
gdx_status gdx_question_plan_of(const gdx_question *question, const ProtobufCMessage *request, gdx_question_plan *out,
                                gdx_error *err) GDX_MUST_CHECK;
void gdx_question_plan_clear(gdx_question_plan *plan);

#ifdef __cplusplus
}
#endif

#endif
