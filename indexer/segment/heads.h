// SPDX-License-Identifier: Apache-2.0
// heads.h: blocks of heads, and the cache of them that is a part of a store reader, for the readers of this folder.
// Format: docs/format.md, "Heads". Relies on reader.h, head_writer.h; inside on zstd. One owner.
#ifndef GDX_SEGMENT_HEADS_H
#define GDX_SEGMENT_HEADS_H

#include "head_writer.h"
#include "reader.h"

struct ZSTD_DCtx_s;
struct head_slot;

typedef struct head_cache { // one owner
    struct ZSTD_DCtx_s *context;
    struct head_slot *large;     // the one slot that may have more than SLOT_BYTES; NULL: none has
    struct head_slot *streaming; // the slot whose block `context` is in the middle of; NULL: none
    uint64_t clock;
    uint64_t hits, misses; // blocks that were asked for: there as far as wanted, and decompressed
    size_t slot_count;
    struct head_slot *slots;
} head_cache;

bool head_cache_init(head_cache *cache, size_t bytes) GDX_MUST_CHECK; // false: no memory; clear it then, too
void head_cache_clear(head_cache *cache);

uint32_t head_block_count(const gdx_segment *segment);
// Row `number`; with number == count, what follows the last block.
gdx_status head_block_row(const gdx_segment *segment, uint32_t number, head_block *out, gdx_error *err) GDX_MUST_CHECK;
// The block that byte `record` of the heads lies in.
gdx_status head_block_find(const gdx_segment *segment, uint64_t record, uint32_t *out, gdx_error *err) GDX_MUST_CHECK;
// Its compressed bytes.
gdx_status head_block_compressed(const gdx_segment *segment, const head_block *block, const head_block *next,
                                 gdx_slice *out, gdx_error *err) GDX_MUST_CHECK;
// At least the first `bytes` bytes of block `number` (or all, when it has fewer), from the cache or decompressed. The
// slice is the cache's until its next call.
gdx_status head_block_bytes(head_cache *cache, const gdx_segment *segment, uint32_t number, uint64_t bytes,
                            gdx_slice *out, gdx_error *err) GDX_MUST_CHECK;

// Where the head of a document begins and ends among all.
gdx_status head_bounds(const gdx_segment *segment, uint32_t document, uint64_t *out_begin, uint64_t *out_end,
                       gdx_error *err) GDX_MUST_CHECK;
// All of it; the slice is the cache's until its next call.
gdx_status head_record(head_cache *cache, const gdx_segment *segment, uint32_t document, gdx_slice *out,
                       gdx_error *err) GDX_MUST_CHECK;

#endif
