// SPDX-License-Identifier: Apache-2.0
// test_health.c: what the health service says of services that serve, do not, drain, or are not there, once and as a
// watch.

#include "../rpc/world.h"
#include "gdx/services.h"

#include <grpc/health/v1/health.pb-c.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    SERVING = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING,
    NOT_SERVING = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING,
    SERVICE_UNKNOWN = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN
};

static gdx_health *health;

static void add_health(struct world *world) {
    gdx_error err = {0};
    assert_non_null(health = gdx_health_new());
    assert_int_equal(gdx_health_set(health, "some.Service", true), GDX_OK);
    assert_int_equal(gdx_server_add(world->server, gdx_health_service(health), &err), GDX_OK);
}

static int leave(void **state) {
    int result = leave_world(state);
    gdx_health_free(health);
    health = NULL;
    return result;
}

static void ask_health(struct world *world, const char *method, const char *service) {
    char path[64];
    Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    request.service = (char *)service;
    snprintf(path, sizeof path, "/grpc.health.v1.Health/%s", method);
    ask_message(world, path, &request.base);
}

static int state_in_reply(const struct world *world) {
    Grpc__Health__V1__HealthCheckResponse *reply =
        grpc__health__v1__health_check_response__unpack(NULL, world->reply.bytes, world->reply.data);
    assert_non_null(reply);
    int state = (int)reply->status;
    grpc__health__v1__health_check_response__free_unpacked(reply, NULL);
    return state;
}

static void a_check_says_whether_a_service_serves(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    ask_health(world, "Check", "some.Service");
    RUN_UNTIL(world, world->ends == 1);
    assert_int_equal(world->code, GDX_GRPC_OK);
    assert_int_equal(state_in_reply(world), SERVING);
    assert_int_equal(gdx_health_set(health, "some.Service", false), GDX_OK);
    ask_health(world, "Check", "some.Service");
    RUN_UNTIL(world, world->ends == 2);
    assert_int_equal(state_in_reply(world), NOT_SERVING);
    ask_health(world, "Check", ""); // the server as a whole
    RUN_UNTIL(world, world->ends == 3);
    assert_int_equal(state_in_reply(world), SERVING);
}

static void a_check_of_an_unknown_service_is_not_found(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    ask_health(world, "Check", "no.Service");
    RUN_UNTIL(world, world->ends == 1);
    assert_int_equal(world->code, GDX_GRPC_NOT_FOUND);
    assert_non_null(strstr(world->message, "no.Service"));
}

static void a_watch_reports_each_change_and_nothing_else(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    ask_health(world, "Watch", "some.Service");
    RUN_UNTIL(world, world->messages == 1);
    assert_int_equal(state_in_reply(world), SERVING);
    assert_int_equal(gdx_health_set(health, "some.Service", true), GDX_OK);
    assert_int_equal(gdx_health_set(health, "other.Service", false), GDX_OK);
    run_until_quiet(world);
    assert_int_equal(world->messages, 1);
    assert_int_equal(gdx_health_set(health, "some.Service", false), GDX_OK);
    RUN_UNTIL(world, world->messages == 2);
    assert_int_equal(state_in_reply(world), NOT_SERVING);
    assert_int_equal(world->ends, 0);
}

static void a_watch_of_an_unknown_service_stays_until_it_comes(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    ask_health(world, "Watch", "late.Service");
    RUN_UNTIL(world, world->messages == 1);
    assert_int_equal(state_in_reply(world), SERVICE_UNKNOWN);
    assert_int_equal(gdx_health_set(health, "late.Service", true), GDX_OK);
    RUN_UNTIL(world, world->messages == 2);
    assert_int_equal(state_in_reply(world), SERVING);
}

static void a_drain_notifies_watchers_and_ends_their_calls(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    ask_health(world, "Watch", "some.Service");
    ask_health(world, "Watch", "");
    RUN_UNTIL(world, world->messages == 2);
    gdx_health_drain(health);
    RUN_UNTIL(world, world->ends == 2);
    assert_int_equal(world->messages, 4);
    assert_int_equal(state_in_reply(world), NOT_SERVING);
    assert_int_equal(world->code, GDX_GRPC_UNAVAILABLE);
    ask_health(world, "Watch", "");
    RUN_UNTIL(world, world->ends == 3);
    assert_int_equal(world->code, GDX_GRPC_UNAVAILABLE);
}

static void a_watcher_that_goes_away_is_forgotten(void **state) {
    (void)state;
    struct world *world = open_world(1, 10, 10);
    ask_health(world, "Watch", "some.Service");
    RUN_UNTIL(world, world->messages == 1);
    close_client(world);
    RUN_UNTIL(world, gdx_server_call_count(world->server) == 0);
    assert_int_equal(gdx_health_set(health, "some.Service", false), GDX_OK); // no watcher
}

static void a_name_that_is_too_long_is_refused(void **state) {
    (void)state;
    char name[600] = "";
    struct world *world = open_world(1, 10, 10);
    memset(name, 'n', sizeof name - 1);
    ask_health(world, "Watch", name);
    RUN_UNTIL(world, world->ends == 1);
    assert_int_equal(world->code, GDX_GRPC_INVALID_ARGUMENT);
}

static void a_list_names_every_service(void **state) {
    (void)state;
    Grpc__Health__V1__HealthListRequest request = GRPC__HEALTH__V1__HEALTH_LIST_REQUEST__INIT;
    struct world *world = open_world(1, 10, 10);
    ask_message(world, "/grpc.health.v1.Health/List", &request.base);
    RUN_UNTIL(world, world->ends == 1);
    Grpc__Health__V1__HealthListResponse *reply =
        grpc__health__v1__health_list_response__unpack(NULL, world->reply.bytes, world->reply.data);
    assert_non_null(reply);
    assert_int_equal(reply->n_statuses, 2);
    assert_string_equal(reply->statuses[0]->key, "");
    assert_string_equal(reply->statuses[1]->key, "some.Service");
    assert_int_equal(reply->statuses[1]->value->status, SERVING);
    grpc__health__v1__health_list_response__free_unpacked(reply, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_check_says_whether_a_service_serves, leave),
        cmocka_unit_test_teardown(a_check_of_an_unknown_service_is_not_found, leave),
        cmocka_unit_test_teardown(a_watch_reports_each_change_and_nothing_else, leave),
        cmocka_unit_test_teardown(a_watch_of_an_unknown_service_stays_until_it_comes, leave),
        cmocka_unit_test_teardown(a_drain_notifies_watchers_and_ends_their_calls, leave),
        cmocka_unit_test_teardown(a_watcher_that_goes_away_is_forgotten, leave),
        cmocka_unit_test_teardown(a_name_that_is_too_long_is_refused, leave),
        cmocka_unit_test_teardown(a_list_names_every_service, leave),
    };
    signal(SIGPIPE, SIG_IGN);
    world_add = add_health;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
