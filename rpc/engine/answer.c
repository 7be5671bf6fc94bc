// SPDX-License-Identifier: Apache-2.0
// answer.c: one call of any operation: an exchange on the one side, a question of api on the other.
// No operation is known here by name: services and methods are laid out from the table. A unary question lives on the
// handler's stack; one with a stream on either side is the exchange's state, and its end is a worker's.

#include "engine.h"

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
    question->reply = reply;
    question->context = exchange;
}

static gdx_status run_unary(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    gdx_question question = {.session = engine_session(exchange, err)};
    if (!question.session)
        return GDX_NO_MEMORY;
    init_question(&question, exchange);
    gdx_status status = gdx_question_run(&question, message, err);
    assert(!question.state); // what is unary keeps none
    return status;
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
    return answer->question.session ? &answer->question : NULL;
}

static gdx_status run_stream(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    gdx_question *question = question_of(exchange, err);
    return question ? gdx_question_run(question, message, err) : GDX_NO_MEMORY;
}

static gdx_status finish(gdx_exchange *exchange, gdx_error *err) {
    gdx_question *question = question_of(exchange, err);
    return question ? gdx_question_finish(question, err) : GDX_NO_MEMORY;
}

static gdx_status produce(gdx_exchange *exchange, gdx_step *out_step, gdx_error *err) {
    gdx_question *question = question_of(exchange, err);
    bool more = false;
    gdx_status status = question ? gdx_stop_check(&question->stop, err) : GDX_NO_MEMORY;
    if (status == GDX_OK) // a stop that came before the request left no state
        status = gdx_question_produce(question, &more, err);
    *out_step = more ? GDX_STEP_MORE : GDX_STEP_DONE;
    return status;
}

static void release(gdx_exchange *exchange) {
    engine_retire(engine_of(exchange), gdx_exchange_state(exchange));
}

// ---- the table

static bool is_long(const void *context, gdx_slice request) {
    const gdx_operation *operation = context;
    return operation->is_long(request);
}

static gdx_method method_of(const gdx_operation *operation) {
    bool streams = operation->requests_stream || operation->replies_stream;
    gdx_method method = {
        .name = operation->name,
        .place = operation->effort == GDX_EFFORT_LONG ? GDX_ON_WORKER_LONGER : GDX_ON_WORKER,
        .requests_stream = operation->requests_stream,
        .replies_stream = operation->replies_stream,
        .context = operation,
        .handler = {.message = run_unary},
        .is_long = operation->is_long ? is_long : NULL,
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
        engine->methods[i] = method_of(&operations[i]);
        gdx_service *last = engine->service_count ? &engine->services[engine->service_count - 1] : NULL;
        if (last && last->descriptor == operations[i].service) { // the table is sorted by service
            last->method_count++;
            continue;
        }
        engine->services[engine->service_count++] =
            (gdx_service){operations[i].service, &engine->methods[i], 1, engine};
    }
    return GDX_OK;
}
