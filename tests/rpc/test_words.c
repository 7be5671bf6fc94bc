// SPDX-License-Identifier: Apache-2.0
// test_words.c: the small texts of gRPC: statuses, percent signs, timeouts, base64, metadata, gzip.

#include "gdx/base64.h"
#include "gdx/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_buffer(gdx_buffer *buffer, const char *expected) {
    assert_int_equal(buffer->bytes, strlen(expected));
    if (buffer->bytes)
        assert_memory_equal(buffer->data, expected, buffer->bytes);
    gdx_buffer_clear(buffer);
}

static void every_status_of_the_engine_has_a_code_and_most_come_back(void **state) {
    (void)state;
    for (int status = GDX_OK; status <= GDX_INTERNAL; status++)
        assert_int_not_equal(gdx_grpc_code_of_status((gdx_status)status), GDX_GRPC_UNKNOWN);
    assert_int_equal(gdx_grpc_code_of_status(GDX_INVALID), GDX_GRPC_INVALID_ARGUMENT);
    assert_int_equal(gdx_grpc_code_of_status(GDX_BUSY), GDX_GRPC_RESOURCE_EXHAUSTED);
    assert_int_equal(gdx_status_of_grpc_code(GDX_GRPC_DEADLINE_EXCEEDED), GDX_DEADLINE);
    assert_int_equal(gdx_status_of_grpc_code(GDX_GRPC_UNAVAILABLE), GDX_UNAVAILABLE);
    assert_int_equal(gdx_status_of_grpc_code((gdx_grpc_code)99), GDX_INTERNAL);
    assert_string_equal(gdx_grpc_code_name(GDX_GRPC_UNAUTHENTICATED), "UNAUTHENTICATED");
}

static void percent_signs_and_bytes_outside_ascii_are_escaped_and_come_back(void **state) {
    (void)state;
    const char *text = "\t100% \xe6\xb2\xa1\xe6\x9c\x89\r\n";
    gdx_buffer encoded = {0}, decoded = {0};
    assert_int_equal(gdx_percent_encode(gdx_slice_of(text), &encoded), GDX_OK);
    assert_int_equal(gdx_percent_decode(gdx_buffer_slice(&encoded), &decoded), GDX_OK);
    assert_buffer(&decoded, text);
    assert_buffer(&encoded, "%09100%25 %E6%B2%A1%E6%9C%89%0D%0A");
}

static void a_stray_percent_sign_means_itself(void **state) {
    (void)state;
    gdx_buffer decoded = {0};
    assert_int_equal(gdx_percent_decode(gdx_slice_of("5% %4 %zz %41%"), &decoded), GDX_OK);
    assert_buffer(&decoded, "5% %4 %zz A%");
}

static void timeouts_are_read_in_every_unit_and_refused_when_malformed(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t ns;
    } good[] = {{"1n", 1},
                {"0S", 0},
                {"20u", 20000},
                {"100m", 100000000},
                {"3S", 3000000000},
                {"2M", 120000000000},
                {"1H", 3600000000000},
                {"99999999H", UINT64_MAX / 2}};
    static const char *const bad[] = {"", "1", "S", "-1S", "1.5S", "123456789S", "1s", "1 S", "0x1S"};
    uint64_t ns;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(gdx_timeout_parse(gdx_slice_of(good[i].text), &ns));
        assert_true(ns == good[i].ns);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gdx_timeout_parse(gdx_slice_of(bad[i]), &ns));
}

static void a_timeout_sent_is_never_longer_and_hardly_shorter(void **state) {
    (void)state;
    static const uint64_t values[] = {1, 99999999, 100000000, 123456789012, 3600000000000, 987654321987654321};
    char text[GDX_TIMEOUT_BYTES];
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        uint64_t ns = 0;
        gdx_timeout_format(values[i], text);
        assert_true(gdx_timeout_parse(gdx_slice_of(text), &ns));
        assert_true(ns <= values[i] && values[i] - ns <= values[i] / 90000);
    }
}

static void base64_of_every_length_comes_back_with_and_without_padding(void **state) {
    (void)state;
    uint8_t raw[100];
    for (size_t i = 0; i < sizeof raw; i++)
        raw[i] = (uint8_t)(i * 37 + 200);
    for (size_t bytes = 0; bytes <= sizeof raw; bytes++) {
        gdx_buffer text = {0}, back = {0};
        assert_int_equal(gdx_base64_encode((gdx_slice){(char *)raw, bytes}, &text), GDX_OK);
        assert_int_equal(gdx_base64_decode(gdx_buffer_slice(&text), &back), GDX_OK);
        assert_int_equal(back.bytes, bytes);
        assert_memory_equal(back.data, raw, bytes);
        back.bytes = 0;
        while (text.bytes % 4)
            assert_int_equal(gdx_buffer_append(&text, "=", 1), GDX_OK);
        assert_int_equal(gdx_base64_decode(gdx_buffer_slice(&text), &back), GDX_OK);
        assert_int_equal(back.bytes, bytes);
        gdx_buffer_clear(&text);
        gdx_buffer_clear(&back);
    }
}

static void what_is_no_base64_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"A", "AB*D", "AAAAA", "====", "=", "AA=A"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        gdx_buffer out = {0};
        assert_int_equal(gdx_base64_decode(gdx_slice_of(bad[i]), &out), GDX_INVALID);
        assert_int_equal(out.bytes, 0);
        gdx_buffer_clear(&out);
    }
}

static void metadata_keeps_order_and_refuses_names_that_are_not_ours(void **state) {
    (void)state;
    gdx_metadata metadata = {0};
    static const char *const bad_names[] = {"", "Upper", "grpc-status", ":path", "te", "content-type", "with space"};
    for (size_t i = 0; i < sizeof bad_names / sizeof bad_names[0]; i++)
        assert_int_equal(gdx_metadata_add(&metadata, gdx_slice_of(bad_names[i]), gdx_slice_of("v")), GDX_INVALID);
    assert_int_equal(gdx_metadata_add(&metadata, gdx_slice_of("text"), gdx_slice_of("\n")), GDX_INVALID);
    assert_int_equal(gdx_metadata_add(&metadata, gdx_slice_of("raw-bin"), (gdx_slice){"\0\xff", 2}), GDX_OK);
    assert_int_equal(gdx_metadata_add(&metadata, gdx_slice_of("text"), gdx_slice_of("one")), GDX_OK);
    assert_int_equal(gdx_metadata_add(&metadata, gdx_slice_of("text"), gdx_slice_of("")), GDX_OK);
    assert_int_equal(metadata.count, 3);
    gdx_slice value;
    assert_true(gdx_metadata_find(&metadata, "text", &value));
    assert_int_equal(value.bytes, 3);
    assert_false(gdx_metadata_find(&metadata, "other", &value));
    gdx_metadata_clear(&metadata);
}

static void a_message_gzipped_comes_back_and_a_bomb_stops_at_the_limit(void **state) {
    (void)state;
    enum { BYTES = 1 << 20 };
    gdx_codec *codec = gdx_codec_new();
    char *zeros = calloc(1, BYTES);
    gdx_buffer framed = {0}, back = {0};
    for (int round = 0; round < 2; round++) { // the state is reused
        framed.bytes = back.bytes = 0;
        assert_int_equal(gdx_codec_frame(codec, (gdx_slice){zeros, BYTES}, true, &framed), GDX_OK);
        assert_int_equal(framed.data[0], 1);
        assert_true(framed.bytes < BYTES / 50);
        gdx_slice gzipped = {(char *)framed.data + 5, framed.bytes - 5};
        assert_int_equal(gdx_codec_inflate(codec, gzipped, BYTES, &back), GDX_OK);
        assert_int_equal(back.bytes, BYTES);
        back.bytes = 0;
        assert_int_equal(gdx_codec_inflate(codec, gzipped, BYTES - 1, &back), GDX_TOO_LARGE);
        back.bytes = 0;
        assert_int_equal(gdx_codec_inflate(codec, (gdx_slice){gzipped.data, gzipped.bytes - 1}, BYTES, &back),
                         GDX_CORRUPT);
        back.bytes = 0;
        assert_int_equal(gdx_codec_inflate(codec, gdx_slice_of("no gzip"), BYTES, &back), GDX_CORRUPT);
    }
    gdx_buffer_clear(&framed);
    gdx_buffer_clear(&back);
    free(zeros);
    gdx_codec_free(codec);
}

#define TRACE_ID "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN_ID  "00f067aa0ba902b7"
#define TRACE    "00-" TRACE_ID "-" SPAN_ID "-01"

static bool read_trace(const char *first, const char *second, char out[GDX_TRACE_BYTES]) {
    gdx_metadata metadata = {0};
    assert_int_equal(gdx_metadata_add(&metadata, gdx_slice_of("a"), gdx_slice_of("b")), GDX_OK);
    assert_int_equal(gdx_metadata_add(&metadata, gdx_slice_of("traceparent"), gdx_slice_of(first)), GDX_OK);
    if (second)
        assert_int_equal(gdx_metadata_add(&metadata, gdx_slice_of("traceparent"), gdx_slice_of(second)), GDX_OK);
    bool is_there = gdx_trace_read(&metadata, out);
    gdx_metadata_clear(&metadata);
    return is_there;
}

static void a_trace_is_read_as_of_the_version_that_is_known(void **state) {
    (void)state;
    char trace[GDX_TRACE_BYTES];
    assert_true(read_trace(TRACE, NULL, trace));
    assert_string_equal(trace, TRACE);
    assert_int_equal(gdx_trace_id(trace).bytes, strlen(TRACE_ID));
    assert_memory_equal(gdx_trace_id(trace).data, TRACE_ID, strlen(TRACE_ID));
    assert_true(read_trace("cc-" TRACE_ID "-" SPAN_ID "-03-more", NULL, trace));
    assert_string_equal(trace, "00-" TRACE_ID "-" SPAN_ID "-03");
    assert_true(read_trace("cc-" TRACE_ID "-" SPAN_ID "-03", NULL, trace));
}

static void a_trace_that_breaks_the_rule_is_none(void **state) {
    (void)state;
    static const char *const broken[] = {"",
                                         "00",
                                         "00-" TRACE_ID "-" SPAN_ID "-0",
                                         TRACE "-more",
                                         TRACE "1",
                                         "ff-" TRACE_ID "-" SPAN_ID "-01",
                                         "0g-" TRACE_ID "-" SPAN_ID "-01",
                                         "00-00000000000000000000000000000000-" SPAN_ID "-01",
                                         "00-" TRACE_ID "-0000000000000000-01",
                                         "00_" TRACE_ID "-" SPAN_ID "-01",
                                         "00-" TRACE_ID "_" SPAN_ID "-01",
                                         "00-" TRACE_ID "-" SPAN_ID "_01",
                                         "00-4BF92F3577b34da6a3ce929d0e0e4736-" SPAN_ID "-01",
                                         "00-" TRACE_ID "-" SPAN_ID "-0x",
                                         "cc-" TRACE_ID "-" SPAN_ID "-03more"};
    char trace[GDX_TRACE_BYTES];
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        if (read_trace(broken[i], NULL, trace))
            fail_msg("\"%s\" is taken", broken[i]);
        assert_string_equal(trace, "");
        assert_int_equal(gdx_trace_id(trace).bytes, 0);
    }
    assert_false(read_trace(TRACE, TRACE, trace)); // whose would it be?
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_of_the_engine_has_a_code_and_most_come_back),
        cmocka_unit_test(percent_signs_and_bytes_outside_ascii_are_escaped_and_come_back),
        cmocka_unit_test(a_stray_percent_sign_means_itself),
        cmocka_unit_test(timeouts_are_read_in_every_unit_and_refused_when_malformed),
        cmocka_unit_test(a_timeout_sent_is_never_longer_and_hardly_shorter),
        cmocka_unit_test(base64_of_every_length_comes_back_with_and_without_padding),
        cmocka_unit_test(what_is_no_base64_is_refused),
        cmocka_unit_test(metadata_keeps_order_and_refuses_names_that_are_not_ours),
        cmocka_unit_test(a_trace_is_read_as_of_the_version_that_is_known),
        cmocka_unit_test(a_trace_that_breaks_the_rule_is_none),
        cmocka_unit_test(a_message_gzipped_comes_back_and_a_bomb_stops_at_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
