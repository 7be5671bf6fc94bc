// SPDX-License-Identifier: Apache-2.0
// test_full_disk.c: a real full disk: a small file system in memory, mounted for this process alone, filled up so that
// a few pages are left. Where the system does not let us mount one, the tests are skipped and say so.

#include "work.h"

#include "../support/folder.h"
#include "../support/small_index.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGE_BYTES = 4096, PAGES_FREE_MOST = 24 };

static char *start; // the index that works begin from
static char *disk;  // where the file system is mounted
static bool is_mounted;

static int make(void **state) {
    (void)state;
    start = folder_new();
    disk = folder_new();
    work_make_start(start);
    bool is_alone = unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
    is_mounted = is_alone && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                 mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0;
    if (!is_mounted)
        print_message("           no file system can be mounted here: %s\n", strerror(errno));
    return 0;
}

static int unmake(void **state) {
    (void)state;
    if (is_mounted)
        umount2(disk, MNT_DETACH);
    work_end();
    folder_remove(start);
    folder_remove(disk);
    return 0;
}

// Fills the disk up to so many free pages.
static void fill(size_t free_pages) {
    static const char page[PAGE_BYTES];
    int file = open(folder_path(disk, "filler"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    off_t bytes = 0;
    for (ssize_t written; (written = write(file, page, sizeof page)) > 0;)
        bytes += written;
    assert_int_equal(errno, ENOSPC);
    off_t left = bytes - (off_t)(free_pages * PAGE_BYTES);
    assert_int_equal(ftruncate(file, left > 0 ? left : 0), 0);
    close(file);
}

static void work_on_a_full_disk(const struct work *work, size_t free_pages, size_t *refused) {
    gdx_error err = {0};
    char index[4096];
    snprintf(index, sizeof index, "%s/index", disk);
    work_copy(start, index);
    fill(free_pages);
    gdx_status status = work->run(index, &err);
    if (status != GDX_OK && (status != GDX_NO_SPACE || !strstr(err.message, "No space left on device")))
        fail_msg("%s, %zu pages: %s: %s", work->name, free_pages, gdx_status_name(status), err.message);
    bool merge_failed = strstr(err.message, "are committed") != NULL;
    assert_small_content(index, status == GDX_OK || merge_failed ? work->after : work->before);
    assert_int_equal(remove(folder_path(disk, "filler")), 0);
    assert_no_leftovers(index);
    *refused += status != GDX_OK;
    if (status == GDX_OK || merge_failed)
        return;
    err = (gdx_error){0};
    if (work->run(index, &err) != GDX_OK)
        fail_msg("%s, with room again: %s", work->name, err.message);
    assert_small_content(index, work->after);
}

static void a_full_disk_is_an_error_that_leaves_the_last_commit_and_no_file(void **state) {
    (void)state;
    if (!is_mounted)
        skip();
    char index[4096];
    snprintf(index, sizeof index, "%s/index", disk);
    assert_int_equal(mkdir(index, 0700), 0);
    for (size_t i = 1; i < WORK_COUNT; i++) { // the first begins from nothing
        size_t refused = 0;
        for (size_t free_pages = 0; free_pages < PAGES_FREE_MOST; free_pages++)
            work_on_a_full_disk(&works[i], free_pages, &refused);
        print_message("           %s: refused %zu times\n", works[i].name, refused);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_is_an_error_that_leaves_the_last_commit_and_no_file),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
