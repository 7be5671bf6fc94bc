// SPDX-License-Identifier: Apache-2.0
// work_test.c: jobs go to workers and come back, in bounded number, two really run at once, and lines take turns.

#include "gdx/work.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct counting_job {
    gdx_job job;
    atomic_int *started;
    int wait_for; // runs until so many have started
    unsigned *done;
    unsigned again; // times to submit itself again
    gdx_work *work;
};

static void run_counting(gdx_job *job, unsigned worker) {
    struct counting_job *counting = (struct counting_job *)job;
    (void)worker;
    atomic_fetch_add(counting->started, 1);
    while (atomic_load(counting->started) < counting->wait_for) {
    }
}

static void count_done(gdx_job *job) {
    struct counting_job *counting = (struct counting_job *)job;
    ++*counting->done;
    if (counting->again) {
        counting->again--;
        assert_int_equal(gdx_work_submit(counting->work, job, GDX_LANE_LONG), GDX_OK);
    }
}

static void set_flag(void *context) {
    *(bool *)context = true;
}

static void close_and_run(uv_loop_t *loop, gdx_work *work) {
    bool closed = false;
    gdx_work_close(work, set_flag, &closed);
    uv_run(loop, UV_RUN_DEFAULT);
    assert_true(closed);
    assert_int_equal(uv_loop_close(loop), 0);
}

static void two_jobs_run_at_once_on_two_workers(void **state) {
    (void)state;
    uv_loop_t loop;
    uv_loop_init(&loop);
    gdx_work *work = NULL;
    assert_int_equal(gdx_work_open(&loop, 2, 10, &work, NULL), GDX_OK);
    atomic_int started = 0;
    unsigned done = 0;
    struct counting_job jobs[2];
    for (int i = 0; i < 2; i++) {
        // Each waits until the other has started: this ends only if they run side by side.
        jobs[i] = (struct counting_job){{.run = run_counting, .done = count_done}, &started, 2, &done, 0, work};
        assert_int_equal(gdx_work_submit(work, &jobs[i].job, GDX_LANE_SHORT), GDX_OK);
    }
    close_and_run(&loop, work);
    assert_int_equal(done, 2);
}

static void a_full_queue_refuses_a_job_and_does_not_keep_it(void **state) {
    (void)state;
    uv_loop_t loop;
    uv_loop_init(&loop);
    gdx_work *work = NULL;
    assert_int_equal(gdx_work_open(&loop, 1, 3, &work, NULL), GDX_OK);
    atomic_int started = 0;
    atomic_int gate = 0;
    unsigned done = 0;
    struct counting_job blocker = {{.run = run_counting, .done = count_done}, &gate, 2, &done, 0, work};
    assert_int_equal(gdx_work_submit(work, &blocker.job, GDX_LANE_SHORT), GDX_OK);
    while (gdx_work_waiting(work) > 0) {
    } // the worker runs it and waits for the gate
    struct counting_job jobs[4];
    for (int i = 0; i < 4; i++) {
        jobs[i] = (struct counting_job){{.run = run_counting, .done = count_done}, &started, 0, &done, 0, work};
        assert_int_equal(gdx_work_submit(work, &jobs[i].job, GDX_LANE_LONG), i < 3 ? GDX_OK : GDX_BUSY);
    }
    atomic_fetch_add(&gate, 1);
    close_and_run(&loop, work);
    assert_int_equal(done, 4);
}

static size_t long_jobs_running(gdx_work *work) {
    gdx_work_figures figures;
    gdx_work_figures_of(work, &figures);
    return figures.lanes[GDX_LANE_LONG].running;
}

// A worker that has done a short job takes its next one before anybody hears of it: when two have come back, each of
// the two workers has taken all that it may.
static void a_long_job_never_takes_the_last_worker(void **state) {
    (void)state;
    uv_loop_t loop;
    uv_loop_init(&loop);
    gdx_work *work = NULL;
    assert_int_equal(gdx_work_open(&loop, 2, 10, &work, NULL), GDX_OK);
    atomic_int gate = 0, began = 0;
    unsigned done_long = 0, done_short = 0;
    struct counting_job slow[2];
    for (int i = 0; i < 2; i++) { // neither ends before the gate is opened
        slow[i] = (struct counting_job){{.run = run_counting, .done = count_done}, &gate, 3, &done_long, 0, work};
        assert_int_equal(gdx_work_submit(work, &slow[i].job, GDX_LANE_LONG), GDX_OK);
    }
    for (unsigned i = 1; i <= 2; i++) {
        struct counting_job quick = {{.run = run_counting, .done = count_done}, &began, 0, &done_short, 0, work};
        assert_int_equal(gdx_work_submit(work, &quick.job, GDX_LANE_SHORT), GDX_OK);
        while (done_short < i) {
            assert_true(long_jobs_running(work) <= 1);
            uv_run(&loop, UV_RUN_NOWAIT);
        }
    }
    assert_int_equal(long_jobs_running(work), 1);
    atomic_fetch_add(&gate, 2);
    close_and_run(&loop, work);
    assert_int_equal(done_long, 2);
}

struct ordered_job {
    gdx_job job;
    atomic_int *order; // the next to start
    int began;
};

static void run_ordered(gdx_job *job, unsigned worker) {
    struct ordered_job *ordered = (struct ordered_job *)job;
    (void)worker;
    ordered->began = atomic_fetch_add(ordered->order, 1);
}

static void done_ordered(gdx_job *job) {
    (void)job;
}

static void short_jobs_do_not_hold_up_a_long_one_for_ever(void **state) {
    (void)state;
    uv_loop_t loop;
    uv_loop_init(&loop);
    gdx_work *work = NULL;
    assert_int_equal(gdx_work_open(&loop, 1, 1000, &work, NULL), GDX_OK);
    atomic_int gate = 0, order = 0;
    unsigned done = 0;
    struct counting_job blocker = {{.run = run_counting, .done = count_done}, &gate, 2, &done, 0, work};
    assert_int_equal(gdx_work_submit(work, &blocker.job, GDX_LANE_SHORT), GDX_OK);
    enum { SHORT_JOBS = 100, PATIENCE = 20 };
    struct ordered_job jobs[SHORT_JOBS + 1];
    for (int i = 0; i <= SHORT_JOBS; i++) {
        jobs[i] = (struct ordered_job){{.run = run_ordered, .done = done_ordered}, &order, -1};
        gdx_lane lane = i == SHORT_JOBS ? GDX_LANE_LONG : GDX_LANE_SHORT;
        assert_int_equal(gdx_work_submit(work, &jobs[i].job, lane), GDX_OK);
    }
    atomic_fetch_add(&gate, 1);
    close_and_run(&loop, work);
    assert_in_range(jobs[SHORT_JOBS].began, 1, PATIENCE); // overtaken, but not by all
}

// ---- lines

// One worker, held by a job until the gate is opened: what is submitted meanwhile begins in the order of its turns.
struct held {
    uv_loop_t loop;
    gdx_work *work;
    atomic_int gate, order;
    unsigned done;
    struct counting_job blocker;
};

static void hold_worker(struct held *held, size_t queue_limit) {
    *held = (struct held){.blocker = {.job = {.run = run_counting, .done = count_done}}};
    uv_loop_init(&held->loop);
    assert_int_equal(gdx_work_open(&held->loop, 1, queue_limit, &held->work, NULL), GDX_OK);
    held->blocker.started = &held->gate;
    held->blocker.wait_for = 2;
    held->blocker.done = &held->done;
    assert_int_equal(gdx_work_submit(held->work, &held->blocker.job, GDX_LANE_SHORT), GDX_OK);
    while (gdx_work_waiting(held->work) > 0) {
    } // the worker runs it and waits for the gate
}

static void let_go(struct held *held) {
    atomic_fetch_add(&held->gate, 1);
    close_and_run(&held->loop, held->work);
}

static void submit_ordered(struct held *held, struct ordered_job *jobs, int count, gdx_line *line) {
    for (int i = 0; i < count; i++) {
        jobs[i] = (struct ordered_job){{.run = run_ordered, .done = done_ordered, .line = line}, &held->order, -1};
        assert_int_equal(gdx_work_submit(held->work, &jobs[i].job, GDX_LANE_SHORT), GDX_OK);
    }
}

static void a_line_with_many_jobs_does_not_hold_up_another(void **state) {
    (void)state;
    struct held held;
    hold_worker(&held, 1000);
    enum { MANY = 200, FEW = 3 };
    struct ordered_job many[MANY], few[FEW];
    gdx_line *greedy = gdx_line_new(held.work, NULL), *modest = gdx_line_new(held.work, NULL);
    submit_ordered(&held, many, MANY, greedy);
    submit_ordered(&held, few, FEW, modest);
    gdx_line_leave(greedy); // they still live as long as their jobs
    gdx_line_leave(modest);
    let_go(&held);
    for (int i = 0; i < FEW; i++)
        assert_int_equal(few[i].began, 2 * i + 1); // after one more of the other line each
    for (int i = 1; i < MANY; i++)
        assert_true(many[i].began > many[i - 1].began);
}

static void an_address_with_many_connections_has_one_turn(void **state) {
    (void)state;
    struct held held;
    hold_worker(&held, 1000);
    enum { CONNECTIONS = 10, EACH = 4, FEW = 3 };
    struct ordered_job many[CONNECTIONS][EACH], few[FEW];
    gdx_line *address = gdx_line_new(held.work, NULL), *other = gdx_line_new(held.work, NULL);
    gdx_line *alone = gdx_line_new(held.work, other);
    for (int i = 0; i < CONNECTIONS; i++) {
        gdx_line *connection = gdx_line_new(held.work, address);
        submit_ordered(&held, many[i], EACH, connection);
        gdx_line_leave(connection);
    }
    submit_ordered(&held, few, FEW, alone);
    gdx_work_figures figures;
    gdx_work_figures_of(held.work, &figures);
    assert_int_equal(figures.lines, 2);
    assert_int_equal(figures.lanes[GDX_LANE_SHORT].waiting, CONNECTIONS * EACH + FEW);
    gdx_line_leave(address);
    gdx_line_leave(alone);
    gdx_line_leave(other);
    let_go(&held);
    for (int i = 0; i < FEW; i++)
        assert_int_equal(few[i].began, 2 * i + 1);
    for (int i = 1; i < CONNECTIONS; i++) // within the address the connections take turns
        for (int job = 1; job < EACH; job++)
            assert_true(many[i][job - 1].began < many[0][job].began);
}

static void a_line_leaves_places_in_the_queue_to_others(void **state) {
    (void)state;
    struct held held;
    hold_worker(&held, 12);
    struct ordered_job many[12], few[12];
    gdx_line *addresses[2] = {gdx_line_new(held.work, NULL), gdx_line_new(held.work, NULL)};
    gdx_line *one = gdx_line_new(held.work, addresses[0]), *two = gdx_line_new(held.work, addresses[1]);
    int taken[2] = {0, 0};
    while (gdx_work_has_place(held.work, one))
        submit_ordered(&held, &many[taken[0]++], 1, one);
    while (gdx_work_has_place(held.work, two))
        submit_ordered(&held, &few[taken[1]++], 1, two);
    assert_int_equal(taken[0], 4); // as many as its address leaves free, beyond what the address has: a third
    assert_int_equal(taken[1], 3);
    assert_true(gdx_work_has_place(held.work, addresses[1]));
    assert_true(gdx_work_has_place(held.work, NULL));
    for (int i = 0; i < 2; i++)
        gdx_line_leave(addresses[i]);
    gdx_line_leave(one);
    gdx_line_leave(two);
    let_go(&held);
}

// ---- jobs that turn out to be long

struct moving_job {
    gdx_job job;
    atomic_int *order;
    int began[2]; // each time that it ran
    int runs;
};

static void run_moving(gdx_job *job, unsigned worker) {
    struct moving_job *moving = (struct moving_job *)job;
    (void)worker;
    moving->began[moving->runs] = atomic_fetch_add(moving->order, 1);
    moving->job.goes_longer = moving->runs++ == 0;
}

static void a_job_that_turns_out_to_be_long_runs_again_after_the_short_ones(void **state) {
    (void)state;
    struct held held;
    hold_worker(&held, 1000);
    enum { SHORT_JOBS = 5 };
    struct moving_job moving = {.job = {.run = run_moving, .done = done_ordered}, .order = &held.order};
    struct ordered_job jobs[SHORT_JOBS];
    assert_int_equal(gdx_work_submit(held.work, &moving.job, GDX_LANE_SHORT), GDX_OK);
    submit_ordered(&held, jobs, SHORT_JOBS, NULL);
    let_go(&held);
    assert_int_equal(moving.runs, 2);
    assert_int_equal(moving.began[0], 0);
    assert_int_equal(moving.began[1], SHORT_JOBS + 1);
}

static void waits_are_counted_by_lane(void **state) {
    (void)state;
    struct held held;
    hold_worker(&held, 1000);
    struct moving_job moving = {.job = {.run = run_moving, .done = done_ordered}, .order = &held.order};
    assert_int_equal(gdx_work_submit(held.work, &moving.job, GDX_LANE_SHORT), GDX_OK);
    atomic_fetch_add(&held.gate, 1);
    while (gdx_work_running(held.work) > 0)
        uv_run(&held.loop, UV_RUN_ONCE);
    gdx_work_figures figures;
    gdx_work_figures_of(held.work, &figures);
    const gdx_lane_figures *lanes = figures.lanes;
    assert_int_equal(lanes[GDX_LANE_SHORT].waits, 2); // the one that held the worker, too
    assert_int_equal(lanes[GDX_LANE_LONG].waits, 1);
    assert_int_equal(lanes[GDX_LANE_LONG].moved, 1);
    assert_int_equal(lanes[GDX_LANE_SHORT].waiting + lanes[GDX_LANE_SHORT].running, 0);
    assert_int_equal(lanes[GDX_LANE_LONG].waiting + lanes[GDX_LANE_LONG].running, 0);
    uint64_t within = 0;
    for (int i = 0; i < GDX_WAIT_BOUNDS; i++)
        within += lanes[GDX_LANE_SHORT].waits_within[i];
    assert_int_equal(within, 2);
    assert_int_equal(figures.lines, 0);
    close_and_run(&held.loop, held.work);
}

static void a_job_may_be_submitted_again_when_it_is_done(void **state) {
    (void)state;
    uv_loop_t loop;
    uv_loop_init(&loop);
    gdx_work *work = NULL;
    assert_int_equal(gdx_work_open(&loop, 3, 1000, &work, NULL), GDX_OK);
    atomic_int started = 0;
    unsigned done = 0;
    enum { JOBS = 200, AGAIN = 5 };
    struct counting_job *jobs = calloc(JOBS, sizeof *jobs);
    assert_non_null(jobs);
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (struct counting_job){{.run = run_counting, .done = count_done}, &started, 0, &done, AGAIN, work};
        assert_int_equal(gdx_work_submit(work, &jobs[i].job, GDX_LANE_SHORT), GDX_OK);
    }
    while (gdx_work_running(work) > 0)
        uv_run(&loop, UV_RUN_ONCE);
    close_and_run(&loop, work);
    assert_int_equal(done, JOBS * (AGAIN + 1));
    assert_int_equal(atomic_load(&started), JOBS * (AGAIN + 1));
    free(jobs);
}

// ---- threads

struct thread_job {
    gdx_job job;
    gdx_work *work;
    bool is_on_loop, is_on_worker; // as the worker sees it
};

static void ask_which_thread(gdx_job *job, unsigned worker) {
    struct thread_job *asking = (struct thread_job *)job;
    (void)worker;
    asking->is_on_loop = gdx_work_is_on_loop(asking->work);
    asking->is_on_worker = gdx_work_is_on_worker(asking->work);
}

static void each_thread_is_the_loop_or_a_worker(void **state) {
    (void)state;
    uv_loop_t loop;
    uv_loop_init(&loop);
    gdx_work *work = NULL;
    assert_int_equal(gdx_work_open(&loop, 1, 10, &work, NULL), GDX_OK);
    assert_true(gdx_work_is_on_loop(work));
    assert_false(gdx_work_is_on_worker(work));
    struct thread_job asking = {{.run = ask_which_thread, .done = done_ordered}, work, true, false};
    assert_int_equal(gdx_work_submit(work, &asking.job, GDX_LANE_SHORT), GDX_OK);
    close_and_run(&loop, work);
    assert_false(asking.is_on_loop);
    assert_true(asking.is_on_worker);
}

static void submit_from_here(gdx_job *job, unsigned worker) {
    struct thread_job *asking = (struct thread_job *)job;
    (void)worker;
    (void)!gdx_work_submit(asking->work, job, GDX_LANE_SHORT);
}

static void submit_from_a_worker(void) {
    uv_loop_t loop;
    uv_loop_init(&loop);
    gdx_work *work = NULL;
    fclose(stderr); // hides the assertion's line; if that does not end it, the test's time limit does
    if (gdx_work_open(&loop, 1, 10, &work, NULL) != GDX_OK)
        return;
    struct thread_job asking = {.job = {.run = submit_from_here, .done = done_ordered}, .work = work};
    if (gdx_work_submit(work, &asking.job, GDX_LANE_SHORT) == GDX_OK)
        uv_run(&loop, UV_RUN_DEFAULT);
}

static void the_loops_function_on_a_worker_dies_at_its_first_line(void **state) {
    (void)state;
    pid_t child = fork(); // before this process has a thread
    assert_true(child >= 0);
    if (child == 0) {
        submit_from_a_worker();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loops_function_on_a_worker_dies_at_its_first_line), // the first: it forks
        cmocka_unit_test(each_thread_is_the_loop_or_a_worker),
        cmocka_unit_test(two_jobs_run_at_once_on_two_workers),
        cmocka_unit_test(a_full_queue_refuses_a_job_and_does_not_keep_it),
        cmocka_unit_test(a_long_job_never_takes_the_last_worker),
        cmocka_unit_test(short_jobs_do_not_hold_up_a_long_one_for_ever),
        cmocka_unit_test(a_line_with_many_jobs_does_not_hold_up_another),
        cmocka_unit_test(an_address_with_many_connections_has_one_turn),
        cmocka_unit_test(a_line_leaves_places_in_the_queue_to_others),
        cmocka_unit_test(a_job_that_turns_out_to_be_long_runs_again_after_the_short_ones),
        cmocka_unit_test(waits_are_counted_by_lane),
        cmocka_unit_test(a_job_may_be_submitted_again_when_it_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
