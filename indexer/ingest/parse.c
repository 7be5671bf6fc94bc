// SPDX-License-Identifier: Apache-2.0
// parse.c: a record as jansson reads it: the judge of what is JSON, and the only one that says why something is not.
// Relies on record.h and jansson. The fields' strings stay in jansson's objects, held until the next record.

#include "record.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

enum {
    LOAD_FLAGS = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
    DUMP_FLAGS = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY
};

void ingest_record_reader_release(record_reader *reader) {
    for (int i = 0; i < RECORD_KEYS; i++) {
        json_decref(reader->held[i]);
        reader->held[i] = NULL;
    }
    json_decref(reader->held_parts);
    json_decref(reader->held_places);
    json_decref(reader->root);
    reader->held_parts = reader->held_places = reader->root = NULL;
}

// jansson words every refusal; where it has no words, an allocation failed.
static bool is_out_of_memory(const json_error_t *error) {
    return error->text[0] == '\0' || json_error_code(error) == json_error_out_of_memory;
}

// jansson calls some failed allocations a bad token, so a refusal counts when it is said twice.
static json_t *load(gdx_slice json, size_t flags, json_error_t *error) {
    json_t *parsed = json_loadb(json.data, json.bytes, flags, error);
    return parsed || is_out_of_memory(error) ? parsed : json_loadb(json.data, json.bytes, flags, error);
}

static int append_dumped(const char *data, size_t bytes, void *buffer) {
    return gdx_buffer_append(buffer, data, bytes) == GDX_OK ? 0 : -1;
}

gdx_status ingest_record_dump_value(gdx_slice value, gdx_buffer *out, bool *out_sure) {
    json_error_t error;
    json_t *parsed = load(value, LOAD_FLAGS | JSON_DECODE_ANY, &error);
    *out_sure = parsed != NULL;
    if (!parsed)
        return is_out_of_memory(&error) ? GDX_NO_MEMORY : GDX_OK;
    int failed = json_dump_callback(parsed, append_dumped, out, DUMP_FLAGS);
    json_decref(parsed);
    return failed ? GDX_NO_MEMORY : GDX_OK;
}

static const char *type_name(const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "an integer";
    case JSON_NULL:
        return "null";
    case JSON_REAL:
        return "a number with a fraction or exponent";
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    default:
        return "another type";
    }
}

static record_value value_of(const json_t *value, char digits[24]) {
    if (!value)
        return (record_value){RECORD_ABSENT, {"", 0}};
    if (json_is_null(value))
        return (record_value){RECORD_NULL, {"", 0}};
    if (json_is_string(value))
        return (record_value){RECORD_STRING, {json_string_value(value), json_string_length(value)}};
    if (json_is_integer(value)) {
        int bytes = snprintf(digits, 24, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return (record_value){RECORD_INTEGER, {digits, (size_t)bytes}};
    }
    return (record_value){RECORD_OTHER, gdx_slice_of(type_name(value))};
}

// Seconds with a fraction, as Python's clocks give them, are whole ones for a date.
static record_value date_of(const json_t *value, char digits[24]) {
    double seconds = json_is_real(value) ? json_real_value(value) : -1;
    if (seconds < 0 || seconds > 1e17)
        return value_of(value, digits);
    int bytes = snprintf(digits, 24, "%" PRIu64, (uint64_t)seconds);
    return (record_value){RECORD_INTEGER, {digits, (size_t)bytes}};
}

// ---- fields

// Where a key is kept; NULL: nowhere. *out_rest is its name there.
static json_t *find_holder(json_t *object, const char *name, const char **out_rest) {
    while (json_is_object(object)) {
        *out_rest = name;
        if (json_object_get(object, name))
            return object;
        const char *dot = strchr(name, '.');
        if (!dot)
            return NULL;
        object = json_object_getn(object, name, (size_t)(dot - name));
        name = dot + 1;
    }
    return NULL;
}

static json_t *find_value(json_t *object, const char *name) {
    const char *rest;
    json_t *holder = find_holder(object, name, &rest);
    return holder ? json_object_get(holder, rest) : NULL;
}

// Deletes the key, and the objects that are empty without it.
static void delete_key(json_t *object, const char *name) {
    const char *dot = strchr(name, '.');
    if (json_object_del(object, name) == 0 || !dot)
        return;
    size_t bytes = (size_t)(dot - name);
    json_t *inner = json_object_getn(object, name, bytes);
    if (!json_is_object(inner))
        return;
    delete_key(inner, dot + 1);
    if (json_object_size(inner) == 0)
        json_object_deln(object, name, bytes);
}

gdx_status ingest_record_join(record_reader *reader, record_value *to, const record_value *part) {
    if (part->kind == RECORD_ABSENT || to->kind == RECORD_OTHER || to->kind == RECORD_INTEGER)
        return GDX_OK;
    if (part->kind != RECORD_STRING) {
        if (part->kind != RECORD_NULL || to->kind == RECORD_ABSENT)
            *to = *part;
        return GDX_OK;
    }
    gdx_status status = GDX_OK;
    if (reader->joined.bytes && part->text.bytes)
        status = gdx_buffer_append(&reader->joined, "\n", 1);
    if (status == GDX_OK)
        status = gdx_buffer_append(&reader->joined, part->text.data, part->text.bytes);
    *to = (record_value){RECORD_STRING, reader->joined.bytes ? gdx_buffer_slice(&reader->joined) : (gdx_slice){"", 0}};
    return status;
}

static size_t text_keys(const map_key *keys, size_t count) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += keys[i].field == RECORD_TEXT;
    return found;
}

// Takes the fields out of the object, so that the rest of it is the metadata.
static gdx_status take_fields(record_reader *reader, const map_key *keys, size_t count, record *out) {
    bool is_joined = text_keys(keys, count) > 1;
    gdx_status status = GDX_OK;
    reader->joined.bytes = 0;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        enum record_field field = keys[i].field;
        reader->held[i] = json_incref(find_value(reader->root, keys[i].name));
        json_t *held = reader->held[i];
        char *digits = reader->digits[field];
        record_value value = field == RECORD_DATE ? date_of(held, digits) : value_of(held, digits);
        if (field == RECORD_TEXT && is_joined)
            status = ingest_record_join(reader, &out->fields[field], &value);
        else
            out->fields[field] = value;
    }
    for (size_t i = 0; i < count; i++)
        delete_key(reader->root, keys[i].name);
    return status;
}

// A key that --map names must be there.
static gdx_status check_keys(const record_reader *reader, const map_key *keys, size_t count, const record *from,
                             gdx_error *err) {
    for (size_t i = 0; i < count; i++) {
        if (reader->held[i] || keys[i].is_optional || (keys[i].field == RECORD_ID && reader->id_from_hash))
            continue;
        char what[GDX_FIELD_BYTES * 4];
        snprintf(what, sizeof what, "no key \"%.40s\", which --map names (%s=%.40s? lets it be missing)", keys[i].name,
                 ingest_field_name(keys[i].field), keys[i].name);
        return ingest_record_fail_missing(from, keys[i].field, what, err);
    }
    return GDX_OK;
}

// Likewise.
static gdx_status take_parts(record_reader *reader, record *out, gdx_error *err) {
    json_t *parts = json_object_get(reader->root, "parts"), *places = json_object_get(reader->root, "places");
    if (parts && ingest_is_parts(parts)) {
        reader->held_parts = json_incref(parts);
        json_object_del(reader->root, "parts");
    }
    if (places && ingest_is_places(places)) {
        reader->held_places = json_incref(places);
        json_object_del(reader->root, "places");
    }
    if (!reader->held_parts && !reader->held_places)
        return GDX_OK;
    return ingest_parts_take(&reader->parts, reader->held_parts, reader->held_places, out, err);
}

static gdx_status write_metadata(record_reader *reader, const json_t *object, gdx_slice *out, gdx_error *err) {
    reader->metadata.bytes = 0;
    *out = (gdx_slice){"", 0};
    if (json_object_size(object) == 0)
        return GDX_OK;
    if (json_dump_callback(object, append_dumped, &reader->metadata, DUMP_FLAGS) != 0)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a document's metadata");
    *out = gdx_buffer_slice(&reader->metadata);
    return GDX_OK;
}

gdx_status ingest_metadata_parse(record_reader *reader, gdx_slice json, gdx_slice *out, gdx_error *err) {
    json_error_t error;
    json_t *parsed = load(json, LOAD_FLAGS, &error);
    gdx_status status = GDX_OK;
    if (!parsed && is_out_of_memory(&error))
        status = gdx_fail(err, GDX_NO_MEMORY, "no memory for a document's metadata");
    else if (!parsed)
        status = ingest_record_fail(err, GDX_INVALID, "metadata", "column %d: not JSON: %s", error.column, error.text);
    else if (!json_is_object(parsed))
        status = ingest_record_fail(err, GDX_INVALID, "metadata", "%s, expected a JSON object", type_name(parsed));
    if (status == GDX_OK)
        status = write_metadata(reader, parsed, out, err);
    json_decref(parsed);
    return status;
}

// ---- answers of `gramdex get --json`, so that what an index gives another one takes

// The document of an answer takes the place of the object that it is in.
static bool unwrap(record_reader *reader) {
    const json_t *type = json_object_get(reader->root, "type");
    json_t *document = json_object_get(reader->root, "document");
    if (!json_is_object(document) || !json_is_string(type) || strcmp(json_string_value(type), "get") != 0 ||
        json_object_get(reader->root, "id"))
        return false;
    json_incref(document);
    json_decref(reader->root);
    reader->root = document;
    return true;
}

// What a document has and a record has not. Keys that are not known are passed over, as those of a message.
static gdx_status take_stored(record_reader *reader, record *out, gdx_error *err) {
    const json_t *origin = json_object_get(reader->root, "origin");
    const json_t *metadata = json_object_get(reader->root, "metadata");
    if (origin && !json_is_string(origin))
        return ingest_record_fail(err, GDX_INVALID, "origin", "%s, expected a string", type_name(origin));
    if (metadata && !json_is_object(metadata))
        return ingest_record_fail(err, GDX_INVALID, "metadata", "%s, expected a JSON object", type_name(metadata));
    if (origin)
        out->origin = (gdx_slice){json_string_value(origin), json_string_length(origin)};
    out->title_from_text = json_is_true(json_object_get(reader->root, "title_from_text"));
    return write_metadata(reader, metadata, &out->metadata, err);
}

// ---- the whole

// "element 3, column 7: WHAT", as far as it is known.
static gdx_status fail_at_column(record_reader *reader, const json_error_t *error, long columns, gdx_error *err) {
    reader->error_line = error->line > 1 ? (uint64_t)error->line - 1 : 0;
    char element[32] = "";
    if (reader->element)
        snprintf(element, sizeof element, "element %" PRIu64 ", ", reader->element);
    long column = (long)error->column - columns + (error->line > 1 ? 0 : (long)reader->column);
    return gdx_fail(err, GDX_INVALID, "%scolumn %ld: not JSON: %s", element, column < 0 ? 0 : column, error->text);
}

// What is wrong with it when it is mended is what is wrong; the column is that of the line as it stands.
static gdx_status load_mended(record_reader *reader, gdx_slice line, json_error_t *error, gdx_error *err) {
    json_mended mended;
    gdx_status status = ingest_mend(reader, line, SIZE_MAX, &mended);
    if (status == GDX_OK && mended.is_changed) {
        reader->root = load(mended.text, LOAD_FLAGS | JSON_DECODE_ANY, error);
        reader->replaced = mended.replaced;
    }
    if (status != GDX_OK || (!reader->root && is_out_of_memory(error)))
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a record of %zu bytes", line.bytes);
    if (reader->root)
        return GDX_OK;
    long columns = 0;
    if (mended.is_changed && error->position > 0) {
        if (ingest_mend(reader, line, (size_t)error->position, &mended) != GDX_OK)
            return gdx_fail_memory(err, "a record");
        columns = mended.columns;
    }
    return fail_at_column(reader, error, columns, err);
}

static gdx_status load_root(record_reader *reader, gdx_slice line, gdx_error *err) {
    json_error_t error;
    reader->root = load(line, LOAD_FLAGS, &error);
    if (reader->root)
        return GDX_OK;
    if (is_out_of_memory(&error))
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a record of %zu bytes", line.bytes);
    json_error_t unused; // a lone string is JSON, and then said to be a string
    reader->root = json_loadb(line.data, line.bytes, LOAD_FLAGS | JSON_DECODE_ANY, &unused);
    return reader->root ? GDX_OK : load_mended(reader, line, &error, err);
}

static gdx_status fail_type(const record_reader *reader, gdx_error *err) {
    if (reader->element)
        return gdx_fail(err, GDX_INVALID, "element %" PRIu64 ": %s, expected a JSON object", reader->element,
                        type_name(reader->root));
    return gdx_fail(err, GDX_INVALID, "column 1: %s, expected a JSON object", type_name(reader->root));
}

gdx_status ingest_record_parse(record_reader *reader, gdx_slice line, record *out, gdx_error *err) {
    ingest_record_reader_release(reader);
    gdx_status status = load_root(reader, line, err);
    if (status != GDX_OK)
        return status;
    if (!json_is_object(reader->root))
        return fail_type(reader, err);
    record parsed = {.metadata = {"", 0}, .origin = {"", 0}};
    map_key keys[RECORD_KEYS];
    bool is_answer = unwrap(reader);
    size_t count = ingest_map_keys(is_answer ? NULL : reader->map, keys);
    if (take_fields(reader, keys, count, &parsed) != GDX_OK)
        return gdx_fail_memory(err, "a record's text");
    status = take_parts(reader, &parsed, err);
    if (status == GDX_OK)
        status =
            is_answer ? take_stored(reader, &parsed, err) : write_metadata(reader, reader->root, &parsed.metadata, err);
    if (status == GDX_OK)
        status = check_keys(reader, keys, count, &parsed, err);
    if (status == GDX_OK)
        *out = parsed;
    return status;
}
