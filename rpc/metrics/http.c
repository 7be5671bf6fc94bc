// SPDX-License-Identifier: Apache-2.0
// http.c: two pages over HTTP/1.1 for a monitoring system: one request a connection, and no body is read.
// Slow clients, oversized requests and connections over the limit are closed.

#include "gdx/metrics.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

enum { REQUEST_BYTES = 8192, CONNECTIONS = 16, PATIENCE_MS = 5000, MEMORY_MS = 100 };

struct visitor { // one connection; loop thread only
    uv_tcp_t socket;
    uv_timer_t patience;
    uv_write_t write;
    gdx_metrics_listener *listener;
    struct visitor *next;
    char request[REQUEST_BYTES];
    size_t bytes;
    gdx_buffer reply;
    unsigned handles;
};

struct gdx_metrics_listener { // loop thread only
    uv_tcp_t socket;
    uv_timer_t accepting; // again, when there was no memory
    gdx_metrics_pages pages;
    struct visitor *visitors;
    unsigned visitor_count;
    unsigned port;
    unsigned handles;
    bool is_closing;
};

// ---- the end

static void check_freed(gdx_metrics_listener *listener) {
    if (listener->handles == 0 && listener->visitor_count == 0)
        free(listener);
}

static void unlink_visitor(struct visitor *visitor) {
    struct visitor **at = &visitor->listener->visitors;
    while (*at != visitor)
        at = &(*at)->next;
    *at = visitor->next;
}

static void on_handle_closed(uv_handle_t *handle) {
    struct visitor *visitor = handle->data;
    if (--visitor->handles > 0)
        return;
    gdx_metrics_listener *listener = visitor->listener;
    unlink_visitor(visitor);
    listener->visitor_count--;
    gdx_buffer_clear(&visitor->reply);
    free(visitor);
    check_freed(listener);
}

static void leave(struct visitor *visitor) {
    if (uv_is_closing((uv_handle_t *)&visitor->socket))
        return;
    uv_close((uv_handle_t *)&visitor->socket, on_handle_closed);
    uv_close((uv_handle_t *)&visitor->patience, on_handle_closed);
}

static void on_patience_lost(uv_timer_t *timer) {
    leave(timer->data);
}

// ---- the answer

static void on_written(uv_write_t *write, int code) {
    (void)code;
    leave(write->data);
}

// Sends status line, head and, unless it was asked for the head alone, the body.
static void answer(struct visitor *visitor, const char *status_line, const char *type, gdx_slice body, bool head_only) {
    gdx_status status = gdx_buffer_append_format(&visitor->reply,
                                                 "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                                                 "Connection: close\r\nCache-Control: no-store\r\n\r\n",
                                                 status_line, type, body.bytes);
    if (status == GDX_OK && !head_only)
        status = gdx_buffer_append(&visitor->reply, body.data, body.bytes);
    uv_buf_t bytes = {(char *)visitor->reply.data, visitor->reply.bytes};
    visitor->write.data = visitor;
    if (status != GDX_OK || uv_write(&visitor->write, (uv_stream_t *)&visitor->socket, &bytes, 1, on_written) != 0)
        leave(visitor);
}

static void answer_text(struct visitor *visitor, const char *status_line, const char *text, bool head_only) {
    answer(visitor, status_line, "text/plain; charset=utf-8", gdx_slice_of(text), head_only);
}

static void answer_metrics(struct visitor *visitor, bool head_only) {
    const gdx_metrics_pages *pages = &visitor->listener->pages;
    gdx_buffer body = {0};
    if (pages->metrics(pages->context, &body) == GDX_OK)
        answer(visitor, "200 OK", "text/plain; version=0.0.4; charset=utf-8", gdx_buffer_slice(&body), head_only);
    else
        answer_text(visitor, "503 Service Unavailable", "no memory\n", head_only);
    gdx_buffer_clear(&body);
}

static void answer_health(struct visitor *visitor, bool head_only) {
    const gdx_metrics_pages *pages = &visitor->listener->pages;
    if (pages->is_healthy(pages->context))
        answer_text(visitor, "200 OK", "serving\n", head_only);
    else
        answer_text(visitor, "503 Service Unavailable", "draining\n", head_only);
}

// ---- the request

// "GET /metrics?a=b HTTP/1.1" into method and path. False: it has another form.
static bool split_request_line(gdx_slice line, gdx_slice *out_method, gdx_slice *out_path) {
    const char *end = line.data + line.bytes;
    const char *first = memchr(line.data, ' ', line.bytes);
    const char *second = first ? memchr(first + 1, ' ', (size_t)(end - first - 1)) : NULL;
    if (!second || end - second < 8 || memcmp(second + 1, "HTTP/1.", 7) != 0)
        return false;
    *out_method = (gdx_slice){line.data, (size_t)(first - line.data)};
    *out_path = (gdx_slice){first + 1, (size_t)(second - first - 1)};
    const char *query = memchr(out_path->data, '?', out_path->bytes);
    if (query)
        out_path->bytes = (size_t)(query - out_path->data);
    return true;
}

static void dispatch(struct visitor *visitor, gdx_slice line) {
    gdx_slice method, path;
    if (!split_request_line(line, &method, &path)) {
        answer_text(visitor, "400 Bad Request", "expected GET /metrics or GET /healthz\n", false);
        return;
    }
    bool head_only = gdx_slice_equal(method, gdx_slice_of("HEAD"));
    if (!head_only && !gdx_slice_equal(method, gdx_slice_of("GET")))
        answer_text(visitor, "405 Method Not Allowed", "expected GET or HEAD\n", false);
    else if (gdx_slice_equal(path, gdx_slice_of("/metrics")))
        answer_metrics(visitor, head_only);
    else if (gdx_slice_equal(path, gdx_slice_of("/healthz")))
        answer_health(visitor, head_only);
    else
        answer_text(visitor, "404 Not Found", "there are /metrics and /healthz\n", head_only);
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
    (void)suggested;
    struct visitor *visitor = handle->data;
    *out = (uv_buf_t){visitor->request + visitor->bytes, REQUEST_BYTES - visitor->bytes};
}

static void on_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer) {
    (void)buffer;
    struct visitor *visitor = stream->data;
    if (bytes < 0) {
        leave(visitor);
        return;
    }
    visitor->bytes += (size_t)bytes;
    bool whole = memmem(visitor->request, visitor->bytes, "\r\n\r\n", 4) != NULL;
    if (!whole && visitor->bytes < REQUEST_BYTES)
        return;
    uv_read_stop(stream);
    const char *line_end = memmem(visitor->request, visitor->bytes, "\r\n", 2);
    if (whole)
        dispatch(visitor, (gdx_slice){visitor->request, (size_t)(line_end - visitor->request)});
    else
        answer_text(visitor, "431 Request Header Fields Too Large", "a request has at most 8 KiB\n", false);
}

// ---- the listener

static void on_memory_hoped_for(uv_timer_t *timer);

static void take_visitor(gdx_metrics_listener *listener) {
    uv_stream_t *stream = (uv_stream_t *)&listener->socket;
    struct visitor *visitor = calloc(1, sizeof *visitor);
    if (!visitor) { // libuv listens no further until it is accepted
        uv_timer_start(&listener->accepting, on_memory_hoped_for, MEMORY_MS, 0);
        return;
    }
    visitor->listener = listener;
    visitor->next = listener->visitors;
    listener->visitors = visitor;
    listener->visitor_count++;
    visitor->handles = 2;
    uv_tcp_init(stream->loop, &visitor->socket);
    uv_timer_init(stream->loop, &visitor->patience);
    visitor->socket.data = visitor->patience.data = visitor;
    bool room = listener->visitor_count <= CONNECTIONS && !listener->is_closing;
    if (uv_accept(stream, (uv_stream_t *)&visitor->socket) != 0 || !room ||
        uv_timer_start(&visitor->patience, on_patience_lost, PATIENCE_MS, 0) != 0 ||
        uv_read_start((uv_stream_t *)&visitor->socket, give_buffer, on_read) != 0)
        leave(visitor);
}

static void on_memory_hoped_for(uv_timer_t *timer) {
    take_visitor(timer->data);
}

static void on_connection(uv_stream_t *stream, int code) {
    if (code == 0)
        take_visitor(stream->data);
}

// "[::1]:9090" or "localhost:9090".
static gdx_status resolve(const char *address, struct addrinfo **out, gdx_error *err) {
    char host[256];
    const char *colon = strrchr(address, ':');
    size_t bytes = colon ? (size_t)(colon - address) : 0;
    bool bracketed = bytes > 2 && address[0] == '[' && colon[-1] == ']';
    if (bytes == 0 || bytes >= sizeof host)
        return gdx_fail(err, GDX_INVALID, "%s: expected host:port", address);
    snprintf(host, sizeof host, "%.*s", (int)(bracketed ? bytes - 2 : bytes), address + bracketed);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    int code = getaddrinfo(host, colon + 1, &hints, out);
    return code == 0 ? GDX_OK : gdx_fail(err, GDX_INVALID, "%s: %s", address, gai_strerror(code));
}

static unsigned port_of(const uv_tcp_t *socket) {
    struct sockaddr_storage address;
    int bytes = sizeof address;
    if (uv_tcp_getsockname(socket, (struct sockaddr *)&address, &bytes) != 0)
        return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&address)->sin6_port
                                               : ((const struct sockaddr_in *)&address)->sin_port);
}

static void on_listener_closed(uv_handle_t *handle) {
    gdx_metrics_listener *listener = handle->data;
    listener->handles--;
    check_freed(listener);
}

gdx_status gdx_metrics_listen(uv_loop_t *loop, const char *address, const gdx_metrics_pages *pages,
                              gdx_metrics_listener **out, gdx_error *err) {
    struct addrinfo *where = NULL;
    gdx_status status = resolve(address, &where, err);
    if (status != GDX_OK)
        return status;
    gdx_metrics_listener *listener = calloc(1, sizeof *listener);
    if (!listener) {
        freeaddrinfo(where);
        return gdx_fail(err, GDX_NO_MEMORY, "%s: no memory to listen", address);
    }
    listener->pages = *pages;
    uv_tcp_init(loop, &listener->socket);
    uv_timer_init(loop, &listener->accepting);
    listener->handles = 2;
    listener->socket.data = listener->accepting.data = listener;
    int code = uv_tcp_bind(&listener->socket, where->ai_addr, 0);
    if (code == 0)
        code = uv_listen((uv_stream_t *)&listener->socket, CONNECTIONS, on_connection);
    freeaddrinfo(where);
    if (code != 0) {
        gdx_metrics_close(listener);
        return gdx_fail(err, GDX_IO, "%s: cannot listen: %s", address, uv_strerror(code));
    }
    listener->port = port_of(&listener->socket);
    *out = listener;
    return GDX_OK;
}

unsigned gdx_metrics_port(const gdx_metrics_listener *listener) {
    return listener->port;
}

void gdx_metrics_close(gdx_metrics_listener *listener) {
    if (!listener || listener->is_closing)
        return;
    listener->is_closing = true;
    for (struct visitor *visitor = listener->visitors; visitor; visitor = visitor->next)
        leave(visitor);
    uv_close((uv_handle_t *)&listener->socket, on_listener_closed);
    uv_close((uv_handle_t *)&listener->accepting, on_listener_closed);
}
