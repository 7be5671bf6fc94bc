// SPDX-License-Identifier: Apache-2.0
// exchange.c: one call between a gdx_call and its handler.
// The loop collects requests and, when there is something to do and nothing under way, hands the exchange over for one
// step: to a worker, or to itself. A step runs the handler's callbacks over what has come and queues replies; then the
// loop sends them, asks for more requests, and starts the next step when there is room. So a handler never runs twice
// at a time, a slow reader holds up `produce`, and a slow handler holds up the sender.

#include "server.h"

#include <google/rpc/error_details.pb-c.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { REQUESTS_BYTES = 256 * 1024, REQUEST_HEAD_BYTES = 5 };

struct gdx_exchange { // one owner at a time, where not said otherwise
    gdx_job job;
    gdx_server *server;
    gdx_exchange *next; // spare, or waiting for the queue
    const struct route *route;
    gdx_metadata metadata;
    uint64_t deadline_ns; // 0: none
    uint64_t opened_ns;
    bool takes_gzip;
    atomic_bool cancelled; // any thread

    // the loop's always
    gdx_call *call;      // NULL: gone
    gdx_buffer requests; // that have come, framed
    size_t request_count;
    bool came_to_end, running, is_waiting, held, woken, finished, released, has_begun_step;

    // the step's: worker or loop
    gdx_buffer taken; // requests of this step
    gdx_buffer replies;
    ptrdiff_t room;
    size_t reply_count;
    gdx_metadata headers, trailers;
    void *state;
    unsigned worker; // 0: the loop, else its number + 1
    bool took_end, begun, end_called, was_compressed, has_code, in_step;
    gdx_step step;
    gdx_grpc_code code;
    gdx_buffer details;
    gdx_status status;
    gdx_error error;
    char peer[PEER_NAME_BYTES];
};

// ---- what a handler asks

void *gdx_exchange_service_context(const gdx_exchange *exchange) {
    return exchange->route->service->context;
}

void gdx_exchange_set_state(gdx_exchange *exchange, void *state) {
    exchange->state = state;
}

void *gdx_exchange_state(const gdx_exchange *exchange) {
    return exchange->state;
}

unsigned gdx_exchange_worker(const gdx_exchange *exchange) {
    return exchange->worker ? exchange->worker - 1 : 0;
}

const atomic_bool *gdx_exchange_cancelled(const gdx_exchange *exchange) {
    return &exchange->cancelled;
}

uint64_t gdx_exchange_deadline_ns(const gdx_exchange *exchange) {
    return exchange->deadline_ns;
}

bool gdx_exchange_is_stopped(const gdx_exchange *exchange) {
    return atomic_load_explicit(&exchange->cancelled, memory_order_relaxed) ||
           (exchange->deadline_ns && gdx_now_ns() >= exchange->deadline_ns);
}

const gdx_metadata *gdx_exchange_metadata(const gdx_exchange *exchange) {
    return &exchange->metadata;
}

uint64_t gdx_exchange_opened_ns(const gdx_exchange *exchange) {
    return exchange->opened_ns;
}

const char *gdx_exchange_peer(const gdx_exchange *exchange) {
    return exchange->peer;
}

bool gdx_exchange_message_was_compressed(const gdx_exchange *exchange) {
    return exchange->was_compressed;
}

bool gdx_exchange_is_full(const gdx_exchange *exchange) {
    return (ptrdiff_t)exchange->replies.bytes >= exchange->room;
}

gdx_status gdx_exchange_add_header(gdx_exchange *exchange, gdx_slice name, gdx_slice value) {
    return gdx_metadata_add(&exchange->headers, name, value);
}

gdx_status gdx_exchange_add_trailer(gdx_exchange *exchange, gdx_slice name, gdx_slice value) {
    return gdx_metadata_add(&exchange->trailers, name, value);
}

void gdx_exchange_explain(gdx_exchange *exchange, const char *reason, const char *const *metadata) {
    enum { ENTRIES = 16 };
    Google__Rpc__ErrorInfo info = GOOGLE__RPC__ERROR_INFO__INIT;
    Google__Rpc__ErrorInfo__MetadataEntry entries[ENTRIES], *list[ENTRIES];
    info.reason = (char *)reason;
    info.domain = "gramdex";
    for (; metadata && metadata[0] && metadata[1] && info.n_metadata < ENTRIES; metadata += 2) {
        google__rpc__error_info__metadata_entry__init(&entries[info.n_metadata]);
        entries[info.n_metadata].key = (char *)metadata[0];
        entries[info.n_metadata].value = (char *)metadata[1];
        list[info.n_metadata] = &entries[info.n_metadata];
        info.n_metadata++;
    }
    info.metadata = list;
    if (details_add(&exchange->details, &info.base) != GDX_OK)
        exchange->details.bytes = 0; // the code and the message must do
}

void gdx_exchange_blame_field(gdx_exchange *exchange, const char *field, const char *description, const char *reason) {
    Google__Rpc__BadRequest__FieldViolation violation = GOOGLE__RPC__BAD_REQUEST__FIELD_VIOLATION__INIT;
    violation.field = (char *)field;
    violation.description = (char *)description;
    violation.reason = (char *)reason;
    Google__Rpc__BadRequest__FieldViolation *list[] = {&violation};
    Google__Rpc__BadRequest bad = GOOGLE__RPC__BAD_REQUEST__INIT;
    bad.n_field_violations = 1;
    bad.field_violations = list;
    if (details_add(&exchange->details, &bad.base) != GDX_OK)
        exchange->details.bytes = 0;
}

void gdx_exchange_set_code(gdx_exchange *exchange, gdx_grpc_code code) {
    exchange->code = code;
    exchange->has_code = true;
}

// ---- replies

static struct tools *tools_of(gdx_exchange *exchange) {
    return &exchange->server->tools[exchange->worker];
}

static gdx_status pack_compressed(gdx_exchange *exchange, const ProtobufCMessage *reply, size_t bytes) {
    struct tools *tools = tools_of(exchange);
    tools->packed.bytes = 0;
    gdx_status status = gdx_buffer_reserve(&tools->packed, bytes);
    if (status != GDX_OK)
        return status;
    tools->packed.bytes = protobuf_c_message_pack(reply, tools->packed.data);
    return gdx_codec_frame(tools->codec, gdx_buffer_slice(&tools->packed), true, &exchange->replies);
}

// Without a copy: prefix and message straight into what is sent.
static gdx_status pack_plain(gdx_buffer *replies, const ProtobufCMessage *reply, size_t bytes) {
    gdx_status status = gdx_buffer_reserve(replies, GDX_MESSAGE_PREFIX_BYTES + bytes);
    if (status != GDX_OK)
        return status;
    gdx_message_prefix(replies->data + replies->bytes, false, (uint32_t)bytes);
    protobuf_c_message_pack(reply, replies->data + replies->bytes + GDX_MESSAGE_PREFIX_BYTES);
    replies->bytes += GDX_MESSAGE_PREFIX_BYTES + bytes;
    return GDX_OK;
}

gdx_status gdx_exchange_reply_as(gdx_exchange *exchange, const ProtobufCMessage *reply, gdx_compress compress,
                                 gdx_error *err) {
    size_t bytes = protobuf_c_message_get_packed_size(reply);
    size_t from = exchange->server->options.protocol.compress_from;
    if (bytes > UINT32_MAX)
        return gdx_fail(err, GDX_TOO_LARGE, "a reply of %zu bytes, a message has at most 4 GiB", bytes);
    if (reply->descriptor != exchange->route->descriptor->output)
        return gdx_fail(err, GDX_INTERNAL, "a reply of type %s, expected %s", reply->descriptor->name,
                        exchange->route->descriptor->output->name);
    bool gzip = compress == GDX_COMPRESS_YES || (compress == GDX_COMPRESS_AUTO && from > 0 && bytes >= from);
    gdx_status status = gzip && exchange->takes_gzip ? pack_compressed(exchange, reply, bytes)
                                                     : pack_plain(&exchange->replies, reply, bytes);
    if (status != GDX_OK)
        return gdx_fail(err, status, "no memory for a reply of %zu bytes", bytes);
    exchange->reply_count++;
    return GDX_OK;
}

gdx_status gdx_exchange_reply(gdx_exchange *exchange, const ProtobufCMessage *reply, gdx_error *err) {
    return gdx_exchange_reply_as(exchange, reply, GDX_COMPRESS_AUTO, err);
}

// ---- a step, in the method's place

static void *arena_allocate(void *data, size_t bytes) {
    struct tools *tools = data;
    if (bytes > tools->arena_limit - tools->arena_used)
        return NULL;
    tools->arena_used += bytes;
    return gdx_arena_allocate(tools->arena, bytes);
}

static void arena_free(void *data, void *memory) {
    (void)data, (void)memory; // all at once, by the reset
}

static gdx_status handle_message(gdx_exchange *exchange, gdx_slice packed) {
    const gdx_handler *handler = &exchange->route->method->handler;
    struct tools *tools = tools_of(exchange);
    ProtobufCAllocator allocator = {arena_allocate, arena_free, tools};
    tools->arena_used = 0;
    ProtobufCMessage *message = protobuf_c_message_unpack(exchange->route->descriptor->input, &allocator, packed.bytes,
                                                          (const uint8_t *)packed.data);
    gdx_status status = GDX_OK;
    if (message && handler->message)
        status = handler->message(exchange, message, &exchange->error);
    if (!message) {
        gdx_exchange_set_code(exchange, GDX_GRPC_INTERNAL); // so says gRPC: a client's library made these bytes
        status =
            gdx_fail(&exchange->error, GDX_INVALID, "the request of %zu bytes is no %s, or unpacks to over %zu bytes",
                     packed.bytes, exchange->route->descriptor->input->name, tools->arena_limit);
    }
    gdx_arena_reset(tools->arena);
    return status;
}

static gdx_status stop_status(gdx_exchange *exchange) {
    if (atomic_load_explicit(&exchange->cancelled, memory_order_relaxed))
        return gdx_fail(&exchange->error, GDX_CANCELLED, "the client went away");
    return gdx_fail(&exchange->error, GDX_DEADLINE, "the deadline has passed");
}

static gdx_status handle_taken(gdx_exchange *exchange) {
    const uint8_t *at = exchange->taken.data, *end = at + exchange->taken.bytes;
    gdx_status status = GDX_OK;
    while (at < end && status == GDX_OK) {
        if (gdx_exchange_is_stopped(exchange))
            return stop_status(exchange); // with requests left over: what comes behind them must not run
        gdx_slice packed = {(const char *)at + REQUEST_HEAD_BYTES, gdx_load_u32(at + 1)};
        exchange->was_compressed = at[0];
        status = handle_message(exchange, packed);
        at += REQUEST_HEAD_BYTES + packed.bytes;
    }
    return status;
}

static gdx_status produce(gdx_exchange *exchange, const gdx_handler *handler) {
    gdx_status status = GDX_OK;
    do {
        exchange->step = GDX_STEP_DONE;
        status = handler->produce(exchange, &exchange->step, &exchange->error);
    } while (status == GDX_OK && exchange->step == GDX_STEP_MORE && !gdx_exchange_is_full(exchange) &&
             !exchange->held && !gdx_exchange_is_stopped(exchange));
    return status;
}

static gdx_status step(gdx_exchange *exchange) {
    const gdx_handler *handler = &exchange->route->method->handler;
    gdx_status status = GDX_OK;
    if (gdx_exchange_is_stopped(exchange))
        return stop_status(exchange);
    if (!exchange->begun && handler->begin)
        status = handler->begin(exchange, &exchange->error);
    exchange->begun = true;
    if (status == GDX_OK)
        status = handle_taken(exchange);
    if (status == GDX_OK && exchange->took_end && !exchange->end_called) {
        exchange->end_called = true;
        if (handler->end)
            status = handler->end(exchange, &exchange->error);
    }
    if (status == GDX_OK && exchange->end_called && handler->produce && exchange->step == GDX_STEP_MORE)
        status = produce(exchange, handler);
    return status == GDX_OK && gdx_exchange_is_stopped(exchange) ? stop_status(exchange) : status;
}

static void run_on_worker(gdx_job *job, unsigned worker) {
    gdx_exchange *exchange = (gdx_exchange *)job;
    exchange->worker = worker + 1;
    exchange->status = step(exchange);
}

// ---- the loop's side

static void advance(gdx_exchange *exchange);

enum { EXCHANGE_BUFFERS = 7 };

static void buffers_of(gdx_exchange *exchange, gdx_buffer *out[EXCHANGE_BUFFERS]) {
    gdx_buffer *buffers[EXCHANGE_BUFFERS] = {
        &exchange->metadata.bytes, &exchange->requests,       &exchange->taken,  &exchange->replies,
        &exchange->headers.bytes,  &exchange->trailers.bytes, &exchange->details};
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

static void release(gdx_exchange *exchange) {
    void (*callback)(gdx_exchange *) = exchange->route->method->handler.release;
    if (!exchange->released && callback)
        callback(exchange);
    exchange->released = true;
}

// What the handler wants to say besides the status.
static void add_trailers(gdx_exchange *exchange, gdx_grpc_code code, const char *message, gdx_buffer *whole) {
    gdx_slice name, value;
    for (size_t at = 0; gdx_metadata_next(&exchange->trailers, &at, &name, &value);) {
        if (gdx_call_add_trailer(exchange->call, name, value) != GDX_OK)
            break;
    }
    if (code != GDX_GRPC_OK && details_status(code, message, &exchange->details, whole) != GDX_OK)
        whole->bytes = 0;
}

static void finish(gdx_exchange *exchange, gdx_grpc_code code, const char *message) {
    gdx_buffer whole = {0};
    exchange->finished = true;
    if (!exchange->call)
        return;
    if (exchange->running) // what the handler has to say is the worker's, which need not go on
        atomic_store_explicit(&exchange->cancelled, true, memory_order_relaxed);
    else
        add_trailers(exchange, code, message, &whole);
    gdx_call_finish(exchange->call, code, gdx_slice_of(message), gdx_buffer_slice(&whole));
    gdx_buffer_clear(&whole);
}

static void finish_status(gdx_exchange *exchange, gdx_status status, const gdx_error *err) {
    gdx_grpc_code code = gdx_grpc_code_of_status(status);
    char text[GDX_ERROR_TEXT_BYTES];
    if (status != GDX_OK && exchange->has_code)
        code = exchange->code;
    if (status == GDX_OK && !exchange->route->method->replies_stream && exchange->reply_count != 1)
        finish(exchange, GDX_GRPC_INTERNAL, "the handler did not give exactly one reply");
    else if (status == GDX_OK || !err)
        finish(exchange, code, "");
    else // a field travels in the details, a place does not
        finish(exchange, code, err->field[0] ? err->message : gdx_error_text(err, text));
}

static gdx_status send_replies(gdx_exchange *exchange) {
    gdx_call *call = exchange->call;
    gdx_slice name, value;
    for (size_t at = 0; gdx_metadata_next(&exchange->headers, &at, &name, &value);) {
        if (gdx_call_add_header(call, name, value) != GDX_OK)
            break;
    }
    gdx_metadata_reset(&exchange->headers);
    return exchange->replies.bytes ? gdx_call_write_frames(call, &exchange->replies) : GDX_OK;
}

static bool is_through(const gdx_exchange *exchange) {
    return exchange->end_called && !exchange->held &&
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

// A step is over; the exchange is the loop's again.
static void after_step(gdx_exchange *exchange) {
    exchange->running = false;
    exchange->worker = 0;
    if (!exchange->call) {
        release(exchange);
        recycle(exchange);
        return;
    }
    exchange->taken.bytes = 0;
    gdx_status sent = count_held(exchange, 0); // less than before: always possible
    if (!exchange->finished)
        sent = send_replies(exchange);
    if (exchange->finished) {
        // refused meanwhile
    } else if (exchange->status != GDX_OK) {
        finish_status(exchange, exchange->status, &exchange->error);
    } else if (sent != GDX_OK) {
        finish(exchange, GDX_GRPC_RESOURCE_EXHAUSTED, "the connection holds too much already for this reply");
    } else if (is_through(exchange)) {
        finish_status(exchange, GDX_OK, NULL);
    }
    if (exchange->finished) {
        release(exchange);
    } else {
        read_more(exchange);
        advance(exchange);
    }
}

static void done_on_loop(gdx_job *job) {
    gdx_exchange *exchange = (gdx_exchange *)job;
    exchange->server->jobs_running--;
    after_step(exchange);
}

static bool has_work(const gdx_exchange *exchange) {
    const gdx_method *method = exchange->route->method;
    if (!method->requests_stream && !exchange->came_to_end)
        return false; // one request, and it must be seen to be the only one
    if (exchange->requests.bytes > 0 || (exchange->came_to_end && !exchange->took_end))
        return true;
    return exchange->end_called && method->handler.produce && exchange->step == GDX_STEP_MORE &&
           gdx_call_room(exchange->call) > 0 && (!exchange->held || exchange->woken);
}

static void hand_requests_over(gdx_exchange *exchange) {
    gdx_buffer empty = exchange->taken;
    exchange->taken = exchange->requests;
    exchange->requests = empty;
    exchange->took_end = exchange->came_to_end;
    exchange->room = gdx_call_room(exchange->call);
    exchange->running = exchange->has_begun_step = true;
    exchange->woken = false;
}

static void take_back(gdx_exchange *exchange) { // the queue is full: nothing has happened
    gdx_buffer empty = exchange->requests;
    exchange->requests = exchange->taken;
    exchange->taken = empty;
    exchange->took_end = exchange->end_called;
    exchange->running = false;
}

static void wait_for_queue(gdx_exchange *exchange, bool is_first) {
    take_back(exchange);
    gdx_server *server = exchange->server;
    if (is_first) {
        gdx_exchange_explain(exchange, "QUEUE_FULL", NULL);
        finish(exchange, GDX_GRPC_RESOURCE_EXHAUSTED, "the server's queue is full: try again later");
        release(exchange);
    } else if (!exchange->is_waiting) {
        exchange->is_waiting = true;
        exchange->next = server->waiting;
        server->waiting = exchange;
    }
}

static void advance(gdx_exchange *exchange) {
    if (exchange->running || exchange->finished || exchange->is_waiting || !exchange->call || !has_work(exchange))
        return;
    bool is_first = !exchange->has_begun_step;
    gdx_place place = exchange->route->method->place;
    gdx_server *server = exchange->server;
    hand_requests_over(exchange);
    if (place == GDX_ON_LOOP) {
        exchange->status = step(exchange);
        after_step(exchange);
        return;
    }
    exchange->job.run = run_on_worker;
    exchange->job.done = done_on_loop;
    gdx_lane lane = place == GDX_ON_WORKER ? GDX_LANE_SHORT : GDX_LANE_LONG;
    if (server->work && gdx_work_submit(server->work, &exchange->job, lane) == GDX_OK)
        server->jobs_running++;
    else
        wait_for_queue(exchange, is_first);
}

void exchanges_retry(gdx_server *server) {
    gdx_exchange *exchange = server->waiting;
    server->waiting = NULL;
    while (exchange) {
        gdx_exchange *next = exchange->next;
        exchange->is_waiting = false;
        if (exchange->call) {
            advance(exchange);
        } else {
            release(exchange);
            recycle(exchange);
        }
        exchange = next;
    }
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

// ---- events of the call

static void take_request(gdx_call *call, gdx_slice message) {
    gdx_exchange *exchange = gdx_call_context(call);
    if (exchange->finished)
        return;
    if (!exchange->route->method->requests_stream && exchange->request_count > 0) {
        finish(exchange, GDX_GRPC_UNIMPLEMENTED, "a second request message, this method takes exactly one");
        return;
    }
    exchange->request_count++;
    uint8_t head[REQUEST_HEAD_BYTES] = {gdx_call_message_was_compressed(call)};
    gdx_store_u32(head + 1, (uint32_t)message.bytes);
    if (count_held(exchange, sizeof head + message.bytes) != GDX_OK ||
        gdx_buffer_append(&exchange->requests, head, sizeof head) != GDX_OK ||
        gdx_buffer_append(&exchange->requests, message.data, message.bytes) != GDX_OK) {
        finish(exchange, GDX_GRPC_RESOURCE_EXHAUSTED, "no memory for the request");
        return;
    }
    read_more(exchange);
    if (exchange->route->method->requests_stream)
        advance(exchange);
}

static void take_end(gdx_call *call) {
    gdx_exchange *exchange = gdx_call_context(call);
    exchange->came_to_end = true;
    if (!exchange->finished && !exchange->route->method->requests_stream && exchange->request_count == 0)
        finish(exchange, GDX_GRPC_UNIMPLEMENTED, "no request message, this method takes exactly one");
    if (exchange->finished && !exchange->running)
        release(exchange);
    else
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
        .method = exchange->route->method,
        .service = exchange->route->service,
        .peer = exchange->peer,
        .code = result->code,
        .message = result->message,
        .took_ns = uv_hrtime() - exchange->opened_ns,
        .bytes_in = gdx_call_bytes_received(call),
        .bytes_out = gdx_call_bytes_sent(call),
    };
    options->call_ended(options->context, &record);
}

static void take_close(gdx_call *call, const gdx_call_result *result) {
    gdx_exchange *exchange = gdx_call_context(call);
    record(exchange, call, result);
    exchange->call = NULL;
    atomic_store_explicit(&exchange->cancelled, true, memory_order_relaxed);
    if (exchange->running || exchange->is_waiting)
        return; // the worker still has it, or the queue's list
    release(exchange);
    recycle(exchange);
}

static const gdx_call_events exchange_events = {
    .message = take_request,
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
        .peer = peer_name(from),
        .code = result->code,
        .message = result->message,
        .bytes_in = gdx_call_bytes_received(call),
    };
    if (server->options.call_ended)
        server->options.call_ended(server->options.context, &record);
}

static const gdx_call_events refused_events = {.closed = record_refused};

void exchange_note_refused(gdx_call *call, void *peer) {
    gdx_call_attach(call, &refused_events, peer);
}

static void refuse(gdx_call *call, struct peer *from, gdx_grpc_code code, const char *message) {
    gdx_call_attach(call, &refused_events, from);
    gdx_call_finish(call, code, gdx_slice_of(message), (gdx_slice){0});
}

// ---- opening

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
                          .details = exchange->details,
                          .step = GDX_STEP_MORE};
    memcpy(exchange, &fresh, offsetof(gdx_exchange, error));
    exchange->error.status = GDX_OK;
    exchange->error.column = 0;
    exchange->error.message[0] = '\0';
    server->exchange_count++;
    return exchange;
}

static gdx_grpc_code admit(gdx_server *server, gdx_call *call, const struct route *route, gdx_error *err) {
    const gdx_server_options *options = &server->options;
    if (!options->admit)
        return GDX_GRPC_OK;
    return options->admit(options->context, call, route->service, route->method, err);
}

void exchange_open(gdx_call *call, void *context) {
    struct peer *from = context;
    gdx_server *server = peer_server(from);
    gdx_slice path = gdx_call_path(call);
    const struct route *route = server_find(server, path);
    gdx_error err = {0};
    if (!route) {
        gdx_fail(&err, GDX_UNSUPPORTED, "%.*s: there is no such method here", GDX_SLICE_ARGUMENTS(path));
        refuse(call, from, GDX_GRPC_UNIMPLEMENTED, err.message);
        return;
    }
    gdx_grpc_code code = admit(server, call, route, &err);
    gdx_exchange *exchange = code == GDX_GRPC_OK ? new_exchange(server) : NULL;
    if (!exchange) {
        bool refused = code != GDX_GRPC_OK;
        refuse(call, from, refused ? code : GDX_GRPC_RESOURCE_EXHAUSTED, refused ? err.message : "no memory");
        return;
    }
    uint64_t deadline_ns = gdx_call_deadline_ns(call);
    exchange->route = route;
    exchange->call = call;
    exchange->deadline_ns = deadline_ns == UINT64_MAX ? 0 : deadline_ns;
    exchange->opened_ns = uv_hrtime();
    exchange->takes_gzip = gdx_call_peer_takes_gzip(call);
    memcpy(exchange->peer, peer_name(from), sizeof exchange->peer);
    gdx_call_take_metadata(call, &exchange->metadata);
    gdx_call_attach(call, &exchange_events, exchange);
    gdx_call_read(call);
}

// ---- calls that answer later

void gdx_exchange_hold(gdx_exchange *exchange) {
    exchange->held = true;
}

void gdx_exchange_flush(gdx_exchange *exchange) {
    if (exchange->call && !exchange->finished && send_replies(exchange) != GDX_OK)
        finish(exchange, GDX_GRPC_RESOURCE_EXHAUSTED, "the connection holds too much already for this reply");
}

void gdx_exchange_finish(gdx_exchange *exchange, gdx_status status, const gdx_error *err) {
    exchange->held = false;
    if (exchange->call && !exchange->finished) {
        gdx_exchange_flush(exchange);
        if (!exchange->finished)
            finish_status(exchange, status, err);
        release(exchange);
    }
}

void gdx_exchange_wake(gdx_exchange *exchange) {
    exchange->woken = true;
    exchange->held = false;
    advance(exchange);
}
