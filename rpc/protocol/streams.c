// SPDX-License-Identifier: Apache-2.0
// streams.c: rules of RFC 9113 on streams that libnghttp2 1.52 lets pass: a frame on a closed stream (5.1), PRIORITY on
// stream 0 (6.3), padding without its length (4.2), a SETTINGS_INITIAL_WINDOW_SIZE by which the window of a stream
// overflows (6.9.2). Each is an error of the connection. libnghttp2 has a callback for the head of a frame, but not for
// that of DATA on a stream that is no more: so heads are looked at before it gets them. A stream that we have reset may
// still get what the peer had sent by then. A peer opens no stream beyond its limit until it has seen another close, so
// the excused are few; where the ring is too short for them, old streams are excused for good.

#include "connection.h"

static uint32_t number_of(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool is_open(const gdx_connection *connection, int32_t stream) {
    return nghttp2_session_get_stream_remote_close(connection->session, stream) >= 0;
}

void streams_excuse(gdx_connection *connection, int32_t stream) {
    struct excused *excused = &connection->excused;
    int32_t *place = &excused->streams[excused->next++ % EXCUSED_STREAMS];
    if (*place > excused->forgotten)
        excused->forgotten = *place;
    *place = stream;
}

static bool is_excused(const gdx_connection *connection, int32_t stream) {
    const struct excused *excused = &connection->excused;
    for (size_t i = 0; i < EXCUSED_STREAMS; i++) {
        if (excused->streams[i] == stream)
            return true;
    }
    // After the last GOAWAY streams are not even opened.
    return stream <= excused->forgotten || connection->drain == DRAIN_FINAL;
}

static void note_new(gdx_connection *connection, int32_t stream) {
    int32_t expected = connection->newest_stream ? connection->newest_stream + 2 : 1;
    if (stream > expected) {
        connection->skipped_from = expected;
        connection->skipped_to = stream - 2;
    }
    connection->newest_stream = stream;
}

static void check_closed(gdx_connection *connection, int32_t stream, bool opens) {
    if (is_open(connection, stream) || is_excused(connection, stream))
        return;
    if (opens && stream >= connection->skipped_from && stream <= connection->skipped_to)
        connection_end(connection, NGHTTP2_PROTOCOL_ERROR, "HEADERS: a stream below one that was opened before");
    else
        connection_end(connection, NGHTTP2_STREAM_CLOSED, "a frame on a closed stream");
}

// What a new value of the setting adds to every window, the widest shows first.
static void note_windows(gdx_connection *connection) {
    connection->window_before =
        nghttp2_session_get_remote_settings(connection->session, NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE);
    connection->widest_window = 0;
    for (const gdx_call *call = connection->calls; call; call = call->next) {
        int32_t window = nghttp2_session_get_stream_remote_window_size(connection->session, call->stream);
        if (window > connection->widest_window)
            connection->widest_window = window;
    }
}

void streams_check_frame(gdx_connection *connection, const nghttp2_frame_hd *head) {
    bool opens = head->type == NGHTTP2_HEADERS, is_odd = head->stream_id & 1;
    if (connection->role == GDX_CLIENT)
        return;
    if (head->type == NGHTTP2_PRIORITY && head->stream_id == 0)
        connection_end(connection, NGHTTP2_PROTOCOL_ERROR, "PRIORITY: stream_id == 0");
    else if (head->type == NGHTTP2_SETTINGS && !(head->flags & NGHTTP2_FLAG_ACK))
        note_windows(connection);
    else if (opens && is_odd && head->stream_id > connection->newest_stream)
        note_new(connection, head->stream_id);
    else if (opens && is_odd)
        check_closed(connection, head->stream_id, true);
}

static void check_head(gdx_connection *connection, const uint8_t head[FRAME_HEAD_BYTES]) {
    int32_t stream = (int32_t)(number_of(head + 5) & INT32_MAX);
    if (head[3] <= NGHTTP2_HEADERS && head[4] & NGHTTP2_FLAG_PADDED && connection->scan.left == 0)
        connection_end(connection, NGHTTP2_FRAME_SIZE_ERROR, "padding without its length");
    else if (head[3] == NGHTTP2_DATA && stream & 1 && stream <= connection->newest_stream)
        check_closed(connection, stream, false);
}

// A head that is not whole is held back: it may be DATA's, and libnghttp2 1.52 counts a CONTINUATION anew for each part
// of its head.
bool streams_feed(gdx_connection *connection, gdx_slice bytes,
                  bool (*feed)(gdx_connection *, const uint8_t *, size_t)) {
    struct scan *scan = &connection->scan;
    const uint8_t *data = (const uint8_t *)bytes.data, *end = data + bytes.bytes, *fed = data, *at = data;
    while (at < end) {
        size_t passed = scan->left < (size_t)(end - at) ? scan->left : (size_t)(end - at);
        scan->left -= (uint32_t)passed;
        const uint8_t *head = at += passed;
        bool is_held = scan->head_bytes > 0;
        while (at < end && scan->head_bytes < FRAME_HEAD_BYTES)
            scan->head[scan->head_bytes++] = *at++;
        if (scan->head_bytes < FRAME_HEAD_BYTES)
            return feed(connection, fed, (size_t)(head - fed));
        if ((is_held || scan->head[3] == NGHTTP2_DATA) && !feed(connection, fed, (size_t)(head - fed)))
            return false; // else what comes before it is known
        fed = is_held || scan->head[3] == NGHTTP2_DATA ? head : fed;
        scan->head_bytes = 0;
        scan->left = number_of(scan->head) >> 8;
        check_head(connection, scan->head);
        if (connection_is_over(connection) || (is_held && !feed(connection, scan->head, FRAME_HEAD_BYTES)))
            return false;
        fed = is_held ? at : fed;
    }
    return feed(connection, fed, (size_t)(end - fed));
}

void streams_check_settings(gdx_connection *connection) {
    int64_t window = nghttp2_session_get_remote_settings(connection->session, NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE);
    if (connection->role == GDX_SERVER &&
        connection->widest_window + window - connection->window_before > NGHTTP2_MAX_WINDOW_SIZE)
        connection_end(connection, NGHTTP2_FLOW_CONTROL_ERROR, "SETTINGS: a window overflows");
}
