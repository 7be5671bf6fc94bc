// SPDX-License-Identifier: Apache-2.0
// field.h: what JSON must know of a field beyond its type in C. Relies on gdx/base.h, protobuf-c. Any thread.
#ifndef API_FIELD_H
#define API_FIELD_H

#include "gdx/base.h"

#include <protobuf-c/protobuf-c.h>

enum { FIELD_NAME_BYTES = 128 };

// Bytes of one value in the message, or of one element of a repeated field.
size_t field_bytes(const ProtobufCFieldDescriptor *field);
// A field of C's type `bytes`: does the proto say `string`? Ours are compiled with `bytes` in its place, because a text
// may hold U+0000; a test holds our protos to having no field that is really bytes.
bool field_is_text(const ProtobufCMessageDescriptor *owner);
// In C a map is a repeated message of a key and a value.
bool field_is_map(const ProtobufCMessageDescriptor *owner, const ProtobufCFieldDescriptor *field);
bool field_is_of_oneof(const ProtobufCFieldDescriptor *field);
// "took_us" to "tookUs".
void field_camel_case(const char *name, char to[FIELD_NAME_BYTES]);

#endif
