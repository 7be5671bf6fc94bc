// SPDX-License-Identifier: Apache-2.0
// test_order.c: hits by date and by id, and pages of them, against the whole list.

#include "collection.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

// Dates as gdx_date_of makes them: year << 9 | month << 5 | day.
static const struct written documents[] = {
    {.id = "b", .text = "甲", .date = (2021 << 9)},
    {.id = "d", .text = "甲", .date = (2021 << 9 | 5 << 5)},
    {.id = "a", .text = "甲", .date = (2021 << 9), .segment = 1},
    {.id = "e", .text = "甲", .segment = 1},
    {.id = "c", .text = "甲", .date = (1999 << 9), .segment = 2},
    {.id = "f", .text = "甲", .segment = 2},
};
static struct collection collection;

static int set_up(void **state) {
    (void)state;
    collection_open(&collection, documents, sizeof documents / sizeof *documents);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    collection_close(&collection);
    return 0;
}

static void the_latest_date_is_first_and_no_date_last(void **state) {
    (void)state;
    expect_ids(&collection, "甲", GDX_ORDER_NEWEST, "d a b c e f");
}

static void the_earliest_date_is_first_and_no_date_last(void **state) {
    (void)state;
    expect_ids(&collection, "甲", GDX_ORDER_OLDEST, "c a b d e f");
}

static void ids_are_in_the_order_of_their_bytes(void **state) {
    (void)state;
    expect_ids(&collection, "甲", GDX_ORDER_ID, "a b c d e f");
}

static void pages_put_together_are_the_whole_list(void **state) {
    (void)state;
    for (gdx_order order = GDX_ORDER_RELEVANCE; order <= GDX_ORDER_ID; order++) {
        gdx_search_options whole = {.limit = 100, .order = order};
        GDX_AUTO(gdx_results) all = collection_search(&collection, "甲", &whole);
        assert_int_equal(all->hit_count, 6);
        for (uint64_t offset = 0; offset < 8; offset++) {
            gdx_search_options page = {.offset = offset, .limit = 2, .order = order};
            GDX_AUTO(gdx_results) some = collection_search(&collection, "甲", &page);
            assert_int_equal(some->documents, 6);
            assert_int_equal(some->hit_count, offset >= 6 ? 0 : offset == 5 ? 1 : 2);
            for (size_t i = 0; i < some->hit_count; i++)
                assert_true(gdx_slice_equal(some->hits[i].id, all->hits[offset + i].id));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_date_is_first_and_no_date_last),
        cmocka_unit_test(the_earliest_date_is_first_and_no_date_last),
        cmocka_unit_test(ids_are_in_the_order_of_their_bytes),
        cmocka_unit_test(pages_put_together_are_the_whole_list),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
