// SPDX-License-Identifier: Apache-2.0
// subcorpus.c: which documents, then their letters. Relies on subcorpus.h.

#include "subcorpus.h"

#include <stdlib.h>

enum { READINGS_PER_SEAT = 4, READING_LEAST = 8 };

struct chosen {
    size_t segment;
    uint32_t document;
    gdx_date date;
};

struct choice { // in the order of the snapshot
    struct chosen *documents;
    size_t count, capacity;
};

static gdx_status choose(void *context, const gdx_tallied *document, gdx_error *err) {
    struct choice *choice = context;
    if (!document->matches)
        return GDX_OK;
    if (gdx_grow(&choice->documents, &choice->capacity, choice->count + 1, sizeof *choice->documents) != GDX_OK)
        return gdx_fail_memory(err, "the documents");
    choice->documents[choice->count++] = (struct chosen){document->segment, document->document, document->date};
    return GDX_OK;
}

static bool comes_before(const struct chosen *a, const struct chosen *b) {
    return a->segment != b->segment ? a->segment < b->segment : a->document < b->document;
}

// Takes the documents of `a` out of `b`; returns how many there were.
static size_t take_out(const struct choice *a, struct choice *b) {
    size_t kept = 0, in_a = 0, at = 0;
    for (size_t i = 0; i < b->count; i++) {
        while (at < a->count && comes_before(&a->documents[at], &b->documents[i]))
            at++;
        bool is_in_a = at < a->count && !comes_before(&b->documents[i], &a->documents[at]);
        in_a += is_in_a;
        if (!is_in_a)
            b->documents[kept++] = b->documents[i];
    }
    b->count = kept;
    return in_a;
}

static gdx_status choose_both(const struct subcorpus *subcorpus, struct choice *a, struct choice *b, gdx_error *err) {
    gdx_status status =
        gdx_tally(subcorpus->searcher, subcorpus->snapshot, subcorpus->a, subcorpus->stop, choose, a, err);
    if (status == GDX_OK && a->count == 0 && subcorpus->b)
        return gdx_fail_field(err, "a", GDX_REASON_OUT_OF_RANGE, "no document matches it");
    if (status != GDX_OK || !subcorpus->b)
        return status;
    status = gdx_tally(subcorpus->searcher, subcorpus->snapshot, subcorpus->b, subcorpus->stop, choose, b, err);
    if (status != GDX_OK)
        return status;
    size_t in_both = take_out(a, b);
    if (in_both > 0 && !subcorpus->b_is_rest)
        return gdx_fail_field(err, "b", GDX_REASON_OUT_OF_RANGE, "%zu of its documents are in a, expected none",
                              in_both);
    return b->count ? GDX_OK : gdx_fail_field(err, "b", GDX_REASON_OUT_OF_RANGE, "no document matches it");
}

// ---- reading

struct reading { // a task: some documents into a part of the row
    gdx_task task;
    const struct chosen *documents;
    size_t count;
    const gdx_stop *stop;
    struct row_builder *builder;
    struct row row;
    gdx_status status;
    gdx_error err;
};

static gdx_status read_documents(struct row_builder *builder, const struct chosen *documents, size_t count,
                                 const gdx_stop *stop, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        status = i % 64 == 0 ? gdx_stop_check(stop, err) : GDX_OK;
        if (status == GDX_OK)
            status = row_add(builder, documents[i].segment, documents[i].document, documents[i].date, err);
    }
    return status;
}

static void run_reading(gdx_task *task, unsigned seat) {
    struct reading *reading = (struct reading *)task;
    (void)seat;
    reading->status = reading->builder ? read_documents(reading->builder, reading->documents, reading->count,
                                                        reading->stop, &reading->err)
                                       : gdx_fail_memory(&reading->err, "the documents");
}

static void start_readings(const struct subcorpus *subcorpus, const struct choice *choice, struct row_builder *whole,
                           struct reading *readings, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t first = choice->count * i / count, end = choice->count * (i + 1) / count;
        readings[i].task.run = run_reading;
        readings[i].documents = choice->documents + first;
        readings[i].count = end - first;
        readings[i].stop = subcorpus->stop;
        readings[i].builder = row_builder_part(whole, &readings[i].row);
        gdx_executor_submit(subcorpus->executor, &readings[i].task);
    }
}

// Puts the parts together in order; of several failures the first in that order counts.
static gdx_status gather_readings(const struct subcorpus *subcorpus, struct row_builder *whole,
                                  struct reading *readings, size_t count, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count; i++) {
        gdx_executor_wait(subcorpus->executor, &readings[i].task);
        if (status == GDX_OK && readings[i].status != GDX_OK) {
            status = readings[i].status;
            *err = readings[i].err;
        }
        if (status == GDX_OK)
            status = row_append(whole, readings[i].builder, err);
        row_builder_free(readings[i].builder);
        row_clear(&readings[i].row);
    }
    return status;
}

// Few documents are not worth a second reader, which reads the segments' tables again.
static gdx_status read_choice(const struct subcorpus *subcorpus, const struct choice *choice, struct row_builder *whole,
                              gdx_error *err) {
    unsigned seats = gdx_executor_seats(subcorpus->executor);
    size_t count = seats > 1 ? (size_t)seats * READINGS_PER_SEAT : 1;
    if (count > choice->count / READING_LEAST)
        count = choice->count / READING_LEAST;
    if (count <= 1)
        return read_documents(whole, choice->documents, choice->count, subcorpus->stop, err);
    struct reading *readings = calloc(count, sizeof *readings);
    if (!readings)
        return gdx_fail_memory(err, "the documents");
    start_readings(subcorpus, choice, whole, readings, count);
    gdx_status status = gather_readings(subcorpus, whole, readings, count, err);
    free(readings);
    return status;
}

static gdx_status read_both(const struct subcorpus *subcorpus, const struct choice *a, const struct choice *b,
                            struct row *out, gdx_error *err) {
    GDX_AUTO(row_builder)
    builder = row_builder_new(subcorpus->snapshot, subcorpus->unit, SUBCORPUS_SYMBOLS_MOST, out);
    if (!builder)
        return gdx_fail_memory(err, "the documents");
    gdx_status status = read_choice(subcorpus, a, builder, err);
    row_split(builder);
    if (status == GDX_OK)
        status = read_choice(subcorpus, b, builder, err);
    return status == GDX_OK ? row_close(builder, subcorpus->stop, err) : status;
}

gdx_status subcorpus_read(const struct subcorpus *subcorpus, struct row *out, gdx_error *err) {
    struct choice a = {0}, b = {0};
    *out = (struct row){0};
    gdx_status status = choose_both(subcorpus, &a, &b, err);
    if (status == GDX_OK)
        status = read_both(subcorpus, &a, &b, out, err);
    free(a.documents);
    free(b.documents);
    return status;
}
