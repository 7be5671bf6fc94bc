// SPDX-License-Identifier: Apache-2.0
// details.c: google.rpc.Status, which carries an error's details for programs.

#include "server.h"

#include <google/protobuf/any.pb-c.h>
#include <google/rpc/error_details.pb-c.h>
#include <google/rpc/status.pb-c.h>
#include <stdio.h>

struct detail { // {0} before
    Google__Protobuf__Any any;
    char type[128];
    gdx_buffer packed;
};

static gdx_status append_packed(gdx_buffer *out, const ProtobufCMessage *message) {
    size_t bytes = protobuf_c_message_get_packed_size(message);
    gdx_status status = gdx_buffer_reserve(out, bytes);
    if (status == GDX_OK)
        out->bytes += protobuf_c_message_pack(message, out->data + out->bytes);
    return status;
}

static gdx_status wrap(const ProtobufCMessage *message, struct detail *out) {
    gdx_status status = append_packed(&out->packed, message);
    snprintf(out->type, sizeof out->type, "type.googleapis.com/%s", message->descriptor->name);
    google__protobuf__any__init(&out->any);
    out->any.type_url = out->type;
    out->any.value = (ProtobufCBinaryData){out->packed.bytes, out->packed.data};
    return status;
}

static gdx_status wrap_reason(const gdx_error *err, struct detail *out) {
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
    return wrap(&info.base, out);
}

static gdx_status wrap_field(const gdx_error *err, struct detail *out) {
    Google__Rpc__BadRequest__FieldViolation violation = GOOGLE__RPC__BAD_REQUEST__FIELD_VIOLATION__INIT;
    Google__Rpc__BadRequest__FieldViolation *list[] = {&violation};
    Google__Rpc__BadRequest bad = GOOGLE__RPC__BAD_REQUEST__INIT;
    violation.field = (char *)err->field;
    violation.description = (char *)err->message;
    violation.reason = (char *)gdx_reason_name(err->reason);
    bad.n_field_violations = 1;
    bad.field_violations = list;
    return wrap(&bad.base, out);
}

gdx_status details_status(gdx_grpc_code code, const char *message, const gdx_error *err, gdx_buffer *out) {
    struct detail details[2] = {0};
    Google__Protobuf__Any *list[] = {&details[0].any, &details[1].any};
    Google__Rpc__Status whole = GOOGLE__RPC__STATUS__INIT;
    gdx_status status = GDX_OK;
    if (err && err->reason != GDX_REASON_NONE)
        status = wrap_reason(err, &details[whole.n_details++]);
    if (err && err->field[0] && status == GDX_OK)
        status = wrap_field(err, &details[whole.n_details++]);
    whole.code = (int32_t)code;
    whole.message = (char *)message;
    whole.details = list;
    if (status == GDX_OK && whole.n_details > 0)
        status = append_packed(out, &whole.base);
    gdx_buffer_clear(&details[0].packed);
    gdx_buffer_clear(&details[1].packed);
    return status;
}
