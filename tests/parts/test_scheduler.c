// SPDX-License-Identifier: Apache-2.0
// test_scheduler.c: which share a run takes, from what is written and from the variables of each scheduler.

#include "gdx/parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const *environment; // "NAME=value", ends with NULL

static char *variable(const char *name) {
    size_t bytes = strlen(name);
    for (const char *const *at = environment; *at; at++)
        if (strncmp(*at, name, bytes) == 0 && (*at)[bytes] == '=')
            return (char *)(uintptr_t)*at + bytes + 1;
    return NULL;
}

#define ENVIRONMENT(...)                                                                                               \
    environment = (const char *const[]) {                                                                              \
        __VA_ARGS__ __VA_OPT__(, ) NULL                                                                                \
    }

static void expect(const char *text, uint32_t index, uint32_t count) {
    gdx_shard shard = {99, 99};
    gdx_error err = {0};
    if (gdx_shard_choose(text, variable, &shard, &err) != GDX_OK)
        fail_msg("%s: %s", text, err.message);
    assert_int_equal(shard.index, index);
    assert_int_equal(shard.count, count);
}

static void expect_refusal(const char *text, const char *words) {
    gdx_shard shard;
    gdx_error err = {0};
    assert_int_equal(gdx_shard_choose(text, variable, &shard, &err), GDX_INVALID);
    if (!strstr(err.message, words))
        fail_msg("%s: \"%s\" lacks \"%s\"", text, err.message, words);
}

static void a_share_is_written_as_its_number_and_their_count(void **state) {
    (void)state;
    ENVIRONMENT("SLURM_ARRAY_TASK_ID=5");
    expect("0/1", 0, 1);
    expect("6/7", 6, 7);
    static const char *const wrong[] = {"",     "/",     "3",     "1/",   "/2",    "1/2/3",       "-1/2",
                                        "+1/2", "1/ 2",  "0x1/2", "a/2",  "auto/", "auto/x",      "auto2",
                                        "AUTO", "1.5/2", "1/2.0", " 1/2", "1 /2",  "9999999999/2"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect_refusal(wrong[i], "--shard");
    expect_refusal("2/2", "count from 0");
    expect_refusal("0/0", "0 shares");
    expect_refusal("0/65537", "65536");
}

static void the_number_is_that_of_the_first_variable_that_is_set(void **state) {
    (void)state;
    ENVIRONMENT("PARALLEL_SEQ=3", "PMI_RANK=5", "OMPI_COMM_WORLD_RANK=6", "JOB_COMPLETION_INDEX=7",
                "SLURM_ARRAY_TASK_ID=8");
    expect("auto/9", 8, 9);
    ENVIRONMENT("PARALLEL_SEQ=3", "PMI_RANK=5", "OMPI_COMM_WORLD_RANK=6", "JOB_COMPLETION_INDEX=7");
    expect("auto/9", 7, 9);
    ENVIRONMENT("PARALLEL_SEQ=3", "PMI_RANK=5", "OMPI_COMM_WORLD_RANK=6");
    expect("auto/9", 6, 9);
    ENVIRONMENT("PARALLEL_SEQ=3", "PMI_RANK=5");
    expect("auto/9", 5, 9);
    ENVIRONMENT("PARALLEL_SEQ=3");
    expect("auto/9", 2, 9); // it counts from 1
    ENVIRONMENT("PARALLEL_SEQ=0");
    expect_refusal("auto/9", "counts from 1");
    ENVIRONMENT("SLURM_ARRAY_TASK_ID=9");
    expect_refusal("auto/9", "share 9 of 9");
    ENVIRONMENT("SLURM_ARRAY_TASK_ID=x", "PMI_RANK=1");
    expect_refusal("auto/9", "SLURM_ARRAY_TASK_ID");
    ENVIRONMENT();
    expect_refusal("auto/9", "JOB_COMPLETION_INDEX");
}

static void the_count_is_taken_where_it_is_certain_alone(void **state) {
    (void)state;
    ENVIRONMENT("OMPI_COMM_WORLD_RANK=2", "OMPI_COMM_WORLD_SIZE=4");
    expect("auto", 2, 4);
    ENVIRONMENT("PMI_RANK=2", "PMI_SIZE=3");
    expect("auto", 2, 3);
    ENVIRONMENT("SLURM_ARRAY_TASK_ID=2", "SLURM_ARRAY_TASK_COUNT=3", "SLURM_ARRAY_TASK_MIN=0",
                "SLURM_ARRAY_TASK_MAX=2");
    expect("auto", 2, 3);
    ENVIRONMENT("SLURM_ARRAY_TASK_ID=7", "SLURM_ARRAY_TASK_COUNT=2", "SLURM_ARRAY_TASK_MIN=3",
                "SLURM_ARRAY_TASK_MAX=7");
    expect_refusal("auto", "auto/N"); // --array=3,7: a rerun, not an array of two
    ENVIRONMENT("SLURM_ARRAY_TASK_ID=5", "SLURM_ARRAY_TASK_COUNT=2", "SLURM_ARRAY_TASK_MIN=0",
                "SLURM_ARRAY_TASK_MAX=5");
    expect_refusal("auto", "auto/N"); // --array=0,5
    ENVIRONMENT("JOB_COMPLETION_INDEX=1");
    expect_refusal("auto", "auto/N");
    ENVIRONMENT("PARALLEL_SEQ=1");
    expect_refusal("auto", "OMPI_COMM_WORLD_SIZE");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_written_as_its_number_and_their_count),
        cmocka_unit_test(the_number_is_that_of_the_first_variable_that_is_set),
        cmocka_unit_test(the_count_is_taken_where_it_is_certain_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
