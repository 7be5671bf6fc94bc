// SPDX-License-Identifier: Apache-2.0
// test_reprints_memory.c: finding reprints while each allocation fails in turn: an error, never an end, and the next
// call finds them.

#include "../query/collection.h"
#include "../support/allocations.h"
#include "../support/each_allocation.h"
#include "gdx/statistics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct collection collection;

static gdx_status look(void *context, const gdx_reprint_table *table, gdx_error *err) {
    (void)err;
    *(uint32_t *)context = table->member_count;
    return GDX_OK;
}

static gdx_status find(void) {
    const gdx_reprints_options options = {.jaccard = 700000, .within_days = 30, .memory_bytes = 1 << 20};
    uint32_t members = 0;
    gdx_error err = {0};
    gdx_status status = gdx_reprints_find(collection.snapshot, &options, NULL, look, &members, &err);
    return status == GDX_OK && members != 2 ? GDX_INTERNAL : status;
}

static void each_allocation_may_fail(void **state) {
    static const char text[] = "全球产业链供应链正在重构各国企业都在调整布局专家认为这一过程还会持续多年";
    const struct written documents[] = {{.id = "a", .text = text}, {.id = "b", .text = text}};
    (void)state;
    collection_open(&collection, documents, 2);
    fail_each_allocation(find, NULL, 20);
    collection_close(&collection);
}

static void too_little_memory_is_refused(void **state) {
    (void)state;
    const struct written one = {.id = "a", .text = "产业链"};
    const gdx_reprints_options options = {.jaccard = 700000, .within_days = 30, .memory_bytes = 100};
    gdx_error err = {0};
    collection_open(&collection, &one, 1);
    assert_int_equal(gdx_reprints_find(collection.snapshot, &options, NULL, look, NULL, &err), GDX_TOO_LARGE);
    assert_non_null(strstr(err.message, "--memory"));
    collection_close(&collection);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_may_fail),
                                       cmocka_unit_test(too_little_memory_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
