// SPDX-License-Identifier: Apache-2.0
// timers.c: what happens as time passes: deadlines of calls, messages that stall, keepalive (gRPC A8), limits on
// idleness and age (A9).

#include "connection.h"

static void earlier(uint64_t *next, uint64_t at) {
    if (at < *next)
        *next = at;
}

// ---- calls

static void expire(gdx_call *call) {
    static const char message[] = "the deadline has passed";
    bool server = call->connection->role == GDX_SERVER;
    call->deadline_ns = UINT64_MAX;
    if (server && call->out_state >= OUT_ENDING) { // the answer is on its way, and may be the deadline's own
        call->linger_ns = call->connection->now_ns + LINGER_NS;
        connection_due(call->connection, call->linger_ns);
        return;
    }
    bool pending = call->out_state == OUT_OPEN && call->out.bytes > call->out_at;
    bool answer = server && !pending;
    if (answer)
        outgoing_refuse(call, GDX_GRPC_DEADLINE_EXCEEDED, "%s", message);
    call_stop_reading(call);
    call_close(call, GDX_GRPC_DEADLINE_EXCEEDED, message);
    if (!answer)
        gdx_call_cancel(call);
}

static void end_linger(gdx_call *call) {
    if (!call->complete)
        call_close(call, GDX_GRPC_DEADLINE_EXCEEDED, "the client does not take the answer");
    outgoing_reset(call, call->complete ? NGHTTP2_NO_ERROR : NGHTTP2_CANCEL);
}

static void tick_call(gdx_call *call, uint64_t now_ns, uint64_t *next) {
    if (call->linger_ns) {
        if (call->linger_ns > now_ns)
            earlier(next, call->linger_ns);
        else if (call->out_state != OUT_RESET)
            end_linger(call);
    } else if (call->deadline_ns <= now_ns) {
        expire(call); // may free it
    } else if (incoming_due_ns(call) <= now_ns) {
        outgoing_refuse(call, GDX_GRPC_DEADLINE_EXCEEDED, "a message has started and is not whole in time");
    } else {
        earlier(next, call->deadline_ns);
        earlier(next, incoming_due_ns(call));
    }
}

// ---- connection

static void tick_keepalive(gdx_connection *connection, uint64_t now_ns, uint64_t *next) {
    const gdx_protocol_options *options = &connection->protocol->options;
    if (options->keepalive_ns == 0)
        return;
    if (connection->ping_sent_ns > 0) {
        if (now_ns - connection->ping_sent_ns >= options->keepalive_timeout_ns)
            connection_lose(connection);
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

uint64_t gdx_connection_tick(gdx_connection *connection, uint64_t now_ns) {
    const gdx_protocol_options *options = &connection->protocol->options;
    uint64_t next = UINT64_MAX;
    connection->now_ns = now_ns;
    connection->due_ns = UINT64_MAX;
    if (connection_is_over(connection))
        return next;
    for (gdx_call *call = connection->calls, *following; call; call = following) {
        following = call->next; // tick_call may free `call`, and no other
        tick_call(call, now_ns, &next);
    }
    if (connection->state == CONNECTION_SETTLING && options->handshake_ns) {
        if (now_ns - connection->opened_ns >= options->handshake_ns)
            connection_end(connection, NGHTTP2_SETTINGS_TIMEOUT, "no SETTINGS came");
        else
            earlier(&next, connection->opened_ns + options->handshake_ns);
    }
    tick_keepalive(connection, now_ns, &next);
    tick_age(connection, now_ns, &next);
    drain_tick(connection, &next);
    connection_due(connection, next);
    return connection->due_ns;
}
