// SPDX-License-Identifier: Apache-2.0
// gdx/http.h: HTTP/1.1 requests (RFC 9112) without a socket: bytes in, events out; and the heads and chunks of answers.
// What a proxy in front might read otherwise than we do is refused: two lengths, a length beside chunks, a bare CR or
// LF, space before a colon, folded lines. Each fault has an HTTP status and a sentence.
// Relies on gdx/base.h. Threads: a reader has one owner.
#ifndef GDX_HTTP_H
#define GDX_HTTP_H

#include "gdx/base.h"

// ---- requests

typedef struct gdx_http_limits {
    size_t header_limit;    // bytes of a head, and of all trailers and chunk extensions of a request
    size_t field_limit;     // fields in a head, and in the trailers
    uint64_t content_limit; // bytes of content
} gdx_http_limits;

typedef struct gdx_http_field {
    gdx_slice name;  // in lower case
    gdx_slice value; // without space around it
} gdx_http_field;

typedef struct gdx_http_request {
    gdx_slice method;
    gdx_slice target;    // path and query as one
    gdx_slice path;      // "/a/b" as it was sent, "*" for OPTIONS
    gdx_slice query;     // after the '?'; empty when there is none
    gdx_slice authority; // "host:port", of an absolute target or the Host field; empty in HTTP/1.0 without it
    const gdx_http_field *fields;
    size_t field_count;
    uint64_t length;         // of the content; 0 when it comes in chunks
    bool is_chunked;         // the content comes in chunks
    bool is_old;             // HTTP/1.0: no chunks in the answer
    bool keeps_alive;        // the client takes another answer on this connection
    bool expects_a_go_ahead; // Expect: 100-continue: the client may wait for it before it sends the content
} gdx_http_request;

typedef struct gdx_http_fault {
    unsigned status;      // 400, 413, 414, 417, 431, 501, 505; 0: none
    const char *sentence; // what is wrong
} gdx_http_fault;

typedef enum gdx_http_event {
    GDX_HTTP_MORE,     // all bytes are taken, and more are needed
    GDX_HTTP_HEAD,     // the head is whole: gdx_http_reader_request
    GDX_HTTP_CONTENT,  // some content
    GDX_HTTP_END,      // the request is whole; the next call begins another
    GDX_HTTP_FAULT,    // gdx_http_reader_fault says what; nothing more can be read
    GDX_HTTP_NO_MEMORY // likewise
} gdx_http_event;

typedef struct gdx_http_reader gdx_http_reader;
// NULL: no memory.
gdx_http_reader *gdx_http_reader_new(const gdx_http_limits *limits);
void gdx_http_reader_free(gdx_http_reader *reader);
// Reads on until something is to be told, and moves `bytes` behind what it took. Content is a part of `bytes`, through
// `out_content`, at most `content_room` bytes of it; with no room for content the event is GDX_HTTP_MORE. After an
// answer's END nothing of the next request is taken by itself: who does not call again leaves a pipeline unread.
gdx_http_event gdx_http_reader_next(gdx_http_reader *reader, gdx_slice *bytes, size_t content_room,
                                    gdx_slice *out_content);
// From HEAD to the call after END.
const gdx_http_request *gdx_http_reader_request(const gdx_http_reader *reader);
gdx_http_fault gdx_http_reader_fault(const gdx_http_reader *reader);
// No byte of a request has come since the last one's end.
bool gdx_http_reader_is_between(const gdx_http_reader *reader);
size_t gdx_http_reader_memory(const gdx_http_reader *reader); // bytes that it holds

// ---- answers

const char *gdx_http_reason(unsigned status); // "Not Found"; "" for one that we do not send
// "HTTP/1.1 404 Not Found". GDX_NO_MEMORY, here and below; what was appended before stays.
gdx_status gdx_http_begin_head(gdx_buffer *out, unsigned status) GDX_MUST_CHECK;
// GDX_INVALID: a name that is no token, or a value with a control character: nothing is appended.
gdx_status gdx_http_append_field(gdx_buffer *out, gdx_slice name, gdx_slice value) GDX_MUST_CHECK;
gdx_status gdx_http_end_head(gdx_buffer *out) GDX_MUST_CHECK;
gdx_status gdx_http_append_last_chunk(gdx_buffer *out) GDX_MUST_CHECK;

#endif
