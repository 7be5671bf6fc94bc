// SPDX-License-Identifier: Apache-2.0
// connection.c: an HTTP/2 session by libnghttp2, fed with bytes and pulled for bytes; and the calls on it.
// Its callbacks only sort what comes: headers to head.c, data to incoming.c, everything that costs us nothing to
// guard.c. libnghttp2 may not be entered from its own callbacks, but frames may be submitted there: they go out with
// the next pull.

#include "connection.h"

#include <stdlib.h>

static gdx_call *call_of(gdx_connection *connection, int32_t stream) {
    return nghttp2_session_get_stream_user_data(connection->session, stream);
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
    return connection->over ? UINT64_MAX : connection->due_ns;
}

void connection_end(gdx_connection *connection, uint32_t error_code, const char *debug) {
    if (connection->over)
        return;
    connection->over = true;
    int32_t last = nghttp2_session_get_last_proc_stream_id(connection->session);
    if (nghttp2_submit_goaway(connection->session, NGHTTP2_FLAG_NONE, last, error_code, (const uint8_t *)debug,
                              strlen(debug)) != 0)
        connection->flushed = true; // no memory for a farewell
    connection_touch(connection);
}

// ---- calls

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

static void destroy_call(gdx_call *call) {
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
    call->deadline_ns = UINT64_MAX;
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
    if (call->in_rooms)
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
        destroy_call(call);
        return;
    }
    reset_call(call);
    call->next = protocol->spare_calls;
    protocol->spare_calls = call;
    protocol->spare_call_count++;
}

// gRPC over HTTP/2, "Errors": what a reset means.
gdx_grpc_code code_of_reset(uint32_t error_code) {
    switch (error_code) {
    case NGHTTP2_REFUSED_STREAM:
        return GDX_GRPC_UNAVAILABLE;
    case NGHTTP2_CANCEL:
        return GDX_GRPC_CANCELLED;
    case NGHTTP2_ENHANCE_YOUR_CALM:
        return GDX_GRPC_RESOURCE_EXHAUSTED;
    case NGHTTP2_INADEQUATE_SECURITY:
        return GDX_GRPC_PERMISSION_DENIED;
    default:
        return GDX_GRPC_INTERNAL;
    }
}

// ---- what libnghttp2 tells

static int on_begin_frame(nghttp2_session *session, const nghttp2_frame_hd *head, void *user_data) {
    (void)session;
    gdx_connection *connection = user_data;
    if (head->type == NGHTTP2_PRIORITY || (head->type == NGHTTP2_SETTINGS && connection->settled) ||
        head->type == NGHTTP2_PING)
        guard_count_empty_frame(connection);
    return 0;
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *user_data) {
    gdx_connection *connection = user_data;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    gdx_call *call = call_new(connection, frame->hd.stream_id);
    if (!call)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, call);
    return 0;
}

static bool is_trailers(const gdx_call *call, const nghttp2_frame *frame) {
    return call->opened || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_bytes,
                     const uint8_t *value, size_t value_bytes, uint8_t flags, void *user_data) {
    (void)session, (void)flags;
    gdx_connection *connection = user_data;
    gdx_call *call = call_of(connection, frame->hd.stream_id);
    if (!call || name_bytes == 0)
        return 0;
    gdx_slice name_slice = {(const char *)name, name_bytes}, value_slice = {(const char *)value, value_bytes};
    if (connection->role == GDX_CLIENT)
        head_take_response(call, name_slice, value_slice, is_trailers(call, frame));
    else if (!call->opened) // what trails a request is of no interest
        head_take_request(call, name_slice, value_slice);
    // A list beyond the limit gets an answer; one far beyond it is no mistake, and libnghttp2 would look at every byte.
    size_t limit = connection->protocol->options.header_limit;
    return call->header_bytes / HEADER_BOMB_TIMES > limit ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE : 0;
}

static void take_headers(gdx_connection *connection, const nghttp2_frame *frame) {
    gdx_call *call = call_of(connection, frame->hd.stream_id);
    if (call && connection->role == GDX_CLIENT)
        head_finish_response(call, is_trailers(call, frame));
    else if (call && !call->opened)
        head_finish_request(call);
}

static void take_end(gdx_connection *connection, const nghttp2_frame *frame) {
    gdx_call *call = call_of(connection, frame->hd.stream_id);
    if (call)
        incoming_end(call);
}

static void take_ping(gdx_connection *connection, const nghttp2_frame *frame) {
    if (!(frame->hd.flags & NGHTTP2_FLAG_ACK)) {
        guard_count_ping(connection);
        return;
    }
    connection->ping_sent_ns = 0;
    life_take_pong(connection, frame->ping.opaque_data);
}

static void take_goaway(gdx_connection *connection) {
    bool first = !connection->going_away;
    connection->going_away = true;
    if (first && connection->events.going_away)
        connection->events.going_away(connection->context);
}

static int on_frame_received(nghttp2_session *session, const nghttp2_frame *frame, void *user_data) {
    (void)session;
    gdx_connection *connection = user_data;
    bool ends = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
    switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
        take_headers(connection, frame);
        if (ends)
            take_end(connection, frame);
        break;
    case NGHTTP2_DATA:
        if (ends)
            take_end(connection, frame);
        else if (frame->hd.length <= frame->data.padlen)
            guard_count_empty_frame(connection);
        break;
    case NGHTTP2_SETTINGS:
        connection->settled = true;
        break;
    case NGHTTP2_PING:
        take_ping(connection, frame);
        break;
    case NGHTTP2_GOAWAY:
        take_goaway(connection);
        break;
    default:
        break;
    }
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data, size_t bytes,
                   void *user_data) {
    (void)flags;
    gdx_connection *connection = user_data;
    if (nghttp2_session_consume_connection(session, bytes) != 0)
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    gdx_call *call = call_of(connection, stream);
    if (call)
        incoming_take(call, data, bytes);
    else if (nghttp2_session_consume_stream(session, stream, bytes) != 0)
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    return 0;
}

// A call that is answered before the client has sent all. Most clients end it themselves as soon as they have the
// answer, and some take a reset at this moment for a failure (curl 7.88): it comes later, or when much more is sent.
static void answered(gdx_connection *connection, gdx_call *call) {
    call->complete = true;
    if (nghttp2_session_get_stream_remote_close(connection->session, call->stream) != 0)
        return;
    call->linger_ns = connection->now_ns + LINGER_NS;
    call->linger_received = call->received;
    connection_due(connection, call->linger_ns);
}

static int on_frame_sent(nghttp2_session *session, const nghttp2_frame *frame, void *user_data) {
    (void)session;
    gdx_connection *connection = user_data;
    if (frame->hd.type == NGHTTP2_RST_STREAM && !call_of(connection, frame->hd.stream_id))
        guard_count_reset(connection); // a call refused before it was one
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
        return 0;
    guard_forgive_pings(connection);
    if (connection->role == GDX_SERVER && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM)) {
        gdx_call *call = call_of(connection, frame->hd.stream_id);
        if (call)
            answered(connection, call);
    }
    return 0;
}

static void close_client_call(gdx_call *call, uint32_t error_code) {
    // A reset behind a whole answer is about what we still send.
    bool whole = error_code == NGHTTP2_NO_ERROR || (call->remote_ended && !call->reset_by_us);
    call->stream = -1;
    call->remote_ended = true;
    call->complete = call->has_status && whole;
    if (!call->complete) {
        call->discarding = true;
        call_close(call, code_of_reset(call->reset_by_us ? call->reset_code : error_code),
                   error_code == NGHTTP2_NO_ERROR ? "the server ended the call without a status"
                                                  : "the call was reset");
    }
    incoming_pump(call); // frees it once all is read
}

static int on_stream_closed(nghttp2_session *session, int32_t stream, uint32_t error_code, void *user_data) {
    (void)session;
    gdx_connection *connection = user_data;
    gdx_call *call = call_of(connection, stream);
    if (!call)
        return 0;
    if (connection->role == GDX_CLIENT) {
        close_client_call(call, error_code);
        return 0;
    }
    if (!call->complete && !call->reset_by_us && error_code != NGHTTP2_NO_ERROR)
        guard_count_reset(connection);
    call->stream = -1;
    if (!call->complete)
        call_close(call, GDX_GRPC_CANCELLED, "the client went away");
    call_free(call);
    return 0;
}

// ---- what connections share

gdx_protocol_options gdx_protocol_options_default(void) {
    const uint64_t second = 1000000000;
    return (gdx_protocol_options){
        .message_limit = 4 << 20,
        .header_limit = 16 << 10,
        .stream_limit = 256,
        .stream_window = 1 << 20,
        .connection_window = 4 << 20,
        .write_buffer = 256 << 10,
        .memory_limit = 64 << 20,
        .total_memory_limit = (size_t)1 << 30,
        .compress_from = 4 << 10,
        .handshake_ns = 10 * second,
        .stall_ns = 60 * second,
        .keepalive_ns = 60 * second,
        .keepalive_timeout_ns = 20 * second,
        .ping_interval_ns = 10 * second,
        .ping_strikes = 2,
        .reset_burst = 2000,
        .reset_per_second = 200,
        .frame_burst = 500,
        .frame_per_second = 100,
    };
}

static void set_callbacks(nghttp2_session_callbacks *callbacks) {
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_received);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_closed);
}

static void set_option(nghttp2_option *option) {
    nghttp2_option_set_no_auto_window_update(option, 1);
    // Cancels and deadlines are no abuse: guard.c keeps a budget of its own, which honest clients give back.
    nghttp2_option_set_stream_reset_rate_limit(option, 1000000, 1000000);
    nghttp2_option_set_max_send_header_block_length(option, 256 * 1024);
}

gdx_status gdx_protocol_new(const gdx_protocol_options *options, gdx_protocol **out) {
    gdx_protocol *protocol = calloc(1, sizeof *protocol);
    if (!protocol)
        return GDX_NO_MEMORY;
    protocol->options = *options;
    protocol->codec = gdx_codec_new();
    if (!protocol->codec || nghttp2_session_callbacks_new(&protocol->callbacks) != 0 ||
        nghttp2_option_new(&protocol->option) != 0) {
        gdx_protocol_free(protocol);
        return GDX_NO_MEMORY;
    }
    set_callbacks(protocol->callbacks);
    set_option(protocol->option);
    *out = protocol;
    return GDX_OK;
}

void gdx_protocol_free(gdx_protocol *protocol) {
    if (!protocol)
        return;
    while (protocol->spare_calls) {
        gdx_call *call = protocol->spare_calls;
        protocol->spare_calls = call->next;
        destroy_call(call);
    }
    memory_trim(protocol);
    gdx_codec_free(protocol->codec);
    nghttp2_session_callbacks_del(protocol->callbacks);
    nghttp2_option_del(protocol->option);
    free(protocol->headers.values);
    gdx_buffer_clear(&protocol->headers.text);
    gdx_buffer_clear(&protocol->inflated);
    free(protocol);
}

const gdx_protocol_options *gdx_protocol_settings(const gdx_protocol *protocol) {
    return &protocol->options;
}

size_t gdx_protocol_memory(const gdx_protocol *protocol) {
    return protocol->memory;
}

// ---- a connection

static bool submit_settings(gdx_connection *connection) {
    const gdx_protocol_options *options = &connection->protocol->options;
    nghttp2_settings_entry entries[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options->stream_limit},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options->stream_window},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)options->header_limit},
        {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}, // a client's to say
    };
    size_t count = sizeof entries / sizeof entries[0] - (connection->role == GDX_SERVER);
    nghttp2_session *session = connection->session;
    return nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, entries, count) == 0 &&
           nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, (int32_t)options->connection_window) ==
               0;
}

static bool open_session(gdx_connection *connection) {
    gdx_protocol *protocol = connection->protocol;
    int code = connection->role == GDX_SERVER
                   ? nghttp2_session_server_new3(&connection->session, protocol->callbacks, connection,
                                                 protocol->option, &connection->allocator)
                   : nghttp2_session_client_new3(&connection->session, protocol->callbacks, connection,
                                                 protocol->option, &connection->allocator);
    return code == 0 && submit_settings(connection);
}

static void free_session(gdx_connection *connection) {
    nghttp2_session_del(connection->session);
    memory_free_doomed(connection);
    free(connection);
}

gdx_status gdx_connection_new(gdx_protocol *protocol, gdx_role role, const gdx_connection_events *events, void *context,
                              uint64_t now_ns, gdx_connection **out) {
    gdx_connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return GDX_NO_MEMORY;
    connection->protocol = protocol;
    connection->role = role;
    connection->events = *events;
    connection->context = context;
    connection->now_ns = connection->opened_ns = connection->received_ns = connection->idle_since_ns = now_ns;
    memory_allocator(connection);
    guard_init(connection);
    if (!open_session(connection)) {
        free_session(connection);
        return GDX_NO_MEMORY;
    }
    connection_touch(connection);
    *out = connection;
    return GDX_OK;
}

void gdx_connection_free(gdx_connection *connection) {
    if (!connection)
        return;
    connection->over = connection->flushed = true;
    for (gdx_call *call = connection->calls; call; call = call->next)
        call->stream = -1;
    bool server = connection->role == GDX_SERVER;
    while (connection->calls) {
        gdx_call *call = connection->calls;
        call->discarding = true;
        if (!server || !call->complete) // else its status has gone out, and is what it ended with
            call_close(call, server ? GDX_GRPC_CANCELLED : GDX_GRPC_UNAVAILABLE, "the connection was lost");
        call_free(call);
    }
    free_session(connection);
}

gdx_status gdx_connection_feed(gdx_connection *connection, gdx_slice bytes, uint64_t now_ns, gdx_error *err) {
    connection->now_ns = connection->received_ns = now_ns;
    if (!connection->over) {
        connection->ping_sent_ns = 0; // whatever it says, the peer is alive
        ssize_t taken = nghttp2_session_mem_recv(connection->session, (const uint8_t *)bytes.data, bytes.bytes);
        if (taken < 0) {
            connection_end(connection, NGHTTP2_PROTOCOL_ERROR, nghttp2_strerror((int)taken));
            connection->flushed |= taken == NGHTTP2_ERR_FLOODED || taken == NGHTTP2_ERR_NOMEM;
            return gdx_fail(err, GDX_CORRUPT, "HTTP/2: %s", nghttp2_strerror((int)taken));
        }
    }
    if (connection->over)
        return gdx_fail(err, GDX_CORRUPT, "HTTP/2: the peer broke a limit, the connection is ended");
    connection_touch(connection);
    return GDX_OK;
}

static gdx_status pull_frames(gdx_connection *connection, gdx_buffer *out, size_t limit) {
    while (out->bytes < limit && !connection->starved) {
        const uint8_t *data;
        ssize_t bytes = nghttp2_session_mem_send(connection->session, &data);
        if (bytes == 0)
            return GDX_OK;
        if (bytes < 0 || gdx_buffer_append(out, data, (size_t)bytes) != GDX_OK)
            return GDX_NO_MEMORY;
    }
    return GDX_OK;
}

gdx_status gdx_connection_pull(gdx_connection *connection, gdx_buffer *out, size_t limit, uint64_t now_ns) {
    connection->now_ns = now_ns;
    if (connection->flushed)
        return GDX_OK;
    gdx_status status = pull_frames(connection, out, limit);
    while (status == GDX_OK && connection->rooms) {
        outgoing_tell_rooms(connection);
        status = pull_frames(connection, out, limit);
    }
    connection->pending = false;
    if (status != GDX_OK)
        connection->over = true;
    connection->flushed = connection->over;
    return status;
}

bool gdx_connection_has_output(const gdx_connection *connection) {
    return !connection->flushed && nghttp2_session_want_write(connection->session);
}

bool gdx_connection_is_over(const gdx_connection *connection) {
    return connection->over;
}

bool gdx_connection_is_finished(const gdx_connection *connection) {
    if (connection->over)
        return connection->flushed;
    return !nghttp2_session_want_read(connection->session) && !nghttp2_session_want_write(connection->session);
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

// ---- what a call says of itself

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

gdx_slice gdx_call_path(const gdx_call *call) {
    return text_of(call, call->path);
}

gdx_slice gdx_call_authority(const gdx_call *call) {
    return text_of(call, call->authority);
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
