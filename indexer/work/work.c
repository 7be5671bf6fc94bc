// SPDX-License-Identifier: Apache-2.0
// work.c: a pool of worker threads with a bounded queue in, and a queue of finished jobs back to the loop.
// Relies on libuv for threads and for uv_async_send, the one call on a loop's handles that is safe from another thread.
// libuv merges wake-ups, so the loop drains the whole queue of finished jobs each time.

#include "gdx/work.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

// One byte in each thread: its address names the thread, at the cost of no call.
static _Thread_local const char thread_mark;
// The work that this thread is a worker of; NULL: of none.
static _Thread_local const struct gdx_work *thread_work;

struct queue { // first in, first out
    gdx_job *first;
    gdx_job **last;
};

struct worker {
    struct gdx_work *work;
    unsigned number;
    uv_thread_t thread;
};

struct gdx_work { // loop thread only, save what the mutex guards
    uv_async_t wake;
    unsigned thread_count;
    size_t submitted; // and not yet done
    void (*closed)(void *context);
    void *closed_context;
    bool closing;
    const char *loop_thread; // the mark of the thread that runs the loop

    uv_mutex_t mutex; // guards all below
    uv_cond_t arrived;
    const char *holder; // the mark of the thread that holds the mutex; NULL: none
    struct queue lanes[GDX_LANES];
    struct queue finished;
    size_t queue_limit;
    atomic_size_t waiting; // written under the mutex, read by anyone
    unsigned long_running;
    unsigned overtaking; // short jobs taken while a long one could have been
    bool stopping;

    struct worker workers[];
};

static void queue_init(struct queue *queue) {
    queue->first = NULL;
    queue->last = &queue->first;
}

static void queue_push(struct queue *queue, gdx_job *job) {
    job->next = NULL;
    *queue->last = job;
    queue->last = &job->next;
}

static gdx_job *queue_pop(struct queue *queue) {
    gdx_job *job = queue->first;
    if (job) {
        queue->first = job->next;
        if (!queue->first)
            queue->last = &queue->first;
    }
    return job;
}

// ---- the mutex

static bool is_locked(const gdx_work *work) {
    return work->holder == &thread_mark;
}

static void lock(gdx_work *work) {
    uv_mutex_lock(&work->mutex);
    work->holder = &thread_mark;
}

static void unlock(gdx_work *work) {
    assert(is_locked(work));
    work->holder = NULL;
    uv_mutex_unlock(&work->mutex);
}

static void wait_for_job(gdx_work *work) {
    assert(is_locked(work));
    work->holder = NULL;
    uv_cond_wait(&work->arrived, &work->mutex);
    work->holder = &thread_mark;
}

// ---- workers

// Short jobs overtake, but not for ever: a server that always has short jobs waiting still runs its exports and writes.
enum { OVERTAKING_MOST = 16 };

static gdx_job *take_job(gdx_work *work, gdx_lane *out_lane) {
    assert(is_locked(work));
    unsigned for_long = work->thread_count > 1 ? work->thread_count - 1 : 1;
    bool long_may_run = work->lanes[GDX_LANE_LONG].first && work->long_running < for_long;
    bool is_long = long_may_run && (!work->lanes[GDX_LANE_SHORT].first || work->overtaking >= OVERTAKING_MOST);
    *out_lane = is_long ? GDX_LANE_LONG : GDX_LANE_SHORT;
    gdx_job *job = queue_pop(&work->lanes[*out_lane]);
    if (job) {
        atomic_fetch_sub_explicit(&work->waiting, 1, memory_order_relaxed);
        work->long_running += is_long;
        work->overtaking = is_long || !long_may_run ? 0 : work->overtaking + 1;
    }
    return job;
}

// The wake-up is sent under the mutex, so that the handle cannot be closed between the push and the wake-up.
static void give_back_on_worker(gdx_work *work, gdx_job *job, gdx_lane lane) {
    assert(gdx_work_is_on_worker(work) && is_locked(work));
    work->long_running -= lane == GDX_LANE_LONG;
    queue_push(&work->finished, job);
    uv_async_send(&work->wake);
    if (lane == GDX_LANE_LONG)
        uv_cond_signal(&work->arrived); // another long one may start now
}

static void run_worker(void *argument) {
    struct worker *worker = argument;
    gdx_work *work = worker->work;
    thread_work = work;
    lock(work);
    for (;;) {
        gdx_lane lane;
        gdx_job *job = take_job(work, &lane);
        if (job) {
            unlock(work);
            job->run(job, worker->number);
            lock(work);
            give_back_on_worker(work, job, lane);
        } else if (work->stopping) {
            break;
        } else {
            wait_for_job(work);
        }
    }
    unlock(work);
}

static void free_closed(uv_handle_t *handle) {
    gdx_work *work = handle->data;
    void (*closed)(void *) = work->closed;
    void *context = work->closed_context;
    uv_cond_destroy(&work->arrived);
    uv_mutex_destroy(&work->mutex);
    free(work);
    if (closed)
        closed(context);
}

static void stop_threads(gdx_work *work, unsigned started) {
    lock(work);
    work->stopping = true;
    uv_cond_broadcast(&work->arrived);
    unlock(work);
    for (unsigned i = 0; i < started; i++)
        uv_thread_join(&work->workers[i].thread);
    uv_close((uv_handle_t *)&work->wake, free_closed);
}

static void drain_finished_on_loop(uv_async_t *wake) {
    gdx_work *work = wake->data;
    assert(gdx_work_is_on_loop(work));
    lock(work);
    gdx_job *job = work->finished.first;
    queue_init(&work->finished);
    unlock(work);
    while (job) {
        gdx_job *next = job->next; // `done` may free or resubmit the job
        work->submitted--;
        job->done(job);
        job = next;
    }
    if (work->closing && work->submitted == 0) {
        work->closing = false;
        stop_threads(work, work->thread_count);
    }
}

gdx_status gdx_work_open(uv_loop_t *loop, unsigned thread_count, size_t queue_limit, gdx_work **out, gdx_error *err) {
    gdx_work *work = calloc(1, sizeof *work + thread_count * sizeof work->workers[0]);
    if (!work)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for %u workers", thread_count);
    work->thread_count = thread_count;
    work->queue_limit = queue_limit;
    for (int lane = 0; lane < GDX_LANES; lane++)
        queue_init(&work->lanes[lane]);
    queue_init(&work->finished);
    if (uv_async_init(loop, &work->wake, drain_finished_on_loop) != 0) {
        free(work);
        return gdx_fail(err, GDX_IO, "cannot create the workers' wake-up handle");
    }
    work->wake.data = work;
    work->loop_thread = &thread_mark;
    uv_mutex_init(&work->mutex);
    uv_cond_init(&work->arrived);
    for (unsigned i = 0; i < thread_count; i++) {
        work->workers[i] = (struct worker){.work = work, .number = i};
        int code = uv_thread_create(&work->workers[i].thread, run_worker, &work->workers[i]);
        if (code != 0) {
            stop_threads(work, i); // freed by the loop's next turn
            return gdx_fail(err, GDX_NO_MEMORY, "the system does not start worker %u of %u: %s", i + 1, thread_count,
                            uv_strerror(code));
        }
    }
    *out = work;
    return GDX_OK;
}

gdx_status gdx_work_submit(gdx_work *work, gdx_job *job, gdx_lane lane) {
    assert(gdx_work_is_on_loop(work));
    gdx_status status = GDX_BUSY;
    lock(work);
    if (!gdx_work_is_full(work)) {
        queue_push(&work->lanes[lane], job);
        atomic_fetch_add_explicit(&work->waiting, 1, memory_order_relaxed);
        uv_cond_signal(&work->arrived);
        status = GDX_OK;
    }
    unlock(work);
    if (status == GDX_OK)
        work->submitted++;
    return status;
}

// ---- figures

void gdx_work_run_loop_here(gdx_work *work) {
    work->loop_thread = &thread_mark;
}

bool gdx_work_is_on_loop(const gdx_work *work) {
    return !work || work->loop_thread == &thread_mark;
}

bool gdx_work_is_on_worker(const gdx_work *work) {
    return work && thread_work == work;
}

bool gdx_work_is_full(const gdx_work *work) {
    return gdx_work_waiting(work) >= work->queue_limit;
}

size_t gdx_work_waiting(const gdx_work *work) {
    return atomic_load_explicit(&work->waiting, memory_order_relaxed);
}

size_t gdx_work_running(const gdx_work *work) {
    return work->submitted;
}

unsigned gdx_work_threads(const gdx_work *work) {
    return work->thread_count;
}

// ---- the end

void gdx_work_close(gdx_work *work, void (*closed)(void *context), void *context) {
    assert(gdx_work_is_on_loop(work));
    work->closed = closed;
    work->closed_context = context;
    if (work->submitted > 0)
        work->closing = true;
    else
        stop_threads(work, work->thread_count);
}
