// SPDX-License-Identifier: Apache-2.0
// fuzz_connection.c: any bytes into a connection object, as a server and as a client. The first byte chooses the role
// and whether an HTTP/2 preface is put before, so that the fuzzer need not find it; bytes come in pieces, time passes
// between.

#include "gdx/protocol.h"

#include <stdlib.h>

static const uint64_t SECOND = 1000000000;

static void on_message(gdx_call *call, gdx_slice message) {
    if (gdx_call_room(call) > 0 && gdx_call_write(call, message, GDX_COMPRESS_AUTO) != GDX_OK)
        gdx_call_cancel(call);
    gdx_call_read(call);
}

static void on_ended(gdx_call *call) {
    gdx_call_finish(call, GDX_GRPC_NOT_FOUND, gdx_slice_of("50%\n"), gdx_slice_of("d"));
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    (void)call;
    if ((unsigned)result->code >= GDX_GRPC_CODES)
        abort();
}

static const gdx_call_events server_events = {.message = on_message, .ended = on_ended, .closed = on_closed};
static const gdx_call_events client_events = {.message = on_message, .closed = on_closed};

static void on_opened(gdx_call *call, void *context) {
    (void)context;
    gdx_call_attach(call, &server_events, NULL);
    if (gdx_call_path(call).bytes % 4 != 3) // some are never read
        gdx_call_read(call);
}

static void pull(gdx_connection *connection, uint64_t now_ns) {
    gdx_buffer out = {0};
    if (gdx_connection_pull(connection, &out, 1 << 16, now_ns) != GDX_OK)
        abort(); // there is memory
    gdx_buffer_clear(&out);
}

static void open_client_calls(gdx_connection *connection, uint64_t now_ns) {
    gdx_call_options options = {gdx_slice_of("/a.B/C"), gdx_slice_of("here"), "http", SECOND, NULL, true};
    for (int i = 0; i < 3; i++) {
        gdx_call *call;
        if (gdx_call_open(connection, &options, &client_events, NULL, now_ns, &call) != GDX_OK)
            continue;
        gdx_call_read(call);
        gdx_call_end_writing(call);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
    static const gdx_connection_events events = {.call_opened = on_opened};
    gdx_protocol_options options = gdx_protocol_options_default();
    options.memory_limit = 4 << 20;
    options.web = bytes > 0 && data[0] & 0x80;
    uint64_t now_ns = SECOND;
    uint8_t choice = bytes ? data[0] : 0;
    gdx_protocol *protocol;
    gdx_connection *connection;
    if (gdx_protocol_new(&options, &protocol) != GDX_OK)
        return 0;
    gdx_role role = choice & 1 ? GDX_CLIENT : GDX_SERVER;
    if (gdx_connection_new(protocol, role, &events, NULL, now_ns, &connection) != GDX_OK)
        abort();
    gdx_status status = GDX_OK;
    if (role == GDX_CLIENT)
        open_client_calls(connection, now_ns);
    if (role == GDX_CLIENT)
        status = gdx_connection_feed(connection, (gdx_slice){preface + 24, 9}, now_ns, NULL);
    else if (choice & 2)
        status = gdx_connection_feed(connection, (gdx_slice){preface, 33}, now_ns, NULL);
    pull(connection, now_ns);
    size_t step = 1 + (size_t)(choice >> 2 & 0x1f) * 16;
    for (size_t at = 1; at < bytes && status == GDX_OK; at += step) {
        size_t count = bytes - at < step ? bytes - at : step;
        now_ns += SECOND / 100;
        status = gdx_connection_feed(connection, (gdx_slice){(const char *)data + at, count}, now_ns, NULL);
        gdx_connection_tick(connection, now_ns);
        pull(connection, now_ns);
        if (gdx_connection_memory(connection) > options.memory_limit)
            abort();
    }
    gdx_connection_free(connection);
    if (gdx_protocol_memory(protocol) != 0)
        abort();
    gdx_protocol_free(protocol);
    return 0;
}
