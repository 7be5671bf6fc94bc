// SPDX-License-Identifier: Apache-2.0
// test_writer.c: what a commit makes of additions and deletions, what it leaves in the directory, and what a writer
// finds and does about what others left there.

#include "../support/folder.h"
#include "../support/small_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct small_document two[] = {{"a", "产业链"}, {"b", "供应链"}};

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s", gdx_status_name(status), err->message);
}

static gdx_index_writer *open_writer(const char *folder) {
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    must(gdx_index_writer_open(folder, &writer, &err), &err);
    return writer;
}

static void assert_refused(const char *folder, gdx_status expected, const char *words) {
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    gdx_status status = gdx_index_writer_open(folder, &writer, &err);
    assert_string_equal(gdx_status_name(status), gdx_status_name(expected));
    assert_null(writer);
    char text[GDX_ERROR_TEXT_BYTES];
    if (!strstr(gdx_error_text(&err, text), words))
        fail_msg("\"%s\" does not say \"%s\"", text, words);
}

static void add(gdx_index_writer *writer, const struct small_document *documents, size_t count) {
    gdx_error err = {0};
    must(small_add(writer, 1, documents, count, &err), &err);
}

static void add_one(gdx_index_writer *writer, const char *id, const char *text) {
    add(writer, &(struct small_document){id, text}, 1);
}

static void delete_one(gdx_index_writer *writer, const char *id) {
    gdx_error err = {0};
    must(small_delete(writer, id, &err), &err);
}

static void commit(gdx_index_writer *writer) {
    gdx_error err = {0};
    must(gdx_index_writer_commit(writer, &err), &err);
}

static void merge(gdx_index_writer *writer, bool to_one, size_t expected) {
    gdx_error err = {0};
    gdx_merge_options options = {.to_one = to_one};
    size_t merged = 99;
    must(gdx_executor_new(2, &options.executor, &err), &err);
    must(gdx_index_writer_merge(writer, &options, &merged, &err), &err);
    gdx_executor_free(options.executor);
    assert_int_equal(merged, expected);
}

static size_t segment_count(gdx_index_writer *writer) {
    return gdx_snapshot_segment_count(gdx_index_writer_snapshot(writer));
}

static uint64_t commit_number(gdx_index_writer *writer) {
    return gdx_snapshot_commit(gdx_index_writer_snapshot(writer));
}

// An index of documents a and b, closed.
static char *sample(void) {
    char *folder = folder_new();
    gdx_index_writer *writer = open_writer(folder);
    add(writer, two, 2);
    commit(writer);
    gdx_index_writer_close(writer);
    return folder;
}

// ---- commits

static void a_new_directory_becomes_an_empty_index(void **state) {
    (void)state;
    char *folder = folder_new();
    assert_int_equal(rmdir(folder), 0);
    gdx_index_writer *writer = open_writer(folder);
    assert_int_equal(commit_number(writer), 0);
    assert_small_content(folder, "");
    gdx_index_writer_close(writer);
    assert_no_leftovers(folder);
    folder_remove(folder);
}

static void nothing_to_commit_is_no_commit(void **state) {
    (void)state;
    char *folder = sample();
    uint64_t before = folder_digest(folder);
    gdx_index_writer *writer = open_writer(folder);
    commit(writer);
    assert_int_equal(commit_number(writer), 1);
    add_one(writer, "c", "贸易"); // and gone again before it was committed
    gdx_error err = {0};
    must(gdx_index_writer_delete(writer, 1, 0, &err), &err);
    commit(writer);
    assert_int_equal(commit_number(writer), 1);
    gdx_index_writer_close(writer);
    assert_int_equal(folder_digest(folder), before);
    folder_remove(folder);
}

static void a_later_document_replaces_the_earlier_of_its_id(void **state) {
    (void)state;
    char *folder = sample();
    gdx_index_writer *writer = open_writer(folder);
    add_one(writer, "a", "价值链");
    commit(writer);
    assert_int_equal(commit_number(writer), 2);
    gdx_index_writer_close(writer);
    assert_small_content(folder, "b 供应链\na 价值链\n");
    assert_no_leftovers(folder);
    folder_remove(folder);
}

static void deletions_of_one_segment_follow_each_other(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_index_writer *writer = open_writer(folder);
    const struct small_document four[] = {{"a", "一"}, {"b", "二"}, {"c", "三"}, {"d", "四"}};
    add(writer, four, 4);
    commit(writer);
    delete_one(writer, "b");
    commit(writer);
    assert_small_content(folder, "a 一\nc 三\nd 四\n");
    delete_one(writer, "d");
    commit(writer);
    assert_small_content(folder, "a 一\nc 三\n");
    assert_no_leftovers(folder);
    gdx_index_writer_close(writer);
    folder_remove(folder);
}

static void a_document_deleted_twice_is_gone_once(void **state) {
    (void)state;
    char *folder = sample();
    gdx_index_writer *writer = open_writer(folder);
    delete_one(writer, "a");
    delete_one(writer, "a");
    commit(writer);
    assert_int_equal(gdx_snapshot_documents(gdx_index_writer_snapshot(writer)), 1);
    gdx_index_writer_close(writer);
    assert_small_content(folder, "b 供应链\n");
    folder_remove(folder);
}

static void an_index_of_which_all_is_deleted_is_empty_and_takes_documents_again(void **state) {
    (void)state;
    char *folder = sample();
    gdx_index_writer *writer = open_writer(folder);
    delete_one(writer, "a");
    delete_one(writer, "b");
    commit(writer);
    assert_int_equal(segment_count(writer), 0);
    assert_int_equal(commit_number(writer), 2);
    assert_small_content(folder, "");
    assert_no_leftovers(folder);
    add(writer, two, 2);
    commit(writer);
    gdx_index_writer_close(writer);
    assert_small_content(folder, "a 产业链\nb 供应链\n");
    assert_no_leftovers(folder);
    folder_remove(folder);
}

static void what_cannot_be_deleted_changes_nothing(void **state) {
    (void)state;
    char *folder = sample();
    gdx_index_writer *writer = open_writer(folder);
    gdx_error err = {0};
    assert_int_equal(gdx_index_writer_delete(writer, 0, 2, &err), GDX_INVALID);
    assert_non_null(strstr(err.message, "no document 2, there are 2"));
    err = (gdx_error){0};
    assert_int_equal(gdx_index_writer_delete(writer, 1, 0, &err), GDX_INVALID);
    assert_non_null(strstr(err.message, "no segment 1, there are 1"));
    commit(writer);
    assert_int_equal(commit_number(writer), 1);
    gdx_index_writer_close(writer);
    folder_remove(folder);
}

// ---- the same content twice

static void equal_segments_of_one_commit_are_one_file_and_the_later_counts(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_index_writer *writer = open_writer(folder);
    gdx_error err = {0};
    add(writer, two, 2);
    add(writer, two, 2);
    must(gdx_index_writer_delete(writer, 0, 0, &err), &err);
    must(gdx_index_writer_delete(writer, 0, 1, &err), &err);
    commit(writer);
    assert_int_equal(segment_count(writer), 1);
    gdx_index_writer_close(writer);
    assert_small_content(folder, "a 产业链\nb 供应链\n");
    assert_no_leftovers(folder);
    folder_remove(folder);
}

static void equal_segments_that_are_both_live_are_refused_and_the_commit_stands(void **state) {
    (void)state;
    char *folder = sample();
    gdx_index_writer *writer = open_writer(folder);
    gdx_error err = {0};
    gdx_segment_info info;
    must(small_segment(folder, 1, two, 2, &info, &err), &err);
    must(gdx_index_writer_add(writer, &info, &err), &err);
    assert_int_equal(gdx_index_writer_commit(writer, &err), GDX_CORRUPT);
    assert_non_null(strstr(err.message, "is named twice"));
    gdx_index_writer_close(writer);
    assert_small_content(folder, "a 产业链\nb 供应链\n");
    assert_no_leftovers(folder);
    folder_remove(folder);
}

static void documents_replaced_by_the_same_keep_their_file(void **state) {
    (void)state;
    char *folder = sample();
    gdx_index_writer *writer = open_writer(folder);
    add(writer, two, 2);
    commit(writer);
    assert_int_equal(segment_count(writer), 1);
    assert_int_equal(commit_number(writer), 2);
    gdx_index_writer_close(writer);
    assert_small_content(folder, "a 产业链\nb 供应链\n");
    assert_no_leftovers(folder);
    folder_remove(folder);
}

// ---- abort

static void an_abort_forgets_what_is_pending_and_its_files(void **state) {
    (void)state;
    char *folder = sample();
    uint64_t before = folder_digest(folder);
    gdx_index_writer *writer = open_writer(folder);
    gdx_error err = {0};
    gdx_segment_info never_added;
    const struct small_document other = {"z", "美国"};
    must(small_segment(folder, 7, &other, 1, &never_added, &err), &err);
    add_one(writer, "a", "价值链");
    delete_one(writer, "b");
    gdx_index_writer_abort(writer);
    assert_int_equal(folder_digest(folder), before);
    delete_one(writer, "a"); // and the writer goes on, from the commit
    commit(writer);
    gdx_index_writer_close(writer);
    assert_small_content(folder, "b 供应链\n");
    assert_no_leftovers(folder);
    folder_remove(folder);
}

static void a_close_without_a_commit_leaves_the_last_one(void **state) {
    (void)state;
    char *folder = sample();
    uint64_t before = folder_digest(folder);
    gdx_index_writer *writer = open_writer(folder);
    add(writer, two, 2); // the same file as the commit's: it must not go
    add_one(writer, "c", "贸易");
    gdx_index_writer_close(writer);
    assert_int_equal(folder_digest(folder), before);
    folder_remove(folder);
}

// ---- merge

static void segments_merge_to_one_and_keep_order_and_commit(void **state) {
    (void)state;
    char *folder = sample();
    gdx_index_writer *writer = open_writer(folder);
    add_one(writer, "a", "价值链");
    commit(writer);
    add_one(writer, "0", "贸易");
    merge(writer, true, 3); // commits what is pending first
    assert_int_equal(commit_number(writer), 3);
    assert_int_equal(segment_count(writer), 1);
    assert_small_content(folder, "b 供应链\na 价值链\n0 贸易\n");
    assert_no_leftovers(folder);
    merge(writer, true, 0);
    gdx_index_writer_close(writer);
    folder_remove(folder);
}

static void ten_commits_make_one_segment_by_the_policy(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_index_writer *writer = open_writer(folder);
    for (int i = 0; i < 10; i++) {
        char id[2] = {(char)('0' + i), 0};
        merge(writer, false, 0);
        add_one(writer, id, "链");
        commit(writer);
    }
    merge(writer, false, 10);
    assert_int_equal(segment_count(writer), 1);
    assert_small_content(folder, "0 链\n1 链\n2 链\n3 链\n4 链\n5 链\n6 链\n7 链\n8 链\n9 链\n");
    gdx_index_writer_close(writer);
    folder_remove(folder);
}

// A merge that `stop` ends with `status` at once.
static void assert_stopped_merge_changes_nothing(gdx_stop stop, gdx_status status) {
    char *folder = sample();
    gdx_index_writer *writer = open_writer(folder);
    add_one(writer, "c", "贸易");
    commit(writer);
    uint64_t before = folder_digest(folder);
    uint64_t commit_before = commit_number(writer);
    gdx_merge_options options = {.to_one = true, .stop = stop};
    gdx_error err = {0};
    assert_int_equal(gdx_index_writer_merge(writer, &options, NULL, &err), status);
    assert_int_equal(err.status, status);
    assert_int_equal(commit_number(writer), commit_before);
    assert_int_equal(segment_count(writer), 2);
    gdx_index_writer_close(writer);
    assert_int_equal(folder_digest(folder), before);
    folder_remove(folder);
}

static void a_merge_that_is_cancelled_changes_nothing(void **state) {
    (void)state;
    atomic_bool cancelled = true;
    assert_stopped_merge_changes_nothing((gdx_stop){.cancelled = &cancelled}, GDX_CANCELLED);
}

static void a_merge_after_its_deadline_leaves_the_last_commit(void **state) {
    (void)state;
    assert_stopped_merge_changes_nothing((gdx_stop){.deadline_ns = 1}, GDX_DEADLINE);
}

// ---- what others left

static bool has_column(gdx_index_writer *writer, size_t segment, const char *key) {
    gdx_keys keys = {0};
    gdx_error err = {0};
    bool has = false;
    must(gdx_keys_add(&keys, gdx_slice_of(key), &err), &err);
    must(gdx_segment_has_keys(gdx_snapshot_segment(gdx_index_writer_snapshot(writer), segment)->segment, &keys, &has,
                              &err),
         &err);
    return has;
}

static void a_declared_key_stays_and_segments_get_its_column_by_a_merge(void **state) {
    (void)state;
    char *folder = sample();
    gdx_error err = {0};
    gdx_index_writer *writer = open_writer(folder);
    must(gdx_index_writer_declare(writer, gdx_slice_of("lang"), &err), &err);
    commit(writer);
    assert_int_equal(commit_number(writer), 1); // the documents are the same
    gdx_index_writer_close(writer);
    writer = open_writer(folder);
    assert_int_equal(gdx_index_writer_keys(writer)->count, 1);
    assert_false(has_column(writer, 0, "lang"));
    merge(writer, false, 1);
    assert_true(has_column(writer, 0, "lang"));
    assert_int_equal(commit_number(writer), 1);
    merge(writer, false, 0);
    must(gdx_index_writer_declare(writer, gdx_slice_of("lang"), &err), &err); // as it is
    commit(writer);
    assert_int_equal(segment_count(writer), 1);
    gdx_index_writer_close(writer);
    assert_no_leftovers(folder);
    must(gdx_index_verify(folder, NULL, NULL, NULL, &err), &err);
    folder_remove(folder);
}

static void a_key_that_was_not_committed_is_forgotten(void **state) {
    (void)state;
    char *folder = sample();
    uint64_t before = folder_digest(folder);
    gdx_error err = {0};
    gdx_index_writer *writer = open_writer(folder);
    must(gdx_index_writer_declare(writer, gdx_slice_of("lang"), &err), &err);
    gdx_index_writer_abort(writer);
    assert_int_equal(gdx_index_writer_keys(writer)->count, 0);
    assert_int_equal(gdx_index_writer_declare(writer, gdx_slice_of(""), &err), GDX_INVALID);
    gdx_index_writer_close(writer);
    assert_int_equal(folder_digest(folder), before);
    folder_remove(folder);
}

static void leftovers_go_and_foreign_files_stay(void **state) {
    (void)state;
    char *folder = sample();
    uint64_t before = folder_digest(folder);
    static const char *const left[] = {"manifest.tmp", "segment-new-3.tmp", "segment-0123456789abcdef",
                                       "deletions-0123456789abcdef", "deletions-0123456789abcdef.tmp"};
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        folder_write_text(folder, left[i], "left");
    gdx_index_writer_close(open_writer(folder));
    assert_int_equal(folder_digest(folder), before);
    static const char *const foreign[] = {"notes.txt",
                                          "segment-0123456789abcde",
                                          "segment-0123456789ABCDEF",
                                          "deletions-0123456789abcdef0",
                                          "segment-",
                                          ".hidden",
                                          "x.tmp"};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        folder_write_text(folder, foreign[i], "mine");
    before = folder_digest(folder);
    gdx_index_writer_close(open_writer(folder));
    assert_int_equal(folder_digest(folder), before);
    folder_remove(folder);
}

static void a_first_writer_that_was_interrupted_is_made_up_for(void **state) {
    (void)state;
    char *folder = folder_new();
    folder_write_text(folder, "lock", "");
    folder_write_text(folder, "manifest.tmp", "gdxma");
    gdx_index_writer_close(open_writer(folder));
    assert_small_content(folder, "");
    assert_no_leftovers(folder);
    folder_remove(folder);
}

// The first run of an index may be interrupted after it has converted files and before it has committed.
static void converted_files_are_neither_foreign_nor_left_over(void **state) {
    (void)state;
    char *folder = folder_new();
    assert_int_equal(mkdir(folder_path(folder, "converted"), 0755), 0);
    folder_write_text(folder, "converted/file", "kept");
    gdx_index_writer_close(open_writer(folder));
    gdx_index_writer_close(open_writer(folder));
    assert_small_content(folder, "");
    assert_int_equal(access(folder_path(folder, "converted/file"), F_OK), 0);
    folder_remove(folder);
}

static void a_folder_of_other_files_is_left_alone(void **state) {
    (void)state;
    char *folder = folder_new();
    folder_write_text(folder, "thesis.docx", "years of work");
    uint64_t before = folder_digest(folder);
    assert_refused(folder, GDX_INVALID, "holds files and no index; give an empty or a new directory");
    assert_int_equal(folder_digest(folder), before);
    folder_remove(folder);
}

static void segments_without_a_manifest_are_not_taken_for_an_empty_index(void **state) {
    (void)state;
    char *folder = sample();
    assert_int_equal(remove(folder_path(folder, "manifest")), 0);
    uint64_t before = folder_digest(folder);
    assert_refused(folder, GDX_CORRUPT, "has segments, but no manifest that names them");
    assert_int_equal(folder_digest(folder), before);
    folder_remove(folder);
}

// The manifest of an earlier commit, put back by hand: its files are gone, and those there must not follow them.
static void a_manifest_that_does_not_fit_its_directory_costs_no_file(void **state) {
    (void)state;
    char *folder = sample();
    gdx_buffer old = {0};
    assert_int_equal(gdx_read_file(folder_path(folder, "manifest"), 1 << 20, &old, NULL), GDX_OK);
    gdx_index_writer *writer = open_writer(folder);
    add_one(writer, "c", "贸易");
    merge(writer, true, 2);
    gdx_index_writer_close(writer);
    folder_write(folder, "manifest", old.data, old.bytes);
    gdx_buffer_clear(&old);
    uint64_t before = folder_digest(folder);
    assert_refused(folder, GDX_CORRUPT, "the manifest names it");
    assert_int_equal(folder_digest(folder), before);
    folder_remove(folder);
}

static void a_manifest_that_is_damaged_costs_no_file(void **state) {
    (void)state;
    char *folder = sample();
    folder_write_text(folder, "manifest", "gdxmanif");
    uint64_t before = folder_digest(folder);
    assert_refused(folder, GDX_CORRUPT, "manifest: 8 bytes, a manifest has at least 72");
    assert_int_equal(folder_digest(folder), before);
    folder_remove(folder);
}

static void a_leftover_that_cannot_be_removed_is_named(void **state) {
    (void)state;
    char *folder = sample();
    assert_int_equal(mkdir(folder_path(folder, "segment-0123456789abcdef"), 0700), 0);
    assert_refused(folder, GDX_IO, "segment-0123456789abcdef: left by an interrupted writer, cannot be removed");
    assert_small_content(folder, "a 产业链\nb 供应链\n");
    folder_remove(folder);
}

static void a_directory_whose_parent_is_not_there_is_not_made(void **state) {
    (void)state;
    char *folder = folder_new();
    assert_refused(folder_path(folder, "x/y"), GDX_NOT_FOUND, "x/y: cannot be made");
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_directory_becomes_an_empty_index),
        cmocka_unit_test(nothing_to_commit_is_no_commit),
        cmocka_unit_test(a_later_document_replaces_the_earlier_of_its_id),
        cmocka_unit_test(deletions_of_one_segment_follow_each_other),
        cmocka_unit_test(a_document_deleted_twice_is_gone_once),
        cmocka_unit_test(an_index_of_which_all_is_deleted_is_empty_and_takes_documents_again),
        cmocka_unit_test(what_cannot_be_deleted_changes_nothing),
        cmocka_unit_test(equal_segments_of_one_commit_are_one_file_and_the_later_counts),
        cmocka_unit_test(equal_segments_that_are_both_live_are_refused_and_the_commit_stands),
        cmocka_unit_test(documents_replaced_by_the_same_keep_their_file),
        cmocka_unit_test(an_abort_forgets_what_is_pending_and_its_files),
        cmocka_unit_test(a_close_without_a_commit_leaves_the_last_one),
        cmocka_unit_test(segments_merge_to_one_and_keep_order_and_commit),
        cmocka_unit_test(ten_commits_make_one_segment_by_the_policy),
        cmocka_unit_test(a_merge_that_is_cancelled_changes_nothing),
        cmocka_unit_test(a_merge_after_its_deadline_leaves_the_last_commit),
        cmocka_unit_test(a_declared_key_stays_and_segments_get_its_column_by_a_merge),
        cmocka_unit_test(a_key_that_was_not_committed_is_forgotten),
        cmocka_unit_test(leftovers_go_and_foreign_files_stay),
        cmocka_unit_test(a_first_writer_that_was_interrupted_is_made_up_for),
        cmocka_unit_test(converted_files_are_neither_foreign_nor_left_over),
        cmocka_unit_test(a_folder_of_other_files_is_left_alone),
        cmocka_unit_test(segments_without_a_manifest_are_not_taken_for_an_empty_index),
        cmocka_unit_test(a_manifest_that_does_not_fit_its_directory_costs_no_file),
        cmocka_unit_test(a_manifest_that_is_damaged_costs_no_file),
        cmocka_unit_test(a_leftover_that_cannot_be_removed_is_named),
        cmocka_unit_test(a_directory_whose_parent_is_not_there_is_not_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
