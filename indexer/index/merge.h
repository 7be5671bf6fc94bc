// SPDX-License-Identifier: Apache-2.0
// merge.h: what a merge by policy and a canonical one share: writing the merged segment, and taking back what is not
// committed. Relies on writer.h.
#ifndef INDEX_MERGE_H
#define INDEX_MERGE_H

#include "writer.h"

// Writes the live documents of `inputs` as one segment. `documents`: how many those are. GDX_INTERNAL: the merge made
// another number of them.
gdx_status merge_write(const gdx_index_writer *writer, const gdx_merge_options *options, const gdx_merge_input *inputs,
                       size_t count, uint64_t documents, gdx_segment_info *out, gdx_error *err) GDX_MUST_CHECK;
// Removes a merged segment whose commit did not come about.
void merge_discard(const gdx_index_writer *writer, uint64_t name);

// canonical.c: the next segment on the way to the canonical form, as a commit of the same number. *out_count: segments
// that went into it; 0: the index has that form.
gdx_status merge_canonical_step(gdx_index_writer *writer, const gdx_merge_options *options, size_t *out_count,
                                gdx_error *err) GDX_MUST_CHECK;

#endif
