// SPDX-License-Identifier: Apache-2.0
// kept.h: documents of a slab, copied out of their source until it is known which segment they go to. Relies on
// gdx/document.h, orders.h, libuv. Threads: what is kept has one owner at a time while it is filled, then it is
// immutable. The pool is any thread's: it hands the same memory out again and again, so that the system clears it once.
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

struct kept_pool;
struct kept_pool *kept_pool_new(void);       // NULL: no memory
void kept_pool_free(struct kept_pool *pool); // nothing is kept any more; NULL is fine

struct kept {
    struct kept_pool *pool;
    struct kept_document *documents;
    size_t count;
    size_t capacity;
    uint64_t bytes; // of the copies
    struct kept_block *newest;
    // The runs that still have to read these documents, and one more while documents are added. The assembly's mutex
    // guards it.
    size_t holders;
    struct kept *next;
};

struct kept *kept_new(struct kept_pool *pool); // NULL: no memory
void kept_free(struct kept *kept);             // NULL is fine
// Forgets the documents; their memory goes back to the pool.
void kept_reset(struct kept *kept);
// Copies all of the document. GDX_NO_MEMORY.
gdx_status kept_add(struct kept *kept, const gdx_document *document, document_order order) GDX_MUST_CHECK;

#endif
