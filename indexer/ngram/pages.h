// SPDX-License-Identifier: Apache-2.0
// pages.h: large arrays straight from the system, in address space that costs nothing until it is touched.
// Relies on mmap and mremap: growing moves page tables, not bytes, so that an array never needs twice its size.
// Threads: one owner.
#ifndef GDX_NGRAM_PAGES_H
#define GDX_NGRAM_PAGES_H

#include "gdx/base.h"

typedef struct ngram_pages { // {0} is empty
    void *data;              // zeroed where never written
    size_t bytes;            // of address space
} ngram_pages;

// At least so many bytes of address space, doubling it when it must grow. `pages` changes on success only.
// GDX_NO_MEMORY.
gdx_status ngram_pages_reserve(ngram_pages *pages, size_t bytes) GDX_MUST_CHECK;
void ngram_pages_clear(ngram_pages *pages);

#endif
