// SPDX-License-Identifier: Apache-2.0
// schema.h: which .proto file declares what, from serialized file descriptors; for reflection.
#ifndef SERVICES_SCHEMA_H
#define SERVICES_SCHEMA_H

#include "gdx/base.h"

typedef struct schema_file {
    gdx_slice name;  // "gramdex/v1/search.proto"
    gdx_slice bytes; // its FileDescriptorProto
} schema_file;

typedef struct schema_symbol {
    char *name; // "gramdex.v1.Search.Count"; our own memory
    size_t file;
    bool is_method, requests_stream, replies_stream, no_side_effects;
} schema_symbol;

typedef struct schema_extension {
    char *extended; // the message's full name; our own memory
    int32_t number;
    size_t file;
} schema_extension;

typedef struct schema_index { // {0} is empty; clear frees
    schema_file *files;
    size_t file_count, file_capacity;
    schema_symbol *symbols; // sorted by name
    size_t symbol_count, symbol_capacity;
    schema_extension *extensions;
    size_t extension_count, extension_capacity;
} schema_index;

enum { SCHEMA_NONE = -1 };

// All files of a FileDescriptorSet. GDX_CORRUPT, GDX_NO_MEMORY.
gdx_status schema_add(schema_index *schema, gdx_slice descriptor_set, gdx_error *err) GDX_MUST_CHECK;
void schema_clear(schema_index *schema);
// Numbers of files, or SCHEMA_NONE.
ptrdiff_t schema_find_file(const schema_index *schema, gdx_slice name);
ptrdiff_t schema_find_symbol(const schema_index *schema, const char *name);
// The method "package.Service.Method"; NULL: there is none.
const schema_symbol *schema_find_method(const schema_index *schema, const char *name);
ptrdiff_t schema_find_extension(const schema_index *schema, const char *extended, int32_t number);
// The next import of a file: start with *at = 0; false at the end.
bool schema_next_import(const schema_file *file, size_t *at, gdx_slice *out_name);

#endif
