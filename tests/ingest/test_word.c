// SPDX-License-Identifier: Apache-2.0
// test_word.c: what Word shows of .docx files, and nothing else of them.

#include "packages.h"

#define W "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define DOCUMENT(body)                                                                                                    \
    {                                                                                                                     \
        "word/document.xml", XML_HEAD                                                                                     \
            "<w:document xmlns:w=\"" W "\" xmlns:r=\"" OFFICE "\" "                                                       \
            "xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" xmlns:m=\"http://"                  \
            "schemas.openxmlformats.org/officeDocument/2006/math\" xmlns:v=\"urn:v\" xmlns:wps=\"urn:wps\"><w:body>" body \
            "</w:body></w:document>"                                                                                      \
    }
#define RELS                                                                                                           \
    { "_rels/.rels", RELATIONS(RELATION("rId1", "officeDocument", "word/document.xml") CORE_RELATION) }
#define P(runs) "<w:p>" runs "</w:p>"
#define R(text) "<w:r><w:t xml:space=\"preserve\">" text "</w:t></w:r>"

#define EXPECT_BODY(body, shown) EXPECT(ingest_word, shown, TYPES, RELS, DOCUMENT(body))

static void paragraphs_are_lines_and_runs_join(void **state) {
    (void)state;
    EXPECT_BODY(P(R("关税") R("政策 ")) P("") P(R("WTO") R("规则")), "title: 关税政策 *\ntext: 关税政策 \nWTO规则\n");
    EXPECT_BODY(P("<w:smartTag>" R("北京") "</w:smartTag>" R("市")) "<w:sdt><w:sdtPr/><w:sdtContent>" P(
                    R("控件")) "</w:sdtContent></w:sdt>" P("<w:hyperlink>" R("链接") "</w:hyperlink>"),
                "title: 北京市 *\ntext: 北京市\n控件\n链接\n");
    EXPECT_BODY(P("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t>"
                  "<w:sym w:font=\"Wingdings\" w:char=\"F0FE\"/><w:softHyphen/><w:t>e</w:t></w:r>"),
                "title: a\tb *\ntext: a\tb\nc‑d☑e\n");
}

static void deleted_moved_and_hidden_text_and_instructions_are_no_text(void **state) {
    (void)state;
    EXPECT_BODY(P(R("甲") "<w:del w:id=\"1\"><w:r><w:delText>旧</w:delText></w:r></w:del><w:ins>" R(
                    "乙") "</w:ins><w:moveFrom>" R("走") "</w:moveFrom><w:moveTo>" R("来") "</w:moveTo>"),
                "title: 甲乙来 *\ntext: 甲乙来\n");
    EXPECT_BODY(P(R("甲") "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>"
                          "<w:r><w:rPr><w:vanish w:val=\"0\"/><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange></"
                          "w:rPr><w:t>现</w:t></w:r>"),
                "title: 甲现 *\ntext: 甲现\n");
    EXPECT_BODY(P("<w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>" R("段")), "title: 段 *\ntext: 段\n");
    EXPECT_BODY(
        P(R("见") "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>HYPERLINK x</w:instrText>"
                  "</w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>" R(
                      "图一") "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r><w:fldSimple w:instr=\"PAGE\">" R("7") "</w:fldSimple>"),
        "title: 见图一7 *\ntext: 见图一7\n");
    // A field within the instruction of another one is not shown either; one without an end costs a paragraph at most.
    EXPECT_BODY(P("<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>" R("令") "<w:r><w:fldChar "
                                                                            "w:fldCharType=\"separate\"/></w:r>" R(
                                                                                "果")) P(R("后")),
                "title: 果 *\ntext: 果\n后\n");
    EXPECT_BODY(P("<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>" R("令")) P(R("后")), "title: 后 *\ntext: 后\n");
}

static void a_ruby_shows_its_base_and_a_placeholder_nothing(void **state) {
    (void)state;
    EXPECT_BODY(P("<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>sheng</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>圣</w:t></"
                  "w:r></w:rubyBase></w:ruby></w:r>" R("人")),
                "title: 圣人 *\ntext: 圣人\n");
    EXPECT_BODY(P(R("姓名：")) "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" P(
                    R("单击此处输入")) "</w:sdtContent></w:sdt>" P(R("完")),
                "title: 姓名： *\ntext: 姓名：\n完\n");
}

static void a_text_box_counts_once_and_does_not_cut_its_paragraph(void **state) {
    (void)state;
    EXPECT_BODY(
        P(R("前半") "<w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><wps:txbx><w:txbxContent>" P(R("框"))
              P(R("内")) "</w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><v:textbox><w:txbxContent>" P(R("框"))
                  P(R("内")) "</w:txbxContent></v:textbox></mc:Fallback></mc:AlternateContent></w:r>" R("后半")),
        "title: 前半后半 *\ntext: 前半后半\ntext: 框\n内\n");
}

static void cells_stand_between_bars(void **state) {
    (void)state;
#define TC(paragraphs) "<w:tc><w:tcPr/>" paragraphs "</w:tc>"
    EXPECT_BODY(P(R("表前")) "<w:tbl><w:tr>" TC(P(R("年份")))
                    TC(P(R("产量")) P(R("万吨"))) "</w:tr><w:tr>" TC(P(R("2023")))
                        TC(P("")) "</w:tr></w:tbl>" P(R("表后")),
                "title: 表前 *\ntext: 表前\n| 年份 | 产量\n万吨 |\n| 2023 |\n表后\n");
    EXPECT_BODY("<w:tbl><w:tr>" TC(P(R("外")) "<w:tbl><w:tr>" TC(P(R("内一"))) TC(P(R("内二"))) "</w:tr></w:tbl>" P(
                    R("外尾"))) TC(P(R("右"))) "</w:tr></w:tbl>",
                "title: 外 | 内一 | 内二 *\ntext: | 外 | 内一 | 内二 |\n外尾 | 右 |\n");
}

static void notes_headers_and_comments_are_parts(void **state) {
    (void)state;
    EXPECT(ingest_word,
           "title: 正文接着 *\ntext: 正文接着\nnote: 脚注一\n二段\nnote: 尾注\nfurniture: 批注\nfurniture: 页眉\n",
           TYPES, RELS, DOCUMENT(P(R("正文") "<w:r><w:footnoteReference w:id=\"1\"/></w:r>" R("接着"))),
           {"word/_rels/document.xml.rels",
            RELATIONS(RELATION("a", "header", "header1.xml") RELATION("b", "footnotes", "/word/footnotes.xml")
                          RELATION("c", "endnotes", "endnotes.xml") RELATION("d", "comments", "comments.xml"))},
           {"word/footnotes.xml",
            "<w:footnotes xmlns:w=\"" W "\"><w:footnote w:type=\"separator\">" P(
                R("----")) "</w:footnote><w:footnote w:id=\"1\">" P("<w:r><w:footnoteRef/></w:r>" R("脚注一"))
                P(R("二段")) "</w:footnote></w:footnotes>"},
           {"word/endnotes.xml",
            "<w:endnotes xmlns:w=\"" W "\"><w:endnote w:id=\"1\">" P(R("尾注")) "</w:endnote></w:endnotes>"},
           {"word/comments.xml",
            "<w:comments xmlns:w=\"" W "\"><w:comment w:id=\"1\">" P(R("批注")) "</w:comment></w:comments>"},
           {"word/header1.xml", "<w:hdr xmlns:w=\"" W "\">" P(R("页眉")) "</w:hdr>"});
}

static void styles_tell_titles_captions_and_contents(void **state) {
    (void)state;
#define STYLED(style, text) P("<w:pPr><w:pStyle w:val=\"" style "\"/></w:pPr>" R(text))
#define STYLE(id, name, base)                                                                                          \
    "<w:style w:styleId=\"" id "\"><w:name w:val=\"" name "\"/><w:basedOn w:val=\"" base "\"/></w:style>"
    EXPECT(ingest_word,
           "title: 真标题 *\ntext: 单位名称\n一、总论\n真标题\n正文\nfurniture: 一、总论 3\ncaption: 图1 进口\n", TYPES,
           RELS, CORE("模板.dotx"),
           DOCUMENT(P(R("单位名称")) STYLED("toc1", "一、总论 3") STYLED("a1", "一、总论") STYLED("a3", "真标题")
                        P(R("正文")) STYLED("tz", "图1 进口") STYLED("yc", "隐藏")),
           {"word/_rels/document.xml.rels", RELATIONS(RELATION("s", "styles", "styles.xml"))},
           {"word/styles.xml", "<w:styles xmlns:w=\"" W "\">" STYLE("a3", "Title", "a") STYLE("1", "heading 1", "a")
                                   STYLE("a1", "我的标题", "1") STYLE("tz", "caption", "tz")
                                       STYLE("toc1", "toc 1", "a") "<w:style w:styleId=\"yc\"><w:name "
                                                                   "w:val=\"x\"/><w:rPr><w:vanish/></w:rPr></"
                                                                   "w:style></w:styles>"});
}

static void a_declared_title_counts_only_if_the_text_has_it(void **state) {
    (void)state;
    EXPECT(ingest_word, "title: 关于关税的通知 *\ntext: 某部文件\n关于关税的通知\n", TYPES, RELS,
           CORE("关于关税的通知"), DOCUMENT(P(R("某部文件")) P(R("关于关税") R("的通知"))));
    EXPECT(ingest_word, "title: 关于关税的通知\ntext: 某部文件\n关于关税\n的通知\n", TYPES, RELS,
           CORE("关于关税的通知"), DOCUMENT(P(R("某部文件")) P(R("关于关税")) P(R("的通知"))));
    EXPECT(ingest_word, "title: 某部文件 *\ntext: 某部文件\n正文\n", TYPES, RELS, CORE("去年的模板"),
           DOCUMENT(P(R("某部文件")) P(R("正文"))));
    EXPECT(ingest_word, "title: 第一行 *\ntext: 第一行\n目录\n", TYPES, RELS, CORE("目录"),
           DOCUMENT(P(R("第一行")) P(R("目录"))));
}

static void raised_marks_leave_the_line_and_powers_stay(void **state) {
    (void)state;
#define UP(text) "<w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:t>" text "</w:t></w:r>"
    EXPECT_BODY(P(R("结论") UP("[") UP("1,2") UP("]") R("，另") UP("①") R("见") UP("3") R("。面积5m") UP("2") R("，10")
                      UP("8") R("，x") UP("n") R("，AI") UP("[4]")),
                "title: 结论，另见。面积5m2，108，xn，AI *\ntext: 结论，另见。面积5m2，108，xn，AI\n");
}

static void strict_names_and_other_prefixes_are_the_same(void **state) {
    (void)state;
    EXPECT(ingest_word, "title: 严格 *\ntext: 严格\nnote: 注\n", TYPES,
           {"_rels/.rels",
            RELATIONS_HEAD "<Relationship Id=\"r\" Type=\"http://purl.oclc.org/ooxml/officeDocument/"
                           "relationships/officeDocument\" Target=\"WORD/Document2.xml\"/></Relationships>"},
           {"word/document2.xml", "<x:document xmlns:x=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><x:body>"
                                  "<x:p><x:r><x:t>严格</x:t></x:r></x:p></x:body></x:document>"},
           {"word/_rels/document2.xml.rels",
            RELATIONS_HEAD "<Relationship Id=\"r\" Type=\"http://purl.oclc.org/ooxml/officeDocument/"
                           "relationships/footnotes\" Target=\"footnotes.xml\"/></Relationships>"},
           {"word/footnotes.xml", "<footnotes xmlns=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><footnote>"
                                  "<p><r><t>注</t></r></p></footnote></footnotes>"});
}

static void charts_and_diagrams_are_captions(void **state) {
    (void)state;
    EXPECT(
        ingest_word, "title: 文 *\ntext: 文\ncaption: | 增速图 | 一季度 | 二季度 |\ncaption: | 节点甲 | 节点乙 |\n",
        TYPES, RELS,
        DOCUMENT(P(R("文") "<w:r><c:chart xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" "
                           "r:id=\"c\"/><d:relIds "
                           "xmlns:d=\"http://schemas.openxmlformats.org/drawingml/2006/diagram\" r:dm=\"d\"/></w:r>")),
        {"word/_rels/document.xml.rels",
         RELATIONS(RELATION("c", "chart", "charts/chart1.xml") RELATION("d", "diagramData", "diagrams/data1.xml"))},
        {"word/charts/chart1.xml",
         "<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" "
         "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><c:title><a:p><a:r><a:t>增速</a:t></a:r>"
         "<a:r><a:t>图</a:t></a:r></a:p></c:title><c:strCache><c:pt><c:v>一季度</c:v></c:pt><c:pt><c:v>二季度</c:v></"
         "c:pt></c:strCache><c:numCache><c:pt><c:v>5.2</c:v></c:pt></c:numCache></c:chartSpace>"},
        {"word/diagrams/data1.xml",
         "<d:dataModel xmlns:d=\"http://schemas.openxmlformats.org/drawingml/2006/diagram\" "
         "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><d:pt><d:t><a:p><a:r><a:t>节点甲</a:t></"
         "a:r></a:p></d:t></d:pt><d:pt><d:t><a:p><a:r><a:t>节点乙</a:t></a:r></a:p></d:t></d:pt></d:dataModel>"});
}

static void what_is_named_and_not_there_is_told(void **state) {
    (void)state;
    EXPECT(ingest_word, "title: 正文 *\ntext: 正文\nfurniture: 页\nlost: 3 chunk.html\n", TYPES, RELS,
           DOCUMENT(P(R("正文")) "<w:altChunk r:id=\"x\"/>"),
           {"word/_rels/document.xml.rels",
            RELATIONS(RELATION("x", "aFChunk", "/chunk.html") RELATION("b", "footnotes", "footnotes.xml")
                          RELATION("c", "header", "header1.xml"))},
           {"word/header1.xml", "<w:hdr xmlns:w=\"" W "\">" P(R("页")) "<broken>"});
    EXPECT(ingest_word, "corrupt: no word/document.xml in the zip file, expected a document of Office Open XML\n",
           TYPES, {"_rels/.rels", RELATIONS(RELATION("rId1", "officeDocument", "word/gone.xml"))});
    EXPECT(ingest_word, "corrupt: word/document.xml: line 1: mismatched tag, expected XML\n", TYPES,
           {"word/document.xml", "<w:document xmlns:w=\"" W "\"></x>"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_are_lines_and_runs_join),
        cmocka_unit_test(deleted_moved_and_hidden_text_and_instructions_are_no_text),
        cmocka_unit_test(a_ruby_shows_its_base_and_a_placeholder_nothing),
        cmocka_unit_test(a_text_box_counts_once_and_does_not_cut_its_paragraph),
        cmocka_unit_test(cells_stand_between_bars),
        cmocka_unit_test(notes_headers_and_comments_are_parts),
        cmocka_unit_test(styles_tell_titles_captions_and_contents),
        cmocka_unit_test(a_declared_title_counts_only_if_the_text_has_it),
        cmocka_unit_test(raised_marks_leave_the_line_and_powers_stay),
        cmocka_unit_test(strict_names_and_other_prefixes_are_the_same),
        cmocka_unit_test(charts_and_diagrams_are_captions),
        cmocka_unit_test(what_is_named_and_not_there_is_told),
    };
    return cmocka_run_group_tests_name("ingest: word", tests, NULL, NULL);
}
