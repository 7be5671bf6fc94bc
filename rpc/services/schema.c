// SPDX-License-Identifier: Apache-2.0
// schema.c: walks serialized file descriptors field by field, without unpacking them, and notes every full name.
// Field numbers are those of google/protobuf/descriptor.proto.

#include "schema.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAME_LIMIT = 512, DEPTH_LIMIT = 32 };

enum { // descriptor.proto
    SET_FILE = 1,
    FILE_NAME = 1,
    FILE_PACKAGE = 2,
    FILE_DEPENDENCY = 3,
    FILE_MESSAGE = 4,
    FILE_ENUM = 5,
    FILE_SERVICE = 6,
    FILE_EXTENSION = 7,
    ANY_NAME = 1,
    MESSAGE_FIELD = 2,
    MESSAGE_NESTED = 3,
    MESSAGE_ENUM = 4,
    MESSAGE_EXTENSION = 6,
    MESSAGE_ONEOF = 8,
    ENUM_VALUE = 2,
    SERVICE_METHOD = 2,
    FIELD_EXTENDEE = 2,
    FIELD_NUMBER = 3,
    METHOD_OPTIONS = 4,
    METHOD_CLIENT_STREAMING = 5,
    METHOD_SERVER_STREAMING = 6,
    OPTIONS_IDEMPOTENCY_LEVEL = 34,
    NO_SIDE_EFFECTS = 1
};

struct field {
    uint32_t number;
    uint64_t value;  // of a varint
    gdx_slice bytes; // of a string, bytes or message
    bool has_bytes;
};

// One field at *at. False at the end; *out_bad when what is there is no protobuf.
static bool next_field(gdx_slice message, size_t *at, struct field *out, bool *out_bad) {
    const uint8_t *byte = (const uint8_t *)message.data + *at, *end = (const uint8_t *)message.data + message.bytes;
    uint64_t tag = 0, value = 0;
    *out = (struct field){0};
    if (byte >= end)
        return false;
    bool good = gdx_varint_read(&byte, end, &tag);
    switch (tag & 7) {
    case 0:
        good = good && gdx_varint_read(&byte, end, &out->value);
        break;
    case 1:
        value = 8;
        break;
    case 2:
        good = good && gdx_varint_read(&byte, end, &value);
        out->has_bytes = true;
        out->bytes = (gdx_slice){(const char *)byte, (size_t)value};
        break;
    case 5:
        value = 4;
        break;
    default:
        good = false;
    }
    if (!good || value > (size_t)(end - byte)) {
        *out_bad = true;
        return false;
    }
    out->number = (uint32_t)(tag >> 3);
    *at = (size_t)(byte + value - (const uint8_t *)message.data);
    return true;
}

static gdx_slice text_field(gdx_slice message, uint32_t number) {
    struct field field;
    bool bad = false;
    for (size_t at = 0; next_field(message, &at, &field, &bad);) {
        if (field.number == number && field.has_bytes)
            return field.bytes;
    }
    return (gdx_slice){"", 0};
}

static gdx_status add_symbol(schema_index *schema, const char *name) {
    char *copy = strdup(name);
    if (!copy || gdx_grow(&schema->symbols, &schema->symbol_capacity, schema->symbol_count + 1,
                          sizeof *schema->symbols) != GDX_OK) {
        free(copy);
        return GDX_NO_MEMORY;
    }
    schema->symbols[schema->symbol_count++] = (schema_symbol){.name = copy, .file = schema->file_count};
    return GDX_OK;
}

static bool says_no_side_effects(gdx_slice options) {
    struct field field;
    bool bad = false;
    for (size_t at = 0; next_field(options, &at, &field, &bad);) {
        if (field.number == OPTIONS_IDEMPOTENCY_LEVEL && !field.has_bytes)
            return field.value == NO_SIDE_EFFECTS;
    }
    return false;
}

// Of the symbol added last.
static void note_method(schema_index *schema, gdx_slice method_descriptor) {
    schema_symbol *symbol = &schema->symbols[schema->symbol_count - 1];
    struct field field;
    bool bad = false;
    symbol->is_method = true;
    for (size_t at = 0; next_field(method_descriptor, &at, &field, &bad);) {
        if (field.number == METHOD_CLIENT_STREAMING)
            symbol->requests_stream = field.value != 0;
        else if (field.number == METHOD_SERVER_STREAMING)
            symbol->replies_stream = field.value != 0;
        else if (field.number == METHOD_OPTIONS && field.has_bytes)
            symbol->no_side_effects = says_no_side_effects(field.bytes);
    }
}

static gdx_status add_extension(schema_index *schema, gdx_slice field_descriptor) {
    struct field field;
    bool bad = false;
    gdx_slice extended = {"", 0};
    int32_t number = 0;
    for (size_t at = 0; next_field(field_descriptor, &at, &field, &bad);) {
        if (field.number == FIELD_EXTENDEE && field.has_bytes)
            extended = field.bytes;
        else if (field.number == FIELD_NUMBER)
            number = (int32_t)field.value;
    }
    if (extended.bytes && *extended.data == '.')
        extended = (gdx_slice){extended.data + 1, extended.bytes - 1};
    char *copy = strndup(extended.data, extended.bytes);
    if (!copy || gdx_grow(&schema->extensions, &schema->extension_capacity, schema->extension_count + 1,
                          sizeof *schema->extensions) != GDX_OK) {
        free(copy);
        return GDX_NO_MEMORY;
    }
    schema->extensions[schema->extension_count++] = (schema_extension){copy, number, schema->file_count};
    return GDX_OK;
}

enum kind { KIND_FILE, KIND_MESSAGE, KIND_ENUM, KIND_SERVICE, KIND_METHOD, KIND_LEAF, KIND_EXTENSION, KIND_NONE };

// What a field of a descriptor declares.
static enum kind kind_of(enum kind parent, uint32_t number) {
    static const struct {
        enum kind parent;
        uint32_t number;
        enum kind kind;
    } declarations[] = {
        {KIND_FILE, FILE_MESSAGE, KIND_MESSAGE},     {KIND_FILE, FILE_ENUM, KIND_ENUM},
        {KIND_FILE, FILE_SERVICE, KIND_SERVICE},     {KIND_FILE, FILE_EXTENSION, KIND_EXTENSION},
        {KIND_MESSAGE, MESSAGE_FIELD, KIND_LEAF},    {KIND_MESSAGE, MESSAGE_NESTED, KIND_MESSAGE},
        {KIND_MESSAGE, MESSAGE_ENUM, KIND_ENUM},     {KIND_MESSAGE, MESSAGE_EXTENSION, KIND_EXTENSION},
        {KIND_MESSAGE, MESSAGE_ONEOF, KIND_LEAF},    {KIND_ENUM, ENUM_VALUE, KIND_LEAF},
        {KIND_SERVICE, SERVICE_METHOD, KIND_METHOD},
    };
    for (size_t i = 0; i < sizeof declarations / sizeof declarations[0]; i++) {
        if (declarations[i].parent == parent && declarations[i].number == number)
            return declarations[i].kind;
    }
    return KIND_NONE;
}

static gdx_status add_declarations(schema_index *schema, gdx_slice descriptor, enum kind kind, const char *scope,
                                   int depth);

static gdx_status add_declaration(schema_index *schema, gdx_slice descriptor, enum kind kind, const char *scope,
                                  int depth) {
    char name[NAME_LIMIT];
    gdx_slice own = text_field(descriptor, ANY_NAME);
    int bytes = snprintf(name, sizeof name, "%s%s%.*s", scope, *scope ? "." : "", GDX_SLICE_ARGUMENTS(own));
    if (bytes < 0 || bytes >= NAME_LIMIT || depth == 0)
        return GDX_CORRUPT;
    gdx_status status = add_symbol(schema, name);
    if (status == GDX_OK && kind == KIND_METHOD)
        note_method(schema, descriptor);
    if (status == GDX_OK && kind == KIND_EXTENSION)
        status = add_extension(schema, descriptor);
    return status == GDX_OK ? add_declarations(schema, descriptor, kind, name, depth - 1) : status;
}

static gdx_status add_declarations(schema_index *schema, gdx_slice descriptor, enum kind kind, const char *scope,
                                   int depth) {
    struct field field;
    bool bad = false;
    gdx_status status = GDX_OK;
    for (size_t at = 0; status == GDX_OK && next_field(descriptor, &at, &field, &bad);) {
        enum kind declared = kind_of(kind, field.number);
        if (declared != KIND_NONE && field.has_bytes)
            status = add_declaration(schema, field.bytes, declared, scope, depth);
    }
    return bad ? GDX_CORRUPT : status;
}

static gdx_status add_file(schema_index *schema, gdx_slice descriptor) {
    schema_file file = {text_field(descriptor, FILE_NAME), descriptor};
    if (schema_find_file(schema, file.name) != SCHEMA_NONE)
        return GDX_OK;
    char package[NAME_LIMIT];
    snprintf(package, sizeof package, "%.*s", GDX_SLICE_ARGUMENTS(text_field(descriptor, FILE_PACKAGE)));
    gdx_status status = gdx_grow(&schema->files, &schema->file_capacity, schema->file_count + 1, sizeof *schema->files);
    if (status == GDX_OK)
        status = add_declarations(schema, descriptor, KIND_FILE, package, DEPTH_LIMIT);
    if (status == GDX_OK)
        schema->files[schema->file_count++] = file;
    return status;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const schema_symbol *)a)->name, ((const schema_symbol *)b)->name);
}

gdx_status schema_add(schema_index *schema, gdx_slice descriptor_set, gdx_error *err) {
    struct field field;
    bool bad = false;
    gdx_status status = GDX_OK;
    for (size_t at = 0; status == GDX_OK && next_field(descriptor_set, &at, &field, &bad);) {
        if (field.number == SET_FILE && field.has_bytes)
            status = add_file(schema, field.bytes);
    }
    if (bad)
        status = GDX_CORRUPT;
    if (schema->symbol_count > 1)
        qsort(schema->symbols, schema->symbol_count, sizeof *schema->symbols, by_name);
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "descriptors: %s", gdx_status_name(status));
}

void schema_clear(schema_index *schema) {
    for (size_t i = 0; i < schema->symbol_count; i++)
        free(schema->symbols[i].name);
    for (size_t i = 0; i < schema->extension_count; i++)
        free(schema->extensions[i].extended);
    free(schema->symbols);
    free(schema->extensions);
    free(schema->files);
    memset(schema, 0, sizeof *schema);
}

ptrdiff_t schema_find_file(const schema_index *schema, gdx_slice name) {
    for (size_t i = 0; i < schema->file_count; i++) {
        if (gdx_slice_equal(schema->files[i].name, name))
            return (ptrdiff_t)i;
    }
    return SCHEMA_NONE;
}

static const schema_symbol *find_symbol(const schema_index *schema, const char *name) {
    schema_symbol wanted = {.name = (char *)name};
    return schema->symbol_count ? bsearch(&wanted, schema->symbols, schema->symbol_count, sizeof wanted, by_name)
                                : NULL;
}

const schema_symbol *schema_find_method(const schema_index *schema, const char *name) {
    const schema_symbol *found = find_symbol(schema, name);
    return found && found->is_method ? found : NULL;
}

ptrdiff_t schema_find_symbol(const schema_index *schema, const char *name) {
    const schema_symbol *found = find_symbol(schema, name);
    return found ? (ptrdiff_t)found->file : SCHEMA_NONE;
}

ptrdiff_t schema_find_extension(const schema_index *schema, const char *extended, int32_t number) {
    for (size_t i = 0; i < schema->extension_count; i++) {
        if (schema->extensions[i].number == number && strcmp(schema->extensions[i].extended, extended) == 0)
            return (ptrdiff_t)schema->extensions[i].file;
    }
    return SCHEMA_NONE;
}

bool schema_next_import(const schema_file *file, size_t *at, gdx_slice *out_name) {
    struct field field;
    bool bad = false;
    while (next_field(file->bytes, at, &field, &bad)) {
        if (field.number == FILE_DEPENDENCY && field.has_bytes) {
            *out_name = field.bytes;
            return true;
        }
    }
    return false;
}
