// SPDX-License-Identifier: Apache-2.0
// groups.h: groups of stored text, for the readers of this folder. Format: docs/format.md, "Stored text".
// Relies on reader.h, gdx/tokens.h. Threads: any; what is filled in has one owner.
#ifndef GDX_SEGMENT_GROUPS_H
#define GDX_SEGMENT_GROUPS_H

#include "reader.h"

// The groups that have their lengths in one place.
typedef struct group_block {
    uint64_t segment; // its name; 0: none has been read
    uint32_t number;
    uint32_t count;
    bool is_new;    // no text of it has been read
    uint64_t store; // where the first begins in the section
    uint64_t text;  // bytes of all texts before it
    uint32_t coded_bytes[GDX_GROUPS_PER_BLOCK];
    uint32_t text_bytes[GDX_GROUPS_PER_BLOCK];
    uint32_t late[GDX_GROUPS_PER_BLOCK];      // symbols between the one that it begins with by count and its first
    uint32_t ends[GDX_GROUPS_PER_BLOCK];      // of the codes, from `store`
    uint64_t text_ends[GDX_GROUPS_PER_BLOCK]; // likewise of the texts, from `text`
} group_block;

// Block `number`, unless it is there already.
gdx_status group_block_read(const gdx_segment *segment, uint32_t number, group_block *block,
                            gdx_error *err) GDX_MUST_CHECK;
gdx_status group_damaged(const gdx_segment *segment, uint64_t group, const char *what, gdx_error *err);

// The groups of a document: [*out_first, *out_end), at least one.
gdx_status groups_of_document(const gdx_segment *segment, uint32_t document, uint32_t *out_first, uint32_t *out_end,
                              gdx_error *err) GDX_MUST_CHECK;
// Bytes of all texts before a group, up to the number of groups.
gdx_status group_text_begin(const gdx_segment *segment, uint32_t group, group_block *block, uint64_t *out,
                            gdx_error *err) GDX_MUST_CHECK;

// The documents of a range of one token table: it begins with document `begin` and ends before `end`. `tokens`: its
// own, or nothing.
typedef struct token_range {
    uint32_t number;
    uint32_t begin;
    uint32_t end;
    gdx_slice tokens;
} token_range;
gdx_status token_range_read(const gdx_segment *segment, uint32_t number, token_range *out,
                            gdx_error *err) GDX_MUST_CHECK;
gdx_status token_range_find(const gdx_segment *segment, uint32_t document, token_range *out,
                            gdx_error *err) GDX_MUST_CHECK;
// Bytes of the texts of its documents, which are those of its groups. `block`: room for one to read.
gdx_status token_range_text_bytes(const gdx_segment *segment, const token_range *range, group_block *block,
                                  uint64_t *out, gdx_error *err) GDX_MUST_CHECK;
// Its table, made when a thread first asks for it, and the segment's until it is released.
gdx_status token_range_table(const gdx_segment *segment, const token_range *range, const gdx_token_table **out,
                             gdx_error *err) GDX_MUST_CHECK;

// Appends the text of groups [first, end).
gdx_status groups_text(const gdx_segment *segment, const gdx_token_table *table, uint32_t first, uint32_t end,
                       group_block *block, gdx_buffer *out, gdx_error *err) GDX_MUST_CHECK;

#endif
