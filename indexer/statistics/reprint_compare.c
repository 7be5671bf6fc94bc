// SPDX-License-Identifier: Apache-2.0
// reprint_compare.c: what pairs of documents have in common, exactly. Pairs that hang together are compared one after
// another, so that the texts of many copies are read once and not once a pair.

#include "reprint_set.h"

#include <stdlib.h>

// Texts that a thread keeps, of so many shingles (64 MB) together; pairs of a task.
enum { CACHED = 1024, KEPT_MOST = 1 << 23, COMPARED_TOGETHER = 256 };

// ---- the order

// Pairs of one component have one number in `common`, which is not known yet.
static int by_component(const void *a, const void *b) {
    const struct reprint_pair *left = a, *right = b;
    if (left->common != right->common)
        return left->common < right->common ? -1 : 1;
    if (left->a != right->a)
        return left->a < right->a ? -1 : 1;
    return left->b < right->b ? -1 : left->b > right->b;
}

static uint32_t root_of(uint32_t *parents, uint32_t i) {
    while (parents[i] != i)
        i = parents[i] = parents[parents[i]];
    return i;
}

static gdx_status order_pairs(struct reprint_set *set, gdx_error *err) {
    uint32_t *parents = malloc(((size_t)set->count + 1) * sizeof *parents);
    if (!parents)
        return gdx_fail_memory(err, "the pairs of documents");
    for (uint32_t i = 0; i < set->count; i++)
        parents[i] = i;
    for (size_t i = 0; i < set->pair_count; i++) {
        uint32_t a = root_of(parents, set->pairs[i].a), b = root_of(parents, set->pairs[i].b);
        parents[a > b ? a : b] = a > b ? b : a;
    }
    for (size_t i = 0; i < set->pair_count; i++)
        set->pairs[i].common = root_of(parents, set->pairs[i].a);
    if (set->pair_count)
        qsort(set->pairs, set->pair_count, sizeof *set->pairs, by_component);
    free(parents);
    return gdx_stop_check(set->stop, err);
}

// ---- what they have in common

struct cached { // a text by its number
    struct shingles shingles;
    uint32_t number;
    bool is_there;
};

struct comparer { // of one seat
    struct cached texts[CACHED];
    struct cached left; // of neighbouring pairs it is the same
    size_t kept;        // shingles in `texts` for which there is room
};

static void forget(struct comparer *comparer) {
    for (size_t i = 0; i < CACHED; i++) {
        shingles_clear(&comparer->texts[i].shingles);
        comparer->texts[i].is_there = false;
    }
    comparer->kept = 0;
}

static gdx_status read_text(struct reprint_set *set, struct shingle_reader *reader, uint32_t number, struct cached *to,
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

// It was the right one of a pair before, as a rule.
static gdx_status read_left(struct reprint_set *set, struct shingle_reader *reader, uint32_t number,
                            struct comparer *comparer, gdx_error *err) {
    struct cached *place = &comparer->texts[number % CACHED];
    if (place->is_there && place->number == number && comparer->left.number != number) {
        struct cached held = comparer->left;
        comparer->left = *place;
        *place = held;
    }
    return read_text(set, reader, number, &comparer->left, err);
}

static gdx_status read_right(struct reprint_set *set, struct shingle_reader *reader, uint32_t number,
                             struct comparer *comparer, gdx_error *err) {
    struct cached *place = &comparer->texts[number % CACHED];
    if (comparer->kept > KEPT_MOST)
        forget(comparer);
    size_t before = place->shingles.capacity;
    gdx_status status = read_text(set, reader, number, place, err);
    comparer->kept += place->shingles.capacity - before;
    return status;
}

static gdx_status compare(struct reprint_set *set, struct shingle_reader *reader, size_t at, void *seat,
                          gdx_error *err) {
    struct reprint_pair *pair = &set->pairs[at];
    struct comparer *comparer = seat;
    gdx_status status = read_left(set, reader, pair->a, comparer, err);
    if (status == GDX_OK)
        status = read_right(set, reader, pair->b, comparer, err);
    if (status != GDX_OK)
        return status;
    const struct shingles *left = &comparer->left.shingles, *right = &comparer->texts[pair->b % CACHED].shingles;
    pair->in_a = (uint32_t)left->count;
    pair->in_b = (uint32_t)right->count;
    pair->common = (uint32_t)shingles_common(left, right);
    return GDX_OK;
}

gdx_status reprint_set_compare(struct reprint_set *set, gdx_error *err) {
    unsigned seats = gdx_executor_seats(set->options->executor);
    struct comparer *comparers = calloc(seats, sizeof *comparers);
    gdx_status status = comparers ? order_pairs(set, err) : gdx_fail_memory(err, "the texts of the documents");
    if (status == GDX_OK)
        status = reprint_set_each(set, set->pair_count, COMPARED_TOGETHER, compare, comparers, sizeof *comparers, err);
    for (unsigned i = 0; comparers && i < seats; i++) {
        forget(&comparers[i]);
        shingles_clear(&comparers[i].left.shingles);
    }
    free(comparers);
    return status;
}
