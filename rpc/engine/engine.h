// SPDX-License-Identifier: Apache-2.0
// engine.h: the structs of engine/.
//   engine.c    open, follow the commits, close
//   commits.c   superseded commits, held for page tokens
//   token.c     page tokens
//   request.c   what is wrong with a request, in words and for programs
//   search.c    Search.Search            scan.c    Search.Scan
//   count.c     Search.Count and Trend   ingest.c  Index.Ingest
//   document.c  Search.Get and Stat      delete.c  Index.Delete
//   writer.c    the index's writer, for the last two
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "gdx/engine.h"
#include "gdx/index.h"
#include "gdx/query.h"
#include "gdx/segment.h"

#include <gramdex/v1/index.pb-c.h>
#include <gramdex/v1/search.pb-c.h>

struct tools { // one worker's own
    gdx_searcher *searcher;
    gdx_store_reader *reader;
    gdx_arena *arena; // of the reply being made
};

enum { KEPT_COMMITS_MAX = 64, SEARCH_METHODS = 6, WRITE_METHODS = 2 };

struct kept_commit {
    gdx_snapshot *snapshot;
    uint64_t since_ns; // when it was superseded
};

struct commits {                               // under the engine's lock
    struct kept_commit kept[KEPT_COMMITS_MAX]; // oldest first
    unsigned count;
    gdx_snapshot *leaving; // being looked for a successor: current, or on its way into `kept`; borrowed. NULL: none
};

struct retired { // first member of a call's state: its end, which may take a while, is a worker's
    gdx_job job;
    gdx_engine *engine;
    struct retired *next;
    void (*end)(
        struct retired *retired); // Runs on: worker; or the loop, when the server closes. Does not free `retired`
};

struct gdx_engine {
    uv_loop_t *loop;
    gdx_work *work;
    gdx_engine_options options;
    gdx_index *index;    // any thread
    struct tools *tools; // of each worker
    gdx_method search_methods[SEARCH_METHODS], write_methods[WRITE_METHODS];
    gdx_service search, write;

    // loop thread only
    uv_timer_t timer;
    gdx_job look;
    bool is_looking, is_closing, timer_closed, has_told;
    size_t retiring;         // jobs under way
    struct retired *waiting; // the queue was full
    void (*closed)(void *context);
    void *closed_context;

    uv_mutex_t refreshing; // one worker opens a new commit at a time
    uv_mutex_t lock;       // guards what follows; held for a few instructions
    struct commits commits;
    gdx_engine_figures figures;
    atomic_uint scans;
    atomic_bool is_writing; // a call has the writer
};

// engine.c. All but the last run on workers.
gdx_engine *engine_of(const gdx_exchange *exchange);
// What the exchange's worker has, its arena empty. NULL: no memory, told in err.
struct tools *engine_tools(gdx_exchange *exchange, gdx_error *err);
gdx_searcher *engine_new_searcher(const gdx_engine *engine); // with the server's limits; NULL: no memory
gdx_snapshot *engine_snapshot(gdx_engine *engine);           // the caller releases it
// The commit of that number, if it is current or still held; NULL otherwise.
gdx_snapshot *engine_snapshot_of(gdx_engine *engine, uint64_t commit);
// Opens a new commit if there is one. A failure is also kept for the figures.
gdx_status engine_look(gdx_engine *engine, gdx_error *err) GDX_MUST_CHECK;
// GDX_CANCELLED or GDX_DEADLINE when nobody waits for the answer any more. Once so it stays so.
gdx_status engine_check_stopped(const gdx_exchange *exchange, gdx_error *err) GDX_MUST_CHECK;
gdx_stop engine_stop_of(const gdx_exchange *exchange);
gdx_status engine_no_memory(gdx_error *err);
// Runs on: loop. `retired` is freed after its end. NULL is fine.
void engine_retire(gdx_engine *engine, struct retired *retired);

// writer.c, on workers. While another call or process writes: GDX_BUSY, explained as INDEX_LOCKED.
gdx_status engine_open_writer(gdx_exchange *exchange, gdx_index_writer **out, gdx_error *err) GDX_MUST_CHECK;
// Drops what is not committed. *writer NULL is fine, and afterwards so.
void engine_close_writer(gdx_engine *engine, gdx_index_writer **writer);

// commits.c: the caller holds the lock, and releases what it is given after letting it go.
// Drops into `out` what is over the count or the age; returns how many.
unsigned commits_trim(struct commits *commits, unsigned count_limit, uint64_t age_ns, uint64_t now_ns,
                      gdx_snapshot *out[KEPT_COMMITS_MAX]);
// Takes the reference over. Trim to fewer than KEPT_COMMITS_MAX first.
void commits_keep(struct commits *commits, gdx_snapshot *snapshot, uint64_t now_ns);
gdx_snapshot *commits_find(const struct commits *commits, uint64_t commit); // retained; NULL: not there

// search.c, count.c, document.c, scan.c, ingest.c, delete.c
extern const gdx_method search_method, count_method, trend_method, get_method, stat_method, scan_method, ingest_method,
    delete_method;

static inline gdx_slice slice_of(ProtobufCBinaryData data) {
    return (gdx_slice){data.data ? (const char *)data.data : "", data.len};
}
static inline ProtobufCBinaryData data_of(gdx_slice slice) {
    return (ProtobufCBinaryData){slice.bytes, (uint8_t *)slice.data};
}
// A date's text in the arena. Sets *status on failure.
ProtobufCBinaryData date_data(gdx_arena *arena, gdx_date date, gdx_status *status);

#endif
