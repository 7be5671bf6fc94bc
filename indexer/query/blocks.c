// SPDX-License-Identifier: Apache-2.0
// blocks.c: see blocks.h.
// A block is the title of a document or 128 positions of its body, which is a group of stored text: it is cut
// into symbols with the group after it. The symbol after it, with which its last bigram ends, is read when that may be
// one that is looked for. The last few blocks are kept as numbers of symbols: neighbours are asked for by phrases that
// begin in one and end in the next. Cost of a block: about a microsecond, a title's more.

#include "blocks.h"

#include "gdx/ngram.h"
#include "gdx/postings.h"
#include "gdx/text.h"

#include "document.h"

#include <stdlib.h>

enum {
    BLOCKS_KEPT = 4,
    HEADS_BYTES = 1 << 20, // of blocks of heads kept, for titles
    WORDS_KEPT = 1024,     // a power of 2
    WORD_BYTES = 20,       // of the longest that is kept
    BLOCK_WORK = 1000,     // nanoseconds to read one
    SEEK_WORK = 50
};

struct block { // the symbols of positions [begin, end) of one document
    uint64_t segment;
    uint32_t number;
    uint32_t document;
    uint32_t begin;
    uint32_t end;
    uint32_t known; // symbols, from `begin` on: all of them, and perhaps the one after
    uint32_t *symbols;
    size_t capacity;
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
    struct block blocks[BLOCKS_KEPT];
    unsigned next; // which is replaced
    struct kept_word words[WORDS_KEPT];
};

void query_block_reader_free(query_block_reader *reader) {
    if (!reader)
        return;
    gdx_store_reader_free(reader->store);
    query_document_free(reader->document);
    gdx_symbols_clear(&reader->symbols);
    for (int i = 0; i < BLOCKS_KEPT; i++)
        free(reader->blocks[i].symbols);
    free(reader);
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
    gdx_status status = gdx_store_read_around(reader->store, segment->segment, document, from, to - 1, &stretch, err);
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

static gdx_status read_parts(query_block_reader *reader, const query_segment *segment, struct block *block,
                             uint32_t end, gdx_error *err) {
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

static gdx_status read_block(query_block_reader *reader, const query_segment *segment, struct block *block,
                             gdx_error *err) {
    const gdx_document_columns *columns = &segment->columns;
    uint32_t document_end = columns->begin[block->document + 1], count = block->end - block->begin;
    uint32_t end = block->end < document_end ? block->end + 1 : block->end;
    uint32_t text = columns->text[block->document], part_count;
    if (gdx_grow(&block->symbols, &block->capacity, (size_t)count + 1, sizeof *block->symbols) != GDX_OK)
        return gdx_fail_memory(err, "an answer");
    block->known = count + 1;
    block->symbols[count] = GDX_SYMBOL_END;
    gdx_columns_parts(columns, block->document, &part_count);
    if (block->begin < text || part_count)
        return read_parts(reader, segment, block, end, err);
    if (end == document_end)
        block->symbols[--end - block->begin] = GDX_SYMBOL_END;
    if (end <= block->begin)
        return GDX_OK;
    return read_text(reader, segment, block->document, block->begin - text, end - text, block->symbols, err);
}

// *out is valid until as many others have been read as are kept. `from`: its document is at or after it.
static gdx_status find_block(query_run *run, const query_segment *segment, uint32_t number, uint32_t from,
                             struct block **out, gdx_error *err) {
    query_block_reader *reader = NULL;
    uint64_t name = gdx_segment_info_of(segment->segment)->name;
    gdx_status status = reader_of(run, &reader, err);
    if (status != GDX_OK)
        return status;
    for (int i = 0; i < BLOCKS_KEPT; i++)
        if (reader->blocks[i].segment == name && reader->blocks[i].number == number) {
            *out = &reader->blocks[i];
            return GDX_OK;
        }
    struct block *block = &reader->blocks[reader->next++ % BLOCKS_KEPT];
    block->segment = 0;
    block->number = number;
    gdx_position_range range = gdx_columns_block_range(&segment->columns, number, from, &block->document);
    if (range.begin >= range.end)
        return query_segment_corrupt(segment, err);
    block->begin = range.begin;
    block->end = range.end;
    status = read_block(reader, segment, block, err);
    if (status != GDX_OK)
        return status;
    block->segment = name;
    *out = block;
    return query_run_spend(run, BLOCK_WORK, err);
}

// Reads the symbol after a block that was read last, when the bigram that begins with the block's last may be one that
// is looked for.
static gdx_status complete_block(query_run *run, const query_segment *segment, struct block *block, gdx_error *err) {
    uint32_t count = block->end - block->begin;
    struct block *next = NULL;
    if (block->known > count)
        return GDX_OK;
    gdx_status status = find_block(run, segment, block->number + 1, block->document, &next, err);
    if (status != GDX_OK)
        return status;
    if (next->document != block->document)
        return query_segment_corrupt(segment, err);
    block->symbols[count] = next->symbols[0];
    block->known++;
    return GDX_OK;
}

// ---- terms

bool query_bigram_has_blocks(const query_bigram *bigram) {
    bool has = false;
    for (uint32_t i = 0; i < bigram->list_count; i++)
        has |= bigram->lists[i].has_blocks;
    return has;
}

bool query_plan_has_blocks(const query_plan *plan) {
    bool has = false;
    for (uint32_t i = 0; i < plan->bigram_count; i++)
        has |= query_bigram_has_blocks(&plan->bigrams[i]);
    return has;
}

static gdx_status append_in_block(query_run *run, const query_segment *segment, struct block *block,
                                  const gdx_term *term, query_list *out, gdx_error *err) {
    uint32_t count = block->end - block->begin;
    gdx_status status = query_run_reserve(run, out, out->count + count, err);
    if (status == GDX_OK && block->symbols[count - 1] == term->first)
        status = complete_block(run, segment, block, err);
    if (status != GDX_OK)
        return status;
    for (uint32_t i = 0; i < count; i++) {
        out->values[out->count] = block->begin + i;
        if (block->symbols[i] == term->first)
            out->count += block->symbols[i + 1] == term->second;
    }
    return GDX_OK;
}

gdx_status query_term_append(query_run *run, const query_segment *segment, const gdx_term *term, query_list *out,
                             gdx_error *err) {
    query_list *blocks = &run->searcher->numbers;
    query_list *to = term->has_blocks ? blocks : out;
    if (term->has_blocks)
        blocks->count = 0;
    uint32_t limit = term->has_blocks ? gdx_segment_block_count(segment->segment) : segment->position_count;
    gdx_status status = query_run_reserve(run, to, to->count + term->entries, err);
    if (status != GDX_OK)
        return status;
    if (gdx_postings_decode(term->postings, term->entries, limit, to->values + to->count) != GDX_OK)
        return query_segment_corrupt(segment, err);
    to->count += term->entries;
    uint32_t document = 0;
    for (size_t i = 0; term->has_blocks && i < blocks->count && status == GDX_OK; i++) {
        struct block *block = NULL;
        status = find_block(run, segment, blocks->values[i], document, &block, err);
        if (status != GDX_OK)
            return status;
        document = block->document;
        status = append_in_block(run, segment, block, term, out, err);
    }
    return status;
}

// The symbol at a position of a document, read in the block at hand where it has it.
static gdx_status symbol_at(query_run *run, const query_segment *segment, uint32_t document, uint32_t position,
                            struct block **block, uint32_t *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (!*block || (*block)->document != document || position < (*block)->begin ||
        position - (*block)->begin >= (*block)->known)
        status =
            find_block(run, segment, gdx_columns_block(&segment->columns, document, position), document, block, err);
    if (status == GDX_OK)
        *out = (*block)->symbols[position - (*block)->begin];
    return status;
}

static bool is_one_of(const query_bigram *bigram, uint32_t first, uint32_t second) {
    bool is = false;
    for (uint32_t i = 0; i < bigram->list_count; i++)
        is |= bigram->lists[i].first == first && bigram->lists[i].second == second;
    return is;
}

gdx_status query_blocks_thin(query_run *run, const query_segment *segment, const query_bigram *bigram, query_list *list,
                             gdx_error *err) {
    struct block *block = NULL;
    size_t kept = 0;
    uint32_t document = 0;
    for (size_t i = 0; i < list->count; i++) {
        uint64_t at = (uint64_t)list->values[i] + bigram->offset;
        document = gdx_columns_document_at(&segment->columns, list->values[i], document);
        if (at + 1 >= segment->columns.begin[document + 1])
            continue;
        uint32_t first, second;
        struct block *next = block;
        gdx_status status = symbol_at(run, segment, document, (uint32_t)at, &block, &first, err);
        next = block;
        if (status == GDX_OK)
            status = symbol_at(run, segment, document, (uint32_t)at + 1, &next, &second, err);
        if (status != GDX_OK)
            return status;
        list->values[kept] = list->values[i];
        kept += is_one_of(bigram, first, second);
    }
    list->count = kept;
    return query_run_spend(run, list->count * 5, err);
}

// ---- phrases

struct list_cursor {
    gdx_cursor cursor;
    bool has_blocks;
};

struct query_block_walk {
    const query_segment *segment;
    const query_plan *plan;
    uint32_t document; // of the last candidate
    uint32_t cursor_count;
    struct list_cursor cursors[]; // of the plan's bigrams, one for each of their lists
};

gdx_status query_block_walk_open(query_run *run, const query_segment *segment, const query_plan *plan,
                                 query_block_walk **out, gdx_error *err) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->bigram_count; i++)
        count += plan->bigrams[i].list_count;
    query_block_walk *walk = query_run_take(run, sizeof *walk + count * sizeof *walk->cursors, err);
    if (!walk)
        return GDX_NO_MEMORY;
    walk->segment = segment;
    walk->plan = plan;
    for (uint32_t i = 0; i < plan->bigram_count; i++)
        for (uint32_t j = 0; j < plan->bigrams[i].list_count; j++) {
            const gdx_term *term = &plan->bigrams[i].lists[j];
            struct list_cursor *cursor = &walk->cursors[walk->cursor_count++];
            cursor->has_blocks = term->has_blocks;
            uint32_t limit = term->has_blocks ? gdx_segment_block_count(segment->segment) : segment->position_count;
            if (gdx_cursor_open(&cursor->cursor, term->postings, term->entries, limit) != GDX_OK)
                return query_segment_corrupt(segment, err);
        }
    *out = walk;
    return GDX_OK;
}

// The first block from `block` on that the list has something in.
static uint32_t seek_list(const query_block_walk *walk, struct list_cursor *list, uint32_t block) {
    if (list->has_blocks)
        return gdx_cursor_seek(&list->cursor, block);
    const gdx_document_columns *columns = &walk->segment->columns;
    uint32_t document;
    gdx_position_range range = gdx_columns_block_range(columns, block, 0, &document);
    uint32_t found = gdx_cursor_seek(&list->cursor, range.begin);
    if (found == GDX_POSITION_END)
        return found;
    return gdx_columns_block(columns, gdx_columns_document_at(columns, found, document), found);
}

// Of a bigram, whose lists are at `cursors`.
static uint32_t seek(const query_block_walk *walk, const query_bigram *bigram, struct list_cursor *cursors,
                     uint32_t block) {
    uint32_t found = GDX_POSITION_END;
    for (uint32_t i = 0; i < bigram->list_count; i++) {
        uint32_t other = seek_list(walk, &cursors[i], block);
        found = other < found ? other : found;
    }
    return found;
}

// Whether all other bigrams may stand where they must when the first of the plan is in the block.
static bool is_candidate(query_block_walk *walk, uint32_t block) {
    const query_plan *plan = walk->plan;
    struct list_cursor *cursors = walk->cursors + plan->bigrams[0].list_count;
    uint32_t offset = plan->bigrams[0].offset;
    for (uint32_t i = 1; i < plan->bigram_count; cursors += plan->bigrams[i++].list_count) {
        const query_bigram *bigram = &plan->bigrams[i];
        bool is_after = bigram->offset > offset;
        uint32_t distance = is_after ? bigram->offset - offset : offset - bigram->offset;
        uint32_t reach = (distance + 127) / 128; // blocks; a document's last is shorter, and the last is the last
        uint32_t low = is_after ? block : block > reach ? block - reach : 0;
        uint32_t found = seek(walk, bigram, cursors, low);
        if (found == GDX_POSITION_END || found > (is_after ? block + reach : block))
            return false;
    }
    return true;
}

// Whether a symbol answers at place `index` of the phrase.
static inline bool answers(const query_plan *plan, uint32_t index, uint32_t symbol) {
    uint32_t other = plan->leaf->symbols[index].other;
    return symbol == plan->numbers[index] || (other && symbol == other);
}

// Whether the phrase stands at a position of the block's document.
static gdx_status stands(query_run *run, const query_block_walk *walk, struct block *block, uint32_t position,
                         bool *out, gdx_error *err) {
    const query_plan *plan = walk->plan;
    uint32_t document = block->document, end = walk->segment->columns.begin[document + 1];
    gdx_status status = GDX_OK;
    *out = plan->leaf->symbol_count < end - position;
    for (uint32_t i = 0; *out && i < plan->leaf->symbol_count; i++) {
        uint32_t symbol;
        status = symbol_at(run, walk->segment, document, position + i, &block, &symbol, err);
        if (status != GDX_OK)
            return status;
        *out = answers(plan, i, symbol);
    }
    return GDX_OK;
}

// The phrase's places in [low, high) at which its first bigram of the plan is in the block.
static gdx_status list_block(query_run *run, query_block_walk *walk, uint32_t number, uint32_t low, uint32_t high,
                             query_list *out, gdx_error *err) {
    const query_plan *plan = walk->plan;
    uint32_t offset = plan->bigrams[0].offset;
    struct block *block = NULL;
    gdx_status status = find_block(run, walk->segment, number, walk->document, &block, err);
    if (status == GDX_OK && answers(plan, offset, block->symbols[block->end - block->begin - 1]))
        status = complete_block(run, walk->segment, block, err);
    if (status != GDX_OK)
        return status;
    walk->document = block->document;
    uint32_t begin = block->begin, count = block->end - begin, first = walk->segment->columns.begin[block->document];
    for (uint32_t i = 0; i < count; i++) {
        if (!answers(plan, offset, block->symbols[i]) || !answers(plan, offset + 1, block->symbols[i + 1]))
            continue;
        uint64_t at = (uint64_t)begin + i;
        if (at < (uint64_t)first + offset || at - offset < low || at - offset >= high)
            continue;
        bool is = false;
        status = stands(run, walk, block, (uint32_t)at - offset, &is, err);
        if (status == GDX_OK) // reading others may have let go of it
            status = find_block(run, walk->segment, number, walk->document, &block, err);
        if (status == GDX_OK && answers(plan, offset, block->symbols[count - 1]))
            status = complete_block(run, walk->segment, block, err);
        if (status == GDX_OK && is)
            status = query_run_append(run, out, &(uint32_t){(uint32_t)at - offset}, 1, err);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

static gdx_status check_cursors(const query_block_walk *walk, gdx_error *err) {
    for (uint32_t i = 0; i < walk->cursor_count; i++)
        if (gdx_cursor_status(&walk->cursors[i].cursor) != GDX_OK)
            return query_segment_corrupt(walk->segment, err);
    return GDX_OK;
}

gdx_status query_block_walk_list(query_run *run, query_block_walk *walk, uint32_t low, uint32_t high, query_list *out,
                                 gdx_error *err) {
    const gdx_document_columns *columns = &walk->segment->columns;
    const query_bigram *rarest = &walk->plan->bigrams[0];
    if (low >= high)
        return GDX_OK;
    uint32_t at = gdx_columns_block(columns, gdx_columns_document_at(columns, low, 0), low);
    uint32_t last_document = gdx_columns_document_at(columns, high - 1, 0);
    uint32_t last = gdx_columns_block(columns, last_document, columns->begin[last_document + 1] - 1);
    walk->document = 0;
    gdx_status status = GDX_OK;
    while (status == GDX_OK) {
        at = seek(walk, rarest, walk->cursors, at);
        if (at > last) // or there is none
            break;
        if (is_candidate(walk, at))
            status = list_block(run, walk, at, low, high, out, err);
        if (status == GDX_OK)
            status = query_run_spend(run, SEEK_WORK, err);
        if (at++ == last) // the next range may begin in this one
            break;
    }
    return status == GDX_OK ? check_cursors(walk, err) : status;
}

// ---- symbols

static bool is_in(const query_symbol_range *ranges, uint32_t count, uint32_t symbol) {
    uint32_t low = 0, high = count; // ranges before low begin at or before it
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ranges[middle].low <= symbol)
            low = middle + 1;
        else
            high = middle;
    }
    return low && symbol < ranges[low - 1].high;
}

static gdx_status list_symbols(query_run *run, const struct block *block, const query_symbol_range *ranges,
                               uint32_t count, uint32_t low, uint32_t high, query_list *out, gdx_error *err) {
    uint32_t from = low > block->begin ? low : block->begin, to = high < block->end ? high : block->end;
    if (from >= to)
        return GDX_OK;
    gdx_status status = query_run_reserve(run, out, out->count + (to - from), err);
    for (uint32_t at = from; at < to && status == GDX_OK; at++) {
        uint32_t symbol = block->symbols[at - block->begin];
        bool is = count == 1 ? symbol >= ranges[0].low && symbol < ranges[0].high : is_in(ranges, count, symbol);
        out->values[out->count] = at;
        out->count += is;
    }
    return status;
}

gdx_status query_blocks_symbols_within(query_run *run, const query_segment *segment, const query_symbol_range *ranges,
                                       uint32_t count, uint32_t low, uint32_t high, query_list *out, gdx_error *err) {
    const gdx_document_columns *columns = &segment->columns;
    uint32_t document = low < high ? gdx_columns_document_at(columns, low, 0) : 0;
    gdx_status status = GDX_OK;
    for (uint32_t at = low; at < high && status == GDX_OK;) {
        struct block *block = NULL;
        status = find_block(run, segment, gdx_columns_block(columns, document, at), document, &block, err);
        if (status == GDX_OK)
            status = list_symbols(run, block, ranges, count, low, high, out, err);
        if (status == GDX_OK)
            at = block->end;
    }
    return status;
}

gdx_status query_blocks_symbols(query_run *run, const query_segment *segment, const query_symbol_range *ranges,
                                uint32_t count, const query_list *blocks, query_list *out, gdx_error *err) {
    uint32_t document = 0;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < blocks->count && status == GDX_OK; i++) {
        struct block *block = NULL;
        status = find_block(run, segment, blocks->values[i], document, &block, err);
        if (status != GDX_OK)
            return status;
        document = block->document;
        status = list_symbols(run, block, ranges, count, 0, UINT32_MAX, out, err);
    }
    return status;
}
