// SPDX-License-Identifier: Apache-2.0
// batch.c: the parallel build. A libuv loop hands inputs to be read into slabs, hands slabs to workers, and at the end
// has one of them settle ids and commit. Slabs are small and numbered in input order; the assembly brings their
// documents back into that order, and the spans say where segments end, so that no byte depends on who was faster.
// Bounded: at most workers + 2 slabs are in memory, and a new one is filled only when one has been read. Reading
// records and building is the workers' long lane; one worker takes no long job, and that one is there to fill slabs.

#include "state.h"

#include "stop.h"

#include <assert.h>
#include <stdlib.h>

enum { PROGRESS_MILLISECONDS = 100, JOBS_BESIDES_SLABS = 4, READERS = 1 };
// Between two commits of --commit-every: slabs so small that one holds no more documents than that, unless they are
// very short.
enum { ROUND_BYTES_EACH = 64, ROUND_BYTES_LEAST = 16 << 10 };
enum { SLABS_AHEAD_EACH = 2 }; // for each worker: read before the one whose turn it is

static void assert_on_loop(const struct batch *batch) {
    uv_thread_t self = uv_thread_self();
    assert(uv_thread_equal(&self, &batch->thread));
}

// ---- failure

static void fail_on_loop(struct batch *batch, const gdx_error *error) {
    assert_on_loop(batch);
    assert(error->status != GDX_OK);
    // A cancellation that another's failure caused is not the news.
    bool is_news = batch->outcome.status == GDX_CANCELLED && error->status != GDX_CANCELLED;
    if (batch->outcome.status != GDX_OK && !is_news)
        return;
    batch->outcome = (struct outcome){error->status, *error};
    atomic_store(&batch->failed, true);
}

// With --strict one refusal is a failure; what is left out is none.
static void fail_if_strict_on_loop(struct batch *batch, const struct refusals *refusals) {
    const struct refusal *first = batch->options.strict ? refusals_first(refusals) : NULL;
    if (!first)
        return;
    gdx_error error = {0};
    refusal_fail(first, &error);
    fail_on_loop(batch, &error);
}

static void fail_for_memory_on_loop(struct batch *batch) {
    gdx_error error = {0};
    gdx_fail(&error, GDX_NO_MEMORY, "no memory for the batch's own lists");
    fail_on_loop(batch, &error);
}

static bool has_failed(const struct batch *batch) {
    return batch->outcome.status != GDX_OK;
}

static void pump_on_loop(struct batch *batch);

// ---- building

static void build_on_worker(gdx_job *job, unsigned worker) {
    struct slab_build *build = (struct slab_build *)job;
    struct batch *batch = build->context;
    struct built *built = &build->built;
    (void)worker;
    struct builder *builder = builder_team_take(batch->building.team, &built->error);
    built->status = builder ? builder_run_on_worker(builder, build, &built->error) : built->error.status;
    builder_team_give(batch->building.team, builder);
    seen_forget(&batch->building.seen);
}

// With its memory, to be filled again. No more than slab_limit have memory: each was in flight.
static void keep_slab(struct building *building, struct slab *slab) {
    if (!slab->bytes.capacity) {
        slab_free(slab);
        return;
    }
    slab->next = building->idle;
    building->idle = slab;
}

// Slabs that are done go to the ledger, in order.
static void take_done_on_loop(struct batch *batch) {
    struct building *building = &batch->building;
    while (building->taken < building->count && building->builds[building->taken]->is_done && !has_failed(batch)) {
        struct slab_build *build = building->builds[building->taken];
        if (ledger_take(&building->ledger, build, true) != GDX_OK)
            fail_for_memory_on_loop(batch);
        building->builds[building->taken++] = NULL;
        keep_slab(building, build->slab);
        built_clear(&build->built);
        free(build);
    }
}

static void build_done_on_loop(gdx_job *job) {
    struct slab_build *build = (struct slab_build *)job;
    struct batch *batch = build->context;
    assert_on_loop(batch);
    assert(batch->building.in_flight > 0);
    batch->building.in_flight--;
    if (build->built.status != GDX_OK)
        fail_on_loop(batch, &build->built.error);
    build->is_done = true;
    // While another worker stitches a segment, many slabs may wait for the one that it has.
    if (batch->building.builds[batch->building.taken] != build)
        gdx_buffer_clear(&build->slab->bytes);
    take_done_on_loop(batch);
    pump_on_loop(batch);
}

// NULL: no memory.
static struct slab_build *add_build(struct building *building) {
    struct slab_build *build = calloc(1, sizeof *build);
    if (!build ||
        gdx_grow(&building->builds, &building->capacity, building->count + 1, sizeof(struct slab_build *)) != GDX_OK) {
        free(build);
        return NULL;
    }
    return building->builds[building->count++] = build;
}

static void submit_slab_on_loop(struct batch *batch, struct slab *slab) {
    struct slab_build *build = add_build(&batch->building);
    if (!build) {
        slab_free(slab);
        fail_for_memory_on_loop(batch);
        return;
    }
    *build = (struct slab_build){.job = {.run = build_on_worker, .done = build_done_on_loop},
                                 .context = batch,
                                 .slab = slab,
                                 .is_last = batch->reading.is_at_end};
    slab->sequence = (uint32_t)batch->building.count - 1;
    batch->building.in_flight++;
    assert(batch->building.in_flight <= batch->budget.slab_limit);
    // The queue holds more than slab_limit jobs, so it is never full.
    if (gdx_work_submit(batch->work, &build->job, GDX_LANE_LONG) != GDX_OK)
        fail_for_memory_on_loop(batch);
}

// ---- reading

static struct batch *batch_of_fill(gdx_job *job) {
    return (struct batch *)((char *)job - offsetof(struct batch, reading.job));
}

static void fill_on_worker(gdx_job *job, unsigned worker) {
    struct reading *reading = &batch_of_fill(job)->reading;
    (void)worker;
    reading->outcome.status =
        filler_fill(reading->filler, reading->slab, reading->target, &reading->is_at_end, &reading->outcome.error);
    if (batch_of_fill(job)->options.commit_every)
        reading->documents = slab_count_documents(reading->slab);
}

static void fill_done_on_loop(gdx_job *job) {
    struct batch *batch = batch_of_fill(job);
    struct slab *slab = batch->reading.slab;
    assert_on_loop(batch);
    assert(batch->is_reading);
    batch->is_reading = false;
    batch->reading.slab = NULL;
    batch->summary->input_bytes += slab->disk_bytes;
    batch->summary->files += slab->files;
    batch->building.documents += batch->reading.documents;
    atomic_fetch_add(&batch->figures.refused, refusals_count(&slab->refusals, GDX_BATCH_REFUSED));
    if (batch->reading.outcome.status != GDX_OK)
        fail_on_loop(batch, &batch->reading.outcome.error);
    fail_if_strict_on_loop(batch, &slab->refusals);
    if (!has_failed(batch) && (slab->piece_count > 0 || slab->refusals.count > 0))
        submit_slab_on_loop(batch, slab);
    else
        slab_free(slab);
    pump_on_loop(batch);
}

// Of all inputs, once they are listed; 0: not known.
static uint64_t known_bytes(const struct batch *batch) {
    const struct inputs *inputs = &batch->listing.inputs;
    return inputs->is_size_known ? inputs->bytes : 0;
}

// One that is done with, or a new one. NULL: no memory.
static struct slab *take_slab(struct building *building, size_t bytes) {
    struct slab *slab = building->idle;
    building->idle = slab ? slab->next : NULL;
    if (slab && slab_reset(slab, bytes) == GDX_OK)
        return slab;
    slab_free(slab);
    return slab_new(bytes);
}

static void start_fill_on_loop(struct batch *batch) {
    struct reading *reading = &batch->reading;
    assert(!batch->is_reading && !reading->slab);
    reading->target = batch->budget.slab_bytes;
    if (batch->options.commit_every && batch->options.commit_every < reading->target / ROUND_BYTES_EACH)
        reading->target = ROUND_BYTES_LEAST + (size_t)batch->options.commit_every * ROUND_BYTES_EACH;
    reading->slab = take_slab(&batch->building, reading->target);
    if (!reading->slab) {
        fail_for_memory_on_loop(batch);
        return;
    }
    reading->job = (gdx_job){.run = fill_on_worker, .done = fill_done_on_loop};
    batch->is_reading = true;
    gdx_status status = gdx_work_submit(batch->work, &reading->job, GDX_LANE_SHORT);
    assert(status == GDX_OK); // the queue holds more than slab_limit jobs
    (void)status;
}

// ---- the end

static struct batch *batch_of_finish(gdx_job *job) {
    return (struct batch *)((char *)job - offsetof(struct batch, finishing.job));
}

static void finish_on_worker(gdx_job *job, unsigned worker) {
    struct batch *batch = batch_of_finish(job);
    struct outcome *outcome = &batch->finishing.outcome;
    (void)worker;
    outcome->status = batch_commit_on_worker(batch, true, &outcome->error);
    if (outcome->status != GDX_OK || !batch->options.merge)
        return;
    batch->figures.stage = "merging";
    gdx_error why = {0};
    gdx_status status = batch_merge_on_worker(batch, &why);
    // What was committed stays committed: a merge that was stopped is not a batch that failed.
    if (status == GDX_OK || status == GDX_CANCELLED || status == GDX_DEADLINE)
        return;
    char text[GDX_ERROR_TEXT_BYTES];
    outcome->status = gdx_fail(&outcome->error, status, "the documents are committed, but merging segments failed: %s",
                               gdx_error_text(&why, text));
}

// What was read so far becomes a commit; no slab is being built meanwhile.
static void round_on_worker(gdx_job *job, unsigned worker) {
    struct batch *batch = batch_of_finish(job);
    struct outcome *outcome = &batch->finishing.outcome;
    (void)worker;
    struct seen_segments before = {0};
    outcome->status = seen_segments_of(&batch->building.seen, &before, &outcome->error);
    if (outcome->status == GDX_OK)
        outcome->status = batch_commit_on_worker(batch, false, &outcome->error);
    if (outcome->status == GDX_OK)
        outcome->status =
            seen_renew(&batch->building.seen, &before, gdx_index_writer_snapshot(batch->writer), &outcome->error);
    seen_segments_clear(&before);
}

static void round_done_on_loop(gdx_job *job) {
    struct batch *batch = batch_of_finish(job);
    assert_on_loop(batch);
    batch->is_committing = false;
    batch->building.documents = 0;
    batch->figures.stage = "reading";
    if (batch->finishing.outcome.status != GDX_OK)
        fail_on_loop(batch, &batch->finishing.outcome.error);
    pump_on_loop(batch);
}

static gdx_status start_round_on_loop(struct batch *batch) {
    batch->is_committing = true;
    batch->figures.stage = "committing";
    batch->finishing.job = (gdx_job){.run = round_on_worker, .done = round_done_on_loop};
    return gdx_work_submit(batch->work, &batch->finishing.job, GDX_LANE_SHORT);
}

static bool is_round_due(const struct batch *batch) {
    return batch->options.commit_every && batch->building.documents >= batch->options.commit_every;
}

static void finish_done_on_loop(gdx_job *job) {
    struct batch *batch = batch_of_finish(job);
    if (batch->finishing.outcome.status != GDX_OK)
        fail_on_loop(batch, &batch->finishing.outcome.error);
    pump_on_loop(batch);
}

static gdx_status start_finish_on_loop(struct batch *batch) {
    assert(!batch->is_finishing && batch->building.in_flight == 0);
    batch->is_finishing = true;
    batch->figures.stage = "committing";
    batch->finishing.job = (gdx_job){.run = finish_on_worker, .done = finish_done_on_loop};
    return gdx_work_submit(batch->work, &batch->finishing.job, GDX_LANE_SHORT);
}

static void close_on_loop(struct batch *batch) {
    assert_on_loop(batch);
    if (batch->work) {
        gdx_work_close(batch->work, NULL, NULL);
        batch->work = NULL;
        uv_close((uv_handle_t *)&batch->timer, NULL);
    }
}

// Whatever has just ended, this decides what is next.
static void pump_on_loop(struct batch *batch) {
    assert_on_loop(batch);
    gdx_error stopped = {0};
    if (!has_failed(batch) && !batch->is_finishing && batch_check_stop(&batch->options.stop, &stopped) != GDX_OK)
        fail_on_loop(batch, &stopped);
    // While a slab is being filled, what the reading knows is the worker's.
    bool may_read = !batch->is_reading && !has_failed(batch) && !batch->reading.is_at_end && !is_round_due(batch) &&
                    !batch->is_committing;
    if (may_read && batch->building.in_flight + 1 < batch->budget.slab_limit)
        start_fill_on_loop(batch);
    if (batch->is_reading || batch->building.in_flight > 0 || batch->is_committing)
        return;
    if (!has_failed(batch) && !batch->reading.is_at_end && is_round_due(batch)) {
        if (start_round_on_loop(batch) == GDX_OK)
            return;
        batch->is_committing = false;
        fail_for_memory_on_loop(batch);
    }
    if (!has_failed(batch) && batch->reading.is_at_end && !batch->is_finishing) {
        if (start_finish_on_loop(batch) == GDX_OK)
            return;
        fail_for_memory_on_loop(batch);
    }
    if (gdx_work_running(batch->work) == 0)
        close_on_loop(batch);
}

// ---- the start

static struct batch *batch_of_list(gdx_job *job) {
    return (struct batch *)((char *)job - offsetof(struct batch, listing.job));
}

// What cannot be listed is the first shard's to report.
static gdx_status share_inputs(struct batch *batch, gdx_error *err) {
    const gdx_batch_shard *shard = &batch->options.shard;
    batch->summary->inputs = inputs_figures(&batch->listing.inputs);
    if (shard->count == 0)
        return GDX_OK;
    if (shard->index > 0) {
        refusals_clear(&batch->listing.refusals);
        if (refusals_init(&batch->listing.refusals) != GDX_OK)
            return gdx_fail_memory(err, "a batch");
    }
    return inputs_take_share(&batch->listing.inputs, shard, err);
}

static void list_on_worker(gdx_job *job, unsigned worker) {
    struct batch *batch = batch_of_list(job);
    struct listing *listing = &batch->listing;
    (void)worker;
    listing->outcome.status = inputs_list(&listing->inputs, batch->paths, batch->path_count, &batch->options,
                                          &listing->refusals, &listing->outcome.error);
    if (listing->outcome.status == GDX_OK)
        listing->outcome.status = share_inputs(batch, &listing->outcome.error);
}

static void list_done_on_loop(gdx_job *job) {
    struct batch *batch = batch_of_list(job);
    const struct listing *listing = &batch->listing;
    if (listing->outcome.status != GDX_OK)
        fail_on_loop(batch, &listing->outcome.error);
    else
        fail_if_strict_on_loop(batch, &listing->refusals);
    if (!has_failed(batch)) {
        const struct filler_limits limits = {.file = batch->budget.file_limit,
                                             .large_file = batch->budget.large_file_limit,
                                             .line = batch->budget.line_limit};
        batch->building.settings.inverter_bytes = budget_inverter_bytes(&batch->budget, known_bytes(batch));
        batch->reading.filler = filler_new(&listing->inputs, limits, &batch->options);
        atomic_fetch_add(&batch->figures.refused, refusals_count(&listing->refusals, GDX_BATCH_REFUSED));
        if (!batch->reading.filler)
            fail_for_memory_on_loop(batch);
    }
    pump_on_loop(batch);
}

// Once all inputs are listed, which another thread does; never when one of them does not tell its size.
static bool is_total_known(const struct batch *batch) {
    return batch->reading.filler && batch->listing.inputs.is_total_known;
}

static void report_progress(struct batch *batch) {
    if (!batch->options.on_progress)
        return;
    gdx_batch_progress progress = {
        .bytes_total = is_total_known(batch) ? batch->listing.inputs.bytes : 0,
        .bytes_read = batch->summary->input_bytes,
        .documents = atomic_load(&batch->figures.documents),
        .refused = atomic_load(&batch->figures.refused),
        .stage = batch->figures.stage,
    };
    batch->options.on_progress(batch->options.context, &progress);
}

static void tick_on_loop(uv_timer_t *timer) {
    struct batch *batch = timer->data;
    assert_on_loop(batch);
    report_progress(batch);
    bool is_stopped = gdx_stop_check(&batch->options.stop, NULL) != GDX_OK;
    if (is_stopped && !batch->is_reading && !batch->is_committing && batch->building.in_flight == 0 && batch->work)
        pump_on_loop(batch);
}

static gdx_status init_spans(struct batch *batch, gdx_error *err) {
    struct building *building = &batch->building;
    const struct budget *budget = &batch->budget;
    const struct assembly_limits limits = {.slabs_ahead = SLABS_AHEAD_EACH * budget->threads,
                                           .kept_bytes = budget->kept_bytes,
                                           .run_bytes = budget->run_bytes};
    if (spans_init(&building->spans, batch->options.cuts.end_bytes) != GDX_OK)
        return gdx_fail_memory(err, "a batch");
    if (budget->threads > 1) {
        building->assembly = assembly_new(&building->spans, limits, &batch->failed, &batch->options.stop);
        if (!building->assembly)
            return gdx_fail_memory(err, "a batch");
    }
    return GDX_OK;
}

// What documents are compared with.
static gdx_snapshot *compared_snapshot(const struct batch *batch) {
    gdx_snapshot *elsewhere = batch->options.shard.unless;
    return elsewhere ? elsewhere : gdx_index_writer_snapshot(batch->writer);
}

static gdx_status init_building(struct batch *batch, gdx_error *err) {
    struct building *building = &batch->building;
    const gdx_rule *rule = gdx_snapshot_rule(gdx_index_writer_snapshot(batch->writer));
    gdx_status status = build_check_rule(rule, err);
    if (status == GDX_OK)
        status = init_spans(batch, err);
    if (status != GDX_OK)
        return status;
    building->settings = (struct build_settings){
        .directory = gdx_index_writer_directory(batch->writer),
        .level = batch->options.level,
        .rule = rule,
        .keys = gdx_index_writer_keys(batch->writer),
        .shape = gdx_index_writer_shape(batch->writer),
        .source = {.encoding = batch->options.encoding,
                   .document_limit = batch->budget.document_limit,
                   .map = batch->options.map,
                   .id_from_hash = batch->options.id_from_hash,
                   .date_from_name = batch->options.date_from_name,
                   .converter = batch->options.converter,
                   .stop = &batch->options.stop},
        .inverter_bytes = batch->budget.inverter_bytes,
        .stitches_alone = batch->budget.stitches_alone,
        .spans = &building->spans,
        .run_bytes = batch->budget.run_bytes,
        .assembly = building->assembly,
        .seen = &building->seen,
        .stop = batch->options.stop,
        .failed = &batch->failed,
        .strict = batch->options.strict,
        .documents = &batch->figures.documents,
        .refused = &batch->figures.refused,
    };
    building->team = builder_team_new(&building->settings, batch->budget.threads);
    if (!building->team || refusals_init(&batch->listing.refusals) != GDX_OK ||
        ledger_init(&building->ledger) != GDX_OK || seen_init(&building->seen, compared_snapshot(batch)) != GDX_OK)
        return gdx_fail_memory(err, "a batch");
    return GDX_OK;
}

static gdx_status start(struct batch *batch, gdx_error *err) {
    batch->thread = uv_thread_self();
    batch->figures.stage = "reading";
    gdx_status status = init_building(batch, err);
    if (status == GDX_OK)
        status = gdx_work_open(&batch->loop, batch->budget.threads + READERS,
                               batch->budget.slab_limit + JOBS_BESIDES_SLABS, &batch->work, err);
    if (status != GDX_OK)
        return status;
    uv_timer_init(&batch->loop, &batch->timer);
    batch->timer.data = batch;
    uv_timer_start(&batch->timer, tick_on_loop, PROGRESS_MILLISECONDS, PROGRESS_MILLISECONDS);
    batch->listing.job = (gdx_job){.run = list_on_worker, .done = list_done_on_loop};
    status = gdx_work_submit(batch->work, &batch->listing.job, GDX_LANE_SHORT);
    assert(status == GDX_OK); // nothing waits yet
    return status;
}

// ---- the whole

static void summarize(struct batch *batch) {
    gdx_batch_summary *summary = batch->summary;
    struct building *building = &batch->building;
    for (size_t i = building->taken; i < building->count; i++) // of a batch that failed
        (void)!ledger_take(&building->ledger, building->builds[i], false);
    report_refusals(&batch->options, &batch->listing.refusals, summary);
    report_ledger(&batch->options, &building->ledger, summary);
    const gdx_snapshot *snapshot = gdx_index_writer_snapshot(batch->writer);
    summary->commit = gdx_snapshot_commit(snapshot);
    summary->segments = gdx_snapshot_segment_count(snapshot);
    summary->index_bytes = gdx_snapshot_bytes(snapshot);
}

static void clear(struct batch *batch) {
    struct building *building = &batch->building;
    builder_team_free(building->team);
    assembly_free(building->assembly);
    spans_clear(&building->spans);
    ledger_clear(&building->ledger);
    for (struct slab *idle; (idle = building->idle);) {
        building->idle = idle->next;
        slab_free(idle);
    }
    for (size_t i = building->taken; i < building->count; i++) {
        slab_free(building->builds[i]->slab);
        built_clear(&building->builds[i]->built);
        free(building->builds[i]);
    }
    free(building->builds);
    filler_free(batch->reading.filler);
    seen_clear(&building->seen);
    refusals_clear(&batch->listing.refusals);
    inputs_clear(&batch->listing.inputs);
}

gdx_status gdx_batch_list(const char *const *paths, size_t path_count, const gdx_batch_options *options,
                          gdx_batch_inputs *out, gdx_error *err) {
    struct inputs inputs = {0};
    struct refusals refusals = {0};
    gdx_status status = refusals_init(&refusals) == GDX_OK ? GDX_OK : gdx_fail_memory(err, "a list of inputs");
    if (status == GDX_OK)
        status = inputs_list(&inputs, paths, path_count, options, &refusals, err);
    if (status == GDX_OK)
        *out = inputs_figures(&inputs);
    refusals_clear(&refusals);
    inputs_clear(&inputs);
    return status;
}

gdx_status gdx_batch_run(gdx_index_writer *writer, const char *const *paths, size_t path_count,
                         const gdx_batch_options *options, gdx_batch_summary *out, gdx_error *err) {
    uint64_t start_ns = gdx_now_ns();
    gdx_batch_summary summary = {0};
    struct batch batch = {.writer = writer,
                          .paths = paths,
                          .path_count = path_count,
                          .options = *options,
                          .budget = budget_of(options),
                          .summary = &summary};
    if (uv_loop_init(&batch.loop) != 0)
        return gdx_fail_memory(err, "an event loop");
    batch.outcome.status = start(&batch, &batch.outcome.error);
    if (has_failed(&batch))
        close_on_loop(&batch);
    uv_run(&batch.loop, UV_RUN_DEFAULT);
    uv_loop_close(&batch.loop);
    report_progress(&batch);
    if (has_failed(&batch))
        gdx_index_writer_abort(writer); // no worker writes any more: segments built for nothing go
    if (batch.building.seen.snapshot)
        summarize(&batch);
    clear(&batch);
    summary.elapsed_ns = gdx_now_ns() - start_ns;
    *out = summary;
    return has_failed(&batch) ? gdx_error_pass(err, &batch.outcome.error) : GDX_OK;
}
