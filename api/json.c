// SPDX-License-Identifier: Apache-2.0
// json.c: walks a message by its descriptor and builds the JSON value of each field. json_read.c is the way back.

#include "gdx/json.h"

#include "field.h"
#include "gdx/base64.h"
#include "gdx/decode.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

json_t *gdx_json_text(gdx_slice text) {
    json_t *value = json_stringn(text.bytes ? text.data : "", text.bytes);
    if (value)
        return value;
    gdx_buffer repaired = {0};
    uint64_t replaced = 0;
    if (gdx_utf8_repair(text, &repaired, &replaced) == GDX_OK)
        value = json_stringn((const char *)repaired.data, repaired.bytes);
    gdx_buffer_clear(&repaired);
    return value;
}

// ---- names

// What all values of an enum start with: "SortOrder" to "SORT_ORDER_"; its length is enough.
static size_t prefix_bytes(const ProtobufCEnumDescriptor *descriptor) {
    size_t bytes = 1;
    for (const char *at = descriptor->short_name; *at; at++)
        bytes += 1 + (isupper((unsigned char)*at) && at != descriptor->short_name);
    return bytes;
}

static json_t *enum_value(const ProtobufCEnumDescriptor *descriptor, int number, gdx_json_form form) {
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(descriptor, number);
    if (!value)
        return json_integer(number);
    if (form == GDX_JSON_PROTO)
        return json_string(value->name);
    size_t skip = prefix_bytes(descriptor);
    assert(strlen(value->name) > skip); // the lint of the protos holds values to their prefix
    char name[FIELD_NAME_BYTES];
    snprintf(name, sizeof name, "%s", value->name + skip);
    for (char *at = name; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return json_string(name);
}

// ---- values

static json_t *integer(uint64_t magnitude, bool is_signed, gdx_json_form form) {
    if (form == GDX_JSON_LINES)
        return json_integer((json_int_t)magnitude);
    char text[24];
    if (is_signed)
        snprintf(text, sizeof text, "%" PRId64, (int64_t)magnitude);
    else
        snprintf(text, sizeof text, "%" PRIu64, magnitude);
    return json_string(text);
}

// JSON has no number for these.
static json_t *number(double value, gdx_json_form form) {
    if (isfinite(value))
        return json_real(value);
    if (form == GDX_JSON_LINES)
        return json_null();
    return json_string(isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
}

// Metadata is JSON in a string. For lines it is an object, {} for none.
static json_t *text_value(const ProtobufCFieldDescriptor *field, gdx_slice text, gdx_json_form form) {
    if (form == GDX_JSON_PROTO || strcmp(field->name, "metadata") != 0)
        return gdx_json_text(text);
    if (text.bytes == 0)
        return json_object();
    json_t *value = json_loadb(text.data, text.bytes, JSON_ALLOW_NUL, NULL);
    return value ? value : gdx_json_text(text);
}

static gdx_slice slice_at(const void *at) {
    const ProtobufCBinaryData *data = at;
    return (gdx_slice){data->data ? (const char *)data->data : "", data->len};
}

// With padding, as the mapping has it.
static json_t *base64_value(gdx_slice raw) {
    gdx_buffer text = {0};
    gdx_status status = gdx_base64_encode(raw, &text);
    while (status == GDX_OK && text.bytes % 4 != 0)
        status = gdx_buffer_append(&text, "=", 1);
    json_t *value = status == GDX_OK ? gdx_json_text(gdx_buffer_slice(&text)) : NULL;
    gdx_buffer_clear(&text);
    return value;
}

// A value of a field of `owner`.
static json_t *value_at(const ProtobufCMessageDescriptor *owner, const ProtobufCFieldDescriptor *field, const void *at,
                        gdx_json_form form) {
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return json_integer(*(const int32_t *)at);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return json_integer(*(const uint32_t *)at);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return integer(*(const uint64_t *)at, true, form);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return integer(*(const uint64_t *)at, false, form);
    case PROTOBUF_C_TYPE_FLOAT:
        return number((double)*(const float *)at, form);
    case PROTOBUF_C_TYPE_DOUBLE:
        return number(*(const double *)at, form);
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *)at);
    case PROTOBUF_C_TYPE_ENUM:
        return enum_value(field->descriptor, *(const int *)at, form);
    case PROTOBUF_C_TYPE_STRING:
        return gdx_json_text(gdx_slice_of(*(const char *const *)at));
    case PROTOBUF_C_TYPE_BYTES:
        return field_is_text(owner) ? text_value(field, slice_at(at), form) : base64_value(slice_at(at));
    case PROTOBUF_C_TYPE_MESSAGE:
        if (!*(const void *const *)at) // of the mapping: a map's value, which is never null
            return form == GDX_JSON_PROTO ? json_object() : json_null();
        return gdx_json_of(*(const ProtobufCMessage *const *)at, form);
    }
    return NULL;
}

// ---- fields

static json_t *array_of(const ProtobufCMessageDescriptor *owner, const ProtobufCFieldDescriptor *field,
                        const char *elements, size_t count, gdx_json_form form) {
    json_t *array = json_array();
    for (size_t i = 0; array && i < count; i++)
        if (json_array_append_new(array, value_at(owner, field, elements + i * field_bytes(field), form)) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

// The text of a map's key, whose type the mapping writes as a string; a new reference.
static json_t *key_of(const ProtobufCMessage *entry) {
    const ProtobufCFieldDescriptor *field = &entry->descriptor->fields[0];
    json_t *key = value_at(entry->descriptor, field, (const char *)entry + field->offset, GDX_JSON_PROTO);
    if (!key || json_is_string(key))
        return key;
    char *text = json_dumps(key, JSON_ENCODE_ANY);
    json_decref(key);
    key = text ? json_string(text) : NULL;
    free(text);
    return key;
}

static json_t *map_of(ProtobufCMessage *const *entries, size_t count, gdx_json_form form) {
    json_t *object = json_object();
    for (size_t i = 0; object && i < count; i++) {
        const ProtobufCMessageDescriptor *type = entries[i]->descriptor;
        const ProtobufCFieldDescriptor *field = &type->fields[1];
        json_t *key = key_of(entries[i]);
        json_t *value = value_at(type, field, (const char *)entries[i] + field->offset, form);
        int failed = json_object_set_new(object, json_string_value(key), value); // NULLs fail, too
        json_decref(key);
        if (failed) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static bool is_default(const ProtobufCFieldDescriptor *field, const void *at) {
    static const char zeros[sizeof(ProtobufCBinaryData)];
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return ((const ProtobufCBinaryData *)at)->len == 0;
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return *(const char *const *)at == NULL || **(const char *const *)at == 0;
    return memcmp(at, zeros, field_bytes(field)) == 0;
}

// Of a oneof the member that is set is there, also with its default; in either form the others are not.
static bool is_left_out(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, gdx_json_form form) {
    const char *quantifier = (const char *)message + field->quantifier_offset;
    if (field_is_of_oneof(field))
        return *(const uint32_t *)quantifier != field->id;
    if (form == GDX_JSON_LINES)
        return false;
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return *(const size_t *)quantifier == 0;
    return is_default(field, (const char *)message + field->offset);
}

static json_t *field_value(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, gdx_json_form form) {
    const char *at = (const char *)message + field->offset;
    if (field->label != PROTOBUF_C_LABEL_REPEATED)
        return value_at(message->descriptor, field, at, form);
    size_t count = *(const size_t *)((const char *)message + field->quantifier_offset);
    if (field_is_map(message->descriptor, field))
        return map_of(*(ProtobufCMessage *const *const *)at, count, form);
    return array_of(message->descriptor, field, *(const char *const *)at, count, form);
}

static gdx_status add_field(json_t *object, const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                            gdx_json_form form) {
    if (is_left_out(message, field, form))
        return GDX_OK;
    char camel[FIELD_NAME_BYTES];
    field_camel_case(field->name, camel);
    const char *name = form == GDX_JSON_PROTO ? camel : field->name;
    return json_object_set_new(object, name, field_value(message, field, form)) == 0 ? GDX_OK : GDX_NO_MEMORY;
}

json_t *gdx_json_of(const ProtobufCMessage *message, gdx_json_form form) {
    json_t *object = json_object();
    for (unsigned i = 0; object && i < message->descriptor->n_fields; i++)
        if (add_field(object, message, &message->descriptor->fields[i], form) != GDX_OK) {
            json_decref(object);
            return NULL;
        }
    return object;
}
