// SPDX-License-Identifier: Apache-2.0
// record.h: one line of JSON Lines -> its five fields and its metadata -> a document or the reason why not.
// Relies on gdx/base.h, gdx/document.h. Two readers fill the same struct: the scanner (scan.c), which knows the common
// shape only and is fast, and jansson (parse.c), which knows all of JSON and alone words what is wrong with it. The
// rules about the fields (record.c) come after either, so that both refuse the same records in the same words.
#ifndef INGEST_RECORD_H
#define INGEST_RECORD_H

#include "gdx/base.h"
#include "gdx/document.h"
#include "record_map.h"
#include "string_end.h"

struct json_t;

typedef enum record_kind { RECORD_ABSENT, RECORD_NULL, RECORD_STRING, RECORD_INTEGER, RECORD_OTHER } record_kind;

typedef struct record_value {
    record_kind kind;
    gdx_slice text; // a string's characters, an integer's digits, the name of any other type
} record_value;

typedef struct record {
    record_value fields[RECORD_FIELDS];
    gdx_slice metadata; // "" or a compact JSON object with sorted keys
    // From jansson alone, for few records have them.
    gdx_slice origin;
    bool title_from_text;
    const gdx_part_place *text_places;
    uint32_t text_place_count;
    uint32_t part_count;
    const gdx_part *parts;
} record;

enum { RECORD_MEMBERS = 64 }; // more keys than this in one record go to jansson
enum { RECORD_ID_BYTES = 1024 };
// Of one document: parts, places of its text and of all parts together, bytes of a place's name.
enum { RECORD_PARTS = 1 << 20, RECORD_PLACES = 1 << 20, RECORD_PLACE_BYTES = GDX_PLACE_NAME_BYTES };

typedef struct record_member { // a key that is no field, as the scanner found it
    gdx_slice key;
    gdx_slice value;
    enum { MEMBER_VERBATIM, MEMBER_PLAIN_STRING, MEMBER_UNESCAPED_STRING, MEMBER_DUMPED } form;
    size_t dumped_at; // MEMBER_DUMPED: where its text begins in `dumped`; value.bytes is how long it is
} record_member;

typedef struct record_parts { // one owner; {0} is empty; used again from record to record
    gdx_part *parts;
    size_t part_capacity;
    gdx_part_place *places; // of the text, then of each part
    size_t place_count;
    size_t place_capacity;
} record_parts;

enum { RECORD_HASH_BYTES = 33 };

typedef struct record_reader {        // one worker's own
    const struct gdx_record_map *map; // NULL: fields have the keys of their own names
    bool id_from_hash;                // a record without an id gets one
    uint64_t element;                 // for messages: the record's number within its array, from 1; 0: none
    uint64_t column;                  // for messages: characters before the record in its line
    uint64_t replaced;                // out: halves of surrogate pairs in the last record
    uint64_t error_line;              // out: newlines of the last record before its error
    char hash[RECORD_HASH_BYTES];
    gdx_buffer mended;
    gdx_buffer joined; // a text of several keys
    ingest_find_special find_special;
    gdx_buffer unescaped;
    gdx_buffer dumped;
    gdx_buffer metadata;
    record_member members[RECORD_MEMBERS];
    struct json_t *root;              // jansson's, kept while a record's slices point into it
    struct json_t *held[RECORD_KEYS]; // likewise
    struct json_t *held_parts;
    struct json_t *held_places;
    char digits[RECORD_FIELDS][24];
    record_parts parts;
} record_reader;

void ingest_record_reader_init(record_reader *reader);
// Lets go what the last record's slices point to.
void ingest_record_reader_release(record_reader *reader);
void ingest_record_reader_clear(record_reader *reader);

// `line` is valid UTF-8, an object with or without newlines in it; *out points into it and the reader until the next
// call.
// The scanner sets *out_sure to false, and leaves *out alone, where it does not accept the line. GDX_NO_MEMORY.
gdx_status ingest_record_scan(record_reader *reader, gdx_slice line, record *out, bool *out_sure) GDX_MUST_CHECK;
// By jansson. GDX_INVALID with the column; GDX_NO_MEMORY.
gdx_status ingest_record_parse(record_reader *reader, gdx_slice line, record *out, gdx_error *err) GDX_MUST_CHECK;
// The one, else the other; a byte order mark before it passes. Then the id by its hash, where one is wanted.
gdx_status ingest_record_read(record_reader *reader, gdx_slice line, record *out, gdx_error *err) GDX_MUST_CHECK;

// A JSON object as metadata is kept: compact, keys sorted, "" when it is empty; the reader's until the next call.
// GDX_INVALID, GDX_NO_MEMORY.
gdx_status ingest_metadata_parse(record_reader *reader, gdx_slice json, gdx_slice *out, gdx_error *err) GDX_MUST_CHECK;

// mend.c: what jansson refuses and is meant all the same: halves of surrogate pairs become U+FFFD; NaN, the infinities
// and numbers beyond 64 bits become strings, or null where they stand for a field. `text` is the reader's until the
// next call. With `stop`, no more is written than reaches it. GDX_NO_MEMORY.
typedef struct json_mended {
    gdx_slice text;
    bool is_changed;
    uint64_t replaced; // by U+FFFD
    long columns;      // how much longer the last line written became
} json_mended;
gdx_status ingest_mend(record_reader *reader, gdx_slice json, size_t stop, json_mended *out) GDX_MUST_CHECK;
// The value of four hexadecimal digits, or a number above U+FFFF when they are none.
uint32_t ingest_hexadecimal(const uint8_t *at);

// Appends the text as JSON writes a string, without the quotes.
gdx_status ingest_json_escape(gdx_buffer *out, gdx_slice text, ingest_find_special find_special) GDX_MUST_CHECK;

// Gives a record without an id the hash of its fields, if the reader is asked to.
void ingest_record_hash_id(record_reader *reader, record *of);

// For the scanner: one JSON value that it does not read itself, as jansson dumps it, appended to `out`. *out_sure is
// false when jansson refuses it.
gdx_status ingest_record_dump_value(gdx_slice value, gdx_buffer *out, bool *out_sure) GDX_MUST_CHECK;
// The field of this name, or RECORD_FIELDS.
enum record_field ingest_record_field_of(gdx_slice key);

// record_parts.c: what is meant as parts of a document, or places of a text, and not as metadata.
bool ingest_is_parts(const struct json_t *value);
bool ingest_is_places(const struct json_t *value);
// Two such values, or NULL, into parts and places of *out, which are `parts`' until the next call and point into the
// values. GDX_INVALID, GDX_TOO_LARGE, GDX_NO_MEMORY.
gdx_status ingest_parts_take(record_parts *parts, const struct json_t *list, const struct json_t *text_places,
                             record *out, gdx_error *err) GDX_MUST_CHECK;
void ingest_parts_clear(record_parts *parts);
// The rules about a document's parts and places. GDX_INVALID, GDX_TOO_LARGE at a field.
gdx_status ingest_parts_check(const gdx_document *document, size_t document_limit, gdx_error *err) GDX_MUST_CHECK;

// A failure of one field: GDX_INVALID or GDX_TOO_LARGE.
gdx_status ingest_record_fail(gdx_error *err, gdx_status status, const char *field, const char *format, ...)
    GDX_PRINTF(4, 5);

// GDX_INVALID: a field is not there. The message lists the keys that are, from the metadata.
gdx_status ingest_record_fail_missing(const record *from, enum record_field field, const char *what, gdx_error *err);

// To one text of several keys or columns, with a newline between two. What is absent or null adds nothing; what is no
// string makes the whole no string. GDX_NO_MEMORY.
gdx_status ingest_record_join(record_reader *reader, record_value *to, const record_value *part) GDX_MUST_CHECK;

// The rules: types, lengths, the date. GDX_INVALID or GDX_TOO_LARGE at a field. A date that cannot be read is none, and
// lost_date says why; with lost_date NULL it is a failure.
gdx_status ingest_record_check(const record *from, size_t document_limit, gdx_document *out, gdx_error *lost_date,
                               gdx_error *err) GDX_MUST_CHECK;

// record_fields.c: the same rules, and valid UTF-8, for fields at hand.
struct gdx_given;
gdx_status ingest_given_check(record_reader *reader, const struct gdx_given *given, size_t document_limit,
                              gdx_document *out, gdx_error *err) GDX_MUST_CHECK;

#endif
