// SPDX-License-Identifier: Apache-2.0
// gdx/index_slice.h: a slice of an index, by its number. Relies on the C library.
#ifndef GDX_INDEX_SLICE_H
#define GDX_INDEX_SLICE_H

#include <stdint.h>

// What one of several servers holds of an index: consecutive segments, about as many bytes as each of the others
// (docs/scale.md). Which they are is said by the manifest alone, so that all who read the same manifest agree.
typedef struct gdx_index_slice {
    uint32_t number; // from 0
    uint32_t count;  // of slices; 0 or 1: the whole index
} gdx_index_slice;

#endif
