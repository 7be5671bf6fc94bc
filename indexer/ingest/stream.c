// SPDX-License-Identifier: Apache-2.0
// stream.c: decodes a file of many records and gives them one by one, with their places.
// Relies on stream.h. A file of records is decoded whole, whatever its encoding, so that the readers know UTF-8 alone.

#include "stream.h"

static bool is_within(gdx_slice outer, gdx_slice inner) {
    return inner.bytes && inner.data >= outer.data && inner.data < outer.data + outer.bytes;
}

static bool is_allowed_in_xml(char byte) {
    return (uint8_t)byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r';
}

// A control character ends XML, and many a feed has one that came with a pasted text. It becomes U+FFFD.
static gdx_status clean_xml(record_stream *stream) {
    gdx_slice text = stream->text;
    size_t at = 0;
    while (at < text.bytes && is_allowed_in_xml(text.data[at]))
        at++;
    if (at == text.bytes)
        return GDX_OK;
    gdx_status status = GDX_OK;
    stream->cleaned.bytes = 0;
    for (size_t from = 0; from < text.bytes && status == GDX_OK; from = at + 1) {
        at = from;
        while (at < text.bytes && is_allowed_in_xml(text.data[at]))
            at++;
        status = gdx_buffer_append(&stream->cleaned, text.data + from, at - from);
        if (status == GDX_OK && at < text.bytes)
            status = gdx_buffer_append(&stream->cleaned, GDX_REPLACEMENT, GDX_REPLACEMENT_BYTES);
        stream->left += at < text.bytes;
    }
    stream->text = gdx_buffer_slice(&stream->cleaned);
    return status;
}

gdx_status ingest_stream_begin(record_stream *stream, const gdx_piece *piece, page_reader *pages,
                               record_reader *records, gdx_error *err) {
    gdx_decoded decoded;
    gdx_status status = ingest_page_decode(pages, piece, &decoded, err);
    if (status != GDX_OK)
        return status;
    stream->kind = piece->kind;
    stream->bytes = piece->bytes;
    stream->text = decoded.text;
    stream->left = decoded.replaced;
    stream->records = records;
    if (piece->kind == GDX_INPUT_FEED) {
        status = clean_xml(stream);
        if (status != GDX_OK)
            return gdx_fail_memory(err, "a file of XML");
        return ingest_feed_begin(&stream->feed, stream->text, pages, records->map, err);
    }
    if (piece->kind == GDX_INPUT_TABLE)
        ingest_table_begin(&stream->table, decoded.text);
    else
        ingest_json_begin(&stream->json, decoded.text);
    return GDX_OK;
}

void ingest_stream_clear(record_stream *stream) {
    ingest_table_clear(&stream->table);
    ingest_feed_clear(&stream->feed);
    gdx_buffer_clear(&stream->cleaned);
}

// U+FFFD of undecoded bytes are told of once each. One that the file has of itself may be taken for one.
static uint64_t count_replaced(record_stream *stream, gdx_slice text) {
    uint64_t count = 0;
    const char *at = text.data, *end = at + text.bytes;
    while (count < stream->left && (at = memmem(at, (size_t)(end - at), GDX_REPLACEMENT, GDX_REPLACEMENT_BYTES))) {
        count++;
        at += GDX_REPLACEMENT_BYTES;
    }
    stream->left -= count;
    return count;
}

static void set_place(const record_stream *stream, const stream_position *position, stream_place *place) {
    place->line = position->line + 1;
    place->byte = 0;
    if (is_within(stream->bytes, stream->text))
        place->byte = (uint64_t)(stream->text.data - stream->bytes.data) + position->at;
}

static stream_step next_json(record_stream *stream, record *out, stream_place *place, gdx_error *err) {
    json_walk *walk = &stream->json;
    gdx_slice text = {0};
    stream_step step = ingest_json_next(walk, stream->records->map, &text, err);
    set_place(stream, &walk->position, place);
    if (step != STREAM_RECORD)
        return step;
    place->replaced = count_replaced(stream, text);
    stream->records->element = walk->element;
    stream->records->column = walk->position.column;
    gdx_status status = ingest_record_read(stream->records, text, out, err);
    place->replaced += stream->records->replaced;
    place->line += stream->records->error_line;
    stream->records->element = 0;
    stream->records->column = 0;
    return status == GDX_OK ? STREAM_RECORD : STREAM_REFUSED;
}

static stream_step next_row(record_stream *stream, record *out, stream_place *place, gdx_error *err) {
    table_reader *table = &stream->table;
    stream_step step = ingest_table_next(table, stream->records, out, err);
    size_t begin = table->position.at;
    set_place(stream, &table->position, place);
    if (step == STREAM_RECORD)
        place->replaced = count_replaced(stream, (gdx_slice){stream->text.data + begin, table->at - begin});
    return step;
}

static stream_step next_item(record_stream *stream, record *out, stream_place *place, gdx_error *err) {
    feed_reader *feed = &stream->feed;
    stream_step step = ingest_feed_next(feed, stream->records, out, err);
    set_place(stream, &feed->position, place);
    if (step == STREAM_RECORD)
        place->replaced = count_replaced(stream, gdx_buffer_slice(&feed->values));
    return step;
}

stream_step ingest_stream_next(record_stream *stream, record *out, stream_place *place, gdx_error *err) {
    *place = (stream_place){0};
    if (stream->kind == GDX_INPUT_TABLE)
        return next_row(stream, out, place, err);
    if (stream->kind == GDX_INPUT_FEED)
        return next_item(stream, out, place, err);
    return next_json(stream, out, place, err);
}
