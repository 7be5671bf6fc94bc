// SPDX-License-Identifier: Apache-2.0
// test_http_reader.c: a table of requests and what is read of them, each at once, cut in two at every byte, byte by
// byte, and truncated at every byte; then limits, and bytes that are no requests.

#include "gdx/http.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { HEADERS = 512, FIELDS = 8, CONTENT = 1000 };
static const gdx_http_limits limits = {HEADERS, FIELDS, CONTENT};

// ---- what is read, as text

struct tape {
    gdx_http_reader *reader;
    gdx_buffer log; // "HEAD ..." "CONTENT ..." "END" "FAULT ..." by spaces
    bool in_content;
};

static void write_log(struct tape *tape, const char *format, ...) GDX_PRINTF(2, 3);
static void write_log(struct tape *tape, const char *format, ...) {
    char text[4096];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    assert_int_equal(gdx_buffer_append(&tape->log, text, strlen(text)), GDX_OK);
}

static void finish_log(struct tape *tape) {
    assert_int_equal(gdx_buffer_append(&tape->log, "", 1), GDX_OK);
}

static void write_head(struct tape *tape) {
    const gdx_http_request *request = gdx_http_reader_request(tape->reader);
    write_log(tape, "[%.*s %.*s?%.*s @%.*s", GDX_SLICE_ARGUMENTS(request->method), GDX_SLICE_ARGUMENTS(request->path),
              GDX_SLICE_ARGUMENTS(request->query), GDX_SLICE_ARGUMENTS(request->authority));
    if (request->is_chunked)
        write_log(tape, " chunked");
    else if (request->length > 0)
        write_log(tape, " %" PRIu64, request->length);
    write_log(tape, "%s%s%s", request->is_old ? " old" : "", request->keeps_alive ? "" : " close",
              request->expects_a_go_ahead ? " expect" : "");
    for (size_t i = 0; i < request->field_count; i++)
        if (request->fields[i].name.data[0] == 'x')
            write_log(tape, " %.*s=%.*s", GDX_SLICE_ARGUMENTS(request->fields[i].name),
                      GDX_SLICE_ARGUMENTS(request->fields[i].value));
    write_log(tape, "]");
}

// False: at the end of what can be read.
static bool take(struct tape *tape, gdx_http_event event, gdx_slice content) {
    switch (event) {
    case GDX_HTTP_HEAD:
        write_head(tape);
        return true;
    case GDX_HTTP_CONTENT:
        assert_true(content.bytes > 0);
        if (!tape->in_content)
            write_log(tape, " ");
        assert_int_equal(gdx_buffer_append(&tape->log, content.data, content.bytes), GDX_OK);
        tape->in_content = true;
        return true;
    case GDX_HTTP_END:
        write_log(tape, " END ");
        tape->in_content = false;
        return true;
    case GDX_HTTP_FAULT:
        assert_non_null(gdx_http_reader_fault(tape->reader).sentence);
        write_log(tape, "!%u", gdx_http_reader_fault(tape->reader).status);
        return false;
    default:
        assert_int_equal(event, GDX_HTTP_MORE);
        return false;
    }
}

// False: a fault.
static bool play(struct tape *tape, gdx_slice bytes, size_t room) {
    for (;;) {
        gdx_slice content = {0}, before = bytes;
        gdx_http_event event = gdx_http_reader_next(tape->reader, &bytes, room, &content);
        assert_true(bytes.bytes <= before.bytes);
        if (!take(tape, event, content)) {
            assert_true(event == GDX_HTTP_FAULT || bytes.bytes == 0);
            assert_true(gdx_http_reader_memory(tape->reader) < 8 * HEADERS);
            return event == GDX_HTTP_MORE;
        }
    }
}

static struct tape begin(void) {
    struct tape tape = {.reader = gdx_http_reader_new(&limits)};
    assert_non_null(tape.reader);
    return tape;
}

static void end(struct tape *tape, const char *expected, const char *bytes) {
    finish_log(tape);
    const char *log = (const char *)tape->log.data;
    size_t length = strlen(log); // the end of the last request has a space after it
    if (length > 0 && log[length - 1] == ' ')
        tape->log.data[length - 1] = 0;
    if (expected && strcmp(log, expected) != 0)
        fail_msg("%s\n     read: %s\n expected: %s", bytes, log, expected);
    gdx_http_reader_free(tape->reader);
    gdx_buffer_clear(&tape->log);
}

// ---- the table

#define HOST  "Host: h\r\n"
#define POST  "POST /a HTTP/1.1\r\nHost: h\r\n"
#define CHUNK POST "Transfer-Encoding: chunked\r\n\r\n"

struct row {
    const char *bytes, *read;
};

static const struct row good[] = {
    {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "[GET /? @h] END"},
    {"\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "[GET /? @h] END"},
    {"GET /a/b?c=d?e HTTP/1.1\r\nhOST:[::1]:80 \t\r\n\r\n", "[GET /a/b?c=d?e @[::1]:80] END"},
    {"GET /a HTTP/1.1\r\nHost:\r\n\r\n", "[GET /a? @] END"},
    {"GET /a HTTP/1.9\r\n" HOST "\r\n", "[GET /a? @h] END"},
    {"GET /a?b|c{}^ HTTP/1.1\r\n" HOST "\r\n", "[GET /a?b|c{}^ @h] END"},
    {"GET http://H:8/a?b HTTP/1.1\r\nHost: h:8\r\n\r\n", "[GET /a?b @h:8] END"},
    {"GET https://h HTTP/1.1\r\nHost: h\r\n\r\n", "[GET /? @h] END"},
    {"GET http://h/?q HTTP/1.0\r\n\r\n", "[GET /?q @h old close] END"},
    {"OPTIONS * HTTP/1.1\r\n" HOST "\r\n", "[OPTIONS *? @h] END"},
    {"GET / HTTP/1.1\r\n" HOST "X-A:  b \t c\t\r\nX-b:\r\nx-c: \xe6\x9c\x89\r\n\r\n",
     "[GET /? @h x-a=b \t c x-b= x-c=\xe6\x9c\x89] END"},
    {"GET / HTTP/1.1\r\n" HOST "Connection: x, Close\r\n\r\n", "[GET /? @h close] END"},
    {"GET / HTTP/1.0\r\n" HOST "\r\n", "[GET /? @h old close] END"},
    {"GET / HTTP/1.0\r\n" HOST "Connection: Keep-Alive\r\n\r\n", "[GET /? @h old] END"},
    {"GET / HTTP/1.1\r\n" HOST "Connection: keep-alive,close\r\n\r\n", "[GET /? @h close] END"},
    {POST "Content-Length: 0\r\n\r\n", "[POST /a? @h] END"},
    {POST "Content-Length: 3\r\n\r\nabc", "[POST /a? @h 3] abc END"},
    {POST "Content-Length: 003\r\nExpect: 100-Continue\r\n\r\nabc", "[POST /a? @h 3 expect] abc END"},
    {"POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n\n", "[POST /? @ 1 old close] \n END"},
    {CHUNK "0\r\n\r\n", "[POST /a? @h chunked] END"},
    {CHUNK "3\r\nabc\r\n00002\r\n\r\n\r\n0\r\n\r\n", "[POST /a? @h chunked] abc\r\n END"},
    {CHUNK "A;x=\"y\"\r\n0123456789\r\n0 ; z\r\nx-t: 1\r\nDate: x\r\n\r\n", "[POST /a? @h chunked] 0123456789 END"},
    {POST "Transfer-Encoding: \tCHUNKED \r\n\r\n0\r\n\r\n", "[POST /a? @h chunked] END"},
    {"GET /1 HTTP/1.1\r\nHost: h\r\n\r\n" POST "Content-Length: 2\r\n\r\nabGET /3 HTTP/1.1\r\nHost: i\r\n\r\n",
     "[GET /1? @h] END [POST /a? @h 2] ab END [GET /3? @i] END"},
    {CHUNK "1\r\na\r\n0\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n", "[POST /a? @h chunked] a END [GET /2? @h] END"},
};

static const struct row bad[] = {
    // two ways to say where the content ends
    {POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "!400"},
    {POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "!400"},
    {POST "Content-Length: 3, 3\r\n\r\nabc", "!400"},
    {POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "!400"},
    {POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", "!400"},
    {POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "!400"},
    {POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", "!400"},
    {POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "!501"},
    {POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "!501"},
    {POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "!501"},
    {POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", "!501"},
    {POST "Transfer-Encoding:\r\n\r\n0\r\n\r\n", "!501"},
    {POST "Transfer-Encoding: identity\r\n\r\n", "!501"},
    {POST "Transfer-Encoding: \x0b"
          "chunked\r\n\r\n0\r\n\r\n",
     "!400"},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "!400"},
    {POST "Content-Length: -1\r\n\r\n", "!400"},
    {POST "Content-Length: +3\r\n\r\nabc", "!400"},
    {POST "Content-Length: 0x3\r\n\r\nabc", "!400"},
    {POST "Content-Length: 3 3\r\n\r\nabc", "!400"},
    {POST "Content-Length:\r\n\r\n", "!400"},
    {POST "Content-Length: 99999999999999999999999\r\n\r\n", "!400"},
    {POST "Content-Length: 1001\r\n\r\n", "!413"},
    // line ends
    {"GET / HTTP/1.1\nHost: h\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: h\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: h\r\n\n", "!400"},
    {"GET / HTTP/1.1\rHost: h\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: h\r\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", "!400"},
    {"\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", "!400"},
    {"\nGET / HTTP/1.1\r\n" HOST "\r\n", "!400"},
    // fields
    {"GET / HTTP/1.1\r\nHost : h\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost\t: h\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\n Host: h\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\n" HOST "X: a\r\n\tb\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\n" HOST "X\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\n" HOST "X(: a\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\n" HOST "X\xc3\xa9: a\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\n" HOST "X: \x01\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\n" HOST "X: \x7f\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\n" HOST "Expect: a-wonder\r\n\r\n", "!417"},
    // hosts and targets
    {"GET / HTTP/1.1\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", "!400"},
    {"GET / HTTP/1.0\r\nHost: h\r\nHost: i\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: h, i\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: a@h\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: h/a\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: h:8x\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: h:123456\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", "!400"},
    {"GET http://h/ HTTP/1.1\r\nHost: i\r\n\r\n", "!400"},
    {"GET http://h/ HTTP/1.1\r\n\r\n", "!400"},
    {"GET http:///a HTTP/1.1\r\nHost:\r\n\r\n", "!400"},
    {"GET http://a@h/ HTTP/1.1\r\nHost: a@h\r\n\r\n", "!400"},
    {"GET http://h?q HTTP/1.1\r\n" HOST "\r\n", "!400"},
    {"GET ftp://h/ HTTP/1.1\r\n" HOST "\r\n", "!400"},
    {"GET h:80 HTTP/1.1\r\n" HOST "\r\n", "!400"},
    {"GET a HTTP/1.1\r\n" HOST "\r\n", "!400"},
    {"GET * HTTP/1.1\r\n" HOST "\r\n", "!400"},
    {"CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n", "!501"},
    {"GET /a#b HTTP/1.1\r\n" HOST "\r\n", "!400"},
    {"GET /\xe6 HTTP/1.1\r\n" HOST "\r\n", "!400"},
    // the request line
    {"GET  / HTTP/1.1\r\n" HOST "\r\n", "!400"},
    {"GET / HTTP/1.1 \r\n" HOST "\r\n", "!400"},
    {" GET / HTTP/1.1\r\n" HOST "\r\n", "!400"},
    {"GET\t/ HTTP/1.1\r\n" HOST "\r\n", "!400"},
    {"GET /\r\n", "!400"},
    {"GET\r\n", "!400"},
    {"GET / a HTTP/1.1\r\n", "!400"},
    {"GET / http/1.1\r\n", "!400"},
    {"GET / HTTP/1.10\r\n", "!400"},
    {"GET / HTTP/11\r\n", "!400"},
    {"GET / HTTP/2.0\r\n", "!505"},
    {"PRI * HTTP/2.0\r\n", "!505"},
    {"GET / HTTP/0.9\r\n", "!505"},
    {"G@T / HTTP/1.1\r\n", "!400"},
    {"ABCDEFGHIJABCDEFGHIJABCDEFGHIJABC / HTTP/1.1\r\n", "!501"},
    {"\x16\x03\x01\x02", "!400"},
    // chunks
    {CHUNK "\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "x\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "-1\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "0x1\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK " 1\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "1 1\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "1 \r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "1\n", "[POST /a? @h chunked]!400"},
    {CHUNK "1;a\n", "[POST /a? @h chunked]!400"},
    {CHUNK "1;a\rb\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "1\r\nab\r\n", "[POST /a? @h chunked] a!400"},
    {CHUNK "1\r\na\n0\r\n\r\n", "[POST /a? @h chunked] a!400"},
    {CHUNK "1\r\na\rb", "[POST /a? @h chunked] a!400"},
    {CHUNK "1\r\na0\r\n\r\n", "[POST /a? @h chunked] a!400"},
    {CHUNK "10000000000000000\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "fffffffffffffff\r\n", "[POST /a? @h chunked]!413"},
    {CHUNK "3e9\r\n", "[POST /a? @h chunked]!413"},
    {CHUNK "3\r\nabc\r\n3e6\r\n", "[POST /a? @h chunked] abc!413"},
    {CHUNK "0\r\nx : y\r\n\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "0\r\nx: y\r\n z\r\n\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "0\r\nx: y\n\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "0\r\nContent-Length: 3\r\n\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "0\r\ntransfer-encoding: chunked\r\n\r\n", "[POST /a? @h chunked]!400"},
    {CHUNK "0\r\nHost: i\r\n\r\n", "[POST /a? @h chunked]!400"},
};

static void play_whole_and_cut(const struct row *row) {
    gdx_slice bytes = gdx_slice_of(row->bytes);
    struct tape tape = begin();
    (void)play(&tape, bytes, SIZE_MAX);
    end(&tape, row->read, row->bytes);
    for (size_t at = 0; at <= bytes.bytes; at++) {
        tape = begin();
        if (play(&tape, (gdx_slice){bytes.data, at}, SIZE_MAX))
            (void)play(&tape, (gdx_slice){bytes.data + at, bytes.bytes - at}, SIZE_MAX);
        end(&tape, row->read, row->bytes);
    }
    tape = begin();
    for (size_t at = 0; at < bytes.bytes && play(&tape, (gdx_slice){bytes.data + at, 1}, 1); at++) {
    }
    end(&tape, row->read, row->bytes);
}

static void requests_in_order_are_read_the_same_however_they_are_cut(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        play_whole_and_cut(&good[i]);
}

static void what_breaks_a_rule_is_refused_however_it_is_cut(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        play_whole_and_cut(&bad[i]);
}

// So the reader reports no fault while a request may still become good, and no event before it is certain.
static void a_truncated_request_has_no_end_and_no_fault(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        size_t bytes = strlen(good[i].bytes);
        for (size_t at = 0; at < bytes; at++) {
            struct tape tape = begin();
            assert_true(play(&tape, (gdx_slice){good[i].bytes, at}, SIZE_MAX));
            finish_log(&tape);
            assert_int_equal(strncmp((const char *)tape.log.data, good[i].read, tape.log.bytes - 1), 0);
            assert_true(strcmp((const char *)tape.log.data, good[i].read) != 0);
            end(&tape, NULL, NULL);
        }
    }
}

// ---- limits

static gdx_http_event read_all(gdx_http_reader *reader, const char *head, const char *repeated, size_t times,
                               const char *tail) {
    gdx_buffer bytes = {0};
    assert_int_equal(gdx_buffer_append(&bytes, head, strlen(head)), GDX_OK);
    for (size_t i = 0; i < times; i++)
        assert_int_equal(gdx_buffer_append(&bytes, repeated, strlen(repeated)), GDX_OK);
    assert_int_equal(gdx_buffer_append(&bytes, tail, strlen(tail)), GDX_OK);
    gdx_slice rest = gdx_buffer_slice(&bytes), content;
    gdx_http_event event;
    do
        event = gdx_http_reader_next(reader, &rest, SIZE_MAX, &content);
    while (event == GDX_HTTP_HEAD || event == GDX_HTTP_CONTENT);
    assert_true(gdx_http_reader_memory(reader) < 8 * HEADERS);
    gdx_buffer_clear(&bytes);
    return event;
}

static void expect_limit(unsigned status, const char *head, const char *repeated, size_t times, const char *tail) {
    gdx_http_reader *reader = gdx_http_reader_new(&limits);
    gdx_http_event event = read_all(reader, head, repeated, times, tail);
    assert_int_equal(event, status ? GDX_HTTP_FAULT : GDX_HTTP_END);
    assert_int_equal(gdx_http_reader_fault(reader).status, status);
    gdx_http_reader_free(reader);
}

static void heads_trailers_and_extensions_have_limits(void **state) {
    (void)state;
    static const char get[] = "GET / HTTP/1.1\r\nHost: h\r\n", field[] = "X-Y: z\r\n";
    expect_limit(0, get, field, FIELDS - 1, "\r\n");
    expect_limit(431, get, field, FIELDS, "\r\n");
    size_t most = HEADERS - sizeof get + 1 - sizeof "X: \r\n\r\n" + 1;
    expect_limit(0, "GET / HTTP/1.1\r\nHost: h\r\nX: ", "y", most, "\r\n\r\n");
    expect_limit(431, "GET / HTTP/1.1\r\nHost: h\r\nX: ", "y", most + 1, "\r\n\r\n");
    expect_limit(431, "GET / HTTP/1.1\r\nHost: h\r\nX: ", "y", 1 << 20, "");
    expect_limit(414, "GET /", "y", 1 << 20, "");
    expect_limit(414, "", "y", 1 << 20, "");
    expect_limit(0, CHUNK, "1\r\na\r\n", CONTENT, "0\r\n\r\n");
    expect_limit(413, CHUNK, "1\r\na\r\n", CONTENT + 1, "0\r\n\r\n");
    expect_limit(0, CHUNK, "1;ext=a\r\nb\r\n", 60, "0\r\n\r\n");
    expect_limit(400, CHUNK, "1;ext=a\r\nb\r\n", 90, "0\r\n\r\n");
    expect_limit(400, CHUNK "1;", "y", 1 << 20, "");
    expect_limit(400, CHUNK, "0", 1 << 20, "");
    expect_limit(0, CHUNK "0\r\n", field, FIELDS, "\r\n");
    expect_limit(431, CHUNK "0\r\n", field, FIELDS + 1, "\r\n");
    expect_limit(431, CHUNK "0\r\nX: ", "y", 1 << 20, "");
}

static void no_content_is_taken_without_room_for_it(void **state) {
    (void)state;
    gdx_http_reader *reader = gdx_http_reader_new(&limits);
    gdx_slice rest = gdx_slice_of(POST "Content-Length: 5\r\n\r\nabcdeGET"), content = {0};
    assert_true(gdx_http_reader_is_between(reader));
    assert_int_equal(gdx_http_reader_next(reader, &rest, 0, &content), GDX_HTTP_HEAD);
    assert_false(gdx_http_reader_is_between(reader));
    assert_int_equal(gdx_http_reader_next(reader, &rest, 0, &content), GDX_HTTP_MORE);
    assert_int_equal(rest.bytes, 8);
    assert_int_equal(gdx_http_reader_next(reader, &rest, 2, &content), GDX_HTTP_CONTENT);
    assert_int_equal(content.bytes, 2);
    assert_int_equal(gdx_http_reader_next(reader, &rest, 9, &content), GDX_HTTP_CONTENT);
    assert_int_equal(content.bytes, 3);
    assert_int_equal(gdx_http_reader_next(reader, &rest, 9, &content), GDX_HTTP_END);
    assert_true(gdx_http_reader_is_between(reader));
    assert_int_equal(rest.bytes, 3); // the next request is not touched
    assert_int_equal(gdx_http_reader_next(reader, &rest, 9, &content), GDX_HTTP_MORE);
    assert_false(gdx_http_reader_is_between(reader));
    gdx_http_reader_free(reader);
}

static void an_empty_line_after_a_request_begins_none(void **state) {
    (void)state;
    gdx_http_reader *reader = gdx_http_reader_new(&limits);
    gdx_slice rest = gdx_slice_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}\r\n"), content;
    while (gdx_http_reader_next(reader, &rest, 9, &content) != GDX_HTTP_END)
        continue;
    assert_int_equal(gdx_http_reader_next(reader, &rest, 9, &content), GDX_HTTP_MORE);
    assert_int_equal(rest.bytes, 0);
    assert_true(gdx_http_reader_is_between(reader));
    rest = gdx_slice_of("G");
    assert_int_equal(gdx_http_reader_next(reader, &rest, 9, &content), GDX_HTTP_MORE);
    assert_false(gdx_http_reader_is_between(reader));
    gdx_http_reader_free(reader);
}

// ---- garbage

static uint32_t next_random(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static void garbage_and_flipped_bits_end_in_an_event_and_hold_little(void **state) {
    (void)state;
    static const char alphabet[] = "GET /:HTP1.10\r\n\r\n ;ahost\x80\t,5";
    uint64_t seed = 14;
    for (int round = 0; round < 20000; round++) {
        char text[700];
        size_t bytes;
        if (round % 2) {
            const char *row = good[next_random(&seed) % (sizeof good / sizeof good[0])].bytes;
            bytes = strlen(row);
            memcpy(text, row, bytes);
            for (unsigned flips = next_random(&seed) % 3 + 1; flips > 0; flips--)
                text[next_random(&seed) % bytes] ^= (char)(1u << next_random(&seed) % 8);
        } else {
            bytes = next_random(&seed) % sizeof text;
            for (size_t i = 0; i < bytes; i++)
                text[i] = alphabet[next_random(&seed) % (sizeof alphabet - 1)];
        }
        size_t at = bytes ? next_random(&seed) % bytes : 0;
        struct tape cut = begin(), whole = begin();
        (void)play(&whole, (gdx_slice){text, bytes}, SIZE_MAX);
        if (play(&cut, (gdx_slice){text, at}, 3))
            (void)play(&cut, (gdx_slice){text + at, bytes - at}, SIZE_MAX);
        assert_int_equal(cut.log.bytes, whole.log.bytes);
        if (cut.log.bytes)
            assert_memory_equal(cut.log.data, whole.log.data, cut.log.bytes);
        end(&cut, NULL, NULL);
        end(&whole, NULL, NULL);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_in_order_are_read_the_same_however_they_are_cut),
        cmocka_unit_test(what_breaks_a_rule_is_refused_however_it_is_cut),
        cmocka_unit_test(a_truncated_request_has_no_end_and_no_fault),
        cmocka_unit_test(heads_trailers_and_extensions_have_limits),
        cmocka_unit_test(no_content_is_taken_without_room_for_it),
        cmocka_unit_test(an_empty_line_after_a_request_begins_none),
        cmocka_unit_test(garbage_and_flipped_bits_end_in_an_event_and_hold_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
