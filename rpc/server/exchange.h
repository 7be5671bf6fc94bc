// SPDX-License-Identifier: Apache-2.0
// exchange.h: one call between a gdx_call and its handler, as exchange.c (the loop's side) and step.c (the handler's)
// share it. docs/protocol.md draws the states.
#ifndef SERVER_EXCHANGE_H
#define SERVER_EXCHANGE_H

#include "server.h"

#include <assert.h>

enum exchange_state {    // of the loop alone; changed by set_state in exchange.c
    EXCHANGE_COLLECTING, // requests come, and no step is due
    EXCHANGE_QUEUED,     // a step is due and waits for a place in the workers' queue: it is in server->waiting
    EXCHANGE_RUNNING,    // handed over for a step: the handler's thread has it
    EXCHANGE_SENDING,    // all requests are handled; waits for room, then produces more replies
    EXCHANGE_HELD,       // all requests are handled; open until the handler wakes or finishes it
    EXCHANGE_ABANDONED,  // answered or gone while a step runs: nothing that the step does is sent
    EXCHANGE_DONE,       // answered or gone, and released; waits for the call's `closed`, if that is still to come
    EXCHANGE_STATES
};

enum handler_stage { // which callbacks have run
    STAGE_NEW,       // none
    STAGE_BEGUN,     // begin
    STAGE_ENDED      // end: only produce is left
};

struct gdx_exchange { // one owner at a time, where not said otherwise
    gdx_job job;
    gdx_server *server;
    const struct route *route;
    gdx_metadata metadata;
    uint64_t deadline_ns; // 0: none
    uint64_t opened_ns;
    bool takes_gzip;
    gdx_dialect dialect;
    gdx_form form;
    char trace[GDX_TRACE_BYTES]; // "": none
    atomic_bool cancelled;       // any thread

    // the loop's always
    enum exchange_state state;
    gdx_call *call;                // NULL: gone
    gdx_line *line;                // of its connection, valid while there is a call
    gdx_exchange *next, *previous; // in server->waiting, or by next alone in server->spares
    gdx_buffer requests;           // that have come, as they came: framed, and compressed or not
    size_t request_count;
    bool came_to_end; // no more requests come

    // the handler's: its thread's in EXCHANGE_RUNNING and EXCHANGE_ABANDONED, else the loop's
    gdx_buffer taken; // requests of this step
    size_t taken_at;  // those before are handled
    gdx_buffer replies;
    ptrdiff_t room;
    size_t reply_count;
    gdx_metadata headers, trailers;
    void *state_of_handler;
    unsigned worker; // 0: the loop, else its number + 1
    enum handler_stage stage;
    gdx_step step;
    gdx_lane lane;
    bool goes_longer; // said by the handler: the rest of the step, and all after it, is for the long lane
    bool took_end;    // nothing comes after `taken`
    bool is_held;
    bool was_compressed;
    bool has_code;
    gdx_grpc_code code;
    gdx_buffer notes;    // notes.c; its memory does not move from the first note on
    atomic_size_t noted; // bytes of it that any thread may read
    gdx_status status;   // of the step
    gdx_error error;
    char peer[PEER_NAME_BYTES];
};

// True on the thread that may touch what is the handler's.
static inline bool exchange_is_handlers(const gdx_exchange *exchange) {
    const gdx_work *work = exchange->server->work;
    return exchange->worker ? gdx_work_is_on_worker(work) : gdx_work_is_on_loop(work);
}

// notes.c: those that are complete. Any thread.
gdx_slice exchange_notes(const gdx_exchange *exchange);

// step.c
// Runs the handler's callbacks over what was taken; replies are queued, and the outcome is in exchange->status.
void exchange_step_on_loop(gdx_exchange *exchange);
void exchange_step_on_worker(gdx_job *job, unsigned worker);

#endif
