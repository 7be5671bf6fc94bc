// SPDX-License-Identifier: Apache-2.0
// test_web.c: gRPC-Web, Connect and plain requests over HTTP/2: what a server's connection answers, over memory.

#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MORE(...)      ((const char *const[]){__VA_ARGS__, NULL})
#define WEB(type, ...) MORE("te", "", "content-type", type, ##__VA_ARGS__)

static struct wire *open_web(void) {
    gdx_protocol_options options = gdx_protocol_options_default();
    options.web = true;
    return wire_open(&options);
}

static void assert_body(const struct wire *wire, int32_t stream, const char *expected, size_t bytes) {
    const gdx_buffer *body = &wire->streams[stream].body;
    if (body->bytes != bytes || (bytes && memcmp(body->data, expected, bytes) != 0))
        fail_msg("%zu bytes, expected %zu: %.*s", body->bytes, bytes, (int)body->bytes, (const char *)body->data);
    assert_true(wire->streams[stream].closed);
    assert_int_equal(wire->streams[stream].error_code, NGHTTP2_NO_ERROR);
}
#define BODY(wire, stream, text) assert_body(wire, stream, text, sizeof(text) - 1)

// The body is `before` and a last frame of these flags.
static void assert_ends(const struct wire *wire, int32_t stream, const char *before, size_t bytes, uint8_t flags,
                        const char *text) {
    uint8_t prefix[GDX_MESSAGE_PREFIX_BYTES];
    gdx_buffer expected = {0};
    gdx_message_prefix(prefix, false, (uint32_t)strlen(text));
    prefix[0] = flags;
    assert_int_equal(gdx_buffer_append(&expected, before, bytes), GDX_OK);
    assert_int_equal(gdx_buffer_append(&expected, prefix, sizeof prefix), GDX_OK);
    assert_int_equal(gdx_buffer_append(&expected, text, strlen(text)), GDX_OK);
    assert_body(wire, stream, (const char *)expected.data, expected.bytes);
    gdx_buffer_clear(&expected);
}
#define ENDS(wire, stream, before, flags, text) assert_ends(wire, stream, before, sizeof(before) - 1, flags, text)

static int32_t post(struct wire *wire, const char *path, const char *const *more, const char *body, size_t bytes) {
    return wire_call(wire, path, more, body, bytes, true);
}

// ---- gRPC-Web

static void web_trailers_are_the_last_frame_of_the_body(void **state) {
    (void)state;
    struct wire *wire = open_web();
    int32_t stream = post(wire, "/test/Echo", WEB("application/grpc-web", "x-raw-bin", "AP8="), "\0\0\0\0\2hi", 7);
    assert_true(wire_has(wire, stream, ":status: 200\ncontent-type: application/grpc-web+proto\n"));
    assert_false(wire_has(wire, stream, "grpc-status"));
    ENDS(wire, stream, "\0\0\0\0\2hi", 0x80, "grpc-status: 0\r\nx-back-bin: AP8\r\n");
    assert_int_equal(wire->closed_code, GDX_GRPC_OK);
    assert_true(wire->closed_complete);
    wire_close(wire);
}

static void a_failure_over_grpc_web_is_a_frame_too(void **state) {
    (void)state;
    struct wire *wire = open_web();
    int32_t stream = post(wire, "/test/Fail", WEB("application/grpc-web+proto"), "\0\0\0\0\0", 5);
    assert_true(wire_has(wire, stream, ":status: 200\n"));
    ENDS(wire, stream, "", 0x80,
         "grpc-status: 5\r\ngrpc-message: %E6%B2%A1%E6%9C%89 100%25%0A\r\n"
         "grpc-status-details-bin: ZGV0YWlscw\r\n");
    wire_close(wire);
}

// ---- Connect, one reply

static void a_bare_message_is_answered_by_a_bare_message(void **state) {
    (void)state;
    struct wire *wire = open_web();
    int32_t stream = post(wire, "/test/Echo", WEB("application/proto", "x-say", "so"), "hello", 5);
    assert_true(wire_has(wire, stream, ":status: 200\ncontent-type: application/proto\n"));
    assert_true(wire_has(wire, stream, "content-length: 5\n"));
    assert_true(wire_has(wire, stream, "trailer-x-said: so\n") &&
                wire_has(wire, stream, "trailer-x-said: \"twice\"\n"));
    BODY(wire, stream, "hello");
    int32_t json = post(wire, "/test/Echo", WEB("Application/JSON; charset=utf-8"), "{}", 2);
    assert_true(wire_has(wire, json, "content-type: application/json\n"));
    BODY(wire, json, "{}");
    int32_t empty = post(wire, "/test/Echo", WEB("application/proto"), NULL, 0);
    BODY(wire, empty, "");
    assert_true(wire_has(wire, empty, "content-length: 0\n"));
    assert_int_equal(wire->messages, 3);
    wire_close(wire);
}

static void a_bare_message_may_come_in_parts(void **state) {
    (void)state;
    struct wire *wire = open_web();
    static const char text[] = "{\"query\":\"a\"}";
    int32_t stream = wire_call(wire, "/test/Echo", WEB("application/json"), NULL, 0, false);
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        assert_int_equal(wire->messages, 0);
        wire_send(wire, stream, text + i, 1, i + 2 == sizeof text);
    }
    BODY(wire, stream, "{\"query\":\"a\"}");
    wire_close(wire);
}

static void a_large_bare_message_passes_and_one_byte_more_does_not(void **state) {
    (void)state;
    struct wire *wire = open_web();
    size_t bytes = 4 << 20;
    char *body = calloc(1, bytes + 1);
    int32_t fits = post(wire, "/test/Swallow", WEB("application/proto"), body, bytes);
    assert_int_equal(wire->messages, 1);
    assert_int_equal(wire->streams[fits].sent, bytes);
    int32_t more = post(wire, "/test/Swallow", WEB("application/proto"), body, bytes + 1);
    assert_int_equal(wire->messages, 1);
    assert_true(wire_has(wire, more, ":status: 429\ncontent-type: application/json\n"));
    free(body);
    wire_close(wire);
}

// The details are a google.rpc.Status with one Any, of type x.Y and two bytes; fields 1 and 2 come before.
static void fail_with_details(gdx_call *call) {
    static const char details[] = "\x08\x05\x12\1m\x1a\x0c\x0a\6t/x.Y_\x12\2\xff\xfe";
    gdx_call_finish(call, GDX_GRPC_NOT_FOUND, gdx_slice_of("no \"such\""), (gdx_slice){details, sizeof details - 1});
}

static void a_failure_is_a_status_of_http_and_json(void **state) {
    (void)state;
    struct wire *wire = open_web();
    int32_t stream = post(wire, "/test/Fail", WEB("application/proto"), NULL, 0);
    assert_true(wire_has(wire, stream, ":status: 404\ncontent-type: application/json\n"));
    BODY(wire, stream, "{\"code\":\"not_found\",\"message\":\"\xe6\xb2\xa1\xe6\x9c\x89 100%\\u000a\"}");
    int32_t held = wire_call(wire, "/test/Hold", WEB("application/json"), NULL, 0, true);
    fail_with_details(wire->held);
    wire_run(wire);
    BODY(
        wire, held,
        "{\"code\":\"not_found\",\"message\":\"no \\\"such\\\"\",\"details\":[{\"type\":\"x.Y_\",\"value\":\"//4\"}]}");
    int32_t late = post(wire, "/test/Late", WEB("application/proto"), "x", 1); // its reply is dropped
    assert_true(wire_has(wire, late, ":status: 500\n"));
    BODY(wire, late, "{\"code\":\"data_loss\",\"message\":\"bad \\\"byte\\\" \xef\xbf\xbd\\u000a\"}");
    wire_close(wire);
}

static void each_code_has_its_status_of_http(void **state) {
    (void)state;
    static const unsigned expected[GDX_GRPC_CODES] = {0,   499, 500, 400, 504, 404, 409, 403, 429,
                                                      400, 409, 400, 501, 500, 503, 500, 401};
    struct wire *wire = open_web();
    for (unsigned code = 1; code < GDX_GRPC_CODES; code++) {
        char line[32];
        int32_t stream = wire_call(wire, "/test/Hold", WEB("application/json"), NULL, 0, true);
        gdx_call_finish(wire->held, (gdx_grpc_code)code, (gdx_slice){0}, (gdx_slice){0});
        wire_run(wire);
        snprintf(line, sizeof line, ":status: %u\n", expected[code]);
        assert_true(wire_has(wire, stream, line));
        assert_int_equal(wire->closed_code, code);
    }
    wire_close(wire);
}

static void a_get_has_its_message_in_the_query(void **state) {
    (void)state;
    struct wire *wire = open_web();
    static const struct {
        const char *path, *body;
    } good[] = {
        {"/test/Echo?encoding=json&message=%7B%22q%22%3A1%7D", "{\"q\":1}"},
        {"/test/Echo?message={%22q%22:+1}&x=y&encoding=json&connect=v1", "{\"q\": 1}"},
        {"/test/Echo?connect=v1&base64=1&encoding=proto&message=-_8", "\xfb\xff"},
        {"/test/Echo?base64=1&encoding=proto&message=%2d_8%3D", "\xfb\xff"},
        {"/test/Echo?encoding=proto&message=", ""},
        {"/test/Echo?encoding=proto&message", ""},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int32_t stream = post(wire, good[i].path, MORE(":method", "GET", "te", "", "content-type", ""), NULL, 0);
        assert_true(wire_has(wire, stream, ":status: 200\n"));
        assert_body(wire, stream, good[i].body, strlen(good[i].body));
    }
    static const struct {
        const char *path, *status;
    } bad[] = {
        {"/test/Echo?encoding=xml&message=a", ":status: 415\n"},
        {"/test/Echo?encoding=json&message=a&connect=v2", ":status: 400\n"},
        {"/test/Echo?encoding=proto&base64=1&message=a*", ":status: 400\n"},
        {"/test/Echo?encoding=proto&message=a&compression=br", ":status: 501\n"},
        {"/test/Echo?encoding=json", ":status: 404\n"}, // no call
        {"/page?", ":status: 200\n"},
    };
    unsigned opened = wire->opened;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int32_t stream = post(wire, bad[i].path, MORE(":method", "GET", "te", "", "content-type", ""), NULL, 0);
        assert_true(wire_has(wire, stream, bad[i].status));
    }
    assert_int_equal(wire->opened, opened);
    assert_int_equal(wire->plains, 2);
    wire_close(wire);
}

static void what_a_head_of_connect_says_wrongly_is_said_back(void **state) {
    (void)state;
    struct wire *wire = open_web();
    static const struct {
        const char *name, *value, *status;
    } rows[] = {
        {"connect-protocol-version", "1", ":status: 200\n"},
        {"connect-protocol-version", "2", ":status: 400\n"},
        {"connect-timeout-ms", "9999999999", ":status: 200\n"},
        {"connect-timeout-ms", "10000000000", ":status: 400\n"},
        {"connect-timeout-ms", "", ":status: 400\n"},
        {"connect-timeout-ms", "-1", ":status: 400\n"},
        {"content-encoding", "identity", ":status: 200\n"},
        {"content-encoding", "br", ":status: 501\n"},
        {"x-raw-bin", "A*", ":status: 500\n"},
        {"grpc-timeout", "soon", ":status: 500\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t stream = post(wire, "/test/Echo", WEB("application/json", rows[i].name, rows[i].value), "{}", 2);
        if (!wire_has(wire, stream, rows[i].status))
            fail_msg("%s: %s: expected %s", rows[i].name, rows[i].value, rows[i].status);
    }
    wire_close(wire);
}

// ---- compression

static gdx_buffer gzipped(const char *text, size_t bytes) {
    gdx_buffer framed = {0};
    gdx_codec *codec = gdx_codec_new();
    assert_int_equal(gdx_codec_frame(codec, (gdx_slice){text, bytes}, true, &framed), GDX_OK);
    gdx_codec_free(codec);
    return framed;
}

static void bare_messages_are_compressed_by_the_fields_of_http(void **state) {
    (void)state;
    struct wire *wire = open_web();
    static char text[8000];
    memset(text, 'a', sizeof text);
    gdx_buffer framed = gzipped(text, sizeof text);
    const char *bare = (const char *)framed.data + GDX_MESSAGE_PREFIX_BYTES;
    size_t bytes = framed.bytes - GDX_MESSAGE_PREFIX_BYTES;
    int32_t both = post(wire, "/test/Echo", WEB("application/proto", "content-encoding", "gzip"), bare, bytes);
    assert_true(wire_has(wire, both, "content-encoding: gzip\n")); // who sends it takes it
    assert_true(wire->streams[both].body.bytes < 200);
    int32_t in = post(wire, "/test/Echo", WEB("application/proto", "content-encoding", "gzip", "accept-encoding", "br"),
                      bare, bytes);
    assert_false(wire_has(wire, in, "content-encoding: gzip\n"));
    assert_body(wire, in, text, sizeof text);
    int32_t out =
        post(wire, "/test/Echo", WEB("application/proto", "accept-encoding", "br, gzip;q=0.5"), text, sizeof text);
    assert_true(wire_has(wire, out, "content-encoding: gzip\n"));
    int32_t none = post(wire, "/test/Echo", WEB("application/proto", "accept-encoding", "gzip;q=0"), text, sizeof text);
    assert_false(wire_has(wire, none, "content-encoding: gzip\n"));
    int32_t broken = post(wire, "/test/Echo", WEB("application/proto", "content-encoding", "gzip"), "no gzip", 7);
    assert_true(wire_has(wire, broken, ":status: 500\n"));
    int32_t stream = post(wire, "/test/Echo", WEB("application/connect+proto", "connect-content-encoding", "gzip"),
                          (const char *)framed.data, framed.bytes);
    assert_true(wire_has(wire, stream, "connect-content-encoding: gzip\n"));
    assert_int_equal(wire->streams[stream].body.data[0], 1);
    int32_t unsaid =
        post(wire, "/test/Echo", WEB("application/connect+proto"), (const char *)framed.data, framed.bytes);
    ENDS(wire, unsaid, "", 2,
         "{\"error\":{\"code\":\"internal\",\"message\":\"a message is marked compressed, but the headers name "
         "no compression\"}}");
    gdx_buffer_clear(&framed);
    wire_close(wire);
}

// ---- Connect's streams

static void a_stream_ends_by_a_frame_of_json(void **state) {
    (void)state;
    struct wire *wire = open_web();
    static const char two[] = "\0\0\0\0\1a\0\0\0\0\2bc";
    int32_t good = post(wire, "/test/Echo", WEB("application/connect+proto"), two, sizeof two - 1);
    assert_true(wire_has(wire, good, ":status: 200\ncontent-type: application/connect+proto\n"));
    ENDS(wire, good, "\0\0\0\0\1a\0\0\0\0\2bc", 2, "{}");
    int32_t said =
        post(wire, "/test/Echo", WEB("application/connect+json", "x-say", "so", "x-raw-bin", "AP8"), NULL, 0);
    ENDS(wire, said, "", 2, "{\"metadata\":{\"x-back-bin\":[\"AP8\"],\"x-said\":[\"so\",\"\\\"twice\\\"\"]}}");
    int32_t late = post(wire, "/test/Late", WEB("application/connect+json"), "\0\0\0\0\2{}", 7);
    ENDS(wire, late, "\0\0\0\0\2{}", 2,
         "{\"error\":{\"code\":\"data_loss\",\"message\":\"bad \\\"byte\\\" \xef\xbf\xbd\\u000a\"}}");
    int32_t unknown = post(wire, "/test/Unknown", WEB("application/connect+json"), NULL, 0);
    assert_true(wire_has(wire, unknown, ":status: 200\n"));
    wire_close(wire);
}

static void frames_that_requests_do_not_have_are_refused(void **state) {
    (void)state;
    struct wire *wire = open_web();
    int32_t ends = post(wire, "/test/Echo", WEB("application/connect+json"), "\2\0\0\0\2{}", 7);
    int32_t trails = post(wire, "/test/Echo", WEB("application/grpc-web"), "\x80\0\0\0\0", 5);
    assert_non_null(memmem(wire->streams[ends].body.data, wire->streams[ends].body.bytes, "internal", 8));
    assert_non_null(memmem(wire->streams[trails].body.data, wire->streams[trails].body.bytes, "grpc-status: 13", 15));
    assert_int_equal(wire->messages, 0);
    wire_close(wire);
}

// ---- time, and clients that go

static void deadlines_are_answered_in_every_dialect(void **state) {
    (void)state;
    static const char *const types[] = {"application/json", "application/connect+json", "application/grpc-web"};
    for (size_t i = 0; i < 3; i++) {
        struct wire *wire = open_web();
        const char *name = i < 2 ? "connect-timeout-ms" : "grpc-timeout";
        int32_t stream = wire_call(wire, "/test/Hold", WEB(types[i], name, i < 2 ? "500" : "500m"), NULL, 0, true);
        wire_tick(wire, WIRE_SECOND / 4);
        assert_int_equal(wire->closed, 0);
        wire_tick(wire, WIRE_SECOND / 2);
        assert_int_equal(wire->closed_code, GDX_GRPC_DEADLINE_EXCEEDED);
        const char *said = i < 2 ? "deadline_exceeded" : "grpc-status: 4";
        const gdx_buffer *body = &wire->streams[stream].body;
        assert_non_null(memmem(body->data, body->bytes, said, strlen(said)));
        assert_true(wire_has(wire, stream, i == 0 ? ":status: 504\n" : ":status: 200\n"));
        wire_close(wire);
    }
}

static void a_client_that_goes_cancels(void **state) {
    (void)state;
    struct wire *wire = open_web();
    int32_t stream = wire_call(wire, "/test/Hold", WEB("application/json"), NULL, 0, true);
    assert_int_equal(nghttp2_submit_rst_stream(wire->client, 0, stream, NGHTTP2_CANCEL), 0);
    wire_run(wire);
    assert_int_equal(wire->closed_code, GDX_GRPC_CANCELLED);
    wire_close(wire);
}

static void a_stream_that_is_cut_by_its_deadline_has_whole_frames(void **state) {
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    options.web = true;
    struct wire *wire = wire_open_reluctant(&options); // 65,535 bytes pass
    int32_t stream =
        wire_call(wire, "/test/Flood", WEB("application/connect+proto", "connect-timeout-ms", "1000"), NULL, 0, true);
    wire_tick(wire, 2 * (uint64_t)WIRE_SECOND);
    assert_int_equal(wire->closed_code, GDX_GRPC_DEADLINE_EXCEEDED);
    assert_int_equal(nghttp2_session_consume(wire->client, stream, wire->streams[stream].body.bytes), 0);
    wire_run(wire);
    const gdx_buffer *body = &wire->streams[stream].body;
    size_t at = 0;
    uint8_t flags = 0;
    while (at + GDX_MESSAGE_PREFIX_BYTES <= body->bytes) {
        flags = body->data[at];
        at += GDX_MESSAGE_PREFIX_BYTES + (size_t)gdx_message_length(body->data + at);
    }
    assert_int_equal(at, body->bytes);
    assert_int_equal(flags, 2);
    wire_close(wire);
}

// ---- requests that are no calls

static void pages_are_answered_whole_and_head_without_a_body(void **state) {
    (void)state;
    struct wire *wire = open_web();
    int32_t get = post(wire, "/page", MORE(":method", "GET", "te", "", "content-type", ""), NULL, 0);
    assert_true(wire_has(wire, get, ":status: 200\ncontent-type: text/html\netag: \"1\"\ncontent-length: 9\n"));
    assert_true(wire_has(wire, get, "x-content-type-options: nosniff\n"));
    assert_false(wire_has(wire, get, "grpc-status"));
    BODY(wire, get, "<p>it</p>");
    int32_t head = post(wire, "/page", MORE(":method", "HEAD", "te", "", "content-type", ""), NULL, 0);
    assert_true(wire_has(wire, head, "content-length: 9\n"));
    BODY(wire, head, "");
    int32_t none = post(wire, "/none?q=1", MORE(":method", "GET", "te", "", "content-type", ""), NULL, 0);
    assert_true(wire_has(wire, none, ":status: 404\n"));
    BODY(wire, none, "/none: nothing\n");
    int32_t image = post(wire, "/test/Echo", WEB("image/jpeg"), "x", 1);
    assert_true(wire_has(wire, image, ":status: 404\n")); // who serves says 415: rpc/server
    assert_int_equal(wire->plains, 4);
    wire_close(wire);
}

static void grpc_is_answered_as_ever_on_the_same_connection(void **state) {
    (void)state;
    struct wire *wire = open_web();
    int32_t stream = post(wire, "/test/Echo", MORE("x-say", "so"), "\0\0\0\0\1x", 6);
    assert_true(wire_has(wire, stream, "content-type: application/grpc\n"));
    assert_true(wire_has(wire, stream, "grpc-status: 0\n"));
    assert_true(wire_has(wire, stream, "x-said: so\n"));
    BODY(wire, stream, "\0\0\0\0\1x");
    wire_close(wire);
}

// ---- first bytes

static void the_first_bytes_tell_http2_however_they_are_cut(void **state) {
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    options.web = true;
    static const char greeting[] = NGHTTP2_CLIENT_MAGIC "\0\0\0\4\0\0\0\0\0";
    for (size_t cut = 0; cut < sizeof greeting; cut++) {
        struct wire *wire = wire_open_bare(&options);
        gdx_buffer out = {0};
        wire_feed(wire, greeting, cut);
        assert_int_equal(gdx_connection_pull(wire->server, &out, 1 << 20, wire->now_ns), GDX_OK);
        assert_int_equal(out.bytes > 0, cut >= 4); // it speaks when it knows to whom
        wire_feed(wire, greeting + cut, sizeof greeting - 1 - cut);
        assert_int_equal(wire->fed, GDX_OK);
        assert_int_equal(gdx_connection_pull(wire->server, &out, 1 << 20, wire->now_ns), GDX_OK);
        assert_true(out.bytes > 0);
        gdx_buffer_clear(&out);
        wire_close(wire);
    }
}

static void who_says_nothing_is_let_go(void **state) {
    (void)state;
    gdx_protocol_options options = gdx_protocol_options_default();
    options.web = true;
    struct wire *wire = wire_open_bare(&options);
    wire_feed(wire, "PR", 2);
    assert_false(gdx_connection_is_finished(wire->server));
    wire->now_ns += 11 * (uint64_t)WIRE_SECOND;
    gdx_connection_tick(wire->server, wire->now_ns);
    assert_true(gdx_connection_is_finished(wire->server));
    assert_int_equal(wire->faults, 1);
    wire_close(wire);
    wire = wire_open_bare(&options);
    gdx_connection_drain(wire->server, wire->now_ns);
    assert_true(gdx_connection_is_finished(wire->server));
    wire_close(wire);
}

// ---- hostile bytes: every session ends in order, whatever is cut or changed

static gdx_buffer record_session(void) {
    struct wire *wire = open_web();
    gdx_buffer framed = gzipped("abcabcabcabcabc", 15);
    post(wire, "/test/Echo", WEB("application/grpc-web", "x-raw-bin", "AP8="), "\0\0\0\0\2hi", 7);
    post(wire, "/test/Echo", WEB("application/json", "x-say", "so"), "{}", 2);
    post(wire, "/test/Echo", WEB("application/proto", "content-encoding", "gzip"),
         (const char *)framed.data + GDX_MESSAGE_PREFIX_BYTES, framed.bytes - GDX_MESSAGE_PREFIX_BYTES);
    post(wire, "/test/Late", WEB("application/connect+json", "connect-timeout-ms", "9000"), "\0\0\0\0\2{}", 7);
    post(wire, "/test/Fail", WEB("application/json"), NULL, 0);
    post(wire, "/test/Echo?base64=1&encoding=proto&message=-_8", MORE(":method", "GET", "content-type", ""), NULL, 0);
    post(wire, "/page", MORE(":method", "GET", "content-type", ""), NULL, 0);
    gdx_buffer record = wire->record;
    wire->record = (gdx_buffer){0};
    gdx_buffer_clear(&framed);
    wire_close(wire);
    return record;
}

static void replay(const void *bytes, size_t count) {
    gdx_protocol_options options = gdx_protocol_options_default();
    options.web = true;
    struct wire *wire = wire_open_bare(&options);
    wire->client_reads = false;
    wire_feed(wire, bytes, count);
    gdx_buffer out = {0};
    (void)!gdx_connection_pull(wire->server, &out, 1 << 20, wire->now_ns);
    wire->now_ns += 100 * (uint64_t)WIRE_SECOND;
    gdx_connection_tick(wire->server, wire->now_ns);
    (void)!gdx_connection_pull(wire->server, &out, 1 << 20, wire->now_ns);
    gdx_buffer_clear(&out);
    wire_close(wire); // which sees that no memory is left
}

static void a_session_may_be_cut_after_every_byte(void **state) {
    (void)state;
    gdx_buffer record = record_session();
    for (size_t cut = 0; cut <= record.bytes; cut++)
        replay(record.data, cut);
    gdx_buffer_clear(&record);
}

static void every_byte_of_a_session_may_be_wrong(void **state) {
    (void)state;
    gdx_buffer record = record_session();
    for (size_t at = 0; at < record.bytes; at++) {
        for (unsigned bit = 0; bit < 8; bit += 3) {
            record.data[at] ^= (uint8_t)(1u << bit);
            replay(record.data, record.bytes);
            record.data[at] ^= (uint8_t)(1u << bit);
        }
    }
    gdx_buffer_clear(&record);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(web_trailers_are_the_last_frame_of_the_body),
        cmocka_unit_test(a_failure_over_grpc_web_is_a_frame_too),
        cmocka_unit_test(a_bare_message_is_answered_by_a_bare_message),
        cmocka_unit_test(a_bare_message_may_come_in_parts),
        cmocka_unit_test(a_large_bare_message_passes_and_one_byte_more_does_not),
        cmocka_unit_test(a_failure_is_a_status_of_http_and_json),
        cmocka_unit_test(each_code_has_its_status_of_http),
        cmocka_unit_test(a_get_has_its_message_in_the_query),
        cmocka_unit_test(what_a_head_of_connect_says_wrongly_is_said_back),
        cmocka_unit_test(bare_messages_are_compressed_by_the_fields_of_http),
        cmocka_unit_test(a_stream_ends_by_a_frame_of_json),
        cmocka_unit_test(frames_that_requests_do_not_have_are_refused),
        cmocka_unit_test(deadlines_are_answered_in_every_dialect),
        cmocka_unit_test(a_client_that_goes_cancels),
        cmocka_unit_test(a_stream_that_is_cut_by_its_deadline_has_whole_frames),
        cmocka_unit_test(pages_are_answered_whole_and_head_without_a_body),
        cmocka_unit_test(grpc_is_answered_as_ever_on_the_same_connection),
        cmocka_unit_test(the_first_bytes_tell_http2_however_they_are_cut),
        cmocka_unit_test(who_says_nothing_is_let_go),
        cmocka_unit_test(a_session_may_be_cut_after_every_byte),
        cmocka_unit_test(every_byte_of_a_session_may_be_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
