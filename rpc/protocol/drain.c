// SPDX-License-Identifier: Apache-2.0
// drain.c: the end of a connection in order. HTTP/2's has two steps, so that no call is lost in between: the first
// GOAWAY asks the peer to open no more calls; a PING after it comes back when the peer has read it; only then the
// second GOAWAY names the last call that is answered.

#include "wire.h"

static const uint8_t DRAIN_PING[8] = "gdxdrain";
static const uint64_t DRAIN_WAIT_NS = 1000000000; // for a peer that does not answer the PING

static void earlier(uint64_t *next, uint64_t at) {
    if (at < *next)
        *next = at;
}

void gdx_connection_drain(gdx_connection *connection, uint64_t now_ns) {
    uint64_t grace = connection->protocol->options.age_grace_ns;
    if (connection->drain != DRAIN_NONE || connection_is_over(connection))
        return;
    connection->now_ns = connection->drained_ns = now_ns;
    connection->drain = DRAIN_ANNOUNCED;
    connection->drain_deadline_ns = grace ? now_ns + grace : UINT64_MAX;
    connection->wire->drain(connection);
    connection_touch(connection);
}

void drain_tick(gdx_connection *connection, uint64_t *next_ns) {
    if (connection->drain == DRAIN_NONE)
        return;
    if (connection->drain_deadline_ns <= connection->now_ns)
        connection_end(connection, NGHTTP2_NO_ERROR, "the time to drain is over");
    else
        earlier(next_ns, connection->drain_deadline_ns);
}

// ---- HTTP/2

static void finish(gdx_connection *connection) {
    connection->drain = DRAIN_FINAL;
    int32_t last = nghttp2_session_get_last_proc_stream_id(connection->session);
    if (nghttp2_submit_goaway(connection->session, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, NULL, 0) != 0)
        connection_end(connection, NGHTTP2_INTERNAL_ERROR, "no memory");
    connection_touch(connection);
}

void http2_drain(gdx_connection *connection) {
    connection_due(connection, connection->drained_ns + DRAIN_WAIT_NS);
    if (connection->role == GDX_CLIENT) {
        finish(connection);
    } else if (nghttp2_submit_shutdown_notice(connection->session) != 0 ||
               nghttp2_submit_ping(connection->session, NGHTTP2_FLAG_NONE, DRAIN_PING) != 0) {
        connection_end(connection, NGHTTP2_INTERNAL_ERROR, "no memory");
    }
}

void http2_take_pong(gdx_connection *connection, const uint8_t *opaque) {
    if (connection->drain == DRAIN_ANNOUNCED && memcmp(opaque, DRAIN_PING, sizeof DRAIN_PING) == 0)
        finish(connection);
}

void http2_tick_drain(gdx_connection *connection, uint64_t *next_ns) {
    if (connection->drain == DRAIN_ANNOUNCED && connection->now_ns - connection->drained_ns >= DRAIN_WAIT_NS)
        finish(connection);
    else if (connection->drain == DRAIN_ANNOUNCED)
        earlier(next_ns, connection->drained_ns + DRAIN_WAIT_NS);
}
