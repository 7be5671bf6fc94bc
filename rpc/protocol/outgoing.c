// SPDX-License-Identifier: Apache-2.0
// outgoing.c: messages of a call to bytes, and the status after them.
// The wire asks for bytes when the peer's windows, or its socket, have room (outgoing_pull).

#include "wire.h"

#include "gdx/base64.h"

#include <stdio.h>

static const char *const code_digits[GDX_GRPC_CODES] = {"0", "1",  "2",  "3",  "4",  "5",  "6",  "7", "8",
                                                        "9", "10", "11", "12", "13", "14", "15", "16"};

size_t outgoing_waiting(const gdx_call *call) {
    return call->out.bytes - call->out_at;
}

ptrdiff_t gdx_call_room(const gdx_call *call) {
    return (ptrdiff_t)call->connection->protocol->options.write_buffer - (ptrdiff_t)outgoing_waiting(call);
}

uint64_t gdx_call_bytes_sent(const gdx_call *call) {
    return call->sent;
}

// ---- headers and trailers

static void add_head(struct header_list *list, gdx_call *call) {
    if (call->dialect != GDX_DIALECT_GRPC) {
        ending_list_head(call);
        return;
    }
    header_list_add(list, ":status", gdx_slice_of("200"), true);
    header_list_add(list, "content-type", gdx_slice_of("application/grpc"), true);
    header_list_add(list, "grpc-encoding", gdx_slice_of(call->takes_gzip ? "gzip" : "identity"), true);
    header_list_add(list, "grpc-accept-encoding", gdx_slice_of("identity,gzip"), true);
    header_list_add_metadata(list, &call->headers);
}

static void add_encoded(struct header_list *list, const char *name, gdx_slice raw,
                        gdx_status (*encode)(gdx_slice raw, gdx_buffer *out)) {
    size_t begin = list->text.bytes;
    if (raw.bytes > 0 && encode(raw, &list->text) == GDX_OK)
        header_list_add(list, name, (gdx_slice){(const char *)list->text.data + begin, list->text.bytes - begin},
                        false);
}

static void add_status(struct header_list *list, const gdx_call *call) {
    header_list_add(list, "grpc-status", gdx_slice_of(code_digits[call->code]), true);
    add_encoded(list, "grpc-message", gdx_buffer_slice(&call->status_message), gdx_percent_encode);
    add_encoded(list, "grpc-status-details-bin", gdx_buffer_slice(&call->details), gdx_base64_encode);
    header_list_add_metadata(list, &call->trailers);
}

void outgoing_list_status(const gdx_call *call) {
    add_status(&call->connection->protocol->headers, call);
}

bool outgoing_trail(gdx_call *call) {
    gdx_protocol *protocol = call->connection->protocol;
    if (call->trailed)
        return true;
    if (!header_list_begin(protocol, call, &call->trailers))
        return false;
    add_status(&protocol->headers, call);
    call->trailed = true;
    return call->connection->wire->send_trailers(call);
}

static void list_room(gdx_call *call) {
    if (call->room != ROOM_SHORT ||
        gdx_call_room(call) * 2 <= (ptrdiff_t)call->connection->protocol->options.write_buffer)
        return;
    call->room = ROOM_LISTED;
    call->next_room = call->connection->rooms;
    call->connection->rooms = call;
}

size_t outgoing_pull(gdx_call *call, uint8_t *to, size_t room, enum pulled *out_pulled) {
    size_t bytes = outgoing_waiting(call) < room ? outgoing_waiting(call) : room;
    if (bytes)
        memcpy(to, call->out.data + call->out_at, bytes);
    call->out_at += bytes;
    call->sent += bytes;
    call->taken_ns = call->connection->now_ns;
    *out_pulled = PULLED_SOME;
    if (call->out_at == call->out.bytes) {
        call->out.bytes = call->out_at = call->out_edge = 0;
        if (call->out_state == OUT_ENDING) {
            bool trails = call->connection->role == GDX_SERVER && !call->plain_http;
            *out_pulled = trails ? PULLED_TRAILERS : PULLED_END;
        } else if (bytes == 0) {
            call->deferred = true;
            *out_pulled = PULLED_NOTHING;
            return 0;
        }
    }
    list_room(call);
    return bytes;
}

bool outgoing_send_head(gdx_call *call, bool ends) {
    connection_touch(call->connection);
    return call->connection->wire->send_head(call, ends);
}

static gdx_status send_headers(gdx_call *call) {
    if (call->out_state != OUT_IDLE || call->dialect == GDX_DIALECT_CONNECT) // whose head tells the status, too
        return GDX_OK;
    gdx_protocol *protocol = call->connection->protocol;
    if (call->stream <= 0 || !header_list_begin(protocol, call, &call->headers))
        return call->stream <= 0 ? GDX_CANCELLED : GDX_NO_MEMORY;
    add_head(&protocol->headers, call);
    call_set_out(call, OUT_OPEN);
    return outgoing_send_head(call, false) ? GDX_OK : GDX_NO_MEMORY;
}

// No message was sent, and no header is to be told from trailers: headers and status in one.
static bool submit_trailers_only(gdx_call *call) {
    gdx_protocol *protocol = call->connection->protocol;
    if (!header_list_begin(protocol, call, &call->trailers))
        return false;
    add_head(&protocol->headers, call);
    add_status(&protocol->headers, call);
    return outgoing_send_head(call, true);
}

void outgoing_resume(gdx_call *call) {
    if (call->deferred && call->stream > 0) {
        call->deferred = false;
        call->connection->wire->resume(call);
        connection_touch(call->connection);
    }
}

gdx_status gdx_call_add_header(gdx_call *call, gdx_slice name, gdx_slice value) {
    return gdx_metadata_add(&call->headers, name, value);
}

gdx_status gdx_call_add_trailer(gdx_call *call, gdx_slice name, gdx_slice value) {
    return gdx_metadata_add(&call->trailers, name, value);
}

// ---- messages

// Where the message that has begun to leave ends in `out`; out_at, when none has.
static size_t end_of_begun(gdx_call *call) {
    while (call->out_edge < call->out_at)
        call->out_edge += GDX_MESSAGE_PREFIX_BYTES + (size_t)gdx_message_length(call->out.data + call->out_edge);
    return call->out_edge;
}

static void after_write(gdx_call *call) {
    connection_due(call->connection, outgoing_due_ns(call));
    if (call->room == ROOM_ENOUGH && gdx_call_room(call) <= 0)
        call->room = ROOM_SHORT;
    // A call of many messages shares the line with the others instead of being served to its end first.
    const struct wire *wire = call->connection->wire;
    if (++call->messages_sent == 2 && call->connection->role == GDX_SERVER && wire->share && !wire->share(call))
        connection_end(call->connection, NGHTTP2_INTERNAL_ERROR, "no memory");
    outgoing_resume(call);
}

static gdx_status begin_write(gdx_call *call) {
    if (call->stream <= 0 || call->out_state >= OUT_ENDING)
        return GDX_CANCELLED;
    if (outgoing_waiting(call) == 0)
        call->taken_ns = call->connection->now_ns;
    if (call->out_at > 0) { // what was sent makes room
        call->out_edge = end_of_begun(call) - call->out_at;
        memmove(call->out.data, call->out.data + call->out_at, outgoing_waiting(call));
        call->out.bytes = outgoing_waiting(call);
        call->out_at = 0;
    }
    return call->connection->role == GDX_SERVER ? send_headers(call) : GDX_OK;
}

gdx_status gdx_call_write(gdx_call *call, gdx_slice message, gdx_compress compress) {
    gdx_protocol *protocol = call->connection->protocol;
    size_t from = protocol->options.compress_from;
    bool gzip = compress == GDX_COMPRESS_YES || (compress == GDX_COMPRESS_AUTO && from > 0 && message.bytes >= from);
    gzip = gzip && (call->connection->role == GDX_SERVER ? call->takes_gzip : call->send_gzip);
    gdx_status status = begin_write(call);
    // deflateBound's growth is below this.
    if (status == GDX_OK)
        status = memory_reserve(call->connection, &call->out,
                                GDX_MESSAGE_PREFIX_BYTES + message.bytes + (gzip ? message.bytes / 1000 + 4096 : 0));
    size_t before = call->out.capacity;
    if (status == GDX_OK)
        status = gdx_codec_frame(protocol->codec, message, gzip, &call->out);
    call->connection->memory += call->out.capacity - before;
    protocol->memory += call->out.capacity - before;
    if (status == GDX_OK)
        after_write(call);
    return status;
}

static void swap_out(gdx_call *call, gdx_buffer *frames) {
    memory_release(call->connection, call->out.capacity);
    gdx_buffer empty = call->out;
    call->out = *frames;
    *frames = empty;
    frames->bytes = 0;
}

gdx_status gdx_call_write_frames(gdx_call *call, gdx_buffer *frames) {
    gdx_status status = begin_write(call);
    if (status != GDX_OK || frames->bytes == 0)
        return status;
    if (call->out.bytes == 0 && frames->bytes > SPARE_BUFFER_BYTES &&
        memory_charge(call->connection, frames->capacity)) {
        swap_out(call, frames);
    } else {
        status = memory_append(call->connection, &call->out, frames->data, frames->bytes);
        frames->bytes = 0;
    }
    if (status == GDX_OK)
        after_write(call);
    return status;
}

void outgoing_fire_rooms(gdx_connection *connection) {
    while (connection->rooms) {
        gdx_call *call = connection->rooms;
        connection->rooms = call->next_room;
        call->room = ROOM_ENOUGH;
        if (call->out_state < OUT_ENDING && call->events && call->events->room)
            call->events->room(call);
    }
}

// ---- the end

void outgoing_reset(gdx_call *call, uint32_t error_code) {
    if (call->stream <= 0 || call->out_state == OUT_RESET)
        return;
    call_set_out(call, OUT_RESET);
    call->reset_code = error_code;
    if (!call->connection->wire->reset(call, error_code))
        connection_end(call->connection, NGHTTP2_INTERNAL_ERROR, "no memory");
    connection_touch(call->connection);
}

// With nothing left to send. The end of the data is asked for only when the peer's windows have room, but trailers need
// none.
static void trail_at_once(gdx_call *call) {
    if (!outgoing_trail(call))
        outgoing_reset(call, NGHTTP2_INTERNAL_ERROR);
    connection_touch(call->connection);
}

void gdx_call_finish(gdx_call *call, gdx_grpc_code code, gdx_slice message, gdx_slice details) {
    if (call->out_state >= OUT_ENDING || call->stream <= 0)
        return;
    if (call->dialect == GDX_DIALECT_PLAIN) {
        gdx_call_answer_words(call, ending_http_status(code), code, NULL, "%.*s\n", GDX_SLICE_ARGUMENTS(message));
        return;
    }
    bool is_grpc = call->dialect == GDX_DIALECT_GRPC;
    if (is_grpc && call->headers.count > 0 && send_headers(call) != GDX_OK) {
        outgoing_reset(call, NGHTTP2_INTERNAL_ERROR);
        return;
    }
    bool is_open = call->out_state == OUT_OPEN;
    call_set_out(call, OUT_ENDING);
    call->has_status = true;
    call->code = (unsigned)code < GDX_GRPC_CODES ? code : GDX_GRPC_UNKNOWN;
    // Without memory for the message the code is still sent. Both are cut to what fits a header block.
    enum { MESSAGE_LIMIT = 4096, DETAILS_LIMIT = 8192 };
    message.bytes = message.bytes < MESSAGE_LIMIT ? message.bytes : MESSAGE_LIMIT;
    if (gdx_buffer_append(&call->status_message, message.data, message.bytes) != GDX_OK ||
        (details.bytes <= DETAILS_LIMIT && gdx_buffer_append(&call->details, details.data, details.bytes) != GDX_OK))
        call->details.bytes = 0;
    incoming_discard(call);
    if (!is_grpc)
        ending_finish(call, is_open);
    else if (is_open && outgoing_waiting(call) > 0)
        outgoing_resume(call);
    else if (is_open)
        trail_at_once(call);
    else if (!submit_trailers_only(call))
        outgoing_reset(call, NGHTTP2_INTERNAL_ERROR);
}

static void drop_output(gdx_call *call) {
    call->out.bytes = call->out_at = call->out_edge = 0;
}

bool outgoing_is_blocked(const gdx_call *call) {
    return outgoing_waiting(call) > call->connection->wire->window(call);
}

bool outgoing_has_ended(const gdx_call *call) {
    return call->out_state > OUT_ENDING || (call->out_state == OUT_ENDING && outgoing_waiting(call) == 0);
}

uint64_t outgoing_due_ns(const gdx_call *call) {
    uint64_t silence_ns = call->connection->protocol->options.silence_ns;
    bool waits = call->connection->role == GDX_SERVER && outgoing_waiting(call) > 0 && call->out_state < OUT_CLOSED;
    return waits && silence_ns > 0 ? call->taken_ns + silence_ns : UINT64_MAX;
}

// In place of an answer that the peer does not take.
static void replace_status(gdx_call *call, gdx_grpc_code code, const char *message) {
    if (call->plain_http) { // which has no other status to send
        outgoing_reset(call, NGHTTP2_CANCEL);
        return;
    }
    call->code = code;
    call->status_message.bytes = call->details.bytes = 0;
    if (gdx_buffer_append(&call->status_message, message, strlen(message)) != GDX_OK)
        call->status_message.bytes = 0; // the code must do
    drop_output(call);
    trail_at_once(call);
}

void outgoing_cut(gdx_call *call, gdx_grpc_code code, const char *message) {
    if (outgoing_has_ended(call) || call->stream <= 0)
        return;
    if (call->out_state == OUT_ENDING) {
        replace_status(call, code, message);
        return;
    }
    call->out.bytes = outgoing_waiting(call) > 0 ? end_of_begun(call) : 0;
    bool may_break_off = call->dialect == GDX_DIALECT_GRPC; // whose status needs no window
    if (outgoing_waiting(call) == 0 || (may_break_off && outgoing_is_blocked(call)))
        drop_output(call);
    gdx_call_finish(call, code, gdx_slice_of(message), (gdx_slice){0});
}

void outgoing_refuse(gdx_call *call, gdx_grpc_code code, const char *format, ...) {
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    gdx_call_finish(call, code, gdx_slice_of(message), (gdx_slice){0});
}

void gdx_call_end_writing(gdx_call *call) {
    if (call->out_state < OUT_ENDING) {
        call_set_out(call, OUT_ENDING);
        outgoing_resume(call);
    }
}

void gdx_call_cancel(gdx_call *call) {
    if (call->stream > 0) {
        outgoing_reset(call, NGHTTP2_CANCEL);
    } else {
        call_stop_reading(call);
        incoming_pump(call); // which frees a call that was only still being read
    }
}

// ---- client

static void add_request(struct header_list *list, const gdx_call_options *options, const char *timeout) {
    header_list_add(list, ":method", gdx_slice_of("POST"), true);
    header_list_add(list, ":scheme", gdx_slice_of(options->scheme), false);
    header_list_add(list, ":path", options->path, false);
    header_list_add(list, ":authority", options->authority, false);
    header_list_add(list, "te", gdx_slice_of("trailers"), true);
    header_list_add(list, "content-type", gdx_slice_of("application/grpc"), true);
    if (options->timeout_ns > 0)
        header_list_add(list, "grpc-timeout", gdx_slice_of(timeout), false);
    if (options->gzip)
        header_list_add(list, "grpc-encoding", gdx_slice_of("gzip"), true);
    header_list_add(list, "grpc-accept-encoding", gdx_slice_of("identity,gzip"), true);
    if (options->metadata)
        header_list_add_metadata(list, options->metadata);
}

static gdx_status submit_request(gdx_call *call, const gdx_call_options *options) {
    gdx_connection *connection = call->connection;
    struct header_list *list = &connection->protocol->headers;
    char timeout[GDX_TIMEOUT_BYTES] = "";
    if (!header_list_begin(connection->protocol, call, options->metadata))
        return GDX_NO_MEMORY;
    gdx_timeout_format(options->timeout_ns, timeout);
    add_request(list, options, timeout);
    gdx_status status = http2_request(call);
    if (status != GDX_OK)
        return status;
    call_set_out(call, OUT_OPEN);
    connection_touch(connection);
    return GDX_OK;
}

gdx_status gdx_call_open(gdx_connection *connection, const gdx_call_options *options, const gdx_call_events *events,
                         void *context, uint64_t now_ns, gdx_call **out) {
    if (connection_is_over(connection) || connection->going_away || connection->drain != DRAIN_NONE)
        return GDX_UNAVAILABLE;
    connection->now_ns = now_ns;
    gdx_call *call = call_new(connection, 0);
    if (!call)
        return GDX_NO_MEMORY;
    call->deadline_ns = options->timeout_ns > 0 && options->timeout_ns < UINT64_MAX - now_ns
                            ? now_ns + options->timeout_ns
                            : UINT64_MAX;
    connection_due(connection, call->deadline_ns);
    call->send_gzip = options->gzip;
    gdx_status status = submit_request(call, options);
    if (status != GDX_OK) {
        call_free(call);
        return status;
    }
    gdx_call_attach(call, events, context);
    *out = call;
    return GDX_OK;
}
