// SPDX-License-Identifier: Apache-2.0
// api.h: what the operations of this folder share.
//   operations.c  the table of operations, its check, the steps of a question
//   collection.c  the open index: current commit, kept ones, the writer
//   commits.c     superseded commits, held for page tokens
//   token.c       page tokens
//   page.c        what they are good with, and what they ask for
//   view.c        the commit that a request sees, whole or in part
//   request.c     what requests have in common: query, scope, numbers, ids
//   leaf.c        gramdex.v1.Leaf: the operations asked of one slice
//   gather.c      a root's side: questions to all slices, and what their answers have in common (gather.h)
//   gather_check.c  what a root takes from a leaf
//   plan.c        what a query costs, for logs
//   effort.c      which questions are short, and the threads of long ones
//   reply.c       what replies have in common: texts, dates, the answer
// Every other file is the operation of its name.
#ifndef API_API_H
#define API_API_H

#include "gdx/api.h"
#include "gdx/document.h"
#include "gdx/index.h"
#include "gdx/query.h"
#include "gdx/segment.h"
#include "gdx/statistics.h"

#include <gramdex/v1/index.pb-c.h>
#include <gramdex/v1/leaf.pb-c.h>
#include <gramdex/v1/search.pb-c.h>
#include <pthread.h>
#include <stdatomic.h>

enum { SYMBOLS_DEFAULT = 30, SYMBOLS_LIMIT = 1000, ID_BYTES_LIMIT = 1024, KEPT_COMMITS_MAX = 64, ROOT_BYTES = 256 };

struct gdx_session {
    gdx_searcher *searcher;
    gdx_store_reader *reader;
    gdx_arena *arena;                  // of the reply under way; reset before each request
    gdx_executor *executor;            // of the long question under way; NULL: its own thread alone
    unsigned threads;                  // that it has; 0: no long question is under way
    uint64_t store_hits, store_misses; // of searcher and reader, as the collection has counted them
};

struct kept_commit {
    gdx_snapshot *snapshot;
    uint64_t since_ns; // when it was superseded
};

struct commits {                               // under the collection's lock
    struct kept_commit kept[KEPT_COMMITS_MAX]; // oldest first
    unsigned count;
    gdx_snapshot *leaving; // current, or on its way into `kept`, while a refresh runs; borrowed. NULL: none
};

struct scrubbing { // under `refreshing`
    gdx_scrub at;
    uint64_t since_ns; // of the last call; 0: there was none
    double due;        // pages
};

struct gdx_collection {
    gdx_collection_options options;
    struct scrubbing scrubbing;
    gdx_index *index;           // any thread; NULL: it is a root's
    const gdx_leaves *leaves;   // of a root
    const char *writer;         // of a root: where documents go; NULL: not known
    pthread_mutex_t refreshing; // one thread opens a new commit at a time
    pthread_mutex_t lock;       // guards what follows; held for a few instructions
    struct commits commits;
    gdx_collection_figures figures;
    gdx_aliases *aliases; // NULL: none
    atomic_uint exports;
    atomic_uint_fast64_t store_hits, store_misses; // of all sessions
    atomic_uint threads;                           // that long questions have
    atomic_bool is_writing;                        // a question has the writer
    char root[ROOT_BYTES];                         // of a leaf: who asked last, for messages; "": nobody
};

// What one slice is asked for its root: `response` gets what the reply has no place for. In this case replies are not
// cut, for the root cuts their sum.
struct leaf_asked {
    gdx_snapshot *snapshot;
    const Gramdex__V1__AskRequest *request;
    Gramdex__V1__AskResponse *response; // in the session's arena, as all it points to
    uint32_t queries;                   // whose facts are in the response
};

// ---- operations.c

// Aborts, naming the row and the field, when the row is incomplete. Fills in request and reply.
void operation_check(gdx_operation *operation);

// ---- collection.c

gdx_snapshot *collection_snapshot(gdx_collection *collection); // the current one; the caller releases it
// The commit of that number, if it is current or still held; NULL otherwise. The caller releases it.
// `manifest`: the checksum of its manifest; 0: any.
gdx_snapshot *collection_snapshot_of(gdx_collection *collection, uint64_t commit, uint64_t manifest);
gdx_aliases *collection_aliases(gdx_collection *collection); // the current ones; the caller releases them; may be NULL
gdx_searcher *collection_new_searcher(const gdx_collection *collection); // with the limits of the options; NULL
// GDX_PRECONDITION, reason INDEX_LOCKED, while another question or process writes.
gdx_status collection_open_writer(gdx_collection *collection, gdx_index_writer **out, gdx_error *err) GDX_MUST_CHECK;
// Drops what is not committed. *writer may be NULL, and is afterwards.
void collection_close_writer(gdx_collection *collection, gdx_index_writer **writer);

// Adds what an Ingest has done, and `merging`, 1, 0 or -1, to those that merge.
void collection_count(gdx_collection *collection, const gdx_collection_work *done, int merging);
// After each step of a question: what its session's reader did.
void collection_count_store(gdx_collection *collection, gdx_session *session);

// ---- commits.c: the caller holds the lock, and releases what it is given after letting it go.

// Drops into `out` what is over the count or the age; returns how many.
unsigned commits_trim(struct commits *commits, unsigned count_limit, uint64_t age_ns, uint64_t now_ns,
                      gdx_snapshot *out[KEPT_COMMITS_MAX]);
// Takes the reference over. Trim to fewer than KEPT_COMMITS_MAX first.
void commits_keep(struct commits *commits, gdx_snapshot *snapshot, uint64_t now_ns);
gdx_snapshot *commits_find(const struct commits *commits, uint64_t commit, uint64_t manifest); // retained; NULL: none

// ---- request.c

// Parses the query and narrows it by the scope's filter. `scope` may be NULL.
gdx_status request_query(gdx_collection *collection, ProtobufCBinaryData text, const Gramdex__V1__Scope *scope,
                         gdx_query **out, gdx_error *err) GDX_MUST_CHECK;
// The group that a field names. GDX_INVALID: none, or GDX_BY_DOCUMENT unless `allows_document`.
gdx_status request_group(const char *field, ProtobufCBinaryData name, bool allows_document, gdx_group *out,
                         gdx_error *err) GDX_MUST_CHECK;
// GDX_INVALID: the query has nothing that occurs.
gdx_status request_phrase(const gdx_query *query, gdx_error *err) GDX_MUST_CHECK;
// The same of another field than "query": "a".
gdx_status request_query_of(const char *field, gdx_collection *collection, ProtobufCBinaryData text,
                            const Gramdex__V1__Scope *scope, gdx_query **out, gdx_error *err) GDX_MUST_CHECK;
// As request_query; "" is a query that all documents of the scope match.
gdx_status request_documents(gdx_collection *collection, ProtobufCBinaryData text, const Gramdex__V1__Scope *scope,
                             gdx_query **out, gdx_error *err) GDX_MUST_CHECK;
// The letters of the shortest and the longest string; 0 stands for `longest_default` or the least there may be.
gdx_status request_lengths(uint32_t min_length, uint32_t max_length, uint32_t longest_default, uint32_t *out_shortest,
                           uint32_t *out_longest, gdx_error *err) GDX_MUST_CHECK;
// The filter of a scope, which may be NULL; its lists are in `arena`.
gdx_status request_filter(gdx_arena *arena, const Gramdex__V1__Scope *scope, gdx_filter *out,
                          gdx_error *err) GDX_MUST_CHECK;
// Reads the date of a field. "": GDX_NO_DATE.
gdx_status request_date(const char *field, ProtobufCBinaryData text, gdx_date *out, gdx_error *err) GDX_MUST_CHECK;
// The current commit, or a newer one when the scope asks for it; the caller releases it.
gdx_status request_snapshot(const gdx_question *question, const Gramdex__V1__Scope *scope, gdx_snapshot **out,
                            gdx_error *err) GDX_MUST_CHECK;
// The same for methods that take no filter: GDX_INVALID when the scope has one.
gdx_status request_unfiltered(const gdx_question *question, const Gramdex__V1__Scope *scope, gdx_snapshot **out,
                              gdx_error *err) GDX_MUST_CHECK;
// value, or `fallback` for 0; GDX_INVALID above the limit.
gdx_status request_number(const char *field, uint32_t value, uint32_t fallback, uint32_t limit, uint32_t *out,
                          gdx_error *err) GDX_MUST_CHECK;
gdx_status request_id(const char *field, ProtobufCBinaryData id, gdx_error *err) GDX_MUST_CHECK;

// ---- effort.c

// Before each request: what the session's searcher may do of it, and, of a long one, with how many threads. One that
// is within another has those of the outer one.
void effort_begin(const gdx_question *question);
void effort_end(const gdx_question *question); // after it; again is fine
// `work_ns` is done beside the query. True: the caller wants only what is short, and this is not: has_declined is set,
// return GDX_OK without a reply.
bool effort_declines(gdx_question *question, uint64_t work_ns);

// ---- leaf.c

// Adds facts to what the slice says to its root: of a query; of a key that a request names.
gdx_status leaf_say(const gdx_question *question, const gdx_query *query, gdx_snapshot *snapshot,
                    gdx_error *err) GDX_MUST_CHECK;
gdx_status leaf_say_key(const gdx_question *question, const gdx_key_use *use, gdx_error *err) GDX_MUST_CHECK;

// ---- view.c

struct view {
    gdx_snapshot *whole;    // the commit that was asked for
    gdx_snapshot *snapshot; // what is read of it: all, or what is left when a segment cannot be read
    bool allows_partial;    // Scope.allow_partial
};

// As request_snapshot. Close it. {0} is closed.
gdx_status view_open(const gdx_question *question, const Gramdex__V1__Scope *scope, struct view *out,
                     gdx_error *err) GDX_MUST_CHECK;
void view_of(gdx_snapshot *snapshot, const Gramdex__V1__Scope *scope, struct view *out); // takes the reference over
void view_close(struct view *view);
// To be asked before an answer that ended with *status leaves. True: make it again, from less. False: *status and err
// say what became of it, and the view is closed.
bool view_again(struct view *view, gdx_status *status, gdx_error *err);
// The same, after an answer that went well has got what every answer says, with notes on the queries and on what is
// left out.
bool view_answer(const gdx_question *question, struct view *view, gdx_query *const *queries, size_t count,
                 Gramdex__V1__Answer *out, gdx_status *status, gdx_error *err);
// Leaves out what is bad now, and what `failure` names. GDX_NO_MEMORY.
gdx_status view_shrink(struct view *view, const gdx_error *failure, gdx_error *err) GDX_MUST_CHECK;
// Says so in the answer, after its other notes, if a part was left out.
gdx_status view_say(const struct view *view, gdx_arena *arena, Gramdex__V1__Answer *answer,
                    gdx_error *err) GDX_MUST_CHECK;

// ---- page.c

// What a page token is good with: the query, the aliases that it may name, the filter, and `how` its answer is put in
// order.
gdx_status page_seal(gdx_collection *collection, ProtobufCBinaryData query, const Gramdex__V1__Scope *scope,
                     gdx_slice how, uint64_t *out, gdx_error *err) GDX_MUST_CHECK;
// The commit and the offset that a token asks for; without one as view_open, and *offset stays. GDX_INVALID, reason
// PAGE_TOKEN_INVALID: it has another seal. GDX_PRECONDITION, reason PAGE_TOKEN_EXPIRED: the commit is no longer held.
gdx_status page_open(const gdx_question *question, ProtobufCBinaryData token, const Gramdex__V1__Scope *scope,
                     uint64_t seal, uint64_t *offset, struct view *out, gdx_error *err) GDX_MUST_CHECK;

// ---- reply.c: lists and texts of a reply, in the session's arena

static inline gdx_slice slice_of(ProtobufCBinaryData data) {
    return (gdx_slice){data.data ? (const char *)data.data : "", data.len};
}
static inline ProtobufCBinaryData data_of(gdx_slice slice) {
    return (ProtobufCBinaryData){slice.bytes, (uint8_t *)slice.data};
}
// `count` messages of `bytes` each, and the list of pointers to them that protobuf-c wants. NULL: no memory.
void *reply_list(gdx_arena *arena, size_t count, size_t bytes, void *out_list);
// Strings and how often they occur. Phrases are not copied. GDX_NO_MEMORY.
gdx_status reply_ngrams(gdx_arena *arena, const gdx_ngram_row *rows, size_t count, Gramdex__V1__Ngram ***out,
                        size_t *out_count) GDX_MUST_CHECK;
// A date's text in the arena. Sets *status on failure.
ProtobufCBinaryData reply_date(gdx_arena *arena, gdx_date date, gdx_status *status);
ProtobufCBinaryData reply_period(gdx_arena *arena, gdx_date period, gdx_group by, gdx_status *status); // likewise
// What every answer says.
void reply_answer(const gdx_question *question, uint64_t commit, Gramdex__V1__Answer *out);
// Adds a note, which must stay.
gdx_status reply_note(gdx_arena *arena, gdx_slice note, Gramdex__V1__Answer *out, gdx_error *err) GDX_MUST_CHECK;
gdx_status reply_note_list(gdx_arena *arena, const gdx_slice *notes, size_t count, Gramdex__V1__Answer *out,
                           gdx_error *err) GDX_MUST_CHECK; // likewise
// Adds what looks like a slip in the query; of one slice, says the facts of that to the root instead. Texts are in the
// session's arena, or the query's.
gdx_status reply_slips(const gdx_question *question, const gdx_query *query, gdx_snapshot *snapshot,
                       Gramdex__V1__Answer *out, gdx_error *err) GDX_MUST_CHECK;
// The same, and what the view leaves out.
gdx_status reply_notes(const gdx_question *question, const gdx_query *query, const struct view *view,
                       Gramdex__V1__Answer *out, gdx_error *err) GDX_MUST_CHECK;
gdx_status reply_no_memory(gdx_error *err);
Gramdex__V1__Field reply_field(gdx_field field);
void reply_match(const gdx_match *match, Gramdex__V1__Match *out); // its place is the match's
gdx_status reply_document(gdx_arena *arena, const gdx_document *document, Gramdex__V1__Document *out) GDX_MUST_CHECK;

#endif
