// SPDX-License-Identifier: Apache-2.0
// placed.h: a collection as symbols, and where a query occurs in it. For oracles of what stands near a query. One
// collection for the program.
#ifndef TEST_PLACED_H
#define TEST_PLACED_H

#include "../property/corpus.h"
#include "gdx/query.h"

enum { SYMBOLS_MOST = 200000, PARTS_MOST = 8192, PLACES_MOST = 50000 };

struct naive_part { // that counts by default
    size_t document, first, count;
    gdx_field field;
    uint32_t number; // of its field
};

struct naive_place {
    size_t part, begin, end; // symbols of all
};

struct naive_symbols {
    const struct corpus *corpus;
    uint32_t kinds[SYMBOLS_MOST];  // 0: a mark, or the end of a part
    bool is_stop[SYMBOLS_MOST];    // it ends a sentence
    size_t document[SYMBOLS_MOST]; // number in the corpus
    uint8_t states[SYMBOLS_MOST];
    size_t count;
    struct naive_part parts[PARTS_MOST];
    size_t part_count;
    struct naive_place places[PLACES_MOST];
    size_t place_count;
    bool is_within[4096]; // by document
    size_t letters;       // of those within
};
extern struct naive_symbols naive;

// Into `naive`, but for places and what is within.
void read_symbols(const struct corpus *corpus);
// What gdx_places says, which is what a scan says.
void find_places(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query);

#endif
