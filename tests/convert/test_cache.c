// SPDX-License-Identifier: Apache-2.0
// test_cache.c: the cache of converted files: it gives what was put or nothing, whatever happens to its files.

#include "gdx/convert_cache.h"

#include "../support/folder.h"
#include "gdx/bytes.h"
#include "gdx/file.h"
#include "world.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static gdx_convert_cache *open_cache(const char *folder, uint64_t limit) {
    gdx_convert_cache *cache = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_convert_cache_open(folder, limit, &cache, &err), GDX_OK);
    return cache;
}

static gdx_convert_key key_of(unsigned number) {
    char text[32];
    snprintf(text, sizeof text, "%u", number);
    return gdx_convert_key_of(gdx_slice_of(text), gdx_slice_of("converter 1"));
}

// Calls `each` for every file below the folder's subfolders; returns how many there are.
static size_t each_file(const char *folder, void (*each)(const char *path)) {
    size_t files = 0;
    for (unsigned number = 0; number < 256; number++) {
        char name[4];
        snprintf(name, sizeof name, "%02x", number);
        DIR *entries = opendir(folder_path(folder, name));
        for (struct dirent *entry; entries && (entry = readdir(entries)) != NULL;)
            if (entry->d_name[0] != '.') {
                char path[4096];
                snprintf(path, sizeof path, "%s/%s/%s", folder, name, entry->d_name);
                files++;
                if (each)
                    each(path);
            }
        if (entries)
            closedir(entries);
    }
    return files;
}

// 0: not there; 1: what was put; fails when it is anything else.
static int got(gdx_convert_cache *cache, const gdx_convert_key *key, gdx_slice bytes, const char *note) {
    gdx_buffer out = {0}, out_note = {0};
    assert_int_equal(gdx_buffer_append(&out, "before", 6), GDX_OK);
    bool is_there = gdx_convert_cache_get(cache, key, 1 << 24, &out, &out_note);
    gdx_slice all = gdx_buffer_slice(&out);
    assert_true(gdx_slice_equal((gdx_slice){all.data, 6}, gdx_slice_of("before")));
    if (is_there) {
        assert_true(gdx_slice_equal((gdx_slice){all.data + 6, all.bytes - 6}, bytes));
        assert_true(gdx_slice_equal(gdx_buffer_slice(&out_note), gdx_slice_of(note)));
    } else {
        assert_int_equal(all.bytes, 6);
    }
    gdx_buffer_clear(&out);
    gdx_buffer_clear(&out_note);
    return is_there;
}

static void what_is_put_is_got(void **state) {
    (void)state;
    char *folder = folder_new();
    const char *inner = folder_path(folder, "converted");
    char cache_folder[4096];
    snprintf(cache_folder, sizeof cache_folder, "%s", inner);
    gdx_convert_cache *cache = open_cache(cache_folder, 1 << 30);
    gdx_convert_key key = key_of(1), other = key_of(2);
    gdx_convert_key newer = gdx_convert_key_of(gdx_slice_of("1"), gdx_slice_of("converter 2"));
    assert_false(got(cache, &key, gdx_slice_of(""), ""));
    assert_int_not_equal(access(cache_folder, F_OK), 0); // no folder for nothing
    gdx_convert_cache_put(cache, &key, gdx_slice_of("text"), gdx_slice_of("a note"));
    assert_true(got(cache, &key, gdx_slice_of("text"), "a note"));
    assert_false(got(cache, &other, gdx_slice_of(""), ""));
    assert_false(got(cache, &newer, gdx_slice_of(""), ""));
    gdx_convert_cache_put(cache, &key, gdx_slice_of(""), gdx_slice_of(""));
    assert_true(got(cache, &key, gdx_slice_of(""), ""));
    gdx_convert_cache_close(cache);
    cache = open_cache(cache_folder, 1 << 30);
    assert_true(got(cache, &key, gdx_slice_of(""), ""));
    gdx_convert_cache_close(cache);
    folder_remove(folder);
}

static void random_texts_are_got_as_they_were_put(void **state) {
    (void)state;
    const char *given = getenv("GDX_SEED");
    unsigned seed = given ? (unsigned)atoi(given) : (unsigned)getpid();
    print_message("seed %u\n", seed);
    char *folder = folder_new();
    gdx_convert_cache *cache = open_cache(folder, 1 << 30);
    for (unsigned number = 0; number < 100; number++) {
        gdx_buffer text = {0};
        size_t bytes = (size_t)rand_r(&seed) % 20000, alphabet = 1 + (size_t)rand_r(&seed) % 256;
        assert_int_equal(gdx_buffer_reserve(&text, bytes + 1), GDX_OK);
        for (; text.bytes < bytes; text.bytes++)
            text.data[text.bytes] = (uint8_t)((size_t)rand_r(&seed) % alphabet);
        gdx_convert_key key = key_of(number);
        gdx_convert_cache_put(cache, &key, gdx_buffer_slice(&text), gdx_slice_of("n"));
        assert_true(got(cache, &key, gdx_buffer_slice(&text), "n"));
        gdx_buffer out = {0}, note = {0};
        if (bytes)
            assert_false(gdx_convert_cache_get(cache, &key, bytes - 1, &out, &note)); // more than is wanted
        gdx_buffer_clear(&out);
        gdx_buffer_clear(&text);
    }
    gdx_convert_cache_close(cache);
    folder_remove(folder);
}

// ---- damage

static char only_path[4096];

static void remember(const char *path) {
    snprintf(only_path, sizeof only_path, "%s", path);
}

static void write_bytes(const char *path, const void *bytes, size_t count) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, count), count);
    close(file);
}

static void a_damaged_file_counts_as_not_there(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_convert_cache *cache = open_cache(folder, 1 << 30);
    gdx_convert_key key = key_of(7);
    gdx_slice text = gdx_slice_of("some text, some text, some more text");
    gdx_convert_cache_put(cache, &key, text, gdx_slice_of("note"));
    assert_int_equal(each_file(folder, remember), 1);
    gdx_buffer whole = {0};
    assert_int_equal(gdx_read_file(only_path, 1 << 20, &whole, NULL), GDX_OK);
    for (size_t at = 0; at < whole.bytes; at++) {
        write_bytes(only_path, whole.data, at); // cut
        assert_false(got(cache, &key, text, "note"));
        whole.data[at] ^= 0x10; // a bit
        write_bytes(only_path, whole.data, whole.bytes);
        assert_false(got(cache, &key, text, "note"));
        whole.data[at] ^= 0x10;
    }
    write_bytes(only_path, whole.data, whole.bytes);
    assert_true(got(cache, &key, text, "note"));
    write_bytes(only_path, "x", 1);
    gdx_convert_cache_put(cache, &key, text, gdx_slice_of("note")); // done again
    assert_true(got(cache, &key, text, "note"));
    assert_int_equal(unlink(only_path), 0);
    assert_int_equal(mkdir(only_path, 0755), 0); // a folder where the file should be
    assert_false(got(cache, &key, text, "note"));
    gdx_convert_cache_put(cache, &key, text, gdx_slice_of("note"));
    assert_int_equal(each_file(folder, NULL), 1);
    gdx_buffer_clear(&whole);
    gdx_convert_cache_close(cache);
    folder_remove(folder);
}

// A good checksum over lies: whoever writes into the folder cannot make the reader do more than miss.
static void sizes_that_lie_count_as_damage(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_convert_cache *cache = open_cache(folder, 1 << 30);
    gdx_convert_key key = key_of(8);
    gdx_slice text = gdx_slice_of("text");
    gdx_convert_cache_put(cache, &key, text, gdx_slice_of("note"));
    assert_int_equal(each_file(folder, remember), 1);
    gdx_buffer whole = {0};
    assert_int_equal(gdx_read_file(only_path, 1 << 20, &whole, NULL), GDX_OK);
    const uint64_t lies[] = {0, 3, 5, 1 << 20, UINT64_MAX, UINT64_MAX - 7};
    for (size_t at = 40; at <= 48; at += 8)
        for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
            uint64_t truth = gdx_load_u64(whole.data + at);
            gdx_store_u64(whole.data + at, lies[i]);
            gdx_store_u64(whole.data + whole.bytes - 8, gdx_checksum(whole.data, whole.bytes - 8));
            write_bytes(only_path, whole.data, whole.bytes);
            assert_false(got(cache, &key, text, "note"));
            gdx_store_u64(whole.data + at, truth);
        }
    gdx_buffer_clear(&whole);
    gdx_convert_cache_close(cache);
    folder_remove(folder);
}

// ---- size

static uint64_t total;

static void add_size(const char *path) {
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    total += (uint64_t)about.st_size;
}

static void set_age(const char *path) {
    const struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
}

static void what_was_used_longest_ago_goes_first(void **state) {
    (void)state;
    enum { COUNT = 40 };
    char *folder = folder_new();
    uint8_t noise[1000];
    unsigned seed = 1;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)rand_r(&seed);
    gdx_slice text = {(const char *)noise, sizeof noise};
    gdx_convert_cache *cache = open_cache(folder, 1 << 30);
    for (unsigned number = 0; number < COUNT; number++) {
        gdx_convert_key key = key_of(number);
        gdx_convert_cache_put(cache, &key, text, gdx_slice_of(""));
    }
    each_file(folder, set_age);
    gdx_convert_key used = key_of(17), fresh = key_of(1000);
    assert_true(got(cache, &used, text, "")); // its age is now
    gdx_convert_cache_close(cache);
    cache = open_cache(folder, 5000);
    gdx_convert_cache_put(cache, &fresh, text, gdx_slice_of(""));
    gdx_convert_cache_close(cache);
    total = 0;
    assert_in_range(each_file(folder, add_size), 3, 4);
    assert_in_range(total, 1, 5000);
    cache = open_cache(folder, 5000);
    assert_true(got(cache, &used, text, ""));
    assert_true(got(cache, &fresh, text, ""));
    gdx_convert_cache_close(cache);
    folder_remove(folder);
}

static void only_its_own_files_are_removed(void **state) {
    (void)state;
    char *folder = folder_new();
    assert_int_equal(mkdir(folder_path(folder, "00"), 0755), 0);
    folder_write_text(folder, "00/mine", "x");
    folder_write_text(folder, "00/temporary-1-0", "left by a crash");
    folder_write_text(folder, "00/temporary-1-1", "being written");
    folder_write_text(folder, "notes", "x");
    set_age(folder_path(folder, "00/temporary-1-0"));
    set_age(folder_path(folder, "00/mine"));
    gdx_convert_cache *cache = open_cache(folder, 100000);
    gdx_convert_key key = key_of(1);
    gdx_convert_cache_put(cache, &key, gdx_slice_of("x"), gdx_slice_of(""));
    gdx_convert_cache_close(cache);
    assert_int_equal(access(folder_path(folder, "00/mine"), F_OK), 0);
    assert_int_equal(access(folder_path(folder, "notes"), F_OK), 0);
    assert_int_equal(access(folder_path(folder, "00/temporary-1-1"), F_OK), 0);
    assert_int_not_equal(access(folder_path(folder, "00/temporary-1-0"), F_OK), 0);
    folder_remove(folder);
}

static void a_folder_that_cannot_be_written_is_no_failure(void **state) {
    (void)state;
    char *folder = folder_new();
    folder_write_text(folder, "file", "x");
    gdx_convert_cache *cache = open_cache(folder_path(folder, "file"), 1 << 20);
    gdx_convert_key key = key_of(1);
    gdx_convert_cache_put(cache, &key, gdx_slice_of("x"), gdx_slice_of(""));
    assert_false(got(cache, &key, gdx_slice_of("x"), ""));
    gdx_convert_cache_close(cache);
    folder_remove(folder);
}

// ---- threads

static gdx_convert_cache *shared;

static void *put_and_get(void *context) {
    (void)context;
    for (unsigned round = 0; round < 200; round++) {
        gdx_convert_key key = key_of(round % 20);
        char text[32];
        snprintf(text, sizeof text, "text of %u", round % 20);
        gdx_convert_cache_put(shared, &key, gdx_slice_of(text), gdx_slice_of("n"));
        (void)got(shared, &key, gdx_slice_of(text), "n");
    }
    return NULL;
}

static void threads_share_it(void **state) {
    (void)state;
    pthread_t threads[4];
    char *folder = folder_new();
    shared = open_cache(folder, 1500); // so small that it is pruned again and again
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, put_and_get, NULL), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    gdx_convert_cache_close(shared);
    total = 0;
    each_file(folder, add_size);
    assert_in_range(total, 1, 1500);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_got),
        cmocka_unit_test(random_texts_are_got_as_they_were_put),
        cmocka_unit_test(a_damaged_file_counts_as_not_there),
        cmocka_unit_test(sizes_that_lie_count_as_damage),
        cmocka_unit_test(what_was_used_longest_ago_goes_first),
        cmocka_unit_test(only_its_own_files_are_removed),
        cmocka_unit_test(a_folder_that_cannot_be_written_is_no_failure),
        cmocka_unit_test(threads_share_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
