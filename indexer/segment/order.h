// SPDX-License-Identifier: Apache-2.0
// order.h: the order of many byte strings, read forwards or backwards. Relies on gdx/base.h.
#ifndef GDX_SEGMENT_ORDER_H
#define GDX_SEGMENT_ORDER_H

#include "gdx/base.h"

// Byte order of the strings as read from their ends, a shorter suffix first.
int order_compare_reversed(gdx_slice a, gdx_slice b);

// The indices of `count` strings in byte order, or in byte order of their reversals, as a fresh array that the caller
// frees. Of equal strings the later comes first. GDX_NO_MEMORY.
gdx_status order_slices(const gdx_slice *slices, uint32_t count, bool reversed, uint32_t **out) GDX_MUST_CHECK;

#endif
