// SPDX-License-Identifier: Apache-2.0
// test_scope.c: what a scope frees, and what it hands over.

#include "gdx/scope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct thing {
    int freed;
} thing;

static void thing_free(thing *object) {
    object->freed++;
}
GDX_DEFINE_AUTO(thing, thing_free)

static int leave_early(thing *object, int early) {
    GDX_AUTO(thing) held = object;
    if (early)
        return 1;
    return held->freed;
}

static thing *hand_over(thing *object) {
    GDX_AUTO(thing) held = object;
    return GDX_TAKE(held);
}

static void an_object_is_freed_once_on_every_way_out(void **state) {
    (void)state;
    thing early = {0}, late = {0};
    assert_int_equal(leave_early(&early, 1), 1);
    assert_int_equal(early.freed, 1);
    assert_int_equal(leave_early(&late, 0), 0); // not before the end
    assert_int_equal(late.freed, 1);
}

static void an_object_that_is_taken_is_not_freed(void **state) {
    (void)state;
    thing object = {0};
    assert_ptr_equal(hand_over(&object), &object);
    assert_int_equal(object.freed, 0);
    thing *variable = &object;
    assert_ptr_equal(GDX_TAKE(variable), &object);
    assert_null(variable);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_freed_once_on_every_way_out),
        cmocka_unit_test(an_object_that_is_taken_is_not_freed),
    };
    return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
