// SPDX-License-Identifier: Apache-2.0
// gdx/kwic.h: every occurrence of a query, sorted by what stands beside it: a concordance.
// Relies on gdx/query.h. Threads: the searcher's owner. The occurrences are those of a scan, bridged ones included.
// docs/statistics.md, "Concordance".
#ifndef GDX_KWIC_H
#define GDX_KWIC_H

#include "gdx/query.h"

// Symbols are compared one by one, by the code points of their folded spelling; nothing comes before something.
typedef enum gdx_kwic_key {
    GDX_KWIC_RIGHT,  // the symbols after the match, outwards
    GDX_KWIC_LEFT,   // the symbols before the match, outwards: the nearest first
    GDX_KWIC_NODE,   // the match itself
    GDX_KWIC_DATE,   // earliest first, no date last
    GDX_KWIC_SOURCE, // by bytes
    GDX_KWIC_ID,     // by bytes
    GDX_KWIC_KEYS    // how many there are
} gdx_kwic_key;
// "right", "left", ... False: it is no name of a key.
bool gdx_kwic_key_parse(gdx_slice name, gdx_kwic_key *out);

enum {
    GDX_KWIC_MOST = 1000000,         // occurrences that are sorted
    GDX_KWIC_SYMBOLS_MOST = 50000000 // read to sort them
};

typedef struct gdx_kwic_options {
    gdx_kwic_key keys[GDX_KWIC_KEYS]; // in order. Ties: by id, field, part, begin, end
    uint32_t key_count;
    uint32_t sample; // sort so many, at most GDX_KWIC_MOST: those with the lowest hashes of id and place; 0: all
    uint64_t offset; // lines to skip
    uint32_t limit;  // lines to return
    uint32_t context_symbols; // on each side; 0: none
    gdx_stop stop;
} gdx_kwic_options;

typedef struct gdx_kwic {  // owns all it points to
    gdx_totals totals;     // of the query
    uint64_t sorted;       // how many lines there are in order: all occurrences, bridged ones included, or the sample
    gdx_occurrence *lines; // the page
    size_t line_count;
    gdx_arena *arena; // in which it lies itself
} gdx_kwic;
void gdx_kwic_free(gdx_kwic *kwic); // NULL is fine
GDX_DEFINE_AUTO(gdx_kwic, gdx_kwic_free)

// A page. The caller frees *out, which outlives searcher and snapshot. Errors as gdx_search, and GDX_TOO_LARGE: without
// a sample there are more than GDX_KWIC_MOST occurrences, or occurrences stand in long texts alike, so that more than
// GDX_KWIC_SYMBOLS_MOST symbols would be read.
// Memory: 84 bytes an occurrence that is sorted, 48 more one of a sample, and the spelling of the words beside them;
// all counts towards the searcher's limit. Cost: two gdx_count, 2 to 3 microseconds for each occurrence, and at most 20
// for each line. Only what the page needs is put in order; the next page starts again.
gdx_status gdx_kwic_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                            const gdx_kwic_options *options, gdx_kwic **out, gdx_error *err) GDX_MUST_CHECK;

#endif
