// SPDX-License-Identifier: Apache-2.0
// test_listener.c: the pages over HTTP/1.1, what the listener answers to those who ask for something else, and slow
// visitors who hold seats.

#include "gdx/metrics.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { SLOW_VISITORS = 300 }; // more than there are seats

static bool is_healthy, is_ready, has_memory;

static gdx_status write_page(void *context, gdx_buffer *out) {
    (void)context;
    return has_memory ? gdx_buffer_append(out, "figures 1\n", 10) : GDX_NO_MEMORY;
}

static bool healthy(void *context) {
    (void)context;
    return is_healthy;
}

static bool ready(void *context, char why[GDX_READY_BYTES]) {
    (void)context;
    snprintf(why, GDX_READY_BYTES, "slice 1 of 2: no leaf serves it\n");
    return is_ready;
}

// ---- a client that sends bytes and reads to the end

struct visit {
    uv_loop_t loop;
    gdx_metrics_listener *listener;
    uv_tcp_t socket;
    uv_connect_t connect;
    uv_write_t write;
    const char *request;
    size_t request_bytes;
    char reply[4096];
    size_t bytes;
    bool is_over;
};

static void on_socket_closed(uv_handle_t *handle) {
    ((struct visit *)handle->data)->is_over = true;
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
    struct visit *visit = handle->data;
    (void)suggested;
    *out = uv_buf_init(visit->reply + visit->bytes, (unsigned)(sizeof visit->reply - 1 - visit->bytes));
}

static void on_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer) {
    struct visit *visit = stream->data;
    (void)buffer;
    if (bytes > 0)
        visit->bytes += (size_t)bytes;
    else if (bytes < 0)
        uv_close((uv_handle_t *)stream, on_socket_closed);
}

static void on_connected(uv_connect_t *connect, int code) {
    struct visit *visit = connect->handle->data;
    uv_buf_t request = uv_buf_init((char *)visit->request, (unsigned)visit->request_bytes);
    assert_int_equal(code, 0);
    assert_int_equal(uv_write(&visit->write, connect->handle, &request, 1, NULL), 0);
    assert_int_equal(uv_read_start(connect->handle, give_buffer, on_read), 0);
}

// Visitors who come first and send half a head.
static void sit_down(int *slow, size_t count, const struct sockaddr_in *address) {
    for (size_t i = 0; i < count; i++) {
        slow[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(slow[i], (const struct sockaddr *)address, sizeof *address), 0);
        assert_int_equal(write(slow[i], "GET /met", 8), 8);
    }
}

static const char *ask_behind(struct visit *visit, const char *request, size_t bytes, size_t slow_count) {
    int slow[SLOW_VISITORS];
    static const gdx_metrics_pages pages = {write_page, healthy, ready, "{}\n", NULL};
    struct sockaddr_in address;
    gdx_error err = {0};
    *visit = (struct visit){.request = request, .request_bytes = bytes};
    assert_int_equal(uv_loop_init(&visit->loop), 0);
    assert_int_equal(gdx_metrics_listen(&visit->loop, "127.0.0.1:0", &pages, &visit->listener, &err), GDX_OK);
    assert_int_equal(uv_ip4_addr("127.0.0.1", (int)gdx_metrics_port(visit->listener), &address), 0);
    assert_int_equal(uv_tcp_init(&visit->loop, &visit->socket), 0);
    visit->socket.data = visit;
    sit_down(slow, slow_count, &address);
    assert_int_equal(uv_tcp_connect(&visit->connect, &visit->socket, (const struct sockaddr *)&address, on_connected),
                     0);
    while (!visit->is_over)
        uv_run(&visit->loop, UV_RUN_ONCE);
    gdx_metrics_close(visit->listener);
    uv_run(&visit->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&visit->loop), 0);
    for (size_t i = 0; i < slow_count; i++)
        close(slow[i]);
    return visit->reply;
}

static const char *ask(struct visit *visit, const char *request, size_t bytes) {
    return ask_behind(visit, request, bytes, 0);
}

static int set_well(void **state) {
    (void)state;
    is_healthy = is_ready = has_memory = true;
    return 0;
}

static void assert_answer(const char *request, const char *status_line, const char *body) {
    struct visit visit;
    const char *reply = ask(&visit, request, strlen(request));
    if (strncmp(reply, status_line, strlen(status_line)) != 0)
        fail_msg("\"%s\" is answered by \"%s\"", request, reply);
    const char *found = strstr(reply, "\r\n\r\n");
    assert_non_null(found);
    assert_string_equal(found + 4, body);
}

static void all_pages_are_there(void **state) {
    (void)state;
    assert_answer("GET /metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK\r\n",
                  "figures 1\n");
    assert_answer("GET /metrics?x=1 HTTP/1.0\r\nHost: here\r\n\r\n", "HTTP/1.1 200 OK\r\n", "figures 1\n");
    assert_answer("GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK\r\n",
                  "serving\n");
    assert_answer("GET /readyz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK\r\n", "ready\n");
    assert_answer("GET /version HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK\r\n", "{}\n");
}

static void who_is_not_ready_says_why_and_is_healthy(void **state) {
    (void)state;
    is_ready = false;
    assert_answer("GET /readyz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", "HTTP/1.1 503 ",
                  "slice 1 of 2: no leaf serves it\n");
    assert_answer("GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK\r\n",
                  "serving\n");
}

static void the_head_alone_has_the_bodys_length(void **state) {
    (void)state;
    struct visit visit;
    static const char request[] = "HEAD /metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    const char *reply = ask(&visit, request, strlen(request));
    assert_non_null(strstr(reply, "content-length: 10\r\n"));
    assert_string_equal(strstr(reply, "\r\n\r\n"), "\r\n\r\n");
}

static void a_server_that_drains_is_not_healthy(void **state) {
    (void)state;
    is_healthy = false;
    assert_answer("GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", "HTTP/1.1 503 ", "draining\n");
}

static void a_page_that_finds_no_memory_is_unavailable(void **state) {
    (void)state;
    has_memory = false;
    assert_answer("GET /metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", "HTTP/1.1 503 ", "no memory\n");
}

static void other_requests_are_refused_with_a_hint(void **state) {
    (void)state;
    assert_answer("GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", "HTTP/1.1 404 ",
                  "there are /metrics, /healthz, /readyz and /version\n");
    assert_answer("POST /metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", "HTTP/1.1 405 ",
                  "/metrics: pages are asked for by GET or HEAD, and there is no method of that path.\n");
    static const char *const malformed[] = {"what\r\n\r\n", "GET /metrics\r\n\r\n", "GET /metrics HTTP/1.1\r\n\r\n"};
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        struct visit visit;
        assert_int_equal(strncmp(ask(&visit, malformed[i], strlen(malformed[i])), "HTTP/1.1 400 ", 13), 0);
    }
}

static void a_request_that_is_too_long_is_refused(void **state) {
    (void)state;
    static char request[16384];
    struct visit visit;
    int head = snprintf(request, sizeof request, "GET /metrics HTTP/1.1\r\nHost: here\r\nx: ");
    memset(request + head, 'x', sizeof request - (size_t)head);
    assert_int_equal(strncmp(ask(&visit, request, sizeof request), "HTTP/1.1 431 ", 13), 0);
}

static void who_finds_no_seat_waits_for_one(void **state) {
    (void)state;
    struct visit visit;
    static const char request[] = "GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    const char *reply = ask_behind(&visit, request, strlen(request), SLOW_VISITORS);
    assert_int_equal(strncmp(reply, "HTTP/1.1 200 OK\r\n", 17), 0);
}

static void an_address_that_cannot_be_listened_on_is_refused_with_a_reason(void **state) {
    (void)state;
    static const char *const wrong[] = {"9090", ":9090", "127.0.0.1:notaport"};
    static const gdx_metrics_pages pages = {write_page, healthy, ready, "{}\n", NULL};
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        gdx_metrics_listener *listener = NULL;
        gdx_error err = {0};
        assert_int_equal(gdx_metrics_listen(&loop, wrong[i], &pages, &listener, &err), GDX_INVALID);
        assert_non_null(strstr(err.message, wrong[i]));
        uv_run(&loop, UV_RUN_DEFAULT); // what was opened for it is closed
    }
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_pages_are_there, set_well),
        cmocka_unit_test_setup(who_is_not_ready_says_why_and_is_healthy, set_well),
        cmocka_unit_test_setup(the_head_alone_has_the_bodys_length, set_well),
        cmocka_unit_test_setup(a_server_that_drains_is_not_healthy, set_well),
        cmocka_unit_test_setup(a_page_that_finds_no_memory_is_unavailable, set_well),
        cmocka_unit_test_setup(other_requests_are_refused_with_a_hint, set_well),
        cmocka_unit_test_setup(a_request_that_is_too_long_is_refused, set_well),
        cmocka_unit_test_setup(who_finds_no_seat_waits_for_one, set_well),
        cmocka_unit_test_setup(an_address_that_cannot_be_listened_on_is_refused_with_a_reason, set_well),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
