// SPDX-License-Identifier: Apache-2.0
// fuzz_manifest.c: any bytes as a manifest, as an object store may give it: refused, or one that encodes to the same
// bytes, whose files can be walked and whose slices have each segment once. Magic, version and checksum are put right
// first, so that what is behind them is reached.

#include "envelope.h"
#include "layout.h"
#include "remote.h"
#include "slice.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct manifest *manifest, gdx_slice bytes) {
    const gdx_remote_options options = {0};
    struct wanted_walk walk = {0};
    struct wanted wanted;
    uint64_t whole = bytes.bytes;
    size_t segments = 0, first, count;
    gdx_buffer again = {0};
    while (wanted_next(manifest, &walk, &wanted)) {
        uint64_t parts = remote_part_count(&options, &wanted);
        if (parts > 0) {
            struct remote_part last = remote_part_at(&options, &wanted, parts - 1);
            assert(last.at + last.bytes == wanted.bytes);
        }
        whole += wanted.bytes;
    }
    assert(whole == manifest_file_bytes(manifest));
    for (unsigned slice = 0; slice < 3; slice++) {
        slice_segments(manifest, (gdx_index_slice){slice, 3}, &first, &count);
        segments += count;
    }
    assert(segments == manifest->count);
    assert(manifest_encode(manifest, &again) != GDX_OK || gdx_slice_equal(gdx_buffer_slice(&again), bytes));
    gdx_buffer_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct manifest manifest = {0};
    gdx_error err = {0};
    uint8_t *copy = malloc(size + 1);
    if (!copy)
        return 0;
    memcpy(copy, data, size);
    if (size >= MANIFEST_HEADER_BYTES + INDEX_CHECKSUM_BYTES)
        envelope_seal(copy, size, MANIFEST_MAGIC);
    const gdx_slice bytes = {(const char *)copy, size};
    if (manifest_decode("fuzz", bytes, &manifest, &err) == GDX_OK)
        use(&manifest, bytes);
    manifest_clear(&manifest);
    free(copy);
    return 0;
}
