// SPDX-License-Identifier: Apache-2.0
// ranges.c: a task for each range, which works in steps that are short enough to stop between. Relies on ranges.h.

#include "ranges.h"

#include <stdlib.h>

enum { RANGE_LEAST = 1 << 16, RANGES_PER_SEAT = 4, PLACES_PER_CHECK = 1 << 20 }; // a few milliseconds

struct range {
    gdx_task task;
    ranges_work *work;
    void *context;
    size_t number, first, end;
    const gdx_stop *stop;
    gdx_status status;
    gdx_error err;
};

static void run_range(gdx_task *task, unsigned seat) {
    struct range *range = (struct range *)task;
    (void)seat;
    range->status = GDX_OK;
    for (size_t at = range->first; at < range->end && range->status == GDX_OK; at += PLACES_PER_CHECK) {
        range->status = gdx_stop_check(range->stop, &range->err);
        if (range->status == GDX_OK)
            range->work(range->context, range->number, at,
                        range->end - at > PLACES_PER_CHECK ? at + PLACES_PER_CHECK : range->end);
    }
}

size_t ranges_of(const gdx_executor *executor, size_t count) {
    size_t ranges = gdx_executor_seats(executor), most = count / RANGE_LEAST;
    ranges *= ranges > 1 ? RANGES_PER_SEAT : 1; // a thread that starts late, or is slower, does fewer
    ranges = ranges < most ? ranges : most;
    return ranges ? ranges : 1;
}

gdx_status ranges_run(gdx_executor *executor, size_t count, size_t ranges, ranges_work *work, void *context,
                      const gdx_stop *stop, gdx_error *err) {
    struct range *all = calloc(ranges, sizeof *all);
    if (!all)
        return gdx_fail_memory(err, "the letters of the documents");
    for (size_t i = 0; i < ranges; i++) {
        all[i] = (struct range){.task = {.run = run_range},
                                .work = work,
                                .context = context,
                                .number = i,
                                .first = count * i / ranges,
                                .end = count * (i + 1) / ranges,
                                .stop = stop};
        gdx_executor_submit(executor, &all[i].task);
    }
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < ranges; i++) {
        gdx_executor_wait(executor, &all[i].task);
        if (status == GDX_OK && all[i].status != GDX_OK) {
            status = all[i].status;
            *err = all[i].err;
        }
    }
    free(all);
    return status;
}
