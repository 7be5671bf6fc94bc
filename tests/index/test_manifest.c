// SPDX-License-Identifier: Apache-2.0
// test_manifest.c: a manifest comes back as it was, and each way of being wrong is refused with its place. What is
// wrong inside is given a right checksum, so that it is the rule after that refuses it.

#include "layout.h"
#include "manifest.h"

#include "../support/folder.h"
#include "gdx/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct manifest_segment segments[] = {
    {.info = {0x1111, 4096, 10, 120, 100, 700}},
    {.info = {0x2222, 8192, 5, 60, 50, 300}, .deletions_name = 0x3333, .deleted_symbols = 20, .deleted_count = 2},
};

static gdx_buffer encode_sample(void) {
    struct manifest sample = manifest_of_rule(gdx_rule_current(), 7);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(manifest_append(&sample, &segments[i]), GDX_OK);
    gdx_buffer bytes = {0};
    assert_int_equal(manifest_encode(&sample, &bytes), GDX_OK);
    manifest_clear(&sample);
    return bytes;
}

static void sign(gdx_buffer *bytes) {
    size_t checked = bytes->bytes - INDEX_CHECKSUM_BYTES;
    gdx_store_u64(bytes->data + checked, gdx_checksum(bytes->data, checked));
}

static void assert_refused(const gdx_buffer *bytes, gdx_status expected, const char *words) {
    struct manifest decoded = {0};
    gdx_error err = {0};
    gdx_status status = manifest_decode("dir/manifest", gdx_buffer_slice(bytes), &decoded, &err);
    assert_string_equal(gdx_status_name(status), gdx_status_name(expected));
    assert_null(decoded.segments);
    assert_string_equal(err.where, "dir/manifest");
    if (!strstr(err.message, words))
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
    unsigned long long byte;
    if (sscanf(err.message, "byte %llu", &byte) == 1)
        assert_int_equal(err.byte, byte);
}

// A sample with one number changed is refused, with these words.
static void refuse_u32(size_t at, uint32_t value, const char *words) {
    gdx_buffer bytes = encode_sample();
    gdx_store_u32(bytes.data + at, value);
    sign(&bytes);
    assert_refused(&bytes, GDX_CORRUPT, words);
    gdx_buffer_clear(&bytes);
}

static void refuse_u64(size_t at, uint64_t value, const char *words) {
    gdx_buffer bytes = encode_sample();
    gdx_store_u64(bytes.data + at, value);
    sign(&bytes);
    assert_refused(&bytes, GDX_CORRUPT, words);
    gdx_buffer_clear(&bytes);
}

static size_t record_at(size_t segment, size_t field) {
    return MANIFEST_HEADER_BYTES + segment * MANIFEST_RECORD_BYTES + field;
}

static void a_manifest_comes_back_as_it_was(void **state) {
    (void)state;
    gdx_buffer bytes = encode_sample();
    struct manifest decoded = {0};
    assert_int_equal(manifest_decode("m", gdx_buffer_slice(&bytes), &decoded, NULL), GDX_OK);
    assert_int_equal(decoded.commit, 7);
    assert_int_equal(decoded.rule_fingerprint, gdx_rule_checksum(gdx_rule_current()));
    assert_int_equal(decoded.rule_number, gdx_rule_number(gdx_rule_current()));
    assert_int_equal(decoded.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_memory_equal(&decoded.segments[i].info, &segments[i].info, sizeof segments[i].info);
        assert_int_equal(decoded.segments[i].deletions_name, segments[i].deletions_name);
        assert_int_equal(decoded.segments[i].deleted_symbols, segments[i].deleted_symbols);
        assert_int_equal(decoded.segments[i].deleted_count, segments[i].deleted_count);
    }
    assert_int_equal(manifest_documents(&decoded), 13);
    assert_int_equal(manifest_symbols(&decoded), 130);
    assert_true(manifest_names_segment(&decoded, 0x2222));
    assert_false(manifest_names_segment(&decoded, 0x3333));
    assert_true(manifest_names_deletions(&decoded, 0x3333));
    assert_false(manifest_names_deletions(&decoded, 0));
    manifest_clear(&decoded);
    gdx_buffer_clear(&bytes);
}

static void every_length_but_the_whole_is_refused(void **state) {
    (void)state;
    gdx_buffer whole = encode_sample();
    for (size_t cut = 0; cut < whole.bytes; cut++) {
        gdx_buffer bytes = {.data = whole.data, .bytes = cut};
        assert_refused(&bytes, GDX_CORRUPT, "byte");
    }
    assert_int_equal(gdx_buffer_append(&whole, "", 1), GDX_OK);
    assert_refused(&whole, GDX_CORRUPT, "checksum");
    gdx_buffer_clear(&whole);
}

static void a_cut_that_fits_no_record_is_refused_though_its_checksum_fits(void **state) {
    (void)state;
    gdx_buffer bytes = encode_sample();
    bytes.bytes -= 8;
    sign(&bytes);
    assert_refused(&bytes, GDX_CORRUPT, "byte 12: 2 segments and 0 keys do not fit");
    gdx_buffer_clear(&bytes);
}

static void another_file_is_no_manifest(void **state) {
    (void)state;
    gdx_buffer bytes = encode_sample();
    bytes.data[0] = 'X';
    sign(&bytes);
    assert_refused(&bytes, GDX_CORRUPT, "byte 0: not a manifest");
    gdx_buffer_clear(&bytes);
}

static void a_newer_version_is_refused_as_unsupported(void **state) {
    (void)state;
    gdx_buffer bytes = encode_sample();
    gdx_store_u32(bytes.data + MANIFEST_VERSION_AT, INDEX_VERSION + 1);
    sign(&bytes);
    assert_refused(&bytes, GDX_UNSUPPORTED, "byte 8: format version 3, this program knows version 2");
    gdx_buffer_clear(&bytes);
}

static void a_record_that_contradicts_itself_is_refused(void **state) {
    (void)state;
    refuse_u32(record_at(0, RECORD_DOCUMENT_COUNT_AT), 0, "byte 64: segment 0: a segment without documents");
    refuse_u32(record_at(0, RECORD_POSITION_COUNT_AT), UINT32_MAX, "more positions");
    refuse_u32(record_at(0, RECORD_POSITION_COUNT_AT), 119, "fewer positions than its symbols");
    refuse_u64(record_at(0, RECORD_SYMBOL_COUNT_AT), UINT64_MAX, "fewer positions than its symbols");
    refuse_u32(record_at(1, RECORD_DELETED_COUNT_AT), 5, "byte 128: segment 1: no live document");
    refuse_u64(record_at(1, RECORD_DELETED_SYMBOLS_AT), 51, "more deleted symbols than symbols");
    refuse_u64(record_at(0, RECORD_DELETIONS_NAME_AT), 1, "a deletions file but no deleted document");
    refuse_u64(record_at(0, RECORD_DELETED_SYMBOLS_AT), 1, "a deletions file but no deleted document");
    refuse_u64(record_at(0, RECORD_BYTES_AT), UINT64_MAX / 2, "more bytes than a file can have");
    refuse_u32(record_at(0, RECORD_RESERVED_AT), 1, "reserved");
}

static void keys_and_a_table_of_reprints_are_read_as_they_were_written(void **state) {
    (void)state;
    struct manifest sample = manifest_of_rule(gdx_rule_current(), 7), decoded = {0};
    gdx_buffer bytes = {0};
    sample.reprints_name = 0x4444;
    sample.reprints_bytes = 48;
    assert_int_equal(manifest_append(&sample, &segments[0]), GDX_OK);
    assert_int_equal(gdx_keys_add(&sample.keys, gdx_slice_of("lang"), NULL), GDX_OK);
    assert_int_equal(manifest_encode(&sample, &bytes), GDX_OK);
    assert_int_equal(manifest_decode("m", gdx_buffer_slice(&bytes), &decoded, NULL), GDX_OK);
    assert_memory_equal(&decoded.keys, &sample.keys, sizeof sample.keys);
    assert_int_equal(decoded.reprints_name, 0x4444);
    assert_int_equal(decoded.reprints_bytes, 48);
    assert_int_equal(manifest_file_bytes(&decoded), manifest_file_bytes(&sample));
    manifest_clear(&decoded);
    gdx_store_u64(bytes.data + bytes.bytes - 8 - MANIFEST_SIDE_BYTES + SIDE_BYTES_AT, 0);
    sign(&bytes);
    assert_refused(&bytes, GDX_CORRUPT, "a table of reprints of 0 bytes");
    gdx_buffer_clear(&bytes);
    manifest_clear(&sample);
}

static void keys_are_read_as_they_were_written(void **state) {
    (void)state;
    struct manifest sample = manifest_of_rule(gdx_rule_current(), 7), decoded = {0};
    gdx_buffer bytes = {0};
    assert_int_equal(manifest_append(&sample, &segments[0]), GDX_OK);
    assert_int_equal(gdx_keys_add(&sample.keys, gdx_slice_of("lang"), NULL), GDX_OK);
    assert_int_equal(gdx_keys_add(&sample.keys, gdx_slice_of("作者"), NULL), GDX_OK);
    assert_int_equal(manifest_encode(&sample, &bytes), GDX_OK);
    assert_int_equal(bytes.bytes, MANIFEST_HEADER_BYTES + MANIFEST_RECORD_BYTES + 2 * MANIFEST_KEY_BYTES + 8);
    assert_int_equal(manifest_decode("m", gdx_buffer_slice(&bytes), &decoded, NULL), GDX_OK);
    assert_memory_equal(&decoded.keys, &sample.keys, sizeof sample.keys);
    manifest_clear(&decoded);
    for (size_t cut = 0; cut < bytes.bytes; cut++) {
        gdx_slice part = {(const char *)bytes.data, cut};
        assert_int_not_equal(manifest_decode("m", part, &decoded, NULL), GDX_OK);
    }
    gdx_buffer_clear(&bytes);
    manifest_clear(&sample);
}

static void a_segment_named_twice_is_refused(void **state) {
    (void)state;
    refuse_u64(record_at(1, RECORD_NAME_AT), 0x1111, "segment 0000000000001111 is named twice");
}

static void totals_that_are_not_the_sums_are_refused(void **state) {
    (void)state;
    refuse_u64(MANIFEST_DOCUMENT_COUNT_AT, 14, "byte 32: 14 documents, the segments add up to 13");
    refuse_u64(MANIFEST_SYMBOL_COUNT_AT, 0, "byte 40: 0 symbols");
    refuse_u64(MANIFEST_FILE_BYTES_AT, 1, "byte 48: 1 bytes of files");
}

static void more_segments_than_the_limit_are_refused(void **state) {
    (void)state;
    refuse_u32(MANIFEST_SEGMENT_COUNT_AT, MANIFEST_SEGMENTS_MAX + 1, "do not fit");
    refuse_u32(MANIFEST_SEGMENT_COUNT_AT, UINT32_MAX, "do not fit");
}

// ---- the file

static void assert_read_refused(const char *folder, gdx_status expected, const char *words) {
    struct manifest manifest = {0};
    gdx_error err = {0};
    gdx_status status = manifest_read(folder, &manifest, NULL, &err);
    assert_string_equal(gdx_status_name(status), gdx_status_name(expected));
    char text[GDX_ERROR_TEXT_BYTES];
    if (!strstr(gdx_error_text(&err, text), words))
        fail_msg("\"%s\" does not say \"%s\"", text, words);
}

static void a_manifest_of_an_unknown_rule_is_read(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_buffer bytes = encode_sample();
    gdx_store_u64(bytes.data + MANIFEST_RULE_FINGERPRINT_AT, gdx_rule_checksum(gdx_rule_current()) + 1);
    sign(&bytes);
    folder_write(folder, "manifest", bytes.data, bytes.bytes);
    struct manifest read = {0};
    gdx_error err = {0};
    assert_int_equal(manifest_read(folder, &read, NULL, &err), GDX_OK);
    assert_true(read.rule_fingerprint == gdx_rule_checksum(gdx_rule_current()) + 1);
    manifest_clear(&read);
    gdx_buffer_clear(&bytes);
    folder_remove(folder);
}

static void a_directory_without_a_manifest_says_how_to_make_one(void **state) {
    (void)state;
    char *folder = folder_new();
    assert_read_refused(folder, GDX_NOT_FOUND, "no index here; `gramdex index --index DIR PATH...` makes one");
    folder_write_text(folder, "file", "");
    assert_read_refused(folder_path(folder, "file"), GDX_NOT_FOUND, "file: no index here");
    folder_remove(folder);
}

static void a_manifest_that_is_no_file_is_refused_at_once(void **state) {
    (void)state;
    char *folder = folder_new();
    assert_int_equal(mkfifo(folder_path(folder, "manifest"), 0600), 0);
    assert_read_refused(folder, GDX_CORRUPT, "not a regular file");
    assert_int_equal(remove(folder_path(folder, "manifest")), 0);
    assert_int_equal(mkdir(folder_path(folder, "manifest"), 0700), 0);
    assert_read_refused(folder, GDX_CORRUPT, "not a regular file");
    folder_remove(folder);
}

static void a_manifest_too_large_to_be_one_is_not_read(void **state) {
    (void)state;
    char *folder = folder_new();
    folder_write(folder, "manifest", "", 0);
    assert_int_equal(truncate(folder_path(folder, "manifest"), (off_t)3 << 30), 0);
    assert_read_refused(folder, GDX_CORRUPT, "3221225472 bytes, a manifest has at most");
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_manifest_comes_back_as_it_was),
        cmocka_unit_test(every_length_but_the_whole_is_refused),
        cmocka_unit_test(a_cut_that_fits_no_record_is_refused_though_its_checksum_fits),
        cmocka_unit_test(another_file_is_no_manifest),
        cmocka_unit_test(a_newer_version_is_refused_as_unsupported),
        cmocka_unit_test(a_record_that_contradicts_itself_is_refused),
        cmocka_unit_test(keys_and_a_table_of_reprints_are_read_as_they_were_written),
        cmocka_unit_test(keys_are_read_as_they_were_written),
        cmocka_unit_test(a_segment_named_twice_is_refused),
        cmocka_unit_test(totals_that_are_not_the_sums_are_refused),
        cmocka_unit_test(more_segments_than_the_limit_are_refused),
        cmocka_unit_test(a_manifest_of_an_unknown_rule_is_read),
        cmocka_unit_test(a_directory_without_a_manifest_says_how_to_make_one),
        cmocka_unit_test(a_manifest_that_is_no_file_is_refused_at_once),
        cmocka_unit_test(a_manifest_too_large_to_be_one_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
