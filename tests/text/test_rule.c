// SPDX-License-Identifier: Apache-2.0
// test_rule.c: the matching rule by examples. Symbols are written with a space between them, words in
// brackets, the hyphen of a broken word as -/.

#include "../support/plain_rule.h"

#include "gdx/text.h"
#include "holds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <utf8proc.h>

#include <cmocka.h>

static void check_way(gdx_slice text, unsigned options, const char *expected) {
    gdx_symbols symbols = {0};
    gdx_buffer printed = {0};
    cut_or_die(text, options, &symbols);
    print_symbols(&symbols, &printed);
    assert_string_equal((const char *)printed.data, expected);
    gdx_symbols_clear(&symbols);
    gdx_buffer_clear(&printed);
}

static void check_plain(gdx_slice text, const char *expected) {
    gdx_symbols symbols = {0};
    gdx_buffer printed = {0};
    plain_symbols(text, &symbols);
    print_symbols(&symbols, &printed);
    assert_string_equal((const char *)printed.data, expected);
    gdx_symbols_clear(&symbols);
    gdx_buffer_clear(&printed);
}

static void check_bytes(gdx_slice text, const char *expected) {
    check_way(text, 0, expected);
    check_way(text, GDX_TEXT_SPANS | GDX_TEXT_CHECKPOINTS, expected);
    check_plain(text, expected);
}

static void check(const char *text, const char *expected) {
    check_bytes(gdx_slice_of(text), expected);
}

static void line_breaks_and_spaces_do_not_break_a_phrase(void **state) {
    (void)state;
    check("区域全面经济\n伙伴关\r\n\r\n系协定", "区 域 全 面 经 济 伙 伴 关 系 协 定");
    check("近岸\n化", "近 岸 化");
    check("近岸\u3000化\t。", "近 岸 化 。");
    check("60—70 年代", "[60] - [70] 年 代");
    check("60 —\u00a070年 代", "[60] - [70] 年 代");
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
    check("“友岸外包”——", "\" 友 岸 外 包 \" - -");
    check("5%€√", "[5] % € √");
    check("\ufffd\ue000\u0378\U0010fffd", "\ufffd \ue000 \u0378 \U0010fffd");
    check("a\ufffdb", "[a] \ufffd [b]");
}

static void compatibility_characters_become_their_equivalents(void **state) {
    (void)state;
    check("Ⅳ", "[iv]");
    check("ﬁscal", "[fiscal]");
    check("Straße", "[strasse]");
    check("İ", "[i\u0307]");
    check("ﷺ", "[صلى] [الله] [عليه] [وسلم]");
    check("a…b", "[a] . . . [b]");
    check("㎏㍿", "[kg] 株 式 会 社");
    check("⼀豈", "一 岂");
}

static void a_note_mark_is_no_part_of_a_word(void **state) {
    (void)state;
    check("①②x", "① ② [x]");
    check("加入WTO①之后", "加 入 [wto] ① 之 后");
    check("GDP²", "[gdp] ²");
    check("①2023年", "① [2023] 年");
    check("3½a", "[3] ½ [a]");
    check("EU❶ 的⓵➀", "[eu] ❶ 的 ⓵ ➀");
    check("Gramdex™ 1ª ℠", "[gramdex] ™ [1] ª ℠");
    check("ⓐ㊀㋐x", "ⓐ ㊀ ㋐ [x]");
    check("WTO①\u0301", "[wto] ① [\u0301]");
    check("CO₂ PM₂.₅", "[co2] [pm2] . [5]");
}

static void a_roman_numeral_is_a_mark_beside_a_digit(void **state) {
    (void)state;
    check("Ⅱ期 ⅫA", "[ii] 期 [xiia]");
    check("2023Ⅱ WTOⅡ", "[2023] Ⅱ [wtoii]");
    check("Ⅱ2023", "Ⅱ [2023]");
    check("Ⅱ\u200d２", "Ⅱ [2]");
    check("ⅡⅡ2", "[ii] Ⅱ [2]");
    check("๑Ⅱ", "๑ Ⅱ");
    check("2 Ⅱ", "[2] [ii]");
    check("①Ⅱ", "① [ii]");
    check("Ⅰ\u0301", "[í]");
    check("㏠Ⅱ日", "[1] 日 [ii] 日");
    check("Ⅱ㏠", "Ⅱ [1] 日");
}

static void a_superscript_after_a_unit_stays_in_the_word(void **state) {
    (void)state;
    check("5m² 5㎡ 5m2", "[5m2] [5m2] [5m2]");
    check("9 km² 3ＣＭ³的", "[9] [km2] [3cm3] 的");
    check("μm² µm³ yd²x", "[μm2] [μm3] [yd2x]");
    check("kmm² m2² m⁴ ²", "[kmm] ² [m2] ² [m] ⁴ ²");
    check("㎜² m\u200b²", "[mm2] [m2]");
    check("m\u0301² 米m²", "[ḿ] ² 米 [m2]");
    check("Ⅿ²", "[m] ²");
    check("5m²³", "[5m2] ³");
}

static void a_word_broken_at_a_line_end_keeps_its_hyphen_apart(void **state) {
    (void)state;
    check("sup-\nply", "[sup] -/ [ply]");
    check("sup\u2010 \r\n  ply", "[sup] -/ [ply]");
    check("sup\u00ad\nply", "[sup] -/ [ply]");
    check("é-\u2028ab", "[é] -/ [ab]");
    check("e\u0301\u00ad\xc2\x85"
          "ab",
          "[é] -/ [ab]");
    check("sup-ply sup- ply sup-\nPly", "[sup] - [ply] [sup] - [ply] [sup] - [ply]");
    check("2019-\n2023 a2-\nb", "[2019] - [2023] [a2] - [b]");
    check("业-\nply sup -\nply", "业 - [ply] [sup] - [ply]");
    check("sup－\nply sup–\nply", "[sup] - [ply] [sup] - [ply]");
    check("sup\u00ad ply sup\u00ad\u00ad\nply", "[sup] [ply] [sup] [ply]");
    check("sup-\n", "[sup] -");
    check("sup-\n业", "[sup] - 业");
}

static void radicals_and_regional_variants_are_their_ideographs(void **state) {
    (void)state;
    check("陕⻄⻛⼀", "陕 西 风 一");
    check("看著 看着 著名", "看 着 看 着 着 名");
    check("裏裡里 臺台 衆眾众", "里 里 里 台 台 众 众 众");
    check("祇有 藉助 牠 砲 姪", "只 有 借 助 它 炮 侄");
    check("汙污 羣群 說説说", "污 污 群 群 说 说 说");
}

static void marks_that_differ_by_habit_are_one(void **state) {
    (void)state;
    check("“„‟«»「」〝〞〟＂\"", "\" \" \" \" \" \" \" \" \" \" \" \"");
    check("‘’‚‛‹›『』＇'", "' ' ' ' ' ' ' ' ' '");
    check("-‐‑–—―−－﹣⸺", "- - - - - - - - - -");
    check("·・･•‧∙⋅⸱⸳", "· · · · · · · · ·");
    check("～〜~", "~ ~ ~");
    check("don’t", "[don] ' [t]");
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

static void a_rule_is_found_by_its_number(void **state) {
    (void)state;
    assert_ptr_equal(gdx_rule_find(2), gdx_rule_current());
    assert_int_equal(gdx_rule_number(gdx_rule_current()), 2);
    assert_null(gdx_rule_find(0));
    assert_null(gdx_rule_find(3));
    assert_true(gdx_rule_checksum(gdx_rule_current()) != 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_breaks_and_spaces_do_not_break_a_phrase),
        cmocka_unit_test(width_and_case_and_variant_are_folded),
        cmocka_unit_test(letters_and_digits_make_words_and_scripts_without_spaces_single_symbols),
        cmocka_unit_test(each_punctuation_mark_is_a_symbol_of_its_own),
        cmocka_unit_test(compatibility_characters_become_their_equivalents),
        cmocka_unit_test(a_note_mark_is_no_part_of_a_word),
        cmocka_unit_test(a_roman_numeral_is_a_mark_beside_a_digit),
        cmocka_unit_test(a_superscript_after_a_unit_stays_in_the_word),
        cmocka_unit_test(a_word_broken_at_a_line_end_keeps_its_hyphen_apart),
        cmocka_unit_test(radicals_and_regional_variants_are_their_ideographs),
        cmocka_unit_test(marks_that_differ_by_habit_are_one),
        cmocka_unit_test(invisible_characters_vanish_and_join_their_neighbours),
        cmocka_unit_test(control_characters_end_words),
        cmocka_unit_test(marks_compose_whatever_their_order),
        cmocka_unit_test(a_rule_is_found_by_its_number),
    };
    return cmocka_run_group_tests_name("text: rule", tests, NULL, NULL);
}
