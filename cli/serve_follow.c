// SPDX-License-Identifier: Apache-2.0
// serve_follow.c: see serve_follow.h. What fails is said once, until it goes well again; what is served stays.

#include "serve_follow.h"
#include "interrupt.h"

#include "gdx/metrics.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static gdx_status open_bucket(const struct serve_options *options, const atomic_bool *cancelled, gdx_bucket **out,
                              gdx_error *err) {
    return remote_open(options->follow, &(struct remote_settings){0}, &(gdx_stop){.cancelled = cancelled}, out, err);
}

// Whatever else may be wrong with it; opening it reports that.
static bool has_index(const char *directory) {
    char *path = gdx_path_join(directory, "manifest");
    bool is_there = !path || access(path, F_OK) == 0 || errno != ENOENT;
    free(path);
    return is_there;
}

gdx_status serve_follow_first(const struct serve_options *options, gdx_error *err) {
    gdx_bucket *bucket = NULL;
    gdx_remote_figures figures;
    if (!options->follow || has_index(options->target.index))
        return GDX_OK;
    const gdx_remote_options pull = {.slice = {options->slice, options->slices}, .stop.cancelled = interrupt_watch()};
    gdx_status status = open_bucket(options, pull.stop.cancelled, &bucket, err);
    if (status == GDX_OK)
        status = gdx_index_pull(gdx_bucket_objects(bucket), options->target.index, &pull, &figures, err);
    gdx_bucket_close(bucket);
    return status;
}

// ---- on a thread of the pool

static gdx_status look(struct serve_follow *follow, gdx_error *err) {
    uint64_t last;
    const gdx_objects *objects = gdx_bucket_objects(follow->bucket);
    gdx_status status = gdx_remote_last(objects, 0, &last, err);
    if (status != GDX_OK || last == follow->generation)
        return status;
    // Files that are served are looked after by the server itself: --scrub.
    const gdx_remote_options options = {.generation = last,
                                        .slice = {follow->options->slice, follow->options->slices},
                                        .trusts = true,
                                        .stop.cancelled = &follow->is_closing};
    status = gdx_index_pull(objects, follow->options->target.index, &options, &follow->figures, err);
    follow->has_pulled = status == GDX_OK;
    return status;
}

static void pull_on_pool(uv_work_t *work) {
    struct serve_follow *follow = work->data;
    follow->err = (gdx_error){0};
    follow->has_pulled = false;
    if (look(follow, &follow->err) == GDX_OK)
        follow->err = (gdx_error){0};
}

// ---- on the loop

static void free_bucket(struct serve_follow *follow) {
    gdx_bucket_close(follow->bucket);
    follow->bucket = NULL;
}

static void report(struct serve_follow *follow) {
    char text[GDX_ERROR_TEXT_BYTES], bytes[NUMBER_TEXT_BYTES];
    bool failed = follow->err.status != GDX_OK;
    follow->failures += failed;
    if (failed && !follow->is_failing)
        serve_log_event(follow->log, "%s cannot be followed, what was there is served on: %s", follow->options->follow,
                        gdx_error_text(&follow->err, text));
    else if (!failed && follow->is_failing && !follow->has_pulled)
        serve_log_event(follow->log, "%s can be followed again", follow->options->follow);
    follow->is_failing = failed;
    if (!follow->has_pulled)
        return;
    follow->generation = follow->figures.generation;
    if (!follow->figures.is_unchanged)
        serve_log_event(follow->log, "%s: generation %" PRIu64 " is here: commit %" PRIu64 ", %s received",
                        follow->options->follow, follow->generation, follow->figures.commit,
                        format_bytes(follow->figures.moved_bytes, bytes));
}

static void pulled_on_loop(uv_work_t *work, int cancelled) {
    struct serve_follow *follow = work->data;
    follow->is_pulling = false;
    if (atomic_load(&follow->is_closing)) {
        free_bucket(follow);
        return;
    }
    if (cancelled == 0)
        report(follow);
}

static void on_timer(uv_timer_t *timer) {
    struct serve_follow *follow = timer->data;
    if (follow->is_pulling)
        return;
    follow->is_pulling = uv_queue_work(timer->loop, &follow->work, pull_on_pool, pulled_on_loop) == 0;
}

void serve_follow_init(struct serve_follow *follow, uv_loop_t *loop, const struct serve_options *options,
                       struct serve_log *log) {
    follow->options = options;
    follow->log = log;
    follow->work.data = follow->timer.data = follow;
    uv_timer_init(loop, &follow->timer);
}

gdx_status serve_follow_start(struct serve_follow *follow, gdx_error *err) {
    const struct serve_options *options = follow->options;
    if (!options->follow)
        return GDX_OK;
    gdx_status status = open_bucket(options, &follow->is_closing, &follow->bucket, err);
    if (status == GDX_OK)
        uv_timer_start(&follow->timer, on_timer, 0, options->follow_seconds * UINT64_C(1000));
    return status;
}

gdx_status serve_follow_write_metrics(const struct serve_follow *follow, gdx_buffer *out) {
    if (!follow->bucket)
        return GDX_OK;
    gdx_status status = gdx_metrics_write_figure(out, "gramdex_follow_generation", "gauge",
                                                 "The generation that was pulled last.", follow->generation);
    if (status == GDX_OK)
        status = gdx_metrics_write_figure(out, "gramdex_follow_failures_total", "counter",
                                          "Looks for a new generation, and pulls, that failed.", follow->failures);
    return status == GDX_OK ? gdx_metrics_write_figure(out, "gramdex_follow_failing", "gauge",
                                                       "1 while the last of them has failed.", follow->is_failing)
                            : status;
}

void serve_follow_close(struct serve_follow *follow) {
    assert(!atomic_load(&follow->is_closing));
    atomic_store(&follow->is_closing, true);
    uv_close((uv_handle_t *)&follow->timer, NULL);
    if (!follow->is_pulling)
        free_bucket(follow);
}
