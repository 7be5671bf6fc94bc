// SPDX-License-Identifier: Apache-2.0
// block_reader.h: the symbols of a block of a compact segment (docs/format.md, "Shapes"), cut from its stored text.
// The last few blocks are kept, as numbers of symbols: neighbours are asked for by phrases that begin in one and end in
// the next.
#ifndef GDX_QUERY_BLOCK_READER_H
#define GDX_QUERY_BLOCK_READER_H

#include "budget.h"

#include "gdx/text.h"

enum { QUERY_BLOCKS_KEPT = 4 };

typedef struct query_block { // the symbols of positions [begin, end) of one document; the reader's
    uint64_t segment;        // its name; 0: nothing
    uint32_t number;
    uint32_t document;
    uint32_t begin;
    uint32_t end;
    uint32_t known;    // symbols, from `begin` on: all of them, and perhaps the one after
    uint32_t *symbols; // as the segment numbers them; GDX_SYMBOL_END for an end mark
    size_t capacity;
    uint64_t used; // when it was asked for last, counted by the reader
} query_block;

// What a searcher keeps for it, made when it is first needed.
typedef struct query_block_reader query_block_reader;
void query_block_reader_free(query_block_reader *reader); // NULL is fine
// Frees each block that takes more bytes. NULL is fine.
void query_block_reader_trim(query_block_reader *reader, size_t bytes);

// Block `number`. *out is valid until QUERY_BLOCKS_KEPT - 1 others have been read. `from`: a document at or before the
// block's. Cost: some 0.7 us, 1.2 where the next group must be read, too; a title's 20, if its head is not at hand.
// GDX_CORRUPT: the segment has no such block, or its text has other symbols than its columns say. GDX_NO_MEMORY: it is
// a title of more symbols than the run has memory for.
gdx_status query_block_read(query_run *run, const query_segment *segment, uint32_t number, uint32_t from,
                            query_block **out, gdx_error *err) GDX_MUST_CHECK;
// Reads the symbol after the block, with which its last bigram ends, unless it is known. The block stays valid.
gdx_status query_block_complete(query_run *run, const query_segment *segment, query_block *block,
                                gdx_error *err) GDX_MUST_CHECK;

// Symbols of positions [begin, end) as they are cut: words are not numbered. The reader's, until it is asked again.
typedef struct query_cut {
    const uint32_t *symbols;
    const gdx_symbols *words; // for gdx_symbols_word
    uint32_t begin;
    uint32_t end;
} query_cut;

// The title or the text that a position of a document is in, without its end mark. False: the document has several
// parts, or the title is long; query_block_read is for these.
bool query_cut_part(const query_segment *segment, uint32_t document, uint32_t position, gdx_position_range *out);
// Positions within such a part, at least one. GDX_CORRUPT: it has other symbols than the columns say.
gdx_status query_cut_read(query_run *run, const query_segment *segment, uint32_t document, gdx_position_range range,
                          query_cut *out, gdx_error *err) GDX_MUST_CHECK;

#endif
