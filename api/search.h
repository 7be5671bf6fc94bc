// SPDX-License-Identifier: Apache-2.0
// search.h: what Search.Search of an index (search.c) and at a root (search_root.c) share. Relies on gather.h.
#ifndef API_SEARCH_H
#define API_SEARCH_H

#include "gather.h"

typedef Gramdex__V1__SearchRequest search_request;
typedef Gramdex__V1__SearchResponse search_response;

struct asked_page {
    gdx_search_options options;
    uint64_t seal; // of its token, and of the next page's
};

// GDX_INVALID: a value that the protocol does not know.
gdx_status search_read_order(const search_request *request, gdx_order *out, gdx_error *err) GDX_MUST_CHECK;
// All that is asked for but the page token. GDX_INVALID.
gdx_status search_read_options(const search_request *request, const gdx_stop *stop, gdx_search_options *out,
                               gdx_error *err) GDX_MUST_CHECK;
// What a page token must have been sealed with. GDX_INVALID: the scope; GDX_NO_MEMORY.
gdx_status search_seal(gdx_collection *collection, const search_request *request, gdx_order order, uint64_t *out,
                       gdx_error *err) GDX_MUST_CHECK;
// GDX_INVALID: a page token and an offset.
gdx_status search_refuse_both(gdx_error *err);

// For the operation's row.
gdx_status search_merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) GDX_MUST_CHECK;
gdx_status search_check(const struct slice_reply *slice, gdx_error *err) GDX_MUST_CHECK;

#endif
