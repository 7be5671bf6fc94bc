// SPDX-License-Identifier: Apache-2.0
// groups.c: finds and spells out groups of stored text. docs/format.md, "Stored text".
// A group needs nothing but its code and the table of its range: no context, no neighbour, no lock.

#include "groups.h"

#include "group_writer.h"
#include "pack.h"

gdx_status group_damaged(const gdx_segment *segment, uint64_t group, const char *what, gdx_error *err) {
    uint64_t row = group / GDX_GROUPS_PER_BLOCK * GROUP_BLOCK_BYTES;
    return segment_damaged(segment, SECTION_GROUP_BLOCKS, row, what, err);
}

// ---- lengths

static bool read_lengths(const uint8_t **at, const uint8_t *end, size_t count, uint32_t *lengths) {
    uint64_t middle;
    if (!gdx_varint_read(at, end, &middle) || middle > UINT32_MAX || !pack_read(at, end, count, lengths))
        return false;
    for (size_t i = 0; i < count; i++) {
        uint32_t distance = lengths[i] >> 1 ^ (lengths[i] & 1 ? UINT32_MAX : 0);
        lengths[i] = (uint32_t)middle + distance; // modulo 2^32
    }
    return true;
}

// Where the lengths of a block end: where the next begins.
static gdx_status lengths_end(const gdx_segment *segment, uint32_t number, uint64_t *out, gdx_error *err) {
    const uint8_t *row;
    if (((uint64_t)number + 1) * GDX_GROUPS_PER_BLOCK >= segment->group_count) {
        *out = segment->section_bytes[SECTION_GROUPS];
        return GDX_OK;
    }
    gdx_status status = segment_row(segment, SECTION_GROUP_BLOCKS, (uint64_t)number + 1, GROUP_BLOCK_BYTES, &row, err);
    if (status == GDX_OK)
        *out = gdx_load_u32(row + GROUP_BLOCK_GROUPS);
    return status;
}

static bool add_up(group_block *block) {
    uint64_t coded = 0;
    uint64_t text = 0;
    for (uint32_t i = 0; i < block->count; i++) {
        coded += block->coded_bytes[i];
        text += block->text_bytes[i];
        block->ends[i] = (uint32_t)coded;
        block->text_ends[i] = text;
    }
    return coded <= UINT32_MAX;
}

gdx_status group_block_read(const gdx_segment *segment, uint32_t number, group_block *block, gdx_error *err) {
    const uint8_t *row;
    const uint8_t *at;
    uint64_t end = 0;
    if (block->segment == segment->info.name && block->number == number)
        return GDX_OK;
    block->segment = 0;
    uint64_t first = (uint64_t)number * GDX_GROUPS_PER_BLOCK;
    gdx_status status = segment_row(segment, SECTION_GROUP_BLOCKS, number, GROUP_BLOCK_BYTES, &row, err);
    if (status == GDX_OK)
        status = lengths_end(segment, number, &end, err);
    if (status != GDX_OK)
        return status;
    uint64_t begin = gdx_load_u32(row + GROUP_BLOCK_GROUPS);
    if (begin > end)
        return group_damaged(segment, first, "lengths out of order", err);
    status = segment_section(segment, SECTION_GROUPS, begin, end - begin, &at, err);
    if (status != GDX_OK)
        return status;
    const uint8_t *lengths_of = at + (end - begin);
    uint64_t left = segment->group_count - first;
    block->number = number;
    block->count = left < GDX_GROUPS_PER_BLOCK ? (uint32_t)left : GDX_GROUPS_PER_BLOCK;
    block->store = gdx_load_u64(row + GROUP_BLOCK_STORE);
    block->text = gdx_load_u64(row + GROUP_BLOCK_TEXT);
    if (!read_lengths(&at, lengths_of, block->count, block->coded_bytes) ||
        !read_lengths(&at, lengths_of, block->count, block->text_bytes) ||
        !pack_read(&at, lengths_of, block->count, block->late) || at != lengths_of || !add_up(block))
        return group_damaged(segment, first, "lengths that do not decode", err);
    block->segment = segment->info.name;
    block->is_new = true;
    return GDX_OK;
}

gdx_status groups_of_document(const gdx_segment *segment, uint32_t document, uint32_t *out_first, uint32_t *out_end,
                              gdx_error *err) {
    const uint8_t *row;
    gdx_status status = segment_section(segment, SECTION_DOCUMENT_GROUP, (uint64_t)document * 4, 8, &row, err);
    if (status != GDX_OK)
        return status;
    *out_first = gdx_load_u32(row);
    *out_end = gdx_load_u32(row + 4);
    if (*out_first >= *out_end || *out_end > segment->group_count)
        return segment_damaged(segment, SECTION_DOCUMENT_GROUP, (uint64_t)document * 4, "groups out of order", err);
    return GDX_OK;
}

gdx_status group_text_begin(const gdx_segment *segment, uint32_t group, group_block *block, uint64_t *out,
                            gdx_error *err) {
    *out = 0;
    if (segment->group_count == 0)
        return GDX_OK;
    uint32_t last = group < segment->group_count ? group : segment->group_count - 1;
    gdx_status status = group_block_read(segment, last / GDX_GROUPS_PER_BLOCK, block, err);
    uint32_t index = last % GDX_GROUPS_PER_BLOCK;
    if (status == GDX_OK)
        *out = block->text + block->text_ends[index] - (group == last ? block->text_bytes[index] : 0);
    return status;
}

// ---- tables

static gdx_status bad_range(const gdx_segment *segment, uint32_t number, gdx_error *err) {
    return segment_damaged(segment, SECTION_TOKEN_RANGES, (uint64_t)number * TOKEN_RANGE_BYTES, "ranges out of order",
                           err);
}

gdx_status token_range_read(const gdx_segment *segment, uint32_t number, token_range *out, gdx_error *err) {
    const uint8_t *row;
    const uint8_t *next = NULL;
    const uint8_t *tokens;
    gdx_status status = segment_row(segment, SECTION_TOKEN_RANGES, number, TOKEN_RANGE_BYTES, &row, err);
    if (status == GDX_OK && number + 1 < segment_range_count(segment))
        status = segment_row(segment, SECTION_TOKEN_RANGES, number + 1, TOKEN_RANGE_BYTES, &next, err);
    if (status != GDX_OK)
        return status;
    uint64_t begin = gdx_load_u32(row + TOKEN_RANGE_TOKENS);
    uint64_t end = next ? gdx_load_u32(next + TOKEN_RANGE_TOKENS) : segment->section_bytes[SECTION_TOKENS];
    *out = (token_range){
        .number = number,
        .begin = gdx_load_u32(row + TOKEN_RANGE_DOCUMENT),
        .end = next ? gdx_load_u32(next + TOKEN_RANGE_DOCUMENT) : segment->info.document_count,
    };
    if (begin > end || out->begin >= out->end || out->end > segment->info.document_count)
        return bad_range(segment, number, err);
    status = segment_section(segment, SECTION_TOKENS, begin, end - begin, &tokens, err);
    out->tokens = (gdx_slice){(const char *)tokens, end - begin};
    return status;
}

gdx_status token_range_find(const gdx_segment *segment, uint32_t document, token_range *out, gdx_error *err) {
    uint32_t low = 0; // ranges before low begin at or before the document
    uint32_t high = segment_range_count(segment);
    while (low < high) {
        const uint8_t *row;
        uint32_t middle = low + (high - low) / 2;
        gdx_status status = segment_row(segment, SECTION_TOKEN_RANGES, middle, TOKEN_RANGE_BYTES, &row, err);
        if (status != GDX_OK)
            return status;
        if (gdx_load_u32(row + TOKEN_RANGE_DOCUMENT) <= document)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? token_range_read(segment, low - 1, out, err) : bad_range(segment, 0, err);
}

gdx_status token_range_text_bytes(const gdx_segment *segment, const token_range *range, group_block *block,
                                  uint64_t *out, gdx_error *err) {
    uint32_t first = 0;
    uint32_t end = 0;
    uint32_t unused;
    uint64_t begin = 0;
    gdx_status status = groups_of_document(segment, range->begin, &first, &unused, err);
    if (status == GDX_OK)
        status = groups_of_document(segment, range->end - 1, &unused, &end, err);
    if (status == GDX_OK)
        status = group_text_begin(segment, first, block, &begin, err);
    if (status == GDX_OK)
        status = group_text_begin(segment, end, block, out, err);
    if (status == GDX_OK && *out < begin)
        status = group_damaged(segment, first, "texts out of order", err);
    *out = status == GDX_OK ? *out - begin : 0;
    return status;
}

gdx_status gdx_segment_has_kept_ranges(const gdx_segment *segment, bool *out, gdx_error *err) {
    group_block block = {0};
    gdx_status status = GDX_OK;
    *out = false;
    // The last range ends with the last document, whatever that says.
    for (uint32_t i = 0; i + 1 < segment_range_count(segment) && status == GDX_OK && !*out; i++) {
        token_range range;
        uint64_t hash = 0;
        uint64_t bytes = 0;
        status = token_range_read(segment, i, &range, err);
        token_range last = {.begin = range.end - 1, .end = range.end};
        if (status == GDX_OK)
            status = token_range_text_bytes(segment, &last, &block, &bytes, err);
        if (status == GDX_OK)
            status = gdx_segment_hash(segment, last.begin, &hash, err);
        *out = status == GDX_OK && !group_ends_range(hash, bytes);
    }
    return status;
}

gdx_status token_range_table(const gdx_segment *segment, const token_range *range, const gdx_token_table **out,
                             gdx_error *err) {
    _Atomic(gdx_token_table *) *slot = &segment->token_tables[range->number];
    gdx_token_table *made = NULL;
    *out = range->tokens.bytes ? atomic_load_explicit(slot, memory_order_acquire) : gdx_token_table_builtin();
    if (*out)
        return GDX_OK;
    gdx_status status = gdx_token_table_read(range->tokens, &made, NULL);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_at(err, status, segment->path, "no memory for tokens");
    if (status != GDX_OK)
        return segment_damaged(segment, SECTION_TOKEN_RANGES, (uint64_t)range->number * TOKEN_RANGE_BYTES,
                               "tokens that do not decode", err);
    gdx_token_table *before = NULL;
    if (!atomic_compare_exchange_strong_explicit(slot, &before, made, memory_order_acq_rel, memory_order_acquire)) {
        gdx_token_table_free(made); // another thread was first
        made = before;
    }
    *out = made;
    return GDX_OK;
}

// ---- text

// A group of several codes.
static gdx_status spell_pieces(const gdx_token_table *table, gdx_slice coded, size_t text_bytes, gdx_buffer *out) {
    const uint8_t *at = (const uint8_t *)coded.data;
    const uint8_t *end = at + coded.bytes;
    size_t limit = out->bytes + text_bytes;
    gdx_status status = GDX_OK;
    while (at < end && status == GDX_OK) {
        uint64_t bytes;
        if (!gdx_varint_read(&at, end, &bytes) || bytes > (uint64_t)(end - at))
            return GDX_CORRUPT;
        status = gdx_token_decode(table, (gdx_slice){(const char *)at, bytes}, limit - out->bytes, out, NULL);
        at += bytes;
    }
    return status;
}

// Groups [from, to) of a block, whose codes begin at `coded`.
static gdx_status spell(const gdx_token_table *table, const group_block *block, uint32_t from, uint32_t to,
                        const char *coded, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    uint32_t ends[GDX_GROUPS_PER_BLOCK];
    while (from < to && status == GDX_OK) {
        uint32_t base = from ? block->ends[from - 1] : 0;
        size_t text = block->text_bytes[from];
        uint32_t run = 1;
        ends[0] = block->ends[from] - base;
        bool is_long = text > GDX_TOKEN_GROUP_BYTES;
        for (; !is_long && from + run < to && block->text_bytes[from + run] <= GDX_TOKEN_GROUP_BYTES; run++) {
            ends[run] = block->ends[from + run] - base;
            text += block->text_bytes[from + run];
        }
        gdx_slice codes = {coded, ends[run - 1]};
        size_t before = out->bytes;
        status = is_long ? spell_pieces(table, codes, text, out)
                         : gdx_token_decode_run(table, codes, ends, run, text, out, NULL);
        if (status == GDX_OK && out->bytes - before != text)
            status = GDX_CORRUPT;
        coded += codes.bytes;
        from += run;
    }
    return status;
}

enum { FETCHED_BYTES = 256 }; // a group or two, mostly read alone

// Groups of one block. What they claim to be long must be possible before memory is taken for it.
static gdx_status block_text(const gdx_segment *segment, const gdx_token_table *table, group_block *block,
                             uint32_t from, uint32_t to, gdx_buffer *out, gdx_error *err) {
    uint64_t skipped = from ? block->ends[from - 1] : 0;
    uint64_t coded_bytes = block->ends[to - 1] - skipped;
    uint64_t text_bytes = block->text_ends[to - 1] - (from ? block->text_ends[from - 1] : 0);
    uint64_t first = (uint64_t)block->number * GDX_GROUPS_PER_BLOCK + from;
    const uint8_t *coded;
    if (text_bytes > segment->info.text_bytes || text_bytes / GDX_TEXT_PER_BYTE > coded_bytes)
        return group_damaged(segment, first, "more text than its code can give", err);
    if (block->store > UINT64_MAX - skipped)
        return group_damaged(segment, first, "codes that end after the section", err);
    gdx_status status = segment_section(segment, SECTION_STORE, block->store + skipped, coded_bytes, &coded, err);
    if (status == GDX_OK && gdx_buffer_reserve(out, text_bytes) != GDX_OK)
        return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory for stored text");
    if (status != GDX_OK)
        return status;
    if (block->is_new && coded_bytes <= FETCHED_BYTES) // for its neighbours the table is at hand
        gdx_token_fetch(table, (gdx_slice){(const char *)coded, coded_bytes});
    block->is_new = false;
    status = spell(table, block, from, to, (const char *)coded, out);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory for stored text");
    return status == GDX_OK ? GDX_OK : group_damaged(segment, first, "text that does not decode", err);
}

gdx_status groups_text(const gdx_segment *segment, const gdx_token_table *table, uint32_t first, uint32_t end,
                       group_block *block, gdx_buffer *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    while (first < end && status == GDX_OK) {
        uint32_t number = first / GDX_GROUPS_PER_BLOCK;
        uint32_t from = first % GDX_GROUPS_PER_BLOCK;
        status = group_block_read(segment, number, block, err);
        if (status != GDX_OK)
            return status;
        uint32_t to = end - first < block->count - from ? from + (end - first) : block->count;
        status = block_text(segment, table, block, from, to, out, err);
        first += to - from;
    }
    return status;
}
