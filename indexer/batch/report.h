// SPDX-License-Identifier: Apache-2.0
// report.h: what a batch reports at its end: each refusal in input order, and the counts of all workers added up.
// Relies on build.h.
#ifndef GDX_BATCH_REPORT_H
#define GDX_BATCH_REPORT_H

#include "build.h"

struct report {
    const gdx_batch_options *options; // its on_finding is called
    bool is_complete;                 // all pieces were read, so that lines are known
    gdx_batch_summary *summary;       // counts are added to it
};

void report_refusals(const struct report *report, const struct refusals *refusals);
// Of all slabs, in order.
void report_builds(const struct report *report, struct slab_build *const *builds, size_t count);

#endif
