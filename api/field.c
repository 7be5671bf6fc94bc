// SPDX-License-Identifier: Apache-2.0
// field.c: what JSON must know of a field beyond its type in C.

#include "field.h"

#include <ctype.h>
#include <stdio.h>

size_t field_bytes(const ProtobufCFieldDescriptor *field) {
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

bool field_is_text(const ProtobufCMessageDescriptor *owner) {
    return strcmp(owner->package_name, "gramdex.v1") == 0;
}

bool field_is_map(const ProtobufCMessageDescriptor *owner, const ProtobufCFieldDescriptor *field) {
    if (field->label != PROTOBUF_C_LABEL_REPEATED || field->type != PROTOBUF_C_TYPE_MESSAGE)
        return false;
    const ProtobufCMessageDescriptor *entry = field->descriptor;
    size_t outer = strlen(owner->name), bytes = strlen(entry->name);
    static const char suffix[] = "Entry"; // protoc's name for it: "statuses" of M is M.StatusesEntry
    return entry->n_fields == 2 && strcmp(entry->fields[0].name, "key") == 0 &&
           strcmp(entry->fields[1].name, "value") == 0 && strncmp(entry->name, owner->name, outer) == 0 &&
           entry->name[outer] == '.' && bytes > sizeof suffix &&
           strcmp(entry->name + bytes - (sizeof suffix - 1), suffix) == 0;
}

bool field_is_of_oneof(const ProtobufCFieldDescriptor *field) {
    return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

void field_camel_case(const char *name, char to[FIELD_NAME_BYTES]) {
    size_t used = 0;
    bool upper = false;
    for (; *name && used + 1 < FIELD_NAME_BYTES; name++) {
        if (*name == '_') {
            upper = true;
            continue;
        }
        to[used++] = (char)(upper ? toupper((unsigned char)*name) : *name);
        upper = false;
    }
    to[used] = 0;
}
