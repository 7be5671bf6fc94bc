// SPDX-License-Identifier: Apache-2.0
// test_arena.c: many small allocations, freed together.

#include "gdx/base.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { LARGE = 64 << 20, KEPT_MAX = 2 << 20 };

static void a_reset_arena_frees_a_large_allocation(void **state) {
    (void)state;
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    assert_non_null(arena);
    assert_non_null(gdx_arena_allocate(arena, 100));
    assert_non_null(gdx_arena_allocate(arena, LARGE));
    assert_in_range(gdx_arena_bytes(arena), LARGE, LARGE + KEPT_MAX);
    gdx_arena_reset(arena);
    assert_in_range(gdx_arena_bytes(arena), 0, KEPT_MAX);
}

static void memory_allocated_after_a_reset_is_zero(void **state) {
    (void)state;
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    assert_non_null(arena);
    for (int round = 0; round < 3; round++) {
        uint8_t *small = gdx_arena_allocate(arena, 1000);
        uint8_t *large = gdx_arena_allocate(arena, round == 1 ? LARGE : 10);
        assert_non_null(small);
        assert_non_null(large);
        for (size_t i = 0; i < 1000; i++)
            assert_int_equal(small[i], 0);
        memset(small, 1, 1000);
        memset(large, 1, 10);
        gdx_arena_reset(arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reset_arena_frees_a_large_allocation),
        cmocka_unit_test(memory_allocated_after_a_reset_is_zero),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
