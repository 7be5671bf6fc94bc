// SPDX-License-Identifier: Apache-2.0
// reader.c: bytes of a connection to requests (RFC 9112). Lines are gathered whole, each byte looked at as it comes, so
// that a bare CR, a bare LF or a control character is a fault at once. A head stays in one buffer that does not move
// until the next request; content is not gathered at all.

#include "reader.h"

#include <assert.h>
#include <stdlib.h>

enum { CHUNK_LINE_BYTES_MOST = 1024, CHUNK_DIGITS_MOST = 15, KEPT_BYTES = 4096 };

#define TO(state) (1u << (state))

static const unsigned edges[READER_STATES] = {
    [READER_BETWEEN] = TO(READER_HEAD) | TO(READER_FAULT),
    [READER_HEAD] = TO(READER_CONTENT) | TO(READER_CHUNK_LINE) | TO(READER_WHOLE) | TO(READER_FAULT),
    [READER_CONTENT] = TO(READER_WHOLE),
    [READER_CHUNK_LINE] = TO(READER_CHUNK) | TO(READER_TRAILERS) | TO(READER_FAULT),
    [READER_CHUNK] = TO(READER_CHUNK_END),
    [READER_CHUNK_END] = TO(READER_CHUNK_LINE) | TO(READER_FAULT),
    [READER_TRAILERS] = TO(READER_WHOLE) | TO(READER_FAULT),
    [READER_WHOLE] = TO(READER_BETWEEN),
    [READER_FAULT] = 0,
};

static void set_state(gdx_http_reader *reader, enum reader_state state) {
    assert(edges[reader->state] & TO(state));
    reader->state = state;
}

static gdx_http_event fail(gdx_http_reader *reader, unsigned status, const char *sentence) {
    reader->fault = (gdx_http_fault){status, sentence};
    set_state(reader, READER_FAULT);
    return GDX_HTTP_FAULT;
}

static gdx_http_event starve(gdx_http_reader *reader) {
    reader->is_starved = true;
    return GDX_HTTP_NO_MEMORY;
}

static void keep_little(gdx_buffer *buffer) {
    buffer->bytes = 0;
    if (buffer->capacity > KEPT_BYTES)
        gdx_buffer_clear(buffer);
}

static void begin(gdx_http_reader *reader) {
    set_state(reader, READER_BETWEEN);
    keep_little(&reader->head);
    keep_little(&reader->line);
    reader->request = (gdx_http_request){0};
    reader->line_at = reader->line_count = reader->extra_bytes = 0;
    reader->left = reader->received = 0;
    reader->last = 0;
}

// ---- lines

static const char *fault_of_byte(uint8_t last, uint8_t byte) {
    if (byte == '\n')
        return last == '\r' ? NULL : "a line ends with LF without CR";
    if (last == '\r')
        return "there is a CR without LF";
    if ((byte < ' ' && byte != '\t' && byte != '\r') || byte == 0x7f)
        return "there is a control character in the head";
    return NULL;
}

// Appends to `to` what is there of a line. GDX_HTTP_HEAD: it is whole, with its end.
static gdx_http_event gather(gdx_http_reader *reader, gdx_slice *bytes, gdx_buffer *to, size_t limit) {
    size_t taken = 0;
    const char *sentence = NULL;
    bool is_whole = false;
    while (taken < bytes->bytes && !is_whole && to->bytes + taken < limit) {
        uint8_t byte = (uint8_t)bytes->data[taken++];
        if ((sentence = fault_of_byte(reader->last, byte)))
            return fail(reader, 400, sentence);
        reader->last = byte;
        is_whole = byte == '\n';
    }
    if (gdx_buffer_append(to, bytes->data, taken) != GDX_OK)
        return starve(reader);
    *bytes = (gdx_slice){bytes->data + taken, bytes->bytes - taken};
    if (is_whole)
        reader->last = 0;
    return is_whole ? GDX_HTTP_HEAD : GDX_HTTP_MORE;
}

// ---- the head

static gdx_slice line_of(const gdx_buffer *buffer, size_t from) {
    return (gdx_slice){(const char *)buffer->data + from, buffer->bytes - from - 2};
}

// The bounds of each line are found again: the buffer moved while it grew.
static gdx_http_fault parse_head(gdx_http_reader *reader) {
    gdx_http_request *request = &reader->request;
    const char *at = (const char *)reader->head.data, *end = at + reader->head.bytes - 2;
    *request = (gdx_http_request){.fields = reader->fields};
    gdx_http_fault fault = {0};
    for (size_t i = 0; at < end && !fault.status; i++) {
        const char *line_end = memchr(at, '\r', (size_t)(end - at));
        gdx_slice line = {at, (size_t)(line_end - at)};
        if (i == 0)
            fault = fields_take_request_line(request, line);
        else
            fault = fields_split(line, &reader->fields[request->field_count++]);
        at = line_end + 2;
    }
    return fault.status ? fault : fields_finish(request, reader->limits.content_limit);
}

static gdx_http_event finish_head(gdx_http_reader *reader) {
    if (gdx_grow(&reader->fields, &reader->field_capacity, reader->line_count, sizeof *reader->fields) != GDX_OK)
        return starve(reader);
    gdx_http_fault fault = parse_head(reader);
    if (fault.status)
        return fail(reader, fault.status, fault.sentence);
    const gdx_http_request *request = &reader->request;
    reader->left = request->length;
    reader->line_count = reader->extra_bytes = 0;
    set_state(reader, request->is_chunked ? READER_CHUNK_LINE : request->length > 0 ? READER_CONTENT : READER_WHOLE);
    return GDX_HTTP_HEAD;
}

// A line that is whole. GDX_HTTP_MORE: the head goes on.
static gdx_http_event take_line(gdx_http_reader *reader) {
    gdx_slice line = line_of(&reader->head, reader->line_at);
    if (line.bytes == 0 && reader->line_count > 0)
        return finish_head(reader);
    if (line.bytes == 0 && reader->extra_bytes++ > 0)
        return fail(reader, 400, "there are empty lines in place of a request");
    if (line.bytes == 0) { // one before a request is passed over (RFC 9112, section 2.2)
        reader->head.bytes = 0;
        return GDX_HTTP_MORE;
    }
    gdx_http_request request = {0};
    gdx_http_fault fault = reader->line_count == 0 ? fields_take_request_line(&request, line) : (gdx_http_fault){0};
    if (fault.status)
        return fail(reader, fault.status, fault.sentence);
    if (reader->line_count++ > reader->limits.field_limit)
        return fail(reader, 431, "the head has more fields than this server takes");
    reader->line_at = reader->head.bytes;
    return GDX_HTTP_MORE;
}

static gdx_http_event read_head(gdx_http_reader *reader, gdx_slice *bytes) {
    size_t limit = reader->limits.header_limit;
    if (bytes->bytes > 0 && reader->state == READER_BETWEEN)
        set_state(reader, READER_HEAD);
    while (bytes->bytes > 0) {
        gdx_http_event event = gather(reader, bytes, &reader->head, limit);
        if (event == GDX_HTTP_HEAD)
            event = take_line(reader);
        else if (event == GDX_HTTP_MORE && reader->head.bytes >= limit)
            return reader->line_count == 0 ? fail(reader, 414, "the request line is longer than this server takes")
                                           : fail(reader, 431, "the head is longer than this server takes");
        if (event != GDX_HTTP_MORE)
            return event;
    }
    return GDX_HTTP_MORE;
}

// ---- the content

static gdx_http_event read_content(gdx_http_reader *reader, gdx_slice *bytes, size_t room, gdx_slice *out_content) {
    size_t taken = bytes->bytes < room ? bytes->bytes : room;
    if (taken > reader->left)
        taken = (size_t)reader->left;
    if (taken == 0)
        return GDX_HTTP_MORE;
    *out_content = (gdx_slice){bytes->data, taken};
    *bytes = (gdx_slice){bytes->data + taken, bytes->bytes - taken};
    reader->left -= taken;
    reader->received += taken;
    if (reader->left == 0)
        set_state(reader, reader->state == READER_CHUNK ? READER_CHUNK_END : READER_WHOLE);
    return GDX_HTTP_CONTENT;
}

static int hex_digit(char byte) {
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

static gdx_http_event take_chunk_line(gdx_http_reader *reader, gdx_slice line) {
    uint64_t size = 0;
    size_t digits = 0;
    while (digits < line.bytes && digits <= CHUNK_DIGITS_MOST && hex_digit(line.data[digits]) >= 0)
        size = size << 4 | (uint64_t)hex_digit(line.data[digits++]);
    if (digits == 0 || digits > CHUNK_DIGITS_MOST)
        return fail(reader, 400, "a chunk's size is no hexadecimal number");
    size_t at = digits;
    while (at < line.bytes && (line.data[at] == ' ' || line.data[at] == '\t'))
        at++;
    if (line.bytes > digits && (at == line.bytes || line.data[at] != ';'))
        return fail(reader, 400, "a chunk's size is followed by something that is no extension");
    reader->extra_bytes += line.bytes - digits;
    if (reader->extra_bytes > reader->limits.header_limit)
        return fail(reader, 400, "the chunk extensions are longer than this server takes");
    if (size > reader->limits.content_limit - reader->received)
        return fail(reader, 413, "the content is longer than this server takes");
    reader->left = size;
    set_state(reader, size > 0 ? READER_CHUNK : READER_TRAILERS);
    return GDX_HTTP_MORE;
}

static gdx_http_event take_trailer(gdx_http_reader *reader, gdx_slice line) {
    gdx_http_field field;
    if (line.bytes == 0) {
        set_state(reader, READER_WHOLE);
        return GDX_HTTP_MORE;
    }
    gdx_http_fault fault = fields_split(line, &field);
    reader->extra_bytes += line.bytes + 2;
    if (fault.status)
        return fail(reader, fault.status, fault.sentence);
    if (!fields_may_trail(field.name))
        return fail(reader, 400, "a field that belongs to the head comes in the trailers");
    if (reader->extra_bytes > reader->limits.header_limit || ++reader->line_count > reader->limits.field_limit)
        return fail(reader, 431, "the trailers are longer than this server takes");
    return GDX_HTTP_MORE;
}

static size_t line_limit(const gdx_http_reader *reader) {
    switch (reader->state) {
    case READER_TRAILERS:
        return reader->limits.header_limit;
    case READER_CHUNK_END:
        return sizeof "\r\n" - 1;
    default:
        return CHUNK_LINE_BYTES_MOST;
    }
}

static gdx_http_event fail_long_line(gdx_http_reader *reader) {
    switch (reader->state) {
    case READER_TRAILERS:
        return fail(reader, 431, "the trailers are longer than this server takes");
    case READER_CHUNK_END:
        return fail(reader, 400, "a chunk is longer than its size says");
    default:
        return fail(reader, 400, "the line before a chunk is longer than this server takes");
    }
}

// One line of chunks or trailers. GDX_HTTP_MORE with bytes left: go on.
static gdx_http_event read_line(gdx_http_reader *reader, gdx_slice *bytes) {
    size_t limit = line_limit(reader);
    gdx_http_event event = gather(reader, bytes, &reader->line, limit);
    if (event == GDX_HTTP_MORE && reader->line.bytes >= limit)
        return fail_long_line(reader);
    if (event != GDX_HTTP_HEAD)
        return event;
    gdx_slice line = line_of(&reader->line, 0);
    reader->line.bytes = 0;
    if (reader->state == READER_TRAILERS)
        return take_trailer(reader, line);
    if (reader->state == READER_CHUNK_LINE)
        return take_chunk_line(reader, line);
    set_state(reader, READER_CHUNK_LINE);
    return GDX_HTTP_MORE;
}

// ---- the promise

gdx_http_event gdx_http_reader_next(gdx_http_reader *reader, gdx_slice *bytes, size_t content_room,
                                    gdx_slice *out_content) {
    if (reader->is_starved)
        return GDX_HTTP_NO_MEMORY;
    if (reader->state == READER_WHOLE && reader->left == UINT64_MAX)
        begin(reader); // its end was told
    for (;;) {
        gdx_http_event event = GDX_HTTP_MORE;
        switch (reader->state) {
        case READER_FAULT:
            return GDX_HTTP_FAULT;
        case READER_WHOLE:
            reader->left = UINT64_MAX;
            return GDX_HTTP_END;
        case READER_BETWEEN:
        case READER_HEAD:
            return read_head(reader, bytes);
        case READER_CONTENT:
        case READER_CHUNK:
            return read_content(reader, bytes, content_room, out_content);
        default:
            if (bytes->bytes == 0)
                return GDX_HTTP_MORE;
            event = read_line(reader, bytes);
        }
        if (event != GDX_HTTP_MORE)
            return event;
    }
}

gdx_http_reader *gdx_http_reader_new(const gdx_http_limits *limits) {
    gdx_http_reader *reader = calloc(1, sizeof *reader);
    if (reader)
        reader->limits = *limits;
    return reader;
}

void gdx_http_reader_free(gdx_http_reader *reader) {
    if (!reader)
        return;
    gdx_buffer_clear(&reader->head);
    gdx_buffer_clear(&reader->line);
    free(reader->fields);
    free(reader);
}

const gdx_http_request *gdx_http_reader_request(const gdx_http_reader *reader) {
    return &reader->request;
}

gdx_http_fault gdx_http_reader_fault(const gdx_http_reader *reader) {
    return reader->fault;
}

bool gdx_http_reader_is_between(const gdx_http_reader *reader) {
    bool passed_an_empty_line = reader->state == READER_HEAD && reader->head.bytes == 0 && reader->line_count == 0;
    return reader->state == READER_BETWEEN || passed_an_empty_line ||
           (reader->state == READER_WHOLE && reader->left == UINT64_MAX);
}

size_t gdx_http_reader_memory(const gdx_http_reader *reader) {
    return sizeof *reader + reader->head.capacity + reader->line.capacity +
           reader->field_capacity * sizeof *reader->fields;
}
