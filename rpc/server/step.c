// SPDX-License-Identifier: Apache-2.0
// step.c: what runs on the handler's thread, a worker or the loop: one step of an exchange, which takes the requests
// that have come through the handler's callbacks, and what these may ask and say meanwhile.
// The loop reads the outcome when it has the exchange back (after_step in exchange.c).

#include "exchange.h"

#include "gdx/json.h"

enum { KEPT_INFLATED_BYTES = 1 << 20 };

// ---- what a handler asks

const gdx_method *gdx_exchange_method(const gdx_exchange *exchange) {
    return exchange->route->method;
}

void *gdx_exchange_service_context(const gdx_exchange *exchange) {
    return exchange->route->service->context;
}

void gdx_exchange_set_state(gdx_exchange *exchange, void *state) {
    assert(exchange_is_handlers(exchange));
    exchange->state_of_handler = state;
}

void *gdx_exchange_state(const gdx_exchange *exchange) {
    return exchange->state_of_handler;
}

unsigned gdx_exchange_worker(const gdx_exchange *exchange) {
    return exchange->worker ? exchange->worker - 1 : 0;
}

gdx_stop gdx_exchange_stop(const gdx_exchange *exchange) {
    return (gdx_stop){exchange->deadline_ns, &exchange->cancelled};
}

bool gdx_exchange_is_stopped(const gdx_exchange *exchange) {
    gdx_stop stop = gdx_exchange_stop(exchange);
    return gdx_stop_check(&stop, NULL) != GDX_OK;
}

const gdx_metadata *gdx_exchange_metadata(const gdx_exchange *exchange) {
    return &exchange->metadata;
}

const char *gdx_exchange_trace(const gdx_exchange *exchange) {
    return exchange->trace[0] ? exchange->trace : NULL;
}

uint64_t gdx_exchange_opened_ns(const gdx_exchange *exchange) {
    return exchange->opened_ns;
}

bool gdx_exchange_message_was_compressed(const gdx_exchange *exchange) {
    return exchange->was_compressed;
}

bool gdx_exchange_is_full(const gdx_exchange *exchange) {
    return (ptrdiff_t)exchange->replies.bytes >= exchange->room;
}

gdx_status gdx_exchange_add_header(gdx_exchange *exchange, gdx_slice name, gdx_slice value) {
    assert(exchange_is_handlers(exchange));
    return gdx_metadata_add(&exchange->headers, name, value);
}

gdx_status gdx_exchange_add_trailer(gdx_exchange *exchange, gdx_slice name, gdx_slice value) {
    assert(exchange_is_handlers(exchange));
    return gdx_metadata_add(&exchange->trailers, name, value);
}

void gdx_exchange_set_code(gdx_exchange *exchange, gdx_grpc_code code) {
    exchange->code = code;
    exchange->has_code = true;
}

gdx_lane gdx_exchange_lane(const gdx_exchange *exchange) {
    return exchange->lane;
}

void gdx_exchange_go_longer(gdx_exchange *exchange) {
    assert(exchange_is_handlers(exchange) && exchange->worker != 0);
    exchange->goes_longer = exchange->lane == GDX_LANE_SHORT;
}

void gdx_exchange_hold(gdx_exchange *exchange) {
    assert(exchange_is_handlers(exchange) && exchange->worker == 0);
    exchange->is_held = true;
}

// ---- replies

static struct thread_tools *tools_of(gdx_exchange *exchange) {
    return &exchange->server->tools[exchange->worker];
}

static gdx_status pack_compressed(gdx_exchange *exchange, const ProtobufCMessage *reply, size_t bytes) {
    struct thread_tools *tools = tools_of(exchange);
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

static bool wants_gzip(const gdx_exchange *exchange, gdx_compress compress, size_t bytes) {
    size_t from = exchange->server->options.protocol.compress_from;
    bool gzip = compress == GDX_COMPRESS_YES || (compress == GDX_COMPRESS_AUTO && from > 0 && bytes >= from);
    return gzip && exchange->takes_gzip;
}

static gdx_status reply_packed(gdx_exchange *exchange, const ProtobufCMessage *reply, gdx_compress compress,
                               gdx_error *err) {
    size_t bytes = protobuf_c_message_get_packed_size(reply);
    if (bytes > UINT32_MAX)
        return gdx_fail(err, GDX_TOO_LARGE, "a reply of %zu bytes, a message has at most 4 GiB", bytes);
    gdx_status status = wants_gzip(exchange, compress, bytes) ? pack_compressed(exchange, reply, bytes)
                                                              : pack_plain(&exchange->replies, reply, bytes);
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "no memory for a reply of %zu bytes", bytes);
}

static gdx_status reply_in_json(gdx_exchange *exchange, const ProtobufCMessage *reply, gdx_compress compress,
                                gdx_error *err) {
    struct thread_tools *tools = tools_of(exchange);
    gdx_status status = form_write(tools, reply, err);
    if (status != GDX_OK)
        return status;
    gdx_slice text = gdx_buffer_slice(&tools->packed);
    status = gdx_codec_frame(tools->codec, text, wants_gzip(exchange, compress, text.bytes), &exchange->replies);
    if (status != GDX_OK)
        gdx_fail(err, status, "no memory for a reply of %zu bytes, or a message over 4 GiB", text.bytes);
    if (tools->packed.capacity > KEPT_INFLATED_BYTES)
        gdx_buffer_clear(&tools->packed);
    return status;
}

gdx_status gdx_exchange_reply_as(gdx_exchange *exchange, const ProtobufCMessage *reply, gdx_compress compress,
                                 gdx_error *err) {
    assert(exchange_is_handlers(exchange));
    if (reply->descriptor != exchange->route->descriptor->output)
        return gdx_fail(err, GDX_INTERNAL, "a reply of type %s, expected %s", reply->descriptor->name,
                        exchange->route->descriptor->output->name);
    gdx_status status = exchange->form == GDX_FORM_JSON ? reply_in_json(exchange, reply, compress, err)
                                                        : reply_packed(exchange, reply, compress, err);
    if (status == GDX_OK)
        exchange->reply_count++;
    return status;
}

gdx_status gdx_exchange_reply(gdx_exchange *exchange, const ProtobufCMessage *reply, gdx_error *err) {
    return gdx_exchange_reply_as(exchange, reply, GDX_COMPRESS_AUTO, err);
}

// ---- a step, in the method's place

static void *arena_allocate(void *data, size_t bytes) {
    struct thread_tools *tools = data;
    if (bytes > tools->arena_limit - tools->arena_used)
        return NULL;
    tools->arena_used += bytes;
    return gdx_arena_allocate(tools->arena, bytes);
}

static void arena_free(void *data, void *memory) {
    (void)data, (void)memory; // all at once, by the reset
}

static gdx_status fail_inflate(gdx_exchange *exchange, gdx_status status) {
    if (status == GDX_CORRUPT)
        return gdx_fail(&exchange->error, GDX_INTERNAL, "a message is marked compressed but is no gzip stream");
    if (status == GDX_TOO_LARGE)
        return gdx_fail(&exchange->error, status, "a message is larger than %zu bytes once decompressed",
                        exchange->server->options.protocol.message_limit);
    return gdx_fail_memory(&exchange->error, "a compressed request");
}

// The message inside a frame; valid until the tools are used again.
static gdx_status open_frame(gdx_exchange *exchange, gdx_slice frame, gdx_slice *out) {
    struct thread_tools *tools = tools_of(exchange);
    gdx_slice message = {frame.data + GDX_MESSAGE_PREFIX_BYTES, frame.bytes - GDX_MESSAGE_PREFIX_BYTES};
    // Connect takes no bytes for none, compressed or not.
    exchange->was_compressed = frame.data[0] == 1 && (message.bytes > 0 || exchange->dialect == GDX_DIALECT_GRPC);
    if (exchange->was_compressed) {
        tools->packed.bytes = 0;
        size_t limit = exchange->server->options.protocol.message_limit;
        gdx_status status = gdx_codec_inflate(tools->codec, message, limit, &tools->packed);
        if (status != GDX_OK)
            return fail_inflate(exchange, status);
        message = gdx_buffer_slice(&tools->packed);
    }
    *out = message;
    return GDX_OK;
}

static ProtobufCMessage *read_packed(gdx_exchange *exchange, gdx_slice packed, ProtobufCAllocator *allocator) {
    const ProtobufCMessageDescriptor *type = exchange->route->descriptor->input;
    ProtobufCMessage *message = protobuf_c_message_unpack(type, allocator, packed.bytes, (const uint8_t *)packed.data);
    if (!message) // INTERNAL, so says gRPC: a client's library made these bytes
        gdx_fail(&exchange->error, GDX_INTERNAL, "the request of %zu bytes is no %s, or unpacks to over %zu bytes",
                 packed.bytes, type->name, tools_of(exchange)->arena_limit);
    return message;
}

static ProtobufCMessage *read_json(gdx_exchange *exchange, gdx_slice text, ProtobufCAllocator *allocator) {
    ProtobufCMessage *message = NULL;
    gdx_status status = gdx_json_read(text, exchange->route->descriptor->input, allocator, &message, &exchange->error);
    return status == GDX_OK ? message : NULL;
}

// Unpacked into the arena, which keeps nothing of the frame. NULL: it is none, and exchange->error says why.
static ProtobufCMessage *unpack(gdx_exchange *exchange, gdx_slice frame) {
    struct thread_tools *tools = tools_of(exchange);
    ProtobufCAllocator allocator = {arena_allocate, arena_free, tools};
    gdx_slice packed = {0};
    if (open_frame(exchange, frame, &packed) != GDX_OK)
        return NULL;
    tools->arena_used = 0;
    ProtobufCMessage *message = exchange->form == GDX_FORM_JSON ? read_json(exchange, packed, &allocator)
                                                                : read_packed(exchange, packed, &allocator);
    if (tools->packed.capacity > KEPT_INFLATED_BYTES)
        gdx_buffer_clear(&tools->packed);
    return message;
}

static gdx_status handle_frame(gdx_exchange *exchange, gdx_slice frame) {
    const gdx_handler *handler = &exchange->route->method->handler;
    gdx_status status = GDX_OK;
    ProtobufCMessage *message = unpack(exchange, frame);
    if (!message)
        status = exchange->error.status;
    else if (handler->message)
        status = handler->message(exchange, message, &exchange->error);
    gdx_arena_reset(tools_of(exchange)->arena);
    return status;
}

static gdx_status check_stop(gdx_exchange *exchange) {
    gdx_stop stop = gdx_exchange_stop(exchange);
    return gdx_stop_check(&stop, &exchange->error);
}

// True: the step goes on in the long lane; what was said meanwhile about the request at hand is not.
static bool leaves_to_long_lane(const gdx_exchange *exchange, gdx_status status) {
    return status == GDX_OK && exchange->goes_longer;
}

static gdx_status handle_taken(gdx_exchange *exchange) {
    gdx_status status = GDX_OK;
    while (exchange->taken_at < exchange->taken.bytes && status == GDX_OK) {
        const uint8_t *at = exchange->taken.data + exchange->taken_at;
        gdx_slice frame = {(const char *)at, GDX_MESSAGE_PREFIX_BYTES + (size_t)gdx_message_length(at)};
        status = check_stop(exchange);
        if (status == GDX_OK)
            status = handle_frame(exchange, frame);
        if (leaves_to_long_lane(exchange, status))
            break;
        exchange->taken_at += frame.bytes;
    }
    return status;
}

static gdx_status begin(gdx_exchange *exchange, const gdx_handler *handler) {
    exchange->stage = STAGE_BEGUN;
    return handler->begin ? handler->begin(exchange, &exchange->error) : GDX_OK;
}

static gdx_status end(gdx_exchange *exchange, const gdx_handler *handler) {
    exchange->stage = STAGE_ENDED;
    return handler->end ? handler->end(exchange, &exchange->error) : GDX_OK;
}

static gdx_status produce(gdx_exchange *exchange, const gdx_handler *handler) {
    gdx_status status = GDX_OK;
    do {
        exchange->step = GDX_STEP_DONE;
        status = handler->produce(exchange, &exchange->step, &exchange->error);
    } while (status == GDX_OK && exchange->step == GDX_STEP_MORE && !gdx_exchange_is_full(exchange) &&
             !exchange->is_held && !exchange->goes_longer && !gdx_exchange_is_stopped(exchange));
    return status;
}

static gdx_status step(gdx_exchange *exchange) {
    const gdx_handler *handler = &exchange->route->method->handler;
    gdx_status status = check_stop(exchange);
    if (status == GDX_OK && exchange->stage == STAGE_NEW)
        status = begin(exchange, handler);
    if (status == GDX_OK)
        status = handle_taken(exchange);
    if (leaves_to_long_lane(exchange, status))
        return GDX_OK;
    if (status == GDX_OK && exchange->took_end && exchange->stage == STAGE_BEGUN)
        status = end(exchange, handler);
    if (status == GDX_OK && exchange->stage == STAGE_ENDED && handler->produce && exchange->step == GDX_STEP_MORE)
        status = produce(exchange, handler);
    return status == GDX_OK ? check_stop(exchange) : status;
}

void exchange_step_on_loop(gdx_exchange *exchange) {
    assert(gdx_work_is_on_loop(exchange->server->work) && exchange->worker == 0);
    exchange->status = step(exchange);
}

void exchange_step_on_worker(gdx_job *job, unsigned worker) {
    gdx_exchange *exchange = (gdx_exchange *)job;
    assert(gdx_work_is_on_worker(exchange->server->work));
    exchange->worker = worker + 1;
    exchange->status = step(exchange);
    if (!exchange->goes_longer)
        return;
    exchange->goes_longer = false;
    exchange->lane = GDX_LANE_LONG;
    exchange->job.goes_longer =
        exchange->status == GDX_OK && exchange->taken_at < exchange->taken.bytes; // else: from the next step on
}
