// SPDX-License-Identifier: Apache-2.0
// seen.c: what a batch has seen of the index, carried over one of its commits. Segments are known by their names, since
// the writer lets go of those that a commit leaves out.

#include "build.h"

#include <stdlib.h>

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
