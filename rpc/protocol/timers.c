// SPDX-License-Identifier: Apache-2.0
// timers.c: what happens as time passes: deadlines of calls, messages that stall, limits on idleness and age (gRPC A9).

#include "wire.h"

static void earlier(uint64_t *next, uint64_t at) {
    if (at < *next)
        *next = at;
}

// ---- calls

// Server. An answer that is on its way, which may be the deadline's own, has a moment to leave.
static void end_late(gdx_call *call, const char *message) {
    gdx_connection *connection = call->connection;
    if (outgoing_has_ended(call))
        return;
    if (call->out_state == OUT_ENDING && call->linger_ns == 0 && !outgoing_is_blocked(call)) {
        call->linger_ns = connection->now_ns + DEPARTURE_NS;
        connection_due(connection, call->linger_ns);
        return;
    }
    call->linger_ns = 0;
    outgoing_cut(call, GDX_GRPC_DEADLINE_EXCEEDED, message);
    call_stop_reading(call);
    call_close(call, GDX_GRPC_DEADLINE_EXCEEDED, message);
}

static void expire(gdx_call *call) {
    static const char message[] = "the deadline has passed";
    call->deadline_ns = UINT64_MAX;
    if (call->connection->role == GDX_SERVER) {
        end_late(call, message);
        return;
    }
    call_stop_reading(call);
    call_close(call, GDX_GRPC_DEADLINE_EXCEEDED, message);
    gdx_call_cancel(call);
}

static void end_linger(gdx_call *call) {
    if (call->complete)
        outgoing_reset(call, NGHTTP2_NO_ERROR);
    else
        end_late(call, "the deadline has passed, and the client does not take the answer");
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
        end_late(call, incoming_is_silent(call) ? "the client is silent for too long between messages"
                                                : "a message has started and is not whole in time");
    } else if (outgoing_due_ns(call) <= now_ns) {
        outgoing_cut(call, GDX_GRPC_DEADLINE_EXCEEDED,
                     "the client has taken nothing of what waits for it for too long");
        earlier(next, now_ns + call->connection->protocol->options.silence_ns); // and what of it is still there
    } else {
        earlier(next, call->deadline_ns);
        earlier(next, incoming_due_ns(call));
        earlier(next, outgoing_due_ns(call));
    }
}

// ---- connection

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
    uint64_t next = UINT64_MAX;
    connection->now_ns = now_ns;
    connection->due_ns = UINT64_MAX;
    if (connection_is_over(connection))
        return next;
    for (gdx_call *call = connection->calls, *following; call; call = following) {
        following = call->next; // tick_call may free `call`, and no other
        tick_call(call, now_ns, &next);
    }
    connection->wire->tick(connection, &next);
    tick_age(connection, now_ns, &next);
    drain_tick(connection, &next);
    connection_due(connection, next);
    return connection->due_ns;
}
