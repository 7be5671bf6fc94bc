// SPDX-License-Identifier: Apache-2.0
// test_buffer.c: slices and growing buffers, against an array that is large enough from the start.

#include "../property/random.h"
#include "gdx/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SEED = 20261128, BYTES_MAX = 1 << 16, PIECE_MAX = 300 };

static void appended_bytes_follow_each_other(void **state) {
    (void)state;
    static char twin[BYTES_MAX + PIECE_MAX + 1];
    random_state random = {SEED};
    gdx_buffer buffer = {0};
    size_t bytes = 0;
    print_message("seed %d\n", SEED);
    while (bytes < BYTES_MAX) {
        size_t more = random_below(&random, PIECE_MAX);
        if (random_below(&random, 4) == 0) { // the same as a number
            more = (size_t)snprintf(twin + bytes, PIECE_MAX, "%zu-%s", more, "x");
            assert_int_equal(gdx_buffer_append_format(&buffer, "%.*s", (int)more, twin + bytes), GDX_OK);
        } else {
            memset(twin + bytes, 'a' + (int)random_below(&random, 26), more);
            assert_int_equal(gdx_buffer_append(&buffer, more ? twin + bytes : NULL, more), GDX_OK);
        }
        bytes += more;
        assert_true(buffer.capacity >= buffer.bytes);
    }
    assert_true(gdx_slice_equal(gdx_buffer_slice(&buffer), (gdx_slice){twin, bytes}));
    gdx_buffer_clear(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.bytes + buffer.capacity, 0);
}

static void a_size_beyond_memory_is_refused_and_the_buffer_is_unchanged(void **state) {
    (void)state;
    gdx_buffer buffer = {0};
    assert_int_equal(gdx_buffer_append(&buffer, "abc", 3), GDX_OK);
    gdx_buffer before = buffer;
    assert_int_equal(gdx_buffer_reserve(&buffer, SIZE_MAX), GDX_NO_MEMORY);
    assert_int_equal(gdx_buffer_reserve(&buffer, SIZE_MAX - 2), GDX_NO_MEMORY);
    assert_memory_equal(&buffer, &before, sizeof buffer);
    uint64_t *array = NULL;
    size_t capacity = 0;
    assert_int_equal(gdx_grow(&array, &capacity, SIZE_MAX / 8 + 1, sizeof *array), GDX_NO_MEMORY);
    assert_null(array);
    assert_int_equal(capacity, 0);
    gdx_buffer_clear(&buffer);
}

static void an_array_grows_by_doubling_and_keeps_its_elements(void **state) {
    (void)state;
    uint32_t *array = NULL;
    size_t capacity = 0, growths = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        size_t before = capacity;
        assert_int_equal(gdx_grow(&array, &capacity, i + 1, sizeof *array), GDX_OK);
        growths += capacity != before;
        array[i] = i;
    }
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(array[i], i);
    assert_true(growths < 12);
    free(array);
}

static void slices_are_ordered_by_bytes_and_a_prefix_comes_first(void **state) {
    (void)state;
    static const char *const ascending[] = {"", "a", "a\x01", "aa", "ab", "b", "\x7f", "\x80", "\xff"};
    enum { COUNT = sizeof ascending / sizeof *ascending };
    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < COUNT; j++) {
            gdx_slice a = gdx_slice_of(ascending[i]), b = gdx_slice_of(ascending[j]);
            int order = gdx_slice_compare(a, b);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            assert_int_equal(gdx_slice_equal(a, b), i == j);
        }
    assert_int_equal(gdx_slice_of(NULL).bytes, 0);
    assert_true(gdx_slice_equal(gdx_slice_of(NULL), gdx_slice_of("")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appended_bytes_follow_each_other),
        cmocka_unit_test(a_size_beyond_memory_is_refused_and_the_buffer_is_unchanged),
        cmocka_unit_test(an_array_grows_by_doubling_and_keeps_its_elements),
        cmocka_unit_test(slices_are_ordered_by_bytes_and_a_prefix_comes_first),
    };
    return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
