// SPDX-License-Identifier: Apache-2.0
// listener.c: four pages for a monitoring system, by a gdx_server without methods, whose requests are bounded as all
// others are. There are more seats than a handful of slow visitors take, and nobody has one for longer than
// PATIENCE_NS; who comes when all are taken waits for one.

#include "gdx/metrics.h"

#include <stdlib.h>

enum { HEADER_BYTES = 8192, SEATS = 256, SEAT_BYTES = 4 << 20, SEATS_BYTES = 32 << 20 };
static const uint64_t PATIENCE_NS = 5000000000;

struct gdx_metrics_listener { // loop thread only
    gdx_server *server;
    gdx_metrics_pages pages;
};

static void answer_text(gdx_resource_reply *reply, unsigned status, const char *text) {
    reply->status = status;
    reply->content_type = gdx_slice_of("text/plain; charset=utf-8");
    reply->body = gdx_slice_of(text);
}

static void answer_metrics(const gdx_metrics_pages *pages, gdx_resource_reply *reply) {
    if (pages->metrics(pages->context, &reply->owned) == GDX_OK) {
        reply->content_type = gdx_slice_of("text/plain; version=0.0.4; charset=utf-8");
    } else {
        gdx_buffer_clear(&reply->owned); // part of them would look like all
        answer_text(reply, 503, "no memory\n");
    }
}

// Of a word or a line that is not constant.
static void answer_owned(gdx_resource_reply *reply, unsigned status, const char *text) {
    answer_text(reply, status, "");
    if (gdx_buffer_append(&reply->owned, text, strlen(text)) != GDX_OK)
        reply->status = 503; // without a reason
}

static void answer_ready(const gdx_metrics_pages *pages, gdx_resource_reply *reply) {
    char why[GDX_READY_BYTES] = "";
    if (pages->is_ready(pages->context, why))
        answer_text(reply, 200, "ready\n");
    else
        answer_owned(reply, 503, why);
}

static void answer_health(const gdx_metrics_pages *pages, gdx_resource_reply *reply) {
    bool is_healthy = pages->is_healthy(pages->context);
    answer_text(reply, is_healthy ? 200 : 503, is_healthy ? "serving\n" : "draining\n");
}

static void answer_version(const gdx_metrics_pages *pages, gdx_resource_reply *reply) {
    reply->content_type = gdx_slice_of("application/json");
    reply->body = gdx_slice_of(pages->version);
}

static const struct page {
    const char *path;
    void (*answer)(const gdx_metrics_pages *pages, gdx_resource_reply *reply);
} all[] = {
    {"/metrics", answer_metrics}, {"/healthz", answer_health}, {"/readyz", answer_ready}, {"/version", answer_version}};

static bool answer(void *context, const gdx_resource_request *request, gdx_resource_reply *reply) {
    const gdx_metrics_pages *pages = &((const gdx_metrics_listener *)context)->pages;
    size_t count = sizeof all / sizeof all[0], i = 0;
    while (i < count && !gdx_slice_equal(request->path, gdx_slice_of(all[i].path)))
        i++;
    if (i < count)
        all[i].answer(pages, reply);
    else
        answer_text(reply, 404, "there are /metrics, /healthz, /readyz and /version\n");
    reply->cache_control = gdx_slice_of("no-store");
    return true;
}

static gdx_server_options options_for(gdx_metrics_listener *listener) {
    gdx_server_options options = gdx_server_options_default();
    options.protocol.header_limit = HEADER_BYTES;
    options.protocol.memory_limit = SEAT_BYTES;
    options.protocol.total_memory_limit = SEATS_BYTES;
    options.protocol.handshake_ns = options.protocol.stall_ns = options.protocol.silence_ns = PATIENCE_NS;
    options.protocol.idle_ns = PATIENCE_NS;
    // A half request over HTTP/2 and one who asks again and again lose their seats, too: nobody stays longer than that.
    options.protocol.age_ns = PATIENCE_NS * 4 / 5;
    options.protocol.age_grace_ns = PATIENCE_NS / 5;
    options.connection_limit = SEATS;
    options.connections_wait = true;
    options.drain_ns = 0;
    options.resource = answer;
    options.context = listener;
    return options;
}

static void free_listener(void *context) {
    free(context);
}

gdx_status gdx_metrics_listen(uv_loop_t *loop, const char *address, const gdx_metrics_pages *pages,
                              gdx_metrics_listener **out, gdx_error *err) {
    gdx_metrics_listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return gdx_fail_memory(err, "the listener of the metrics");
    listener->pages = *pages;
    gdx_server_options options = options_for(listener);
    gdx_status status = gdx_server_open(loop, NULL, &options, &listener->server, err);
    if (status != GDX_OK) {
        free(listener);
        return status;
    }
    status = gdx_server_listen(listener->server, address, NULL, err);
    if (status != GDX_OK) {
        gdx_metrics_close(listener);
        return status;
    }
    *out = listener;
    return GDX_OK;
}

unsigned gdx_metrics_port(const gdx_metrics_listener *listener) {
    return gdx_server_port(listener->server);
}

void gdx_metrics_close(gdx_metrics_listener *listener) {
    if (listener)
        gdx_server_stop(listener->server, free_listener, listener);
}
