// SPDX-License-Identifier: Apache-2.0
// inverter.h: what inverter.c (adding) and invert.c (sorting, handing out) share: the inverter's inside.
// Distinct symbols have small numbers of their own, "ids", in the order met: frequent ones come early, so that the
// tables that inversion hits at every symbol stay in the nearest caches. Id 0 is the end mark.
#ifndef GDX_NGRAM_INVERTER_H
#define GDX_NGRAM_INVERTER_H

#include "gdx/ngram.h"
#include "gdx/text.h"
#include "vocabulary.h"

enum {
    CODE_POINTS_A_PAGE = 256,
    CODE_POINT_PAGES = GDX_FIRST_WORD / CODE_POINTS_A_PAGE,
};

typedef struct inverter_symbol {
    uint32_t number; // code point, or GDX_FIRST_WORD + number of the word in the order met
    uint32_t count;  // how often it occurs
    uint32_t rank;   // after sorting: its place among all symbols in order
    uint32_t head;   // after sorting: the end of its bucket; while a bucket is inverted, `tally` counts in it
} inverter_symbol;

typedef struct inverter_pair { // one posting in the bucket of its first symbol
    uint32_t second;           // id
    uint32_t position;
} inverter_pair;

struct gdx_inverter { // one worker's own
    size_t memory_bytes;
    ngram_vocabulary vocabulary;
    uint32_t position_count;
    uint32_t id_count;              // end mark included
    uint32_t code_point_page_count; // of those in use, the empty page 0 included
    bool is_sorted;
    gdx_pages ids;                      // uint32_t[position_count]: id at each position; later one bucket's positions
    gdx_pages symbols;                  // inverter_symbol[id_count]
    gdx_pages word_ids;                 // uint32_t[]: of the text being added
    gdx_pages code_points;              // uint32_t[page][256]: id of each code point met, or 0
    uint16_t page_of[CODE_POINT_PAGES]; // 0: no code point of this page was met
    // ---- after sorting
    gdx_pages pairs;   // inverter_pair[position_count], by the first symbol's rank
    gdx_pages order;   // uint32_t[id_count]: id of each rank
    gdx_pages tallies; // uint32_t[id_count]: zero, but for the second symbols of the bucket at hand
    gdx_pages
        seconds; // uint32_t[2 * id_count]: ranks of the second symbols of the bucket at hand, and room to sort them
    uint32_t next_rank;  // the bucket to be inverted next
    uint32_t pair_begin; // where it starts
    uint32_t second_count;
    uint32_t next_second;
    uint32_t term_begin;   // where the next term's positions start in `ids`
    uint32_t first_number; // of the bucket at hand
};

// Bytes of sorting and handing out for each position and each distinct symbol.
enum {
    POSITION_BYTES = sizeof(uint32_t) + sizeof(inverter_pair),
    SYMBOL_BYTES = sizeof(inverter_symbol) + 4 * sizeof(uint32_t),
};

// Empties the state of handing out, keeping its memory.
void ngram_invert_reset(gdx_inverter *inverter);

#endif
