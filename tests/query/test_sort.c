// SPDX-License-Identifier: Apache-2.0
// test_sort.c: both ways of putting numbers in order against the order they were made in, by every variant that this
// processor runs: few and many, sparse and dense, in one window of marks and over many, from ascending lists as from
// none.

#include "../property/random.h"
#include "gdx/processor.h"
#include "sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 120, MOST = 40000 };

static query_marks marks;

static uint32_t *room_for(size_t count) {
    uint32_t *values = malloc(count * sizeof *values + 1);
    assert_non_null(values);
    return values;
}

// Values from `low` whose gaps are up to `gap`, ascending; all below `limit`.
static size_t ascending(random_state *random, uint32_t low, uint32_t gap, uint32_t limit, uint32_t *values) {
    uint64_t value = low;
    size_t count = 0;
    for (; count < MOST && value < limit; count++) {
        values[count] = (uint32_t)value;
        value += 1 + random_below(random, gap);
    }
    return count;
}

// Deals them out to `lists` lists, one after another in `out`, each ascending: as the terms of a symbol are.
static void deal(random_state *random, const uint32_t *values, size_t count, size_t lists, uint32_t *out) {
    uint8_t *of = malloc(count + 1);
    assert_non_null(of);
    size_t filled = 0;
    for (size_t i = 0; i < count; i++)
        of[i] = (uint8_t)random_below(random, (uint32_t)lists);
    for (size_t list = 0; list < lists; list++)
        for (size_t i = 0; i < count; i++)
            if (of[i] == list)
                out[filled++] = values[i];
    free(of);
}

static bool are_zero(const void *bytes, size_t count) {
    const uint8_t *at = bytes;
    for (size_t i = 0; i < count; i++)
        if (at[i])
            return false;
    return true;
}

// What is sorted is given as exactly the room that the header asks for, so that a sanitizer reports what is beyond.
static void expect_marks_sort(const uint32_t *dealt, const uint32_t *wanted, size_t count, uint32_t limit) {
    for (int level = 0; level <= (int)gdx_processor_best(); level++) {
        gdx_processor_limit((gdx_processor)level);
        uint32_t *values = room_for(count + QUERY_SORT_SLACK);
        uint32_t *space = limit >> QUERY_WINDOW_BITS ? room_for(count) : NULL;
        memcpy(values, dealt, count * sizeof *values);
        assert_int_equal(query_sort_by_marks(values, space, count, limit, &marks), count);
        assert_memory_equal(values, wanted, count * sizeof *values);
        free(values);
        free(space);
    }
    gdx_processor_limit(GDX_PROCESSORS);
    assert_true(are_zero(&marks, sizeof marks));
}

static void both_ways_put_the_same_numbers_in_the_same_order(void **state) {
    (void)state;
    static uint32_t wanted[MOST], dealt[MOST];
    random_state random = {20261129};
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t gap = 1u << random_below(&random, 13); // from every value to one in thousands
        bool is_last = round % 8 == 0;                  // up to the last value there is
        uint32_t low = is_last ? UINT32_MAX - gap * 9000u : random_below(&random, 1u << random_below(&random, 31));
        size_t count = ascending(&random, low, gap, UINT32_MAX - 1, wanted);
        if (count == 0)
            continue;
        uint32_t limit = wanted[count - 1] + 1 + random_below(&random, 2);
        deal(&random, wanted, count, 1 + random_below(&random, 20), dealt);
        expect_marks_sort(dealt, wanted, count, limit);
        uint32_t *space = room_for(count);
        query_sort(dealt, space, count);
        free(space);
        assert_memory_equal(dealt, wanted, count * sizeof *dealt);
    }
}

static void windows_end_where_their_last_value_does(void **state) {
    (void)state;
    const uint32_t window = 1u << QUERY_WINDOW_BITS;
    uint32_t wanted[] = {0,
                         63,
                         64,
                         window - 1,
                         window,
                         window + 1,
                         window * 2,
                         window * 3,
                         UINT32_MAX - window,
                         UINT32_MAX - 2,
                         UINT32_MAX - 1};
    enum { COUNT = sizeof wanted / sizeof *wanted };
    uint32_t backward[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        backward[i] = wanted[COUNT - 1 - i];
    expect_marks_sort(backward, wanted, COUNT, UINT32_MAX);
    expect_marks_sort(wanted, wanted, 3, window - 1);
    expect_marks_sort(backward + COUNT - 4, wanted, 4, window);
}

static void of_equal_numbers_one_stays(void **state) {
    (void)state;
    uint32_t values[6 + QUERY_SORT_SLACK] = {9, 15000000, 9, 7, 15000000, 7}, space[6];
    assert_int_equal(query_sort_by_marks(values, space, 6, 16000000, &marks), 3);
    assert_int_equal(values[0], 7);
    assert_int_equal(values[1], 9);
    assert_int_equal(values[2], 15000000);
}

static void a_full_word_of_marks_is_read_whole(void **state) {
    (void)state;
    static uint32_t wanted[1000], backward[1000];
    for (uint32_t i = 0; i < 1000; i++) {
        wanted[i] = 64 + i;
        backward[999 - i] = 64 + i;
    }
    expect_marks_sort(backward, wanted, 1000, 2000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_put_the_same_numbers_in_the_same_order),
        cmocka_unit_test(windows_end_where_their_last_value_does),
        cmocka_unit_test(of_equal_numbers_one_stays),
        cmocka_unit_test(a_full_word_of_marks_is_read_whole),
    };
    return cmocka_run_group_tests_name("sort", tests, NULL, NULL);
}
