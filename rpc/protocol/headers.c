// SPDX-License-Identifier: Apache-2.0
// headers.c: header lists. What a peer sent is looked at name by name as libnghttp2 decodes it and judged when the list
// is whole; what we send is laid out in a list that is reused from call to call.

#include "wire.h"

#include "gdx/base64.h"
#include "metadata.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { ENTRY_OVERHEAD = 32 }; // RFC 9113, 6.5.2

static bool begins_with(gdx_slice text, const char *prefix) {
    size_t bytes = strlen(prefix);
    return text.bytes >= bytes && memcmp(text.data, prefix, bytes) == 0;
}

// Without memory the call is refused as one whose head is too large: a guard must not take what was lost for not sent.
static void keep_text(gdx_call *call, gdx_slice value, struct text *out) {
    uint32_t at = (uint32_t)call->head.bytes; // far below 4 GiB: header_limit
    if (gdx_buffer_append(&call->head, value.data, value.bytes) == GDX_OK)
        *out = (struct text){at, (uint32_t)value.bytes};
    else
        call->header_bytes = call->connection->protocol->options.header_limit + 1;
}

static void find_fault(gdx_call *call, enum head_fault fault) {
    if (fault > call->head_fault)
        call->head_fault = fault;
}

static void keep_metadata(gdx_call *call, gdx_metadata *into, gdx_slice name, gdx_slice value) {
    if (metadata_append_from_wire(into, name, value) != GDX_OK)
        find_fault(call, HEAD_BAD_METADATA);
}

static bool within_limit(gdx_call *call, gdx_slice name, gdx_slice value) {
    call->header_bytes += name.bytes + value.bytes + ENTRY_OVERHEAD;
    return call->header_bytes <= call->connection->protocol->options.header_limit;
}

static void keep_field(gdx_call *call, gdx_head_field field, gdx_slice value) {
    keep_text(call, value, &call->fields[field]);
}

static void take_pseudo(gdx_call *call, gdx_slice name, gdx_slice value) {
    if (IS(name, ":path")) {
        keep_text(call, value, &call->path);
    } else if (IS(name, ":authority")) {
        keep_field(call, GDX_HEAD_FIELD_AUTHORITY, value);
    } else if (IS(name, ":method")) {
        call->is_post = IS(value, "POST");
        if (!call->is_post) // else gdx_call_field knows
            keep_field(call, GDX_HEAD_FIELD_METHOD, value);
    }
}

// False: it is none of those that are kept by themselves.
static bool take_web(gdx_call *call, gdx_slice name, gdx_slice value) {
    static const struct {
        const char *name;
        gdx_head_field field;
    } kept[] = {{"origin", GDX_HEAD_FIELD_ORIGIN},
                {"sec-fetch-site", GDX_HEAD_FIELD_FETCH_SITE},
                {"sec-fetch-mode", GDX_HEAD_FIELD_FETCH_MODE},
                {"if-none-match", GDX_HEAD_FIELD_IF_NONE_MATCH}};
    if (IS(name, "host")) {
        if (call->fields[GDX_HEAD_FIELD_AUTHORITY].bytes == 0)
            keep_field(call, GDX_HEAD_FIELD_AUTHORITY, value);
        return true;
    }
    if (begins_with(name, "connect-")) {
        dialect_take_connect(call, name, value);
        return true;
    }
    if (dialect_take_compression(call, name, value))
        return true;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (slice_is(name, kept[i].name, strlen(kept[i].name))) {
            keep_field(call, kept[i].field, value);
            return true;
        }
    }
    return false;
}

static void take_grpc(gdx_call *call, gdx_slice name, gdx_slice value) {
    if (IS(name, "grpc-timeout")) {
        if (!gdx_timeout_parse(value, &call->timeout_ns))
            find_fault(call, HEAD_BAD_TIMEOUT);
    } else if (IS(name, "grpc-encoding")) {
        call->encoding = dialect_encoding(value);
    } else if (IS(name, "grpc-accept-encoding")) {
        call->takes_gzip |= dialect_names_gzip(value);
    } else if (metadata_is_binary(name)) {
        keep_metadata(call, &call->metadata, name, value); // grpc-trace-bin and the like
    }
}

static void take_content_type(gdx_call *call, gdx_slice value) {
    dialect_take_content_type(call, value);
    if (call->dialect != GDX_DIALECT_GRPC)
        keep_field(call, GDX_HEAD_FIELD_CONTENT_TYPE, value);
}

void head_take_request(gdx_call *call, gdx_slice name, gdx_slice value) {
    if (!within_limit(call, name, value))
        return; // counted and forgotten; head_finish_request refuses
    if (name.data[0] == ':')
        take_pseudo(call, name, value);
    else if (begins_with(name, "grpc-"))
        take_grpc(call, name, value);
    else if (IS(name, "content-type"))
        take_content_type(call, value);
    else if (IS(name, "te"))
        call->takes_trailers = IS(value, "trailers");
    else if (!call->connection->protocol->options.web || !take_web(call, name, value))
        keep_metadata(call, &call->metadata, name, value);
}

void head_refuse_malformed(gdx_call *call) {
    gdx_connection *connection = call->connection;
    char message[128];
    if (call->out_state == OUT_RESET)
        return;
    guard_count_reset(connection); // which the peer has provoked
    if (call->out_state == OUT_IDLE && !call->events && connection->events.call_refused)
        connection->events.call_refused(call, connection->context);
    snprintf(message, sizeof message, "malformed request: %s", call->rules.fault);
    call_stop_reading(call);
    call_close(call, GDX_GRPC_INTERNAL, message);
    outgoing_reset(call, NGHTTP2_PROTOCOL_ERROR);
}

static void refuse_plain(gdx_call *call) {
    if (!call->is_post)
        gdx_call_answer_words(call, 405, GDX_GRPC_UNKNOWN, "POST", "gRPC is asked by POST alone.\n");
    else
        gdx_call_answer_words(call, 415, GDX_GRPC_UNKNOWN, NULL,
                              "This server speaks gRPC: content-type application/grpc or application/grpc+proto.\n");
}

static const char *fault_of_grpc(const gdx_call *call) {
    if (call->dialect == GDX_DIALECT_GRPC && !call->takes_trailers)
        return "te: trailers is missing: the status comes in trailers";
    if (call->head_fault == HEAD_BAD_TIMEOUT)
        return "grpc-timeout: expected 1 to 8 digits and one of H M S m u n";
    return call->head_fault == HEAD_BAD_METADATA ? "metadata: a name that ends in -bin has a value that is no base64"
                                                 : NULL;
}

static bool refuse_wrong_call(gdx_call *call) {
    size_t limit = call->connection->protocol->options.header_limit;
    gdx_slice path = gdx_call_path(call);
    const char *fault = dialect_fault(call), *grpc_fault = fault_of_grpc(call);
    if (gdx_call_is_http2(call) && !rules_have_authority(&call->rules)) // as gRPC C++ has it
        outgoing_refuse(call, GDX_GRPC_UNKNOWN, "Missing :authority header");
    else if (call->header_bytes > limit)
        outgoing_refuse(call, GDX_GRPC_RESOURCE_EXHAUSTED, "headers of %zu bytes, at most %zu are taken",
                        call->header_bytes, limit);
    else if (grpc_fault)
        outgoing_refuse(call, GDX_GRPC_INTERNAL, "%s", grpc_fault);
    else if (fault)
        outgoing_refuse(
            call, call->connect.fault == CONNECT_NO_MEMORY ? GDX_GRPC_RESOURCE_EXHAUSTED : GDX_GRPC_INVALID_ARGUMENT,
            "%s", fault);
    else if (call->encoding == ENCODING_UNKNOWN)
        outgoing_refuse(call, GDX_GRPC_UNIMPLEMENTED, "%s: this server takes identity and gzip",
                        dialect_encoding_field(call));
    else if (path.bytes < 4 || path.data[0] != '/' || !memchr(path.data + 1, '/', path.bytes - 1)) {
        gdx_call_set_http_status(call, 404);
        outgoing_refuse(call, GDX_GRPC_UNIMPLEMENTED, "%.*s: expected /package.Service/Method",
                        GDX_SLICE_ARGUMENTS(path));
    }
    return call->out_state >= OUT_ENDING;
}

static void charge_head(gdx_call *call) {
    size_t bytes = call->head.capacity + call->metadata.bytes.capacity;
    if (memory_charge(call->connection, bytes))
        call->charged = bytes;
    else
        outgoing_refuse(call, GDX_GRPC_RESOURCE_EXHAUSTED, "the connection holds too much already");
}

static void open_call(gdx_call *call) {
    gdx_connection *connection = call->connection;
    if (!refuse_wrong_call(call))
        charge_head(call);
    if (call->out_state < OUT_ENDING && !connection->events.call_opened)
        outgoing_refuse(call, GDX_GRPC_UNIMPLEMENTED, "nothing is served here");
    if (call->out_state < OUT_ENDING)
        connection->events.call_opened(call, connection->context);
    else if (connection->events.call_refused)
        connection->events.call_refused(call, connection->context);
}

static void open_plain(gdx_call *call) {
    gdx_connection *connection = call->connection;
    size_t limit = connection->protocol->options.header_limit;
    bool opens = connection->protocol->options.web && connection->events.plain_opened;
    if (call->header_bytes > limit)
        gdx_call_answer_words(call, 431, GDX_GRPC_RESOURCE_EXHAUSTED, NULL,
                              "headers of %zu bytes, at most %zu are taken\n", call->header_bytes, limit);
    else if (call->connect.fault == CONNECT_BAD_CODEC)
        gdx_call_answer_words(call, 415, GDX_GRPC_UNIMPLEMENTED, NULL, "encoding: expected json or proto\n");
    else if (!opens)
        refuse_plain(call);
    else
        charge_head(call);
    if (call->out_state < OUT_ENDING)
        connection->events.plain_opened(call, connection->context);
    else if (connection->events.call_refused)
        connection->events.call_refused(call, connection->context);
}

void head_finish_request(gdx_call *call) {
    gdx_connection *connection = call->connection;
    bool oversized = call->header_bytes > connection->protocol->options.header_limit;
    call_set_in(call, IN_OPEN);
    call->deadline_ns =
        call->timeout_ns < UINT64_MAX - connection->now_ns ? connection->now_ns + call->timeout_ns : UINT64_MAX;
    connection_due(connection, call->deadline_ns);
    if (oversized && !connection->protocol->options.web)
        call->dialect = GDX_DIALECT_GRPC; // its type may not have been looked at
    else
        dialect_settle(call);
    if (call->dialect == GDX_DIALECT_PLAIN)
        open_plain(call);
    else
        open_call(call);
}

// ---- client

static unsigned number_of(gdx_slice digits) {
    unsigned value = 0;
    for (size_t i = 0; i < digits.bytes && i < 4; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return 0;
        value = value * 10 + (unsigned)(digits.data[i] - '0');
    }
    return value;
}

static void take_status(gdx_call *call, gdx_slice name, gdx_slice value) {
    if (IS(name, "grpc-status")) {
        unsigned code = number_of(value);
        bool known = value.bytes > 0 && value.bytes <= 2 && code < GDX_GRPC_CODES && (code > 0 || IS(value, "0"));
        call->code = known ? (gdx_grpc_code)code : GDX_GRPC_UNKNOWN;
        call->has_status = true;
    } else if (IS(name, "grpc-message")) {
        call->status_message.bytes = 0;
        if (gdx_percent_decode(value, &call->status_message) != GDX_OK)
            find_fault(call, HEAD_BAD_METADATA);
    } else if (IS(name, "grpc-status-details-bin")) {
        call->details.bytes = 0;
        if (gdx_base64_decode(value, &call->details) != GDX_OK)
            find_fault(call, HEAD_BAD_METADATA);
    } else {
        take_grpc(call, name, value);
    }
}

void head_take_response(gdx_call *call, gdx_slice name, gdx_slice value, bool trailers) {
    if (!within_limit(call, name, value))
        return;
    if (IS(name, ":status"))
        call->http_status = number_of(value);
    else if (IS(name, "content-type"))
        dialect_take_content_type(call, value);
    else if (begins_with(name, "grpc-"))
        take_status(call, name, value);
    else if (name.data[0] != ':')
        keep_metadata(call, trailers ? &call->trailers : &call->metadata, name, value);
}

// What an HTTP status means where gRPC gives none (gRPC, http-grpc-status-mapping).
static gdx_grpc_code code_of_http(unsigned status) {
    switch (status) {
    case 400:
        return GDX_GRPC_INTERNAL;
    case 401:
        return GDX_GRPC_UNAUTHENTICATED;
    case 403:
        return GDX_GRPC_PERMISSION_DENIED;
    case 404:
        return GDX_GRPC_UNIMPLEMENTED;
    case 429:
    case 502:
    case 503:
    case 504:
        return GDX_GRPC_UNAVAILABLE;
    default:
        return GDX_GRPC_UNKNOWN;
    }
}

static void fail_response(gdx_call *call, gdx_grpc_code code, const char *message) {
    call_close(call, code, message);
    outgoing_reset(call, NGHTTP2_CANCEL);
}

void head_finish_response(gdx_call *call, bool trailers) {
    if (call->header_bytes > call->connection->protocol->options.header_limit) {
        fail_response(call, GDX_GRPC_RESOURCE_EXHAUSTED, "the server's headers pass the limit");
    } else if (call->http_status / 100 == 1) {
        call->http_status = 0; // an interim answer, the real one follows
    } else if (!call->has_status && call->http_status != 200) {
        fail_response(call, code_of_http(call->http_status), "the server answered by an HTTP error, not by gRPC");
    } else if (!call->has_status && call->dialect != GDX_DIALECT_GRPC) {
        fail_response(call, GDX_GRPC_UNKNOWN, "the server's answer is not gRPC, by its content-type");
    } else if (call->encoding == ENCODING_UNKNOWN) {
        fail_response(call, GDX_GRPC_INTERNAL, "the server compresses by a method that was not offered");
    } else if (!trailers && call->in_state == IN_IDLE) {
        call_set_in(call, IN_OPEN);
        if (call->events && call->events->headers)
            call->events->headers(call);
    }
}

// ---- what is sent

enum { FIXED_HEADERS = 12 };

static bool make_room(struct header_list *list, size_t count, size_t text) {
    assert(list->count == 0 && list->text.bytes == 0); // what is there already would move
    list->room = count;
    list->text_room = text;
    return gdx_grow(&list->values, &list->capacity, count, sizeof *list->values) == GDX_OK &&
           gdx_buffer_reserve(&list->text, text) == GDX_OK;
}

// Room for all, so that nothing fails or moves afterwards.
bool header_list_begin(gdx_protocol *protocol, const gdx_call *call, const gdx_metadata *metadata) {
    struct header_list *list = &protocol->headers;
    list->count = 0;
    list->text.bytes = 0;
    size_t text = 3 * call->status_message.bytes + call->details.bytes / 3 * 4 + 8;
    size_t count = FIXED_HEADERS;
    if (metadata) {
        count += metadata->count;
        text += metadata->bytes.bytes * 2;
    }
    return make_room(list, count, text);
}

bool header_list_extend(gdx_protocol *protocol, const gdx_metadata *metadata) {
    struct header_list *list = &protocol->headers;
    return make_room(list, list->room + metadata->count, list->text_room + 4 * metadata->bytes.bytes);
}

void header_list_add(struct header_list *list, const char *name, gdx_slice value, bool value_is_static) {
    uint8_t flags = NGHTTP2_NV_FLAG_NO_COPY_NAME;
    if (value_is_static)
        flags |= NGHTTP2_NV_FLAG_NO_COPY_VALUE;
    list->values[list->count++] =
        (nghttp2_nv){(uint8_t *)name, (uint8_t *)value.data, strlen(name), value.bytes, flags};
}

void header_list_add_metadata(struct header_list *list, const gdx_metadata *metadata) {
    gdx_slice name, value;
    for (size_t at = 0; gdx_metadata_next(metadata, &at, &name, &value);) {
        if (metadata_is_binary(name)) {
            size_t begin = list->text.bytes;
            if (gdx_base64_encode(value, &list->text) != GDX_OK)
                continue; // cannot be: the room is reserved
            value = (gdx_slice){(const char *)list->text.data + begin, list->text.bytes - begin};
        }
        list->values[list->count++] =
            (nghttp2_nv){(uint8_t *)name.data, (uint8_t *)value.data, name.bytes, value.bytes, NGHTTP2_NV_FLAG_NONE};
    }
}

void header_list_add_trailers(struct header_list *list, const gdx_metadata *metadata) {
    static const char prefix[] = "trailer-";
    size_t first = list->count;
    header_list_add_metadata(list, metadata);
    for (size_t i = first; i < list->count; i++) {
        nghttp2_nv *entry = &list->values[i];
        size_t begin = list->text.bytes;
        if (gdx_buffer_append(&list->text, prefix, sizeof prefix - 1) != GDX_OK ||
            gdx_buffer_append(&list->text, entry->name, entry->namelen) != GDX_OK)
            continue; // cannot be: the room is reserved
        entry->name = list->text.data + begin;
        entry->namelen += sizeof prefix - 1;
    }
}
