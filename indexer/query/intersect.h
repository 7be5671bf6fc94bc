// SPDX-License-Identifier: Apache-2.0
// intersect.h: the common values of two ascending arrays. Knows of numbers only.
#ifndef GDX_QUERY_INTERSECT_H
#define GDX_QUERY_INTERSECT_H

#include <stddef.h>
#include <stdint.h>

// Keeps, in place, the values of `list` for which value + offset is in `other`; returns how many are left.
size_t query_intersect(uint32_t *list, size_t count, const uint32_t *other, size_t other_count, uint32_t offset);

#endif
