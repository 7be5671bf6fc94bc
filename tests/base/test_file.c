// SPDX-License-Identifier: Apache-2.0
// test_file.c: files that appear whole or not at all, and maps of them.

#include "../property/random.h"
#include "../support/folder.h"
#include "gdx/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { SEED = 20261128, WRITES = 60, WRITE_MAX = 400000 };

static void a_file_gets_its_name_only_when_it_is_complete(void **state) {
    (void)state;
    char *folder = folder_new();
    const char *path = folder_path(folder, "file");
    gdx_error err = {0};
    gdx_output *output;
    assert_int_equal(gdx_output_open(path, &output, &err), GDX_OK);
    assert_int_equal(gdx_output_write(output, "abc", 3, &err), GDX_OK);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(gdx_output_commit(output, NULL, &err), GDX_OK);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(folder_count(folder, "file"), 1); // no temporary file is left
    assert_int_equal(gdx_output_open(path, &output, &err), GDX_OK);
    gdx_output_abort(output);
    assert_int_equal(folder_count(folder, "file"), 1);
    assert_int_equal(gdx_sync_directory(folder, &err), GDX_OK);
    folder_remove(folder);
}

// Sizes below and above an output's buffer.
static void a_file_written_in_pieces_is_read_and_mapped_whole(void **state) {
    (void)state;
    char *folder = folder_new();
    const char *path = folder_path(folder, "file");
    random_state random = {SEED};
    gdx_error err = {0};
    gdx_buffer expected = {0}, read = {0};
    gdx_output *output;
    print_message("seed %d\n", SEED);
    assert_int_equal(gdx_output_open(path, &output, &err), GDX_OK);
    for (int i = 0; i < WRITES; i++) {
        size_t from = expected.bytes;
        size_t bytes = random_below(&random, random_below(&random, 4) ? 1000 : WRITE_MAX);
        assert_int_equal(gdx_buffer_reserve(&expected, bytes + GDX_OUTPUT_ALIGNMENT_MAX), GDX_OK);
        for (size_t j = 0; j < bytes; j++)
            expected.data[expected.bytes++] = (uint8_t)random_next(&random);
        assert_int_equal(gdx_output_write(output, expected.data + from, bytes, &err), GDX_OK);
        size_t alignment = 1 + random_below(&random, GDX_OUTPUT_ALIGNMENT_MAX);
        assert_int_equal(gdx_output_align(output, alignment, &err), GDX_OK);
        while (expected.bytes % alignment)
            expected.data[expected.bytes++] = 0;
        assert_int_equal(gdx_output_offset(output), expected.bytes);
    }
    const char *final = folder_path(folder, "final");
    assert_int_equal(gdx_output_commit(output, final, &err), GDX_OK);
    gdx_map map;
    assert_int_equal(gdx_map_open(&map, final, &err), GDX_OK);
    assert_int_equal(gdx_read_file(final, expected.bytes, &read, &err), GDX_OK);
    gdx_map_forget(&map); // the next read loads its pages again
    assert_true(gdx_slice_equal((gdx_slice){(const char *)map.data, map.bytes}, gdx_buffer_slice(&expected)));
    assert_true(gdx_slice_equal(gdx_buffer_slice(&read), gdx_buffer_slice(&expected)));
    assert_int_equal(gdx_read_file(final, expected.bytes - 1, &read, &err), GDX_TOO_LARGE);
    gdx_map_close(&map);
    gdx_buffer_clear(&expected);
    gdx_buffer_clear(&read);
    folder_remove(folder);
}

static void the_error_names_a_file_that_cannot_be_opened(void **state) {
    (void)state;
    char *folder = folder_new();
    const char *missing = folder_path(folder, "missing/file");
    gdx_map map = {0};
    gdx_output *output = NULL;
    gdx_buffer read = {0};
    gdx_error errors[4] = {0};
    char text[GDX_ERROR_TEXT_BYTES];
    assert_int_equal(gdx_map_open(&map, missing, &errors[0]), GDX_NOT_FOUND);
    assert_int_equal(gdx_output_open(missing, &output, &errors[1]), GDX_NOT_FOUND);
    assert_int_equal(gdx_read_file(missing, 10, &read, &errors[2]), GDX_NOT_FOUND);
    assert_int_equal(gdx_sync_directory(missing, &errors[3]), GDX_NOT_FOUND);
    assert_int_equal(gdx_sync_file(missing, &errors[3]), GDX_NOT_FOUND);
    for (int i = 0; i < 4; i++)
        assert_non_null(strstr(gdx_error_text(&errors[i], text), missing));
    gdx_error err = {0};
    assert_int_equal(gdx_map_open(&map, folder, &err), GDX_IO); // a folder is not a file
    folder_remove(folder);
}

static void an_empty_file_is_an_empty_map(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_error err = {0};
    gdx_map map = {.data = NULL, .bytes = 1};
    folder_write(folder, "empty", "", 0);
    assert_int_equal(gdx_map_open(&map, folder_path(folder, "empty"), &err), GDX_OK);
    assert_null(map.data);
    assert_int_equal(map.bytes, 0);
    gdx_map_forget(&map);
    gdx_map_close(&map);
    char *joined = gdx_path_join(folder, "empty");
    assert_string_equal(joined, folder_path(folder, "empty"));
    free(joined);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_gets_its_name_only_when_it_is_complete),
        cmocka_unit_test(a_file_written_in_pieces_is_read_and_mapped_whole),
        cmocka_unit_test(the_error_names_a_file_that_cannot_be_opened),
        cmocka_unit_test(an_empty_file_is_an_empty_map),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
