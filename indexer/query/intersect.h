// SPDX-License-Identifier: Apache-2.0
// intersect.h: the common values of two ascending arrays. Knows of numbers only.
#ifndef GDX_QUERY_INTERSECT_H
#define GDX_QUERY_INTERSECT_H

#include <stddef.h>
#include <stdint.h>

// Keeps, in place, the values of `list` for which value + offset is in `other`; returns how many are left. Values of
// `other` are below UINT32_MAX. The variant is chosen by gdx/processor.h.
size_t query_intersect(uint32_t *list, size_t count, const uint32_t *other, size_t other_count, uint32_t offset);

// The same by pieces of the other array, one after the other: looks at the values from list[*at] on that are, with the
// offset, at most the last of this piece, moves *at past them, and appends those that are found to the first `kept` <=
// *at values of the list. Returns how many those are then. Values + offset are below UINT32_MAX.
size_t query_intersect_run(uint32_t *list, size_t count, size_t *at, size_t kept, const uint32_t *other,
                           size_t other_count, uint32_t offset);

#endif
