// SPDX-License-Identifier: Apache-2.0
// answer.c: answers of HTTP's own: pages, refusals in a sentence to read. They have a body of known length and no
// trailers.

#include "wire.h"

#include <stdarg.h>
#include <stdio.h>

static bool has_body(const gdx_call *call, unsigned status) {
    return status != 204 && status != 304 && !IS(gdx_call_field(call, GDX_FIELD_METHOD), "HEAD");
}

static void add(struct header_list *list, const char *name, gdx_slice value) {
    if (value.bytes > 0)
        header_list_add(list, name, value, false);
}

static bool send(gdx_call *call, const gdx_answer *answer) {
    gdx_protocol *protocol = call->connection->protocol;
    struct header_list *list = &protocol->headers;
    char status[16], length[32];
    bool ends = !has_body(call, answer->status) || answer->body.bytes == 0;
    snprintf(status, sizeof status, "%u", answer->status);
    snprintf(length, sizeof length, "%zu", answer->body.bytes);
    if ((!ends && memory_append(call->connection, &call->out, answer->body.data, answer->body.bytes) != GDX_OK) ||
        !header_list_begin(protocol, call, &call->headers))
        return false;
    header_list_add(list, ":status", gdx_slice_of(status), false);
    add(list, "content-type", answer->content_type);
    add(list, "content-encoding", answer->content_encoding);
    add(list, "cache-control", answer->cache_control);
    add(list, "etag", answer->etag);
    add(list, "allow", answer->allow);
    if (answer->status != 204 && answer->status != 304)
        header_list_add(list, "content-length", gdx_slice_of(length), false);
    if (!call->connection->protocol->options.web) // a gRPC client reads it
        header_list_add(list, "grpc-status", gdx_slice_of("2"), true);
    header_list_add_metadata(list, &call->headers);
    return outgoing_send_head(call, ends);
}

void gdx_call_answer(gdx_call *call, const gdx_answer *answer) {
    if (call->out_state != OUT_IDLE || call->stream <= 0)
        return;
    const char *message = answer->message ? answer->message : "";
    gdx_slice words = !answer->message && answer->code != GDX_GRPC_OK ? answer->body : gdx_slice_of(message);
    while (words.bytes && words.data[words.bytes - 1] == '\n')
        words.bytes--;
    call->plain_http = call->has_status = true;
    call->code = answer->code;
    call->http_status = answer->status;
    if (gdx_buffer_append(&call->status_message, words.data, words.bytes) != GDX_OK)
        call->status_message.bytes = 0; // the code must do
    call_set_out(call, OUT_ENDING);
    incoming_discard(call);
    if (!send(call, answer))
        outgoing_reset(call, NGHTTP2_INTERNAL_ERROR);
}

void gdx_call_answer_words(gdx_call *call, unsigned status, gdx_grpc_code code, const char *allow, const char *format,
                           ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    gdx_answer answer = {.status = status,
                         .content_type = gdx_slice_of("text/plain; charset=utf-8"),
                         .body = gdx_slice_of(text),
                         .code = code};
    if (allow)
        answer.allow = gdx_slice_of(allow);
    gdx_call_answer(call, &answer);
}
