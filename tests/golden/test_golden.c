// SPDX-License-Identifier: Apache-2.0
// test_golden.c: good golden files open and read whole; damaged copies of them are refused as damaged.h says; and no
// single byte, turned, leads a reader astray, even if every checksum was made to fit again.

#include "../format/build.h"
#include "../format/dump.h"
#include "../support/folder.h"
#include "damaged.h"
#include "files.h"
#include "samples.h"

#include "gdx/segment.h"

#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define GOLDEN    GDX_SOURCE_ROOT "/tests/golden"
#define DOCUMENTS GOLDEN "/documents"

// A copy of the good index, which the caller removes.
static char *copy_of_documents(void) {
    char *folder = folder_new();
    DIR *entries = opendir(DOCUMENTS);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        gdx_buffer bytes = file_read(DOCUMENTS, entry->d_name);
        file_write(folder, entry->d_name, bytes);
        gdx_buffer_clear(&bytes);
    }
    closedir(entries);
    return folder;
}

// ---- good ones

static void golden_files_are_verified(void **state) {
    (void)state;
    gdx_error err = {0};
#define VERIFY_GOLDEN(name)                                                                                            \
    if (gdx_index_verify(GOLDEN "/" #name, NULL, NULL, NULL, &err) != GDX_OK)                                          \
        fail_msg("%s", err.message);
    SAMPLES(VERIFY_GOLDEN)
#undef VERIFY_GOLDEN
}

static void golden_files_open_and_read_whole(void **state) {
    (void)state;
    gdx_error err = {0};
    gdx_buffer dump = {0};
#define READ_GOLDEN(name)                                                                                              \
    if (dump_index(GOLDEN "/" #name, &dump, &err) != GDX_OK)                                                           \
        fail_msg("%s", err.message);
    SAMPLES(READ_GOLDEN)
#undef READ_GOLDEN
    assert_true(dump.bytes > 0);
    gdx_buffer_clear(&dump);
}

// ---- damaged ones

static void do_damage(const struct damage *damage, const char *folder) {
    char name[FILE_NAME_BYTES];
    gdx_buffer manifest = file_read(folder, "manifest");
    file_name_of(manifest, damage->file, damage->record, name);
    gdx_buffer_clear(&manifest);
    if (damage->action == REMOVE) {
        assert_int_equal(unlink(folder_path(folder, name)), 0);
        return;
    }
    gdx_buffer file = file_read(folder, name);
    uint8_t *at = file.data;
    if (damage->part[0])
        at = (uint8_t *)(uintptr_t)file_segment_part(file, gdx_slice_of(damage->part)).data;
    at += damage->at;
    assert_true(at >= file.data && at < file.data + file.bytes);
    if (damage->action == CUT)
        file.bytes = (size_t)damage->at;
    else if (damage->action == COPY8)
        memcpy(at, file.data + damage->value, 8);
    else
        memcpy(at, &damage->value, (size_t)1 << (damage->action - SET1)); // little-endian, as base.h asserts
    file_write(folder, name, file);
    gdx_buffer_clear(&file);
}

static char *damaged_copy(const struct damage *damage) {
    char *folder = copy_of_documents();
    do_damage(damage, folder);
    if (damage->seal == SEALED && strcmp(damage->file, "manifest") == 0)
        file_seal_manifest(folder);
    else if (damage->seal == SEALED)
        file_seal(folder);
    return folder;
}

static void assert_refused(const struct damage *damage, gdx_status status, const gdx_error *err) {
    if (status != damage->status || !strstr(err->message, damage->message))
        fail_msg("%s: %s, expected %s: ...%s", gdx_status_name(status), err->message, gdx_status_name(damage->status),
                 damage->message);
}

static void damage_is_refused(void **state) {
    const struct damage *damage = *state;
    char *folder = damaged_copy(damage);
    gdx_error err = {0};
    gdx_error verify_err = {0};
    gdx_buffer dump = {0};
    assert_refused(damage, dump_index(folder, &dump, &err), &err);
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, &verify_err), damage->status);
    gdx_buffer_clear(&dump);
    folder_remove(folder);
}

static void deceit_is_refused(void **state) {
    const struct damage *damage = *state;
    char *folder = damaged_copy(damage);
    gdx_error err = {0};
    assert_refused(damage, gdx_index_verify(folder, NULL, NULL, NULL, &err), &err);
    folder_remove(folder);
}

static void an_id_live_twice_in_one_segment_is_refused_by_verify(void **state) {
    (void)state;
    const gdx_document documents[] = {
        build_document("same", "", "", GDX_NO_DATE, "", gdx_slice_of("一")),
        build_document("same", "", "", GDX_NO_DATE, "", gdx_slice_of("二")),
    };
    char *folder = folder_new();
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_index_writer_open(folder, &writer, &err), GDX_OK);
    assert_int_equal(build_segment(writer, 0, 0, documents, 2, &err), GDX_OK);
    assert_int_equal(gdx_index_writer_commit(writer, &err), GDX_OK);
    gdx_index_writer_close(writer);
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, &err), GDX_CORRUPT);
    assert_non_null(strstr(err.message, "document \"same\" is live twice"));
    folder_remove(folder);
}

// ---- every byte

static void any_byte_turned_is_refused_at_open(void **state) {
    (void)state;
    static const char *const files[] = {"manifest", "segment", "deletions"};
    char *folder = copy_of_documents();
    gdx_buffer manifest = file_read(folder, "manifest");
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        char name[FILE_NAME_BYTES];
        file_name_of(manifest, files[f], 1, name);
        gdx_buffer file = file_read(folder, name);
        for (size_t i = 0; i < file.bytes; i++) {
            GDX_AUTO(gdx_index) index = NULL;
            gdx_error err = {0};
            file.data[i] ^= 0x10;
            file_write(folder, name, file);
            gdx_status status = gdx_index_open(folder, &index, &err);
            if (status != GDX_CORRUPT && status != GDX_UNSUPPORTED)
                fail_msg("%s: byte %zu turned: %s", name, i, gdx_status_name(status));
            file.data[i] ^= 0x10;
        }
        file_write(folder, name, file);
        gdx_buffer_clear(&file);
    }
    gdx_buffer_clear(&manifest);
    folder_remove(folder);
}

// Reads all of a segment by whatever name it now has.
static gdx_status read_sealed(const char *folder, gdx_buffer file, gdx_error *err) {
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    gdx_live_segment live = {0};
    gdx_buffer dump = {0};
    uint64_t number = file_seal_segment(file);
    file_write(folder, gdx_segment_file_name(number, name), file);
    gdx_status status = gdx_segment_open(folder, number, &live.segment, err);
    if (status == GDX_OK)
        status = dump_segment(&live, &dump, err);
    gdx_segment_release(live.segment);
    gdx_buffer_clear(&dump);
    assert_int_equal(unlink(folder_path(folder, name)), 0);
    return status;
}

// What it says may be wrong; that the reader stays within its bounds is for the sanitizers to tell.
static void turn_any_byte(const char *golden, uint32_t record) {
    static const uint8_t turns[] = {0xff, 0x01, 0x80};
    char *folder = folder_new();
    char name[FILE_NAME_BYTES];
    gdx_buffer manifest = file_read(golden, "manifest");
    file_name_of(manifest, "segment", record, name);
    gdx_buffer file = file_read(golden, name);
    size_t refused = 0;
    for (size_t i = 0; i < file.bytes - FOOTER_BYTES + FOOTER_PAGE_TABLE_CHECKSUM; i++) {
        uint8_t before = file.data[i];
        gdx_error err = {0};
        file.data[i] ^= turns[i % sizeof turns];
        gdx_status status = read_sealed(folder, file, &err);
        if (status != GDX_OK && status != GDX_CORRUPT && status != GDX_UNSUPPORTED)
            fail_msg("%s: byte %zu turned: %s: %s", name, i, gdx_status_name(status), err.message);
        refused += status != GDX_OK;
        file.data[i] = before;
    }
    assert_true(refused > file.bytes / 4); // section table, counts, offsets at least
    gdx_buffer_clear(&manifest);
    gdx_buffer_clear(&file);
    folder_remove(folder);
}

static void any_byte_of_a_segment_turned_and_sealed_is_refused_or_read(void **state) {
    (void)state;
    turn_any_byte(DOCUMENTS, 1);
}

static void any_byte_of_a_segment_with_parts_turned_and_sealed_is_refused_or_read(void **state) {
    (void)state;
    turn_any_byte(GOLDEN "/parts", 0);
}

// ----

enum { DAMAGES = sizeof damages / sizeof *damages, DECEITS = sizeof deceits / sizeof *deceits };

// A test for each row, named by what it says.
static void add_tests(struct CMUnitTest *tests, char (*names)[128], const struct damage *rows, size_t count,
                      const char *how, CMUnitTestFunction test) {
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "%s is refused%s", rows[i].what, how);
        tests[i] =
            (struct CMUnitTest){.name = names[i], .test_func = test, .initial_state = (void *)(uintptr_t)&rows[i]};
    }
}

int main(void) {
    static char names[DAMAGES + DECEITS][128];
    struct CMUnitTest tests[DAMAGES + DECEITS];
    const struct CMUnitTest good[] = {
        cmocka_unit_test(golden_files_open_and_read_whole),
        cmocka_unit_test(golden_files_are_verified),
        cmocka_unit_test(an_id_live_twice_in_one_segment_is_refused_by_verify),
        cmocka_unit_test(any_byte_turned_is_refused_at_open),
        cmocka_unit_test(any_byte_of_a_segment_turned_and_sealed_is_refused_or_read),
        cmocka_unit_test(any_byte_of_a_segment_with_parts_turned_and_sealed_is_refused_or_read),
    };
    add_tests(tests, names, damages, DAMAGES, "", damage_is_refused);
    add_tests(tests + DAMAGES, names + DAMAGES, deceits, DECEITS, " by verify", deceit_is_refused);
    int failed = cmocka_run_group_tests_name("golden files", good, NULL, NULL);
    return failed + cmocka_run_group_tests_name("damaged files", tests, NULL, NULL);
}
