// SPDX-License-Identifier: Apache-2.0
// fuzz_plain.c: any bytes into a server's connection over HTTP/1.1, in pieces that the first byte chooses, while time
// passes; some requests are answered at once, some later, some never, and calls get their messages back.

#include "gdx/protocol.h"

#include <stdlib.h>

static const uint64_t SECOND = 1000000000;
enum { WAITING = 4 };

struct fuzz {
    gdx_call *waiting;
    uint64_t now_ns;
};

static void answer(gdx_call *call) {
    gdx_answer answer = {.status = 200, .body = gdx_slice_of("0123456789")};
    gdx_call_answer(call, &answer);
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    struct fuzz *fuzz = gdx_call_context(call);
    if ((unsigned)result->code >= GDX_GRPC_CODES)
        abort();
    if (fuzz->waiting == call)
        fuzz->waiting = NULL;
}

static const gdx_call_events call_events = {.closed = on_closed};

static void on_message(gdx_call *call, gdx_slice message) {
    if (gdx_call_room(call) > 0 && gdx_call_write(call, message, GDX_COMPRESS_AUTO) != GDX_OK)
        gdx_call_cancel(call);
    gdx_call_read(call);
}

static void on_ended(gdx_call *call) {
    gdx_call_finish(call, gdx_call_path(call).bytes % 2 ? GDX_GRPC_OK : GDX_GRPC_NOT_FOUND, gdx_slice_of("no"),
                    gdx_slice_of(""));
}

static const gdx_call_events echo_events = {.message = on_message, .ended = on_ended, .closed = on_closed};

static void on_call(gdx_call *call, void *context) {
    gdx_call_attach(call, &echo_events, context);
    if (gdx_call_path(call).bytes % 4 != 3) // some are never read
        gdx_call_read(call);
}

static void on_opened(gdx_call *call, void *context) {
    struct fuzz *fuzz = context;
    gdx_call_attach(call, &call_events, fuzz);
    switch (gdx_call_path(call).bytes % WAITING) {
    case 0:
        fuzz->waiting = call;
        break;
    case 3:
        gdx_call_read(call);
        fuzz->waiting = call;
        break;
    case 2:
        gdx_call_cancel(call);
        break;
    default:
        answer(call);
    }
}

// Takes a part of what there is.
static void pull(gdx_connection *connection, struct fuzz *fuzz) {
    gdx_buffer out = {0};
    if (gdx_connection_pull(connection, &out, 64, fuzz->now_ns) != GDX_OK)
        abort(); // there is memory
    gdx_buffer_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static const gdx_connection_events events = {.call_opened = on_call, .plain_opened = on_opened};
    gdx_protocol_options options = gdx_protocol_options_default();
    options.web = true;
    options.header_limit = 2048;
    options.memory_limit = 1 << 20;
    options.idle_ns = 100 * SECOND;
    gdx_protocol *protocol;
    gdx_connection *connection;
    struct fuzz fuzz = {.now_ns = SECOND};
    if (bytes < 2 || gdx_protocol_new(&options, &protocol) != GDX_OK)
        return 0;
    if (gdx_connection_new(protocol, GDX_SERVER, &events, &fuzz, fuzz.now_ns, &connection) != GDX_OK)
        abort();
    size_t step = data[0] % 64 * 8 + 1;
    for (size_t at = 1; at < bytes; at += step) {
        gdx_error err = {0};
        size_t part = bytes - at < step ? bytes - at : step;
        gdx_status fed = gdx_connection_feed(connection, (gdx_slice){(const char *)data + at, part}, fuzz.now_ns, &err);
        if (fed != GDX_OK && !gdx_connection_is_over(connection))
            abort();
        pull(connection, &fuzz);
        fuzz.now_ns += data[0] * SECOND / 32;
        gdx_connection_tick(connection, fuzz.now_ns);
        if (fuzz.waiting && at % 3 == 0)
            answer(fuzz.waiting);
        if (gdx_connection_memory(connection) > options.memory_limit)
            abort();
    }
    if (data[0] % 2)
        gdx_connection_drain(connection, fuzz.now_ns);
    pull(connection, &fuzz);
    gdx_connection_free(connection);
    if (gdx_protocol_memory(protocol) != 0)
        abort();
    gdx_protocol_free(protocol);
    return 0;
}
