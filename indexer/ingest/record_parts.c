// SPDX-License-Identifier: Apache-2.0
// record_parts.c: the parts and places of a record: from JSON, and the rules that hold whichever way they came.
// Relies on record.h and jansson. A record has them in the shape that `gramdex get --json` prints:
//   "parts": [{"field": "note", "text": "...", "places": [{"byte": 0, "name": "page 3"}]}], "places": [...] of the text
// Both names are common, and lists of other things under them are metadata as any other key: what begins with an
// object that has both of the keys above, or is an empty list, is meant as these.

#include "record.h"

#include "gdx/utf8.h"
#include "gdx/white.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void ingest_parts_clear(record_parts *parts) {
    free(parts->parts);
    free(parts->places);
    *parts = (record_parts){0};
}

// ---- from JSON

static const char *const field_names[GDX_FIELDS] = {
    [GDX_FIELD_TITLE] = "title",     [GDX_FIELD_TEXT] = "text",           [GDX_FIELD_NOTE] = "note",
    [GDX_FIELD_CAPTION] = "caption", [GDX_FIELD_FURNITURE] = "furniture",
};

static bool is_list_of(const json_t *value, const char *first_key, const char *second_key) {
    const json_t *first = json_array_get(value, 0);
    return json_is_array(value) &&
           (!first || (json_object_get(first, first_key) && json_object_get(first, second_key)));
}

bool ingest_is_parts(const json_t *value) {
    return is_list_of(value, "field", "text");
}

bool ingest_is_places(const json_t *value) {
    return is_list_of(value, "byte", "name");
}

// `found` keys of those that are known are there.
static gdx_status check_keys(const json_t *object, size_t found, const char *where, const char *known, gdx_error *err) {
    if (json_object_size(object) == found)
        return GDX_OK;
    return ingest_record_fail(err, GDX_INVALID, where, "other keys, expected %s alone", known);
}

// Where something is within the lists: "parts[3].places[1]". `inner` is put behind a point, unless it is "".
static const char *where_in(char to[GDX_FIELD_BYTES], const char *list, size_t index, const char *inner) {
    snprintf(to, GDX_FIELD_BYTES, "%s[%zu]%s%s", list, index, *inner ? "." : "", inner);
    return to;
}

static gdx_slice string_of(const json_t *value) {
    return (gdx_slice){json_string_value(value), json_string_length(value)};
}

static gdx_status take_place(const json_t *value, const char *where, gdx_part_place *out, gdx_error *err) {
    const json_t *byte = json_object_get(value, "byte"), *name = json_object_get(value, "name");
    if (!json_is_integer(byte) || json_integer_value(byte) < 0)
        return ingest_record_fail(err, GDX_INVALID, where,
                                  "no number of a byte, expected {\"byte\": ..., \"name\": ...}");
    if (!json_is_string(name))
        return ingest_record_fail(err, GDX_INVALID, where,
                                  "no string as a name, expected {\"byte\": ..., \"name\": ...}");
    uint64_t at = (uint64_t)json_integer_value(byte);
    *out = (gdx_part_place){at < UINT32_MAX ? (uint32_t)at : UINT32_MAX, string_of(name)};
    return check_keys(value, 2, where, "byte and name", err);
}

// The places of a list, behind those of the lists before.
static gdx_status take_places(record_parts *parts, const json_t *list, const char *where, uint32_t *out_count,
                              gdx_error *err) {
    size_t count = json_array_size(list);
    if (list && !json_is_array(list))
        return ingest_record_fail(err, GDX_INVALID, where, "no list, expected a list of places");
    if (count > RECORD_PLACES - parts->place_count)
        return ingest_record_fail(err, GDX_TOO_LARGE, where, "more than %d in the document, expected at most so many",
                                  RECORD_PLACES);
    if (gdx_grow(&parts->places, &parts->place_capacity, parts->place_count + count, sizeof *parts->places) != GDX_OK)
        return gdx_fail_memory(err, "a record's places");
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        char place[GDX_FIELD_BYTES];
        status = take_place(json_array_get(list, i), where_in(place, where, i, ""),
                            &parts->places[parts->place_count + i], err);
    }
    parts->place_count += count;
    *out_count = (uint32_t)count;
    return status;
}

static gdx_status take_part(record_parts *parts, size_t index, const json_t *value, gdx_error *err) {
    char where[GDX_FIELD_BYTES];
    const json_t *field = json_object_get(value, "field"), *text = json_object_get(value, "text");
    const json_t *places = json_object_get(value, "places");
    gdx_part *part = &parts->parts[index];
    *part = (gdx_part){.field = (gdx_field)GDX_FIELDS};
    for (int i = 0; json_is_string(field) && i < GDX_FIELDS; i++)
        if (strcmp(json_string_value(field), field_names[i]) == 0)
            part->field = (gdx_field)i;
    if (!json_is_string(text))
        return ingest_record_fail(err, GDX_INVALID, where_in(where, "parts", index, "text"),
                                  "no string, expected the text of the part");
    part->text = string_of(text);
    gdx_status status = take_places(parts, places, where_in(where, "parts", index, "places"), &part->place_count, err);
    if (status == GDX_OK)
        status = check_keys(value, 1 + (size_t)(field != NULL) + (size_t)(places != NULL),
                            where_in(where, "parts", index, ""), "field, text and places", err);
    return status;
}

// The places of all parts are one array, which may move while it grows: only then each part gets its own.
static void share_places(record_parts *parts, uint32_t text_places, size_t part_count) {
    size_t first = text_places;
    for (size_t i = 0; i < part_count; i++) {
        parts->parts[i].places = parts->places + first;
        first += parts->parts[i].place_count;
    }
}

gdx_status ingest_parts_take(record_parts *parts, const json_t *list, const json_t *text_places, record *out,
                             gdx_error *err) {
    size_t count = json_array_size(list);
    parts->place_count = 0;
    gdx_status status = take_places(parts, text_places, "places", &out->text_place_count, err);
    if (status == GDX_OK && count > RECORD_PARTS)
        status =
            ingest_record_fail(err, GDX_TOO_LARGE, "parts", "%zu of them, expected at most %d", count, RECORD_PARTS);
    if (status == GDX_OK && gdx_grow(&parts->parts, &parts->part_capacity, count, sizeof *parts->parts) != GDX_OK)
        status = gdx_fail_memory(err, "a record's parts");
    for (size_t i = 0; i < count && status == GDX_OK; i++)
        status = take_part(parts, i, json_array_get(list, i), err);
    if (status != GDX_OK)
        return status;
    share_places(parts, out->text_place_count, count);
    out->text_places = parts->places;
    out->parts = parts->parts;
    out->part_count = (uint32_t)count;
    return GDX_OK;
}

// ---- the rules

static gdx_status check_name(gdx_slice name, const char *where, gdx_error *err) {
    if (name.bytes > RECORD_PLACE_BYTES)
        return ingest_record_fail(err, GDX_TOO_LARGE, where, "a name of %zu bytes, expected at most %d", name.bytes,
                                  RECORD_PLACE_BYTES);
    if (!gdx_utf8_valid(name))
        return ingest_record_fail(err, GDX_INVALID, where, "a name that is not UTF-8, expected valid UTF-8");
    uint32_t code_point;
    for (size_t i = 0; i < name.bytes;) {
        i += gdx_utf8_decode((const uint8_t *)name.data + i, name.bytes - i, &code_point);
        if (gdx_is_control(code_point))
            return ingest_record_fail(err, GDX_INVALID, where, "control character U+%04X in the name, expected none",
                                      code_point);
    }
    return GDX_OK;
}

static gdx_status check_places(const gdx_part_place *places, uint32_t count, gdx_slice text, const char *list,
                               gdx_error *err) {
    char where[GDX_FIELD_BYTES];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t byte = places[i].byte;
        where_in(where, list, i, "");
        if (byte >= text.bytes)
            return ingest_record_fail(err, GDX_INVALID, where, "byte %" PRIu32 ", expected less than the text's %zu",
                                      byte, text.bytes);
        if (i > 0 && byte <= places[i - 1].byte)
            return ingest_record_fail(err, GDX_INVALID, where, "byte %" PRIu32 " after byte %" PRIu32 ", expected more",
                                      byte, places[i - 1].byte);
        if (((uint8_t)text.data[byte] & 0xc0) == 0x80)
            return ingest_record_fail(err, GDX_INVALID, where,
                                      "byte %" PRIu32 " is within a character, expected the start of one", byte);
        gdx_status status = check_name(places[i].name, where, err);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

static gdx_status check_part(const gdx_part *part, uint32_t index, gdx_error *err) {
    char where[GDX_FIELD_BYTES];
    if (part->field == GDX_FIELD_TITLE || (unsigned)part->field >= GDX_FIELDS)
        return ingest_record_fail(err, GDX_INVALID, where_in(where, "parts", index, "field"),
                                  "%s, expected text, note, caption or furniture",
                                  part->field == GDX_FIELD_TITLE ? "the title" : "none that is known");
    if (!gdx_utf8_valid(part->text))
        return ingest_record_fail(err, GDX_INVALID, where_in(where, "parts", index, "text"),
                                  "bytes that are not UTF-8, expected valid UTF-8");
    return check_places(part->places, part->place_count, part->text, where_in(where, "parts", index, "places"), err);
}

// All together, in numbers and bytes.
static gdx_status check_sums(const gdx_document *document, size_t document_limit, gdx_error *err) {
    uint64_t bytes = document->text.bytes, places = document->text_place_count;
    for (uint32_t i = 0; i < document->part_count; i++) {
        bytes += document->parts[i].text.bytes;
        places += document->parts[i].place_count;
    }
    if (document->part_count > RECORD_PARTS)
        return ingest_record_fail(err, GDX_TOO_LARGE, "parts", "%" PRIu32 " of them, expected at most %d",
                                  document->part_count, RECORD_PARTS);
    if (bytes > document_limit)
        return ingest_record_fail(err, GDX_TOO_LARGE, "parts",
                                  "%" PRIu64 " bytes together with the text, expected at most %zu", bytes,
                                  document_limit);
    if (places > RECORD_PLACES)
        return ingest_record_fail(err, GDX_TOO_LARGE, "places", "%" PRIu64 " in the document, expected at most %d",
                                  places, RECORD_PLACES);
    return GDX_OK;
}

gdx_status ingest_parts_check(const gdx_document *document, size_t document_limit, gdx_error *err) {
    gdx_status status = check_sums(document, document_limit, err);
    if (status == GDX_OK)
        status = check_places(document->text_places, document->text_place_count, document->text, "places", err);
    for (uint32_t i = 0; i < document->part_count && status == GDX_OK; i++)
        status = check_part(&document->parts[i], i, err);
    return status;
}
