// SPDX-License-Identifier: Apache-2.0
// test_layout.c: boxes become fields: one test for each thing that pages do to text. A page is 600 by 800; body type is
// 10 high, 20 characters of it fill a line of 200.

#include "gdx/layout.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static gdx_layout *layout;
static gdx_draft *draft;
static gdx_layout_found found;
static gdx_document document;

static int make(void **state) {
    (void)state;
    layout = gdx_layout_new();
    draft = gdx_draft_new();
    return !layout || !draft;
}

static int drop(void **state) {
    (void)state;
    gdx_layout_free(layout);
    gdx_draft_free(draft);
    return 0;
}

static void begin(void) {
    gdx_layout_begin(layout);
    gdx_draft_begin(draft, 1 << 20);
    gdx_layout_page(layout, 600, 800);
}

static size_t wide(const char *text) { // characters of three bytes count 1, others a half
    size_t halves = 0;
    for (; *text; text++)
        halves += (*text & 0xc0) == 0xc0 ? 2 : (*text & 0x80) ? 0 : 1;
    return halves;
}

static void put(double left, double top, double size, const char *text) {
    gdx_layout_box box = {left, top, (double)wide(text) * size / 2, size, size, false, gdx_slice_of(text)};
    gdx_layout_add(layout, &box);
}

// `count` full lines of body text from a character on, so that lines differ.
static void put_lines(double left, double top, unsigned count, unsigned first) {
    for (unsigned line = 0; line < count; line++) {
        char text[64] = "";
        for (unsigned i = 0; i < 20; i++) {
            unsigned c = 0x4e00 + first * 1000 + line * 20 + i;
            snprintf(text + 3 * i, 4, "%c%c%c", 0xe0 | (int)(c >> 12), 0x80 | (int)(c >> 6 & 63), 0x80 | (int)(c & 63));
        }
        put(left, top + 15 * line, 10, text);
    }
}

static void finish(const char *info_title) {
    gdx_error err = {0};
    assert_int_equal(gdx_layout_write(layout, gdx_slice_of(info_title), draft, &found, &err), GDX_OK);
    assert_int_equal(gdx_draft_finish(draft, &document, &err), GDX_OK);
}

static bool has(gdx_slice text, const char *what) {
    return text.bytes && memmem(text.data, text.bytes, what, strlen(what)) != NULL;
}

// Whether a part of the field is this text, and nothing else.
static bool has_part(gdx_field field, const char *text) {
    for (uint32_t i = 0; i < document.part_count; i++)
        if (document.parts[i].field == field && gdx_slice_equal(document.parts[i].text, gdx_slice_of(text)))
            return true;
    return false;
}

static void expect_order(const char *one, const char *other) {
    const char *a = memmem(document.text.data, document.text.bytes, one, strlen(one));
    const char *b = memmem(document.text.data, document.text.bytes, other, strlen(other));
    assert_non_null(a);
    assert_non_null(b);
    assert_true(a < b);
}

static void a_paragraph_is_one_line_of_text(void **state) {
    (void)state;
    begin();
    put(100, 100, 10, "一二三四五六七八九十一二三四五六七八九十");
    put(100, 115, 10, "甲乙丙丁");
    finish("");
    assert_true(has(document.text, "八九十甲乙"));
    assert_int_equal(document.text_place_count, 1);
    assert_true(gdx_slice_equal(document.text_places[0].name, gdx_slice_of("page 1")));
}

static void words_of_latin_letters_keep_their_blanks(void **state) {
    (void)state;
    begin();
    put(100, 100, 10, "World Trade Organization has been ask-");
    put(100, 115, 10, "ed for its");
    put(160, 115, 10, "opinion");
    put(195, 115, 10, "和");
    put(205, 115, 10, "意见");
    finish("");
    assert_true(has(document.text, "ask-\ned for its opinion和意见"));
}

static void columns_are_read_one_after_the_other(void **state) {
    (void)state;
    begin();
    put_lines(80, 200, 10, 0);
    put_lines(310, 200, 10, 1);
    put(150, 100, 20, "跨两栏的标题");
    finish("");
    expect_order("跨两栏的标题", "一");
    expect_order("一", "\xe5\x87\xb0"); // U+51F0 is of the right column
    assert_true(gdx_slice_equal(document.title, gdx_slice_of("跨两栏的标题")) && document.title_from_text);
}

static void columns_end_above_what_is_drawn_after_both(void **state) {
    (void)state;
    begin();
    put_lines(80, 100, 3, 0);
    put_lines(310, 100, 3, 1);
    put_lines(80, 170, 3, 2);
    put_lines(310, 170, 3, 3);
    finish("");
    expect_order("\xe5\x87\xa8", "\xe5\x97\x90"); // the right column above, then the left one below
}

static void a_gap_in_the_first_column_does_not_end_the_last_one(void **state) {
    (void)state;
    begin();
    put_lines(80, 100, 6, 0);
    put_lines(80, 250, 3, 2); // below a picture
    put_lines(310, 100, 6, 1);
    put_lines(310, 205, 2, 3); // a paragraph beside the picture
    put_lines(310, 255, 4, 4);
    finish("");
    expect_order("\xe5\x97\x90", "\xe5\x87\xa8"); // all of the left column, then the right one
}

static void text_runs_on_over_pages(void **state) {
    (void)state;
    begin();
    put_lines(80, 200, 3, 0);
    gdx_layout_page(layout, 600, 800);
    put_lines(80, 100, 3, 1);
    finish("");
    assert_int_equal(document.text_place_count, 2);
    assert_true(gdx_slice_equal(document.text_places[1].name, gdx_slice_of("page 2")));
    assert_false(has(document.text, "\xe4\xb8\xbb\n")); // U+4E3B ends page 1
}

static void heads_and_page_numbers_are_furniture(void **state) {
    (void)state;
    begin();
    for (unsigned page = 1; page <= 4; page++) {
        char number[16];
        snprintf(number, sizeof number, "- %u -", page);
        if (page > 1)
            gdx_layout_page(layout, 600, 800);
        put(250, 30, 9, "国际贸易研究");
        put_lines(80, 100, 10, page);
        put(290, 770, 9, number);
    }
    finish("");
    assert_false(has(document.text, "国际贸易研究") || has(document.text, "- 3 -"));
    assert_true(has_part(GDX_FIELD_FURNITURE, "国际贸易研究") && has_part(GDX_FIELD_FURNITURE, "- 3 -"));
}

static void text_at_the_edge_of_a_page_is_no_head(void **state) {
    (void)state;
    begin();
    for (unsigned page = 0; page < 4; page++) {
        if (page > 0)
            gdx_layout_page(layout, 600, 800);
        put(100, 50, 10, page < 3 ? "适用不适用" : "接上一页的话");
        put_lines(100, 65, 10, page);
    }
    put(100, 770, 10, "4.");
    put(114, 770, 10, "以最后一次的结果为准");
    finish("");
    assert_true(has(document.text, "接上一页的话"));
    assert_true(has(document.text, "以最后一次的结果为准"));
    assert_true(has_part(GDX_FIELD_FURNITURE, "适用不适用"));
}

static void two_pages_of_a_short_file_tell_a_head(void **state) {
    (void)state;
    begin();
    put_lines(80, 100, 10, 0);
    for (unsigned page = 1; page < 3; page++) {
        gdx_layout_page(layout, 600, 800);
        put(250, 30, 9, "大学学报");
        put_lines(80, 100, 10, page);
    }
    finish("");
    assert_true(has_part(GDX_FIELD_FURNITURE, "大学学报"));
}

static void a_large_first_letter_belongs_to_the_first_line(void **state) {
    (void)state;
    begin();
    put(130, 100, 10, "古典经济学的世界里一切都离散企业");
    put(130, 115, 10, "被概念化为一个人格化的主体拥有对");
    put(100, 130, 10, "价格与生产的完全知识能机械的对价格做出");
    put(100, 98, 28, "在");
    finish("");
    assert_true(has(document.text, "在古典经济学") && has(document.text, "离散企业被概念化"));
    assert_true(has(document.text, "主体拥有对价格"));
}

static void one_sign_of_a_larger_font_makes_no_line_of_it(void **state) {
    (void)state;
    begin();
    put(100, 100, 10, "自然语言");
    put(140, 99, 12, "-");
    put(146, 100, 10, "数据库结构化查询语言转换模");
    put(100, 115, 10, "型");
    put(350, 100, 10, "英文名称");
    put(450, 100, 10, "描述");
    finish("");
    assert_true(has_part(GDX_FIELD_TEXT, "自然语言-数据库结构化查询语言转换模型"));
}

static void a_box_may_stand_on_the_one_before_it(void **state) {
    (void)state;
    begin();
    put(100, 100, 10, "国家标准3620");
    gdx_layout_box stop = {160, 99, 10, 11, 10, false, gdx_slice_of(".")};
    gdx_layout_add(layout, &stop);
    put(161, 100, 10, "1—2016");
    finish("");
    assert_true(has(document.text, "国家标准3620.1—2016"));
}

static void a_label_in_the_margin_stands_apart(void **state) {
    (void)state;
    begin();
    put_lines(100, 100, 6, 0);
    put(40, 220, 10, "titlepage");
    put(100, 220, 10, "这个开关打开时标题单独成页");
    put_lines(100, 260, 4, 1);
    finish("");
    assert_true(has_part(GDX_FIELD_TEXT, "titlepage"));
    assert_true(has(document.text, "这个开关打开时标题单独成页"));
    assert_false(has(document.text, "titlepage"));
}

static void a_raised_mark_leaves_the_line_whatever_its_size(void **state) {
    (void)state;
    begin();
    put_lines(100, 80, 2, 0);
    put(100, 110, 10, "结论如此");
    put(140, 107, 6, "[12]");
    put(152, 110, 10, "因而");
    put(172, 105, 10, "①");
    put(177, 110, 10, "可行");
    put(100, 125, 10, "在");
    put(110, 127, 8, "7");
    put(114, 125, 10, "附近，面积10m");
    put(179, 123, 6, "2");
    finish("");
    assert_true(has(document.text, "结论如此因而可行"));
    assert_true(has(document.text, "在7附近") && has(document.text, "10m2"));
}

static void small_type_low_on_the_page_is_notes_one_by_one(void **state) {
    (void)state;
    begin();
    put_lines(100, 100, 30, 0);
    put(100, 600, 8, "① 参见世界贸易组织年度报告，二〇二三年版本，第三十页。");
    put(100, 612, 8, "② 同上，第三页，未完的一条");
    gdx_layout_page(layout, 600, 800);
    put_lines(100, 100, 30, 1);
    put(100, 600, 8, "注释在下一页接着说完。");
    put(100, 612, 8, "③ 另一条。");
    finish("");
    assert_true(has_part(GDX_FIELD_NOTE, "① 参见世界贸易组织年度报告，二〇二三年版本，第三十页。"));
    assert_true(has_part(GDX_FIELD_NOTE, "② 同上，第三页，未完的一条 注释在下一页接着说完。"));
    assert_true(has_part(GDX_FIELD_NOTE, "③ 另一条。"));
}

static void a_raised_mark_starts_a_note_of_any_size(void **state) {
    (void)state;
    begin();
    put_lines(100, 400, 9, 0);
    put(100, 535, 6, "[3]"); // of the line before it
    put(109, 535, 10, "过扩大开放签署协议");
    put(100, 560, 6, "1");
    put(103, 562, 10, "参见第一号工作论文关于离岸外包的讨论。");
    put(100, 576, 6, "2");
    put(103, 578, 10, "参见第二号。");
    gdx_layout_page(layout, 600, 800);
    put_lines(100, 100, 3, 1);
    finish("");
    assert_true(has_part(GDX_FIELD_NOTE, "1参见第一号工作论文关于离岸外包的讨论。"));
    assert_true(has_part(GDX_FIELD_NOTE, "2参见第二号。"));
    assert_true(has(document.text, "过扩大开放签署协议"));
}

static void notes_under_narrow_columns_are_notes(void **state) {
    (void)state;
    begin();
    for (unsigned column = 0; column < 3; column++)
        for (unsigned line = 0; line < 30; line++)
            put(80 + 150 * column, 100 + 17 * line, 10,
                line % 2 ? "区域组织呈现排他性的趋势" : "特别是美国牵头发起的经济");
    put(80, 640, 8, "1. 参见第一号工作论文关于离岸外包的讨论，第十三页。");
    finish("");
    assert_true(has_part(GDX_FIELD_NOTE, "1. 参见第一号工作论文关于离岸外包的讨论，第十三页。"));
}

static void captions_and_sources_are_captions(void **state) {
    (void)state;
    begin();
    put_lines(100, 100, 10, 0);
    put(130, 300, 9, "图 1 全球贸易额的变化");
    put(130, 420, 9, "资料来源：世界贸易组织");
    put(130, 435, 9, "注 ：按最新总股本计算");
    put(330, 300, 9, "图 2");
    put(370, 300, 9, "进口额");
    put(100, 450, 10, "图1显示了贸易额的变化。");
    put_lines(100, 465, 5, 1);
    finish("");
    assert_true(has_part(GDX_FIELD_CAPTION, "图 1 全球贸易额的变化"));
    assert_true(has_part(GDX_FIELD_CAPTION, "资料来源：世界贸易组织"));
    assert_true(has_part(GDX_FIELD_CAPTION, "注 ：按最新总股本计算"));
    assert_true(has_part(GDX_FIELD_CAPTION, "图 2 进口额"));
    assert_true(has(document.text, "图1显示了贸易额的变化。"));
}

static void cells_of_a_table_stand_apart(void **state) {
    (void)state;
    begin();
    put_lines(100, 100, 10, 0);
    for (unsigned row = 0; row < 3; row++) {
        char cell[3][32];
        for (unsigned column = 0; column < 3; column++) {
            snprintf(cell[column], sizeof cell[column], "第%u行%u", row, column);
            put(100 + 100 * column, 300 + 20 * row, 10, cell[column]);
        }
    }
    put(100, 380, 10, "很长的标签写到");
    put(100, 392, 10, "第二行");
    put(200, 386, 10, "数值");
    finish("");
    assert_true(has_part(GDX_FIELD_TEXT, "第0行1") && has_part(GDX_FIELD_TEXT, "第2行0"));
    assert_true(has_part(GDX_FIELD_TEXT, "很长的标签写到\n第二行") || has_part(GDX_FIELD_TEXT, "很长的标签写到第二行"));
}

static void a_side_column_of_small_type_stands_apart(void **state) {
    (void)state;
    begin();
    put_lines(80, 100, 20, 0);
    put(310, 100, 8, "分析师某某某某某");
    put(310, 112, 8, "电话一二三");
    finish("");
    assert_false(has(document.text, "分析师"));
}

static void vertical_text_is_read_from_the_right(void **state) {
    (void)state;
    static const char *const right[] = {"甲", "乙", "丙", "丁", "戊"}, *const left[] = {"子", "丑", "寅", "卯", "辰"};
    begin();
    for (unsigned i = 0; i < 5; i++)
        put(400, 100 + 10 * i, 10, right[i]);
    for (unsigned i = 0; i < 5; i++)
        put(385, 100 + 10 * i, 10, left[i]);
    gdx_layout_page(layout, 600, 800);
    for (unsigned i = 0; i < 2; i++) {
        gdx_layout_box box = {400 - 15 * i, 100, 0, 10, 10, false, gdx_slice_of(i ? "后一行的文字" : "前一行的文字")};
        gdx_layout_add(layout, &box);
    }
    static const char *const old[] = {"說", "笑", "來", "至", "峰", "下", "坐", "于", "石", "邊"};
    gdx_layout_page(layout, 600, 800); // set wide
    for (unsigned column = 0; column < 3; column++)
        for (unsigned row = 0; row < 10; row++)
            put(400 - 20 * column, 100 + 15 * row, 10, old[row]);
    finish("");
    assert_true(has(document.text, "來至峰下坐于石邊"));
    assert_true(has(document.text, "甲乙丙丁戊"));
    expect_order("戊", "子丑寅卯辰");
    expect_order("前一行的文字", "后一行的文字");
}

static void doubled_text_radicals_and_broken_characters_are_mended(void **state) {
    (void)state;
    begin();
    put(100, 100, 10, "粗体文字");
    put(100.4, 100, 10, "粗体文字");
    put(140, 100, 10,
        "\xe2\xbc\xa9小企业\xe2\xbc\xa9 e\xef\xac\x83"
        "cient");
    put(100, 115, 10, "\x01\x02");
    put(5000, -300, 10, "页外");
    finish("");
    assert_true(has(document.text, "粗体文字小企业小 efficient"));
    assert_false(has(document.text, "粗体文字粗体"));
    assert_true(has(document.text, "\xef\xbf\xbd\xef\xbf\xbd"));
    assert_int_equal(found.repaired, 2);
    assert_int_equal(found.outside, 1);
}

static void the_info_title_counts_only_if_page_one_has_it(void **state) {
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        begin();
        put(100, 50, 20, "全球贸易 治理变革");
        put_lines(100, 100, 10, 0);
        finish(i ? "标准网 www.example.org" : "全球贸易治理变革");
        assert_true(gdx_slice_equal(document.title, gdx_slice_of(i ? "全球贸易 治理变革" : "全球贸易治理变革")));
    }
}

static void pages_without_text_are_counted(void **state) {
    (void)state;
    begin();
    gdx_layout_page(layout, 600, 800);
    put(0, 0, 10, " ");
    finish("a title");
    assert_int_equal(found.pages, 2);
    assert_int_equal(found.pages_with_text, 0);
    assert_int_equal(document.text.bytes + document.title.bytes, 0);
}

static void any_numbers_are_taken(void **state) {
    (void)state;
    const double odd[] = {0.0 / 0.0, 1e300, -1e300, 1.0 / 0.0, 0, -1, 1e6, 3.5};
    enum { COUNT = sizeof odd / sizeof *odd };
    gdx_layout_begin(layout);
    gdx_draft_begin(draft, 1 << 20);
    for (unsigned i = 0; i < COUNT * COUNT * COUNT; i++) {
        if (i % 64 == 0)
            gdx_layout_page(layout, i % 128 ? 0 : 600, i % 192 ? 0 : 800);
        gdx_layout_box box = {odd[i % COUNT],
                              odd[i / COUNT % COUNT],
                              odd[i / COUNT / COUNT],
                              odd[i % 5],
                              odd[i % 7],
                              i % 2,
                              gdx_slice_of(i % 3 ? "文" : "abc")};
        gdx_layout_add(layout, &box);
    }
    finish("");
    assert_true(found.boxes == COUNT * COUNT * COUNT);
}

// A hundred thousand boxes in one place, in one row, over a page: seconds even under a sanitizer, where n * n would
// take days.
static void crowds_stay_cheap(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < 3; kind++) {
        begin();
        for (unsigned i = 0; i < 100000; i++)
            put(kind == 0 ? 100 : kind == 1 ? i % 600 : i % 577, kind == 2 ? i % 797 : 100, 10, i % 2 ? "甲" : "乙丙");
        finish("");
        assert_int_equal(found.boxes, 100000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_paragraph_is_one_line_of_text),
        cmocka_unit_test(words_of_latin_letters_keep_their_blanks),
        cmocka_unit_test(columns_are_read_one_after_the_other),
        cmocka_unit_test(columns_end_above_what_is_drawn_after_both),
        cmocka_unit_test(a_gap_in_the_first_column_does_not_end_the_last_one),
        cmocka_unit_test(text_runs_on_over_pages),
        cmocka_unit_test(heads_and_page_numbers_are_furniture),
        cmocka_unit_test(text_at_the_edge_of_a_page_is_no_head),
        cmocka_unit_test(two_pages_of_a_short_file_tell_a_head),
        cmocka_unit_test(a_large_first_letter_belongs_to_the_first_line),
        cmocka_unit_test(one_sign_of_a_larger_font_makes_no_line_of_it),
        cmocka_unit_test(a_box_may_stand_on_the_one_before_it),
        cmocka_unit_test(a_label_in_the_margin_stands_apart),
        cmocka_unit_test(a_raised_mark_leaves_the_line_whatever_its_size),
        cmocka_unit_test(small_type_low_on_the_page_is_notes_one_by_one),
        cmocka_unit_test(a_raised_mark_starts_a_note_of_any_size),
        cmocka_unit_test(notes_under_narrow_columns_are_notes),
        cmocka_unit_test(captions_and_sources_are_captions),
        cmocka_unit_test(cells_of_a_table_stand_apart),
        cmocka_unit_test(a_side_column_of_small_type_stands_apart),
        cmocka_unit_test(vertical_text_is_read_from_the_right),
        cmocka_unit_test(doubled_text_radicals_and_broken_characters_are_mended),
        cmocka_unit_test(the_info_title_counts_only_if_page_one_has_it),
        cmocka_unit_test(pages_without_text_are_counted),
        cmocka_unit_test(any_numbers_are_taken),
        cmocka_unit_test(crowds_stay_cheap),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
