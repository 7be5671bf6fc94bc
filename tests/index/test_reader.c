// SPDX-License-Identifier: Apache-2.0
// test_reader.c: an open index follows the commits of a writer; a snapshot stays what it was when it was taken,
// whatever the writer removes; and a manifest that says something else of a segment than the segment itself is not
// believed.

#include "../support/folder.h"
#include "../support/small_index.h"
#include "layout.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s", gdx_status_name(status), err->message);
}

struct sample {
    char *folder;
    gdx_index_writer *writer;
    gdx_index *index; // opened when the index had documents a and b
};

static void add_one(gdx_index_writer *writer, const char *id, const char *text) {
    gdx_error err = {0};
    must(small_add(writer, 1, &(struct small_document){id, text}, 1, &err), &err);
}

static void commit(gdx_index_writer *writer) {
    gdx_error err = {0};
    must(gdx_index_writer_commit(writer, &err), &err);
}

static void merge(gdx_index_writer *writer) {
    gdx_error err = {0};
    must(gdx_index_writer_merge(writer, &(gdx_merge_options){.to_one = true}, NULL, &err), &err);
}

static int make(void **state) {
    struct sample *sample = calloc(1, sizeof *sample);
    gdx_error err = {0};
    assert_non_null(sample);
    sample->folder = folder_new();
    must(gdx_index_writer_open(sample->folder, &sample->writer, &err), &err);
    const struct small_document two[] = {{"a", "产业链"}, {"b", "供应链"}};
    must(small_add(sample->writer, 1, two, 2, &err), &err);
    commit(sample->writer);
    must(gdx_index_open(sample->folder, &sample->index, &err), &err);
    *state = sample;
    return 0;
}

static int unmake(void **state) {
    struct sample *sample = *state;
    gdx_index_close(sample->index);
    gdx_index_writer_close(sample->writer);
    folder_remove(sample->folder);
    free(sample);
    return 0;
}

static bool refresh(const struct sample *sample) {
    bool changed;
    gdx_error err = {0};
    must(gdx_index_refresh(sample->index, &changed, &err), &err);
    return changed;
}

static void assert_content(const gdx_snapshot *snapshot, const char *expected) {
    gdx_error err = {0};
    char *content = small_content_of(snapshot, &err);
    if (!content)
        fail_msg("%s", err.message);
    assert_string_equal(content, expected);
    free(content);
}

static void a_refresh_without_a_commit_changes_nothing(void **state) {
    struct sample *sample = *state;
    gdx_snapshot *before = gdx_index_snapshot(sample->index);
    assert_false(refresh(sample));
    commit(sample->writer); // of nothing
    assert_false(refresh(sample));
    gdx_snapshot *after = gdx_index_snapshot(sample->index);
    assert_ptr_equal(before, after);
    gdx_snapshot_release(before);
    gdx_snapshot_release(after);
}

static void a_refresh_opens_what_is_new_and_shares_the_rest(void **state) {
    struct sample *sample = *state;
    gdx_snapshot *before = gdx_index_snapshot(sample->index);
    add_one(sample->writer, "c", "贸易");
    commit(sample->writer);
    assert_true(refresh(sample));
    assert_false(refresh(sample));
    gdx_snapshot *after = gdx_index_snapshot(sample->index);
    assert_int_equal(gdx_snapshot_commit(after), 2);
    assert_int_equal(gdx_snapshot_segment_count(after), 2);
    assert_ptr_equal(gdx_snapshot_segment(before, 0)->segment, gdx_snapshot_segment(after, 0)->segment);
    assert_content(before, "a 产业链\nb 供应链\n");
    assert_content(after, "a 产业链\nb 供应链\nc 贸易\n");
    gdx_snapshot_release(before);
    gdx_snapshot_release(after);
}

static void deletions_of_the_last_commit_are_shared(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    must(small_delete(sample->writer, "a", &err), &err);
    commit(sample->writer);
    assert_true(refresh(sample));
    gdx_snapshot *before = gdx_index_snapshot(sample->index);
    add_one(sample->writer, "c", "贸易");
    commit(sample->writer);
    assert_true(refresh(sample));
    gdx_snapshot *after = gdx_index_snapshot(sample->index);
    assert_ptr_equal(gdx_snapshot_segment(before, 0)->deleted, gdx_snapshot_segment(after, 0)->deleted);
    assert_content(after, "b 供应链\nc 贸易\n");
    gdx_snapshot_release(before);
    gdx_snapshot_release(after);
}

static void a_snapshot_outlasts_the_files_it_was_opened_from(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    must(small_delete(sample->writer, "a", &err), &err);
    commit(sample->writer);
    assert_true(refresh(sample));
    gdx_snapshot *old = gdx_index_snapshot(sample->index);
    add_one(sample->writer, "b", "价值链");
    commit(sample->writer);
    merge(sample->writer);
    assert_true(refresh(sample));
    gdx_index_close(sample->index);
    sample->index = NULL;
    assert_content(old, "b 供应链\n");
    gdx_snapshot_release(old);
    assert_small_content(sample->folder, "b 价值链\n");
}

static void a_merge_is_seen_as_new_segments_of_the_same_commit(void **state) {
    struct sample *sample = *state;
    add_one(sample->writer, "c", "贸易");
    commit(sample->writer);
    assert_true(refresh(sample));
    merge(sample->writer);
    assert_true(refresh(sample));
    gdx_snapshot *snapshot = gdx_index_snapshot(sample->index);
    assert_int_equal(gdx_snapshot_commit(snapshot), 2);
    assert_int_equal(gdx_snapshot_segment_count(snapshot), 1);
    gdx_snapshot_release(snapshot);
}

static void a_damaged_commit_leaves_the_reader_its_last_one(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    folder_write_text(sample->folder, "manifest", "gdxmanif");
    assert_int_equal(gdx_index_refresh(sample->index, NULL, &err), GDX_CORRUPT);
    assert_non_null(strstr(err.where, "/manifest"));
    assert_non_null(strstr(err.message, "8 bytes"));
    gdx_snapshot *snapshot = gdx_index_snapshot(sample->index);
    assert_content(snapshot, "a 产业链\nb 供应链\n");
    gdx_snapshot_release(snapshot);
}

// A manifest that is right in itself, with one number of its only record changed.
static void forge(const char *folder, size_t field, uint32_t value, size_t also, uint64_t also_value) {
    gdx_buffer bytes = {0};
    assert_int_equal(gdx_read_file(folder_path(folder, "manifest"), 1 << 20, &bytes, NULL), GDX_OK);
    uint8_t *record = bytes.data + MANIFEST_HEADER_BYTES;
    gdx_store_u32(record + field, value);
    gdx_store_u64(record + also, also_value);
    gdx_store_u64(bytes.data + MANIFEST_DOCUMENT_COUNT_AT, gdx_load_u32(record + RECORD_DOCUMENT_COUNT_AT));
    gdx_store_u64(bytes.data + MANIFEST_SYMBOL_COUNT_AT, gdx_load_u64(record + RECORD_SYMBOL_COUNT_AT));
    size_t checked = bytes.bytes - INDEX_CHECKSUM_BYTES;
    gdx_store_u64(bytes.data + checked, gdx_checksum(bytes.data, checked));
    // As a writer does: another file of the same name.
    folder_write(folder, "forged", bytes.data, bytes.bytes);
    assert_int_equal(rename(folder_path(folder, "forged"), folder_path(folder, "manifest")), 0);
    gdx_buffer_clear(&bytes);
}

static void a_manifest_that_contradicts_an_open_segment_is_refused(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    forge(sample->folder, RECORD_DOCUMENT_COUNT_AT, 1, RECORD_SYMBOL_COUNT_AT, 8); // 10 positions as before
    assert_int_equal(gdx_index_refresh(sample->index, NULL, &err), GDX_CORRUPT);
    assert_non_null(strstr(err.message, "its figures differ from those in the manifest"));
}

static void a_segment_that_is_gone_is_named(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    gdx_index *index = NULL;
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    gdx_snapshot *snapshot = gdx_index_writer_snapshot(sample->writer);
    gdx_segment_file_name(gdx_segment_info_of(gdx_snapshot_segment(snapshot, 0)->segment)->name, name);
    assert_int_equal(remove(folder_path(sample->folder, name)), 0);
    assert_int_equal(gdx_index_open(sample->folder, &index, &err), GDX_CORRUPT);
    assert_non_null(strstr(err.message, name));
    assert_non_null(strstr(err.message, "the manifest names it"));
}

// ---- readers while a writer commits and merges

struct follower {
    const struct sample *sample;
    atomic_bool stop, has_ended;
    atomic_uint opened; // anew
    gdx_error err;
};

// Whatever commit a reader gets, it is a whole one: c with the numbers 0 to n - 1 is always n documents.
static bool is_whole(const gdx_snapshot *snapshot, gdx_error *err) {
    char *content = small_content_of(snapshot, err);
    size_t lines = 0;
    for (const char *at = content; at && (at = strchr(at, '\n')); at++)
        lines++;
    free(content);
    return lines == gdx_snapshot_documents(snapshot) && lines == gdx_snapshot_commit(snapshot) + 1;
}

static void *follow(void *context) {
    struct follower *follower = context;
    while (!atomic_load(&follower->stop) && follower->err.status == GDX_OK) {
        GDX_AUTO(gdx_index) fresh = NULL;
        gdx_status status = gdx_index_refresh(follower->sample->index, NULL, &follower->err);
        if (status == GDX_OK)
            status = gdx_index_open(follower->sample->folder, &fresh, &follower->err);
        if (status != GDX_OK)
            break;
        gdx_snapshot *snapshots[] = {gdx_index_snapshot(follower->sample->index), gdx_index_snapshot(fresh)};
        for (int i = 0; i < 2; i++) {
            if (!is_whole(snapshots[i], &follower->err))
                gdx_fail(&follower->err, GDX_INTERNAL, "not a whole commit");
            gdx_snapshot_release(snapshots[i]);
        }
        atomic_fetch_add(&follower->opened, 1);
    }
    atomic_store(&follower->has_ended, true);
    return NULL;
}

static void readers_get_whole_commits_while_a_writer_commits_and_merges(void **state) {
    enum { COMMITS = 40, OPENED = 10 };
    struct sample *sample = *state;
    struct follower follower = {.sample = sample};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, follow, &follower), 0);
    for (int i = 0; i < COMMITS || (atomic_load(&follower.opened) < OPENED && !atomic_load(&follower.has_ended)); i++) {
        char id[16];
        snprintf(id, sizeof id, "c%d", i);
        add_one(sample->writer, id, "全球贸易治理");
        commit(sample->writer);
        if (i % 3 == 2)
            merge(sample->writer);
    }
    atomic_store(&follower.stop, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    must(follower.err.status, &follower.err);
    assert_true(atomic_load(&follower.opened) >= OPENED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_refresh_without_a_commit_changes_nothing, make, unmake),
        cmocka_unit_test_setup_teardown(a_refresh_opens_what_is_new_and_shares_the_rest, make, unmake),
        cmocka_unit_test_setup_teardown(deletions_of_the_last_commit_are_shared, make, unmake),
        cmocka_unit_test_setup_teardown(a_snapshot_outlasts_the_files_it_was_opened_from, make, unmake),
        cmocka_unit_test_setup_teardown(a_merge_is_seen_as_new_segments_of_the_same_commit, make, unmake),
        cmocka_unit_test_setup_teardown(a_damaged_commit_leaves_the_reader_its_last_one, make, unmake),
        cmocka_unit_test_setup_teardown(a_manifest_that_contradicts_an_open_segment_is_refused, make, unmake),
        cmocka_unit_test_setup_teardown(a_segment_that_is_gone_is_named, make, unmake),
        cmocka_unit_test_setup_teardown(readers_get_whole_commits_while_a_writer_commits_and_merges, make, unmake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
