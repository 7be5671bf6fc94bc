// SPDX-License-Identifier: Apache-2.0
// block_reader.c: see block_reader.h. A block is the title of a document or 128 positions of its body, which is a group
// of stored text. What its last symbols are may depend on the next group; of Chinese text it hardly ever does.

#include "block_reader.h"

#include "gdx/ngram.h"
#include "gdx/text.h"

#include "document.h"

#include <assert.h>
#include <stdlib.h>

enum {
    HEADS_BYTES = 1 << 20, // of blocks of heads kept, for titles
    SYMBOL_BYTES = 8,      // that a symbol takes while it is cut, and when it is kept
    WORDS_KEPT = 1024,     // a power of 2
    WORD_BYTES = 20,       // of the longest that is kept
    BLOCK_WORK = 200,      // nanoseconds to read one, and
    SYMBOL_WORK = 7,       // each of its symbols
    CUT_TITLE_MAX = 1024   // symbols of a title that is cut without asking for memory
};

struct kept_word {
    uint64_t segment; // 0: none
    uint32_t number;
    uint8_t bytes;
    char spelling[WORD_BYTES];
};

struct query_block_reader { // one owner
    gdx_store_reader *store;
    query_document *document;
    gdx_symbols symbols;
    query_block blocks[QUERY_BLOCKS_KEPT];
    uint64_t used; // how often a block has been asked for
    struct kept_word words[WORDS_KEPT];
};

void query_block_reader_free(query_block_reader *reader) {
    if (!reader)
        return;
    gdx_store_reader_free(reader->store);
    query_document_free(reader->document);
    gdx_symbols_clear(&reader->symbols);
    for (int i = 0; i < QUERY_BLOCKS_KEPT; i++)
        free(reader->blocks[i].symbols);
    free(reader);
}

void query_block_reader_trim(query_block_reader *reader, size_t bytes) {
    for (int i = 0; reader && i < QUERY_BLOCKS_KEPT; i++) {
        query_block *block = &reader->blocks[i];
        if (block->capacity * sizeof *block->symbols <= bytes)
            continue;
        free(block->symbols);
        *block = (query_block){0};
    }
}

static gdx_status reader_of(query_run *run, query_block_reader **out, gdx_error *err) {
    gdx_searcher *searcher = run->searcher;
    if (!searcher->blocks) {
        query_block_reader *reader = calloc(1, sizeof *reader);
        if (!reader)
            return gdx_fail_memory(err, "an answer");
        reader->store = gdx_store_reader_new(HEADS_BYTES);
        reader->document = query_document_new();
        if (!reader->store || !reader->document) {
            query_block_reader_free(reader);
            return gdx_fail_memory(err, "an answer");
        }
        searcher->blocks = reader;
    }
    *out = searcher->blocks;
    return GDX_OK;
}

// ---- text -> numbers of symbols

static gdx_status differs(const query_segment *segment, uint32_t document, gdx_error *err) {
    return gdx_fail(err, GDX_CORRUPT, "%s: document %u: the stored text differs from the indexed symbols",
                    gdx_segment_path(segment->segment), document);
}

static gdx_status number_word(query_block_reader *reader, const query_segment *segment, gdx_slice word, uint32_t *out,
                              gdx_error *err) {
    uint64_t name = gdx_segment_info_of(segment->segment)->name;
    if (word.bytes > WORD_BYTES)
        return gdx_segment_find_word(segment->segment, word, out, err);
    struct kept_word *kept = &reader->words[gdx_checksum(word.data, word.bytes) % WORDS_KEPT];
    if (kept->segment == name && kept->bytes == word.bytes && memcmp(kept->spelling, word.data, word.bytes) == 0) {
        *out = kept->number;
        return GDX_OK;
    }
    gdx_status status = gdx_segment_find_word(segment->segment, word, out, err);
    if (status != GDX_OK)
        return status;
    *kept = (struct kept_word){.segment = name, .number = *out, .bytes = (uint8_t)word.bytes};
    memcpy(kept->spelling, word.data, word.bytes);
    return GDX_OK;
}

// Symbols [from, from + count) of a text that was cut.
static gdx_status number_symbols(query_block_reader *reader, const query_segment *segment, const gdx_symbols *symbols,
                                 uint32_t from, uint32_t count, uint32_t *to, gdx_error *err) {
    for (uint32_t i = 0; i < count; i++) {
        uint32_t symbol = symbols->symbols[from + i];
        if (symbol & GDX_WORD_FLAG) {
            gdx_slice word = gdx_symbols_word(symbols, symbol & ~GDX_WORD_FLAG);
            gdx_status status = number_word(reader, segment, word, &symbol, err);
            if (status != GDX_OK)
                return status;
        }
        to[i] = symbol;
    }
    return GDX_OK;
}

// Positions [from, to) of a body that is one part.
static gdx_status read_text(query_block_reader *reader, const query_segment *segment, uint32_t document, uint32_t from,
                            uint32_t to, uint32_t *symbols, gdx_error *err) {
    gdx_stretch stretch;
    gdx_symbols *cut = &reader->symbols;
    gdx_status status =
        gdx_store_read_symbols(reader->store, segment->segment, segment->rule, document, from, to, &stretch, err);
    if (status != GDX_OK)
        return status;
    if (gdx_text_symbols(segment->rule, stretch.text, 0, cut) != GDX_OK)
        return gdx_fail_memory(err, "an answer");
    if (stretch.first_symbol > from || stretch.first_symbol + (uint64_t)cut->count < to)
        return differs(segment, document, err);
    return number_symbols(reader, segment, cut, from - stretch.first_symbol, to - from, symbols, err);
}

// Positions [from, to) of the segment, of one part that is a title, or one of several of its document.
static gdx_status read_part(query_block_reader *reader, const query_segment *segment, uint32_t number, uint32_t from,
                            uint32_t to, uint32_t *symbols, gdx_error *err) {
    query_document *document = reader->document;
    query_view view;
    uint32_t part = query_document_part_at(document, from), begin = query_document_begin(document, part);
    gdx_status status = query_document_view(document, part, from - begin, to - begin, 0, &view, err);
    if (status != GDX_OK)
        return status;
    if (view.first > from - begin || view.first + view.symbols->count < to - begin)
        return differs(segment, number, err);
    return number_symbols(reader, segment, view.symbols, from - begin - view.first, to - from, symbols, err);
}

static gdx_status read_parts(query_block_reader *reader, const query_segment *segment, query_block *block, uint32_t end,
                             gdx_error *err) {
    const gdx_document_columns *columns = &segment->columns;
    gdx_status status = query_document_locate(reader->document, reader->store, segment, block->document, err);
    for (uint32_t at = block->begin; at < end && status == GDX_OK;) {
        gdx_position_range part = gdx_columns_part_at(columns, block->document, at);
        uint32_t to = part.end - 1 < end ? part.end - 1 : end;
        if (at >= part.end || part.begin > at) // the columns have changed
            return differs(segment, block->document, err);
        if (at < to)
            status = read_part(reader, segment, block->document, at, to, block->symbols + (at - block->begin), err);
        if (to == part.end - 1 && to < end)
            block->symbols[to++ - block->begin] = GDX_SYMBOL_END;
        at = to;
    }
    return status;
}

// Fills `symbols`, and `known`: the symbol after the block is read where it comes along.
static gdx_status fill_block(query_block_reader *reader, const query_segment *segment, query_block *block,
                             gdx_error *err) {
    const gdx_document_columns *columns = &segment->columns;
    uint32_t text = columns->text[block->document], document_end = columns->begin[block->document + 1];
    uint32_t count = block->end - block->begin, part_count;
    if (gdx_grow(&block->symbols, &block->capacity, (size_t)count + 1, sizeof *block->symbols) != GDX_OK)
        return gdx_fail_memory(err, "an answer");
    gdx_columns_parts(columns, block->document, &part_count);
    if (block->begin < text || part_count) { // a part ends where the next begins, so one more costs nothing
        uint32_t end = block->end < document_end ? block->end + 1 : block->end;
        block->symbols[count] = GDX_SYMBOL_END;
        block->known = count + 1;
        return read_parts(reader, segment, block, end, err);
    }
    bool is_last = block->end == document_end; // so its last position is the end mark
    block->known = count;
    if (is_last)
        block->symbols[--count] = GDX_SYMBOL_END;
    if (count == 0)
        return GDX_OK;
    uint32_t from = block->begin - text;
    return read_text(reader, segment, block->document, from, from + count, block->symbols, err);
}

// The place of the next block to be read: that of the one that was not asked for for the longest time, but not `kept`.
static query_block *place_of_next(query_block_reader *reader, const query_block *kept) {
    query_block *oldest = NULL;
    for (int i = 0; i < QUERY_BLOCKS_KEPT; i++) {
        query_block *block = &reader->blocks[i];
        if (block != kept && (!oldest || block->used < oldest->used))
            oldest = block;
    }
    return oldest;
}

static gdx_status read_beside(query_run *run, const query_segment *segment, uint32_t number, uint32_t from,
                              const query_block *kept, query_block **out, gdx_error *err) {
    query_block_reader *reader = NULL;
    uint64_t name = gdx_segment_info_of(segment->segment)->name;
    gdx_status status = reader_of(run, &reader, err);
    if (status != GDX_OK)
        return status;
    for (int i = 0; i < QUERY_BLOCKS_KEPT; i++)
        if (reader->blocks[i].segment == name && reader->blocks[i].number == number) {
            *out = &reader->blocks[i];
            reader->blocks[i].used = ++reader->used;
            return GDX_OK;
        }
    query_block *block = place_of_next(reader, kept);
    block->segment = 0;
    block->used = ++reader->used;
    block->number = number;
    gdx_position_range range = gdx_columns_block_range(&segment->columns, number, from, &block->document);
    if (range.begin >= range.end)
        return query_segment_corrupt(segment, err);
    block->begin = range.begin;
    block->end = range.end;
    uint64_t count = range.end - range.begin;
    status = query_run_expect(run, count * SYMBOL_BYTES, err); // a title may have any length
    if (status == GDX_OK)
        status = fill_block(reader, segment, block, err);
    if (status != GDX_OK)
        return status;
    block->segment = name;
    *out = block;
    return query_run_spend(run, BLOCK_WORK + count * SYMBOL_WORK, err);
}

gdx_status query_block_read(query_run *run, const query_segment *segment, uint32_t number, uint32_t from,
                            query_block **out, gdx_error *err) {
    return read_beside(run, segment, number, from, NULL, out, err);
}

gdx_status query_block_complete(query_run *run, const query_segment *segment, query_block *block, gdx_error *err) {
    uint32_t count = block->end - block->begin;
    query_block *next = NULL;
    assert(block->segment);
    if (block->known > count)
        return GDX_OK;
    if (block->end >= segment->columns.begin[block->document + 1]) { // after an end mark nothing is asked for
        block->symbols[count] = GDX_SYMBOL_END;
        block->known++;
        return GDX_OK;
    }
    gdx_status status = read_beside(run, segment, block->number + 1, block->document, block, &next, err);
    if (status != GDX_OK)
        return status;
    if (next->document != block->document)
        return query_segment_corrupt(segment, err);
    block->symbols[count] = next->symbols[0];
    block->known++;
    return GDX_OK;
}

// ---- symbols as they are cut

bool query_cut_part(const query_segment *segment, uint32_t document, uint32_t position, gdx_position_range *out) {
    const gdx_document_columns *columns = &segment->columns;
    uint32_t begin = columns->begin[document], text = columns->text[document], end = columns->begin[document + 1];
    uint32_t part_count;
    *out = position < text ? (gdx_position_range){begin, text - 1} : (gdx_position_range){text, end - 1};
    if (position < text)
        return text - begin <= CUT_TITLE_MAX;
    gdx_columns_parts(columns, document, &part_count);
    return part_count == 0;
}

// The title of a document, or its text from a symbol at or before position `from` on; *out_first: which.
static gdx_status read_cut(query_block_reader *reader, const query_segment *segment, uint32_t document, uint32_t from,
                           uint32_t to, gdx_slice *out_text, uint32_t *out_first, gdx_error *err) {
    uint32_t text = segment->columns.text[document];
    gdx_stretch stretch;
    *out_first = segment->columns.begin[document];
    if (from < text)
        return gdx_store_read_title(reader->store, segment->segment, document, out_text, err);
    gdx_status status = gdx_store_read_symbols(reader->store, segment->segment, segment->rule, document, from - text,
                                               to - text, &stretch, err);
    *out_text = stretch.text;
    *out_first = text + stretch.first_symbol;
    return status;
}

gdx_status query_cut_read(query_run *run, const query_segment *segment, uint32_t document, gdx_position_range range,
                          query_cut *out, gdx_error *err) {
    query_block_reader *reader = NULL;
    gdx_slice text;
    uint32_t first;
    gdx_status status = reader_of(run, &reader, err);
    if (status == GDX_OK)
        status = read_cut(reader, segment, document, range.begin, range.end, &text, &first, err);
    if (status != GDX_OK)
        return status;
    const gdx_symbols *cut = &reader->symbols;
    if (gdx_text_symbols(segment->rule, text, 0, &reader->symbols) != GDX_OK)
        return gdx_fail_memory(err, "an answer");
    if (first > range.begin || first + (uint64_t)cut->count < range.end)
        return differs(segment, document, err);
    *out = (query_cut){cut->symbols + (range.begin - first), cut, range.begin, range.end};
    return query_run_spend(run, BLOCK_WORK + (uint64_t)(range.end - range.begin) * SYMBOL_WORK, err);
}
