// SPDX-License-Identifier: Apache-2.0
// test_rule.c: the matching rule by examples. Symbols are written with a space between them, words in brackets.

#include "holds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <utf8proc.h>

#include <cmocka.h>

static gdx_status append_code_point(gdx_buffer *out, uint32_t code_point) {
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t count = utf8proc_encode_char((utf8proc_int32_t)code_point, bytes);
    return gdx_buffer_append(out, bytes, (size_t)count);
}

static void print_symbols(const gdx_symbols *symbols, gdx_buffer *out) {
    for (size_t i = 0; i < symbols->count; i++) {
        uint32_t symbol = symbols->symbols[i];
        gdx_status status = gdx_buffer_append(out, " ", i > 0);
        if (status == GDX_OK && symbol & GDX_WORD_FLAG)
            status = gdx_buffer_append_format(out, "[%.*s]",
                                              GDX_SLICE_ARGUMENTS(gdx_symbols_word(symbols, symbol & ~GDX_WORD_FLAG)));
        else if (status == GDX_OK)
            status = append_code_point(out, symbol);
        assert_int_equal(status, GDX_OK);
    }
    assert_int_equal(gdx_buffer_append(out, "", 1), GDX_OK);
}

static void check_way(gdx_slice text, unsigned options, const char *expected) {
    gdx_symbols symbols = {0};
    gdx_buffer printed = {0};
    cut_or_die(text, options, &symbols);
    print_symbols(&symbols, &printed);
    assert_string_equal((const char *)printed.data, expected);
    gdx_symbols_clear(&symbols);
    gdx_buffer_clear(&printed);
}

static void check_bytes(gdx_slice text, const char *expected) {
    check_way(text, 0, expected);
    check_way(text, GDX_TEXT_SPANS | GDX_TEXT_CHECKPOINTS, expected);
    check_way(text, GDX_TEXT_SLOW, expected);
}

static void check(const char *text, const char *expected) {
    check_bytes(gdx_slice_of(text), expected);
}

static void line_breaks_and_spaces_do_not_break_a_phrase(void **state) {
    (void)state;
    check("区域全面经济\n伙伴关\r\n\r\n系协定", "区 域 全 面 经 济 伙 伴 关 系 协 定");
    check("近岸\n化", "近 岸 化");
    check("近岸\u3000化\t。", "近 岸 化 。");
    check("60—70 年代", "[60] — [70] 年 代");
    check("60 —\u00a070年 代", "[60] — [70] 年 代");
}

static void width_and_case_and_variant_are_folded(void **state) {
    (void)state;
    check("ＷＴＯ", "[wto]");
    check("wto WTO Wto", "[wto] [wto] [wto]");
    check("產業鏈", "产 业 链");
    check("贸易，Ｇ２０。", "贸 易 , [g20] 。");
    check("，、：；？！（）", ", 、 : ; ? ! ( )");
    check("乾", "干");
    check("ÄÉŁ", "[äéł]");
}

static void letters_and_digits_make_words_and_scripts_without_spaces_single_symbols(void **state) {
    (void)state;
    check("WTO规则2023年5G", "[wto] 规 则 [2023] 年 [5g]");
    check("müller's CPTPP", "[müller] ' [s] [cptpp]");
    check("中文〇", "中 文 〇");
    check("ひらカーナ", "ひ ら カ ー ナ");
    check("ㄅㄆ", "ㄅ ㄆ");
    check("한국", "한 국");
    check("ไทย๑", "ไ ท ย ๑");
    check("ລາວ", "ລ າ ວ");
    check("ខ្មែរ", "ខ ្ ម ែ រ");
    check("မြန်", "မ ြ န ်");
    check("𠀀𪚥", "𠀀 𪚥");
    check("Мир عالم हिन्दी ٣٤", "[мир] [عالم] [हिन्दी] [٣٤]");
    check("a中b", "[a] 中 [b]");
}

static void each_punctuation_mark_is_a_symbol_of_its_own(void **state) {
    (void)state;
    check("a-b_c+d", "[a] - [b] _ [c] + [d]");
    check("“友岸外包”——", "“ 友 岸 外 包 ” — —");
    check("5%€√", "[5] % € √");
    check("\ufffd\ue000\u0378\U0010fffd", "\ufffd \ue000 \u0378 \U0010fffd");
    check("a\ufffdb", "[a] \ufffd [b]");
}

static void compatibility_characters_become_their_equivalents(void **state) {
    (void)state;
    check("①②x", "[12x]");
    check("Ⅳ", "[iv]");
    check("½a", "[1] ⁄ [2a]");
    check("ﬁscal", "[fiscal]");
    check("Straße", "[strasse]");
    check("İ", "[i\u0307]");
    check("ﷺ", "[صلى] [الله] [عليه] [وسلم]");
    check("a…b", "[a] . . . [b]");
    check("㎏㍿", "[kg] 株 式 会 社");
    check("x²", "[x2]");
    check("⼀豈", "一 岂");
}

static void invisible_characters_vanish_and_join_their_neighbours(void **state) {
    (void)state;
    check("glo\u00adbal", "[global]");
    check("a\ufeffb", "[ab]");
    check("\ufeff中\u200b国", "中 国");
    check("👩\u200d🚀", "👩 🚀");
    check("👍🏽", "👍 🏽");
    check("❤\ufe0f", "❤");
    check("葛\U000e0100", "葛");
}

static void control_characters_end_words(void **state) {
    (void)state;
    check_bytes((gdx_slice){"a\0b", 3}, "[a] [b]");
    check("a\x1f"
          "b\xc2\x85"
          "c\u2028d",
          "[a] [b] [c] [d]");
    check_bytes((gdx_slice){"\0\n ", 3}, "");
    check("", "");
    check_bytes((gdx_slice){NULL, 0}, "");
}

static void marks_compose_whatever_their_order(void **state) {
    (void)state;
    check("e\u0301", "[é]");
    check("a\u0301\u0323", "[ạ\u0301]");
    check("a\u0323\u0301", "[ạ\u0301]");
    check("\u1112\u1161\u11ab", "한");
    check("하\u11ab", "한");
    check("ㄱㅏ", "가");
    check("ｶﾞﾊﾟｱ", "ガ パ ア");
    check("か\u3099は\u309a", "が ぱ");
    check("中\u0301", "中 [\u0301]");
    check("=\u0338", "≠");
    check("\u0301a", "[\u0301a]");
}

static void the_fingerprint_does_not_change_while_the_program_runs(void **state) {
    (void)state;
    uint64_t fingerprint = gdx_text_rule_fingerprint();
    assert_true(fingerprint != 0);
    assert_true(fingerprint == gdx_text_rule_fingerprint());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_breaks_and_spaces_do_not_break_a_phrase),
        cmocka_unit_test(width_and_case_and_variant_are_folded),
        cmocka_unit_test(letters_and_digits_make_words_and_scripts_without_spaces_single_symbols),
        cmocka_unit_test(each_punctuation_mark_is_a_symbol_of_its_own),
        cmocka_unit_test(compatibility_characters_become_their_equivalents),
        cmocka_unit_test(invisible_characters_vanish_and_join_their_neighbours),
        cmocka_unit_test(control_characters_end_words),
        cmocka_unit_test(marks_compose_whatever_their_order),
        cmocka_unit_test(the_fingerprint_does_not_change_while_the_program_runs),
    };
    return cmocka_run_group_tests_name("text: rule", tests, NULL, NULL);
}
