// SPDX-License-Identifier: Apache-2.0
// interop_server.c: a server of the test service, health and reflection, for stock clients to call.
// usage: interop_server [--listen ADDRESS]... [--tls CERTIFICATE KEY [CLIENT_AUTHORITY]] [--queue JOBS]
// [--message-limit BYTES] [--log]. Prints the port that the system chose, then serves until SIGTERM.

#include "../support/patience.h"
#include "gdx/descriptors.h"
#include "gdx/services.h"
#include "test_service.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORKERS = 2, QUEUE = 1000 };

static struct {
    uv_loop_t loop;
    gdx_work *work;
    gdx_server *server;
    gdx_health *health;
    gdx_reflection *reflection;
    gdx_tls *tls;
    uv_signal_t terminate;
} all;

static void fail(const gdx_error *err) {
    fprintf(stderr, "interop_server: %s\n", err->message);
    exit(1);
}

static void on_stopped(void *context) {
    (void)context;
    gdx_work_close(all.work, NULL, NULL);
    uv_close((uv_handle_t *)&all.terminate, NULL);
}

static void on_terminate(uv_signal_t *signal, int number) {
    (void)signal, (void)number;
    gdx_server_stop(all.server, on_stopped, NULL);
}

static void on_draining(void *context) {
    (void)context;
    gdx_health_drain(all.health);
}

static void log_call(void *context, const gdx_call_record *record) {
    (void)context;
    fprintf(stderr, "%.*s %s %s\n", GDX_SLICE_ARGUMENTS(record->path), gdx_grpc_code_name(record->code), record->peer);
}

static gdx_status add_services(gdx_error *err) {
    all.health = gdx_health_new();
    all.reflection = gdx_reflection_new(all.server);
    if (!all.health || !all.reflection)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for the services");
    const gdx_service *services[] = {test_service(&all.loop), gdx_health_service(all.health),
                                     gdx_reflection_service(all.reflection),
                                     gdx_reflection_service_alpha(all.reflection)};
    gdx_status status = gdx_reflection_add(all.reflection, gdx_descriptors, gdx_descriptors_bytes, err);
    if (status == GDX_OK)
        status = gdx_reflection_add(all.reflection, gdx_testing_descriptors, gdx_testing_descriptors_bytes, err);
    for (size_t i = 0; i < sizeof services / sizeof services[0] && status == GDX_OK; i++)
        status = gdx_server_add(all.server, services[i], err);
    if (status == GDX_OK)
        status = gdx_reflection_check(all.reflection, err);
    if (status == GDX_OK)
        status = gdx_health_set(all.health, "grpc.testing.TestService", true);
    return status;
}

static gdx_status listen_all(int count, char **arguments, gdx_error *err) {
    bool any = false;
    gdx_status status = GDX_OK;
    for (int i = 1; i + 1 < count && status == GDX_OK; i++) {
        if (strcmp(arguments[i], "--listen") == 0) {
            status = gdx_server_listen(all.server, arguments[i + 1], all.tls, err);
            any = true;
        }
    }
    return any || status != GDX_OK ? status : gdx_server_listen(all.server, "127.0.0.1:0", all.tls, err);
}

static int find(int count, char **arguments, const char *option) {
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], option) == 0)
            return i;
    }
    return 0;
}

static gdx_status open_all(int count, char **arguments, gdx_error *err) {
    gdx_server_options options = gdx_server_options_default();
    options.draining = on_draining;
    options.drain_ns = patience_ns() / 12;
    options.protocol.handshake_ns = patience_ns(); // fifty clients of one process may be long in their first frames
    if (find(count, arguments, "--log"))
        options.call_ended = log_call;
    int queue = find(count, arguments, "--queue"), tls = find(count, arguments, "--tls");
    int limit_at = find(count, arguments, "--message-limit");
    if (limit_at && limit_at + 1 < count)
        options.protocol.message_limit = strtoul(arguments[limit_at + 1], NULL, 10);
    gdx_status status = GDX_OK;
    if (tls && tls + 2 < count) {
        const char *authority = tls + 3 < count && arguments[tls + 3][0] != '-' ? arguments[tls + 3] : NULL;
        status = gdx_tls_open(arguments[tls + 1], arguments[tls + 2], authority, &all.tls, err);
    }
    size_t limit = queue && queue + 1 < count ? strtoul(arguments[queue + 1], NULL, 10) : QUEUE;
    if (status == GDX_OK)
        status = gdx_work_open(&all.loop, WORKERS, limit, &all.work, err);
    if (status == GDX_OK)
        status = gdx_server_open(&all.loop, all.work, &options, &all.server, err);
    if (status == GDX_OK)
        status = add_services(err);
    return status == GDX_OK ? listen_all(count, arguments, err) : status;
}

int main(int count, char **arguments) {
    gdx_error err = {0};
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&all.loop);
    if (open_all(count, arguments, &err) != GDX_OK)
        fail(&err);
    uv_signal_init(&all.loop, &all.terminate);
    uv_signal_start(&all.terminate, on_terminate, SIGTERM);
    printf("%u\n", gdx_server_port(all.server));
    fflush(stdout);
    uv_run(&all.loop, UV_RUN_DEFAULT);
    uv_loop_close(&all.loop);
    gdx_reflection_free(all.reflection);
    gdx_health_free(all.health);
    gdx_tls_close(all.tls);
    return 0;
}
