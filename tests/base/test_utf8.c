// SPDX-License-Identifier: Apache-2.0
// test_utf8.c: decoding, encoding, validity and repair of UTF-8 against twins that read Unicode's definition word by
// word. Every variant of the validator that this processor runs is held to them.

#include "gdx/processor.h"
#include "gdx/utf8.h"
#include "utf8_valid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t random_state;

static uint32_t next_random(void) {
    random_state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = random_state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(z ^ (z >> 31));
}

static int seed_random(void **state) {
    (void)state;
    const char *given = getenv("GDX_SEED");
    random_state = given ? strtoull(given, NULL, 0) : 20230506;
    print_message("seed %llu\n", (unsigned long long)random_state);
    return 0;
}

// The naive twin. Table 3-7 of Unicode, a row each: the ranges of the bytes of every well-formed sequence.
static const uint8_t rows[][9] = {
    {1, 0x00, 0x7f, 0, 0, 0, 0, 0, 0},
    {2, 0xc2, 0xdf, 0x80, 0xbf, 0, 0, 0, 0},
    {3, 0xe0, 0xe0, 0xa0, 0xbf, 0x80, 0xbf, 0, 0},
    {3, 0xe1, 0xec, 0x80, 0xbf, 0x80, 0xbf, 0, 0},
    {3, 0xed, 0xed, 0x80, 0x9f, 0x80, 0xbf, 0, 0},
    {3, 0xee, 0xef, 0x80, 0xbf, 0x80, 0xbf, 0, 0},
    {4, 0xf0, 0xf0, 0x90, 0xbf, 0x80, 0xbf, 0x80, 0xbf},
    {4, 0xf1, 0xf3, 0x80, 0xbf, 0x80, 0xbf, 0x80, 0xbf},
    {4, 0xf4, 0xf4, 0x80, 0x8f, 0x80, 0xbf, 0x80, 0xbf},
};

// How many bytes at `at` are those of row `row`.
static size_t match_row(const uint8_t *row, const uint8_t *at, size_t bytes) {
    size_t i = 0;
    while (i < row[0] && i < bytes && at[i] >= row[1 + 2 * i] && at[i] <= row[2 + 2 * i])
        i++;
    return i;
}

static uint64_t naive_repair(const uint8_t *data, size_t bytes, gdx_buffer *out) {
    uint64_t replaced = 0;
    for (size_t at = 0; at < bytes;) {
        size_t longest = 0;
        bool whole = false;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            size_t matched = match_row(rows[i], data + at, bytes - at);
            if (matched > longest) {
                longest = matched;
                whole = matched == rows[i][0];
            }
        }
        if (longest == 0)
            longest = 1;
        assert_int_equal(whole ? gdx_buffer_append(out, data + at, longest) : gdx_buffer_append(out, "\xef\xbf\xbd", 3),
                         GDX_OK);
        replaced += !whole;
        at += longest;
    }
    return replaced;
}

// The chooser at every level; the variants directly, which it leaves out for short texts.
static void assert_all_variants_say(gdx_slice slice, bool expected) {
    const uint8_t *data = (const uint8_t *)slice.data;
    for (int level = 0; level <= (int)gdx_processor_best(); level++) {
        gdx_processor_limit((gdx_processor)level);
        if (gdx_utf8_valid(slice) != expected)
            fail_msg("%zu bytes: the %s variant does not say %d", slice.bytes, gdx_processor_name((gdx_processor)level),
                     expected);
    }
    gdx_processor_limit(GDX_PROCESSORS);
    assert_int_equal(utf8_valid_plain(data, slice.bytes), expected);
#ifdef __x86_64__
    if (gdx_processor_best() >= GDX_PROCESSOR_V3)
        assert_int_equal(utf8_valid_v3(data, slice.bytes), expected);
#endif
}

// Compares all variants on a fresh copy, so that a sanitizer reports a read after its end.
static void check_against_twin(const uint8_t *data, size_t bytes) {
    uint8_t *copy = malloc(bytes + 1); // + 1 in front: addresses of every alignment
    assert_non_null(copy);
    memcpy(copy + 1, data, bytes);
    gdx_slice slice = {(const char *)copy + 1, bytes};
    gdx_buffer expected = {0}, repaired = {0};
    uint64_t replaced = 0;
    uint64_t wanted = naive_repair(copy + 1, bytes, &expected);
    assert_int_equal(gdx_utf8_repair(slice, &repaired, &replaced), GDX_OK);
    assert_int_equal(replaced, wanted);
    assert_true(gdx_slice_equal(gdx_buffer_slice(&repaired), gdx_buffer_slice(&expected)));
    assert_all_variants_say(slice, wanted == 0);
    assert_true(gdx_utf8_valid(gdx_buffer_slice(&repaired)));
    gdx_buffer_clear(&expected);
    gdx_buffer_clear(&repaired);
    free(copy);
}

static size_t put_random_piece(uint8_t *to) {
    static const char *const pieces[] = {"a",
                                         "Z9 ",
                                         "中",
                                         "全球",
                                         "\xc3\xa9",
                                         "\xf0\x9f\x98\x80",
                                         "\xed\xa0\x80",
                                         "\xc0",
                                         "\xf4\x90",
                                         "\xe0\x9f",
                                         "\xe4\xb8",
                                         "\xf0\x8f",
                                         "\xff",
                                         "\x80",
                                         "\xf1\x80\x80",
                                         "\xef\xbf\xbd",
                                         "................................"};
    if (next_random() % 3 == 0) {
        *to = (uint8_t)next_random();
        return 1;
    }
    size_t bad_too = next_random() % 4 ? 6 : sizeof pieces / sizeof *pieces;
    const char *piece = pieces[next_random() % bad_too];
    size_t bytes = strlen(piece);
    memcpy(to, piece, bytes);
    return bytes;
}

static void random_bytes_are_judged_and_repaired_like_the_naive_twin(void **state) {
    (void)state;
    uint8_t data[400];
    for (int round = 0; round < 60000; round++) {
        size_t limit = next_random() % 300, bytes = 0;
        while (bytes < limit)
            bytes += put_random_piece(data + bytes);
        check_against_twin(data, bytes);
    }
}

// Every pair and many triples, at every place of a vector and across its ends.
static void every_short_sequence_at_every_place_is_judged_like_the_naive_twin(void **state) {
    (void)state;
    uint8_t data[140];
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            size_t at = (first * 7 + second * 13) % 100;
            memset(data, 'x', sizeof data);
            data[at] = (uint8_t)first;
            data[at + 1] = (uint8_t)second;
            check_against_twin(data, at + 2);
            data[at + 2] = 0xbf;
            check_against_twin(data, at + 3);
            data[at + 3] = 0x80;
            check_against_twin(data, at + 4);
            check_against_twin(data, at + 30);
        }
    }
}

// The naive twin of the encoder: the bits of table 3-6 of Unicode, spelled out one by one.
static size_t encode_naively(uint32_t code, uint8_t *to) {
    static const char *const patterns[] = {"0xxxxxxx", "110xxxxx10xxxxxx", "1110xxxx10xxxxxx10xxxxxx",
                                           "11110xxx10xxxxxx10xxxxxx10xxxxxx"};
    const char *pattern = patterns[code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3];
    size_t bits = strlen(pattern);
    memset(to, 0, GDX_UTF8_BYTES);
    for (size_t i = bits; i-- > 0;) {
        bool bit = pattern[i] == 'x' ? code & 1 : pattern[i] == '1';
        if (pattern[i] == 'x')
            code >>= 1;
        if (bit)
            to[i / 8] |= (uint8_t)(128 >> i % 8);
    }
    return bits / 8;
}

static void every_code_point_is_encoded_like_the_twin_and_decoded_again(void **state) {
    (void)state;
    for (uint32_t code = 0; code < GDX_CODE_POINTS; code++) {
        uint8_t expected[GDX_UTF8_BYTES], written[GDX_UTF8_BYTES];
        size_t bytes = encode_naively(code, expected);
        assert_int_equal(gdx_utf8_encode(written, code), bytes);
        assert_memory_equal(written, expected, bytes);
        assert_int_equal(gdx_utf8_sequence_bytes(written[0]), bytes);
        bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
        uint32_t read;
        size_t used = gdx_utf8_decode(written, bytes, &read);
        assert_int_equal(used, is_surrogate ? 1 : bytes);
        assert_int_equal(read, is_surrogate ? GDX_ILL_FORMED : code);
        assert_int_equal(gdx_utf8_decode_valid(written, &used), code);
        assert_int_equal(used, bytes);
        for (size_t cut = 1; cut < bytes && !is_surrogate; cut++) { // the start alone is one ill-formed subsequence
            assert_int_equal(gdx_utf8_decode(written, cut, &read), cut);
            assert_int_equal(read, GDX_ILL_FORMED);
        }
    }
}

static void every_code_point_is_valid_and_every_surrogate_is_not(void **state) {
    (void)state;
    uint8_t data[66];
    for (uint32_t c = 0x800; c < GDX_CODE_POINTS; c++) {
        uint8_t sequence[GDX_UTF8_BYTES];
        memset(data, 'x', sizeof data);
        size_t bytes = encode_naively(c, sequence);
        memcpy(data + 61 - (c & 31), sequence, bytes);
        bool expected = c < 0xd800 || c > 0xdfff;
        gdx_slice slice = {(char *)data, sizeof data};
        assert_int_equal(gdx_utf8_valid(slice), expected);
        assert_int_equal(utf8_valid_plain(data, sizeof data), expected);
    }
}

static void a_text_is_cut_between_characters(void **state) {
    (void)state;
    const gdx_slice text = gdx_slice_of("a\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80");
    static const size_t kept[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
    for (size_t limit = 0; limit < sizeof kept / sizeof *kept; limit++) {
        gdx_slice cut = gdx_utf8_cut(text, limit);
        assert_int_equal(cut.bytes, kept[limit]);
        assert_ptr_equal(cut.data, text.data);
    }
}

struct repair_case {
    const char *bytes;
    const char *text;
    uint64_t replaced;
};

static void the_examples_of_the_unicode_standard_are_repaired_as_it_requires(void **state) {
    (void)state;
#define R "\xef\xbf\xbd"
    static const struct repair_case cases[] = {
        {"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", R R R R R R R R "A", 8},   // table 3-8
        {"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", R R R R R R R R "A", 8},   // table 3-9
        {"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", R R R R R "A" R R "B", 7}, // table 3-10
        {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", R R R R "A", 4},           // table 3-11
        {"\xe4\xb8", R, 1},
        {"\xe4\xb8\xad\xe5\x9b", "中" R, 1},
        {"", "", 0},
    };
#undef R
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gdx_buffer out = {0};
        uint64_t replaced = 0;
        assert_int_equal(gdx_utf8_repair(gdx_slice_of(cases[i].bytes), &out, &replaced), GDX_OK);
        assert_true(gdx_slice_equal(gdx_buffer_slice(&out), gdx_slice_of(cases[i].text)));
        assert_int_equal(replaced, cases[i].replaced);
        gdx_buffer_clear(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(random_bytes_are_judged_and_repaired_like_the_naive_twin, seed_random),
        cmocka_unit_test(every_short_sequence_at_every_place_is_judged_like_the_naive_twin),
        cmocka_unit_test(every_code_point_is_encoded_like_the_twin_and_decoded_again),
        cmocka_unit_test(a_text_is_cut_between_characters),
        cmocka_unit_test(every_code_point_is_valid_and_every_surrogate_is_not),
        cmocka_unit_test(the_examples_of_the_unicode_standard_are_repaired_as_it_requires),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
