// SPDX-License-Identifier: Apache-2.0
// resolve.h: which document stands for an id when the batch is done: of several in the batch the last, and that one
// instead of the index's. Blocking: for workers.
#ifndef GDX_BATCH_RESOLVE_H
#define GDX_BATCH_RESOLVE_H

#include "build.h"
#include "inputs.h"

// Adds the segments of all slabs, in order, to the writer, and marks as deleted what they replace, within the batch and
// in the index; with `prunes` also live documents of the folders' sources that the batch did not see. Fills in added,
// replaced, duplicates and deleted. Duplicates are reported as notes.
gdx_status resolve(gdx_index_writer *writer, const struct built *built, const struct slab *const *slabs,
                   size_t slab_count, const struct seen *seen, const struct inputs *inputs, bool prunes,
                   struct refusals *notes, gdx_batch_summary *summary, gdx_error *err) GDX_MUST_CHECK;

#endif
