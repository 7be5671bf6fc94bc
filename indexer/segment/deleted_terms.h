// SPDX-License-Identifier: Apache-2.0
// deleted_terms.h: how often terms occur in the deleted documents of an input of a merge: the dictionary says it of all
// documents together. Relies on merge_plan.h. Immutable once made, any thread.
#ifndef GDX_SEGMENT_DELETED_TERMS_H
#define GDX_SEGMENT_DELETED_TERMS_H

#include "keys.h"
#include "merge_plan.h"

typedef struct deleted_terms { // {0} is empty
    uint64_t *keys;            // first << 32 | second, as the source numbers symbols; ascending
    uint32_t *counts;
    size_t count;
} deleted_terms;

// Positions of the deleted documents, of a source some of whose documents are live, and the memory that each takes.
uint64_t deleted_terms_positions(const merge_source *source);
enum { DELETED_TERMS_BYTES_EACH = 2 * 8 + 12 }; // its key, twice while they are put in order, and with its count
// Cuts the texts of the deleted documents by the rule. Errors as gdx_segment_merge has them. Clear it, whatever
// happens.
gdx_status deleted_terms_make(const merge_plan *merge, const merge_source *source, deleted_terms *out,
                              gdx_error *err) GDX_MUST_CHECK;
void deleted_terms_clear(deleted_terms *deleted);

// The first key at or after `key`, by its index.
static inline size_t deleted_terms_find(const deleted_terms *deleted, uint64_t key) {
    return keys_find(deleted->keys, deleted->count, key);
}
static inline uint32_t deleted_terms_count(const deleted_terms *deleted, uint64_t key) {
    size_t at = deleted_terms_find(deleted, key);
    return at < deleted->count && deleted->keys[at] == key ? deleted->counts[at] : 0;
}

#endif
