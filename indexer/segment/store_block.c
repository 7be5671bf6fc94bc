// SPDX-License-Identifier: Apache-2.0
// store_block.c: finds and decompresses blocks of stored text. docs/format.md, "Stored text".
// A block is decompressed only up to the byte that is needed, and goes on from there when more is asked for.
// Decompressed blocks are kept, the least recently used giving way.

#define ZSTD_STATIC_LINKING_ONLY // for the format without magic number
#include "store_block.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
    SLOT_BYTES = 2 * GDX_STORE_TARGET_BYTES, // what a kept block takes at most; of larger ones only the last is kept
    GROW_BYTES = 1 << 18, // memory ahead of what has been decompressed: a block may lie about its size
    FRAME_RATIO = 1 << 15 // 128 KiB of one repeated byte take 4 bytes of a frame; nothing takes less
};

struct store_slot {   // a block, as far as it has been decompressed
    uint64_t segment; // its name, which its content decides
    uint32_t number;
    uint64_t used; // when last; 0: never
    gdx_buffer coded;
    size_t consumed; // compressed bytes of what is in `coded`
    size_t expected; // what zstd would like to read next; 0: the frame has ended
};

gdx_store_reader *gdx_store_reader_new(size_t cache_bytes) {
    GDX_AUTO(gdx_store_reader) reader = calloc(1, sizeof *reader);
    if (!reader)
        return NULL;
    reader->slot_count = cache_bytes / SLOT_BYTES + 1;
    reader->slots = calloc(reader->slot_count, sizeof *reader->slots);
    reader->context = ZSTD_createDCtx();
    if (!reader->slots || !reader->context)
        return NULL;
    if (ZSTD_isError(ZSTD_DCtx_setParameter(reader->context, ZSTD_d_format, ZSTD_f_zstd1_magicless)) ||
        ZSTD_isError(ZSTD_DCtx_setParameter(reader->context, ZSTD_d_windowLogMax, GDX_STORE_WINDOW_LOG)))
        return NULL;
    gdx_store_reader *made = reader;
    reader = NULL; // handed over
    return made;
}

void gdx_store_reader_free(gdx_store_reader *reader) {
    if (!reader)
        return;
    for (size_t i = 0; reader->slots && i < reader->slot_count; i++)
        gdx_buffer_clear(&reader->slots[i].coded);
    free(reader->slots);
    ZSTD_freeDCtx(reader->context);
    gdx_buffer_clear(&reader->head);
    gdx_buffer_clear(&reader->text);
    store_details_clear(&reader->details);
    free(reader);
}

// ---- blocks

uint32_t store_block_count(const gdx_segment *segment) {
    return (uint32_t)(segment->section_bytes[SECTION_STORE_BLOCKS] / STORE_BLOCK_BYTES);
}

static gdx_status damaged(const gdx_segment *segment, uint32_t number, const char *what, gdx_error *err) {
    return segment_damaged(segment, SECTION_STORE_BLOCKS, (uint64_t)number * STORE_BLOCK_BYTES, what, err);
}

gdx_status store_block_row(const gdx_segment *segment, uint32_t number, store_block *out, gdx_error *err) {
    if (number == store_block_count(segment)) {
        *out = (store_block){.offset = segment->section_bytes[SECTION_STORE], .document = segment->info.document_count};
        return segment_u64(segment, SECTION_DOCUMENT_STORE, segment->info.document_count, &out->coded_offset, err);
    }
    const uint8_t *row;
    gdx_status status = segment_row(segment, SECTION_STORE_BLOCKS, number, STORE_BLOCK_BYTES, &row, err);
    if (status == GDX_OK)
        *out = (store_block){
            .coded_offset = gdx_load_u64(row + STORE_BLOCK_CODED_OFFSET),
            .offset = gdx_load_u64(row + STORE_BLOCK_OFFSET),
            .document = gdx_load_u32(row + STORE_BLOCK_DOCUMENT),
            .text_byte = gdx_load_u32(row + STORE_BLOCK_TEXT_BYTE),
            .symbol = gdx_load_u32(row + STORE_BLOCK_SYMBOL),
        };
    return status;
}

gdx_status store_block_find(const gdx_segment *segment, uint64_t coded_offset, uint32_t *out, gdx_error *err) {
    uint32_t low = 0; // blocks before low begin at or before the byte
    uint32_t high = store_block_count(segment);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        store_block block;
        gdx_status status = store_block_row(segment, middle, &block, err);
        if (status != GDX_OK)
            return status;
        if (block.coded_offset <= coded_offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return damaged(segment, 0, "does not begin with the first record", err);
    *out = low - 1;
    return GDX_OK;
}

gdx_status store_block_compressed(const gdx_segment *segment, const store_block *block, const store_block *next,
                                  gdx_slice *out, gdx_error *err) {
    if (block->offset > next->offset || block->coded_offset > next->coded_offset)
        return segment_damaged(segment, SECTION_STORE_BLOCKS, 0, "blocks out of order", err);
    if (next->coded_offset - block->coded_offset > GDX_STORE_BLOCK_BYTES_MAX)
        return segment_damaged(segment, SECTION_STORE_BLOCKS, 0, "a block of more than 1 GiB of coded bytes", err);
    const uint8_t *bytes;
    gdx_status status =
        segment_section(segment, SECTION_STORE, block->offset, next->offset - block->offset, &bytes, err);
    if (status == GDX_OK)
        *out = (gdx_slice){(const char *)bytes, next->offset - block->offset};
    return status;
}

static struct store_slot *find_slot(gdx_store_reader *reader, const gdx_segment *segment, uint32_t number) {
    struct store_slot *oldest = &reader->slots[0];
    for (size_t i = 0; i < reader->slot_count; i++) {
        struct store_slot *slot = &reader->slots[i];
        if (slot->used && slot->number == number && slot->segment == segment->info.name)
            return slot;
        if (slot->used < oldest->used)
            oldest = slot;
    }
    if (reader->streaming == oldest)
        reader->streaming = NULL;
    oldest->segment = segment->info.name;
    oldest->number = number;
    oldest->coded.bytes = 0;
    oldest->consumed = 0;
    return oldest;
}

// Gives back the memory of the large block before, so that the cache stays within what it was given, and one block.
static void note_size(gdx_store_reader *reader, struct store_slot *slot) {
    struct store_slot *before = reader->large;
    if (slot->coded.capacity <= SLOT_BYTES || before == slot)
        return;
    reader->large = slot;
    if (!before)
        return;
    gdx_buffer_clear(&before->coded);
    before->consumed = 0;
    before->used = 0;
    if (reader->streaming == before)
        reader->streaming = NULL;
}

// Refuses a block that cannot have so many coded bytes before any are decompressed. Of several records each is below
// the target, and so are all but the last together. One record may be a piece of any length, as long as a word is, but
// no frame gives more than its ratio.
static gdx_status check_size(const gdx_segment *segment, uint32_t number, const store_block *block,
                             const store_block *next, size_t compressed_bytes, gdx_error *err) {
    uint64_t bytes = next->coded_offset - block->coded_offset;
    if (next->document > block->document && next->document - block->document > 1 && bytes >= 2 * GDX_STORE_TARGET_BYTES)
        return damaged(segment, number, "more coded bytes than its records can have", err);
    if (bytes / FRAME_RATIO > compressed_bytes)
        return damaged(segment, number, "more coded bytes than its frame can give", err);
    return GDX_OK;
}

// Decompresses on until the slot has `wanted` coded bytes, at most `limit`, which is all the block has.
static gdx_status decompress(gdx_store_reader *reader, const gdx_segment *segment, struct store_slot *slot,
                             gdx_slice compressed, uint64_t wanted, uint64_t limit, gdx_error *err) {
    ZSTD_inBuffer in = {compressed.data, compressed.bytes, slot->consumed};
    while (slot->coded.bytes < wanted) {
        uint64_t left = limit - slot->coded.bytes;
        if (gdx_buffer_reserve(&slot->coded, left < GROW_BYTES ? left : GROW_BYTES) != GDX_OK)
            return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory for stored text");
        size_t room = slot->coded.capacity - slot->coded.bytes;
        ZSTD_outBuffer out = {slot->coded.data + slot->coded.bytes, room < left ? room : (size_t)left, 0};
        size_t consumed = in.pos;
        size_t result = ZSTD_decompressStream(reader->context, &out, &in);
        if (ZSTD_isError(result) && ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
            return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory for stored text");
        if (ZSTD_isError(result))
            return damaged(segment, slot->number, ZSTD_getErrorName(result), err);
        slot->coded.bytes += out.pos;
        slot->consumed = in.pos;
        slot->expected = result;
        if (out.pos == 0 && in.pos == consumed)
            return damaged(segment, slot->number, "a block shorter than its row says", err);
    }
    return GDX_OK;
}

// A block is one frame and nothing else. Called when all its coded bytes are there.
static gdx_status check_end(gdx_store_reader *reader, const gdx_segment *segment, struct store_slot *slot,
                            gdx_slice compressed, gdx_error *err) {
    ZSTD_inBuffer in = {compressed.data, compressed.bytes, slot->consumed};
    ZSTD_outBuffer out = {slot->coded.data, 0, 0};
    if (slot->expected)
        slot->expected = ZSTD_decompressStream(reader->context, &out, &in);
    slot->consumed = in.pos;
    if (slot->expected || in.pos != in.size)
        return damaged(segment, slot->number, "a block longer than its row says", err);
    return GDX_OK;
}

gdx_status store_block_coded(gdx_store_reader *reader, const gdx_segment *segment, uint32_t number, uint64_t bytes,
                             gdx_slice *out, gdx_error *err) {
    store_block block;
    store_block next;
    gdx_slice compressed;
    gdx_status status = store_block_row(segment, number, &block, err);
    if (status == GDX_OK)
        status = store_block_row(segment, number + 1, &next, err);
    if (status == GDX_OK)
        status = store_block_compressed(segment, &block, &next, &compressed, err);
    if (status == GDX_OK)
        status = check_size(segment, number, &block, &next, compressed.bytes, err);
    if (status != GDX_OK)
        return status;
    uint64_t all = next.coded_offset - block.coded_offset;
    struct store_slot *slot = find_slot(reader, segment, number);
    slot->used = ++reader->clock;
    if (bytes > all)
        bytes = all;
    if (slot->coded.bytes < bytes) {
        if (reader->streaming != slot) { // from the start: another block went through the context since
            ZSTD_DCtx_reset(reader->context, ZSTD_reset_session_only);
            slot->coded.bytes = slot->consumed = 0;
            reader->streaming = slot;
        }
        status = decompress(reader, segment, slot, compressed, bytes, all, err);
        note_size(reader, slot);
        if (status == GDX_OK && slot->coded.bytes == all)
            status = check_end(reader, segment, slot, compressed, err);
        if (status != GDX_OK) {
            reader->streaming = NULL;
            slot->used = 0;
            slot->coded.bytes = slot->consumed = 0;
            return status;
        }
    }
    *out = gdx_buffer_slice(&slot->coded);
    return GDX_OK;
}

gdx_status store_record(const gdx_segment *segment, uint32_t document, uint64_t *out_begin, uint64_t *out_end,
                        gdx_error *err) {
    const uint8_t *row;
    gdx_status status = segment_section(segment, SECTION_DOCUMENT_STORE, (uint64_t)document * 8, 16, &row, err);
    if (status != GDX_OK)
        return status;
    *out_begin = gdx_load_u64(row);
    *out_end = gdx_load_u64(row + 8);
    if (*out_begin >= *out_end)
        return segment_damaged(segment, SECTION_DOCUMENT_STORE, (uint64_t)document * 8, "records out of order", err);
    return GDX_OK;
}
