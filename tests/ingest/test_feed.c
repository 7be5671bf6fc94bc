// SPDX-License-Identifier: Apache-2.0
// test_feed.c: RSS, Atom, dumps of wikis and other XML -> a document for each item, entry and page.

#include "one_piece.h"

#include <stdio.h>
#include <stdlib.h>

static gdx_source *over(gdx_slice bytes) {
    gdx_source *source = new_source(NULL, 0);
    begin(source, GDX_INPUT_FEED, bytes);
    return source;
}

static void an_item_of_rss_is_a_document(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(
        SLICE("<?xml version=\"1.0\"?>\n<rss version=\"2.0\" xmlns:content=\"x\"><channel><title>频道</title>\n"
              "<item><title>关税 &amp;amp; 产业链</title><link>http://x/1</link><guid isPermaLink=\"false\">g1</guid>"
              "<pubDate>2023-05-06T10:20:00+08:00</pubDate><category>经济</category><category>贸易</category>"
              "<description>摘要</description>"
              "<content:encoded><![CDATA[<p>第一段</p><p>第二&nbsp;段</p>]]></content:encoded></item>\n"
              "<item>\n<title>\n 两行\n 标题 </title><link>http://x/2</link>"
              "<description>&lt;b&gt;粗&lt;/b&gt;体 &mdash; &nbsp;完</description></item>\n"
              "</channel></rss>"));
    gdx_document document = next_document(source);
    assert_slice(document.id, "g1");
    assert_slice(document.title, "关税 & 产业链");
    assert_slice(document.text, "第一段\n第二\xc2\xa0段");
    assert_int_equal(document.date, gdx_date_of(2023, 5, 6));
    assert_slice(document.source, "news");
    assert_slice(document.metadata, "{\"category\":\"经济\\n贸易\",\"description\":\"摘要\",\"link\":\"http://x/1\"}");
    assert_int_equal(gdx_source_repairs(source)->line, 3);
    document = next_document(source);
    assert_slice(document.id, "http://x/2");
    assert_slice(document.title, "两行 标题");
    assert_slice(document.text, "粗体 — \xc2\xa0完");
    assert_end(source);
    assert_end(source);
}

static void an_entry_of_atom_is_a_document(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>t</title><id>f</id>"
        "<entry><id>tag:1</id><title type=\"html\">a &lt;i&gt;b&lt;/i&gt;</title><updated>2024-01-02T03:04:05Z</updated>"
        "<link rel=\"self\" href=\"s\"/><link href=\"http://x/a\"/><author><name>作者</name></author>"
        "<content type=\"xhtml\"><div xmlns=\"h\">一 &lt; 二<p>三<br/>四</p></div></content></entry>"
        "<entry><id>tag:2</id><title type=\"text\">&lt;i> &amp;</title><published>2024</published>"
        "<summary type=\"text\">1 &lt; 2 &lt;b&gt;</summary></entry></feed>"));
    gdx_document document = next_document(source);
    assert_slice(document.id, "tag:1");
    assert_slice(document.title, "a b");
    assert_slice(document.text, "一 < 二\n三\n四");
    assert_slice(document.metadata, "{\"author.name\":\"作者\",\"link\":\"http://x/a\"}");
    assert_int_equal(document.date, gdx_date_of(2024, 1, 2));
    document = next_document(source);
    assert_slice(document.title, "<i> &");
    assert_slice(document.text, "1 < 2 <b>");
    assert_end(source);
}

static void rss_1_and_items_without_an_id(void **state) {
    (void)state;
    static const char feed[] = "<rdf:RDF xmlns:rdf=\"r\"><item rdf:about=\"http://x/1\"><title>t</title>"
                               "<description>d</description><dc:date>2020-02-03</dc:date></item>"
                               "<item><title>t</title><description>d</description></item></rdf:RDF>";
    GDX_AUTO(gdx_source) source = over(SLICE(feed));
    gdx_document document = next_document(source);
    assert_slice(document.id, "http://x/1");
    assert_int_equal(document.date, gdx_date_of(2020, 2, 3));
    next_refusal(source, GDX_INVALID, "id: missing, expected a string or an integer; give --id-from hash");
    assert_end(source);
    gdx_source_options options = {.id_from_hash = true};
    gdx_source *hashing = NULL;
    assert_int_equal(gdx_source_new(&options, &hashing, NULL), GDX_OK);
    begin(hashing, GDX_INPUT_FEED, SLICE(feed));
    next_document(hashing);
    assert_int_equal(next_document(hashing).id.bytes, 32);
    gdx_source_free(hashing);
}

static void a_page_of_a_wiki_is_a_document(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE(
        "<mediawiki><siteinfo><sitename>W</sitename><base>https://zh.example.org/wiki/Wikipedia:首页</base></siteinfo>\n"
        "<page><title>产业 链</title><ns>0</ns><id>12</id>"
        "<revision><id>1</id><timestamp>2019-01-01T00:00:00Z</timestamp><text>旧</text></revision>"
        "<revision><id>2</id><timestamp>2020-01-01T00:00:00Z</timestamp><text xml:space=\"preserve\">"
        "'''产业链'''是[[经济学|经济]]的{{tl|x{{y}}}}概念&lt;ref name=a&gt;注&lt;/ref&gt;。\n\n== 历史 ==\n* 甲\n"
        "[[Category:经济]]</text></revision></page>\n"
        "<page><title>旧名</title><redirect title=\"产业 链\"/><revision><text>#REDIRECT [[产业 链]]</text></revision></page>"
        "</mediawiki>"));
    gdx_document document = next_document(source);
    assert_slice(document.id, "https://zh.example.org/wiki/产业_链");
    assert_slice(document.title, "产业 链");
    assert_slice(document.text, "产业链是经济的概念。\n历史\n甲\n");
    assert_int_equal(document.date, gdx_date_of(2020, 1, 1));
    assert_end(source);
}

static void markup_of_a_wiki_is_not_text(void **state) {
    (void)state;
    static const struct {
        const char *source, *text;
    } cases[] = {
        {"a [[b]] [[c|d]] [[:文件:e]] [http://x f g] [http://x]", "a b d 文件:e f g "},
        {"[[文件:x.jpg|thumb|图 [[a]] 说明]]b", "b"},
        {"-{zh-hans:计算机; zh-hant:電腦;}- -{A|zh-cn:软件;zh-tw:軟體}- -{原文}-", "计算机 软件 原文"},
        {"{| class=\"x\"\n|-\n! 甲 !! 乙\n|-\n| style=\"y\" | 一 || 二\n|}\n尾", " 甲 \n 乙\n 一 \n 二\n尾"},
        {"<!-- x -->a<br/>b<nowiki>c</nowiki>&nbsp;1 < 2", "a\nbc 1 < 2"},
        {"<ref>a</ref><ref name=\"b\" />c<references/>", "c"},
        {"{{a|{{b}}|c}}d {{open [[x]]", "d {{open x"},
        {"''a'' '''b''' c'd", "a b c'd"},
        {"# 一\n#: 二\n; 三 : 四", "一\n二\n三 : 四"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gdx_buffer page = {0}, xml = {0};
        for (const char *at = cases[i].source; *at; at++)
            assert_int_equal(gdx_buffer_append_format(&page,
                                                      *at == '<'   ? "&lt;"
                                                      : *at == '&' ? "&amp;"
                                                                   : "%c",
                                                      *at),
                             GDX_OK);
        assert_int_equal(gdx_buffer_append_format(&xml,
                                                  "<mediawiki><page><id>1</id><title>t</title><revision><text>"
                                                  "%.*s</text></revision></page></mediawiki>",
                                                  (int)page.bytes, (const char *)page.data),
                         GDX_OK);
        GDX_AUTO(gdx_source) source = over(gdx_buffer_slice(&xml));
        assert_slice(next_document(source).text, cases[i].text);
        gdx_buffer_clear(&page);
        gdx_buffer_clear(&xml);
    }
}

static void a_map_names_elements_of_other_xml(void **state) {
    (void)state;
    GDX_AUTO(gdx_record_map) map = NULL;
    assert_int_equal(gdx_record_map_parse("id=meta.no,title=head,text=lead+body,date=day?", &map, NULL), GDX_OK);
    gdx_source_options options = {.map = map};
    gdx_source *source = NULL;
    assert_int_equal(gdx_source_new(&options, &source, NULL), GDX_OK);
    begin(source, GDX_INPUT_FEED,
          SLICE("<x><list><item><meta><no>7</no><k>v</k></meta><head>H</head><lead>一</lead>"
                "<body><p>二</p><p>三</p></body></item>"
                "<item><meta><no>8</no></meta><head/><lead/></item></list></x>"));
    gdx_document document = next_document(source);
    assert_slice(document.id, "7");
    assert_slice(document.title, "H");
    assert_slice(document.text, "一\n二\n三");
    assert_slice(document.metadata, "{\"meta.k\":\"v\"}");
    next_refusal(source, GDX_INVALID, "text: no element \"body\", which --map names");
    assert_end(source);
    gdx_source_free(source);
    GDX_AUTO(gdx_source) unknown = over(SLICE("<x><item><id>1</id><body>b</body></item></x>"));
    next_refusal(unknown, GDX_INVALID, "text: missing, expected a string; the keys are body: give --map text=KEY");
    GDX_AUTO(gdx_source) none = over(SLICE("<TEI><text>a</text></TEI>"));
    next_refusal(none, GDX_UNSUPPORTED, "XML with the root <TEI> and no item, entry or page in it");
    assert_end(none);
}

static void broken_xml_keeps_what_stands_before(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source =
        over(SLICE("<rss><item><guid>1</guid><description>a</description></item>\n<item><guid>2</b></item></rss>"));
    assert_slice(next_document(source).id, "1");
    gdx_refusal refusal =
        next_refusal(source, GDX_INVALID, "column 16: not XML: mismatched tag; nothing from here on is read");
    assert_int_equal(refusal.line, 2);
    assert_end(source);
    GDX_AUTO(gdx_source)
    control = over(SLICE("<rss><item><guid>1</guid><description>a\x08"
                         "b\x01</description></item></rss>"));
    assert_slice(next_document(control).text, "a\xef\xbf\xbd"
                                              "b\xef\xbf\xbd");
    assert_int_equal(gdx_source_repairs(control)->replaced, 2);
    assert_end(control);
}

static void xml_of_other_encodings_is_decoded(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    gbk = over(SLICE("<?xml version=\"1.0\" encoding=\"gb2312\"?><rss><item><guid>1</guid><description>\xb9\xd8\xcb\xb0"
                     "</description></item></rss>"));
    assert_slice(next_document(gbk).text, "关税");
    static const char ascii[] = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><rss><item><guid>1</guid><description>x"
                                "</description></item></rss>";
    char wide[2 * sizeof ascii + 2] = "\xff\xfe";
    for (size_t i = 0; i + 1 < sizeof ascii; i++)
        wide[2 + 2 * i] = ascii[i];
    GDX_AUTO(gdx_source) utf16 = over((gdx_slice){wide, 2 * sizeof ascii});
    assert_slice(next_document(utf16).text, "x");
    GDX_AUTO(gdx_source)
    page = over(SLICE("<?xml version=\"1.0\"?><!DOCTYPE html><html><title>t</title><body>b</body></html>"));
    assert_slice(next_document(page).title, "t");
    assert_end(page);
}

static void hostile_xml_is_refused(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    laughs = over(SLICE("<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><rss><item><guid>1</guid>"
                        "<description>&b;</description></item></rss>"));
    next_refusal(laughs, GDX_INVALID, "an entity that holds another one");
    assert_end(laughs);
    GDX_AUTO(gdx_source)
    outside = over(SLICE("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\"><!ENTITY n \"&#38;#60;\">]><rss><item>"
                         "<guid>1</guid><description>a&e;b&n;</description></item></rss>"));
    gdx_document document = next_document(outside);
    assert_null(memmem(document.text.data, document.text.bytes, "root", 4));
    gdx_buffer text = {0};
    assert_int_equal(
        gdx_buffer_append_format(&text, "<!DOCTYPE x [<!ENTITY e \"%01000d\">]><rss><item><guid>1</guid><title>", 0),
        GDX_OK);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(gdx_buffer_append(&text, "&e;", 3), GDX_OK);
    assert_int_equal(gdx_buffer_append(&text, "</title></item></rss>", 21), GDX_OK);
    GDX_AUTO(gdx_source) quadratic = over(gdx_buffer_slice(&text));
    next_refusal(quadratic, GDX_INVALID, "limit on input amplification factor");
    assert_end(quadratic);
    text.bytes = 0;
    for (int i = 0; i < 100000; i++)
        assert_int_equal(gdx_buffer_append(&text, "<item>", 6), GDX_OK);
    GDX_AUTO(gdx_source) deep = over(gdx_buffer_slice(&text));
    next_refusal(deep, GDX_INVALID, "elements more than 128 deep within each other");
    assert_end(deep);
    text.bytes = 0;
    assert_int_equal(gdx_buffer_append(&text, "<item>", 6), GDX_OK);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(gdx_buffer_append(&text, "<a/>", 4), GDX_OK);
    GDX_AUTO(gdx_source) many = over(gdx_buffer_slice(&text));
    next_refusal(many, GDX_TOO_LARGE, "a record of more than 512 elements");
    assert_end(many);
    gdx_buffer_clear(&text);
}

static void every_cut_of_a_feed_ends(void **state) {
    (void)state;
    static const char whole[] =
        "<!DOCTYPE x [<!ENTITY e \"v\">]><mediawiki><siteinfo><base>a/b</base></siteinfo><page><title>t&e;&nbsp;"
        "</title><revision><text>[[a|{{b}} <![CDATA[ ]]>&lt;ref&gt;</text></revision></page><item about=\"1\">"
        "<content type=\"xhtml\">a<b>c</b></content></item></mediawiki>";
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    for (size_t bytes = 0; bytes < sizeof whole; bytes++) {
        char *copy = malloc(bytes + 1);
        memcpy(copy, whole, bytes);
        begin(source, GDX_INPUT_FEED, (gdx_slice){copy, bytes});
        size_t steps = 0;
        gdx_document document;
        for (gdx_refusal refusal = {0}; gdx_source_next(source, &document, &refusal) != GDX_SOURCE_END; steps++)
            assert_true(steps < 10);
        free(copy);
    }
}

static void a_feed_longer_than_a_block_is_read_whole(void **state) {
    (void)state;
    gdx_buffer text = {0};
    assert_int_equal(gdx_buffer_append(&text, "<rss>", 5), GDX_OK);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(
            gdx_buffer_append_format(&text, "<item><guid>%d</guid><description>关税%d</description></item>\n", i, i),
            GDX_OK);
    assert_int_equal(gdx_buffer_append(&text, "</rss>", 6), GDX_OK);
    GDX_AUTO(gdx_source) source = over(gdx_buffer_slice(&text));
    for (int i = 0; i < 5000; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "关税%d", i);
        assert_slice(next_document(source).text, expected);
        assert_int_equal(gdx_source_repairs(source)->line, i + 1);
        gdx_slice at = {(const char *)text.data + gdx_source_repairs(source)->byte, 6};
        assert_slice(at, "<item>");
    }
    assert_end(source);
    gdx_buffer_clear(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_of_rss_is_a_document),
        cmocka_unit_test(an_entry_of_atom_is_a_document),
        cmocka_unit_test(rss_1_and_items_without_an_id),
        cmocka_unit_test(a_page_of_a_wiki_is_a_document),
        cmocka_unit_test(markup_of_a_wiki_is_not_text),
        cmocka_unit_test(a_map_names_elements_of_other_xml),
        cmocka_unit_test(broken_xml_keeps_what_stands_before),
        cmocka_unit_test(xml_of_other_encodings_is_decoded),
        cmocka_unit_test(hostile_xml_is_refused),
        cmocka_unit_test(every_cut_of_a_feed_ends),
        cmocka_unit_test(a_feed_longer_than_a_block_is_read_whole),
    };
    return cmocka_run_group_tests_name("ingest: feed", tests, NULL, NULL);
}
