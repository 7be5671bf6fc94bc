// SPDX-License-Identifier: Apache-2.0
// pages.c: large arrays straight from the system. Relies on mmap, mremap and, for big ones, huge pages, for two
// reasons: scattering into thousands of buckets at once would miss the address cache at nearly every write with pages
// of 4 KiB; and a page that is touched for the first time costs a fault, whatever its size.

#include "gdx/pages.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum {
    GRAIN_BYTES = 1 << 16,
    HUGE_BYTES = 2 << 20 // the system places a mapping of so many bytes, or a multiple, where huge pages begin
};

static atomic_size_t huge_from = HUGE_BYTES;

void gdx_pages_huge_from(size_t bytes) {
    atomic_store_explicit(&huge_from, bytes > HUGE_BYTES ? bytes : HUGE_BYTES, memory_order_relaxed);
}

static bool is_huge(size_t bytes) {
    return bytes >= atomic_load_explicit(&huge_from, memory_order_relaxed);
}

static void *map_new(size_t bytes) {
    return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

// Whether growing moves page tables alone. The thread sanitizer does not see mremap: to it, moved pages have the
// history of what was at their addresses before. And small pages that have moved stay small.
static bool can_move(const gdx_pages *pages, size_t bytes) {
#ifdef __SANITIZE_THREAD__
    return false;
#endif
    return is_huge(pages->bytes) || !is_huge(bytes);
}

static void *map_more(const gdx_pages *pages, size_t bytes) {
    if (pages->data && can_move(pages, bytes))
        return mremap(pages->data, pages->bytes, bytes, MREMAP_MAYMOVE);
    void *data = map_new(bytes);
    if (data == MAP_FAILED)
        return data;
    if (is_huge(bytes))
        (void)madvise(data, bytes, MADV_HUGEPAGE); // only advice: without it everything works, slower
    if (pages->data) {
        memcpy(data, pages->data, pages->bytes);
        munmap(pages->data, pages->bytes);
    }
    return data;
}

gdx_status gdx_pages_reserve(gdx_pages *pages, size_t bytes) {
    if (bytes <= pages->bytes)
        return GDX_OK;
    if (bytes > SIZE_MAX / 4)
        return GDX_NO_MEMORY;
    size_t wanted = pages->bytes * 2 > bytes ? pages->bytes * 2 : bytes;
    size_t grain = is_huge(wanted) ? HUGE_BYTES : GRAIN_BYTES;
    wanted = (wanted + grain - 1) / grain * grain;
    void *data = map_more(pages, wanted);
    if (data == MAP_FAILED)
        return GDX_NO_MEMORY;
    *pages = (gdx_pages){data, wanted};
    return GDX_OK;
}

void gdx_pages_clear(gdx_pages *pages) {
    if (pages->data)
        munmap(pages->data, pages->bytes);
    *pages = (gdx_pages){0};
}
