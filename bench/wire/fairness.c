// SPDX-License-Identifier: Apache-2.0
// fairness.c: see fairness.h. The heavy client is a process of its own: a loop that handles its answers would delay
// those of the light one, here and not in the server.

#include "fairness.h"

#include <errno.h>
#include <gramdex/v1/search.pb-c.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETTLE_NS  UINT64_C(500000000)
#define FOREVER_NS UINT64_C(3600000000000)

// ---- the heavy client

static bool is_answered(const struct question *question, const struct answer *answer) {
    (void)question;
    return answer->messages == 1;
}

// Of the most frequent phrases one after the other, so that each of them has partners everywhere.
static gdx_status chain_phrases(const struct questions *frequent, gdx_buffer *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < frequent->count && status == GDX_OK; i++) {
        const struct question *question = &frequent->items[i];
        Gramdex__V1__CountRequest *request =
            gramdex__v1__count_request__unpack(NULL, question->message.bytes, (const uint8_t *)question->message.data);
        status = request ? gdx_buffer_append_format(out, "%s%.*s", i ? " NEAR/10000 " : "", (int)request->query.len,
                                                    (const char *)request->query.data)
                         : GDX_NO_MEMORY;
        protobuf_c_message_free_unpacked((ProtobufCMessage *)request, NULL);
    }
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "no memory for a heavy query");
}

static gdx_status pack_heavy(const struct phrases *phrases, const struct method *count, gdx_buffer *out,
                             gdx_error *err) {
    struct questions frequent = {0};
    struct method most = *count;
    gdx_buffer query = {0};
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    most.documents = UINT64_MAX;
    gdx_status status = questions_make(&frequent, &most, phrases, err);
    if (status == GDX_OK)
        status = chain_phrases(&frequent, &query, err);
    request.query = (ProtobufCBinaryData){query.bytes, query.data};
    if (status == GDX_OK && gdx_buffer_reserve(out, gramdex__v1__count_request__get_packed_size(&request)) != GDX_OK)
        status = gdx_fail(err, GDX_NO_MEMORY, "no memory for a heavy query");
    if (status == GDX_OK)
        out->bytes = gramdex__v1__count_request__pack(&request, out->data);
    gdx_buffer_clear(&query);
    questions_clear(&frequent);
    return status;
}

// Never returns: the parent ends it, or it says what was wrong with the heavy calls.
static void ask_heavily(const struct load_options *light, const struct phrases *phrases, int to) {
    struct method method = *light->method;
    struct questions questions = {.count = 1};
    struct load_result result = {0};
    gdx_error err = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    method.is_true = is_answered;
    gdx_status status = pack_heavy(phrases, light->method, &questions.packed, &err);
    questions.items[0].message = gdx_buffer_slice(&questions.packed);
    struct load_options heavy = {.server = light->server,
                                 .method = &method,
                                 .questions = &questions,
                                 .connections = 1,
                                 .streams = FAIRNESS_HEAVY_CALLS,
                                 .duration_ns = FOREVER_NS};
    if (status == GDX_OK)
        status = load_run(&heavy, &result, &err);
    (void)!write(to, &err, sizeof err);
    _exit(1);
}

static gdx_status start_heavy(const struct load_options *light, const struct phrases *phrases, pid_t *out,
                              int *out_from, gdx_error *err) {
    int ends[2];
    if (pipe(ends) != 0)
        return gdx_fail_errno(err, errno, "cannot start a client");
    *out = fork();
    if (*out == 0)
        ask_heavily(light, phrases, ends[1]);
    close(ends[1]);
    *out_from = ends[0];
    if (*out > 0)
        return GDX_OK;
    close(ends[0]);
    return gdx_fail_errno(err, errno, "cannot start a client");
}

// It must have been at it all the time.
static gdx_status stop_heavy(pid_t process, int from, gdx_error *err) {
    gdx_error why = {0};
    int status = 0;
    bool has_ended = waitpid(process, &status, WNOHANG) == process;
    if (has_ended && read(from, &why, sizeof why) == (ssize_t)sizeof why && why.status != GDX_OK) {
        close(from);
        return gdx_error_pass(err, &why);
    }
    close(from);
    if (has_ended)
        return gdx_fail(err, GDX_UNAVAILABLE, "the client of heavy calls has ended");
    kill(process, SIGKILL);
    (void)!waitpid(process, &status, 0);
    return GDX_OK;
}

// ---- both

static gdx_status measure(const struct load_options *light, uint64_t *p50, uint64_t *p99, gdx_error *err) {
    struct load_result result = {0};
    gdx_status status = load_run(light, &result, err);
    if (status == GDX_OK) {
        *p50 = samples_quantile(&result.latencies, 0.5);
        *p99 = samples_quantile(&result.latencies, 0.99);
    }
    load_result_clear(&result);
    return status;
}

gdx_status fairness_run(const struct load_options *light, const struct phrases *phrases, struct fairness *out,
                        gdx_error *err) {
    struct load_options options = *light;
    pid_t process = 0;
    int from = -1;
    options.connections = options.streams = 1;
    options.warm_ns = SETTLE_NS;
    gdx_status status = measure(&options, &out->alone_p50, &out->alone_p99, err);
    if (status == GDX_OK)
        status = start_heavy(&options, phrases, &process, &from, err);
    if (status != GDX_OK)
        return status;
    status = measure(&options, &out->beside_p50, &out->beside_p99, err);
    gdx_status stopped = stop_heavy(process, from, err);
    return status == GDX_OK ? stopped : status;
}
