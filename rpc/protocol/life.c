// SPDX-License-Identifier: Apache-2.0
// life.c: what happens by the passing of time: deadlines of calls, messages that stall, keepalive (gRPC A8), limits on
// idleness and age (A9), and a drain in two steps. The first GOAWAY tells the peer to open no more calls; a PING behind
// it comes back when the peer has read it; only then the second says which calls are still answered, so that none is
// lost in between.

#include "connection.h"

static const uint8_t DRAIN_PING[8] = "gdxdrain";
static const uint64_t DRAIN_WAIT_NS = 1000000000; // for a peer that does not answer the PING

static void earlier(uint64_t *next, uint64_t at) {
    if (at < *next)
        *next = at;
}

// ---- calls

static void expire(gdx_call *call) {
    static const char message[] = "the deadline has passed";
    bool server = call->connection->role == GDX_SERVER;
    bool pending = call->out.bytes > call->out_at;
    bool answer = server && !call->finishing && !(call->headers_sent && pending);
    if (answer)
        outgoing_refuse(call, GDX_GRPC_DEADLINE_EXCEEDED, "%s", message);
    call->deadline_ns = UINT64_MAX;
    call->discarding = true;
    call_close(call, GDX_GRPC_DEADLINE_EXCEEDED, message);
    if (!answer)
        gdx_call_cancel(call);
}

static void tick_call(gdx_call *call, uint64_t now_ns, uint64_t *next) {
    if (call->linger_ns) {
        if (call->linger_ns > now_ns)
            earlier(next, call->linger_ns);
        else if (!call->reset_by_us)
            outgoing_reset(call, NGHTTP2_NO_ERROR);
    } else if (call->deadline_ns <= now_ns) {
        expire(call);
    } else if (incoming_due_ns(call) <= now_ns) {
        outgoing_refuse(call, GDX_GRPC_DEADLINE_EXCEEDED, "a message has begun and does not come to its end");
    } else {
        earlier(next, call->deadline_ns);
        earlier(next, incoming_due_ns(call));
    }
}

// ---- connection

static void lose(gdx_connection *connection) {
    connection->over = connection->flushed = true; // nobody is there to read a farewell
}

static void tick_keepalive(gdx_connection *connection, uint64_t now_ns, uint64_t *next) {
    const gdx_protocol_options *options = &connection->protocol->options;
    if (options->keepalive_ns == 0)
        return;
    if (connection->ping_sent_ns > 0) {
        if (now_ns - connection->ping_sent_ns >= options->keepalive_timeout_ns)
            lose(connection);
        else
            earlier(next, connection->ping_sent_ns + options->keepalive_timeout_ns);
    } else if (now_ns - connection->received_ns >= options->keepalive_ns) {
        connection->ping_sent_ns = now_ns;
        if (nghttp2_submit_ping(connection->session, NGHTTP2_FLAG_NONE, NULL) != 0)
            connection_end(connection, NGHTTP2_INTERNAL_ERROR, "no memory");
        connection_touch(connection);
        earlier(next, now_ns + options->keepalive_timeout_ns);
    } else {
        earlier(next, connection->received_ns + options->keepalive_ns);
    }
}

// Up to a tenth is taken off, another for each connection, so that those opened together do not all come back together
// (A9).
static uint64_t end_of_age(const gdx_connection *connection) {
    uint64_t age_ns = connection->protocol->options.age_ns;
    uint64_t mixed = (connection->opened_ns ^ (uintptr_t)connection >> 4) * 0x9e3779b97f4a7c15u;
    return age_ns ? connection->opened_ns + age_ns - mixed % (age_ns / 10 + 1) : UINT64_MAX;
}

static void tick_age(gdx_connection *connection, uint64_t now_ns, uint64_t *next) {
    const gdx_protocol_options *options = &connection->protocol->options;
    if (connection->drain != DRAIN_NONE || connection->role == GDX_CLIENT)
        return;
    uint64_t end = end_of_age(connection);
    if (options->idle_ns && connection->call_count == 0)
        earlier(&end, connection->idle_since_ns + options->idle_ns);
    if (end <= now_ns)
        gdx_connection_drain(connection, now_ns);
    else
        earlier(next, end);
}

static void tick_drain(gdx_connection *connection, uint64_t now_ns, uint64_t *next) {
    if (connection->drain == DRAIN_NONE)
        return;
    if (connection->drain_deadline_ns <= now_ns) {
        connection_end(connection, NGHTTP2_NO_ERROR, "the time to drain is over");
        return;
    }
    earlier(next, connection->drain_deadline_ns);
    if (connection->drain == DRAIN_ANNOUNCED && now_ns - connection->drained_ns >= DRAIN_WAIT_NS)
        life_finish_drain(connection);
    else if (connection->drain == DRAIN_ANNOUNCED)
        earlier(next, connection->drained_ns + DRAIN_WAIT_NS);
}

uint64_t gdx_connection_tick(gdx_connection *connection, uint64_t now_ns) {
    const gdx_protocol_options *options = &connection->protocol->options;
    uint64_t next = UINT64_MAX;
    connection->now_ns = now_ns;
    connection->due_ns = UINT64_MAX;
    if (connection->over)
        return next;
    for (gdx_call *call = connection->calls, *following; call; call = following) {
        following = call->next; // tick_call may free `call`, and no other
        tick_call(call, now_ns, &next);
    }
    if (!connection->settled && options->handshake_ns) {
        if (now_ns - connection->opened_ns >= options->handshake_ns)
            connection_end(connection, NGHTTP2_SETTINGS_TIMEOUT, "no SETTINGS came");
        else
            earlier(&next, connection->opened_ns + options->handshake_ns);
    }
    tick_keepalive(connection, now_ns, &next);
    tick_age(connection, now_ns, &next);
    tick_drain(connection, now_ns, &next);
    connection_due(connection, next);
    return connection->due_ns;
}

// ---- drain

void gdx_connection_drain(gdx_connection *connection, uint64_t now_ns) {
    uint64_t grace = connection->protocol->options.age_grace_ns;
    if (connection->drain != DRAIN_NONE || connection->over)
        return;
    connection->now_ns = connection->drained_ns = now_ns;
    connection->drain = DRAIN_ANNOUNCED;
    connection->drain_deadline_ns = grace ? now_ns + grace : UINT64_MAX;
    connection_due(connection, now_ns + DRAIN_WAIT_NS);
    if (connection->role == GDX_CLIENT) {
        life_finish_drain(connection);
    } else if (nghttp2_submit_shutdown_notice(connection->session) != 0 ||
               nghttp2_submit_ping(connection->session, NGHTTP2_FLAG_NONE, DRAIN_PING) != 0) {
        connection_end(connection, NGHTTP2_INTERNAL_ERROR, "no memory");
    }
    connection_touch(connection);
}

void life_finish_drain(gdx_connection *connection) {
    connection->drain = DRAIN_FINAL;
    int32_t last = nghttp2_session_get_last_proc_stream_id(connection->session);
    if (nghttp2_submit_goaway(connection->session, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, NULL, 0) != 0)
        connection_end(connection, NGHTTP2_INTERNAL_ERROR, "no memory");
    connection_touch(connection);
}

void life_take_pong(gdx_connection *connection, const uint8_t *opaque) {
    if (connection->drain == DRAIN_ANNOUNCED && memcmp(opaque, DRAIN_PING, sizeof DRAIN_PING) == 0)
        life_finish_drain(connection);
}
