// SPDX-License-Identifier: Apache-2.0
// heads.c: finds and decompresses blocks of heads. docs/format.md, "Heads".
// A block is decompressed only up to the byte that is needed, and goes on from there when more is asked for.
// Decompressed blocks are kept, the least recently used giving way.

#define ZSTD_STATIC_LINKING_ONLY // for the format without magic number
#include "heads.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
    SLOT_BYTES = 2 * GDX_HEAD_TARGET_BYTES, // what a kept block takes at most; of larger ones only the last is kept
    GROW_BYTES = 1 << 18, // memory ahead of what has been decompressed: a block may lie about its size
    FRAME_RATIO = 1 << 15 // 128 KiB of one repeated byte take 4 bytes of a frame; nothing takes less
};

struct head_slot {    // a block, as far as it has been decompressed
    uint64_t segment; // its name, which its content decides
    uint32_t number;
    uint64_t used; // when last; 0: never
    gdx_buffer bytes;
    size_t consumed; // compressed bytes of what is in `bytes`
    size_t expected; // what zstd would like to read next; 0: the frame has ended
};

bool head_cache_init(head_cache *cache, size_t bytes) {
    *cache = (head_cache){.slot_count = bytes / SLOT_BYTES + 1};
    cache->slots = calloc(cache->slot_count, sizeof *cache->slots);
    cache->context = ZSTD_createDCtx();
    return cache->slots && cache->context &&
           !ZSTD_isError(ZSTD_DCtx_setParameter(cache->context, ZSTD_d_format, ZSTD_f_zstd1_magicless)) &&
           !ZSTD_isError(ZSTD_DCtx_setParameter(cache->context, ZSTD_d_windowLogMax, GDX_HEAD_WINDOW_LOG));
}

void head_cache_clear(head_cache *cache) {
    for (size_t i = 0; cache->slots && i < cache->slot_count; i++)
        gdx_buffer_clear(&cache->slots[i].bytes);
    free(cache->slots);
    ZSTD_freeDCtx(cache->context);
    *cache = (head_cache){0};
}

// ---- blocks

uint32_t head_block_count(const gdx_segment *segment) {
    return (uint32_t)(segment->section_bytes[SECTION_HEAD_BLOCKS] / HEAD_BLOCK_BYTES);
}

static gdx_status damaged(const gdx_segment *segment, uint32_t number, const char *what, gdx_error *err) {
    return segment_damaged(segment, SECTION_HEAD_BLOCKS, (uint64_t)number * HEAD_BLOCK_BYTES, what, err);
}

gdx_status head_block_row(const gdx_segment *segment, uint32_t number, head_block *out, gdx_error *err) {
    if (number == head_block_count(segment)) {
        *out = (head_block){.offset = segment->section_bytes[SECTION_HEADS], .document = segment->info.document_count};
        return segment_u64(segment, SECTION_DOCUMENT_HEAD, segment->info.document_count, &out->records, err);
    }
    const uint8_t *row;
    gdx_status status = segment_row(segment, SECTION_HEAD_BLOCKS, number, HEAD_BLOCK_BYTES, &row, err);
    if (status == GDX_OK)
        *out = (head_block){
            .records = gdx_load_u64(row + HEAD_BLOCK_RECORDS),
            .offset = gdx_load_u64(row + HEAD_BLOCK_OFFSET),
            .document = gdx_load_u32(row + HEAD_BLOCK_DOCUMENT),
        };
    return status;
}

gdx_status head_block_find(const gdx_segment *segment, uint64_t record, uint32_t *out, gdx_error *err) {
    uint32_t low = 0; // blocks before low begin at or before the byte
    uint32_t high = head_block_count(segment);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        head_block block;
        gdx_status status = head_block_row(segment, middle, &block, err);
        if (status != GDX_OK)
            return status;
        if (block.records <= record)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return damaged(segment, 0, "does not begin with the first head", err);
    *out = low - 1;
    return GDX_OK;
}

gdx_status head_block_compressed(const gdx_segment *segment, const head_block *block, const head_block *next,
                                 gdx_slice *out, gdx_error *err) {
    if (block->offset > next->offset || block->records > next->records)
        return segment_damaged(segment, SECTION_HEAD_BLOCKS, 0, "blocks out of order", err);
    if (next->records - block->records > GDX_HEAD_BLOCK_BYTES_MAX)
        return segment_damaged(segment, SECTION_HEAD_BLOCKS, 0, "a block of more than 1 GiB", err);
    const uint8_t *bytes;
    gdx_status status =
        segment_section(segment, SECTION_HEADS, block->offset, next->offset - block->offset, &bytes, err);
    if (status == GDX_OK)
        *out = (gdx_slice){(const char *)bytes, next->offset - block->offset};
    return status;
}

static struct head_slot *find_slot(head_cache *cache, const gdx_segment *segment, uint32_t number) {
    struct head_slot *oldest = &cache->slots[0];
    for (size_t i = 0; i < cache->slot_count; i++) {
        struct head_slot *slot = &cache->slots[i];
        if (slot->used && slot->number == number && slot->segment == segment->info.name)
            return slot;
        if (slot->used < oldest->used)
            oldest = slot;
    }
    if (cache->streaming == oldest)
        cache->streaming = NULL;
    oldest->segment = segment->info.name;
    oldest->number = number;
    oldest->bytes.bytes = 0;
    oldest->consumed = 0;
    return oldest;
}

// Gives back the memory of the large block before, so that the cache stays within what it was given, and one block.
static void note_size(head_cache *cache, struct head_slot *slot) {
    struct head_slot *before = cache->large;
    if (slot->bytes.capacity <= SLOT_BYTES || before == slot)
        return;
    cache->large = slot;
    if (!before)
        return;
    gdx_buffer_clear(&before->bytes);
    before->consumed = 0;
    before->used = 0;
    if (cache->streaming == before)
        cache->streaming = NULL;
}

// Refuses a block that cannot have so many bytes before any are decompressed. Of several heads each is below the
// target, and so are all but the last together. One may have any length, but no frame gives more than its ratio.
static gdx_status check_size(const gdx_segment *segment, uint32_t number, const head_block *block,
                             const head_block *next, size_t compressed_bytes, gdx_error *err) {
    uint64_t bytes = next->records - block->records;
    if (next->document > block->document && next->document - block->document > 1 && bytes >= 2 * GDX_HEAD_TARGET_BYTES)
        return damaged(segment, number, "more bytes than its heads can have", err);
    if (bytes / FRAME_RATIO > compressed_bytes)
        return damaged(segment, number, "more bytes than its frame can give", err);
    return GDX_OK;
}

// Decompresses on until the slot has `wanted` bytes, at most `limit`, which is all the block has.
static gdx_status decompress(head_cache *cache, const gdx_segment *segment, struct head_slot *slot,
                             gdx_slice compressed, uint64_t wanted, uint64_t limit, gdx_error *err) {
    ZSTD_inBuffer in = {compressed.data, compressed.bytes, slot->consumed};
    while (slot->bytes.bytes < wanted) {
        uint64_t left = limit - slot->bytes.bytes;
        if (gdx_buffer_reserve(&slot->bytes, left < GROW_BYTES ? left : GROW_BYTES) != GDX_OK)
            return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory for heads of documents");
        size_t room = slot->bytes.capacity - slot->bytes.bytes;
        ZSTD_outBuffer out = {slot->bytes.data + slot->bytes.bytes, room < left ? room : (size_t)left, 0};
        size_t consumed = in.pos;
        size_t result = ZSTD_decompressStream(cache->context, &out, &in);
        if (ZSTD_isError(result) && ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
            return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory for heads of documents");
        if (ZSTD_isError(result))
            return damaged(segment, slot->number, ZSTD_getErrorName(result), err);
        slot->bytes.bytes += out.pos;
        slot->consumed = in.pos;
        slot->expected = result;
        if (out.pos == 0 && in.pos == consumed)
            return damaged(segment, slot->number, "a block shorter than its row says", err);
    }
    return GDX_OK;
}

// A block is one frame and nothing else. Called when all its bytes are there.
static gdx_status check_end(head_cache *cache, const gdx_segment *segment, struct head_slot *slot, gdx_slice compressed,
                            gdx_error *err) {
    ZSTD_inBuffer in = {compressed.data, compressed.bytes, slot->consumed};
    ZSTD_outBuffer out = {slot->bytes.data, 0, 0};
    if (slot->expected)
        slot->expected = ZSTD_decompressStream(cache->context, &out, &in);
    slot->consumed = in.pos;
    if (slot->expected || in.pos != in.size)
        return damaged(segment, slot->number, "a block longer than its row says", err);
    return GDX_OK;
}

gdx_status head_block_bytes(head_cache *cache, const gdx_segment *segment, uint32_t number, uint64_t bytes,
                            gdx_slice *out, gdx_error *err) {
    head_block block;
    head_block next;
    gdx_slice compressed;
    gdx_status status = head_block_row(segment, number, &block, err);
    if (status == GDX_OK)
        status = head_block_row(segment, number + 1, &next, err);
    if (status == GDX_OK)
        status = head_block_compressed(segment, &block, &next, &compressed, err);
    if (status == GDX_OK)
        status = check_size(segment, number, &block, &next, compressed.bytes, err);
    if (status != GDX_OK)
        return status;
    uint64_t all = next.records - block.records;
    struct head_slot *slot = find_slot(cache, segment, number);
    slot->used = ++cache->clock;
    if (bytes > all)
        bytes = all;
    if (slot->bytes.bytes >= bytes) {
        cache->hits++;
    } else {
        cache->misses++;
        if (cache->streaming != slot) { // from the start: another block went through the context since
            ZSTD_DCtx_reset(cache->context, ZSTD_reset_session_only);
            slot->bytes.bytes = slot->consumed = 0;
            cache->streaming = slot;
        }
        status = decompress(cache, segment, slot, compressed, bytes, all, err);
        note_size(cache, slot);
        if (status == GDX_OK && slot->bytes.bytes == all)
            status = check_end(cache, segment, slot, compressed, err);
        if (status != GDX_OK) {
            cache->streaming = NULL;
            slot->used = 0;
            slot->bytes.bytes = slot->consumed = 0;
            return status;
        }
    }
    *out = gdx_buffer_slice(&slot->bytes);
    return GDX_OK;
}

gdx_status head_bounds(const gdx_segment *segment, uint32_t document, uint64_t *out_begin, uint64_t *out_end,
                       gdx_error *err) {
    const uint8_t *row;
    gdx_status status = segment_section(segment, SECTION_DOCUMENT_HEAD, (uint64_t)document * 8, 16, &row, err);
    if (status != GDX_OK)
        return status;
    *out_begin = gdx_load_u64(row);
    *out_end = gdx_load_u64(row + 8);
    if (*out_begin >= *out_end)
        return segment_damaged(segment, SECTION_DOCUMENT_HEAD, (uint64_t)document * 8, "heads out of order", err);
    return GDX_OK;
}

gdx_status head_record(head_cache *cache, const gdx_segment *segment, uint32_t document, gdx_slice *out,
                       gdx_error *err) {
    uint64_t begin;
    uint64_t end;
    uint32_t number;
    head_block block;
    gdx_slice bytes;
    gdx_status status = head_bounds(segment, document, &begin, &end, err);
    if (status == GDX_OK)
        status = head_block_find(segment, begin, &number, err);
    if (status == GDX_OK)
        status = head_block_row(segment, number, &block, err);
    if (status == GDX_OK) // begin <= end: no wrap
        status = head_block_bytes(cache, segment, number, end - block.records, &bytes, err);
    if (status != GDX_OK)
        return status;
    if (end - block.records > bytes.bytes)
        return damaged(segment, number, "a head in two blocks", err);
    *out = (gdx_slice){bytes.data + (begin - block.records), end - begin};
    return GDX_OK;
}
