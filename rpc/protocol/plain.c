// SPDX-License-Identifier: Apache-2.0
// plain.c: the wire of HTTP/1.1: requests by gdx/http.h, one call at a time. What comes behind a request waits, and a
// peer whose bytes wait is not read from, until the answer has gone. A connection that cannot go on after an answer
// (its request was not in order, or is answered before it was whole) reads on for a moment without looking at it: a
// socket that is closed over unread bytes takes the answer back.

#include "plain.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FIELDS_MOST = 128,
    HELD_BYTES = 16 * 1024,   // more than that, and the socket is not read
    DROPPED_BYTES = 16 << 20, // of a peer that sends on after the last answer, a message that is refused by its length
    KEPT_BYTES = 4096
};

#define TO(state) (1u << (state))

static const unsigned edges[PLAIN_STATES] = {
    [PLAIN_READING] = TO(PLAIN_CALLED) | TO(PLAIN_PARTING) | TO(PLAIN_DONE),
    [PLAIN_CALLED] = TO(PLAIN_READING) | TO(PLAIN_PARTING) | TO(PLAIN_DONE),
    [PLAIN_PARTING] = TO(PLAIN_DONE),
    [PLAIN_DONE] = 0,
};

static void set_state(struct plain *plain, enum plain_state state) {
    assert(edges[plain->state] & TO(state));
    plain->state = state;
}

// ---- memory

static void starve(gdx_connection *connection) {
    connection_tell(connection, "no memory for a connection");
    connection_lose(connection);
}

static void tidy(gdx_buffer *buffer) {
    if (buffer->bytes == 0 && buffer->capacity > KEPT_BYTES)
        gdx_buffer_clear(buffer);
}

static size_t held_by(const struct plain *plain) {
    return sizeof *plain + gdx_http_reader_memory(plain->reader) + plain->held.capacity + plain->out.capacity;
}

// Once what came was read: over the limit the connection ends.
static void count_memory(gdx_connection *connection) {
    struct plain *plain = connection->plain;
    tidy(&plain->held);
    tidy(&plain->out);
    size_t now = held_by(plain);
    if (now > plain->charged && !memory_charge(connection, now - plain->charged)) {
        starve(connection);
        return;
    }
    if (now < plain->charged)
        memory_release(connection, plain->charged - now);
    plain->charged = now;
}

// ---- the end

// The last answer is in `out`, or has gone.
static void part(gdx_connection *connection) {
    struct plain *plain = connection->plain;
    set_state(plain, PLAIN_PARTING);
    plain->held.bytes = 0;
    plain->part_ns = connection->now_ns + LINGER_NS;
    connection_due(connection, plain->part_ns);
    connection_touch(connection);
}

static void end_call(gdx_connection *connection, gdx_grpc_code code, const char *message) {
    struct plain *plain = connection->plain;
    gdx_call *call = GDX_TAKE(plain->call);
    call->stream = -1;
    call_stop_reading(call);
    if (!call->complete)
        call_close(call, code, message);
    call_free(call);
}

// The peer has broken a rule: an answer says which, if there can be one.
static void refuse(gdx_connection *connection, unsigned status, const char *sentence) {
    struct plain *plain = connection->plain;
    char what[256];
    snprintf(what, sizeof what, "HTTP/1.1: %u: %s", status, sentence);
    connection_tell(connection, what);
    bool is_answered = plain->call && plain->call->complete;
    if (plain->call)
        end_call(connection, GDX_GRPC_INTERNAL, sentence);
    if (is_answered || plain_answer_words(connection, status, sentence))
        part(connection);
    else
        connection_lose(connection);
}

// ---- reading

static void give_field(gdx_call *call, const gdx_http_field *field) {
    static const char *const kept_back[] = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te",
                                            "expect",     "host",       "proxy-connection"};
    for (size_t i = 0; i < sizeof kept_back / sizeof kept_back[0]; i++) {
        if (gdx_slice_equal(field->name, gdx_slice_of(kept_back[i])))
            return;
    }
    head_take_request(call, field->name, field->value);
}

static void open_call(gdx_connection *connection) {
    struct plain *plain = connection->plain;
    const gdx_http_request *request = gdx_http_reader_request(plain->reader);
    plain->closes = !request->keeps_alive || connection->drain != DRAIN_NONE;
    plain->is_old = request->is_old;
    plain->is_whole = plain->has_head = plain->is_head_open = plain->is_reset = false;
    plain->window = connection->protocol->options.stream_window;
    gdx_call *call = plain->call = call_new(connection, 1);
    if (!call) {
        refuse(connection, 503, "this server holds too much already, try again later");
        return;
    }
    set_state(plain, PLAIN_CALLED);
    head_take_request(call, gdx_slice_of(":method"), request->method);
    head_take_request(call, gdx_slice_of(":path"), request->target);
    if (request->authority.bytes > 0)
        head_take_request(call, gdx_slice_of(":authority"), request->authority);
    for (size_t i = 0; i < request->field_count; i++)
        give_field(call, &request->fields[i]);
    if (call->dialect == GDX_DIALECT_GRPC) // which needs trailers
        call->dialect = GDX_DIALECT_PLAIN;
    head_finish_request(call);
}

static void take_head(gdx_connection *connection) {
    struct plain *plain = connection->plain;
    static const char go_ahead[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (connection->state == CONNECTION_SETTLING)
        connection_set_state(connection, CONNECTION_OPEN);
    const gdx_http_request *request = gdx_http_reader_request(plain->reader);
    bool waits = request->expects_a_go_ahead && !plain->more_is_here && (request->is_chunked || request->length > 0);
    open_call(connection);
    if (waits && plain->state == PLAIN_CALLED && !plain->has_head && !plain->is_reset &&
        gdx_buffer_append(&plain->out, go_ahead, sizeof go_ahead - 1) != GDX_OK)
        starve(connection);
}

static void take_content(gdx_connection *connection, gdx_slice content) {
    struct plain *plain = connection->plain;
    plain->window -= content.bytes;
    incoming_take(plain->call, (const uint8_t *)content.data, content.bytes);
}

static void finish(gdx_connection *connection) {
    set_state(connection->plain, PLAIN_DONE);
    connection_due(connection, connection->now_ns); // to see whether the peer takes the rest
}

static void next_request(gdx_connection *connection) {
    struct plain *plain = connection->plain;
    bool more_is_here = plain->held.bytes > 0 || plain->more_is_here;
    end_call(connection, GDX_GRPC_CANCELLED, "cancelled");
    plain->has_head = false;
    if (!plain->closes) {
        const gdx_protocol_options *options = &connection->protocol->options;
        set_state(plain, PLAIN_READING);
        if (options->keepalive_ns)
            connection_due(connection, connection->now_ns + options->keepalive_ns + options->keepalive_timeout_ns);
    } else if (more_is_here)
        part(connection);
    else
        finish(connection);
}

static void take_end(gdx_connection *connection) {
    struct plain *plain = connection->plain;
    plain->is_whole = true;
    if (plain->call->complete)
        next_request(connection);
    else
        incoming_end(plain->call);
}

static void take_event(gdx_connection *connection, gdx_http_event event, gdx_slice content) {
    gdx_http_fault fault = gdx_http_reader_fault(connection->plain->reader);
    switch (event) {
    case GDX_HTTP_HEAD:
        take_head(connection);
        break;
    case GDX_HTTP_CONTENT:
        take_content(connection, content);
        break;
    case GDX_HTTP_END:
        take_end(connection);
        break;
    case GDX_HTTP_FAULT:
        refuse(connection, fault.status, fault.sentence);
        break;
    default:
        starve(connection);
    }
}

static bool may_read(const gdx_connection *connection) {
    const struct plain *plain = connection->plain;
    return !connection_is_over(connection) &&
           (plain->state == PLAIN_READING || (plain->state == PLAIN_CALLED && !plain->is_whole && !plain->is_reset));
}

static void read_on(gdx_connection *connection, gdx_slice *bytes) {
    struct plain *plain = connection->plain;
    bool was_between = gdx_http_reader_is_between(plain->reader);
    while (may_read(connection)) {
        gdx_slice content = {0};
        gdx_http_event event = gdx_http_reader_next(plain->reader, bytes, plain->window, &content);
        if (event == GDX_HTTP_MORE)
            break;
        was_between = true;
        plain->more_is_here = bytes->bytes > 0;
        take_event(connection, event, content);
    }
    plain->more_is_here = false;
    if (was_between && plain->state == PLAIN_READING && !gdx_http_reader_is_between(plain->reader)) {
        plain->head_ns = connection->now_ns;
        if (connection->protocol->options.handshake_ns)
            connection_due(connection, plain->head_ns + connection->protocol->options.handshake_ns);
    }
}

static void drop(gdx_connection *connection, size_t bytes) {
    struct plain *plain = connection->plain;
    plain->dropped += bytes;
    if (plain->dropped > DROPPED_BYTES && plain->state == PLAIN_PARTING)
        connection_lose(connection);
}

// What was held first. Nothing is held while the bytes at hand can be read.
static void read_held(gdx_connection *connection) {
    struct plain *plain = connection->plain;
    if (plain->held.bytes == 0 || !may_read(connection))
        return;
    gdx_buffer held = plain->held; // a call's end may drop what is held
    plain->held = (gdx_buffer){0};
    gdx_slice rest = gdx_buffer_slice(&held);
    read_on(connection, &rest);
    if (rest.bytes > 0)
        memmove(held.data, rest.data, rest.bytes);
    held.bytes = plain->state <= PLAIN_CALLED ? rest.bytes : 0;
    plain->held = held;
}

static void feed(gdx_connection *connection, gdx_slice bytes) {
    struct plain *plain = connection->plain;
    read_held(connection);
    if (plain->held.bytes == 0)
        read_on(connection, &bytes);
    if (plain->state >= PLAIN_PARTING)
        drop(connection, bytes.bytes);
    else if (gdx_buffer_append(&plain->held, bytes.data, bytes.bytes) != GDX_OK)
        starve(connection);
    count_memory(connection);
    connection_touch(connection);
}

static bool takes_input(const gdx_connection *connection) {
    return connection->plain->held.bytes < HELD_BYTES;
}

// ---- the answer

static void finish_answer(gdx_connection *connection) {
    struct plain *plain = connection->plain;
    call_answered(plain->call, plain->is_whole);
    if (plain->is_whole)
        next_request(connection);
}

// False: no memory.
static bool pull_body(gdx_connection *connection, gdx_buffer *out, size_t limit) {
    bool is_whole = false;
    if (plain_pull_body(connection, out, limit, &is_whole) != GDX_OK)
        return false;
    if (is_whole)
        finish_answer(connection);
    return true;
}

static void end_reset(gdx_connection *connection) {
    struct plain *plain = connection->plain;
    bool is_answered = plain->call->complete;
    plain->is_reset = false;
    end_call(connection, GDX_GRPC_CANCELLED, "the call was reset");
    if (is_answered || plain_answer_words(connection, 503, "the server has given this request up"))
        part(connection);
    else
        connection_lose(connection);
}

static bool is_waiting_for_more(const struct plain *plain) {
    return plain->state == PLAIN_CALLED && plain->has_head && !plain->call->complete;
}

static gdx_status pull(gdx_connection *connection, gdx_buffer *out, size_t limit) {
    struct plain *plain = connection->plain;
    size_t before;
    plain->blocked_ns = 0;
    do {
        before = out->bytes;
        read_held(connection);
        if (plain->is_reset && !connection_is_over(connection))
            end_reset(connection);
        if (!plain_pull_heads(connection, out))
            return GDX_NO_MEMORY;
        if (!connection_is_over(connection) && is_waiting_for_more(plain) && !pull_body(connection, out, limit))
            return GDX_NO_MEMORY;
    } while (out->bytes > before && out->bytes < limit && plain->state < PLAIN_PARTING);
    count_memory(connection);
    return GDX_OK;
}

static bool is_finished(const gdx_connection *connection) {
    return connection->plain->state == PLAIN_DONE && connection->plain->out.bytes == 0;
}

// ---- calls

static bool send_trailers(gdx_call *call) {
    (void)call; // gRPC's, which is not spoken here
    return false;
}

static void resume(gdx_call *call) {
    (void)call; // it is looked at with every pull
}

static bool reset(gdx_call *call, uint32_t error_code) {
    (void)error_code;
    call->connection->plain->is_reset = true;
    return true;
}

static bool consume(gdx_call *call, size_t bytes) {
    call->connection->plain->window += bytes;
    connection_touch(call->connection);
    return true;
}

// How much the socket takes shows with the next pull.
static size_t window(const gdx_call *call) {
    (void)call;
    return SIZE_MAX;
}

// ---- time

static void earlier(uint64_t *next, uint64_t at) {
    if (at < *next)
        *next = at;
}

static void tick_head(gdx_connection *connection, uint64_t *next_ns) {
    struct plain *plain = connection->plain;
    uint64_t limit_ns = connection->protocol->options.handshake_ns;
    if (limit_ns == 0 || plain->state != PLAIN_READING || gdx_http_reader_is_between(plain->reader))
        return;
    if (connection->now_ns - plain->head_ns >= limit_ns)
        refuse(connection, 408, "the head of the request has not come in time");
    else
        earlier(next_ns, plain->head_ns + limit_ns);
}

// HTTP/2 asks a silent peer by a PING whether it is there. Here it is no loss: it makes another connection.
static void tick_idle(gdx_connection *connection, uint64_t *next_ns) {
    const struct plain *plain = connection->plain;
    const gdx_protocol_options *options = &connection->protocol->options;
    uint64_t end_ns = connection->idle_since_ns + options->keepalive_ns + options->keepalive_timeout_ns;
    if (options->keepalive_ns == 0 || plain->state != PLAIN_READING || !gdx_http_reader_is_between(plain->reader))
        return;
    if (end_ns <= connection->now_ns)
        finish(connection);
    else
        earlier(next_ns, end_ns);
}

// HTTP/2 asks by a PING whether the peer still takes anything. Here it shows when there is something.
static void tick_output(gdx_connection *connection, uint64_t *next_ns) {
    struct plain *plain = connection->plain;
    uint64_t limit_ns = connection->protocol->options.silence_ns;
    if (limit_ns == 0 || !(connection->pending || plain->state == PLAIN_DONE))
        return;
    if (plain->blocked_ns == 0)
        plain->blocked_ns = connection->now_ns;
    if (connection->now_ns - plain->blocked_ns >= limit_ns)
        connection_lose(connection);
    else
        earlier(next_ns, plain->blocked_ns + limit_ns);
}

static void tick(gdx_connection *connection, uint64_t *next_ns) {
    struct plain *plain = connection->plain;
    tick_head(connection, next_ns);
    tick_idle(connection, next_ns);
    if (plain->state == PLAIN_PARTING && plain->part_ns <= connection->now_ns)
        connection_lose(connection);
    else if (plain->state == PLAIN_PARTING)
        earlier(next_ns, plain->part_ns);
    tick_output(connection, next_ns);
}

static void drain(gdx_connection *connection) {
    struct plain *plain = connection->plain;
    plain->closes = true;
    if (plain->state == PLAIN_READING && gdx_http_reader_is_between(plain->reader) && plain->held.bytes == 0)
        finish(connection); // what was pulled may still be on its way
}

static void end(gdx_connection *connection, uint32_t error_code, const char *debug) {
    struct plain *plain = connection->plain;
    (void)error_code;
    if (plain->state != PLAIN_CALLED || !plain_answer_words(connection, 503, debug))
        connection_lose(connection);
}

// ---- the connection

static void free_plain(gdx_connection *connection) {
    struct plain *plain = GDX_TAKE(connection->plain);
    memory_release(connection, plain->charged);
    gdx_http_reader_free(plain->reader);
    gdx_buffer_clear(&plain->held);
    gdx_buffer_clear(&plain->out);
    free(plain);
}

static const struct wire wire = {
    .feed = feed,
    .takes_input = takes_input,
    .pull = pull,
    .is_finished = is_finished,
    .tick = tick,
    .drain = drain,
    .end = end,
    .free = free_plain,
    .send_head = plain_send_head,
    .send_trailers = send_trailers,
    .resume = resume,
    .reset = reset,
    .consume = consume,
    .window = window,
};

bool plain_open(gdx_connection *connection) {
    const gdx_http_limits limits = {connection->protocol->options.header_limit, FIELDS_MOST, UINT64_MAX};
    struct plain *plain = calloc(1, sizeof *plain);
    gdx_http_reader *reader = plain ? gdx_http_reader_new(&limits) : NULL;
    if (!reader || !memory_charge(connection, sizeof *plain + gdx_http_reader_memory(reader))) {
        gdx_http_reader_free(reader);
        free(plain);
        return false;
    }
    plain->reader = reader;
    plain->head_ns = connection->opened_ns;
    plain->charged = held_by(plain);
    connection->plain = plain;
    connection->wire = &wire;
    return true;
}
