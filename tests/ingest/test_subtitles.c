// SPDX-License-Identifier: Apache-2.0
// test_subtitles.c: what is shown of SubRip and WebVTT files, and nothing else of them.

#include "one_piece.h"

#include <stdlib.h>

static void expect(gdx_slice file, const char *title, const char *text) {
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    begin(source, GDX_INPUT_SUBTITLES, file);
    gdx_document document = next_document(source);
    assert_slice(document.title, title);
    assert_slice(document.text, text);
    assert_int_equal(document.date, GDX_NO_DATE);
    assert_end(source);
}

static void numbers_and_times_of_cues_are_not_text(void **state) {
    (void)state;
    expect(SLICE("1\r\n00:00:01,000 --> 00:00:04,000\r\n全球产业链\r\n正在重构\r\n\r\n2\r\n00:00:05,000 --> "
                 "00:00:06,000 X1:10\r\n1980\r\n"),
           "全球产业链", "全球产业链\n正在重构\n1980\n");
    expect(SLICE("00:01.000 --> 00:02.000\na\n\n\n00:03.000-->00:04.000\nb"), "a", "a\nb\n");
}

static void headers_notes_and_styles_are_not_text(void **state) {
    (void)state;
    expect(
        SLICE("WEBVTT - 新闻 联播\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE a\nremark\n\nintro\n00:01.000 "
              "--> 00:02.000 align:start\n关税\n"),
        "新闻 联播", "关税\n");
}

static void tags_are_dropped_and_names_of_characters_read(void **state) {
    (void)state;
    expect(SLICE("1\n00:00:01,000 --> 00:00:04,000\n<i>WTO</i> <v 甲>规则</v> {\\an8}R&amp;D 3 < 4 &lt;b&gt; a<b\n"),
           "WTO "
           "规则 R&D 3 < 4 "
           "<b> a<b",
           "WTO 规则 R&D 3 < 4 <b> a<b\n");
    expect(SLICE("00:01.000 --> 00:02.000\n一<00:01.500>二 {x} &unknown;\n"), "一二 {x} &unknown;",
           "一二 {x} &unknown;\n");
}

static void an_arrow_in_what_is_said_is_no_timing(void **state) {
    (void)state;
    expect(SLICE("00:01.000 --> 00:02.000\na --> b\n12 --> 13\n"), "a --> b", "a --> b\n12 --> 13\n");
}

static void a_text_without_cues_is_read_as_it_is(void **state) {
    (void)state;
    expect(SLICE("第一行\n第二行\n"), "第一行", "第一行\n第二行\n");
}

static void cues_without_a_character_are_empty(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    begin(source, GDX_INPUT_SUBTITLES, SLICE("1\n00:00:01,000 --> 00:00:02,000\n\n"));
    next_refusal(source, GDX_INVALID, "empty");
    assert_end(source);
}

static void a_cue_is_a_place(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    begin(source, GDX_INPUT_SUBTITLES,
          SLICE("1\n00:00:01,000 --> 00:00:04,000\n全球产\n\n2\n01:02:03,500 --> 01:02:04,000\n业链\n\n9:07.1 --> "
                "9:08.0\n关税\n"));
    gdx_document document = next_document(source);
    static const char *const names[] = {"00:00:01", "01:02:03", "00:09:07"};
    static const uint32_t bytes[] = {0, 10, 17};
    assert_int_equal(document.text_place_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_slice(document.text_places[i].name, names[i]);
        assert_int_equal(document.text_places[i].byte, bytes[i]);
    }
}

static void each_of_two_languages_runs_on_from_cue_to_cue(void **state) {
    (void)state;
    static const char *const files[] = {
        "1\n00:00:01,000 --> 00:00:02,000\n全球产业\nglobal\n\n2\n00:00:03,000 --> 00:00:04,000\n链重构\nsupply chain\n",
        "1\n00:00:01,000 --> 00:00:02,000\n全球产业\n\n1\n00:00:01,000 --> 00:00:02,000\nglobal\n\n"
        "2\n00:00:03,000 --> 00:00:04,000\n链重构\n\n2\n00:00:03,000 --> 00:00:04,000\nsupply chain\n",
    };
    for (size_t i = 0; i < 2; i++) {
        GDX_AUTO(gdx_source) source = new_source(NULL, 0);
        begin(source, GDX_INPUT_SUBTITLES, gdx_slice_of(files[i]));
        gdx_document document = next_document(source);
        assert_slice(document.text, "全球产业\n链重构\n");
        assert_int_equal(document.part_count, 1);
        assert_int_equal(document.parts[0].field, GDX_FIELD_TEXT);
        assert_slice(document.parts[0].text, "global\nsupply chain\n");
        assert_slice(document.parts[0].places[1].name, "00:00:03");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_times_of_cues_are_not_text),
        cmocka_unit_test(headers_notes_and_styles_are_not_text),
        cmocka_unit_test(tags_are_dropped_and_names_of_characters_read),
        cmocka_unit_test(an_arrow_in_what_is_said_is_no_timing),
        cmocka_unit_test(a_text_without_cues_is_read_as_it_is),
        cmocka_unit_test(cues_without_a_character_are_empty),
        cmocka_unit_test(a_cue_is_a_place),
        cmocka_unit_test(each_of_two_languages_runs_on_from_cue_to_cue),
    };
    return cmocka_run_group_tests_name("ingest: subtitles", tests, NULL, NULL);
}
