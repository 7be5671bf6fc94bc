// SPDX-License-Identifier: Apache-2.0
// report.h: what a batch reports at its end: each refusal in input order, and the counts of all workers added up.
// Relies on build.h.
#ifndef GDX_BATCH_REPORT_H
#define GDX_BATCH_REPORT_H

#include "build.h"

// What came of the slabs, gathered in input order as they are done, so that none of them need be kept.
struct ledger { // one owner
    struct refusals refusals;
    gdx_batch_summary counts;
    uint64_t file;  // of the last piece
    uint64_t lines; // of that file so far
};

gdx_status ledger_init(struct ledger *ledger) GDX_MUST_CHECK;
void ledger_clear(struct ledger *ledger);
// Takes over what the next slab says. `is_read`: to its end; else its lines are not known. GDX_NO_MEMORY.
gdx_status ledger_take(struct ledger *ledger, struct slab_build *build, bool is_read) GDX_MUST_CHECK;
// Counts of work that was no slab's.
void ledger_count(struct ledger *ledger, const gdx_batch_summary *counts);

// Reports each refusal, and counts them in the summary.
void report_refusals(const gdx_batch_options *options, const struct refusals *refusals, gdx_batch_summary *summary);
// All of the ledger.
void report_ledger(const gdx_batch_options *options, const struct ledger *ledger, gdx_batch_summary *summary);

#endif
