// SPDX-License-Identifier: Apache-2.0
// reader.h: the reader's struct, and what each file does to it.
//   reader.c  bytes to lines, and lines to a head, chunks and trailers
//   fields.c  what the lines of a head say
#ifndef HTTP_READER_H
#define HTTP_READER_H

#include "gdx/http.h"

enum reader_state {
    READER_BETWEEN, // no byte of a request
    READER_HEAD,
    READER_CONTENT,    // by its length
    READER_CHUNK_LINE, // the line before a chunk
    READER_CHUNK,
    READER_CHUNK_END, // the line end after it
    READER_TRAILERS,
    READER_WHOLE, // its end is still to be told, or was
    READER_FAULT,
    READER_STATES
};

struct gdx_http_reader { // its owner's
    gdx_http_limits limits;
    enum reader_state state; // changed by set_state alone
    gdx_buffer head;         // request line and fields, until the next request
    gdx_buffer line;         // of chunks and trailers, the one at hand
    size_t line_at;          // where the line at hand begins, in `head`
    gdx_http_field *fields;
    size_t field_capacity;
    size_t line_count;  // of the head, or of the trailers
    size_t extra_bytes; // of chunk extensions and trailers
    uint64_t left;      // bytes of the content, or of the chunk
    uint64_t received;  // of the content
    gdx_http_request request;
    gdx_http_fault fault;
    uint8_t last; // byte of the line at hand; 0: it has none
    bool is_starved;
};

// Method, target, version. The line is without its end, here and below.
gdx_http_fault fields_take_request_line(gdx_http_request *request, gdx_slice line);
// Splits and checks one field. The name becomes lower case in place.
gdx_http_fault fields_split(gdx_slice line, gdx_http_field *out);
// What the fields mean together, once all are there.
gdx_http_fault fields_finish(gdx_http_request *request, uint64_t content_limit);
bool fields_may_trail(gdx_slice name);
bool fields_is_token(gdx_slice text);
bool fields_is_text(gdx_slice text); // no control character but the tab

#endif
