// SPDX-License-Identifier: Apache-2.0
// test_examples.c: every example in hex of docs/format*.md is what the program writes. Four kinds of fences:
//   ```hex SAMPLE manifest | deletions N | segment N SECTION|HEADER|FOOTER [+OFFSET]   bytes of a golden file; "..."
//   when
//                                                                                 there are more
//   ```head SAMPLE segment N document D   a head in the segment's first block, decompressed
//   ```pack       "values V...", then the packed column
//   ```postings   "limit L", "positions P...", then the list's code; a..b/step stands for a row of positions

#include "../golden/files.h"
#include "page.h"

#include "segment/layout.h"
#include "segment/pack.h"

#include "gdx/postings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ZSTD_STATIC_LINKING_ONLY // for the format without magic number
#include <zstd.h>

#include <cmocka.h>

enum { NUMBERS_MAX = 4096 };

static void assert_bytes(gdx_slice where, gdx_slice expected, gdx_slice lines) {
    bool is_cut;
    gdx_buffer example = page_hex(lines, &is_cut);
    if (is_cut && example.bytes < expected.bytes)
        expected.bytes = example.bytes;
    size_t same = 0;
    while (same < example.bytes && same < expected.bytes && example.data[same] == (uint8_t)expected.data[same])
        same++;
    if (same < expected.bytes)
        fail_msg("%.*s: byte %zu is %02x, %zu bytes in all; the page has %zu", GDX_SLICE_ARGUMENTS(where), same,
                 (uint8_t)expected.data[same], expected.bytes, example.bytes);
    if (same < example.bytes)
        fail_msg("%.*s: %zu bytes; the page has %zu", GDX_SLICE_ARGUMENTS(where), expected.bytes, example.bytes);
    gdx_buffer_clear(&example);
}

static uint32_t number_of(gdx_slice word) {
    char digits[16] = {0};
    char *end;
    assert_true(word.bytes > 0 && word.bytes < sizeof digits);
    memcpy(digits, word.data, word.bytes);
    unsigned long value = strtoul(digits, &end, 10);
    assert_int_equal(*end, 0);
    return (uint32_t)value;
}

// ---- golden files

static const char *directory_of(gdx_slice sample) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/%.*s", GDX_SOURCE_ROOT, GDX_SLICE_ARGUMENTS(sample));
    return path;
}

static gdx_buffer golden_file(gdx_slice sample, const char *which, uint32_t record) {
    char name[FILE_NAME_BYTES];
    gdx_buffer manifest = file_read(directory_of(sample), "manifest");
    file_name_of(manifest, which, record, name);
    gdx_buffer_clear(&manifest);
    return file_read(directory_of(sample), name);
}

static void check_hex(gdx_slice info, gdx_slice body) {
    gdx_slice where = info;
    gdx_slice sample = page_next_word(&info);
    gdx_slice kind = page_next_word(&info);
    gdx_buffer file;
    gdx_slice part;
    if (page_is(kind, "manifest")) {
        file = golden_file(sample, "manifest", 0);
        part = gdx_buffer_slice(&file);
    } else if (page_is(kind, "deletions")) {
        file = golden_file(sample, "deletions", number_of(page_next_word(&info)));
        part = gdx_buffer_slice(&file);
    } else {
        assert_true(page_is(kind, "segment"));
        file = golden_file(sample, "segment", number_of(page_next_word(&info)));
        part = file_segment_part(file, page_next_word(&info));
    }
    gdx_slice offset = page_next_word(&info);
    if (offset.bytes) {
        size_t skipped = number_of((gdx_slice){offset.data + 1, offset.bytes - 1});
        assert_true(skipped <= part.bytes);
        part = (gdx_slice){part.data + skipped, part.bytes - skipped};
    }
    assert_bytes(where, part, body);
    gdx_buffer_clear(&file);
}

static gdx_slice section_of(gdx_buffer segment, const char *name) {
    return file_segment_part(segment, gdx_slice_of(name));
}

// The first block, decompressed.
static gdx_buffer first_block(gdx_buffer segment) {
    gdx_slice heads = section_of(segment, "HEADS");
    gdx_slice rows = section_of(segment, "HEAD_BLOCKS");
    size_t frame = heads.bytes;
    if (rows.bytes > HEAD_BLOCK_BYTES)
        frame = gdx_load_u64(rows.data + HEAD_BLOCK_BYTES + HEAD_BLOCK_OFFSET);
    gdx_buffer block = {0};
    assert_int_equal(gdx_buffer_reserve(&block, 2 * GDX_HEAD_TARGET_BYTES), GDX_OK);
    ZSTD_DCtx *context = ZSTD_createDCtx();
    assert_non_null(context);
    assert_false(ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_format, ZSTD_f_zstd1_magicless)));
    block.bytes = ZSTD_decompressDCtx(context, block.data, block.capacity, heads.data, frame);
    assert_false(ZSTD_isError(block.bytes));
    ZSTD_freeDCtx(context);
    return block;
}

static void check_head(gdx_slice info, gdx_slice body) {
    gdx_slice where = info;
    gdx_slice sample = page_next_word(&info);
    page_next_word(&info); // "segment"
    gdx_buffer segment = golden_file(sample, "segment", number_of(page_next_word(&info)));
    page_next_word(&info); // "document"
    uint32_t document = number_of(page_next_word(&info));
    const char *row = section_of(segment, "DOCUMENT_HEAD").data + (size_t)document * 8;
    gdx_buffer block = first_block(segment);
    uint64_t begin = gdx_load_u64(row);
    uint64_t end = gdx_load_u64(row + 8);
    assert_true(begin < end && end <= block.bytes);
    assert_bytes(where, (gdx_slice){(const char *)block.data + begin, end - begin}, body);
    gdx_buffer_clear(&block);
    gdx_buffer_clear(&segment);
}

// ---- codes by themselves

// Adds a number, or a..b/step.
static void add_numbers(gdx_slice word, uint32_t *numbers, size_t *count) {
    char text[64];
    unsigned from, to, step = 1;
    snprintf(text, sizeof text, "%.*s", GDX_SLICE_ARGUMENTS(word));
    if (sscanf(text, "%u..%u/%u", &from, &to, &step) < 2)
        from = to = number_of(word);
    for (; from <= to && *count < NUMBERS_MAX; from += step)
        numbers[(*count)++] = from;
}

// Takes a line "name 1 2 3" off the lines.
static size_t take_numbers(gdx_slice *lines, const char *name, uint32_t *numbers) {
    gdx_slice line = {NULL, 0};
    size_t count = 0;
    assert_true(page_next_line(lines, &line));
    assert_true(page_is(page_next_word(&line), name));
    for (gdx_slice word; (word = page_next_word(&line)).bytes;)
        add_numbers(word, numbers, &count);
    assert_true(count > 0);
    return count;
}

static void check_pack(gdx_slice info, gdx_slice body) {
    static uint32_t values[NUMBERS_MAX];
    static uint32_t found[NUMBERS_MAX];
    gdx_buffer code = {0};
    size_t count = take_numbers(&body, "values", values);
    assert_int_equal(pack_append(values, count, &code), GDX_OK);
    assert_bytes(info, gdx_buffer_slice(&code), body);
    const uint8_t *at = code.data;
    assert_true(pack_read(&at, code.data + code.bytes, count, found));
    assert_memory_equal(values, found, count * sizeof *values);
    gdx_buffer_clear(&code);
}

static void check_postings(gdx_slice info, gdx_slice body) {
    static uint32_t positions[NUMBERS_MAX];
    static uint32_t found[NUMBERS_MAX];
    uint32_t limit[1];
    gdx_buffer code = {0};
    assert_int_equal(take_numbers(&body, "limit", limit), 1);
    uint32_t count = (uint32_t)take_numbers(&body, "positions", positions);
    assert_int_equal(gdx_postings_encode(positions, count, *limit, &code), GDX_OK);
    assert_bytes(info, gdx_buffer_slice(&code), body);
    assert_int_equal(gdx_postings_decode(gdx_buffer_slice(&code), count, *limit, found), GDX_OK);
    assert_memory_equal(positions, found, count * sizeof *positions);
    gdx_buffer_clear(&code);
}

// ---- tests

static size_t check_fences(const char *page_name, const char *kind, void (*check)(gdx_slice info, gdx_slice body)) {
    gdx_buffer page = page_read(page_name);
    gdx_slice rest = gdx_buffer_slice(&page);
    gdx_slice info;
    gdx_slice body;
    size_t count = 0;
    for (; page_next_fence(&rest, kind, &info, &body); count++)
        check(info, body);
    gdx_buffer_clear(&page);
    return count;
}

static void examples_of_files_are_those_of_the_golden_files(void **state) {
    (void)state;
    assert_true(check_fences("format.md", "hex", check_hex) >= SECTION_COUNT / 2);
    assert_true(check_fences("format-index.md", "hex", check_hex) >= 2);
}

static void the_example_of_a_head_is_that_of_the_golden_file(void **state) {
    (void)state;
    assert_int_equal(check_fences("format.md", "head", check_head), 1);
}

static void the_example_of_a_packed_column_is_what_is_written(void **state) {
    (void)state;
    assert_int_equal(check_fences("format.md", "pack", check_pack), 1);
}

static void examples_of_posting_lists_are_what_is_written(void **state) {
    (void)state;
    assert_int_equal(check_fences("format-postings.md", "postings", check_postings), 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_files_are_those_of_the_golden_files),
        cmocka_unit_test(the_example_of_a_head_is_that_of_the_golden_file),
        cmocka_unit_test(the_example_of_a_packed_column_is_what_is_written),
        cmocka_unit_test(examples_of_posting_lists_are_what_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
