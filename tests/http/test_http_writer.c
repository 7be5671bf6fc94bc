// SPDX-License-Identifier: Apache-2.0
// test_http_writer.c: heads and chunks of answers, and the values that could break out of their line.

#include "gdx/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_buffer(gdx_buffer *buffer, const char *expected) {
    assert_int_equal(gdx_buffer_append(buffer, "", 1), GDX_OK);
    assert_string_equal((const char *)buffer->data, expected);
    gdx_buffer_clear(buffer);
}

static void an_answer_has_a_status_line_fields_and_a_last_chunk(void **state) {
    (void)state;
    gdx_buffer out = {0};
    assert_int_equal(gdx_http_begin_head(&out, 404), GDX_OK);
    assert_int_equal(gdx_http_append_field(&out, gdx_slice_of("content-type"), gdx_slice_of("a/b; c=\t\"d\"")), GDX_OK);
    assert_int_equal(gdx_http_append_field(&out, gdx_slice_of("x"), gdx_slice_of("")), GDX_OK);
    assert_int_equal(gdx_http_end_head(&out), GDX_OK);
    assert_int_equal(gdx_http_append_last_chunk(&out), GDX_OK);
    assert_buffer(&out, "HTTP/1.1 404 Not Found\r\ncontent-type: a/b; c=\t\"d\"\r\nx: \r\n\r\n"
                        "0\r\n\r\n");
}

static void an_unknown_status_has_no_reason_and_is_in_order(void **state) {
    (void)state;
    gdx_buffer out = {0};
    assert_int_equal(gdx_http_begin_head(&out, 299), GDX_OK);
    assert_buffer(&out, "HTTP/1.1 299 \r\n");
}

static void a_value_or_name_that_ends_the_line_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *name;
        gdx_slice value;
    } bad[] = {
        {"x", {"a\r\nb: c", 7}}, {"x", {"\n", 1}},  {"x", {"\r", 1}}, {"x", {"a\0b", 3}},  {"x", {"\x7f", 1}},
        {"", {"a", 1}},          {"a b", {"a", 1}}, {"a:", {"a", 1}}, {"a\r\n", {"a", 1}},
    };
    gdx_buffer out = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(gdx_http_append_field(&out, gdx_slice_of(bad[i].name), bad[i].value), GDX_INVALID);
        assert_int_equal(out.bytes, 0);
    }
    gdx_buffer_clear(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_has_a_status_line_fields_and_a_last_chunk),
        cmocka_unit_test(an_unknown_status_has_no_reason_and_is_in_order),
        cmocka_unit_test(a_value_or_name_that_ends_the_line_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
