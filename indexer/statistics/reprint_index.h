// SPDX-License-Identifier: Apache-2.0
// reprint_index.h: the sketches of a block of neighbours in time, by hash: which documents have it, in the order of
// time. Relies on reprint_set.h. Threads: one owner; immutable once filled.
#ifndef GDX_STATISTICS_REPRINT_INDEX_H
#define GDX_STATISTICS_REPRINT_INDEX_H

#include "reprint_set.h"

// Documents that follow another one by a hash; runs that are longer are ordered by the next hash, too.
enum { REPRINT_FOLLOWERS_MOST = 32 };
// With the last one of a run. Documents have their numbers in the block.
#define REPRINT_RUN_ENDS (UINT32_C(1) << 31)

struct reprint_index {
    uint32_t begin, end; // documents whose followers are asked for
    uint32_t limit;      // those up to it are in the index: no follower is beyond
    uint32_t most;       // documents from `begin` to `limit` in any block
    size_t *buckets;     // of hashes with the same high bits: where they start in `order`
    uint32_t *order;     // runs of documents with one hash, ascending
    uint32_t *places;    // SKETCH_HASHES a document: where in `order` it is by that hash
    // The same by a hash and the next one of the sketch, for the runs that are longer than a document and its
    // followers.
    uint32_t *next_order, *next_places;
};

// Memory for each document of a block.
enum { REPRINT_INDEX_DOCUMENT_BYTES = 4 * SKETCH_HASHES * sizeof(uint32_t) };

// GDX_TOO_LARGE: the documents within the days of one are more than the memory is for.
gdx_status reprint_index_init(struct reprint_index *index, const struct reprint_set *set,
                              gdx_error *err) GDX_MUST_CHECK;
void reprint_index_clear(struct reprint_index *index);
// The next block; false: there is none.
bool reprint_index_next(struct reprint_index *index, const struct reprint_set *set);
// On all threads.
gdx_status reprint_index_fill(struct reprint_index *index, struct reprint_set *set, gdx_error *err) GDX_MUST_CHECK;

// The first document after `document` that is too far from it in time, as all after it are.
uint32_t reprint_set_days_end(const struct reprint_set *set, uint32_t document);

#endif
