// SPDX-License-Identifier: Apache-2.0
// executor.c: a team of threads with one queue. While the owner waits, it joins the team and has the last seat.

#include "gdx/executor.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct helper {
    struct gdx_executor *executor;
    unsigned seat;
    pthread_t thread;
};

struct gdx_executor {        // the owner's, save what the mutex guards
    pthread_mutex_t mutex;   // guards all below
    pthread_cond_t arrived;  // a task, or the end
    pthread_cond_t finished; // a task
    gdx_task *first;         // of those that wait, in order
    gdx_task **last;
    unsigned waiting; // how many
    unsigned idle;    // helpers without a task
    unsigned started; // helpers
    bool is_waited_for;
    bool is_stopping;
    unsigned helper_limit;
    struct helper helpers[];
};

// Under the mutex.
static gdx_task *take_task(gdx_executor *executor) {
    gdx_task *task = executor->first;
    if (!task)
        return NULL;
    assert(task->state == GDX_TASK_WAITING);
    executor->first = task->next;
    if (!executor->first)
        executor->last = &executor->first;
    executor->waiting--;
    task->state = GDX_TASK_RUNNING;
    return task;
}

// Under the mutex, which is released while the task runs.
static void run_task(gdx_executor *executor, gdx_task *task, unsigned seat) {
    pthread_mutex_unlock(&executor->mutex);
    task->run(task, seat);
    pthread_mutex_lock(&executor->mutex);
    task->state = GDX_TASK_DONE;
}

static void *help(void *argument) {
    struct helper *helper = argument;
    gdx_executor *executor = helper->executor;
    pthread_mutex_lock(&executor->mutex);
    for (;;) {
        gdx_task *task = take_task(executor);
        if (task) {
            run_task(executor, task, helper->seat);
            pthread_cond_signal(&executor->finished);
        } else if (executor->is_stopping) {
            break;
        } else {
            executor->idle++;
            pthread_cond_wait(&executor->arrived, &executor->mutex);
            executor->idle--;
        }
    }
    pthread_mutex_unlock(&executor->mutex);
    return NULL;
}

gdx_status gdx_executor_new(unsigned threads, gdx_executor **out, gdx_error *err) {
    unsigned helpers = threads > 1 ? threads - 1 : 0;
    gdx_executor *executor = calloc(1, sizeof *executor + helpers * sizeof executor->helpers[0]);
    if (!executor)
        return gdx_fail_memory(err, "threads");
    pthread_mutex_init(&executor->mutex, NULL);
    pthread_cond_init(&executor->arrived, NULL);
    pthread_cond_init(&executor->finished, NULL);
    executor->last = &executor->first;
    executor->helper_limit = helpers;
    *out = executor;
    return GDX_OK;
}

void gdx_executor_free(gdx_executor *executor) {
    if (!executor)
        return;
    pthread_mutex_lock(&executor->mutex);
    assert(!executor->first && !executor->is_waited_for);
    executor->is_stopping = true;
    pthread_cond_broadcast(&executor->arrived);
    pthread_mutex_unlock(&executor->mutex);
    for (unsigned i = 0; i < executor->started; i++)
        pthread_join(executor->helpers[i].thread, NULL);
    pthread_cond_destroy(&executor->finished);
    pthread_cond_destroy(&executor->arrived);
    pthread_mutex_destroy(&executor->mutex);
    free(executor);
}

unsigned gdx_executor_seats(const gdx_executor *executor) {
    return executor ? executor->helper_limit + 1 : 1;
}

// Under the mutex. Ignore a thread that the system refuses: fewer threads do the same work.
static void start_helper(gdx_executor *executor) {
    struct helper *helper = &executor->helpers[executor->started];
    *helper = (struct helper){.executor = executor, .seat = executor->started};
    if (pthread_create(&helper->thread, NULL, help, helper) == 0)
        executor->started++;
}

void gdx_executor_submit(gdx_executor *executor, gdx_task *task) {
    assert(task->state == GDX_TASK_IDLE || task->state == GDX_TASK_DONE);
    task->state = GDX_TASK_WAITING;
    task->next = NULL;
    if (!executor)
        return;
    pthread_mutex_lock(&executor->mutex);
    *executor->last = task;
    executor->last = &task->next;
    executor->waiting++;
    if (executor->waiting > executor->idle && executor->started < executor->helper_limit)
        start_helper(executor);
    pthread_cond_signal(&executor->arrived);
    pthread_mutex_unlock(&executor->mutex);
}

void gdx_executor_wait(gdx_executor *executor, gdx_task *task) {
    if (!executor) {
        assert(task->state == GDX_TASK_WAITING);
        task->state = GDX_TASK_RUNNING;
        task->run(task, 0);
        task->state = GDX_TASK_DONE;
        return;
    }
    pthread_mutex_lock(&executor->mutex);
    assert(!executor->is_waited_for); // one owner at a time
    assert(task->state != GDX_TASK_IDLE);
    executor->is_waited_for = true;
    while (task->state != GDX_TASK_DONE) {
        gdx_task *other = take_task(executor);
        if (other)
            run_task(executor, other, executor->helper_limit);
        else
            pthread_cond_wait(&executor->finished, &executor->mutex);
    }
    executor->is_waited_for = false;
    pthread_mutex_unlock(&executor->mutex);
}
