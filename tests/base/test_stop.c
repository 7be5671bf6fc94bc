// SPDX-License-Identifier: Apache-2.0
// test_stop.c: when long work stops.

#include "gdx/clock.h"
#include "gdx/stop.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static gdx_status check(uint64_t deadline_ns, const atomic_bool *cancelled) {
    gdx_stop stop = {.deadline_ns = deadline_ns, .cancelled = cancelled};
    gdx_error err = {0};
    gdx_status status = gdx_stop_check(&stop, &err);
    assert_int_equal(err.status, status);
    return status;
}

static void nothing_stops_work_without_deadline_and_flag(void **state) {
    (void)state;
    assert_int_equal(gdx_stop_check(NULL, NULL), GDX_OK);
    assert_int_equal(check(0, NULL), GDX_OK);
}

static void a_flag_or_a_deadline_that_has_passed_stops_work(void **state) {
    (void)state;
    atomic_bool cancelled = false;
    assert_int_equal(check(UINT64_MAX, &cancelled), GDX_OK);
    assert_int_equal(check(1, &cancelled), GDX_DEADLINE);
    atomic_store(&cancelled, true);
    assert_int_equal(check(0, &cancelled), GDX_CANCELLED);
    assert_int_equal(check(UINT64_MAX, &cancelled), GDX_CANCELLED);
    assert_int_equal(check(1, &cancelled), GDX_DEADLINE); // the server sets the flag at the deadline
}

static void the_clock_does_not_go_back(void **state) {
    (void)state;
    uint64_t before = gdx_now_ns();
    for (int i = 0; i < 1000; i++) {
        uint64_t now = gdx_now_ns();
        assert_true(now >= before);
        before = now;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_stops_work_without_deadline_and_flag),
        cmocka_unit_test(a_flag_or_a_deadline_that_has_passed_stops_work),
        cmocka_unit_test(the_clock_does_not_go_back),
    };
    return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
