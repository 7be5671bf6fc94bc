// SPDX-License-Identifier: Apache-2.0
// pages.c: large arrays straight from the system. Relies on mmap, mremap and, for big ones, huge pages: scattering into
// thousands of buckets at once would miss the address cache at nearly every write with pages of 4 KiB.

#include "pages.h"

#include <sys/mman.h>

enum { GRAIN_BYTES = 1 << 16, HUGE_FROM_BYTES = 4 << 20 };

static void *map_new(size_t bytes) {
    return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

#ifdef __SANITIZE_THREAD__
// The thread sanitizer does not see mremap: to it, moved pages have the history of what was at their addresses before.
static void *map_more(const ngram_pages *pages, size_t bytes) {
    void *data = map_new(bytes);
    if (data != MAP_FAILED && pages->data) {
        memcpy(data, pages->data, pages->bytes);
        munmap(pages->data, pages->bytes);
    }
    return data;
}
#else
static void *map_more(const ngram_pages *pages, size_t bytes) {
    return pages->data ? mremap(pages->data, pages->bytes, bytes, MREMAP_MAYMOVE) : map_new(bytes);
}
#endif

gdx_status ngram_pages_reserve(ngram_pages *pages, size_t bytes) {
    if (bytes <= pages->bytes)
        return GDX_OK;
    if (bytes > SIZE_MAX / 4)
        return GDX_NO_MEMORY;
    size_t wanted = pages->bytes * 2 > bytes ? pages->bytes * 2 : bytes;
    wanted = (wanted + GRAIN_BYTES - 1) / GRAIN_BYTES * GRAIN_BYTES;
    void *data = map_more(pages, wanted);
    if (data == MAP_FAILED)
        return GDX_NO_MEMORY;
    if (wanted >= HUGE_FROM_BYTES)
        (void)madvise(data, wanted, MADV_HUGEPAGE); // only advice: without it everything works, slower
    *pages = (ngram_pages){data, wanted};
    return GDX_OK;
}

void ngram_pages_clear(ngram_pages *pages) {
    if (pages->data)
        munmap(pages->data, pages->bytes);
    *pages = (ngram_pages){0};
}
