// SPDX-License-Identifier: Apache-2.0
// test_html.c: HTML pages -> what a reader would see of them, their titles and dates.

#include "one_piece.h"

#include <stdio.h>

#include <stdlib.h>

static gdx_document page(gdx_source *source, gdx_slice bytes) {
    begin(source, GDX_INPUT_HTML, bytes);
    gdx_document document = next_document(source);
    assert_end(source);
    return document;
}

static void a_page_gives_its_text_without_tags_scripts_and_head(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    gdx_document document = page(
        source,
        SLICE("<!DOCTYPE html><html><head><title> 全球\n 贸易 </title><style>p{}</style><script>var a='<p>';</script>"
              "<noscript>turn it on</noscript></head><body><!-- hidden --><h1>标题</h1>\n<p>第一<b>段</b>，\n  美国 与"
              "&nbsp;WTO &lt;规则&gt; &amp; &#20013;&#x56fd;。<p>第二段<br>换行<script>x()</script>"
              "<template>no</template><noscript>no</noscript><ul><li>甲<li>乙</ul><table><tr><td>1<td>2</table>"
              "<pre>a\n  b</pre>末</body></html>"));
    assert_slice(document.title, "全球 贸易");
    assert_slice(document.text,
                 "标题\n第一段， 美国 与\xc2\xa0WTO <规则> & 中国。\n第二段\n换行\n▪ 甲\n▪ 乙\n| 1 | 2 |\na\n  b\n末");
    assert_int_equal(document.date, GDX_NO_DATE);
}

static void inline_elements_do_not_break_words(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    assert_slice(page(source, SLICE("全<em>球</em>产<a href=x>业</a><span>链</span>")).text, "全球产业链");
    assert_slice(page(source, SLICE("<div>a</div><div>b</div>c <i> d</i>")).text, "a\nb\nc d");
}

static void the_title_is_looked_for_in_order(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    static const char *const cases[][2] = {
        {"<title>one</title><meta property=og:title content=two><h1>three</h1>", "one"},
        {"<title> </title><meta property=og:title content=' two  2 '><h1>three</h1>", "two 2"},
        {"<p>x</p><h1></h1><h1> th<b>r</b>ee </h1><h1>four</h1>", "three"},
        {"<p>  first line</p><p>second", "first line"},
        {"<svg><title>picture</title></svg><p>text", "text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_slice(page(source, gdx_slice_of(cases[i][0])).title, cases[i][1]);
}

static void the_date_is_looked_for_in_order_and_may_be_nonsense(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    static const struct {
        const char *page;
        unsigned year, month, day;
    } cases[] = {
        {"<time datetime=2020-01-01>a</time><meta name=date content=2021-02-03>", 2021, 2, 3},
        {"<meta name=DC.Date content=2022><meta property=article:published_time content=2023-05-06T10:00:00+08:00>a",
         2023, 5, 6},
        {"<meta name=PubDate content='2023-05-06 10:00'>a", 2023, 5, 6},
        {"<meta name=date content='Mon, 5 May'><time>x</time><time datetime=10:00>a</time><time datetime=2019-07>b</time>",
         2019, 7, 0},
        {"<meta name=date content><p>a", 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(page(source, gdx_slice_of(cases[i].page)).date,
                         gdx_date_of(cases[i].year, cases[i].month, cases[i].day));
}

#define GBK_TRADE "\xc3\xb3\xd2\xd7" // 贸易

static void a_page_in_gbk_is_read_as_it_declares(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    static const char *const pages[] = {
        "<meta charset=gb2312><p>" GBK_TRADE,
        "<META http-equiv=Content-Type content=\"text/html; charset=GBK\"><title>t</title><p>" GBK_TRADE,
        "<?xml version=\"1.0\" encoding=\"gb18030\"?><html><body><p>" GBK_TRADE,
        "<!-- <meta charset=big5> --><meta charset = 'gbk'>" GBK_TRADE,
    };
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        assert_slice(page(source, gdx_slice_of(pages[i])).text, "贸易");
    assert_slice(page(source, SLICE("<meta charset=big5><p>\xb6T\xa9\xf6")).text, "貿易");
    assert_int_equal(gdx_source_replaced(source), 0);
}

static void what_the_bytes_say_is_stronger_than_what_the_page_declares(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    assert_slice(page(source, SLICE("<meta charset=gbk><p>贸易")).text, "贸易");
    assert_slice(page(source, SLICE("\xff\xfe<\0p\0>\0\x38\x8d\x13\x66")).text, "贸易");
    GDX_AUTO(gdx_source) told = new_source("GB18030", 0);
    assert_slice(page(told, SLICE("<meta charset=utf-8><p>" GBK_TRADE)).text, "贸易");
}

static void a_page_that_declares_utf_8_is_mended_as_such(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    assert_slice(page(source, SLICE("<meta charset=utf-8><p>贸\xff易")).text, "贸\xef\xbf\xbd易");
    assert_int_equal(gdx_source_replaced(source), 1);
    assert_slice(page(source, SLICE("<meta charset=no-such-thing><p>贸易\xe4")).text, "贸易\xef\xbf\xbd");
}

static void a_declaration_that_the_bytes_refute_is_not_believed(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
#define GBK_TEXT                                                                                                       \
    "\xb9\xa9\xd3\xa6\xc1\xb4\xb5\xc4\xb0\xb2\xc8\xab\xce\xca\xcc\xe2\xa3\xac\xd6\xec\xe9"                             \
    "F\xbb\xf9"
    assert_slice(page(source, SLICE("<meta charset=utf-8><p>" GBK_TEXT)).text, "供应链的安全问题，朱镕基");
    assert_slice(page(source, SLICE("<meta charset=iso-8859-1><p>" GBK_TEXT)).text, "供应链的安全问题，朱镕基");
    assert_slice(page(source, SLICE("<meta charset=big5><p>\xa8\xd1\xc0\xb3\xc3\xec\xaa\xba")).text, "供應鏈的");
    assert_int_equal(gdx_source_replaced(source), 0);
    assert_slice(
        page(source,
             SLICE("<meta charset=iso-8859-1><p>d\xe9j\xe0 vu, l\xe0, o\xf9, \xe0 c\xf4t\xe9, l'\xe9t\xe9, d\xe8s"))
            .text,
        "déjà vu, là, où, à côté, l'été, dès");
}

static void tags_left_open_and_closed_twice_lose_no_text(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    static const char *const cases[][2] = {
        {"<p>a</body></html><p>b", "a\nb"},
        {"<head><meta charset=utf-8><div>a</div></head><body>b", "a\nb"},
        {"<meta charset=utf-8><title>t</title><article>a</article><main>b",
         "a\nb"},                                   // HTML 5 needs neither head nor body
        {"<b><i>a</b></i>b</div>c</p>d", "abc\nd"}, // </p> alone is an empty paragraph,
        {"<pre>a\n b</div></pre>c  d", "a\n b\nc d"},
        {"text <", "text <"},
        {"1 < 2 & 3 &amp; 4 &nosuch; 5", "1 < 2 & 3 & 4 &nosuch; 5"},
        {"a<unknown-tag>b</unknown-tag>c", "abc"},
        {"a<script>if (b < c) document.write('</b>')</script>d", "ad"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_slice(page(source, gdx_slice_of(cases[i][0])).text, cases[i][1]);
}

static gdx_buffer repeated(const char *part, size_t times, const char *last) {
    gdx_buffer all = {0};
    for (size_t i = 0; i < times; i++)
        assert_int_equal(gdx_buffer_append(&all, part, strlen(part)), GDX_OK);
    assert_int_equal(gdx_buffer_append(&all, last, strlen(last)), GDX_OK);
    return all;
}

static void a_page_nested_a_thousand_deep_is_read(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    gdx_buffer bytes = repeated("<div>", 1000, "deep");
    assert_slice(page(source, gdx_buffer_slice(&bytes)).text, "deep");
    gdx_buffer_clear(&bytes);
}

static void a_page_nested_without_end_is_flattened(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    static const char *const tags[] = {"<div>", "<b>", "<table><tr><td>", "<svg>", "<ruby>", "<ul><li>", "<p><object>"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        gdx_buffer bytes = repeated(tags[i], 20000, "deep</div></b>");
        assert_non_null(memmem(page(source, gdx_buffer_slice(&bytes)).text.data, 4, "deep", 4));
        gdx_buffer_clear(&bytes);
    }
    assert_slice(page(source, SLICE("<p>next")).text, "next");
}

static void a_huge_page_is_read_to_its_end(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    gdx_buffer bytes = repeated("<p>全球贸易治理 &amp; <b>规则</b></p>\n", 50000, "<p>the end");
    gdx_document document = page(source, gdx_buffer_slice(&bytes));
    assert_int_equal(document.text.bytes, 50000 * strlen("全球贸易治理 & 规则\n") + strlen("the end"));
    gdx_buffer_clear(&bytes);
    bytes = repeated("全球贸易治理", 1000000, "the end"); // one text without a tag
    document = page(source, gdx_buffer_slice(&bytes));
    assert_int_equal(document.text.bytes, bytes.bytes);
    gdx_buffer_clear(&bytes);
}

static void zeros_in_a_page_do_not_end_it(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    gdx_buffer bytes = repeated("<p>0123456789", 1000, "x");
    assert_int_equal(gdx_buffer_append(&bytes, "a\0b", 3), GDX_OK);
    gdx_slice text = page(source, gdx_buffer_slice(&bytes)).text;
    assert_int_equal(text.bytes, 1000 * 11 - 1 + 3);
    assert_memory_equal(text.data + text.bytes - 3, "xab", 3);
    gdx_buffer_clear(&bytes);
}

static void a_page_with_nothing_to_see_is_refused(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    begin(source, GDX_INPUT_HTML, SLICE("<html><head><script>app()</script></head><body></body></html>"));
    next_refusal(source, GDX_INVALID, "empty: neither text nor title");
    assert_slice(page(source, SLICE("<title>only a title</title>")).text, "");
}

// Pages of sites come with names of programs, or with none.
static void a_text_that_starts_as_a_page_is_one(void **state) {
    (void)state;
    static const char *const starts[] = {"<!DOCTYPE html>",
                                         "\xef\xbb\xbf\r\n <html lang=zh>",
                                         "<!-- saved -->\n<?xml version='1.0'?><!doctype HTML PUBLIC \"x\">",
                                         "<%@ page language=\"java\" %>\n<HTML>",
                                         "<head>",
                                         "<body class=a>"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        char page[256];
        snprintf(page, sizeof page, "%s<title>关税</title><script>var a;</script><p>正文</p>", starts[i]);
        GDX_AUTO(gdx_source) source = new_source(NULL, 0);
        begin(source, GDX_INPUT_TEXT, gdx_slice_of(page));
        gdx_document document = next_document(source);
        assert_slice(document.title, "关税");
        assert_null(memmem(document.text.data, document.text.bytes, "var", 3));
    }
    static const char *const texts[] = {"a <html> b",  "<htmlish>", "<p>",      "<!doctype",
                                        "<!-- <html>", "<html",     "&lt;html>"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        GDX_AUTO(gdx_source) source = new_source(NULL, 0);
        begin(source, GDX_INPUT_TEXT, gdx_slice_of(texts[i]));
        assert_slice(next_document(source).text, texts[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_that_starts_as_a_page_is_one),
        cmocka_unit_test(a_page_gives_its_text_without_tags_scripts_and_head),
        cmocka_unit_test(inline_elements_do_not_break_words),
        cmocka_unit_test(the_title_is_looked_for_in_order),
        cmocka_unit_test(the_date_is_looked_for_in_order_and_may_be_nonsense),
        cmocka_unit_test(a_page_in_gbk_is_read_as_it_declares),
        cmocka_unit_test(what_the_bytes_say_is_stronger_than_what_the_page_declares),
        cmocka_unit_test(a_page_that_declares_utf_8_is_mended_as_such),
        cmocka_unit_test(a_declaration_that_the_bytes_refute_is_not_believed),
        cmocka_unit_test(tags_left_open_and_closed_twice_lose_no_text),
        cmocka_unit_test(a_page_nested_a_thousand_deep_is_read),
        cmocka_unit_test(a_page_nested_without_end_is_flattened),
        cmocka_unit_test(a_huge_page_is_read_to_its_end),
        cmocka_unit_test(zeros_in_a_page_do_not_end_it),
        cmocka_unit_test(a_page_with_nothing_to_see_is_refused),
    };
    return cmocka_run_group_tests_name("ingest: html", tests, NULL, NULL);
}
