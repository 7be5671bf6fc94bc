// SPDX-License-Identifier: Apache-2.0
// test_policy.c: which neighbours merge. Each case is a row of segments, written as their sizes in units of the floor.

#include "layout.h"
#include "policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROW_MOST = 64 };
#define SMALL (MERGE_FLOOR_BYTES / 2)
#define LARGE (MERGE_FLOOR_BYTES * (uint64_t)3)
#define HUGE  (MERGE_FLOOR_BYTES * (uint64_t)30)

static struct merge_figures segment(uint64_t bytes) {
    return (struct merge_figures){.live_bytes = bytes, .live_positions = 1000, .document_count = 90};
}

static void fill(struct merge_figures *row, size_t first, size_t count, uint64_t bytes) {
    for (size_t i = first; i < first + count; i++)
        row[i] = segment(bytes);
}

static void assert_merge(const struct merge_figures *row, size_t count, size_t expected_first, size_t expected_count) {
    size_t first = 99, merged = 99;
    assert_true(merge_by_policy(row, count, &first, &merged));
    assert_int_equal(first, expected_first);
    assert_int_equal(merged, expected_count);
}

static void assert_no_merge(const struct merge_figures *row, size_t count) {
    size_t first, merged;
    assert_false(merge_by_policy(row, count, &first, &merged));
}

static void levels_are_ten_apart(void **state) {
    (void)state;
    assert_int_equal(merge_level(0), 0);
    assert_int_equal(merge_level(MERGE_FLOOR_BYTES - 1), 0);
    assert_int_equal(merge_level(MERGE_FLOOR_BYTES), 1);
    assert_int_equal(merge_level(10 * (uint64_t)MERGE_FLOOR_BYTES - 1), 1);
    assert_int_equal(merge_level(10 * (uint64_t)MERGE_FLOOR_BYTES), 2);
    assert_int_equal(merge_level(UINT64_MAX), 14);
}

static void nine_of_a_level_stay_and_ten_merge(void **state) {
    (void)state;
    struct merge_figures row[ROW_MOST] = {0};
    assert_no_merge(row, 0);
    fill(row, 0, 10, SMALL);
    assert_no_merge(row, 9);
    assert_merge(row, 10, 0, 10);
    fill(row, 0, 10, LARGE);
    assert_no_merge(row, 9);
    assert_merge(row, 10, 0, 10);
}

static void what_stands_on_both_sides_of_a_larger_one_is_no_neighbour(void **state) {
    (void)state;
    struct merge_figures row[ROW_MOST] = {0};
    fill(row, 0, 5, SMALL);
    row[5] = segment(LARGE);
    fill(row, 6, 5, SMALL);
    assert_no_merge(row, 11);
    fill(row, 6, 10, SMALL);
    assert_merge(row, 16, 6, 10);
}

static void smaller_ones_between_go_along_but_not_those_at_the_ends(void **state) {
    (void)state;
    struct merge_figures row[ROW_MOST] = {0};
    row[0] = segment(SMALL);
    fill(row, 1, 5, LARGE);
    row[6] = segment(SMALL);
    fill(row, 7, 5, LARGE);
    row[12] = segment(SMALL);
    assert_merge(row, 13, 1, 11);
}

static void low_levels_merge_first(void **state) {
    (void)state;
    struct merge_figures row[ROW_MOST] = {0};
    fill(row, 0, 10, LARGE);
    fill(row, 10, 10, SMALL);
    assert_merge(row, 20, 10, 10);
}

static void a_segment_of_which_more_than_a_third_is_deleted_is_written_anew(void **state) {
    (void)state;
    struct merge_figures row[ROW_MOST] = {0};
    fill(row, 0, 3, HUGE);
    row[1].deleted_count = 30;
    assert_no_merge(row, 3);
    row[1].deleted_count = 31;
    assert_merge(row, 3, 1, 1);
}

static void positions_that_do_not_fit_one_segment_are_not_merged(void **state) {
    (void)state;
    struct merge_figures row[ROW_MOST] = {0};
    fill(row, 0, 12, HUGE);
    for (size_t i = 0; i < 12; i++)
        row[i].live_positions = SEGMENT_POSITIONS_MAX / 5;
    assert_merge(row, 12, 0, 5);
    for (size_t i = 0; i < 12; i++)
        row[i].live_positions = SEGMENT_POSITIONS_MAX / 2 + 1;
    assert_no_merge(row, 12); // any two are too many
}

// What the policy asks for, done over and over, must come to an end: a merge that changes nothing would be for ever.
static void the_policy_comes_to_rest(void **state) {
    (void)state;
    struct merge_figures row[ROW_MOST] = {0};
    size_t count = 0, first, merged, merges = 0;
    for (unsigned step = 0; step < 2000; step++) {
        assert_true(count < ROW_MOST);
        row[count++] = segment(SMALL / (1 + step % 7));
        while (merge_by_policy(row, count, &first, &merged)) {
            assert_true(merged > 1 && first + merged <= count);
            for (size_t i = first + 1; i < first + merged; i++) {
                row[first].live_bytes += row[i].live_bytes;
                row[first].live_positions += row[i].live_positions;
            }
            count -= merged - 1;
            for (size_t i = first + 1; i < count; i++)
                row[i] = row[i + merged - 1];
            merges++;
        }
    }
    assert_in_range(merges, 200, 240);
}

static void to_one_takes_all_that_fits(void **state) {
    (void)state;
    struct merge_figures row[ROW_MOST] = {0};
    size_t first, merged;
    fill(row, 0, 3, SMALL);
    assert_true(merge_to_one(row, 3, &first, &merged));
    assert_int_equal(first, 0);
    assert_int_equal(merged, 3);
    assert_false(merge_to_one(row, 1, &first, &merged));
    row[0].deleted_count = 1;
    assert_true(merge_to_one(row, 1, &first, &merged));
    assert_int_equal(merged, 1);
    fill(row, 0, 3, HUGE);
    for (size_t i = 0; i < 3; i++)
        row[i].live_positions = SEGMENT_POSITIONS_MAX / 2 + 1;
    assert_false(merge_to_one(row, 3, &first, &merged));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_ten_apart),
        cmocka_unit_test(nine_of_a_level_stay_and_ten_merge),
        cmocka_unit_test(what_stands_on_both_sides_of_a_larger_one_is_no_neighbour),
        cmocka_unit_test(smaller_ones_between_go_along_but_not_those_at_the_ends),
        cmocka_unit_test(low_levels_merge_first),
        cmocka_unit_test(a_segment_of_which_more_than_a_third_is_deleted_is_written_anew),
        cmocka_unit_test(positions_that_do_not_fit_one_segment_are_not_merged),
        cmocka_unit_test(the_policy_comes_to_rest),
        cmocka_unit_test(to_one_takes_all_that_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
