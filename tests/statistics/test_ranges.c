// SPDX-License-Identifier: Apache-2.0
// test_ranges.c: each place is worked on once, by the range that it lies in, whatever the number of threads. A
// stop ends the work, and the status says so.

#include "../../indexer/statistics/ranges.h" // how a row is shared out is no promise

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PLACES = 3000001, SEATS = 4 };

struct worked {
    uint8_t *times;     // by place
    uint8_t *by;        // the range that it was worked on by
    atomic_size_t most; // places of one call
};

static void work(void *context, size_t number, size_t first, size_t end) {
    struct worked *worked = context;
    for (size_t i = first; i < end; i++) {
        worked->times[i]++;
        worked->by[i] = (uint8_t)number;
    }
    size_t most = atomic_load(&worked->most);
    while (end - first > most && !atomic_compare_exchange_weak(&worked->most, &most, end - first))
        ;
}

static void check(gdx_executor *executor, size_t count, size_t ranges) {
    struct worked worked = {calloc(count + 1, 1), calloc(count + 1, 1), 0};
    gdx_error err;
    assert_true(worked.times && worked.by);
    assert_int_equal(ranges_run(executor, count, ranges, work, &worked, NULL, &err), GDX_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(worked.times[i], 1);
        assert_true(i == 0 || worked.by[i] >= worked.by[i - 1]);
        assert_true(worked.by[i] < ranges);
    }
    assert_int_equal(worked.times[count], 0);
    assert_true(worked.most <= 1 << 20);
    free(worked.times);
    free(worked.by);
}

static void each_place_is_worked_on_once(void **state) {
    GDX_AUTO(gdx_executor) executor = NULL;
    gdx_error err;
    (void)state;
    assert_int_equal(gdx_executor_new(SEATS, &executor, &err), GDX_OK);
    for (size_t ranges = 1; ranges <= SEATS; ranges++) {
        check(executor, PLACES, ranges);
        check(NULL, PLACES / 8, ranges);
        check(executor, 0, ranges);
        check(executor, 2, ranges);
    }
}

static void small_rows_are_one_range(void **state) {
    GDX_AUTO(gdx_executor) executor = NULL;
    gdx_error err;
    (void)state;
    assert_int_equal(gdx_executor_new(SEATS, &executor, &err), GDX_OK);
    assert_int_equal(ranges_of(NULL, PLACES), 1);
    assert_int_equal(ranges_of(executor, 0), 1);
    assert_int_equal(ranges_of(executor, 1000), 1);
    assert_true(ranges_of(executor, PLACES) >= SEATS);
}

static void a_stop_is_told(void **state) {
    gdx_flag cancelled = true;
    const gdx_stop stop = {.cancelled = &cancelled};
    struct worked worked = {calloc(PLACES, 1), calloc(PLACES, 1), 0};
    gdx_error err;
    (void)state;
    assert_true(worked.times && worked.by);
    assert_int_equal(ranges_run(NULL, PLACES, SEATS, work, &worked, &stop, &err), GDX_CANCELLED);
    for (size_t i = 0; i < PLACES; i++)
        assert_int_equal(worked.times[i], 0);
    free(worked.times);
    free(worked.by);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_is_worked_on_once),
        cmocka_unit_test(small_rows_are_one_range),
        cmocka_unit_test(a_stop_is_told),
    };
    return cmocka_run_group_tests_name("ranges", tests, NULL, NULL);
}
