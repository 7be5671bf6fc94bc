// SPDX-License-Identifier: Apache-2.0
// dialect.c: in which dialect a request is: by its content-type, or by the query of a GET; and the fields that only
// some dialects have. gRPC-Web's request is gRPC's. Connect's (connectrpc.com/docs/protocol) names timeout and
// compression in fields of its own; a call of one request and one reply has no prefixes, and may be a GET.

#include "wire.h"

#include "gdx/base64.h"

#include <strings.h>

static const struct content { // a type, and what it says
    const char *type;
    gdx_dialect dialect;
    gdx_form form;
} contents[] = {
    {"application/grpc", GDX_DIALECT_GRPC, GDX_FORM_PROTO},
    {"application/grpc+proto", GDX_DIALECT_GRPC, GDX_FORM_PROTO},
    {"application/json", GDX_DIALECT_CONNECT, GDX_FORM_JSON},
    {"application/proto", GDX_DIALECT_CONNECT, GDX_FORM_PROTO},
    {"application/connect+json", GDX_DIALECT_CONNECT_STREAM, GDX_FORM_JSON},
    {"application/connect+proto", GDX_DIALECT_CONNECT_STREAM, GDX_FORM_PROTO},
    {"application/grpc-web+proto", GDX_DIALECT_GRPC_WEB, GDX_FORM_PROTO},
    {"application/grpc-web", GDX_DIALECT_GRPC_WEB, GDX_FORM_PROTO},
    {"application/grpc-web+json", GDX_DIALECT_GRPC_WEB, GDX_FORM_JSON},
};
enum { CONTENTS = sizeof contents / sizeof contents[0], CONTENTS_OF_GRPC = 2 };

void dialect_take_content_type(gdx_call *call, gdx_slice value) {
    if (IS(value, "application/grpc")) { // nearly always
        call->dialect = GDX_DIALECT_GRPC;
        return;
    }
    size_t count = call->connection->protocol->options.web ? CONTENTS : CONTENTS_OF_GRPC, bytes = 0;
    while (bytes < value.bytes && value.data[bytes] != ';' && value.data[bytes] != ' ')
        bytes++;
    call->dialect = GDX_DIALECT_PLAIN;
    for (size_t i = 0; i < count; i++) { // parameters say nothing
        if (strlen(contents[i].type) == bytes && strncasecmp(value.data, contents[i].type, bytes) == 0) {
            call->dialect = contents[i].dialect;
            call->form = contents[i].form;
            return;
        }
    }
}

const char *dialect_content_type(const gdx_call *call) {
    for (size_t i = 0; i < CONTENTS; i++) {
        if (contents[i].dialect == call->dialect && contents[i].form == call->form)
            return contents[i].type;
    }
    return "application/octet-stream"; // PLAIN has its own
}

enum encoding dialect_encoding(gdx_slice value) {
    if (IS(value, "gzip"))
        return ENCODING_GZIP;
    return IS(value, "identity") ? ENCODING_IDENTITY : ENCODING_UNKNOWN;
}

const char *dialect_encoding_field(const gdx_call *call) {
    if (call->dialect == GDX_DIALECT_CONNECT)
        return call->is_post ? "content-encoding" : "compression";
    return call->dialect == GDX_DIALECT_CONNECT_STREAM ? "connect-content-encoding" : "grpc-encoding";
}

// Without regard to weights, as Connect reads them; only "gzip;q=0" is no.
bool dialect_names_gzip(gdx_slice list) {
    while (list.bytes > 0) {
        const char *comma = memchr(list.data, ',', list.bytes);
        gdx_slice one = {list.data, comma ? (size_t)(comma - list.data) : list.bytes};
        list = comma ? (gdx_slice){comma + 1, list.bytes - one.bytes - 1} : (gdx_slice){0};
        while (one.bytes && *one.data == ' ')
            one = (gdx_slice){one.data + 1, one.bytes - 1};
        const char *weight = one.bytes ? memchr(one.data, ';', one.bytes) : NULL;
        bool is_refused = weight && one.data + one.bytes - weight == 4 && memcmp(weight, ";q=0", 4) == 0;
        one.bytes = weight ? (size_t)(weight - one.data) : one.bytes;
        while (one.bytes && one.data[one.bytes - 1] == ' ')
            one.bytes--;
        if (IS(one, "gzip") && !is_refused)
            return true;
    }
    return false;
}

// ---- Connect's fields

// Milliseconds, as a positive integer of at most 10 digits.
static bool parse_timeout(gdx_slice text, uint64_t *out_ns) {
    enum { DIGITS_MOST = 10, NS_PER_MS = 1000000 };
    uint64_t value = 0;
    if (text.bytes == 0 || text.bytes > DIGITS_MOST)
        return false;
    for (size_t i = 0; i < text.bytes; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *out_ns = value * NS_PER_MS;
    return true;
}

void dialect_take_connect(gdx_call *call, gdx_slice name, gdx_slice value) {
    struct connect_head *head = &call->connect;
    if (IS(name, "connect-timeout-ms"))
        head->fault = parse_timeout(value, &call->timeout_ns) ? head->fault : CONNECT_BAD_TIMEOUT;
    else if (IS(name, "connect-protocol-version"))
        head->fault = IS(value, "1") ? head->fault : CONNECT_BAD_VERSION;
    else if (IS(name, "connect-content-encoding"))
        head->stream_encoding = dialect_encoding(value);
    else if (IS(name, "connect-accept-encoding"))
        head->stream_accept |= dialect_names_gzip(value) ? ACCEPTS_GZIP : ACCEPTS_SAID;
}

// True: the field is one of HTTP's compression.
bool dialect_take_compression(gdx_call *call, gdx_slice name, gdx_slice value) {
    struct connect_head *head = &call->connect;
    if (IS(name, "content-encoding"))
        head->encoding = dialect_encoding(value);
    else if (IS(name, "accept-encoding"))
        head->accept |= dialect_names_gzip(value) ? ACCEPTS_GZIP : ACCEPTS_SAID;
    else
        return false;
    return true;
}

// Who says nothing of what he takes, takes what he sends.
static void set_compression(gdx_call *call, enum encoding encoding, unsigned accept) {
    call->encoding = encoding;
    call->takes_gzip = accept & ACCEPTS_GZIP || (accept == 0 && encoding == ENCODING_GZIP);
}

// ---- GET: the message is in the query

static bool next_parameter(gdx_slice *query, gdx_slice *out_name, gdx_slice *out_value) {
    if (query->bytes == 0)
        return false;
    const char *end = memchr(query->data, '&', query->bytes);
    gdx_slice one = {query->data, end ? (size_t)(end - query->data) : query->bytes};
    *query = end ? (gdx_slice){end + 1, query->bytes - one.bytes - 1} : (gdx_slice){0};
    const char *sign = one.bytes ? memchr(one.data, '=', one.bytes) : NULL;
    size_t name_bytes = sign ? (size_t)(sign - one.data) : one.bytes;
    *out_name = (gdx_slice){one.data, name_bytes};
    *out_value = sign ? (gdx_slice){sign + 1, one.bytes - name_bytes - 1} : (gdx_slice){"", 0};
    return true;
}

static bool query_has(gdx_slice query, const char *wanted) {
    gdx_slice name, value;
    while (next_parameter(&query, &name, &value)) {
        if (slice_is(name, wanted, strlen(wanted)))
            return true;
    }
    return false;
}

struct asked { // by a query; the last of a name counts
    gdx_slice message;
    bool is_base64, is_known;
};

static struct asked read_query(gdx_call *call) {
    struct asked asked = {.is_known = false};
    gdx_slice query = gdx_call_field(call, GDX_FIELD_QUERY), name, value;
    while (next_parameter(&query, &name, &value)) {
        if (IS(name, "message")) {
            asked.message = value;
        } else if (IS(name, "base64")) {
            asked.is_base64 = IS(value, "1");
        } else if (IS(name, "compression")) {
            call->connect.encoding = dialect_encoding(value);
        } else if (IS(name, "connect")) {
            call->connect.fault = IS(value, "v1") ? call->connect.fault : CONNECT_BAD_VERSION;
        } else if (IS(name, "encoding")) {
            asked.is_known = IS(value, "json") || IS(value, "proto");
            call->form = IS(value, "json") ? GDX_FORM_JSON : GDX_FORM_PROTO;
        }
    }
    return asked;
}

// The alphabet of URLs to the usual one.
static void translate_base64(gdx_buffer *text) {
    for (size_t i = 0; i < text->bytes; i++) {
        uint8_t *at = &text->data[i];
        *at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
    }
}

// A form's "+" is a space.
static gdx_status decode_parameter(struct asked asked, gdx_buffer *out) {
    gdx_buffer text = {0};
    gdx_status status = gdx_buffer_append(&text, asked.message.data, asked.message.bytes);
    for (size_t i = 0; i < text.bytes && !asked.is_base64; i++)
        text.data[i] = text.data[i] == '+' ? ' ' : text.data[i];
    gdx_buffer decoded = {0};
    if (status == GDX_OK)
        status = gdx_percent_decode(gdx_buffer_slice(&text), asked.is_base64 ? &decoded : out);
    translate_base64(&decoded);
    if (status == GDX_OK && asked.is_base64)
        status = gdx_base64_decode(gdx_buffer_slice(&decoded), out);
    gdx_buffer_clear(&text);
    gdx_buffer_clear(&decoded);
    return status;
}

static void keep_message(gdx_call *call, struct asked asked) {
    gdx_buffer message = {0};
    gdx_status status = decode_parameter(asked, &message);
    if (status == GDX_INVALID)
        call->connect.fault = CONNECT_BAD_BASE64;
    else if (status != GDX_OK || !incoming_set_bare(call, gdx_buffer_slice(&message)))
        call->connect.fault = CONNECT_NO_MEMORY;
    gdx_buffer_clear(&message);
}

// ---- the head is whole

static bool is_connect_get(const gdx_call *call) {
    gdx_slice path = gdx_call_path(call), query = gdx_call_field(call, GDX_FIELD_QUERY);
    return IS(gdx_call_field(call, GDX_FIELD_METHOD), "GET") && path.bytes > 1 &&
           memchr(path.data + 1, '/', path.bytes - 1) && query_has(query, "message") && query_has(query, "encoding");
}

static void split_path(gdx_call *call) {
    gdx_slice path = gdx_call_path(call);
    const char *mark = path.bytes ? memchr(path.data, '?', path.bytes) : NULL;
    if (!mark)
        return;
    uint32_t bytes = (uint32_t)(mark - path.data);
    call->fields[GDX_FIELD_QUERY] = (struct text){call->path.at + bytes + 1, call->path.bytes - bytes - 1};
    call->path.bytes = bytes;
}

void dialect_settle(gdx_call *call) {
    struct connect_head *head = &call->connect;
    bool web = call->connection->protocol->options.web;
    if (!call->is_post || (call->dialect == GDX_DIALECT_GRPC && !gdx_call_is_http2(call)))
        call->dialect = GDX_DIALECT_PLAIN; // which refuses it in words
    if (call->dialect == GDX_DIALECT_GRPC)
        return;
    split_path(call);
    if (web && call->dialect == GDX_DIALECT_PLAIN && is_connect_get(call)) {
        struct asked asked = read_query(call);
        if (asked.is_known) {
            call->dialect = GDX_DIALECT_CONNECT;
            keep_message(call, asked);
        } else {
            head->fault = CONNECT_BAD_CODEC;
        }
    }
    if (call->dialect == GDX_DIALECT_CONNECT)
        set_compression(call, head->encoding, head->accept);
    else if (call->dialect == GDX_DIALECT_CONNECT_STREAM)
        set_compression(call, head->stream_encoding, head->stream_accept);
    else if (call->dialect == GDX_DIALECT_PLAIN)
        call->takes_gzip = head->accept & ACCEPTS_GZIP;
}

// Those that Connect has and gRPC has not. NULL: none.
const char *dialect_fault(const gdx_call *call) {
    bool is_connect = call->dialect == GDX_DIALECT_CONNECT || call->dialect == GDX_DIALECT_CONNECT_STREAM;
    static const char *const faults[] = {
        [CONNECT_GOOD] = NULL,
        [CONNECT_BAD_TIMEOUT] = "connect-timeout-ms: expected milliseconds, 1 to 10 digits",
        [CONNECT_BAD_VERSION] = "this server speaks version 1 of Connect's protocol: connect-protocol-version: 1",
        [CONNECT_BAD_BASE64] = "message: with base64=1 it must be base64, in the alphabet of URLs",
        [CONNECT_NO_MEMORY] = "no memory for the message",
    };
    return is_connect ? faults[call->connect.fault] : NULL;
}
