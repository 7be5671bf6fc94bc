// SPDX-License-Identifier: Apache-2.0
// json.c: walks a message by its descriptor and builds the JSON value of each field.
// Our messages are compiled with `bytes` where the proto says `string`, because a text may hold U+0000; they have no
// field that is really bytes, so both are text here.

#include "gdx/json.h"

#include "gdx/decode.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { NAME_BYTES = 128 };

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

// "took_us" to "tookUs".
static void camel_case(const char *name, char to[NAME_BYTES]) {
    size_t used = 0;
    bool upper = false;
    for (; *name && used + 1 < NAME_BYTES; name++) {
        if (*name == '_') {
            upper = true;
            continue;
        }
        to[used++] = (char)(upper ? toupper((unsigned char)*name) : *name);
        upper = false;
    }
    to[used] = 0;
}

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
    char name[NAME_BYTES];
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

static json_t *value_at(const ProtobufCFieldDescriptor *field, const void *at, gdx_json_form form) {
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
        return text_value(field, slice_at(at), form);
    case PROTOBUF_C_TYPE_MESSAGE:
        return *(const void *const *)at ? gdx_json_of(*(const ProtobufCMessage *const *)at, form) : json_null();
    }
    return NULL;
}

static size_t element_bytes(const ProtobufCFieldDescriptor *field) {
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return 8;
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return 4;
    }
}

static json_t *array_of(const ProtobufCFieldDescriptor *field, const char *elements, size_t count, gdx_json_form form) {
    json_t *array = json_array();
    for (size_t i = 0; array && i < count; i++)
        if (json_array_append_new(array, value_at(field, elements + i * element_bytes(field), form)) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static bool is_default(const ProtobufCFieldDescriptor *field, const void *at) {
    static const char zeros[sizeof(ProtobufCBinaryData)];
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return ((const ProtobufCBinaryData *)at)->len == 0;
    return memcmp(at, zeros, element_bytes(field)) == 0;
}

static gdx_status add_field(json_t *object, const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                            gdx_json_form form) {
    const char *at = (const char *)message + field->offset;
    json_t *value;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t count = *(const size_t *)((const char *)message + field->quantifier_offset);
        if (form == GDX_JSON_PROTO && count == 0)
            return GDX_OK;
        value = array_of(field, *(const char *const *)at, count, form);
    } else {
        if (form == GDX_JSON_PROTO && is_default(field, at))
            return GDX_OK;
        value = value_at(field, at, form);
    }
    char camel[NAME_BYTES];
    camel_case(field->name, camel);
    return json_object_set_new(object, form == GDX_JSON_PROTO ? camel : field->name, value) == 0 ? GDX_OK
                                                                                                 : GDX_NO_MEMORY;
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
