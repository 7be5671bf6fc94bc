// SPDX-License-Identifier: Apache-2.0
// store_reader.c: reads stored documents. docs/format.md, "Stored text".
// A document's record lies in pieces: a short record is one, a long one has a piece in each of its blocks. Only the
// text that is handed out is spelled in UTF-8.

#include "store_reader.h"

#include "characters.h"

#include "gdx/utf8.h"

struct piece {
    uint32_t block;
    uint64_t begin; // coded bytes within the block
    uint64_t end;
    gdx_checkpoint at; // where its text begins in the document's
    bool is_first;     // it begins with title, metadata and details
    bool is_last;
    size_t title; // coded bytes, when it is the first
    size_t metadata;
    size_t details;
    uint64_t checkpoint_count;
    const uint8_t *checkpoints; // into the coded bytes; good until the next call for coded bytes
    uint64_t fields;            // where title, metadata, details and text begin within the block
};

static uint64_t text_begin(const struct piece *piece) {
    return piece->fields + piece->title + piece->metadata + piece->details;
}

static gdx_status bad_record(const gdx_segment *segment, uint32_t document, gdx_error *err) {
    return segment_damaged(segment, SECTION_DOCUMENT_STORE, (uint64_t)document * 8, "a record that does not decode",
                           err);
}

// Places the piece of a record in block `number`.
static gdx_status place_piece(const gdx_segment *segment, uint32_t document, uint32_t number, struct piece *piece,
                              gdx_error *err) {
    uint64_t record_begin;
    uint64_t record_end;
    store_block block;
    store_block next;
    gdx_status status = store_record(segment, document, &record_begin, &record_end, err);
    if (status == GDX_OK)
        status = store_block_row(segment, number, &block, err);
    if (status == GDX_OK)
        status = store_block_row(segment, number + 1, &next, err);
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
    uint64_t details = 0;
    if (at > end || (piece->is_first && (!gdx_varint_read(&at, end, &title) || !gdx_varint_read(&at, end, &metadata) ||
                                         !gdx_varint_read(&at, end, &details))))
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
    uint64_t left = piece->end - piece->fields;
    if (title > left || metadata > left - title || details > left - title - metadata)
        return false;
    piece->title = title;
    piece->metadata = metadata;
    piece->details = details;
    return true;
}

// Title and text of a piece are a part of TEXT_BYTES, and no character has a code of more than 4 bytes: one that would
// be longer is refused before it is decompressed.
static gdx_status check_piece(const gdx_segment *segment, uint32_t document, const struct piece *piece,
                              gdx_error *err) {
    uint64_t coded = piece->end - piece->fields - piece->metadata - piece->details;
    return coded / 4 > segment->info.text_bytes ? bad_record(segment, document, err) : GDX_OK;
}

// Places a piece, makes its head readable and parses it.
static gdx_status open_piece(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document, uint32_t number,
                             struct piece *piece, gdx_slice *coded, gdx_error *err) {
    enum { HEAD_BYTES = 256 }; // most heads are shorter
    gdx_status status = place_piece(segment, document, number, piece, err);
    if (status == GDX_OK)
        status = store_block_coded(reader, segment, number, piece->begin + HEAD_BYTES, coded, err);
    if (status != GDX_OK)
        return status;
    if (parse_head(piece, *coded))
        return check_piece(segment, document, piece, err);
    status = store_block_coded(reader, segment, number, piece->end, coded, err);
    if (status != GDX_OK)
        return status;
    return parse_head(piece, *coded) ? check_piece(segment, document, piece, err) : bad_record(segment, document, err);
}

// Spells coded bytes [begin, end) of the piece's block.
static gdx_status spell(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                        const struct piece *piece, uint64_t begin, uint64_t end, gdx_buffer *out, gdx_error *err) {
    gdx_slice coded;
    gdx_status status = store_block_coded(reader, segment, piece->block, end, &coded, err);
    if (status != GDX_OK)
        return status;
    if (begin > end || end > coded.bytes)
        return bad_record(segment, document, err);
    status = characters_decode((gdx_slice){coded.data + begin, end - begin}, out);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_at(err, status, segment->path, "no memory for stored text");
    return status == GDX_OK ? GDX_OK : bad_record(segment, document, err);
}

static gdx_status first_piece(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                              struct piece *piece, gdx_error *err) {
    uint64_t begin;
    uint64_t end;
    uint32_t number;
    gdx_slice coded;
    gdx_status status = store_record(segment, document, &begin, &end, err);
    if (status == GDX_OK)
        status = store_block_find(segment, begin, &number, err);
    return status == GDX_OK ? open_piece(reader, segment, document, number, piece, &coded, err) : status;
}

// ---- documents

static gdx_status read_columns(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                               gdx_document *out, gdx_error *err) {
    uint32_t source;
    const uint8_t *flags;
    gdx_status status = gdx_segment_id(segment, document, &out->id, err);
    if (status == GDX_OK)
        status = segment_section(segment, SECTION_DOCUMENT_FLAGS, document, 1, &flags, err);
    if (status == GDX_OK) {
        out->title_from_text = *flags & GDX_FLAG_TITLE_FROM_TEXT;
        reader->has_parts = *flags & GDX_FLAG_PARTS;
    }
    if (status == GDX_OK)
        status = segment_u32(segment, SECTION_DOCUMENT_DATE, document, &out->date, err);
    if (status == GDX_OK)
        status = segment_u32(segment, SECTION_DOCUMENT_SOURCE, document, &source, err);
    return status == GDX_OK ? gdx_segment_source(segment, source, &out->source, err) : status;
}

// The details of a record behind what `head` holds.
static gdx_status read_details(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                               const struct piece *piece, gdx_error *err) {
    gdx_slice coded;
    uint64_t begin = text_begin(piece) - piece->details;
    gdx_status status = store_block_coded(reader, segment, piece->block, text_begin(piece), &coded, err);
    if (status != GDX_OK)
        return status;
    if (text_begin(piece) > coded.bytes)
        return bad_record(segment, document, err);
    if (gdx_buffer_append(&reader->head, coded.data + begin, piece->details) != GDX_OK)
        return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory for stored text");
    return GDX_OK;
}

static gdx_status parse_details(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                                gdx_slice details, gdx_slice *out_origin, gdx_error *err) {
    gdx_document_columns columns = {0};
    uint32_t row_count = 0;
    const gdx_part_row *rows = NULL;
    gdx_status status = GDX_OK;
    if (details.bytes || reader->has_parts)
        status = gdx_segment_columns(segment, &columns, err);
    if (status != GDX_OK)
        return status;
    if (columns.count)
        rows = gdx_columns_parts(&columns, document, &row_count);
    status = store_details_read(details, rows, row_count, &reader->details, out_origin);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_at(err, status, segment->path, "no memory for stored text");
    return status == GDX_OK ? GDX_OK : bad_record(segment, document, err);
}

// Columns, title, metadata and details; *piece is the first piece.
static gdx_status read_head(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document, gdx_document *out,
                            struct piece *piece, gdx_error *err) {
    reader->head.bytes = reader->text.bytes = 0;
    gdx_status status = read_columns(reader, segment, document, out, err);
    if (status == GDX_OK)
        status = first_piece(reader, segment, document, piece, err);
    if (status != GDX_OK)
        return status;
    uint64_t metadata = piece->fields + piece->title;
    status = spell(reader, segment, document, piece, piece->fields, metadata, &reader->head, err);
    size_t title_bytes = reader->head.bytes;
    if (status == GDX_OK)
        status = spell(reader, segment, document, piece, metadata, metadata + piece->metadata, &reader->head, err);
    size_t metadata_end = reader->head.bytes;
    if (status == GDX_OK && piece->details)
        status = read_details(reader, segment, document, piece, err);
    if (status != GDX_OK)
        return status;
    const char *head = reader->head.data ? (const char *)reader->head.data : "";
    out->title = (gdx_slice){head, title_bytes};
    out->metadata = (gdx_slice){head + title_bytes, metadata_end - title_bytes};
    out->text = (gdx_slice){"", 0};
    gdx_slice details = {head + metadata_end, reader->head.bytes - metadata_end};
    return parse_details(reader, segment, document, details, &out->origin, err);
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

// Gives the text and each part its stretch of the body.
static gdx_status share_body(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                             gdx_document *found, gdx_document *out, gdx_error *err) {
    store_details *details = &reader->details;
    const char *body = reader->text.data ? (const char *)reader->text.data : "";
    size_t from = 0;
    for (size_t i = 0; i <= details->part_count; i++) {
        uint64_t end = i < details->part_count ? details->ends[i] : reader->text.bytes;
        if (end < from || end > reader->text.bytes)
            return bad_record(segment, document, err);
        gdx_slice text = {body + from, (size_t)end - from};
        if (details->part_count && !gdx_utf8_valid(text)) // a part that begins within a character
            return bad_record(segment, document, err);
        *(i ? &details->parts[i - 1].text : &found->text) = text;
        from = (size_t)end;
    }
    found->parts = details->part_count ? details->parts : NULL;
    found->part_count = (uint32_t)details->part_count;
    found->text_places = details->text_places ? details->places : NULL;
    found->text_place_count = details->text_places;
    *out = *found;
    return GDX_OK;
}

gdx_status gdx_store_read(gdx_store_reader *reader, gdx_segment *segment, uint32_t document, gdx_document *out,
                          gdx_error *err) {
    struct piece piece;
    gdx_document found = {0};
    gdx_slice coded;
    gdx_status status = read_head(reader, segment, document, &found, &piece, err);
    uint64_t begin = status == GDX_OK ? text_begin(&piece) : 0;
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
    return share_body(reader, segment, document, &found, out, err);
}

// Spells the text of a piece from one checkpoint to the next and so sees whether each is where it says.
static gdx_status spell_by_checkpoints(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                                       const struct piece *piece, uint32_t text_symbols, gdx_error *err) {
    const uint8_t *at = piece->checkpoints; // all of the block was asked for: they stay where they are
    uint64_t coded = text_begin(piece);
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

gdx_status store_read_checked(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                              uint32_t text_symbols, gdx_document *out, gdx_error *err) {
    struct piece piece = {0};
    gdx_document found = {0};
    gdx_slice coded;
    gdx_status status = read_head(reader, segment, document, &found, &piece, err);
    uint32_t number = piece.block;
    while (status == GDX_OK) {
        status = open_piece(reader, segment, document, number, &piece, &coded, err); // checks how long it is
        if (status == GDX_OK)
            status = store_block_coded(reader, segment, number, UINT64_MAX, &coded, err);
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
    return share_body(reader, segment, document, &found, out, err);
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
    gdx_status status = store_record(segment, document, &begin, &end, err);
    if (status == GDX_OK)
        status = store_block_find(segment, begin, &low, err);
    if (status == GDX_OK)
        status = store_block_find(segment, end - 1, &high, err);
    while (status == GDX_OK && low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        store_block block;
        status = store_block_row(segment, middle, &block, err);
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

// Moves along the checkpoints of a piece: *from to the last at or before symbol `first`, *to to the first after symbol
// `last`, or to the end of the piece. *out_ends: a checkpoint after `last` was found.
static bool find_places(const struct piece *piece, uint32_t first, uint32_t last, struct place *from, struct place *to,
                        bool *out_ends) {
    struct place place = {piece->at, text_begin(piece)};
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

uint64_t gdx_store_part_end(const gdx_store_reader *reader, uint32_t part) {
    return part < reader->details.part_count ? reader->details.ends[part] : UINT64_MAX;
}

gdx_slice gdx_store_place(const gdx_store_reader *reader, uint32_t part, uint64_t byte) {
    return store_details_place(&reader->details, part, byte);
}
