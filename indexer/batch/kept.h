// SPDX-License-Identifier: Apache-2.0
// kept.h: documents of a slab, copied out of their source until it is known which segment they go to. Its memory is
// used again and again. Relies on gdx/document.h, orders.h. Threads: one owner at a time while it is filled, then
// immutable.
#ifndef GDX_BATCH_KEPT_H
#define GDX_BATCH_KEPT_H

#include "gdx/base.h"
#include "gdx/document.h"
#include "orders.h"

struct kept_document {
    gdx_document document;
    document_order order;
};

struct kept_block;

struct kept {
    struct kept_document *documents;
    size_t count;
    size_t capacity;
    uint64_t bytes; // of the copies
    struct kept_block *first, *current;
    size_t holders; // runs that have not built theirs yet, and whoever fills it: under the assembly's mutex
    struct kept *next;
};

struct kept *kept_new(void); // NULL: no memory
void kept_free(struct kept *kept);
// Forgets the documents; keeps about `bytes` of the memory.
void kept_reset(struct kept *kept, size_t bytes);
// Copies all of the document. GDX_NO_MEMORY.
gdx_status kept_add(struct kept *kept, const gdx_document *document, document_order order) GDX_MUST_CHECK;

#endif
