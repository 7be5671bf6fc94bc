// SPDX-License-Identifier: Apache-2.0
// record.c: the rules that make a record's fields a document, or name the field that breaks them.
// Relies on record.h; the scanner or jansson has filled the fields already.

#include "record.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

void ingest_record_reader_init(record_reader *reader) {
    memset(reader, 0, sizeof *reader);
    reader->find_special = ingest_find_special_choose();
}

void ingest_record_reader_clear(record_reader *reader) {
    ingest_record_reader_release(reader);
    gdx_buffer_clear(&reader->unescaped);
    gdx_buffer_clear(&reader->dumped);
    gdx_buffer_clear(&reader->metadata);
    ingest_parts_clear(&reader->parts);
    gdx_buffer_clear(&reader->mended);
    gdx_buffer_clear(&reader->joined);
}

static void hash_value(XXH3_state_t *state, const record_value *value) {
    bool is_text = value->kind == RECORD_STRING || value->kind == RECORD_INTEGER;
    uint8_t bytes[8];
    gdx_store_u64(bytes, is_text ? value->text.bytes : 0);
    XXH3_128bits_update(state, bytes, sizeof bytes);
    if (is_text && value->text.bytes)
        XXH3_128bits_update(state, value->text.data, value->text.bytes);
}

// Of the fields and not of the text alone: a text that two papers print is two documents.
void ingest_record_hash_id(record_reader *reader, record *of) {
    record_value *id = &of->fields[RECORD_ID];
    bool has_id =
        id->kind == RECORD_INTEGER || id->kind == RECORD_OTHER || (id->kind == RECORD_STRING && id->text.bytes);
    if (!reader->id_from_hash || has_id)
        return;
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_128bits_reset(&state);
    for (int field = RECORD_ID + 1; field < RECORD_FIELDS; field++)
        hash_value(&state, &of->fields[field]);
    XXH128_hash_t hash = XXH3_128bits_digest(&state);
    snprintf(reader->hash, sizeof reader->hash, "%016" PRIx64 "%016" PRIx64, hash.high64, hash.low64);
    *id = (record_value){RECORD_STRING, {reader->hash, RECORD_HASH_BYTES - 1}};
}

gdx_status ingest_record_read(record_reader *reader, gdx_slice line, record *out, gdx_error *err) {
    bool sure = false;
    gdx_status status = GDX_OK;
    reader->replaced = 0;
    reader->error_line = 0;
    while (line.bytes >= 3 && memcmp(line.data, "\xef\xbb\xbf", 3) == 0)
        line = (gdx_slice){line.data + 3, line.bytes - 3};
    if (!reader->map) // the scanner knows the usual keys only
        status = ingest_record_scan(reader, line, out, &sure);
    if (status != GDX_OK)
        return gdx_fail(err, status, "no memory for a record of %zu bytes", line.bytes);
    if (!sure)
        status = ingest_record_parse(reader, line, out, err);
    if (status == GDX_OK)
        ingest_record_hash_id(reader, out);
    return status;
}

static bool key_is(gdx_slice key, const char *name, enum record_field field, enum record_field *out) {
    if (memcmp(key.data, name, key.bytes) != 0)
        return false;
    *out = field;
    return true;
}

enum record_field ingest_record_field_of(gdx_slice key) {
    enum record_field field = RECORD_FIELDS;
    switch (key.bytes) {
    case 2:
        key_is(key, "id", RECORD_ID, &field);
        break;
    case 4:
        (void)(key_is(key, "text", RECORD_TEXT, &field) || key_is(key, "date", RECORD_DATE, &field));
        break;
    case 5:
        key_is(key, "title", RECORD_TITLE, &field);
        break;
    case 6:
        key_is(key, "source", RECORD_SOURCE, &field);
        break;
    default:
        break;
    }
    return field;
}

gdx_status ingest_record_fail(gdx_error *err, gdx_status status, const char *field, const char *format, ...) {
    char message[GDX_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (err && err->status == GDX_OK)
        snprintf(err->field, sizeof err->field, "%s", field);
    return gdx_fail(err, status, "%s", message);
}

static const char *kind_name(const record_value *value) {
    switch (value->kind) {
    case RECORD_ABSENT:
        return "missing";
    case RECORD_NULL:
        return "null";
    case RECORD_STRING:
        return "a string";
    case RECORD_INTEGER:
        return "an integer";
    case RECORD_OTHER:
        break;
    }
    return value->text.data; // a constant, with its zero
}

// Appends the keys of the metadata, a compact object, as far as there is room: "a, b, c".
static void list_keys(gdx_slice metadata, char *to, size_t room) {
    const char *at = metadata.data, *end = at + metadata.bytes;
    size_t depth = 0, bytes = 0;
    for (; at < end; at++) {
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        if (*at != '"')
            continue;
        const char *key = ++at;
        while (*at != '"')
            at += *at == '\\' ? 2 : 1;
        if (depth != 1 || at[1] != ':')
            continue;
        gdx_slice name = {key, (size_t)(at - key)};
        if (bytes + name.bytes + 8 > room) {
            strcpy(to + bytes, ", …");
            return;
        }
        bytes += (size_t)sprintf(to + bytes, "%s%.*s", bytes ? ", " : "", GDX_SLICE_ARGUMENTS(name));
    }
}

// A field that is required and not there, and what there is in its place.
gdx_status ingest_record_fail_missing(const record *from, enum record_field field, const char *what, gdx_error *err) {
    enum { KEYS_BYTES = 240 };
    char keys[KEYS_BYTES] = "";
    const char *name = ingest_field_name(field);
    list_keys(from->metadata, keys, sizeof keys);
    return ingest_record_fail(err, GDX_INVALID, name, "%s%s%s%s%s%s%s", what, *keys ? "; the keys are " : "", keys,
                              *keys ? ": give --map " : "", *keys ? name : "", *keys ? "=KEY" : "",
                              field != RECORD_ID ? ""
                              : *keys            ? " or --id-from hash"
                                                 : "; give --id-from hash");
}

// A string, or "" for what is absent or null where the field is not required.
static gdx_status take_string(const record *from, enum record_field field, const char *name, bool required,
                              gdx_slice *out, gdx_error *err) {
    const record_value *value = &from->fields[field];
    if (value->kind == RECORD_STRING)
        *out = value->text;
    else if (!required && (value->kind == RECORD_ABSENT || value->kind == RECORD_NULL))
        *out = (gdx_slice){"", 0};
    else if (value->kind == RECORD_ABSENT)
        return ingest_record_fail_missing(from, field, "missing, expected a string", err);
    else
        return ingest_record_fail(err, GDX_INVALID, name, "%s, expected a string", kind_name(value));
    return GDX_OK;
}

static gdx_status check_size(gdx_slice slice, const char *name, size_t limit, gdx_error *err) {
    if (slice.bytes <= limit)
        return GDX_OK;
    return ingest_record_fail(err, GDX_TOO_LARGE, name, "%zu bytes, expected at most %zu", slice.bytes, limit);
}

// U+0000 to U+001F and U+007F to U+009F: in an id they would break lines and terminals wherever it is printed.
static gdx_status check_no_control(gdx_slice id, gdx_error *err) {
    uint32_t code_point;
    for (size_t i = 0; i < id.bytes;) {
        size_t bytes = gdx_utf8_decode((const uint8_t *)id.data + i, id.bytes - i, &code_point);
        if (gdx_is_control(code_point))
            return ingest_record_fail(err, GDX_INVALID, "id", "control character U+%04X at byte %zu, expected none",
                                      code_point, i);
        i += bytes;
    }
    return GDX_OK;
}

static gdx_status take_id(const record *from, gdx_slice *out, gdx_error *err) {
    const record_value *value = &from->fields[RECORD_ID];
    if (value->kind == RECORD_ABSENT)
        return ingest_record_fail_missing(from, RECORD_ID, "missing, expected a string or an integer", err);
    if (value->kind != RECORD_STRING && value->kind != RECORD_INTEGER)
        return ingest_record_fail(err, GDX_INVALID, "id", "%s, expected a string or an integer", kind_name(value));
    if (value->text.bytes < 1 || value->text.bytes > RECORD_ID_BYTES)
        return ingest_record_fail(err, GDX_INVALID, "id", "%zu bytes, expected 1 to %d", value->text.bytes,
                                  RECORD_ID_BYTES);
    *out = value->text;
    return check_no_control(value->text, err);
}

static gdx_status take_date(const record *from, gdx_date *out, gdx_error *err) {
    const record_value *value = &from->fields[RECORD_DATE];
    *out = GDX_NO_DATE;
    if (value->kind == RECORD_ABSENT || value->kind == RECORD_NULL)
        return GDX_OK;
    if (value->kind == RECORD_OTHER)
        return ingest_record_fail(err, GDX_INVALID, "date", "%s, expected a string or an integer", kind_name(value));
    // Their messages begin with "date".
    return value->kind == RECORD_INTEGER ? gdx_date_parse_number(value->text, out, err)
                                         : gdx_date_parse(value->text, out, err);
}

// A date that cannot be read costs the date, if the caller can say so.
static gdx_status take_date_or_none(const record *from, gdx_date *out, gdx_error *lost_date, gdx_error *err) {
    gdx_status status = take_date(from, out, lost_date ? lost_date : err);
    if (status != GDX_INVALID || !lost_date)
        return status;
    *out = GDX_NO_DATE;
    return GDX_OK;
}

gdx_status ingest_record_check(const record *from, size_t document_limit, gdx_document *out, gdx_error *lost_date,
                               gdx_error *err) {
    gdx_document document = {.metadata = from->metadata,
                             .origin = from->origin,
                             .title_from_text = from->title_from_text,
                             .text_places = from->text_places,
                             .text_place_count = from->text_place_count,
                             .parts = from->parts,
                             .part_count = from->part_count};
    gdx_status status = take_id(from, &document.id, err);
    if (status == GDX_OK)
        status = take_string(from, RECORD_TEXT, "text", true, &document.text, err);
    if (status == GDX_OK)
        status = take_string(from, RECORD_TITLE, "title", false, &document.title, err);
    if (status == GDX_OK)
        status = take_string(from, RECORD_SOURCE, "source", false, &document.source, err);
    if (status == GDX_OK)
        status = take_date_or_none(from, &document.date, lost_date, err);
    if (status == GDX_OK)
        status = check_size(document.text, "text", document_limit, err);
    if (status == GDX_OK)
        status = check_size(document.title, "title", document_limit, err);
    if (status == GDX_OK)
        status = check_size(document.source, "source", document_limit, err);
    if (status == GDX_OK && document.metadata.bytes > document_limit)
        status = gdx_fail(err, GDX_TOO_LARGE, "other keys: %zu bytes, expected at most %zu", document.metadata.bytes,
                          document_limit);
    if (status == GDX_OK && (document.part_count || document.text_place_count))
        status = ingest_parts_check(&document, document_limit, err);
    if (status == GDX_OK)
        *out = document;
    return status;
}
