// SPDX-License-Identifier: Apache-2.0
// orders.h: where in the batch each document of a new segment stood, so that of two with one id the later is known.
// Relies on gdx/base.h. Four bytes a document: the numbers of slabs are kept once for each stretch of documents.
#ifndef GDX_BATCH_ORDERS_H
#define GDX_BATCH_ORDERS_H

#include "gdx/base.h"

// The order of a document in the batch: slab << 32 | number within the slab.
typedef uint64_t document_order;

struct orders_slab {
    size_t first; // document of the segment from which on they are of the slab
    uint32_t sequence;
};

struct orders { // one owner; starts from {0}
    uint32_t *numbers;
    size_t count;
    size_t capacity;
    struct orders_slab *slabs;
    size_t slab_count;
    size_t slab_capacity;
};

void orders_clear(struct orders *orders);
// Of the next document. GDX_NO_MEMORY.
gdx_status orders_add(struct orders *orders, document_order order) GDX_MUST_CHECK;
// All of `from` behind those that are there. GDX_NO_MEMORY.
gdx_status orders_append(struct orders *orders, const struct orders *from) GDX_MUST_CHECK;
document_order orders_at(const struct orders *orders, size_t document);

#endif
