// SPDX-License-Identifier: Apache-2.0
// crawl_body.c: see crawl_body.h. Relies on zlib.
// Crawlers differ in what they keep as it came: some unpack bodies and leave the head as it was. So the head proposes,
// and the first bytes decide.

#include "crawl_body.h"

#include <ctype.h>
#include <stdio.h>

enum { LOOK_BYTES = 512, SIZE_LINE_BYTES = 1024, GZIP_WINDOW = 15 + 16, ZLIB_WINDOW = 15, RAW_WINDOW = -15 };

void crawl_body_begin(struct crawl_body *body, struct crawl_input *input, uint64_t bytes) {
    crawl_body_end(body);
    body->input = input;
    body->left = bytes;
}

void crawl_body_end(struct crawl_body *body) {
    if (body->is_started)
        inflateEnd(&body->stream);
    memset(body, 0, sizeof *body);
}

// ---- the block

// What can be looked at of the block: at least `wanted` bytes if it has so many.
static gdx_status look(struct crawl_body *body, size_t wanted, gdx_slice *out, gdx_error *err) {
    gdx_status status = crawl_input_want(body->input, wanted < body->left ? wanted : (size_t)body->left, err);
    *out = crawl_input_rest(body->input);
    out->bytes = out->bytes < body->left ? out->bytes : (size_t)body->left;
    if (status == GDX_OK && out->bytes == 0 && body->left)
        return gdx_fail(err, GDX_CORRUPT, "its Content-Length is %llu bytes more than there are",
                        (unsigned long long)body->left);
    return status;
}

static void pass(struct crawl_body *body, size_t bytes) {
    crawl_input_pass(body->input, bytes);
    body->left -= bytes;
}

gdx_status crawl_body_pass(struct crawl_body *body, gdx_error *err) {
    gdx_status status = GDX_OK;
    while (status == GDX_OK && body->left) {
        gdx_slice bytes;
        status = look(body, 1, &bytes, err);
        if (status == GDX_OK)
            pass(body, bytes.bytes);
    }
    return status;
}

// ---- the head

static bool is_size_line(gdx_slice bytes, uint64_t *out_size, size_t *out_bytes) {
    size_t at = 0;
    for (*out_size = 0; at < bytes.bytes && at < 15 && isxdigit((uint8_t)bytes.data[at]); at++) {
        char digit = (char)tolower(bytes.data[at]);
        *out_size = *out_size * 16 + (uint64_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    size_t after = at;
    while (after < bytes.bytes && (bytes.data[after] == ' ' || bytes.data[after] == '\t'))
        after++;
    if (at == 0 || after == bytes.bytes || !strchr(";\r\n", bytes.data[after]) || bytes.data[after] == '\0')
        return false;
    const char *newline = memchr(bytes.data + after, '\n', bytes.bytes - after);
    if (!newline)
        return false;
    *out_bytes = (size_t)(newline - bytes.data) + 1;
    return *out_bytes <= SIZE_LINE_BYTES;
}

// The first chunk's size is right, as far as can be seen.
static bool starts_chunked(const struct crawl_body *body, gdx_slice bytes) {
    uint64_t size;
    size_t line;
    if (!is_size_line(bytes, &size, &line))
        return false;
    if (size >= bytes.bytes - line)
        return bytes.bytes < body->left || body->is_truncated_by_crawler;
    char after = bytes.data[line + size];
    return after == '\r' || after == '\n';
}

gdx_status crawl_body_read_head(struct crawl_body *body, struct crawl_http *http, size_t *out_bytes, gdx_error *err) {
    gdx_slice bytes;
    gdx_status status = body->left ? look(body, 1, &bytes, err) : GDX_OK;
    size_t found = 0;
    for (size_t wanted = LOOK_BYTES; body->left && status == GDX_OK && !found && wanted <= CRAWL_HEAD_BYTES;
         wanted *= 2) {
        status = look(body, wanted, &bytes, err);
        found = status == GDX_OK ? crawl_head_bytes(bytes) : 0;
    }
    if (status != GDX_OK)
        return status;
    if (!found || bytes.bytes < 12 || memcmp(bytes.data, "HTTP/", 5) != 0)
        return gdx_fail(err, GDX_CORRUPT, "a response that starts with no HTTP head");
    gdx_slice head = {bytes.data, found};
    const char *space = memchr(head.data, ' ', head.bytes);
    http->status = 0;
    for (const char *at = space ? space + 1 : NULL; at && *at >= '0' && *at <= '9' && http->status < 1000; at++)
        http->status = http->status * 10 + (*at - '0');
    http->content_type = crawl_field(head, "Content-Type");
    gdx_slice encoding = crawl_field(head, "Content-Encoding");
    if (!encoding.bytes)
        encoding = crawl_field(head, "X-Crawl-Content-Encoding");
    snprintf(body->encoding, sizeof body->encoding, "%.*s", GDX_SLICE_ARGUMENTS(encoding));
    body->is_chunked = crawl_contains(crawl_field(head, "Transfer-Encoding"), "chunked");
    *out_bytes = found;
    return GDX_OK;
}

void crawl_body_pass_head(struct crawl_body *body, size_t bytes) {
    pass(body, bytes);
}

// ---- chunks

static gdx_status read_size_line(struct crawl_body *body, gdx_error *err) {
    gdx_slice bytes;
    size_t line;
    gdx_status status = look(body, SIZE_LINE_BYTES, &bytes, err);
    while (status == GDX_OK && bytes.bytes && (bytes.data[0] == '\r' || bytes.data[0] == '\n')) {
        pass(body, 1); // what ends the chunk before
        status = look(body, SIZE_LINE_BYTES, &bytes, err);
    }
    if (status != GDX_OK)
        return status;
    if (bytes.bytes == 0 && body->is_truncated_by_crawler) {
        body->is_last_passed = true;
        return GDX_OK;
    }
    if (!is_size_line(bytes, &body->chunk_left, &line))
        return gdx_fail(err, GDX_CORRUPT, "%s",
                        bytes.bytes ? "a chunk of its body has no size" : "its chunks are cut short");
    pass(body, line);
    body->is_last_passed = body->chunk_left == 0;
    return GDX_OK;
}

// At most `room` bytes of the body without chunks.
static gdx_status read_joined(struct crawl_body *body, void *to, size_t room, size_t *out_bytes, gdx_error *err) {
    *out_bytes = 0;
    gdx_status status = GDX_OK;
    if (body->is_chunked && body->chunk_left == 0 && !body->is_last_passed)
        status = read_size_line(body, err);
    bool is_end = body->is_chunked ? body->is_last_passed : body->left == 0;
    if (status != GDX_OK || is_end)
        return status;
    if (body->left == 0) {
        body->is_last_passed = true;
        return body->is_truncated_by_crawler ? GDX_OK : gdx_fail(err, GDX_CORRUPT, "its chunks are cut short");
    }
    gdx_slice bytes;
    status = look(body, 1, &bytes, err);
    if (status != GDX_OK)
        return status;
    size_t most = body->is_chunked && body->chunk_left < bytes.bytes ? (size_t)body->chunk_left : bytes.bytes;
    *out_bytes = most < room ? most : room;
    memcpy(to, bytes.data, *out_bytes);
    pass(body, *out_bytes);
    body->chunk_left -= body->is_chunked ? *out_bytes : 0;
    return GDX_OK;
}

// ---- packing

static gdx_status fill_pending(struct crawl_body *body, size_t wanted, gdx_error *err) {
    memmove(body->pending, body->pending + body->pending_at, body->pending_bytes - body->pending_at);
    body->pending_bytes -= body->pending_at;
    body->pending_at = 0;
    gdx_status status = GDX_OK;
    while (status == GDX_OK && !body->is_dry && body->pending_bytes < wanted) {
        size_t got;
        status = read_joined(body, body->pending + body->pending_bytes, CRAWL_PENDING_BYTES - body->pending_bytes, &got,
                             err);
        body->is_dry = status == GDX_OK && got == 0;
        body->pending_bytes += status == GDX_OK ? got : 0;
    }
    return status;
}

static bool looks_like_text(gdx_slice bytes) {
    for (size_t i = 0; i < bytes.bytes && i < LOOK_BYTES; i++) {
        uint8_t byte = (uint8_t)bytes.data[i];
        if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f' && byte != 0x1b)
            return false;
    }
    return true;
}

static gdx_status begin_inflate(struct crawl_body *body, int window, gdx_error *err) {
    body->packing = CRAWL_INFLATE;
    if (inflateInit2(&body->stream, window) != Z_OK)
        return gdx_fail_memory(err, "unpacking a page");
    body->is_started = true;
    return GDX_OK;
}

// By the first bytes; the head's word counts where they say nothing.
static gdx_status find_packing(struct crawl_body *body, gdx_error *err) {
    gdx_slice bytes;
    gdx_status status = body->left ? look(body, CRAWL_HEAD_BYTES / 4, &bytes, err) : GDX_OK;
    if (status == GDX_OK && body->is_chunked)
        body->is_chunked = body->left && starts_chunked(body, bytes);
    if (status == GDX_OK)
        status = fill_pending(body, LOOK_BYTES, err);
    if (status != GDX_OK)
        return status;
    gdx_slice head = {(const char *)body->pending, body->pending_bytes}, encoding = gdx_slice_of(body->encoding);
    bool is_named = encoding.bytes && !crawl_contains(encoding, "identity") && !crawl_contains(encoding, "none");
    if (ingest_is_gzip(head) && (is_named || body->is_text))
        return begin_inflate(body, GZIP_WINDOW, err);
    body->packing = CRAWL_PLAIN;
    if (!is_named || looks_like_text(head))
        return GDX_OK;
    bool is_zlib = head.bytes > 1 && (head.data[0] & 15) == 8 &&
                   ((unsigned)(uint8_t)head.data[0] << 8 | (uint8_t)head.data[1]) % 31 == 0;
    if (crawl_contains(encoding, "deflate"))
        return begin_inflate(body, is_zlib ? ZLIB_WINDOW : RAW_WINDOW, err);
    if (crawl_contains(encoding, "gzip") || !body->is_text) // unpacked by the crawler, and no text
        return GDX_OK;
    return gdx_fail(err, GDX_UNSUPPORTED, "Content-Encoding: %s is not read", body->encoding);
}

static gdx_status inflate_pending(struct crawl_body *body, void *to, size_t room, size_t *out_bytes, gdx_error *err) {
    z_stream *stream = &body->stream;
    stream->next_out = to;
    stream->avail_out = (uInt)room;
    while (stream->avail_out == room && body->packing == CRAWL_INFLATE) {
        gdx_status status = body->pending_at == body->pending_bytes ? fill_pending(body, 1, err) : GDX_OK;
        if (status != GDX_OK)
            return status;
        stream->next_in = body->pending + body->pending_at;
        stream->avail_in = (uInt)(body->pending_bytes - body->pending_at);
        bool is_dry = stream->avail_in == 0;
        int result = inflate(stream, Z_NO_FLUSH);
        body->pending_at = body->pending_bytes - stream->avail_in;
        if (result == Z_STREAM_END || (is_dry && stream->avail_out == room && body->is_truncated_by_crawler))
            body->packing = CRAWL_INFLATED;
        else if (result == Z_MEM_ERROR)
            return gdx_fail_memory(err, "unpacking a page");
        else if (stream->avail_out == room && (is_dry || (result != Z_OK && result != Z_BUF_ERROR)))
            return gdx_fail(err, GDX_CORRUPT, "its packed body is %s", is_dry ? "cut short" : "damaged");
    }
    *out_bytes = room - stream->avail_out;
    return GDX_OK;
}

gdx_status crawl_body_read(struct crawl_body *body, void *to, size_t room, size_t *out_bytes, gdx_error *err) {
    *out_bytes = 0;
    gdx_status status = body->packing == CRAWL_UNKNOWN ? find_packing(body, err) : GDX_OK;
    if (status != GDX_OK || body->packing == CRAWL_INFLATED)
        return status;
    if (body->packing == CRAWL_INFLATE)
        return inflate_pending(body, to, room < INT32_MAX ? room : INT32_MAX, out_bytes, err);
    size_t pending = body->pending_bytes - body->pending_at;
    if (pending == 0)
        return body->is_dry ? GDX_OK : read_joined(body, to, room, out_bytes, err);
    *out_bytes = pending < room ? pending : room;
    memcpy(to, body->pending + body->pending_at, *out_bytes);
    body->pending_at += *out_bytes;
    return GDX_OK;
}
