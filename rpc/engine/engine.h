// SPDX-License-Identifier: Apache-2.0
// engine.h: the structs of engine/.
//   engine.c   open, follow the commits, close
//   answer.c   one call of any operation, between an exchange and a question
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "gdx/api.h"
#include "gdx/engine.h"

struct answer {  // the state of a call whose operation streams; one owner at a time: the handler's thread
    gdx_job job; // first: its end, which may take a while, is a worker's
    gdx_engine *engine;
    struct answer *next; // waiting for the queue
    gdx_question question;
};

struct gdx_engine {
    uv_loop_t *loop;
    gdx_work *work;
    gdx_engine_options options;
    gdx_collection *collection; // any thread
    gdx_session **sessions;     // of each worker
    gdx_method *methods;        // of all services
    gdx_service *services;
    size_t service_count;

    // loop thread only
    uv_timer_t timer;
    gdx_job look;
    bool is_looking, is_closing, timer_closed, has_reported;
    uint64_t bad_segments, repairs; // as reported
    size_t retiring;                // jobs under way
    struct answer *waiting;         // the queue was full
    void (*closed)(void *context);
    void *closed_context;
};

// The session of the exchange's worker. NULL: no memory, said in err. Runs on: worker.
gdx_session *engine_session(gdx_exchange *exchange, gdx_error *err);
// Closes and frees an answer on a worker. Runs on: loop. NULL is fine.
void engine_retire(gdx_engine *engine, struct answer *answer);

// Lays out services and methods from the table of operations. GDX_NO_MEMORY.
gdx_status answer_services(gdx_engine *engine, gdx_error *err) GDX_MUST_CHECK;

#endif
