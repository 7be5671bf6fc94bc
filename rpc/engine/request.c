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

// The parser's message is "query, column 7: ..."; the violation names the field already.
static const char *without_field(const char *message) {
    static const char prefix[] = "query, ";
    return strncmp(message, prefix, sizeof prefix - 1) == 0 ? message + sizeof prefix - 1 : message;
}

static void explain_query(gdx_exchange *exchange, gdx_status status, const gdx_error *error) {
    char column[16];
    snprintf(column, sizeof column, "%u", error->column);
    const char *const metadata[] = {"column", column, NULL};
    const char *reason = status == GDX_TOO_LARGE ? REASON_QUERY_TOO_LARGE : REASON_QUERY_SYNTAX;
    gdx_exchange_blame_field(exchange, "query", without_field(error->message), reason);
    gdx_exchange_explain(exchange, reason, error->column ? metadata : NULL);
    gdx_exchange_set_code(exchange, GDX_GRPC_INVALID_ARGUMENT);
}

gdx_status request_query(gdx_exchange *exchange, gdx_slice text, gdx_query **out, gdx_error *err) {
    gdx_error error = {0};
    if (!gdx_utf8_valid(text))
        return request_refuse(exchange, "query", REASON_QUERY_SYNTAX, err,
                              "bytes that are not UTF-8, expected valid UTF-8");
    gdx_status status = gdx_query_parse(text, out, &error);
    if (status == GDX_INVALID || status == GDX_TOO_LARGE)
        explain_query(exchange, status, &error);
    if (status != GDX_OK && err)
        *err = error;
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
