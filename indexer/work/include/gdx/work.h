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

// Whose jobs they are. Within a lane lines take turns, one job each, however many jobs one of them has. A line may be
// within another, as a connection is within its address: then the outer ones take turns, and in the turn of an outer
// one its inner ones do.
typedef struct gdx_line gdx_line; // loop thread only

// A message with one owner at a time: the loop until submit, a worker while `run` runs, the loop from `done` on.
// Embed it as the first member of a job of your own.
typedef struct gdx_job gdx_job;
struct gdx_job {
    void (*run)(gdx_job *job, unsigned worker); // Runs on: worker number `worker`, 0 to thread_count - 1
    void (*done)(gdx_job *job);                 // Runs on: loop. May free the job or submit it again
    gdx_line *line;                             // NULL: the work's own, for jobs that are nobody's
    // Set in `run` by a job of the short lane that turns out to be long: it is not done, but goes to the end of its
    // line in the long lane, and `run` is called again.
    bool goes_longer;
    gdx_job *next;       // the queue's
    uint64_t waiting_ns; // the queue's: since when
};

// Starts `thread_count` >= 1 workers. `queue_limit`: jobs that may wait, running ones not counted.
// GDX_NO_MEMORY, also when the system does not start a thread.
gdx_status gdx_work_open(uv_loop_t *loop, unsigned thread_count, size_t queue_limit, gdx_work **out,
                         gdx_error *err) GDX_MUST_CHECK;

// Loop to worker. GDX_BUSY when the queue is full: the job stays the caller's.
gdx_status gdx_work_submit(gdx_work *work, gdx_job *job, gdx_lane lane) GDX_MUST_CHECK;

// True if the queue is full: submit would return GDX_BUSY. On the loop, false stays right until the next submit.
bool gdx_work_is_full(const gdx_work *work);
// True if the line may add a job without taking more than its share of the queue: fewer jobs of it wait than places
// are free, and likewise for those it is within, from the outside in. So one line alone fills half of the queue, two a
// third each, and there is always a place for the next. NULL: true unless the queue is full. Loop thread.
bool gdx_work_has_place(const gdx_work *work, const gdx_line *line);

// `within`: NULL: it stands by itself. NULL is returned when there is no memory. Loop thread.
gdx_line *gdx_line_new(gdx_work *work, gdx_line *within);
// No more jobs are submitted in it. Those it has still run; then it is freed, and before the work is. NULL is fine.
void gdx_line_leave(gdx_line *line);

// Checks of the calling thread, for assert() in the first line of every function whose name ends in _on_loop or
// _on_worker. The loop's thread is the one that opened the work, until another thread claims the loop. `work` may be
// NULL: then every thread counts as the loop's, none as a worker. Any thread.
bool gdx_work_is_on_loop(const gdx_work *work);
bool gdx_work_is_on_worker(const gdx_work *work);
void gdx_work_run_loop_here(gdx_work *work);

size_t gdx_work_waiting(const gdx_work *work); // jobs in the queue. Any thread
enum { GDX_WAIT_BOUNDS = 12 };
extern const uint64_t gdx_wait_bounds_ns[GDX_WAIT_BOUNDS];
typedef struct gdx_lane_figures {
    size_t waiting, running;
    uint64_t waits, waited_ns;              // of jobs that have begun, of each time that they waited
    uint64_t waits_within[GDX_WAIT_BOUNDS]; // that took at most that long, and longer than the bound before
    uint64_t moved;                         // into this lane, from the other one
} gdx_lane_figures;
typedef struct gdx_work_figures {
    gdx_lane_figures lanes[GDX_LANES];
    size_t lines; // outer ones that have a job waiting
} gdx_work_figures;
void gdx_work_figures_of(gdx_work *work, gdx_work_figures *out); // any thread
size_t gdx_work_running(const gdx_work *work); // submitted and not yet done, waiting ones included. Loop thread
unsigned gdx_work_threads(const gdx_work *work);

// Lets submitted jobs finish, calls their `done`, joins the threads, then calls `closed` on the loop and frees the
// work. Nothing more may be submitted.
void gdx_work_close(gdx_work *work, void (*closed)(void *context), void *context);

#endif
