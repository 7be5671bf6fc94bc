// SPDX-License-Identifier: Apache-2.0
// cut.h: the letters around the occurrences of one part of a document, cut into runs. Relies on windows.h,
// gdx/places.h.
#ifndef GDX_STATISTICS_CUT_H
#define GDX_STATISTICS_CUT_H

#include "windows.h"

#include "gdx/places.h"

struct cut_run {
    size_t first;   // of the list's symbols
    uint32_t count; // at least 1
    uint32_t unit;
    uint32_t before, after; // as those of struct row_run
};

struct cut_list {      // {0} is empty
    uint32_t *symbols; // GDX_WORD_FLAG | number of a word of the list, or a code point
    uint8_t *sides;
    size_t count, capacity, side_capacity;
    gdx_slice *words; // in the arena
    size_t word_count, word_capacity;
    gdx_arena *arena;
    struct cut_run *runs;
    size_t run_count, run_capacity;
};
void cut_list_clear(struct cut_list *list);

struct cutter { // one owner
    enum windows_shape shape;
    uint32_t letters;
    gdx_part_reader *reader;
    uint8_t *states; // of the symbols at hand
    size_t state_capacity;
};
void cutter_clear(struct cutter *cutter); // and its reader

// Appends the runs around places of one part, in order, of the document that the reader has entered.
gdx_status cut_part(struct cutter *cutter, uint32_t unit, const gdx_place *places, size_t count, struct cut_list *out,
                    gdx_error *err) GDX_MUST_CHECK;

#endif
