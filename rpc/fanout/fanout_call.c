// SPDX-License-Identifier: Apache-2.0
// fanout_call.c: a round: one call to a replica of every slice, all at the same time. A replica that fails is followed
// by another one. One that takes longer than nearly all calls of its slice do is joined by a second one, and the first
// answer counts: a machine that is stuck costs a wait, and no more than one call in twenty is made twice for that.

#include "fanout.h"

#include "gdx/client.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const uint64_t HEDGE_LEAST_NS = 10000000, HEDGE_UNKNOWN_NS = 100000000;
#define HEDGE_SHARE    0.05
#define HEDGE_AT_START 10.0
enum { LATENCIES_LEAST = 20 };

// ---- figures: under the lock

static struct slice_figures *figures_of(gdx_fanout *fanout, uint32_t slice) {
    return slice < fanout->slice_count ? &fanout->slices[slice] : NULL;
}

static int by_value(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void note_latency(gdx_fanout *fanout, uint32_t slice, uint64_t took_ns) {
    enum { LOOK_EVERY = 16 };
    uint64_t sorted[LATENCIES];
    pthread_mutex_lock(&fanout->lock);
    struct slice_figures *figures = figures_of(fanout, slice);
    if (figures) {
        figures->latencies_ns[figures->latency_count++ % LATENCIES] = took_ns;
        unsigned count = figures->latency_count < LATENCIES ? figures->latency_count : LATENCIES;
        if (count >= LATENCIES_LEAST && figures->latency_count % LOOK_EVERY == 0) {
            memcpy(sorted, figures->latencies_ns, count * sizeof *sorted);
            qsort(sorted, count, sizeof *sorted, by_value);
            figures->figures.p95_ns = sorted[count * 95 / 100];
        }
    }
    pthread_mutex_unlock(&fanout->lock);
}

enum counter { COUNT_CALL, COUNT_FAILOVER, COUNT_FAILURE };

static void count(gdx_fanout *fanout, uint32_t slice, enum counter counter) {
    pthread_mutex_lock(&fanout->lock);
    struct slice_figures *figures = figures_of(fanout, slice);
    if (figures) {
        figures->figures.calls += counter == COUNT_CALL;
        figures->figures.failovers += counter == COUNT_FAILOVER;
        figures->figures.failures += counter == COUNT_FAILURE;
        if (counter == COUNT_CALL && figures->tokens < HEDGE_AT_START)
            figures->tokens += HEDGE_SHARE;
    }
    pthread_mutex_unlock(&fanout->lock);
}

static bool take_token(gdx_fanout *fanout, uint32_t slice) {
    pthread_mutex_lock(&fanout->lock);
    struct slice_figures *figures = figures_of(fanout, slice);
    bool may = figures && figures->tokens >= 1;
    if (may) {
        figures->tokens -= 1;
        figures->figures.hedges++;
    }
    pthread_mutex_unlock(&fanout->lock);
    return may;
}

static uint64_t patience_ns(gdx_fanout *fanout, uint32_t slice) {
    pthread_mutex_lock(&fanout->lock);
    const struct slice_figures *figures = figures_of(fanout, slice);
    uint64_t p95_ns = figures && figures->figures.p95_ns ? figures->figures.p95_ns : HEDGE_UNKNOWN_NS;
    pthread_mutex_unlock(&fanout->lock);
    return p95_ns > HEDGE_LEAST_NS ? p95_ns : HEDGE_LEAST_NS;
}

// ---- replicas

static bool is_in(struct replica *const *list, size_t length, const struct replica *replica) {
    for (size_t i = 0; i < length; i++)
        if (list[i] == replica)
            return true;
    return false;
}

void fanout_name_slice(const Gramdex__V1__AskRequest *request, const struct replica *replica, gdx_error *err) {
    gdx_error before = *err;
    err->status = GDX_OK; // to be filled again
    if (replica)
        gdx_fail(err, before.status, "slice %u of %u: no leaf answers (%s): %s", request->slice, request->slices,
                 replica->address, before.message);
    else
        gdx_fail(err, before.status, "slice %u of %u: no leaf answers: %s", request->slice, request->slices,
                 before.message);
}

struct replica *fanout_choose(gdx_fanout *fanout, const Gramdex__V1__AskRequest *request, struct replica *const *tried,
                              size_t tried_count, gdx_error *err) {
    struct replica *best = NULL, *other = NULL, *lost = NULL;
    for (size_t i = 0; i < fanout->replica_count; i++) {
        struct replica *replica = fanout->replicas[i];
        bool is_unknown = replica->slices == 0 && !lost; // which slice it has: it has not said, or not well
        if (replica->is_listed && is_unknown)
            lost = replica;
        if (!replica->is_listed || replica->slices != request->slices || replica->slice != request->slice)
            continue;
        if (!replica->is_known || replica->state != LINK_OPEN || replica->is_broken) {
            lost = replica;
            continue;
        }
        if (is_in(tried, tried_count, replica))
            continue;
        other = replica;
        if (replica_holds(replica, request->slice, request->commit) && (!best || replica->calls < best->calls))
            best = replica;
    }
    if (!best && other)
        gdx_fail_reason(err, GDX_PRECONDITION, GDX_REASON_COMMIT_UNKNOWN, "no leaf of slice %u of %u holds the commit",
                        request->slice, request->slices);
    else if (!best && err && err->status == GDX_OK) {
        gdx_fail(err, GDX_UNAVAILABLE, "%s", lost ? lost->why.message : "none has been seen");
        fanout_name_slice(request, lost, err);
    }
    return best;
}

bool fanout_may_fail_over(const gdx_error *error) {
    switch (error->status) {
    case GDX_UNAVAILABLE:
    case GDX_CORRUPT:
    case GDX_IO:
    case GDX_INTERNAL:
    case GDX_BUSY:
    case GDX_DENIED:
    case GDX_UNAUTHENTICATED:
    case GDX_CANCELLED: // not by us: a leaf that drops a call
    case GDX_NOT_FOUND: // no question to a leaf has this answer
        return true;
    case GDX_PRECONDITION:
        return error->reason == GDX_REASON_COMMIT_UNKNOWN;
    default:
        return false;
    }
}

gdx_status fanout_check_answer(const Gramdex__V1__AskRequest *request, const Gramdex__V1__AskResponse *answer,
                               gdx_error *err) {
    const Gramdex__V1__LeafCommit *asked = request->commit, *of = answer->commit;
    if (answer->slice != request->slice || answer->slices != request->slices)
        return gdx_fail(err, GDX_CORRUPT, "an answer of slice %u of %u", answer->slice, answer->slices);
    if (!of || of->commit != asked->commit || of->manifest != asked->manifest)
        return gdx_fail(err, GDX_CORRUPT, "an answer of commit %" PRIu64 ", expected %" PRIu64, of ? of->commit : 0,
                        asked->commit);
    return GDX_OK;
}

void attempt_free(struct attempt *attempt) {
    if (attempt)
        gdx_buffer_clear(&attempt->reply);
    free(attempt);
}

void attempt_failure(const gdx_call_result *result, struct replica *replica, gdx_error *out) {
    gdx_status status = gdx_status_of_grpc_code(result->code);
    gdx_slice message = result->message.bytes ? result->message : gdx_slice_of(gdx_grpc_code_name(result->code));
    *out = (gdx_error){0};
    if (gdx_grpc_code_of_status(status) != result->code) // no leaf gives it
        status = GDX_INTERNAL;
    if (!result->complete && replica->why.message[0] && status == GDX_UNAVAILABLE)
        message = gdx_slice_of(replica->why.message); // why the connection was lost
    char kept[GDX_MESSAGE_BYTES];
    snprintf(kept, sizeof kept, "%.*s", GDX_SLICE_ARGUMENTS(message));
    gdx_client_take_failure(status, gdx_slice_of(kept), result->details, out);
}

// ---- calls

static void finish(gdx_fanout *fanout, struct pending *pending) {
    for (size_t i = 0; i < 2; i++) {
        struct attempt *attempt = pending->attempts[i];
        if (!attempt)
            continue;
        attempt->pending = NULL; // frees itself when it is closed
        pending->attempts[i] = NULL;
        gdx_call_cancel(attempt->call);
    }
    for (struct pending **at = &fanout->pendings; *at; at = &(*at)->next) {
        if (*at == pending) {
            *at = pending->next;
            break;
        }
    }
    pending->is_done = true;
    pthread_mutex_lock(&fanout->lock);
    pending->round->left--;
    pthread_cond_broadcast(&fanout->changed);
    pthread_mutex_unlock(&fanout->lock); // from here on the round may be gone, unless an op of it runs
}

static const Gramdex__V1__AskRequest *request_of(const struct pending *pending) {
    return (const Gramdex__V1__AskRequest *)pending->call->request;
}

static void fail(gdx_fanout *fanout, struct pending *pending, const gdx_error *why) {
    assert(why->status != GDX_OK); // a slice without an answer and without an error would be left out in silence
    count(fanout, request_of(pending)->slice, COUNT_FAILURE);
    (void)!gdx_error_pass(&pending->call->error, why);
    finish(fanout, pending);
}

static const gdx_call_events attempt_events;

// Asks a replica that was not asked yet. False: there is none, and pending->last says why if nothing did before.
static bool try_one(gdx_fanout *fanout, struct pending *pending, bool is_hedge) {
    const Gramdex__V1__AskRequest *request = request_of(pending);
    size_t room = sizeof pending->tried / sizeof *pending->tried;
    gdx_error passed_over = {0};
    gdx_error *why = is_hedge ? &passed_over : &pending->last;
    while (pending->tried_count < room) {
        struct replica *replica = fanout_choose(fanout, request, pending->tried, pending->tried_count, why);
        struct attempt *attempt = replica ? calloc(1, sizeof *attempt) : NULL;
        if (!attempt)
            return false;
        pending->tried[pending->tried_count++] = replica;
        attempt->pending = pending;
        attempt->is_hedge = is_hedge;
        attempt->trace = pending->call->trace;
        gdx_status status =
            link_call(replica, "Ask", &request->base, pending->round->deadline_ns, &attempt_events, attempt);
        if (status == GDX_OK) {
            pending->attempts[pending->attempts[0] != NULL] = attempt;
            return true;
        }
        attempt_free(attempt);
        if (why->status != GDX_OK)
            continue;
        gdx_fail(why, status, "it takes no call now");
        fanout_name_slice(request, replica, why);
    }
    return false;
}

static void on_message(gdx_call *call, gdx_slice message) {
    struct attempt *attempt = gdx_call_context(call);
    if (attempt->replies++)
        gdx_fail(&attempt->fault, GDX_CORRUPT, "more than one answer");
    else if (gdx_buffer_append(&attempt->reply, message.data, message.bytes) != GDX_OK)
        gdx_fail_memory(&attempt->fault, "an answer of a leaf");
    gdx_call_read(call); // the end
}

// NULL: it is no answer to the request, and err says why.
static Gramdex__V1__AskResponse *read_answer(const struct attempt *attempt, const Gramdex__V1__AskRequest *request,
                                             gdx_error *err) {
    if (gdx_error_pass(err, &attempt->fault) != GDX_OK)
        return NULL;
    Gramdex__V1__AskResponse *answer =
        attempt->replies ? gramdex__v1__ask_response__unpack(NULL, attempt->reply.bytes, attempt->reply.data) : NULL;
    if (!answer) {
        gdx_fail(err, GDX_CORRUPT, attempt->replies ? "what it answers is no answer" : "it ends without an answer");
    } else if (fanout_check_answer(request, answer, err) != GDX_OK) {
        gramdex__v1__ask_response__free_unpacked(answer, NULL);
        answer = NULL;
    }
    return answer;
}

static void take_answer(gdx_fanout *fanout, struct pending *pending, const struct attempt *attempt,
                        Gramdex__V1__AskResponse *answer) {
    note_latency(fanout, request_of(pending)->slice, gdx_now_ns() - attempt->begun_ns);
    pending->call->answer = &answer->base;
    finish(fanout, pending);
}

static void take_failure(gdx_fanout *fanout, struct pending *pending, struct replica *replica, const gdx_error *why) {
    if (!fanout_may_fail_over(why)) {
        fail(fanout, pending, why);
        return;
    }
    pending->last = *why;
    if (why->status != GDX_PRECONDITION && why->status != GDX_CORRUPT)
        pending->last.status = GDX_UNAVAILABLE;
    if (why->status != GDX_PRECONDITION)
        fanout_name_slice(request_of(pending), replica, &pending->last);
    if (pending->attempts[0]) // the other one may still answer
        return;
    if (try_one(fanout, pending, false))
        count(fanout, request_of(pending)->slice, COUNT_FAILOVER);
    else
        fail(fanout, pending, &pending->last);
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    struct attempt *attempt = gdx_call_context(call);
    struct pending *pending = attempt->pending;
    struct replica *replica = attempt->replica;
    replica->calls--;
    if (pending) {
        gdx_error why = {0};
        Gramdex__V1__AskResponse *answer = NULL;
        if (pending->attempts[0] == attempt)
            pending->attempts[0] = pending->attempts[1];
        pending->attempts[1] = NULL;
        if (result->code != GDX_GRPC_OK)
            attempt_failure(result, replica, &why);
        else
            answer = read_answer(attempt, request_of(pending), &why);
        if (answer)
            take_answer(replica->fanout, pending, attempt, answer);
        else
            take_failure(replica->fanout, pending, replica, &why);
    }
    attempt_free(attempt);
}

static const gdx_call_events attempt_events = {.message = on_message, .closed = on_closed};

// ---- a second replica

void fanout_hedge_on_loop(gdx_fanout *fanout, uint64_t now_ns) {
    for (struct pending *pending = fanout->pendings; pending; pending = pending->next) {
        uint32_t slice = request_of(pending)->slice;
        if (pending->hedge_ns > now_ns || pending->attempts[1])
            continue;
        pending->hedge_ns = UINT64_MAX;
        gdx_error passed_over = {0};
        if (fanout_choose(fanout, request_of(pending), pending->tried, pending->tried_count, &passed_over) &&
            take_token(fanout, slice))
            (void)!try_one(fanout, pending, true);
    }
}

uint64_t fanout_hedge_due_ns(const gdx_fanout *fanout) {
    uint64_t due_ns = UINT64_MAX;
    for (const struct pending *pending = fanout->pendings; pending; pending = pending->next)
        if (pending->hedge_ns < due_ns)
            due_ns = pending->hedge_ns;
    return due_ns;
}

// ---- rounds

void fanout_start_round_on_loop(gdx_fanout *fanout, struct round *round) {
    for (size_t i = 0; i < round->count; i++) {
        struct pending *pending = &round->pendings[i];
        uint32_t slice = request_of(pending)->slice;
        pending->next = fanout->pendings;
        fanout->pendings = pending;
        pending->hedge_ns = gdx_now_ns() + patience_ns(fanout, slice);
        count(fanout, slice, COUNT_CALL);
        if (!try_one(fanout, pending, false)) {
            if (pending->last.status == GDX_OK)
                gdx_fail_memory(&pending->last, "a call");
            fail(fanout, pending, &pending->last);
        }
    }
}

void fanout_cancel_round_on_loop(gdx_fanout *fanout, struct round *round) {
    const gdx_error why = {.status = GDX_CANCELLED, .message = "the caller has stopped"};
    for (size_t i = 0; i < round->count; i++) {
        if (round->pendings[i].is_done)
            continue;
        (void)!gdx_error_pass(&round->pendings[i].call->error, &why);
        finish(fanout, &round->pendings[i]);
    }
}

// Waits until all calls are done; a caller that stops has them cancelled, and waits for that.
static void wait_for_round(gdx_fanout *fanout, struct round *round, const gdx_stop *stop) {
    bool has_stopped = false;
    pthread_mutex_lock(&fanout->lock);
    fanout_submit(fanout, &round->start, OP_ROUND);
    while (round->left > 0 || round->start.is_queued || round->cancel.is_queued) {
        fanout_wait_a_while(fanout);
        if (round->left > 0 && !has_stopped && gdx_stop_check(stop, NULL) != GDX_OK) {
            has_stopped = true;
            fanout_submit(fanout, &round->cancel, OP_CANCEL_ROUND);
        }
    }
    pthread_mutex_unlock(&fanout->lock);
}

void fanout_ask(void *context, gdx_leaf_call *calls, size_t count_of_calls, const gdx_stop *stop) {
    gdx_fanout *fanout = context;
    struct round round = {.count = count_of_calls, .left = count_of_calls, .deadline_ns = stop->deadline_ns};
    round.pendings = calloc(count_of_calls + 1, sizeof *round.pendings);
    for (size_t i = 0; i < count_of_calls; i++) {
        if (round.pendings)
            round.pendings[i] = (struct pending){.round = &round, .call = &calls[i]};
        else
            gdx_fail_memory(&calls[i].error, "a question to the leaves");
    }
    if (round.pendings && count_of_calls)
        wait_for_round(fanout, &round, stop);
    gdx_error stopped = {0};
    if (gdx_stop_check(stop, &stopped) != GDX_OK) // the caller's reason, whatever the leaves made of it
        for (size_t i = 0; i < count_of_calls; i++)
            if (!calls[i].answer)
                calls[i].error = stopped;
    free(round.pendings);
}
