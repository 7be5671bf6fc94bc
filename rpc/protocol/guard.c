// SPDX-License-Identifier: Apache-2.0
// guard.c: budgets against peers that make work for nothing. Each is a bucket of tokens, or strikes as gRPC counts
// pings (A8); when it is empty the connection ends with GOAWAY ENHANCE_YOUR_CALM. Covers rapid reset (CVE-2023-44487),
// resets that a peer provokes (CVE-2025-8671), floods of empty frames and of pings. libnghttp2 itself counts
// CONTINUATION frames and unanswered acknowledgements.

#include "connection.h"

static const uint64_t TOKEN = 1000000000;

static bool take_token(struct bucket *bucket, unsigned burst, unsigned per_second, uint64_t now_ns) {
    uint64_t full = burst * TOKEN;
    uint64_t passed = now_ns > bucket->filled_ns ? now_ns - bucket->filled_ns : 0;
    bucket->filled_ns = now_ns;
    if (per_second && passed > full / per_second)
        bucket->left = full;
    else
        bucket->left += passed * per_second;
    if (bucket->left > full)
        bucket->left = full;
    if (bucket->left < TOKEN)
        return false;
    bucket->left -= TOKEN;
    return true;
}

void guard_init(gdx_connection *connection) {
    const gdx_protocol_options *options = &connection->protocol->options;
    connection->resets = (struct bucket){options->reset_burst * TOKEN, connection->now_ns};
    connection->frames = (struct bucket){options->frame_burst * TOKEN, connection->now_ns};
}

void guard_count_reset(gdx_connection *connection) {
    const gdx_protocol_options *options = &connection->protocol->options;
    if (!take_token(&connection->resets, options->reset_burst, options->reset_per_second, connection->now_ns))
        connection_end(connection, NGHTTP2_ENHANCE_YOUR_CALM, "too_many_resets");
}

void guard_count_empty_frame(gdx_connection *connection) {
    const gdx_protocol_options *options = &connection->protocol->options;
    if (!take_token(&connection->frames, options->frame_burst, options->frame_per_second, connection->now_ns))
        connection_end(connection, NGHTTP2_ENHANCE_YOUR_CALM, "too_many_empty_frames");
}

void guard_count_ping(gdx_connection *connection) {
    const gdx_protocol_options *options = &connection->protocol->options;
    uint64_t before = connection->peer_ping_ns;
    connection->peer_ping_ns = connection->now_ns;
    if (before == 0 || connection->now_ns - before >= options->ping_interval_ns)
        return;
    if (++connection->strikes > options->ping_strikes)
        connection_end(connection, NGHTTP2_ENHANCE_YOUR_CALM, "too_many_pings");
}

void guard_forgive_pings(gdx_connection *connection) {
    connection->peer_ping_ns = 0;
    connection->strikes = 0;
}
