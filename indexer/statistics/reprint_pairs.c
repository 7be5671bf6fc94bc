// SPDX-License-Identifier: Apache-2.0
// reprint_pairs.c: which pairs of documents may be reprints or excerpts, and what they have in common. A sketch is the
// lowest hashes of a text; two texts that share a part share lowest hashes in proportion. The hashes of all sketches
// are sorted in portions that fit the memory; documents that have one in common stand side by side.

#include "reprint_set.h"

#include <stdlib.h>

// Shared hashes of a pair worth comparing; documents after each that share a hash with it and are paired with it; texts
// that a thread keeps.
enum { SHARED_LEAST = 2, FOLLOWERS_MOST = 32, CACHED = 256, COMPARED_TOGETHER = 256, SKETCHED_TOGETHER = 256 };

// ---- sketches

static gdx_status sketch(struct reprint_set *set, struct shingle_reader *reader, size_t at, void *seat,
                         gdx_error *err) {
    struct reprint_document *document = &set->documents[at];
    struct shingles *shingles = seat;
    gdx_status status = shingles_read(reader, document->segment, document->document, &set->boilerplate, shingles, err);
    if (status == GDX_OK && shingles->count >= SHINGLES_LEAST)
        document->sketched = (uint32_t)shingles_sketch(shingles, set->sketches + at * SKETCH_HASHES, SKETCH_HASHES);
    return status;
}

gdx_status reprint_set_sketch(struct reprint_set *set, gdx_error *err) {
    unsigned seats = gdx_executor_seats(set->options->executor);
    struct shingles *shingles = calloc(seats, sizeof *shingles);
    set->sketches = malloc(((size_t)set->count + 1) * SKETCH_HASHES * sizeof *set->sketches);
    gdx_status status = shingles && set->sketches ? GDX_OK : gdx_fail_memory(err, "the sketches of the documents");
    if (status == GDX_OK)
        status = reprint_set_each(set, set->count, SKETCHED_TOGETHER, sketch, shingles, sizeof *shingles, err);
    for (unsigned i = 0; shingles && i < seats; i++)
        shingles_clear(&shingles[i]);
    free(shingles);
    return status;
}

// ---- pairs

struct pairing {
    struct reprint_set *set;
    uint64_t *entries, *room; // hash << 32 | number of the document
    size_t entry_count;
    uint64_t *found; // a << 32 | b, once for each hash they share
    size_t found_count, found_capacity;
    size_t found_most;
};

enum { DIGIT_BITS = 16, DIGITS = 1 << DIGIT_BITS };

// Between two looks at whether it is to stop: a millisecond or so.
enum { WORDS_AT_ONCE = 1 << 18, DOCUMENTS_AT_ONCE = 1 << 12 };

static void count_digits(const uint64_t *words, size_t count, unsigned shift, size_t *starts) {
    for (size_t i = 0; i < count; i++)
        starts[(words[i] >> shift & (DIGITS - 1)) + 1]++;
}

static void place_words(const uint64_t *words, size_t count, unsigned shift, size_t *starts, uint64_t *to) {
    for (size_t i = 0; i < count; i++)
        to[starts[words[i] >> shift & (DIGITS - 1)]++] = words[i];
}

static size_t at_most(size_t count, size_t most) {
    return count < most ? count : most;
}

// A radix sort. `starts` has DIGITS + 1 places.
static gdx_status sort_words(uint64_t **words, uint64_t **room, size_t count, size_t *starts, const gdx_stop *stop,
                             gdx_error *err) {
    gdx_status status = GDX_OK;
    for (unsigned shift = 0; shift < 64 && status == GDX_OK; shift += DIGIT_BITS) {
        memset(starts, 0, ((size_t)DIGITS + 1) * sizeof *starts);
        for (size_t at = 0; at < count && status == GDX_OK; at += WORDS_AT_ONCE) {
            count_digits(*words + at, at_most(count - at, WORDS_AT_ONCE), shift, starts);
            status = gdx_stop_check(stop, err);
        }
        for (size_t i = 0; i < DIGITS; i++)
            starts[i + 1] += starts[i];
        for (size_t at = 0; at < count && status == GDX_OK; at += WORDS_AT_ONCE) {
            place_words(*words + at, at_most(count - at, WORDS_AT_ONCE), shift, starts, *room);
            status = gdx_stop_check(stop, err);
        }
        uint64_t *held = *words;
        *words = *room;
        *room = held;
    }
    return status;
}

static gdx_status add_found(struct pairing *pairing, uint32_t a, uint32_t b, gdx_error *err) {
    if (pairing->found_count >= pairing->found_most)
        return gdx_fail(err, GDX_TOO_LARGE, "more than %zu pairs of documents are alike in part; give it more --memory",
                        pairing->found_most);
    if (gdx_grow(&pairing->found, &pairing->found_capacity, pairing->found_count + 1, sizeof *pairing->found) != GDX_OK)
        return gdx_fail_memory(err, "the pairs of documents");
    pairing->found[pairing->found_count++] = (uint64_t)a << 32 | b;
    return GDX_OK;
}

// Of the documents with one hash, in the order of time: each with those that follow it soon enough.
static gdx_status pair_run(struct pairing *pairing, const uint64_t *run, size_t count, gdx_error *err) {
    const struct reprint_set *set = pairing->set;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        size_t end = i + 1 + FOLLOWERS_MOST < count ? i + 1 + FOLLOWERS_MOST : count;
        if (i % DOCUMENTS_AT_ONCE == DOCUMENTS_AT_ONCE - 1)
            status = gdx_stop_check(set->stop, err);
        for (size_t j = i + 1; j < end && status == GDX_OK; j++) {
            uint32_t a = (uint32_t)run[i], b = (uint32_t)run[j];
            if (a != b && days_between(&set->documents[a], &set->documents[b]) <= set->options->within_days)
                status = add_found(pairing, a, b, err);
        }
    }
    return status;
}

static gdx_status pair_portion(struct pairing *pairing, gdx_error *err) {
    gdx_status status = GDX_OK;
    size_t looked_at = 0;
    for (size_t at = 0, end; at < pairing->entry_count && status == GDX_OK; at = end) {
        const uint64_t *entries = pairing->entries;
        if (at - looked_at >= DOCUMENTS_AT_ONCE) {
            looked_at = at;
            status = gdx_stop_check(pairing->set->stop, err);
        }
        for (end = at; end < pairing->entry_count && entries[end] >> 32 == entries[at] >> 32; end++)
            ;
        if (status == GDX_OK)
            status = pair_run(pairing, entries + at, end - at, err);
    }
    return status;
}

static gdx_status take_portion(struct pairing *pairing, uint32_t portion, uint32_t portions, gdx_error *err) {
    const struct reprint_set *set = pairing->set;
    gdx_status status = GDX_OK;
    pairing->entry_count = 0;
    for (uint32_t i = 0; i < set->count && status == GDX_OK; i++) {
        for (uint32_t s = 0; s < set->documents[i].sketched; s++) {
            uint32_t hash = set->sketches[(size_t)i * SKETCH_HASHES + s];
            if (hash % portions == portion)
                pairing->entries[pairing->entry_count++] = (uint64_t)hash << 32 | i;
        }
        status = i % DOCUMENTS_AT_ONCE == 0 ? gdx_stop_check(set->stop, err) : GDX_OK;
    }
    return status;
}

static gdx_status largest_portion(const struct reprint_set *set, uint32_t portions, size_t *counts, size_t *out_most,
                                  gdx_error *err) {
    gdx_status status = GDX_OK;
    *out_most = 0;
    memset(counts, 0, portions * sizeof *counts);
    for (uint32_t i = 0; i < set->count && status == GDX_OK; i++) {
        for (uint32_t s = 0; s < set->documents[i].sketched; s++)
            counts[set->sketches[(size_t)i * SKETCH_HASHES + s] % portions]++;
        status = i % DOCUMENTS_AT_ONCE == 0 ? gdx_stop_check(set->stop, err) : GDX_OK;
    }
    for (uint32_t p = 0; p < portions; p++)
        *out_most = counts[p] > *out_most ? counts[p] : *out_most;
    return status;
}

// Those found often enough become pairs, in order.
static gdx_status keep_pairs(struct pairing *pairing, size_t *starts, gdx_error *err) {
    struct reprint_set *set = pairing->set;
    uint64_t *room = malloc((pairing->found_count + 1) * sizeof *room);
    if (!room)
        return gdx_fail_memory(err, "the pairs of documents");
    gdx_status status = sort_words(&pairing->found, &room, pairing->found_count, starts, set->stop, err);
    pairing->found_capacity = pairing->found_count;
    free(room);
    for (size_t at = 0, end; at < pairing->found_count && status == GDX_OK; at = end) {
        for (end = at; end < pairing->found_count && pairing->found[end] == pairing->found[at]; end++)
            ;
        if (end - at < SHARED_LEAST)
            continue;
        if (gdx_grow(&set->pairs, &set->pair_capacity, set->pair_count + 1, sizeof *set->pairs) != GDX_OK)
            return gdx_fail_memory(err, "the pairs of documents");
        uint64_t found = pairing->found[at];
        set->pairs[set->pair_count++] = (struct reprint_pair){.a = (uint32_t)(found >> 32), .b = (uint32_t)found};
    }
    return status;
}

// A quarter of the memory for a portion and its room, a quarter for pairs.
enum { PORTIONS_MOST = 1024, PAIRS_LEAST = 1 << 20 };

static uint32_t portions_for(const struct reprint_set *set) {
    uint64_t bytes = (uint64_t)set->count * SKETCH_HASHES * 2 * sizeof(uint64_t);
    uint64_t portions = bytes / (set->options->memory_bytes / 4 + 1) + 1;
    return portions < PORTIONS_MOST ? (uint32_t)portions : PORTIONS_MOST;
}

static gdx_status pair_all(struct pairing *pairing, size_t *starts, gdx_error *err) {
    const struct reprint_set *set = pairing->set;
    uint32_t portions = portions_for(set);
    size_t most;
    gdx_status status = largest_portion(set, portions, starts, &most, err);
    if (status != GDX_OK)
        return status;
    pairing->entries = malloc((most + 1) * sizeof *pairing->entries);
    pairing->room = malloc((most + 1) * sizeof *pairing->room);
    if (!pairing->entries || !pairing->room)
        return gdx_fail_memory(err, "the sketches of the documents");
    for (uint32_t p = 0; p < portions && status == GDX_OK; p++) {
        status = take_portion(pairing, p, portions, err);
        if (status == GDX_OK)
            status = sort_words(&pairing->entries, &pairing->room, pairing->entry_count, starts, set->stop, err);
        if (status == GDX_OK)
            status = pair_portion(pairing, err);
    }
    return status == GDX_OK ? keep_pairs(pairing, starts, err) : status;
}

gdx_status reprint_set_pair(struct reprint_set *set, gdx_error *err) {
    size_t most = set->options->memory_bytes / 4 / (2 * sizeof(uint64_t));
    struct pairing pairing = {.set = set, .found_most = most > PAIRS_LEAST ? most : PAIRS_LEAST};
    size_t *starts = malloc(((size_t)DIGITS + 1) * sizeof *starts);
    gdx_status status = starts ? pair_all(&pairing, starts, err) : gdx_fail_memory(err, "the pairs of documents");
    free(starts);
    free(pairing.entries);
    free(pairing.room);
    free(pairing.found);
    return status;
}

// ---- what pairs have in common

struct cached { // a text by its number
    struct shingles shingles;
    uint32_t number;
    bool is_there;
};

struct comparer { // of one seat
    struct cached texts[CACHED];
    struct cached left; // of neighbouring pairs it is the same
};

static gdx_status text_of(struct reprint_set *set, struct shingle_reader *reader, uint32_t number, struct cached *to,
                          gdx_error *err) {
    const struct reprint_document *document = &set->documents[number];
    if (to->is_there && to->number == number)
        return GDX_OK;
    to->is_there = false;
    gdx_status status =
        shingles_read(reader, document->segment, document->document, &set->boilerplate, &to->shingles, err);
    to->number = number;
    to->is_there = status == GDX_OK;
    return status;
}

static gdx_status compare(struct reprint_set *set, struct shingle_reader *reader, size_t at, void *seat,
                          gdx_error *err) {
    struct reprint_pair *pair = &set->pairs[at];
    struct comparer *comparer = seat;
    struct cached *right = &comparer->texts[pair->b % CACHED];
    gdx_status status = text_of(set, reader, pair->a, &comparer->left, err);
    if (status == GDX_OK)
        status = text_of(set, reader, pair->b, right, err);
    if (status != GDX_OK)
        return status;
    pair->in_a = (uint32_t)comparer->left.shingles.count;
    pair->in_b = (uint32_t)right->shingles.count;
    pair->common = (uint32_t)shingles_common(&comparer->left.shingles, &right->shingles);
    return GDX_OK;
}

gdx_status reprint_set_compare(struct reprint_set *set, gdx_error *err) {
    unsigned seats = gdx_executor_seats(set->options->executor);
    struct comparer *comparers = calloc(seats, sizeof *comparers);
    gdx_status status = comparers ? GDX_OK : gdx_fail_memory(err, "the texts of the documents");
    if (status == GDX_OK)
        status = reprint_set_each(set, set->pair_count, COMPARED_TOGETHER, compare, comparers, sizeof *comparers, err);
    for (unsigned i = 0; comparers && i < seats; i++) {
        for (size_t j = 0; j < CACHED; j++)
            shingles_clear(&comparers[i].texts[j].shingles);
        shingles_clear(&comparers[i].left.shingles);
    }
    free(comparers);
    return status;
}
