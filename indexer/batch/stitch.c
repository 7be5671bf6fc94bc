// SPDX-License-Identifier: Apache-2.0
// stitch.c: the runs of a span become one segment by merges of a few at a time, so that what a merge holds of each
// input stays within any budget. A merge gives the bytes that one writer would have given, whatever the runs were.

#include "spans.h"

#include <assert.h>
#include <stdlib.h>

enum { STITCH_MOST = 16 };
// What one segment takes (docs/format.md, "Conventions").
#define POSITIONS_MOST ((uint64_t)UINT32_MAX - 1)

static int compare_runs(const void *a, const void *b) {
    const struct span_run *left = a, *right = b;
    return left->place < right->place ? -1 : left->place > right->place;
}

static gdx_status open_run(const struct stitching *stitching, const struct span_run *run, gdx_segment **out,
                           gdx_error *err) {
    return run->is_final ? gdx_segment_open(stitching->directory, run->info.name, out, err)
                         : gdx_segment_open_run(stitching->directory, run->tag, run->info.name, out, err);
}

static gdx_status merge(const struct span_run *runs, size_t count, const struct stitching *stitching,
                        struct span_run *out, gdx_error *err) {
    gdx_segment *segments[STITCH_MOST] = {0};
    gdx_merge_input inputs[STITCH_MOST];
    const gdx_segment_merge_options options = {.directory = stitching->directory,
                                               .tag = out->tag,
                                               .is_run = !out->is_final,
                                               .level = stitching->level,
                                               .shape = stitching->shape,
                                               .keys = stitching->keys,
                                               .stop = stitching->stop};
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < count; i++) {
        status = open_run(stitching, &runs[i], &segments[i], err);
        inputs[i] = (gdx_merge_input){segments[i], NULL};
    }
    if (status == GDX_OK)
        status = gdx_segment_merge(&options, inputs, count, &out->info, err);
    for (size_t i = 0; i < count; i++)
        gdx_segment_release(segments[i]);
    return status;
}

// Runs [first, first + count) become the first of them; what follows them stays where it is.
static gdx_status join(struct span *span, size_t first, size_t count, bool is_final, const struct stitching *stitching,
                       gdx_error *err) {
    struct span_run *runs = span->runs + first;
    struct span_run joined = {.tag = (*stitching->next_tag)++, .is_final = is_final, .place = runs[0].place};
    gdx_status status = merge(runs, count, stitching, &joined, err);
    for (size_t i = 1; status == GDX_OK && i < count; i++)
        if (orders_append(&runs[0].orders, &runs[i].orders) != GDX_OK)
            status = gdx_fail_memory(err, "the order of documents");
    if (status != GDX_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (!runs[i].is_final)
            gdx_segment_remove_run(stitching->directory, runs[i].tag);
        if (i)
            orders_clear(&runs[i].orders);
    }
    joined.orders = runs[0].orders;
    runs[0] = joined;
    return GDX_OK;
}

static size_t least_of(size_t a, size_t b) {
    return a < b ? a : b;
}

// Runs [first, end) become one segment at `first`.
static gdx_status join_all(struct span *span, size_t first, size_t end, const struct stitching *stitching,
                           gdx_error *err) {
    size_t count = end - first;
    if (count == 1 && span->runs[first].is_final)
        return GDX_OK;
    while (count > STITCH_MOST) {
        size_t joined = 0;
        for (size_t at = 0; at < count; at += STITCH_MOST, joined++) {
            size_t width = least_of(STITCH_MOST, count - at);
            gdx_status status = width > 1 ? join(span, first + at, width, false, stitching, err) : GDX_OK;
            if (status != GDX_OK)
                return status;
            struct span_run run = span->runs[first + at];
            span->runs[first + at].orders = (struct orders){0};
            span->runs[first + joined] = run;
        }
        count = joined;
    }
    return join(span, first, count, true, stitching, err);
}

gdx_status span_stitch(struct span *span, const struct stitching *stitching, gdx_error *err) {
    assert(span->is_closed && span->open == 0);
    if (span->count == 0) // all were dropped with a batch that failed
        return GDX_OK;
    qsort(span->runs, span->count, sizeof *span->runs, compare_runs);
    uint64_t positions = 0;
    for (size_t i = 0; i < span->count; i++)
        positions += span->runs[i].info.position_count;
    // The last document may be so large that positions run out: then it is a segment of its own, and a run is, too.
    size_t end = positions > POSITIONS_MOST && span->count > 1 ? span->count - 1 : span->count;
    gdx_status status = join_all(span, 0, end, stitching, err);
    if (status != GDX_OK)
        return status;
    size_t kept = 1;
    if (end < span->count) {
        status = join_all(span, end, span->count, stitching, err);
        if (status != GDX_OK)
            return status;
        struct span_run last = span->runs[end];
        span->runs[end].orders = (struct orders){0};
        span->runs[kept++] = last;
    }
    span->count = kept;
    return GDX_OK;
}
