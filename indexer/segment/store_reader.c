// SPDX-License-Identifier: Apache-2.0
// store_reader.c: reads stored documents. docs/format.md, "Stored text".
// A block is decompressed only up to the byte that is needed, and goes on from there when more is asked for; only the
// text that is handed out is spelled in UTF-8. Decompressed blocks are kept, the least recently used giving way.

#define ZSTD_STATIC_LINKING_ONLY // for the format without magic number
#include "store_reader.h"

#include "characters.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
    SLOT_BYTES = 2 * GDX_STORE_TARGET_BYTES, // what a kept block takes at most; of larger ones only the last is kept
    GROW_BYTES = 1 << 18, // memory ahead of what has been decompressed: a block may lie about its size
    FRAME_RATIO = 1 << 15 // 128 KiB of one repeated byte take 4 bytes of a frame; nothing takes less
};

struct slot {         // a block, as far as it has been decompressed
    uint64_t segment; // its name, which stands for its content
    uint32_t number;
    uint64_t used; // when last; 0: never
    gdx_buffer coded;
    size_t consumed; // compressed bytes behind `coded`
    size_t expected; // what zstd would like to read next; 0: the frame has ended
};

struct gdx_store_reader { // one owner
    ZSTD_DCtx *context;
    struct slot *large;     // the one slot that may have more than SLOT_BYTES; NULL: none has
    struct slot *streaming; // the slot whose block `context` is in the middle of; NULL: none
    uint64_t clock;
    size_t slot_count;
    struct slot *slots;
    gdx_buffer head; // title and metadata handed out
    gdx_buffer text; // text handed out
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
    gdx_store_reader *made = GDX_TAKE(reader);
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
    free(reader);
}

// ---- blocks

uint32_t gdx_store_block_count(const gdx_segment *segment) {
    return (uint32_t)(segment->section_bytes[SECTION_STORE_BLOCKS] / STORE_BLOCK_BYTES);
}

static gdx_status damaged(const gdx_segment *segment, uint32_t number, const char *what, gdx_error *err) {
    return gdx_segment_damaged(segment, SECTION_STORE_BLOCKS, (uint64_t)number * STORE_BLOCK_BYTES, what, err);
}

gdx_status gdx_store_block_row(const gdx_segment *segment, uint32_t number, gdx_store_block *out, gdx_error *err) {
    if (number == gdx_store_block_count(segment)) {
        *out = (gdx_store_block){.offset = segment->section_bytes[SECTION_STORE],
                                 .document = segment->info.document_count};
        return gdx_segment_u64(segment, SECTION_DOCUMENT_STORE, segment->info.document_count, &out->coded_offset, err);
    }
    const uint8_t *row;
    gdx_status status = gdx_segment_row(segment, SECTION_STORE_BLOCKS, number, STORE_BLOCK_BYTES, &row, err);
    if (status == GDX_OK)
        *out = (gdx_store_block){
            .coded_offset = gdx_load_u64(row + STORE_BLOCK_CODED_OFFSET),
            .offset = gdx_load_u64(row + STORE_BLOCK_OFFSET),
            .document = gdx_load_u32(row + STORE_BLOCK_DOCUMENT),
            .text_byte = gdx_load_u32(row + STORE_BLOCK_TEXT_BYTE),
            .symbol = gdx_load_u32(row + STORE_BLOCK_SYMBOL),
        };
    return status;
}

gdx_status gdx_store_block_find(const gdx_segment *segment, uint64_t coded_offset, uint32_t *out, gdx_error *err) {
    uint32_t low = 0; // blocks before low begin at or before the byte
    uint32_t high = gdx_store_block_count(segment);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        gdx_store_block block;
        gdx_status status = gdx_store_block_row(segment, middle, &block, err);
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

gdx_status gdx_store_block_compressed(const gdx_segment *segment, const gdx_store_block *block,
                                      const gdx_store_block *next, gdx_slice *out, gdx_error *err) {
    if (block->offset > next->offset || block->coded_offset > next->coded_offset)
        return gdx_segment_damaged(segment, SECTION_STORE_BLOCKS, 0, "blocks out of order", err);
    if (next->coded_offset - block->coded_offset > GDX_STORE_BLOCK_BYTES_MAX)
        return gdx_segment_damaged(segment, SECTION_STORE_BLOCKS, 0, "a block of more than 1 GiB of coded bytes", err);
    const uint8_t *bytes;
    gdx_status status =
        gdx_segment_section(segment, SECTION_STORE, block->offset, next->offset - block->offset, &bytes, err);
    if (status == GDX_OK)
        *out = (gdx_slice){(const char *)bytes, next->offset - block->offset};
    return status;
}

static struct slot *find_slot(gdx_store_reader *reader, const gdx_segment *segment, uint32_t number) {
    struct slot *oldest = &reader->slots[0];
    for (size_t i = 0; i < reader->slot_count; i++) {
        struct slot *slot = &reader->slots[i];
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
static void note_size(gdx_store_reader *reader, struct slot *slot) {
    struct slot *before = reader->large;
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
static gdx_status check_size(const gdx_segment *segment, uint32_t number, const gdx_store_block *block,
                             const gdx_store_block *next, size_t compressed_bytes, gdx_error *err) {
    uint64_t bytes = next->coded_offset - block->coded_offset;
    if (next->document > block->document && next->document - block->document > 1 && bytes >= 2 * GDX_STORE_TARGET_BYTES)
        return damaged(segment, number, "more coded bytes than its records can have", err);
    if (bytes / FRAME_RATIO > compressed_bytes)
        return damaged(segment, number, "more coded bytes than its frame can give", err);
    return GDX_OK;
}

// Decompresses on until the slot has `wanted` coded bytes, at most `limit`, which is all the block has.
static gdx_status decompress(gdx_store_reader *reader, const gdx_segment *segment, struct slot *slot,
                             gdx_slice compressed, uint64_t wanted, uint64_t limit, gdx_error *err) {
    ZSTD_inBuffer in = {compressed.data, compressed.bytes, slot->consumed};
    while (slot->coded.bytes < wanted) {
        uint64_t left = limit - slot->coded.bytes;
        if (gdx_buffer_reserve(&slot->coded, left < GROW_BYTES ? left : GROW_BYTES) != GDX_OK)
            return gdx_fail_memory(err, "stored text");
        size_t room = slot->coded.capacity - slot->coded.bytes;
        ZSTD_outBuffer out = {slot->coded.data + slot->coded.bytes, room < left ? room : (size_t)left, 0};
        size_t consumed = in.pos;
        size_t result = ZSTD_decompressStream(reader->context, &out, &in);
        if (ZSTD_isError(result) && ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
            return gdx_fail_memory(err, "stored text");
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
static gdx_status check_end(gdx_store_reader *reader, const gdx_segment *segment, struct slot *slot,
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

gdx_status gdx_store_block_coded(gdx_store_reader *reader, const gdx_segment *segment, uint32_t number, uint64_t bytes,
                                 gdx_slice *out, gdx_error *err) {
    gdx_store_block block;
    gdx_store_block next;
    gdx_slice compressed;
    gdx_status status = gdx_store_block_row(segment, number, &block, err);
    if (status == GDX_OK)
        status = gdx_store_block_row(segment, number + 1, &next, err);
    if (status == GDX_OK)
        status = gdx_store_block_compressed(segment, &block, &next, &compressed, err);
    if (status == GDX_OK)
        status = check_size(segment, number, &block, &next, compressed.bytes, err);
    if (status != GDX_OK)
        return status;
    uint64_t all = next.coded_offset - block.coded_offset;
    struct slot *slot = find_slot(reader, segment, number);
    slot->used = ++reader->clock;
    if (bytes > all)
        bytes = all;
    if (slot->coded.bytes < bytes) {
        if (reader->streaming != slot) { // from the begin: another block went through the context since
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

gdx_status gdx_store_record(const gdx_segment *segment, uint32_t document, uint64_t *out_begin, uint64_t *out_end,
                            gdx_error *err) {
    const uint8_t *row;
    gdx_status status = gdx_segment_section(segment, SECTION_DOCUMENT_STORE, (uint64_t)document * 8, 16, &row, err);
    if (status != GDX_OK)
        return status;
    *out_begin = gdx_load_u64(row);
    *out_end = gdx_load_u64(row + 8);
    if (*out_begin >= *out_end)
        return gdx_segment_damaged(segment, SECTION_DOCUMENT_STORE, (uint64_t)document * 8, "records out of order",
                                   err);
    return GDX_OK;
}

// ---- pieces: a short record, or the part of a long one in one block

struct piece {
    uint32_t block;
    uint64_t begin; // coded bytes within the block
    uint64_t end;
    gdx_checkpoint at; // where its text begins in the document's
    bool is_first;     // it begins with title and metadata
    bool is_last;
    size_t title; // coded bytes, when it is the first
    size_t metadata;
    uint64_t checkpoint_count;
    const uint8_t *checkpoints; // into the coded bytes; good until the next call for coded bytes
    uint64_t fields;            // where title, metadata and text begin within the block
};

static gdx_status bad_record(const gdx_segment *segment, uint32_t document, gdx_error *err) {
    return gdx_segment_damaged(segment, SECTION_DOCUMENT_STORE, (uint64_t)document * 8, "a record that does not decode",
                               err);
}

// Places the piece of a record in block `number`.
static gdx_status place_piece(const gdx_segment *segment, uint32_t document, uint32_t number, struct piece *piece,
                              gdx_error *err) {
    uint64_t record_begin;
    uint64_t record_end;
    gdx_store_block block;
    gdx_store_block next;
    gdx_status status = gdx_store_record(segment, document, &record_begin, &record_end, err);
    if (status == GDX_OK)
        status = gdx_store_block_row(segment, number, &block, err);
    if (status == GDX_OK)
        status = gdx_store_block_row(segment, number + 1, &next, err);
    if (status != GDX_OK)
        return status;
    bool is_first = block.coded_offset <= record_begin;
    if (block.coded_offset >= record_end || next.coded_offset <= record_begin ||
        (!is_first && block.document != document))
        return bad_record(segment, document, err);
    *piece = (struct piece){
        .block = number,
        .begin = is_first ? record_begin - block.coded_offset : 0,
        .end = (record_end < next.coded_offset ? record_end : next.coded_offset) - block.coded_offset,
        .at = is_first ? (gdx_checkpoint){0, 0} : (gdx_checkpoint){block.text_byte, block.symbol},
        .is_first = is_first,
        .is_last = record_end <= next.coded_offset,
    };
    return GDX_OK;
}

// Reads the head of a piece from its coded bytes, which may be cut short. False: more are needed, or it is damaged.
static bool parse_head(struct piece *piece, gdx_slice coded) {
    const uint8_t *begin = (const uint8_t *)coded.data;
    const uint8_t *at = begin + piece->begin;
    const uint8_t *end = begin + (coded.bytes < piece->end ? coded.bytes : piece->end);
    uint64_t title = 0;
    uint64_t metadata = 0;
    if (at > end || (piece->is_first && (!gdx_varint_read(&at, end, &title) || !gdx_varint_read(&at, end, &metadata))))
        return false;
    if (!gdx_varint_read(&at, end, &piece->checkpoint_count) || piece->checkpoint_count > (size_t)(end - at))
        return false;
    piece->checkpoints = at;
    for (uint64_t i = 0; i < piece->checkpoint_count * 3; i++) {
        uint64_t skipped;
        if (!gdx_varint_read(&at, end, &skipped))
            return false;
    }
    piece->fields = (uint64_t)(at - begin);
    if (title > piece->end - piece->fields || metadata > piece->end - piece->fields - title)
        return false;
    piece->title = title;
    piece->metadata = metadata;
    return true;
}

// Title and text of a piece are a part of TEXT_BYTES, and no character has a code of more than 4 bytes: one that would
// be longer is refused before it is decompressed.
static gdx_status check_piece(const gdx_segment *segment, uint32_t document, const struct piece *piece,
                              gdx_error *err) {
    uint64_t coded = piece->end - piece->fields - piece->metadata;
    return coded / 4 > segment->info.text_bytes ? bad_record(segment, document, err) : GDX_OK;
}

// Places a piece, makes its head readable and parses it.
static gdx_status open_piece(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document, uint32_t number,
                             struct piece *piece, gdx_slice *coded, gdx_error *err) {
    enum { HEAD_BYTES = 256 }; // most heads are shorter
    gdx_status status = place_piece(segment, document, number, piece, err);
    if (status == GDX_OK)
        status = gdx_store_block_coded(reader, segment, number, piece->begin + HEAD_BYTES, coded, err);
    if (status != GDX_OK)
        return status;
    if (parse_head(piece, *coded))
        return check_piece(segment, document, piece, err);
    status = gdx_store_block_coded(reader, segment, number, piece->end, coded, err);
    if (status != GDX_OK)
        return status;
    return parse_head(piece, *coded) ? check_piece(segment, document, piece, err) : bad_record(segment, document, err);
}

// Spells coded bytes [begin, end) of the piece's block.
static gdx_status spell(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                        const struct piece *piece, uint64_t begin, uint64_t end, gdx_buffer *out, gdx_error *err) {
    gdx_slice coded;
    gdx_status status = gdx_store_block_coded(reader, segment, piece->block, end, &coded, err);
    if (status != GDX_OK)
        return status;
    if (begin > end || end > coded.bytes)
        return bad_record(segment, document, err);
    status = gdx_characters_decode((gdx_slice){coded.data + begin, end - begin}, out);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_memory(err, "stored text");
    return status == GDX_OK ? GDX_OK : bad_record(segment, document, err);
}

static gdx_status first_piece(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                              struct piece *piece, gdx_error *err) {
    uint64_t begin;
    uint64_t end;
    uint32_t number;
    gdx_slice coded;
    gdx_status status = gdx_store_record(segment, document, &begin, &end, err);
    if (status == GDX_OK)
        status = gdx_store_block_find(segment, begin, &number, err);
    return status == GDX_OK ? open_piece(reader, segment, document, number, piece, &coded, err) : status;
}

// ---- documents

static gdx_status read_columns(const gdx_segment *segment, uint32_t document, gdx_document *out, gdx_error *err) {
    uint32_t source;
    gdx_status status = gdx_segment_id(segment, document, &out->id, err);
    if (status == GDX_OK)
        status = gdx_segment_u32(segment, SECTION_DOCUMENT_DATE, document, &out->date, err);
    if (status == GDX_OK)
        status = gdx_segment_u32(segment, SECTION_DOCUMENT_SOURCE, document, &source, err);
    return status == GDX_OK ? gdx_segment_source(segment, source, &out->source, err) : status;
}

// Columns, title and metadata; *piece is the first piece.
static gdx_status read_head(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document, gdx_document *out,
                            struct piece *piece, gdx_error *err) {
    reader->head.bytes = reader->text.bytes = 0;
    gdx_status status = read_columns(segment, document, out, err);
    if (status == GDX_OK)
        status = first_piece(reader, segment, document, piece, err);
    if (status != GDX_OK)
        return status;
    uint64_t metadata = piece->fields + piece->title;
    status = spell(reader, segment, document, piece, piece->fields, metadata, &reader->head, err);
    size_t title_bytes = reader->head.bytes;
    if (status == GDX_OK)
        status = spell(reader, segment, document, piece, metadata, metadata + piece->metadata, &reader->head, err);
    if (status != GDX_OK)
        return status;
    const char *head = reader->head.data ? (const char *)reader->head.data : "";
    out->title = (gdx_slice){head, title_bytes};
    out->metadata = (gdx_slice){head + title_bytes, reader->head.bytes - title_bytes};
    out->text = (gdx_slice){"", 0};
    return GDX_OK;
}

gdx_status gdx_store_read_head(gdx_store_reader *reader, gdx_segment *segment, uint32_t document, gdx_document *out,
                               gdx_error *err) {
    struct piece piece;
    gdx_document found = {0};
    gdx_status status = read_head(reader, segment, document, &found, &piece, err);
    if (status == GDX_OK)
        *out = found;
    return status;
}

gdx_status gdx_store_read(gdx_store_reader *reader, gdx_segment *segment, uint32_t document, gdx_document *out,
                          gdx_error *err) {
    struct piece piece;
    gdx_document found = {0};
    gdx_slice coded;
    gdx_status status = read_head(reader, segment, document, &found, &piece, err);
    uint64_t begin = status == GDX_OK ? piece.fields + piece.title + piece.metadata : 0;
    while (status == GDX_OK) {
        if (!piece.is_first && piece.at.byte != reader->text.bytes)
            return bad_record(segment, document, err);
        status = spell(reader, segment, document, &piece, begin, piece.end, &reader->text, err);
        if (status != GDX_OK || piece.is_last)
            break;
        status = open_piece(reader, segment, document, piece.block + 1, &piece, &coded, err);
        begin = piece.fields;
    }
    if (status != GDX_OK)
        return status;
    found.text = (gdx_slice){reader->text.data ? (const char *)reader->text.data : "", reader->text.bytes};
    *out = found;
    return GDX_OK;
}

// Spells the text of a piece from one checkpoint to the next and so sees whether each is where it says.
static gdx_status spell_by_checkpoints(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                                       const struct piece *piece, uint32_t text_symbols, gdx_error *err) {
    const uint8_t *at = piece->checkpoints; // all of the block was asked for: they stay where they are
    uint64_t coded = piece->fields + piece->title + piece->metadata;
    uint64_t symbol = piece->at.symbol;
    gdx_status status = GDX_OK;
    if (piece->at.byte != reader->text.bytes || symbol > text_symbols)
        return bad_record(segment, document, err);
    for (uint64_t i = 0; i < piece->checkpoint_count && status == GDX_OK; i++) {
        uint64_t value[3]; // the head was parsed: they are there
        for (int part = 0; part < 3; part++)
            if (!gdx_varint_read(&at, at + GDX_VARINT_BYTES, &value[part]))
                return bad_record(segment, document, err);
        uint64_t byte = reader->text.bytes + value[0];
        symbol += value[1];
        if (value[0] == 0 || value[1] > text_symbols || symbol > text_symbols || value[2] > piece->end - coded)
            return bad_record(segment, document, err);
        status = spell(reader, segment, document, piece, coded, coded + value[2], &reader->text, err);
        if (status == GDX_OK && byte != reader->text.bytes)
            return bad_record(segment, document, err);
        coded += value[2];
    }
    return status == GDX_OK ? spell(reader, segment, document, piece, coded, piece->end, &reader->text, err) : status;
}

gdx_status gdx_store_read_checked(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                                  uint32_t text_symbols, gdx_document *out, gdx_error *err) {
    struct piece piece = {0};
    gdx_document found = {0};
    gdx_slice coded;
    gdx_status status = read_head(reader, segment, document, &found, &piece, err);
    uint32_t number = piece.block;
    while (status == GDX_OK) {
        status = open_piece(reader, segment, document, number, &piece, &coded, err); // checks how long it is
        if (status == GDX_OK)
            status = gdx_store_block_coded(reader, segment, number, UINT64_MAX, &coded, err);
        if (status == GDX_OK)
            status = open_piece(reader, segment, document, number, &piece, &coded, err);
        if (status == GDX_OK)
            status = spell_by_checkpoints(reader, segment, document, &piece, text_symbols, err);
        if (status != GDX_OK || piece.is_last)
            break;
        number++;
    }
    if (status != GDX_OK)
        return status;
    found.text = (gdx_slice){reader->text.data ? (const char *)reader->text.data : "", reader->text.bytes};
    *out = found;
    return GDX_OK;
}

// ---- stretches of text

// The block in which symbol `symbol` of the document's text lies: among its pieces the last that begins at or before
// it.
static gdx_status find_piece(const gdx_segment *segment, uint32_t document, uint32_t symbol, uint32_t *out,
                             gdx_error *err) {
    uint64_t begin;
    uint64_t end;
    uint32_t low = 0;
    uint32_t high = 0;
    gdx_status status = gdx_store_record(segment, document, &begin, &end, err);
    if (status == GDX_OK)
        status = gdx_store_block_find(segment, begin, &low, err);
    if (status == GDX_OK)
        status = gdx_store_block_find(segment, end - 1, &high, err);
    while (status == GDX_OK && low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        gdx_store_block block;
        status = gdx_store_block_row(segment, middle, &block, err);
        if (status == GDX_OK && block.symbol <= symbol)
            low = middle;
        else
            high = middle - 1;
    }
    *out = low;
    return status;
}

struct place { // in the text of a piece
    gdx_checkpoint at;
    uint64_t coded; // within the block
};

// Moves along the checkpoints of a piece: *from to the last at or before symbol `first`, *to to the first behind symbol
// `last`, or to the end of the piece. *out_ends: a checkpoint behind `last` was found.
static bool find_places(const struct piece *piece, uint32_t first, uint32_t last, struct place *from, struct place *to,
                        bool *out_ends) {
    struct place place = {piece->at, piece->fields + piece->title + piece->metadata};
    const uint8_t *at = piece->checkpoints;
    *from = place;
    *out_ends = false;
    for (uint64_t i = 0; i < piece->checkpoint_count && !*out_ends; i++) {
        uint64_t value[3]; // the head was parsed: they are there
        for (int part = 0; part < 3; part++)
            if (!gdx_varint_read(&at, at + GDX_VARINT_BYTES, &value[part]))
                return false;
        uint64_t byte = place.at.byte + value[0];
        uint64_t symbol = place.at.symbol + value[1];
        place.coded += value[2];
        if (byte > UINT32_MAX || symbol > UINT32_MAX || value[2] > piece->end || place.coded > piece->end)
            return false;
        place.at = (gdx_checkpoint){(uint32_t)byte, (uint32_t)symbol};
        if (symbol <= first)
            *from = place;
        *out_ends = symbol > last;
    }
    *to = place;
    if (!*out_ends)
        to->coded = piece->end;
    return true;
}

gdx_status gdx_store_read_around(gdx_store_reader *reader, gdx_segment *segment, uint32_t document, uint32_t from,
                                 uint32_t to, gdx_stretch *out, gdx_error *err) {
    struct piece piece;
    struct place begin;
    struct place end;
    bool ends;
    gdx_slice coded;
    uint32_t number;
    reader->text.bytes = 0;
    gdx_status status = find_piece(segment, document, from, &number, err);
    if (status == GDX_OK)
        status = open_piece(reader, segment, document, number, &piece, &coded, err);
    if (status != GDX_OK)
        return status;
    if (!find_places(&piece, from, to, &begin, &end, &ends))
        return bad_record(segment, document, err);
    gdx_stretch found = {.first_byte = begin.at.byte, .first_symbol = begin.at.symbol};
    status = spell(reader, segment, document, &piece, begin.coded, end.coded, &reader->text, err);
    while (status == GDX_OK && !ends && !piece.is_last) {
        status = open_piece(reader, segment, document, piece.block + 1, &piece, &coded, err);
        if (status != GDX_OK)
            return status;
        if (piece.at.symbol > to)
            break;
        if (!find_places(&piece, 0, to, &begin, &end, &ends))
            return bad_record(segment, document, err);
        status = spell(reader, segment, document, &piece, piece.fields, end.coded, &reader->text, err);
    }
    if (status != GDX_OK)
        return status;
    found.is_last = !ends && piece.is_last && piece.at.symbol <= to;
    found.text = (gdx_slice){reader->text.data ? (const char *)reader->text.data : "", reader->text.bytes};
    *out = found;
    return GDX_OK;
}
