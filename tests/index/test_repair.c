// SPDX-License-Identifier: Apache-2.0
// test_repair.c: files of an open index that are cut short, overwritten, removed or put back. What cannot be read fails
// with its file and place, what does not need it goes on, and a good file of the name is taken up by the next refresh.

#include "../support/folder.h"
#include "../support/small_index.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { DOCUMENTS = 3000, TEXT_BYTES = 400, MIDDLE = 70000 };

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s: %s", gdx_status_name(status), err->where, err->message);
}

// Two segments: "a/0000" and on, of several pages, and "z".
struct sample {
    char *folder;
    gdx_index_writer *writer;
    gdx_index *index;
    char file[GDX_SEGMENT_FILE_NAME_BYTES]; // the first segment
    gdx_buffer good;                        // what it holds
};

static void add_many(gdx_index_writer *writer) {
    struct small_document *documents = calloc(DOCUMENTS, sizeof *documents);
    char(*texts)[TEXT_BYTES] = calloc(DOCUMENTS, TEXT_BYTES);
    char(*ids)[16] = calloc(DOCUMENTS, sizeof *ids);
    gdx_error err = {0};
    assert_true(documents && texts && ids);
    for (int i = 0; i < DOCUMENTS; i++) {
        snprintf(ids[i], sizeof ids[i], "a/%04d", i);
        snprintf(texts[i], TEXT_BYTES, "%x 产业链 %x 供应链 %x", i * 7919, i * 104729 % 65521, i * 31);
        documents[i] = (struct small_document){ids[i], texts[i]};
    }
    must(small_add(writer, 1, documents, DOCUMENTS, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    free(documents);
    free(texts);
    free(ids);
}

static int make(void **state) {
    struct sample *sample = calloc(1, sizeof *sample);
    gdx_error err = {0};
    assert_non_null(sample);
    sample->folder = folder_new();
    must(gdx_index_writer_open(sample->folder, &sample->writer, &err), &err);
    add_many(sample->writer);
    must(small_add(sample->writer, 2, &(struct small_document){"z", "贸易"}, 1, &err), &err);
    must(gdx_index_writer_commit(sample->writer, &err), &err);
    must(gdx_index_open(sample->folder, &sample->index, &err), &err);
    gdx_snapshot *snapshot = gdx_index_snapshot(sample->index);
    const gdx_segment_info *info = gdx_segment_info_of(gdx_snapshot_segment(snapshot, 0)->segment);
    gdx_segment_file_name(info->name, sample->file);
    assert_true(info->bytes > 2 * MIDDLE);
    gdx_snapshot_release(snapshot);
    must(gdx_read_file(folder_path(sample->folder, sample->file), SIZE_MAX, &sample->good, &err), &err);
    *state = sample;
    return 0;
}

static int unmake(void **state) {
    struct sample *sample = *state;
    gdx_index_close(sample->index);
    gdx_index_writer_close(sample->writer);
    gdx_buffer_clear(&sample->good);
    folder_remove(sample->folder);
    free(sample);
    return 0;
}

static void refresh(const struct sample *sample) {
    bool changed;
    gdx_error err = {0};
    must(gdx_index_refresh(sample->index, &changed, &err), &err);
    assert_false(changed);
}

static void refresh_to_another(const struct sample *sample) {
    bool changed;
    gdx_error err = {0};
    must(gdx_index_refresh(sample->index, &changed, &err), &err);
    assert_true(changed);
}

static size_t bad_segments(const struct sample *sample, gdx_error *why) {
    gdx_snapshot *snapshot = gdx_index_snapshot(sample->index);
    size_t bad = gdx_snapshot_bad_segments(snapshot, why);
    gdx_snapshot_release(snapshot);
    return bad;
}

static gdx_status find(const struct sample *sample, const char *id, bool *out_has, gdx_error *err) {
    size_t segment;
    uint32_t document;
    gdx_snapshot *snapshot = gdx_index_snapshot(sample->index);
    gdx_status status = gdx_snapshot_find_id(snapshot, gdx_slice_of(id), &segment, &document, out_has, err);
    gdx_snapshot_release(snapshot);
    return status;
}

static void assert_finds(const struct sample *sample, const char *id) {
    bool has = false;
    gdx_error err = {0};
    must(find(sample, id, &has, &err), &err);
    assert_true(has);
}

// All stored texts, all postings.
static gdx_status read_all(const struct sample *sample, gdx_error *err) {
    gdx_snapshot *snapshot = gdx_index_snapshot(sample->index);
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < gdx_snapshot_segment_count(snapshot) && status == GDX_OK; i++)
        status = gdx_segment_verify(gdx_snapshot_segment(snapshot, i)->segment, NULL, err);
    gdx_snapshot_release(snapshot);
    return status;
}

static void assert_names_the_file(const struct sample *sample, const gdx_error *err) {
    assert_int_equal(err->status, GDX_CORRUPT);
    assert_non_null(strstr(err->where, sample->file));
    assert_true(err->byte > 0);
}

static void put_back_in_place(const struct sample *sample) {
    int file = open(folder_path(sample->folder, sample->file), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(file >= 0);
    assert_int_equal(write(file, sample->good.data, sample->good.bytes), sample->good.bytes);
    close(file);
}

static void flip(const struct sample *sample, off_t at) {
    uint8_t byte = sample->good.data[at] ^ 1;
    int file = open(folder_path(sample->folder, sample->file), O_WRONLY);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, &byte, 1, at), 1);
    close(file);
}

// cmocka takes SIGBUS for each test, after the setup has opened maps; another one has it back.
static void cut(const struct sample *sample, off_t to) {
    gdx_map map = {0};
    gdx_error err = {0};
    must(gdx_map_open(&map, folder_path(sample->folder, sample->file), &err), &err);
    gdx_map_close(&map);
    assert_int_equal(truncate(folder_path(sample->folder, sample->file), to), 0);
}

static void assert_repaired(const struct sample *sample) {
    gdx_error err = {0};
    refresh(sample);
    assert_int_equal(bad_segments(sample, NULL), 0);
    assert_int_equal(gdx_index_repairs(sample->index), 1);
    must(read_all(sample, &err), &err);
    assert_finds(sample, "a/0000");
}

static void a_call_that_meets_a_cut_names_file_and_place(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    must(read_all(sample, &err), &err);
    cut(sample, MIDDLE);
    assert_int_equal(read_all(sample, &err), GDX_CORRUPT);
    assert_names_the_file(sample, &err);
    assert_true(err.byte >= MIDDLE);
    assert_non_null(strstr(err.message, "cannot be read"));
    put_back_in_place(sample);
    assert_repaired(sample);
}

static void a_document_of_another_segment_needs_no_closed_one(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    bool has;
    cut(sample, 4096);
    assert_int_equal(read_all(sample, &err), GDX_CORRUPT);
    assert_finds(sample, "z");
    err = (gdx_error){0};
    assert_int_equal(find(sample, "a/0001", &has, &err), GDX_CORRUPT); // and not: no such document
    assert_names_the_file(sample, &err);
}

static void a_refresh_notices_a_cut_that_nobody_met(void **state) {
    struct sample *sample = *state;
    gdx_error why = {0};
    cut(sample, (off_t)sample->good.bytes - 1);
    refresh(sample);
    assert_int_equal(bad_segments(sample, &why), 1);
    assert_names_the_file(sample, &why);
    assert_int_equal(why.byte, sample->good.bytes - 1);
    refresh(sample); // it is still so
    assert_int_equal(bad_segments(sample, NULL), 1);
    put_back_in_place(sample);
    assert_repaired(sample);
}

static void a_file_that_is_removed_is_read_on(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    assert_int_equal(unlink(folder_path(sample->folder, sample->file)), 0);
    refresh(sample);
    assert_int_equal(bad_segments(sample, NULL), 0);
    must(read_all(sample, &err), &err);
}

static void a_file_that_is_cut_and_then_removed_comes_back_as_another(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    cut(sample, MIDDLE);
    assert_int_equal(read_all(sample, &err), GDX_CORRUPT);
    assert_int_equal(unlink(folder_path(sample->folder, sample->file)), 0);
    refresh(sample);
    assert_int_equal(bad_segments(sample, NULL), 1);
    put_back_in_place(sample);
    assert_repaired(sample);
}

// Half of a file, as a copy under way leaves it, or one with another fault in the same place is no good file.
static void a_bad_file_does_not_take_its_place(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    cut(sample, MIDDLE);
    assert_int_equal(read_all(sample, &err), GDX_CORRUPT);
    uint64_t byte = err.byte;
    for (int step = 0; step < 4; step++) {
        put_back_in_place(sample);
        cut(sample, (off_t)sample->good.bytes * step / 4);
        refresh(sample);
        assert_int_equal(bad_segments(sample, NULL), 1);
    }
    put_back_in_place(sample);
    flip(sample, (off_t)byte);
    refresh(sample);
    assert_int_equal(bad_segments(sample, NULL), 1);
    put_back_in_place(sample);
    assert_repaired(sample);
}

static void a_page_that_rots_before_it_is_read_leaves_the_others(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    flip(sample, MIDDLE);
    assert_int_equal(read_all(sample, &err), GDX_CORRUPT);
    assert_names_the_file(sample, &err);
    assert_int_equal(err.byte, MIDDLE / 65536 * 65536);
    gdx_snapshot *snapshot = gdx_index_snapshot(sample->index);
    gdx_segment *segment = gdx_snapshot_segment(snapshot, 0)->segment;
    err = (gdx_error){0};
    must(gdx_segment_check(segment, &err), &err); // it is not closed
    must(gdx_segment_verify_page(segment, gdx_segment_page_count(segment) - 1, &err), &err);
    assert_true(gdx_segment_is_bad(segment, NULL));
    gdx_snapshot_release(snapshot);
    put_back_in_place(sample);
    refresh(sample);
    assert_int_equal(bad_segments(sample, NULL), 0);
    must(read_all(sample, &err), &err);
}

static void a_page_that_is_written_to_after_it_was_read_is_verified_again(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    must(read_all(sample, &err), &err);
    refresh(sample);
    flip(sample, MIDDLE);
    refresh(sample); // sees that the file has changed
    gdx_snapshot *snapshot = gdx_index_snapshot(sample->index);
    gdx_document document;
    GDX_AUTO(gdx_store_reader) reader = gdx_store_reader_new(0);
    assert_non_null(reader);
    gdx_status status = GDX_OK;
    gdx_segment *segment = gdx_snapshot_segment(snapshot, 0)->segment;
    for (uint32_t i = 0; i < DOCUMENTS && status == GDX_OK; i++)
        status = gdx_store_read(reader, segment, i, &document, &err);
    if (status == GDX_OK) // it is no stored text's
        status = gdx_segment_verify(segment, NULL, &err);
    assert_int_equal(status, GDX_CORRUPT);
    assert_names_the_file(sample, &err);
    gdx_snapshot_release(snapshot);
}

// Each page once in a round, whatever the steps.
static void a_scrub_verifies_every_page_once_a_round(void **state) {
    struct sample *sample = *state;
    gdx_snapshot *snapshot = gdx_index_snapshot(sample->index);
    uint64_t pages = gdx_snapshot_pages(snapshot);
    gdx_scrub scrub = {0};
    assert_true(pages > 3);
    for (uint64_t i = 0; i < pages; i++) {
        assert_int_equal(scrub.rounds, 0);
        gdx_snapshot_scrub(snapshot, 1, &scrub);
    }
    gdx_snapshot_scrub(snapshot, 1, &scrub);
    assert_int_equal(scrub.rounds, 1);
    gdx_snapshot_scrub(snapshot, 10 * pages, &scrub);
    assert_int_equal(scrub.rounds, 11);
    assert_int_equal(scrub.pages, 11 * pages + 1);
    assert_int_equal(scrub.failures, 0);
    gdx_snapshot_release(snapshot);
}

// Nobody has read it, and no refresh has looked at the file.
static void a_scrub_finds_what_rotted_after_it_was_verified(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    gdx_scrub scrub = {0};
    gdx_snapshot *snapshot = gdx_index_snapshot(sample->index);
    uint64_t pages = gdx_snapshot_pages(snapshot);
    must(read_all(sample, &err), &err);
    flip(sample, MIDDLE);
    assert_int_equal(gdx_snapshot_bad_segments(snapshot, NULL), 0);
    gdx_snapshot_scrub(snapshot, pages, &scrub);
    assert_int_equal(scrub.failures, 1);
    assert_int_equal(gdx_snapshot_bad_segments(snapshot, &err), 1);
    assert_names_the_file(sample, &err);
    assert_int_equal(err.byte, MIDDLE / 65536 * 65536);
    gdx_snapshot_release(snapshot);
}

static void a_scrub_goes_on_over_a_merge(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    gdx_scrub scrub = {0};
    gdx_snapshot *before = gdx_index_snapshot(sample->index);
    gdx_snapshot_scrub(before, 2, &scrub);
    must(gdx_index_writer_merge(sample->writer, &(gdx_merge_options){.to_one = true}, NULL, &err), &err);
    refresh_to_another(sample);
    gdx_snapshot *after = gdx_index_snapshot(sample->index);
    gdx_snapshot_scrub(after, gdx_snapshot_pages(after) * 2, &scrub);
    assert_in_range(scrub.rounds, 1, 2);
    assert_int_equal(scrub.failures, 0);
    gdx_snapshot_release(before);
    gdx_snapshot_release(after);
}

static void what_is_left_of_a_commit_is_one(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    gdx_snapshot *rest = NULL, *snapshot = gdx_index_snapshot(sample->index);
    must(gdx_snapshot_without_bad(snapshot, &(gdx_error){0}, &rest, &err), &err);
    assert_int_equal(gdx_snapshot_segment_count(rest), 2);
    assert_int_equal(gdx_snapshot_documents(rest), DOCUMENTS + 1);
    assert_int_equal(gdx_snapshot_symbols(rest), gdx_snapshot_symbols(snapshot));
    gdx_snapshot_release(rest);
    cut(sample, 0);
    assert_int_equal(read_all(sample, &err), GDX_CORRUPT);
    assert_int_equal(gdx_snapshot_settle(snapshot, GDX_OK, NULL), GDX_CORRUPT);
    assert_int_equal(gdx_snapshot_settle(snapshot, GDX_DEADLINE, NULL), GDX_DEADLINE);
    err = (gdx_error){0};
    must(gdx_snapshot_without_bad(snapshot, &(gdx_error){0}, &rest, &err), &err);
    assert_int_equal(gdx_snapshot_segment_count(rest), 1);
    assert_int_equal(gdx_snapshot_documents(rest), 1);
    assert_int_equal(gdx_snapshot_commit(rest), gdx_snapshot_commit(snapshot));
    must(gdx_snapshot_settle(rest, GDX_OK, &err), &err);
    gdx_snapshot_release(rest);
    gdx_snapshot_release(snapshot);
}

static void nothing_is_committed_after_a_segment_closed(void **state) {
    struct sample *sample = *state;
    gdx_error err = {0};
    gdx_snapshot *before = gdx_index_writer_snapshot(sample->writer);
    uint64_t commit = gdx_snapshot_commit(before);
    must(gdx_segment_verify(gdx_snapshot_segment(before, 0)->segment, NULL, &err), &err);
    must(small_delete(sample->writer, "z", &err), &err);
    cut(sample, MIDDLE);
    assert_int_equal(gdx_segment_verify(gdx_snapshot_segment(before, 0)->segment, NULL, &err), GDX_CORRUPT);
    err = (gdx_error){0};
    assert_int_equal(gdx_index_writer_commit(sample->writer, &err), GDX_CORRUPT);
    assert_names_the_file(sample, &err);
    assert_int_equal(gdx_snapshot_commit(gdx_index_writer_snapshot(sample->writer)), commit);
    gdx_index_writer_abort(sample->writer);
    put_back_in_place(sample);
    assert_finds(sample, "z");
}

static void a_merge_of_a_file_that_is_cut_short_fails(void **state) {
    struct sample *sample = *state;
    for (off_t to = 0; to < (off_t)sample->good.bytes; to += 30000) {
        gdx_error err = {0};
        cut(sample, to);
        gdx_status status = gdx_index_writer_merge(sample->writer, &(gdx_merge_options){.to_one = true}, NULL, &err);
        assert_int_equal(status, GDX_CORRUPT);
        put_back_in_place(sample);
        gdx_index_writer_close(sample->writer);
        sample->writer = NULL;
        err = (gdx_error){0};
        must(gdx_index_writer_open(sample->folder, &sample->writer, &err), &err);
        assert_int_equal(gdx_snapshot_segment_count(gdx_index_writer_snapshot(sample->writer)), 2);
    }
    assert_no_leftovers(sample->folder);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(a_call_that_meets_a_cut_names_file_and_place),
        TEST(a_document_of_another_segment_needs_no_closed_one),
        TEST(a_refresh_notices_a_cut_that_nobody_met),
        TEST(a_file_that_is_removed_is_read_on),
        TEST(a_file_that_is_cut_and_then_removed_comes_back_as_another),
        TEST(a_bad_file_does_not_take_its_place),
        TEST(a_page_that_rots_before_it_is_read_leaves_the_others),
        TEST(a_page_that_is_written_to_after_it_was_read_is_verified_again),
        TEST(a_scrub_verifies_every_page_once_a_round),
        TEST(a_scrub_finds_what_rotted_after_it_was_verified),
        TEST(a_scrub_goes_on_over_a_merge),
        TEST(what_is_left_of_a_commit_is_one),
        TEST(nothing_is_committed_after_a_segment_closed),
        TEST(a_merge_of_a_file_that_is_cut_short_fails),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
