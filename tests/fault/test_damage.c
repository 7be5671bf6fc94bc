// SPDX-License-Identifier: Apache-2.0
// test_damage.c: every byte of every file of a small index is changed, and every file is cut at every length. What
// reads then either says which file is damaged and at which byte, or answers as if nothing were wrong. Checksums find
// all of it; what stands after a checksum that fits is the matter of the tests of each format and of fuzzing.

#include "../support/folder.h"

#include "gdx/batch.h"
#include "gdx/query.h"
#include "gdx/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

// All kinds of documents and fields, so that no section is empty.
static const char input[] =
    "{\"id\":\"1\",\"title\":\"全球产业链\",\"date\":\"2023-05-06\",\"source\":\"news\",\"text\":\"产业链重构与WTO规则。\"}\n"
    "{\"id\":\"2\",\"title\":\"Tariffs\",\"date\":\"2024\",\"url\":\"x\",\"text\":\"美国关税 tariff policy, CPTPP 2024\"}\n"
    "{\"id\":\"3\",\"text\":\"产业链产业链产业链\"}\n"
    "{\"id\":\"4\",\"text\":\"gone\"}\n";

static const char *const queries[] = {
    "产业链", "链", "tariff* OR *TPP", "美国 NEAR/9 关税", "NOT source:news", "date:2023..2024 title:产业"};

enum { DOCUMENTS = 4 };
enum { SMALL_BYTES = 4096, STEPS = 199 }; // of larger files one byte in so many

static char *folder;
static size_t missed_by_search; // and found by verify

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s", gdx_status_name(status), err->message);
}

static void make_of(const char *lines) {
    gdx_error err = {0};
    gdx_index_writer *writer = NULL;
    gdx_batch_summary summary;
    char *outside = folder_new();
    folder_write_text(outside, "input.jsonl", lines);
    const char *paths[] = {folder_path(outside, "input.jsonl")};
    folder = folder_new();
    must(gdx_index_writer_open(folder, &writer, &err), &err);
    must(gdx_batch_run(writer, paths, 1, &(gdx_batch_options){.threads = 1, .memory_bytes = 16 << 20}, &summary, &err),
         &err);
    assert_true(summary.added >= 4);
    must(gdx_index_writer_merge(writer, &(gdx_merge_options){.to_one = true}, NULL, &err), &err);
    must(gdx_index_writer_delete(writer, 0, 3, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    gdx_index_writer_close(writer);
    folder_remove(outside);
}

static int make(void **state) {
    (void)state;
    make_of(input);
    return 0;
}

// The same and so much more that the segment has several pages, of which a search reads few.
static int make_large(void **state) {
    (void)state;
    gdx_buffer lines = {0};
    gdx_error err = {0};
    must(gdx_buffer_append(&lines, input, sizeof input - 1), &err);
    for (uint32_t i = 0; i < 5000; i++) {
        uint32_t mixed = i * 2654435761u; // letters that neither compress nor come again
        must(gdx_buffer_append_format(&lines, "{\"id\":\"n%u\",\"text\":\"", i), &err);
        for (uint32_t word = 0; word < 6; word++, mixed = mixed * 1664525u + 1013904223u)
            must(gdx_buffer_append_format(&lines, "w%x ", mixed), &err);
        must(gdx_buffer_append_format(&lines, "\"}\n"), &err);
    }
    must(gdx_buffer_append(&lines, "", 1), &err);
    make_of((const char *)lines.data);
    gdx_buffer_clear(&lines);
    return 0;
}

static int unmake(void **state) {
    (void)state;
    folder_remove(folder);
    return 0;
}

// ---- read

static gdx_status ask(const gdx_snapshot *snapshot, gdx_searcher *searcher, const char *text, gdx_buffer *out,
                      gdx_error *err) {
    GDX_AUTO(gdx_query) query = NULL;
    gdx_totals totals;
    must(gdx_query_parse(gdx_rule_current(), gdx_slice_of(text), &query, err), err);
    gdx_status status = gdx_count(searcher, (gdx_snapshot *)(uintptr_t)snapshot, query, &(gdx_stop){0}, &totals, err);
    if (status == GDX_OK)
        status = gdx_buffer_append_format(out, "%s: %llu %llu\n", text, (unsigned long long)totals.documents,
                                          (unsigned long long)totals.occurrences);
    return status;
}

static gdx_status read_documents(const gdx_snapshot *snapshot, gdx_buffer *out, gdx_error *err) {
    GDX_AUTO(gdx_store_reader) reader = gdx_store_reader_new(1 << 16);
    gdx_status status = GDX_OK;
    gdx_segment *segment = gdx_snapshot_segment(snapshot, 0)->segment;
    for (uint32_t d = 0; status == GDX_OK && d < DOCUMENTS; d++) {
        gdx_document document;
        status = gdx_store_read(reader, segment, d, &document, err);
        if (status == GDX_OK)
            status = gdx_buffer_append_format(out, "%016llx\n", (unsigned long long)gdx_document_hash(&document));
    }
    return status;
}

// All that can be asked, as text.
static gdx_status read_all(gdx_buffer *out, gdx_error *err) {
    GDX_AUTO(gdx_index) index = NULL;
    out->bytes = 0;
    gdx_status status = gdx_index_open(folder, &index, err);
    if (status != GDX_OK)
        return status;
    GDX_AUTO(gdx_searcher) searcher = gdx_searcher_new();
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    for (size_t i = 0; status == GDX_OK && i < sizeof queries / sizeof queries[0]; i++)
        status = ask(snapshot, searcher, queries[i], out, err);
    if (status == GDX_OK)
        status = read_documents(snapshot, out, err);
    gdx_snapshot_release(snapshot);
    return status;
}

// ---- judge

struct judge {
    const char *file;
    gdx_buffer good; // answers of the whole index
    gdx_buffer answers;
    size_t refused_by_verify;
    size_t refused_by_search;
    size_t harmless;
};

static void check_refusal(const struct judge *judge, const char *what, gdx_status status, const gdx_error *err) {
    bool is_damage = status == GDX_CORRUPT || status == GDX_UNSUPPORTED;
    bool has_place = strstr(err->message, "byte") || strstr(err->message, "header: ");
    if (!is_damage || !strstr(err->where, judge->file) || !has_place)
        fail_msg("%s: %s: \"%s: %s\" does not name %s and a place", what, gdx_status_name(status), err->where,
                 err->message, judge->file);
}

static void judge_damage(struct judge *judge, const char *what) {
    gdx_error err = {0};
    gdx_status verified = gdx_index_verify(folder, NULL, NULL, NULL, &err);
    if (verified != GDX_OK)
        check_refusal(judge, what, verified, &err);
    err = (gdx_error){0};
    gdx_status read = read_all(&judge->answers, &err);
    if (read != GDX_OK)
        check_refusal(judge, what, read, &err);
    else if (!gdx_slice_equal(gdx_buffer_slice(&judge->answers), gdx_buffer_slice(&judge->good)))
        fail_msg("%s: other answers:\n%.*s", what, GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&judge->answers)));
    if (read != GDX_OK && verified == GDX_OK)
        fail_msg("%s: verify finds nothing, but: %s", what, err.message);
    judge->refused_by_verify += verified != GDX_OK;
    judge->refused_by_search += read != GDX_OK;
    judge->harmless += verified == GDX_OK;
}

static void damage_file(const char *name, void (*damage)(struct judge *judge, const gdx_buffer *whole)) {
    gdx_error err = {0};
    gdx_buffer whole = {0};
    struct judge judge = {.file = name};
    must(gdx_read_file(folder_path(folder, name), 1 << 24, &whole, &err), &err);
    must(read_all(&judge.good, &err), &err);
    damage(&judge, &whole);
    missed_by_search += judge.refused_by_verify - judge.refused_by_search;
    folder_write(folder, name, whole.data, whole.bytes);
    must(gdx_index_verify(folder, NULL, NULL, NULL, &err), &err);
    print_message("           %s, %zu bytes: %zu refused by verify, %zu by search, %zu harmless\n", name, whole.bytes,
                  judge.refused_by_verify, judge.refused_by_search, judge.harmless);
    gdx_buffer_clear(&whole);
    gdx_buffer_clear(&judge.good);
    gdx_buffer_clear(&judge.answers);
}

static void damage_each(void (*damage)(struct judge *judge, const gdx_buffer *whole)) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);
    assert_true(count == 6); // itself, its parent, deletions, lock, manifest, segment
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.' && strcmp(entries[i]->d_name, "lock") != 0)
            damage_file(entries[i]->d_name, damage);
        free(entries[i]);
    }
    free(entries);
}

// ---- flips and cuts

// One bit, or all; which bit depends on the byte, so that all come up.
static void flip_each_byte(struct judge *judge, const gdx_buffer *whole) {
    int file = open(folder_path(folder, judge->file), O_WRONLY | O_CLOEXEC);
    assert_true(file >= 0);
    size_t step = whole->bytes < SMALL_BYTES ? 1 : whole->bytes / STEPS;
    for (size_t at = 0; at < whole->bytes; at += step) {
        const uint8_t flips[] = {(uint8_t)(1 << at % 8), 0xff};
        for (size_t i = 0; i < sizeof flips; i++) {
            char what[96];
            uint8_t flipped = whole->data[at] ^ flips[i];
            snprintf(what, sizeof what, "byte %zu %02x for %02x", at, flipped, whole->data[at]);
            assert_int_equal(pwrite(file, &flipped, 1, (off_t)at), 1);
            judge_damage(judge, what);
        }
        assert_int_equal(pwrite(file, &whole->data[at], 1, (off_t)at), 1);
    }
    close(file);
}

static void cut_at_each_length(struct judge *judge, const gdx_buffer *whole) {
    for (size_t bytes = whole->bytes; bytes-- > 0;) {
        char what[96];
        snprintf(what, sizeof what, "cut to %zu bytes", bytes);
        assert_int_equal(truncate(folder_path(folder, judge->file), (off_t)bytes), 0);
        judge_damage(judge, what);
    }
}

static void append_bytes(struct judge *judge, const gdx_buffer *whole) {
    for (size_t more = 1; more <= 64; more += 7) {
        assert_int_equal(truncate(folder_path(folder, judge->file), (off_t)(whole->bytes + more)), 0);
        judge_damage(judge, "zeros after the end");
    }
    assert_int_equal(judge->harmless, 0);
}

static void every_changed_byte_is_refused_with_its_place_or_harmless(void **state) {
    (void)state;
    damage_each(flip_each_byte);
}

static void a_changed_byte_that_no_search_meets_is_found_by_verify(void **state) {
    (void)state;
    missed_by_search = 0;
    damage_each(flip_each_byte);
    assert_true(missed_by_search > 0);
}

static void every_cut_is_refused_with_its_place(void **state) {
    (void)state;
    damage_each(cut_at_each_length);
}

static void bytes_behind_the_end_are_refused(void **state) {
    (void)state;
    damage_each(append_bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_changed_byte_is_refused_with_its_place_or_harmless, make, unmake),
        cmocka_unit_test_setup_teardown(a_changed_byte_that_no_search_meets_is_found_by_verify, make_large, unmake),
        cmocka_unit_test_setup_teardown(every_cut_is_refused_with_its_place, make, unmake),
        cmocka_unit_test_setup_teardown(bytes_behind_the_end_are_refused, make, unmake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
