// SPDX-License-Identifier: Apache-2.0
// server.c: a server from open to stop. What it does in between is in the files it calls:
// listen.c accepts, peer.c moves bytes, exchange.c runs handlers; once a turn peers_flush sends what they produced.

#include "server.h"

#include <stdio.h>
#include <stdlib.h>

gdx_server_options gdx_server_options_default(void) {
    gdx_protocol_options protocol = gdx_protocol_options_default();
    protocol.web = true;
    return (gdx_server_options){
        .protocol = protocol,
        .connection_limit = 4096,
        .read_pause = 64 * 1024,
        .drain_ns = 30000000000,
    };
}

// ---- services

static int by_path(const void *a, const void *b) {
    return gdx_slice_compare(((const struct route *)a)->path, ((const struct route *)b)->path);
}

const struct route *server_find(const gdx_server *server, gdx_slice path) {
    struct route wanted = {.path = path};
    return server->route_count ? bsearch(&wanted, server->routes, server->route_count, sizeof wanted, by_path) : NULL;
}

static const ProtobufCMethodDescriptor *descriptor_of(const gdx_service *service, const gdx_method *method) {
    return method->name ? protobuf_c_service_descriptor_get_method_by_name(service->descriptor, method->name) : NULL;
}

static bool is_listed_before(const gdx_service *service, const gdx_method *method) {
    for (const gdx_method *other = service->methods; other < method; other++) {
        if (strcmp(other->name, method->name) == 0)
            return true;
    }
    return false;
}

// A row that is wrong is found when the server starts, not when the method is first called.
static gdx_status check_method(const gdx_server *server, const gdx_service *service, const gdx_method *method,
                               gdx_error *err) {
    const gdx_handler *handler = &method->handler;
    const char *of = service->descriptor->name, *name = method->name ? method->name : "without a name", *fault = NULL;
    if (!descriptor_of(service, method))
        return gdx_fail(err, GDX_INVALID, "%s has no method %s", of, name);
    if (is_listed_before(service, method))
        fault = "is listed twice";
    else if ((unsigned)method->place > GDX_ON_WORKER_LONGER)
        fault = "has a place that there is not";
    else if (method->place != GDX_ON_LOOP && !server->work)
        fault = "runs on a worker, and the server has none";
    else if (!handler->message && !handler->end && !handler->produce)
        fault = "has no handler: expected message, end or produce";
    else if (handler->produce && !method->replies_stream)
        fault = "has produce, which is for streams of replies";
    return fault ? gdx_fail(err, GDX_INVALID, "%s/%s %s", of, name, fault) : GDX_OK;
}

static gdx_status add_route(gdx_server *server, const gdx_service *service, const gdx_method *method, gdx_error *err) {
    gdx_buffer path = {0};
    if (gdx_grow(&server->routes, &server->route_capacity, server->route_count + 1, sizeof *server->routes) != GDX_OK ||
        gdx_buffer_append_format(&path, "/%s/%s", service->descriptor->name, method->name) != GDX_OK) {
        gdx_buffer_clear(&path);
        return gdx_fail_memory(err, "a service");
    }
    server->routes[server->route_count++] =
        (struct route){gdx_buffer_slice(&path), service, method, descriptor_of(service, method)};
    return GDX_OK;
}

gdx_status gdx_server_add(gdx_server *server, const gdx_service *service, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < service->method_count && status == GDX_OK; i++)
        status = check_method(server, service, &service->methods[i], err);
    if (status != GDX_OK)
        return status;
    if (gdx_grow(&server->services, &server->service_capacity, server->service_count + 1, sizeof(gdx_service *)) !=
        GDX_OK)
        return gdx_fail_memory(err, "a service");
    for (size_t i = 0; i < service->method_count && status == GDX_OK; i++)
        status = add_route(server, service, &service->methods[i], err);
    if (status == GDX_OK)
        server->services[server->service_count++] = service;
    if (server->route_count > 1)
        qsort(server->routes, server->route_count, sizeof *server->routes, by_path);
    return status;
}

size_t gdx_server_service_count(const gdx_server *server) {
    return server->service_count;
}

const gdx_service *gdx_server_service(const gdx_server *server, size_t number) {
    return server->services[number];
}

// ---- open

static void free_server(gdx_server *server) {
    for (size_t i = 0; i < server->tool_count; i++) {
        gdx_codec_free(server->tools[i].codec);
        gdx_arena_free(server->tools[i].arena);
        gdx_buffer_clear(&server->tools[i].packed);
    }
    free(server->tools);
    for (size_t i = 0; i < server->route_count; i++)
        free((char *)server->routes[i].path.data);
    free(server->routes);
    free(server->services);
    exchanges_free_spares(server);
    gdx_protocol_free(server->protocol);
    gdx_buffer_clear(&server->spare_out);
    gdx_buffer_clear(&server->plain);
    free(server);
}

static gdx_status make_tools(gdx_server *server) {
    enum { UNPACKED_TIMES = 16, UNPACKED_LEAST = 1 << 20 };
    size_t count = 1 + (server->work ? gdx_work_threads(server->work) : 0);
    server->tools = calloc(count, sizeof *server->tools);
    if (!server->tools)
        return GDX_NO_MEMORY;
    server->tool_count = count;
    for (size_t i = 0; i < count; i++) {
        struct thread_tools *tools = &server->tools[i];
        tools->codec = gdx_codec_new();
        tools->arena = gdx_arena_new();
        tools->arena_limit = UNPACKED_LEAST + UNPACKED_TIMES * server->options.protocol.message_limit;
        if (!tools->codec || !tools->arena)
            return GDX_NO_MEMORY;
    }
    return GDX_OK;
}

static void on_idle(uv_idle_t *idle) {
    (void)idle; // that it is active keeps the loop from waiting
}

static void on_turn(uv_prepare_t *prepare) {
    gdx_server *server = prepare->data;
    if (server->waiting)
        exchanges_retry(server);
    peers_flush(server);
    if (server->dirty)
        uv_idle_start(&server->again, on_idle);
    else
        uv_idle_stop(&server->again);
}

static void start_handles(gdx_server *server) {
    uv_prepare_init(server->loop, &server->flush);
    uv_idle_init(server->loop, &server->again);
    uv_timer_init(server->loop, &server->stopping);
    uv_timer_init(server->loop, &server->accepting);
    server->flush.data = server->again.data = server->stopping.data = server->accepting.data = server;
    uv_prepare_start(&server->flush, on_turn);
    server->handles_open = 4;
}

gdx_status gdx_server_open(uv_loop_t *loop, gdx_work *work, const gdx_server_options *options, gdx_server **out,
                           gdx_error *err) {
    gdx_server *server = calloc(1, sizeof *server);
    if (!server)
        return gdx_fail_memory(err, "a server");
    server->loop = loop;
    server->work = work;
    server->options = *options;
    if (gdx_protocol_new(&options->protocol, &server->protocol) != GDX_OK || make_tools(server) != GDX_OK) {
        free_server(server);
        return gdx_fail_memory(err, "a server");
    }
    start_handles(server);
    *out = server;
    return GDX_OK;
}

// ---- facts about a server

unsigned gdx_server_port(const gdx_server *server) {
    return server->port;
}

size_t gdx_server_connection_count(const gdx_server *server) {
    return server->peer_count;
}

uint64_t gdx_server_refused_count(const gdx_server *server) {
    return server->refused_count;
}

size_t gdx_server_call_count(const gdx_server *server) {
    return server->exchange_count;
}

size_t gdx_server_memory(const gdx_server *server) {
    return gdx_protocol_memory(server->protocol);
}

bool gdx_server_is_draining(const gdx_server *server) {
    return server->is_stopping;
}

// ---- stop

static void on_handle_closed(uv_handle_t *handle) {
    gdx_server *server = handle->data;
    server->handles_open--;
    server_check_stopped(server);
}

// Step by step: the last connection and call, then our own handles, then the end.
void server_check_stopped(gdx_server *server) {
    if (!server->is_stopping || server->peer_count > 0 || server->exchange_count > 0)
        return;
    if (!server->is_closing) {
        server->is_closing = true;
        uv_close((uv_handle_t *)&server->flush, on_handle_closed);
        uv_close((uv_handle_t *)&server->again, on_handle_closed);
        uv_close((uv_handle_t *)&server->stopping, on_handle_closed);
        uv_close((uv_handle_t *)&server->accepting, on_handle_closed);
    } else if (server->handles_open == 0) {
        void (*stopped)(void *) = server->stopped;
        void *context = server->stopped_context;
        free_server(server);
        if (stopped)
            stopped(context);
    }
}

static void on_patience_lost(uv_timer_t *timer) {
    peers_close(timer->data);
}

void gdx_server_stop(gdx_server *server, void (*stopped)(void *context), void *context) {
    if (server->is_stopping) {
        peers_close(server);
        return;
    }
    server->is_stopping = true;
    server->stopped = stopped;
    server->stopped_context = context;
    if (server->options.draining)
        server->options.draining(server->options.context);
    listeners_close(server);
    peers_drain(server);
    uv_update_time(server->loop);
    uv_timer_start(&server->stopping, on_patience_lost, server->options.drain_ns / 1000000, 0);
    server_check_stopped(server);
}
