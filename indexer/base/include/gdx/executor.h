// SPDX-License-Identifier: Apache-2.0
// gdx/executor.h: threads that run tasks for the code that owns the executor, so that no module starts its own threads.
// Relies on gdx/error.h, gdx/scope.h. Threads: an executor has one owner at a time, which submits and waits. Any thread
// may be the owner, a worker included.
//
// The owner never depends on a free thread: it runs the task that it waits for itself if no thread has started it. A
// task must not wait for another task.
#ifndef GDX_EXECUTOR_H
#define GDX_EXECUTOR_H

#include "gdx/error.h"
#include "gdx/scope.h"

// NULL is an executor too: it has no thread, and the owner runs each task when it waits for it.
typedef struct gdx_executor gdx_executor;

typedef enum gdx_task_state { GDX_TASK_IDLE, GDX_TASK_WAITING, GDX_TASK_RUNNING, GDX_TASK_DONE } gdx_task_state;

// The owner's until submit, the executor's until wait returns. Embed it as the first member of a task of your own.
// Initialised to {run}.
typedef struct gdx_task gdx_task;
struct gdx_task {
    void (*run)(gdx_task *task, unsigned seat); // tasks that run at the same time have different seats, from 0
    gdx_task_state state;                       // the executor's
    gdx_task *next;                             // the executor's
};

// `threads`: how many tasks run at the same time, including the one that a waiting owner runs. Threads start as tasks
// need them. If the system refuses a thread, the executor works with fewer. GDX_NO_MEMORY.
gdx_status gdx_executor_new(unsigned threads, gdx_executor **out, gdx_error *err) GDX_MUST_CHECK;
void gdx_executor_free(gdx_executor *executor); // no task may be under way; NULL is fine

GDX_DEFINE_AUTO(gdx_executor, gdx_executor_free)

unsigned gdx_executor_seats(const gdx_executor *executor); // seats go from 0 to one below it; 1 for NULL
void gdx_executor_submit(gdx_executor *executor, gdx_task *task);
// Returns when the task has run. Runs other submitted tasks meanwhile.
void gdx_executor_wait(gdx_executor *executor, gdx_task *task);

#endif
