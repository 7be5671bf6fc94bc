// SPDX-License-Identifier: Apache-2.0
// test_opendocument.c: what texts, sheets and slides of OpenDocument show, in zip files and flat.

#include "packages.h"

#include <stdlib.h>

#define SPACES                                                                                                         \
    "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" "                                               \
    "xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" "                                                   \
    "xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" "                                                 \
    "xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" "                                                \
    "xmlns:presentation=\"urn:oasis:names:tc:opendocument:xmlns:presentation:1.0\" "                                   \
    "xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" "                                                 \
    "xmlns:meta=\"urn:oasis:names:tc:opendocument:xmlns:meta:1.0\" "                                                   \
    "xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" "                                           \
    "xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
#define CONTENT(styles, kind, body)                                                                                    \
    {                                                                                                                  \
        "content.xml", "<office:document-content " SPACES "><office:automatic-styles>" styles                          \
                       "</office:automatic-styles><office:body><office:" kind ">" body "</office:" kind                \
                       "></office:body></office:document-content>"                                                     \
    }
#define MIMETYPE(kind)                                                                                                 \
    { "mimetype", "application/vnd.oasis.opendocument." kind }
#define EXPECT_TEXT(styles, body, shown)                                                                               \
    EXPECT(ingest_opendocument, shown, MIMETYPE("text"), CONTENT(styles, "text", body))

static void blanks_collapse_and_elements_stand_for_others(void **state) {
    (void)state;
    EXPECT_TEXT(
        "",
        "<text:p>全球  <text:span>产业链\n 重构</text:span></text:p><text:p/><text:h text:outline-level=\"1\">二"
        "<text:tab/>节<text:line-break/>续<text:s text:c=\"2\"/>行<text:soft-page-break/></text:h>",
        "title: 二\t节 续  行 *\ntext: 全球 产业链 重构\n二\t节\n续  行\n");
    EXPECT_TEXT("",
                "<text:list><text:list-item><text:p>甲</text:p></text:list-item></text:list><text:p>圣<text:ruby>"
                "<text:ruby-base>人</text:ruby-base><text:ruby-text>ren</text:ruby-text></text:ruby></text:p>",
                "title: 甲 *\ntext: 甲\n圣人\n");
}

static void deleted_and_hidden_text_is_no_text(void **state) {
    (void)state;
    EXPECT_TEXT(
        "<style:style style:name=\"T1\" style:family=\"text\"><style:text-properties text:display=\"none\"/>"
        "</style:style>",
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>旧</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes><text:p>新<text:change text:change-id=\"1\"/><text:span "
        "text:style-name=\"T1\">隐</text:span>的</text:p><text:section text:display=\"none\"><text:p>藏</text:p>"
        "</text:section>",
        "title: 新的 *\ntext: 新的\n");
}

static void notes_boxes_and_contents_are_parts(void **state) {
    (void)state;
    EXPECT_TEXT(
        "<style:style style:name=\"P1\" style:family=\"paragraph\" style:parent-style-name=\"Title\"/>"
        "<style:style style:name=\"T2\" style:family=\"text\"><style:text-properties "
        "style:text-position=\"super 58%\"/></style:style>",
        "<text:table-of-content><text:table-of-content-source><text:index-title-template>目录模板"
        "</text:index-title-template></text:table-of-content-source><text:index-body><text:p>总论 1</text:p>"
        "</text:index-body></text:table-of-content><text:p text:style-name=\"P1\">真标题</text:p><text:p>正文"
        "<text:note text:note-class=\"footnote\"><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>脚注</text:p><text:p>二段</text:p></text:note-body></text:note>接着<text:span "
        "text:style-name=\"T2\">[2]</text:span><office:annotation><dc:creator>甲</dc:creator><dc:date>2023</dc:date>"
        "<text:p>批注</text:p></office:annotation>。<draw:frame><draw:text-box><text:p>框</text:p></draw:text-box>"
        "</draw:frame>完</text:p><text:p text:style-name=\"Illustration\">图1 甲</text:p>",
        "title: 真标题 *\ntext: 真标题\n正文接着。完\nfurniture: 总论 1\nnote: 脚注\n二段\nfurniture: 批注\ntext: 框\n"
        "caption: 图1 甲\n");
}

static void running_lines_and_properties_come_from_their_files(void **state) {
    (void)state;
    EXPECT(ingest_opendocument, "title: 正文 *\ntext: 序\n正文\nfurniture: 页眉\nfurniture: 页脚\n", MIMETYPE("text"),
           CONTENT("", "text", "<text:p>序</text:p><text:p>正文</text:p>"),
           {"meta.xml", "<office:document-meta " SPACES "><office:meta><dc:title>正文</dc:title><meta:creation-date>"
                        "2020-01-01</meta:creation-date></office:meta></office:document-meta>"},
           {"styles.xml", "<office:document-styles " SPACES "><office:master-styles><style:master-page><style:header>"
                          "<text:p>页眉</text:p></style:header><style:footer><text:p>页脚</text:p></style:footer>"
                          "</style:master-page></office:master-styles></office:document-styles>"});
}

static void sheets_write_what_is_repeated_as_often_as_it_is_shown(void **state) {
    (void)state;
#define CELL(attributes, text) "<table:table-cell " attributes "><text:p>" text "</text:p></table:table-cell>"
#define REPEATED(number)       "table:number-columns-repeated=\"" number "\""
    EXPECT(
        ingest_opendocument,
        "title: 统计表 *\ntext: {sheet 贸易 row 1}| 统计表 |\n{sheet 贸易 row 4}| 是 | 是 | 5.2% |\n{sheet 贸易 row 5}| 同 "
        "|\n{sheet 贸易 row 6}| 同 |\n{sheet 贸易 row 7}| 满 |\nfurniture: {sheet 暗 row 1}| 藏 |\n",
        MIMETYPE("spreadsheet"),
        CONTENT(
            "<style:style style:name=\"ta2\" style:family=\"table\"><style:table-properties "
            "table:display=\"false\"/></style:style>",
            "spreadsheet",
            "<table:table table:name=\"贸易\"><table:table-row>" CELL(
                "",
                "统计表") "<table:covered-table-cell><text:p>"
                          "盖</text:p></table:covered-table-cell><table:table-cell " REPEATED(
                              "16384") "/></table:table-row>"
                                       "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell/></table:table-row>"
                                       "<table:table-row>" CELL(REPEATED("2"), "是") CELL(
                                           "office:value=\"0.052\"",
                                           "5.2%") "</table:table-row>"
                                                   "<table:table-row table:number-rows-repeated=\"2\">" CELL("", "同") "</table:table-row><table:table-row>" CELL(
                                                       REPEATED("16384"),
                                                       "满") "</table:table-row><table:table-row "
                                                             "table:number-rows-repeated=\"1048576\"><table:table-cell/></table:table-row></table:table>"
                                                             "<table:table table:name=\"暗\" table:style-name=\"ta2\"><table:table-row>" CELL(
                                                                 "", "藏") "</table:table-row></table:table>"));
}

static void slides_are_places_and_frames_parts(void **state) {
    (void)state;
    EXPECT(
        ingest_opendocument,
        "title: 题目 *\ntext: {slide 1}题目\ntext: {slide 1}要点\nfurniture: {slide 1}页脚\nnote: {slide 1}备注\n"
        "text: {slide 2}形状\n",
        MIMETYPE("presentation"),
        CONTENT(
            "", "presentation",
            "<draw:page><draw:frame presentation:class=\"title\"><draw:text-box><text:p>题目</text:p></draw:text-box>"
            "</draw:frame><draw:frame presentation:class=\"outline\"><draw:text-box><text:list><text:list-item>"
            "<text:p>要点</text:p></text:list-item></text:list></draw:text-box></draw:frame><draw:frame "
            "presentation:class=\"footer\"><draw:text-box><text:p>页脚</text:p></draw:text-box></draw:frame>"
            "<presentation:notes><draw:page-thumbnail/><draw:frame presentation:class=\"notes\"><draw:text-box>"
            "<text:p>备注</text:p></draw:text-box></draw:frame></presentation:notes></draw:page><draw:page>"
            "<draw:custom-shape><text:p>形状</text:p></draw:custom-shape></draw:page>"));
}

static void flat_files_are_read_alike(void **state) {
    (void)state;
    expect_read(ingest_opendocument,
                gdx_slice_of("<?xml version=\"1.0\"?><office:document " SPACES "><office:meta><dc:title>平面</dc:title>"
                             "</office:meta><office:master-styles><style:master-page><style:header><text:p>眉</text:p>"
                             "</style:header></style:master-page></office:master-styles><office:body><office:text>"
                             "<text:p>平面</text:p></office:text></office:body></office:document>"),
                "title: 平面 *\ntext: 平面\nfurniture: 眉\n");
    expect_read(ingest_opendocument, gdx_slice_of("<a/>"),
                "corrupt: no text, sheet or slide in it, expected an OpenDocument file\n");
}

static void a_password_is_named(void **state) {
    (void)state;
    EXPECT(ingest_opendocument, "not supported: protected by a password, expected a document without one\n",
           MIMETYPE("text"), {"content.xml", "\x01\x02garbage"},
           {"META-INF/manifest.xml", "<manifest:manifest " SPACES "><manifest:file-entry><manifest:encryption-data/>"
                                     "</manifest:file-entry></manifest:manifest>"});
    EXPECT(ingest_opendocument, "corrupt: no content.xml in the zip file, expected an OpenDocument file\n",
           MIMETYPE("text"), {"meta.xml", "<a/>"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_collapse_and_elements_stand_for_others),
        cmocka_unit_test(deleted_and_hidden_text_is_no_text),
        cmocka_unit_test(notes_boxes_and_contents_are_parts),
        cmocka_unit_test(running_lines_and_properties_come_from_their_files),
        cmocka_unit_test(sheets_write_what_is_repeated_as_often_as_it_is_shown),
        cmocka_unit_test(slides_are_places_and_frames_parts),
        cmocka_unit_test(flat_files_are_read_alike),
        cmocka_unit_test(a_password_is_named),
    };
    return cmocka_run_group_tests_name("ingest: opendocument", tests, NULL, NULL);
}
