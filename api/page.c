// SPDX-License-Identifier: Apache-2.0
// page.c: answers in pages: what a page token is good with, and the commit and the place that it asks for.

#include "api.h"
#include "token.h"

#include <inttypes.h>

// Of the aliases that the query may name: those that no query with a field's colon names change nothing.
static uint64_t aliases_of(gdx_collection *collection, gdx_slice query) {
    bool may_name = memmem(query.data, query.bytes, ":", 1) || memmem(query.data, query.bytes, "：", strlen("："));
    GDX_AUTO(gdx_aliases) aliases = may_name ? collection_aliases(collection) : NULL;
    return gdx_aliases_checksum(aliases);
}

gdx_status page_seal(gdx_collection *collection, ProtobufCBinaryData query, const Gramdex__V1__Scope *scope,
                     gdx_slice how, uint64_t *out, gdx_error *err) {
    gdx_buffer all = {0};
    const Gramdex__V1__Filter *filter = scope ? scope->filter : NULL;
    size_t filter_bytes = filter ? protobuf_c_message_get_packed_size(&filter->base) : 0;
    size_t head = how.bytes + 4 + 8;
    gdx_status status = gdx_buffer_reserve(&all, head + filter_bytes + query.len);
    if (status != GDX_OK)
        return reply_no_memory(err);
    memcpy(all.data, how.data, how.bytes);
    gdx_store_u32(all.data + how.bytes, (uint32_t)filter_bytes);
    gdx_store_u64(all.data + how.bytes + 4, aliases_of(collection, slice_of(query)));
    if (filter)
        protobuf_c_message_pack(&filter->base, all.data + head);
    if (query.len)
        memcpy(all.data + head + filter_bytes, query.data, query.len);
    *out = gdx_checksum(all.data, head + filter_bytes + query.len);
    gdx_buffer_clear(&all);
    return GDX_OK;
}

gdx_status page_open(const gdx_question *question, ProtobufCBinaryData token, const Gramdex__V1__Scope *scope,
                     uint64_t seal, uint64_t *offset, struct view *out, gdx_error *err) {
    struct page page = {0};
    if (token.len == 0)
        return view_open(question, scope, out, err);
    gdx_status status = token_read(slice_of(token), seal, &page, err);
    if (status != GDX_OK)
        return status;
    gdx_snapshot *snapshot = collection_snapshot_of(question->collection, page.commit, 0);
    if (!snapshot)
        return gdx_fail_reason(err, GDX_PRECONDITION, GDX_REASON_PAGE_TOKEN_EXPIRED,
                               "page_token: commit %" PRIu64 " is no longer held; start again from the first page",
                               page.commit);
    *offset = page.offset;
    view_of(snapshot, scope, out);
    return GDX_OK;
}
