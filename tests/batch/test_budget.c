// SPDX-License-Identifier: Apache-2.0
// test_budget.c: how the memory of a batch is shared out: within what is given, and no more than the input can use.

#include "gdx/pages.h"

#include "budget.h"

#include "gdx/index.h"
#include "gdx/memory.h"
#include "gdx/processor.h"

#include <malloc.h>
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

static int mmap_threshold, trim_threshold;

int __wrap_mallopt(int parameter, int value);
int __wrap_mallopt(int parameter, int value) { // in place of the C library's: malloc stays as it is
    *(parameter == M_MMAP_THRESHOLD ? &mmap_threshold : &trim_threshold) = value;
    return 1;
}

static void freed_buffers_are_kept_by_the_budget(void **state) {
    (void)state;
    static const struct {
        size_t memory;
        int kept, at_the_end;
        size_t array; // of 2 MiB and a byte: on huge pages it takes 4
    } cases[] = {
        {16 * MIB, 256 << 10, 0, 2 * MIB + (64 << 10)}, // where memory is small, nothing is held back
        {64 * MIB, 256 << 10, 0, 2 * MIB + (64 << 10)}, {256 * MIB, 1 << 20, 8 << 20, 4 * MIB},
        {1024 * MIB, 4 << 20, 32 << 20, 4 * MIB},       {65536 * MIB, 32 << 20, 256 << 20, 4 * MIB},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mmap_threshold = trim_threshold = 0;
        gdx_batch_keep_freed_buffers(&(gdx_batch_options){.memory_bytes = cases[i].memory});
        assert_int_equal(mmap_threshold, cases[i].kept);
        assert_int_equal(trim_threshold, cases[i].at_the_end);
        gdx_pages pages = {0};
        assert_int_equal(gdx_pages_reserve(&pages, 2 * MIB + 1), GDX_OK);
        assert_int_equal(pages.bytes, cases[i].array);
        gdx_pages_clear(&pages);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_numbers_the_process_decides),
        cmocka_unit_test(small_inputs_take_little_of_a_large_budget),
        cmocka_unit_test(where_memory_is_small_one_worker_stitches_at_a_time),
        cmocka_unit_test(freed_buffers_are_kept_by_the_budget),
    };
    return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
