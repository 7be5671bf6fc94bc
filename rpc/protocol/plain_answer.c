// SPDX-License-Identifier: Apache-2.0
// plain_answer.c: answers over HTTP/1.1: a head, and a body of known length, in chunks, or to the end of the connection
// for a client of HTTP/1.0. A head is closed when it leaves, for only then is it known whether the connection goes on.

#include "plain.h"

#include <stdio.h>

enum { CHUNK_BYTES = 32 * 1024 }; // four digits

static gdx_status write_words(gdx_buffer *out, unsigned status, const char *sentence) {
    char length[24];
    snprintf(length, sizeof length, "%zu", strlen(sentence) + 1);
    gdx_status written = gdx_http_begin_head(out, status);
    if (written == GDX_OK)
        written = gdx_http_append_field(out, gdx_slice_of("content-type"), gdx_slice_of("text/plain; charset=utf-8"));
    if (written == GDX_OK)
        written = gdx_http_append_field(out, gdx_slice_of("content-length"), gdx_slice_of(length));
    if (written == GDX_OK)
        written = gdx_http_append_field(out, gdx_slice_of("connection"), gdx_slice_of("close"));
    if (written == GDX_OK)
        written = gdx_http_end_head(out);
    return written == GDX_OK ? gdx_buffer_append_format(out, "%s\n", sentence) : written;
}

bool plain_answer_words(gdx_connection *connection, unsigned status, const char *sentence) {
    struct plain *plain = connection->plain;
    if (plain->has_head && !plain->is_head_open)
        return false;
    if (plain->is_head_open)
        plain->out.bytes = plain->head_at;
    plain->has_head = plain->is_head_open = false;
    return write_words(&plain->out, status, sentence) == GDX_OK;
}

static unsigned number_of(const nghttp2_nv *status) {
    unsigned value = 0;
    for (size_t i = 0; i < status->valuelen; i++)
        value = value * 10 + status->value[i] - '0';
    return value;
}

// All but what depends on whether the connection goes on, which is known when the head leaves.
bool plain_send_head(gdx_call *call, bool ends) {
    struct plain *plain = call->connection->plain;
    const struct header_list *list = &call->connection->protocol->headers;
    unsigned status = number_of(&list->values[0]);
    bool has_length = false, has_none = status == 204 || status == 304;
    plain->head_at = plain->out.bytes;
    if (gdx_http_begin_head(&plain->out, status) != GDX_OK)
        return false;
    for (size_t i = 1; i < list->count; i++) {
        gdx_slice name = {(const char *)list->values[i].name, list->values[i].namelen};
        has_length |= IS(name, "content-length");
        if (gdx_http_append_field(&plain->out, name,
                                  (gdx_slice){(const char *)list->values[i].value, list->values[i].valuelen}) ==
            GDX_NO_MEMORY)
            return false; // what is no field is left out
    }
    plain->has_body = !ends;
    plain->is_chunked = !ends && !has_length && !plain->is_old;
    plain->closes |= !ends && !has_length && plain->is_old;
    if (ends && !has_length && !has_none &&
        gdx_http_append_field(&plain->out, gdx_slice_of("content-length"), gdx_slice_of("0")) != GDX_OK)
        return false;
    plain->has_head = plain->is_head_open = true;
    return true;
}

static bool close_head(gdx_connection *connection) {
    struct plain *plain = connection->plain;
    gdx_status status = GDX_OK;
    plain->closes |= !plain->is_whole || connection->drain != DRAIN_NONE;
    if (plain->is_chunked)
        status = gdx_http_append_field(&plain->out, gdx_slice_of("transfer-encoding"), gdx_slice_of("chunked"));
    if (status == GDX_OK && plain->closes)
        status = gdx_http_append_field(&plain->out, gdx_slice_of("connection"), gdx_slice_of("close"));
    else if (status == GDX_OK && plain->is_old)
        status = gdx_http_append_field(&plain->out, gdx_slice_of("connection"), gdx_slice_of("keep-alive"));
    plain->is_head_open = false;
    return status == GDX_OK && gdx_http_end_head(&plain->out) == GDX_OK;
}

// At most a chunk of the body, and its frame. GDX_NO_MEMORY.
static gdx_status pull_chunk(gdx_connection *connection, gdx_buffer *out, size_t room, enum pulled *pulled) {
    struct plain *plain = connection->plain;
    enum { FRAME = 6 }; // "ffff\r\n"
    size_t frame = plain->is_chunked ? FRAME : 0;
    if (room > CHUNK_BYTES)
        room = CHUNK_BYTES;
    if (gdx_buffer_reserve(out, room + 2 * FRAME) != GDX_OK)
        return GDX_NO_MEMORY;
    size_t bytes = outgoing_pull(plain->call, out->data + out->bytes + frame, room, pulled);
    if (bytes == 0)
        return GDX_OK;
    if (plain->is_chunked) {
        char head[FRAME + 1];
        snprintf(head, sizeof head, "%04x\r\n", (unsigned)bytes & 0xffff);
        memcpy(out->data + out->bytes, head, FRAME);
    }
    out->bytes += frame + bytes;
    return plain->is_chunked ? gdx_buffer_append(out, "\r\n", 2) : GDX_OK;
}

gdx_status plain_pull_body(gdx_connection *connection, gdx_buffer *out, size_t limit, bool *out_is_whole) {
    struct plain *plain = connection->plain;
    enum pulled pulled = plain->has_body ? PULLED_SOME : PULLED_END;
    gdx_status status = GDX_OK;
    while (pulled == PULLED_SOME && status == GDX_OK && out->bytes < limit)
        status = pull_chunk(connection, out, limit - out->bytes, &pulled);
    *out_is_whole = pulled == PULLED_END || pulled == PULLED_TRAILERS;
    return status == GDX_OK && *out_is_whole && plain->has_body && plain->is_chunked ? gdx_http_append_last_chunk(out)
                                                                                     : status;
}

bool plain_pull_heads(gdx_connection *connection, gdx_buffer *out) {
    struct plain *plain = connection->plain;
    if (plain->is_head_open && !close_head(connection))
        return false;
    if (gdx_buffer_append(out, plain->out.data, plain->out.bytes) != GDX_OK)
        return false;
    plain->out.bytes = 0;
    return true;
}
