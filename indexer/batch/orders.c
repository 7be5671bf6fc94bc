// SPDX-License-Identifier: Apache-2.0
// orders.c: see orders.h.

#include "orders.h"

#include <assert.h>
#include <stdlib.h>

void orders_clear(struct orders *orders) {
    free(orders->numbers);
    free(orders->slabs);
    *orders = (struct orders){0};
}

static gdx_status begin_slab(struct orders *orders, uint32_t sequence) {
    if (orders->slab_count && orders->slabs[orders->slab_count - 1].sequence == sequence)
        return GDX_OK;
    if (gdx_grow(&orders->slabs, &orders->slab_capacity, orders->slab_count + 1, sizeof *orders->slabs) != GDX_OK)
        return GDX_NO_MEMORY;
    orders->slabs[orders->slab_count++] = (struct orders_slab){orders->count, sequence};
    return GDX_OK;
}

gdx_status orders_add(struct orders *orders, document_order order) {
    gdx_status status = begin_slab(orders, (uint32_t)(order >> 32));
    if (status == GDX_OK)
        status = gdx_grow(&orders->numbers, &orders->capacity, orders->count + 1, sizeof *orders->numbers);
    if (status == GDX_OK)
        orders->numbers[orders->count++] = (uint32_t)order;
    return status;
}

gdx_status orders_append(struct orders *orders, const struct orders *from) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < from->count; i++)
        status = orders_add(orders, orders_at(from, i));
    return status;
}

document_order orders_at(const struct orders *orders, size_t document) {
    assert(document < orders->count);
    size_t low = 0, high = orders->slab_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (orders->slabs[middle].first <= document)
            low = middle;
        else
            high = middle;
    }
    return (document_order)orders->slabs[low].sequence << 32 | orders->numbers[document];
}
