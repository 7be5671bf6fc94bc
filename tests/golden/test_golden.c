// SPDX-License-Identifier: Apache-2.0
// test_golden.c: good golden files open and read whole; damaged copies of them are refused as damaged.h says; and no
// single byte, turned, leads a reader astray, even if every checksum was made to fit again.

#include "../format/build.h"
#include "../format/dump.h"
#include "../support/folder.h"
#include "damaged.h"
#include "files.h"
#include "samples.h"

#include "gdx/repair.h"
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
#define COMPACT   GOLDEN "/compact"

// A copy of a good index, which the caller removes.
static char *copy_of(const char *golden) {
    char *folder = folder_new();
    DIR *entries = opendir(golden);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        gdx_buffer bytes = file_read(golden, entry->d_name);
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

static char *damaged_copy(const struct damage *damage, const char *golden) {
    char *folder = copy_of(golden);
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

static void refuse_damage(const struct damage *damage, const char *golden) {
    char *folder = damaged_copy(damage, golden);
    gdx_error err = {0};
    gdx_error verify_err = {0};
    gdx_buffer dump = {0};
    assert_refused(damage, dump_index(folder, &dump, &err), &err);
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, &verify_err), damage->status);
    gdx_buffer_clear(&dump);
    folder_remove(folder);
}

static void refuse_deceit(const struct damage *damage, const char *golden) {
    char *folder = damaged_copy(damage, golden);
    gdx_error err = {0};
    assert_refused(damage, gdx_index_verify(folder, NULL, NULL, NULL, &err), &err);
    folder_remove(folder);
}

static void damage_is_refused(void **state) {
    refuse_damage(*state, DOCUMENTS);
}

static void deceit_is_refused(void **state) {
    refuse_deceit(*state, DOCUMENTS);
}

static void compact_damage_is_refused(void **state) {
    refuse_damage(*state, COMPACT);
}

static void compact_deceit_is_refused(void **state) {
    refuse_deceit(*state, COMPACT);
}

static void say_another_rule(const char *folder) {
    gdx_buffer manifest = file_read(folder, "manifest");
    gdx_store_u64(manifest.data + MANIFEST_RULE_FINGERPRINT_AT, 1);
    for (uint32_t record = 0; record < file_record_count(manifest); record++) {
        char name[FILE_NAME_BYTES];
        file_name_of(manifest, "segment", record, name);
        gdx_buffer file = file_read(folder, name);
        gdx_store_u64(file.data + HEADER_RULE_FINGERPRINT, 1);
        file_write(folder, name, file);
        gdx_buffer_clear(&file);
    }
    file_write(folder, "manifest", manifest);
    gdx_buffer_clear(&manifest);
    file_seal(folder);
}

// What needs the rule is left out; that is no damage, which a repair would cut away.
static void a_compact_index_of_another_rule_is_verified_but_for_its_lists(void **state) {
    (void)state;
    const struct damage damage = {"", "segment", 1, "ID_ORDER", 0, SET4, 9, SEALED, GDX_CORRUPT, ""};
    char *folder = copy_of(COMPACT);
    gdx_error err = {0};
    gdx_repair_figures figures = {0};
    say_another_rule(folder);
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, &err), GDX_UNSUPPORTED);
    assert_non_null(strstr(err.message, "does not have the matching rule"));
    assert_int_equal(gdx_index_repair(folder, &(gdx_repair_options){.dry_run = true}, &figures, &err), GDX_OK);
    assert_int_equal(figures.segments_dropped, 0);
    do_damage(&damage, folder);
    file_seal(folder);
    err = (gdx_error){0};
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, &err), GDX_CORRUPT);
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
    char *folder = copy_of(DOCUMENTS);
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

static void any_byte_of_a_compact_segment_turned_and_sealed_is_refused_or_read(void **state) {
    (void)state;
    turn_any_byte(COMPACT, 1);
}

// ----

struct rows { // of damaged.h
    const struct damage *rows;
    size_t count;
    const char *how;
    CMUnitTestFunction test;
};
#define ROWS(of, said, by)                                                                                             \
    { of, sizeof of / sizeof *of, said, by }
static const struct rows all_rows[] = {
    ROWS(damages, "", damage_is_refused),
    ROWS(deceits, " by verify", deceit_is_refused),
    ROWS(compact_damages, "", compact_damage_is_refused),
    ROWS(compact_deceits, " by verify", compact_deceit_is_refused),
};
enum {
    ROW_COUNT = (sizeof damages + sizeof deceits + sizeof compact_damages + sizeof compact_deceits) / sizeof *damages
};

// A test for each row, named by what it says.
static void add_tests(struct CMUnitTest *tests, char (*names)[128], const struct rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        const struct damage *row = &rows->rows[i];
        snprintf(names[i], sizeof names[i], "%s is refused%s", row->what, rows->how);
        tests[i] =
            (struct CMUnitTest){.name = names[i], .test_func = rows->test, .initial_state = (void *)(uintptr_t)row};
    }
}

int main(void) {
    static char names[ROW_COUNT][128];
    struct CMUnitTest tests[ROW_COUNT];
    size_t count = 0;
    const struct CMUnitTest good[] = {
        cmocka_unit_test(golden_files_open_and_read_whole),
        cmocka_unit_test(golden_files_are_verified),
        cmocka_unit_test(a_compact_index_of_another_rule_is_verified_but_for_its_lists),
        cmocka_unit_test(an_id_live_twice_in_one_segment_is_refused_by_verify),
        cmocka_unit_test(any_byte_turned_is_refused_at_open),
        cmocka_unit_test(any_byte_of_a_segment_turned_and_sealed_is_refused_or_read),
        cmocka_unit_test(any_byte_of_a_segment_with_parts_turned_and_sealed_is_refused_or_read),
        cmocka_unit_test(any_byte_of_a_compact_segment_turned_and_sealed_is_refused_or_read),
    };
    for (size_t i = 0; i < sizeof all_rows / sizeof *all_rows; i++) {
        add_tests(tests + count, names + count, &all_rows[i]);
        count += all_rows[i].count;
    }
    int failed = cmocka_run_group_tests_name("golden files", good, NULL, NULL);
    return failed + cmocka_run_group_tests_name("damaged files", tests, NULL, NULL);
}
