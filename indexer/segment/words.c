// SPDX-License-Identifier: Apache-2.0
// words.c: finds words by spelling, by prefix and by suffix. docs/format.md, "Words".
// Words are front-coded in blocks of 16, so a search reads the first words of blocks and then one block. Suffixes are a
// range of the permutation that sorts words by their reversed spelling.

#include "words.h"

#include "order.h"

void word_block_clear(word_block *block) {
    gdx_buffer_clear(&block->text);
    *block = (word_block){0};
}

static gdx_status damaged(const gdx_segment *segment, uint32_t number, gdx_error *err) {
    return segment_damaged(segment, SECTION_WORD_BLOCKS, (uint64_t)number * 4, "no front-coded block", err);
}

// The bytes of a block: from its offset to the next block's.
static gdx_status block_bytes(const gdx_segment *segment, uint32_t number, gdx_slice *out, gdx_error *err) {
    uint32_t begin;
    uint64_t end = segment->section_bytes[SECTION_WORDS];
    uint64_t blocks = segment->section_bytes[SECTION_WORD_BLOCKS] / 4;
    gdx_status status = segment_u32(segment, SECTION_WORD_BLOCKS, number, &begin, err);
    if (status == GDX_OK && (uint64_t)number + 1 < blocks) {
        uint32_t next;
        status = segment_u32(segment, SECTION_WORD_BLOCKS, (uint64_t)number + 1, &next, err);
        end = next;
    }
    if (status != GDX_OK)
        return status;
    if (begin > end)
        return damaged(segment, number, err);
    const uint8_t *bytes;
    status = segment_section(segment, SECTION_WORDS, begin, end - begin, &bytes, err);
    if (status == GDX_OK)
        *out = (gdx_slice){(const char *)bytes, end - begin};
    return status;
}

// The next word of a block: what it shares with the word before, and the rest. False: damaged.
static bool next_word(const uint8_t **at, const uint8_t *end, bool is_first, size_t before_bytes, size_t *out_shared,
                      gdx_slice *out_rest) {
    uint64_t shared = 0;
    uint64_t rest;
    if (!is_first && !gdx_varint_read(at, end, &shared))
        return false;
    if (shared > before_bytes || !gdx_varint_read(at, end, &rest) || rest > (size_t)(end - *at))
        return false;
    *out_shared = shared;
    *out_rest = (gdx_slice){(const char *)*at, rest};
    *at += rest;
    return true;
}

gdx_status word_block_read(const gdx_segment *segment, uint32_t number, word_block *block, gdx_error *err) {
    gdx_slice bytes = {NULL, 0};
    gdx_status status = block_bytes(segment, number, &bytes, err);
    if (status != GDX_OK)
        return status;
    const uint8_t *at = (const uint8_t *)bytes.data;
    const uint8_t *end = at + bytes.bytes;
    uint32_t left = segment->word_count - number * GDX_WORDS_PER_BLOCK;
    uint32_t count = left < GDX_WORDS_PER_BLOCK ? left : GDX_WORDS_PER_BLOCK;
    block->text.bytes = 0;
    block->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t before_begin = i >= 2 ? block->end[i - 2] : 0;
        size_t before_bytes = block->text.bytes - before_begin;
        size_t shared;
        gdx_slice rest;
        if (!next_word(&at, end, i == 0, before_bytes, &shared, &rest))
            return damaged(segment, number, err);
        if (gdx_buffer_reserve(&block->text, shared + rest.bytes + 1) != GDX_OK)
            return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory for words");
        memcpy(block->text.data + block->text.bytes, block->text.data + before_begin, shared);
        memcpy(block->text.data + block->text.bytes + shared, rest.data, rest.bytes);
        block->text.bytes += shared + rest.bytes;
        block->end[i] = block->text.bytes;
        block->count = i + 1;
    }
    return at == end ? GDX_OK : damaged(segment, number, err);
}

uint32_t gdx_segment_word_count(const gdx_segment *segment) {
    return segment->word_count;
}

// Whether `word` comes before a bound: before `key`, or with `is_prefix` also when it begins with it.
static bool is_before(gdx_slice word, gdx_slice key, bool is_prefix) {
    if (is_prefix && word.bytes > key.bytes)
        word.bytes = key.bytes;
    int order = gdx_slice_compare(word, key);
    return order < 0 || (is_prefix && order == 0);
}

// The first word of a block, without spelling out the rest.
static gdx_status first_word(const gdx_segment *segment, uint32_t number, gdx_slice *out, gdx_error *err) {
    gdx_slice bytes = {NULL, 0};
    size_t shared;
    gdx_status status = block_bytes(segment, number, &bytes, err);
    if (status != GDX_OK)
        return status;
    const uint8_t *at = (const uint8_t *)bytes.data;
    return next_word(&at, at + bytes.bytes, true, 0, &shared, out) ? GDX_OK : damaged(segment, number, err);
}

// How many words come before the bound. *out_equal, may be NULL: whether the word there is `key` itself.
static gdx_status word_bound(const gdx_segment *segment, gdx_slice key, bool is_prefix, uint32_t *out, bool *out_equal,
                             gdx_error *err) {
    uint32_t low = 0; // blocks before low begin before the bound
    uint32_t high = (uint32_t)(segment->section_bytes[SECTION_WORD_BLOCKS] / 4);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        gdx_slice word;
        gdx_status status = first_word(segment, middle, &word, err);
        if (status != GDX_OK)
            return status;
        if (is_before(word, key, is_prefix))
            low = middle + 1;
        else
            high = middle;
    }
    word_block block = {0};
    gdx_status status = GDX_OK;
    uint32_t index = 0;
    if (low > 0)
        status = word_block_read(segment, low - 1, &block, err);
    while (status == GDX_OK && index < block.count && is_before(word_block_get(&block, index), key, is_prefix))
        index++;
    uint32_t bound = low ? (low - 1) * GDX_WORDS_PER_BLOCK + index : 0;
    bool is_equal = status == GDX_OK && index < block.count && gdx_slice_equal(word_block_get(&block, index), key);
    if (status == GDX_OK && out_equal && index == block.count && bound < segment->word_count) {
        gdx_slice word; // it begins the next block
        status = first_word(segment, bound / GDX_WORDS_PER_BLOCK, &word, err);
        is_equal = status == GDX_OK && gdx_slice_equal(word, key);
    }
    word_block_clear(&block);
    if (status != GDX_OK)
        return status;
    *out = bound;
    if (out_equal)
        *out_equal = is_equal;
    return GDX_OK;
}

gdx_status gdx_segment_find_word(const gdx_segment *segment, gdx_slice word, uint32_t *out, gdx_error *err) {
    uint32_t index;
    bool is_equal;
    gdx_status status = word_bound(segment, word, false, &index, &is_equal, err);
    if (status == GDX_OK)
        *out = is_equal ? GDX_FIRST_WORD + index : GDX_SYMBOL_END;
    return status;
}

gdx_status gdx_segment_word_prefix(const gdx_segment *segment, gdx_slice prefix, uint32_t *out_low, uint32_t *out_high,
                                   gdx_error *err) {
    uint32_t low;
    uint32_t high;
    gdx_status status = word_bound(segment, prefix, false, &low, NULL, err);
    if (status == GDX_OK)
        status = word_bound(segment, prefix, true, &high, NULL, err);
    if (status != GDX_OK)
        return status;
    *out_low = GDX_FIRST_WORD + low;
    *out_high = GDX_FIRST_WORD + (high < low ? low : high); // damaged words may cross them
    return GDX_OK;
}

gdx_status gdx_segment_word(const gdx_segment *segment, uint32_t symbol, gdx_buffer *out, gdx_error *err) {
    uint32_t index = symbol - GDX_FIRST_WORD;
    if (symbol < GDX_FIRST_WORD || index >= segment->word_count)
        return gdx_fail_at(err, GDX_INTERNAL, segment->path, "symbol %u is no word of it", symbol);
    word_block block = {0};
    gdx_status status = word_block_read(segment, index / GDX_WORDS_PER_BLOCK, &block, err);
    if (status == GDX_OK) {
        gdx_slice word = word_block_get(&block, index % GDX_WORDS_PER_BLOCK);
        status = gdx_buffer_append(out, word.data, word.bytes);
        if (status != GDX_OK)
            gdx_fail_at(err, status, segment->path, "no memory for a word");
    }
    word_block_clear(&block);
    return status;
}

gdx_status gdx_segment_word_reversed(const gdx_segment *segment, uint32_t index, uint32_t *out_symbol, gdx_error *err) {
    uint32_t word;
    gdx_status status = segment_u32(segment, SECTION_WORDS_REVERSED, index, &word, err);
    if (status != GDX_OK)
        return status;
    if (word >= segment->word_count)
        return segment_damaged(segment, SECTION_WORDS_REVERSED, (uint64_t)index * 4, "no such word", err);
    *out_symbol = GDX_FIRST_WORD + word;
    return GDX_OK;
}

// How many of the reversed words come before the bound.
static gdx_status suffix_bound(const gdx_segment *segment, gdx_slice suffix, bool is_suffix, uint32_t *out,
                               gdx_error *err) {
    uint32_t low = 0;
    uint32_t high = segment->word_count;
    gdx_buffer spelling = {0};
    gdx_status status = GDX_OK;
    while (low < high && status == GDX_OK) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t symbol;
        spelling.bytes = 0;
        status = gdx_segment_word_reversed(segment, middle, &symbol, err);
        if (status == GDX_OK)
            status = gdx_segment_word(segment, symbol, &spelling, err);
        gdx_slice word = gdx_buffer_slice(&spelling);
        if (is_suffix && word.bytes > suffix.bytes)
            word = (gdx_slice){word.data + word.bytes - suffix.bytes, suffix.bytes};
        int order = status == GDX_OK ? order_compare_reversed(word, suffix) : 0;
        if (order < 0 || (is_suffix && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    gdx_buffer_clear(&spelling);
    if (status == GDX_OK)
        *out = low;
    return status;
}

gdx_status gdx_segment_word_suffix(const gdx_segment *segment, gdx_slice suffix, uint32_t *out_low, uint32_t *out_high,
                                   gdx_error *err) {
    uint32_t low;
    uint32_t high;
    gdx_status status = suffix_bound(segment, suffix, false, &low, err);
    if (status == GDX_OK)
        status = suffix_bound(segment, suffix, true, &high, err);
    if (status != GDX_OK)
        return status;
    *out_low = low;
    *out_high = high < low ? low : high;
    return GDX_OK;
}
