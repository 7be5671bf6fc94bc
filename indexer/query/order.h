// SPDX-License-Identifier: Apache-2.0
// order.h: many elements put in order within a run. Relies on budget.h, gdx/sort.h.
#ifndef GDX_QUERY_ORDER_H
#define GDX_QUERY_ORDER_H

#include "gdx/sort.h"

#include "budget.h"

// gdx_sort that looks at the stop: the elements of *elements, with as much room beside, afterwards in order in
// *elements, which is one of the two. `step_ns`: of comparing and moving one.
GDX_ORDERING_INLINE gdx_status query_run_order(query_run *run, const gdx_ordering *ordering, void *context,
                                               void **elements, void *room, size_t count, uint64_t step_ns,
                                               gdx_error *err) {
    uint8_t *from = *elements, *to = room;
    gdx_status status = GDX_OK;
    for (size_t length = 1; length < count && status == GDX_OK; length *= 2) {
        for (size_t begin = 0; begin < count && status == GDX_OK; begin += 2 * length) {
            size_t middle = begin + length < count ? begin + length : count;
            size_t end = middle + length < count ? middle + length : count;
            gdx_sort_merge(ordering, context, from, to, (const size_t[]){begin, middle, end});
            status = query_run_spend(run, (end - begin) * step_ns, err);
        }
        uint8_t *sorted = to;
        to = from;
        from = sorted;
    }
    *elements = from;
    return status;
}

#endif
