// SPDX-License-Identifier: Apache-2.0
// test_merge.c: a merge gives the bytes that one writer gives for the live documents, however they were spread, also
// after merges that kept ranges; and it refuses, stops and cleans up as promised.

#include "collection.h"
#include "rounds.h"

#include "../support/folder.h"
#include "../support/sample.h"
#include "gdx/clock.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

// ---- the bytes

// Heads enough for several blocks, so that a merge copies some and ends others at a reset; texts of one group and of
// hundreds.
static const collection_kind many_short = {160, 60000, 0, 0, 300, 5, 900};
static const collection_kind some_long = {40, 10000, 8, 260000, 300, 3, 900};
static const collection_kind mixed = {500, 6000, 110, 120000, 2000, 40, 900};
// So few symbols that terms of all together have lists of positions, and of the parts have not.
static const collection_kind frequent = {160, 60000, 0, 0, 3, 5, 6};

// Enough text that some ranges have tokens of their own: documents of 400 KB, one of which ends a range now and then.
static const collection_kind learned = {14, 1000, 1, 400000, 300, 3, 900};

static void merging_short_documents_gives_the_bytes_of_one_writer(void **state) {
    (void)state;
    skip_thread_sanitizer();
    struct sample some = sample_of("collections", 3);
    for (uint64_t seed = 1; seed <= 6; seed++)
        if (sample_takes(&some))
            run_rounds(&many_short, seed, 0, 1, 0);
}

static void merging_long_documents_gives_the_bytes_of_one_writer(void **state) {
    (void)state;
    skip_thread_sanitizer();
    struct sample some = sample_of("collections", 2);
    for (uint64_t seed = 11; seed <= 14; seed++)
        if (sample_takes(&some))
            run_rounds(&some_long, seed, 20, 1, 0);
}

static void deleted_documents_leave_no_trace_in_a_merge(void **state) {
    (void)state;
    skip_thread_sanitizer();
    struct sample some = sample_of("collections", 3);
    for (uint64_t seed = 21; seed <= 26; seed++)
        if (sample_takes(&some))
            run_rounds(&mixed, seed, seed < 24 ? 5 : 60, 1, 0);
}

static void a_merge_by_four_threads_gives_the_same_bytes(void **state) {
    (void)state;
    struct sample some = sample_of("collections", WATCHES_THREADS ? 1 : 4);
    for (uint64_t seed = WATCHES_THREADS ? 34 : 31; seed <= 34; seed++)
        if (sample_takes(&some))
            run_rounds(&mixed, seed, 10, 4, 0);
}

static void a_merge_at_another_level_gives_the_bytes_of_a_writer_at_that_level(void **state) {
    (void)state;
    skip_thread_sanitizer();
    run_rounds(&mixed, 41, 10, 2, 5);
    run_rounds(&some_long, 42, 10, 1, 5);
}

static void merging_compact_segments_gives_the_bytes_of_one_writer(void **state) {
    (void)state;
    skip_thread_sanitizer();
    run_rounds_of(GDX_SHAPE_COMPACT, &many_short, 51, 10, 1, 0);
    run_rounds_of(GDX_SHAPE_COMPACT, &some_long, 52, 20, 1, 0);
    run_rounds_of(GDX_SHAPE_COMPACT, &mixed, 53, 30, 2, 0);
}

static void merging_archives_gives_the_bytes_of_one_writer(void **state) {
    (void)state;
    skip_thread_sanitizer();
    run_rounds_of(GDX_SHAPE_ARCHIVE, &many_short, 59, 10, 2, 0);
}

static void terms_that_become_frequent_or_rare_give_the_bytes_of_one_writer(void **state) {
    (void)state;
    struct sample some = sample_of("collections", WATCHES_THREADS ? 1 : 2);
    for (uint64_t seed = WATCHES_THREADS ? 57 : 54; seed <= 57; seed++)
        if (sample_takes(&some))
            run_rounds_of(GDX_SHAPE_COMPACT, &frequent, seed, (unsigned)(seed - 54) * 20, 4, 0);
}

// What inverts a text writes a run; here none can be made.
static void merging_compact_segments_inverts_no_text(void **state) {
    (void)state;
    skip_thread_sanitizer();
    struct collection collection;
    char *folder = folder_new();
    char *other = folder_new();
    char run[64];
    uint32_t numbers[160];
    const uint8_t deleted[20] = {0x11};
    gdx_segment_info merged;
    gdx_error err = {0};
    collection_init(&collection, 58, &frequent);
    collection.shape = GDX_SHAPE_COMPACT;
    for (uint32_t i = 0; i < collection.count; i++)
        numbers[i] = i;
    gdx_merge_input inputs[2];
    for (size_t i = 0; i < 2; i++)
        inputs[i] = (gdx_merge_input){
            segment_of(folder, collection_write(&collection, numbers + i * 80, 80, folder, 0).name), deleted};
    gdx_segment_merge_options options = {.directory = other, .tag = 1, .shape = GDX_SHAPE_COMPACT};
    snprintf(run, sizeof run, "segment-new-%llu.tmp", 1ULL << 63 | options.tag << 24);
    assert_int_equal(mkdir(folder_path(other, run), 0700), 0);
    if (gdx_segment_merge(&options, inputs, 2, &merged, &err) != GDX_OK)
        fail_msg("%s", err.message);
    options.inverter_bytes = RUN_BYTES;
    assert_int_not_equal(gdx_segment_merge(&options, inputs, 2, &merged, &err), GDX_OK);
    for (size_t i = 0; i < 2; i++)
        gdx_segment_release((gdx_segment *)inputs[i].segment);
    folder_remove(other);
    folder_remove(folder);
    collection_clear(&collection);
}

static void merging_ranges_with_tokens_of_their_own_gives_the_bytes_of_one_writer(void **state) {
    (void)state;
    skip_thread_sanitizer();
    // By these seeds each has two ranges in the end, of which some are copied whole and others put together of parts.
    assert_true(run_rounds(&learned, 112, 0, 1, 0) > 0);
    assert_true(run_rounds(&learned, 114, 13, 2, 0) > 0);
}

static void assert_same_texts(const gdx_segment *segment, const struct collection *collection) {
    gdx_store_reader *reader = gdx_store_reader_new(0);
    gdx_error err = {0};
    assert_non_null(reader);
    for (uint32_t d = 0; d < collection->count; d++) {
        gdx_document read;
        assert_int_equal(gdx_store_read(reader, (gdx_segment *)segment, d, &read, &err), GDX_OK);
        assert_int_equal(gdx_document_hash(&read), gdx_document_hash(&collection->documents[d]));
    }
    gdx_store_reader_free(reader);
}

// Of a segment of documents of 300 KB, a few, and one of many, as one segment.
static gdx_segment_info merge_halves(const struct collection *collection, uint32_t few, const char *folder,
                                     bool keeps_ranges, uint64_t *out_tokens) {
    uint32_t numbers[64];
    gdx_segment_info merged;
    gdx_error err = {0};
    for (uint32_t d = 0; d < collection->count; d++)
        numbers[d] = d;
    gdx_segment_info first = collection_write(collection, numbers, few, folder, 0);
    gdx_segment_info second = collection_write(collection, numbers + few, collection->count - few, folder, 0);
    gdx_merge_input inputs[] = {{segment_of(folder, first.name), NULL}, {segment_of(folder, second.name), NULL}};
    gdx_segment_merge_options options = {
        .directory = folder, .tag = 1, .keeps_ranges = keeps_ranges, .keys = collection_keys()};
    assert_int_equal(gdx_segment_merge(&options, inputs, 2, &merged, &err), GDX_OK);
    *out_tokens = 0;
    for (size_t i = 0; i < 2; i++) {
        *out_tokens += token_bytes_of(inputs[i].segment);
        gdx_segment_release((gdx_segment *)inputs[i].segment);
    }
    return merged;
}

// What kept the ranges of its inputs, merged once more without keeping them.
static void compare_kept_with_one_writer(const gdx_segment *segment, const struct collection *collection) {
    gdx_segment_info merged;
    gdx_error err = {0};
    char *folder = folder_new();
    char *other = folder_new();
    gdx_merge_input kept = {segment, NULL};
    gdx_segment_info written = collection_write_all(collection, other, 0);
    assert_true(gdx_segment_info_of(segment)->name != written.name); // else nothing was kept
    gdx_segment_merge_options options = {.directory = folder, .tag = 2, .keys = collection_keys()};
    assert_int_equal(gdx_segment_merge(&options, &kept, 1, &merged, &err), GDX_OK);
    assert_same_bytes(folder, merged.name, other, written.name);
    folder_remove(other);
    folder_remove(folder);
}

// Ten documents of 300 KB each make a long range, two a short one, which has no tokens of its own.
static void kept_ranges_keep_their_tokens_verify_and_merge_to_the_bytes_of_one_writer(void **state) {
    (void)state;
    struct collection collection;
    skip_thread_sanitizer();
    collection_init(&collection, 45, &(collection_kind){20, 1000, 1, 300000, 300, 3, 900});
    for (uint32_t few = 2; few <= 10; few += 8) {
        char *folder = folder_new();
        uint64_t tokens = 0;
        gdx_segment *kept = segment_of(folder, merge_halves(&collection, few, folder, true, &tokens).name);
        assert_true(tokens > 0);
        assert_int_equal(token_bytes_of(kept), tokens);
        assert_verifies(kept);
        assert_same_texts(kept, &collection);
        if (few == 10)
            compare_kept_with_one_writer(kept, &collection);
        gdx_segment_release(kept);
        folder_remove(folder);
    }
    collection_clear(&collection);
}

static void merging_one_segment_without_deletions_copies_it(void **state) {
    (void)state;
    skip_thread_sanitizer();
    struct collection collection;
    char *folder = folder_new();
    char *other = folder_new();
    collection_init(&collection, 51, &mixed);
    gdx_segment_info written = collection_write_all(&collection, folder, 0);
    gdx_segment *segment = segment_of(folder, written.name);
    gdx_merge_input input = {segment, NULL};
    gdx_segment_info merged;
    gdx_error err = {0};
    assert_int_equal(
        gdx_segment_merge(&(gdx_segment_merge_options){.directory = other, .tag = 1, .keys = collection_keys()}, &input,
                          1, &merged, &err),
        GDX_OK);
    assert_same_bytes(other, merged.name, folder, written.name);
    gdx_segment_release(segment);
    folder_remove(other);
    folder_remove(folder);
    collection_clear(&collection);
}

// Of all ranges and blocks one document is gone: the first, one within, or the last.
static void a_segment_that_loses_one_document_gives_the_bytes_of_one_writer(void **state) {
    (void)state;
    skip_thread_sanitizer();
    enum { COUNT = 9 };
    struct collection collection;
    collection_init(&collection, 52, &(collection_kind){COUNT, 300, 0, 0, 10, 2, 900});
    for (uint32_t lost = 0; lost < COUNT; lost++) {
        char *folder = folder_new();
        char *other = folder_new();
        gdx_segment *segment = segment_of(folder, collection_write_all(&collection, folder, 0).name);
        const uint8_t deleted[] = {(uint8_t)(1u << lost), (uint8_t)(1u << lost >> 8)};
        uint32_t numbers[COUNT];
        for (uint32_t d = 0; d < COUNT - 1; d++)
            numbers[d] = d + (d >= lost);
        gdx_merge_input input = {segment, deleted};
        gdx_segment_merge_options options = {.directory = other, .tag = 1, .keys = collection_keys()};
        gdx_segment_info merged;
        gdx_error err = {0};
        if (gdx_segment_merge(&options, &input, 1, &merged, &err) != GDX_OK)
            fail_msg("without document %u: %s", lost, err.message);
        assert_same_bytes(other, merged.name, folder,
                          collection_write(&collection, numbers, COUNT - 1, folder, 0).name);
        gdx_segment_release(segment);
        folder_remove(other);
        folder_remove(folder);
    }
    collection_clear(&collection);
}

// ---- the rest of the promise

static void merge_no_live_documents(gdx_shape shape) {
    struct collection collection;
    char *folder = folder_new();
    char *other = folder_new();
    collection_init(&collection, 61, &(collection_kind){9, 300, 0, 0, 10, 2, 900});
    collection.shape = shape;
    gdx_segment *segment = segment_of(folder, collection_write_all(&collection, folder, 0).name);
    const uint8_t deleted[] = {0xFF, 0x01};
    gdx_merge_input input = {segment, deleted};
    gdx_segment_info merged = {.document_count = 5};
    gdx_error err = {0};
    assert_int_equal(
        gdx_segment_merge(
            &(gdx_segment_merge_options){.directory = other, .tag = 1, .shape = shape, .keys = collection_keys()},
            &input, 1, &merged, &err),
        GDX_OK);
    assert_int_equal(merged.document_count, 0);
    assert_int_equal(folder_count(other, "segment"), 0);
    gdx_segment_release(segment);
    folder_remove(other);
    folder_remove(folder);
    collection_clear(&collection);
}

static void a_merge_without_live_documents_makes_no_file(void **state) {
    (void)state;
    skip_thread_sanitizer();
    merge_no_live_documents(GDX_SHAPE_EXACT);
    merge_no_live_documents(GDX_SHAPE_COMPACT);
    merge_no_live_documents(GDX_SHAPE_ARCHIVE);
}

static void stop_merges(gdx_shape shape) {
    struct collection collection;
    char *folder = folder_new();
    char *other = folder_new();
    collection_init(&collection, 71, &many_short);
    collection.shape = shape;
    gdx_segment *segment = segment_of(folder, collection_write_all(&collection, folder, 0).name);
    gdx_merge_input input = {segment, NULL};
    gdx_segment_info merged;
    atomic_bool cancelled = true;
    const gdx_stop stops[] = {{.cancelled = &cancelled}, {.deadline_ns = 1}};
    const gdx_status expected[] = {GDX_CANCELLED, GDX_DEADLINE};
    for (unsigned threads = 1; threads <= 4; threads += 3) {
        for (int i = 0; i < 2; i++) {
            gdx_segment_merge_options options = {.directory = other, .tag = 1, .shape = shape, .stop = &stops[i]};
            gdx_error err = {0};
            assert_int_equal(gdx_executor_new(threads, &options.executor, &err), GDX_OK);
            assert_int_equal(gdx_segment_merge(&options, &input, 1, &merged, &err), expected[i]);
            assert_int_equal(err.status, expected[i]);
            gdx_executor_free(options.executor);
        }
    }
    assert_int_equal(folder_count(other, "segment"), 0);
    gdx_segment_release(segment);
    folder_remove(other);
    folder_remove(folder);
    collection_clear(&collection);
}

static void a_stopped_merge_says_so_and_leaves_no_file(void **state) {
    (void)state;
    stop_merges(GDX_SHAPE_EXACT);
    stop_merges(GDX_SHAPE_COMPACT);
}

// A deadline at any time: while runs are written, too.
static void a_merge_of_compact_segments_stopped_at_any_time_leaves_no_file(void **state) {
    (void)state;
    skip_thread_sanitizer();
    struct collection collection;
    char *folder = folder_new();
    char *other = folder_new();
    unsigned stopped = 0;
    collection_init(&collection, 72, &many_short);
    collection.shape = GDX_SHAPE_COMPACT;
    gdx_segment *segment = segment_of(folder, collection_write_all(&collection, folder, 0).name);
    gdx_merge_input input = {segment, NULL};
    for (uint64_t after = 1000; after < 60 * UINT64_C(1000000000); after *= 2) {
        gdx_segment_info merged = {0};
        const gdx_stop stop = {.deadline_ns = gdx_now_ns() + after};
        gdx_segment_merge_options options = {
            .directory = other, .tag = 1, .shape = GDX_SHAPE_COMPACT, .inverter_bytes = RUN_BYTES, .stop = &stop};
        gdx_status status = gdx_segment_merge(&options, &input, 1, &merged, NULL);
        assert_true(status == GDX_OK || status == GDX_DEADLINE);
        assert_int_equal(folder_count(other, "segment"), status == GDX_OK);
        stopped += status == GDX_DEADLINE;
        if (status == GDX_OK)
            break;
    }
    assert_true(stopped > 0);
    gdx_segment_release(segment);
    folder_remove(other);
    folder_remove(folder);
    collection_clear(&collection);
}

struct half { // of two that merge at once
    const char *folder;
    uint64_t tag;
    gdx_segment_info written;
    gdx_segment *segment;
    pthread_t thread;
    gdx_status status;
    gdx_segment_info merged;
    gdx_error err;
};

static void *merge_half(void *context) {
    struct half *half = context;
    const gdx_merge_input input = {half->segment, NULL};
    const gdx_segment_merge_options options = {.directory = half->folder,
                                               .tag = half->tag,
                                               .shape = GDX_SHAPE_COMPACT,
                                               .inverter_bytes = RUN_BYTES,
                                               .keys = collection_keys()};
    half->status = gdx_segment_merge(&options, &input, 1, &half->merged, &half->err);
    return NULL;
}

// Of segments of one folder, with tags of their own: neither takes the runs of the other.
static void two_merges_of_compact_segments_at_once_are_two(void **state) {
    (void)state;
    struct collection collection;
    char *folder = folder_new();
    char *other = folder_new();
    struct half halves[2];
    collection_init(&collection, 73, &many_short);
    collection.shape = GDX_SHAPE_COMPACT;
    uint32_t numbers[160];
    for (uint32_t i = 0; i < collection.count; i++)
        numbers[i] = i;
    for (size_t i = 0; i < 2; i++) {
        gdx_segment_info info = collection_write(&collection, numbers + i * 80, 80, folder, 0);
        halves[i] =
            (struct half){.folder = other, .written = info, .tag = i + 1, .segment = segment_of(folder, info.name)};
    }
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&halves[i].thread, NULL, merge_half, &halves[i]), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_join(halves[i].thread, NULL), 0);
    for (size_t i = 0; i < 2; i++) {
        if (halves[i].status != GDX_OK)
            fail_msg("%s", halves[i].err.message);
        assert_same_bytes(other, halves[i].merged.name, folder, halves[i].written.name);
        gdx_segment_release(halves[i].segment);
    }
    assert_int_equal(folder_count(other, "segment"), 2);
    folder_remove(other);
    folder_remove(folder);
    collection_clear(&collection);
}

static void a_failed_merge_names_the_file_of_a_merge(void **state) {
    (void)state;
    skip_thread_sanitizer();
    struct collection collection;
    char *folder = folder_new();
    collection_init(&collection, 71, &(collection_kind){9, 300, 0, 0, 10, 2, 900});
    gdx_segment *segment = segment_of(folder, collection_write_all(&collection, folder, 0).name);
    gdx_merge_input input = {segment, NULL};
    gdx_segment_info merged;
    gdx_error err = {0};
    folder_remove(folder); // the segment is mapped
    gdx_segment_merge_options options = {
        .directory = "no such folder", .tag = GDX_MERGE_TAG, .keys = collection_keys()};
    assert_int_not_equal(gdx_segment_merge(&options, &input, 1, &merged, &err), GDX_OK);
    assert_non_null(strstr(err.message, "segment-new-merge.tmp"));
    gdx_segment_release(segment);
    collection_clear(&collection);
}

static void positions_beyond_32_bits_are_too_large_to_merge(void **state) {
    (void)state;
    skip_thread_sanitizer();
    enum { TIMES = 8000 }; // a segment merged with itself so often has more positions than fit
    struct collection collection;
    char *folder = folder_new();
    collection_init(&collection, 81, &(collection_kind){2, 100, 2, 2 << 20, 10, 2, 900});
    gdx_segment *segment = segment_of(folder, collection_write_all(&collection, folder, 0).name);
    gdx_merge_input inputs[TIMES];
    gdx_segment_info merged;
    gdx_error err = {0};
    assert_true((uint64_t)gdx_segment_info_of(segment)->position_count * TIMES > UINT32_MAX);
    for (size_t i = 0; i < TIMES; i++)
        inputs[i] = (gdx_merge_input){segment, NULL};
    assert_int_equal(
        gdx_segment_merge(&(gdx_segment_merge_options){.directory = folder, .tag = 2, .keys = collection_keys()},
                          inputs, TIMES, &merged, &err),
        GDX_TOO_LARGE);
    assert_int_equal(folder_count(folder, "segment-new"), 0);
    gdx_segment_release(segment);
    folder_remove(folder);
    collection_clear(&collection);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merging_short_documents_gives_the_bytes_of_one_writer),
        cmocka_unit_test(merging_long_documents_gives_the_bytes_of_one_writer),
        cmocka_unit_test(deleted_documents_leave_no_trace_in_a_merge),
        cmocka_unit_test(a_merge_by_four_threads_gives_the_same_bytes),
        cmocka_unit_test(merging_compact_segments_gives_the_bytes_of_one_writer),
        cmocka_unit_test(merging_archives_gives_the_bytes_of_one_writer),
        cmocka_unit_test(terms_that_become_frequent_or_rare_give_the_bytes_of_one_writer),
        cmocka_unit_test(merging_compact_segments_inverts_no_text),
        cmocka_unit_test(a_merge_at_another_level_gives_the_bytes_of_a_writer_at_that_level),
        cmocka_unit_test(merging_ranges_with_tokens_of_their_own_gives_the_bytes_of_one_writer),
        cmocka_unit_test(kept_ranges_keep_their_tokens_verify_and_merge_to_the_bytes_of_one_writer),
        cmocka_unit_test(merging_one_segment_without_deletions_copies_it),
        cmocka_unit_test(a_segment_that_loses_one_document_gives_the_bytes_of_one_writer),
        cmocka_unit_test(a_merge_without_live_documents_makes_no_file),
        cmocka_unit_test(a_stopped_merge_says_so_and_leaves_no_file),
        cmocka_unit_test(a_merge_of_compact_segments_stopped_at_any_time_leaves_no_file),
        cmocka_unit_test(two_merges_of_compact_segments_at_once_are_two),
        cmocka_unit_test(a_failed_merge_names_the_file_of_a_merge),
        cmocka_unit_test(positions_beyond_32_bits_are_too_large_to_merge),
    };
    return cmocka_run_group_tests_name("segment: merge", tests, NULL, NULL);
}
