// SPDX-License-Identifier: Apache-2.0
// shares.c: which inputs one of several runs takes. The files in their order are one stretch of bytes, which is cut
// into equal shares; what begins in a share is the run's that has it. A file is left to the share that it begins in,
// unless it turns out to be lines: then each share takes the lines that begin in it, and all shares together take each
// line once, in the order of a single run. docs/scale.md.

#include "inputs.h"

static uint64_t checksum_of(uint64_t before, const struct input *input) {
    uint64_t parts[3] = {before, gdx_checksum(input->id.data, input->id.bytes), input->bytes};
    return gdx_checksum(parts, sizeof parts);
}

gdx_batch_inputs inputs_figures(const struct inputs *inputs) {
    gdx_batch_inputs figures = {.files = inputs->count, .bytes = inputs->bytes};
    for (size_t i = 0; i < inputs->count; i++)
        figures.fingerprint = checksum_of(figures.fingerprint, &inputs->items[i]);
    return figures;
}

// The first byte of a share.
static uint64_t begin_of(uint64_t bytes, uint64_t index, uint64_t count) {
    return (uint64_t)(((unsigned __int128)bytes * index + count - 1) / count);
}

// The share of what begins at a byte. Empty files at the very end are the last one's.
static uint64_t share_at(uint64_t at, uint64_t bytes, uint64_t count) {
    if (bytes == 0)
        return 0;
    return at < bytes ? (uint64_t)((unsigned __int128)at * count / bytes) : count - 1;
}

gdx_status inputs_take_share(struct inputs *inputs, const gdx_batch_shard *shard, gdx_error *err) {
    uint64_t begin = begin_of(inputs->bytes, shard->index, shard->count);
    uint64_t end = begin_of(inputs->bytes, (uint64_t)shard->index + 1, shard->count);
    uint64_t at = 0;
    size_t kept = 0;
    for (size_t i = 0; i < inputs->count; i++) {
        struct input input = inputs->items[i];
        uint64_t begins = at;
        at += input.bytes;
        if (input.is_stream)
            return gdx_fail_at(err, GDX_INVALID, input.path,
                               "does not tell its size, so it cannot be shared out among several runs");
        bool is_begun = begins < begin && begin < at && begin < end; // in an earlier share, and reaches into this one
        if (!is_begun && share_at(begins, inputs->bytes, shard->count) != shard->index)
            continue;
        input.from = is_begun ? begin - begins : 0;
        input.to = end < at ? end - begins : UINT64_MAX;
        inputs->items[kept++] = input;
    }
    inputs->count = kept;
    inputs->bytes = end - begin;
    return GDX_OK;
}
