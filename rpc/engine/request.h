// SPDX-License-Identifier: Apache-2.0
// request.h: what the methods' requests have in common: a query, numbers with limits, names. Each check that fails also
// leaves the details for programs with the exchange (google.rpc.BadRequest, ErrorInfo).
#ifndef ENGINE_REQUEST_H
#define ENGINE_REQUEST_H

#include "engine.h"

enum { SYMBOLS_DEFAULT = 30, SYMBOLS_LIMIT = 1000, ID_BYTES_LIMIT = 1024 };

// Reasons that clients may rely on.
#define REASON_QUERY_SYNTAX       "QUERY_SYNTAX"
#define REASON_QUERY_TOO_LARGE    "QUERY_TOO_LARGE"
#define REASON_OUT_OF_RANGE       "OUT_OF_RANGE"
#define REASON_PAGE_TOKEN_INVALID "PAGE_TOKEN_INVALID"
#define REASON_PAGE_TOKEN_EXPIRED "PAGE_TOKEN_EXPIRED"
#define REASON_INDEX_LOCKED       "INDEX_LOCKED"
#define REASON_QUEUE_FULL         "QUEUE_FULL"
#define REASON_DOCUMENT_REFUSED   "DOCUMENT_REFUSED"

gdx_status request_query(gdx_exchange *exchange, gdx_slice text, gdx_query **out, gdx_error *err) GDX_MUST_CHECK;
// value, or `fallback` for 0; GDX_INVALID above the limit.
gdx_status request_number(gdx_exchange *exchange, const char *field, uint32_t value, uint32_t fallback, uint32_t limit,
                          uint32_t *out, gdx_error *err) GDX_MUST_CHECK;
// GDX_INVALID with a violation of that field.
gdx_status request_refuse(gdx_exchange *exchange, const char *field, const char *reason, gdx_error *err,
                          const char *format, ...) GDX_PRINTF(5, 6) GDX_MUST_CHECK;
gdx_status request_id(gdx_exchange *exchange, const char *field, gdx_slice id, gdx_error *err) GDX_MUST_CHECK;

#endif
