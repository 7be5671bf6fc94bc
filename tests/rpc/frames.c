// SPDX-License-Identifier: Apache-2.0
// frames.c: see frames.h.

#include "frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { HEAD_BYTES = 9 };

void frames_open(struct frames *frames, const gdx_protocol_options *options) {
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
    *frames = (struct frames){.goaway = -1};
    for (int i = 0; i < FRAMES_STREAMS; i++)
        frames->reset[i] = -1;
    frames->wire = wire_open_bare(options);
    wire_feed(frames->wire, preface, sizeof preface - 1);
    frames_take(frames);
}

void frames_close(struct frames *frames) {
    gdx_buffer_clear(&frames->in);
    wire_close(frames->wire);
}

void frames_send_one(struct frames *frames, unsigned type, unsigned flags, unsigned stream, const void *payload,
                     size_t bytes) {
    uint8_t head[HEAD_BYTES] = {(uint8_t)(bytes >> 16),  (uint8_t)(bytes >> 8),  (uint8_t)bytes,
                                (uint8_t)type,           (uint8_t)flags,         (uint8_t)(stream >> 24),
                                (uint8_t)(stream >> 16), (uint8_t)(stream >> 8), (uint8_t)stream};
    gdx_buffer whole = {0};
    assert_int_equal(gdx_buffer_append(&whole, head, sizeof head), GDX_OK);
    assert_int_equal(gdx_buffer_append(&whole, payload, bytes), GDX_OK);
    wire_feed(frames->wire, whole.data, whole.bytes);
    gdx_buffer_clear(&whole);
    frames_take(frames);
}

void frames_send(struct frames *frames, const struct frame *all, size_t count) {
    for (size_t i = 0; i < count; i++)
        frames_send_one(frames, all[i].type, all[i].flags, all[i].stream, all[i].payload, all[i].bytes);
}

static unsigned number(const uint8_t *at) {
    return (unsigned)at[0] << 24 | (unsigned)at[1] << 16 | (unsigned)at[2] << 8 | at[3];
}

static void note(struct frames *frames, const uint8_t *head, const uint8_t *payload, size_t bytes) {
    unsigned type = head[3], flags = head[4], stream = number(head + 5);
    assert_true(stream < FRAMES_STREAMS);
    if (type == GOAWAY)
        frames->goaway = (int)number(payload + 4), frames->goaways++;
    else if (type == RST_STREAM)
        frames->reset[stream] = (int)number(payload);
    else if (type == SETTINGS && flags & ACK)
        frames->settings_acks++;
    else if (type == SETTINGS)
        frames->settings++;
    else if (type == PING && flags & ACK)
        frames->ping_acks++, memcpy(frames->ping, payload, 8);
    else if (type == WINDOW_UPDATE)
        frames->window_updates++;
    if (type == DATA)
        frames->data[stream] += bytes;
    if ((type == DATA || type == HEADERS) && flags & END_STREAM)
        frames->answered[stream] = true;
}

void frames_take(struct frames *frames) {
    struct wire *wire = frames->wire;
    gdx_buffer *in = &frames->in;
    assert_int_equal(gdx_connection_pull(wire->server, in, 1 << 24, wire->now_ns), GDX_OK);
    size_t at = 0;
    while (in->bytes - at >= HEAD_BYTES) {
        const uint8_t *head = in->data + at;
        size_t bytes = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
        assert_true(in->bytes - at >= HEAD_BYTES + bytes); // whole frames alone
        note(frames, head, head + HEAD_BYTES, bytes);
        at += HEAD_BYTES + bytes;
    }
    assert_int_equal(at, in->bytes);
    in->bytes = 0;
}

bool frames_is_alive(struct frames *frames) {
    unsigned before = frames->ping_acks;
    frames_send_one(frames, PING, 0, 0, "alive ok", 8);
    return frames->goaway < 0 && frames->ping_acks == before + 1 && memcmp(frames->ping, "alive ok", 8) == 0 &&
           !gdx_connection_is_finished(frames->wire->server);
}
