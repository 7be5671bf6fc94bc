// SPDX-License-Identifier: Apache-2.0
// ending.c: the heads of answers, and their ends, in the dialects of the web, which have no trailers of HTTP. gRPC-Web
// puts them into a last frame of the body; so does Connect for streams, in JSON. Connect's answer of one reply waits
// for the status: it is a bare message, or an error in JSON with a status of HTTP.

#include "wire.h"

#include "gdx/base64.h"
#include "gdx/utf8.h"
#include "metadata.h"

#include <stdio.h>

enum { WEB_TRAILERS = 0x80, CONNECT_END = 2 };

// ---- names of codes (connectrpc.com/docs/protocol, "Error Codes")

static const struct code {
    const char *name;
    unsigned http_status;
} codes[GDX_GRPC_CODES] = {
    [GDX_GRPC_OK] = {"ok", 200},
    [GDX_GRPC_CANCELLED] = {"canceled", 499},
    [GDX_GRPC_UNKNOWN] = {"unknown", 500},
    [GDX_GRPC_INVALID_ARGUMENT] = {"invalid_argument", 400},
    [GDX_GRPC_DEADLINE_EXCEEDED] = {"deadline_exceeded", 504},
    [GDX_GRPC_NOT_FOUND] = {"not_found", 404},
    [GDX_GRPC_ALREADY_EXISTS] = {"already_exists", 409},
    [GDX_GRPC_PERMISSION_DENIED] = {"permission_denied", 403},
    [GDX_GRPC_RESOURCE_EXHAUSTED] = {"resource_exhausted", 429},
    [GDX_GRPC_FAILED_PRECONDITION] = {"failed_precondition", 400},
    [GDX_GRPC_ABORTED] = {"aborted", 409},
    [GDX_GRPC_OUT_OF_RANGE] = {"out_of_range", 400},
    [GDX_GRPC_UNIMPLEMENTED] = {"unimplemented", 501},
    [GDX_GRPC_INTERNAL] = {"internal", 500},
    [GDX_GRPC_UNAVAILABLE] = {"unavailable", 503},
    [GDX_GRPC_DATA_LOSS] = {"data_loss", 500},
    [GDX_GRPC_UNAUTHENTICATED] = {"unauthenticated", 401},
};

unsigned ending_http_status(gdx_grpc_code code) {
    return codes[code].http_status;
}

// ---- JSON: the first failure is kept, so that a writer need not look at each

struct writer {
    gdx_buffer *out;
    gdx_status status;
};

static void put(struct writer *writer, const void *data, size_t bytes) {
    if (writer->status == GDX_OK)
        writer->status = gdx_buffer_append(writer->out, data, bytes);
}

static void put_text(struct writer *writer, const char *text) {
    put(writer, text, strlen(text));
}

static void put_escaped(struct writer *writer, uint8_t byte) {
    char escaped[8];
    snprintf(escaped, sizeof escaped, byte == '"' || byte == '\\' ? "\\%c" : "\\u%04x", byte);
    put_text(writer, escaped);
}

static void put_string(struct writer *writer, gdx_slice text) {
    const uint8_t *at = (const uint8_t *)text.data;
    put_text(writer, "\"");
    for (size_t left = text.bytes; left > 0 && writer->status == GDX_OK;) {
        bool well_formed;
        size_t bytes = gdx_utf8_measure(at, left, &well_formed);
        if (!well_formed)
            put_text(writer, GDX_REPLACEMENT);
        else if (*at < 0x20 || *at == '"' || *at == '\\')
            put_escaped(writer, *at);
        else
            put(writer, at, bytes);
        at += bytes;
        left -= bytes;
    }
    put_text(writer, "\"");
}

static void put_base64(struct writer *writer, gdx_slice raw) {
    put_text(writer, "\"");
    if (writer->status == GDX_OK)
        writer->status = gdx_base64_encode(raw, writer->out);
    put_text(writer, "\"");
}

// ---- details: a google.rpc.Status, and in it each google.protobuf.Any

static bool next_field(gdx_slice *message, uint64_t *out_tag, gdx_slice *out_bytes) {
    const uint8_t *at = (const uint8_t *)message->data, *end = at + message->bytes;
    uint64_t value;
    if (message->bytes == 0 || !gdx_varint_read(&at, end, out_tag) || !gdx_varint_read(&at, end, &value))
        return false;
    bool has_bytes = (*out_tag & 7) == 2;
    if ((*out_tag & 7) != 0 && (!has_bytes || value > (size_t)(end - at)))
        return false; // we have made it: it has no others
    *out_bytes = has_bytes ? (gdx_slice){(const char *)at, (size_t)value} : (gdx_slice){"", 0};
    at += out_bytes->bytes;
    *message = (gdx_slice){(const char *)at, (size_t)(end - at)};
    return true;
}

static void put_detail(struct writer *writer, gdx_slice any) {
    gdx_slice type = {"", 0}, value = {"", 0}, bytes;
    for (uint64_t tag; next_field(&any, &tag, &bytes);) {
        if (tag >> 3 == 1)
            type = bytes;
        else if (tag >> 3 == 2)
            value = bytes;
    }
    const char *slash = type.bytes ? memrchr(type.data, '/', type.bytes) : NULL;
    if (slash)
        type = (gdx_slice){slash + 1, (size_t)(type.data + type.bytes - slash - 1)};
    put_text(writer, "{\"type\":");
    put_string(writer, type);
    put_text(writer, ",\"value\":");
    put_base64(writer, value);
    put_text(writer, "}");
}

static void put_details(struct writer *writer, gdx_slice status) {
    enum { DETAILS = 3 };
    size_t count = 0;
    gdx_slice bytes;
    for (uint64_t tag; next_field(&status, &tag, &bytes);) {
        if (tag >> 3 != DETAILS)
            continue;
        put_text(writer, count++ ? "," : ",\"details\":[");
        put_detail(writer, bytes);
    }
    put_text(writer, count ? "]" : "");
}

static void put_error(struct writer *writer, const gdx_call *call) {
    put_text(writer, "{\"code\":\"");
    put_text(writer, codes[call->code].name);
    put_text(writer, "\"");
    if (call->status_message.bytes > 0) {
        put_text(writer, ",\"message\":");
        put_string(writer, gdx_buffer_slice(&call->status_message));
    }
    put_details(writer, gdx_buffer_slice(&call->details));
    put_text(writer, "}");
}

// ---- what ends a body

// Is it the first of its name?
static bool is_first(const gdx_metadata *metadata, size_t end, gdx_slice wanted) {
    gdx_slice name, value;
    for (size_t at = 0; at < end && gdx_metadata_next(metadata, &at, &name, &value);) {
        if (gdx_slice_equal(name, wanted))
            return at >= end;
    }
    return true;
}

static void put_values(struct writer *writer, const gdx_metadata *metadata, gdx_slice wanted) {
    const char *before = ":[";
    gdx_slice name, value;
    put_string(writer, wanted);
    for (size_t at = 0; gdx_metadata_next(metadata, &at, &name, &value);) {
        if (!gdx_slice_equal(name, wanted))
            continue;
        put_text(writer, before);
        if (metadata_is_binary(name))
            put_base64(writer, value);
        else
            put_string(writer, value);
        before = ",";
    }
    put_text(writer, "]");
}

static void put_metadata(struct writer *writer, const gdx_metadata *metadata) {
    const char *before = "";
    gdx_slice name, value;
    put_text(writer, "\"metadata\":{");
    for (size_t at = 0; gdx_metadata_next(metadata, &at, &name, &value);) {
        if (!is_first(metadata, at, name))
            continue;
        put_text(writer, before);
        put_values(writer, metadata, name);
        before = ",";
    }
    put_text(writer, "}");
}

static void put_connect_end(struct writer *writer, const gdx_call *call) {
    put_text(writer, "{");
    if (call->code != GDX_GRPC_OK) {
        put_text(writer, "\"error\":");
        put_error(writer, call);
        put_text(writer, call->trailers.count ? "," : "");
    }
    if (call->trailers.count)
        put_metadata(writer, &call->trailers);
    put_text(writer, "}");
}

static void put_web_trailers(struct writer *writer, const gdx_call *call) {
    gdx_protocol *protocol = call->connection->protocol;
    if (!header_list_begin(protocol, call, &call->trailers)) {
        writer->status = GDX_NO_MEMORY;
        return;
    }
    outgoing_list_status(call);
    for (size_t i = 0; i < protocol->headers.count; i++) {
        const nghttp2_nv *entry = &protocol->headers.values[i];
        put(writer, entry->name, entry->namelen);
        put_text(writer, ": ");
        put(writer, entry->value, entry->valuelen);
        put_text(writer, "\r\n");
    }
}

// The last frame of a stream.
static bool append_end(gdx_call *call) {
    gdx_buffer end = {0};
    struct writer writer = {.out = &end};
    uint8_t prefix[GDX_MESSAGE_PREFIX_BYTES];
    bool is_connect = call->dialect == GDX_DIALECT_CONNECT_STREAM;
    if (is_connect)
        put_connect_end(&writer, call);
    else
        put_web_trailers(&writer, call);
    gdx_message_prefix(prefix, false, (uint32_t)end.bytes);
    prefix[0] = is_connect ? CONNECT_END : WEB_TRAILERS;
    bool ready = writer.status == GDX_OK &&
                 memory_reserve(call->connection, &call->out, sizeof prefix + end.bytes) == GDX_OK &&
                 gdx_buffer_append(&call->out, prefix, sizeof prefix) == GDX_OK &&
                 gdx_buffer_append(&call->out, end.data, end.bytes) == GDX_OK;
    gdx_buffer_clear(&end);
    return ready;
}

// ---- heads

void ending_list_head(gdx_call *call) {
    struct header_list *list = &call->connection->protocol->headers;
    bool is_connect = call->dialect == GDX_DIALECT_CONNECT_STREAM;
    header_list_add(list, ":status", gdx_slice_of("200"), true);
    header_list_add(list, "content-type", gdx_slice_of(dialect_content_type(call)), true);
    if (call->takes_gzip)
        header_list_add(list, is_connect ? "connect-content-encoding" : "grpc-encoding", gdx_slice_of("gzip"), true);
    header_list_add(list, is_connect ? "connect-accept-encoding" : "grpc-accept-encoding", gdx_slice_of("gzip"), true);
    header_list_add_metadata(list, &call->headers);
}

static bool finish_stream(gdx_call *call, bool head_has_gone) {
    gdx_protocol *protocol = call->connection->protocol;
    if (!append_end(call))
        return false;
    if (head_has_gone) {
        outgoing_resume(call);
        return true;
    }
    if (!header_list_begin(protocol, call, &call->headers))
        return false;
    ending_list_head(call);
    return outgoing_send_head(call, false);
}

// ---- one reply

static bool has_one_reply(const gdx_call *call) {
    return call->out.bytes >= GDX_MESSAGE_PREFIX_BYTES &&
           call->out.bytes == GDX_MESSAGE_PREFIX_BYTES + (size_t)gdx_message_length(call->out.data);
}

static bool write_error(gdx_call *call) {
    gdx_buffer text = {0};
    struct writer writer = {.out = &text};
    put_error(&writer, call);
    call->out.bytes = call->out_at = call->out_edge = 0;
    bool ready =
        writer.status == GDX_OK && memory_append(call->connection, &call->out, text.data, text.bytes) == GDX_OK;
    gdx_buffer_clear(&text);
    return ready;
}

static void fail_without_reply(gdx_call *call) {
    static const char message[] = "the method gave no reply, or several";
    call->code = GDX_GRPC_INTERNAL;
    call->details.bytes = call->status_message.bytes = 0;
    if (gdx_buffer_append(&call->status_message, message, sizeof message - 1) != GDX_OK)
        call->status_message.bytes = 0; // the code must do
}

static bool finish_one(gdx_call *call) {
    gdx_protocol *protocol = call->connection->protocol;
    struct header_list *list = &protocol->headers;
    if (call->code == GDX_GRPC_OK && !has_one_reply(call))
        fail_without_reply(call);
    bool good = call->code == GDX_GRPC_OK, is_gzip = good && call->out.data[0] == 1;
    if ((!good && !write_error(call)) || !header_list_begin(protocol, call, &call->headers) ||
        !header_list_extend(protocol, &call->trailers))
        return false;
    call->out_at = good ? GDX_MESSAGE_PREFIX_BYTES : 0;
    call->http_status = !good && !call->http_status ? codes[call->code].http_status : good ? 200 : call->http_status;
    char status[16], length[32];
    snprintf(status, sizeof status, "%u", call->http_status);
    snprintf(length, sizeof length, "%zu", outgoing_waiting(call));
    header_list_add(list, ":status", gdx_slice_of(status), false);
    header_list_add(list, "content-type", gdx_slice_of(good ? dialect_content_type(call) : "application/json"), true);
    if (is_gzip)
        header_list_add(list, "content-encoding", gdx_slice_of("gzip"), true);
    header_list_add(list, "accept-encoding", gdx_slice_of("gzip"), true);
    header_list_add(list, "content-length", gdx_slice_of(length), false);
    header_list_add_metadata(list, &call->headers);
    header_list_add_trailers(list, &call->trailers);
    return outgoing_send_head(call, outgoing_waiting(call) == 0);
}

void ending_finish(gdx_call *call, bool head_has_gone) {
    bool ready = call->dialect == GDX_DIALECT_CONNECT ? finish_one(call) : finish_stream(call, head_has_gone);
    call->plain_http = true;
    if (!ready)
        outgoing_reset(call, NGHTTP2_INTERNAL_ERROR);
}
