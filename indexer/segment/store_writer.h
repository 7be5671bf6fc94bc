// SPDX-License-Identifier: Apache-2.0
// store_writer.h: documents -> coded records -> compressed blocks. Format: docs/format.md, "Stored text".
// Relies on sink.h, characters.h, zstd. One owner.
//
// Where blocks end depends on the documents alone, so that a merge can copy most blocks and still give the bytes that
// writing all documents at once would give:
// - A record of GDX_STORE_TARGET_BYTES or more has blocks of its own, cut at checkpoints into nearly equal pieces.
// - Other records share blocks. A block ends after the record that fills it to GDX_STORE_TARGET_BYTES, before a long
//   record, and after a record whose document hash says so (store_is_reset), where writers that came from different
//   places fall into step again.
#ifndef GDX_SEGMENT_STORE_WRITER_H
#define GDX_SEGMENT_STORE_WRITER_H

#include "gdx/base.h"
#include "gdx/document.h"
#include "sink.h"

typedef struct store_writer store_writer; // one owner

// Where a block begins.
typedef struct store_block {
    uint64_t coded_offset; // in the concatenation of all records
    uint64_t offset;       // in the section
    uint32_t document;     // the first whose record or piece it holds
    uint32_t text_byte;    // 0, or where in that document's text the piece begins
    uint32_t symbol;       // likewise
} store_block;

// The sink's current section must be SECTION_STORE.
gdx_status store_writer_new(segment_sink *sink, int level, store_writer **out, gdx_error *err) GDX_MUST_CHECK;
void store_writer_free(store_writer *writer); // NULL is fine
GDX_DEFINE_AUTO(store_writer, store_writer_free)

// The next document. `hash`: gdx_document_hash.
gdx_status store_writer_add(store_writer *writer, const gdx_document *document, uint64_t hash,
                            const gdx_checkpoint *checkpoints, size_t checkpoint_count, gdx_error *err) GDX_MUST_CHECK;
uint64_t store_writer_coded_bytes(const store_writer *writer); // of all records so far
size_t store_writer_bytes(const store_writer *writer);         // of memory in use
int store_writer_level(const store_writer *writer);

// Writes the last block and the section of block rows.
gdx_status store_writer_finish(store_writer *writer, gdx_error *err) GDX_MUST_CHECK;

// -- for merging: records that are coded already
bool store_is_reset(uint64_t hash, uint64_t record_bytes);
// True when nothing waits for the current block to end, so that whole blocks may follow.
bool store_writer_is_between_blocks(const store_writer *writer);
// The record of the next document, below GDX_STORE_TARGET_BYTES.
gdx_status store_writer_add_record(store_writer *writer, gdx_slice record, uint64_t hash,
                                   gdx_error *err) GDX_MUST_CHECK;
// Ends the current block early, because a long record follows.
gdx_status store_writer_end_block(store_writer *writer, gdx_error *err) GDX_MUST_CHECK;
// A piece of a long record as a block of its own; text_byte and symbol are where it begins.
gdx_status store_writer_add_piece(store_writer *writer, gdx_slice piece, uint32_t text_byte, uint32_t symbol,
                                  gdx_error *err) GDX_MUST_CHECK;
// A compressed block of `document_count` documents that begin in it (0: a later piece of a long record).
gdx_status store_writer_copy_block(store_writer *writer, gdx_slice compressed, uint64_t coded_bytes,
                                   uint32_t document_count, uint32_t text_byte, uint32_t symbol,
                                   gdx_error *err) GDX_MUST_CHECK;
// The document after a long record is the next number; called once after its pieces.
void store_writer_count_document(store_writer *writer);

#endif
