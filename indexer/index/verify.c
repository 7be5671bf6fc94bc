// SPDX-License-Identifier: Apache-2.0
// verify.c: everything in an index that can be checked without the sources: the manifest and each file it names
// (checked when a snapshot is opened), each segment inside, the figures of deletions, and that no id is live twice.

#include "gdx/heap.h"
#include "snapshot.h"

#include <inttypes.h>
#include <stdlib.h>

static bool is_cancelled(const atomic_bool *cancelled) {
    return cancelled && atomic_load_explicit(cancelled, memory_order_relaxed);
}

static gdx_status fail_cancelled(gdx_error *err) {
    return gdx_fail(err, GDX_CANCELLED, "verify: cancelled");
}

static gdx_status verify_deleted_symbols(const gdx_live_segment *live, gdx_error *err) {
    gdx_document_columns columns;
    if (!live->deleted)
        return GDX_OK;
    gdx_status status = gdx_segment_columns(live->segment, &columns, err);
    if (status != GDX_OK)
        return status;
    uint64_t symbols = 0;
    for (uint32_t d = 0; d < columns.count; d++)
        if (gdx_is_deleted(live->deleted, d))
            symbols += columns.begin[d + 1] - columns.begin[d] - 2;
    if (symbols != live->deleted_symbols)
        return gdx_fail(err, GDX_CORRUPT,
                        "%s: its deleted documents have %" PRIu64 " symbols, the manifest says %" PRIu64,
                        gdx_segment_path(live->segment), symbols, live->deleted_symbols);
    return GDX_OK;
}

// ---- no id is live twice, in two segments or in one: the segments' ids, each in byte order, merged by a heap

struct id_cursor {
    const gdx_live_segment *live;
    uint32_t next; // index in the order of ids
    gdx_slice id;
};

// Moves to the next live document; *out_has is false behind the last.
static gdx_status cursor_advance(struct id_cursor *cursor, bool *out_has, gdx_error *err) {
    const gdx_segment *segment = cursor->live->segment;
    *out_has = false;
    while (cursor->next < gdx_segment_info_of(segment)->document_count) {
        uint32_t document;
        gdx_status status = gdx_segment_by_id(segment, cursor->next++, &document, err);
        if (status != GDX_OK)
            return status;
        if (gdx_is_deleted(cursor->live->deleted, document))
            continue;
        *out_has = true;
        return gdx_segment_id(segment, document, &cursor->id, err);
    }
    return GDX_OK;
}

static bool has_smaller_id(void *context, const void *a, const void *b) {
    (void)context;
    return gdx_slice_compare(((const struct id_cursor *)a)->id, ((const struct id_cursor *)b)->id) < 0;
}

static const gdx_ordering by_id = {sizeof(struct id_cursor), has_smaller_id};

static gdx_status check_ids(struct id_cursor *heap, size_t count, const atomic_bool *cancelled, gdx_error *err) {
    gdx_slice last = {0};
    const gdx_segment *last_segment = NULL;
    gdx_heap_build(&by_id, NULL, heap, count);
    for (uint32_t step = 0; count; step++) {
        if (step % 4096 == 0 && is_cancelled(cancelled))
            return fail_cancelled(err);
        if (last_segment && gdx_slice_equal(last, heap[0].id))
            return gdx_fail(err, GDX_CORRUPT, "%s: document \"%.*s\" is live twice", gdx_segment_path(last_segment),
                            GDX_SLICE_ARGUMENTS(last));
        last = heap[0].id;
        last_segment = heap[0].live->segment;
        bool has;
        gdx_status status = cursor_advance(&heap[0], &has, err);
        if (status != GDX_OK)
            return status;
        if (has)
            gdx_heap_sift(&by_id, NULL, heap, count, 0);
        else
            gdx_heap_take(&by_id, NULL, heap, &count);
    }
    return GDX_OK;
}

static gdx_status verify_ids(const gdx_snapshot *snapshot, const atomic_bool *cancelled, gdx_error *err) {
    struct id_cursor *heap = malloc((snapshot->count + 1) * sizeof *heap);
    if (!heap)
        return gdx_fail_memory(err, "segments");
    gdx_status status = GDX_OK;
    size_t count = 0;
    for (size_t i = 0; status == GDX_OK && i < snapshot->count; i++) {
        bool has;
        heap[count] = (struct id_cursor){.live = &snapshot->segments[i].live};
        status = cursor_advance(&heap[count], &has, err);
        count += status == GDX_OK && has;
    }
    if (status == GDX_OK)
        status = check_ids(heap, count, cancelled, err);
    free(heap);
    return status;
}

// ----

static gdx_status verify_snapshot(const gdx_snapshot *snapshot, const atomic_bool *cancelled,
                                  void (*progress)(void *context, size_t done, size_t of), void *context,
                                  gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < snapshot->count; i++) {
        if (is_cancelled(cancelled))
            return fail_cancelled(err);
        if (progress)
            progress(context, i, snapshot->count);
        status = gdx_segment_verify(snapshot->segments[i].live.segment, cancelled, err);
        if (status == GDX_OK)
            status = verify_deleted_symbols(&snapshot->segments[i].live, err);
    }
    return status == GDX_OK ? verify_ids(snapshot, cancelled, err) : status;
}

gdx_status gdx_index_verify(const char *directory, const atomic_bool *cancelled,
                            void (*progress)(void *context, size_t done, size_t of), void *context, gdx_error *err) {
    gdx_snapshot *snapshot = NULL;
    gdx_status status = snapshot_read(directory, NULL, NULL, &snapshot, err);
    if (status == GDX_OK)
        status = verify_snapshot(snapshot, cancelled, progress, context, err);
    gdx_snapshot_release(snapshot);
    return status;
}
