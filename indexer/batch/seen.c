// SPDX-License-Identifier: Apache-2.0
// seen.c: what a batch has seen of the index: documents that it has already. They are carried over the batch's own
// commits; segments are known by their names, since the writer lets go of those that a commit leaves out.

#include "build.h"

#include <stdlib.h>

gdx_status seen_init(struct seen *seen, gdx_snapshot *snapshot) {
    *seen = (struct seen){.snapshot = snapshot};
    size_t segments = gdx_snapshot_segment_count(snapshot);
    size_t documents = 0;
    seen->first = calloc(segments + 1, sizeof *seen->first);
    if (!seen->first)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < segments; i++) {
        seen->first[i] = documents;
        documents += gdx_segment_info_of(gdx_snapshot_segment(snapshot, i)->segment)->document_count;
    }
    seen->first[segments] = documents;
    seen->orders = calloc(documents + 1, sizeof *seen->orders);
    return seen->orders ? GDX_OK : GDX_NO_MEMORY;
}

void seen_clear(struct seen *seen) {
    free(seen->first);
    free((void *)seen->orders);
    *seen = (struct seen){0};
}

void seen_forget(const struct seen *seen) {
    for (size_t i = 0; i < gdx_snapshot_segment_count(seen->snapshot); i++)
        gdx_segment_forget(gdx_snapshot_segment(seen->snapshot, i)->segment);
}

static void see(struct seen *seen, size_t segment, uint32_t document, document_order order) {
    _Atomic uint64_t *at = &seen->orders[seen->first[segment] + document];
    uint64_t before = atomic_load_explicit(at, memory_order_relaxed);
    while (before < order + 1 &&
           !atomic_compare_exchange_weak_explicit(at, &before, order + 1, memory_order_relaxed, memory_order_relaxed)) {
    }
}

gdx_status seen_is_unchanged(struct seen *seen, const gdx_document *document, document_order order, bool *out,
                             gdx_error *err) {
    *out = false;
    if (!seen || gdx_snapshot_documents(seen->snapshot) == 0)
        return GDX_OK;
    size_t segment;
    uint32_t number;
    uint64_t hash;
    gdx_status status = gdx_snapshot_find_id(seen->snapshot, document->id, &segment, &number, out, err);
    if (status != GDX_OK || !*out)
        return status;
    status = gdx_segment_hash(gdx_snapshot_segment(seen->snapshot, segment)->segment, number, &hash, err);
    if (status != GDX_OK)
        return status;
    *out = hash == gdx_document_hash(document);
    if (*out)
        see(seen, segment, number, order);
    return GDX_OK;
}

// ---- from one commit to the next

gdx_status seen_segments_of(const struct seen *seen, struct seen_segments *out, gdx_error *err) {
    out->count = gdx_snapshot_segment_count(seen->snapshot);
    out->names = calloc(out->count + 1, sizeof *out->names);
    if (!out->names)
        return gdx_fail_memory(err, "a commit");
    for (size_t i = 0; i < out->count; i++)
        out->names[i] = gdx_segment_info_of(gdx_snapshot_segment(seen->snapshot, i)->segment)->name;
    return GDX_OK;
}

void seen_segments_clear(struct seen_segments *segments) {
    free(segments->names);
    *segments = (struct seen_segments){0};
}

static void carry_segment(const struct seen *from, struct seen *to, const struct seen_segments *before, size_t number) {
    uint64_t name = gdx_segment_info_of(gdx_snapshot_segment(to->snapshot, number)->segment)->name;
    size_t at = 0;
    while (at < before->count && before->names[at] != name)
        at++;
    for (size_t i = to->first[number]; i < to->first[number + 1]; i++) {
        uint64_t order = 1; // seen, before all that is still to come
        if (at < before->count)
            order = atomic_load_explicit(&from->orders[from->first[at] + i - to->first[number]], memory_order_relaxed);
        atomic_store_explicit(&to->orders[i], order, memory_order_relaxed);
    }
}

gdx_status seen_renew(struct seen *seen, const struct seen_segments *before, gdx_snapshot *snapshot, gdx_error *err) {
    struct seen renewed;
    if (seen_init(&renewed, snapshot) != GDX_OK) {
        seen_clear(&renewed);
        seen->snapshot = snapshot; // the other is gone
        return gdx_fail_memory(err, "a commit");
    }
    for (size_t i = 0; i < gdx_snapshot_segment_count(snapshot); i++)
        carry_segment(seen, &renewed, before, i);
    seen_clear(seen);
    *seen = renewed;
    return GDX_OK;
}
