// SPDX-License-Identifier: Apache-2.0
// test_faults.c: every allocation of a job fails once, in turn: the job says so, leaks nothing and leaves no file.
// Allocations are caught by the linker (--wrap), those of zstd inside its library are not. Of a merge's many, the first
// and the last from each call stack fail.

#include "collection.h"
#include "damage.h"
#include "layout.h"

#include "../support/allocations.h"
#include "../support/call_stacks.h"
#include "../support/folder.h"
#include "../support/sample.h"
#include "../support/sanitizer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { INVERTER_BYTES = 300 << 10 };

static char *folder;
static char *result_folder;
static struct collection documents;
static gdx_shape shape; // of what is made
static gdx_segment_info small;
static gdx_segment_info other;
static gdx_segment_info made; // by the last job, if it got so far

static void remove_made(void) {
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    if (made.document_count)
        assert_int_equal(unlink(folder_path(result_folder, gdx_segment_file_name(made.name, name))), 0);
    made = (gdx_segment_info){0};
}

typedef gdx_status (*job)(gdx_error *err);

static void check(const char *which, gdx_status status, const gdx_error *err, bool met) {
    if (met && status != GDX_NO_MEMORY)
        fail_msg("allocation %s failed, the job says %s", which, gdx_status_name(status));
    if (!met && status != GDX_OK)
        fail_msg("%s", err->message);
    remove_made();
    assert_int_equal(folder_count(result_folder, "segment"), 0);
}

// Runs the job with its first, second, ... allocation failing until it gets through without meeting the failure.
static void fail_each_allocation(job run, long at_least) {
    long point = 0;
    for (bool met = true; met; point++) {
        char which[32];
        gdx_error err = {0};
        allocations_fail_after(point, ALL_THREADS);
        gdx_status status = run(&err);
        met = allocations_end();
        snprintf(which, sizeof which, "%ld", point);
        check(which, status, &err, met);
    }
    print_message("%ld allocations\n", point - 1);
    assert_true(point > at_least);
}

// NULL: no allocation fails, all are noted. One place from which all runs are begun, for it is a part of their stacks.
__attribute__((noinline)) static bool fail_case(job run, const struct call_case *at) {
    char which[64];
    gdx_error err = {0};
    if (at)
        call_stacks_expect(at);
    else
        call_stacks_note();
    allocations_fail_where(call_stacks_is_expected, ALL_THREADS);
    gdx_status status = run(&err);
    bool met = allocations_end();
    call_stacks_end();
    snprintf(which, sizeof which, "%u from %p", at ? at->nth : 0, at ? at->from : NULL);
    check(which, status, &err, met);
    return met;
}

static void fail_each_case(job run, size_t at_least) {
    size_t cases = 0, met = 0;
    fail_case(run, NULL);
    size_t calls = call_stacks_calls();
    struct sample taken = sample_of("cases", 1);
    taken.every = sample_is_whole() ? 1 : SAMPLE_DIVISOR; // the thread sanitizer gets some
    for (struct call_case at = {0}; call_stacks_next(&at);)
        if (sample_takes(&taken))
            cases++, met += fail_case(run, &at);
    print_message("%zu of %zu allocations, GRAMDEX_TEST_ALL=1 takes all\n", met, calls);
    assert_true(calls >= at_least);
    assert_true(10 * met >= 9 * cases); // threads may take turns otherwise
}

static int make_segments(void **state) {
    (void)state;
    folder = folder_new();
    result_folder = folder_new();
    gdx_buffer bytes = damage_small_segment(folder, shape, true, &small);
    gdx_buffer_clear(&bytes);
    collection_init(&documents, 3, &(collection_kind){30, 600, 15, 2 * 65536, 100, 3, 2});
    documents.shape = shape;
    other = collection_write_all(&documents, folder, 0);
    return 0;
}

static int remove_segments(void **state) {
    (void)state;
    collection_clear(&documents);
    folder_remove(folder);
    folder_remove(result_folder);
    return 0;
}

static gdx_status write_segment(gdx_error *err) {
    static const uint32_t numbers[] = {0, 5, 14, 3, 7, 29};
    return collection_try_write(&documents, numbers, sizeof numbers / sizeof *numbers, result_folder, 0, &made, err);
}

static gdx_status open_segment(gdx_error *err) {
    gdx_segment *segment = NULL;
    gdx_status status = gdx_segment_open(folder, small.name, &segment, err);
    gdx_segment_release(segment);
    return status;
}

static gdx_status verify_segment(gdx_error *err) {
    gdx_segment *segment = NULL;
    gdx_status status = gdx_segment_open(folder, small.name, &segment, err);
    if (status == GDX_OK)
        status = gdx_segment_verify(segment, NULL, err);
    gdx_segment_release(segment);
    return status;
}

// `inverter_bytes`: so few that the text of compact inputs is inverted anew; 0: their lists are merged.
static gdx_status merge_by(unsigned threads, size_t inverter_bytes, gdx_error *err) {
    static const uint8_t deleted[] = {0x02, 0, 0, 0};
    gdx_segment *a = NULL;
    gdx_segment *b = NULL;
    gdx_status status = gdx_segment_open(folder, small.name, &a, err);
    if (status == GDX_OK)
        status = gdx_segment_open(folder, other.name, &b, err);
    gdx_merge_input inputs[] = {{a, NULL}, {b, deleted}};
    gdx_segment_merge_options options = {.directory = result_folder,
                                         .tag = 1,
                                         .shape = shape,
                                         .inverter_bytes = inverter_bytes,
                                         .keys = collection_keys()};
    if (status == GDX_OK)
        status = gdx_executor_new(threads, &options.executor, err);
    if (status == GDX_OK)
        status = gdx_segment_merge(&options, inputs, 2, &made, err);
    gdx_executor_free(options.executor);
    gdx_segment_release(a);
    gdx_segment_release(b);
    return status;
}

static gdx_status merge_alone(gdx_error *err) {
    return merge_by(1, 0, err);
}

static gdx_status merge_by_threads(gdx_error *err) {
    return merge_by(3, 0, err);
}

static gdx_status merge_inverted(gdx_error *err) {
    return merge_by(1, INVERTER_BYTES, err);
}

// ---- the tests

static void writing_survives_every_failed_allocation(void **state) {
    (void)state;
    skip_thread_sanitizer();
    fail_each_allocation(write_segment, 40);
}

static void opening_survives_every_failed_allocation(void **state) {
    (void)state;
    skip_thread_sanitizer();
    fail_each_allocation(open_segment, 2);
}

static void verifying_survives_every_failed_allocation(void **state) {
    (void)state;
    skip_thread_sanitizer();
    fail_each_allocation(verify_segment, 15);
}

static void merging_survives_every_failed_allocation(void **state) {
    (void)state;
    skip_thread_sanitizer();
    fail_each_case(merge_alone, 60);
}

static void merging_by_threads_survives_every_failed_allocation(void **state) {
    (void)state;
    fail_each_case(merge_by_threads, 60);
}

static void merging_inverted_text_survives_every_failed_allocation(void **state) {
    (void)state;
    skip_thread_sanitizer();
    if (shape == GDX_SHAPE_COMPACT) // else it is merged as above
        fail_each_case(merge_inverted, 60);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writing_survives_every_failed_allocation),
        cmocka_unit_test(opening_survives_every_failed_allocation),
        cmocka_unit_test(verifying_survives_every_failed_allocation),
        cmocka_unit_test(merging_survives_every_failed_allocation),
        cmocka_unit_test(merging_by_threads_survives_every_failed_allocation),
        cmocka_unit_test(merging_inverted_text_survives_every_failed_allocation),
    };
    int failed = cmocka_run_group_tests_name("segment: faults", tests, make_segments, remove_segments);
    shape = GDX_SHAPE_COMPACT;
    failed += cmocka_run_group_tests_name("segment: faults, compact", tests, make_segments, remove_segments);
    shape = GDX_SHAPE_ARCHIVE; // the rest is as in a compact one
    const struct CMUnitTest of_lists[] = {cmocka_unit_test(verifying_survives_every_failed_allocation)};
    return failed + cmocka_run_group_tests_name("segment: faults, archive", of_lists, make_segments, remove_segments);
}
