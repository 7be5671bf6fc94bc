// SPDX-License-Identifier: Apache-2.0
// freed_buffers.c: what becomes of buffers that a batch frees.
// A worker frees and takes buffers of some megabytes for each segment. By itself glibc gives the first ones back to the
// system, whose fresh pages the kernel clears, and then keeps ever larger ones, until a small budget is passed by a
// third. Huge pages that are used in part alone take another tenth of one.

#include "gdx/batch.h"

#include "gdx/pages.h"

#include <malloc.h>

enum {
    KEPT_SHARE = 256, // of the budget is the largest buffer that is kept
    KEPT_BYTES_LEAST = 256 << 10,
    KEPT_BYTES_MOST = 32 << 20, // glibc's limit
    KEPT_BUFFERS = 8,           // of that size are kept at the end of a heap
    SMALL_BUDGET = 256 << 20,
    SMALL_HUGE_FROM = 64 << 20 // bytes of an array that is on huge pages all the same
};

void gdx_batch_keep_freed_buffers(const gdx_batch_options *options) {
    size_t budget = gdx_batch_memory(options), part = budget / KEPT_SHARE;
    gdx_pages_huge_from(budget < SMALL_BUDGET ? SMALL_HUGE_FROM : 0);
    part = part > KEPT_BYTES_LEAST ? part : KEPT_BYTES_LEAST;
    part = part < KEPT_BYTES_MOST ? part : KEPT_BYTES_MOST;
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, (int)part);
    if (part > KEPT_BYTES_LEAST)
        mallopt(M_TRIM_THRESHOLD, (int)(part * KEPT_BUFFERS));
#endif
}
