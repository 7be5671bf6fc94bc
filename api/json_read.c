// SPDX-License-Identifier: Apache-2.0
// json_read.c: JSON read into a message by its descriptor, as proto3's mapping says. jansson parses the text; then each
// member of an object finds its field. A message is put together in place, field after field, so that what is there of
// it when a value is refused is freed as any other message.

#include "gdx/json.h"

#include "field.h"
#include "gdx/base64.h"
#include "json_shape.h"

#include <assert.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// Of the parser: so much beside a few times the text.
enum { PARSED_BYTES = 16 << 20, PARSED_TIMES = 4 };
static const double EXACT_WHOLE = 9007199254740992.0; // 2^53: up to here a double is the number that was written

// Where in the request: the members and elements on the way, from the last one up. On the stack.
struct place {
    const struct place *up;
    const char *name; // NULL: element `index`
    size_t index;
};

struct reader {
    ProtobufCAllocator *allocator;
    gdx_error *err;
};

static size_t append_place(const struct place *place, char *to, size_t used) {
    if (!place)
        return used;
    used = append_place(place->up, to, used);
    if (used >= GDX_FIELD_BYTES)
        return used;
    int bytes = place->name ? snprintf(to + used, GDX_FIELD_BYTES - used, "%s%s", used ? "." : "", place->name)
                            : snprintf(to + used, GDX_FIELD_BYTES - used, "[%zu]", place->index);
    return used + (bytes > 0 ? (size_t)bytes : 0);
}

static gdx_status GDX_PRINTF(3, 4)
    refuse(const struct reader *reader, const struct place *place, const char *format, ...) {
    char path[GDX_FIELD_BYTES] = "", message[GDX_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    append_place(place, path, 0);
    return gdx_fail_field(reader->err, path, GDX_REASON_NONE, "%s", message);
}

static gdx_status refuse_type(const struct reader *reader, const struct place *place, const json_t *found,
                              const char *expected) {
    static const char *const names[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a string", [JSON_INTEGER] = "a number",
        [JSON_REAL] = "a number",    [JSON_TRUE] = "true",      [JSON_FALSE] = "false",     [JSON_NULL] = "null"};
    return refuse(reader, place, "%s, expected %s", names[json_typeof(found)], expected);
}

static void *allocate(const struct reader *reader, size_t bytes) {
    void *memory =
        reader->allocator ? reader->allocator->alloc(reader->allocator->allocator_data, bytes) : malloc(bytes);
    if (!memory)
        gdx_fail_memory(reader->err, "the request");
    return memory;
}

// ---- numbers

// A number in quotes is read as one without. A new reference, or NULL: it is none.
static json_t *unquoted(const json_t *string, size_t flags) {
    const char *text = json_string_value(string);
    size_t bytes = json_string_length(string);
    bool looks_so = bytes > 0 && (*text == '-' || (*text >= '0' && *text <= '9')) && text[bytes - 1] >= '0' &&
                    text[bytes - 1] <= '9';
    return looks_so ? json_loadb(text, bytes, JSON_DECODE_ANY | flags, NULL) : NULL;
}

// Up to UINT64_MAX, which is more than jansson's integers hold.
static bool digits_value(const json_t *value, uint64_t *out) {
    const char *text = json_string_value(value);
    size_t bytes = json_string_length(value);
    uint64_t number = 0;
    if (!text || bytes == 0 || bytes > 20 || (bytes > 1 && *text == '0'))
        return false;
    for (size_t i = 0; i < bytes; i++) {
        unsigned digit = (unsigned)text[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, digit, &number))
            return false;
    }
    *out = number;
    return true;
}

struct range {
    int64_t least;
    uint64_t most;
};

static gdx_status whole_number(const struct reader *reader, const struct place *place, const json_t *number,
                               struct range range, uint64_t *out) {
    if (json_is_real(number)) {
        double value = json_real_value(number);
        if (value != floor(value))
            return refuse(reader, place, "%.17g, expected a whole number", value);
        if (fabs(value) > EXACT_WHOLE)
            return refuse(reader, place, "%.17g, which may be rounded; write it without a point or an exponent", value);
        *out = (uint64_t)(int64_t)value;
    } else {
        *out = (uint64_t)json_integer_value(number);
    }
    int64_t value = (int64_t)*out;
    if (value < range.least || (value > 0 && (uint64_t)value > range.most))
        return refuse(reader, place, "%" PRId64 ", expected a number from %" PRId64 " to %" PRIu64, value, range.least,
                      range.most);
    return GDX_OK;
}

static gdx_status read_integer(const struct reader *reader, const struct place *place, const json_t *value,
                               struct range range, uint64_t *out) {
    if (range.most == UINT64_MAX && digits_value(value, out))
        return GDX_OK;
    if (json_is_number(value))
        return whole_number(reader, place, value, range, out);
    json_t *number = json_is_string(value) ? unquoted(value, 0) : NULL;
    gdx_status status = number && json_is_number(number) ? whole_number(reader, place, number, range, out)
                        : json_is_string(value)
                            ? refuse(reader, place, "'%.64s', expected a whole number from %" PRId64 " to %" PRIu64,
                                     json_string_value(value), range.least, range.most)
                            : refuse_type(reader, place, value, "a whole number");
    json_decref(number);
    return status;
}

static bool named_number(const json_t *value, double *out) {
    static const struct {
        const char *name;
        double value;
    } names[] = {{"NaN", (double)NAN}, {"Infinity", (double)INFINITY}, {"-Infinity", -(double)INFINITY}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(json_string_value(value), names[i].name) == 0) {
            *out = names[i].value;
            return true;
        }
    return false;
}

static gdx_status read_number(const struct reader *reader, const struct place *place, const json_t *value, double most,
                              double *out) {
    if (json_is_string(value) && named_number(value, out))
        return GDX_OK;
    json_t *quoted = json_is_string(value) ? unquoted(value, JSON_DECODE_INT_AS_REAL) : NULL;
    const json_t *number = quoted ? quoted : value;
    gdx_status status = GDX_OK;
    if (!json_is_number(number))
        status = refuse_type(reader, place, value, "a number, \"NaN\", \"Infinity\" or \"-Infinity\"");
    else if (fabs(json_number_value(number)) > most)
        status = refuse(reader, place, "%g, expected at most %g", json_number_value(number), most);
    else
        *out = json_number_value(number);
    json_decref(quoted);
    return status;
}

static gdx_status read_enum(const struct reader *reader, const struct place *place, const json_t *value,
                            const ProtobufCEnumDescriptor *type, int *out) {
    const ProtobufCEnumValue *found = NULL;
    char names[GDX_MESSAGE_BYTES - 128];
    size_t used = 0;
    if (json_is_string(value))
        found = protobuf_c_enum_descriptor_get_value_by_name(type, json_string_value(value));
    else if (json_is_integer(value) && json_integer_value(value) == (int)json_integer_value(value))
        found = protobuf_c_enum_descriptor_get_value(type, (int)json_integer_value(value));
    if (found) {
        *out = found->value;
        return GDX_OK;
    }
    names[0] = 0;
    for (unsigned i = 0; i < type->n_values && used < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", type->values[i].name);
    if (json_is_string(value))
        return refuse(reader, place, "'%.64s', expected one of %s", json_string_value(value), names);
    if (json_is_integer(value))
        return refuse(reader, place, "%" JSON_INTEGER_FORMAT ", expected one of %s", json_integer_value(value), names);
    return refuse_type(reader, place, value, names);
}

// ---- strings and bytes

// With a zero behind it.
static gdx_status copy_text(const struct reader *reader, gdx_slice text, uint8_t **out) {
    uint8_t *copy = allocate(reader, text.bytes + 1);
    if (!copy)
        return GDX_NO_MEMORY;
    if (text.bytes)
        memcpy(copy, text.data, text.bytes);
    copy[text.bytes] = 0;
    *out = copy;
    return GDX_OK;
}

static gdx_status read_string(const struct reader *reader, const struct place *place, const json_t *value, char **out) {
    gdx_slice text = {json_string_value(value), json_string_length(value)};
    if (!json_is_string(value))
        return refuse_type(reader, place, value, "a string");
    if (memchr(text.data, 0, text.bytes))
        return refuse(reader, place, "a string with U+0000, which this field cannot hold");
    return copy_text(reader, text, (uint8_t **)out);
}

static gdx_status set_bytes(const struct reader *reader, gdx_slice from, ProtobufCBinaryData *out) {
    if (from.bytes == 0)
        return GDX_OK;
    gdx_status status = copy_text(reader, from, &out->data);
    out->len = status == GDX_OK ? from.bytes : 0;
    return status;
}

// The alphabets of base64 and base64url, with padding or without.
static gdx_status read_base64(const struct reader *reader, const struct place *place, const json_t *value,
                              ProtobufCBinaryData *out) {
    gdx_buffer text = {0}, raw = {0};
    gdx_status status = gdx_buffer_append(&text, json_string_value(value), json_string_length(value));
    for (size_t i = 0; i < text.bytes; i++)
        text.data[i] = text.data[i] == '-' ? '+' : text.data[i] == '_' ? '/' : text.data[i];
    if (status == GDX_OK)
        status = gdx_base64_decode(gdx_buffer_slice(&text), &raw);
    if (status == GDX_OK)
        status = set_bytes(reader, gdx_buffer_slice(&raw), out);
    else if (status == GDX_INVALID)
        status = refuse(reader, place, "a string that is no base64");
    else
        status = gdx_fail_memory(reader->err, "the request");
    gdx_buffer_clear(&text);
    gdx_buffer_clear(&raw);
    return status;
}

static gdx_status read_bytes(const struct reader *reader, const ProtobufCMessageDescriptor *owner,
                             const struct place *place, const json_t *value, ProtobufCBinaryData *out) {
    if (!json_is_string(value))
        return refuse_type(reader, place, value, field_is_text(owner) ? "a string" : "base64 in a string");
    if (field_is_text(owner))
        return set_bytes(reader, (gdx_slice){json_string_value(value), json_string_length(value)}, out);
    return read_base64(reader, place, value, out);
}

// ---- values

static gdx_status read_message(const struct reader *reader, const struct place *place, const json_t *value,
                               const ProtobufCMessageDescriptor *type, ProtobufCMessage **out);

static gdx_status read_32(const struct reader *reader, const struct place *place, const json_t *value,
                          struct range range, uint32_t *out) {
    uint64_t wide = 0;
    gdx_status status = read_integer(reader, place, value, range, &wide);
    if (status == GDX_OK)
        *out = (uint32_t)wide;
    return status;
}

static gdx_status read_real(const struct reader *reader, const struct place *place, const json_t *value, bool is_float,
                            void *out) {
    double number = 0;
    gdx_status status = read_number(reader, place, value, is_float ? (double)FLT_MAX : DBL_MAX, &number);
    if (status == GDX_OK && is_float)
        *(float *)out = (float)number;
    else if (status == GDX_OK)
        *(double *)out = number;
    return status;
}

// One value of a field of `owner` to `at`, which holds the default.
static gdx_status read_value(const struct reader *reader, const ProtobufCMessageDescriptor *owner,
                             const ProtobufCFieldDescriptor *field, const struct place *place, const json_t *value,
                             void *at) {
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return read_32(reader, place, value, (struct range){INT32_MIN, INT32_MAX}, at);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return read_32(reader, place, value, (struct range){0, UINT32_MAX}, at);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return read_integer(reader, place, value, (struct range){INT64_MIN, INT64_MAX}, at);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return read_integer(reader, place, value, (struct range){0, UINT64_MAX}, at);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        return read_real(reader, place, value, field->type == PROTOBUF_C_TYPE_FLOAT, at);
    case PROTOBUF_C_TYPE_BOOL:
        if (!json_is_boolean(value))
            return refuse_type(reader, place, value, "true or false");
        *(protobuf_c_boolean *)at = json_is_true(value);
        return GDX_OK;
    case PROTOBUF_C_TYPE_ENUM:
        return read_enum(reader, place, value, field->descriptor, at);
    case PROTOBUF_C_TYPE_STRING:
        return read_string(reader, place, value, at);
    case PROTOBUF_C_TYPE_BYTES:
        return read_bytes(reader, owner, place, value, at);
    case PROTOBUF_C_TYPE_MESSAGE:
        return read_message(reader, place, value, field->descriptor, at);
    }
    return refuse(reader, place, "a field of a type that JSON does not know");
}

// ---- fields

// `count` elements, zero, or NULL.
static void *allocate_elements(const struct reader *reader, const ProtobufCFieldDescriptor *field, size_t count) {
    char *elements = allocate(reader, count * field_bytes(field)); // each took a byte of the text
    if (!elements)
        return NULL;
    memset(elements, 0, count * field_bytes(field));
    return elements;
}

static gdx_status read_array(const struct reader *reader, ProtobufCMessage *message,
                             const ProtobufCFieldDescriptor *field, const struct place *place, const json_t *value) {
    size_t count = json_array_size(value), *out_count = (size_t *)(void *)((char *)message + field->quantifier_offset);
    if (!json_is_array(value))
        return refuse_type(reader, place, value, "an array");
    if (count == 0)
        return GDX_OK;
    char *elements = allocate_elements(reader, field, count);
    if (!elements)
        return GDX_NO_MEMORY;
    *(void **)(void *)((char *)message + field->offset) = elements;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        struct place element = {place, NULL, i};
        status = read_value(reader, message->descriptor, field, &element, json_array_get(value, i),
                            elements + i * field_bytes(field));
        ++*out_count; // one that is not whole is freed, too
    }
    return status;
}

static gdx_status new_message(const struct reader *reader, const ProtobufCMessageDescriptor *type,
                              ProtobufCMessage **out) {
    ProtobufCMessage *message = allocate(reader, type->sizeof_message);
    if (!message)
        return GDX_NO_MEMORY;
    protobuf_c_message_init(type, message);
    *out = message;
    return GDX_OK;
}

static gdx_status read_entry(const struct reader *reader, const ProtobufCMessageDescriptor *type,
                             const struct place *place, json_t *key, const json_t *value, ProtobufCMessage **out) {
    gdx_status status = new_message(reader, type, out);
    const json_t *parts[] = {key, value};
    for (unsigned i = 0; i < 2 && status == GDX_OK; i++)
        status = read_value(reader, type, &type->fields[i], place, parts[i], (char *)*out + type->fields[i].offset);
    return status;
}

static gdx_status read_map(const struct reader *reader, ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field, const struct place *place, json_t *value) {
    size_t count = json_object_size(value), *out_count = (size_t *)(void *)((char *)message + field->quantifier_offset);
    if (!json_is_object(value))
        return refuse_type(reader, place, value, "an object");
    if (count == 0)
        return GDX_OK;
    ProtobufCMessage **entries = allocate_elements(reader, field, count);
    if (!entries)
        return GDX_NO_MEMORY;
    *(void **)(void *)((char *)message + field->offset) = entries;
    const char *name;
    json_t *member;
    json_object_foreach(value, name, member) {
        struct place element = {place, name, 0};
        json_t *key = json_string(name);
        gdx_status status = key ? read_entry(reader, field->descriptor, &element, key, member, &entries[*out_count])
                                : gdx_fail_memory(reader->err, "the request");
        ++*out_count; // one that is not whole is freed, too
        json_decref(key);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

static gdx_status read_field(const struct reader *reader, ProtobufCMessage *message,
                             const ProtobufCFieldDescriptor *field, const struct place *place, json_t *value) {
    char *base = (char *)message;
    if (json_is_null(value))
        return GDX_OK;
    if (field_is_map(message->descriptor, field))
        return read_map(reader, message, field, place, value);
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return read_array(reader, message, field, place, value);
    if (!field_is_of_oneof(field))
        return read_value(reader, message->descriptor, field, place, value, base + field->offset);
    uint32_t *set = (uint32_t *)(void *)(base + field->quantifier_offset);
    if (*set != 0)
        return refuse(reader, place, "'%s' is there already, expected one of the two",
                      protobuf_c_message_descriptor_get_field(message->descriptor, *set)->name);
    memset(base + field->offset, 0, field_bytes(field));
    *set = field->id;
    return read_value(reader, message->descriptor, field, place, value, base + field->offset);
}

// By the proto's name or in lowerCamelCase; the number of fields: there is none.
static unsigned find_field(const ProtobufCMessageDescriptor *type, const char *name) {
    unsigned at = 0;
    for (; at < type->n_fields; at++) {
        char camel[FIELD_NAME_BYTES];
        if (*name != *type->fields[at].name)
            continue;
        if (strcmp(name, type->fields[at].name) == 0)
            break;
        field_camel_case(type->fields[at].name, camel);
        if (strcmp(name, camel) == 0)
            break;
    }
    return at;
}

static gdx_status read_members(const struct reader *reader, const struct place *place, json_t *object,
                               ProtobufCMessage *message) {
    const ProtobufCMessageDescriptor *type = message->descriptor;
    uint64_t seen = 0;
    assert(type->n_fields <= 64); // of our protos
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) {
        unsigned at = find_field(type, name);
        struct place member = {place, at < type->n_fields ? type->fields[at].name : name, 0};
        if (at == type->n_fields)
            return refuse(reader, &member, "%s has no such field", type->short_name);
        if (seen >> at & 1)
            return refuse(reader, &member, "given twice, by two spellings of its name");
        seen |= UINT64_C(1) << at;
        gdx_status status = read_field(reader, message, &type->fields[at], &member, value);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

// *out is set as soon as there is a message, so that its owner frees what there is.
static gdx_status read_message(const struct reader *reader, const struct place *place, const json_t *value,
                               const ProtobufCMessageDescriptor *type, ProtobufCMessage **out) {
    if (!json_is_object(value))
        return refuse_type(reader, place, value, "an object");
    gdx_status status = new_message(reader, type, out);
    return status == GDX_OK ? read_members(reader, place, (json_t *)value, *out) : status;
}

// ---- the text

static gdx_status fail_parse(gdx_slice text, const json_error_t *found, gdx_error *err) {
    char path[GDX_FIELD_BYTES];
    if (found->text[0] == 0 || json_error_code(found) == json_error_out_of_memory)
        return gdx_fail_memory(err, "the request");
    if (json_error_code(found) == json_error_duplicate_key) {
        json_shape_path(text, (size_t)found->position, path);
        return gdx_fail_field(err, path, GDX_REASON_NONE, "given twice");
    }
    return gdx_fail(err, GDX_INVALID, "the request is no JSON: line %d, column %d: %s", found->line, found->column,
                    found->text);
}

static gdx_status parse(gdx_slice text, json_t **out, gdx_error *err) {
    json_shape shape = json_shape_of(text);
    json_error_t found = {0};
    if (text.bytes == 0)
        return gdx_fail(err, GDX_INVALID, "the request is empty, expected JSON: {} is a request without fields");
    if (shape.depth > JSON_DEPTH_LIMIT)
        return gdx_fail(err, GDX_INVALID, "the request is nested deeper than %d levels", JSON_DEPTH_LIMIT);
    if (shape.memory_bytes > PARSED_BYTES + PARSED_TIMES * text.bytes)
        return gdx_fail(err, GDX_TOO_LARGE, "the request of %zu bytes has too many values", text.bytes);
    *out = json_loadb(text.data, text.bytes, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &found);
    return *out ? GDX_OK : fail_parse(text, &found, err);
}

gdx_status gdx_json_read(gdx_slice text, const ProtobufCMessageDescriptor *type, ProtobufCAllocator *allocator,
                         ProtobufCMessage **out, gdx_error *err) {
    const struct reader reader = {allocator, err};
    json_t *value = NULL;
    ProtobufCMessage *message = NULL;
    gdx_status status = parse(text, &value, err);
    if (status == GDX_OK)
        status = read_message(&reader, NULL, value, type, &message);
    json_decref(value);
    if (status == GDX_OK)
        *out = message;
    else
        protobuf_c_message_free_unpacked(message, allocator);
    return status;
}
