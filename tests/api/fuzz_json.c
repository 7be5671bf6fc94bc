// SPDX-License-Identifier: Apache-2.0
// fuzz_json.c: any bytes as JSON for a message; the first byte chooses the type. What is read is written and read again
// as the same message.

#include "gdx/json.h"

#include "random_message.h"

#include <stdlib.h>

static void check_again(const ProtobufCMessage *message) {
    ProtobufCMessage *again = NULL;
    json_t *value = gdx_json_of(message, GDX_JSON_PROTO);
    char *text = json_dumps(value, JSON_REAL_PRECISION(17));
    size_t bytes = protobuf_c_message_get_packed_size(message);
    uint8_t *before = malloc(bytes + 1), *after = malloc(bytes + 1);
    protobuf_c_message_pack(message, before);
    if (gdx_json_read(gdx_slice_of(text), message->descriptor, NULL, &again, NULL) != GDX_OK ||
        protobuf_c_message_get_packed_size(again) != bytes || protobuf_c_message_pack(again, after) != bytes ||
        memcmp(before, after, bytes) != 0)
        abort();
    free(before);
    free(after);
    free(text);
    json_decref(value);
    protobuf_c_message_free_unpacked(again, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    unsigned types = 0;
    while (random_type(types))
        types++;
    if (bytes == 0)
        return 0;
    ProtobufCMessage *message = NULL;
    gdx_error err = {0};
    gdx_slice text = {(const char *)data + 1, bytes - 1};
    gdx_status status = gdx_json_read(text, random_type(data[0] % types), NULL, &message, &err);
    if (status == GDX_OK)
        check_again(message);
    else if (message || !err.message[0] || !gdx_utf8_valid(gdx_slice_of(err.message)))
        abort();
    protobuf_c_message_free_unpacked(message, NULL);
    return 0;
}
