// SPDX-License-Identifier: Apache-2.0
// gdx/json.h: any message of proto/ as JSON, and JSON as a message, from its descriptor: one transcoder, two forms.
// docs/json.md shows an answer in both. Relies on protobuf-c, jansson. Any thread.
#ifndef GDX_JSON_H
#define GDX_JSON_H

#include "gdx/base.h"

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

typedef enum gdx_json_form {
    // For command lines: field names as the proto writes them, 64-bit integers as numbers, enums in lower case without
    // their prefix, every field printed, metadata as an object.
    GDX_JSON_LINES,
    // proto3's own JSON mapping (protobuf.dev, "ProtoJSON Format"): lowerCamelCase, 64-bit integers as strings, enums
    // as the proto writes them, fields with their default left out.
    GDX_JSON_PROTO
} gdx_json_form;

// A new reference, which the caller drops; NULL: no memory. Strings that are not UTF-8 have U+FFFD for each bad byte.
json_t *gdx_json_of(const ProtobufCMessage *message, gdx_json_form form);
json_t *gdx_json_text(gdx_slice text);

// Reads a message in the form GDX_JSON_PROTO: names in lowerCamelCase or as the proto has them, 64-bit integers in
// quotes or not, null for a default. protobuf_c_message_free_unpacked frees it, with the same allocator; NULL: malloc.
// GDX_INVALID, with the path of the field to blame: an unknown field, one given twice, a value out of its range.
// GDX_TOO_LARGE: parsing would take over 16 MiB and four times the text. GDX_NO_MEMORY. *out changes on success only.
gdx_status gdx_json_read(gdx_slice text, const ProtobufCMessageDescriptor *type, ProtobufCAllocator *allocator,
                         ProtobufCMessage **out, gdx_error *err) GDX_MUST_CHECK;

#endif
