// SPDX-License-Identifier: Apache-2.0
// details.c: google.rpc.Status, which carries an error's details for programs. Entries are kept packed as they will
// stand in the message, so that a worker can add them and the loop only puts code and text before them.

#include "server.h"

#include <google/protobuf/any.pb-c.h>
#include <google/rpc/status.pb-c.h>
#include <stdio.h>

static const uint8_t DETAILS_TAG = 3 << 3 | 2; // google.rpc.Status.details, a length and bytes

static gdx_status append_packed(gdx_buffer *out, const ProtobufCMessage *message) {
    size_t bytes = protobuf_c_message_get_packed_size(message);
    gdx_status status = gdx_buffer_reserve(out, bytes);
    if (status == GDX_OK)
        out->bytes += protobuf_c_message_pack(message, out->data + out->bytes);
    return status;
}

gdx_status details_add(gdx_buffer *details, const ProtobufCMessage *detail) {
    gdx_buffer packed = {0};
    char type[128];
    snprintf(type, sizeof type, "type.googleapis.com/%s", detail->descriptor->name);
    gdx_status status = append_packed(&packed, detail);
    Google__Protobuf__Any any = GOOGLE__PROTOBUF__ANY__INIT;
    any.type_url = type;
    any.value = (ProtobufCBinaryData){packed.bytes, packed.data};
    uint8_t head[1 + GDX_VARINT_BYTES] = {DETAILS_TAG};
    size_t head_bytes = 1 + gdx_varint_write(head + 1, google__protobuf__any__get_packed_size(&any));
    size_t begin = details->bytes;
    if (status == GDX_OK)
        status = gdx_buffer_append(details, head, head_bytes);
    if (status == GDX_OK)
        status = append_packed(details, &any.base);
    if (status != GDX_OK)
        details->bytes = begin;
    gdx_buffer_clear(&packed);
    return status;
}

gdx_status details_status(gdx_grpc_code code, const char *message, const gdx_buffer *details, gdx_buffer *out) {
    if (details->bytes == 0)
        return GDX_OK;
    Google__Rpc__Status status = GOOGLE__RPC__STATUS__INIT;
    status.code = (int32_t)code;
    status.message = (char *)message;
    gdx_status result = append_packed(out, &status.base);
    return result == GDX_OK ? gdx_buffer_append(out, details->data, details->bytes) : result;
}
