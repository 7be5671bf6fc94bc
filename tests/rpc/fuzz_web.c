// SPDX-License-Identifier: Apache-2.0
// fuzz_web.c: requests in the dialects of the web with any query, any values of fields and any body, put into HTTP/2 by
// libnghttp2. Bytes: what to send (a byte), the query and a field's value (lines), the body.

#include "gdx/protocol.h"

#include <nghttp2/nghttp2.h>
#include <stdlib.h>

static const uint64_t SECOND = 1000000000;

static void take_message(gdx_call *call, gdx_slice message) {
    if (gdx_call_write(call, message, GDX_COMPRESS_AUTO) == GDX_OK)
        gdx_call_read(call);
}

static void take_end(gdx_call *call) {
    const gdx_metadata *metadata = gdx_call_metadata(call);
    gdx_slice name, value;
    for (size_t at = 0; gdx_metadata_next(metadata, &at, &name, &value);)
        (void)!gdx_call_add_trailer(call, name, value);
    gdx_slice query = gdx_call_field(call, GDX_FIELD_QUERY);
    gdx_call_finish(call, query.bytes % 2 ? GDX_GRPC_NOT_FOUND : GDX_GRPC_OK, query,
                    query); // its details are no Status
}

static void take_close(gdx_call *call, const gdx_call_result *result) {
    (void)call, (void)result;
}

static const gdx_call_events call_events = {.message = take_message, .ended = take_end, .closed = take_close};

static void open_call(gdx_call *call, void *context) {
    gdx_call_attach(call, &call_events, context);
    gdx_call_read(call);
}

static void open_plain(gdx_call *call, void *context) {
    (void)context;
    gdx_call_answer_words(call, 404, GDX_GRPC_NOT_FOUND, "GET", "%.*s", GDX_SLICE_ARGUMENTS(gdx_call_path(call)));
}

static ssize_t read_body(nghttp2_session *session, int32_t stream, uint8_t *to, size_t room, uint32_t *flags,
                         nghttp2_data_source *source, void *user_data) {
    (void)session, (void)stream, (void)user_data;
    gdx_slice *left = source->ptr;
    size_t bytes = left->bytes < room ? left->bytes : room;
    if (bytes)
        memcpy(to, left->data, bytes);
    *left = (gdx_slice){left->data + bytes, left->bytes - bytes};
    *flags |= left->bytes == 0 ? NGHTTP2_DATA_FLAG_EOF : 0;
    return (ssize_t)bytes;
}

static gdx_slice take_line(gdx_slice *data) {
    const char *end = data->bytes ? memchr(data->data, '\n', data->bytes) : NULL;
    gdx_slice line = {data->data, end ? (size_t)(end - data->data) : data->bytes};
    *data = end ? (gdx_slice){end + 1, data->bytes - line.bytes - 1} : (gdx_slice){data->data + data->bytes, 0};
    return line;
}

static nghttp2_nv pair(const char *name, gdx_slice value) {
    return (nghttp2_nv){(uint8_t *)name, (uint8_t *)value.data, strlen(name), value.bytes, 0};
}

static void submit(nghttp2_session *client, uint8_t choice, gdx_slice path, gdx_slice value, gdx_slice *body) {
    static const char *const types[] = {"application/json",
                                        "application/proto",
                                        "application/connect+json",
                                        "application/connect+proto",
                                        "application/grpc-web",
                                        "application/grpc",
                                        "text/plain",
                                        "application/grpc-web+json"};
    static const char *const names[] = {"connect-timeout-ms",
                                        "connect-protocol-version",
                                        "content-encoding",
                                        "accept-encoding",
                                        "connect-content-encoding",
                                        "x-any-bin",
                                        "grpc-timeout",
                                        "content-type"};
    nghttp2_nv list[] = {pair(":method", gdx_slice_of(choice & 0x80 ? "GET" : "POST")),
                         pair(":scheme", gdx_slice_of("http")),
                         pair(":path", path),
                         pair(":authority", gdx_slice_of("test")),
                         pair("te", gdx_slice_of("trailers")),
                         pair("content-type", gdx_slice_of(types[choice & 7])),
                         pair(names[choice >> 3 & 7], value)};
    nghttp2_data_provider provider = {.source.ptr = body, .read_callback = read_body};
    (void)!nghttp2_submit_request(client, NULL, list, sizeof list / sizeof list[0], &provider, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static const gdx_connection_events events = {.call_opened = open_call, .plain_opened = open_plain};
    gdx_protocol_options options = gdx_protocol_options_default();
    gdx_protocol *protocol;
    gdx_connection *connection;
    nghttp2_session_callbacks *callbacks;
    nghttp2_session *client;
    gdx_slice rest = {(const char *)data + (bytes > 0), bytes - (bytes > 0)};
    gdx_buffer path = {0}, out = {0};
    options.web = true;
    gdx_slice query = take_line(&rest), value = take_line(&rest);
    if (gdx_buffer_append_format(&path, "/s/Echo?%.*s", GDX_SLICE_ARGUMENTS(query)) != GDX_OK ||
        gdx_protocol_new(&options, &protocol) != GDX_OK || nghttp2_session_callbacks_new(&callbacks) != 0 ||
        nghttp2_session_client_new(&client, callbacks, NULL) != 0 ||
        gdx_connection_new(protocol, GDX_SERVER, &events, NULL, SECOND, &connection) != GDX_OK)
        abort();
    (void)!nghttp2_submit_settings(client, NGHTTP2_FLAG_NONE, NULL, 0);
    submit(client, bytes ? data[0] : 0, gdx_buffer_slice(&path), value, &rest);
    const uint8_t *sent;
    gdx_status status = GDX_OK;
    for (ssize_t count; status == GDX_OK && (count = nghttp2_session_mem_send(client, &sent)) > 0;) {
        status = gdx_connection_feed(connection, (gdx_slice){(const char *)sent, (size_t)count}, SECOND, NULL);
        (void)!gdx_connection_pull(connection, &out, 1 << 20, SECOND);
    }
    gdx_connection_free(connection);
    if (gdx_protocol_memory(protocol) != 0)
        abort();
    gdx_protocol_free(protocol);
    nghttp2_session_del(client);
    nghttp2_session_callbacks_del(callbacks);
    gdx_buffer_clear(&path);
    gdx_buffer_clear(&out);
    return 0;
}
