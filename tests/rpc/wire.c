// SPDX-License-Identifier: Apache-2.0
// wire.c: the scripted client, and a handler that echoes, holds, floods or stays silent, by the path it is called by.

#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

// ---- the server's handler

static void on_message(gdx_call *call, gdx_slice message) {
    struct wire *wire = gdx_connection_context(gdx_call_connection(call));
    wire->messages++;
    gdx_slice path = gdx_call_path(call);
    if (gdx_slice_equal(path, gdx_slice_of("/test/Echo")) || gdx_slice_equal(path, gdx_slice_of("/test/Late")))
        assert_int_equal(gdx_call_write(call, message, GDX_COMPRESS_AUTO), GDX_OK);
    gdx_call_read(call);
}

static void on_ended(gdx_call *call) {
    gdx_slice path = gdx_call_path(call), value;
    if (gdx_metadata_find(gdx_call_metadata(call), "x-raw-bin", &value))
        assert_int_equal(gdx_call_add_trailer(call, gdx_slice_of("x-back-bin"), value), GDX_OK);
    if (gdx_metadata_find(gdx_call_metadata(call), "x-say", &value)) {
        assert_int_equal(gdx_call_add_trailer(call, gdx_slice_of("x-said"), value), GDX_OK);
        assert_int_equal(gdx_call_add_trailer(call, gdx_slice_of("x-said"), gdx_slice_of("\"twice\"")), GDX_OK);
    }
    if (gdx_slice_equal(path, gdx_slice_of("/test/Late"))) // fails after its replies
        gdx_call_finish(call, GDX_GRPC_DATA_LOSS, gdx_slice_of("bad \"byte\" \xff\n"), (gdx_slice){0});
    if (gdx_slice_equal(path, gdx_slice_of("/test/Echo")))
        gdx_call_finish(call, GDX_GRPC_OK, (gdx_slice){0}, (gdx_slice){0});
    else if (gdx_slice_equal(path, gdx_slice_of("/test/Fail")))
        gdx_call_finish(call, GDX_GRPC_NOT_FOUND, gdx_slice_of("\xe6\xb2\xa1\xe6\x9c\x89 100%\n"),
                        gdx_slice_of("details"));
}

static void write_flood(gdx_call *call) {
    static const char block[10000];
    struct wire *wire = gdx_connection_context(gdx_call_connection(call));
    while (gdx_call_room(call) > 0) {
        assert_int_equal(gdx_call_write(call, (gdx_slice){block, sizeof block}, GDX_COMPRESS_NO), GDX_OK);
        wire->flood_written += sizeof block;
    }
}

static void on_room(gdx_call *call) {
    struct wire *wire = gdx_connection_context(gdx_call_connection(call));
    wire->rooms++;
    write_flood(call);
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    struct wire *wire = gdx_connection_context(gdx_call_connection(call));
    wire->closed++;
    wire->closed_code = result->code;
    wire->closed_complete = result->complete;
    if (wire->held == call)
        wire->held = NULL;
    if (wire->flood == call)
        wire->flood = NULL;
}

static const gdx_call_events events = {.message = on_message, .ended = on_ended, .room = on_room, .closed = on_closed};

static void on_opened(gdx_call *call, void *context) {
    struct wire *wire = context;
    gdx_slice path = gdx_call_path(call);
    wire->opened++;
    if (gdx_slice_equal(path, gdx_slice_of("/test/Unknown"))) {
        gdx_call_finish(call, GDX_GRPC_UNIMPLEMENTED, gdx_slice_of("no such method"), (gdx_slice){0});
        return;
    }
    gdx_call_attach(call, &events, wire);
    if (gdx_slice_equal(path, gdx_slice_of("/test/Hold")))
        wire->held = call;
    else if (gdx_slice_equal(path, gdx_slice_of("/test/Flood")))
        write_flood(wire->flood = call);
    else
        gdx_call_read(call);
}

// ---- the client

static ssize_t read_body(nghttp2_session *session, int32_t number, uint8_t *to, size_t room, uint32_t *flags,
                         nghttp2_data_source *source, void *user_data) {
    (void)session, (void)number, (void)user_data;
    wire_stream *stream = source->ptr;
    size_t left = stream->to_send.bytes - stream->sent;
    size_t bytes = left < room ? left : room;
    if (bytes == 0 && !stream->ends) {
        stream->deferred = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    if (bytes)
        memcpy(to, stream->to_send.data + stream->sent, bytes);
    stream->sent += bytes;
    if (stream->ends && stream->sent == stream->to_send.bytes)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)bytes;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_bytes,
                     const uint8_t *value, size_t value_bytes, uint8_t flags, void *user_data) {
    (void)session, (void)flags;
    struct wire *wire = user_data;
    wire_stream *stream = &wire->streams[frame->hd.stream_id];
    stream->trailers_only |= frame->headers.cat == NGHTTP2_HCAT_RESPONSE && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM);
    return gdx_buffer_append_format(&stream->headers, "%.*s: %.*s\n", (int)name_bytes, name, (int)value_bytes, value) ==
                   GDX_OK
               ? 0
               : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data, size_t bytes,
                   void *user_data) {
    (void)session, (void)flags;
    struct wire *wire = user_data;
    return gdx_buffer_append(&wire->streams[stream].body, data, bytes) == GDX_OK ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user_data) {
    (void)session;
    struct wire *wire = user_data;
    if (frame->hd.type == NGHTTP2_GOAWAY) {
        size_t bytes = frame->goaway.opaque_data_len < 63 ? frame->goaway.opaque_data_len : 63;
        wire->goaways++;
        wire->goaway_error = frame->goaway.error_code;
        wire->goaway_last = frame->goaway.last_stream_id;
        if (bytes)
            memcpy(wire->goaway_debug, frame->goaway.opaque_data, bytes);
        wire->goaway_debug[bytes] = '\0';
    } else if (frame->hd.type == NGHTTP2_PING && !(frame->hd.flags & NGHTTP2_FLAG_ACK)) {
        wire->pings++;
    } else if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM && frame->hd.type <= NGHTTP2_HEADERS) {
        wire->streams[frame->hd.stream_id].has_end = true;
    }
    return 0;
}

static int on_stream_closed(nghttp2_session *session, int32_t stream, uint32_t error_code, void *user_data) {
    (void)session;
    struct wire *wire = user_data;
    wire->streams[stream].closed = true;
    wire->streams[stream].error_code = error_code;
    return 0;
}

static void open_client(struct wire *wire, bool gives_window) {
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *option;
    assert_int_equal(nghttp2_session_callbacks_new(&callbacks), 0);
    assert_int_equal(nghttp2_option_new(&option), 0);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_closed);
    nghttp2_option_set_no_auto_window_update(option, !gives_window);
    nghttp2_option_set_peer_max_concurrent_streams(option, 100000);
    nghttp2_option_set_max_send_header_block_length(option, 1 << 20);
    assert_int_equal(nghttp2_session_client_new2(&wire->client, callbacks, wire, option), 0);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_option_del(option);
}

static void on_fault(const char *what, void *context) {
    struct wire *wire = context;
    wire->faults++;
    snprintf(wire->fault, sizeof wire->fault, "%s", what);
}

static void on_plain(gdx_call *call, void *context) {
    struct wire *wire = context;
    wire->plains++;
    gdx_slice path = gdx_call_path(call);
    if (!gdx_slice_equal(path, gdx_slice_of("/page"))) {
        gdx_call_answer_words(call, 404, GDX_GRPC_NOT_FOUND, NULL, "%.*s: nothing\n", GDX_SLICE_ARGUMENTS(path));
        return;
    }
    gdx_answer answer = {.status = 200,
                         .content_type = gdx_slice_of("text/html"),
                         .etag = gdx_slice_of("\"1\""),
                         .body = gdx_slice_of("<p>it</p>")};
    assert_int_equal(gdx_call_add_header(call, gdx_slice_of("x-content-type-options"), gdx_slice_of("nosniff")),
                     GDX_OK);
    gdx_call_answer(call, &answer);
}

static struct wire *open_wire(const gdx_protocol_options *options, bool gives_window) {
    static const gdx_connection_events connection_events = {
        .call_opened = on_opened, .plain_opened = on_plain, .fault = on_fault};
    gdx_protocol_options usual = gdx_protocol_options_default();
    struct wire *wire = calloc(1, sizeof *wire);
    assert_non_null(wire);
    wire->now_ns = 1000 * (uint64_t)WIRE_SECOND;
    wire->client_reads = true;
    assert_int_equal(gdx_protocol_new(options ? options : &usual, &wire->protocol), GDX_OK);
    assert_int_equal(
        gdx_connection_new(wire->protocol, GDX_SERVER, &connection_events, wire, wire->now_ns, &wire->server), GDX_OK);
    open_client(wire, gives_window);
    return wire;
}

static struct wire *greet(struct wire *wire) {
    assert_int_equal(nghttp2_submit_settings(wire->client, NGHTTP2_FLAG_NONE, NULL, 0), 0);
    wire_run(wire);
    return wire;
}

struct wire *wire_open_bare(const gdx_protocol_options *options) {
    return open_wire(options, true);
}

struct wire *wire_open(const gdx_protocol_options *options) {
    return greet(open_wire(options, true));
}

struct wire *wire_open_reluctant(const gdx_protocol_options *options) {
    return greet(open_wire(options, false));
}

void wire_close(struct wire *wire) {
    gdx_connection_free(wire->server);
    assert_int_equal(gdx_protocol_memory(wire->protocol), 0);
    assert_true(wire->closed <= wire->opened);
    gdx_protocol_free(wire->protocol);
    nghttp2_session_del(wire->client);
    for (size_t i = 0; i < WIRE_STREAMS; i++) {
        gdx_buffer_clear(&wire->streams[i].headers);
        gdx_buffer_clear(&wire->streams[i].body);
        gdx_buffer_clear(&wire->streams[i].to_send);
    }
    gdx_buffer_clear(&wire->record);
    free(wire);
}

void wire_feed(struct wire *wire, const void *bytes, size_t count) {
    assert_int_equal(gdx_buffer_append(&wire->record, bytes, count), GDX_OK);
    wire->fed = gdx_connection_feed(wire->server, (gdx_slice){bytes, count}, wire->now_ns, NULL);
}

static bool carry_to_server(struct wire *wire) {
    const uint8_t *data;
    ssize_t bytes = nghttp2_session_mem_send(wire->client, &data);
    if (bytes <= 0)
        return false;
    wire_feed(wire, data, (size_t)bytes);
    return true;
}

static bool carry_to_client(struct wire *wire) {
    gdx_buffer out = {0};
    if (!wire->client_reads)
        return false;
    assert_int_equal(gdx_connection_pull(wire->server, &out, 1 << 20, wire->now_ns), GDX_OK);
    bool any = out.bytes > 0;
    if (any)
        (void)!nghttp2_session_mem_recv(wire->client, out.data, out.bytes);
    gdx_buffer_clear(&out);
    return any;
}

void wire_run(struct wire *wire) {
    for (bool any = true; any;) {
        any = carry_to_server(wire);
        any |= carry_to_client(wire);
    }
}

void wire_tick(struct wire *wire, uint64_t pass_ns) {
    wire->now_ns += pass_ns;
    gdx_connection_tick(wire->server, wire->now_ns);
    wire_run(wire);
}

static const char *value_among(const char *const *more, const char *name) {
    for (; more && more[0]; more += 2) {
        if (strcmp(more[0], name) == 0)
            return more[1];
    }
    return NULL;
}

int32_t wire_call(struct wire *wire, const char *path, const char *const *more, const void *body, size_t bytes,
                  bool ends) {
    static const char *const usual[] = {":method",    "POST", ":scheme", "http",     ":path",        "",
                                        ":authority", "test", "te",      "trailers", "content-type", "application/grpc",
                                        NULL};
    enum { LIMIT = 64 };
    nghttp2_nv list[LIMIT];
    size_t count = 0;
    for (const char *const *at = usual; at[0]; at += 2) {
        const char *given = value_among(more, at[0]);
        const char *value = given ? given : strcmp(at[0], ":path") == 0 ? path : at[1];
        if (*value)
            list[count++] = (nghttp2_nv){(uint8_t *)at[0], (uint8_t *)value, strlen(at[0]), strlen(value), 0};
    }
    for (const char *const *at = more; at && at[0] && count < LIMIT; at += 2) {
        if (!value_among(usual, at[0]))
            list[count++] = (nghttp2_nv){(uint8_t *)at[0], (uint8_t *)at[1], strlen(at[0]), strlen(at[1]), 0};
    }
    int32_t next = (int32_t)nghttp2_session_get_next_stream_id(wire->client);
    assert_true(next < WIRE_STREAMS);
    wire_stream *stream = &wire->streams[next];
    stream->ends = ends;
    if (bytes)
        assert_int_equal(gdx_buffer_append(&stream->to_send, body, bytes), GDX_OK);
    nghttp2_data_provider provider = {.source.ptr = stream, .read_callback = read_body};
    int32_t number = nghttp2_submit_request(wire->client, NULL, list, count, bytes || !ends ? &provider : NULL, NULL);
    assert_int_equal(number, next);
    wire_run(wire);
    return number;
}

void wire_send(struct wire *wire, int32_t number, const void *body, size_t bytes, bool ends) {
    wire_stream *stream = &wire->streams[number];
    stream->ends = ends;
    if (bytes)
        assert_int_equal(gdx_buffer_append(&stream->to_send, body, bytes), GDX_OK);
    if (stream->deferred) {
        stream->deferred = false;
        (void)!nghttp2_session_resume_data(wire->client, number);
    }
    wire_run(wire);
}

bool wire_has(const struct wire *wire, int32_t stream, const char *header_line) {
    const gdx_buffer *headers = &wire->streams[stream].headers;
    return headers->bytes && memmem(headers->data, headers->bytes, header_line, strlen(header_line)) != NULL;
}

gdx_slice wire_message(gdx_buffer *buffer, const void *bytes, size_t count) {
    uint8_t prefix[GDX_MESSAGE_PREFIX_BYTES];
    gdx_message_prefix(prefix, false, (uint32_t)count);
    buffer->bytes = 0;
    assert_int_equal(gdx_buffer_append(buffer, prefix, sizeof prefix), GDX_OK);
    assert_int_equal(gdx_buffer_append(buffer, bytes, count), GDX_OK);
    return gdx_buffer_slice(buffer);
}
