// SPDX-License-Identifier: Apache-2.0
// crawl_body.h: the block of a record as the bytes of a page: the HTTP head read, chunks joined, gzip and deflate
// unpacked; the module's own.
#ifndef INGEST_CRAWL_BODY_H
#define INGEST_CRAWL_BODY_H

#include "crawl_input.h"

#include <zlib.h>

enum { CRAWL_PENDING_BYTES = 1 << 14, CRAWL_ENCODING_BYTES = 48 };

enum crawl_packing { CRAWL_UNKNOWN, CRAWL_PLAIN, CRAWL_INFLATE, CRAWL_INFLATED };

struct crawl_body {
    struct crawl_input *input;
    uint64_t left; // of the record's block
    bool is_truncated_by_crawler;
    bool is_chunked;
    bool has_chunk;      // its size line is read
    bool is_last_passed; // the chunk of size 0
    uint64_t chunk_left;
    enum crawl_packing packing;
    char encoding[CRAWL_ENCODING_BYTES]; // Content-Encoding, in small letters
    bool is_text;                        // by its media type
    z_stream stream;
    bool is_started;                      // zlib's state is there
    uint8_t pending[CRAWL_PENDING_BYTES]; // without chunks, still packed
    size_t pending_at, pending_bytes;
    bool is_dry; // nothing comes after what is pending
};

// What an HTTP head says.
struct crawl_http {
    int status;
    gdx_slice content_type; // the input's, until it is passed
};

// For a block of `bytes` that starts here.
void crawl_body_begin(struct crawl_body *body, struct crawl_input *input, uint64_t bytes);
void crawl_body_end(struct crawl_body *body); // frees zlib's state; the body may begin again
// Finds the HTTP head at the start of the block, and how long it is. GDX_CORRUPT: none.
gdx_status crawl_body_read_head(struct crawl_body *body, struct crawl_http *http, size_t *out_bytes,
                                gdx_error *err) GDX_MUST_CHECK;
void crawl_body_pass_head(struct crawl_body *body, size_t bytes);
// Up to `room` bytes, at least one unless the page is at its end. GDX_CORRUPT, GDX_UNSUPPORTED, GDX_NO_MEMORY.
gdx_status crawl_body_read(struct crawl_body *body, void *to, size_t room, size_t *out_bytes,
                           gdx_error *err) GDX_MUST_CHECK;
// Passes what is left of the block. GDX_CORRUPT: the member or the file ends before.
gdx_status crawl_body_pass(struct crawl_body *body, gdx_error *err) GDX_MUST_CHECK;

// The field's value in a head of lines, without blanks around it; "" if it is not there. The last one counts.
gdx_slice crawl_field(gdx_slice head, const char *name);
// Bytes up to and with the empty line that ends a head; 0: there is none.
size_t crawl_head_bytes(gdx_slice bytes);
bool crawl_contains(gdx_slice text, const char *word); // whatever the case of its letters

#endif
