// SPDX-License-Identifier: Apache-2.0
// run.c: a searcher's making and end, and the small services of run.h.

#include "run.h"

#include "document.h"
#include "gdx/postings.h"
#include "occurrences.h"

#include <stdlib.h>

enum {
    STORE_CACHE_BYTES = 4 << 20,
    KEPT_BYTES = 64 << 20 // of each scratch array; larger ones are given back after a query
};

// Two lists of a symbol that is every twentieth of a full segment take this much.
#define MEMORY_LIMIT ((size_t)2 << 30)

gdx_searcher *gdx_searcher_new(void) {
    gdx_searcher *searcher = calloc(1, sizeof *searcher);
    if (!searcher)
        return NULL;
    searcher->arena = gdx_arena_new();
    searcher->documents = gdx_arena_new();
    searcher->store = gdx_store_reader_new(STORE_CACHE_BYTES);
    searcher->shown = query_document_new();
    searcher->memory_limit = MEMORY_LIMIT;
    if (searcher->arena && searcher->documents && searcher->store && searcher->shown)
        return searcher;
    gdx_searcher_free(searcher);
    return NULL;
}

void gdx_searcher_free(gdx_searcher *searcher) {
    if (!searcher)
        return;
    gdx_arena_free(searcher->arena);
    gdx_arena_free(searcher->documents);
    gdx_store_reader_free(searcher->store);
    query_document_free(searcher->shown);
    free(searcher->positions.values);
    free(searcher->other.values);
    free(searcher->third.values);
    free(searcher->bitmap);
    free(searcher->frequencies);
    free(searcher);
}

void gdx_searcher_limit_memory(gdx_searcher *searcher, size_t bytes) {
    searcher->memory_limit = bytes;
}

static void trim(query_list *list) {
    list->count = 0;
    if (list->capacity * sizeof *list->values <= KEPT_BYTES)
        return;
    free(list->values);
    *list = (query_list){0};
}

static void trim_bitmap(gdx_searcher *searcher) {
    if (searcher->bitmap_capacity * sizeof *searcher->bitmap <= KEPT_BYTES)
        return;
    free(searcher->bitmap);
    searcher->bitmap = NULL;
    searcher->bitmap_capacity = 0;
}

static void trim_frequencies(gdx_searcher *searcher) {
    if (searcher->frequency_capacity * sizeof *searcher->frequencies <= KEPT_BYTES)
        return;
    free(searcher->frequencies);
    searcher->frequencies = NULL;
    searcher->frequency_capacity = 0;
}

void query_end_run(gdx_searcher *searcher) {
    gdx_arena_reset(searcher->arena);
    gdx_arena_reset(searcher->documents);
    trim(&searcher->positions);
    trim(&searcher->other);
    trim(&searcher->third);
    trim_bitmap(searcher);
    trim_frequencies(searcher);
}

gdx_status query_segment_at(query_run *run, size_t index, query_segment *out, gdx_error *err) {
    out->live = gdx_snapshot_segment(run->snapshot, index);
    out->segment = out->live->segment;
    out->position_count = gdx_segment_info_of(out->segment)->position_count;
    return gdx_segment_columns(out->segment, &out->columns, err);
}

gdx_status query_spend_slowly(query_run *run, gdx_error *err) {
    run->work = 0;
    return gdx_stop_check(&run->stop, err);
}

gdx_status query_no_memory(gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "query: no memory to answer it");
}

gdx_status query_corrupt_postings(const query_segment *segment, gdx_error *err) {
    return gdx_fail(err, GDX_CORRUPT, "%s: a posting list does not decode", gdx_segment_path(segment->segment));
}

// Whether so many bytes more stay within the limit; what arenas and lists hold is what counts.
static bool may_take(const query_run *run, const gdx_arena *arena, size_t bytes) {
    const gdx_searcher *searcher = run->searcher;
    size_t values = searcher->positions.capacity + searcher->other.capacity + searcher->third.capacity;
    size_t held = values * sizeof(uint32_t) + gdx_arena_bytes(run->arena);
    if (arena != run->arena)
        held += gdx_arena_bytes(arena);
    return held <= searcher->memory_limit && bytes <= searcher->memory_limit - held;
}

static gdx_status fail_over_limit(const query_run *run, gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY,
                    "query: its terms stand in too many places for %zu bytes of memory; ask for fewer or rarer terms",
                    run->searcher->memory_limit);
}

void *query_take_in(query_run *run, gdx_arena *arena, size_t bytes, gdx_error *err) {
    if (!may_take(run, arena, bytes)) {
        (void)fail_over_limit(run, err);
        return NULL;
    }
    void *memory = gdx_arena_allocate(arena, bytes);
    if (!memory)
        (void)query_no_memory(err);
    return memory;
}

void *query_take(query_run *run, size_t bytes, gdx_error *err) {
    return query_take_in(run, run->arena, bytes, err);
}

gdx_status query_list_reserve(query_run *run, query_list *list, size_t count, gdx_error *err) {
    if (count + GDX_POSTINGS_BLOCK <= list->capacity)
        return GDX_OK;
    if (!may_take(run, run->arena, (count + GDX_POSTINGS_BLOCK - list->capacity) * sizeof *list->values))
        return fail_over_limit(run, err);
    if (gdx_grow(&list->values, &list->capacity, count + GDX_POSTINGS_BLOCK, sizeof *list->values) != GDX_OK)
        return query_no_memory(err);
    return GDX_OK;
}
