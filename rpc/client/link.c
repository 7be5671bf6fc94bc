// SPDX-License-Identifier: Apache-2.0
// link.c: bytes between a socket and a gdx_connection. The loop runs one turn at a time, driven by the caller that
// waits for an answer; in between, nothing moves, and flow control holds the server up.

#include "link.h"

#include <netdb.h>
#include <stdlib.h>

enum { PULL_BYTES = 256 * 1024 };

static const char lost[] = "the connection was lost";

static void end(struct link *link, gdx_status status, const char *what, const char *why) {
    link->is_over = true;
    gdx_fail(&link->error, status, "%s: %s", what, why);
}

// ---- reading and writing

static void on_written(uv_write_t *write, int code) {
    struct link *link = write->data;
    link->is_writing = false;
    link->out.bytes = 0;
    if (code < 0 && code != UV_ECANCELED)
        end(link, GDX_UNAVAILABLE, lost, uv_strerror(code));
}

static void flush(struct link *link) {
    if (link->is_writing || link->is_over || !link->connection)
        return;
    gdx_error err = {0};
    gdx_status status =
        gdx_tls_pull(link->tls, link->connection, PULL_BYTES, &link->plain, &link->out, gdx_now_ns(), &err);
    if (status != GDX_OK) {
        end(link, status, lost, err.message[0] ? err.message : gdx_status_name(status));
        return;
    }
    if (link->out.bytes == 0)
        return;
    uv_buf_t whole = uv_buf_init((char *)link->out.data, (unsigned)link->out.bytes);
    link->write.data = link;
    int code = uv_write(&link->write, &link->handle.stream, &whole, 1, on_written);
    if (code == 0)
        link->is_writing = true;
    else
        end(link, GDX_UNAVAILABLE, lost, uv_strerror(code));
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
    struct link *link = handle->data;
    (void)suggested;
    *out = uv_buf_init(link->read_buffer, LINK_READ_BYTES);
}

// A record of TLS starts with its type, 20 to 24; HTTP/2 with the length of a frame of settings, whose first byte is 0.
static bool is_tls(gdx_slice bytes) {
    enum { LEAST_TYPE = 20, MOST_TYPE = 24 };
    return bytes.data[0] >= LEAST_TYPE && bytes.data[0] <= MOST_TYPE;
}

// A server with TLS that is spoken to without it says nothing, or an alert.
static const char *why_closed(const struct link *link, int code) {
    if (!link->has_heard && !link->tls)
        return "closed by the server before it said a word: it may speak TLS alone (--tls)";
    return code == UV_EOF ? "closed by the server" : uv_strerror(code);
}

// The first bytes of the other side tell whether both speak TLS.
static gdx_status check_first_bytes(struct link *link, gdx_slice bytes, gdx_error *err) {
    if (link->has_heard)
        return GDX_OK;
    link->has_heard = true;
    if (link->tls && !is_tls(bytes))
        return gdx_fail(err, GDX_PRECONDITION, "the server does not speak TLS at this address (leave --tls away)");
    if (!link->tls && is_tls(bytes))
        return gdx_fail(err, GDX_PRECONDITION, "the server speaks TLS at this address (--tls)");
    return GDX_OK;
}

static gdx_status take(struct link *link, gdx_slice bytes, gdx_error *err) {
    gdx_status status = check_first_bytes(link, bytes, err);
    return status == GDX_OK ? gdx_tls_feed(link->tls, link->connection, bytes, &link->plain, gdx_now_ns(), err)
                            : status;
}

static void on_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer) {
    struct link *link = stream->data;
    gdx_error err = {0};
    if (bytes < 0) {
        end(link, GDX_UNAVAILABLE, lost, why_closed(link, (int)bytes));
    } else if (bytes > 0) {
        gdx_status status = take(link, (gdx_slice){buffer->base, (size_t)bytes}, &err);
        if (status != GDX_OK) {
            flush(link); // a GOAWAY, an alert
            end(link, status, lost, err.message);
        }
    }
    if (link->is_over)
        uv_read_stop(stream);
}

// ---- waiting

static void on_timer(uv_timer_t *timer) {
    (void)timer; // that it ends the turn is all
}

bool link_is_usable(const struct link *link) {
    return link->is_open && link->is_connected && !link->is_over && !link->is_going_away;
}

void link_turn(struct link *link, const bool *done, uint64_t until_ns) {
    flush(link);
    if (*done)
        return;
    if (link->is_over || (link->connection && gdx_connection_is_finished(link->connection))) {
        if (!link->is_over)
            end(link, GDX_UNAVAILABLE, lost, "ended");
        return;
    }
    uint64_t now_ns = gdx_now_ns();
    uint64_t due_ns = link->connection ? gdx_connection_due_ns(link->connection) : UINT64_MAX;
    if (until_ns < due_ns)
        due_ns = until_ns;
    if (due_ns != UINT64_MAX) {
        uv_update_time(&link->loop);
        uv_timer_start(&link->timer, on_timer, due_ns > now_ns ? (due_ns - now_ns) / 1000000 + 1 : 0, 0);
    }
    uv_run(&link->loop, UV_RUN_ONCE);
    uv_timer_stop(&link->timer);
    if (link->connection && !link->is_over)
        gdx_connection_tick(link->connection, gdx_now_ns());
    flush(link);
}

// ---- opening

static void on_going_away(void *context) {
    ((struct link *)context)->is_going_away = true;
}

static void on_connected(uv_connect_t *connect, int code) {
    struct link *link = connect->data;
    if (code == UV_ECANCELED)
        return;
    if (code < 0)
        end(link, GDX_UNAVAILABLE, "cannot connect", uv_strerror(code));
    else
        link->is_connected = true;
}

static gdx_status wait_until_connected(struct link *link, uint64_t deadline_ns) {
    while (!link->is_connected && !link->is_over) {
        if (gdx_now_ns() >= deadline_ns)
            end(link, GDX_UNAVAILABLE, "cannot connect", "no answer in time");
        else
            link_turn(link, &link->is_over, deadline_ns);
    }
    return link->is_over ? link->error.status : GDX_OK;
}

static void close_handle(struct link *link) {
    uv_close((uv_handle_t *)&link->handle, NULL);
    uv_run(&link->loop, UV_RUN_DEFAULT);
}

static gdx_status connect_unix(struct link *link, const char *path, uint64_t deadline_ns) {
    uv_pipe_init(&link->loop, &link->handle.pipe, 0);
    link->handle.stream.data = link;
    link->connect.data = link;
    uv_pipe_connect(&link->connect, &link->handle.pipe, path, on_connected);
    return wait_until_connected(link, deadline_ns);
}

static gdx_status connect_address(struct link *link, const struct sockaddr *address, uint64_t deadline_ns) {
    uv_tcp_init(&link->loop, &link->handle.tcp);
    link->handle.stream.data = link;
    link->connect.data = link;
    int code = uv_tcp_connect(&link->connect, &link->handle.tcp, address, on_connected);
    if (code < 0)
        end(link, GDX_UNAVAILABLE, "cannot connect", uv_strerror(code));
    gdx_status status = wait_until_connected(link, deadline_ns);
    if (status == GDX_OK)
        uv_tcp_nodelay(&link->handle.tcp, 1);
    return status;
}

// All addresses of a name in turn.
static gdx_status connect_tcp(struct link *link, const struct target *target, uint64_t deadline_ns) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int code = getaddrinfo(target->host, target->port, &hints, &list);
    if (code != 0) {
        end(link, GDX_UNAVAILABLE, target->authority, gai_strerror(code));
        return GDX_UNAVAILABLE;
    }
    gdx_status status = GDX_UNAVAILABLE;
    for (struct addrinfo *at = list; at; at = at->ai_next) {
        link->is_over = false;
        link->error = (gdx_error){0};
        status = connect_address(link, at->ai_addr, deadline_ns);
        if (status == GDX_OK || !at->ai_next)
            break;
        close_handle(link);
    }
    freeaddrinfo(list);
    return status;
}

static gdx_status begin_protocol(struct link *link, gdx_protocol *protocol, const struct target *target,
                                 const gdx_tls *tls) {
    static const gdx_connection_events events = {.going_away = on_going_away};
    const char *name = target->host ? target->host : target->authority;
    if (tls && !(link->tls = gdx_tls_session_new(tls, name)))
        return GDX_NO_MEMORY;
    gdx_status status = gdx_connection_new(protocol, GDX_CLIENT, &events, link, gdx_now_ns(), &link->connection);
    if (status == GDX_OK && uv_read_start(&link->handle.stream, give_buffer, on_read) != 0)
        status = GDX_UNAVAILABLE;
    return status;
}

gdx_status link_open(struct link *link, gdx_protocol *protocol, const struct target *target, const gdx_tls *tls,
                     uint64_t timeout_ns, gdx_error *err) {
    uint64_t deadline_ns = gdx_now_ns() + timeout_ns;
    *link = (struct link){0};
    if (uv_loop_init(&link->loop) != 0)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for an event loop");
    link->is_open = true;
    uv_timer_init(&link->loop, &link->timer);
    gdx_status status =
        target->unix_path ? connect_unix(link, target->unix_path, deadline_ns) : connect_tcp(link, target, deadline_ns);
    if (status == GDX_OK)
        status = begin_protocol(link, protocol, target, tls);
    if (status != GDX_OK) {
        const char *why = link->error.message[0] ? link->error.message : gdx_status_name(status);
        gdx_fail(err, status, "server %s: %s", target->unix_path ? target->unix_path : target->authority, why);
        link_close(link);
    }
    return status;
}

static void close_each(uv_handle_t *handle, void *context) {
    (void)context;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void link_close(struct link *link) {
    if (!link->is_open)
        return;
    gdx_connection_free(link->connection);
    link->connection = NULL;
    link->is_over = true;
    uv_walk(&link->loop, close_each, NULL);
    uv_run(&link->loop, UV_RUN_DEFAULT);
    uv_loop_close(&link->loop);
    gdx_tls_session_free(link->tls);
    gdx_buffer_clear(&link->plain);
    gdx_buffer_clear(&link->out);
    link->tls = NULL;
    link->is_open = link->is_connected = false;
}
