// SPDX-License-Identifier: Apache-2.0
// batch.c: the parallel build. A libuv loop hands inputs to be read into slabs, hands slabs to workers, and at the end
// has one of them settle ids and commit. Slabs are numbered in input order and each becomes segments of its own, so
// nothing is shared while building and the order of documents does not depend on who was faster. Bounded: at most
// workers + 2 slabs are in memory, and a new one is filled only when one has been built.

#include "gdx/batch.h"

#include "build.h"
#include "filler.h"
#include "gdx/work.h"
#include "inputs.h"
#include "resolve.h"
#include "stop.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    LEAST_MEMORY_BYTES = 16 << 20,
    LEAST_SLAB_BYTES = 256 << 10,
    FIRST_SLAB_BYTES = 4 << 20, // where the size of the whole is not known beforehand
    MOST_SLAB_BYTES = 128 << 20,
    DEFAULT_DOCUMENT_BYTES = 64 << 20,
    PROGRESS_MILLISECONDS = 100,
    PROGRAM_BYTES = 6 << 20,       // code, libraries, the folding tables
    WORKER_BYTES = 2 << 20,        // contexts of zstd, the store's block, buffers
    LEAST_WORKER_BYTES = 24 << 20, // below it segments and documents get too small to be useful
    MERGE_THREAD_BYTES = 32 << 20  // its chunks, and the pages of all inputs that it reads in step
};

struct slab_job { // one owner at a time: the loop until submit, a worker until done, then the loop
    gdx_job job;
    struct batch *batch;
    struct slab *slab;
    struct built built;
};

struct batch { // loop thread only, save what a job or a worker is said to own
    gdx_index_writer *writer;
    const char *const *paths;
    size_t path_count;
    gdx_batch_options options;
    gdx_batch_summary *summary;

    uv_loop_t loop;
    gdx_work *work;
    uv_timer_t timer;
    uv_work_t fill_request;
    gdx_job list_job;
    gdx_job finish_job;

    struct inputs inputs; // the list job's, then immutable
    struct refusals refusals;
    struct filler *filler; // the fill request's while one is under way
    struct slab *filling;
    size_t fill_target;
    gdx_status fill_status;
    gdx_error fill_error;
    bool is_filling;
    bool is_filled;    // the inputs are at their end
    bool is_finishing; // the last job has been submitted

    struct slab_job **jobs; // by sequence
    size_t job_count;
    size_t job_capacity;
    size_t in_flight; // slabs in memory
    size_t slab_limit;
    size_t slab_bytes; // the largest a slab may be within the budget
    size_t file_limit;

    struct seen seen;
    struct build_settings settings;
    struct builder **builders; // one for each worker
    atomic_bool failed;
    atomic_ullong documents;
    atomic_ullong refused;
    const char *_Atomic stage; // any thread

    gdx_status status;
    gdx_error *err;
};

// ---- settings

static size_t machine_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES);
    long page_bytes = sysconf(_SC_PAGE_SIZE);
    return pages > 0 && page_bytes > 0 ? (size_t)pages * (size_t)page_bytes : (size_t)1 << 30;
}

static unsigned processor_count(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (unsigned)count : 1;
}

// As many workers as asked for, unless the memory is too small for so many.
static unsigned thread_count(const gdx_batch_options *options) {
    size_t threads = options->threads ? options->threads : processor_count();
    size_t most = options->memory_bytes / LEAST_WORKER_BYTES;
    if (threads > most)
        threads = most;
    return threads ? (unsigned)threads : 1;
}

// Shares the budget out: slabs of raw input (those being built, one waiting, one being filled); room for one large
// document in each worker (its text unescaped and its symbols, about five times its bytes); and the rest to the
// inverters.
static void share_memory(struct batch *batch) {
    gdx_batch_options *options = &batch->options;
    if (options->memory_bytes == 0)
        options->memory_bytes = machine_memory() / 4;
    if (options->memory_bytes < LEAST_MEMORY_BYTES)
        options->memory_bytes = LEAST_MEMORY_BYTES;
    options->threads = thread_count(options);
    size_t threads = options->threads;
    size_t memory = options->memory_bytes - PROGRAM_BYTES;
    size_t document_limit = options->document_limit ? options->document_limit : DEFAULT_DOCUMENT_BYTES;
    if (document_limit > memory / 16 / threads)
        document_limit = memory / 16 / threads;
    batch->file_limit = document_limit;
    batch->settings.source.document_limit = document_limit;
    batch->slab_limit = threads + 2;
    batch->slab_bytes = memory / (7 * threads + 2);
    if (batch->slab_bytes > MOST_SLAB_BYTES)
        batch->slab_bytes = MOST_SLAB_BYTES;
    if (batch->slab_bytes < LEAST_SLAB_BYTES)
        batch->slab_bytes = LEAST_SLAB_BYTES;
    size_t taken = batch->slab_limit * batch->slab_bytes + threads * (5 * document_limit + WORKER_BYTES);
    size_t left = memory > taken ? memory - taken : 0;
    batch->settings.inverter_bytes = left / threads > memory / 8 / threads ? left / threads : memory / 8 / threads;
}

// How large the next slab is to be. When all sizes are known, two for each worker, so that both end at about the same
// time; else they begin small, so that every worker soon has one, and double.
static size_t slab_target(const struct batch *batch) {
    size_t target;
    if (batch->inputs.is_size_known) {
        target = batch->inputs.bytes / (2 * batch->options.threads) + 1;
    } else {
        size_t rounds = batch->job_count / batch->options.threads;
        target = (size_t)FIRST_SLAB_BYTES << (rounds < 10 ? rounds : 10);
    }
    if (target < LEAST_SLAB_BYTES)
        target = LEAST_SLAB_BYTES;
    return target < batch->slab_bytes ? target : batch->slab_bytes;
}

// ---- failure

static void fail_on_loop(struct batch *batch, gdx_status status, const gdx_error *error) {
    // A cancellation that another's failure caused is not the news.
    if (batch->status != GDX_OK && !(batch->status == GDX_CANCELLED && status != GDX_CANCELLED))
        return;
    batch->status = status;
    if (batch->err && error)
        *batch->err = *error;
    atomic_store(&batch->failed, true);
}

// With --strict one refusal is a failure; a note is none.
static void fail_if_strict_on_loop(struct batch *batch, const struct refusals *refusals) {
    if (!batch->options.strict || refusals_count(refusals) == 0)
        return;
    const struct refusal *first = refusals_first(refusals);
    gdx_error error = {0};
    if (first)
        gdx_fail(&error, first->status, "%.*s: %.*s", GDX_SLICE_ARGUMENTS(first->path),
                 GDX_SLICE_ARGUMENTS(first->reason));
    else
        gdx_fail(&error, GDX_INVALID, "an input was refused behind %d notes", REFUSALS_KEPT);
    fail_on_loop(batch, error.status, &error);
}

static void fail_for_memory_on_loop(struct batch *batch) {
    gdx_error error = {0};
    gdx_fail(&error, GDX_NO_MEMORY, "no memory for the batch's own lists; give fewer --threads");
    fail_on_loop(batch, GDX_NO_MEMORY, &error);
}

static bool is_stopped(const struct batch *batch) {
    return gdx_stop_check(&batch->options.stop, NULL) != GDX_OK;
}

static void pump_on_loop(struct batch *batch);

// ---- reading

static void fill_blocking(uv_work_t *request) { // Runs on: libuv's file threads
    struct batch *batch = request->data;
    batch->fill_status =
        filler_fill(batch->filler, batch->filling, batch->fill_target, &batch->is_filled, &batch->fill_error);
}

static bool keep_job(struct batch *batch, struct slab_job *job) {
    if (gdx_grow(&batch->jobs, &batch->job_capacity, batch->job_count + 1, sizeof(struct slab_job *)) != GDX_OK)
        return false;
    batch->jobs[batch->job_count++] = job;
    return true;
}

static void build_on_worker(gdx_job *job, unsigned worker) {
    struct slab_job *slab_job = (struct slab_job *)job;
    struct batch *batch = slab_job->batch;
    struct built *built = &slab_job->built;
    // A builder is made by the worker that owns it, so that its memory is first touched there.
    if (!batch->builders[worker])
        batch->builders[worker] = builder_new(&batch->settings, worker, &built->error);
    built->status = batch->builders[worker]
                        ? builder_run_on_worker(batch->builders[worker], slab_job->slab, built, &built->error)
                        : GDX_NO_MEMORY;
    slab_release_bytes(slab_job->slab);
    seen_forget(&batch->seen);
}

static void build_done_on_loop(gdx_job *job) {
    struct slab_job *slab_job = (struct slab_job *)job;
    struct batch *batch = slab_job->batch;
    batch->in_flight--;
    if (slab_job->built.status != GDX_OK)
        fail_on_loop(batch, slab_job->built.status, &slab_job->built.error);
    pump_on_loop(batch);
}

static void submit_slab_on_loop(struct batch *batch, struct slab *slab) {
    struct slab_job *job = calloc(1, sizeof *job);
    if (!job || !keep_job(batch, job)) {
        free(job);
        slab_free(slab);
        fail_for_memory_on_loop(batch);
        return;
    }
    *job = (struct slab_job){.job = {build_on_worker, build_done_on_loop, NULL}, .batch = batch, .slab = slab};
    slab->sequence = (uint32_t)batch->job_count - 1;
    batch->in_flight++;
    // The queue holds more than slab_limit jobs, so it is never full.
    if (gdx_work_submit(batch->work, &job->job, GDX_LANE_SHORT) != GDX_OK)
        fail_for_memory_on_loop(batch);
}

static void fill_done_on_loop(uv_work_t *request, int code) {
    struct batch *batch = request->data;
    struct slab *slab = batch->filling;
    (void)code; // never cancelled
    batch->is_filling = false;
    batch->filling = NULL;
    batch->summary->input_bytes += slab->disk_bytes;
    batch->summary->files += slab->files;
    atomic_fetch_add(&batch->refused, refusals_count(&slab->refusals));
    if (batch->fill_status != GDX_OK)
        fail_on_loop(batch, batch->fill_status, &batch->fill_error);
    fail_if_strict_on_loop(batch, &slab->refusals);
    if (batch->status == GDX_OK && (slab->piece_count > 0 || slab->refusals.count > 0))
        submit_slab_on_loop(batch, slab);
    else
        slab_free(slab);
    pump_on_loop(batch);
}

static void begin_fill_on_loop(struct batch *batch) {
    batch->fill_target = slab_target(batch);
    batch->filling = slab_new(batch->fill_target);
    if (!batch->filling) {
        fail_for_memory_on_loop(batch);
        return;
    }
    batch->fill_request.data = batch;
    batch->is_filling = true;
    uv_queue_work(&batch->loop, &batch->fill_request, fill_blocking, fill_done_on_loop);
}

// ---- the end

static gdx_status merge_on_worker(struct batch *batch, gdx_error *err) {
    size_t threads = batch->options.memory_bytes / MERGE_THREAD_BYTES;
    if (threads > batch->options.threads)
        threads = batch->options.threads;
    gdx_merge_options merge = {.level = batch->options.level, .stop = batch->options.stop};
    uint64_t begin = gdx_now_ns();
    gdx_status status = gdx_executor_new(threads ? (unsigned)threads : 1, &merge.executor, err);
    if (status == GDX_OK)
        status = gdx_index_writer_merge(batch->writer, &merge, NULL, err);
    gdx_executor_free(merge.executor);
    batch->summary->merge_ns = gdx_now_ns() - begin;
    return status;
}

static void free_builders(struct batch *batch) {
    for (unsigned i = 0; batch->builders && i < batch->options.threads; i++) {
        builder_free(batch->builders[i]);
        batch->builders[i] = NULL;
    }
}

static gdx_status settle_and_commit_on_worker(struct batch *batch, gdx_error *err) {
    struct built *built = calloc(batch->job_count + 1, sizeof *built);
    const struct slab **slabs = calloc(batch->job_count + 1, sizeof(struct slab *));
    gdx_status status = GDX_OK;
    if (!built || !slabs)
        status = gdx_fail(err, GDX_NO_MEMORY, "no memory to settle the ids of the batch");
    for (size_t i = 0; status == GDX_OK && i < batch->job_count; i++) {
        built[i] = batch->jobs[i]->built;
        slabs[i] = batch->jobs[i]->slab;
    }
    if (status == GDX_OK)
        status = resolve(batch->writer, built, slabs, batch->job_count, &batch->seen, &batch->inputs,
                         batch->options.prune, &batch->refusals, batch->summary, err);
    if (status == GDX_OK)
        status = gdx_index_writer_commit(batch->writer, err);
    free(built);
    free(slabs);
    return status;
}

static void finish_on_worker(gdx_job *job, unsigned worker) {
    struct batch *batch = (struct batch *)((char *)job - offsetof(struct batch, finish_job));
    (void)worker;
    free_builders(batch); // all slabs are built: their memory is the merge's now
    gdx_error error = {0};
    gdx_status status = settle_and_commit_on_worker(batch, &error);
    if (status == GDX_OK && batch->options.merge) {
        batch->stage = "merging";
        gdx_error why = {0};
        status = merge_on_worker(batch, &why);
        // What was committed stays committed: a merge that was stopped is not a batch that failed.
        if (status == GDX_CANCELLED || status == GDX_DEADLINE)
            status = GDX_OK;
        if (status != GDX_OK)
            gdx_fail(&error, status, "the documents are committed, but merging segments failed: %s", why.message);
    }
    batch->fill_status = status;
    batch->fill_error = error;
}

static void finish_done_on_loop(gdx_job *job) {
    struct batch *batch = (struct batch *)((char *)job - offsetof(struct batch, finish_job));
    if (batch->fill_status != GDX_OK)
        fail_on_loop(batch, batch->fill_status, &batch->fill_error);
    pump_on_loop(batch);
}

static void close_on_loop(struct batch *batch) {
    if (batch->work) {
        gdx_work_close(batch->work, NULL, NULL);
        batch->work = NULL;
        uv_close((uv_handle_t *)&batch->timer, NULL);
    }
}

// Whatever has just ended, this decides what is next.
static void pump_on_loop(struct batch *batch) {
    gdx_error stopped = {0};
    if (batch->status == GDX_OK && !batch->is_finishing && batch_check_stop(&batch->options.stop, &stopped) != GDX_OK)
        fail_on_loop(batch, stopped.status, &stopped);
    bool may_fill = batch->status == GDX_OK && !batch->is_filled && !batch->is_filling;
    if (may_fill && batch->in_flight + 1 < batch->slab_limit)
        begin_fill_on_loop(batch);
    if (batch->is_filling || batch->in_flight > 0)
        return;
    if (batch->status == GDX_OK && batch->is_filled && !batch->is_finishing) {
        batch->is_finishing = true;
        batch->stage = "committing";
        batch->finish_job = (gdx_job){finish_on_worker, finish_done_on_loop, NULL};
        if (gdx_work_submit(batch->work, &batch->finish_job, GDX_LANE_SHORT) == GDX_OK)
            return;
        fail_for_memory_on_loop(batch);
    }
    if (gdx_work_running(batch->work) == 0)
        close_on_loop(batch);
}

// ---- the begin

static void list_on_worker(gdx_job *job, unsigned worker) {
    struct batch *batch = (struct batch *)((char *)job - offsetof(struct batch, list_job));
    (void)worker;
    batch->fill_status = inputs_list(&batch->inputs, batch->paths, batch->path_count, batch->options.source,
                                     &batch->refusals, &batch->fill_error);
}

static void list_done_on_loop(gdx_job *job) {
    struct batch *batch = (struct batch *)((char *)job - offsetof(struct batch, list_job));
    if (batch->fill_status != GDX_OK)
        fail_on_loop(batch, batch->fill_status, &batch->fill_error);
    else
        fail_if_strict_on_loop(batch, &batch->refusals);
    if (batch->status == GDX_OK) {
        // An escaped character may take twice its bytes in a line of JSON, and a record has other keys besides its
        // text.
        size_t line_limit = 2 * batch->file_limit + (64 << 10);
        batch->filler = filler_new(&batch->inputs, batch->file_limit, line_limit, &batch->options.stop);
        atomic_fetch_add(&batch->refused, refusals_count(&batch->refusals));
        if (!batch->filler)
            fail_for_memory_on_loop(batch);
    }
    pump_on_loop(batch);
}

// Once all inputs are listed; where one does not tell its size, once they are read. Before, both are another thread's.
static bool is_total_known(const struct batch *batch) {
    return batch->filler && (batch->inputs.is_size_known || (!batch->is_filling && batch->is_filled));
}

static void report_progress(struct batch *batch) {
    if (!batch->options.on_progress)
        return;
    gdx_batch_progress progress = {
        .bytes_total = is_total_known(batch) ? batch->inputs.bytes : 0,
        .bytes_read = batch->summary->input_bytes,
        .documents = atomic_load(&batch->documents),
        .skipped = atomic_load(&batch->refused),
        .stage = batch->stage,
    };
    batch->options.on_progress(batch->options.context, &progress);
}

static void tick_on_loop(uv_timer_t *timer) {
    struct batch *batch = timer->data;
    report_progress(batch);
    if (is_stopped(batch) && !batch->is_filling && batch->in_flight == 0 && batch->work)
        pump_on_loop(batch);
}

static gdx_status start(struct batch *batch, gdx_error *err) {
    gdx_snapshot *snapshot = gdx_index_writer_snapshot(batch->writer);
    batch->settings.directory = gdx_index_writer_directory(batch->writer);
    batch->settings.level = batch->options.level;
    batch->settings.source.encoding = batch->options.encoding;
    batch->settings.seen = &batch->seen;
    batch->settings.stop = batch->options.stop;
    batch->settings.failed = &batch->failed;
    batch->settings.strict = batch->options.strict;
    batch->settings.documents = &batch->documents;
    batch->settings.refused = &batch->refused;
    batch->stage = "reading";
    batch->builders = calloc(batch->options.threads, sizeof(struct builder *));
    if (!batch->builders || refusals_init(&batch->refusals) != GDX_OK || seen_init(&batch->seen, snapshot) != GDX_OK)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to begin a batch");
    gdx_status status = gdx_work_open(&batch->loop, batch->options.threads, batch->slab_limit + 4, &batch->work, err);
    if (status != GDX_OK)
        return status;
    uv_timer_init(&batch->loop, &batch->timer);
    batch->timer.data = batch;
    uv_timer_start(&batch->timer, tick_on_loop, PROGRESS_MILLISECONDS, PROGRESS_MILLISECONDS);
    batch->list_job = (gdx_job){list_on_worker, list_done_on_loop, NULL};
    return gdx_work_submit(batch->work, &batch->list_job, GDX_LANE_SHORT);
}

// ---- the report

static void add_counts(gdx_batch_summary *to, const gdx_batch_summary *from) {
    to->documents += from->documents;
    to->unchanged += from->unchanged;
    to->mended += from->mended;
    to->replaced_bytes += from->replaced_bytes;
    to->text_bytes += from->text_bytes;
    to->symbols += from->symbols;
    to->parse_ns += from->parse_ns;
    to->fold_ns += from->fold_ns;
    to->store_ns += from->store_ns;
    to->invert_ns += from->invert_ns;
    to->write_ns += from->write_ns;
}

static void report_refusal(const struct batch *batch, const struct refusal *refusal, uint64_t lines_before) {
    if (!batch->options.on_refusal)
        return;
    gdx_batch_refusal report = {.path = refusal->path.data,
                                // Of a batch that failed not all pieces were read, so lines before them are not known.
                                .line = refusal->line && batch->status == GDX_OK ? refusal->line + lines_before : 0,
                                .byte = refusal->byte,
                                .is_note = refusal->is_note,
                                .reason = refusal->reason.data};
    batch->options.on_refusal(batch->options.context, &report);
}

static void report_all(const struct batch *batch, const struct refusals *refusals, const uint64_t *lines_before) {
    for (size_t i = 0; i < refusals->count; i++)
        report_refusal(batch, &refusals->items[i], lines_before ? lines_before[refusals->items[i].piece] : 0);
}

// Pieces of one file may lie in several slabs, built in any order: only now are the lines before each known.
static void report_slabs(struct batch *batch) {
    uint64_t file = UINT64_MAX;
    uint64_t lines = 0;
    for (size_t i = 0; i < batch->job_count; i++) {
        struct slab_job *job = batch->jobs[i];
        uint64_t *before = calloc(job->slab->piece_count + 1, sizeof *before);
        for (size_t piece = 0; piece < job->slab->piece_count; piece++) {
            const struct slab_piece *at = &job->slab->pieces[piece];
            lines = at->file == file ? lines : 0;
            file = at->file;
            if (before)
                before[piece] = lines;
            lines += at->lines;
        }
        report_all(batch, &job->slab->refusals, NULL);
        report_all(batch, &job->built.refusals, before);
        batch->summary->refused += refusals_count(&job->slab->refusals) + refusals_count(&job->built.refusals);
        add_counts(batch->summary, &job->built.counts);
        free(before);
    }
}

static void summarize(struct batch *batch) {
    batch->summary->refused = refusals_count(&batch->refusals);
    report_all(batch, &batch->refusals, NULL);
    report_slabs(batch);
    const gdx_snapshot *snapshot = gdx_index_writer_snapshot(batch->writer);
    batch->summary->commit = gdx_snapshot_commit(snapshot);
    batch->summary->segments = gdx_snapshot_segment_count(snapshot);
    batch->summary->index_bytes = gdx_snapshot_bytes(snapshot);
}

static void clear(struct batch *batch) {
    free_builders(batch);
    free(batch->builders);
    for (size_t i = 0; i < batch->job_count; i++) {
        slab_free(batch->jobs[i]->slab);
        built_clear(&batch->jobs[i]->built);
        free(batch->jobs[i]);
    }
    free(batch->jobs);
    filler_free(batch->filler);
    seen_clear(&batch->seen);
    refusals_clear(&batch->refusals);
    inputs_clear(&batch->inputs);
}

gdx_status gdx_batch_run(gdx_index_writer *writer, const char *const *paths, size_t path_count,
                         const gdx_batch_options *options, gdx_batch_summary *out, gdx_error *err) {
    uint64_t begin = gdx_now_ns();
    gdx_batch_summary summary = {0};
    struct batch batch = {.writer = writer,
                          .paths = paths,
                          .path_count = path_count,
                          .options = *options,
                          .summary = &summary,
                          .err = err};
    share_memory(&batch);
    if (uv_loop_init(&batch.loop) != 0)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for an event loop");
    batch.status = start(&batch, err);
    if (batch.status != GDX_OK)
        close_on_loop(&batch);
    uv_run(&batch.loop, UV_RUN_DEFAULT);
    uv_loop_close(&batch.loop);
    report_progress(&batch);
    if (batch.status != GDX_OK)
        gdx_index_writer_abort(writer); // no worker writes any more: segments built for nothing go
    if (batch.seen.snapshot)
        summarize(&batch);
    clear(&batch);
    summary.elapsed_ns = gdx_now_ns() - begin;
    *out = summary;
    return batch.status;
}
