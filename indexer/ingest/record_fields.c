// SPDX-License-Identifier: Apache-2.0
// record_fields.c: a document whose fields a program has at hand, held to the rules of a record.
// Relies on record.h. Only the metadata is JSON here: jansson parses it and spells it as it would a record's other
// keys, so that the same document has the same hash whichever way it came.

#include "gdx/decode.h"
#include "gdx/ingest.h"
#include "record.h"

static gdx_status check_utf8(gdx_slice text, const char *name, gdx_error *err) {
    if (gdx_utf8_valid(text))
        return GDX_OK;
    return ingest_record_fail(err, GDX_INVALID, name, "bytes that are not UTF-8, expected valid UTF-8");
}

static gdx_status check_all_utf8(const gdx_given *given, gdx_error *err) {
    gdx_status status = check_utf8(given->id, "id", err);
    if (status == GDX_OK)
        status = check_utf8(given->title, "title", err);
    if (status == GDX_OK)
        status = check_utf8(given->date, "date", err);
    if (status == GDX_OK)
        status = check_utf8(given->source, "source", err);
    if (status == GDX_OK)
        status = check_utf8(given->text, "text", err);
    if (status == GDX_OK)
        status = check_utf8(given->origin, "origin", err);
    return status == GDX_OK ? check_utf8(given->metadata, "metadata", err) : status;
}

static record_value string_of(gdx_slice text) {
    return (record_value){RECORD_STRING, text.bytes ? text : (gdx_slice){"", 0}};
}

gdx_status ingest_given_check(record_reader *reader, const gdx_given *given, size_t document_limit, gdx_document *out,
                              gdx_error *err) {
    record read = {.fields = {[RECORD_ID] = string_of(given->id),
                              [RECORD_TITLE] = string_of(given->title),
                              [RECORD_SOURCE] = string_of(given->source),
                              [RECORD_DATE] = string_of(given->date),
                              [RECORD_TEXT] = string_of(given->text)},
                   .metadata = {"", 0},
                   .origin = given->origin,
                   .title_from_text = given->title_from_text,
                   .text_places = given->text_places,
                   .text_place_count = given->text_place_count,
                   .parts = given->parts,
                   .part_count = given->part_count};
    gdx_status status = check_all_utf8(given, err);
    if (status == GDX_OK && given->metadata.bytes > 0)
        status = ingest_metadata_parse(reader, given->metadata, &read.metadata, err);
    return status == GDX_OK ? ingest_record_check(&read, document_limit, out, NULL, err) : status;
}
