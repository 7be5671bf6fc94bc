// SPDX-License-Identifier: Apache-2.0
// fanout.c: the thread that talks to the leaves, and which commit a root answers from. Other threads put a wish into a
// queue, wake the loop and wait on one condition variable: a root's threads do little else.

#include "fanout.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

// ---- commits

bool replica_holds(const struct replica *replica, uint32_t slice, const Gramdex__V1__LeafCommit *commit) {
    if (!replica->is_listed || !replica->is_known || replica->slice != slice)
        return false;
    for (size_t i = 0; i < replica->commit_count; i++)
        if (replica->commits[i].commit == commit->commit && replica->commits[i].manifest == commit->manifest)
            return true;
    return false;
}

// How many slices of the commit somebody holds.
static uint32_t count_slices(const gdx_fanout *fanout, const gdx_leaves_pin *pin) {
    Gramdex__V1__LeafCommit commit = GRAMDEX__V1__LEAF_COMMIT__INIT;
    uint32_t held = 0;
    commit.commit = pin->commit;
    commit.manifest = pin->manifest;
    for (uint32_t slice = 0; slice < pin->slices; slice++) {
        bool has = false;
        for (size_t i = 0; i < fanout->replica_count && !has; i++)
            has = fanout->replicas[i]->slices == pin->slices && replica_holds(fanout->replicas[i], slice, &commit);
        held += has;
    }
    return held;
}

static bool is_same(const gdx_leaves_pin *a, const gdx_leaves_pin *b) {
    return a->commit == b->commit && a->manifest == b->manifest && a->slices == b->slices;
}

static bool was_pinned(const gdx_fanout *fanout, const gdx_leaves_pin *pin) {
    for (size_t i = 1; i < fanout->pin_count; i++)
        if (is_same(&fanout->pins[i], pin))
            return true;
    return false;
}

// A commit that all slices have, newer than the pinned one; or, while that is not whole any more, any; or, while there
// is none at all, the one that most slices have, so that what is missing can be named.
static const gdx_leaves_pin *find_next(const gdx_fanout *fanout) {
    const gdx_leaves_pin *pinned = fanout->pin_count ? &fanout->pins[0] : NULL, *best = NULL;
    bool is_whole = pinned && count_slices(fanout, pinned) == pinned->slices;
    uint32_t most = 0;
    for (size_t i = 0; i < fanout->replica_count; i++) {
        const struct replica *replica = fanout->replicas[i];
        if (!replica->is_listed || !replica->is_known || (pinned && is_same(&replica->current, pinned)))
            continue;
        uint32_t held = count_slices(fanout, &replica->current);
        bool is_next = held == replica->slices &&
                       (!pinned || !is_whole ||
                        (replica->current.commit >= pinned->commit && !was_pinned(fanout, &replica->current)));
        if (is_next && (!best || most < held || replica->current.commit > best->commit)) {
            best = &replica->current;
            most = held;
        } else if (!pinned && held > most) {
            best = &replica->current;
            most = held;
        }
    }
    return best;
}

// Under the lock.
static void make_room(gdx_fanout *fanout, uint32_t slices) {
    if (slices <= fanout->slice_count)
        return;
    struct slice_figures *more = realloc(fanout->slices, slices * sizeof *more);
    if (!more)
        return; // then they are not counted until the next time
    memset(more + fanout->slice_count, 0, (slices - fanout->slice_count) * sizeof *more);
    for (uint32_t i = fanout->slice_count; i < slices; i++)
        more[i].tokens = 10;
    fanout->slices = more;
    fanout->slice_count = slices;
}

static void count_replicas(gdx_fanout *fanout) {
    for (uint32_t slice = 0; slice < fanout->slice_count; slice++)
        fanout->slices[slice].figures.replicas = 0;
    for (size_t i = 0; i < fanout->replica_count; i++) {
        const struct replica *replica = fanout->replicas[i];
        bool is_of_pinned = fanout->pin_count && replica->slices == fanout->pins[0].slices;
        if (replica->is_listed && replica->is_known && is_of_pinned && replica->slice < fanout->slice_count)
            fanout->slices[replica->slice].figures.replicas++;
    }
}

static void say_why_unpinned(gdx_fanout *fanout) {
    const struct replica *replica = NULL;
    for (size_t i = 0; i < fanout->replica_count && !replica; i++)
        replica = fanout->replicas[i]->is_listed ? fanout->replicas[i] : NULL;
    fanout->unpinned = (gdx_error){0};
    if (replica)
        gdx_fail(&fanout->unpinned, GDX_UNAVAILABLE, "no leaf answers (%s: %.300s)", replica->address,
                 replica->why.message);
    else
        gdx_fail(&fanout->unpinned, GDX_UNAVAILABLE, "there is no leaf in %.300s", fanout->list);
}

void fanout_repin_on_loop(gdx_fanout *fanout) {
    const gdx_leaves_pin *next = find_next(fanout);
    pthread_mutex_lock(&fanout->lock);
    if (next) {
        size_t keep = fanout->pin_count < PINS_KEPT ? fanout->pin_count : PINS_KEPT - 1;
        memmove(&fanout->pins[1], &fanout->pins[0], keep * sizeof fanout->pins[0]);
        fanout->pins[0] = *next;
        fanout->pin_count = keep + 1;
    }
    if (fanout->pin_count)
        make_room(fanout, fanout->pins[0].slices);
    count_replicas(fanout);
    if (!fanout->pin_count)
        say_why_unpinned(fanout);
    pthread_mutex_unlock(&fanout->lock);
}

static gdx_status pin(void *context, uint64_t commit, gdx_leaves_pin *out, gdx_error *err) {
    gdx_fanout *fanout = context;
    gdx_status status = GDX_OK;
    pthread_mutex_lock(&fanout->lock);
    const gdx_leaves_pin *found = commit || !fanout->pin_count ? NULL : &fanout->pins[0];
    for (size_t i = 0; i < fanout->pin_count && commit && !found; i++)
        found = fanout->pins[i].commit == commit ? &fanout->pins[i] : NULL;
    if (found)
        *out = *found;
    else if (!fanout->pin_count)
        status = gdx_error_pass(err, &fanout->unpinned);
    else
        status = gdx_fail_reason(err, GDX_PRECONDITION, GDX_REASON_PAGE_TOKEN_EXPIRED,
                                 "page_token: commit %" PRIu64 " is no longer held; start again from the first page",
                                 commit);
    pthread_mutex_unlock(&fanout->lock);
    return status;
}

// ---- wishes of other threads

void fanout_submit(gdx_fanout *fanout, struct op *op, enum operation kind) {
    assert(!op->is_queued);
    op->kind = kind;
    op->is_queued = true;
    op->next = NULL;
    if (fanout->last)
        fanout->last->next = op;
    else
        fanout->first = op;
    fanout->last = op;
    uv_async_send(&fanout->wake);
}

void fanout_wait_a_while(gdx_fanout *fanout) {
    enum { LOOK_NS = 5000000 };
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_clockwait(&fanout->changed, &fanout->lock, CLOCK_MONOTONIC, &until);
}

static void run_op(gdx_fanout *fanout, struct op *op) {
    if (op->kind == OP_ROUND)
        fanout_start_round_on_loop(fanout, (struct round *)((char *)op - offsetof(struct round, start)));
    else if (op->kind == OP_CANCEL_ROUND)
        fanout_cancel_round_on_loop(fanout, (struct round *)((char *)op - offsetof(struct round, cancel)));
    else
        stream_op_on_loop(fanout, op);
}

static void stop(gdx_fanout *fanout);

static void on_wake(uv_async_t *async) {
    gdx_fanout *fanout = async->data;
    pthread_mutex_lock(&fanout->lock);
    while (fanout->first) {
        struct op *op = fanout->first;
        fanout->first = op->next;
        if (!fanout->first)
            fanout->last = NULL;
        pthread_mutex_unlock(&fanout->lock);
        run_op(fanout, op);
        pthread_mutex_lock(&fanout->lock);
        op->is_queued = false; // its owner may free it once it holds the lock
        pthread_cond_broadcast(&fanout->changed);
    }
    bool wants_to_close = fanout->wants_to_close;
    pthread_mutex_unlock(&fanout->lock);
    if (wants_to_close && !fanout->is_closing)
        stop(fanout);
}

// ---- the loop

static void on_tick(uv_timer_t *tick) {
    gdx_fanout *fanout = tick->data;
    fanout_list_look_on_loop(fanout);
    for (size_t i = 0; i < fanout->replica_count; i++)
        link_tick_on_loop(fanout->replicas[i]);
    fanout_repin_on_loop(fanout);
}

static void on_timer(uv_timer_t *timer) {
    (void)timer; // that it ends the wait is all
}

// Before each wait: what is broken is closed, what is due is done, what is there is sent.
static void before_wait(uv_prepare_t *prepare) {
    gdx_fanout *fanout = prepare->data;
    uint64_t now_ns = gdx_now_ns(), due_ns;
    for (size_t i = 0; i < fanout->replica_count; i++)
        if (fanout->replicas[i]->is_broken)
            link_close_on_loop(fanout->replicas[i]);
    fanout_hedge_on_loop(fanout, now_ns);
    due_ns = fanout_hedge_due_ns(fanout);
    for (size_t i = 0; i < fanout->replica_count; i++) {
        struct replica *replica = fanout->replicas[i];
        if (replica->state != LINK_OPEN || !replica->connection)
            continue;
        uint64_t next_ns = gdx_connection_tick(replica->connection, now_ns);
        link_flush_on_loop(replica);
        due_ns = next_ns < due_ns ? next_ns : due_ns;
    }
    for (size_t i = 0; i < fanout->replica_count; i++) // found while sending
        if (fanout->replicas[i]->is_broken)
            link_close_on_loop(fanout->replicas[i]);
    uv_timer_stop(&fanout->timer);
    if (due_ns != UINT64_MAX && !fanout->is_closing)
        uv_timer_start(&fanout->timer, on_timer, due_ns > now_ns ? (due_ns - now_ns + 999999) / 1000000 : 0, 0);
}

static void close_each(uv_handle_t *handle, void *context) {
    (void)context;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void stop(gdx_fanout *fanout) {
    fanout->is_closing = true;
    if (fanout->is_resolving)
        uv_cancel((uv_req_t *)&fanout->resolve_list);
    for (size_t i = 0; i < fanout->replica_count; i++)
        link_close_on_loop(fanout->replicas[i]);
    uv_walk(&fanout->loop, close_each, NULL);
}

static void *run(void *context) {
    gdx_fanout *fanout = context;
    on_tick(&fanout->tick);
    uv_run(&fanout->loop, UV_RUN_DEFAULT);
    return NULL;
}

// ---- open and close

static gdx_status open_loop(gdx_fanout *fanout, gdx_error *err) {
    if (uv_loop_init(&fanout->loop) != 0)
        return gdx_fail_memory(err, "an event loop");
    uv_async_init(&fanout->loop, &fanout->wake, on_wake);
    uv_prepare_init(&fanout->loop, &fanout->prepare);
    uv_timer_init(&fanout->loop, &fanout->timer);
    uv_timer_init(&fanout->loop, &fanout->tick);
    fanout->wake.data = fanout->prepare.data = fanout->timer.data = fanout->tick.data = fanout;
    uv_prepare_start(&fanout->prepare, before_wait);
    uv_timer_start(&fanout->tick, on_tick, TICK_MS, TICK_MS);
    return GDX_OK;
}

static void close_loop(gdx_fanout *fanout) {
    uv_walk(&fanout->loop, close_each, NULL);
    uv_run(&fanout->loop, UV_RUN_DEFAULT);
    uv_loop_close(&fanout->loop);
}

static void free_fanout(gdx_fanout *fanout) {
    for (size_t i = 0; i < fanout->replica_count && fanout->replicas; i++) {
        gdx_buffer_clear(&fanout->replicas[i]->plain);
        gdx_buffer_clear(&fanout->replicas[i]->out);
        free(fanout->replicas[i]);
    }
    gdx_protocol_free(fanout->protocol);
    pthread_mutex_destroy(&fanout->lock);
    pthread_cond_destroy(&fanout->changed);
    free(fanout->replicas);
    free(fanout->slices);
    free(fanout->list);
    free(fanout->token);
    free(fanout);
}

static gdx_status fill(gdx_fanout *fanout, gdx_error *err) {
    const gdx_fanout_options *options = &fanout->options;
    gdx_protocol_options protocol = gdx_protocol_options_default();
    protocol.message_limit = options->message_limit;
    protocol.memory_limit = options->message_limit * 2 + ((size_t)16 << 20);
    protocol.total_memory_limit = protocol.memory_limit * 4;
    fanout->replicas = calloc(REPLICAS_MOST, sizeof(struct replica *));
    fanout->list = strdup(options->leaves);
    if (!fanout->replicas || !fanout->list || gdx_protocol_new(&protocol, &fanout->protocol) != GDX_OK)
        return gdx_fail_memory(err, "the leaves");
    if (options->token && asprintf(&fanout->token, "Bearer %s", options->token) < 0) {
        fanout->token = NULL;
        return gdx_fail_memory(err, "a token");
    }
    gdx_fail(&fanout->unpinned, GDX_UNAVAILABLE, "no leaf has been reached yet");
    return fanout_list_open(fanout, err);
}

gdx_status gdx_fanout_open(const gdx_fanout_options *options, gdx_fanout **out, gdx_error *err) {
    gdx_fanout *fanout = calloc(1, sizeof *fanout);
    if (!fanout)
        return gdx_fail_memory(err, "the leaves");
    fanout->options = *options;
    fanout->table = (gdx_leaves){fanout, pin, fanout_ask, fanout_follow, fanout_next, fanout_close_stream};
    pthread_mutex_init(&fanout->lock, NULL);
    pthread_cond_init(&fanout->changed, NULL);
    gdx_status status = fill(fanout, err);
    if (status == GDX_OK)
        status = open_loop(fanout, err);
    if (status == GDX_OK && pthread_create(&fanout->thread, NULL, run, fanout) != 0) {
        close_loop(fanout);
        status = gdx_fail_memory(err, "a thread");
    }
    if (status == GDX_OK)
        *out = fanout;
    else
        free_fanout(fanout);
    return status;
}

void gdx_fanout_close(gdx_fanout *fanout) {
    if (!fanout)
        return;
    pthread_mutex_lock(&fanout->lock);
    fanout->wants_to_close = true;
    uv_async_send(&fanout->wake);
    pthread_mutex_unlock(&fanout->lock);
    pthread_join(fanout->thread, NULL);
    uv_loop_close(&fanout->loop);
    free_fanout(fanout);
}

const gdx_leaves *gdx_fanout_leaves(const gdx_fanout *fanout) {
    return &fanout->table;
}

void gdx_fanout_set_root(gdx_fanout *fanout, const char *address) {
    pthread_mutex_lock(&fanout->lock);
    snprintf(fanout->root, sizeof fanout->root, "%s", address);
    pthread_mutex_unlock(&fanout->lock);
}

uint32_t gdx_fanout_slices(gdx_fanout *fanout) {
    pthread_mutex_lock(&fanout->lock);
    uint32_t count = fanout->slice_count;
    pthread_mutex_unlock(&fanout->lock);
    return count;
}

void gdx_fanout_figures_of(gdx_fanout *fanout, uint32_t slice, gdx_fanout_figures *out) {
    pthread_mutex_lock(&fanout->lock);
    *out = slice < fanout->slice_count ? fanout->slices[slice].figures : (gdx_fanout_figures){0};
    pthread_mutex_unlock(&fanout->lock);
}
