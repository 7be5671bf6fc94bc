// SPDX-License-Identifier: Apache-2.0
// gdx/engine.h: the index that is served, and the services of gramdex.v1 over it: Search and Index.
// What each field means, its defaults and limits: proto/gramdex/v1/. Relies on gdx/server.h, gdx/work.h; inside on
// query, index and batch. Threads: the functions here are the loop's; the services' handlers run on workers.
//
// One call sees one commit. A worker looks for a new one every `refresh_ms`; superseded ones are kept for a while, so
// that page tokens made from them stay good.
#ifndef GDX_ENGINE_H
#define GDX_ENGINE_H

#include "gdx/base.h"
#include "gdx/server.h"
#include "gdx/work.h"

typedef struct gdx_engine gdx_engine;

typedef struct gdx_engine_options {
    uint64_t refresh_ms;   // how often to look for a new commit
    unsigned kept_commits; // superseded ones held for page tokens, at most 64
    uint64_t kept_ns;      // and for how long
    unsigned scan_limit;   // exports at once; more are RESOURCE_EXHAUSTED
    size_t query_bytes;    // memory that one query may take; more is RESOURCE_EXHAUSTED
    size_t ingest_bytes;   // memory for the postings of a call to Ingest
    size_t document_limit; // bytes of a document's text; 0: 64 MiB
    const char *version;   // of the program, for Stat
    // A new commit could not be opened; the last one is served on. Once until it is mended. Runs on: loop. May be NULL.
    void (*refresh_failed)(void *context, const gdx_error *error);
    void *context;
} gdx_engine_options;

gdx_engine_options gdx_engine_options_default(void);

// Opens the index, which must be there. `work` runs the looking; it must be closed after the engine.
// As gdx_index_open; GDX_NO_MEMORY.
gdx_status gdx_engine_open(uv_loop_t *loop, gdx_work *work, const char *directory, const gdx_engine_options *options,
                           gdx_engine **out, gdx_error *err) GDX_MUST_CHECK;
// The server has stopped: no call is under way. Frees the engine when its own jobs are through, then calls `closed`.
void gdx_engine_close(gdx_engine *engine, void (*closed)(void *context), void *context);

const gdx_service *gdx_engine_search_service(const gdx_engine *engine);
const gdx_service *gdx_engine_index_service(const gdx_engine *engine);
// True for the methods that change the index.
bool gdx_engine_is_write(const gdx_service *service);

typedef struct gdx_engine_figures {
    uint64_t commit;
    uint64_t documents;
    uint64_t symbols;
    uint64_t segments;
    uint64_t index_bytes;
    uint64_t kept_commits; // superseded, still held
    uint64_t refreshes;    // new commits opened
    uint64_t refresh_failures;
    unsigned scans;          // under way
    gdx_error refresh_error; // the last look's; empty: it went well
} gdx_engine_figures;
void gdx_engine_figures_of(gdx_engine *engine, gdx_engine_figures *out);

#endif
