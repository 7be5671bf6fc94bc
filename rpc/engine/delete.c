// SPDX-License-Identifier: Apache-2.0
// delete.c: Index.Delete: documents away by id, all in one commit.

#include "request.h"

#include <stdlib.h>

enum { IDS_MOST = 10000 };

static int by_bytes(const void *a, const void *b) {
    return gdx_slice_compare(*(const gdx_slice *)a, *(const gdx_slice *)b);
}

// Sorted, so that an id given twice counts once.
static gdx_status read_ids(gdx_exchange *exchange, const Gramdex__V1__DeleteRequest *request, gdx_arena *arena,
                           gdx_slice **out, gdx_error *err) {
    if (request->n_ids > IDS_MOST)
        return request_refuse(exchange, "ids", REASON_OUT_OF_RANGE, err, "%zu ids, expected at most %d", request->n_ids,
                              IDS_MOST);
    gdx_slice *ids = gdx_arena_allocate(arena, (request->n_ids + 1) * sizeof *ids);
    if (!ids)
        return engine_no_memory(err);
    for (size_t i = 0; i < request->n_ids; i++)
        ids[i] = slice_of(request->ids[i]);
    qsort(ids, request->n_ids, sizeof *ids, by_bytes);
    *out = ids;
    return GDX_OK;
}

static gdx_status delete_one(gdx_index_writer *writer, gdx_slice id, Gramdex__V1__DeleteResponse *reply,
                             gdx_error *err) {
    size_t segment;
    uint32_t document;
    bool has;
    gdx_status status = gdx_snapshot_find_id(gdx_index_writer_snapshot(writer), id, &segment, &document, &has, err);
    if (status != GDX_OK)
        return status;
    reply->documents += has;
    reply->missing += !has;
    return has ? gdx_index_writer_delete(writer, segment, document, err) : GDX_OK;
}

static gdx_status delete_all(gdx_index_writer *writer, const gdx_slice *ids, size_t count,
                             Gramdex__V1__DeleteResponse *reply, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        if (i == 0 || !gdx_slice_equal(ids[i], ids[i - 1]))
            status = delete_one(writer, ids[i], reply, err);
    }
    if (status == GDX_OK)
        status = gdx_index_writer_commit(writer, err);
    if (status == GDX_OK)
        reply->commit = gdx_snapshot_commit(gdx_index_writer_snapshot(writer));
    return status;
}

static gdx_status delete (gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__DeleteRequest *request = (const Gramdex__V1__DeleteRequest *)message;
    Gramdex__V1__DeleteResponse reply = GRAMDEX__V1__DELETE_RESPONSE__INIT;
    gdx_engine *engine = engine_of(exchange);
    uint64_t since_ns = gdx_exchange_opened_ns(exchange);
    gdx_index_writer *writer = NULL;
    gdx_slice *ids = NULL;
    struct tools *tools = engine_tools(exchange, err);
    if (!tools)
        return GDX_NO_MEMORY;
    gdx_status status = read_ids(exchange, request, tools->arena, &ids, err);
    if (status != GDX_OK)
        return status;
    status = engine_open_writer(exchange, &writer, err);
    if (status == GDX_OK)
        status = delete_all(writer, ids, request->n_ids, &reply, err);
    engine_close_writer(engine, &writer); // before the reply: who reads it may write again at once
    if (status != GDX_OK)
        return status;
    gdx_error not_seen = {0}; // if the commit cannot be opened now, the timer tries again
    (void)!engine_look(engine, &not_seen);
    reply.took_us = (gdx_now_ns() - since_ns) / 1000;
    return gdx_exchange_reply(exchange, &reply.base, err);
}

const gdx_method delete_method = {.name = "Delete", .place = GDX_ON_WORKER_LONGER, .handler = {.message = delete}};
