// SPDX-License-Identifier: Apache-2.0
// test_pdf_xml.c: the XML of pdftohtml: what it says is read, what it should not say is mended or refused, and each
// allocation may fail.

#include "gdx/layout.h"
#include "gdx/utf8.h"

#include "../support/allocations.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define HEAD                                                                                                           \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE pdf2xml SYSTEM \"pdf2xml.dtd\">\n<pdf2xml producer=\"poppler\" version=\"22.12.0\">\n"
#define PAGE            "<page number=\"1\" position=\"absolute\" top=\"0\" left=\"0\" height=\"800\" width=\"600\">\n"
#define TEXT(top, text) "<text top=\"" top "\" left=\"100\" width=\"200\" height=\"10\" font=\"0\">" text "</text>\n"

static const char sample[] =
    HEAD PAGE "\t<fontspec id=\"0\" size=\"10\" family=\"ABCDEF+SimSun\" color=\"#000000\"/>\n" TEXT(
        "100", "关税 <b>与</b> <a href=\"a.html#1\">贸易</a> &amp; &#34;x&#34;")
        TEXT("115", "第二行。") "</page>\n<outline>\n<item page=\"1\">目录里的话</item>\n</outline>\n</pdf2xml>\n";

static gdx_status read(gdx_slice xml, gdx_layout_found *found, gdx_buffer *text, gdx_error *err) {
    GDX_AUTO(gdx_layout) layout = gdx_layout_new();
    GDX_AUTO(gdx_draft) draft = gdx_draft_new();
    gdx_document document = {0};
    if (!layout || !draft)
        return gdx_fail_memory(err, "a test");
    gdx_draft_begin(draft, 1 << 20);
    gdx_status status = gdx_layout_read_pdf(layout, xml, gdx_slice_of(""), draft, found, err);
    if (status == GDX_OK)
        status = gdx_draft_finish(draft, &document, err);
    if (status != GDX_OK)
        return status;
    assert_true(gdx_utf8_valid(document.text));
    for (uint32_t i = 0; i < document.part_count; i++)
        assert_true(gdx_utf8_valid(document.parts[i].text));
    text->bytes = 0;
    return gdx_buffer_append(text, document.text.data, document.text.bytes);
}

static void expect(const char *xml, gdx_status status, const char *text) {
    gdx_layout_found found = {0};
    gdx_buffer buffer = {0};
    gdx_error err = {0};
    assert_int_equal(read(gdx_slice_of(xml), &found, &buffer, &err), status);
    if (status == GDX_OK && buffer.bytes)
        assert_non_null(memmem(buffer.data, buffer.bytes, text, strlen(text)));
    if (status == GDX_OK)
        assert_true(buffer.bytes > 0 || !*text);
    else
        assert_non_null(strstr(err.message, text));
    gdx_buffer_clear(&buffer);
}

static void text_is_read_and_the_outline_is_not(void **state) {
    (void)state;
    expect(sample, GDX_OK, "关税 与 贸易 & \"x\" 第二行。");
    gdx_layout_found found = {0};
    gdx_buffer text = {0};
    gdx_error err = {0};
    assert_int_equal(read(gdx_slice_of(sample), &found, &text, &err), GDX_OK);
    assert_null(memmem(text.data, text.bytes, "目录", 6));
    assert_int_equal(found.pages, 1);
    assert_int_equal(found.boxes, 2);
    gdx_buffer_clear(&text);
}

static void what_no_xml_may_hold_is_mended(void **state) {
    (void)state;
    expect(HEAD PAGE "<fontspec id=\"0\" size=\"10\" family=\"A&B&C;\" color=\"#000000\"/>" TEXT(
               "100", "甲\x03乙\xff丙&#1;丁\xef\xbf\xbf") "</page></pdf2xml>",
           GDX_OK, "甲\xef\xbf\xbd乙\xef\xbf\xbd丙&#1;丁");
}

static void a_cut_anywhere_is_refused(void **state) {
    (void)state;
    size_t whole = strlen(sample) - 1; // the last line end may be missing
    for (size_t bytes = 0; bytes < whole; bytes++) {
        gdx_layout_found found = {0};
        gdx_buffer text = {0};
        gdx_error err = {0};
        char *exact = malloc(bytes + 1); // so that a read beyond is seen
        memcpy(exact, sample, bytes);
        assert_int_equal(read((gdx_slice){exact, bytes}, &found, &text, &err), GDX_CORRUPT);
        free(exact);
        gdx_buffer_clear(&text);
    }
}

static void hostile_xml_is_refused(void **state) {
    (void)state;
    expect("<!DOCTYPE pdf2xml [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><pdf2xml>&b;</pdf2xml>", GDX_CORRUPT,
           "does not write");
    expect("<html><page/></html>", GDX_CORRUPT, "line 1");
    expect("", GDX_CORRUPT, "nothing");
    char *deep = calloc(1, 300000);
    strcpy(deep, "<pdf2xml>");
    for (size_t i = 0; i < 90000; i++)
        memcpy(deep + 9 + 3 * i, "<b>", 3);
    expect(deep, GDX_CORRUPT, "does not write");
    free(deep);
}

static void wrong_numbers_cost_no_text(void **state) {
    (void)state;
    expect(
        HEAD PAGE
        "<fontspec id=\"99999999999999999999\" size=\"1e999\"/><fontspec id=\"-1\" size=\"nan\"/>"
        "<text top=\"nan\" left=\"1x\" width=\"\" height=\"-5\" font=\"0\">数字</text><text>全无</text></page></pdf2xml>",
        GDX_OK, "数字");
}

static void fonts_of_hidden_layers_mark_a_scan(void **state) {
    (void)state;
    gdx_layout_found found = {0};
    gdx_buffer text = {0};
    gdx_error err = {0};
    assert_int_equal(read(gdx_slice_of(HEAD PAGE "<fontspec id=\"0\" size=\"10\" family=\"GlyphLessFont\"/>" TEXT(
                              "100", "识别") "</page></pdf2xml>"),
                          &found, &text, &err),
                     GDX_OK);
    assert_true(found.is_ocr);
    gdx_buffer_clear(&text);
}

static void each_allocation_may_fail(void **state) {
    (void)state;
    long point = 0;
    for (bool met = true; met; point++) {
        gdx_layout_found found = {0};
        gdx_buffer text = {0};
        gdx_error err = {0};
        allocations_fail_after(point, ALL_THREADS);
        gdx_status status = read(gdx_slice_of(sample), &found, &text, &err);
        met = allocations_end();
        gdx_buffer_clear(&text);
        if (status != GDX_OK)
            assert_int_equal(status, GDX_NO_MEMORY);
        else
            assert_false(met && point < 3);
    }
    assert_true(point > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_read_and_the_outline_is_not),
        cmocka_unit_test(what_no_xml_may_hold_is_mended),
        cmocka_unit_test(a_cut_anywhere_is_refused),
        cmocka_unit_test(hostile_xml_is_refused),
        cmocka_unit_test(wrong_numbers_cost_no_text),
        cmocka_unit_test(fonts_of_hidden_layers_mark_a_scan),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
