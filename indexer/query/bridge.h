// SPDX-License-Identifier: Apache-2.0
// bridge.h: bridge:"…": places where a block of whole lines divides a phrase, as a caption that was spliced into the
// text does. Such places are no occurrences; they are counted and labelled apart. docs/query-language.md.
#ifndef GDX_QUERY_BRIDGE_H
#define GDX_QUERY_BRIDGE_H

#include "budget.h"

enum { QUERY_BRIDGE_SYMBOLS = 120 }; // in the block, at most

typedef struct query_bridged { // positions [begin, begin + length) of one part, the block included
    uint32_t begin;
    uint32_t length;
} query_bridged;

// Those in live documents, ascending; of several with one start the shortest. In the run's memory. Uses the searcher's
// lists, store and document. GDX_TOO_LARGE: the run has more than 1,000,000 places to read.
// Cost: the places of each half of the phrase, the text around each of them cut into symbols.
gdx_status query_bridge_find(query_run *run, const query_segment *segment, const query_node *leaf, query_bridged **out,
                             size_t *out_count, gdx_error *err) GDX_MUST_CHECK;

#endif
