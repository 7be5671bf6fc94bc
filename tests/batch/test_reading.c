// SPDX-License-Identifier: Apache-2.0
// test_reading.c: what a reading says of its progress. The input is too large for one slab, so that it is read in
// several steps.

#include "../support/folder.h"
#include "gdx/reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { RECORDS = 3000, RECORD_BYTES = 4000 };

static struct watched {
    uint64_t total;
    unsigned calls;
} watched;

static void on_progress(void *context, const gdx_batch_progress *progress) {
    (void)context;
    watched.total = progress->bytes_total;
    watched.calls++;
}

static void refuse(void *context, const gdx_batch_finding *refusal) {
    (void)context;
    fail_msg("%s: %s", refusal->path, refusal->reason);
}

// 12 MB of digits, which gzip makes half as large.
static void write_records(const char *folder) {
    gdx_buffer records = {0};
    uint64_t state = 1;
    for (unsigned i = 0; i < RECORDS; i++) {
        assert_int_equal(gdx_buffer_append_format(&records, "{\"id\":\"%u\",\"text\":\"", i), GDX_OK);
        for (unsigned bytes = 0; bytes < RECORD_BYTES; bytes += 8) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
            assert_int_equal(gdx_buffer_append_format(&records, "%08u", (unsigned)(state >> 33) % 100000000), GDX_OK);
        }
        assert_int_equal(gdx_buffer_append_format(&records, "\"}\n"), GDX_OK);
    }
    folder_write(folder, "records.jsonl", records.data, records.bytes);
    gdx_buffer_clear(&records);
}

// Reads all of a file and returns the bytes counted at the first document; at the end all of the file is counted.
static uint64_t bytes_at_first(const char *path, uint64_t *file_bytes) {
    const gdx_batch_options options = {.on_progress = on_progress, .on_finding = refuse};
    gdx_reading *reading;
    gdx_error err = {0};
    gdx_document document;
    bool has = true;
    struct stat about;
    uint64_t first = 0, last = 0;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(gdx_reading_open(&path, 1, &options, &reading, &err), GDX_OK);
    for (unsigned i = 0; has; i++) {
        gdx_batch_summary so_far = {0};
        assert_int_equal(gdx_reading_next(reading, &document, &has, &err), GDX_OK);
        assert_true(has == (i < RECORDS));
        gdx_reading_count(reading, &so_far);
        assert_true(so_far.input_bytes >= last);
        last = so_far.input_bytes;
        first = i == 0 ? last : first;
    }
    gdx_reading_close(reading);
    *file_bytes = (uint64_t)about.st_size;
    assert_int_equal(last, *file_bytes);
    return first;
}

static void the_share_of_a_compressed_file_grows_as_it_is_read(void **state) {
    (void)state;
    static const char *const names[] = {"records.jsonl.gz", "records.zip"};
    char *folder = folder_new();
    char path[600], line[2000];
    write_records(folder);
    snprintf(line, sizeof line, "cd '%s' && gzip -k records.jsonl && python3 -m zipfile -c records.zip records.jsonl",
             folder);
    assert_int_equal(system(line), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint64_t bytes = 0;
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        watched = (struct watched){0};
        uint64_t first = bytes_at_first(path, &bytes);
        if (first < bytes / 10 || first > bytes / 4 * 3)
            fail_msg("%s: %llu of %llu bytes at the first document", names[i], (unsigned long long)first,
                     (unsigned long long)bytes);
        assert_true(watched.calls > 0);
        assert_int_equal(watched.total, bytes);
    }
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_of_a_compressed_file_grows_as_it_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
