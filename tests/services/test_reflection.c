// SPDX-License-Identifier: Apache-2.0
// test_reflection.c: what reflection answers, and that it finds a method whose row is not as its .proto says.

#include "../rpc/world.h"
#include "gdx/descriptors.h"
#include "gdx/services.h"

#include <grpc/reflection/v1/reflection.pb-c.h>
#include <grpc/testing/test.pb-c.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>

#define REQUEST_CASE(name) GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_##name
#define REPLY_CASE(name)   GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_##name

typedef Grpc__Reflection__V1__ServerReflectionRequest request_message;
typedef Grpc__Reflection__V1__ServerReflectionResponse reply_message;

static gdx_reflection *reflection;

static void add_reflection(struct world *world) {
    gdx_error err = {0};
    assert_non_null(reflection = gdx_reflection_new(world->server));
    assert_int_equal(gdx_reflection_add(reflection, gdx_descriptors, gdx_descriptors_bytes, &err), GDX_OK);
    assert_int_equal(gdx_reflection_add(reflection, gdx_testing_descriptors, gdx_testing_descriptors_bytes, &err),
                     GDX_OK);
    assert_int_equal(gdx_server_add(world->server, gdx_reflection_service(reflection), &err), GDX_OK);
    assert_int_equal(gdx_server_add(world->server, gdx_reflection_service_alpha(reflection), &err), GDX_OK);
}

static int leave(void **state) {
    int result = leave_world(state);
    gdx_reflection_free(reflection);
    reflection = NULL;
    return result;
}

static reply_message *ask_reflection(struct world *world, const char *version, const request_message *request) {
    char path[128];
    int ends = world->ends;
    snprintf(path, sizeof path, "/grpc.reflection.%s.ServerReflection/ServerReflectionInfo", version);
    ask_message(world, path, &request->base);
    RUN_UNTIL(world, world->ends == ends + 1);
    assert_int_equal(world->code, GDX_GRPC_OK);
    reply_message *reply =
        grpc__reflection__v1__server_reflection_response__unpack(NULL, world->reply.bytes, world->reply.data);
    assert_non_null(reply);
    return reply;
}

static void free_reply(reply_message *reply) {
    grpc__reflection__v1__server_reflection_response__free_unpacked(reply, NULL);
}

static void both_versions_list_the_services(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    request_message request = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    request.message_request_case = REQUEST_CASE(LIST_SERVICES);
    request.list_services = "";
    for (int i = 0; i < 2; i++) {
        reply_message *reply = ask_reflection(world, i ? "v1" : "v1alpha", &request);
        assert_int_equal(reply->message_response_case, REPLY_CASE(LIST_SERVICES_RESPONSE));
        assert_int_equal(reply->list_services_response->n_service, 2);
        assert_string_equal(reply->list_services_response->service[0]->name, "grpc.reflection.v1.ServerReflection");
        free_reply(reply);
    }
}

static void a_symbols_file_comes_with_all_that_it_imports(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    request_message request = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    request.message_request_case = REQUEST_CASE(FILE_CONTAINING_SYMBOL);
    request.file_containing_symbol = "grpc.testing.TestService.EmptyCall";
    reply_message *reply = ask_reflection(world, "v1", &request);
    assert_int_equal(reply->message_response_case, REPLY_CASE(FILE_DESCRIPTOR_RESPONSE));
    assert_int_equal(reply->file_descriptor_response->n_file_descriptor_proto, 3); // test, empty, messages
    free_reply(reply);
}

static void an_unknown_symbol_is_answered_not_found_and_the_call_goes_on(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    request_message request = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    request.message_request_case = REQUEST_CASE(FILE_CONTAINING_SYMBOL);
    request.file_containing_symbol = "no.Such";
    reply_message *reply = ask_reflection(world, "v1", &request);
    assert_int_equal(reply->message_response_case, REPLY_CASE(ERROR_RESPONSE));
    assert_int_equal(reply->error_response->error_code, GDX_GRPC_NOT_FOUND);
    assert_non_null(strstr(reply->error_response->error_message, "no.Such"));
    free_reply(reply);
}

static gdx_status never(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    (void)exchange, (void)message;
    return gdx_fail(err, GDX_INTERNAL, "not called");
}

static void a_row_that_does_not_stream_as_its_proto_says_is_found(void **state) {
    (void)state;
    static const struct {
        gdx_method row;
        const char *fault;
    } cases[] = {
        {{.name = "EmptyCall", .handler = {.message = never}}, NULL},
        {{.name = "FullDuplexCall", .requests_stream = true, .replies_stream = true, .handler = {.message = never}},
         NULL},
        {{.name = "EmptyCall", .requests_stream = true, .handler = {.message = never}}, "EmptyCall: requests_stream"},
        {{.name = "StreamingOutputCall", .handler = {.message = never}}, "StreamingOutputCall: replies_stream"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world *world = open_world(1, 10, 10);
        const gdx_service service = {&grpc__testing__test_service__descriptor, &cases[i].row, 1, NULL};
        gdx_error err = {0};
        assert_int_equal(gdx_server_add(world->server, &service, &err), GDX_OK);
        gdx_status status = gdx_reflection_check(reflection, &err);
        assert_int_equal(status, cases[i].fault ? GDX_INVALID : GDX_OK);
        if (cases[i].fault)
            assert_non_null(strstr(err.message, cases[i].fault));
        leave(state);
    }
}

static void a_method_without_a_descriptor_is_found(void **state) {
    (void)state;
    static const gdx_method row = {.name = "EmptyCall", .handler = {.message = never}};
    static const gdx_service service = {&grpc__testing__test_service__descriptor, &row, 1, NULL};
    struct world *world = open_world(1, 10, 10);
    gdx_error err = {0};
    gdx_reflection *empty = gdx_reflection_new(world->server);
    assert_non_null(empty);
    assert_int_equal(gdx_server_add(world->server, &service, &err), GDX_OK);
    assert_int_equal(gdx_reflection_check(empty, &err), GDX_INVALID);
    gdx_reflection_free(empty);
}

static void a_damaged_descriptor_set_is_refused(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    gdx_error err = {0};
    gdx_reflection *damaged = gdx_reflection_new(world->server);
    assert_non_null(damaged);
    assert_int_equal(gdx_reflection_add(damaged, gdx_descriptors, gdx_descriptors_bytes - 1, &err), GDX_CORRUPT);
    gdx_reflection_free(damaged);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(both_versions_list_the_services, leave),
        cmocka_unit_test_teardown(a_symbols_file_comes_with_all_that_it_imports, leave),
        cmocka_unit_test_teardown(an_unknown_symbol_is_answered_not_found_and_the_call_goes_on, leave),
        cmocka_unit_test_teardown(a_row_that_does_not_stream_as_its_proto_says_is_found, leave),
        cmocka_unit_test_teardown(a_method_without_a_descriptor_is_found, leave),
        cmocka_unit_test_teardown(a_damaged_descriptor_set_is_refused, leave),
    };
    signal(SIGPIPE, SIG_IGN);
    world_add = add_reflection;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
