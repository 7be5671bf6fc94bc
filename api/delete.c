// SPDX-License-Identifier: Apache-2.0
// delete.c: Index.Delete: documents away by id, all in one commit.

#include "api.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDS_MOST = 10000 };

static int by_bytes(const void *a, const void *b) {
    return gdx_slice_compare(*(const gdx_slice *)a, *(const gdx_slice *)b);
}

// Sorted, so that an id given twice counts once.
static gdx_status read_ids(const Gramdex__V1__DeleteRequest *request, gdx_arena *arena, gdx_slice **out,
                           gdx_error *err) {
    if (request->n_ids > IDS_MOST)
        return gdx_fail_field(err, "ids", GDX_REASON_OUT_OF_RANGE, "%zu ids, expected at most %d", request->n_ids,
                              IDS_MOST);
    gdx_slice *ids = gdx_arena_allocate(arena, (request->n_ids + 1) * sizeof *ids);
    if (!ids)
        return reply_no_memory(err);
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
    if (!has)
        reply->missing[reply->n_missing++] = data_of(id);
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
    if (status == GDX_OK) {
        reply->commit = gdx_snapshot_commit(gdx_index_writer_snapshot(writer));
        reply->documents_left = gdx_snapshot_documents(gdx_index_writer_snapshot(writer));
    }
    return status;
}

// What a full disk lets a caller do: a delete writes little, but it does write.
static void advise(const gdx_snapshot *snapshot, gdx_error *err) {
    enum { BESIDES = 64 << 10 }; // the manifest, and what a file takes at least
    uint64_t bytes = gdx_snapshot_documents(snapshot) / 8 + BESIDES;
    size_t used = strlen(err->message);
    snprintf(err->message + used, sizeof err->message - used,
             "; nothing was deleted. Free %" PRIu64
             " KiB on the disk of the index, delete again, then merge, which frees the room",
             (bytes + 1023) / 1024);
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__DeleteRequest *request = (const Gramdex__V1__DeleteRequest *)message;
    Gramdex__V1__DeleteResponse reply = GRAMDEX__V1__DELETE_RESPONSE__INIT;
    gdx_arena *arena = question->session->arena;
    gdx_index_writer *writer = NULL;
    gdx_slice *ids = NULL;
    gdx_status status = read_ids(request, arena, &ids, err);
    if (status != GDX_OK)
        return status;
    reply.missing = gdx_arena_allocate(arena, request->n_ids * sizeof *reply.missing + 1);
    if (!reply.missing)
        return reply_no_memory(err);
    status = collection_open_writer(question->collection, &writer, err);
    if (status == GDX_OK)
        status = delete_all(writer, ids, request->n_ids, &reply, err);
    if (status == GDX_NO_SPACE)
        advise(gdx_index_writer_snapshot(writer), err);
    collection_close_writer(question->collection, &writer); // before the reply: its reader may write again at once
    if (status != GDX_OK)
        return status;
    gdx_error not_seen = {0}; // if the commit cannot be opened now, the next refresh tries again
    (void)!gdx_collection_refresh(question->collection, &not_seen);
    reply.took_us = (gdx_now_ns() - question->opened_ns) / 1000;
    return question->reply(question->context, &reply.base, err);
}

const gdx_operation delete_operation = {.name = "Delete",
                                        .service = &gramdex__v1__index__descriptor,
                                        .effort = GDX_EFFORT_LONG,
                                        .writes = true,
                                        .run = run};
