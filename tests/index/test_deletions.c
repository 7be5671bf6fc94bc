// SPDX-License-Identifier: Apache-2.0
// test_deletions.c: a list of deletions comes back as it was, under the name of its content; what does not fit the
// segment or the manifest is refused with its place.

#include "deletions.h"
#include "layout.h"

#include "../support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DOCUMENTS = 13, DELETED = 3 };
static const uint8_t bitmap[] = {0x81, 0x10}; // documents 0, 7, 12

struct sample {
    char *folder;
    struct manifest_segment record;
};

static int make(void **state) {
    struct sample *sample = calloc(1, sizeof *sample);
    assert_non_null(sample);
    sample->folder = folder_new();
    sample->record.info = (gdx_segment_info){.name = 0xabc, .document_count = DOCUMENTS};
    sample->record.deleted_count = DELETED;
    gdx_error err = {0};
    assert_int_equal(
        deletions_write(sample->folder, &sample->record.info, bitmap, DELETED, &sample->record.deletions_name, &err),
        GDX_OK);
    *state = sample;
    return 0;
}

static int unmake(void **state) {
    struct sample *sample = *state;
    folder_remove(sample->folder);
    free(sample);
    return 0;
}

static void assert_refused(const struct sample *sample, gdx_status expected, const char *words) {
    struct deletions *deletions = NULL;
    gdx_error err = {0};
    char name[DELETIONS_FILE_NAME_BYTES];
    gdx_status status = deletions_open(sample->folder, &sample->record, &deletions, &err);
    assert_string_equal(gdx_status_name(status), gdx_status_name(expected));
    assert_null(deletions);
    char text[GDX_ERROR_TEXT_BYTES];
    gdx_error_text(&err, text);
    if (!strstr(text, words) || !strstr(text, deletions_file_name(sample->record.deletions_name, name)))
        fail_msg("\"%s\" does not say \"%s\"", text, words);
    unsigned long long byte;
    if (sscanf(err.message, "byte %llu", &byte) == 1)
        assert_int_equal(err.byte, byte);
}

// Writes what stands in `data` under the name of its checksum, and lets the record name that.
static void replace(struct sample *sample, uint8_t *data, size_t bytes) {
    char name[DELETIONS_FILE_NAME_BYTES];
    uint64_t checksum = gdx_checksum(data, bytes - INDEX_CHECKSUM_BYTES);
    gdx_store_u64(data + bytes - INDEX_CHECKSUM_BYTES, checksum);
    sample->record.deletions_name = checksum;
    folder_write(sample->folder, deletions_file_name(checksum, name), data, bytes);
}

static gdx_buffer read_sample(const struct sample *sample) {
    char name[DELETIONS_FILE_NAME_BYTES];
    gdx_buffer bytes = {0};
    const char *path = folder_path(sample->folder, deletions_file_name(sample->record.deletions_name, name));
    assert_int_equal(gdx_read_file(path, 1 << 20, &bytes, NULL), GDX_OK);
    return bytes;
}

static void refuse_changed(struct sample *sample, size_t at, uint8_t value, gdx_status expected, const char *words) {
    uint64_t good = sample->record.deletions_name;
    gdx_buffer bytes = read_sample(sample);
    bytes.data[at] = value;
    replace(sample, bytes.data, bytes.bytes);
    assert_refused(sample, expected, words);
    sample->record.deletions_name = good;
    gdx_buffer_clear(&bytes);
}

static void deletions_come_back_as_they_were(void **state) {
    struct sample *sample = *state;
    struct deletions *deletions = NULL;
    gdx_error err = {0};
    assert_int_equal(deletions_open(sample->folder, &sample->record, &deletions, &err), GDX_OK);
    assert_int_equal(deletions_name(deletions), sample->record.deletions_name);
    assert_memory_equal(deletions_bitmap(deletions), bitmap, sizeof bitmap);
    struct deletions *second = deletions_retain(deletions);
    deletions_release(deletions);
    assert_memory_equal(deletions_bitmap(second), bitmap, sizeof bitmap);
    deletions_release(second);
    deletions_release(NULL);
}

static void the_same_deletions_have_the_same_name(void **state) {
    struct sample *sample = *state;
    uint64_t again;
    gdx_error err = {0};
    assert_int_equal(deletions_write(sample->folder, &sample->record.info, bitmap, DELETED, &again, &err), GDX_OK);
    assert_int_equal(again, sample->record.deletions_name);
    sample->record.info.name++;
    assert_int_equal(deletions_write(sample->folder, &sample->record.info, bitmap, DELETED, &again, &err), GDX_OK);
    assert_int_not_equal(again, sample->record.deletions_name);
}

static void deletions_of_another_segment_are_refused(void **state) {
    struct sample *sample = *state;
    sample->record.info.name = 0xabd;
    assert_refused(sample, GDX_CORRUPT, "byte 16: the deletions of another segment");
}

static void counts_that_differ_from_the_manifest_are_refused(void **state) {
    struct sample *sample = *state;
    sample->record.deleted_count++;
    assert_refused(sample, GDX_CORRUPT, "byte 24: another number of deletions");
    sample->record.info.document_count = 64; // takes as many bytes
    assert_refused(sample, GDX_CORRUPT, "byte 12: another number of documents");
    sample->record.info.document_count = 65;
    assert_refused(sample, GDX_CORRUPT, "48 bytes, expected 56 for 65 documents");
}

static void content_that_breaks_the_format_is_refused(void **state) {
    struct sample *sample = *state;
    refuse_changed(sample, 0, 'X', GDX_CORRUPT, "byte 0: not a list of deletions");
    refuse_changed(sample, DELETIONS_VERSION_AT, 3, GDX_UNSUPPORTED, "byte 8: format version 3");
    refuse_changed(sample, DELETIONS_VERSION_AT, 1, GDX_UNSUPPORTED, "made by gramdex 0.1");
    refuse_changed(sample, DELETIONS_RESERVED_AT, 1, GDX_CORRUPT, "byte 28: a reserved field");
    refuse_changed(sample, DELETIONS_HEADER_BYTES, 0x80, GDX_CORRUPT, "byte 32: another number of marks");
    refuse_changed(sample, DELETIONS_HEADER_BYTES + 1, 0x20, GDX_CORRUPT, "byte 32: marks after the last document");
    refuse_changed(sample, DELETIONS_HEADER_BYTES + 7, 0x80, GDX_CORRUPT, "byte 32: marks after the last document");
}

static void content_under_another_name_is_refused(void **state) {
    struct sample *sample = *state;
    char name[DELETIONS_FILE_NAME_BYTES];
    gdx_buffer bytes = read_sample(sample);
    sample->record.deletions_name++;
    folder_write(sample->folder, deletions_file_name(sample->record.deletions_name, name), bytes.data, bytes.bytes);
    assert_refused(sample, GDX_CORRUPT, "byte 40: the checksum does not fit");
    gdx_buffer_clear(&bytes);
}

static void deletions_that_are_not_there_are_not_found(void **state) {
    struct sample *sample = *state;
    sample->record.deletions_name++;
    assert_refused(sample, GDX_NOT_FOUND, "cannot be opened");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(deletions_come_back_as_they_were, make, unmake),
        cmocka_unit_test_setup_teardown(the_same_deletions_have_the_same_name, make, unmake),
        cmocka_unit_test_setup_teardown(deletions_of_another_segment_are_refused, make, unmake),
        cmocka_unit_test_setup_teardown(counts_that_differ_from_the_manifest_are_refused, make, unmake),
        cmocka_unit_test_setup_teardown(content_that_breaks_the_format_is_refused, make, unmake),
        cmocka_unit_test_setup_teardown(content_under_another_name_is_refused, make, unmake),
        cmocka_unit_test_setup_teardown(deletions_that_are_not_there_are_not_found, make, unmake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
