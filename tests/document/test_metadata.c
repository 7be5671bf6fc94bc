// SPDX-License-Identifier: Apache-2.0
// test_metadata.c: what a document's metadata says under some keys, and the keys themselves.

#include "gdx/metadata.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static gdx_status append(void *context, uint32_t key, gdx_slice value) {
    gdx_buffer *to = context;
    return gdx_buffer_append_format(to, "%u=%.*s;", key, value.data ? (int)value.bytes : 1,
                                    value.data ? value.data : "-");
}

static gdx_keys keys_of(const char *const *names, size_t count) {
    gdx_keys keys = {0};
    for (size_t i = 0; i < count; i++)
        assert_int_equal(gdx_keys_add(&keys, gdx_slice_of(names[i]), NULL), GDX_OK);
    return keys;
}

// Keys 0 "a" and 1 "b"; "-" is a value that is left out.
static void expect(const char *metadata, size_t bytes, const char *expected) {
    static const char *const names[] = {"b", "a"};
    gdx_keys keys = keys_of(names, 2);
    gdx_buffer found = {0}, scratch = {0};
    char *exact = malloc(bytes + 1); // so that a sanitizer sees a byte too far
    assert_non_null(exact);
    memcpy(exact, metadata, bytes);
    assert_int_equal(gdx_metadata_values((gdx_slice){exact, bytes}, &keys, &scratch, append, &found), GDX_OK);
    assert_int_equal(gdx_buffer_append(&found, "", 1), GDX_OK);
    assert_string_equal((const char *)found.data, expected);
    gdx_buffer_clear(&found);
    gdx_buffer_clear(&scratch);
    free(exact);
}

static void expect_of(const char *metadata, const char *expected) {
    expect(metadata, strlen(metadata), expected);
}

static void strings_numbers_and_booleans_are_values(void **state) {
    (void)state;
    expect_of("", "");
    expect_of("{}", "");
    expect_of("{\"a\":\"zh\"}", "0=zh;");
    expect_of("{\"b\":\"x\",\"a\":\"y\"}", "1=x;0=y;");
    expect_of("{\"a\":1.50e3,\"b\":-0}", "0=1.50e3;1=-0;");
    expect_of("{\"a\":true,\"b\":false}", "0=true;1=false;");
    expect_of(" { \"a\" :\t\"x\" ,\n\"b\" : 2 } ", "0=x;1=2;");
    expect_of("{\"a\":\"x\",\"a\":\"y\"}", "0=x;0=y;");
}

static void null_and_an_empty_string_are_no_value(void **state) {
    (void)state;
    expect_of("{\"a\":null,\"b\":\"\"}", "");
    expect_of("{\"a\":[null,\"\",\"x\",null]}", "0=x;");
    expect_of("{\"a\":[]}", "");
}

static void of_an_array_each_element_is_a_value(void **state) {
    (void)state;
    expect_of("{\"a\":[\"x\",1,true,\"x\"],\"b\":[2]}", "0=x;0=1;0=true;0=x;1=2;");
    expect_of("{\"a\":[ ]}", "");
}

static void what_is_nested_or_too_long_is_left_out(void **state) {
    (void)state;
    char text[600];
    expect_of("{\"a\":{\"b\":\"x\"}}", "0=-;");
    expect_of("{\"a\":[[1],{\"a\":2},\"x\"]}", "0=-;0=-;0=x;");
    expect_of("{\"c\":{\"a\":\"x}\\\"\"},\"b\":1}", "1=1;");
    snprintf(text, sizeof text, "{\"a\":\"%0256d\",\"b\":\"%0257d\"}", 0, 0);
    gdx_buffer expected = {0};
    assert_int_equal(gdx_buffer_append_format(&expected, "0=%0256d;1=-;", 0), GDX_OK);
    assert_int_equal(gdx_buffer_append(&expected, "", 1), GDX_OK);
    expect_of(text, (const char *)expected.data);
    gdx_buffer_clear(&expected);
}

static void escapes_are_resolved(void **state) {
    (void)state;
    expect_of("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "0=\"\\/\b\f\n\r\t;");
    expect_of("{\"a\":\"\\u4e2D\\ud83d\\ude00!\"}", "0=中😀!;");
    expect_of("{\"a\":\"\\ud83d\"}", "0=\xef\xbf\xbd;");
    expect_of("{\"a\":\"\\ude00x\"}", "0=\xef\xbf\xbdx;");
    expect_of("{\"\\u0061\":1}", "0=1;");
}

static void bytes_that_are_no_object_have_the_values_before_it_shows(void **state) {
    (void)state;
    expect_of("[\"a\"]", "");
    expect_of("{\"b\":1,\"a\"", "1=1;");
    expect_of("{\"b\":1,\"a\":", "1=1;");
    expect_of("{\"b\":1 \"a\":2}", "1=1;");
    expect_of("{\"b\":1,\"a\":\"x", "1=1;");
    expect_of("{\"b\":1,\"a\":\"\\u12\"}", "1=1;");
    expect_of("{\"b\":1,\"a\":\"\\q\"}", "1=1;");
    expect_of("{\"b\":[1,2", "1=1;1=2;");
    expect_of("{\"a\":{\"x\":[}", "");
}

static void no_cut_and_no_changed_byte_leads_astray(void **state) {
    (void)state;
    static const char whole[] = "{\"a\":[\"x\",1,{\"q\":[true]}],\"c\":\"\\ud83d\\ude00\",\"b\":\"\\u4e2d\"}";
    static const char *const names[] = {"a", "b"};
    gdx_keys keys = keys_of(names, 2);
    gdx_buffer found = {0}, scratch = {0};
    for (size_t cut = 0; cut < sizeof whole; cut++)
        for (size_t at = 0; at < cut; at++)
            for (int flip = 0; flip < 256; flip = flip * 2 + 1) {
                char *copy = malloc(cut + 1);
                assert_non_null(copy);
                memcpy(copy, whole, cut);
                copy[at] = (char)(copy[at] ^ flip);
                found.bytes = 0;
                assert_int_equal(gdx_metadata_values((gdx_slice){copy, cut}, &keys, &scratch, append, &found), GDX_OK);
                free(copy);
            }
    gdx_buffer_clear(&found);
    gdx_buffer_clear(&scratch);
}

static bool has(const char *metadata, const char *value) {
    static const char *const names[] = {"a"};
    gdx_keys keys = keys_of(names, 1);
    gdx_buffer scratch = {0};
    bool found = false;
    assert_int_equal(gdx_metadata_has(gdx_slice_of(metadata), &keys, gdx_slice_of(value), &scratch, &found), GDX_OK);
    gdx_buffer_clear(&scratch);
    return found;
}

static void values_past_the_256th_different_one_are_left_out(void **state) {
    (void)state;
    gdx_buffer many = {0}, equal = {0};
    assert_int_equal(gdx_buffer_append_format(&many, "{\"a\":["), GDX_OK);
    assert_int_equal(gdx_buffer_append_format(&equal, "{\"a\":["), GDX_OK);
    for (int i = 0; i < GDX_VALUES_MAX; i++) {
        assert_int_equal(gdx_buffer_append_format(&many, "\"v%d\",\"v%d\",", i, i / 2), GDX_OK);
        assert_int_equal(gdx_buffer_append_format(&equal, "\"v%d\",\"v%d\",", i % 255, i / 2), GDX_OK);
    }
    assert_int_equal(gdx_buffer_append_format(&many, "\"x\"]}%c", 0), GDX_OK);
    assert_int_equal(gdx_buffer_append_format(&equal, "\"x\"]}%c", 0), GDX_OK);
    assert_true(has((const char *)many.data, "v255"));
    assert_false(has((const char *)many.data, "x"));
    assert_true(has((const char *)equal.data, "x"));
    gdx_buffer_clear(&many);
    gdx_buffer_clear(&equal);
}

static void a_document_has_a_value_whole_and_nothing_when_it_has_none(void **state) {
    (void)state;
    assert_true(has("{\"a\":[\"x\",\"y\"]}", "y"));
    assert_false(has("{\"a\":[\"x\",\"y\"]}", "Y"));
    assert_false(has("{\"a\":\"xy\"}", "x"));
    assert_false(has("{\"a\":\"x\"}", ""));
    assert_true(has("{\"b\":\"x\"}", ""));
    assert_true(has("", ""));
    assert_false(has("{\"a\":{}}", "")); // one that is left out
}

static void metadata_that_point_nowhere_have_no_value(void **state) {
    (void)state;
    static const char *const names[] = {"a"};
    gdx_keys keys = keys_of(names, 1);
    gdx_buffer found = {0}, scratch = {0};
    assert_int_equal(gdx_metadata_values((gdx_slice){NULL, 0}, &keys, &scratch, append, &found), GDX_OK);
    assert_int_equal(found.bytes, 0);
}

static void keys_are_kept_in_order_and_once(void **state) {
    (void)state;
    static const char *const names[] = {"m", "a", "z", "a", "m"};
    gdx_keys keys = keys_of(names, 5);
    assert_int_equal(keys.count, 3);
    assert_true(gdx_slice_equal(gdx_keys_name(&keys, 0), gdx_slice_of("a")));
    assert_true(gdx_slice_equal(gdx_keys_name(&keys, 2), gdx_slice_of("z")));
    assert_int_equal(gdx_keys_find(&keys, gdx_slice_of("m")), 1);
    assert_int_equal(gdx_keys_find(&keys, gdx_slice_of("mm")), 3);
}

static void what_is_no_key_is_refused(void **state) {
    (void)state;
    gdx_keys keys = {0};
    char name[80];
    assert_int_equal(gdx_keys_add(&keys, gdx_slice_of(""), NULL), GDX_INVALID);
    assert_int_equal(gdx_keys_add(&keys, gdx_slice_of("a\nb"), NULL), GDX_INVALID);
    assert_int_equal(gdx_keys_add(&keys, gdx_slice_of("\xff"), NULL), GDX_INVALID);
    snprintf(name, sizeof name, "%065d", 0);
    assert_int_equal(gdx_keys_add(&keys, gdx_slice_of(name), NULL), GDX_INVALID);
    assert_int_equal(keys.count, 0);
    for (int i = 0; i < GDX_KEYS_MAX; i++) {
        snprintf(name, sizeof name, "%064d", i);
        assert_int_equal(gdx_keys_add(&keys, gdx_slice_of(name), NULL), GDX_OK);
    }
    gdx_error err = {0};
    assert_int_equal(gdx_keys_add(&keys, gdx_slice_of("one more"), &err), GDX_INVALID);
    assert_non_null(strstr(err.message, "at most 16"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_numbers_and_booleans_are_values),
        cmocka_unit_test(null_and_an_empty_string_are_no_value),
        cmocka_unit_test(of_an_array_each_element_is_a_value),
        cmocka_unit_test(what_is_nested_or_too_long_is_left_out),
        cmocka_unit_test(escapes_are_resolved),
        cmocka_unit_test(bytes_that_are_no_object_have_the_values_before_it_shows),
        cmocka_unit_test(no_cut_and_no_changed_byte_leads_astray),
        cmocka_unit_test(values_past_the_256th_different_one_are_left_out),
        cmocka_unit_test(a_document_has_a_value_whole_and_nothing_when_it_has_none),
        cmocka_unit_test(metadata_that_point_nowhere_have_no_value),
        cmocka_unit_test(keys_are_kept_in_order_and_once),
        cmocka_unit_test(what_is_no_key_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
