// SPDX-License-Identifier: Apache-2.0
// names.h: words and names by numbers, which sort as their spelling does, among code points too. Relies on budget.h.
#ifndef GDX_QUERY_NAMES_H
#define GDX_QUERY_NAMES_H

#include "budget.h"

// One owner; in the searcher's `documents`.
struct query_names;
gdx_status query_names_new(query_run *run, struct query_names **out, gdx_error *err) GDX_MUST_CHECK;
// A passing number of the name, the same for each time that it is added. The name is copied. Cost: some 50 ns.
gdx_status query_names_add(query_run *run, struct query_names *names, gdx_slice name, uint32_t *out,
                           gdx_error *err) GDX_MUST_CHECK;
// Turns passing numbers of names, and code points beside them, into numbers in one order: symbol by symbol by code
// points. 0 stays 0 and is below all others. Afterwards nothing may be added.
gdx_status query_names_rank(query_run *run, struct query_names *names, uint32_t *values, size_t count,
                            gdx_error *err) GDX_MUST_CHECK;

#endif
