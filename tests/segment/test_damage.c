// SPDX-License-Identifier: Apache-2.0
// test_damage.c: a file with any byte changed or any end cut off is refused by name, or answers as the whole one does;
// one whose checksums were made right again never leads a reader astray. A run tries a sample of the bytes: of those of
// the footer one of 4 in a row, so that each of its fields is met, of the others one of 8, and the first and the last
// of each section. Every second of those with right checksums is merged, too. Of a compact segment one of 32: what it
// has of its own are lists, of which test_lists.c tries all. So of one with a group of two codes, which has thousands
// of bytes of like codes and is read at four times the cost; but there all bytes that say how long a code is.

#include "collection.h"
#include "damage.h"
#include "group_writer.h"
#include "layout.h"

#include "../support/folder.h"
#include "../support/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEXT_BYTES = 1 << 16 }; // as much as one code may have
enum { FOOTER_EVERY = 4, BODY_EVERY = 8, COMPACT_EVERY = 32, LONG_EVERY = 32, MERGED_EVERY = 2 };
enum { ROUNDS = 300, ROUNDS_EVERY = 3, LONG_ROUNDS_EVERY = 12 };

static char *folder;
static gdx_shape shape;     // of the small segment; tests run over one of each
static bool has_long_group; // likewise
static gdx_buffer whole;    // the small segment
static gdx_segment_info whole_info;
static uint64_t whole_digest;

static const char *file_of(uint64_t name) {
    char file[GDX_SEGMENT_FILE_NAME_BYTES];
    return folder_path(folder, gdx_segment_file_name(name, file));
}

static damage_outcome try_bytes(const void *bytes, size_t count, uint64_t name, bool merges) {
    char file[GDX_SEGMENT_FILE_NAME_BYTES];
    folder_write(folder, gdx_segment_file_name(name, file), bytes, count);
    damage_outcome outcome = damage_try(folder, name, merges);
    assert_int_equal(unlink(file_of(name)), 0);
    return outcome;
}

// What the footer says of another byte is damage of the footer.
static bool has_its_byte(const gdx_error *error) {
    const char *at = strstr(error->message, " at byte ");
    if (!at || strncmp(error->message, "footer: ", 8) == 0)
        return true;
    return strtoull(at + strlen(" at byte "), NULL, 10) == error->byte;
}

static bool is_named(const damage_outcome *outcome, uint64_t name) {
    char file[GDX_SEGMENT_FILE_NAME_BYTES];
    return strstr(outcome->error.where, gdx_segment_file_name(name, file)) != NULL && has_its_byte(&outcome->error);
}

static int write_small_segment(void **state) {
    (void)state;
    folder = folder_new();
    whole = damage_small_segment(folder, shape, has_long_group, &whole_info);
    damage_outcome outcome = damage_try(folder, whole_info.name, true);
    if (outcome.error.status != GDX_OK)
        fail_msg("%s", outcome.error.message);
    whole_digest = outcome.digest;
    print_message("%zu bytes\n", whole.bytes);
    assert_int_equal(unlink(file_of(whole_info.name)), 0);
    return 0;
}

static int remove_small_segment(void **state) {
    (void)state;
    gdx_buffer_clear(&whole);
    folder_remove(folder);
    return 0;
}

// ---- which bytes

static uint8_t *section_of(uint8_t *file, size_t bytes, int section, uint64_t *out_bytes) {
    const uint8_t *row = file + bytes - FOOTER_BYTES + FOOTER_SECTION_TABLE + section * SECTION_ROW_BYTES;
    *out_bytes = gdx_load_u64(row + SECTION_ROW_LENGTH);
    return file + gdx_load_u64(row + SECTION_ROW_OFFSET);
}

static bool is_edge_of_section(size_t at) {
    for (int section = 0; section < SECTION_COUNT; section++) {
        uint64_t bytes;
        const uint8_t *first = section_of(whole.data, whole.bytes, section, &bytes);
        if (bytes && (whole.data + at == first || whole.data + at == first + bytes - 1))
            return true;
    }
    return false;
}

// What only a group of two codes has: in front of each the length of it. It is the first group, with which STORE
// begins.
static bool is_length_of_code(size_t at) {
    uint64_t bytes, code;
    const uint8_t *next = section_of(whole.data, whole.bytes, SECTION_STORE, &bytes);
    const uint8_t *end = next + bytes, *byte = whole.data + at;
    for (int i = 0; i < 2 && has_long_group; i++) {
        const uint8_t *length = next;
        assert_true(gdx_varint_read(&next, end, &code));
        if (byte >= length && byte < next)
            return true;
        next += code;
        assert_true(code > 1000 && next < end);
    }
    return false;
}

struct bytes {
    struct sample footer;
    struct sample body;
};

static struct bytes sample_bytes(void) {
    uint32_t every = has_long_group ? LONG_EVERY : shape == GDX_SHAPE_EXACT ? BODY_EVERY : COMPACT_EVERY;
    return (struct bytes){sample_of("bytes of the footer", has_long_group ? LONG_EVERY : FOOTER_EVERY),
                          sample_of("bytes before it", every)};
}

// Called for each byte of the small segment, in order.
static bool takes_byte(struct bytes *bytes, size_t at) {
    if (at >= whole.bytes - FOOTER_BYTES)
        return sample_takes(&bytes->footer);
    return sample_takes(&bytes->body) || is_edge_of_section(at) || is_length_of_code(at);
}

// ---- checksums tell

static void any_changed_byte_is_refused_with_the_name_of_the_file(void **state) {
    (void)state;
    struct bytes taken = sample_bytes();
    for (size_t i = 0; i < whole.bytes; i++) {
        if (!takes_byte(&taken, i))
            continue;
        whole.data[i] ^= (uint8_t)(1u << i % 8);
        damage_outcome outcome = try_bytes(whole.data, whole.bytes, whole_info.name, false);
        whole.data[i] ^= (uint8_t)(1u << i % 8);
        bool refused = outcome.opened != GDX_OK || outcome.verified == GDX_CORRUPT;
        if (!refused || !is_named(&outcome, whole_info.name))
            fail_msg("byte %zu: %s", i, outcome.error.message);
    }
}

static void a_file_cut_short_is_refused_with_its_name(void **state) {
    (void)state;
    struct bytes taken = sample_bytes();
    for (size_t bytes = 0; bytes < whole.bytes; bytes++) {
        if (!takes_byte(&taken, bytes))
            continue;
        damage_outcome outcome = try_bytes(whole.data, bytes, whole_info.name, false);
        if (outcome.opened == GDX_OK || !is_named(&outcome, whole_info.name))
            fail_msg("%zu bytes: %s", bytes, outcome.error.message);
    }
}

static void a_byte_changed_in_a_page_not_read_changes_no_answer(void **state) {
    (void)state;
    struct collection collection;
    random_state random = {5};
    collection_init(&collection, 5, &(collection_kind){120, 4000, 40, 2 * TEXT_BYTES, 500, 4, 900});
    collection.shape = shape;
    gdx_segment_info info = collection_write_all(&collection, folder, 0);
    damage_outcome good = damage_try(folder, info.name, false);
    gdx_buffer file = segment_bytes(folder, info.name);
    assert_int_equal(good.error.status, GDX_OK);
    assert_true(file.bytes > 3 * GDX_SEGMENT_PAGE_BYTES);
    for (unsigned i = 0; i < 16; i++) {
        size_t at = random_below(&random, (uint32_t)file.bytes);
        file.data[at] ^= 0x10;
        damage_outcome outcome = try_bytes(file.data, file.bytes, info.name, false);
        file.data[at] ^= 0x10;
        assert_true(outcome.opened != GDX_OK || outcome.verified == GDX_CORRUPT);
        assert_true(outcome.opened != GDX_OK || outcome.read == GDX_CORRUPT || outcome.digest == good.digest);
        assert_true(is_named(&outcome, info.name));
    }
    gdx_buffer_clear(&file);
    collection_clear(&collection);
}

// ---- checksums are right

static void try_mended(size_t at, uint8_t flip, bool merges, unsigned *accepted) {
    uint8_t *file = malloc(whole.bytes);
    assert_non_null(file);
    memcpy(file, whole.data, whole.bytes);
    file[at] ^= flip;
    uint64_t name = damage_mend(file, whole.bytes);
    damage_outcome outcome = try_bytes(file, whole.bytes, name, merges);
    bool changed = memcmp(file, whole.data, whole.bytes) != 0; // mending undoes a flip in a checksum
    if (outcome.opened == GDX_OK && outcome.verified == GDX_OK) {
        assert_int_equal(outcome.read, GDX_OK);
        *accepted += changed;
    } else if (!is_named(&outcome, name)) {
        fail_msg("byte %zu: %s", at, outcome.error.message);
    }
    free(file);
}

static void a_block_that_claims_to_hold_gigabytes_is_refused_unread(void **state) {
    (void)state;
    gdx_error err = {0};
    gdx_document document;
    gdx_segment *segment = NULL;
    gdx_buffer file = {0};
    uint64_t bytes;
    char name_of_file[GDX_SEGMENT_FILE_NAME_BYTES];
    assert_int_equal(gdx_buffer_append(&file, whole.data, whole.bytes), GDX_OK);
    uint8_t *ends = section_of(file.data, file.bytes, SECTION_DOCUMENT_HEAD, &bytes);
    ends += bytes - 8; // where the last head ends
    gdx_store_u64(ends, gdx_load_u64(ends) + ((uint64_t)2 << 30));
    uint64_t name = damage_mend(file.data, file.bytes);
    folder_write(folder, gdx_segment_file_name(name, name_of_file), file.data, file.bytes);
    gdx_buffer_clear(&file);
    assert_int_equal(gdx_segment_open(folder, name, &segment, &err), GDX_OK);
    GDX_AUTO(gdx_store_reader) reader = gdx_store_reader_new(0);
    assert_int_equal(gdx_store_read(reader, segment, whole_info.document_count - 1, &document, &err), GDX_CORRUPT);
    gdx_segment_release(segment);
    assert_int_equal(unlink(file_of(name)), 0);
    if (!strstr(err.message, "more than 1 GiB"))
        fail_msg("%s", err.message);
}

static void a_changed_byte_with_right_checksums_leads_no_reader_astray(void **state) {
    (void)state;
    unsigned accepted = 0;
    size_t tried = 0;
    struct bytes taken = sample_bytes();
    struct sample merged = sample_of("changed segments, which are merged, too", MERGED_EVERY);
    for (size_t i = 0; i < whole.bytes; i++) {
        if (!takes_byte(&taken, i))
            continue;
        try_mended(i, (uint8_t)(1u << i % 8), sample_takes(&merged), &accepted);
        if (i % 2)
            try_mended(i, 0xFF, false, &accepted);
        tried += 1 + i % 2;
    }
    print_message("%u of %zu changes make another sound segment\n", accepted, tried);
    assert_true(accepted < tried / 30);
}

static void many_changed_bytes_with_right_checksums_lead_no_reader_astray(void **state) {
    (void)state;
    uint8_t *file = malloc(whole.bytes);
    assert_non_null(file);
    struct sample taken = sample_of("rounds", has_long_group ? LONG_ROUNDS_EVERY : ROUNDS_EVERY);
    for (unsigned round = 0; round < ROUNDS; round++) {
        random_state random = {77 + round};
        if (!sample_takes(&taken))
            continue;
        memcpy(file, whole.data, whole.bytes);
        size_t begin = random_below(&random, (uint32_t)whole.bytes);
        size_t bytes = 1 + random_below(&random, 24);
        for (size_t i = begin; i < whole.bytes && i < begin + bytes; i++)
            file[i] = (uint8_t)random_next(&random);
        uint64_t name = damage_mend(file, whole.bytes);
        damage_outcome outcome = try_bytes(file, whole.bytes, name, true);
        assert_true(outcome.opened != GDX_OK || outcome.verified != GDX_OK || outcome.read == GDX_OK);
    }
    free(file);
}

// ---- how much a group may have

// A segment of one document whose text is one word: nowhere may it be cut, so that one group takes it whole.
static gdx_buffer write_one_word(uint32_t word_bytes, gdx_segment_info *out) {
    char *word = malloc(word_bytes);
    assert_non_null(word);
    memset(word, 'a', word_bytes);
    gdx_document document = {.id = gdx_slice_of("word"), .text = {word, word_bytes}};
    struct collection collection = {.documents = &document, .count = 1, .shape = shape};
    *out = collection_write_all(&collection, folder, 0);
    free(word);
    gdx_buffer file = segment_bytes(folder, out->name);
    assert_int_equal(gdx_load_u32(file.data + file.bytes - FOOTER_BYTES + FOOTER_GROUP_COUNT), 1);
    return file;
}

static void a_word_of_sixty_times_a_code_is_read_whole(void **state) {
    (void)state;
    gdx_segment_info info;
    if (shape != GDX_SHAPE_EXACT) // texts are stored alike in each
        return;
    gdx_buffer file = write_one_word(60 * TEXT_BYTES + 7, &info);
    damage_outcome outcome = damage_try(folder, info.name, true);
    if (outcome.error.status != GDX_OK)
        fail_msg("%s", outcome.error.message);
    assert_int_equal(unlink(file_of(info.name)), 0);
    gdx_buffer_clear(&file);
}

static void a_text_longer_than_the_footer_says_is_refused_by_every_reader(void **state) {
    (void)state;
    gdx_segment_info info;
    gdx_buffer file = write_one_word(4 * TEXT_BYTES, &info);
    assert_int_equal(unlink(file_of(info.name)), 0);
    gdx_store_u64(file.data + file.bytes - FOOTER_BYTES + FOOTER_TEXT_BYTES, TEXT_BYTES / 2);
    uint64_t name = damage_mend(file.data, file.bytes);
    damage_outcome outcome = try_bytes(file.data, file.bytes, name, false);
    assert_int_equal(outcome.read, GDX_CORRUPT);
    assert_int_equal(outcome.verified, GDX_CORRUPT);
    assert_non_null(strstr(outcome.error.message, "more text than its code can give"));
    gdx_buffer_clear(&file);
}

// ---- where ranges end

enum { SHORT_TEXT_BYTES = 30000, ID_BYTES = 12 };

// A document after which a range ends, or goes on: its id decides, as the hash is of it, too.
static void make_short(gdx_document *document, char id[ID_BYTES], gdx_slice text, bool ends) {
    *document = (gdx_document){.text = text};
    for (unsigned number = 0; !document->id.data || group_ends_range(gdx_document_hash(document), text.bytes) != ends;)
        document->id = (gdx_slice){id, (size_t)snprintf(id, ID_BYTES, "%u", number++)};
}

// Ranges of three documents, the second of which ends one, all far too short to be kept by a merge.
static void a_short_range_that_ends_where_no_document_says_so_is_refused_by_verify(void **state) {
    (void)state;
    char *text = malloc(SHORT_TEXT_BYTES), ids[3][ID_BYTES];
    gdx_document documents[3];
    uint64_t bytes;
    assert_non_null(text);
    memset(text, 'a', SHORT_TEXT_BYTES);
    for (size_t i = 0; i < 3; i++)
        make_short(&documents[i], ids[i], (gdx_slice){text, SHORT_TEXT_BYTES - i}, i == 1);
    struct collection collection = {.documents = documents, .count = 3, .shape = shape};
    gdx_segment_info info = collection_write_all(&collection, folder, 0);
    gdx_buffer file = segment_bytes(folder, info.name);
    uint8_t *ranges = section_of(file.data, file.bytes, SECTION_TOKEN_RANGES, &bytes);
    assert_int_equal(bytes, 2 * TOKEN_RANGE_BYTES);
    assert_int_equal(gdx_load_u32(ranges + TOKEN_RANGE_BYTES + TOKEN_RANGE_DOCUMENT), 2);
    assert_int_equal(damage_try(folder, info.name, false).verified, GDX_OK);
    assert_int_equal(unlink(file_of(info.name)), 0);
    gdx_store_u32(ranges + TOKEN_RANGE_BYTES + TOKEN_RANGE_DOCUMENT, 1);
    uint64_t name = damage_mend(file.data, file.bytes);
    damage_outcome outcome = try_bytes(file.data, file.bytes, name, false);
    assert_int_equal(outcome.verified, GDX_CORRUPT);
    assert_non_null(strstr(outcome.error.message, "a range that ends elsewhere than the format says"));
    assert_int_equal(outcome.error.byte, ranges - file.data); // the first range; the second one passes an end
    gdx_buffer_clear(&file);
    free(text);
}

static void a_cancelled_verify_says_so(void **state) {
    (void)state;
    char file[GDX_SEGMENT_FILE_NAME_BYTES];
    atomic_bool cancelled = true;
    const gdx_stop stop = {.cancelled = &cancelled};
    gdx_error err = {0};
    folder_write(folder, gdx_segment_file_name(whole_info.name, file), whole.data, whole.bytes);
    gdx_segment *segment = segment_of(folder, whole_info.name);
    assert_int_equal(gdx_segment_verify(segment, &stop, &err), GDX_CANCELLED);
    assert_int_equal(err.status, GDX_CANCELLED);
    cancelled = false;
    assert_int_equal(gdx_segment_verify(segment, &stop, NULL), GDX_OK);
    assert_int_equal(gdx_segment_verify(segment, &(gdx_stop){.deadline_ns = 1}, NULL), GDX_DEADLINE);
    gdx_segment_release(segment);
    assert_int_equal(unlink(file_of(whole_info.name)), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cancelled_verify_says_so),
        cmocka_unit_test(a_word_of_sixty_times_a_code_is_read_whole),
        cmocka_unit_test(a_text_longer_than_the_footer_says_is_refused_by_every_reader),
        cmocka_unit_test(a_short_range_that_ends_where_no_document_says_so_is_refused_by_verify),
        cmocka_unit_test(any_changed_byte_is_refused_with_the_name_of_the_file),
        cmocka_unit_test(a_file_cut_short_is_refused_with_its_name),
        cmocka_unit_test(a_byte_changed_in_a_page_not_read_changes_no_answer),
        cmocka_unit_test(a_block_that_claims_to_hold_gigabytes_is_refused_unread),
        cmocka_unit_test(a_changed_byte_with_right_checksums_leads_no_reader_astray),
        cmocka_unit_test(many_changed_bytes_with_right_checksums_lead_no_reader_astray),
    };
    int failed = cmocka_run_group_tests_name("segment: damage", tests, write_small_segment, remove_small_segment);
    shape = GDX_SHAPE_COMPACT;
    failed += cmocka_run_group_tests_name("segment: damage of a compact one", tests, write_small_segment,
                                          remove_small_segment);
    shape = GDX_SHAPE_ARCHIVE; // the rest is as in a compact one
    const struct CMUnitTest of_lists[] = {
        cmocka_unit_test(a_changed_byte_with_right_checksums_leads_no_reader_astray),
        cmocka_unit_test(many_changed_bytes_with_right_checksums_lead_no_reader_astray),
    };
    failed += cmocka_run_group_tests_name("segment: damage of an archive", of_lists, write_small_segment,
                                          remove_small_segment);
    shape = GDX_SHAPE_EXACT;
    has_long_group = true;
    const struct CMUnitTest of_groups[] = {
        cmocka_unit_test(any_changed_byte_is_refused_with_the_name_of_the_file),
        cmocka_unit_test(a_file_cut_short_is_refused_with_its_name),
        cmocka_unit_test(a_changed_byte_with_right_checksums_leads_no_reader_astray),
        cmocka_unit_test(many_changed_bytes_with_right_checksums_lead_no_reader_astray),
    };
    return failed + cmocka_run_group_tests_name("segment: damage of a long group", of_groups, write_small_segment,
                                                remove_small_segment);
}
