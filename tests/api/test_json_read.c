// SPDX-License-Identifier: Apache-2.0
// test_json_read.c: JSON as messages. What a random message is written as is read as the same message; what breaks the
// mapping is refused with the path of the field; each allocation may fail.

#include "gdx/descriptors.h"
#include "gdx/json.h"

#include "../support/allocations.h"
#include "../support/each_allocation.h"
#include "random_message.h"

#include <gramdex/v1/search.pb-c.h>
#include <grpc/health/v1/health.pb-c.h>
#include <grpc/reflection/v1/reflection.pb-c.h>
#include <grpc/testing/messages.pb-c.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void *read_as(const ProtobufCMessageDescriptor *type, const char *text) {
    gdx_error err = {0};
    ProtobufCMessage *message = NULL;
    if (gdx_json_read(gdx_slice_of(text), type, NULL, &message, &err) != GDX_OK)
        fail_msg("%s: %s %s", text, err.field, err.message);
    return message;
}

static void refused_as(const ProtobufCMessageDescriptor *type, const char *text, const char *field, const char *says) {
    gdx_error err = {0};
    ProtobufCMessage *message = NULL;
    gdx_status status = gdx_json_read(gdx_slice_of(text), type, NULL, &message, &err);
    if (status != GDX_INVALID || strcmp(err.field, field) != 0 || !strstr(err.message, says))
        fail_msg("%s: %s, '%s': '%s'", text, gdx_status_name(status), err.field, err.message);
    assert_null(message);
}

static const ProtobufCMessageDescriptor *const search = &gramdex__v1__search_request__descriptor;
static const ProtobufCMessageDescriptor *const scan = &gramdex__v1__scan_request__descriptor;

static gdx_slice packed(const ProtobufCMessage *message) {
    size_t bytes = protobuf_c_message_get_packed_size(message);
    uint8_t *data = malloc(bytes + 1);
    protobuf_c_message_pack(message, data);
    return (gdx_slice){(const char *)data, bytes};
}

static void must_read_back(const ProtobufCMessage *message) {
    json_t *value = gdx_json_of(message, GDX_JSON_PROTO);
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(17));
    ProtobufCMessage *again = read_as(message->descriptor, text);
    gdx_slice before = packed(message), after = packed(again);
    if (!gdx_slice_equal(before, after))
        fail_msg("%s: %zu bytes, read as %zu bytes of %s", text, before.bytes, after.bytes, message->descriptor->name);
    free((char *)before.data);
    free((char *)after.data);
    protobuf_c_message_free_unpacked(again, NULL);
    free(text);
    json_decref(value);
}

static void every_message_is_read_as_it_was_written(void **state) {
    (void)state;
    random_state random = {14};
    unsigned types = 0;
    for (const ProtobufCMessageDescriptor *type; (type = random_type(types)) != NULL; types++)
        for (int i = 0; i < 60; i++) {
            ProtobufCMessage *message = random_message(&random, type);
            must_read_back(message);
            protobuf_c_message_free_unpacked(message, NULL);
        }
    assert_true(types > 40);
}

static void names_are_taken_in_either_spelling(void **state) {
    (void)state;
    static const char *const texts[] = {"{\"query\":\"a\",\"pageToken\":\"t\",\"snippetSymbols\":3}",
                                        " {\"query\" : \"a\", \"page_token\":\"t\", \"snippet_symbols\" : 3 } "};
    for (int i = 0; i < 2; i++) {
        Gramdex__V1__SearchRequest *request = read_as(search, texts[i]);
        assert_memory_equal(request->page_token.data, "t", 2); // with a zero behind it
        assert_int_equal(request->snippet_symbols, 3);
        protobuf_c_message_free_unpacked(&request->base, NULL);
    }
    refused_as(search, "{\"pageToken\":\"\",\"page_token\":\"\"}", "page_token", "given twice");
}

static void null_is_the_default(void **state) {
    (void)state;
    Gramdex__V1__SearchRequest *request =
        read_as(search, "{\"query\":null,\"scope\":null,\"limit\":null,\"order\":null,\"noSnippet\":null}");
    assert_int_equal(protobuf_c_message_get_packed_size(&request->base), 0);
    protobuf_c_message_free_unpacked(&request->base, NULL);
    refused_as(search, "{\"scope\":{\"filter\":{\"sources\":[\"a\",null]}}}", "scope.filter.sources[1]",
               "null, expected a string");
}

static void integers_are_exact(void **state) {
    (void)state;
    static const struct {
        const char *written;
        uint64_t value;
    } good[] = {{"0", 0},
                {"-0", 0},
                {"9007199254740993", 9007199254740993},
                {"\"9007199254740993\"", 9007199254740993},
                {"9223372036854775807", INT64_MAX},
                {"\"18446744073709551615\"", UINT64_MAX},
                {"1e3", 1000},
                {"\"1e3\"", 1000},
                {"1.0", 1},
                {"9007199254740992.0", UINT64_C(1) << 53}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char text[80];
        snprintf(text, sizeof text, "{\"limit\":%s}", good[i].written);
        Gramdex__V1__ScanRequest *request = read_as(scan, text);
        assert_true(request->limit == good[i].value);
        protobuf_c_message_free_unpacked(&request->base, NULL);
    }
    static const char *const bad[] = {"-1",
                                      "\"-1\"",
                                      "0.5",
                                      "1e300",
                                      "9007199254740994.0",
                                      "\"18446744073709551616\"",
                                      "\"\"",
                                      "\" 1\"",
                                      "\"1 \"",
                                      "\"01\"",
                                      "\"0x10\"",
                                      "\"+1\"",
                                      "\"1e\"",
                                      "\"NaN\"",
                                      "true",
                                      "[1]",
                                      "{}",
                                      "\"1\\u0000\"",
                                      "\"--1\"",
                                      "\"1,2\"",
                                      "\"[1]\"",
                                      "\"1e-1\""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[80];
        snprintf(text, sizeof text, "{\"limit\":%s}", bad[i]);
        refused_as(scan, text, "limit", strpbrk(bad[i], "[.]") || strstr(bad[i], "e300") ? "" : "expected");
    }
    refused_as(scan, "{\"limit\":18446744073709551615}", "", "too big integer");
}

static void ranges_of_32_bits_hold(void **state) {
    (void)state;
    Grpc__Testing__ResponseParameters *message = read_as(&grpc__testing__response_parameters__descriptor,
                                                         "{\"size\":-2147483648,\"intervalUs\":\"2147483647\"}");
    assert_int_equal(message->size, INT32_MIN);
    assert_int_equal(message->interval_us, INT32_MAX);
    protobuf_c_message_free_unpacked(&message->base, NULL);
    refused_as(&grpc__testing__response_parameters__descriptor, "{\"size\":2147483648}", "size",
               "2147483648, expected a number from -2147483648 to 2147483647");
    refused_as(search, "{\"limit\":4294967296}", "limit", "expected a number from 0 to 4294967295");
    refused_as(search, "{\"limit\":-1}", "limit", "expected a number from 0 to 4294967295");
}

static void numbers_have_names_for_what_json_cannot_write(void **state) {
    (void)state;
    static const struct {
        const char *written;
        double value;
    } good[] = {{"\"Infinity\"", (double)INFINITY},
                {"\"-Infinity\"", -(double)INFINITY},
                {"2", 2},
                {"\"0.25\"", 0.25},
                {"-1e-3", -0.001}};
    char text[80];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        snprintf(text, sizeof text, "{\"score\":%s}", good[i].written);
        Gramdex__V1__Hit *hit = read_as(&gramdex__v1__hit__descriptor, text);
        assert_true(hit->score == good[i].value);
        protobuf_c_message_free_unpacked(&hit->base, NULL);
    }
    Gramdex__V1__Hit *hit = read_as(&gramdex__v1__hit__descriptor, "{\"score\":\"NaN\"}");
    assert_true(isnan(hit->score));
    protobuf_c_message_free_unpacked(&hit->base, NULL);
    refused_as(&gramdex__v1__hit__descriptor, "{\"score\":\"nan\"}", "score", "expected a number");
    refused_as(&gramdex__v1__hit__descriptor, "{\"score\":true}", "score", "true, expected a number");
    refused_as(&gramdex__v1__hit__descriptor, "{\"score\":1e999}", "", "real number overflow");
}

static void enums_are_names_or_numbers_and_others_are_listed(void **state) {
    (void)state;
    static const char *const good[] = {"{\"order\":\"ORDER_OLDEST\"}", "{\"order\":3}"};
    for (int i = 0; i < 2; i++) {
        Gramdex__V1__SearchRequest *request = read_as(search, good[i]);
        assert_int_equal(request->order, GRAMDEX__V1__ORDER__ORDER_OLDEST);
        protobuf_c_message_free_unpacked(&request->base, NULL);
    }
    static const char all[] =
        "expected one of ORDER_UNSPECIFIED, ORDER_RELEVANCE, ORDER_NEWEST, ORDER_OLDEST, ORDER_ID";
    refused_as(search, "{\"order\":\"oldest\"}", "order", all);
    refused_as(search, "{\"order\":99}", "order", all);
    refused_as(search, "{\"order\":4294967297}", "order", all);
    refused_as(search, "{\"order\":true}", "order", "true, expected");
}

static void fields_that_are_not_there_or_there_twice_are_named(void **state) {
    (void)state;
    refused_as(search, "{\"qury\":\"a\"}", "qury", "SearchRequest has no such field");
    refused_as(search, "{\"scope\":{\"filter\":{\"metadata\":[{},{\"keys\":1}]}}}", "scope.filter.metadata[1].keys",
               "MetadataFilter has no such field");
    refused_as(search, "{\"scope\":{\"filter\":{\"sources\":[],\"sources\":[]}}}", "scope.filter.sources",
               "given twice");
    refused_as(search, "{\"scope\":{\"filter\":{\"metadata\":[{\"key\":\"[,\\\"{\"},{\"key\":1,\"key\":1}]}}}",
               "scope.filter.metadata[1].key", "given twice");
}

static void values_of_another_type_are_named(void **state) {
    (void)state;
    refused_as(search, "{\"query\":5}", "query", "a number, expected a string");
    refused_as(search, "{\"scope\":[]}", "scope", "an array, expected an object");
    refused_as(search, "{\"noSnippet\":\"true\"}", "no_snippet", "a string, expected true or false");
    refused_as(search, "{\"scope\":{\"filter\":{\"sources\":\"a\"}}}", "scope.filter.sources", "expected an array");
    refused_as(search, "[]", "", "an array, expected an object");
    refused_as(search, "", "", "the request is empty");
}

static void bytes_are_base64_where_the_proto_says_bytes(void **state) {
    (void)state;
    static const char *const good[] = {"{\"body\":\"+/8=\"}", "{\"body\":\"-_8\"}", "{\"body\":\"-_8=\"}"};
    for (int i = 0; i < 3; i++) {
        Grpc__Testing__Payload *payload = read_as(&grpc__testing__payload__descriptor, good[i]);
        assert_int_equal(payload->body.len, 2);
        assert_memory_equal(payload->body.data, "\xfb\xff", 2);
        json_t *value = gdx_json_of(&payload->base, GDX_JSON_PROTO);
        assert_string_equal(json_string_value(json_object_get(value, "body")), "+/8=");
        json_decref(value);
        protobuf_c_message_free_unpacked(&payload->base, NULL);
    }
    refused_as(&grpc__testing__payload__descriptor, "{\"body\":\"*\"}", "body", "no base64");
    refused_as(&grpc__testing__payload__descriptor, "{\"body\":1}", "body", "expected base64 in a string");
}

// Field numbers of descriptor.proto; a field's type 12 is `bytes`. The rule in field_is_text depends on it.
static void no_field_of_ours_is_really_bytes(void **state) {
    (void)state;
    static const char marks[] = "gramdex/v1/";      // names of our files
    static const char bytes_field[] = {0x28, 0x0c}; // FieldDescriptorProto.type: TYPE_BYTES, behind its label
    gdx_slice all = {(const char *)gdx_descriptors, gdx_descriptors_bytes};
    unsigned files = 0, fields = 0;
    for (size_t at = 0; at < all.bytes;) { // FileDescriptorSet: tag 0x0a, length, a file
        const uint8_t *byte = gdx_descriptors + at + 1;
        uint64_t length = 0;
        assert_int_equal(gdx_descriptors[at], 0x0a);
        assert_true(gdx_varint_read(&byte, gdx_descriptors + all.bytes, &length));
        gdx_slice file = {(const char *)byte, (size_t)length};
        // What a root and its leaves tell each other has no form in JSON.
        bool ours = memmem(file.data, 32, marks, sizeof marks - 1) != NULL && !memmem(file.data, 32, "leaf", 4);
        for (size_t i = 0; i + 3 < file.bytes; i++) {
            bool labelled = file.data[i] == 0x20 && file.data[i + 1] >= 1 && file.data[i + 1] <= 3; // label
            fields += ours && labelled && file.data[i + 2] == 0x28;
            if (ours && labelled && memcmp(file.data + i + 2, bytes_field, 2) == 0)
                fail_msg("a field of %.40s is `bytes`", file.data + 2);
        }
        files += ours;
        at = (size_t)(byte - gdx_descriptors) + file.bytes;
    }
    assert_int_equal(files, 2);
    assert_true(fields > 300);
}

static void texts_are_utf8_and_may_hold_zeros(void **state) {
    (void)state;
    Gramdex__V1__SearchRequest *request = read_as(search, "{\"query\":\"a\\u0000\\ud83d\\ude00\"}");
    assert_int_equal(request->query.len, 6);
    assert_memory_equal(request->query.data, "a\0\xf0\x9f\x98\x80", 6);
    protobuf_c_message_free_unpacked(&request->base, NULL);
    refused_as(search, "{\"query\":\"\xff\"}", "", "unable to decode byte 0xff");
    refused_as(search, "{\"query\":\"\xc0\xaf\"}", "", "unable to decode byte");
    refused_as(search, "{\"query\":\"\\ud800\"}", "", "invalid Unicode");
    refused_as(&grpc__health__v1__health_check_request__descriptor, "{\"service\":\"a\\u0000\"}", "service", "U+0000");
}

static void one_of_a_oneof_is_taken_and_maps_are_objects(void **state) {
    (void)state;
    const ProtobufCMessageDescriptor *type = &grpc__reflection__v1__server_reflection_request__descriptor;
    Grpc__Reflection__V1__ServerReflectionRequest *request =
        read_as(type, "{\"listServices\":\"\",\"fileByFilename\":null}");
    assert_int_equal(request->message_request_case,
                     GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES);
    protobuf_c_message_free_unpacked(&request->base, NULL);
    refused_as(type, "{\"listServices\":\"\",\"fileByFilename\":\"a\"}", "file_by_filename",
               "'list_services' is there already");
    type = &grpc__health__v1__health_list_response__descriptor;
    Grpc__Health__V1__HealthListResponse *reply =
        read_as(type, "{\"statuses\":{\"\":{\"status\":\"SERVING\"},\"b\":{}}}");
    assert_int_equal(reply->n_statuses, 2);
    assert_string_equal(reply->statuses[1]->key, "b");
    json_t *value = gdx_json_of(&reply->base, GDX_JSON_PROTO);
    char *text = json_dumps(value, JSON_COMPACT);
    assert_string_equal(text, "{\"statuses\":{\"\":{\"status\":\"SERVING\"},\"b\":{}}}");
    free(text);
    json_decref(value);
    protobuf_c_message_free_unpacked(&reply->base, NULL);
    refused_as(type, "{\"statuses\":{\"b\":{\"status\":\"X\"}}}", "statuses.b.status",
               "expected one of UNKNOWN, SERVING");
    refused_as(type, "{\"statuses\":{\"b\":null}}", "statuses.b", "null, expected an object");
}

// ---- hostile

static void depth_and_values_are_bounded(void **state) {
    (void)state;
    enum { BYTES = 4 << 20 };
    char *text = malloc(BYTES);
    gdx_error err = {0};
    ProtobufCMessage *message = NULL;
    memset(text, '[', BYTES);
    assert_int_equal(gdx_json_read((gdx_slice){text, BYTES}, search, NULL, &message, &err), GDX_INVALID);
    assert_non_null(strstr(err.message, "deeper than 64 levels"));
    for (size_t i = 0; i + 2 < BYTES; i += 3)
        memcpy(text + i, "{},", 3);
    text[0] = '[';
    err = (gdx_error){0};
    assert_int_equal(gdx_json_read((gdx_slice){text, BYTES}, search, NULL, &message, &err), GDX_TOO_LARGE);
    assert_null(message);
    free(text);
}

static const char whole[] =
    "{\"query\":\"\\u4ea7\xe4\xb8\x9a\",\"scope\":{\"filter\":{\"sources\":[\"a\",\"b\"],\"metadata\":[{\"key\":\"k\",\"values\":"
    "[\"v\"]}]},\"minCommit\":\"12\"},\"limit\":1e1,\"order\":\"ORDER_ID\",\"noSnippet\":true}";

static void a_text_cut_at_any_byte_is_refused(void **state) {
    (void)state;
    for (size_t bytes = 0; bytes < sizeof whole - 1; bytes++) {
        char *text = malloc(bytes + 1); // of its own, so that a read past its end is seen
        ProtobufCMessage *message = NULL;
        memcpy(text, whole, bytes);
        assert_int_equal(gdx_json_read((gdx_slice){text, bytes}, search, NULL, &message, NULL), GDX_INVALID);
        assert_null(message);
        free(text);
    }
}

static void flipped_bits_are_read_or_refused(void **state) {
    (void)state;
    for (size_t bit = 0; bit < 8 * (sizeof whole - 1); bit++) {
        char *text = strdup(whole);
        ProtobufCMessage *message = NULL;
        gdx_error err = {0};
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        gdx_status status = gdx_json_read((gdx_slice){text, sizeof whole - 1}, search, NULL, &message, &err);
        assert_true(status == GDX_OK ? message != NULL : status == GDX_INVALID && err.message[0] && !message);
        protobuf_c_message_free_unpacked(message, NULL);
        free(text);
    }
}

// ---- memory

static void *failing_malloc(size_t bytes) {
    return malloc(bytes);
}

static void plain_free(void *memory) {
    free(memory);
}

static gdx_status read_all(void) {
    static const struct {
        const ProtobufCMessageDescriptor *type;
        const char *text;
    } rows[] = {{&gramdex__v1__search_request__descriptor, whole},
                {&grpc__health__v1__health_list_response__descriptor, "{\"statuses\":{\"a\":{},\"b\":{\"status\":1}}}"},
                {&grpc__reflection__v1__server_reflection_response__descriptor,
                 "{\"fileDescriptorResponse\":{\"fileDescriptorProto\":[\"AAA=\",\"\"]},\"validHost\":\"h\"}"}};
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < 3 && status == GDX_OK; i++) {
        ProtobufCMessage *message = NULL;
        gdx_error err = {0};
        status = gdx_json_read(gdx_slice_of(rows[i].text), rows[i].type, NULL, &message, &err);
        protobuf_c_message_free_unpacked(message, NULL);
    }
    return status;
}

static void each_allocation_may_fail(void **state) {
    (void)state;
    fail_each_allocation(read_all, NULL, 20);
}

// jansson says "invalid token" when it has no memory for a string; what counts is that nothing is read wrong or lost.
static void each_allocation_of_jansson_may_fail(void **state) {
    (void)state;
    json_set_alloc_funcs(failing_malloc, plain_free);
    bool met = true;
    long point = 0;
    for (; met; point++) {
        allocations_fail_after(point, ALL_THREADS);
        gdx_status status = read_all();
        met = allocations_end();
        assert_true(met ? status == GDX_NO_MEMORY || status == GDX_INVALID : status == GDX_OK);
    }
    json_set_alloc_funcs(malloc, free);
    assert_true(point > 100);
}

static void *no_memory(void *data, size_t bytes) {
    size_t *left = data;
    if (*left < bytes)
        return NULL;
    *left -= bytes;
    return malloc(bytes);
}

static void given_free(void *data, void *memory) {
    (void)data;
    free(memory);
}

static void the_given_allocator_is_the_limit(void **state) {
    (void)state;
    for (size_t room = 0; room < 1200; room += 8) {
        size_t left = room;
        ProtobufCAllocator allocator = {no_memory, given_free, &left};
        ProtobufCMessage *message = NULL;
        gdx_status status = gdx_json_read(gdx_slice_of(whole), search, &allocator, &message, NULL);
        assert_int_equal(status, message ? GDX_OK : GDX_NO_MEMORY);
        protobuf_c_message_free_unpacked(message, &allocator);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_is_read_as_it_was_written),
        cmocka_unit_test(names_are_taken_in_either_spelling),
        cmocka_unit_test(null_is_the_default),
        cmocka_unit_test(integers_are_exact),
        cmocka_unit_test(ranges_of_32_bits_hold),
        cmocka_unit_test(numbers_have_names_for_what_json_cannot_write),
        cmocka_unit_test(enums_are_names_or_numbers_and_others_are_listed),
        cmocka_unit_test(fields_that_are_not_there_or_there_twice_are_named),
        cmocka_unit_test(values_of_another_type_are_named),
        cmocka_unit_test(bytes_are_base64_where_the_proto_says_bytes),
        cmocka_unit_test(no_field_of_ours_is_really_bytes),
        cmocka_unit_test(texts_are_utf8_and_may_hold_zeros),
        cmocka_unit_test(one_of_a_oneof_is_taken_and_maps_are_objects),
        cmocka_unit_test(depth_and_values_are_bounded),
        cmocka_unit_test(a_text_cut_at_any_byte_is_refused),
        cmocka_unit_test(flipped_bits_are_read_or_refused),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(each_allocation_of_jansson_may_fail),
        cmocka_unit_test(the_given_allocator_is_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
