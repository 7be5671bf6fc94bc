// SPDX-License-Identifier: Apache-2.0
// searcher.c: a searcher from new to free, and what is kept between two queries.

#include "searcher.h"

#include "blocks.h"
#include "crew.h"
#include "document.h"

#include <stdlib.h>

enum {
    STORE_CACHE_BYTES = 4 << 20,
    KEPT_BYTES = 64 << 20 // of each scratch array; larger ones are freed after a query
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

gdx_searcher *gdx_searcher_new_like(const gdx_searcher *searcher, unsigned shares) {
    gdx_searcher *other = gdx_searcher_new();
    if (other) {
        other->memory_limit = searcher->memory_limit / shares;
        other->work_limit = searcher->work_limit;
    }
    return other;
}

void gdx_searcher_free(gdx_searcher *searcher) {
    if (!searcher)
        return;
    gdx_arena_free(searcher->arena);
    gdx_arena_free(searcher->documents);
    gdx_store_reader_free(searcher->store);
    query_document_free(searcher->shown);
    query_block_reader_free(searcher->blocks);
    free(searcher->positions.values);
    free(searcher->other.values);
    free(searcher->third.values);
    free(searcher->numbers.values);
    free(searcher->covers.values);
    free(searcher->marks);
    free(searcher->frequencies);
    query_crew_free(searcher->crew);
    gdx_buffer_clear(&searcher->metadata);
    free(searcher);
}

void gdx_searcher_limit_memory(gdx_searcher *searcher, size_t bytes) {
    searcher->memory_limit = bytes;
}

void gdx_searcher_limit_work(gdx_searcher *searcher, uint64_t work_ns) {
    searcher->work_limit = work_ns;
}

void gdx_searcher_lend_threads(gdx_searcher *searcher, gdx_executor *executor, uint64_t after_ns) {
    query_crew_free(GDX_TAKE(searcher->crew));
    searcher->executor = executor;
    searcher->share_after_ns = after_ns;
}

void gdx_searcher_store_counts(const gdx_searcher *searcher, uint64_t *out_hits, uint64_t *out_misses) {
    gdx_store_reader_counts(searcher->store, out_hits, out_misses);
}

static void trim(query_list *list) {
    list->count = 0;
    if (list->capacity * sizeof *list->values <= KEPT_BYTES)
        return;
    free(list->values);
    *list = (query_list){0};
}

static void trim_frequencies(gdx_searcher *searcher) {
    if (searcher->frequency_capacity * sizeof *searcher->frequencies <= KEPT_BYTES)
        return;
    free(searcher->frequencies);
    searcher->frequencies = NULL;
    searcher->frequency_capacity = 0;
}

void query_searcher_reset(gdx_searcher *searcher) {
    gdx_arena_reset(searcher->arena);
    gdx_arena_reset(searcher->documents);
    trim(&searcher->positions);
    trim(&searcher->other);
    trim(&searcher->third);
    trim(&searcher->numbers);
    trim(&searcher->covers);
    trim_frequencies(searcher);
    query_block_reader_trim(searcher->blocks, KEPT_BYTES);
    query_crew_reset(searcher->crew);
}
