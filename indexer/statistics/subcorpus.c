// SPDX-License-Identifier: Apache-2.0
// subcorpus.c: which documents, then their letters. Relies on subcorpus.h.

#include "subcorpus.h"

#include <stdlib.h>

// A reading is small enough that its letters are still in the processor's cache when they are appended. Few documents
// are not worth a second reader, which reads the segments' tables again.
enum { READINGS_PER_SEAT = 3, READING_SYMBOLS_MOST = 1 << 16, DOCUMENTS_PER_READER = 8 };

struct chosen {
    size_t segment;
    uint32_t document;
    gdx_date date;
    uint64_t symbols;
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
    choice->documents[choice->count++] =
        (struct chosen){document->segment, document->document, document->date, document->symbols};
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
    struct row_builder *builder; // NULL: not begun
    struct row row;
    gdx_status status;
    gdx_error err;
};

// Readings are used in turn, so that each keeps its memory and its reader, which has the segments' tables.
struct ring {
    struct reading *readings;
    size_t count;               // 0: the caller reads into the whole row itself
    uint64_t symbols;           // of a reading
    size_t submitted, appended; // since the first; submitted - appended <= count are under way
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
    reading->status =
        read_documents(reading->builder, reading->documents, reading->count, reading->stop, &reading->err);
}

// As many documents as make a reading: one at least.
static size_t cut_reading(const struct choice *choice, size_t first, uint64_t most) {
    uint64_t symbols = 0;
    size_t end = first;
    do
        symbols += choice->documents[end++].symbols;
    while (end < choice->count && symbols < most);
    return end - first;
}

static gdx_status submit(const struct subcorpus *subcorpus, struct row_builder *whole, struct ring *ring,
                         const struct chosen *documents, size_t count, gdx_error *err) {
    struct reading *reading = &ring->readings[ring->submitted % ring->count];
    if (!reading->builder)
        reading->builder = row_builder_part(whole, &reading->row);
    if (!reading->builder)
        return gdx_fail_memory(err, "the documents");
    reading->task = (gdx_task){.run = run_reading};
    reading->documents = documents;
    reading->count = count;
    reading->stop = subcorpus->stop;
    gdx_executor_submit(subcorpus->executor, &reading->task);
    ring->submitted++;
    return GDX_OK;
}

// Puts the oldest reading behind the row. Of several failures the first in that order counts.
static gdx_status append_next(const struct subcorpus *subcorpus, struct row_builder *whole, struct ring *ring,
                              gdx_status status, gdx_error *err) {
    struct reading *reading = &ring->readings[ring->appended++ % ring->count];
    gdx_executor_wait(subcorpus->executor, &reading->task);
    if (status != GDX_OK)
        return status;
    if (reading->status != GDX_OK)
        *err = reading->err;
    return reading->status == GDX_OK ? row_append(whole, reading->builder, err) : reading->status;
}

static gdx_status read_by_ring(const struct subcorpus *subcorpus, const struct choice *choice,
                               struct row_builder *whole, struct ring *ring, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t at = 0; at < choice->count && status == GDX_OK;) {
        if (ring->submitted - ring->appended == ring->count)
            status = append_next(subcorpus, whole, ring, status, err);
        size_t count = cut_reading(choice, at, ring->symbols);
        if (status == GDX_OK)
            status = submit(subcorpus, whole, ring, choice->documents + at, count, err);
        at += count;
    }
    while (ring->appended < ring->submitted)
        status = append_next(subcorpus, whole, ring, status, err);
    return status;
}

static uint64_t symbols_of(const struct choice *choice) {
    uint64_t symbols = 0;
    for (size_t i = 0; i < choice->count; i++)
        symbols += choice->documents[i].symbols;
    return symbols;
}

static gdx_status read_choice(const struct subcorpus *subcorpus, const struct choice *choice, struct row_builder *whole,
                              struct ring *ring, gdx_error *err) {
    return ring->count ? read_by_ring(subcorpus, choice, whole, ring, err)
                       : read_documents(whole, choice->documents, choice->count, subcorpus->stop, err);
}

static gdx_status read_choices(const struct subcorpus *subcorpus, const struct choice *a, const struct choice *b,
                               struct row_builder *whole, struct ring *ring, gdx_error *err) {
    gdx_status status = read_choice(subcorpus, a, whole, ring, err);
    row_split(whole);
    return status == GDX_OK ? read_choice(subcorpus, b, whole, ring, err) : status;
}

static gdx_status ring_new(const struct subcorpus *subcorpus, const struct choice *a, const struct choice *b,
                           struct ring *ring, gdx_error *err) {
    unsigned seats = gdx_executor_seats(subcorpus->executor);
    size_t count = seats > 1 ? (size_t)seats * READINGS_PER_SEAT : 0;
    if (count > (a->count + b->count) / DOCUMENTS_PER_READER)
        count = (a->count + b->count) / DOCUMENTS_PER_READER;
    uint64_t symbols = (symbols_of(a) + symbols_of(b)) / (2 * count + 1);
    *ring = (struct ring){.readings = calloc(count + 1, sizeof *ring->readings),
                          .count = count,
                          .symbols = symbols < READING_SYMBOLS_MOST ? symbols : READING_SYMBOLS_MOST};
    return ring->readings ? GDX_OK : gdx_fail_memory(err, "the documents");
}

static void ring_clear(struct ring *ring) {
    for (size_t i = 0; i < ring->count && ring->readings; i++) {
        row_builder_free(ring->readings[i].builder);
        row_clear(&ring->readings[i].row);
    }
    free(ring->readings);
}

static gdx_status read_both(const struct subcorpus *subcorpus, const struct choice *a, const struct choice *b,
                            struct row *out, gdx_error *err) {
    GDX_AUTO(row_builder)
    builder = row_builder_new(subcorpus->snapshot, subcorpus->unit, SUBCORPUS_SYMBOLS_MOST, out);
    if (!builder)
        return gdx_fail_memory(err, "the documents");
    struct ring ring;
    gdx_status status = ring_new(subcorpus, a, b, &ring, err);
    if (status == GDX_OK)
        status = read_choices(subcorpus, a, b, builder, &ring, err);
    ring_clear(&ring);
    return status == GDX_OK ? row_close(builder, subcorpus->executor, subcorpus->stop, err) : status;
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
