// SPDX-License-Identifier: Apache-2.0
// verify.c: everything in an index that can be checked without the sources: the manifest and each file it names
// (checked when a snapshot is opened), each segment inside, the figures of deletions, and that no id is live twice.

#include "verify.h"

#include <inttypes.h>
#include <stdlib.h>

enum { CHECK_EVERY = 4096 }; // ids between two looks at whether it is to stop

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
            symbols += gdx_columns_length(&columns, d);
    if (symbols != live->deleted_symbols)
        return gdx_fail_at(err, GDX_CORRUPT, gdx_segment_path(live->segment),
                           "its deleted documents have %" PRIu64 " symbols, the manifest says %" PRIu64, symbols,
                           live->deleted_symbols);
    return GDX_OK;
}

// ---- no id is live twice, in two segments or in one: the segments' ids, each in byte order, merged by a heap

struct id_cursor {
    const gdx_live_segment *live;
    uint32_t next; // index in the order of ids
    gdx_slice id;
};

// Moves to the next live document; *out_has is false after the last.
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

static void sift_down(struct id_cursor *heap, size_t count, size_t at) {
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++)
            if (gdx_slice_compare(heap[child].id, heap[least].id) < 0)
                least = child;
        if (least == at)
            return;
        struct id_cursor held = heap[at];
        heap[at] = heap[least];
        heap[least] = held;
        at = least;
    }
}

static gdx_status check_ids(struct id_cursor *heap, size_t count, const gdx_stop *stop, gdx_error *err) {
    gdx_slice last = {0};
    const gdx_segment *last_segment = NULL;
    for (size_t i = count; i-- > 0;)
        sift_down(heap, count, i);
    for (uint32_t step = 0; count; step++) {
        gdx_status status = step % CHECK_EVERY == 0 ? gdx_stop_check(stop, err) : GDX_OK;
        if (status != GDX_OK)
            return status;
        if (last_segment && gdx_slice_equal(last, heap[0].id))
            return gdx_fail_at(err, GDX_CORRUPT, gdx_segment_path(last_segment), "document \"%.*s\" is live twice",
                               GDX_SLICE_ARGUMENTS(last));
        last = heap[0].id;
        last_segment = heap[0].live->segment;
        bool has;
        status = cursor_advance(&heap[0], &has, err);
        if (status != GDX_OK)
            return status;
        if (!has)
            heap[0] = heap[--count];
        sift_down(heap, count, 0);
    }
    return GDX_OK;
}

gdx_status snapshot_verify_ids(const gdx_snapshot *snapshot, const gdx_stop *stop, gdx_error *err) {
    struct id_cursor *heap = malloc((snapshot->count + 1) * sizeof *heap);
    if (!heap)
        return gdx_fail(err, GDX_NO_MEMORY, "verify: no memory for %zu segments", snapshot->count);
    gdx_status status = GDX_OK;
    size_t count = 0;
    for (size_t i = 0; status == GDX_OK && i < snapshot->count; i++)
        status = verify_deleted_symbols(&snapshot->segments[i].live, err);
    for (size_t i = 0; status == GDX_OK && i < snapshot->count; i++) {
        bool has;
        heap[count] = (struct id_cursor){.live = &snapshot->segments[i].live};
        status = cursor_advance(&heap[count], &has, err);
        count += status == GDX_OK && has;
    }
    if (status == GDX_OK)
        status = check_ids(heap, count, stop, err);
    free(heap);
    return status;
}

// ----

static gdx_status verify_snapshot(const gdx_snapshot *snapshot, const gdx_stop *stop,
                                  void (*progress)(void *context, size_t done, size_t of), void *context,
                                  gdx_error *err) {
    gdx_status status = GDX_OK;
    gdx_error unsupported = {0};
    for (size_t i = 0; status == GDX_OK && i < snapshot->count; i++) {
        status = gdx_stop_check(stop, err);
        if (status != GDX_OK)
            return status;
        if (progress)
            progress(context, i, snapshot->count);
        gdx_error why = {0};
        status = gdx_segment_verify(snapshot->segments[i].live.segment, stop, &why);
        if (status == GDX_UNSUPPORTED) { // without its rule, which does not keep the others from being verified
            unsupported = why;
            status = GDX_OK;
        } else if (status != GDX_OK) {
            return gdx_error_pass(err, &why);
        }
    }
    status = snapshot_verify_ids(snapshot, stop, err);
    return status == GDX_OK && unsupported.status != GDX_OK ? gdx_error_pass(err, &unsupported) : status;
}

gdx_status gdx_index_verify(const char *directory, const gdx_stop *stop,
                            void (*progress)(void *context, size_t done, size_t of), void *context, gdx_error *err) {
    gdx_snapshot *snapshot = NULL;
    gdx_status status = snapshot_read(directory, (gdx_index_slice){0, 1}, NULL, NULL, &snapshot, err);
    if (status == GDX_OK)
        status = snapshot_check_reprints(snapshot, err);
    if (status == GDX_OK)
        status = gdx_snapshot_settle(snapshot, verify_snapshot(snapshot, stop, progress, context, err), err);
    gdx_snapshot_release(snapshot);
    return status;
}
