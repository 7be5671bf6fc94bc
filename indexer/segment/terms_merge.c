// SPDX-License-Identifier: Apache-2.0
// terms_merge.c: all terms of a merge, chunk after chunk, merged ahead by tasks, each of which takes a range.
// A ring of chunks is under way or waits to be written; when one has been written the next range goes into its place,
// so that memory is a few chunks whatever the size of the dictionary. The scratch space of a chunk, which grows with
// the number of documents, stays with the seat of the executor.

#include "merge_plan.h"

#include <assert.h>
#include <stdlib.h>

enum {
    CHUNKS_PER_SEAT = 2,
    FORGET_EVERY = 8 // chunks, about 8 MB of lists: pages that are let go of too soon are faulted in again
};

struct slot { // the writer's until it is submitted, its task's until that has run
    gdx_task task;
    terms_merge *terms;
    uint32_t low; // first symbols [low, high)
    uint32_t high;
    term_chunk chunk;
    gdx_status status;
    gdx_error error;
};

struct seat { // of one task at a time
    terms_ranger *ranger;
    term_scratch scratch;
};

struct terms_merge { // the writer's; tasks see what is immutable, their slot and their seat
    const merge_plan *merge;
    gdx_document_columns columns; // of the merged segment; immutable
    atomic_bool is_stopped;       // nobody wants what is under way
    struct seat *seats;
    unsigned seat_count;
    struct slot *slots;
    size_t slot_count;
    uint64_t submitted; // chunks so far
    uint64_t written;   // chunks so far
    uint32_t next_first;
};

// ---- in a task

static gdx_status merge_slot(const terms_merge *terms, struct slot *slot, struct seat *seat) {
    gdx_status status = GDX_OK;
    if (atomic_load_explicit(&terms->is_stopped, memory_order_relaxed))
        return GDX_CANCELLED;
    if (!seat->ranger)
        status = terms_ranger_new(terms->merge, &seat->ranger, &slot->error);
    slot->chunk.scratch = seat->scratch;
    if (status == GDX_OK)
        status = terms_range_merge(seat->ranger, slot->low, slot->high, &slot->chunk, &slot->error);
    seat->scratch = slot->chunk.scratch;
    slot->chunk.scratch = (term_scratch){0};
    return status;
}

static void run_task(gdx_task *task, unsigned seat) {
    struct slot *slot = (struct slot *)task;
    assert(seat < slot->terms->seat_count);
    slot->status = merge_slot(slot->terms, slot, &slot->terms->seats[seat]);
}

// ---- the writer's

static bool has_ranges(const terms_merge *terms) {
    return terms->next_first < terms_symbol_limit(terms->merge);
}

static struct slot *slot_of(const terms_merge *terms, uint64_t chunk) {
    return &terms->slots[chunk % terms->slot_count];
}

// The next range, into a slot whose chunk has been written.
static gdx_status submit_range(terms_merge *terms, gdx_error *err) {
    assert(terms->submitted - terms->written < terms->slot_count);
    struct slot *slot = slot_of(terms, terms->submitted);
    uint32_t end;
    gdx_status status = terms_range_end(terms->merge, terms->next_first, &end, err);
    if (status != GDX_OK)
        return status;
    slot->low = terms->next_first;
    slot->high = terms->next_first = end;
    slot->error = (gdx_error){0};
    terms->submitted++;
    gdx_executor_submit(terms->merge->executor, &slot->task);
    return GDX_OK;
}

gdx_status terms_merge_start(const merge_plan *merge, terms_merge **out, gdx_error *err) {
    GDX_AUTO(terms_merge) terms = calloc(1, sizeof *terms);
    if (!terms)
        return merge_no_memory(merge, "terms", err);
    terms->merge = merge;
    terms->columns = document_table_columns(&merge->documents);
    terms->next_first = GDX_SYMBOL_END + 1; // the end mark begins no term
    terms->seat_count = gdx_executor_seats(merge->executor);
    terms->slot_count = terms->seat_count > 1 ? (size_t)terms->seat_count * CHUNKS_PER_SEAT : 1;
    terms->seats = calloc(terms->seat_count, sizeof *terms->seats);
    terms->slots = calloc(terms->slot_count, sizeof *terms->slots);
    if (!terms->seats || !terms->slots)
        return merge_no_memory(merge, "terms", err);
    for (size_t i = 0; i < terms->slot_count; i++) {
        terms->slots[i].task = (gdx_task){.run = run_task};
        terms->slots[i].terms = terms;
        term_chunk_init(&terms->slots[i].chunk, merge->shape, merge->documents.position, merge_blocks(merge),
                        &terms->columns);
    }
    gdx_status status = GDX_OK;
    while (status == GDX_OK && terms->submitted < terms->slot_count && has_ranges(terms))
        status = submit_range(terms, err);
    if (status != GDX_OK)
        return status;
    *out = terms;
    terms = NULL; // handed over
    return GDX_OK;
}

void terms_merge_free(terms_merge *terms) {
    if (!terms)
        return;
    atomic_store_explicit(&terms->is_stopped, true, memory_order_relaxed);
    for (; terms->written < terms->submitted; terms->written++)
        gdx_executor_wait(terms->merge->executor, &slot_of(terms, terms->written)->task);
    for (size_t i = 0; terms->slots && i < terms->slot_count; i++)
        term_chunk_clear(&terms->slots[i].chunk);
    for (unsigned i = 0; terms->seats && i < terms->seat_count; i++) {
        terms_ranger_free(terms->seats[i].ranger);
        term_scratch_clear(&terms->seats[i].scratch);
    }
    free(terms->slots);
    free(terms->seats);
    free(terms);
}

static gdx_status write_slot(const struct slot *slot, terms_writer *writer, gdx_error *err) {
    if (slot->status == GDX_OK)
        return terms_writer_append(writer, &slot->chunk, err);
    return gdx_error_pass(err, &slot->error);
}

gdx_status terms_merge_write(terms_merge *terms, terms_writer *writer, gdx_error *err) {
    gdx_status status = GDX_OK;
    while (status == GDX_OK && terms->written < terms->submitted) {
        struct slot *slot = slot_of(terms, terms->written);
        gdx_executor_wait(terms->merge->executor, &slot->task);
        status = write_slot(slot, writer, err);
        term_chunk_reset(&slot->chunk);
        terms->written++;
        if (status == GDX_OK && has_ranges(terms))
            status = submit_range(terms, err);
        if (terms->written % FORGET_EVERY == 0)
            merge_forget(terms->merge);
    }
    merge_forget(terms->merge);
    return status;
}
