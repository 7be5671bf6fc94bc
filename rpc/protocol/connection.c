// SPDX-License-Identifier: Apache-2.0
// connection.c: a connection as an object: made, fed with bytes and pulled for bytes, ended. What the bytes mean is for
// its wire (wire.h). A server that answers web clients, too, does not know which HTTP a peer speaks until its first
// bytes: HTTP/2 begins with "PRI ", which is no method of HTTP/1.1, and everything else is HTTP/1.1 or refused as such.

#include "wire.h"

#include <assert.h>
#include <stdlib.h>

#define TO(state) (1u << (state))

static const unsigned edges[CONNECTION_STATES] = {
    [CONNECTION_SETTLING] =
        TO(CONNECTION_OPEN) | TO(CONNECTION_ENDING) | TO(CONNECTION_FLUSHED) | TO(CONNECTION_STARVED),
    [CONNECTION_OPEN] = TO(CONNECTION_ENDING) | TO(CONNECTION_FLUSHED) | TO(CONNECTION_STARVED),
    [CONNECTION_ENDING] = TO(CONNECTION_FLUSHED) | TO(CONNECTION_STARVED),
    [CONNECTION_FLUSHED] = TO(CONNECTION_STARVED),
    [CONNECTION_STARVED] = 0,
};

void connection_set_state(gdx_connection *connection, enum connection_state state) {
    assert(edges[connection->state] & TO(state));
    connection->state = state;
}

void connection_lose(gdx_connection *connection) {
    if (connection->state < CONNECTION_FLUSHED)
        connection_set_state(connection, CONNECTION_FLUSHED);
}

void connection_touch(gdx_connection *connection) {
    if (connection->pending)
        return;
    connection->pending = true;
    if (connection->events.output_pending)
        connection->events.output_pending(connection->context);
}

void connection_due(gdx_connection *connection, uint64_t at_ns) {
    if (at_ns < connection->due_ns)
        connection->due_ns = at_ns;
}

uint64_t gdx_connection_due_ns(const gdx_connection *connection) {
    return connection_is_over(connection) ? UINT64_MAX : connection->due_ns;
}

void connection_end(gdx_connection *connection, uint32_t error_code, const char *debug) {
    if (connection_is_over(connection))
        return;
    connection_set_state(connection, CONNECTION_ENDING);
    connection->wire->end(connection, error_code, debug);
    connection_touch(connection);
}

void connection_tell(gdx_connection *connection, const char *what) {
    if (connection->events.fault && !connection->fault_told)
        connection->events.fault(what, connection->context);
    connection->fault_told = true; // the first one ends the connection
}

// ---- until the first bytes have come

static const char preface[] = NGHTTP2_CLIENT_MAGIC;
enum { TELLING_BYTES = 4 };

// Those that came before are the preface's own.
static void feed_decided(gdx_connection *connection, gdx_slice bytes) {
    gdx_slice before = {preface, connection->preface_bytes};
    if (before.bytes > 0)
        connection->wire->feed(connection, before);
    if (!connection_is_over(connection))
        connection->wire->feed(connection, bytes);
}

static void decide(gdx_connection *connection, gdx_slice bytes) {
    size_t held = connection->preface_bytes, same = 0;
    while (same < bytes.bytes && held + same < TELLING_BYTES && bytes.data[same] == preface[held + same])
        same++;
    bool is_http2 = held + same == TELLING_BYTES;
    if (!is_http2 && same == bytes.bytes) {
        connection->preface_bytes += (unsigned)same;
    } else if (is_http2 ? http2_open(connection) : plain_open(connection)) {
        feed_decided(connection, bytes);
    } else {
        connection_tell(connection, "no memory for a connection");
        connection_lose(connection);
    }
}

static gdx_status pull_nothing(gdx_connection *connection, gdx_buffer *out, size_t limit) {
    (void)connection, (void)out, (void)limit;
    return GDX_OK;
}

static bool is_never_finished(const gdx_connection *connection) {
    (void)connection;
    return false;
}

static void tick_undecided(gdx_connection *connection, uint64_t *next_ns) {
    uint64_t limit_ns = connection->protocol->options.handshake_ns;
    if (limit_ns && connection->now_ns - connection->opened_ns >= limit_ns) {
        connection_tell(connection, "nothing came");
        connection_lose(connection);
    } else if (limit_ns && connection->opened_ns + limit_ns < *next_ns) {
        *next_ns = connection->opened_ns + limit_ns;
    }
}

static void end_undecided(gdx_connection *connection, uint32_t error_code, const char *debug) {
    (void)error_code, (void)debug;
    connection_lose(connection);
}

static void free_nothing(gdx_connection *connection) {
    (void)connection;
}

static const struct wire undecided = {
    .feed = decide,
    .pull = pull_nothing,
    .is_finished = is_never_finished,
    .tick = tick_undecided,
    .drain = connection_lose, // it has asked for nothing yet
    .end = end_undecided,
    .free = free_nothing,
};

// ---- a connection

gdx_status gdx_connection_new(gdx_protocol *protocol, gdx_role role, const gdx_connection_events *events, void *context,
                              uint64_t now_ns, gdx_connection **out) {
    gdx_connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return GDX_NO_MEMORY;
    connection->protocol = protocol;
    connection->role = role;
    connection->events = *events;
    connection->context = context;
    connection->wire = &undecided;
    connection->now_ns = connection->opened_ns = connection->received_ns = connection->idle_since_ns = now_ns;
    memory_allocator(connection);
    guard_init(connection);
    bool waits = role == GDX_SERVER && protocol->options.web;
    if (!waits && !http2_open(connection)) {
        free(connection);
        return GDX_NO_MEMORY;
    }
    connection_touch(connection);
    *out = connection;
    return GDX_OK;
}

void gdx_connection_free(gdx_connection *connection) {
    if (!connection)
        return;
    connection_lose(connection);
    for (gdx_call *call = connection->calls; call; call = call->next)
        call->stream = -1;
    bool server = connection->role == GDX_SERVER;
    while (connection->calls) {
        gdx_call *call = connection->calls;
        call_stop_reading(call);
        if (!server || !call->complete) // else its status has gone out, and is what it ended with
            call_close(call, server ? GDX_GRPC_CANCELLED : GDX_GRPC_UNAVAILABLE, "the connection was lost");
        call_free(call);
    }
    connection->wire->free(connection);
    free(connection);
}

gdx_status gdx_connection_feed(gdx_connection *connection, gdx_slice bytes, uint64_t now_ns, gdx_error *err) {
    connection->now_ns = connection->received_ns = now_ns;
    if (!connection_is_over(connection)) {
        connection->ping_sent_ns = 0; // whatever it says, the peer is alive
        connection->wire->feed(connection, bytes);
    }
    if (connection_is_over(connection))
        return gdx_fail(err, GDX_CORRUPT, "HTTP: the peer broke a rule or a limit, the connection is ended");
    connection_touch(connection);
    return GDX_OK;
}

gdx_status gdx_connection_pull(gdx_connection *connection, gdx_buffer *out, size_t limit, uint64_t now_ns) {
    connection->now_ns = now_ns;
    if (connection->state >= CONNECTION_FLUSHED)
        return GDX_OK;
    gdx_status status = connection->wire->pull(connection, out, limit);
    while (status == GDX_OK && connection->rooms) {
        outgoing_fire_rooms(connection);
        status = connection->wire->pull(connection, out, limit);
    }
    connection->pending = false;
    if (status != GDX_OK || connection_is_over(connection))
        connection_lose(connection);
    return status;
}

bool gdx_connection_takes_input(const gdx_connection *connection) {
    return !connection->wire->takes_input || connection->wire->takes_input(connection);
}

bool gdx_connection_is_over(const gdx_connection *connection) {
    return connection_is_over(connection);
}

bool gdx_connection_is_finished(const gdx_connection *connection) {
    if (connection_is_over(connection))
        return connection->state >= CONNECTION_FLUSHED;
    return connection->wire->is_finished(connection);
}

size_t gdx_connection_call_count(const gdx_connection *connection) {
    return connection->call_count;
}

size_t gdx_connection_memory(const gdx_connection *connection) {
    return connection->memory;
}

void *gdx_connection_context(const gdx_connection *connection) {
    return connection->context;
}
