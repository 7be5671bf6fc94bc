// SPDX-License-Identifier: Apache-2.0
// call.c: a call as an object: made, attached to its owner, closed, kept for the next one; and its two halves.
// The tables say which state may follow which; a change that they do not list is our own mistake and ends the process.
// docs/protocol.md draws them.

#include "connection.h"

#include <assert.h>
#include <stdlib.h>

// ---- the two halves

#define TO(state) (1u << (state))

static const unsigned in_edges[IN_STATES] = {
    [IN_IDLE] = TO(IN_OPEN) | TO(IN_ENDED) | TO(IN_CLOSED), // to IN_ENDED: a server's status without a message
    [IN_OPEN] = TO(IN_ENDED) | TO(IN_CLOSED),
    [IN_ENDED] = TO(IN_CLOSED),
    [IN_CLOSED] = 0,
};

static const unsigned out_edges[OUT_STATES] = {
    [OUT_IDLE] = TO(OUT_OPEN) | TO(OUT_ENDING) | TO(OUT_RESET), // to OUT_ENDING: a status without a message
    [OUT_OPEN] = TO(OUT_ENDING) | TO(OUT_RESET),
    [OUT_ENDING] = TO(OUT_CLOSED) | TO(OUT_RESET),
    [OUT_CLOSED] = TO(OUT_RESET), // answered early, and the peer sends on
    [OUT_RESET] = 0,
};

void call_set_in(gdx_call *call, enum in_state state) {
    assert(in_edges[call->in_state] & TO(state));
    call->in_state = state;
}

void call_set_out(gdx_call *call, enum out_state state) {
    assert(out_edges[call->out_state] & TO(state));
    call->out_state = state;
}

void call_stop_reading(gdx_call *call) {
    if (call->in_state != IN_CLOSED)
        call_set_in(call, IN_CLOSED);
}

// Most clients end a call that is answered early themselves as soon as they have the answer, and some take a reset at
// this moment for a failure (curl 7.88): it comes later, or when much more is sent.
void call_answered(gdx_call *call, bool peer_ended) {
    gdx_connection *connection = call->connection;
    if (call->out_state != OUT_RESET)
        call_set_out(call, OUT_CLOSED);
    call->complete = true;
    if (peer_ended)
        return;
    call->linger_ns = connection->now_ns + LINGER_NS;
    call->linger_received = call->received;
    connection_due(connection, call->linger_ns);
}

// ---- the object

static void reset_call(gdx_call *call) {
    gdx_buffer kept[] = {call->head, call->metadata.bytes, call->headers.bytes, call->trailers.bytes, call->in,
                         call->out,  call->status_message, call->details};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        kept[i].bytes = 0;
        if (kept[i].capacity > SPARE_BUFFER_BYTES)
            gdx_buffer_clear(&kept[i]);
    }
    *call = (gdx_call){.head = kept[0],
                       .metadata.bytes = kept[1],
                       .headers.bytes = kept[2],
                       .trailers.bytes = kept[3],
                       .in = kept[4],
                       .out = kept[5],
                       .status_message = kept[6],
                       .details = kept[7]};
}

void call_destroy(gdx_call *call) {
    gdx_buffer_clear(&call->head);
    gdx_metadata_clear(&call->metadata);
    gdx_metadata_clear(&call->headers);
    gdx_metadata_clear(&call->trailers);
    gdx_buffer_clear(&call->in);
    gdx_buffer_clear(&call->out);
    gdx_buffer_clear(&call->status_message);
    gdx_buffer_clear(&call->details);
    free(call);
}

gdx_call *call_new(gdx_connection *connection, int32_t stream) {
    gdx_protocol *protocol = connection->protocol;
    gdx_call *call = protocol->spare_calls;
    size_t held = sizeof *call + (call ? call->in.capacity + call->out.capacity : 0);
    if (!memory_charge(connection, held))
        return NULL;
    if (call) {
        protocol->spare_calls = call->next;
        protocol->spare_call_count--;
    } else if (!(call = calloc(1, sizeof *call))) {
        memory_release(connection, held);
        return NULL;
    }
    call->connection = connection;
    call->stream = stream;
    call->deadline_ns = call->timeout_ns = UINT64_MAX;
    call->code = GDX_GRPC_UNKNOWN;
    call->previous = NULL;
    call->next = connection->calls;
    if (call->next)
        call->next->previous = call;
    connection->calls = call;
    connection->call_count++;
    return call;
}

void call_close(gdx_call *call, gdx_grpc_code code, const char *message) {
    const gdx_call_events *events = call->events;
    call->events = NULL;
    if (!events)
        return;
    gdx_call_result result = {.code = code, .complete = call->complete};
    result.http_status = call->connection->role == GDX_SERVER ? call->http_status : 0;
    result.message = message ? gdx_slice_of(message) : gdx_buffer_slice(&call->status_message);
    result.details = gdx_buffer_slice(&call->details);
    result.trailers = call->connection->role == GDX_CLIENT ? &call->trailers : NULL;
    events->closed(call, &result);
}

static void forget_room(gdx_call *call) {
    gdx_call **link = &call->connection->rooms;
    while (*link && *link != call)
        link = &(*link)->next_room;
    if (*link)
        *link = call->next_room;
}

void call_free(gdx_call *call) {
    gdx_connection *connection = call->connection;
    gdx_protocol *protocol = connection->protocol;
    call_close(call, call->has_status ? call->code : GDX_GRPC_CANCELLED, call->has_status ? NULL : "cancelled");
    if (call->room == ROOM_LISTED)
        forget_room(call);
    if (call->previous)
        call->previous->next = call->next;
    else
        connection->calls = call->next;
    if (call->next)
        call->next->previous = call->previous;
    connection->call_count--;
    connection->idle_since_ns = connection->now_ns;
    if (connection->call_count == 0 && protocol->options.idle_ns > 0)
        connection_due(connection, connection->now_ns + protocol->options.idle_ns);
    memory_release(connection, sizeof *call + call->in.capacity + call->out.capacity + call->charged + call->held);
    if (protocol->spare_call_count >= SPARE_CALLS) {
        call_destroy(call);
        return;
    }
    reset_call(call);
    call->next = protocol->spare_calls;
    protocol->spare_calls = call;
    protocol->spare_call_count++;
}

// ---- facts about a call

void gdx_call_attach(gdx_call *call, const gdx_call_events *events, void *context) {
    call->events = events;
    call->context = context;
}

void *gdx_call_context(const gdx_call *call) {
    return call->context;
}

void gdx_call_take_metadata(gdx_call *call, gdx_metadata *out) {
    gdx_metadata taken = call->metadata;
    call->metadata = *out;
    gdx_metadata_reset(&call->metadata);
    *out = taken;
}

gdx_connection *gdx_call_connection(const gdx_call *call) {
    return call->connection;
}

static gdx_slice text_of(const gdx_call *call, struct text text) {
    return text.bytes ? (gdx_slice){(const char *)call->head.data + text.at, text.bytes} : (gdx_slice){"", 0};
}

gdx_dialect gdx_call_dialect(const gdx_call *call) {
    return call->dialect;
}

gdx_form gdx_call_form(const gdx_call *call) {
    return call->form;
}

bool gdx_call_is_http2(const gdx_call *call) {
    return call->connection->session != NULL;
}

gdx_slice gdx_call_field(const gdx_call *call, gdx_head_field field) {
    if (field == GDX_FIELD_METHOD && call->is_post)
        return gdx_slice_of("POST");
    return text_of(call, call->fields[field]);
}

void gdx_call_set_http_status(gdx_call *call, unsigned status) {
    call->http_status = status;
}

gdx_slice gdx_call_path(const gdx_call *call) {
    return text_of(call, call->path);
}

const gdx_metadata *gdx_call_metadata(const gdx_call *call) {
    return &call->metadata;
}

uint64_t gdx_call_deadline_ns(const gdx_call *call) {
    return call->deadline_ns;
}

bool gdx_call_peer_takes_gzip(const gdx_call *call) {
    return call->takes_gzip;
}

const char *gdx_dialect_name(gdx_dialect dialect) {
    static const char *const names[GDX_DIALECTS] = {"HTTP", "gRPC", "gRPC-Web", "Connect", "Connect"};
    return (size_t)dialect < GDX_DIALECTS ? names[dialect] : "HTTP";
}
