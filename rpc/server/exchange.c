// SPDX-License-Identifier: Apache-2.0
// exchange.c: the life of one call between a gdx_call and its handler, on the loop.
// The loop collects requests and, when there is something to do and nothing under way, hands the exchange over for one
// step (step.c): to a worker, or to itself. Then it sends the replies, asks for more requests, and starts the next step
// when there is room. So a handler never runs twice at a time, a slow reader holds up `produce`, and a slow handler
// holds up the sender.

#include "exchange.h"

#include <stdlib.h>

enum { REQUESTS_BYTES = 256 * 1024 };

// ---- states: which may follow which; any other change is our own mistake

#define TO(state) (1u << (EXCHANGE_##state))

static const unsigned edges[EXCHANGE_STATES] = {
    [EXCHANGE_COLLECTING] = TO(QUEUED) | TO(RUNNING) | TO(DONE),
    [EXCHANGE_QUEUED] = TO(RUNNING) | TO(DONE),
    [EXCHANGE_RUNNING] = TO(COLLECTING) | TO(SENDING) | TO(HELD) | TO(ABANDONED) | TO(DONE),
    [EXCHANGE_SENDING] = TO(QUEUED) | TO(RUNNING) | TO(DONE),
    [EXCHANGE_HELD] = TO(SENDING) | TO(DONE),
    [EXCHANGE_ABANDONED] = TO(DONE),
    [EXCHANGE_DONE] = 0, // recycled
};

static void set_state(gdx_exchange *exchange, enum exchange_state state) {
    assert(gdx_work_is_on_loop(exchange->server->work));
    assert(edges[exchange->state] & (1u << state));
    exchange->state = state;
}

// The call waits for an answer, and the exchange is the loop's.
static bool is_open(const gdx_exchange *exchange) {
    return exchange->state == EXCHANGE_COLLECTING || exchange->state == EXCHANGE_QUEUED ||
           exchange->state == EXCHANGE_SENDING || exchange->state == EXCHANGE_HELD;
}

// ---- spare exchanges

enum { EXCHANGE_BUFFERS = 7 };

static void buffers_of(gdx_exchange *exchange, gdx_buffer *out[EXCHANGE_BUFFERS]) {
    gdx_buffer *buffers[EXCHANGE_BUFFERS] = {
        &exchange->metadata.bytes, &exchange->requests,       &exchange->taken, &exchange->replies,
        &exchange->headers.bytes,  &exchange->trailers.bytes, &exchange->notes};
    memcpy(out, buffers, sizeof buffers);
}

// Spare exchanges keep their buffers, so that a busy server allocates little; the few used most often keep large ones
// too.
static void recycle(gdx_exchange *exchange) {
    enum { KEPT_BYTES = 2 * 1024, LARGE_BYTES = 128 * 1024, LARGE_SPARES = 32 };
    gdx_server *server = exchange->server;
    server->exchange_count--;
    gdx_buffer *buffers[EXCHANGE_BUFFERS];
    buffers_of(exchange, buffers);
    bool spare = server->spare_count < SPARE_EXCHANGES;
    size_t kept = server->spare_count < LARGE_SPARES ? LARGE_BYTES : KEPT_BYTES;
    for (size_t i = 0; i < EXCHANGE_BUFFERS; i++) {
        buffers[i]->bytes = 0;
        if (!spare || buffers[i]->capacity > kept)
            gdx_buffer_clear(buffers[i]);
    }
    exchange->metadata.count = exchange->headers.count = exchange->trailers.count = 0;
    if (!spare) {
        free(exchange);
    } else {
        exchange->next = server->spares;
        server->spares = exchange;
        server->spare_count++;
    }
    server_check_stopped(server);
}

void exchanges_free_spares(gdx_server *server) {
    while (server->spares) {
        gdx_exchange *exchange = server->spares;
        server->spares = exchange->next;
        gdx_buffer *buffers[EXCHANGE_BUFFERS];
        buffers_of(exchange, buffers);
        for (size_t i = 0; i < EXCHANGE_BUFFERS; i++)
            gdx_buffer_clear(buffers[i]);
        free(exchange);
    }
}

// ---- those that wait for a place in the workers' queue, first come first served

static void link_waiting(gdx_exchange *exchange) {
    gdx_server *server = exchange->server;
    set_state(exchange, EXCHANGE_QUEUED);
    exchange->next = NULL;
    exchange->previous = server->waiting_last;
    if (exchange->previous)
        exchange->previous->next = exchange;
    else
        server->waiting = exchange;
    server->waiting_last = exchange;
}

static void unlink_waiting(gdx_exchange *exchange) {
    gdx_server *server = exchange->server;
    if (exchange->previous)
        exchange->previous->next = exchange->next;
    else
        server->waiting = exchange->next;
    if (exchange->next)
        exchange->next->previous = exchange->previous;
    else
        server->waiting_last = exchange->previous;
}

// ---- the end of a call

// From any state in which the exchange is the loop's, to EXCHANGE_DONE.
static void close_exchange(gdx_exchange *exchange) {
    void (*release)(gdx_exchange *) = exchange->route->method->handler.release;
    if (exchange->state == EXCHANGE_QUEUED)
        unlink_waiting(exchange);
    set_state(exchange, EXCHANGE_DONE);
    if (release)
        release(exchange);
}

// Until there is no memory.
static void add_all(gdx_call *call, const gdx_metadata *metadata,
                    gdx_status (*add)(gdx_call *call, gdx_slice name, gdx_slice value)) {
    gdx_slice name, value;
    for (size_t at = 0; gdx_metadata_next(metadata, &at, &name, &value);)
        if (add(call, name, value) != GDX_OK)
            break;
}

// The last thing that is sent: the status, with what err has for people and for programs.
static void send_status(gdx_exchange *exchange, gdx_grpc_code code, const gdx_error *err) {
    gdx_buffer whole = {0};
    char text[GDX_ERROR_TEXT_BYTES] = "";
    if (err && code != GDX_GRPC_OK)
        gdx_error_text(err, text);
    if (code != GDX_GRPC_OK && details_status(code, text, err, &whole) != GDX_OK)
        whole.bytes = 0; // the code and the text must do
    gdx_call_finish(exchange->call, code, gdx_slice_of(text), gdx_buffer_slice(&whole));
    gdx_buffer_clear(&whole);
}

// A step is over, or none runs: what the handler has to say goes along.
static void end_call(gdx_exchange *exchange, gdx_status status, const gdx_error *err) {
    gdx_error miscounted = {0};
    gdx_grpc_code code = gdx_grpc_code_of_status(status);
    if (status != GDX_OK && exchange->has_code)
        code = exchange->code;
    if (status == GDX_OK && !exchange->route->method->replies_stream && exchange->reply_count != 1) {
        code = GDX_GRPC_INTERNAL;
        gdx_fail(&miscounted, GDX_INTERNAL, "the handler gave %zu replies, expected one", exchange->reply_count);
        err = &miscounted;
    }
    add_all(exchange->call, &exchange->trailers, gdx_call_add_trailer);
    send_status(exchange, code, err);
    close_exchange(exchange);
}

// The loop's own reason to end a call, in any state in which it is not answered.
static void fail_call(gdx_exchange *exchange, gdx_status status, gdx_reason reason, const char *message) {
    gdx_error err = {.reason = reason};
    gdx_fail(&err, status, "%s", message);
    if (exchange->state == EXCHANGE_RUNNING) { // what the handler has to say is the worker's, which need not go on
        atomic_store_explicit(&exchange->cancelled, true, memory_order_relaxed);
        send_status(exchange, gdx_grpc_code_of_status(status), &err);
        set_state(exchange, EXCHANGE_ABANDONED);
    } else {
        exchange->has_code = false;
        end_call(exchange, status, &err);
    }
}

// ---- steps

static void advance(gdx_exchange *exchange);

static gdx_status send_replies(gdx_exchange *exchange) {
    gdx_call *call = exchange->call;
    add_all(call, &exchange->headers, gdx_call_add_header);
    gdx_metadata_reset(&exchange->headers);
    return exchange->replies.bytes ? gdx_call_write_frames(call, &exchange->replies) : GDX_OK;
}

static bool is_through(const gdx_exchange *exchange) {
    return exchange->stage == STAGE_ENDED && !exchange->is_held &&
           (!exchange->route->method->handler.produce || exchange->step == GDX_STEP_DONE);
}

// What waits and what is being handled counts as the connection's memory.
static gdx_status count_held(gdx_exchange *exchange, size_t more) {
    return gdx_call_set_held(exchange->call, exchange->requests.bytes + exchange->taken.bytes + more);
}

static void read_more(gdx_exchange *exchange) {
    if (exchange->requests.bytes < REQUESTS_BYTES && !exchange->came_to_end)
        gdx_call_read(exchange->call);
}

// Where a step leaves a call that goes on.
static enum exchange_state state_after_step(const gdx_exchange *exchange) {
    if (exchange->stage != STAGE_ENDED)
        return EXCHANGE_COLLECTING;
    return exchange->is_held ? EXCHANGE_HELD : EXCHANGE_SENDING;
}

static void settle_step(gdx_exchange *exchange) {
    if (exchange->status != GDX_OK && !exchange->route->method->replies_stream)
        exchange->replies.bytes = 0; // a call of one reply has that or a failure
    gdx_status sent = send_replies(exchange);
    if (exchange->status != GDX_OK) {
        end_call(exchange, exchange->status, &exchange->error);
    } else if (sent != GDX_OK) {
        gdx_error err = {0};
        gdx_fail(&err, GDX_NO_MEMORY, "the connection holds too much already for this reply");
        end_call(exchange, GDX_NO_MEMORY, &err);
    } else if (is_through(exchange)) {
        end_call(exchange, GDX_OK, NULL);
    } else {
        set_state(exchange, state_after_step(exchange));
        read_more(exchange);
        advance(exchange);
    }
}

// A step is over; the exchange is the loop's again.
static void after_step(gdx_exchange *exchange) {
    exchange->worker = 0;
    exchange->taken.bytes = exchange->taken_at = 0;
    if (exchange->call) {
        gdx_status counted = count_held(exchange, 0);
        assert(counted == GDX_OK); // less than before
    }
    if (exchange->state == EXCHANGE_RUNNING) {
        settle_step(exchange);
    } else {
        close_exchange(exchange);
        if (!exchange->call)
            recycle(exchange);
    }
}

static void step_done_on_loop(gdx_job *job) {
    gdx_exchange *exchange = (gdx_exchange *)job;
    assert(gdx_work_is_on_loop(exchange->server->work));
    after_step(exchange);
}

// Is there something to do for the handler?
static bool is_due(const gdx_exchange *exchange) {
    switch (exchange->state) {
    case EXCHANGE_COLLECTING: // one request must be seen to be the only one
        return exchange->came_to_end || (exchange->route->method->requests_stream && exchange->requests.bytes > 0);
    case EXCHANGE_SENDING:
        return gdx_call_room(exchange->call) > 0;
    default:
        return false;
    }
}

static void hand_over(gdx_exchange *exchange) {
    gdx_buffer empty = exchange->taken;
    exchange->taken = exchange->requests;
    exchange->requests = empty;
    exchange->took_end = exchange->came_to_end;
    exchange->room = gdx_call_room(exchange->call);
    set_state(exchange, EXCHANGE_RUNNING);
}

static void submit(gdx_exchange *exchange) {
    hand_over(exchange);
    exchange->job = (gdx_job){.run = exchange_step_on_worker, .done = step_done_on_loop, .line = exchange->line};
    gdx_status status = gdx_work_submit(exchange->server->work, &exchange->job, exchange->lane);
    assert(status == GDX_OK); // there was a place, and only the loop submits
}

// A call that has begun needs a place; a new one has to leave some to others, too.
static bool has_place(const gdx_exchange *exchange) {
    const gdx_work *work = exchange->server->work;
    return exchange->stage == STAGE_NEW ? gdx_work_has_place(work, exchange->line) : !gdx_work_is_full(work);
}

static void advance(gdx_exchange *exchange) {
    if (!is_due(exchange))
        return;
    if (exchange->route->method->place == GDX_ON_LOOP) {
        hand_over(exchange);
        exchange_step_on_loop(exchange);
        after_step(exchange);
    } else if (has_place(exchange)) {
        submit(exchange);
    } else if (exchange->stage == STAGE_NEW) {
        fail_call(exchange, GDX_BUSY, GDX_REASON_QUEUE_FULL, "the server's queue is full: try again later");
    } else {
        link_waiting(exchange);
    }
}

void exchanges_retry(gdx_server *server) {
    while (server->waiting && !gdx_work_is_full(server->work)) {
        gdx_exchange *exchange = server->waiting;
        unlink_waiting(exchange);
        submit(exchange);
    }
}

// ---- events of the call

static void take_frame(gdx_call *call, gdx_slice frame) {
    gdx_exchange *exchange = gdx_call_context(call);
    bool requests_stream = exchange->route->method->requests_stream;
    if (!is_open(exchange) && exchange->state != EXCHANGE_RUNNING)
        return;
    if (!requests_stream && exchange->request_count > 0) {
        fail_call(exchange, GDX_UNSUPPORTED, GDX_REASON_NONE,
                  "a second request message, this method takes exactly one");
        return;
    }
    exchange->request_count++;
    if (count_held(exchange, frame.bytes) != GDX_OK ||
        gdx_buffer_append(&exchange->requests, frame.data, frame.bytes) != GDX_OK) {
        fail_call(exchange, GDX_NO_MEMORY, GDX_REASON_NONE, "no memory for the request");
        return;
    }
    read_more(exchange);
    if (requests_stream)
        advance(exchange);
}

static void take_end(gdx_call *call) {
    gdx_exchange *exchange = gdx_call_context(call);
    exchange->came_to_end = true;
    if (exchange->state == EXCHANGE_COLLECTING && !exchange->route->method->requests_stream &&
        exchange->request_count == 0)
        fail_call(exchange, GDX_UNSUPPORTED, GDX_REASON_NONE, "no request message, this method takes exactly one");
    advance(exchange);
}

static void take_room(gdx_call *call) {
    advance(gdx_call_context(call));
}

static void record(gdx_exchange *exchange, gdx_call *call, const gdx_call_result *result) {
    const gdx_server_options *options = &exchange->server->options;
    if (!options->call_ended)
        return;
    gdx_call_record record = {
        .path = exchange->route->path,
        .dialect = gdx_call_dialect(call),
        .method = exchange->route->method,
        .service = exchange->route->service,
        .peer = exchange->peer,
        .code = result->code,
        .message = result->message,
        .took_ns = uv_hrtime() - exchange->opened_ns,
        .bytes_in = gdx_call_bytes_received(call),
        .bytes_out = gdx_call_bytes_sent(call),
        .trace_id = gdx_trace_id(exchange->trace),
        .notes = exchange_notes(exchange),
    };
    options->call_ended(options->context, &record);
}

static void take_close(gdx_call *call, const gdx_call_result *result) {
    gdx_exchange *exchange = gdx_call_context(call);
    record(exchange, call, result);
    exchange->call = NULL;
    atomic_store_explicit(&exchange->cancelled, true, memory_order_relaxed);
    if (exchange->state == EXCHANGE_RUNNING)
        set_state(exchange, EXCHANGE_ABANDONED);
    if (exchange->state == EXCHANGE_ABANDONED)
        return; // the handler's thread still has it
    if (is_open(exchange))
        close_exchange(exchange);
    recycle(exchange);
}

static const gdx_call_events exchange_events = {
    .frame = take_frame,
    .ended = take_end,
    .room = take_room,
    .closed = take_close,
};

// ---- calls that no handler gets

static void record_refused(gdx_call *call, const gdx_call_result *result) {
    struct peer *from = gdx_call_context(call);
    gdx_server *server = peer_server(from);
    gdx_call_record record = {
        .path = gdx_call_path(call),
        .dialect = gdx_call_dialect(call),
        .http_status = result->http_status,
        .peer = peer_name(from),
        .code = result->code,
        .message = result->message,
        .bytes_in = gdx_call_bytes_received(call),
        .bytes_out = gdx_call_bytes_sent(call),
    };
    char trace[GDX_TRACE_BYTES];
    if (gdx_trace_read(gdx_call_metadata(call), trace))
        record.trace_id = gdx_trace_id(trace);
    if (record.dialect == GDX_DIALECT_PLAIN)
        record.asked = gdx_call_field(call, GDX_HEAD_FIELD_METHOD);
    if (server->options.call_ended)
        server->options.call_ended(server->options.context, &record);
}

static const gdx_call_events refused_events = {.closed = record_refused};

void exchange_note_refused(gdx_call *call, void *peer) {
    gdx_call_attach(call, &refused_events, peer);
}

static void refuse_call(gdx_call *call, struct peer *from, gdx_grpc_code code, const gdx_error *err) {
    gdx_buffer whole = {0};
    char text[GDX_ERROR_TEXT_BYTES];
    gdx_error_text(err, text);
    if (details_status(code, text, err, &whole) != GDX_OK)
        whole.bytes = 0; // the code and the text must do
    gdx_call_attach(call, &refused_events, from);
    gdx_call_finish(call, code, gdx_slice_of(text), gdx_buffer_slice(&whole));
    gdx_buffer_clear(&whole);
}

// ---- opening

// The texts are long: their first bytes are enough.
static void forget_error(gdx_error *error) {
    error->status = GDX_OK;
    error->reason = GDX_REASON_NONE;
    error->column = 0;
    error->byte = 0;
    error->field[0] = error->where[0] = error->message[0] = '\0';
}

static gdx_exchange *new_exchange(gdx_server *server) {
    gdx_exchange *exchange = server->spares;
    if (exchange) {
        server->spares = exchange->next;
        server->spare_count--;
    } else {
        exchange = calloc(1, sizeof *exchange);
        if (!exchange)
            return NULL;
    }
    gdx_exchange fresh = {.server = server,
                          .metadata = exchange->metadata,
                          .requests = exchange->requests,
                          .taken = exchange->taken,
                          .replies = exchange->replies,
                          .headers = exchange->headers,
                          .trailers = exchange->trailers,
                          .notes = exchange->notes,
                          .state = EXCHANGE_COLLECTING,
                          .stage = STAGE_NEW,
                          .step = GDX_STEP_MORE};
    memcpy(exchange, &fresh, offsetof(gdx_exchange, error));
    forget_error(&exchange->error);
    server->exchange_count++;
    return exchange;
}

static gdx_grpc_code admit(gdx_server *server, gdx_call *call, const struct route *route, gdx_error *err) {
    const gdx_server_options *options = &server->options;
    if (!options->admit)
        return GDX_GRPC_OK;
    return options->admit(options->context, call, route ? route->service : NULL, route ? route->method : NULL, err);
}

static void start(gdx_exchange *exchange, gdx_call *call, struct peer *from) {
    uint64_t deadline_ns = gdx_call_deadline_ns(call);
    exchange->call = call;
    exchange->line = peer_line(from);
    exchange->lane = exchange->route->method->place == GDX_ON_WORKER_LONGER ? GDX_LANE_LONG : GDX_LANE_SHORT;
    exchange->deadline_ns = deadline_ns == UINT64_MAX ? 0 : deadline_ns;
    exchange->opened_ns = uv_hrtime();
    exchange->takes_gzip = gdx_call_peer_takes_gzip(call);
    exchange->dialect = gdx_call_dialect(call);
    exchange->form = gdx_call_form(call);
    memcpy(exchange->peer, peer_name(from), sizeof exchange->peer);
    gdx_call_take_metadata(call, &exchange->metadata);
    (void)gdx_trace_read(&exchange->metadata, exchange->trace);
    gdx_call_attach(call, &exchange_events, exchange);
    gdx_call_read(call);
}

bool exchange_is_let_in(gdx_call *call, struct peer *from) {
    const gdx_server_options *options = &peer_server(from)->options;
    if (!options->guard || (gdx_call_dialect(call) == GDX_DIALECT_GRPC && gdx_call_is_http2(call)))
        return true;
    gdx_call_attach(call, &refused_events, from);
    return options->guard(options->context, call);
}

// Connect has content types for calls of one reply and others for streams, and GET for what changes nothing. True: the
// call does not fit its method, and is answered.
static bool refuse_shape(gdx_call *call, const gdx_method *method) {
    gdx_dialect dialect = gdx_call_dialect(call);
    gdx_slice path = gdx_call_path(call);
    bool streams = method->requests_stream || method->replies_stream;
    bool is_get = gdx_slice_equal(gdx_call_field(call, GDX_HEAD_FIELD_METHOD), gdx_slice_of("GET"));
    if (dialect == GDX_DIALECT_CONNECT && is_get && (streams || !method->no_side_effects))
        gdx_call_answer_words(call, 405, GDX_GRPC_UNIMPLEMENTED, "POST", "%.*s is not asked by GET: POST it.\n",
                              GDX_SLICE_ARGUMENTS(path));
    else if (dialect == GDX_DIALECT_CONNECT && streams)
        gdx_call_answer_words(call, 415, GDX_GRPC_UNIMPLEMENTED, NULL,
                              "%.*s is a stream: content-type application/connect+json or application/connect+proto.\n",
                              GDX_SLICE_ARGUMENTS(path));
    else if (dialect == GDX_DIALECT_CONNECT_STREAM && !streams)
        gdx_call_answer_words(call, 415, GDX_GRPC_UNIMPLEMENTED, NULL,
                              "%.*s is no stream: content-type application/json or application/proto.\n",
                              GDX_SLICE_ARGUMENTS(path));
    else
        return false;
    return true;
}

void exchange_open(gdx_call *call, void *context) {
    struct peer *from = context;
    gdx_server *server = peer_server(from);
    gdx_slice path = gdx_call_path(call);
    const struct route *route = server_find(server, path);
    gdx_exchange *exchange = NULL;
    gdx_error err = {0};
    if (!exchange_is_let_in(call, from))
        return;
    exchange_note_refused(call, from); // until a handler has it
    gdx_grpc_code code = admit(server, call, route, &err);
    if (code == GDX_GRPC_OK && !route) {
        code = GDX_GRPC_UNIMPLEMENTED;
        gdx_fail(&err, GDX_UNSUPPORTED, "%.*s: there is no such method here", GDX_SLICE_ARGUMENTS(path));
        if (gdx_call_dialect(call) == GDX_DIALECT_CONNECT)
            gdx_call_set_http_status(call, 404);
    }
    if (code == GDX_GRPC_OK && refuse_shape(call, route->method))
        return;
    if (code == GDX_GRPC_OK && !(exchange = new_exchange(server))) {
        code = GDX_GRPC_RESOURCE_EXHAUSTED;
        gdx_fail_memory(&err, "a call");
    }
    if (!exchange) {
        refuse_call(call, from, code, &err);
        return;
    }
    exchange->route = route;
    start(exchange, call, from);
}

// ---- calls that answer later

void gdx_exchange_flush(gdx_exchange *exchange) {
    assert(is_open(exchange));
    if (send_replies(exchange) != GDX_OK)
        fail_call(exchange, GDX_NO_MEMORY, GDX_REASON_NONE, "the connection holds too much already for this reply");
}

void gdx_exchange_finish(gdx_exchange *exchange, gdx_status status, const gdx_error *err) {
    gdx_exchange_flush(exchange);
    if (is_open(exchange))
        end_call(exchange, status, err);
}

void gdx_exchange_wake(gdx_exchange *exchange) {
    assert(is_open(exchange));
    exchange->is_held = false;
    if (exchange->state == EXCHANGE_HELD)
        set_state(exchange, EXCHANGE_SENDING);
    advance(exchange);
}
