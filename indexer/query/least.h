// SPDX-License-Identifier: Apache-2.0
// least.h: what a query needs whatever its lists hold, known before any of them is read.
#ifndef GDX_QUERY_LEAST_H
#define GDX_QUERY_LEAST_H

#include "budget.h"

// GDX_NO_MEMORY, GDX_TOO_LARGE: the query cannot be answered within the run's limits, and all work would be in vain.
// GDX_OK: it may be. Cost: two look-ups in the dictionary for each symbol beside NEAR or THEN, or of exact:, and
// segment; nothing for other queries.
gdx_status query_least_check(query_run *run, gdx_error *err) GDX_MUST_CHECK;

#endif
