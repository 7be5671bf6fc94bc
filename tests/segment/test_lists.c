// SPDX-License-Identifier: Apache-2.0
// test_lists.c: lists of spans that decode and add up, but are those of other texts, are refused by verify.
// A section of a segment is put in place of the same section of another, whose text differs in the one thing that the
// section says, and all checksums are made right again: only the text can tell.

#include "collection.h"
#include "damage.h"
#include "layout.h"

#include "../support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { OFTEN = GDX_POSITIONS_FROM + 200, FREQUENT = 5000, DOCUMENTS = 2 };

static char *folder;
static gdx_shape shape = GDX_SHAPE_COMPACT; // of segments that are made

// ---- segments

static gdx_buffer write_texts(const gdx_buffer texts[DOCUMENTS]) {
    gdx_document documents[DOCUMENTS] = {
        {.id = gdx_slice_of("a"), .title = gdx_slice_of("产业"), .text = gdx_buffer_slice(&texts[0])},
        {.id = gdx_slice_of("b"), .title = gdx_slice_of("Supply chains"), .text = gdx_buffer_slice(&texts[1])},
    };
    struct collection collection = {.documents = documents, .count = DOCUMENTS, .shape = shape};
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    gdx_segment_info info = collection_write_all(&collection, folder, 0);
    gdx_buffer file = segment_bytes(folder, info.name);
    assert_int_equal(unlink(folder_path(folder, gdx_segment_file_name(info.name, name))), 0);
    return file;
}

static uint8_t *section_of(gdx_buffer file, int section, uint64_t *out_bytes) {
    const uint8_t *row = file.data + file.bytes - FOOTER_BYTES + FOOTER_SECTION_TABLE + section * SECTION_ROW_BYTES;
    *out_bytes = gdx_load_u64(row + SECTION_ROW_LENGTH);
    return file.data + gdx_load_u64(row + SECTION_ROW_OFFSET);
}

static gdx_status verify(gdx_buffer file, gdx_error *err) {
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    uint64_t number = damage_mend(file.data, file.bytes);
    folder_write(folder, gdx_segment_file_name(number, name), file.data, file.bytes);
    gdx_segment *segment = segment_of(folder, number);
    gdx_status status = gdx_segment_verify(segment, NULL, err);
    gdx_segment_release(segment);
    assert_int_equal(unlink(folder_path(folder, name)), 0);
    return status;
}

// Each text with the section of the other is refused, as `message` says.
static void assert_told_apart(gdx_buffer one[DOCUMENTS], gdx_buffer other[DOCUMENTS], int section,
                              const char *message) {
    gdx_buffer files[2] = {write_texts(one), write_texts(other)};
    uint64_t bytes[2];
    uint8_t *sections[2];
    for (size_t i = 0; i < 2; i++) {
        gdx_error err = {0};
        sections[i] = section_of(files[i], section, &bytes[i]);
        if (verify(files[i], &err) != GDX_OK)
            fail_msg("%s", err.message);
    }
    assert_int_equal(bytes[0], bytes[1]);
    assert_memory_not_equal(sections[0], sections[1], bytes[0]);
    for (size_t i = 0; i < bytes[0]; i++) {
        uint8_t held = sections[0][i];
        sections[0][i] = sections[1][i];
        sections[1][i] = held;
    }
    for (size_t i = 0; i < 2; i++) {
        gdx_error err = {0};
        assert_int_equal(verify(files[i], &err), GDX_CORRUPT);
        if (!strstr(err.message, message))
            fail_msg("%s", err.message);
        gdx_buffer_clear(&files[i]);
        gdx_buffer_clear(&one[i]);
        gdx_buffer_clear(&other[i]);
    }
}

static void append(gdx_buffer *to, const char *text, unsigned times) {
    for (unsigned i = 0; i < times; i++)
        assert_int_equal(gdx_buffer_append(to, text, strlen(text)), GDX_OK);
}

// ---- the tests

static void blocks_of_another_document_are_refused(void **state) {
    (void)state;
    gdx_buffer one[DOCUMENTS] = {{0}}, other[DOCUMENTS] = {{0}};
    append(&one[0], "关税与贸易", 1);
    append(&one[1], "wto与规则", 1);
    append(&other[0], "关税与规则", 1);
    append(&other[1], "wto与贸易", 1);
    assert_told_apart(one, other, SECTION_POSTINGS, "not those of the stored text of document 0");
}

static void another_block_of_a_document_is_refused(void **state) {
    (void)state;
    gdx_buffer one[DOCUMENTS] = {{0}}, other[DOCUMENTS] = {{0}};
    append(&one[0], "一", 1);
    append(&other[0], "一", 1);
    append(&one[1], "的", 300);
    append(&other[1], "的", 300);
    memcpy(one[1].data + 3 * 100, "链", 3);
    memcpy(other[1].data + 3 * 200, "链", 3);
    assert_told_apart(one, other, SECTION_POSTINGS, "not those of the stored text of document 1");
}

// Of an archive, whose spans are of several documents.
static void another_span_is_refused(void **state) {
    (void)state;
    gdx_buffer one[DOCUMENTS] = {{0}}, other[DOCUMENTS] = {{0}};
    append(&one[0], "一", 1);
    append(&other[0], "一", 1);
    append(&one[1], "的", OFTEN);
    append(&other[1], "的", OFTEN);
    memcpy(one[1].data + 3 * 100, "链", 3);
    memcpy(other[1].data + 3 * (OFTEN - 50), "链", 3);
    shape = GDX_SHAPE_ARCHIVE;
    assert_told_apart(one, other, SECTION_POSTINGS, "that of the span that begins in document 0");
    shape = GDX_SHAPE_COMPACT;
}

static void another_position_in_the_same_block_is_refused(void **state) {
    (void)state;
    gdx_buffer one[DOCUMENTS] = {{0}}, other[DOCUMENTS] = {{0}};
    append(&one[0], "一", 1);
    append(&other[0], "一", 1);
    append(&one[1], "的", OFTEN);
    append(&other[1], "的", OFTEN);
    memcpy(one[1].data + 3 * 1300, "链", 3);
    memcpy(other[1].data + 3 * 1301, "链", 3);
    assert_told_apart(one, other, SECTION_POSTINGS, "not those of the stored text of document 1");
}

static void a_frequency_of_another_document_is_refused(void **state) {
    (void)state;
    gdx_buffer one[DOCUMENTS] = {{0}}, other[DOCUMENTS] = {{0}};
    append(&one[0], "的", FREQUENT);
    append(&one[1], "的", FREQUENT + 1);
    append(&other[0], "的", FREQUENT + 1);
    append(&other[1], "的", FREQUENT);
    assert_told_apart(one, other, SECTION_FREQUENCIES, "not those of the stored text of document 0");
}

static void another_number_of_occurrences_is_refused(void **state) {
    (void)state;
    gdx_buffer one[DOCUMENTS] = {{0}}, other[DOCUMENTS] = {{0}};
    append(&one[0], "关税。", 3);
    append(&one[0], "规则。", 2);
    append(&other[0], "关税。", 2);
    append(&other[0], "规则。", 3);
    append(&one[1], "一", 1);
    append(&other[1], "一", 1);
    assert_told_apart(one, other, SECTION_TERMS, "another number of times than they say");
}

// A few bytes of lists for thousands of symbols.
static void a_text_of_one_symbol_opens_again(void **state) {
    (void)state;
    gdx_buffer texts[DOCUMENTS] = {{0}};
    gdx_error err = {0};
    append(&texts[0], "的", OFTEN / 2);
    append(&texts[1], "一", 1);
    gdx_buffer file = write_texts(texts);
    if (verify(file, &err) != GDX_OK)
        fail_msg("%s", err.message);
    gdx_buffer_clear(&file);
    gdx_buffer_clear(&texts[0]);
    gdx_buffer_clear(&texts[1]);
}

// ---- every byte

static const int of_lists[] = {SECTION_POSTINGS, SECTION_TERMS, SECTION_TERM_BLOCKS, SECTION_FREQUENCIES,
                               SECTION_FREQUENCY_SYMBOLS};

// What verify accepts says what the sound one says: the same in other bits.
static void change_bytes(gdx_shape of, uint64_t every) {
    gdx_segment_info info;
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    gdx_buffer file = damage_small_segment(folder, of, false, &info);
    damage_outcome sound = damage_try(folder, info.name, false);
    unsigned refused = 0, accepted = 0;
    assert_int_equal(sound.verified, GDX_OK);
    assert_int_equal(unlink(folder_path(folder, gdx_segment_file_name(info.name, name))), 0);
    for (size_t s = 0; s < sizeof of_lists / sizeof *of_lists; s++) {
        uint64_t bytes;
        uint8_t *section = section_of(file, of_lists[s], &bytes);
        for (uint64_t i = 0; i < bytes; i += every) {
            section[i] ^= (uint8_t)(1u << i % 8);
            uint64_t number = damage_mend(file.data, file.bytes);
            folder_write(folder, gdx_segment_file_name(number, name), file.data, file.bytes);
            damage_outcome outcome = damage_try(folder, number, false);
            assert_int_equal(unlink(folder_path(folder, name)), 0);
            section[i] ^= (uint8_t)(1u << i % 8);
            bool is_accepted = outcome.opened == GDX_OK && outcome.verified == GDX_OK;
            if (is_accepted && (outcome.read != GDX_OK || outcome.digest != sound.digest))
                fail_msg("section %d, byte %d: verified, and gives other answers", of_lists[s], (int)i);
            accepted += is_accepted;
            refused += !is_accepted;
        }
    }
    print_message("%u refused, %u the same in other bits\n", refused, accepted);
    assert_true(refused > 9 * accepted);
    gdx_buffer_clear(&file);
}

static void a_byte_of_the_lists_changed_and_mended_is_refused_or_changes_no_answer(void **state) {
    (void)state;
    change_bytes(GDX_SHAPE_COMPACT, 1);
    change_bytes(GDX_SHAPE_ARCHIVE, 7);
}

// ---- merges

// With `sound`, whose ids are others.
static gdx_status merge(gdx_buffer file, const gdx_segment *sound, gdx_error *err) {
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    const uint8_t deleted[] = {2};
    uint64_t number = damage_mend(file.data, file.bytes);
    gdx_segment *segment = NULL;
    gdx_segment_info merged = {0};
    folder_write(folder, gdx_segment_file_name(number, name), file.data, file.bytes);
    gdx_status status = gdx_segment_open(folder, number, &segment, err);
    gdx_merge_input inputs[] = {{segment, deleted}, {sound, NULL}};
    if (status == GDX_OK)
        status =
            gdx_segment_merge(&(gdx_segment_merge_options){.directory = folder, .tag = 1, .shape = GDX_SHAPE_COMPACT},
                              inputs, 2, &merged, err);
    gdx_segment_release(segment);
    assert_int_equal(unlink(folder_path(folder, name)), 0);
    if (merged.document_count)
        assert_int_equal(unlink(folder_path(folder, gdx_segment_file_name(merged.name, name))), 0);
    return status;
}

// A term and a symbol become frequent by the merge, and a document is deleted: what the lists do not say is read.
static void write_halves(gdx_buffer *out_file, gdx_segment **out_sound) {
    gdx_buffer text = {0}, little = {0};
    gdx_segment_info info;
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    append(&text, "关税", GDX_POSITIONS_FROM / 2 + 9);
    append(&text, "规则", GDX_FREQUENCY_MINIMUM / 2 + 9);
    append(&little, "关税规则", 3);
    gdx_document documents[] = {{.id = gdx_slice_of("a"), .text = gdx_buffer_slice(&text)},
                                {.id = gdx_slice_of("b"), .text = gdx_buffer_slice(&little)},
                                {.id = gdx_slice_of("c"), .text = gdx_buffer_slice(&text)}};
    struct collection collection = {.documents = documents, .count = 2, .shape = GDX_SHAPE_COMPACT};
    info = collection_write_all(&collection, folder, 0);
    *out_file = segment_bytes(folder, info.name);
    assert_int_equal(unlink(folder_path(folder, gdx_segment_file_name(info.name, name))), 0);
    const uint32_t last = 2;
    *out_sound = segment_of(folder, collection_write(&collection, &last, 1, folder, 0).name);
    gdx_buffer_clear(&text);
    gdx_buffer_clear(&little);
}

static void a_merge_of_lists_with_a_byte_changed_ends_well(void **state) {
    (void)state;
    static const int sections[] = {SECTION_POSTINGS, SECTION_TERMS,          SECTION_TERM_BLOCKS,  SECTION_FREQUENCIES,
                                   SECTION_STORE,    SECTION_DOCUMENT_BEGIN, SECTION_DOCUMENT_TEXT};
    enum { TRIES = 60 }; // in each section
    gdx_buffer file;
    gdx_segment *sound;
    unsigned refused = 0;
    write_halves(&file, &sound);
    assert_int_equal(merge(file, sound, NULL), GDX_OK);
    for (size_t s = 0; s < sizeof sections / sizeof *sections; s++) {
        uint64_t bytes;
        uint8_t *section = section_of(file, sections[s], &bytes);
        for (uint64_t i = 0; i < bytes; i += 1 + bytes / TRIES) {
            gdx_error err = {0};
            section[i] ^= (uint8_t)(1u << i % 8);
            gdx_status status = merge(file, sound, &err);
            section[i] ^= (uint8_t)(1u << i % 8);
            assert_int_equal(err.status, status);
            refused += status != GDX_OK;
        }
    }
    print_message("%u refused\n", refused);
    assert_true(refused > 0);
    gdx_segment_release(sound);
    gdx_buffer_clear(&file);
}

// ---- a rule that this program does not have

static void all_else_is_verified_without_the_rule_and_it_says_so(void **state) {
    (void)state;
    gdx_buffer texts[DOCUMENTS] = {{0}};
    gdx_error err = {0};
    uint64_t bytes;
    append(&texts[0], "关税", 1);
    append(&texts[1], "规则", 1);
    gdx_buffer file = write_texts(texts);
    gdx_store_u64(file.data + HEADER_RULE_FINGERPRINT, 1);
    assert_int_equal(verify(file, &err), GDX_UNSUPPORTED);
    assert_non_null(strstr(err.message, "does not have the matching rule"));
    section_of(file, SECTION_ID_ORDER, &bytes)[0] ^= 1;
    assert_int_equal(verify(file, NULL), GDX_CORRUPT);
    gdx_buffer_clear(&file);
    gdx_buffer_clear(&texts[0]);
    gdx_buffer_clear(&texts[1]);
}

static int make_folder(void **state) {
    (void)state;
    folder = folder_new();
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    folder_remove(folder);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_another_document_are_refused),
        cmocka_unit_test(another_block_of_a_document_is_refused),
        cmocka_unit_test(another_span_is_refused),
        cmocka_unit_test(another_position_in_the_same_block_is_refused),
        cmocka_unit_test(a_frequency_of_another_document_is_refused),
        cmocka_unit_test(another_number_of_occurrences_is_refused),
        cmocka_unit_test(a_text_of_one_symbol_opens_again),
        cmocka_unit_test(a_byte_of_the_lists_changed_and_mended_is_refused_or_changes_no_answer),
        cmocka_unit_test(a_merge_of_lists_with_a_byte_changed_ends_well),
        cmocka_unit_test(all_else_is_verified_without_the_rule_and_it_says_so),
    };
    return cmocka_run_group_tests_name("segment: lists", tests, make_folder, remove_folder);
}
