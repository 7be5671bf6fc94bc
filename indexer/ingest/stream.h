// SPDX-License-Identifier: Apache-2.0
// stream.h: a whole file that holds many records -> one record after the other. Relies on page.h, record.h.
// Each kind has a reader of its own, with a begin and a next; stream.c decodes the file and asks the one of its kind.
// What a reader refuses costs one record, unless nothing after it can be told. Threads: one owner.
#ifndef INGEST_STREAM_H
#define INGEST_STREAM_H

#include "feed.h"
#include "page.h"
#include "position.h"
#include "record.h"
#include "table.h"

// json_walk.c: an array, an object, or several one after the other.
typedef struct json_walk {
    gdx_slice text;
    stream_position position; // of the record at hand
    size_t at;                // what comes next
    bool is_lines;            // JSON Lines
    bool is_in_array;
    size_t after_array;    // where to go on: past the object that holds the array
    uint64_t element;      // of the array, from 1
    uint64_t line_of_open; // of the array
} json_walk;
void ingest_json_begin(json_walk *walk, gdx_slice text);
// *out_record: the text of the next record. The map says what tells a record from an object that holds an array of
// them.
stream_step ingest_json_next(json_walk *walk, const struct gdx_record_map *map, gdx_slice *out_record, gdx_error *err);

typedef struct record_stream {
    gdx_input_kind kind;
    gdx_slice bytes; // of the file
    gdx_slice text;  // decoded
    uint64_t left;   // U+FFFD in the text for undecoded bytes that no record has been blamed for yet
    record_reader *records;
    json_walk json;
    table_reader table;
    feed_reader feed;
    gdx_buffer cleaned; // XML without the control characters that it may not have
} record_stream;

void ingest_stream_clear(record_stream *stream);

// What a record was read from.
typedef struct stream_place {
    uint64_t line;
    uint64_t byte; // in the file; 0 where it was decoded from another encoding
    uint64_t replaced;
} stream_place;

// The readers stay with the stream to its end. GDX_INVALID: empty. GDX_UNSUPPORTED: binary. GDX_NO_MEMORY.
gdx_status ingest_stream_begin(record_stream *stream, const gdx_piece *piece, page_reader *pages,
                               record_reader *records, gdx_error *err) GDX_MUST_CHECK;
stream_step ingest_stream_next(record_stream *stream, record *out, stream_place *place, gdx_error *err);

#endif
