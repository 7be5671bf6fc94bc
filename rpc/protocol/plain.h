// SPDX-License-Identifier: Apache-2.0
// plain.h: a connection over HTTP/1.1, and what each file does to it.
//   plain.c         requests, one at a time; the ends of a connection; time
//   plain_answer.c  heads and bodies of answers
#ifndef PROTOCOL_PLAIN_H
#define PROTOCOL_PLAIN_H

#include "wire.h"

#include "gdx/http.h"

enum plain_state { // changed by set_state alone
    PLAIN_READING, // the head of a request, or what comes before it
    PLAIN_CALLED,  // a call is there, until its answer has gone and its request has come
    PLAIN_PARTING, // the last answer is on its way, and what still comes is dropped
    PLAIN_DONE,    // nothing is read any more
    PLAIN_STATES
};

struct plain { // the protocol's thread only
    gdx_http_reader *reader;
    gdx_buffer held; // came, and was not read
    gdx_buffer out;  // heads
    gdx_call *call;
    enum plain_state state;
    size_t charged;      // memory
    size_t window;       // bytes of content that the call may still take
    size_t head_at;      // where the head of the answer begins in `out`
    size_t dropped;      // bytes, while parting
    uint64_t head_ns;    // when the head under way began
    uint64_t part_ns;    // when parting ends
    uint64_t blocked_ns; // since when the peer has not taken what there is; 0: not so
    bool closes;         // after this answer
    bool is_old;         // HTTP/1.0
    bool is_whole;       // the request has come to its end
    bool has_head;       // the answer's head is in `out`, or has gone
    bool is_head_open;   // it still lacks its last fields
    bool is_chunked;     // the answer
    bool has_body;       // likewise
    bool is_reset;       // the call is to end with the next pull
    bool more_is_here;   // behind what is being read
};

// plain_answer.c
// In place of an answer, if nothing of one has left. False: part of one has, and the peer sees that it is cut short.
bool plain_answer_words(gdx_connection *connection, unsigned status, const char *sentence);
bool plain_send_head(gdx_call *call, bool ends);
bool plain_pull_heads(gdx_connection *connection, gdx_buffer *out); // false: no memory
// Of an answer whose head has gone, until `out` holds `limit`.
gdx_status plain_pull_body(gdx_connection *connection, gdx_buffer *out, size_t limit,
                           bool *out_is_whole) GDX_MUST_CHECK;

#endif
