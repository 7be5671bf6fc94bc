// SPDX-License-Identifier: Apache-2.0
// resolve.h: which document counts for an id when the batch is done: of several in the batch the last, and that one
// instead of the index's. Blocking: for workers.
#ifndef GDX_BATCH_RESOLVE_H
#define GDX_BATCH_RESOLVE_H

#include "build.h"
#include "inputs.h"

struct resolution {            // what there is to settle; the caller's
    gdx_index_writer *writer;  // NULL for prune: nothing is changed
    const struct spans *spans; // all complete and stitched; those that are settled are passed over
    const struct seen *seen;
    bool is_seen_elsewhere;         // in another index: what is replaced there stays there
    const struct refusals *refused; // for prune: what was refused in the batch
    const struct inputs *pruned;    // documents whose files are gone from its folders go; NULL: none do
    gdx_batch_share prune_limit;    // see gdx/batch.h
    struct refusals *notes;         // of duplicates
    gdx_batch_summary *summary;     // added, replaced, moved, duplicates and deleted are counted in it
};

// Adds the segments of all spans, in order, to the writer, and marks as deleted what they replace, within the batch and
// in the index.
gdx_status resolve(const struct resolution *resolution, gdx_error *err) GDX_MUST_CHECK;

#endif
