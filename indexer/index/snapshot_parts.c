// SPDX-License-Identifier: Apache-2.0
// snapshot_parts.c: what an index costs in bytes, by part: those of its segments added up by name, and what is no
// segment's.

#include "snapshot.h"

#include <stdlib.h>

static size_t add_part(gdx_segment_part *parts, size_t count, const gdx_segment_part *part) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(parts[i].name, part->name) == 0) {
            parts[i].bytes += part->bytes;
            return count;
        }
    }
    if (count < GDX_SEGMENT_PARTS_MAX)
        parts[count++] = *part;
    return count;
}

static int by_bytes(const void *a, const void *b) {
    const gdx_segment_part *x = a, *y = b;
    return x->bytes == y->bytes ? strcmp(x->name, y->name) : (x->bytes < y->bytes) - (x->bytes > y->bytes);
}

size_t gdx_snapshot_parts(const gdx_snapshot *snapshot, gdx_segment_part parts[GDX_SNAPSHOT_PARTS_MAX]) {
    size_t count = 0;
    uint64_t rest = gdx_snapshot_bytes(snapshot);
    for (size_t i = 0; i < gdx_snapshot_segment_count(snapshot); i++) {
        const gdx_segment *segment = gdx_snapshot_segment(snapshot, i)->segment;
        gdx_segment_part of_segment[GDX_SEGMENT_PARTS_MAX];
        size_t part_count = gdx_segment_parts(segment, of_segment);
        for (size_t p = 0; p < part_count; p++)
            count = add_part(parts, count, &of_segment[p]);
        uint64_t bytes = gdx_segment_info_of(segment)->bytes;
        rest -= bytes < rest ? bytes : rest;
    }
    uint64_t reprints = snapshot->reprints_bytes;
    if (reprints)
        parts[count++] = (gdx_segment_part){GDX_PART_REPRINTS, reprints};
    parts[count++] = (gdx_segment_part){GDX_PART_MANIFEST, reprints < rest ? rest - reprints : 0};
    qsort(parts, count, sizeof parts[0], by_bytes);
    return count;
}
