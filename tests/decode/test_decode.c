// SPDX-License-Identifier: Apache-2.0
// test_decode.c: the usual encodings, given and guessed, clean and damaged.

#include "gdx/decode.h"

#include <errno.h>
#include <iconv.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static const char chinese[] =
    "近年来，全球产业链在市场和非市场的多重因素冲击下快速重构，全球化进程显著放缓甚至出现倒退。\n"
    "2001 年中国加入世贸组织（WTO）更成为一个加速器。\n";
static const char traditional[] = "近年來，全球產業鏈在市場和非市場的多重因素衝擊下快速重構，全球化進程顯著放緩。\n"
                                  "2001 年中國加入世貿組織（WTO）。\n";

// What iconv makes of UTF-8 in another encoding.
static gdx_buffer encode(const char *text, const char *encoding) {
    gdx_buffer out = {0};
    iconv_t converter = iconv_open(encoding, "UTF-8");
    assert_true(converter != (iconv_t)-1);
    size_t left = strlen(text), room = left * 4 + 16;
    assert_int_equal(gdx_buffer_reserve(&out, room), GDX_OK);
    char *from = (char *)text, *to = (char *)out.data;
    assert_true(iconv(converter, &from, &left, &to, &room) != (size_t)-1);
    assert_true(iconv(converter, NULL, NULL, &to, &room) != (size_t)-1);
    iconv_close(converter);
    out.bytes = (size_t)(to - (char *)out.data);
    return out;
}

static void check(const char *given, gdx_slice bytes, const char *expected, const char *encoding, uint64_t replaced) {
    gdx_decoder *decoder = NULL;
    gdx_error err = {0};
    gdx_decoded decoded = {0};
    assert_int_equal(gdx_decoder_new(given, &decoder, &err), GDX_OK);
    for (int round = 0; round < 2; round++) { // a decoder is used again and again
        if (gdx_decode(decoder, bytes, &decoded, &err) != GDX_OK)
            fail_msg("%s", err.message);
        if (!gdx_slice_equal(decoded.text, gdx_slice_of(expected)))
            fail_msg("from %s: got '%.*s', expected '%s'", decoded.encoding, GDX_SLICE_ARGUMENTS(decoded.text),
                     expected);
        if (encoding)
            assert_string_equal(decoded.encoding, encoding);
        assert_int_equal(decoded.replaced, replaced);
    }
    gdx_decoder_free(decoder);
}

static void check_round_trip(const char *given, const char *text, const char *encoding) {
    gdx_buffer bytes = encode(text, encoding);
    check(given, gdx_buffer_slice(&bytes), text, NULL, 0);
    gdx_buffer_clear(&bytes);
}

static void clean_utf8_is_passed_through_without_a_copy(void **state) {
    (void)state;
    gdx_decoder *decoder = NULL;
    gdx_decoded decoded = {0};
    assert_int_equal(gdx_decoder_new(NULL, &decoder, NULL), GDX_OK);
    assert_int_equal(gdx_decode(decoder, gdx_slice_of(chinese), &decoded, NULL), GDX_OK);
    assert_ptr_equal(decoded.text.data, chinese);
    assert_int_equal(decoded.text.bytes, strlen(chinese));
    assert_string_equal(decoded.encoding, "UTF-8");
    gdx_decoder_free(decoder);
}

static void a_byte_order_mark_decides_and_is_removed(void **state) {
    (void)state;
    check(NULL, gdx_slice_of("\xef\xbb\xbf标题"), "标题", "UTF-8", 0);
    check("UTF-8", gdx_slice_of("\xef\xbb\xbf标题"), "标题", "UTF-8", 0);
    check(NULL, (gdx_slice){"\xff\xfe\x2d\x4e", 4}, "中", "UTF-16LE", 0);
    check(NULL, (gdx_slice){"\xfe\xff\x4e\x2d", 4}, "中", "UTF-16BE", 0);
    check(NULL, (gdx_slice){"\0\0\xfe\xff\0\0\x4e\x2d", 8}, "中", "UTF-32BE", 0);
    check(NULL, (gdx_slice){"\xff\xfe\0\0\x2d\x4e\0\0", 8}, "中", "UTF-32LE", 0);
    check("UTF-16", (gdx_slice){"\xff\xfe\x2d\x4e", 4}, "中", "UTF-16LE", 0);
    check("UTF-16", (gdx_slice){"\xfe\xff\x4e\x2d", 4}, "中", "UTF-16BE", 0);
    check("UTF-16LE", (gdx_slice){"\xff\xfe\x2d\x4e", 4}, "中", "UTF-16LE", 0);
    check(NULL, (gdx_slice){"\xff\xfe", 2}, "", "UTF-16LE", 0);
}

static void empty_and_ascii_text_is_utf8(void **state) {
    (void)state;
    check(NULL, gdx_slice_of(""), "", "UTF-8", 0);
    check(NULL, (gdx_slice){NULL, 0}, "", "UTF-8", 0);
    check(NULL, gdx_slice_of("WTO rules"), "WTO rules", "UTF-8", 0);
    check("GB18030", gdx_slice_of(""), "", "GB18030", 0);
}

static void a_given_encoding_is_used(void **state) {
    (void)state;
    static const char *const encodings[] = {"GB18030", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-8", "gb18030"};
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
        check_round_trip(encodings[i], chinese, encodings[i]);
    check_round_trip("Big5", traditional, "Big5");
    check_round_trip("GB18030", "𠀀😀龦", "GB18030");
}

static void chinese_encodings_are_guessed(void **state) {
    (void)state;
    check_round_trip(NULL, chinese, "GB18030");
    check_round_trip(NULL, traditional, "Big5");
    check_round_trip(NULL, chinese, "UTF-16");
    check_round_trip(NULL, chinese, "UTF-16LE");
    check_round_trip(NULL, chinese, "UTF-16BE");
    check_round_trip(NULL, "全球产业链", "GB18030");
    check_round_trip(NULL, "关税", "GB18030");
    check_round_trip(NULL, "plain English words, by a Windows program\r\n", "UTF-16LE");
    check_round_trip(NULL, "plain English words, by a Windows program\r\n", "UTF-16BE");
}

static void short_chinese_texts_are_guessed(void **state) {
    (void)state;
    static const char *const simplified[] = {"关税",     "贸易战",        "产业链重构",
                                             "WTO 规则", "2023 年，中国", "友岸外包（近岸化）"};
    static const char *const unsimplified[] = {"關稅", "貿易戰", "產業鏈重構", "WTO 規則", "貿易保護主義，"};
    for (size_t i = 0; i < sizeof simplified / sizeof *simplified; i++)
        check_round_trip(NULL, simplified[i], "GB18030");
    for (size_t i = 0; i < sizeof unsimplified / sizeof *unsimplified; i++)
        check_round_trip(NULL, unsimplified[i], "BIG5");
}

static void other_languages_are_not_mistaken_for_chinese(void **state) {
    (void)state;
    static const char japanese[] = "グローバルサプライチェーンの再構築と貿易について";
    check_round_trip(NULL, japanese, "EUC-JP");
    check_round_trip(NULL, japanese, "SHIFT_JIS");
    check_round_trip(NULL, "글로벌 공급망 재편과 무역 거버넌스 개혁에 대하여", "EUC-KR");
    check_round_trip(
        NULL, "La réforme de la gouvernance du commerce mondial a été décidée à l'étranger: une étape très différée",
        "WINDOWS-1252");
    check_round_trip(NULL, "Реформа глобального управления торговлей", "WINDOWS-1251");
}

static void the_guess_looks_after_a_long_run_of_ascii(void **state) {
    (void)state;
    gdx_buffer text = {0};
    for (int i = 0; i < 20000; i++)
        assert_int_equal(gdx_buffer_append(&text, "<head>\n", 7), GDX_OK);
    assert_int_equal(gdx_buffer_append(&text, chinese, sizeof chinese), GDX_OK); // with its zero
    check_round_trip(NULL, (const char *)text.data, "GB18030");
    gdx_buffer_clear(&text);
}

static void one_bad_byte_does_not_turn_utf8_into_another_encoding(void **state) {
    (void)state;
    check(NULL, gdx_slice_of("全球产\xe4\xb8业链重构，贸易治理"), "全球产\xef\xbf\xbd业链重构，贸易治理", "UTF-8", 1);
    check(NULL, gdx_slice_of("全球产业链\xe9"), "全球产业链\xef\xbf\xbd", "UTF-8", 1);
    check("UTF-8", gdx_slice_of("\xff\xfe"), "\xef\xbf\xbd\xef\xbf\xbd", "UTF-8", 2);
}

static void utf8_with_zero_bytes_stays_utf8(void **state) {
    (void)state;
    gdx_decoder *decoder = NULL;
    gdx_decoded decoded = {0};
    gdx_slice text = {"ab\0cd\0ef\0中\0", 13};
    assert_int_equal(gdx_decoder_new(NULL, &decoder, NULL), GDX_OK);
    assert_int_equal(gdx_decode(decoder, text, &decoded, NULL), GDX_OK);
    assert_true(gdx_slice_equal(decoded.text, text));
    gdx_decoder_free(decoder);
}

static void bad_bytes_become_replacements_and_the_rest_stays(void **state) {
    (void)state;
    check("GB18030", gdx_slice_of("\xc8\xab\xff\xc7\xf2"), "全\xef\xbf\xbd球", "GB18030", 1);
    check("GB18030", gdx_slice_of("\xc8\xab\xc7\n\xc7\xf2"), "全\xef\xbf\xbd\n球", "GB18030", 1);
    check("GB18030", gdx_slice_of("\xc8\xab\xc7"), "全\xef\xbf\xbd", "GB18030", 1);
    check("Big5", gdx_slice_of("\xff\xa4\xa4"), "\xef\xbf\xbd中", "Big5", 1);
    check("UTF-16LE", (gdx_slice){"\x2d\x4e\x00\xd8\x2d\x4e", 6}, "中\xef\xbf\xbd中", "UTF-16LE", 1);
    check("UTF-16LE", (gdx_slice){"\x2d\x4e\x2d", 3}, "中\xef\xbf\xbd", "UTF-16LE", 1);
    check("UTF-16BE", (gdx_slice){"\xdc\x00\x4e\x2d", 4}, "\xef\xbf\xbd中", "UTF-16BE", 1);
    check("UTF-16", (gdx_slice){"\xff\xfe\x2d\x4e\x3d\xd8\x00\xde", 8}, "中😀", "UTF-16LE", 0);
}

static void many_bad_bytes_are_all_counted(void **state) {
    (void)state;
    gdx_buffer bytes = {0}, expected = {0};
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(gdx_buffer_append(&bytes, "\xff", 1), GDX_OK);
        assert_int_equal(gdx_buffer_append(&expected, "\xef\xbf\xbd", 3), GDX_OK);
    }
    assert_int_equal(gdx_buffer_append(&expected, "", 1), GDX_OK);
    check("GB18030", gdx_buffer_slice(&bytes), (const char *)expected.data, "GB18030", 100000);
    check("UTF-8", gdx_buffer_slice(&bytes), (const char *)expected.data, "UTF-8", 100000);
    gdx_buffer_clear(&bytes);
    gdx_buffer_clear(&expected);
}

static void an_unknown_encoding_is_refused_with_its_name(void **state) {
    (void)state;
    static const char *const names[] = {"no-such-encoding", "", "UTF-8//IGNORE",
                                        "a name much longer than any that a table of encodings ever had in it"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        gdx_decoder *decoder = NULL;
        gdx_error err = {0};
        assert_int_equal(gdx_decoder_new(names[i], &decoder, &err), GDX_INVALID);
        assert_null(decoder);
        assert_non_null(strstr(err.message, "not known"));
    }
}

static void big5_has_the_characters_of_hong_kong(void **state) {
    (void)state;
    static const char cantonese[] = "佢喺度傾供應鏈嘅安全，講咗啲嘢"; // Big5 of old has no 喺 嘅 咗 啲
    gdx_buffer bytes = encode(cantonese, "BIG5-HKSCS");
    check(NULL, gdx_buffer_slice(&bytes), cantonese, NULL, 0);
    check("Big5", gdx_buffer_slice(&bytes), cantonese, "Big5", 0);
    gdx_buffer_clear(&bytes);
}

// ---- an ill-formed byte costs itself alone

struct double_byte {
    const char *name;
    const char *letters; // of two bytes each, here of three
    const char *cut;     // a lead byte, and what cannot follow it
};

static const struct double_byte encodings[] = {
    {"GB18030", "全球产业链重构贸易治理", "\xb0\n"},   {"BIG5-HKSCS", "佢喺度傾供應鏈嘅安全", "\xb0\n"},
    {"EUC-JP", "日本語の文章グローバル", "\xb0\n"},    {"EUC-KR", "글로벌공급망재편무역", "\xb0\n"},
    {"SHIFT_JIS", "日本語の文章グローバル", "\x90\n"},
};

// Pairs in the shape of a character for which the encoding has none.
static gdx_buffer unassigned_pairs(const char *encoding) {
    gdx_buffer pairs = {0};
    iconv_t converter = iconv_open("UTF-8", encoding);
    for (unsigned i = 0; i < 0x5e * 0x5e; i++) {
        char pair[2] = {(char)(0xa1 + i / 0x5e), (char)(0xa1 + i % 0x5e)}, to[8];
        char *in = pair, *end = to;
        size_t left = 2, room = sizeof to;
        iconv(converter, NULL, NULL, NULL, NULL);
        if (iconv(converter, &in, &left, &end, &room) == (size_t)-1 && errno == EILSEQ && in == pair)
            assert_int_equal(gdx_buffer_append(&pairs, pair, 2), GDX_OK);
    }
    iconv_close(converter);
    return pairs;
}

// Characters of the encoding with ill-formed bytes between some of them; returns how many.
static uint64_t make_broken(const struct double_byte *of, gdx_slice pairs, gdx_buffer *bytes, gdx_buffer *expected) {
    uint64_t broken = 0;
    for (int i = 0; i < 40; i++) {
        char letter[4] = {0};
        memcpy(letter, of->letters + (size_t)rand() % (strlen(of->letters) / 3) * 3, 3);
        gdx_buffer encoded = encode(letter, of->name);
        gdx_slice bad = {"", 0};
        int choice = rand() % 4;
        if (choice == 1)
            bad = gdx_slice_of("\xff");
        else if (choice == 2)
            bad = gdx_slice_of(of->cut);
        else if (choice == 3 && pairs.bytes)
            bad = (gdx_slice){pairs.data + (size_t)rand() % (pairs.bytes / 2) * 2, 2};
        size_t said = bad.bytes ? choice == 2 ? 4 : 3 : 0;
        assert_int_equal(gdx_buffer_append(bytes, encoded.data, encoded.bytes), GDX_OK);
        assert_int_equal(gdx_buffer_append(bytes, bad.data, bad.bytes), GDX_OK);
        assert_int_equal(gdx_buffer_append(expected, letter, 3), GDX_OK);
        assert_int_equal(gdx_buffer_append(expected, "\xef\xbf\xbd\n", said), GDX_OK);
        broken += said > 0;
        gdx_buffer_clear(&encoded);
    }
    assert_int_equal(gdx_buffer_append(expected, "", 1), GDX_OK);
    return broken;
}

static void an_ill_formed_byte_never_takes_its_neighbour(void **state) {
    (void)state;
    const char *given = getenv("GDX_SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    print_message("GDX_SEED=%u\n", seed);
    srand(seed);
    for (size_t which = 0; which < sizeof encodings / sizeof *encodings; which++) {
        gdx_buffer pairs = unassigned_pairs(encodings[which].name);
        for (int round = 0; round < 100; round++) {
            gdx_buffer bytes = {0}, expected = {0};
            uint64_t broken = make_broken(&encodings[which], gdx_buffer_slice(&pairs), &bytes, &expected);
            check(encodings[which].name, gdx_buffer_slice(&bytes), (const char *)expected.data, NULL, broken);
            gdx_buffer_clear(&bytes);
            gdx_buffer_clear(&expected);
        }
        gdx_buffer_clear(&pairs);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_utf8_is_passed_through_without_a_copy),
        cmocka_unit_test(a_byte_order_mark_decides_and_is_removed),
        cmocka_unit_test(empty_and_ascii_text_is_utf8),
        cmocka_unit_test(a_given_encoding_is_used),
        cmocka_unit_test(chinese_encodings_are_guessed),
        cmocka_unit_test(short_chinese_texts_are_guessed),
        cmocka_unit_test(other_languages_are_not_mistaken_for_chinese),
        cmocka_unit_test(the_guess_looks_after_a_long_run_of_ascii),
        cmocka_unit_test(one_bad_byte_does_not_turn_utf8_into_another_encoding),
        cmocka_unit_test(utf8_with_zero_bytes_stays_utf8),
        cmocka_unit_test(bad_bytes_become_replacements_and_the_rest_stays),
        cmocka_unit_test(many_bad_bytes_are_all_counted),
        cmocka_unit_test(big5_has_the_characters_of_hong_kong),
        cmocka_unit_test(an_ill_formed_byte_never_takes_its_neighbour),
        cmocka_unit_test(an_unknown_encoding_is_refused_with_its_name),
    };
    return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
