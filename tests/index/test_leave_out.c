// SPDX-License-Identifier: Apache-2.0
// test_leave_out.c: a repair leaves out what is damaged, tells what is lost, keeps the damaged file, and what it leaves
// is sound. The oracle is the list of documents that were committed, segment by segment.

#include "../support/allocations.h"
#include "../support/each_allocation.h"
#include "../support/folder.h"
#include "../support/small_index.h"

#include "gdx/repair.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY = 3000, TEXT_BYTES = 64 };

// Segments: a b c e; b (new) d; c (new). Then a and d were deleted, so that each but the last has deletions.
#define ALL          "e 协定\nb 供应链 2\nc 关税 3\n"
#define WITHOUT_LAST "e 协定\nb 供应链 2\n"
#define SECOND_BACK  "e 协定\nb 供应链 2\nd 规则\nc 关税 3\n"
#define FIRST_BACK   "a 产业链\ne 协定\nb 供应链 2\nc 关税 3\n"

static struct {
    char *folder;
    char names[3][GDX_SEGMENT_FILE_NAME_BYTES]; // of the segments, in order
} place;

struct told {
    size_t files, ids;
    char first_id[64];
    char kept_as[4096];
    bool fails;
};

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s: %s", gdx_status_name(status), err->where, err->message);
}

static void commit(const struct small_document *documents, size_t count) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_error err = {0};
    must(gdx_index_writer_open(place.folder, &writer, &err), &err);
    must(small_add(writer, 1, documents, count, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
}

static void delete_two(void) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_error err = {0};
    must(gdx_index_writer_open(place.folder, &writer, &err), &err);
    must(small_delete(writer, "a", &err), &err);
    must(small_delete(writer, "d", &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
}

static void learn_names(void) {
    gdx_index *index = NULL;
    gdx_error err = {0};
    must(gdx_index_open(place.folder, &index, &err), &err);
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    for (size_t i = 0; i < 3 && i < gdx_snapshot_segment_count(snapshot); i++)
        gdx_segment_file_name(gdx_segment_info_of(gdx_snapshot_segment(snapshot, i)->segment)->name, place.names[i]);
    gdx_snapshot_release(snapshot);
    gdx_index_close(index);
}

static int make(void **state) {
    (void)state;
    place.folder = folder_new();
    commit((const struct small_document[]){{"a", "产业链"}, {"b", "供应链"}, {"c", "关税"}, {"e", "协定"}}, 4);
    commit((const struct small_document[]){{"b", "供应链 2"}, {"d", "规则"}}, 2);
    commit((const struct small_document[]){{"c", "关税 3"}}, 1);
    delete_two();
    learn_names();
    return 0;
}

static int unmake(void **state) {
    (void)state;
    folder_remove(place.folder);
    return 0;
}

// ---- repairing

static gdx_status on_found(void *context, const gdx_repair_finding *finding, gdx_error *err) {
    struct told *told = context;
    told->files++;
    assert_true(finding->why->message[0]);
    snprintf(told->kept_as, sizeof told->kept_as, "%s", finding->kept_as);
    return told->fails ? gdx_fail(err, GDX_IO, "nobody listens") : GDX_OK;
}

static gdx_status on_lost(void *context, gdx_slice id, gdx_error *err) {
    (void)err;
    struct told *told = context;
    if (told->ids++ == 0)
        snprintf(told->first_id, sizeof told->first_id, "%.*s", GDX_SLICE_ARGUMENTS(id));
    return GDX_OK;
}

static gdx_status try_repair(bool dry_run, struct told *told, gdx_repair_figures *figures, gdx_error *err) {
    const gdx_repair_options options = {.dry_run = dry_run, .found = on_found, .lost = on_lost, .context = told};
    return gdx_index_repair(place.folder, &options, figures, err);
}

static gdx_repair_figures repair(struct told *told) {
    gdx_repair_figures figures;
    gdx_error err = {0};
    must(try_repair(false, told, &figures, &err), &err);
    return figures;
}

static void flip(const char *path, off_t at) {
    uint8_t byte;
    int file = open(path, O_RDWR | O_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(pread(file, &byte, 1, at), 1);
    byte ^= 0x40;
    assert_int_equal(pwrite(file, &byte, 1, at), 1);
    close(file);
}

static off_t size_of(const char *path) {
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_size;
}

static bool is_there(const char *path) {
    return access(path, F_OK) == 0;
}

// The deletions of the segment that begin with this name: their file names the segment.
static const char *deletions_of(const char *segment) {
    uint64_t name = strtoull(segment + strlen("segment-"), NULL, 16);
    FILE *names = popen("ls -d \"$FOLDER\"/deletions-*", "re");
    static char line[4096];
    assert_non_null(names);
    bool found = false;
    while (!found && fgets(line, sizeof line, names)) {
        gdx_buffer bytes = {0};
        line[strcspn(line, "\n")] = '\0';
        must(gdx_read_file(line, 1 << 20, &bytes, NULL), &(gdx_error){0});
        found = gdx_load_u64(bytes.data + 16) == name;
        gdx_buffer_clear(&bytes);
    }
    pclose(names);
    assert_true(found);
    return line;
}

// ---- the tests

static void what_is_sound_is_left_as_it_is(void **state) {
    (void)state;
    struct told told = {0};
    uint64_t before = folder_digest(place.folder);
    gdx_repair_figures figures = repair(&told);
    assert_int_equal(figures.segments_dropped + figures.deletions_dropped + told.files + told.ids, 0);
    assert_int_equal(figures.documents, 3);
    assert_int_equal(folder_digest(place.folder), before);
}

static void a_segment_is_left_out_and_its_file_kept(void **state) {
    (void)state;
    for (int how = 0; how < 3; how++) {
        struct told told = {0};
        const char *path = folder_path(place.folder, place.names[2]);
        if (how == 0)
            flip(path, 90);
        else
            assert_int_equal(how == 1 ? truncate(path, 60) : unlink(path), 0);
        gdx_repair_figures figures = repair(&told);
        assert_int_equal(figures.segments_dropped, 1);
        assert_int_equal(figures.documents_lost, 1);
        assert_int_equal(figures.ids_unread + told.ids, 1);
        assert_int_equal(told.kept_as[0] != '\0', how < 2);
        assert_true(how == 2 || is_there(told.kept_as));
        assert_false(is_there(folder_path(place.folder, place.names[2])));
        assert_small_content(place.folder, WITHOUT_LAST);
        commit((const struct small_document[]){{"c", "关税 3"}}, 1); // the same bytes, hence the same name
        assert_small_content(place.folder, ALL);
        assert_true(how == 2 || is_there(told.kept_as)); // no writer removes it
    }
    assert_int_equal(folder_count(place.folder, "damaged-segment-"), 2); // two of one name
}

static void without_its_deletions_what_was_replaced_stays_replaced(void **state) {
    (void)state;
    setenv("FOLDER", place.folder, 1);
    static const char *const expected[2] = {FIRST_BACK, SECOND_BACK};
    for (int segment = 0; segment < 2; segment++) {
        struct told told = {0};
        const char *deletions = deletions_of(place.names[segment]);
        flip(deletions, 33);
        gdx_repair_figures figures = repair(&told);
        assert_int_equal(figures.deletions_dropped, 1);
        assert_int_equal(figures.documents_back, 1);
        assert_int_equal(figures.documents_lost + told.ids, 0);
        assert_true(is_there(told.kept_as));
        assert_small_content(place.folder, expected[segment]);
        GDX_AUTO(gdx_index_writer) writer = NULL;
        gdx_error err = {0};
        must(gdx_index_writer_open(place.folder, &writer, &err), &err);
        must(small_delete(writer, segment ? "d" : "a", &err), &err);
        must(gdx_index_writer_commit(writer, &err), &err);
        assert_small_content(place.folder, ALL);
    }
}

static void all_of_it_damaged_is_an_empty_index(void **state) {
    (void)state;
    struct told told = {0};
    setenv("FOLDER", place.folder, 1);
    flip(deletions_of(place.names[0]), 35);
    for (int i = 0; i < 3; i++)
        flip(folder_path(place.folder, place.names[i]), size_of(folder_path(place.folder, place.names[i])) - 9);
    gdx_repair_figures figures = repair(&told);
    assert_int_equal(figures.segments_dropped, 3);
    assert_int_equal(figures.documents_lost, 3);
    assert_int_equal(told.files, 4);
    assert_small_content(place.folder, "");
}

// Whatever byte it is: the content is that without the segment, and sound.
static void any_byte_of_a_segment_may_be_the_damaged_one(void **state) {
    (void)state;
    const char *path = strdup(folder_path(place.folder, place.names[2]));
    off_t bytes = size_of(path);
    for (off_t at = 0; at < bytes; at += 7) {
        struct told told = {0};
        flip(path, at);
        gdx_repair_figures figures = repair(&told);
        if (figures.segments_dropped != 1)
            fail_msg("byte %lld: %d files", (long long)at, (int)told.files);
        assert_small_content(place.folder, WITHOUT_LAST);
        commit((const struct small_document[]){{"c", "关税 3"}}, 1);
        unlink(told.kept_as);
    }
    free((char *)(uintptr_t)path);
}

static void a_dry_run_tells_and_changes_nothing(void **state) {
    (void)state;
    struct told told = {0};
    gdx_repair_figures figures;
    gdx_error err = {0};
    flip(folder_path(place.folder, place.names[0]), 90);
    uint64_t before = folder_digest(place.folder);
    must(try_repair(true, &told, &figures, &err), &err);
    assert_int_equal(figures.segments_dropped, 1);
    assert_int_equal(figures.documents_lost, 1);
    assert_int_equal(folder_digest(place.folder), before);
}

static void one_that_nobody_listens_to_changes_nothing(void **state) {
    (void)state;
    struct told told = {.fails = true};
    gdx_repair_figures figures;
    gdx_error err = {0};
    flip(folder_path(place.folder, place.names[1]), 90);
    uint64_t before = folder_digest(place.folder);
    assert_int_equal(try_repair(false, &told, &figures, &err), GDX_IO);
    assert_int_equal(folder_digest(place.folder), before);
}

static void it_needs_the_manifest_and_the_lock(void **state) {
    (void)state;
    struct told told = {0};
    gdx_repair_figures figures;
    gdx_error err = {0};
    gdx_index_writer *writer = NULL;
    must(gdx_index_writer_open(place.folder, &writer, &err), &err);
    assert_int_equal(try_repair(false, &told, &figures, &err), GDX_PRECONDITION);
    assert_int_equal(err.reason, GDX_REASON_INDEX_LOCKED);
    gdx_index_writer_close(writer);
    flip(folder_path(place.folder, "manifest"), 70);
    err = (gdx_error){0};
    assert_int_equal(try_repair(false, &told, &figures, &err), GDX_CORRUPT);
    assert_non_null(strstr(err.message, "restore a backup"));
    assert_int_equal(unlink(folder_path(place.folder, "manifest")), 0);
    err = (gdx_error){0};
    assert_int_equal(try_repair(false, &told, &figures, &err), GDX_NOT_FOUND);
}

// ---- a large segment: what can be read of its ids is told, and readers go on

static void commit_many(void) {
    struct small_document *documents = calloc(MANY, sizeof *documents);
    char(*texts)[TEXT_BYTES] = calloc(MANY, TEXT_BYTES);
    char(*ids)[128] = calloc(MANY, sizeof *ids);
    assert_true(documents && texts && ids);
    for (int i = 0; i < MANY; i++) {
        snprintf(ids[i], sizeof ids[i], "many/%04d/%060d", i, i);
        snprintf(texts[i], TEXT_BYTES, "%x 供应链 %x", i * 7919, i * 104729 % 65521);
        documents[i] = (struct small_document){ids[i], texts[i]};
    }
    commit(documents, MANY);
    free(documents);
    free(texts);
    free(ids);
}

static void ids_that_can_be_read_are_told(void **state) {
    (void)state;
    commit_many();
    gdx_index *index = NULL;
    gdx_error err = {0};
    bool changed;
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    must(gdx_index_open(place.folder, &index, &err), &err);
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    const gdx_segment_info info = *gdx_segment_info_of(gdx_snapshot_segment(snapshot, 3)->segment);
    gdx_snapshot_release(snapshot);
    const char *path = folder_path(place.folder, gdx_segment_file_name(info.name, name));
    size_t all = 0, some = 0;
    for (off_t at = 65536 + 5; at < (off_t)info.bytes - 65536; at += 65536) {
        struct told told = {0};
        gdx_repair_figures figures;
        flip(path, at);
        must(try_repair(true, &told, &figures, &err), &err);
        assert_int_equal(told.ids + figures.ids_unread, MANY);
        all += told.ids == MANY && strncmp(told.first_id, "many/0000/", 10) == 0;
        some += told.ids > 0 && told.ids < MANY;
        flip(path, at);
    }
    assert_true(all > 0 && some > 0);
    struct told told = {0};
    flip(path, 65536 + 5);
    repair(&told);
    must(gdx_index_refresh(index, &changed, &err), &err);
    assert_true(changed);
    snapshot = gdx_index_snapshot(index);
    assert_int_equal(gdx_snapshot_bad_segments(snapshot, NULL), 0);
    assert_int_equal(gdx_snapshot_documents(snapshot), 3);
    gdx_snapshot_release(snapshot);
    gdx_index_close(index);
    assert_small_content(place.folder, ALL);
}

// ---- allocations

static gdx_status repair_once(void) {
    const gdx_repair_options options = {0};
    gdx_repair_figures figures;
    gdx_error err = {0};
    return gdx_index_repair(place.folder, &options, &figures, &err);
}

// The next one does it.
static void damage_again(gdx_status status) {
    if (status != GDX_OK)
        repair(&(struct told){0});
    assert_small_content(place.folder, "b 供应链 2\nd 规则\nc 关税 3\n");
    assert_int_equal(system("rm \"$FOLDER\"/* && cp -a \"$FOLDER\"-damaged/. \"$FOLDER\""), 0);
}

static void a_failed_allocation_costs_that_repair_alone(void **state) {
    (void)state;
    setenv("FOLDER", place.folder, 1);
    flip(folder_path(place.folder, place.names[0]), 90);
    flip(deletions_of(place.names[1]), 33);
    assert_int_equal(system("cp -a \"$FOLDER\" \"$FOLDER\"-damaged"), 0);
    fail_each_allocation(repair_once, damage_again, 10);
    assert_int_equal(system("rm -r \"$FOLDER\"-damaged"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_is_sound_is_left_as_it_is),
        TEST(a_segment_is_left_out_and_its_file_kept),
        TEST(without_its_deletions_what_was_replaced_stays_replaced),
        TEST(all_of_it_damaged_is_an_empty_index),
        TEST(any_byte_of_a_segment_may_be_the_damaged_one),
        TEST(a_dry_run_tells_and_changes_nothing),
        TEST(one_that_nobody_listens_to_changes_nothing),
        TEST(it_needs_the_manifest_and_the_lock),
        TEST(ids_that_can_be_read_are_told),
        TEST(a_failed_allocation_costs_that_repair_alone),
    };
    return cmocka_run_group_tests_name("index: leave out", tests, NULL, NULL);
}
