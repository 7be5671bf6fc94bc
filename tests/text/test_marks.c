// SPDX-License-Identifier: Apache-2.0
// test_marks.c: the ranges of marks are those of the symbols that are no letters.

#include "gdx/letters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { CODE_POINTS = 0x110000 };

static void ranges_hold_every_mark_and_no_letter(void **state) {
    (void)state;
    uint32_t end = 0, at = 0;
    for (uint32_t from = gdx_marks_next(0, &end); from < CODE_POINTS; from = gdx_marks_next(end, &end)) {
        assert_true(from < end && end <= CODE_POINTS);
        for (; at < from; at++)
            assert_true(gdx_symbol_is_letter(at));
        for (; at < end; at++)
            assert_false(gdx_symbol_is_letter(at));
    }
    for (; at < CODE_POINTS; at++)
        assert_true(gdx_symbol_is_letter(at));
}

// From within a range, its rest; from within letters, the next one.
static void a_range_begins_where_it_is_asked_for(void **state) {
    (void)state;
    uint32_t end = 0, next = 0;
    uint32_t from = gdx_marks_next('!', &end);
    assert_int_equal(from, '!');
    assert_int_equal(gdx_marks_next(0x4e00, &next), 0xa000);
    assert_int_equal(gdx_marks_next(from + 1, &next), from + 1);
    assert_int_equal(next, end);
    assert_int_equal(gdx_marks_next(CODE_POINTS, &next), CODE_POINTS);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(ranges_hold_every_mark_and_no_letter),
                                       cmocka_unit_test(a_range_begins_where_it_is_asked_for)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
