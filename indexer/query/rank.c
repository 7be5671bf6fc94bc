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

static void take(struct heap *heap, query_candidate candidate) {
    if (heap->count < heap->limit) {
        heap->candidates[heap->count++] = candidate;
        if (heap->count == heap->limit)
            gdx_heap_build(&worst_first, heap, heap->candidates, heap->count);
        return;
    }
    if (!is_worse(heap, &heap->candidates[0], &candidate))
        return;
    heap->candidates[0] = candidate;
    gdx_heap_sift(&worst_first, heap, heap->candidates, heap->count, 0);
}

// No candidate with a lower key is among the best.
static uint64_t least_key(const struct heap *heap) {
    return heap->count < heap->limit ? 0 : heap->candidates[0].key;
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

// ---- all documents, a round of them at a time

enum { ROUND = 1024 }; // documents: their scores are on the stack

struct ranker {
    query_run *run;
    const query_evaluation *evaluations;
    const query_ranking *ranking;
    struct heap heap;
    struct weight *weights; // of each leaf
    size_t *at;             // likewise, in the segment at hand: see query_evaluation_add_leaf
};

static gdx_status weigh_leaves(struct ranker *ranker, gdx_error *err) {
    query_run *run = ranker->run;
    const gdx_rank_figures *figures = ranker->ranking->figures;
    uint32_t leaf_count = run->query->leaf_count;
    assert(figures->having_count == leaf_count);
    ranker->weights = query_run_take(run, leaf_count * sizeof *ranker->weights, err);
    ranker->at = query_run_take(run, leaf_count * sizeof *ranker->at, err);
    if (!ranker->weights || !ranker->at)
        return GDX_NO_MEMORY;
    double documents = (double)figures->documents;
    for (uint32_t i = 0; i < leaf_count; i++) {
        double n = (double)figures->having[i];
        ranker->weights[i] =
            (struct weight){log(1.0 + (documents - n + 0.5) / (n + 0.5)), (double)figures->symbols / documents};
    }
    return GDX_OK;
}

static void offer_round(struct ranker *ranker, uint32_t segment, const query_slots *slots) {
    const query_evaluation *evaluation = &ranker->evaluations[segment];
    gdx_order order = ranker->ranking->order;
    for (size_t slot = slots->begin; slot < slots->end && ranker->heap.status == GDX_OK; slot++) {
        double score = slots->scores[slot - slots->begin];
        gdx_date date = 0;
        if (order == GDX_ORDER_NEWEST || order == GDX_ORDER_OLDEST)
            date = evaluation->segment.columns.dates[evaluation->documents[slot]];
        uint64_t key = key_of(order, score, date);
        query_candidate candidate = {.key = key,
                                     .segment = segment,
                                     .slot = (uint32_t)slot,
                                     .score = score,
                                     .occurrences = slots->occurrences[slot - slots->begin]};
        if (key >= least_key(&ranker->heap))
            take(&ranker->heap, candidate);
    }
}

static gdx_status rank_segment(struct ranker *ranker, uint32_t segment, gdx_error *err) {
    query_run *run = ranker->run;
    const query_evaluation *evaluation = &ranker->evaluations[segment];
    gdx_status status = GDX_OK;
    memset(ranker->at, 0, run->query->leaf_count * sizeof *ranker->at);
    for (size_t begin = 0; begin < evaluation->document_count && status == GDX_OK; begin += ROUND) {
        double scores[ROUND] = {0};
        uint64_t occurrences[ROUND] = {0};
        size_t left = evaluation->document_count - begin;
        query_slots slots = {.begin = begin,
                             .end = begin + (left < ROUND ? left : ROUND),
                             .occurrences = occurrences,
                             .scores = scores,
                             .weigh = weigh};
        for (uint32_t i = 0; i < run->query->leaf_count && status == GDX_OK; i++) {
            if (run->query->leaves[i]->is_negated)
                continue;
            slots.context = &ranker->weights[i];
            status = query_evaluation_add_leaf(run, evaluation, &evaluation->leaves[i], &slots, &ranker->at[i], err);
        }
        if (status != GDX_OK)
            return status;
        offer_round(ranker, segment, &slots);
        status = ranker->heap.status;
        if (status == GDX_OK)
            status = query_run_spend(run, (slots.end - begin) * 5 + run->query->leaf_count * (uint64_t)5, err);
    }
    return status;
}

gdx_status query_candidates_best(query_run *run, const query_evaluation *evaluations, size_t count,
                                 const query_ranking *ranking, query_candidate **out, size_t *out_count,
                                 gdx_error *err) {
    struct ranker ranker = {.run = run, .evaluations = evaluations, .ranking = ranking};
    struct heap *heap = &ranker.heap;
    uint64_t all = 0;
    for (size_t s = 0; s < count; s++)
        all += evaluations[s].document_count;
    *heap = (struct heap){
        .evaluations = evaluations, .limit = (size_t)(ranking->limit < all ? ranking->limit : all), .err = err};
    heap->candidates = query_run_take(run, heap->limit * sizeof *heap->candidates, err);
    if (!heap->candidates)
        return GDX_NO_MEMORY;
    gdx_status status = weigh_leaves(&ranker, err);
    for (size_t s = 0; s < count && heap->limit && status == GDX_OK; s++)
        status = rank_segment(&ranker, (uint32_t)s, err);
    if (status != GDX_OK)
        return status;
    put_in_order(heap);
    *out = heap->candidates;
    *out_count = heap->count;
    return heap->status;
}
