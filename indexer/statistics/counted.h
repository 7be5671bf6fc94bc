// SPDX-License-Identifier: Apache-2.0
// counted.h: counts of a row's strings in an index, each asked of it once. Relies on associations.h, gdx/extent.h.
#ifndef GDX_STATISTICS_COUNTED_H
#define GDX_STATISTICS_COUNTED_H

#include "associations.h"

#include "gdx/extent.h"

struct counted; // what was counted so far; any thread
// `row` and `extent` must outlive it. `letters`: of the extent. NULL: no memory.
struct counted *counted_new(const struct row *row, const gdx_extent *extent, uint64_t letters);
void counted_free(struct counted *counted); // NULL is fine

struct counting { // one thread's
    struct counted *counted;
    gdx_searcher *searcher;
    const gdx_stop *stop;
    gdx_status status; // of the first count that failed; from then on all counts are 1
    gdx_error err;
};
// Of strings of at most GDX_COLLOCATES_LONGEST letters. `counting` must outlive it.
struct counts counts_of_index(struct counting *counting);

#endif
