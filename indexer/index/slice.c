// SPDX-License-Identifier: Apache-2.0
// slice.c: which segments each of several servers holds. Documents keep their order from slice to slice, so the slices
// of a scan are read one after another.

#include "slice.h"

#include <stdlib.h>

// The slice that the middle of a segment falls into.
static uint64_t slice_of(uint64_t start, uint64_t bytes, uint64_t all, uint32_t count) {
    unsigned __int128 middle = (unsigned __int128)start * 2 + bytes;
    return (uint64_t)(middle * count / ((unsigned __int128)all * 2));
}

void gdx_index_slice_bounds(const uint64_t *segment_bytes, size_t count, gdx_index_slice slice, size_t *out_first,
                            size_t *out_end) {
    uint64_t all = 0, start = 0;
    *out_first = 0;
    *out_end = count;
    if (slice.count <= 1)
        return;
    for (size_t i = 0; i < count; i++)
        all += segment_bytes[i];
    size_t first = 0, end = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t at = slice_of(start, segment_bytes[i], all, slice.count);
        first += at < slice.number;
        end += at <= slice.number;
        start += segment_bytes[i];
    }
    *out_first = first;
    *out_end = end;
}

gdx_status slice_manifest(struct manifest *manifest, gdx_index_slice slice, gdx_error *err) {
    size_t first, end;
    if (slice.count <= 1 || manifest->count == 0)
        return GDX_OK;
    uint64_t *bytes = malloc(manifest->count * sizeof *bytes);
    if (!bytes)
        return gdx_fail_memory(err, "a slice of the index");
    for (size_t i = 0; i < manifest->count; i++)
        bytes[i] = manifest->segments[i].info.bytes;
    gdx_index_slice_bounds(bytes, manifest->count, slice, &first, &end);
    free(bytes);
    memmove(manifest->segments, manifest->segments + first, (end - first) * sizeof *manifest->segments);
    manifest->count = end - first;
    return GDX_OK;
}
