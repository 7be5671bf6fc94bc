// SPDX-License-Identifier: Apache-2.0
// test_white.c: white space, control and ignorable characters against a character database, and trimming against a twin
// that removes one character at a time from an array of code points.

#include "../property/random.h"
#include "gdx/white.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <utf8proc.h>

enum { SEED = 20261128, ROUNDS = 50000, CHARACTERS_MAX = 12 };

// White_Space is the separators and the control characters that lay text out.
static void every_code_point_is_white_or_control_as_the_character_database_says(void **state) {
    (void)state;
    unsigned white = 0;
    for (uint32_t code = 0; code < GDX_CODE_POINTS; code++) {
        utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code);
        bool is_separator =
            category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
        bool is_layout = (code >= 9 && code <= 13) || code == 0x85;
        assert_int_equal(gdx_is_white(code), is_separator || is_layout);
        assert_int_equal(gdx_is_control(code), category == UTF8PROC_CATEGORY_CC);
        white += gdx_is_white(code);
    }
    assert_int_equal(white, 25);
}

static void every_code_point_is_ignorable_as_the_character_database_says(void **state) {
    (void)state;
    unsigned ignorable = 0;
    for (uint32_t code = 0; code < GDX_CODE_POINTS; code++) {
        // Reserved code points are ignorable too, and utf8proc says nothing of those.
        bool is_reserved = utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_CN;
        if (!is_reserved)
            assert_int_equal(gdx_is_ignorable(code), utf8proc_get_property((utf8proc_int32_t)code)->ignorable);
        ignorable += gdx_is_ignorable(code);
    }
    assert_int_equal(ignorable, 4174);
}

static const uint32_t characters[] = {' ', '\n', 0x85, 0xa0, 0x3000, 0x2009, 0x2028, 'a', 0x4e2d, 0x1f600, 0x200b};

struct text {
    uint32_t codes[CHARACTERS_MAX];
    size_t count;
    uint8_t bytes[CHARACTERS_MAX * GDX_UTF8_BYTES];
    size_t byte_count;
};

static struct text make_text(const uint32_t *codes, size_t count) {
    struct text text = {.count = count};
    for (size_t i = 0; i < count; i++) {
        text.codes[i] = codes[i];
        text.byte_count += gdx_utf8_encode(text.bytes + text.byte_count, codes[i]);
    }
    return text;
}

static void assert_is(gdx_slice found, const struct text *expected) {
    assert_int_equal(found.bytes, expected->byte_count);
    if (found.bytes)
        assert_memory_equal(found.data, expected->bytes, found.bytes);
}

static void a_text_is_trimmed_like_its_code_points_one_by_one(void **state) {
    (void)state;
    random_state random = {SEED};
    print_message("seed %d\n", SEED);
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t codes[CHARACTERS_MAX];
        size_t count = random_below(&random, CHARACTERS_MAX + 1);
        for (size_t i = 0; i < count; i++)
            codes[i] = characters[random_below(&random, sizeof characters / sizeof *characters)];
        struct text text = make_text(codes, count);
        size_t first = 0, end = count;
        while (first < end && gdx_is_white(codes[first]))
            first++;
        struct text from_start = make_text(codes + first, end - first);
        while (end > first && gdx_is_white(codes[end - 1]))
            end--;
        struct text whole = make_text(codes + first, end - first);
        gdx_slice slice = {(const char *)text.bytes, text.byte_count};
        assert_is(gdx_trim_start(slice), &from_start);
        assert_is(gdx_trim(slice), &whole);
    }
    assert_int_equal(gdx_trim((gdx_slice){NULL, 0}).bytes, 0);
}

static void bytes_that_are_not_utf_8_are_not_white_space(void **state) {
    (void)state;
    static const char *const texts[] = {"\x85", "\xa0", "\xe3\x80", "\xc2", "\x80\x80", "\xe2\x80"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_true(gdx_slice_equal(gdx_trim(gdx_slice_of(texts[i])), gdx_slice_of(texts[i])));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_white_or_control_as_the_character_database_says),
        cmocka_unit_test(every_code_point_is_ignorable_as_the_character_database_says),
        cmocka_unit_test(a_text_is_trimmed_like_its_code_points_one_by_one),
        cmocka_unit_test(bytes_that_are_not_utf_8_are_not_white_space),
    };
    return cmocka_run_group_tests_name("white", tests, NULL, NULL);
}
