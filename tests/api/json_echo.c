// SPDX-License-Identifier: Apache-2.0
// json_echo.c: the transcoder as a program, for test_mapping.py. Each line of standard input is "out TYPE HEX", a
// message to write as JSON, or "in TYPE HEX", a JSON text to read; the answer is a line of JSON, of HEX, or "! FIELD:
// MESSAGE".

#include "gdx/json.h"

#include "random_message.h"

#include <stdio.h>
#include <stdlib.h>

static const ProtobufCMessageDescriptor *type_of(const char *name) {
    const ProtobufCMessageDescriptor *type;
    for (unsigned i = 0; (type = random_type(i)) != NULL && strcmp(type->name, name) != 0; i++)
        ;
    return type;
}

static size_t unhex(char *text) {
    size_t bytes = 0;
    for (unsigned value; sscanf(text + 2 * bytes, "%2x", &value) == 1; bytes++)
        text[bytes] = (char)value;
    return bytes;
}

static void write_out(const ProtobufCMessageDescriptor *type, gdx_slice packed) {
    ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, packed.bytes, (const uint8_t *)packed.data);
    json_t *value = message ? gdx_json_of(message, GDX_JSON_PROTO) : NULL;
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    puts(text ? text : "! : not written");
    free(text);
    json_decref(value);
    protobuf_c_message_free_unpacked(message, NULL);
}

static void read_in(const ProtobufCMessageDescriptor *type, gdx_slice text) {
    ProtobufCMessage *message = NULL;
    gdx_error err = {0};
    if (gdx_json_read(text, type, NULL, &message, &err) != GDX_OK) {
        printf("! %s: %s\n", err.field, err.message);
        return;
    }
    size_t bytes = protobuf_c_message_get_packed_size(message);
    uint8_t *packed = malloc(bytes + 1);
    protobuf_c_message_pack(message, packed);
    for (size_t i = 0; i < bytes; i++)
        printf("%02x", packed[i]);
    puts("");
    free(packed);
    protobuf_c_message_free_unpacked(message, NULL);
}

int main(void) {
    char *line = NULL, name[128], verb[8];
    size_t capacity = 0;
    int begin = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        const ProtobufCMessageDescriptor *type = NULL;
        if (sscanf(line, "%7s %127s %n", verb, name, &begin) != 2 || !(type = type_of(name)))
            return 2;
        gdx_slice bytes = {line + begin, unhex(line + begin)};
        if (strcmp(verb, "out") == 0)
            write_out(type, bytes);
        else
            read_in(type, bytes);
        fflush(stdout);
    }
    free(line);
    return 0;
}
