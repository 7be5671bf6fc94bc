// SPDX-License-Identifier: Apache-2.0
// near.h: NEAR and THEN: which occurrences of each side have a partner on the other.
#ifndef GDX_QUERY_NEAR_H
#define GDX_QUERY_NEAR_H

#include "budget.h"

typedef struct query_stream { // occurrences of one leaf that have one length
    const query_node *leaf;
    const uint32_t *positions; // ascending, of first symbols
    size_t count;
    uint32_t length;      // symbols of each
    const uint64_t *kept; // a bit for each position that counts; NULL: all do
} query_stream;

typedef struct query_streams { // in the order of the query
    query_stream *streams;
    size_t count;
} query_streams;

// Where the occurrences of a leaf come from: a whole segment, or one document. Called with `form` 0, 1, 2 and so on
// until *out_has is false; each form has one length. The positions are the callee's until the next call. Runs on: the
// caller's thread, within query_pairs_find.
typedef gdx_status (*query_leaf_source)(void *context, const query_node *leaf, uint32_t form, query_stream *out,
                                        bool *out_has, gdx_error *err);

// Leaves below `node` (NEAR, THEN, OR or a leaf) with those occurrences that have partners all the way up, in `arena`.
// Streams of equal leaves share their positions.
gdx_status query_pairs_find(query_run *run, const query_segment *segment, const query_node *node,
                            query_leaf_source source, void *context, gdx_arena *arena, query_streams *out,
                            gdx_error *err) GDX_MUST_CHECK;

// True if the two leaves mean the same.
bool query_leaves_equal(const query_node *a, const query_node *b);

// How many positions count.
size_t query_stream_count(const query_stream *stream);
// Appends them to a list, which is one of the searcher's.
gdx_status query_stream_append(query_run *run, const query_stream *stream, query_list *list,
                               gdx_error *err) GDX_MUST_CHECK;

// Appends the streams of `more` to those of `all`.
gdx_status query_streams_add(query_streams *all, const query_streams *more, gdx_arena *arena,
                             gdx_error *err) GDX_MUST_CHECK;

#endif
