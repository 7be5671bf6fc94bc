// SPDX-License-Identifier: Apache-2.0
// store_verify.c: checks stored text. docs/format.md, "Stored text" and "Heads".
// Where ranges of tokens and blocks of heads end follows from the lengths and hashes of documents, and a merge relies
// on it: so they are held against that rule. Then every document is read and hashed.

#include "verify_context.h"

#include "group_writer.h"
#include "store_reader.h"

// ---- blocks of heads

static gdx_status bad_block(const gdx_segment *segment, uint32_t number, const char *what, gdx_error *err) {
    return segment_damaged(segment, SECTION_HEAD_BLOCKS, (uint64_t)number * HEAD_BLOCK_BYTES, what, err);
}

// Bytes of a head; 0 after the last document.
static gdx_status head_bytes(const gdx_segment *segment, uint32_t document, uint64_t *out, gdx_error *err) {
    uint64_t begin = 0;
    uint64_t end = 0;
    gdx_status status = GDX_OK;
    if (document < segment->info.document_count)
        status = head_bounds(segment, document, &begin, &end, err);
    *out = end - begin;
    return status;
}

// Where a block ends that begins with the head of `block->document`.
static gdx_status expected_end(const gdx_segment *segment, head_block block, head_block *out, gdx_error *err) {
    uint64_t bytes = 0;
    uint64_t all = 0;
    uint64_t hash = 0;
    uint32_t document = block.document;
    gdx_status status = head_bytes(segment, document, &bytes, err);
    while (status == GDX_OK && bytes && (bytes < GDX_HEAD_TARGET_BYTES || all == 0)) {
        all += bytes;
        status = gdx_segment_hash(segment, document++, &hash, err);
        if (status != GDX_OK || all >= GDX_HEAD_TARGET_BYTES || head_is_reset(hash, bytes))
            break;
        status = head_bytes(segment, document, &bytes, err);
    }
    *out = (head_block){.records = block.records + all, .document = document};
    return status;
}

// Checks a row against the head it starts with and the row after it.
static gdx_status verify_row(const gdx_segment *segment, uint32_t number, head_block block, head_block next,
                             gdx_error *err) {
    uint64_t begin;
    uint64_t end;
    head_block expected;
    if (block.document >= segment->info.document_count)
        return bad_block(segment, number, "no such document", err);
    gdx_status status = head_bounds(segment, block.document, &begin, &end, err);
    if (status == GDX_OK && block.records != begin)
        status = bad_block(segment, number, "a block that begins within a head", err);
    if (status == GDX_OK)
        status = expected_end(segment, block, &expected, err);
    if (status == GDX_OK && (next.records != expected.records || next.document != expected.document))
        status = bad_block(segment, number, "a block that ends elsewhere than the format says", err);
    return status;
}

static gdx_status verify_blocks(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    uint32_t count = head_block_count(segment);
    head_block block;
    head_block next;
    gdx_status status = head_block_row(segment, 0, &block, err);
    if (status == GDX_OK && (block.records || block.offset || block.document))
        status = bad_block(segment, 0, "does not begin with the first head", err);
    for (uint32_t number = 0; number < count && status == GDX_OK; number++) {
        status = head_block_row(segment, number + 1, &next, err);
        if (status == GDX_OK && number % GDX_VERIFY_LOOK_EVERY == 0)
            status = verify_look(verification, err);
        if (status == GDX_OK && (next.records <= block.records || next.offset <= block.offset))
            status = bad_block(segment, number, "blocks out of order", err);
        if (status == GDX_OK)
            status = verify_row(segment, number, block, next, err);
        block = next;
    }
    return status;
}

// ---- groups

// Blocks of groups follow each other without gaps, from the start of the texts and of their codes to the end.
static gdx_status verify_lengths(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    group_block block = {0};
    uint64_t store = 0;
    uint64_t text = 0;
    uint32_t first = 0;
    gdx_status status = GDX_OK;
    for (; first < segment->group_count && status == GDX_OK; first += block.count) {
        status = group_block_read(segment, first / GDX_GROUPS_PER_BLOCK, &block, err);
        if (status == GDX_OK && (block.store != store || block.text != text))
            status = group_damaged(segment, first, "a block that does not begin where the one before ends", err);
        if (status != GDX_OK)
            return status;
        store += block.ends[block.count - 1];
        text += block.text_ends[block.count - 1];
        if (first / GDX_GROUPS_PER_BLOCK % GDX_VERIFY_LOOK_EVERY == 0)
            status = verify_look(verification, err);
    }
    if (status == GDX_OK && store != segment->section_bytes[SECTION_STORE])
        status = group_damaged(segment, 0, "codes that do not fill their section", err);
    return status;
}

// Documents have the groups that their positions need, one after the other.
static gdx_status verify_groups(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    const gdx_document_columns *columns = &verification->columns;
    uint64_t expected = 0;
    gdx_status status = GDX_OK;
    for (uint64_t d = 0; d <= columns->count && status == GDX_OK; d++) {
        uint32_t group = 0;
        status = segment_u32(segment, SECTION_DOCUMENT_GROUP, d, &group, err);
        if (status == GDX_OK && group != expected)
            status = segment_damaged(segment, SECTION_DOCUMENT_GROUP, d * 4,
                                     "another number of groups than the document has", err);
        if (d < columns->count)
            expected += groups_of(columns->begin[d + 1] - columns->text[d]);
    }
    if (status == GDX_OK && expected != segment->group_count)
        status = segment_damaged(segment, SECTION_DOCUMENT_GROUP, 0, "groups of no document", err);
    return status;
}

// A document's groups begin with symbols in order, none behind the body, and each has the text that its length says.
static gdx_status verify_body(const verify_context *verification, gdx_store_reader *reader, uint32_t document,
                              gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    const gdx_document_columns *columns = &verification->columns;
    uint64_t positions = columns->begin[document + 1] - columns->text[document];
    uint64_t before = 0;
    uint32_t first = 0;
    uint32_t end = 0;
    const gdx_token_table *table;
    gdx_status status = groups_of_document(segment, document, &first, &end, err);
    if (status == GDX_OK)
        status = store_table(reader, segment, document, &table, err);
    for (uint32_t group = first; status == GDX_OK && group < end; group++) {
        reader->text.bytes = 0;
        status = groups_text(segment, table, group, group + 1, &reader->block, &reader->text, err);
        if (status != GDX_OK)
            return status;
        uint32_t late = reader->block.late[group % GDX_GROUPS_PER_BLOCK];
        uint64_t symbol = (uint64_t)(group - first) * GDX_GROUP_SYMBOLS + late;
        if ((group == first && late) || symbol < before || symbol >= positions)
            return group_damaged(segment, group, "a group that begins with a symbol of another", err);
        before = symbol;
    }
    return status;
}

// ---- ranges

// A range that ends where its last document does not say so has been kept by a merge, or stands before one that has.
static gdx_status may_end(const gdx_segment *segment, const token_range *range, group_block *block, bool *out,
                          gdx_error *err) {
    uint64_t bytes = 0;
    token_range next;
    *out = range->end == segment->info.document_count;
    if (*out)
        return GDX_OK;
    gdx_status status = token_range_text_bytes(segment, range, block, &bytes, err);
    *out = bytes >= GDX_KEPT_RANGE_BYTES;
    if (status != GDX_OK || *out)
        return status;
    status = token_range_read(segment, range->number + 1, &next, err);
    if (status == GDX_OK)
        status = token_range_text_bytes(segment, &next, block, &bytes, err);
    *out = bytes >= GDX_KEPT_RANGE_BYTES;
    return status;
}

// A range ends with the document that says so, and with the last; elsewhere only next to a long one.
static gdx_status verify_range_end(const verify_context *verification, gdx_store_reader *reader, uint32_t document,
                                   uint64_t hash, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    token_range range;
    gdx_status status = token_range_find(segment, document, &range, err);
    if (status != GDX_OK)
        return status;
    bool is_last = document == range.end - 1;
    bool is_good = group_ends_range(hash, reader->text.bytes) == is_last;
    if (!is_good && is_last)
        status = may_end(segment, &range, &reader->block, &is_good, err);
    if (status != GDX_OK || is_good)
        return status;
    return segment_damaged(segment, SECTION_TOKEN_RANGES, (uint64_t)range.number * TOKEN_RANGE_BYTES,
                           "a range that ends elsewhere than the format says", err);
}

static gdx_status verify_ranges(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    const uint8_t *row;
    if (segment_range_count(segment) == 0)
        return GDX_OK; // a document would have none
    gdx_status status = segment_row(segment, SECTION_TOKEN_RANGES, 0, TOKEN_RANGE_BYTES, &row, err);
    if (status == GDX_OK && (gdx_load_u32(row + TOKEN_RANGE_DOCUMENT) || gdx_load_u32(row + TOKEN_RANGE_TOKENS)))
        status = segment_damaged(segment, SECTION_TOKEN_RANGES, 0, "does not begin with the first document", err);
    return status;
}

// ---- documents

static gdx_status verify_document(const verify_context *verification, gdx_store_reader *reader, uint32_t document,
                                  uint64_t *text_bytes, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    gdx_document read;
    uint64_t hash = 0;
    gdx_status status = verify_look(verification, err);
    if (status == GDX_OK)
        status = gdx_store_read(reader, (gdx_segment *)segment, document, &read, err); // changes nothing
    if (status == GDX_OK)
        status = gdx_segment_hash(segment, document, &hash, err);
    if (status != GDX_OK)
        return status;
    if (gdx_document_hash(&read) != hash)
        return segment_damaged(segment, SECTION_DOCUMENT_HASH, (uint64_t)document * 8, "not the hash of the document",
                               err);
    *text_bytes += gdx_document_text_bytes(&read);
    status = verify_range_end(verification, reader, document, hash, err);
    return status == GDX_OK ? verify_body(verification, reader, document, err) : status;
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
    if (status == GDX_OK)
        status = verify_lengths(verification, err);
    if (status == GDX_OK)
        status = verify_groups(verification, err);
    if (status == GDX_OK)
        status = verify_ranges(verification, err);
    return status == GDX_OK ? verify_texts(verification, err) : status;
}
