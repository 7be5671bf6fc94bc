// SPDX-License-Identifier: Apache-2.0
// shape.h: what a shape makes of the lists of a segment. docs/format.md, "Shapes". Relies on gdx/segment.h, layout.h.
#ifndef GDX_SEGMENT_SHAPE_H
#define GDX_SEGMENT_SHAPE_H

#include "gdx/segment.h"

#include "layout.h"

// A span has 2^so many blocks.
static inline unsigned shape_span_shift(gdx_shape shape) {
    return shape == GDX_SHAPE_ARCHIVE ? GDX_ARCHIVE_SPAN_SHIFT : 0;
}

// Spans of so many blocks; the last may have fewer.
static inline uint32_t shape_spans(gdx_shape shape, uint32_t blocks) {
    unsigned shift = shape_span_shift(shape);
    return (uint32_t)(((uint64_t)blocks + ((uint64_t)1 << shift) - 1) >> shift);
}

// Whether a term that occurs so often has a list of positions, not of spans.
static inline bool shape_has_positions(gdx_shape shape, uint32_t occurrences) {
    return shape == GDX_SHAPE_EXACT || (shape == GDX_SHAPE_COMPACT && occurrences >= GDX_POSITIONS_FROM);
}

// What the entries of lists are below, but for lists of positions among those of spans.
static inline uint32_t shape_list_limit(gdx_shape shape, uint32_t positions, uint32_t blocks) {
    return shape == GDX_SHAPE_EXACT ? positions : shape_spans(shape, blocks);
}

#endif
