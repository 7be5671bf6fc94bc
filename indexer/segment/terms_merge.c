// SPDX-License-Identifier: Apache-2.0
// terms_merge.c: all terms of a merge, chunk after chunk, merged ahead by threads that take ranges in turn.
// A finished chunk waits in a ring until those before it are written, and a thread waits for room in the ring, so that
// memory is a few chunks whatever the size of the dictionary. The scratch space of a chunk, which grows with the number
// of documents, stays with the thread.

#include "merge_plan.h"

#include <pthread.h>
#include <stdlib.h>

enum { CHUNKS_PER_THREAD = 2 };

struct slot { // guarded by the lock; its chunk the writer's while it is ready
    bool is_ready;
    term_chunk chunk;
    gdx_status status;
    gdx_error error;
};

struct terms_merge { // the calling thread's, shared with those it starts where that is said
    const merge_plan *merge;
    gdx_document_columns columns; // of the merged segment; immutable
    pthread_mutex_t lock;         // guards all below it
    pthread_cond_t room;          // a slot became free, or it is over
    pthread_cond_t ready;         // a slot became ready
    struct slot *slots;
    size_t slot_count;
    uint64_t taken;   // ranges so far
    uint64_t written; // chunks so far
    uint32_t next_first;
    bool is_stopped;
    pthread_t *threads; // the calling thread's
    unsigned thread_count;
};

// The next range. Called under the lock.
static gdx_status take_range(terms_merge *terms, uint32_t *out_low, uint32_t *out_high, gdx_error *err) {
    *out_low = terms->next_first;
    gdx_status status = terms_range_end(terms->merge, *out_low, out_high, err);
    terms->taken++;
    terms->next_first = status == GDX_OK ? *out_high : terms_symbol_limit(terms->merge);
    return status;
}

static bool has_ranges(const terms_merge *terms) {
    return terms->next_first < terms_symbol_limit(terms->merge);
}

static void init_chunk(const terms_merge *terms, term_chunk *chunk) {
    term_chunk_init(chunk, terms->merge->documents.position, &terms->columns);
}

// Gives what is in `from` to `to`, and takes its memory in exchange; each keeps its scratch space.
static void exchange(term_chunk *from, term_chunk *to) {
    term_chunk held = *to;
    *to = *from;
    *from = held;
    from->scratch = to->scratch;
    to->scratch = held.scratch;
}

// ---- on a thread of the merge

// Waits for room and takes a range; false when it is over. *out_ticket: its place in the order.
static bool take_turn(terms_merge *terms, uint64_t *out_ticket, uint32_t *out_low, uint32_t *out_high,
                      gdx_status *out_status, gdx_error *err) {
    pthread_mutex_lock(&terms->lock);
    while (!terms->is_stopped && has_ranges(terms) && terms->taken - terms->written == terms->slot_count)
        pthread_cond_wait(&terms->room, &terms->lock);
    bool has = !terms->is_stopped && has_ranges(terms);
    if (has) {
        *out_ticket = terms->taken;
        *out_status = take_range(terms, out_low, out_high, err);
    }
    pthread_mutex_unlock(&terms->lock);
    return has;
}

static void hand_over(terms_merge *terms, uint64_t ticket, term_chunk *chunk, gdx_status status,
                      const gdx_error *error) {
    pthread_mutex_lock(&terms->lock);
    struct slot *slot = &terms->slots[ticket % terms->slot_count];
    exchange(chunk, &slot->chunk);
    slot->status = status;
    slot->error = *error;
    slot->is_ready = true;
    pthread_cond_signal(&terms->ready);
    pthread_mutex_unlock(&terms->lock);
}

static void *merge_ahead(void *argument) {
    terms_merge *terms = argument;
    GDX_AUTO(terms_ranger) ranger = NULL;
    term_chunk chunk;
    gdx_error error = {0};
    uint64_t ticket;
    uint32_t low;
    uint32_t high;
    gdx_status status;
    init_chunk(terms, &chunk);
    while (take_turn(terms, &ticket, &low, &high, &status, &error)) {
        if (status == GDX_OK && !ranger)
            status = terms_ranger_new(terms->merge, &ranger, &error);
        if (status == GDX_OK)
            status = terms_range_merge(ranger, low, high, &chunk, &error);
        hand_over(terms, ticket, &chunk, status, &error);
        term_chunk_reset(&chunk);
        error = (gdx_error){0};
    }
    term_chunk_clear(&chunk);
    return NULL;
}

// ---- on the calling thread

// As many threads as there can be; with none at all the calling thread merges by itself.
static void start_threads(terms_merge *terms, unsigned count) {
    while (terms->thread_count < count &&
           pthread_create(&terms->threads[terms->thread_count], NULL, merge_ahead, terms) == 0)
        terms->thread_count++;
}

gdx_status terms_merge_start(const merge_plan *merge, unsigned threads, terms_merge **out, gdx_error *err) {
    terms_merge *terms = calloc(1, sizeof *terms);
    if (!terms)
        return merge_no_memory(merge, "terms", err);
    pthread_mutex_init(&terms->lock, NULL);
    pthread_cond_init(&terms->room, NULL);
    pthread_cond_init(&terms->ready, NULL);
    terms->merge = merge;
    terms->columns = document_table_columns(&merge->documents);
    terms->next_first = GDX_SYMBOL_END + 1; // the end mark begins no term
    if (threads < 2)
        threads = 0;
    terms->slot_count = threads ? (size_t)threads * CHUNKS_PER_THREAD : 1;
    terms->slots = calloc(terms->slot_count, sizeof *terms->slots);
    terms->threads = calloc((size_t)threads + 1, sizeof *terms->threads);
    if (!terms->slots || !terms->threads) {
        terms_merge_free(terms);
        return merge_no_memory(merge, "terms", err);
    }
    for (size_t i = 0; i < terms->slot_count; i++)
        init_chunk(terms, &terms->slots[i].chunk);
    start_threads(terms, threads);
    *out = terms;
    return GDX_OK;
}

void terms_merge_free(terms_merge *terms) {
    if (!terms)
        return;
    pthread_mutex_lock(&terms->lock);
    terms->is_stopped = true;
    pthread_cond_broadcast(&terms->room);
    pthread_mutex_unlock(&terms->lock);
    for (unsigned i = 0; i < terms->thread_count; i++)
        pthread_join(terms->threads[i], NULL);
    for (size_t i = 0; terms->slots && i < terms->slot_count; i++)
        term_chunk_clear(&terms->slots[i].chunk);
    free(terms->slots);
    free(terms->threads);
    pthread_cond_destroy(&terms->ready);
    pthread_cond_destroy(&terms->room);
    pthread_mutex_destroy(&terms->lock);
    free(terms);
}

// Merges and writes by turns.
static gdx_status write_alone(terms_merge *terms, terms_writer *writer, gdx_error *err) {
    GDX_AUTO(terms_ranger) ranger = NULL;
    term_chunk *chunk = &terms->slots[0].chunk;
    gdx_status status = terms_ranger_new(terms->merge, &ranger, err);
    while (status == GDX_OK && has_ranges(terms)) {
        uint32_t low;
        uint32_t high;
        status = take_range(terms, &low, &high, err);
        if (status == GDX_OK)
            status = terms_range_merge(ranger, low, high, chunk, err);
        if (status == GDX_OK)
            status = terms_writer_append(writer, chunk, err);
        term_chunk_reset(chunk);
        merge_forget(terms->merge);
    }
    return status;
}

// The next chunk in order, or NULL when all are written.
static struct slot *next_slot(terms_merge *terms) {
    struct slot *slot = &terms->slots[terms->written % terms->slot_count];
    pthread_mutex_lock(&terms->lock);
    while (!slot->is_ready && (has_ranges(terms) || terms->written < terms->taken))
        pthread_cond_wait(&terms->ready, &terms->lock);
    bool has = slot->is_ready;
    pthread_mutex_unlock(&terms->lock);
    return has ? slot : NULL;
}

static void free_slot(terms_merge *terms, struct slot *slot) {
    term_chunk_reset(&slot->chunk);
    pthread_mutex_lock(&terms->lock);
    slot->is_ready = false;
    terms->written++;
    pthread_cond_signal(&terms->room);
    pthread_mutex_unlock(&terms->lock);
}

gdx_status terms_merge_write(terms_merge *terms, terms_writer *writer, gdx_error *err) {
    if (terms->thread_count == 0)
        return write_alone(terms, writer, err);
    gdx_status status = GDX_OK;
    struct slot *slot;
    while (status == GDX_OK && (slot = next_slot(terms)) != NULL) {
        status = slot->status;
        if (status != GDX_OK)
            gdx_fail(err, status, "%s", slot->error.message);
        else
            status = terms_writer_append(writer, &slot->chunk, err);
        free_slot(terms, slot);
        merge_forget(terms->merge);
    }
    return status;
}
