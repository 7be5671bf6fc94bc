// SPDX-License-Identifier: Apache-2.0
// slice.c: see gdx/slice.h.

#include "gdx/slice.h"

int gdx_slice_compare(gdx_slice a, gdx_slice b) {
    size_t common = a.bytes < b.bytes ? a.bytes : b.bytes;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    if (order)
        return order;
    return (a.bytes > b.bytes) - (a.bytes < b.bytes);
}
