// SPDX-License-Identifier: Apache-2.0
// test_slides.c: what slides of .pptx files show.

#include "packages.h"

#define P "http://schemas.openxmlformats.org/presentationml/2006/main"
#define A "http://schemas.openxmlformats.org/drawingml/2006/main"
#define RELS                                                                                                           \
    { "_rels/.rels", RELATIONS(RELATION("rId1", "officeDocument", "ppt/presentation.xml")) }
#define DECK(ids)                                                                                                      \
    {                                                                                                                  \
        "ppt/presentation.xml", XML_HEAD "<p:presentation xmlns:p=\"" P "\" xmlns:r=\"" OFFICE "\"><p:sldIdLst>" ids   \
                                         "</p:sldIdLst></p:presentation>"                                              \
    }
#define SLIDE(shapes)                                                                                                  \
    XML_HEAD "<p:sld xmlns:p=\"" P "\" xmlns:a=\"" A "\" xmlns:r=\"" OFFICE "\"><p:cSld><p:spTree>" shapes             \
             "</p:spTree></p:cSld></p:sld>"
#define SHAPE(placeholder, paragraphs)                                                                                 \
    "<p:sp><p:nvSpPr><p:nvPr>" placeholder "</p:nvPr></p:nvSpPr><p:txBody>" paragraphs "</p:txBody></p:sp>"
#define PARAGRAPH(text) "<a:p><a:r><a:rPr lang=\"zh-CN\"/><a:t>" text "</a:t></a:r></a:p>"

static void slides_come_in_their_order_each_shape_a_part(void **state) {
    (void)state;
    EXPECT(ingest_slides,
           "title: 供应链 韧性 *\ntext: {slide 1}供应链\n韧性\ntext: {slide 1}副标题\nfurniture: {slide 1}2023年\n"
           "furniture: {slide 1}7\ntext: {slide 2}第二张\n",
           TYPES, RELS, DECK("<p:sldId id=\"1\" r:id=\"b\"/><p:sldId id=\"2\" r:id=\"a\"/>"),
           {"ppt/_rels/presentation.xml.rels",
            RELATIONS(RELATION("a", "slide", "slides/slide1.xml") RELATION("b", "slide", "slides/slide9.xml"))},
           {"ppt/slides/slide1.xml", SLIDE(SHAPE("", PARAGRAPH("第二张")))},
           {"ppt/slides/slide9.xml",
            SLIDE(SHAPE("<p:ph type=\"ctrTitle\"/>",
                        "<a:p><a:r><a:t>供应链</a:t></a:r><a:br/><a:r><a:t>韧性</a:t></a:r></a:p>")
                      SHAPE("<p:ph idx=\"1\"/>", PARAGRAPH("副标题")) SHAPE("<p:ph type=\"dt\"/>", PARAGRAPH("2023年"))
                          SHAPE("<p:ph type=\"sldNum\"/>", "<a:p><a:fld><a:t>7</a:t></a:fld></a:p>"))});
}

static void tables_notes_and_comments_are_read(void **state) {
    (void)state;
    EXPECT(
        ingest_slides,
        "title: 数据 *\ntext: {slide 1}数据\ntext: {slide 1}| 年 | 值 |\n| 2023 |\nnote: {slide 1}演讲者备注\n"
        "furniture: {slide 1}批注\n",
        TYPES, RELS, DECK("<p:sldId r:id=\"a\"/>"),
        {"ppt/_rels/presentation.xml.rels", RELATIONS(RELATION("a", "slide", "slides/slide1.xml"))},
        {"ppt/slides/_rels/slide1.xml.rels", RELATIONS(RELATION("n", "notesSlide", "../notesSlides/n1.xml")
                                                           RELATION("c", "comments", "../comments/c1.xml"))},
        {"ppt/slides/slide1.xml",
         SLIDE(SHAPE("<p:ph type=\"title\"/>", PARAGRAPH("数据")) "<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody>" PARAGRAPH("年") "</a:txBody></a:tc><a:tc><a:txBody>" PARAGRAPH(
             "值") "</a:txBody></a:tc></a:tr><a:tr><a:tc>" PARAGRAPH("2023") "</a:tc><a:tc><a:p/></a:tc></a:tr></a:tbl></p:graphicFrame>")},
        {"ppt/notesSlides/n1.xml",
         SLIDE(SHAPE("<p:ph type=\"sldImg\"/>", PARAGRAPH("图")) SHAPE("<p:ph type=\"body\"/>", PARAGRAPH("演讲者备注"))
                   SHAPE("<p:ph type=\"sldNum\"/>", PARAGRAPH("1")))},
        {"ppt/comments/c1.xml", "<p:cmLst xmlns:p=\"" P "\"><p:cm><p:text>批注</p:text></p:cm></p:cmLst>"});
}

static void a_diagram_is_read_after_its_slide(void **state) {
    (void)state;
    EXPECT(ingest_slides, "title: 图 *\ntext: {slide 1}图\ncaption: {slide 1}| 甲 | 乙 |\ntext: {slide 2}后\n", TYPES,
           RELS, DECK("<p:sldId r:id=\"a\"/><p:sldId r:id=\"b\"/>"),
           {"ppt/_rels/presentation.xml.rels",
            RELATIONS(RELATION("a", "slide", "slides/slide1.xml") RELATION("b", "slide", "slides/slide2.xml"))},
           {"ppt/slides/_rels/slide1.xml.rels", RELATIONS(RELATION("d", "diagramData", "../diagrams/data1.xml"))},
           {"ppt/slides/slide1.xml",
            SLIDE(SHAPE("", PARAGRAPH("图")) "<p:graphicFrame><d:relIds "
                                             "xmlns:d=\"http://schemas.openxmlformats.org/drawingml/2006/diagram\" "
                                             "r:dm=\"d\"/></p:graphicFrame>")},
           {"ppt/slides/slide2.xml", SLIDE(SHAPE("", PARAGRAPH("后")))},
           {"ppt/diagrams/data1.xml",
            "<d:dataModel xmlns:d=\"http://schemas.openxmlformats.org/drawingml/2006/diagram\" "
            "xmlns:a=\"" A "\"><d:pt>" PARAGRAPH("甲") "</d:pt><d:pt>" PARAGRAPH("乙") "</d:pt></d:dataModel>"});
}

static void slides_that_cannot_be_read_are_told(void **state) {
    (void)state;
    EXPECT(ingest_slides, "title: 在 *\ntext: {slide 2}在\nlost: 1 ppt/slides/gone.xml\n", TYPES, RELS,
           DECK("<p:sldId r:id=\"a\"/><p:sldId r:id=\"b\"/>"),
           {"ppt/_rels/presentation.xml.rels",
            RELATIONS(RELATION("a", "slide", "slides/gone.xml") RELATION("b", "slide", "slides/slide2.xml"))},
           {"ppt/slides/slide2.xml", SLIDE(SHAPE("", PARAGRAPH("在")))});
    EXPECT(
        ingest_slides,
        "corrupt: none of its 1 slides can be read, ppt/slides/slide2.xml among them\nlost: 1 ppt/slides/slide2.xml\n",
        TYPES, RELS, DECK("<p:sldId r:id=\"b\"/>"),
        {"ppt/_rels/presentation.xml.rels", RELATIONS(RELATION("b", "slide", "slides/slide2.xml"))},
        {"ppt/slides/slide2.xml", "<p:sld>"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slides_come_in_their_order_each_shape_a_part),
        cmocka_unit_test(tables_notes_and_comments_are_read),
        cmocka_unit_test(a_diagram_is_read_after_its_slide),
        cmocka_unit_test(slides_that_cannot_be_read_are_told),
    };
    return cmocka_run_group_tests_name("ingest: slides", tests, NULL, NULL);
}
