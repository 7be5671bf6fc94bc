// SPDX-License-Identifier: Apache-2.0
// store_verify.c: checks stored text. docs/format.md, "Stored text".
// Where blocks begin and end follows from the lengths and hashes of documents, and a merge relies on it: so blocks are
// held against that rule. Then every document is read and hashed.

#include "verify_context.h"

#include "store_reader.h"

static gdx_status damaged(const gdx_segment *segment, uint32_t number, const char *what, gdx_error *err) {
    return segment_damaged(segment, SECTION_STORE_BLOCKS, (uint64_t)number * STORE_BLOCK_BYTES, what, err);
}

// ---- blocks

// Bytes of a record; 0 after the last document.
static gdx_status record_bytes(const gdx_segment *segment, uint32_t document, uint64_t *out, gdx_error *err) {
    uint64_t begin = 0;
    uint64_t end = 0;
    gdx_status status = GDX_OK;
    if (document < segment->info.document_count)
        status = store_record(segment, document, &begin, &end, err);
    *out = end - begin;
    return status;
}

// Where a block ends that begins with the short record of `document`.
static gdx_status end_of_short(const gdx_segment *segment, store_block block, store_block *out, gdx_error *err) {
    uint64_t bytes = 0;
    uint64_t all = 0;
    uint64_t hash = 0;
    uint32_t document = block.document;
    gdx_status status = record_bytes(segment, document, &bytes, err);
    while (status == GDX_OK && bytes && bytes < GDX_STORE_TARGET_BYTES) {
        all += bytes;
        status = gdx_segment_hash(segment, document++, &hash, err);
        if (status != GDX_OK || all >= GDX_STORE_TARGET_BYTES || store_is_reset(hash, bytes))
            break;
        status = record_bytes(segment, document, &bytes, err);
    }
    *out = (store_block){.coded_offset = block.coded_offset + all, .document = document};
    return status;
}

// Checks a row against the record it starts with and the row after it.
static gdx_status verify_row(const gdx_segment *segment, uint32_t number, store_block block, store_block next,
                             gdx_error *err) {
    uint64_t begin;
    uint64_t end;
    store_block expected;
    gdx_status status = GDX_OK;
    if (block.document >= segment->info.document_count)
        return damaged(segment, number, "no such document", err);
    status = store_record(segment, block.document, &begin, &end, err);
    if (status != GDX_OK)
        return status;
    bool is_first = block.coded_offset == begin;
    bool is_long = end - begin >= GDX_STORE_TARGET_BYTES;
    if (block.coded_offset < begin || block.coded_offset >= end || (!is_first && !is_long))
        return damaged(segment, number, "a block that begins within a record", err);
    if (is_first && (block.text_byte || block.symbol))
        return damaged(segment, number, "a text that does not start at its start", err);
    if (is_long) {
        uint32_t document = next.coded_offset < end ? block.document : block.document + 1;
        bool is_good = next.coded_offset <= end && next.document == document;
        return is_good ? GDX_OK : damaged(segment, number, "a long record that shares a block", err);
    }
    status = end_of_short(segment, block, &expected, err);
    if (status == GDX_OK && (next.coded_offset != expected.coded_offset || next.document != expected.document))
        status = damaged(segment, number, "a block that ends elsewhere than the format says", err);
    return status;
}

static gdx_status verify_reserved(const gdx_segment *segment, uint32_t number, gdx_error *err) {
    const uint8_t *row;
    gdx_status status = segment_row(segment, SECTION_STORE_BLOCKS, number, STORE_BLOCK_BYTES, &row, err);
    if (status == GDX_OK && gdx_load_u32(row + STORE_BLOCK_RESERVED) != 0)
        status = damaged(segment, number, "reserved bytes that are not zero", err);
    return status;
}

static gdx_status verify_blocks(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    uint32_t count = store_block_count(segment);
    store_block block;
    store_block next;
    gdx_status status = store_block_row(segment, 0, &block, err);
    if (status == GDX_OK && (block.coded_offset || block.offset || block.document))
        status = damaged(segment, 0, "does not begin with the first record", err);
    for (uint32_t number = 0; number < count && status == GDX_OK; number++) {
        status = store_block_row(segment, number + 1, &next, err);
        if (status == GDX_OK && number % GDX_VERIFY_LOOK_EVERY == 0)
            status = verify_look(verification, err);
        if (status == GDX_OK && (next.coded_offset <= block.coded_offset || next.offset <= block.offset))
            status = damaged(segment, number, "blocks out of order", err);
        if (status == GDX_OK)
            status = verify_reserved(segment, number, err);
        if (status == GDX_OK)
            status = verify_row(segment, number, block, next, err);
        block = next;
    }
    return status;
}

// ---- documents

static gdx_status verify_document(const verify_context *verification, gdx_store_reader *reader, uint32_t document,
                                  uint64_t *text_bytes, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    const gdx_document_columns *columns = &verification->columns;
    uint32_t text_symbols = columns->begin[document + 1] - columns->text[document] - 1;
    gdx_document read;
    uint64_t hash;
    gdx_status status = verify_look(verification, err);
    if (status == GDX_OK)
        status = store_read_checked(reader, segment, document, text_symbols, &read, err);
    if (status == GDX_OK)
        status = gdx_segment_hash(segment, document, &hash, err);
    if (status != GDX_OK)
        return status;
    if (gdx_document_hash(&read) != hash)
        return segment_damaged(segment, SECTION_DOCUMENT_HASH, (uint64_t)document * 8, "not the hash of the document",
                               err);
    *text_bytes += gdx_document_text_bytes(&read);
    return GDX_OK;
}

static gdx_status verify_texts(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    uint64_t text_bytes = 0;
    gdx_status status = GDX_OK;
    GDX_AUTO(gdx_store_reader) reader = gdx_store_reader_new(0);
    if (!reader)
        return verify_no_memory(verification, err);
    for (uint32_t d = 0; d < verification->columns.count && status == GDX_OK; d++)
        status = verify_document(verification, reader, d, &text_bytes, err);
    if (status == GDX_OK && text_bytes != segment->info.text_bytes)
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment_footer_byte(segment),
                                "footer: %llu bytes of text, its documents have %llu; it is damaged",
                                (unsigned long long)segment->info.text_bytes, (unsigned long long)text_bytes);
    return status;
}

gdx_status store_verify(const verify_context *verification, gdx_error *err) {
    gdx_status status = verify_blocks(verification, err);
    return status == GDX_OK ? verify_texts(verification, err) : status;
}
