// SPDX-License-Identifier: Apache-2.0
// peer.c: one accepted socket, and the bytes between it and its gdx_connection.
// Whatever a turn of the loop produces for a peer leaves in one write, just before the loop waits (peers_flush): a
// write for each frame costs several times the throughput. A peer that does not take its bytes is not read from either.

#include "server.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static const uint64_t FAREWELL_NS = 3000000000;

enum peer_state { // changed by set_state alone
    PEER_OPEN,
    PEER_BROKEN, // reads no more: sends a GOAWAY or an alert, and nothing else
    PEER_CLOSING,
    PEER_STATES
};

struct peer { // loop thread only
    union {
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } handle;
    uv_timer_t timer;
    uint64_t timer_ns;    // when it fires; UINT64_MAX: not started
    uint64_t farewell_ns; // when to give up sending the last bytes; 0: not so
    gdx_server *server;
    struct peer *next, *previous, *next_dirty;
    gdx_connection *connection;
    gdx_tls_session *tls; // NULL: plain
    gdx_buffer out;       // being written; lent by the server
    uv_write_t write;
    unsigned handles_open;
    enum peer_state state;
    bool is_dirty;   // in server->dirty
    bool is_writing; // uv_write has `out`
    bool is_paused;  // uv reads no more for now
    struct address *address;
    gdx_line *line; // of its calls, within the address's
    char name[PEER_NAME_BYTES];
};

gdx_server *peer_server(const struct peer *peer) {
    return peer->server;
}

const char *peer_name(const struct peer *peer) {
    return peer->name;
}

gdx_line *peer_line(const struct peer *peer) {
    return peer->line;
}

static void set_state(struct peer *peer, enum peer_state state) {
    assert(state > peer->state && state < PEER_STATES); // one way only
    peer->state = state;
}

// ---- the end

static void free_peer(uv_handle_t *handle) {
    struct peer *peer = handle->data;
    if (--peer->handles_open > 0)
        return;
    gdx_server *server = peer->server;
    gdx_buffer_clear(&peer->out);
    gdx_tls_session_free(peer->tls);
    free(peer);
    server->peer_count--;
    server_check_stopped(server);
}

static void forget_dirty(struct peer *gone) {
    struct peer **link = &gone->server->dirty;
    while (*link && *link != gone)
        link = &(*link)->next_dirty;
    if (*link)
        *link = gone->next_dirty;
}

static void unlink_peer(struct peer *gone) {
    if (gone->previous)
        gone->previous->next = gone->next;
    else
        gone->server->peers = gone->next;
    if (gone->next)
        gone->next->previous = gone->previous;
}

static void close_peer(struct peer *peer) {
    if (peer->state == PEER_CLOSING)
        return;
    set_state(peer, PEER_CLOSING);
    gdx_connection_free(peer->connection);
    peer->connection = NULL;
    if (peer->is_dirty)
        forget_dirty(peer);
    unlink_peer(peer);
    gdx_line_leave(GDX_TAKE(peer->line));
    address_leave(peer->server, GDX_TAKE(peer->address));
    uv_close((uv_handle_t *)&peer->handle, free_peer);
    uv_close((uv_handle_t *)&peer->timer, free_peer);
}

// ---- time

static void on_timer(uv_timer_t *timer);

static void schedule(struct peer *peer) {
    uint64_t due_ns = peer->farewell_ns ? peer->farewell_ns : gdx_connection_due_ns(peer->connection);
    if (due_ns >= peer->timer_ns || due_ns == UINT64_MAX)
        return; // an early tick does no harm: it starts the timer anew
    uint64_t now_ns = uv_hrtime();
    uint64_t wait_ms = due_ns > now_ns ? (due_ns - now_ns) / 1000000 + 1 : 0;
    peer->timer_ns = due_ns;
    uv_update_time(peer->server->loop);
    uv_timer_start(&peer->timer, on_timer, wait_ms, 0);
}

static void mark_dirty(struct peer *peer) {
    if (peer->is_dirty || peer->state == PEER_CLOSING)
        return;
    peer->is_dirty = true;
    peer->next_dirty = peer->server->dirty;
    peer->server->dirty = peer;
}

static void on_timer(uv_timer_t *timer) {
    struct peer *peer = timer->data;
    uint64_t now_ns = uv_hrtime();
    peer->timer_ns = UINT64_MAX;
    if (peer->farewell_ns && peer->farewell_ns <= now_ns) {
        close_peer(peer);
        return;
    }
    gdx_connection_tick(peer->connection, now_ns);
    schedule(peer);
    mark_dirty(peer);
}

// ---- writing

static void resume_reading(struct peer *peer);

// Hardly a peer has bytes that wait: one buffer goes round, and those that are idle have none.
static void lend_buffer(struct peer *peer) {
    if (peer->out.data)
        return;
    peer->out = peer->server->spare_out;
    peer->server->spare_out = (gdx_buffer){0};
}

static void return_buffer(struct peer *peer) {
    gdx_buffer *spare = &peer->server->spare_out;
    if (spare->data) {
        gdx_buffer_clear(&peer->out);
        return;
    }
    *spare = peer->out;
    spare->bytes = 0;
    peer->out = (gdx_buffer){0};
}

static void on_written(uv_write_t *write, int code) {
    struct peer *peer = write->data;
    peer->is_writing = false;
    return_buffer(peer);
    if (peer->state == PEER_CLOSING)
        return;
    if (code < 0) {
        close_peer(peer);
        return;
    }
    resume_reading(peer);
    mark_dirty(peer);
}

static void pause_reading(struct peer *peer) {
    if (!peer->is_paused) {
        peer->is_paused = true;
        uv_read_stop(&peer->handle.stream);
    }
}

// True: all has gone to the system. False: the rest goes when the socket takes it, or the peer is closed.
static bool write_out(struct peer *peer) {
    uv_buf_t whole = uv_buf_init((char *)peer->out.data, (unsigned)peer->out.bytes);
    int written = uv_try_write(&peer->handle.stream, &whole, 1);
    if (written < 0 && written != UV_EAGAIN) {
        close_peer(peer);
        return false;
    }
    size_t done = written > 0 ? (size_t)written : 0;
    if (done == peer->out.bytes) {
        return_buffer(peer);
        return true;
    }
    uv_buf_t rest = uv_buf_init((char *)peer->out.data + done, (unsigned)(peer->out.bytes - done));
    peer->is_writing = true;
    peer->write.data = peer;
    if (uv_write(&peer->write, &peer->handle.stream, &rest, 1, on_written) != 0) {
        peer->is_writing = false;
        close_peer(peer);
    } else if (peer->out.bytes - done >= peer->server->options.read_pause) {
        pause_reading(peer);
    }
    return false;
}

static bool is_over(const struct peer *peer) {
    return peer->state == PEER_BROKEN || gdx_connection_is_finished(peer->connection);
}

// The end has come while bytes wait for a peer that may never take them.
static void end_in_time(struct peer *peer) {
    if (peer->farewell_ns || !(peer->state == PEER_BROKEN || gdx_connection_is_over(peer->connection)))
        return;
    peer->farewell_ns = uv_hrtime() + FAREWELL_NS;
    schedule(peer);
}

static void flush(struct peer *peer) {
    gdx_error err = {0};
    if (peer->state == PEER_CLOSING)
        return;
    if (peer->is_writing) {
        end_in_time(peer);
        schedule(peer); // what waits for the socket has its time, too
        return;
    }
    lend_buffer(peer);
    gdx_status status =
        gdx_tls_pull(peer->tls, peer->connection, PULL_BYTES, &peer->server->plain, &peer->out, uv_hrtime(), &err);
    bool full = peer->out.bytes >= PULL_BYTES, empty = peer->out.bytes == 0;
    if (empty)
        return_buffer(peer);
    if (status != GDX_OK) {
        close_peer(peer);
    } else if ((empty || write_out(peer)) && is_over(peer)) {
        close_peer(peer);
    } else if (peer->state != PEER_CLOSING) {
        if (full && !peer->is_writing)
            mark_dirty(peer); // the others first
        if (peer->is_paused && !peer->is_writing)
            resume_reading(peer);
        schedule(peer);
    }
}

void peers_flush(gdx_server *server) {
    struct peer *peer = server->dirty;
    server->dirty = NULL;
    while (peer) {
        struct peer *next = peer->next_dirty;
        peer->is_dirty = false;
        flush(peer); // may close it, or mark it again; no other
        peer = next;
    }
}

// ---- reading

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
    struct peer *peer = handle->data;
    (void)suggested;
    *out = uv_buf_init(peer->server->read_buffer, READ_BYTES);
}

static void on_fault(const char *what, void *context) {
    const struct peer *peer = context;
    const gdx_server_options *options = &peer->server->options;
    if (options->peer_fault)
        options->peer_fault(options->context, peer->name, what);
}

static void tell_fault(struct peer *peer, const gdx_error *err) {
    char text[GDX_ERROR_TEXT_BYTES];
    on_fault(gdx_error_text(err, text), peer);
}

static void on_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer) {
    struct peer *peer = stream->data;
    gdx_error err = {0};
    if (bytes < 0) {
        close_peer(peer);
    } else if (bytes > 0) {
        if (gdx_tls_feed(peer->tls, peer->connection, (gdx_slice){buffer->base, (size_t)bytes}, &peer->server->plain,
                         uv_hrtime(), &err) != GDX_OK) {
            if (!gdx_connection_is_over(peer->connection)) // else the connection tells
                tell_fault(peer, &err);
            set_state(peer, PEER_BROKEN);
            pause_reading(peer);
        } else if (!gdx_connection_takes_input(peer->connection)) {
            pause_reading(peer);
        }
        if (bytes < READ_BYTES)
            flush(peer); // at once, so that this peer works while we serve the next
        else
            mark_dirty(peer); // there is more to read
    }
}

static void start_reading(struct peer *peer) {
    peer->is_paused = false;
    if (uv_read_start(&peer->handle.stream, give_buffer, on_read) != 0)
        close_peer(peer);
}

static void resume_reading(struct peer *peer) {
    if (peer->is_paused && peer->state == PEER_OPEN && gdx_connection_takes_input(peer->connection))
        start_reading(peer);
}

// ---- opening

static void on_output(void *context) {
    mark_dirty(context);
}

static const gdx_connection_events events = {
    .call_opened = exchange_open,
    .call_refused = exchange_note_refused,
    .plain_opened = page_answer,
    .fault = on_fault,
    .output_pending = on_output,
};

static void name_peer(struct peer *peer, const struct sockaddr_storage *from) {
    char text[INET6_ADDRSTRLEN] = "";
    snprintf(peer->name, sizeof peer->name, "unix:");
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)from;
        uv_ip4_name(four, text, sizeof text);
        snprintf(peer->name, sizeof peer->name, "%s:%u", text, (unsigned)ntohs(four->sin_port));
    } else if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;
        uv_ip6_name(six, text, sizeof text);
        snprintf(peer->name, sizeof peer->name, "[%s]:%u", text, (unsigned)ntohs(six->sin6_port));
    }
}

// Name and line. False: no memory.
static bool enter_address(struct peer *peer) {
    struct sockaddr_storage from = {0};
    int length = sizeof from;
    if (peer->handle.stream.type != UV_TCP ||
        uv_tcp_getpeername(&peer->handle.tcp, (struct sockaddr *)&from, &length) != 0)
        from.ss_family = AF_UNIX;
    name_peer(peer, &from);
    if (!peer->server->work)
        return true;
    peer->address = address_enter(peer->server, &from);
    peer->line = peer->address ? gdx_line_new(peer->server->work, address_line(peer->address)) : NULL;
    return peer->line != NULL;
}

static int init_handle(struct peer *peer, const struct listener *listener) {
    uv_loop_t *loop = peer->server->loop;
    int code = listener->handle.stream.type == UV_TCP ? uv_tcp_init(loop, &peer->handle.tcp)
                                                      : uv_pipe_init(loop, &peer->handle.pipe, 0);
    if (code == 0)
        uv_timer_init(loop, &peer->timer);
    peer->handle.stream.data = peer->timer.data = peer;
    peer->timer_ns = UINT64_MAX;
    return code;
}

static void link_peer(struct peer *peer) {
    gdx_server *server = peer->server;
    peer->handles_open = 2;
    peer->next = server->peers;
    if (peer->next)
        peer->next->previous = peer;
    server->peers = peer;
    server->peer_count++;
}

static bool open_connection(struct peer *peer, const gdx_tls *tls) {
    if (tls && !(peer->tls = gdx_tls_session_new(tls, NULL)))
        return false;
    return gdx_connection_new(peer->server->protocol, GDX_SERVER, &events, peer, uv_hrtime(), &peer->connection) ==
           GDX_OK;
}

// HTTP/2 asks a silent peer by itself; over HTTP/1.1 the system does.
static void set_tcp(struct peer *peer) {
    uint64_t silence_s = peer->server->options.protocol.keepalive_ns / 1000000000;
    uv_tcp_nodelay(&peer->handle.tcp, 1);
    if (silence_s > 0)
        uv_tcp_keepalive(&peer->handle.tcp, 1, (unsigned)silence_s);
}

void peer_accept(struct listener *listener) {
    gdx_server *server = listener->server;
    if (server->options.connections_wait && server->peer_count >= server->options.connection_limit) {
        listener_wait(listener);
        return;
    }
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer) {
        listener_wait(listener);
        return;
    }
    peer->server = server;
    if (init_handle(peer, listener) != 0) {
        free(peer);
        listener_wait(listener);
        return;
    }
    link_peer(peer);
    bool accepted = uv_accept(&listener->handle.stream, &peer->handle.stream) == 0;
    bool is_over = server->peer_count > server->options.connection_limit;
    server->refused_count += is_over;
    if (!accepted || is_over || !enter_address(peer) || !open_connection(peer, listener->tls)) {
        close_peer(peer);
        return;
    }
    if (peer->handle.stream.type == UV_TCP)
        set_tcp(peer);
    mark_dirty(peer);
    gdx_connection_tick(peer->connection, uv_hrtime());
    schedule(peer);
    start_reading(peer);
}

void peers_drain(gdx_server *server) {
    for (struct peer *peer = server->peers; peer; peer = peer->next) {
        gdx_connection_drain(peer->connection, uv_hrtime());
        mark_dirty(peer);
    }
}

void peers_close(gdx_server *server) {
    while (server->peers)
        close_peer(server->peers);
}
