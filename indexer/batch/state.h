// SPDX-License-Identifier: Apache-2.0
// state.h: a batch that runs: what its loop, its jobs and its workers own. Used by batch.c and finish.c.
#ifndef BATCH_STATE_H
#define BATCH_STATE_H

#include "gdx/batch.h"

#include "assembly.h"
#include "budget.h"
#include "build.h"
#include "filler.h"
#include "inputs.h"
#include "report.h"
#include "resolve.h"

struct outcome {
    gdx_status status;
    gdx_error error;
};

struct listing { // the job's until it is done, then immutable
    gdx_job job;
    struct inputs inputs;
    struct refusals refusals; // later also the notes of what was settled
    struct outcome outcome;
};

struct reading { // the job's while one is under way, else the loop's
    gdx_job job;
    struct filler *filler;
    struct slab *slab;
    size_t target;      // bytes of the slab
    uint64_t documents; // of the slab, about: lines and whole files
    bool is_at_end;
    struct outcome outcome;
};

struct building {               // the loop's, save the team
    struct slab_build **builds; // by sequence; NULL: the ledger has it
    size_t count;
    size_t capacity;
    size_t taken;       // by the ledger: those before it
    size_t in_flight;   // slabs in memory
    uint64_t documents; // read since the last commit, about
    struct ledger ledger;
    struct slab *idle; // empty ones, with their memory
    struct seen seen;
    struct spans spans;
    struct assembly *assembly; // NULL: one worker
    struct build_settings settings;
    struct builder_team *team;
};

struct finishing { // the job's until it is done
    gdx_job job;
    struct outcome outcome;
};

struct figures { // any thread
    atomic_ullong documents;
    atomic_ullong refused;
    const char *_Atomic stage;
};

struct batch { // loop thread only, save what a job or a worker is said to own
    gdx_index_writer *writer;
    const char *const *paths;
    size_t path_count;
    gdx_batch_options options;
    struct budget budget;
    gdx_batch_summary *summary;

    uv_thread_t thread; // the loop's
    uv_loop_t loop;
    uv_timer_t timer;
    gdx_work *work; // NULL: closed

    struct listing listing;
    struct reading reading;
    struct building building;
    struct finishing finishing;
    bool is_reading;    // a request is under way
    bool is_committing; // in the middle: --commit-every
    bool is_finishing;  // the last job has been submitted
    struct figures figures;
    struct outcome outcome; // of the whole
    atomic_bool failed;     // the workers see it and stop
};

// ---- finish.c: on the one worker that has the batch then

// Builds what is read and not in a segment yet, settles ids and commits. `is_last`: not in the middle.
gdx_status batch_commit_on_worker(struct batch *batch, bool is_last, gdx_error *err) GDX_MUST_CHECK;
gdx_status batch_merge_on_worker(struct batch *batch, gdx_error *err) GDX_MUST_CHECK;

#endif
