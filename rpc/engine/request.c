// SPDX-License-Identifier: Apache-2.0
// request.c: see request.h.

#include "request.h"

#include "gdx/decode.h"

#include <stdio.h>

gdx_status request_refuse(gdx_exchange *exchange, const char *field, const char *reason, gdx_error *err,
                          const char *format, ...) {
    char description[sizeof err->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(description, sizeof description, format, arguments);
    va_end(arguments);
    gdx_exchange_blame_field(exchange, field, description, reason);
    return gdx_fail(err, GDX_INVALID, "%s: %s", field, description);
}

static void explain_query(gdx_exchange *exchange, const gdx_error *error) {
    char column[16];
    snprintf(column, sizeof column, "%u", error->column);
    const char *const metadata[] = {"column", column, NULL};
    const char *reason = gdx_reason_name(error->reason);
    gdx_exchange_blame_field(exchange, "query", error->message, reason);
    gdx_exchange_explain(exchange, reason, error->column ? metadata : NULL);
    gdx_exchange_set_code(exchange, GDX_GRPC_INVALID_ARGUMENT);
}

gdx_status request_query(gdx_exchange *exchange, gdx_slice text, gdx_query **out, gdx_error *err) {
    gdx_error error = {0};
    gdx_status status = gdx_query_parse(text, out, &error);
    char message[GDX_ERROR_TEXT_BYTES];
    if (status == GDX_INVALID)
        explain_query(exchange, &error);
    if (status != GDX_OK)
        gdx_fail(err, status, "%s", gdx_error_text(&error, message));
    return status;
}

gdx_status request_number(gdx_exchange *exchange, const char *field, uint32_t value, uint32_t fallback, uint32_t limit,
                          uint32_t *out, gdx_error *err) {
    if (value > limit)
        return request_refuse(exchange, field, REASON_OUT_OF_RANGE, err, "%u, expected at most %u", value, limit);
    *out = value ? value : fallback;
    return GDX_OK;
}

gdx_status request_id(gdx_exchange *exchange, const char *field, gdx_slice id, gdx_error *err) {
    if (id.bytes < 1 || id.bytes > ID_BYTES_LIMIT)
        return request_refuse(exchange, field, REASON_OUT_OF_RANGE, err, "%zu bytes, expected 1 to %d", id.bytes,
                              ID_BYTES_LIMIT);
    if (!gdx_utf8_valid(id))
        return request_refuse(exchange, field, REASON_OUT_OF_RANGE, err,
                              "bytes that are not UTF-8, expected valid UTF-8");
    return GDX_OK;
}
