// SPDX-License-Identifier: Apache-2.0
// gdx/pages.h: large arrays straight from the system, in address space that costs nothing until it is touched.
// Relies on gdx/error.h; inside on mmap and mremap: growing moves page tables, not bytes, so that an array never needs
// twice its size. Large ones are of huge pages, where the system has any. Threads: one owner.
#ifndef GDX_PAGES_H
#define GDX_PAGES_H

#include "gdx/error.h"

#include <stddef.h>

typedef struct gdx_pages { // {0} is empty
    void *data;            // zeroed where never written
    size_t bytes;          // of address space
} gdx_pages;

// At least so many bytes of address space, doubling it when it must grow. `pages` changes on success only.
// GDX_NO_MEMORY.
gdx_status gdx_pages_reserve(gdx_pages *pages, size_t bytes) GDX_MUST_CHECK;
void gdx_pages_clear(gdx_pages *pages);

// The least size, in bytes, of arrays on huge pages: 2 MiB, or more by this. Such an array takes up to 2 MiB that it
// does not use, which is much of a small budget. For all of the process; arrays that there are stay as they are. Any
// thread.
void gdx_pages_huge_from(size_t bytes);

#endif
