// SPDX-License-Identifier: Apache-2.0
// snippet.h: keyword in context: a stretch of the original text with the matches marked.
#ifndef GDX_QUERY_SNIPPET_H
#define GDX_QUERY_SNIPPET_H

#include "document.h"
#include "occurrences.h"

// A stretch of a part as people read it: runs of white space and control characters are one space, none at either end.
typedef struct query_excerpt {
    gdx_slice text;  // in the arena
    uint64_t byte;   // of the part: where the first match begins, else the text
    gdx_mark *marks; // ascending, not overlapping
    size_t mark_count;
} query_excerpt;

typedef struct query_stretch { // of a part: symbols [from, to), from < to
    uint32_t part;
    uint32_t from;
    uint32_t to;
    uint32_t ahead;                      // symbols more to read when something must be read anyway
    const query_occurrence *occurrences; // of this part, ascending
    size_t count;
} query_stretch;

// The occurrences that reach into the stretch are marked, overlapping ones as one. In `arena`.
gdx_status query_excerpt_make(query_document *document, const query_stretch *stretch, gdx_arena *arena,
                              query_excerpt *out, gdx_error *err) GDX_MUST_CHECK;

// An occurrence with up to `context` symbols on each side. Its text is in `arena`, its head and place are the
// document's. `ahead`: of query_document_view.
gdx_status query_occurrence_show(query_document *document, const query_occurrence *at, uint32_t context, uint32_t ahead,
                                 gdx_arena *arena, gdx_occurrence *out, gdx_error *err) GDX_MUST_CHECK;

// Fills snippet, marks and matches of a hit.
gdx_status query_hit_show(query_document *document, const query_occurrence *occurrences, size_t count,
                          const gdx_search_options *options, gdx_arena *arena, gdx_hit *hit,
                          gdx_error *err) GDX_MUST_CHECK;

#endif
