// SPDX-License-Identifier: Apache-2.0
// gdx/extent.h: some documents of a snapshot, and how often strings occur in what counts by default of them, from the
// index alone. A string is a run of symbols as the rule cuts them: it is compared symbol by symbol, so neither broken
// words nor regional forms answer for each other as they do in a query. Relies on gdx/query.h.
#ifndef GDX_EXTENT_H
#define GDX_EXTENT_H

#include "gdx/query.h"

typedef struct gdx_extent gdx_extent; // immutable once made; any thread
// The documents that the query's filters leave (gdx_tallied.is_within). The snapshot must outlive it. The caller frees
// *out. Thread: the searcher's owner. Fails as gdx_count. Cost: as gdx_tally.
gdx_status gdx_extent_make(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                           gdx_extent **out, gdx_error *err) GDX_MUST_CHECK;
void gdx_extent_free(gdx_extent *extent); // NULL is fine
GDX_DEFINE_AUTO(gdx_extent, gdx_extent_free)

uint64_t gdx_extent_documents(const gdx_extent *extent);

typedef struct gdx_string_symbol {
    gdx_slice word; // folded; empty: not a word
    uint32_t code;  // a folded code point, when it is no word
} gdx_string_symbol;
enum { GDX_STRING_SYMBOLS_MOST = 32 };

// How often the string of 1 to GDX_STRING_SYMBOLS_MOST symbols occurs. The searcher is another for each thread. Fails
// as gdx_count. Cost: of a symbol or a pair a look-up in each segment, when the extent is all of it; else the postings
// of the string's rarest pairs, or the list of a symbol.
gdx_status gdx_extent_count(const gdx_extent *extent, gdx_searcher *searcher, const gdx_string_symbol *symbols,
                            uint32_t count, const gdx_stop *stop, uint64_t *out, gdx_error *err) GDX_MUST_CHECK;
// How many letters there are: symbols that are no marks (gdx/letters.h). Fails as gdx_count. Cost: as counting each
// mark there is.
gdx_status gdx_extent_letters(const gdx_extent *extent, gdx_searcher *searcher, const gdx_stop *stop, uint64_t *out,
                              gdx_error *err) GDX_MUST_CHECK;

#endif
