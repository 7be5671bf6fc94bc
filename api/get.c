// SPDX-License-Identifier: Apache-2.0
// get.c: Search.Get: a document as it was stored.

#include "get.h"

gdx_status get_read(gdx_question *question, const gdx_snapshot *snapshot, gdx_slice id, gdx_document *out,
                    bool *out_has, gdx_error *err) {
    size_t segment;
    uint32_t number;
    gdx_status status = gdx_snapshot_find_id(snapshot, id, &segment, &number, out_has, err);
    if (status != GDX_OK || !*out_has)
        return status;
    gdx_segment *from = gdx_snapshot_segment(snapshot, segment)->segment;
    status = gdx_store_read(question->session->reader, from, number, out, err);
    gdx_arena *arena = question->session->arena; // for what lies in the mapped file
    if (status == GDX_OK && (gdx_arena_copy(arena, out->id, &out->id) != GDX_OK ||
                             gdx_arena_copy(arena, out->source, &out->source) != GDX_OK))
        status = reply_no_memory(err);
    return gdx_segment_settle(from, status, err);
}

static gdx_status reply_with(gdx_question *question, const gdx_document *document, uint64_t commit, gdx_error *err) {
    Gramdex__V1__GetResponse reply = GRAMDEX__V1__GET_RESPONSE__INIT;
    Gramdex__V1__Document out;
    Gramdex__V1__Answer answer;
    if (reply_document(question->session->arena, document, &out) != GDX_OK)
        return reply_no_memory(err);
    reply_answer(question, commit, &answer);
    reply.document = &out;
    reply.answer = &answer;
    return question->reply(question->context, &reply.base, err);
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__GetRequest *request = (const Gramdex__V1__GetRequest *)message;
    gdx_snapshot *snapshot = NULL;
    gdx_document document;
    bool has = false;
    gdx_status status = request_id("id", request->id, err);
    if (status == GDX_OK)
        status = request_unfiltered(question->collection, request->scope, &snapshot, err);
    if (status == GDX_OK)
        status = get_read(question, snapshot, slice_of(request->id), &document, &has, err);
    if (status == GDX_OK && !has)
        status =
            gdx_fail(err, GDX_NOT_FOUND, "no document has the id \"%.*s\"", GDX_SLICE_ARGUMENTS(slice_of(request->id)));
    if (status == GDX_OK)
        status = reply_with(question, &document, gdx_snapshot_commit(snapshot), err);
    gdx_snapshot_release(snapshot);
    return status;
}

const gdx_operation get_operation = {
    .name = "Get", .service = &gramdex__v1__search__descriptor, .effort = GDX_EFFORT_SHORT, .run = run};
