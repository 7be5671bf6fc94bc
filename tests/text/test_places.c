// SPDX-License-Identifier: Apache-2.0
// test_places.c: spans, checkpoints, stopping early, reuse, and texts of extreme shape.

#include "holds.h"
#include "tables.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void append_times(gdx_buffer *text, const char *piece, size_t times) {
    for (size_t i = 0; i < times; i++)
        assert_int_equal(gdx_buffer_append(text, piece, strlen(piece)), GDX_OK);
}

static void assert_span(const gdx_symbols *symbols, size_t i, uint32_t begin, uint32_t end) {
    assert_int_equal(symbols->spans[i].begin, begin);
    assert_int_equal(symbols->spans[i].end, end);
}

static void a_span_is_where_the_symbol_came_from(void **state) {
    (void)state;
    gdx_symbols symbols = {0};
    cut_or_die(gdx_slice_of("產 WTO，e\u0301f"), GDX_TEXT_SPANS, &symbols);
    assert_int_equal(symbols.count, 4);
    assert_span(&symbols, 0, 0, 3);
    assert_span(&symbols, 1, 4, 7);
    assert_span(&symbols, 2, 7, 10);
    assert_span(&symbols, 3, 10, 14);
    gdx_symbols_clear(&symbols);
}

static void symbols_of_one_character_share_its_span(void **state) {
    (void)state;
    gdx_symbols symbols = {0};
    cut_or_die(gdx_slice_of("中…㍿"), GDX_TEXT_SPANS, &symbols);
    assert_int_equal(symbols.count, 8);
    for (size_t i = 1; i < 4; i++)
        assert_span(&symbols, i, 3, 6);
    for (size_t i = 4; i < 8; i++)
        assert_span(&symbols, i, 6, 9);
    gdx_symbols_clear(&symbols);
}

static void a_mark_after_white_space_does_not_span_the_white_space(void **state) {
    (void)state;
    gdx_symbols symbols = {0};
    cut_or_die(gdx_slice_of("中 \u0301\u3000\u3099"), GDX_TEXT_SPANS, &symbols);
    assert_int_equal(symbols.count, 3);
    assert_span(&symbols, 0, 0, 3);
    assert_span(&symbols, 1, 4, 6);
    assert_span(&symbols, 2, 9, 12);
    gdx_symbols_clear(&symbols);
}

// A word that starts or ends with part of an expanded character covers it, and overlaps its other symbols.
static void a_word_spans_all_that_its_letters_came_from(void **state) {
    (void)state;
    gdx_symbols symbols = {0};
    cut_or_die(gdx_slice_of("a℀b"), GDX_TEXT_SPANS, &symbols); // U+2100 is a/c
    assert_int_equal(symbols.count, 3);
    assert_span(&symbols, 0, 0, 4);
    assert_span(&symbols, 1, 1, 4);
    assert_span(&symbols, 2, 1, 5);
    gdx_symbols_clear(&symbols);
}

static gdx_buffer mixed_text(void) {
    gdx_buffer text = {0};
    append_times(&text, "全球產業鏈在 2001 年（ＷＴＯ）…重构，supply-chain e\u0301\n", 1200);
    return text;
}

static void reading_from_a_checkpoint_gives_the_rest(void **state) {
    (void)state;
    gdx_buffer text = mixed_text();
    gdx_symbols symbols = {0};
    assert_null(checkpoints_hold(gdx_buffer_slice(&text)));
    cut_or_die(gdx_buffer_slice(&text), GDX_TEXT_CHECKPOINTS, &symbols);
    assert_int_equal(symbols.checkpoint_count, symbols.count / GDX_CHECKPOINT_SYMBOLS + 1);
    for (size_t i = 0; i < symbols.checkpoint_count; i++) // the next clean place is near
        assert_in_range(symbols.checkpoints[i].symbol, i * GDX_CHECKPOINT_SYMBOLS, i * GDX_CHECKPOINT_SYMBOLS + 8);
    gdx_symbols_clear(&symbols);
    gdx_buffer_clear(&text);
}

static void what_comes_after_does_not_change_settled_symbols(void **state) {
    (void)state;
    static const char *const settled[] = {"产", "产业，", "wto的", "sup-产"};
    static const char *const open[] = {"", "sup-", "sup-\n", "产Ⅱ", "5m²", "wto", "产 ", "か\u3099", "sup\u00ad", "…"};
    for (size_t i = 0; i < sizeof settled / sizeof *settled; i++)
        assert_true(gdx_text_is_settled(gdx_rule_current(), gdx_slice_of(settled[i])));
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (gdx_text_is_settled(gdx_rule_current(), gdx_slice_of(open[i])))
            fail_msg("\"%s\" is settled", open[i]);
}

static void checkpoints_count_from_the_symbols_before(void **state) {
    (void)state;
    static const size_t before[] = {0, 1, 125, 126, 127, 128, 129, 4294967294};
    static const size_t expected[] = {1, 0, 0, 1, 1, 1, 0, 1};
    static const uint32_t at[] = {0, 0, 0, 2, 1, 0, 0, 2};
    gdx_symbols symbols = {0};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        symbols.symbols_before = before[i];
        cut_or_die(gdx_slice_of("中 国 "), GDX_TEXT_CHECKPOINTS, &symbols); // the end is one, too
        assert_int_equal(symbols.checkpoint_count, expected[i]);
        if (expected[i])
            assert_int_equal(symbols.checkpoints[0].symbol, at[i]);
    }
    gdx_symbols_clear(&symbols);
}

static void texts_not_asked_about_have_no_checkpoint(void **state) {
    (void)state;
    gdx_buffer text = mixed_text();
    gdx_symbols symbols = {0};
    cut_or_die(gdx_buffer_slice(&text), GDX_TEXT_SPANS, &symbols);
    assert_int_equal(symbols.checkpoint_count, 0);
    gdx_symbols_clear(&symbols);
    gdx_buffer_clear(&text);
}

static void no_checkpoint_is_inside_a_word(void **state) {
    (void)state;
    static const char *const letters[] = {"a", "я", "é", "Ⅰ"};
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
        gdx_buffer text = {0};
        gdx_symbols symbols = {.symbols_before = GDX_CHECKPOINT_SYMBOLS - 1};
        append_times(&text, letters[i], 30000);
        append_times(&text, " 中", 1);
        cut_or_die(gdx_buffer_slice(&text), GDX_TEXT_CHECKPOINTS, &symbols);
        assert_int_equal(symbols.count, 2);
        assert_int_equal(symbols.checkpoint_count, 1);
        assert_int_equal(symbols.checkpoints[0].byte, text.bytes - strlen(" 中"));
        assert_int_equal(symbols.checkpoints[0].symbol, 1);
        gdx_symbols_clear(&symbols);
        gdx_buffer_clear(&text);
    }
}

static void no_checkpoint_is_inside_a_cluster(void **state) {
    (void)state;
    gdx_buffer text = {0};
    append_times(&text, "中", 127);
    append_times(&text, "か\u3099文", 1);
    gdx_symbols symbols = {.symbols_before = 1};
    cut_or_die(gdx_buffer_slice(&text), GDX_TEXT_CHECKPOINTS, &symbols);
    assert_int_equal(symbols.checkpoint_count, 1);
    assert_int_equal(symbols.checkpoints[0].byte, 127 * 3);
    symbols.symbols_before = 0;
    text.bytes = 0;
    append_times(&text, "中", 126);
    append_times(&text, "…文", 1); // three symbols of one character
    cut_or_die(gdx_buffer_slice(&text), GDX_TEXT_CHECKPOINTS, &symbols);
    assert_int_equal(symbols.checkpoint_count, 2);
    assert_int_equal(symbols.checkpoints[1].byte, text.bytes - strlen("文"));
    assert_int_equal(symbols.checkpoints[1].symbol, 129);
    gdx_symbols_clear(&symbols);
    gdx_buffer_clear(&text);
}

static void one_symbols_object_serves_many_texts(void **state) {
    (void)state;
    static const char *const texts[] = {"中国 wto 規則", "", "½℀ a long sentence, in words", "ｶﾞ", "a"};
    static const size_t counts[] = {5, 0, 10, 1, 1};
    gdx_buffer long_text = mixed_text();
    gdx_symbols symbols = {0};
    for (int round = 0; round < 3; round++) {
        cut_or_die(gdx_buffer_slice(&long_text), GDX_TEXT_CHECKPOINTS, &symbols);
        assert_true(symbols.checkpoint_count > 0);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            cut_or_die(gdx_slice_of(texts[i]), i % 2 ? GDX_TEXT_SPANS : GDX_TEXT_CHECKPOINTS, &symbols);
            assert_int_equal(symbols.count, counts[i]);
            assert_int_equal(symbols.checkpoint_count, i % 2 ? 0 : 1);
        }
    }
    assert_int_equal(symbols.word_count, 1);
    assert_true(gdx_slice_equal(gdx_symbols_word(&symbols, 0), gdx_slice_of("a")));
    gdx_symbols_clear(&symbols);
    assert_null(symbols.symbols);
    gdx_symbols_clear(&symbols);
    gdx_buffer_clear(&long_text);
}

static void cutting_a_million_marks_in_a_row_ends(void **state) {
    (void)state;
    gdx_buffer text = {0};
    append_times(&text, "a", 1);
    append_times(&text, "\u0301\u0323", 500000);
    gdx_symbols symbols = {0};
    cut_or_die(gdx_buffer_slice(&text), GDX_TEXT_SPANS | GDX_TEXT_CHECKPOINTS, &symbols);
    assert_int_equal(symbols.count, 1);
    assert_int_equal(symbols.checkpoint_count, 1);
    assert_span(&symbols, 0, 0, (uint32_t)text.bytes);
    gdx_symbols_clear(&symbols);
    gdx_buffer_clear(&text);
}

static void a_cluster_of_the_longest_length_is_folded_whole(void **state) {
    (void)state;
    gdx_buffer text = {0};
    append_times(&text, "a", 1);
    append_times(&text, "\u0301", TEXT_CONTINUING_MAX - 1);
    append_times(&text, "\u0323", 1); // goes to the front
    assert_false(has_overlong_cluster(gdx_buffer_slice(&text)));
    assert_null(symbols_equal_plain(gdx_buffer_slice(&text)));
    append_times(&text, "\u0323", 1);
    assert_true(has_overlong_cluster(gdx_buffer_slice(&text)));
    assert_non_null(symbols_equal_plain(gdx_buffer_slice(&text)));
    gdx_buffer_clear(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_span_is_where_the_symbol_came_from),
        cmocka_unit_test(symbols_of_one_character_share_its_span),
        cmocka_unit_test(a_mark_after_white_space_does_not_span_the_white_space),
        cmocka_unit_test(a_word_spans_all_that_its_letters_came_from),
        cmocka_unit_test(reading_from_a_checkpoint_gives_the_rest),
        cmocka_unit_test(what_comes_after_does_not_change_settled_symbols),
        cmocka_unit_test(checkpoints_count_from_the_symbols_before),
        cmocka_unit_test(texts_not_asked_about_have_no_checkpoint),
        cmocka_unit_test(no_checkpoint_is_inside_a_word),
        cmocka_unit_test(no_checkpoint_is_inside_a_cluster),
        cmocka_unit_test(one_symbols_object_serves_many_texts),
        cmocka_unit_test(cutting_a_million_marks_in_a_row_ends),
        cmocka_unit_test(a_cluster_of_the_longest_length_is_folded_whole),
    };
    return cmocka_run_group_tests_name("text: places", tests, NULL, NULL);
}
