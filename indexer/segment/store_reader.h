// SPDX-License-Identifier: Apache-2.0
// store_reader.h: blocks of stored text for the readers of this folder. Format: docs/format.md, "Stored text".
// Relies on reader.h, store_writer.h, zstd. One owner.
#ifndef GDX_SEGMENT_STORE_READER_H
#define GDX_SEGMENT_STORE_READER_H

#include "reader.h"
#include "store_writer.h"

uint32_t gdx_store_block_count(const gdx_segment *segment);
// Row `number`; with number == count, what stands behind the last block.
gdx_status gdx_store_block_row(const gdx_segment *segment, uint32_t number, gdx_store_block *out,
                               gdx_error *err) GDX_MUST_CHECK;
// The block that coded byte `coded_offset` lies in.
gdx_status gdx_store_block_find(const gdx_segment *segment, uint64_t coded_offset, uint32_t *out,
                                gdx_error *err) GDX_MUST_CHECK;
// Its compressed bytes.
gdx_status gdx_store_block_compressed(const gdx_segment *segment, const gdx_store_block *block,
                                      const gdx_store_block *next, gdx_slice *out, gdx_error *err) GDX_MUST_CHECK;

// At least the first `bytes` coded bytes of block `number` (or all, when it has fewer), from the cache or decompressed.
// The slice is the reader's until its next call.
gdx_status gdx_store_block_coded(gdx_store_reader *reader, const gdx_segment *segment, uint32_t number, uint64_t bytes,
                                 gdx_slice *out, gdx_error *err) GDX_MUST_CHECK;

// Where the record of a document begins and ends.
gdx_status gdx_store_record(const gdx_segment *segment, uint32_t document, uint64_t *out_begin, uint64_t *out_end,
                            gdx_error *err) GDX_MUST_CHECK;

// A whole document as gdx_store_read gives it, its checkpoints looked at too: GDX_CORRUPT when one is not where it
// says.
gdx_status gdx_store_read_checked(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                                  uint32_t text_symbols, gdx_document *out, gdx_error *err) GDX_MUST_CHECK;

#endif
