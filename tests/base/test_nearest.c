// SPDX-License-Identifier: Apache-2.0
// test_nearest.c: which names a misspelt one suggests, and which are too far.

#include "gdx/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void names_that_are_near_are_suggested(void **state) {
    (void)state;
    static const struct {
        const char *wanted, *expected;
    } cases[] = {
        {"serch", "search"}, {"saerch", "search"}, {"searchh", "search"},
        {"count", "count"},  {"conut", "count"},   {"gt", "get"},
        {"xyz", NULL},       {"", NULL},           {"a-name-that-is-far-longer-than-any-name-could-ever-be", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gdx_nearest nearest = {.wanted = gdx_slice_of(cases[i].wanted)};
        gdx_nearest_try(&nearest, "search");
        gdx_nearest_try(&nearest, "count");
        gdx_nearest_try(&nearest, "get");
        if (cases[i].expected)
            assert_string_equal(nearest.name, cases[i].expected);
        else
            assert_null(nearest.name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_that_are_near_are_suggested)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
