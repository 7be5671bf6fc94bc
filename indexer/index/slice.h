// SPDX-License-Identifier: Apache-2.0
// slice.h: a manifest cut to the segments of one slice (gdx/index.h).
#ifndef INDEX_SLICE_H
#define INDEX_SLICE_H

#include "manifest.h"

#include "gdx/index.h"

// Drops the segments of other slices. GDX_NO_MEMORY, and nothing is changed.
gdx_status slice_manifest(struct manifest *manifest, gdx_index_slice slice, gdx_error *err) GDX_MUST_CHECK;

#endif
