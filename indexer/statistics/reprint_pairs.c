// SPDX-License-Identifier: Apache-2.0
// reprint_pairs.c: which pairs of documents may be reprints or excerpts, by their sketches: docs/statistics.md,
// "Reprints". For each hash the documents that have it stand in the order of time, so that those that follow a document
// are beside it; what each of them shares with it is counted. Documents are taken in blocks of neighbours in time,
// since a document is paired with none beyond its days: memory is that of a block, and what is found depends on no
// block.
//
// A hash of a sentence that thousands have tells little: after the first documents that follow it counts for those
// alone that have the next hash of the sketch, too. The next hash is mostly of another place of the text.

#include "reprint_index.h"

#include <stdlib.h>

// Shared hashes of a pair worth comparing; documents after each that share a hash with it and are paired with it; and
// the part that they share of the hashes that reprints or excerpts of that size share.
enum { SHARED_LEAST = 2, FOLLOWERS_MOST = REPRINT_FOLLOWERS_MOST, PART = 3 };
enum { PAIRED_TOGETHER = 64, MARKS = 1 << 12 };

struct pairer { // of one seat
    struct reprint_pairing *pairing;
    uint8_t *hits;     // of the documents of the block
    uint32_t *touched; // those with hits
    size_t touched_count;
    uint8_t marks[MARKS]; // 1: a hash of the document may end in these bits
    struct reprint_pair *pairs;
    size_t pair_count, pair_capacity;
};

struct reprint_pairing {
    struct reprint_set *set;
    struct reprint_index index; // of a block
    atomic_size_t found;        // pairs in all
    size_t found_most;
};

// ---- how much two sketches share

// The highest hash up to which a sketch says all.
static uint32_t reach_of(const struct reprint_set *set, uint32_t document) {
    uint32_t count = set->documents[document].sketched;
    return count < SKETCH_HASHES ? UINT32_MAX : set->sketches[(size_t)document * SKETCH_HASHES + count - 1];
}

static uint32_t count_up_to(const struct reprint_set *set, uint32_t document, uint32_t most) {
    const uint32_t *sketch = set->sketches + (size_t)document * SKETCH_HASHES;
    uint32_t low = 0, high = set->documents[document].sketched;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sketch[middle] <= most)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t count_shared(const struct reprint_set *set, uint32_t a, uint32_t b) {
    const uint32_t *left = set->sketches + (size_t)a * SKETCH_HASHES;
    const uint32_t *right = set->sketches + (size_t)b * SKETCH_HASHES;
    uint32_t shared = 0;
    for (uint32_t i = 0, j = 0; i < set->documents[a].sketched && j < set->documents[b].sketched;) {
        uint32_t x = left[i], y = right[j];
        shared += x == y;
        i += x <= y;
        j += y <= x;
    }
    return shared;
}

static bool has_at_most(const struct reprint_set *set, uint32_t document, uint32_t reach, uint64_t most) {
    return set->documents[document].sketched <= most || set->sketches[(size_t)document * SKETCH_HASHES + most] > reach;
}

// Up to the lower reach both sketches are random samples of the texts, by the same chance. The hashes of both up to it
// are counted only where one look at each cannot tell.
static bool may_be_alike(const struct reprint_set *set, uint32_t a, uint32_t b, uint64_t shared) {
    uint32_t of_a = reach_of(set, a), of_b = reach_of(set, b), reach = of_a < of_b ? of_a : of_b;
    uint64_t enough = shared * PART * REPRINT_CONTAINED_OF / REPRINT_CONTAINED; // of the shorter, for an excerpt
    if (has_at_most(set, a, reach, enough) || has_at_most(set, b, reach, enough))
        return true;
    uint64_t whole = shared * PART * (GDX_REPRINT_WHOLE + set->options->jaccard), jaccard = set->options->jaccard;
    uint64_t all_of_one = set->documents[of_a < of_b ? a : b].sketched;
    if (whole < jaccard * (all_of_one + enough + 1))
        return false;
    return whole >= jaccard * ((uint64_t)count_up_to(set, a, reach) + count_up_to(set, b, reach));
}

static void mark(struct pairer *pairer, uint32_t a, uint8_t as) {
    const struct reprint_set *set = pairer->pairing->set;
    for (uint32_t s = 0; s < set->documents[a].sketched; s++)
        pairer->marks[set->sketches[(size_t)a * SKETCH_HASHES + s] % MARKS] = as;
}

// At least as many as count_shared says of it and the marked document, mostly one more, for a tenth of the time.
static uint32_t count_marked(const struct pairer *pairer, uint32_t b) {
    const struct reprint_set *set = pairer->pairing->set;
    const uint32_t *sketch = set->sketches + (size_t)b * SKETCH_HASHES;
    uint32_t marked = 0;
    for (uint32_t s = 0; s < set->documents[b].sketched; s++)
        marked += pairer->marks[sketch[s] % MARKS];
    return marked;
}

// ---- the pairs of a document

static void hit(struct pairer *pairer, uint32_t document, uint8_t by) {
    if (!pairer->hits[document])
        pairer->touched[pairer->touched_count++] = document;
    pairer->hits[document] = (uint8_t)(pairer->hits[document] + by);
}

// Those in front of `limit` that follow the entry at `place`. Returns whether there are more than it takes; *last is
// the last one of them.
static bool hit_followers(struct pairer *pairer, const uint32_t *order, uint32_t place, uint32_t limit,
                          uint32_t *last) {
    uint32_t taken = 0;
    while (!(order[place] & REPRINT_RUN_ENDS)) {
        uint32_t document = order[++place] & ~REPRINT_RUN_ENDS;
        if (document >= limit)
            return false;
        if (taken++ == FOLLOWERS_MOST)
            return true;
        *last = document;
        hit(pairer, document, 1);
    }
    return false;
}

// Those after `last` that have the next hash, too.
static void hit_later(struct pairer *pairer, const uint32_t *order, uint32_t place, uint32_t limit, uint32_t last) {
    uint32_t taken = 0;
    while (!(order[place] & REPRINT_RUN_ENDS) && taken < FOLLOWERS_MOST) {
        uint32_t document = order[++place] & ~REPRINT_RUN_ENDS;
        if (document >= limit)
            return;
        if (document <= last)
            continue;
        taken++;
        hit(pairer, document, SHARED_LEAST);
    }
}

static gdx_status keep_pair(struct pairer *pairer, uint32_t a, uint32_t b, gdx_error *err) {
    struct reprint_pairing *pairing = pairer->pairing;
    if (atomic_fetch_add(&pairing->found, 1) >= pairing->found_most)
        return gdx_fail(err, GDX_TOO_LARGE, "more than %zu pairs of documents are alike in part; give it more --memory",
                        pairing->found_most);
    if (gdx_grow(&pairer->pairs, &pairer->pair_capacity, pairer->pair_count + 1, sizeof *pairer->pairs) != GDX_OK)
        return gdx_fail_memory(err, "the pairs of documents");
    pairer->pairs[pairer->pair_count++] = (struct reprint_pair){.a = a, .b = b};
    return GDX_OK;
}

// Where the next document's hashes stand: by the time that it is taken they have come from memory.
static void fetch_order(const struct reprint_pairing *pairing, size_t at) {
    const struct reprint_index *index = &pairing->index;
    if (at >= index->end - index->begin)
        return;
    for (uint32_t s = 0; s < pairing->set->documents[index->begin + at].sketched; s++)
        __builtin_prefetch(index->order + index->places[at * SKETCH_HASHES + s]);
}

// Returns whether hits are all that they share: no hash has more followers than it takes.
static bool hit_all(struct pairer *pairer, size_t at) {
    const struct reprint_set *set = pairer->pairing->set;
    const struct reprint_index *index = &pairer->pairing->index;
    uint32_t a = index->begin + (uint32_t)at, limit = reprint_set_days_end(set, a) - index->begin;
    size_t entries[SKETCH_HASHES], more = 0; // those with more followers
    uint32_t last[SKETCH_HASHES];            // the last that was taken, of each
    fetch_order(pairer->pairing, at + 1);
    for (uint32_t s = 0; s < set->documents[a].sketched; s++) {
        size_t entry = at * SKETCH_HASHES + s;
        if (!hit_followers(pairer, index->order, index->places[entry], limit, &last[more]))
            continue;
        __builtin_prefetch(index->next_order + index->next_places[entry]);
        entries[more++] = entry;
    }
    for (size_t i = 0; i < more; i++)
        hit_later(pairer, index->next_order, index->next_places[entries[i]], limit, last[i]);
    return more == 0;
}

// Keeps the touched ones that share enough to be looked at; the hits of the others are gone.
static void keep_hit(struct pairer *pairer) {
    size_t kept = 0;
    for (size_t i = 0; i < pairer->touched_count; i++) {
        uint32_t document = pairer->touched[i];
        bool is_kept = pairer->hits[document] >= SHARED_LEAST;
        pairer->hits[document] = is_kept ? pairer->hits[document] : 0;
        pairer->touched[kept] = document;
        kept += is_kept;
    }
    pairer->touched_count = kept;
}

static void fetch_sketch(const struct reprint_set *set, uint32_t document) {
    enum { LINE = 64 / sizeof(uint32_t) };
    __builtin_prefetch(&set->documents[document].sketched);
    for (size_t i = 0; i < SKETCH_HASHES; i += LINE)
        __builtin_prefetch(set->sketches + (size_t)document * SKETCH_HASHES + i);
}

static gdx_status pair(struct reprint_set *set, struct shingle_reader *reader, size_t at, void *seat, gdx_error *err) {
    enum { AHEAD = 4 };
    struct pairer *pairer = seat;
    uint32_t begin = pairer->pairing->index.begin, a = begin + (uint32_t)at;
    bool is_whole = hit_all(pairer, at);
    gdx_status status = GDX_OK;
    (void)reader;
    if (!is_whole)
        mark(pairer, a, 1);
    keep_hit(pairer);
    for (size_t i = 0; i < pairer->touched_count; i++) {
        uint32_t b = begin + pairer->touched[i], hits = pairer->hits[pairer->touched[i]];
        pairer->hits[pairer->touched[i]] = 0;
        if (i + AHEAD < pairer->touched_count)
            fetch_sketch(set, begin + pairer->touched[i + AHEAD]);
        if (status != GDX_OK)
            continue;
        bool is_alike = is_whole ? may_be_alike(set, a, b, hits)
                                 : may_be_alike(set, a, b, count_marked(pairer, b)) &&
                                       may_be_alike(set, a, b, count_shared(set, a, b));
        if (is_alike)
            status = keep_pair(pairer, a, b, err);
    }
    pairer->touched_count = 0;
    if (!is_whole)
        mark(pairer, a, 0);
    return status;
}

// ---- blocks

static gdx_status add_pairs(struct reprint_set *set, struct pairer *pairer, gdx_error *err) {
    if (!pairer->pair_count)
        return GDX_OK;
    if (gdx_grow(&set->pairs, &set->pair_capacity, set->pair_count + pairer->pair_count, sizeof *set->pairs) != GDX_OK)
        return gdx_fail_memory(err, "the pairs of documents");
    memcpy(set->pairs + set->pair_count, pairer->pairs, pairer->pair_count * sizeof *set->pairs);
    set->pair_count += pairer->pair_count;
    pairer->pair_count = 0;
    return GDX_OK;
}

static gdx_status pair_block(struct reprint_pairing *pairing, struct pairer *pairers, unsigned seats, gdx_error *err) {
    struct reprint_set *set = pairing->set;
    gdx_status status = reprint_index_fill(&pairing->index, set, err);
    uint32_t count = pairing->index.end - pairing->index.begin;
    if (status == GDX_OK)
        status = reprint_set_each(set, count, PAIRED_TOGETHER, pair, pairers, sizeof *pairers, err);
    for (unsigned i = 0; i < seats && status == GDX_OK; i++)
        status = add_pairs(set, &pairers[i], err);
    return status;
}

static gdx_status pair_blocks(struct reprint_pairing *pairing, struct pairer *pairers, unsigned seats, gdx_error *err) {
    struct reprint_index *index = &pairing->index;
    gdx_status status = reprint_index_init(index, pairing->set, err);
    enum { TOUCHED_MOST = SKETCH_HASHES * 2 * FOLLOWERS_MOST };
    for (unsigned i = 0; i < seats && status == GDX_OK; i++) {
        pairers[i] = (struct pairer){.pairing = pairing,
                                     .hits = calloc((size_t)index->most + 1, sizeof(uint8_t)),
                                     .touched = malloc(TOUCHED_MOST * sizeof(uint32_t))};
        if (!pairers[i].hits || !pairers[i].touched)
            status = gdx_fail_memory(err, "the pairs of documents");
    }
    while (status == GDX_OK && reprint_index_next(index, pairing->set))
        status = pair_block(pairing, pairers, seats, err);
    return status;
}

// Pairs for which there is room whatever the memory; how often one is held while their number grows or they are sorted.
enum { PAIRS_LEAST = 1 << 20, HELD = 3 };

gdx_status reprint_set_pair(struct reprint_set *set, gdx_error *err) {
    size_t most = reprint_set_spare_bytes(set) / 2 / (HELD * sizeof(struct reprint_pair));
    unsigned seats = gdx_executor_seats(set->options->executor);
    struct pairer *pairers = calloc(seats, sizeof *pairers);
    struct reprint_pairing pairing = {.set = set, .found_most = most > PAIRS_LEAST ? most : PAIRS_LEAST};
    set->pair_count = 0;
    gdx_status status =
        pairers ? pair_blocks(&pairing, pairers, seats, err) : gdx_fail_memory(err, "the pairs of documents");
    for (unsigned i = 0; pairers && i < seats; i++) {
        free(pairers[i].hits);
        free(pairers[i].touched);
        free(pairers[i].pairs);
    }
    free(pairers);
    reprint_index_clear(&pairing.index);
    return status;
}
