// SPDX-License-Identifier: Apache-2.0
// gdx/json.h: any message of proto/gramdex/v1 as JSON, from its descriptor: one transcoder, two forms. docs/json.md
// shows an answer in both. Relies on protobuf-c, jansson. Any thread.
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

#endif
