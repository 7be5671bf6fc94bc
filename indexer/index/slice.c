// SPDX-License-Identifier: Apache-2.0
// slice.c: which segments each of several servers holds. Documents keep their order from slice to slice, so the slices
// of a scan are read one after another.

#include "slice.h"

// The slice that the middle of a segment falls into.
static uint64_t slice_of(uint64_t start, uint64_t bytes, uint64_t all, uint32_t count) {
    unsigned __int128 middle = (unsigned __int128)start * 2 + bytes; // of half bytes
    return all ? (uint64_t)(middle * count / ((unsigned __int128)all * 2)) : 0;
}

void slice_segments(const struct manifest *manifest, gdx_index_slice slice, size_t *out_first, size_t *out_count) {
    uint64_t all = 0, start = 0;
    *out_first = 0;
    *out_count = slice.count <= 1 ? manifest->count : 0;
    if (slice.count <= 1)
        return;
    for (size_t i = 0; i < manifest->count; i++)
        all += manifest->segments[i].info.bytes;
    for (size_t i = 0; i < manifest->count; i++) {
        uint64_t bytes = manifest->segments[i].info.bytes;
        if (slice_of(start, bytes, all, slice.count) == slice.number && (*out_count)++ == 0)
            *out_first = i;
        start += bytes;
    }
}

void slice_manifest(struct manifest *manifest, gdx_index_slice slice) {
    size_t first, count;
    slice_segments(manifest, slice, &first, &count);
    if (count)
        memmove(manifest->segments, manifest->segments + first, count * sizeof *manifest->segments);
    manifest->count = count;
}
