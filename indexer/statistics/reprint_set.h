// SPDX-License-Identifier: Apache-2.0
// reprint_set.h: what the steps of finding reprints share: the documents in order of time, with a sketch of each, and
// the pairs that may be reprints. reprint_find.c takes the steps in order. Relies on shingles.h.
#ifndef GDX_STATISTICS_REPRINT_SET_H
#define GDX_STATISTICS_REPRINT_SET_H

#include "shingles.h"

#include "gdx/executor.h"
#include "gdx/statistics.h"

enum { SKETCH_HASHES = 64 };
// What is contained of the shorter text, from which on it is an excerpt.
enum { REPRINT_CONTAINED = 4, REPRINT_CONTAINED_OF = 5 };

struct reprint_document {
    uint64_t hash; // gdx_document_hash
    uint32_t segment, document;
    uint32_t first_day, last_day; // numbers of days; UINT32_MAX: no date
    uint32_t source;              // alike in all segments
    uint32_t sketched;            // hashes of its sketch; 0: too short
};

struct reprint_pair { // numbers in the order of time, a < b
    uint32_t a, b;
    uint32_t common, in_a, in_b; // shingles, once compared
};

struct reprint_set { // one owner
    gdx_snapshot *snapshot;
    const gdx_reprints_options *options;
    const gdx_stop *stop;
    struct reprint_document *documents; // in the order of time, then of hashes
    uint32_t count;
    uint32_t source_count;
    struct shingles boilerplate;
    uint32_t *sketches; // SKETCH_HASHES a document, ascending, none twice
    struct reprint_pair *pairs;
    size_t pair_count, pair_capacity;
};

// The days between two documents at least; UINT32_MAX: one of them has no date. Two without a date: 0.
static inline uint32_t days_between(const struct reprint_document *a, const struct reprint_document *b) {
    if ((a->first_day == UINT32_MAX) != (b->first_day == UINT32_MAX))
        return UINT32_MAX;
    return b->first_day > a->last_day   ? b->first_day - a->last_day
           : a->first_day > b->last_day ? a->first_day - b->last_day
                                        : 0;
}

// The memory beside that of the documents. Half of it is for the index of a block, half for pairs.
static inline size_t reprint_set_spare_bytes(const struct reprint_set *set) {
    size_t needed = (size_t)set->count * GDX_REPRINTS_DOCUMENT_BYTES;
    return set->options->memory_bytes > needed ? set->options->memory_bytes - needed : 0;
}

// Runs `each` for 0 to count - 1, in runs of `run`, on all threads. A seat's calls come one after the other. The first
// failure ends it; whose it is may differ from run to run.
typedef gdx_status (*reprint_step)(struct reprint_set *set, struct shingle_reader *reader, size_t at, void *seat,
                                   gdx_error *err);
// `seats`: one of `seat_bytes` for each seat of the executor.
gdx_status reprint_set_each(struct reprint_set *set, size_t count, size_t run, reprint_step each, void *seats,
                            size_t seat_bytes, gdx_error *err) GDX_MUST_CHECK;

// What sources repeat. In boilerplate.c.
gdx_status reprint_set_find_boilerplate(struct reprint_set *set, gdx_error *err) GDX_MUST_CHECK;
void reprint_set_sort_boilerplate(struct reprint_set *set); // and drops repetitions
// Sketches; again, where one has a hash that has become boilerplate. In reprint_sketch.c.
gdx_status reprint_set_sketch(struct reprint_set *set, gdx_error *err) GDX_MUST_CHECK;
gdx_status reprint_set_sketch_again(struct reprint_set *set, const struct shingles *without,
                                    gdx_error *err) GDX_MUST_CHECK;
// Pairs whose sketches share enough, in place of those that were there. In reprint_pairs.c.
gdx_status reprint_set_pair(struct reprint_set *set, gdx_error *err) GDX_MUST_CHECK;
// Fills in what each pair has in common. Changes the order of pairs. In reprint_compare.c.
gdx_status reprint_set_compare(struct reprint_set *set, gdx_error *err) GDX_MUST_CHECK;
// Texts that are a notice become boilerplate; if there are any, all from sketches on is done again. In notices.c.
gdx_status reprint_set_drop_notices(struct reprint_set *set, gdx_error *err) GDX_MUST_CHECK;

#endif
