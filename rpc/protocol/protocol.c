// SPDX-License-Identifier: Apache-2.0
// protocol.c: what all connections of a loop share: the options, libnghttp2's callbacks, spare memory.

#include "wire.h"

#include <stdlib.h>

gdx_protocol_options gdx_protocol_options_default(void) {
    const uint64_t second = 1000000000;
    return (gdx_protocol_options){
        .message_limit = 4 << 20,
        .header_limit = 16 << 10,
        .stream_limit = 256,
        .stream_window = 1 << 20,
        .connection_window = 4 << 20,
        .write_buffer = 256 << 10,
        .memory_limit = 64 << 20,
        .total_memory_limit = (size_t)1 << 30,
        .compress_from = 4 << 10,
        .handshake_ns = 10 * second,
        .stall_ns = 60 * second,
        .silence_ns = 60 * second,
        .keepalive_ns = 60 * second,
        .keepalive_timeout_ns = 20 * second,
        .ping_interval_ns = 10 * second,
        .ping_strikes = 2,
        .reset_burst = 2000,
        .reset_per_second = 200,
        .frame_burst = 500,
        .frame_per_second = 100,
    };
}

static void set_option(nghttp2_option *option) {
    nghttp2_option_set_no_auto_window_update(option, 1);
    // Cancels and deadlines are no abuse: guard.c keeps a budget of its own, which honest clients give back.
    nghttp2_option_set_stream_reset_rate_limit(option, 1000000, 1000000);
    nghttp2_option_set_max_send_header_block_length(option, 256 * 1024);
}

gdx_status gdx_protocol_new(const gdx_protocol_options *options, gdx_protocol **out) {
    gdx_protocol *protocol = calloc(1, sizeof *protocol);
    if (!protocol)
        return GDX_NO_MEMORY;
    protocol->options = *options;
    protocol->codec = gdx_codec_new();
    if (!protocol->codec || nghttp2_session_callbacks_new(&protocol->callbacks) != 0 ||
        nghttp2_option_new(&protocol->option) != 0 || nghttp2_option_new(&protocol->server_option) != 0) {
        gdx_protocol_free(protocol);
        return GDX_NO_MEMORY;
    }
    http2_set_callbacks(protocol->callbacks);
    set_option(protocol->option);
    set_option(protocol->server_option);
    nghttp2_option_set_no_http_messaging(protocol->server_option, 1); // rules.c
    *out = protocol;
    return GDX_OK;
}

void gdx_protocol_free(gdx_protocol *protocol) {
    if (!protocol)
        return;
    while (protocol->spare_calls) {
        gdx_call *call = protocol->spare_calls;
        protocol->spare_calls = call->next;
        call_destroy(call);
    }
    memory_trim(protocol);
    gdx_codec_free(protocol->codec);
    nghttp2_session_callbacks_del(protocol->callbacks);
    nghttp2_option_del(protocol->option);
    nghttp2_option_del(protocol->server_option);
    free(protocol->headers.values);
    gdx_buffer_clear(&protocol->headers.text);
    gdx_buffer_clear(&protocol->inflated);
    free(protocol);
}

size_t gdx_protocol_memory(const gdx_protocol *protocol) {
    return protocol->memory;
}
