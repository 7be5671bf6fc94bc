// SPDX-License-Identifier: Apache-2.0
// test_budget.c: how the memory of a batch is shared out: within what is given, and no more than the input can use.

#include "budget.h"

#include "gdx/index.h"
#include "gdx/memory.h"
#include "gdx/processor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define MIB ((size_t)1 << 20)

static void without_numbers_the_process_decides(void **state) {
    (void)state;
    struct budget budget = budget_of(&(gdx_batch_options){0});
    assert_int_equal(budget.threads, gdx_processor_count());
    struct budget same =
        budget_of(&(gdx_batch_options){.memory_bytes = gdx_memory_allowed() / 4, .threads = gdx_processor_count()});
    assert_memory_equal(&budget, &same, sizeof budget);
}

static void small_inputs_take_little_of_a_large_budget(void **state) {
    (void)state;
    for (unsigned threads = 1; threads <= 64; threads *= 4) {
        struct budget budget = budget_of(&(gdx_batch_options){.memory_bytes = 65536 * MIB, .threads = threads});
        size_t inverter_before = 0;
        for (uint64_t bytes = 1; bytes <= UINT64_C(1) << 36; bytes *= 2) {
            size_t inverter = budget_inverter_bytes(&budget, bytes);
            size_t run = bytes < GDX_INDEX_END_BYTES ? (size_t)bytes : GDX_INDEX_END_BYTES;
            assert_true(inverter <= budget.inverter_bytes);
            assert_true(inverter >= inverter_before);
            assert_true(inverter >= run * 12 || inverter == budget.inverter_bytes); // what its symbols take
            inverter_before = inverter;
        }
        assert_true(budget_inverter_bytes(&budget, MIB) <= 40 * MIB);
        size_t most = 16 * (GDX_INDEX_END_BYTES + budget.document_limit) + 16 * MIB;
        assert_int_equal(inverter_before, budget.inverter_bytes < most ? budget.inverter_bytes : most);
        assert_int_equal(budget_inverter_bytes(&budget, 0), budget.inverter_bytes); // not known
    }
}

static void where_memory_is_small_one_worker_stitches_at_a_time(void **state) {
    (void)state;
    for (size_t memory = 16; memory <= 64; memory *= 2)
        assert_true(budget_of(&(gdx_batch_options){.memory_bytes = memory * MIB, .threads = 2}).stitches_alone);
    assert_false(budget_of(&(gdx_batch_options){.memory_bytes = 1024 * MIB, .threads = 2}).stitches_alone);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_numbers_the_process_decides),
        cmocka_unit_test(small_inputs_take_little_of_a_large_budget),
        cmocka_unit_test(where_memory_is_small_one_worker_stitches_at_a_time),
    };
    return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
