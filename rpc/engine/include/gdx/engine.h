// SPDX-License-Identifier: Apache-2.0
// gdx/engine.h: a collection that is served: the operations of api as gRPC services, and a look for new commits now and
// then. Relies on gdx/api.h, gdx/server.h, gdx/work.h. Threads: the functions here are the loop's, unless they say
// otherwise; the services' handlers run on workers.
#ifndef GDX_ENGINE_H
#define GDX_ENGINE_H

#include "gdx/api.h"
#include "gdx/server.h"
#include "gdx/work.h"

typedef struct gdx_engine gdx_engine;

typedef struct gdx_engine_options {
    gdx_collection_options collection;
    uint64_t refresh_ms; // how often a worker looks for a new commit
    uint64_t query_ns;   // for which a query runs at most, or a Scan until its next message; 0: any time
    bool notes_queries;  // the query of each call is among its notes (gdx_call_record): "query"
    uint64_t slow_ns;    // calls that take longer have their query and what it costs there; 0: none
    // A new commit could not be opened; the last one is still served. Called once until a commit opens again. Runs on:
    // loop. May be NULL.
    void (*refresh_failed)(void *context, const gdx_error *error);
    // Another number of segments is bad than before, or one was opened again. Runs on: loop. May be NULL.
    void (*damage_changed)(void *context, const gdx_collection_figures *figures);
    void *context;
    const gdx_leaves *leaves; // a root's, which must outlive the engine: then there is no index. NULL: there is one
    const char *writer;       // of a root: where documents go, for messages; NULL: not known
} gdx_engine_options;

gdx_engine_options gdx_engine_options_default(void);

// Opens the index, which must be there; with leaves `directory` is not looked at. `work` runs the handlers and the
// looking; close it after the engine. As gdx_collection_open; GDX_NO_MEMORY.
gdx_status gdx_engine_open(uv_loop_t *loop, gdx_work *work, const char *directory, const gdx_engine_options *options,
                           gdx_engine **out, gdx_error *err) GDX_MUST_CHECK;
// The server has stopped: no call is under way. Frees the engine when its own jobs are done, then calls `closed`.
void gdx_engine_close(gdx_engine *engine, void (*closed)(void *context), void *context);

// Every service of the table of operations, for gdx_server_add.
const gdx_service *gdx_engine_services(const gdx_engine *engine, size_t *out_count);
// True for a method of this engine that changes the index.
bool gdx_engine_is_write(const gdx_engine *engine, const gdx_service *service, const gdx_method *method);

bool gdx_engine_is_root(const gdx_engine *engine);                     // it has leaves in place of an index
void gdx_engine_set_aliases(gdx_engine *engine, gdx_aliases *aliases); // as gdx_collection_set_aliases; any thread
void gdx_engine_figures_of(gdx_engine *engine, gdx_collection_figures *out); // any thread

#endif
