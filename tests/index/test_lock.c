// SPDX-License-Identifier: Apache-2.0
// test_lock.c: one writer at a time, in this process and in others, and none left locked out when one dies.

#include "../support/folder.h"
#include "../support/patience.h"
#include "gdx/index.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static gdx_index_writer *open_writer(const char *folder) {
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_index_writer_open(folder, &writer, &err), GDX_OK);
    return writer;
}

static void assert_busy(const char *folder, const char *words) {
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_index_writer_open(folder, &writer, &err), GDX_PRECONDITION);
    assert_null(writer);
    char text[GDX_ERROR_TEXT_BYTES];
    if (!strstr(gdx_error_text(&err, text), words))
        fail_msg("\"%s\" does not say \"%s\"", text, words);
}

// A process that holds the index until it is killed; returns when it has it.
static pid_t hold_elsewhere(const char *folder) {
    int ready[2];
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t child = fork();
    if (child == 0) {
        gdx_index_writer *writer = NULL;
        char said = gdx_index_writer_open(folder, &writer, NULL) == GDX_OK ? 'y' : 'n';
        if (write(ready[1], &said, 1) == 1)
            pause();
        _exit(1);
    }
    char said = 0;
    assert_true(child > 0);
    assert_int_equal(read(ready[0], &said, 1), 1);
    assert_int_equal(said, 'y');
    close(ready[0]);
    close(ready[1]);
    return child;
}

static void a_second_writer_in_the_process_is_told_that_it_is_busy(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_index_writer *writer = open_writer(folder);
    assert_busy(folder, "another writer is at work");
    assert_busy(folder, "another writer is at work"); // having failed once takes nothing away
    gdx_index_writer_close(writer);
    gdx_index_writer_close(open_writer(folder));
    folder_remove(folder);
}

static void a_writer_in_another_process_is_named(void **state) {
    (void)state;
    char *folder = folder_new();
    pid_t child = hold_elsewhere(folder);
    char words[64];
    snprintf(words, sizeof words, "process %d is writing to this index; wait", (int)child);
    assert_busy(folder, words);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    folder_remove(folder);
}

static void a_writer_that_was_killed_leaves_no_lock(void **state) {
    (void)state;
    char *folder = folder_new();
    pid_t child = hold_elsewhere(folder);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    gdx_index_writer_close(open_writer(folder));
    folder_remove(folder);
}

static void readers_do_not_mind_the_lock(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_index_writer *writer = open_writer(folder);
    gdx_index *index = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_index_open(folder, &index, &err), GDX_OK);
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, &err), GDX_OK);
    gdx_index_close(index);
    gdx_index_writer_close(writer);
    folder_remove(folder);
}

static void a_program_that_the_writer_starts_does_not_inherit_the_lock(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_index_writer *writer = open_writer(folder);
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/sleep", "sleep", "1000000", (char *)NULL);
        _exit(1);
    }
    assert_true(child > 0);
    gdx_index_writer_close(writer);
    // Until exec the child has the descriptor too; a lock it kept would stay.
    gdx_status status;
    uint64_t begin_ns = gdx_now_ns();
    do {
        status = gdx_index_writer_open(folder, &writer, NULL);
    } while (status == GDX_PRECONDITION && patience_since(begin_ns) && usleep(1000) == 0);
    assert_int_equal(status, GDX_OK);
    gdx_index_writer_close(writer);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_writer_in_the_process_is_told_that_it_is_busy),
        cmocka_unit_test(a_writer_in_another_process_is_named),
        cmocka_unit_test(a_writer_that_was_killed_leaves_no_lock),
        cmocka_unit_test(readers_do_not_mind_the_lock),
        cmocka_unit_test(a_program_that_the_writer_starts_does_not_inherit_the_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
