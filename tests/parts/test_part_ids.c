// SPDX-License-Identifier: Apache-2.0
// test_part_ids.c: ids are sorted within a bounded memory and merged as streams: all of them, in order, of equal ones
// the earlier source first; what is damaged is refused.

#include "../support/folder.h"
#include "gdx/part_ids.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { SOURCES = 40, EACH = 20000, MEMORY = 1 << 16 }; // 64 KiB sort 2,048 ids at a time, or 4,096 at least

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s: %s", gdx_status_name(status), err->where, err->message);
}

static const char *source_path(const char *folder, unsigned number) {
    char name[32];
    snprintf(name, sizeof name, "ids-%u", number);
    return folder_path(folder, name);
}

// Ids number, number + SOURCES / 2, ...: each stands in two sources but for the ends.
static void write_source(const char *folder, unsigned number, unsigned count) {
    gdx_part_ids *ids = NULL;
    gdx_output *output = NULL;
    gdx_error err = {0};
    must(gdx_part_ids_new(folder, MEMORY, &ids, &err), &err);
    for (unsigned i = 0; i < count; i++) {
        char id[32];
        int bytes = snprintf(id, sizeof id, "document %u", number % (SOURCES / 2) + i * (SOURCES / 2));
        must(gdx_part_ids_add(ids, gdx_part_id_of((gdx_slice){id, (size_t)bytes}, number, i), &err), &err);
    }
    assert_int_equal(gdx_part_ids_count(ids), count);
    must(gdx_output_open(source_path(folder, number), &output, &err), &err);
    must(gdx_part_ids_write(ids, output, &err), &err);
    must(gdx_output_commit(output, NULL, &err), &err);
    gdx_part_ids_free(ids);
    assert_int_equal(folder_count(folder, "part-ids-"), 0);
}

static void all_ids_come_in_order_within_a_bounded_memory(void **state) {
    (void)state;
    char *folder = folder_new(), *paths[SOURCES];
    gdx_part_ids_source sources[SOURCES];
    gdx_part_ids_merge *merge = NULL;
    gdx_error err = {0};
    for (unsigned i = 0; i < SOURCES; i++) {
        write_source(folder, i, EACH);
        paths[i] = strdup(source_path(folder, i));
        sources[i] = (gdx_part_ids_source){paths[i], 0, EACH, true};
    }
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    must(gdx_part_ids_merge_open(sources, SOURCES, SOURCES * 4096, &merge, &err), &err);
    size_t taken = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    // The address sanitizer's allocator counts nothing here; a release build does.
    assert_true(taken < SOURCES * 4096 + (64 << 10));
    gdx_part_id id, last = {0};
    uint32_t source, last_source = 0;
    uint64_t count = 0, pairs = 0;
    bool has = true;
    for (;; count++) {
        must(gdx_part_ids_merge_next(merge, &id, &source, &has, &err), &err);
        if (!has)
            break;
        assert_int_equal(id.place >> 32, source);
        assert_true(count == 0 || id.hash > last.hash || (id.hash == last.hash && source > last_source));
        pairs += count && id.hash == last.hash;
        last = id;
        last_source = source;
    }
    assert_int_equal(count, SOURCES * EACH);
    assert_int_equal(pairs, SOURCES / 2 * EACH); // each id stands in two sources
    gdx_part_ids_merge_close(merge);
    for (unsigned i = 0; i < SOURCES; i++)
        free(paths[i]);
    folder_remove(folder);
}

static gdx_status read_all(const char *path, uint64_t count, gdx_error *err) {
    GDX_AUTO(gdx_part_ids_merge) merge = NULL;
    const gdx_part_ids_source one = {path, 0, count, true};
    gdx_status status = gdx_part_ids_merge_open(&one, 1, 4096, &merge, err);
    for (bool has = true; status == GDX_OK && has;) {
        gdx_part_id id;
        uint32_t of;
        status = gdx_part_ids_merge_next(merge, &id, &of, &has, err);
    }
    return status;
}

static void a_flipped_bit_and_a_missing_end_are_refused(void **state) {
    (void)state;
    char *folder = folder_new(), *path = strdup(source_path(folder, 0));
    gdx_buffer bytes = {0};
    gdx_error err = {0};
    write_source(folder, 0, 1000);
    must(read_all(path, 1000, &err), &err);
    must(gdx_read_file(path, 1 << 20, &bytes, &err), &err);
    assert_int_equal(bytes.bytes, 1000 * 16 + 8);
    for (size_t at = 0; at < bytes.bytes; at += 1 + at % 97) {
        bytes.data[at] ^= 1;
        folder_write(folder, "ids-0", bytes.data, bytes.bytes);
        err = (gdx_error){0};
        assert_int_equal(read_all(path, 1000, &err), GDX_CORRUPT);
        bytes.data[at] ^= 1;
    }
    for (size_t cut = 1; cut < bytes.bytes; cut += 997) {
        folder_write(folder, "ids-0", bytes.data, bytes.bytes - cut);
        err = (gdx_error){0};
        assert_int_equal(read_all(path, 1000, &err), GDX_CORRUPT);
    }
    gdx_buffer_clear(&bytes);
    free(path);
    folder_remove(folder);
}

static void an_id_without_a_document_keeps_the_rest_of_its_hash(void **state) {
    (void)state;
    gdx_slice id = gdx_slice_of("产业链");
    gdx_part_id with = gdx_part_id_of(id, 7, 9), without = gdx_part_id_unchanged(id);
    assert_int_equal(with.hash, without.hash);
    assert_int_equal(with.place, (uint64_t)7 << 32 | 9);
    assert_false(gdx_part_id_is_unchanged(with));
    assert_true(gdx_part_id_is_unchanged(without));
    assert_int_equal(without.place, gdx_part_id_rest(id));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ids_come_in_order_within_a_bounded_memory),
        cmocka_unit_test(a_flipped_bit_and_a_missing_end_are_refused),
        cmocka_unit_test(an_id_without_a_document_keeps_the_rest_of_its_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
