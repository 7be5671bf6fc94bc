// SPDX-License-Identifier: Apache-2.0
// deadlines.c: calls with deadlines from 500 us to 200 ms, by raw HTTP/2 (libnghttp2's client, which knows nothing of
// gRPC and ends no call by itself), against light and heavy work. Every one must be answered by OK or
// DEADLINE_EXCEEDED, never by a reset. Beside each call a thread sleeps for as long: what the machine adds to that it
// may add to the call.
//
// usage: deadlines PORT CALLS CALLERS [LATE_MS]
// The server is at 127.0.0.1. Exit status 1: some call ended otherwise, or later than its sleep and LATE_MS more.

#include "../support/patience.h"
#include "gdx/base.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gramdex/v1/search.pb-c.h>
#include <math.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SHORTEST_US = 500, LONGEST_US = 200000, CALLERS_MOST = 64 };

static const char heavy[] = "链 NEAR/900 业 NEAR/900 规 NEAR/900 则 NEAR/900 产", light[] = "重构", many[] = "产业";

static const struct kind {
    const char *method, *query;
    bool is_read; // false: the client gives no window back
} kinds[] = {
    {"Count", light, true}, {"Count", heavy, true}, {"Search", heavy, true}, {"Trend", heavy, true},
    {"Stat", NULL, true},   {"Scan", many, true},   {"Scan", many, false},   {"Scan", heavy, true},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

struct call { // one at a time on each connection
    const struct kind *kind;
    gdx_buffer request;
    size_t sent;
    uint64_t ends_ns;
    int status; // grpc-status; -1: none came
    uint64_t answered_ns;
    bool closed;
    uint32_t reset;
};

struct caller { // a thread's own, and its sleeper's where said
    pthread_t thread, sleeper;
    unsigned number, calls, port;
    uint64_t random;
    int socket;
    nghttp2_session *session;
    struct call call;
    pthread_mutex_t lock; // of what follows
    pthread_cond_t changed;
    uint64_t sleep_until_ns; // 0: none is wanted
    uint64_t slept_ns;       // by how much it was late
    bool is_over;
};

static struct totals {
    pthread_mutex_t lock;
    unsigned good, late, other, resets, lost, over;
    unsigned by_kind[KINDS];
    double *calls_ms, *sleeps_ms; // lateness
    size_t count;
} totals = {.lock = PTHREAD_MUTEX_INITIALIZER};

static unsigned late_ms = 0;

static void die(const char *what) {
    fprintf(stderr, "deadlines: %s: %s\n", what, strerror(errno));
    exit(2);
}

static uint64_t chance(struct caller *caller, uint64_t limit) {
    uint64_t value = caller->random += 0x9e3779b97f4a7c15u; // SplitMix64
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return (value ^ value >> 31) % limit;
}

// ---- a sleep of the same length

static void *sleep_beside(void *context) {
    struct caller *caller = context;
    pthread_mutex_lock(&caller->lock);
    while (!caller->is_over) {
        uint64_t until_ns = caller->sleep_until_ns;
        if (until_ns == 0) {
            pthread_cond_wait(&caller->changed, &caller->lock);
            continue;
        }
        pthread_mutex_unlock(&caller->lock);
        struct timespec until = {(time_t)(until_ns / 1000000000), (long)(until_ns % 1000000000)};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
        }
        uint64_t now_ns = gdx_now_ns();
        pthread_mutex_lock(&caller->lock);
        caller->slept_ns = now_ns > until_ns ? now_ns - until_ns : 0;
        caller->sleep_until_ns = 0;
        pthread_cond_broadcast(&caller->changed);
    }
    pthread_mutex_unlock(&caller->lock);
    return NULL;
}

static void start_sleep(struct caller *caller, uint64_t until_ns) {
    pthread_mutex_lock(&caller->lock);
    caller->sleep_until_ns = until_ns;
    pthread_cond_broadcast(&caller->changed);
    pthread_mutex_unlock(&caller->lock);
}

static uint64_t end_sleep(struct caller *caller) {
    pthread_mutex_lock(&caller->lock);
    while (caller->sleep_until_ns)
        pthread_cond_wait(&caller->changed, &caller->lock);
    uint64_t slept_ns = caller->slept_ns;
    pthread_mutex_unlock(&caller->lock);
    return slept_ns;
}

// ---- the client

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_bytes,
                     const uint8_t *value, size_t value_bytes, uint8_t flags, void *user_data) {
    (void)session, (void)frame, (void)flags, (void)value_bytes;
    struct caller *caller = user_data;
    if (name_bytes == 11 && memcmp(name, "grpc-status", 11) == 0)
        caller->call.status = atoi((const char *)value); // libnghttp2 ends it by a zero
    return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user_data) {
    (void)session;
    struct caller *caller = user_data;
    if (frame->hd.type == NGHTTP2_HEADERS && frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
        caller->call.answered_ns = gdx_now_ns();
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data, size_t bytes,
                   void *user_data) {
    (void)flags, (void)data;
    struct caller *caller = user_data;
    return caller->call.kind->is_read ? nghttp2_session_consume(session, stream, bytes)
                                      : nghttp2_session_consume_connection(session, bytes);
}

static int on_closed(nghttp2_session *session, int32_t stream, uint32_t error_code, void *user_data) {
    (void)session, (void)stream;
    struct caller *caller = user_data;
    caller->call.closed = true;
    caller->call.reset = error_code;
    return 0;
}

static ssize_t read_request(nghttp2_session *session, int32_t stream, uint8_t *to, size_t room, uint32_t *flags,
                            nghttp2_data_source *source, void *user_data) {
    (void)session, (void)stream, (void)user_data;
    struct call *call = source->ptr;
    size_t left = call->request.bytes - call->sent, bytes = left < room ? left : room;
    memcpy(to, call->request.data + call->sent, bytes);
    call->sent += bytes;
    if (call->sent == call->request.bytes)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)bytes;
}

static void connect_caller(struct caller *caller) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)caller->port)};
    int yes = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    caller->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (caller->socket < 0 || connect(caller->socket, (struct sockaddr *)&address, sizeof address) != 0 ||
        setsockopt(caller->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0)
        die("connect");
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *option;
    if (nghttp2_session_callbacks_new(&callbacks) != 0 || nghttp2_option_new(&option) != 0)
        die("no memory");
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_closed);
    nghttp2_option_set_no_auto_window_update(option, 1);
    if (nghttp2_session_client_new2(&caller->session, callbacks, caller, option) != 0 ||
        nghttp2_submit_settings(caller->session, NGHTTP2_FLAG_NONE, NULL, 0) != 0)
        die("no memory");
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_option_del(option);
}

static void send_frames(struct caller *caller) {
    const uint8_t *data;
    for (ssize_t bytes; (bytes = nghttp2_session_mem_send(caller->session, &data)) > 0;) {
        for (ssize_t at = 0, sent; at < bytes; at += sent) {
            sent = send(caller->socket, data + at, (size_t)(bytes - at), MSG_NOSIGNAL);
            if (sent < 0)
                die("send");
        }
    }
}

// False: nothing has come for so long, or the server has closed the connection.
static bool take_frames(struct caller *caller) {
    uint8_t buffer[65536];
    struct pollfd one = {.fd = caller->socket, .events = POLLIN};
    if (poll(&one, 1, (int)(patience_ns() / 1000000)) <= 0)
        return false;
    ssize_t bytes = recv(caller->socket, buffer, sizeof buffer, 0);
    if (bytes <= 0 || nghttp2_session_mem_recv(caller->session, buffer, (size_t)bytes) < 0)
        return false;
    send_frames(caller);
    return true;
}

// ---- calls

static ProtobufCBinaryData query_of(const struct kind *kind) {
    return (ProtobufCBinaryData){strlen(kind->query), (uint8_t *)(uintptr_t)kind->query};
}

static void pack(struct call *call, const ProtobufCMessage *message) {
    size_t bytes = protobuf_c_message_get_packed_size(message);
    uint8_t prefix[5] = {0, (uint8_t)(bytes >> 24), (uint8_t)(bytes >> 16), (uint8_t)(bytes >> 8), (uint8_t)bytes};
    call->request.bytes = 0;
    if (gdx_buffer_append(&call->request, prefix, sizeof prefix) != GDX_OK ||
        gdx_buffer_reserve(&call->request, bytes + 1) != GDX_OK)
        die("no memory");
    call->request.bytes += protobuf_c_message_pack(message, call->request.data + call->request.bytes);
}

static void pack_request(struct call *call) {
    const struct kind *kind = call->kind;
    Gramdex__V1__CountRequest count = GRAMDEX__V1__COUNT_REQUEST__INIT;
    Gramdex__V1__SearchRequest search = GRAMDEX__V1__SEARCH_REQUEST__INIT;
    Gramdex__V1__TrendRequest trend = GRAMDEX__V1__TREND_REQUEST__INIT;
    Gramdex__V1__ScanRequest scan = GRAMDEX__V1__SCAN_REQUEST__INIT;
    Gramdex__V1__StatRequest stat = GRAMDEX__V1__STAT_REQUEST__INIT;
    if (kind->query)
        count.query = search.query = trend.query = scan.query = query_of(kind);
    scan.context_symbols = 200;
    const struct {
        const char *method;
        const ProtobufCMessage *message;
    } all[] = {{"Count", &count.base},
               {"Search", &search.base},
               {"Trend", &trend.base},
               {"Scan", &scan.base},
               {"Stat", &stat.base}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(all[i].method, kind->method) == 0)
            pack(call, all[i].message);
    }
}

static nghttp2_nv header(const char *name, const char *value) {
    return (nghttp2_nv){(uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value, strlen(name), strlen(value), 0};
}

static void submit(struct caller *caller, uint64_t timeout_us) {
    struct call *call = &caller->call;
    char path[64], timeout[16];
    snprintf(path, sizeof path, "/gramdex.v1.Search/%s", call->kind->method);
    snprintf(timeout, sizeof timeout, "%lluu", (unsigned long long)timeout_us);
    const nghttp2_nv headers[] = {
        header(":method", "POST"),         header(":scheme", "http"), header(":path", path),
        header(":authority", "localhost"), header("te", "trailers"),  header("content-type", "application/grpc"),
        header("grpc-timeout", timeout),
    };
    nghttp2_data_provider provider = {.source.ptr = call, .read_callback = read_request};
    if (nghttp2_submit_request(caller->session, NULL, headers, sizeof headers / sizeof headers[0], &provider, NULL) < 0)
        die("a call cannot be submitted");
    call->ends_ns = gdx_now_ns() + timeout_us * 1000;
    start_sleep(caller, call->ends_ns);
    send_frames(caller);
}

static double milliseconds(uint64_t from_ns, uint64_t to_ns) {
    return to_ns > from_ns ? (double)(to_ns - from_ns) / 1e6 : 0;
}

static void count(const struct call *call, uint64_t slept_ns, bool lost) {
    double late = milliseconds(call->ends_ns, call->answered_ns), slept = (double)slept_ns / 1e6;
    pthread_mutex_lock(&totals.lock);
    if (lost)
        totals.lost++;
    else if (call->reset != NGHTTP2_NO_ERROR || !call->answered_ns)
        totals.resets++;
    else if (call->status == 0)
        totals.good++;
    else if (call->status == 4)
        totals.late++;
    else
        totals.other++;
    totals.by_kind[call->kind - kinds] += call->status == 4;
    totals.over += late > slept + late_ms;
    totals.calls_ms[totals.count] = late;
    totals.sleeps_ms[totals.count++] = slept;
    pthread_mutex_unlock(&totals.lock);
}

static void *call_again_and_again(void *context) {
    struct caller *caller = context;
    connect_caller(caller);
    send_frames(caller);
    for (unsigned i = 0; i < caller->calls; i++) {
        struct call *call = &caller->call;
        *call = (struct call){.kind = &kinds[chance(caller, KINDS)], .request = call->request, .status = -1};
        double part = (double)chance(caller, 1000000) / 1e6;
        pack_request(call);
        submit(caller, (uint64_t)(SHORTEST_US * pow((double)LONGEST_US / SHORTEST_US, part)));
        bool lost = false;
        while (!call->closed && !lost)
            lost = !take_frames(caller);
        count(call, end_sleep(caller), lost);
        if (lost)
            break;
    }
    nghttp2_session_del(caller->session);
    close(caller->socket);
    gdx_buffer_clear(&caller->call.request);
    return NULL;
}

// ---- all together

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void report(void) {
    size_t count = totals.count, over_calls = 0, over_sleeps = 0;
    for (size_t i = 0; i < count; i++) {
        over_calls += totals.calls_ms[i] > 20;
        over_sleeps += totals.sleeps_ms[i] > 20;
    }
    qsort(totals.calls_ms, count, sizeof *totals.calls_ms, compare);
    qsort(totals.sleeps_ms, count, sizeof *totals.sleeps_ms, compare);
    printf("%zu calls: %u OK, %u DEADLINE_EXCEEDED, %u other statuses, %u resets, %u lost\n", count, totals.good,
           totals.late, totals.other, totals.resets, totals.lost);
    for (int i = 0; i < KINDS; i++)
        printf("  %u %s%s%s\n", totals.by_kind[i], kinds[i].method, kinds[i].query == heavy ? ", heavy" : "",
               kinds[i].is_read ? "" : ", not read");
    if (count == 0)
        return;
    size_t p99 = count * 99 / 100;
    printf("late by: calls p99 %.1f ms, at most %.1f; sleeps p99 %.1f ms, at most %.1f\n", totals.calls_ms[p99],
           totals.calls_ms[count - 1], totals.sleeps_ms[p99], totals.sleeps_ms[count - 1]);
    printf("later than 20 ms: %zu calls, %zu sleeps; later than the own sleep and %u ms: %u calls\n", over_calls,
           over_sleeps, late_ms, totals.over);
}

static void run(struct caller *callers, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        pthread_mutex_init(&callers[i].lock, NULL);
        pthread_cond_init(&callers[i].changed, NULL);
        if (pthread_create(&callers[i].sleeper, NULL, sleep_beside, &callers[i]) != 0 ||
            pthread_create(&callers[i].thread, NULL, call_again_and_again, &callers[i]) != 0)
            die("no thread");
    }
    for (unsigned i = 0; i < count; i++) {
        pthread_join(callers[i].thread, NULL);
        pthread_mutex_lock(&callers[i].lock);
        callers[i].is_over = true;
        pthread_cond_broadcast(&callers[i].changed);
        pthread_mutex_unlock(&callers[i].lock);
        pthread_join(callers[i].sleeper, NULL);
    }
}

int main(int argc, char **argv) {
    static struct caller callers[CALLERS_MOST];
    if (argc < 4 || atoi(argv[2]) < 1 || atoi(argv[3]) < 1 || atoi(argv[3]) > CALLERS_MOST) {
        fprintf(stderr, "usage: deadlines PORT CALLS CALLERS [LATE_MS]\n");
        return 2;
    }
    unsigned calls = (unsigned)atoi(argv[2]), count = (unsigned)atoi(argv[3]);
    late_ms = argc > 4 ? (unsigned)atoi(argv[4]) : 0;
    totals.calls_ms = calloc(calls, sizeof *totals.calls_ms);
    totals.sleeps_ms = calloc(calls, sizeof *totals.sleeps_ms);
    if (!totals.calls_ms || !totals.sleeps_ms)
        die("no memory");
    for (unsigned i = 0; i < count; i++) {
        callers[i].number = i;
        callers[i].random = i;
        callers[i].port = (unsigned)atoi(argv[1]);
        callers[i].calls = calls / count + (i < calls % count);
    }
    run(callers, count);
    report();
    bool good = totals.good + totals.late == calls && (argc < 5 || totals.over == 0);
    free(totals.calls_ms);
    free(totals.sleeps_ms);
    return good ? 0 : 1;
}
