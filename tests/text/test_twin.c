// SPDX-License-Identifier: Apache-2.0
// test_twin.c: the module against the plain rule: every code point, alone and in contexts, and random sentences.

#include "holds.h"

#include "gdx/text.h"
#include "tables.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <utf8proc.h>

static uint64_t random_state;

static uint32_t next_random(void) { // splitmix64
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
    print_message("seed %" PRIu64 "\n", random_state);
    return 0;
}

static void append(gdx_buffer *text, const char *piece) {
    assert_int_equal(gdx_buffer_append(text, piece, strlen(piece)), GDX_OK);
}

static void append_code_point(gdx_buffer *text, uint32_t code_point) {
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t count = utf8proc_encode_char((utf8proc_int32_t)code_point, bytes);
    assert_int_equal(gdx_buffer_append(text, bytes, (size_t)count), GDX_OK);
}

static bool is_surrogate(uint32_t code_point) {
    return code_point >= 0xd800 && code_point <= 0xdfff;
}

static void every_code_point_alone_equals_the_plain_rule(void **state) {
    (void)state;
    gdx_buffer text = {0};
    for (uint32_t first = 0; first < 0x110000; first += 256) {
        text.bytes = 0;
        for (uint32_t c = first; c < first + 256; c++) {
            if (is_surrogate(c))
                continue;
            append_code_point(&text, c);
            append(&text, "\n");
        }
        const char *broken = symbols_equal_plain(gdx_buffer_slice(&text));
        if (broken)
            fail_msg("U+%04X..: %s", first, broken);
    }
    gdx_buffer_clear(&text);
}

// After a base, before marks, between characters of each kind of run. Line feeds separate the contexts.
static void append_contexts(gdx_buffer *text, uint32_t c) {
    static const char *const before[] = {"e",   "か",     "\u1112", "하", "中", "９",
                                         "ab1", "\u0301", "\u200d", "km", "2",  ""};
    static const char *const behind[] = {"\u0301", "\u3099", "\u0338", "\ufe0f", "\u200d", "\u1161",
                                         "\u11ab", "中",     "a",      "7",      "-\na"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        append(text, before[i]);
        append_code_point(text, c);
        append(text, i % 2 ? "\n中" : "\n");
    }
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        append_code_point(text, c);
        append(text, behind[i]);
        append(text, i % 2 ? "文\n" : "\n");
    }
}

// Nearly all of Unicode is ideographs, unassigned and private characters that fold to themselves. All of them are
// treated alike, so one in 61 is enough.
static bool is_worth_contexts(uint32_t c) {
    if (is_surrogate(c))
        return false;
    bool is_like_others = text_entry(gdx_rule_current(), c) == (uint32_t)TEXT_SINGLE << TEXT_KIND_SHIFT;
    return !is_like_others || c % 61 == 0;
}

static void every_code_point_in_contexts_equals_the_plain_rule(void **state) {
    (void)state;
    gdx_buffer text = {0};
    for (uint32_t c = 0; c < 0x110000; c++) {
        if (!is_worth_contexts(c))
            continue;
        text.bytes = 0;
        append_contexts(&text, c);
        const char *broken = symbols_equal_plain(gdx_buffer_slice(&text));
        if (broken)
            fail_msg("U+%04X in contexts: %s", c, broken);
    }
    gdx_buffer_clear(&text);
}

// clang-format off
static const char *const pieces[] = {
    "中", "国", "產", "，", "。", "…", "—", "a", "Z", "9", " ", "\n", "-", "e", "\u0301", "\u0323",
    "\u0338", "\u0345", "か", "\u3099", "\u309a", "ﾞ", "ｶ", "ﾊ", "ﾟ", "\u1100", "\u1161", "\u11a8", "가",
    "ㄱ", "ㅏ", "ㄳ", "\u200d", "\ufe0f", "\ufeff", "\u00ad", "👩", "🏽", "❤", "ß", "İ", "ﬁ", "½",
    "①", "Ⅳ", "ﷺ", "é", "ω", "я", "ש", "\u05b8", "ก", "\u0e33", "\u0e49", "ខ", "\u17d2", "မ",
    "\u1039", "\u0f71", "\u0f72", "\u0f74", "\u0f73", "𠀀", "\U0001d15e", "\U0001d165", "\U00011099",
    "\U000110ba", "\u09c7", "\u09be", "\ufffd", "\ue000", "\u0378", "\u3000", "\u2028", "《", "㍿", "́", "=",
    "<", "豈", "\u0344", "\u1fb3", "\U000e0100", "\u115f", "\u3164", "\uffa0", "ￂ", "ﾡ", "abcdefghijklmnop",
    "全球产业链重构", "\u034f", "\u180e", "\u00ad", "-\n", "\u2010", "\r\n", "²", "³", "m", "km", "Ⅱ",
    "ⅿ", "2", "１", "㎡", "❶", "™", "’", "“", "「", "・", "–", "⻄", "著", "裏", "㏠",
    "\u2028",
};
// clang-format on

static const char *random_piece(void) {
    return pieces[next_random() % (sizeof pieces / sizeof *pieces)];
}

static void check_all(gdx_slice text) {
    const char *broken = symbols_equal_plain(text);
    if (!broken)
        broken = spans_hold(text);
    if (broken)
        fail_msg("%s: \"%.*s\"", broken, GDX_SLICE_ARGUMENTS(text));
}

static void random_sentences_equal_the_plain_rule(void **state) {
    (void)state;
    gdx_buffer text = {0};
    for (int round = 0; round < 20000; round++) {
        text.bytes = 0;
        for (uint32_t left = next_random() % 24; left; left--)
            append(&text, random_piece());
        check_all(gdx_buffer_slice(&text));
    }
    gdx_buffer_clear(&text);
}

static void random_code_points_in_a_row_equal_the_plain_rule(void **state) {
    (void)state;
    gdx_buffer text = {0};
    for (int round = 0; round < 20000; round++) {
        text.bytes = 0;
        for (uint32_t left = next_random() % 12; left; left--) {
            uint32_t c = next_random() % (next_random() % 4 ? 0x3100 : 0x20000);
            append_code_point(&text, is_surrogate(c) ? 'x' : c);
        }
        check_all(gdx_buffer_slice(&text));
    }
    gdx_buffer_clear(&text);
}

// Longer than the room made at once, so that runs are cut by it at any place.
static void long_random_texts_equal_the_plain_rule(void **state) {
    (void)state;
    gdx_buffer text = {0};
    for (int round = 0; round < 30; round++) {
        text.bytes = 0;
        const char *piece = random_piece();
        while (text.bytes < 40000) {
            if (next_random() % 64 == 0)
                piece = random_piece();
            append(&text, next_random() % 8 ? piece : random_piece());
        }
        gdx_slice slice = gdx_buffer_slice(&text);
        const char *broken = has_overlong_cluster(slice) ? NULL : symbols_equal_plain(slice);
        if (!broken)
            broken = checkpoints_hold(slice);
        if (broken)
            fail_msg("round %d: %s", round, broken);
    }
    gdx_buffer_clear(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_alone_equals_the_plain_rule),
        cmocka_unit_test(every_code_point_in_contexts_equals_the_plain_rule),
        cmocka_unit_test_setup(random_sentences_equal_the_plain_rule, seed_random),
        cmocka_unit_test_setup(random_code_points_in_a_row_equal_the_plain_rule, seed_random),
        cmocka_unit_test_setup(long_random_texts_equal_the_plain_rule, seed_random),
    };
    return cmocka_run_group_tests_name("text: twin", tests, NULL, NULL);
}
