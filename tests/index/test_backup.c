// SPDX-License-Identifier: Apache-2.0
// test_backup.c: one commit in another directory and back: what is copied, linked, kept and refused, what stays as it
// was when it fails, and that commit numbers do not come to mean two commits.

#include "../support/allocations.h"
#include "../support/each_allocation.h"
#include "../support/folder.h"
#include "../support/small_index.h"

#include "gdx/backup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define FIRST  "a 产业链\nb 供应链\n"
#define SECOND "b 供应链\na 价值链\nc 关税\n"

static struct {
    char *folder; // with what follows in it
    char index[4096], to[4096];
} place;

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s: %s", gdx_status_name(status), err->where, err->message);
}

static gdx_index_writer *writer_of(const char *directory) {
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    must(gdx_index_writer_open(directory, &writer, &err), &err);
    return writer;
}

static void commit_first(void) {
    gdx_index_writer *writer = writer_of(place.index);
    gdx_error err = {0};
    must(small_add(writer, 1, (const struct small_document[]){{"a", "产业链"}, {"b", "供应链"}}, 2, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    gdx_index_writer_close(writer);
}

static void commit_second(void) {
    gdx_index_writer *writer = writer_of(place.index);
    gdx_error err = {0};
    must(small_add(writer, 1, (const struct small_document[]){{"a", "价值链"}, {"c", "关税"}}, 2, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    gdx_index_writer_close(writer);
}

static int make(void **state) {
    (void)state;
    place.folder = folder_new();
    snprintf(place.index, sizeof place.index, "%s/index", place.folder);
    snprintf(place.to, sizeof place.to, "%s/to", place.folder);
    commit_first();
    return 0;
}

static int unmake(void **state) {
    (void)state;
    folder_remove(place.folder);
    return 0;
}

static gdx_backup_figures backup(gdx_backup_options options) {
    gdx_backup_figures figures;
    gdx_error err = {0};
    must(gdx_index_backup(place.index, place.to, &options, &figures, &err), &err);
    return figures;
}

static gdx_status fail_backup(gdx_backup_options options, gdx_error *err) {
    gdx_backup_figures figures;
    gdx_status status = gdx_index_backup(place.index, place.to, &options, &figures, err);
    if (status == GDX_OK || !err->message[0])
        fail_msg("%s, \"%s\"", gdx_status_name(status), err->message);
    return status;
}

static gdx_backup_figures restore(void) {
    gdx_backup_figures figures;
    gdx_error err = {0};
    must(gdx_index_restore(place.to, place.index, &(gdx_backup_options){0}, &figures, &err), &err);
    return figures;
}

// The first file of a directory whose name begins so.
static const char *file_of(const char *directory, const char *prefix) {
    char pattern[4200], line[4096] = "";
    snprintf(pattern, sizeof pattern, "ls %s/%s* | head -1", directory, prefix);
    FILE *names = popen(pattern, "re");
    assert_non_null(names);
    assert_non_null(fgets(line, sizeof line, names));
    pclose(names);
    line[strcspn(line, "\n")] = '\0';
    return folder_path(directory, strrchr(line, '/') + 1);
}

static void flip(const char *path, off_t at) {
    uint8_t byte;
    int file = open(path, O_RDWR | O_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(pread(file, &byte, 1, at), 1);
    byte ^= 0x40;
    assert_int_equal(pwrite(file, &byte, 1, at), 1);
    close(file);
}

static bool is_there(const char *path) {
    return access(path, F_OK) == 0;
}

static nlink_t links_of(const char *path) {
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_nlink;
}

static void assert_nothing_partial(void) {
    assert_int_equal(folder_count(place.folder, "to.partial"), 0);
}

// ---- backup

static void a_backup_is_the_commit_and_nothing_else(void **state) {
    (void)state;
    commit_second();
    folder_write_text(place.index, "base", "..\n");
    gdx_backup_figures figures = backup((gdx_backup_options){0});
    assert_small_content(place.to, SECOND);
    assert_int_equal(figures.commit, 2);
    assert_int_equal(figures.documents, 3);
    assert_true(figures.copied_bytes + figures.cloned_bytes > 0 && figures.kept_bytes + figures.linked_bytes == 0);
    assert_int_equal(folder_count(place.to, ""), 2 + 4); // . and .., manifest, two segments, one list of deletions
    assert_false(is_there(folder_path(place.to, "base")) || is_there(folder_path(place.to, "lock")));
    assert_int_equal(links_of(file_of(place.to, "segment-")), 1);
    assert_nothing_partial();
}

static void links_share_what_files_hold(void **state) {
    (void)state;
    gdx_backup_figures figures = backup((gdx_backup_options){.links = true});
    assert_true(figures.linked_bytes > 0 && figures.copied_bytes == 0);
    assert_int_equal(links_of(file_of(place.to, "segment-")), 2);
    assert_int_equal(links_of(folder_path(place.to, "manifest")), 1);
    commit_second();
    gdx_index_writer *writer = writer_of(place.index);
    gdx_error err = {0};
    must(gdx_index_writer_merge(writer, &(gdx_merge_options){.to_one = true}, NULL, &err), &err);
    gdx_index_writer_close(writer);
    assert_small_content(place.to, FIRST); // whatever the writer has removed
    assert_small_content(place.index, SECOND);
}

static void what_is_there_is_not_written_over(void **state) {
    (void)state;
    gdx_error err = {0};
    backup((gdx_backup_options){0});
    uint64_t before = folder_digest(place.to);
    commit_second();
    assert_int_equal(fail_backup((gdx_backup_options){0}, &err), GDX_PRECONDITION);
    assert_non_null(strstr(err.message, "--update"));
    assert_int_equal(folder_digest(place.to), before);
    assert_nothing_partial();
}

static void an_update_copies_what_is_new(void **state) {
    (void)state;
    backup((gdx_backup_options){0});
    commit_second();
    gdx_backup_figures figures = backup((gdx_backup_options){.updates = true});
    assert_small_content(place.to, SECOND);
    assert_true(figures.kept_bytes > 0 && figures.copied_bytes + figures.cloned_bytes > 0);
    assert_true(figures.had_index && !figures.is_unchanged);
    assert_int_equal(figures.commit_before, 1);
    assert_true(backup((gdx_backup_options){.updates = true}).is_unchanged);
    gdx_index_writer *writer = writer_of(place.index);
    gdx_error err = {0};
    must(gdx_index_writer_merge(writer, &(gdx_merge_options){.to_one = true}, NULL, &err), &err);
    gdx_index_writer_close(writer);
    backup((gdx_backup_options){.updates = true}); // the number is the same, the files are not
    assert_small_content(place.to, SECOND);
    assert_int_equal(folder_count(place.to, "segment-"), 1);
}

static void an_update_makes_what_is_not_there_and_mends_what_is_damaged(void **state) {
    (void)state;
    backup((gdx_backup_options){.updates = true});
    flip(file_of(place.to, "segment-"), 100);
    gdx_backup_figures figures = backup((gdx_backup_options){.updates = true});
    assert_true(figures.copied_bytes + figures.cloned_bytes > 0 && !figures.is_unchanged);
    assert_small_content(place.to, FIRST);
}

static void expect_refused(const char *index, const char *to, gdx_status expected) {
    gdx_backup_figures figures;
    gdx_error err = {0};
    uint64_t before = folder_digest(to);
    assert_int_equal(gdx_index_backup(index, to, &(gdx_backup_options){.updates = true}, &figures, &err), expected);
    assert_true(err.message[0]);
    unlink(folder_path(to, "lock"));
    assert_int_equal(folder_digest(to), before);
}

static void an_update_refuses_a_newer_commit_and_other_files(void **state) {
    (void)state;
    char older[4200], others[4200];
    snprintf(older, sizeof older, "%s/older", place.folder);
    snprintf(others, sizeof others, "%s/others", place.folder);
    gdx_index_writer_close(writer_of(older));
    backup((gdx_backup_options){0});
    expect_refused(older, place.to, GDX_PRECONDITION);
    assert_int_equal(mkdir(others, 0777), 0);
    folder_write_text(others, "thesis.txt", "mine");
    expect_refused(place.index, others, GDX_INVALID);
    unlink(folder_path(place.index, "lock"));
    expect_refused(place.index, place.index, GDX_INVALID);
}

static void a_damaged_file_is_named_and_no_backup_is_made(void **state) {
    (void)state;
    for (int links = 0; links < 2; links++) {
        gdx_error err = {0};
        const char *segment = file_of(place.index, "segment-");
        flip(segment, 100);
        assert_int_equal(fail_backup((gdx_backup_options){.links = links}, &err), GDX_CORRUPT);
        assert_string_equal(err.where, segment);
        assert_false(is_there(place.to));
        assert_nothing_partial();
        flip(segment, 100);
    }
    gdx_error err = {0};
    const char *segment = file_of(place.index, "segment-");
    assert_int_equal(unlink(segment), 0);
    assert_int_equal(fail_backup((gdx_backup_options){0}, &err), GDX_CORRUPT);
    assert_string_equal(err.where, segment);
    assert_nothing_partial();
}

static void a_partial_one_is_gone_on_with(void **state) {
    (void)state;
    char partial[4200];
    snprintf(partial, sizeof partial, "%s.partial", place.to);
    backup((gdx_backup_options){0});
    assert_int_equal(rename(place.to, partial), 0); // as if killed before the last step
    folder_write_text(partial, "segment-new-0.tmp", "half");
    commit_second();
    gdx_backup_figures figures = backup((gdx_backup_options){0});
    assert_true(figures.kept_bytes > 0);
    assert_small_content(place.to, SECOND);
    assert_int_equal(folder_count(place.to, ""), 2 + 4);
    assert_nothing_partial();

    assert_int_equal(mkdir(partial, 0777), 0);
    folder_write_text(partial, "thesis.txt", "mine");
    gdx_error err = {0};
    assert_int_equal(rename(place.to, folder_path(place.folder, "moved")), 0);
    assert_int_equal(fail_backup((gdx_backup_options){0}, &err), GDX_INVALID);
    assert_true(is_there(folder_path(partial, "thesis.txt")));
}

static void stopped_it_leaves_nothing(void **state) {
    (void)state;
    atomic_bool stopped = true;
    gdx_error err = {0};
    assert_int_equal(fail_backup((gdx_backup_options){.stop.cancelled = &stopped}, &err), GDX_CANCELLED);
    assert_false(is_there(place.to));
    assert_nothing_partial();
}

// ---- restore

static void a_restored_index_has_what_the_backup_holds(void **state) {
    (void)state;
    backup((gdx_backup_options){0});
    commit_second();
    gdx_backup_figures figures = restore();
    assert_small_content(place.index, FIRST);
    assert_no_leftovers(place.index);
    assert_int_equal(figures.commit, 3); // and not 1 again, nor 2
    assert_int_equal(figures.commit_before, 2);
    assert_true(figures.kept_bytes > 0 && figures.copied_bytes + figures.cloned_bytes == 0);
    figures = restore();
    assert_true(figures.is_unchanged);
    assert_int_equal(figures.commit, 3);
    commit_second();
    assert_small_content(place.index, SECOND);
}

static void a_directory_that_is_not_there_is_made(void **state) {
    (void)state;
    commit_second();
    backup((gdx_backup_options){0});
    folder_remove(strdup(place.index));
    gdx_backup_figures figures = restore();
    assert_int_equal(figures.commit, 2);
    assert_false(figures.had_index);
    assert_small_content(place.index, SECOND);
}

static void damage_of_every_kind_is_mended(void **state) {
    (void)state;
    commit_second();
    backup((gdx_backup_options){0});
    static const char *const files[] = {"segment-", "deletions-", "manifest"};
    for (size_t i = 0; i < 3; i++) {
        for (int how = 0; how < 4; how++) {
            const char *path = file_of(place.index, files[i]);
            if (how < 2)
                flip(path, how ? 9 : 30); // the version, or what comes after
            else
                assert_int_equal(how == 2 ? truncate(path, 50) : unlink(path), 0);
            gdx_backup_figures figures = restore();
            assert_false(figures.is_unchanged && i < 2);
            assert_int_equal(figures.commit, 2);
            assert_small_content(place.index, SECOND);
            assert_no_leftovers(place.index);
        }
    }
}

static void a_damaged_backup_changes_nothing(void **state) {
    (void)state;
    backup((gdx_backup_options){0});
    commit_second();
    static const char *const files[] = {"segment-", "manifest"};
    for (size_t i = 0; i < 2; i++) {
        const char *path = file_of(place.to, files[i]);
        gdx_backup_figures figures;
        gdx_error err = {0};
        uint64_t before = folder_digest(place.index);
        flip(path, 40);
        assert_int_equal(gdx_index_restore(place.to, place.index, &(gdx_backup_options){0}, &figures, &err),
                         GDX_CORRUPT);
        assert_string_equal(err.where, path);
        assert_int_equal(folder_digest(place.index), before);
        flip(path, 40);
    }
}

static void a_writer_at_work_is_not_disturbed(void **state) {
    (void)state;
    gdx_backup_figures figures;
    gdx_error err = {0};
    backup((gdx_backup_options){0});
    commit_second();
    gdx_index_writer *writer = writer_of(place.index);
    assert_int_equal(gdx_index_restore(place.to, place.index, &(gdx_backup_options){0}, &figures, &err),
                     GDX_PRECONDITION);
    assert_int_equal(err.reason, GDX_REASON_INDEX_LOCKED);
    gdx_index_writer_close(writer);
    assert_small_content(place.index, SECOND);
}

static void a_reader_takes_it_up(void **state) {
    (void)state;
    gdx_index *index = NULL;
    gdx_error err = {0};
    bool changed;
    backup((gdx_backup_options){0});
    commit_second();
    must(gdx_index_open(place.index, &index, &err), &err);
    gdx_snapshot *old = gdx_index_snapshot(index);
    restore();
    must(gdx_index_refresh(index, &changed, &err), &err);
    assert_true(changed);
    gdx_snapshot *fresh = gdx_index_snapshot(index);
    assert_int_equal(gdx_snapshot_commit(fresh), 3);
    assert_int_equal(gdx_snapshot_documents(fresh), 2);
    char *content = small_content_of(old, &err); // what is gone is read on
    assert_string_equal(content, SECOND);
    free(content);
    gdx_snapshot_release(fresh);
    gdx_snapshot_release(old);
    gdx_index_close(index);
}

// ---- allocations

static gdx_status backup_once(void) {
    gdx_backup_figures figures;
    gdx_error err = {0};
    return gdx_index_backup(place.index, place.to, &(gdx_backup_options){0}, &figures, &err);
}

static void remove_backup(gdx_status status) {
    assert_int_equal(is_there(place.to), status == GDX_OK);
    assert_nothing_partial();
    if (status == GDX_OK) {
        assert_small_content(place.to, SECOND);
        folder_remove(strdup(place.to));
    }
}

static void no_failed_allocation_leaves_half_a_backup(void **state) {
    (void)state;
    commit_second();
    fail_each_allocation(backup_once, remove_backup, 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_backup_is_the_commit_and_nothing_else),
        TEST(links_share_what_files_hold),
        TEST(what_is_there_is_not_written_over),
        TEST(an_update_copies_what_is_new),
        TEST(an_update_makes_what_is_not_there_and_mends_what_is_damaged),
        TEST(an_update_refuses_a_newer_commit_and_other_files),
        TEST(a_damaged_file_is_named_and_no_backup_is_made),
        TEST(a_partial_one_is_gone_on_with),
        TEST(stopped_it_leaves_nothing),
        TEST(a_restored_index_has_what_the_backup_holds),
        TEST(a_directory_that_is_not_there_is_made),
        TEST(damage_of_every_kind_is_mended),
        TEST(a_damaged_backup_changes_nothing),
        TEST(a_writer_at_work_is_not_disturbed),
        TEST(a_reader_takes_it_up),
        TEST(no_failed_allocation_leaves_half_a_backup),
    };
    return cmocka_run_group_tests_name("index: backup", tests, NULL, NULL);
}
