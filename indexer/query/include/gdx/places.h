// SPDX-License-Identifier: Apache-2.0
// gdx/places.h: where a query occurs, as numbers of symbols, and the symbols that stand there. A statistic needs places
// of many documents and the text of few of them; gdx_scan would spell all of it. Relies on gdx/query.h; inside on
// gdx/text.h.
#ifndef GDX_PLACES_H
#define GDX_PLACES_H

#include "gdx/query.h"

typedef struct gdx_symbols gdx_symbols; // gdx/text.h

typedef struct gdx_place { // symbols [begin, end) of a part of a document
    uint32_t part;         // 0 the title, 1 the text, then the others in order
    uint32_t begin;
    uint32_t end;
} gdx_place;

typedef struct gdx_placed { // a document that has any; valid during the visit
    size_t segment;
    uint32_t document;
    gdx_date date;
    const gdx_place *places; // by part, begin and end; those of several phrases may be equal
    size_t count;
} gdx_placed;

// Anything but GDX_OK ends the visits.
typedef gdx_status gdx_places_visit(void *context, const gdx_placed *document, gdx_error *err);
// Every occurrence that a scan gives, in the same order, but for those in furniture and in a title from the text. The
// visitor must not use the searcher. `stop`: NULL never stops. Thread: the searcher's owner. Fails as gdx_count. Cost:
// as gdx_count, twice; for a query of one symbol also the text of each document that has it.
gdx_status gdx_places(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                      gdx_places_visit *visit, void *context, gdx_error *err) GDX_MUST_CHECK;

// ---- what stands there

typedef struct gdx_part_reader gdx_part_reader; // one owner
// `snapshot` must outlive it. The caller frees *out.
gdx_status gdx_part_reader_open(gdx_snapshot *snapshot, gdx_part_reader **out, gdx_error *err) GDX_MUST_CHECK;
void gdx_part_reader_free(gdx_part_reader *reader); // NULL is fine
GDX_DEFINE_AUTO(gdx_part_reader, gdx_part_reader_free)

typedef struct gdx_part_symbols { // the reader's until its next call
    const gdx_symbols *symbols;
    uint32_t first; // number in the part of symbols->symbols[0]
} gdx_part_symbols;

// Parts are read of this document from now on.
gdx_status gdx_part_reader_enter(gdx_part_reader *reader, size_t segment, uint32_t document,
                                 gdx_error *err) GDX_MUST_CHECK;
uint32_t gdx_part_reader_length(const gdx_part_reader *reader, uint32_t part); // in symbols
// Symbols [from, to) of the part at least, from < to <= its length; what was read last is given again if it has them.
// `ahead` more are read when something must be read. GDX_CORRUPT, GDX_NO_MEMORY. Cost: about a microsecond, and as much
// for each 256 symbols.
gdx_status gdx_part_reader_read(gdx_part_reader *reader, uint32_t part, uint32_t from, uint32_t to, uint32_t ahead,
                                gdx_part_symbols *out, gdx_error *err) GDX_MUST_CHECK;
uint64_t gdx_part_reader_symbols(const gdx_part_reader *reader); // cut so far, from above

#endif
