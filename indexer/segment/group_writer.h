// SPDX-License-Identifier: Apache-2.0
// group_writer.h: bodies of documents -> groups -> token text. Format: docs/format.md, "Stored text".
// Relies on sink.h, gdx/tokens.h. One owner.
//
// Where ranges of one token table end depends on the documents alone, and so do their tokens. So a merge copies the
// ranges that stay whole and still gives the bytes that writing all documents at once would give.
#ifndef GDX_SEGMENT_GROUP_WRITER_H
#define GDX_SEGMENT_GROUP_WRITER_H

#include "gdx/base.h"
#include "gdx/document.h"
#include "sink.h"

typedef struct group_writer group_writer; // one owner

// The sink's current section must be SECTION_STORE.
gdx_status group_writer_new(segment_sink *sink, group_writer **out, gdx_error *err) GDX_MUST_CHECK;
void group_writer_free(group_writer *writer); // NULL is fine
GDX_DEFINE_AUTO(group_writer, group_writer_free)
size_t group_writer_bytes(const group_writer *writer);   // of memory in use
uint32_t group_writer_count(const group_writer *writer); // of groups so far

// The body of the next document: group i begins at begins[i]. `hash`: gdx_document_hash.
gdx_status group_writer_add(group_writer *writer, gdx_slice body, const gdx_checkpoint *begins, size_t count,
                            uint64_t hash, gdx_error *err) GDX_MUST_CHECK;

// Writes the last range, and frees what holds its text: nothing is added afterwards.
gdx_status group_writer_end_text(group_writer *writer, gdx_error *err) GDX_MUST_CHECK;
// The same, where that was not done, and the sections GROUPS to TOKEN_RANGES.
gdx_status group_writer_finish(group_writer *writer, gdx_error *err) GDX_MUST_CHECK;

// -- for merging
// True when the next document begins a range, so that whole ranges may follow.
bool group_writer_is_between_ranges(const group_writer *writer);
bool group_ends_range(uint64_t hash, uint64_t body_bytes);
// The next group of the document at hand; `late`: symbols between the one it begins with by count and its first.
gdx_status group_writer_add_group(group_writer *writer, gdx_slice text, uint32_t late, gdx_error *err) GDX_MUST_CHECK;
// After the last group of a document.
gdx_status group_writer_end_document(group_writer *writer, uint64_t hash, uint64_t body_bytes,
                                     gdx_error *err) GDX_MUST_CHECK;
// A whole range, before which the range at hand ends, if there is one: its tokens, then its groups, coded as they are,
// in runs of at most GDX_GROUPS_PER_BLOCK; then the end.
gdx_status group_writer_begin_copy(group_writer *writer, gdx_slice tokens, gdx_error *err) GDX_MUST_CHECK;
gdx_status group_writer_copy(group_writer *writer, gdx_slice coded, const uint32_t *coded_bytes,
                             const uint32_t *text_bytes, const uint32_t *late, size_t count,
                             gdx_error *err) GDX_MUST_CHECK;
gdx_status group_writer_end_copy(group_writer *writer, uint32_t document_count, gdx_error *err) GDX_MUST_CHECK;

#endif
