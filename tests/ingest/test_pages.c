// SPDX-License-Identifier: Apache-2.0
// test_pages.c: whole files of text and Markdown -> one document each, and the files that are refused.

#include "one_piece.h"
#include "page.h"

#include <stdlib.h>

static gdx_document only_document(gdx_source *source, gdx_input_kind kind, gdx_slice bytes) {
    begin(source, kind, bytes);
    gdx_document document = next_document(source);
    assert_slice(document.id, "file");
    assert_slice(document.source, "news");
    assert_slice(document.metadata, document.date ? "{\"date_from\":\"front matter\"}" : "");
    assert_end(source);
    assert_end(source);
    return document;
}

static void only_refusal(gdx_slice bytes, gdx_input_kind kind, gdx_status status, const char *message) {
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    begin(source, kind, bytes);
    gdx_refusal refusal = next_refusal(source, status, message);
    assert_int_equal(refusal.line, 0);
    assert_end(source);
}

static void the_title_of_a_text_is_its_first_line_that_is_not_blank(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    gdx_document document = only_document(source, GDX_INPUT_TEXT, SLICE("\r\n　 \n\t　全球产业链　 \r\n正文\n"));
    assert_slice(document.title, "全球产业链");
    assert_slice(document.text, "\r\n　 \n\t　全球产业链　 \r\n正文\n");
    assert_int_equal(document.date, GDX_NO_DATE);
    assert_slice(only_document(source, GDX_INPUT_TEXT, SLICE("one line")).title, "one line");
    assert_slice(only_document(source, GDX_INPUT_TEXT, SLICE("old\rmac")).title, "old");
}

static void a_title_as_long_as_a_book_is_cut_at_a_character(void **state) {
    (void)state;
    enum { CHARACTERS = 3000 };
    char *text = malloc(3 * CHARACTERS);
    for (int i = 0; i < CHARACTERS; i++)
        memcpy(text + (ptrdiff_t)3 * i, "中", 3);
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    gdx_document document = only_document(source, GDX_INPUT_TEXT, (gdx_slice){text, 3 * CHARACTERS});
    assert_int_equal(document.title.bytes, 4095);
    assert_int_equal(document.text.bytes, 3 * CHARACTERS);
    free(text);
}

static void a_file_without_a_character_is_refused_as_empty(void **state) {
    (void)state;
    only_refusal((gdx_slice){NULL, 0}, GDX_INPUT_TEXT, GDX_INVALID, "empty");
    only_refusal(SLICE(" \r\n\t　\xc2\xa0\n"), GDX_INPUT_TEXT, GDX_INVALID, "empty");
    only_refusal(SLICE("\xef\xbb\xbf"), GDX_INPUT_MARKDOWN, GDX_INVALID, "empty");
    only_refusal(SLICE("\n\n"), GDX_INPUT_HTML, GDX_INVALID, "empty");
}

static void a_binary_file_is_refused_with_the_place_of_its_first_zero(void **state) {
    (void)state;
    only_refusal(SLICE("\x7f"
                       "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0"),
                 GDX_INPUT_TEXT, GDX_UNSUPPORTED, "binary: U+0000 at byte 7");
    only_refusal(SLICE("some text\0and more of it"), GDX_INPUT_TEXT, GDX_UNSUPPORTED, "binary: U+0000 at byte 9");
    only_refusal(SLICE("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\6\0\0\0"), GDX_INPUT_HTML, GDX_UNSUPPORTED,
                 "binary");
}

static void a_zero_far_into_a_text_is_a_character_of_it(void **state) {
    (void)state;
    enum { BYTES = 9000 };
    char text[BYTES];
    memset(text, 'a', BYTES);
    text[BYTES - 10] = '\0';
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    assert_int_equal(only_document(source, GDX_INPUT_TEXT, (gdx_slice){text, BYTES}).text.bytes, BYTES);
}

static void utf_16_is_text_although_it_has_zeros(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    gdx_slice marked = SLICE("\xff\xfeW\0T\0O\0 \0\xc4\x89\x19\x52");
    assert_slice(only_document(source, GDX_INPUT_TEXT, marked).text, "WTO 规则");
    gdx_slice big_endian = SLICE("\xfe\xff\0W\0T\0O\0\n");
    assert_slice(only_document(source, GDX_INPUT_TEXT, big_endian).title, "WTO");
    gdx_slice unmarked = SLICE("g\0l\0o\0b\0a\0l\0 \0t\0r\0a\0d\0e\0\n\0o\0n\0e\0 \0t\0w\0o\0 \0");
    assert_slice(only_document(source, GDX_INPUT_TEXT, unmarked).title, "global trade");
}

static const char gb18030[] = "\xc8\xab\xc7\xf2\xb2\xfa\xd2\xb5\xc1\xb4\xd6\xd8\xb9\xb9\xa3\xac\xc3\xb3\xd2\xd7\xb9\xe6"
                              "\xd4\xf2\xb5\xc4\xb1\xe4\xb8\xef\xa1\xa3";
static const char gb18030_says[] = "全球产业链重构，贸易规则的变革。";

static void gb18030_is_detected_or_given(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) detecting = new_source(NULL, 0);
    assert_slice(only_document(detecting, GDX_INPUT_TEXT, SLICE(gb18030)).text, gb18030_says);
    assert_int_equal(gdx_source_replaced(detecting), 0);
    GDX_AUTO(gdx_source) told = new_source("GB18030", 0);
    assert_slice(only_document(told, GDX_INPUT_TEXT, SLICE(gb18030)).text, gb18030_says);
}

static void an_unknown_encoding_is_refused_at_once(void **state) {
    (void)state;
    gdx_source *source = NULL;
    gdx_error err = {0};
    gdx_source_options options = {.encoding = "KLINGON"};
    assert_int_equal(gdx_source_new(&options, &source, &err), GDX_INVALID);
    assert_null(source);
    assert_true(strstr(err.message, "KLINGON") != NULL);
}

static void broken_utf_8_is_mended_and_counted(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source("UTF-8", 0);
    assert_slice(only_document(source, GDX_INPUT_TEXT, SLICE("产业\xe9\x93")).text, "产业\xef\xbf\xbd");
    assert_slice(only_document(source, GDX_INPUT_TEXT, SLICE("产业链")).text, "产业链");
    assert_int_equal(gdx_source_replaced(source), 1);
    assert_int_equal(gdx_source_mended(source), 1);
}

static void a_byte_order_mark_is_no_part_of_the_text(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    assert_slice(only_document(source, GDX_INPUT_TEXT, SLICE("\xef\xbb\xbf规则\n")).text, "规则\n");
    gdx_document document = only_document(source, GDX_INPUT_MARKDOWN, SLICE("\xef\xbb\xbf---\ntitle: 题\n---\n文"));
    assert_slice(document.title, "题");
}

static void a_text_over_the_limit_is_refused(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 10);
    assert_slice(only_document(source, GDX_INPUT_TEXT, SLICE("0123456789")).text, "0123456789");
    begin(source, GDX_INPUT_TEXT, SLICE("0123456789a"));
    next_refusal(source, GDX_TOO_LARGE, "11 bytes of text, expected at most 10");
    begin(source, GDX_INPUT_HTML, SLICE("<p>0123456789a"));
    next_refusal(source, GDX_TOO_LARGE, "over 10 bytes of text");
    begin(source, GDX_INPUT_TEXT, SLICE("0123456789012345678901234567890123456789012345678901234"));
    next_refusal(source, GDX_TOO_LARGE, "expected at most 10");
}

static void front_matter_gives_title_and_date_and_is_left_out(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    gdx_document document = only_document(
        source, GDX_INPUT_MARKDOWN,
        SLICE("---\r\ntags: [a]\r\ntitle: \"全球贸易: 规则\"\r\nDate: 2023-05-06 10:00:00\r\n---\r\n# 另题\r\n正文"));
    assert_slice(document.title, "全球贸易: 规则");
    assert_slice(document.text, "# 另题\r\n正文");
    assert_int_equal(document.date, gdx_date_of(2023, 5, 6));
    document = only_document(source, GDX_INPUT_MARKDOWN, SLICE("---\ntitle: never closed\n# 题\n"));
    assert_slice(document.title, "题");
    assert_slice(document.text, "---\ntitle: never closed\n# 题\n");
}

static void without_front_matter_the_title_is_the_first_heading(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    static const char *const cases[][2] = {
        {"before\n\n## 贸易 治理 ##\n# later", "贸易 治理"},
        {"#hashtag\n   # C#\n", "C#"},
        {"```\n# a comment\n```\n\n# real\n", "real"},
        {"#\n####### seven\nplain\n", "#"},
        {"\n\n  no heading at all  \nmore", "no heading at all"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_slice(only_document(source, GDX_INPUT_MARKDOWN, gdx_slice_of(cases[i][0])).title, cases[i][1]);
}

static void a_name_has_a_date_in_its_last_part(void **state) {
    (void)state;
    static const struct {
        const char *name;
        gdx_date date;
    } cases[] = {
        {"人民日报2023-05-06第3版.txt", 2023 << 9 | 5 << 5 | 6},
        {"a/b.zip:2021-01-01/20230506_x.html", 2023 << 9 | 5 << 5 | 6},
        {"2023年5月.pdf", 2023 << 9 | 5 << 5},
        {"2023/05/06/a.txt", GDX_NO_DATE},
        {"20230506123.txt", GDX_NO_DATE},
        {"", GDX_NO_DATE},
        {"2023-05-06/", GDX_NO_DATE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gdx_date date = GDX_NO_DATE;
        assert_int_equal(ingest_date_in_name(gdx_slice_of(cases[i].name), &date), cases[i].date != GDX_NO_DATE);
        assert_int_equal(date, cases[i].date);
    }
}

static void a_bad_date_in_the_front_matter_costs_the_date_alone(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    gdx_document document = only_document(source, GDX_INPUT_MARKDOWN, SLICE("---\ndate: 2023-13-45\n---\ntext\n"));
    assert_slice(document.title, "text");
    assert_int_equal(document.date, GDX_NO_DATE);
    assert_non_null(strstr(gdx_source_repairs(source)->lost_date.message, "month 13, expected 1 to 12"));
}

static void front_matter_alone_is_an_empty_file(void **state) {
    (void)state;
    only_refusal(SLICE("---\ntags: none\n---\n\n"), GDX_INPUT_MARKDOWN, GDX_INVALID, "empty");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_title_of_a_text_is_its_first_line_that_is_not_blank),
        cmocka_unit_test(a_title_as_long_as_a_book_is_cut_at_a_character),
        cmocka_unit_test(a_file_without_a_character_is_refused_as_empty),
        cmocka_unit_test(a_binary_file_is_refused_with_the_place_of_its_first_zero),
        cmocka_unit_test(a_zero_far_into_a_text_is_a_character_of_it),
        cmocka_unit_test(utf_16_is_text_although_it_has_zeros),
        cmocka_unit_test(gb18030_is_detected_or_given),
        cmocka_unit_test(an_unknown_encoding_is_refused_at_once),
        cmocka_unit_test(broken_utf_8_is_mended_and_counted),
        cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_text),
        cmocka_unit_test(a_text_over_the_limit_is_refused),
        cmocka_unit_test(front_matter_gives_title_and_date_and_is_left_out),
        cmocka_unit_test(without_front_matter_the_title_is_the_first_heading),
        cmocka_unit_test(a_name_has_a_date_in_its_last_part),
        cmocka_unit_test(a_bad_date_in_the_front_matter_costs_the_date_alone),
        cmocka_unit_test(front_matter_alone_is_an_empty_file),
    };
    return cmocka_run_group_tests_name("ingest: pages", tests, NULL, NULL);
}
