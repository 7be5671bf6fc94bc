// SPDX-License-Identifier: Apache-2.0
// answer.c: one call of any operation: an exchange on the one side, a question of api on the other.
// No operation is known here by name: services and methods are laid out from the table. A unary question lives on the
// handler's stack; one with a stream on either side is the exchange's state, and its end is a worker's.

#include "engine.h"

#include <gramdex/v1/leaf.pb-c.h>

#include <assert.h>
#include <stdlib.h>

static gdx_engine *engine_of(const gdx_exchange *exchange) {
    return gdx_exchange_service_context(exchange);
}

static gdx_status reply(void *context, const ProtobufCMessage *message, gdx_error *err) {
    return gdx_exchange_reply(context, message, err);
}

static void init_question(gdx_question *question, gdx_exchange *exchange) {
    question->operation = gdx_exchange_method(exchange)->context;
    question->collection = engine_of(exchange)->collection;
    question->stop = gdx_exchange_stop(exchange);
    question->opened_ns = gdx_exchange_opened_ns(exchange);
    question->trace = gdx_exchange_trace(exchange);
    question->reply = reply;
    question->context = exchange;
}

// ---- how long a step may take

// In the short lane, whatever its plan said: so that one that was weighed wrong holds up others for no longer.
enum { SHORT_LANE_NS = 10000000 };

static bool is_in_haste(const gdx_exchange *exchange) {
    return gdx_exchange_lane(exchange) == GDX_LANE_SHORT;
}

static uint64_t earlier(uint64_t deadline_ns, uint64_t other_ns) {
    return deadline_ns && deadline_ns < other_ns ? deadline_ns : other_ns;
}

// The caller's stop, or an earlier one. What writes may take as long as it takes.
static gdx_stop stop_of_step(gdx_exchange *exchange, uint64_t most_ns) {
    gdx_stop stop = gdx_exchange_stop(exchange);
    uint64_t query_ns = engine_of(exchange)->options.query_ns, now_ns = gdx_now_ns();
    const gdx_operation *operation = gdx_exchange_method(exchange)->context;
    if (most_ns)
        stop.deadline_ns = earlier(stop.deadline_ns, now_ns + most_ns);
    if (query_ns && !operation->writes)
        stop.deadline_ns = earlier(stop.deadline_ns, now_ns + query_ns);
    return stop;
}

// After a step that ended with `status`: true if it was our own deadline that has passed, and not the caller's.
static bool ran_too_long(const gdx_exchange *exchange, gdx_status status) {
    return status == GDX_DEADLINE && !gdx_exchange_is_stopped(exchange);
}

static gdx_status refuse_longer(const gdx_exchange *exchange, gdx_error *err) {
    *err = (gdx_error){0};
    return gdx_fail_reason(err, GDX_TOO_LARGE, GDX_REASON_QUERY_TIME,
                           "it ran for %g s, as long as this server lets a query run (--query-time); use fewer or "
                           "rarer terms",
                           (double)engine_of(exchange)->options.query_ns / 1e9);
}

// ---- notes for the log

// Before the question is asked, so that a call that its deadline ends has it, too.
static void note_query(gdx_exchange *exchange, const ProtobufCMessage *request) {
    const gdx_engine_options *options = &engine_of(exchange)->options;
    gdx_buffer query = {0};
    if (!options->notes_queries && !options->slow_ns)
        return;
    if (gdx_question_query(request, &query) == GDX_OK && query.bytes)
        gdx_exchange_note_text(exchange, "query", gdx_buffer_slice(&query));
    gdx_buffer_clear(&query);
}

static void note_costs(gdx_exchange *exchange, const gdx_question_plan *plan) {
    gdx_exchange_note_number(exchange, "posting_bytes", plan->posting_bytes);
    gdx_exchange_note_number(exchange, "texts", plan->texts);
    gdx_exchange_note_number(exchange, "occurrences", plan->occurrences);
    gdx_exchange_note_number(exchange, "documents", plan->documents);
    gdx_exchange_note_number(exchange, "work_us", plan->work_ns / 1000);
}

// A query that cannot be planned (it is malformed, or too large) has no plan.
static void note_plan(gdx_exchange *exchange, const gdx_question *question, const ProtobufCMessage *request) {
    gdx_question_plan plan = {0};
    gdx_error passed_over = {0};
    gdx_status status = gdx_question_plan_of(question, request, &plan, &passed_over);
    if (plan.tree.bytes)
        gdx_exchange_note_text(exchange, "plan", gdx_buffer_slice(&plan.tree));
    if (plan.segments)
        gdx_exchange_note_number(exchange, "segments", plan.segments);
    if (status == GDX_OK && plan.is_weighed)
        note_costs(exchange, &plan);
    gdx_question_plan_clear(&plan);
}

static bool is_slow(const gdx_exchange *exchange) {
    uint64_t slow_ns = engine_of(exchange)->options.slow_ns;
    return slow_ns && gdx_now_ns() - gdx_exchange_opened_ns(exchange) >= slow_ns;
}

// ---- one request, one reply

// Asked in haste first. If it declines, or takes longer than it thought, it is asked again in the long lane.
static gdx_status run_unary(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    gdx_question question = {.session = engine_session(exchange, err), .may_decline = is_in_haste(exchange)};
    if (!question.session)
        return GDX_NO_MEMORY;
    init_question(&question, exchange);
    question.stop = stop_of_step(exchange, question.may_decline ? SHORT_LANE_NS : 0);
    note_query(exchange, message);
    gdx_status status = gdx_question_run(&question, message, err);
    assert(!question.state); // what is unary keeps none
    bool too_long = ran_too_long(exchange, status);
    if (question.has_declined || (too_long && question.may_decline)) {
        *err = (gdx_error){0};
        gdx_exchange_go_longer(exchange);
        return GDX_OK;
    }
    if (is_slow(exchange))
        note_plan(exchange, &question, message);
    return too_long ? refuse_longer(exchange, err) : status;
}

// ---- streams

static gdx_status open_stream(gdx_exchange *exchange, gdx_error *err) {
    struct answer *answer = calloc(1, sizeof *answer);
    if (!answer)
        return gdx_fail_memory(err, "this call");
    answer->engine = engine_of(exchange);
    init_question(&answer->question, exchange);
    gdx_exchange_set_state(exchange, answer);
    return GDX_OK;
}

// The question, with the session of the thread that runs this step.
static gdx_question *question_of(gdx_exchange *exchange, gdx_error *err) {
    struct answer *answer = gdx_exchange_state(exchange);
    answer->question.session = engine_session(exchange, err);
    answer->question.stop = stop_of_step(exchange, 0);
    return answer->question.session ? &answer->question : NULL;
}

static gdx_status end_step(const gdx_exchange *exchange, gdx_status status, gdx_error *err) {
    return ran_too_long(exchange, status) ? refuse_longer(exchange, err) : status;
}

static gdx_status run_stream(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    gdx_question *question = question_of(exchange, err);
    if (!question)
        return GDX_NO_MEMORY;
    question->may_decline = is_in_haste(exchange);
    question->has_declined = false;
    note_query(exchange, message);
    gdx_status status = gdx_question_run(question, message, err);
    if (question->has_declined)
        gdx_exchange_go_longer(exchange);
    else if (engine_of(exchange)->options.slow_ns && question->operation->replies_stream)
        note_plan(exchange, question, message); // the request is gone when it is known whether it took long
    return end_step(exchange, status, err);
}

static gdx_status finish(gdx_exchange *exchange, gdx_error *err) {
    gdx_question *question = question_of(exchange, err);
    return question ? gdx_question_finish(question, err) : GDX_NO_MEMORY;
}

// What has begun to answer cannot be asked again; it goes on in the long lane if it took long.
static gdx_status produce(gdx_exchange *exchange, gdx_step *out_step, gdx_error *err) {
    uint64_t begun_ns = gdx_now_ns();
    gdx_question *question = question_of(exchange, err);
    bool more = false;
    gdx_status status = question ? gdx_stop_check(&question->stop, err) : GDX_NO_MEMORY;
    if (status == GDX_OK) // a stop that came before the request left no state
        status = gdx_question_produce(question, &more, err);
    if (is_in_haste(exchange) && gdx_now_ns() - begun_ns > SHORT_LANE_NS)
        gdx_exchange_go_longer(exchange);
    *out_step = more ? GDX_STEP_MORE : GDX_STEP_DONE;
    return end_step(exchange, status, err);
}

static void release(gdx_exchange *exchange) {
    engine_retire(engine_of(exchange), gdx_exchange_state(exchange));
}

// ---- the table

// At a root a call waits for its leaves, in whatever lane; so all are in the one that leaves a worker free.
static gdx_method method_of(const gdx_engine *engine, const gdx_operation *operation) {
    bool is_long = operation->effort == GDX_EFFORT_LONG || gdx_collection_is_root(engine->collection);
    bool streams = operation->requests_stream || operation->replies_stream;
    gdx_method method = {
        .name = operation->name,
        .place = is_long ? GDX_ON_WORKER_LONGER : GDX_ON_WORKER,
        .requests_stream = operation->requests_stream,
        .replies_stream = operation->replies_stream,
        .no_side_effects = !operation->writes,
        .context = operation,
        .handler = {.message = run_unary},
    };
    if (streams)
        method.handler = (gdx_handler){.begin = open_stream,
                                       .message = run_stream,
                                       .end = operation->requests_stream ? finish : NULL,
                                       .produce = operation->replies_stream ? produce : NULL,
                                       .release = release};
    return method;
}

gdx_status answer_services(gdx_engine *engine, gdx_error *err) {
    size_t count;
    const gdx_operation *operations = gdx_operations(&count);
    engine->methods = calloc(count, sizeof *engine->methods);
    engine->services = calloc(count, sizeof *engine->services); // at most one an operation
    if (!engine->methods || !engine->services)
        return gdx_fail_memory(err, "the services");
    for (size_t i = 0; i < count; i++) {
        gdx_service *last = engine->service_count ? &engine->services[engine->service_count - 1] : NULL;
        if (operations[i].service == &gramdex__v1__leaf__descriptor && !gdx_collection_is_leaf(engine->collection))
            continue; // it is nobody else's
        engine->methods[i] = method_of(engine, &operations[i]);
        if (last && last->descriptor == operations[i].service) { // the table is sorted by service
            last->method_count++;
            continue;
        }
        engine->services[engine->service_count++] =
            (gdx_service){operations[i].service, &engine->methods[i], 1, engine};
    }
    return GDX_OK;
}
