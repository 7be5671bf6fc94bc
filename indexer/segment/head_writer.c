// SPDX-License-Identifier: Apache-2.0
// head_writer.c: writes heads of documents. docs/format.md, "Heads".
// A head is compressed with its neighbours by zstd, whose context is kept. Offsets count bytes before compression: a
// reader then decompresses a block only as far as it must.

#define ZSTD_STATIC_LINKING_ONLY // for the format without magic number
#include "head_writer.h"

#include "layout.h"
#include "store_details.h"

#include "gdx/tokens.h"
#include "gdx/utf8.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

struct head_writer {
    segment_sink *sink;
    ZSTD_CCtx *context;
    int level;
    bool is_begun;
    gdx_buffer block;           // heads of the block that is being filled
    head_block begin;           // of that block
    uint32_t next_document;     // number of the next head
    gdx_buffer rows;            // of finished blocks
    gdx_buffer finished;        // they themselves, when they are not written as they come
    gdx_token_encoder *encoder; // of titles, by the built-in table
    gdx_buffer record;          // scratch: the head being made
    gdx_buffer title;           // scratch: its title, coded
    gdx_buffer compressed;      // scratch
};

static gdx_status no_memory(const head_writer *writer, gdx_error *err) {
    return gdx_fail_at(err, GDX_NO_MEMORY, sink_path(writer->sink), "no memory for heads of documents");
}

static gdx_status set(head_writer *writer, ZSTD_cParameter parameter, int value, gdx_error *err) {
    size_t result = ZSTD_CCtx_setParameter(writer->context, parameter, value);
    if (!ZSTD_isError(result))
        return GDX_OK;
    return gdx_fail(err, GDX_INVALID, "zstd refuses parameter %d = %d: %s", (int)parameter, value,
                    ZSTD_getErrorName(result));
}

// Level 0 is level 3: heads are few and short, and neither faster nor slower levels change the whole.
static gdx_status set_parameters(head_writer *writer, gdx_error *err) {
    gdx_status status = set(writer, ZSTD_c_compressionLevel, writer->level ? writer->level : 3, err);
    if (status == GDX_OK)
        status = set(writer, ZSTD_c_format, ZSTD_f_zstd1_magicless, err);
    if (status == GDX_OK)
        status = set(writer, ZSTD_c_checksumFlag, 0, err);
    if (status == GDX_OK)
        status = set(writer, ZSTD_c_contentSizeFlag, 0, err);
    return status == GDX_OK ? set(writer, ZSTD_c_windowLog, GDX_HEAD_WINDOW_LOG, err) : status;
}

gdx_status head_writer_new(segment_sink *sink, int level, bool is_begun, head_writer **out, gdx_error *err) {
    GDX_AUTO(head_writer) writer = calloc(1, sizeof *writer);
    if (!writer)
        return gdx_fail_at(err, GDX_NO_MEMORY, sink_path(sink), "no memory for heads of documents");
    writer->sink = sink;
    writer->level = level;
    writer->is_begun = is_begun;
    writer->context = ZSTD_createCCtx();
    if (!writer->context)
        return no_memory(writer, err);
    gdx_status status = set_parameters(writer, err);
    if (status == GDX_OK)
        status = gdx_token_encoder_new(gdx_token_table_builtin(), &writer->encoder, err);
    if (status != GDX_OK)
        return status;
    *out = GDX_TAKE(writer);
    return GDX_OK;
}

void head_writer_free(head_writer *writer) {
    if (!writer)
        return;
    ZSTD_freeCCtx(writer->context);
    gdx_token_encoder_free(writer->encoder);
    gdx_buffer *const buffers[] = {&writer->block,  &writer->rows,  &writer->finished,
                                   &writer->record, &writer->title, &writer->compressed};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        gdx_buffer_clear(buffers[i]);
    free(writer);
}

int head_writer_level(const head_writer *writer) {
    return writer->level;
}

uint64_t head_writer_record_bytes(const head_writer *writer) {
    return writer->begin.records + writer->block.bytes;
}

size_t head_writer_bytes(const head_writer *writer) {
    return sizeof *writer + ZSTD_sizeof_CCtx(writer->context) + writer->block.capacity + writer->rows.capacity +
           writer->finished.capacity + writer->record.capacity + writer->title.capacity + writer->compressed.capacity;
}

bool head_is_reset(uint64_t hash, uint64_t record_bytes) {
    const uint64_t distance = (uint64_t)GDX_HEAD_RESET_BLOCKS * GDX_HEAD_TARGET_BYTES;
    return (hash >> 32) * distance < record_bytes << 32; // record_bytes is below the target: no overflow
}

bool head_writer_is_between_blocks(const head_writer *writer) {
    return writer->block.bytes == 0;
}

// Writes a block that begins at writer->begin, and its row; the next starts after it.
static gdx_status put_block(head_writer *writer, gdx_slice compressed, uint64_t record_bytes, gdx_error *err) {
    uint8_t row[HEAD_BLOCK_BYTES];
    gdx_store_u64(row + HEAD_BLOCK_RECORDS, writer->begin.records);
    gdx_store_u64(row + HEAD_BLOCK_OFFSET, writer->begin.offset);
    gdx_store_u32(row + HEAD_BLOCK_DOCUMENT, writer->begin.document);
    if (gdx_buffer_append(&writer->rows, row, sizeof row) != GDX_OK)
        return no_memory(writer, err);
    writer->begin.records += record_bytes;
    writer->begin.offset += compressed.bytes;
    if (writer->is_begun)
        return sink_write(writer->sink, compressed.data, compressed.bytes, err);
    return gdx_buffer_append(&writer->finished, compressed.data, compressed.bytes) == GDX_OK ? GDX_OK
                                                                                             : no_memory(writer, err);
}

static gdx_status compress_block(head_writer *writer, gdx_slice records, gdx_error *err) {
    if (records.bytes > GDX_HEAD_BLOCK_BYTES_MAX)
        return gdx_fail_at(err, GDX_TOO_LARGE, sink_path(writer->sink),
                           "document %u: title, metadata, places and origin take %zu bytes, at most %d are stored",
                           writer->next_document, records.bytes, GDX_HEAD_BLOCK_BYTES_MAX);
    writer->compressed.bytes = 0;
    if (gdx_buffer_reserve(&writer->compressed, ZSTD_compressBound(records.bytes)) != GDX_OK)
        return no_memory(writer, err);
    size_t bytes = ZSTD_compress2(writer->context, writer->compressed.data, writer->compressed.capacity, records.data,
                                  records.bytes);
    if (ZSTD_isError(bytes))
        return gdx_fail_at(err, ZSTD_getErrorCode(bytes) == ZSTD_error_memory_allocation ? GDX_NO_MEMORY : GDX_INTERNAL,
                           sink_path(writer->sink), "zstd: %s", ZSTD_getErrorName(bytes));
    gdx_slice compressed = {(const char *)writer->compressed.data, bytes};
    return put_block(writer, compressed, records.bytes, err);
}

static gdx_status end_block(head_writer *writer, gdx_error *err) {
    if (writer->block.bytes == 0)
        return GDX_OK;
    gdx_status status = compress_block(writer, gdx_buffer_slice(&writer->block), err);
    writer->block.bytes = 0;
    return status;
}

gdx_status head_writer_add_record(head_writer *writer, gdx_slice record, uint64_t hash, gdx_error *err) {
    gdx_status status = record.bytes >= GDX_HEAD_TARGET_BYTES ? end_block(writer, err) : GDX_OK;
    if (status != GDX_OK)
        return status;
    if (writer->block.bytes == 0)
        writer->begin.document = writer->next_document;
    if (gdx_buffer_append(&writer->block, record.data, record.bytes) != GDX_OK)
        return no_memory(writer, err);
    writer->next_document++;
    bool ends = writer->block.bytes >= GDX_HEAD_TARGET_BYTES || head_is_reset(hash, record.bytes);
    return ends ? end_block(writer, err) : GDX_OK;
}

gdx_status head_writer_copy_block(head_writer *writer, gdx_slice compressed, uint64_t record_bytes,
                                  uint32_t document_count, gdx_error *err) {
    writer->begin.document = writer->next_document;
    writer->next_document += document_count;
    return put_block(writer, compressed, record_bytes, err);
}

// ---- making heads

static gdx_status append_field(gdx_buffer *out, gdx_slice field) {
    return field.bytes ? gdx_buffer_append(out, field.data, field.bytes) : GDX_OK;
}

// The title coded, or itself when it is too long for one code; *out_length says which, and how long that is.
static gdx_status code_title(head_writer *writer, gdx_slice title, gdx_slice *out, uint64_t *out_length,
                             gdx_error *err) {
    *out = title;
    *out_length = 2 * (uint64_t)title.bytes + 1;
    if (title.bytes > GDX_TOKEN_GROUP_BYTES)
        return GDX_OK;
    writer->title.bytes = 0;
    gdx_status status = title.bytes ? gdx_token_encode(writer->encoder, title, &writer->title, err) : GDX_OK;
    *out = gdx_buffer_slice(&writer->title);
    *out_length = 2 * (uint64_t)writer->title.bytes;
    return status;
}

static gdx_status make_record(head_writer *writer, const gdx_document *document, gdx_slice title,
                              uint64_t title_length) {
    uint8_t lengths[2 * GDX_VARINT_BYTES];
    size_t length_bytes = gdx_varint_write(lengths, title_length);
    length_bytes += gdx_varint_write(lengths + length_bytes, document->metadata.bytes);
    writer->record.bytes = 0;
    gdx_status status = gdx_buffer_append(&writer->record, lengths, length_bytes);
    if (status == GDX_OK)
        status = append_field(&writer->record, title);
    if (status == GDX_OK)
        status = append_field(&writer->record, document->metadata);
    return status == GDX_OK ? store_details_append(document, &writer->record) : status;
}

gdx_status head_writer_add(head_writer *writer, const gdx_document *document, uint64_t hash, gdx_error *err) {
    gdx_slice title;
    uint64_t title_length;
    if (!gdx_utf8_valid(document->title) || !gdx_utf8_valid(document->metadata))
        return gdx_fail_at(err, GDX_INTERNAL, sink_path(writer->sink), "document %u: title or metadata is not UTF-8",
                           writer->next_document);
    gdx_status status = code_title(writer, document->title, &title, &title_length, err);
    if (status != GDX_OK)
        return status;
    if (make_record(writer, document, title, title_length) != GDX_OK)
        return no_memory(writer, err);
    return head_writer_add_record(writer, gdx_buffer_slice(&writer->record), hash, err);
}

gdx_status head_writer_finish(head_writer *writer, gdx_error *err) {
    gdx_status status = end_block(writer, err);
    if (status == GDX_OK && !writer->is_begun)
        status = sink_section(writer->sink, SECTION_HEADS, writer->finished.data, writer->finished.bytes, err);
    if (status != GDX_OK)
        return status;
    return sink_section(writer->sink, SECTION_HEAD_BLOCKS, writer->rows.data, writer->rows.bytes, err);
}
