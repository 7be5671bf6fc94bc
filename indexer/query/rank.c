// SPDX-License-Identifier: Apache-2.0
// rank.c: BM25 in doubles, and the best of the matching documents.
// A document's score adds up leaf by leaf in the order of the query, and every figure in it (live documents, their mean
// length, how many of them have the leaf) is of the whole index. So the score does not depend on how the
// documents are spread over segments, to the last bit. A heap keeps the best, with the worst of them on top. Ids are
// fetched only for ties.

#include "rank.h"

#include "gdx/heap.h"

#include <assert.h>
#include <math.h>

static const double K1 = 1.2, B = 0.75;

struct weight {
    double idf;
    double mean_length;
};

static double weigh(const void *context, uint32_t length, uint32_t frequency) {
    const struct weight *weight = context;
    double tf = frequency, longer = (double)length / weight->mean_length;
    return weight->idf * (tf * (K1 + 1.0)) / (tf + K1 * (1.0 - B + B * longer));
}

gdx_status query_figures_make(const query_run *run, const query_evaluation *evaluations, size_t count, gdx_arena *arena,
                              gdx_rank_figures *out, gdx_error *err) {
    size_t leaves = run->query->leaf_count;
    uint64_t *having = gdx_arena_allocate(arena, leaves * sizeof *having + 1);
    if (!having)
        return gdx_fail_memory(err, "an answer");
    for (size_t i = 0; i < leaves; i++) {
        having[i] = 0;
        for (size_t s = 0; s < count; s++)
            having[i] += evaluations[s].leaves[i].count;
    }
    *out =
        (gdx_rank_figures){gdx_snapshot_documents(run->snapshot), gdx_snapshot_symbols(run->snapshot), having, leaves};
    return GDX_OK;
}

gdx_status query_scores_make(query_run *run, const query_evaluation *evaluations, size_t count,
                             const gdx_rank_figures *figures, query_scores **out, gdx_error *err) {
    assert(figures->having_count == run->query->leaf_count);
    query_scores *scores = query_run_take(run, count * sizeof *scores, err);
    if (!scores)
        return GDX_NO_MEMORY;
    for (size_t s = 0; s < count; s++) {
        scores[s].scores = query_run_take(run, evaluations[s].document_count * sizeof(double), err);
        scores[s].occurrences = query_run_take(run, evaluations[s].document_count * sizeof(uint64_t), err);
        if (!scores[s].scores || !scores[s].occurrences)
            return GDX_NO_MEMORY;
    }
    double documents = (double)figures->documents;
    double mean_length = (double)figures->symbols / documents;
    for (uint32_t i = 0; i < run->query->leaf_count; i++) {
        if (run->query->leaves[i]->is_negated)
            continue;
        double n = (double)figures->having[i];
        struct weight weight = {log(1.0 + (documents - n + 0.5) / (n + 0.5)), mean_length};
        for (size_t s = 0; s < count; s++) {
            const query_frequencies *leaf = &evaluations[s].leaves[i];
            gdx_status status = query_evaluation_add_leaf(run, &evaluations[s], leaf, scores[s].occurrences, weigh,
                                                          &weight, scores[s].scores, err);
            if (status != GDX_OK)
                return status;
        }
    }
    *out = scores;
    return GDX_OK;
}

// ---- the best

struct heap {
    const query_evaluation *evaluations;
    query_candidate *candidates; // the worst is first
    size_t count;
    size_t limit;
    gdx_status status; // of fetching ids; the first failure
    gdx_error *err;
};

static gdx_slice id_of(struct heap *heap, query_candidate *candidate) {
    if (!candidate->id.data && heap->status == GDX_OK) {
        const query_evaluation *evaluation = &heap->evaluations[candidate->segment];
        uint32_t document = evaluation->documents[candidate->slot];
        heap->status = gdx_segment_id(evaluation->segment.segment, document, &candidate->id, heap->err);
    }
    return candidate->id;
}

// Whether *a is worse than *b. Ids that decide are fetched into the candidates themselves, which are in the run's
// memory.
static bool is_worse(void *context, const void *left, const void *right) {
    query_candidate *a = (query_candidate *)(uintptr_t)left, *b = (query_candidate *)(uintptr_t)right;
    if (a->key != b->key)
        return a->key < b->key;
    return gdx_slice_compare(id_of(context, a), id_of(context, b)) > 0;
}

static const gdx_ordering worst_first = {sizeof(query_candidate), is_worse};

static void offer(struct heap *heap, query_candidate candidate) {
    if (heap->count < heap->limit) {
        heap->candidates[heap->count++] = candidate;
        if (heap->count == heap->limit)
            gdx_heap_build(&worst_first, heap, heap->candidates, heap->count);
        return;
    }
    if (candidate.key < heap->candidates[0].key || !is_worse(heap, &heap->candidates[0], &candidate))
        return;
    heap->candidates[0] = candidate;
    gdx_heap_sift(&worst_first, heap, heap->candidates, heap->count, 0);
}

// Moves the worst to the end, again and again, until all are in order.
static void put_in_order(struct heap *heap) {
    for (size_t left = heap->count; left > 0;)
        gdx_heap_take(&worst_first, heap, heap->candidates, &left);
}

static uint64_t key_of(gdx_order order, double score, gdx_date date) {
    uint64_t key = 0;
    if (order == GDX_ORDER_RELEVANCE)
        memcpy(&key, &score, sizeof key); // scores are not negative, so their bits sort as they do
    else if (order == GDX_ORDER_NEWEST)
        key = date;
    else if (order == GDX_ORDER_OLDEST)
        key = date == GDX_NO_DATE ? 0 : UINT32_MAX - date;
    return key;
}

gdx_status query_candidates_best(query_run *run, const query_evaluation *evaluations, const query_scores *scores,
                                 size_t count, gdx_order order, uint64_t limit, query_candidate **out,
                                 size_t *out_count, gdx_error *err) {
    uint64_t all = 0;
    for (size_t s = 0; s < count; s++)
        all += evaluations[s].document_count;
    struct heap heap = {.evaluations = evaluations, .limit = (size_t)(limit < all ? limit : all), .err = err};
    heap.candidates = query_run_take(run, heap.limit * sizeof *heap.candidates, err);
    if (!heap.candidates)
        return GDX_NO_MEMORY;
    for (size_t s = 0; s < count && heap.limit; s++) {
        const query_evaluation *evaluation = &evaluations[s];
        for (size_t slot = 0; slot < evaluation->document_count && heap.status == GDX_OK; slot++) {
            gdx_date date = evaluation->segment.columns.dates[evaluation->documents[slot]];
            uint64_t key = key_of(order, scores[s].scores[slot], date);
            offer(&heap, (query_candidate){key, (uint32_t)s, (uint32_t)slot, {NULL, 0}});
            if ((slot & 1023) == 1023 && heap.status == GDX_OK)
                heap.status = query_run_spend(run, 1024 * 10, err);
        }
    }
    put_in_order(&heap);
    *out = heap.candidates;
    *out_count = heap.count;
    return heap.status;
}
