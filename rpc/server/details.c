// SPDX-License-Identifier: Apache-2.0
// details.c: google.rpc.Status, which carries an error's details for programs. Entries are packed as the message
// has them, so that a worker can add them and the loop only puts code and text before them.

#include "server.h"

#include <google/protobuf/any.pb-c.h>
#include <google/rpc/error_details.pb-c.h>
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

static gdx_status add_detail(gdx_buffer *details, const ProtobufCMessage *detail) {
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

static gdx_status add_reason(gdx_buffer *details, const gdx_error *err) {
    Google__Rpc__ErrorInfo info = GOOGLE__RPC__ERROR_INFO__INIT;
    Google__Rpc__ErrorInfo__MetadataEntry column = GOOGLE__RPC__ERROR_INFO__METADATA_ENTRY__INIT, *list[] = {&column};
    char digits[16];
    snprintf(digits, sizeof digits, "%u", err->column);
    column.key = "column";
    column.value = digits;
    info.reason = (char *)gdx_reason_name(err->reason);
    info.domain = "gramdex";
    info.n_metadata = err->column ? 1 : 0;
    info.metadata = list;
    return add_detail(details, &info.base);
}

static gdx_status add_field(gdx_buffer *details, const gdx_error *err) {
    Google__Rpc__BadRequest__FieldViolation violation = GOOGLE__RPC__BAD_REQUEST__FIELD_VIOLATION__INIT;
    Google__Rpc__BadRequest__FieldViolation *list[] = {&violation};
    Google__Rpc__BadRequest bad = GOOGLE__RPC__BAD_REQUEST__INIT;
    violation.field = (char *)err->field;
    violation.description = (char *)err->message;
    violation.reason = (char *)gdx_reason_name(err->reason);
    bad.n_field_violations = 1;
    bad.field_violations = list;
    return add_detail(details, &bad.base);
}

static gdx_status add_error(gdx_buffer *details, const gdx_error *err) {
    gdx_status status = err->reason == GDX_REASON_NONE ? GDX_OK : add_reason(details, err);
    return status == GDX_OK && err->field[0] ? add_field(details, err) : status;
}

static gdx_status put_together(gdx_grpc_code code, const char *message, const gdx_buffer *details, gdx_buffer *out) {
    if (details->bytes == 0)
        return GDX_OK;
    Google__Rpc__Status status = GOOGLE__RPC__STATUS__INIT;
    status.code = (int32_t)code;
    status.message = (char *)message;
    gdx_status result = append_packed(out, &status.base);
    return result == GDX_OK ? gdx_buffer_append(out, details->data, details->bytes) : result;
}

gdx_status details_status(gdx_grpc_code code, const char *message, const gdx_error *err, gdx_buffer *out) {
    gdx_buffer details = {0};
    gdx_status status = err ? add_error(&details, err) : GDX_OK;
    if (status == GDX_OK)
        status = put_together(code, message, &details, out);
    gdx_buffer_clear(&details);
    return status;
}
