// SPDX-License-Identifier: Apache-2.0
// test_remote.c: push, pull and sweep against a store that is a folder and fails where a test says: whatever the
// request that fails, what is published is whole, and the next run goes on. Files in parts. Which segments a slice has.

#include "../support/allocations.h"
#include "../support/each_allocation.h"
#include "../support/folder.h"
#include "../support/small_index.h"

#include "remote.h"
#include "slice.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PART_BYTES = 300 }; // so that segments are several objects

static struct {
    char *folder; // with what follows in it
    char store[4096], index[4096], to[4096];
    long requests, fail_at; // from 0; -1: none
} place;

static const gdx_remote_options in_parts = {.part_bytes = PART_BYTES, .keep = 1};

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s: %s", gdx_status_name(status), err->where, err->message);
}

// ---- the store

static gdx_status next_request(gdx_error *err) {
    return place.requests++ == place.fail_at ? gdx_fail(err, GDX_UNAVAILABLE, "the test says so") : GDX_OK;
}

// Opens an object; -1 with *out_status otherwise.
static int open_object(const char *name, gdx_status *out_status, gdx_error *err) {
    int file = -1;
    *out_status = next_request(err);
    if (*out_status == GDX_OK) {
        file = open(folder_path(place.store, name), O_RDONLY | O_CLOEXEC);
        *out_status = file >= 0 ? GDX_OK : gdx_fail_at_errno(err, errno, "store", "%s", name);
    }
    return file;
}

static gdx_status size_object(void *context, const char *name, uint64_t *out_bytes, gdx_error *err) {
    gdx_status status;
    struct stat about;
    (void)context;
    int file = open_object(name, &status, err);
    if (file < 0)
        return status;
    assert_int_equal(fstat(file, &about), 0);
    *out_bytes = (uint64_t)about.st_size;
    close(file);
    return GDX_OK;
}

static gdx_status read_object(void *context, const char *name, size_t limit, gdx_buffer *out, gdx_error *err) {
    (void)context;
    gdx_status status = next_request(err);
    return status == GDX_OK ? gdx_read_file(folder_path(place.store, name), limit, out, err) : status;
}

// Brings half of what is missing before it fails.
static gdx_status receive_object(void *context, const char *name, gdx_reception *reception, gdx_error *err) {
    uint8_t bytes[1 << 16];
    struct stat about;
    gdx_status status;
    (void)context;
    bool fails = place.requests == place.fail_at;
    place.requests += fails;
    int file = open_object(name, &status, err);
    if (file < 0)
        return status;
    assert_int_equal(fstat(file, &about), 0);
    assert_int_equal((uint64_t)about.st_size, reception->bytes);
    size_t more = (size_t)(reception->bytes - reception->at);
    more = fails ? more / 2 : more;
    assert_true(more <= sizeof bytes);
    assert_int_equal(pread(file, bytes, more, (off_t)reception->at), more);
    assert_int_equal(pwrite(reception->descriptor, bytes, more, (off_t)(reception->offset + reception->at)), more);
    reception->at += more;
    close(file);
    return fails ? gdx_fail(err, GDX_UNAVAILABLE, "the test says so") : GDX_OK;
}

static gdx_status write_object(void *context, const char *name, gdx_slice content, bool only_new, gdx_error *err) {
    (void)context;
    gdx_status status = next_request(err);
    if (status == GDX_OK && only_new && access(folder_path(place.store, name), F_OK) == 0)
        status = gdx_fail(err, GDX_PRECONDITION, "%s is there", name);
    if (status == GDX_OK)
        folder_write(place.store, name, content.data, content.bytes);
    return status;
}

static gdx_status remove_object(void *context, const char *name, gdx_error *err) {
    (void)context;
    gdx_status status = next_request(err);
    if (status == GDX_OK)
        unlink(folder_path(place.store, name));
    return status;
}

static const gdx_objects objects = {.where = "store",
                                    .read = read_object,
                                    .receive = receive_object,
                                    .size = size_object,
                                    .write = write_object,
                                    .remove = remove_object};

// ---- the index

static void commit(const char *id, const char *text) {
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    must(gdx_index_writer_open(place.index, &writer, &err), &err);
    must(small_add(writer, 1, (const struct small_document[]){{id, text}}, 1, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    gdx_index_writer_close(writer);
}

static void merge(void) {
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    must(gdx_index_writer_open(place.index, &writer, &err), &err);
    must(gdx_index_writer_merge(writer, &(gdx_merge_options){.to_one = true}, NULL, &err), &err);
    gdx_index_writer_close(writer);
}

static int make(void **state) {
    (void)state;
    place.folder = folder_new();
    snprintf(place.store, sizeof place.store, "%s/store", place.folder);
    snprintf(place.index, sizeof place.index, "%s/index", place.folder);
    snprintf(place.to, sizeof place.to, "%s/to", place.folder);
    mkdir(place.store, 0777);
    place.requests = 0;
    place.fail_at = -1;
    commit("a", "产业链");
    commit("b", "供应链");
    return 0;
}

static int unmake(void **state) {
    (void)state;
    folder_remove(place.folder);
    return 0;
}

static void empty(const char *folder) {
    char line[8400];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    assert_int_equal(system(line), 0);
}

static gdx_status push_once(void) {
    gdx_error err = {0};
    gdx_remote_figures figures;
    return gdx_index_push(place.index, &objects, &in_parts, &figures, &err);
}

static gdx_status pull_once(void) {
    gdx_error err = {0};
    gdx_remote_figures figures;
    return gdx_index_pull(&objects, place.to, &in_parts, &figures, &err);
}

static gdx_status sweep_once(void) {
    gdx_error err = {0};
    gdx_remote_figures figures;
    return gdx_remote_sweep(&objects, &in_parts, &figures, &err);
}

static uint64_t pull_generation(uint64_t generation) {
    gdx_error err = {0};
    gdx_remote_figures figures;
    gdx_remote_options options = in_parts;
    options.generation = generation;
    must(gdx_index_pull(&objects, place.to, &options, &figures, &err), &err);
    return figures.generation;
}

// ---- tests

static void a_file_in_parts_comes_back_whole(void **state) {
    (void)state;
    assert_int_equal(push_once(), GDX_OK);
    assert_true(folder_count(place.store, "segment-") >= 6);
    assert_int_equal(pull_once(), GDX_OK);
    assert_small_content(place.to, "a 产业链\nb 供应链\n");
    assert_no_leftovers(place.to);
}

// Whatever request fails, nothing names what is not whole: a fresh pull finds the generation before, or the new one.
static void no_failed_request_publishes_half(void **state) {
    (void)state;
    assert_int_equal(push_once(), GDX_OK);
    commit("c", "关税");
    char before[8400], after[8400];
    snprintf(before, sizeof before, "cp -r %s %s/before", place.store, place.folder);
    snprintf(after, sizeof after, "rm -rf %s && cp -r %s/before %s", place.store, place.folder, place.store);
    assert_int_equal(system(before), 0);
    long runs = 0;
    for (gdx_status status = GDX_UNAVAILABLE; status != GDX_OK; runs++) {
        assert_int_equal(system(after), 0);
        place.requests = 0;
        place.fail_at = runs;
        status = push_once();
        place.fail_at = -1;
        empty(place.to);
        uint64_t generation = pull_generation(0);
        assert_small_content(place.to, generation == 2 ? "a 产业链\nb 供应链\nc 关税\n" : "a 产业链\nb 供应链\n");
        assert_true(generation == 2 || status != GDX_OK);
        assert_int_equal(push_once(), GDX_OK);
        assert_int_equal(pull_generation(0), 2);
        assert_int_equal(folder_count(place.store, "generation-"), 2);
    }
    assert_true(runs > 20);
}

static void no_failed_request_leaves_half_an_index(void **state) {
    (void)state;
    assert_int_equal(push_once(), GDX_OK);
    assert_int_equal(pull_once(), GDX_OK);
    commit("c", "关税");
    merge();
    assert_int_equal(push_once(), GDX_OK);
    long runs = 0;
    for (gdx_status status = GDX_UNAVAILABLE; status != GDX_OK; runs++) {
        empty(place.to);
        pull_generation(1);
        place.requests = 0;
        place.fail_at = runs;
        status = pull_once();
        place.fail_at = -1;
        assert_small_content(place.to, status == GDX_OK ? "a 产业链\nb 供应链\nc 关税\n" : "a 产业链\nb 供应链\n");
        assert_int_equal(pull_once(), GDX_OK);
        assert_small_content(place.to, "a 产业链\nb 供应链\nc 关税\n");
        assert_no_leftovers(place.to);
    }
    assert_true(runs > 5);
}

static void no_failed_request_sweeps_what_is_named(void **state) {
    (void)state;
    char before[8400], after[8400];
    assert_int_equal(push_once(), GDX_OK);
    commit("c", "关税");
    assert_int_equal(push_once(), GDX_OK);
    merge();
    assert_int_equal(push_once(), GDX_OK);
    snprintf(before, sizeof before, "cp -r %s %s/before", place.store, place.folder);
    snprintf(after, sizeof after, "rm -rf %s && cp -r %s/before %s", place.store, place.folder, place.store);
    assert_int_equal(system(before), 0);
    long runs = 0;
    for (gdx_status status = GDX_UNAVAILABLE; status != GDX_OK; runs++) {
        assert_int_equal(system(after), 0);
        place.requests = 0;
        place.fail_at = runs;
        status = sweep_once();
        place.fail_at = -1;
        empty(place.to);
        assert_int_equal(pull_generation(0), 3);
        assert_int_equal(sweep_once(), GDX_OK);
        assert_int_equal(folder_count(place.store, "generation-"), 1);
        empty(place.to);
        assert_int_equal(pull_generation(0), 3);
        assert_small_content(place.to, "a 产业链\nb 供应链\nc 关税\n");
    }
    assert_true(runs > 20);
}

// A sweep that was slow may remove what a push has found; the push looks again when its generation is there.
static gdx_objects swept;
static gdx_status write_and_sweep(void *context, const char *name, gdx_slice content, bool only_new, gdx_error *err) {
    char line[8400];
    if (only_new && strcmp(name, "generation-3") == 0) {
        snprintf(line, sizeof line, "cd %s && rm -f $(cat lost)", place.store);
        assert_int_equal(system(line), 0);
    }
    return write_object(context, name, content, only_new, err);
}

static void what_was_swept_meanwhile_is_sent_again(void **state) {
    (void)state;
    char line[8400];
    gdx_error err = {0};
    gdx_remote_figures figures;
    assert_int_equal(push_once(), GDX_OK);
    snprintf(line, sizeof line, "cp -r %s %s/older && cd %s && ls segment-* > lost", place.index, place.folder,
             place.store);
    assert_int_equal(system(line), 0);
    commit("c", "关税");
    merge();
    assert_int_equal(push_once(), GDX_OK);
    // The older state again, under a newer number, as a restore makes it.
    snprintf(line, sizeof line, "%s/older", place.folder);
    gdx_index_writer *writer = NULL;
    must(gdx_index_writer_open(line, &writer, &err), &err);
    must(small_add(writer, 2, (const struct small_document[]){{"d", "d"}}, 1, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    gdx_index_writer_close(writer);
    swept = objects;
    swept.write = write_and_sweep;
    must(gdx_index_push(line, &swept, &in_parts, &figures, &err), &err);
    assert_int_equal(pull_generation(0), 3);
    assert_small_content(place.to, "a 产业链\nb 供应链\nd d\n");
}

static gdx_status push_afresh(void) {
    return push_once();
}

static void remove_store(gdx_status status) {
    (void)status;
    empty(place.store);
    mkdir(place.store, 0777);
}

static void no_failed_allocation_publishes_half(void **state) {
    (void)state;
    fail_each_allocation(push_afresh, remove_store, 10);
}

static void check_index(gdx_status status) {
    if (status == GDX_OK)
        assert_small_content(place.to, "a 产业链\nb 供应链\n");
    empty(place.to);
}

static void no_failed_allocation_leaves_half_an_index(void **state) {
    (void)state;
    assert_int_equal(push_once(), GDX_OK);
    fail_each_allocation(pull_once, check_index, 10);
}

static void slices_have_each_segment_once_and_about_as_much(void **state) {
    (void)state;
    struct manifest_segment segments[40] = {0};
    uint64_t total = 0;
    for (size_t i = 0; i < 40; i++)
        total += segments[i].info.bytes = 1 + (i * 7919) % 1000;
    for (size_t count = 0; count <= 40; count++) {
        const struct manifest manifest = {.segments = segments, .count = count};
        for (unsigned slices = 1; slices <= 45; slices++) {
            size_t next = 0;
            for (unsigned slice = 0; slice < slices; slice++) {
                size_t first, its;
                uint64_t bytes = 0;
                slice_segments(&manifest, (gdx_index_slice){slice, slices}, &first, &its);
                assert_true(its == 0 || first == next);
                for (size_t i = first; i < first + its; i++)
                    bytes += segments[i].info.bytes;
                next += its;
                assert_true(count < 40 || bytes <= total / slices + 1000 + 1); // a share, and a segment at its ends
            }
            assert_int_equal(next, count);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_file_in_parts_comes_back_whole),          TEST(no_failed_request_publishes_half),
        TEST(no_failed_request_leaves_half_an_index),    TEST(no_failed_request_sweeps_what_is_named),
        TEST(what_was_swept_meanwhile_is_sent_again),    TEST(no_failed_allocation_publishes_half),
        TEST(no_failed_allocation_leaves_half_an_index), TEST(slices_have_each_segment_once_and_about_as_much),
    };
    return cmocka_run_group_tests_name("index: remote", tests, NULL, NULL);
}
