// SPDX-License-Identifier: Apache-2.0
// test_executor.c: tasks run once each, at most so many at a time, and the owner never depends on a free thread.

#include "gdx/executor.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { TASKS = 200, SEATS_MAX = 8 };

struct counting {                 // one run of many tasks
    atomic_uint seats[SEATS_MAX]; // tasks that run in this seat now
    atomic_uint running, most, shared_seats;
};

struct counted {
    gdx_task task;
    struct counting *of;
    unsigned runs;
};

static void count(gdx_task *task, unsigned seat) {
    struct counted *counted = (struct counted *)task;
    struct counting *of = counted->of;
    if (seat >= SEATS_MAX || atomic_fetch_add(&of->seats[seat], 1) != 0)
        atomic_fetch_add(&of->shared_seats, 1);
    unsigned running = atomic_fetch_add(&of->running, 1) + 1;
    unsigned most = atomic_load(&of->most);
    while (running > most && !atomic_compare_exchange_weak(&of->most, &most, running)) {
    }
    for (volatile unsigned i = 0; i < 20000; i++) {
    }
    counted->runs++;
    atomic_fetch_sub(&of->running, 1);
    if (seat < SEATS_MAX)
        atomic_fetch_sub(&of->seats[seat], 1);
}

static gdx_executor *executor_of(unsigned threads) {
    gdx_executor *executor = NULL;
    gdx_error err = {0};
    if (threads)
        assert_int_equal(gdx_executor_new(threads, &executor, &err), GDX_OK);
    return executor;
}

// 0 threads: the executor NULL.
static void run_tasks(unsigned threads) {
    static struct counted tasks[TASKS];
    struct counting counting = {0};
    gdx_executor *executor = executor_of(threads);
    for (int i = 0; i < TASKS; i++) {
        tasks[i] = (struct counted){.task = {.run = count}, .of = &counting};
        gdx_executor_submit(executor, &tasks[i].task);
    }
    for (int i = 0; i < TASKS; i++)
        gdx_executor_wait(executor, &tasks[i].task);
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(tasks[i].runs, 1);
    assert_int_equal(counting.shared_seats, 0);
    assert_in_range(counting.most, 1, gdx_executor_seats(executor));
    gdx_executor_free(executor);
}

static void every_task_runs_once_and_no_two_share_a_seat(void **state) {
    (void)state;
    for (unsigned threads = 0; threads <= 4; threads++)
        run_tasks(threads);
}

// ---- all seats at once

struct meeting {
    gdx_task task;
    atomic_uint *arrived;
    unsigned expected, seat;
};

static void meet(gdx_task *task, unsigned seat) {
    struct meeting *meeting = (struct meeting *)task;
    meeting->seat = seat;
    atomic_fetch_add(meeting->arrived, 1);
    while (atomic_load(meeting->arrived) < meeting->expected)
        sched_yield();
}

// Each task waits until all of them run: this ends only if they have a thread each.
static void as_many_tasks_run_at_once_as_there_are_seats_each_in_its_own(void **state) {
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++) {
        struct meeting tasks[4];
        atomic_uint arrived = 0;
        unsigned taken = 0; // a bit for each seat
        gdx_executor *executor = executor_of(threads);
        for (unsigned i = 0; i < threads; i++) {
            tasks[i] = (struct meeting){.task = {.run = meet}, .arrived = &arrived, .expected = threads};
            gdx_executor_submit(executor, &tasks[i].task);
        }
        for (unsigned i = 0; i < threads; i++) {
            gdx_executor_wait(executor, &tasks[i].task);
            assert_true(tasks[i].seat < threads);
            taken |= 1u << tasks[i].seat;
        }
        assert_int_equal(taken, (1u << threads) - 1);
        gdx_executor_free(executor);
    }
}

static void an_executor_has_as_many_seats_as_threads(void **state) {
    (void)state;
    assert_int_equal(gdx_executor_seats(NULL), 1);
    for (unsigned threads = 1; threads <= 3; threads++) {
        gdx_executor *executor = executor_of(threads);
        assert_int_equal(gdx_executor_seats(executor), threads);
        gdx_executor_free(executor);
    }
}

static void a_task_may_be_submitted_again(void **state) {
    (void)state;
    struct counting counting = {0};
    gdx_executor *executor = executor_of(2);
    struct counted task = {.task = {.run = count}, .of = &counting};
    for (unsigned round = 1; round <= 50; round++) {
        gdx_executor_submit(executor, &task.task);
        gdx_executor_wait(executor, &task.task);
        assert_int_equal(task.runs, round);
    }
    gdx_executor_free(executor);
}

// ---- the owner runs a task that no thread has started

struct gate {
    gdx_task task;
    atomic_bool *is_entered, *is_open;
};

static void pass(gdx_task *task, unsigned seat) {
    struct gate *gate = (struct gate *)task;
    (void)seat;
    atomic_store(gate->is_entered, true);
    while (!atomic_load(gate->is_open)) {
    }
}

struct opener {
    gdx_task task;
    atomic_bool *is_open;
};

static void open_gate(gdx_task *task, unsigned seat) {
    (void)seat;
    atomic_store(((struct opener *)task)->is_open, true);
}

static void the_owner_runs_a_task_while_every_thread_is_busy(void **state) {
    (void)state;
    atomic_bool is_entered = false, is_open = false;
    gdx_executor *executor = executor_of(2); // one thread besides the owner
    struct gate gate = {{.run = pass}, &is_entered, &is_open};
    struct opener opener = {{.run = open_gate}, &is_open};
    gdx_executor_submit(executor, &gate.task);
    while (!atomic_load(&is_entered)) { // the one thread runs it until the other task has run
    }
    gdx_executor_submit(executor, &opener.task);
    gdx_executor_wait(executor, &opener.task);
    gdx_executor_wait(executor, &gate.task);
    gdx_executor_free(executor);
}

// ---- a worker of one executor may own another

struct outer {
    gdx_task task;
    unsigned runs;
};

static void own_another(gdx_task *task, unsigned seat) {
    struct outer *outer = (struct outer *)task;
    struct counting counting = {0};
    gdx_executor *executor = NULL;
    (void)seat;
    if (gdx_executor_new(3, &executor, NULL) != GDX_OK)
        return;
    struct counted inner[20];
    for (int i = 0; i < 20; i++) {
        inner[i] = (struct counted){.task = {.run = count}, .of = &counting};
        gdx_executor_submit(executor, &inner[i].task);
    }
    for (int i = 0; i < 20; i++) {
        gdx_executor_wait(executor, &inner[i].task);
        outer->runs += inner[i].runs;
    }
    gdx_executor_free(executor);
}

static void a_task_may_own_another_executor(void **state) {
    (void)state;
    gdx_executor *executor = executor_of(2);
    struct outer outers[4];
    for (int i = 0; i < 4; i++) {
        outers[i] = (struct outer){.task = {.run = own_another}};
        gdx_executor_submit(executor, &outers[i].task);
    }
    for (int i = 0; i < 4; i++) {
        gdx_executor_wait(executor, &outers[i].task);
        assert_int_equal(outers[i].runs, 20);
    }
    gdx_executor_free(executor);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once_and_no_two_share_a_seat),
        cmocka_unit_test(as_many_tasks_run_at_once_as_there_are_seats_each_in_its_own),
        cmocka_unit_test(an_executor_has_as_many_seats_as_threads),
        cmocka_unit_test(a_task_may_be_submitted_again),
        cmocka_unit_test(the_owner_runs_a_task_while_every_thread_is_busy),
        cmocka_unit_test(a_task_may_own_another_executor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
