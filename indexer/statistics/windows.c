// SPDX-License-Identifier: Apache-2.0
// windows.c: occurrences are listed, shared out by document, read, and put in a row. Relies on windows.h, cut.h.

#include "windows.h"

#include "cut.h"
#include "subcorpus.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { TASKS_PER_SEAT = 8, DOCUMENTS_PER_CHECK = 16 };

struct placed_document {
    size_t segment;
    uint32_t document;
    gdx_date date;
    size_t first, count; // of the places
};

struct placed { // everything that a query occurs in
    struct placed_document *documents;
    size_t document_count, document_capacity;
    gdx_place *places;
    size_t count, capacity;
};

struct windows_task {
    gdx_task task;
    const struct windows_options *options;
    const struct placed *placed;
    size_t first, end;       // documents
    _Atomic uint64_t *spent; // symbols read by all tasks
    struct cut_list cut;
    gdx_status status;
    gdx_error err;
};

// ---- which places

static gdx_status too_many(gdx_error *err) {
    return gdx_fail(err, GDX_TOO_LARGE,
                    "more than %d symbols stand around the occurrences; narrow the query or its filters",
                    SUBCORPUS_SYMBOLS_MOST);
}

static gdx_status add_document(void *context, const gdx_placed *document, gdx_error *err) {
    struct placed *placed = context;
    if (placed->count + document->count > SUBCORPUS_SYMBOLS_MOST)
        return too_many(err);
    if (gdx_grow(&placed->documents, &placed->document_capacity, placed->document_count + 1,
                 sizeof *placed->documents) != GDX_OK ||
        gdx_grow(&placed->places, &placed->capacity, placed->count + document->count, sizeof *placed->places) != GDX_OK)
        return gdx_fail_memory(err, "the occurrences");
    placed->documents[placed->document_count++] =
        (struct placed_document){document->segment, document->document, document->date, placed->count, document->count};
    memcpy(placed->places + placed->count, document->places, document->count * sizeof *placed->places);
    placed->count += document->count;
    return GDX_OK;
}

// ---- reading what is around them

static gdx_status read_document(struct windows_task *task, struct cutter *cutter, size_t number) {
    const struct placed_document *document = &task->placed->documents[number];
    const gdx_place *places = task->placed->places + document->first;
    gdx_status status = gdx_part_reader_enter(cutter->reader, document->segment, document->document, &task->err);
    for (size_t i = 0, end; i < document->count && status == GDX_OK; i = end) {
        for (end = i + 1; end < document->count && places[end].part == places[i].part;)
            end++;
        status = cut_part(cutter, (uint32_t)number, places + i, end - i, &task->cut, &task->err);
    }
    return status;
}

static gdx_status spend(struct windows_task *task, const struct cutter *cutter, uint64_t *reported) {
    uint64_t read = gdx_part_reader_symbols(cutter->reader) + task->cut.count; // what is read, and what is kept of it
    uint64_t before = atomic_fetch_add(task->spent, read - *reported);
    if (before + (read - *reported) > SUBCORPUS_SYMBOLS_MOST)
        return too_many(&task->err);
    *reported = read;
    return gdx_stop_check(task->options->stop, &task->err);
}

static gdx_status read_documents(struct windows_task *task) {
    struct cutter cutter = {.shape = task->options->shape, .letters = task->options->letters};
    uint64_t reported = 0;
    gdx_status status = gdx_stop_check(task->options->stop, &task->err);
    if (status == GDX_OK)
        status = gdx_part_reader_open(task->options->snapshot, &cutter.reader, &task->err);
    for (size_t i = task->first; i < task->end && status == GDX_OK; i++) {
        status = read_document(task, &cutter, i);
        if (status == GDX_OK && (i % DOCUMENTS_PER_CHECK == 0 || i + 1 == task->end))
            status = spend(task, &cutter, &reported);
    }
    cutter_clear(&cutter);
    return status;
}

static void run_task(gdx_task *base, unsigned seat) {
    struct windows_task *task = (struct windows_task *)base;
    (void)seat;
    task->status = read_documents(task);
}

// ---- the row

static gdx_status add_runs(struct row_builder *builder, const struct placed *placed, const struct cut_list *cut,
                           size_t *unit, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < cut->run_count && status == GDX_OK; i++) {
        const struct cut_run *from = &cut->runs[i];
        for (; *unit <= from->unit && status == GDX_OK; (*unit)++) {
            const struct placed_document *document = &placed->documents[*unit];
            status = row_enter(builder, document->segment, document->document, document->date, err);
        }
        const struct row_run run = {cut->symbols + from->first, from->count, from->before, from->after, cut->words};
        if (status == GDX_OK)
            status = row_add_run(builder, &run, err);
    }
    return status;
}

// The sides lie as the letters do: behind the border that a run begins with, and before the one that it ends with.
static gdx_status copy_sides(const struct windows_task *tasks, size_t count, struct windows *out, gdx_error *err) {
    size_t at = 0;
    out->sides = calloc(out->row.count + 1, 1);
    if (!out->sides)
        return gdx_fail_memory(err, "the letters of the documents");
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < tasks[t].cut.run_count; i++) {
            const struct cut_run *run = &tasks[t].cut.runs[i];
            memcpy(out->sides + at + 1, tasks[t].cut.sides + run->first, run->count);
            at += (size_t)run->count + 2;
        }
    return GDX_OK;
}

static gdx_status make_row(const struct windows_options *options, const struct placed *placed,
                           const struct windows_task *tasks, size_t count, struct windows *out, gdx_error *err) {
    GDX_AUTO(row_builder) builder = row_builder_new(options->snapshot, ROW_DOCUMENTS, UINT64_MAX, &out->row);
    gdx_status status = builder ? GDX_OK : gdx_fail_memory(err, "the documents");
    size_t unit = 0;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        status = tasks[i].status;
        if (status != GDX_OK)
            *err = tasks[i].err;
        else
            status = add_runs(builder, placed, &tasks[i].cut, &unit, err);
    }
    if (status != GDX_OK)
        return status;
    row_split(builder);
    status = row_close(builder, options->executor, options->stop, err);
    return status == GDX_OK ? copy_sides(tasks, count, out, err) : status;
}

// Ranges of documents that have about the same number of occurrences.
static size_t share_out(const struct windows_options *options, const struct placed *placed, _Atomic uint64_t *spent,
                        struct windows_task *tasks, size_t most) {
    size_t count = 0;
    for (size_t first = 0, end = 0; first < placed->document_count; first = end, count++) {
        size_t goal = placed->count / most * (count + 1);
        for (end = first + 1;
             end < placed->document_count && (count + 1 == most || placed->documents[end].first < goal);)
            end++;
        tasks[count] = (struct windows_task){.task = {.run = run_task},
                                             .options = options,
                                             .placed = placed,
                                             .first = first,
                                             .end = end,
                                             .spent = spent};
    }
    return count;
}

static gdx_status read_placed(const struct windows_options *options, const struct placed *placed, struct windows *out,
                              gdx_error *err) {
    _Atomic uint64_t spent = 0;
    size_t most = (size_t)gdx_executor_seats(options->executor) * TASKS_PER_SEAT;
    struct windows_task *tasks = calloc(most, sizeof *tasks);
    if (!tasks)
        return gdx_fail_memory(err, "the documents");
    size_t count = share_out(options, placed, &spent, tasks, most);
    for (size_t i = 0; i < count; i++)
        gdx_executor_submit(options->executor, &tasks[i].task);
    for (size_t i = 0; i < count; i++)
        gdx_executor_wait(options->executor, &tasks[i].task);
    gdx_status status = make_row(options, placed, tasks, count, out, err);
    for (size_t i = 0; i < count; i++)
        cut_list_clear(&tasks[i].cut);
    free(tasks);
    return status;
}

gdx_status windows_read(const struct windows_options *options, struct windows *out, gdx_error *err) {
    struct placed placed = {0};
    *out = (struct windows){0};
    gdx_status status =
        gdx_places(options->searcher, options->snapshot, options->query, options->stop, add_document, &placed, err);
    if (status == GDX_OK)
        status = read_placed(options, &placed, out, err);
    out->occurrences = placed.count;
    out->documents = placed.document_count;
    free(placed.documents);
    free(placed.places);
    return status;
}

void windows_clear(struct windows *windows) {
    row_clear(&windows->row);
    free(windows->sides);
    *windows = (struct windows){0};
}
