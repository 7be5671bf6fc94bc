// SPDX-License-Identifier: Apache-2.0
// test_map.c: a file that loses its pages while it is mapped. It reads as zeros, the map says where it broke, and the
// process lives; a SIGBUS that is no map's goes where it went before.

#include "../support/folder.h"
#include "gdx/file.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_BYTES = 40 * 4096 + 100, CUT = 8 * 4096, MANY = 700, THREADS = 4 };

static sigjmp_buf not_ours;
static volatile sig_atomic_t passed_on;

static void on_other_fault(int number) {
    (void)number;
    passed_on++;
    siglongjmp(not_ours, 1);
}

static void write_file(const char *folder, const char *name) {
    uint8_t *bytes = malloc(FILE_BYTES);
    assert_non_null(bytes);
    memset(bytes, 7, FILE_BYTES);
    folder_write(folder, name, bytes, FILE_BYTES);
    free(bytes);
}

static void open_map(const char *folder, const char *name, gdx_map *map) {
    gdx_error err = {0};
    write_file(folder, name);
    assert_int_equal(gdx_map_open(map, folder_path(folder, name), &err), GDX_OK);
    assert_int_equal(map->stamp.bytes, FILE_BYTES);
}

static uint64_t sum(const gdx_map *map, size_t from, size_t to) {
    uint64_t total = 0;
    for (size_t i = from; i < to; i++)
        total += map->data[i];
    return total;
}

static void a_file_that_is_cut_short_reads_as_zeros_and_breaks_its_map(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_map map = {0}, other = {0};
    uint64_t byte = 0;
    open_map(folder, "file", &map);
    open_map(folder, "other", &other);
    assert_int_equal(sum(&map, 0, FILE_BYTES), 7 * FILE_BYTES);
    assert_int_equal(truncate(folder_path(folder, "file"), CUT), 0);
    assert_false(gdx_map_is_broken(&map, NULL)); // nobody has met it
    assert_int_equal(sum(&map, 0, CUT), 7 * CUT);
    assert_false(gdx_map_is_broken(&map, NULL));
    assert_int_equal(map.data[FILE_BYTES - 1], 0); // the last page, which the file fills in part
    assert_true(gdx_map_is_broken(&map, &byte));
    assert_int_equal(byte, FILE_BYTES - 1);
    assert_int_equal(sum(&map, 0, FILE_BYTES), 7 * CUT);
    assert_true(gdx_map_is_broken(&map, &byte));
    assert_int_equal(byte, FILE_BYTES - 1); // the first that was met
    assert_int_equal(sum(&other, 0, FILE_BYTES), 7 * FILE_BYTES);
    assert_false(gdx_map_is_broken(&other, NULL));
    gdx_map_close(&map);
    gdx_map_close(&other);
    folder_remove(folder);
}

static void what_comes_after_the_fault_is_zeros_even_if_the_file_grows_again(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_map map = {0}, fresh = {0};
    gdx_error err = {0};
    open_map(folder, "file", &map);
    assert_int_equal(truncate(folder_path(folder, "file"), 0), 0);
    assert_int_equal(map.data[CUT + 5], 0);
    write_file(folder, "file"); // the same file, as cp puts it back
    assert_int_equal(sum(&map, CUT, FILE_BYTES), 0);
    assert_int_equal(sum(&map, 0, CUT), 7 * CUT);
    assert_true(gdx_map_is_broken(&map, NULL)); // for good
    assert_int_equal(gdx_map_open(&fresh, folder_path(folder, "file"), &err), GDX_OK);
    assert_int_equal(sum(&fresh, 0, FILE_BYTES), 7 * FILE_BYTES);
    assert_false(gdx_map_is_broken(&fresh, NULL));
    gdx_map_close(&fresh);
    gdx_map_close(&map);
    folder_remove(folder);
}

static void a_file_that_is_removed_stays_readable(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_map map = {0};
    gdx_file_stamp stamp;
    gdx_error err = {0};
    open_map(folder, "file", &map);
    assert_int_equal(gdx_file_stamp_of(folder_path(folder, "file"), &stamp, &err), GDX_OK);
    assert_true(gdx_file_stamp_equal(&stamp, &map.stamp));
    assert_int_equal(unlink(folder_path(folder, "file")), 0);
    assert_int_equal(sum(&map, 0, FILE_BYTES), 7 * FILE_BYTES);
    assert_false(gdx_map_is_broken(&map, NULL));
    assert_int_equal(gdx_file_stamp_of(folder_path(folder, "file"), &stamp, &err), GDX_NOT_FOUND);
    gdx_map_break(&map, 3); // as one may know from elsewhere
    uint64_t byte = 0;
    assert_true(gdx_map_is_broken(&map, &byte));
    assert_int_equal(byte, 3);
    gdx_map_close(&map);
    folder_remove(folder);
}

// More than the first block of the list has room for, and rows that are taken again.
static void each_of_many_maps_is_told_apart(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_map *maps = calloc(MANY, sizeof *maps);
    gdx_error err = {0};
    assert_non_null(maps);
    write_file(folder, "whole");
    write_file(folder, "cut");
    for (int round = 0; round < 2; round++) {
        write_file(folder, "cut");
        for (int i = 0; i < MANY; i++) {
            const char *name = i % 3 == round ? "cut" : "whole";
            assert_int_equal(gdx_map_open(&maps[i], folder_path(folder, name), &err), GDX_OK);
        }
        assert_int_equal(truncate(folder_path(folder, "cut"), CUT), 0);
        for (int i = 0; i < MANY; i++) {
            bool is_cut = i % 3 == round;
            uint64_t byte = 0;
            assert_int_equal(maps[i].data[CUT + i], is_cut ? 0 : 7);
            assert_int_equal(gdx_map_is_broken(&maps[i], &byte), is_cut);
            assert_int_equal(byte, is_cut ? CUT + i : 0);
        }
        for (int i = 0; i < MANY; i++)
            gdx_map_close(&maps[(i * 7) % MANY]); // 7 divides MANY, so some are closed last
        for (int i = 0; i < MANY; i++)
            gdx_map_close(&maps[i]);
    }
    free(maps);
    folder_remove(folder);
}

static void *read_all(void *argument) {
    const gdx_map *map = argument;
    uint64_t total = sum(map, 0, FILE_BYTES);
    return (void *)(uintptr_t)(total >= 7 * CUT && gdx_map_is_broken(map, NULL));
}

static void threads_meet_it_at_once(void **state) {
    (void)state;
    char *folder = folder_new();
    for (int round = 0; round < 50; round++) {
        gdx_map map = {0};
        pthread_t threads[THREADS];
        open_map(folder, "file", &map);
        assert_int_equal(truncate(folder_path(folder, "file"), CUT), 0);
        for (int i = 0; i < THREADS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, read_all, &map), 0);
        for (int i = 0; i < THREADS; i++) {
            void *saw_it = NULL;
            assert_int_equal(pthread_join(threads[i], &saw_it), 0);
            assert_non_null(saw_it);
        }
        gdx_map_close(&map);
    }
    folder_remove(folder);
}

static void another_fault_goes_to_the_handler_before_ours(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_map map = {0};
    signal(SIGBUS, on_other_fault); // cmocka puts its own there for each test
    open_map(folder, "ours", &map);
    write_file(folder, "file");
    int descriptor = open(folder_path(folder, "file"), O_RDONLY);
    assert_true(descriptor >= 0);
    const volatile uint8_t *data = mmap(NULL, FILE_BYTES, PROT_READ, MAP_SHARED, descriptor, 0);
    assert_true(data != MAP_FAILED);
    close(descriptor);
    assert_int_equal(truncate(folder_path(folder, "file"), 0), 0);
    passed_on = 0;
    if (sigsetjmp(not_ours, 1) == 0)
        fail_msg("read %d", data[0]);
    assert_int_equal(passed_on, 1);
    if (sigsetjmp(not_ours, 1) == 0)
        raise(SIGBUS);
    assert_int_equal(passed_on, 2);
    munmap((void *)(uintptr_t)data, FILE_BYTES);
    gdx_map_close(&map);
    folder_remove(folder);
}

static void a_signal_that_was_ignored_before_ours_stays_ignored(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_map map = {0};
    signal(SIGBUS, SIG_IGN);
    open_map(folder, "file", &map);
    raise(SIGBUS); // it would end the process
    assert_int_equal(truncate(folder_path(folder, "file"), CUT), 0);
    assert_int_equal(sum(&map, 0, FILE_BYTES), 7 * CUT); // and ours is still there
    gdx_map_close(&map);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_is_cut_short_reads_as_zeros_and_breaks_its_map),
        cmocka_unit_test(what_comes_after_the_fault_is_zeros_even_if_the_file_grows_again),
        cmocka_unit_test(a_file_that_is_removed_stays_readable),
        cmocka_unit_test(each_of_many_maps_is_told_apart),
        cmocka_unit_test(threads_meet_it_at_once),
        cmocka_unit_test(another_fault_goes_to_the_handler_before_ours),
        cmocka_unit_test(a_signal_that_was_ignored_before_ours_stays_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
