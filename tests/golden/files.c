// SPDX-License-Identifier: Apache-2.0
// files.c: see files.h.

#include "files.h"

#include "index/layout.h"
#include "segment/layout.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_BYTES_MAX = 1 << 24 };

static void path_of(const char *directory, const char *name, char to[4096]) {
    snprintf(to, 4096, "%s/%s", directory, name);
}

gdx_buffer file_read(const char *directory, const char *name) {
    char path[4096];
    gdx_buffer bytes = {0};
    gdx_error err = {0};
    path_of(directory, name, path);
    if (gdx_read_file(path, FILE_BYTES_MAX, &bytes, &err) != GDX_OK)
        fail_msg("%s", err.message);
    return bytes;
}

void file_write(const char *directory, const char *name, gdx_buffer bytes) {
    char path[4096];
    path_of(directory, name, path);
    unlink(path); // some file systems wait for the disk when a file is cut and written again
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.bytes, file), bytes.bytes);
    assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *directory, const char *name) {
    char path[4096];
    path_of(directory, name, path);
    assert_int_equal(unlink(path), 0);
}

static uint8_t *record_at(gdx_buffer manifest, uint32_t record) {
    size_t at = MANIFEST_HEADER_BYTES + (size_t)record * MANIFEST_RECORD_BYTES;
    assert_true(at + MANIFEST_RECORD_BYTES + INDEX_CHECKSUM_BYTES <= manifest.bytes);
    return manifest.data + at;
}

uint32_t file_record_count(gdx_buffer manifest) {
    assert_true(manifest.bytes >= MANIFEST_HEADER_BYTES + INDEX_CHECKSUM_BYTES);
    uint32_t keys = gdx_load_u16(manifest.data + MANIFEST_KEY_COUNT_AT);
    uint32_t rows = (uint32_t)((manifest.bytes - MANIFEST_HEADER_BYTES - INDEX_CHECKSUM_BYTES) / MANIFEST_RECORD_BYTES);
    return keys < rows ? rows - keys : 0; // a row of either kind takes as much
}

static void spell_name(const char *which, uint64_t number, char to[FILE_NAME_BYTES]) {
    snprintf(to, FILE_NAME_BYTES, "%s-%016" PRIx64, which, number);
}

void file_name_of(gdx_buffer manifest, const char *which, uint32_t record, char to[FILE_NAME_BYTES]) {
    if (strcmp(which, "manifest") == 0)
        snprintf(to, FILE_NAME_BYTES, "manifest");
    else if (strcmp(which, "segment") == 0)
        spell_name(which, gdx_load_u64(record_at(manifest, record) + RECORD_NAME_AT), to);
    else
        spell_name(which, gdx_load_u64(record_at(manifest, record) + RECORD_DELETIONS_NAME_AT), to);
}

gdx_slice file_segment_part(gdx_buffer segment, gdx_slice name) {
    static const char *const names[SECTION_COUNT] = {
#define SECTION_NAME(section, title) #section,
        GDX_SEGMENT_SECTIONS(SECTION_NAME)
#undef SECTION_NAME
    };
    const uint8_t *footer = segment.data + segment.bytes - FOOTER_BYTES;
    if (gdx_slice_equal(name, gdx_slice_of("HEADER")))
        return (gdx_slice){(const char *)segment.data, HEADER_BYTES};
    if (gdx_slice_equal(name, gdx_slice_of("FOOTER")))
        return (gdx_slice){(const char *)footer, FOOTER_BYTES};
    for (int section = 0; section < SECTION_COUNT; section++) {
        const uint8_t *row = footer + FOOTER_SECTION_TABLE + section * SECTION_ROW_BYTES;
        if (gdx_slice_equal(name, gdx_slice_of(names[section])))
            return (gdx_slice){(const char *)segment.data + gdx_load_u64(row + SECTION_ROW_OFFSET),
                               gdx_load_u64(row + SECTION_ROW_LENGTH)};
    }
    fail_msg("%.*s is no section", GDX_SLICE_ARGUMENTS(name));
    return name;
}

// ---- sealing

uint64_t file_seal_segment(gdx_buffer segment) {
    uint8_t *footer = segment.data + segment.bytes - FOOTER_BYTES;
    size_t pages = gdx_load_u32(footer + FOOTER_PAGE_COUNT);
    if (pages <= (segment.bytes - FOOTER_BYTES) / 8) { // else the number of pages is the damage
        size_t end = segment.bytes - FOOTER_BYTES - pages * 8;
        for (size_t page = 0; page < pages && page * GDX_SEGMENT_PAGE_BYTES < end; page++) {
            size_t begin = page * GDX_SEGMENT_PAGE_BYTES;
            size_t bytes = end - begin < GDX_SEGMENT_PAGE_BYTES ? end - begin : GDX_SEGMENT_PAGE_BYTES;
            gdx_store_u64(segment.data + end + page * 8, gdx_checksum(segment.data + begin, bytes));
        }
        gdx_store_u64(footer + FOOTER_PAGE_TABLE_CHECKSUM, gdx_checksum(segment.data + end, pages * 8));
    }
    gdx_store_u64(footer + FOOTER_CHECKSUM, gdx_checksum(footer, FOOTER_CHECKSUM));
    return gdx_load_u64(footer + FOOTER_CHECKSUM);
}

static uint64_t seal_tail(gdx_buffer file) {
    uint8_t *at = file.data + file.bytes - INDEX_CHECKSUM_BYTES;
    gdx_store_u64(at, gdx_checksum(file.data, file.bytes - INDEX_CHECKSUM_BYTES));
    return gdx_load_u64(at);
}

// Writes a file under the name it now has, in place of the old one.
static void rename_file(const char *directory, const char *which, const char *old, uint64_t name, gdx_buffer bytes) {
    char fresh[FILE_NAME_BYTES];
    spell_name(which, name, fresh);
    remove_file(directory, old);
    file_write(directory, fresh, bytes);
}

static void seal_record(const char *directory, gdx_buffer manifest, uint32_t number) {
    uint8_t *record = record_at(manifest, number);
    char old[FILE_NAME_BYTES];
    file_name_of(manifest, "segment", number, old);
    gdx_buffer segment = file_read(directory, old);
    uint64_t name = file_seal_segment(segment);
    uint64_t old_name = gdx_load_u64(record + RECORD_NAME_AT);
    rename_file(directory, "segment", old, name, segment);
    gdx_buffer_clear(&segment);
    gdx_store_u64(record + RECORD_NAME_AT, name);
    if (gdx_load_u64(record + RECORD_DELETIONS_NAME_AT) == 0)
        return;
    file_name_of(manifest, "deletions", number, old);
    gdx_buffer deletions = file_read(directory, old);
    if (gdx_load_u64(deletions.data + DELETIONS_SEGMENT_NAME_AT) == old_name) // else that is the damage
        gdx_store_u64(deletions.data + DELETIONS_SEGMENT_NAME_AT, name);
    name = seal_tail(deletions);
    rename_file(directory, "deletions", old, name, deletions);
    gdx_buffer_clear(&deletions);
    gdx_store_u64(record + RECORD_DELETIONS_NAME_AT, name);
}

static void seal(const char *directory, bool with_segments) {
    gdx_buffer manifest = file_read(directory, "manifest");
    for (uint32_t record = 0; with_segments && record < file_record_count(manifest); record++)
        seal_record(directory, manifest, record);
    seal_tail(manifest);
    file_write(directory, "manifest", manifest);
    gdx_buffer_clear(&manifest);
}

void file_seal(const char *directory) {
    seal(directory, true);
}

void file_seal_manifest(const char *directory) {
    seal(directory, false);
}
