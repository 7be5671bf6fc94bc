// SPDX-License-Identifier: Apache-2.0
// work.c: a pool of worker threads with a bounded queue in, and a queue of finished jobs back to the loop.
// Relies on libuv for threads and for uv_async_send, the one call on a loop's handles that is safe from another thread.
// libuv merges wake-ups, so the loop drains the whole queue of finished jobs each time. Whose job is next is line.c's.

#include "line.h"

#include "gdx/clock.h"

#include <stdlib.h>

// One byte in each thread: its address names the thread, at the cost of no call.
static _Thread_local const char thread_mark;
// The work that this thread is a worker of; NULL: of none.
static _Thread_local const struct gdx_work *thread_work;

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
    gdx_line all;       // all outer lines, and
    gdx_line own;       // one of them, for jobs without a line
    struct queue finished;
    size_t queue_limit;
    unsigned overtaking; // short jobs taken while a long one could have been
    bool stopping;
    gdx_work_figures figures; // all but what the lines count

    struct worker workers[];
};

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

static void push(gdx_work *work, gdx_job *job, gdx_lane lane) {
    assert(is_locked(work));
    job->waiting_ns = gdx_now_ns();
    work->figures.lanes[lane].waiting++;
    line_push(job->line, lane, job);
}

static void count_wait(gdx_lane_figures *figures, uint64_t waited_ns) {
    size_t bound = 0;
    while (bound < GDX_WAIT_BOUNDS && waited_ns > gdx_wait_bounds_ns[bound])
        bound++;
    if (bound < GDX_WAIT_BOUNDS)
        figures->waits_within[bound]++;
    figures->waits++;
    figures->waited_ns += waited_ns;
}

static gdx_job *take_job(gdx_work *work, gdx_lane *out_lane) {
    assert(is_locked(work));
    gdx_lane_figures *lanes = work->figures.lanes;
    unsigned for_long = work->thread_count > 1 ? work->thread_count - 1 : 1;
    bool has_short = line_has(&work->all, GDX_LANE_SHORT);
    bool long_may_run = line_has(&work->all, GDX_LANE_LONG) && lanes[GDX_LANE_LONG].running < for_long;
    bool is_long = long_may_run && (!has_short || work->overtaking >= OVERTAKING_MOST);
    if (!is_long && !has_short)
        return NULL;
    *out_lane = is_long ? GDX_LANE_LONG : GDX_LANE_SHORT;
    work->overtaking = is_long || !long_may_run ? 0 : work->overtaking + 1;
    lanes[*out_lane].running++;
    lanes[*out_lane].waiting--;
    gdx_job *job = line_pop(&work->all, *out_lane);
    count_wait(&lanes[*out_lane], gdx_now_ns() - job->waiting_ns);
    return job;
}

// The wake-up is sent under the mutex, so that the handle cannot be closed between the push and the wake-up.
static void give_back_on_worker(gdx_work *work, gdx_job *job, gdx_lane lane) {
    assert(gdx_work_is_on_worker(work) && is_locked(work));
    bool moves = job->goes_longer && lane == GDX_LANE_SHORT;
    work->figures.lanes[lane].running--;
    if (moves) {
        work->figures.lanes[GDX_LANE_LONG].moved++;
        push(work, job, GDX_LANE_LONG); // it was in the queue just now: no place is asked for
    } else {
        queue_push(&work->finished, job);
        uv_async_send(&work->wake);
    }
    if (lane == GDX_LANE_LONG || moves)
        uv_cond_signal(&work->arrived); // a long one may start now
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
            job->goes_longer = false;
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
    assert(work->all.holds == 1); // no line is left
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

// Frees lines that nothing holds any longer.
static void let_go(gdx_line *line) {
    while (line && --line->holds == 0) {
        gdx_line *outer = line->within;
        assert(line_waiting(line) == 0);
        free(line);
        line = outer;
    }
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
        gdx_line *line = job->line;
        work->submitted--;
        job->done(job);
        let_go(line);
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
    line_init(&work->all, NULL);
    line_init(&work->own, &work->all);
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
    if (!job->line)
        job->line = &work->own;
    lock(work);
    if (!gdx_work_is_full(work)) {
        push(work, job, lane);
        uv_cond_signal(&work->arrived);
        status = GDX_OK;
    }
    unlock(work);
    if (status == GDX_OK) {
        work->submitted++;
        job->line->holds++;
    }
    return status;
}

// ---- lines

gdx_line *gdx_line_new(gdx_work *work, gdx_line *within) {
    assert(gdx_work_is_on_loop(work));
    gdx_line *line = malloc(sizeof *line);
    if (!line)
        return NULL;
    line_init(line, within ? within : &work->all);
    line->within->holds++;
    return line;
}

void gdx_line_leave(gdx_line *line) {
    let_go(line);
}

// Places of the queue that are free, less the jobs of the line and of those it is within.
static size_t places_for_next(const gdx_work *work, const gdx_line *line) {
    size_t waiting = line_waiting(line);
    size_t free_places = line->within ? places_for_next(work, line->within) : work->queue_limit;
    return free_places > waiting ? free_places - waiting : 0;
}

bool gdx_work_has_place(const gdx_work *work, const gdx_line *line) {
    assert(gdx_work_is_on_loop(work));
    return line ? places_for_next(work, line) > 0 : !gdx_work_is_full(work);
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
    return line_waiting(&work->all);
}

size_t gdx_work_running(const gdx_work *work) {
    return work->submitted;
}

const uint64_t gdx_wait_bounds_ns[GDX_WAIT_BOUNDS] = {
    100000,    250000,    1000000,    2500000,    10000000,    25000000,
    100000000, 250000000, 1000000000, 2500000000, 10000000000, 60000000000,
};

void gdx_work_figures_of(gdx_work *work, gdx_work_figures *out) {
    lock(work);
    *out = work->figures;
    out->lines = work->all.busy - (line_waiting(&work->own) > 0);
    unlock(work);
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
