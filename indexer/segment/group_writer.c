// SPDX-License-Identifier: Apache-2.0
// group_writer.c: writes bodies of documents. docs/format.md, "Stored text".
// The text of a range waits until there is enough of it to learn tokens from, or the range ends; from then on groups
// are coded as they come. Codes go to the sink, lengths and tables stay in memory until the end.

#include "group_writer.h"

#include "layout.h"
#include "pack.h"

#include "gdx/pages.h"
#include "gdx/tokens.h"

#include <stdlib.h>

enum {
    MUCH_TEXT = 1 << 18,
    TEXT_ROOM = GDX_LEARN_BYTES + GDX_LEARN_MINIMUM, // for one group more than tokens are learned from
};

struct waiting { // a group that is not coded yet
    uint32_t bytes;
    uint32_t late;
};

struct group_writer {
    segment_sink *sink;
    gdx_token_encoder *builtin;
    gdx_token_table *table;     // of the range at hand, if it has one of its own
    gdx_token_encoder *encoder; // likewise
    bool is_learned;            // of the range at hand: what its tokens are has been settled
    gdx_pages text;             // of its groups until then
    size_t text_waiting;        // bytes of it
    size_t text_most;           // that ever waited, and so take memory
    struct waiting *waiting;
    size_t waiting_count;
    size_t waiting_capacity;
    uint64_t range_bytes;    // of text
    uint32_t range_document; // its first
    uint32_t range_tokens;   // where its tokens begin
    uint32_t next_document;
    uint64_t group_count;
    uint64_t store_offset; // of the block of groups at hand
    uint64_t text_offset;
    uint32_t coded_bytes[GDX_GROUPS_PER_BLOCK]; // of its groups
    uint32_t text_bytes[GDX_GROUPS_PER_BLOCK];
    uint32_t late[GDX_GROUPS_PER_BLOCK];
    size_t in_block;
    gdx_buffer coded; // not written yet
    gdx_buffer piece; // scratch
    gdx_buffer groups;
    gdx_buffer blocks;
    gdx_buffer tokens;
    gdx_buffer ranges;
};

static gdx_status no_memory(const group_writer *writer, gdx_error *err) {
    return gdx_fail_at(err, GDX_NO_MEMORY, sink_path(writer->sink), "no memory for stored text");
}

gdx_status group_writer_new(segment_sink *sink, group_writer **out, gdx_error *err) {
    GDX_AUTO(group_writer) writer = calloc(1, sizeof *writer);
    if (!writer)
        return gdx_fail_at(err, GDX_NO_MEMORY, sink_path(sink), "no memory for stored text");
    writer->sink = sink;
    gdx_status status = gdx_token_encoder_new(gdx_token_table_builtin(), &writer->builtin, err);
    if (status != GDX_OK)
        return status;
    *out = GDX_TAKE(writer);
    return GDX_OK;
}

// The range at hand has no tokens of its own.
static void forget_tokens(group_writer *writer) {
    gdx_token_encoder_free(writer->encoder);
    gdx_token_table_free(writer->table);
    writer->encoder = NULL;
    writer->table = NULL;
}

void group_writer_free(group_writer *writer) {
    if (!writer)
        return;
    forget_tokens(writer);
    gdx_token_encoder_free(writer->builtin);
    gdx_buffer *const buffers[] = {&writer->coded,  &writer->piece,  &writer->groups,
                                   &writer->blocks, &writer->tokens, &writer->ranges};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        gdx_buffer_clear(buffers[i]);
    gdx_pages_clear(&writer->text);
    free(writer->waiting);
    free(writer);
}

size_t group_writer_bytes(const group_writer *writer) {
    return sizeof *writer + writer->text_most + writer->coded.capacity + writer->piece.capacity +
           writer->groups.capacity + writer->blocks.capacity + writer->tokens.capacity + writer->ranges.capacity +
           writer->waiting_capacity * sizeof *writer->waiting +
           (writer->table ? gdx_token_table_bytes(writer->table) : 0);
}

uint32_t group_writer_count(const group_writer *writer) {
    return (uint32_t)writer->group_count;
}

bool group_writer_is_between_ranges(const group_writer *writer) {
    return writer->range_document == writer->next_document;
}

bool group_ends_range(uint64_t hash, uint64_t body_bytes) {
    return body_bytes >= GDX_RANGE_BYTES || (hash & UINT32_MAX) * GDX_RANGE_BYTES < body_bytes << 32;
}

// ---- lengths

// Lengths are packed by how far they are from their middle one.
static gdx_status pack_lengths(const uint32_t *lengths, size_t count, gdx_buffer *out) {
    uint32_t sorted[GDX_GROUPS_PER_BLOCK] = {0};
    uint32_t values[GDX_GROUPS_PER_BLOCK];
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at > 0 && sorted[at - 1] > lengths[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = lengths[i];
    }
    uint32_t middle = sorted[count / 2];
    uint8_t varint[GDX_VARINT_BYTES];
    gdx_status status = gdx_buffer_append(out, varint, gdx_varint_write(varint, middle));
    for (size_t i = 0; i < count; i++) {
        uint32_t distance = lengths[i] - middle; // modulo 2^32
        values[i] = distance << 1 ^ (distance >> 31 ? UINT32_MAX : 0);
    }
    return status == GDX_OK ? pack_append(values, count, out) : status;
}

static gdx_status append_block_row(group_writer *writer) {
    uint8_t row[GROUP_BLOCK_BYTES];
    gdx_store_u64(row + GROUP_BLOCK_STORE, writer->store_offset);
    gdx_store_u64(row + GROUP_BLOCK_TEXT, writer->text_offset);
    gdx_store_u32(row + GROUP_BLOCK_GROUPS, (uint32_t)writer->groups.bytes);
    return writer->groups.bytes > UINT32_MAX ? GDX_TOO_LARGE : gdx_buffer_append(&writer->blocks, row, sizeof row);
}

// Writes the codes of the block at hand, and packs its lengths.
static gdx_status end_block(group_writer *writer, gdx_error *err) {
    if (writer->in_block == 0)
        return GDX_OK;
    gdx_status status = append_block_row(writer);
    if (status == GDX_OK)
        status = pack_lengths(writer->coded_bytes, writer->in_block, &writer->groups);
    if (status == GDX_OK)
        status = pack_lengths(writer->text_bytes, writer->in_block, &writer->groups);
    if (status == GDX_OK)
        status = pack_append(writer->late, writer->in_block, &writer->groups);
    if (status == GDX_TOO_LARGE)
        return gdx_fail_at(err, status, sink_path(writer->sink), "lengths of stored text pass 4 GiB");
    if (status != GDX_OK)
        return no_memory(writer, err);
    for (size_t i = 0; i < writer->in_block; i++) {
        writer->store_offset += writer->coded_bytes[i];
        writer->text_offset += writer->text_bytes[i];
    }
    writer->in_block = 0;
    status = sink_write(writer->sink, writer->coded.data, writer->coded.bytes, err);
    writer->coded.bytes = 0;
    return status;
}

// A group whose code is at the end of writer->coded.
static gdx_status count_group(group_writer *writer, size_t coded_bytes, uint32_t text_bytes, uint32_t late,
                              gdx_error *err) {
    if (coded_bytes > UINT32_MAX || writer->group_count == UINT32_MAX)
        return gdx_fail_at(err, GDX_TOO_LARGE, sink_path(writer->sink), "document %u: more text than a segment holds",
                           writer->next_document);
    writer->coded_bytes[writer->in_block] = (uint32_t)coded_bytes;
    writer->text_bytes[writer->in_block] = text_bytes;
    writer->late[writer->in_block++] = late;
    writer->group_count++;
    return writer->in_block == GDX_GROUPS_PER_BLOCK ? end_block(writer, err) : GDX_OK;
}

// ---- codes

static gdx_status encode(group_writer *writer, gdx_slice text, gdx_buffer *out, gdx_error *err) {
    gdx_status status = gdx_token_encode(writer->encoder ? writer->encoder : writer->builtin, text, out, err);
    if (status == GDX_INVALID)
        return gdx_fail_at(err, GDX_INTERNAL, sink_path(writer->sink), "document %u: its text is not UTF-8",
                           writer->next_document);
    return status;
}

// A group that is too long for one code: each piece has the length of its code in front.
static gdx_status code_pieces(group_writer *writer, gdx_slice text, gdx_error *err) {
    gdx_status status = GDX_OK;
    while (text.bytes && status == GDX_OK) {
        size_t bytes = text.bytes < GDX_TOKEN_GROUP_BYTES ? text.bytes : GDX_TOKEN_GROUP_BYTES;
        while (bytes < text.bytes && ((uint8_t)text.data[bytes] & 0xc0) == 0x80)
            bytes--;
        writer->piece.bytes = 0;
        status = encode(writer, (gdx_slice){text.data, bytes}, &writer->piece, err);
        if (status != GDX_OK)
            return status;
        uint8_t varint[GDX_VARINT_BYTES];
        if (gdx_buffer_append(&writer->coded, varint, gdx_varint_write(varint, writer->piece.bytes)) != GDX_OK ||
            gdx_buffer_append(&writer->coded, writer->piece.data, writer->piece.bytes) != GDX_OK)
            return no_memory(writer, err);
        text = (gdx_slice){text.data + bytes, text.bytes - bytes};
    }
    return status;
}

static gdx_status code_group(group_writer *writer, gdx_slice text, uint32_t late, gdx_error *err) {
    size_t before = writer->coded.bytes;
    gdx_status status = GDX_OK;
    if (text.bytes > GDX_TOKEN_GROUP_BYTES)
        status = code_pieces(writer, text, err);
    else if (text.bytes)
        status = encode(writer, text, &writer->coded, err);
    if (status != GDX_OK)
        return status;
    return count_group(writer, writer->coded.bytes - before, (uint32_t)text.bytes, late, err);
}

// ---- ranges

static gdx_status use_tokens(group_writer *writer, gdx_slice tokens, gdx_error *err) {
    gdx_status status = gdx_token_table_read(tokens, &writer->table, err);
    return status == GDX_OK ? gdx_token_encoder_new(writer->table, &writer->encoder, err) : status;
}

// Tokens from every so many of the groups that wait. A range that goes on is as long as ranges are on average.
static gdx_status learn(group_writer *writer, bool goes_on, gdx_error *err) {
    GDX_AUTO(gdx_token_learner) learner = NULL;
    const char *text = writer->text.data;
    gdx_status status = gdx_token_learner_new(&learner, err);
    for (size_t i = 0; i < writer->waiting_count && status == GDX_OK; i++) {
        if (i % GDX_SAMPLE_EVERY == 0 && writer->waiting[i].bytes)
            status = gdx_token_learner_add(learner, (gdx_slice){text, writer->waiting[i].bytes}, err);
        text += writer->waiting[i].bytes;
    }
    size_t before = writer->tokens.bytes;
    if (status == GDX_OK)
        status = gdx_token_learner_finish(learner, writer->text_waiting + (goes_on ? GDX_RANGE_BYTES : 0),
                                          &writer->tokens, err);
    if (status == GDX_OK && writer->tokens.bytes > UINT32_MAX)
        return gdx_fail_at(err, GDX_TOO_LARGE, sink_path(writer->sink), "tokens pass 4 GiB");
    if (status != GDX_OK || writer->tokens.bytes == before)
        return status;
    gdx_slice made = {(const char *)writer->tokens.data + before, writer->tokens.bytes - before};
    return use_tokens(writer, made, err);
}

// Settles the tokens of the range at hand and codes what waits for them.
static gdx_status settle_tokens(group_writer *writer, bool goes_on, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (writer->text_waiting >= GDX_LEARN_MINIMUM)
        status = learn(writer, goes_on, err);
    const char *text = writer->text.data;
    for (size_t i = 0; i < writer->waiting_count && status == GDX_OK; i++) {
        status = code_group(writer, (gdx_slice){text, writer->waiting[i].bytes}, writer->waiting[i].late, err);
        text += writer->waiting[i].bytes;
    }
    writer->is_learned = true;
    writer->text_waiting = writer->waiting_count = 0;
    return status;
}

static gdx_status end_range(group_writer *writer, gdx_error *err) {
    gdx_status status = writer->is_learned ? GDX_OK : settle_tokens(writer, false, err);
    uint8_t row[TOKEN_RANGE_BYTES];
    gdx_store_u32(row + TOKEN_RANGE_DOCUMENT, writer->range_document);
    gdx_store_u32(row + TOKEN_RANGE_TOKENS, writer->range_tokens);
    if (status == GDX_OK && gdx_buffer_append(&writer->ranges, row, sizeof row) != GDX_OK)
        status = no_memory(writer, err);
    forget_tokens(writer);
    writer->is_learned = false;
    writer->range_document = writer->next_document;
    writer->range_tokens = (uint32_t)writer->tokens.bytes;
    return status;
}

// ---- documents

// Keeps the text of a group until tokens are learned. Much of it is likely to become all that a range waits for: room
// for that is taken at once, since pages that are huge must not move.
static gdx_status keep_text(group_writer *writer, gdx_slice text) {
    size_t bytes = writer->text_waiting + text.bytes;
    size_t wanted = bytes > MUCH_TEXT && bytes < TEXT_ROOM ? TEXT_ROOM : bytes;
    gdx_status status = gdx_pages_reserve(&writer->text, wanted);
    if (status != GDX_OK)
        return status;
    if (text.bytes)
        memcpy((char *)writer->text.data + writer->text_waiting, text.data, text.bytes);
    writer->text_waiting = bytes;
    writer->text_most = bytes > writer->text_most ? bytes : writer->text_most;
    return GDX_OK;
}

gdx_status group_writer_add_group(group_writer *writer, gdx_slice text, uint32_t late, gdx_error *err) {
    if (writer->is_learned)
        return code_group(writer, text, late, err);
    if (gdx_grow(&writer->waiting, &writer->waiting_capacity, writer->waiting_count + 1, sizeof *writer->waiting) !=
            GDX_OK ||
        keep_text(writer, text) != GDX_OK)
        return no_memory(writer, err);
    writer->waiting[writer->waiting_count++] = (struct waiting){(uint32_t)text.bytes, late};
    return writer->text_waiting >= GDX_LEARN_BYTES ? settle_tokens(writer, true, err) : GDX_OK;
}

gdx_status group_writer_end_document(group_writer *writer, uint64_t hash, uint64_t body_bytes, gdx_error *err) {
    writer->next_document++;
    return group_ends_range(hash, body_bytes) ? end_range(writer, err) : GDX_OK;
}

gdx_status group_writer_add(group_writer *writer, gdx_slice body, const gdx_checkpoint *begins, size_t count,
                            uint64_t hash, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        uint64_t end = i + 1 < count ? begins[i + 1].byte : body.bytes;
        gdx_slice text = {body.data + begins[i].byte, (size_t)(end - begins[i].byte)};
        status = group_writer_add_group(writer, text, begins[i].symbol - (uint32_t)(i * GDX_GROUP_SYMBOLS), err);
    }
    return status == GDX_OK ? group_writer_end_document(writer, hash, body.bytes, err) : status;
}

// ---- ranges of a merge's inputs

gdx_status group_writer_begin_copy(group_writer *writer, gdx_slice tokens, gdx_error *err) {
    if (tokens.bytes > UINT32_MAX - writer->tokens.bytes)
        return gdx_fail_at(err, GDX_TOO_LARGE, sink_path(writer->sink), "tokens pass 4 GiB");
    gdx_status status = group_writer_is_between_ranges(writer) ? GDX_OK : end_range(writer, err);
    if (status == GDX_OK && gdx_buffer_append(&writer->tokens, tokens.data, tokens.bytes) != GDX_OK)
        status = no_memory(writer, err);
    writer->is_learned = status == GDX_OK;
    return status;
}

gdx_status group_writer_copy(group_writer *writer, gdx_slice coded, const uint32_t *coded_bytes,
                             const uint32_t *text_bytes, const uint32_t *late, size_t count, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        if (gdx_buffer_append(&writer->coded, coded.data, coded_bytes[i]) != GDX_OK)
            return no_memory(writer, err);
        coded.data += coded_bytes[i];
        status = count_group(writer, coded_bytes[i], text_bytes[i], late[i], err);
    }
    return status;
}

gdx_status group_writer_end_copy(group_writer *writer, uint32_t document_count, gdx_error *err) {
    writer->next_document += document_count;
    return end_range(writer, err);
}

gdx_status group_writer_end_text(group_writer *writer, gdx_error *err) {
    gdx_status status = group_writer_is_between_ranges(writer) ? GDX_OK : end_range(writer, err);
    if (status == GDX_OK)
        status = end_block(writer, err);
    gdx_pages_clear(&writer->text);
    writer->text_waiting = writer->text_most = 0;
    return status;
}

gdx_status group_writer_finish(group_writer *writer, gdx_error *err) {
    gdx_status status = group_writer_end_text(writer, err);
    if (status == GDX_OK)
        status = sink_section(writer->sink, SECTION_GROUPS, writer->groups.data, writer->groups.bytes, err);
    if (status == GDX_OK)
        status = sink_section(writer->sink, SECTION_GROUP_BLOCKS, writer->blocks.data, writer->blocks.bytes, err);
    if (status == GDX_OK)
        status = sink_section(writer->sink, SECTION_TOKENS, writer->tokens.data, writer->tokens.bytes, err);
    if (status == GDX_OK)
        status = sink_section(writer->sink, SECTION_TOKEN_RANGES, writer->ranges.data, writer->ranges.bytes, err);
    return status;
}
