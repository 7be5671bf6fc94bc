// SPDX-License-Identifier: Apache-2.0
// test_reprints.c: the file of a table of reprints: written, read, hostile; and that commits, merges, deletions,
// repairs and stat know it.

#include "../support/folder.h"
#include "../support/small_index.h"
#include "envelope.h"
#include "layout.h"
#include "reprints.h"

#include "gdx/backup.h"
#include "gdx/repair.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const uint64_t hashes[] = {10, 20, 30, 40, UINT64_MAX};
static const gdx_reprint_member members[] = {{0, 0, 900000}, {1, 1, 700000}, {3, 0, 900000}, {4, 1, 700000}};
static const gdx_reprint_excerpt excerpts[] = {{2, 0, 800000}, {2, 1, GDX_REPRINT_WHOLE}};
static const gdx_reprint_table sample = {700000, 30, 5, hashes, 2, 4, members, 2, excerpts};

static struct reprints *write_and_open(const char *folder, const gdx_reprint_table *table) {
    uint64_t name, bytes;
    struct reprints *reprints = NULL;
    assert_int_equal(reprints_write(folder, table, &name, &bytes, NULL), GDX_OK);
    assert_int_equal(reprints_open(folder, name, bytes, &reprints, NULL), GDX_OK);
    assert_int_equal(reprints_name(reprints), name);
    assert_int_equal(reprints_bytes(reprints), bytes);
    return reprints;
}

static void what_is_written_is_read(void **state) {
    (void)state;
    char *folder = folder_new();
    struct reprints *reprints = write_and_open(folder, &sample);
    const gdx_reprint_table *table = reprints_table(reprints);
    assert_int_equal(table->jaccard, 700000);
    assert_int_equal(table->within_days, 30);
    assert_int_equal(table->count, 5);
    assert_int_equal(table->group_count, 2);
    assert_memory_equal(table->hashes, hashes, sizeof hashes);
    assert_int_equal(table->member_count, 4);
    assert_memory_equal(table->members, members, sizeof members);
    assert_int_equal(table->excerpt_count, 2);
    assert_memory_equal(table->excerpts, excerpts, sizeof excerpts);
    reprints_release(reprints);
    folder_remove(folder);
}

static void an_empty_table_is_one(void **state) {
    (void)state;
    char *folder = folder_new();
    const gdx_reprint_table empty = {.jaccard = 1};
    struct reprints *reprints = write_and_open(folder, &empty);
    assert_int_equal(reprints_table(reprints)->count, 0);
    reprints_release(reprints);
    folder_remove(folder);
}

// The bytes of the sample's file; the caller frees.
static uint8_t *sample_bytes(size_t *out_bytes) {
    char *folder = folder_new(), file[REPRINTS_FILE_NAME_BYTES];
    uint64_t name, bytes;
    assert_int_equal(reprints_write(folder, &sample, &name, &bytes, NULL), GDX_OK);
    FILE *from = fopen(folder_path(folder, reprints_file_name(name, file)), "rb");
    uint8_t *data = malloc(bytes);
    assert_true(from && data && fread(data, 1, bytes, from) == bytes);
    fclose(from);
    folder_remove(folder);
    *out_bytes = bytes;
    return data;
}

static gdx_status decode(const uint8_t *data, size_t bytes) {
    gdx_reprint_table table;
    gdx_error err = {0};
    uint8_t *exact = malloc(bytes + 1); // so that a sanitizer sees the end
    assert_non_null(exact);
    memcpy(exact, data, bytes);
    exact = realloc(exact, bytes ? bytes : 1);
    gdx_status status = reprints_decode("file", (gdx_slice){(const char *)exact, bytes}, &table, &err);
    free(exact);
    return status;
}

static void a_file_cut_anywhere_is_refused(void **state) {
    (void)state;
    size_t bytes;
    uint8_t *data = sample_bytes(&bytes);
    assert_int_equal(decode(data, bytes), GDX_OK);
    for (size_t cut = 0; cut < bytes; cut++)
        assert_int_equal(decode(data, cut), GDX_CORRUPT);
    free(data);
}

static void a_flipped_bit_is_refused(void **state) {
    (void)state;
    size_t bytes;
    uint8_t *data = sample_bytes(&bytes);
    for (size_t bit = 0; bit < bytes * 8; bit++) {
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(decode(data, bytes), GDX_OK);
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(data);
}

enum { HASHES_AT = REPRINTS_HEADER_BYTES, MEMBERS_AT = HASHES_AT + 5 * 8, EXCERPTS_AT = MEMBERS_AT + 4 * 12 };

// With a checksum that fits.
static void refuse(size_t at, uint32_t value, const char *words) {
    size_t bytes;
    gdx_reprint_table table;
    gdx_error err = {0};
    uint8_t *data = sample_bytes(&bytes);
    gdx_store_u32(data + at, value);
    envelope_seal(data, bytes, REPRINTS_MAGIC);
    assert_int_equal(reprints_decode("file", (gdx_slice){(const char *)data, bytes}, &table, &err), GDX_CORRUPT);
    if (!strstr(err.message, words))
        fail_msg("\"%s\" lacks \"%s\"", err.message, words);
    free(data);
}

static void a_table_that_contradicts_itself_is_refused(void **state) {
    (void)state;
    refuse(REPRINTS_DOCUMENT_COUNT_AT, 6, "do not fit the size");
    refuse(REPRINTS_MEMBER_COUNT_AT, UINT32_MAX, "do not fit the size");
    refuse(REPRINTS_EXCERPT_COUNT_AT, 0, "do not fit the size");
    refuse(REPRINTS_GROUP_COUNT_AT, 3, "more groups");
    refuse(REPRINTS_GROUP_COUNT_AT, 1, "not numbered as they come");
    refuse(REPRINTS_JACCARD_AT, 0, "a share outside");
    refuse(REPRINTS_JACCARD_AT, 1000001, "a share outside");
    refuse(REPRINTS_RESERVED_AT, 1, "reserved");
    refuse(HASHES_AT + 8, 10, "hashes that do not ascend");
    refuse(MEMBERS_AT + MEMBER_DOCUMENT_AT, 1, "members that do not ascend");
    refuse(MEMBERS_AT + 3 * 12 + MEMBER_DOCUMENT_AT, 5, "members that do not ascend");
    refuse(MEMBERS_AT + MEMBER_GROUP_AT, 1, "not numbered as they come");
    refuse(MEMBERS_AT + 3 * 12 + MEMBER_GROUP_AT, 0, "without two members");
    refuse(MEMBERS_AT + MEMBER_JACCARD_AT, 699999, "like no other");
    refuse(EXCERPTS_AT + EXCERPT_DOCUMENT_AT, 5, "an excerpt of no document");
    refuse(EXCERPTS_AT + EXCERPT_OF_AT, 2, "an excerpt of no document");
    refuse(EXCERPTS_AT + EXCERPT_OF_AT, 1, "excerpts that do not ascend");
    refuse(EXCERPTS_AT + EXCERPT_CONTAINMENT_AT, 1000001, "a share above");
}

// ---- in an index

static const struct small_document documents[] = {{"a", "产业链"}, {"b", "供应链"}, {"c", "价值链"}};

static void add(const char *folder, uint64_t tag, size_t first, size_t count) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    assert_int_equal(gdx_index_writer_open(folder, &writer, NULL), GDX_OK);
    assert_int_equal(small_add(writer, tag, documents + first, count, NULL), GDX_OK);
    assert_int_equal(gdx_index_writer_commit(writer, NULL), GDX_OK);
}

// A group of "a" and "b".
static void set_table(const char *folder) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    assert_int_equal(gdx_index_writer_open(folder, &writer, NULL), GDX_OK);
    uint64_t of[2];
    for (uint32_t d = 0; d < 2; d++)
        assert_int_equal(
            gdx_segment_hash(gdx_snapshot_segment(gdx_index_writer_snapshot(writer), 0)->segment, d, &of[d], NULL),
            GDX_OK);
    const uint64_t ascending[] = {of[0] < of[1] ? of[0] : of[1], of[0] < of[1] ? of[1] : of[0]};
    const gdx_reprint_member two[] = {{0, 0, 800000}, {1, 0, 800000}};
    const gdx_reprint_table table = {.jaccard = 700000,
                                     .within_days = 30,
                                     .count = 2,
                                     .hashes = ascending,
                                     .group_count = 1,
                                     .member_count = 2,
                                     .members = two};
    uint64_t before = gdx_snapshot_commit(gdx_index_writer_snapshot(writer));
    assert_int_equal(gdx_index_writer_set_reprints(writer, &table, NULL), GDX_OK);
    assert_int_equal(gdx_snapshot_commit(gdx_index_writer_snapshot(writer)), before + 1);
}

static void assert_firsts(const char *folder, const char *repeats, uint64_t later) {
    GDX_AUTO(gdx_index) index = NULL;
    const gdx_firsts *firsts = NULL;
    gdx_error err = {0};
    char found[16] = "";
    if (gdx_index_open(folder, &index, &err) != GDX_OK)
        fail_msg("%s", err.message);
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    assert_int_equal(gdx_snapshot_firsts(snapshot, NULL, &firsts, &err), GDX_OK);
    for (size_t s = 0; s < gdx_snapshot_segment_count(snapshot); s++) {
        const gdx_segment *segment = gdx_snapshot_segment(snapshot, s)->segment;
        for (uint32_t d = 0; d < gdx_segment_info_of(segment)->document_count; d++) {
            gdx_slice id;
            if (!(firsts->repeats[s][d / 64] >> d % 64 & 1))
                continue;
            assert_int_equal(gdx_segment_id(segment, d, &id, NULL), GDX_OK);
            strncat(found, id.data, id.bytes);
        }
    }
    assert_string_equal(found, repeats);
    assert_int_equal(firsts->later, later);
    gdx_snapshot_release(snapshot);
}

static void commits_and_merges_keep_it(void **state) {
    (void)state;
    char *folder = folder_new();
    add(folder, 1, 0, 2);
    set_table(folder);
    assert_firsts(folder, "b", 0);
    add(folder, 2, 2, 1);
    assert_firsts(folder, "b", 1);
    GDX_AUTO(gdx_index_writer) writer = NULL;
    const gdx_merge_options to_one = {.to_one = true};
    assert_int_equal(gdx_index_writer_open(folder, &writer, NULL), GDX_OK);
    assert_int_equal(gdx_index_writer_merge(writer, &to_one, NULL, NULL), GDX_OK);
    assert_firsts(folder, "b", 1);
    assert_int_equal(small_delete(writer, "a", NULL), GDX_OK);
    assert_int_equal(gdx_index_writer_commit(writer, NULL), GDX_OK);
    assert_firsts(folder, "", 1);
    assert_int_equal(folder_count(folder, "reprints-"), 1);
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, NULL), GDX_OK);
    gdx_index_writer_close(GDX_TAKE(writer));
    folder_remove(folder);
}

static void declare(const char *folder, const char *key) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    assert_int_equal(gdx_index_writer_open(folder, &writer, NULL), GDX_OK);
    assert_int_equal(gdx_index_writer_declare(writer, gdx_slice_of(key), NULL), GDX_OK);
    assert_int_equal(gdx_index_writer_commit(writer, NULL), GDX_OK);
}

static void it_and_keys_of_metadata_keep_each_other(void **state) {
    (void)state;
    char *folder = folder_new();
    add(folder, 1, 0, 2);
    declare(folder, "lang");
    set_table(folder);
    declare(folder, "author");
    assert_firsts(folder, "b", 0);
    GDX_AUTO(gdx_index_writer) writer = NULL;
    const gdx_merge_options to_one = {.to_one = true};
    add(folder, 2, 2, 1);
    assert_int_equal(gdx_index_writer_open(folder, &writer, NULL), GDX_OK);
    assert_int_equal(gdx_index_writer_merge(writer, &to_one, NULL, NULL), GDX_OK);
    assert_int_equal(gdx_snapshot_keys(gdx_index_writer_snapshot(writer))->count, 2);
    assert_firsts(folder, "b", 1);
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, NULL), GDX_OK);
    gdx_index_writer_close(GDX_TAKE(writer));
    folder_remove(folder);
}

static void a_backup_has_it(void **state) {
    (void)state;
    char *folder = folder_new(), *other = folder_new();
    gdx_backup_figures figures;
    const gdx_backup_options options = {0};
    gdx_error err = {0};
    add(folder, 1, 0, 2);
    set_table(folder);
    const char *copy = folder_path(other, "copy");
    if (gdx_index_backup(folder, copy, &options, &figures, &err) != GDX_OK)
        fail_msg("%s", err.message);
    assert_firsts(folder_path(other, "copy"), "b", 0);
    assert_int_equal(gdx_index_verify(folder_path(other, "copy"), NULL, NULL, NULL, NULL), GDX_OK);
    folder_remove(folder);
    folder_remove(other);
}

static void stat_counts_it(void **state) {
    (void)state;
    char *folder = folder_new();
    GDX_AUTO(gdx_index) index = NULL;
    add(folder, 1, 0, 2);
    set_table(folder);
    assert_int_equal(gdx_index_open(folder, &index, NULL), GDX_OK);
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    gdx_segment_part parts[GDX_SNAPSHOT_PARTS_MAX];
    size_t count = gdx_snapshot_parts(snapshot, parts);
    uint64_t all = 0, of_reprints = 0;
    for (size_t i = 0; i < count; i++) {
        all += parts[i].bytes;
        of_reprints += strcmp(parts[i].name, "reprints") == 0 ? parts[i].bytes : 0;
    }
    assert_int_equal(all, gdx_snapshot_bytes(snapshot));
    assert_int_equal(of_reprints, 40 + 2 * 8 + 2 * 12 + 8);
    gdx_snapshot_release(snapshot);
    folder_remove(folder);
}

static void damage(const char *folder) {
    GDX_AUTO(gdx_index) index = NULL;
    char file[REPRINTS_FILE_NAME_BYTES];
    assert_int_equal(gdx_index_open(folder, &index, NULL), GDX_OK);
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    const gdx_reprint_table *table = gdx_snapshot_reprints(snapshot);
    assert_non_null(table);
    uint64_t name, bytes;
    assert_int_equal(reprints_write(folder, table, &name, &bytes, NULL), GDX_OK); // the same file again: its name
    FILE *to = fopen(folder_path(folder, reprints_file_name(name, file)), "r+b");
    assert_non_null(to);
    assert_int_equal(fseek(to, 20, SEEK_SET), 0);
    fputc(0xff, to);
    fclose(to);
    gdx_snapshot_release(snapshot);
}

static void a_damaged_one_is_refused_and_repaired(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_repair_figures figures;
    const gdx_repair_options options = {0};
    gdx_error err = {0};
    add(folder, 1, 0, 2);
    set_table(folder);
    damage(folder);
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, &err), GDX_CORRUPT);
    assert_non_null(strstr(err.where, "reprints-"));
    assert_int_equal(gdx_index_repair(folder, &options, &figures, NULL), GDX_OK);
    assert_int_equal(figures.reprints_dropped, 1);
    assert_int_equal(figures.documents, 2);
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, NULL), GDX_OK);
    assert_int_equal(folder_count(folder, "damaged-reprints-"), 1);
    assert_int_equal(folder_count(folder, "reprints-"), 0);
    folder_remove(folder);
}

static void assert_not_known(const char *folder, const char *words) {
    GDX_AUTO(gdx_index) index = NULL;
    const gdx_firsts *firsts = NULL;
    gdx_error err = {0};
    if (gdx_index_open(folder, &index, &err) != GDX_OK)
        fail_msg("%s", err.message);
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    char text[GDX_ERROR_TEXT_BYTES];
    assert_int_equal(gdx_snapshot_firsts(snapshot, NULL, &firsts, &err), GDX_CORRUPT);
    assert_non_null(strstr(gdx_error_text(&err, text), "/reprints-"));
    if (!strstr(err.message, words))
        fail_msg("%s", err.message);
    assert_non_null(strstr(err.message, "gramdex reprints --build"));
    assert_non_null(strstr(err.message, "verify --repair"));
    gdx_snapshot_release(snapshot);
}

static void remove_table(const char *folder) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    char file[REPRINTS_FILE_NAME_BYTES];
    assert_int_equal(gdx_index_writer_open(folder, &writer, NULL), GDX_OK);
    uint64_t name, bytes;
    const gdx_reprint_table *table = gdx_snapshot_reprints(gdx_index_writer_snapshot(writer));
    assert_int_equal(reprints_write(folder, table, &name, &bytes, NULL), GDX_OK);
    assert_int_equal(unlink(folder_path(folder, reprints_file_name(name, file))), 0);
}

static void without_a_good_one_all_else_goes_on(void **state) {
    (void)state;
    char *folder = folder_new();
    add(folder, 1, 0, 2);
    set_table(folder);
    damage(folder);
    assert_not_known(folder, "the checksum");
    add(folder, 2, 2, 1); // a commit keeps naming it
    assert_not_known(folder, "the checksum");
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, NULL), GDX_CORRUPT);
    set_table(folder);
    assert_firsts(folder, "b", 1);
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, NULL), GDX_OK);
    assert_int_equal(folder_count(folder, "reprints-"), 1);
    remove_table(folder);
    assert_not_known(folder, "No such file");
    assert_int_equal(gdx_index_verify(folder, NULL, NULL, NULL, NULL), GDX_CORRUPT);
    folder_remove(folder);
}

// ---- many ask at once

struct asker {
    pthread_t thread;
    gdx_snapshot *snapshot;
    bool is_cancelled;
    gdx_status status;
};

static void *ask(void *context) {
    struct asker *asker = context;
    const gdx_firsts *firsts = NULL;
    atomic_bool cancelled = asker->is_cancelled;
    const gdx_stop stop = {.cancelled = &cancelled};
    asker->status = gdx_snapshot_firsts(asker->snapshot, &stop, &firsts, NULL);
    return NULL;
}

static void one_makes_it_and_each_obeys_its_own_stop(void **state) {
    (void)state;
    char *folder = folder_new();
    GDX_AUTO(gdx_index) index = NULL;
    struct asker askers[8] = {0};
    add(folder, 1, 0, 2);
    set_table(folder);
    assert_int_equal(gdx_index_open(folder, &index, NULL), GDX_OK);
    for (size_t i = 0; i < 8; i++) {
        askers[i] = (struct asker){.snapshot = gdx_index_snapshot(index), .is_cancelled = i % 2 == 0};
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
        bool is_made = askers[i].status == GDX_OK;
        assert_true(is_made || (askers[i].is_cancelled && askers[i].status == GDX_CANCELLED));
        gdx_snapshot_release(askers[i].snapshot);
    }
    assert_firsts(folder, "b", 0);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(an_empty_table_is_one),
        cmocka_unit_test(a_file_cut_anywhere_is_refused),
        cmocka_unit_test(a_flipped_bit_is_refused),
        cmocka_unit_test(a_table_that_contradicts_itself_is_refused),
        cmocka_unit_test(commits_and_merges_keep_it),
        cmocka_unit_test(it_and_keys_of_metadata_keep_each_other),
        cmocka_unit_test(a_backup_has_it),
        cmocka_unit_test(stat_counts_it),
        cmocka_unit_test(a_damaged_one_is_refused_and_repaired),
        cmocka_unit_test(without_a_good_one_all_else_goes_on),
        cmocka_unit_test(one_makes_it_and_each_obeys_its_own_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
