// SPDX-License-Identifier: Apache-2.0
// health.c: grpc.health.v1. A watch is a call held open: it sits in a list, and a change of state goes through the
// list.

#include "gdx/services.h"

#include <grpc/health/v1/health.pb-c.h>
#include <stdlib.h>

typedef Grpc__Health__V1__HealthCheckResponse reply;
enum {
    SERVING = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING,
    NOT_SERVING = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING,
    SERVICE_UNKNOWN = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN,
    NAME_LIMIT = 512 // of a watched service
};

struct entry {
    char *name;
    bool is_serving;
};

struct watcher {
    struct watcher *next, *previous;
    gdx_health *health;
    gdx_exchange *exchange;
    int reported;
    char name[];
};

struct gdx_health { // loop thread only
    gdx_service service;
    struct entry *entries;
    size_t count, capacity;
    struct watcher *watchers;
    bool is_draining;
};

static int state_of(const gdx_health *health, const char *name) {
    for (size_t i = 0; i < health->count; i++) {
        if (strcmp(health->entries[i].name, name) == 0)
            return health->entries[i].is_serving && !health->is_draining ? SERVING : NOT_SERVING;
    }
    return SERVICE_UNKNOWN;
}

static gdx_status reply_state(gdx_exchange *exchange, int state, gdx_error *err) {
    reply answer = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
    answer.status = (Grpc__Health__V1__HealthCheckResponse__ServingStatus)state;
    return gdx_exchange_reply(exchange, &answer.base, err);
}

static gdx_status check(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    const Grpc__Health__V1__HealthCheckRequest *request = (const Grpc__Health__V1__HealthCheckRequest *)message;
    int state = state_of(gdx_exchange_service_context(exchange), request->service);
    if (state == SERVICE_UNKNOWN)
        return gdx_fail(err, GDX_NOT_FOUND, "%s: no such service here", request->service);
    return reply_state(exchange, state, err);
}

static gdx_status watch(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    const Grpc__Health__V1__HealthCheckRequest *request = (const Grpc__Health__V1__HealthCheckRequest *)message;
    gdx_health *health = gdx_exchange_service_context(exchange);
    size_t bytes = strlen(request->service) + 1;
    if (bytes > NAME_LIMIT)
        return gdx_fail(err, GDX_INVALID, "service: a name of %zu bytes, at most %d are taken", bytes - 1,
                        NAME_LIMIT - 1);
    if (health->is_draining)
        return gdx_fail(err, GDX_UNAVAILABLE, "the server is shutting down");
    struct watcher *watcher = calloc(1, sizeof *watcher + bytes);
    if (!watcher)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a watch");
    watcher->health = health;
    watcher->exchange = exchange;
    watcher->reported = state_of(health, request->service);
    memcpy(watcher->name, request->service, bytes);
    watcher->next = health->watchers;
    if (watcher->next)
        watcher->next->previous = watcher;
    health->watchers = watcher;
    gdx_exchange_set_state(exchange, watcher);
    gdx_exchange_hold(exchange);
    return reply_state(exchange, watcher->reported, err);
}

static void forget_watcher(gdx_exchange *exchange) {
    struct watcher *watcher = gdx_exchange_state(exchange);
    if (!watcher)
        return;
    if (watcher->previous)
        watcher->previous->next = watcher->next;
    else
        watcher->health->watchers = watcher->next;
    if (watcher->next)
        watcher->next->previous = watcher->previous;
    free(watcher);
}

static void notify_watchers(gdx_health *health) {
    gdx_error err = {0};
    for (struct watcher *watcher = health->watchers, *next; watcher; watcher = next) {
        next = watcher->next;
        int state = state_of(health, watcher->name);
        if (state == watcher->reported)
            continue;
        watcher->reported = state;
        if (reply_state(watcher->exchange, state, &err) == GDX_OK)
            gdx_exchange_flush(watcher->exchange);
        else
            gdx_exchange_finish(watcher->exchange, err.status, &err);
    }
}

static gdx_status list(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    (void)message;
    gdx_health *health = gdx_exchange_service_context(exchange);
    typedef Grpc__Health__V1__HealthListResponse__StatusesEntry named;
    named *entries = calloc(health->count, sizeof *entries);
    reply *states = calloc(health->count, sizeof *states);
    named **pointers = calloc(health->count, sizeof *pointers);
    gdx_status status = GDX_NO_MEMORY;
    if (entries && states && pointers) {
        for (size_t i = 0; i < health->count; i++) {
            grpc__health__v1__health_list_response__statuses_entry__init(&entries[i]);
            grpc__health__v1__health_check_response__init(&states[i]);
            states[i].status =
                (Grpc__Health__V1__HealthCheckResponse__ServingStatus)state_of(health, health->entries[i].name);
            entries[i].key = health->entries[i].name;
            entries[i].value = &states[i];
            pointers[i] = &entries[i];
        }
        Grpc__Health__V1__HealthListResponse answer = GRPC__HEALTH__V1__HEALTH_LIST_RESPONSE__INIT;
        answer.n_statuses = health->count;
        answer.statuses = pointers;
        status = gdx_exchange_reply(exchange, &answer.base, err);
    }
    free(entries);
    free(states);
    free(pointers);
    return status == GDX_OK ? status : gdx_fail(err, status, "no memory for the list");
}

static const gdx_method methods[] = {
    {.name = "Check", .place = GDX_ON_LOOP, .handler = {.message = check}},
    {.name = "Watch",
     .place = GDX_ON_LOOP,
     .replies_stream = true,
     .handler = {.message = watch, .release = forget_watcher}},
    {.name = "List", .place = GDX_ON_LOOP, .handler = {.message = list}},
};

gdx_health *gdx_health_new(void) {
    gdx_health *health = calloc(1, sizeof *health);
    if (!health)
        return NULL;
    health->service =
        (gdx_service){&grpc__health__v1__health__descriptor, methods, sizeof methods / sizeof methods[0], health};
    if (gdx_health_set(health, "", true) != GDX_OK) {
        gdx_health_free(health);
        return NULL;
    }
    return health;
}

void gdx_health_free(gdx_health *health) {
    if (!health)
        return;
    for (size_t i = 0; i < health->count; i++)
        free(health->entries[i].name);
    free(health->entries);
    free(health);
}

const gdx_service *gdx_health_service(gdx_health *health) {
    return &health->service;
}

gdx_status gdx_health_set(gdx_health *health, const char *service, bool serving) {
    size_t i = 0;
    while (i < health->count && strcmp(health->entries[i].name, service) != 0)
        i++;
    if (i == health->count) {
        char *name = strdup(service);
        if (!name || gdx_grow(&health->entries, &health->capacity, i + 1, sizeof *health->entries) != GDX_OK) {
            free(name);
            return GDX_NO_MEMORY;
        }
        health->entries[health->count++] = (struct entry){.name = name};
    }
    health->entries[i].is_serving = serving;
    notify_watchers(health);
    return GDX_OK;
}

void gdx_health_drain(gdx_health *health) {
    gdx_error err = {0};
    gdx_fail(&err, GDX_UNAVAILABLE, "the server is shutting down");
    health->is_draining = true;
    notify_watchers(health);
    for (struct watcher *watcher = health->watchers, *next; watcher; watcher = next) {
        next = watcher->next;
        gdx_exchange_finish(watcher->exchange, GDX_UNAVAILABLE, &err); // releases the watcher
    }
}
