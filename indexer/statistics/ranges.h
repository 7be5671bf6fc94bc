// SPDX-License-Identifier: Apache-2.0
// ranges.h: work on all places of a row, shared out by ranges of places. Relies on gdx/executor.h.
#ifndef GDX_STATISTICS_RANGES_H
#define GDX_STATISTICS_RANGES_H

#include "gdx/executor.h"
#include "gdx/stop.h"

// Places [first, end) are range `number`, from 0. Runs on any thread of the executor, at the same time as other ranges.
typedef void ranges_work(void *context, size_t number, size_t first, size_t end);

// How many ranges `count` places are worth: as many as the executor has seats, fewer when they would be small. At
// least 1.
size_t ranges_of(const gdx_executor *executor, size_t count);
// Cuts `count` places into `ranges` ranges and returns when all are done, or when `stop` says so: some are not done
// then. GDX_NO_MEMORY, and what the stop gives.
gdx_status ranges_run(gdx_executor *executor, size_t count, size_t ranges, ranges_work *work, void *context,
                      const gdx_stop *stop, gdx_error *err) GDX_MUST_CHECK;

#endif
