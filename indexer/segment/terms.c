// SPDX-License-Identifier: Apache-2.0
// terms.c: finds and walks terms. docs/format.md, "Term dictionary".
// A search asks the filter first, so that most terms that are not there cost one word. It is a binary search over the
// rows of blocks, then the symbols of one block; its other columns are unpacked
// when the term is there. Rows count the occurrences before them, so that those of a symbol with thousands of terms are
// the difference of two look-ups.

#include "terms.h"

#include "term_columns.h"
#include "term_filter.h"

#include <assert.h>
#include <stdlib.h>

uint32_t term_block_count(const gdx_segment *segment) {
    return (uint32_t)(segment->section_bytes[SECTION_TERM_BLOCKS] / TERM_BLOCK_BYTES);
}

static gdx_status damaged(const gdx_segment *segment, uint32_t number, const char *what, gdx_error *err) {
    return segment_damaged(segment, SECTION_TERM_BLOCKS, (uint64_t)number * TERM_BLOCK_BYTES, what, err);
}

// The packed columns of a block: to the start of the next.
static gdx_status block_bytes(const gdx_segment *segment, uint32_t number, const uint8_t **out, const uint8_t **out_end,
                              const uint8_t **out_row, gdx_error *err) {
    const uint8_t *row;
    gdx_status status = segment_row(segment, SECTION_TERM_BLOCKS, number, TERM_BLOCK_BYTES, &row, err);
    if (status != GDX_OK)
        return status;
    uint64_t begin = gdx_load_u32(row + TERM_BLOCK_TERMS);
    uint64_t end = segment->section_bytes[SECTION_TERMS];
    if (number + 1 < term_block_count(segment)) {
        const uint8_t *next;
        status = segment_row(segment, SECTION_TERM_BLOCKS, (uint64_t)number + 1, TERM_BLOCK_BYTES, &next, err);
        if (status != GDX_OK)
            return status;
        end = gdx_load_u32(next + TERM_BLOCK_TERMS);
    }
    if (begin > end)
        return damaged(segment, number, "blocks out of order", err);
    *out_row = row;
    status = segment_section(segment, SECTION_TERMS, begin, end - begin, out, err);
    if (status == GDX_OK)
        *out_end = *out + (end - begin);
    return status;
}

// Turns differences into symbols; false when they leave 32 bits.
static bool sum_symbols(term_block *block) {
    for (uint32_t i = 1; i < block->count; i++) {
        uint64_t first = (uint64_t)block->first[i - 1] + block->first[i];
        uint64_t second = block->second[i];
        if (block->first[i] == 0)
            second += (uint64_t)block->second[i - 1] + 1;
        if (first > UINT32_MAX || second > UINT32_MAX)
            return false;
        block->first[i] = (uint32_t)first;
        block->second[i] = (uint32_t)second;
    }
    return true;
}

// What of a block is to be unpacked next.
struct columns {
    const uint8_t *at;
    const uint8_t *end;
};

// The row and the first two columns, whose symbols are then differences.
static gdx_status read_symbols(const gdx_segment *segment, uint32_t number, term_block *out, struct columns *columns,
                               gdx_error *err) {
    const uint8_t *row = NULL;
    gdx_status status = block_bytes(segment, number, &columns->at, &columns->end, &row, err);
    if (status != GDX_OK)
        return status;
    uint32_t left = segment->term_count - number * GDX_TERMS_PER_BLOCK;
    out->count = left < GDX_TERMS_PER_BLOCK ? left : GDX_TERMS_PER_BLOCK;
    out->first[0] = gdx_load_u32(row + TERM_BLOCK_FIRST);
    out->second[0] = gdx_load_u32(row + TERM_BLOCK_SECOND);
    out->postings = gdx_load_u64(row + TERM_BLOCK_POSTINGS);
    out->occurrences = gdx_load_u32(row + TERM_BLOCK_OCCURRENCES);
    bool is_good = pack_read(&columns->at, columns->end, out->count - 1, out->first + 1) &&
                   pack_read(&columns->at, columns->end, out->count - 1, out->second + 1);
    return is_good ? GDX_OK : damaged(segment, number, "a block that does not decode", err);
}

// The other two, whose lengths are then codes.
static gdx_status read_lists(const gdx_segment *segment, uint32_t number, term_block *out, struct columns *columns,
                             gdx_error *err) {
    bool is_good =
        pack_read(&columns->at, columns->end, out->count, out->positions) &&
        pack_read(&columns->at, columns->end, out->count, out->bytes) &&
        (segment->shape == GDX_SHAPE_EXACT || pack_read(&columns->at, columns->end, out->count, out->more)) &&
        columns->at == columns->end;
    return is_good ? GDX_OK : damaged(segment, number, "a block that does not decode", err);
}

// Turns counts and codes into positions and bytes, those of the first `count` terms. *out_bytes: of all but the last.
static inline gdx_status measure_lists(const gdx_segment *segment, uint32_t number, term_block *block, uint32_t count,
                                       uint64_t *out_bytes, gdx_error *err) {
    uint32_t limit = segment_list_limit(segment);
    uint64_t sum = 0;
    int64_t bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (block->positions[i]++ >= limit)
            return damaged(segment, number, "a term with more positions than there are", err);
        sum += (uint64_t)bytes;
        bytes = term_list_bytes(block->bytes[i], block->positions[i], limit);
        if ((int64_t)block->positions[i] > 8 * bytes || bytes > UINT32_MAX) // each takes a bit at least
            return damaged(segment, number, "a term with more positions than its list has room for", err);
        block->bytes[i] = (uint32_t)bytes;
    }
    *out_bytes = sum;
    return GDX_OK;
}

gdx_status term_block_read(const gdx_segment *segment, uint32_t number, term_block *out, gdx_error *err) {
    struct columns columns = {NULL, NULL};
    uint64_t passed_over = 0;
    gdx_status status = read_symbols(segment, number, out, &columns, err);
    if (status == GDX_OK)
        status = read_lists(segment, number, out, &columns, err);
    if (status == GDX_OK && !sum_symbols(out))
        status = damaged(segment, number, "a block that does not decode", err);
    return status == GDX_OK ? measure_lists(segment, number, out, out->count, &passed_over, err) : status;
}

static bool is_at_or_before(const uint8_t *row, uint32_t first, uint32_t second) {
    uint32_t row_first = gdx_load_u32(row + TERM_BLOCK_FIRST);
    return row_first < first || (row_first == first && gdx_load_u32(row + TERM_BLOCK_SECOND) <= second);
}

gdx_status term_block_find(const gdx_segment *segment, uint32_t first, uint32_t second, uint32_t *out, gdx_error *err) {
    uint32_t low = 0; // blocks before low begin at or before the term
    uint32_t high = term_block_count(segment);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *row;
        gdx_status status = segment_row(segment, SECTION_TERM_BLOCKS, middle, TERM_BLOCK_BYTES, &row, err);
        if (status != GDX_OK)
            return status;
        if (is_at_or_before(row, first, second))
            low = middle + 1;
        else
            high = middle;
    }
    *out = low ? low - 1 : 0;
    return GDX_OK;
}

static gdx_status fill_term(const gdx_segment *segment, const term_block *block, uint32_t index, uint64_t postings,
                            gdx_term *out, gdx_error *err) {
    const uint8_t *bytes;
    gdx_status status = segment_section(segment, SECTION_POSTINGS, postings, block->bytes[index], &bytes, err);
    if (status != GDX_OK)
        return status;
    __builtin_prefetch(bytes);
    uint64_t count = term_occurrences(segment, block, index);
    if (count > segment->info.position_count)
        return segment_damaged(segment, SECTION_TERMS, 0, "a term with more occurrences than positions", err);
    bool has_blocks = !shape_has_positions(segment->shape, (uint32_t)count);
    uint32_t entries = has_blocks ? block->positions[index] : (uint32_t)count;
    if (entries / 8 > block->bytes[index]) // each takes a bit at least: nobody makes room for what cannot be there
        return segment_damaged(segment, SECTION_POSTINGS, postings, "a list of more entries than bits", err);
    *out = (gdx_term){.first = block->first[index],
                      .second = block->second[index],
                      .count = (uint32_t)count,
                      .postings = {(const char *)bytes, block->bytes[index]},
                      .entries = entries,
                      .has_blocks = has_blocks};
    return GDX_OK;
}

// The term's index in its block, with its count and bytes; *out_before: bytes of postings before its own. *out_index is
// out->count: the block does not have it.
static gdx_status measure_in(const gdx_segment *segment, uint32_t number, uint32_t first, uint32_t second,
                             term_block *out, uint32_t *out_index, uint64_t *out_before, gdx_error *err) {
    struct columns columns = {NULL, NULL};
    gdx_status status = read_symbols(segment, number, out, &columns, err);
    if (status != GDX_OK)
        return status;
    uint32_t index = *out_index = term_columns_find(out, first, second);
    *out_before = 0;
    if (index == out->count)
        return GDX_OK;
    out->first[index] = first;
    out->second[index] = second;
    status = read_lists(segment, number, out, &columns, err);
    if (status != GDX_OK)
        return status;
    uint32_t bytes = 0;
    if (!term_columns_measure(out, index, segment_list_limit(segment), out_before, &bytes)) // large or damaged
        return measure_lists(segment, number, out, index + 1, out_before, err);
    out->positions[index]++;
    out->bytes[index] = bytes;
    return GDX_OK;
}

static gdx_status find_in(const gdx_segment *segment, uint32_t number, uint32_t first, uint32_t second, gdx_term *out,
                          gdx_error *err) {
    term_block block;
    uint32_t index;
    uint64_t before;
    gdx_status status = measure_in(segment, number, first, second, &block, &index, &before, err);
    if (status == GDX_OK && index == block.count)
        *out = (gdx_term){.first = first, .second = second};
    else if (status == GDX_OK)
        status = fill_term(segment, &block, index, block.postings + before, out, err);
    return status;
}

// Whether the filter leaves it open that the segment has a term.
static gdx_status may_have(const gdx_segment *segment, uint32_t first, uint32_t second, bool *out, gdx_error *err) {
    term_filter_place place = term_filter_place_of(first, second, term_filter_words(segment->term_count));
    const uint8_t *word;
    gdx_status status = segment_row(segment, SECTION_TERM_FILTER, place.word, 8, &word, err);
    if (status == GDX_OK)
        *out = (gdx_load_u64(word) & place.bits) == place.bits;
    return status;
}

gdx_status gdx_segment_locate_term(const gdx_segment *segment, gdx_term_key key, uint32_t *out_block, gdx_error *err) {
    const uint8_t *row;
    *out_block = 0;
    if (segment->term_count == 0)
        return GDX_OK;
    gdx_status status = term_block_find(segment, key.first, key.second, out_block, err);
    if (status == GDX_OK)
        status = segment_row(segment, SECTION_TERM_BLOCKS, *out_block, TERM_BLOCK_BYTES, &row, err);
    uint64_t at = status == GDX_OK ? gdx_load_u32(row + TERM_BLOCK_TERMS) : UINT64_MAX;
    if (at < segment->section_bytes[SECTION_TERMS]) {
        const uint8_t *columns = segment->map.data + segment->section_offset[SECTION_TERMS] + at;
        for (int line = 0; line < 3; line++) // what a block mostly takes; prefetching reads nothing
            __builtin_prefetch(columns + line * 64);
    }
    return status;
}

gdx_status gdx_segment_read_term(const gdx_segment *segment, gdx_term_key key, uint32_t block, gdx_term *out,
                                 gdx_error *err) {
    *out = (gdx_term){.first = key.first, .second = key.second};
    return segment->term_count ? find_in(segment, block, key.first, key.second, out, err) : GDX_OK;
}

gdx_status gdx_segment_first_missing(const gdx_segment *segment, const gdx_term_key *keys, size_t count, size_t *out,
                                     gdx_error *err) {
    const uint8_t *filter = segment->map.data + segment->section_offset[SECTION_TERM_FILTER];
    uint64_t words = term_filter_words(segment->term_count);
    assert(count <= GDX_TERM_KEYS_MAX);
    *out = 0;
    if (words == 0) // so are all
        return GDX_OK;
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(filter + term_filter_place_of(keys[i].first, keys[i].second, words).word * 8);
    for (size_t i = 0; i < count; i++) {
        bool may = false;
        gdx_status status = may_have(segment, keys[i].first, keys[i].second, &may, err);
        if (status != GDX_OK)
            return status;
        *out = i;
        if (!may)
            return GDX_OK;
    }
    *out = count;
    return GDX_OK;
}

gdx_status gdx_segment_find_term(const gdx_segment *segment, uint32_t first, uint32_t second, gdx_term *out,
                                 gdx_error *err) {
    uint32_t number = 0;
    bool may = false;
    gdx_status status = segment->term_count ? may_have(segment, first, second, &may, err) : GDX_OK;
    if (status == GDX_OK && may)
        status = term_block_find(segment, first, second, &number, err);
    if (status == GDX_OK && may)
        return find_in(segment, number, first, second, out, err);
    if (status == GDX_OK)
        *out = (gdx_term){.first = first, .second = second};
    return status;
}

gdx_status gdx_segment_size_term(const gdx_segment *segment, uint32_t first, uint32_t second, uint32_t *out_count,
                                 uint32_t *out_bytes, gdx_error *err) {
    uint32_t number = 0, index = 0;
    bool may = false;
    term_block block = {.count = 0};
    uint64_t before;
    gdx_status status = segment->term_count ? may_have(segment, first, second, &may, err) : GDX_OK;
    if (status == GDX_OK && may)
        status = term_block_find(segment, first, second, &number, err);
    if (status == GDX_OK && may)
        status = measure_in(segment, number, first, second, &block, &index, &before, err);
    bool is_there = status == GDX_OK && may && index < block.count;
    *out_count = is_there ? (uint32_t)term_occurrences(segment, &block, index) : 0;
    *out_bytes = is_there ? block.bytes[index] : 0;
    return status;
}

// ---- walking

gdx_status term_walk_init(gdx_term_walk *walk, const gdx_segment *segment, uint32_t first_low, uint32_t first_high,
                          gdx_error *err) {
    walk->segment = segment;
    walk->first_high = first_high;
    walk->next_block = 0;
    walk->in_block = 0;
    walk->postings = 0;
    walk->block.count = 0;
    if (segment->term_count == 0)
        return GDX_OK;
    gdx_status status = term_block_find(segment, first_low, 0, &walk->next_block, err);
    if (status == GDX_OK)
        status = term_block_read(segment, walk->next_block++, &walk->block, err);
    if (status != GDX_OK)
        return status;
    walk->postings = walk->block.postings;
    while (walk->in_block < walk->block.count && walk->block.first[walk->in_block] < first_low)
        walk->postings += walk->block.bytes[walk->in_block++];
    return GDX_OK;
}

gdx_status gdx_term_walk_open(const gdx_segment *segment, uint32_t first_low, uint32_t first_high, gdx_term_walk **out,
                              gdx_error *err) {
    gdx_term_walk *walk = malloc(sizeof *walk);
    if (!walk)
        return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory to walk its terms");
    gdx_status status = term_walk_init(walk, segment, first_low, first_high, err);
    if (status != GDX_OK)
        free(walk);
    else
        *out = walk;
    return status;
}

void gdx_term_walk_close(gdx_term_walk *walk) {
    free(walk);
}

gdx_status gdx_term_walk_next(gdx_term_walk *walk, gdx_term *out, bool *out_has, gdx_error *err) {
    if (walk->in_block == walk->block.count && walk->next_block < term_block_count(walk->segment)) {
        gdx_status status = term_block_read(walk->segment, walk->next_block, &walk->block, err);
        if (status != GDX_OK)
            return status;
        walk->next_block++;
        walk->in_block = 0;
        walk->postings = walk->block.postings;
    }
    uint32_t index = walk->in_block;
    if (index == walk->block.count || walk->block.first[index] >= walk->first_high) {
        *out_has = false;
        return GDX_OK;
    }
    gdx_status status = fill_term(walk->segment, &walk->block, index, walk->postings, out, err);
    if (status != GDX_OK)
        return status;
    walk->postings += walk->block.bytes[index];
    walk->in_block++;
    *out_has = true;
    return GDX_OK;
}

// ---- occurrences

// Of all terms whose first symbol is below `symbol`.
static gdx_status occurrences_before(const gdx_segment *segment, uint32_t symbol, uint64_t *out, gdx_error *err) {
    term_block block;
    uint32_t number;
    gdx_status status = term_block_find(segment, symbol, 0, &number, err);
    if (status == GDX_OK)
        status = term_block_read(segment, number, &block, err);
    if (status != GDX_OK)
        return status;
    *out = block.occurrences;
    for (uint32_t i = 0; i < block.count && block.first[i] < symbol; i++)
        *out += term_occurrences(segment, &block, i);
    return GDX_OK;
}

gdx_status gdx_segment_has_symbol(const gdx_segment *segment, uint32_t symbol, bool *out, gdx_error *err) {
    term_block block;
    struct columns columns;
    uint32_t number;
    *out = false;
    if (segment->term_count == 0)
        return GDX_OK;
    gdx_status status = term_block_find(segment, symbol, 0, &number, err);
    if (status == GDX_OK)
        status = read_symbols(segment, number, &block, &columns, err);
    uint64_t first = block.first[0];
    for (uint32_t i = 1; status == GDX_OK && i < block.count && first < symbol; i++)
        first += block.first[i];
    if (status != GDX_OK)
        return status;
    *out = first == symbol;
    if (first >= symbol || number + 1 == term_block_count(segment))
        return GDX_OK;
    const uint8_t *row; // its terms may begin with the next block
    status = segment_row(segment, SECTION_TERM_BLOCKS, (uint64_t)number + 1, TERM_BLOCK_BYTES, &row, err);
    if (status == GDX_OK)
        *out = gdx_load_u32(row + TERM_BLOCK_FIRST) == symbol;
    return status;
}

gdx_status gdx_segment_range_occurrences(const gdx_segment *segment, uint32_t low, uint32_t high, uint64_t *out,
                                         gdx_error *err) {
    uint64_t before = 0;
    uint64_t behind = 0;
    gdx_status status = GDX_OK;
    if (segment->term_count && low < high) {
        status = occurrences_before(segment, low, &before, err);
        if (status == GDX_OK)
            status = occurrences_before(segment, high, &behind, err);
    }
    if (status != GDX_OK)
        return status;
    if (behind < before)
        return segment_damaged(segment, SECTION_TERM_BLOCKS, 0, "occurrences that do not add up", err);
    *out = behind - before;
    return GDX_OK;
}

gdx_status gdx_segment_symbol_occurrences(const gdx_segment *segment, uint32_t symbol, uint64_t *out, gdx_error *err) {
    uint32_t high = symbol == UINT32_MAX ? symbol : symbol + 1;
    return gdx_segment_range_occurrences(segment, symbol, high, out, err);
}
