// SPDX-License-Identifier: Apache-2.0
// engine.c: the index that is served: opened once, looked after by a timer whose work a worker does, given up at the
// end. The loop never touches a file here: looking is one stat, but even that may hang on a network disk.

#include "engine.h"

#include <stdlib.h>

enum { READER_CACHE_BYTES = 4 << 20 };

gdx_engine_options gdx_engine_options_default(void) {
    return (gdx_engine_options){
        .refresh_ms = 250,
        .kept_commits = 8,
        .kept_ns = 300000000000,
        .scan_limit = 64,
        .query_bytes = 512 << 20,
        .ingest_bytes = 128 << 20,
        .version = "",
    };
}

gdx_status engine_no_memory(gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "the server has no memory for this answer");
}

// ---- what a handler needs

gdx_engine *engine_of(const gdx_exchange *exchange) {
    return gdx_exchange_service_context(exchange);
}

gdx_searcher *engine_new_searcher(const gdx_engine *engine) {
    gdx_searcher *searcher = gdx_searcher_new();
    if (searcher)
        gdx_searcher_limit_memory(searcher, engine->options.query_bytes);
    return searcher;
}

struct tools *engine_tools(gdx_exchange *exchange, gdx_error *err) {
    struct tools *tools = &engine_of(exchange)->tools[gdx_exchange_worker(exchange)];
    if (!tools->searcher)
        tools->searcher = engine_new_searcher(engine_of(exchange));
    if (!tools->reader)
        tools->reader = gdx_store_reader_new(READER_CACHE_BYTES);
    if (!tools->arena)
        tools->arena = gdx_arena_new();
    if (!tools->searcher || !tools->reader || !tools->arena) {
        engine_no_memory(err);
        return NULL;
    }
    gdx_arena_reset(tools->arena);
    return tools;
}

gdx_status engine_check_stopped(const gdx_exchange *exchange, gdx_error *err) {
    if (!gdx_exchange_is_stopped(exchange))
        return GDX_OK;
    if (atomic_load_explicit(gdx_exchange_cancelled(exchange), memory_order_relaxed))
        return gdx_fail(err, GDX_CANCELLED, "the client went away");
    return gdx_fail(err, GDX_DEADLINE, "the deadline has passed");
}

gdx_stop engine_stop_of(const gdx_exchange *exchange) {
    return (gdx_stop){gdx_exchange_deadline_ns(exchange), gdx_exchange_cancelled(exchange)};
}

gdx_snapshot *engine_snapshot(gdx_engine *engine) {
    return gdx_index_snapshot(engine->index);
}

gdx_snapshot *engine_snapshot_of(gdx_engine *engine, uint64_t commit) {
    gdx_snapshot *current = engine_snapshot(engine);
    if (gdx_snapshot_commit(current) == commit)
        return current;
    gdx_snapshot_release(current);
    uv_mutex_lock(&engine->lock);
    gdx_snapshot *kept = commits_find(&engine->commits, commit);
    uv_mutex_unlock(&engine->lock);
    return kept;
}

ProtobufCBinaryData date_data(gdx_arena *arena, gdx_date date, gdx_status *status) {
    char text[GDX_DATE_TEXT_BYTES];
    gdx_slice copy = {"", 0};
    if (date != GDX_NO_DATE && *status == GDX_OK)
        *status = gdx_arena_copy(arena, gdx_slice_of(gdx_date_format(date, text)), &copy);
    return data_of(copy);
}

// ---- following the commits

static void set_figures(gdx_engine_figures *figures, const gdx_snapshot *snapshot) {
    figures->commit = gdx_snapshot_commit(snapshot);
    figures->documents = gdx_snapshot_documents(snapshot);
    figures->symbols = gdx_snapshot_symbols(snapshot);
    figures->segments = gdx_snapshot_segment_count(snapshot);
    figures->index_bytes = gdx_snapshot_bytes(snapshot);
}

// Takes `before` over: keeps it if another commit came after it.
static void note_look(gdx_engine *engine, gdx_snapshot *before, bool changed, const gdx_error *error) {
    gdx_snapshot *after = engine_snapshot(engine);
    gdx_snapshot *dropped[KEPT_COMMITS_MAX];
    uint64_t now_ns = gdx_now_ns();
    unsigned kept_limit = engine->options.kept_commits;
    bool keep = changed && kept_limit > 0 && gdx_snapshot_commit(before) != gdx_snapshot_commit(after);
    uv_mutex_lock(&engine->lock);
    unsigned count =
        commits_trim(&engine->commits, keep ? kept_limit - 1 : kept_limit, engine->options.kept_ns, now_ns, dropped);
    engine->commits.leaving = NULL;
    if (keep)
        commits_keep(&engine->commits, before, now_ns);
    set_figures(&engine->figures, after);
    engine->figures.kept_commits = engine->commits.count;
    engine->figures.refreshes += changed;
    engine->figures.refresh_failures += error->status != GDX_OK;
    engine->figures.refresh_error = *error;
    uv_mutex_unlock(&engine->lock);
    for (unsigned i = 0; i < count; i++)
        gdx_snapshot_release(dropped[i]);
    if (!keep)
        gdx_snapshot_release(before);
    gdx_snapshot_release(after);
}

gdx_status engine_look(gdx_engine *engine, gdx_error *err) {
    gdx_error error = {0};
    bool changed = false;
    uv_mutex_lock(&engine->refreshing);
    gdx_snapshot *before = engine_snapshot(engine);
    uv_mutex_lock(&engine->lock);
    engine->commits.leaving = before; // a page token of it stays good in between
    uv_mutex_unlock(&engine->lock);
    gdx_status status = gdx_index_refresh(engine->index, &changed, &error);
    note_look(engine, before, changed, &error);
    uv_mutex_unlock(&engine->refreshing);
    return status == GDX_OK ? GDX_OK : gdx_fail_again(err, &error);
}

static gdx_engine *engine_of_look(gdx_job *job) {
    return (gdx_engine *)((char *)job - offsetof(gdx_engine, look));
}

static void look_on_worker(gdx_job *job, unsigned worker) {
    (void)worker;
    gdx_error passed_over = {0}; // it stands in the figures
    (void)!engine_look(engine_of_look(job), &passed_over);
}

static void check_closed(gdx_engine *engine);

static void look_done_on_loop(gdx_job *job) {
    gdx_engine *engine = engine_of_look(job);
    gdx_engine_figures figures;
    gdx_engine_figures_of(engine, &figures);
    bool failed = figures.refresh_error.status != GDX_OK;
    engine->is_looking = false;
    if (failed && !engine->has_told && engine->options.refresh_failed)
        engine->options.refresh_failed(engine->options.context, &figures.refresh_error);
    engine->has_told = failed;
    check_closed(engine);
}

static void retry_waiting(gdx_engine *engine);

static void on_timer(uv_timer_t *timer) {
    gdx_engine *engine = timer->data;
    retry_waiting(engine);
    if (engine->is_looking)
        return;
    engine->look = (gdx_job){look_on_worker, look_done_on_loop, NULL};
    engine->is_looking = gdx_work_submit(engine->work, &engine->look, GDX_LANE_SHORT) == GDX_OK; // else the next time
}

void gdx_engine_figures_of(gdx_engine *engine, gdx_engine_figures *out) {
    uv_mutex_lock(&engine->lock);
    *out = engine->figures;
    uv_mutex_unlock(&engine->lock);
    out->scans = atomic_load(&engine->scans);
}

// ---- the end of calls that hold much

static void end_on_worker(gdx_job *job, unsigned worker) {
    (void)worker;
    struct retired *retired = (struct retired *)job;
    retired->end(retired);
}

static void ended_on_loop(gdx_job *job) {
    struct retired *retired = (struct retired *)job;
    gdx_engine *engine = retired->engine;
    free(retired);
    engine->retiring--;
    check_closed(engine);
}

void engine_retire(gdx_engine *engine, struct retired *retired) {
    if (!retired)
        return;
    retired->engine = engine;
    retired->job = (gdx_job){end_on_worker, ended_on_loop, NULL};
    if (gdx_work_submit(engine->work, &retired->job, GDX_LANE_SHORT) == GDX_OK) {
        engine->retiring++;
    } else { // the timer tries again
        retired->next = engine->waiting;
        engine->waiting = retired;
    }
}

static void retry_waiting(gdx_engine *engine) {
    struct retired *retired = engine->waiting;
    engine->waiting = NULL;
    while (retired) {
        struct retired *next = retired->next;
        engine_retire(engine, retired);
        retired = next;
    }
}

// ---- services

static void set_services(gdx_engine *engine) {
    const gdx_method search[SEARCH_METHODS] = {search_method, scan_method, count_method,
                                               trend_method,  get_method,  stat_method};
    const gdx_method write[WRITE_METHODS] = {ingest_method, delete_method};
    memcpy(engine->search_methods, search, sizeof search);
    memcpy(engine->write_methods, write, sizeof write);
    engine->search = (gdx_service){&gramdex__v1__search__descriptor, engine->search_methods, SEARCH_METHODS, engine};
    engine->write = (gdx_service){&gramdex__v1__index__descriptor, engine->write_methods, WRITE_METHODS, engine};
}

const gdx_service *gdx_engine_search_service(const gdx_engine *engine) {
    return &engine->search;
}

const gdx_service *gdx_engine_index_service(const gdx_engine *engine) {
    return &engine->write;
}

bool gdx_engine_is_write(const gdx_service *service) {
    return service->descriptor == &gramdex__v1__index__descriptor;
}

// ---- open and close

static void free_engine(gdx_engine *engine) {
    for (unsigned i = 0; engine->tools && i < gdx_work_threads(engine->work); i++) {
        gdx_searcher_free(engine->tools[i].searcher);
        gdx_store_reader_free(engine->tools[i].reader);
        gdx_arena_free(engine->tools[i].arena);
    }
    free(engine->tools);
    for (unsigned i = 0; i < engine->commits.count; i++)
        gdx_snapshot_release(engine->commits.kept[i].snapshot);
    gdx_index_close(engine->index);
    uv_mutex_destroy(&engine->refreshing);
    uv_mutex_destroy(&engine->lock);
    free(engine);
}

gdx_status gdx_engine_open(uv_loop_t *loop, gdx_work *work, const char *directory, const gdx_engine_options *options,
                           gdx_engine **out, gdx_error *err) {
    gdx_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to serve an index");
    engine->loop = loop;
    engine->work = work;
    engine->options = *options;
    if (engine->options.kept_commits > KEPT_COMMITS_MAX)
        engine->options.kept_commits = KEPT_COMMITS_MAX;
    uv_mutex_init(&engine->refreshing);
    uv_mutex_init(&engine->lock);
    engine->tools = calloc(gdx_work_threads(work), sizeof *engine->tools);
    gdx_status status = engine->tools ? gdx_index_open(directory, &engine->index, err)
                                      : gdx_fail(err, GDX_NO_MEMORY, "no memory to serve an index");
    if (status != GDX_OK) {
        free_engine(engine);
        return status;
    }
    set_services(engine);
    gdx_snapshot *snapshot = engine_snapshot(engine);
    set_figures(&engine->figures, snapshot);
    gdx_snapshot_release(snapshot);
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
    for (struct retired *retired = engine->waiting, *next; retired; retired = next) {
        next = retired->next;
        retired->end(retired);
        free(retired);
    }
    engine->waiting = NULL;
    uv_close((uv_handle_t *)&engine->timer, on_timer_closed);
}
