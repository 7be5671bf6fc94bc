// SPDX-License-Identifier: Apache-2.0
// store_block.h: blocks of stored text, and the cache of them that a store reader is, for the readers of this folder.
// Format: docs/format.md, "Stored text". Relies on reader.h, store_writer.h; inside on zstd. One owner.
#ifndef GDX_SEGMENT_STORE_BLOCK_H
#define GDX_SEGMENT_STORE_BLOCK_H

#include "reader.h"
#include "store_details.h"
#include "store_writer.h"

struct ZSTD_DCtx_s;
struct store_slot;

struct gdx_store_reader { // one owner
    struct ZSTD_DCtx_s *context;
    struct store_slot *large;     // the one slot that may have more than SLOT_BYTES; NULL: none has
    struct store_slot *streaming; // the slot whose block `context` is in the middle of; NULL: none
    uint64_t clock;
    size_t slot_count;
    struct store_slot *slots;
    gdx_buffer head; // title, metadata and details handed out
    gdx_buffer text; // the body handed out
    store_details details;
    bool has_parts; // the document at hand has the flag
};

uint32_t store_block_count(const gdx_segment *segment);
// Row `number`; with number == count, what follows the last block.
gdx_status store_block_row(const gdx_segment *segment, uint32_t number, store_block *out,
                           gdx_error *err) GDX_MUST_CHECK;
// The block that coded byte `coded_offset` lies in.
gdx_status store_block_find(const gdx_segment *segment, uint64_t coded_offset, uint32_t *out,
                            gdx_error *err) GDX_MUST_CHECK;
// Its compressed bytes.
gdx_status store_block_compressed(const gdx_segment *segment, const store_block *block, const store_block *next,
                                  gdx_slice *out, gdx_error *err) GDX_MUST_CHECK;

// At least the first `bytes` coded bytes of block `number` (or all, when it has fewer), from the cache or decompressed.
// The slice is the reader's until its next call.
gdx_status store_block_coded(gdx_store_reader *reader, const gdx_segment *segment, uint32_t number, uint64_t bytes,
                             gdx_slice *out, gdx_error *err) GDX_MUST_CHECK;

// Where the record of a document begins and ends.
gdx_status store_record(const gdx_segment *segment, uint32_t document, uint64_t *out_begin, uint64_t *out_end,
                        gdx_error *err) GDX_MUST_CHECK;

#endif
