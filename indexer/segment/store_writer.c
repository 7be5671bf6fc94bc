// SPDX-License-Identifier: Apache-2.0
// store_writer.c: writes stored documents. docs/format.md, "Stored text".
// A record is first spelled in the character code and then compressed with its neighbours by zstd, whose contexts are
// kept. Offsets count coded bytes, not bytes of UTF-8: a reader then decompresses a block only as far as it must and
// spells out only the text it was asked for.

#define ZSTD_STATIC_LINKING_ONLY // for the format without magic number
#include "store_writer.h"

#include "characters.h"
#include "layout.h"
#include "store_details.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

struct store_writer {
    segment_sink *sink;
    ZSTD_CCtx *context;
    int level;
    gdx_buffer block;         // coded records of the block that is being filled
    store_block begin;        // of that block
    uint32_t next_document;   // number of the next record
    gdx_buffer rows;          // of finished blocks
    gdx_buffer record;        // scratch: the record being made
    gdx_buffer coded;         // scratch: its title, metadata, details and body
    gdx_buffer body;          // scratch: its text and parts, if it has any
    gdx_buffer compressed;    // scratch
    size_t *checkpoint_coded; // scratch: coded bytes of text before each checkpoint
    size_t checkpoint_capacity;
};

static gdx_status no_memory(const store_writer *writer, gdx_error *err) {
    return gdx_fail_at(err, GDX_NO_MEMORY, sink_path(writer->sink), "no memory for stored text");
}

static gdx_status set(store_writer *writer, ZSTD_cParameter parameter, int value, gdx_error *err) {
    size_t result = ZSTD_CCtx_setParameter(writer->context, parameter, value);
    if (!ZSTD_isError(result))
        return GDX_OK;
    return gdx_fail(err, GDX_INVALID, "zstd refuses parameter %d = %d: %s", (int)parameter, value,
                    ZSTD_getErrorName(result));
}

// Level 0 is what was measured best for coded Chinese text in blocks of this size: short matches, tables that stay in
// the second-level cache. docs/format.md has the figures.
static gdx_status set_parameters(store_writer *writer, gdx_error *err) {
    gdx_status status = set(writer, ZSTD_c_compressionLevel, writer->level ? writer->level : 1, err);
    if (status == GDX_OK)
        status = set(writer, ZSTD_c_format, ZSTD_f_zstd1_magicless, err);
    if (status == GDX_OK)
        status = set(writer, ZSTD_c_checksumFlag, 0, err);
    if (status == GDX_OK)
        status = set(writer, ZSTD_c_contentSizeFlag, 0, err);
    if (status == GDX_OK)
        status = set(writer, ZSTD_c_windowLog, GDX_STORE_WINDOW_LOG, err);
    if (status != GDX_OK || writer->level)
        return status;
    status = set(writer, ZSTD_c_strategy, ZSTD_dfast, err);
    if (status == GDX_OK)
        status = set(writer, ZSTD_c_minMatch, 4, err);
    if (status == GDX_OK)
        status = set(writer, ZSTD_c_hashLog, 16, err);
    if (status == GDX_OK)
        status = set(writer, ZSTD_c_chainLog, 15, err);
    return status;
}

gdx_status store_writer_new(segment_sink *sink, int level, store_writer **out, gdx_error *err) {
    GDX_AUTO(store_writer) writer = calloc(1, sizeof *writer);
    if (!writer)
        return gdx_fail_at(err, GDX_NO_MEMORY, sink_path(sink), "no memory for stored text");
    writer->sink = sink;
    writer->level = level;
    writer->context = ZSTD_createCCtx();
    if (!writer->context)
        return no_memory(writer, err);
    gdx_status status = set_parameters(writer, err);
    if (status != GDX_OK)
        return status;
    *out = writer;
    writer = NULL; // handed over
    return GDX_OK;
}

void store_writer_free(store_writer *writer) {
    if (!writer)
        return;
    ZSTD_freeCCtx(writer->context);
    gdx_buffer_clear(&writer->block);
    gdx_buffer_clear(&writer->rows);
    gdx_buffer_clear(&writer->record);
    gdx_buffer_clear(&writer->coded);
    gdx_buffer_clear(&writer->body);
    gdx_buffer_clear(&writer->compressed);
    free(writer->checkpoint_coded);
    free(writer);
}

int store_writer_level(const store_writer *writer) {
    return writer->level;
}

uint64_t store_writer_coded_bytes(const store_writer *writer) {
    return writer->begin.coded_offset + writer->block.bytes;
}

size_t store_writer_bytes(const store_writer *writer) {
    return sizeof *writer + ZSTD_sizeof_CCtx(writer->context) + writer->block.capacity + writer->rows.capacity +
           writer->record.capacity + writer->coded.capacity + writer->body.capacity + writer->compressed.capacity +
           writer->checkpoint_capacity * sizeof *writer->checkpoint_coded;
}

bool store_is_reset(uint64_t hash, uint64_t record_bytes) {
    const uint64_t distance = (uint64_t)GDX_STORE_RESET_BLOCKS * GDX_STORE_TARGET_BYTES;
    return (hash >> 32) * distance < record_bytes << 32; // record_bytes is below the target: no overflow
}

bool store_writer_is_between_blocks(const store_writer *writer) {
    return writer->block.bytes == 0;
}

void store_writer_count_document(store_writer *writer) {
    writer->next_document++;
}

// Writes a block that begins at writer->begin, and its row; the next starts after it.
static gdx_status put_block(store_writer *writer, gdx_slice compressed, uint64_t coded_bytes, gdx_error *err) {
    uint8_t row[STORE_BLOCK_BYTES] = {0};
    gdx_store_u64(row + STORE_BLOCK_CODED_OFFSET, writer->begin.coded_offset);
    gdx_store_u64(row + STORE_BLOCK_OFFSET, writer->begin.offset);
    gdx_store_u32(row + STORE_BLOCK_DOCUMENT, writer->begin.document);
    gdx_store_u32(row + STORE_BLOCK_TEXT_BYTE, writer->begin.text_byte);
    gdx_store_u32(row + STORE_BLOCK_SYMBOL, writer->begin.symbol);
    if (gdx_buffer_append(&writer->rows, row, sizeof row) != GDX_OK)
        return no_memory(writer, err);
    gdx_status status = sink_write(writer->sink, compressed.data, compressed.bytes, err);
    writer->begin.coded_offset += coded_bytes;
    writer->begin.offset += compressed.bytes;
    return status;
}

static gdx_status compress_block(store_writer *writer, gdx_slice coded, gdx_error *err) {
    if (coded.bytes > GDX_STORE_BLOCK_BYTES_MAX)
        return gdx_fail_at(err, GDX_TOO_LARGE, sink_path(writer->sink),
                           "document %u: title, metadata and the text up to the first place to cut it at take %zu "
                           "bytes, at most %d are stored",
                           writer->next_document, coded.bytes, GDX_STORE_BLOCK_BYTES_MAX);
    writer->compressed.bytes = 0;
    if (gdx_buffer_reserve(&writer->compressed, ZSTD_compressBound(coded.bytes)) != GDX_OK)
        return no_memory(writer, err);
    size_t bytes =
        ZSTD_compress2(writer->context, writer->compressed.data, writer->compressed.capacity, coded.data, coded.bytes);
    if (ZSTD_isError(bytes))
        return gdx_fail_at(err, ZSTD_getErrorCode(bytes) == ZSTD_error_memory_allocation ? GDX_NO_MEMORY : GDX_INTERNAL,
                           sink_path(writer->sink), "zstd: %s", ZSTD_getErrorName(bytes));
    gdx_slice compressed = {(const char *)writer->compressed.data, bytes};
    return put_block(writer, compressed, coded.bytes, err);
}

gdx_status store_writer_end_block(store_writer *writer, gdx_error *err) {
    if (writer->block.bytes == 0)
        return GDX_OK;
    gdx_status status = compress_block(writer, gdx_buffer_slice(&writer->block), err);
    writer->block.bytes = 0;
    return status;
}

gdx_status store_writer_add_record(store_writer *writer, gdx_slice record, uint64_t hash, gdx_error *err) {
    if (writer->block.bytes == 0)
        writer->begin = (store_block){writer->begin.coded_offset, writer->begin.offset, writer->next_document, 0, 0};
    if (gdx_buffer_append(&writer->block, record.data, record.bytes) != GDX_OK)
        return no_memory(writer, err);
    writer->next_document++;
    bool ends = writer->block.bytes >= GDX_STORE_TARGET_BYTES || store_is_reset(hash, record.bytes);
    return ends ? store_writer_end_block(writer, err) : GDX_OK;
}

gdx_status store_writer_add_piece(store_writer *writer, gdx_slice piece, uint32_t text_byte, uint32_t symbol,
                                  gdx_error *err) {
    writer->begin.document = writer->next_document;
    writer->begin.text_byte = text_byte;
    writer->begin.symbol = symbol;
    return compress_block(writer, piece, err);
}

gdx_status store_writer_copy_block(store_writer *writer, gdx_slice compressed, uint64_t coded_bytes,
                                   uint32_t document_count, uint32_t text_byte, uint32_t symbol, gdx_error *err) {
    writer->begin.document = writer->next_document;
    writer->begin.text_byte = text_byte;
    writer->begin.symbol = symbol;
    writer->next_document += document_count;
    return put_block(writer, compressed, coded_bytes, err);
}

// ---- making records

static gdx_status append_varint(gdx_buffer *out, uint64_t value) {
    uint8_t bytes[GDX_VARINT_BYTES];
    return gdx_buffer_append(out, bytes, gdx_varint_write(bytes, value));
}

// The list of checkpoints [first, end), counted from where the piece begins, that lets a reader start inside it.
static gdx_status append_checkpoints(store_writer *writer, const gdx_checkpoint *checkpoints, size_t first, size_t end,
                                     gdx_checkpoint before, size_t coded_before) {
    gdx_buffer *out = &writer->record;
    gdx_status status = append_varint(out, end - first);
    for (size_t i = first; i < end && status == GDX_OK; i++) {
        status = append_varint(out, checkpoints[i].byte - before.byte);
        if (status == GDX_OK)
            status = append_varint(out, checkpoints[i].symbol - before.symbol);
        if (status == GDX_OK)
            status = append_varint(out, writer->checkpoint_coded[i] - coded_before);
        before = checkpoints[i];
        coded_before = writer->checkpoint_coded[i];
    }
    return status;
}

// The text and the parts, one after the other.
static gdx_status make_body(store_writer *writer, const gdx_document *document, gdx_slice *out) {
    gdx_buffer *body = &writer->body;
    *out = document->text;
    if (document->part_count == 0)
        return GDX_OK;
    gdx_part_walk walk = {0};
    body->bytes = 0;
    gdx_status status = gdx_buffer_append(body, document->text.data, document->text.bytes);
    for (const gdx_part *part; status == GDX_OK && (part = gdx_document_next_part(document, &walk));)
        status = gdx_buffer_append(body, part->text.data, part->text.bytes);
    *out = (gdx_slice){body->data ? (const char *)body->data : "", body->bytes};
    return status;
}

struct parts { // of a record being made: lengths of its coded fields, and its checkpoints
    size_t title;
    size_t metadata;
    size_t details;
    const gdx_checkpoint *checkpoints;
    size_t checkpoint_count;
};

static size_t text_begin(const struct parts *parts) {
    return parts->title + parts->metadata + parts->details;
}

// All fields into writer->coded, the text in pieces so that its coded bytes at each checkpoint are known.
static gdx_status code_fields(store_writer *writer, const gdx_document *document, struct parts *parts) {
    const gdx_checkpoint *checkpoints = parts->checkpoints;
    size_t checkpoint_count = parts->checkpoint_count;
    gdx_buffer *coded = &writer->coded;
    gdx_slice body;
    coded->bytes = 0;
    gdx_status status = make_body(writer, document, &body);
    if (status == GDX_OK)
        status = gdx_grow(&writer->checkpoint_coded, &writer->checkpoint_capacity, checkpoint_count,
                          sizeof *writer->checkpoint_coded);
    if (status == GDX_OK)
        status = characters_encode(document->title, coded);
    parts->title = coded->bytes;
    if (status == GDX_OK)
        status = characters_encode(document->metadata, coded);
    parts->metadata = coded->bytes - parts->title;
    if (status == GDX_OK)
        status = store_details_append(document, coded);
    parts->details = coded->bytes - parts->title - parts->metadata;
    size_t text = coded->bytes;
    size_t from = 0;
    for (size_t i = 0; i <= checkpoint_count && status == GDX_OK; i++) {
        size_t to = i < checkpoint_count ? checkpoints[i].byte : body.bytes;
        gdx_slice piece = {to > from ? body.data + from : "", to - from};
        status = characters_encode(piece, coded);
        if (i < checkpoint_count)
            writer->checkpoint_coded[i] = coded->bytes - text;
        from = to;
    }
    return status;
}

// The first piece of a record, with the checkpoints before number `end`, into writer->record.
static gdx_status make_first_piece(store_writer *writer, const struct parts *parts, size_t end) {
    writer->record.bytes = 0;
    gdx_status status = append_varint(&writer->record, parts->title);
    if (status == GDX_OK)
        status = append_varint(&writer->record, parts->metadata);
    if (status == GDX_OK)
        status = append_varint(&writer->record, parts->details);
    if (status == GDX_OK)
        status = append_checkpoints(writer, parts->checkpoints, 0, end, (gdx_checkpoint){0, 0}, 0);
    size_t fields = text_begin(parts);
    size_t bytes = end < parts->checkpoint_count ? fields + writer->checkpoint_coded[end] : writer->coded.bytes;
    return status == GDX_OK ? gdx_buffer_append(&writer->record, writer->coded.data, bytes) : status;
}

// A later piece, which begins at checkpoint `first`, with the checkpoints between that and number `end`.
static gdx_status make_later_piece(store_writer *writer, const struct parts *parts, size_t first, size_t end) {
    writer->record.bytes = 0;
    size_t fields = text_begin(parts);
    size_t from = fields + writer->checkpoint_coded[first];
    size_t to = end < parts->checkpoint_count ? fields + writer->checkpoint_coded[end] : writer->coded.bytes;
    gdx_status status = append_checkpoints(writer, parts->checkpoints, first + 1, end, parts->checkpoints[first],
                                           writer->checkpoint_coded[first]);
    return status == GDX_OK ? gdx_buffer_append(&writer->record, writer->coded.data + from, to - from) : status;
}

// The checkpoint from `from` on at which `coded` bytes of text are passed first.
static size_t checkpoint_at(const store_writer *writer, size_t from, size_t count, uint64_t coded) {
    while (from < count && writer->checkpoint_coded[from] < coded)
        from++;
    return from;
}

// A record that fills blocks of its own. `record_bytes`: of the record in one piece.
static gdx_status add_long(store_writer *writer, const struct parts *parts, size_t record_bytes, gdx_error *err) {
    gdx_status status = store_writer_end_block(writer, err);
    uint64_t pieces = (record_bytes + GDX_STORE_TARGET_BYTES / 2) / GDX_STORE_TARGET_BYTES;
    size_t fields = text_begin(parts);
    size_t text = writer->coded.bytes - fields;
    size_t first = 0;
    for (uint64_t piece = 1; piece <= pieces && status == GDX_OK; piece++) {
        size_t from = piece == 1 ? 0 : first + 1;
        size_t end = piece == pieces ? parts->checkpoint_count
                                     : checkpoint_at(writer, from, parts->checkpoint_count, text * piece / pieces);
        status = piece == 1 ? make_first_piece(writer, parts, end) : make_later_piece(writer, parts, first, end);
        if (status != GDX_OK)
            return no_memory(writer, err);
        gdx_checkpoint at = piece == 1 ? (gdx_checkpoint){0, 0} : parts->checkpoints[first];
        status = store_writer_add_piece(writer, gdx_buffer_slice(&writer->record), at.byte, at.symbol, err);
        first = end;
        if (end == parts->checkpoint_count)
            break; // no place left to cut at
    }
    writer->next_document++;
    return status;
}

gdx_status store_writer_add(store_writer *writer, const gdx_document *document, uint64_t hash,
                            const gdx_checkpoint *checkpoints, size_t checkpoint_count, gdx_error *err) {
    struct parts parts = {.checkpoints = checkpoints, .checkpoint_count = checkpoint_count};
    gdx_status status = code_fields(writer, document, &parts);
    if (status == GDX_INVALID)
        return gdx_fail_at(err, GDX_INTERNAL, sink_path(writer->sink),
                           "document %u: title, metadata or text is not UTF-8", writer->next_document);
    if (status == GDX_OK)
        status = make_first_piece(writer, &parts, checkpoint_count);
    if (status != GDX_OK)
        return no_memory(writer, err);
    if (writer->record.bytes >= GDX_STORE_TARGET_BYTES)
        return add_long(writer, &parts, writer->record.bytes, err);
    return store_writer_add_record(writer, gdx_buffer_slice(&writer->record), hash, err);
}

gdx_status store_writer_finish(store_writer *writer, gdx_error *err) {
    gdx_status status = store_writer_end_block(writer, err);
    if (status != GDX_OK)
        return status;
    return sink_section(writer->sink, SECTION_STORE_BLOCKS, writer->rows.data, writer->rows.bytes, err);
}
