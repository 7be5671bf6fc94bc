// SPDX-License-Identifier: Apache-2.0
// test_books.c: what EPUB and FictionBook show, and what of their metadata is believed.

#include "one_piece.h"
#include "packages.h"

#include <stdlib.h>

#define MIMETYPE                                                                                                       \
    { "mimetype", "application/epub+zip" }
#define CONTAINER                                                                                                      \
    {                                                                                                                  \
        "META-INF/container.xml", "<container xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\"><rootfiles>"   \
                                  "<rootfile full-path=\"OEBPS/book.opf\" "                                            \
                                  "media-type=\"application/oebps-package+xml\"/></rootfiles></container>"             \
    }
#define PACKAGE(metadata, manifest, spine)                                                                             \
    {                                                                                                                  \
        "OEBPS/book.opf", "<package xmlns=\"http://www.idpf.org/2007/opf\" "                                           \
                          "xmlns:opf=\"http://www.idpf.org/2007/opf\" "                                                \
                          "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><metadata>" metadata                          \
                          "</metadata><manifest>" manifest "</manifest><spine toc=\"ncx\">" spine "</spine></package>" \
    }
#define ITEM(id, href) "<item id=\"" id "\" href=\"" href "\" media-type=\"application/xhtml+xml\"/>"
#define REF(id)        "<itemref idref=\"" id "\"/>"
#define NCX(points)                                                                                                    \
    {                                                                                                                  \
        "OEBPS/toc.ncx", "<ncx xmlns=\"http://www.daisy.org/z3986/2005/ncx/\"><docTitle><text>书</text></docTitle>"   \
                         "<navMap>" points "</navMap></ncx>"                                                           \
    }
#define POINT(title, source)                                                                                           \
    "<navPoint><navLabel><text>" title "</text></navLabel><content src=\"" source "\"/></navPoint>"
#define NCX_ITEM "<item id=\"ncx\" href=\"toc.ncx\" media-type=\"application/x-dtbncx+xml\"/>"
#define CHAPTER(body)                                                                                                  \
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.1//EN\" "                   \
    "\"http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd\"><html xmlns=\"http://www.w3.org/1999/xhtml\" "                   \
    "xmlns:epub=\"http://www.idpf.org/2007/ops\"><head><title>无</title><style>p{}</style></head><body>" body          \
    "</body></html>"

static void chapters_come_in_reading_order_with_their_titles_as_places(void **state) {
    (void)state;
    EXPECT(
        ingest_epub,
        "title: 大宋之变\ndate: 2020-08 from dc:date\n"
        "text: {第一章 少年}第一章\n开 头。\n{第二章}第二章\n续\n又续\nfurniture: {nav.xhtml}第一章 少年第二章小节\n",
        MIMETYPE, CONTAINER,
        PACKAGE("<dc:title>大宋之变</dc:title><dc:date>2020-08</dc:date>",
                NCX_ITEM ITEM("a", "Text/c%201.xhtml") ITEM("b", "Text/c2.xhtml")
                    ITEM("c", "Text/c2b.xhtml") "<item id=\"n\" href=\"nav.xhtml\" properties=\"nav\"/>",
                REF("n") REF("a") REF("b") REF("c")),
        {"OEBPS/nav.xhtml",
         CHAPTER(
             "<nav epub:type=\"toc\"><a href=\"Text/c%201.xhtml#x\">第一章\n 少年</a><a href=\"Text/c2.xhtml\">第二章</a>"
             "<a href=\"Text/c2.xhtml#s\">小节</a></nav>")},
        {"OEBPS/Text/c 1.xhtml", CHAPTER("<h1>第一章</h1>\n<p>开\n 头。</p>")},
        {"OEBPS/Text/c2.xhtml", CHAPTER("<h1>第二章</h1><p>续</p>")}, {"OEBPS/Text/c2b.xhtml", CHAPTER("<p>又续</p>")});
}

static void what_is_no_title_and_no_date_is_not_believed(void **state) {
    (void)state;
    EXPECT(ingest_epub, "title: 真题 *\ntext: {一}真题\n文\n", MIMETYPE, CONTAINER,
           PACKAGE("<dc:title>Table of Contents</dc:title><dc:date>0101-01-01T00:00:00+00:00</dc:date>"
                   "<dc:date opf:event=\"modification\">2019-01-01</dc:date>",
                   NCX_ITEM ITEM("a", "a.xhtml"), REF("a")),
           NCX(POINT("一", "a.xhtml")), {"OEBPS/a.xhtml", CHAPTER("<h1>真题</h1><p>文</p>")});
}

static void marks_of_notes_leave_the_line_and_notes_are_notes(void **state) {
    (void)state;
    EXPECT(
        ingest_epub,
        "title: 注\ntext: {a.xhtml}甲乙丙丁戊\u00a0m2\n代  码\n| 一 | 二 |\nnote: {a.xhtml}注一\nnote: {a.xhtml}注二\n"
        "caption: {a.xhtml}图题\n",
        MIMETYPE, CONTAINER, PACKAGE("<dc:title>注</dc:title>", ITEM("a", "a.xhtml"), REF("a")),
        {"OEBPS/a.xhtml",
         CHAPTER("<p>甲<a epub:type=\"noteref\" href=\"#n\">[1]</a>乙<sup><a href=\"b.xhtml#x\">2</a></sup>丙<a "
                 "href=\"#y\"><sup>3</sup></a>丁<ruby>戊<rt>wu</rt></ruby>&nbsp;m<sup>2</sup></p><aside "
                 "epub:type=\"footnote\" id=\"n\"><p>注一</p></aside><ol class=\"duokan-footnote-content\"><li "
                 "class=\"duokan-footnote-item\">注二</li></ol><figure><img alt=\"x\"/><figcaption>图题</figcaption>"
                 "</figure><pre>代  码</pre><table><tr><td>一</td><td>二</td></tr></table>")});
}

static void protection_is_named_and_obscured_fonts_are_none(void **state) {
    (void)state;
#define ENCRYPTION(method)                                                                                             \
    {"META-INF/encryption.xml", "<encryption xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\" "               \
                                "xmlns:enc=\"http://www.w3.org/2001/04/xmlenc#\"><enc:EncryptedData>"                  \
                                "<enc:EncryptionMethod Algorithm=\"" method "\"/><enc:CipherData>"                     \
                                "<enc:CipherReference URI=\"OEBPS/a.xhtml\"/></enc:CipherData>"                        \
                                "</enc:EncryptedData></encryption>"}
    EXPECT(ingest_epub, "not supported: protected against copying (DRM), expected a book that anybody can read\n",
           MIMETYPE, CONTAINER, PACKAGE("", ITEM("a", "a.xhtml"), REF("a")), {"OEBPS/a.xhtml", "garbage"},
           ENCRYPTION("http://www.w3.org/2001/04/xmlenc#aes128-cbc"));
    EXPECT(ingest_epub, "title: 文 *\ntext: {a.xhtml}文\n", MIMETYPE, CONTAINER,
           PACKAGE("", ITEM("a", "a.xhtml"), REF("a")), {"OEBPS/a.xhtml", CHAPTER("<p>文</p>")},
           ENCRYPTION("http://www.idpf.org/2008/embedding"));
}

static void chapters_that_cannot_be_read_are_told(void **state) {
    (void)state;
    EXPECT(ingest_epub, "title: 书\ntext: {a.xhtml}文\n{b.xhtml}半\nlost: 2 OEBPS/gone.xhtml\n", MIMETYPE, CONTAINER,
           PACKAGE("<dc:title>书</dc:title>", ITEM("a", "a.xhtml") ITEM("b", "b.xhtml") ITEM("c", "gone.xhtml"),
                   REF("c") REF("a") REF("b")),
           {"OEBPS/a.xhtml", CHAPTER("<p>文</p>")}, {"OEBPS/b.xhtml", "<html><p>半</p><p>"});
    EXPECT(ingest_epub, "corrupt: META-INF/container.xml names no package document, expected an EPUB\n", MIMETYPE,
           {"a.xhtml", "<p/>"});
    EXPECT(ingest_epub, "corrupt: no OEBPS/book.opf in the zip file, expected the package document of an EPUB\n",
           MIMETYPE, CONTAINER);
}

static void items_of_lists_end_phrases(void **state) {
    (void)state;
    EXPECT(ingest_epub, "title: 书\ntext: {a.xhtml}前\n▪ 甲\n▪ 乙\n▪ 丙 ▪\n后\n", MIMETYPE, CONTAINER,
           PACKAGE("<dc:title>书</dc:title>", ITEM("a", "a.xhtml"), REF("a")),
           {"OEBPS/a.xhtml", CHAPTER("<p>前</p><ul><li>甲</li><li><p>乙</p><ol><li>丙</li></ol></li></ul><p>后</p>")});
}

static void a_chapter_that_is_no_xml_is_read_as_a_page(void **state) {
    (void)state;
    gdx_buffer file =
        PACK(MIMETYPE, CONTAINER,
             PACKAGE("<dc:title>书</dc:title>", ITEM("a", "a.xhtml") ITEM("b", "b.xhtml"), REF("a") REF("b")),
             {"OEBPS/a.xhtml", "<html><body><p>甲<br>乙</body></html>"}, {"OEBPS/b.xhtml", CHAPTER("<p>丙</p>")});
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    begin(source, GDX_INPUT_EPUB, gdx_buffer_slice(&file));
    gdx_document document = next_document(source);
    assert_slice(document.title, "书");
    assert_slice(document.text, "甲\n乙\n丙");
    assert_int_equal(document.text_place_count, 2);
    assert_slice(document.text_places[1].name, "b.xhtml");
    assert_end(source);
    gdx_buffer_clear(&file);
}

#define FICTION(description, bodies)                                                                                   \
    "<FictionBook xmlns=\"http://www.gribuser.ru/xml/fictionbook/2.0\"><description>" description                      \
    "</description>" bodies "<binary id=\"x\">aGVsbG8=</binary></FictionBook>"

static void fiction_has_sections_as_places_and_notes(void **state) {
    (void)state;
    expect_read(
        ingest_fictionbook,
        gdx_slice_of(XML_HEAD FICTION(
            "<title-info><author><first-name>列夫</first-name><last-name>托尔斯泰</last-name></author><book-title>战争与和平"
            "</book-title><annotation><p>简介</p></annotation><date value=\"1869-01-01\">1869</date></title-info>"
            "<document-info><author><nickname>x</nickname></author><date>2015</date></document-info><publish-info>"
            "<book-name>别名</book-name><year>1978</year></publish-info>",
            "<body><title><p>战争与和平</p></title><section><title><p>第一部</p><p>开端</p></title><p>公爵<a type=\"note\" "
            "l:href=\"#n1\" xmlns:l=\"l\">[1]</a>说。</p><empty-line/><poem><stanza><v>诗一</v><v>诗二</v></stanza></poem>"
            "<table><tr><td>甲</td><td>乙</td></tr></table></section></body><body name=\"notes\"><section id=\"n1\"><title><p>1"
            "</p></title><p>注文。</p></section></body>")),
        "title: 战争与和平 *\ndate: 1978 from publish-info year\ntext: {战争与和平}战争与和平\n{第一部 开端}第一部\n开端\n公爵说。\n"
        "诗一\n诗二\n| 甲 | 乙 |\nfurniture: 简介\nnote: 注文。\n");
    expect_read(ingest_fictionbook, gdx_slice_of("<html/>"), "corrupt: XML that is no FictionBook, expected one\n");
}

static void fiction_of_other_encodings_and_in_zip_files(void **state) {
    (void)state;
    // "Мир" in windows-1251, "和平" in GBK, and GBK that calls itself UTF-8.
    expect_read(
        ingest_fictionbook,
        gdx_slice_of("<?xml version=\"1.0\" encoding=\"windows-1251\"?>" FICTION(
            "<title-info><book-title>\xcc\xe8\xf0</book-title></title-info>", "<body><p>\xcc\xe8\xf0</p></body>")),
        "title: Мир *\ntext: Мир\n");
    expect_read(
        ingest_fictionbook,
        gdx_slice_of("<?xml version='1.0' encoding='gbk'?>" FICTION("", "<body><p>\xba\xcd\xc6\xbd</p></body>")),
        "title: 和平 *\ntext: 和平\n");
    EXPECT(ingest_fictionbook, "title: 书 *\ntext: 书\n",
           {"a/book.FB2", FICTION("", "<body><section><p>书</p></section></body>")});
    EXPECT(ingest_fictionbook, "corrupt: no .fb2 in the zip file, expected one\n", {"a.txt", "x"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chapters_come_in_reading_order_with_their_titles_as_places),
        cmocka_unit_test(what_is_no_title_and_no_date_is_not_believed),
        cmocka_unit_test(marks_of_notes_leave_the_line_and_notes_are_notes),
        cmocka_unit_test(protection_is_named_and_obscured_fonts_are_none),
        cmocka_unit_test(chapters_that_cannot_be_read_are_told),
        cmocka_unit_test(items_of_lists_end_phrases),
        cmocka_unit_test(a_chapter_that_is_no_xml_is_read_as_a_page),
        cmocka_unit_test(fiction_has_sections_as_places_and_notes),
        cmocka_unit_test(fiction_of_other_encodings_and_in_zip_files),
    };
    return cmocka_run_group_tests_name("ingest: books", tests, NULL, NULL);
}
