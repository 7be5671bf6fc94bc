// SPDX-License-Identifier: Apache-2.0
// test_records.c: JSON Lines -> documents and refusals, as the rules in gdx/ingest.h have them.

#include "one_piece.h"

#include <stdio.h>
#include <stdlib.h>

static gdx_source *over(gdx_slice bytes) {
    gdx_source *source = new_source(NULL, 0);
    begin(source, GDX_INPUT_RECORDS, bytes);
    return source;
}

static void a_record_gives_its_fields(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE(
        "{\"id\": \"law/1\", \"title\": \"产业链\", \"date\": \"2023-05-06\", \"source\": \"law\", \"text\": \"一\\n二\"}\n"));
    gdx_document document = next_document(source);
    assert_slice(document.id, "law/1");
    assert_slice(document.title, "产业链");
    assert_slice(document.source, "law");
    assert_slice(document.text, "一\n二");
    assert_slice(document.metadata, "");
    assert_int_equal(document.date, gdx_date_of(2023, 5, 6));
    assert_end(source);
    assert_int_equal(gdx_source_lines(source), 1);
}

static void a_date_may_be_a_number_of_seconds(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE("{\"id\":\"1\",\"text\":\"\",\"date\":1683339600}\n"
                        "{\"id\":\"2\",\"text\":\"\",\"date\":1683339600123}\n"
                        "{\"id\":\"3\",\"text\":\"\",\"date\":1683339600.123}\n"
                        "{\"id\":\"4\",\"text\":\"\",\"date\":20230506}\n"
                        "{\"id\":\"5\",\"text\":\"\",\"date\":\"Sat, 06 May 2023 10:20:00 +0800\"}\n"
                        "{\"id\":\"6\",\"text\":\"\",\"date\":\"二〇二三年五月六日\"}\n"
                        "{\"id\":\"7\",\"text\":\"\",\"date\":1e300}"));
    for (int i = 1; i <= 6; i++)
        assert_int_equal(next_document(source).date, gdx_date_of(2023, 5, 6));
    assert_int_equal(next_document(source).date, GDX_NO_DATE);
    assert_non_null(strstr(gdx_source_repairs(source)->lost_date.message, "fraction or exponent"));
}

static void a_bad_date_costs_the_date_alone(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE("{\"id\":\"1\",\"text\":\"\",\"date\":\"2023-13-45\"}\n"
                        "{\"id\":\"2\",\"text\":\"\",\"date\":false}\n"
                        "{\"id\":\"3\",\"text\":\"\",\"date\":-2023}\n"
                        "{\"id\":\"4\",\"text\":\"\",\"date\":\"2023\"}"));
    static const char *const words[] = {"month 13, expected 1 to 12", "false, expected a string or an integer", "date"};
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(next_document(source).date, GDX_NO_DATE);
        char text[GDX_ERROR_TEXT_BYTES];
        const gdx_repairs *repairs = gdx_source_repairs(source);
        assert_int_equal(repairs->line, i + 1);
        assert_non_null(strstr(gdx_error_text(&repairs->lost_date, text), words[i]));
    }
    assert_int_equal(next_document(source).date, gdx_date_of(2023, 0, 0));
    assert_int_equal(gdx_source_repairs(source)->lost_date.status, GDX_OK);
    assert_end(source);
}

static void absent_and_null_fields_are_empty(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE("{\"id\":\"1\",\"text\":\"\"}\n"
                        "{\"id\":\"2\",\"text\":\"a\",\"title\":null,\"source\":null,\"date\":null}\n"
                        "{\"id\":\"3\",\"text\":\"a\",\"title\":\"\",\"source\":\"\",\"date\":\"\"}"));
    for (int i = 0; i < 3; i++) {
        gdx_document document = next_document(source);
        assert_slice(document.title, "");
        assert_slice(document.source, "news"); // the piece's
        assert_int_equal(document.date, GDX_NO_DATE);
    }
    assert_end(source);
}

static void integers_stand_for_ids_and_years(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = over(SLICE("{\"id\":42,\"text\":\"a\",\"date\":2023}\n{\"id\":-7,\"text\":\"\"}"));
    gdx_document document = next_document(source);
    assert_slice(document.id, "42");
    assert_int_equal(document.date, gdx_date_of(2023, 0, 0));
    assert_slice(next_document(source).id, "-7");
}

static void other_keys_come_back_sorted_and_compact(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE("{\"z\" : 1, \"id\":\"1\", \"b\": [ 1, {\"y\":2, \"x\":\"]\\\"}\"} ], \"text\":\"t\", \"a\":"
                        "\"\\u4e2d\\u000a\\/\\u0001\", \"f\":1.50, \"n\":null, \"t\": true, \"A\":-0}"));
    assert_slice(next_document(source).metadata,
                 "{\"A\":0,\"a\":\"中\\n/\\u0001\",\"b\":[1,{\"x\":\"]\\\"}\",\"y\":2}],"
                 "\"f\":1.5,\"n\":null,\"t\":true,\"z\":1}");
}

static void every_escape_is_understood(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(
        SLICE("{\"id\":\"1\",\"text\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u4E2d\\uD83D\\uDe00\\u0000.\"}"));
    gdx_slice expected = SLICE("\"\\/\b\f\n\r\tAé中😀\0.");
    assert_true(gdx_slice_equal(next_document(source).text, expected));
}

static void a_refused_line_names_its_place_and_the_next_goes_on(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE("{\"id\":\"1\",\"text\":\"a\"}\n\n{\"id\":\"2\",\"te\n{\"id\":\"3\",\"text\":\"c\"}\n"));
    next_document(source);
    gdx_refusal refusal = next_refusal(source, GDX_INVALID, "column");
    assert_int_equal(refusal.line, 3);
    assert_int_equal(refusal.byte, 23);
    assert_slice(next_document(source).id, "3");
    assert_end(source);
    assert_int_equal(gdx_source_lines(source), 4);
}

static void each_broken_record_is_refused_with_its_reason(void **state) {
    (void)state;
    static const struct {
        const char *line, *reason;
        gdx_status status;
    } broken[] = {
        {"{\"id\":\"1\",\"text\":\"cut in the mid", "end of", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":\"a\",\"id\":\"2\"}", "duplicate", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":\"a\",\"x\":1,\"x\":2}", "duplicate", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":\"a\",\"x\":{\"y\":1,\"y\":2}}", "duplicate", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":\"a\"} trailing", "end of file expected", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":\"a\",}", "column", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":\"a\tb\"}", "control character", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":\"a\",\"x\":01}", "column", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":99999999999999999999x}", "column", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":NaN}", "text: null, expected a string", GDX_INVALID},
        {"{\"id\":\"1\",NaN:\"a\"}", "column 13", GDX_INVALID},
        {"{\"id\":\"1\",\"a\":[NaN,NaN],\"text\":tru}", "column 34", GDX_INVALID},
        {"[1]", "an array, expected a JSON object", GDX_INVALID},
        {"text", "expected", GDX_INVALID},
        {"{}", "id: missing, expected a string or an integer", GDX_INVALID},
        {"{\"id\":\"1\"}", "text: missing, expected a string", GDX_INVALID},
        {"{\"id\":null,\"text\":\"\"}", "id: null, expected", GDX_INVALID},
        {"{\"id\":\"\",\"text\":\"\"}", "id: 0 bytes, expected 1 to 1024", GDX_INVALID},
        {"{\"id\":1.5,\"text\":\"\"}", "id: a number with a fraction", GDX_INVALID},
        {"{\"id\":\"a\\nb\",\"text\":\"\"}", "id: control character U+000A at byte 1, expected none", GDX_INVALID},
        {"{\"id\":\"a\\u0085\",\"text\":\"\"}", "id: control character U+0085", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":7}", "text: an integer, expected a string", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":[\"a\"]}", "text: an array, expected a string", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":\"\",\"title\":true}", "title: true, expected a string", GDX_INVALID},
        {"{\"id\":\"1\",\"text\":\"\",\"source\":{}}", "source: an object, expected a string", GDX_INVALID},
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        GDX_AUTO(gdx_source) source = over(gdx_slice_of(broken[i].line));
        next_refusal(source, broken[i].status, broken[i].reason);
        assert_end(source);
    }
}

static void an_id_has_at_most_1024_bytes(void **state) {
    (void)state;
    char line[1200];
    for (int bytes = 1024; bytes <= 1025; bytes++) {
        snprintf(line, sizeof line, "{\"id\":\"%0*d\",\"text\":\"\"}", bytes, 7);
        GDX_AUTO(gdx_source) source = over(gdx_slice_of(line));
        if (bytes == 1024)
            next_document(source);
        else
            next_refusal(source, GDX_INVALID, "id: 1025 bytes, expected 1 to 1024");
    }
}

static void a_text_over_the_limit_is_refused(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = new_source(NULL, 10);
    begin(source, GDX_INPUT_RECORDS,
          SLICE("{\"id\":\"1\",\"text\":\"0123456789\"}\n{\"id\":\"1\",\"text\":\"0123456789a\"}"));
    next_document(source);
    next_refusal(source, GDX_TOO_LARGE, "text: 11 bytes, expected at most 10");
}

static void ill_formed_bytes_become_replacement_characters(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE("{\"id\":\"1\",\"text\":\"a\xff\xe4\xb8\"}\n{\"id\":\"2\",\"text\":\"\xe4\xb8\xad\"}\n"
                        "\xff{\"id\":\"3\",\"text\":\"\"}"));
    assert_slice(next_document(source).text, "a\xef\xbf\xbd\xef\xbf\xbd");
    assert_slice(next_document(source).text, "中");
    next_refusal(source, GDX_INVALID, "column");
    assert_int_equal(gdx_source_replaced(source), 2);
    assert_int_equal(gdx_source_mended(source), 1);
}

static void a_byte_order_mark_passes_before_any_line(void **state) {
    (void)state;
    gdx_slice bytes =
        SLICE("\xef\xbb\xbf{\"id\":\"1\",\"text\":\"\"}\n\xef\xbb\xbf\xef\xbb\xbf{\"id\":\"2\",\"text\":\"\"}\n"
              "\xef\xbb\xbf\n\xef\xbb\xbf");
    GDX_AUTO(gdx_source) source = over(bytes);
    assert_slice(next_document(source).id, "1");
    assert_slice(next_document(source).id, "2");
    assert_end(source);
    gdx_piece later = {.kind = GDX_INPUT_RECORDS, .path = SLICE("folder/file"), .bytes = bytes, .first_byte = 100};
    gdx_source_begin(source, &later);
    assert_slice(next_document(source).id, "1");
    assert_int_equal(gdx_source_replaced(source), 0);
}

static void half_a_surrogate_pair_becomes_one_replacement_character(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE("{\"id\":\"1\",\"text\":\"一\\ud83d\\\\ud83d二\",\"k\":\"\\ude00\\ud83d\\ude00\"}\n"
                        "{\"id\":\"2\",\"text\":\"\\ud83d\\ude00\"}\n"
                        "{\"id\":\"3\",\"text\":\"\\ud83d\\u0041\\uD83D\"}"));
    gdx_document document = next_document(source);
    assert_slice(document.text, "一\xef\xbf\xbd\\ud83d二");
    assert_slice(document.metadata, "{\"k\":\"\xef\xbf\xbd😀\"}");
    assert_int_equal(gdx_source_repairs(source)->replaced, 2);
    assert_slice(next_document(source).text, "😀");
    assert_int_equal(gdx_source_repairs(source)->replaced, 0);
    assert_slice(next_document(source).text, "\xef\xbf\xbd"
                                             "A\xef\xbf\xbd");
    assert_int_equal(gdx_source_repairs(source)->replaced, 2);
    assert_int_equal(gdx_source_mended(source), 2);
}

static void numbers_that_json_has_not_are_kept_as_they_stand(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(
        SLICE("{\"id\":18446744073709551616,\"text\":\"a\",\"n\":NaN,\"l\":[-Infinity,Infinity,9223372036854775808,"
              "-9223372036854775808,1e999,\"NaN\"],\"title\":NaN}\n"));
    gdx_document document = next_document(source);
    assert_slice(document.id, "18446744073709551616");
    assert_slice(document.title, "");
    assert_slice(document.metadata, "{\"l\":[\"-Infinity\",\"Infinity\",\"9223372036854775808\",-9223372036854775808,"
                                    "\"1e999\",\"NaN\"],\"n\":\"NaN\"}");
    assert_int_equal(gdx_source_mended(source), 0);
}

static void lines_of_other_encodings_are_told_one_by_one(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE("{\"id\":\"1\",\"text\":\"\xb9\xd8\xcb\xb0\"}\n" // 关税, GB 18030
                        "{\"id\":\"2\",\"text\":\"关税\"}\n"
                        "{\"id\":\"3\",\"text\":\"\xb2\xa3\xb7\x7e\xc3\xec\xad\xab\xba\x63\"}\n" // 產業鏈重構 of Big5
                        "{\"id\":\"4\",\"text\":\"\x95\x5c\xb9\xd8\xcb\xb0\xb1\xed\xb9\xd8\xcb\xb0\"}\n"));
    assert_slice(next_document(source).text, "关税");
    assert_slice(next_document(source).text, "关税");
    assert_slice(next_document(source).text, "產業鏈重構");
    assert_slice(next_document(source).text, "昞关税表关税"); // with a backslash for its second byte
    assert_int_equal(gdx_source_replaced(source), 0);
}

// ---- --map and --id-from

static gdx_source *over_mapped(const char *map, bool id_from_hash, gdx_record_map **to, gdx_slice bytes) {
    gdx_source *source = NULL;
    if (map)
        assert_int_equal(gdx_record_map_parse(map, to, NULL), GDX_OK);
    gdx_source_options options = {.map = *to, .id_from_hash = id_from_hash};
    assert_int_equal(gdx_source_new(&options, &source, NULL), GDX_OK);
    begin(source, GDX_INPUT_RECORDS, bytes);
    return source;
}

static void a_map_names_the_keys_of_fields(void **state) {
    (void)state;
    GDX_AUTO(gdx_record_map) map = NULL;
    GDX_AUTO(gdx_source)
    source = over_mapped(
        "id=url,title=meta.headline,text=lead+data.body,date=publish_time?", false, &map,
        SLICE("{\"url\":\"u1\",\"meta\":{\"headline\":\"T\"},\"lead\":\"一\",\"data\":{\"body\":\"二\",\"n\":1},"
              "\"text\":\"no field\",\"source\":\"s\",\"publish_time\":\"2023-05-06\"}\n"
              "{\"url\":2,\"meta\":{\"headline\":null},\"lead\":null,\"data.body\":\"三\"}\n"
              "{\"url\":3,\"meta\":{},\"lead\":\"\",\"data.body\":\"三\"}\n"
              "{\"url\":4,\"meta\":{\"headline\":\"\"},\"lead\":[1],\"data\":{\"body\":\"三\"}}\n"));
    gdx_document document = next_document(source);
    assert_slice(document.id, "u1");
    assert_slice(document.title, "T");
    assert_slice(document.text, "一\n二");
    assert_slice(document.source, "s");
    assert_int_equal(document.date, gdx_date_of(2023, 5, 6));
    assert_slice(document.metadata, "{\"data\":{\"n\":1},\"text\":\"no field\"}");
    document = next_document(source);
    assert_slice(document.id, "2");
    assert_slice(document.text, "三");
    assert_slice(document.title, "");
    assert_slice(document.metadata, "");
    next_refusal(source, GDX_INVALID,
                 "title: no key \"meta.headline\", which --map names (title=meta.headline? lets it");
    next_refusal(source, GDX_INVALID, "text: an array, expected a string");
    assert_end(source);
}

static void a_record_without_its_fields_is_told_the_way_out(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE("{\"id\":\"1\",\"headline\":\"a{,\\\"\",\"content\":\"b\",\"k\":{\"in\":1}}\n"
                        "{\"url\":\"1\",\"text\":\"\"}\n{\"text\":\"\"}"));
    next_refusal(source, GDX_INVALID,
                 "text: missing, expected a string; the keys are content, headline, k: give --map text=KEY");
    next_refusal(source, GDX_INVALID,
                 "id: missing, expected a string or an integer; the keys are url: give --map "
                 "id=KEY or --id-from hash");
    next_refusal(source, GDX_INVALID, "id: missing, expected a string or an integer; give --id-from hash");
}

static void an_id_may_be_the_hash_of_the_fields(void **state) {
    (void)state;
    GDX_AUTO(gdx_record_map) none = NULL;
    GDX_AUTO(gdx_source)
    source = over_mapped(
        NULL, true, &none,
        SLICE("{\"text\":\"a\",\"x\":1}\n{\"id\":null,\"text\":\"\\u0061\"}\n{\"text\":\"a\",\"title\":\"t\"}\n"
              "{\"id\":\"own\",\"text\":\"a\"}\n{\"id\":true,\"text\":\"a\"}\n"));
    char first[33] = {0};
    gdx_slice id = next_document(source).id;
    assert_int_equal(id.bytes, 32);
    memcpy(first, id.data, 32);
    assert_int_equal(strspn(first, "0123456789abcdef"), 32);
    assert_slice(next_document(source).id, first); // the same fields, however they are written
    assert_false(gdx_slice_equal(next_document(source).id, gdx_slice_of(first)));
    assert_slice(next_document(source).id, "own");
    next_refusal(source, GDX_INVALID, "id: true, expected");
}

static void a_map_that_is_wrong_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *map, *message;
    } wrong[] = {
        {"", "'': expected FIELD=KEY"},       {"id", "'id': expected FIELD=KEY"},  {"body=x", "'body': expected FIELD"},
        {"id=", "id has no key after it"},    {"id=a,", "'': expected FIELD=KEY"}, {"id=a,id=b", "id is there twice"},
        {"title=a+b", "title takes one key"}, {"text=a+", "text has no key"},      {"text=?", "text has no key"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        gdx_record_map *map = NULL;
        gdx_error err = {0};
        assert_int_equal(gdx_record_map_parse(wrong[i].map, &map, &err), GDX_INVALID);
        assert_null(map);
        if (!strstr(err.message, wrong[i].message))
            fail_msg("\"%s\", expected \"%s\" in it", err.message, wrong[i].message);
    }
    GDX_AUTO(gdx_record_map) map = NULL;
    GDX_AUTO(gdx_source)
    source = over_mapped("text=a\\,b\\+c\\?=d", false, &map, SLICE("{\"id\":1,\"a,b+c?=d\":\"x\"}"));
    assert_slice(next_document(source).text, "x");
}

static void lines_may_end_with_carriage_returns_or_not_at_all(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = over(SLICE("{\"id\":\"1\",\"text\":\"\"}\r\n \t\r\n\n{\"id\":\"2\",\"text\":\"\"}"));
    next_document(source);
    assert_slice(next_document(source).id, "2");
    assert_end(source);
    assert_end(source);
    assert_int_equal(gdx_source_lines(source), 3);
}

static void an_empty_piece_has_no_records(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = over((gdx_slice){NULL, 0});
    assert_end(source);
}

static void deep_nesting_is_refused_and_not_followed(void **state) {
    (void)state;
    enum { DEPTH = 1 << 20 };
    gdx_buffer line = {0};
    assert_int_equal(gdx_buffer_append_format(&line, "{\"id\":\"1\",\"text\":\"\",\"x\":"), GDX_OK);
    assert_int_equal(gdx_buffer_reserve(&line, DEPTH), GDX_OK);
    memset(line.data + line.bytes, '[', DEPTH);
    line.bytes += DEPTH;
    GDX_AUTO(gdx_source) source = over(gdx_buffer_slice(&line));
    next_refusal(source, GDX_INVALID, "maximum parsing depth");
    gdx_buffer_clear(&line);
}

static void nesting_of_a_thousand_is_kept(void **state) {
    (void)state;
    enum { DEPTH = 1000 };
    char line[2 * DEPTH + 40], expected[2 * DEPTH + 10], brackets[2 * DEPTH + 1];
    memset(brackets, '[', DEPTH);
    memset(brackets + DEPTH, ']', DEPTH);
    brackets[2 * DEPTH] = '\0';
    snprintf(line, sizeof line, "{\"id\":\"1\",\"text\":\"\",\"x\":%s}", brackets);
    snprintf(expected, sizeof expected, "{\"x\":%s}", brackets);
    GDX_AUTO(gdx_source) source = over(gdx_slice_of(line));
    assert_slice(next_document(source).metadata, expected);
}

static void assert_place(gdx_part_place place, uint32_t byte, const char *name) {
    assert_int_equal(place.byte, byte);
    assert_slice(place.name, name);
}

static void parts_and_places_are_read_as_such(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(
        SLICE("{\"id\":\"1\",\"text\":\"关税\",\"places\": [ {\"byte\":0,\"name\":\"page 1\"},"
              "{\"name\":\"第\\u0032页\",\"byte\":3}],\"parts\":[{\"field\":\"note\",\"text\":\"注\\n\",\"places\":["
              "{\"byte\":0,\"name\":\"page 3\"}]},{\"text\":\"\",\"field\":\"furniture\"},"
              "{\"field\":\"text\",\"text\":\"x\",\"places\":[]},{\"field\":\"caption\",\"text\":\"图\"}],\"k\":1}\n"
              "{\"id\":\"2\",\"text\":\"\",\"parts\":[ ],\"places\":[]}\n"
              "{\"id\":\"3\",\"text\":\"\"}\n"));
    static const gdx_field fields[] = {GDX_FIELD_NOTE, GDX_FIELD_FURNITURE, GDX_FIELD_TEXT, GDX_FIELD_CAPTION};
    static const char *const texts[] = {"注\n", "", "x", "图"};
    gdx_document document = next_document(source);
    assert_slice(document.metadata, "{\"k\":1}");
    assert_int_equal(document.text_place_count, 2);
    assert_place(document.text_places[0], 0, "page 1");
    assert_place(document.text_places[1], 3, "第2页");
    assert_int_equal(document.part_count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(document.parts[i].field, fields[i]);
        assert_slice(document.parts[i].text, texts[i]);
        assert_int_equal(document.parts[i].place_count, i == 0);
    }
    assert_place(document.parts[0].places[0], 0, "page 3");
    for (int i = 0; i < 2; i++) {
        document = next_document(source);
        assert_slice(document.metadata, "");
        assert_int_equal(document.part_count + document.text_place_count, 0);
    }
    assert_end(source);
}

static void other_lists_under_their_names_are_metadata(void **state) {
    (void)state;
    static const char *const others[] = {
        "{\"parts\":3,\"places\":[\"上海\"]}",
        "{\"parts\":[{\"text\":\"x\"}],\"places\":[{\"name\":\"x\"}]}",
        "{\"parts\":{\"field\":\"note\",\"text\":\"\"},\"places\":{\"byte\":0,\"name\":\"\"}}",
        "{\"parts\":[[]],\"places\":[null]}",
        "{\"places\":\"\"}",
        "{\"document\":{\"id\":\"2\",\"text\":\"\"},\"type\":\"get\"}",
        "{\"title_from_text\":true,\"type\":\"get\"}",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char line[256];
        snprintf(line, sizeof line, "{\"id\":\"1\",\"text\":\"\",%s", others[i] + 1);
        GDX_AUTO(gdx_source) source = over(gdx_slice_of(line));
        gdx_document document = next_document(source);
        assert_slice(document.id, "1");
        assert_slice(document.metadata, others[i]);
        assert_int_equal(document.part_count + document.text_place_count, 0);
        assert_false(document.title_from_text);
    }
}

static void wrong_parts_and_places_are_refused_with_their_field(void **state) {
    (void)state;
    static const struct {
        const char *keys;
        const char *field;
        const char *message;
    } cases[] = {
        {"\"parts\":[{\"field\":\"title\",\"text\":\"\"}]", "parts[0].field", "the title, expected text"},
        {"\"parts\":[{\"field\":\"Note\",\"text\":\"\"}]", "parts[0].field", "none that is known"},
        {"\"parts\":[{\"field\":2,\"text\":\"\"}]", "parts[0].field", "none that is known"},
        {"\"parts\":[{\"field\":\"note\",\"text\":null}]", "parts[0].text", "no string"},
        {"\"parts\":[{\"field\":\"note\",\"text\":\"\"},7]", "parts[1].text", "no string"},
        {"\"parts\":[{\"field\":\"note\",\"text\":\"\"},{\"text\":\"\"}]", "parts[1].field", "none that is known"},
        {"\"parts\":[{\"field\":\"note\",\"text\":\"\",\"page\":3}]", "parts[0]", "other keys"},
        {"\"parts\":[{\"field\":\"note\",\"text\":\"\",\"places\":3}]", "parts[0].places", "no list"},
        {"\"parts\":[{\"field\":\"note\",\"text\":\"a\",\"places\":[1]}]", "parts[0].places[0]", "no number of a byte"},
        {"\"parts\":[{\"field\":\"note\",\"text\":\"a\",\"places\":[{\"byte\":1,\"name\":\"\"}]}]",
         "parts[0].places[0]", "byte 1, expected less than the text's 1"},
        {"\"places\":[{\"byte\":-1,\"name\":\"\"}]", "places[0]", "no number of a byte"},
        {"\"places\":[{\"byte\":0.5,\"name\":\"\"}]", "places[0]", "no number of a byte"},
        {"\"places\":[{\"byte\":0,\"name\":3}]", "places[0]", "no string as a name"},
        {"\"places\":[{\"byte\":0,\"name\":\"\",\"x\":1}]", "places[0]", "other keys, expected byte and name alone"},
        {"\"places\":[{\"byte\":4294967296,\"name\":\"\"}]", "places[0]", "byte 4294967295, expected less than"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[256];
        snprintf(line, sizeof line, "{\"id\":\"1\",\"text\":\"ab\",%s}", cases[i].keys);
        GDX_AUTO(gdx_source) source = over(gdx_slice_of(line));
        assert_string_equal(next_refusal(source, GDX_INVALID, cases[i].message).error.field, cases[i].field);
        assert_end(source);
    }
}

static void an_answer_of_get_is_the_document_in_it(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(
        SLICE("{\"type\":\"get\",\"query\":\"x\",\"document\":{\"id\":\"1\",\"title\":\"t\",\"date\":\"\","
              "\"source\":\"law\",\"text\":\"关税\",\"metadata\":{\"z\":1,\"metadata\":[2]},\"title_from_text\":true,"
              "\"origin\":\"a/b.pdf\",\"parts\":[{\"field\":\"note\",\"text\":\"注\",\"places\":[]}],"
              "\"places\":[{\"byte\":0,\"name\":\"page 1\"}],\"of_a_later_version\":1},\"answer\":{\"commit\":1}}\n"
              "{\"document\":{\"id\":\"2\",\"text\":\"\",\"metadata\":{}},\"type\":\"get\"}\n"
              "{\"document\":{\"id\":\"3\",\"text\":\"\",\"metadata\":[]},\"type\":\"get\"}\n"
              "{\"document\":{\"id\":\"3\",\"text\":\"\",\"origin\":1},\"type\":\"get\"}\n"
              "{\"document\":{\"id\":\"3\",\"text\":\"\"},\"type\":\"got\"}\n"
              "{\"document\":null,\"type\":\"get\"}\n"));
    gdx_document document = next_document(source);
    assert_slice(document.id, "1");
    assert_slice(document.title, "t");
    assert_slice(document.source, "law");
    assert_slice(document.text, "关税");
    assert_slice(document.metadata, "{\"metadata\":[2],\"z\":1}");
    assert_slice(document.origin, "a/b.pdf");
    assert_true(document.title_from_text);
    assert_int_equal(document.part_count, 1);
    assert_int_equal(document.text_place_count, 1);
    document = next_document(source);
    assert_slice(document.id, "2");
    assert_slice(document.metadata, "");
    assert_slice(document.origin, "");
    next_refusal(source, GDX_INVALID, "metadata: an array, expected a JSON object");
    next_refusal(source, GDX_INVALID, "origin: an integer, expected a string");
    next_refusal(source, GDX_INVALID, "id: missing");
    next_refusal(source, GDX_INVALID, "id: missing");
    assert_end(source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_gives_its_fields),
        cmocka_unit_test(a_bad_date_costs_the_date_alone),
        cmocka_unit_test(a_date_may_be_a_number_of_seconds),
        cmocka_unit_test(absent_and_null_fields_are_empty),
        cmocka_unit_test(integers_stand_for_ids_and_years),
        cmocka_unit_test(other_keys_come_back_sorted_and_compact),
        cmocka_unit_test(every_escape_is_understood),
        cmocka_unit_test(a_refused_line_names_its_place_and_the_next_goes_on),
        cmocka_unit_test(each_broken_record_is_refused_with_its_reason),
        cmocka_unit_test(an_id_has_at_most_1024_bytes),
        cmocka_unit_test(a_text_over_the_limit_is_refused),
        cmocka_unit_test(ill_formed_bytes_become_replacement_characters),
        cmocka_unit_test(a_byte_order_mark_passes_before_any_line),
        cmocka_unit_test(half_a_surrogate_pair_becomes_one_replacement_character),
        cmocka_unit_test(numbers_that_json_has_not_are_kept_as_they_stand),
        cmocka_unit_test(lines_of_other_encodings_are_told_one_by_one),
        cmocka_unit_test(a_map_names_the_keys_of_fields),
        cmocka_unit_test(a_record_without_its_fields_is_told_the_way_out),
        cmocka_unit_test(an_id_may_be_the_hash_of_the_fields),
        cmocka_unit_test(a_map_that_is_wrong_is_refused),
        cmocka_unit_test(lines_may_end_with_carriage_returns_or_not_at_all),
        cmocka_unit_test(an_empty_piece_has_no_records),
        cmocka_unit_test(deep_nesting_is_refused_and_not_followed),
        cmocka_unit_test(nesting_of_a_thousand_is_kept),
        cmocka_unit_test(parts_and_places_are_read_as_such),
        cmocka_unit_test(other_lists_under_their_names_are_metadata),
        cmocka_unit_test(wrong_parts_and_places_are_refused_with_their_field),
        cmocka_unit_test(an_answer_of_get_is_the_document_in_it),
    };
    return cmocka_run_group_tests_name("ingest: records", tests, NULL, NULL);
}
