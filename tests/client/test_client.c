// SPDX-License-Identifier: Apache-2.0
// test_client.c: the client library over real sockets: unary calls, streams, what goes wrong, and coming back from it.
// The server is tests/interop/interop_server in a process of its own, so that it can be killed.

#include "../support/patience.h"
#include "gdx/client.h"
#include "grpc/testing/messages.pb-c.h"
#include "grpc/testing/test.pb-c.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SERVICE (&grpc__testing__test_service__descriptor)

struct running { // a server
    pid_t process;
    unsigned port;
};

// `arguments` ends with NULL and begins with the program.
static struct running start(const char *const *arguments) {
    int ends[2];
    struct running server = {0};
    assert_int_equal(pipe(ends), 0);
    server.process = fork();
    if (server.process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that fails leaves no server running
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(arguments[0], (char *const *)arguments);
        _exit(127);
    }
    close(ends[1]);
    FILE *from = fdopen(ends[0], "r");
    assert_non_null(from);
    assert_int_equal(fscanf(from, "%u", &server.port), 1);
    fclose(from);
    return server;
}

static struct running start_at(const char *address) {
    const char *const arguments[] = {GDX_INTEROP_SERVER, "--listen", address, NULL};
    return start(arguments);
}

// A port that no other program is given while no server is at it, until the socket is closed, which has it too and does
// not listen.
static int hold_port(char address[32]) {
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof where;
    int held = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    assert_int_equal(setsockopt(held, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), 0); // as servers do
    assert_int_equal(bind(held, (const struct sockaddr *)&where, bytes), 0);
    assert_int_equal(getsockname(held, (struct sockaddr *)&where, &bytes), 0);
    snprintf(address, 32, "127.0.0.1:%u", ntohs(where.sin_port));
    return held;
}

// Of a server that was sent `signal`.
static void wait_for_end(struct running server, int signal) {
    int status;
    assert_int_equal(waitpid(server.process, &status, 0), server.process);
    if (signal == SIGTERM)
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void stop(struct running server, int signal) {
    kill(server.process, signal);
    wait_for_end(server, signal);
}

static gdx_client_options quick(void) {
    gdx_client_options options = gdx_client_options_default();
    options.backoff_ns = 1000000;
    options.timeout_ns = patience_ns();
    return options;
}

static gdx_client *open_client(unsigned port, const gdx_client_options *options) {
    gdx_client *client = NULL;
    gdx_error err = {0};
    char target[32];
    snprintf(target, sizeof target, "127.0.0.1:%u", port);
    if (gdx_client_open(target, options, &client, &err) != GDX_OK)
        fail_msg("%s", err.message);
    return client;
}

static Grpc__Testing__SimpleResponse *unary(gdx_client *client, int32_t response_size, size_t payload_bytes) {
    Grpc__Testing__SimpleRequest request = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    Grpc__Testing__Payload payload = GRPC__TESTING__PAYLOAD__INIT;
    uint8_t *body = calloc(payload_bytes + 1, 1);
    assert_non_null(body);
    payload.body = (ProtobufCBinaryData){payload_bytes, body};
    request.payload = &payload;
    request.response_size = response_size;
    ProtobufCMessage *reply = NULL;
    gdx_error err = {0};
    if (gdx_client_call(client, SERVICE, "UnaryCall", &request.base, &reply, &err) != GDX_OK)
        fail_msg("%s", err.message);
    free(body);
    return (Grpc__Testing__SimpleResponse *)reply;
}

static void assert_large_unary_works(gdx_client *client) {
    Grpc__Testing__SimpleResponse *reply = unary(client, 314159, 271828);
    assert_non_null(reply->payload);
    assert_int_equal(reply->payload->body.len, 314159);
    protobuf_c_message_free_unpacked(&reply->base, NULL);
}

// ---- tests

static void a_unary_call_takes_and_gives_messages_of_any_size(void **state) {
    (void)state;
    struct running server = start_at("127.0.0.1:0");
    gdx_client_options options = quick();
    gdx_client *client = open_client(server.port, &options);
    for (int32_t size = 0; size < 3000000; size = size * 7 + 1) {
        Grpc__Testing__SimpleResponse *reply = unary(client, size, (size_t)size);
        assert_int_equal(reply->payload ? reply->payload->body.len : 0, size);
        protobuf_c_message_free_unpacked(&reply->base, NULL);
    }
    gdx_client_close(client);
    stop(server, SIGTERM);
}

static void a_status_comes_with_its_message_whatever_its_characters(void **state) {
    (void)state;
    static const char message[] = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
    struct running server = start_at("127.0.0.1:0");
    gdx_client_options options = quick();
    gdx_client *client = open_client(server.port, &options);
    Grpc__Testing__SimpleRequest request = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    Grpc__Testing__EchoStatus echo = GRPC__TESTING__ECHO_STATUS__INIT;
    echo.code = 3;
    echo.message = (char *)message;
    request.response_status = &echo;
    ProtobufCMessage *reply = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_client_call(client, SERVICE, "UnaryCall", &request.base, &reply, &err), GDX_INVALID);
    assert_string_equal(err.message, message);
    assert_null(reply);
    assert_large_unary_works(client); // the connection is as good as before
    gdx_client_close(client);
    stop(server, SIGTERM);
}

static void a_method_that_is_not_served_is_unsupported(void **state) {
    (void)state;
    struct running server = start_at("127.0.0.1:0");
    gdx_client_options options = quick();
    gdx_client *client = open_client(server.port, &options);
    Grpc__Testing__Empty request = GRPC__TESTING__EMPTY__INIT;
    ProtobufCMessage *reply = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_client_call(client, SERVICE, "UnimplementedCall", &request.base, &reply, &err),
                     GDX_UNSUPPORTED);
    gdx_error other = {0};
    assert_int_equal(gdx_client_call(client, SERVICE, "NoSuchMethod", &request.base, &reply, &other), GDX_INTERNAL);
    gdx_client_close(client);
    stop(server, SIGTERM);
}

static void ask_for(gdx_stream *stream, int32_t size, size_t times, int32_t interval_us) {
    Grpc__Testing__StreamingOutputCallRequest request = GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
    Grpc__Testing__ResponseParameters one = GRPC__TESTING__RESPONSE_PARAMETERS__INIT;
    Grpc__Testing__ResponseParameters **all = calloc(times, sizeof *all);
    assert_non_null(all);
    one.size = size;
    one.interval_us = interval_us;
    for (size_t i = 0; i < times; i++)
        all[i] = &one;
    request.response_parameters = all;
    request.n_response_parameters = times;
    gdx_error err = {0};
    assert_int_equal(gdx_stream_send(stream, &request.base, &err), GDX_OK);
    free(all);
}

static size_t receive_size(gdx_stream *stream) {
    ProtobufCMessage *reply = NULL;
    gdx_error err = {0};
    if (gdx_stream_receive(stream, &reply, &err) != GDX_OK)
        fail_msg("%s", err.message);
    if (!reply)
        return SIZE_MAX;
    size_t size = ((Grpc__Testing__StreamingOutputCallResponse *)reply)->payload->body.len;
    protobuf_c_message_free_unpacked(reply, NULL);
    return size;
}

static gdx_stream *open_stream(gdx_client *client, const char *method) {
    gdx_stream *stream = NULL;
    gdx_error err = {0};
    if (gdx_stream_open(client, SERVICE, method, &stream, &err) != GDX_OK)
        fail_msg("%s", err.message);
    return stream;
}

static void a_server_stream_gives_every_reply_and_then_the_end(void **state) {
    (void)state;
    struct running server = start_at("127.0.0.1:0");
    gdx_client_options options = quick();
    gdx_client *client = open_client(server.port, &options);
    gdx_stream *stream = open_stream(client, "StreamingOutputCall");
    ask_for(stream, 100000, 200, 0); // 20 MB, far beyond every window
    gdx_stream_end_sending(stream);
    for (int i = 0; i < 200; i++)
        assert_int_equal(receive_size(stream), 100000);
    assert_int_equal(receive_size(stream), SIZE_MAX);
    assert_int_equal(receive_size(stream), SIZE_MAX); // and stays there
    gdx_stream_close(stream);
    gdx_client_close(client);
    stop(server, SIGTERM);
}

static void a_client_stream_is_added_up_on_the_other_side(void **state) {
    (void)state;
    enum { TIMES = 300, BYTES = 70000 };
    static uint8_t body[BYTES];
    struct running server = start_at("127.0.0.1:0");
    gdx_client_options options = quick();
    gdx_client *client = open_client(server.port, &options);
    gdx_stream *stream = open_stream(client, "StreamingInputCall");
    Grpc__Testing__StreamingInputCallRequest request = GRPC__TESTING__STREAMING_INPUT_CALL_REQUEST__INIT;
    Grpc__Testing__Payload payload = GRPC__TESTING__PAYLOAD__INIT;
    payload.body = (ProtobufCBinaryData){BYTES, body};
    request.payload = &payload;
    gdx_error err = {0};
    for (int i = 0; i < TIMES; i++)
        assert_int_equal(gdx_stream_send(stream, &request.base, &err), GDX_OK);
    gdx_stream_end_sending(stream);
    ProtobufCMessage *reply = NULL;
    assert_int_equal(gdx_stream_receive(stream, &reply, &err), GDX_OK);
    assert_int_equal(((Grpc__Testing__StreamingInputCallResponse *)reply)->aggregated_payload_size, TIMES * BYTES);
    protobuf_c_message_free_unpacked(reply, NULL);
    gdx_stream_close(stream);
    gdx_client_close(client);
    stop(server, SIGTERM);
}

static void both_sides_of_a_stream_take_turns(void **state) {
    (void)state;
    struct running server = start_at("127.0.0.1:0");
    gdx_client_options options = quick();
    gdx_client *client = open_client(server.port, &options);
    gdx_stream *stream = open_stream(client, "FullDuplexCall");
    static const int32_t sizes[] = {31415, 9, 2653, 58979};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ask_for(stream, sizes[i], 1, 0);
        assert_int_equal(receive_size(stream), sizes[i]);
    }
    gdx_stream_end_sending(stream);
    assert_int_equal(receive_size(stream), SIZE_MAX);
    gdx_stream_close(stream);
    gdx_client_close(client);
    stop(server, SIGTERM);
}

static void a_stream_closed_in_the_middle_leaves_the_connection_good(void **state) {
    (void)state;
    struct running server = start_at("127.0.0.1:0");
    gdx_client_options options = quick();
    gdx_client *client = open_client(server.port, &options);
    for (int i = 0; i < 20; i++) {
        gdx_stream *stream = open_stream(client, "StreamingOutputCall");
        ask_for(stream, 50000, 100, 0);
        gdx_stream_end_sending(stream);
        if (i % 2)
            assert_int_equal(receive_size(stream), 50000);
        gdx_stream_close(stream);
    }
    assert_large_unary_works(client);
    gdx_client_close(client);
    stop(server, SIGTERM);
}

static void a_timeout_ends_a_call_that_takes_longer(void **state) {
    (void)state;
    struct running server = start_at("127.0.0.1:0");
    gdx_client_options options = quick();
    options.timeout_ns = 50000000;
    gdx_client *client = NULL;
    gdx_error late = {0};
    char target[32];
    snprintf(target, sizeof target, "127.0.0.1:%u", server.port);
    uint64_t begin_ns = gdx_now_ns();
    while (gdx_client_open(target, &options, &client, &late) != GDX_OK) // it may take longer to connect
        assert_true(patience_since(begin_ns));
    gdx_stream *stream = open_stream(client, "FullDuplexCall"); // neither side sends anything
    ProtobufCMessage *reply = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_stream_receive(stream, &reply, &err), GDX_DEADLINE);
    gdx_stream_close(stream);
    gdx_client_close(client);
    stop(server, SIGTERM);
}

static void a_server_that_comes_back_is_found_again(void **state) {
    (void)state;
    char address[32];
    int held = hold_port(address);
    struct running server = start_at(address);
    gdx_client_options options = quick();
    options.attempts = 50;
    gdx_client *client = open_client(server.port, &options);
    assert_large_unary_works(client);
    stop(server, SIGKILL);
    server = start_at(address);
    assert_large_unary_works(client);
    stop(server, SIGTERM); // a GOAWAY this time
    server = start_at(address);
    assert_large_unary_works(client);
    gdx_client_close(client);
    stop(server, SIGTERM);
    close(held);
}

static void a_server_that_is_not_there_is_unavailable_and_named(void **state) {
    (void)state;
    char target[32];
    int held = hold_port(target);
    stop(start_at(target), SIGTERM);
    gdx_client_options options = quick();
    options.attempts = 2;
    gdx_client *client = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_client_open(target, &options, &client, &err), GDX_UNAVAILABLE);
    assert_non_null(strstr(err.message, target));
    assert_null(client);
    close(held);
}

static void a_server_that_dies_ends_the_stream(void **state) {
    (void)state;
    struct running server = start_at("127.0.0.1:0");
    gdx_client_options options = quick();
    gdx_client *client = open_client(server.port, &options);
    gdx_stream *stream = open_stream(client, "FullDuplexCall");
    ask_for(stream, 10, 1, 0);
    assert_int_equal(receive_size(stream), 10);
    stop(server, SIGKILL);
    ProtobufCMessage *reply = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_stream_receive(stream, &reply, &err), GDX_UNAVAILABLE);
    assert_true(err.message[0] != 0);
    gdx_error again = {0};
    Grpc__Testing__StreamingOutputCallRequest request = GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
    assert_int_equal(gdx_stream_send(stream, &request.base, &again), GDX_UNAVAILABLE);
    gdx_stream_close(stream);
    gdx_client_close(client);
}

static void targets_of_no_form_are_refused(void **state) {
    (void)state;
    static const char *const targets[] = {"", "nowhere", "host:", ":50051", "::1:50051", "[::1:50051", "unix:"};
    gdx_client_options options = quick();
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        gdx_client *client = NULL;
        gdx_error err = {0};
        assert_int_equal(gdx_client_open(targets[i], &options, &client, &err), GDX_INVALID);
        assert_non_null(strstr(err.message, "expected host:port"));
    }
    char name[200] = "unix:/";
    gdx_client *client = NULL;
    gdx_error err = {0};
    memset(name + 6, 'n', sizeof name - 7); // longer than a socket's may be
    assert_int_equal(gdx_client_open(name, &options, &client, &err), GDX_INVALID);
}

static char *temporary_folder(void) {
    char *folder = strdup("/tmp/gramdex-test-XXXXXX");
    assert_non_null(folder);
    assert_non_null(mkdtemp(folder));
    return folder;
}

static void run(const char *format, ...) GDX_PRINTF(1, 2);
static void run(const char *format, ...) {
    char command[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    if (system(command) != 0)
        fail_msg("%s", command);
}

static void a_socket_of_the_file_system_serves_as_well(void **state) {
    (void)state;
    char *folder = temporary_folder();
    char address[128];
    snprintf(address, sizeof address, "unix:%s/socket", folder);
    struct running server = start_at(address);
    gdx_client_options options = quick();
    gdx_client *client = NULL;
    gdx_error err = {0};
    if (gdx_client_open(address, &options, &client, &err) != GDX_OK)
        fail_msg("%s", err.message);
    assert_large_unary_works(client);
    gdx_client_close(client);
    stop(server, SIGTERM);
    run("rm -rf %s", folder);
    free(folder);
}

// An authority, a certificate of the server's for 127.0.0.1 and one of the client's.
static void make_certificates(const char *folder) {
    run("cd %s && { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -subj /CN=authority"
        " && for who in server client; do"
        " openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $who.key -out $who.csr -subj /CN=$who"
        " && printf 'subjectAltName=IP:127.0.0.1,DNS:localhost' > $who.ext"
        " && openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile $who.ext -out $who.pem || exit 1;"
        " done; } >/dev/null 2>&1",
        folder);
}

struct certificates {
    char *folder, *authority, *server, *server_key, *client, *client_key;
};

static struct certificates new_certificates(void) {
    struct certificates made = {.folder = temporary_folder()};
    make_certificates(made.folder);
    made.authority = gdx_path_join(made.folder, "ca.pem");
    made.server = gdx_path_join(made.folder, "server.pem");
    made.server_key = gdx_path_join(made.folder, "server.key");
    made.client = gdx_path_join(made.folder, "client.pem");
    made.client_key = gdx_path_join(made.folder, "client.key");
    return made;
}

static void free_certificates(struct certificates *made) {
    run("rm -rf %s", made->folder);
    free(made->folder);
    free(made->authority);
    free(made->server);
    free(made->server_key);
    free(made->client);
    free(made->client_key);
}

static void tls_is_spoken_with_the_server_expected_and_no_other(void **state) {
    (void)state;
    struct certificates made = new_certificates();
    const char *const arguments[] = {GDX_INTEROP_SERVER, "--tls", made.server, made.server_key, NULL};
    struct running server = start(arguments);
    gdx_client_options options = quick();
    gdx_tls *tls = NULL, *stranger = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_tls_open_client(made.authority, NULL, NULL, &tls, &err), GDX_OK);
    options.tls = tls;
    gdx_client *client = open_client(server.port, &options);
    assert_large_unary_works(client);
    gdx_client_close(client);
    assert_int_equal(gdx_tls_open_client(NULL, NULL, NULL, &stranger, &err), GDX_OK); // trusts the system's alone
    options.tls = stranger;
    options.attempts = 1;
    client = open_client(server.port, &options);
    Grpc__Testing__Empty request = GRPC__TESTING__EMPTY__INIT;
    ProtobufCMessage *reply = NULL;
    assert_int_not_equal(gdx_client_call(client, SERVICE, "EmptyCall", &request.base, &reply, &err), GDX_OK);
    assert_null(reply);
    gdx_client_close(client);
    gdx_tls_close(tls);
    gdx_tls_close(stranger);
    stop(server, SIGTERM);
    free_certificates(&made);
}

static bool is_listened_on(unsigned port) {
    struct sockaddr_in where = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is = connect(one, (const struct sockaddr *)&where, sizeof where) == 0;
    close(one);
    return is;
}

// Its last answer and the close_notify come in one piece.
static void the_last_answer_of_a_server_that_drains_arrives_over_tls(void **state) {
    (void)state;
    struct certificates made = new_certificates();
    const char *const arguments[] = {GDX_INTEROP_SERVER, "--tls", made.server, made.server_key, NULL};
    struct running server = start(arguments);
    gdx_client_options options = quick();
    gdx_tls *tls = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_tls_open_client(made.authority, NULL, NULL, &tls, &err), GDX_OK);
    options.tls = tls;
    gdx_client *client = open_client(server.port, &options);
    gdx_stream *stream = open_stream(client, "FullDuplexCall");
    ask_for(stream, 10, 1, 0);
    assert_int_equal(receive_size(stream), 10);
    kill(server.process, SIGTERM);
    uint64_t begin_ns = gdx_now_ns();
    while (is_listened_on(server.port)) // one that drains is not
        assert_true(patience_since(begin_ns));
    ask_for(stream, 10, 1, 0);
    gdx_stream_end_sending(stream);
    assert_int_equal(receive_size(stream), 10);
    assert_int_equal(receive_size(stream), SIZE_MAX);
    gdx_stream_close(stream);
    gdx_client_close(client);
    gdx_tls_close(tls);
    wait_for_end(server, SIGTERM);
    free_certificates(&made);
}

static void a_server_may_demand_a_certificate_of_the_client(void **state) {
    (void)state;
    struct certificates made = new_certificates();
    const char *const arguments[] = {GDX_INTEROP_SERVER, "--tls", made.server, made.server_key, made.authority, NULL};
    struct running server = start(arguments);
    gdx_client_options options = quick();
    gdx_tls *with = NULL, *without = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_tls_open_client(made.authority, made.client, made.client_key, &with, &err), GDX_OK);
    assert_int_equal(gdx_tls_open_client(made.authority, NULL, NULL, &without, &err), GDX_OK);
    options.tls = with;
    gdx_client *client = open_client(server.port, &options);
    assert_large_unary_works(client);
    gdx_client_close(client);
    options.tls = without;
    options.attempts = 1;
    client = open_client(server.port, &options);
    Grpc__Testing__Empty request = GRPC__TESTING__EMPTY__INIT;
    ProtobufCMessage *reply = NULL;
    assert_int_not_equal(gdx_client_call(client, SERVICE, "EmptyCall", &request.base, &reply, &err), GDX_OK);
    gdx_client_close(client);
    gdx_tls_close(with);
    gdx_tls_close(without);
    stop(server, SIGTERM);
    free_certificates(&made);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unary_call_takes_and_gives_messages_of_any_size),
        cmocka_unit_test(a_status_comes_with_its_message_whatever_its_characters),
        cmocka_unit_test(a_method_that_is_not_served_is_unsupported),
        cmocka_unit_test(a_server_stream_gives_every_reply_and_then_the_end),
        cmocka_unit_test(a_client_stream_is_added_up_on_the_other_side),
        cmocka_unit_test(both_sides_of_a_stream_take_turns),
        cmocka_unit_test(a_stream_closed_in_the_middle_leaves_the_connection_good),
        cmocka_unit_test(a_timeout_ends_a_call_that_takes_longer),
        cmocka_unit_test(a_server_that_comes_back_is_found_again),
        cmocka_unit_test(a_server_that_is_not_there_is_unavailable_and_named),
        cmocka_unit_test(a_server_that_dies_ends_the_stream),
        cmocka_unit_test(targets_of_no_form_are_refused),
        cmocka_unit_test(a_socket_of_the_file_system_serves_as_well),
        cmocka_unit_test(tls_is_spoken_with_the_server_expected_and_no_other),
        cmocka_unit_test(the_last_answer_of_a_server_that_drains_arrives_over_tls),
        cmocka_unit_test(a_server_may_demand_a_certificate_of_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
