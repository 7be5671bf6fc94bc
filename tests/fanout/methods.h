// SPDX-License-Identifier: Apache-2.0
// methods.h: a request of each method that a root answers, asked of any collection with the documents of spread.h.
#ifndef TEST_METHODS_H
#define TEST_METHODS_H

#include "gdx/api.h"

// Every method that a root answers, each with a request that finds something in both slices.
enum { SPREAD_METHODS = 11 };
extern const char *const spread_methods[SPREAD_METHODS];

// All replies, as bytes, without the time that they took; `out` is emptied before. timeout_ns: 0 is none.
gdx_status spread_ask(gdx_collection *collection, gdx_session *session, const char *method, uint64_t timeout_ns,
                      gdx_buffer *out, gdx_error *err) GDX_MUST_CHECK;
// Count, with allow_partial.
gdx_status spread_ask_in_part(gdx_collection *collection, gdx_session *session, gdx_buffer *out,
                              gdx_error *err) GDX_MUST_CHECK;

#endif
