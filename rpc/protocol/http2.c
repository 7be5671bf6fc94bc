// SPDX-License-Identifier: Apache-2.0
// http2.c: the wire of HTTP/2: a session of libnghttp2, and the calls on it.
// Its callbacks only sort what comes: headers to headers.c, data to incoming.c, everything that costs us nothing to
// guard.c. libnghttp2 may not be entered from its own callbacks, but frames may be submitted there: they go out with
// the next pull. Three of its rules on data are easy to miss: NO_END_STREAM must go with the end of the data, or the
// trailers are never sent; trailers are submitted from inside that callback, or they overtake the data; a reset that
// follows an early answer is submitted once its headers have left.

#include "wire.h"

#include <stdio.h>

static gdx_call *call_of(gdx_connection *connection, int32_t stream) {
    return nghttp2_session_get_stream_user_data(connection->session, stream);
}

// gRPC over HTTP/2, "Errors": what a reset means.
static gdx_grpc_code code_of_reset(uint32_t error_code) {
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

// ---- what libnghttp2 reports

static int on_begin_frame(nghttp2_session *session, const nghttp2_frame_hd *head, void *user_data) {
    (void)session;
    gdx_connection *connection = user_data;
    if (head->type == NGHTTP2_PRIORITY ||
        (head->type == NGHTTP2_SETTINGS && connection->state != CONNECTION_SETTLING) || head->type == NGHTTP2_PING)
        guard_count_empty_frame(connection);
    streams_check_frame(connection, head);
    return connection_is_over(connection) ? NGHTTP2_ERR_CALLBACK_FAILURE : 0; // nothing more is read
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *user_data) {
    gdx_connection *connection = user_data;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    gdx_call *call = call_new(connection, frame->hd.stream_id);
    if (!call) // a client reads RESOURCE_EXHAUSTED out of this code
        return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_ENHANCE_YOUR_CALM) ==
                       0
                   ? 0
                   : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, call);
    return 0;
}

static bool is_trailers(const gdx_call *call, const nghttp2_frame *frame) {
    return call->in_state != IN_IDLE || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_bytes,
                     const uint8_t *value, size_t value_bytes, uint8_t flags, void *user_data) {
    (void)session, (void)flags;
    gdx_connection *connection = user_data;
    gdx_call *call = call_of(connection, frame->hd.stream_id);
    if (!call)
        return 0;
    gdx_slice name_slice = {(const char *)name, name_bytes}, value_slice = {(const char *)value, value_bytes};
    if (connection->role == GDX_SERVER)
        rules_take_field(&call->rules, name_slice, value_slice);
    if (name_bytes > 0 && connection->role == GDX_CLIENT)
        head_take_response(call, name_slice, value_slice, is_trailers(call, frame));
    else if (name_bytes > 0 && !call->rules.is_trailer) // what trails a request is of no interest
        head_take_request(call, name_slice, value_slice);
    // A list over the limit gets an answer. One far over it is an attack, since libnghttp2 decodes every byte.
    size_t limit = connection->protocol->options.header_limit;
    return call->header_bytes / HEADER_BOMB_TIMES > limit ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE : 0;
}

static void refuse_trailers(gdx_call *call) {
    if (!call->rules.fault)
        call->rules.fault = "trailers that do not end the request";
    head_refuse_malformed(call);
}

static void finish_head(gdx_call *call) {
    rules_end_head(&call->rules);
    if (call->rules.fault)
        head_refuse_malformed(call);
    else
        head_finish_request(call);
}

static void take_headers(gdx_connection *connection, const nghttp2_frame *frame) {
    gdx_call *call = call_of(connection, frame->hd.stream_id);
    if (call && connection->role == GDX_CLIENT)
        head_finish_response(call, is_trailers(call, frame));
    else if (call && !call->rules.is_trailer)
        finish_head(call);
    else if (call && (call->rules.fault || !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM)))
        refuse_trailers(call);
}

static void take_end(gdx_connection *connection, const nghttp2_frame *frame) {
    gdx_call *call = call_of(connection, frame->hd.stream_id);
    if (!call)
        return;
    rules_take_content(&call->rules, 0, true);
    if (call->rules.fault && connection->role == GDX_SERVER && !call->complete) // else it has ended as it was answered
        head_refuse_malformed(call);
    incoming_end(call);
}

static void take_ping(gdx_connection *connection, const nghttp2_frame *frame) {
    if (!(frame->hd.flags & NGHTTP2_FLAG_ACK)) {
        guard_count_ping(connection);
        return;
    }
    connection->ping_sent_ns = 0;
    http2_take_pong(connection, frame->ping.opaque_data);
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
        if (connection->state == CONNECTION_SETTLING)
            connection_set_state(connection, CONNECTION_OPEN);
        if (!(frame->hd.flags & NGHTTP2_FLAG_ACK))
            streams_check_settings(connection);
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
        rules_take_content(&call->rules, bytes, false);
    if (call && call->rules.fault && connection->role == GDX_SERVER)
        head_refuse_malformed(call);
    if (call)
        incoming_take(call, data, bytes);
    else if (nghttp2_session_consume_stream(session, stream, bytes) != 0)
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    return 0;
}

static void tell_goaway(gdx_connection *connection, const nghttp2_goaway *goaway) {
    char what[256];
    snprintf(what, sizeof what, "HTTP/2: %s: %.*s", nghttp2_http2_strerror(goaway->error_code),
             (int)goaway->opaque_data_len, goaway->opaque_data_len ? (const char *)goaway->opaque_data : "");
    connection_tell(connection, what);
}

static void reset_sent(gdx_connection *connection, const nghttp2_frame *frame) {
    gdx_call *call = call_of(connection, frame->hd.stream_id);
    char message[128];
    if (!call)
        guard_count_reset(connection); // a call refused before it was one
    if (nghttp2_session_get_stream_remote_close(connection->session, frame->hd.stream_id) != 1)
        streams_excuse(connection, frame->hd.stream_id);
    if (!call || call->complete || call->out_state == OUT_RESET || connection->role == GDX_CLIENT)
        return;
    snprintf(message, sizeof message, "the client broke HTTP/2: %s",
             nghttp2_http2_strerror(frame->rst_stream.error_code));
    call_close(call, GDX_GRPC_INTERNAL, message); // libnghttp2 resets it
}

// A request that libnghttp2 refuses is no call, and would leave no line in the log.
static int on_invalid_frame(nghttp2_session *session, const nghttp2_frame *frame, int code, void *user_data) {
    (void)session;
    gdx_connection *connection = user_data;
    char what[128];
    if (frame->hd.type != NGHTTP2_HEADERS || connection->role == GDX_CLIENT || call_of(connection, frame->hd.stream_id))
        return 0;
    streams_excuse(connection, frame->hd.stream_id);
    snprintf(what, sizeof what, "HTTP/2: a request was refused: %s", nghttp2_strerror(code));
    if (code == NGHTTP2_ERR_REFUSED_STREAM && connection->events.fault)
        connection->events.fault(what, connection->context);
    return 0;
}

static int on_frame_sent(nghttp2_session *session, const nghttp2_frame *frame, void *user_data) {
    (void)session;
    gdx_connection *connection = user_data;
    if (frame->hd.type == NGHTTP2_RST_STREAM)
        reset_sent(connection, frame);
    if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR)
        tell_goaway(connection, &frame->goaway);
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
        return 0;
    guard_forgive_pings(connection);
    gdx_call *call = frame->hd.flags & NGHTTP2_FLAG_END_STREAM ? call_of(connection, frame->hd.stream_id) : NULL;
    if (call && connection->role == GDX_SERVER)
        call_answered(call, nghttp2_session_get_stream_remote_close(connection->session, call->stream) != 0);
    else if (call && call->out_state != OUT_RESET)
        call_set_out(call, OUT_CLOSED);
    return 0;
}

static void close_client_call(gdx_call *call, uint32_t error_code) {
    bool is_ours = call->out_state == OUT_RESET;
    // A reset that follows a whole answer is about what we still send.
    bool whole = error_code == NGHTTP2_NO_ERROR || (call->in_state >= IN_ENDED && !is_ours);
    call->stream = -1;
    if (call->in_state < IN_ENDED)
        call_set_in(call, IN_ENDED);
    call->complete = call->has_status && whole;
    if (!call->complete) {
        call_stop_reading(call);
        call_close(call, code_of_reset(is_ours ? call->reset_code : error_code),
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
    if (!call->complete && call->out_state != OUT_RESET && error_code != NGHTTP2_NO_ERROR)
        guard_count_reset(connection);
    call->stream = -1;
    if (!call->complete)
        call_close(call, GDX_GRPC_CANCELLED, "the client went away");
    call_free(call);
    return 0;
}

void http2_set_callbacks(nghttp2_session_callbacks *callbacks) {
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_received);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_sent);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, on_invalid_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_closed);
}

// ---- the connection

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

static bool new_session(gdx_connection *connection) {
    gdx_protocol *protocol = connection->protocol;
    int code = connection->role == GDX_SERVER
                   ? nghttp2_session_server_new3(&connection->session, protocol->callbacks, connection,
                                                 protocol->server_option, &connection->allocator)
                   : nghttp2_session_client_new3(&connection->session, protocol->callbacks, connection,
                                                 protocol->option, &connection->allocator);
    return code == 0 && submit_settings(connection);
}

static void free_session(gdx_connection *connection) {
    nghttp2_session_del(connection->session);
    connection->session = NULL;
    memory_free_doomed(connection);
}

static bool feed_part(gdx_connection *connection, const uint8_t *data, size_t bytes) {
    if (bytes == 0)
        return true;
    ssize_t taken = nghttp2_session_mem_recv(connection->session, data, bytes);
    if (taken >= 0)
        return !connection_is_over(connection);
    connection_end(connection, NGHTTP2_PROTOCOL_ERROR, nghttp2_strerror((int)taken));
    if (taken == NGHTTP2_ERR_FLOODED || taken == NGHTTP2_ERR_NOMEM) {
        connection_lose(connection); // without a GOAWAY
        connection_tell(connection, nghttp2_strerror((int)taken));
    }
    return false;
}

static gdx_status pull_frames(gdx_connection *connection, gdx_buffer *out, size_t limit) {
    while (out->bytes < limit && connection->state != CONNECTION_STARVED) {
        const uint8_t *data;
        ssize_t bytes = nghttp2_session_mem_send(connection->session, &data);
        if (bytes == 0)
            return GDX_OK;
        if (bytes < 0 || gdx_buffer_append(out, data, (size_t)bytes) != GDX_OK)
            return GDX_NO_MEMORY;
    }
    return GDX_OK;
}

static void feed(gdx_connection *connection, gdx_slice bytes) {
    if (connection->role == GDX_SERVER)
        (void)streams_feed(connection, bytes, feed_part);
    else
        (void)feed_part(connection, (const uint8_t *)bytes.data, bytes.bytes);
}

static bool is_finished(const gdx_connection *connection) {
    return !nghttp2_session_want_read(connection->session) && !nghttp2_session_want_write(connection->session);
}

static void end(gdx_connection *connection, uint32_t error_code, const char *debug) {
    int32_t last = nghttp2_session_get_last_proc_stream_id(connection->session);
    if (nghttp2_submit_goaway(connection->session, NGHTTP2_FLAG_NONE, last, error_code, (const uint8_t *)debug,
                              strlen(debug)) != 0)
        connection_lose(connection); // no memory for the GOAWAY
}

// ---- time

static void earlier(uint64_t *next, uint64_t at) {
    if (at < *next)
        *next = at;
}

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

static void tick(gdx_connection *connection, uint64_t *next_ns) {
    const gdx_protocol_options *options = &connection->protocol->options;
    uint64_t now_ns = connection->now_ns;
    if (connection->state == CONNECTION_SETTLING && options->handshake_ns) {
        if (now_ns - connection->opened_ns >= options->handshake_ns)
            connection_end(connection, NGHTTP2_SETTINGS_TIMEOUT, "no SETTINGS came");
        else
            earlier(next_ns, connection->opened_ns + options->handshake_ns);
    }
    tick_keepalive(connection, now_ns, next_ns);
    http2_tick_drain(connection, next_ns);
}

// ---- calls

static ssize_t read_out(nghttp2_session *session, int32_t stream, uint8_t *to, size_t room, uint32_t *flags,
                        nghttp2_data_source *source, void *user_data) {
    gdx_call *call = source->ptr;
    enum pulled pulled = PULLED_SOME;
    (void)session, (void)stream, (void)user_data;
    size_t bytes = outgoing_pull(call, to, room, &pulled);
    if (pulled == PULLED_NOTHING)
        return NGHTTP2_ERR_DEFERRED;
    if (pulled != PULLED_SOME)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (pulled == PULLED_TRAILERS) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        if (!outgoing_trail(call))
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    return (ssize_t)bytes;
}

static nghttp2_data_provider provider_of(gdx_call *call) {
    return (nghttp2_data_provider){.source.ptr = call, .read_callback = read_out};
}

static bool send_head(gdx_call *call, bool ends) {
    const struct header_list *list = &call->connection->protocol->headers;
    nghttp2_data_provider provider = provider_of(call);
    return nghttp2_submit_response(call->connection->session, call->stream, list->values, list->count,
                                   ends ? NULL : &provider) == 0;
}

static bool send_trailers(gdx_call *call) {
    const struct header_list *list = &call->connection->protocol->headers;
    return nghttp2_submit_trailer(call->connection->session, call->stream, list->values, list->count) == 0;
}

static void resume(gdx_call *call) {
    if (nghttp2_session_resume_data(call->connection->session, call->stream) == NGHTTP2_ERR_NOMEM)
        connection_end(call->connection, NGHTTP2_INTERNAL_ERROR, "no memory");
}

static bool reset(gdx_call *call, uint32_t error_code) {
    return nghttp2_submit_rst_stream(call->connection->session, NGHTTP2_FLAG_NONE, call->stream, error_code) == 0;
}

static bool consume(gdx_call *call, size_t bytes) {
    return nghttp2_session_consume_stream(call->connection->session, call->stream, bytes) == 0;
}

static size_t window(const gdx_call *call) {
    nghttp2_session *session = call->connection->session;
    int32_t stream = nghttp2_session_get_stream_remote_window_size(session, call->stream);
    int32_t whole = nghttp2_session_get_remote_window_size(session);
    int32_t least = stream < whole ? stream : whole;
    return least > 0 ? (size_t)least : 0;
}

static bool share(gdx_call *call) {
    nghttp2_extpri shared = {.urgency = NGHTTP2_EXTPRI_DEFAULT_URGENCY, .inc = 1};
    return nghttp2_session_change_extpri_stream_priority(call->connection->session, call->stream, &shared, 1) !=
           NGHTTP2_ERR_NOMEM;
}

gdx_status http2_request(gdx_call *call) {
    const struct header_list *list = &call->connection->protocol->headers;
    nghttp2_data_provider provider = provider_of(call);
    int32_t stream =
        nghttp2_submit_request(call->connection->session, NULL, list->values, list->count, &provider, call);
    if (stream < 0)
        return stream == NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE ? GDX_UNAVAILABLE : GDX_NO_MEMORY;
    call->stream = stream;
    return GDX_OK;
}

static const struct wire http2 = {
    .feed = feed,
    .pull = pull_frames,
    .is_finished = is_finished,
    .tick = tick,
    .drain = http2_drain,
    .end = end,
    .free = free_session,
    .send_head = send_head,
    .send_trailers = send_trailers,
    .resume = resume,
    .reset = reset,
    .consume = consume,
    .window = window,
    .share = share,
};

bool http2_open(gdx_connection *connection) {
    connection->scan.left = NGHTTP2_CLIENT_MAGIC_LEN;
    if (!new_session(connection)) {
        free_session(connection);
        return false;
    }
    connection->wire = &http2;
    return true;
}
