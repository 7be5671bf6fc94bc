// SPDX-License-Identifier: Apache-2.0
// sort.h: arrays of numbers into ascending order. Knows of numbers only.
#ifndef GDX_QUERY_SORT_H
#define GDX_QUERY_SORT_H

#include <stddef.h>
#include <stdint.h>

// `space` has room for `count` values and is overwritten.
void query_sort(uint32_t *values, uint32_t *space, size_t count);

#endif
