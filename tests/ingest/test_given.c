// SPDX-License-Identifier: Apache-2.0
// test_given.c: documents that a program hands over.

#include "gdx/ingest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cmocka.h>

// Bytes that cost no memory as long as nobody writes them: U+0000 again and again.
static gdx_slice zeros(size_t bytes) {
    void *data = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_ptr_not_equal(data, MAP_FAILED);
    return (gdx_slice){data, bytes};
}

static void a_text_of_2_gib_is_too_large_whatever_the_limit(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = NULL;
    gdx_source_options options = {.document_limit = SIZE_MAX};
    assert_int_equal(gdx_source_new(&options, &source, NULL), GDX_OK);
    gdx_given given = {.id = gdx_slice_of("a"), .text = zeros((size_t)1 << 31)};
    gdx_document document;
    gdx_error err = {0};
    assert_int_equal(gdx_source_take(source, &given, &document, &err), GDX_TOO_LARGE);
    assert_string_equal(err.field, "text");
    assert_string_equal(err.message, "2147483648 bytes, expected at most 2147483647");
    munmap((void *)(uintptr_t)given.text.data, given.text.bytes);
}

// ---- parts and places

enum { LIMIT = 100 };

static gdx_status take(const gdx_given *given, gdx_document *out, gdx_error *err) {
    static gdx_source *source;
    gdx_source_options options = {.document_limit = LIMIT};
    gdx_source_free(source);
    source = NULL;
    if (!given) // at the end
        return GDX_OK;
    *err = (gdx_error){0};
    assert_int_equal(gdx_source_new(&options, &source, NULL), GDX_OK);
    return gdx_source_take(source, given, out, err);
}

static void expect_refusal(const gdx_given *given, gdx_status status, const char *field, const char *message) {
    gdx_document document;
    gdx_error err;
    assert_int_equal(take(given, &document, &err), status);
    assert_string_equal(err.field, field);
    assert_string_equal(err.message, message);
    take(NULL, NULL, NULL);
}

static void parts_and_places_are_taken_as_they_are(void **state) {
    (void)state;
    static const gdx_part_place places[] = {{0, {"page 1", 6}}, {3, {"", 0}}, {5, {"第2页", 7}}};
    static const gdx_part parts[] = {
        {.field = GDX_FIELD_FURNITURE, .text = {"", 0}},
        {.field = GDX_FIELD_TEXT, .text = {"页a页b", 8}, .places = places, .place_count = 2},
        {.field = GDX_FIELD_NOTE, .text = {"注", 3}, .places = places, .place_count = 1},
        {.field = GDX_FIELD_CAPTION, .text = {"图", 3}},
    };
    gdx_given given = {.id = gdx_slice_of("a"),
                       .text = gdx_slice_of("关ab关"),
                       .text_places = places,
                       .text_place_count = 3,
                       .parts = parts,
                       .part_count = 4};
    gdx_document document;
    gdx_error err;
    assert_int_equal(take(&given, &document, &err), GDX_OK);
    assert_ptr_equal(document.parts, parts);
    assert_int_equal(document.part_count, 4);
    assert_ptr_equal(document.text_places, places);
    assert_int_equal(document.text_place_count, 3);
    take(NULL, NULL, NULL);
}

static void a_wrong_place_is_refused(void **state) {
    (void)state;
    static char long_name[257];
    memset(long_name, 'x', sizeof long_name);
    const struct {
        gdx_part_place places[2];
        gdx_status status;
        const char *field;
        const char *message;
    } cases[] = {
        {{{6, {"x", 1}}}, GDX_INVALID, "places[0]", "byte 6, expected less than the text's 6"},
        {{{UINT32_MAX, {"x", 1}}}, GDX_INVALID, "places[0]", "byte 4294967295, expected less than the text's 6"},
        {{{1, {"x", 1}}}, GDX_INVALID, "places[0]", "byte 1 is within a character, expected the start of one"},
        {{{0, {"x", 1}}, {0, {"y", 1}}}, GDX_INVALID, "places[1]", "byte 0 after byte 0, expected more"},
        {{{3, {"x", 1}}, {0, {"y", 1}}}, GDX_INVALID, "places[1]", "byte 0 after byte 3, expected more"},
        {{{0, {"x\xff", 2}}}, GDX_INVALID, "places[0]", "a name that is not UTF-8, expected valid UTF-8"},
        {{{0, {"a\nb", 3}}}, GDX_INVALID, "places[0]", "control character U+000A in the name, expected none"},
        {{{0, {long_name, 257}}}, GDX_TOO_LARGE, "places[0]", "a name of 257 bytes, expected at most 256"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gdx_given given = {.id = gdx_slice_of("a"), .text = gdx_slice_of("关税"), .text_places = cases[i].places};
        given.text_place_count = cases[i].places[1].name.bytes ? 2 : 1;
        expect_refusal(&given, cases[i].status, cases[i].field, cases[i].message);
        gdx_part parts[2] = {{.field = GDX_FIELD_NOTE}, {.field = GDX_FIELD_NOTE, .text = given.text}};
        parts[1].places = given.text_places;
        parts[1].place_count = given.text_place_count;
        char field[GDX_FIELD_BYTES];
        snprintf(field, sizeof field, "parts[1].%.20s", cases[i].field);
        expect_refusal(&(gdx_given){.id = given.id, .text = given.text, .parts = parts, .part_count = 2},
                       cases[i].status, field, cases[i].message);
    }
}

static void a_wrong_part_is_refused(void **state) {
    (void)state;
    static const char many[] = "0123456789012345678901234567890123456789012345678";
    const struct {
        gdx_part part;
        gdx_status status;
        const char *field;
        const char *message;
    } cases[] = {
        {{.field = GDX_FIELD_TITLE},
         GDX_INVALID,
         "parts[1].field",
         "the title, expected text, note, caption or furniture"},
        {{.field = (gdx_field)GDX_FIELDS},
         GDX_INVALID,
         "parts[1].field",
         "none that is known, expected text, note, caption or furniture"},
        {{.field = GDX_FIELD_NOTE, .text = {"\xe4\xb8", 2}},
         GDX_INVALID,
         "parts[1].text",
         "bytes that are not UTF-8, expected valid UTF-8"},
        {{.field = GDX_FIELD_NOTE, .text = {many, 49}},
         GDX_TOO_LARGE,
         "parts",
         "101 bytes together with the text, expected at most 100"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gdx_part parts[2] = {{.field = GDX_FIELD_CAPTION, .text = {many, 46}}, cases[i].part};
        gdx_given given = {.id = gdx_slice_of("a"), .text = gdx_slice_of("关税"), .parts = parts, .part_count = 2};
        expect_refusal(&given, cases[i].status, cases[i].field, cases[i].message);
    }
}

static void too_many_parts_or_places_are_refused(void **state) {
    (void)state;
    enum { MANY = (1 << 20) + 1 };
    gdx_part *parts = calloc(MANY, sizeof *parts);
    assert_non_null(parts);
    for (size_t i = 0; i < MANY; i++)
        parts[i] = (gdx_part){.field = GDX_FIELD_NOTE, .text = gdx_slice_of("")};
    gdx_given given = {.id = gdx_slice_of("a"), .text = gdx_slice_of("b"), .parts = parts, .part_count = MANY};
    expect_refusal(&given, GDX_TOO_LARGE, "parts", "1048577 of them, expected at most 1048576");
    parts[0].place_count = MANY; // counted before they are looked at
    given.part_count = 1;
    expect_refusal(&given, GDX_TOO_LARGE, "places", "1048577 in the document, expected at most 1048576");
    free(parts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_and_places_are_taken_as_they_are),
        cmocka_unit_test(a_wrong_place_is_refused),
        cmocka_unit_test(a_wrong_part_is_refused),
        cmocka_unit_test(too_many_parts_or_places_are_refused),
        cmocka_unit_test(a_text_of_2_gib_is_too_large_whatever_the_limit),
    };
    return cmocka_run_group_tests_name("given documents", tests, NULL, NULL);
}
