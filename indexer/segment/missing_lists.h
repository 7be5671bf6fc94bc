// SPDX-License-Identifier: Apache-2.0
// missing_lists.h: what a merge to a compact segment must know and the lists of its inputs do not say: the positions of
// terms that only the result has a list of positions of, the counts by document of symbols that only the result has a
// frequency list of, and how often terms occur in deleted documents. The stored text says it, cut into symbols.
// Relies on gdx/text.h, merge_plan.h. Made by the merge's owner; then immutable, any thread.
#ifndef GDX_SEGMENT_MISSING_LISTS_H
#define GDX_SEGMENT_MISSING_LISTS_H

#include "deleted_terms.h"
#include "merge_plan.h"

typedef struct missing_keys { // ascending
    uint64_t *keys;
    size_t count;
    size_t capacity;
} missing_keys;

typedef struct missing_term { // of one source
    size_t begin;             // of its positions in `positions` of missing_lists
    uint32_t count;           // of live positions; 0: its own list has them, or there are none
    uint32_t found;           // of them, so far
} missing_term;

typedef struct missing_symbol { // of one source
    bool is_counted;            // its text; else its own frequency list has them, or it does not occur
    gdx_frequency *counts;      // by document of the result, ascending
    size_t count;
    size_t capacity;
} missing_symbol;

typedef struct missing_source {
    deleted_terms deleted;
    missing_term *terms;     // one for each of `terms`
    missing_symbol *symbols; // one for each of `symbols`
    bool is_read;            // something of the above is in its text alone
} missing_source;

struct missing_lists {       // terms and symbols by their numbers in the result
    missing_keys terms;      // that have a list of positions there and, in some source, have none: first << 32 | second
    missing_keys symbols;    // that have a frequency list there
    missing_source *sources; // as those of the merge
    size_t source_count;
    uint32_t *positions; // in the result: of each source and term, ascending
    size_t position_count;
};

// After the plan of documents and words. *out_fits false: it would take more than `bytes`, and there is nothing in
// merge->missing. Errors as gdx_segment_merge has them.
gdx_status missing_lists_make(merge_plan *merge, size_t bytes, bool *out_fits, gdx_error *err) GDX_MUST_CHECK;
void missing_lists_free(missing_lists *missing); // NULL is fine

#define MISSING_NONE SIZE_MAX
// The index of a term, or of a symbol.
static inline size_t missing_index(const missing_keys *keys, uint64_t key) {
    size_t at = keys_find(keys->keys, keys->count, key);
    return at < keys->count && keys->keys[at] == key ? at : MISSING_NONE;
}
// The number that a symbol of the result has in a source; UINT32_MAX: none.
uint32_t missing_source_symbol(const merge_source *source, uint32_t symbol);

// Cuts the texts and fills the positions and counts: missing_text.c
gdx_status missing_text_read(const merge_plan *merge, missing_lists *missing, gdx_error *err) GDX_MUST_CHECK;
// Of memory that reading takes besides.
size_t missing_text_bytes(const merge_plan *merge);

#endif
