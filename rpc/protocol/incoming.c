// SPDX-License-Identifier: Apache-2.0
// incoming.c: bytes of a call to messages. A message is handed out only when it was asked for (gdx_call_read).
// Flow control: the connection's window opens again at once, so that one call that is not read does not stop the
// others; the call's window only for bytes of a message that is wanted. What a peer can make us hold is then its calls'
// windows and the messages under way, and memory.c counts both.

#include "wire.h"

#include <stdio.h>

static size_t unread(const gdx_call *call) {
    return call->in.bytes - call->in_at;
}

static void consume(gdx_call *call, size_t bytes) {
    if (!call->connection->wire->consume(call, bytes))
        connection_end(call->connection, NGHTTP2_INTERNAL_ERROR, "no memory");
}

// Gives the first `bytes` of what is unread back to the call's window, where that was not done before.
static void open_window(gdx_call *call, size_t bytes) {
    if (bytes <= call->in_consumed)
        return;
    size_t more = bytes - call->in_consumed;
    call->in_consumed = bytes;
    if (call->stream > 0)
        consume(call, more);
    connection_touch(call->connection);
}

static void drop_input(gdx_call *call) {
    open_window(call, unread(call));
    memory_release(call->connection, call->in.capacity);
    gdx_buffer_clear(&call->in);
    call->in_at = call->in_consumed = 0;
}

void incoming_discard(gdx_call *call) {
    call_stop_reading(call);
    if (!call->pumping)
        drop_input(call);
}

static void fail(gdx_call *call, gdx_grpc_code code, const char *message) {
    if (call->connection->role == GDX_SERVER) {
        outgoing_refuse(call, code, "%s", message);
        call_stop_reading(call);
    } else {
        call_stop_reading(call);
        call_close(call, code, message);
        outgoing_reset(call, NGHTTP2_CANCEL);
    }
}

static bool prefix_is_good(gdx_call *call, const uint8_t *prefix) {
    size_t limit = call->connection->protocol->options.message_limit;
    char message[128];
    if (prefix[0] > 1) {
        fail(call, GDX_GRPC_INTERNAL, "a message's first byte is neither 0 nor 1");
    } else if (prefix[0] == 1 && call->encoding != ENCODING_GZIP) {
        fail(call, GDX_GRPC_INTERNAL, "a message is marked compressed, but grpc-encoding names no compression");
    } else if (gdx_message_length(prefix) > limit) {
        snprintf(message, sizeof message, "a message of %u bytes, at most %zu are taken", gdx_message_length(prefix),
                 limit);
        fail(call, GDX_GRPC_RESOURCE_EXHAUSTED, message);
    } else {
        return true;
    }
    return false;
}

static void hand_out(gdx_call *call, gdx_slice message) {
    if (call->events && call->events->message)
        call->events->message(call, message);
}

static void hand_out_inflated(gdx_call *call, gdx_slice gzipped) {
    gdx_protocol *protocol = call->connection->protocol;
    gdx_buffer inflated = protocol->inflated; // taken, so that a message handed out from inside has one of its own
    protocol->inflated = (gdx_buffer){0};
    inflated.bytes = 0;
    size_t limit = protocol->options.message_limit;
    gdx_status status = gdx_codec_inflate(protocol->codec, gzipped, limit, &inflated);
    if (status == GDX_OK)
        hand_out(call, gdx_buffer_slice(&inflated));
    else if (status == GDX_CORRUPT)
        fail(call, GDX_GRPC_INTERNAL, "a message is marked compressed but is no gzip stream");
    else
        fail(call, GDX_GRPC_RESOURCE_EXHAUSTED, "a message is larger than the limit once decompressed");
    gdx_buffer_clear(&protocol->inflated);
    protocol->inflated = inflated;
}

static void deliver(gdx_call *call, const uint8_t *framed) {
    gdx_slice message = {(const char *)framed + GDX_MESSAGE_PREFIX_BYTES, gdx_message_length(framed)};
    call->wanted = false;
    call->message_ns = call->connection->now_ns; // what follows starts now
    if (call->events && call->events->frame)
        call->events->frame(call, (gdx_slice){(const char *)framed, GDX_MESSAGE_PREFIX_BYTES + message.bytes});
    else if (framed[0] == 1)
        hand_out_inflated(call, message);
    else
        hand_out(call, message);
}

// Hands out the next message if it is wanted and whole. True: there may be another.
static bool deliver_next(gdx_call *call) {
    size_t bytes = unread(call);
    if (bytes < GDX_MESSAGE_PREFIX_BYTES)
        return false;
    const uint8_t *framed = call->in.data + call->in_at;
    if (!prefix_is_good(call, framed) || !call->wanted)
        return false;
    size_t needed = GDX_MESSAGE_PREFIX_BYTES + (size_t)gdx_message_length(framed);
    open_window(call, bytes < needed ? bytes : needed);
    if (bytes < needed)
        return false;
    call->in_at += needed;
    call->in_consumed -= needed;
    deliver(call, framed);
    return true;
}

static void tidy(gdx_call *call) {
    if (call->in_state == IN_CLOSED && unread(call) > 0) {
        drop_input(call);
    } else if (unread(call) == 0) {
        call->in.bytes = call->in_at = 0;
        if (call->in.capacity > 2 * (size_t)call->connection->protocol->options.stream_window)
            drop_input(call);
    }
}

static void end_input(gdx_call *call) {
    size_t left = unread(call);
    bool whole = left >= GDX_MESSAGE_PREFIX_BYTES &&
                 left - GDX_MESSAGE_PREFIX_BYTES >= gdx_message_length(call->in.data + call->in_at);
    if (whole)
        return; // it waits to be wanted
    call_set_in(call, IN_CLOSED);
    bool failed_already = call->connection->role == GDX_CLIENT && call->has_status && call->code != GDX_GRPC_OK;
    if (left > 0 && !failed_already)
        fail(call, GDX_GRPC_INTERNAL, "the last message is cut short");
    else if (call->events && call->events->ended)
        call->events->ended(call);
}

void incoming_pump(gdx_call *call) {
    if (call->pumping)
        return;
    call->pumping = true;
    while (call->in_state != IN_CLOSED && deliver_next(call)) {
    }
    if (call->in_state == IN_ENDED)
        end_input(call);
    call->pumping = false;
    tidy(call);
    if (call->stream < 0 && call->in_state == IN_CLOSED)
        call_free(call);
}

// The common case costs no copy: a whole message in one DATA frame, and wanted.
static size_t deliver_in_place(gdx_call *call, const uint8_t *data, size_t bytes) {
    size_t taken = 0;
    call->pumping = true;
    while (call->wanted && call->in_state != IN_CLOSED && bytes - taken >= GDX_MESSAGE_PREFIX_BYTES &&
           prefix_is_good(call, data + taken)) {
        size_t needed = GDX_MESSAGE_PREFIX_BYTES + (size_t)gdx_message_length(data + taken);
        if (bytes - taken < needed)
            break;
        open_window(call, needed);
        call->in_consumed = 0;
        deliver(call, data + taken);
        taken += needed;
    }
    call->pumping = false;
    return taken;
}

static void make_room(gdx_call *call) {
    if (call->in_at == 0)
        return;
    size_t left = unread(call);
    if (left > 0)
        memmove(call->in.data, call->in.data + call->in_at, left);
    call->in.bytes = left;
    call->in_at = 0;
}

bool incoming_is_silent(const gdx_call *call) {
    return unread(call) == 0 && call->in_state == IN_OPEN;
}

uint64_t incoming_due_ns(const gdx_call *call) {
    const uint64_t second = 1000000000;
    const gdx_protocol_options *options = &call->connection->protocol->options;
    size_t bytes = unread(call);
    if (!call->wanted || call->connection->role == GDX_CLIENT)
        return UINT64_MAX;
    if (incoming_is_silent(call))
        return options->silence_ns ? call->message_ns + options->silence_ns : UINT64_MAX;
    if (bytes == 0 || options->stall_ns == 0)
        return UINT64_MAX;
    uint64_t length = bytes < GDX_MESSAGE_PREFIX_BYTES ? 0 : gdx_message_length(call->in.data + call->in_at);
    return call->message_ns + options->stall_ns + length * second / SLOWEST_BYTES_A_SECOND;
}

static void keep(gdx_call *call, const uint8_t *data, size_t bytes) {
    make_room(call);
    if (memory_append(call->connection, &call->in, data, bytes) != GDX_OK)
        fail(call, GDX_GRPC_RESOURCE_EXHAUSTED, "the connection's messages take more memory than it may have");
    else
        incoming_pump(call);
    connection_due(call->connection, incoming_due_ns(call));
}

void incoming_take(gdx_call *call, const uint8_t *data, size_t bytes) {
    call->received += bytes;
    if (call->complete && call->out_state != OUT_RESET && call->received - call->linger_received > LINGER_BYTES)
        outgoing_reset(call, NGHTTP2_NO_ERROR);
    size_t taken = 0;
    if (unread(call) == 0) {
        call->message_ns = call->connection->now_ns;
        if (call->in_state != IN_CLOSED)
            taken = deliver_in_place(call, data, bytes);
    }
    if (call->in_state != IN_CLOSED && taken < bytes)
        keep(call, data + taken, bytes - taken);
    else if (taken < bytes)
        consume(call, bytes - taken);
    if (call->in_state == IN_CLOSED && call->in.capacity > 0)
        drop_input(call);
}

void incoming_end(gdx_call *call) {
    if (call->in_state < IN_ENDED)
        call_set_in(call, IN_ENDED);
    incoming_pump(call);
}

void gdx_call_read(gdx_call *call) {
    if (!call->wanted)
        call->message_ns = call->connection->now_ns;
    call->wanted = true;
    connection_due(call->connection, incoming_due_ns(call));
    incoming_pump(call);
}

uint64_t gdx_call_bytes_received(const gdx_call *call) {
    return call->received;
}
