// SPDX-License-Identifier: Apache-2.0
// test_sheets.c: cells of .xlsx files as Excel shows them.

#include "packages.h"

#include "number_format.h"

#include <stdlib.h>

#define S "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define RELS                                                                                                           \
    { "_rels/.rels", RELATIONS(RELATION("rId1", "officeDocument", "xl/workbook.xml")) }
#define BOOK(sheets)                                                                                                   \
    {                                                                                                                  \
        "xl/workbook.xml",                                                                                             \
            XML_HEAD "<workbook xmlns=\"" S "\" xmlns:r=\"" OFFICE "\"><sheets>" sheets "</sheets></workbook>"         \
    }
#define BOOK_RELS(rows)                                                                                                \
    { "xl/_rels/workbook.xml.rels", RELATIONS(rows) }
#define SHEET(rows) XML_HEAD "<worksheet xmlns=\"" S "\"><sheetData>" rows "</sheetData></worksheet>"

static void sheets_are_lines_of_cells_with_their_rows_as_places(void **state) {
    (void)state;
    EXPECT(
        ingest_sheets,
        "title: 进出口统计 *\ntext: {sheet 贸易 row 1}| 进出口统计 |\n{sheet 贸易 row 3}| 钢 铁 | 12.5 | TRUE | #N/A | 行内 |\n"
        "{sheet 二 row 1}| 甲\n乙 |\nfurniture: {sheet 暗 row 1}| 看不见 |\n",
        TYPES, RELS,
        BOOK("<sheet name=\"贸易\" r:id=\"a\"/><sheet name=\"二\" r:id=\"b\"/><sheet name=\"暗\" state=\"hidden\" "
             "r:id=\"c\"/>"),
        BOOK_RELS(RELATION("a", "worksheet", "worksheets/sheet1.xml") RELATION(
            "b", "worksheet", "worksheets/sheet2.xml") RELATION("c", "worksheet", "worksheets/sheet3.xml")
                      RELATION("s", "sharedStrings", "sharedStrings.xml")),
        {"xl/sharedStrings.xml", "<sst xmlns=\"" S "\"><si><t>进出口统计</t></si><si><r><t>钢</t></r><r><t "
                                 "xml:space=\"preserve\"> 铁</t></r><rPh sb=\"0\" eb=\"1\"><t>ganng</t></rPh></si>"
                                 "<si><t>甲_x000A_乙</t></si></sst>"},
        {"xl/worksheets/sheet1.xml",
         SHEET("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\"/></row><row r=\"2\"><c r=\"A2\"/></row>"
               "<row r=\"3\"><c t=\"s\"><v>1</v></c><c><f>5*2.5</f><v>12.5</v></c><c t=\"b\"><v>1</v></c>"
               "<c t=\"e\"><v>#N/A</v></c><c t=\"inlineStr\"><is><t>行内</t></is></c><c><f>NOW()</f></c></row>")},
        {"xl/worksheets/sheet2.xml", SHEET("<row><c t=\"s\"><v>2</v></c><c t=\"s\"><v>99</v></c></row>")},
        {"xl/worksheets/sheet3.xml", SHEET("<row r=\"1\"><c t=\"str\"><v>看不见</v></c></row>")});
}

static void numbers_are_shown_by_the_format_of_their_cell(void **state) {
    (void)state;
    EXPECT(
        ingest_sheets,
        "title: 2023年5月6日 | 1,234,567.89 | 12.3% | 2023/5/6 *\n"
        "text: {sheet S row 1}| 2023年5月6日 | 1,234,567.89 | 12.3% | 2023/5/6 |\n",
        TYPES, RELS, BOOK("<sheet name=\"S\" r:id=\"a\"/>"),
        BOOK_RELS(RELATION("a", "worksheet", "worksheets/sheet1.xml") RELATION("t", "styles", "styles.xml")),
        {"xl/styles.xml", "<styleSheet xmlns=\"" S "\"><numFmts><numFmt numFmtId=\"176\" "
                          "formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@\"/><numFmt numFmtId=\"177\" "
                          "formatCode=\"0.0%\"/></numFmts><cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs><cellXfs>"
                          "<xf numFmtId=\"0\"/><xf numFmtId=\"176\"/><xf numFmtId=\"4\"/><xf numFmtId=\"177\"/><xf "
                          "numFmtId=\"14\"/></cellXfs></styleSheet>"},
        {"xl/worksheets/sheet1.xml", SHEET("<row r=\"1\"><c s=\"1\"><v>45052</v></c><c s=\"2\"><v>1234567.891</v></c>"
                                           "<c s=\"3\"><v>0.1234</v></c><c s=\"4\"><v>45052.5</v></c></row>")});
}

static void shows(double value, const char *code, const char *expected) {
    gdx_buffer out = {0};
    assert_int_equal(ingest_number_show(value, code, false, &out), GDX_OK);
    assert_int_equal(gdx_buffer_append(&out, "", 1), GDX_OK);
    assert_string_equal((const char *)out.data, expected);
    gdx_buffer_clear(&out);
}

static void codes_of_number_formats(void **state) {
    (void)state;
    shows(0.1 + 0.2, NULL, "0.3");
    shows(3.14159265358979, "General", "3.141592654");
    shows(-0.0, NULL, "0");
    shows(123456789012345.0, NULL, "123456789012345");
    shows(1e20, NULL, "1e+20");
    shows(2.675, "0.00", "2.68");
    shows(1234.5, "#,##0", "1,235");
    shows(-1234.5, "#,##0.0", "-1,234.5");
    shows(-1234.5, "#,##0.0;[Red](#,##0.0)", "(1,234.5)");
    shows(0, "0;-0;\"零\"", "零");
    shows(0.5, "#.##", ".5");
    shows(7, "000", "007");
    shows(12345678, "0.0,,\"百万\"", "12.3百万");
    shows(0.056, "0%", "6%");
    shows(12345, "0.00E+00", "1.23E+04");
    shows(88, "[$¥-804]#,##0.00", "¥88.00");
    shows(5, "0\"元\"", "5元");
    shows(5, "0_);(0)", "5");
    shows(0.5, "# ?/?", "0.5");
    shows(42, "@", "42");
}

static void codes_of_dates(void **state) {
    (void)state;
    shows(1, "yyyy-mm-dd", "1900-01-01");
    shows(59, "yyyy-mm-dd", "1900-02-28");
    shows(61, "yyyy-mm-dd", "1900-03-01");
    shows(45052.604166666664, "yyyy/m/d h:mm", "2023/5/6 14:30");
    shows(45052.604166666664, "yyyy-mm-dd hh:mm:ss", "2023-05-06 14:30:00");
    shows(45052.604166666664, "h:mm AM/PM", "2:30 PM");
    shows(45052.604166666664, "上午/下午h\"时\"mm\"分\"", "下午2时30分");
    shows(45052, "[$-804]aaaa", "星期六");
    shows(45052, "d-mmm-yy", "6-May-23");
    shows(45052, "mmmm d, yyyy dddd", "May 6, 2023 Saturday");
    shows(45052, "yyyy年m月", "2023年5月");
    shows(1.5, "[h]:mm", "36:00");
    shows(0.0007, "mm:ss", "01:00");
    shows(45052.99999999, "yyyy-mm-dd hh:mm", "2023-05-07 00:00");
    shows(-1, "yyyy-mm-dd", "-1");
    shows(1e300, "yyyy-mm-dd", "1e+300");
    gdx_buffer out = {0};
    assert_int_equal(ingest_number_show(0, "yyyy-mm-dd", true, &out), GDX_OK);
    assert_true(gdx_slice_equal(gdx_buffer_slice(&out), gdx_slice_of("1904-01-01")));
    gdx_buffer_clear(&out);
}

// Any code of a few signs is shown without reading past its end: the address sanitizer watches.
static void codes_of_any_signs_are_survived(void **state) {
    (void)state;
    static const char signs[] = "0#?.,%;\"\\_*[]@eEyYmMdDhHsSaA/P-+G \xe5\xb9\xb4";
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        char code[17];
        for (size_t j = 0; j < sizeof code - 1; j++) {
            seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
            code[j] = signs[seed % (sizeof signs - 1)];
        }
        code[seed % sizeof code] = '\0';
        code[sizeof code - 1] = '\0';
        char *exact = strdup(code);
        gdx_buffer out = {0};
        assert_int_equal(ingest_number_show((double)(int64_t)(seed % 100000) - 1000, exact, seed & 1, &out), GDX_OK);
        assert_true(out.bytes < 1000);
        gdx_buffer_clear(&out);
        free(exact);
    }
}

static void comments_headers_and_shapes_are_parts(void **state) {
    (void)state;
    EXPECT(
        ingest_sheets,
        "title: 值 *\ntext: {sheet S row 2}| 值 |\nfurniture: {sheet S row 2}第 页\n内部\nfurniture: {sheet S row 7}批注一\n"
        "text: {sheet S}文本框\n",
        TYPES, RELS, BOOK("<sheet name=\"S\" r:id=\"a\"/>"),
        BOOK_RELS(RELATION("a", "worksheet", "worksheets/sheet1.xml")),
        {"xl/worksheets/sheet1.xml", XML_HEAD
         "<worksheet xmlns=\"" S "\"><sheetData><row r=\"2\"><c t=\"str\"><v>值</v></c></row></sheetData>"
         "<headerFooter><oddHeader>&amp;C&amp;\"宋体,常规\"&amp;12第&amp;P 页&amp;R内部</oddHeader></headerFooter>"
         "</worksheet>"},
        {"xl/worksheets/_rels/sheet1.xml.rels",
         RELATIONS(RELATION("c", "comments", "../comments1.xml") RELATION("d", "drawing", "../drawings/drawing1.xml"))},
        {"xl/comments1.xml",
         "<comments xmlns=\"" S "\"><commentList><comment ref=\"B7\"><text><r><t>批注</t></r><r><t>一"
         "</t></r></text></comment></commentList></comments>"},
        {"xl/drawings/drawing1.xml",
         "<x:wsDr xmlns:x=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\" "
         "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><x:sp><x:txBody><a:p><a:r><a:t>文本框</a:t>"
         "</a:r></a:p></x:txBody></x:sp></x:wsDr>"});
}

static void lost_strings_refuse_a_workbook_and_a_lost_sheet_is_told(void **state) {
    (void)state;
    EXPECT(ingest_sheets,
           "corrupt: xl/sharedStrings.xml is missing or damaged, and the cells need it\nlost: 1 xl/sharedStrings.xml\n",
           TYPES, RELS, BOOK("<sheet name=\"S\" r:id=\"a\"/>"),
           BOOK_RELS(RELATION("a", "worksheet", "worksheets/sheet1.xml")
                         RELATION("s", "sharedStrings", "sharedStrings.xml")),
           {"xl/worksheets/sheet1.xml", SHEET("<row><c t=\"s\"><v>0</v></c></row>")});
    EXPECT(ingest_sheets, "title: 值 *\ntext: {sheet S row 1}| 值 |\nlost: 1 xl/worksheets/sheet2.xml\n", TYPES, RELS,
           BOOK("<sheet name=\"S\" r:id=\"a\"/><sheet name=\"T\" r:id=\"b\"/>"),
           BOOK_RELS(RELATION("a", "worksheet", "worksheets/sheet1.xml")
                         RELATION("b", "worksheet", "worksheets/sheet2.xml")),
           {"xl/worksheets/sheet1.xml", SHEET("<row><c t=\"str\"><v>值</v></c></row>")});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheets_are_lines_of_cells_with_their_rows_as_places),
        cmocka_unit_test(numbers_are_shown_by_the_format_of_their_cell),
        cmocka_unit_test(codes_of_number_formats),
        cmocka_unit_test(codes_of_dates),
        cmocka_unit_test(codes_of_any_signs_are_survived),
        cmocka_unit_test(comments_headers_and_shapes_are_parts),
        cmocka_unit_test(lost_strings_refuse_a_workbook_and_a_lost_sheet_is_told),
    };
    return cmocka_run_group_tests_name("ingest: sheets", tests, NULL, NULL);
}
