// SPDX-License-Identifier: Apache-2.0
// test_json.c: messages as JSON, in both forms.

#include "gdx/json.h"

#include <gramdex/v1/search.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static ProtobufCBinaryData bytes_of(const char *text) {
    return (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
}

static void expect(const ProtobufCMessage *message, gdx_json_form form, const char *wanted) {
    json_t *value = gdx_json_of(message, form);
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(15));
    assert_string_equal(text, wanted);
    free(text);
    json_decref(value);
}

static void lines_have_the_protos_names_and_every_field(void **state) {
    (void)state;
    Gramdex__V1__Answer answer = GRAMDEX__V1__ANSWER__INIT;
    Gramdex__V1__CountResponse reply = GRAMDEX__V1__COUNT_RESPONSE__INIT;
    ProtobufCBinaryData notes[] = {bytes_of("是吗")};
    answer.commit = 9007199254740993;
    answer.complete = true;
    answer.notes = notes;
    answer.n_notes = 1;
    reply.documents = 2;
    reply.answer = &answer;
    expect(&reply.base, GDX_JSON_LINES,
           "{\"documents\":2,\"occurrences\":0,\"answer\":{\"commit\":9007199254740993,\"complete\":true,"
           "\"notes\":[\"是吗\"],\"took_us\":0},\"bridged_occurrences\":0}");
    expect(&reply.base, GDX_JSON_PROTO,
           "{\"documents\":\"2\",\"answer\":{\"commit\":\"9007199254740993\",\"complete\":true,"
           "\"notes\":[\"是吗\"]}}");
}

static void enums_are_lower_case_without_prefix_in_lines_alone(void **state) {
    (void)state;
    Gramdex__V1__Match match = GRAMDEX__V1__MATCH__INIT;
    match.field = GRAMDEX__V1__FIELD__FIELD_TITLE;
    match.end = 3;
    expect(&match.base, GDX_JSON_LINES, "{\"field\":\"title\",\"begin\":0,\"end\":3,\"part\":0,\"place\":\"\"}");
    expect(&match.base, GDX_JSON_PROTO, "{\"field\":\"FIELD_TITLE\",\"end\":\"3\"}");
    match.field = (Gramdex__V1__Field)99; // of a newer server
    expect(&match.base, GDX_JSON_LINES, "{\"field\":99,\"begin\":0,\"end\":3,\"part\":0,\"place\":\"\"}");
}

static void metadata_is_an_object_in_lines_and_a_string_in_the_mapping(void **state) {
    (void)state;
    Gramdex__V1__Document document = GRAMDEX__V1__DOCUMENT__INIT;
    document.id = bytes_of("a");
    document.metadata = bytes_of("{\"url\":\"x\"}");
    expect(&document.base, GDX_JSON_LINES,
           "{\"id\":\"a\",\"title\":\"\",\"date\":\"\",\"source\":\"\",\"text\":\"\","
           "\"metadata\":{\"url\":\"x\"},\"title_from_text\":false,\"origin\":\"\",\"parts\":[],\"places\":[]}");
    expect(&document.base, GDX_JSON_PROTO, "{\"id\":\"a\",\"metadata\":\"{\\\"url\\\":\\\"x\\\"}\"}");
}

static void text_with_zeros_and_bad_bytes_is_kept_as_far_as_json_can(void **state) {
    (void)state;
    Gramdex__V1__Piece piece = GRAMDEX__V1__PIECE__INIT;
    piece.text = (ProtobufCBinaryData){3, (uint8_t *)"a\0b"};
    expect(&piece.base, GDX_JSON_LINES, "{\"text\":\"a\\u0000b\",\"matched\":false}");
    piece.text = (ProtobufCBinaryData){3, (uint8_t *)"a\xffz"};
    expect(&piece.base, GDX_JSON_LINES, "{\"text\":\"a\xEF\xBF\xBDz\",\"matched\":false}");
}

static void messages_that_are_absent_are_null_in_lines(void **state) {
    (void)state;
    Gramdex__V1__TrendRow row = GRAMDEX__V1__TREND_ROW__INIT;
    Gramdex__V1__GetResponse reply = GRAMDEX__V1__GET_RESPONSE__INIT;
    row.per_million = 18072.25;
    expect(&row.base, GDX_JSON_PROTO, "{\"perMillion\":18072.25}");
    expect(&reply.base, GDX_JSON_LINES, "{\"document\":null,\"answer\":null}");
    expect(&reply.base, GDX_JSON_PROTO, "{}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_the_protos_names_and_every_field),
        cmocka_unit_test(enums_are_lower_case_without_prefix_in_lines_alone),
        cmocka_unit_test(metadata_is_an_object_in_lines_and_a_string_in_the_mapping),
        cmocka_unit_test(text_with_zeros_and_bad_bytes_is_kept_as_far_as_json_can),
        cmocka_unit_test(messages_that_are_absent_are_null_in_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
