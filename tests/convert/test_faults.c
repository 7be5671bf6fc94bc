// SPDX-License-Identifier: Apache-2.0
// test_faults.c: every allocation of a job fails once, in turn: the job says so or does without, leaks nothing, leaves
// no process and no folder, and goes on afterwards.

#include "world.h"

#include "../support/each_allocation.h"

#include <stdio.h>

static struct world world;
static char cache[512];
static gdx_error said;

static void check_after(gdx_status status) {
    if (status != GDX_OK && status != GDX_NO_MEMORY)
        fail_msg("the job says %s: %s", gdx_status_name(status), said.message);
    world_check_nothing_left(&world);
}

static gdx_status read_tables(void) {
    said = (gdx_error){0};
    GDX_AUTO(gdx_converters) table = NULL;
    gdx_status status = gdx_converters_new(&table, &said);
    if (status == GDX_OK)
        status = gdx_converters_parse(table, "here", gdx_slice_of("doc text package=p output=q -- a OUTPUT\n"), &said);
    return status;
}

static gdx_status convert_twice(void) {
    GDX_AUTO(gdx_converter) converter = NULL;
    gdx_converter_options options = world.options;
    said = (gdx_error){0};
    gdx_status status = gdx_converter_new(&options, &converter, &said);
    for (int turn = 0; turn < 2 && status == GDX_OK; turn++) {
        gdx_buffer out = {0};
        gdx_converted what = {0};
        status = gdx_convert(converter, "a", gdx_slice_of("input"), NULL, &out, &what, &said);
        if (status == GDX_OK)
            assert_true(gdx_slice_equal(gdx_buffer_slice(&out), gdx_slice_of("input")));
        gdx_buffer_clear(&out);
    }
    return status;
}

static void tables_survive_every_failed_allocation(void **state) {
    (void)state;
    fail_each_allocation(read_tables, check_after, 50);
}

static void conversions_survive_every_failed_allocation(void **state) {
    (void)state;
    fail_each_allocation(convert_twice, check_after, 10);
    snprintf(cache, sizeof cache, "%s/converted", world.folder);
    world.options.cache = cache;
    fail_each_allocation(convert_twice, check_after, 10);
}

static int open_world(void **state) {
    (void)state;
    world_open(&world, "", "a text version=--version -- cat INPUT\n");
    return 0;
}

static int close_world(void **state) {
    (void)state;
    world_close(&world);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_survive_every_failed_allocation),
        cmocka_unit_test(conversions_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
