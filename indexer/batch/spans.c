// SPDX-License-Identifier: Apache-2.0
// spans.c: the list of spans, see spans.h; what stitches their runs is stitch.c.

#include "spans.h"

#include "gdx/index.h"

#include <assert.h>
#include <stdlib.h>

gdx_status spans_init(struct spans *spans, uint64_t bytes_each) {
    *spans = (struct spans){.bytes_each = bytes_each ? bytes_each : GDX_INDEX_END_BYTES};
    if (uv_mutex_init(&spans->mutex) != 0) {
        *spans = (struct spans){0};
        return GDX_NO_MEMORY;
    }
    if (uv_mutex_init(&spans->alone) == 0)
        return GDX_OK;
    uv_mutex_destroy(&spans->mutex);
    *spans = (struct spans){0};
    return GDX_NO_MEMORY;
}

static void span_free(struct span *span) {
    for (size_t i = 0; i < span->count; i++)
        orders_clear(&span->runs[i].orders);
    free(span->runs);
    free(span);
}

void spans_clear(struct spans *spans) {
    if (!spans->bytes_each)
        return;
    for (size_t i = 0; i < spans->count; i++)
        span_free(spans->items[i]);
    free(spans->items);
    uv_mutex_destroy(&spans->mutex);
    uv_mutex_destroy(&spans->alone);
    *spans = (struct spans){0};
}

bool spans_place(struct spans *spans, uint64_t document_bytes) {
    uint64_t multiple = spans->bytes / spans->bytes_each;
    bool is_first = multiple != spans->multiple;
    spans->multiple = multiple;
    spans->bytes += document_bytes;
    return is_first;
}

void spans_restart(struct spans *spans) {
    spans->settled = spans->count;
    spans->bytes = spans->multiple = 0;
}

struct span *spans_begin(struct spans *spans) {
    struct span *span = calloc(1, sizeof *span);
    uv_mutex_lock(&spans->mutex);
    gdx_status status =
        span ? gdx_grow(&spans->items, &spans->capacity, spans->count + 1, sizeof(struct span *)) : GDX_NO_MEMORY;
    if (status == GDX_OK) {
        span->open = 1;
        spans->items[spans->count++] = span;
    }
    uv_mutex_unlock(&spans->mutex);
    if (status != GDX_OK) {
        free(span);
        return NULL;
    }
    return span;
}

void spans_begin_run(struct spans *spans, struct span *span) {
    uv_mutex_lock(&spans->mutex);
    assert(!span->is_closed);
    span->open++;
    uv_mutex_unlock(&spans->mutex);
}

gdx_status spans_add(struct spans *spans, struct span *span, const struct span_run *run) {
    uv_mutex_lock(&spans->mutex);
    assert(span->open > 0);
    gdx_status status = gdx_grow(&span->runs, &span->capacity, span->count + 1, sizeof *span->runs);
    if (status == GDX_OK)
        span->runs[span->count++] = *run;
    uv_mutex_unlock(&spans->mutex);
    return status;
}

void spans_close(struct spans *spans, struct span *span) {
    uv_mutex_lock(&spans->mutex);
    assert(span->open > 0 && !span->is_closed);
    span->is_closed = true;
    uv_mutex_unlock(&spans->mutex);
}

bool spans_end_run(struct spans *spans, struct span *span) {
    uv_mutex_lock(&spans->mutex);
    assert(span->open > 0);
    bool is_complete = --span->open == 0 && span->is_closed;
    uv_mutex_unlock(&spans->mutex);
    return is_complete;
}
