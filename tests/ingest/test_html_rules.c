// SPDX-License-Identifier: Apache-2.0
// test_html_rules.c: what of a page is its text and what is beside it, where a phrase ends, which title and which date
// a page has.

#include "one_piece.h"

#include <stdio.h>
#include <stdlib.h>

static gdx_document page(gdx_source *source, const char *html) {
    begin(source, GDX_INPUT_HTML, gdx_slice_of(html));
    gdx_document document = next_document(source);
    assert_end(source);
    return document;
}

// "text\nN:note\nC:caption\nF:furniture", the main text first.
static void put(char *to, size_t bytes, const gdx_document *document) {
    static const char letters[] = "-TNCF";
    int at = snprintf(to, bytes, "%.*s", GDX_SLICE_ARGUMENTS(document->text));
    gdx_part_walk walk = {0};
    for (const gdx_part *part; (part = gdx_document_next_part(document, &walk));)
        at += snprintf(to + at, bytes - (size_t)at, "\n%c:%.*s", letters[part->field], GDX_SLICE_ARGUMENTS(part->text));
}

struct page_case {
    const char *page;
    const char *expected;
};

static void check(const struct page_case *cases, size_t count) {
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    for (size_t i = 0; i < count; i++) {
        char seen[4096];
        gdx_document document = page(source, cases[i].page);
        put(seen, sizeof seen, &document);
        if (strcmp(seen, cases[i].expected) != 0)
            fail_msg("%s\ngives\n%s\nexpected\n%s", cases[i].page, seen, cases[i].expected);
    }
}
#define CHECK(cases) check(cases, sizeof(cases) / sizeof *(cases))

// Two sentences, so that a page has a main text.
#define ARTICLE                                                                                                        \
    "全球产业链在市场和非市场的多重因素冲击下快速重构，全球化进程显著放缓甚至出现倒退。各国的关税，一年比一年高。"

static void borders_that_a_page_draws_end_a_phrase(void **state) {
    (void)state;
    static const struct page_case cases[] = {
        {"<p>全球产业</p><p>链重构", "全球产业\n链重构"},
        {"<table><tr><td>产业<td>链<tr><th>关</th><th>税</th></tr></table>", "产业 | 链\n| 关 | 税"},
        {"<p>表</p><table><tr><td>产业</td></tr></table><p>链", "表\n| 产业 |\n链"},
        {"<table><tr><td><p>产业</p></td><td><p>链</p></td></tr></table>", "产业\n| 链"},
        {"<ul><li>产业<li>链</ul>后", "产业\n▪ 链 ▪\n后"},
        {"三点：<ol><li><p>产业</p></li><li></li><li>链</li></ol>", "三点：\n▪ 产业\n▪ 链"},
        {"<select><option>产业</option><option>链</option></select>", "产业\n▪ 链"},
        {"<dl><dt>产业<dd>链</dl>", "产业\n链"},
    };
    CHECK(cases);
}

static void readings_and_marks_of_notes_leave_the_text(void **state) {
    (void)state;
    static const struct page_case cases[] = {
        {"<ruby>供<rp>(</rp><rt>gōng</rt><rp>)</rp>应<rt>yìng</ruby>链", "供应链"},
        {"<ruby><rb>供</rb><rb>应</rb><rtc><rt>gong</rt></rtc></ruby>链", "供应链"},
        {"供应链<sup><a href='#n1'>[1]</a></sup>安全", "供应链安全"},
        {"供应链<a href='#n1'><sup>1</sup></a>安全", "供应链安全"},
        {"供应链<sup>①</sup>安全<sup>[2]</sup>，<sup>*</sup>", "供应链安全，"},
        {"供应链<a href='#_ftn1' name='_ftnref1'><span class=MsoFootnoteReference>[1]</span></a>安全", "供应链安全"},
        {"供应链<a epub:type='noteref' href='#a'>12</a>安全", "供应链安全"},
        {"5m<sup>2</sup>，10<sup>12</sup>，1<sup>st</sup>", "5m²，10¹²，1st"},
        {"<a href='#top'>1</a> <a href='x'>[1]</a>", "1 [1]"},
        {"CO<sub>2</sub>", "CO2"},
    };
    CHECK(cases);
}

static void notes_and_captions_are_parts(void **state) {
    (void)state;
    static const struct page_case cases[] = {
        {"<p>" ARTICLE "<aside epub:type=footnote id=n1>注文一</aside></p><p>后文", ARTICLE "\n后文\nN:注文一"},
        {"<p>" ARTICLE
         "</p><section class=footnotes><ol><li id=fn1>一 <a href='#r1'>[1]</a></li><li id=fn2>二</ol></section>",
         ARTICLE "\nN:一 [1]\nN:二"},
        {"<p>" ARTICLE "</p><div id=ftn1><p class=MsoFootnoteText>注一</p></div><div id=ftn2><p>注二</p></div>",
         ARTICLE "\nN:注一\nN:注二"},
        {"<p>" ARTICLE "</p><figure><img src=a><figcaption>图1 关税</figcaption></figure><p>后",
         ARTICLE "\n后\nC:图1 关税"},
    };
    CHECK(cases);
}

static void what_stands_beside_the_text_is_furniture(void **state) {
    (void)state;
    static const struct page_case cases[] = {
        {"<nav><a href=a>首页</a><a href=b>新闻</a></nav><article><h1>题</h1><p>" ARTICLE
         "</article><footer>版权所有</footer>",
         "题\n" ARTICLE "\nF:首页新闻\nF:版权所有"},
        {"<div class=header-nav><a href=a>首页</a></div><div id=content>" ARTICLE
         "</div><div id=siteFooter>京ICP备</div>",
         ARTICLE "\nF:首页\nF:京ICP备"},
        {"<div>" ARTICLE "</div><div style='Display : none'>扫码</div><div hidden>隐</div><dialog>框</dialog>",
         ARTICLE "\n框\nF:扫码\nF:隐"},
        {"<div>" ARTICLE "</div><ul><li><a href=a>相关一</a><li><a href=b>相关二</a><li><a href=c>相关三</a></ul>",
         ARTICLE "\nF:相关一\n▪ 相关二\n▪ 相关三"},
        {"<div class=breadcrumb>您的位置：<a href=a>首页</a> &gt; 正文</div><div>" ARTICLE "</div>",
         ARTICLE "\nF:您的位置：首页 > 正文"},
        {"<div>" ARTICLE "</div><div id=cookie-banner>本站使用 cookie。</div><div role=contentinfo>联系</div>",
         ARTICLE "\nF:本站使用 cookie。\nF:联系"},
        {"<div>" ARTICLE "</div><div class=comments><p>说得好，支持。</p></div>", ARTICLE "\nF:说得好，支持。"},
        {"<body><div>" ARTICLE "</div><noscript>请开启脚本</noscript>", ARTICLE "\nF:请开启脚本"},
    };
    CHECK(cases);
}

static void where_it_is_uncertain_text_stays_text(void **state) {
    (void)state;
    static const struct page_case cases[] = {
        {"<body style='display:none'><div class='footer share'>" ARTICLE "</div>", ARTICLE},
        {"<div style='visibility:hidden'>" ARTICLE "</div>", ARTICLE},
        {"<nav>" ARTICLE "</nav>", ARTICLE},
        {"<ul><li><a href=a>产业链重构</a><li><a href=b>关税</a><li><a href=c>汇率</a></ul>",
         "产业链重构\n▪ 关税\n▪ 汇率"},
        {"<article><header><h1>题</h1>作者</header>" ARTICLE "<footer>全文完</footer></article>",
         "题\n作者\n" ARTICLE "\n全文完"},
        {"<header><h1>题目是这个</h1></header><div>" ARTICLE "</div>", "题目是这个\n" ARTICLE},
        {"<div class='article-share-content'>" ARTICLE "</div>", ARTICLE},
        {"<p>" ARTICLE "<a href=a>见一</a>、<a href=b>见二</a>、<a href=c>见三</a>", ARTICLE "见一、见二、见三"},
        {"<form><div>" ARTICLE "</div></form>", ARTICLE},
        {"<![if !supportLists]><span>一、</span><![endif]>产业链<!--[if gte mso 9]>不见<![endif]--><o:p></o:p>",
         "一、产业链"},
        {"60&#151;70年代，&#147;引号&#148;", "60—70年代，“引号”"},
    };
    CHECK(cases);
}

static void xhtml_closes_its_elements(void **state) {
    (void)state;
    static const struct page_case cases[] = {
        {"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title/><script src='a'/></head><body>"
         "<a id='p1'/><p>正文<i/>一</p><p/><p>二</p></body></html>",
         "正文一\n二"},
        {"<html><body><a id=p1 /><p>正文</p></body></html>", "正文"},
        {"<html xmlns='http://www.w3.org/1999/xhtml'><a href=/>首页</a><div id=navigate><a href=/>甲</a>&gt;</div>" ARTICLE,
         "首页\n" ARTICLE "\nF:甲>"},
    };
    CHECK(cases);
}

static void a_title_loses_the_site_only_where_the_page_says_so(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    static const char *const cases[][2] = {
        {"<title>关税的影响_新浪网</title><h1>关税的影响</h1>", "关税的影响"},
        {"<title>关税的影响 - 财经 - 新浪网</title><meta property=og:title content=关税的影响><p>x", "关税的影响"},
        {"<title>A | B | 新浪网</title><meta property=og:site_name content=新浪网><p>x", "A | B"},
        {"<title>新浪网：关税</title><meta property=og:site_name content=新浪网><p>x", "关税"},
        {"<title>WTO | 规则_一论</title><p>x", "WTO | 规则_一论"},
        {"<title>关税的影响和对策</title><h1>关税的影响</h1>", "关税的影响和对策"},
        {"<title>新浪网</title><meta property=og:site_name content=新浪网><h1>关税</h1>", "关税"},
        {"<title>关税_新浪网</title><meta name=ArticleTitle content='关税 的影响'><h1>x</h1>", "关税 的影响"},
        {"<title>x</title><meta name=citation_title content='On tariffs'>y", "On tariffs"},
        {"<script type='application/ld+json'>{\"@graph\":[{\"headline\":\"关税\",\"publisher\":{\"name\":\"新浪\"}}]}</script>"
         "<title>关税|财经|新浪</title>y",
         "关税"},
        {"<nav><h1>新浪网</h1></nav><h1>关税</h1><title></title>" ARTICLE, "关税"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_slice(page(source, cases[i][0]).title, cases[i][1]);
    assert_true(page(source, "<title>关税_新浪网</title><table><tr><td><h1>关税</h1><td>x</table>").title_from_text);
    assert_false(page(source, "<title>关税_新浪网</title><p>税").title_from_text);
}

static void a_date_is_read_wherever_pages_say_it(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    static const char *const cases[][2] = {
        {"<meta name=publishdate content=2023-05-06>x", "meta publishdate"},
        {"<meta name=firstpublishedtime content='2023-05-06 10:20:00'>x", "meta firstpublishedtime"},
        {"<meta name=_pubtime content='2023/05/06 10:20:00'>x", "meta _pubtime"},
        {"<meta property=og:release_date content='2023年05月06日 10:20'>x", "meta og:release_date"},
        {"<meta name='weibo: article:create_at' content='2023-05-06 10:20:00'>x", "meta weibo: article:create_at"},
        {"<meta name=PubDate content='2023年05月06日10:20'>x", "meta pubdate"},
        {"<meta name=citation_publication_date content=2023/05/06>x", "meta citation_publication_date"},
        {"<meta name=DCTERMS.issued content=2023-05-06>x", "meta dcterms.issued"},
        {"<meta itemprop=datePublished content=2023-05-06T10:20:00+08:00>x", "itemprop datePublished"},
        {"<script type=application/ld+json>{\"datePublished\":\"2023-05-06T10:20:00+08:00\"}</script>x",
         "JSON-LD datePublished"},
        {"<script type=application/ld+json>{'a':\n \"datePublished\" : \"2023-05-06\", }</script>x",
         "JSON-LD datePublished"},
        {"<time datetime=2023-05-06 pubdate>x</time>", "time"},
        {"<script>var ct = \"1683331200\";var n = '';</script>x", "script ct"},
        {"<script>var publish_time = \"2023-05-06\" || \"\";</script>x", "script publish_time"},
        {"<script>var direct=2; var ct='1683302400'</script>x", "script ct"}, // midnight in China
        {"<h1>题目</h1><p>发布时间：2023年5月6日 10:20　来源：新华社</p><p>正文", "line under the heading"},
        {"<title>题目在此_网</title><div>题目在此</div><div>2023-05-06 10:20　来源：新华社</div><p>正文",
         "line under the heading"},
        {"<h1>题目</h1><p>2023-05-06</p><p>正文", "line under the heading"},
        {"<h1>题目</h1><p>By A. Writer | May 6, 2023</p><p>text", "line under the heading"},
        {"<h1>题目</h1><span class=pubTime>2023-05-06 10:20</span><p>正文", "class of an element"},
        {"<meta name=date content=2023><time datetime=2023-05-06>x</time>", "time"},
        {"<meta name=pubdate content=0001-01-01><meta name=date content=2023-05-06>x", "meta date"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char metadata[100];
        gdx_document document = page(source, cases[i][0]);
        snprintf(metadata, sizeof metadata, "{\"date_from\":\"%s\"}", cases[i][1]);
        if (document.date != gdx_date_of(2023, 5, 6))
            fail_msg("%s: %u", cases[i][0], document.date);
        assert_slice(document.metadata, metadata);
    }
}

static void what_is_no_day_of_publishing_is_no_date(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    static const char *const pages[] = {
        "<meta name=Maketime content=2023-05-06>x",
        "<meta name=lastmodified content=2023-05-06>x",
        "<meta property=article:modified_time content=2023-05-06>x",
        "<meta itemprop=dateModified content=2023-05-06>x",
        "<time class=updated datetime=2023-05-06>x</time>",
        "<time itemprop=dateModified datetime=2023-05-06>x</time>",
        "<script>var select = '1683331200'; var direct=\"1683331200\"</script>x",
        "<h1>题目</h1><p>2001年12月11日，中国加入世界贸易组织，此后的二十年是全球化的黄金时代。",
        "<h1>题目</h1><p>更新时间：2023-05-06</p>x",
        "<p>x</p><script type=application/ld+json>{\"comment\":{\"datePublished\":\"2023-05-06\"}}</script>",
    };
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        if (page(source, pages[i]).date != GDX_NO_DATE)
            fail_msg("%s has a date", pages[i]);
}

// Gumbo compares each attribute of a tag with all others.
static void a_tag_with_very_many_attributes_is_read_or_refused(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    gdx_buffer bytes = {0};
    assert_int_equal(gdx_buffer_append(&bytes, "<p", 2), GDX_OK);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(gdx_buffer_append_format(&bytes, " a%d=b", i), GDX_OK);
    assert_int_equal(gdx_buffer_append(&bytes, ">text", 5), GDX_OK);
    begin(source, GDX_INPUT_HTML, gdx_buffer_slice(&bytes));
    assert_slice(next_document(source).text, "text");
    gdx_buffer_clear(&bytes);
}

// Unclosed <font> are opened again in each paragraph: the tree grows as the square of the page.
static void a_tree_over_the_limit_is_refused(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 1000);
    gdx_buffer bytes = {0};
    assert_int_equal(gdx_buffer_append(&bytes, "<p>", 3), GDX_OK);
    for (int i = 0; i < 500; i++)
        assert_int_equal(gdx_buffer_append_format(&bytes, "<font size=%d>", i), GDX_OK);
    for (int i = 0; i < 2000; i++)
        assert_int_equal(gdx_buffer_append(&bytes, "<p>a", 4), GDX_OK);
    begin(source, GDX_INPUT_HTML, gdx_buffer_slice(&bytes));
    next_refusal(source, GDX_TOO_LARGE, "whose elements take over");
    assert_slice(page(source, "<p>next").text, "next");
    gdx_buffer_clear(&bytes);
}

static void a_page_cut_at_each_byte_is_read(void **state) {
    (void)state;
    static const char whole[] =
        "<!DOCTYPE html><html><head><title>题 &amp; 目</title><meta name=pubdate content='2023-05-06'><script "
        "type='application/ld+json'>{\"datePublished\":\"2023\"}</script></head><body class='a b'><nav><a href='#x'>甲</a></nav>"
        "<!-- c --><table><tr><td>乙</td></tr></table><svg><title>t</title><path/></svg><pre>\n丙</pre><sup>[1]</sup>"
        "<ruby>丁<rt>x</rt></ruby><![if a]>戊<![endif]><ul><li>己</li></ul>&#151;&nbsp;</body></html>";
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    for (size_t bytes = 1; bytes < sizeof whole; bytes++) {
        char *copy = malloc(bytes);
        assert_non_null(copy);
        memcpy(copy, whole, bytes);
        begin(source, GDX_INPUT_HTML, (gdx_slice){copy, bytes});
        gdx_document document;
        gdx_refusal refusal = {0};
        if (gdx_source_next(source, &document, &refusal) == GDX_SOURCE_DOCUMENT)
            assert_true(gdx_utf8_valid(document.text) && gdx_utf8_valid(document.title));
        else
            assert_non_null(strstr(refusal.error.message, "empty"));
        free(copy);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(borders_that_a_page_draws_end_a_phrase),
        cmocka_unit_test(readings_and_marks_of_notes_leave_the_text),
        cmocka_unit_test(notes_and_captions_are_parts),
        cmocka_unit_test(what_stands_beside_the_text_is_furniture),
        cmocka_unit_test(where_it_is_uncertain_text_stays_text),
        cmocka_unit_test(xhtml_closes_its_elements),
        cmocka_unit_test(a_title_loses_the_site_only_where_the_page_says_so),
        cmocka_unit_test(a_date_is_read_wherever_pages_say_it),
        cmocka_unit_test(what_is_no_day_of_publishing_is_no_date),
        cmocka_unit_test(a_tag_with_very_many_attributes_is_read_or_refused),
        cmocka_unit_test(a_tree_over_the_limit_is_refused),
        cmocka_unit_test(a_page_cut_at_each_byte_is_read),
    };
    return cmocka_run_group_tests_name("ingest: rules of HTML", tests, NULL, NULL);
}
