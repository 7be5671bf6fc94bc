// SPDX-License-Identifier: Apache-2.0
// link.h: one connection to a server: a socket, TLS if asked for, and a gdx_connection, on a loop of its own that runs
// only while a caller waits. Relies on libuv, gdx/protocol.h, gdx/tls.h, target.h.
#ifndef GDX_CLIENT_LINK_H
#define GDX_CLIENT_LINK_H

#include "gdx/protocol.h"
#include "gdx/tls.h"
#include "target.h"

#include <uv.h>

enum { LINK_READ_BYTES = 64 * 1024 };

struct link { // one owner. {0} is closed
    uv_loop_t loop;
    union {
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } handle;
    uv_timer_t timer;
    uv_connect_t connect;
    uv_write_t write;
    gdx_connection *connection;
    gdx_tls_session *tls;
    gdx_buffer plain;
    gdx_buffer out;  // being written
    gdx_error error; // why it is over
    bool is_open;    // the loop is there
    bool is_connected;
    bool is_writing;
    bool has_heard; // a byte of the server
    bool is_over;
    bool is_going_away; // the server takes no more calls on it
    char read_buffer[LINK_READ_BYTES];
};

// Connects within `timeout_ns`. GDX_UNAVAILABLE, GDX_NO_MEMORY, GDX_CORRUPT (TLS).
gdx_status link_open(struct link *link, gdx_protocol *protocol, const struct target *target, const gdx_tls *tls,
                     uint64_t timeout_ns, gdx_error *err) GDX_MUST_CHECK;
// Calls still on it get their `closed` from inside.
void link_close(struct link *link);
// Sends what is there to be sent, then, unless *done has become true by that, waits until something happens, `until_ns`
// of gdx_now_ns at the latest.
void link_turn(struct link *link, const bool *done, uint64_t until_ns);
// True: a new call may be opened on it.
bool link_is_usable(const struct link *link);

#endif
