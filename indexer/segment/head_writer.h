// SPDX-License-Identifier: Apache-2.0
// head_writer.h: heads of documents (title, metadata, details) -> compressed blocks. Format: docs/format.md, "Heads".
// Relies on sink.h, zstd. One owner.
//
// Where blocks end depends on the documents alone, so that a merge can copy most blocks and still give the bytes that
// writing all documents at once would give:
// - A head of GDX_HEAD_TARGET_BYTES or more has a block of its own.
// - Other heads share blocks. A block ends after the head that fills it to GDX_HEAD_TARGET_BYTES, before a long head,
//   and after a head whose document hash says so (head_is_reset), where writers that came from different places fall
//   into step again.
#ifndef GDX_SEGMENT_HEAD_WRITER_H
#define GDX_SEGMENT_HEAD_WRITER_H

#include "gdx/base.h"
#include "gdx/document.h"
#include "sink.h"

typedef struct head_writer head_writer; // one owner

// Where a block begins.
typedef struct head_block {
    uint64_t records;  // in the concatenation of all heads
    uint64_t offset;   // in the section
    uint32_t document; // whose head is its first
} head_block;

// Blocks stay in memory until head_writer_finish; with `is_begun`, the sink's current section is SECTION_HEADS, and
// they are written as they come.
gdx_status head_writer_new(segment_sink *sink, int level, bool is_begun, head_writer **out,
                           gdx_error *err) GDX_MUST_CHECK;
void head_writer_free(head_writer *writer); // NULL is fine
GDX_DEFINE_AUTO(head_writer, head_writer_free)

// The next document. `hash`: gdx_document_hash.
gdx_status head_writer_add(head_writer *writer, const gdx_document *document, uint64_t hash,
                           gdx_error *err) GDX_MUST_CHECK;
uint64_t head_writer_record_bytes(const head_writer *writer); // of all heads so far
size_t head_writer_bytes(const head_writer *writer);          // of memory in use
int head_writer_level(const head_writer *writer);

// Writes the last block and the sections HEADS, unless it is begun, and HEAD_BLOCKS.
gdx_status head_writer_finish(head_writer *writer, gdx_error *err) GDX_MUST_CHECK;

// -- for merging: heads as they are stored
bool head_is_reset(uint64_t hash, uint64_t record_bytes);
// True when nothing waits for the current block to end, so that whole blocks may follow.
bool head_writer_is_between_blocks(const head_writer *writer);
// The head of the next document.
gdx_status head_writer_add_record(head_writer *writer, gdx_slice record, uint64_t hash, gdx_error *err) GDX_MUST_CHECK;
// A compressed block of `document_count` documents.
gdx_status head_writer_copy_block(head_writer *writer, gdx_slice compressed, uint64_t record_bytes,
                                  uint32_t document_count, gdx_error *err) GDX_MUST_CHECK;

#endif
