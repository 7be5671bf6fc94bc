// SPDX-License-Identifier: Apache-2.0
// slice.h: a manifest cut to the segments of one slice (gdx/index.h).
#ifndef INDEX_SLICE_H
#define INDEX_SLICE_H

#include "manifest.h"

#include "gdx/index.h"

// Which segments of a manifest a slice has: consecutive ones, of about equal bytes: a segment is in the slice that its
// middle byte falls into. All slices together have each once; some may have none. A count of 0: all of them.
void slice_segments(const struct manifest *manifest, gdx_index_slice slice, size_t *out_first, size_t *out_count);
// Drops the segments of other slices.
void slice_manifest(struct manifest *manifest, gdx_index_slice slice);

#endif
