// SPDX-License-Identifier: Apache-2.0
// test_intake.c: documents taken in one by one become the index that a batch of the same documents makes.

#include "../support/folder.h"
#include "gdx/batch.h"
#include "gdx/intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

struct intake { // an intake with its writer
    gdx_index_writer *writer;
    gdx_intake *intake;
};

static struct intake open_intake_with(const char *index, gdx_intake_options options) {
    struct intake opened = {0};
    gdx_error err = {0};
    assert_int_equal(gdx_index_writer_open(index, &opened.writer, &err), GDX_OK);
    assert_int_equal(gdx_intake_open(opened.writer, &options, &opened.intake, &err), GDX_OK);
    return opened;
}

static struct intake open_intake(const char *index, size_t memory_bytes) {
    return open_intake_with(index, (gdx_intake_options){.memory_bytes = memory_bytes});
}

static void close_intake(struct intake *opened) {
    gdx_intake_close(opened->intake);
    gdx_index_writer_close(opened->writer);
}

static bool add(struct intake *opened, const char *id, const char *text) {
    gdx_error err = {0};
    bool refused;
    gdx_given given = {.id = gdx_slice_of(id), .text = gdx_slice_of(text)};
    assert_int_equal(gdx_intake_add(opened->intake, &given, &refused, &err), GDX_OK);
    assert_true(refused == (err.status != GDX_OK));
    return !refused;
}

static void add_numbered(struct intake *opened, unsigned from, unsigned to) {
    for (unsigned i = from; i < to; i++) {
        char id[32], text[128];
        snprintf(id, sizeof id, "d/%04u", i);
        snprintf(text, sizeof text, "第%u篇：产业链重构 number%u", i, i);
        assert_true(add(opened, id, text));
    }
}

static gdx_intake_summary commit(struct intake *opened) {
    gdx_error err = {0};
    assert_int_equal(gdx_intake_commit(opened->intake, &err), GDX_OK);
    return gdx_intake_summary_of(opened->intake);
}

// On standard input, so that its documents have no origin, as those of an intake.
static void run_batch(const char *index, const char *records) {
    const char *path = "-";
    int before = dup(STDIN_FILENO), file = open(records, O_RDONLY | O_CLOEXEC);
    assert_true(before >= 0 && file >= 0 && dup2(file, STDIN_FILENO) == STDIN_FILENO);
    gdx_index_writer *writer;
    gdx_error err = {0};
    gdx_batch_summary summary;
    const gdx_batch_options options = {.threads = 1};
    assert_int_equal(gdx_index_writer_open(index, &writer, &err), GDX_OK);
    assert_int_equal(gdx_batch_run(writer, &path, 1, &options, &summary, &err), GDX_OK);
    gdx_index_writer_close(writer);
    assert_int_equal(dup2(before, STDIN_FILENO), STDIN_FILENO);
    close(before);
    close(file);
}

static void an_intake_makes_the_bytes_of_a_batch(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_buffer records = {0};
    for (unsigned i = 0; i < 500; i++)
        assert_int_equal(gdx_buffer_append_format(
                             &records, "{\"id\":\"d/%04u\",\"text\":\"第%u篇：产业链重构 number%u\"}\n", i, i, i),
                         GDX_OK);
    folder_write(folder, "r.jsonl", records.data, records.bytes);
    char *by_batch = gdx_path_join(folder, "batch"), *by_intake = gdx_path_join(folder, "intake");
    run_batch(by_batch, folder_path(folder, "r.jsonl"));
    struct intake opened = open_intake(by_intake, 16 << 20);
    add_numbered(&opened, 0, 500);
    assert_int_equal(commit(&opened).added, 500);
    close_intake(&opened);
    assert_true(folder_digest(by_intake) == folder_digest(by_batch));
    gdx_buffer_clear(&records);
    free(by_batch);
    free(by_intake);
    folder_remove(folder);
}

static void what_is_new_replaced_unchanged_or_double_is_told_over_all_commits(void **state) {
    (void)state;
    char *folder = folder_new();
    struct intake opened = open_intake(folder_path(folder, "index"), 16 << 20);
    assert_true(add(&opened, "a", "一") && add(&opened, "b", "二") && add(&opened, "a", "三"));
    gdx_intake_summary first = commit(&opened);
    assert_true(first.added == 2 && first.duplicates == 1 && first.replaced == 0 && first.commit == 1);
    assert_true(add(&opened, "a", "三") && add(&opened, "b", "四") && add(&opened, "c", "五"));
    gdx_intake_summary second = commit(&opened);
    assert_true(second.added == 3 && second.replaced == 1 && second.unchanged == 1 && second.commit == 2);
    assert_int_equal(commit(&opened).commit, 2); // nothing since
    close_intake(&opened);
    folder_remove(folder);
}

static void a_document_that_breaks_a_rule_is_refused_and_the_rest_taken(void **state) {
    (void)state;
    char *folder = folder_new();
    struct intake opened = open_intake(folder_path(folder, "index"), 16 << 20);
    assert_false(add(&opened, "", "x"));
    assert_false(add(&opened, "a\tb", "x"));
    assert_false(add(&opened, "\xff", "x"));
    assert_false(add(&opened, "a", "x\xe4\xba"));
    assert_true(add(&opened, "a", ""));
    assert_int_equal(commit(&opened).added, 1);
    close_intake(&opened);
    folder_remove(folder);
}

static void an_intake_that_is_closed_leaves_the_last_commit_alone(void **state) {
    (void)state;
    char *folder = folder_new();
    const char *index = folder_path(folder, "index");
    char *kept = strdup(index);
    struct intake opened = open_intake(kept, 1 << 20);
    add_numbered(&opened, 0, 100);
    commit(&opened);
    uint64_t before = folder_digest(kept);
    add_numbered(&opened, 50, 20000); // several runs, some of it old
    assert_true(folder_count(kept, "segment-") > 1);
    close_intake(&opened);
    assert_true(folder_digest(kept) == before);
    free(kept);
    folder_remove(folder);
}

static void little_memory_makes_no_more_segments(void **state) {
    (void)state;
    char *folder = folder_new();
    struct intake opened = open_intake(folder_path(folder, "index"), 1 << 20);
    add_numbered(&opened, 0, 30000);
    assert_int_equal(commit(&opened).added, 30000);
    assert_int_equal(gdx_snapshot_segment_count(gdx_index_writer_snapshot(opened.writer)), 1);
    close_intake(&opened);
    folder_remove(folder);
}

static void many_documents_make_several_segments_and_a_merge_fewer(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_error err = {0};
    const gdx_intake_options options = {.memory_bytes = 1 << 20, .end_bytes = 32 << 10};
    struct intake opened = open_intake_with(folder_path(folder, "index"), options);
    add_numbered(&opened, 0, 30000);
    assert_int_equal(commit(&opened).added, 30000);
    size_t before = gdx_snapshot_segment_count(gdx_index_writer_snapshot(opened.writer));
    assert_true(before > 10);
    assert_int_equal(gdx_intake_merge(opened.intake, &err), GDX_OK);
    assert_true(gdx_snapshot_segment_count(gdx_index_writer_snapshot(opened.writer)) < before);
    add_numbered(&opened, 0, 10);
    assert_int_equal(commit(&opened).unchanged, 10);
    close_intake(&opened);
    folder_remove(folder);
}

static void a_deadline_ends_the_merge_and_leaves_the_last_commit(void **state) {
    (void)state;
    char *folder = folder_new();
    char *index = strdup(folder_path(folder, "index"));
    const gdx_intake_options options = {.memory_bytes = 16 << 20, .end_bytes = 32 << 10, .stop = {.deadline_ns = 1}};
    struct intake opened = open_intake_with(index, options);
    add_numbered(&opened, 0, 30000); // as many segments as the policy merges
    commit(&opened);
    uint64_t before = folder_digest(index);
    gdx_error err = {0};
    assert_int_equal(gdx_intake_merge(opened.intake, &err), GDX_DEADLINE);
    assert_int_equal(err.status, GDX_DEADLINE);
    close_intake(&opened);
    assert_true(folder_digest(index) == before);
    free(index);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_intake_makes_the_bytes_of_a_batch),
        cmocka_unit_test(what_is_new_replaced_unchanged_or_double_is_told_over_all_commits),
        cmocka_unit_test(a_document_that_breaks_a_rule_is_refused_and_the_rest_taken),
        cmocka_unit_test(an_intake_that_is_closed_leaves_the_last_commit_alone),
        cmocka_unit_test(little_memory_makes_no_more_segments),
        cmocka_unit_test(many_documents_make_several_segments_and_a_merge_fewer),
        cmocka_unit_test(a_deadline_ends_the_merge_and_leaves_the_last_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
