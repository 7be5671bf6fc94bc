// SPDX-License-Identifier: Apache-2.0
// engine.c: the collection that is served: opened once, followed by a timer whose work a worker does, closed at the
// end. The loop never touches a file here: a look is one stat, but even that may hang on a network disk.

#include "engine.h"

#include <assert.h>
#include <stdlib.h>

gdx_engine_options gdx_engine_options_default(void) {
    gdx_engine_options options = {
        .refresh_ms = 250, .query_ns = 60000000000, .collection = gdx_collection_options_default()};
    options.collection.query_bytes = 512 << 20;
    return options;
}

gdx_session *engine_session(gdx_exchange *exchange, gdx_error *err) {
    gdx_engine *engine = gdx_exchange_service_context(exchange);
    assert(gdx_work_is_on_worker(engine->work));
    gdx_session **session = &engine->sessions[gdx_exchange_worker(exchange)];
    if (!*session)
        *session = gdx_session_new(engine->collection);
    if (!*session)
        gdx_fail_memory(err, "a session");
    return *session;
}

void gdx_engine_figures_of(gdx_engine *engine, gdx_collection_figures *out) {
    gdx_collection_figures_of(engine->collection, out);
}

bool gdx_engine_is_root(const gdx_engine *engine) {
    return engine->options.leaves != NULL;
}

void gdx_engine_set_aliases(gdx_engine *engine, gdx_aliases *aliases) {
    gdx_collection_set_aliases(engine->collection, aliases);
}

const gdx_service *gdx_engine_services(const gdx_engine *engine, size_t *out_count) {
    *out_count = engine->service_count;
    return engine->services;
}

bool gdx_engine_is_write(const gdx_engine *engine, const gdx_service *service, const gdx_method *method) {
    return service->context == engine && ((const gdx_operation *)method->context)->writes;
}

// ---- following the commits

static gdx_engine *engine_of_look(gdx_job *job) {
    return (gdx_engine *)((char *)job - offsetof(gdx_engine, look));
}

static void look_on_worker(gdx_job *job, unsigned worker) {
    (void)worker;
    gdx_engine *engine = engine_of_look(job);
    assert(gdx_work_is_on_worker(engine->work));
    gdx_error passed_over = {0}; // the figures carry it
    gdx_collection_scrub(engine->collection, gdx_now_ns());
    (void)!gdx_collection_refresh(engine->collection, &passed_over);
}

static void check_closed(gdx_engine *engine);

static void look_done_on_loop(gdx_job *job) {
    gdx_engine *engine = engine_of_look(job);
    assert(gdx_work_is_on_loop(engine->work));
    gdx_collection_figures figures;
    gdx_engine_figures_of(engine, &figures);
    bool failed = figures.refresh_error.status != GDX_OK;
    engine->is_looking = false;
    if (failed && !engine->has_reported && engine->options.refresh_failed)
        engine->options.refresh_failed(engine->options.context, &figures.refresh_error);
    engine->has_reported = failed;
    if ((figures.bad_segments != engine->bad_segments || figures.repairs != engine->repairs) &&
        engine->options.damage_changed)
        engine->options.damage_changed(engine->options.context, &figures);
    engine->bad_segments = figures.bad_segments;
    engine->repairs = figures.repairs;
    check_closed(engine);
}

static void retry_waiting(gdx_engine *engine);

static void on_timer(uv_timer_t *timer) {
    gdx_engine *engine = timer->data;
    retry_waiting(engine);
    if (engine->is_looking)
        return;
    engine->look = (gdx_job){.run = look_on_worker, .done = look_done_on_loop};
    engine->is_looking = gdx_work_submit(engine->work, &engine->look, GDX_LANE_SHORT) == GDX_OK; // else the next time
}

// ---- the end of calls that hold much

static void end_on_worker(gdx_job *job, unsigned worker) {
    (void)worker;
    struct answer *answer = (struct answer *)job;
    assert(gdx_work_is_on_worker(answer->engine->work));
    gdx_question_close(&answer->question);
}

static void ended_on_loop(gdx_job *job) {
    struct answer *answer = (struct answer *)job;
    gdx_engine *engine = answer->engine;
    assert(gdx_work_is_on_loop(engine->work));
    free(answer);
    engine->retiring--;
    check_closed(engine);
}

void engine_retire(gdx_engine *engine, struct answer *answer) {
    assert(gdx_work_is_on_loop(engine->work));
    if (!answer)
        return;
    if (!answer->question.state) { // nothing that could take a while
        free(answer);
        return;
    }
    answer->job = (gdx_job){.run = end_on_worker, .done = ended_on_loop};
    if (gdx_work_submit(engine->work, &answer->job, GDX_LANE_SHORT) == GDX_OK) {
        engine->retiring++;
    } else { // the timer tries again
        answer->next = engine->waiting;
        engine->waiting = answer;
    }
}

static void retry_waiting(gdx_engine *engine) {
    struct answer *answer = engine->waiting;
    engine->waiting = NULL;
    while (answer) {
        struct answer *next = answer->next;
        engine_retire(engine, answer);
        answer = next;
    }
}

// ---- open and close

static void free_engine(gdx_engine *engine) {
    for (unsigned i = 0; engine->sessions && i < gdx_work_threads(engine->work); i++)
        gdx_session_free(engine->sessions[i]);
    free(engine->sessions);
    free(engine->methods);
    free(engine->services);
    gdx_collection_close(engine->collection);
    free(engine);
}

static gdx_status fill_engine(gdx_engine *engine, const char *directory, gdx_error *err) {
    engine->sessions = calloc(gdx_work_threads(engine->work), sizeof(gdx_session *));
    if (!engine->sessions)
        return gdx_fail_memory(err, "an index that is served");
    const gdx_engine_options *options = &engine->options;
    gdx_status status =
        options->leaves
            ? gdx_collection_open_root(options->leaves, options->writer, &options->collection, &engine->collection, err)
            : gdx_collection_open(directory, &options->collection, &engine->collection, err);
    return status == GDX_OK ? answer_services(engine, err) : status;
}

gdx_status gdx_engine_open(uv_loop_t *loop, gdx_work *work, const char *directory, const gdx_engine_options *options,
                           gdx_engine **out, gdx_error *err) {
    gdx_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return gdx_fail_memory(err, "an index that is served");
    engine->loop = loop;
    engine->work = work;
    engine->options = *options;
    gdx_status status = fill_engine(engine, directory, err);
    if (status != GDX_OK) {
        free_engine(engine);
        return status;
    }
    uv_timer_init(loop, &engine->timer);
    engine->timer.data = engine;
    uv_timer_start(&engine->timer, on_timer, options->refresh_ms, options->refresh_ms);
    *out = engine;
    return GDX_OK;
}

static void check_closed(gdx_engine *engine) {
    if (!engine->is_closing || engine->is_looking || engine->retiring > 0 || !engine->timer_closed)
        return;
    void (*closed)(void *) = engine->closed;
    void *context = engine->closed_context;
    free_engine(engine);
    if (closed)
        closed(context);
}

static void on_timer_closed(uv_handle_t *handle) {
    gdx_engine *engine = handle->data;
    engine->timer_closed = true;
    check_closed(engine);
}

void gdx_engine_close(gdx_engine *engine, void (*closed)(void *context), void *context) {
    engine->is_closing = true;
    engine->closed = closed;
    engine->closed_context = context;
    for (struct answer *answer = engine->waiting, *next; answer; answer = next) {
        next = answer->next;
        gdx_question_close(&answer->question);
        free(answer);
    }
    engine->waiting = NULL;
    uv_close((uv_handle_t *)&engine->timer, on_timer_closed);
}
