// SPDX-License-Identifier: Apache-2.0
// gdx/work.h: worker threads, the way from a libuv loop to a worker and back.
// Relies on gdx/base.h and libuv. Why not uv_queue_work: its pool is one per process and also serves files and names.
#ifndef GDX_WORK_H
#define GDX_WORK_H

#include "gdx/base.h"

#include <uv.h>

typedef struct gdx_work gdx_work; // loop thread only, save where a function says otherwise

// Short jobs overtake long ones that wait, at most 16 in a row. If there are several workers, one of them takes no long
// job. So a few slow queries do not delay the quick ones, and many quick ones do not delay a slow one for ever. A batch
// has jobs of one kind and uses the short lane for all of them.
typedef enum gdx_lane { GDX_LANE_SHORT, GDX_LANE_LONG, GDX_LANES } gdx_lane;

// A message with one owner at a time: the loop until submit, a worker while `run` runs, the loop from `done` on.
// Embed it as the first member of a job of your own.
typedef struct gdx_job gdx_job;
struct gdx_job {
    void (*run)(gdx_job *job, unsigned worker); // Runs on: worker number `worker`, 0 to thread_count - 1
    void (*done)(gdx_job *job);                 // Runs on: loop. May free the job or submit it again
    gdx_job *next;                              // the queue's
};

// Starts `thread_count` >= 1 workers. `queue_limit`: jobs that may wait, running ones not counted.
// GDX_NO_MEMORY, also when the system does not start a thread.
gdx_status gdx_work_open(uv_loop_t *loop, unsigned thread_count, size_t queue_limit, gdx_work **out,
                         gdx_error *err) GDX_MUST_CHECK;

// Loop to worker. GDX_BUSY when the queue is full: the job stays the caller's.
gdx_status gdx_work_submit(gdx_work *work, gdx_job *job, gdx_lane lane) GDX_MUST_CHECK;

// True if the queue is full: submit would return GDX_BUSY. On the loop, false stays right until the next submit.
bool gdx_work_is_full(const gdx_work *work);

// Checks of the calling thread, for assert() in the first line of every function whose name ends in _on_loop or
// _on_worker. The loop's thread is the one that opened the work, until another thread claims the loop. `work` may be
// NULL: then every thread counts as the loop's, none as a worker. Any thread.
bool gdx_work_is_on_loop(const gdx_work *work);
bool gdx_work_is_on_worker(const gdx_work *work);
void gdx_work_run_loop_here(gdx_work *work);

size_t gdx_work_waiting(const gdx_work *work); // jobs in the queue. Any thread
size_t gdx_work_running(const gdx_work *work); // submitted and not yet done, waiting ones included. Loop thread
unsigned gdx_work_threads(const gdx_work *work);

// Lets submitted jobs finish, calls their `done`, joins the threads, then calls `closed` on the loop and frees the
// work. Nothing more may be submitted.
void gdx_work_close(gdx_work *work, void (*closed)(void *context), void *context);

#endif
